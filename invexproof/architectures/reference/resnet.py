"""Residual networks for images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.layers import Layers
from invexproof.architectures.reference.architecture import Architecture, setting, word

EXPANSION: Final = {"basic": 1, "bottleneck": 4}


@dataclass(frozen=True)
class ResNet(Architecture):
    """A residual network (He et al. 2016), as ``torchvision.models.resnet18`` in training mode."""

    stages: tuple[int, ...] = setting((2, 2, 2, 2), "number of blocks in each stage")
    block: str = word("basic", "bottleneck", help="kind of the blocks")
    width: int = setting(64, "channels of the first stage; they double from stage to stage")
    activation: str = setting("relu", "activation")
    stem: str = word("imagenet", "cifar", help="7x7 convolution and max-pooling, or a 3x3 convolution")
    image: tuple[int, ...] = setting((3, 224, 224), "channels, height and width of the images")
    classes: int = setting(1000, "number of outputs")

    first: ClassVar[str] = "stages"

    def output(self, net: Layers) -> int:
        if len(self.image) != 3:
            raise ArchitectureError(
                f"an image has channels, height and width, as in 3x32x32; given: {self.image}"
            )
        x = net.b.data("x", [self.batch, *self.image])
        wide = self.stem == "imagenet"
        kernel, stride, padding = (7, 2, 3) if wide else (3, 1, 1)
        x = net.convolution(x, "conv1", self.width, kernel, stride=stride, padding=padding, bias=False)
        x = net.activation(net.batch_norm(x, "bn1"), self.activation)
        x = net.max_pool(x, 3, 2, 1) if wide else x
        for k, blocks in enumerate(self.stages):
            for number in range(blocks):
                stride = 2 if k > 0 and number == 0 else 1
                x = self._block(net.inside(f"layer{k + 1}").inside(number), x, self.width << k, stride)
        return net.linear(net.global_average_pool(x), "fc", self.classes)

    def _block(self, net: Layers, x: int, width: int, stride: int) -> int:
        """x + its convolutions: kernel lengths and strides by the kind of the block; the last has no activation."""
        channels = width * EXPANSION[self.block]
        rows = {
            "basic": [(width, 3, stride), (channels, 3, 1)],
            "bottleneck": [(width, 1, 1), (width, 3, stride), (channels, 1, 1)],
        }[self.block]
        y = x
        for k, (out, kernel, step) in enumerate(rows, 1):
            y = y if k == 1 else net.activation(y, self.activation)
            y = net.convolution(y, f"conv{k}", out, kernel, stride=step, padding=kernel // 2, bias=False)
            y = net.batch_norm(y, f"bn{k}")
        if stride != 1 or net.b.shape(x)[1] != channels:
            short = net.inside("downsample")
            x = short.batch_norm(short.convolution(x, "0", channels, 1, stride=stride, bias=False), "1")
        return net.activation(net.b.node("add", y, x), self.activation)
