"""Maps given by formulas: ``x1 + tanh(x2)/2, x2 - x1^3``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from invexproof.expressions import terms
from invexproof.expressions.parser import ParseError, parse
from invexproof.expressions.terms import Expression
from invexproof.networks.builder import Builder
from invexproof.networks.errors import NetworkError
from invexproof.networks.network import Network

_NUMBERED: Final = re.compile(r"\bx([0-9]+)\b")
_OPENING: Final = "([{"
_CLOSING: Final = ")]}"
MAX_VARIABLES: Final = 100_000


def network_of_formulas(formulas: str | Sequence[str], variables: Sequence[str] | None = None) -> Network:
    """The map whose outputs are these formulas, separated by commas if in one text.

    ``variables`` are the names of the inputs, in order.  By default they are x1 to xn, n the largest number
    that occurs, or x alone if no such name does; variables may be missing in between.

    Raises NetworkError, and ParseError with a caret picture of the formula that cannot be read.
    """
    texts = split_formulas(formulas) if isinstance(formulas, str) else list(formulas)
    names = numbered_variables(texts) if variables is None else list(variables)
    if not names or len(set(names)) != len(names):
        raise NetworkError(
            f"the variables {', '.join(names) or '(none)'} are not distinct names, at least one"
        )
    builder = Builder()
    source = builder.input(len(names))
    builder.formulas(source, read_formulas(texts, names))
    return builder.finish()


def read_formulas(texts: Sequence[str], names: Sequence[str]) -> list[Expression]:
    """The formulas as expressions in x1, x2, ..., which replace the variables with these names, in order."""
    renamed = {name: terms.var(f"x{k}") for k, name in enumerate(names, 1)}
    expressions = []
    for number, text in enumerate(texts, 1):
        try:
            expression = parse(text, [name for name in names if name != "x"])
        except ParseError as error:
            where = (
                f"in formula {number} of {len(texts)}: {error.message}" if len(texts) > 1 else error.message
            )
            raise ParseError(where, text, error.column) from None
        if expression.is_condition:
            raise NetworkError(f"formula {number}, {text.strip():.80}, is a condition, not a number")
        if not expression.variables <= set(names):
            raise NetworkError(
                f"formula {number}, {text.strip():.80}, mentions x, but the variables are {', '.join(names)}; "
                "rename it, or name it among the variables"
            )
        expressions.append(expression.substitute(renamed))
    return expressions


def numbered_variables(texts: Sequence[str]) -> list[str]:
    """x1 to xn for the largest number that occurs; x alone if there is none."""
    numbers = [int(digits[:9]) for text in texts for digits in _NUMBERED.findall(text)]
    largest = max(numbers, default=0)
    if largest > MAX_VARIABLES:
        raise NetworkError(f"x{largest} would mean {largest} variables; at most {MAX_VARIABLES} are read")
    return [f"x{k}" for k in range(1, largest + 1)] or ["x"]


def split_formulas(text: str) -> list[str]:
    """The parts between the commas that are outside all parentheses."""
    return list(_parts(text))


def _parts(text: str) -> Iterator[str]:
    depth, start = 0, 0
    for position, character in enumerate(text):
        if character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            depth -= 1
        elif character == "," and depth <= 0:
            yield text[start:position]
            start = position + 1
    yield text[start:]
