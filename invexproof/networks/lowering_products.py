"""Lowering of sums of products: matrix products, Einstein sums, sums and means along axes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from invexproof.networks.flows import Constant, Flow, NetworkImportError, Value
from invexproof.networks.lowering import Lowering
from invexproof.networks.lowering_attention import Scores, Weights
from invexproof.networks.lowering_elementwise import add, largest, multiply

# -- matrix products -----------------------------------------------------------------------------------------


def linear(low: Lowering, x: Value, weight: Value, bias: Value | None = None) -> Value:
    """x W^T + b."""
    if isinstance(x, np.ndarray) or not isinstance(weight, np.ndarray):
        product = matmul(low, x, swapped(low, weight))
        return product if bias is None else add(low, product, bias)
    if bias is None or isinstance(bias, np.ndarray):
        return low.linear(low.flow(x), weight, bias)
    return add(low, low.linear(low.flow(x), weight), bias)


def affine_product(low: Lowering, offset: Value, x: Value, y: Value, beta: Any = 1, alpha: Any = 1) -> Value:
    """beta*offset + alpha*(x y)."""
    return add(low, multiply(low, matmul(low, x, y), alpha), multiply(low, offset, beta))


def matmul(low: Lowering, x: Value, y: Value) -> Value:
    """The matrix product of NumPy, over the last axis of x and the last but one of y."""
    if len(x.shape) == 1:
        row = matmul(low, _reshaped(low, x, (1, *x.shape)), y)
        return _reshaped(low, row, (*row.shape[:-2], row.shape[-1]) if len(y.shape) > 1 else row.shape[1:])
    if len(y.shape) == 1:
        column = matmul(low, x, _reshaped(low, y, (*y.shape, 1)))
        return _reshaped(low, column, column.shape[:-1])
    if isinstance(y, np.ndarray):
        return _by_matrices(low, low.flow(x), y)
    if isinstance(x, np.ndarray):
        return swapped(low, _by_matrices(low, low.flow(swapped(low, y)), x.swapaxes(-1, -2)))
    if isinstance(x, Weights):
        return x.average(low.flow(y))
    return Scores.of(low, low.flow(x), low.flow(swapped(low, y)))


def _by_matrices(low: Lowering, flow: Flow, matrices: Constant) -> Flow:
    """The flow, [..., m, k], times constant matrices, [..., k, n]."""
    lead = np.broadcast_shapes(flow.shape[:-2], matrices.shape[:-2])
    wide = flow.view(lambda a: np.broadcast_to(a, (*lead, *a.shape[-2:])))
    if math.prod(matrices.shape[:-2]) == 1:
        return low.linear(wide, matrices.reshape(matrices.shape[-2:]).T)
    stack = np.broadcast_to(matrices, (*lead, *matrices.shape[-2:])).reshape(-1, *matrices.shape[-2:])
    parts = wide.reshape(-1, *flow.shape[-2:])
    products = [low.linear(parts[k], matrix.T).entries for k, matrix in enumerate(stack)]
    return low.identity(np.stack(products).reshape(*lead, flow.shape[-2], matrices.shape[-1]))


def einsum(low: Lowering, equation: str, *operands: Value) -> Value:
    """An Einstein sum, two operands at a time."""
    inputs, _, output = equation.replace(" ", "").partition("->")
    labels = inputs.split(",")
    if "..." in equation or any(len(set(label)) < len(label) for label in labels):
        raise NetworkImportError(f"the equation {equation!r:.60} has an ellipsis or a repeated index")
    if "->" not in equation:
        output = "".join(sorted(c for c in set(inputs) - {","} if inputs.count(c) == 1))
    rest = list(zip(labels, operands, strict=True))
    while len(rest) > 1:
        (left, x), (right, y), *others = rest
        wanted = set(output).union(*(label for label, _ in others))
        rest = [_pair_product(low, left, x, right, y, wanted), *others]
    label, value = rest[0]
    label, value = _summed_out(low, label, value, set(output))
    return _permuted(low, value, [label.index(c) for c in output])


def _pair_product(
    low: Lowering, left: str, x: Value, right: str, y: Value, wanted: set[str]
) -> tuple[str, Value]:
    """The product of two operands, summed over the indices that nothing else wants."""
    left, x = _summed_out(low, left, x, wanted | set(right))
    right, y = _summed_out(low, right, y, wanted | set(left))
    batch = [c for c in left if c in right and c in wanted]
    inner = [c for c in left if c in right and c not in wanted]
    rows = [c for c in left if c not in right]
    columns = [c for c in right if c not in left]
    length = {**dict(zip(left, x.shape, strict=True)), **dict(zip(right, y.shape, strict=True))}

    def grouped(value: Value, label: str, *groups: list[str]) -> Value:
        ordered = _permuted(low, value, [label.index(c) for group in (batch, *groups) for c in group])
        sizes = [math.prod(length[c] for c in group) for group in groups]
        return _reshaped(low, ordered, (*(length[c] for c in batch), *sizes))

    product = matmul(low, grouped(x, left, rows, inner), grouped(y, right, inner, columns))
    result = "".join((*batch, *rows, *columns))
    return result, _reshaped(low, product, tuple(length[c] for c in result))


def _summed_out(low: Lowering, label: str, value: Value, wanted: set[str]) -> tuple[str, Value]:
    axes = [k for k, c in enumerate(label) if c not in wanted]
    if not axes:
        return label, value
    kept = "".join(c for c in label if c in wanted)
    return kept, value.sum(axis=tuple(axes)) if isinstance(value, np.ndarray) else total(low, value, axes)


def _reshaped(low: Lowering, value: Value, shape: tuple[int, ...]) -> Value:
    if tuple(value.shape) == shape:
        return value
    return value.reshape(shape) if isinstance(value, np.ndarray) else low.flow(value).reshape(*shape)


def _permuted(low: Lowering, value: Value, axes: Sequence[int]) -> Value:
    if list(axes) == list(range(len(axes))):
        return value
    if isinstance(value, np.ndarray):
        return value.transpose(axes)
    return low.flow(value).view(lambda a: a.transpose(axes))


def swapped(low: Lowering, value: Value) -> Value:
    """The tensor with its last two axes exchanged."""
    axes = list(range(len(value.shape)))
    return _permuted(low, value, [*axes[:-2], *axes[:-3:-1]])


# -- along axes ----------------------------------------------------------------------------------------------


def over_axes(
    low: Lowering,
    x: Value,
    axes: Sequence[int] | int | None,
    keep: bool,
    operation: Callable[[Flow], Value],
) -> Value:
    """An operation that makes one number of the last axis, over these axes together (None: over all)."""
    flow = low.flow(x)
    chosen = [axes] if isinstance(axes, int) else list(axes or range(flow.ndim))
    chosen = [axis % max(flow.ndim, 1) for axis in chosen]
    kept = [axis for axis in range(flow.ndim) if axis not in chosen]
    outer = [flow.shape[axis] for axis in kept]
    table = flow.view(lambda a: a.transpose(*kept, *chosen)).reshape(*outer, -1)
    shape = [1 if axis in chosen else flow.shape[axis] for axis in range(flow.ndim)] if keep else outer
    return low.flow(operation(table)).reshape(*shape)


def total(
    low: Lowering,
    x: Value,
    axes: Sequence[int] | int | None = None,
    keep: bool = False,
) -> Value:
    """The sum over axes."""

    def operation(table: Flow) -> Value:
        return low.linear(table, np.ones((1, table.shape[-1]), dtype=np.int64))

    return over_axes(low, x, axes, keep, operation)


def mean(
    low: Lowering,
    x: Value,
    axes: Sequence[int] | int | None = None,
    keep: bool = False,
) -> Value:
    """The mean over axes."""

    def operation(table: Flow) -> Value:
        width = table.shape[-1]
        return low.linear(table, np.full((1, width), Fraction(1, width), dtype=object))

    return over_axes(low, x, axes, keep, operation)


def greatest(
    low: Lowering,
    x: Value,
    axes: Sequence[int] | int | None = None,
    keep: bool = False,
) -> Value:
    """The maximum over axes."""
    return over_axes(low, x, axes, keep, lambda table: largest(low, table))


def least(
    low: Lowering,
    x: Value,
    axes: Sequence[int] | int | None = None,
    keep: bool = False,
) -> Value:
    """The minimum over axes."""
    return multiply(low, greatest(low, multiply(low, x, -1), axes, keep), -1)


def along_axis(low: Lowering, x: Value, matrix: Constant, axis: int) -> Flow:
    """A constant matrix, [out, in], applied along an axis."""
    moved = low.flow(x).view(lambda a: np.moveaxis(a, axis, -1))
    return low.linear(moved, matrix).view(lambda a: np.moveaxis(a, -1, axis))


def cumulative_sum(low: Lowering, x: Value, axis: int) -> Value:
    """The sums of the entries up to each along an axis."""
    length = x.shape[axis]
    return along_axis(low, x, np.tril(np.ones((length, length), dtype=np.int64)), axis)
