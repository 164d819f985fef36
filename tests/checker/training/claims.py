"""Cases of rules about training problems: a claim, a step, and what becomes of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.checker.training.problems import NONSINGULAR, SADDLES, Json, certificate, verdict

ACCEPTED = None


@dataclass(frozen=True)
class Case:
    """A claim about a training problem, the rule of its only step, and the expected code (None: accepted)."""

    rule: str
    kind: str
    name: str
    subject: Json
    code: str | None = ACCEPTED
    more: Json = field(default_factory=dict)
    also: tuple[str, ...] = ()
    """Other rules that show the same claim, and need nothing besides."""
    proof: Json = field(default_factory=dict)
    """What stands in the step besides its rule."""

    def document(self) -> Json:
        result = certificate(self.subject, self.kind, self.rule, **self.more)
        result["proof"]["step"] |= self.proof
        return result

    def run(self) -> str | None:
        return verdict(self.document())


def step(
    rule: str,
    method: str,
    start: str,
    steps: str,
    subject: Json,
    code: str | None = ACCEPTED,
    name: str = "",
    also: tuple[str, ...] = (),
    left_out: tuple[object, ...] = (),
    proof: Json | None = None,
    **more: object,
) -> Case:
    """That the method is non-singular."""
    claim: Json = {"method": method, "start": start, "step": steps, **more}
    claim |= {"except": list(left_out)} if left_out else {}
    title = f"{name} {method} {start} {steps}".strip()
    return Case(rule, NONSINGULAR, title, subject, code, claim, also, proof or {})


def collapse(
    rule: str, method: str, subject: Json, code: str | None = ACCEPTED, name: str = "", **more: object
) -> Case:
    """That the method is not non-singular."""
    claim: Json = {"method": method, "negated": True, **more}
    return Case(rule, NONSINGULAR, f"{name} not {method}".strip(), subject, code, claim)


def saddles(
    by: Json, steps: str, subject: Json, code: str | None = ACCEPTED, name: str = "", **more: object
) -> Case:
    """That gradient descent avoids strict saddles, by a step that shows it non-singular."""
    claim: Json = {"method": "gd", "start": "density", "step": steps, **more}
    title = f"{name} {steps} by {by.get('rule')}".strip()
    return Case("strict-saddles", SADDLES, title, subject, code, claim, proof={"by": by})
