"""Deciding atoms and formulas over boxes: impossible on the whole box, certain on the whole box, or
neither.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from invexproof.engines.boxes import Boxes, enclose, enclose_derivatives
from invexproof.engines.interface import Atom, Conjunction, Formula, Relation, atoms
from invexproof.engines.intervals import Interval, add, multiply, subtract
from invexproof.engines.rounding import Array
from invexproof.expressions.terms import Expression

Mask = NDArray[np.bool_]
Test = Callable[[Array, Array], Mask]

POSSIBLE: Mapping[Relation, Test] = {
    ">": lambda low, high: high > 0.0,
    ">=": lambda low, high: high >= 0.0,
    "<": lambda low, high: low < 0.0,
    "<=": lambda low, high: low <= 0.0,
    "=": lambda low, high: (low <= 0.0) & (high >= 0.0),
    "!=": lambda low, high: (low < 0.0) | (high > 0.0),
}
"""Whether some value in [low, high] satisfies the relation."""

CERTAIN: Mapping[Relation, Test] = {
    ">": lambda low, high: low > 0.0,
    ">=": lambda low, high: low >= 0.0,
    "<": lambda low, high: high < 0.0,
    "<=": lambda low, high: high <= 0.0,
    "=": lambda low, high: (low == 0.0) & (high == 0.0),
    "!=": lambda low, high: (low > 0.0) | (high < 0.0),
}
"""Whether every value in [low, high] satisfies the relation."""


def weakened_certain(relation: Relation, low: Array, high: Array, delta: float) -> Mask:
    """Whether every value in [low, high] satisfies the relation weakened by delta."""
    above, below = low >= -delta, high <= delta
    if relation in (">", ">="):
        return above
    if relation in ("<", "<="):
        return below
    return np.asarray(above & below) if relation == "=" else np.ones_like(above)


@dataclass(frozen=True, slots=True)
class Judgement:
    """For n boxes, shape (n,): could the formula hold somewhere, and does it hold everywhere, on each box?"""

    possible: Mask
    certain: Mask


def judge(formula: Formula, boxes: Boxes, refine: bool = True) -> Judgement:
    """Judge a formula over boxes; `refine` spends derivatives on the atoms that the plain evaluation leaves
    open.
    """
    if isinstance(formula, Atom):
        return _judge_atom(formula, boxes, refine)
    judgements = [judge(part, boxes, refine) for part in formula.parts]
    together = isinstance(formula, Conjunction)
    combine = np.logical_and if together else np.logical_or
    neutral = np.full(len(boxes), together)
    return Judgement(
        reduce(combine, (part.possible for part in judgements), neutral),
        reduce(combine, (part.certain for part in judgements), neutral),
    )


def _judge_atom(atom: Atom, boxes: Boxes, refine: bool) -> Judgement:
    value = enclose(atom.expression, boxes)
    possible = POSSIBLE[atom.relation](value.lower, value.upper) & ~np.asarray(value.nowhere)
    certain = CERTAIN[atom.relation](value.lower, value.upper) & ~np.asarray(value.undefined)
    undecided = np.flatnonzero(possible & ~certain & ~np.asarray(value.undefined))
    if refine and len(undecided):
        tighter = refined(atom.expression, boxes.take(undecided))
        possible[undecided] = POSSIBLE[atom.relation](tighter.lower, tighter.upper)
        certain[undecided] = CERTAIN[atom.relation](tighter.lower, tighter.upper)
    return Judgement(possible, certain)


def weakly_certain(formula: Formula, boxes: Boxes, delta: float) -> Mask:
    """Whether the formula weakened by delta holds on the whole of each box, shape (n,).

    Atoms about rational constants (as derivatives of affine pieces are) stay as they are: nothing hides
    their truth.
    """
    if isinstance(formula, Atom) and formula.expression.op == "rat":
        return judge(formula, boxes, refine=False).certain
    if isinstance(formula, Atom):
        value = enclose(formula.expression, boxes)
        held = weakened_certain(formula.relation, value.lower, value.upper, delta)
        return held & ~np.asarray(value.undefined, dtype=np.bool_)
    together = isinstance(formula, Conjunction)
    combine = np.logical_and if together else np.logical_or
    parts = (weakly_certain(part, boxes, delta) for part in formula.parts)
    return reduce(combine, parts, np.full(len(boxes), together))


def refined(expression: Expression, boxes: Boxes) -> Interval:
    """Enclosures over boxes by the mean-value form and the monotonicity test, intersected with the plain
    ones.
    """
    found = enclose_derivatives(expression, boxes)
    lower, upper = _mean_value_form(expression, boxes, found.gradient)
    low_corners, high_corners = _monotone_corners(boxes, found.gradient)
    at_low, at_high = enclose(expression, low_corners), enclose(expression, high_corners)
    lower = np.maximum(np.maximum(lower, at_low.lower), found.value.lower)
    upper = np.minimum(np.minimum(upper, at_high.upper), found.value.upper)
    return Interval(lower, upper, found.value.undefined, found.value.nowhere)


def _mean_value_form(
    expression: Expression, boxes: Boxes, gradient: tuple[Interval, ...]
) -> tuple[Array, Array]:
    """f(c) + sum of f_i(X) (X_i - c_i)."""
    centres = boxes.centres()
    with np.errstate(all="ignore"):
        total = enclose(expression, Boxes.at_points(boxes.names, centres))
        for axis, slope in enumerate(gradient):
            centre = np.ascontiguousarray(centres[:, axis])
            step = subtract(Interval(boxes.lower[:, axis], boxes.upper[:, axis]), Interval(centre, centre))
            total = add(total, multiply(slope, step))
    return total.lower, total.upper


def _monotone_corners(boxes: Boxes, gradient: tuple[Interval, ...]) -> tuple[Boxes, Boxes]:
    """Boxes with every side in which f is monotone shrunk to the end where f is least, and to where it is
    greatest.
    """
    low = (boxes.lower.copy(), boxes.upper.copy())
    high = (boxes.lower.copy(), boxes.upper.copy())
    for axis, slope in enumerate(gradient):
        start, end = boxes.lower[:, axis], boxes.upper[:, axis]
        rising, falling = slope.lower >= 0.0, slope.upper <= 0.0
        at_start, at_end = np.isfinite(start), np.isfinite(end)
        low[1][rising & at_start, axis] = start[rising & at_start]
        high[0][rising & at_end, axis] = end[rising & at_end]
        low[0][falling & at_end, axis] = end[falling & at_end]
        high[1][falling & at_start, axis] = start[falling & at_start]
    return Boxes(boxes.names, *low), Boxes(boxes.names, *high)


def hopeless(formula: Formula, boxes: Boxes) -> Mask:
    """Boxes that splitting will not decide: every open atom is as uncertain at the centre as on the whole
    box.

    There rounding, underflow or a lost period (sin of 1e9) hides the sign, and only more precision would
    help.
    """
    thin = Boxes.at_points(boxes.names, boxes.centres())
    result = np.ones(len(boxes), dtype=np.bool_)
    for atom in atoms(formula):
        wide, narrow = enclose(atom.expression, boxes), enclose(atom.expression, thin)
        with np.errstate(invalid="ignore", over="ignore"):
            same = 8.0 * (narrow.upper - narrow.lower) >= wide.upper - wide.lower
        open_at_centre = POSSIBLE[atom.relation](narrow.lower, narrow.upper)
        open_at_centre &= ~CERTAIN[atom.relation](narrow.lower, narrow.upper)
        decided = CERTAIN[atom.relation](wide.lower, wide.upper) & ~np.asarray(wide.undefined)
        decided |= ~POSSIBLE[atom.relation](wide.lower, wide.upper)
        result &= decided | (same & open_at_centre)
    return result
