"""Point evaluation of term tables with mpmath: the oracle of the containment tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import mpmath
from mpmath import mpf

from invexproof.expressions.terms import Expression


class Undefined(Exception):
    """The expression has no value at the point."""


def real(value: Fraction) -> Any:
    return mpf(value.numerator) / value.denominator


def log(u: Any) -> Any:
    if u <= 0:
        raise Undefined
    return mpmath.log(u)


def root(u: Any) -> Any:
    if u < 0:
        raise Undefined
    return mpmath.sqrt(u)


def quotient(a: Any, b: Any) -> Any:
    if b == 0:
        raise Undefined
    return a / b


def power(u: Any, exponent: Fraction) -> Any:
    if (exponent.denominator > 1 and u < 0) or (u == 0 and exponent < 0):
        raise Undefined
    if exponent.denominator == 1:
        return u**exponent.numerator
    return u ** real(exponent)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": quotient,
    "neg": lambda a: -a,
    "exp": mpmath.exp,
    "log": log,
    "sqrt": root,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "atan": mpmath.atan,
    "asinh": mpmath.asinh,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "tanh": mpmath.tanh,
    "sigmoid": lambda u: 1 / (1 + mpmath.exp(-u)),
    "softplus": lambda u: mpmath.log1p(mpmath.exp(u)),
    "erf": mpmath.erf,
    "abs": abs,
    "sign": mpmath.sign,
    "min": min,
    "max": max,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "not": lambda a: not a,
    "true": lambda: True,
    "pi": lambda: +mpmath.pi,
    "e": lambda: +mpmath.e,
}


def value_at(expression: Expression, point: Mapping[str, Fraction], digits: int = 50) -> Any:
    """The value at an exact point; raises Undefined outside the domain."""
    with mpmath.workdps(digits):
        return _value(expression, {name: real(number) for name, number in point.items()})


def _value(node: Expression, point: Mapping[str, Any]) -> Any:
    if node.op == "var":
        return point[node.name]
    if node.op == "rat":
        return real(node.value)
    if node.op == "pow":
        return power(_value(node.args[0], point), node.value)
    if node.op == "piecewise":
        for condition, branch in zip(node.args[::2], node.args[1::2], strict=True):
            if _value(condition, point):
                return _value(branch, point)
        raise Undefined
    return FUNCTIONS[node.op](*(_value(argument, point) for argument in node.args))
