"""Sums and products as steps of a tape."""

from __future__ import annotations

from math import prod

from flint import fmpq

from invexcheck.hessians.applied import Applied, Lowering
from invexcheck.hessians.tensors import strides


def _linear(a: Applied) -> int:
    t, x, weight, bias = a.tensors, a.argument(0), a.argument(1), a.optional(2)
    result = t.matmul(x, t.transpose(weight, (1, 0)))
    return result if bias is None else t.add(result, bias)


def _einsum(a: Applied) -> int:
    """A product of all arguments, repeated over all letters, and a sum."""
    t = a.tensors
    inputs, _, output = a["equation"].partition("->")
    names = inputs.split(",")
    letters = output + "".join(sorted(set(inputs) - set(output) - {","}))
    sizes = {
        letter: n
        for word, x in zip(names, a.operands, strict=True)
        if x is not None
        for letter, n in zip(word, t.shape(x), strict=True)
    }
    whole = tuple(sizes[letter] for letter in letters)
    result = None
    for i, word in enumerate(names):
        x = a.argument(i)
        steps = strides(t.shape(x))
        along = [sum(s for name, s in zip(word, steps, strict=True) if name == letter) for letter in letters]
        x = t.move(x, whole, along)
        result = x if result is None else t.tape.multiply(result, x)
    axes = range(len(output), len(letters))
    return t.sum(result or 0, axes) if axes else t.reshape(result or 0, a.shape)


def _product(a: Applied) -> int:
    t, x = a.tensors, a.argument(0)
    for axis in reversed(a["axes"]):
        parts = [t.take(x, axis, [k]) for k in range(t.shape(x)[axis])]
        x = parts[0]
        for part in parts[1:]:
            x = t.tape.multiply(x, part)
    return t.reshape(x, a.shape)


def _cumulative_sum(a: Applied) -> int:
    """Entry k is the sum of the entries up to k: a product with a triangle of ones."""
    t, x, axis = a.tensors, a.argument(0), a["axis"]
    shape = t.shape(x)
    n, inner = shape[axis], prod(shape[axis + 1 :])
    ones = t.constants([fmpq(int(j <= i)) for i in range(n) for j in range(n)], (n, n))
    return t.reshape(t.matmul(ones, t.reshape(x, (prod(shape[:axis]), n, inner))), shape)


def _squared_norm(a: Applied) -> int:
    t = a.tensors
    result = None
    for i in range(len(a.operands)):
        x = a.argument(i)
        square = t.total(t.tape.multiply(x, x))
        result = square if result is None else t.tape.add(result, square)
    return result if result is not None else 0


def _variance(a: Applied) -> int:
    t, x, axes = a.tensors, a.argument(0), a["axes"]
    count = prod(t.shape(x)[k] for k in axes)
    centred = t.subtract(x, t.mean(x, axes, True))
    return t.scale(t.sum(t.multiply(centred, centred), axes, a["keep"]), fmpq(1, count - a["correction"]))


LINEAR: dict[str, Lowering] = {
    "matmul": lambda a: a.tensors.matmul(a.argument(0), a.argument(1)),
    "linear": _linear,
    "einsum": _einsum,
    "sum": lambda a: a.tensors.sum(a.argument(0), a["axes"], a["keep"]),
    "product": _product,
    "cumulative_sum": _cumulative_sum,
    "mean": lambda a: a.tensors.mean(a.argument(0), a["axes"], a["keep"]),
    "squared_norm": _squared_norm,
    "variance": _variance,
}
