"""Derivatives of expressions, computed apart from the checker's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final

from invexproof.expressions import terms
from invexproof.expressions.operations import ExpressionError, check_name
from invexproof.expressions.terms import PI, TRUE, Expression, postorder

_ZERO: Final = terms.rational(0)
_ONE: Final = terms.rational(1)

_OUTER: Final[Mapping[str, Callable[[Expression, Expression], Expression]]] = {
    "exp": lambda u, f: f,
    "sin": lambda u, f: terms.cos(u),
    "cos": lambda u, f: -terms.sin(u),
    "tan": lambda u, f: 1 + terms.power(f, 2),
    "sinh": lambda u, f: terms.cosh(u),
    "cosh": lambda u, f: terms.sinh(u),
    "tanh": lambda u, f: 1 - terms.power(f, 2),
    "sigmoid": lambda u, f: f * terms.sigmoid(-u),
    "softplus": lambda u, f: terms.sigmoid(u),
    "erf": lambda u, f: 2 / terms.sqrt(PI) * terms.exp(-terms.power(u, 2)),
}
"""Derivatives of functions in their argument u, given their value f, as factors."""

_OUTER_DIVISOR: Final[Mapping[str, Callable[[Expression, Expression], Expression]]] = {
    "log": lambda u, f: u,
    "sqrt": lambda u, f: 2 * f,
    "atan": lambda u, f: 1 + terms.power(u, 2),
    "asinh": lambda u, f: terms.sqrt(1 + terms.power(u, 2)),
}
"""The same, as divisors."""


def differentiate(e: Expression, name: str = "x") -> Expression:
    """The derivative in the named variable, wherever the expression is defined and the result is.

    At kinks (a zero of the argument of abs or sign, equal arguments of min or max, the border of a condition)
    the result is undefined: each branch is given on the inside of its condition only.  Terms that vanish
    identically are dropped, so the result may be defined where ``e`` is not.
    """
    check_name(name)
    if e.is_condition:
        raise ExpressionError("a condition has no derivative")
    derivative = _Derivatives(name)
    for node in postorder(e):
        derivative.add(node)
    return derivative.of(e)


class _Derivatives:
    """Derivatives of numbers (absent where the variable does not occur) and insides of conditions."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.known: dict[Expression, Expression] = {}
        # Of a condition that depends on the variable: where it holds, and fails, on a neighbourhood.
        self.borders: dict[Expression, tuple[Expression, Expression]] = {}

    def of(self, node: Expression) -> Expression:
        return self.known.get(node, _ZERO)

    def add(self, node: Expression) -> None:
        """Record the derivative (or the inside) of a node whose arguments are recorded."""
        if node.op == "var":
            if node.name == self.name:
                self.known[node] = _ONE
        elif node.is_condition:
            if any(a in self.known or a in self.borders for a in node.args):
                self.borders[node] = self.inside_outside(node)
        elif node.op == "piecewise":
            if any(a in self.known or a in self.borders for a in node.args):
                self.known[node] = self.branches(node)
        elif any(a in self.known for a in node.args):
            self.known[node] = self.derivative(node)

    def derivative(self, node: Expression) -> Expression:
        """The derivative of a node of which some argument depends on the variable."""
        op, u = node.op, node.args[0]
        du = self.of(u)
        if op in _OUTER:
            return _times(_OUTER[op](u, node), du)
        if op in _OUTER_DIVISOR:
            return du / _OUTER_DIVISOR[op](u, node)
        if op == "neg":
            return -du
        if op == "pow":
            return self.power_rule(u, node.value, du)
        if op == "abs":
            return terms.piecewise([(terms.less(0, u), du), (terms.less(u, 0), -du)])
        if op == "sign":
            return terms.piecewise([(terms.less(0, u), _ZERO), (terms.less(u, 0), _ZERO)])
        v = node.args[1]
        dv = self.of(v)
        if op in ("add", "sub"):
            return _plus(du, dv) if op == "add" else _minus(du, dv)
        if op == "mul":
            return _plus(_times(du, v), _times(u, dv))
        if op == "div":
            return _minus(_over(du, v), _over(_times(u, dv), terms.power(v, 2)))
        first, second = (u, v) if op == "min" else (v, u)
        return terms.piecewise([(terms.less(first, second), du), (terms.less(second, first), dv)])

    @staticmethod
    def power_rule(u: Expression, q: Fraction, du: Expression) -> Expression:
        if q == 0:
            return _ZERO
        if q == 1:
            return du
        lower = u if q == 2 else terms.power(u, q - 1)
        return _times(q * lower, du)

    def inside_outside(self, node: Expression) -> tuple[Expression, Expression]:
        pairs = [self.borders.get(a, (a, terms.negation(a))) for a in node.args if a.is_condition]
        if node.op in ("lt", "le"):
            u, v = node.args
            return terms.less(u, v), terms.less(v, u)
        if node.op == "not":
            return pairs[0][1], pairs[0][0]
        (a_in, a_out), (b_in, b_out) = pairs
        if node.op == "and":
            return terms.conj(a_in, b_in), terms.disj(a_out, b_out)
        return terms.disj(a_in, b_in), terms.conj(a_out, b_out)

    def branches(self, node: Expression) -> Expression:
        """Branch by branch, last first: inside its condition, else (well outside it) what the rest gives."""
        rest: Expression | None = None
        for condition, value in reversed(list(zip(node.args[::2], node.args[1::2], strict=True))):
            if condition is TRUE:
                rest = self.of(value)
                continue
            inside, outside = self.borders.get(condition, (condition, TRUE))
            chosen = [(inside, self.of(value))]
            rest = terms.piecewise(chosen if rest is None else [*chosen, (outside, rest)])
        if rest is None:
            raise ExpressionError("a piecewise expression without branches")
        return rest


def _plus(u: Expression, v: Expression) -> Expression:
    return v if u is _ZERO else u if v is _ZERO else u + v


def _minus(u: Expression, v: Expression) -> Expression:
    return u if v is _ZERO else -v if u is _ZERO else u - v


def _times(u: Expression, v: Expression) -> Expression:
    if u is _ZERO or v is _ZERO:
        return _ZERO
    return v if u is _ONE else u if v is _ONE else u * v


def _over(u: Expression, v: Expression) -> Expression:
    return _ZERO if u is _ZERO else u / v
