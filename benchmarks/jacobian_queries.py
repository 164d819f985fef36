"""`Is the determinant 0 somewhere in the box?` as queries for engines that know nothing of Jacobians.

The determinant is written out, as a polynomial in the slopes or by minors, without any division.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from benchmarks.jacobian_instances import Instance, Layer, Matrix
from invexproof.engines.interface import Atom, Query
from invexproof.expressions.terms import Expression, power, rational, tanh, var

DELTA = Fraction(1, 1000)


def queries(instance: Instance) -> dict[str, Query]:
    """One query for each way to write the determinant of a map of one layer.

    Raises ValueError for several layers.
    """
    if len(instance.layers) != 1:
        raise ValueError("the determinant is written out for one layer only")
    names = [f"x{k + 1}" for k in range(instance.dimension)]
    bounds = dict(zip(names, instance.box, strict=True))
    return {
        form: Query(bounds, Atom(write(instance.layers[0], _slopes(instance.layers[0], names)), "="), DELTA)
        for form, write in FORMS.items()
    }


def _slopes(layer: Layer, names: list[str]) -> list[Expression]:
    """1 - tanh(z)^2 for each unit."""
    found = []
    for row, constant in zip(layer.inner, layer.bias, strict=True):
        z = _sum([weight * var(name) for weight, name in zip(row, names, strict=True) if weight])
        found.append(1 - power(tanh(z + constant if constant else z), 2))
    return found


def expanded(layer: Layer, slopes: list[Expression]) -> Expression:
    """The sum over sets S of units of det M[S,S] times the product of their slopes, M = inner outer."""
    columns = list(zip(*layer.outer, strict=True))
    product = [[_dot(row, column) for column in columns] for row in layer.inner]
    terms = []
    for subset in range(1 << len(slopes)):
        units = [i for i in range(len(slopes)) if subset >> i & 1]
        term = rational(exact_determinant([[product[i][j] for j in units] for i in units]))
        for i in units:
            term = term * slopes[i]
        terms.append(term)
    return _sum(terms)


def by_minors(layer: Layer, slopes: list[Expression]) -> Expression:
    """Laplace expansion of I + outer diag(slopes) inner along its rows; minors are shared."""
    size = len(layer.outer)

    def entry(i: int, j: int) -> Expression:
        parts = [layer.outer[i][k] * layer.inner[k][j] * slopes[k] for k in range(len(slopes))]
        return _sum([rational(int(i == j)), *parts] if i == j else parts)

    entries = [[entry(i, j) for j in range(size)] for i in range(size)]
    minors: dict[int, Expression] = {0: rational(1)}
    for columns in sorted(range(1, 1 << size), key=int.bit_count):
        row = columns.bit_count() - 1
        inside = [j for j in range(size) if columns >> j & 1]
        terms = []
        for place, j in enumerate(inside):
            term = entries[row][j] * minors[columns & ~(1 << j)]
            terms.append(term if (row + place) % 2 == 0 else -term)
        minors[columns] = _sum(terms)
    return minors[(1 << size) - 1]


FORMS: Mapping[str, Callable[[Layer, list[Expression]], Expression]] = {
    "expanded": expanded,
    "minors": by_minors,
}


def exact_determinant(matrix: list[list[Fraction]] | Matrix) -> Fraction:
    """By Gaussian elimination; 1 for the empty matrix."""
    rows, result = [list(row) for row in matrix], Fraction(1)
    for k in range(len(rows)):
        pivot = next((i for i in range(k, len(rows)) if rows[i][k]), None)
        if pivot is None:
            return Fraction(0)
        if pivot != k:
            rows[k], rows[pivot], result = rows[pivot], rows[k], -result
        result *= rows[k][k]
        for i in range(k + 1, len(rows)):
            factor = rows[i][k] / rows[k][k]
            rows[i] = [x - factor * y for x, y in zip(rows[i], rows[k], strict=True)]
    return result


def _dot(row: Sequence[Fraction], column: Sequence[Fraction]) -> Fraction:
    return sum((p * q for p, q in zip(row, column, strict=True)), Fraction(0))


def _sum(parts: list[Expression]) -> Expression:
    """A balanced sum, so that it is not nested deeply."""
    if not parts:
        return rational(0)
    while len(parts) > 1:
        parts = [a + b for a, b in zip(parts[::2], parts[1::2], strict=False)] + parts[len(parts) & ~1 :]
    return parts[0]
