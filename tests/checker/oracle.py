"""The meaning of terms, by mpmath: what the checker's answers are compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import mpmath
from flint import arb, fmpq
from mpmath import mp, mpf

from invexcheck.terms import Terms
from tests.checker.formulas import Tree, table

LARGE = 2**40
"""Arguments of exponentials beyond this are not evaluated."""


class TooLarge(Exception):
    """A value that would take too long to compute; says nothing."""


def number(value: Any) -> mpf:
    """A rational, an Arb end or a Python number as an mpf at the working precision."""
    if isinstance(value, str):
        value = Fraction(value)
    if isinstance(value, fmpq):
        value = Fraction(int(value.p), int(value.q))
    if isinstance(value, Fraction):
        return mpf(value.numerator) / value.denominator
    if isinstance(value, arb):
        if not value.is_finite():
            return mpf("inf") if value > 0 else mpf("-inf")
        mantissa, exponent = value.mid().man_exp()
        return mpmath.ldexp(mpf(int(mantissa)), int(exponent))
    return mpf(value)


def _exp(u: mpf) -> mpf:
    if abs(u) > LARGE:
        raise TooLarge
    return mpmath.exp(u)


def _sigmoid(u: mpf) -> mpf:
    return 1 / (1 + _exp(-u)) if u > 0 else _exp(u) / (1 + _exp(u))


def _bounded_argument(function: Any) -> Any:
    def evaluate(u: mpf) -> mpf:
        if abs(u) > LARGE:
            raise TooLarge
        return function(u)

    return evaluate


UNARY = {
    "neg": lambda u: -u, "exp": _exp, "sigmoid": _sigmoid,
    "log": lambda u: mpmath.log(u) if u > 0 else None,
    "sqrt": lambda u: mpmath.sqrt(u) if u >= 0 else None,
    "sin": _bounded_argument(mpmath.sin), "cos": _bounded_argument(mpmath.cos), "tan": _bounded_argument(mpmath.tan),
    "atan": mpmath.atan, "asinh": mpmath.asinh, "sinh": _bounded_argument(mpmath.sinh),
    "cosh": _bounded_argument(mpmath.cosh), "tanh": mpmath.tanh,
    "softplus": lambda u: u + mpmath.log1p(_exp(-u)) if u > 0 else mpmath.log1p(_exp(u)),
    "erf": mpmath.erf, "abs": abs, "sign": mpmath.sign, "not": lambda c: not c,
}  # fmt: skip
BINARY = {
    "add": lambda u, v: u + v, "sub": lambda u, v: u - v, "mul": lambda u, v: u * v,
    "div": lambda u, v: u / v if v != 0 else None,
    "min": min, "max": max, "lt": lambda u, v: u < v, "le": lambda u, v: u <= v,
    "and": lambda c, d: c and d, "or": lambda c, d: c or d,
}  # fmt: skip
CONSTANTS = {"pi": lambda: +mp.pi, "e": lambda: +mp.e, "true": lambda: True}


def power(base: mpf, exponent: Fraction) -> mpf | None:
    """base**exponent as the format defines it."""
    if exponent.denominator == 1:
        return None if base == 0 and exponent < 0 else base**exponent.numerator
    if base < 0 or (base == 0 and exponent < 0):
        return None
    return mpmath.root(base, exponent.denominator) ** exponent.numerator if base else mpf(0)


def _node(node: Sequence[Any], known: Mapping[int, Any], point: Mapping[str, Any]) -> Any:
    op, arguments = node[0], node[1:]
    if op == "var":
        return number(point[arguments[0]])
    if op == "rat":
        return number(arguments[0])
    if op in CONSTANTS:
        return CONSTANTS[op]()
    if op == "piecewise":
        for condition, value in zip(arguments[::2], arguments[1::2], strict=True):
            if known[condition] is None or known[condition]:
                return None if known[condition] is None else known[value]
        return None
    values = [known[k] for k in (arguments[:1] if op == "pow" else arguments)]
    if any(v is None for v in values):
        return None
    if op == "pow":
        exponent = arguments[1]
        fraction = (
            Fraction(exponent) if isinstance(exponent, str) else Fraction(int(exponent.p), int(exponent.q))
        )
        return power(values[0], fraction)
    return UNARY[op](*values) if op in UNARY else BINARY[op](*values)


def value(root: str | Tree | list[list[Any]], point: Any) -> Any:
    """The value of a formula, tree or table at x (or at a mapping of variables); None where undefined."""
    lines = root if isinstance(root, list) else table(root)
    where = point if isinstance(point, Mapping) else {"x": point}
    known: dict[int, Any] = {}
    for k, line in enumerate(lines):
        known[k] = _node(line, known, where)
    return known[len(lines) - 1]


def term_value(terms: Terms, root: int, point: Any) -> Any:
    """The value of a term of the checker's table."""
    where = point if isinstance(point, Mapping) else {"x": point}
    known: dict[int, Any] = {}
    for k in terms.order(root):
        known[k] = _node(terms.nodes[k], known, where)
    return known[root]


