"""Extended intervals: every value lies inside, strict ends are strict, and nothing undefined gets through."""
# ruff: noqa: E501 - tables with one row of cases a line

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from flint import arb, ctx, fmpq
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

from invexcheck import intervals
from invexcheck.errors import Reject
from invexcheck.intervals import NEG_INF, POS_INF, Interval, Undefined, evaluate
from invexcheck.limits import Limits
from invexcheck.terms import Terms
from tests.checker.formulas import Tree, table, tree
from tests.checker.oracle import TooLarge, number, value
from tests.checker.strategies import smooth

Rational = Fraction


def exact(end: arb) -> Fraction | None:
    """A finite exact end, or None for an infinite one."""
    if not end.is_finite():
        return None
    mantissa, exponent = end.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


SPECIAL = [
    Fraction(0), Fraction(0), Fraction(1), Fraction(-1), Fraction(1, 2), Fraction(-3, 4), Fraction(2), Fraction(-2),
    Fraction(2) ** 90, -(Fraction(2) ** 90), Fraction(2) ** -90, -(Fraction(2) ** -90), Fraction(1) + Fraction(2) ** -50,
]  # fmt: skip
ends = st.one_of(st.sampled_from(SPECIAL), st.integers(-(2**20), 2**20).map(lambda k: Fraction(k, 2**10)))


def ball(end: Fraction) -> arb:
    """A dyadic rational as an exact ball."""
    result = arb(fmpq(end.numerator, end.denominator))
    assert result.is_exact()
    return result


@st.composite
def boxes(draw: st.DrawFn) -> tuple[Interval, list[Fraction]]:
    """An interval, bounded or not, and some points of it."""
    low, high = sorted((draw(ends), draw(ends)))
    lo_open, hi_open = (draw(st.booleans()), draw(st.booleans())) if low < high else (False, False)
    no_low, no_high = draw(st.integers(0, 5)) == 0, draw(st.integers(0, 5)) == 0
    step = (high - low) or Fraction(1)
    candidates = [
        low,
        high,
        *(low + step * Fraction(k, 8) for k in range(1, 8)),
        low + step / 2**60,
        high - step / 2**60,
    ]
    candidates.append(Fraction(0))
    if no_low:
        candidates += [low - k for k in (Fraction(1, 3), Fraction(7), Fraction(2**80))]
    if no_high:
        candidates += [high + k for k in (Fraction(1, 3), Fraction(7), Fraction(2**80))]
    box = Interval(
        NEG_INF if no_low else ball(low),
        POS_INF if no_high else ball(high),
        lo_open or no_low,
        hi_open or no_high,
    )
    return box, [p for p in candidates if contains(box, p)]


def contains(a: Interval, v: Fraction) -> bool:
    """Whether a rational satisfies both facts that an interval states."""
    lo, hi = exact(a.lo), exact(a.hi)
    above = lo is None or (v > lo if a.lo_open else v >= lo)
    return above and (hi is None or (v < hi if a.hi_open else v <= hi))


# -- arithmetic, exactly --------------------------------------------------------------------------------------

BINARY: dict[str, Callable[[Fraction, Fraction], Fraction | None]] = {
    "add": lambda u, v: u + v,
    "sub": lambda u, v: u - v,
    "mul": lambda u, v: u * v,
    "div": lambda u, v: u / v if v else None,
}


def may_raise(function: Callable[..., Interval], *boxes: Any) -> Interval | None:
    try:
        return function(*boxes)
    except Undefined:
        return None


@pytest.mark.parametrize("op", BINARY)
@given(boxes(), boxes())
@settings(max_examples=120, deadline=None)
def test_binary_operations_contain_every_value(
    op: str, first: tuple[Interval, list[Fraction]], second: tuple[Interval, list[Fraction]]
) -> None:
    result = may_raise(intervals.BINARY[op], first[0], second[0])
    for u in first[1]:
        for v in second[1]:
            exact_value = BINARY[op](u, v)
            if exact_value is None:
                assert result is None, "a divisor vanishes in the box"
            elif result is not None:
                assert contains(result, exact_value)


