"""Values and Jacobians of networks in double precision, by forward propagation, for one point or many.

Arrays of nodes have the batch axes of ``x`` in front of the node's shape; tangents have one more axis at the
end, the direction of differentiation.  Nothing here is rigorous: it finds points and hints for proofs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from invexproof.expressions.calculus import differentiate
from invexproof.expressions.evaluation import numpy_function
from invexproof.expressions.terms import Expression
from invexproof.networks.errors import NetworkError
from invexproof.networks.network import Network
from invexproof.networks.nodes import Node, function_numbers, gather_indices, sources
from invexproof.networks.tensors import Array
from invexproof.networks.univariate import Side, univariate


class _Place(NamedTuple):
    """A node in its network, and what evaluation knows: the arguments' values, the node's own once computed."""

    network: Network
    number: int
    arguments: Sequence[Array]
    value: Array | None
    batch: int
    """The number of batch axes."""
    side: Side

    @property
    def node(self) -> Node:
        return self.network.nodes[self.number]

    def tensor(self, position: int) -> Array:
        return self.network.tensors[self.node[position]].array

    def optional_tensor(self, position: int) -> Array | None:
        return None if self.node[position] is None else self.tensor(position)


_Values: TypeAlias = Callable[[_Place], Array]
_Tangents: TypeAlias = Callable[[_Place, Sequence[Array]], Array]


def values(network: Network, x: npt.ArrayLike) -> list[Array]:
    """The value of every node at a point of n entries, or at points along leading axes.

    Each array has the leading axes of ``x``, then the node's shape.  Entries outside the domain of a function
    are nan.
    """
    return _propagate(network, x, "right", tangents=False)[0]


def output(network: Network, x: npt.ArrayLike) -> Array:
    """The k entries of the output at each point."""
    points = np.asarray(x, dtype=np.float64)
    return values(network, x)[-1].reshape(*points.shape[:-1], network.outputs)


def jacobian(network: Network, x: npt.ArrayLike, side: Side = "right") -> Array:
    """The k x n Jacobian matrix at each point (leading axes as those of ``x``).

    At a kink of a function its slope from the given side is used, at a tie of maxima the first of them, so
    that one matrix of a generalised derivative results.
    """
    points = np.asarray(x, dtype=np.float64)
    tangents = _propagate(network, x, side, tangents=True)[1]
    return tangents[-1].reshape(*points.shape[:-1], network.outputs, network.inputs)


def slopes(network: Network, x: npt.ArrayLike, side: Side = "right") -> dict[int, Array]:
    """The slopes of the functions of each pointwise node, by its number, at each point."""
    reached = values(network, x)
    batch = np.asarray(x).ndim - 1
    return {
        number: _slope(_Place(network, number, [reached[node[1]]], None, batch, side))
        for number, node in enumerate(network.nodes)
        if node[0] == "pointwise"
    }


def _propagate(
    network: Network, x: npt.ArrayLike, side: Side, *, tangents: bool
) -> tuple[list[Array], list[Array]]:
    points = np.asarray(x, dtype=np.float64)
    if points.ndim < 1 or points.shape[-1] != network.inputs:
        raise NetworkError(
            f"a point has {network.inputs} entries along the last axis; the array has shape {points.shape}"
        )
    lead = points.shape[:-1]
    reached = [points.reshape(*lead, *network.shapes[0])]
    moved = []
    if tangents:
        identity = np.eye(network.inputs).reshape(*network.shapes[0], network.inputs)
        moved = [np.broadcast_to(identity, (*lead, *identity.shape))]
    with np.errstate(all="ignore"):
        for number in range(1, len(network.nodes)):
            rule = _RULES[network.nodes[number][0]]
            used = sources(network.nodes[number])
            place = _Place(network, number, [reached[i] for i in used], None, len(lead), side)
            reached.append(rule[0](place))
            if tangents:
                moved.append(rule[1](place._replace(value=reached[-1]), [moved[i] for i in used]))
    return reached, moved


# -- affine and entrywise nodes ------------------------------------------------------------------------------


def _linear(place: _Place) -> Array:
    image: Array = np.matmul(place.arguments[0], place.tensor(2).T)
    bias = place.optional_tensor(3)
    return image if bias is None else image + bias


def _linear_tangent(place: _Place, tangents: Sequence[Array]) -> Array:
    image: Array = np.matmul(place.tensor(2), tangents[0])
    return image


def _entrywise(place: _Place, apply: Callable[[Expression, Array], Array]) -> Array:
    numbers = function_numbers(place.node)
    z = place.arguments[0]
    if len(set(numbers)) == 1:
        return apply(place.network.functions[numbers[0]], z)
    flat = z.reshape(*z.shape[: place.batch], -1)
    result = np.empty_like(flat)
    each = np.array(numbers)
    for number in np.unique(each):
        where = each == number
        result[..., where] = apply(place.network.functions[number], flat[..., where])
    return result.reshape(z.shape)


def _pointwise(place: _Place) -> Array:
    return _entrywise(place, lambda f, z: univariate(f).value(z))


def _slope(place: _Place) -> Array:
    return _entrywise(place, lambda f, z: univariate(f).slope(z, place.side))


def _pointwise_tangent(place: _Place, tangents: Sequence[Array]) -> Array:
    return _slope(place)[..., None] * tangents[0]


def _add(place: _Place) -> Array:
    return place.arguments[0] + place.arguments[1]


def _add_tangent(place: _Place, tangents: Sequence[Array]) -> Array:
    return tangents[0] + tangents[1]


def _product(place: _Place) -> Array:
    return place.arguments[0] * place.arguments[1]


def _product_tangent(place: _Place, tangents: Sequence[Array]) -> Array:
    left, right = place.arguments
    return left[..., None] * tangents[1] + right[..., None] * tangents[0]


def _joined(place: _Place, arrays: Sequence[Array], after: int) -> Array:
    """Entries of the arguments in one axis, a zero last; ``after`` axes come after it."""
    lead = arrays[0].shape[: place.batch]
    tail = arrays[0].shape[arrays[0].ndim - after :]
    flat = [a.reshape(*lead, -1, *tail) for a in arrays]
    return np.concatenate([*flat, np.zeros((*lead, 1, *tail))], axis=place.batch)


def _gather(place: _Place) -> Array:
    taken = _joined(place, place.arguments, 0)[..., gather_indices(place.node)]
    return taken.reshape(*taken.shape[: place.batch], *place.node[3])


def _gather_tangent(place: _Place, tangents: Sequence[Array]) -> Array:
    taken = _joined(place, tangents, 1)[..., gather_indices(place.node), :]
    return taken.reshape(*taken.shape[: place.batch], *place.node[3], taken.shape[-1])


# -- nodes over an axis --------------------------------------------------------------------------------------


def _max(place: _Place) -> Array:
    top: Array = place.arguments[0].max(axis=-1)
    return top.reshape(*top.shape[: place.batch], *place.network.shapes[place.number])


def _max_tangent(place: _Place, tangents: Sequence[Array]) -> Array:
    first = place.arguments[0].argmax(axis=-1)[..., None, None]
    chosen = np.take_along_axis(tangents[0], first, axis=-2).squeeze(-2)
    return chosen.reshape(*chosen.shape[: place.batch], *place.network.shapes[place.number], chosen.shape[-1])


def _normal(place: _Place) -> tuple[Array, Array]:
    """The normalised argument, and one over its standard deviation."""
    y = place.arguments[0]
    centred = y - y.mean(axis=-1, keepdims=True)
    variance = (centred**2).mean(axis=-1, keepdims=True)
    scale = 1 / np.sqrt(variance + float(Fraction(place.node[4])))
    return centred * scale, scale


def _layernorm(place: _Place) -> Array:
    gamma, beta = place.optional_tensor(2), place.optional_tensor(3)
    normal = _normal(place)[0]
    scaled = normal if gamma is None else normal * gamma
    return scaled if beta is None else scaled + beta


def _layernorm_tangent(place: _Place, tangents: Sequence[Array]) -> Array:
    normal, scale = _normal(place)
    gamma = place.optional_tensor(2)
    t = tangents[0] - tangents[0].mean(axis=-2, keepdims=True)
    along = (normal[..., None] * t).mean(axis=-2, keepdims=True)
    turned: Array = scale[..., None] * (t - normal[..., None] * along)
    return turned if gamma is None else turned * gamma[:, None]


class _Heads(NamedTuple):
    """Queries, keys, values as [..., heads, tokens, width], and the attention weights [..., heads, T, S]."""

    q: Array
    k: Array
    v: Array
    weights: Array
    scale: float


def _by_heads(place: _Place, array: Array, after: int) -> Array:
    """[..., tokens, d] to [..., heads, tokens, d/heads], ``after`` axes left in place at the end."""
    axis = array.ndim - after - 2
    tokens, d = array.shape[axis : axis + 2]
    heads = place.node[4]
    split = array.reshape(*array.shape[:axis], tokens, heads, d // heads, *array.shape[axis + 2 :])
    return np.moveaxis(split, axis + 1, axis)


def _from_heads(place: _Place, array: Array, after: int) -> Array:
    axis = array.ndim - after - 3
    joined = np.moveaxis(array, axis, axis + 1)
    shape = joined.shape
    return joined.reshape(*shape[: axis + 1], shape[axis + 1] * shape[axis + 2], *shape[axis + 3 :])


def _heads(place: _Place) -> _Heads:
    q, k, v = (_by_heads(place, a, 0) for a in place.arguments)
    scale = 1 / math.sqrt(q.shape[-1])
    scores = scale * np.matmul(q, k.swapaxes(-1, -2))
    if place.node[5]:
        scores = np.where(np.tri(scores.shape[-1], dtype=bool), scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return _Heads(q, k, v, weights / weights.sum(axis=-1, keepdims=True), scale)


def _attention(place: _Place) -> Array:
    h = _heads(place)
    return _from_heads(place, np.matmul(h.weights, h.v), 0)


def _attention_tangent(place: _Place, tangents: Sequence[Array]) -> Array:
    h = _heads(place)
    dq, dk, dv = (_by_heads(place, t, 1) for t in tangents)
    scores = np.einsum("...tei,...se->...tsi", dq, h.k) + np.einsum("...te,...sei->...tsi", h.q, dk)
    moved = h.weights[..., None] * h.scale * scores
    weights = moved - h.weights[..., None] * moved.sum(axis=-2, keepdims=True)
    image = np.einsum("...tsi,...se->...tei", weights, h.v) + np.einsum("...ts,...sei->...tei", h.weights, dv)
    return _from_heads(place, image, 1)


# -- general maps --------------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def _partials(formula: Expression) -> dict[int, Callable[..., Array]]:
    """Partial derivatives of a formula by the number of the variable, as functions of those that occur."""
    names = _names(formula)
    return {int(name[1:]) - 1: numpy_function(differentiate(formula, name), names) for name in names}


def _names(formula: Expression) -> list[str]:
    return sorted(formula.variables, key=lambda name: int(name[1:]))


def _entries(place: _Place, formula: Expression) -> list[Array]:
    flat = place.arguments[0].reshape(*place.arguments[0].shape[: place.batch], -1)
    return [flat[..., int(name[1:]) - 1] for name in _names(formula)]


def _formulas(place: _Place) -> Array:
    lead = place.arguments[0].shape[: place.batch]
    formulas = place.network.formulas(place.number)
    parts = [numpy_function(f, _names(f))(*_entries(place, f)) for f in formulas]
    return np.stack([np.broadcast_to(p, lead) for p in parts], axis=-1)


def _formulas_tangent(place: _Place, tangents: Sequence[Array]) -> Array:
    lead = place.arguments[0].shape[: place.batch]
    flat = tangents[0].reshape(*lead, -1, tangents[0].shape[-1])
    formulas = place.network.formulas(place.number)
    inner = np.zeros((*lead, len(formulas), flat.shape[-2]))
    for row, formula in enumerate(formulas):
        entries = _entries(place, formula)
        for column, partial in _partials(formula).items():
            inner[..., row, column] = partial(*entries)
    image: Array = np.matmul(inner, flat)
    return image


_RULES: Final[Mapping[str, tuple[_Values, _Tangents]]] = {
    "linear": (_linear, _linear_tangent),
    "pointwise": (_pointwise, _pointwise_tangent),
    "add": (_add, _add_tangent),
    "product": (_product, _product_tangent),
    "gather": (_gather, _gather_tangent),
    "max": (_max, _max_tangent),
    "layernorm": (_layernorm, _layernorm_tangent),
    "attention": (_attention, _attention_tangent),
    "formulas": (_formulas, _formulas_tangent),
}
"""For each operation the value and the tangents of a node from those of its arguments."""
