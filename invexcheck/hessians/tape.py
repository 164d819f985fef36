"""A function of some parameters as a tape of steps, and its Hessian by tangents over adjoints.

Steps are linear maps of one tensor, sums, bilinear products, and functions applied to each entry. Tensors are flat
lists of numbers, row by row.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Protocol

from invexcheck.errors import Reject
from invexcheck.hessians.numbers import ONE, UNKNOWN, ZERO, Arithmetic, Balls, Entries, Exact, Number
from invexcheck.limits import Budget

Shape = tuple[int, ...]
MAX_ENTRIES = 2_000_000
"""Of all tensors on a tape."""
MAX_BITS = 10_000
"""Of an exact number."""


class Linear(Protocol):
    """A linear map of tensors, and its transpose."""

    def forward(self, x: Entries) -> Entries: ...
    def back(self, z: Entries) -> Entries: ...


class Bilinear(Protocol):
    """A bilinear product, and its derivatives' transposes: z -> x for fixed y, z -> y for fixed x."""

    def forward(self, x: Entries, y: Entries) -> Entries: ...
    def left(self, z: Entries, y: Entries) -> Entries: ...
    def right(self, x: Entries, z: Entries) -> Entries: ...


@dataclass(slots=True)
class Step:
    """How a tensor was made. Exactly one of the three is there, unless it is given."""

    arguments: tuple[int, ...] = ()
    linear: Linear | None = None
    """Of one argument; None with two arguments and no product is their sum."""
    bilinear: Bilinear | None = None
    slopes: tuple[Entries, Entries] | None = None
    """First and second derivatives of a function, entry by entry."""


class Gather:
    """Entry i of the result is entry index[i] of the argument; 0 where that is -1."""

    def __init__(self, index: list[int], size: int, zero: Number) -> None:
        self.index, self.size, self.zero = index, size, zero
        self.padded = -1 in index

    def forward(self, x: Entries) -> Entries:
        if self.padded:
            return [self.zero if i < 0 else x[i] for i in self.index]
        return [x[i] for i in self.index]

    def back(self, z: Entries) -> Entries:
        result = [self.zero] * self.size
        for i, value in zip(self.index, z, strict=True):
            if i >= 0:
                result[i] = result[i] + value
        return result


class Scatter:
    """Entry i of the argument is added to entry index[i] of the result: the transpose of gathering."""

    def __init__(self, gather: Gather) -> None:
        self.forward, self.back = gather.back, gather.forward


class Scale:
    def __init__(self, factor: Number) -> None:
        self.factor = factor

    def forward(self, x: Entries) -> Entries:
        factor = self.factor
        return [factor * a for a in x]

    back = forward


class Multiply:
    """Entry by entry."""

    def forward(self, x: Entries, y: Entries) -> Entries:
        return list(map(operator.mul, x, y))

    left = right = forward


class MatMul:
    """Products of matrices [batch, m, k] and [batch, k, n]."""

    def __init__(self, batch: int, m: int, k: int, n: int, arithmetic: Arithmetic) -> None:
        self.batch, self.m, self.k, self.n = batch, m, k, n
        self.arithmetic = arithmetic
        self._kept: dict[tuple[int, int], tuple[Entries, list[Any]]] = {}

    def _matrices(self, entries: Entries, rows: int, columns: int) -> list[Any]:
        size, make = rows * columns, self.arithmetic.matrix
        if self.batch == 1:
            return [make(rows, columns, entries)]
        return [make(rows, columns, entries[b * size : (b + 1) * size]) for b in range(self.batch)]

    def keep(self, entries: Entries, rows: int, columns: int) -> list[Any]:
        """The matrices of a tensor that is multiplied again and again."""
        found = self._kept.get((id(entries), rows))
        if found is None or found[0] is not entries:
            found = (entries, self._matrices(entries, rows, columns))
            if len(self._kept) < 3:  # two factors and an adjoint; tangents come and go
                self._kept[id(entries), rows] = found
        return found[1]

    def _products(self, a: list[Any], b: list[Any]) -> Entries:
        product = self.arithmetic.product
        return [value for x, y in zip(a, b, strict=True) for value in product(x, y)]

    def forward(self, x: Entries, y: Entries) -> Entries:
        return self._products(self.keep(x, self.m, self.k), self.keep(y, self.k, self.n))

    def left(self, z: Entries, y: Entries) -> Entries:
        return self._products(
            self.keep(z, self.m, self.n), [b.transpose() for b in self.keep(y, self.k, self.n)]
        )

    def right(self, x: Entries, z: Entries) -> Entries:
        return self._products(
            [a.transpose() for a in self.keep(x, self.m, self.k)], self.keep(z, self.m, self.n)
        )


