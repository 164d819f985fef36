"""Functions of one variable with two derivatives, against mpmath's and SymPy's; unknown numbers stay unknown."""

# ruff: noqa: E501 - tables of functions

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import pytest
import sympy
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from invexcheck.balls import precision
from invexcheck.errors import Reject
from invexcheck.hessians.jets import KINKED, SMOOTH, triple
from invexcheck.hessians.numbers import UNKNOWN, Balls, Exact

QUICK = settings(max_examples=40, deadline=None)
X = sympy.Symbol("x", real=True)
R = sympy.Rational
FUNCTIONS: dict[str, tuple[Any, dict[str, Any], str]] = {
    "negate": (-X, {}, "R"), "square": (X**2, {}, "R"), "exp": (sympy.exp(X), {}, "R"), "expm1": (sympy.exp(X) - 1, {}, "R"), "log": (sympy.log(X), {"floor": None}, "(0, oo)"), "log1p": (sympy.log(1 + X), {}, "(-1, oo)"), "tan": (sympy.tan(X), {}, "R"),
    "sqrt": (sympy.sqrt(X), {}, "(0, oo)"), "rsqrt": (1 / sympy.sqrt(X), {}, "(0, oo)"), "reciprocal": (1 / X, {}, "not 0"), "sigmoid": (1 / (1 + sympy.exp(-X)), {}, "R"), "tanh": (sympy.tanh(X), {}, "R"),
    "sin": (sympy.sin(X), {}, "R"), "cos": (sympy.cos(X), {}, "R"), "atan": (sympy.atan(X), {}, "R"), "sinh": (sympy.sinh(X), {}, "R"), "cosh": (sympy.cosh(X), {}, "R"), "asinh": (sympy.asinh(X), {}, "R"),
    "erf": (sympy.erf(X), {}, "R"), "erfc": (sympy.erfc(X), {}, "R"), "log_sigmoid": (-sympy.log(1 + sympy.exp(-X)), {}, "R"), "tanhshrink": (X - sympy.tanh(X), {}, "R"),
    "softplus": (R(2, 3) * sympy.log(1 + sympy.exp(R(3, 2) * X)), {"beta": fmpq(3, 2), "threshold": None}, "R"), "silu": (X / (1 + sympy.exp(-X)), {}, "R"),
    "mish": (X * sympy.tanh(sympy.log(1 + sympy.exp(X))), {}, "R"), "gelu": (X * (1 + sympy.erf(X / sympy.sqrt(2))) / 2, {"approximate": False}, "R"),
}  # fmt: skip
POWERS = ("0", "1", "2", "3", "8", "-1", "-2", "1/2", "3/2", "-5/2", "5/3", "-2/7")
for text in POWERS:
    q = fmpq(*map(int, text.split("/")))
    where = "R" if q.q == 1 and q >= 0 else "not 0" if q.q == 1 else "(0, oo)"
    FUNCTIONS[f"power_of {text}"] = (X ** R(text), {"exponent": q}, where)
FUNCTIONS["gelu approximate"] = (
    X * (1 + sympy.tanh(sympy.sqrt(2 / sympy.pi) * (X + R(44715, 1000000) * X**3))) / 2,
    {"approximate": True},
    "R",
)
POINTS = [fmpq(n, 7) for n in (-40, -15, -7, -1, 1, 3, 7, 14, 45)]


def inside(q: fmpq, domain: str) -> bool:
    return {"R": True, "(-1, oo)": q > -1, "(0, oo)": q > 0, "not 0": q != 0}[domain]


def derivatives(formula: Any) -> list[Callable[[Any], Any]]:
    return [sympy.lambdify(X, sympy.diff(formula, X, k), "mpmath") for k in range(3)]


