"""ONNX operators on windows of images: convolution, pooling and padding, in operators of graphs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Final

import numpy as np

from invexproof.architectures.building import axis_of, reshape, slice_axis, swap
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.graph import Shape
from invexproof.architectures.onnx_files.lowering import Lowering, integers, scalar
from invexproof.networks.flows import number
from invexproof.onnx_reading import Array

Margins = list[tuple[int, int]]
"""Padding before and after, for each spatial axis."""


def _margins(
    sizes: Shape,
    kernel: Sequence[int],
    auto: str,
    pads: Any,
    strides: Sequence[int],
    dilations: Sequence[int],
) -> Margins:
    """The padding given, or where ``auto_pad`` says that the output has ceil(n/stride) entries."""
    if auto in ("NOTSET", ""):
        half = len(pads) // 2 if pads else 0
        return list(zip(pads[:half], pads[half:], strict=True)) if half else [(0, 0)] * len(sizes)
    if auto == "VALID":
        return [(0, 0)] * len(sizes)
    if auto not in ("SAME_UPPER", "SAME_LOWER"):
        raise ArchitectureError(f"there is no auto_pad {auto}")
    result = []
    for n, k, s, r in zip(sizes, kernel, strides, dilations, strict=True):
        total = max(0, (-(-n // s) - 1) * s + r * (k - 1) + 1 - n)
        less, more = total // 2, total - total // 2
        result.append((less, more) if auto == "SAME_UPPER" else (more, less))
    return result


def _even(margins: Margins) -> bool:
    return all(before == after for before, after in margins)


def widened(
    low: Lowering, x: int, margins: Margins, mode: str = "constant", value: Fraction | int = 0
) -> int:
    """Padding of the last axes; negative widths cut off."""
    b, first = low.builder, len(low.builder.shape(x)) - len(margins)
    for k, (before, after) in enumerate(margins):
        if min(before, after) < 0:
            n = b.shape(x)[first + k]
            x = slice_axis(b, x, first + k, max(0, -before), n - max(0, -after))
    pads = [(0, 0)] * first + [(max(0, p), max(0, q)) for p, q in margins]
    if not any(map(any, pads)):
        return x
    starts, ends = zip(*pads, strict=True)
    value = Fraction(value) if mode == "constant" else Fraction(0)
    return low.node("pad", x, before=starts, after=ends, mode=mode, value=value)


# -- convolution -----------------------------------------------------------------------------------------------


def convolution(
    low: Lowering,
    x: int,
    weight: int,
    bias: int | None = None,
    *,
    auto: str = "NOTSET",
    pads: Any = None,
    strides: Any = None,
    dilations: Any = None,
    group: int,
) -> int:
    """Convolution, with the padding given or automatic."""
    b = low.builder
    kernel = b.shape(weight)[2:]
    stride, dilation = strides or [1] * len(kernel), dilations or [1] * len(kernel)
    margins = _margins(b.shape(x)[2:], kernel, auto, pads, stride, dilation)
    if not _even(margins) or min(map(min, margins)) < 0:
        x, margins = widened(low, x, margins), [(0, 0)] * len(kernel)
    padding = [before for before, _ in margins]
    return low.node(
        "convolution", x, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=group
    )


def transposed_convolution(
    low: Lowering,
    x: int,
    weight: int,
    bias: int | None = None,
    *,
    auto: str = "NOTSET",
    pads: Any = None,
    strides: Any = None,
    dilations: Any = None,
    group: int,
    extra: Any = None,
    size: Any = None,
) -> int:
    """Transposed convolution, with the padding given, or the size of the output."""
    b = low.builder
    sizes, kernel = b.shape(x)[2:], b.shape(weight)[2:]
    stride, dilation = strides or [1] * len(kernel), dilations or [1] * len(kernel)
    more = list(extra or [0] * len(kernel))
    full = [
        (n - 1) * s + r * (k - 1) + 1 + e
        for n, k, s, r, e in zip(sizes, kernel, stride, dilation, more, strict=True)
    ]
    if size or auto in ("SAME_UPPER", "SAME_LOWER"):
        wanted = size[-len(kernel) :] if size else [n * s for n, s in zip(sizes, stride, strict=True)]
        cuts = [f - w for f, w in zip(full, wanted, strict=True)]
        upper = auto == "SAME_UPPER" if size else auto != "SAME_LOWER"
        margins = [(c // 2, c - c // 2) if upper else (c - c // 2, c // 2) for c in cuts]
        if any(c < 0 for c in cuts):
            margins = [(0, c) if c < 0 else m for c, m in zip(cuts, margins, strict=True)]
    else:
        margins = _margins(sizes, kernel, auto, pads, stride, dilation)
    simple = _even(margins) and min(map(min, margins)) >= 0
    made = low.node(
        "transposed_convolution",
        x,
        weight,
        bias if simple or all(q >= 0 for _, q in margins) else None,
        stride=stride,
        padding=[before for before, _ in margins] if simple else [0] * len(kernel),
        output_padding=more,
        dilation=dilation,
        groups=group,
    )
    if simple:
        return made
    cut = widened(low, made, [(-before, -after) for before, after in margins])
    if bias is None or all(q >= 0 for _, q in margins):
        return cut
    return low.node("add", cut, reshape(b, bias, [-1, *[1] * len(kernel)]))


def columns_to_image(
    low: Lowering,
    x: int,
    image: Array,
    block: Array,
    *,
    dilations: Any = None,
    pads: Any = None,
    strides: Any = None,
) -> int:
    """Overlapping blocks summed up: a transposed convolution with kernels that have one 1."""
    b, kernel, sizes = low.builder, integers(block), integers(image)
    stride, dilation = strides or [1] * len(kernel), dilations or [1] * len(kernel)
    margins = _margins(tuple(sizes), kernel, "NOTSET", pads, stride, dilation)
    n, rows, _ = b.shape(x)
    count = math.prod(kernel)
    grid = [
        (w + p + q - d * (k - 1) - 1) // s + 1
        for w, (p, q), k, s, d in zip(sizes, margins, kernel, stride, dilation, strict=True)
    ]
    weight = np.tile(np.eye(count).reshape(count, 1, *kernel), (rows // count, *[1] * (len(kernel) + 1)))
    channels = reshape(b, x, [n, rows, *grid])
    made = transposed_convolution(
        low, channels, low.made("blocks", weight), strides=stride, dilations=dilation, group=rows // count
    )
    full = b.shape(made)[2:]
    return widened(low, made, [(-p, p + w - f) for w, (p, _), f in zip(sizes, margins, full, strict=True)])


# -- pooling ---------------------------------------------------------------------------------------------------


def _windows(
    sizes: Shape,
    kernel: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
    margins: Margins,
    ceil: bool,
) -> tuple[list[int], Margins]:
    """The number of windows along each axis, and the padding with which they end exactly at the end."""
    counts, exact = [], []
    for n, k, s, r, (before, after) in zip(sizes, kernel, stride, dilation, margins, strict=True):
        reach = r * (k - 1) + 1
        room = n + before + after - reach
        count = (-(-room // s) if ceil else room // s) + 1
        if ceil and (count - 1) * s >= n + before:
            count -= 1
        counts.append(count)
        exact.append((before, (count - 1) * s + reach - n - before))
    return counts, exact


def max_pool(
    low: Lowering,
    x: int,
    *,
    size: Sequence[int],
    auto: str,
    pads: Any = None,
    strides: Any = None,
    ceil: int = 0,
    dilations: Any = None,
) -> int:
    """The largest entries of windows.

    Where the padding differs at the two ends, edges are repeated instead, which leaves maxima alone, or, if windows
    have gaps, all windows are taken and some of them kept.
    """
    b, d = low.builder, len(size)
    sizes = b.shape(x)[2:]
    stride, dilation = strides or [1] * d, dilations or [1] * d
    margins = _margins(sizes, size, auto, pads, stride, dilation)
    small = all(2 * p <= r * (k - 1) + 1 for (p, _), k, r in zip(margins, size, dilation, strict=True))
    if _even(margins) and small:
        padding = [before for before, _ in margins]
        return low.node(
            "max_pool", x, kernel=size, stride=stride, padding=padding, dilation=dilation, ceil=bool(ceil)
        )
    counts, exact = _windows(sizes, size, stride, dilation, margins, bool(ceil))
    if all(r == 1 for r in dilation):
        x = widened(low, x, exact, "replicate")
        return low.node("max_pool", x, kernel=size, stride=stride, padding=[0] * d, dilation=dilation)
    padding = [max(pair) for pair in exact]
    made = low.node("max_pool", x, kernel=size, stride=[1] * d, padding=padding, dilation=dilation)
    for k, (count, s, (before, _), p) in enumerate(zip(counts, stride, exact, padding, strict=True)):
        made = slice_axis(b, made, 2 + k, p - before, p - before + (count - 1) * s + 1, s)
    return made


def average_pool(
    low: Lowering,
    x: int,
    *,
    size: Sequence[int],
    auto: str = "NOTSET",
    pads: Any = None,
    strides: Any = None,
    ceil: int = 0,
    dilations: Any = None,
    counted: int = 0,
) -> int:
    """Means over windows.

    Where windows overlap the padding in other ways than the operator of graphs has them, the sums are divided by
    constants: how many entries each window has.
    """
    b, d = low.builder, len(size)
    sizes = b.shape(x)[2:]
    stride, dilation = strides or [1] * d, dilations or [1] * d
    margins = _margins(sizes, size, auto, pads, stride, dilation)
    plain = _even(margins) and all(r == 1 for r in dilation)
    if plain and not ceil and all(2 * p <= k for (p, _), k in zip(margins, size, strict=True)):
        inside = bool(counted) or not any(map(any, margins))
        padding = [before for before, _ in margins]
        return low.node(
            "average_pool", x, kernel=size, stride=stride, padding=padding, include_padding=inside
        )
    counts, exact = _windows(sizes, size, stride, dilation, margins, bool(ceil))
    sums = _window_sums(low, widened(low, x, exact), size, stride, dilation)
    entries = np.ones(tuple(counts))
    for k, (n, m, (before, after)) in enumerate(zip(sizes, counts, margins, strict=True)):
        low_end, high_end = (-before, n + after) if counted else (0, n)
        starts = np.arange(m)[:, None] * stride[k] - before + np.arange(size[k])[None, :] * dilation[k]
        inner = ((starts >= low_end) & (starts < high_end)).sum(axis=1)
        entries = entries * inner.reshape([-1 if j == k else 1 for j in range(d)])
    if (entries == entries.flat[0]).all():
        return low.node("divide", sums, number(int(entries.flat[0])))
    return low.node("divide", sums, low.made("counts", entries.astype(np.float64)))


def _window_sums(
    low: Lowering, x: int, size: Sequence[int], stride: Sequence[int], dilation: Sequence[int]
) -> int:
    """Sums over windows, axis by axis."""
    b, d = low.builder, len(size)
    if all(r == 1 for r in dilation):
        mean = low.node("average_pool", x, kernel=size, stride=stride, padding=[0] * d)
        return low.node("multiply", mean, Fraction(math.prod(size)))
    for k in range(d):
        axis, reach = len(b.shape(x)) - d + k, dilation[k] * (size[k] - 1) + 1
        rows = low.node("windows", x, axis=axis, size=reach, step=stride[k])
        taken = slice_axis(b, rows, -1, 0, reach, dilation[k])
        x = low.node("sum", taken, axes=[len(b.shape(taken)) - 1])
    return x


def lp_pool(
    low: Lowering,
    x: int,
    *,
    p: int = 2,
    size: Sequence[int] | None = None,
    auto: str = "NOTSET",
    pads: Any = None,
    strides: Any = None,
    ceil: int = 0,
    dilations: Any = None,
) -> int:
    """p-norms over windows, or over all spatial axes if no size is given."""
    sizes = low.builder.shape(x)[2:]
    size = size or list(sizes)
    powers = low.node("square", x) if p == 2 else low.node("power_of", low.node("absolute", x), exponent=p)
    d = len(size)
    stride, dilation = strides or [1] * d, dilations or [1] * d
    margins = _margins(sizes, size, auto, pads, stride, dilation)
    _, exact = _windows(sizes, size, stride, dilation, margins, bool(ceil))
    sums = _window_sums(low, widened(low, powers, exact), size, stride, dilation)
    return low.node("sqrt", sums) if p == 2 else low.node("power_of", sums, exponent=Fraction(1, p))


# -- padding, and windows of channels ------------------------------------------------------------------------

_MODES: Final = {"constant": "constant", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}


def padded(
    low: Lowering,
    x: int,
    pads: Array | None = None,
    value: Array | None = None,
    axes: Array | None = None,
    *,
    mode: str,
    listed: Any = None,
    fill: Any = 0,
) -> int:
    """Padding; its widths are an input, or an attribute in old versions."""
    rank = len(low.builder.shape(x))
    widths = listed if pads is None else integers(pads)
    chosen = range(rank) if axes is None else [axis_of(axis, rank) for axis in integers(axes)]
    margins = [(0, 0)] * rank
    for k, axis in enumerate(chosen):
        margins[axis] = (widths[k], widths[len(widths) // 2 + k])
    if value is not None and value.size and not np.isfinite(scalar(value)):
        raise ArchitectureError("padding with infinite numbers is not read; a mask says the same")
    return widened(
        low, x, margins, _MODES[mode], number(scalar(value)) if value is not None and value.size else fill
    )


def local_response(
    low: Lowering, x: int, *, alpha: Fraction, beta: Fraction, bias: Fraction, size: int
) -> int:
    """``x / (bias + alpha/size * sum of squares of neighbouring channels)^beta``"""
    b, count = low.builder, low.builder.shape(x)[1]
    margins = ((size - 1) // 2, size // 2)
    squares = swap(b, low.node("square", x), 1, -1)
    padded_squares = widened(low, squares, [margins])
    rows = low.node("windows", padded_squares, axis=len(b.shape(x)) - 1, size=size, step=1)
    sums = low.node("sum", rows, axes=[len(b.shape(rows)) - 1])
    if b.shape(sums)[-1] != count:
        raise ArchitectureError(f"windows of {size} channels do not fit")
    scaled = low.node("add", low.node("multiply", swap(b, sums, 1, -1), alpha / size), bias)
    return low.node("divide", x, low.node("power_of", scaled, exponent=beta))
