"""Convolutions, pooling, and greatest entries, as steps of a tape."""

from __future__ import annotations

from math import prod

from flint import fmpq

from invexcheck.architectures.shapes import pooled
from invexcheck.errors import Reject
from invexcheck.hessians.applied import Applied, Lowering
from invexcheck.hessians.tape import Shape
from invexcheck.hessians.tensors import Tensors, positions, strides


def _windowed(
    t: Tensors, sizes: Shape, counts: Shape, kernel: Shape, stride: Shape, padding: Shape, dilation: Shape
) -> list[list[int]]:
    """For each window of an image, in order, the places of its entries; -1 for padding."""
    t.tape.allow((*counts, *kernel))
    steps = strides(sizes)
    result: list[list[int]] = [[0]]
    for n, count, k, s, p, d, step in zip(
        sizes, counts, kernel, stride, padding, dilation, steps, strict=True
    ):
        axis = [[w * s - p + j * d for j in range(k)] for w in range(count)]
        result = [
            [-1 if place < 0 or not 0 <= i < n else place + i * step for place in window for i in entries]
            for window in result
            for entries in axis
        ]
    return result


def _convolution(a: Applied) -> int:
    """A product of matrices for each example and group: weights times columns of windows."""
    t, x, weight, bias = a.tensors, a.argument(0), a.argument(1), a.optional(2)
    (batch, channels, *sizes), (outputs, inputs, *kernel) = t.shape(x), t.shape(weight)
    groups, counts = a["groups"], a.shape[2:]
    t.tape.allow((batch, channels, *kernel, *counts))
    image = prod(sizes)
    windows = _windowed(t, tuple(sizes), counts, tuple(kernel), a["stride"], a["padding"], a["dilation"])
    columns = [
        -1 if window[j] < 0 else (b * channels + g * inputs + c) * image + window[j]
        for b in range(batch)
        for g in range(groups)
        for c in range(inputs)
        for j in range(prod(kernel))
        for window in windows
    ]
    rows = inputs * prod(kernel)
    unfolded = t.tape.gather(x, columns, (batch, groups, rows, len(windows)))
    matrix = t.reshape(weight, (1, groups, outputs // groups, rows))
    result = t.reshape(t.matmul(matrix, unfolded), a.shape)
    return result if bias is None else t.add(result, t.reshape(bias, (outputs, *([1] * len(counts)))))


def _average_pool(a: Applied) -> int:
    t, x, kernel = a.tensors, a.argument(0), a["kernel"]
    shape = t.shape(x)
    if a["ceil"]:
        raise Reject("windows that leave the image", "architecture")
    outer, sizes = shape[: -len(kernel)], shape[-len(kernel) :]
    ones = (1,) * len(kernel)
    counts = pooled(sizes, kernel, a["stride"], a["padding"], ones, False)
    windows = _windowed(t, sizes, counts, kernel, a["stride"], a["padding"], ones)
    flat = t.reshape(x, (prod(outer), prod(sizes)))
    index = [
        -1 if i < 0 else b * prod(sizes) + i for b in range(prod(outer)) for window in windows for i in window
    ]
    gathered = t.tape.gather(flat, index, (prod(outer), len(windows), prod(kernel)))
    total = t.sum(gathered, (2,))
    whole = prod(kernel)
    counted = [fmpq(1, whole if a["include_padding"] else sum(i >= 0 for i in window)) for window in windows]
    return t.reshape(t.multiply(total, t.constants(counted, (1, len(windows)))), a.shape)


def _max_pool(a: Applied) -> int:
    t, x, kernel = a.tensors, a.argument(0), a["kernel"]
    shape = t.shape(x)
    if a["ceil"]:
        raise Reject("windows that leave the image", "architecture")
    sizes = shape[-len(kernel) :]
    windows = _windowed(t, sizes, a.shape[-len(kernel) :], kernel, a["stride"], a["padding"], a["dilation"])
    size = prod(sizes)
    held = [
        [b * size + i for i in window if i >= 0]
        for b in range(prod(shape[: -len(kernel)]))
        for window in windows
    ]
    return t.largest(x, held, a.shape)


def _adaptive_average_pool(a: Applied) -> int:
    t, x = a.tensors, a.argument(0)
    first = len(a.shape) - len(a["size"])
    for axis, count in enumerate(a["size"], first):
        n = t.shape(x)[axis]
        parts = [
            t.mean(t.take(x, axis, range(k * n // count, -(-(k + 1) * n // count))), (axis,), True)
            for k in range(count)
        ]
        x = parts[0] if count == 1 else t.concatenate(parts, axis)
    return x


def _best(a: Applied) -> int:
    """The greatest or least entry over axes."""
    t, x = a.tensors, a.argument(0)
    shape, axes = t.shape(x), a["axes"]
    steps = strides(shape)
    kept = [k for k in range(len(shape)) if k not in axes]
    starts = positions([shape[k] for k in kept], [steps[k] for k in kept])
    inner = positions([shape[k] for k in axes], [steps[k] for k in axes])
    return t.largest(x, [[s + i for i in inner] for s in starts], a.shape)


WINDOWS: dict[str, Lowering] = {
    "convolution": _convolution,
    "average_pool": _average_pool,
    "adaptive_average_pool": _adaptive_average_pool,
    "max": _best,
    "min": _best,
    "max_pool": _max_pool,
}
