"""Losses whose gradient stays in a hyperplane, at the parameters of a set of positive measure and for all data."""

from __future__ import annotations

from invexcheck.architectures.dead_heads import BIASED, DeadHead
from invexcheck.architectures.graph import Architecture

OFF = frozenset(["relu", "hard_tanh", "hard_sigmoid", "hard_swish"])
"""Functions that are constant below some number."""


def moves_in_a_hyperplane(architecture: Architecture) -> bool:
    """Whether a parameter is not used, a unit can be dead, or the loss does not see what all outputs have in common."""
    head = DeadHead(architecture)
    if any(head.uses[k] == 0 for k in architecture.trained) or _sees_differences(head):
        return True
    return any(
        node.op in OFF and _carries_a_bias_alone(head, q)
        for node in architecture.nodes
        for q in node.arguments
    )


def _carries_a_bias_alone(head: DeadHead, value: int) -> bool:
    """Whether it is a bias of its own and what does not depend on it: all values from the bias on are used once.

    What was computed before a value cannot depend on it.
    """
    node = head.architecture.node(value)
    while node is not None and head.uses[value] == 1:
        if node.op != "add" or len(set(node.arguments)) != 2:
            return node.op in BIASED and head.own(node.operands[2])
        if any(map(head.own, node.arguments)):
            return True
        value = max(node.arguments)
        node = head.architecture.node(value)
    return False


def _sees_differences(head: DeadHead) -> bool:
    """A cross-entropy of outputs with a bias or a weight of their own: what all outputs have in common is not seen."""
    node = head.node
    if node is None or head.loss.op != "cross_entropy":
        return False
    grouped = node.op != "linear" and node.attributes["groups"] != 1
    weighted = node.op != "transposed_convolution" and not grouped and head.own(node.operands[1])
    return head.own(node.operands[2]) or weighted
