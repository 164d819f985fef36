"""Heads over smooth units with biases of their own: the units may be anything, alike in all examples."""

from __future__ import annotations

from invexcheck.architectures.constant_heads import BENDING, rows_of
from invexcheck.architectures.forms import LINEAR
from invexcheck.architectures.graph import Node
from invexcheck.architectures.heads import SQUARED, Head
from invexcheck.architectures.selections import extends

PERIODIC = frozenset(["sin", "cos", "sinh"])
"""Analytic functions with sigma'^2 = A + B sigma^2, A > 0."""
BIASED = ("linear", "convolution", "layer_norm", "group_norm", "batch_norm")


def has_smooth_units(head: Head) -> bool:
    """Whether every step size is good by the last hidden units, whatever is below them."""
    node = head.node
    if node is None or head.convex is None or not head.affine or not isinstance(node.operands[0], int):
        return False
    if not extends(head.architecture):
        return False
    if head.convex != SQUARED and node.operands[2] is not None:
        return _units(head, _moved_by_data(head, node.operands[0])) is not None
    if node.op != "linear":
        return False
    unit = _units(head, rows_of(head.architecture, node.operands[0]), ("linear",))
    return unit is not None and unit.op not in PERIODIC


def _units(head: Head, unit: Node | None, layers: tuple[str, ...] = BIASED) -> Node | None:
    """The units, if they bend and come from such a layer, with a trained weight and a bias of its own."""
    if unit is None or unit.op not in BENDING or head.node is None:
        return None
    before = head.architecture.node(unit.arguments[0])
    if before is None or before.op not in layers:
        return None
    _, weight, bias = before.operands[:3]
    if not head.trained(weight) or weight == head.node.operands[1] or not head.own(bias):
        return None
    return unit


def _moved_by_data(head: Head, value: int) -> Node | None:
    """The node from which a value comes by linear operators alone, whose other arguments are data."""
    architecture = head.architecture
    node = architecture.node(value)
    while node is not None and (node.op in LINEAR or node.op == "multiply"):
        trained = [a for a in node.arguments if architecture.values[a].trained]
        affine = node.op in ("add", "subtract", "concatenate", "where") and len(node.operands) > 1
        if len(trained) != 1 or affine:
            return None
        node = architecture.node(trained[0])
    return node
