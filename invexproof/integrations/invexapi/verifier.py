"""A verifier in the form of the library's own, whose certificates rest on files that ``invexcheck`` has accepted."""

from __future__ import annotations

import hashlib
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from invexproof.certificates.builder import canonical_bytes
from invexproof.claims import PREFIX
from invexproof.integrations.invexapi.deciding import Decision, decide
from invexproof.integrations.invexapi.errors import MissingLibraryError, ReadingError
from invexproof.integrations.invexapi.evidence import Evidence
from invexproof.integrations.invexapi.exports import PROPERTIES
from invexproof.integrations.invexapi.layers import decide_layer, is_layer
from invexproof.integrations.invexapi.networks import accepted, prove_network
from invexproof.integrations.invexapi.plans import Obligation, Plan, plans, plans_of_functions
from invexproof.integrations.invexapi.readings import read
from invexproof.networks.network import Network
from invexproof.proving import Prover, Question

FOLDER: Final = "invexproof-certificates"
TIMEOUT: Final = 60.0


@dataclass(frozen=True)
class Refutation:
    """That an object lacks a property: what has been verified, in the checker's words, and the files that show it.

    ``sources`` are of the form ``invexproof:<sha256 of the file>``, as in a certificate.
    """

    property_name: str
    statements: tuple[str, ...]
    sources: tuple[str, ...]
    files: tuple[Path, ...]
    lemmas: tuple[str, ...]


class InvexproofVerifier:
    """Proves or refutes what the library only assumes; to be used wherever it takes a verifier.

    ``check`` returns a certificate with status ``verified`` and the source ``invexproof:<sha256 of a file>`` after
    invexcheck has accepted that file.  Where several claims make up the property, as for ``admissible``, its source is
    ``invexproof:<property>``, and ``derived_from`` has a certificate for each file.

    >>> from invexapi import LogPenalty
    >>> penalty = LogPenalty(lamb=0.1, beta=3.0)
    >>> penalty._certify("admissible", InvexproofVerifier().check(penalty, "admissible"))

    Args:
        folder: where the certificates are written; made when the first one is.
        timeout: seconds for each claim.
        input_shape: of one example, for layers that do not tell it, such as convolutions: ``(1, 8, 8)``.
    """

    def __init__(
        self,
        folder: str | Path = FOLDER,
        timeout: float = TIMEOUT,
        input_shape: Sequence[int] | None = None,
    ) -> None:
        self.folder = Path(folder)
        self.timeout = timeout
        self.input_shape = None if input_shape is None else tuple(input_shape)
        self._answers: dict[tuple[object, ...], Evidence] = {}
        self._prover: Prover | None = None

    def check(self, obj: Any, property_name: str) -> Any:
        """The library's ``Certificate``, status ``verified``; None if the property is not proved.

        Raises:
            ReadingError: the object does not compute what the formula of its class says, or cannot be read.
        """
        decision = self.decide(obj, property_name)
        if decision.verdict != "proved":
            return None
        parts = [_certificate(source) for source in _sources(decision)]
        return parts[0] if len(parts) == 1 else _certificate(f"invexproof:{property_name}", tuple(parts))

    def refute(self, obj: Any, property_name: str) -> Refutation | None:
        """The refutation, if the property is refuted."""
        decision = self.decide(obj, property_name)
        if decision.verdict != "refuted":
            return None
        found = decision.evidence.values()
        return Refutation(
            property_name,
            tuple(evidence.statement for evidence in found) or (decision.reason,),
            _sources(decision),
            tuple(evidence.file for evidence in found if evidence.file is not None),
            decision.lemmas,
        )

    def decide(self, obj: Any, property_name: str) -> Decision:
        """The verdict with all that it rests on.  Raises :class:`ReadingError`."""
        if property_name not in PROPERTIES:
            raise ReadingError(
                f"there is no property {property_name!r:.40}; there are {', '.join(PROPERTIES)}"
            )

        def ask(obligation: Obligation) -> Evidence:
            return self._ask(obj, obligation)

        def ask_network(kind: str, network: Network) -> Evidence:
            return self._ask_network(obj, kind, network)

        if not is_layer(obj):
            return decide(_plans(obj, property_name), ask)
        if property_name != "invex":
            return Decision("not checked", reason="layers are only ever marked invex")
        return decide_layer(obj, self.input_shape, ask, ask_network)

    def _processes(self) -> Prover:
        """The processes that search and check, started when first needed, and ended with this object."""
        if self._prover is None:
            self._prover = Prover()
            weakref.finalize(self, self._prover.__exit__)
        return self._prover

    def _ask(self, obj: Any, obligation: Obligation) -> Evidence:
        claim = (obligation.target.expression, obligation.kind)
        if claim not in self._answers:
            file = self._file(obj, obligation.kind, claim[0].to_table())
            question = Question(obligation.target, obligation.kind, timeout=self.timeout, out=file)
            self._answers[claim] = Evidence.of(self._processes().prove(question))
        return self._answers[claim]

    def _ask_network(self, obj: Any, kind: str, network: Network) -> Evidence:
        subject = network.to_subject()
        claim = (canonical_bytes(subject), kind)
        if claim not in self._answers:
            outcome = prove_network(kind, network, self.timeout)
            file = self._file(obj, kind, subject)
            self._answers[claim] = accepted(outcome, kind, self._processes().checker, file)
        return self._answers[claim]

    def _file(self, obj: Any, kind: str, subject: Any) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256(canonical_bytes(subject)).hexdigest()[:8]
        return self.folder / f"{type(obj).__name__}-{digest}.{kind.removeprefix(PREFIX)}.cert.json"


def _plans(obj: Any, property_name: str) -> tuple[Plan, ...]:
    reading = read(obj)
    if reading is None:
        return ()
    if reading.profile is not None:
        return plans(reading.profile, property_name)
    return plans_of_functions(reading.different, property_name)


def _sources(decision: Decision) -> tuple[str, ...]:
    return tuple(f"invexproof:{evidence.sha256}" for evidence in decision.evidence.values())


def _certificate(source: str, parts: tuple[Any, ...] = ()) -> Any:
    try:
        from invexapi import Certificate
    except ImportError:
        raise MissingLibraryError("invexapi") from None
    return Certificate(status="verified", source=source, derived_from=parts)