def as_ball(value: Any) -> arb:
    with mpmath.workdps(60):
        return arb(mpmath.nstr(value, 45)) + arb(0, 1e-35) * (1 + abs(arb(mpmath.nstr(value, 10))))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_values_and_derivatives(name: str) -> None:
    formula, attributes, domain = FUNCTIONS[name]
    function = SMOOTH[name.partition(" ")[0]]
    three = derivatives(formula)
    for q in POINTS:
        if not inside(q, domain):
            for arithmetic in (Exact, Balls):
                with pytest.raises(Reject):
                    triple(function, attributes, arithmetic, arithmetic.number(q))
            continue
        with mpmath.workdps(60):
            expected = [f(mpmath.mpf(int(q.p)) / int(q.q)) for f in three]
        for bits in (32, 53, 140):
            with precision(bits):
                found = triple(function, attributes, Balls, Balls.number(q))
            assert all(x.overlaps(as_ball(y)) for x, y in zip(found, expected, strict=True)), (q, bits)
        assert all(
            float(x.rad()) < 1e-25 * max(1, abs(float(y))) for x, y in zip(found, expected, strict=True)
        )
        _exact_ones_agree(function, attributes, q, found)


def _exact_ones_agree(function: Any, attributes: Any, q: fmpq, found: Any) -> None:
    try:
        exact = triple(function, attributes, Exact, q)
    except Reject as reject:
        assert reject.code == "inexact"  # noqa: PT017
        return
    with precision(400):
        assert all(x is UNKNOWN or y.contains(x) for x, y in zip(exact, found, strict=True))


KNOWN_AT_ZERO = {
    "tanh": ("0", "1", "0"), "sigmoid": ("1/2", "1/4", "0"), "silu": ("0", "1/2", "1/2"), "mish": ("0", "3/5", "16/25"), "exp": ("1", "1", "1"), "expm1": ("0", "1", "1"), "sin": ("0", "1", "0"), "cos": ("1", "0", "-1"),
    "atan": ("0", "1", "0"), "sinh": ("0", "1", "0"), "cosh": ("1", "0", "1"), "asinh": ("0", "1", "0"), "log1p": ("0", "1", "-1"), "tanhshrink": ("0", "0", "0"), "square": ("0", "0", "2"), "erf": ("0", None, "0"), "erfc": ("1", None, "0"),
    "log_sigmoid": (None, "1/2", "-1/4"), "softplus": (None, "1/2", "3/8"), "gelu": ("0", "1/2", None), "gelu approximate": ("0", "1/2", None),
}  # fmt: skip


@pytest.mark.parametrize("name", KNOWN_AT_ZERO)
def test_what_is_known_at_zero(name: str) -> None:
    found = triple(SMOOTH[name.partition(" ")[0]], FUNCTIONS[name][1], Exact, fmpq(0))
    for x, text in zip(found, KNOWN_AT_ZERO[name], strict=True):
        assert x is UNKNOWN if text is None else x == fmpq(*map(int, text.split("/")))
    three = derivatives(FUNCTIONS[name][0])
    for x, f in zip(found, three, strict=True):
        with mpmath.workdps(30):
            assert x is UNKNOWN or abs(f(mpmath.mpf(0)) - mpmath.mpf(int(x.p)) / int(x.q)) < 1e-25


KINKS: dict[str, tuple[dict[str, Any], list[Any]]] = {
    "absolute": ({}, [-X, X]), "relu": ({}, [X * 0, X]), "leaky_relu": ({"slope": fmpq(-2, 5)}, [X * R(-2, 5), X]),
    "elu": ({"alpha": fmpq(3, 2), "scale": fmpq(4, 3), "input_scale": fmpq(1, 2)}, [2 * (sympy.exp(X / 2) - 1), R(4, 3) * X]), "celu": ({"alpha": fmpq(3, 2)}, [R(3, 2) * (sympy.exp(X * R(2, 3)) - 1), X]),
    "hard_tanh": ({"low": fmpq(-1, 2), "high": fmpq(2)}, [X * 0 - R(1, 2), X, X * 0 + 2]), "hard_sigmoid": ({}, [X * 0, X / 6 + R(1, 2), X * 0 + 1]), "hard_swish": ({}, [X * 0, X * (X + 3) / 6, X]),
}  # fmt: skip


def test_all_kinks_have_formulas() -> None:
    assert KINKS.keys() == KINKED.keys()
    assert {name.partition(" ")[0] for name in FUNCTIONS} == SMOOTH.keys()


