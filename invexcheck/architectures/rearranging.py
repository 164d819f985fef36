"""Operators that move entries, or choose them by integers."""

from __future__ import annotations

from math import prod

from flint import fmpq

from invexcheck.architectures.attributes import (
    NATURALS,
    POSITIVES,
    ascending,
    flag,
    integer,
    natural,
    number,
    positive,
    word,
)
from invexcheck.architectures.operators import Call, Operator
from invexcheck.architectures.shapes import axis_of, broadcast, reduced, replaced, same_size, text, wrong
from invexcheck.architectures.values import (
    EXTENDED,
    INTEGER,
    REAL,
    UNIT,
    ZERO,
    Range,
    Value,
)
from invexcheck.errors import Reject


def _moved(call: Call, shape: tuple[int, ...]) -> Value:
    """Entries of the first argument."""
    return Value(call.value(0).kind, shape, call.range(0))


def _reshape(call: Call) -> Value:
    same_size(call.shape(0), call["shape"])
    return _moved(call, call["shape"])


def _transpose(call: Call) -> Value:
    shape, axes = call.shape(0), call["axes"]
    if sorted(axes) != list(range(len(shape))):
        raise wrong(f"the axes must be those of {text(shape)}, in another order")
    return _moved(call, tuple(shape[axis] for axis in axes))


def _expand(call: Call) -> Value:
    if broadcast(call.shape(0), call["shape"]) != call["shape"]:
        raise wrong(f"{text(call.shape(0))} cannot be repeated to {text(call['shape'])}")
    return _moved(call, call["shape"])


