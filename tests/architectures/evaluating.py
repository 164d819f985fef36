"""The values of graphs by PyTorch: an oracle that shares nothing with importers but the contract of the operators."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import torch
import torch.nn.functional as F

from invexproof.architectures.builder import Builder
from invexproof.architectures.graph import Graph, Input, Node

INF = math.inf
Attributes = Mapping[str, Any]
ALIGNED = {1: "linear", 2: "bilinear", 3: "trilinear"}


def evaluated(builder: Builder, given: Mapping[int, Any]) -> list[Any]:
    """All values of a builder; ``given`` are those of inputs, by number.

    Constants that stand for nodes without parameters are computed; what depends on an input that is not given is None.
    """
    cut = {number: ast.literal_eval(key) for key, number in builder._known.items()}
    values: list[Any] = []
    for number, source in enumerate(builder._sources):
        row = cut[number]
        if (
            isinstance(source, Input)
            and number not in given
            and row[0] not in ("parameter", "data", "constant")
        ):
            source = Node.from_row(row)
        if isinstance(source, Node) and all(values[a] is not None for a in source.values):
            values.append(apply(source, values))
        else:
            values.append(given.get(number))
    return values


def loss_of(graph: Graph, given: Mapping[str, Any]) -> Any:
    """The loss of a graph; ``given`` are the inputs by name."""
    values = [given[i.name] for i in graph.inputs]
    for node in graph.nodes:
        values.append(apply(node, values))
    return values[-1]


def apply(node: Node, values: list[Any]) -> Any:
    """What a node makes of the values before it."""
    arguments = [literal(a) if type(a) is not int else values[a] for a in node.arguments]
    return OPERATORS[node.op](*arguments, **{key: plain(value) for key, value in node.attributes.items()})


def literal(argument: Any) -> Any:
    """A number as a scalar."""
    if argument is None:
        return None
    return torch.tensor(float(argument) if isinstance(argument, Fraction) else -INF, dtype=torch.float64)


def plain(value: Any) -> Any:
    """An attribute as PyTorch takes it."""
    if isinstance(value, tuple):
        return list(value)
    return float(value) if isinstance(value, Fraction) else value


def cast(x: Any, to: str) -> Any:
    """Between kinds; towards zero."""
    return x.to({"real": torch.float64, "integer": torch.int64, "boolean": torch.bool}[to])


def over(function: Callable[..., Any]) -> Callable[..., Any]:
    """A reduction over several axes."""
    return lambda x, axes, keep=False: function(x, axes, keepdim=keep)


def product(x: Any, axes: list[int], keep: bool = False) -> Any:
    """Axis by axis."""
    for axis in axes:
        x = x.prod(axis, keepdim=True)
    return x if keep else x.squeeze(axes)


def pad(x: Any, before: list[int], after: list[int], mode: str = "constant", value: float = 0.0) -> Any:
    """By indices along each axis, but for constants."""
    if mode == "constant":
        return F.pad(
            x, [n for pair in zip(before[::-1], after[::-1], strict=True) for n in pair], value=value
        )
    for axis, (p, q) in enumerate(zip(before, after, strict=True)):
        n = x.shape[axis]
        places = torch.arange(-p, n + q)
        if mode == "circular":
            places = places % n
        elif mode == "replicate":
            places = places.clamp(0, n - 1)
        else:
            places = (n - 1) - ((n - 1) - places.abs()).abs()
        x = x.index_select(axis, places)
    return x


def take(a: Any, indices: Any, axis: int) -> Any:
    """NumPy's take."""
    shape = [*a.shape[:axis], *indices.shape, *a.shape[axis + 1 :]]
    return a.index_select(axis, indices.reshape(-1)).reshape(shape)


def sliced(x: Any, axis: int, start: int, stop: int, step: int = 1) -> Any:
    """Part of an axis."""
    return x[(slice(None),) * axis + (slice(start, stop, step),)]


def convolution(transposed: bool) -> Callable[..., Any]:
    """By the number of axes."""
    plain_forms = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
    turned = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}
    forms = turned if transposed else plain_forms
    return lambda x, w, b, **named: forms[x.ndim - 2](x, w, b, **named)


def flat(x: Any, axes: int) -> tuple[Any, Callable[[Any], Any]]:
    """[N, C, *last axes], and the way back."""
    lead = x.shape[: x.ndim - axes]
    return x.reshape(-1, 1, *x.shape[x.ndim - axes :]), lambda y: y.reshape(*lead, *y.shape[2:])


def pooling(name: str) -> Callable[..., Any]:
    """Of the last axes."""

    def run(x: Any, size: Any = None, **named: Any) -> Any:
        axes = len(size or named["kernel"])
        y, back = flat(x, axes)
        function = getattr(F, f"{name}{axes}d")
        if size is not None:
            return back(function(y, size))
        words = {"kernel": "kernel_size", "ceil": "ceil_mode", "include_padding": "count_include_pad"}
        return back(function(y, **{words.get(key, key): value for key, value in named.items()}))

    return run