MULTIPLY = Multiply()


class Tape:
    """Tensors by number, in the order in which they are made; the last one is the value of the function."""

    def __init__(self, arithmetic: Arithmetic, budget: Budget) -> None:
        self.arithmetic, self.budget = arithmetic, budget
        self.zero: Number = arithmetic.number(ZERO)
        self.values: list[Entries] = []
        self.shapes: list[Shape] = []
        self.steps: list[Step] = []
        self.parameters: list[int] = []
        self.depends: list[int] = []
        """The parameters that a tensor depends on, as bits."""
        self.affine: list[bool] = []
        """Whether a tensor is an affine function of all parameters, whatever functions are applied elsewhere."""
        self._entries = 0

    # -- making tensors ----------------------------------------------------------------------------------------

    def _append(self, shape: Shape, values: Entries, step: Step, depends: int) -> int:
        if len(values) != prod(shape):
            raise ValueError(f"{len(values)} entries for the shape {shape}")
        self.allow((len(values),))
        self._entries += len(values)
        self.budget.spend(20 * len(values))
        if self.arithmetic is Balls and not all(x.is_finite() for x in values):
            raise Reject("a value is not known to be finite at the witness", "domain")
        if self.arithmetic is Exact and any(x is not UNKNOWN and x.height_bits() > MAX_BITS for x in values):
            raise Reject("the numbers of an exact Hessian are too long", "inexact")
        self.values.append(values)
        self.shapes.append(shape)
        self.steps.append(step)
        self.depends.append(depends)
        self.affine.append(self._is_affine(step, depends))
        return len(self.values) - 1

    def allow(self, shape: Shape) -> None:
        """Reject a tensor of this shape, and what is made on the way to it, if it is too large."""
        if self._entries + prod(shape) > MAX_ENTRIES:
            raise Reject(f"a Hessian of a graph with more than {MAX_ENTRIES} entries", "architecture")

    def _is_affine(self, step: Step, depends: int) -> bool:
        if not depends:
            return True
        if step.slopes is not None or not all(self.affine[a] for a in step.arguments):
            return False
        return step.bilinear is None or not all(self.depends[a] for a in step.arguments)

    def constant(self, shape: Shape, values: Entries) -> int:
        return self._append(shape, values, Step(), 0)

    def parameter(self, shape: Shape, values: Entries) -> int:
        self.parameters.append(len(self.values))
        return self._append(shape, values, Step(), 1 << (len(self.parameters) - 1))

    def _of(self, *arguments: int) -> int:
        result = 0
        for k in arguments:
            result |= self.depends[k]
        return result

    def linear(self, x: int, shape: Shape, map_: Linear) -> int:
        return self._append(shape, map_.forward(self.values[x]), Step((x,), linear=map_), self._of(x))

    def reshape(self, x: int, shape: Shape) -> int:
        """The same entries."""
        if shape == self.shapes[x]:
            return x
        return self.gather(x, list(range(len(self.values[x]))), shape)

    def gather(self, x: int, index: list[int], shape: Shape) -> int:
        return self.linear(x, shape, Gather(index, len(self.values[x]), self.zero))

    def scatter(self, x: int, index: list[int], shape: Shape) -> int:
        return self.linear(x, shape, Scatter(Gather(index, prod(shape), self.zero)))

    def scale(self, x: int, factor: Number) -> int:
        return self.linear(x, self.shapes[x], Scale(factor))

    def add(self, x: int, y: int) -> int:
        """Of two tensors of one shape."""
        values = list(map(operator.add, self.values[x], self.values[y]))
        return self._append(self.shapes[x], values, Step((x, y)), self._of(x, y))

    def multiply(self, x: int, y: int) -> int:
        return self._product(x, y, self.shapes[x], MULTIPLY)

    def matmul(self, x: int, y: int) -> int:
        """Of tensors [batch, m, k] and [batch, k, n]."""
        (batch, m, k), n = self.shapes[x], self.shapes[y][2]
        self.budget.spend(4 * batch * m * k * n)
        return self._product(x, y, (batch, m, n), MatMul(batch, m, k, n, self.arithmetic))

    def _product(self, x: int, y: int, shape: Shape, product: Bilinear) -> int:
        values = product.forward(self.values[x], self.values[y])
        return self._append(shape, values, Step((x, y), bilinear=product), self._of(x, y))

    def apply(self, x: int, function: Callable[[Number], tuple[Number, Number, Number]]) -> int:
        """A function of one variable, which gives its value and first two derivatives, entry by entry."""
        self.budget.spend(200 * len(self.values[x]))
        return self.applied(x, [function(u) for u in self.values[x]])

    def applied(self, x: int, results: Sequence[tuple[Number, Number, Number]]) -> int:
        values, first, second = ([r[i] for r in results] for i in range(3))
        return self._append(self.shapes[x], values, Step((x,), slopes=(first, second)), self._of(x))

    # -- differentiation ---------------------------------------------------------------------------------------

    def gradient(self, tensor: int, entry: int) -> Entries:
        """Of an entry of a tensor, by all entries of the parameters in their order."""
        self.budget.spend(20 * self._entries)
        unit = [self.zero] * len(self.values[tensor])
        unit[entry] = self.arithmetic.number(ONE)
        adjoints = _adjoints(self, tensor, unit)
        zeros = {k: [self.zero] * len(self.values[k]) for k in self.parameters}
        return [x for k in self.parameters for x in adjoints[k] or zeros[k]]

    def hessian(self) -> list[Entries]:
        """Of the last tensor, one number, by all entries of the parameters in their order: p rows of p entries."""
        if self.shapes[-1] != ():
            raise ValueError("the last tensor is no scalar")
        p = sum(len(self.values[k]) for k in self.parameters)
        self.budget.spend((40 if self.arithmetic is Exact else 10) * p * (self._entries + p))
        derivative = _Derivative(self)
        starts = {}
        total = 0
        for k in self.parameters:
            starts[k] = total
            total += len(self.values[k])
        rows = [[self.zero] * p for _ in range(p)]
        for k in self.parameters:
            for i in range(len(self.values[k])):
                row = starts[k] + i
                for other, entries in derivative.row(k, i).items():
                    first = starts[other]
                    for j, value in enumerate(entries, first):
                        rows[row][j] = rows[j][row] = value
        return rows


