"""Numbers of entries: what convolutions and poolings look at, as arrays for gather nodes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from invexproof.networks.errors import NetworkError
from invexproof.networks.tensors import check_shape

Indices: TypeAlias = npt.NDArray[np.int64]


def entries(shape: Sequence[int]) -> Indices:
    """The numbers of the entries of a node, in its shape."""
    return np.arange(math.prod(shape), dtype=np.int64).reshape(tuple(shape))


def spread(value: int | Sequence[int], dimensions: int, what: str) -> tuple[int, ...]:
    """One number for each spatial dimension, from one for all or from a sequence."""
    numbers = (value,) * dimensions if isinstance(value, int) else tuple(value)
    if len(numbers) != dimensions or any(type(n) is not int for n in numbers):
        raise NetworkError(f"{what} {value!r:.40}: give an integer, or {dimensions} of them")
    return numbers


def windows(
    image: Indices,
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
) -> Indices:
    """Every window of an image of shape [C, s1, ..., sd]: shape [o1, ..., od, C, k1, ..., kd]; -1 is padding."""
    if not kernel:
        raise NetworkError(
            "windows need an image with a channel axis and spatial axes: [channels, height, width]"
        )
    pads = [(0, 0), *((p, p) for p in padding)]
    check_shape([n + sum(p) for n, p in zip(image.shape, pads, strict=True)])
    padded = np.pad(image, pads, constant_values=-1)
    if min(*kernel, *stride, *dilation) < 1 or min(map(min, pads)) < 0:
        raise NetworkError("kernel, stride and dilation are positive, and padding is not negative")
    span = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    if any(s > size for s, size in zip(span, padded.shape[1:], strict=True)):
        raise NetworkError(
            f"windows {list(span)} do not fit an image of size {list(padded.shape[1:])} with its padding"
        )
    d = len(span)
    views = np.lib.stride_tricks.sliding_window_view(padded, span, axis=tuple(range(1, d + 1)))
    starts = tuple(slice(None, None, s) for s in stride)
    inside = tuple(slice(None, None, step) for step in dilation)
    taken = views[(slice(None), *starts, *inside)]
    return np.ascontiguousarray(np.moveaxis(taken, 0, d))


def dilated(image: Indices, stride: Sequence[int]) -> Indices:
    """The image with stride-1 zeros (-1) put between neighbours, as a transposed convolution needs it."""
    sizes = [(n - 1) * s + 1 for n, s in zip(image.shape[1:], stride, strict=True)]
    wide = np.full((image.shape[0], *sizes), -1, dtype=np.int64)
    wide[(slice(None), *(slice(None, None, s) for s in stride))] = image
    return wide