def resample(x: Any, size: list[int], mode: str, align_corners: bool = False) -> Any:
    """Interpolation of the last axes."""
    y, back = flat(x, len(size))
    if mode == "nearest":
        return back(F.interpolate(y, size, mode="nearest"))
    word = "bicubic" if mode == "cubic" else ALIGNED[len(size)]
    return back(F.interpolate(y, size, mode=word, align_corners=align_corners))


def triangle(x: Any, upper: bool = False, diagonal: int = 0) -> Any:
    return x.triu(diagonal) if upper else x.tril(diagonal)


def layer_norm(x: Any, w: Any, b: Any, epsilon: float, axes: int) -> Any:
    return F.layer_norm(x, x.shape[x.ndim - axes :], w, b, epsilon)


def rms_norm(x: Any, w: Any, epsilon: float, axes: int) -> Any:
    y = x * torch.rsqrt((x * x).mean([*range(x.ndim - axes, x.ndim)], keepdim=True) + epsilon)
    return y if w is None else y * w


def batch_norm(x: Any, w: Any, b: Any, mean: Any, variance: Any, epsilon: float) -> Any:
    axes = [k for k in range(x.ndim) if k != 1]
    shape = [1, -1] + [1] * (x.ndim - 2)
    mean = x.mean(axes) if mean is None else mean
    variance = x.var(axes, correction=0) if variance is None else variance
    y = (x - mean.reshape(shape)) / (variance.reshape(shape) + epsilon).sqrt()
    y = y if w is None else y * w.reshape(shape)
    return y if b is None else y + b.reshape(shape)


def attention(
    q: Any, k: Any, v: Any, mask: Any, dropout: Any, causal: bool = False, scale: Any = None
) -> Any:
    scores = q @ k.transpose(-1, -2) * (q.shape[-1] ** -0.5 if scale is None else scale)
    if mask is not None:
        scores = scores.masked_fill(~mask, -INF) if mask.dtype == torch.bool else scores + mask
    if causal:
        scores = scores.masked_fill(~torch.ones(scores.shape[-2:], dtype=torch.bool).tril(), -INF)
    weights = scores.softmax(-1)
    return (weights if dropout is None else weights * dropout) @ v


def cross_entropy(
    x: Any, y: Any, w: Any, reduction: str = "mean", ignore: Any = None, smoothing: float = 0.0
) -> Any:
    ignored = -(10**9) if ignore is None else ignore
    return F.cross_entropy(x, y, w, ignore_index=ignored, reduction=reduction, label_smoothing=smoothing)


def likelihood(x: Any, y: Any, w: Any, reduction: str = "mean", ignore: Any = None) -> Any:
    return F.nll_loss(x, y, w, ignore_index=-(10**9) if ignore is None else ignore, reduction=reduction)


def softplus(x: Any, beta: float = 1.0, threshold: float | None = 20.0) -> Any:
    smooth = torch.logaddexp(beta * x, torch.zeros_like(x)) / beta
    return smooth if threshold is None else torch.where(beta * x > threshold, x, smooth)


def prelu(x: Any, slope: Any) -> Any:
    shape = [1] * x.ndim
    shape[min(1, x.ndim - 1)] = -1
    return torch.where(x > 0, x, x * slope.reshape(shape))


def elu(x: Any, alpha: float = 1.0, scale: float = 1.0, input_scale: float = 1.0) -> Any:
    return scale * torch.where(x > 0, x, alpha * torch.expm1(input_scale * x.clamp(max=0)))


def log(x: Any, floor: float | None = None) -> Any:
    return x.log() if floor is None else x.log().clamp(min=floor)


_TORCH = (
    "add",
    "subtract",
    "multiply",
    "divide",
    "remainder",
    "maximum",
    "minimum",
    "where",
    "sign",
    "exp",
    "expm1",
    "log1p",
    "sqrt",
    "rsqrt",
    "reciprocal",
    "square",
    "relu",
    "sigmoid",
    "tanh",
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
    "atan",
    "sinh",
    "cosh",
    "asinh",
    "acosh",
    "atanh",
    "erf",
    "erfc",
    "floor",
    "ceil",
    "round",
    "matmul",
)

