"""Lowering of attention: recognised whether it is one operator or written out, and masks that are constant.

Products of two tensors stay deferred (:class:`Scores`), and so does their softmax (:class:`Weights`): if the
weights then average values, the whole is one attention node.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

import numpy as np

from invexproof.expressions import terms
from invexproof.expressions.evaluation import exact_root
from invexproof.expressions.terms import Expression
from invexproof.networks.flows import (
    Constant,
    Deferred,
    Flow,
    NetworkImportError,
    Value,
    constant,
    exact_array,
    known,
    number,
)
from invexproof.networks.fusion import X
from invexproof.networks.lowering import Lowering
from invexproof.networks.lowering_elementwise import NEVER, add, function, multiply
from invexproof.networks.tensors import Shape

ROUNDING: Final = Fraction(1, 1 << 20)
"""A scale that differs from 1/sqrt(d) by no more, relatively, is a rounding of it (float32 has 2^-24)."""


@dataclass(frozen=True)
class Scores(Deferred):
    """scale * q k^T + offset: q of shape [..., T, d], k of shape [..., S, d] with the same outer axes."""

    low: Lowering
    query: Flow
    key: Flow
    scale: Fraction
    offset: Constant | None = None

    @staticmethod
    def of(low: Lowering, query: Flow, key: Flow) -> Scores:
        """The product q k^T, with the numbers that q and k were multiplied by as its scale."""
        lead = np.broadcast_shapes(query.shape[:-2], key.shape[:-2])
        (query, left), (key, right) = (
            low.without_factor(f.view(lambda a: np.broadcast_to(a, (*lead, *a.shape[-2:]))))
            for f in (query, key)
        )
        return Scores(low, query, key, left * right)

    @property
    def shape(self) -> Shape:
        return (*self.query.shape[:-1], self.key.shape[-2])

    def scaled(self, factor: Fraction) -> Scores | None:
        hides_only = self.offset is None or bool(((self.offset == 0) | (self.offset <= NEVER)).all())
        return replace(self, scale=self.scale * factor) if hides_only and factor > 0 else None

    def shifted(self, offset: Constant) -> Scores | None:
        if np.broadcast_shapes(self.shape, offset.shape) != self.shape:
            return None
        exact = offset.astype(np.float64) if offset.dtype.kind == "f" else offset
        return replace(self, offset=exact if self.offset is None else self.offset + exact)

    def reshaped(self, shape: Shape) -> Scores | None:
        if shape[-2:] != self.shape[-2:]:
            return None
        offset = self.offset
        if offset is not None and offset.ndim > 2:
            offset = np.broadcast_to(offset, self.shape).reshape(shape)
        query, key = (f.reshape(*shape[:-2], *f.shape[-2:]) for f in (self.query, self.key))
        return replace(self, query=query, key=key, offset=offset)

    def settle(self) -> Flow:
        rows, columns = (
            self.query[..., :, None, :],
            self.key[..., None, :, :],
        )
        pairs = self.low.flow(multiply(self.low, rows, columns))
        ones = np.ones((1, pairs.shape[-1]), dtype=np.int64)
        result = multiply(self.low, self.low.linear(pairs, ones)[..., 0], constant(self.scale))
        return self.low.flow(result if self.offset is None else add(self.low, result, self.offset))


@dataclass(frozen=True)
class Weights(Deferred):
    """The softmax of scores over their last axis."""

    scores: Scores

    @property
    def shape(self) -> Shape:
        return self.scores.shape

    def reshaped(self, shape: Shape) -> Weights | None:
        scores = self.scores.reshaped(shape)
        return None if scores is None else Weights(scores)

    def settle(self) -> Flow:
        return softmax_of(self.scores.low, self.scores.settle())

    def average(self, values: Flow) -> Flow:
        """The product with values of shape [..., S, d]."""
        s = self.scores
        return attend(s.low, s.query, s.key, values, s.scale, s.offset)


def softmax(low: Lowering, x: Value, axis: int) -> Value:
    """exp(x) divided by its sum over an axis."""
    if isinstance(x, Scores) and axis % len(x.shape) == len(x.shape) - 1:
        return Weights(x)
    moved = low.flow(x).view(lambda a: np.moveaxis(a, axis, -1))
    return softmax_of(low, moved).view(lambda a: np.moveaxis(a, -1, axis))


def softmax_of(low: Lowering, flow: Flow) -> Flow:
    """The softmax over the last axis, by its definition."""
    powers = low.identity(low.entries(low.flow(function("exp")(low, flow))))
    sums = low.linear(powers, np.ones((1, flow.shape[-1]), dtype=np.int64))
    return low.flow(multiply(low, powers, function("reciprocal")(low, sums)))


def attention(
    low: Lowering,
    query: Value,
    key: Value,
    value: Value,
    mask: Value | None = None,
    causal: bool = False,
    scale: Any = None,
    grouped: bool = False,
) -> Value:
    """softmax(scale q k^T + mask) v over the last two axes; a mask of truth values says what is attended to.

    ``scale`` is 1/sqrt(d) if None; ``grouped``: each key and value serves several heads of the query.
    """
    q, k, v = (low.flow(x) for x in (query, key, value))
    if grouped:
        heads = np.repeat(np.arange(k.shape[-3]), q.shape[-3] // k.shape[-3])
        k, v = k[..., heads, :, :], v[..., heads, :, :]
    length, other = q.shape[-2], k.shape[-2]
    offset: Constant | None = None
    if mask is not None:
        offset = known(mask, "the mask of an attention")
        if offset.dtype == np.bool_:
            offset = np.where(offset, 0.0, -np.inf)
    if causal:
        lower = np.where(np.tril(np.ones((length, other), dtype=bool)), 0.0, -np.inf)
        offset = lower if offset is None else offset + lower
    return attend(low, q, k, v, None if scale is None else number(scale), offset)


def attend(
    low: Lowering, query: Flow, key: Flow, value: Flow, scale: Fraction | None, offset: Constant | None
) -> Flow:
    """Attention as nodes: one, unless the mask shows different keys to different queries."""
    lead = np.broadcast_shapes(*(f.shape[:-2] for f in (query, key, value)))
    heads = math.prod(lead)
    q, k, v = (
        f.view(lambda a: np.broadcast_to(a, (*lead, *a.shape[-2:])).reshape(heads, *a.shape[-2:]))
        for f in (query, key, value)
    )
    shown, bias = _mask(offset, (*lead, q.shape[1], k.shape[1]), heads)
    width = v.shape[-1]
    if bias is not None:
        q, k, v = _with_bias(low, q, k, v, scale, bias)
    else:
        q, k, v = _scaled_query(low, q, k, v, scale)
    if shown.all() or (q.shape == k.shape and (shown == np.tril(np.ones_like(shown))).all()):
        result = _node(low, q, k, v, causal=not shown.all())
    else:
        result = low.identity(np.zeros(q.shape, dtype=np.int64))
        for members, rows, columns in _blocks(shown):
            keys = np.ix_(members, columns)
            part = _node(low, q[np.ix_(members, rows)], k[keys], v[keys], causal=False)
            result.entries[np.ix_(members, rows)] = part.entries
    return result.view(lambda a: a[..., :width].reshape(*lead, a.shape[1], width))


def _node(low: Lowering, q: Flow, k: Flow, v: Flow, *, causal: bool) -> Flow:
    """One attention node for [heads, T, d], [heads, S, d], [heads, S, d]."""
    heads, length, width = q.shape
    tables = [low.entries(flow).transpose(1, 0, 2).reshape(flow.shape[1], -1) for flow in (q, k, v)]
    queries, keys, values = (low.gathered(table, table.shape) for table in tables)
    made = low.flow_of(low.builder.attention(queries, keys, values, heads, causal))
    return made.view(lambda a: a.reshape(length, heads, width).transpose(1, 0, 2))


# -- scale and mask ------------------------------------------------------------------------------------------


def _scaled_query(
    low: Lowering, q: Flow, k: Flow, v: Flow, scale: Fraction | None
) -> tuple[Flow, Flow, Flow]:
    """q, k, v of one width, and q such that the scale is that of the attention node, 1/sqrt(width)."""
    width = q.shape[-1]
    wide = max(width, v.shape[-1])
    factor = _query_factor(scale, width, wide)
    if factor is not None:
        q = low.applied(X * factor, q)
    return _widened(q, wide), _widened(k, wide), _widened(v, wide)


def _query_factor(scale: Fraction | None, width: int, wide: int) -> Expression | None:
    """scale*sqrt(wide), if it is not 1; a scale of None, or a rounding of 1/sqrt(width), is that number."""
    factor, square = Fraction(1), Fraction(wide, width)
    if scale is not None and (scale < 0 or abs(scale * scale * width - 1) > 2 * ROUNDING):
        factor, square = scale, Fraction(wide)
    root = exact_root(square, 2)
    if root is None:
        return terms.rational(factor) * terms.sqrt(terms.rational(square))
    return None if factor * root == 1 else terms.rational(factor * root)


def _with_bias(
    low: Lowering, q: Flow, k: Flow, v: Flow, scale: Fraction | None, bias: Constant
) -> tuple[Flow, Flow, Flow]:
    """A finite mask as further coordinates: (q, b_t) (k, e_s)^T = q k^T + b_ts.

    The width becomes a square r^2, so that r*b_ts over its root is rational.
    """
    width, keys = q.shape[-1], k.shape[1]
    root = math.isqrt(max(width + keys, v.shape[-1]) - 1) + 1
    factor = _query_factor(scale, width, root * root)
    if factor is not None:
        q = low.applied(X * factor, q)
    shift = exact_array(bias) * root
    unit = np.broadcast_to(np.eye(keys, dtype=np.float32), (q.shape[0], keys, keys))
    q, k = _joined(q, low.constant_flow(shift, q)), _joined(k, low.constant_flow(unit, k))
    return _widened(q, root * root), _widened(k, root * root), _widened(v, root * root)


def _joined(left: Flow, right: Flow) -> Flow:
    return Flow(
        np.concatenate([left.entries, right.entries], axis=-1),
        np.concatenate([left.functions, right.functions], axis=-1),
    )


def _widened(flow: Flow, width: int) -> Flow:
    return flow.pad([(0, 0), (0, 0), (0, width - flow.shape[-1])])


def _mask(offset: Constant | None, shape: Shape, heads: int) -> tuple[Constant, Constant | None]:
    """Which keys each query sees, [heads, T, S], and what is added to the scores (None: nothing)."""
    if offset is None:
        return np.ones((heads, *shape[-2:]), dtype=bool), None
    values = np.broadcast_to(offset, shape).reshape(heads, *shape[-2:])
    shown = values > NEVER
    if not shown.any(axis=-1).all():
        raise NetworkImportError("the mask of an attention hides every key from some query")
    highest = np.where(shown, values, -np.inf).max(axis=-1, keepdims=True)
    if np.where(shown, values == highest, True).all():  # a number for a whole row changes nothing
        return shown, None
    return shown, np.where(shown, values, 0)


def _blocks(shown: Constant) -> list[tuple[list[int], list[int], list[int]]]:
    """Heads, queries and keys of the parts in which every query sees the same keys."""
    by_mask: dict[bytes, list[int]] = {}
    for head, table in enumerate(shown):
        by_mask.setdefault(table.tobytes(), []).append(head)
    result = []
    for members in by_mask.values():
        by_row: dict[bytes, list[int]] = {}
        for position, row in enumerate(shown[members[0]]):
            by_row.setdefault(row.tobytes(), []).append(position)
        for rows in by_row.values():
            columns = np.flatnonzero(shown[members[0]][rows[0]]).tolist()
            result.append((members, rows, columns))
    return result
