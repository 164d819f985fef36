"""ATen operators that normalise, pool or select."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from invexproof.architectures import building
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.pytorch.building import (
    Axes,
    TorchBuilder,
    add,
    axes_of,
    axis_of,
    batched,
    divide,
    elementwise,
    finite,
    first,
    multiply,
    over,
    per_axis,
    real,
    subtract,
)
from invexproof.torch_programs import Row, row

B = TorchBuilder


# -- norms ---------------------------------------------------------------------------------------------------


def _layer_norm(
    b: B,
    x: int,
    shape: Sequence[int],
    weight: int | None = None,
    bias: int | None = None,
    eps: Fraction = Fraction(0),
) -> int:
    return b.node("layer_norm", real(b, x), weight, bias, axes=len(shape), epsilon=eps)


def _rms_norm(
    b: B, x: int, shape: Sequence[int], weight: int | None = None, eps: Fraction | None = None
) -> int:
    return b.node("rms_norm", real(b, x), weight, axes=len(shape), epsilon=b.epsilon if eps is None else eps)


def _group_norm(
    b: B, x: int, groups: int, weight: int | None = None, bias: int | None = None, *, eps: Fraction
) -> int:
    return b.node("group_norm", x, weight, bias, groups=groups, epsilon=eps)


def _batch_norm(
    b: B,
    x: int,
    weight: int | None = None,
    bias: int | None = None,
    mean: int | None = None,
    variance: int | None = None,
    training: bool = True,
    *,
    eps: Fraction,
) -> int:
    statistics = (None, None) if training else (mean, variance)
    return b.node("batch_norm", x, weight, bias, *statistics, epsilon=eps)


def _batch_norm_stored(b: B, x: int, **named: Any) -> int:
    return _batch_norm(b, x, training=False, **named)


def _instance_norm(
    b: B,
    x: int,
    weight: int | None,
    bias: int | None,
    mean: int | None,
    variance: int | None,
    training: bool,
    *,
    eps: Fraction,
) -> int:
    if not training:
        return _batch_norm(b, x, weight, bias, mean, variance, False, eps=eps)
    return _group_norm(b, x, b.shape(x)[1], weight, bias, eps=eps)


def _weight_norm(b: B, v: int, g: int, axis: int = 0) -> int:
    axes = None if axis == -1 else [k for k in range(len(b.shape(v))) if k != axis % len(b.shape(v))]
    return multiply(b, v, divide(b, g, over(b, "norm", v, axes, keep=True)))


def _norm_except(b: B, v: int, power: int = 2, axis: int = 0) -> int:
    return norm(b, v, Fraction(power), [k for k in range(len(b.shape(v))) if k != axis], keep=True)


def norm(b: B, x: int, p: Any = Fraction(2), axes: Axes = None, keep: bool = False) -> int:
    """The p-norm."""
    if p is None or p == 2:
        return over(b, "norm", x, axes, keep)
    size = elementwise(b, "absolute", x)
    if isinstance(p, float) and math.isinf(p):
        return over(b, "max" if p > 0 else "min", size, axes, keep)
    if p == 1:
        return over(b, "sum", size, axes, keep)
    if finite(p) <= 0:
        raise ArchitectureError(f"the norm of order {p} is not read")
    total = over(b, "sum", b.node("power_of", size, exponent=p), axes, keep)
    return b.node("power_of", total, exponent=1 / p)


def _linalg_norm(b: B, x: int, p: Any = None, axes: Axes = None, keep: bool = False) -> int:
    over_axes = len(b.shape(x)) if axes is None else len(axes_of(b, x, axes))
    if p is not None and over_axes > 1:
        raise ArchitectureError("norms of matrices are read where they are the Frobenius norm")
    return norm(b, x, p, axes, keep)


def _matrix_norm(b: B, x: int, order: str = "fro", axes: Axes = (-2, -1), keep: bool = False) -> int:
    if order != "fro":
        raise ArchitectureError(f"the matrix norm {order} is not read; only the Frobenius norm")
    return norm(b, x, axes=axes, keep=keep)


def _distance(b: B, x: int, y: int, p: Any = Fraction(2)) -> int:
    return norm(b, subtract(b, x, y), p)


def pairwise_distance(
    b: B, x: int, y: int, p: Fraction = Fraction(2), eps: Fraction = Fraction(1, 10**6), keep: bool = False
) -> int:
    """The norm of x - y + eps along the last axis."""
    return norm(b, add(b, subtract(b, x, y), eps), p, -1, keep)


def _distances(b: B, x: int, y: int, p: Fraction = Fraction(2)) -> int:
    """Between all pairs of rows."""
    return norm(b, subtract(b, building.unsqueeze(b, x, -2), building.unsqueeze(b, y, -3)), p, -1)


def cosine_similarity(b: B, x: int, y: int, axis: int = 1, eps: Fraction = Fraction(1, 10**8)) -> int:
    """The sum of products, divided by the norms, each of which is at least eps."""
    lengths = [b.node("clamp", over(b, "norm", t, axis), low=eps) for t in (x, y)]
    return divide(b, over(b, "sum", multiply(b, x, y), axis), multiply(b, *lengths))


def _spread(op: str, with_mean: bool = False) -> Callable[..., Any]:
    def lower(
        b: B,
        x: int,
        axes: Axes = None,
        correction: Any = Fraction(1),
        keep: bool = False,
        unbiased: bool = True,
    ) -> Any:
        number = (correction if unbiased else Fraction(0)) if correction is not None else Fraction(1)
        if number.denominator != 1:
            raise ArchitectureError(f"a correction of {number}, which is no whole number, is not read")
        value = over(b, op, x, axes, keep, correction=int(number))
        return (value, over(b, "mean", x, axes, keep)) if with_mean else value

    return lower


# -- pooling -------------------------------------------------------------------------------------------------


def _max_pool(d: int) -> Callable[..., int]:
    def lower(
        b: B, x: int, kernel: Any, stride: Any = (), padding: Any = 0, dilation: Any = 1, ceil: bool = False
    ) -> int:
        sizes = {"kernel": kernel, "stride": stride or kernel, "padding": padding, "dilation": dilation}
        spatial: dict[str, Any] = {key: per_axis(value, d) for key, value in sizes.items()}
        return batched(b, x, d, lambda t: b.node("max_pool", t, ceil=ceil, **spatial))

    return lower


def _average_pool(d: int) -> Callable[..., int]:
    def lower(
        b: B,
        x: int,
        kernel: Any,
        stride: Any = (),
        padding: Any = 0,
        ceil: bool = False,
        include: bool = True,
        divisor: int | None = None,
    ) -> int:
        sizes = {"kernel": kernel, "stride": stride or kernel, "padding": padding}
        spatial: dict[str, Any] = {key: per_axis(value, d) for key, value in sizes.items()}
        if divisor is not None and ceil:
            raise ArchitectureError("average pooling with a divisor of its own and ceil_mode is not read")
        pad = include or divisor is not None
        pooled = batched(
            b, x, d, lambda t: b.node("average_pool", t, ceil=ceil, include_padding=pad, **spatial)
        )
        return (
            pooled
            if divisor is None
            else multiply(b, pooled, Fraction(math.prod(spatial["kernel"]), divisor))
        )

    return lower


def _adaptive(op: str, d: int) -> Callable[..., int]:
    return lambda b, x: batched(b, x, d, lambda t: b.node(op, t, size=b.expected[-d:]))


# -- selections ----------------------------------------------------------------------------------------------


def _reduced(op: str) -> Callable[..., int]:
    return lambda b, x, axes=None, keep=False: over(b, op, x, axes, keep)


def _extreme_and_index(op: str) -> Callable[..., tuple[int, int]]:
    return lambda b, x, axis, keep=False: (over(b, op, x, axis, keep), _place(f"arg{op}")(b, x, axis, keep))


def _place(op: str) -> Callable[..., int]:
    def lower(b: B, x: int, axis: int | None = None, keep: bool = False) -> int:
        if axis is None or not b.shape(x):
            return b.node(op, building.flatten(b, real(b, x)), axis=0)
        return b.node(op, real(b, x), axis=axis_of(b, x, axis), keep=keep)

    return lower


def _both_extremes(b: B, x: int, axis: int | None = None, keep: bool = False) -> tuple[int, int]:
    return over(b, "min", x, axis, keep), over(b, "max", x, axis, keep)


def _quantified(op: str) -> Callable[..., int]:
    """Whether all are, or any is, true: the least or greatest of 0 and 1."""

    def lower(b: B, x: int, axes: Axes = None, keep: bool = False) -> int:
        truth = b.node("cast", x if b.kind(x) == "boolean" else b.node("cast", x, to="boolean"), to="real")
        return b.node("cast", over(b, op, truth, axes, keep), to="boolean")

    return lower


def _sorted(b: B, x: int, axis: int = -1, descending: bool = False) -> tuple[int, int]:
    place = axis_of(b, x, axis)
    return tuple(b.node(op, x, axis=place, descending=descending) for op in ("sort", "argsort"))  # type: ignore[return-value]


def _sorted_places(b: B, x: int, axis: int = -1, descending: bool = False) -> int:
    return b.node("argsort", x, axis=axis_of(b, x, axis), descending=descending)


def _top(b: B, x: int, k: int, axis: int = -1, largest: bool = True) -> tuple[int, int]:
    place = axis_of(b, x, axis)
    return tuple(b.node(op, x, axis=place, k=k, largest=largest) for op in ("top_k", "top_k_indices"))  # type: ignore[return-value]


def _kth(b: B, x: int, k: int, axis: int = -1, keep: bool = False) -> tuple[int, int]:
    parts = [building.slice_axis(b, part, axis, k - 1, k) for part in _sorted(b, x, axis)]
    return tuple(part if keep else building.squeeze(b, part, axis) for part in parts)  # type: ignore[return-value]


def _median(b: B, x: int, axis: int | None = None, keep: bool = False) -> int:
    if axis is None:
        return b.node("median", building.flatten(b, x), axis=0)
    return b.node("median", x, axis=axis_of(b, x, axis), keep=keep)


def _running(sign: int) -> Callable[..., int]:
    def lower(b: B, x: int, axis: int) -> int:
        place = axis_of(b, x, axis)
        if sign > 0:
            return b.node("cumulative_max", x, axis=place)
        return b.node("negate", b.node("cumulative_max", b.node("negate", x), axis=place))

    return lower


def _one_hot(b: B, x: int) -> int:
    return b.node("one_hot", x, classes=b.expected[-1])


# -- the table -----------------------------------------------------------------------------------------------

_AXES: Final = "x=self axes=dim keep=keepdim"
_AXIS: Final = "x=self axis=dim keep=keepdim"
_LAYER: Final = "x=input shape=normalized_shape weight bias eps"
_STATISTICS: Final = "x=input weight bias mean=running_mean variance=running_var"
_POOL: Final = "x=self kernel=kernel_size stride padding ceil=ceil_mode"
_SIZE: Final = "x=self ..."
_SPREAD: Final = f"{_AXES} correction unbiased"

OPERATORS: Final[Mapping[str, Row]] = {
    "layer_norm": row(_layer_norm, _LAYER),
    "native_layer_norm": row(first(_layer_norm), _LAYER),
    "rms_norm": row(_rms_norm, "x=input shape=normalized_shape weight eps"),
    "_fused_rms_norm": row(first(_rms_norm, 1), "x=input shape=normalized_shape weight eps"),
    "group_norm": row(_group_norm, "x=input groups=num_groups weight bias eps"),
    "native_group_norm": row(first(_group_norm), "x=input groups=group weight bias eps"),
    "batch_norm": row(_batch_norm, f"{_STATISTICS} training eps"),
    "_native_batch_norm_legit_functional": row(first(_batch_norm, 4), f"{_STATISTICS} training eps"),
    "_native_batch_norm_legit": row(first(_batch_norm), f"{_STATISTICS} training eps"),
    "_native_batch_norm_legit.no_stats": row(first(_batch_norm), "x=input weight bias training eps"),
    "_native_batch_norm_legit_no_training": row(first(_batch_norm_stored), f"{_STATISTICS} eps"),
    "native_batch_norm": row(first(_batch_norm), f"{_STATISTICS} training eps"),
    "_batch_norm_with_update_functional": row(first(_batch_norm, 5), f"{_STATISTICS} eps"),
    "_batch_norm_no_update": row(first(_batch_norm_stored, 3), f"{_STATISTICS} eps"),
    "instance_norm": row(_instance_norm, f"{_STATISTICS} training=use_input_stats eps"),
    "_weight_norm": row(_weight_norm, "v g axis=dim"),
    "_weight_norm_interface": row(first(_weight_norm, 1), "v g axis=dim"),
    "norm_except_dim": row(_norm_except, "v power=pow axis=dim"),
    "norm": row(norm, "x=self p axes=dim keep=keepdim"),
    "frobenius_norm": row(norm, _AXES),
    "linalg_norm": row(_linalg_norm, "x=self p=ord axes=dim keep=keepdim"),
    "linalg_vector_norm": row(norm, "x=self p=ord axes=dim keep=keepdim"),
    "linalg_matrix_norm.str_ord": row(_matrix_norm, "x=self order=ord axes=dim keep=keepdim"),
    "dist": row(_distance, "x=self y=other p"),
    "pairwise_distance": row(pairwise_distance, "x=x1 y=x2 p eps keep=keepdim"),
    "cdist": row(_distances, "x=x1 y=x2 p"),
    "cosine_similarity": row(cosine_similarity, "x=x1 y=x2 axis=dim eps"),
    "var": row(_spread("variance"), _SPREAD),
    "std": row(_spread("standard_deviation"), _SPREAD),
    "var_mean": row(_spread("variance", True), _SPREAD),
    "std_mean": row(_spread("standard_deviation", True), _SPREAD),
    **{f"max_pool{d}d": row(_max_pool(d), f"{_POOL} dilation") for d in (1, 2, 3)},
    **{f"max_pool{d}d_with_indices": row(first(_max_pool(d), 1), f"{_POOL} dilation") for d in (1, 2, 3)},
    **{
        f"avg_pool{d}d": row(_average_pool(d), f"{_POOL} include=count_include_pad divisor=divisor_override")
        for d in (1, 2, 3)
    },
    **{f"adaptive_avg_pool{d}d": row(_adaptive("adaptive_average_pool", d), _SIZE) for d in (1, 2, 3)},
    **{f"_adaptive_avg_pool{d}d": row(_adaptive("adaptive_average_pool", d), _SIZE) for d in (2, 3)},
    **{f"adaptive_max_pool{d}d": row(first(_adaptive("adaptive_max_pool", d), 1), _SIZE) for d in (1, 2, 3)},
    "amax": row(_reduced("max"), _AXES),
    "amin": row(_reduced("min"), _AXES),
    "max.default": row(_reduced("max"), "x=self"),
    "min.default": row(_reduced("min"), "x=self"),
    "max.dim": row(_extreme_and_index("max"), _AXIS),
    "min.dim": row(_extreme_and_index("min"), _AXIS),
    "aminmax": row(_both_extremes, _AXIS),
    "argmax": row(_place("argmax"), _AXIS),
    "argmin": row(_place("argmin"), _AXIS),
    "all": row(_quantified("min"), _AXES),
    "any": row(_quantified("max"), _AXES),
    "sort": row(_sorted, "x=self axis=dim descending"),
    "argsort": row(_sorted_places, "x=self axis=dim descending"),
    "msort": row(lambda b, x: _sorted(b, x, 0)[0], "x=self"),
    "topk": row(_top, "x=self k axis=dim largest"),
    "kthvalue": row(_kth, "x=self k axis=dim keep=keepdim"),
    "median.default": row(_median, "x=self"),
    "median.dim": row(first(_median, 1), _AXIS),
    "cummax": row(first(_running(1), 1), "x=self axis=dim"),
    "cummin": row(first(_running(-1), 1), "x=self axis=dim"),
    "one_hot": row(_one_hot, "x=self ..."),
}
