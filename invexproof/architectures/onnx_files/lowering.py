"""What lowerings of ONNX operators work with: the builder, and tensors as its arguments."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from invexproof.architectures.builder import Builder
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.graph import MINUS_INFINITY, Argument, Shape
from invexproof.architectures.onnx_files.values import (
    Failed,
    Given,
    Tensor,
    Tracked,
    Value,
    bounds,
    broadcast,
    uniform,
)
from invexproof.onnx_reading import Array


@dataclass
class Lowering:
    """The graph in the making, and how the file is read."""

    training: bool = True
    builder: Builder = field(default_factory=Builder)
    notes: list[str] = field(default_factory=list)
    values: dict[int, Array] = field(default_factory=dict)
    """The entries of inputs of the graph that are known."""
    tensors: dict[int, str] = field(default_factory=dict)
    """Which tensors of the file inputs of the graph are."""
    place: str = ""
    """The node that is being read."""

    def node(self, op: str, *arguments: Argument, **attributes: Any) -> int:
        """An operator applied to values of the builder."""
        return self.builder.node(op, *arguments, **attributes)

    def note(self, text: str) -> None:
        """Something to know about how the file was read; said once."""
        if text not in self.notes:
            self.notes.append(text)

    # -- tensors as values of the builder --------------------------------------------------------------------

    def handle(self, value: Tensor, kind: str | None = None, *low: int | None) -> int:
        """The value in the builder; data and constants become inputs, of another kind if one is named.

        Their range is what is known of their entries, or from ``low`` on if that is given and not contradicted.
        """
        if isinstance(value, Tracked):
            return self._cast(value.handle, kind) if kind else value.handle
        wanted = "extended" if kind == "real" and value.kind == "extended" else kind or value.kind
        if wanted not in value.handles:
            array = value.array
            contradicted = array is not None and low and low[0] is not None and (array < low[0]).any()
            value.handles[wanted] = self.input(
                value, wanted, *(() if contradicted or not low else (low[0], None))
            )
        return value.handles[wanted]

    def input(self, value: Given, kind: str, *ends: Any) -> int:
        """A new input for a tensor, with this range, or the one that is known."""
        shape = self.shape(value)
        if 0 in shape:
            raise ArchitectureError(f"{value.name} has no entries (its shape is {list(shape)})")
        array = value.array
        if not ends:
            ends = bounds(array) if array is not None and kind in ("real", "integer") else (None, None)
        make = self.builder.data if value.role == "data" else self.builder.constant
        result = make(value.name.lstrip("/"), shape, kind, *ends)
        self.tensors[result] = value.name
        if array is not None:
            self.values[result] = array
        return result

    def _cast(self, value: int, kind: str) -> int:
        have = self.builder.kind(value)
        fits = have == kind or (have == "extended" and kind == "real")
        return value if fits else self.node("cast", value, to=kind)

    def made(self, name: str, array: Array) -> int:
        """A constant with these entries that no tensor of the file has."""
        kind = {"f": "real", "b": "boolean"}.get(array.dtype.kind, "integer")
        kind = "extended" if kind == "real" and np.isneginf(array).any() else kind
        ends = bounds(array) if kind in ("real", "integer") else (None, None)
        result = self.builder.constant(self.named(name), array.shape, kind, *ends)
        self.values[result] = array
        return result

    def named(self, part: str) -> str:
        """A name for an input that the node at hand needs and the file has not."""
        return f"{self.place.lstrip('/')}:{part}"

    def operands(self, values: Sequence[Tensor], *kinds: str | None) -> list[Argument]:
        """Values to be broadcast together, of these kinds (of the last one from there on).

        Constants with one number in all entries become literals where that leaves the shape of the result alone.
        """
        whole = broadcast([self.shape(v) for v in values])
        wanted = [*kinds, *[kinds[-1]] * (len(values) - len(kinds))]
        literals: dict[int, Argument] = {}
        for k, value in enumerate(values):
            array = value.array if isinstance(value, Given) and wanted[k] == "real" else None
            one = None if array is None else uniform(array)
            rest = [self.shape(v) for j, v in enumerate(values) if j != k and j not in literals]
            if one is not None and rest and broadcast(rest) == whole:
                literals[k] = one if isinstance(one, Fraction) else MINUS_INFINITY
        return [
            literals[k] if k in literals else self.handle(value, wanted[k]) for k, value in enumerate(values)
        ]

    # -- what is known of tensors ----------------------------------------------------------------------------

    def shape(self, value: Tensor) -> Shape:
        """The shape.  Raises ArchitectureError if it is not known."""
        if isinstance(value, Tracked):
            return self.builder.shape(value.handle)
        if value.shape is None:
            raise ArchitectureError(
                f"the shape of {value.name} is not known; give the shapes of the model's inputs, as in "
                "--input name=1x3x224x224"
            )
        return value.shape

    def known(self, value: Value, what: str) -> Array:
        """The entries.  Raises ArchitectureError if they are not known."""
        if isinstance(value, Failed):
            raise value.error
        array = value.array if isinstance(value, Given) else None
        if array is None:
            reason = (
                "depends on parameters" if isinstance(value, Tracked) else "is not a constant of the file"
            )
            raise ArchitectureError(f"its input {what} {reason}; it must be known to read the operator")
        return array


def integers(array: Array) -> list[int]:
    """The entries of a constant, as integers."""
    return [int(n) for n in array.ravel()]


def scalar(array: Array) -> Any:
    """The one entry of a constant."""
    if array.size != 1:
        raise ArchitectureError(f"one number is needed, not {array.size}")
    return array.flat[0]


def size(shape: Sequence[int]) -> int:
    """The number of entries."""
    return math.prod(shape)
