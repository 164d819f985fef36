"""Which step sizes each witness excludes, as a table: on one logarithmic axis, so that rows can be compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final

from flint import fmpq

from invexcheck.architectures.methods import ALL_BUT, BETWEEN, EVERY, NUMBER, SIZES
from invexcheck.architectures.sizes import Sizes
from invexcheck.goals import TrainingClaim
from invexproof.reports.hessian_facts import Sight, Spectra, listed, spectra
from invexproof.reports.prose import Block, Paragraph, Phrase, Table, count
from invexproof.reports.replay import Replay

COLUMNS: Final = 40
"""Characters of the axis."""
EMPTY: Final = 0.3
"""Decades shown on both sides of a single step size."""
BASE, ROOT, LEFT, CLAIM = "·", "○", "●", "━"
KEYS: Final = {ALL_BUT: "left out", BETWEEN: "claimed", NUMBER: "claimed", SIZES: "claimed"}
"""What the last row shows, by the word for step sizes."""


@dataclass(frozen=True)
class Axis:
    """Positive step sizes from 10^low to 10^high."""

    low: float
    high: float

    def column(self, size: float) -> int:
        """Where a step size is, of COLUMNS; clipped to the ends."""
        if size <= 0:
            return 0
        place = (min(log10(size), self.high) - self.low) / (self.high - self.low)
        return min(max(floor(place * COLUMNS), 0), COLUMNS - 1)

    @property
    def text(self) -> str:
        """The ends."""
        return f"{10**self.low:.2g} to {10**self.high:.2g}"


def axis_of(found: Spectra, sizes: Sizes) -> Axis | None:
    """An axis with all positive step sizes that matter; None if there are none."""
    points = [r for sight in found.sights for r in sight.roots or () if r > 0]
    points += [float(end) for end in map(_float, sizes.ends) if end > 0]
    if not points:
        return None
    low, high = log10(min(points)) - EMPTY, log10(max(points)) + EMPTY
    return Axis(floor(10 * low) / 10, ceil(10 * high) / 10)


def spans(sizes: Sizes) -> list[tuple[float, float]]:
    """What is left out of a claim, or what it is about, as intervals of positive step sizes."""
    if sizes.word == BETWEEN and sizes.low is not None:
        return [(_float(sizes.low), float("inf") if sizes.high is None else _float(sizes.high))]
    pairs = [(_float(a), _float(b)) for a, b in sizes.left_out] or [
        (_float(q), _float(q)) for q in sizes.listed
    ]
    return [(a, b) for a, b in pairs if b > 0]


def blocks(replay: Replay) -> Iterator[Block]:
    """The table, and how to read it; nothing if the proof does not rest on Hessians."""
    found = spectra(replay)
    if found is None or not isinstance(replay.claim, TrainingClaim):
        return
    sizes = replay.claim.sizes
    axis = axis_of(found, sizes)
    header = ("Hessian at", "Known", "Zeros of det(I − η·H)", "What may be bad after it")
    if found.bad:
        header = (*header[:3], "What is bad")
    nothing = "nothing" if sizes.word == EVERY else "nothing that the claim is about"
    rows = [_row(sight, nothing, found.bad) for sight in found.sights]
    yield Table(header, tuple(rows))
    if axis is None:
        return
    lines: list[tuple[Phrase, ...]] = [
        ((f"{k}",), (_strip(axis, sight, found.bad),))
        for k, sight in enumerate(found.sights, 1)
        if sight.roots is not None
    ]
    if sizes.word in KEYS:
        lines.append(((KEYS[sizes.word],), (_claimed(axis, sizes),)))
    yield Table(("", f"Positive step sizes from {axis.text}"), tuple(lines))
    note = f"The axis is logarithmic. {LEFT} is a bad step size."
    if not found.bad:
        note = (
            f"The axis is logarithmic. {ROOT} is a zero of det(I − η·H), {LEFT} a step size that neither this"
            " Hessian nor those above exclude."
        )
    if found.seen < found.choices:
        note += f" Drawn for the first {found.seen} of {found.choices} choices of formulas."
    yield Paragraph((note,))


def _row(sight: Sight, nothing: str, bad: bool) -> tuple[Phrase, ...]:
    known = "exactly" if sight.bits is None else f"in balls of {sight.bits} bits"
    if sight.roots is None:
        return ((sight.place,), (known,), ("not needed",), ("",))
    negative = sum(root < 0 for root in sight.roots)
    zeros = f"{len(sight.roots)}{f', {negative} of them negative' if negative else ''}"
    if sight.left is None:
        return ((sight.place,), (known,), (zeros,), ("nothing is known yet",))
    left = nothing if not sight.left else listed(sight.left) if bad else _counted(sight)
    return ((sight.place,), (known,), (zeros,), (left,))


def _counted(sight: Sight) -> str:
    left = sight.left or ()
    return f"{count(len(left), 'step size')}: {listed(left)}"


def _strip(axis: Axis, sight: Sight, bad: bool) -> str:
    cells = [BASE] * COLUMNS
    for root in sight.roots or ():
        if root > 0:
            cells[axis.column(root)] = LEFT if bad else ROOT
    for size in sight.left or ():
        if size.high > 0:
            cells[axis.column(_float((size.low + size.high) / 2))] = LEFT
    return "".join(cells)


def _claimed(axis: Axis, sizes: Sizes) -> str:
    cells = [BASE] * COLUMNS
    for low, high in spans(sizes):
        for k in range(axis.column(low), axis.column(high) + 1):
            cells[k] = CLAIM
    return "".join(cells)


def _float(q: fmpq) -> float:
    return int(q.p) / int(q.q)
