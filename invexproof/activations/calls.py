"""Calls such as ``elu(alpha=1/2)`` taken apart.  The values stay text: nothing is evaluated here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from invexproof.activations.errors import ActivationArgumentError

_KEYWORD: Final = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*=(?!=)(.*)", re.DOTALL)
_OPENING: Final = "([{"
_CLOSING: Final = ")]}"
_QUOTES: Final = "'\""


@dataclass(frozen=True)
class Arguments:
    """Positional and keyword arguments, as text without surrounding space or quotes."""

    positional: tuple[str, ...] = ()
    keywords: tuple[tuple[str, str], ...] = ()


def split_call(text: str) -> tuple[str, Arguments] | None:
    """``name(arguments)`` as name and arguments; None if the text as a whole is not of that form.

    Raises :class:`ActivationArgumentError` for a call whose argument list is malformed.
    """
    opening = text.find("(")
    if opening <= 0 or _closing_of(text, opening) != len(text) - 1:
        return None
    return text[:opening].strip(), split_arguments(text[opening + 1 : -1])


def split_arguments(text: str) -> Arguments:
    """An argument list such as ``x, negative_slope=0.2``."""
    if not text.strip():
        return Arguments()
    positional: list[str] = []
    keywords: dict[str, str] = {}
    for part in _split_at_commas(text):
        keyword = _KEYWORD.fullmatch(part)
        value = _unquoted(keyword[2] if keyword else part)
        if not value:
            raise ActivationArgumentError(f"an argument is empty in ({text.strip():.80})")
        if keyword is None:
            if keywords:
                raise ActivationArgumentError(f"{value!r:.40} must stand before the arguments given by name")
            positional.append(value)
        elif keyword[1] in keywords:
            raise ActivationArgumentError(f"the argument {keyword[1]!r:.40} is given twice")
        else:
            keywords[keyword[1]] = value
    return Arguments(tuple(positional), tuple(keywords.items()))


def _unquoted(text: str) -> str:
    value = text.strip()
    quoted = len(value) >= 2 and value[0] == value[-1] and value[0] in _QUOTES
    return value[1:-1].strip() if quoted else value


def _closing_of(text: str, opening: int) -> int:
    """Index of the bracket that closes the one at `opening`, -1 if none does."""
    depth = 0
    for index in range(opening, len(text)):
        depth += (text[index] in _OPENING) - (text[index] in _CLOSING)
        if depth == 0:
            return index
    return -1


def _split_at_commas(text: str) -> list[str]:
    """The text split at the commas outside brackets."""
    parts = [""]
    depth = 0
    for character in text:
        depth += (character in _OPENING) - (character in _CLOSING)
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts
