"""Operators in the forms that ONNX gives them: with axes as inputs, bounds as attributes, paddings in one list."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

import numpy as np

from invexproof.networks import lowering_attention as attentions
from invexproof.networks import lowering_elementwise as elementwise
from invexproof.networks import lowering_layers as layers
from invexproof.networks import lowering_products as products
from invexproof.networks import lowering_windows as windows
from invexproof.networks.flows import Constant, NetworkImportError, Value, known, number
from invexproof.networks.lowering import Lowering

FLOATS: Final = frozenset((1, 10, 11, 16))
"""The element types float, float16, double and bfloat16 of ``onnx.TensorProto``."""


def activation(template: str) -> Callable[..., Value]:
    """An activation of the catalogue or a formula, with the attributes put in."""

    def lower(low: Lowering, x: Value, **attributes: Any) -> Value:
        shown = {name: number(value) for name, value in attributes.items()}
        return elementwise.activation(low, x, template.format(**shown))

    return lower


def gelu(low: Lowering, x: Value, approximate: str) -> Value:
    """GELU, exact or in the tanh form."""
    return elementwise.activation(low, x, "GELU(tanh)" if approximate == "tanh" else "GELU")


def selu(low: Lowering, x: Value, alpha: Any, gamma: Any) -> Value:
    """SELU with its usual constants, to all digits, or with others."""
    if (alpha, gamma) == (np.float32(1.6732632423543772), np.float32(1.0507009873554805)):
        return elementwise.activation(low, x, "SELU")
    formula = "({gamma})*piecewise((({alpha})*(exp(x)-1), x<0),(x, true))"
    return activation(formula)(low, x, alpha=alpha, gamma=gamma)


def identity(low: Lowering, x: Value, _ratio: Value | None = None, training: Value | None = None) -> Any:
    """Dropout for inference."""
    if training is not None and known(training, "training_mode").any():
        raise NetworkImportError("in training it draws random numbers; export the model for inference")
    return x, None


def cast(low: Lowering, x: Value, to: int) -> Value:
    """A cast between floats."""
    if to not in FLOATS:
        raise NetworkImportError(
            "it makes integers of numbers that depend on the input, which is not continuous"
        )
    return x


def cast_like(low: Lowering, x: Value, y: Value) -> Value:
    """A cast to the type of another tensor, which must be of floats."""
    if isinstance(y, np.ndarray) and y.dtype.kind != "f":
        raise NetworkImportError(
            "it makes integers of numbers that depend on the input, which is not continuous"
        )
    return x


def folded(operation: Callable[..., Value]) -> Callable[..., Value]:
    """An operator of two as one of any number."""

    def lower(low: Lowering, *values: Value) -> Value:
        result, *rest = sorted(values, key=lambda value: isinstance(value, np.ndarray))
        for value in rest:
            result = operation(low, result, value)
        return result

    return lower


def average(low: Lowering, *values: Value) -> Value:
    """The mean of tensors."""
    return elementwise.divide(low, folded(elementwise.add)(low, *values), len(values))


def clip(
    low: Lowering, x: Value, lower: Value | None = None, upper: Value | None = None, **bounds: Any
) -> Value:
    """Bounds are inputs, or attributes in old versions."""
    bottom, top = (
        bounds.get(name) if given is None else given for name, given in (("min", lower), ("max", upper))
    )
    return elementwise.clamp(low, x, bottom, top)


def gemm(
    low: Lowering,
    x: Value,
    y: Value,
    offset: Value | None = None,
    *,
    alpha: float,
    beta: float,
    left: int,
    right: int,
) -> Value:
    """alpha x y + beta*offset, each matrix transposed first if so."""
    rows = products.swapped(low, x) if left else x
    if alpha == 1 and isinstance(y, np.ndarray):
        result = products.linear(low, rows, y if right else y.T)
    else:
        product = products.matmul(low, rows, products.swapped(low, y) if right else y)
        result = elementwise.multiply(low, product, number(alpha))
    return result if offset is None else elementwise.add(low, result, offset, beta)


def over_listed_axes(operation: Callable[..., Value]) -> Callable[..., Value]:
    """A reduction: the axes are an input, or an attribute in old versions."""

    def lower(
        low: Lowering, x: Value, axes: Value | None = None, *, keep: int, listed: Any = None, noop: int = 0
    ) -> Value:
        chosen = listed if axes is None else [int(v) for v in known(axes, "the axes").ravel()]
        if not chosen and noop:
            return x
        return operation(low, x, chosen or None, bool(keep))

    return lower


def sum_of_squares(low: Lowering, x: Value, axes: Any, keep: bool) -> Value:
    """The sum of squares over axes."""
    return products.total(low, elementwise.function("square")(low, x), axes, keep)


def log_sum(low: Lowering, x: Value, axes: Any, keep: bool) -> Value:
    """The logarithm of the sum over axes."""
    return elementwise.function("log")(low, products.total(low, x, axes, keep))


def norm_of_order(p: int) -> Callable[..., Value]:
    """The p-norm over axes."""
    return lambda low, x, axes, keep: layers.norm(low, x, p, axes, keep)


def over_space(operation: Callable[..., Value]) -> Callable[[Lowering, Value], Value]:
    """A reduction over all spatial axes, which stay, with length 1."""
    return lambda low, x: operation(low, x, list(range(2, len(x.shape))), True)


def over_axis(operation: Callable[..., Value]) -> Callable[..., Value]:
    """Over one axis; before version 13, over all from the axis on."""

    def lower(low: Lowering, x: Value, axis: int, opset: int) -> Value:
        if opset >= 13:
            return operation(low, x, axis)
        shape = x.shape
        flat = low.flow(x).reshape(*shape[: axis % len(shape)], -1)
        return low.flow(operation(low, flat, -1)).reshape(*shape)

    return lower


def cumulative_sum(low: Lowering, x: Value, axis: Value) -> Value:
    """Cumulative sums; the axis is an input."""
    return products.cumulative_sum(low, x, int(known(axis, "the axis").ravel()[0]))


def _pairs(pads: Sequence[int] | None) -> list[tuple[int, int]]:
    """ONNX lists all paddings before, then all after."""
    listed = list(pads or ())
    half = len(listed) // 2
    return list(zip(listed[:half], listed[half:], strict=True)) or [(0, 0)]


def _margins(
    x: Value, size: Sequence[int], auto: str, pads: Any, strides: Sequence[int], dilations: Sequence[int]
) -> list[tuple[int, int]]:
    """The padding of each spatial axis, also where ``auto_pad`` says that the output has ceil(n/stride)."""
    if auto in ("NOTSET", ""):
        return _pairs(pads)
    if auto == "VALID":
        return [(0, 0)]
    result = []
    for n, k, s, r in zip(x.shape[2:], size, strides, dilations, strict=True):
        total = max(0, (-(-n // s) - 1) * s + r * (k - 1) + 1 - n)
        less, more = total // 2, total - total // 2
        result.append((less, more) if auto == "SAME_UPPER" else (more, less))
    return result


def convolution(
    low: Lowering,
    x: Value,
    weight: Value,
    bias: Value | None = None,
    *,
    auto: str,
    pads: Any = None,
    strides: Any = None,
    dilations: Any = None,
    group: int,
) -> Value:
    """Convolution, with the padding given or automatic."""
    d = len(weight.shape) - 2
    steps, widened = strides or [1] * d, dilations or [1] * d
    margins = _margins(x, weight.shape[2:], auto, pads, steps, widened)
    return windows.convolution(low, x, weight, bias, steps, margins, widened, group)


def transposed_convolution(
    low: Lowering,
    x: Value,
    weight: Value,
    bias: Value | None = None,
    *,
    auto: str,
    pads: Any = None,
    strides: Any = None,
    dilations: Any = None,
    group: int,
    extra: Any = None,
) -> Value:
    """Transposed convolution with the padding given."""
    if auto not in ("NOTSET", "VALID", ""):
        raise NetworkImportError(f"auto_pad = {auto} of a transposed convolution is not read; give its pads")
    d = len(weight.shape) - 2
    steps, widened = strides or [1] * d, dilations or [1] * d
    return windows.transposed_convolution(
        low, x, weight, bias, steps, _pairs(pads), extra or [0] * d, group, widened
    )


def pooling(
    operation: Callable[..., Value],
) -> Callable[..., Any]:
    """Pooling, with the padding given or automatic."""

    def lower(
        low: Lowering,
        x: Value,
        *,
        size: Sequence[int],
        auto: str,
        pads: Any = None,
        strides: Any = None,
        ceil: int = 0,
        dilations: Any = None,
        counted: int | None = None,
    ) -> Any:
        d = len(size)
        steps, widened = strides or [1] * d, dilations or [1] * d
        margins = _margins(x, size, auto, pads, steps, widened)
        if counted is None:
            return operation(low, x, size, steps, margins, widened, bool(ceil), dimensions=d), None
        if any(r != 1 for r in widened):
            raise NetworkImportError("an average pooling with dilations is not read")
        return operation(low, x, size, steps, margins, bool(ceil), bool(counted), dimensions=d)

    return lower


def pad(
    low: Lowering,
    x: Value,
    pads: Value | None = None,
    value: Value | None = None,
    axes: Value | None = None,
    *,
    mode: str,
    listed: Any = None,
    fill: Any = 0,
) -> Value:
    """Padding; its widths are an input, or an attribute in old versions."""
    given = listed if pads is None else known(pads, "the padding").tolist()
    width = len(given) // 2
    chosen = range(len(x.shape)) if axes is None else known(axes, "the axes").tolist()
    widths = [(0, 0)] * len(x.shape)
    for k, axis in enumerate(chosen):
        widths[axis] = (int(given[k]), int(given[width + k]))
    constant = fill if value is None else known(value, "the padding").ravel()[0]
    return windows.padded(low, x, widths, mode, constant)


_ROUNDING: Final[Mapping[str, Callable[[Fraction], int]]] = {
    "round_prefer_floor": lambda p: math.ceil(p - Fraction(1, 2)),
    "round_prefer_ceil": lambda p: math.floor(p + Fraction(1, 2)),
    "floor": math.floor,
    "ceil": math.ceil,
}


def resize(
    low: Lowering,
    x: Value,
    scales: Value | None = None,
    sizes: Value | None = None,
    *,
    mode: str,
    place: str,
    rounding: str,
    axes: Any = None,
) -> Value:
    """Resizing, nearest or linear."""
    chosen = [axis % len(x.shape) for axis in axes] if axes else list(range(len(x.shape)))
    steps, counts = [Fraction(1)] * len(x.shape), list(x.shape)
    if sizes is not None and known(sizes, "the sizes").size:
        for axis, size in zip(chosen, known(sizes, "the sizes").tolist(), strict=True):
            counts[axis], steps[axis] = int(size), Fraction(x.shape[axis], int(size))
    else:
        for axis, scale in zip(chosen, known(scales, "the scales").tolist(), strict=True):
            steps[axis] = 1 / number(scale)
            counts[axis] = int(x.shape[axis] / steps[axis])
    if mode not in ("nearest", "linear"):
        raise NetworkImportError(f"the mode {mode} is not read; nearest and linear are")
    lengths = [n / step for n, step in zip(x.shape, steps, strict=True)]
    chosen_rounding = _ROUNDING[rounding] if mode == "nearest" else None
    return windows.resized(low, x, counts, steps, lengths, place, chosen_rounding)


def layer_norm(
    low: Lowering, x: Value, weight: Value | None = None, bias: Value | None = None, *, axis: int, eps: Any
) -> Any:
    """LayerNorm of all axes from one on; it has two more outputs."""
    return layers.layer_norm(low, x, x.shape[axis % len(x.shape) :], weight, bias, eps), None, None


def rms_norm(low: Lowering, x: Value, weight: Value | None = None, *, axis: int, eps: Any) -> Value:
    """Root mean square normalisation of all axes from one on."""
    return layers.rms_norm(low, x, x.shape[axis % len(x.shape) :], weight, eps)


def group_norm(low: Lowering, x: Value, weight: Value, bias: Value, *, groups: int, eps: Any) -> Value:
    """Scale and bias are for each channel; before version 21, for each group."""
    channels = x.shape[1]

    def each(values: Value, what: str) -> Constant:
        array = known(values, what)
        return np.repeat(array, channels // array.size)

    return layers.group_norm(low, x, groups, each(weight, "the scale"), each(bias, "the bias"), eps)


def batch_norm(low: Lowering, *values: Value, eps: Any, training: int = 0) -> Value:
    """Batch normalisation of x with a scale, a bias, means and variances."""
    if training:
        raise NetworkImportError("in training it depends on the whole batch; export the model for inference")
    x, weight, bias, mean, variance = values
    return layers.batch_norm(low, x, mean, variance, weight, bias, eps)


def lp_norm(low: Lowering, x: Value, axis: int, p: int) -> Value:
    """x over its p-norm along an axis."""
    return elementwise.divide(low, x, layers.norm(low, x, p, axis, keep=True))


def attention(
    low: Lowering,
    query: Value,
    key: Value,
    value: Value,
    mask: Value | None = None,
    *,
    causal: int,
    heads: int | None = None,
    other_heads: int | None = None,
    scale: float | None = None,
) -> Any:
    """Attention of [N, heads, T, d], or of [N, T, heads*d] if the numbers of heads are given."""
    if len(query.shape) == 4:
        return attentions.attention(low, query, key, value, mask, bool(causal), scale, grouped=True)
    counts = (heads or 1, other_heads or 1, other_heads or 1)
    split = [
        low.flow(v).reshape(*v.shape[:2], h, -1).view(lambda a: a.swapaxes(1, 2))
        for v, h in zip((query, key, value), counts, strict=True)
    ]
    q, k, v = split
    mixed = low.flow(attentions.attention(low, q, k, v, mask, bool(causal), scale, grouped=True))
    return mixed.view(lambda a: a.swapaxes(1, 2)).reshape(*query.shape[:2], -1)


def einsum(low: Lowering, *tensors: Value, equation: str) -> Value:
    """An Einstein sum."""
    return products.einsum(low, equation, *tensors)
