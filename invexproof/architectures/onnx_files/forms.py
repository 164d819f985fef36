"""ONNX operators that work entry by entry, along axes, and as products, in operators of graphs."""

from __future__ import annotations

import math
import string
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Final

import numpy as np

from invexproof.architectures.building import axis_of, reduce, reshape, swap, transpose
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.graph import Argument
from invexproof.architectures.onnx_files.lowering import Lowering, integers, scalar
from invexproof.architectures.onnx_files.values import KINDS, Given, Tensor, given
from invexproof.networks.flows import number
from invexproof.onnx_reading import Array

Lower = Callable[..., Any]

SELU: Final = (Fraction("1.6732632423543772"), Fraction("1.0507009873554805"))
"""PyTorch's constants, of which ONNX's defaults are the single-precision values."""
_UNBOUNDED: Final = Fraction(34028234) * 10**31
"""The largest float: a bound of a Clip that is not smaller is none."""


def scalar_function(op: str, **fixed: Any) -> Lower:
    """A function of one variable, with ONNX's attributes under the names that the row gives them."""
    return lambda low, x, **attributes: low.node(op, x, **fixed, **attributes)


def gelu(low: Lowering, x: int, approximate: str = "none") -> int:
    """GELU, exact or in the tanh form."""
    return low.node("gelu", x, approximate=approximate == "tanh")


def selu(low: Lowering, x: int, alpha: Fraction, gamma: Fraction) -> int:
    """SELU with its usual constants, or with others."""
    rounded = tuple(number(np.float32(float(value))) for value in SELU)
    alpha, gamma = SELU if (alpha, gamma) == rounded else (alpha, gamma)
    return low.node("elu", x, alpha=alpha, scale=gamma)


def hard_sigmoid(low: Lowering, x: int, alpha: Fraction, beta: Fraction) -> int:
    """``max(0, min(1, alpha x + beta))``"""
    if (alpha, beta) == (number(np.float32(1 / 6)), Fraction(1, 2)):
        return low.node("hard_sigmoid", x)
    line = low.node("add", low.node("multiply", x, alpha), beta)
    return low.node("clamp", line, low=0, high=1)


def swish(low: Lowering, x: int, alpha: Fraction) -> int:
    """``x sigmoid(alpha x)``"""
    if alpha == 1:
        return low.node("silu", x)
    return low.node("multiply", x, low.node("sigmoid", low.node("multiply", x, alpha)))


def shrink(low: Lowering, x: int, bias: Fraction, lambd: Fraction) -> int:
    """``x - bias`` above lambda, ``x + bias`` below -lambda, 0 between."""
    if bias in (0, lambd) and lambd >= 0:
        return low.node("hard_shrink" if bias == 0 else "soft_shrink", x, lambda_=lambd)
    below = low.node(
        "where", low.node("less", x, -lambd), low.node("add", x, bias), low.node("multiply", x, Fraction(0))
    )
    return low.node("where", low.node("less", lambd, x), low.node("subtract", x, bias), below)


def prelu(low: Lowering, x: int, slope: int) -> int:
    """A slope for each channel; or ``max(x, 0) + slope min(x, 0)`` with the slope repeated."""
    b = low.builder
    shape, count = b.shape(x), math.prod(b.shape(slope))
    aligned = (1,) * (len(shape) - len(b.shape(slope))) + b.shape(slope)
    axis = min(1, len(shape) - 1)
    if count == 1 or all(n == 1 or (k == axis and n == shape[k]) for k, n in enumerate(aligned)):
        return low.node("prelu", x, reshape(b, slope, [count]))
    parts = low.node("relu", x), low.node("multiply", slope, low.node("minimum", x, Fraction(0)))
    return low.node("add", *parts)


# -- arithmetic ------------------------------------------------------------------------------------------------


def binary(op: str, swapped: bool = False) -> Lower:
    """An operator of two tensors."""
    return lambda low, x, y: low.node(op, *((y, x) if swapped else (x, y)))


def divide(low: Lowering, x: Argument, y: Argument, inferred: Any) -> int:
    """A quotient; that of integers is rounded towards zero."""
    result = low.node("divide", x, y)
    integral = inferred is not None and KINDS.get(inferred[0]) == "integer"
    return low.node("truncate", result) if integral else result


def modulo(low: Lowering, x: Argument, y: Argument, fmod: int) -> int:
    """The remainder with the sign of the divisor, or as C's fmod has it with that of the dividend."""
    if not fmod:
        return low.node("remainder", x, y)
    whole = low.node("truncate", low.node("divide", x, y))
    return low.node("subtract", x, low.node("multiply", whole, y))


def power(low: Lowering, x: Argument, y: Argument) -> Any:
    """A power; constant exponents have their own functions."""
    names = {
        Fraction(2): "square",
        Fraction(1, 2): "sqrt",
        Fraction(-1): "reciprocal",
        Fraction(-1, 2): "rsqrt",
    }
    if not isinstance(y, Fraction):
        return low.node("power", x, y)
    if y == 1:
        return x
    return low.node(names[y], x) if y in names else low.node("power_of", x, exponent=y)


