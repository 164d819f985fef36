"""Operators that are polynomials of their arguments' entries: sums, products, and linear maps of windows."""

from __future__ import annotations

from math import prod

from invexcheck.architectures import shapes
from invexcheck.architectures.attributes import (
    EQUATION,
    NATURALS,
    POSITIVES,
    ascending,
    flag,
    natural,
    positive,
    word,
)
from invexcheck.architectures.operators import Call, Operator
from invexcheck.architectures.shapes import axis_of, reduced, text, wrong
from invexcheck.architectures.values import ONE, REAL, REALS, ZERO, Range, Value


def _matmul(call: Call) -> Value:
    return Value(REAL, shapes.matmul(call.shape(0), call.shape(1)))


def _linear(call: Call) -> Value:
    """``x weight^T + bias`` on the last axis."""
    x, weight, bias = call.shape(0), call.shape(1), call.optional(2)
    if len(weight) != 2 or not x or x[-1] != weight[1]:
        raise wrong(f"a weight of shape {text(weight)} does not fit {text(x)}")
    if bias is not None and bias.shape != weight[:1]:
        raise wrong(f"the bias needs {weight[0]} entries, not {text(bias.shape)}")
    return Value(REAL, (*x[:-1], weight[0]))


def _einsum(call: Call) -> Value:
    return Value(REAL, shapes.einsum(call["equation"], [value.shape for value in call.given()]))


def _convolution(call: Call) -> Value:
    shape = shapes.convolution(
        call.shape(0), call.shape(1), call["stride"], call["padding"], call["dilation"], call["groups"]
    )
    _check_bias(call, shape[1])
    return Value(REAL, shape)


def _transposed_convolution(call: Call) -> Value:
    shape = shapes.transposed_convolution(
        call.shape(0),
        call.shape(1),
        call["stride"],
        call["padding"],
        call["output_padding"],
        call["dilation"],
        call["groups"],
    )
    _check_bias(call, shape[1])
    return Value(REAL, shape)


def _check_bias(call: Call, channels: int) -> None:
    bias = call.optional(2)
    if bias is not None and bias.shape != (channels,):
        raise wrong(f"the bias needs {channels} entries, not {text(bias.shape)}")


def _resample(call: Call) -> Value:
    """Each entry is a fixed linear combination of entries; a convex one unless the mode is cubic."""
    shape, size = call.shape(0), call["size"]
    if not size or len(size) >= len(shape):
        raise wrong(f"{text(size)} are no sizes of the last axes of {text(shape)}")
    if call["mode"] == "nearest" and call["align_corners"]:
        raise wrong("the nearest entry knows no corners")
    known = REALS if call["mode"] == "cubic" else call.range(0)
    return Value(REAL, (*shape[: -len(size)], *size), known)


def _sum(call: Call) -> Value:
    axes = ascending(call["axes"], len(call.shape(0)))
    count = prod(call.shape(0)[axis] for axis in axes)
    return Value(REAL, reduced(call.shape(0), axes, call["keep"]), call.range(0).scaled(count))


def _mean(call: Call) -> Value:
    axes = ascending(call["axes"], len(call.shape(0)))
    return Value(REAL, reduced(call.shape(0), axes, call["keep"]), call.range(0))


def _product(call: Call) -> Value:
    axes = ascending(call["axes"], len(call.shape(0)))
    return Value(REAL, reduced(call.shape(0), axes, call["keep"]), _of_products(call.range(0)))


def _cumulative_sum(call: Call) -> Value:
    axis_of(call["axis"], call.shape(0))
    u = call.range(0)
    if u.nonnegative:  # sums of one entry or more
        known = Range(u.low, None, u.low_open)
    else:
        known = Range(None, u.high, False, u.high_open) if u.nonpositive else REALS
    return Value(REAL, call.shape(0), known)


def _cumulative_product(call: Call) -> Value:
    axis_of(call["axis"], call.shape(0))
    return Value(REAL, call.shape(0), _of_products(call.range(0)))


def _of_products(u: Range) -> Range:
    """Of products of any number of entries."""
    if u.nonnegative:
        return Range(ZERO, ONE if u.below(ONE) else None, u.positive)
    return Range(-ONE, ONE) if u.inside(Range(-ONE, ONE)) else REALS


def _squared_norm(call: Call) -> Value:
    return Value(REAL, (), Range(ZERO))


def _average_pool(call: Call) -> Value:
    """Means over windows; padding counts as zeros, or not at all."""
    kernel, stride, padding = call["kernel"], call["stride"], call["padding"]
    shape, sizes = _last_axes(call, len(kernel))
    ones = (1,) * len(kernel)
    counts = shapes.pooled(sizes, kernel, stride, padding, ones, call["ceil"])
    if not call["include_padding"]:
        call.require(
            shapes.inhabited(sizes, counts, kernel, stride, padding, ones), "a window holds padding alone"
        )
    padded = call["include_padding"] and any(padding)
    known = call.range(0).hull(Range.point(ZERO)) if padded or call["ceil"] else call.range(0)
    return Value(REAL, (*shape, *counts), known)


def _last_axes(call: Call, count: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The shape, cut before its last axes; pooling leaves a batch or channel axis at least."""
    shape = call.shape(0)
    if not 0 < count < len(shape):
        raise wrong(f"{count} axes of {text(shape)} cannot be pooled")
    return shape[:-count], shape[-count:]


def _adaptive_average_pool(call: Call) -> Value:
    shape, _ = _last_axes(call, len(call["size"]))
    return Value(REAL, (*shape, *call["size"]), call.range(0))


def _variance(call: Call) -> Value:
    axes = ascending(call["axes"], len(call.shape(0)))
    if prod(call.shape(0)[axis] for axis in axes) <= call["correction"]:
        raise wrong("a variance of no more entries than its correction")
    return Value(REAL, reduced(call.shape(0), axes, call["keep"]), Range(ZERO))


AXES = {"axes": NATURALS, "keep": flag()}
WINDOWS = {"stride": POSITIVES, "padding": NATURALS, "dilation": POSITIVES, "groups": positive(1)}

LINEAR: dict[str, Operator] = {
    "matmul": Operator(("real", "real"), _matmul),
    "linear": Operator(("real", "real", "real?"), _linear),
    "einsum": Operator(("real*",), _einsum, {"equation": EQUATION}),
    "convolution": Operator(("real", "real", "real?"), _convolution, WINDOWS),
    "transposed_convolution": Operator(
        ("real", "real", "real?"), _transposed_convolution, {**WINDOWS, "output_padding": NATURALS}
    ),
    "resample": Operator(
        ("real",),
        _resample,
        {"size": POSITIVES, "mode": word("nearest", "linear", "cubic"), "align_corners": flag()},
    ),
    "sum": Operator(("real",), _sum, AXES),
    "mean": Operator(("real",), _mean, AXES),
    "product": Operator(("real",), _product, AXES),
    "cumulative_sum": Operator(("real",), _cumulative_sum, {"axis": natural()}),
    "cumulative_product": Operator(("real",), _cumulative_product, {"axis": natural()}),
    "squared_norm": Operator(("real*",), _squared_norm),
    "average_pool": Operator(
        ("real",),
        _average_pool,
        {
            "kernel": POSITIVES,
            "stride": POSITIVES,
            "padding": NATURALS,
            "ceil": flag(),
            "include_padding": flag(True),
        },
    ),
    "adaptive_average_pool": Operator(("real",), _adaptive_average_pool, {"size": POSITIVES}),
    "variance": Operator(("real",), _variance, {"axes": NATURALS, "correction": natural(1), "keep": flag()}),
}
