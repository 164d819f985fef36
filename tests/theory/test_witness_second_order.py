"""The lemma second-order-pass: tangents over adjoints, as it states them, against Taylor polynomials."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from fractions import Fraction as F
from typing import Any

import mpmath as mp
import numpy as np
import pytest

from tests.theory.second_order import Taylor, chain, variables

Number = Any
Triple = tuple[Number, Number, Number]
Function = Callable[[Number], Triple]

FUNCTIONS: tuple[Function, ...] = (
    lambda u: (u * u, 2 * u, F(2)),
    lambda u: (1 / (u * u + 1), -2 * u / (u * u + 1) ** 2, (6 * u * u - 2) / (u * u + 1) ** 3),
    lambda u: (u * u * u - u, 3 * u * u - 1, 6 * u),
    lambda u: (F(0), F(0), F(0)),
    lambda u: (u, F(1), F(0)),
)
"""Rational functions with their derivatives, among them the pieces of relu."""


class Unknown:
    """Some real number: 0 times it is 0, all else is unknown again."""

    def __add__(self, other: Number) -> Unknown:
        return self

    __radd__ = __add__

    def __mul__(self, other: Number) -> Number:
        return F(0) if not isinstance(other, Unknown) and other == 0 else self

    __rmul__ = __mul__


UNKNOWN = Unknown()


class Tape:
    """Scalars: parameters, constants, sums, products, multiples, functions. The last one is the value."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, tuple[int, ...], Any]] = []
        self.values: list[Number] = []

    def put(self, kind: str, arguments: tuple[int, ...], extra: Any, value: Number) -> int:
        self.steps.append((kind, arguments, extra))
        self.values.append(value)
        return len(self.values) - 1

    def parameter(self, value: Number) -> int:
        return self.put("parameter", (), None, value)

    def constant(self, value: Number) -> int:
        return self.put("constant", (), None, value)

    def add(self, i: int, j: int) -> int:
        return self.put("add", (i, j), None, self.values[i] + self.values[j])

    def multiply(self, i: int, j: int) -> int:
        return self.put("multiply", (i, j), None, self.values[i] * self.values[j])

    def scale(self, i: int, factor: Number) -> int:
        return self.put("scale", (i,), factor, factor * self.values[i])

    def apply(self, i: int, triple: Triple) -> int:
        return self.put("apply", (i,), triple, triple[0])

    def slopes(self, k: int) -> list[tuple[int, Number]]:
        """The derivatives of a step by each use of an argument."""
        kind, arguments, extra = self.steps[k]
        if kind == "multiply":
            i, j = arguments
            return [(i, self.values[j]), (j, self.values[i])]
        if kind == "apply":
            return [(arguments[0], extra[1])]
        return [(i, extra if kind == "scale" else F(1)) for i in arguments]

    def column(self, parameter: int) -> list[Number]:
        """Of the Hessian, by the lemma: forward, backward, and backward along the direction."""
        size = len(self.values)
        tangent: list[Number] = [F(int(k == parameter)) for k in range(size)]
        for k in range(size):
            for i, slope in self.slopes(k):
                tangent[k] = tangent[k] + slope * tangent[i]
        adjoint: list[Number] = [F(0)] * (size - 1) + [F(1)]
        turned: list[Number] = [F(0)] * size
        for k in range(size - 1, -1, -1):
            kind, arguments, extra = self.steps[k]
            for i, slope in self.slopes(k):
                adjoint[i] = adjoint[i] + slope * adjoint[k]
                turned[i] = turned[i] + slope * turned[k]
            if kind == "apply":
                i = arguments[0]
                turned[i] = turned[i] + extra[2] * tangent[i] * adjoint[k]
            if kind == "multiply":
                i, j = arguments
                turned[i] = turned[i] + tangent[j] * adjoint[k]
                turned[j] = turned[j] + tangent[i] * adjoint[k]
        return [turned[k] for k, step in enumerate(self.steps) if step[0] == "parameter"]

    def hessian(self) -> list[list[Number]]:
        return [self.column(k) for k, step in enumerate(self.steps) if step[0] == "parameter"]