OPERATORS: Mapping[str, Callable[..., Any]] = {
    **{name: getattr(torch, name) for name in _TORCH},
    "power": torch.pow,
    "less": torch.lt,
    "less_equal": torch.le,
    "equal": torch.eq,
    "and": torch.logical_and,
    "or": torch.logical_or,
    "not": torch.logical_not,
    "cast": cast,
    "detach": lambda x: x.detach(),
    "negate": torch.neg,
    "absolute": torch.abs,
    "truncate": torch.trunc,
    "log": log,
    "log_sigmoid": F.logsigmoid,
    "softsign": F.softsign,
    "tanhshrink": F.tanhshrink,
    "mish": F.mish,
    "silu": F.silu,
    "gelu": lambda x, approximate=False: F.gelu(x, approximate="tanh" if approximate else "none"),
    "softplus": softplus,
    "elu": elu,
    "celu": F.celu,
    "leaky_relu": lambda x, slope=0.01: F.leaky_relu(x, slope),
    "hard_tanh": lambda x, low=-1.0, high=1.0: F.hardtanh(x, low, high),
    "hard_sigmoid": F.hardsigmoid,
    "hard_swish": F.hardswish,
    "soft_shrink": lambda x, **a: F.softshrink(x, a.get("lambda", 0.5)),
    "hard_shrink": lambda x, **a: F.hardshrink(x, a.get("lambda", 0.5)),
    "threshold": F.threshold,
    "clamp": lambda x, low=None, high=None: x.clamp(low, high),
    "power_of": lambda x, exponent: x**exponent,
    "prelu": prelu,
    "reshape": lambda x, shape: x.reshape(shape),
    "transpose": lambda x, axes: x.permute(axes),
    "expand": lambda x, shape: x.expand(shape),
    "slice": sliced,
    "concatenate": lambda *xs, axis: torch.cat(xs, axis),
    "pad": pad,
    "flip": lambda x, axes: x.flip(axes),
    "take": take,
    "take_along": lambda x, i, axis: x.gather(axis, i),
    "scatter": lambda x, i, source, axis: x.scatter(axis, i, source),
    "scatter_add": lambda x, i, source, axis: x.scatter_add(axis, i, source),
    "triangle": triangle,
    "linear": lambda x, w, b: F.linear(x, w, b),
    "einsum": lambda *xs, equation: torch.einsum(equation, *xs),
    "convolution": convolution(False),
    "transposed_convolution": convolution(True),
    "resample": resample,
    "sum": over(torch.sum),
    "mean": over(torch.mean),
    "product": product,
    "cumulative_sum": lambda x, axis: x.cumsum(axis),
    "cumulative_product": lambda x, axis: x.cumprod(axis),
    "average_pool": pooling("avg_pool"),
    "adaptive_average_pool": pooling("adaptive_avg_pool"),
    "max_pool": pooling("max_pool"),
    "adaptive_max_pool": pooling("adaptive_max_pool"),
    "unfold": lambda x, kernel, stride, padding, dilation: F.unfold(x, kernel, dilation, padding, stride),
    "windows": lambda x, axis, size, step: x.unfold(axis, size, step),
    "max": over(torch.amax),
    "min": over(torch.amin),
    "sort": lambda x, axis, descending=False: x.sort(axis, descending)[0],
    "argsort": lambda x, axis, descending=False: x.argsort(axis, descending),
    "top_k": lambda x, axis, k, largest=True: x.topk(k, axis, largest)[0],
    "top_k_indices": lambda x, axis, k, largest=True: x.topk(k, axis, largest)[1],
    "median": lambda x, axis, keep=False: x.median(axis, keepdim=keep)[0],
    "cumulative_max": lambda x, axis: x.cummax(axis)[0],
    "argmax": lambda x, axis, keep=False: x.argmax(axis, keepdim=keep),
    "argmin": lambda x, axis, keep=False: x.argmin(axis, keepdim=keep),
    "one_hot": lambda x, classes: F.one_hot(x, classes),
    "variance": lambda x, axes, correction=1, keep=False: x.var(axes, correction=correction, keepdim=keep),
    "standard_deviation": lambda x, axes, correction=1, keep=False: x.std(
        axes, correction=correction, keepdim=keep
    ),
    "norm": lambda x, axes, keep=False: torch.linalg.vector_norm(x, dim=axes, keepdim=keep),
    "layer_norm": layer_norm,
    "rms_norm": rms_norm,
    "group_norm": lambda x, w, b, groups, epsilon: F.group_norm(x, groups, w, b, epsilon),
    "batch_norm": batch_norm,
    "softmax": lambda x, axis: x.softmax(axis),
    "log_softmax": lambda x, axis: x.log_softmax(axis),
    "logsumexp": over(torch.logsumexp),
    "attention": attention,
    "mean_squared_error": F.mse_loss,
    "absolute_error": F.l1_loss,
    "huber": lambda a, b, delta=1.0, **r: F.huber_loss(a, b, delta=delta, **r),
    "smooth_absolute_error": lambda a, b, beta=1.0, **r: F.smooth_l1_loss(a, b, beta=beta, **r),
    "binary_cross_entropy_with_logits": lambda a, b, w, p, **r: F.binary_cross_entropy_with_logits(
        a, b, w, pos_weight=p, **r
    ),
    "binary_cross_entropy": lambda a, b, w, **r: F.binary_cross_entropy(a, b, w, **r),
    "negative_log_likelihood": likelihood,
    "cross_entropy": cross_entropy,
    "squared_norm": lambda *xs: sum((x * x).sum() for x in xs),
}
