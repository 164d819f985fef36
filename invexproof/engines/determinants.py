"""The determinant of a map's Jacobian at points, and a local search for points where it changes its sign."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from invexproof.engines.blocks import Block
from invexproof.engines.corner_values import coefficients, values_at
from invexproof.engines.forms import Preactivations, at_points
from invexproof.engines.rounding import Array

STEPS = 150
STARTS = 64
GROWTH, SHRINKAGE, SMALLEST_STEP = 1.5, 0.9, 1e-4
KINK = 1e-6
"""Units whose slopes at a point differ by more than this have a kink there."""
SHORT_BITS = (2, 4, 8, 12, 16, 24)
"""Bits, below the size of the box, to which the coordinates of points are rounded, if that does no harm."""


class Determinant:
    """det J of blocks, one after the other: the product of their determinants, each taken as positive at
    `reference`.

    polynomials: for each block the coefficients in its slopes, times the sign. reference: shape (n,), the
    first of `points` where all blocks are safely nonzero and smooth, None if there is none. margin: values
    below it, relative to the sum of all terms' sizes, may be rounding.
    """

    def __init__(self, blocks: Sequence[Block], points: Array, margin: float) -> None:
        self.blocks = blocks
        self.margin = margin
        self.polynomials = [coefficients(block.square_form) for block in blocks]
        self.sizes = [np.abs(polynomial) for polynomial in self.polynomials]
        values = self._block_values(at_points(blocks, points))
        safe = np.flatnonzero(np.all(values != 0.0, axis=0))
        self.reference: Array | None = None
        if len(safe):
            self.reference = points[safe[0]]
            for polynomial, value in zip(self.polynomials, values[:, safe[0]], strict=True):
                polynomial *= np.sign(value)

    def values(self, points: Array) -> Array:
        """det J at points, shape (m, n); positive like at the reference, 0 where the sign isn't safe."""
        return np.asarray(self._block_values(at_points(self.blocks, points)).prod(axis=0))

    def values_over(self, preactivations: Sequence[Preactivations]) -> Array:
        """The same at the centres of boxes whose preactivations are known."""
        return np.asarray(self._block_values(preactivations).prod(axis=0))

    def _block_values(self, preactivations: Sequence[Preactivations]) -> Array:
        """Each block's determinant at the centres; shape (blocks, m)."""
        rows = []
        for number, (block, found) in enumerate(zip(self.blocks, preactivations, strict=True)):
            least, most = block.slopes(found.centre, found.centre)
            slopes = 0.5 * (least + most)
            value = values_at(self.polynomials[number], slopes)
            size = values_at(self.sizes[number], np.abs(slopes))
            safe = (np.abs(value) > self.margin * size) & np.all(most - least <= KINK, axis=1)
            rows.append(np.where(safe, value, 0.0))
        return np.array(rows)


def lowest_point(
    determinant: Determinant, lower: Array, upper: Array, starts: Array, seed: int
) -> tuple[Array, float]:
    """A random local search for a low value inside a box: the point, shape (n,), and the value there.

    lower, upper: shape (n,). starts: points to begin with, shape (k, n). Stops at a negative value.
    """
    generator = np.random.default_rng(seed)
    values = determinant.values(starts)
    best = np.argsort(values, kind="stable")[:STARTS]
    points, values = starts[best], values[best]
    step = np.full(len(points), 0.25)
    for _ in range(STEPS):
        if values.min() < 0.0:
            break
        move = generator.standard_normal(points.shape) * (generator.random(points.shape) < 0.5)
        tried = np.clip(points + move * step[:, None] * (upper - lower), lower, upper)
        found = determinant.values(tried)
        better = (found < values) & (found != 0.0)
        points = np.where(better[:, None], tried, points)
        values = np.where(better, found, values)
        step = np.clip(np.where(better, GROWTH, SHRINKAGE) * step, SMALLEST_STEP, 0.5)
    lowest = int(np.argmin(values))
    return points[lowest], float(values[lowest])


def samples(lower: Array, upper: Array, count: int, seed: int) -> Array:
    """The centre of a box, random points of it, and random vertices; shape (1 + 2 count, n)."""
    generator = np.random.default_rng(seed)
    inside = generator.uniform(lower, upper, (count, len(lower)))
    vertices = np.where(generator.random((count, len(lower))) < 0.5, lower, upper)
    return np.concatenate([0.5 * (lower + upper)[None], inside, vertices])


def short_point(
    determinant: Determinant, point: Array, box: Sequence[tuple[Fraction, Fraction]]
) -> tuple[Fraction, ...]:
    """A point of the exact box nearby with few digits where the determinant has the same sign."""
    sign = np.sign(determinant.values(point[None])[0])
    exact = tuple(_inside(Fraction(float(x)), side) for x, side in zip(point, box, strict=True))
    widest = max((float(high - low) for low, high in box), default=1.0)
    scale = -int(np.floor(np.log2(widest))) if widest > 0.0 else 0
    for bits in SHORT_BITS:
        unit = Fraction(2) ** (scale + bits)
        rounded = tuple(_inside(round(x * unit) / unit, side) for x, side in zip(exact, box, strict=True))
        if np.sign(determinant.values(np.array([[float(x) for x in rounded]]))[0]) == sign:
            return rounded
    return exact


def _inside(value: Fraction, side: tuple[Fraction, Fraction]) -> Fraction:
    return min(max(value, side[0]), side[1])
