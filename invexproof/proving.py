"""From a question to an answer: search in a worker, write the certificate, have the checker read it, then answer."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, Self

from invexcheck.limits import Limits
from invexcheck.supervise import Supervisor
from invexcheck.verdict import Verdict as Checked
from invexcheck.verdict import position
from invexproof.certificates import (
    CertificateWriteError,
    certificate_bytes,
    provenance,
    stage,
    with_provenance,
)
from invexproof.certificates.builder import Document
from invexproof.claims import INVEX, KINDS
from invexproof.execution import GRACE, WorkerDied, Workers
from invexproof.opinions import Opinion, consult, contradictions
from invexproof.results import Result
from invexproof.subjects import Target

DEFAULT_TIMEOUT: Final = 300.0
"""Seconds for the search, unless said otherwise."""
OPINION_SECONDS: Final = 10.0


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

    def options(self) -> dict[str, Any]:
        """What the provenance says of the question."""
        timeout = None if self.timeout is None else f"{self.timeout:g}"
        return {"timeout": timeout}

    def request(self) -> dict[str, Any]:
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
    """Worker processes and checking processes; a context manager, which ends them."""

    def __init__(self, jobs: int = 1) -> None:
        self.workers = Workers(jobs)
        self.checker = Supervisor(Limits(), jobs)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.workers.__exit__()
        self.checker.__exit__()

    def prove(self, question: Question) -> Result:
        """The answer to one question.  Ctrl-C leaves no half-written file.

        Raises InvexproofError for questions that make no sense.  A certificate that cannot be written where it was
        wanted is saved elsewhere, and a warning says where.
        """
        started = time.monotonic()
        blank = Result(
            "undecided", question.claim, question.target, question.constant, notes=question.target.notes
        )
        limit = None if question.timeout is None else question.timeout + GRACE
        try:
            reply, searched = (timed := self.workers.ask(question.request(), limit)).value, timed.seconds
        except WorkerDied as death:
            return self._undecided(replace(blank, reason=str(death)), question, started)
        result = replace(
            blank,
            verdict=reply["verdict"],
            reason=reply["reason"],
            boxes=tuple((low, high) for low, high in reply["boxes"]),
            delta=reply["delta"],
            notes=(*blank.notes, *reply["notes"]),
        )
        if reply["document"] is not None:
            document = with_provenance(reply["document"], provenance(question.options(), searched))
            result = self._checked(result, question, document)
        if result.verdict == "undecided":
            return self._undecided(result, question, started)
        result = self._second_opinions(result, question)
        return replace(result, seconds=time.monotonic() - started)

    def prove_all(self, questions: Iterable[Question]) -> Generator[tuple[int, Result], None, None]:
        """The answers with the indices of their questions, each as soon as it is known."""
        return self.workers.map(self.prove, questions)

    def _checked(self, result: Result, question: Question, document: Document) -> Result:
        """The answer after the checker has read the certificate; undecided if it is not accepted."""
        compressed = question.out is not None and question.out.suffix == ".gz"
        data = certificate_bytes(document, compressed)
        if question.out is None:
            verdict = self.checker.check(data)
            return self._judged(replace(result, checked=verdict), document, None)
        try:
            staged = stage(question.out, data)
        except CertificateWriteError as error:
            verdict = self.checker.check(error.rescued or data)
            return self._judged(
                replace(result, checked=verdict, warnings=(str(error),)), document, error.rescued
            )
        try:
            verdict = self.checker.check(staged.part or data)
            judged = self._judged(replace(result, checked=verdict), document, question.out)
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

    def _judged(self, result: Result, document: Document, path: Path | None) -> Result:
        """Proved or refuted only if the checker says so of this very claim."""
        verdict = result.checked
        if verdict is not None and verdict.verified is not None and _answers(verdict, result):
            return replace(result, document=document, path=path)
        why = "" if verdict is None else _complaint(verdict)
        reason = f"a certificate was found, but the checker did not accept it: {why}"
        return replace(result, verdict="undecided", reason=reason, checked=None)

    def _undecided(self, result: Result, question: Question, started: float) -> Result:
        """Ask an engine for a hint where the search found nothing; one that knows nothing is not worth a line."""
        opinions = tuple(self._opinions(question, question.opinions))
        if question.hint and question.hint not in question.opinions and not question.target.ranges:
            hints = self._opinions(question, [question.hint])
            opinions += tuple(o for o in hints if o.parts or o.says == "unavailable")
        return replace(result, opinions=opinions, seconds=time.monotonic() - started)

    def _second_opinions(self, result: Result, question: Question) -> Result:
        if not question.opinions or result.verdict not in ("proved", "refuted"):
            return result
        opinions = tuple(self._opinions(question, question.opinions))
        warnings = contradictions(opinions, result.verdict == "refuted")
        return replace(result, opinions=opinions, warnings=(*result.warnings, *warnings))

    def _opinions(self, question: Question, engines: Iterable[str]) -> Iterator[Opinion]:
        seconds = min(OPINION_SECONDS, question.timeout or OPINION_SECONDS)
        expression = question.target.expression
        for engine in engines:
            yield consult(
                self.workers, engine, expression, question.claim, question.constant, timeout=seconds
            )


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
