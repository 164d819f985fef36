"""Tokens of formulas, and the error that points at a place in a formula."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Final, NamedTuple

from invexproof.errors import InvexproofError

MAX_TEXT: Final = 1_000_000
"""Longest formula that is read or printed, in characters."""
MAX_DIGITS: Final = 2_400
MAX_DECIMAL_EXPONENT: Final = 400

_WINDOW: Final = 60

_TOKEN: Final = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
      | (?P<name>[^\W\d]\w*)
      | (?P<symbol>\*\*|<=|>=|==|!=|//|[-+*/^<>=&|~(),%@:;\[\]{}])""",
    re.VERBOSE,
)
_SPELLINGS: Final = str.maketrans({"\u2212": "-", "\u2013": "-", "\u00d7": "*", "\u00b7": "*", "\u22c5": "*"})
_UNICODE: Final = {"≤": "<=", "≥": ">=", "π": "pi", "∧": "and", "∨": "or", "¬": "not"}


class ParseError(InvexproofError):
    """A formula that cannot be read; ``column`` (1-based) says where, ``str()`` shows it with a caret."""

    def __init__(self, message: str, text: str, column: int) -> None:
        self.message = message
        self.column = column
        super().__init__(f"column {column}: {message}\n{_picture(text, column)}")


def _picture(text: str, column: int) -> str:
    """The text around the column on one line, and a caret under it; control characters shown as ``?``."""
    at = min(column - 1, len(text))
    start, end = max(0, at - _WINDOW), min(len(text), at + _WINDOW)
    before, after = ("…" if start else ""), ("…" if end < len(text) else "")
    window = "".join(" " if c.isspace() else c if c.isprintable() else "?" for c in text[start:end])
    return f"  {before}{window}{after}\n  {' ' * (len(before) + at - start)}^"


class Token(NamedTuple):
    """A token: its kind (``number``, ``name``, ``symbol`` or ``end``), its text, and its 1-based column."""

    kind: str
    text: str
    column: int


def tokenize(text: str) -> Iterator[Token]:
    """The tokens of a formula, spaces left out, an ``end`` token last.  Raises ParseError."""
    if len(text) > MAX_TEXT:
        raise ParseError(f"a formula has at most {MAX_TEXT} characters", text, MAX_TEXT + 1)
    normal, position = text.translate(_SPELLINGS), 0
    while position < len(text):
        column = position + 1
        if (word := _UNICODE.get(normal[position])) is not None:
            yield Token("name" if word.isalpha() else "symbol", word, column)
            position += 1
            continue
        match = _TOKEN.match(normal, position)
        if match is None:
            raise ParseError(f"the character {text[position]!r} has no meaning here", text, column)
        if match.lastgroup != "space":
            yield Token(str(match.lastgroup), match.group(), column)
        position = match.end()
    yield Token("end", "", len(text) + 1)


def exact_number(token: Token, text: str) -> Fraction:
    """The rational that a decimal such as ``12``, ``0.5`` or ``1e-9`` is, exactly."""
    mantissa, _, exponent = token.text.lower().partition("e")
    whole, _, decimals = mantissa.partition(".")
    if len(mantissa) > MAX_DIGITS:
        raise ParseError(f"a number has at most {MAX_DIGITS} digits", text, token.column)
    shift = exponent.lstrip("+-").lstrip("0")
    if len(shift) > 4 or int(shift or "0") > MAX_DECIMAL_EXPONENT:
        limit = f"10^-{MAX_DECIMAL_EXPONENT} to 10^{MAX_DECIMAL_EXPONENT}"
        raise ParseError(f"powers of ten go from {limit}; rescale the formula", text, token.column)
    scale = Fraction(10) ** (int(exponent or "0") - len(decimals))
    return int(whole + decimals or "0") * scale
