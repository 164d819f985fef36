"""From a question to an answer: search in a worker, write the certificate, have the checker read it, then answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, Protocol, Self

from invexcheck.limits import Limits
from invexcheck.supervise import Supervisor
from invexcheck.verdict import Verdict as Checked
from invexcheck.verdict import position
from invexproof.certificates import (
    CertificateWriteError,
    Sidecar,
    certificate_bytes,
    provenance,
    stage,
    with_provenance,
)
from invexproof.certificates.builder import Document
from invexproof.claims import INVEX, KINDS
from invexproof.execution import GRACE, WorkerDied, Workers, answer_here
from invexproof.opinions import Opinion, consult, contradictions
from invexproof.results import Result, folder_of
from invexproof.subjects import Target

DEFAULT_TIMEOUT: Final = 300.0
"""Seconds for the search, unless said otherwise."""
OPINION_SECONDS: Final = 10.0


class Asked(Protocol):
    """What a :class:`Prover` has to know of a question."""

    @property
    def timeout(self) -> float | None:
        """Seconds for the search."""

    @property
    def out(self) -> Path | None:
        """Where the certificate is to be written, if anywhere."""

    @property
    def sidecar(self) -> Sidecar | None:
        """The file of weights that the certificate will name."""

    @property
    def quick(self) -> bool:
        """Whether the answer takes milliseconds, so that no process of its own is worth it."""

    def options(self) -> dict[str, Any]:
        """What the provenance says of the question."""

    def request(self, folder: Path | None) -> dict[str, Any]:
        """The question as a worker understands it; ``folder`` holds the file of weights."""

    def blank(self) -> Result:
        """The answer before anything is known."""

    def asks(self, document: Document) -> bool:
        """Whether a certificate's claim is about what is asked."""


@dataclass(frozen=True)
class Question:
    """A claim about a subject, the time for it, and where its certificate is to be written (None: nowhere).

    ``opinions`` are the engines whose second opinion is wanted; ``hint`` is the one that is asked where the search
    ends without an answer.
    """

    target: Target
    claim: str = INVEX
    constant: Fraction | None = None
    timeout: float | None = DEFAULT_TIMEOUT
    out: Path | None = None
    opinions: tuple[str, ...] = ()
    hint: str = ""

    @property
    def quick(self) -> bool:
        """A search may take any time."""
        return False

    def options(self) -> dict[str, Any]:
        """What the provenance says of the question."""
        timeout = None if self.timeout is None else f"{self.timeout:g}"
        return {"timeout": timeout}

    @property
    def sidecar(self) -> None:
        """A function needs no file of weights."""

    def blank(self) -> Result:
        """The answer before anything is known."""
        return Result("undecided", self.claim, self.target, self.constant, notes=self.target.notes)

    def asks(self, document: Document) -> bool:
        """Whether a certificate is about this function."""
        claim = document.get("claim")
        return isinstance(claim, dict) and claim.get("subject") == self.target.expression.to_table()

    def request(self, folder: Path | None = None) -> dict[str, Any]:
        """The question as a worker understands it."""
        return {
            "operation": "prove",
            "subject": self.target.expression.to_table(),
            "parameters": self.target.ranges_json(),
            "kind": self.claim,
            "constant": None if self.constant is None else str(self.constant),
            "timeout": self.timeout,
        }


