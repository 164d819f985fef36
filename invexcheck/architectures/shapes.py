"""Shapes of results. Every size is at least 1."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from invexcheck.errors import Reject

Shape = tuple[int, ...]
MAX_WINDOWS = 1 << 10


def wrong(message: str) -> Reject:
    return Reject(message, "shape")


def text(shape: Sequence[int]) -> str:
    return "[" + ", ".join(map(str, shape)) + "]"


def broadcast(*shapes: Shape) -> Shape:
    """The shape that all of them can be repeated to, as in NumPy."""
    rank = max(len(shape) for shape in shapes)
    result = []
    for axis in range(rank):
        sizes = {shape[axis - rank] for shape in shapes if len(shape) >= rank - axis} - {1}
        if len(sizes) > 1:
            raise wrong(f"the shapes {' and '.join(map(text, shapes))} do not go together")
        result.append(sizes.pop() if sizes else 1)
    return tuple(result)


def reduced(shape: Shape, axes: Sequence[int], keep: bool) -> Shape:
    """Without these axes, or with size 1 there."""
    if keep:
        return tuple(1 if k in axes else n for k, n in enumerate(shape))
    return tuple(n for k, n in enumerate(shape) if k not in axes)


def axis_of(axis: int, shape: Shape) -> int:
    if axis >= len(shape):
        raise wrong(f"a tensor of shape {text(shape)} has no axis {axis}")
    return axis


def replaced(shape: Shape, axis: int, *sizes: int) -> Shape:
    return (*shape[:axis], *sizes, *shape[axis + 1 :])


def matmul(a: Shape, b: Shape) -> Shape:
    """As `torch.matmul`."""
    if not a or not b:
        raise wrong("a matrix product of scalars")
    left = a if len(a) > 1 else (1, *a)
    right = b if len(b) > 1 else (*b, 1)
    if left[-1] != right[-2]:
        raise wrong(f"no matrix product of {text(a)} and {text(b)}")
    result: Shape = broadcast(left[:-2], right[:-2]) if left[:-2] or right[:-2] else ()
    if len(a) > 1:
        result += (left[-2],)
    if len(b) > 1:
        result += (right[-1],)
    return result


def einsum(equation: str, shapes: Sequence[Shape]) -> Shape:
    """Of a product of tensors, summed over the letters that are not in the output."""
    inputs, _, output = equation.partition("->")
    names = inputs.split(",")
    if len(names) != len(shapes):
        raise wrong(f"the equation is for {len(names)} tensors")
    sizes: dict[str, int] = {}
    for letters, shape in zip(names, shapes, strict=True):
        if len(letters) != len(shape):
            raise wrong(f"{letters} does not name the axes of {text(shape)}")
        for letter, n in zip(letters, shape, strict=True):
            if sizes.setdefault(letter, n) != n:
                raise wrong(f"the axis {letter} has different sizes")
    if len(set(output)) != len(output) or not set(output) <= sizes.keys():
        raise wrong("the output of the equation has a letter twice, or one that no tensor has")
    return tuple(sizes[letter] for letter in output)


def convolution(
    x: Shape, weight: Shape, stride: Shape, padding: Shape, dilation: Shape, groups: int
) -> Shape:
    """Of x [N, C, *spatial] with weight [K, C / groups, *kernel]."""
    kernel = _spatial(x, weight, stride, padding, dilation)
    if x[1] != weight[1] * groups or weight[0] % groups:
        raise wrong(f"{groups} group(s) of {x[1]} channels do not fit a weight of shape {text(weight)}")
    return (x[0], weight[0], *windows(x[2:], kernel, stride, padding, dilation))


def transposed_convolution(
    x: Shape,
    weight: Shape,
    stride: Shape,
    padding: Shape,
    output_padding: Shape,
    dilation: Shape,
    groups: int,
) -> Shape:
    """Of x [N, C, *spatial] with weight [C, K / groups, *kernel]."""
    kernel = _spatial(x, weight, stride, padding, dilation)
    if len(output_padding) != len(kernel) or x[1] != weight[0] or x[1] % groups:
        raise wrong(f"{x[1]} channels do not fit a weight of shape {text(weight)}")
    sizes = []
    for n, k, s, p, o, d in zip(x[2:], kernel, stride, padding, output_padding, dilation, strict=True):
        if o >= max(s, d):
            raise wrong("the output padding must be below the stride or the dilation")
        sizes.append((n - 1) * s - 2 * p + d * (k - 1) + o + 1)
    if min(sizes) < 1:
        raise wrong("the result is empty")
    return (x[0], weight[1] * groups, *sizes)


def _spatial(x: Shape, weight: Shape, stride: Shape, padding: Shape, dilation: Shape) -> Shape:
    kernel = weight[2:]
    if len(x) < 3 or len(x) != len(weight):
        raise wrong(f"no convolution of {text(x)} with a weight of shape {text(weight)}")
    if not len(kernel) == len(stride) == len(padding) == len(dilation):
        raise wrong(f"stride, padding and dilation need {len(kernel)} number(s) each")
    return kernel


def windows(sizes: Shape, kernel: Shape, stride: Shape, padding: Shape, dilation: Shape) -> Shape:
    """How many windows fit along each axis."""
    result = []
    for n, k, s, p, d in zip(sizes, kernel, stride, padding, dilation, strict=True):
        count = (n + 2 * p - d * (k - 1) - 1) // s + 1
        if count < 1:
            raise wrong(f"a kernel of {k} does not fit into {n} entries")
        result.append(count)
    return tuple(result)


def pooled(sizes: Shape, kernel: Shape, stride: Shape, padding: Shape, dilation: Shape, ceil: bool) -> Shape:
    """How many windows a pooling has along each axis, as in PyTorch."""
    if not len(sizes) == len(kernel) == len(stride) == len(padding) == len(dilation):
        raise wrong("kernel, stride, padding and dilation need as many numbers as there are axes")
    result = []
    for n, k, s, p, d in zip(sizes, kernel, stride, padding, dilation, strict=True):
        if 2 * p > d * (k - 1) + 1:
            raise wrong("the padding is at most half the kernel")
        room = n + 2 * p - d * (k - 1) - 1
        count = (-(-room // s) if ceil else room // s) + 1
        if ceil and (count - 1) * s >= n + p:
            count -= 1
        if count < 1:
            raise wrong(f"a kernel of {k} does not fit into {n} entries")
        result.append(count)
    return tuple(result)


def inhabited(
    sizes: Shape, counts: Shape, kernel: Shape, stride: Shape, padding: Shape, dilation: Shape
) -> bool:
    """Whether every window has an entry that is not padding."""
    for n, count, k, s, p, d in zip(sizes, counts, kernel, stride, padding, dilation, strict=True):
        if (count - 1) * s - p >= n:
            return False
        # Other windows that begin in front of the first entry may jump over all entries.
        before = min(count, -(-p // s))
        if before > MAX_WINDOWS:
            raise wrong(f"more than {MAX_WINDOWS} windows begin in the padding")
        for window in range(before):
            start = window * s - p
            first = start + -(start // d) * d
            if first >= n or first > start + (k - 1) * d:
                return False
    return True


def numbers_agree(a: Shape, b: Shape) -> None:
    if a != b:
        raise wrong(f"the shapes {text(a)} and {text(b)} differ")


def same_size(a: Shape, b: Shape) -> None:
    if prod(a) != prod(b):
        raise wrong(f"{prod(a)} entries do not fit the shape {text(b)}")
