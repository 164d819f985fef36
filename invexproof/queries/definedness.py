"""Where an expression is defined, as a condition: solvers' own functions are total, queries must say it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from invexproof.expressions.terms import (
    TRUE,
    Expression,
    conj,
    cos,
    disj,
    less,
    less_equal,
    negation,
    postorder,
)


def _nonzero(u: Expression) -> Expression:
    return disj(less(u, 0), less(0, u))


def _power_domain(node: Expression) -> Expression:
    base, exponent = node.args[0], node.value
    if exponent.denominator == 1:
        return _nonzero(base) if exponent < 0 else TRUE
    return less(0, base) if exponent < 0 else less_equal(0, base)


DOMAINS: Mapping[str, Callable[[Expression], Expression]] = {
    "div": lambda node: _nonzero(node.args[1]),
    "log": lambda node: less(0, node.args[0]),
    "sqrt": lambda node: less_equal(0, node.args[0]),
    "tan": lambda node: _nonzero(cos(node.args[0])),
    "pow": _power_domain,
}
"""The operators that are not defined everywhere: where a node is, given that its arguments are."""


def definedness(expression: Expression) -> Expression:
    """A condition that holds exactly where `expression` is defined; shares terms, linear in the size of the
    table.
    """
    condition: dict[Expression, Expression] = {}
    for node in postorder(expression):
        if node.op == "piecewise":
            condition[node] = _piecewise(node, condition)
            continue
        own = DOMAINS[node.op](node) if node.op in DOMAINS else TRUE
        for argument in node.args:
            own = _both(own, condition[argument])
        condition[node] = own
    return condition[expression]


def _both(a: Expression, b: Expression) -> Expression:
    if a is TRUE or a is b:
        return b
    return a if b is TRUE else conj(a, b)


def _piecewise(node: Expression, condition: Mapping[Expression, Expression]) -> Expression:
    """First match: a condition must be defined if it is reached, a value if it is selected; some condition
    holds.
    """
    result = negation(TRUE)
    for guard, value in zip(reversed(node.args[::2]), reversed(node.args[1::2]), strict=True):
        selected = disj(negation(guard), condition[value]) if condition[value] is not TRUE else TRUE
        otherwise = TRUE if guard is TRUE or result is TRUE else disj(guard, result)
        result = _both(condition[guard], _both(selected, otherwise))
    return result
