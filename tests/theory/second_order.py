"""Taylor polynomials of second order in all variables, over floats or Fractions: Hessians by forward differentiation.

The checker goes forward and back along a tape; this goes forward only, with full matrices, and shares nothing with it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

Number = Any  # float or Fraction
Array = Any


class Taylor:
    """A value, its gradient and its Hessian."""

    def __init__(self, value: Number, first: Array, second: Array) -> None:
        self.value, self.first, self.second = value, first, second

    def _lift(self, other: Taylor | Number) -> Taylor:
        return other if isinstance(other, Taylor) else Taylor(other, 0 * self.first, 0 * self.second)

    def __add__(self, other: Taylor | Number) -> Taylor:
        o = self._lift(other)
        return Taylor(self.value + o.value, self.first + o.first, self.second + o.second)

    __radd__ = __add__

    def __neg__(self) -> Taylor:
        return Taylor(-self.value, -self.first, -self.second)

    def __sub__(self, other: Taylor | Number) -> Taylor:
        return self + (-self._lift(other))

    def __rsub__(self, other: Number) -> Taylor:
        return self._lift(other) - self

    def __mul__(self, other: Taylor | Number) -> Taylor:
        if not isinstance(other, Taylor):
            return Taylor(self.value * other, self.first * other, self.second * other)
        cross = np.outer(self.first, other.first)
        return Taylor(
            self.value * other.value,
            self.value * other.first + self.first * other.value,
            self.value * other.second + cross + cross.T + self.second * other.value,
        )

    __rmul__ = __mul__


def chain(u: Taylor, value: Number, slope: Number, curvature: Number) -> Taylor:
    """A function of one variable with this value and these derivatives at u."""
    return Taylor(value, slope * u.first, slope * u.second + curvature * np.outer(u.first, u.first))


def tanh(u: Taylor) -> Taylor:
    t = math.tanh(u.value)
    return chain(u, t, 1 - t * t, -2 * t * (1 - t * t))


def exp(u: Taylor) -> Taylor:
    e = math.exp(u.value)
    return chain(u, e, e, e)


def log(u: Taylor) -> Taylor:
    return chain(u, math.log(u.value), 1 / u.value, -1 / u.value**2)


def variables(point: Sequence[Number]) -> list[Taylor]:
    """The coordinates near a point."""
    n = len(point)
    kind = object if any(isinstance(v, Fraction) for v in point) else float
    zero = np.zeros((n, n), dtype=kind) + (Fraction(0) if kind is object else 0.0)
    unit = np.eye(n, dtype=int).astype(kind) + zero
    return [Taylor(v, unit[i], zero) for i, v in enumerate(point)]


def taylor(f: Callable[[list[Taylor]], Taylor], point: Sequence[Number]) -> Taylor:
    return f(variables(point))


def hessian(f: Callable[[list[Taylor]], Taylor], point: Sequence[Number]) -> Array:
    return taylor(f, point).second


def gradient(f: Callable[[list[Taylor]], Taylor], point: Sequence[Number]) -> Array:
    return taylor(f, point).first


def cross_entropy(scores: Sequence[Taylor], target: Sequence[Number]) -> Taylor:
    """Minus the sum of targets times log-softmax; the targets may be any numbers."""
    top = max(s.value for s in scores)
    total = log(sum((exp(s - top) for s in scores[1:]), exp(scores[0] - top))) + top
    parts = [(total - s) * t for s, t in zip(scores, target, strict=True)]
    return sum(parts[1:], parts[0])


def affine(rows: Sequence[Sequence[Any]], x: Sequence[Any], bias: Sequence[Any] | None = None) -> list[Any]:
    """W x + b, W by rows; entries may be numbers or Taylor polynomials."""
    result = []
    for k, row in enumerate(rows):
        terms = [w * v for w, v in zip(row, x, strict=True)]
        result.append(sum(terms[1:], terms[0]) + (0 if bias is None else bias[k]))
    return result


def singular(matrix: Array, eta: float) -> float:
    """The least singular value of I - eta H, which is 0 where the step is singular."""
    m = np.asarray(matrix, dtype=float)
    return float(np.linalg.svd(np.eye(len(m)) - eta * m, compute_uv=False)[-1])
