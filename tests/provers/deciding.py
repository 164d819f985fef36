"""Deciding a claim as users do, with every certificate put before the checker at its default limits."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from invexcheck.kernel import verify
from invexcheck.limits import Limits
from invexcheck.verdict import Verified
from invexproof.expressions.parser import parse
from invexproof.provers.outcome import Outcome, Verdict
from invexproof.provers.univariate import prove_activation

TIMEOUT = 30.0


@dataclass(frozen=True)
class Decision:
    """A verdict, the rule of the proof's first step, and what the checker says."""

    outcome: Outcome
    rule: str | None
    verified: Verified | None

    @property
    def verdict(self) -> Verdict:
        return self.outcome.verdict


def decide(
    formula: str, kind: str = "invex", constant: Fraction | None = None, timeout: float = TIMEOUT
) -> Decision:
    """The answer for a formula; a certificate is there if and only if the verdict needs one."""
    kind = f"activation.{kind}"
    return judged(prove_activation(parse(formula), kind, constant, timeout), kind)


def judged(outcome: Outcome, kind: str) -> Decision:
    """An outcome with its certificate checked: it must verify, and say what the verdict says."""
    if outcome.document is None:
        assert outcome.verdict in (Verdict.UNDECIDED, Verdict.NOT_APPLICABLE)
        assert outcome.reason
        return Decision(outcome, None, None)
    verified = verify(with_provenance(outcome.document), Limits())
    if outcome.verdict is Verdict.NOT_APPLICABLE:
        assert (verified.kind, verified.negated) == ("activation.piecewise-analytic", True)
    else:
        assert outcome.verdict in (Verdict.PROVED, Verdict.REFUTED)
        assert (verified.kind, verified.negated) == (kind, outcome.verdict is Verdict.REFUTED)
    return Decision(outcome, outcome.document["proof"]["step"]["rule"], verified)


def with_provenance(document: dict[str, Any]) -> dict[str, Any]:
    """The prover leaves provenance to its callers; the format demands it."""
    return {**document, "provenance": {}}
