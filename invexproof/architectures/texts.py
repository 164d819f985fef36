"""Settings as texts: exact numbers, sizes, truth values; and texts such as ``huber:delta=1/2,sum`` taken apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Final

from invexproof.activations.calls import Arguments, split_arguments
from invexproof.architectures.errors import ArchitectureError
from invexproof.errors import InvexproofError
from invexproof.expressions.parser import parse

LONGEST: Final = 16
"""Decimal digits behind the point."""
_SIZES: Final = re.compile(r"[0-9]{1,9}(\s*[x×,]\s*[0-9]{1,9})*")


def named(text: str) -> tuple[str, Arguments]:
    """A name, and what is given after its colon.  Raises ArchitectureError."""
    name, _, rest = text.partition(":")
    try:
        return name.strip().casefold().replace("_", "-"), split_arguments(rest)
    except InvexproofError as error:
        raise ArchitectureError(f"{text:.80}: {error}") from None


def number(text: str) -> Fraction:
    """An exact number such as 3, 1/2 or 0.1."""
    value = parse(text)
    if value.op != "rat":
        raise ArchitectureError(f"{text!r:.40} is no rational number such as 1/2 or 0.1")
    return value.value


def decimal(value: Fraction) -> str:
    """A rational as a decimal number such as 0.1 if it is a short one, else as it is: 1/3."""
    for digits in range(LONGEST + 1):
        scaled = abs(value) * 10**digits
        if scaled.denominator == 1:
            text = str(scaled.numerator).rjust(digits + 1, "0")
            sign = "-" if value < 0 else ""
            return sign + (f"{text[:-digits]}.{text[-digits:]}" if digits else text)
    return str(value)


def integer(text: str) -> int:
    """A whole number."""
    value = parse(text)
    if value.op != "rat" or value.value.denominator != 1:
        raise ArchitectureError(f"{text!r:.40} is no whole number")
    return int(value.value)


def sizes(text: str) -> tuple[int, ...]:
    """Whole numbers, as in 3x32x32."""
    if not _SIZES.fullmatch(text):
        raise ArchitectureError(f"{text!r:.40} is no list of sizes; write it as in 3x32x32")
    return tuple(int(part) for part in re.split(r"[x×,]", text))


def truth(text: str) -> bool:
    """True or false."""
    if text not in ("true", "false"):
        raise ArchitectureError(f"{text!r:.40} is neither true nor false")
    return text == "true"


READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "int": integer,
    "bool": truth,
    "str": str,
    "Fraction": number,
    "tuple[int, ...]": sizes,
}
"""How settings are read, by their types."""
