"""The parser: meaning by comparison with Python's own grammar, errors by column, and robustness."""

from __future__ import annotations

import ast
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invexproof.expressions import terms
from invexproof.expressions.evaluation import fraction_value
from invexproof.expressions.operations import ExpressionError
from invexproof.expressions.parser import ParseError, parse
from tests.expressions.strategies import FORMULAS

X = terms.var("x")
BETA = terms.var("beta")


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("x", X),
        ("-x^2", -(X**2)),
        ("-x*x", -X * X),
        ("2^-x", terms.exp(-X * terms.log(2))),
        ("x^(1/2)", terms.power(X, Fraction(1, 2))),
        ("x**0.5", terms.power(X, Fraction(1, 2))),
        ("x^(-3/2)", terms.power(X, Fraction(-3, 2))),
        ("x^x", terms.exp(X * terms.log(X))),
        ("e^x", terms.exp(X)),
        ("E**(2*x)", terms.exp(2 * X)),
        ("2^3^2", terms.rational(512)),
        ("1e-3*x", Fraction(1, 1000) * X),
        (".5", terms.rational("1/2")),
        ("5.", terms.rational(5)),
        ("1.0507009873554804934193349852946", terms.rational(Fraction("1.0507009873554804934193349852946"))),
        ("6/4/x", Fraction(3, 2) / X),
        ("x - 1 - 2", X - 1 - 2),
        ("π*x − 1", terms.PI * X - 1),
        ("beta·x", BETA * X),
        ("|x|", abs(X)),
        ("||x|-1|", abs(abs(X) - 1)),
        ("|x*|x||", abs(X * abs(X))),
        ("max(x, 0, beta)", terms.maximum(terms.maximum(X, 0), BETA)),
        ("Min(0, x)", terms.minimum(0, X)),
        ("relu(x)", terms.maximum(X, 0)),
        ("ln(x)", terms.log(X)),
        ("log1p(x)", terms.log(1 + X)),
        ("expm1(x)", terms.exp(X) - 1),
        ("arsinh(x)", terms.asinh(X)),
        ("clip(x, -1, 1)", terms.minimum(terms.maximum(X, -1), 1)),
        ("pow(x, 2)", X**2),
        ("cbrt(x)", terms.sign(X) * terms.power(abs(X), Fraction(1, 3))),
        ("where(x > 0, x, 0)", terms.piecewise([(terms.less(0, X), X), (terms.TRUE, 0)])),
        ("Piecewise((x, x >= 0), (0, True))", terms.piecewise([(X >= 0, X), (terms.TRUE, 0)])),
        (
            "piecewise((1, -1 < x < 1), (0, otherwise))",
            terms.piecewise([((X > -1) & (X < 1), 1), (terms.TRUE, 0)]),
        ),
        ("piecewise((x, not x < 0 or x < -1))", terms.piecewise([(~(X < 0) | (X < -1), X)])),
        ("piecewise((x, ~(x < 0) & (x ≤ 1)))", terms.piecewise([(~(X < 0) & (X <= 1), X)])),
        ("piecewise((x, |x| < 1 | x > 2))", terms.piecewise([((abs(X) < 1) | (X > 2), X)])),
        ("piecewise((x, x<0 and x<1 or x<2))", terms.piecewise([(((X < 0) & (X < 1)) | (X < 2), X)])),
    ],
)
def test_meaning(text: str, meaning: terms.Expression) -> None:
    assert parse(text, ["beta"]) is meaning


def _value(node: ast.expr, x: Fraction) -> Fraction:
    """Python's reading of a formula, in exact arithmetic."""
    if isinstance(node, ast.Constant):
        return Fraction(str(node.value))
    if isinstance(node, ast.Name):
        return x
    if isinstance(node, ast.UnaryOp):
        inner = _value(node.operand, x)
        return -inner if isinstance(node.op, ast.USub) else inner
    assert isinstance(node, ast.BinOp)
    left, right = _value(node.left, x), _value(node.right, x)
    if isinstance(node.op, ast.Pow):
        if abs(right) > 20 or right.denominator > 1:
            raise ZeroDivisionError
        return left ** int(right)
    if isinstance(node.op, ast.Div):
        return left / right
    return {ast.Add: left + right, ast.Sub: left - right, ast.Mult: left * right}[type(node.op)]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "", "-", "(", "-(", "--", "+"]),
            st.sampled_from(["x", "2", "3", "0.5", "1e1"]),
            st.sampled_from(["", "", ")"]),
            st.sampled_from(["+", "-", "*", "/", "**", "**-", " - ", "*-"]),
        ),
        min_size=1,
        max_size=8,
    ),
    st.fractions(min_value=-3, max_value=3, max_denominator=5),
)
def test_precedence_is_that_of_python(parts: list[tuple[str, str, str, str]], x: Fraction) -> None:
    text, depth = "", 0
    for prefix, atom, closing, operator in parts:
        depth += prefix.count("(")
        text += prefix + atom
        if closing and depth:
            text, depth = text + ")", depth - 1
        text += operator
    text += "x" + ")" * depth
    try:
        expected = _value(ast.parse(text, mode="eval").body, x)
    except ZeroDivisionError:
        return
    value = fraction_value(parse(text), {"x": x})
    assert value is None or value == expected  # None: x to a power that depends on x is exp(x*log(x))


