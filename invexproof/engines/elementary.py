"""Interval evaluation of the elementary functions, with their first and second derivatives: one table,
`ELEMENTARY`.

NumPy and libm are taken to be off by at most `ULPS` units in the last place (4 is what NumPy promises of
its vector code). A hint needs no more; the checker repeats what matters in ball arithmetic.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from invexproof.engines.intervals import (
    Interval,
    absolute,
    add,
    between,
    constant,
    divide,
    integer_power,
    multiply,
    negative,
    rational_power,
    sign,
    square,
    widened,
)
from invexproof.engines.rounding import Array, down_underflowing, up_underflowing

ULPS = 6
LARGEST_ANGLE = 1e6
"""Beyond it the position in the period isn't known well enough, and sin, cos, tan give up."""
PHASE_SLACK = 1e-9

ONE, TWO, HALF = between(1.0, 1.0), between(2.0, 2.0), between(0.5, 0.5)
ERF_SLOPE = between(1.1283791670955123, 1.1283791670955128)
"""Encloses 2/sqrt(pi), the derivative of erf at 0."""

Pointwise = Callable[[Array], Array]
OnIntervals = Callable[[Interval], Interval]
Derivative = Callable[[Interval, Interval], Interval]


@dataclass(frozen=True, slots=True)
class Elementary:
    """An elementary function: its enclosure, and enclosures of its derivatives from the argument and the
    value.
    """

    value: OnIntervals
    first: Derivative
    second: Derivative


def sigmoid_values(u: Array) -> Array:
    return np.asarray(1.0 / (1.0 + np.exp(-u)))


def softplus_values(u: Array) -> Array:
    return np.asarray(np.logaddexp(0.0, u))


def erf_values(u: Array) -> Array:
    return np.fromiter(map(math.erf, u.tolist()), np.float64, len(u))


def erfc_values(u: Array) -> Array:
    return np.fromiter(map(math.erfc, u.tolist()), np.float64, len(u))


def increasing(
    function: Pointwise, least: float = -np.inf, most: float = np.inf, odd: bool = False
) -> OnIntervals:
    """The enclosure of an increasing function on all of R with range inside (least, most)."""

    def enclose(u: Interval) -> Interval:
        low = down_underflowing(np.asarray(function(u.lower)), ULPS)
        high = up_underflowing(np.asarray(function(u.upper)), ULPS)
        if odd:  # rounding must not cross the zero that the sign of the argument excludes
            low[u.lower >= 0.0] = np.maximum(low[u.lower >= 0.0], 0.0)
            high[u.upper <= 0.0] = np.minimum(high[u.upper <= 0.0], 0.0)
        return Interval(np.maximum(low, least), np.minimum(high, most), u.undefined, u.nowhere)

    return enclose


def logarithm(u: Interval) -> Interval:
    with np.errstate(divide="ignore"):
        low, high = np.log(np.maximum(u.lower, 0.0)), np.log(np.maximum(u.upper, 0.0))
    never = u.upper <= 0.0
    # A nowhere-defined log has log(0) = -inf as its upper end, which the invariant forbids.
    value = Interval(
        down_underflowing(low, ULPS),
        up_underflowing(high, ULPS),
        u.undefined | (u.lower <= 0.0),
        u.nowhere | never,
    )
    return widened(value, never)


def square_root(u: Interval) -> Interval:
    return rational_power(u, Fraction(1, 2))


def bump(function: Pointwise, most: float) -> OnIntervals:
    """The enclosure of an even positive function that decreases with |u| from `most` at 0 to 0."""

    def enclose(u: Interval) -> Interval:
        size = absolute(u)
        low = down_underflowing(np.asarray(function(size.upper)), ULPS)
        high = up_underflowing(np.asarray(function(size.lower)), ULPS)
        return Interval(np.maximum(low, 0.0), np.minimum(high, most), u.undefined, u.nowhere)

    return enclose