# -- slopes ---------------------------------------------------------------------------------------------------

SLOPES = {
    "neg": lambda u: mpf(-1),
    "exp": _exp,
    "log": lambda u: 1 / u,
    "sqrt": lambda u: 1 / (2 * mpmath.sqrt(u)),
    "sin": mpmath.cos,
    "cos": lambda u: -mpmath.sin(u),
    "tan": lambda u: 1 / mpmath.cos(u) ** 2,
    "atan": lambda u: 1 / (1 + u * u),
    "asinh": lambda u: 1 / mpmath.sqrt(1 + u * u),
    "sinh": UNARY["cosh"],
    "cosh": UNARY["sinh"],
    "tanh": lambda u: 1 / UNARY["cosh"](u) ** 2,
    "sigmoid": lambda u: _sigmoid(u) * _sigmoid(-u),
    "softplus": _sigmoid,
    "erf": lambda u: 2 / mpmath.sqrt(mp.pi) * _exp(-u * u),
    "abs": lambda u: mpmath.sign(u) if u else None,
    "sign": lambda u: mpf(0) if u else None,
}


def slope(lines: list[list[Any]], point: Mapping[str, Any]) -> mpf | None:
    """The derivative of a table in x, node by node: tiny slopes of saturated functions stay different from 0.

    None where the value is undefined, the slope infinite, or an argument of abs or sign 0.
    """
    known: dict[int, Any] = {}
    slopes: dict[int, Any] = {}
    for k, (op, *arguments) in enumerate(lines):
        known[k] = _node(lines[k], known, point)
        try:
            slopes[k] = _slope(op, arguments, known, slopes) if known[k] is not None else None
        except (ZeroDivisionError, TypeError):
            slopes[k] = None
    return slopes[len(lines) - 1]


def _slope(op: str, arguments: list[Any], known: Mapping[int, Any], slopes: Mapping[int, Any]) -> Any:
    if op in ("rat", "pi", "e"):
        return mpf(0)
    if op == "var":
        return mpf(arguments[0] == "x")
    if op == "piecewise":
        return next(slopes[v] for c, v in zip(arguments[::2], arguments[1::2], strict=True) if known[c])
    if op == "pow":
        exponent = Fraction(arguments[1])
        if exponent == 0 or slopes[arguments[0]] == 0:
            return mpf(0)
        return number(exponent) * power(known[arguments[0]], exponent - 1) * slopes[arguments[0]]
    if op in SLOPES:
        inner = slopes[arguments[0]]
        return inner if inner == 0 else SLOPES[op](known[arguments[0]]) * inner
    if op not in ("add", "sub", "mul", "div", "min", "max"):
        return None
    (a, b), (u, v) = (tuple(values[k] for k in arguments) for values in (slopes, known))
    if op in ("min", "max"):
        return None if u == v and a != b else a if (u < v) is (op == "min") else b
    if op in ("add", "sub"):
        return a + b if op == "add" else a - b
    return a * v + u * b if op == "mul" else a / v - u * b / v**2
