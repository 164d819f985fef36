"""Operators of a graph as steps of a tape. An operator that is not in the table has no Hessian here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from flint import fmpq

from invexcheck.architectures.graph import PARAMETER, Architecture
from invexcheck.architectures.operators import MINUS_INFINITY
from invexcheck.architectures.shapes import pooled, replaced
from invexcheck.errors import Reject
from invexcheck.hessians.jets import KINKED, SMOOTH
from invexcheck.hessians.losses import LOSSES
from invexcheck.hessians.numbers import ONE, Arithmetic
from invexcheck.hessians.tape import Shape, Tape
from invexcheck.hessians.tensors import Chooser, Tensors, positions, strides
from invexcheck.limits import Budget


@dataclass(frozen=True, slots=True)
class Applied:
    """An operator applied to tensors of a tape (None: left out), and to numbers that are given."""

    tensors: Tensors
    operands: Sequence[int | None]
    attributes: dict[str, Any]
    shape: Shape
    """Of the result."""
    given: Sequence[Sequence[fmpq] | None]
    """The entries of each argument that is data."""

    def __getitem__(self, name: str) -> Any:
        return self.attributes[name]

    def argument(self, i: int) -> int:
        x = self.operands[i]
        if x is None:
            raise Reject(f"argument {i + 1} is missing", "architecture")
        return x

    def optional(self, i: int) -> int | None:
        return self.operands[i] if i < len(self.operands) else None

    def integers(self, i: int) -> list[int]:
        """The entries of an argument that must be data."""
        entries = self.given[i]
        if entries is None:
            raise Reject(f"argument {i + 1} is not given", "architecture")
        return [int(q.p) for q in entries]


Lowering = Callable[[Applied], int]


def _scalar(name: str) -> Lowering:
    if name in SMOOTH:
        return lambda a: a.tensors.smooth(name, a.argument(0), a.attributes)
    return lambda a: a.tensors.kinked(name, a.argument(0), a.attributes)


def _divide(a: Applied) -> int:
    t = a.tensors
    return t.multiply(a.argument(0), t.smooth("reciprocal", a.argument(1)))


def _power(a: Applied) -> int:
    """exp(b log a)"""
    t = a.tensors
    return t.smooth("exp", t.multiply(t.smooth("log", a.argument(0), {"floor": None}), a.argument(1)))


def _clamp(a: Applied) -> int:
    """Below the lower bound, between, above the upper one; bounds may be left out."""
    low, high = a["low"], a["high"]
    points = [q for q in (low, high) if q is not None]
    pieces: list[Any] = [] if low is None else [lambda u, _: u * 0 + low]
    pieces += [lambda u, _: u]
    pieces += [] if high is None else [lambda u, _: u * 0 + high]
    return a.tensors.pieces(a.argument(0), points, pieces, a.attributes)


def _extremum(a: Applied) -> int:
    """The greater or the smaller one: selection by selection, one of the two."""
    t = a.tensors
    x, y = t.together(a.argument(0), a.argument(1))
    joined = t.concatenate([t.reshape(v, (1, *a.shape)) for v in (x, y)], 0)
    size = prod(a.shape)
    return t.largest(joined, [(k, size + k) for k in range(size)], a.shape)


def _prelu(a: Applied) -> int:
    t, x, slope = a.tensors, a.argument(0), a.argument(1)
    (count,) = t.shape(slope)
    channels = (1, count, *([1] * (len(a.shape) - 2))) if len(a.shape) > 1 else (count,)
    bent = t.multiply(x, t.reshape(slope, channels))
    size = prod(a.shape)
    joined = t.concatenate([t.reshape(v, (1, *a.shape)) for v in (bent, x)], 0)
    return t.largest(joined, [(k, size + k) for k in range(size)], a.shape)


def _where(a: Applied) -> int:
    t, condition = a.tensors, a.given[0]
    if condition is None:
        raise Reject("a condition that depends on parameters", "architecture")
    mask = t.expand(t.constants(condition, t.shape(a.argument(0))), a.shape)
    other = t.shift(t.scale(mask, -ONE), ONE)
    return t.add(t.multiply(mask, a.argument(1)), t.multiply(other, a.argument(2)))


def _slice(a: Applied) -> int:
    return a.tensors.take(a.argument(0), a["axis"], range(a["start"], a["stop"], a["step"]))


def _flip(a: Applied) -> int:
    t, x = a.tensors, a.argument(0)
    shape, steps = t.shape(x), strides(t.shape(x))
    start = sum((shape[k] - 1) * steps[k] for k in a["axes"])
    return t.move(x, shape, [-s if k in a["axes"] else s for k, s in enumerate(steps)], start)


def _pad(a: Applied) -> int:
    t, x = a.tensors, a.argument(0)
    for axis, (before, after) in enumerate(zip(a["before"], a["after"], strict=True)):
        n = t.shape(x)[axis]
        places = range(-before, n + after)
        if a["mode"] == "constant":
            value = a["value"]
            shape = t.shape(x)
            parts = [x]
            if before:
                parts.insert(0, t.rational(value, replaced(shape, axis, before)))
            if after:
                parts.append(t.rational(value, replaced(shape, axis, after)))
            x = t.concatenate(parts, axis) if len(parts) > 1 else x
        elif a["mode"] == "replicate":
            x = t.take(x, axis, [min(max(i, 0), n - 1) for i in places])
        elif a["mode"] == "circular":
            x = t.take(x, axis, [i % n for i in places])
        else:
            x = t.take(x, axis, [abs(i) if i < n else 2 * (n - 1) - i for i in places])
    return x


def _take(a: Applied) -> int:
    t = a.tensors
    return t.take(a.argument(0), a["axis"], a.integers(1), t.shape(a.argument(1)))


def _take_along(a: Applied) -> int:
    t, x, axis = a.tensors, a.argument(0), a["axis"]
    steps = strides(t.shape(x))
    others = positions(a.shape, [0 if k == axis else s for k, s in enumerate(steps)])
    index = [p + i * steps[axis] for p, i in zip(others, a.integers(1), strict=True)]
    return t.tape.gather(x, index, a.shape)


def _windows(a: Applied) -> int:
    t, x, axis = a.tensors, a.argument(0), a["axis"]
    steps = strides(t.shape(x))
    along = [s * a["step"] if k == axis else s for k, s in enumerate(steps)]
    return t.move(x, a.shape, [*along, steps[axis]])


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


def _windowed(
    t: Tensors, sizes: Shape, counts: Shape, kernel: Shape, stride: Shape, padding: Shape, dilation: Shape
) -> list[list[int]]:
    """For each window of an image, in order, the places of its entries; -1 for padding."""
    t.tape.allow((*counts, *kernel))
    steps = strides(sizes)
    result: list[list[int]] = [[0]]
    for n, count, k, s, p, d, step in zip(
        sizes, counts, kernel, stride, padding, dilation, steps, strict=True
    ):
        axis = [[w * s - p + j * d for j in range(k)] for w in range(count)]
        result = [
            [-1 if place < 0 or not 0 <= i < n else place + i * step for place in window for i in entries]
            for window in result
            for entries in axis
        ]
    return result


def _convolution(a: Applied) -> int:
    """A product of matrices for each example and group: weights times columns of windows."""
    t, x, weight, bias = a.tensors, a.argument(0), a.argument(1), a.optional(2)
    (batch, channels, *sizes), (outputs, inputs, *kernel) = t.shape(x), t.shape(weight)
    groups, counts = a["groups"], a.shape[2:]
    t.tape.allow((batch, channels, *kernel, *counts))
    image = prod(sizes)
    windows = _windowed(t, tuple(sizes), counts, tuple(kernel), a["stride"], a["padding"], a["dilation"])
    columns = [
        -1 if window[j] < 0 else (b * channels + g * inputs + c) * image + window[j]
        for b in range(batch)
        for g in range(groups)
        for c in range(inputs)
        for j in range(prod(kernel))
        for window in windows
    ]
    rows = inputs * prod(kernel)
    unfolded = t.tape.gather(x, columns, (batch, groups, rows, len(windows)))
    matrix = t.reshape(weight, (1, groups, outputs // groups, rows))
    result = t.reshape(t.matmul(matrix, unfolded), a.shape)
    return result if bias is None else t.add(result, t.reshape(bias, (outputs, *([1] * len(counts)))))


def _average_pool(a: Applied) -> int:
    t, x, kernel = a.tensors, a.argument(0), a["kernel"]
    shape = t.shape(x)
    if a["ceil"]:
        raise Reject("windows that leave the image", "architecture")
    outer, sizes = shape[: -len(kernel)], shape[-len(kernel) :]
    ones = (1,) * len(kernel)
    counts = pooled(sizes, kernel, a["stride"], a["padding"], ones, False)
    windows = _windowed(t, sizes, counts, kernel, a["stride"], a["padding"], ones)
    flat = t.reshape(x, (prod(outer), prod(sizes)))
    index = [
        -1 if i < 0 else b * prod(sizes) + i for b in range(prod(outer)) for window in windows for i in window
    ]
    gathered = t.tape.gather(flat, index, (prod(outer), len(windows), prod(kernel)))
    total = t.sum(gathered, (2,))
    whole = prod(kernel)
    counted = [fmpq(1, whole if a["include_padding"] else sum(i >= 0 for i in window)) for window in windows]
    return t.reshape(t.multiply(total, t.constants(counted, (1, len(windows)))), a.shape)


def _max_pool(a: Applied) -> int:
    t, x, kernel = a.tensors, a.argument(0), a["kernel"]
    shape = t.shape(x)
    if a["ceil"]:
        raise Reject("windows that leave the image", "architecture")
    sizes = shape[-len(kernel) :]
    windows = _windowed(t, sizes, a.shape[-len(kernel) :], kernel, a["stride"], a["padding"], a["dilation"])
    size = prod(sizes)
    held = [
        [b * size + i for i in window if i >= 0]
        for b in range(prod(shape[: -len(kernel)]))
        for window in windows
    ]
    return t.largest(x, held, a.shape)


def _adaptive_average_pool(a: Applied) -> int:
    t, x = a.tensors, a.argument(0)
    first = len(a.shape) - len(a["size"])
    for axis, count in enumerate(a["size"], first):
        n = t.shape(x)[axis]
        parts = [
            t.mean(t.take(x, axis, range(k * n // count, -(-(k + 1) * n // count))), (axis,), True)
            for k in range(count)
        ]
        x = parts[0] if count == 1 else t.concatenate(parts, axis)
    return x


def _best(a: Applied) -> int:
    """The greatest or least entry over axes."""
    t, x = a.tensors, a.argument(0)
    shape, axes = t.shape(x), a["axes"]
    steps = strides(shape)
    kept = [k for k in range(len(shape)) if k not in axes]
    starts = positions([shape[k] for k in kept], [steps[k] for k in kept])
    inner = positions([shape[k] for k in axes], [steps[k] for k in axes])
    return t.largest(x, [[s + i for i in inner] for s in starts], a.shape)


def _variance(a: Applied) -> int:
    t, x, axes = a.tensors, a.argument(0), a["axes"]
    count = prod(t.shape(x)[k] for k in axes)
    centred = t.subtract(x, t.mean(x, axes, True))
    return t.scale(t.sum(t.multiply(centred, centred), axes, a["keep"]), fmpq(1, count - a["correction"]))


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


def _triangle(a: Applied) -> int:
    t, x = a.tensors, a.argument(0)
    rows, columns = t.shape(x)[-2:]
    kept = [
        j - i >= a["diagonal"] if a["upper"] else j - i <= a["diagonal"]
        for i in range(rows)
        for j in range(columns)
    ]
    return t.multiply(x, t.constants([fmpq(int(k)) for k in kept], (rows, columns)))


def _squared_norm(a: Applied) -> int:
    t = a.tensors
    result = None
    for i in range(len(a.operands)):
        x = a.argument(i)
        square = t.total(t.tape.multiply(x, x))
        result = square if result is None else t.tape.add(result, square)
    return result if result is not None else 0


def _layer_norm(a: Applied) -> int:
    t, x, count = a.tensors, a.argument(0), a["axes"]
    shape = t.shape(x)
    axes = range(len(shape) - count, len(shape))
    return t.affine(
        t.normalised(x, axes, a["epsilon"]), a.optional(1), a.optional(2), shape[len(shape) - count :]
    )


def _rms_norm(a: Applied) -> int:
    t, x, count = a.tensors, a.argument(0), a["axes"]
    shape = t.shape(x)
    axes = range(len(shape) - count, len(shape))
    return t.affine(
        t.normalised(x, axes, a["epsilon"], False), a.optional(1), None, shape[len(shape) - count :]
    )


def _group_norm(a: Applied) -> int:
    t, x, groups = a.tensors, a.argument(0), a["groups"]
    shape = t.shape(x)
    grouped = t.reshape(x, (shape[0], groups, prod(shape[1:]) // groups))
    normal = t.reshape(t.normalised(grouped, (2,), a["epsilon"]), shape)
    return t.affine(normal, a.optional(1), a.optional(2), (shape[1], *([1] * (len(shape) - 2))))


def _batch_norm(a: Applied) -> int:
    t, x, mean, variance = a.tensors, a.argument(0), a.optional(3), a.optional(4)
    shape = t.shape(x)
    channels = (shape[1], *([1] * (len(shape) - 2)))
    if mean is None or variance is None:
        axes = [k for k in range(len(shape)) if k != 1]
        normal = t.normalised(x, axes, a["epsilon"])
    else:
        root = t.smooth("rsqrt", t.shift(variance, a["epsilon"]))
        normal = t.multiply(t.subtract(x, t.reshape(mean, channels)), t.reshape(root, channels))
    return t.affine(normal, a.optional(1), a.optional(2), channels)


def _log_softmax(a: Applied) -> int:
    t, x = a.tensors, a.argument(0)
    return t.subtract(x, t.logsumexp(x, (a["axis"],)))


def _causal(t: Tensors, scores: int) -> int:
    """Shares of the keys up to the query's place; others have none."""
    axis = len(t.shape(scores)) - 1
    queries, keys = t.shape(scores)[-2:]
    seen = t.constants([fmpq(int(j <= i)) for i in range(queries) for j in range(keys)], (queries, keys))
    raised = t.multiply(t.softened(scores, (axis,))[0], seen)
    return t.multiply(raised, t.smooth("reciprocal", t.sum(raised, (axis,), True)))


