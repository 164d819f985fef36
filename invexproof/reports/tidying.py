"""Formulas as one would write them by hand: no factors 1, no added negatives; value and domain stay."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from invexproof.expressions.terms import Expression, build, postorder


def tidied(expression: Expression) -> Expression:
    """The expression with signs and factors 1 in their usual places."""
    image: dict[Expression, Expression] = {}
    for node in postorder(expression):
        args = tuple(image[argument] for argument in node.args)
        image[node] = _rewritten(node if args == node.args else build(node.op, args, node.payload))
    return image[expression]


def _rewritten(node: Expression) -> Expression:
    return RULES[node.op](node) if node.op in RULES else node


def _make(op: str, *args: Expression) -> Expression:
    """A tidy node of tidy arguments; numbers are worked out, so it may be of another kind."""
    return _rewritten(build(op, args))


def _negative(node: Expression) -> Expression | None:
    """-node, if the node starts with a sign."""
    if node.op == "neg":
        return node.args[0]
    if node.op == "rat" and node.value < 0:
        return build("rat", (), -node.value)
    if node.op in ("mul", "div"):
        first = _negative(node.args[0])
        return None if first is None else _make(node.op, first, node.args[1])
    return None


def _is(node: Expression, value: int) -> bool:
    return node.op == "rat" and node.value == Fraction(value)


def _plus(node: Expression) -> Expression:
    left, right = node.args
    opposite = _negative(right)
    return node if opposite is None else build("sub", (left, opposite))


def _minus(node: Expression) -> Expression:
    left, right = node.args
    opposite = _negative(right)
    return node if opposite is None else build("add", (left, opposite))


def _times(node: Expression) -> Expression:
    left, right = node.args
    if node.op == "mul" and right.op == "rat" and left.op != "rat":
        left, right = right, left
        node = build("mul", (left, right))
    if _is(left, 1) and node.op == "mul":
        return right
    if _is(left, -1) and node.op == "mul":
        return _make("neg", right)
    if _is(right, 1):
        return left
    opposite = _negative(right)
    if opposite is not None and node.op == "mul":
        return _make("neg", _make("mul", left, opposite))
    return node


def _negated(node: Expression) -> Expression:
    opposite = _negative(node.args[0])
    return node if opposite is None else opposite


RULES: dict[str, Callable[[Expression], Expression]] = {
    "add": _plus,
    "sub": _minus,
    "mul": _times,
    "div": _times,
    "neg": _negated,
}
"""How a node whose arguments are tidy is rewritten, by its operation."""
