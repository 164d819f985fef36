"""Arrays of exact rationals: object arrays of Fractions, and of integers over a common denominator."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

ExactArray: TypeAlias = npt.NDArray[np.object_]
"""An array of ints or Fractions."""


def objects(values: Iterable[Any]) -> ExactArray:
    """A 1-d object array of the values themselves."""
    listed = list(values)
    array = np.empty(len(listed), dtype=object)
    array[:] = listed
    return array


def zeros(shape: tuple[int, ...]) -> ExactArray:
    """Fractions 0."""
    return np.full(shape, Fraction(0), dtype=object)


def identity(size: int) -> ExactArray:
    """The identity matrix of Fractions."""
    matrix = zeros((size, size))
    np.fill_diagonal(matrix, Fraction(1))
    return matrix


def over_common_denominator(fractions: ExactArray) -> tuple[ExactArray, int]:
    """Numerators over the least common denominator."""
    flat = fractions.ravel().tolist()
    denominator = math.lcm(*(v.denominator for v in flat))
    numerators = objects(v.numerator * (denominator // v.denominator) for v in flat)
    return numerators.reshape(fractions.shape), denominator


def matrix_product(left: ExactArray, right: ExactArray) -> ExactArray:
    """The product of matrices of Fractions; integers are multiplied, for adding Fractions is slow."""
    (m, p), (n, q) = over_common_denominator(left), over_common_denominator(right)
    product = np.dot(m, n)
    return objects(Fraction(v, p * q) for v in product.ravel().tolist()).reshape(product.shape)
