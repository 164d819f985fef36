"""Lowering of what looks through windows: convolution, pooling, and interpolation between pixels.

Images have shape [N, C, s1, ..., sd], or [C, s1, ..., sd].
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

import numpy as np

from invexproof.networks.flows import ZERO, Constant, Flow, NetworkImportError, Value, constant, known
from invexproof.networks.lowering import Lowering
from invexproof.networks.lowering_elementwise import choose, largest, multiply
from invexproof.networks.lowering_products import along_axis
from invexproof.networks.windows import Indices, dilated, windows

Sizes = int | Sequence[int]
Margins = int | Sequence[Any]
"""Padding: a number, one for each spatial axis, or a pair (before, after) for each."""


def per_axis(value: Sizes, dimensions: int) -> tuple[int, ...]:
    """One number for each spatial axis."""
    numbers = [value] if isinstance(value, int) else [int(v) for v in value]
    return tuple(numbers * dimensions if len(numbers) == 1 else numbers)


def margins(value: Margins, dimensions: int) -> list[tuple[int, int]]:
    """Padding before and after, for each spatial axis."""
    given = [value] if isinstance(value, int) else list(value)
    pairs = [(int(p), int(p)) if isinstance(p, int) else (int(p[0]), int(p[1])) for p in given]
    return pairs * dimensions if len(pairs) == 1 else pairs


def _batch(flow: Flow, dimensions: int) -> Flow:
    return flow if flow.ndim == dimensions + 2 else flow[None]


def _like(flow: Flow, image: Flow) -> Flow:
    """The result for an image that perhaps had no batch axis."""
    return flow if flow.ndim == image.ndim else flow[0]


def padded(
    low: Lowering, x: Value, widths: Sequence[tuple[int, int]], mode: str = "constant", value: Any = 0
) -> Value:
    """More entries before and after on each axis: a constant, or as NumPy's modes edge, reflect and wrap say."""
    flow = low.flow(x)
    if mode != "constant":
        return flow.view(lambda a: np.pad(a, widths, mode=mode))  # type: ignore[call-overload]
    result = flow.pad(widths)
    if not value:
        return result
    inside = Flow(np.zeros_like(flow.entries), np.zeros_like(flow.functions)).pad(widths)
    return choose(low, inside.entries == ZERO, constant(value), result)


# -- convolution ---------------------------------------------------------------------------------------------


