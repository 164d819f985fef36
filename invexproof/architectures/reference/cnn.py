"""Plain convolutional networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from invexproof.architectures.building import flatten
from invexproof.architectures.layers import Layers
from invexproof.architectures.reference.architecture import Architecture, setting, word


@dataclass(frozen=True)
class CNN(Architecture):
    """Blocks of a convolution (same size), an activation and a pooling that halves, then two linear layers."""

    image: tuple[int, ...] = setting((1, 28, 28), "channels and lengths of the images")
    channels: tuple[int, ...] = setting((32, 64), "channels of the convolutions")
    kernel: int = setting(3, "length of the kernels, odd")
    pooling: str = word("max", "average", help="pooling")
    activation: str = setting("relu", "activation")
    hidden: int = setting(128, "width of the hidden linear layer")
    classes: int = setting(10, "number of outputs")

    first: ClassVar[str] = "channels"

    def output(self, net: Layers) -> int:
        x = net.b.data("x", [self.batch, *self.image])
        pool = net.max_pool if self.pooling == "max" else net.average_pool
        for k, channels in enumerate(self.channels):
            x = net.convolution(x, f"convolutions.{k}", channels, self.kernel, padding=self.kernel // 2)
            x = pool(net.activation(x, self.activation), 2)
        hidden = net.linear(flatten(net.b, x, 1), "hidden", self.hidden)
        return net.linear(net.activation(hidden, self.activation), "head", self.classes)
