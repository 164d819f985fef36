"""Facts about Hessians on given data: at which step sizes det(I − η·H) is 0, witness by witness, and what is left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import numpy as np
from flint import arb, fmpq

from invexcheck.architectures.dead_heads import DeadHead
from invexcheck.architectures.hyperplanes import OFF
from invexcheck.architectures.values import Smoothness
from invexcheck.balls import precision
from invexcheck.errors import Reject
from invexcheck.goals import TrainingClaim
from invexcheck.hessians.degrees import require_quadratic
from invexcheck.hessians.exclusion import Left, asked, narrowed
from invexcheck.hessians.hessian import Point, hessian
from invexcheck.hessians.lowering import origin
from invexcheck.hessians.numbers import Balls, Entries, Exact
from invexcheck.hessians.selections import Choices, Conflict, selections
from invexcheck.hessians.spectra import Enclosure, nonzero_eigenvalues
from invexcheck.limits import Budget
from invexcheck.rules.witnesses import BITS
from invexproof.provers.asked_sizes import rational
from invexproof.reports.head_facts import last_layer
from invexproof.reports.prose import count
from invexproof.reports.replay import REPLAY_LIMITS, Replay, Step
from invexproof.reports.scene import Fact, Scene
from invexproof.reports.training_facts import claim

WITNESSES: Final = "hessian-witnesses"
QUADRATIC: Final = "quadratic-loss"
MAX_CHOICES: Final = 16
"""Choices of pieces that are looked at again for an explanation."""
MAX_SHOWN: Final = 8
LONGEST: Final = 12
"""Of a rational that is written out."""
ZERO: Final = 1e-10
"""Eigenvalues smaller than this, compared with the largest one, are drawn as 0."""
SAME: Final = 1e-7
"""Step sizes that differ by less, compared with their size, are drawn as one."""


@dataclass(frozen=True)
class Sight:
    """What the Hessian at one witness shows.

    place: the witness in words. bits: of precision, None if the Hessian is exact. roots: about the step sizes
    other than 0 with det(I - eta H) = 0, ascending, for drawing; None if it was not needed. left: enclosures of the
    step sizes that may be bad after it; None if nothing is known yet.
    """

    place: str
    bits: int | None
    roots: tuple[float, ...] | None
    left: tuple[Enclosure, ...] | None


@dataclass(frozen=True)
class Spectra:
    """The witnesses of a step in order; how many choices of pieces there are, and of how many this is."""

    sights: tuple[Sight, ...]
    choices: int
    seen: int
    bad: bool = False
    """Whether what is left is known to be bad."""


def spectra(replay: Replay) -> Spectra | None:
    """Of the step that rests on Hessians, if there is one; worked out once for each proof."""
    memory = replay.root.memory
    if "spectra" not in memory:
        memory["spectra"] = _spectra(replay)
    found: Spectra | None = memory["spectra"]
    return found


def listed(sizes: Sequence[Enclosure]) -> str:
    """Step sizes, the first ones of many: exactly where that is short, otherwise to some digits."""
    more = len(sizes) - MAX_SHOWN
    return ", ".join([*map(_text, sizes[:MAX_SHOWN]), *([f"{more} more"] if more > 0 else [])])


def _text(size: Enclosure) -> str:
    if size.low == size.high and len(str(size.low)) <= LONGEST:
        return str(size.low).replace("-", "−")
    return f"{_float((size.low + size.high) / 2):.6g}…".replace("-", "−")


# -- looking again -------------------------------------------------------------------------------------------------


def _spectra(replay: Replay) -> Spectra | None:
    if not isinstance(replay.claim, TrainingClaim):
        return None
    for node in replay.root.walk():
        if node.rule in (WITNESSES, QUADRATIC):
            return (
                _of_quadratic(replay.claim)
                if _is_quadratic(replay.claim)
                else _of_witnesses(replay.claim, node.step)
            )
    return None


def _is_quadratic(said: TrainingClaim) -> bool:
    """Whether what may be bad is bad indeed."""
    try:
        require_quadratic(said.architecture)
    except Reject:
        return False
    return True


def _of_quadratic(said: TrainingClaim) -> Spectra:
    with precision(BITS):
        rows = hessian(said.architecture, None, origin(said.architecture), Exact, Budget(REPLAY_LIMITS))
        found = nonzero_eigenvalues(rows, said.sizes.reciprocals, Budget(REPLAY_LIMITS))
    return Spectra((Sight("every θ", None, _roots([rows]), _sizes(found)),), 1, 1, bad=True)


def _of_witnesses(said: TrainingClaim, step: Step) -> Spectra:
    listed = step["witnesses"]
    conflicts = [
        Conflict(tuple((site, piece, rational(weight)) for site, piece, weight in raw))
        for raw in step.get("conflicts", ())
    ]
    chosen = list(selections(said.architecture, Budget(REPLAY_LIMITS), conflicts))
    points = [_point(said, raw["at"]) for raw in listed]
    matrices: list[list[list[Entries]]] = [[] for _ in listed]
    left: list[list[Enclosure] | None] = [[] for _ in listed]
    for selection in islice(chosen, MAX_CHOICES):
        known = asked(said.sizes)
        for k, raw in enumerate(listed):
            if known != []:
                rows, known = _look(said, selection, points[k], raw.get("bits"), known)
                matrices[k].append(rows)
            before = left[k]
            left[k] = None if before is None or known is None else [*before, *known]
    sights = [
        Sight(
            _place(points[k]), raw.get("bits"), _roots(matrices[k]) if matrices[k] else None, _sizes(left[k])
        )
        for k, raw in enumerate(listed)
    ]
    return Spectra(tuple(sights), len(chosen), min(len(chosen), MAX_CHOICES))


def _look(
    said: TrainingClaim,
    selection: Choices | None,
    point: Point,
    bits: int | None,
    left: Left,
) -> tuple[list[Entries], Left]:
    """The Hessian at a witness, and what it leaves, as the checker's rule has it."""
    budget = Budget(REPLAY_LIMITS)
    with precision(bits or BITS):
        rows = hessian(said.architecture, selection, point, Balls if bits else Exact, budget)
        return rows, narrowed(left, rows, said.sizes, budget)


