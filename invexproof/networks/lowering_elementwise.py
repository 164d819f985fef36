"""Lowering of what acts entry by entry: functions of one variable, arithmetic, comparisons, choices."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from typing import Any, Final

import numpy as np

from invexproof.activations.registry import resolve
from invexproof.expressions import terms
from invexproof.expressions.parser import parse
from invexproof.expressions.terms import Expression
from invexproof.networks.flows import (
    Argument,
    Constant,
    Deferred,
    Flow,
    NetworkImportError,
    Operand,
    Value,
    constant,
    exact_array,
    known,
    number,
)
from invexproof.networks.fusion import X
from invexproof.networks.lowering import Lowering

Rule = Callable[[Expression, Expression], Expression]

FORMULAS: Final[Mapping[str, str]] = {
    "abs": "abs(x)",
    "acosh": "log(x+sqrt(x^2-1))",
    "asinh": "asinh(x)",
    "atan": "atan(x)",
    "atanh": "log((1+x)/(1-x))/2",
    "cos": "cos(x)",
    "cosh": "cosh(x)",
    "erf": "erf(x)",
    "erfc": "1-erf(x)",
    "exp": "exp(x)",
    "exp2": "exp(x*log(2))",
    "expm1": "exp(x)-1",
    "identity": "x",
    "log": "log(x)",
    "log10": "log(x)/log(10)",
    "log1p": "log(1+x)",
    "log2": "log(x)/log(2)",
    "logit": "log(x/(1-x))",
    "neg": "-x",
    "reciprocal": "1/x",
    "rsqrt": "1/sqrt(x)",
    "sign": "sign(x)",
    "sin": "sin(x)",
    "sinh": "sinh(x)",
    "sqrt": "sqrt(x)",
    "square": "x^2",
    "tan": "tan(x)",
}
"""Functions of one variable that libraries offer besides activations, by the names that they share."""


@cache
def _formula(name: str) -> Expression:
    return parse(FORMULAS[name])


def function(name: str) -> Callable[[Lowering, Value], Value]:
    """The lowering of one of FORMULAS."""
    return lambda low, x: low.applied(_formula(name), low.flow(x))


def activation(low: Lowering, x: Value, call: str) -> Value:
    """An activation of the catalogue or of a library, called as there: ``torch.nn.functional.elu(x, 0.5)``."""
    return low.applied(resolve(call).expression, low.flow(x))


def prelu(low: Lowering, x: Value, weight: Value) -> Value:
    """max(x, 0) + weight*min(x, 0), with a weight for all or for each index of the second axis."""
    flow, slope = low.flow(x), known(weight, "its slope")
    if slope.size > 1 and slope.ndim == 1:
        slope = slope.reshape(-1, *(1 for _ in range(flow.ndim - 2)))
    return leaky(low, flow, slope)


def leaky(low: Lowering, x: Value, slope: Value) -> Value:
    """max(x, 0) + slope*min(x, 0), entry by entry."""
    values = known(slope, "its slope")
    return _combined(low, _leaky, "its slope has too many different values", low.plain(low.flow(x)), values)


def _leaky(u: Expression, slope: Expression) -> Expression:
    return terms.piecewise([(terms.less(u, 0), slope * u), (terms.TRUE, u)])


# -- arithmetic ----------------------------------------------------------------------------------------------


def add(low: Lowering, x: Argument, y: Argument, alpha: Any = 1) -> Value:
    """x + alpha*y."""
    return _sum(low, x, _times(low, y, number(alpha)))


def subtract(low: Lowering, x: Argument, y: Argument, alpha: Any = 1) -> Value:
    """x - alpha*y."""
    return _sum(low, x, _times(low, y, -number(alpha)))


def reverse_subtract(low: Lowering, x: Argument, y: Argument, alpha: Any = 1) -> Value:
    """y - alpha*x."""
    return subtract(low, y, x, alpha)


def multiply(low: Lowering, x: Argument, y: Argument) -> Value:
    """x*y."""
    left, right = _tensor(x), _tensor(y)
    for one, other in ((left, right), (right, left)):
        if isinstance(other, np.ndarray) and other.size == 1 and other.ndim <= len(one.shape):
            return _times(low, one, exact_array(other).ravel()[0])
    fused = low.combined(lambda u, v: u * v, *_operands(low, left, right))
    return fused or low.together(low.builder.product, *_flows(low, left, right))


def divide(low: Lowering, x: Argument, y: Argument) -> Value:
    """x/y."""
    left, right = _tensor(x), _tensor(y)
    if isinstance(right, np.ndarray):
        divisors = exact_array(right)
        if any(v == 0 for v in divisors.ravel().tolist()):
            raise NetworkImportError("a tensor is divided by a constant that is 0")
        return multiply(low, left, _map(lambda v: 1 / v, divisors))
    fused = low.combined(lambda u, v: u / v, *_operands(low, left, right))
    return fused or multiply(low, left, low.applied(1 / X, low.flow(right)))


def power(low: Lowering, x: Argument, y: Argument) -> Value:
    """x to the power y, where one of the two is constant or both are functions of the same entries."""
    return _combined(low, terms.general_power, "base and exponent are different tensors", x, y)


def maximum(low: Lowering, x: Argument, y: Argument) -> Value:
    """The larger of two."""
    operands = _plain_operands(low, x, y)
    fused = low.combined(terms.maximum, *operands)
    return fused or largest(low, stacked(*_flows(low, *operands)))


def minimum(low: Lowering, x: Argument, y: Argument) -> Value:
    """The smaller of two."""
    fused = low.combined(terms.minimum, *_plain_operands(low, x, y))
    if fused is not None:
        return fused
    return _times(low, maximum(low, _times(low, x, Fraction(-1)), _times(low, y, Fraction(-1))), Fraction(-1))


def largest(low: Lowering, x: Value) -> Value:
    """The maximum over the last axis, which disappears."""
    flow = low.flow(x)
    if flow.shape[-1] > 1:
        flow = low.by_rows(flow, low.builder.maximum, 1)
    return flow[..., 0]


def clamp(low: Lowering, x: Value, lower: Argument | None = None, upper: Argument | None = None) -> Value:
    """min(max(x, lower), upper); bounds may be missing."""
    lower, upper = (None if _is_infinite(bound) else bound for bound in (lower, upper))
    if lower is not None and upper is not None:
        why = "its bounds have too many different values"
        return _combined(low, _between, why, *_plain_operands(low, x, lower, upper))
    if lower is not None:
        return maximum(low, x, lower)
    return x if upper is None else minimum(low, x, upper)


def _is_infinite(bound: Argument | None) -> bool:
    return isinstance(bound, float) and math.isinf(bound)


def _between(u: Expression, lower: Expression, upper: Expression) -> Expression:
    return terms.minimum(terms.maximum(u, lower), upper)


def _sum(low: Lowering, x: Argument, y: Argument) -> Value:
    left, right = _tensor(x), _tensor(y)
    for one, other in ((left, right), (right, left)):
        if not isinstance(other, np.ndarray) or isinstance(one, np.ndarray):
            continue
        if isinstance(one, Deferred) and (shifted := one.shifted(other)) is not None:
            return shifted
        if not other.any() and other.ndim <= len(one.shape) and other.size == 1:
            return one
        if (merged := low.with_bias(low.flow(one), other)) is not None:
            return merged
    fused = low.combined(lambda u, v: u + v, *_operands(low, left, right))
    return fused or low.together(low.builder.add, *_flows(low, left, right))


def _times(low: Lowering, x: Argument, factor: Fraction) -> Value:
    tensor = _tensor(x)
    if factor == 1:
        return tensor
    if isinstance(tensor, np.ndarray):
        if factor == -1 and tensor.dtype.kind == "f":
            return np.negative(tensor)  # stays a tensor of floats
        return _map(lambda v: v * factor, exact_array(tensor))
    deferred = tensor.scaled(factor) if isinstance(tensor, Deferred) else None
    return deferred or low.scaled(low.flow(tensor), factor)


# -- comparisons and choices ---------------------------------------------------------------------------------

COMPARISONS: Final[Mapping[str, Rule]] = {
    "lt": terms.less,
    "le": terms.less_equal,
    "gt": lambda u, v: terms.less(v, u),
    "ge": lambda u, v: terms.less_equal(v, u),
    "and": terms.conj,
    "or": terms.disj,
}
NEVER: Final = -1e9
"""A score of at most this has the weight exp(-1e9) in a softmax, which no computation tells from 0."""


def compare(name: str) -> Callable[[Lowering, Value, Value], Value]:
    """The lowering of one of COMPARISONS; its result can only be used to choose."""
    return lambda low, x, y: _combined(low, COMPARISONS[name], "they are different tensors", x, y)


def negate(low: Lowering, x: Value) -> Value:
    """Not x."""
    return _combined(low, terms.negation, "the condition is too large", x)


def choose(low: Lowering, condition: Value, x: Value, y: Value) -> Value:
    """x where the condition holds, y elsewhere."""
    given = _tensor(condition)
    if isinstance(given, np.ndarray):
        return _choose_by_mask(low, given.astype(bool), _tensor(x), _tensor(y))
    why = "a choice depends on one tensor and is between others, so it is not a function of one variable"
    return _combined(low, _branches, why, given, x, y)


def _branches(condition: Expression, u: Expression, v: Expression) -> Expression:
    return terms.piecewise([(condition, u), (terms.TRUE, v)])


def _choose_by_mask(low: Lowering, mask: Constant, x: Value, y: Value) -> Value:
    for one, other, kept in ((x, y, mask), (y, x, ~mask)):
        if isinstance(one, Deferred) and isinstance(other, np.ndarray) and (other <= NEVER).all():
            masked = one.shifted(np.where(kept, 0.0, -np.inf))
            if masked is not None:
                return masked
    left, right = _flows(low, x, y)
    return Flow(np.where(mask, left.entries, right.entries), np.where(mask, left.functions, right.functions))


def masked(low: Lowering, x: Value, mask: Value, value: Any) -> Value:
    """The value where the mask is true, x elsewhere."""
    return choose(low, mask, value, x)


# -- operands ------------------------------------------------------------------------------------------------


def stacked(*flows: Flow) -> Flow:
    """Flows side by side along a new last axis."""
    shape = np.broadcast_shapes(*(flow.shape for flow in flows))
    return Flow(
        np.stack([np.broadcast_to(flow.entries, shape) for flow in flows], axis=-1),
        np.stack([np.broadcast_to(flow.functions, shape) for flow in flows], axis=-1),
    )


def _tensor(value: Any) -> Value:
    return value if isinstance(value, Flow | Deferred) else constant(value)


def _operands(low: Lowering, *values: Any) -> list[Operand]:
    """The values as flows and constants."""
    tensors = [_tensor(value) for value in values]
    return [tensor if isinstance(tensor, np.ndarray) else low.flow(tensor) for tensor in tensors]


def _plain_operands(low: Lowering, *values: Any) -> list[Operand]:
    operands = _operands(low, *values)
    return [low.plain(operand) if isinstance(operand, Flow) else operand for operand in operands]


def _flows(low: Lowering, *values: Any) -> list[Flow]:
    """The values as flows; constants become nodes."""
    operands = _operands(low, *values)
    near = next(operand for operand in operands if isinstance(operand, Flow))
    return [low.flow(operand, near) for operand in operands]


def _combined(low: Lowering, rule: Callable[..., Expression], otherwise: str, *values: Any) -> Flow:
    fused = low.combined(rule, *_operands(low, *values))
    if fused is None:
        raise NetworkImportError(f"it cannot be written with functions of one variable: {otherwise}")
    return fused


def _map(rule: Callable[[Fraction], Fraction], values: Constant) -> Constant:
    result = np.empty(values.shape, dtype=object)
    result.reshape(-1)[:] = [rule(v) for v in values.ravel().tolist()]
    return result
