"""The building blocks of a narrative: inline mathematics in two spellings, phrases, and blocks of text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Math:
    """A formula as plain text and as LaTeX."""

    text: str
    latex: str

    def __str__(self) -> str:
        return self.text


Phrase = tuple["str | Math", ...]
"""Words and formulas in a row."""


@dataclass(frozen=True)
class Paragraph:
    phrase: Phrase


@dataclass(frozen=True)
class Display:
    """A formula on a line of its own."""

    math: Math


@dataclass(frozen=True)
class Table:
    header: tuple[str, ...]
    rows: tuple[tuple[Phrase, ...], ...]


@dataclass(frozen=True)
class Argument:
    """One step of a proof: what is shown, why, and the numbered parts on which that rests."""

    number: str
    goal: Phrase
    reason: Phrase
    parts: tuple[Argument, ...] = ()


Block = Paragraph | Display | Table | Argument


@dataclass(frozen=True)
class Section:
    title: str
    blocks: tuple[Block, ...]


def fill(template: str, values: Mapping[str, Phrase | Math | str]) -> Phrase:
    """The template with each ``{name}`` replaced by a phrase, a formula or words."""
    parts: list[str | Math] = []
    for k, part in enumerate(re.split(r"\{([a-z_]+)\}", template)):
        value = values[part] if k % 2 else part
        parts += value if isinstance(value, tuple) else [value]
    return tidy(parts)


def tidy(parts: Iterable[str | Math]) -> Phrase:
    """The phrase with neighbouring words joined and nothing empty in it."""
    result: list[str | Math] = []
    for part in parts:
        if isinstance(part, str) and result and isinstance(result[-1], str):
            result[-1] += part
        elif part != "":
            result.append(part)
    return tuple(result)


def listing(items: Iterable[Phrase | Math | str], empty: str = "none") -> Phrase:
    """The items as ``a, b and c``."""
    phrases = [item if isinstance(item, tuple) else (item,) for item in items]
    if not phrases:
        return (empty,)
    parts: list[str | Math] = []
    for k, phrase in enumerate(phrases):
        parts += ["" if k == 0 else " and " if k == len(phrases) - 1 else ", ", *phrase]
    return tidy(parts)


def plain(phrase: Phrase) -> str:
    """The phrase as plain text."""
    return "".join(str(part) for part in phrase)


def count(number: int, noun: str) -> str:
    """``1 box``, ``3 boxes``, ``2 entries``."""
    plural = (
        noun.removesuffix("y") + "ies" if noun.endswith("y") else noun + ("es" if noun[-1] in "xs" else "s")
    )
    return f"{number} {noun if number == 1 else plural}"
