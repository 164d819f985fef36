"""Limits, signs and orders of growth at both infinite ends, compared with mpmath far out."""
# ruff: noqa: E501 - tables with one row of cases a line

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import mpmath
import pytest
from flint import arb
from mpmath import mp, mpf

from invexcheck.asymptotics import Order, Tail, exceeds, largest, tail, times
from invexcheck.balls import precision
from invexcheck.intervals import Undefined
from invexcheck.limits import Limits
from invexcheck.session import Session
from tests.checker.formulas import table
from tests.checker.oracle import TooLarge, number, value

TERMS = [
    "x", "-x", "x**2", "x**3 - 5*x**2", "1/x", "x + sqrt(1 + x**2)", "7", "0", "0*x", "x - x", "pi - 3", "1/(1 + x**2)",
    "exp(x)", "exp(-x)", "exp(-x**2)", "exp(x**3)", "exp(-2*x + 5)", "x*exp(x)", "x**5*exp(-x)", "exp(x)/x**7", "exp(x) - x**9",
    "exp(2*x) - 3*exp(x)", "exp(x)*exp(-2*x)", "exp(-x)*exp(x**2)", "exp(sqrt(1 + x**2))", "exp(x)*sin(x)", "sin(x)/x", "sin(x)",
    "x + sin(x)", "x*(2 + sin(x))", "cos(1/x)", "sin(1/x)", "exp(sin(x))", "exp(1/x)", "1/(2 + cos(x))",
    "tanh(x)", "erf(x)", "atan(x)", "sigmoid(x)", "softplus(x)", "x*tanh(x)", "tanh(exp(x))", "tanh(1/x)", "erf(exp(-x))",
    "x*sigmoid(x)", "x*sigmoid(x)*sigmoid(-x)", "sigmoid(x) + x*sigmoid(x)*sigmoid(-x)", "softplus(-x)", "sigmoid(-3*x)",
    "x*tanh(softplus(x))", "exp(x)*tanh(x)", "x*erf(softplus(x))", "1/cosh(x)**2", "cosh(x)", "x*cosh(2*x)", "x/cosh(x)",
    "softplus(x)/x", "exp(x)/(1 + exp(x))", "exp(-x**2/2)/sqrt(2*pi)*x**3", "(1 + x**2)**(-1/2)", "(1 + x**2)**(1/3)*exp(-x)",
    "x/(1 + exp(x))", "(x**2 - 1)/(x**2 + 1)", "x**2 - x", "-exp(x) + x", "exp(exp(-x))", "exp(-exp(x/100))", "asinh(exp(-x))",
    "log(2 + exp(-x))", "log(1 + exp(-x))", "sqrt(1 + exp(-x))", "x**3*exp(-x**2)", "exp(x - sqrt(1 + x**2))", "1/(x*exp(x))",
    "exp(-x**2)*exp(5*x)", "1 - tanh(x)", "1 + erf(x)", "x*(1 - tanh(x))", "softplus(2*x)*exp(-x)", "sin(x)*exp(-x)",
    "exp(x)*(2 + sin(x))", "1/(exp(x) + x)", "softplus(exp(x))", "sigmoid(x**3)", "sigmoid(-x**2)*x**4", "cosh(x**2)",
    "(1/2)**100/x", "x*(1 - 1)", "exp(x)*0", "sqrt(2) - sqrt(2)", "x*(sqrt(2) - sqrt(2))", "exp(x*(sqrt(2) - sqrt(2)))",
    "log(exp(-x))", "-log(exp(-x))", "exp(-log(exp(-x)))", "exp(-log(exp(-x))) - x", "log(1/x)", "log(1/(1 + x**2))",
    "log(1 - tanh(x))", "log(sigmoid(x))", "log(sigmoid(x)) + x", "x*log(softplus(x))", "1/log(softplus(-x))",
    "exp(log(softplus(-x))/2)", "asinh(x)", "sinh(x)", "log(x)", "log(1 + x**2)", "tan(1/x)", "exp(log(1/x))*x",
]  # fmt: skip

