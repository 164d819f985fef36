"""Forward-mode differentiation over floats or Fractions, and determinants: what training steps are tested with."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

Number = Any  # float or Fraction, one of them throughout a computation
Vector = list["Dual"]


class Dual:
    """A number and its derivatives by all coordinates."""

    def __init__(self, value: Number, slopes: Sequence[Number]) -> None:
        self.value = value
        self.slopes = list(slopes)

    def _lift(self, other: Dual | Number) -> Dual:
        return other if isinstance(other, Dual) else Dual(other, [0] * len(self.slopes))

    def __add__(self, other: Dual | Number) -> Dual:
        o = self._lift(other)
        return Dual(self.value + o.value, [a + b for a, b in zip(self.slopes, o.slopes, strict=True)])

    __radd__ = __add__

    def __neg__(self) -> Dual:
        return Dual(-self.value, [-a for a in self.slopes])

    def __sub__(self, other: Dual | Number) -> Dual:
        return self + (-self._lift(other))

    def __rsub__(self, other: Number) -> Dual:
        return self._lift(other) - self

    def __mul__(self, other: Dual | Number) -> Dual:
        o = self._lift(other)
        slopes = [a * o.value + self.value * b for a, b in zip(self.slopes, o.slopes, strict=True)]
        return Dual(self.value * o.value, slopes)

    __rmul__ = __mul__

    def __truediv__(self, other: Dual | Number) -> Dual:
        o = self._lift(other)
        return self * Dual(1 / o.value, [-a / o.value**2 for a in o.slopes])

    def __rtruediv__(self, other: Number) -> Dual:
        return self._lift(other) / self


def chain(value: Number, slope: Number, u: Dual) -> Dual:
    return Dual(value, [slope * a for a in u.slopes])


def sqrt(u: Dual) -> Dual:
    root = math.sqrt(u.value)
    return chain(root, 0.5 / root, u)


def tanh(u: Dual) -> Dual:
    t = math.tanh(u.value)
    return chain(t, 1 - t * t, u)


def sign(u: Dual) -> Dual:
    return chain((u.value > 0) - (u.value < 0), 0, u)


def relu(u: Dual) -> Dual:
    return u if u.value > 0 else u * 0


def larger(u: Dual, v: Dual) -> Dual:
    return u if u.value >= v.value else v


def jacobian(f: Callable[[Vector], Sequence[Dual]], point: Sequence[Number]) -> list[list[Number]]:
    """Row i: the derivatives of output i."""
    n = len(point)
    duals = [Dual(v, [int(i == j) for j in range(n)]) for i, v in enumerate(point)]
    return [y.slopes for y in f(duals)]


def values(f: Callable[[Vector], Sequence[Dual]], point: Sequence[Number]) -> list[Number]:
    return [y.value for y in f([Dual(v, []) for v in point])]


def determinant(rows: Sequence[Sequence[Number]]) -> Number:
    """By elimination with the largest pivots; exact for Fractions."""
    m = [list(row) for row in rows]
    result: Number = 1
    for k in range(len(m)):
        pivot = max(range(k, len(m)), key=lambda i: abs(m[i][k]))
        if m[pivot][k] == 0:
            return 0
        if pivot != k:
            m[k], m[pivot] = m[pivot], m[k]
            result = -result
        result *= m[k][k]
        for i in range(k + 1, len(m)):
            factor = m[i][k] / m[k][k]
            m[i] = [a - factor * b for a, b in zip(m[i], m[k], strict=True)]
    return result
