"""Small networks with kinks, exactly: limits of their Jacobians, and enclosures node by node over boxes."""

from __future__ import annotations

import random
from dataclasses import dataclass
from fractions import Fraction

from tests.theory.exact import Matrix, diagonal, identity, matrix, product, random_matrix, scaled, total

Interval = tuple[Fraction, Fraction]
IntervalMatrix = list[list[Interval]]
LEFT_SLOPE = {"relu": 0, "abs": -1}


@dataclass(frozen=True)
class Layer:
    """An affine map, then by `kind` ReLU, the absolute value, maxima over pairs, squares, or nothing."""

    weight: Matrix
    shift: Matrix
    kind: str

    def gaps(self, z: Matrix, speed: Matrix) -> list[tuple[Fraction, Fraction]]:
        """What decides about the pieces, and how fast it changes: a kink where it is 0."""
        keys = [(v[0], s[0]) for v, s in zip(z, speed, strict=True)]
        if self.kind in LEFT_SLOPE:
            return keys
        if self.kind == "max":
            return [
                (keys[i][0] - keys[i + 1][0], keys[i][1] - keys[i + 1][1]) for i in range(0, len(keys), 2)
            ]
        return []

    def derivative(self, z: Matrix, speed: Matrix) -> Matrix | None:
        """Of the second step at z, or its limit in the direction of the speed; None if that stays in a kink."""
        gaps = self.gaps(z, speed)
        if (0, 0) in gaps:
            return None
        if self.kind in LEFT_SLOPE:
            return diagonal([1 if gap > (0, 0) else LEFT_SLOPE[self.kind] for gap in gaps])
        if self.kind == "max":
            chosen = [2 * i + (gap < (0, 0)) for i, gap in enumerate(gaps)]
            return matrix([int(j == c) for j in range(len(z))] for c in chosen)
        return diagonal([2 * v[0] for v in z]) if self.kind == "square" else identity(len(z))


Layers = list[Layer]


def random_layers(random_: random.Random, n: int, depth: int, kinds: tuple[str, ...]) -> Layers:
    """From n entries to n entries."""
    layers, width = [], n
    for kind in [*(random_.choice(kinds) for _ in range(depth)), "none"]:
        out = (
            n if kind == "none" else 2 * random_.randint(1, 2) if kind == "max" else random_.randint(n, n + 2)
        )
        layers.append(Layer(random_matrix(random_, out, width, 2), random_matrix(random_, out, 1, 1), kind))
        width = out // 2 if kind == "max" else out
    return layers


def limiting_jacobian(layers: Layers, x: Matrix, direction: Matrix) -> Matrix | None:
    """The limit of the Jacobians at x + t direction for t -> 0+, in Clarke's Jacobian at x."""
    value, jacobian = x, identity(len(x))
    for layer in layers:
        z = total(product(layer.weight, value), layer.shift)
        jacobian = product(layer.weight, jacobian)
        derivative = layer.derivative(z, product(jacobian, direction))
        if derivative is None:
            return None
        jacobian = product(derivative, jacobian)
        value = product(derivative, z)
        if layer.kind == "square":
            value = scaled(Fraction(1, 2), value)
    return jacobian


def next_kink(layers: Layers, start: Matrix, step: Matrix, t: Fraction) -> Fraction | None:
    """The next time after t at which start + t step meets a kink; for networks without squares."""
    value, speed = total(start, scaled(t, step)), step
    times = []
    for layer in layers:
        z, speed = total(product(layer.weight, value), layer.shift), product(layer.weight, speed)
        times += [t - gap / rate for gap, rate in layer.gaps(z, speed) if rate and -gap / rate > 0]
        derivative = layer.derivative(z, speed)
        if derivative is None:
            return None
        value, speed = product(derivative, z), product(derivative, speed)
    return min(times, default=None)


# -- enclosures ----------------------------------------------------------------------------------------------------


def plus(*intervals: Interval) -> Interval:
    return sum((a for a, _ in intervals), Fraction(0)), sum((b for _, b in intervals), Fraction(0))


def times(a: Interval, b: Interval) -> Interval:
    ends = [x * y for x in a for y in b]
    return min(ends), max(ends)


def hull(*intervals: Interval) -> Interval:
    return min(a for a, _ in intervals), max(b for _, b in intervals)


def interval_product(a: IntervalMatrix, b: IntervalMatrix) -> IntervalMatrix:
    columns = list(zip(*b, strict=True))
    return [[plus(*(times(x, y) for x, y in zip(row, c, strict=True))) for c in columns] for row in a]


def thin(a: Matrix) -> IntervalMatrix:
    return [[(entry, entry) for entry in row] for row in a]


def slopes(kind: str, z: Interval) -> Interval:
    """The hull of the slopes on the closed pieces that meet z."""
    left, right = Fraction(LEFT_SLOPE[kind]), Fraction(1)
    return hull(*([(left, left)] if z[0] <= 0 else []), *([(right, right)] if z[1] >= 0 else []))


def enclosure(layers: Layers, box: list[Interval]) -> IntervalMatrix:
    """An interval matrix around Clarke's Jacobian at every point of the closed box."""
    values, rows = box, thin(identity(len(box)))
    for layer in layers:
        column = interval_product(thin(layer.weight), [[v] for v in values])
        values = [plus(z[0], (s[0], s[0])) for z, s in zip(column, layer.shift, strict=True)]
        rows = interval_product(thin(layer.weight), rows)
        if layer.kind in LEFT_SLOPE:
            rows = [
                [times(slopes(layer.kind, z), e) for e in row] for z, row in zip(values, rows, strict=True)
            ]
            left = Fraction(LEFT_SLOPE[layer.kind])
            ends = [
                [max(v, left * v) for v in (*z, *([Fraction(0)] if z[0] <= 0 <= z[1] else []))]
                for z in values
            ]
            values = [(min(e), max(e)) for e in ends]
        elif layer.kind == "square":
            rows = [[times(plus(z, z), e) for e in row] for z, row in zip(values, rows, strict=True)]
            values = [times(z, z) for z in values]
        elif layer.kind == "max":
            pairs = range(0, len(values), 2)
            lowest = [max(values[i][0], values[i + 1][0]) for i in pairs]
            candidates = [
                [rows[j] for j in (i, i + 1) if values[j][1] >= least]
                for i, least in zip(pairs, lowest, strict=True)
            ]
            rows = [[hull(*entries) for entries in zip(*rows_, strict=True)] for rows_ in candidates]
            highest = [max(values[i][1], values[i + 1][1]) for i in pairs]
            values = list(zip(lowest, highest, strict=True))
    return rows
