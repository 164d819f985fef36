"""The operations of expressions as a table, and the canonical spelling of names and rationals."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final, NamedTuple

from invexproof.errors import InvexproofError

REAL: Final = "number"
BOOL: Final = "condition"

MAX_RATIONAL_BITS: Final = 8192
"""Largest numerator and denominator of a constant; arithmetic that would exceed it is left unfolded."""

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
_RATIONAL: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:/[1-9][0-9]*)?")
_MAX_RATIONAL_DIGITS: Final = 2 * 2467 + 2


class ExpressionError(InvexproofError):
    """A malformed expression or term table."""


class Signature(NamedTuple):
    """What an operation takes and gives: the sorts of its arguments and of its value, and its payload."""

    arguments: tuple[str, ...]
    result: str = REAL
    payload: type[str] | type[Fraction] | None = None


UNARY_FUNCTIONS: Final = (
    "exp", "log", "sqrt", "sin", "cos", "tan", "atan", "asinh", "sinh", "cosh", "tanh",
    "sigmoid", "softplus", "erf", "abs", "sign",
)  # fmt: skip
BINARY_OPERATIONS: Final = ("add", "sub", "mul", "div", "min", "max")

SIGNATURES: Final[Mapping[str, Signature]] = {
    "var": Signature((), REAL, str),
    "rat": Signature((), REAL, Fraction),
    "pi": Signature(()),
    "e": Signature(()),
    "neg": Signature((REAL,)),
    "pow": Signature((REAL,), REAL, Fraction),
    **{op: Signature((REAL,)) for op in UNARY_FUNCTIONS},
    **{op: Signature((REAL, REAL)) for op in BINARY_OPERATIONS},
    "lt": Signature((REAL, REAL), BOOL),
    "le": Signature((REAL, REAL), BOOL),
    "and": Signature((BOOL, BOOL), BOOL),
    "or": Signature((BOOL, BOOL), BOOL),
    "not": Signature((BOOL,), BOOL),
    "true": Signature((), BOOL),
}
"""Every operation but ``piecewise``, which takes condition, value, condition, value, ... in any number."""

CONDITIONS: Final = frozenset(op for op, signature in SIGNATURES.items() if signature.result == BOOL)
"""The operations whose value is true or false."""


def signature(op: str, arity: int) -> Signature:
    """Signature of an operation applied to ``arity`` arguments; ExpressionError if it is unknown."""
    if op == "piecewise":
        return Signature((BOOL, REAL) * max(1, (arity + 1) // 2))
    found = SIGNATURES.get(op)
    if found is None:
        raise ExpressionError(f"unknown operation {op!r:.60}; known: {', '.join(SIGNATURES)}, piecewise")
    return found


def size(value: Fraction) -> int:
    """Bits of the larger of numerator and denominator."""
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def check_rational(value: Fraction) -> Fraction:
    """The value itself; ExpressionError if it has more than MAX_RATIONAL_BITS bits."""
    if size(value) > MAX_RATIONAL_BITS:
        raise ExpressionError(f"a rational constant has more than {MAX_RATIONAL_BITS} bits; rescale")
    return value


def check_name(name: object) -> str:
    """The name itself; ExpressionError if no variable can have it."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ExpressionError(
            f"{name!r:.60} is not a variable name: a small letter, then at most 31 small letters, digits, _"
        )
    return name


def read_rational(text: object) -> Fraction:
    """The rational written canonically (``-3/2``, ``5``); anything else raises ExpressionError."""
    if isinstance(text, str) and len(text) <= _MAX_RATIONAL_DIGITS and _RATIONAL.fullmatch(text):
        numerator, _, denominator = text.partition("/")
        if max(len(numerator), len(denominator)) <= _MAX_RATIONAL_DIGITS // 2 + 1:
            value = check_rational(Fraction(int(numerator), int(denominator or "1")))
            if str(value) == text:
                return value
    raise ExpressionError(
        f'{text!r:.60} is not a canonical rational: a string such as "-3/2" or "5", in lowest terms, '
        f"of at most {MAX_RATIONAL_BITS} bits"
    )


_FOLDS: Final[Mapping[str, Callable[..., Fraction]]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
}


def fold(op: str, values: list[Fraction], payload: str | Fraction | None) -> Fraction | None:
    """What the operation gives on rational constants, or None where it must stay as written."""
    result: Fraction | None = None
    if op == "pow" and isinstance(payload, Fraction) and payload.denominator == 1:
        base, exponent = values[0], payload.numerator
        if (base or exponent >= 0) and (size(base) - 1) * abs(exponent) <= MAX_RATIONAL_BITS:
            result = base**exponent
    elif op in _FOLDS and (op != "div" or values[1]):
        result = _FOLDS[op](*values)
    return None if result is None or size(result) > MAX_RATIONAL_BITS else result
