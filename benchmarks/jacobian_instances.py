"""Maps whose Jacobian is nonsingular on a box, but not by much: recorded ones, and ones made from a seed."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from invexproof.networks.builder import Builder
from invexproof.networks.network import Network
from invexproof.networks.tensors import Tensor

DATA = Path(__file__).parent / "data" / "jacobian_boxes.json"
UNIT = 1000
"""Weights are whole multiples of 1/UNIT."""

Row = tuple[Fraction, ...]
Matrix = tuple[Row, ...]


@dataclass(frozen=True)
class Layer:
    """x -> x + outer tanh(inner x + bias), in exact numbers; outer: d by h, inner: h by d, bias: h."""

    outer: Matrix
    inner: Matrix
    bias: Row


@dataclass(frozen=True)
class Instance:
    """Layers, one after the other, on the box [-1, 1]^d.

    dreal_seconds: what dReal is recorded to have taken; None if it did not finish, or was not asked.
    """

    name: str
    layers: tuple[Layer, ...]
    dreal_asked: bool = False
    dreal_seconds: float | None = None

    @property
    def dimension(self) -> int:
        return len(self.layers[0].outer)

    @property
    def box(self) -> list[tuple[Fraction, Fraction]]:
        return [(Fraction(-1), Fraction(1))] * self.dimension

    def network(self) -> Network:
        builder = Builder()
        x = builder.input(self.dimension)
        for layer in self.layers:
            bias = Tensor.of(layer.bias) if any(layer.bias) else None
            z = builder.linear(x, Tensor.of(layer.inner), bias)
            h = builder.pointwise(z, "tanh")
            x = builder.add(x, builder.linear(h, Tensor.of(layer.outer)))
        return builder.finish(x)


def recorded() -> list[Instance]:
    """The instances of the data file, with the seconds of dReal that are recorded there."""
    instances = []
    for row in json.loads(DATA.read_text(encoding="utf-8"))["instances"]:
        outer, inner = _matrix(row["A"]), _matrix(row["B"])
        layer = Layer(outer, inner, (Fraction(0),) * len(inner))
        instances.append(Instance(row["name"], (layer,), True, row["dreal"]["seconds"]))
    return instances


def _matrix(rows: Sequence[Sequence[str]]) -> Matrix:
    return tuple(tuple(Fraction(text) for text in row) for row in rows)


@dataclass(frozen=True)
class Recipe:
    """Weights drawn from {-1, -0.999, ..., 1}, biases up to `bias` in size, the outer weights times `scale`.

    The scale was chosen as large as could be: the least determinant that samples and a local search find
    is small (the benchmark shows it), and a little more scale makes the map singular or the search long.
    """

    name: str
    seed: int
    dimension: int
    scale: Fraction
    layers: int = 1
    bias: int = 0

    def instance(self) -> Instance:
        generator = random.Random(self.seed)

        def drawn(count: int, most: int) -> list[int]:
            return [generator.randrange(-most * UNIT, most * UNIT + 1) for _ in range(count)]

        def matrix(factor: Fraction) -> Matrix:
            rows = [drawn(self.dimension, 1) for _ in range(self.dimension)]
            return tuple(tuple(Fraction(round(factor * x), UNIT) for x in row) for row in rows)

        layers = []
        for _ in range(self.layers):
            outer, inner = matrix(self.scale), matrix(Fraction(1))
            layers.append(
                Layer(outer, inner, tuple(Fraction(x, UNIT) for x in drawn(self.dimension, self.bias)))
            )
        return Instance(self.name, tuple(layers))


RECIPES = (
    Recipe("own-d8", 13, 8, Fraction(42, 100)),
    Recipe("own-d10", 10, 10, Fraction(505, 1000)),
    Recipe("own-d12", 9, 12, Fraction(24, 100)),
    Recipe("own-3x6-I", 9, 6, Fraction(44, 100), layers=3, bias=3),
    Recipe("own-3x6-II", 13, 6, Fraction(50, 100), layers=3, bias=3),
    Recipe("own-3x6-III", 11, 6, Fraction(40, 100), layers=3, bias=2),
)


def generated() -> list[Instance]:
    """The instances of the recipes."""
    return [recipe.instance() for recipe in RECIPES]