def _hits(u: Interval, offset: float, period: float) -> NDArray[np.bool_]:
    """Where [lower, upper] may contain offset + k * period for an integer k."""
    first = np.ceil((u.lower - offset) / period - PHASE_SLACK)
    last = np.floor((u.upper - offset) / period + PHASE_SLACK)
    return np.asarray(first <= last)


def _lost(u: Interval, period: float) -> NDArray[np.bool_]:
    too_far = np.maximum(-u.lower, u.upper) > LARGEST_ANGLE
    return np.asarray(too_far | (u.upper - u.lower >= period))


def wave(function: Pointwise, peak: float) -> OnIntervals:
    """The enclosure of sin or cos: `peak` is where it is 1; it is -1 half a period later."""

    def enclose(u: Interval) -> Interval:
        lost = _lost(u, 2.0 * math.pi)
        start, end = np.where(lost, 0.0, u.lower), np.where(lost, 0.0, u.upper)
        safe = Interval(start, end)
        at_start, at_end = function(start), function(end)
        low = down_underflowing(np.minimum(at_start, at_end), ULPS)
        high = up_underflowing(np.maximum(at_start, at_end), ULPS)
        low[lost | _hits(safe, peak + math.pi, 2.0 * math.pi)] = -1.0
        high[lost | _hits(safe, peak, 2.0 * math.pi)] = 1.0
        return Interval(np.maximum(low, -1.0), np.minimum(high, 1.0), u.undefined, u.nowhere)

    return enclose


def tangent(u: Interval) -> Interval:
    lost = _lost(u, math.pi)
    safe = Interval(np.where(lost, 0.0, u.lower), np.where(lost, 0.0, u.upper))
    pole = lost | _hits(safe, math.pi / 2.0, math.pi)
    low = down_underflowing(np.tan(safe.lower), ULPS)
    high = up_underflowing(np.tan(safe.upper), ULPS)
    return widened(Interval(low, high, u.undefined | pole, u.nowhere), pole)


def hyperbolic_cosine(u: Interval) -> Interval:
    size = absolute(u)
    low = np.maximum(down_underflowing(np.cosh(size.lower), ULPS), 1.0)
    return Interval(low, up_underflowing(np.cosh(size.upper), ULPS), u.undefined, u.nowhere)


def _reciprocal_cosh_squared(u: Array) -> Array:
    return np.asarray(1.0 / np.square(np.cosh(u)))


exponential = increasing(np.exp, 0.0)
hyperbolic_tangent = increasing(np.tanh, -1.0, 1.0, odd=True)
sigmoid = increasing(sigmoid_values, 0.0, 1.0)
softplus = increasing(softplus_values, 0.0)
error_function = increasing(erf_values, -1.0, 1.0, odd=True)
complementary_error = increasing(lambda u: erfc_values(-u), 0.0, 2.0)
"""u -> erfc(-u) = 1 + erf(u), without the cancellation."""
sine, cosine = wave(np.sin, math.pi / 2.0), wave(np.cos, 0.0)
sech_squared = bump(_reciprocal_cosh_squared, 1.0)
sigmoid_slope = bump(lambda u: 0.25 * _reciprocal_cosh_squared(0.5 * u), 0.25)
gaussian = bump(lambda u: np.exp(-np.square(u)), 1.0)


def _one_plus_square(u: Interval) -> Interval:
    return add(ONE, square(u))


def _kink_slope(u: Interval) -> Interval:
    return Interval(np.where(u.lower < 0.0, -1.0, 1.0), np.where(u.upper > 0.0, 1.0, -1.0)).flagged_like(u)


def _zero_off_the_kink(u: Interval, _value: Interval) -> Interval:
    zero = np.zeros_like(u.lower)
    return widened(Interval(zero, zero), (u.lower < 0.0) & (u.upper > 0.0))


