"""Claims about activations: from an expression to a verdict with a certificate."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import Any

from flint import fmpq

from invexcheck.goals import Claim
from invexproof.expressions.evaluation import EvaluationError, TooLargeError, mpmath_value
from invexproof.expressions.piecewise import PiecewiseError
from invexproof.expressions.terms import Expression
from invexproof.provers.landscape import Landscape, Unresolved, survey
from invexproof.provers.outcome import Outcome, Verdict
from invexproof.provers.properties import first_complete, jumps, prove_property, refute_property
from invexproof.provers.refutation import refute
from invexproof.provers.valley import prove_valley
from invexproof.provers.workshop import OutOfTime, Step, Workshop, exact, fraction

KINDS = (
    "activation.invex",
    "activation.strictly-monotone",
    "activation.lipschitz",
    "activation.convex",
    "activation.piecewise-analytic",
    "activation.nonvanishing-derivative",
)
DISCONTINUOUS = "the function is discontinuous, so the claim does not apply, and no counterexample was found"
REFINEMENTS = 3
REFINED_SAMPLES = 64


def prove_activation(
    expression: Expression,
    kind: str = "activation.invex",
    constant: Fraction | None = None,
    timeout: float | None = None,
) -> Outcome:
    """Decide a claim about a function of x on all of R.

    Args:
        expression: the function, in the variable x alone.
        kind: one of `KINDS`.
        constant: for `activation.lipschitz`, the constant of the claim; None means "some constant".
        timeout: seconds for the search; what is known by then is reported.
    """
    table = expression.to_table()
    shop = Workshop(table, deadline=None if timeout is None else time.monotonic() + timeout)
    claim: dict[str, Any] = {"kind": kind, "negated": False, "subject": table}
    if constant is not None:
        claim["constant"] = str(constant)
    bound = None if constant is None else exact(constant)
    try:
        land = survey(shop, expression)
        return _undefined(land, expression) or _decide(land, claim, bound)
    except PiecewiseError as error:
        return Outcome(Verdict.NOT_APPLICABLE, reason=str(error))
    except Unresolved as failure:
        return undecided(shop, str(failure))
    except OutOfTime:
        return undecided(shop, "the time allowed is over")


def _decide(land: Landscape, claim: dict[str, Any], constant: fmpq | None) -> Outcome:
    shop = land.shop
    goal, opposite = (Claim(claim["kind"], shop.subject, negated, constant) for negated in (False, True))
    discontinuity = None if goal.kind == "activation.piecewise-analytic" else _jump(land)
    for _ in range(REFINEMENTS):
        step = find_counterexample(land, opposite)
        if step is not None:
            return Outcome(Verdict.REFUTED, shop.finish({**claim, "negated": True}, step))
        if discontinuity is not None:
            return Outcome(Verdict.NOT_APPLICABLE, discontinuity, DISCONTINUOUS)
        step = find_proof(land, goal)
        if step is not None:
            return Outcome(Verdict.PROVED, shop.finish(claim, step))
        if not _refine(land):
            break
    return undecided(shop, "neither a proof nor a counterexample was found")


def _undefined(land: Landscape, expression: Expression) -> Outcome | None:
    """That the function has no value at some point: then claims about all of R do not apply to it."""
    places = [Fraction(v) for v in (0, 1, -1, 3, -3, 100, -100)]
    exact = [c.value for c in land.cuts if c.value is not None]
    for x in [*places, *(fraction(v) for v in exact)]:
        try:
            mpmath_value(expression, {"x": x})
        except TooLargeError:
            continue
        except EvaluationError as error:
            return Outcome(Verdict.NOT_APPLICABLE, reason=f"the function is undefined at x = {x}: {error}")
    return None


def find_counterexample(land: Landscape, claim: Claim) -> Step | None:
    """A step for a negated claim."""
    return refute(land, claim) if claim.kind == "activation.invex" else refute_property(land, claim)


def find_proof(land: Landscape, claim: Claim) -> Step | None:
    """A step for a claim; none where there are infinitely many pieces."""
    if land.infinite:
        return None
    return prove_valley(land, claim) if claim.kind == "activation.invex" else prove_property(land, claim)


def _refine(land: Landscape) -> bool:
    """Sample where the search got stuck; whether that adds anything."""
    before = len(land.samples)
    for stuck in land.shop.stuck:
        if stuck.box is None:
            continue
        low, high = (rational_from(text) for text in stuck.box)
        if low is not None and high is not None and low < high:
            land.add_samples(low + (high - low) * k / REFINED_SAMPLES for k in range(1, REFINED_SAMPLES))
    land.shop.stuck.clear()
    land.shop.failed.clear()
    return len(land.samples) > before


def rational_from(text: str) -> Any:
    """A decimal text as an exact rational, None for an infinite one."""
    try:
        value = Fraction(text)
    except ValueError:
        return None
    return exact(value)


def _jump(land: Landscape) -> dict[str, Any] | None:
    """A certificate of discontinuity, if the function certainly jumps at some breakpoint."""
    kind = "activation.piecewise-analytic"
    shop = land.shop
    discontinuous = Claim(kind, shop.subject, True)
    step = first_complete(land, discontinuous, jumps(land, discontinuous))
    return None if step is None else shop.finish({"kind": kind, "negated": True, "subject": shop.table}, step)


def undecided(shop: Workshop, reason: str) -> Outcome:
    """The answer when the search ends: where it got stuck, and how fine it looked."""
    boxes = tuple(dict.fromkeys(stuck.box for stuck in shop.stuck if stuck.box is not None))
    widths = [float(high) - float(low) for low, high in boxes if "inf" not in low + high]
    delta = f"{min(widths):.3g}" if widths else None
    return Outcome(Verdict.UNDECIDED, reason=reason, boxes=boxes, delta=delta)