@pytest.mark.parametrize(
    ("text", "column", "hint"),
    [
        ("", 1, "no formula"),
        ("   ", 4, "no formula"),
        ("2x", 2, "multiplication sign"),
        ("x(2)", 2, r"write x\*"),
        ("2(x+1)", 2, "multiplication sign"),
        ("(x)(x)", 4, "multiplication sign"),
        ("sim(x)", 1, "did you mean sin"),
        ("1 + sigmod(x)", 5, "did you mean sigmoid"),
        ("x + alpa", 5, "did you mean alpha.*parameters are alpha"),
        ("y", 1, "the variable is x"),
        ("gelu(x)", 1, "unknown function"),
        ("x+", 3, "ends after"),
        ("(x", 3, "missing at the end"),
        ("x)", 2, "closes nothing"),
        ("x == 1", 3, "equality"),
        ("x = 1", 3, "equality"),
        ("x + (x < 0)", 3, "must be a number"),
        ("min(x)", 1, "at least 2 arguments"),
        ("sin(x, 1)", 1, "1 argument, 2 given"),
        ("sin()", 1, "1 argument, 0 given"),
        ("sin", 1, "needs its arguments"),
        ("sin x", 1, "needs its arguments"),
        ("piecewise(x, 0)", 11, "takes pairs"),
        ("piecewise((x, x))", 11, "must be a condition"),
        ("piecewise((x))", 13, "a pair"),
        ("(x, 1)", 3, "piecewise"),
        ("1e999", 1, "powers of ten"),
        ("1e99999999999999999999", 1, "powers of ten"),
        ("9" * 3000, 1, "digits"),
        ("x $ 2", 3, "no meaning"),
        ("x\x00", 2, "no meaning"),
        ("|x", 3, "not closed"),
        ("[x]", 1, "round"),
        ("x // 2", 3, "did you mean /"),
        ("not x", 1, "must be a condition"),
        ("+(x < 0)", 1, "not a condition"),
        ("max(x; 2)", 6, "expected ','"),
        ("__import__(x)", 1, "unknown function"),
        ("x.real", 2, "no meaning"),
        ("x\n+ y", 5, "unknown name"),
    ],
)
def test_errors_point_at_the_place(text: str, column: int, hint: str) -> None:
    with pytest.raises(ParseError, match=hint) as caught:
        parse(text, ["alpha"])
    assert caught.value.column == column
    *_, line, caret = str(caught.value).split("\n")
    if column <= min(len(text), 60):
        assert line[caret.index("^")] in (text[column - 1], "?")


@pytest.mark.parametrize("name", ["e", "pi", "exp", "max", "true", "otherwise", "and", "X", "2", "relu", ""])
def test_parameters_cannot_take_reserved_or_impossible_names(name: str) -> None:
    with pytest.raises(ExpressionError):
        parse("x", [name])


def test_nesting_is_limited_but_never_recurses() -> None:
    assert parse("(" * 3000 + "x" + ")" * 3000) is X
    assert len(parse("-" * 5000 + "x").nodes) == 5001
    assert len(parse("+".join(["x"] * 30_000)).nodes) == 30_000
    for text in ("(" * 100_000, "-" * 100_000, "exp(" * 50_000, "|" * 50_000, "x^" * 50_000, "not " * 50_000):
        with pytest.raises(ParseError, match="nested"):
            parse(text)
    with pytest.raises(ParseError, match="characters"):
        parse("x" * 1_000_001)


@given(st.text(alphabet="x12e.+-*/^()|,<>=&~ andornotpiecewisemaxsin\n", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse(text)
    except ParseError as error:
        assert 1 <= error.column <= len(text) + 1  # noqa: PT017 - not every text is wrong


@given(st.text(max_size=20))
def test_any_unicode_is_read_or_refused(text: str) -> None:
    try:
        parse(text)
    except ParseError as error:
        assert str(error).isprintable() or "\n" in str(error)  # noqa: PT017 - not every text is wrong


def test_formulas_of_common_activations_are_read() -> None:
    assert all(parse(text).variables <= {"x"} for text, _ in FORMULAS)
    assert len(FORMULAS) > 180
