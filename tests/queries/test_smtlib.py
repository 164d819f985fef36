"""SMT-LIB 2 text: z3 reads its own dialect back, the others are checked for structure."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
import z3

from invexproof.engines.interface import Atom, Conjunction, Disjunction, Query, Relation
from invexproof.expressions.parser import parse
from invexproof.expressions.terms import Expression, var
from invexproof.queries.dialects import DIALECTS
from invexproof.queries.smtlib import SmtlibError, number, to_smtlib

X = var("x")
TEXTS = [
    "x^3 - 2*x + 1/7", "x/(x+1) - 1/3", "sqrt(x) - x^(2/3)", "max(x, 0) - min(x, 1) + abs(x)*sign(x)",
    "piecewise((exp(x) - 1, x < 0), (x, true))", "x*sigmoid(x)", "x*tanh(softplus(x))",
    "x*(1+erf(x/sqrt(2)))/2",
    "sin(x) + cos(x)*tan(x)", "atan(x) + asinh(x) + sinh(x) - cosh(x)", "log(x) + pi - e", "x^(-3) + x^0",
]  # fmt: skip


def query(expression: Expression, relation: Relation = "<") -> Query:
    return Query({"x": (Fraction(-1, 3), None)}, Atom(expression, relation))


def check_z3(text: str) -> str:
    solver = z3.Solver()
    solver.set("timeout", 10_000)
    solver.add(z3.parse_smt2_string(text))
    return str(solver.check())


@pytest.mark.parametrize("text", TEXTS)
def test_z3_reads_its_dialect(text: str) -> None:
    script = to_smtlib(query(parse(text)), "z3")
    assert len(z3.parse_smt2_string(script.text)) >= 2


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_structure(text: str, dialect: str) -> None:
    """Balanced; every symbol is the solver's own or was introduced above its first use."""
    script = to_smtlib(query(parse(text)), dialect)
    lines = [re.sub(r";.*", "", line) for line in script.text.splitlines()]
    known: set[str] = set()
    for line in lines:
        assert line.count("(") == line.count(")")
        introduced = re.match(r"\((?:declare|define)-fun (\S+)", line)
        used = set(re.findall(r"\b(?:[A-Z]+[0-9]+|x)\b", line))
        if introduced:
            used -= {introduced[1]}
        assert used <= known
        if introduced:
            known.add(introduced[1])
        applied = set(re.findall(r"\((?!declare|define|set|assert|check|get|exit)([^\s()]+)", line))
        assert applied <= OPERATORS[dialect], applied
    assert script.text.count("(check-sat)") == 1


COMMON = {"+", "-", "*", "/", "<", "<=", ">", ">=", "=", "and", "or", "not", "ite"}
OPERATORS = {
    "z3": COMMON,
    "cvc5": COMMON | {"exp", "sin", "cos", "tan", "arctan", "sqrt"},
    "dreal": COMMON
    | {"exp", "log", "sin", "cos", "tan", "atan", "sinh", "cosh", "tanh", "sqrt", "abs", "min", "max", "^"},
}


@pytest.mark.parametrize(
    ("text", "relation", "expected"),
    [
        ("x^2 + 1", "<=", "unsat"),
        ("x^2 - 1/16", "<", "sat"),
        ("x/x - 1", "!=", "unsat"),
        ("x^(2/3) - 4", "=", "sat"),
        ("erf(x) - 1", ">=", "unsat"),
        ("exp(x)", "<=", "unsat"),
        ("exp(x) - x - 1", "<", "unsat"),
        ("sigmoid(x) - 1", ">=", "unsat"),
        ("sin(x) - 2", ">", "unsat"),
        ("x - x + pi - 22/7", ">", "unsat"),
        ("log(x) - x", ">=", "unsat"),
    ],
)
def test_z3_decides_the_text(text: str, relation: Relation, expected: str) -> None:
    """Exact formulas exactly; bounded functions as far as the bounds carry."""
    assert check_z3(to_smtlib(query(parse(text), relation)).text) == expected


def test_increasing_functions_are_compared_in_pairs() -> None:
    variables = {"x": (None, None), "y": (None, None)}
    parts = (Atom(parse("erf(x) - erf(y)", ["y"]), ">"), Atom(parse("y - x", ["y"]), ">"))
    script = to_smtlib(Query(variables, Conjunction(parts)))
    assert script.abstractions == ("erf",)
    assert "; erf is increasing" in script.text
    assert check_z3(script.text) == "unsat"


def test_bounds_that_are_asserted_are_named() -> None:
    script = to_smtlib(query(parse("erf(x)")), "dreal")
    assert "-1 < erf(u) < 1" in script.text
    assert "unsat carries over" in script.text
    assert to_smtlib(query(parse("exp(x)")), "dreal").abstractions == ()
    assert to_smtlib(query(parse("log(x)")), "cvc5").abstractions == ()
    assert to_smtlib(query(parse("exp(x)")), "z3").abstractions == ("exp",)


def test_text_is_linear_in_shared_terms() -> None:
    def size(depth: int) -> int:
        term: Expression = X
        for _ in range(depth):
            term = term * term + abs(term)
        return len(to_smtlib(query(term)).text)

    assert size(60) < 2.2 * size(30)


def test_rationals_are_exact() -> None:
    assert number(Fraction(-3, 2)) == "(/ (- 3.0) 2.0)"
    assert number(Fraction(5)) == "5.0"
    assert "(/ 1.0 3.0)" in to_smtlib(query(X - Fraction(1, 3))).text


def test_names_of_solvers_are_avoided() -> None:
    reserved = Query({"exp": (None, None), "let": (None, None)}, Atom(var("exp") - var("let"), "="))
    script = to_smtlib(reserved, "dreal")
    assert script.symbols == {"V_exp": "exp", "V_let": "let"}
    assert "(declare-fun V_exp () Real)" in script.text


def test_empty_connectives() -> None:
    line = {"x": (None, None)}
    assert check_z3(to_smtlib(Query(line, Conjunction(()))).text) == "sat"
    assert check_z3(to_smtlib(Query(line, Disjunction(()))).text) == "unsat"


def test_refusals() -> None:
    with pytest.raises(SmtlibError, match="unknown dialect"):
        to_smtlib(query(X), "yices")
    with pytest.raises(SmtlibError, match="too large"):
        to_smtlib(query(X**100_000))
