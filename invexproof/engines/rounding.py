"""Outward rounding of float64 arrays by multiplication, which NumPy vectorises (nextafter is seven times
slower).

`down(s, k)` is at most the real number that `s` approximates when `s` is off by at most `k` units in the
last place, and `up` is at least it. Both keep the invariant of interval ends: a lower end is never +inf, an
upper end never -inf, so sums of lower ends (or of upper ends) can't produce NaN.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

EPSILON = 2.0**-52
LARGEST = float(np.finfo(np.float64).max)
TINY = 5e-324


def down(values: Array, ulps: int = 1) -> Array:
    """Lower bounds, same shape; exact zeros stay zero (a floating-point sum is zero only where the real sum
    is).
    """
    low = values * (1.0 - ulps * EPSILON)
    np.minimum(low, values * (1.0 + ulps * EPSILON), out=low)
    return np.minimum(low, LARGEST, out=low)


def up(values: Array, ulps: int = 1) -> Array:
    """Upper bounds, same shape; the mirror image of `down`."""
    high = values * (1.0 + ulps * EPSILON)
    np.maximum(high, values * (1.0 - ulps * EPSILON), out=high)
    return np.maximum(high, -LARGEST, out=high)


def down_underflowing(values: Array, ulps: int = 1) -> Array:
    """`down` for operations whose result may underflow (products, quotients, exp): also subtracts the least
    float.
    """
    return down(values, ulps) - TINY


def up_underflowing(values: Array, ulps: int = 1) -> Array:
    """`up` for operations whose result may underflow: also adds the least float."""
    return up(values, ulps) + TINY


def float_below(value: Fraction) -> float:
    """The largest float64 that is at most `value`, -inf below the range."""
    nearest = _nearest(value)
    if nearest == np.inf:
        return LARGEST
    if nearest == -np.inf or Fraction(nearest) <= value:
        return nearest
    return float(np.nextafter(nearest, -np.inf))


def float_above(value: Fraction) -> float:
    """The least float64 that is at least `value`, inf above the range."""
    return -float_below(-value)


def _nearest(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return float(np.inf) if value > 0 else float(-np.inf)
