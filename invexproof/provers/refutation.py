"""Counterexamples to invexity: which stationary point is not a global minimum, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import pairwise

from flint import arb, fmpq

from invexcheck.goals import Claim
from invexproof.provers.exact import exact_zeros
from invexproof.provers.landscape import Landscape, Sample, bisect
from invexproof.provers.signs import approximate, complete, dyadic
from invexproof.provers.workshop import HOLE, OutOfEffort, Step

MAX_ATTEMPTS = 24
DEPTH = 5
EFFORT = 150
"""Goals allotted to one candidate."""


def refute(land: Landscape, claim: Claim) -> Step | None:
    """A step that shows a stationary point which is not a global minimiser (or just a stationary point)."""
    for strategy in STRATEGIES:
        for attempt, step in enumerate(strategy(land)):
            land.shop.check_time()
            with suppress(OutOfEffort), land.shop.effort(EFFORT):
                found = complete(land.shop, claim, step, DEPTH)
                if found is not None:
                    return found
            if attempt >= MAX_ATTEMPTS:
                break
    return None


def candidates(land: Landscape) -> list[tuple[arb, fmpq]]:
    """Samples and refined local minima with their values, the lowest first; remembered for the same samples."""
    if land.ranking is None or land.ranking[0] != len(land.samples):
        land.ranking = len(land.samples), _ranked(land)
    return land.ranking[1]


def _ranked(land: Landscape) -> list[tuple[arb, fmpq]]:
    found = [(value, s.x) for s in land.samples if (value := land.value(s.x, s.piece)) is not None]
    for low, high, piece in sign_changes(land, -1, 1):
        narrowed = bisect(land.shop, land.pieces[piece].slope, low, high, 100)
        value = None if narrowed is None else land.value(narrowed[0], piece)
        if narrowed is not None and value is not None:
            found.append((value, narrowed[0]))
    return sorted(found, key=lambda c: (c[0].mid(), abs(c[1])))


def lower_points(land: Landscape, at: fmpq) -> list[fmpq]:
    """Points with smaller values than f(at): a near one that is clearly lower, then the lowest ones."""
    found = candidates(land)
    value = land.value(at)
    if value is None or not found:
        return []
    gap = (value - found[0][0]).mid()
    wanted = (gap if gap < 1 else arb(1)) / 8
    near = [x for v, x in found if (value - v > wanted) is True]
    near.sort(key=lambda x: (abs(x - at), x))
    return list(dict.fromkeys([*near[:1], *(x for _, x in found[:4])]))


def sign_changes(land: Landscape, first: int, second: int) -> Iterator[tuple[fmpq, fmpq, int]]:
    """Neighbouring samples of one piece between which the slope changes sign, as told."""
    known = [s for s in land.samples if s.sign is not None]
    for a, b in pairwise(known):
        if a.piece == b.piece and (a.sign, b.sign) == (first, second):
            yield a.x, b.x, a.piece


def _plateaus(land: Landscape) -> Iterator[Step]:
    """Pieces on which f is constant."""
    for k, piece in enumerate(land.pieces):
        if not land.shop.is_zero(piece.slope):
            continue
        inside = [s.x for s in land.samples if s.piece == k and s.x.q <= 8] or [
            s.x for s in land.samples if s.piece == k
        ]
        if len(inside) < 2:
            continue
        nearest = min(range(len(inside)), key=lambda j: abs(inside[j]))
        start, end = inside[max(nearest - 8, 0)], inside[min(nearest + 8, len(inside) - 1)]
        for low in lower_points(land, inside[nearest]):
            yield {
                "rule": "plateau",
                "from": str(start),
                "to": str(end),
                "piece": piece.describe(),
                "lower": str(low),
            }


def _maxima(land: Landscape) -> Iterator[Step]:
    """f rises, then falls: samples around a top, with its value above both sides."""
    for samples in (land.coarse, land.samples):
        for left, right in _turns(samples, 1, -1):
            yield from _around(land, samples, left, right, "maximum")


def _turns(samples: list[Sample], first: int, second: int) -> list[tuple[fmpq, fmpq]]:
    """Neighbouring samples between which the slope changes sign, across breakpoints too, nearest to 0 first."""
    known = [s for s in samples if s.sign is not None]
    turns = [(a.x, b.x) for a, b in pairwise(known) if (a.sign, b.sign) == (first, second)]
    return sorted(turns, key=lambda turn: abs(turn[0] + turn[1]))


def _minima(land: Landscape) -> Iterator[Step]:
    """f falls, then rises, but is lower elsewhere (needed where f jumps in between)."""
    for left, right in _turns(land.coarse, -1, 1):
        for step in _around(land, land.coarse, left, right, "minimum"):
            level = _level(land, fmpq_of(step["from"]), fmpq_of(step["to"]))
            for low in lower_points(land, fmpq_of(step["at"])):
                value = land.value(low)
                if level is not None and value is not None and (value < arb(level)) is True:
                    pieces = [{**p, "above": HOLE} for p in step["pieces"]]
                    yield {**step, "pieces": pieces, "lower": str(low), "level": str(level)}


def _level(land: Landscape, low: fmpq, high: fmpq) -> fmpq | None:
    """A rational a little below the values on an interval."""
    points = [low + (high - low) * fmpq(j, 16) for j in range(17)]
    values = [v for x in points if (v := land.value(x)) is not None]
    if not values:
        return None
    mid = min(float(v.mid()) for v in values)
    slack = max(float(v.mid()) for v in values) - mid
    return fmpq(*(mid - slack - abs(mid) * 1e-9).as_integer_ratio())


def fmpq_of(text: str) -> fmpq:
    """A rational from its canonical spelling."""
    return fmpq(*(int(part) for part in text.split("/")))


def _around(land: Landscape, samples: list[Sample], left: fmpq, right: fmpq, rule: str) -> Iterator[Step]:
    """Points from < at < to around an extremum between two samples."""
    cuts, _ = land.piece_between(left, right)
    centres: list[fmpq] = [dyadic((left + right) / 2, right - left)]
    if not cuts:
        piece = land.index_of((left + right) / 2)
        narrowed = bisect(land.shop, land.pieces[piece].slope, left, right, 40)
        if narrowed is not None:
            centres.append(narrowed[0])
    centres += [c.value for c in cuts if c.value is not None]
    centres += [approximate(land.shop, c) for c in cuts if c.value is None]
    known = [s.x for s in samples]
    position = sum(x <= left for x in known)
    for reach in (1, 3, 8):
        low, high = known[max(position - reach, 0)], known[min(position + reach - 1, len(known) - 1)]
        for centre in centres:
            if not low < centre < high:
                continue
            inner, pieces = land.piece_between(low, high)
            step: Step = {"rule": rule, "from": str(low), "at": str(centre), "to": str(high)}
            step["pieces"] = [piece.describe() for piece in pieces]
            if inner:
                step["cuts"] = [land.shop.spell(c) for c in inner]
            yield step


def _stationary(land: Landscape) -> Iterator[Step]:
    """Exact zeros of the slope that are not extrema of interest, tangential ones above all."""
    for zero in sorted(exact_zeros(land), key=lambda z: abs(z.low + z.high)):
        piece = land.pieces[zero.piece]
        for low in lower_points(land, approximate(land.shop, zero.point)):
            step: Step = {
                "rule": "stationary-point",
                "at": land.shop.spell(zero.point),
                "from": str(zero.low),
                "to": str(zero.high),
                "piece": piece.describe(),
                "lower": str(low),
            }
            if zero.cofactor is not None:
                step["cofactor"] = land.shop.line(zero.cofactor)
            yield step


def _kinks(land: Landscape) -> Iterator[Step]:
    """Breakpoints with one-sided slopes of opposite weak signs."""
    for k, cut in enumerate(land.cuts):
        left, right = land.pieces[k], land.pieces[k + 1]
        ends = [s.x for s in land.samples if s.piece == k][-1:] + [
            s.x for s in land.samples if s.piece == k + 1
        ][:1]
        if len(ends) != 2:
            continue
        for first in _kink_signs(land, k):
            for low in lower_points(land, ends[0]):
                yield {
                    "rule": "kink", "from": str(ends[0]), "to": str(ends[1]), "cuts": [land.shop.spell(cut)],
                    "pieces": [{**left.describe(), "by": HOLE}, {**right.describe(), "by": HOLE}],
                    "left": first, "lower": str(low),
                }  # fmt: skip


def _kink_signs(land: Landscape, k: int) -> list[str]:
    """Weak signs of the left slope for which 0 may lie between the one-sided slopes at a cut."""
    cut = land.cuts[k]
    left, right = (land.shop.sign(piece.slope, cut) for piece in land.pieces[k : k + 2])
    possible = []
    if left != -1 and right != 1:
        possible.append(">=")
    if left != 1 and right != -1:
        possible.append("<=")
    return possible


STRATEGIES: tuple[Callable[[Landscape], Iterator[Step]], ...] = (
    _plateaus,
    _maxima,
    _stationary,
    _kinks,
    _minima,
)
