"""Which eigenvalues are left, as Hessians at witnesses are looked at one after another.

What is left is a list of enclosures of the eigenvalues one over which may be a bad step size, or None while nothing is
known of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from invexcheck.architectures.sizes import Sizes
from invexcheck.hessians.numbers import Entries
from invexcheck.hessians.spectra import Enclosure, Matrix, is_rational, nonzero_eigenvalues, remaining
from invexcheck.limits import Budget

Left = list[Enclosure] | None


def asked(sizes: Sizes) -> Left:
    """Before the first witness: one over each step size that is listed."""
    return [Enclosure(1 / q, 1 / q) for q in sizes.listed] if sizes.listed else None


def narrowed(left: Left, rows: Sequence[Entries], sizes: Sizes, budget: Budget) -> Left:
    """After one more Hessian, rational or of balls, of a claim about these step sizes.

    The first rational one gives enclosures; one of balls alone can be small enough for all step sizes below a number.
    """
    if left is not None:
        return remaining(left, rows, budget)
    if is_rational(rows):
        found = nonzero_eigenvalues(rows, sizes.reciprocals, budget)
        return [v for v in found if sizes.meet(v.inverse.low, v.inverse.high)]
    return [] if sizes.high is not None and Matrix(rows, budget).below(1 / sizes.high) else None
