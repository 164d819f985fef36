"""ATen operators that are linear in each of their tensors: products, convolutions, interpolation, sums."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial, reduce
from string import ascii_letters
from typing import Any, Final

from invexproof.architectures import building
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.pytorch.building import (
    TorchBuilder,
    add,
    axis_of,
    batched,
    multiply,
    over,
    per_axis,
    real,
    scaled,
    subtract,
)
from invexproof.architectures.pytorch.rearranging import pad
from invexproof.torch_programs import Row, row

B = TorchBuilder
ONE: Final = Fraction(1)


# -- products ------------------------------------------------------------------------------------------------


def matmul(b: B, x: int, y: int) -> int:
    """The matrix product, with leading axes broadcast."""
    return b.node("matmul", real(b, x), real(b, y))


def linear(b: B, x: int, weight: int, bias: int | None = None) -> int:
    """x weight^T + bias along the last axis."""
    return b.node("linear", real(b, x), weight, bias)


def _affine(b: B, offset: int, x: int, y: int, beta: Fraction = ONE, alpha: Fraction = ONE) -> int:
    """beta offset + alpha x y."""
    product = matmul(b, x, y)
    return scaled(b, product, alpha) if beta == 0 else add(b, scaled(b, offset, beta), product, alpha)


def _affine_sum(b: B, offset: int, x: int, y: int, beta: Fraction = ONE, alpha: Fraction = ONE) -> int:
    return add(b, scaled(b, offset, beta), over(b, "sum", matmul(b, x, y), 0), alpha)


def _outer(b: B, x: int, y: int) -> int:
    return multiply(b, building.unsqueeze(b, x, 1), y)


def _affine_outer(b: B, offset: int, x: int, y: int, beta: Fraction = ONE, alpha: Fraction = ONE) -> int:
    return add(b, scaled(b, offset, beta), _outer(b, x, y), alpha)


def einsum(b: B, equation: str, tensors: Sequence[int]) -> int:
    """A product of tensors, summed; an ellipsis becomes letters, and the output is written out."""
    inputs, arrow, output = equation.replace(" ", "").partition("->")
    terms = inputs.split(",")
    free = [c for c in ascii_letters if c not in equation]
    extra = [len(b.shape(x)) - len(t.replace("...", "")) for x, t in zip(tensors, terms, strict=True)]
    dots = free[: max((n for n, t in zip(extra, terms, strict=True) if "..." in t), default=0)]
    if not arrow:
        once = [c for c in sorted(inputs) if c.isalpha() and inputs.count(c) == 1]
        output = ("..." if dots else "") + "".join(once)
    terms = [t.replace("...", "".join(dots[len(dots) - n :])) for t, n in zip(terms, extra, strict=True)]
    values = []
    sizes: dict[str, int] = {}
    for x, term in zip(tensors, terms, strict=True):
        for letter, n in zip(term, b.shape(x), strict=True):
            sizes[letter] = max(n, sizes.get(letter, 1))
    for x, term in zip(tensors, terms, strict=True):
        values.append(building.expand(b, real(b, x), [sizes[letter] for letter in term]))
    return b.node("einsum", *values, equation=f"{','.join(terms)}->{output.replace('...', ''.join(dots))}")


def _contracted(b: B, x: int, y: int, left: Sequence[int], right: Sequence[int]) -> int:
    """Tensordot."""
    letters = iter(ascii_letters)
    a = [next(letters) for _ in b.shape(x)]
    c = [next(letters) for _ in b.shape(y)]
    pairs = [(axis_of(b, x, i), axis_of(b, y, j)) for i, j in zip(left, right, strict=True)]
    for i, j in pairs:
        c[j] = a[i]
    summed = {a[i] for i, _ in pairs}
    kept = [letter for letter in (*a, *c) if letter not in summed]
    return einsum(b, f"{''.join(a)},{''.join(c)}->{''.join(kept)}", [x, y])


def _inner(b: B, x: int, y: int) -> int:
    if not b.shape(x) or not b.shape(y):
        return multiply(b, x, y)
    return _contracted(b, x, y, [-1], [-1])


def _bilinear(b: B, x: int, y: int, weight: int, bias: int | None = None) -> int:
    value = einsum(b, "...i,oij,...j->...o", [x, weight, y])
    return value if bias is None else add(b, value, bias)


def _chain(b: B, tensors: Sequence[int]) -> int:
    return reduce(partial(matmul, b), tensors)


def _matrix_power(b: B, x: int, n: int) -> int:
    if n < 1:
        raise ArchitectureError(f"matrix powers with exponent {n} are not read")
    return _chain(b, [x] * n)


def _kronecker(b: B, x: int, y: int) -> int:
    rank = max(len(b.shape(x)), len(b.shape(y)))
    x, y = (building.reshape(b, t, [*(1,) * (rank - len(b.shape(t))), *b.shape(t)]) for t in (x, y))
    wide = building.reshape(b, x, [m for n in b.shape(x) for m in (n, 1)])
    other = building.reshape(b, y, [m for n in b.shape(y) for m in (1, n)])
    return building.reshape(b, multiply(b, wide, other), b.expected)


def _cross(b: B, x: int, y: int, axis: int | None = -1) -> int:
    shape = b.expected
    place = shape.index(3) if axis is None else building.axis_of(axis, len(shape))
    x, y = (building.expand(b, t, shape) for t in (x, y))

    def turned(t: int, shift: int) -> int:
        return building.roll(b, t, [shift], [place])

    left = multiply(b, turned(x, -1), turned(y, 1))
    return subtract(b, left, multiply(b, turned(x, 1), turned(y, -1)))


# -- convolutions --------------------------------------------------------------------------------------------


def _convolution(
    b: B,
    x: int,
    weight: int,
    bias: int | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> int:
    axes = len(b.shape(weight)) - 2
    stride, dilation = per_axis(stride, axes), per_axis(dilation, axes)
    if padding in ("same", "valid"):
        total = [
            d * (k - 1) if padding == "same" else 0
            for k, d in zip(b.shape(weight)[2:], dilation, strict=True)
        ]
        # PyTorch puts the odd entry after.
        odd = [(0, n % 2) for n in total]
        x = pad(b, x, [(0, 0)] * (len(b.shape(x)) - axes) + odd)
        padding = [n // 2 for n in total]
        if any(after for _, after in odd):
            x = pad(b, x, [(0, 0)] * (len(b.shape(x)) - axes) + [(n // 2, n // 2) for n in total])
            padding = [0] * axes
    spatial = {"stride": stride, "padding": per_axis(padding, axes), "dilation": dilation, "groups": groups}
    return batched(b, real(b, x), axes, lambda t: b.node("convolution", t, weight, bias, **spatial))


def _transposed(
    b: B,
    x: int,
    weight: int,
    bias: int | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> int:
    axes = len(b.shape(weight)) - 2
    numbers = {"stride": stride, "padding": padding, "output_padding": output_padding, "dilation": dilation}
    spatial: dict[str, Any] = {key: per_axis(value, axes) for key, value in numbers.items()}
    return batched(
        b,
        real(b, x),
        axes,
        lambda t: b.node("transposed_convolution", t, weight, bias, groups=groups, **spatial),
    )


def _any_convolution(b: B, *, transposed: bool, output_padding: Any, **named: Any) -> int:
    return _transposed(b, output_padding=output_padding, **named) if transposed else _convolution(b, **named)


def _unfolded(b: B, x: int, kernel: Any, dilation: Any, padding: Any, stride: Any) -> int:
    sizes = {"kernel": kernel, "dilation": dilation, "padding": padding, "stride": stride}
    spatial: dict[str, Any] = {key: per_axis(value, 2) for key, value in sizes.items()}
    return batched(b, x, 2, lambda t: b.node("unfold", t, **spatial))


def _folded(b: B, x: int, size: Any, kernel: Any, dilation: Any, padding: Any, stride: Any) -> int:
    """Windows added up where they overlap: a transposed convolution of each channel, by the unit tensors."""
    kernel, dilation, padding, stride = (per_axis(v, 2) for v in (kernel, dilation, padding, stride))
    columns = b.shape(x)[-1]
    counts = [
        (n + 2 * p - d * (k - 1) - 1) // s + 1
        for n, k, s, p, d in zip(size, kernel, stride, padding, dilation, strict=True)
    ]
    rest = [
        n - ((c - 1) * s - 2 * p + d * (k - 1) + 1)
        for n, c, k, s, p, d in zip(size, counts, kernel, stride, padding, dilation, strict=True)
    ]
    entries = math.prod(kernel)
    windows = building.reshape(b, x, [math.prod(b.shape(x)) // entries // columns, entries, *counts])
    units = b.made("unit-tensors", [entries, 1, *kernel], low=0, high=1)
    spatial: dict[str, Any] = {
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "output_padding": rest,
    }
    return building.reshape(b, b.node("transposed_convolution", windows, units, None, **spatial), b.expected)


# -- interpolation -------------------------------------------------------------------------------------------


def _resampled(mode: str) -> Callable[..., int]:
    def lower(
        b: B, x: int, align: bool = False, factors: Any = None, exact: bool = False, **scales: Any
    ) -> int:
        lengths, size = b.shape(x)[2:], b.expected[2:]
        given = factors or [scales.get(f"scale{k}") for k in range(len(size))]
        for n, m, factor in zip(lengths, size, given, strict=False):
            if factor is not None and n * factor != m and not align:
                raise ArchitectureError(
                    f"{n} entries are scaled by {float(factor)}, which gives no whole number; say the size instead"
                )
        if exact and any(m % n for n, m in zip(lengths, size, strict=True)):
            raise ArchitectureError("nearest-exact is read where sizes are multiplied by whole numbers")
        if lengths == size:
            return x
        return b.node("resample", x, size=size, mode=mode, align_corners=align)

    return lower


# -- sums ----------------------------------------------------------------------------------------------------


def _sum(op: str) -> Callable[..., int]:
    return lambda b, x, axes=None, keep=False: over(b, op, x, axes, keep)


def _cumulative(op: str) -> Callable[..., int]:
    def lower(b: B, x: int, axis: int) -> int:
        return b.node(op, real(b, x), axis=axis_of(b, x, axis)) if b.shape(x) else x

    return lower


def _trace(b: B, x: int) -> int:
    n, m = b.shape(x)
    flat = building.flatten(b, x)
    return over(b, "sum", building.slice_axis(b, flat, 0, 0, (min(n, m) - 1) * (m + 1) + 1, m + 1))


def _count(b: B, x: int, axes: Any = None) -> int:
    return over(
        b, "sum", b.node("cast", b.node("not", b.node("equal", real(b, x), Fraction(0))), to="real"), axes
    )


# -- the table -----------------------------------------------------------------------------------------------

_TWO: Final = "x=self y=other"
_AXES: Final = "x=self axes=dim keep=keepdim"
_CONVOLUTION: Final = "x=input weight bias stride padding dilation groups"
_WINDOWS: Final = "kernel=kernel_size dilation padding stride"
_PRODUCT: Final = "offset=self x={} y={} beta alpha"
_SCALES: Final = {
    1: "scale0=scales",
    2: "scale0=scales_h scale1=scales_w",
    3: "scale0=scales_d scale1=scales_h scale2=scales_w",
}


def _upsampling(name: str, d: int, mode: str) -> dict[str, Row]:
    """The two overloads: with factors or a size, and with both."""
    align = "" if "nearest" in name else "align=align_corners"
    lower = partial(_resampled(mode), exact=True) if "exact" in name else _resampled(mode)
    return {
        f"{name}.vec": row(lower, f"x=input {align} factors=scale_factors ..."),
        f"{name}.default": row(lower, f"x=self {align} {_SCALES[d]} ..."),
    }


OPERATORS: Final[Mapping[str, Row]] = {
    "linear": row(linear, "x=input weight bias"),
    **{name: row(matmul, _TWO) for name in ("matmul", "linalg_matmul")},
    **{name: row(matmul, "x=self y=mat2") for name in ("mm", "bmm")},
    "mv": row(matmul, "x=self y=vec"),
    "dot": row(matmul, "x=self y=tensor"),
    "vdot": row(matmul, _TWO),
    "addmm": row(_affine, _PRODUCT.format("mat1", "mat2")),
    "addmv": row(_affine, _PRODUCT.format("mat", "vec")),
    "baddbmm": row(_affine, _PRODUCT.format("batch1", "batch2")),
    "addbmm": row(_affine_sum, _PRODUCT.format("batch1", "batch2")),
    "addr": row(_affine_outer, _PRODUCT.format("vec1", "vec2")),
    **{name: row(_outer, "x=self y=vec2") for name in ("outer", "ger")},
    "einsum": row(einsum, "equation tensors"),
    "tensordot": row(_contracted, f"{_TWO} left=dims_self right=dims_other"),
    "inner": row(_inner, _TWO),
    "bilinear": row(_bilinear, "x=input1 y=input2 weight bias"),
    "linalg_multi_dot": row(_chain, "tensors"),
    "chain_matmul": row(_chain, "tensors=matrices"),
    **{name: row(_matrix_power, "x=self n") for name in ("matrix_power", "linalg_matrix_power")},
    "kron": row(_kronecker, _TWO),
    **{name: row(_cross, f"{_TWO} axis=dim") for name in ("cross", "linalg_cross")},
    **{f"conv{d}d": row(_convolution, _CONVOLUTION) for d in (1, 2, 3)},
    **{f"conv_transpose{d}d": row(_transposed, f"{_CONVOLUTION} output_padding") for d in (1, 2, 3)},
    "convolution": row(_any_convolution, f"{_CONVOLUTION} transposed output_padding"),
    "im2col": row(_unfolded, f"x=self {_WINDOWS}"),
    "col2im": row(_folded, f"x=self size=output_size {_WINDOWS}"),
    **_upsampling("upsample_linear1d", 1, "linear"),
    **_upsampling("upsample_bilinear2d", 2, "linear"),
    **_upsampling("upsample_trilinear3d", 3, "linear"),
    **_upsampling("upsample_bicubic2d", 2, "cubic"),
    **{key: r for d in (1, 2, 3) for key, r in _upsampling(f"upsample_nearest{d}d", d, "nearest").items()},
    **{
        key: r
        for d in (1, 2, 3)
        for key, r in _upsampling(f"_upsample_nearest_exact{d}d", d, "nearest").items()
    },
    "sum": row(_sum("sum"), _AXES),
    "mean": row(_sum("mean"), _AXES),
    "nansum": row(_sum("sum"), _AXES),
    "nanmean": row(_sum("mean"), _AXES),
    "prod": row(_sum("product"), _AXES),
    "cumsum": row(_cumulative("cumulative_sum"), "x=self axis=dim"),
    "cumprod": row(_cumulative("cumulative_product"), "x=self axis=dim"),
    "trace": row(_trace, "x=self"),
    "count_nonzero": row(_count, "x=self axes=dim"),
}
