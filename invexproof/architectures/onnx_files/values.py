"""What tensors are while an ONNX file is read as an architecture."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final, TypeAlias

import numpy as np

from invexproof import onnx_reading
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.graph import Shape
from invexproof.networks.flows import number
from invexproof.onnx_reading import Array

TRAINABLE: Final = frozenset((1, 10, 11, 16))
"""The element types float, float16, double and bfloat16 of ``onnx.TensorProto``."""
KINDS: Final[dict[int, str]] = {
    **dict.fromkeys((*TRAINABLE, 17, 18, 19, 20, 23, 24), "real"),
    **dict.fromkeys((2, 3, 4, 5, 6, 7, 12, 13, 21, 22, 25, 26), "integer"),
    9: "boolean",
}
"""Element types of ``onnx.TensorProto`` as kinds; text and complex numbers have none."""
MAX_ENTRIES: Final = 1 << 22
"""Constants with more entries are not computed, only their shapes."""


@dataclass(frozen=True)
class Tracked:
    """A tensor that depends on a parameter: its value in the builder, and its element type in the file."""

    handle: int
    element: int


@dataclass(eq=False)
class Given:
    """A tensor that depends on data and constants alone."""

    name: str
    element: int
    shape: Shape | None
    """None if the file leaves it open."""
    read: Callable[[], Array | None] = lambda: None
    """Its entries, if they are known."""
    role: str = "constant"
    infinite: bool = False
    """Whether entries that are not known may be minus infinity."""
    handles: dict[str, int] = field(default_factory=dict)
    """Its values in the builder by kind, once it has met what depends on a parameter."""
    _entries: list[Array | None] = field(default_factory=list)

    @property
    def array(self) -> Array | None:
        """The entries, if they are known and not too many."""
        if not self._entries:
            small = self.shape is None or math.prod(self.shape) <= MAX_ENTRIES
            self._entries.append(self.read() if small else None)
        return self._entries[0]

    @property
    def kind(self) -> str:
        """The kind of its entries.  Raises ArchitectureError if graphs have no such kind."""
        kind = KINDS.get(self.element)
        if kind is None:
            raise ArchitectureError(f"{self.name} has entries that are not numbers (text, or complex)")
        if kind != "real":
            return kind
        array = self.array
        if array is None:
            return "extended" if self.infinite else "real"
        if np.isnan(array).any() or np.isposinf(array).any():
            raise ArchitectureError(
                f"the constant {self.name} has nan or inf; finite numbers and -inf are read"
            )
        return "extended" if np.isneginf(array).any() else "real"


@dataclass(frozen=True)
class Failed:
    """A tensor that could not be read; the error matters only if an output needs it."""

    error: ArchitectureError


Tensor: TypeAlias = Tracked | Given
Value: TypeAlias = Tensor | Failed | tuple[Any, ...] | None
"""A tensor, a sequence of tensors, or an input that is left out."""


def stored(tensor: Any) -> Array:
    """The entries of an ``onnx.TensorProto``.  Raises ArchitectureError if it is malformed."""
    try:
        return onnx_reading.array(onnx_reading.package(ArchitectureError).numpy_helper.to_array(tensor))
    except ArchitectureError:
        raise
    except Exception as error:  # of NumPy, of onnx
        raise ArchitectureError(f"the tensor {tensor.name} is malformed: {error!s:.160}") from error


def given(name: str, array: Array, element: int) -> Given:
    """A constant with these entries."""
    return Given(name, element, tuple(array.shape), lambda: array)


def tracked(value: Any) -> bool:
    """Whether a tensor, or one of a sequence, depends on a parameter."""
    return isinstance(value, Tracked) or (isinstance(value, tuple) and any(map(tracked, value)))


def uniform(array: Array) -> Fraction | float | None:
    """The number that all entries are: a Fraction, or minus infinity."""
    if not array.size or array.dtype.kind not in "fiu":
        return None
    first = array.flat[0]
    if array.size > 1 and not (array == first).all():
        return None
    return number(first) if np.isfinite(first) else -math.inf if first == -math.inf else None


def bounds(array: Array) -> tuple[Fraction | None, Fraction | None]:
    """What is said about the entries of a constant: the range of integers, the sign of reals."""
    if array.dtype.kind not in "fiu" or not array.size or not np.isfinite(array).all():
        return None, None
    low, high = number(array.min()), number(array.max())
    if array.dtype.kind != "f":
        return low, high
    return (low if low >= 0 and high > 0 else None), (high if high < 0 else None)


def broadcast(shapes: Sequence[Shape]) -> Shape:
    """The shape that all can be repeated to.  Raises ArchitectureError."""
    try:
        return tuple(np.broadcast_shapes(*shapes))
    except ValueError:
        raise ArchitectureError(f"the shapes {' and '.join(str(list(s)) for s in shapes)} differ") from None
