"""Full rank on a bounded region: boxes found by the engine for slopes in corners, or by trying leaves in turn."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable
from fractions import Fraction
from itertools import count, pairwise
from typing import Any, Final

from flint import arb

from invexcheck.balls import precision
from invexcheck.errors import Refuse, Reject
from invexcheck.goals import FullRank
from invexcheck.intervals import Interval, Undefined
from invexcheck.matrices import MAX_VARIABLES, regular
from invexcheck.networks.functions import Enclosures
from invexcheck.networks.graph import Segment
from invexcheck.networks.macros import Chain
from invexcheck.reading import Fields
from invexcheck.rules.enclosure import middle, split
from invexcheck.rules.regions import VARIABLES, Parts, forward_over
from invexproof.engines import multiaffine
from invexproof.engines.blocks import Block
from invexproof.engines.corner_values import MultiaffineError
from invexproof.engines.slope_ranges import ActivationError
from invexproof.engines.split_trees import ExactSides
from invexproof.networks.network import Network
from invexproof.networks.slope_form import float_slope_form
from invexproof.provers.maps.everywhere import by_any, determinant, has_slope_form, units_of
from invexproof.provers.maps.study import Study
from invexproof.provers.workshop import WORKING_LIMITS, Step, exact

MARGINS: Final = (multiaffine.MARGIN, 1e-4, 1e-3)
LEAF_BITS: Final = 64
MAX_LEAVES: Final = 3000


def prove_on_region(study: Study, goal: FullRank) -> Step | None:
    """A step for a goal on a bounded region, or None."""
    return by_any((corners, determinant, preconditioned), study, goal)


# -- corners of boxes of slopes ---------------------------------------------------------------------------


def corners(study: Study, goal: FullRank, most: int = multiaffine.MAX_BOXES) -> Step | None:
    """A tree of boxes by the engine, the map cut into blocks of few units."""
    if goal.region is None or not has_slope_form(goal.segment):
        return None
    for cuts in _cuttings(study, goal):
        step = _cornered(study, goal, cuts, most)
        if step is not None:
            return step
    return None


def _cuttings(study: Study, goal: FullRank) -> list[list[int]]:
    """Ways to cut a square map: not at all, and wherever a square block with units ends."""
    segment = goal.segment
    inner = [
        k
        for k in study.cuts
        if segment.start < k < segment.end and study.checked.nodes[k].size == segment.outputs
    ]
    kept: list[int] = []
    for k in inner:
        start = kept[-1] if kept else segment.start
        ahead = study.checked.nodes[k + 1].op if k + 1 < len(study.checked.nodes) else ""
        if units_of(Segment(study.checked, start, k)) and ahead != "pointwise":
            kept.append(k)
    if kept and not units_of(Segment(study.checked, kept[-1], segment.end)):
        kept.pop()
    ways: list[list[int]] = [[]] if units_of(segment) <= MAX_VARIABLES else []
    return [*ways, *([kept] if kept else [])]


def _cornered(study: Study, goal: FullRank, cuts: list[int], most: int) -> Step | None:
    ends = [goal.segment.start, *cuts, goal.segment.end]
    try:
        blocks = [_block(study, a, b) for a, b in pairwise(ends)]
        if any(block.form.C.shape[0] != block.form.C.shape[1] for block in blocks):
            return None
        tries: list[dict[str, Any]] = [{"margin": margin} for margin in MARGINS]
        for options in [*tries, {"confirm": _confirmation(study, goal, cuts)}]:
            result = multiaffine.search(
                blocks, _sides(goal), max_boxes=most, timeout=_left(study, 0.4), **options
            )
            if result.verdict == "sign-change" and result.points is not None:
                study.hints.append(result.points)
            study.boxes = list(result.remaining[:4]) or study.boxes
            if result.verdict == "covered":
                step: Step = {"rule": "boxes", "tree": result.tree}
                if result.at:
                    step["at"] = [[side, str(value)] for side, value in result.at]
                if cuts:
                    step["cuts"] = cuts
                if study.attempt(goal, step) == []:
                    return step
            elif result.verdict == "sign-change":
                return None
    except (MultiaffineError, ActivationError, Reject, Refuse):
        return None
    return None


def _confirmation(study: Study, goal: FullRank, cuts: list[int]) -> Callable[[ExactSides], bool]:
    """Whether a box is a leaf for the checker."""
    session = study.shop.session
    parts = Parts(session, goal, Fields({"cuts": cuts} if cuts else {}, (), WORKING_LIMITS))
    chain = Chain(session, goal.segment)
    layers = sum(step.op == "pointwise" for step in chain.steps)

    def confirmed(sides: ExactSides) -> bool:
        study.shop.check_time()
        with precision(LEAF_BITS):
            box = tuple(Interval(arb(exact(low)), arb(exact(high))) for low, high in sides)
            enclosures = Enclosures(session, goal.segment.network.functions, session.facts)
            try:
                return parts.shown(session, forward_over(session, chain, enclosures, box, layers > 1))
            except (Undefined, Reject):
                return False

    return confirmed


def _block(study: Study, start: int, end: int) -> Block:
    network = part_of(study.network, Segment(study.checked, start, end))
    return Block.of(float_slope_form(network), network.functions)


def part_of(network: Network, segment: Segment) -> Network:
    """A segment as a network of its own, from a flat input of the shape of its first node."""
    number = {segment.start: 0}
    nodes: list[tuple[Any, ...]] = [("input", network.shapes[segment.start])]
    functions: list[int] = []
    tensors: set[str] = set()

    def renumbered(f: int) -> int:
        if f not in functions:
            functions.append(f)
        return functions.index(f)

    for k in segment.inside:
        node = network.nodes[k]
        op = node[0]
        if op == "gather":
            row: tuple[Any, ...] = (op, tuple(number[i] for i in node[1]), *node[2:])
        elif op == "pointwise":
            chosen = tuple(map(renumbered, node[2])) if isinstance(node[2], tuple) else renumbered(node[2])
            row = (op, number[node[1]], chosen)
        elif op in ("add", "product"):
            row = (op, number[node[1]], number[node[2]])
        elif op == "attention":
            row = (op, *(number[i] for i in node[1:4]), *node[4:])
        else:
            row = (op, number[node[1]], *node[2:])
            if op in ("linear", "layernorm"):
                tensors.update(name for name in node[2:4] if name is not None)
        number[k] = len(nodes)
        nodes.append(row)
    chosen_functions = tuple(network.functions[f] for f in functions)
    return Network(tuple(nodes), chosen_functions, {name: network.tensors[name] for name in tensors})


def _sides(goal: FullRank) -> list[tuple[Fraction, Fraction]]:
    return [(_fraction(side.lo), _fraction(side.hi)) for side in goal.region or ()]


def _fraction(end: arb) -> Fraction:
    mantissa, exponent = end.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _left(study: Study, share: float) -> float | None:
    """Seconds for one search: a share of what is left."""
    deadline = study.shop.deadline
    return None if deadline is None else max(0.1, share * (deadline - time.monotonic()))


# -- preconditioned interval matrices -----------------------------------------------------------------------


def preconditioned(study: Study, goal: FullRank) -> Step | None:
    """Boxes on which the enclosure of all slopes has full rank, the worst box split first."""
    if goal.region is None or len(goal.region) > len(VARIABLES):
        return None
    search = _Preconditioned(study, goal)
    tree = search.run()
    if tree is None:
        return None
    step: Step = {"rule": "boxes", "tree": tree}
    return step if study.attempt(goal, step) == [] else None


class _Preconditioned:
    """Best first: boxes are tried, and halved along the side whose slopes spread most."""

    def __init__(self, study: Study, goal: FullRank) -> None:
        self.study = study
        self.root: tuple[Interval, ...] = goal.region or ()
        self.session = study.shop.session
        self.chain = Chain(self.session, goal.segment)
        self.functions = goal.segment.network.functions

    def run(self) -> str | None:
        children: dict[int, tuple[int, int, int]] = {}
        leaves: set[int] = set()
        numbers = count(1)
        queue: list[tuple[float, int, tuple[Interval, ...]]] = [(0.0, 0, self.root)]
        while queue:
            self.study.shop.check_time()
            if len(leaves) + len(queue) > MAX_LEAVES:
                self.study.boxes = [tuple((_fraction(s.lo), _fraction(s.hi)) for s in queue[0][2])]
                return None
            _, number, box = heapq.heappop(queue)
            try:
                with precision(LEAF_BITS):
                    shown, side = self._try(box)
                    if not shown:
                        halves = split(box, side, middle(box[side]))
            except (Reject, Refuse):
                return None
            if shown:
                leaves.add(number)
                continue
            low, high = next(numbers), next(numbers)
            children[number] = side, low, high
            volume = _volume(box)
            for child, half in zip((low, high), halves, strict=True):
                heapq.heappush(queue, (-volume, child, half))
        return _text(children)

    def _try(self, box: tuple[Interval, ...]) -> tuple[bool, int]:
        """Whether a box passes, and the side to halve."""
        widths = [float((side.hi - side.lo).mid()) for side in box]
        enclosures = Enclosures(self.session, self.functions, self.session.facts)
        try:
            matrix = forward_over(self.session, self.chain, enclosures, box, True).jacobian
        except Undefined:
            return False, widths.index(max(widths))
        if regular(matrix, self.session.budget):
            return True, 0
        spread = [
            sum(float(matrix[i, j].rad()) for i in range(matrix.nrows())) for j in range(matrix.ncols())
        ]
        influence = [w * (1 + s) for w, s in zip(widths, spread, strict=True)]
        return False, influence.index(max(influence))


def _volume(box: tuple[Interval, ...]) -> float:
    result = 1.0
    for side in box:
        result *= max(float((side.hi - side.lo).mid()), 1e-300)
    return result


def _text(children: dict[int, tuple[int, int, int]]) -> str:
    """The tree in depth-first order."""
    letters: list[str] = []
    stack = [0]
    while stack:
        number = stack.pop()
        if number in children:
            side, low, high = children[number]
            letters.append(VARIABLES[side])
            stack += [high, low]
        else:
            letters.append("p")
    return "".join(letters)
