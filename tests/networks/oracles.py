"""Oracles for networks that share no code with them: finite differences, and plain loops over Fractions."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import numpy.typing as npt


def difference_jacobian(
    f: Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]],
    x: npt.NDArray[np.float64],
    h: float = 1e-5,
) -> npt.NDArray[np.float64]:
    """Central differences, column by column."""
    columns = [(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(len(x))]
    return np.stack(columns, axis=-1)


def apply(matrix: npt.NDArray[np.object_], vector: list[Fraction]) -> list[Fraction]:
    """Matrix times vector, by loops."""
    return [sum((m * v for m, v in zip(row, vector, strict=True)), Fraction(0)) for row in matrix.tolist()]
