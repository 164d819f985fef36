"""Features that are linear in shifts with coefficients at least 0: squared errors with one bad step size at most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import prod

from invexcheck.architectures.dead_heads import DeadHead
from invexcheck.architectures.forms import Known, forms
from invexcheck.architectures.graph import Architecture, Node
from invexcheck.architectures.heads import SQUARED
from invexcheck.architectures.selections import extends
from invexcheck.architectures.shapes import Shape
from invexcheck.architectures.values import Range
from invexcheck.architectures.vanishing import first_order


@dataclass(frozen=True, slots=True)
class Shifted:
    """Entries with index j along an axis combine parameters with index j; shifts have coefficients at least 0.

    If the coefficients of the shifts are 0, so are all. `alive`: some are not, in every entry and selection.
    """

    axis: int
    alive: bool


def bad_steps(head: DeadHead) -> int | None:
    """How many step sizes may be bad: none, or one over the curvature; None if more may be."""
    node = head.node
    if node is None or node.op != "linear" or head.convex != SQUARED or not head.affine or not head.whole:
        return None
    features, weight, bias = node.operands
    if bias is None or not isinstance(features, int) or not extends(head.architecture):
        return None
    growing = first_order(head.architecture, features) - {weight}
    known = forms(head.architecture, growing)
    form = known[features]
    if form is None or form.constant or form.order < 2:
        return None
    if not form.linear:
        return 1
    shifted = _Rows(head.architecture, known, growing).at(features)
    if shifted is None or shifted.axis != len(head.architecture.values[features].shape) - 1:
        return None
    return 0 if shifted.alive else 1


class _Rows:
    """Follows shifts through the values that are linear in the growing parameters."""

    def __init__(self, architecture: Architecture, known: list[Known], growing: set[int]) -> None:
        self.architecture = architecture
        self.growing = growing
        self.found: dict[int, Shifted | None] = {}
        for k, node in enumerate(architecture.nodes, len(architecture.inputs)):
            form = known[k]
            if form is not None and form.linear:
                linear = [a for a in node.arguments if (f := known[a]) is not None and f.linear]
                self.found[k] = self._followed(node, k, linear)

    def at(self, value: int) -> Shifted | None:
        if value in self.found:
            return self.found[value]
        shape = self._shape(value)
        long = [k for k, size in enumerate(shape) if size == prod(shape)]
        # A parameter that is added: a shift, along its one axis.
        return Shifted(long[-1], True) if value in self.growing and long else None

    def _shape(self, value: int) -> Shape:
        return self.architecture.values[value].shape

    def _followed(self, node: Node, value: int, linear: list[int]) -> Shifted | None:
        if node.op in ("linear", "convolution", "layer_norm", "group_norm", "batch_norm"):
            return self._layer(node, value, linear)
        if node.op == "add":
            return self._added(value, linear)
        if len(linear) != 1 or node.operands[0] != linear[0]:
            return None
        shifted = self.at(linear[0])
        if shifted is None:
            return None
        if node.op == "relu":
            return replace(shifted, alive=False)
        if node.op == "leaky_relu":
            slope = node.attributes["slope"]
            return replace(shifted, alive=shifted.alive and slope > 0) if slope >= 0 else None
        if node.op == "multiply":
            return self._scaled(node, value, shifted)
        moved = MOVES.get(node.op)
        axis = (
            None if moved is None else moved(node, shifted.axis, self._shape(linear[0]), self._shape(value))
        )
        return None if axis is None else replace(shifted, axis=axis)

    def _layer(self, node: Node, value: int, linear: list[int]) -> Shifted | None:
        """A shift, and weights of the same index if what they multiply is data."""
        x, weight, bias = node.operands[:3]
        if bias not in self.growing or linear not in ([bias], [weight, bias]) or weight == bias:
            return None
        if weight in linear and (
            weight not in self.growing
            or node.op not in ("linear", "convolution")
            or node.attributes.get("groups", 1) != 1
            or not isinstance(x, int)
            or self.architecture.values[x].trained
        ):
            return None
        if node.op == "layer_norm" and node.attributes["axes"] != 1:
            return None
        return Shifted(len(self._shape(value)) - 1 if node.op in ("linear", "layer_norm") else 1, True)

    def _added(self, value: int, linear: list[int]) -> Shifted | None:
        """Summands that are shifted along the same axis; what is not linear in the growing parameters is a rest."""
        shape, axes, alive = self._shape(value), set(), False
        for a in linear:
            shifted = self.at(a)
            if shifted is None:
                return None
            axis = shifted.axis + len(shape) - len(self._shape(a))
            if shape[axis] != self._shape(a)[shifted.axis]:
                return None
            axes.add(axis)
            alive = alive or shifted.alive
        return Shifted(axes.pop(), alive) if len(axes) == 1 else None

    def _scaled(self, node: Node, value: int, shifted: Shifted) -> Shifted | None:
        """Times data that are known to be at least 0."""
        factor, shape = node.operands[1], self._shape(value)
        if not isinstance(factor, int) or self.architecture.values[factor].trained:
            return None
        known: Range = self.architecture.values[factor].range
        same = shape == self._shape(node.arguments[0])
        return (
            replace(shifted, alive=shifted.alive and known.positive) if known.nonnegative and same else None
        )


Move = Callable[[Node, int, Shape, Shape], int | None]


def _transposed(node: Node, axis: int, _: Shape, __: Shape) -> int | None:
    return list(node.attributes["axes"]).index(axis)


def _reshaped(_: Node, axis: int, before: Shape, after: Shape) -> int | None:
    outer = prod(before[:axis])
    places = [k for k, n in enumerate(after) if n == before[axis] and prod(after[:k]) == outer]
    return places[0] if places else None


def _sliced(node: Node, axis: int, _: Shape, __: Shape) -> int | None:
    return None if node.attributes["axis"] == axis else axis


def _reduced(node: Node, axis: int, _: Shape, __: Shape) -> int | None:
    axes = node.attributes["axes"]
    if axis in axes:
        return None
    return axis if node.attributes["keep"] else axis - sum(k < axis for k in axes)


def _pooled(node: Node, axis: int, before: Shape, _: Shape) -> int | None:
    count = len(node.attributes.get("kernel", node.attributes.get("size", ())))
    return axis if axis < len(before) - count else None


MOVES: dict[str, Move] = {
    "transpose": _transposed,
    "reshape": _reshaped,
    "slice": _sliced,
    "sum": _reduced,
    "mean": _reduced,
    "max": _reduced,
    "min": _reduced,
    "max_pool": _pooled,
    "adaptive_max_pool": _pooled,
    "adaptive_average_pool": _pooled,
}
"""Combinations with coefficients at least 0, not all of them 0, along other axes: where the axis is afterwards."""
