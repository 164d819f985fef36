"""The attributes of operators: their types, their defaults, and how they are read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flint import fmpq

from invexcheck.errors import Path, Reject, shown
from invexcheck.limits import Limits
from invexcheck.reading import rational

MAX_AXES = 16
MAX_INTEGER = 1 << 40

_EQUATION = re.compile(r"[A-Za-z]*(,[A-Za-z]*)*->[A-Za-z]*")


class Required:
    """The default of an attribute that has none."""


REQUIRED = Required()


@dataclass(frozen=True, slots=True)
class Attribute:
    """The type of an attribute, its default, the words that it may be, and whether it may be null."""

    type: str
    default: Any = REQUIRED
    words: tuple[str, ...] = ()
    nullable: bool = False


def integer(default: Any = REQUIRED) -> Attribute:
    return Attribute("integer", default, nullable=default is None)


def natural(default: Any = REQUIRED) -> Attribute:
    """An integer that is at least 0: an axis, a start."""
    return Attribute("natural", default)


def positive(default: Any = REQUIRED) -> Attribute:
    """An integer that is at least 1."""
    return Attribute("positive", default)


def flag(default: bool = False) -> Attribute:
    return Attribute("flag", default)


def number(default: Any = REQUIRED, nullable: bool = False) -> Attribute:
    """A rational, or null if that is allowed or the default."""
    exact = fmpq(default) if type(default) is int else default
    return Attribute("number", exact, nullable=nullable or default is None)


def word(*words: str, default: Any = REQUIRED) -> Attribute:
    return Attribute("word", default, words)


NATURALS = Attribute("naturals")
POSITIVES = Attribute("positives")
EQUATION = Attribute("equation")


def read_attributes(
    schema: Mapping[str, Attribute], given: Mapping[str, Any], limits: Limits, path: Path
) -> dict[str, Any]:
    """All attributes of an operator, defaults included; one that is given at its default is rejected."""
    unknown = given.keys() - schema.keys()
    if unknown:
        raise Reject(f"it has no attribute {shown(min(unknown))}", "architecture", path)
    result = {}
    for name, attribute in schema.items():
        if name not in given:
            if attribute.default is REQUIRED:
                raise Reject(f"the attribute {name} is missing", "architecture", path)
            result[name] = attribute.default
            continue
        value = _read(attribute, given[name], limits, (*path, name))
        if value == attribute.default and attribute.default is not REQUIRED:
            raise Reject(f"the attribute {name} is left out at its default", "architecture", path)
        result[name] = value
    return result


def _read(attribute: Attribute, raw: Any, limits: Limits, path: Path) -> Any:
    kind = attribute.type
    if raw is None and attribute.nullable:
        return None
    if kind == "number":
        return rational(raw, limits, path)
    if kind == "word" or kind == "equation":
        allowed = raw in attribute.words if kind == "word" else _EQUATION.fullmatch(str(raw)) is not None
        if type(raw) is not str or len(raw) > 200 or not allowed:
            raise Reject(f"{shown(raw)} is not a value of this attribute", "architecture", path)
        return raw
    if kind == "flag":
        if type(raw) is not bool:
            raise Reject("the attribute must be true or false", "architecture", path)
        return raw
    low = {"integer": -MAX_INTEGER, "natural": 0, "naturals": 0, "positive": 1, "positives": 1}[kind]
    if kind in ("naturals", "positives"):
        return whole_numbers(raw, low, path)
    return whole_numbers([raw], low, path)[0]


def whole_numbers(raw: Any, low: int, path: Path) -> tuple[int, ...]:
    """A list of at most `MAX_AXES` integers from `low` on."""
    if type(raw) is not list or len(raw) > MAX_AXES:
        raise Reject(f"expected a list of at most {MAX_AXES} integers", "architecture", path)
    for n in raw:
        if type(n) is not int or not low <= n <= MAX_INTEGER:
            raise Reject(
                f"expected integers from {low} to {MAX_INTEGER}, got {shown(n)}", "architecture", path
            )
    return tuple(raw)


def ascending(axes: Sequence[int], rank: int) -> tuple[int, ...]:
    """A nonempty list of different axes of a tensor, in ascending order."""
    if not axes or list(axes) != sorted(set(axes)) or axes[-1] >= rank:
        raise Reject(f"the axes must be ascending and below {rank}", "shape")
    return tuple(axes)
