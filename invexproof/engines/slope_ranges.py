"""Ranges of an activation's slopes over many intervals at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from invexproof.engines.boxes import Boxes, enclose, enclose_derivatives
from invexproof.engines.elementary import ELEMENTARY
from invexproof.engines.intervals import Interval
from invexproof.engines.rounding import Array
from invexproof.errors import InvexproofError
from invexproof.expressions.piecewise import PiecewiseError, normal_form
from invexproof.expressions.terms import Expression, var

HALVINGS = 6
EXACT_SLOPES = frozenset({"tanh", "sigmoid", "softplus", "erf"})
"""Operators whose entry in ELEMENTARY gives the range of the slope itself, not only something around it."""
TOUCHING = 1e-12
"""Intervals that end this near a breakpoint (relatively) count as touching the piece beyond it."""

_X = var("x")


class ActivationError(InvexproofError):
    """A function that is no activation: of several variables, or without a piecewise form."""


@dataclass(frozen=True)
class Activation:
    """A continuous function of x, analytic between finitely many breakpoints.

    halvings: where the slope is not monotone on an interval, that is cut in two so many times. The slopes'
    range on monotone parts is exact up to rounding; on the rest it is the intersection of interval
    evaluation and mean value form. Raises ActivationError when the ranges are first asked for.
    """

    expression: Expression
    halvings: int = HALVINGS

    @cached_property
    def pieces(self) -> tuple[tuple[float, float, Expression], ...]:
        """Ends and smooth expression of each piece; one piece if no breakpoint was found."""
        try:
            form = normal_form(self.expression)
        except PiecewiseError as error:
            raise ActivationError(f"the slopes of {self.expression} can't be enclosed: {error}") from error
        if form.infinite:
            raise ActivationError(
                f"{self.expression} has infinitely many kinks, so its slopes can't be enclosed"
            )
        cuts = [-np.inf, *map(float, form.breakpoints), np.inf]
        return tuple(
            (low, high, piece) for (low, high), piece in zip(pairwise(cuts), form.pieces, strict=True)
        )

    def values(self, points: Array) -> Array:
        """The function's values, same shape; nan where it has none."""
        flat = points.ravel()
        found = enclose(self.expression, Boxes.at_points(("x",), flat[:, None]))
        values = np.where(found.undefined, np.nan, 0.5 * (found.lower + found.upper))
        return np.asarray(values).reshape(points.shape)

    def value_ranges(self, lower: Array, upper: Array) -> tuple[Array, Array]:
        """Bounds of the values over [lower, upper], same shape: exact where the function is monotone there."""
        least, most = self.slopes(lower, upper)
        low, high = lower.ravel(), upper.ravel()
        found = enclose(self.expression, Boxes(("x",), low[:, None], high[:, None]))
        at_lower, at_upper = self.values(low), self.values(high)
        monotone = (least.ravel() >= 0.0) | (most.ravel() <= 0.0)
        bottom = np.where(monotone, np.minimum(at_lower, at_upper), found.lower)
        top = np.where(monotone, np.maximum(at_lower, at_upper), found.upper)
        return bottom.reshape(lower.shape), top.reshape(lower.shape)

    def slopes(self, lower: Array, upper: Array) -> tuple[Array, Array]:
        """Least and greatest slope over [lower, upper], one-sided slopes at breakpoints included.

        lower, upper: finite, any shape, which the results share. Infinite ends where there may be no bound.
        """
        low, high = lower.ravel(), upper.ravel()
        if len(self.pieces) == 1:
            found = _range(self.pieces[0][2], low, high, self.halvings)
            return found[0].reshape(lower.shape), found[1].reshape(lower.shape)
        least, most = np.full(low.shape, np.inf), np.full(low.shape, -np.inf)
        for start, end, piece in self.pieces:
            slack = TOUCHING * (1.0 + np.maximum(np.abs(low), np.abs(high)))
            touched = (low <= end + slack) & (high >= start - slack)
            if not touched.any():
                continue
            found = _range(
                piece, np.clip(low[touched], start, end), np.clip(high[touched], start, end), self.halvings
            )
            least[touched] = np.minimum(least[touched], found[0])
            most[touched] = np.maximum(most[touched], found[1])
        return least.reshape(lower.shape), most.reshape(lower.shape)


def _range(piece: Expression, lower: Array, upper: Array, halvings: int) -> tuple[Array, Array]:
    """The range of a smooth expression's derivative; lower, upper: shape (n,)."""
    if piece.op in EXACT_SLOPES and piece.args[0] == _X:
        argument = Interval(lower, upper)
        with np.errstate(all="ignore"):
            slope = ELEMENTARY[piece.op].first(argument, argument)  # these need no value
        return slope.lower, slope.upper
    found = enclose_derivatives(piece, Boxes(("x",), lower[:, None], upper[:, None]), second=True)
    least, most = found.gradient[0].lower.copy(), found.gradient[0].upper.copy()
    if found.second is None:
        raise RuntimeError("second derivatives were asked for")
    monotone = (found.second.lower >= 0.0) | (found.second.upper <= 0.0)
    if monotone.any():
        ends = np.concatenate([lower[monotone], upper[monotone]])
        slope = enclose_derivatives(piece, Boxes.at_points(("x",), ends[:, None])).gradient[0]
        least[monotone] = slope.lower.reshape(2, -1).min(axis=0)
        most[monotone] = slope.upper.reshape(2, -1).max(axis=0)
    middle = 0.5 * lower + 0.5 * upper
    rest = ~monotone & (lower < middle) & (middle < upper)
    if not rest.any():
        return least, most
    if halvings:
        left = np.concatenate([lower[rest], middle[rest]])
        right = np.concatenate([middle[rest], upper[rest]])
        low, high = (ends.reshape(2, -1) for ends in _range(piece, left, right, halvings - 1))
        low, high = low.min(axis=0), high.max(axis=0)
    else:
        centre = enclose_derivatives(piece, Boxes.at_points(("x",), middle[rest, None])).gradient[0]
        bend = np.maximum(-found.second.lower, found.second.upper)[rest] * 0.5 * (upper - lower)[rest]
        low, high = centre.lower - bend, centre.upper + bend
    least[rest] = np.maximum(least[rest], low)
    most[rest] = np.minimum(most[rest], high)
    return least, most
