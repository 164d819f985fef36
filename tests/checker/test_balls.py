"""Straight-line programs over balls: containment, agreement with intervals, domains, and the working precision."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from flint import arb, ctx, fmpq
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

from invexcheck.balls import Program, power_of, precision
from invexcheck.errors import Reject
from invexcheck.intervals import Interval, Undefined, evaluate
from invexcheck.limits import Limits
from invexcheck.terms import GUARDED, UNARY, Terms
from tests.checker.formulas import Tree, table
from tests.checker.oracle import TooLarge, number, value
from tests.checker.strategies import smooth

dyadic = st.integers(-(2**12), 2**12).map(lambda k: Fraction(k, 2**9))


def program(*roots: str | Tree, names: tuple[str, ...] = ("x",)) -> Program:
    terms = Terms(Limits())
    return Program(terms, [terms.read(table(root), ())[-1] for root in roots], names)


def ball(low: Fraction | int, high: Fraction | int) -> arb:
    return arb(fmpq(Fraction(low).numerator, Fraction(low).denominator)).union(
        arb(fmpq(Fraction(high).numerator, Fraction(high).denominator))
    )


def inside(found: arb, v: mpf) -> bool:
    """Whether a value known to 200 digits lies in a ball; a ball that is not finite says nothing."""
    if not found.is_finite():
        return True
    tiny = mpf(10) ** -190 * (1 + abs(v))
    return number(found.lower()) - tiny <= v <= number(found.upper()) + tiny


def check_containment(root: Tree, low: Fraction, high: Fraction) -> bool:
    """Compare with mpmath on points of the box; False if the program raised."""
    try:
        found = program(root)(ball(low, high))[0]
    except Undefined:
        found = None
    with mp.workdps(300):
        for k in range(13):
            x = low + (high - low) * Fraction(k, 12)
            try:
                v = value(root, x)
            except TooLarge:
                continue
            if v is None:
                assert found is None, "the term is undefined in the box"
            elif found is not None:
                assert inside(found, v)
    return found is not None


@given(smooth, dyadic, dyadic)
@settings(max_examples=300, deadline=None)
def test_random_terms(root: Tree, a: Fraction, b: Fraction) -> None:
    check_containment(root, min(a, b), max(a, b))


@given(smooth, dyadic)
@settings(max_examples=150, deadline=None)
def test_random_terms_at_points(root: Tree, x: Fraction) -> None:
    check_containment(root, x, x)


@pytest.mark.parametrize("op", sorted(UNARY - GUARDED))
@pytest.mark.parametrize(
    "box", [(1, 1), (1, 2), (3, 400), ("1/1024", "1/512"), ("-1/4", "1/4"), (-3, -2), (-500, 500)]
)
def test_unary_operators(op: str, box: tuple[str | int, str | int]) -> None:
    low, high = (Fraction(end) for end in box)
    raised = not check_containment((op, ("var", "x")), low, high)
    poles = op == "tan" and box in [(1, 2), (3, 400), (-500, 500)]
    assert raised is ((op in ("log", "sqrt") and low < 0) or poles)


@given(smooth, dyadic, dyadic)
@settings(max_examples=200, deadline=None)
def test_agreement_with_intervals(root: Tree, a: Fraction, b: Fraction) -> None:
    """Both are enclosures of the same values: they overlap, and neither is defined where only it could be wrong."""
    low, high = min(a, b), max(a, b)
    terms = Terms(Limits())
    term = terms.read(table(root), ())[-1]
    sides = ball(low, low), ball(high, high)
    try:
        found = Program(terms, [term], ["x"])(ball(low, high))[0]
        extended = evaluate(terms, term, {"x": Interval(*sides)})
    except Undefined:
        assume(False)
    if found.is_finite():
        assert (found.lower() <= extended.hi) is True
        assert (extended.lo <= found.upper()) is True


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, 5, 8, 13, 100, -1, -2])
@pytest.mark.parametrize("box", [(-1, 1), (-1, 3), (0, 2), (1, 2), (-3, -2), (0, 0)])
def test_integer_powers(exponent: int, box: tuple[int, int]) -> None:
    low, high = box
    if exponent < 0 and low <= 0 <= high:
        with pytest.raises(Undefined):
            power_of(fmpq(exponent))(ball(low, high))
        return
    found = power_of(fmpq(exponent))(ball(low, high))
    assert found.is_finite()
    for k in range(9):
        x = low + Fraction(high - low) * Fraction(k, 8)
        v = x**exponent
        assert found.lower() <= arb(fmpq(v.numerator, v.denominator)).upper()
        assert found.upper() >= arb(fmpq(v.numerator, v.denominator)).lower()


UNDEFINED = [
    ("log(x)", 0, 1), ("log(x)", -1, 1), ("sqrt(x)", -1, 1), ("1/x", -1, 1), ("1/x", 0, 1), ("x**(-2)", -1, 1),
    ("x**(1/3)", -1, 1), ("x**(-1/2)", 0, 1), ("tan(x)", 1, 2), ("tan(x)", -100, 100), ("x/x", -1, 1),
    ("0*log(x)", -1, 1), ("sqrt(x)**2", -1, 1), ("exp(log(x))", -1, 1), ("log(x)**0", -1, 1), ("1/(x - x)", 1, 2),
    ("1/sin(x)", 3, 4), ("sqrt(1 - x)", 0, 2), ("1/0", 1, 2), ("log(-1)", 1, 2), ("0*sqrt(-1) + x", 1, 2),
]  # fmt: skip


@pytest.mark.parametrize(("text", "low", "high"), UNDEFINED)
def test_leaving_the_domain_is_noticed(text: str, low: int, high: int) -> None:
    with pytest.raises(Undefined):
        program(text)(ball(low, high))


def test_every_root_of_a_program_is_checked() -> None:
    with pytest.raises(Undefined):
        program("x", "log(x)")(ball(-1, 1))


def test_several_variables_and_roots() -> None:
    first, second = program("x*b", "b - x", names=("x", "b"))(arb(3), arb(5))
    assert (first == 15) is True
    assert (second == 2) is True


def test_constants_follow_the_precision() -> None:
    run = program("pi*x")
    with precision(64):
        coarse = run(arb(1))[0]
    with precision(512):
        fine = run(arb(1))[0]
    assert (fine.rad() < coarse.rad()) is True
    with mp.workdps(200):
        assert inside(fine, +mp.pi)
        assert inside(coarse, +mp.pi)


@pytest.mark.parametrize("text", ["abs(x)", "max(x, 1)", "sign(x)", "piecewise(true, x)", "x*min(x, 2)"])
def test_operators_that_are_not_smooth_are_rejected(text: str) -> None:
    with pytest.raises(Reject):
        program(text)


def test_the_precision_is_restored() -> None:
    before = ctx.prec
    with precision(200):
        assert ctx.prec == 200
        with precision(80):
            assert ctx.prec == 80
        assert ctx.prec == 200
    assert ctx.prec == before


def test_the_precision_is_restored_after_an_exception() -> None:
    before = ctx.prec
    with pytest.raises(Undefined), precision(333):
        program("log(x)")(arb(-1))
    assert ctx.prec == before


def test_more_precision_is_a_finer_enclosure() -> None:
    run = program("exp(sin(x)) - x**(1/3)*pi")
    radii = []
    for bits in (32, 64, 256, 1024):
        with precision(bits):
            radii.append(run(arb(fmpq(1, 3)))[0].rad())
    assert all((fine < coarse) is True for coarse, fine in pairwise(radii))


@pytest.mark.parametrize(
    "text", ["exp(x)", "exp(exp(x))", "sinh(x)", "cosh(exp(x))", "softplus(exp(x))", "sigmoid(x)"]
)
def test_huge_arguments_end_quickly(text: str) -> None:
    found = program(text)(arb(2) ** 100000)[0]
    assert (found < 0) is not True


def test_infinite_results_prove_nothing() -> None:
    found = program("exp(x) - exp(x)")(arb(10) ** 1000 * arb(10) ** 1000)[0]
    assert not any(fact is True for fact in (found > 0, found < 0))
