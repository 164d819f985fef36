"""The graph of a training problem: from parameters, data and constants to the loss of one mini-batch.

Reading a graph is inferring what is known of each value: the file says nothing about it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

from flint import fmpq

from invexcheck.architectures.attributes import MAX_AXES, read_attributes, whole_numbers
from invexcheck.architectures.conditions import LABELLED, grouped, left, met, possible
from invexcheck.architectures.gluing import COST, agree
from invexcheck.architectures.operators import (
    CONTINUOUS,
    MINUS_INFINITY,
    Call,
    Condition,
    Guard,
    combined,
    operator,
    read_literal,
)
from invexcheck.architectures.values import (
    BOOLEAN,
    INTEGER,
    KINDS,
    REAL,
    REALS,
    ZERO,
    Range,
    Smoothness,
    Value,
)
from invexcheck.errors import Path, Reject, shown, within
from invexcheck.limits import Budget, Limits
from invexcheck.reading import Fields, rational

MAX_INPUTS = 100_000
MAX_NODES = 100_000
MAX_ARGUMENTS = 100_000
MAX_SIZE = 1 << 48
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:/-]{0,199}")
PARAMETER, DATA, CONSTANT = "parameter", "data", "constant"
ROLES = (PARAMETER, DATA, CONSTANT)
COMPARISONS = ("less", "less_equal", "equal")


@dataclass(frozen=True, slots=True)
class Input:
    """What the loss is a function of (a parameter), or what it is given (data and constants)."""

    role: str
    kind: str
    shape: tuple[int, ...]
    name: str
    range: Range = REALS


@dataclass(frozen=True, slots=True)
class Node:
    """An operator applied to earlier values, by number, to literals, as texts, and to None where left out."""

    op: str
    operands: tuple[int | str | None, ...]
    attributes: Mapping[str, Any]

    @property
    def arguments(self) -> tuple[int, ...]:
        """The values that it is applied to."""
        return tuple(a for a in self.operands if isinstance(a, int))


@dataclass(frozen=True, eq=False)
class Architecture:
    """A graph, what is inferred of its values, and the conditions on data under which it is defined."""

    inputs: tuple[Input, ...]
    nodes: tuple[Node, ...]
    values: tuple[Value, ...]
    conditions: tuple[Condition, ...]
    data: Mapping[int, tuple[fmpq, ...]] = field(default_factory=dict)
    """The entries of the inputs that are given, in row-major order; a truth value is 0 or 1."""

    @property
    def parameters(self) -> list[Input]:
        return [line for line in self.inputs if line.role == PARAMETER]

    @property
    def trained(self) -> set[int]:
        """The numbers of the parameters."""
        return {k for k, line in enumerate(self.inputs) if line.role == PARAMETER}

    @property
    def dimension(self) -> int:
        """The number p of trained numbers."""
        return sum(prod(line.shape) for line in self.parameters)

    def settled(self, condition: Condition) -> bool:
        """Whether a condition is one on values that are given, which satisfy it."""
        if condition.value < len(self.inputs):
            return condition.value in self.data
        return bool(self.data)  # reading has seen that labels and weights are given

    @property
    def given(self) -> bool:
        """Whether all data and constants are given."""
        return len(self.data) + len(self.trained) == len(self.inputs)

    @property
    def detached(self) -> bool:
        """Whether gradients are stopped somewhere: what the optimiser gets is then no gradient."""
        return any(node.op == "detach" for node in self.nodes)

    @property
    def smoothness(self) -> Smoothness:
        """Of the loss, and of all values on the way to it: the least of them."""
        return min(value.smoothness for value in self.values)

    def node(self, number: int) -> Node | None:
        """The node that gives a value; None for an input."""
        return None if number < len(self.inputs) else self.nodes[number - len(self.inputs)]


def read_architecture(fields: Fields, limits: Limits, budget: Budget) -> Architecture:
    """The graph in the subject of a claim: ``inputs``, ``nodes``, and ``values`` of some inputs perhaps."""
    reader = _Reader(limits, budget)
    listed = fields.items("inputs")
    nodes = fields.items("nodes")
    if not 1 <= len(listed) <= MAX_INPUTS or not 1 <= len(nodes) <= MAX_NODES:
        raise Reject("a graph has inputs and nodes, and not too many", "architecture", fields.path)
    for raw, path in listed:
        reader.input(raw, path)
    for raw, path in nodes:
        reader.node(raw, path)
    reader.allow_data(fields.path)
    loss = reader.values[-1]
    if loss.kind != REAL or loss.shape != ():
        raise Reject("the last node is the loss, a real scalar", "architecture", fields.path)
    unused = set(range(len(reader.values) - 1)) - reader.used
    if any(k >= len(listed) or reader.inputs[k].role != PARAMETER for k in unused):
        raise Reject("a node, or an input that is no parameter, is not used", "architecture", fields.path)
    data = reader.data(fields.raw("values"), (*fields.path, "values")) if fields.has("values") else {}
    return Architecture(
        tuple(reader.inputs), tuple(reader.nodes), tuple(reader.values), tuple(reader.conditions), data
    )


class _Reader:
    def __init__(self, limits: Limits, budget: Budget) -> None:
        self.limits = limits
        self.budget = budget
        self.inputs: list[Input] = []
        self.nodes: list[Node] = []
        self.values: list[Value] = []
        self.conditions: dict[Condition, None] = {}
        self.used: set[int] = set()
        self.names: set[str] = set()
        self.guards: dict[int, Guard] = {}

    def input(self, raw: Any, path: Path) -> None:
        """``[role, kind, shape, name]``, and ``[low, high]`` for numbers that are not trained."""
        if type(raw) is not list or len(raw) not in (4, 5):
            raise Reject(
                "an input is its role, kind, shape and name, and a range perhaps", "architecture", path
            )
        role, kind, shape, name = raw[:4]
        if role not in ROLES or kind not in KINDS or (role == PARAMETER and kind != REAL):
            raise Reject("the input has an unknown role or kind", "architecture", path)
        if type(name) is not str or NAME.fullmatch(name) is None or name in self.names:
            raise Reject(f"{shown(name)} is no name, or one of two inputs", "architecture", path)
        self.names.add(name)
        known = self._range(raw[4], role, kind, (*path, 4)) if len(raw) == 5 else REALS
        sizes = whole_numbers(shape, 1, (*path, 2))
        self._bounded(sizes, path)
        self.inputs.append(Input(role, kind, sizes, name, known))
        self.values.append(Value(kind, sizes, known, role == PARAMETER))

    def _range(self, raw: Any, role: str, kind: str, path: Path) -> Range:
        if role == PARAMETER or kind not in (REAL, INTEGER) or type(raw) is not list or len(raw) != 2:
            raise Reject("a range is [low, high], of real or integer data or constants", "architecture", path)
        low, high = (None if end is None else rational(end, self.limits, path) for end in raw)
        known = Range(low, high)
        if known == REALS or known.empty:
            raise Reject("the range says nothing, or is empty", "architecture", path)
        if kind == INTEGER and any(end is not None and end.q != 1 for end in (low, high)):
            raise Reject("the ends of a range of integers are integers", "architecture", path)
        return known

    def _bounded(self, shape: tuple[int, ...], path: Path) -> None:
        if len(shape) > MAX_AXES or prod(shape) > MAX_SIZE:
            raise Reject(f"a tensor has {MAX_AXES} axes and {MAX_SIZE} entries at most", "architecture", path)

    def node(self, raw: Any, path: Path) -> None:
        """``[op, [argument, ...]]``, and ``{attribute: value, ...}`` if one is not at its default."""
        if type(raw) is not list or len(raw) not in (2, 3) or type(raw[1]) is not list:
            raise Reject("a node is an operator, a list of arguments, and attributes", "architecture", path)
        if len(raw) == 3 and (type(raw[2]) is not dict or not raw[2]):
            raise Reject("attributes are an object that is not empty", "architecture", path)
        if len(raw[1]) > MAX_ARGUMENTS:
            raise Reject("too many arguments", "architecture", path)
        self.budget.spend(2000 + 100 * len(raw[1]))
        number, name = len(self.values), shown(raw[0], 40)
        try:
            row = operator(raw[0])
            arguments = [self._argument(item, raw[0], (*path, 1, i)) for i, item in enumerate(raw[1])]
            numbers = tuple(k for k, _ in arguments)
            values = tuple(value for _, value in arguments)
            row.bind(values)
            attributes = read_attributes(row.attributes, raw[2] if len(raw) == 3 else {}, self.limits, path)
            if not any(value.trained for value in values if value is not None):
                raise Reject("it depends on no parameter, so it is a constant", "architecture")
            call = Call(values, numbers, attributes, number, guards=self.guards)
            value = combined(call, row.infer(call))
            if raw[0] == "where" and self._glued(raw[1]):
                value = replace(value, smoothness=min(CONTINUOUS, *(v.smoothness for v in values[1:] if v)))
        except Reject as reject:
            reject.message = f"node {number} ({name}): {reject.message}"
            reject.path = reject.path or path
            raise
        self._bounded(value.shape, path)
        self.conditions.update(dict.fromkeys(call.conditions))
        if raw[0] in COMPARISONS:
            self.guards[number] = (raw[0], numbers, values)
        self.used.update(k for k in numbers if k is not None)
        self.nodes.append(Node(raw[0], tuple(raw[1]), attributes))
        self.values.append(value)

    def _glued(self, operands: list[Any]) -> bool:
        """Whether the branches, functions of the value that is compared with a number, agree where the choice turns."""
        guard = operands[0] - len(self.inputs) if type(operands[0]) is int else -1
        if guard < 0 or self.nodes[guard].op not in ("less", "less_equal"):
            return False
        match self.nodes[guard].operands:
            case (int() as x, str() as bound) | (str() as bound, int() as x):
                self.budget.spend(COST)
                return agree(self._lookup, operands[1], operands[2], x, bound)
        return False

    def _lookup(self, value: int) -> Node | None:
        return None if value < len(self.inputs) else self.nodes[value - len(self.inputs)]

    def _argument(self, raw: Any, op: str, path: Path) -> tuple[int | None, Value | None]:
        if raw is None:
            return None, None
        if type(raw) is str:
            if raw == MINUS_INFINITY and op != "where":
                raise Reject("only where may choose minus infinity", "architecture", path)
            with within(*path):
                return None, read_literal(raw, self.limits, ())
        if type(raw) is not int or not 0 <= raw < len(self.values):
            raise Reject("an argument is the number of an earlier value", "architecture", path)
        return raw, self.values[raw]

    def data(self, raw: Any, path: Path) -> dict[int, tuple[fmpq, ...]]:
        """``{name: [entry, ...]}``: the entries of some inputs, which satisfy all that is known or asked of them."""
        if type(raw) is not dict or not raw:
            raise Reject("values are an object that is not empty", "architecture", path)
        numbers = {line.name: k for k, line in enumerate(self.inputs)}
        about = grouped(self.conditions)
        found: dict[int, tuple[fmpq, ...]] = {}
        for name in sorted(raw):
            k = numbers.get(name, -1)
            at = (*path, shown(name))
            if k < 0 or self.inputs[k].role == PARAMETER or self.inputs[k].kind == "extended":
                raise Reject(f"{shown(name)} is no input with values", "architecture", at)
            found[k] = self._entries(self.inputs[k], raw[name], at)
            for condition in about[k]:
                if not met(condition, self.inputs[k].shape, found[k]):
                    raise Reject(
                        f"the values of {shown(name)} are not allowed: {condition.word}", "domain", at
                    )
        for condition in self.conditions:
            if condition.value >= len(self.inputs) and not self._labels_count(condition, found):
                raise Reject("masks, or labels that are left out, are not known to leave any", "domain", path)
        return found

    def _labels_count(self, condition: Condition, data: Mapping[int, tuple[fmpq, ...]]) -> bool:
        """Whether the labels that enter a node are given, and do not all drop out."""
        node = self.nodes[condition.value - len(self.inputs)]
        if condition.word not in LABELLED:
            return False
        labels, weights = node.operands[1], node.operands[2]
        if (
            not isinstance(labels, int)
            or labels not in data
            or (isinstance(weights, int) and weights not in data)
        ):
            return False
        counted = [int(q.p) for q in data[labels] if q != node.attributes["ignore"]]
        if weights is None:
            return bool(counted)
        return isinstance(weights, int) and sum((data[weights][k] for k in counted), ZERO) != 0

    def _entries(self, line: Input, raw: Any, path: Path) -> tuple[fmpq, ...]:
        if type(raw) is not list or len(raw) != prod(line.shape):
            raise Reject("values have one rational for each entry", "architecture", path)
        self.budget.spend(50 * len(raw))
        entries = tuple(rational(item, self.limits, (*path, i)) for i, item in enumerate(raw))
        whole = line.kind in (INTEGER, BOOLEAN)
        for q in entries:
            if (whole and q.q != 1) or (line.kind == BOOLEAN and q not in (0, 1)):
                raise Reject(f"a value is not {line.kind}", "architecture", path)
            if not Range.point(q).inside(line.range):
                raise Reject("a value is outside of the input's range", "architecture", path)
        return entries

    def allow_data(self, path: Path) -> None:
        """Reject conditions on inputs and labels that no data in their ranges satisfy."""
        about = grouped(self.conditions)
        excluded: dict[int, set[int]] = defaultdict(set)
        for condition in self.conditions:
            if condition.word not in LABELLED:
                continue
            node = self.nodes[condition.value - len(self.inputs)]
            labels, weights = node.operands[1], node.operands[2]
            if isinstance(labels, int) and node.attributes["ignore"] is not None:
                excluded[labels].add(node.attributes["ignore"])
            if isinstance(weights, int) and left(self.inputs[weights].range, about[weights]).zero:
                raise Reject("weights that are 0 have no mean", "domain", path)
        for number, line in enumerate(self.inputs):
            places = max(
                (line.shape[c.bounds[0] or 0] for c in about[number] if c.word == "distinct"), default=1
            )
            if not possible(line.range, about[number], excluded[number], places):
                raise Reject(
                    "no data in the range of the input are allowed", "domain", (*path, "inputs", number)
                )
