"""Builds graphs of tensor operators; shapes and kinds are those of the checker's own table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain, count
from typing import Any, Final, TypeAlias

from flint import fmpq

from invexcheck.architectures import operators
from invexcheck.architectures.attributes import Attribute as Schema
from invexcheck.architectures.values import Range, Value
from invexcheck.errors import Refuse, Reject
from invexcheck.limits import Limits
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.graph import (
    MAX_NAME,
    MINUS_INFINITY,
    NAME,
    Argument,
    Attribute,
    Graph,
    Input,
    Node,
    Shape,
    attribute_to_json,
)

LIMITS: Final = Limits()
_UNFIT: Final = re.compile(r"[^A-Za-z0-9_.:/-]")

Given: TypeAlias = Attribute | Sequence[int]
"""An attribute as callers write it: lists are tuples."""
Bound: TypeAlias = Fraction | int | None


@dataclass
class Model:
    """A model without a loss: where it was built, its outputs by name, and what to know about how it was read."""

    builder: Builder
    outputs: dict[str, int]
    notes: list[str] = field(default_factory=list)


class Builder:
    """Builds a graph value by value; a value is known by the number that these methods return.

    What does not depend on a parameter never becomes a node: it is one new constant, for claims hold for all values of
    data and constants.  Equal nodes are one value.

    >>> b = Builder()
    >>> x = b.data("x", [8, 2])
    >>> h = b.node("tanh", b.node("linear", x, b.parameter("weight", [3, 2]), None))
    >>> graph = b.finish(b.node("mean", b.node("square", h), axes=(0, 1)))
    """

    def __init__(self) -> None:
        self._sources: list[Input | Node] = []
        self._values: list[Value] = []
        self._known: dict[str, int] = {}
        self._names: set[str] = set()

    def copy(self) -> Builder:
        """A builder that goes on from here; this one stays as it is."""
        other = Builder()
        other._sources, other._values = [*self._sources], [*self._values]
        other._known, other._names = dict(self._known), set(self._names)
        return other

    # -- inputs ----------------------------------------------------------------------------------------------

    def parameter(self, name: str, shape: Sequence[int]) -> int:
        """A real tensor that is trained.

        Of all inputs: a name that is taken, or that has characters which names cannot have, is changed.
        """
        return self._input("parameter", "real", shape, name)

    def data(
        self, name: str, shape: Sequence[int], kind: str = "real", low: Bound = None, high: Bound = None
    ) -> int:
        """What differs from mini-batch to mini-batch; its values are in a closed range, if one is given."""
        return self._input("data", kind, shape, name, low, high)

    def constant(
        self, name: str, shape: Sequence[int], kind: str = "real", low: Bound = None, high: Bound = None
    ) -> int:
        """What is not trained: a buffer, a mask, what is computed from data alone."""
        return self._input("constant", kind, shape, name, low, high)

    def _input(
        self, role: str, kind: str, shape: Sequence[int], name: str, low: Bound = None, high: Bound = None
    ) -> int:
        ends = [None if bound is None else Fraction(bound) for bound in (low, high)]
        given = Input(role, kind, tuple(shape), self._free(name), *ends)
        Input.from_row(given.to_row())  # raises if it is malformed
        self._names.add(given.name)
        closed = Range(low=_exact(low), high=_exact(high))
        return self._add(given, Value(kind, given.shape, closed, role == "parameter"))

    def _free(self, name: str) -> str:
        fit = _UNFIT.sub("_", name)[: MAX_NAME - 10]
        fit = fit if NAME.fullmatch(fit) else f"_{fit}"
        return next(n for n in chain([fit], (f"{fit}.{k}" for k in count(1))) if n not in self._names)

    # -- nodes -----------------------------------------------------------------------------------------------

    def node(self, op: str, *arguments: Argument, **attributes: Given) -> int:
        """An operator applied to values, literals (Fractions, even for whole numbers), None, or MINUS_INFINITY.

        An attribute that is a word of Python is given with an underscore after it: ``lambda_``.
        Raises ArchitectureError, which names the operator, what it was given, and what is wrong.
        """
        operands = [self._operand(argument) for argument in arguments]
        try:
            schema = operators.operator(op).attributes
            given = {k.removesuffix("_"): v for k, v in attributes.items()}
            kept = {
                k: v for k, g in given.items() if not _is_default(v := _tidy(g, schema.get(k)), schema.get(k))
            }
            raw = {key: attribute_to_json(value) for key, value in kept.items()}
            value = operators.result(op, operands, raw, LIMITS)
        except (Reject, Refuse, ArchitectureError) as error:
            raise ArchitectureError(f"{self._described(op, arguments, attributes)}: {error}") from None
        node = Node(op, arguments, kept)
        return self._add(node, value) if value.trained else self._cut(node, value)

    def _cut(self, node: Node, value: Value) -> int:
        """The constant that stands for a node without parameters."""
        key = repr(node.to_row())
        if key not in self._known:
            ends = (value.range.low, value.range.high) if value.kind in ("real", "integer") else (None, None)
            low, high = (None if end is None else Fraction(int(end.p), int(end.q)) for end in ends)
            self._known[key] = self.constant(node.op, value.shape, value.kind, low, high)
        return self._known[key]

    def _operand(self, argument: Argument) -> Any:
        if isinstance(argument, Fraction):
            return _exact(argument)
        if argument is MINUS_INFINITY:
            return operators.MINUS_INFINITY
        if argument is None or (type(argument) is int and 0 <= argument < len(self._values)):
            return None if argument is None else self._values[argument]
        raise ArchitectureError(f"{argument!r:.60} is no value of this builder; literals are Fractions")

    def _described(self, op: str, arguments: Sequence[Argument], attributes: Mapping[str, Any]) -> str:
        shown = [
            f"{self.kind(a)} {list(self.shape(a))}" if type(a) is int else str(getattr(a, "value", a))
            for a in arguments
        ]
        return f"{op}({', '.join([*shown, *(f'{key}={v}' for key, v in attributes.items())])})"

    def _add(self, source: Input | Node, value: Value) -> int:
        key = repr(source.to_row())
        number = self._known.setdefault(key, len(self._values))
        if number == len(self._values):
            self._sources.append(source)
            self._values.append(value)
        return number

    # -- what values are -------------------------------------------------------------------------------------

    def shape(self, value: int) -> Shape:
        """The lengths of its axes."""
        return self._values[value].shape

    def kind(self, value: int) -> str:
        """``real``, ``integer``, ``boolean`` or ``extended``."""
        return self._values[value].kind

    def depends(self, value: int) -> bool:
        """Whether it depends on a parameter."""
        return self._values[value].trained

    @property
    def parameters(self) -> list[int]:
        """All parameters so far."""
        return [v for v, s in enumerate(self._sources) if isinstance(s, Input) and s.role == "parameter"]

    def name(self, value: int) -> str:
        """The name of an input; of a node, its operator."""
        source = self._sources[value]
        return source.name if isinstance(source, Input) else source.op

    # -- finishing -------------------------------------------------------------------------------------------

    def finish(self, loss: int) -> Graph:
        """The graph whose last node is the loss; what it does not need is left out, but for parameters.

        Raises ArchitectureError unless the loss is a real scalar that depends on a parameter.
        """
        if self.kind(loss) != "real" or self.shape(loss):
            raise ArchitectureError(
                f"the loss must be one real number, but it is {self.kind(loss)} of shape {list(self.shape(loss))}; "
                "name a loss that makes a number of the output, such as mse or cross-entropy"
            )
        if not self.depends(loss):
            raise ArchitectureError("the loss does not depend on a parameter, so there is nothing to train")
        if isinstance(self._sources[loss], Input):
            raise ArchitectureError("the loss must be computed; it is a parameter itself")
        needed = {*self._needed(loss), *self.parameters}
        inputs = [v for v in sorted(needed) if isinstance(self._sources[v], Input)]
        nodes = [v for v in sorted(needed) if isinstance(self._sources[v], Node)]
        new = {v: number for number, v in enumerate([*inputs, *nodes])}
        return Graph(
            tuple(s for v in inputs if isinstance(s := self._sources[v], Input)),
            tuple(s.renumbered(new) for v in nodes if isinstance(s := self._sources[v], Node)),
        )

    def _needed(self, root: int) -> set[int]:
        """The value and all that it is made of."""
        found = {root}
        stack = [root]
        while stack:
            source = self._sources[stack.pop()]
            new = set(source.values if isinstance(source, Node) else ()) - found
            found |= new
            stack.extend(new)
        return found


def _tidy(value: Given, schema: Schema | None) -> Attribute:
    """An attribute as nodes have it: whole numbers are Fractions where rationals are meant, lists are tuples."""
    if schema is not None and schema.type == "number" and type(value) is int:
        return Fraction(value)
    if value is None or isinstance(value, bool | int | str | Fraction):
        return value
    if isinstance(value, list | tuple) and all(type(n) is int for n in value):
        return tuple(value)
    raise ArchitectureError(f"{value!r:.60} is no attribute; numbers that are not whole are Fractions")


def _is_default(value: Attribute, schema: Schema | None) -> bool:
    """Whether it is what is meant where nothing is given; true is not 1."""
    if schema is None:
        return False
    if isinstance(value, Fraction):
        return bool(schema.default == _exact(value))
    return type(value) is type(schema.default) and value == schema.default


def _exact(number: Bound) -> fmpq | None:
    return None if number is None else fmpq(number.numerator, number.denominator)