def _point(said: TrainingClaim, at: Sequence[Any]) -> list[list[fmpq]]:
    zeros = origin(said.architecture)
    return [
        zero if item == "0" else [rational(text) for text in item]
        for item, zero in zip(at, zeros, strict=True)
    ]


def _place(point: Point) -> str:
    entries = [q for tensor in point for q in tensor]
    nonzero = sum(q != 0 for q in entries)
    if not nonzero:
        return "θ = 0"
    if len(entries) <= MAX_SHOWN // 2:
        return f"θ = ({', '.join(map(str, entries))})".replace("-", "−")
    largest = max(abs(_float(q)) for q in entries)
    return f"θ with {count(nonzero, 'entry')} other than 0, up to {largest:.3g}"


def _roots(matrices: Iterable[list[Entries]]) -> tuple[float, ...]:
    found: set[float] = set()
    for rows in matrices:
        values = np.linalg.eigvalsh(np.array([[_float(x) for x in row] for row in rows]))
        floor = ZERO * np.abs(values).max(initial=0)
        found |= {1 / float(value) for value in values if abs(value) > floor}
    distinct: list[float] = []
    for root in sorted(found):
        if not distinct or abs(root - distinct[-1]) > SAME * abs(root):
            distinct.append(root)
    return tuple(distinct)


def _sizes(left: Iterable[Enclosure] | None) -> tuple[Enclosure, ...] | None:
    if left is None:
        return None
    found = {(size.low, size.high): size for size in (value.inverse for value in left)}
    return tuple(found[key] for key in sorted(found, key=lambda ends: (ends[0], ends[1])))


