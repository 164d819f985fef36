"""Tables of terms: reading, sharing, substitution; derivatives against numerical differentiation."""

from __future__ import annotations

from typing import Any

import mpmath
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

from invexcheck.errors import Refuse, Reject
from invexcheck.limits import Limits
from invexcheck.terms import BINARY, DERIVATIVES, GUARDED, UNARY, Terms
from tests.checker.formulas import Tree, table, tree
from tests.checker.oracle import TooLarge, term_value, value
from tests.checker.strategies import smooth

X = ["var", "x"]
SMOOTH_UNARY = sorted(UNARY - GUARDED)

MALFORMED: list[Any] = [
    None, {}, "x", [], [[]], [X, []], [[1]], [[["var"], "x"]], [X, "x"], [X, ("neg", 0)],
    [["var"]], [["var", "x", "y"]], [["var", ""]], [["var", "X"]], [["var", "1x"]], [["var", "_x"]],
    [["var", "é"]], [["var", "x y"]], [["var", "x" * 33]], [["var", 1]], [["var", None]], [["var", "x\n"]],
    [["rat"]], [["rat", 1]], [["rat", "1", "2"]], [["rat", "2/4"]], [["rat", "+1"]], [["rat", "-0"]],
    [["rat", "1/0"]], [["rat", "1/1"]], [["rat", "1.5"]], [["rat", "1e3"]], [["rat", " 1"]], [["rat", "1_0"]],
    [["rat", "1/-2"]], [["rat", "٣"]], [["rat", "1\n"]], [["rat", True]],
    [["pi", 0]], [["e", "1"]], [["true", 0]], [["tau"]], [["eval", "x"]], [X, ["Exp", 0]], [X, ["exp"]],
    [X, ["exp", 0, 0]], [X, ["exp", 1]], [X, ["exp", -1]], [X, ["exp", True]], [X, ["exp", "0"]],
    [X, ["exp", 0.0]], [X, ["exp", None]], [["exp", 0], X], [X, ["add", 0]], [X, ["add", 0, 0, 0]],
    [X, ["add", 0, 2]], [X, ["pow", 0]], [X, ["pow", 0, 2]], [X, ["pow", 0, "1/2", "2"]], [X, ["pow", 0, 0]],
    [X, ["pow", 1, "2"]], [X, ["pow", 0, "2/4"]], [X, ["pow", 0, "0.5"]], [X, ["piecewise"]],
    [X, ["piecewise", 0]], [X, ["lt", 0, 0], ["piecewise", 1]], [X, ["lt", 0, 0], ["piecewise", 1, 0, 1]],
    [X, ["piecewise", 0, 0]], [X, ["lt", 0, 0], ["piecewise", 1, 1]], [X, ["lt", 0, 0], ["neg", 1]],
    [X, ["not", 0]], [X, ["and", 0, 0]], [X, ["lt", 0, 0], ["or", 1, 0]], [X, ["lt", 0, 0], ["lt", 1, 1]],
    [X, ["lt", 0, 0], ["pow", 1, "2"]], [X, ["true"], ["max", 0, 1]],
]  # fmt: skip


def terms() -> Terms:
    return Terms(Limits())


def read(root: str | Tree, into: Terms | None = None) -> tuple[Terms, int]:
    into = into or terms()
    return into, into.read(table(root), ())[-1]


@pytest.mark.parametrize("lines", MALFORMED, ids=repr)
def test_malformed_tables_are_rejected(lines: Any) -> None:
    with pytest.raises(Reject) as caught:
        terms().read(lines, ("subject",))
    assert caught.value.code in ("term", "rational")


def test_the_path_names_the_line() -> None:
    with pytest.raises(Reject) as caught:
        terms().read([X, ["exp", 7]], ("claim", "subject"))
    assert caught.value.path == ("claim", "subject", 1)


@pytest.mark.parametrize("exponent", ["1001", "-1001", "1/1001", "123456789123456789"])
def test_large_exponents_are_refused(exponent: str) -> None:
    with pytest.raises(Refuse):
        terms().read([X, ["pow", 0, exponent]], ())


def test_long_rationals_are_refused() -> None:
    with pytest.raises(Refuse):
        terms().read([["rat", "9" * 5000]], ())


def test_too_many_terms_are_refused() -> None:
    lines = [X, *(["add", k, k] for k in range(50))]
    with pytest.raises(Refuse):
        Terms(Limits(terms=20)).read(lines, ())


def test_every_operator_is_read() -> None:
    t = terms()
    lines = [
        X,
        ["rat", "-3/2"],
        ["pi"],
        ["e"],
        ["true"],
        ["lt", 0, 1],
        ["pow", 0, "2/3"],
        ["piecewise", 4, 0],
    ]
    lines += [[op, 4 if op == "not" else 0] for op in sorted(UNARY)]
    lines += [[op, 4, 5] if op in ("and", "or") else [op, 0, 1] for op in sorted(BINARY)]
    assert len(t.read(lines, ())) == len(lines)


def test_equal_terms_share_one_index() -> None:
    t = terms()
    first = t.read([X, ["sin", 0], ["sin", 0], ["add", 1, 2]], ())
    second = t.read([["rat", "1"], X, ["sin", 1]], ())
    assert first[1] == first[2] == second[2]
    assert second[0] == t.one
    assert t.read([["rat", "1/2"], ["rat", "1/3"]], ())[0] != t.read([["rat", "1/3"]], ())[0]


def test_names_are_tracked() -> None:
    t, root = read("sin(x)*beta + alpha_1")
    assert t.names[root] == {"x", "beta", "alpha_1"}
    assert t.names[t.read(table("pi + e/3"), ())[-1]] == frozenset()


