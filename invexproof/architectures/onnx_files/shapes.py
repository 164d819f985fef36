"""ONNX operators that move entries about, in operators of graphs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from invexproof.architectures import building
from invexproof.architectures.building import axis_of, reshape, select, transpose
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.graph import Shape
from invexproof.architectures.onnx_files.lowering import Lowering, integers, scalar
from invexproof.architectures.onnx_files.values import Given, Tensor, Tracked, Value, given
from invexproof.onnx_reading import Array


def identity(low: Lowering, x: int) -> int:
    """The tensor itself."""
    return x


def reshaped(low: Lowering, x: int, shape: Array, allowzero: int = 0) -> int:
    """The entries in another shape; 0 keeps a length."""
    old, new = low.builder.shape(x), integers(shape)
    kept = [old[k] if n == 0 and not allowzero and k < len(old) else n for k, n in enumerate(new)]
    return reshape(low.builder, x, kept)


def flattened(low: Lowering, x: int, axis: int) -> int:
    """A matrix: the axes before one, and those from it on."""
    shape = low.builder.shape(x)
    place = axis + len(shape) if axis < 0 else axis
    return reshape(low.builder, x, [math.prod(shape[:place]), math.prod(shape[place:])])


def squeezed(low: Lowering, x: int, axes: Array | None = None, listed: Any = None) -> int:
    """Without axes of length 1."""
    chosen = integers(axes) if axes is not None else list(listed or ())
    return building.squeeze(low.builder, x, *chosen)


def unsqueezed(low: Lowering, x: int, axes: Array | None = None, listed: Any = None) -> int:
    """With new axes of length 1."""
    return building.unsqueeze(low.builder, x, *(integers(axes) if axes is not None else listed))


def transposed(low: Lowering, x: int, perm: Any = None) -> int:
    """Axes in another order, by default the reverse."""
    return transpose(low.builder, x, perm or list(range(len(low.builder.shape(x))))[::-1])


def expanded(low: Lowering, x: int, shape: Array) -> int:
    """Repeated to the shape that results from broadcasting."""
    return building.expand(low.builder, x, np.broadcast_shapes(low.builder.shape(x), integers(shape)))


def tiled(low: Lowering, x: int, repeats: Array) -> int:
    """Side by side with itself."""
    return building.repeat(low.builder, x, integers(repeats))


def concatenated(low: Lowering, *values: Tensor, axis: int) -> int:
    """Tensors one after the other; those without entries are left out."""
    kept = [value for value in values if 0 not in low.shape(value)]
    kinds = {low.builder.kind(low.handle(value)) for value in kept}
    kind = None if len(kinds) == 1 else "real"
    return building.concatenate(low.builder, [low.handle(value, kind) for value in kept], axis)


def split(
    low: Lowering,
    x: int,
    sizes: Array | None = None,
    *,
    axis: int,
    outputs: int,
    listed: Any = None,
    parts: int | None = None,
) -> tuple[int | Given, ...]:
    """Parts of an axis: of these lengths, or as many as there are outputs."""
    length = low.builder.shape(x)[axis_of(axis, len(low.builder.shape(x)))]
    chosen = integers(sizes) if sizes is not None else listed
    if not chosen:
        return tuple(building.split(low.builder, x, -(-length // (parts or outputs)), axis))
    full = iter(building.split(low.builder, x, [n for n in chosen if n], axis))
    return tuple(next(full) if n else _nothing(low, x, axis) for n in chosen)


def _nothing(low: Lowering, x: int, axis: int) -> Given:
    """A part of length 0."""
    shape = list(low.builder.shape(x))
    shape[axis] = 0
    return given(f"{low.place}:nothing", np.zeros(shape, dtype=np.float32), 1)


def sliced(
    low: Lowering,
    x: int,
    starts: Array | None = None,
    ends: Array | None = None,
    axes: Array | None = None,
    steps: Array | None = None,
    **listed: Any,
) -> int:
    """Slices of axes, as Python has them; their bounds are inputs, or attributes in old versions."""
    first = integers(starts) if starts is not None else listed["first"]
    last = integers(ends) if ends is not None else listed["last"]
    places = integers(axes) if axes is not None else listed.get("places") or range(len(first))
    by = integers(steps) if steps is not None else [1] * len(first)
    for start, stop, axis, step in zip(first, last, places, by, strict=True):
        place = axis_of(axis, len(low.builder.shape(x)))
        length = low.builder.shape(x)[place]
        x = _taken(low, x, place, range(length)[start : stop if step > 0 or stop >= -length else None : step])
    return x


def _taken(low: Lowering, x: int, axis: int, indices: range) -> int:
    """The indices of an axis that make a slice."""
    if not indices:
        raise ArchitectureError("the slice has no entries")
    if indices.step > 0:
        return building.slice_axis(low.builder, x, axis, indices[0], indices[-1] + 1, indices.step)
    ascending = building.slice_axis(low.builder, x, axis, indices[-1], indices[0] + 1, -indices.step)
    return ascending if len(indices) == 1 else low.node("flip", ascending, axes=[axis])


def centred(low: Lowering, x: int, size: Array, axes: Any = None) -> int:
    """Cut or padded with zeros around the centre to these lengths."""
    rank = len(low.builder.shape(x))
    for axis, wanted in zip(axes or range(rank), integers(size), strict=True):
        place = axis_of(axis, rank)
        have = low.builder.shape(x)[place]
        if wanted < have:
            start = (have - wanted) // 2
            x = building.slice_axis(low.builder, x, place, start, start + wanted)
        elif wanted > have:
            before = (wanted - have) // 2
            margins = [(before, wanted - have - before) if k == place else (0, 0) for k in range(rank)]
            x = low.node("pad", x, before=[m[0] for m in margins], after=[m[1] for m in margins])
    return x


# -- by indices ------------------------------------------------------------------------------------------------


def indices_of(low: Lowering, value: Tensor, length: int) -> int:
    """Indices in the builder, counted from 0."""
    array = value.array if isinstance(value, Given) else None
    if array is not None and array.size and array.min() < 0:
        return low.made("indices", np.where(array < 0, array + length, array))
    return low.handle(value, "integer")


def gather(low: Lowering, x: int, indices: Tensor, axis: int) -> int:
    """Entries of an axis by indices; known ones in a row are a slice."""
    b = low.builder
    place = axis_of(axis, len(b.shape(x)))
    length = b.shape(x)[place]
    array = indices.array if isinstance(indices, Given) else None
    if array is not None and array.ndim == 0:
        return select(b, x, place, int(array))
    if array is not None and array.ndim == 1:
        listed = [int(n) % length for n in array if -length <= n < length]
        if listed == list(range(listed[0], listed[0] + array.size)):
            return building.slice_axis(b, x, place, listed[0], listed[-1] + 1)
    return low.node("take", x, indices_of(low, indices, length), axis=place)


def gather_elements(low: Lowering, x: int, indices: Tensor, axis: int) -> int:
    """Entries by an index for each place of the result."""
    b = low.builder
    place = axis_of(axis, len(b.shape(x)))
    return low.node("take_along", x, indices_of(low, indices, b.shape(x)[place]), axis=place)


def _flat_indices(
    low: Lowering, indices: Tensor, lengths: Shape, batch: int, outer: Shape, width: int = 0
) -> int:
    """Tuples of indices of axes with these lengths (after ``batch`` axes that they share) as numbers in row-major
    order; in a matrix that repeats each so often if a width is given."""
    if isinstance(indices, Tracked):
        raise ArchitectureError("which entries it takes depends on parameters")
    array = indices.array
    if array is None:
        shape = (math.prod(outer), width) if width else outer
        return low.builder.constant(low.named("indices"), shape, "integer", 0, math.prod(lengths) - 1)
    columns = list(np.indices(outer)[:batch]) + list(np.moveaxis(array, -1, 0))
    flat = np.zeros(outer, dtype=np.int64)
    for column, length in zip(columns, lengths, strict=True):
        flat = flat * length + np.where(column < 0, column + length, column)
    return low.made("indices", np.repeat(flat.reshape(-1, 1), width, axis=1) if width else flat)


def gather_nd(low: Lowering, x: int, indices: Tensor, batch: int = 0) -> int:
    """Entries, or blocks of them, by tuples of indices."""
    shape, rows = low.builder.shape(x), low.shape(indices)
    count = batch + rows[-1]
    places = _flat_indices(low, indices, shape[:count], batch, rows[:-1])
    flat = reshape(low.builder, x, [math.prod(shape[:count]), *shape[count:]])
    return low.node("take", flat, places, axis=0)


def scatter_elements(
    low: Lowering, x: int, indices: Tensor, updates: int, axis: int, reduction: str = "none"
) -> int:
    """Entries replaced, or added to, by an index for each new one."""
    place = axis_of(axis, len(low.builder.shape(x)))
    length = low.builder.shape(x)[place]
    return low.node(_scatter(reduction), x, indices_of(low, indices, length), updates, axis=place)


def _scatter(reduction: str) -> str:
    ops = {"none": "scatter", "add": "scatter_add"}
    if reduction not in ops:
        raise ArchitectureError(f"a scatter that reduces by {reduction} is not read; none and add are")
    return ops[reduction]


def scatter_nd(low: Lowering, x: int, indices: Tensor, updates: int, reduction: str = "none") -> int:
    """Entries, or blocks of them, replaced or added to, by tuples of indices."""
    shape, rows = low.builder.shape(x), low.shape(indices)
    count = rows[-1]
    blocks, width = math.prod(shape[:count]), math.prod(shape[count:])
    places = _flat_indices(low, indices, shape[:count], 0, rows[:-1], width)
    source = reshape(low.builder, updates, [math.prod(rows[:-1]), width])
    target = reshape(low.builder, x, [blocks, width])
    return reshape(low.builder, low.node(_scatter(reduction), target, places, source, axis=0), shape)


def compressed(low: Lowering, x: int, condition: Array, axis: int | None = None) -> int:
    """The entries of an axis, or of all in a row, where a known condition holds."""
    flat = building.flatten(low.builder, x) if axis is None else x
    place = 0 if axis is None else axis
    return gather(low, flat, given("indices", np.flatnonzero(condition), 7), place)


def reversed_sequences(low: Lowering, x: int, lengths: Array, batch_axis: int, time_axis: int) -> int:
    """The first entries of each sequence in the reverse order, as many as its known length says."""
    shape = low.builder.shape(x)
    ends = lengths.reshape([-1 if k == batch_axis else 1 for k in range(len(shape))])
    times = np.arange(shape[time_axis]).reshape([-1 if k == time_axis else 1 for k in range(len(shape))])
    places = np.where(times < ends, ends - 1 - times, times)
    indices = low.made("indices", np.broadcast_to(places, shape).copy())
    return low.node("take_along", x, indices, axis=time_axis)


def one_hot(low: Lowering, indices: int, depth: Array, values: Tensor, axis: int) -> int:
    """``on`` at an index, ``off`` elsewhere, along a new axis."""
    off, on = (Fraction(int(n)) if n == int(n) else Fraction(float(n)) for n in low.known(values, "values"))
    hot = low.node("one_hot", indices, classes=int(scalar(depth)))
    rank = len(low.builder.shape(hot))
    order = list(range(rank - 1))
    order.insert(axis_of(axis, rank), rank - 1)
    scaled = low.node("multiply", low.node("cast", transpose(low.builder, hot, order), to="real"), on - off)
    return low.node("add", scaled, off)


# -- of images and matrices ------------------------------------------------------------------------------------


def triangle(low: Lowering, x: int, diagonal: Array | None = None, *, upper: int) -> int:
    """The upper or lower triangle of matrices."""
    return low.node(
        "triangle", x, upper=bool(upper), diagonal=0 if diagonal is None else int(scalar(diagonal))
    )


def depth_to_space(low: Lowering, x: int, blocksize: int, mode: str = "DCR") -> int:
    """Channels as blocks of pixels."""
    n, c, h, w = low.builder.shape(x)
    s = blocksize
    if mode == "CRD":
        parts, order = [n, c // s**2, s, s, h, w], [0, 1, 4, 2, 5, 3]
    else:
        parts, order = [n, s, s, c // s**2, h, w], [0, 3, 4, 1, 5, 2]
    moved = transpose(low.builder, reshape(low.builder, x, parts), order)
    return reshape(low.builder, moved, [n, c // s**2, h * s, w * s])


def space_to_depth(low: Lowering, x: int, blocksize: int, mode: str = "DCR") -> int:
    """Blocks of pixels as channels."""
    n, c, h, w = low.builder.shape(x)
    s = blocksize
    parts = reshape(low.builder, x, [n, c, h // s, s, w // s, s])
    order = [0, 1, 3, 5, 2, 4] if mode == "CRD" else [0, 3, 5, 1, 2, 4]
    return reshape(low.builder, transpose(low.builder, parts, order), [n, c * s**2, h // s, w // s])


# -- sequences -------------------------------------------------------------------------------------------------


def _sequence(low: Lowering, node: Any, *values: Value) -> list[Value]:
    return [tuple(values)]


def _entry(low: Lowering, node: Any, sequence: Any, position: Value) -> list[Value]:
    return [sequence[int(scalar(low.known(position, "position")))]]


def _inserted(low: Lowering, node: Any, sequence: Any, value: Value, position: Value = None) -> list[Value]:
    place = len(sequence) if position is None else int(scalar(low.known(position, "position")))
    return [(*sequence[:place], value, *sequence[place:])]


def _length(low: Lowering, node: Any, sequence: Any) -> list[Value]:
    return [given(node.output[0], np.array(len(sequence)), 7)]


def _joined(low: Lowering, node: Any, sequence: Any) -> list[Value]:
    named = {attribute.name: attribute.i for attribute in node.attribute}
    axis, element = named["axis"], sequence[0].element
    if named.get("new_axis"):
        handles = [low.handle(value) for value in sequence]
        return [Tracked(building.stack(low.builder, handles, axis), element)]
    return [Tracked(concatenated(low, *sequence, axis=axis), element)]


def _parts(low: Lowering, node: Any, x: Any, sizes: Value = None) -> list[Value]:
    named = {attribute.name: attribute.i for attribute in node.attribute}
    axis, handle = named.get("axis", 0), low.handle(x)
    listed: int | Sequence[int] = 1
    if sizes is not None:
        array = low.known(sizes, "split")
        listed = integers(array) if array.ndim else int(array)
    parts = building.split(low.builder, handle, listed, axis)
    if sizes is None and not named.get("keepdims", 1):
        parts = [building.squeeze(low.builder, part, axis) for part in parts]
    return [tuple(Tracked(part, x.element) for part in parts)]


SEQUENCES: dict[str, Callable[..., list[Value]]] = {
    "SequenceEmpty": _sequence,
    "SequenceConstruct": _sequence,
    "SequenceAt": _entry,
    "SequenceInsert": _inserted,
    "SequenceLength": _length,
    "ConcatFromSequence": _joined,
    "SplitToSequence": _parts,
}
"""Operators on sequences of tensors, which are tuples while the file is read."""
