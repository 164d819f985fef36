"""The operators of a graph: what they take, and what is known of what they give.

Every operator is sign-piecewise analytic on its domain (lemma ``operator-classes``). A row of the table says
which arguments and attributes it has; its function demands the domain, and infers shape, range and smoothness.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flint import fmpq

from invexcheck.architectures.attributes import Attribute, read_attributes
from invexcheck.architectures.values import (
    BOOLEAN,
    EXTENDED,
    INTEGER,
    KINDS,
    REAL,
    REALS,
    Range,
    Smoothness,
    Value,
)
from invexcheck.errors import Path, Reject
from invexcheck.limits import Limits
from invexcheck.reading import rational

ANALYTIC, CONTINUOUS = Smoothness.ANALYTIC, Smoothness.CONTINUOUS
MINUS_INFINITY = "-inf"

ACCEPTED: dict[str, tuple[str, ...]] = {
    "real": (REAL,),
    "integer": (INTEGER,),
    "boolean": (BOOLEAN,),
    "number": (REAL, INTEGER),
    "scores": (REAL, EXTENDED),
    "mask": (BOOLEAN, REAL, EXTENDED),
    "target": (INTEGER, REAL),
    "any": KINDS,
}
"""The kinds of values that an argument of a sort may have."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What the data or constants must satisfy for the loss to be defined: a word, and whom it is about.

    `value` is the number of an input, or of the node that demands it (``unmasked``, ``counted``, ``weighed``).
    """

    word: str
    value: int
    bounds: tuple[int | None, ...] = ()


Guard = tuple[str, tuple[int | None, ...], tuple[Value | None, ...]]
"""A comparison: its operator, the numbers of its arguments, and the arguments."""


@dataclass(slots=True)
class Call:
    """One application of an operator."""

    arguments: tuple[Value | None, ...]
    numbers: tuple[int | None, ...]
    """Of the arguments in the graph; None for literals and for what is left out."""
    attributes: Mapping[str, Any]
    node: int = -1
    strict: bool = True
    """Whether to demand that the operator is defined."""
    conditions: list[Condition] = field(default_factory=list)
    guards: Mapping[int, Guard] = field(default_factory=dict)
    """Comparisons by number."""

    def __getitem__(self, name: str) -> Any:
        return self.attributes[name]

    def value(self, i: int) -> Value:
        value = self.arguments[i]
        if value is None:
            raise Reject(f"argument {i + 1} is missing", "architecture")
        return value

    def optional(self, i: int) -> Value | None:
        return self.arguments[i] if i < len(self.arguments) else None

    def shape(self, i: int) -> tuple[int, ...]:
        return self.value(i).shape

    def range(self, i: int) -> Range:
        return self.value(i).range

    def given(self) -> list[Value]:
        """The arguments that are there."""
        return [value for value in self.arguments if value is not None]

    def same(self, i: int, j: int) -> bool:
        """Whether two arguments are one value."""
        return self.numbers[i] is not None and self.numbers[i] == self.numbers[j]

    def require(self, holds: bool, message: str) -> None:
        """That the operator is defined for all parameters."""
        if self.strict and not holds:
            raise Reject(message, "domain")

    def demand(self, i: int, holds: bool, word: str, what: str, *bounds: int | None) -> None:
        """Of an argument: known to hold, or a condition on the data if it is an input; otherwise rejected."""
        value, number = self.value(i), self.numbers[i]
        if holds:
            return
        if value.trained or number is None:
            self.require(False, f"argument {i + 1}, in {value.range}, {what}")
        else:
            self.conditions.append(Condition(word, number, bounds))

    def state(self, word: str) -> None:
        """A condition on the data that enter this node."""
        self.conditions.append(Condition(word, self.node))

    def unmasked(self, *values: Value | None) -> None:
        """The node normalises over rows of scores, each of which keeps a finite entry."""
        if any(value is not None and value.kind in (EXTENDED, BOOLEAN) for value in values):
            self.state("unmasked")


Inference = Callable[[Call], Value]


@dataclass(frozen=True, slots=True)
class Operator:
    """A row: the sorts of its arguments (``?``: may be null, ``*``: any number of them), and the rest."""

    arguments: tuple[str, ...]
    infer: Inference
    attributes: Mapping[str, Attribute] = field(default_factory=dict)

    def bind(self, arguments: Sequence[Value | None]) -> None:
        """Reject arguments of wrong number or kind."""
        sorts = self.arguments
        if sorts[-1].endswith("*"):
            sorts = (*sorts[:-1], *[sorts[-1][:-1]] * (len(arguments) - len(sorts) + 1))
            if len(sorts) != len(arguments) or not arguments:
                raise Reject("it has too few arguments", "architecture")
        if len(arguments) != len(sorts):
            raise Reject(f"it has {len(arguments)} argument(s), not {len(sorts)}", "architecture")
        for i, (sort, value) in enumerate(zip(sorts, arguments, strict=True)):
            name = sort.removesuffix("?")
            if value is None:
                if sort == name:
                    raise Reject(f"argument {i + 1} is missing", "architecture")
            elif value.kind not in ACCEPTED[name]:
                raise Reject(f"argument {i + 1} is {value.kind}, not {name}", "kind")


def combined(call: Call, result: Value) -> Value:
    """What a node gives: as smooth as the operator on these arguments, and as the arguments that are trained."""
    trained = [value for value in call.given() if value.trained]
    smoothness = min([result.smoothness, *(value.smoothness for value in trained)])
    if result.kind in (INTEGER, BOOLEAN):
        smoothness = Smoothness.DISCONTINUOUS  # a function with such values is continuous only where constant
    known = REALS if result.range.empty else result.range
    return replace(result, trained=bool(trained), smoothness=smoothness, range=known)


Operand = Value | fmpq | str | None


def result(op: str, operands: Sequence[Operand], attributes: Mapping[str, Any], limits: Limits) -> Value:
    """What an operator gives for values, rationals, ``"-inf"`` and None, where it is defined.

    `attributes` as in a certificate. Raises Reject: no such operator, or it does not fit.
    """
    values = tuple(literal(o) if isinstance(o, fmpq | str) else o for o in operands)
    row = operator(op)
    row.bind(values)
    numbers = (None,) * len(values)
    call = Call(values, numbers, read_attributes(row.attributes, attributes, limits, ()), strict=False)
    return combined(call, row.infer(call))


def operator(op: object) -> Operator:
    from invexcheck.architectures.table import OPERATORS

    if type(op) is not str or op not in OPERATORS:
        raise Reject("no such operator", "architecture")
    return OPERATORS[op]


def literal(value: fmpq | str) -> Value:
    """A rational, or minus infinity, as a scalar."""
    if isinstance(value, str):
        return Value(EXTENDED, (), REALS)
    return Value(REAL, (), Range.point(value))


def read_literal(raw: str, limits: Limits, path: Path) -> Value:
    return literal(raw) if raw == MINUS_INFINITY else literal(rational(raw, limits, path))
