"""What tensors are while a model is read: constants, or flows of entries of nodes (see ``lowering``)."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from invexproof.networks.errors import NetworkError
from invexproof.networks.tensors import Shape
from invexproof.networks.windows import Indices

IDENTITY: Final = 0
"""The number of the function x."""
ZERO: Final = -1
"""The entry that is the constant 0."""

Constant: TypeAlias = npt.NDArray[Any]
"""A tensor that does not depend on the input: floats, integers, truth values, or Fractions as objects."""


class NetworkImportError(NetworkError):
    """A model that cannot be read as a network: what was met, where, and what to do about it."""


@dataclass(frozen=True, eq=False)
class Flow:
    """A tensor that depends on the input: entries of nodes by number, and functions applied to them.

    Both arrays have the tensor's shape; entries are numbered over all nodes (ZERO is the constant 0), and
    functions as in the :class:`Lowering` that made the flow.
    """

    entries: Indices
    functions: Indices

    @property
    def shape(self) -> Shape:
        """The tensor's shape, with its batch axis."""
        return tuple(self.entries.shape)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.entries.ndim

    def view(self, change: Callable[[Indices], Indices]) -> Flow:
        """The tensor with its entries moved as ``change`` moves those of an array."""
        return Flow(change(self.entries), change(self.functions))

    def __getitem__(self, index: Any) -> Flow:
        return self.view(lambda a: a[index])

    def reshape(self, *shape: int) -> Flow:
        """The same entries, row-major, in another shape."""
        return self.view(lambda a: a.reshape(shape))

    def pad(self, widths: Sequence[tuple[int, int]]) -> Flow:
        """Zeros before and after, a pair for each axis; negative widths cut off."""
        inner = tuple(slice(max(0, -p), n - max(0, -q)) for n, (p, q) in zip(self.shape, widths, strict=True))
        outer = [(max(0, p), max(0, q)) for p, q in widths]
        return Flow(
            np.pad(self.entries[inner], outer, constant_values=ZERO),
            np.pad(self.functions[inner], outer, constant_values=IDENTITY),
        )


class Deferred(ABC):
    """A tensor whose nodes are not chosen yet, because what comes next may give it a better form."""

    @property
    @abstractmethod
    def shape(self) -> Shape:
        """The tensor's shape."""

    @abstractmethod
    def settle(self) -> Flow:
        """The tensor as it is, by nodes."""

    def scaled(self, factor: Fraction) -> Deferred | None:
        """The tensor times a number, if that can be deferred too."""
        return None

    def shifted(self, offset: Constant) -> Deferred | None:
        """The tensor plus a constant one, if that can be deferred too."""
        return None

    def reshaped(self, shape: Shape) -> Deferred | None:
        """The same entries in another shape, if that can be deferred too."""
        return None


Tracked: TypeAlias = Flow | Deferred
"""A tensor that depends on the input."""
Value: TypeAlias = Flow | Deferred | Constant
Operand: TypeAlias = Flow | Constant
Argument: TypeAlias = Value | int | float | Fraction
"""What arithmetic takes: a tensor, or a literal."""


def node_shape(shape: Sequence[int]) -> Shape:
    """A node's shape for a tensor of this shape: without the axes of length 1 that it starts with."""
    kept = list(shape)
    while len(kept) > 1 and kept[0] == 1:
        kept.pop(0)
    return tuple(kept) or (1,)


def number(value: Any) -> Fraction:
    """The exact number that a literal means: the decimal that a float prints as, since 0.1 means 1/10."""
    if isinstance(value, float | np.floating):
        if not math.isfinite(value):
            raise NetworkImportError(f"the number {value} is not finite")
        return Fraction(np.format_float_scientific(value, trim="-"))
    if isinstance(value, int | Fraction | np.integer):
        return value if isinstance(value, Fraction) else Fraction(int(value))
    raise NetworkImportError(f"{value!r:.60} is not a number")


def constant(value: Any) -> Constant:
    """A literal or a constant tensor as an array; literals become exact (see :func:`number`) if finite."""
    if isinstance(value, np.ndarray):
        return value
    if isinstance(value, float) and not math.isfinite(value):
        return np.array(value)
    result = np.empty((), dtype=object)
    result[()] = number(value)
    return result


def exact_entry(value: Any) -> Fraction:
    """The number that an entry of a constant tensor is; a float is the dyadic rational that it is."""
    return value if isinstance(value, Fraction) else Fraction(value)


def exact_array(values: Constant) -> npt.NDArray[np.object_]:
    """The entries as Fractions.  Raises NetworkImportError if one is infinite or no number."""
    check_finite(values)
    result = np.empty(values.shape, dtype=object)
    result.ravel()[:] = [exact_entry(v) for v in values.ravel().tolist()]
    return result


def as_weight(values: Constant) -> Constant:
    """A constant tensor as weights of a network: truth values are 0 and 1."""
    check_finite(values)
    return values.astype(np.int64) if values.dtype == np.bool_ else values


def check_finite(values: Constant) -> None:
    """NetworkImportError if a constant tensor has an infinity or a nan."""
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise NetworkImportError("a constant tensor has inf or nan where finite numbers are needed")
    if values.dtype.kind == "c":
        raise NetworkImportError("complex numbers are not read")


def known(value: Any, what: str) -> Constant:
    """The value as a constant; NetworkImportError if it depends on the input."""
    if isinstance(value, Flow | Deferred):
        raise NetworkImportError(f"{what} depends on the input; it must be constant")
    return constant(value)
