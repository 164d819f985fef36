"""Losses as steps of a tape: means or sums over the examples of a mini-batch."""

from __future__ import annotations

from math import prod
from typing import Any

from flint import fmpq

from invexcheck.errors import Reject
from invexcheck.hessians.applied import Applied, Lowering
from invexcheck.hessians.numbers import ONE, ZERO
from invexcheck.hessians.tensors import Tensors, positions, strides


def _reduced(a: Applied, x: int) -> int:
    t = a.tensors
    count = prod(t.shape(x))
    total = t.total(x)
    return t.scale(total, fmpq(1, count)) if a["reduction"] == "mean" else total


def _residual(a: Applied) -> int:
    return a.tensors.subtract(a.argument(0), a.argument(1))


def _squared_error(a: Applied) -> int:
    residual = _residual(a)
    return _reduced(a, a.tensors.tape.multiply(residual, residual))


def _absolute_error(a: Applied) -> int:
    return _reduced(a, a.tensors.kinked("absolute", _residual(a), {}))


def _huber(a: Applied) -> int:
    delta: fmpq = a["delta"]
    half = delta * delta / 2
    pieces: list[Any] = [
        lambda u, _: -u * delta - half,
        lambda u, _: u * u * fmpq(1, 2),
        lambda u, _: u * delta - half,
    ]
    return _reduced(a, a.tensors.pieces(_residual(a), (-delta, delta), pieces, {}))


def _smooth_absolute_error(a: Applied) -> int:
    beta: fmpq = a["beta"]
    if beta == 0:
        return _absolute_error(a)
    pieces: list[Any] = [
        lambda u, _: -u - beta / 2,
        lambda u, _: u * u * (1 / (2 * beta)),
        lambda u, _: u - beta / 2,
    ]
    return _reduced(a, a.tensors.pieces(_residual(a), (-beta, beta), pieces, {}))


def _logistic_loss(a: Applied) -> int:
    """w (c b softplus(-a) + (1 - b) softplus(a))"""
    t, x, b = a.tensors, a.argument(0), a.argument(1)
    weight, positive = a.optional(2), a.optional(3)
    plain = {"beta": ONE, "threshold": None}
    shape = t.shape(x)
    first = t.multiply(b, t.smooth("softplus", t.scale(x, -ONE), plain))
    if positive is not None:
        first = t.multiply(first, t.expand(positive, shape))
    second = t.multiply(t.shift(t.scale(b, -ONE), ONE), t.smooth("softplus", x, plain))
    result = t.add(first, second)
    return _reduced(a, result if weight is None else t.multiply(result, t.expand(weight, shape)))


def _weights(a: Applied, axis: int) -> tuple[list[fmpq], fmpq, list[int]]:
    """Of all scores, their coefficients; what their sum is divided by; and the row of each score."""
    t = a.tensors
    shape = t.shape(a.argument(0))
    classes, target = shape[axis], a.given[1]
    if target is None:
        raise Reject("the target depends on parameters, or is not given", "architecture")
    given = a.given[2] if len(a.operands) > 2 else None
    if a.optional(2) is not None and given is None:
        raise Reject("weights of classes depend on parameters", "architecture")
    weights = list(given) if given is not None else [ONE] * classes
    places = positions(shape, [int(k == axis) for k in range(len(shape))])
    kept = tuple(1 if k == axis else n for k, n in enumerate(shape))
    rows = positions(shape, [0 if k == axis else s for k, s in enumerate(strides(kept))])
    smoothing = a.attributes.get("smoothing", ZERO)
    if len(target) == len(rows) and t.shape(a.argument(1)) == shape:
        shares = list(target)
        count = fmpq(prod(kept))
    else:
        labels = [int(q.p) for q in target]
        ignore = a["ignore"]
        if any(y != ignore and not 0 <= y < classes for y in labels):
            raise Reject("a label is no class", "domain")
        shares = [
            ONE if labels[r] == c and labels[r] != ignore else ZERO for r, c in zip(rows, places, strict=True)
        ]
        count = sum((weights[y] for y in labels if y != ignore), ZERO)
    if a["reduction"] == "sum":
        count = ONE
    if count == 0:
        raise Reject("no label counts", "domain")
    if smoothing != 0:
        ignored = [False] * len(rows)
        if len(target) != len(rows) or t.shape(a.argument(1)) != shape:
            ignored = [labels[r] == ignore for r in rows]
        shares = [
            ZERO if left else (1 - smoothing) * q + smoothing / classes
            for q, left in zip(shares, ignored, strict=True)
        ]
    return [q * weights[c] for q, c in zip(shares, places, strict=True)], count, rows


def _of_log_probabilities(t: Tensors, scores: int, coefficients: list[fmpq], count: fmpq) -> int:
    weighted = t.multiply(scores, t.constants(coefficients, t.shape(scores)))
    return t.scale(t.total(weighted), -1 / count)


def _likelihood(a: Applied) -> int:
    scores = a.argument(0)
    coefficients, count, _ = _weights(a, min(1, len(a.tensors.shape(scores)) - 1))
    return _of_log_probabilities(a.tensors, scores, coefficients, count)


def _cross_entropy(a: Applied) -> int:
    t, scores = a.tensors, a.argument(0)
    axis = min(1, len(t.shape(scores)) - 1)
    coefficients, count, rows = _weights(a, axis)
    sums = [ZERO] * (max(rows) + 1)
    for r, q in zip(rows, coefficients, strict=True):
        sums[r] += q
    normaliser = t.logsumexp(scores, (axis,))
    first = t.scale(t.total(t.multiply(normaliser, t.constants(sums, t.shape(normaliser)))), 1 / count)
    return t.add(first, _of_log_probabilities(t, scores, coefficients, count))


LOSSES: dict[str, Lowering] = {
    "mean_squared_error": _squared_error,
    "absolute_error": _absolute_error,
    "huber": _huber,
    "smooth_absolute_error": _smooth_absolute_error,
    "binary_cross_entropy_with_logits": _logistic_loss,
    "negative_log_likelihood": _likelihood,
    "cross_entropy": _cross_entropy,
}
