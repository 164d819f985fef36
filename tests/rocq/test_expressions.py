"""The exported function is the certificate's: read again by an independent reader, it has the same values."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import mpmath
import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from invexcheck.limits import Limits
from invexcheck.session import Session
from invexproof.expressions.evaluation import EvaluationError, mpmath_value
from invexproof.expressions.terms import Expression
from invexproof.rocq.expressions import ExportError, Expressions, conditions
from invexproof.rocq.statements import Domain
from tests.rocq.reading import Real, Term

ROOT = Path(__file__).resolve().parents[2]
CERTIFICATES = sorted((ROOT / "certificates" / "activations").glob("*.cert.json"))
POINTS = ("-371/100", "-1/2", "0", "37/50")


def table(path: Path) -> list[list[Any]]:
    found: list[list[Any]] = json.loads(path.read_text())["claim"]["subject"]
    return found


def read(lines: list[list[Any]]) -> tuple[Session, Expressions, int]:
    session = Session(Limits())
    root = session.terms.read(lines, ())[-1]
    return session, Expressions(session.terms), root


@pytest.mark.parametrize("path", CERTIFICATES, ids=lambda path: path.name.removesuffix(".cert.json"))
def test_every_subject_reads_back(path: Path) -> None:
    lines = table(path)
    _, expressions, root = read(lines)
    text, expected = expressions.real(root), Expression.from_table(lines)
    assert text.isascii()
    assert set(re.findall(r"\b[a-z][a-z0-9_]*\b", text)) <= {*ALLOWED, "x"}
    with mpmath.workdps(30):
        for point in POINTS:
            x = mpmath.mpf(int(point.split("/")[0])) / int((point + "/1").split("/")[1])
            try:
                wanted = mpmath_value(expected, {"x": x}, 30)
            except (EvaluationError, ArithmeticError, ValueError):
                continue
            if not mpmath.isfinite(wanted):
                continue
            assert mpmath.almosteq(Real.value(text, x), wanted, 1e-20, 1e-20), (point, text)


ALLOWED = {
    *("exp", "ln", "sqrt", "sin", "cos", "tan", "atan", "arcsinh", "sinh", "cosh", "tanh", "erf", "sigmoid"),
    *("softplus", "signum", "qpower", "if", "then", "else", "_dec"),
}

leaf = st.one_of(
    st.just(["var", "x"]),
    st.fractions(-5, 5, max_denominator=7).map(lambda q: ["rat", str(q)]),
    st.sampled_from([["pi"], ["e"]]),
)


@st.composite
def smooth_tables(draw: st.DrawFn) -> list[list[Any]]:
    lines = [["var", "x"], draw(leaf), draw(leaf)]
    for _ in range(draw(st.integers(1, 7))):
        i, j = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        op = draw(
            st.sampled_from(
                ["add", "sub", "mul", "div", "neg", "pow", "exp", "sigmoid", "tanh", "cos", "atan"]
            )
        )
        if op in ("add", "sub", "mul", "div"):
            lines.append([op, i, j])
        elif op == "pow":
            lines.append([op, i, str(draw(st.integers(-3, 4)))])
        else:
            lines.append([op, i])
    return lines


@given(smooth_tables(), st.fractions(-3, 3, max_denominator=11))
@settings(max_examples=150, deadline=None)
def test_texts_and_literals_have_the_value_of_the_term(lines: list[list[Any]], at: Any) -> None:
    session, expressions, root = read(lines)
    needed = session.terms.order(root)
    exact = Expression.from_table(canonical(lines, len(lines) - 1))
    with mpmath.workdps(30):
        x = mpmath.mpf(at.numerator) / at.denominator
        try:
            wanted = mpmath_value(exact, {"x": x}, 30)
            if not mpmath.isfinite(wanted) or abs(wanted) > 1e12:
                return
            values = [Real.value(expressions.real(root), x), Term.value(expressions.literal(root), x)]
        except (EvaluationError, ArithmeticError, ValueError):
            return
        for value in values:
            assert mpmath.almosteq(value, wanted, 1e-15, 1e-12), (
                expressions.real(root),
                expressions.literal(root),
            )
    assert needed


def canonical(lines: list[list[Any]], root: int) -> list[list[Any]]:
    """The lines that the root needs, each once."""
    seen: dict[str, int] = {}
    result: list[list[Any]] = []
    places: dict[int, int] = {}

    def visit(k: int) -> int:
        if k in places:
            return places[k]
        op, *rest = lines[k]
        arguments = [visit(a) if isinstance(a, int) else a for a in rest]
        key = repr([op, *arguments])
        if key not in seen:
            seen[key] = len(result)
            result.append([op, *arguments])
        places[k] = seen[key]
        return places[k]

    visit(root)
    return result


def test_precedences() -> None:
    _, expressions, root = read(
        [
            ["var", "x"],
            ["neg", 0],
            ["pow", 1, "2"],
            ["rat", "-3/4"],
            ["mul", 3, 2],
            ["sub", 0, 4],
            ["div", 4, 5],
        ]
    )
    assert expressions.real(root) == "(-3) / 4 * (- x) ^ 2 / (x - (-3) / 4 * (- x) ^ 2)"


def test_piecewise_functions_are_conditionals() -> None:
    _, expressions, root = read([
        ["var", "x"], ["rat", "0"], ["lt", 0, 1], ["exp", 0], ["true"], ["abs", 0], ["piecewise", 2, 3, 4, 5],
    ])  # fmt: skip
    assert expressions.real(root) == "if Rlt_dec x 0 then exp x else Rabs x"


def test_conditions_of_guarded_functions_depend_on_the_branch() -> None:
    session, expressions, root = read([
        ["var", "x"], ["rat", "0"], ["lt", 0, 1], ["log", 0], ["rat", "1"], ["div", 4, 0], ["true"],
        ["piecewise", 2, 5, 6, 3],
    ])  # fmt: skip
    assert Domain(session, expressions).of(root) == "if Rlt_dec x 0 then x <> 0 else 0 < x"


def test_undefined_where_no_condition_holds() -> None:
    session, expressions, root = read([["var", "x"], ["rat", "0"], ["lt", 0, 1], ["piecewise", 2, 0]])
    assert Domain(session, expressions).of(root) == "if Rlt_dec x 0 then True else False"


def test_conditions_are_those_of_the_domain() -> None:
    session, _, root = read(
        [["var", "x"], ["sqrt", 0], ["pow", 1, "-2"], ["pow", 0, "1/3"], ["mul", 2, 3], ["log", 4]]
    )
    names = [what for what, _ in conditions(session.terms, root, analytic=False)]
    assert names == ["nonnegative", "nonzero", "nonnegative", "positive"]
    assert next(what for what, _ in conditions(session.terms, root, analytic=True)) == "positive"


def test_huge_terms_are_refused() -> None:
    lines: list[list[Any]] = [["var", "x"]]
    for k in range(60):
        lines.append(["mul", k, k])
    _, expressions, root = read(lines)
    for write in (expressions.real, expressions.literal):
        with pytest.raises(ExportError, match="too long"):
            write(root)


def test_parameters_are_refused() -> None:
    _, expressions, root = read([["var", "x"], ["var", "beta"], ["mul", 0, 1]])
    with pytest.raises(ExportError, match="parameters"):
        expressions.real(root)


def test_numbers_are_written_from_their_values() -> None:
    session = Session(Limits())
    expressions = Expressions(session.terms)
    assert expressions.real(session.terms.rational(fmpq(-7))) == "(-7)"
    assert expressions.literal(session.terms.rational(fmpq(-7, 2))) == "(Rat (-7 # 2))"
