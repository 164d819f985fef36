"""Values: arrays against mpmath, mpmath against exact fractions, domains, and extreme arguments."""

from __future__ import annotations

import warnings
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given

from invexproof.expressions import terms
from invexproof.expressions.evaluation import (
    EvaluationError,
    exact_root,
    fraction_value,
    mpmath_value,
    numpy_function,
    to_mpf,
)
from invexproof.expressions.parser import parse
from invexproof.expressions.terms import Expression
from tests.expressions.strategies import FORMULAS, points, rational_expressions, smooth_expressions

X = terms.var("x")
SAMPLES = np.array([-41.5, -7.3, -2.71, -1.23, -0.456, -0.0123, 0.0234, 0.321, 1.37, 2.222, 6.9, 30.25])


@pytest.mark.parametrize("text", [text for text, _ in FORMULAS])
def test_arrays_agree_with_mpmath(text: str) -> None:
    e = parse(text)
    for sample, value in zip(SAMPLES, numpy_function(e)(SAMPLES), strict=True):
        reference = mpmath_value(e, {"x": float(sample)})
        assert abs(reference - value) <= 2e-14 * max(1, abs(reference))


def _reference(e: Expression, x: Fraction) -> Fraction:
    """The semantics, once more: recursive, in exact arithmetic (an error stands for no value)."""
    args = e.args
    if e.op == "piecewise":
        for condition, value in zip(args[::2], args[1::2], strict=True):
            if _reference(condition, x):
                return _reference(value, x)
        raise ZeroDivisionError
    values = [_reference(a, x) for a in args]
    match e.op:
        case "var":
            return x
        case "rat":
            return e.value
        case "pow":
            return values[0] ** int(e.value)
        case "sign":
            return Fraction((values[0] > 0) - (values[0] < 0))
        case "true":
            return Fraction(1)
    operations = {
        "add": "__add__", "sub": "__sub__", "mul": "__mul__", "div": "__truediv__", "neg": "__neg__",
        "abs": "__abs__", "lt": "__lt__", "le": "__le__",
    }  # fmt: skip
    if e.op in operations:
        return Fraction(getattr(values[0], operations[e.op])(*values[1:]))
    functions = {"min": min, "max": max, "and": min, "or": max, "not": lambda a: not a}
    return functions[e.op](*values)  # type: ignore[operator,no-any-return]


@given(rational_expressions, points)
def test_fractions_follow_the_semantics(e: Expression, x: Fraction) -> None:
    try:
        expected = _reference(e, x)
    except ZeroDivisionError:
        assert fraction_value(e, {"x": x}) is None
        return
    assert fraction_value(e, {"x": x}) == expected


@given(smooth_expressions, points)
def test_precision_refines_the_value(e: Expression, x: Fraction) -> None:
    try:
        coarse, fine = mpmath_value(e, {"x": x}, 20), mpmath_value(e, {"x": x}, 60)
        exact = fraction_value(e, {"x": x})
    except EvaluationError as error:
        assert "too large" in str(error)  # noqa: PT017 - most expressions have a value
        return
    with mpmath.workdps(60):
        if exact is not None:
            assert abs(fine - to_mpf(exact)) <= mpmath.mpf(10) ** -45 * max(1, abs(fine))
        if abs(fine) > 1e-6 and e.op not in ("sin", "cos", "log"):
            assert abs(coarse - fine) <= 1e-5 * abs(fine)


def test_extreme_arguments_give_no_warnings_and_no_surprises() -> None:
    huge = np.array([-1e308, -1e5, -750.0, 0.0, 750.0, 1e5, 1e308])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        values = {
            text: numpy_function(parse(text))(huge) for text in ("sigmoid(x)", "softplus(x)", "tanh(x)")
        }
        assert np.isnan(numpy_function(parse("sqrt(x) + log(x)"))(huge)[0])
        assert np.isnan(numpy_function(parse("x^(1/3)"))(-1.0))
    np.testing.assert_array_equal(values["sigmoid(x)"], [0, 0, 0, 0.5, 1, 1, 1])
    np.testing.assert_allclose(values["softplus(x)"], [0, 0, 0, np.log(2), 750, 1e5, 1e308])
    assert numpy_function(parse("sigmoid(x)"))(-700.0) == pytest.approx(np.exp(-700.0), rel=1e-12)
    assert numpy_function(parse("softplus(x)"))(-700.0) == pytest.approx(np.exp(-700.0), rel=1e-12)