def folded(op: str, mean: bool = False) -> Lower:
    """An operator of two as one of any number, those that depend on parameters first."""

    def lower(low: Lowering, *values: Argument) -> int:
        result, *rest = sorted(values, key=lambda v: not (isinstance(v, int) and low.builder.depends(v)))
        for value in rest:
            result = low.node(op, result, value)
        if not isinstance(result, int):
            raise ArchitectureError("a tensor is needed")
        return low.node("divide", result, Fraction(len(values))) if mean else result

    return lower


def clip(low: Lowering, x: int, lower: Any = None, upper: Any = None, **attributes: Any) -> int:
    """Bounds are inputs, or attributes in old versions."""
    bounds: dict[str, Any] = {}
    for op, name, value in (("maximum", "low", lower), ("minimum", "high", upper)):
        array = value.array if isinstance(value, Given) else None
        if value is not None and array is None:
            x = low.node(op, x, low.handle(value, "real"))
            continue
        bound = attributes.get(name) if array is None else _bound(scalar(array))
        bounds[name] = None if bound is None or abs(bound) >= _UNBOUNDED else bound
    return low.node("clamp", x, **bounds) if any(v is not None for v in bounds.values()) else x


def _bound(value: Any) -> Fraction | None:
    return number(value) if np.isfinite(value) else None


def cast(low: Lowering, x: int, to: int) -> int:
    """A cast; between floats it changes nothing."""
    kind = KINDS.get(to)
    if kind is None:
        raise ArchitectureError("it makes text or complex numbers")
    have = low.builder.kind(x)
    return x if have == kind or (have, kind) == ("extended", "real") else low.node("cast", x, to=kind)


def cast_like(low: Lowering, x: int, like: Tensor) -> int:
    """A cast to the type of another tensor."""
    return cast(low, x, like.element)


def never(low: Lowering, x: int) -> Given:
    """Whether a number is nan or infinite: none is."""
    if low.builder.kind(x) == "extended":
        raise ArchitectureError(
            "its input may be minus infinity where a mask says so; select by the mask itself"
        )
    return given(low.place, np.broadcast_to(np.False_, low.builder.shape(x)), 9)


def logical(op: str) -> Lower:
    """Of truth values."""
    return lambda low, *values: low.node(op, *values)


def exclusive_or(low: Lowering, x: int, y: int) -> int:
    """One, but not both."""
    left = low.node("and", x, low.node("not", y))
    return low.node("or", left, low.node("and", low.node("not", x), y))


def where(low: Lowering, condition: Tensor, x: Tensor, y: Tensor) -> int:
    """A choice; where the condition is known and the same everywhere, no choice is left."""
    known = condition.array if isinstance(condition, Given) else None
    if known is not None and known.size and (known.all() or not known.any()):
        chosen = x if known.all() else y
        others = [low.shape(v) for v in (condition, x, y)]
        if low.shape(chosen) == tuple(np.broadcast_shapes(*others)):
            return low.handle(chosen, "real")
    return low.node("where", *low.operands([condition, x, y], "boolean", "real", "real"))


# -- along axes ------------------------------------------------------------------------------------------------

Reduction = Callable[[Lowering, int, Sequence[int] | None, bool], int]


def reduction(op: str, before: str = "", after: str = "") -> Reduction:
    """A reduction of entries, perhaps with functions before and after."""

    def apply(low: Lowering, x: int, axes: Sequence[int] | None, keep: bool) -> int:
        inner = low.node(before, x) if before else x
        result = reduce(low.builder, op, inner, axes, keep)
        return low.node(after, result) if after else result

    return apply


def norm(low: Lowering, x: int, axes: Sequence[int] | None, keep: bool) -> int:
    """The Euclidean norm."""
    return reduction("norm")(low, x, axes, keep) if low.builder.shape(x) else low.node("absolute", x)


def over_listed_axes(operation: Reduction) -> Lower:
    """A reduction: the axes are an input, or an attribute in old versions."""

    def lower(
        low: Lowering, x: int, axes: Array | None = None, *, keep: int, listed: Any = None, noop: int = 0
    ) -> int:
        chosen = integers(axes) if axes is not None else list(listed or ())
        if not chosen and noop:
            return operation(low, x, [], bool(keep))
        return operation(low, x, chosen or None, bool(keep))

    return lower


def over_space(operation: Reduction) -> Lower:
    """A reduction over all spatial axes, which stay, with length 1."""
    return lambda low, x: operation(low, x, range(2, len(low.builder.shape(x))), True)


def chosen_place(op: str) -> Lower:
    """The place of the first (or last) largest or smallest entry."""

    def lower(low: Lowering, x: int, axis: int, keep: int, last: int = 0) -> int:
        place = axis_of(axis, len(low.builder.shape(x)))
        if not last:
            return low.node(op, x, axis=place, keep=bool(keep))
        length = low.builder.shape(x)[place]
        first = low.node(op, low.node("flip", x, axes=[place]), axis=place, keep=bool(keep))
        counted = low.node("subtract", Fraction(length - 1), low.node("cast", first, to="real"))
        return low.node("cast", counted, to="integer")

    return lower


