"""Heads whose features are linear in some parameters, but for what is small where all others are."""

from __future__ import annotations

from invexcheck.architectures.forms import forms
from invexcheck.architectures.heads import SQUARED, Head
from invexcheck.architectures.selections import extends
from invexcheck.architectures.vanishing import first_order


def can_be_rescaled(head: Head) -> bool:
    """Whether every step size is good, since rescaling moves all eigenvalues but those that the bias makes small."""
    node, kind = head.node, head.convex
    if node is None or kind is None or not head.affine:
        return False
    if kind == SQUARED and node.operands[2] is not None:
        return False
    features, weight, _ = node.operands
    if not isinstance(features, int) or not extends(head.architecture):
        return False
    weights = first_order(head.architecture, features) - {weight}
    form = forms(head.architecture, weights)[features]
    if form is None or not form.constant:
        return form is not None and form.order >= 2
    # A linear model: convex, with a bounded gradient.
    return kind != SQUARED and not head.architecture.values[features].trained and head.own(weight)