@given(boxes(), st.integers(-7, 9))
@settings(max_examples=200, deadline=None)
def test_integer_powers_contain_every_value(box: tuple[Interval, list[Fraction]], n: int) -> None:
    result = may_raise(intervals.int_power, box[0], n)
    for u in box[1]:
        if n < 0 and u == 0:
            assert result is None
        elif result is not None:
            assert contains(result, u**n)


@given(boxes())
@settings(max_examples=150, deadline=None)
def test_negation_magnitude_and_inverse(box: tuple[Interval, list[Fraction]]) -> None:
    inverse = may_raise(intervals.invert, box[0])
    for u in box[1]:
        assert contains(intervals.neg(box[0]), -u)
        assert contains(intervals.magnitude(box[0]), abs(u))
        assert inverse is None if u == 0 else inverse is None or contains(inverse, 1 / u)


@given(boxes(), st.sampled_from(["1/2", "3/2", "-1/2", "1/3", "2/3", "-2/3", "7/5", "1/100"]), st.booleans())
@settings(max_examples=200, deadline=None)
def test_fractional_powers_contain_every_value(
    box: tuple[Interval, list[Fraction]], exponent: str, analytic: bool
) -> None:
    q = Fraction(exponent)
    result = may_raise(intervals.power, box[0], fmpq(q.numerator, q.denominator), analytic)
    for u in box[1]:
        if u < 0 or (u == 0 and (q < 0 or analytic)):
            assert result is None
        elif result is not None:
            # v = u^(p/q) lies above an end e >= 0 exactly if u^p lies above e^q (all at least 0)
            for end, is_open, sign in ((result.lo, result.lo_open, 1), (result.hi, result.hi_open, -1)):
                bound = exact(end)
                if bound is not None and (bound > 0 or sign < 0):
                    difference = sign * (u**q.numerator - bound**q.denominator) if u or q > 0 else Fraction(0)
                    assert difference > 0 or (difference == 0 and not is_open)
            assert u == 0 or not (result.negative or exact(result.hi) == 0)


# -- functions ------------------------------------------------------------------------------------------------

FUNCTIONS = sorted({*intervals.MONOTONE, "log", "cosh", "sin", "cos", "tan", "sqrt"})
EXACT = {"log": (1, 0), "exp": (0, 1), "cosh": (0, 1), "cos": (0, 1)} | dict.fromkeys(
    ("atan", "asinh", "erf", "sin", "sinh", "sqrt", "tan", "tanh"), (0, 0)
)
"""A point and the rational value there: strict ends are tested exactly."""


def holds(result: Interval, v: mpf, exactly: bool) -> bool:
    """Whether a value, known to 190 digits (or exactly), satisfies an interval's facts."""
    slack = 0 if exactly else mpf(10) ** -190 * (1 + abs(v)) * abs(v)
    lo, hi = number(result.lo), number(result.hi)
    above = v > lo if exactly and result.lo_open else v >= lo - slack
    return above and (v < hi if exactly and result.hi_open else v <= hi + slack)


def function_value(op: str, box: Interval) -> Interval:
    terms = Terms(Limits())
    return evaluate(terms, terms.read([["var", "x"], [op, 0]], ())[-1], {"x": box})


@pytest.mark.parametrize("op", FUNCTIONS)
@given(boxes())
@example((Interval(arb(0), arb(1), True, True), [Fraction(1, 2)]))
@settings(max_examples=60, deadline=None)
def test_functions_contain_every_value(op: str, box: tuple[Interval, list[Fraction]]) -> None:
    result = may_raise(function_value, op, box[0])
    with mp.workdps(200):
        for u in box[1]:
            try:
                v = value((op, ("var", "x")), u)
            except TooLarge:
                continue
            if v is None:
                assert result is None, f"{op} is undefined at {u}"
            elif result is not None:
                exactly = op in EXACT and u == EXACT[op][0]
                assert holds(result, mpf(EXACT[op][1]) if exactly else v, exactly)


HALF = Interval(arb(0), POS_INF, False, True)
OPEN_HALF = Interval(arb(0), POS_INF, True, True)
NEGATIVE = Interval(NEG_INF, arb(0), True, True)
LINE = Interval(NEG_INF, POS_INF, True, True)
UNIT = Interval(arb(0), arb(1))


