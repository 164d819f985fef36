"""Lowering of normalisation layers, and of softmax, variance and gates that are made of simpler operators."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from invexproof.expressions import terms
from invexproof.expressions.evaluation import exact_root
from invexproof.expressions.terms import Expression
from invexproof.networks.flows import (
    Constant,
    Flow,
    NetworkImportError,
    Value,
    as_weight,
    exact_array,
    known,
    number,
)
from invexproof.networks.fusion import X
from invexproof.networks.lowering import Lowering
from invexproof.networks.lowering_attention import softmax
from invexproof.networks.lowering_elementwise import add, divide, function, multiply, subtract
from invexproof.networks.lowering_products import greatest, mean, total

Axes = Sequence[int] | int | None


# -- normalisation -------------------------------------------------------------------------------------------


def layer_norm(
    low: Lowering,
    x: Value,
    shape: Sequence[int],
    weight: Value | None = None,
    bias: Value | None = None,
    eps: Any = 1e-5,
) -> Value:
    """(x - mean)/sqrt(variance + eps)*weight + bias over the last axes, whose lengths are ``shape``."""
    flow = low.flow(x)
    width = math.prod(shape)
    affine = [
        None if v is None else known(v, "the weight of a LayerNorm").reshape(-1) for v in (weight, bias)
    ]
    gamma, beta = (None if v is None else as_weight(np.broadcast_to(v, (width,))) for v in affine)

    def operation(node: int) -> int:
        return low.builder.layernorm(node, gamma, beta, number(eps), name=low.name())

    table = flow.reshape(*flow.shape[: flow.ndim - len(shape)], width)
    return low.by_rows(table, operation, width).reshape(*flow.shape)


def group_norm(
    low: Lowering,
    x: Value,
    groups: int,
    weight: Value | None = None,
    bias: Value | None = None,
    eps: Any = 1e-5,
) -> Value:
    """LayerNorm of each group of channels of [N, C, ...], and an affine map for each channel."""
    flow = low.flow(x)
    table = flow.reshape(flow.shape[0], groups, -1)
    normal = low.flow(layer_norm(low, table, table.shape[-1:], eps=eps)).reshape(*flow.shape)
    result: Value = normal
    if weight is not None:
        result = multiply(low, result, _by_channel(weight, flow, "the weight of a normalisation"))
    return (
        result if bias is None else add(low, result, _by_channel(bias, flow, "the bias of a normalisation"))
    )


def instance_norm(
    low: Lowering,
    x: Value,
    weight: Value | None = None,
    bias: Value | None = None,
    mean: Value | None = None,
    variance: Value | None = None,
    eps: Any = 1e-5,
    use_input_stats: bool = True,
) -> Value:
    """LayerNorm of each channel, or batch normalisation if statistics are given to be used."""
    if not use_input_stats and mean is not None and variance is not None:
        return batch_norm(low, x, mean, variance, weight, bias, eps)
    return group_norm(low, x, low.flow(x).shape[1], weight, bias, eps)


def batch_norm(
    low: Lowering,
    x: Value,
    mean: Value | None,
    variance: Value | None,
    weight: Value | None = None,
    bias: Value | None = None,
    eps: Any = 1e-5,
) -> Value:
    """(x - mean)/sqrt(variance + eps)*weight + bias with stored statistics: one affine function a channel."""
    if mean is None or variance is None:
        raise NetworkImportError("batch normalisation without stored statistics depends on the whole batch")
    flow = low.flow(x)
    channels = flow.shape[1]
    shift = number(eps)
    rows = [
        exact_array(known(v, "a batch normalisation's tensor")).tolist()
        if v is not None
        else [default] * channels
        for v, default in ((mean, 0), (variance, 1), (weight, 1), (bias, 0))
    ]
    chosen = [
        low.number(_normaliser(m, v + shift, Fraction(g), Fraction(b)))
        for m, v, g, b in zip(*rows, strict=True)
    ]
    plain = low.entries(flow)
    table = np.array(chosen, dtype=np.int64).reshape(1, channels, *(1 for _ in flow.shape[2:]))
    return Flow(plain, np.broadcast_to(table, flow.shape).copy())


def _normaliser(mean: Fraction, variance: Fraction, gamma: Fraction, beta: Fraction) -> Expression:
    """(x - mean)/sqrt(variance)*gamma + beta, rational where the root is."""
    if variance <= 0:
        raise NetworkImportError(f"a variance with eps added is {float(variance)}, which is not positive")
    root = exact_root(variance, 2)
    if root is not None:
        return X * (gamma / root) + (beta - mean * gamma / root)
    return (X - mean) * gamma / terms.sqrt(terms.rational(variance)) + beta


def rms_norm(
    low: Lowering, x: Value, shape: Sequence[int], weight: Value | None = None, eps: Any = None
) -> Value:
    """x/sqrt(mean(x^2) + eps)*weight over the last axes; eps is the machine epsilon if None."""
    axes = range(-len(shape), 0)
    squares = mean(low, function("square")(low, x), list(axes), keep=True)
    root = function("rsqrt")(low, add(low, squares, low.machine_epsilon if eps is None else number(eps)))
    result = multiply(low, x, root)
    return result if weight is None else multiply(low, result, weight)


def _by_channel(values: Value, flow: Flow, what: str) -> Constant:
    return known(values, what).reshape(-1, *(1 for _ in flow.shape[2:]))


# -- composite functions -------------------------------------------------------------------------------------


def log_sum_exp(low: Lowering, x: Value, axes: Axes = None, keep: bool = False) -> Value:
    """log(sum(exp(x))) over axes."""
    return function("log")(low, total(low, function("exp")(low, x), axes, keep))


def log_softmax(low: Lowering, x: Value, axis: int) -> Value:
    """x - log(sum(exp(x)))."""
    flow = low.flow(x)
    return subtract(low, flow, log_sum_exp(low, flow, axis, keep=True))


def softmin(low: Lowering, x: Value, axis: int) -> Value:
    """The softmax of -x."""
    return softmax(low, multiply(low, x, -1), axis)


def variance(low: Lowering, x: Value, axes: Axes = None, correction: Any = 1, keep: bool = False) -> Value:
    """The sum of squares of what deviates from the mean, over the number of entries less ``correction``."""
    flow = low.flow(x)
    chosen = range(flow.ndim) if axes is None else [axes] if isinstance(axes, int) else axes
    count = math.prod(flow.shape[axis] for axis in chosen) - number(1 if correction is None else correction)
    if count <= 0:
        raise NetworkImportError("a variance of so few numbers is not defined; use correction=0")
    centred = subtract(low, flow, mean(low, flow, list(chosen), keep=True))
    return divide(low, total(low, function("square")(low, centred), list(chosen), keep), count)


def deviation(low: Lowering, x: Value, axes: Axes = None, correction: Any = 1, keep: bool = False) -> Value:
    """The root of :func:`variance`."""
    return function("sqrt")(low, variance(low, x, axes, correction, keep))


def norm(low: Lowering, x: Value, p: Any = 2, axes: Axes = None, keep: bool = False) -> Value:
    """The p-norm over axes, for p = 1, 2 or infinity."""
    if p in (None, 2):
        return function("sqrt")(low, total(low, function("square")(low, x), axes, keep))
    if p == 1:
        return total(low, function("abs")(low, x), axes, keep)
    if p == math.inf:
        return greatest(low, function("abs")(low, x), axes, keep)
    raise NetworkImportError(f"the {p}-norm is not read; p = 1, 2 and inf are")


def gated(low: Lowering, x: Value, axis: int = -1) -> Value:
    """GLU: one half of the axis times the sigmoid of the other."""
    flow = low.flow(x)
    value, gate = (
        Flow(*half)
        for half in zip(*(np.split(a, 2, axis) for a in (flow.entries, flow.functions)), strict=True)
    )
    return multiply(low, value, low.applied(terms.sigmoid(X), gate))
