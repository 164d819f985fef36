"""Maps in slope form with what is known of their activations."""

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