NEAR = (50, 500, 5000)


def facts(text: str, side: int) -> Tail:
    session = Session(Limits())
    root = session.terms.read(table(text), ())[-1]
    with precision(128):
        try:
            return tail(session, root, side)
        except Undefined:
            return Tail()


def samples(text: str, side: int) -> list[dict[int, mpf]]:
    """Values by distance around each far point, as far as they can be computed with relative accuracy."""
    result = []
    for distance in NEAR:
        values = {}
        for d in range(distance, distance + 3):
            try:
                rough, fine = (_at(text, side * d, k * distance + 100) for k in (2, 3))
            except TooLarge:
                continue
            if rough is not None and fine is not None and abs(fine - rough) <= mpf(10) ** -20 * abs(fine):
                values[d] = fine
        if values:
            result.append(values)
    return result


def _at(text: str, x: int, digits: int) -> mpf | None:
    with mp.workdps(min(digits, 3000)):
        found = value(text, Fraction(x))
        return None if found is None else +found


def size(v: mpf) -> mpf:
    """log |v|."""
    return mpmath.log(abs(v)) if v else mpf("-1e30")


def logarithm(order: Order, distance: int) -> mpf:
    return number(order.rate) * distance + number(order.degree) * mpmath.log(distance)


@pytest.mark.parametrize("side", [1, -1], ids=["+inf", "-inf"])
@pytest.mark.parametrize("text", TERMS)
def test_facts_hold_far_out(text: str, side: int) -> None:
    found, groups = facts(text, side), samples(text, side)
    with mp.workdps(40):
        if found.limit is not None:
            assert found.infinite == 0
            assert found.limit.is_finite(), "a limit that is not a number says nothing"
            centre, radius = number(found.limit.mid()), number(found.limit.rad())
            gaps = [max(abs(v - centre) for v in group.values()) - radius for group in groups]
            assert all(b <= a or b < mpf(10) ** -9 for a, b in pairwise(gaps))
            assert not gaps or gaps[-1] < mpf("0.03")
        if found.infinite:
            assert all(v * found.infinite > 0 for group in groups[1:] for v in group.values())
            sizes = [min(size(v) for v in group.values()) for group in groups]
            assert all(b > a + mpf("0.5") for a, b in pairwise(sizes))
        if found.sign:
            assert all(v * found.sign > 0 for group in groups[1:] for v in group.values())
        for order, direction in ((found.upper, 1), (found.lower, -1)):
            if order is not None:
                check_order(order, groups[1:], direction)


def check_order(order: Order, groups: list[dict[int, mpf]], direction: int) -> None:
    """log |t| - log(order) does not grow (upper bounds, direction 1) or fall (lower bounds, direction -1)."""
    if order.tier == 0:
        excess = [
            max(direction * (size(v) - logarithm(order, d)) for d, v in group.items()) for group in groups
        ]
        assert all(b < a + mpf("0.6") for a, b in pairwise(excess))
        return
    assert (order.tier < 0) is (direction > 0), "the other bounds would need the exact rate"
    rates = [min(-direction * size(v) / d for d, v in group.items()) for group in groups]
    assert all(rate > mpf("0.001") for rate in rates)
    if abs(order.tier) == 2:
        assert all(b > 2 * a or b > mpf(10) ** 6 for a, b in pairwise(rates))


