"""Boxes by the thousand: arrays of axis-parallel boxes and the enclosures of expressions over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from invexproof.engines.intervals import Interval
from invexproof.engines.jets import Enclosures, differentiate_over
from invexproof.engines.program import compile_expression
from invexproof.engines.rounding import LARGEST, Array, float_above, float_below
from invexproof.expressions.terms import Expression

Bounds = Mapping[str, tuple[Fraction | None, Fraction | None]]
"""Exact bounds of the variables, None for an infinite end."""


@dataclass(frozen=True, slots=True)
class Boxes:
    """n boxes in the variables `names`. lower, upper: float64, shape (n, d), C order, ends possibly
    infinite.
    """

    names: tuple[str, ...]
    lower: Array
    upper: Array

    def __len__(self) -> int:
        return len(self.lower)

    @classmethod
    def around(cls, bounds: Bounds) -> Boxes:
        """The one box that encloses exact bounds (rounded outward)."""
        low = [-np.inf if a is None else float_below(a) for a, _ in bounds.values()]
        high = [np.inf if b is None else float_above(b) for _, b in bounds.values()]
        shape = (1, len(bounds))
        return cls(tuple(bounds), np.array(low).reshape(shape), np.array(high).reshape(shape))

    @classmethod
    def at_points(cls, names: tuple[str, ...], points: Array) -> Boxes:
        """Boxes of one point each; points: shape (n, d)."""
        return cls(names, points, points)

    @classmethod
    def concatenate(cls, parts: Sequence[Boxes]) -> Boxes:
        return cls(
            parts[0].names,
            np.concatenate([part.lower for part in parts]),
            np.concatenate([part.upper for part in parts]),
        )

    def take(self, selection: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Boxes:
        return Boxes(self.names, self.lower[selection], self.upper[selection])

    def inputs(self) -> dict[str, Interval]:
        """One interval array a variable."""
        inputs = {}
        for column, name in enumerate(self.names):
            lower = np.ascontiguousarray(self.lower[:, column])
            same = self.lower is self.upper
            inputs[name] = Interval(lower, lower if same else np.ascontiguousarray(self.upper[:, column]))
        return inputs

    def centres(self) -> Array:
        """A point inside each box, shape (n, d): the midpoint, or a finite point of an unbounded box."""
        lower, upper = np.maximum(self.lower, -LARGEST), np.minimum(self.upper, LARGEST)
        return np.where(
            np.isfinite(self.lower) & np.isfinite(self.upper),
            0.5 * lower + 0.5 * upper,
            split_points(self.lower, self.upper),
        )

    def relative_widths(self) -> Array:
        """Width over 1 + distance of the box from 0, shape (n, d); inf for unbounded sides."""
        nearest = np.maximum(np.maximum(self.lower, -self.upper), 0.0)
        with np.errstate(invalid="ignore"):
            return np.asarray((self.upper - self.lower) / (1.0 + nearest))

    def bisect(self, axes: NDArray[np.intp]) -> Boxes:
        """Both halves of every box, split along `axes` (shape (n,)); unbounded sides split off growing
        shells.
        """
        rows = np.arange(len(self))
        points = split_points(self.lower[rows, axes], self.upper[rows, axes])
        left_upper, right_lower = self.upper.copy(), self.lower.copy()
        left_upper[rows, axes] = points
        right_lower[rows, axes] = points
        lower = np.concatenate([self.lower, right_lower])
        upper = np.concatenate([left_upper, self.upper])
        order = np.arange(2 * len(self)).reshape(2, -1).T.ravel()  # keep the halves of a box side by side
        return Boxes(self.names, lower[order], upper[order])


def split_points(lower: Array, upper: Array) -> Array:
    """Where to split [lower, upper]: the midpoint; 0 for R; for half-lines the ends of shells that grow by
    squaring.
    """
    low, high = np.maximum(lower, -LARGEST), np.minimum(upper, LARGEST)
    with np.errstate(over="ignore"):
        outward = np.where(low < 0.0, 0.0, np.maximum(np.maximum(2.0 * low, 0.25 * low * low), 1.0))
        inward = -np.where(high > 0.0, 0.0, np.maximum(np.maximum(-2.0 * high, 0.25 * high * high), 1.0))
    middle = 0.5 * low + 0.5 * high
    points = np.where(np.isneginf(lower), inward, np.where(np.isposinf(upper), outward, middle))
    points = np.where(np.isneginf(lower) & np.isposinf(upper), 0.0, points)
    return np.asarray(np.clip(points, -LARGEST, LARGEST))


def enclose(expression: Expression, boxes: Boxes) -> Interval:
    """The natural interval extension over all boxes at once; ends and masks of shape (n,)."""
    return spread(compile_expression(expression).value(boxes.inputs()), len(boxes))


def enclose_derivatives(expression: Expression, boxes: Boxes, second: bool = False) -> Enclosures:
    """Value, gradient with respect to `boxes.names`, and for one variable the second derivative if asked."""
    found = differentiate_over(compile_expression(expression), boxes.inputs(), boxes.names, second)
    count = len(boxes)
    return Enclosures(
        spread(found.value, count),
        tuple(spread(slope, count) for slope in found.gradient),
        None if found.second is None else spread(found.second, count),
    )


def spread(interval: Interval, count: int) -> Interval:
    """Broadcast the ends and masks of an interval array to shape (count,)."""
    return Interval(
        *(
            np.broadcast_to(np.asarray(part), (count,))
            for part in (interval.lower, interval.upper, interval.undefined, interval.nowhere)
        )
    )
