"""Arrays of exact rationals, from lists, NumPy arrays and PyTorch tensors.

A float is the dyadic rational that it is: 0.1 in a list is 3602879701896397/36028797018963968.  Texts and Decimals are
what they say: "0.1" is 1/10.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from invexcheck.limits import Limits
from invexproof.given_data.errors import DataError

MOST: Final = Limits().nodes
"""Entries of one array; the checker reads no more numbers in one certificate."""
MAX_DIGITS: Final = 1000
_NUMBER: Final = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[-+]?[0-9]{1,3})?|[-+]?[0-9]+/[0-9]+", re.I)


@dataclass(frozen=True, eq=False)
class Array:
    """Exact numbers in row-major order; ``name`` is "" if there is none, ``whole``: their type is one of integers."""

    name: str
    shape: tuple[int, ...]
    entries: tuple[Fraction, ...]
    whole: bool = False

    def rows(self, first: int, last: int) -> Array:
        """The part from one row to another, which are counted from 1."""
        inner = math.prod(self.shape[1:])
        part = self.entries[(first - 1) * inner : last * inner]
        return replace(self, shape=(last - first + 1, *self.shape[1:]), entries=part)


def read_number(text: str) -> Fraction:
    """What a decimal number such as 5.1 or 1e-3, or a fraction such as 1/3, says.  Raises ValueError."""
    short = text.strip()
    if len(short) > MAX_DIGITS or not _NUMBER.fullmatch(short):
        raise ValueError(f"{short!r:.40} is no number such as 5.1, 1e-3 or 1/3")
    try:
        return Fraction(short)
    except ZeroDivisionError:
        raise ValueError(f"{short!r:.40} divides by zero") from None


def array_of(name: str, value: Any) -> Array:
    """The array that a nested list, a NumPy array, a PyTorch tensor, or what NumPy takes for an array, holds.

    Raises DataError, which says where there is no finite number.
    """
    if isinstance(value, Array):
        return replace(value, name=name)
    shape, flat, whole = _flat(name, value)
    if len(flat) > MOST:
        raise DataError(f"{_title(name)} has {len(flat)} numbers, and {MOST} is the most; take fewer rows")
    return Array(name, shape, tuple(_exact(item, name, k, shape) for k, item in enumerate(flat)), whole)


def _flat(name: str, value: Any) -> tuple[tuple[int, ...], Sequence[Any], bool]:
    """The shape, all entries, and whether their type is one of integers."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        whole = not value.dtype.is_floating_point and value.dtype != torch.bool
        return tuple(value.shape), value.detach().reshape(-1).tolist(), whole
    if hasattr(value, "__array__") and not isinstance(value, str | bytes):
        import numpy as np

        found = np.asarray(value)
        return found.shape, found.reshape(-1).tolist(), found.dtype.kind in "iu"
    if isinstance(value, str | bytes) or not isinstance(value, Sequence):
        return (), [value], False
    shape: list[int] = []
    level: list[Any] = [value]
    while level and all(_is_list(item) for item in level):
        lengths = {len(item) for item in level}
        if len(lengths) > 1:
            raise DataError(
                f"{_title(name)}: its lists have the lengths {', '.join(map(str, sorted(lengths)[:5]))} at depth "
                f"{len(shape) + 1}; an array has lists of one length at each depth"
            )
        shape.append(lengths.pop())
        level = [entry for item in level for entry in item]
        if len(level) > MOST:
            break
    if any(_is_list(item) for item in level[:MOST]):
        raise DataError(
            f"{_title(name)}: there are lists and numbers beside each other; an array has only one"
        )
    return tuple(shape), level, False


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _exact(item: Any, name: str, k: int, shape: tuple[int, ...]) -> Fraction:
    try:
        if isinstance(item, str):
            return read_number(item)
        if isinstance(item, bool | int | float | Fraction | Decimal):
            return Fraction(item)
        return Fraction(*item.as_integer_ratio())
    except (ValueError, OverflowError):
        why = (
            "is not finite" if isinstance(item, float | Decimal) else "is no number such as 5.1, 1e-3 or 1/3"
        )
        shown = f"{item!r:.40}" if isinstance(item, str) else f"{item!s:.40}"
        raise DataError(
            f"{_title(name)}{index(k, shape)}: {shown} {why}; leave out or fill in what is missing"
        ) from None
    except (AttributeError, TypeError):
        raise DataError(f"{_title(name)}{index(k, shape)} is {type(item).__name__}, no real number") from None


def index(k: int, shape: tuple[int, ...]) -> str:
    """Where an entry is, as one writes it in Python: ``[3, 0]``."""
    places = []
    for length in reversed(shape):
        k, place = divmod(k, length)
        places.append(place)
    return f"[{', '.join(map(str, reversed(places)))}]" if places else ""


def _title(name: str) -> str:
    return name or "an array"
