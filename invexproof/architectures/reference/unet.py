"""U-shaped networks for segmentation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from invexproof.architectures.building import concatenate
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.layers import Layers
from invexproof.architectures.reference.architecture import Architecture, setting, word


@dataclass(frozen=True)
class UNet(Architecture):
    """A U-Net (Ronneberger et al. 2015) with padded convolutions: outputs are as large as images."""

    depth: int = setting(4, "how often the image is halved")
    channels: int = setting(64, "channels of the first level; they double from level to level")
    norm: str = word("group", "instance", "batch", "none", help="normalisation after every convolution")
    groups: int = setting(8, "groups of the group normalisation")
    activation: str = setting("relu", "activation")
    image: tuple[int, ...] = setting((1, 256, 256), "channels and lengths of the images")
    classes: int = setting(2, "channels of the output")

    first: ClassVar[str] = "depth"

    def output(self, net: Layers) -> int:
        if any(n % 2**self.depth for n in self.image[1:]):
            raise ArchitectureError(
                f"an image of {self.image[1:]} cannot be halved {self.depth} times; its lengths must be multiples "
                f"of {2**self.depth}"
            )
        x = self._double(net.inside("down.0"), net.b.data("x", [self.batch, *self.image]), self.channels)
        skips = []
        for k in range(1, self.depth + 1):
            skips.append(x)
            x = self._double(net.inside(f"down.{k}"), net.max_pool(x, 2), self.channels << k)
        for k in reversed(range(self.depth)):
            up = net.inside(f"up.{k}")
            x = up.transposed_convolution(x, "transposed", self.channels << k, 2, stride=2)
            x = self._double(up, concatenate(net.b, [skips[k], x], 1), self.channels << k)
        return net.convolution(x, "head", self.classes, 1)

    def _double(self, net: Layers, x: int, channels: int) -> int:
        """Two convolutions, each with a normalisation and an activation."""
        for k in (1, 2):
            x = net.convolution(x, f"conv{k}", channels, 3, padding=1)
            x = net.activation(self._normalised(net, x, f"norm{k}", channels), self.activation)
        return x

    def _normalised(self, net: Layers, x: int, name: str, channels: int) -> int:
        if self.norm == "none":
            return x
        if self.norm == "batch":
            return net.batch_norm(x, name)
        return net.group_norm(x, name, self.groups if self.norm == "group" else channels)