def cumulative(op: str) -> Lower:
    """Running sums or products; exclusive ones start with the neutral number and leave the last entry out."""

    def lower(low: Lowering, x: int, axis: Array, exclusive: int, reverse: int) -> int:
        b, place = low.builder, axis_of(int(scalar(axis)), len(low.builder.shape(x)))
        if reverse:
            x = low.node("flip", x, axes=[place])
        if exclusive:
            shape = b.shape(x)
            before = [int(k == place) for k in range(len(shape))]
            neutral = Fraction(int(op == "cumulative_product"))
            x = low.node("pad", x, before=before, after=[0] * len(shape), value=neutral)
            x = low.node("slice", x, axis=place, start=0, stop=shape[place])
        result = low.node(op, x, axis=place)
        return low.node("flip", result, axes=[place]) if reverse else result

    return lower


def over_axis(operation: Callable[[Lowering, int, int], int]) -> Lower:
    """Over one axis; before version 13, over all from the axis on."""

    def lower(low: Lowering, x: int, axis: int, opset: int) -> int:
        shape = low.builder.shape(x)
        place = axis_of(axis, len(shape))
        if opset >= 13 or place == len(shape) - 1:
            return operation(low, x, place)
        flat = reshape(low.builder, x, [*shape[:place], math.prod(shape[place:])])
        return reshape(low.builder, operation(low, flat, place), shape)

    return lower


def along(op: str) -> Callable[[Lowering, int, int], int]:
    """An operator with an attribute ``axis``."""
    return lambda low, x, axis: low.node(op, x, axis=axis)


def hard_max(low: Lowering, x: int, axis: int) -> int:
    """1 at the first largest entry of an axis, 0 elsewhere."""
    length = low.builder.shape(x)[axis]
    hot = low.node("one_hot", low.node("argmax", x, axis=axis), classes=length)
    rank = len(low.builder.shape(x))
    order = [*range(axis), rank - 1, *range(axis, rank - 1)]
    return low.node("cast", transpose(low.builder, hot, order), to="real")


def lp_norm(low: Lowering, x: int, axis: int, p: int) -> int:
    """x over its p-norm along an axis."""
    operation = {1: reduction("sum", "absolute"), 2: norm}[p]
    return low.node("divide", x, operation(low, x, [axis], True))


def top_k(
    low: Lowering,
    x: int,
    k: Array | None = None,
    *,
    axis: int,
    largest: int = 1,
    listed: int = 0,
    wanted: int,
) -> tuple[int, int | None]:
    """The largest or smallest entries, and their places if they are wanted."""
    attributes = {
        "axis": axis_of(axis, len(low.builder.shape(x))),
        "k": listed if k is None else int(scalar(k)),
        "largest": bool(largest),
    }
    places = low.node("top_k_indices", x, **attributes) if wanted > 1 else None
    return low.node("top_k", x, **attributes), places


# -- products --------------------------------------------------------------------------------------------------


def gemm(
    low: Lowering,
    x: int,
    y: int,
    offset: Any = None,
    *,
    alpha: Fraction,
    beta: Fraction,
    left: int,
    right: int,
) -> int:
    """alpha x y + beta*offset, each matrix transposed first if so."""
    b = low.builder
    rows = swap(b, x, 0, 1) if left else x
    if right and alpha == 1 and isinstance(offset, int) and beta == 1 and b.shape(offset) == b.shape(y)[:1]:
        return low.node("linear", rows, y, offset)
    product = low.node("linear", rows, y, None) if right else low.node("matmul", rows, y)
    result = product if alpha == 1 else low.node("multiply", product, alpha)
    if offset is None or beta == 0:
        return result
    return low.node("add", result, offset if beta == 1 else low.node("multiply", offset, beta))


def matmul(low: Lowering, x: int, y: int) -> int:
    """A product of matrices, as ``numpy.matmul``."""
    return low.node("matmul", x, y)


def einsum(low: Lowering, *tensors: int, equation: str) -> int:
    """An Einstein sum; an ellipsis becomes letters, and the letters of the result are spelled out."""
    text = "".join(equation.split())
    left, arrow, right = text.partition("->")
    terms = left.split(",")
    free = iter(sorted(set(string.ascii_letters) - set(text)))
    widths = [
        len(low.builder.shape(v)) - len(term.replace("...", ""))
        for term, v in zip(terms, tensors, strict=True)
        if "..." in term
    ]
    dots = "".join(next(free) for _ in range(max(widths, default=0)))
    spelled = [
        term.replace("...", dots[len(dots) - (len(low.builder.shape(v)) - len(term.replace("...", ""))) :])
        for term, v in zip(terms, tensors, strict=True)
    ]
    if arrow:
        output = right.replace("...", dots)
    else:
        letters = left.replace(",", "").replace("...", "")
        output = dots + "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    return low.node("einsum", *tensors, equation=f"{','.join(spelled)}->{output}")
