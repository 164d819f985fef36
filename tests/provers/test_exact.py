"""Exact zeros of slopes, and factors of terms, against polynomials with known factors."""

from __future__ import annotations

import pytest
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from invexproof.expressions.parser import parse
from invexproof.provers.exact import exact_zeros
from invexproof.provers.landscape import survey
from invexproof.provers.polynomials import conjugates, factors
from invexproof.provers.workshop import Workshop


def zeros(formula: str) -> list[float]:
    """Exact zeros of the slope that are found within [-12, 12], rounded, without repetition."""
    expression = parse(formula)
    shop = Workshop(expression.to_table())
    found = set()
    for zero in exact_zeros(survey(shop, expression)):
        value = float(shop.session.ball(zero.point).mid())
        assert zero.low < fmpq(*value.as_integer_ratio()) + fmpq(1, 10**9)
        assert zero.high > fmpq(*value.as_integer_ratio()) - fmpq(1, 10**9)
        if abs(value) < 12:
            found.add(round(value, 9) + 0.0)
    return sorted(found)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("x^3", [0.0]),
        ("x-tanh(x)", [0.0]),
        ("x+cos(x)", [1.570796327]),
        ("x^5/5-4*x^3/3+4*x", [-1.414213562, 1.414213562]),
        ("x^6-3*x^4+3*x^2", [-1.0, 0.0, 1.0]),
        ("(exp(x)-2)^3", [0.693147181]),
        ("(x^3+x-1)^3", [0.682327804]),
        ("x*(1/9+1/2)+2*cos(x)/3-sin(2*x)/4", [0.339836909, 2.801755744]),
        ("(x-1/3)^3", [0.333333333]),
    ],
)
def test_zeros_of_slopes_are_found_exactly(formula: str, expected: list[float]) -> None:
    assert set(expected) <= set(zeros(formula))


@pytest.mark.parametrize("formula", ["x", "exp(x)", "x^3+x", "atan(x)", "x+sin(x)/2", "x-exp(-x)"])
def test_no_zero_is_invented(formula: str) -> None:
    """Their slopes are positive everywhere."""
    assert zeros(formula) == []


def value(shop: Workshop, term: int, x: fmpq) -> arb:
    return shop.session.program(term)(arb(x))[0]


coefficients = st.lists(st.integers(-4, 4), min_size=2, max_size=3).filter(lambda c: any(c[1:]))


@settings(max_examples=40, deadline=None)
@given(
    coefficients, coefficients, st.integers(1, 3), st.sampled_from(["x", "exp(x)", "sqrt(x^2+1)", "tanh(x)"])
)
def test_factors_multiply_back(first: list[int], second: list[int], power: int, atom: str) -> None:
    one, other = ("+".join(f"({c})*({atom})^{k}" for k, c in enumerate(cs)) for cs in (first, second))
    shop = Workshop(parse(f"({one})^{power}*({other})/(1+x^2)").to_table())
    found = factors(shop.session, shop.subject)
    assert found is not None
    for x in (fmpq(-3, 2), fmpq(1, 7), fmpq(2)):
        product = arb(1)
        for factor in found:
            base = value(shop, factor.term, x)
            for _ in range(abs(factor.multiplicity)):
                product = product * base if factor.multiplicity > 0 else product / base
        assert product.overlaps(value(shop, shop.subject, x))


@pytest.mark.parametrize(
    "formula", ["x+sqrt(x^2+1)", "x-sqrt(x^2+1)", "1+x*sqrt(1+x^4)", "(3-2*sqrt(x^2+2))/(1+x^2)"]
)
def test_conjugates_multiply_back(formula: str) -> None:
    shop = Workshop(parse(formula).to_table())
    ways = conjugates(shop.session, shop.subject)
    assert ways
    for parts in ways:
        for x in (fmpq(-3, 2), fmpq(1, 7), fmpq(5)):
            product = arb(1)
            for part in parts:
                product *= value(shop, part, x)
            assert product.overlaps(value(shop, shop.subject, x))


def test_terms_without_roots_have_no_conjugates() -> None:
    shop = Workshop(parse("x+exp(x)").to_table())
    assert conjugates(shop.session, shop.subject) == []


def test_far_out_factors_are_polynomials_in_small_exponentials() -> None:
    """exp(x) + x = exp(x) * (1 + x*exp(-x)) at a point where exp(x) is large."""
    shop = Workshop(parse("exp(x)+x").to_table())
    found = factors(shop.session, shop.subject, shop.rational(50))
    assert found is not None
    assert len(found) == 2
    product = arb(1)
    for factor in found:
        product *= value(shop, factor.term, fmpq(3))
    assert product.overlaps(value(shop, shop.subject, fmpq(3)))