def convolution(
    low: Lowering,
    x: Value,
    weight: Value,
    bias: Value | None = None,
    stride: Sizes = 1,
    padding: Margins | str = 0,
    dilation: Sizes = 1,
    groups: int = 1,
) -> Value:
    """Convolution (cross-correlation) with a weight [O, C/groups, k1, ..., kd]; padding may be "same"."""
    kernel = known(weight, "the weight of a convolution")
    d = kernel.ndim - 2
    image = low.flow(x)
    widened = per_axis(dilation, d)
    if isinstance(padding, str):
        spans = [r * (k - 1) for r, k in zip(widened, kernel.shape[2:], strict=True)]
        pads = [(s // 2, s - s // 2) if padding == "same" else (0, 0) for s in spans]
    else:
        pads = margins(padding, d)
    padded = _batch(image, d).pad([(0, 0), (0, 0), *pads])
    return _like(_correlation(low, padded, kernel, bias, per_axis(stride, d), widened, groups), image)


def transposed_convolution(
    low: Lowering,
    x: Value,
    weight: Value,
    bias: Value | None = None,
    stride: Sizes = 1,
    padding: Margins = 0,
    output_padding: Sizes = 0,
    groups: int = 1,
    dilation: Sizes = 1,
) -> Value:
    """Transposed convolution with a weight [C, O/groups, k1, ..., kd]."""
    kernel = known(weight, "the weight of a transposed convolution")
    d = kernel.ndim - 2
    image = low.flow(x)
    steps, widened, extra = (per_axis(v, d) for v in (stride, dilation, output_padding))
    wide = low.identity(np.stack([dilated(a, steps) for a in low.entries(_batch(image, d))]))
    spans = [r * (k - 1) for r, k in zip(widened, kernel.shape[2:], strict=True)]
    pads = [(s - p, s - q + e) for s, (p, q), e in zip(spans, margins(padding, d), extra, strict=True)]
    padded = wide.pad([(0, 0), (0, 0), *pads])
    # [C, O/groups, k] becomes [O, C/groups, k], with the kernel turned round.
    parts = np.split(np.flip(kernel, tuple(range(2, d + 2))), groups, axis=0)
    turned = np.concatenate([part.swapaxes(0, 1) for part in parts], axis=0)
    return _like(_correlation(low, padded, turned, bias, (1,) * d, widened, groups), image)


def any_convolution(
    low: Lowering,
    x: Value,
    weight: Value,
    bias: Value | None,
    stride: Sizes,
    padding: Margins,
    dilation: Sizes,
    transposed: bool,
    output_padding: Sizes,
    groups: int,
) -> Value:
    """Either of the two."""
    if transposed:
        return transposed_convolution(low, x, weight, bias, stride, padding, output_padding, groups, dilation)
    return convolution(low, x, weight, bias, stride, padding, dilation, groups)


def _correlation(
    low: Lowering,
    padded: Flow,
    kernel: Constant,
    bias: Value | None,
    stride: Sequence[int],
    dilation: Sequence[int],
    groups: int,
) -> Flow:
    """The windows of [N, C, ...] times a kernel [O, C/groups, ...]: [N, O, ...]."""
    numbers = low.entries(padded)
    batch, channels = numbers.shape[:2]
    if channels != kernel.shape[1] * groups:
        raise NetworkImportError(
            f"a weight of shape {list(kernel.shape)} with {groups} groups does not fit {channels} channels"
        )
    taken = _windows(numbers, kernel.shape[2:], stride, dilation)  # [N, C, out..., k...]
    d = len(stride)
    out = taken.shape[2 : 2 + d]
    columns = np.moveaxis(taken, 1, 1 + d).reshape(batch, *out, groups, -1)
    matrix = kernel.reshape(groups, kernel.shape[0] // groups, -1)
    offsets = None if bias is None else known(bias, "the bias of a convolution").reshape(groups, -1)
    results = [
        low.linear(
            low.identity(columns[..., g, :]), matrix[g], None if offsets is None else offsets[g]
        ).entries
        for g in range(groups)
    ]
    return low.identity(np.moveaxis(np.concatenate(results, axis=-1), -1, 1))


def _windows(
    image: Indices, kernel: Sequence[int], stride: Sequence[int], dilation: Sequence[int]
) -> Indices:
    """Every window of [N, C, s1, ..., sd]: [N, C, o1, ..., od, k1, ..., kd]."""
    d = len(kernel)
    flat = image.reshape(-1, *image.shape[2:])
    taken = np.moveaxis(windows(flat, kernel, stride, (0,) * d, dilation), d, 0)
    return taken.reshape(*image.shape[:2], *taken.shape[1:])


# -- pooling -------------------------------------------------------------------------------------------------

_OUTSIDE = -2
"""Marks padding, where ZERO would be an entry that is 0."""


def _pool_margins(
    shape: Sequence[int],
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[tuple[int, int]],
    dilation: Sequence[int],
    ceil: bool,
) -> list[tuple[int, int]]:
    """What to add after the padding, so that windows which begin inside count (``ceil``)."""
    extra = []
    for n, k, s, (p, q), r in zip(shape, kernel, stride, padding, dilation, strict=True):
        span = r * (k - 1) + 1
        count = (n + p + q - span) // s + 1
        if ceil:
            count = -((span - n - p - q) // s) + 1
            count -= (count - 1) * s >= n + p
        extra.append((0, max(0, (count - 1) * s + span - n - p - q)))
    return extra


def max_pool(
    low: Lowering,
    x: Value,
    kernel: Sizes,
    stride: Sizes | None = None,
    padding: Margins = 0,
    dilation: Sizes = 1,
    ceil: bool = False,
    *,
    dimensions: int,
) -> Value:
    """The maximum of each window; padding never wins."""
    image, size, steps, pads, widened = _pool_arguments(low, x, kernel, stride, padding, dilation, dimensions)
    extra = _pool_margins(image.shape[2:], size, steps, pads, widened, ceil)
    numbers = np.pad(low.entries(image), [(0, 0), (0, 0), *pads], constant_values=_OUTSIDE)
    numbers = np.pad(numbers, [(0, 0), (0, 0), *extra], constant_values=_OUTSIDE)
    taken = _windows(numbers, size, steps, widened)
    return _like(_largest_of(low, taken.reshape(*taken.shape[: 2 + dimensions], -1)), low.flow(x))


def average_pool(
    low: Lowering,
    x: Value,
    kernel: Sizes,
    stride: Sizes | None = None,
    padding: Margins = 0,
    ceil: bool = False,
    count_padding: bool = True,
    divisor: int | None = None,
    *,
    dimensions: int,
) -> Value:
    """The mean of each window; the padding counts, as zeros, unless ``count_padding`` is false."""
    image, size, steps, pads, ones = _pool_arguments(low, x, kernel, stride, padding, 1, dimensions)
    extra = _pool_margins(image.shape[2:], size, steps, pads, ones, ceil)
    both = [(0, 0), (0, 0)]
    padded = image.pad([*both, *pads]).pad([*both, *extra])
    inside = np.pad(np.ones(image.shape, dtype=np.int64), [*both, *pads], constant_values=int(count_padding))
    counted = np.pad(inside, [*both, *extra])
    taken, weights = (_windows(a, size, steps, ones) for a in (low.entries(padded), counted))
    shape = (*taken.shape[: 2 + dimensions], -1)
    counts = np.full(taken.shape[: 2 + dimensions], divisor) if divisor else weights.reshape(shape).sum(-1)
    return _like(_mean_of(low, taken.reshape(shape), counts), low.flow(x))


def adaptive_average_pool(low: Lowering, x: Value, size: Sizes, *, dimensions: int) -> Value:
    """The means of so many windows, as even as possible."""
    image = _batch(low.flow(x), dimensions)
    taken = _even_windows(low.entries(image), size, dimensions)
    return _like(
        _mean_of(low, np.where(taken == _OUTSIDE, ZERO, taken), (taken != _OUTSIDE).sum(-1)), low.flow(x)
    )


def adaptive_max_pool(low: Lowering, x: Value, size: Sizes, *, dimensions: int) -> Value:
    """The maxima of so many windows, as even as possible."""
    image = _batch(low.flow(x), dimensions)
    return _like(_largest_of(low, _even_windows(low.entries(image), size, dimensions)), low.flow(x))


def _pool_arguments(
    low: Lowering,
    x: Value,
    kernel: Sizes,
    stride: Sizes | None,
    padding: Margins,
    dilation: Sizes,
    dimensions: int,
) -> tuple[Flow, tuple[int, ...], tuple[int, ...], list[tuple[int, int]], tuple[int, ...]]:
    size = per_axis(kernel, dimensions)
    none = stride is None or (not isinstance(stride, int) and not list(stride))
    steps = size if none else per_axis(stride, dimensions)  # type: ignore[arg-type]
    image = _batch(low.flow(x), dimensions)
    return image, size, steps, margins(padding, dimensions), per_axis(dilation, dimensions)


def _even_windows(image: Indices, size: Sizes, dimensions: int) -> Indices:
    """Windows from floor(i n/o) to ceil((i+1) n/o) along each axis: [N, C, o1, ..., od, window]."""
    given = list(size) if not isinstance(size, int) else [size] * dimensions
    lengths = image.shape[2:]
    counts = [n if o is None else int(o) for n, o in zip(lengths, given, strict=True)]
    ranges = [
        [range(i * n // o, -(-(i + 1) * n // o)) for i in range(o)]
        for n, o in zip(lengths, counts, strict=True)
    ]
    width = math.prod(max(len(r) for r in axis) for axis in ranges)
    result = np.full((*image.shape[:2], *counts, width), _OUTSIDE, dtype=np.int64)
    for position in itertools.product(*(range(o) for o in counts)):
        inside: tuple[Any, ...] = np.ix_(*(axis[i] for axis, i in zip(ranges, position, strict=True)))
        part = image[(..., *inside)].reshape(*image.shape[:2], -1)
        cell: tuple[Any, ...] = (slice(None), slice(None), *position, slice(part.shape[-1]))
        result[cell] = part
    return result


def _largest_of(low: Lowering, taken: Indices) -> Flow:
    some = taken.max(axis=-1, keepdims=True)
    if some.min() == _OUTSIDE:
        raise NetworkImportError("a window of the maximum pooling lies in the padding")
    return low.flow(largest(low, low.identity(np.where(taken == _OUTSIDE, some, taken))))


def _mean_of(low: Lowering, taken: Indices, counts: Indices) -> Flow:
    """The sums over the last axis, divided by the counts."""
    sums, width = low.identity(taken), taken.shape[-1]
    if (counts == counts.flat[0]).all():
        row = np.full((1, width), Fraction(1, int(counts.flat[0])), dtype=object)
        return low.linear(sums, row)[..., 0]
    whole = low.linear(sums, np.ones((1, width), dtype=np.int64))[..., 0]
    inverse = np.empty(counts.shape, dtype=object)
    inverse.reshape(-1)[:] = [Fraction(1, n) for n in counts.ravel().tolist()]
    return low.flow(multiply(low, whole, inverse))


# -- interpolation -------------------------------------------------------------------------------------------


def nearest(low: Lowering, x: Value, sources: Sequence[Sequence[int]]) -> Value:
    """Pixels repeated: along each spatial axis, the index that each new one is taken from."""
    flow = low.flow(x)
    outer = flow.shape[: flow.ndim - len(sources)]
    return flow[np.ix_(*(range(n) for n in outer), *sources)]


def interpolated(low: Lowering, x: Value, positions: Sequence[Sequence[Fraction]]) -> Value:
    """Linear interpolation: along each spatial axis, the position of each new pixel; the border is repeated."""
    result = low.flow(x)
    for axis, places in enumerate(positions, result.ndim - len(positions)):
        length = result.shape[axis]
        if list(places) == list(range(length)):
            continue
        matrix = np.full((len(places), length), Fraction(0), dtype=object)
        for row, place in enumerate(places):
            inside = min(max(place, Fraction(0)), Fraction(length - 1))
            left = math.floor(inside)
            matrix[row, left] += 1 - (inside - left)
            matrix[row, min(left + 1, length - 1)] += inside - left
        result = along_axis(low, result, matrix, axis)
    return result


Place = Callable[[int, int, Fraction, Fraction], Fraction]
"""Where a new pixel i lies in the old axis: from i, the old length, the step, and the new length, unrounded."""
_HALF: Final = Fraction(1, 2)


def _symmetric(i: int, n: int, step: Fraction, length: Fraction) -> Fraction:
    """Half pixels, moved so that the middle stays where it is although the new length was rounded."""
    return Fraction(n, 2) * (1 - math.floor(length) / length) + (i + _HALF) * step - _HALF


PLACES: Final[Mapping[str, Place]] = {
    "asymmetric": lambda i, n, step, length: i * step,
    "half_pixel": lambda i, n, step, length: (i + _HALF) * step - _HALF,
    "half_pixel_symmetric": _symmetric,
    "pytorch_half_pixel": lambda i, n, step, length: (
        (i + _HALF) * step - _HALF if length > 1 else Fraction(0)
    ),
    "align_corners": lambda i, n, step, length: i * (n - 1) / (length - 1) if length > 1 else Fraction(0),
}
"""How the pixels of an interpolated image lie over those of the old one, by the names of ONNX."""


def resized(
    low: Lowering,
    x: Value,
    counts: Sequence[int],
    steps: Sequence[Fraction],
    sizes: Sequence[Fraction],
    place: str,
    rounding: Callable[[Fraction], int] | None = None,
) -> Value:
    """The last axes resized to these lengths, by linear interpolation or, with a rounding, by nearest pixels.

    ``steps`` are the distances of new pixels in old ones, ``sizes`` the new lengths before rounding, ``place`` is
    one of PLACES.
    """
    if place not in PLACES:
        raise NetworkImportError(f"the placement {place!r:.40} is not one of {', '.join(PLACES)}")
    lengths = x.shape[len(x.shape) - len(counts) :]
    positions = [
        [PLACES[place](i, n, step, size) for i in range(o)]
        for n, step, size, o in zip(lengths, steps, sizes, counts, strict=True)
    ]
    if rounding is None:
        return interpolated(low, x, positions)
    return nearest(
        low,
        x,
        [[min(max(rounding(p), 0), n - 1) for p in axis] for n, axis in zip(lengths, positions, strict=True)],
    )
