"""Exact values, domains, and writing values into formulas."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invexproof.activations import ActivationArgumentError, Constraint, Domain
from invexproof.activations.parameters import compare, constant, instantiate, tidied
from invexproof.expressions.evaluation import EvaluationError, mpmath_value
from invexproof.expressions.parser import parse
from invexproof.expressions.terms import Expression, rational


@pytest.mark.parametrize(
    ("text", "value"), [("1/2", "1/2"), ("0.2", "1/5"), ("1e-2", "1/100"), ("-3", "-3"), ("2*3", "6")]
)
def test_texts_are_exact_constants(text: str, value: str) -> None:
    assert constant(text, "it") == rational(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1*(x+2)", "x+2"),
        ("x/1", "x"),
        ("x/(1/4)", "4*x"),
        ("x^1", "x"),
        ("sqrt(x)+0", "sqrt(x)"),
        ("x-0", "x"),
        ("x-(-1)", "x+1"),
        ("x+(-2/5)", "x-2/5"),
        ("(-1)*x", "-x"),
        ("0*(x-1)", "0"),
    ],
)
def test_traces_of_written_in_values_disappear(text: str, expected: str) -> None:
    assert tidied(parse(text)) == parse(expected)


@pytest.mark.parametrize("text", ["0*log(x)", "0/x", "x/x", "x-x", "x^0*sqrt(x)", "log(x)*0"])
def test_nothing_is_tidied_that_would_enlarge_the_domain(text: str) -> None:
    assert tidied(parse(text)) == parse(text)


_NUMBERS = st.sampled_from(["0", "1", "(-1)", "(1/2)", "(-1/3)", "2", "x"])
_FORMULAS = st.recursive(
    _NUMBERS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]}{t[1]}{t[2]})"),
        inner.map(lambda u: f"sqrt({u})"),
        inner.map(lambda u: f"log({u})"),
        inner.map(lambda u: f"({u})^1"),
    ),
    max_leaves=8,
)


def value(e: Expression, x: Fraction) -> object:
    try:
        return mpmath_value(e, {"x": x}, dps=30)
    except EvaluationError:
        return None


@given(_FORMULAS, st.fractions(min_value=-4, max_value=4, max_denominator=8))
@settings(max_examples=200, deadline=None)
def test_tidying_changes_neither_value_nor_domain(text: str, x: Fraction) -> None:
    before, after = value(parse(text), x), value(tidied(parse(text)), x)
    assert (before is None) == (after is None)
    if before is not None:
        assert abs(before - after) <= 1e-20 * (1 + abs(before))  # type: ignore[operator]


def test_values_are_written_in_as_text() -> None:
    assert instantiate("abs(x)^a", {"a": "2"}) == parse("abs(x)^2")
    assert instantiate("a*alpha*x", {"a": "-3"}, ["alpha"]) == parse("-3*alpha*x", ["alpha"])
    assert instantiate("x-a", {"a": "1-2"}) == parse("x+1")


def test_domains() -> None:
    half_open = Domain.from_table({"gt": "0", "le": "1"}, "test")
    assert [half_open.contains(rational(v)) for v in ("0", "1/2", "1", "2")] == [False, True, True, False]
    assert half_open.contains(parse("sqrt(1/2)"))
    assert not half_open.contains(parse("pi"))
    assert half_open.describe("a") == "a > 0 and a <= 1"
    assert Domain().describe("t") == "t any real"
    assert Domain().contains(rational("-7"))
    conditions = half_open.conditions(parse("a", ["a"]))
    assert conditions == (parse("a > 0", ["a"]), parse("a <= 1", ["a"]))


def test_constraints() -> None:
    at_most, below = Constraint("a", "<=", "b"), Constraint("a", "<", "b")
    equal = {"a": rational(1), "b": rational(1)}
    assert at_most.holds(equal)
    assert not below.holds(equal)
    assert str(below) == "a < b"


def test_comparison_is_exact_or_says_that_it_cannot_tell() -> None:
    assert compare(rational("1/3"), rational("333333333333333333333333333333333333333333333333/10")) == -1
    assert compare(parse("pi"), rational(3)) == 1
    with pytest.raises(ActivationArgumentError, match="too close"):
        compare(parse("exp(log(2))"), rational(2))
