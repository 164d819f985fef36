"""What a tape computes with: rationals where values are known exactly, or balls of real numbers."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

from flint import arb, arb_mat, fmpq, fmpq_mat

from invexcheck.errors import Reject

ZERO, ONE = fmpq(0), fmpq(1)


class Unknown:
    """Some real number of which nothing is known. Times 0 it is 0."""

    __slots__ = ()

    def __add__(self, other: Any) -> Any:
        return self

    __radd__ = __sub__ = __rsub__ = __add__

    def __neg__(self) -> Unknown:
        return self

    def __mul__(self, other: Any) -> Any:
        return self if other is self or other != 0 else ZERO

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Unknown:
        require_known(other)
        if other == 0:
            raise Reject("a division by 0", "domain")
        return self

    def __rtruediv__(self, other: Any) -> Any:
        raise unknown()

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()
Number = Any
"""A rational or UNKNOWN; or a ball."""
Entries = list[Number]


def unknown() -> Reject:
    return Reject("a value that is not known exactly is needed", "inexact")


def require_known(value: Number) -> None:
    if value is UNKNOWN:
        raise unknown()


class Exact:
    """Rational arithmetic."""

    name = "exact"

    @staticmethod
    def number(q: fmpq) -> Number:
        return q

    @staticmethod
    def positive(u: Number) -> None:
        require_known(u)
        if not u > 0:
            raise Reject("a logarithm or root of a number that is not positive", "domain")

    @staticmethod
    def divide(a: Number, b: Number) -> Number:
        require_known(b)
        if b == 0:
            raise Reject("a division by 0", "domain")
        return a / b

    @staticmethod
    def side(u: Number, point: fmpq) -> int:
        """-1 below the point, 1 above it."""
        require_known(u)
        if u == point:
            raise Reject("an argument is a breakpoint at the witness", "domain")
        return 1 if u > point else -1

    @staticmethod
    def centre(u: Number) -> Number:
        """A number near u; any will do."""
        return ZERO if u is UNKNOWN else u

    @staticmethod
    def matrix(rows: int, columns: int, entries: Sequence[Number]) -> Any:
        if any(x is UNKNOWN for x in entries):
            return Loose(rows, columns, entries)
        return fmpq_mat(rows, columns, entries)

    @staticmethod
    def product(a: Any, b: Any) -> Entries:
        if isinstance(a, fmpq_mat) and isinstance(b, fmpq_mat):
            return list((a * b).entries())
        left, right = Loose.of(a), Loose.of(b)
        return [
            sum(map(operator.mul, row, column), ZERO) for row in left.rows() for column in right.columns()
        ]


class Loose:
    """A matrix with unknown entries."""

    def __init__(self, rows: int, columns: int, entries: Sequence[Number]) -> None:
        self.shape, self.entries = (rows, columns), list(entries)

    @staticmethod
    def of(matrix: Any) -> Loose:
        if isinstance(matrix, Loose):
            return matrix
        return Loose(matrix.nrows(), matrix.ncols(), matrix.entries())

    def transpose(self) -> Loose:
        return Loose(self.shape[1], self.shape[0], [x for column in self.columns() for x in column])

    def rows(self) -> list[Entries]:
        n = self.shape[1]
        return [self.entries[i * n : (i + 1) * n] for i in range(self.shape[0])]

    def columns(self) -> list[Entries]:
        return [self.entries[j :: self.shape[1]] for j in range(self.shape[1])]


class Balls:
    """Arb's balls, at the working precision of the process."""

    name = "balls"

    @staticmethod
    def number(q: fmpq) -> Number:
        return arb(q)

    @staticmethod
    def positive(u: Number) -> None:
        if (u > 0) is not True:
            raise Reject("a logarithm or root of a number that may not be positive", "domain")

    @staticmethod
    def divide(a: Number, b: Number) -> Number:
        result = a / b
        if not result.is_finite():
            raise Reject("a division by a number that may be 0", "domain")
        return result

    @staticmethod
    def side(u: Number, point: fmpq) -> int:
        if (u > point) is True:
            return 1
        if (u < point) is True:
            return -1
        raise Reject("an argument may be a breakpoint at the witness", "domain")

    @staticmethod
    def centre(u: Number) -> Number:
        return u.mid()

    @staticmethod
    def matrix(rows: int, columns: int, entries: Sequence[Number]) -> Any:
        return arb_mat(rows, columns, entries)

    @staticmethod
    def product(a: Any, b: Any) -> Entries:
        return list((a * b).entries())


Arithmetic = type[Exact] | type[Balls]
