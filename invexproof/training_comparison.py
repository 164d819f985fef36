"""Is a certificate about the training problem that somebody means?"""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from invexcheck.verdict import Verdict as Checked
from invexproof.architectures.differences import difference
from invexproof.architectures.graph import Graph
from invexproof.certificates import read_document
from invexproof.comparison import Wanted, bytes_checked, compare, rejected
from invexproof.errors import InvexproofError
from invexproof.training_questions import TrainingTarget
from invexproof.training_settings import Settings
from invexproof.training_subjects import (
    TRAINING_CLAIMS,
    graph_of_certificate,
    named_as_training,
    training_target,
)

TRAINING: Final = (Graph, TrainingTarget)


class Against:
    """What certificates are to be about: a function, a network or a training problem, as the certificate's claim says.

    ``input_shape`` is that of one example of a network, ``settings`` are those of a training problem.  Where they say
    nothing of the loss, the output and the shapes of the data, the certificate's provenance does.  It is not trusted,
    and need not be: the graphs are compared.
    """

    def __init__(
        self, subject: Any, input_shape: str | Sequence[int] | None = None, settings: Settings | None = None
    ) -> None:
        self.subject = subject
        self.input_shape = input_shape
        self.settings = settings or Settings()
        self._wanted: Wanted | None = None
        self._targets: dict[Settings, TrainingTarget] = {}

    @property
    def name(self) -> str:
        """The subject, in a message."""
        return f"{self.subject:.80}" if isinstance(self.subject, str) else type(self.subject).__name__

    def compare(self, verdict: Checked, source: str | bytes | os.PathLike[str]) -> Checked:
        """INVALID if a valid certificate, which was read from this source, is about something else.

        Raises InvexproofError if the subject cannot be read.
        """
        if verdict.verified is None:
            return verdict
        if verdict.verified.kind.startswith(TRAINING_CLAIMS):
            return self._training(verdict, source)
        if isinstance(self.subject, TRAINING) or (
            isinstance(self.subject, str) and named_as_training(self.subject)
        ):
            return rejected(verdict, f"about a function or a network, and {self.name} is a training problem")
        return compare(verdict, source, self._function_or_network())

    def _function_or_network(self) -> Wanted:
        if self._wanted is None:
            self._wanted = Wanted.of(self.subject, self.input_shape)
        return self._wanted

    def _training(self, verdict: Checked, source: str | bytes | os.PathLike[str]) -> Checked:
        data = bytes_checked(source, verdict)
        said = _said(data)
        try:
            wanted = self._target(said)
        except InvexproofError:
            if not self._is_other():
                raise
            return rejected(verdict, f"about a training problem, and {self.name} is none")
        found = difference(
            graph_of_certificate(data), wanted.graph, ("in the certificate", f"in {wanted.name:.60}")
        )
        if not found:
            return verdict
        loss = f" with the loss {wanted.loss}" if wanted.loss else ""
        loss += f" and the data {wanted.data}" if wanted.data else ""
        rest = replace(said, loss=None, inputs=None, output=None)
        advice = (
            f"; it says that it was made with {shlex.join(rest.words())}"
            if rest.over(self.settings) != self.settings
            else ""
        )
        if graph_of_certificate(data).data and self.settings.data is None:
            advice += "; it is about given data: name yours with --data FILE"
        return rejected(
            verdict, f"about another training problem than {wanted.name:.80}{loss}: {found}{advice}"
        )

    def _target(self, said: Settings) -> TrainingTarget:
        """The subject, read as the settings say, and otherwise as the provenance says as far as this makes sense."""
        for hint in (Settings(said.loss, said.inputs, said.output), Settings(said.loss)):
            try:
                return self._read(self.settings.over(hint))
            except InvexproofError:
                continue
        return self._read(self.settings)

    def _read(self, settings: Settings) -> TrainingTarget:
        if settings not in self._targets:
            self._targets[settings] = training_target(self.subject, settings)
        return self._targets[settings]

    def _is_other(self) -> bool:
        """Whether the subject is a function or a network."""
        try:
            self._function_or_network()
        except InvexproofError:
            return False
        return True


def _said(certificate: bytes) -> Settings:
    """How the prover read its subject, if the provenance says so."""
    provenance = read_document(certificate).get("provenance")
    try:
        return Settings.from_json(provenance.get("options") if isinstance(provenance, dict) else None)
    except InvexproofError:
        return Settings()
