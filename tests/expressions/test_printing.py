"""Printing: text that parses back, LaTeX, and bounded output."""

from __future__ import annotations

import pytest
from hypothesis import given

from invexproof.expressions import terms
from invexproof.expressions.operations import ExpressionError
from invexproof.expressions.parser import parse
from invexproof.expressions.printing import to_latex, to_text
from invexproof.expressions.terms import Expression
from tests.expressions.strategies import FORMULAS, expressions

X = terms.var("x")


@given(expressions)
def test_text_parses_back(e: Expression) -> None:
    assert parse(to_text(e), ["beta_1"]) is e


@pytest.mark.parametrize("text", [text for text, _ in FORMULAS])
def test_formulas_of_common_activations_parse_back(text: str) -> None:
    e = parse(text)
    assert parse(to_text(e)) is e


@pytest.mark.parametrize(
    "text",
    [
        "x + 1/2",
        "x - (-1)",
        "x*(1/2)",
        "1/2*x",
        "-3*x",
        "x*(-x)",
        "-(x*x)",
        "-x^2",
        "(-x)^2",
        "(x^2)^3",
        "x^(-1/2)",
        "(-1/2)^(1/3)",
        "x - (x - 1)",
        "x/(x/2)",
        "x*(x/2)",
        "exp(-x^2/2)",
        "max(x, 0)",
        "piecewise((x, 0 < x and x < 1 or not x < 2), (0, true))",
        "piecewise((x, not (x < 0 or x < 1) and (x < 2 or x < 3)))",
    ],
)
def test_parentheses_are_minimal(text: str) -> None:
    assert to_text(parse(text)) == text


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("x/2", r"\frac{x}{2}"),
        ("-1/2*x", r"-\frac{1}{2} \, x"),
        ("(x/2)^2", r"\left(\frac{x}{2}\right)^{2}"),
        ("sqrt(|x|)", r"\sqrt{\left|x\right|}"),
        ("beta_1*sigmoid(x)", r"\beta_{\mathrm{1}} \, \sigma\left(x\right)"),
        ("2*3^x", r"2 \, \exp\left(x \, \log\left(3\right)\right)"),
        ("x*2^(1/2)", r"x \cdot 2^{1/2}"),
        (
            "piecewise((x, x <= 0), (1, true))",
            r"\begin{cases} x & x \le 0 \\ 1 & \text{otherwise} \end{cases}",
        ),
    ],
)
def test_latex(text: str, latex: str) -> None:
    assert to_latex(parse(text, ["beta_1"])) == latex


@given(expressions)
def test_latex_is_balanced_at_any_limit(e: Expression) -> None:
    for limit in (None, 200, 60):
        latex = to_latex(e, limit)
        assert latex.count("{") == latex.count("}")
        assert latex.count(r"\left") == latex.count(r"\right")
        assert latex.count(r"\begin{cases}") == latex.count(r"\end{cases}")
        assert limit is None or len(latex) <= limit


def test_exponentially_long_texts_are_cut_or_refused() -> None:
    shared, chain, wide = X, X, X
    for _ in range(1000):
        shared = shared * shared
        chain = terms.sin(chain)
        wide = wide + X
    for e in (shared, chain, wide, terms.piecewise([(k > X, k) for k in range(1000)])):
        assert len(to_text(e, 100)) <= 100
        assert "…" in to_text(e, 100)
        assert len(to_latex(e, 200)) <= 200
    with pytest.raises(ExpressionError, match="with a limit"):
        to_text(shared)
    assert parse(to_text(chain)) is chain
    assert parse(to_text(wide)) is wide
