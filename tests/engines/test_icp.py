"""Verdicts of the built-in engine on problems whose answers are known by exact reasoning."""

from __future__ import annotations

import time
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invexproof.engines import icp
from invexproof.engines.boxes import Boxes
from invexproof.engines.contraction import contract
from invexproof.engines.icp import IcpEngine
from invexproof.engines.interface import (
    Answer,
    Atom,
    Conjunction,
    Disjunction,
    ExactBounds,
    Formula,
    Query,
    QueryError,
    Relation,
)
from invexproof.expressions.parser import parse
from invexproof.expressions.terms import (
    Expression,
    cos,
    exp,
    log,
    minimum,
    piecewise,
    sigmoid,
    sin,
    sqrt,
    tanh,
    var,
)
from tests.engines.reference import Undefined, value_at

X, Y, Z = var("x"), var("y"), var("z")
LINE: ExactBounds = (None, None)
SILU_SLOPE = sigmoid(X) + X * sigmoid(X) * (1 - sigmoid(X))


def ask(
    formula: Formula, names: str = "x", bounds: ExactBounds = LINE, delta: Fraction = Fraction(1, 10**6)
) -> Answer:
    return IcpEngine(max_boxes=200_000).solve(Query(dict.fromkeys(names, bounds), formula, delta), timeout=20)


def both(*parts: Formula) -> Formula:
    return Conjunction(parts)


CIRCLE = Atom(X * X + Y * Y - 1, "=")


def test_line_that_misses_the_circle() -> None:
    """x + y <= sqrt(2) < 3/2 on the unit circle."""
    assert ask(both(CIRCLE, Atom(X + Y - Fraction(3, 2), ">")), "xy").verdict == "unsat"


def test_line_that_cuts_the_circle_is_proved_to() -> None:
    answer = ask(both(CIRCLE, Atom(X + Y - Fraction(7, 5), ">")), "xy", delta=Fraction(0))
    assert answer.verdict == "sat"
    assert answer.box is not None
    assert answer.witness is None  # an irrational point: only a box around it is known
    values = [value_at(CIRCLE.expression, {"x": x, "y": y}) for x in answer.box["x"] for y in answer.box["y"]]
    assert min(values) < 0 < max(values)


def test_x_plus_sin_x_vanishes_only_at_zero() -> None:
    assert ask(Atom(X + sin(X), "="), bounds=(Fraction(1, 100), Fraction(1000))).verdict == "unsat"
    assert ask(Atom(X + sin(X), "="), bounds=(Fraction(-1), Fraction(2))).verdict == "sat"


def test_positive_polynomial_in_three_variables() -> None:
    """A sum of squares plus 1/100 is positive; minus 1/100 it isn't, since the squares vanish together."""
    squares = (X - Y) ** 2 + (Y * Y - Z) ** 2 + (Z - X) ** 2
    bounds = (Fraction(-2), Fraction(2))
    assert ask(Atom(squares + Fraction(1, 100), "<="), "xyz", bounds).verdict == "unsat"
    answer = ask(Atom(squares - Fraction(1, 100), "<"), "xyz", bounds)
    assert answer.verdict == "sat"
    assert answer.witness is not None
    assert value_at(squares - Fraction(1, 100), answer.witness) < 0


def test_unbounded_domain() -> None:
    assert ask(Atom(exp(X) - X - 1, "<")).verdict in ("unsat", "delta-sat")
    assert ask(Atom(exp(X) - X - Fraction(9, 10), "<=")).verdict == "unsat"
    assert ask(both(Atom(SILU_SLOPE, "="), Atom(X + 1, ">"))).verdict == "unsat"
    answer = ask(Atom(SILU_SLOPE, "<"))
    assert answer.verdict == "sat"
    assert answer.witness is not None
    assert value_at(SILU_SLOPE, answer.witness) < 0


def test_tangential_zero_is_only_delta_sat() -> None:
    assert ask(Atom(1 + cos(X), "="), bounds=(Fraction(0), Fraction(4))).verdict == "delta-sat"
    assert ask(Atom(Fraction(101, 100) + cos(X), "=")).verdict in ("unsat", "unknown")


def test_relations_and_disjunctions() -> None:
    unit = (Fraction(-1), Fraction(1))
    either = Disjunction((Atom(X * X + 1, "<"), Atom(X - 2, ">=")))
    assert ask(either, bounds=unit).verdict == "unsat"
    assert ask(Disjunction((*either.parts, Atom(X, ">="))), bounds=unit).verdict == "sat"
    assert ask(Atom(X, "!="), bounds=(Fraction(0), Fraction(0))).verdict != "sat"
    assert ask(Conjunction(()), bounds=unit).verdict == "sat"
    assert ask(Disjunction(()), bounds=unit).verdict == "unsat"
    assert ask(Atom(X - X * 0, "<"), bounds=(Fraction(0), Fraction(1))).verdict != "sat"


