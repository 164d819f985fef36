"""Which preactivations occur in blocks of units over boxes of inputs, by two kinds of first-order enclosures.

Both rest on the mean value theorem: over a preactivation's range a unit with slopes in [l, u] satisfies
sigma(z) = sigma(m) + s (z - m) for some s in [l, u]. Mean-value forms enclose the product of all such slopes;
affine forms keep (l + u) / 2 and account for the rest by one independent number for each unit, which is
tighter by far after a few layers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from invexproof.engines.blocks import Block
from invexproof.engines.rounding import Array

Kind = Literal["mean-value", "affine"]
Units = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Ranges:
    """n vectors of k intervals [lower, upper]; both of shape (n, k)."""

    lower: Array
    upper: Array

    @property
    def radius(self) -> Array:
        return 0.5 * (self.upper - self.lower)

    @property
    def middle(self) -> Array:
        return 0.5 * (self.upper + self.lower)


@dataclass(frozen=True, slots=True)
class AffineForms:
    """n vectors of k entries: centre + sum of generators times independent numbers in [-1, 1], of which the
    first belong to the inputs. centre: shape (n, k); generators: shape (n, k, m).
    """

    centre: Array
    generators: Array

    @classmethod
    def over_boxes(cls, centre: Array, radius: Array) -> AffineForms:
        return cls(centre, _diagonal(radius))

    @classmethod
    def combination(cls, parts: Sequence[tuple[Array, AffineForms]], constant: Array) -> AffineForms:
        """constant + sum of matrix times vector over the parts."""
        centre = sum((form.centre @ matrix.T for matrix, form in parts), constant)
        count, width = len(parts[0][1].centre), max(form.generators.shape[2] for _, form in parts)
        generators = np.zeros((count, len(constant), width))
        for matrix, form in parts:
            generators[:, :, : form.generators.shape[2]] += matrix @ form.generators
        return cls(centre, generators)

    @property
    def linear(self) -> Array:
        return self.generators

    @property
    def ranges(self) -> Ranges:
        radius = np.abs(self.generators).sum(axis=-1)
        return Ranges(self.centre - radius, self.centre + radius)

    def activated(self, block: Block, units: Units, ranges: Ranges, slopes: Ranges) -> AffineForms:
        """The units' values: their linear part, and one new number each for what that leaves out."""
        generators = slopes.middle[..., None] * self.generators
        rest = _diagonal(slopes.radius * ranges.radius)
        return AffineForms(block.values(self.centre, units), np.concatenate([generators, rest], axis=2))


@dataclass(frozen=True, slots=True)
class MeanValueForms:
    """n vectors of k entries: centre + (slopes in linear ± spread) times numbers in [-1, 1], one for each
    input, intersected with plain interval arithmetic. linear, spread: shape (n, k, inputs).
    """

    centre: Array
    linear: Array
    spread: Array
    plain: Ranges

    @classmethod
    def over_boxes(cls, centre: Array, radius: Array) -> MeanValueForms:
        linear = _diagonal(radius)
        return cls(centre, linear, np.zeros_like(linear), Ranges(centre - radius, centre + radius))

    @classmethod
    def combination(cls, parts: Sequence[tuple[Array, MeanValueForms]], constant: Array) -> MeanValueForms:
        """constant + sum of matrix times vector over the parts."""
        centre = sum((form.centre @ matrix.T for matrix, form in parts), constant)
        linear = sum(matrix @ form.linear for matrix, form in parts)
        spread = sum(np.abs(matrix) @ form.spread for matrix, form in parts)
        middle = sum((form.plain.middle @ matrix.T for matrix, form in parts), constant)
        radius = sum(form.plain.radius @ np.abs(matrix).T for matrix, form in parts)
        return cls(centre, np.asarray(linear), np.asarray(spread), Ranges(middle - radius, middle + radius))

    @property
    def ranges(self) -> Ranges:
        radius = (np.abs(self.linear) + self.spread).sum(axis=-1)
        return Ranges(
            np.maximum(self.plain.lower, self.centre - radius),
            np.minimum(self.plain.upper, self.centre + radius),
        )

    def activated(self, block: Block, units: Units, ranges: Ranges, slopes: Ranges) -> MeanValueForms:
        """The units' values."""
        middle, radius = slopes.middle[..., None], slopes.radius[..., None]
        return MeanValueForms(
            block.values(self.centre, units),
            middle * self.linear,
            np.abs(middle) * self.spread + radius * (np.abs(self.linear) + self.spread),
            Ranges(*block.value_ranges(ranges.lower, ranges.upper, units)),
        )