class Prover:
    """Worker processes and checking processes; a context manager, which ends them.

    ``say`` is told what is going on.
    """

    def __init__(self, jobs: int = 1, say: Callable[[str], None] | None = None) -> None:
        self.workers = Workers(jobs)
        self.checker = Supervisor(Limits(), jobs)
        self._say = say or (lambda _: None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.workers.__exit__()
        self.checker.__exit__()

    def prove(self, question: Asked) -> Result:
        """The answer to one question.  Ctrl-C leaves no half-written file.

        Raises InvexproofError for questions that make no sense.  A certificate that cannot be written where it was
        wanted is saved elsewhere, and a warning says where.
        """
        started = time.monotonic()
        with folder_of(question.sidecar) as folder:
            result = self._decided(question, folder)
        if isinstance(question, Question):
            result = self._with_opinions(result, question)
        return replace(result, seconds=time.monotonic() - started)

    def prove_all(self, questions: Iterable[Question]) -> Generator[tuple[int, Result], None, None]:
        """The answers with the indices of their questions, each as soon as it is known."""
        return self.workers.map(self.prove, questions)

    def _decided(self, question: Asked, folder: Path | None) -> Result:
        """The answer of search and checker; ``folder`` holds the file of weights."""
        blank = question.blank()
        limit = None if question.timeout is None else question.timeout + GRACE
        self._say("searching")
        try:
            ask = answer_here if question.quick else self.workers.ask
            timed = ask(question.request(folder), limit)
        except WorkerDied as death:
            return replace(blank, reason=str(death))
        return self.answer(question, timed.value, timed.seconds, folder)

    def answer(
        self, question: Asked, reply: Mapping[str, Any], seconds: float, folder: Path | None = None
    ) -> Result:
        """What a worker's reply to a question amounts to, after the checker has read its certificate, if any."""
        blank = question.blank()
        result = replace(blank, **read_reply(reply))
        document = reply["document"]
        if document is not None:
            self._say("checking the certificate")
            signed = with_provenance(document, provenance(question.options(), seconds))
            result = self._checked(result, question, signed, folder)
        return replace(result, notes=(*blank.notes, *result.notes))

    def _checked(self, result: Result, question: Asked, document: Document, folder: Path | None) -> Result:
        """The answer after the checker has read the certificate; undecided if it is not accepted."""
        compressed = question.out is not None and question.out.suffix == ".gz"
        data = certificate_bytes(document, compressed)

        def judged_by(verdict: Checked, result: Result, path: Path | None) -> Result:
            """Proved or refuted only if the checker says so of this very claim."""
            if question.asks(document) and _answers(verdict, result):
                return replace(result, checked=verdict, document=document, path=path)
            return _unaccepted(result, _complaint(verdict))

        if question.out is None:
            return judged_by(self._read(data, folder), result, None)
        try:
            staged = stage(question.out, data, question.sidecar)
        except CertificateWriteError as error:
            warned = replace(result, warnings=(str(error),))
            return judged_by(self.checker.check(error.rescued or data), warned, error.rescued)
        try:
            judged = judged_by(self.checker.check(staged.part or data), result, question.out)
            if judged.document is None:
                kept = staged.reject()
                reason = f"{judged.reason}; the certificate is kept as {kept}" if kept else judged.reason
                return replace(judged, reason=reason)
            staged.publish()
        except CertificateWriteError as error:
            return replace(judged, path=error.rescued, warnings=(*judged.warnings, str(error)))
        finally:
            staged.discard()
        return judged

    def _read(self, data: bytes, folder: Path | None) -> Checked:
        """The checker's verdict on a certificate that is in no file of its own, beside its weights if it has some."""
        if folder is None:
            return self.checker.check(data)
        path = folder / "certificate.cert.json"
        path.write_bytes(data)
        return self.checker.check(path)

    def _with_opinions(self, result: Result, question: Question) -> Result:
        """Second opinions on an answer; where there is none, a hint as well, if it is worth a line."""
        if result.verdict == "not-applicable":
            return result
        opinions = tuple(self._opinions(question, question.opinions))
        if result.verdict != "undecided":
            warnings = contradictions(opinions, result.verdict == "refuted")
            return replace(result, opinions=opinions, warnings=(*result.warnings, *warnings))
        if question.hint and question.hint not in question.opinions and not question.target.ranges:
            hints = self._opinions(question, [question.hint])
            opinions += tuple(o for o in hints if o.parts or o.says == "unavailable")
        return replace(result, opinions=opinions)

    def _opinions(self, question: Question, engines: Iterable[str]) -> Iterator[Opinion]:
        seconds = min(OPINION_SECONDS, question.timeout or OPINION_SECONDS)
        expression = question.target.expression
        for engine in engines:
            yield consult(
                self.workers, engine, expression, question.claim, question.constant, timeout=seconds
            )


def read_reply(reply: Mapping[str, Any]) -> dict[str, Any]:
    """What a worker says of a search, as fields of a :class:`Result`."""
    return {
        "verdict": reply["verdict"],
        "reason": reply["reason"],
        "boxes": tuple((low, high) for low, high in reply["boxes"]),
        "delta": reply["delta"],
        "notes": tuple(reply["notes"]),
    }


def _unaccepted(result: Result, why: str) -> Result:
    reason = f"a certificate was found, but the checker did not accept it: {why}"
    return replace(result, verdict="undecided", reason=reason, checked=None)


def _answers(verdict: Checked, result: Result) -> bool:
    """Whether what has been verified is what the answer says: for not-applicable, that f is discontinuous."""
    verified = verdict.verified
    if verified is None:
        return False
    if result.verdict == "not-applicable":
        return verified.negated and verified.kind == "activation.piecewise-analytic"
    return verified.kind == result.claim and verified.negated == (result.verdict == "refuted")


def _complaint(verdict: Checked) -> str:
    if verdict.verified is not None:
        return "it proves another claim"
    where = f" at {position(verdict.path)}" if verdict.path else ""
    return f"{verdict.status} ({verdict.code}){where}: {verdict.reason}"


def question_text(target: Target, claim: str, constant: Fraction | None) -> str:
    """What is asked, in short: ``GELU is Lipschitz with constant 2``."""
    with_constant = "" if constant is None else f" with constant {constant}"
    every = f" {target.quantifier}" if target.quantifier else ""
    return f"{target.name} {KINDS[claim].says}{with_constant}{every}"
