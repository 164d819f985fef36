"""The Jacobian's determinant as a polynomial in the slopes: its coefficients, and its values at all corners.

For slopes d of the units of a slope form the determinant is multi-affine in d (each d_i occurs to at most the
first power). So over a box of slopes it takes its extreme values at corners: 2^h numbers for h units.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from invexproof.engines.rounding import Array
from invexproof.errors import InvexproofError
from invexproof.networks.slope_form import SlopeForm

MOST_UNITS = 16
GROUP = 3
"""Units whose corners are taken in one matrix product."""
LARGEST_CONDITION = 1e6
"""Above this condition number of C the coefficients are computed without dividing by it."""


class MultiaffineError(InvexproofError):
    """A slope form for which the determinant can't be searched: not square, or too many units."""


def coefficients(form: SlopeForm[Array]) -> Array:
    """Coefficients of det J in the slopes, shape (2^h,): entry number sum of 2^(h-1-i), i in S, is that of
    the product of d_i, i in S.

    It is the determinant of [[-B[S,S], -A[S]], [E[:,S], C]]; if C is invertible det C times the principal
    minor M[S,S] of M = A C^-1 E - B. Raises MultiaffineError.
    """
    outputs, inputs = form.C.shape
    units = len(form.functions)
    if outputs != inputs:
        raise MultiaffineError(
            f"a determinant needs as many outputs as inputs, not {outputs} and {inputs};"
            " give columns for maps with fewer outputs"
        )
    if units > MOST_UNITS:
        raise MultiaffineError(
            f"{units} units in one block have 2^{units} corners; at most {MOST_UNITS} are tried: cut the map"
            " into blocks where all paths meet"
        )
    whole = np.zeros(2**units)
    if inputs == 0 or np.linalg.cond(form.C) < LARGEST_CONDITION:
        matrix = form.A @ np.linalg.solve(form.C, form.E) - form.B if inputs else -form.B
        scale = np.linalg.det(form.C)
        whole[0] = scale
        for entries, rows in _subsets(units):
            whole[entries] = scale * np.linalg.det(matrix[rows[:, :, None], rows[:, None, :]])
        return whole
    whole[0] = np.linalg.det(form.C)
    for entries, rows in _subsets(units):
        size = rows.shape[1]
        bordered = np.empty((len(rows), size + outputs, size + outputs))
        bordered[:, :size, :size] = -form.B[rows[:, :, None], rows[:, None, :]]
        bordered[:, :size, size:] = -form.A[rows]
        bordered[:, size:, :size] = form.E.T[rows].transpose(0, 2, 1)
        bordered[:, size:, size:] = form.C
        whole[entries] = np.linalg.det(bordered)
    return whole


@lru_cache(maxsize=MOST_UNITS + 1)
def _subsets(units: int) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """For each size the numbers of the subsets, shape (m,), and their elements, shape (m, size)."""
    found = []
    for size in range(1, units + 1):
        rows = np.array(list(combinations(range(units), size)), dtype=np.intp)
        found.append(((1 << (units - 1 - rows)).sum(axis=1), rows))
    return found


def corner_values(polynomial: Array, lower: Array, upper: Array) -> Array:
    """Values at all corners of n boxes of slopes; lower, upper: shape (n, h). Shape (n, 2^h).

    Corner number sum of 2^(h-1-i) over i in S takes d_i = upper_i for i in S, and lower_i elsewhere. One unit
    turns each pair (p, q) of coefficients without and with it into (p + lower q, p + upper q); a few units at
    once are a product with a small matrix (so small that no library starts threads for it).
    """
    count, units = lower.shape
    single = np.ones((count, units, 2, 2))
    single[:, :, 0, 1], single[:, :, 1, 1] = lower, upper
    values = polynomial
    for done in range(0, units, GROUP):
        factor = single[:, done]
        for i in range(done + 1, min(done + GROUP, units)):
            factor = _kronecker(factor, single[:, i])
        size = factor.shape[1]
        if done == 0:
            values = factor @ polynomial.reshape(size, -1)
        elif done + GROUP >= units:
            values = values.reshape(count, -1, size) @ factor.transpose(0, 2, 1)
        else:
            values = factor[:, None] @ values.reshape(count, 2**done, size, -1)
    return np.broadcast_to(values.reshape(-1, 2**units), (count, 2**units))


def _kronecker(a: Array, b: Array) -> Array:
    """Kronecker products of n pairs of square matrices."""
    size = a.shape[1] * b.shape[1]
    return (a[:, :, None, :, None] * b[:, None, :, None, :]).reshape(len(a), size, size)


def values_at(polynomial: Array, slopes: Array) -> Array:
    """Values at n vectors of slopes, shape (n, h); shape (n,)."""
    half = slopes.shape[1] // 2
    first, second = _products(slopes[:, :half]), _products(slopes[:, half:])
    values: Array = ((first @ polynomial.reshape(first.shape[1], -1)) * second).sum(axis=1)
    return values


def _products(slopes: Array) -> Array:
    """All products of subsets of the slopes, in the order of the coefficients; shape (n, 2^h)."""
    count, units = slopes.shape
    products = np.ones((count, 2**units))
    for i in range(units):  # the last units change fastest
        step = 2 ** (units - 1 - i)
        known = products[:, :: 2 * step]
        np.multiply(known, slopes[:, i : i + 1], out=products[:, step :: 2 * step])
    return products
