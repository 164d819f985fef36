"""Random losses with one operator under test, as graphs of the checker, and their Hessians by PyTorch."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from flint import fmpq

from invexcheck.architectures.graph import Architecture
from invexcheck.architectures.values import BOOLEAN, INTEGER, Range, Value
from tests.architectures.evaluating import OPERATORS
from tests.checker.training.drawing import Draw
from tests.checker.training.operator_rows import ROWS
from tests.checker.training.plausible import read
from tests.checker.training.problems import Json

POSITIVE = Range(fmpq(0), None, True)
Entries = list[fmpq]


class Unfit(Exception):
    """The drawn arguments do not make a graph of this kind."""


@dataclass(frozen=True)
class Drawn:
    """A graph, the entries of all inputs, and the number of the node under test."""

    subject: Json
    entries: list[Entries]
    node: int

    @property
    def architecture(self) -> Architecture:
        return read(self.subject)

    @property
    def parameters(self) -> list[int]:
        return [k for k, line in enumerate(self.subject["inputs"]) if line[0] == "parameter"]

    @property
    def point(self) -> list[Entries]:
        return [self.entries[k] for k in self.parameters]

    @property
    def data(self) -> dict[int, Entries]:
        return {k: e for k, e in enumerate(self.entries) if k not in self.parameters}


def drawn(op: str, seed: int, plain: bool = False) -> Drawn:
    """``sum(c r + r^2)`` of the result r of an operator on parameters, squashed where its domain asks for it.

    `plain`: the parameters themselves are its arguments, if they may be.
    """
    rng = random.Random(f"{op} {seed}")
    arguments, attributes = ROWS[op].make(Draw((op, seed)))
    inputs: list[Any] = []
    entries: list[Entries] = []
    nodes: list[Any] = []
    places: list[Any] = []
    for k, argument in enumerate(arguments):
        if argument is None or not isinstance(argument, Value):
            places.append(str(argument) if argument is not None else None)
            continue
        if argument.kind not in (BOOLEAN, INTEGER, "real") or (argument.kind != "real" and argument.trained):
            raise Unfit
        places.append(len(inputs))
        role = "parameter" if argument.kind == "real" and argument.trained else "data"
        row = [role, argument.kind, list(argument.shape), f"a{k}"]
        if argument.kind == INTEGER:
            row.append([str(argument.range.low), str(argument.range.high)])
        inputs.append(row)
        entries.append([_number(argument, role, rng) for _ in range(prod(argument.shape))])
    if not any(line[0] == "parameter" for line in inputs):
        raise Unfit
    count = len(inputs) + 1  # c is the last input
    for k, argument in enumerate(arguments):
        if isinstance(argument, Value) and inputs[places[k]][0] == "parameter":
            known = argument.range
            if not known.inside(Range()) or known != Range() or not plain:
                places[k] = _squashed(nodes, count, places[k], known)
    nodes.append([op, places, attributes] if attributes else [op, places])
    result = count + len(nodes) - 1
    shape = _shape([*inputs, ["data", "real", [], "c"]], nodes)
    inputs.append(["data", "real", list(shape), "c"])
    entries.append([fmpq(rng.randint(-9, 9), 4) for _ in range(prod(shape))])
    nodes += [
        ["multiply", [result, count - 1]],
        ["multiply", [result, result]],
        ["add", [result + 1, result + 2]],
    ]
    if shape:
        nodes.append(["sum", [result + 3], {"axes": list(range(len(shape)))}])
    return Drawn({"inputs": inputs, "nodes": nodes}, entries, result)


def _number(value: Value, role: str, rng: random.Random) -> fmpq:
    if value.kind == BOOLEAN:
        return fmpq(rng.randint(0, 1))
    if value.kind == INTEGER:
        return fmpq(rng.randint(int(value.range.low.p), int(value.range.high.p)))  # type: ignore[union-attr]
    if role == "parameter":
        return fmpq(rng.randint(-4000, 4000), 1901)  # no ties, as a rule
    for _ in range(200):
        q = fmpq(rng.randint(-40, 40), rng.choice((1, 2, 7)))
        if Range.point(q).inside(value.range):
            return q
    raise Unfit


def _squashed(nodes: list[Any], count: int, place: int, known: Range) -> int:
    """Nodes that take a parameter into a range: all of R, or on one side of a number."""

    def node(op: str, *arguments: Any) -> int:
        nodes.append([op, list(arguments)])
        return count + len(nodes) - 1

    moved = node("sin", place)
    if known == Range():
        return moved
    if known.low is not None and known.high is not None:
        if not known.low < known.high:
            raise Unfit
        unit = node("sigmoid", moved)
        return node("add", node("multiply", unit, str(known.high - known.low)), str(known.low))
    raised = node("exp", moved)
    if known.low is not None:
        return node("add", raised, str(known.low))
    return node("subtract", str(known.high), raised)


def _shape(inputs: list[Any], nodes: list[Any]) -> tuple[int, ...]:
    """Of the last node."""
    last = len(inputs) + len(nodes) - 1
    used = [*nodes, ["squared_norm", [last, len(inputs) - 1]]]
    return read({"inputs": inputs, "nodes": used}).values[-2].shape


def _logistic(a: Any, b: Any, weight: Any, positive: Any, reduction: str = "mean") -> Any:
    first = b * torch.logaddexp(-a, torch.zeros_like(a)) * (1 if positive is None else positive)
    losses = (first + (1 - b) * torch.logaddexp(a, torch.zeros_like(a))) * (1 if weight is None else weight)
    return losses.mean() if reduction == "mean" else losses.sum()


def _layer_norm(x: Any, w: Any, b: Any, epsilon: float, axes: int) -> Any:
    over = [*range(x.ndim - axes, x.ndim)]
    y = (x - x.mean(over, keepdim=True)) / (x.var(over, correction=0, keepdim=True) + epsilon).sqrt()
    y = y if w is None else y * w
    return y if b is None else y + b


def _group_norm(x: Any, w: Any, b: Any, groups: int, epsilon: float) -> Any:
    y = _layer_norm(x.reshape(x.shape[0], groups, -1), None, None, epsilon, 1).reshape(x.shape)
    shape = [-1] + [1] * (x.ndim - 2)
    y = y if w is None else y * w.reshape(shape)
    return y if b is None else y + b.reshape(shape)


def _cross_entropy(x: Any, y: Any, w: Any, **named: Any) -> Any:
    """PyTorch's for labels; else the sum over the classes, weighted, per row."""
    if y.dtype == torch.int64:
        return OPERATORS["cross_entropy"](x, y, w, **named)
    axis, classes = min(1, x.ndim - 1), x.shape[min(1, x.ndim - 1)]
    smoothing = named.get("smoothing", 0.0)
    shares = y * (1 - smoothing) + smoothing / classes
    shares = shares if w is None else shares * w.reshape([-1] + [1] * (x.ndim - 1 - axis))
    total = -(shares * x.log_softmax(axis)).sum()
    return total if named.get("reduction") == "sum" else total / (x.numel() / classes)


