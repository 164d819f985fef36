"""Fully connected networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.layers import Layers
from invexproof.architectures.reference.architecture import Architecture, setting


@dataclass(frozen=True)
class MLP(Architecture):
    """A fully connected network, as ``torch.nn.Sequential`` of linear layers with activations between them."""

    sizes: tuple[int, ...] = setting((2, 16, 16, 1), "inputs, widths of the hidden layers, outputs")
    activation: str = setting("tanh", "activation after every layer but the last")
    bias: bool = setting(True, "whether the layers have biases")

    loss: ClassVar[str] = "mse"
    first: ClassVar[str] = "sizes"

    def output(self, net: Layers) -> int:
        if len(self.sizes) < 2:
            raise ArchitectureError("sizes are those of the input, the hidden layers and the output: 2x16x1")
        x = net.b.data("x", [self.batch, self.sizes[0]])
        for k, width in enumerate(self.sizes[1:]):
            x = x if k == 0 else net.activation(x, self.activation)
            x = net.linear(x, f"layers.{k}", width, self.bias)
        return x
