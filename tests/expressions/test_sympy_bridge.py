"""SymPy and back."""

from __future__ import annotations

import numpy as np
import pytest
import sympy

from invexproof.expressions import terms
from invexproof.expressions.evaluation import numpy_function
from invexproof.expressions.operations import ExpressionError
from invexproof.expressions.parser import parse
from invexproof.expressions.sympy_bridge import from_sympy, to_sympy
from tests.expressions.strategies import FORMULAS

SAMPLES = np.array([-7.3, -2.71, -1.23, -0.456, -0.0123, 0.0234, 0.321, 1.37, 2.222, 6.9])
X = sympy.Symbol("x", real=True)


@pytest.mark.parametrize("text", [text for text, _ in FORMULAS])
def test_there_and_back(text: str) -> None:
    e = parse(text)
    there = to_sympy(e)
    assert there.free_symbols <= {X}
    np.testing.assert_allclose(
        numpy_function(from_sympy(there))(SAMPLES), numpy_function(e)(SAMPLES), rtol=1e-9, atol=1e-12
    )


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (sympy.exp(X) / X**2, "exp(x)/x^2"),
        (-X, "-x"),
        (sympy.sqrt(X), "sqrt(x)"),
        (sympy.Pow(2, X), "2^x"),
        (sympy.Rational(-3, 2) * sympy.pi, "-3/2*pi"),
        (sympy.Max(X, 0), "max(0, x)"),
        (sympy.Piecewise((X, X > 0), (0, True)), "piecewise((x, x > 0), (0, true))"),
        (sympy.Piecewise((1, sympy.Ne(X, 0))), "piecewise((1, x < 0 or 0 < x))"),
        (sympy.exp(X, evaluate=False) * sympy.E, "exp(x + 1)"),
    ],
)
def test_from_sympy(formula: sympy.Expr, text: str) -> None:
    e, expected = from_sympy(formula), parse(text)
    np.testing.assert_allclose(numpy_function(e)(SAMPLES), numpy_function(expected)(SAMPLES), rtol=1e-12)


@pytest.mark.parametrize(
    "formula",
    [X * 0.5, sympy.gamma(X), sympy.I, sympy.oo, sympy.Integral(X, X), sympy.Symbol("X"), sympy.zoo],
)
def test_what_has_no_counterpart_is_refused(formula: sympy.Expr) -> None:
    with pytest.raises(ExpressionError):
        from_sympy(formula)


def test_text_is_not_read() -> None:
    with pytest.raises(ExpressionError, match="not a SymPy expression"):
        from_sympy("x + 1")


def test_definitions() -> None:
    x = terms.var("x")
    assert to_sympy(terms.sigmoid(x)) == 1 / (1 + sympy.exp(-X))
    assert to_sympy(terms.softplus(x)) == sympy.log(1 + sympy.exp(X))
