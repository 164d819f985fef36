"""Squared errors that depend on the last bias alone, on an open set of parameters and for all data."""

from __future__ import annotations

from math import prod

from flint import fmpq

from invexcheck.architectures.heads import Head
from invexcheck.architectures.values import Smoothness
from invexcheck.architectures.vanishing import zeros
from invexcheck.errors import Reject

BIASED = frozenset(
    ["linear", "convolution", "transposed_convolution", "layer_norm", "group_norm", "batch_norm"]
)
"""Operators that add their third argument, repeated, to what does not depend on it."""


class DeadHead(Head):
    """A head under a squared error, and the units that may all be dead before it."""

    def dies(self) -> bool:
        """Whether the features vanish when all rectified units with biases of their own are dead."""
        node = self.node
        if node is None or not self._squared() or not self.own(node.operands[2]):
            return False
        if self.architecture.smoothness == Smoothness.DISCONTINUOUS:
            return False
        first = len(self.architecture.inputs)
        dead = {
            k
            for k, unit in enumerate(self.architecture.nodes, first)
            if unit.op == "relu" and self._shifted(unit.arguments[0])
        }
        return node.operands[0] in zeros(self.architecture, dead)

    def _shifted(self, value: int) -> bool:
        """Whether it is a sum of a bias of its own and of what does not depend on it."""
        node, above = self.architecture.node(value), 0
        while node is not None and node.op == "add" and len(set(node.arguments)) == 2:
            if any(map(self.own, node.arguments)):
                return True
            # What is computed first cannot depend on what comes later. Further down, the summands above must not
            # depend on it either: it is used here alone.
            later = max(node.arguments)
            if above and self.uses[later] != 1:
                return False
            node, above = self.architecture.node(later), above + 1
        return node is not None and node.op in BIASED and self.own(node.operands[2])

    def curvature(self) -> fmpq:
        """Of the squared error as a function of an entry of the bias, where the features are dead."""
        if self.node is None or not isinstance(self.node.operands[2], int):
            raise Reject("there is no last bias", "method")
        values = self.architecture.values
        count = fmpq(values[self.loss.arguments[0]].size)
        each = count / values[self.node.operands[2]].size
        return 2 * each / (count if self.loss.attributes["reduction"] == "mean" else 1)

    def _squared(self) -> bool:
        return self.loss.op == "mean_squared_error" and self.whole

    def fits_one_example(self) -> bool:
        """Whether the model is affine in one example, with a weight and a bias of its own."""
        node = self.node
        if node is None or node.op != "linear" or not self._squared():
            return False
        x, weight, bias = node.operands
        if not isinstance(x, int) or self.architecture.values[x].trained:
            return False
        return self.own(weight) and self.own(bias) and prod(self.architecture.values[x].shape[:-1]) == 1