def _float(x: Any) -> float:
    return float(x.mid()) if isinstance(x, arb) else int(x.p) / int(x.q)


# -- words ---------------------------------------------------------------------------------------------------------


def _found(scene: Scene) -> Spectra:
    found = spectra(scene.replay)
    if found is None:
        raise ValueError("no step rests on Hessians")
    return found


def choices(scene: Scene) -> str:
    """Of what the Hessians are."""
    if claim(scene).architecture.smoothness == Smoothness.ANALYTIC:
        return "L is one analytic function on ℝᵖ"
    number, conflicts = _found(scene).choices, len(scene.step.get("conflicts", ()))
    others = ""
    if conflicts:
        others = (
            f". That others occur on a null set at most is shown by {count(conflicts, 'weighted sum')} of the"
            " inequalities that say where formulas hold: each sum is negative, or 0"
        )
    return (
        "On each piece L is one of finitely many analytic functions, its selections: at every entry of every"
        " breaking node one formula (relu for 0, or for its argument), and these extend to all of ℝᵖ. There are"
        f" {number} choices of formulas that may go together, and each of them is looked at on its own{others}"
    )


def outcome(scene: Scene) -> str:
    """What the witnesses leave, and that the claim does not speak of it."""
    sizes = claim(scene).sizes
    if sizes.left_out:
        only = "one or more of these are bad" if len(sizes.left_out) > 1 else "it is bad"
        said = f"whether {only} is not said"
        if _found(scene).bad:
            said = "the claim does not say so, but these are bad: L is quadratic, its Hessian the same everywhere"
        return f"What is left is within what the claim leaves out; {said}"
    return "In the end nothing is left: no step size of the claim is bad"


def bad_sizes(scene: Scene) -> str:
    """Those that a quadratic loss has."""
    found = _found(scene).sights[0].left or ()
    sizes = claim(scene).sizes
    meant = [size for size in found if sizes.hold(size.low, size.high)]
    noun = "The bad step sizes are" if len(found) > 1 else "The only bad step size is"
    said = "" if len(meant) == len(found) else f"; the claim is about {listed(meant)}"
    return f"{noun} {listed(found)}{said}"


def interval(scene: Scene) -> str:
    """How it is known that a bad step size is there."""
    low, high = claim(scene).sizes.low, claim(scene).sizes.high
    if low is None:
        return "That the determinant is 0 has been found in rational arithmetic"
    end = "∞" if high is None else str(high)
    return f"Eigenvalues are enclosed in intervals, and all reciprocals of one of them are between {low} and {end}"


def undone(scene: Scene) -> str:
    """In which direction the field is 0."""
    architecture = claim(scene).architecture
    used = {a for node in architecture.nodes for a in node.arguments}
    idle = [architecture.inputs[k].name for k in sorted(architecture.trained - used)]
    if idle:
        return f"L does not depend on {idle[0]}, so that v is 0 in its entries, everywhere"
    head = DeadHead(architecture)
    if head.loss.op == "cross_entropy" and head.node is not None:
        bias = head.own(head.node.operands[2])
        if bias or head.own(head.node.operands[1]):
            said = "it is added to all entries of b" if bias else "one vector is added to all rows of W"
            return (
                f"{last_layer(scene)}. A softmax does not change if one number is added to all outputs of an"
                f" example; so L does not change if {said}, and the derivatives by these sum to 0, everywhere"
            )
    units = sorted({node.op for node in architecture.nodes} & OFF)
    return (
        f"A unit that is constant below some number ({', '.join(units)}) has a bias of its own, which reaches L by"
        " this unit alone. If this bias is very negative the unit is constant for all the data at hand, and v is 0"
        " in the bias. This is so on a set of positive measure, as the other parameters may be anything"
    )


FACTS: dict[str, Fact] = {
    "choices": choices,
    "outcome": outcome,
    "bad_sizes": bad_sizes,
    "enclosed_root": interval,
    "undone": undone,
}
"""Facts by the placeholder that stands for them."""
