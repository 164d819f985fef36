"""The step sizes that a claim is about: what stands beside the word for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

from flint import fmpq

from invexcheck.architectures.methods import ALL_BUT, BETWEEN, LISTED, NUMBER, SIZES, STEPS
from invexcheck.errors import Path, Reject
from invexcheck.limits import Limits
from invexcheck.reading import Fields, rational

MAX_SIZES = 100_000
MAX_SHOWN = 40
MAX_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Sizes:
    """Step sizes: some that are listed, or an open interval, or all but some points and closed intervals."""

    word: str
    listed: tuple[fmpq, ...] = ()
    left_out: tuple[tuple[fmpq, fmpq], ...] = ()
    low: fmpq | None = None
    high: fmpq | None = None

    @property
    def one(self) -> fmpq | None:
        """The step size, of a claim about one."""
        return self.listed[0] if self.word == NUMBER else None

    def meet(self, low: fmpq, high: fmpq) -> bool:
        """Whether the claim may be about some number of a closed interval, in which 0 is not."""
        if self.word == ALL_BUT:
            return not any(a <= low and high <= b for a, b in self.left_out)
        if self.word in LISTED:
            return any(low <= q <= high for q in self.listed)
        if self.word == BETWEEN and self.low is not None:
            return high > self.low and (self.high is None or low < self.high)
        return True

    def hold(self, low: fmpq, high: fmpq) -> bool:
        """Whether all numbers of a closed interval are among the step sizes."""
        if self.word == NUMBER:
            return low == high == self.listed[0]
        if self.word == BETWEEN and self.low is not None:
            return low > self.low and (self.high is None or high < self.high)
        return False

    @property
    def text(self) -> dict[str, str]:
        """What stands in a sentence for each of the words in braces."""
        between = (
            "" if self.low is None else f"with {self.low} < eta" + (f" < {self.high}" if self.high else "")
        )
        return {
            "{size}": shortened(map(str, self.listed[:1]), len(self.listed[:1])),
            "{sizes}": shortened(map(str, self.listed), len(self.listed)),
            "{except}": shortened(map(_range, self.left_out), len(self.left_out)),
            "{between}": between,
        }

    @property
    def ends(self) -> list[fmpq]:
        """The numbers at which the claim begins or ends to say something."""
        points = [*self.listed, *(q for pair in self.left_out for q in pair)]
        return [q for q in (*points, self.low, self.high) if q is not None]

    @property
    def reciprocals(self) -> list[fmpq]:
        """One over each of the ends, but 0: eigenvalues at which it matters whether they are met exactly."""
        return [1 / q for q in self.ends if q != 0]


def shortened(items: Iterable[str], count: int) -> str:
    """A list, of which what is too long is left to the claim."""
    shown = list(islice(items, MAX_SHOWN))
    if count > MAX_SHOWN:
        shown.append(f"{count - MAX_SHOWN} more in the claim")
    return ", ".join(shown)


def _range(pair: tuple[fmpq, fmpq]) -> str:
    low, high = pair
    return str(low) if low == high else f"those in [{decimal(low)}, {decimal(high)}]"


def decimal(q: fmpq) -> str:
    """A rational, as a decimal number if it is a short one."""
    for digits in range(1, MAX_DIGITS):
        scaled = q * fmpq(10) ** digits
        if scaled.q == 1:
            text = str(abs(int(scaled.p))).rjust(digits + 1, "0")
            return f"{'-' if q < 0 else ''}{text[:-digits]}.{text[-digits:]}"
    return str(q)


WHATEVER = Sizes("")
"""Of a claim that says nothing about step sizes."""


def read_sizes(fields: Fields, limits: Limits) -> Sizes:
    """``step``, and what goes with its word: ``except``, ``sizes`` or ``between``."""
    word = fields.text("step")
    if word not in STEPS:
        return Sizes(NUMBER, (_positive(fields.rational("step"), (*fields.path, "step")),))
    if word == SIZES:
        listed = fields.items("sizes")
        if not 1 <= len(listed) <= MAX_SIZES:
            raise Reject("a schedule has some step sizes, and not too many", "claim", fields.path)
        return Sizes(word, tuple(_positive(rational(raw, limits, path), path) for raw, path in listed))
    if word == BETWEEN:
        raw, path = fields.raw("between"), (*fields.path, "between")
        if type(raw) is not list or len(raw) != 2:
            raise Reject("an interval of step sizes has two ends", "claim", path)
        low = rational(raw[0], limits, path)
        high = None if raw[1] is None else rational(raw[1], limits, path)
        if low < 0 or (high is not None and not low < high):
            raise Reject("step sizes between two numbers: 0 or more, ascending", "claim", path)
        return Sizes(word, low=low, high=high)
    if word == ALL_BUT:
        return Sizes(word, left_out=_left_out(fields, limits))
    return Sizes(word)


def _positive(size: fmpq, path: Path) -> fmpq:
    if not size > 0:
        raise Reject("a step size is positive", "claim", path)
    return size


def _left_out(fields: Fields, limits: Limits) -> tuple[tuple[fmpq, fmpq], ...]:
    """The exceptions, ascending and apart: rationals that are not 0, and pairs of them for closed intervals."""
    result = tuple(_exception(raw, limits, path) for raw, path in fields.items("except"))
    if not 1 <= len(result) <= MAX_SIZES or any(not a[1] < b[0] for a, b in pairwise(result)):
        raise Reject("step sizes that are left out are ascending", "claim", fields.path)
    return result


def _exception(raw: Any, limits: Limits, path: Path) -> tuple[fmpq, fmpq]:
    if type(raw) is not list:
        low = high = rational(raw, limits, path)
    else:
        if len(raw) != 2:
            raise Reject("an interval that is left out has two ends", "claim", path)
        low, high = (rational(end, limits, path) for end in raw)
        if not low < high:
            raise Reject("an interval that is left out has an inside", "claim", path)
    if low <= 0 <= high:
        raise Reject("0 is never a bad step size", "claim", path)
    return low, high
