"""Values and one-sided slopes of functions of one variable, in floating point and exactly."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Literal, TypeAlias

import mpmath
import numpy as np

from invexproof.expressions.breakpoints import DIGITS
from invexproof.expressions.calculus import differentiate
from invexproof.expressions.evaluation import fraction_value, numpy_function, to_mpf
from invexproof.expressions.piecewise import PiecewiseError, normal_form
from invexproof.expressions.terms import Expression
from invexproof.networks.tensors import Array

Side: TypeAlias = Literal["left", "right"]
"""Which one-sided derivative stands for the slope at a kink."""


class Univariate:
    """A function of x with its derivative on each smooth piece; use :func:`univariate`.

    A piece holds up to its ends, so that at a kink there is a slope from either side.  Where a function has no
    piecewise form, its slope at kinks is undefined (nan).
    """

    def __init__(self, function: Expression) -> None:
        self.function = function
        self.value: Callable[..., Array] = numpy_function(function)
        try:
            form = normal_form(function)
        except PiecewiseError:
            form = None
        smooth = form is None or form.infinite or len(form.pieces) == 1
        self.points = () if form is None or smooth else form.breakpoints
        pieces = (function,) if form is None or smooth else form.pieces
        self.derivatives = tuple(differentiate(piece, "x") for piece in pieces)

    @cached_property
    def _slopes(self) -> tuple[Callable[..., Array], ...]:
        return tuple(numpy_function(d) for d in self.derivatives)

    def slope(self, z: Array, side: Side = "right") -> Array:
        """The derivative at each entry, from the given side at kinks; nan where there is none."""
        if not self.points:
            return self._slopes[0](z)
        cuts = np.array([float(p) for p in self.points])
        number = np.searchsorted(cuts, z, side=side)
        slopes = np.full(z.shape, np.nan)
        for k in np.unique(number):
            where = number == k
            slopes[where] = self._slopes[k](z[where])
        return slopes

    def exact_value(self, z: Fraction) -> Fraction | None:
        """The value; None if it is undefined or not seen to be rational."""
        return fraction_value(self.function, {"x": z})

    def exact_slope(self, z: Fraction, side: Side = "right") -> Fraction | None:
        """The derivative, from the given side at a kink; None if undefined or not seen to be rational."""
        where = bisect_left if side == "left" else bisect_right
        number = where(self._ordered(z), 0)
        return fraction_value(self.derivatives[number], {"x": z})

    def _ordered(self, z: Fraction) -> list[int]:
        """The signs of the breakpoints minus z, an increasing sequence."""
        with mpmath.workdps(DIGITS):
            gaps = [p.value - to_mpf(z) if p.rational is None else p.rational - z for p in self.points]
        return [int(gap > 0) - int(gap < 0) for gap in gaps]


@lru_cache(maxsize=4096)
def univariate(function: Expression) -> Univariate:
    """The function, prepared for evaluation (remembered)."""
    return Univariate(function)
