"""Regions: boxes of closed intervals, one for each entry of the input, as people write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Final, TypeAlias

from invexproof.errors import InvexproofError
from invexproof.expressions.parser import parse
from invexproof.networks.errors import NetworkError

Region: TypeAlias = tuple[tuple[Fraction, Fraction], ...]
"""Lower and upper end of each entry of the input."""
Ends: TypeAlias = "str | Sequence[Sequence[Any]]"
"""A region as text, or as pairs of exact numbers or texts."""

_FACTOR: Final = re.compile(r"\s*\[([^\[\],]*),([^\[\],]*)\]\s*(?:(?:\^|\*\*)\s*([0-9]{1,7})\s*)?")
_TIMES: Final = re.compile(r"[x×]")
_EXAMPLE: Final = 'write it as in "[-1,1]^4" or "[-1,1]x[0,1/2]"'


def read_region(region: Ends | None, entries: int) -> Region | None:
    """The region for an input with that many entries: ``"[-1,1]^4"``, ``"[-1,1]x[0,1/2]"``, or pairs of numbers.

    Raises NetworkError, which says what is wrong and how regions are written.
    """
    if region is None:
        return None
    pairs = _parts(region) if isinstance(region, str) else [_pair(pair) for pair in region]
    if len(pairs) != entries:
        power = f'; for the same interval each time write "[-1,1]^{entries}"' if entries > 1 else ""
        raise NetworkError(
            f"the region has {len(pairs)} interval{'s' * (len(pairs) != 1)}, "
            f"but the input has {entries} entr{'ies' if entries > 1 else 'y'}{power}"
        )
    return tuple(pairs)


def region_json(region: Region | None) -> list[list[str]] | None:
    """The region as a certificate spells it."""
    return None if region is None else [[str(low), str(high)] for low, high in region]


def region_text(region: Region) -> str:
    """The region in short: runs of one interval as powers."""
    runs: list[tuple[tuple[Fraction, Fraction], int]] = []
    for pair in region:
        if runs and runs[-1][0] == pair:
            runs[-1] = (pair, runs[-1][1] + 1)
        else:
            runs.append((pair, 1))
    return " x ".join(f"[{low}, {high}]{f'^{times}' * (times > 1)}" for (low, high), times in runs)


def _parts(text: str) -> list[tuple[Fraction, Fraction]]:
    pairs: list[tuple[Fraction, Fraction]] = []
    position = 0
    while True:
        match = _FACTOR.match(text, position)
        if match is None:
            raise NetworkError(f"cannot read the region {text!r:.80}; {_EXAMPLE}")
        pairs += [_pair((match[1], match[2]))] * int(match[3] or 1)
        position = match.end()
        if position == len(text):
            return pairs
        if not _TIMES.match(text, position):
            raise NetworkError(f"cannot read the region {text!r:.80}; {_EXAMPLE}")
        position += 1


def _pair(pair: Sequence[Any]) -> tuple[Fraction, Fraction]:
    if isinstance(pair, str) or not isinstance(pair, Sequence) or len(pair) != 2:
        raise NetworkError(f"{pair!r:.60} is not an interval: give its lower and its upper end")
    low, high = _number(pair[0]), _number(pair[1])
    if not low < high:
        raise NetworkError(f"the interval [{low}, {high}] has no inside; the lower end comes first")
    return low, high


def _number(value: Any) -> Fraction:
    """An exact number; a float is the decimal that it prints as."""
    if isinstance(value, int | Fraction) and not isinstance(value, bool):
        return Fraction(value)
    try:
        expression = parse(value.strip() if isinstance(value, str) else repr(value))
    except InvexproofError as error:
        raise NetworkError(f"the end {value!s:.40} of an interval is not a number\n{error}") from None
    if expression.op != "rat":
        raise NetworkError(f"the end {value!s:.40} of an interval must be a rational number, such as 1/2")
    return Fraction(expression.value)
