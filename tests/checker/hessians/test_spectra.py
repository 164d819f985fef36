"""Eigenvalues of symmetric matrices: enclosures against exact and other people's ones, and what excludes what."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
import sympy
from flint import arb, fmpq, fmpq_mat, fmpq_poly
from hypothesis import given, settings
from hypothesis import strategies as st

from invexcheck.balls import precision
from invexcheck.errors import Refuse, Reject
from invexcheck.hessians.numbers import UNKNOWN
from invexcheck.hessians.spectra import (
    Enclosure,
    Matrix,
    _single,
    blocks,
    characteristic_polynomials,
    exact,
    nonzero_eigenvalues,
    remaining,
    simplest,
)
from invexcheck.limits import Budget, Limits

Rows = list[list[fmpq]]
QUICK = settings(max_examples=60, deadline=None)
small = st.integers(-4, 4).map(fmpq) | st.fractions(-3, 3, max_denominator=5).map(
    lambda q: fmpq(q.numerator, q.denominator)
)


def budget() -> Budget:
    return Budget(Limits())


@st.composite
def symmetric(draw: st.DrawFn, most: int = 5) -> Rows:
    n = draw(st.integers(1, most))
    zeros = draw(st.booleans())
    entry = st.just(fmpq(0)) | small if zeros else small
    rows = [[fmpq(0)] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            rows[i][j] = rows[j][i] = draw(entry)
    return rows


@st.composite
def with_known_eigenvalues(draw: st.DrawFn) -> tuple[Rows, list[fmpq]]:
    """S D S^T with S orthogonal (a product of rational reflections)."""
    values = draw(st.lists(small, min_size=1, max_size=5))
    n = len(values)
    matrix = fmpq_mat(n, n, [values[i] if i == j else 0 for i in range(n) for j in range(n)])
    for _ in range(draw(st.integers(0, 2))):
        v = fmpq_mat(n, 1, draw(st.lists(st.integers(-3, 3).map(fmpq), min_size=n, max_size=n)))
        norm = (v.transpose() * v)[0, 0]
        if norm == 0:
            continue
        one = fmpq_mat(n, n, [int(i == j) for i in range(n) for j in range(n)])
        reflection = one - v * v.transpose() * (fmpq(2) / norm)
        matrix = reflection * matrix * reflection
    return [[matrix[i, j] for j in range(n)] for i in range(n)], values


@QUICK
@given(with_known_eigenvalues())
def test_all_rational_eigenvalues_are_found(case: tuple[Rows, list[fmpq]]) -> None:
    rows, values = case
    with precision(128):
        found = nonzero_eigenvalues(rows, values, budget())
    assert [(v.low, v.high) for v in found] == [(q, q) for q in sorted({*values} - {fmpq(0)})]


@QUICK
@given(symmetric())
def test_enclosures_hold_all_eigenvalues_and_nothing_else(rows: Rows) -> None:
    n = len(rows)
    with precision(128):
        found = nonzero_eigenvalues(rows, (), budget())
    with mpmath.workdps(60):
        matrix = mpmath.matrix(n, n)
        for i in range(n):
            for j in range(n):
                matrix[i, j] = mpmath.mpf(int(rows[i][j].p)) / int(rows[i][j].q)
        expected = [x for x in mpmath.eigsy(matrix, eigvals_only=True) if abs(x) > mpmath.mpf(10) ** -40]
        ends = [(_mpf(v.low), _mpf(v.high)) for v in found]
        slack = mpmath.mpf(10) ** -35
        assert all(any(a - slack <= x <= b + slack for a, b in ends) for x in expected)
        assert all(any(a - slack <= x <= b + slack for x in expected) for a, b in ends)
    assert all(v.low > 0 or v.high < 0 for v in found)


def _mpf(q: fmpq) -> mpmath.mpf:
    return mpmath.mpf(int(q.p)) / int(q.q)


@QUICK
@given(symmetric(4))
def test_characteristic_polynomials_are_those_of_sympy(rows: Rows) -> None:
    x = sympy.Symbol("x")
    whole = (
        sympy.Matrix([[sympy.Rational(int(q.p), int(q.q)) for q in row] for row in rows])
        .charpoly(x)
        .as_expr()
    )
    roots = set(sympy.Poly(whole, x).ground_roots())
    product = fmpq_poly([1])
    for p in characteristic_polynomials(rows, budget()):
        assert p[0] != 0
        assert p.gcd(p.derivative()).degree() == 0
        product *= p
    for root in roots:
        assert (product(fmpq(int(root.p), int(root.q))) == 0) is (root != 0)
    own = sympy.Poly([sympy.Rational(int(c.p), int(c.q)) for c in reversed(product.coeffs())], x)
    assert sympy.rem(sympy.Poly(whole, x) ** 1, sympy.gcd(sympy.Poly(whole, x), own)).is_zero
    stripped = sympy.Poly(whole, x)
    while stripped.eval(0) == 0:
        stripped = sympy.quo(stripped, sympy.Poly(x, x))
    if stripped.degree() > 0:
        radical = sympy.quo(stripped, sympy.gcd(stripped, stripped.diff(x)))
        assert sympy.rem(own, radical).is_zero


@QUICK
@given(symmetric())
def test_blocks_are_connected_and_apart(rows: Rows) -> None:
    found = blocks(rows)
    of = {i: k for k, block in enumerate(found) for i in block}
    assert sorted(of) == [i for i, row in enumerate(rows) if any(q != 0 for q in row)]
    for i, row in enumerate(rows):
        assert all(of[i] == of[j] for j, q in enumerate(row) if q != 0)


def test_an_unknown_number_joins_rows() -> None:
    assert blocks([[fmpq(1), UNKNOWN], [UNKNOWN, fmpq(1)]]) == [[0, 1]]


@QUICK
@given(
    with_known_eigenvalues(), small, st.fractions(0, 2, max_denominator=64), st.sampled_from([32, 53, 128])
)
def test_no_interval_with_an_eigenvalue_is_excluded(
    case: tuple[Rows, list[fmpq]], middle: fmpq, r: Fraction, bits: int
) -> None:
    rows, values = case
    radius = fmpq(r.numerator, r.denominator)
    interval = Enclosure(middle - radius, middle + radius)
    with precision(bits):
        excluded = Matrix(rows, budget()).excludes(interval)
    inside = any(interval.low <= q <= interval.high for q in values)
    assert not (excluded and inside)
    with precision(bits):
        point = Enclosure(middle, middle)
        if middle not in values:
            assert Matrix(rows, budget()).excludes(point)
        left = remaining([interval], rows, budget())
    assert (
        bool(left) is (inside and (middle, radius) != (0, 0))
        or 0 in (interval.low, interval.high)
        or interval.low < 0 < interval.high
    )


@QUICK
@given(with_known_eigenvalues(), st.integers(30, 120))
def test_eigenvalues_nearby_are_not_excluded_for_others(case: tuple[Rows, list[fmpq]], digits: int) -> None:
    """An end of the interval is an eigenvalue, or misses it by little."""
    rows, values = case
    tiny = fmpq(1, 10**digits)
    for q in values:
        with precision(64):
            matrix = Matrix(rows, budget())
            assert not matrix.excludes(Enclosure(q, q))
            assert not matrix.excludes(Enclosure(q, q + tiny))
            assert not matrix.excludes(Enclosure(q - tiny, q))
            assert not matrix.below(q)
            if q == max(values):
                assert matrix.below(q + fmpq(1, 2**20))
                assert not matrix.below(q - tiny)
        with precision(2000):
            assert Matrix(rows, budget()).excludes(Enclosure(q + tiny, q + tiny)) or q + tiny in values


def test_balls_exclude_what_all_their_members_do() -> None:
    with precision(64):
        wide = [[arb(1, 0.25), arb(0)], [arb(0), arb(3, 0.25)]]
        matrix = Matrix(wide, budget())
        assert matrix.excludes(Enclosure(fmpq(2), fmpq(2)))
        for q in ("3/4", "1", "5/4", "11/4", "13/4"):
            value = fmpq(*map(int, q.split("/")))
            assert not matrix.excludes(Enclosure(value, value))
        assert matrix.below(fmpq(7, 2))
        assert not matrix.below(fmpq(13, 4))
        assert not matrix.below(fmpq(3))


@pytest.mark.parametrize("bad", [arb("inf"), arb("nan"), arb(0, "inf")])
def test_what_is_not_finite_is_rejected(bad: arb) -> None:
    with pytest.raises(Reject):
        Matrix([[bad]], budget())
    with pytest.raises(Reject):
        Matrix([[UNKNOWN]], budget())
    with pytest.raises(Reject):
        characteristic_polynomials([[fmpq(1), UNKNOWN], [UNKNOWN, fmpq(1)]], budget())


# -- eigenvalues that are hard to tell apart -----------------------------------------------------------------------


@pytest.mark.parametrize("digits", [5, 30, 45, 200])
def test_eigenvalues_that_are_close_are_both_found(digits: int) -> None:
    gap = fmpq(1, 10**digits)
    rows = [[fmpq(1), fmpq(0), fmpq(0)], [fmpq(0), 1 + gap, fmpq(0)], [fmpq(0), fmpq(0), 1 + 2 * gap]]
    with precision(128):
        for known in ((), (fmpq(1),), (fmpq(1), 1 + gap), (1 + gap,), (1 + 3 * gap,)):
            found = nonzero_eigenvalues(rows, known, budget())
            assert [any(v.low <= q <= v.high for v in found) for q in (fmpq(1), 1 + gap, 1 + 2 * gap)] == [
                True
            ] * 3


@pytest.mark.parametrize("digits", [5, 30, 45, 200])
def test_a_block_with_eigenvalues_that_are_close(digits: int) -> None:
    """1 + gap sqrt 2 and 1 - gap sqrt 2, and 1 beside them."""
    gap = fmpq(1, 10**digits)
    rows = [[1 + gap, gap, fmpq(0)], [gap, 1 - gap, fmpq(0)], [fmpq(0), fmpq(0), fmpq(1)]]
    with precision(128):
        found = nonzero_eigenvalues(rows, (fmpq(1),), budget())
    assert Enclosure(fmpq(1), fmpq(1)) in found
    for sign in (-1, 1):  # between the rationals next to it
        near, far = 1 + sign * gap * fmpq(1414213562, 10**9), 1 + sign * gap * fmpq(1414213563, 10**9)
        assert any(v.low != v.high and v.low <= max(near, far) and min(near, far) <= v.high for v in found)


@pytest.mark.parametrize("digits", [5, 30, 45, 200])
def test_an_irrational_eigenvalue_next_to_an_exception(digits: int) -> None:
    """(c, g; g, c + g): c + g (1 +- sqrt 5)/2, and the exception c is none of them."""
    c, gap = fmpq(1, 3), fmpq(1, 10**digits)
    with precision(128):
        found = nonzero_eigenvalues([[c, gap], [gap, c + gap]], (c,), budget())
    assert all(v.low < v.high for v in found)
    for x in (fmpq(1618033988, 10**9), fmpq(-618033988, 10**9)):
        assert any(
            v.low <= c + gap * (x + fmpq(1, 10**9)) and c + gap * (x - fmpq(1, 10**9)) <= v.high
            for v in found
        )


def test_small_eigenvalues_are_no_zeros() -> None:
    rows = [[fmpq(1), fmpq(1)], [fmpq(1), 1 + fmpq(1, 10**100)]]
    with precision(128):
        found = nonzero_eigenvalues(rows, (), budget())
    assert len(found) == 2
    assert found[0].low > 0


def test_multiple_eigenvalues_are_found() -> None:
    n = 6
    rows = [[fmpq(1)] * n for _ in range(n)]
    for i in range(n):
        rows[i][i] = fmpq(3)
    with precision(64):
        assert [(v.low, v.high) for v in nonzero_eigenvalues(rows, (), budget())] == [(2, 2), (8, 8)]


# -- continued fractions, and Descartes' rule ----------------------------------------------------------------------

rationals = st.fractions(-20, 20, max_denominator=200).map(lambda q: fmpq(q.numerator, q.denominator))


@QUICK
@given(rationals, rationals)
def test_the_simplest_number_between_two(a: fmpq, b: fmpq) -> None:
    low, high = min(a, b), max(a, b)
    found = simplest(low, high)
    assert low <= found <= high
    for q in range(1, int(found.q)):
        assert (fmpq(q) * low).ceil() > (fmpq(q) * high).floor()


@QUICK
@given(st.lists(rationals, min_size=1, max_size=6, unique=True), rationals, rationals)
def test_a_single_root_is_never_claimed_of_two(roots: list[fmpq], a: fmpq, b: fmpq) -> None:
    low, high = min(a, b), max(a, b)
    p = fmpq_poly([1])
    for q in roots:
        p *= fmpq_poly([-q, 1])
    if _single(p, low, high):
        assert low == high or sum(low <= q <= high for q in roots) <= 1


@given(st.integers(-(10**30), 10**30), st.integers(-300, 300))
def test_exact_balls_are_exact(mantissa: int, exponent: int) -> None:
    with precision(200):
        ball = arb(mantissa) * arb(2) ** exponent
        assert exact(ball) == fmpq(mantissa) * (
            fmpq(2) ** exponent if exponent >= 0 else 1 / fmpq(2) ** -exponent
        )


def test_large_blocks_and_long_numbers_cost() -> None:
    rows = [[fmpq(1, 1 + i + j) for j in range(401)] for i in range(401)]
    with pytest.raises(Reject, match="401 rows"):
        characteristic_polynomials(rows, budget())
    with pytest.raises((Reject, Refuse)):
        characteristic_polynomials([[fmpq(10**20000), fmpq(1)], [fmpq(1), fmpq(1)]], Budget(Limits(work=1)))