TWICE: Mapping[str, Any] = {
    **OPERATORS,
    "layer_norm": _layer_norm,
    "group_norm": _group_norm,
    "cross_entropy": _cross_entropy,
    "binary_cross_entropy_with_logits": _logistic,
    "hard_sigmoid": lambda x: (x / 6 + 0.5).clamp(0, 1),
    "hard_swish": lambda x: x * (x / 6 + 0.5).clamp(0, 1),
    "celu": lambda x, alpha=1.0: torch.where(x > 0, x, alpha * torch.expm1(x.clamp(max=0) / alpha)),
}
"""PyTorch has no second derivatives, or not all, of its own forms of these."""
KINDS = {"real": torch.float64, "integer": torch.int64, "boolean": torch.bool}


def by_torch(problem: Drawn, twice: bool = True) -> tuple[list[Any], Any]:
    """All values, and the Hessian of the loss if it is wanted."""
    lines = problem.subject["inputs"]
    given = [
        torch.tensor([float(q.p) / float(q.q) for q in e], dtype=torch.float64)
        .reshape(line[2])
        .to(KINDS[line[1]])
        for line, e in zip(lines, problem.entries, strict=True)
    ]
    trained = problem.parameters

    def run(theta: Any) -> list[Any]:
        parts = torch.split(theta, [prod(lines[k][2]) for k in trained])
        values = list(given)
        for k, part in zip(trained, parts, strict=True):
            values[k] = part.reshape(lines[k][2])
        for op, arguments, *rest in problem.subject["nodes"]:
            named = {key: _plain(value) for key, value in (rest[0] if rest else {}).items()}
            values.append(TWICE[op](*[_operand(a, values) for a in arguments], **named))
        return values

    start = torch.cat([given[k].reshape(-1) for k in trained])
    hessian = torch.autograd.functional.hessian(lambda theta: run(theta)[-1], start) if twice else None
    return run(start), hessian


def _operand(a: Any, values: Sequence[Any]) -> Any:
    if type(a) is str:
        q = fmpq(*map(int, a.split("/")))
        return torch.tensor(float(q.p) / float(q.q), dtype=torch.float64)
    return None if a is None else values[a]


def _plain(value: Any) -> Any:
    if type(value) is str and (value.lstrip("-").replace("/", "").isdigit()):
        q = fmpq(*map(int, value.split("/")))
        return float(q.p) / float(q.q)
    return value
