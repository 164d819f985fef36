"""Operators that normalise: to mean 0 and variance 1, or to a probability distribution."""

from __future__ import annotations

from math import prod

from invexcheck.architectures.attributes import (
    NATURALS,
    Attribute,
    ascending,
    flag,
    natural,
    number,
    positive,
)
from invexcheck.architectures.operators import Call, Operator
from invexcheck.architectures.shapes import axis_of, broadcast, reduced, text, wrong
from invexcheck.architectures.values import (
    BOOLEAN,
    EXTENDED,
    OPEN_UNIT,
    REAL,
    REALS,
    UNIT,
    ZERO,
    Range,
    Value,
)
from invexcheck.errors import Reject


def _check_epsilon(call: Call) -> None:
    """Without it, the variance may vanish on an open set, as it does behind dead units."""
    if call["epsilon"] < 0:
        raise Reject("epsilon is negative", "architecture")
    call.require(call["epsilon"] > 0, "epsilon is 0, and nothing else keeps the variance from vanishing")


def _check_scales(call: Call, first: int, shape: tuple[int, ...]) -> None:
    """Weight and bias, from an argument on, have this shape."""
    for value in (call.optional(first), call.optional(first + 1)):
        if value is not None and value.shape != shape:
            raise wrong(f"weight and bias need the shape {text(shape)}, not {text(value.shape)}")


def _layer_norm(call: Call) -> Value:
    shape, count = call.shape(0), call["axes"]
    if count > len(shape):
        raise wrong(f"{text(shape)} has fewer than {count} axes")
    _check_scales(call, 1, shape[-count:])
    _check_epsilon(call)
    return Value(REAL, shape)


def _group_norm(call: Call) -> Value:
    shape, groups = call.shape(0), call["groups"]
    if len(shape) < 2 or shape[1] % groups:
        raise wrong(f"the channels of {text(shape)} do not make {groups} groups")
    _check_scales(call, 1, shape[1:2])
    _check_epsilon(call)
    return Value(REAL, shape)


def _batch_norm(call: Call) -> Value:
    """By the statistics of the batch, or by running ones that are given."""
    shape, mean, variance = call.shape(0), call.optional(3), call.optional(4)
    if len(shape) < 2:
        raise wrong("a batch norm is for [N, C, ...]")
    _check_scales(call, 1, shape[1:2])
    _check_scales(call, 3, shape[1:2])
    if (mean is None) is not (variance is None):
        raise Reject("mean and variance are given both, or none", "architecture")
    if variance is None:
        _check_epsilon(call)
        return Value(REAL, shape)
    if call["epsilon"] < 0:
        raise Reject("epsilon is negative", "architecture")
    word = "nonnegative" if call["epsilon"] > 0 else "positive"
    holds = variance.range.nonnegative if call["epsilon"] > 0 else variance.range.positive
    call.demand(4, holds, word, "may be too small for a variance")
    return Value(REAL, shape)


def _softmax(call: Call) -> Value:
    """Masked entries, of minus infinity, get 0."""
    axis_of(call["axis"], call.shape(0))
    call.unmasked(call.value(0))
    masked = call.value(0).kind == EXTENDED or call.shape(0)[call["axis"]] == 1
    return Value(REAL, call.shape(0), UNIT if masked else OPEN_UNIT)


def _log_softmax(call: Call) -> Value:
    axis_of(call["axis"], call.shape(0))
    return Value(REAL, call.shape(0), Range(None, ZERO))


def _logsumexp(call: Call) -> Value:
    axes = ascending(call["axes"], len(call.shape(0)))
    call.unmasked(call.value(0))
    return Value(REAL, reduced(call.shape(0), axes, call["keep"]))


def _attention(call: Call) -> Value:
    """``(softmax(q k^T scale + mask) * dropout) v``; each value is a convex combination if nothing is dropped."""
    q, k, v, mask, dropout = call.shape(0), call.shape(1), call.shape(2), call.optional(3), call.optional(4)
    if min(len(q), len(k), len(v)) < 2 or q[-1] != k[-1] or k[-2] != v[-2]:
        raise wrong(f"queries {text(q)}, keys {text(k)} and values {text(v)} do not fit")
    scores = (*broadcast(q[:-2], k[:-2], v[:-2]), q[-2], k[-2])
    if mask is not None:
        if call["causal"]:
            raise Reject("attention is causal or has a mask, not both", "architecture")
        if broadcast(mask.shape, scores) != scores:
            raise wrong(f"a mask of shape {text(mask.shape)} does not fit scores of shape {text(scores)}")
        if mask.kind == BOOLEAN:
            call.require(not mask.trained, "parameters decide what is masked")
        call.unmasked(mask)
    if dropout is not None and dropout.shape != scores:
        raise wrong(f"a dropout mask needs the shape {text(scores)}")
    known = call.range(2) if dropout is None else REALS
    return Value(REAL, (*scores[:-1], v[-1]), known)


def _rms_norm(call: Call) -> Value:
    shape, count = call.shape(0), call["axes"]
    if count > len(shape) or prod(shape[-count:]) < 1:
        raise wrong(f"{text(shape)} has fewer than {count} axes")
    _check_scales(call, 1, shape[-count:])
    _check_epsilon(call)
    return Value(REAL, shape)


EPSILON: dict[str, Attribute] = {"epsilon": number()}
NORMED = ("real", "real?", "real?")

NORMALISING: dict[str, Operator] = {
    "layer_norm": Operator(NORMED, _layer_norm, {**EPSILON, "axes": positive()}),
    "rms_norm": Operator(("real", "real?"), _rms_norm, {**EPSILON, "axes": positive()}),
    "group_norm": Operator(NORMED, _group_norm, {**EPSILON, "groups": positive()}),
    "batch_norm": Operator((*NORMED, "real?", "real?"), _batch_norm, EPSILON),
    "softmax": Operator(("scores",), _softmax, {"axis": natural()}),
    "log_softmax": Operator(("real",), _log_softmax, {"axis": natural()}),
    "logsumexp": Operator(("scores",), _logsumexp, {"axes": NATURALS, "keep": flag()}),
    "attention": Operator(
        ("real", "real", "real", "mask?", "real?"),
        _attention,
        {"causal": flag(), "scale": number(None)},
    ),
}
