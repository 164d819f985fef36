"""Claims with quantified parameters: "swish(beta) is invex for every beta > 0"."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from invexcheck.goals import Claim, ParameterRange
from invexcheck.rules.properties import SCALABLE
from invexproof.errors import InvexproofError
from invexproof.expressions import terms
from invexproof.expressions.piecewise import PiecewiseError
from invexproof.expressions.terms import Expression
from invexproof.provers.landscape import Unresolved, survey
from invexproof.provers.outcome import Outcome, Verdict
from invexproof.provers.univariate import find_proof, prove_activation
from invexproof.provers.workshop import HOLE, OutOfEffort, OutOfTime, Step, Workshop, exact

PROBE_SECONDS = 5.0
MAX_PROBES = 16
EFFORTS = (150, 1500, 12_000)
"""Goals allotted to each way of writing the family, in rounds."""


class FamilyError(InvexproofError):
    """Parameters and their ranges do not fit the expression."""


@dataclass(frozen=True)
class Range:
    """The interval of a parameter; None is an infinite end."""

    lower: Fraction | None = None
    upper: Fraction | None = None
    lower_open: bool = True
    upper_open: bool = True

    def to_json(self) -> dict[str, str]:
        """As a certificate spells it."""
        bounds = {}
        if self.lower is not None:
            bounds["gt" if self.lower_open else "ge"] = str(self.lower)
        if self.upper is not None:
            bounds["lt" if self.upper_open else "le"] = str(self.upper)
        return bounds

    def to_checker(self) -> ParameterRange:
        low, high = (None if v is None else exact(v) for v in (self.lower, self.upper))
        return ParameterRange(
            low, high, self.lower_open and low is not None, self.upper_open and high is not None
        )

    def samples(self) -> list[Fraction]:
        """Values of the range, simple ones first, then towards its ends."""
        low, high = self.lower, self.upper
        if low is not None and high is not None:
            inner = [low + (high - low) * Fraction(k, 20) for k in (10, 5, 15, 1, 19)]
            ends = [v for v, is_open in ((low, self.lower_open), (high, self.upper_open)) if not is_open]
            return inner + ends
        if low is None and high is None:
            return [Fraction(v) for v in (1, -1, 0, 3, -3)]
        end, sign = (low, 1) if low is not None else (high, -1)
        closed = not (self.lower_open if low is not None else self.upper_open)
        steps = [Fraction(v) for v in ("1", "1/2", "2", "1/50", "50")] + ([Fraction(0)] if closed else [])
        return [end + sign * v for v in steps] if end is not None else []


def prove_family(
    expression: Expression,
    ranges: Mapping[str, Range],
    kind: str = "activation.invex",
    constant: Fraction | None = None,
    timeout: float | None = None,
) -> Outcome:
    """Decide a claim about a function of x for every value of its parameters.

    Args:
        expression: the function, in x and exactly the parameters of `ranges`.
        ranges: the interval of each parameter.
        kind, constant, timeout: as for `prove_activation`.

    Raises:
        FamilyError: a variable without a range, or a range without a variable.
    """
    names = expression.variables - {"x"}
    if names != set(ranges):
        odd = ", ".join(sorted(names ^ set(ranges)))
        raise FamilyError(
            f"parameters and ranges must agree; look at: {odd}. Write one range a parameter, as in beta > 0"
        )
    deadline = None if timeout is None else time.monotonic() + timeout
    claim: dict[str, Any] = {
        "kind": kind, "negated": False, "subject": expression.to_table(),
        "parameters": {name: ranges[name].to_json() for name in sorted(ranges)},
    }  # fmt: skip
    if constant is not None:
        claim["constant"] = str(constant)
    refuted = _counterexample(expression, ranges, claim, constant, deadline)
    if refuted is not None:
        return refuted
    for goals in EFFORTS:
        for scale, sample in itertools.product(_scales(ranges, kind), list(_samples(ranges))[:2]):
            if deadline is not None and time.monotonic() > deadline:
                return Outcome(Verdict.UNDECIDED, reason="the time allowed is over")
            shop = _workshop(expression, ranges, sample, deadline)
            try:
                with shop.effort(goals):
                    step = _attempt(shop, expression, scale, sample, claim, constant)
            except OutOfTime:
                return Outcome(Verdict.UNDECIDED, reason="the time allowed is over")
            if step is not None:
                return Outcome(Verdict.PROVED, shop.finish(claim, step))
    reason = "no counterexample among sampled parameters, and no proof for all of them at once"
    return Outcome(Verdict.UNDECIDED, reason=reason)


def _samples(ranges: Mapping[str, Range]) -> Iterator[dict[str, Fraction]]:
    """Values of all parameters: the first choices together, then the rest."""
    lists = [ranges[name].samples() for name in sorted(ranges)]
    yield from (dict(zip(sorted(ranges), values, strict=True)) for values in itertools.product(*lists))


def _at(expression: Expression, sample: Mapping[str, Fraction]) -> Expression:
    return expression.substitute({name: terms.rational(value) for name, value in sample.items()})


def _counterexample(
    expression: Expression,
    ranges: Mapping[str, Range],
    claim: dict[str, Any],
    constant: Fraction | None,
    deadline: float | None,
) -> Outcome | None:
    """One value of the parameters for which the claim fails refutes it for all."""
    for sample in itertools.islice(_samples(ranges), MAX_PROBES):
        left = PROBE_SECONDS if deadline is None else min(PROBE_SECONDS, deadline - time.monotonic())
        if left <= 0:
            return None
        outcome = prove_activation(_at(expression, sample), claim["kind"], constant, left)
        if outcome.verdict is Verdict.NOT_APPLICABLE:
            values = ", ".join(f"{name} = {value}" for name, value in sample.items())
            return Outcome(Verdict.NOT_APPLICABLE, reason=f"at {values}: {outcome.reason}")
        if outcome.verdict is Verdict.REFUTED and outcome.document is not None:
            proof = outcome.document["proof"]
            values_json = {name: str(value) for name, value in sample.items()}
            step = {"rule": "instantiate", "values": values_json, "by": proof["step"]}
            document = {
                **outcome.document,
                "claim": {**claim, "negated": True},
                "proof": {**proof, "step": step},
            }
            return Outcome(Verdict.REFUTED, document)
    return None


def _scales(ranges: Mapping[str, Range], kind: str) -> list[Expression | None]:
    """Substitutions x -> s*x that may free breakpoints and exponents of a parameter; None is no substitution."""
    if (kind, False) not in SCALABLE:
        return [None]
    names = [terms.var(name) for name in sorted(ranges)]
    return [None, *(1 / name for name in names), *names]


def _workshop(
    expression: Expression,
    ranges: Mapping[str, Range],
    sample: Mapping[str, Fraction],
    deadline: float | None,
) -> Workshop:
    parameters = {name: ranges[name].to_checker() for name in sorted(ranges)}
    values = {name: exact(v) for name, v in sample.items()}
    return Workshop(expression.to_table(), parameters, values, deadline)


def _attempt(
    shop: Workshop,
    expression: Expression,
    scale: Expression | None,
    sample: Mapping[str, Fraction],
    claim: dict[str, Any],
    constant: Fraction | None,
) -> Step | None:
    """A proof that follows the landscape at one sample of the parameters."""
    bound = None if constant is None else exact(constant)
    goal = Claim(claim["kind"], shop.subject, False, bound, shop.session.parameters)
    outer: Step | None = None
    if scale is not None:
        expression = expression.substitute({"x": scale * terms.var("x")})
        line = shop.line(shop.session.terms.read(scale.to_table(), ())[-1])
        outer = {"rule": "rescale", "scale": line, "by": HOLE}
        obligations = shop.obligations(goal, outer)
        if not obligations or not isinstance(obligations[0].goal, Claim):
            return None
        goal = obligations[0].goal
        shop.subject = goal.subject
    try:
        land = survey(shop, _at(expression, sample))
        step = find_proof(land, goal)
    except (PiecewiseError, Unresolved, OutOfEffort):
        return None
    if step is None or outer is None:
        return step
    return {**outer, "by": step}
