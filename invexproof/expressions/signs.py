"""Signs that are evident from the structure of an expression."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from invexproof.expressions.terms import Expression, postorder

Sign: TypeAlias = Literal["<", "<=", "=", ">=", ">"]

_POSITIVE: Final = frozenset(("pi", "e", "exp", "cosh", "sigmoid", "softplus"))
_SIGN_KEEPING: Final = frozenset(("sinh", "tanh", "atan", "asinh", "erf"))

# A sign as bounds (least, greatest) within {-1, 0, 1}.
_BOUNDS: Final[Mapping[Sign, tuple[int, int]]] = {
    "<": (-1, -1),
    "<=": (-1, 0),
    "=": (0, 0),
    ">=": (0, 1),
    ">": (1, 1),
}
_NAMES: Final = {bounds: sign for sign, bounds in _BOUNDS.items()}
_UNKNOWN: Final = (-1, 1)


def sign_of(value: object) -> Sign:
    """The sign of a number."""
    return ">" if value > 0 else "<" if value < 0 else "="  # type: ignore[operator]


def evident_sign(e: Expression) -> Sign | None:
    """A sign that the expression has wherever it is defined, or None if its structure shows none."""
    bounds: dict[Expression, tuple[int, int]] = {}
    for node in postorder(e):
        if not node.is_condition:
            bounds[node] = _bounds(node, [bounds.get(a, _UNKNOWN) for a in node.args])
    return _NAMES.get(bounds[e])


def _bounds(node: Expression, args: list[tuple[int, int]]) -> tuple[int, int]:
    op = node.op
    if op == "rat":
        return _BOUNDS[sign_of(node.value)]
    if op in _POSITIVE:
        return (1, 1)
    if op in _SIGN_KEEPING:
        return args[0]
    if op in ("sqrt", "pow"):
        return _power(args[0], node.value if op == "pow" else Fraction(1, 2))
    if op == "neg":
        return _flip(args[0])
    if op in ("add", "sub"):
        return _sum(args[0], args[1] if op == "add" else _flip(args[1]))
    if op in ("mul", "div"):
        return _product(args[0], args[1], same=node.args[0] is node.args[1])
    return _UNKNOWN


def _flip(a: tuple[int, int]) -> tuple[int, int]:
    return (-a[1], -a[0])


def _sum(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    if min(a[0], b[0]) >= 0:
        return (max(a[0], b[0]), max(a[1], b[1]))
    if max(a[1], b[1]) <= 0:
        return (min(a[0], b[0]), min(a[1], b[1]))
    return _UNKNOWN


def _product(a: tuple[int, int], b: tuple[int, int], *, same: bool) -> tuple[int, int]:
    if same:
        return _power(a, Fraction(2))
    products = [p * q for p in a for q in b]
    return (min(products), max(products))


def _power(a: tuple[int, int], q: Fraction) -> tuple[int, int]:
    nonzero = a in ((1, 1), (-1, -1)) or q < 0  # a negative power is defined off zero only
    if q == 0:
        return (1, 1)
    if q.denominator > 1 or q.numerator % 2 == 0:
        return (1, 1) if nonzero else (0, 0) if a == (0, 0) else (0, 1)
    return a
