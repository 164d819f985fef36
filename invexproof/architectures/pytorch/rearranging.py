"""ATen operators that move entries about: views, slices, padding, indexing, scattering, sorting."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from invexproof.architectures import building
from invexproof.architectures.pytorch.building import (
    TorchBuilder,
    axis_of,
    literal,
    per_axis,
    real,
    scattered_along,
    subtract,
)
from invexproof.torch_programs import Row, row

B = TorchBuilder


# -- shapes --------------------------------------------------------------------------------------------------


def _reshaped(b: B, x: int) -> int:
    """The same entries, row-major, in the shape that PyTorch found."""
    return building.reshape(b, x, b.expected)


def _expanded(b: B, x: Any) -> int:
    return (
        b.node("expand", x, shape=b.expected)
        if isinstance(x, Fraction)
        else building.expand(b, x, b.expected)
    )


def _permuted(b: B, x: int, axes: Sequence[int]) -> int:
    return building.transpose(b, x, axes)


def _moved(b: B, x: int, source: Any, destination: Any) -> int:
    rank = len(b.shape(x))
    places = {
        building.axis_of(d, rank): building.axis_of(s, rank)
        for s, d in zip(_listed(source), _listed(destination), strict=True)
    }
    rest = iter(k for k in range(rank) if k not in places.values())
    return building.transpose(b, x, [places[k] if k in places else next(rest) for k in range(rank)])


def _transposed(b: B, x: int) -> int:
    return building.transpose(b, x, list(reversed(range(len(b.shape(x))))))


def _repeated(b: B, x: int, times: Sequence[int]) -> int:
    return building.repeat(b, x, list(times))


def _each_repeated(b: B, x: int, times: int, axis: int | None = None) -> int:
    if axis is None:
        x, axis = building.flatten(b, x), 0
    return building.repeat_each(b, x, times, axis)


def _repeated_by(b: B, x: int, repeats: int, axis: int | None = None) -> int:
    """As often as data say: indices that are data, too."""
    if axis is None:
        x, axis = building.flatten(b, x), 0
    place = axis_of(b, x, axis)
    return b.node(
        "take", x, b.indices([b.expected[place]], b.shape(x)[place], "repeats", repeats), axis=place
    )


def _meshed(b: B, tensors: Sequence[int], indexing: str = "ij") -> list[int]:
    shape = [math.prod(b.shape(x)) for x in tensors]
    grids = []
    for k, x in enumerate(tensors):
        view = building.reshape(b, x, [n if j == k else 1 for j, n in enumerate(shape)])
        grid = building.expand(b, view, shape)
        grids.append(building.swap(b, grid, 0, 1) if indexing == "xy" and len(shape) > 1 else grid)
    return grids


def _shuffled(b: B, x: int, factor: int) -> int:
    *outer, c, h, w = b.shape(x)
    k = len(outer)
    parts = building.reshape(b, x, [*outer, c // factor**2, factor, factor, h, w])
    order = [*range(k), k, k + 3, k + 1, k + 4, k + 2]
    return building.reshape(b, building.transpose(b, parts, order), b.expected)


def _unshuffled(b: B, x: int, factor: int) -> int:
    *outer, c, h, w = b.shape(x)
    k = len(outer)
    parts = building.reshape(b, x, [*outer, c, h // factor, factor, w // factor, factor])
    order = [*range(k), k, k + 2, k + 4, k + 1, k + 3]
    return building.reshape(b, building.transpose(b, parts, order), b.expected)


def _channels_shuffled(b: B, x: int, groups: int) -> int:
    n, c, *rest = b.shape(x)
    parts = building.reshape(b, x, [n, groups, c // groups, *rest])
    return building.reshape(b, building.swap(b, parts, 1, 2), b.expected)


def _rolled(b: B, x: int, shifts: Any, axes: Any = ()) -> int:
    if not _listed(axes):
        flat = building.roll(b, building.flatten(b, x), _listed(shifts), [0])
        return building.reshape(b, flat, b.expected)
    return building.roll(b, x, _listed(shifts), _listed(axes))


def _flipped(b: B, x: int, axes: Any) -> int:
    return b.node("flip", x, axes=sorted(axis_of(b, x, a) for a in _listed(axes)))


def _rotated(b: B, x: int, k: int = 1, axes: Sequence[int] = (0, 1)) -> int:
    for _ in range(k % 4):
        x = building.swap(b, _flipped(b, x, [axes[1]]), *axes)
    return x


# -- parts and wholes ----------------------------------------------------------------------------------------


def _sliced(
    b: B, x: int, axis: int = 0, start: int | None = None, stop: int | None = None, step: int = 1
) -> int:
    return building.slice_axis(b, x, axis, start, stop, step)


def _narrowed(b: B, x: int, axis: int, start: int, length: int) -> int:
    start = start % b.shape(x)[axis_of(b, x, axis)]
    return building.slice_axis(b, x, axis, start, start + length)


def _split(b: B, x: int, sizes: Any, axis: int = 0) -> list[int]:
    return building.split(b, x, sizes, axis)


def _chunked(b: B, x: int, chunks: int, axis: int = 0) -> list[int]:
    return building.split(b, x, -(-b.shape(x)[axis_of(b, x, axis)] // chunks), axis)


def _tensor_split(b: B, x: int, sections: Any, axis: int = 0) -> list[int]:
    length = b.shape(x)[axis_of(b, x, axis)]
    if isinstance(sections, int):
        small, more = divmod(length, sections)
        return building.split(b, x, [small + (k < more) for k in range(sections)], axis)
    ends = [*sections, length]
    return building.split(b, x, [e - s for s, e in zip([0, *sections], ends, strict=True)], axis)


def _unbound(b: B, x: int, axis: int = 0) -> list[int]:
    return [building.select(b, x, axis, k) for k in range(b.shape(x)[axis_of(b, x, axis)])]


def same_kind(b: B, tensors: Sequence[int]) -> list[int]:
    kinds = {b.kind(x) for x in tensors}
    return list(tensors) if len(kinds) == 1 else [real(b, x) for x in tensors]


def _concatenated(b: B, tensors: Sequence[int], axis: int = 0) -> int:
    return building.concatenate(b, same_kind(b, tensors), axis)


def _stacked(b: B, tensors: Sequence[int], axis: int = 0) -> int:
    return building.stack(b, same_kind(b, tensors), axis)


def _slice_put(
    b: B, x: int, source: int, axis: int = 0, start: int | None = None, stop: int | None = None, step: int = 1
) -> int:
    """The tensor with another one in place of a slice."""
    place = axis_of(b, x, axis)
    length = b.shape(x)[place]
    taken = range(length)[start:stop:step]
    if step != 1:
        index = b.indices([len(taken)], length, "places", [*taken])
        return scattered_along(b, "scatter", x, place, index, source)
    ends = ((0, taken.start), None, (taken.stop, length))
    parts = [
        source if part is None else building.slice_axis(b, x, place, *part)
        for part in ends
        if part is None or part[0] < part[1]
    ]
    return _concatenated(b, parts, place)


def _select_put(b: B, x: int, source: int, axis: int, index: int) -> int:
    start = index % b.shape(x)[axis_of(b, x, axis)]
    return _slice_put(b, x, building.unsqueeze(b, source, axis_of(b, x, axis)), axis, start, start + 1)


def _diagonal(b: B, x: int, offset: int = 0, first: int = 0, second: int = 1) -> int:
    """Every (columns + 1)-th entry of the matrices, row-major."""
    x = _moved(b, x, [first, second], [-2, -1])
    *outer, rows, columns = b.shape(x)
    start = offset if offset >= 0 else -offset * columns
    count = b.expected[-1]
    flat = building.reshape(b, x, [*outer, rows * columns])
    return building.slice_axis(b, flat, -1, start, start + (count - 1) * (columns + 1) + 1, columns + 1)


def _diagonal_matrix(b: B, x: int, offset: int = 0, first: int = -2, second: int = -1) -> int:
    """Each entry, and then zeros up to its place in the next row."""
    *outer, n = b.shape(x)
    column = pad(b, building.unsqueeze(b, x, -1), [(0, 0)] * (len(outer) + 1) + [(0, n)])
    flat = building.slice_axis(b, building.reshape(b, column, [*outer, n * (n + 1)]), -1, 0, n * n)
    square = building.reshape(b, flat, [*outer, n, n])
    right, down = max(offset, 0), max(-offset, 0)
    square = pad(b, square, [(0, 0)] * len(outer) + [(down, right), (right, down)])
    return _moved(b, square, [-2, -1], [first, second])


def _diag(b: B, x: int, diagonal: int = 0) -> int:
    if len(b.shape(x)) == 1:
        return _diagonal_matrix(b, x, diagonal)
    return _diagonal(b, x, diagonal)


def pad(
    b: B, x: int, widths: Sequence[tuple[int, int]], mode: str = "constant", value: Fraction = Fraction(0)
) -> int:
    """Entries before and after, a pair for each axis; negative widths cut off."""
    for axis, (before, after) in enumerate(widths):
        length = b.shape(x)[axis]
        x = building.slice_axis(b, x, axis, max(0, -before), length - max(0, -after))
    pairs = [(max(0, before), max(0, after)) for before, after in widths]
    if not any(map(any, pairs)):
        return x
    starts, ends = ([pair[k] for pair in pairs] for k in (0, 1))
    return b.node("pad", x, before=starts, after=ends, mode=mode, value=value)


def _pad(b: B, x: int, widths: Sequence[int], mode: str = "constant", value: Any = None) -> int:
    """F.pad: pairs (before, after), the last axis first."""
    pairs = list(zip(widths[::2], widths[1::2], strict=True))
    outer = [(0, 0)] * (len(b.shape(x)) - len(pairs))
    return pad(b, x, [*outer, *reversed(pairs)], mode, Fraction(0) if value is None else literal(value))


def _padding(mode: str) -> Callable[..., int]:
    return lambda b, x, widths: _pad(b, x, widths, mode)


def _triangle(upper: bool) -> Callable[..., int]:
    return lambda b, x, diagonal=0: b.node("triangle", x, upper=upper, diagonal=diagonal)


def _windows(b: B, x: int, axis: int, size: int, step: int) -> int:
    return b.node("windows", x, axis=axis_of(b, x, axis), size=size, step=step)


def _differences(b: B, x: int, n: int = 1, axis: int = -1, before: Any = None, after: Any = None) -> int:
    parts = [part for part in (before, x, after) if part is not None]
    x = building.concatenate(b, [real(b, part) for part in parts], axis)
    for _ in range(n):
        x = subtract(b, building.slice_axis(b, x, axis, 1, None), building.slice_axis(b, x, axis, None, -1))
    return x


def _listed(value: Any) -> list[int]:
    return per_axis(value, 1)


# -- the table -----------------------------------------------------------------------------------------------

_RESHAPING: Final = (
    "view.default",
    "_unsafe_view",
    "reshape",
    "flatten",
    "unflatten",
    "squeeze",
    "unsqueeze",
    "ravel",
    "view_as",
    "reshape_as",
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "view_copy",
    "squeeze_copy",
    "unsqueeze_copy",
    "_reshape_alias",
)

OPERATORS: Final[Mapping[str, Row]] = {
    **{name: row(_reshaped, "x=self ...") for name in _RESHAPING},
    **{name: row(_expanded, "x=self ...") for name in ("expand", "expand_as", "broadcast_to", "expand_copy")},
    "broadcast_tensors": row(
        lambda b, tensors: [building.expand(b, x, b.expected) for x in tensors], "tensors"
    ),
    "copy": row(_expanded, "x=src ..."),
    "fill.Tensor": row(_expanded, "x=value ..."),
    "full_like": row(_expanded, "x=fill_value ..."),
    "permute": row(_permuted, "x=self axes=dims"),
    "permute_copy": row(_permuted, "x=self axes=dims"),
    **{
        name: row(building.swap, "x=self first=dim0 second=dim1")
        for name in ("transpose", "transpose_copy", "swapdims")
    },
    "swapaxes": row(building.swap, "x=self first=axis0 second=axis1"),
    **{name: row(_moved, "x=self source destination") for name in ("movedim", "moveaxis")},
    **{name: row(_transposed, "x=self") for name in ("t", "numpy_T")},
    **{name: row(lambda b, x: building.swap(b, x, -2, -1), "x=self") for name in ("mT", "adjoint")},
    "repeat": row(_repeated, "x=self times=repeats"),
    "tile": row(_repeated, "x=self times=dims"),
    "repeat_interleave.self_int": row(_each_repeated, "x=self times=repeats axis=dim ..."),
    "repeat_interleave.self_Tensor": row(_repeated_by, "x=self repeats axis=dim ..."),
    "meshgrid": row(_meshed, "tensors indexing"),
    "pixel_shuffle": row(_shuffled, "x=self factor=upscale_factor"),
    "pixel_unshuffle": row(_unshuffled, "x=self factor=downscale_factor"),
    **{
        name: row(_channels_shuffled, "x=self groups")
        for name in ("channel_shuffle", "native_channel_shuffle")
    },
    "roll": row(_rolled, "x=self shifts axes=dims"),
    "flip": row(_flipped, "x=self axes=dims"),
    "rot90": row(_rotated, "x=self k axes=dims"),
    **{name: row(_sliced, "x=self axis=dim start stop=end step") for name in ("slice", "slice_copy")},
    "narrow": row(_narrowed, "x=self axis=dim start length"),
    **{name: row(building.select, "x=self axis=dim index") for name in ("select", "select_copy")},
    **{name: row(_split, "x=self sizes=split_size axis=dim") for name in ("split", "unsafe_split")},
    **{
        name: row(_split, "x=self sizes=split_sizes axis=dim")
        for name in ("split_with_sizes", "unsafe_split_with_sizes", "split_with_sizes_copy")
    },
    **{name: row(_chunked, "x=self chunks axis=dim") for name in ("chunk", "unsafe_chunk")},
    "tensor_split.sections": row(_tensor_split, "x=self sections axis=dim"),
    "tensor_split.indices": row(_tensor_split, "x=self sections=indices axis=dim"),
    "unbind": row(_unbound, "x=self axis=dim"),
    **{name: row(_concatenated, "tensors axis=dim") for name in ("cat", "concat", "concatenate")},
    "stack": row(_stacked, "tensors axis=dim"),
    "slice_scatter": row(_slice_put, "x=self source=src axis=dim start stop=end step"),
    "select_scatter": row(_select_put, "x=self source=src axis=dim index"),
    **{
        name: row(_diagonal, "x=self offset first=dim1 second=dim2") for name in ("diagonal", "diagonal_copy")
    },
    "diag_embed": row(_diagonal_matrix, "x=self offset first=dim1 second=dim2"),
    "diag": row(_diag, "x=self diagonal"),
    "tril": row(_triangle(False), "x=self diagonal"),
    "triu": row(_triangle(True), "x=self diagonal"),
    "pad": row(_pad, "x=self widths=pad mode value"),
    "constant_pad_nd": row(_pad, "x=self widths=pad value"),
    **{f"reflection_pad{d}d": row(_padding("reflect"), "x=self widths=padding") for d in (1, 2, 3)},
    **{f"replication_pad{d}d": row(_padding("replicate"), "x=self widths=padding") for d in (1, 2, 3)},
    "unfold": row(_windows, "x=self axis=dimension size step"),
    "diff": row(_differences, "x=self n axis=dim before=prepend after=append"),
}
