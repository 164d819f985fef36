"""ATen operators that pick entries by indices, or put them where indices say."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from invexproof.architectures import building
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.pytorch.building import TorchBuilder, axis_of, real, scattered_along
from invexproof.torch_programs import Row, row

B = TorchBuilder

# -- indices -------------------------------------------------------------------------------------------------


def _front(b: B, x: int, indices: Sequence[int | None]) -> tuple[int, int, int, int]:
    """(tensor, axis, its length, index): all indexed axes as one, and one index for it."""
    axes = [k for k, index in enumerate(indices) if index is not None]
    given = [index for index in indices if index is not None]
    if any(b.kind(i) != "integer" for i in given):
        raise ArchitectureError("an index that is a mask makes shapes depend on data; use torch.where")
    shape = b.shape(x)
    place = axes[0] if axes == list(range(axes[0], axes[0] + len(axes))) else 0
    if place != axes[0] or axes[-1] - axes[0] + 1 != len(axes):
        rest = [k for k in range(len(shape)) if k not in axes]
        x, place = building.transpose(b, x, [*axes, *rest]), 0
    sizes = [shape[k] for k in axes]
    new = b.shape(x)
    x = building.reshape(b, x, [*new[:place], math.prod(sizes), *new[place + len(axes) :]])
    return x, place, math.prod(sizes), b.flat_index(given, sizes)


def _indexed(b: B, x: int, indices: Sequence[int | None]) -> int:
    x, axis, _, index = _front(b, x, indices)
    return b.node("take", x, index, axis=axis)


def _index_put(b: B, x: int, indices: Sequence[int | None], values: int, accumulate: bool = False) -> int:
    first = indices[0]
    if (
        first is not None
        and b.kind(first) == "boolean"
        and len(indices) == 1
        and math.prod(b.shape(values)) == 1
    ):
        if accumulate:
            raise ArchitectureError("it adds where a mask says; use torch.where")
        mask = building.unsqueeze(b, first, *range(len(b.shape(first)), len(b.shape(x))))
        return b.node("where", mask, building.reshape(b, values, []), x)
    if any(index is None for index in indices):
        raise ArchitectureError("it puts values at indices of some axes only, not of the first ones")
    shape = b.shape(x)
    flat, _, _, index = _front(b, x, indices)
    rest = b.shape(flat)[1:]
    source = building.expand(b, values, [*b.shape(index), *rest])
    count = math.prod(b.shape(index))
    op = "scatter_add" if accumulate else "scatter"
    index = building.reshape(b, index, [count])
    source = building.reshape(b, source, [count, *rest])
    return building.reshape(b, scattered_along(b, op, flat, 0, index, source), shape)


def _index_add(b: B, x: int, axis: int, index: int, source: int, alpha: Fraction = Fraction(1)) -> int:
    if alpha != 1:
        source = b.node("multiply", source, alpha)
    return scattered_along(b, "scatter_add", x, axis_of(b, x, axis), index, source)


def _index_copy(b: B, x: int, axis: int, index: int, source: int) -> int:
    return scattered_along(b, "scatter", x, axis_of(b, x, axis), index, source)


def _index_fill(b: B, x: int, axis: int, index: int, value: Any) -> int:
    place = axis_of(b, x, axis)
    shape = [b.shape(index)[0] if k == place else n for k, n in enumerate(b.shape(x))]
    return _index_copy(b, x, axis, index, b.node("expand", value, shape=shape))


def _selected(b: B, x: int, axis: int, index: int) -> int:
    """index_select: an index of a single entry may be a scalar."""
    return b.node("take", x, building.flatten(b, index), axis=axis_of(b, x, axis))


def _taken(b: B, x: int, index: int) -> int:
    return b.node("take", building.flatten(b, x), index, axis=0)


def _along(b: B, x: int, axis: int | None, index: int) -> int:
    if axis is None:
        return _along(b, building.flatten(b, x), 0, building.flatten(b, index))
    if not b.shape(x):
        return building.reshape(
            b, _along(b, building.flatten(b, x), 0, building.flatten(b, index)), b.expected
        )
    return b.node("take_along", x, index, axis=axis_of(b, x, axis))


def _along_broadcast(b: B, x: int, index: int, axis: int | None = None) -> int:
    """take_along_dim, whose tensors are broadcast along the other axes."""
    if axis is None:
        return _along(b, x, None, index)
    place = axis_of(b, x, axis)
    pairs = list(zip(b.shape(x), b.shape(index), strict=True))
    x = building.expand(b, x, [n if k == place else max(n, m) for k, (n, m) in enumerate(pairs)])
    index = building.expand(b, index, [m if k == place else max(n, m) for k, (n, m) in enumerate(pairs)])
    return b.node("take_along", x, index, axis=place)


def _scattered(op: str) -> Callable[..., int]:
    def lower(b: B, x: int, axis: int, index: int, source: Any) -> int:
        if isinstance(source, Fraction):
            source = b.node("expand", source, shape=b.shape(index))
        tensor, source = (real(b, x), real(b, source))
        return b.node(op, tensor, index, source, axis=axis_of(b, x, axis))

    return lower


def _scatter_reduced(b: B, x: int, axis: int, index: int, source: int, reduce: str) -> int:
    if reduce not in ("sum", "add"):
        raise ArchitectureError(f"scattering with {reduce} is not read; only with sum")
    return _scattered("scatter_add")(b, x, axis, index, source)


def _masked_scatter(b: B, x: int, mask: int, source: int) -> int:
    """Entries of the source in turn where data say so: at indices that are data, too."""
    shape = b.shape(x)
    flat = building.flatten(b, source)
    index = b.indices(shape, b.shape(flat)[0], "order", mask)
    taken = b.node("take", flat, index, axis=0)
    return b.node("where", building.expand(b, mask, shape), taken, x)


def _embedded(b: B, weight: int, indices: int, padding: int = -1) -> int:
    """Rows of a table; the row that pads is not trained."""
    if padding >= 0:
        rows = b.shape(weight)[0]
        row_of_padding = b.node("detach", building.slice_axis(b, weight, 0, padding, padding + 1))
        ends = [(0, padding), (padding + 1, rows)]
        before, after = ([building.slice_axis(b, weight, 0, *e)] if e[0] < e[1] else [] for e in ends)
        weight = building.concatenate(b, [*before, row_of_padding, *after], 0)
    return b.node("take", weight, indices, axis=0)


# -- the table -----------------------------------------------------------------------------------------------

_SCATTER: Final = "x=self axis=dim index source=src"

OPERATORS: Final[Mapping[str, Row]] = {
    **{name: row(_indexed, "x=self indices") for name in ("index", "_unsafe_index")},
    **{
        name: row(_index_put, "x=self indices values accumulate")
        for name in ("index_put", "_unsafe_index_put")
    },
    "index_select": row(_selected, "x=self axis=dim index"),
    "index_add": row(_index_add, "x=self axis=dim index source alpha"),
    "index_copy": row(_index_copy, "x=self axis=dim index source"),
    "index_fill": row(_index_fill, "x=self axis=dim index value"),
    "take": row(_taken, "x=self index"),
    "gather": row(_along, "x=self axis=dim index"),
    "take_along_dim": row(_along_broadcast, "x=self index=indices axis=dim"),
    "scatter.src": row(_scattered("scatter"), _SCATTER),
    "scatter.value": row(_scattered("scatter"), "x=self axis=dim index source=value"),
    "scatter_add": row(_scattered("scatter_add"), _SCATTER),
    "scatter_reduce": row(_scatter_reduced, f"{_SCATTER} reduce"),
    "masked_scatter": row(_masked_scatter, "x=self mask source"),
    "embedding": row(_embedded, "weight indices padding=padding_idx"),
}
