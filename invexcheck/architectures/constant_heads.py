"""Features of a linear head that can be made constant: the same in all examples, and with the same derivatives."""

from __future__ import annotations

from invexcheck.architectures.graph import Architecture, Node
from invexcheck.architectures.heads import Head, moved_back
from invexcheck.architectures.scalars import SCALARS
from invexcheck.architectures.values import Smoothness
from invexcheck.architectures.vanishing import zeros

ENTRYWISE = frozenset([*SCALARS, "add", "subtract", "multiply", "divide", "power", "maximum", "minimum"])
KEEPING = frozenset(
    ["reshape", "transpose", "expand", "slice", "flip", "windows", "take", "take_along", "mean"]
)
"""Operators whose entries are entries of their first argument, or means of them."""
ROWWISE = ("reshape", "transpose", "slice", "mean", "take")
"""Operators that choose rows, or average them, where they leave the axis of the features alone."""
BENDING = frozenset(
    [
        *("tanh", "sigmoid", "silu", "gelu", "mish", "softplus", "log_sigmoid", "erf", "erfc"),
        *("atan", "asinh", "exp", "expm1", "sin", "cos", "sinh", "cosh", "square", "tanhshrink"),
    ]
)
"""Functions of one variable that are analytic on all of R and not constant."""


def uniform(architecture: Architecture) -> set[int]:
    """The values with one number in all entries, whatever the data, where all parameters are 0."""
    found = zeros(architecture, architecture.trained)
    for k, node in enumerate(architecture.nodes, len(architecture.inputs)):
        if node.op in ENTRYWISE:
            same = all(isinstance(a, str) or a in found for a in node.operands)
        else:
            same = node.op in KEEPING and node.operands[0] in found
        if same:
            found.add(k)
    return found


def has_constant_features(head: Head) -> bool:
    """Whether every step size is good by the features of the head: for all data, and whatever comes before them."""
    architecture, node = head.architecture, head.node
    if node is None or node.op != "linear" or architecture.smoothness != Smoothness.ANALYTIC:
        return False
    features, weight, bias = node.operands
    if not (isinstance(features, int) and head.trained(weight) and head.own(bias)):
        return False
    return head.convex is not None and _constant(head, features)


def _constant(head: Head, features: int) -> bool:
    """Whether the features are rows, or means of rows, of what a shift of their own makes any constant row."""
    architecture = head.architecture
    source = rows_of(architecture, features)
    if source is None:
        return False
    same = uniform(architecture)
    if source.op == "layer_norm":
        return _shifted(head, source, same) and source.attributes["axes"] == 1
    if source.op in BENDING:
        before = architecture.node(source.arguments[0])
        return before is not None and before.op == "linear" and _shifted(head, before, same)
    return False


def rows_of(architecture: Architecture, features: int) -> Node | None:
    """The node whose rows, or means of rows, along its last axis are those of a value; None if there is none."""
    value, axis = features, len(architecture.values[features].shape) - 1
    node = architecture.node(value)
    while node is not None and node.op in ROWWISE:
        before, after = architecture.values[node.arguments[0]].shape, architecture.values[value].shape
        moved = moved_back(node, axis, before, after)
        if moved is None:
            return None
        axis, value = moved, node.arguments[0]
        node = architecture.node(value)
    return node if axis == len(architecture.values[value].shape) - 1 else None


def _shifted(head: Head, node: Node, same: set[int]) -> bool:
    """Whether it is ``weight * f(h) + bias`` with a bias of its own, a trained weight, and uniform h where it is 0."""
    argument, weight, bias = node.operands
    return isinstance(argument, int) and argument in same and head.trained(weight) and head.own(bias)
