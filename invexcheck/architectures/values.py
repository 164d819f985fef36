"""What is known of a value in a graph, for all parameters: its kind, its shape, its range and its smoothness."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

from flint import fmpq, fmpz

MAX_BITS = 256
"""Ends of ranges with more bits are widened."""

ZERO, ONE = fmpq(0), fmpq(1)

REAL, INTEGER, BOOLEAN, EXTENDED = "real", "integer", "boolean", "extended"
KINDS = (REAL, INTEGER, BOOLEAN, EXTENDED)
"""``extended``: real or minus infinity, the latter at places that the data alone decide."""


class Smoothness(IntEnum):
    """Of a value as a function of the parameters, the data being fixed. All three are sign-piecewise analytic."""

    DISCONTINUOUS = 0
    CONTINUOUS = 1
    ANALYTIC = 2


@dataclass(frozen=True, slots=True)
class Range:
    """An interval of reals; None is an infinite end. Infinite ends are open."""

    low: fmpq | None = None
    high: fmpq | None = None
    low_open: bool = False
    high_open: bool = False

    @staticmethod
    def point(value: fmpq) -> Range:
        return Range(value, value)

    def __str__(self) -> str:
        left = "(-oo" if self.low is None else f"{'(' if self.low_open else '['}{self.low}"
        right = "oo)" if self.high is None else f"{self.high}{')' if self.high_open else ']'}"
        return f"{left}, {right}"

    @property
    def positive(self) -> bool:
        return self.low is not None and (self.low > 0 or (self.low == 0 and self.low_open))

    @property
    def negative(self) -> bool:
        return self.high is not None and (self.high < 0 or (self.high == 0 and self.high_open))

    @property
    def nonnegative(self) -> bool:
        return self.low is not None and self.low >= 0

    @property
    def nonpositive(self) -> bool:
        return self.high is not None and self.high <= 0

    @property
    def nonzero(self) -> bool:
        return self.positive or self.negative

    @property
    def zero(self) -> bool:
        """Whether every number is 0."""
        return self.nonnegative and self.nonpositive

    def above(self, bound: fmpq, strictly: bool = False) -> bool:
        """Whether every number is at least the bound, or above it."""
        return self.low is not None and (
            self.low > bound or (self.low == bound and (self.low_open or not strictly))
        )

    def below(self, bound: fmpq, strictly: bool = False) -> bool:
        return (-self).above(-bound, strictly)

    def inside(self, other: Range) -> bool:
        """Whether every number of this range is in the other."""
        low = other.low is None or self.above(other.low, other.low_open)
        return low and (other.high is None or self.below(other.high, other.high_open))

    @property
    def empty(self) -> bool:
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))

    def meet(self, other: Range) -> Range:
        """The numbers in both."""
        low, low_open = _higher((self.low, self.low_open), (other.low, other.low_open))
        high, high_open = _higher(_mirror(self.high, self.high_open), _mirror(other.high, other.high_open))
        return Range(low, None if high is None else -high, low_open, high_open)

    def hull(self, other: Range) -> Range:
        """The smallest interval with both."""
        if self.low is None or other.low is None:
            low, low_open = None, False
        else:
            low, low_open = min((self.low, self.low_open), (other.low, other.low_open))
        if self.high is None or other.high is None:
            high, high_open = None, False
        else:
            top, closed = max((self.high, not self.high_open), (other.high, not other.high_open))
            high, high_open = top, not closed
        return Range(low, high, low_open, high_open)

    # -- arithmetic of sets: every result of the operation is in the result

    def __neg__(self) -> Range:
        low = None if self.high is None else -self.high
        high = None if self.low is None else -self.low
        return Range(low, high, self.high_open, self.low_open)

    def __add__(self, other: Range) -> Range:
        low = None if self.low is None or other.low is None else self.low + other.low
        high = None if self.high is None or other.high is None else self.high + other.high
        return _coarse(Range(low, high, self.low_open or other.low_open, self.high_open or other.high_open))

    def __sub__(self, other: Range) -> Range:
        return self + (-other)

    def __mul__(self, other: Range) -> Range:
        if self.negative or (self.nonpositive and not self.nonnegative):
            return -((-self) * other)
        if other.negative or (other.nonpositive and not other.nonnegative):
            return -(self * (-other))
        if not self.nonnegative and other.nonnegative:
            return other * self
        if not self.nonnegative:
            return _mixed(self, other)
        if not other.nonnegative:  # a factor that is at least 0 and one of both signs
            low = None if self.high is None or other.low is None else self.high * other.low
            high = None if self.high is None or other.high is None else self.high * other.high
            return _coarse(Range(low, high))
        return _coarse(_product_of_nonnegative(self, other))

    def scaled(self, count: int) -> Range:
        """The range of sums of `count` numbers of this one."""
        low = None if self.low is None else self.low * count
        high = None if self.high is None else self.high * count
        return _coarse(replace(self, low=low, high=high))

    def inverse(self) -> Range:
        """Of reciprocals; the range must not contain 0."""
        if self.negative:
            return -((-self).inverse())
        low = ZERO if self.high is None else 1 / self.high
        low_open = True if self.high is None else self.high_open
        high = None if self.low is None or self.low == 0 else 1 / self.low
        return _coarse(Range(low, high, low_open, self.low_open))

    def square(self) -> Range:
        """Of squares."""
        if self.nonnegative or self.nonpositive:
            return self * self
        sides = [side * side for side in (self.low, self.high) if side is not None]
        return _coarse(Range(ZERO, max(sides) if len(sides) == 2 else None))

    def modulus(self) -> Range:
        """Of absolute values."""
        if self.nonnegative:
            return self
        if self.nonpositive:
            return -self
        high = None if self.low is None or self.high is None else max(-self.low, self.high)
        return Range(ZERO, high)

    def maximum(self, other: Range) -> Range:
        """Of maxima of a number here and one there."""
        low, low_open = _higher((self.low, self.low_open), (other.low, other.low_open))
        return replace(self.hull(other), low=low, low_open=low_open)

    def minimum(self, other: Range) -> Range:
        return -(-self).maximum(-other)


REALS = Range()
NONNEGATIVE = Range(low=ZERO)
POSITIVE = Range(low=ZERO, low_open=True)
UNIT = Range(ZERO, ONE)
OPEN_UNIT = Range(ZERO, ONE, True, True)


def _higher(a: tuple[fmpq | None, bool], b: tuple[fmpq | None, bool]) -> tuple[fmpq | None, bool]:
    """The more demanding of two lower ends."""
    if a[0] is None or b[0] is None:
        return a if b[0] is None else b
    if a[0] == b[0]:
        return a[0], a[1] or b[1]
    return a if a[0] > b[0] else b


def _mirror(end: fmpq | None, is_open: bool) -> tuple[fmpq | None, bool]:
    return (None if end is None else -end), is_open


def _product_of_nonnegative(a: Range, b: Range) -> Range:
    if a.low is None or b.low is None:
        raise ValueError("not a product of nonnegative ranges")
    # Zero is a value of the product if a factor may be zero; otherwise the product of the low ends bounds it.
    low_open = a.positive and b.positive and (a.low_open or b.low_open)
    high = None if a.high is None or b.high is None else a.high * b.high
    return Range(a.low * b.low, high, low_open, False)


def _mixed(a: Range, b: Range) -> Range:
    """Both ranges have numbers of both signs."""
    if a.low is None or a.high is None or b.low is None or b.high is None:
        return REALS
    low = min(a.low * b.high, a.high * b.low)
    high = max(a.low * b.low, a.high * b.high)
    return _coarse(Range(low, high))


def _coarse(given: Range) -> Range:
    """A range with short ends that contains the given one."""
    low, low_open = _short(given.low, given.low_open)
    high, high_open = _short(None if given.high is None else -given.high, given.high_open)
    return Range(low, None if high is None else -high, low_open, high_open)


def _short(low: fmpq | None, is_open: bool) -> tuple[fmpq | None, bool]:
    """A lower end that is not above this one."""
    if low is None or max(fmpz(low.p).bit_length(), fmpz(low.q).bit_length()) <= MAX_BITS:
        return low, is_open
    return (ZERO, True) if low > 0 else (None, False)


@dataclass(frozen=True, slots=True)
class Value:
    """A tensor in a graph; `range` is of all its entries that are finite."""

    kind: str
    shape: tuple[int, ...]
    range: Range = REALS
    trained: bool = False
    """Whether it depends on a parameter."""
    smoothness: Smoothness = Smoothness.ANALYTIC

    @property
    def size(self) -> int:
        result = 1
        for n in self.shape:
            result *= n
        return result
