"""Random arguments for operators of graphs: kinds, shapes, ranges and attributes."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flint import fmpq

from invexcheck.architectures.values import BOOLEAN, EXTENDED, INTEGER, REAL, REALS, Range, Smoothness, Value

Json = dict[str, Any]
Shape = tuple[int, ...]
Argument = Value | fmpq | str | None
Made = tuple[list[Argument], Json]
POINTS = ("-3", "-2", "-1", "-1/2", "0", "1/2", "1", "2", "3")


def exact(text: str) -> fmpq:
    numerator, _, denominator = text.partition("/")
    return fmpq(int(numerator), int(denominator or "1"))


def interval(text: str) -> Range:
    """``(0, 1]``, ``[0, oo)``."""
    low, high = (
        None if end.strip() in ("-oo", "oo") else exact(end.strip()) for end in text[1:-1].split(",")
    )
    return Range(low, high, text[0] == "(" and low is not None, text[-1] == ")" and high is not None)


def discrete(kind: str, shape: Sequence[int], known: Range, trained: bool) -> Value:
    smoothness = Smoothness.DISCONTINUOUS if trained else Smoothness.ANALYTIC
    return Value(kind, tuple(shape), known, trained, smoothness)


class Draw:
    """Random arguments; `wide` ones have the largest range that is asked for, and are trained."""

    def __init__(self, seed: object, wide: bool = False) -> None:
        self.random = random.Random(repr(seed))
        self.wide = wide

    def size(self, most: int = 4, least: int = 1) -> int:
        return self.random.randint(least, most)

    def sizes(self, count: int, most: int = 4, least: int = 1) -> list[int]:
        return [self.size(most, least) for _ in range(count)]

    def shape(self, least: int = 0, most: int = 3) -> Shape:
        return tuple(self.sizes(self.random.randint(least, most)))

    def flag(self) -> bool:
        return self.random.random() < 0.5

    def of(self, *choices: Any) -> Any:
        return self.random.choice(choices)

    def range(self, within: str = "(-oo, oo)") -> Range:
        """A random one inside of the one that is given."""
        largest = interval(within)
        if self.wide or self.random.random() < 0.2:
            return largest
        for _ in range(200):
            low, high = (None if self.random.random() < 0.3 else exact(self.of(*POINTS)) for _ in range(2))
            known = Range(low, high, low is not None and self.flag(), high is not None and self.flag())
            if not known.empty and known.inside(largest):
                return known
        return largest

    def real(self, shape: Sequence[int], within: str = "(-oo, oo)", data: bool = False) -> Value:
        """Real numbers; trained ones, more often than not."""
        trained = not data and (self.wide or self.random.random() < 0.8)
        return Value(REAL, tuple(shape), self.range(within), trained)

    def integers(self, shape: Sequence[int], size: int, trained: bool | None = None) -> Value:
        """Integers from 0 to below the size."""
        known = self.random.random() < 0.3 if trained is None else trained
        return discrete(INTEGER, shape, Range(fmpq(0), fmpq(size - 1)), known and not self.wide)

    def booleans(self, shape: Sequence[int], trained: bool = False) -> Value:
        return discrete(BOOLEAN, shape, REALS, trained)

    def scores(self, shape: Sequence[int]) -> Value:
        """Real numbers, and minus infinity perhaps."""
        if self.wide or self.flag():
            return self.real(shape)
        return Value(EXTENDED, tuple(shape), self.range(), self.flag())

    def any(self, shape: Sequence[int]) -> Value:
        """Of any kind."""
        if self.wide or self.flag():
            return self.real(shape)
        return self.of(self.integers(shape, 5), self.booleans(shape, self.flag()), self.scores(shape))

    def broadcast(self, count: int) -> list[Shape]:
        """Shapes that go together."""
        full = self.shape(0, 3)
        cut = [full[self.random.randint(0, len(full)) if self.flag() else 0 :] for _ in range(count)]
        return [tuple(1 if self.random.random() < 0.25 else n for n in shape) for shape in cut]

    def axes(self, shape: Shape) -> Json:
        count = self.random.randint(1, len(shape))
        chosen = sorted(self.random.sample(range(len(shape)), count))
        return {"axes": chosen} | ({"keep": True} if self.flag() else {})

    def axis(self, shape: Shape, keep: bool = False) -> Json:
        return {"axis": self.random.randrange(len(shape))} | ({"keep": True} if keep and self.flag() else {})

    def some(self, **attributes: Any) -> Json:
        """Some of these attributes."""
        return {name: value for name, value in attributes.items() if self.flag()}


@dataclass(frozen=True)
class Row:
    """How to draw arguments; the class (A, C, D) of the operator on the widest of them."""

    letter: str
    make: Callable[[Draw], Made]


def on(
    least: int, attributes: Callable[[Draw, Shape], Json], real: bool = True, most: int = 3
) -> Callable[[Draw], Made]:
    """One tensor of at least so many axes."""

    def make(d: Draw) -> Made:
        shape = d.shape(least, most)
        return [d.real(shape) if real else d.any(shape)], attributes(d, shape)

    return make


def ordered(d: Draw, shape: Shape) -> Json:
    return d.axis(shape) | d.some(descending=True)


def top(d: Draw, shape: Shape) -> Json:
    axis = d.axis(shape)
    return axis | {"k": d.size(shape[axis["axis"]])} | d.some(largest=False)
