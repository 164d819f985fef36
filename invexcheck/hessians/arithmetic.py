"""Operators entry by entry, as steps of a tape."""

from __future__ import annotations

from typing import Any

from invexcheck.errors import Reject
from invexcheck.hessians.applied import Applied, Lowering
from invexcheck.hessians.jets import KINKED, SMOOTH
from invexcheck.hessians.numbers import ONE


def _scalar(name: str) -> Lowering:
    if name in SMOOTH:
        return lambda a: a.tensors.smooth(name, a.argument(0), a.attributes)
    return lambda a: a.tensors.kinked(name, a.argument(0), a.attributes)


def _divide(a: Applied) -> int:
    t = a.tensors
    return t.multiply(a.argument(0), t.smooth("reciprocal", a.argument(1)))


def _power(a: Applied) -> int:
    """exp(b log a)"""
    t = a.tensors
    return t.smooth("exp", t.multiply(t.smooth("log", a.argument(0), {"floor": None}), a.argument(1)))


def _clamp(a: Applied) -> int:
    """Below the lower bound, between, above the upper one; bounds may be left out."""
    low, high = a["low"], a["high"]
    points = [q for q in (low, high) if q is not None]
    pieces: list[Any] = [] if low is None else [lambda u, _: u * 0 + low]
    pieces += [lambda u, _: u]
    pieces += [] if high is None else [lambda u, _: u * 0 + high]
    return a.tensors.pieces(a.argument(0), points, pieces, a.attributes)


def _extremum(a: Applied) -> int:
    """The greater or the smaller one: selection by selection, one of the two."""
    t = a.tensors
    return t.either(*t.together(a.argument(0), a.argument(1)))


def _prelu(a: Applied) -> int:
    t, x, slope = a.tensors, a.argument(0), a.argument(1)
    (count,) = t.shape(slope)
    channels = (1, count, *([1] * (len(a.shape) - 2))) if len(a.shape) > 1 else (count,)
    return t.either(t.multiply(x, t.reshape(slope, channels)), x)


def _where(a: Applied) -> int:
    t, condition = a.tensors, a.given[0]
    if condition is None:
        raise Reject("a condition that depends on parameters", "architecture")
    mask = t.expand(t.constants(condition, t.shape(a.argument(0))), a.shape)
    other = t.shift(t.scale(mask, -ONE), ONE)
    return t.add(t.multiply(mask, a.argument(1)), t.multiply(other, a.argument(2)))


ARITHMETIC: dict[str, Lowering] = {
    **{name: _scalar(name) for name in (*SMOOTH, *KINKED)},
    "add": lambda a: a.tensors.add(a.argument(0), a.argument(1)),
    "subtract": lambda a: a.tensors.subtract(a.argument(0), a.argument(1)),
    "multiply": lambda a: a.tensors.multiply(a.argument(0), a.argument(1)),
    "divide": _divide,
    "power": _power,
    "clamp": _clamp,
    "maximum": _extremum,
    "minimum": _extremum,
    "prelu": _prelu,
    "where": _where,
}
