"""Arrays of intervals with outward rounding, and the arithmetic on them.

An end that is infinite bounds a set of *finite* reals, hence 0 * inf = 0. Where an operation may be
undefined on part of its arguments the interval encloses the defined values and a mask says so; no end is
ever NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from invexproof.engines.rounding import (
    TINY,
    Array,
    down,
    down_underflowing,
    float_above,
    float_below,
    up,
    up_underflowing,
)

Mask = NDArray[np.bool_] | bool


@dataclass(frozen=True, slots=True)
class Interval:
    """n intervals, each [lower, upper].

    lower, upper: float64 of shape (n,), or (1,) for a constant. undefined: where the expression may be
    undefined somewhere on the box. nowhere: where it is certainly undefined on all of the box (the ends
    mean nothing there).
    """

    lower: Array
    upper: Array
    undefined: Mask = False
    nowhere: Mask = False

    def contains_zero(self) -> NDArray[np.bool_]:
        return (self.lower <= 0.0) & (self.upper >= 0.0)

    def flagged_like(self, *others: Interval) -> Interval:
        """The same ends, with the masks of `others` added: an operation is undefined where an argument is."""
        undefined, nowhere = self.undefined, self.nowhere
        for other in others:
            undefined, nowhere = undefined | other.undefined, nowhere | other.nowhere
        return Interval(self.lower, self.upper, undefined, nowhere)


@dataclass(frozen=True, slots=True)
class Truth:
    """n truth values over boxes: which of true and false can occur; the masks are those of `Interval`."""

    can_true: NDArray[np.bool_]
    can_false: NDArray[np.bool_]
    undefined: Mask = False
    nowhere: Mask = False


def constant(value: Fraction) -> Interval:
    """The tightest float enclosure of a rational, shape (1,)."""
    low, high = float_below(value), float_above(value)
    lower = np.array([low])
    return Interval(lower, lower if low == high else np.array([high]))


def between(low: float, high: float) -> Interval:
    """The interval [low, high], shape (1,)."""
    return Interval(np.array([low]), np.array([high]))


def hull(a: Interval, b: Interval) -> Interval:
    return Interval(np.minimum(a.lower, b.lower), np.maximum(a.upper, b.upper)).flagged_like(a, b)


def widened(a: Interval, where: Mask) -> Interval:
    """`a` with (-inf, inf) where the mask holds."""
    if where is False:
        return a
    return Interval(
        np.where(where, -np.inf, a.lower), np.where(where, np.inf, a.upper), a.undefined, a.nowhere
    )


def negative(a: Interval) -> Interval:
    return Interval(-a.upper, -a.lower, a.undefined, a.nowhere)


def add(a: Interval, b: Interval) -> Interval:
    return Interval(
        down(a.lower + b.lower), up(a.upper + b.upper), a.undefined | b.undefined, a.nowhere | b.nowhere
    )


def subtract(a: Interval, b: Interval) -> Interval:
    return Interval(
        down(a.lower - b.upper), up(a.upper - b.lower), a.undefined | b.undefined, a.nowhere | b.nowhere
    )


def multiply(a: Interval, b: Interval) -> Interval:
    return _from_corners(np.multiply, a, b, a.undefined | b.undefined, a.nowhere | b.nowhere)


def divide(a: Interval, b: Interval) -> Interval:
    """Quotients; a divisor that contains 0 flags the result and gives the hull over the divisors that
    aren't 0.
    """
    zero = b.contains_zero()
    undefined, nowhere = a.undefined | b.undefined, a.nowhere | b.nowhere
    if not zero.any():
        return _from_corners(np.divide, a, b, undefined, nowhere)
    # The signs of the zeros steer IEEE division to the infinity on the right side: [+0, h] and [l, -0].
    lower = np.where(b.lower == 0.0, 0.0, b.lower)
    upper = np.where(b.upper == 0.0, -0.0, b.upper)
    quotient = _from_corners(np.divide, a, Interval(lower, upper), undefined | zero, nowhere)
    straddles = zero & (b.lower < 0.0) & (b.upper > 0.0)
    never = (b.lower == 0.0) & (b.upper == 0.0)
    quotient = widened(quotient, straddles | never)
    return Interval(quotient.lower, quotient.upper, quotient.undefined, nowhere | never)


def _from_corners(
    operation: Callable[[Array, Array], Array], a: Interval, b: Interval, undefined: Mask, nowhere: Mask
) -> Interval:
    """The hull of an operation that is monotone in each argument, from the values at the four corners."""
    left = (a.lower,) if a.lower is a.upper else (a.lower, a.upper)
    right = (b.lower,) if b.lower is b.upper else (b.lower, b.upper)
    corners = [operation(p, q) for p in left for q in right]
    lower, upper = corners[0], corners[0]
    for corner in corners[1:]:
        lower, upper = np.minimum(lower, corner), np.maximum(upper, corner)
    if np.isnan(lower).any():  # 0 * inf, 0 / 0 or inf / inf: the value 0 is right in each case
        corners = [np.where(np.isnan(corner), 0.0, corner) for corner in corners]
        lower, upper = np.minimum.reduce(corners), np.maximum.reduce(corners)
    lower, upper = down_underflowing(lower), up_underflowing(upper)
    _keep_sign(lower, upper, a, b)
    return Interval(lower, upper, undefined, nowhere)


def _keep_sign(lower: Array, upper: Array, a: Interval, b: Interval) -> None:
    """Undo, in place, the rounding across zero where the signs of the arguments already decide the sign."""
    touching = lower == -TINY
    if touching.any():
        same = ((a.lower >= 0.0) & (b.lower >= 0.0)) | ((a.upper <= 0.0) & (b.upper <= 0.0))
        lower[touching & same] = 0.0
    touching = upper == TINY
    if touching.any():
        opposite = ((a.lower >= 0.0) & (b.upper <= 0.0)) | ((a.upper <= 0.0) & (b.lower >= 0.0))
        upper[touching & opposite] = 0.0


def square(a: Interval) -> Interval:
    return integer_power(a, 2)


def integer_power(a: Interval, exponent: int) -> Interval:
    """a**exponent for any integer; exponent 0 gives 1 (0**0 = 1), negative exponents are undefined at 0."""
    if exponent == 0:
        return between(1.0, 1.0).flagged_like(a)
    if exponent < 0:
        return divide(between(1.0, 1.0), integer_power(a, -exponent))
    power = float(exponent)
    if exponent % 2:
        low, high = np.power(a.lower, power), np.power(a.upper, power)
        lower, upper = down_underflowing(low, 4), up_underflowing(high, 4)
        lower[a.lower >= 0.0] = np.maximum(lower[a.lower >= 0.0], 0.0)
        upper[a.upper <= 0.0] = np.minimum(upper[a.upper <= 0.0], 0.0)
        return Interval(lower, upper, a.undefined, a.nowhere)
    least = np.maximum(np.maximum(a.lower, -a.upper), 0.0)
    most = np.maximum(-a.lower, a.upper)
    if exponent == 2:
        low, high = down_underflowing(least * least), up_underflowing(most * most)
    else:
        low, high = down_underflowing(np.power(least, power), 4), up_underflowing(np.power(most, power), 4)
    return Interval(np.maximum(low, 0.0), high, a.undefined, a.nowhere)


def rational_power(a: Interval, exponent: Fraction) -> Interval:
    """a**(p/q), q > 1: undefined below 0, and at 0 if p < 0."""
    positive = exponent > 0
    outside = a.lower < 0.0 if positive else a.lower <= 0.0
    never = a.upper < 0.0 if positive else a.upper <= 0.0
    base_low, base_high = np.maximum(a.lower, 0.0), np.maximum(a.upper, 0.0)
    if not positive:
        base_low, base_high = base_high, base_low
    powers = (float_below(exponent), float_above(exponent))
    low = np.minimum(np.power(base_low, powers[0]), np.power(base_low, powers[1]))
    high = np.maximum(np.power(base_high, powers[0]), np.power(base_high, powers[1]))
    lower = np.maximum(down_underflowing(low, 4), 0.0)
    return Interval(lower, up_underflowing(high, 4), a.undefined | outside, a.nowhere | never)


def absolute(a: Interval) -> Interval:
    least = np.maximum(np.maximum(a.lower, -a.upper), 0.0)
    return Interval(least, np.maximum(-a.lower, a.upper), a.undefined, a.nowhere)


def sign(a: Interval) -> Interval:
    return Interval(np.sign(a.lower), np.sign(a.upper), a.undefined, a.nowhere)


def minimum(a: Interval, b: Interval) -> Interval:
    return Interval(np.minimum(a.lower, b.lower), np.minimum(a.upper, b.upper)).flagged_like(a, b)


def maximum(a: Interval, b: Interval) -> Interval:
    return Interval(np.maximum(a.lower, b.lower), np.maximum(a.upper, b.upper)).flagged_like(a, b)


def less(a: Interval, b: Interval) -> Truth:
    return Truth(a.lower < b.upper, a.upper >= b.lower, a.undefined | b.undefined, a.nowhere | b.nowhere)


def less_equal(a: Interval, b: Interval) -> Truth:
    return Truth(a.lower <= b.upper, a.upper > b.lower, a.undefined | b.undefined, a.nowhere | b.nowhere)


def conjunction(a: Truth, b: Truth) -> Truth:
    return Truth(
        a.can_true & b.can_true, a.can_false | b.can_false, a.undefined | b.undefined, a.nowhere | b.nowhere
    )


def disjunction(a: Truth, b: Truth) -> Truth:
    return Truth(
        a.can_true | b.can_true, a.can_false & b.can_false, a.undefined | b.undefined, a.nowhere | b.nowhere
    )


def negation(a: Truth) -> Truth:
    return Truth(a.can_false, a.can_true, a.undefined, a.nowhere)


def first_match(cases: list[tuple[Truth, Interval]]) -> tuple[Interval, list[NDArray[np.bool_]]]:
    """A piecewise value: the hull of the feasible branches, and for each branch where it is feasible, shape
    (n,).
    """
    reach = np.array([True])
    lower, upper = np.array([np.inf]), np.array([-np.inf])
    undefined = np.array([False])
    somewhere = np.array([False])
    feasible_branches = []
    for condition, value in cases:
        undefined = undefined | (reach & condition.undefined)
        reach = reach & np.logical_not(condition.nowhere)
        feasible = reach & condition.can_true
        undefined = undefined | (feasible & value.undefined)
        present = feasible & np.logical_not(value.nowhere)
        lower = np.where(present, np.minimum(lower, value.lower), lower)
        upper = np.where(present, np.maximum(upper, value.upper), upper)
        somewhere = somewhere | present
        feasible_branches.append(feasible)
        reach = reach & condition.can_false
    nowhere = ~somewhere
    hulls = Interval(lower, upper, undefined | reach | nowhere, nowhere)
    return widened(hulls, nowhere), feasible_branches