KNOWN = [
    ("x*sigmoid(x)", -1, "limit", 0), ("exp(x)*tanh(x)", -1, "limit", 0), ("tanh(x)", 1, "limit", 1), ("x**5*exp(-x)", 1, "limit", 0),
    ("1/(1 + x**2)", -1, "limit", 0), ("erf(x)", -1, "limit", -1), ("sin(x)/x", 1, "limit", 0), ("x**3*exp(-x**2)", -1, "limit", 0),
    ("exp(x)", 1, "infinite", 1), ("x**3 - 5*x**2", -1, "infinite", -1), ("-exp(x) + x", 1, "infinite", -1), ("x + sin(x)", 1, "infinite", 1),
    ("cosh(x)", -1, "infinite", 1), ("softplus(x)", 1, "infinite", 1), ("softplus(x)", -1, "limit", 0), ("exp(-x)*exp(x**2)", 1, "infinite", 1),
    ("x*tanh(softplus(x))", -1, "limit", 0), ("sigmoid(x)", 1, "limit", 1), ("x*exp(x)", -1, "limit", 0), ("x/cosh(x)", 1, "limit", 0),
]  # fmt: skip


@pytest.mark.parametrize(("text", "side", "name", "expected"), KNOWN)
def test_facts_that_proofs_need_are_found(text: str, side: int, name: str, expected: int) -> None:
    found = getattr(facts(text, side), name)
    assert found is not None
    assert found.contains(expected) if isinstance(found, arb) else found == expected


@pytest.mark.parametrize(
    "text",
    ["log(exp(-x))", "sin(x)", "exp(x)*sin(x)", "sqrt(2) - sqrt(2) + exp(-x)*0*log(x)", "beta*x", "beta"],
)
def test_no_finite_limit_is_invented(text: str) -> None:
    found = facts(text, 1)
    assert found.infinite == 0 or text == "log(exp(-x))"
    assert found.limit is None or found.limit.contains(0)
    if "beta" in text:
        assert found == Tail()


ORDERS = [
    Order(t, Fraction(r), Fraction(d)) if t == 0 else Order(t)
    for t in (-2, -1, 0, 1, 2) for r in ((-1, 0, 1) if t == 0 else (0,)) for d in ((-1, 0, 2) if t == 0 else (0,))
]  # fmt: skip


def representatives(order: Order) -> list[tuple[int, int, int]]:
    """Functions exp(a x² + r x) x^d of this order as (a, r, d): every tier but 0 has several."""
    if order.tier == 0:
        return [(0, int(order.rate), int(order.degree))]
    sign = 1 if order.tier > 0 else -1
    return (
        [(sign, 0, 0), (sign, 5, 3), (sign, -5, -3)]
        if abs(order.tier) == 2
        else [(0, sign, 0), (0, 5 * sign, 3)]
    )


@pytest.mark.parametrize("a", ORDERS, ids=str)
@pytest.mark.parametrize("b", ORDERS, ids=str)
def test_orders_multiply_and_compare(a: Order, b: Order) -> None:
    """Upper bounds have no positive tier, lower bounds no negative one; all representatives obey the result."""
    product = times(a, b)
    if product is not None:
        for p in representatives(a):
            for q in representatives(b):
                exponent = tuple(u + v for u, v in zip(p, q, strict=True))
                if product.tier == 0:
                    assert exponent == (0, product.rate, product.degree)
                else:
                    leading = exponent[0] if abs(product.tier) == 2 else (exponent[0] or exponent[1])
                    assert leading * product.tier > 0
    if a.tier >= 0 and b.tier <= 0:
        # a as a lower bound, b as an upper bound
        dominated = all(p > q for p in representatives(a) for q in representatives(b))
        assert not exceeds(a, b) or dominated
    if a.tier <= 0 and b.tier <= 0:
        both = largest(a, b)
        assert both is not None
        assert both.tier < 0 or max(*representatives(a), *representatives(b)) <= representatives(both)[0]
        assert both.tier == 0 or (both.tier == max(a.tier, b.tier) or -1 in (a.tier, b.tier))


def test_unknown_orders_stay_unknown() -> None:
    assert times(None, Order()) is None
    assert largest(Order(), None) is None
    assert not exceeds(None, Order())
    assert not exceeds(Order(), None)
    assert times(Order(2), Order(-2)) is None