class _Derivative:
    """First derivatives once, second derivatives one direction at a time.

    The row of a parameter tensor is computed for the tensors that enter the tape at the same step or later: the rest
    is symmetric.
    """

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        first_use = {k: len(tape.values) for k in tape.parameters}
        for n, step in enumerate(tape.steps):
            for a in step.arguments:
                if a in first_use:
                    first_use[a] = min(first_use[a], n)
        ordered = sorted(tape.parameters, key=lambda k: (first_use[k], k))
        self.rank = {k: r for r, k in enumerate(ordered)}
        by_bit = [self.rank[k] for k in tape.parameters]
        self.latest = [
            max((by_bit[b] for b in range(bits.bit_length()) if bits >> b & 1), default=-1)
            for bits in tape.depends
        ]
        """The highest rank of a parameter that a tensor depends on."""
        self.bit = {k: 1 << b for b, k in enumerate(tape.parameters)}
        self.adjoints = _adjoints(tape, len(tape.values) - 1, [tape.arithmetic.number(ONE)])
        self.curvatures = self._curvatures()

    def _curvatures(self) -> list[Entries | None]:
        """Of each function: its second derivative times the adjoint."""
        found: list[Entries | None] = []
        for step, bar in zip(self.tape.steps, self.adjoints, strict=True):
            if step.slopes is None or bar is None:
                found.append(None)
            else:
                found.append(list(map(operator.mul, step.slopes[1], bar)))
        return found

    def row(self, parameter: int, entry: int) -> dict[int, Entries]:
        """Second derivatives by one entry of a parameter and by all entries of those that come no earlier."""
        tape = self.tape
        unit = [tape.zero] * len(tape.values[parameter])
        unit[entry] = tape.arithmetic.number(ONE)
        tangents = self._tangents(parameter, unit)
        return self._second(self.rank[parameter], tangents)

    def _tangents(self, parameter: int, unit: Entries) -> list[Entries | None]:
        tape, bit = self.tape, self.bit[parameter]
        found: list[Entries | None] = [None] * len(tape.values)
        found[parameter] = unit
        for k in range(parameter + 1, len(tape.steps)):
            if not tape.depends[k] & bit:
                continue
            step = tape.steps[k]
            given = [found[a] for a in step.arguments]
            if not any(g is not None for g in given):
                continue
            if step.linear is not None:
                found[k] = step.linear.forward(_there(given[0]))
            elif step.slopes is not None:
                found[k] = list(map(operator.mul, step.slopes[0], _there(given[0])))
            elif step.bilinear is not None:
                x, y = (tape.values[a] for a in step.arguments)
                if given[0] is not None:
                    _accumulate(found, k, step.bilinear.forward(given[0], y))
                if given[1] is not None:
                    _accumulate(found, k, step.bilinear.forward(x, given[1]))
            else:
                for tangent in given:
                    if tangent is not None:
                        _accumulate(found, k, tangent)
        return found

    def _second(self, rank: int, tangents: list[Entries | None]) -> dict[int, Entries]:
        """Tangents of the adjoints."""
        tape = self.tape
        found: list[Entries | None] = [None] * len(tape.values)
        for k in range(len(tape.steps) - 1, -1, -1):
            if self.latest[k] < rank:
                continue
            step, bar, turned = tape.steps[k], self.adjoints[k], found[k]
            wanted = [self.latest[a] >= rank for a in step.arguments]
            if turned is not None:
                for i, contribution in _pulled(tape, step, turned):
                    if wanted[i]:
                        _accumulate(found, step.arguments[i], contribution())
            if bar is None:
                continue
            if step.slopes is not None and wanted[0]:
                tangent, curvature = tangents[step.arguments[0]], self.curvatures[k]
                if tangent is not None and curvature is not None:
                    _accumulate(found, step.arguments[0], list(map(operator.mul, curvature, tangent)))
            elif step.bilinear is not None:
                x, y = step.arguments
                dx, dy = tangents[x], tangents[y]
                if wanted[0] and dy is not None:
                    _accumulate(found, x, step.bilinear.left(bar, dy))
                if wanted[1] and dx is not None:
                    _accumulate(found, y, step.bilinear.right(dx, bar))
        return {k: e for k in tape.parameters if self.rank[k] >= rank and (e := found[k]) is not None}


