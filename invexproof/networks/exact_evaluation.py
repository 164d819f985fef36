"""Exact values and Jacobians of networks at rational points, where all numbers on the way are rational."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Final, TypeAlias

import numpy as np

from invexproof.expressions.calculus import differentiate
from invexproof.expressions.evaluation import fraction_value
from invexproof.networks.errors import NetworkError
from invexproof.networks.network import Network
from invexproof.networks.nodes import Node, gather_indices, sources
from invexproof.networks.rationals import ExactArray, identity, matrix_product, objects, zeros
from invexproof.networks.univariate import Side, univariate

_Rule: TypeAlias = Callable[["_Place"], tuple[ExactArray, Callable[[], ExactArray]]]


class _Place:
    """A node with the values (and tangents, [entries, directions]) of its arguments, all flat."""

    def __init__(
        self,
        network: Network,
        number: int,
        values: Sequence[ExactArray],
        tangents: Sequence[ExactArray],
        side: Side,
    ) -> None:
        self.network = network
        self.number = number
        self.used = sources(self.node)
        self.values = [values[i] for i in self.used]
        self.all_tangents = tangents
        self.side = side

    @property
    def node(self) -> Node:
        return self.network.nodes[self.number]

    @property
    def tangents(self) -> list[ExactArray]:
        return [self.all_tangents[i] for i in self.used]

    def rational(self, value: Fraction | None, what: str) -> Fraction:
        if value is None:
            raise NetworkError(
                f"node {self.number} ({self.node[0]}): {what} is undefined or not seen to be rational here; "
                "evaluate in floating point, or at another point"
            )
        return value


def exact_values(network: Network, x: Sequence[Fraction | int]) -> list[ExactArray]:
    """The exact value of every node, in its shape, as Fractions.

    Raises NetworkError, naming the node, where a value is undefined or not seen to be rational (tanh(0) is,
    tanh(1) is not; layernorm and attention are not evaluated).
    """
    flat, _ = _propagate(network, x, "right", tangents=False)
    return [values.reshape(shape) for values, shape in zip(flat, network.shapes, strict=True)]


def exact_jacobian(network: Network, x: Sequence[Fraction | int], side: Side = "right") -> ExactArray:
    """The exact k x n Jacobian matrix as Fractions; kinks and ties as in :func:`evaluation.jacobian`.

    Raises NetworkError as :func:`exact_values` does.
    """
    return _propagate(network, x, side, tangents=True)[1][-1]


def _propagate(
    network: Network, x: Sequence[Fraction | int], side: Side, *, tangents: bool
) -> tuple[list[ExactArray], list[ExactArray]]:
    if len(x) != network.inputs:
        raise NetworkError(f"a point has {network.inputs} entries, {len(x)} given")
    reached = [objects(Fraction(v) for v in x)]
    moved = [identity(network.inputs)] if tangents else []
    for number in range(1, len(network.nodes)):
        name = network.nodes[number][0]
        if name not in _RULES:
            raise NetworkError(f"node {number} ({name}) has no exact value; evaluate in floating point")
        value, tangent = _RULES[name](_Place(network, number, reached, moved, side))
        reached.append(value)
        if tangents:
            moved.append(tangent())
    return reached, moved


def _by_rows(matrix: ExactArray, entries: ExactArray) -> ExactArray:
    """A matrix on the last axis of a node: entries [rows * in, columns] to [rows * out, columns]."""
    out, width = matrix.shape
    rows, columns = entries.shape[0] // width, entries.shape[1]
    side_by_side = entries.reshape(rows, width, columns).transpose(1, 0, 2).reshape(width, rows * columns)
    image = matrix_product(matrix, side_by_side)
    return image.reshape(out, rows, columns).transpose(1, 0, 2).reshape(rows * out, columns)


def _linear(place: _Place) -> tuple[ExactArray, Callable[[], ExactArray]]:
    _, _, weight, bias = place.node
    matrix = place.network.tensors[weight].fractions()
    image = _by_rows(matrix, place.values[0][:, None])[:, 0]
    if bias is not None:
        shift = place.network.tensors[bias].fractions()
        image = image + np.tile(shift, len(image) // len(shift))
    return image, lambda: _by_rows(matrix, place.tangents[0])


def _pointwise(place: _Place) -> tuple[ExactArray, Callable[[], ExactArray]]:
    applied = [univariate(f) for f in place.network.entry_functions(place.number)]
    pairs = list(zip(applied, place.values[0].tolist(), strict=True))
    image = objects(place.rational(f.exact_value(z), f"the function at {z}") for f, z in pairs)

    def tangent() -> ExactArray:
        slopes = [place.rational(f.exact_slope(z, place.side), f"the slope at {z}") for f, z in pairs]
        moved: ExactArray = objects(slopes)[:, None] * place.tangents[0]
        return moved

    return image, tangent


def _add(place: _Place) -> tuple[ExactArray, Callable[[], ExactArray]]:
    return place.values[0] + place.values[1], lambda: place.tangents[0] + place.tangents[1]


def _product(place: _Place) -> tuple[ExactArray, Callable[[], ExactArray]]:
    left, right = place.values

    def tangent() -> ExactArray:
        moved: ExactArray = left[:, None] * place.tangents[1] + right[:, None] * place.tangents[0]
        return moved

    return left * right, tangent


def _gather(place: _Place) -> tuple[ExactArray, Callable[[], ExactArray]]:
    taken = gather_indices(place.node)

    def tangent() -> ExactArray:
        last = zeros((1, place.network.inputs))
        rows: ExactArray = np.concatenate([*place.tangents, last])[taken]
        return rows

    return np.concatenate([*place.values, zeros((1,))])[taken], tangent


def _max(place: _Place) -> tuple[ExactArray, Callable[[], ExactArray]]:
    width = place.network.shapes[place.used[0]][-1]
    rows = place.values[0].reshape(-1, width).tolist()
    first = [width * k + row.index(max(row)) for k, row in enumerate(rows)]
    return place.values[0][first], lambda: place.tangents[0][first]


def _formulas(place: _Place) -> tuple[ExactArray, Callable[[], ExactArray]]:
    formulas = place.network.formulas(place.number)
    point = {f"x{k + 1}": v for k, v in enumerate(place.values[0].tolist())}
    image = objects(place.rational(fraction_value(f, point), "a formula") for f in formulas)

    def tangent() -> ExactArray:
        inner = zeros((len(formulas), len(point)))
        for row, formula in enumerate(formulas):
            for name in formula.variables:
                partial = fraction_value(differentiate(formula, name), point)
                inner[row, int(name[1:]) - 1] = place.rational(partial, f"a derivative in {name}")
        return matrix_product(inner, place.tangents[0])

    return image, tangent


_RULES: Final[Mapping[str, _Rule]] = {
    "linear": _linear,
    "pointwise": _pointwise,
    "add": _add,
    "product": _product,
    "gather": _gather,
    "max": _max,
    "formulas": _formulas,
}
"""For each operation the value of a node, and what computes its tangents."""
