"""Terms: sharing, canonical tables, folding, and the errors of malformed tables."""

from __future__ import annotations

import copy
import pickle
from fractions import Fraction

import pytest
from hypothesis import given

from invexproof.errors import InvexproofError
from invexproof.expressions import terms
from invexproof.expressions.operations import MAX_RATIONAL_BITS, ExpressionError
from invexproof.expressions.terms import Expression
from tests.expressions.strategies import expressions

X = terms.var("x")


@given(expressions)
def test_a_table_is_canonical_and_reads_back(e: Expression) -> None:
    table = e.to_table()
    assert Expression.from_table(table) is e
    # Post-order: a node's last argument is either the row just before it or a row shared from further up.
    reached = {len(table) - 1}
    for i in range(len(table) - 1, -1, -1):
        assert i in reached
        reached |= {a for a in table[i][1:] if isinstance(a, int)}
    assert len({tuple(row) for row in table}) == len(table)


@given(expressions)
def test_order_and_duplicates_of_rows_do_not_matter(e: Expression) -> None:
    table = e.to_table()
    doubled = [row for row in table for _ in (0, 1)]
    stretched = [[part * 2 if isinstance(part, int) else part for part in row] for row in doubled]
    assert Expression.from_table(stretched) is e


def test_post_order_visits_the_first_argument_first() -> None:
    e = terms.exp(X) - terms.sin(X) * terms.exp(X)
    assert e.to_table() == [["var", "x"], ["exp", 0], ["sin", 0], ["mul", 2, 1], ["sub", 1, 3]]


def test_equal_terms_are_one_object_also_after_copying() -> None:
    e = terms.tanh(X + 1)
    assert terms.tanh(1 * (X + Fraction(1))) is not e
    assert terms.tanh(X + Fraction(1)) is e
    assert copy.deepcopy(e) is e
    assert pickle.loads(pickle.dumps(e)) is e


@pytest.mark.parametrize(
    ("e", "value"),
    [
        (terms.rational(1) / 3 + Fraction(1, 6), Fraction(1, 2)),
        (-terms.rational(2) * 3, Fraction(-6)),
        (terms.power(Fraction(-2, 3), -3), Fraction(-27, 8)),
        (terms.power(0, 0), Fraction(1)),
        (2 - terms.rational("5/2"), Fraction(-1, 2)),
    ],
)
def test_rational_constants_are_folded(e: Expression, value: Fraction) -> None:
    assert (e.op, e.value) == ("rat", value)


@pytest.mark.parametrize(
    "e",
    [
        X / X,
        X - X,
        0 * terms.log(X),
        terms.sqrt(X) ** 2,
        terms.power(X, 0),
        terms.power(X, 1),
        X + 0,
        terms.rational(1) / 0,
        terms.power(0, -1),
        terms.power(4, Fraction(1, 2)),
        terms.sqrt(4),
        terms.exp(terms.log(X)),
        terms.build("neg", (-X,)),
        terms.power(10, 10**9),
    ],
)
def test_nothing_else_is_simplified(e: Expression) -> None:
    assert e.op not in ("rat", "var")


def test_tables_keep_what_builders_would_fold() -> None:
    table: list[list[str | int]] = [["rat", "1"], ["rat", "2"], ["add", 0, 1]]
    assert Expression.from_table(table).to_table() == table


def test_powers_are_read_as_the_parser_reads_them() -> None:
    assert X**2 is terms.power(X, 2)
    assert terms.E**X is terms.exp(X)
    assert 2**X is terms.exp(X * terms.log(2))
    assert terms.power(terms.E, Fraction(1, 2)) is terms.exp(Fraction(1, 2))


def test_substitution_is_simultaneous_and_folds() -> None:
    y = terms.var("y")
    assert (X - y).substitute({"x": y, "y": X}) is y - X
    assert (X * y + terms.sin(y)).substitute({"x": 3, "y": Fraction(1, 3)}) is 1 + terms.sin(Fraction(1, 3))
    assert (X + y).variables == {"x", "y"}


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ([], "non-empty list"),
        ("x", "non-empty list"),
        ([["var"]], "row 0 .* lacks its name"),
        ([["var", "X"]], "not a variable name"),
        ([["var", "x" * 33]], "not a variable name"),
        ([["var", "x\n"]], "not a variable name"),
        ([["rat", 1]], "not a canonical rational"),
        ([["rat", "2/4"]], "not a canonical rational"),
        ([["rat", "+1"]], "not a canonical rational"),
        ([["rat", "-0"]], "not a canonical rational"),
        ([["rat", "1/1"]], "not a canonical rational"),
        ([["rat", "1/-2"]], "not a canonical rational"),
        ([["rat", "١"]], "not a canonical rational"),
        ([["rat", "1" * 5000]], "not a canonical rational"),
        ([["rat", "1" * 2400 + "/" + "7" * 2470]], "not a canonical rational"),
        ([["var", "x"], ["exp", 1]], "row 1 .* index of an earlier row"),
        ([["var", "x"], ["exp", -1]], "index of an earlier row"),
        ([["var", "x"], ["exp", True]], "index of an earlier row"),
        ([["var", "x"], ["exp", "0"]], "index of an earlier row"),
        ([["var", "x"], ["exp", 0, 0]], "takes 1 argument, 2 given"),
        ([["var", "x"], ["add", 0]], "takes 2 arguments, 1 given"),
        ([["var", "x"], ["pow", 0]], "not a canonical rational"),
        ([["var", "x"], ["lt", 0, 0], ["add", 0, 1]], "argument 2 of add must be a number"),
        ([["var", "x"], ["not", 0]], "must be a condition"),
        ([["var", "x"], ["true"], ["piecewise", 0, 1]], "argument 1 of piecewise must be a condition"),
        ([["true"], ["var", "x"], ["piecewise", 0, 1, 0]], "takes 4 arguments, 3 given"),
        ([["piecewise"]], "takes 2 arguments, 0 given"),
        ([["gamma", 0]], "unknown operation 'gamma'"),
        ([["var", "x"], [1, 0]], "a row is a list"),
        ([["var", "x"], "exp"], "a row is a list"),
        ([{"var": "x"}], "a row is a list"),
    ],
)
def test_malformed_tables_are_refused(table: list[list[str | int]], complaint: str) -> None:
    with pytest.raises(ExpressionError, match=complaint) as caught:
        Expression.from_table(table)
    assert isinstance(caught.value, InvexproofError)
    assert len(str(caught.value)) < 600


def test_what_is_not_exact_or_not_a_number_is_refused() -> None:
    with pytest.raises(ExpressionError, match="not exact"):
        X + 0.5  # type: ignore[operator]
    with pytest.raises(ExpressionError, match="not exact"):
        terms.rational(True)
    with pytest.raises(ExpressionError, match="must be a number"):
        terms.exp(X < 1)
    with pytest.raises(ExpressionError, match="bits"):
        terms.rational(2**MAX_RATIONAL_BITS)
    with pytest.raises(TypeError, match="truth value"):
        0 < X < 1  # noqa: B015
    with pytest.raises(AttributeError):
        X.op = "rat"
    with pytest.raises(TypeError):
        Expression()


def test_depth_and_sharing_cost_nothing_special() -> None:
    deep, shared = X, X
    for _ in range(50_000):
        deep = terms.sin(deep)
    for _ in range(200):
        shared = shared + shared
    assert len(deep.nodes) == 50_001
    assert Expression.from_table(deep.to_table()) is deep
    assert len(shared.nodes) == 201
    assert shared.substitute({"x": 1}).value == 2**200
    assert len(repr(shared)) < 250
