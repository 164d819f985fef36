"""Decoders for text."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from invexproof.architectures.layers import Layers
from invexproof.architectures.reference.architecture import Architecture, setting


@dataclass(frozen=True)
class GPT(Architecture):
    """A decoder with causal attention, pre-normalisation and learned positions, as GPT-2 (Radford et al. 2019)."""

    depth: int = setting(12, "number of blocks")
    width: int = setting(768, "width of tokens")
    heads: int = setting(12, "number of heads")
    vocabulary: int = setting(50257, "number of different tokens")
    context: int = setting(1024, "most tokens of a text, and their number in the mini-batch")
    activation: str = setting("GELU(tanh)", "activation")
    tied: bool = setting(True, "whether the output layer is the table of the tokens")
    dropout: Fraction = setting(Fraction(0), "rate of dropout; masks are constants")  # noqa: RUF009

    first: ClassVar[str] = "depth"

    def output(self, net: Layers) -> int:
        last = self.vocabulary - 1
        tokens = net.b.data("tokens", [self.batch, self.context], "integer", low=0, high=last)
        table = net.parameter("wte.weight", [self.vocabulary, self.width])
        position = net.parameter("wpe.weight", [self.context, self.width])
        x = net.b.node("add", net.b.node("take", table, tokens, axis=0), position)
        x = net.dropout(x, self.dropout)
        for k in range(self.depth):
            x = self._block(net.inside(f"h.{k}"), x)
        x = net.layer_norm(x, "ln_f")
        if self.tied:
            return net.b.node("linear", x, table, None)
        return net.linear(x, "lm_head", self.vocabulary, bias=False)

    def _block(self, net: Layers, x: int) -> int:
        y = net.attention(net.layer_norm(x, "ln_1"), "attn", self.heads, causal=True, dropout=self.dropout)
        x = net.b.node("add", x, net.dropout(y, self.dropout))
        mlp = net.inside("mlp")
        y = net.activation(mlp.linear(net.layer_norm(x, "ln_2"), "c_fc", 4 * self.width), self.activation)
        return net.b.node("add", x, mlp.dropout(mlp.linear(y, "c_proj", self.width), self.dropout))
