"""Values of operators by PyTorch, at random arguments of the kinds, shapes and ranges that are claimed of them."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from flint import fmpq

from invexcheck.architectures.attributes import read_attributes
from invexcheck.architectures.operators import Call, Condition, combined, literal, operator
from invexcheck.architectures.values import BOOLEAN, EXTENDED, INTEGER, REAL, Range, Value
from invexcheck.errors import Reject
from invexcheck.limits import Limits
from tests.architectures.evaluating import OPERATORS
from tests.checker.training.drawing import Argument, Json

DTYPES = {REAL: torch.float64, EXTENDED: torch.float64, INTEGER: torch.int64, BOOLEAN: torch.bool}
WINDOW = 4.0
"""Numbers are drawn between minus this and this, so that nothing is rounded to the end of a range."""
MARGIN = 1e-6


def number(q: fmpq) -> float:
    return int(q.p) / int(q.q)


@dataclass
class Application:
    """An operator applied to what is known of its arguments, and what is inferred."""

    op: str
    arguments: list[Argument]
    attributes: Json

    def __post_init__(self) -> None:
        """Raises Reject."""
        row = operator(self.op)
        self.values = [literal(a) if isinstance(a, fmpq | str) else a for a in self.arguments]
        row.bind(self.values)
        read = read_attributes(row.attributes, self.attributes, Limits(), ())
        numbers = tuple(k if isinstance(a, Value) else None for k, a in enumerate(self.arguments))
        self.call = Call(tuple(self.values), numbers, read, len(numbers))
        self.result = combined(self.call, row.infer(self.call))
        self.plain = {k: number(v) if isinstance(v, fmpq) else v for k, v in read.items()}
        self.plain = {
            k: list(v) if isinstance(v, tuple) else v for k, v in self.plain.items() if k in self.attributes
        }

    def evaluated(self, given: Sequence[Any]) -> Any:
        return OPERATORS[self.op](*given, **self.plain)

    def sample(self, rng: random.Random, inner: bool = False) -> list[Any]:
        """Tensors in the ranges, under the conditions; `inner`: away from open ends."""
        known = zip(self.values, self.arguments, strict=True)
        given = [None if v is None else self._tensor(v, a, rng, inner) for v, a in known]
        for condition in self.call.conditions:
            if condition.value < len(given):
                given[condition.value] = _admitted(given[condition.value], condition)
            elif condition.word in ("counted", "weighed") and "ignore" in self.plain:
                labels = given[1].reshape(-1)
                labels[0] = next(k for k in (0, 1) if k != self.plain["ignore"])
        return given

    def _tensor(self, value: Value, argument: Argument, rng: random.Random, inner: bool) -> Any:
        if isinstance(argument, str):
            return torch.tensor(-math.inf, dtype=torch.float64)
        if isinstance(argument, fmpq):
            return torch.tensor(number(argument), dtype=torch.float64)
        count = value.size
        if value.kind == BOOLEAN:
            drawn = torch.tensor([rng.random() < 0.5 for _ in range(count)]).reshape(value.shape)
            return drawn if self.op in ("and", "or", "not", "where", "cast") else drawn | ~_odd(value.shape)
        low, high = _ends(value.range, 0.2 if inner else MARGIN)
        if value.kind == INTEGER:
            whole = [rng.randint(math.ceil(low), math.floor(high)) for _ in range(count)]
            return torch.tensor(whole, dtype=torch.int64).reshape(value.shape)
        coarse = rng.random() < 0.3 and not inner
        numbers = [_drawn(low, high, coarse, rng) for _ in range(count)]
        result = torch.tensor(numbers, dtype=torch.float64).reshape(value.shape)
        if value.kind == EXTENDED:
            hidden = torch.tensor([rng.random() < 0.5 for _ in range(count)]).reshape(value.shape)
            result = result.masked_fill(hidden & _odd(value.shape), -math.inf)
        return result

    def check_result(self, given: Sequence[Any]) -> None:
        """What is inferred holds of the value."""
        found, result = self.evaluated(given), self.result
        assert tuple(found.shape) == result.shape
        assert found.dtype == DTYPES[result.kind]
        finite = found[found != -math.inf] if result.kind == EXTENDED else found.reshape(-1)
        if result.kind == BOOLEAN or not finite.numel():
            return
        assert bool(torch.isfinite(finite).all())
        _check_range(result.range, float(finite.min()), float(finite.max()))

    def line(self, rng: random.Random) -> Callable[[float], float]:
        """A linear form of the result along a line of trained arguments."""
        ends = self.sample(rng, True), self.sample(rng, True)
        weights: list[float] = []

        def at(t: float) -> float:
            given = [
                b if v is None or v.kind != REAL or not v.trained else (1 - t) * a + t * b
                for v, a, b in zip(self.values, *ends, strict=True)
            ]
            entries = self.evaluated(given).reshape(-1).tolist()
            while len(weights) < len(entries):
                weights.append(rng.uniform(0.5, 1) * rng.choice((-1, 1)))
            return sum(w * x for w, x in zip(weights, entries, strict=True) if x != -math.inf) / len(entries)

        return at


def _ends(known: Range, margin: float) -> tuple[float, float]:
    """Ends that belong to the range, in the window; open ones, and infinite ones, are not approached."""
    low = -WINDOW if known.low is None else number(known.low) + margin * known.low_open
    high = WINDOW if known.high is None else number(known.high) - margin * known.high_open
    return (low, high) if low <= high else (low, low + 1) if known.high is None else (high - 1, high)


def _drawn(low: float, high: float, coarse: bool, rng: random.Random) -> float:
    if rng.random() < 0.15:
        return rng.choice((low, high))
    x = rng.uniform(low, high)
    return min(max(round(2 * x) / 2, low), high) if coarse else x


def _odd(shape: Sequence[int]) -> Any:
    """Entries whose places are odd along every axis: never all of a row."""
    result = torch.ones(tuple(shape), dtype=torch.bool)
    for axis, n in enumerate(shape):
        keep = [1] * len(shape)
        keep[axis] = n
        result = result & (torch.arange(n) % 2 == 1).reshape(keep)
    return result if len(shape) else torch.zeros((), dtype=torch.bool)


def _admitted(tensor: Any, condition: Condition) -> Any:
    if condition.word == "nonzero":
        return torch.where(tensor == 0, torch.ones_like(tensor), tensor)
    if condition.word in ("positive", "nonnegative"):
        return tensor.abs() + (0.1 if condition.word == "positive" else 0)
    return tensor


def _check_range(known: Range, least: float, most: float) -> None:
    if known.low is not None:
        low = number(known.low)
        assert least > low if known.low_open and low == 0 else least >= low - 1e-9 * (1 + abs(low))
    if known.high is not None:
        high = number(known.high)
        assert most < high if known.high_open and high == 0 else most <= high + 1e-9 * (1 + abs(high))


# -- smoothness ----------------------------------------------------------------------------------------------------

POINTS = 24


def _worst(f: Callable[[float], float], order: int, smallest: float) -> tuple[float, float]:
    """The largest difference of this order between neighbours, after zooming in on it; and on the first grid."""
    start, length, first = 0.0, 1.0, None
    while True:
        places = np.linspace(start, start + length, POINTS + 1)
        differences = np.abs(np.diff([f(float(t)) for t in places], order))
        k = int(differences.argmax())
        first = differences[k] if first is None else first
        if length <= smallest * POINTS:
            return float(differences[k]), float(first)
        step = length / POINTS
        start = max(start, start + (k - 1) * step)
        length = min((order + 2) * step, 1.0 - start)


def jump(f: Callable[[float], float]) -> float:
    """How far the function seems to jump between 0 and 1, as a part of its values."""
    return _worst(f, 1, 1e-9)[0] / (1 + max(abs(f(k / POINTS)) for k in range(POINTS + 1)))


def turn(f: Callable[[float], float]) -> float:
    """How far its second derivative seems to jump, as a part of its second derivatives: more so at kinks and jumps."""
    step = 5e-5
    third = _worst(f, 3, step)[0] / step**2
    second = max(abs(x) for x in np.diff([f(k / POINTS) for k in range(POINTS + 1)], 2)) * POINTS**2
    return third / (second + 1)


def accepted(op: str, arguments: list[Argument], attributes: Json) -> Application | None:
    """None where the operator is not known to be defined; other rejections are raised."""
    try:
        return Application(op, arguments, attributes)
    except Reject as reject:
        if reject.code == "domain":
            return None
        raise
