"""Vision transformers."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Final

from invexproof.architectures.building import concatenate, expand, flatten, select, swap
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.layers import Layers
from invexproof.architectures.reference.architecture import Architecture, setting

EPSILON: Final = Fraction(1, 1_000_000)


@dataclass(frozen=True)
class ViT(Architecture):
    """A vision transformer (Dosovitskiy et al. 2021), as ``torchvision.models.vit_b_16`` in training mode."""

    depth: int = setting(12, "number of blocks")
    width: int = setting(768, "width of tokens")
    heads: int = setting(12, "number of heads")
    mlp_ratio: Fraction = setting(Fraction(4), "width of the hidden layer of a block over that of tokens")  # noqa: RUF009
    patch: int = setting(16, "height and width of a patch")
    image: tuple[int, ...] = setting((3, 224, 224), "channels, height and width of the images")
    classes: int = setting(1000, "number of outputs")
    class_token: bool = setting(True, "whether a class token is read, or else the mean of all tokens")
    activation: str = setting("gelu", "activation")
    dropout: Fraction = setting(Fraction(0), "rate of dropout; masks are constants")  # noqa: RUF009

    first: ClassVar[str] = "depth"

    def output(self, net: Layers) -> int:
        channels_first = net.b.data("x", [self.batch, *self.image])
        if any(n % self.patch for n in self.image[1:]):
            raise ArchitectureError(f"patches of length {self.patch} do not make up an image {self.image}")
        patches = net.convolution(channels_first, "conv_proj", self.width, self.patch, stride=self.patch)
        x = swap(net.b, flatten(net.b, patches, 2), 1, 2)
        if self.class_token:
            token = net.parameter("class_token", [1, 1, self.width])
            x = concatenate(net.b, [expand(net.b, token, [self.batch, 1, self.width]), x], 1)
        encoder = net.inside("encoder")
        position = encoder.parameter("pos_embedding", [1, *net.b.shape(x)[1:]])
        x = encoder.dropout(net.b.node("add", x, position), self.dropout)
        for k in range(self.depth):
            x = self._block(encoder.inside(f"layers.{k}"), x)
        x = encoder.layer_norm(x, "ln", EPSILON)
        read = select(net.b, x, 1, 0) if self.class_token else net.b.node("mean", x, axes=[1])
        return net.linear(read, "head", self.classes)

    def _block(self, net: Layers, x: int) -> int:
        y = net.attention(
            net.layer_norm(x, "ln_1", EPSILON), "self_attention", self.heads, dropout=self.dropout
        )
        x = net.b.node("add", x, net.dropout(y, self.dropout))
        hidden = self.mlp_ratio * self.width
        if hidden.denominator != 1:
            raise ArchitectureError(f"{self.mlp_ratio} times the width {self.width} is no whole number")
        mlp = net.inside("mlp")
        y = net.activation(mlp.linear(net.layer_norm(x, "ln_2", EPSILON), "0", int(hidden)), self.activation)
        y = mlp.linear(mlp.dropout(y, self.dropout), "3", self.width)
        return net.b.node("add", x, mlp.dropout(y, self.dropout))
