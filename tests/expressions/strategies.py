"""Random expressions, and the formulas of common activations with their breakpoints."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from hypothesis import strategies as st

from invexproof.expressions import terms
from invexproof.expressions.operations import UNARY_FUNCTIONS
from invexproof.expressions.terms import Expression, build


def formulas() -> list[tuple[str, list[str]]]:
    """Formula and breakpoints, line by line."""
    lines = Path(__file__).with_name("formulas.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split(";") for line in lines if not line.startswith("#")]
    return [(text.strip(), [b.strip() for b in points.split(",") if b.strip()]) for text, points in pairs]


FORMULAS = formulas()

fractions = st.fractions(min_value=-100, max_value=100, max_denominator=50)
small_fractions = st.fractions(min_value=-4, max_value=4, max_denominator=4)

_atoms = st.one_of(
    st.sampled_from([terms.var("x"), terms.var("x"), terms.var("beta_1"), terms.PI, terms.E]),
    fractions.map(terms.rational),
)


def _conditions(numbers: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    comparisons = st.one_of(
        st.builds(terms.less, numbers, numbers),
        st.builds(terms.less_equal, numbers, numbers),
        st.just(terms.TRUE),
    )
    return st.one_of(
        comparisons,
        st.builds(terms.conj, comparisons, comparisons),
        st.builds(lambda a, b: terms.disj(a, terms.negation(b)), comparisons, comparisons),
    )


def _larger(numbers: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    binary = st.sampled_from(["add", "sub", "mul", "div", "min", "max"])
    return st.one_of(
        st.builds(lambda op, u, v: build(op, (u, v)), binary, numbers, numbers),
        st.builds(lambda op, u: build(op, (u,)), st.sampled_from(["neg", *UNARY_FUNCTIONS]), numbers),
        st.builds(terms.power, numbers, small_fractions),
        st.builds(
            terms.piecewise, st.lists(st.tuples(_conditions(numbers), numbers), min_size=1, max_size=3)
        ),
    )


def _larger_rational(numbers: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    binary = st.sampled_from(["add", "sub", "mul", "div", "min", "max"])
    return st.one_of(
        st.builds(lambda op, u, v: build(op, (u, v)), binary, numbers, numbers),
        st.builds(lambda op, u: build(op, (u,)), st.sampled_from(["neg", "abs", "sign"]), numbers),
        st.builds(terms.power, numbers, st.integers(-2, 3)),
        st.builds(
            terms.piecewise, st.lists(st.tuples(_conditions(numbers), numbers), min_size=1, max_size=3)
        ),
    )


def _larger_smooth(numbers: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    functions = ("exp", "sin", "cos", "tanh", "atan", "asinh", "sigmoid", "softplus", "erf", "cosh")
    return st.one_of(
        st.builds(
            lambda op, u, v: build(op, (u, v)), st.sampled_from(["add", "sub", "mul"]), numbers, numbers
        ),
        st.builds(lambda op, u: build(op, (u,)), st.sampled_from(["neg", *functions]), numbers),
        st.builds(lambda u, v: u / (1 + v * v), numbers, numbers),
        st.builds(lambda u, q: terms.power(1 + u * u, q), numbers, small_fractions),
        st.builds(lambda u: terms.log(2 + terms.sin(u)), numbers),
    )


expressions = st.recursive(_atoms, _larger, max_leaves=12)
rational_expressions = st.recursive(
    st.one_of(st.just(terms.var("x")), small_fractions.map(terms.rational)), _larger_rational, max_leaves=8
)
smooth_expressions = st.recursive(
    st.one_of(st.just(terms.var("x")), small_fractions.map(terms.rational)), _larger_smooth, max_leaves=5
)
points = st.fractions(min_value=Fraction(-3), max_value=Fraction(3), max_denominator=97)