def _attention(a: Applied) -> int:
    t, q, k, v = a.tensors, a.argument(0), a.argument(1), a.argument(2)
    if a.optional(3) is not None:
        raise Reject("attention with a mask", "architecture")
    rank, width = len(t.shape(k)), t.shape(q)[-1]
    keys = t.transpose(k, (*range(rank - 2), rank - 1, rank - 2))
    scores = t.matmul(q, keys)
    if a["scale"] is None:
        root = t.smooth("rsqrt", t.rational(fmpq(width)))
        scores = t.multiply(scores, root)
    else:
        scores = t.scale(scores, a["scale"])
    shares = _causal(t, scores) if a["causal"] else t.softmax(scores, len(t.shape(scores)) - 1)
    dropout = a.optional(4)
    return t.matmul(shares if dropout is None else t.multiply(shares, dropout), v)


LOWERINGS: dict[str, Lowering] = {
    **{name: _scalar(name) for name in (*SMOOTH, *KINKED)},
    **LOSSES,
    "add": lambda a: a.tensors.add(a.argument(0), a.argument(1)),
    "subtract": lambda a: a.tensors.subtract(a.argument(0), a.argument(1)),
    "multiply": lambda a: a.tensors.multiply(a.argument(0), a.argument(1)),
    "divide": _divide,
    "power": _power,
    "clamp": _clamp,
    "maximum": _extremum,
    "minimum": _extremum,
    "prelu": _prelu,
    "where": _where,
    "reshape": lambda a: a.tensors.reshape(a.argument(0), a.shape),
    "transpose": lambda a: a.tensors.transpose(a.argument(0), a["axes"]),
    "expand": lambda a: a.tensors.expand(a.argument(0), a.shape),
    "slice": _slice,
    "concatenate": lambda a: a.tensors.concatenate(
        [a.argument(i) for i in range(len(a.operands))], a["axis"]
    ),
    "pad": _pad,
    "flip": _flip,
    "take": _take,
    "take_along": _take_along,
    "windows": _windows,
    "matmul": lambda a: a.tensors.matmul(a.argument(0), a.argument(1)),
    "linear": _linear,
    "einsum": _einsum,
    "convolution": _convolution,
    "sum": lambda a: a.tensors.sum(a.argument(0), a["axes"], a["keep"]),
    "product": _product,
    "cumulative_sum": _cumulative_sum,
    "triangle": _triangle,
    "mean": lambda a: a.tensors.mean(a.argument(0), a["axes"], a["keep"]),
    "squared_norm": _squared_norm,
    "average_pool": _average_pool,
    "adaptive_average_pool": _adaptive_average_pool,
    "variance": _variance,
    "max": _best,
    "min": _best,
    "max_pool": _max_pool,
    "layer_norm": _layer_norm,
    "rms_norm": _rms_norm,
    "group_norm": _group_norm,
    "batch_norm": _batch_norm,
    "softmax": lambda a: a.tensors.softmax(a.argument(0), a["axis"]),
    "log_softmax": _log_softmax,
    "logsumexp": lambda a: a.tensors.reshape(a.tensors.logsumexp(a.argument(0), a["axes"]), a.shape),
    "attention": _attention,
}


