"""Operators that move entries, or leave some out, as steps of a tape."""

from __future__ import annotations

from flint import fmpq

from invexcheck.architectures.shapes import replaced
from invexcheck.hessians.applied import Applied, Lowering
from invexcheck.hessians.tensors import positions, strides


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


def _triangle(a: Applied) -> int:
    t, x = a.tensors, a.argument(0)
    rows, columns = t.shape(x)[-2:]
    kept = [
        j - i >= a["diagonal"] if a["upper"] else j - i <= a["diagonal"]
        for i in range(rows)
        for j in range(columns)
    ]
    return t.multiply(x, t.constants([fmpq(int(k)) for k in kept], (rows, columns)))


REARRANGING: dict[str, Lowering] = {
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
    "triangle": _triangle,
}
