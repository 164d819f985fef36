"""Graphs of tensor operators, from parameters and data to the loss of one mini-batch; how they stand in certificates.

Values are numbered: the inputs from 0, then the nodes; the last node is the loss.  Nothing here knows what an operator
means: the checker's table does (``invexcheck.architectures.operators``), and :mod:`invexproof.architectures.builder`
asks it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from fractions import Fraction
from typing import Any, Final, Literal, TypeAlias

from invexproof.architectures.errors import ArchitectureError
from invexproof.expressions.operations import ExpressionError, read_rational

ROLES: Final = ("parameter", "data", "constant")
KINDS: Final = ("real", "integer", "boolean", "extended")
MAX_NAME: Final = 200
NAME: Final = re.compile(rf"[A-Za-z_][A-Za-z0-9_.:/-]{{0,{MAX_NAME - 1}}}")
_RATIONAL: Final = re.compile(r"-?[0-9]+(/[0-9]+)?")


class Infinity(Enum):
    """Minus infinity, as a branch of ``where``."""

    MINUS = "-inf"


MINUS_INFINITY: Final = Infinity.MINUS

Shape: TypeAlias = tuple[int, ...]
Argument: TypeAlias = int | Fraction | Infinity | None
"""The number of an earlier value, a literal (a Fraction, even for whole numbers), nothing, or minus infinity."""
Attribute: TypeAlias = bool | int | Fraction | str | tuple[int, ...] | None


@dataclass(frozen=True)
class Input:
    """What the graph starts from: a parameter, data of the mini-batch, or a constant; within a closed range or not."""

    role: str
    kind: str
    shape: Shape
    name: str
    low: Fraction | None = None
    high: Fraction | None = None

    def to_row(self) -> list[Any]:
        """The input as it stands in a certificate."""
        row = [self.role, self.kind, list(self.shape), self.name]
        bounds = [None if bound is None else str(bound) for bound in (self.low, self.high)]
        return row if bounds == [None, None] else [*row, bounds]

    @staticmethod
    def from_row(row: Any) -> Input:
        """The input that a row of a certificate describes; raises ArchitectureError."""
        match row:
            case [str() as role, str() as kind, list() as shape, str() as name, *rest] if len(rest) <= 1:
                low, high = _bounds(rest)
            case _:
                raise ArchitectureError(
                    "an input is [role, kind, shape, name], and a range [low, high] if it has one"
                )
        if role not in ROLES or kind not in KINDS or not NAME.fullmatch(name):
            raise ArchitectureError(f"{[role, kind, name]!r:.200} is no role, kind and name of an input")
        if not all(type(n) is int and n > 0 for n in shape):
            raise ArchitectureError(f"{shape!r:.80} is no shape: lengths are positive whole numbers")
        return Input(role, kind, tuple(shape), name, low, high)


@dataclass(frozen=True, eq=False)
class Node:
    """An operator applied to arguments; attributes at their defaults are left out.

    Nodes have no ``==``: Python takes the value number 2 and the literal 2 for equal.  Compare :meth:`to_row`.
    """

    op: str
    arguments: tuple[Argument, ...]
    attributes: Mapping[str, Attribute] = field(default_factory=dict)

    @property
    def values(self) -> tuple[int, ...]:
        """The numbers of the values among its arguments."""
        return tuple(a for a in self.arguments if type(a) is int)

    def renumbered(self, new: Mapping[int, int] | Sequence[int]) -> Node:
        """The node with other numbers for the values that it refers to."""
        return replace(self, arguments=tuple(new[a] if type(a) is int else a for a in self.arguments))

    def to_row(self) -> list[Any]:
        """The node as it stands in a certificate."""
        row: list[Any] = [self.op, [_argument_to_json(a) for a in self.arguments]]
        attributes = {key: attribute_to_json(value) for key, value in sorted(self.attributes.items())}
        return [*row, attributes] if attributes else row

    @staticmethod
    def from_row(row: Any) -> Node:
        """The node that a row of a certificate describes; raises ArchitectureError."""
        match row:
            case [str() as op, list() as arguments]:
                return Node(op, tuple(map(_argument, arguments)))
            case [str() as op, list() as arguments, dict() as attributes]:
                read = {str(key): attribute(value) for key, value in attributes.items()}
                return Node(op, tuple(map(_argument, arguments)), read)
        raise ArchitectureError("a node is [operator, arguments], and a mapping of attributes if it has any")


@dataclass(frozen=True, eq=False)
class Graph:
    """A training problem: inputs, then nodes, the last of which is the loss.  Compare with :meth:`same_as`."""

    inputs: tuple[Input, ...]
    nodes: tuple[Node, ...]
    data: Mapping[str, tuple[Fraction, ...]] = field(default_factory=dict)
    """The entries of the inputs that are given, by name, row by row; truth values are 0 and 1."""

    @property
    def parameters(self) -> tuple[Input, ...]:
        """The inputs that are trained."""
        return tuple(i for i in self.inputs if i.role == "parameter")

    @property
    def parameter_count(self) -> int:
        """How many real numbers are trained."""
        return sum(math.prod(i.shape) for i in self.parameters)

    def to_subject(self) -> dict[str, Any]:
        """The graph as it stands in a certificate."""
        subject = {"inputs": [i.to_row() for i in self.inputs], "nodes": [n.to_row() for n in self.nodes]}
        data = {name: [str(q) for q in entries] for name, entries in self.data.items()}
        return subject | ({"values": data} if data else {})

    def given(self, data: Mapping[str, tuple[Fraction, ...]]) -> Graph:
        """The same problem for these data and constants."""
        return replace(self, data={**self.data, **data})

    @staticmethod
    def from_subject(raw: Any) -> Graph:
        """The graph in a certificate.  Its form is verified here, its meaning by the checker.

        Raises ArchitectureError, which names the input or node.
        """
        if not isinstance(raw, Mapping) or set(raw) - {"values"} != {"inputs", "nodes"}:
            raise ArchitectureError(
                "an architecture is a mapping with the keys inputs and nodes, and values perhaps"
            )
        inputs = _rows(raw["inputs"], "input", Input.from_row)
        nodes = _rows(raw["nodes"], "node", Node.from_row)
        if not nodes:
            raise ArchitectureError("an architecture has a node, its loss")
        for number, node in enumerate(nodes):
            if not all(0 <= value < len(inputs) + number for value in node.values):
                raise ArchitectureError(
                    f"node {number} ({node.op:.40}) refers to a value that is not before it"
                )
        return Graph(inputs, nodes, _data(raw.get("values", {})))

    def canonical(self) -> Graph:
        """The same problem, spelt in one way: order, sharing and names depend on the loss alone.

        Nodes are in depth-first post-order from the loss, inputs in the order of their first use, parameters that are
        not used after them, by shape; equal nodes are one; names are p0, p1, ... (parameters), d0, ..., and c0, ....
        """
        order = postorder(self.nodes, len(self.inputs), len(self.inputs) + len(self.nodes) - 1)
        used = [v for v in order if v < len(self.inputs)]
        idle = sorted(set(range(len(self.inputs))) - set(used), key=lambda v: self.inputs[v].shape)
        kept = used + [v for v in idle if self.inputs[v].role == "parameter"]
        new = {v: number for number, v in enumerate(kept)}
        nodes: list[Node] = []
        known: dict[str, int] = {}
        for value in order[:]:
            if value < len(self.inputs):
                continue
            node = self.nodes[value - len(self.inputs)].renumbered(new)
            number = known.setdefault(repr(node.to_row()), len(kept) + len(nodes))
            if number == len(kept) + len(nodes):
                nodes.append(node)
            new[value] = number
        renamed = _renamed(self.inputs[v] for v in kept)
        names = {self.inputs[v].name: line.name for v, line in zip(kept, renamed, strict=True)}
        data = {names[name]: entries for name, entries in self.data.items() if name in names}
        return Graph(renamed, tuple(nodes), data)

    def same_as(self, other: Graph) -> bool:
        """Whether both are the same problem but for names, order and sharing."""
        return self.canonical().to_subject() == other.canonical().to_subject()


def postorder(nodes: Sequence[Node], inputs: int, root: int) -> list[int]:
    """The values that the root is made of, and itself: each once, arguments first, depth first."""
    done: dict[int, None] = {}
    stack = [(root, False)]
    while stack:
        value, expanded = stack.pop()
        if value in done:
            continue
        if expanded or value < inputs:
            done[value] = None
            continue
        stack.append((value, True))
        stack.extend((v, False) for v in reversed(nodes[value - inputs].values))
    return list(done)


def _renamed(inputs: Iterable[Input]) -> tuple[Input, ...]:
    counts = dict.fromkeys(ROLES, 0)
    result = []
    for entry in inputs:
        result.append(replace(entry, name=f"{entry.role[0]}{counts[entry.role]}"))
        counts[entry.role] += 1
    return tuple(result)


# -- JSON ----------------------------------------------------------------------------------------------------


def attribute_to_json(value: Attribute) -> bool | int | str | list[int] | None:
    """An attribute as it stands in a certificate: rationals are texts, tuples lists."""
    if isinstance(value, Fraction):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def attribute(value: Any) -> Attribute:
    """An attribute of a certificate; raises ArchitectureError."""
    match value:
        case list() if all(type(n) is int for n in value):
            return tuple(value)
        case str() if _RATIONAL.fullmatch(value):
            return _rational(value)
        case bool() | int() | str() | None:
            return value
    raise ArchitectureError(f"{value!r:.60} is no attribute: numbers that are not whole are written '1/2'")


def _argument_to_json(argument: Argument) -> int | str | None:
    if isinstance(argument, Fraction):
        return str(argument)
    return argument.value if isinstance(argument, Infinity) else argument


def _argument(value: Any) -> Argument:
    if value is None or type(value) is int:
        return value
    if value == MINUS_INFINITY.value:
        return MINUS_INFINITY
    if isinstance(value, str):
        return _rational(value)
    raise ArchitectureError(
        f"{value!r:.60} is no argument: a number of a value, a rational as a text, or null"
    )


def _rational(text: str) -> Fraction:
    try:
        return read_rational(text)
    except ExpressionError as error:
        raise ArchitectureError(str(error)) from None


def _bounds(rest: list[Any]) -> tuple[Fraction | None, Fraction | None]:
    match rest:
        case []:
            return None, None
        case [[str() | None as low, str() | None as high]]:
            return tuple(None if b is None else _rational(b) for b in (low, high))  # type: ignore[return-value]
    raise ArchitectureError("a range is [low, high], rationals as texts or null")


def _data(raw: Any) -> dict[str, tuple[Fraction, ...]]:
    if not isinstance(raw, Mapping) or not all(isinstance(entries, list) for entries in raw.values()):
        raise ArchitectureError("the values of inputs are lists of rationals, by name")
    return {str(name): tuple(_rational(str(q)) for q in entries) for name, entries in raw.items()}


def _rows(raw: Any, what: Literal["input", "node"], read: Callable[[Any], Any]) -> tuple[Any, ...]:
    if not isinstance(raw, list):
        raise ArchitectureError(f"the {what}s of an architecture are a list")
    result = []
    for number, row in enumerate(raw):
        try:
            result.append(read(row))
        except ArchitectureError as error:
            raise ArchitectureError(f"{what} {number} of the architecture: {error}") from None
    return tuple(result)
