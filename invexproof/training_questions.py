"""Questions about training problems: is a step of a method non-singular, is the loss piecewise analytic?"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from invexproof.architectures.graph import Graph
from invexproof.certificates.builder import Document, canonical_bytes
from invexproof.provers.asked_sizes import BELOW, STRONGEST, asked, claimed, word_of
from invexproof.proving import DEFAULT_TIMEOUT
from invexproof.results import Result
from invexproof.step_texts import LeftOut, exceptions_text, sizes_text, undecayed_text

PIECEWISE_ANALYTIC: Final = "training.paa"
GD_NONSINGULAR: Final = "training.gd-nonsingular"
WEIGHT_DECAY: Final = "weight-decay"
SADDLES_AVOIDED: Final = "training.avoids-strict-saddles"


@dataclass(frozen=True)
class TrainingTarget:
    """The training problem of an architecture: its graph, with the loss, how it was named, and how it was read."""

    name: str
    graph: Graph
    slug: str
    loss: str = ""
    notes: tuple[str, ...] = field(default=())
    settings: Mapping[str, Any] = field(default_factory=dict)
    data: str = ""
    """What the given data are called, if there are some."""

    @property
    def title(self) -> str:
        """The name, and that of the data, if they are given."""
        return f"{self.name} with {self.data}" if self.data else self.name

    @cached_property
    def subject(self) -> dict[str, Any]:
        """The graph as it stands in a certificate."""
        return self.graph.to_subject()

    @property
    def digest(self) -> str:
        """The SHA-256 of the subject, as the checker prints it."""
        return hashlib.sha256(canonical_bytes(self.subject)).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """How it was named, its digest, and its size."""
        return {
            "name": self.name,
            "digest": self.digest,
            "loss": self.loss or None,
            "p": self.graph.parameter_count,
            "nodes": len(self.graph.nodes),
            "data": self.data or None,
        }

    def ranges_json(self) -> dict[str, dict[str, str]]:
        """Nothing is quantified in intervals that the graph does not say itself."""
        return {}


@dataclass(frozen=True)
class TrainingResult(Result):
    """An answer about training; optimizer, start and step are what was asked ("" if the loss alone is meant).

    Where there is a certificate, step is what it says: ``all-but`` or ``between:0,1/2`` if the strongest statement was
    asked for.
    """

    optimizer: str = ""
    start: str = ""
    step: str = ""

    def __post_init__(self) -> None:
        claim = (self.document or {}).get("claim", {})
        if "step" in claim and word_of(self.step) in (BELOW, STRONGEST):
            object.__setattr__(self, "step", asked(claim))

    @property
    def exceptions(self) -> tuple[LeftOut, ...]:
        """The step sizes that the statement leaves out: exact numbers as texts, and pairs of them, closed intervals."""
        return tuple((self.document or {}).get("claim", {}).get("except", ()))

    def to_json(self) -> dict[str, Any]:
        """The answer as JSON values, without the certificate itself."""
        asked = {key: getattr(self, key) or None for key in ("optimizer", "start", "step")}
        return {**super().to_json(), **asked, "exceptions": list(self.exceptions)}


@dataclass(frozen=True)
class TrainingQuestion:
    """A claim about a training problem, and where its certificate is to be written (None: nowhere).

    ``method``, ``start`` and ``step`` are those of the checker's table (invexcheck.architectures.methods); ``step`` may
    be a positive rational, as a text, ``between:0,1/2``, ``sizes:1/10,1/20``, or ask for the best that can be proved:
    ``below`` (all from 0 to some step size) or ``strongest``.
    """

    target: TrainingTarget
    claim: str = GD_NONSINGULAR
    method: str = "gd"
    start: str = "density"
    step: str = "almost-every"
    timeout: float | None = DEFAULT_TIMEOUT
    out: Path | None = None

    @property
    def sidecar(self) -> None:
        """Claims hold for all weights, so there is no file of them."""

    @property
    def quick(self) -> bool:
        """Without data, the checker's own reading of the graph is all that there is to do."""
        return not self.target.graph.data

    def options(self) -> dict[str, Any]:
        """What the provenance says of the question."""
        return {**self.target.settings, "subject": self.target.name}

    def request(self, folder: Path | None) -> dict[str, Any]:
        """The question as a worker understands it."""
        return {
            "operation": "prove-training",
            "subject": self.target.subject,
            "kind": self.claim,
            "method": self.method,
            "start": self.start,
            "step": self.step,
            "timeout": self.timeout,
        }

    def blank(self) -> Result:
        """The answer before anything is known."""
        blank = TrainingResult("undecided", self.claim, self.target, notes=self.target.notes)
        if self.claim == PIECEWISE_ANALYTIC:
            return blank
        return replace(blank, optimizer=self.method, start=self.start, step=self.step)

    def asks(self, document: Document) -> bool:
        """Whether a certificate's claim is this one, or its negation."""
        claim = document.get("claim")
        asked = {"kind": self.claim, "subject": self.target.subject}
        unasked = {"negated", "except"}
        if self.claim != PIECEWISE_ANALYTIC:
            asked["method"] = self.method
            if not (isinstance(claim, dict) and claim.get("negated")):
                asked["start"] = self.start
            if word_of(self.step) in (BELOW, STRONGEST):
                unasked |= {"step", "between"}
            elif self.step:
                asked |= claimed(self.step)
        return isinstance(claim, dict) and {k: v for k, v in claim.items() if k not in unasked} == asked

    def text(self) -> str:
        """What is asked, in short."""
        return claim_text(self.target.title, self.claim, self.method, self.start, self.step)


def claim_text(
    name: str,
    claim: str,
    method: str = "gd",
    start: str = "",
    step: str = "",
    negated: bool = False,
    left_out: Sequence[LeftOut] = (),
    bad: bool = False,
) -> str:
    """A claim about a training problem in short: ``gd on vit is non-singular for almost every step size``.

    ``left_out`` are the exceptions of a claim about all step sizes but some; ``bad``: these are known to be bad.
    """
    if claim == PIECEWISE_ANALYTIC:
        return f"the loss of {name} is continuous and piecewise analytic in the parameters"
    sizes = sizes_text(step)
    if left_out:
        sizes = undecayed_text(left_out) if method == WEIGHT_DECAY else exceptions_text(left_out, bad)
    if negated and step:
        some = sizes.replace("for every", "for some")
        return f"{method} on {name} is not non-singular {some}"
    if negated:
        return f"{method} on {name} is not non-singular: it maps a set of positive measure into a null set"
    if claim == SADDLES_AVOIDED:
        return f"{method} on {name} avoids strict saddle points {sizes}".rstrip()
    zeros = " from a state of zeros" if start == "zero" else ""
    return f"{method} on {name} is non-singular{zeros} {sizes}".rstrip()
