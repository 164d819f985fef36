"""Eigenvalues of symmetric matrices: enclosures of those of a rational one, and intervals free of those of another.

A step size eta may be bad only where 1 / eta is an eigenvalue of a Hessian (lemma ``hessian-witness``).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from flint import arb, arb_mat, fmpq, fmpq_mat, fmpq_poly

from invexcheck.errors import Reject
from invexcheck.hessians.numbers import UNKNOWN, ZERO, Entries, Number, Unknown
from invexcheck.limits import Budget
from invexcheck.matrices import positive_definite

MAX_BLOCK = 400
"""Rows of a block whose characteristic polynomial is computed."""
MAX_BITS = 60_000
"""Of a coefficient of it."""
MAX_TERMS = 10_000
"""Of a continued fraction, on the way to the simplest number of an interval."""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A closed interval that does not contain 0, with one eigenvalue or more inside; a point where it is rational."""

    low: fmpq
    high: fmpq

    @property
    def inverse(self) -> Enclosure:
        """Of the numbers one over those inside: step sizes."""
        return Enclosure(1 / self.high, 1 / self.low)


def blocks(rows: Sequence[Entries]) -> list[list[int]]:
    """The rows that are connected by entries other than 0; rows of zeros are left out."""
    unseen = {i for i, row in enumerate(rows) if any(_nonzero(x) for x in row)}
    result = []
    while unseen:
        pending, found = [unseen.pop()], []
        while pending:
            i = pending.pop()
            found.append(i)
            joined = [j for j in unseen if _nonzero(rows[i][j]) or _nonzero(rows[j][i])]
            unseen.difference_update(joined)
            pending += joined
        result.append(sorted(found))
    return sorted(result)


def _nonzero(x: Number) -> bool:
    return bool(x is UNKNOWN or x != 0)


def nonzero_eigenvalues(
    rows: Sequence[Entries], rational: Collection[fmpq], budget: Budget
) -> list[Enclosure]:
    """Enclosures of all eigenvalues but 0 of a symmetric rational matrix, in ascending order.

    Those among `rational` are found as points, and so are others that are simple enough.
    """
    found: dict[tuple[fmpq, fmpq], Enclosure] = {}
    for polynomial in characteristic_polynomials(rows, budget):
        for root in _roots(polynomial, rational):
            found[root.low, root.high] = root
    return [found[key] for key in sorted(found, key=lambda ends: (ends[0], ends[1]))]


