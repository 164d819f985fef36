"""Is the Jacobian of a map nonsingular on a box? Branch and prune with values at corners of boxes of slopes.

A map is a sequence of blocks in slope form. On a box of inputs every preactivation lies in an interval, so
every slope does; a block's determinant is multi-affine in the slopes, so it has one sign if it has that sign
at all corners. A box where all blocks pass is a leaf; others are halved.

The arithmetic is floating point with a margin. Answers are hints: a prover hands the tree to the checker.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

import numpy as np

from invexproof.engines.blocks import Block
from invexproof.engines.corner_values import MultiaffineError, corner_values, values_at
from invexproof.engines.determinants import Determinant, lowest_point, samples, short_point
from invexproof.engines.forms import Kind, Preactivations, over_boxes
from invexproof.engines.look_ahead import LookAhead
from invexproof.engines.rounding import Array, float_above, float_below
from invexproof.engines.split_trees import ExactSides, Numbers, SplitTree

Verdict = Literal["covered", "sign-change", "open"]
Point = tuple[Fraction, ...]
Sides = tuple[tuple[Fraction, Fraction], ...]
Confirm = Callable[[Sides], bool]

LEAF = "c"
MARGIN = 1e-7
"""Covers what a checker's balls, whose radii have 30 bits, lose over this arithmetic."""
RESOLUTION = 2.0**-24
MAX_BOXES = 2_000_000
MOST_REMAINING = 16
BATCH_CELLS = 2**18
"""Corner values computed at once."""
LARGEST_BATCH, SMALLEST_BATCH = 2048, 8
FIRST_PROBE, LATER_PROBES = 2000, 8
"""A local search for a change of sign is made after so many boxes, and whenever there are so many times more."""
SAMPLES = 256


@dataclass(frozen=True)
class SearchResult:
    """What a search found; a hint, never evidence.

    covered: `tree` halves the box into `leaves` boxes on which the determinant has one sign. It is written
    depth first: "0".."9", "A".."Z" halve side 0..35 in the middle, "c" is a leaf; with more than 36 sides
    every split is "s", and `at` lists (side, point) in the same order. sign-change: the determinants at the
    two `points` have opposite signs. open: see `reason`; `remaining` are some boxes that resist.
    """

    verdict: Verdict
    boxes: int
    leaves: int
    seconds: float
    tree: str = ""
    at: tuple[tuple[int, Fraction], ...] = ()
    points: tuple[Point, Point] | None = None
    remaining: tuple[Sides, ...] = ()
    reason: str = ""


def search(
    blocks: Block | Sequence[Block],
    box: ExactSides,
    *,
    forms: Kind = "mean-value",
    confirm: Confirm | None = None,
    margin: float = MARGIN,
    resolution: float = RESOLUTION,
    max_boxes: int = MAX_BOXES,
    timeout: float | None = None,
    seed: int = 0,
) -> SearchResult:
    """Cover a box by leaves on which det J is not 0, or find points between which it changes its sign.

    blocks: the map, each block's inputs being the outputs of the one before. box: for each input of the map
    the exact ends, lower <= upper. forms: how preactivations after the first layer are enclosed; "affine" needs
    fewer boxes. confirm: asked of every box that is to be a leaf (its sides, up to rounding), and if it says no
    the box is halved as well: a checker that is less sharp. margin: how far from 0 corner values must be,
    relative to the sum of the sizes of the polynomial's terms. Sides shorter than `resolution` times the box's
    are not halved. timeout: in seconds. Deterministic for a seed, timeouts apart; Ctrl-C gives `open`.

    Raises MultiaffineError for blocks that don't fit together or aren't square, or have too many units, and
    ActivationError for activations whose slopes can't be enclosed.
    """
    sequence = (blocks,) if isinstance(blocks, Block) else tuple(blocks)
    _check(sequence, box)
    run = _Search(sequence, box, forms, confirm, margin, resolution, max_boxes, timeout, seed)
    with np.errstate(all="ignore"):  # what is infinite or undefined never passes
        try:
            return run.result()
        except KeyboardInterrupt:
            return run.open("interrupted")