def pair(seed: int, parameters: int = 3, steps: int = 14) -> tuple[Tape, Taylor]:
    """A random tape, and the Taylor polynomial of the same function."""
    r = random.Random(seed)
    tape = Tape()
    point = [F(r.randint(-4, 4), r.randint(1, 3)) for _ in range(parameters)]
    known: list[Any] = variables(point)
    for v in point:
        tape.parameter(v)
    for _ in range(steps):
        i, j = r.randrange(len(known)), r.randrange(len(known))
        kind = r.choice(["add", "multiply", "scale", "apply", "apply"])
        if kind == "add":
            tape.add(i, j)
            known.append(known[i] + known[j])
        elif kind == "multiply":
            tape.multiply(i, j)
            known.append(known[i] * known[j])
        elif kind == "scale":
            factor = F(r.randint(-2, 2))
            tape.scale(i, factor)
            known.append(known[i] * factor)
        else:
            number = r.randrange(len(FUNCTIONS))
            triple = FUNCTIONS[number](tape.values[i])
            tape.apply(i, triple)
            known.append(chain(known[i], *triple))
    return tape, known[-1]


@pytest.mark.parametrize("seed", range(60))
def test_the_pass_is_the_hessian_exactly(seed: int) -> None:
    tape, true = pair(seed)
    found = tape.hessian()
    assert tape.values[-1] == true.value
    assert found == true.second.tolist()
    assert found == [list(row) for row in zip(*found, strict=True)]


def forgetful(tape: Tape, seed: int) -> Tape:
    """The same tape, where some values and derivatives of functions, and all that rests on them, are unknown."""
    r = random.Random(seed)
    copy = Tape()
    for (kind, arguments, extra), value in zip(tape.steps, tape.values, strict=True):
        if kind in ("parameter", "constant"):
            copy.put(kind, (), None, value)
        elif kind == "add":
            copy.add(*arguments)
        elif kind == "multiply":
            copy.multiply(*arguments)
        elif kind == "scale":
            copy.scale(arguments[0], extra)
        else:
            copy.apply(arguments[0], tuple(UNKNOWN if r.random() < 0.3 else x for x in extra))
    return copy


def test_what_is_known_beside_unknown_numbers_is_right() -> None:
    known = unknown = 0
    for seed in range(150):
        tape, true = pair(seed)
        for found, right in zip(forgetful(tape, seed).hessian(), true.second.tolist(), strict=True):
            for a, b in zip(found, right, strict=True):
                if isinstance(a, Unknown):
                    unknown += 1
                else:
                    known += 1
                    assert a == b
    assert known > 200
    assert unknown > 100


def test_unknown_minus_unknown_is_not_zero() -> None:
    """A rule that cancelled them would be wrong where they stand for different numbers."""
    assert isinstance(UNKNOWN + F(-1) * UNKNOWN, Unknown)
    assert UNKNOWN * F(0) == F(0) * UNKNOWN == 0


class Interval:
    """Ends with small denominators, rounded outwards: 1/64 is all that is kept."""

    def __init__(self, low: F, high: F) -> None:
        self.low, self.high = F(math.floor(low * 64), 64), F(math.ceil(high * 64), 64)

    @staticmethod
    def of(x: Any) -> Interval:
        return x if isinstance(x, Interval) else Interval(F(x), F(x))

    def __add__(self, other: Any) -> Interval:
        o = Interval.of(other)
        return Interval(self.low + o.low, self.high + o.high)

    __radd__ = __add__

    def __mul__(self, other: Any) -> Interval:
        o = Interval.of(other)
        ends = [x * y for x in (self.low, self.high) for y in (o.low, o.high)]
        return Interval(min(ends), max(ends))

    __rmul__ = __mul__