@pytest.mark.parametrize("name", KINKS)
def test_pieces(name: str) -> None:
    attributes, formulas = KINKS[name]
    row = KINKED[name]
    points = row.points(attributes)
    assert len(row.pieces) == len(formulas) == len(points) + 1
    assert list(points) == sorted(points)
    for piece, formula in zip(row.pieces, formulas, strict=True):
        for q in POINTS:
            with mpmath.workdps(60), precision(140):
                expected = [f(mpmath.mpf(int(q.p)) / int(q.q)) for f in derivatives(formula)]
                found = triple(piece, attributes, Balls, Balls.number(q))
                assert all(x.overlaps(as_ball(y)) for x, y in zip(found, expected, strict=True))
    for left, right, point in zip(row.pieces, row.pieces[1:], points, strict=False):
        with precision(140):  # continuous
            a, b = (triple(piece, attributes, Balls, Balls.number(point))[0] for piece in (left, right))
            assert a.overlaps(b)


# -- unknown numbers ---------------------------------------------------------------------------------------------

rationals = st.integers(-5, 5).map(fmpq)


@st.composite
def expression(draw: st.DrawFn, depth: int = 4) -> Any:
    """Sums, differences and products of an unknown number u and of rationals."""
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return draw(st.just("u") | rationals)
    return (draw(st.sampled_from("+-*")), draw(expression(depth - 1)), draw(expression(depth - 1)))


def value(tree: Any, u: Any) -> Any:
    if isinstance(tree, tuple):
        a, b = value(tree[1], u), value(tree[2], u)
        return a + b if tree[0] == "+" else a - b if tree[0] == "-" else a * b
    return u if tree == "u" else tree


@settings(max_examples=300, deadline=None)
@given(expression(), st.lists(rationals, min_size=3, max_size=3, unique=True))
def test_known_numbers_do_not_depend_on_unknown_ones(tree: Any, candidates: list[fmpq]) -> None:
    found = value(tree, UNKNOWN)
    if found is not UNKNOWN:
        assert all(value(tree, u) == found for u in candidates)


def test_unknown_numbers() -> None:
    assert UNKNOWN - UNKNOWN is UNKNOWN
    assert UNKNOWN * 0 == 0 * UNKNOWN == UNKNOWN * fmpq(0) == fmpq(0) * UNKNOWN == 0
    assert UNKNOWN * UNKNOWN is UNKNOWN
    assert UNKNOWN / 2 is UNKNOWN
    assert fmpq(1) + UNKNOWN is fmpq(1) - UNKNOWN is -UNKNOWN is UNKNOWN
    for attempt in (
        lambda: fmpq(1) / UNKNOWN,
        lambda: UNKNOWN / UNKNOWN,
        lambda: UNKNOWN / fmpq(0),
        lambda: Exact.divide(fmpq(1), UNKNOWN),
        lambda: Exact.divide(fmpq(0), UNKNOWN),
        lambda: Exact.divide(fmpq(1), fmpq(0)),
        lambda: Exact.positive(UNKNOWN),
        lambda: Exact.positive(fmpq(0)),
        lambda: Exact.side(UNKNOWN, fmpq(0)),
        lambda: Exact.side(fmpq(1), fmpq(1)),
    ):
        with pytest.raises(Reject):
            attempt()


@pytest.mark.parametrize("ball", [arb(0, 1), arb(0), arb("nan"), arb(1, 1), arb(0, "inf")])
def test_balls_that_do_not_decide(ball: arb) -> None:
    with pytest.raises(Reject):
        Balls.positive(ball)
    with pytest.raises(Reject):
        Balls.divide(arb(1), ball)
    if not ball.is_nan():
        with pytest.raises(Reject):
            Balls.side(ball, fmpq(0) if ball.contains(0) else fmpq(1))


@QUICK
@given(st.floats(-30, 30), st.floats(0, 1), st.sampled_from(sorted(SMOOTH)))
def test_wide_balls_enclose_all_values(middle: float, radius: float, name: str) -> None:
    attributes = {
        "exponent": fmpq(3, 2),
        "approximate": False,
        "floor": None,
        "beta": fmpq(2),
        "threshold": None,
    }
    ball = arb(middle, radius)
    try:
        found = triple(SMOOTH[name], attributes, Balls, ball)
    except Reject:
        return
    for share in (-1.0, -0.3, 0.0, 0.9):
        inner = arb(middle) + arb(radius) * arb(share)
        if not math.isfinite(middle) or not ball.contains(inner):
            continue
        with precision(140):
            point = triple(SMOOTH[name], attributes, Balls, inner.mid())
        assert all(not x.is_finite() or x.overlaps(y) for x, y in zip(found, point, strict=True))
