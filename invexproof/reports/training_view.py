"""A graph of tensor operators as explanations see it: each node on its own, and what it asks of the data."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from invexcheck.architectures.graph import PARAMETER, Architecture, Input, Node
from invexcheck.architectures.operators import Call, Condition, operator, read_literal
from invexcheck.architectures.values import BOOLEAN, INTEGER, Range, Smoothness, Value
from invexcheck.limits import Limits

LIMITS = Limits()


class View:
    """An architecture, with the checker's inference repeated for each node on its own."""

    def __init__(self, architecture: Architecture) -> None:
        self.architecture = architecture
        self.first = len(architecture.inputs)
        """The number of the first node."""
        self._own: list[Smoothness] = []
        self._demands: dict[Condition, list[int]] = {}
        for number, node in self.numbered():
            call = self._call(number, node)
            value = operator(node.op).infer(call)
            discrete = value.kind in (INTEGER, BOOLEAN)
            self._own.append(
                Smoothness.DISCONTINUOUS if discrete else self._glued(number, call) or value.smoothness
            )
            for condition in call.conditions:
                self._demands.setdefault(condition, []).append(number)

    def numbered(self) -> list[tuple[int, Node]]:
        """The nodes with the numbers of their values."""
        return list(enumerate(self.architecture.nodes, self.first))

    def _glued(self, number: int, call: Call) -> Smoothness | None:
        """How smooth a choice is that is smoother than the comparison which decides it, as its branches agree."""
        found = self.architecture.values[number].smoothness
        least = min((value.smoothness for value in call.given() if value.trained), default=found)
        return found if found > least else None

    def _call(self, number: int, node: Node) -> Call:
        values = tuple(self.operand(node, i) for i in range(len(node.operands)))
        numbers = tuple(a if isinstance(a, int) else None for a in node.operands)
        return Call(values, numbers, node.attributes, number, strict=False)

    def operand(self, node: Node, i: int) -> Value | None:
        """What is known of an argument; None if it is left out."""
        raw = node.operands[i] if i < len(node.operands) else None
        if raw is None:
            return None
        return self.architecture.values[raw] if isinstance(raw, int) else read_literal(raw, LIMITS, ())

    def node(self, number: int) -> Node:
        return self.architecture.nodes[number - self.first]

    def own(self, number: int) -> Smoothness:
        """How smooth a node's operator is where its arguments are, as a function of these."""
        return self._own[number - self.first]

    @property
    def demands(self) -> Mapping[Condition, list[int]]:
        """What the data must satisfy, and the nodes that ask for it."""
        return self._demands

    def asks(self, number: int, i: int, word: str) -> bool:
        """Whether it is a condition on the data that argument i of a node is as its operator needs it."""
        argument = self.node(number).operands[i]
        return any(c.word == word and c.value == argument and number in n for c, n in self._demands.items())

    def input(self, value: int | str | None) -> Input | None:
        """The input that a value is."""
        return self.architecture.inputs[value] if isinstance(value, int) and value < self.first else None

    @cached_property
    def breaking(self) -> dict[str, list[int]]:
        """The nodes that are not analytic on their own, by operator."""
        found: dict[str, list[int]] = {}
        for number, node in self.numbered():
            if self.own(number) != Smoothness.ANALYTIC:
                found.setdefault(node.op, []).append(number)
        return found

    def parameters_of(self, node: Node) -> list[Input]:
        """The parameters that a node is applied to directly."""
        inputs = [self.input(a) for a in node.operands]
        return [line for line in inputs if line is not None and line.role == PARAMETER]


def range_text(known: Range) -> str:
    """An interval: ``[0, ∞)``."""
    return str(known).replace("oo", "∞").replace("-", "−")


def shape_text(shape: tuple[int, ...]) -> str:
    """``4 × 16 × 8``, ``scalar``."""
    return " × ".join(map(str, shape)) if shape else "scalar"