def _adjoints(tape: Tape, last: int, bar: Entries) -> list[Entries | None]:
    """The derivative of a linear function of a tensor by each tensor before it that depends on a parameter."""
    found: list[Entries | None] = [None] * len(tape.values)
    found[last] = bar
    for k in range(last, -1, -1):
        handed, step = found[k], tape.steps[k]
        if handed is None or not tape.depends[k]:
            continue
        for i, contribution in _pulled(tape, step, handed):
            if tape.depends[step.arguments[i]]:
                _accumulate(found, step.arguments[i], contribution())
    return found


def _pulled(tape: Tape, step: Step, bar: Entries) -> list[tuple[int, Callable[[], Entries]]]:
    """What a step hands back to each argument, by the argument's place."""
    if not step.arguments:
        return []
    linear, bilinear, slopes = step.linear, step.bilinear, step.slopes
    if linear is not None:
        return [(0, lambda: linear.back(bar))]
    if slopes is not None:
        return [(0, lambda: list(map(operator.mul, slopes[0], bar)))]
    if bilinear is not None:
        x, y = (tape.values[a] for a in step.arguments)
        return [(0, lambda: bilinear.left(bar, y)), (1, lambda: bilinear.right(x, bar))]
    return [(0, lambda: bar), (1, lambda: bar)]


def _accumulate(store: list[Entries | None], k: int, value: Entries) -> None:
    known = store[k]
    store[k] = value if known is None else list(map(operator.add, known, value))


def _there(value: Entries | None) -> Entries:
    if value is None:
        raise ValueError("a tangent is missing")
    return value
