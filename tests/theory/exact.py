"""Small exact linear algebra and the slope matrices of feed-forward networks, written down from their definitions.

Matrices are lists of rows of ints or Fractions; the checker's own linear algebra is not used.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import combinations

Matrix = list[list[Fraction]]


def matrix(rows: Iterable[Iterable[int | Fraction]]) -> Matrix:
    return [[Fraction(entry) for entry in row] for row in rows]


def identity(n: int) -> Matrix:
    return matrix([int(i == j) for j in range(n)] for i in range(n))


def diagonal(values: Sequence[int | Fraction]) -> Matrix:
    return matrix([d if i == j else 0 for j in range(len(values))] for i, d in enumerate(values))


def product(*factors: Matrix) -> Matrix:
    result, *others = factors
    for other in others:
        columns = list(zip(*other, strict=True))
        result = [
            [sum((a * b for a, b in zip(row, c, strict=True)), Fraction(0)) for c in columns]
            for row in result
        ]
    return result


def total(a: Matrix, b: Matrix) -> Matrix:
    return [[x + y for x, y in zip(r, s, strict=True)] for r, s in zip(a, b, strict=True)]


def scaled(factor: int | Fraction, a: Matrix) -> Matrix:
    return [[factor * x for x in row] for row in a]


def transposed(a: Matrix) -> Matrix:
    return [list(column) for column in zip(*a, strict=True)]


def part(a: Matrix, rows: Iterable[int], columns: Iterable[int]) -> Matrix:
    chosen = list(columns)
    return [[a[i][j] for j in chosen] for i in rows]


def echelon(a: Matrix) -> tuple[Matrix, int, int]:
    """Gaussian elimination: an echelon form, the rank, and the sign of the row exchanges."""
    rows = [list(row) for row in a]
    rank, sign = 0, 1
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((i for i in range(rank, len(rows)) if rows[i][column] != 0), None)
        if pivot is None:
            continue
        if pivot != rank:
            rows[rank], rows[pivot] = rows[pivot], rows[rank]
            sign = -sign
        for i in range(rank + 1, len(rows)):
            factor = rows[i][column] / rows[rank][column]
            if factor:
                rows[i] = [x - factor * y for x, y in zip(rows[i], rows[rank], strict=True)]
        rank += 1
    return rows, rank, sign


def rank(a: Matrix) -> int:
    return echelon(a)[1]


def determinant(a: Matrix) -> Fraction:
    rows, _, sign = echelon(a)
    value = Fraction(sign)
    for i in range(len(rows)):
        value *= rows[i][i]
    return value


def inverse(a: Matrix) -> Matrix:
    n = len(a)
    rows = [[*row, *unit] for row, unit in zip(a, identity(n), strict=True)]
    for column in range(n):
        pivot = next(i for i in range(column, n) if rows[i][column] != 0)
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [x / rows[column][column] for x in rows[column]]
        for i in range(n):
            if i != column and rows[i][column]:
                factor = rows[i][column]
                rows[i] = [x - factor * y for x, y in zip(rows[i], rows[column], strict=True)]
    return [row[n:] for row in rows]


def slope_matrix(a: Matrix, b: Matrix, c: Matrix, e: Matrix, slopes: Sequence[int | Fraction]) -> Matrix:
    """J(D) = C + E (I - D B)^-1 D A, by forward differentiation: dz = A dx + B dh, dh = D dz, dy = C dx + E dh."""
    n = len(c[0])
    derivatives: Matrix = []
    for i, d in enumerate(slopes):
        row = list(a[i])
        for j in range(i):
            row = [x + b[i][j] * y for x, y in zip(row, derivatives[j], strict=True)]
        derivatives.append([d * x for x in row])
    result = [list(row) for row in c]
    for k, row in enumerate(e):
        for j, weight in enumerate(row):
            result[k] = [result[k][m] + weight * derivatives[j][m] for m in range(n)]
    return result


def coefficient(a: Matrix, b: Matrix, c: Matrix, e: Matrix, units: Sequence[int]) -> Fraction:
    """The coefficient of the product of the slopes of `units` in det J(D): det [[-B_SS, -A_S], [E_S, C]]."""
    n = len(c)
    top = [[-b[i][j] for j in units] + [-x for x in a[i]] for i in units]
    bottom = [[e[k][j] for j in units] + list(c[k]) for k in range(n)]
    return determinant(top + bottom)


def subsets(n: int) -> list[tuple[int, ...]]:
    return [s for size in range(n + 1) for s in combinations(range(n), size)]


def random_matrix(random_: random.Random, rows: int, columns: int, size: int = 3) -> Matrix:
    return matrix([random_.randint(-size, size) for _ in range(columns)] for _ in range(rows))


def feed_forward(random_: random.Random, units: int, size: int = 2) -> Matrix:
    """A strictly lower triangular matrix."""
    return matrix([random_.randint(-size, size) if j < i else 0 for j in range(units)] for i in range(units))


def is_positive_definite(a: Matrix) -> bool:
    """Of the symmetric part, by Sylvester's criterion."""
    symmetric = total(a, transposed(a))
    return all(determinant(part(symmetric, range(k), range(k))) > 0 for k in range(1, len(a) + 1))


def is_positive_semidefinite(a: Matrix) -> bool:
    """Of the symmetric part: all principal minors are nonnegative."""
    symmetric = total(a, transposed(a))
    return all(determinant(part(symmetric, s, s)) >= 0 for s in subsets(len(a)) if s)
