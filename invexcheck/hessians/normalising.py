"""Operators that normalise, as steps of a tape."""

from __future__ import annotations

from math import prod

from flint import fmpq

from invexcheck.errors import Reject
from invexcheck.hessians.applied import Applied, Lowering
from invexcheck.hessians.tensors import Tensors


def _layer_norm(a: Applied) -> int:
    t, x, count = a.tensors, a.argument(0), a["axes"]
    shape = t.shape(x)
    axes = range(len(shape) - count, len(shape))
    return t.affine(
        t.normalised(x, axes, a["epsilon"]), a.optional(1), a.optional(2), shape[len(shape) - count :]
    )


def _rms_norm(a: Applied) -> int:
    t, x, count = a.tensors, a.argument(0), a["axes"]
    shape = t.shape(x)
    axes = range(len(shape) - count, len(shape))
    return t.affine(
        t.normalised(x, axes, a["epsilon"], False), a.optional(1), None, shape[len(shape) - count :]
    )


def _group_norm(a: Applied) -> int:
    t, x, groups = a.tensors, a.argument(0), a["groups"]
    shape = t.shape(x)
    grouped = t.reshape(x, (shape[0], groups, prod(shape[1:]) // groups))
    normal = t.reshape(t.normalised(grouped, (2,), a["epsilon"]), shape)
    return t.affine(normal, a.optional(1), a.optional(2), (shape[1], *([1] * (len(shape) - 2))))


def _batch_norm(a: Applied) -> int:
    t, x, mean, variance = a.tensors, a.argument(0), a.optional(3), a.optional(4)
    shape = t.shape(x)
    channels = (shape[1], *([1] * (len(shape) - 2)))
    if mean is None or variance is None:
        axes = [k for k in range(len(shape)) if k != 1]
        normal = t.normalised(x, axes, a["epsilon"])
    else:
        root = t.smooth("rsqrt", t.shift(variance, a["epsilon"]))
        normal = t.multiply(t.subtract(x, t.reshape(mean, channels)), t.reshape(root, channels))
    return t.affine(normal, a.optional(1), a.optional(2), channels)


def _log_softmax(a: Applied) -> int:
    t, x = a.tensors, a.argument(0)
    return t.subtract(x, t.logsumexp(x, (a["axis"],)))


def _causal(t: Tensors, scores: int) -> int:
    """Shares of the keys up to the query's place; others have none."""
    axis = len(t.shape(scores)) - 1
    queries, keys = t.shape(scores)[-2:]
    seen = t.constants([fmpq(int(j <= i)) for i in range(queries) for j in range(keys)], (queries, keys))
    raised = t.multiply(t.softened(scores, (axis,))[0], seen)
    return t.multiply(raised, t.smooth("reciprocal", t.sum(raised, (axis,), True)))


def _attention(a: Applied) -> int:
    t, q, k, v = a.tensors, a.argument(0), a.argument(1), a.argument(2)
    if a.optional(3) is not None:
        raise Reject("attention with a mask", "architecture")
    rank, width = len(t.shape(k)), t.shape(q)[-1]
    keys = t.transpose(k, (*range(rank - 2), rank - 1, rank - 2))
    scores = t.matmul(q, keys)
    if a["scale"] is None:
        root = t.smooth("rsqrt", t.rational(fmpq(width)))
        scores = t.multiply(scores, root)
    else:
        scores = t.scale(scores, a["scale"])
    shares = _causal(t, scores) if a["causal"] else t.softmax(scores, len(t.shape(scores)) - 1)
    dropout = a.optional(4)
    return t.matmul(shares if dropout is None else t.multiply(shares, dropout), v)


NORMALISING: dict[str, Lowering] = {
    "layer_norm": _layer_norm,
    "rms_norm": _rms_norm,
    "group_norm": _group_norm,
    "batch_norm": _batch_norm,
    "softmax": lambda a: a.tensors.softmax(a.argument(0), a["axis"]),
    "log_softmax": _log_softmax,
    "logsumexp": lambda a: a.tensors.reshape(a.tensors.logsumexp(a.argument(0), a["axes"]), a.shape),
    "attention": _attention,
}
