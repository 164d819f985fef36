"""Networks of the gallery that are built by functions: the project's samples, and some with free weights.

A function is named in the files of the gallery, with its arguments; to add one, add it to :data:`NETWORKS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from invexproof.networks import samples
from invexproof.networks.assembling import Function
from invexproof.networks.builder import Builder
from invexproof.networks.network import Network
from invexproof.networks.tensors import Tensor


def skew_residual_block(width: int, hidden: int, activation: Function, seed: int = 0) -> Network:
    """x + (I + K) A^T sigma(A x + b) with K skew-symmetric, so that A (I + K) A^T has the symmetric part A A^T.

    The entries of A and b are multiples of 1/8 between -1 and 1, those of K are -1, 0 or 1.
    """
    random, b = np.random.default_rng(seed), Builder()
    a = random.integers(-8, 8, (hidden, width), endpoint=True) / np.float32(8)
    shift = random.integers(-8, 8, hidden, endpoint=True) / np.float32(8)
    upper = np.triu(random.integers(-1, 1, (width, width), endpoint=True), 1)
    outer = (np.eye(width, dtype=np.float32) + upper - upper.T) @ a.T
    x = b.input(width)
    branch = b.pointwise(
        b.linear(x, a.astype(np.float32), shift.astype(np.float32), name="inner"), activation
    )
    return b.finish(b.add(x, b.linear(branch, outer.astype(np.float32), name="outer")))


def free_mlp(widths: Sequence[int], activation: str) -> Network:
    """A multilayer perceptron all of whose weights and biases are free."""
    b = Builder()
    node = b.input(widths[0])
    for layer, (width, out) in enumerate(pairwise(widths)):
        if layer:
            node = b.pointwise(node, activation)
        node = _free_linear(b, node, width, out, f"layer{layer}")
    return b.finish()


def free_vision_transformer(
    size: int, patch: int, width: int, heads: int, hidden: int, classes: int, activation: str = "gelu"
) -> Network:
    """A vision transformer on a grey image [size, size]: patches, a block, the mean of the tokens, scores.

    All weights are free, those of the layer normalisations (eps = 1/1024) too, and so is the position of each token.
    """
    b = Builder()
    image = b.input([size, size])
    across = size // patch
    tokens = across * across

    def linear(node: int, out: int, name: str) -> int:
        return _free_linear(b, node, b.shape(node)[-1], out, name)

    def normalised(node: int, name: str) -> int:
        gamma, beta = Tensor.unknown([width]), Tensor.unknown([width])
        return b.layernorm(node, gamma, beta, eps="1/1024", name=name)

    patches = b.rearrange(
        image,
        lambda a: a.reshape(across, patch, across, patch).swapaxes(1, 2).reshape(tokens, patch * patch),
    )
    positions = b.constant(Tensor.unknown([tokens, width]), name="positions")
    x = b.add(linear(patches, width, "embed"), positions)
    h = normalised(x, "norm1")
    q, k, v = (linear(h, width, name) for name in ("query", "key", "value"))
    y = b.add(x, linear(b.attention(q, k, v, heads), width, "project"))
    inner = b.pointwise(linear(normalised(y, "norm2"), hidden, "inner"), activation)
    z = b.add(y, linear(inner, width, "outer"))
    mean = b.linear(b.transpose(z), [[f"1/{tokens}"] * tokens])
    return b.finish(linear(b.flatten(mean), classes, "head"))


def _free_linear(b: Builder, node: int, width: int, out: int, name: str) -> int:
    return b.linear(node, Tensor.unknown([out, width]), Tensor.unknown([out]), name=name)


NETWORKS: Final[Mapping[str, Callable[..., Network]]] = {
    function.__name__: function
    for function in (
        samples.mlp,
        samples.residual_block,
        samples.deep_residual,
        samples.gradient_block,
        samples.unet_block,
        samples.transformer_block,
        skew_residual_block,
        free_mlp,
        free_vision_transformer,
    )
}
"""The functions that entries may name."""