def _literal(text: str) -> fmpq:
    if text == MINUS_INFINITY:
        raise Reject("minus infinity has no place in a Hessian here", "architecture")
    return fmpq(*map(int, text.split("/")))


def tape_of(
    architecture: Architecture,
    data: Mapping[int, Sequence[fmpq]],
    point: Sequence[Sequence[fmpq]],
    arithmetic: Arithmetic,
    choose: Chooser,
    budget: Budget,
) -> Tape:
    """The loss on given data, by the parameters, at a point: entries of each input that is data, of each parameter.

    Raises Reject where an operator has no Hessian here, or a value is not defined, or not known as it must be.
    """
    tape = Tape(arithmetic, budget)
    tensors = Tensors(tape, choose)
    places: list[int] = []
    parameters = iter(point)
    for k, line in enumerate(architecture.inputs):
        entries = next(parameters) if line.role == PARAMETER else data[k]
        make = tape.parameter if line.role == PARAMETER else tape.constant
        places.append(make(line.shape, [arithmetic.number(q) for q in entries]))
    first = len(architecture.inputs)
    for k, node in enumerate(architecture.nodes, first):
        tape.allow(architecture.values[k].shape)
        lowering = LOWERINGS.get(node.op)
        if lowering is None:
            raise Reject(f"the operator {node.op} has no Hessian here", "architecture")
        operands = [
            places[a] if isinstance(a, int) else None if a is None else tensors.rational(_literal(a))
            for a in node.operands
        ]
        given = [data.get(a) if isinstance(a, int) else None for a in node.operands]
        applied = Applied(tensors, operands, dict(node.attributes), architecture.values[k].shape, given)
        places.append(lowering(applied))
        if tape.shapes[places[-1]] != architecture.values[k].shape:
            raise Reject(f"node {k} ({node.op}) has another shape here", "architecture")
    if places[-1] != len(tape.values) - 1:
        tape.scale(places[-1], arithmetic.number(ONE))
    return tape
