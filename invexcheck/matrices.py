"""Exact and rigorous linear algebra: ranks, definiteness, and polynomials that are affine in each variable.

Exact matrices are FLINT's over the rationals; the others are matrices of Arb balls, which prove strict facts only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flint import arb, arb_mat, ctx, fmpq, fmpq_mat, fmpz_mat, nmod_mat

from invexcheck.errors import Refuse, Reject
from invexcheck.goals import ParameterRange
from invexcheck.limits import Budget

PRIME = 2305843009213693951
"""2^61 - 1. The rank of an integer matrix modulo any prime is a lower bound of its rank."""
MAX_VARIABLES = 14
"""Variables of a multi-affine polynomial that is expanded: 2^14 coefficients."""


def identity(n: int) -> fmpq_mat:
    return fmpq_mat(n, n, [fmpq(int(i == j)) for i in range(n) for j in range(n)])


def diagonal(values: Sequence[fmpq]) -> fmpq_mat:
    n = len(values)
    zero = fmpq(0)
    return fmpq_mat(n, n, [values[i] if i == j else zero for i in range(n) for j in range(n)])


def integral(matrix: fmpq_mat) -> tuple[fmpz_mat, int]:
    """The matrix as integers over one positive denominator."""
    numerators, denominator = matrix.numer_denom()
    return numerators, int(denominator)


def has_rank(matrix: fmpq_mat, rank: int) -> bool:
    """Whether a matrix has at least this rank, shown modulo a prime (or, failing that, exactly)."""
    numerators, _ = integral(matrix)
    if nmod_mat(numerators, PRIME).rank() >= rank:
        return True
    return bool(numerators.rank() >= rank)


def positive_definite(matrix: arb_mat) -> bool:
    """Whether the symmetric part of a matrix of balls is certainly positive definite.

    By halves: a symmetric matrix is positive definite if and only if its leading block and the Schur complement
    of that block are.
    """
    symmetric = (matrix + matrix.transpose()) * (arb(1) / 2)
    return _positive(symmetric)


def _positive(matrix: arb_mat) -> bool:
    n = matrix.nrows()
    if n == 0:
        return True
    if n == 1:
        return (matrix[0, 0] > 0) is True
    half = n // 2
    rows = matrix.tolist()
    block = arb_mat([row[:half] for row in rows[:half]])
    if not _positive(block):
        return False
    right = arb_mat([row[half:] for row in rows[:half]])
    try:
        eliminated = right.transpose() * block.solve(right)
    except ZeroDivisionError:
        return False
    return _positive(arb_mat([row[half:] for row in rows[half:]]) - eliminated)


def positive_semidefinite(matrix: fmpq_mat) -> bool:
    """Whether the symmetric part of an exact matrix is positive semidefinite, by exact symmetric elimination."""
    n = matrix.nrows()
    rows = (matrix + matrix.transpose()).tolist()
    for k in range(n):
        pivot = rows[k][k]
        if pivot < 0:
            return False
        if pivot == 0:
            if any(rows[k][j] != 0 for j in range(k + 1, n)):
                return False
            continue
        for i in range(k + 1, n):
            factor = rows[i][k] / pivot
            if factor != 0:
                row, pivots = rows[i], rows[k]
                for j in range(i, n):
                    row[j] = row[j] - factor * pivots[j]
                for j in range(i + 1, n):
                    rows[j][i] = row[j]
    return True


def regular(matrix: arb_mat, budget: Budget) -> bool:
    """Whether every real matrix inside a square or wide matrix of balls has full row rank.

    With P close to a right inverse of the centre: if M bounds \\|I - A P\\| entrywise and M w < w for some w > 0,
    then A P is invertible.
    """
    budget.spend(ctx.prec * matrix.nrows() ** 2 * (matrix.ncols() + matrix.nrows()))
    centre = matrix.mid()
    try:
        if matrix.nrows() == matrix.ncols():
            inverse = centre.inv().mid()
        else:
            inverse = (centre.transpose() * (centre * centre.transpose()).inv()).mid()
    except ZeroDivisionError:
        return False
    k = matrix.nrows()
    if not all(entry.is_finite() for entry in inverse.entries()):
        return False
    unit = arb_mat(k, k, [int(i == j) for i in range(k) for j in range(k)])
    bound = arb_mat(k, k, [e.abs_upper() for e in (unit - matrix * inverse).entries()])
    ones = arb_mat(k, 1, [1] * k)
    try:
        weights = (unit - bound).solve(ones).mid()  # close to the best ones, if there are any
    except ZeroDivisionError:
        return False
    image = bound * weights
    return all((weights[i, 0] > 0) is True and (image[i, 0] < weights[i, 0]) is True for i in range(k))


# -- polynomials that are affine in each variable -----------------------------------------------------------


class MultiAffine:
    """sum over sets S of c_S * (product of d_i for i in S): the coefficients, by the bits of S (bit i: variable i)."""

    def __init__(self, variables: int, coefficients: list[fmpq]) -> None:
        self.variables = variables
        self.low = variables // 2
        self.matrix = fmpq_mat(1 << (variables - self.low), 1 << self.low, coefficients)
        self._balls: dict[int, arb_mat] = {}

    def transformed(self, pairs: Sequence[tuple[tuple[fmpq, fmpq], tuple[fmpq, fmpq]]]) -> list[fmpq]:
        """The values after each pair (c_S, c_{S+i}) is replaced by two combinations of its members, exactly."""
        left = fmpq_mat(_kronecker(pairs[self.low :][::-1], fmpq(1)))
        right = fmpq_mat(_kronecker(pairs[: self.low][::-1], fmpq(1)))
        result = left * self.matrix * right.transpose()
        return list(result.entries())

    def corners(self, slopes: Sequence[tuple[arb, arb]]) -> list[arb]:
        """Balls for the values at all corners of a box, at the current precision."""
        one = arb(1)
        pairs = [((one, low), (one, high)) for low, high in slopes]
        left = arb_mat(_kronecker(pairs[self.low :][::-1], one))
        right = arb_mat(_kronecker(pairs[: self.low][::-1], one))
        if ctx.prec not in self._balls:
            self._balls[ctx.prec] = arb_mat(self.matrix)
        result = left * self._balls[ctx.prec] * right.transpose()
        return list(result.entries())


def _kronecker(factors: Sequence[Any], one: Any) -> list[list[Any]]:
    """The Kronecker product of 2 by 2 matrices, the first factor the slowest; `one` in their arithmetic."""
    rows = [[one]]
    for factor in factors:
        rows = [[x * f for x in row for f in pair] for row in rows for pair in factor]
    return rows


def minors_polynomial(a: fmpq_mat, b: fmpq_mat, c: fmpq_mat, e: fmpq_mat, budget: Budget) -> MultiAffine:
    """det(C + E (I - D B)^-1 D A) as a polynomial in the diagonal of D; B strictly triangular in some order.

    The coefficient of the product over S is det [[-B_SS, -A_S], [E_S, C]]; if C = I, the minor of A E - B.
    """
    h, k = a.nrows(), c.nrows()
    if h > MAX_VARIABLES:
        raise Reject(f"more than {MAX_VARIABLES} units: their slopes cannot be expanded", "size")
    if c == identity(k):
        full, k = a * e - b, 0
    else:
        full = fmpq_mat(
            [
                *(left + right for left, right in zip((-b).tolist(), (-a).tolist(), strict=True)),
                *(left + right for left, right in zip(e.tolist(), c.tolist(), strict=True)),
            ]
        )
    size = h + k
    numerators, denominator = integral(full)
    table = numerators.tolist()
    bits = max((abs(int(x)).bit_length() for row in table for x in row), default=1)
    budget.spend((1 << h) * size**3 * max(bits, 1) // 8)
    needed = k - integral(c)[0].rank() if k else 0
    coefficients = []
    for subset in range(1 << h):
        chosen = [i for i in range(h) if subset >> i & 1] + list(range(h, size))
        if len(chosen) - k < needed:
            coefficients.append(fmpq(0))
            continue
        minor = fmpz_mat([[table[i][j] for j in chosen] for i in chosen]) if chosen else None
        value = minor.det() if minor is not None else 1
        coefficients.append(fmpq(value, denominator ** len(chosen)))
    return MultiAffine(h, coefficients)


def nonvanishing(polynomial: MultiAffine, ranges: Sequence[ParameterRange]) -> bool:
    """Whether the polynomial has no zero where each variable is in its range (bounded below).

    On [l, u] the weights of the values at l and u, on [l, oo) those of the value and the slope at l, are not
    negative. All transformed values must have one weak sign, and for each choice of ends that belong to the
    ranges some value that counts there must not be 0: at an end only its own value counts, inside a range both.
    """
    one, zero = fmpq(1), fmpq(0)
    pairs = []
    for r in ranges:
        if r.lower is None:
            return False
        upper = (zero, one) if r.upper is None else (one, r.upper)
        pairs.append(((one, r.lower), upper))
    values = polynomial.transformed(pairs)
    if all(value <= 0 for value in values):
        values = [-value for value in values]
    elif not all(value >= 0 for value in values):
        return False
    positive = [value > 0 for value in values]
    # "some value" settles before "for each choice", so the ranges without an end of their own come first
    for counts, combine in ((_open_inside, _either), (_one_end, _same)):
        for i, r in enumerate(ranges):
            if counts(r):
                positive = combine(positive, 1 << i, r)
    return all(positive)


def _open_inside(r: ParameterRange) -> bool:
    return r.lower_open and (r.upper is None or r.upper_open)


def _one_end(r: ParameterRange) -> bool:
    return r.lower_open is not (r.upper is None or r.upper_open)


def _either(positive: list[bool], bit: int, _: ParameterRange) -> list[bool]:
    """Neither end belongs to the range: both values count everywhere."""
    return [positive[k | bit] or positive[k & ~bit] for k in range(len(positive))]


def _same(positive: list[bool], bit: int, r: ParameterRange) -> list[bool]:
    """One end belongs to the range: there, its value alone counts."""
    return [positive[k | bit] if r.lower_open else positive[k & ~bit] for k in range(len(positive))]


def spend_elimination(budget: Budget, n: int, bits: int) -> None:
    """Account for a cubic algorithm on n by n matrices."""
    if n > 4096:
        raise Refuse("work", "a matrix with more than 4096 rows")
    budget.spend(n**3 * bits // 64)
