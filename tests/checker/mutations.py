"""Random changes to certificates."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from invexcheck.rules import RULES
from invexcheck.statements import KINDS
from invexcheck.terms import BINARY, CONSTANTS, UNARY

WORDS: list[tuple[str, ...]] = [
    (">", "<", ">=", "<=", "="), ("decreasing", "block", "increasing"), ("lower", "upper", "-inf", "+inf"),
    ("strict", "block"), ("increasing", "decreasing"), tuple(sorted(RULES)), tuple(sorted(KINDS)),
    tuple(sorted(UNARY)), tuple(sorted(BINARY)), tuple(sorted(CONSTANTS)), ("gt", "ge", "lt", "le"), ("x", "beta"),
]  # fmt: skip
"""Words that may take each other's place."""

KEYS = (
    *(
        "rule",
        "by",
        "tree",
        "at",
        "from",
        "to",
        "term",
        "relation",
        "parts",
        "defined",
        "analytic",
        "factor",
        "positive",
    ),
    *(
        "lower",
        "upper",
        "guards",
        "sign",
        "cuts",
        "pieces",
        "shape",
        "cofactor",
        "join",
        "lower_end",
        "upper_end",
    ),
    *("constant", "precision", "value", "slope", "start"),
)
"""Keys under which a duplicate is put."""

Place = tuple[Any, Any]
"""A container and a key or index in it."""


def places(node: Any) -> Iterator[Place]:
    """Every place of a document."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in items:
        yield node, key
        yield from places(child)


def mutate(document: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """A copy with one to three random changes, and the same format."""
    result = copy.deepcopy(document)
    for _ in range(rng.choice((1, 1, 1, 1, 2, 3))):
        part = result.get("claim") if rng.random() < 0.4 else result  # claims are smaller than proofs
        everywhere = [place for place in places(part or result) if place[1] not in ("format", "provenance")]
        if not everywhere:
            break
        container, key = rng.choice(everywhere)
        rng.choice(CHANGES)(result, container, key, rng)
    return result


def _change_value(document: Any, container: Any, key: Any, rng: random.Random) -> None:
    value = container[key]
    if isinstance(value, bool):
        container[key] = not value
    elif isinstance(value, int):
        container[key] = rng.choice((value - 1, value + 1, 0, rng.randrange(12), -1))
    elif isinstance(value, str):
        container[key] = _change_text(value, key, rng)


def _change_text(text: str, key: Any, rng: random.Random) -> str:
    if key == "tree":
        position = rng.randrange(len(text) + 1)
        return (
            text[:position]
            + rng.choice(("", "0", "1", "e", "b", "m", "t", "s"))
            + text[position + rng.randrange(2) :]
        )
    try:
        q = Fraction(text)
    except ValueError:
        words = [w for w in WORDS if text in w]
        return rng.choice(rng.choice(words)) if words else text + rng.choice("x1_")
    shift = rng.choice(
        (Fraction(1), Fraction(-1), Fraction(1, 2), -q, -2 * q, q, Fraction(1, 1000), -q * Fraction(1, 100))
    )
    return str(q + shift)


def _delete(document: Any, container: Any, key: Any, rng: random.Random) -> None:
    del container[key]


def _swap(document: Any, container: Any, key: Any, rng: random.Random) -> None:
    other = rng.choice(list(container) if isinstance(container, dict) else range(len(container)))
    container[key], container[other] = container[other], container[key]


def _duplicate(document: Any, container: Any, key: Any, rng: random.Random) -> None:
    if isinstance(container, list):
        container.insert(key, copy.deepcopy(container[key]))
    else:
        container[rng.choice(KEYS)] = copy.deepcopy(container[key])


def _graft(document: Any, container: Any, key: Any, rng: random.Random) -> None:
    """Another part of the document of the same type in this place."""
    kind = type(container[key])
    others = [c[k] for c, k in places(document) if type(c[k]) is kind]
    container[key] = copy.deepcopy(rng.choice(others))


def _simplify(document: Any, container: Any, key: Any, rng: random.Random) -> None:
    """A proof step by a single enclosure or an exact decision, a list by nothing."""
    value = container[key]
    if isinstance(value, dict) and "rule" in value:
        container[key] = {"rule": rng.choice(("interval", "zero", "polynomial", "trigonometric"))}
    elif isinstance(value, list):
        container[key] = []


CHANGES: list[Callable[[Any, Any, Any, random.Random], None]] = [
    _change_value, _change_value, _change_value, _change_value, _delete, _swap, _duplicate, _graft, _graft, _simplify,
]  # fmt: skip
