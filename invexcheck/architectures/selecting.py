"""Operators that choose among entries by comparing them: pieces are where the order stays the same."""

from __future__ import annotations

from invexcheck.architectures import shapes
from invexcheck.architectures.attributes import NATURALS, POSITIVES, ascending, flag, natural, positive
from invexcheck.architectures.operators import CONTINUOUS, Call, Operator
from invexcheck.architectures.shapes import axis_of, reduced, replaced, text, wrong
from invexcheck.architectures.values import REAL, ZERO, Range, Value


def _chosen(call: Call, shape: tuple[int, ...]) -> Value:
    return Value(REAL, shape, call.range(0), smoothness=CONTINUOUS)


def _extremum(call: Call) -> Value:
    axes = ascending(call["axes"], len(call.shape(0)))
    return _chosen(call, reduced(call.shape(0), axes, call["keep"]))


def _median(call: Call) -> Value:
    """The lower median."""
    axis = axis_of(call["axis"], call.shape(0))
    return _chosen(call, reduced(call.shape(0), (axis,), call["keep"]))


def _sort(call: Call) -> Value:
    axis_of(call["axis"], call.shape(0))
    return _chosen(call, call.shape(0))


def _top(call: Call) -> Value:
    shape, axis = call.shape(0), axis_of(call["axis"], call.shape(0))
    if call["k"] > shape[axis]:
        raise wrong(f"there are no {call['k']} largest of {shape[axis]}")
    return _chosen(call, replaced(shape, axis, call["k"]))


def _max_pool(call: Call) -> Value:
    """Padding never wins: every window must hold an entry."""
    kernel, stride, padding, dilation = (call[name] for name in ("kernel", "stride", "padding", "dilation"))
    shape = call.shape(0)
    if not 0 < len(kernel) < len(shape):
        raise wrong(f"{len(kernel)} axes of {text(shape)} cannot be pooled")
    outer, sizes = shape[: -len(kernel)], shape[-len(kernel) :]
    counts = shapes.pooled(sizes, kernel, stride, padding, dilation, call["ceil"])
    call.require(
        shapes.inhabited(sizes, counts, kernel, stride, padding, dilation), "a window holds padding alone"
    )
    return _chosen(call, (*outer, *counts))


def _adaptive_max_pool(call: Call) -> Value:
    shape, size = call.shape(0), call["size"]
    if not 0 < len(size) < len(shape):
        raise wrong(f"{len(size)} axes of {text(shape)} cannot be pooled")
    return _chosen(call, (*shape[: -len(size)], *size))


def _norm(call: Call) -> Value:
    """The Euclidean norm, with a kink at 0."""
    axes = ascending(call["axes"], len(call.shape(0)))
    u = call.range(0)
    value = Value(REAL, reduced(call.shape(0), axes, call["keep"]), Range(ZERO, None, u.nonzero))
    return value if u.nonzero else _with_kink(value)


def _standard_deviation(call: Call) -> Value:
    """The root of a variance, with a kink where all entries are the same."""
    from invexcheck.architectures.linear import LINEAR

    return _with_kink(LINEAR["variance"].infer(call))


def _with_kink(value: Value) -> Value:
    return Value(value.kind, value.shape, value.range, smoothness=CONTINUOUS)


AXES = {"axes": NATURALS, "keep": flag()}

SELECTING: dict[str, Operator] = {
    "max": Operator(("real",), _extremum, AXES),
    "min": Operator(("real",), _extremum, AXES),
    "median": Operator(("real",), _median, {"axis": natural(), "keep": flag()}),
    "sort": Operator(("real",), _sort, {"axis": natural(), "descending": flag()}),
    "top_k": Operator(("real",), _top, {"axis": natural(), "k": positive(), "largest": flag(True)}),
    "cumulative_max": Operator(("real",), _sort, {"axis": natural()}),
    "max_pool": Operator(
        ("real",),
        _max_pool,
        {
            "kernel": POSITIVES,
            "stride": POSITIVES,
            "padding": NATURALS,
            "dilation": POSITIVES,
            "ceil": flag(),
        },
    ),
    "adaptive_max_pool": Operator(("real",), _adaptive_max_pool, {"size": POSITIVES}),
    "norm": Operator(("real",), _norm, AXES),
    "standard_deviation": Operator(
        ("real",), _standard_deviation, {"axes": NATURALS, "correction": natural(1), "keep": flag()}
    ),
}