def characteristic_polynomials(rows: Sequence[Entries], budget: Budget) -> list[fmpq_poly]:
    """Of the blocks of a symmetric rational matrix: different ones, with simple roots, and without that at 0."""
    if any(x is UNKNOWN for row in rows for x in row):
        raise Reject("an entry of the Hessian is not known exactly at the witness", "inexact")
    found: list[fmpq_poly] = []
    seen = set()
    for block in blocks(rows):
        n = len(block)
        if n > MAX_BLOCK:
            raise Reject(f"a block of an exact Hessian has {n} rows, more than {MAX_BLOCK}", "inexact")
        entries = [rows[i][j] for i in block for j in block]
        if tuple(entries) in seen:
            continue
        seen.add(tuple(entries))
        bits = n * max(max(q.p.bit_length(), q.q.bit_length()) for q in entries)
        if bits > MAX_BITS:
            raise Reject("the numbers of an exact Hessian are too long", "inexact")
        budget.spend(n**3 * (bits // 50 + 20) // 8)
        polynomial = fmpq_mat(n, n, entries).charpoly()
        while polynomial[0] == 0:
            polynomial = polynomial // fmpq_poly([0, 1])
        if polynomial.degree() > 0:
            simple = polynomial // polynomial.gcd(polynomial.derivative())
            found += [simple] if simple not in found else []
    return found


def _roots(polynomial: fmpq_poly, rational: Collection[fmpq]) -> list[Enclosure]:
    """Of a polynomial all of whose roots are real and simple, and none is 0."""
    points = []
    for q in sorted(set(rational)):
        if q != 0 and polynomial(q) == 0:
            points.append(q)
            polynomial = polynomial // fmpq_poly([-q, 1])
    result = [Enclosure(q, q) for q in points]
    if polynomial.degree() < 1:
        return result
    roots: Any = polynomial.numer().complex_roots()
    for root, _ in roots:
        low, high = exact(root.real.lower()), exact(root.real.upper())
        guess = simplest(low, high)
        if polynomial(guess) == 0 and _single(polynomial, low, high):
            low = high = guess
        if low <= 0 <= high:
            raise Reject("an eigenvalue is too near to 0", "inexact")
        result.append(Enclosure(low, high))
    return result


def _single(polynomial: fmpq_poly, low: fmpq, high: fmpq) -> bool:
    """Whether no other root is in the interval: by Descartes' rule of signs, after moving it to (0, infinity)."""
    if low == high:
        return True
    moved = polynomial(fmpq_poly([low, high - low]))
    turned = fmpq_poly([moved[moved.degree() - k] for k in range(moved.degree() + 1)])(fmpq_poly([1, 1]))
    signs = [c > 0 for c in turned.coeffs() if c != 0]
    inside = sum(a != b for a, b in pairwise(signs))
    return inside + (polynomial(low) == 0) + (polynomial(high) == 0) <= 1


def exact(ball: arb) -> fmpq:
    """An exact ball as a rational."""
    mantissa, exponent = ball.man_exp()
    power = fmpq(2) ** abs(int(exponent))
    return fmpq(mantissa) * power if exponent >= 0 else fmpq(mantissa) / power


def simplest(low: fmpq, high: fmpq) -> fmpq:
    """The rational with the smallest denominator between two, by their continued fractions."""
    if low <= 0 <= high:
        return ZERO
    if high < 0:
        return -simplest(-high, -low)
    terms: list[int] = []
    for _ in range(MAX_TERMS):
        whole = fmpq(low.floor())
        if whole == low or whole + 1 <= high:
            result = whole if whole == low else whole + 1
            for term in reversed(terms):
                result = term + 1 / result
            return result
        terms.append(int(whole.p))
        low, high = 1 / (high - whole), 1 / (low - whole)
    return low


def is_rational(rows: Sequence[Entries]) -> bool:
    """Whether a matrix is of rational and unknown numbers, not of balls."""
    return bool(rows) and isinstance(rows[0][0], fmpq | Unknown)


def remaining(left: Sequence[Enclosure], rows: Sequence[Entries], budget: Budget) -> list[Enclosure]:
    """The enclosures in which a symmetric matrix, rational or of balls, may have an eigenvalue."""
    if is_rational(rows):
        try:
            found = nonzero_eigenvalues(rows, (), budget)
            return [v for v in left if any(e.low <= v.high and v.low <= e.high for e in found)]
        except Reject as reject:
            if reject.code != "inexact":
                raise
    matrix = Matrix(rows, budget)
    return [values for values in left if not matrix.excludes(values)]


class Matrix:
    """A symmetric matrix of numbers or of balls around them, and where it has no eigenvalues."""

    def __init__(self, rows: Sequence[Entries], budget: Budget) -> None:
        self.n, self.budget = len(rows), budget
        if any(x is UNKNOWN for row in rows for x in row):
            raise Reject("an entry of the Hessian is not known exactly at the witness", "inexact")
        self.balls = arb_mat(self.n, self.n, [arb(x) for row in rows for x in row])
        if not all(x.is_finite() for x in self.balls.entries()):
            raise Reject("an entry of the Hessian is not known to be finite at the witness", "domain")

    def excludes(self, values: Enclosure) -> bool:
        """Whether no number of the interval is an eigenvalue: by an approximate inverse of the matrix minus its middle.

        Any R with |I - R (H - m)| <= c < 1 and r |R| < 1 - c shows that of [m - r, m + r], in the maximum norm.
        """
        self.budget.spend(3 * self.n**3 + 200 * self.n**2)
        middle = (values.low + values.high) / 2
        radius = arb((values.high - values.low) / 2)
        shifted = self.balls - self._identity() * arb(middle)
        try:
            inverse = shifted.mid().inv().mid()
        except ZeroDivisionError:
            return False
        defect = _norm(self._identity() - inverse * shifted)
        return (defect < 1) is True and (radius * _norm(inverse) < 1 - defect) is True

    def below(self, bound: fmpq) -> bool:
        """Whether all eigenvalues are certainly below a number."""
        self.budget.spend(4 * self.n**3 + 200 * self.n**2)
        return positive_definite(self._identity() * arb(bound) - self.balls)

    def _identity(self) -> arb_mat:
        return arb_mat(self.n, self.n, [arb(int(i == j)) for i in range(self.n) for j in range(self.n)])


def _norm(matrix: arb_mat) -> arb:
    """An upper bound of the largest sum of moduli in a row."""
    n, entries = matrix.ncols(), [abs(x).upper() for x in matrix.entries()]
    sums = [sum(entries[i * n : (i + 1) * n], arb(0)).upper() for i in range(matrix.nrows())]
    largest = arb(0)
    for value in sums:
        if not value.is_finite():
            return value
        largest = value if (value > largest) is True else largest
    return largest
