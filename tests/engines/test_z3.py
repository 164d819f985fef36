"""z3 answers algebraic queries exactly and refuses the others."""

from __future__ import annotations

from fractions import Fraction

import pytest

from invexproof.engines.interface import Answer, Atom, Conjunction, ExactBounds, Formula, Query
from invexproof.engines.z3_engine import Z3Engine
from invexproof.expressions.evaluation import fraction_value
from invexproof.expressions.parser import parse
from invexproof.expressions.terms import Expression, var

X, Y = var("x"), var("y")
LINE: ExactBounds = (None, None)


def ask(*parts: Formula, names: str = "x", bounds: ExactBounds = LINE) -> Answer:
    return Z3Engine().solve(Query(dict.fromkeys(names, bounds), Conjunction(parts)), timeout=20)


def test_rational_witnesses_are_exact() -> None:
    expression = parse("piecewise((x^3/7 - x, x < 1/3), (1/(x - 5), true))")
    answer = ask(Atom(expression - Fraction(22, 7), ">"))
    assert answer.verdict == "sat"
    assert answer.witness is not None
    value = fraction_value(expression, answer.witness)
    assert value is not None
    assert value > Fraction(22, 7)


def test_algebraic_witnesses_are_bracketed() -> None:
    answer = ask(Atom(X * X - 2, "="), Atom(X, ">"))
    assert answer.verdict == "sat"
    assert answer.witness is None
    assert answer.box is not None
    low, high = answer.box["x"]
    assert low**2 < 2 < high**2
    assert high - low < Fraction(1, 10**20)


@pytest.mark.parametrize(
    "text",
    [
        "1/x - 1/x",
        "x/x - 1",
        "sqrt(x)*sqrt(x) - x",
        "x^0 - 1",
        "abs(x) - max(x, -x)",
        "(x^(2/3))^3 - x^2",
        "x^(-2)*x^2 - 1",
    ],
)
def test_identities_hold_where_both_sides_are_defined(text: str) -> None:
    assert ask(Atom(parse(text), "!=")).verdict == "unsat"


@pytest.mark.parametrize(
    "text", ["1/(x-x)", "sqrt(-1-x^2)", "(-1)^(1/3)", "piecewise((1, x^2 < 0))", "min(1, 1/(0*x))"]
)
def test_undefined_expressions_satisfy_nothing(text: str) -> None:
    for relation in (">", "<=", "!="):
        assert ask(Atom(parse(text), relation)).verdict == "unsat"  # type: ignore[arg-type]


def test_unselected_branches_may_be_undefined() -> None:
    expression = parse("piecewise((1/x, x < 0), (x, true))")
    assert ask(Atom(expression, "="), bounds=(Fraction(0), Fraction(1))).verdict == "sat"


def test_motzkin_polynomial_is_nonnegative() -> None:
    motzkin = X**4 * Y**2 + X**2 * Y**4 - 3 * X**2 * Y**2 + 1
    assert ask(Atom(motzkin, "<"), names="xy", bounds=(Fraction(-2), Fraction(2))).verdict == "unsat"


@pytest.mark.parametrize("function", ["exp(x)", "erf(x)", "sigmoid(x)", "pi*x"])
def test_transcendental_functions_are_refused(function: str) -> None:
    expression: Expression = parse(function)
    answer = ask(Atom(expression, ">"))
    assert answer.verdict == "unknown"
    assert "polynomial" in answer.reason
