"""Reference networks with seeded weights: dyadic rationals of few bits, so that everything about them is exact."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from invexproof.networks.assembling import Function
from invexproof.networks.builder import Builder
from invexproof.networks.network import Network

_Weights = npt.NDArray[np.float32]

_FRACTION_BITS: Final = 6
"""Weights are multiples of 2 to minus this power, before they are scaled by a power of two."""


class _Source:
    """Random weights of one seed."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)

    def matrix(self, *shape: int, norm: float | None = None) -> _Weights:
        """Entries between -1 and 1, of about one over the root of the fan-in, or of at most this norm.

        The norm is the spectral norm of the matrix with the first axis as rows, rounded up.
        """
        fan_in = int(np.prod(shape[1:]))
        steps = 1 << _FRACTION_BITS
        weights = self._random.integers(-steps, steps, shape, endpoint=True) / steps
        if norm is None:
            return _scaled(weights, 1 / np.sqrt(fan_in))
        largest = float(np.linalg.norm(weights.reshape(shape[0], -1), 2)) or 1.0
        return _scaled(weights, norm / (largest * (1 + 1e-9)))

    def vector(self, size: int) -> _Weights:
        """Entries between -1 and 1."""
        steps = 1 << _FRACTION_BITS
        return (self._random.integers(-steps, steps, size, endpoint=True) / steps).astype(np.float32)

    def powers(self, size: int) -> _Weights:
        """Positive numbers: 1/2, 1 or 2."""
        return np.ldexp(np.float32(1), self._random.integers(-1, 1, size, endpoint=True)).astype(np.float32)


def _scaled(weights: npt.NDArray[np.float64], factor: float) -> _Weights:
    """The weights times the largest power of two that is at most the factor."""
    return np.ldexp(weights, int(np.floor(np.log2(factor)))).astype(np.float32)


def mlp(widths: Sequence[int], activation: Function = "tanh", seed: int = 0) -> Network:
    """Affine maps of these widths (inputs first, outputs last) with the activation between them."""
    weights, b = _Source(seed), Builder()
    node = b.input(widths[0])
    for layer, (width, out) in enumerate(itertools.pairwise(widths)):
        if layer:
            node = b.pointwise(node, activation)
        node = b.linear(node, weights.matrix(out, width), weights.vector(out), name=f"layer{layer}")
    return b.finish()


def residual_block(
    width: int, hidden: int, activation: Function = "tanh", seed: int = 0, norm: float | None = None
) -> Network:
    """x + A2 sigma(A1 x + b); with ``norm``, the spectral norms of A1 and A2 have at most this product."""
    return deep_residual(width, hidden, 1, activation, seed, norm)


def deep_residual(
    width: int,
    hidden: int,
    depth: int,
    activation: Function = "tanh",
    seed: int = 0,
    norm: float | None = None,
) -> Network:
    """A composition of ``depth`` residual blocks, as :func:`residual_block` has one."""
    weights, b = _Source(seed), Builder()
    node = b.input(width)
    each = None if norm is None else float(np.sqrt(norm))
    for layer in range(depth):
        inner = b.linear(
            node, weights.matrix(hidden, width, norm=each), weights.vector(hidden), name=f"block{layer}.inner"
        )
        outer = b.linear(
            b.pointwise(inner, activation),
            weights.matrix(width, hidden, norm=each),
            name=f"block{layer}.outer",
        )
        node = b.add(node, outer)
    return b.finish()


def gradient_block(width: int, hidden: int, activation: Function = "tanh", seed: int = 0) -> Network:
    """A1^T diag(p) sigma(A1 x + b) with p > 0: the gradient of a convex function if sigma increases."""
    weights, b = _Source(seed), Builder()
    inner = weights.matrix(hidden, width)
    hidden_node = b.linear(b.input(width), inner, weights.vector(hidden), name="inner")
    outer = (inner * weights.powers(hidden)[:, None]).T
    return b.finish(b.linear(b.pointwise(hidden_node, activation), outer, name="outer"))


def unet_block(
    channels: int = 1,
    size: int = 4,
    features: int = 2,
    activation: Function = "silu",
    seed: int = 0,
    norm: float | None = None,
) -> Network:
    """x + U(x) for an image [channels, size, size] (an even size): one level down, one up, with a skip.

    U convolves (3x3) and activates, convolves with stride 2 and activates, upsamples, puts the first result
    beside, and convolves again.  ``norm`` bounds the spectral norm of each kernel, as a matrix with the
    output channels as rows.
    """
    weights, b = _Source(seed), Builder()

    def conv(node: int, into: int, name: str, stride: int = 1) -> int:
        kernel = weights.matrix(into, b.shape(node)[0], 3, 3, norm=norm)
        return b.conv2d(node, kernel, weights.vector(into), stride=stride, padding=1, name=name)

    image = b.input([channels, size, size])
    skip = b.pointwise(conv(image, features, "enter"), activation)
    down = b.pointwise(conv(skip, 2 * features, "down", stride=2), activation)
    joined = b.concat([b.upsample(down, 2), skip])
    return b.finish(b.add(image, conv(joined, channels, "leave")))


def transformer_block(
    tokens: int = 3,
    width: int = 4,
    heads: int = 2,
    hidden: int = 8,
    activation: Function = "gelu",
    seed: int = 0,
    causal: bool = False,
    norm: float | None = None,
) -> Network:
    """A pre-norm block on [tokens, width]: y = x + attention(LN(x)), then y + MLP(LN(y)); LN with eps = 1/1024.

    ``norm`` bounds the spectral norm of every weight matrix.
    """
    weights, b = _Source(seed), Builder()

    def linear(node: int, out: int, name: str) -> int:
        matrix = weights.matrix(out, b.shape(node)[-1], norm=norm)
        return b.linear(node, matrix, weights.vector(out), name=name)

    def normalised(node: int, name: str) -> int:
        return b.layernorm(node, weights.powers(width), weights.vector(width), eps="1/1024", name=name)

    x = b.input([tokens, width])
    h = normalised(x, "norm1")
    q, k, v = (linear(h, width, name) for name in ("query", "key", "value"))
    y = b.add(x, linear(b.attention(q, k, v, heads, causal), width, "project"))
    inner = b.pointwise(linear(normalised(y, "norm2"), hidden, "inner"), activation)
    return b.finish(b.add(y, linear(inner, width, "outer")))


SAMPLES: Final[dict[str, Callable[[], Network]]] = {
    "mlp": lambda: mlp([3, 5, 2]),
    "residual": lambda: residual_block(3, 4),
    "gradient": lambda: gradient_block(3, 5),
    "deep-residual": lambda: deep_residual(3, 4, 3),
    "unet": unet_block,
    "transformer": transformer_block,
}
"""A small network of each kind, by name."""