def _check(blocks: Sequence[Block], box: ExactSides) -> None:
    if not blocks:
        raise MultiaffineError("a map needs at least one block")
    size = len(box)
    for number, block in enumerate(blocks):
        outputs, inputs = block.form.C.shape
        if inputs != size:
            what = "the box" if number == 0 else f"block {number - 1}"
            raise MultiaffineError(f"block {number} has {inputs} inputs, but {what} gives {size} numbers")
        size = outputs
    for number, (low, high) in enumerate(box):
        if low > high:
            raise MultiaffineError(f"side {number} of the box is empty: {low} > {high}")


@dataclass(frozen=True, slots=True)
class _Boxes:
    """Boxes with their numbers in the tree; centre, radius: shape (count, n)."""

    nodes: Numbers
    centre: Array
    radius: Array

    def part(self, selection: slice) -> _Boxes:
        return _Boxes(self.nodes[selection], self.centre[selection], self.radius[selection])

    @classmethod
    def joined(cls, parts: Sequence[_Boxes]) -> _Boxes:
        return cls(
            np.concatenate([part.nodes for part in parts]),
            np.concatenate([part.centre for part in parts]),
            np.concatenate([part.radius for part in parts]),
        )


@dataclass
class _Search:
    blocks: tuple[Block, ...]
    box: ExactSides
    forms: Kind
    confirm: Confirm | None
    margin: float
    resolution: float
    max_boxes: int
    timeout: float | None
    seed: int
    tree: SplitTree = field(default_factory=lambda: SplitTree(LEAF))
    pending: list[_Boxes] = field(default_factory=list)
    boxes: int = 0
    leaves: int = 0
    look_ahead: LookAhead | None = None

    def __post_init__(self) -> None:
        self.started = time.monotonic()
        self.lower = np.array([float_below(low) for low, _ in self.box])
        self.upper = np.array([float_above(high) for _, high in self.box])
        self.next_probe = FIRST_PROBE
        units = max(len(block.activations) for block in self.blocks)
        self.batch = min(max(BATCH_CELLS >> units, SMALLEST_BATCH), LARGEST_BATCH)

    def result(self) -> SearchResult:
        centre, radius = 0.5 * (self.lower + self.upper), 0.5 * (self.upper - self.lower)
        self.pending.append(_Boxes(np.zeros(1, dtype=np.intp), centre[None], radius[None]))
        self.determinant = Determinant(self.blocks, centre[None], self.margin)
        if self.determinant.reference is None:
            points = samples(self.lower, self.upper, SAMPLES, self.seed)
            self.determinant = Determinant(self.blocks, points, self.margin)
        if self.determinant.reference is None:
            return self.open("the determinant is 0, up to rounding, at all points that were tried")
        while self.pending:
            if self.timeout is not None and time.monotonic() - self.started > self.timeout:
                return self.open(f"not finished within {self.timeout:g} s")
            if self.boxes >= self.max_boxes:
                return self.open(f"not finished within {self.max_boxes} boxes")
            found = self.step()
            if found is not None:
                return found
        tree, at = self.tree.written(self.box)
        return SearchResult("covered", self.boxes, self.leaves, self._seconds(), tree, tuple(at))

    def step(self) -> SearchResult | None:
        """Decide or halve one batch of boxes."""
        boxes = self._taken()
        self.boxes += len(boxes.nodes)
        passages = over_boxes(self.blocks, boxes.centre, boxes.radius, self.forms)
        corners = [self._corners(number, found) for number, found in enumerate(passages)]
        passed = np.logical_and.reduce([values.min(axis=1) > needed for values, needed in corners])
        if self.confirm is not None:
            for row in np.flatnonzero(passed):
                passed[row] = self.confirm(_sides(boxes.centre[row], boxes.radius[row]))
        self.leaves += int(np.count_nonzero(passed))
        rows = np.flatnonzero(~passed)
        if not len(rows):
            return None
        boxes = _Boxes(boxes.nodes[rows], boxes.centre[rows], boxes.radius[rows])
        passages = [found.take(rows) for found in passages]
        opposite = self._opposite(boxes, passages)
        if opposite is not None:
            return self._sign_change(opposite)
        if self.look_ahead is None:  # the first box is the whole
            self.look_ahead = LookAhead(self.blocks, passages)
        gains = np.zeros(boxes.radius.shape)
        for number, (found, (values, needed)) in enumerate(zip(passages, corners, strict=True)):
            gains += self.look_ahead.gains(number, found, values[rows], needed[rows])
        gains[boxes.radius <= self.resolution * 0.5 * (self.upper - self.lower)] = -np.inf
        if np.isneginf(gains.max(axis=1)).any():
            self.pending.append(boxes)
            return self.open("boxes that are as small as the resolution allows do not pass")
        self._halve(boxes, gains.argmax(axis=1))
        return None

    def _taken(self) -> _Boxes:
        """The boxes that were made last, as many as make a batch."""
        taken: list[_Boxes] = []
        room = self.batch
        while self.pending and room:
            boxes = self.pending.pop()
            if len(boxes.nodes) > room:
                self.pending.append(boxes.part(slice(None, -room)))
                boxes = boxes.part(slice(-room, None))
            taken.append(boxes)
            room -= len(boxes.nodes)
        return taken[0] if len(taken) == 1 else _Boxes.joined(taken)

    def _corners(self, number: int, found: Preactivations) -> tuple[Array, Array]:
        """Corner values of one block, shape (count, 2^h), and what the least one must exceed, shape (count,)."""
        slopes = found.slopes
        values = corner_values(self.determinant.polynomials[number], slopes.lower, slopes.upper)
        largest = np.maximum(np.abs(slopes.lower), np.abs(slopes.upper))
        return values, self.margin * values_at(self.determinant.sizes[number], largest)

    def _opposite(self, boxes: _Boxes, passages: Sequence[Preactivations]) -> Array | None:
        """A point where the determinant is negative, shape (n,), if one is found."""
        values = self.determinant.values_over(passages)
        lowest = int(np.argmin(values))
        if values[lowest] < 0.0:
            return np.asarray(boxes.centre[lowest])
        if self.boxes < self.next_probe:
            return None
        self.next_probe = self.boxes * LATER_PROBES
        starts = np.concatenate([boxes.centre, samples(self.lower, self.upper, SAMPLES, self.seed)])
        point, value = lowest_point(self.determinant, self.lower, self.upper, starts, self.seed)
        return point if value < 0.0 else None

    def _sign_change(self, point: Array) -> SearchResult:
        reference = self.determinant.reference
        if reference is None:
            raise RuntimeError("a sign change needs a reference point")
        pair = (
            short_point(self.determinant, reference, self.box),
            short_point(self.determinant, point, self.box),
        )
        return SearchResult("sign-change", self.boxes, self.leaves, self._seconds(), points=pair)

    def _halve(self, boxes: _Boxes, axes: Numbers) -> None:
        rows = np.arange(len(axes))
        radius = boxes.radius.copy()
        radius[rows, axes] *= 0.5
        shift = np.zeros_like(radius)
        shift[rows, axes] = radius[rows, axes]
        lower, upper = self.tree.split(boxes.nodes, axes)
        self.pending.append(_Boxes(lower, boxes.centre - shift, radius))
        self.pending.append(_Boxes(upper, boxes.centre + shift, radius))

    def open(self, reason: str) -> SearchResult:
        """An undecided result with some of the boxes that are left, the latest first."""
        remaining = [
            _sides(centre, radius)
            for boxes in reversed(self.pending)
            for centre, radius in zip(boxes.centre[:MOST_REMAINING], boxes.radius, strict=False)
        ]
        return SearchResult(
            "open",
            self.boxes,
            self.leaves,
            self._seconds(),
            remaining=tuple(remaining[:MOST_REMAINING]),
            reason=reason,
        )

    def _seconds(self) -> float:
        return time.monotonic() - self.started


def _sides(centre: Array, radius: Array) -> Sides:
    """The sides of one box, as exact numbers."""
    lower, upper = (centre - radius).tolist(), (centre + radius).tolist()
    return tuple((Fraction(low), Fraction(high)) for low, high in zip(lower, upper, strict=True))
