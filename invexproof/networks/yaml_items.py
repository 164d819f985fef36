"""YAML texts as trees of texts, lists and mappings that know their lines; numbers stay exact.

The YAML is composed, never constructed: no tags are honoured, and ``0.1`` is 1/10 rather than a float.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, Final

import yaml

from invexproof.errors import InvexproofError
from invexproof.expressions.parser import parse
from invexproof.networks.errors import NetworkError
from invexproof.networks.rationals import objects
from invexproof.networks.tensors import Shape, Tensor

MAX_TEXT: Final = 4_000_000
MAX_DEPTH: Final = 100
MAX_ITEMS: Final = 1_000_000


class YamlError(NetworkError):
    """A model file that cannot be read; the message says in which line, and at which key."""


@dataclass(frozen=True)
class Item:
    """A part of a YAML file: ``value`` is a text, a list or a mapping; an empty text stands for nothing."""

    value: str | list[Item] | dict[str, Item]
    source: str
    line: int
    path: str

    def error(self, problem: object) -> YamlError:
        """The error that something is wrong here."""
        where = f", {self.path}" if self.path else ""
        return YamlError(f"{self.source}, line {self.line}{where}: {problem}")

    @property
    def empty(self) -> bool:
        """Whether nothing is given."""
        return self.value == ""

    def text(self, what: str) -> str:
        """The text."""
        if not isinstance(self.value, str) or not self.value:
            raise self.error(f"{what} is expected")
        return self.value

    def items(self, what: str) -> list[Item]:
        """The parts of a non-empty list."""
        if not isinstance(self.value, list) or not self.value:
            raise self.error(f"{what} is expected")
        return self.value

    def fields(self, known: Collection[str], what: str) -> dict[str, Item]:
        """The entries of a mapping whose keys are among the known ones."""
        if not isinstance(self.value, dict):
            raise self.error(f"{what} is expected, with the keys {', '.join(known)}")
        for key, item in self.value.items():
            if key not in known:
                raise item.error(
                    f"{key!r:.60} is not known here{near(key, known)}; known: {', '.join(known)}"
                )
        return self.value

    def number(self) -> Fraction:
        """An exact number: ``3``, ``-1/2``, ``0.1`` or a formula without variables that is rational."""
        text = self.text("a number")
        try:
            return (
                Fraction(int(text)) if text.lstrip("-").isdecimal() and len(text) < 1000 else _rational(text)
            )
        except InvexproofError as error:
            raise self.error(f"an exact number such as 3, -1/2 or 0.1 is expected: {error}") from None

    def integer(self) -> int:
        """A whole number."""
        value = self.number()
        if value.denominator != 1:
            raise self.error(f"{value} is not a whole number")
        return int(value)

    def truth(self) -> bool:
        """True or false."""
        if self.value not in ("true", "false"):
            raise self.error("true or false is expected")
        return self.value == "true"

    def integers(self) -> list[int]:
        """A list of whole numbers, or one alone."""
        parts = self.items("a list of whole numbers") if isinstance(self.value, list) else [self]
        return [part.integer() for part in parts]

    def sizes(self) -> int | list[int]:
        """A whole number, or a list of them."""
        return self.integers() if isinstance(self.value, list) else self.integer()

    def tensor(self) -> Tensor:
        """Nested lists of exact numbers, or ``{free: [shape]}`` for unknown weights (the same ones each time)."""
        return self._tensor

    @cached_property
    def _tensor(self) -> Tensor:
        if isinstance(self.value, dict):
            fields = self.fields(("free",), "a tensor")
            if "free" not in fields:
                raise self.error("write the numbers as nested lists, or {free: [rows, columns]} if unknown")
            return self._checked(fields["free"])
        if isinstance(self.value, str):
            raise self.error("a list of numbers is expected, such as [1, 1/2]; a matrix is a list of rows")
        shape, numbers = self._flat()
        return Tensor.of(objects(numbers).reshape(shape))

    def _checked(self, shape: Item) -> Tensor:
        try:
            return Tensor.unknown(shape.integers())
        except NetworkError as error:
            raise shape.error(error) from None

    def _flat(self) -> tuple[Shape, list[Fraction]]:
        if not isinstance(self.value, list):
            return (), [self.number()]
        parts = [item._flat() for item in self.items("a non-empty list of numbers")]
        for item, (shape, _) in zip(self.value, parts, strict=True):
            if shape != parts[0][0]:
                size, first = math.prod(shape), math.prod(parts[0][0])
                raise item.error(
                    f"this row has {size} numbers where the first has {first}; rows are of equal length"
                )
        return (len(parts), *parts[0][0]), [n for _, numbers in parts for n in numbers]


def near(key: str, known: Collection[str]) -> str:
    """The hint that another key may have been meant."""
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    return f" (did you mean {close[0]}?)" if close else ""


def _rational(text: str) -> Fraction:
    expression = parse(text)
    if expression.op != "rat":
        raise NetworkError(f"{text:.60} is not rational, or not a constant")
    return expression.value


def read_items(text: str, source: str) -> Item:
    """The tree of a YAML text; ``source`` is its name in messages.  Raises :class:`YamlError`."""
    if len(text) > MAX_TEXT:
        raise YamlError(f"{source} has more than {MAX_TEXT} characters; export large models as ONNX")
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise YamlError(f"{source}, line {line}: this is not YAML: {error.problem}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise YamlError(f"{source} is not YAML that can be read: {error!s:.200}") from None
    if root is None:
        raise YamlError(f"{source} is empty")
    return _Tree(source).item(root, "", 0)


class _Tree:
    """Items by node, so that an alias is the item of its anchor: free weights that are named again are tied."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.count = 0
        self.known: dict[int, tuple[Item, int]] = {}

    def item(self, node: Any, path: str, depth: int) -> Item:
        line = node.start_mark.line + 1
        before = self.count
        found, size = self.known.get(id(node), (None, 1))
        self.count += size
        if depth > MAX_DEPTH or self.count > MAX_ITEMS:
            raise Item("", self.source, line, path[:80]).error("too deeply nested, or too many items")
        if found is None:
            found = Item(self.value(node, path, depth), self.source, line, path)
            self.known[id(node)] = (found, self.count - before)
        return found

    def value(self, node: Any, path: str, depth: int) -> str | list[Item] | dict[str, Item]:
        if isinstance(node, yaml.SequenceNode):
            return [self.item(part, f"{path}[{k}]", depth + 1) for k, part in enumerate(node.value, 1)]
        if isinstance(node, yaml.MappingNode):
            return self.fields(node, path, depth)
        nothing = node.style is None and node.value in ("", "~", "null", "Null", "NULL")
        return "" if nothing else str(node.value)

    def fields(self, node: Any, path: str, depth: int) -> dict[str, Item]:
        result: dict[str, Item] = {}
        for key_node, value in node.value:
            line = key_node.start_mark.line + 1
            key = key_node.value
            if not isinstance(key, str) or key in result:
                problem = f"the key {key!r:.60} occurs twice" if isinstance(key, str) else "a key is a word"
                raise Item("", self.source, line, path).error(problem)
            item = self.item(value, f"{path}.{key}" if path else key, depth + 1)
            result[key] = item if item.value else Item(item.value, self.source, line, item.path)
        return result
