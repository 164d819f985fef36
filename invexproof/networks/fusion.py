"""Which functions of one variable are composed while a model is read, and which become nodes of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Final

from invexproof.expressions import terms
from invexproof.expressions.operations import ExpressionError
from invexproof.expressions.terms import Expression
from invexproof.networks.flows import NetworkImportError

X: Final = terms.var("x")
MAX_FORMULA: Final = 200
"""Most rows of a composed function; beyond that a node is made first."""
COMPARED: Final = (
    "the result of a comparison is used as a number, which is not continuous; only choices between two formulas "
    "of the same entry (where) can be read"
)

_KINKS: Final = frozenset(("abs", "max", "min", "piecewise", "sign"))


@cache
def has_kinks(function: Expression) -> bool:
    """Whether a function is made with operations that are not smooth."""
    return any(node.op in _KINKS for node in terms.postorder(function))


@cache
def is_affine(function: Expression) -> bool:
    """Whether a function is written as an affine one: sums, and products with rationals."""
    if function.op in ("var", "rat"):
        return True
    if function.op == "mul" and all(argument.op != "rat" for argument in function.args):
        return False
    if function.op == "div" and function.args[1].op != "rat":
        return False
    return function.op in ("add", "sub", "neg", "mul", "div") and all(map(is_affine, function.args))


def applied_rule(rule: Callable[..., Expression], arguments: Sequence[Expression]) -> Expression:
    """The rule of these terms; NetworkImportError if that is no term."""
    try:
        return rule(*arguments)
    except ExpressionError as error:
        compared = any(argument.is_condition for argument in arguments)
        raise NetworkImportError(COMPARED if compared else str(error)) from error
