"""Operations on whole tensors of a tape: broadcasting, moving, sums over axes, products, functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from flint import fmpq

from invexcheck.architectures import shapes
from invexcheck.architectures.forms import ENTIRE
from invexcheck.errors import Reject
from invexcheck.hessians.jets import KINKED, SMOOTH, Function, Triple, triple
from invexcheck.hessians.numbers import ONE, UNKNOWN, Exact, Number
from invexcheck.hessians.tape import Shape, Tape

Attributes = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Site:
    """Where one of several options is to be chosen.

    With points: the piece of a function of one variable, between two neighbouring points; which one it is depends on an
    entry of a tensor of the tape.
    """

    options: int
    tensor: int = -1
    entry: int = -1
    points: tuple[fmpq, ...] = ()


Chooser = Callable[[Site], int | None]
"""Which piece; None where the witness decides."""
TOTAL = ENTIRE | {"negate", "square", "softplus"}
"""Functions that are analytic at every real number: where their values are not known exactly, they exist."""
MAX_INDEX = 4_000_000


def strides(shape: Shape) -> list[int]:
    """How far apart neighbours along each axis are, row by row."""
    result, step = [], 1
    for n in reversed(shape):
        result.append(step)
        step *= n
    return result[::-1]


def positions(shape: Sequence[int], steps: Sequence[int], start: int = 0) -> list[int]:
    """For each entry of a tensor, in order, start plus the sum of its indices times the steps."""
    if prod(shape) > MAX_INDEX:
        raise Reject("a tensor is too large for a Hessian", "architecture")
    result = [start]
    for n, step in zip(shape, steps, strict=True):
        result = [p + k * step for p in result for k in range(n)]
    return result


class Tensors:
    """A tape, and the choice of pieces where a node has several."""

    def __init__(self, tape: Tape, choose: Chooser) -> None:
        self.tape, self.choose = tape, choose
        self.arithmetic = tape.arithmetic

    def shape(self, x: int) -> Shape:
        return self.tape.shapes[x]

    def trained(self, x: int) -> bool:
        return self.tape.depends[x] != 0

    def rational(self, q: fmpq, shape: Shape = ()) -> int:
        return self.tape.constant(shape, [self.arithmetic.number(q)] * prod(shape))

    def constants(self, values: Iterable[fmpq], shape: Shape) -> int:
        return self.tape.constant(shape, [self.arithmetic.number(q) for q in values])

    # -- moving entries --------------------------------------------------------------------------------------------

    def reshape(self, x: int, shape: Shape) -> int:
        return self.tape.reshape(x, shape)

    def move(self, x: int, shape: Shape, steps: Sequence[int], start: int = 0) -> int:
        return self.tape.gather(x, positions(shape, steps, start), shape)

    def expand(self, x: int, shape: Shape) -> int:
        """As NumPy repeats it."""
        old = self.shape(x)
        if old == shape:
            return x
        steps = [0] * (len(shape) - len(old))
        steps += [0 if n == 1 else step for n, step in zip(old, strides(old), strict=True)]
        return self.move(x, shape, steps)

    def transpose(self, x: int, axes: Sequence[int]) -> int:
        old, steps = self.shape(x), strides(self.shape(x))
        return self.move(x, tuple(old[a] for a in axes), [steps[a] for a in axes])

    def take(self, x: int, axis: int, indices: Sequence[int], shape: Shape | None = None) -> int:
        """Entries along an axis; `shape` replaces the axis."""
        old = self.shape(x)
        step = strides(old)[axis]
        before, after = prod(old[:axis]), step
        index = [
            b * old[axis] * step + i * step + a for b in range(before) for i in indices for a in range(after)
        ]
        new = (*old[:axis], *((len(indices),) if shape is None else shape), *old[axis + 1 :])
        return self.tape.gather(x, index, new)

    def concatenate(self, given: Sequence[int], axis: int) -> int:
        first = self.shape(given[0])
        total = sum(self.shape(x)[axis] for x in given)
        shape = (*first[:axis], total, *first[axis + 1 :])
        inner = prod(first[axis + 1 :])
        result, start = None, 0
        for x in given:
            n = self.shape(x)[axis]
            row = range(start * inner, (start + n) * inner)
            index = [b * total * inner + i for b in range(prod(first[:axis])) for i in row]
            placed = self.tape.scatter(x, index, shape)
            result = placed if result is None else self.tape.add(result, placed)
            start += n
        return given[0] if result is None else result

    # -- sums and products -----------------------------------------------------------------------------------------

    def together(self, x: int, y: int) -> tuple[int, int]:
        shape = shapes.broadcast(self.shape(x), self.shape(y))
        return self.expand(x, shape), self.expand(y, shape)

    def add(self, x: int, y: int) -> int:
        return self.tape.add(*self.together(x, y))

    def subtract(self, x: int, y: int) -> int:
        return self.add(x, self.scale(y, -ONE))

    def multiply(self, x: int, y: int) -> int:
        return self.tape.multiply(*self.together(x, y))

    def scale(self, x: int, q: fmpq) -> int:
        return x if q == 1 else self.tape.scale(x, self.arithmetic.number(q))

    def shift(self, x: int, q: fmpq) -> int:
        return x if q == 0 else self.add(x, self.rational(q))

    def sum(self, x: int, axes: Sequence[int], keep: bool = False) -> int:
        old = self.shape(x)
        kept = shapes.reduced(old, axes, True)
        steps = [0 if k in axes else step for k, step in enumerate(strides(kept))]
        return self.tape.scatter(x, positions(old, steps), shapes.reduced(old, axes, keep))

    def mean(self, x: int, axes: Sequence[int], keep: bool = False) -> int:
        count = prod(self.shape(x)[a] for a in axes)
        return self.scale(self.sum(x, axes, keep), fmpq(1, count))

    def total(self, x: int) -> int:
        shape = self.shape(x)
        return self.sum(x, range(len(shape))) if shape else x

    def matmul(self, x: int, y: int) -> int:
        """As `torch.matmul`."""
        a, b = self.shape(x), self.shape(y)
        result = shapes.matmul(a, b)
        left, right = (a if len(a) > 1 else (1, *a)), (b if len(b) > 1 else (*b, 1))
        batch = shapes.broadcast(left[:-2], right[:-2]) if left[:-2] or right[:-2] else ()
        x = self.expand(self.reshape(x, left), (*batch, *left[-2:]))
        y = self.expand(self.reshape(y, right), (*batch, *right[-2:]))
        count = prod(batch)
        x, y = (self.reshape(v, (count, *self.shape(v)[-2:])) for v in (x, y))
        return self.reshape(self.tape.matmul(x, y), result)

    def affine(self, x: int, weight: int | None, bias: int | None, shape: Shape) -> int:
        """Times a weight and plus a bias, of a shape that is repeated."""
        if weight is not None:
            x = self.multiply(x, self.reshape(weight, shape))
        return x if bias is None else self.add(x, self.reshape(bias, shape))

    # -- functions -------------------------------------------------------------------------------------------------

    def smooth(self, name: str, x: int, attributes: Attributes | None = None) -> int:
        """An analytic function of each entry."""
        return self.tape.apply(x, self._known(name, SMOOTH[name], attributes or {}))

    def _known(self, name: str, function: Function, attributes: Attributes) -> Callable[[Number], Triple]:
        def evaluate(u: Number) -> Triple:
            try:
                return triple(function, attributes, self.arithmetic, u)
            except Reject as reject:
                if self.arithmetic is Exact and reject.code == "inexact" and name in TOTAL:
                    return UNKNOWN, UNKNOWN, UNKNOWN
                raise

        return evaluate

    def kinked(self, name: str, x: int, attributes: Attributes) -> int:
        """A function with kinks: of each entry, one of its pieces."""
        row = KINKED[name]
        return self.pieces(x, row.points(attributes), row.pieces, attributes)

    def pieces(
        self, x: int, points: Sequence[fmpq], pieces: Sequence[Function], attributes: Attributes
    ) -> int:
        if not self.trained(x):
            raise Reject("a function with kinks of what is given", "architecture")

        def evaluate(i: int, u: Number) -> Triple:
            chosen = self.choose(Site(len(pieces), x, i, tuple(points)))
            if chosen is None:
                chosen = sum(self.arithmetic.side(u, point) > 0 for point in points)
            return triple(pieces[chosen], attributes, self.arithmetic, u)

        return self.tape.applied(x, [evaluate(i, u) for i, u in enumerate(self.tape.values[x])])

    def largest(self, x: int, windows: Sequence[Sequence[int]], shape: Shape) -> int:
        """One entry of each window: what a greatest or a least entry is, selection by selection."""
        index = []
        for window in windows:
            chosen = 0 if len(window) == 1 else self.choose(Site(len(window)))
            if chosen is None:
                raise Reject("the greatest of several entries is no analytic function", "architecture")
            index.append(window[chosen])
        result = self.tape.gather(x, index, shape)
        # Which entry it is depends on the selection, and so does the affine function that it may be.
        self.tape.affine[result] = all(len(window) == 1 for window in windows) and self.tape.affine[result]
        return result

    def either(self, x: int, y: int) -> int:
        """At each entry, that of one of two tensors of one shape, selection by selection."""
        shape = self.shape(x)
        size = prod(shape)
        joined = self.concatenate([self.reshape(v, (1, *shape)) for v in (x, y)], 0)
        return self.largest(joined, [(k, size + k) for k in range(size)], shape)

    def softened(self, x: int, axes: Sequence[int]) -> tuple[int, int]:
        """exp(x - c) and its sum over axes, which are kept; c is constant along them, near the entries."""
        shape = self.shape(x)
        kept = shapes.reduced(shape, axes, True)
        groups = positions(shape, [0 if k in axes else s for k, s in enumerate(strides(kept))])
        centres: dict[int, Number] = {}
        for group, u in zip(groups, self.tape.values[x], strict=True):
            c = self.arithmetic.centre(u)
            known = centres.get(group)
            centres[group] = c if known is None or (c > known) is True else known
        self._centres = [-centres[g] for g in range(prod(kept))]
        centre = self.tape.constant(kept, self._centres)
        raised = self.smooth("exp", self.add(x, centre))
        return raised, self.sum(raised, axes, True)

    def logsumexp(self, x: int, axes: Sequence[int]) -> int:
        """With the axes kept."""
        _, total = self.softened(x, axes)
        back = self.tape.constant(self.shape(total), [-c for c in self._centres])
        return self.add(self.tape.apply(total, self._log), back)

    def _log(self, u: Number) -> Triple:
        return triple(lambda jet, _: jet.log(), {}, self.arithmetic, u)

    def softmax(self, x: int, axis: int) -> int:
        raised, total = self.softened(x, (axis,))
        return self.multiply(raised, self.smooth("reciprocal", total))

    def normalised(self, x: int, axes: Sequence[int], epsilon: fmpq, centred: bool = True) -> int:
        """Over the root of the mean square plus epsilon, of the distances from the mean."""
        if centred:
            x = self.subtract(x, self.mean(x, axes, True))
        square = self.mean(self.multiply(x, x), axes, True)
        return self.multiply(x, self.smooth("rsqrt", self.shift(square, epsilon)))
