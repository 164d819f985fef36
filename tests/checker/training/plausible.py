"""Whether what the checker infers of a graph is true of its values at random parameters and data, by PyTorch."""

from __future__ import annotations

import math
import random
from typing import Any

import torch
from flint import fmpq

from invexcheck.architectures.graph import Architecture, Input, read_architecture
from invexcheck.architectures.operators import operator
from invexcheck.architectures.values import BOOLEAN, EXTENDED, INTEGER, REAL, Range
from invexcheck.limits import Budget, Limits
from invexcheck.reading import Fields
from tests.architectures import evaluating
from tests.architectures.evaluating import OPERATORS
from tests.checker.training.problems import Json
from tests.checker.training.sampling import DTYPES, number

SLACK = 1e-9
MOST = 20_000
"""Entries of a tensor that are computed."""


class Unmet(Exception):
    """The drawn data do not satisfy the conditions, or the graph is too large to evaluate."""


def read(subject: Json) -> Architecture:
    """Raises Reject."""
    limits = Limits()
    with Fields(subject, ("subject",), limits) as fields:
        return read_architecture(fields, limits, Budget(limits))


def drawn(line: Input, rng: random.Random, known: Range) -> Any:
    """Numbers in the range, small ones as a rule."""
    generator = torch.Generator().manual_seed(rng.randrange(2**31))
    if line.kind == BOOLEAN:
        return torch.rand(line.shape, generator=generator) < 0.7
    low = None if known.low is None else number(known.low)
    high = None if known.high is None else number(known.high)
    if line.kind == INTEGER:
        low, high = (math.ceil(low) if low is not None else -5), (math.floor(high) if high is not None else 5)
        return torch.randint(low, max(high, low) + 1, line.shape, generator=generator)
    values = torch.randn(line.shape, generator=generator, dtype=torch.float64) * rng.choice(
        (0.0, 0.1, 1.0, 1.0, 3.0)
    )
    return values if low is None and high is None else values.clamp(low, high)


def admitted(architecture: Architecture, rng: random.Random) -> list[Any]:
    """Inputs that satisfy the conditions on inputs."""
    result = []
    for k, line in enumerate(architecture.inputs):
        known = line.range
        words = {c.word for c in architecture.conditions if c.value == k}
        for condition in architecture.conditions:
            if condition.value == k and condition.word in ("indices", "labels"):
                known = known.meet(Range(fmpq(0), fmpq(condition.bounds[1] or 0)))
        if known.empty or "distinct" in words:
            raise Unmet
        tensor = drawn(line, rng, known)
        if words & {"positive", "nonnegative"}:
            tensor = tensor.abs() + ("positive" in words)
        if words & {"nonzero", "positive", "nonnegative"} and known != Range():
            raise Unmet
        result.append(tensor + 0.5 * (tensor == 0) if "nonzero" in words else tensor)
    return result


def check_values(subject: Json, rng: random.Random) -> None:
    """Assert that each value has the shape, the kind and the range that the checker infers, and is defined."""
    architecture = read(subject)
    if any(value.size > MOST for value in architecture.values):
        raise Unmet
    words = {c.value: c.word for c in architecture.conditions if c.value >= len(architecture.inputs)}
    values = admitted(architecture, rng)
    for k, (node, known) in enumerate(
        zip(architecture.nodes, architecture.values[len(values) :], strict=True), len(values)
    ):
        given = [_operand(a, values) for a in node.operands]
        defaults = {name: attribute.default for name, attribute in operator(node.op).attributes.items()}
        named = {name: plain(v) for name, v in node.attributes.items() if v != defaults[name]}
        found = {**OPERATORS, **FORMULAS}[node.op](*given, **named)
        if words.get(k) in ("unmasked", "counted", "weighed") and not bool(torch.isfinite(found).all()):
            raise Unmet
        assert tuple(found.shape) == known.shape
        assert found.dtype == DTYPES[known.kind]
        if known.kind != BOOLEAN:
            _check(found, known.kind, known.range, given)
        values.append(found)


def plain(value: Any) -> Any:
    """An attribute as PyTorch takes it."""
    if isinstance(value, fmpq):
        return number(value)
    return list(value) if isinstance(value, tuple) else value


def probabilities(p: Any, y: Any, weight: Any, reduction: str = "mean") -> Any:
    """Binary cross-entropy for targets that PyTorch does not take."""
    losses = -y * p.log().clamp(min=-100) - (1 - y) * (1 - p).log().clamp(min=-100)
    losses = losses if weight is None else losses * weight
    return losses.mean() if reduction == "mean" else losses.sum()


FORMULAS = {
    "binary_cross_entropy": probabilities,
    "clamp": lambda x, low=-math.inf, high=math.inf: x.clamp(low, high),
    "prelu": lambda x, slope: evaluating.prelu(x, slope) if x.ndim else evaluating.prelu(x[None], slope)[0],
}
"""Where PyTorch refuses what has a value."""


def _operand(operand: int | str | None, values: list[Any]) -> Any:
    if operand is None or isinstance(operand, int):
        return None if operand is None else values[operand]
    numerator, _, denominator = operand.partition("/")
    value = -math.inf if operand == "-inf" else int(numerator) / int(denominator or "1")
    return torch.tensor(value, dtype=torch.float64)


def _check(found: Any, kind: str, known: Range, given: list[Any]) -> None:
    """What floating-point arithmetic cannot hold is passed over: overflow, and open ends that are met by rounding."""
    finite = found[found != -math.inf] if kind == EXTENDED else found
    if finite.numel() == 0:
        return
    least, most = float(finite.min()), float(finite.max())
    assert not math.isnan(least)
    if math.isinf(least) or math.isinf(most):
        assert max(float(g.abs().max()) for g in given if g is not None and g.dtype == DTYPES[REAL]) > 100
    if max(abs(least), abs(most)) > 1e150:
        raise Unmet
    low, high = (
        math.copysign(math.inf, k) if q is None else number(q) for k, q in ((-1, known.low), (1, known.high))
    )
    assert least >= low - SLACK * (1 + abs(low))
    assert most <= high + SLACK * (1 + abs(high))
    if (known.low_open and least <= low) or (known.high_open and most >= high):
        raise Unmet
