"""ATen operators that weigh entries by softmax: softmax itself, its relatives, and attention."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final

from invexproof.architectures import building
from invexproof.architectures.pytorch.building import Axes, TorchBuilder, axis_of, over
from invexproof.torch_programs import Row, row

B = TorchBuilder
_CLOSE: Final = 1e-6


def _along(op: str) -> Callable[..., int]:
    return lambda b, x, axis: b.node(op, x, axis=axis_of(b, x, axis))


def _log_sum_exp(b: B, x: int, axes: Axes, keep: bool = False) -> int:
    return over(b, "logsumexp", x, axes, keep)


def _cumulative_log_sum_exp(b: B, x: int, axis: int) -> int:
    return b.node("log", b.node("cumulative_sum", b.node("exp", x), axis=axis_of(b, x, axis)))


def _known_mask(b: B, mask: int) -> tuple[int | None, bool]:
    """The mask, and whether attention is causal: no mask for one that hides nothing, or just what comes later."""
    entries = b.entries(mask)
    if entries is None:
        return mask, False
    if bool(entries.all()):
        return None, False
    square = entries.shape[-2:] == entries.shape[-1:] * 2
    causal = square and bool((entries == entries.new_ones(entries.shape).tril()).all())
    return (None, True) if causal else (mask, False)


def _attention(
    b: B,
    q: int,
    k: int,
    v: int,
    mask: int | None = None,
    p: Fraction = Fraction(0),
    causal: bool = False,
    scale: Fraction | None = None,
    grouped: bool = False,
) -> int:
    if grouped:
        k, v = (building.repeat_each(b, t, b.shape(q)[-3] // b.shape(t)[-3], -3) for t in (k, v))
    if scale is not None and abs(float(scale) * math.sqrt(b.shape(q)[-1]) - 1) < _CLOSE:
        scale = None  # 1/sqrt(d), up to rounding
    if mask is not None and b.kind(mask) == "boolean":
        mask, causal = _known_mask(b, mask)  # PyTorch takes no causal attention with a mask
    dropout = b.mask([*b.expected[:-1], b.shape(k)[-2]]) if p else None
    return b.node("attention", q, k, v, mask, dropout, causal=causal, scale=scale)


OPERATORS: Final[Mapping[str, Row]] = {
    **{
        name: row(_along("softmax"), "x=self axis=dim")
        for name in ("softmax", "_softmax", "_safe_softmax", "special_softmax")
    },
    **{
        name: row(_along("log_softmax"), "x=self axis=dim")
        for name in ("log_softmax", "_log_softmax", "special_log_softmax")
    },
    "logsumexp": row(_log_sum_exp, "x=self axes=dim keep=keepdim"),
    "logcumsumexp": row(_cumulative_log_sum_exp, "x=self axis=dim"),
    "scaled_dot_product_attention": row(
        _attention,
        "q=query k=key v=value mask=attn_mask p=dropout_p causal=is_causal scale grouped=enable_gqa",
    ),
}