def enclosed(tape: Tape) -> Tape:
    """The same tape in intervals."""
    copy = Tape()
    for (kind, arguments, extra), value in zip(tape.steps, tape.values, strict=True):
        if kind in ("parameter", "constant"):
            copy.put(kind, (), None, Interval.of(value))
        elif kind == "add":
            copy.add(*arguments)
        elif kind == "multiply":
            copy.multiply(*arguments)
        elif kind == "scale":
            copy.scale(arguments[0], Interval.of(extra))
        else:
            copy.apply(arguments[0], tuple(map(Interval.of, extra)))  # type: ignore[arg-type]
    return copy


@pytest.mark.parametrize("seed", range(60))
def test_intervals_enclose_the_hessian(seed: int) -> None:
    tape, true = pair(seed)
    for found, right in zip(enclosed(tape).hessian(), true.second.tolist(), strict=True):
        for a, b in zip(map(Interval.of, found), right, strict=True):
            assert a.low <= b <= a.high


# -- what the text says of functions at 0 ----------------------------------------------------------


AT_ZERO: dict[str, tuple[Callable[[Any], Any], tuple[Any, Any, Any]]] = {
    "tanh": (mp.tanh, (0, 1, 0)),
    "sigmoid": (lambda x: 1 / (1 + mp.exp(-x)), (F(1, 2), F(1, 4), 0)),
    "silu": (lambda x: x / (1 + mp.exp(-x)), (0, F(1, 2), F(1, 2))),
    "mish": (lambda x: x * mp.tanh(mp.log(1 + mp.exp(x))), (0, F(3, 5), F(16, 25))),
    "exp": (mp.exp, (1, 1, 1)),
    "softplus": (lambda x: mp.log(1 + mp.exp(x)), (None, F(1, 2), F(1, 4))),
    "log_sigmoid": (lambda x: -mp.log(1 + mp.exp(-x)), (None, F(1, 2), F(-1, 4))),
    "tanhshrink": (lambda x: x - mp.tanh(x), (0, 0, 0)),
    "asinh": (mp.asinh, (0, 1, 0)),
    "cosh": (mp.cosh, (1, 0, 1)),
    "gelu": (lambda x: x * mp.ncdf(x), (0, F(1, 2), None)),
    "erf": (mp.erf, (0, None, 0)),
}


@pytest.mark.parametrize("name", AT_ZERO)
def test_values_and_derivatives_at_zero(name: str) -> None:
    function, expected = AT_ZERO[name]
    with mp.workdps(40):
        for k, (found, right) in enumerate(zip(mp.taylor(function, 0, 2), expected, strict=True)):
            if right is not None:
                exact = mp.mpf(F(right).numerator) / F(right).denominator
                assert mp.almosteq(found * mp.factorial(k), exact, abs_eps=1e-25)
        gelu = 2 * mp.taylor(AT_ZERO["gelu"][0], 0, 2)[2]
        assert mp.almosteq(gelu, mp.sqrt(2 / mp.pi), rel_eps=1e-25)


@pytest.mark.parametrize("shift", [-3.0, 0.0, 7.5])
def test_log_softmax_may_be_computed_with_any_constant_shift(shift: float) -> None:
    """The shift is no value of the tape: its derivative is left out, and nothing is missing."""
    x = np.array([0.3, -1.0, 2.0])
    p = np.exp(x - shift) / np.exp(x - shift).sum()
    hessian = np.diag(p) - np.outer(p, p)
    step = 1e-4
    differences = np.zeros((3, 3))

    def value(z: Any) -> Any:
        return shift + np.log(np.exp(z - shift).sum())

    for i in range(3):
        for j in range(3):
            e, f = np.eye(3)[i] * step, np.eye(3)[j] * step
            differences[i, j] = (
                value(x + e + f) - value(x + e - f) - value(x - e + f) + value(x - e - f)
            ) / (4 * step * step)
    assert np.allclose(hessian, differences, atol=1e-6)