@pytest.mark.parametrize(
    ("text", "box", "relation"),
    [
        ("exp(x)", LINE, ">"), ("sigmoid(x)", LINE, ">"), ("1 - sigmoid(x)", LINE, ">"), ("softplus(x)", LINE, ">"),
        ("1 - tanh(x)", LINE, ">"), ("1 + tanh(x)", LINE, ">"), ("1 - erf(x)", LINE, ">"), ("1 + erf(x)", LINE, ">"),
        ("tanh(x)", OPEN_HALF, ">"), ("erf(x)", NEGATIVE, "<"), ("atan(x)", OPEN_HALF, ">"), ("asinh(x)", NEGATIVE, "<"),
        ("sinh(x)", OPEN_HALF, ">"), ("cosh(x) - 1", LINE, ">="), ("cosh(x) - 1", OPEN_HALF, ">"), ("x*x", LINE, ">="),
        ("x**2", OPEN_HALF, ">"), ("x**3", NEGATIVE, "<"), ("1/x", NEGATIVE, "<"), ("x*exp(-x)", OPEN_HALF, ">"),
        ("x*exp(-x)", HALF, ">="), ("log(1 + x)", OPEN_HALF, ">"), ("log(1 + exp(x))", LINE, ">"), ("sqrt(x)", HALF, ">="),
        ("sqrt(x)", OPEN_HALF, ">"), ("x**(-1/2)", OPEN_HALF, ">"), ("exp(x) - 1", OPEN_HALF, ">"),
        ("1 - exp(x)", NEGATIVE, ">"), ("2 + sin(x)", LINE, ">"), ("1 + cos(x)", LINE, ">="), ("cos(x)", UNIT, ">"),
        ("tan(x)", UNIT, ">="), ("sin(x)", Interval(arb(0), arb(1), True, False), ">"), ("1 - x", Interval(arb(0), arb(1), False, True), ">"),
        ("x*(1 - x)", Interval(arb(0), arb(1), True, True), ">"), ("1 + x**2", LINE, ">"), ("1/(1 + x**2)", LINE, ">"),
        ("exp(-exp(x))", LINE, ">"), ("1 - exp(-exp(x))", LINE, ">"), ("exp(-10**30*x)", OPEN_HALF, ">"),
    ],
)  # fmt: skip
def test_enclosures_are_sharp_enough_for_these_signs(text: str, box: Interval, relation: str) -> None:
    terms = Terms(Limits())
    assert evaluate(terms, terms.read(table(text), ())[-1], {"x": box}).satisfies(relation)


@pytest.mark.parametrize(
    ("text", "box", "relation"),
    [
        ("tanh(x)", HALF, ">"), ("x*x", LINE, ">"), ("x*exp(-x)", HALF, ">"), ("cosh(x) - 1", LINE, ">"),
        ("sqrt(x)", HALF, ">"), ("x*(1 - x)", UNIT, ">"), ("exp(x) - 1", HALF, ">"), ("1 - x", UNIT, ">"),
        ("x", HALF, ">"), ("x*y", UNIT, ">"), ("sin(x)", UNIT, ">"), ("x - x", LINE, ">="), ("0", LINE, ">"),
        ("1 + cos(x)", LINE, ">"), ("exp(x) - exp(x)", UNIT, ">="), ("0*x", LINE, ">"),
    ],
)  # fmt: skip
def test_these_signs_are_not_shown(text: str, box: Interval, relation: str) -> None:
    terms = Terms(Limits())
    assert not evaluate(terms, terms.read(table(text), ())[-1], {"x": box, "y": OPEN_HALF}).satisfies(
        relation
    )


def test_products_of_half_open_intervals_contain_zero() -> None:
    product = intervals.mul(Interval(arb(0), arb(1), False, True), Interval(arb(0), arb(1), True, True))
    assert contains(product, Fraction(0))
    assert not product.positive
    assert intervals.mul(Interval(arb(0), arb(0)), LINE).satisfies(">=")