def test_atoms_are_false_where_undefined() -> None:
    assert ask(Atom(log(X), "<"), bounds=(Fraction(-2), Fraction(0))).verdict == "unsat"
    assert ask(Atom(sqrt(X), ">="), bounds=(Fraction(-2), Fraction(-1))).verdict == "unsat"
    assert ask(Atom(piecewise([(X < 0, X)]), "<"), bounds=(Fraction(0), Fraction(1))).verdict == "unsat"


def test_constants_are_not_weakened() -> None:
    """0 < 0 is false although its delta-weakening holds."""
    assert ask(Atom(parse("0"), "<")).verdict == "unsat"


def test_bounds_that_are_no_floats_are_respected() -> None:
    third = Fraction(1, 3)
    answer = ask(Atom(X - third, "<="), bounds=(third, Fraction(1)), delta=Fraction(0))
    assert answer.witness is None or answer.witness["x"] >= third
    answer = ask(Atom(X, ">"), bounds=(third, third))
    assert answer.verdict != "unsat"


def test_deterministic_for_a_seed() -> None:
    query = Query({"x": LINE, "y": LINE}, both(CIRCLE, Atom(X - Y, ">")), Fraction(1, 1000))
    first, second = (IcpEngine().solve(query, seed=5) for _ in range(2))
    assert (first.verdict, first.box, first.statistics) == (second.verdict, second.box, second.statistics)


HARD = Query(
    {n: (Fraction(-2), Fraction(2)) for n in "xyz"},
    Atom(X * X + Y * Y + Z * Z - X * Y - Y * Z - Z * X, "<"),
    Fraction(0),
)
"""A semidefinite form that vanishes on a line: false everywhere, by too little for floating-point boxes."""


def test_timeout_gives_the_boxes_left() -> None:
    started = time.monotonic()
    answer = IcpEngine().solve(HARD, timeout=0.3)
    assert time.monotonic() - started < 3
    assert answer.verdict == "unknown"
    assert "0.3 s" in answer.reason
    assert 0 < len(answer.remaining) <= IcpEngine().max_remaining


def test_interrupt_gives_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(icp, "contract", interrupt)
    answer = IcpEngine().solve(HARD)
    assert answer.verdict == "unknown"
    assert answer.reason == "interrupted"
    assert answer.remaining == ({n: (Fraction(-2), Fraction(2)) for n in "xyz"},)


def test_senseless_queries_are_refused() -> None:
    with pytest.raises(QueryError, match="no bounds are given for y"):
        Query({"x": LINE}, Atom(X + Y, ">"))
    with pytest.raises(QueryError, match="empty"):
        Query({"x": (Fraction(1), Fraction(0))}, Atom(X, ">"))
    with pytest.raises(QueryError, match="delta"):
        Query({"x": LINE}, Atom(X, ">"), Fraction(-1))


CONTRACTED: list[tuple[Expression, Relation]] = [
    (X * X + Y * Y - 1, "="),
    (X * Y - 1, ">="),
    (X / Y - 2, "<="),
    (exp(X) - Y, "="),
    (log(X) + sqrt(Y), "<"),
    (tanh(X) - sigmoid(Y), "="),
    (minimum(X, Y) - abs(X - 1), ">"),
    (piecewise([(X < 0, X), (X >= 0, log(X + 1) + Y)]), "="),
    (X**3 - Y ** Fraction(1, 3), "<="),
    ((X * X - 2) / (Y - 1), ">"),
]


@pytest.mark.parametrize(("expression", "relation"), CONTRACTED)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_contraction_loses_no_solution(
    expression: Expression, relation: Relation, data: st.DataObject
) -> None:
    coordinate = st.fractions(-3, 3, max_denominator=64)
    point = {"x": data.draw(coordinate), "y": data.draw(coordinate)}
    try:
        value = value_at(expression, point)
    except Undefined:
        return
    if relation == "=":  # make the point a solution
        expression = expression - Fraction(str(value)) if value == int(value) else expression
        relation = ">=" if value >= 0 else "<"
    holds = {">=": value >= 0, "<=": value <= 0, "<": value < 0, ">": value > 0}[relation]
    if not holds:
        return
    margin = st.floats(0, 2)
    centre = np.array([[float(point["x"]), float(point["y"])]])
    lower = centre - np.array([[data.draw(margin), data.draw(margin)]])
    upper = centre + np.array([[data.draw(margin), data.draw(margin)]])
    shrunk, alive = contract(Atom(expression, relation), Boxes(("x", "y"), lower, upper))
    assert alive[0]
    assert (shrunk.lower <= centre).all()
    assert (centre <= shrunk.upper).all()
    assert (lower <= shrunk.lower).all()
    assert (shrunk.upper <= upper).all()


def test_contraction_narrows_and_empties() -> None:
    box = Boxes(("x", "y"), np.array([[-9.0, 0.0], [2.0, 0.0]]), np.array([[9.0, 0.5], [9.0, 0.5]]))
    shrunk, alive = contract(Atom(X * X + Y * Y - 1, "="), box)
    assert alive.tolist() == [True, False]
    assert -1.01 < shrunk.lower[0, 0] < -0.99
    assert 0.99 < shrunk.upper[0, 0] < 1.01
