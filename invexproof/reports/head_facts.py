"""Facts about last layers, by which particular step sizes are decided."""

from __future__ import annotations

from typing import Final

from invexcheck.architectures.constant_heads import BENDING
from invexcheck.architectures.dead_heads import DeadHead
from invexcheck.architectures.graph import Architecture
from invexcheck.architectures.heads import ENTROPY, LOGISTIC, SQUARED
from invexcheck.architectures.rectified_heads import bad_steps
from invexcheck.architectures.vanishing import first_order
from invexproof.reports.prose import Phrase, count, listing
from invexproof.reports.scene import Fact, Scene
from invexproof.reports.training_facts import claim

MAX_NAMES: Final = 4
LOSS_WORDS: Final = {SQUARED: "a squared error", ENTROPY: "a cross-entropy", LOGISTIC: "a logistic loss"}
DECAY: Final = (
    "\n\nWith weight decay the Hessian has λ·I added to it. So 1/η − λ takes the place of 1/η; it must not be 0, and"
    " all that was said of 1/η holds for every number but 0."
)


def _head(scene: Scene) -> DeadHead:
    return DeadHead(claim(scene).architecture)


def _name(architecture: Architecture, operand: int | str | None) -> str:
    return architecture.inputs[operand].name if isinstance(operand, int) else ""


def last_layer(scene: Scene) -> str:
    """The layer, its parameters, and the loss behind it."""
    head = _head(scene)
    if head.node is None:
        raise ValueError("there is no last layer")
    _, weight, bias = (*head.node.operands, None)[:3]
    names = f"W is {_name(head.architecture, weight)}"
    names += ", without a bias" if bias is None else f", b is {_name(head.architecture, bias)}"
    form = "W·z" if bias is None else "W·z + b"
    loss = LOSS_WORDS[head.convex] if head.convex else "a loss"
    outputs = f"its outputs are {form}, z the features of an example ({names})"
    return f"The last layer is affine: {outputs}. Behind it is {loss}"


def units(scene: Scene) -> str:
    """The last hidden units that are smooth, and their biases."""
    head = _head(scene)
    value = None if head.node is None else head.node.operands[0]
    node = head.architecture.node(value) if isinstance(value, int) else None
    while node is not None and node.op not in BENDING:
        trained = [a for a in node.arguments if head.architecture.values[a].trained]
        node = head.architecture.node(trained[0])
    before = None if node is None else head.architecture.node(node.arguments[0])
    if node is None or before is None:
        raise ValueError("there are no smooth units")
    return f"{node.op} units with the biases β ({_name(head.architecture, before.operands[2])})"


def growing(scene: Scene) -> Phrase:
    """The parameters on which the features depend in first order at 0."""
    head = _head(scene)
    if head.node is None or not isinstance(head.node.operands[0], int):
        raise ValueError("there is no last layer")
    found = first_order(head.architecture, head.node.operands[0]) - {head.node.operands[1]}
    names = [_name(head.architecture, k) for k in sorted(found)]
    more = [f"{len(names) - MAX_NAMES} more"] if len(names) > MAX_NAMES else []
    return listing([*names[:MAX_NAMES], *more]) if names else ("none",)


def left_out(scene: Scene) -> str:
    """What becomes of the one step size that may be bad."""
    head, said = _head(scene), claim(scene)
    if not bad_steps(head):
        return "Here the units let something through in every piece; this case does not arise, and nothing is left out"
    size = 1 / head.curvature()
    if said.sizes.one is not None:
        return f"This leaves one step size that may be bad, {size}; the claim is about {said.sizes.one}"
    others = len(said.sizes.left_out) - 1
    more = f" (the claim leaves out {count(others, 'more')}, for which there is no reason)" if others else ""
    dead = ". It is bad indeed, as all units can be dead (lemma dead-head)" if head.dies() else ""
    return f"This leaves one step size of which nothing is said, {size}{more}{dead}"


def decay(scene: Scene) -> str:
    """What weight decay changes."""
    return DECAY if claim(scene).method == "weight-decay" else ""


FACTS: dict[str, Fact] = {
    "last_layer": last_layer,
    "smooth_units": units,
    "growing": growing,
    "left_out": left_out,
    "decay": decay,
}
"""Facts by the placeholder that stands for them."""
