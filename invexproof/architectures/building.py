"""What importers and layers have in common: axes counted from the end, shapes with -1, and forms of rearranging that
the operators do not have under their own names.

What would change nothing (a reshape to the same shape) makes no node.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from invexproof.architectures.builder import Builder
from invexproof.architectures.errors import ArchitectureError

__all__ = [
    "axis_of",
    "concatenate",
    "expand",
    "flatten",
    "reduce",
    "repeat",
    "repeat_each",
    "reshape",
    "roll",
    "select",
    "slice_axis",
    "split",
    "squeeze",
    "stack",
    "swap",
    "transpose",
    "unsqueeze",
]


def axis_of(axis: int, rank: int) -> int:
    """An axis counted from 0; a negative one is counted from the end.  Raises ArchitectureError."""
    if not -rank <= axis < rank:
        raise ArchitectureError(f"there is no axis {axis} in a tensor with {rank} axes")
    return axis % rank


def reshape(b: Builder, x: int, shape: Sequence[int]) -> int:
    """The same entries, row-major, in another shape; one length may be -1."""
    old, new = b.shape(x), list(shape)
    if new.count(-1) == 1:
        rest = math.prod(n for n in new if n != -1)
        new[new.index(-1)] = math.prod(old) // rest if rest else 0
    if math.prod(old) != math.prod(new) or min(new, default=1) < 1:
        raise ArchitectureError(
            f"the {math.prod(old)} entries of a tensor of shape {list(old)} do not fit the shape {list(shape)}"
        )
    return x if tuple(new) == old else b.node("reshape", x, shape=new)


def flatten(b: Builder, x: int, start: int = 0, stop: int = -1) -> int:
    """The axes from ``start`` to ``stop``, including it, as one; a scalar becomes a tensor with one axis."""
    shape = b.shape(x) or (1,)
    first, last = axis_of(start, len(shape)), axis_of(stop, len(shape))
    return reshape(b, x, [*shape[:first], math.prod(shape[first : last + 1]), *shape[last + 1 :]])


def unsqueeze(b: Builder, x: int, *axes: int) -> int:
    """New axes of length 1 at these places of the result."""
    rank = len(b.shape(x)) + len(axes)
    places = {axis_of(axis, rank) for axis in axes}
    old = iter(b.shape(x))
    return reshape(b, x, [1 if k in places else next(old) for k in range(rank)])


def squeeze(b: Builder, x: int, *axes: int) -> int:
    """Without these axes where they have length 1; without all such axes if none is named."""
    shape = b.shape(x)
    places = {axis_of(axis, len(shape)) for axis in axes} if axes else set(range(len(shape)))
    return reshape(b, x, [n for k, n in enumerate(shape) if n != 1 or k not in places])


def transpose(b: Builder, x: int, axes: Sequence[int]) -> int:
    """The axes in another order."""
    order = [axis_of(axis, len(b.shape(x))) for axis in axes]
    return x if order == list(range(len(order))) else b.node("transpose", x, axes=order)


def swap(b: Builder, x: int, first: int, second: int) -> int:
    """Two axes exchanged."""
    order = list(range(len(b.shape(x))))
    i, j = axis_of(first, len(order)), axis_of(second, len(order))
    order[i], order[j] = order[j], order[i]
    return transpose(b, x, order)


def expand(b: Builder, x: int, shape: Sequence[int]) -> int:
    """Entries repeated to a larger shape, as NumPy broadcasts; -1 keeps a length."""
    old = (*(1,) * (len(shape) - len(b.shape(x))), *b.shape(x))
    new = tuple(m if n == -1 else n for n, m in zip(shape, old, strict=True))
    return x if new == b.shape(x) else b.node("expand", x, shape=new)


def slice_axis(b: Builder, x: int, axis: int, start: int | None, stop: int | None, step: int = 1) -> int:
    """The indices ``start, start + step, ...`` before ``stop`` of an axis, as Python slices them (step >= 1)."""
    place = axis_of(axis, len(b.shape(x)))
    length = b.shape(x)[place]
    taken = range(length)[start:stop:step]
    if not taken or step < 1:
        raise ArchitectureError(f"the slice {start}:{stop}:{step} of an axis of length {length} is empty")
    if len(taken) == length:
        return x
    return b.node("slice", x, axis=place, start=taken[0], stop=taken[-1] + 1, step=step)


def select(b: Builder, x: int, axis: int, index: int) -> int:
    """One index of an axis, which disappears."""
    place = axis_of(axis, len(b.shape(x)))
    start = axis_of(index, b.shape(x)[place])
    return squeeze(b, slice_axis(b, x, place, start, start + 1), place)


def split(b: Builder, x: int, sizes: int | Sequence[int], axis: int = -1) -> list[int]:
    """Parts of an axis, of these lengths; of one length (the last may be shorter) if it is a number."""
    length = b.shape(x)[axis_of(axis, len(b.shape(x)))]
    if isinstance(sizes, int):
        sizes = [min(sizes, length - start) for start in range(0, length, sizes)]
    if sum(sizes) != length:
        raise ArchitectureError(f"parts of lengths {list(sizes)} do not make up an axis of length {length}")
    ends = [sum(sizes[: k + 1]) for k in range(len(sizes))]
    return [slice_axis(b, x, axis, end - size, end) for size, end in zip(sizes, ends, strict=True)]


def concatenate(b: Builder, values: Sequence[int], axis: int = 0) -> int:
    """Tensors side by side along an axis."""
    if len(values) == 1:
        return values[0]
    return b.node("concatenate", *values, axis=axis_of(axis, len(b.shape(values[0]))))


def stack(b: Builder, values: Sequence[int], axis: int = 0) -> int:
    """Tensors side by side along a new axis."""
    return concatenate(b, [unsqueeze(b, x, axis) for x in values], axis_of(axis, len(b.shape(values[0])) + 1))


def repeat(b: Builder, x: int, times: Sequence[int]) -> int:
    """The tensor side by side with itself, so often along each axis (``Tensor.repeat``, ``numpy.tile``)."""
    shape = b.shape(x)
    if len(times) < len(shape):
        times = [*(1,) * (len(shape) - len(times)), *times]
    shape = (*(1,) * (len(times) - len(shape)), *shape)
    pairs = [n for pair in zip(times, shape, strict=True) for n in pair]
    between = reshape(b, x, [n for size in shape for n in (1, size)])
    return reshape(b, expand(b, between, pairs), [t * n for t, n in zip(times, shape, strict=True)])


def repeat_each(b: Builder, x: int, times: int, axis: int) -> int:
    """Every index of an axis so many times in a row (``torch.repeat_interleave``)."""
    place = axis_of(axis, len(b.shape(x)))
    shape = b.shape(x)
    between = expand(b, unsqueeze(b, x, place + 1), [*shape[: place + 1], times, *shape[place + 1 :]])
    return flatten(b, between, place, place + 1)


def roll(b: Builder, x: int, shifts: Sequence[int], axes: Sequence[int]) -> int:
    """Entries moved around each of these axes, as ``torch.roll``."""
    for shift, axis in zip(shifts, axes, strict=True):
        length = b.shape(x)[axis_of(axis, len(b.shape(x)))]
        cut = -shift % length
        if cut:
            x = concatenate(b, [slice_axis(b, x, axis, cut, None), slice_axis(b, x, axis, None, cut)], axis)
    return x


def reduce(b: Builder, op: str, x: int, axes: Sequence[int] | None = None, keep: bool = False) -> int:
    """``sum``, ``mean``, ``max``, ... over these axes, or over all of them; over none, the tensor itself.

    That is what these operators make of a single entry; ``variance`` and ``norm`` are not among them.
    """
    rank = len(b.shape(x))
    places = sorted({axis_of(axis, rank) for axis in (range(rank) if axes is None else axes)})
    return b.node(op, x, axes=places, keep=keep) if places else x
