"""Derivatives, against numerical differentiation in high precision and against SymPy."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given, settings

from invexproof.expressions import terms
from invexproof.expressions.calculus import differentiate
from invexproof.expressions.evaluation import EvaluationError, mpmath_value, numpy_function, to_mpf
from invexproof.expressions.operations import ExpressionError
from invexproof.expressions.parser import parse
from invexproof.expressions.printing import to_text
from invexproof.expressions.sympy_bridge import to_sympy
from invexproof.expressions.terms import Expression
from tests.expressions.strategies import FORMULAS, points, smooth_expressions

X = terms.var("x")


def _slope(e: Expression, x: Fraction) -> mpmath.mpf:
    with mpmath.workdps(80):
        h = mpmath.mpf(10) ** -25
        above, below = (mpmath_value(e, {"x": to_mpf(x) + side * h}, 80) for side in (1, -1))
        return (above - below) / (2 * h)


@pytest.mark.parametrize("text", [text for text, _ in FORMULAS])
def test_derivatives_of_common_activations(text: str) -> None:
    e = parse(text)
    derivative = differentiate(e)
    for x in (Fraction(k, 97) for k in (-711, -301, -130, -31, -2, 5, 60, 111, 301, 750)):
        expected = _slope(e, x)
        assert abs(mpmath_value(derivative, {"x": x}) - expected) <= 1e-20 * max(1, abs(expected))


@settings(max_examples=60)
@given(smooth_expressions, points)
def test_derivatives_of_random_expressions(e: Expression, x: Fraction) -> None:
    try:
        expected = _slope(e, x)
        derivative = mpmath_value(differentiate(e), {"x": x}, 60)
    except EvaluationError as error:
        assert "too large" in str(error)  # noqa: PT017 - most expressions have a value
        return
    if abs(expected) < 1e6:
        assert abs(derivative - expected) <= 1e-6


@pytest.mark.parametrize(
    "text", ["x^3*exp(-x^2)", "tan(x)*log(1+x^2)", "asinh(x)/sqrt(1+x^2)", "sinh(x)^(2/3)*pi^x"]
)
def test_agrees_with_sympy(text: str) -> None:
    e = parse(text)
    x = sympy.Symbol("x", real=True)
    assert sympy.simplify(to_sympy(differentiate(e)) - sympy.diff(to_sympy(e), x)) == 0


def test_partial_derivatives() -> None:
    e = parse("x^2*beta + sin(beta)", ["beta"])
    assert to_text(differentiate(e, "beta")) == "x^2 + cos(beta)"
    assert to_text(differentiate(e, "x")) == "2*x*beta"
    assert differentiate(e, "gamma") is terms.rational(0)


@pytest.mark.parametrize(
    ("text", "kink"),
    [
        ("abs(x)", 0),
        ("sign(x)", 0),
        ("max(x, 1)", 1),
        ("min(x, x^2)", 1),
        ("piecewise((0, x <= -1), (x + 1, true))", -1),
        ("piecewise((0, x < -1), (x + 1, true))", -1),
        ("piecewise((1, x > 0 and not x > 2), (x, true))", 2),
        ("piecewise((1, x > 0 or x < -2), (x, true))", -2),
        ("piecewise((0, x < 0), (1, x <= 0), (2, true))", 0),
    ],
)
def test_there_is_no_derivative_at_a_kink(text: str, kink: int) -> None:
    derivative = differentiate(parse(text))
    with pytest.raises(EvaluationError):
        mpmath_value(derivative, {"x": kink})
    assert np.isfinite(numpy_function(derivative)([kink - 0.1, kink + 0.1])).all()


def test_conditions_on_parameters_are_kept() -> None:
    e = parse("piecewise((x^2, beta <= 0), (x, true))", ["beta"])
    derivative = differentiate(e)
    assert mpmath_value(derivative, {"x": 3, "beta": 0}) == 6
    assert mpmath_value(derivative, {"x": 3, "beta": 1}) == 1


def test_terms_of_the_domain_are_not_lost_where_the_derivative_depends_on_them() -> None:
    assert differentiate(parse("sqrt(x)^2")) is not terms.rational(1)
    with pytest.raises(EvaluationError):
        mpmath_value(differentiate(parse("x/x")), {"x": 0})


def test_a_condition_has_no_derivative() -> None:
    with pytest.raises(ExpressionError):
        differentiate(terms.less(X, 1))


def test_sharing_keeps_derivatives_small() -> None:
    e = X
    for _ in range(300):
        e = e * terms.tanh(e)
    assert len(differentiate(e).nodes) < 3000
