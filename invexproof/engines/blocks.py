"""Blocks of units, and which preactivations occur in them over boxes of inputs.

Affine arithmetic: every entry is centre + sum of generators times independent numbers in [-1, 1], one for
each input and one for each unit passed. By the mean value theorem a unit with slopes in [l, u] over its
preactivation's range m ± r satisfies sigma(z) = sigma(m) + s (z - m) + e, s = (l + u) / 2, |e| <= r (u - l) / 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from invexproof.engines.corner_values import MultiaffineError
from invexproof.engines.rounding import Array
from invexproof.engines.slope_ranges import HALVINGS, Activation
from invexproof.expressions.terms import Expression
from invexproof.networks.slope_form import SlopeForm


@dataclass(frozen=True)
class Block:
    """A map in slope form: z = A x + B sigma(z) + a, y = C x + E sigma(z) + c.

    activations: one for each unit; those that compare equal are evaluated together. columns: for maps with
    fewer outputs than inputs a matrix P of shape (inputs, outputs); the determinant is then that of J P.
    Raises MultiaffineError if shapes disagree, numbers are not finite or B is not strictly lower triangular.
    """

    form: SlopeForm[Array]
    activations: tuple[Activation, ...]
    columns: Array | None = None

    def __post_init__(self) -> None:
        form, units = self.form, len(self.activations)
        outputs, inputs = form.C.shape
        shapes = {
            "A": (units, inputs), "B": (units, units), "E": (outputs, units), "a": (units,), "c": (outputs,),
        }  # fmt: skip
        for name, shape in shapes.items():
            if getattr(form, name).shape != shape:
                raise MultiaffineError(
                    f"{name} must have shape {shape} for {inputs} inputs, {units} units and {outputs} outputs,"
                    f" not {getattr(form, name).shape}"
                )
        if not all(np.isfinite(getattr(form, name)).all() for name in "ABCEac"):
            raise MultiaffineError("a weight is infinite or not a number")
        if self.columns is not None and self.columns.shape != (inputs, outputs):
            raise MultiaffineError(f"columns must have shape {(inputs, outputs)}, not {self.columns.shape}")
        if np.triu(form.B).any():
            raise MultiaffineError("B must be strictly lower triangular: a unit may use only earlier units")

    @classmethod
    def of(
        cls,
        form: SlopeForm[Array],
        functions: Sequence[Expression],
        halvings: int = HALVINGS,
        columns: Array | None = None,
    ) -> Block:
        """The block of a network's slope form and functions (in x); halvings as for Activation."""
        return cls(form, tuple(Activation(functions[k], halvings) for k in form.functions), columns)

    @property
    def square_form(self) -> SlopeForm[Array]:
        """The slope form whose determinant is meant: with A P and C P where columns P are given."""
        if self.columns is None:
            return self.form
        return replace(self.form, A=self.form.A @ self.columns, C=self.form.C @ self.columns)

    @cached_property
    def levels(self) -> tuple[NDArray[np.intp], ...]:
        """The units in layers: each uses only units of earlier layers."""
        level = np.zeros(len(self.activations), dtype=np.intp)
        for unit, row in enumerate(self.form.B):
            level[unit] = level[np.flatnonzero(row)].max(initial=-1) + 1
        return tuple(np.flatnonzero(level == k) for k in range(level.max(initial=-1) + 1))

    def slopes(
        self, lower: Array, upper: Array, units: NDArray[np.intp] | None = None
    ) -> tuple[Array, Array]:
        """Ranges of the slopes of units (all, if not said which) over intervals; shape (..., units)."""
        least, most = np.empty(lower.shape), np.empty(lower.shape)
        for activation, places in self.groups(units).items():
            found = activation.slopes(lower[..., places], upper[..., places])
            least[..., places], most[..., places] = found
        return least, most

    def values(self, points: Array, units: NDArray[np.intp]) -> Array:
        """The activations' values at preactivations of units; shape (..., units)."""
        values = np.empty(points.shape)
        for activation, places in self.groups(units).items():
            values[..., places] = activation.values(points[..., places])
        return values

    def value_ranges(self, lower: Array, upper: Array, units: NDArray[np.intp]) -> tuple[Array, Array]:
        """Bounds of the activations' values over intervals; shape (..., units)."""
        least, most = np.empty(lower.shape), np.empty(lower.shape)
        for activation, places in self.groups(units).items():
            found = activation.value_ranges(lower[..., places], upper[..., places])
            least[..., places], most[..., places] = found
        return least, most

    def groups(self, units: NDArray[np.intp] | None = None) -> dict[Activation, list[int] | slice]:
        """Places of the units by activation; a slice of all where there is one activation only."""
        chosen = self.activations if units is None else [self.activations[unit] for unit in units]
        groups: dict[Activation, list[int]] = {}
        for place, activation in enumerate(chosen):
            groups.setdefault(activation, []).append(place)
        return {key: places if len(groups) > 1 else slice(None) for key, places in groups.items()}


@dataclass(frozen=True, slots=True)
class Ranges:
    """n vectors of k intervals middle ± radius; both of shape (n, k)."""

    middle: Array
    radius: Array

    @property
    def lower(self) -> Array:
        return self.middle - self.radius

    @property
    def upper(self) -> Array:
        return self.middle + self.radius


@dataclass(frozen=True, slots=True)
class AffineForms:
    """n vectors of k entries over boxes. centre: shape (n, k); generators: shape (n, k, m).

    plain: their ranges in plain interval arithmetic, if those are to be used instead of the affine ones.
    """

    centre: Array
    generators: Array
    plain: Ranges | None = None