def _slice(call: Call) -> Value:
    shape, axis = call.shape(0), axis_of(call["axis"], call.shape(0))
    start, stop, step = call["start"], call["stop"], call["step"]
    if not start < stop <= shape[axis]:
        raise wrong(f"no entries from {start} to {stop} of {shape[axis]}")
    return _moved(call, replaced(shape, axis, -(-(stop - start) // step)))


def _concatenate(call: Call) -> Value:
    values = call.given()
    first, axis = values[0].shape, axis_of(call["axis"], values[0].shape)
    kinds = {value.kind for value in values}
    if len(kinds) > 1 and kinds != {REAL, EXTENDED}:
        raise Reject("it joins values of different kinds", "kind")
    known = values[0].range
    for value in values[1:]:
        if len(value.shape) != len(first) or replaced(value.shape, axis, 1) != replaced(first, axis, 1):
            raise wrong(f"{text(first)} and {text(value.shape)} cannot be joined along axis {axis}")
        known = known.hull(value.range)
    size = sum(value.shape[axis] for value in values)
    kind = kinds.pop() if len(kinds) == 1 else EXTENDED
    return Value(kind, replaced(first, axis, size), known)


def _pad(call: Call) -> Value:
    shape, before, after, mode = call.shape(0), call["before"], call["after"], call["mode"]
    if not len(shape) == len(before) == len(after):
        raise wrong("padding needs a number for each axis")
    most = {"reflect": -1, "circular": 0}
    if mode in most and any(max(p, q) > n + most[mode] for n, p, q in zip(shape, before, after, strict=True)):
        raise wrong(f"too much padding for the mode {mode}")
    if mode != "constant" and call["value"] != 0:
        raise Reject("a value is for constant padding", "architecture")
    known = call.range(0).hull(Range.point(call["value"])) if mode == "constant" else call.range(0)
    return Value(REAL, tuple(p + n + q for n, p, q in zip(shape, before, after, strict=True)), known)


def _flip(call: Call) -> Value:
    ascending(call["axes"], len(call.shape(0)))
    return _moved(call, call.shape(0))


def _indices(call: Call, i: int, size: int) -> None:
    """Whole numbers from 0 to below the size."""
    value = call.value(i)
    holds = value.kind == INTEGER and value.range.inside(Range(ZERO, fmpq(size - 1)))
    call.demand(i, holds, "indices", f"may be no index of {size} entries", 0, size - 1)


def _take(call: Call) -> Value:
    """As `numpy.take`: an embedding takes along axis 0 of its table."""
    shape, axis = call.shape(0), axis_of(call["axis"], call.shape(0))
    _indices(call, 1, shape[axis])
    _keep_places(call)
    return _moved(call, replaced(shape, axis, *call.shape(1)))


def _take_along(call: Call) -> Value:
    """As `torch.gather`."""
    shape, axis = call.shape(0), axis_of(call["axis"], call.shape(0))
    _fitting(call.shape(1), shape, axis)
    _indices(call, 1, shape[axis])
    _keep_places(call)
    return _moved(call, call.shape(1))


def _keep_places(call: Call) -> None:
    moved, indices = call.value(0), call.value(1)
    call.require(
        moved.kind != EXTENDED or not indices.trained, "parameters decide where there is minus infinity"
    )


def _fitting(indices: tuple[int, ...], shape: tuple[int, ...], axis: int) -> None:
    if len(indices) != len(shape) or any(
        n > m and k != axis for k, (n, m) in enumerate(zip(indices, shape, strict=True))
    ):
        raise wrong(f"indices of shape {text(indices)} do not fit {text(shape)}")


def _scatter(call: Call) -> Value:
    """As `torch.scatter`, with different places for different sources."""
    call.demand(1, False, "distinct", "may name a place twice", call["axis"])
    return _scattered(call, call.range(0).hull(call.range(2)))


def _scatter_add(call: Call) -> Value:
    return _scattered(call, Range())


def _scattered(call: Call, known: Range) -> Value:
    shape, indices, source = (call.shape(i) for i in range(3))
    axis = axis_of(call["axis"], shape)
    _fitting(indices, shape, axis)
    if len(source) != len(indices) or any(n > m for n, m in zip(indices, source, strict=True)):
        raise wrong(f"indices of shape {text(indices)} need a source that is at least as large")
    _indices(call, 1, shape[axis])
    return Value(REAL, shape, known)


def _triangle(call: Call) -> Value:
    if len(call.shape(0)) < 2:
        raise wrong("a triangle is of a matrix")
    return Value(REAL, call.shape(0), call.range(0).hull(Range.point(ZERO)))


def _windows(call: Call) -> Value:
    """As `Tensor.unfold`."""
    shape, axis = call.shape(0), axis_of(call["axis"], call.shape(0))
    if call["size"] > shape[axis]:
        raise wrong(f"windows of {call['size']} do not fit into {shape[axis]} entries")
    count = (shape[axis] - call["size"]) // call["step"] + 1
    return _moved(call, (*replaced(shape, axis, count), call["size"]))


def _one_hot(call: Call) -> Value:
    _indices(call, 0, call["classes"])
    return Value(INTEGER, (*call.shape(0), call["classes"]), UNIT)


def _chosen(call: Call) -> Value:
    """Positions along an axis."""
    shape, axis = call.shape(0), axis_of(call["axis"], call.shape(0))
    known = Range(ZERO, fmpq(shape[axis] - 1))
    return Value(INTEGER, reduced(shape, (axis,), call["keep"]), known)


def _order(call: Call) -> Value:
    shape, axis = call.shape(0), axis_of(call["axis"], call.shape(0))
    return Value(INTEGER, shape, Range(ZERO, fmpq(shape[axis] - 1)))


def _top_indices(call: Call) -> Value:
    shape, axis = call.shape(0), axis_of(call["axis"], call.shape(0))
    if call["k"] > shape[axis]:
        raise wrong(f"there are no {call['k']} largest of {shape[axis]}")
    return Value(INTEGER, replaced(shape, axis, call["k"]), Range(ZERO, fmpq(shape[axis] - 1)))


def _unfold(call: Call) -> Value:
    """As `torch.nn.functional.unfold`: columns of windows."""
    from invexcheck.architectures.shapes import windows

    shape, kernel = call.shape(0), call["kernel"]
    stride, padding, dilation = call["stride"], call["padding"], call["dilation"]
    if len(shape) != 4 or not len(kernel) == len(stride) == len(padding) == len(dilation) == 2:
        raise wrong("unfold is for [N, C, H, W], with two numbers for each attribute")
    counts = windows(shape[2:], kernel, stride, padding, dilation)
    known = call.range(0).hull(Range.point(ZERO)) if any(padding) else call.range(0)
    return Value(REAL, (shape[0], shape[1] * prod(kernel), prod(counts)), known)


AXIS = {"axis": natural()}
SCATTER = Operator(("real", "integer", "real"), _scatter, AXIS)

REARRANGING: dict[str, Operator] = {
    "reshape": Operator(("any",), _reshape, {"shape": POSITIVES}),
    "transpose": Operator(("any",), _transpose, {"axes": NATURALS}),
    "expand": Operator(("any",), _expand, {"shape": POSITIVES}),
    "slice": Operator(
        ("any",), _slice, {**AXIS, "start": natural(), "stop": positive(), "step": positive(1)}
    ),
    "concatenate": Operator(("any*",), _concatenate, AXIS),
    "pad": Operator(
        ("real",),
        _pad,
        {
            "before": NATURALS,
            "after": NATURALS,
            "mode": word("constant", "reflect", "replicate", "circular", default="constant"),
            "value": number(0),
        },
    ),
    "flip": Operator(("any",), _flip, {"axes": NATURALS}),
    "take": Operator(("any", "integer"), _take, AXIS),
    "take_along": Operator(("any", "integer"), _take_along, AXIS),
    "scatter": SCATTER,
    "scatter_add": Operator(SCATTER.arguments, _scatter_add, AXIS),
    "triangle": Operator(("real",), _triangle, {"upper": flag(), "diagonal": integer(0)}),
    "windows": Operator(("any",), _windows, {**AXIS, "size": positive(), "step": positive()}),
    "unfold": Operator(
        ("real",),
        _unfold,
        {"kernel": POSITIVES, "stride": POSITIVES, "padding": NATURALS, "dilation": POSITIVES},
    ),
    "one_hot": Operator(("integer",), _one_hot, {"classes": positive()}),
    "argmax": Operator(("real",), _chosen, {**AXIS, "keep": flag()}),
    "argmin": Operator(("real",), _chosen, {**AXIS, "keep": flag()}),
    "argsort": Operator(("real",), _order, {**AXIS, "descending": flag()}),
    "top_k_indices": Operator(("real",), _top_indices, {**AXIS, "k": positive(), "largest": flag(True)}),
}
