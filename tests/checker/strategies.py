"""Random terms as trees."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.checker.formulas import Tree

X: Tree = ("var", "x")

fractions = st.fractions(min_value=-4, max_value=4, max_denominator=6)
rationals = fractions.map(lambda q: ("rat", str(q)))
exponents = st.sampled_from(["2", "3", "4", "-1", "-2", "1/2", "3/2", "-1/2", "1/3", "2/3", "5/4"])

TOTAL = ("neg", "exp", "sin", "cos", "atan", "asinh", "sinh", "cosh", "tanh", "sigmoid", "softplus", "erf")
PARTIAL = ("log", "sqrt", "tan")
ARITHMETIC = ("add", "sub", "mul", "div")


def _larger(terms: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    return st.one_of(
        st.tuples(st.sampled_from(ARITHMETIC), terms, terms),
        st.tuples(st.sampled_from(TOTAL), terms),
        st.tuples(st.sampled_from(PARTIAL), terms),
        st.tuples(st.just("pow"), terms, exponents),
    )


leaves = st.one_of(st.just(X), st.just(X), rationals, st.just(("pi",)), st.just(("e",)))
smooth = st.recursive(leaves, _larger, max_leaves=5)
"""Smooth terms in x, often undefined somewhere."""

monomial_exponents = st.sampled_from(["2", "3", "-1", "1/2", "3/2", "-1/2"])


def _larger_algebraic(terms: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    return st.one_of(
        st.tuples(st.sampled_from(ARITHMETIC), terms, terms),
        st.tuples(
            st.sampled_from(("exp", "log", "sqrt", "sin", "cos", "neg", "tanh", "sigmoid", "softplus")), terms
        ),
        st.tuples(st.just("pow"), terms, monomial_exponents),
    )


small = st.recursive(
    st.one_of(
        st.just(X), st.sampled_from([("rat", "2"), ("rat", "1"), ("rat", "-1"), ("rat", "1/2"), ("pi",)])
    ),
    _larger_algebraic,
    max_leaves=4,
)
"""Terms from few building blocks, so that two of them are equal now and then."""