def _zero_off_the_jump(u: Interval, _value: Interval) -> Interval:
    zero = np.zeros_like(u.lower)
    return widened(Interval(zero, zero), u.contains_zero())


ELEMENTARY: dict[str, Elementary] = {
    "neg": Elementary(negative, lambda u, v: negative(ONE), lambda u, v: between(0.0, 0.0)),
    "exp": Elementary(exponential, lambda u, v: v, lambda u, v: v),
    "log": Elementary(logarithm, lambda u, v: divide(ONE, u), lambda u, v: negative(integer_power(u, -2))),
    "sqrt": Elementary(
        square_root,
        lambda u, v: divide(HALF, v),
        lambda u, v: multiply(constant(Fraction(-1, 4)), rational_power(u, Fraction(-3, 2))),
    ),
    "sin": Elementary(sine, lambda u, v: cosine(u), lambda u, v: negative(v)),
    "cos": Elementary(cosine, lambda u, v: negative(sine(u)), lambda u, v: negative(v)),
    "tan": Elementary(
        tangent,
        lambda u, v: _one_plus_square(v),
        lambda u, v: multiply(multiply(TWO, v), _one_plus_square(v)),
    ),
    "atan": Elementary(
        increasing(np.arctan, -1.5707963267948968, 1.5707963267948968, odd=True),
        lambda u, v: divide(ONE, _one_plus_square(u)),
        lambda u, v: divide(multiply(between(-2.0, -2.0), u), square(_one_plus_square(u))),
    ),
    "asinh": Elementary(
        increasing(np.arcsinh, odd=True),
        lambda u, v: divide(ONE, square_root(_one_plus_square(u))),
        lambda u, v: negative(divide(u, rational_power(_one_plus_square(u), Fraction(3, 2)))),
    ),
    "sinh": Elementary(increasing(np.sinh, odd=True), lambda u, v: hyperbolic_cosine(u), lambda u, v: v),
    "cosh": Elementary(hyperbolic_cosine, lambda u, v: ELEMENTARY["sinh"].value(u), lambda u, v: v),
    "tanh": Elementary(
        hyperbolic_tangent,
        lambda u, v: sech_squared(u),
        lambda u, v: multiply(multiply(between(-2.0, -2.0), v), sech_squared(u)),
    ),
    "sigmoid": Elementary(
        sigmoid,
        lambda u, v: sigmoid_slope(u),
        lambda u, v: negative(multiply(sigmoid_slope(u), hyperbolic_tangent(multiply(HALF, u)))),
    ),
    "softplus": Elementary(softplus, lambda u, v: sigmoid(u), lambda u, v: sigmoid_slope(u)),
    "erf": Elementary(
        error_function,
        lambda u, v: multiply(ERF_SLOPE, gaussian(u)),
        lambda u, v: multiply(multiply(between(-2.0, -2.0), u), multiply(ERF_SLOPE, gaussian(u))),
    ),
    "abs": Elementary(absolute, lambda u, v: _kink_slope(u), _zero_off_the_kink),
    "sign": Elementary(sign, _zero_off_the_jump, _zero_off_the_jump),
}
"""Every unary operator of the term tables, `neg` included."""

FUSED: dict[str, OnIntervals] = {
    "one_plus_erf": complementary_error,
    "one_minus_erf": lambda u: complementary_error(negative(u)),
    "one_plus_tanh": lambda u: multiply(TWO, sigmoid(multiply(TWO, u))),
    "one_minus_tanh": lambda u: multiply(TWO, sigmoid(multiply(between(-2.0, -2.0), u))),
    "one_minus_sigmoid": lambda u: sigmoid(negative(u)),
    "one_minus_tanh_squared": sech_squared,
    "exp_minus_one": increasing(np.expm1, -1.0, odd=True),
    "square": square,
}
"""Enclosures of small compounds that lose all digits to cancellation when evaluated operator by operator.

All are defined on all of R, so they change no domain.
"""
