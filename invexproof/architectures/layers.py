"""Layers with parameters, named as PyTorch names those of its modules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final, TypeAlias

from invexproof.architectures.activations import Constants, activate
from invexproof.architectures.builder import Builder
from invexproof.architectures.building import axis_of, reshape, select, transpose
from invexproof.architectures.errors import ArchitectureError

Sizes: TypeAlias = int | Sequence[int]
"""A number for every spatial axis, or one for all of them."""

EPSILON: Final = Fraction(1, 100_000)


@dataclass(frozen=True)
class Layers:
    """Layers in a builder; ``prefix`` stands before the names of their parameters."""

    b: Builder
    prefix: str = ""
    constants: Constants = field(default_factory=dict)

    def inside(self, name: object) -> Layers:
        """The layers of a part with a name of its own."""
        return replace(self, prefix=f"{self.prefix}{name}.")

    def parameter(self, name: str, shape: Sequence[int]) -> int:
        """A parameter."""
        return self.b.parameter(self.prefix + name, shape)

    # -- products --------------------------------------------------------------------------------------------

    def linear(self, x: int, name: str, features: int, bias: bool = True) -> int:
        """x W^T + b over the last axis."""
        part = self.inside(name)
        weight = part.parameter("weight", [features, self._last(x)])
        return self.b.node("linear", x, weight, part.parameter("bias", [features]) if bias else None)

    def convolution(
        self,
        x: int,
        name: str,
        channels: int,
        kernel: Sizes,
        *,
        stride: Sizes = 1,
        padding: Sizes = 0,
        dilation: Sizes = 1,
        groups: int = 1,
        bias: bool = True,
    ) -> int:
        """A convolution of [N, C, *spatial], in as many dimensions as there are spatial axes."""
        part, d = self.inside(name), self._spatial(x)
        if self.b.shape(x)[1] % groups:
            raise ArchitectureError(f"{groups} groups do not divide {self.b.shape(x)[1]} channels")
        weight = part.parameter("weight", [channels, self.b.shape(x)[1] // groups, *_each(kernel, d)])
        return self.b.node(
            "convolution",
            x,
            weight,
            part.parameter("bias", [channels]) if bias else None,
            stride=_each(stride, d),
            padding=_each(padding, d),
            dilation=_each(dilation, d),
            groups=groups,
        )

    def transposed_convolution(
        self, x: int, name: str, channels: int, kernel: Sizes, *, stride: Sizes = 1, bias: bool = True
    ) -> int:
        """A transposed convolution of [N, C, *spatial] without padding."""
        part, d = self.inside(name), self._spatial(x)
        weight = part.parameter("weight", [self.b.shape(x)[1], channels, *_each(kernel, d)])
        return self.b.node(
            "transposed_convolution",
            x,
            weight,
            part.parameter("bias", [channels]) if bias else None,
            stride=_each(stride, d),
            padding=_each(0, d),
            output_padding=_each(0, d),
            dilation=_each(1, d),
        )

    def embedding(self, indices: int, name: str, entries: int, width: int) -> int:
        """Rows of a table of parameters."""
        return self.b.node("take", self.inside(name).parameter("weight", [entries, width]), indices, axis=0)

    # -- normalisation ---------------------------------------------------------------------------------------

    def batch_norm(self, x: int, name: str, epsilon: Fraction = EPSILON) -> int:
        """With the mean and variance of the mini-batch, as in training."""
        weight, bias = self._affine(name, [self.b.shape(x)[1]])
        return self.b.node("batch_norm", x, weight, bias, None, None, epsilon=epsilon)

    def layer_norm(self, x: int, name: str, epsilon: Fraction = EPSILON) -> int:
        """Over the last axis."""
        weight, bias = self._affine(name, [self._last(x)])
        return self.b.node("layer_norm", x, weight, bias, axes=1, epsilon=epsilon)

    def rms_norm(self, x: int, name: str, epsilon: Fraction = EPSILON) -> int:
        """Over the last axis."""
        weight = self.inside(name).parameter("weight", [self._last(x)])
        return self.b.node("rms_norm", x, weight, axes=1, epsilon=epsilon)

    def group_norm(self, x: int, name: str, groups: int, epsilon: Fraction = EPSILON) -> int:
        """Over groups of channels and all places; as many groups as channels is instance normalisation."""
        weight, bias = self._affine(name, [self.b.shape(x)[1]])
        return self.b.node("group_norm", x, weight, bias, groups=groups, epsilon=epsilon)

    def _affine(self, name: str, shape: Sequence[int]) -> tuple[int, int]:
        part = self.inside(name)
        return part.parameter("weight", shape), part.parameter("bias", shape)

    # -- without parameters ----------------------------------------------------------------------------------

    def activation(self, x: int, text: str) -> int:
        """A name of the catalogue, or a formula in x."""
        return activate(self.b, x, text, self.constants)

    def max_pool(self, x: int, kernel: Sizes, stride: Sizes | None = None, padding: Sizes = 0) -> int:
        """The maxima of windows; the stride is the kernel, unless given."""
        d = self._spatial(x)
        steps = _each(kernel if stride is None else stride, d)
        return self.b.node(
            "max_pool",
            x,
            kernel=_each(kernel, d),
            stride=steps,
            padding=_each(padding, d),
            dilation=_each(1, d),
        )

    def average_pool(self, x: int, kernel: Sizes, stride: Sizes | None = None, padding: Sizes = 0) -> int:
        """The means of windows; the stride is the kernel, unless given."""
        d = self._spatial(x)
        steps = _each(kernel if stride is None else stride, d)
        return self.b.node(
            "average_pool", x, kernel=_each(kernel, d), stride=steps, padding=_each(padding, d)
        )

    def global_average_pool(self, x: int) -> int:
        """The mean over all places: [N, C]."""
        return self.b.node("mean", x, axes=list(range(2, 2 + self._spatial(x))))

    def dropout(self, x: int, rate: Fraction) -> int:
        """Times a mask of zeros and 1/(1 - rate); the masks are constants, so claims hold for all of them."""
        mask = self.dropout_mask(self.b.shape(x), rate)
        return x if mask is None else self.b.node("multiply", x, mask)

    def dropout_mask(self, shape: Sequence[int], rate: Fraction) -> int | None:
        """The mask of a dropout, None at the rate 0."""
        if not 0 <= rate < 1:
            raise ArchitectureError(f"{rate} is no rate of dropout: it is at least 0 and below 1")
        return self.b.constant(f"{self.prefix}dropout", shape, low=0, high=1 / (1 - rate)) if rate else None

    # -- attention -------------------------------------------------------------------------------------------

    def attention(
        self, x: int, name: str, heads: int, *, causal: bool = False, dropout: Fraction = Fraction(0)
    ) -> int:
        """Self-attention of [N, tokens, width] as ``torch.nn.MultiheadAttention``, with biases."""
        part = self.inside(name)
        batch, tokens, width = self.b.shape(x)
        if width % heads:
            raise ArchitectureError(f"{heads} heads do not divide the width {width}")
        weight, bias = (
            part.parameter("in_proj_weight", [3 * width, width]),
            part.parameter("in_proj_bias", [3 * width]),
        )
        together = reshape(
            self.b, self.b.node("linear", x, weight, bias), [batch, tokens, 3, heads, width // heads]
        )
        parts = transpose(self.b, together, [2, 0, 3, 1, 4])
        query, key, value = (select(self.b, parts, 0, k) for k in range(3))
        mask = part.dropout_mask([batch, heads, tokens, tokens], dropout)
        mixed = self.b.node("attention", query, key, value, None, mask, causal=causal)
        joined = reshape(self.b, transpose(self.b, mixed, [0, 2, 1, 3]), [batch, tokens, width])
        return part.linear(joined, "out_proj", width)

    def _last(self, x: int) -> int:
        return self.b.shape(x)[axis_of(-1, len(self.b.shape(x)))]

    def _spatial(self, x: int) -> int:
        shape = self.b.shape(x)
        if len(shape) < 3:
            raise ArchitectureError(
                f"images have the shape [batch, channels, height, width]; this tensor has {list(shape)}"
            )
        return len(shape) - 2


def _each(sizes: Sizes, axes: int) -> list[int]:
    given = [sizes] * axes if isinstance(sizes, int) else list(sizes)
    if len(given) != axes:
        raise ArchitectureError(f"{given} gives {len(given)} numbers for {axes} spatial axes")
    return given