def _diagonal(entries: Array) -> Array:
    """Diagonal matrices, shape (n, k, k)."""
    matrices = np.zeros((*entries.shape, entries.shape[1]))
    places = np.arange(entries.shape[1])
    matrices[:, places, places] = entries
    return matrices


Form = TypeVar("Form", AffineForms, MeanValueForms)


@dataclass(frozen=True, slots=True)
class Preactivations:
    """Of all h units of a block over n boxes. centre: at the boxes' centres, shape (n, h); linear: how far each
    half side of the boxes moves them, shape (n, h, inputs). ranges, slopes: of shape (n, h).
    """

    centre: Array
    linear: Array
    ranges: Ranges
    slopes: Ranges

    def take(self, rows: NDArray[np.intp]) -> Preactivations:
        ranges = Ranges(self.ranges.lower[rows], self.ranges.upper[rows])
        slopes = Ranges(self.slopes.lower[rows], self.slopes.upper[rows])
        return Preactivations(self.centre[rows], self.linear[rows], ranges, slopes)


def over_boxes(blocks: Sequence[Block], centre: Array, radius: Array, kind: Kind) -> list[Preactivations]:
    """The preactivations of each block, one after the other, over n boxes of inputs, shape (n, d)."""
    if kind == "affine":
        return _through_blocks(blocks, AffineForms.over_boxes(centre, radius))
    return _through_blocks(blocks, MeanValueForms.over_boxes(centre, radius))


def at_points(blocks: Sequence[Block], points: Array) -> list[Preactivations]:
    """The preactivations of each block at n points, shape (n, d)."""
    return _through_blocks(blocks, AffineForms(points, np.zeros((*points.shape, 0))))


def _through_blocks(blocks: Sequence[Block], inputs: Form) -> list[Preactivations]:
    found = []
    width = inputs.linear.shape[2]
    for number, block in enumerate(blocks, 1):
        preactivations, layers = _layers(block, inputs, width, number < len(blocks))
        found.append(preactivations)
        if number < len(blocks):
            form = block.form
            parts: list[tuple[Array, Form]] = [(form.C, inputs)]
            parts += [(form.E[:, units], values) for units, values in layers]
            inputs = inputs.combination(parts, form.c)
    return found


def _layers(
    block: Block, x: Form, width: int, outputs: bool
) -> tuple[Preactivations, list[tuple[Units, Form]]]:
    """The preactivations over inputs x, and the values of each layer of units (of the last one if needed)."""
    form = block.form
    shape: tuple[int, int] = (len(x.centre), len(block.activations))
    centre, linear = np.zeros(shape), np.zeros((*shape, width))
    ranges, slopes = (Ranges(np.zeros(shape), np.zeros(shape)) for _ in range(2))
    layers: list[tuple[Units, Form]] = []
    for level, units in enumerate(block.levels, 1):
        parts: list[tuple[Array, Form]] = [(form.A[units], x)]
        parts += [(form.B[np.ix_(units, earlier)], values) for earlier, values in layers]
        z = x.combination(parts, form.a[units])
        found = z.ranges
        steep = Ranges(*block.slopes(found.lower, found.upper, units))
        centre[:, units], linear[:, units] = z.centre, z.linear[:, :, :width]
        ranges.lower[:, units], ranges.upper[:, units] = found.lower, found.upper
        slopes.lower[:, units], slopes.upper[:, units] = steep.lower, steep.upper
        if outputs or level < len(block.levels):
            layers.append((units, z.activated(block, units, found, steep)))
    return Preactivations(centre, linear, ranges, slopes), layers