@dataclass(frozen=True, slots=True)
class Preactivations:
    """Of all h units of a block over n boxes. centre: at the boxes' centres, shape (n, h); generators: of the
    affine forms, shape (n, h, m), the first ones for the inputs. lower, upper: bounds of the slopes, (n, h).
    """

    centre: Array
    generators: Array
    ranges: Ranges
    lower: Array
    upper: Array

    def take(self, rows: NDArray[np.intp]) -> Preactivations:
        ranges = Ranges(self.ranges.middle[rows], self.ranges.radius[rows])
        return Preactivations(
            self.centre[rows], self.generators[rows], ranges, self.lower[rows], self.upper[rows]
        )


def over_boxes(centre: Array, radius: Array, plain: bool = False) -> AffineForms:
    """The inputs of n boxes, shape (n, d), as affine forms."""
    generators = np.zeros((*radius.shape, radius.shape[1]))
    diagonal = np.arange(radius.shape[1])
    generators[:, diagonal, diagonal] = radius
    return AffineForms(centre, generators, Ranges(centre, radius) if plain else None)


def at_points(points: Array) -> AffineForms:
    """Inputs at n points, shape (n, d)."""
    return AffineForms(points, np.zeros((*points.shape, 0)))


def through_blocks(blocks: Sequence[Block], inputs: AffineForms) -> list[Preactivations]:
    """The preactivations of each block, one after the other."""
    found = []
    for number, block in enumerate(blocks, 1):
        passage = _Passage(block, inputs)
        found.append(passage.preactivations())
        if number < len(blocks):
            inputs = passage.outputs()
    return found


class _Passage:
    """One block over given inputs; the outputs can be asked for after the preactivations."""

    def __init__(self, block: Block, x: AffineForms) -> None:
        self.block, self.x = block, x
        count, units, self.before = len(x.centre), len(block.activations), x.generators.shape[2]
        self.columns = self.before if len(block.levels) <= 1 else self.before + units
        self.z = np.zeros((count, units))
        self.z_generators = np.zeros((count, units, self.columns))
        self.ranges = Ranges(np.zeros((count, units)), np.zeros((count, units)))
        self.lower, self.upper = np.zeros((count, units)), np.zeros((count, units))

    @cached_property
    def h(self) -> AffineForms:
        """The activations' values; filled layer by layer."""
        shape = self.z.shape
        plain = None if self.x.plain is None else Ranges(np.zeros(shape), np.zeros(shape))
        return AffineForms(np.zeros(shape), np.zeros((*shape, self.before + shape[1])), plain)

    def preactivations(self) -> Preactivations:
        form = self.block.form
        for level, rows in enumerate(self.block.levels):
            if level:
                self._activate(level - 1)
            z, generators, plain = self._affine(form.A[rows], form.B[rows], form.a[rows], level > 0)
            self.z[:, rows], self.z_generators[:, rows, : generators.shape[2]] = z, generators
            found = plain if plain is not None else Ranges(z, np.abs(generators).sum(axis=-1))
            self.ranges.middle[:, rows], self.ranges.radius[:, rows] = found.middle, found.radius
            self.lower[:, rows], self.upper[:, rows] = self.block.slopes(found.lower, found.upper, rows)
        return Preactivations(self.z, self.z_generators, self.ranges, self.lower, self.upper)

    def outputs(self) -> AffineForms:
        form, levels = self.block.form, len(self.block.levels)
        if levels:
            self._activate(levels - 1)
        return AffineForms(*self._affine(form.C, form.E, form.c, levels > 0))

    def _affine(
        self, of_x: Array, of_h: Array, constant: Array, uses_h: bool
    ) -> tuple[Array, Array, Ranges | None]:
        """of_x x + of_h h + constant: centre, generators, and plain ranges if these are used."""
        x = self.x
        centre = x.centre @ of_x.T + constant
        generators = of_x @ x.generators
        plain = None if x.plain is None else _image(of_x, x.plain)
        if plain is not None:
            plain = Ranges(plain.middle + constant, plain.radius)
        if not uses_h:
            return centre, generators, plain
        whole = of_h @ self.h.generators
        whole[:, :, : self.before] += generators
        if plain is not None and self.h.plain is not None:
            more = _image(of_h, self.h.plain)
            plain = Ranges(plain.middle + more.middle, plain.radius + more.radius)
        return centre + self.h.centre @ of_h.T, whole, plain

    def _activate(self, level: int) -> None:
        """The units of a layer: their linear part, and one new generator each for what that leaves out."""
        rows, h = self.block.levels[level], self.h
        lower, upper = self.lower[:, rows], self.upper[:, rows]
        ranges = Ranges(self.ranges.middle[:, rows], self.ranges.radius[:, rows])
        h.centre[:, rows] = self.block.values(self.z[:, rows], rows)
        middle = 0.5 * (lower + upper)
        h.generators[:, rows, : self.columns] = middle[..., None] * self.z_generators[:, rows]
        h.generators[:, rows, self.before + rows] = 0.5 * (upper - lower) * ranges.radius
        if h.plain is not None:
            least, most = self.block.value_ranges(ranges.lower, ranges.upper, rows)
            h.plain.middle[:, rows], h.plain.radius[:, rows] = 0.5 * (least + most), 0.5 * (most - least)


def _image(matrix: Array, ranges: Ranges) -> Ranges:
    return Ranges(ranges.middle @ matrix.T, ranges.radius @ np.abs(matrix).T)
