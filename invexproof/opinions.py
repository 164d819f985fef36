"""Asking engines about a claim: hints where the prover is stuck, and second opinions on certificates.

An engine's answer is never evidence. Where it contradicts a certificate that the checker has accepted, the
certificate wins, and a warning names both answers.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, Literal

from invexproof.errors import InvexproofError
from invexproof.execution import GRACE, WorkerDied, Workers
from invexproof.expressions.terms import Expression

ENGINE_NAMES: Final = ("icp", "z3", "dreal")
DELTA: Final = Fraction(1, 1000)

Says = Literal["holds", "fails", "maybe-fails", "unknown", "unavailable"]


@dataclass(frozen=True)
class Opinion:
    """What an engine says of a claim.

    ``says``: holds (no counterexample exists), fails (a counterexample), maybe-fails (one up to the precision
    delta), unknown, or unavailable (``detail`` says how to install the engine).  ``parts`` are the answers to the
    single queries: purpose, verdict, where.
    """

    engine: str
    version: str
    says: Says
    answer: str
    detail: str = ""
    seconds: float = 0.0
    warnings: tuple[str, ...] = ()
    parts: tuple[Mapping[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Everything but the parts."""
        return {
            "engine": self.engine,
            "version": self.version,
            "says": self.says,
            "answer": self.answer,
            "detail": self.detail,
            "seconds": round(self.seconds, 3),
            "warnings": list(self.warnings),
        }


def consult(
    workers: Workers,
    engine: str,
    expression: Expression,
    kind: str,
    constant: Fraction | None = None,
    delta: Fraction = DELTA,
    timeout: float = 10.0,
) -> Opinion:
    """Ask an engine for a counterexample, in a worker process.  Never raises on account of the engine."""
    request = {
        "operation": "consult",
        "engine": engine,
        "subject": expression.to_table(),
        "kind": kind,
        "constant": None if constant is None else str(constant),
        "delta": str(delta),
        "timeout": timeout,
    }
    try:
        reply = workers.ask(request, timeout + GRACE).value
    except (WorkerDied, InvexproofError) as error:
        return Opinion(engine, "", "unknown", "no answer", str(error))
    fields = {key: reply[key] for key in ("version", "says", "answer", "detail", "seconds")}
    return Opinion(engine, **fields, warnings=tuple(reply["warnings"]), parts=tuple(reply["parts"]))


def consult_here(
    engine: str, expression: Expression, kind: str, constant: Fraction | None, delta: Fraction, timeout: float
) -> dict[str, Any]:
    """Ask an engine all queries of a claim in this process, until one gives a counterexample."""
    from invexproof.engines.registry import ENGINES
    from invexproof.queries.build import activation_queries

    solver = ENGINES[engine]
    available = solver.availability()
    blank = {"version": available.version, "detail": "", "warnings": [], "parts": []}
    if not available.available:
        return {**blank, "says": "unavailable", "answer": "not installed", "detail": available.how_to_install}
    deadline = time.monotonic() + timeout
    parts: list[dict[str, str]] = []
    warnings: dict[str, None] = {}
    conclusive: list[str] = []
    for asked in activation_queries(kind, expression, constant=constant, delta=delta):
        left = deadline - time.monotonic()
        if left <= 0:
            return {**blank, "says": "unknown", "answer": "unknown", "detail": _late(timeout), "parts": parts}
        answer = solver.solve(asked.query, left)
        warnings |= dict.fromkeys(answer.warnings)
        where = describe_place(answer)
        parts.append(
            {
                "purpose": asked.query.purpose,
                "verdict": answer.verdict,
                "where": where,
                "reason": answer.reason,
            }
        )
        found = {**blank, "warnings": list(warnings), "parts": parts}
        if answer.verdict in ("sat", "delta-sat") and asked.conclusive:
            says = "fails" if answer.verdict == "sat" else "maybe-fails"
            detail = f"{asked.query.purpose}{f', {where}' if where else ''}"
            return {**found, "says": says, "answer": answer.verdict, "detail": detail}
        conclusive.append(
            answer.verdict if asked.conclusive else "unsat" if answer.verdict == "unsat" else "unknown"
        )
    if all(verdict == "unsat" for verdict in conclusive):
        return (
            {**found, "says": "holds", "answer": "unsat"}
            if parts
            else {**blank, "says": "unknown", "answer": "unknown"}
        )
    reasons = [part["reason"] for part in parts if part["reason"]]
    return {**found, "says": "unknown", "answer": "unknown", "detail": reasons[0] if reasons else ""}


def _late(timeout: float) -> str:
    return f"no answer within {timeout:g} s"


def describe_place(answer: Any) -> str:
    """The witness or box of an answer: ``at x = 1/2`` or ``near x = 0.51``."""
    if answer.witness is not None:
        return "at " + ", ".join(f"{name} = {value}" for name, value in answer.witness.items())
    if answer.box is not None:
        return "near " + ", ".join(
            f"{name} = {float((low + high) / 2):.6g}" for name, (low, high) in answer.box.items()
        )
    return ""


def contradictions(opinions: Sequence[Opinion], negated: bool) -> tuple[str, ...]:
    """A warning for each engine that contradicts a checked certificate; the certificate wins."""
    against = ("holds",) if negated else ("fails", "maybe-fails")
    verdict = "refuted" if negated else "proved"
    return tuple(
        f"{o.engine} {o.version} contradicts the certificate: it answers {o.answer}"
        f"{f' ({o.detail})' if o.detail else ''}, that is, {_MEANING[o.says]}; the claim is {verdict}, by a "
        f"certificate that the checker has accepted. The certificate wins."
        for o in opinions
        if o.says in against
    )


_MEANING: Final[Mapping[str, str]] = {
    "holds": "there is no counterexample",
    "fails": "there is a counterexample",
    "maybe-fails": "there is a counterexample up to its precision",
}
