"""Sign maps and zeros against functions whose zeros are known."""

from __future__ import annotations

import math
import time
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invexproof.engines.boxes import Boxes, enclose
from invexproof.engines.interface import QueryError
from invexproof.engines.krawczyk import isolate_system, krawczyk
from invexproof.engines.univariate import isolate_zeros, sign_map
from invexproof.expressions.parser import parse
from invexproof.expressions.terms import Expression, cos, exp, maximum, rational, sigmoid, sin, var
from tests.engines.reference import value_at

X, Y = var("x"), var("y")
SILU_SLOPE = sigmoid(X) + X * sigmoid(X) * (1 - sigmoid(X))
GELU_SLOPE = parse("(1+erf(x/sqrt(2)))/2 + x*exp(-x*x/2)/sqrt(2*pi)")


@pytest.mark.parametrize(
    "expression", [SILU_SLOPE, GELU_SLOPE, sin(X), X**3 - X, parse("tanh(softplus(x)) - 1/3")]
)
def test_signs_are_those_of_mpmath(expression: Expression) -> None:
    labels = sign_map(expression, Fraction(-7), Fraction(22, 3))
    assert labels[0].lower == -7
    assert labels[-1].upper == Fraction(22, 3)
    for left, right in pairwise(labels):
        assert left.upper == right.lower
        assert left.sign != right.sign
    for part in labels:
        assert part.lower is not None
        assert part.upper is not None
        if part.sign == "0?":
            assert part.upper - part.lower < Fraction(1, 10**6)
            continue
        for share in (Fraction(0), Fraction(1, 3), Fraction(1)):
            value = value_at(expression, {"x": part.lower + share * (part.upper - part.lower)})
            assert value > 0 if part.sign == "+" else value < 0


@given(roots=st.lists(st.fractions(-4, 4, max_denominator=8), min_size=1, max_size=4, unique=True))
@settings(max_examples=30, deadline=None)
def test_every_root_of_a_polynomial_is_bracketed(roots: list[Fraction]) -> None:
    polynomial = rational(1)
    for root in roots:
        polynomial = polynomial * (X - root)
    brackets = isolate_zeros(polynomial, Fraction(-5), Fraction(5))
    assert len(brackets) == len(roots)
    for bracket, root in zip(brackets, sorted(roots), strict=True):
        assert bracket.lower is not None
        assert bracket.upper is not None
        assert bracket.lower <= root <= bracket.upper
        assert bracket.kind == "simple"
        assert {bracket.before, bracket.after} == {"+", "-"}


def test_kinds_of_zeros() -> None:
    unit = (Fraction(-3), Fraction(3))
    assert [b.kind for b in isolate_zeros((X - 1) ** 2, *unit)] == ["tangential"]
    assert isolate_zeros((X - 1) ** 2 + Fraction(1, 10**9), *unit) == []
    assert [b.kind for b in isolate_zeros(X**3, *unit)] == ["crossing"]
    assert [b.kind for b in isolate_zeros(1 + cos(X), Fraction(-10), Fraction(10))] == ["tangential"] * 4
    vanishing = isolate_zeros(maximum(X, 0), Fraction(-3), Fraction(-1))
    assert [b.kind for b in vanishing] == ["vanishing"]
    assert [b.kind for b in isolate_zeros(X, Fraction(0), Fraction(1))] == ["undecided"]


def test_tails_of_unbounded_maps() -> None:
    labels = sign_map(SILU_SLOPE)
    assert [part.sign for part in labels] == ["0?", "-", "0?", "+"]
    assert labels[0].lower is labels[-1].upper is None
    assert labels[0].upper is not None
    assert labels[0].upper < -600  # down to where the derivative underflows
    assert [part.sign for part in sign_map(exp(X) + 1)] == ["+"]
    [zero] = isolate_zeros(X + sin(X))
    assert zero.kind == "simple"


def test_budget_ends_the_search() -> None:
    started = time.monotonic()
    labels = sign_map(sin(exp(X)), Fraction(0), Fraction(30), max_boxes=5000)
    assert time.monotonic() - started < 5
    assert labels[-1].sign == "0?"


def test_refusals() -> None:
    with pytest.raises(QueryError, match="one variable"):
        sign_map(X + Y)
    with pytest.raises(QueryError, match="lower < upper"):
        sign_map(X, Fraction(1), Fraction(1))


def boxes(*sides: tuple[float, float]) -> Boxes:
    return Boxes(("x", "y"), np.array([[a for a, _ in sides]]), np.array([[b for _, b in sides]]))


def test_zeros_of_a_gradient() -> None:
    """x^4 - 2 x^2 + x y + y^2 has the stationary points (0, 0) and +-(sqrt(9/8), -sqrt(9/8)/2)."""
    gradient = [4 * X**3 - 4 * X + Y, X + 2 * Y]
    zeros = isolate_system(gradient, boxes((-3, 3), (-3, 3)))
    assert all(zero.unique for zero in zeros)
    expected = [
        (-math.sqrt(9 / 8), math.sqrt(9 / 8) / 2),
        (0.0, 0.0),
        (math.sqrt(9 / 8), -math.sqrt(9 / 8) / 2),
    ]
    assert len(zeros) == 3
    for zero, point in zip(zeros, expected, strict=True):
        assert (zero.lower - 1e-15 <= point).all()
        assert (point <= zero.upper + 1e-15).all()
        assert (zero.upper - zero.lower < 1e-9).all()


def test_degenerate_zeros_are_not_called_unique() -> None:
    [zero] = isolate_system([X * X, Y], boxes((-2, 2), (-2, 3)))
    assert not zero.unique
    assert (zero.lower <= 0).all()
    assert (zero.upper >= 0).all()


def test_krawczyk_statuses() -> None:
    system = [X * X + Y * Y - 1, X - Y]
    near = krawczyk(system, boxes((0.6, 0.8), (0.6, 0.8)))
    assert near.unique[0]
    assert krawczyk(system, boxes((2.0, 2.1), (2.0, 2.1))).empty[0]
    undefined = krawczyk([parse("log(x)"), Y], boxes((-1, 1), (-1, 1)))
    assert not undefined.unique[0]
    assert not undefined.empty[0]


def test_a_million_boxes_a_second() -> None:
    """Generous by a factor of five or so on an idle machine."""
    ends = np.linspace(-20, 20, 8193)[:, None]
    batch = Boxes(("x",), ends[:-1], ends[1:])
    best = math.inf
    for _ in range(10):
        started = time.perf_counter()
        enclose(SILU_SLOPE, batch)
        best = min(best, time.perf_counter() - started)
    assert 8192 / best > 1e6
