"""What a picture of a network shows: a plane through the space of its inputs, boxes and points of the proof."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from flint import fmpq

from invexcheck.goals import FullRank, MapClaim
from invexcheck.intervals import Interval
from invexcheck.reading import rational
from invexcheck.rules.regions import VARIABLES
from invexproof.networks.network import Network
from invexproof.networks.nodes import formula_expressions, formula_table
from invexproof.networks.tensors import Tensor
from invexproof.reports.rank_facts import tree_boxes
from invexproof.reports.replay import Node, Replay, ReportError
from invexproof.reports.scene import Scene
from invexproof.reports.writer import Writer

Array = npt.NDArray[np.float64]
Range = tuple[float, float]
Rectangle = tuple[float, float, float, float, str]
"""Left, bottom, width, height, and the form of the leaf."""

HALF_WIDTH = 3.0
"""Of the picture, where neither a region nor points say what to show."""
PAD_SHARE = 0.6
REGION_PAD = 0.04


@dataclass(frozen=True)
class Mark:
    """A point of the proof: where it is, what it is, and whether it is the lower one of two."""

    point: Array
    label: str
    lower: bool = False


MARKS: dict[str, tuple[tuple[str, str, bool], ...]] = {
    "sign-change": (("from", "", False), ("to", "", False)),
    "singular-point": (("at", "rank drops", False),),
    "enclosed-point": (("from", "rank drops", False),),
    "dead-region": (("at", "dead", False),),
    "witness": (("at", "witness", True),),
    "selections": (("points", "", True),),
    "zero-gradient": (("at", "stationary", False), ("lower", "lower", True)),
}
"""For each rule with points, the fields that hold them, their labels, and whether they count as lower (blue)."""


@dataclass(frozen=True)
class Slice:
    """The points base + s·first + t·second of the input, s and t in `ranges`; one direction for one input."""

    network: Network
    base: Array
    directions: tuple[Array, ...]
    names: tuple[str, ...]
    ranges: tuple[Range, ...]
    marks: list[Mark]
    rectangles: list[Rectangle]
    others: str

    def points(self, *parameters: Array) -> Array:
        """Inputs at given parameters, along the last axis."""
        moved = sum(p[..., None] * d for p, d in zip(parameters, self.directions, strict=True))
        return np.asarray(self.base + moved, dtype=np.float64)

    def parameters(self, point: Array) -> list[float]:
        """Where a point is in the plane (its projection, if it is not in it)."""
        basis = np.stack(self.directions, axis=1)
        return [float(t) for t in np.linalg.lstsq(basis, point - self.base, rcond=None)[0]]


def survey(replay: Replay, claim: MapClaim, coordinates: tuple[int, int] | None = None) -> Slice:
    """The plane that shows most of a proof: through its points, or through the middle of its region."""
    steps = list(replay.root.walk())
    marks = [mark for node in steps for mark in _marks(replay, node)]
    network, weights = _network(replay, steps)
    n = network.inputs
    chosen = _chosen(n, coordinates)
    region = None if claim.region is None else [(_number(lo), _number(hi)) for lo, hi in claim.region]
    base = _base(n, marks, region)
    boxes = [box for node in steps for box in _boxes(replay, node)]
    path = None if chosen is not None else _between(marks)
    if path is not None:
        return _along(network, base, path, marks, weights)
    if chosen is None:
        chosen = _varied(n, marks, steps)
    directions = tuple(np.eye(n)[i] for i in chosen)
    return Slice(
        network,
        base,
        directions,
        tuple(f"$x_{{{i + 1}}}$" for i in chosen) if n > 1 else ("$x$",),
        tuple(_range(i, base, marks, region) for i in chosen),
        marks,
        list(_rectangles(boxes, base, chosen)),
        ", ".join(said for said in (_others(base, chosen), weights) if said),
    )


def _chosen(n: int, coordinates: tuple[int, int] | None) -> tuple[int, ...] | None:
    """The coordinates that the user wants, counted from 0."""
    if coordinates is None:
        return (0,) if n == 1 else None
    if len(set(coordinates)) != 2 or not all(1 <= i <= n for i in coordinates):
        raise ReportError(f"a slice needs two different coordinates from 1 to {n}, the number of inputs")
    return tuple(i - 1 for i in coordinates)


# -- what the proof is about ------------------------------------------------------------------------------


def _number(value: fmpq) -> float:
    return int(value.p) / int(value.q)


def _marks(replay: Replay, node: Node) -> Iterator[Mark]:
    for name, label, lower in MARKS.get(node.rule, ()):
        listed: list[list[str]] = node.step[name] if name == "points" else [node.step[name]]
        for raw in listed:
            values = [_number(rational(value, replay.session.limits)) for value in raw]
            if node.rule == "enclosed-point":  # in the box from here on; its middle is near
                far = [_number(rational(value, replay.session.limits)) for value in node.step["to"]]
                values = [(near + other) / 2 for near, other in zip(values, far, strict=True)]
            starts_inside = isinstance(node.goal, FullRank) and node.goal.segment.start != 0
            if not starts_inside:
                yield Mark(np.array(values), label, lower)


def _network(replay: Replay, steps: Sequence[Node]) -> tuple[Network, str]:
    """The network of the claim, and what its free tensors are: as at its witness, or drawn at random."""
    subject: dict[str, Any] = {"functions": [], "tensors": {}, **replay.document["claim"]["subject"]}
    given: Mapping[str, Any] = {}
    for node in steps:
        given = node.step.get("tensors", given) if node.rule in ("witness", "selections") else given
    tensors = {**subject["tensors"], **given}
    random = np.random.default_rng(0)  # the same picture each time
    said = "free weights as at the witness" if given else ""
    for name, tensor in tensors.items():
        if set(tensor) == {"shape"}:
            tensors[name] = Tensor.of(random.standard_normal(tensor["shape"])).to_json()
            said = "free weights drawn at random"
    nodes = [_canonical(node) for node in subject["nodes"]]
    folder = replay.session.folder.path
    network = Network.from_subject(
        {**subject, "nodes": nodes, "tensors": tensors}, None if folder is None else os.fsdecode(folder)
    )
    return network, said


def _canonical(node: list[Any]) -> list[Any]:
    """The node with its formulas as the prover writes them; the checker takes them in any order."""
    if node[0] != "formulas":
        return node
    table, lines = formula_table(formula_expressions(node[2], node[3]))
    return [*node[:2], [list(line) for line in table], list(lines)]


def _boxes(replay: Replay, node: Node) -> Iterator[tuple[str, tuple[Interval, ...]]]:
    """The boxes of a tree about a part that starts at the input."""
    if node.rule == "boxes" and isinstance(node.goal, FullRank) and node.goal.segment.start == 0:
        yield from tree_boxes(Scene(replay, Writer(replay.session), node, {}))


def _base(n: int, marks: list[Mark], region: list[Range] | None) -> Array:
    if marks:
        return marks[0].point
    if region is not None:
        return np.array([(low + high) / 2 for low, high in region])
    return np.zeros(n)


# -- which plane ------------------------------------------------------------------------------------------


def _between(marks: list[Mark]) -> Array | None:
    """The way from the first point to another one, if no two coordinates show it."""
    for mark in marks[1:]:
        way: Array = mark.point - marks[0].point
        if np.count_nonzero(way) > 2:
            return way
    return None


def _along(network: Network, base: Array, way: Array, marks: list[Mark], weights: str) -> Slice:
    """The plane of the way between two points, and of the coordinate that is most perpendicular to it."""
    other = int(np.argmin(np.abs(way)))
    length = float(np.linalg.norm(way))
    across = np.eye(len(way))[other] * length
    names = ("from the first point (0) to the other (1)", f"along $x_{{{other + 1}}}$, to the same scale")
    ranges = ((-0.5, 1.5), (-1.0, 1.0))
    return Slice(network, base, (way, across), names, ranges, marks, [], weights)


def _varied(n: int, marks: list[Mark], steps: Sequence[Node]) -> tuple[int, ...]:
    """Two coordinates: those in which points differ, then those that trees split most, then the first ones."""
    wanted: list[int] = []
    for mark in marks[1:]:
        wanted += [int(i) for i in np.flatnonzero(mark.point - marks[0].point)]
    splits: Counter[int] = Counter()
    for node in steps:
        tree = str(node.step.get("tree", "")) if node.rule == "boxes" else ""
        splits.update(VARIABLES.index(letter) for letter in tree if letter in VARIABLES)
    wanted += [variable for variable, _ in splits.most_common() if variable < n]
    chosen = list(dict.fromkeys([*wanted, *range(n)]))[:2]
    return tuple(sorted(chosen))


def _range(i: int, base: Array, marks: list[Mark], region: list[Range] | None) -> Range:
    if region is not None:
        low, high = region[i]
        pad = REGION_PAD * (high - low)
        return low - pad, high + pad
    places = [float(mark.point[i]) for mark in marks] or [float(base[i])]
    low, high = min(places), max(places)
    pad = PAD_SHARE * (high - low) or HALF_WIDTH
    return low - pad, high + pad


def _rectangles(
    boxes: list[tuple[str, tuple[Interval, ...]]], base: Array, chosen: tuple[int, ...]
) -> Iterator[Rectangle]:
    """The boxes that meet the plane."""
    for form, box in boxes:
        sides = [(float(side.lo), float(side.hi)) for side in box]
        fixed = (k for k in range(len(sides)) if k not in chosen)
        if all(sides[k][0] <= base[k] <= sides[k][1] for k in fixed):
            (left, right), (bottom, top) = sides[chosen[0]], sides[chosen[-1]]
            yield left, bottom, right - left, top - bottom, form


def _others(base: Array, chosen: tuple[int, ...]) -> str:
    """What the coordinates that do not vary are."""
    fixed = [k for k in range(len(base)) if k not in chosen]
    if not fixed:
        return ""
    if len(fixed) <= 4:
        return ", ".join(f"$x_{{{k + 1}}}$ = {base[k]:.4g}" for k in fixed)
    if not base[fixed].any():
        return "all other coordinates 0"
    return "all other coordinates fixed"