UNDEFINED = [
    ("log(x)", UNIT), ("log(x)", LINE), ("sqrt(x)", LINE), ("1/x", UNIT), ("1/x", LINE), ("x**(-2)", UNIT),
    ("x**(1/3)", Interval(arb(-1), arb(1))), ("x**(-1/2)", UNIT), ("tan(x)", Interval(arb(1), arb(2))),
    ("tan(x)", LINE), ("x/x", UNIT), ("0*log(x)", UNIT), ("0*(1/x)", UNIT), ("sqrt(x)**2", Interval(arb(-1), arb(1))),
    ("exp(log(x))", UNIT), ("x**(-1)*x", UNIT), ("log(x)**0", UNIT), ("1/(x - x)", UNIT), ("log(sin(x))", Interval(arb(3), arb(4))),
    ("1/sin(x)", Interval(arb(3), arb(4))), ("log(exp(x) - 1)", UNIT), ("sqrt(1 - x)", Interval(arb(0), arb(2))), ("1/0", UNIT),
]  # fmt: skip


@pytest.mark.parametrize(("text", "box"), UNDEFINED)
@pytest.mark.parametrize("analytic", [False, True])
def test_leaving_the_domain_is_noticed(text: str, box: Interval, analytic: bool) -> None:
    terms = Terms(Limits())
    root = terms.read(table(tree(text)), ())[-1]
    with pytest.raises(Undefined):
        evaluate(terms, root, {"x": box}, analytic)


@pytest.mark.parametrize("text", ["sqrt(x)", "x**(1/3)", "x**(7/2)", "sqrt(0)", "sqrt(x*x)"])
def test_roots_are_not_analytic_at_zero(text: str) -> None:
    terms = Terms(Limits())
    root = terms.read(table(text), ())[-1]
    assert evaluate(terms, root, {"x": UNIT}).nonnegative
    with pytest.raises(Undefined):
        evaluate(terms, root, {"x": UNIT}, analytic=True)


@pytest.mark.parametrize("text", ["abs(x)", "sign(x)", "min(x, 1)", "max(x, 1)", "piecewise(true, x)"])
def test_operators_that_are_not_smooth_are_rejected(text: str) -> None:
    terms = Terms(Limits())
    root = terms.read(table(text), ())[-1]
    with pytest.raises(Reject):
        evaluate(terms, root, {"x": UNIT})


def test_not_a_number_is_undefined() -> None:
    for end in (intervals.lower, intervals.upper):
        with pytest.raises(Undefined):
            end(arb("nan"))


moderate = st.integers(-(2**12), 2**12).map(lambda k: Fraction(k, 2**9))


@given(smooth, moderate, moderate, st.booleans(), st.booleans(), st.integers(0, 9), st.booleans())
@settings(max_examples=400, deadline=None)
def test_random_terms(
    root: Tree, a: Fraction, b: Fraction, lo_open: bool, hi_open: bool, infinite: int, analytic: bool
) -> None:
    low, high = sorted((a, b))
    assume(low < high)
    box = Interval(
        NEG_INF if infinite == 1 else ball(low), POS_INF if infinite == 2 else ball(high),
        lo_open or infinite == 1, hi_open or infinite == 2,
    )  # fmt: skip
    terms = Terms(Limits())
    term = terms.read(table(root), ())[-1]
    try:
        result = evaluate(terms, term, {"x": box}, analytic)
    except Undefined:
        result = None
    points = [low + (high - low) * Fraction(k, 12) for k in range(13)]
    points += [low - 9, low - 50] if infinite == 1 else [high + 9, high + 50] if infinite == 2 else []
    with mp.workdps(300):
        for x in (p for p in points if contains(box, p)):
            try:
                v = value(root, x)
            except TooLarge:
                continue
            if v is None:
                assert result is None, "the term is undefined in the box"
            elif result is not None:
                tiny = mpf(10) ** -200 * (1 + abs(v))
                assert number(result.lo) - tiny <= v <= number(result.hi) + tiny
                assert not (result.positive and v < -tiny)


@pytest.mark.parametrize("bits", [32, 53, 64, 300])
def test_ends_are_rounded_outwards_at_every_precision(bits: int) -> None:
    before = ctx.prec
    terms = Terms(Limits())
    root = terms.read(table("exp(x)/3 + sin(x)*pi - tanh(x)"), ())[-1]
    point = Interval(arb(1), arb(1))
    try:
        ctx.prec = bits
        result = evaluate(terms, root, {"x": point})
    finally:
        ctx.prec = before
    with mp.workdps(200):
        v = value("exp(x)/3 + sin(x)*pi - tanh(x)", 1)
        assert number(result.lo) < v < number(result.hi)
        assert number(result.hi) - number(result.lo) < mpf(2) ** (8 - bits)
