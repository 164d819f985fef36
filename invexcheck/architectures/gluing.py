"""Choices that are continuous: two functions of one value, chosen by comparing it with a number, that agree there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from flint import fmpq

from invexcheck.architectures.values import ONE, ZERO

MAX_NODES = 200
"""Of the two functions."""
MAX_POWER = 16
MAX_BITS = 1000
"""Of a number that is computed with."""


class Applied(Protocol):
    """A node: an operator applied to values by number, literals, and None."""

    @property
    def op(self) -> str: ...
    @property
    def operands(self) -> Sequence[int | str | None]: ...
    @property
    def attributes(self) -> Mapping[str, Any]: ...


Lookup = Callable[[int], Applied | None]
"""The node that gives a value; None for an input."""

_AT_ZERO: dict[str, fmpq] = {
    **dict.fromkeys(
        [
            *("expm1", "log1p", "tanh", "sin", "tan", "asin", "atan", "sinh", "asinh", "atanh", "erf"),
            *("softsign", "tanhshrink", "silu", "gelu", "mish", "elu", "celu", "sqrt"),
        ],
        ZERO,
    ),
    **dict.fromkeys(["exp", "cos", "cosh", "erfc"], ONE),
    "sigmoid": fmpq(1, 2),
}
"""Values at 0 of functions that are not computed in rational arithmetic."""

_RATIONAL: dict[str, Callable[[Mapping[str, Any], list[fmpq]], fmpq]] = {
    "add": lambda _, u: u[0] + u[1],
    "subtract": lambda _, u: u[0] - u[1],
    "multiply": lambda _, u: u[0] * u[1],
    "divide": lambda _, u: u[0] / u[1],
    "negate": lambda _, u: -u[0],
    "square": lambda _, u: u[0] * u[0],
    "reciprocal": lambda _, u: 1 / u[0],
    "absolute": lambda _, u: abs(u[0]),
    "relu": lambda _, u: max(u[0], ZERO),
    "leaky_relu": lambda a, u: u[0] if u[0] >= 0 else a["slope"] * u[0],
    "maximum": lambda _, u: max(u),
    "minimum": lambda _, u: min(u),
}

COMPUTED = frozenset([*_AT_ZERO, *_RATIONAL, "power_of"])
"""What may be computed exactly at some point: of one or two arguments."""
COST = 30_000
"""Of comparing two functions, in the units of `invexcheck.limits.Budget`."""


def agree(lookup: Lookup, u: int | str | None, v: int | str | None, x: int, at: str) -> bool:
    """Whether two values, as functions of the entries of x alone, have the same exact value where x is `at`."""
    point = _literal(at)
    if point is None:
        return False
    left, right = _value(lookup, u, x, point), _value(lookup, v, x, point)
    return left is not None and right is not None and left == right


def _value(lookup: Lookup, root: int | str | None, x: int, at: fmpq) -> fmpq | None:
    """The value of a function of x at a point; None if it is something else, or not known exactly."""
    known: dict[int, fmpq] = {x: at}
    stack = [root]
    while stack:
        current = stack[-1]
        if not isinstance(current, int) or current in known:
            stack.pop()
            continue
        node = lookup(current)
        if node is None or len(known) > MAX_NODES or node.op not in COMPUTED:
            return None
        missing = [a for a in node.operands if isinstance(a, int) and a not in known]
        if missing:
            stack.extend(missing)
            continue
        given = [known[a] if isinstance(a, int) else _literal(a) for a in node.operands]
        result = (
            None if None in given else _applied(node.op, node.attributes, [q for q in given if q is not None])
        )
        if result is None:
            return None
        known[current] = result
        stack.pop()
    return known[root] if isinstance(root, int) else _literal(root)


def _literal(text: str | None) -> fmpq | None:
    if text is None or text == "-inf":
        return None
    return fmpq(*map(int, text.split("/")))


def _applied(op: str, attributes: Mapping[str, Any], u: list[fmpq]) -> fmpq | None:
    if any(max(int(q.p).bit_length(), int(q.q).bit_length()) > MAX_BITS for q in u):
        return None
    if op in _AT_ZERO and u == [ZERO]:
        return _AT_ZERO[op]
    if op == "power_of" and attributes["exponent"].q == 1 and 0 <= attributes["exponent"] <= MAX_POWER:
        return u[0] ** int(attributes["exponent"].p)
    if (op in ("divide", "reciprocal") and u[-1] == 0) or op not in _RATIONAL:
        return None
    return _RATIONAL[op](attributes, u)
