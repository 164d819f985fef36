"""From plans to a verdict: proved, refuted, undecided, or not checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from invexproof.integrations.invexapi.evidence import Evidence
from invexproof.integrations.invexapi.plans import Obligation, Plan

Verdict: TypeAlias = Literal["proved", "refuted", "undecided", "not checked"]
Ask: TypeAlias = Callable[[Obligation], Evidence]


@dataclass(frozen=True)
class Decision:
    """A verdict about a property, the evidence for it by the names of the claims, and why that is enough."""

    verdict: Verdict
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    lemmas: tuple[str, ...] = ()
    reason: str = ""


def decide(plans: Sequence[Plan], ask: Ask) -> Decision:
    """Try the plans in order until one decides."""
    reasons = []
    for plan in plans:
        decision = _follow(plan, ask)
        if decision.verdict != "undecided":
            return decision
        reasons.append(decision.reason)
    if all(plan.implies_only for plan in plans):
        return Decision("not checked", reason="there is no claim for it")
    return Decision("undecided", reason="; ".join(reasons))


def _follow(plan: Plan, ask: Ask) -> Decision:
    """Ask until an answer is not "proved"; a refutation of a decisive claim refutes."""
    found: dict[str, Evidence] = {}
    for obligation in plan.obligations:
        evidence = ask(obligation)
        if evidence.verdict == "refuted" and obligation.decisive:
            return Decision("refuted", {obligation.name: evidence}, plan.lemmas)
        if evidence.verdict != "proved":
            reason = evidence.reason or "which does not settle the property"
            claim = f"{obligation.kind} of {obligation.target.formula}"
            return Decision("undecided", reason=f"{claim}: {evidence.verdict}, {reason}")
        found[obligation.name] = evidence
    return Decision("refuted" if plan.refutes else "proved", found, plan.lemmas)