@pytest.mark.parametrize("text", ["x/x", "0*log(x)", "sqrt(x)**2", "x - x", "x**0", "1*x", "0 + x", "-(-x)"])
def test_nothing_is_rewritten_when_reading(text: str) -> None:
    t, root = read(text)
    assert t.op(root) == tree(text)[0]
    assert len(t.children(t.nodes[root])) == sum(isinstance(a, tuple) for a in tree(text)[1:])


@given(smooth, smooth)
def test_substitution_composes(outer: Tree, inner: Tree) -> None:
    def replaced(node: Tree) -> Tree:
        if node == ("var", "x"):
            return inner
        return tuple(replaced(a) if isinstance(a, tuple) else a for a in node)

    t, root = read(outer)
    image = t.substitute(root, {"x": t.read(table(inner), ())[-1]})
    assert image == t.read(table(replaced(outer)), ())[-1]


def test_substitution_keeps_other_variables_and_exponents() -> None:
    t, root = read("(x + y)**(1/2)")
    assert t.substitute(root, {"x": t.one}) == read("(1 + y)**(1/2)", t)[1]
    assert t.substitute(root, {"z": t.one}) == root


POINTS = dict.fromkeys(SMOOTH_UNARY, ("0.37", "1.9", "-1.3", "11.5")) | {
    "log": ("0.01", "0.9", "17"), "sqrt": ("0.01", "0.9", "17"), "tan": ("0.3", "-1.5", "2.8"),
}  # fmt: skip


def derivative_agrees(root: Tree, where: Any, order: int = 1) -> bool:
    """Compare with mpmath at a point where the term is defined nearby; False if the point says nothing."""
    t, term = read(root)
    slope = term
    for _ in range(order):
        slope = t.derivative(slope, "x")
    with mp.workdps(60):
        x = mpf(where)
        step = mpf(10) ** -12
        try:
            around = [value(root, x + k * step) for k in range(-4, 5)]
            if any(v is None for v in around):
                return False
            expected = mpmath.diff(lambda u: value(root, u), x, order, h=step, direction=0)
            scale = 1 + max(abs(v) for v in around) + abs(expected)
            rough = mpmath.diff(lambda u: value(root, u), x, order, h=2 * step)
            found = term_value(t, slope, x)
        except (TooLarge, TypeError):
            return False
        if abs(expected - rough) > mpf(10) ** -12 * scale or scale > mpf(10) ** 12:
            return False  # too close to a singularity for the numerical derivative
        assert found is not None
        assert abs(found - expected) <= mpf(10) ** -10 * scale
        return True


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("op", SMOOTH_UNARY)
def test_derivatives_of_unary_operators(op: str, order: int) -> None:
    for where in POINTS[op]:
        assert derivative_agrees((op, ("var", "x")), where, order)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize(
    "text",
    [
        "x + sin(x)", "sin(x) - x*x", "x*exp(x)", "sin(x)/(2 + cos(x))", "(2 + sin(x))**3", "(2 + x*x)**(-2)",
        "(2 + sin(x))**(1/3)", "(3 + cos(x))**(-5/4)", "x**7", "x**1", "x**0", "pi*x**2/e", "-x", "7", "x/3",
        "1/x", "x*erf(x/sqrt(2))", "tan(x)/x", "exp(x)*tanh(x)", "x*tanh(softplus(x))", "0*x + x", "log(x)*sqrt(x)",
        "atan(x**2)", "asinh(1/x)", "sigmoid(2*x)*cosh(x)", "exp(exp(x/4))", "((x**2)**2)**2", "x*x*x*x",
    ],
)  # fmt: skip
def test_derivatives_of_formulas(text: str, order: int) -> None:
    for where in ("0.61", "1.35"):
        assert derivative_agrees(tree(text), where, order)


@given(smooth, st.fractions(min_value=-3, max_value=3, max_denominator=1000), st.integers(1, 2))
@example(tree("x**0"), 1, 1)
@settings(max_examples=150, deadline=None)
def test_derivatives_of_random_terms(root: Tree, where: Any, order: int) -> None:
    assume(
        derivative_agrees(
            root, mpf(where.numerator) / where.denominator if hasattr(where, "numerator") else where, order
        )
    )


def test_partial_derivatives() -> None:
    t, root = read("beta*x + sin(beta)")
    slope = t.derivative(root, "beta")
    with mp.workdps(30):
        found = term_value(t, slope, {"x": mpf("1.5"), "beta": mpf("0.25")})
        assert mpmath.almosteq(found, mpf("1.5") + mpmath.cos(mpf("0.25")))
    assert t.derivative(t.read(table("sin(y)"), ())[-1], "x") == t.zero


@pytest.mark.parametrize(
    "text",
    [
        "abs(x)",
        "sign(x)",
        "min(x, 1)",
        "max(x, 0)",
        "piecewise(x < 0, x, true, 0)",
        "exp(abs(x))",
        "x*sign(2)",
    ],
)
def test_operators_that_are_not_analytic_have_no_derivative(text: str) -> None:
    t, root = read(text)
    with pytest.raises(Reject) as caught:
        t.derivative(root, "x")
    assert caught.value.code == "derivative"


def test_every_analytic_unary_operator_has_a_derivative() -> None:
    assert set(DERIVATIVES) == set(SMOOTH_UNARY) - {"neg"}


def test_long_chains_do_not_recurse() -> None:
    t = Terms(Limits(terms=50_000))
    root = t.read([X, *(["sin", k] for k in range(4000))], ())[-1]
    assert t.derivative(root, "x") > root
    assert t.substitute(root, {"x": t.one}) > root
