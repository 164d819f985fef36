"""Layers as networks know them, and their lowering to the operations of the exchange format."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np

from invexproof.expressions import terms
from invexproof.expressions.evaluation import exact_root
from invexproof.expressions.terms import Expression
from invexproof.networks.assembling import Assembler, Function, Weights
from invexproof.networks.errors import NetworkError
from invexproof.networks.tensors import Tensor, check_shape, exact
from invexproof.networks.windows import Indices, dilated, entries, spread, windows

__all__ = ["Builder"]

Sizes = int | Sequence[int]
Number = Fraction | int | float | str


class Builder(Assembler):
    """Builds a network from layers; images have shape [channels, height, width], sequences [tokens, features].

    >>> b = Builder()
    >>> x = b.input(2)
    >>> h = b.pointwise(b.linear(x, [[1, 0], ["1/2", 1]], [0, 0]), "tanh")
    >>> network = b.finish(b.add(x, h))
    """

    # -- rearranging -----------------------------------------------------------------------------------------

    def rearrange(self, source: int, change: Callable[[Indices], Indices]) -> int:
        """Entries moved as ``change`` moves them in an array of the node's shape: ``lambda a: a[::-1].T``."""
        return self.gather(source, change(entries(self.shape(source))))

    def reshape(self, source: int, shape: Sequence[int]) -> int:
        """The same entries, row-major, in another shape; one length may be -1."""
        if math.prod(shape) != self.size(source) and list(shape).count(-1) != 1:
            raise NetworkError(f"{self.size(source)} entries do not fit the shape {list(shape)}")
        return self.rearrange(source, lambda a: a.reshape(tuple(shape)))

    def flatten(self, source: int) -> int:
        """All entries in one axis."""
        return self.reshape(source, [self.size(source)])

    def transpose(self, source: int, axes: Sequence[int] | None = None) -> int:
        """The axes permuted (default: reversed)."""
        return self.rearrange(source, lambda a: a.transpose(axes))

    def select(self, source: int, index: int, axis: int = 0) -> int:
        """One index of an axis, such as one token; the axis disappears (of a 1-d node a shape [1] is left)."""
        return self.rearrange(source, lambda a: np.atleast_1d(a.take(index, axis=axis)))

    def slice(self, source: int, start: int, stop: int, axis: int = 0, step: int = 1) -> int:
        """The indices start, start + step, ... before stop of an axis."""
        return self.rearrange(source, lambda a: a.take(np.arange(a.shape[axis])[start:stop:step], axis=axis))

    def concat(self, nodes: Sequence[int], axis: int = 0) -> int:
        """Nodes side by side along an axis."""
        offsets = np.cumsum([0, *(self.size(n) for n in nodes)]).tolist()
        arrays = [entries(self.shape(n)) + o for n, o in zip(nodes, offsets, strict=False)]
        try:
            joined = np.concatenate(arrays, axis=axis)
        except ValueError:
            shapes = ", ".join(str(list(self.shape(n))) for n in nodes)
            raise NetworkError(
                f"nodes of shapes {shapes} do not fit side by side along axis {axis}"
            ) from None
        return self.gather(nodes, joined)

    def broadcast(self, source: int, shape: Sequence[int]) -> int:
        """Entries repeated to a larger shape, as NumPy does."""
        try:
            return self.rearrange(source, lambda a: np.broadcast_to(a, tuple(shape)))
        except ValueError:
            raise NetworkError(
                f"the shape {list(self.shape(source))} cannot be repeated to {list(shape)}"
            ) from None

    def upsample(self, source: int, factor: Sizes) -> int:
        """Nearest-neighbour upsampling of the axes after the first."""
        channels, *sizes = self.shape(source)
        factors = spread(factor, len(sizes), "factor")
        check_shape([channels, *(n * f for n, f in zip(sizes, factors, strict=True))])

        def repeated(image: Indices) -> Indices:
            for axis, times in enumerate(factors, 1):
                image = np.repeat(image, times, axis=axis)
            return image

        return self.rearrange(source, repeated)

    def pad(self, source: int, widths: Sequence[tuple[int, int]]) -> int:
        """Zeros before and after, a pair for each axis; negative widths cut off."""
        check_shape([n + p + q for n, (p, q) in zip(self.shape(source), widths, strict=True)])

        def padded(a: Indices) -> Indices:
            a = np.pad(a, [(max(0, p), max(0, q)) for p, q in widths], constant_values=-1)
            return a[
                tuple(slice(max(0, -p), n - max(0, -q)) for n, (p, q) in zip(a.shape, widths, strict=True))
            ]

        return self.rearrange(source, padded)

    # -- arithmetic ------------------------------------------------------------------------------------------

    def scale(self, source: int, factor: Number) -> int:
        """Every entry times an exact number."""
        return self.pointwise(source, terms.var("x") * exact(factor))

    def subtract(self, left: int, right: int) -> int:
        """The difference of two nodes of one shape."""
        return self.add(left, self.scale(right, -1))

    def constant(self, values: Weights, *, name: str = "") -> int:
        """A node that is a tensor, whatever the input is (the tensor may be free)."""
        tensor = Tensor.of(values)
        zero = self.gather(0, [-1])
        weight = np.zeros((tensor.size, 1), dtype=np.float32)
        flat = tensor if len(tensor.shape) == 1 else tensor.reshape([tensor.size])
        return self.reshape(self.linear(zero, weight, flat, name=name), tensor.shape)

    def by_channel(self, source: int, functions: Sequence[Function]) -> int:
        """One function of x for each index of the first axis."""
        channels = self.shape(source)[0]
        if len(functions) != channels:
            raise NetworkError(f"{len(functions)} functions are given for {channels} channels")
        each = self.size(source) // channels
        return self.pointwise(source, [f for f in functions for _ in range(each)])

    # -- convolution and pooling -----------------------------------------------------------------------------

    def conv(
        self,
        source: int,
        weight: Weights,
        bias: Weights | None = None,
        stride: Sizes = 1,
        padding: Sizes = 0,
        dilation: Sizes = 1,
        groups: int = 1,
        *,
        name: str = "",
    ) -> int:
        """Convolution (cross-correlation) of [C, s1, ..., sd] with a weight [O, C/groups, k1, ..., kd]."""
        shape = self.shape(source)
        d = len(shape) - 1
        image = entries(shape)
        kernel = Tensor.of(weight)
        if len(kernel.shape) != d + 2 or kernel.shape[1] * groups != shape[0] or kernel.shape[0] % groups:
            raise NetworkError(
                f"a weight of shape {list(kernel.shape)} with groups={groups} does not fit an input of shape "
                f"{list(shape)}; [out, in/groups, kernel...] is needed"
            )
        geometry = [
            spread(v, d, w) for v, w in ((stride, "stride"), (padding, "padding"), (dilation, "dilation"))
        ]
        return self._correlate(source, image, kernel, bias, geometry, groups, name)

    def conv2d(
        self,
        source: int,
        weight: Weights,
        bias: Weights | None = None,
        stride: Sizes = 1,
        padding: Sizes = 0,
        dilation: Sizes = 1,
        groups: int = 1,
        *,
        name: str = "",
    ) -> int:
        """Convolution of [C, H, W] with a weight [O, C/groups, kh, kw]."""
        if len(self.shape(source)) != 3:
            raise NetworkError(f"conv2d needs an image [C, H, W], not the shape {list(self.shape(source))}")
        return self.conv(source, weight, bias, stride, padding, dilation, groups, name=name)

    def conv_transpose(
        self,
        source: int,
        weight: Weights,
        bias: Weights | None = None,
        stride: Sizes = 1,
        padding: Sizes = 0,
        output_padding: Sizes = 0,
        *,
        name: str = "",
    ) -> int:
        """Transposed convolution of [C, s1, ..., sd] with a weight [C, O, k1, ..., kd] that is not free."""
        shape = self.shape(source)
        d = len(shape) - 1
        kernel = Tensor.of(weight)
        if len(kernel.shape) != d + 2 or kernel.shape[0] != shape[0]:
            raise NetworkError(
                f"a weight of shape {list(kernel.shape)} does not fit an input of shape {list(shape)}"
            )
        steps, cut, extra = (
            spread(v, d, w)
            for v, w in ((stride, "stride"), (padding, "padding"), (output_padding, "output_padding"))
        )
        flipped = Tensor.of(np.flip(kernel.known(), tuple(range(2, d + 2))).swapaxes(0, 1))
        margins = [(k - 1, k - 1 + e) for k, e in zip(kernel.shape[2:], extra, strict=True)]
        image = np.pad(dilated(entries(shape), steps), [(0, 0), *margins], constant_values=-1)
        inner = (slice(None), *(slice(c, n - c) for c, n in zip(cut, image.shape[1:], strict=True)))
        ones = (1,) * d
        return self._correlate(source, image[inner], flipped, bias, [ones, (0,) * d, ones], 1, name)

    def _correlate(
        self,
        source: int,
        image: Indices,
        kernel: Tensor,
        bias: Weights | None,
        geometry: Sequence[Sequence[int]],
        groups: int,
        name: str,
    ) -> int:
        taken = windows(image, kernel.shape[2:], *geometry)
        d = len(geometry[0])
        out = taken.shape[:d]
        matrix = kernel.reshape([kernel.shape[0], kernel.size // kernel.shape[0]])
        offsets = None if bias is None else Tensor.of(bias)
        parts = []
        for channels, rows in zip(
            np.split(taken, groups, axis=d), np.split(np.arange(kernel.shape[0]), groups), strict=True
        ):
            first, last = int(rows[0]), int(rows[-1]) + 1
            columns = self.gather(source, channels.reshape(math.prod(out), -1))
            weight, shift = (
                (matrix, offsets)
                if groups == 1
                else (
                    matrix.rows(first, last),
                    None if offsets is None else offsets.rows(first, last),
                )
            )
            parts.append(self.transpose(self.linear(columns, weight, shift, name=name)))
        whole = parts[0] if groups == 1 else self.concat(parts)
        return self.reshape(whole, [kernel.shape[0], *out])

    def _pooled(
        self, source: int, kernel: Sizes, stride: Sizes | None, padding: Sizes, dilation: Sizes
    ) -> tuple[Indices, tuple[int, ...]]:
        """Windows channel by channel: shape [C, o1, ..., od, window], and [C, o1, ..., od]."""
        shape = self.shape(source)
        d = len(shape) - 1
        size = spread(kernel, d, "kernel")
        steps = size if stride is None else spread(stride, d, "stride")
        taken = windows(
            entries(shape), size, steps, spread(padding, d, "padding"), spread(dilation, d, "dilation")
        )
        ordered = np.moveaxis(taken, d, 0)
        out = ordered.shape[: d + 1]
        return ordered.reshape(*out, -1), out

    def avgpool(self, source: int, kernel: Sizes, stride: Sizes | None = None, padding: Sizes = 0) -> int:
        """The mean of each window of [C, s1, ..., sd] (stride: the kernel); padding counts as zeros."""
        taken, out = self._pooled(source, kernel, stride, padding, 1)
        width = taken.shape[-1]
        mean = self.linear(self.gather(source, taken), [[Fraction(1, width)] * width])
        return self.reshape(mean, out)

    def maxpool(
        self,
        source: int,
        kernel: Sizes,
        stride: Sizes | None = None,
        padding: Sizes = 0,
        dilation: Sizes = 1,
    ) -> int:
        """The maximum of each window of [C, s1, ..., sd] (stride: the kernel); padding never wins."""
        taken, _ = self._pooled(source, kernel, stride, padding, dilation)
        some = taken.max(axis=-1, keepdims=True)
        if some.min() < 0:
            raise NetworkError("a window of the maximum pooling lies in the padding; give less padding")
        return self.maximum(self.gather(source, np.where(taken < 0, some, taken)))

    avgpool2d = avgpool
    maxpool2d = maxpool

    # -- normalisation ---------------------------------------------------------------------------------------

    def batchnorm(
        self,
        source: int,
        mean: Weights,
        variance: Weights,
        gamma: Weights | None = None,
        beta: Weights | None = None,
        eps: Number = Fraction(1, 100_000),
    ) -> int:
        """Batch normalisation with running statistics, an affine function for each index of the first axis."""
        channels = self.shape(source)[0]
        rows = [
            _exact_row(v, channels, default)
            for v, default in ((mean, 0), (variance, 1), (gamma, 1), (beta, 0))
        ]
        shift = exact(eps)
        return self.by_channel(
            source, [_normaliser(m, v + shift, g, b) for m, v, g, b in zip(*rows, strict=True)]
        )

    def groupnorm(
        self,
        source: int,
        groups: int,
        gamma: Weights | None = None,
        beta: Weights | None = None,
        eps: Number = Fraction(1, 100_000),
    ) -> int:
        """Group normalisation of [C, ...], with gamma and beta for each channel."""
        shape = self.shape(source)
        if groups < 1 or shape[0] % groups:
            raise NetworkError(f"{groups} groups do not divide {shape[0]} channels")
        whole = self.layernorm(self.reshape(source, [groups, self.size(source) // groups]), eps=eps)
        normal = self.reshape(whole, shape)
        if gamma is None and beta is None:
            return normal
        rows = [_exact_row(v, shape[0], default) for v, default in ((gamma, 1), (beta, 0))]
        return self.by_channel(normal, [_affine(g, b) for g, b in zip(*rows, strict=True)])


def _exact_row(values: Weights | None, length: int, default: int) -> list[Fraction]:
    if values is None:
        return [Fraction(default)] * length
    tensor = Tensor.of(values)
    if tensor.shape != (length,):
        raise NetworkError(f"a tensor of shape {list(tensor.shape)} is given for {length} channels")
    row: list[Fraction] = tensor.fractions().tolist()
    return row


def _affine(slope: Fraction, offset: Fraction) -> Expression:
    return terms.var("x") * slope + offset


def _normaliser(mean: Fraction, variance: Fraction, gamma: Fraction, beta: Fraction) -> Expression:
    """(x - mean)/sqrt(variance)*gamma + beta, rational where the root is."""
    if variance <= 0:
        raise NetworkError(f"a variance with eps added is {variance}, which is not positive")
    root = exact_root(variance, 2)
    if root is not None:
        return _affine(gamma / root, beta - mean * gamma / root)
    return (terms.var("x") - mean) * gamma / terms.sqrt(terms.rational(variance)) + beta