def test_arrays_broadcast_and_name_their_variables() -> None:
    e = parse("beta*x + 1", ["beta"])
    f = numpy_function(e, ("x", "beta"))
    np.testing.assert_array_equal(f([1, 2], [[1], [2]]), [[2, 3], [3, 5]])
    assert numpy_function(terms.rational(2))([1, 2, 3]).shape == (3,)
    assert numpy_function(terms.rational(10**400))(0.0) == np.inf
    with pytest.raises(EvaluationError, match="beta"):
        numpy_function(e)
    with pytest.raises(EvaluationError, match="2 arrays are needed"):
        f([1.0])


def test_piecewise_is_first_match_and_lazy() -> None:
    e = parse("piecewise((log(x), 0 < x), (7, 1/x < -1))")
    np.testing.assert_array_equal(numpy_function(e)([1.0, -0.5, -2.0]), [0, 7, np.nan])
    assert mpmath_value(e, {"x": 1}) == 0
    assert fraction_value(e, {"x": Fraction(-1, 2)}) == 7
    assert fraction_value(e, {"x": Fraction(-2)}) is None
    for x in (-2, 0):
        with pytest.raises(EvaluationError):
            mpmath_value(e, {"x": x})


def test_every_argument_of_min_and_max_must_be_defined() -> None:
    e = parse("max(x, log(x))")
    assert np.isnan(numpy_function(e)(-1.0))
    with pytest.raises(EvaluationError):
        mpmath_value(e, {"x": -1})


@pytest.mark.parametrize(
    ("text", "x"),
    [
        ("1/x", 0),
        ("log(x)", 0),
        ("sqrt(x)", -1),
        ("x^(-1)", 0),
        ("x^(2/3)", -1),
        ("0*log(x)", -1),
        ("x/x", 0),
        ("exp(exp(exp(x)))", 20),
        ("cosh(exp(x))", 10**6),
    ],
)
def test_outside_the_domain_is_an_error(text: str, x: int) -> None:
    with pytest.raises(EvaluationError):
        mpmath_value(parse(text), {"x": x})
    assert fraction_value(parse(text), {"x": x}) is None


def test_a_variable_without_value_is_an_error() -> None:
    with pytest.raises(EvaluationError, match="beta has no value"):
        mpmath_value(parse("beta*x", ["beta"]), {"x": 1})
    assert fraction_value(parse("beta*x", ["beta"]), {"x": 1}) is None


@pytest.mark.parametrize(
    ("text", "x", "value"),
    [
        ("x*(1 + erf(x/sqrt(2)))/2", 0, 0),
        ("sqrt(x)*x^(3/2)", Fraction(9, 4), Fraction(81, 16)),
        ("x^(1/3)", Fraction(27, 8), Fraction(3, 2)),
        ("sigmoid(x) + exp(x) + log(1 + x) + cosh(x)", 0, Fraction(5, 2)),
        ("piecewise((exp(x), x < 0), (x + 1, true))", 3, 4),
    ],
)
def test_exact_values(text: str, x: Fraction, value: Fraction) -> None:
    assert fraction_value(parse(text), {"x": x}) == value


@pytest.mark.parametrize(
    ("text", "x"), [("exp(x)", 1), ("sqrt(x)", 2), ("x^(1/3)", 4), ("pi*x", 1), ("x^9999", 3)]
)
def test_other_values_are_not_claimed(text: str, x: int) -> None:
    assert fraction_value(parse(text), {"x": x}) is None


def test_exact_roots() -> None:
    assert exact_root(Fraction(10**60), 2) == 10**30
    assert exact_root(Fraction(2), 2) is None
    assert exact_root(Fraction(8, 27), 3) == Fraction(2, 3)
    assert exact_root(Fraction(10**60 + 1), 3) is None


def test_deep_expressions_are_evaluated() -> None:
    deep = X
    for _ in range(5_000):
        deep = terms.tanh(deep) + 0 * X
    assert abs(float(mpmath_value(deep, {"x": 1}, 15)) - float(numpy_function(deep)(1.0))) < 1e-12
