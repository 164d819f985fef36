"""Losses whose gradient stays in a hyperplane, at the parameters of a set of positive measure and for all data."""

from __future__ import annotations

from invexcheck.architectures.dead_heads import DeadHead
from invexcheck.architectures.graph import Architecture

OFF = frozenset(["relu", "hard_tanh", "hard_sigmoid", "hard_swish"])
"""Functions that are constant below some number."""


def moves_in_a_hyperplane(architecture: Architecture) -> bool:
    """Whether a parameter is not used, a unit can be dead, or the loss does not see what all outputs have in common."""
    head = DeadHead(architecture)
    if any(head.uses[k] == 0 for k in architecture.trained) or _sees_differences(head):
        return True
    return any(
        node.op in OFF and head.uses[q] == 1 and head.shifted(q)
        for node in architecture.nodes
        for q in node.arguments
    )


def _sees_differences(head: DeadHead) -> bool:
    """A cross-entropy of outputs with a bias of their own: its derivatives by the bias sum to 0."""
    return head.node is not None and head.loss.op == "cross_entropy" and head.own(head.node.operands[2])
