"""What lowerings of PyTorch's operators have in common: the builder that they are given, numbers, kinds and axes.

In a lowering a tensor is an ``int``, the number of a value; a number is a ``Fraction`` (an infinite one a ``float``);
what is neither, such as an axis, is as PyTorch has it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Final

from invexproof.architectures import building
from invexproof.architectures.builder import Builder
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.graph import MINUS_INFINITY, Infinity

Operand = int | Fraction | Infinity
"""A tensor, a number, or minus infinity."""
Lowering = Callable[..., Any]
Axes = int | Sequence[int] | None

MEAN: Final = 1
SUM: Final = 2
REDUCTIONS: Final = {0: None, MEAN: "mean", SUM: "sum"}
"""How ATen numbers the reductions of losses."""


class TorchBuilder(Builder):
    """A builder that knows where in the module it is, and how functions are to be read.

    ``textbook`` functions are those of the literature, where PyTorch executes another one: ``softplus`` without the
    threshold above which it is the identity.
    """

    def __init__(self, textbook: bool = False) -> None:
        super().__init__()
        self.textbook = textbook
        self.place = ""
        """The path of the module that is being read."""
        self.at = ""
        """The name of the node that is being read."""
        self.expected: tuple[int, ...] = ()
        """The shape that its (first) result has."""
        self.epsilon = Fraction(0)
        """The machine epsilon of its result."""
        self.entries: Callable[[int], Any] = lambda number: None
        """The entries of a constant that is made of literals alone, as a tensor; otherwise None."""
        self.origins: dict[int, tuple[Any, ...]] = {}
        """Constants that lowerings have made, and what they are: a word, and values by number."""

    def made(self, what: str, shape: Sequence[int], *origin: Any, kind: str = "real", **ends: Any) -> int:
        """A constant that a lowering makes of data, or draws at random."""
        number = self.constant(f"{self.place or 'model'}:{what}", shape, kind, **ends)
        self.origins[number] = (what, *origin)
        return number

    def mask(self, shape: Sequence[int]) -> int:
        """A dropout mask, already divided by the probability of keeping an entry."""
        return self.made("dropout", shape, self.at, low=0)

    def indices(self, shape: Sequence[int], count: int, what: str, *origin: Any) -> int:
        """Indices of an axis of this length, which are made of data."""
        return self.made(what, shape, *origin, kind="integer", low=0, high=count - 1)

    def flat_index(self, indices: Sequence[int], sizes: Sequence[int]) -> int:
        """One index for several axes, row-major; a new one if it is made of data alone."""
        if len(indices) == 1:
            low = self._values[indices[0]].range.low
            wraps = low is not None and low < 0 and not self.depends(indices[0])
            shape = self.shape(indices[0])
            return (
                self.indices(shape, sizes[0], "index", tuple(indices), tuple(sizes)) if wraps else indices[0]
            )
        shape = broadcast(*(self.shape(i) for i in indices))
        if not any(self.depends(i) for i in indices):
            return self.indices(shape, math.prod(sizes), "index", tuple(indices), tuple(sizes))
        flat: Any = Fraction(0)
        for index, size in zip(indices, sizes, strict=True):
            flat = add(self, scaled(self, flat, Fraction(size)), index)
        return self.node("cast", flat, to="integer")


def broadcast(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    """The common shape."""
    rank = max(map(len, shapes))
    wide = [(1,) * (rank - len(shape)) + tuple(shape) for shape in shapes]
    return tuple(max(lengths) for lengths in zip(*wide, strict=True))


# -- numbers and kinds ---------------------------------------------------------------------------------------


def real(b: Builder, x: Any) -> Any:
    """The tensor with real entries; true is 1."""
    return (
        b.node("cast", x, to="real")
        if isinstance(x, int) and b.kind(x) in ("integer", "boolean")
        else literal(x)
    )


def integer(b: Builder, x: int) -> int:
    """The tensor with whole entries."""
    return x if b.kind(x) == "integer" else b.node("cast", x, to="integer")


def boolean(b: Builder, x: int) -> int:
    """True where an entry is not 0."""
    return x if b.kind(x) == "boolean" else b.node("cast", x, to="boolean")


def literal(x: Any) -> Any:
    """A number as an argument of a node; ArchitectureError if it is infinite."""
    if isinstance(x, float):
        if x == -math.inf:
            return MINUS_INFINITY
        raise ArchitectureError(f"the number {x} is not finite")
    return x


def finite(x: Any) -> Fraction:
    """A number that an attribute is to be; ArchitectureError if it is a tensor, or infinite."""
    if not isinstance(x, Fraction):
        raise ArchitectureError(f"{x!r:.40} must be a finite number here")
    return x


def shape_of(b: Builder, x: Any) -> tuple[int, ...]:
    """The lengths of the axes; a number has none."""
    return b.shape(x) if isinstance(x, int) else ()


def elementwise(b: Builder, op: str, *operands: Any, **attributes: Any) -> int:
    """An operator on real numbers, entry by entry."""
    return b.node(op, *(real(b, x) for x in operands), **attributes)


def scaled(b: Builder, x: Any, factor: Fraction) -> Any:
    """The tensor times a number."""
    if factor == 1:
        return x
    return x * factor if isinstance(x, Fraction) else elementwise(b, "multiply", x, factor)


def add(b: Builder, x: Any, y: Any, alpha: Fraction = Fraction(1)) -> int:
    """x + alpha y."""
    return elementwise(b, "add", x, scaled(b, y, alpha))


def subtract(b: Builder, x: Any, y: Any, alpha: Fraction = Fraction(1)) -> int:
    """x - alpha y."""
    return elementwise(b, "subtract", x, scaled(b, y, alpha))


def multiply(b: Builder, x: Any, y: Any) -> int:
    """The product, entry by entry."""
    return elementwise(b, "multiply", x, y)


def divide(b: Builder, x: Any, y: Any) -> int:
    """The quotient, entry by entry; a division by a number is a multiplication by its reciprocal."""
    if isinstance(y, Fraction) and y:
        return multiply(b, x, 1 / y)
    return elementwise(b, "divide", x, y)


# -- axes ----------------------------------------------------------------------------------------------------


def axes_of(b: Builder, x: int, axes: Axes) -> list[int]:
    """Axes counted from 0, ascending; all of them if none is named."""
    rank = len(b.shape(x))
    named = [axes] if isinstance(axes, int) else list(axes or [])
    return sorted({building.axis_of(a, rank or 1) for a in named}) if named and rank else list(range(rank))


def axis_of(b: Builder, x: int, axis: int) -> int:
    """An axis counted from 0."""
    return building.axis_of(axis, len(b.shape(x)))


def over(b: Builder, op: str, x: int, axes: Axes = None, keep: bool = False, **attributes: Any) -> int:
    """A reduction over axes, or over all; of a scalar, over one axis of length 1."""
    x = real(b, x)
    if not b.shape(x):
        x = building.reshape(b, x, [1])
        return b.node(op, x, axes=[0], **attributes)
    return b.node(op, x, axes=axes_of(b, x, axes), keep=keep, **attributes)


def scattered_along(b: Builder, op: str, x: int, axis: int, index: int, source: int) -> int:
    """An index [n] for whole slices of an axis."""
    shape = b.shape(source)
    wide = building.reshape(b, index, [n if k == axis else 1 for k, n in enumerate(shape)])
    x, source = real(b, x), real(b, source)
    return b.node(op, x, building.expand(b, wide, shape), source, axis=axis)


def reduced(b: Builder, x: int, reduction: int) -> int:
    """A loss entry by entry, reduced as ATen says by a number."""
    op = REDUCTIONS[reduction]
    return x if op is None else over(b, op, x)


def per_axis(value: Any, count: int) -> list[int]:
    """One number for each axis, where PyTorch takes one for all, too."""
    numbers = [int(n) for n in value] if isinstance(value, list | tuple) else [int(value)]
    return numbers * count if len(numbers) == 1 else numbers


def batched(b: Builder, x: int, axes: int, lower: Callable[[int], int]) -> int:
    """A layer on [N, C, *spatial], for a tensor that may lack the axis N."""
    if len(b.shape(x)) == axes + 2:
        return lower(x)
    return building.squeeze(b, lower(building.unsqueeze(b, x, 0)), 0)


def unary(op: str, **attributes: Any) -> Lowering:
    """A lowering to an operator of one tensor."""
    return lambda b, x: elementwise(b, op, x, **attributes)


def binary(op: str) -> Lowering:
    """A lowering to an operator of two tensors."""
    return lambda b, x, y: elementwise(b, op, x, y)


def first(lower: Lowering, others: int = 2) -> Lowering:
    """An operator that gives its value, and more that may not be used."""
    return lambda b, **arguments: (lower(b, **arguments), *[None] * others)
