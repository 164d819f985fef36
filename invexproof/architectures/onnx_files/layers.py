"""ONNX operators that are layers or losses, in operators of graphs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from invexproof.architectures import building
from invexproof.architectures.building import axis_of, reshape, swap
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.graph import MINUS_INFINITY
from invexproof.architectures.onnx_files.lowering import Lowering, scalar
from invexproof.architectures.onnx_files.values import Given, Tensor, Tracked
from invexproof.onnx_reading import Array

# -- norms -----------------------------------------------------------------------------------------------------


def _scaled(low: Lowering, x: int, weight: int | None, bias: int | None = None) -> int:
    """Times a weight, plus a bias, as NumPy broadcasts them."""
    result = x if weight is None else low.node("multiply", x, weight)
    return result if bias is None else low.node("add", result, bias)


def layer_norm(
    low: Lowering,
    x: int,
    weight: int | None = None,
    bias: int | None = None,
    *,
    axis: int,
    eps: Fraction,
    wanted: int,
) -> tuple[int, int | None, int | None]:
    """LayerNorm of all axes from one on; means and inverse deviations besides, if they are wanted."""
    b, shape = low.builder, low.builder.shape(x)
    first = axis_of(axis, len(shape))
    fits = all(v is None or b.shape(v) == shape[first:] for v in (weight, bias))
    inner = (weight, bias) if fits else (None, None)
    result = low.node("layer_norm", x, *inner, axes=len(shape) - first, epsilon=eps)
    result = result if fits else _scaled(low, result, weight, bias)
    if wanted < 2:
        return result, None, None
    axes = list(range(first, len(shape)))
    spread = low.node("variance", x, axes=axes, correction=0, keep=True)
    inverse = low.node("rsqrt", low.node("add", spread, eps))
    return result, building.reduce(b, "mean", x, axes, keep=True), inverse


def rms_norm(low: Lowering, x: int, weight: int | None = None, *, axis: int = -1, eps: Fraction) -> int:
    """Root mean square normalisation of all axes from one on."""
    shape = low.builder.shape(x)
    first = axis_of(axis, len(shape))
    fits = weight is None or low.builder.shape(weight) == shape[first:]
    result = low.node("rms_norm", x, weight if fits else None, axes=len(shape) - first, epsilon=eps)
    return result if fits else _scaled(low, result, weight)


def group_norm(low: Lowering, x: int, weight: int, bias: int, *, groups: int, eps: Fraction) -> int:
    """Scale and bias are for each channel; before version 21, for each group."""
    b, channels = low.builder, low.builder.shape(x)[1]

    def each(value: int) -> int:
        return building.repeat_each(b, value, channels // b.shape(value)[0], 0)

    scales = [value if b.shape(value) == (channels,) else each(value) for value in (weight, bias)]
    return low.node("group_norm", x, *scales, groups=groups, epsilon=eps)


def instance_norm(low: Lowering, x: int, weight: int, bias: int, *, eps: Fraction) -> int:
    """Every channel of every example by itself."""
    return low.node("group_norm", x, weight, bias, groups=low.builder.shape(x)[1], epsilon=eps)


def batch_norm(
    low: Lowering,
    x: int,
    weight: int,
    bias: int,
    mean: Tensor,
    variance: Tensor,
    *,
    eps: Fraction,
    training: int = 0,
) -> int:
    """By the statistics of the batch in training, and otherwise by running ones."""
    shape = low.builder.shape(x)
    if low.training or training:
        if math.prod(shape) == shape[1]:
            low.note(
                f"{low.place} normalises single entries: with one example and one pixel every result is its bias; "
                "give the input the shape of a real mini-batch"
            )
        return low.node("batch_norm", x, weight, bias, None, None, epsilon=eps)
    statistics = low.handle(mean, "real", None), low.handle(variance, "real", 0)
    return low.node("batch_norm", x, weight, bias, *statistics, epsilon=eps)


def dropout(
    low: Lowering,
    x: int,
    ratio: Tensor | None = None,
    _training: Any = None,
    *,
    rate: Fraction = Fraction(1, 2),
) -> tuple[int, Given]:
    """A factor for each entry in training, which is 0 or 1/(1 - ratio)."""
    b = low.builder
    known = ratio.array if isinstance(ratio, Given) else None
    chosen = rate if ratio is None else 1 if known is None else scalar(known)
    kept = Given(f"{low.place}:kept", 9, b.shape(x))
    if not low.training or chosen == 0:
        return x, kept
    return low.node("multiply", x, b.constant(low.named("mask"), b.shape(x), low=0)), kept


# -- attention -------------------------------------------------------------------------------------------------


def attention(
    low: Lowering,
    query: int,
    key: int,
    value: int,
    mask: Tensor | None = None,
    past_key: int | None = None,
    past_value: int | None = None,
    lengths: Tensor | None = None,
    *,
    causal: int = 0,
    before: int = -1,
    after: int = -1,
    heads: int | None = None,
    other_heads: int | None = None,
    scale: Fraction | None = None,
    softcap: Fraction = Fraction(0),
) -> tuple[int, int, int]:
    """Attention of [N, heads, T, d], or of [N, T, heads*d] if the numbers of heads are given."""
    b = low.builder
    flat = len(b.shape(query)) == 3
    if flat:
        counts = (heads or 1, other_heads or 1, other_heads or 1)
        query, key, value = (
            swap(b, reshape(b, v, [*b.shape(v)[:2], h, -1]), 1, 2)
            for v, h in zip((query, key, value), counts, strict=True)
        )
    earlier = 0
    if past_key is not None and past_value is not None:
        earlier = b.shape(past_key)[2]
        key, value = (building.concatenate(b, list(v), 2) for v in ((past_key, key), (past_value, value)))
    present = key, value
    groups = b.shape(query)[1] // b.shape(key)[1]
    if groups > 1:
        key, value = (building.repeat_each(b, v, groups, 1) for v in (key, value))
    shape = (*b.shape(query)[:3], b.shape(key)[2])
    allowed = _allowed(shape[2], shape[3], earlier, bool(causal), before, after)
    plain = bool(causal) and not earlier and before < 0 and after < 0
    attended, is_causal = _attended(low, mask, lengths, allowed, plain, shape)
    width = b.shape(query)[3]
    if scale is not None and math.isclose(scale, width**-0.5, rel_tol=1e-6):
        scale = None
    if softcap:
        mixed = _capped(low, (query, key, value), attended, is_causal, scale, softcap)
    else:
        mixed = low.node("attention", query, key, value, attended, None, causal=is_causal, scale=scale)
    if flat:
        mixed = reshape(b, swap(b, mixed, 1, 2), [shape[0], shape[2], -1])
    return mixed, *present


def _allowed(rows: int, columns: int, earlier: int, causal: bool, before: int, after: int) -> Array | None:
    """Which keys each query may attend to; a window of -1 has no end.  None if all may be."""
    distance = np.arange(rows)[:, None] + earlier - np.arange(columns)[None, :]
    allowed = np.ones((rows, columns), dtype=bool)
    for wanted, fits in (
        (causal, distance >= 0),
        (before >= 0, distance <= before),
        (after >= 0, -distance <= after),
    ):
        allowed &= fits | (not wanted)
    return None if allowed.all() else allowed


def _attended(
    low: Lowering,
    mask: Tensor | None,
    lengths: Tensor | None,
    allowed: Array | None,
    causal: bool,
    shape: Sequence[int],
) -> tuple[int | None, bool]:
    """The mask of attention, and whether it is merely causal; several masks are one constant."""
    columns = shape[3]
    if mask is None and lengths is None:
        if allowed is None or causal:
            return None, allowed is not None
        return low.made("allowed", allowed), False
    if (
        mask is not None
        and lengths is None
        and allowed is None
        and low.shape(mask)[-1:] in ((1,), (columns,))
    ):
        return low.handle(mask), False
    if isinstance(mask, Tracked):
        raise ArchitectureError("a mask that depends on parameters, besides another one, is not read")
    known = None if mask is None else mask.array
    if known is not None and lengths is None and known.shape[-1] == columns and allowed is not None:
        return low.made(
            "mask", known & allowed if known.dtype == bool else np.where(allowed, known, -np.inf)
        ), False
    kind = "boolean" if mask is None or mask.kind == "boolean" else "extended"
    return low.builder.constant(low.named("mask"), shape, kind), False


def _capped(
    low: Lowering,
    tensors: Sequence[int],
    mask: int | None,
    causal: bool,
    scale: Fraction | None,
    cap: Fraction,
) -> int:
    """Attention whose scores are held within bounds by tanh."""
    b = low.builder
    query, key, value = tensors
    scores = low.node("matmul", query, swap(b, key, 2, 3))
    width = b.shape(query)[3]
    factor = low.made("scale", np.array(width**-0.5)) if scale is None else scale
    scores = low.node("multiply", scores, factor)
    scores = low.node("multiply", low.node("tanh", low.node("divide", scores, cap)), cap)
    if causal:
        mask = low.made("causal", np.tril(np.ones(b.shape(scores)[2:], dtype=bool)))
    if mask is not None and b.kind(mask) == "boolean":
        scores = low.node("where", mask, scores, MINUS_INFINITY)
    elif mask is not None:
        scores = low.node("add", scores, mask)
    return low.node("matmul", low.node("softmax", scores, axis=3), value)


# -- quantisation, and fused operators of other domains --------------------------------------------------------


def _aligned(low: Lowering, value: int, rank: int, axis: int, block: int) -> int:
    """A scale for all entries, or for each index of an axis."""
    if block:
        raise ArchitectureError("quantisation in blocks is not read")
    if len(low.builder.shape(value)) != 1:
        return value
    place = axis_of(axis, rank)
    return reshape(low.builder, value, [-1 if k == place else 1 for k in range(rank)])


def dequantized(
    low: Lowering, x: int, scale: int, zero: int | None = None, *, axis: int = 1, block: int = 0
) -> int:
    """``(x - zero) scale``"""
    rank = len(low.builder.shape(x))
    moved = x if zero is None else low.node("subtract", x, _aligned(low, zero, rank, axis, block))
    return low.node("multiply", moved, _aligned(low, scale, rank, axis, block))


def quantized(
    low: Lowering,
    x: int,
    scale: int,
    zero: Tensor | None = None,
    *,
    axis: int = 1,
    block: int = 0,
    inferred: Any,
) -> int:
    """The nearest whole number of x over the scale, within the bounds of its type."""
    limits = {2: (0, 255), 3: (-128, 127), 4: (0, 65535), 5: (-32768, 32767), 21: (0, 15), 22: (-8, 7)}
    element = zero.element if zero is not None else inferred[0] if inferred else 2
    if element not in limits:
        raise ArchitectureError("quantisation to short floats is not read; whole numbers are")
    rank = len(low.builder.shape(x))
    whole = low.node("round", low.node("divide", x, _aligned(low, scale, rank, axis, block)))
    if zero is not None:
        whole = low.node("add", whole, _aligned(low, low.handle(zero, "real"), rank, axis, block))
    return low.node("clamp", whole, low=limits[element][0], high=limits[element][1])


def biased_gelu(approximate: bool) -> Any:
    """GELU of a sum."""

    def lower(low: Lowering, x: int, bias: int | None = None) -> int:
        return low.node("gelu", _scaled(low, x, None, bias), approximate=approximate)

    return lower


def fused_matmul(
    low: Lowering, x: int, y: int, alpha: Fraction = Fraction(1), left: int = 0, right: int = 0
) -> int:
    """A product of matrices, some of them transposed, times a number."""
    rows, columns = (swap(low.builder, v, -1, -2) if t else v for v, t in ((x, left), (y, right)))
    product = low.node("matmul", rows, columns)
    return product if alpha == 1 else low.node("multiply", product, alpha)


def skip_layer_norm(
    low: Lowering,
    x: int,
    skip: int,
    weight: int,
    beta: int | None = None,
    bias: int | None = None,
    *,
    eps: Fraction = Fraction(1, 10**12),
) -> tuple[Any, ...]:
    """LayerNorm of a sum; the sum besides."""
    total = _scaled(low, low.node("add", x, skip), None, bias)
    return low.node("layer_norm", total, weight, beta, axes=1, epsilon=eps), None, None, total


def skip_rms_norm(
    low: Lowering,
    x: int,
    skip: int,
    weight: int,
    bias: int | None = None,
    *,
    eps: Fraction = Fraction(1, 10**12),
) -> tuple[Any, ...]:
    """Root mean square normalisation of a sum; the sum besides."""
    total = _scaled(low, low.node("add", x, skip), None, bias)
    return low.node("rms_norm", total, weight, axes=1, epsilon=eps), None, None, total
