"""Claims about activations: from an expression to a verdict with a certificate."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import Any

from flint import fmpq
from invexcheck.goals import Claim
from invexcheck.pieces import jump_at, require_continuous
from invexcheck.errors import Refuse, Reject

from invexproof.expressions.piecewise import PiecewiseError
from invexproof.expressions.terms import Expression
from invexproof.provers.landscape import Landscape, survey
from invexproof.provers.outcome import Outcome, Verdict
from invexproof.provers.refutation import refute
from invexproof.provers.signs import complete
from invexproof.provers.valley import prove_valley
from invexproof.provers.workshop import OutOfTime, Step, Workshop

REFINEMENTS = 3
REFINED_SAMPLES = 64


def prove_invex(expression: Expression, timeout: float | None = None) -> Outcome:
    """Whether every Clarke-stationary point of a function on R is a global minimiser."""
    table = expression.to_table()
    shop = Workshop(table, deadline=None if timeout is None else time.monotonic() + timeout)
    claim = {"kind": "activation.invex", "negated": False, "subject": table}
    try:
        land = survey(shop, expression)
    except PiecewiseError as error:
        return Outcome(Verdict.NOT_APPLICABLE, reason=str(error))
    try:
        return _decide(land, claim)
    except OutOfTime:
        return undecided(shop, "the time allowed is over")


def _decide(land: Landscape, claim: dict[str, Any]) -> Outcome:
    shop = land.shop
    goal, opposite = (Claim(claim["kind"], shop.subject, negated) for negated in (False, True))
    jumps = _jumps(land)
    for _ in range(REFINEMENTS):
        step = refute(land, opposite)
        if step is not None:
            return Outcome(Verdict.REFUTED, shop.finish({**claim, "negated": True}, step))
        if jumps is not None:
            return Outcome(Verdict.NOT_APPLICABLE, jumps, "the function is discontinuous, and no stationary point refutes it")
        if not land.infinite:
            step = prove_valley(land, goal)
            if step is not None:
                return Outcome(Verdict.PROVED, shop.finish(claim, step))
        if not _refine(land):
            break
    return undecided(shop, "neither a proof nor a counterexample was found")


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
    return fmpq(value.numerator, value.denominator)


def _jumps(land: Landscape) -> dict[str, Any] | None:
    """A certificate of discontinuity, if the function certainly jumps at some breakpoint."""
    shop = land.shop
    for k, cut in enumerate(land.cuts):
        left, right = land.pieces[k], land.pieces[k + 1]
        try:
            require_continuous(shop.session, shop.subject, cut, left.resolution, right.resolution)
            continue
        except (Reject, Refuse):
            pass
        if not jump_at(shop.session, shop.subject, cut, left.resolution, right.resolution):
            continue
        low = [s.x for s in land.samples if s.piece == k]
        high = [s.x for s in land.samples if s.piece == k + 1]
        kind = "activation.piecewise-analytic"
        step: Step = {
            "rule": "jump", "at": shop.spell(cut), "from": str(low[-1]), "to": str(high[0]),
            "left": left.describe(), "right": right.describe(),
        }  # fmt: skip
        found = complete(shop, Claim(kind, shop.subject, True), step, 3)
        if found is not None:
            table = _table(shop)
            return shop.finish({"kind": kind, "negated": True, "subject": table}, found)
    return None


def _table(shop: Workshop) -> list[list[Any]]:
    table, _ = shop._table([shop.subject])
    return table


def undecided(shop: Workshop, reason: str) -> Outcome:
    """The answer when the search ends: where it got stuck, and how fine it looked."""
    boxes = tuple(dict.fromkeys(stuck.box for stuck in shop.stuck if stuck.box is not None))
    widths = [float(high) - float(low) for low, high in boxes if "inf" not in low + high]
    delta = f"{min(widths):.3g}" if widths else None
    return Outcome(Verdict.UNDECIDED, reason=reason, boxes=boxes, delta=delta)
