"""The last affine layer of a graph: ``loss(moved(op(z, weight, bias)), target)``."""

from __future__ import annotations

from collections import Counter
from math import prod

from invexcheck.architectures.graph import PARAMETER, Architecture, Node
from invexcheck.architectures.shapes import Shape
from invexcheck.architectures.values import INTEGER, NONNEGATIVE, UNIT

LOSSES = ("mean_squared_error", "cross_entropy", "binary_cross_entropy_with_logits")
LAYERS = ("linear", "convolution", "transposed_convolution")
BIJECTIVE = ("reshape", "transpose")
SQUARED, ENTROPY, LOGISTIC = "squared", "entropy", "logistic"


class Head:
    """What is found on the way back from the loss; `node` is None if there is no such layer.

    `whole`: each of its entries reaches the loss once. Where classes are compared, those are the layer's outputs.
    """

    def __init__(self, architecture: Architecture) -> None:
        self.architecture = architecture
        self.uses = Counter(a for node in architecture.nodes for a in node.arguments)
        self.loss = architecture.nodes[-1]
        self.whole = True
        self.node = self._found()

    def _found(self) -> Node | None:
        outputs = [a for a in self.loss.arguments if self.architecture.values[a].trained]
        if len(outputs) != 1 or self.loss.op not in LOSSES or self.architecture.detached:
            return None
        value, axis = outputs[0], None
        if self.loss.op == "cross_entropy":
            if value != self.loss.operands[0]:
                return None
            axis = min(1, len(self.architecture.values[value].shape) - 1)
        node = self.architecture.node(value)
        while node is not None and node.op in (*BIJECTIVE, "slice"):
            if axis is None and node.op == "reshape" and not self.whole:
                return None  # which outputs are left may differ from row to row
            before = self.architecture.values[node.arguments[0]].shape
            if axis is not None:
                axis = moved_back(node, axis, before, self.architecture.values[value].shape)
                if axis is None:
                    return None
            self.whole = self.whole and node.op in BIJECTIVE
            value = node.arguments[0]
            node = self.architecture.node(value)
        if node is None or node.op not in LAYERS:
            return None
        rank = len(self.architecture.values[value].shape)
        outputs_axis = rank - 1 if node.op == "linear" else 1
        return node if axis in (None, outputs_axis) else None

    @property
    def affine(self) -> bool:
        """Whether each row of outputs is ``W z + b``, with W trained, and b a parameter of its own or left out."""
        node = self.node
        if node is None or node.op not in ("linear", "convolution") or not self.trained(node.operands[1]):
            return False
        grouped = node.op == "convolution" and node.attributes["groups"] != 1
        return not grouped and (node.operands[2] is None or self.own(node.operands[2]))

    @property
    def convex(self) -> str | None:
        """What the loss is of the outputs, if it is convex, bounded below, and has no weights; None otherwise.

        SQUARED; or ENTROPY (labels, or nonnegative targets) or LOGISTIC (targets in [0, 1]), with bounded gradients.
        """
        if self.node is None:
            return None
        if self.loss.op == "mean_squared_error":
            return SQUARED
        given = self.loss.operands[1]
        if not isinstance(given, int) or any(a is not None for a in self.loss.operands[2:]):
            return None
        target = self.architecture.values[given]
        if target.trained:
            return None
        if self.loss.op == "cross_entropy":
            return ENTROPY if target.kind == INTEGER or target.range.inside(NONNEGATIVE) else None
        return LOGISTIC if target.range.inside(UNIT) else None

    def own(self, operand: int | str | None) -> bool:
        """Whether it is a parameter that is used in one place only."""
        return isinstance(operand, int) and self.trained(operand) and self.uses[operand] == 1

    def trained(self, operand: int | str | None) -> bool:
        """Whether it is a parameter."""
        inputs = self.architecture.inputs
        return isinstance(operand, int) and operand < len(inputs) and inputs[operand].role == PARAMETER


def moved_back(node: Node, axis: int, before: Shape, after: Shape) -> int | None:
    """The axis of the argument that becomes this axis of the result; None if it is mixed with others, or cut."""
    if node.op == "transpose":
        return int(node.attributes["axes"][axis])
    if node.op == "slice":
        return None if node.attributes["axis"] == axis else axis
    if node.op == "mean":
        axes = node.attributes["axes"]
        kept = [k for k in range(len(before)) if k not in axes]
        found = axis if node.attributes["keep"] else kept[axis]
        return None if found in axes else found
    if node.op == "take":
        at, added = node.attributes["axis"], len(after) - len(before) + 1
        if at <= axis < at + added:
            return None
        return axis if axis < at else axis - added + 1
    if node.op != "reshape":
        return None
    inner = prod(after[axis + 1 :])
    for k, size in enumerate(before):
        if size == after[axis] and prod(before[k + 1 :]) == inner:
            return k
    return None
