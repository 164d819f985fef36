"""The claims about activations other than invexity: skeletons of their proofs and of their counterexamples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from flint import fmpq

from invexcheck.goals import Claim
from invexcheck.session import Session
from invexproof.provers.landscape import Landscape, ball_at, sign_at
from invexproof.provers.refutation import STRATEGIES
from invexproof.provers.signs import approximate, complete
from invexproof.provers.valley import prove_valley
from invexproof.provers.workshop import HOLE, OutOfEffort, Step, exact

DEPTH = 5
EFFORT = 600
"""Goals allotted to one skeleton."""
MAX_DENOMINATOR = 10_000
Skeletons = Iterator[Step]


def _pieces(land: Landscape, **fields: object) -> Step:
    """The landscape's own decomposition, each piece with the given fields."""
    step: Step = {"pieces": [{**piece.describe(), **fields} for piece in land.pieces]}
    if land.cuts:
        step["cuts"] = [land.shop.spell(cut) for cut in land.cuts]
    return step


# -- piecewise analytic ------------------------------------------------------------------------------


def analytic_pieces(land: Landscape, claim: Claim) -> Skeletons:
    yield {"rule": "analytic-pieces", **_pieces(land)}


def jumps(land: Landscape, claim: Claim) -> Skeletons:
    """A jump at each cut."""
    for k, cut in enumerate(land.cuts):
        low = [s.x for s in land.samples if s.piece == k]
        high = [s.x for s in land.samples if s.piece == k + 1]
        if low and high:
            yield {
                "rule": "jump", "at": land.shop.spell(cut), "from": str(low[-1]), "to": str(high[0]),
                "left": land.pieces[k].describe(), "right": land.pieces[k + 1].describe(),
            }  # fmt: skip


# -- monotone ------------------------------------------------------------------------------


def monotone_pieces(land: Landscape, claim: Claim) -> Skeletons:
    signs = {s.sign for s in land.samples} - {None}
    for direction, sign, relations in (("increasing", 1, (">", ">=")), ("decreasing", -1, ("<", "<="))):
        if signs != {sign}:
            continue
        witnesses = [
            next((s.x for s in land.samples if s.piece == k and s.sign == sign), None)
            for k in range(len(land.pieces))
        ]
        if None in witnesses:
            continue
        strict = _pieces(land, relation=relations[0], by=HOLE)
        yield {"rule": "monotone-pieces", "direction": direction, **strict}
        weak = _pieces(land, relation=relations[1], by=HOLE)
        for piece, x in zip(weak["pieces"], witnesses, strict=True):
            piece["strict_at"] = str(x)
        yield {"rule": "monotone-pieces", "direction": direction, **weak}


def turnings(land: Landscape, claim: Claim) -> Skeletons:
    """Three points: around an extremum, or on a plateau."""
    for k, piece in enumerate(land.pieces):
        inside = [s.x for s in land.samples if s.piece == k]
        if land.shop.is_zero(piece.slope) and len(inside) >= 3:
            yield {"rule": "turning", "points": [str(x) for x in inside[len(inside) // 2 - 1 :][:3]]}
    known = [s for s in land.samples if s.sign is not None]
    for (i, a), (_, b) in pairwise(enumerate(known)):
        if a.sign == b.sign:
            continue
        low, high = known[max(i - 3, 0)].x, known[min(i + 4, len(known) - 1)].x
        for centre in (a.x, b.x, (a.x + b.x) / 2):
            yield {"rule": "turning", "points": [str(low), str(centre), str(high)]}
    rising = [s.x for s in known if s.sign == 1]
    falling = [s.x for s in known if s.sign == -1]
    if rising and falling:
        points = sorted({rising[0], rising[-1], falling[0], falling[-1]})
        yield from (
            {"rule": "turning", "points": [str(x) for x in points[j : j + 3]]} for j in range(len(points) - 2)
        )


# -- Lipschitz ------------------------------------------------------------------------------


def slope_bounds(land: Landscape, claim: Claim) -> Skeletons:
    """Bounds a little above the largest sampled slope, or the constant of the claim."""
    for bound in [claim.constant] if claim.constant is not None else lipschitz_candidates(land):
        step = _pieces(land, above=HOLE, below=HOLE)
        yield {"rule": "slope-bound", "constant": str(bound), **step}


def lipschitz_candidates(land: Landscape) -> Iterator[fmpq]:
    """Simple rationals above the sampled slopes, the tightest first."""
    sizes = [
        abs(float(v.mid()))
        for s in land.samples
        if (v := ball_at(land.shop, land.pieces[s.piece].slope, s.x, 96))
    ]
    ends = [
        abs(float(v.mid())) for k, cut in enumerate(land.cuts) for piece in land.pieces[k : k + 2]
        if (v := ball_at(land.shop, piece.slope, approximate(land.shop, cut), 96)) is not None
    ]  # fmt: skip
    largest = max([*sizes, *ends], default=0.0)
    if not largest < 1e6:
        return
    seen = set()
    for slack in (1e-12, 1e-3, 1e-2, 1e-1, 1.0):
        low = Fraction(largest) * (1 + Fraction(slack) / 2)
        bound = simplest_between(Fraction(largest) if slack < 1e-9 else low, low * (1 + Fraction(slack)))
        if bound.denominator <= MAX_DENOMINATOR and bound not in seen:
            seen.add(bound)
            yield exact(bound)


def simplest_between(low: Fraction, high: Fraction) -> Fraction:
    """The fraction of least denominator in [low, high]."""
    whole = -(-low.numerator // low.denominator)
    if whole <= high:
        return Fraction(whole)
    base = low.numerator // low.denominator
    return base + 1 / simplest_between(1 / (high - base), 1 / (low - base))


def steep(land: Landscape, claim: Claim) -> Skeletons:
    """Chords steeper than the constant, or a slope without bound."""
    if claim.constant is not None:
        ordered = sorted(land.samples, key=lambda s: -_size(land, s.x, s.piece))
        for s in ordered[:8]:
            for k in (4, 10, 20, 30, 40):
                yield {
                    "rule": "steep-chord",
                    "from": str(s.x - fmpq(1, 2**k)),
                    "to": str(s.x + fmpq(1, 2**k)),
                }
        return
    for side, piece, end in (
        ("-inf", land.pieces[0], land.samples[0].x),
        ("+inf", land.pieces[-1], land.samples[-1].x),
    ):
        yield {"rule": "unbounded-slope", "side": side, "end": str(end), "piece": piece.describe()}


def _size(land: Landscape, x: fmpq, piece: int) -> float:
    value = ball_at(land.shop, land.pieces[piece].slope, x, 64)
    return abs(float(value.mid())) if value is not None else 0.0


# -- convex ------------------------------------------------------------------------------


def convex_pieces(land: Landscape, claim: Claim) -> Skeletons:
    step = _pieces(land, by=HOLE)
    for piece in step["pieces"][1:]:
        piece["join"] = HOLE
    yield {"rule": "convex-pieces", **step}


def chords(land: Landscape, claim: Claim) -> Skeletons:
    """Three points around a place where f bends down, or a kink at which the slope drops."""
    session: Session = land.shop.session
    bends = [session.derivative(piece.slope) for piece in land.pieces]
    bent = [s for s in land.samples if sign_at(land.shop, bends[s.piece], s.x) == -1]
    for s in [*bent[:: max(len(bent) // 6, 1)]]:
        for k in (0, 2, 5, 12):
            yield _chord(s.x - fmpq(1, 2**k), s.x, s.x + fmpq(1, 2**k))
    for cut in land.cuts:
        x = approximate(land.shop, cut)
        for k in (0, 3, 8, 16):
            yield _chord(x - fmpq(1, 2**k), x, x + fmpq(1, 2**k))
    xs = [s.x for s in land.samples]
    yield from (_chord(a, b, c) for a, b, c in zip(xs[::40], xs[20::40], xs[40::40], strict=False))


def _chord(low: fmpq, centre: fmpq, high: fmpq) -> Step:
    return {"rule": "chord", "from": str(low), "at": str(centre), "to": str(high)}


# -- nonvanishing derivative ------------------------------------------------------------------------------


def stationary_points(land: Landscape, claim: Claim) -> Skeletons:
    """Any stationary point: the counterexamples to invexity without their lower values, minima included."""
    for strategy in STRATEGIES:
        for step in strategy(land):
            bare = {key: value for key, value in step.items() if key not in ("lower", "level")}
            if "pieces" in bare and bare["rule"] == "minimum":
                bare["pieces"] = [
                    {k: v for k, v in piece.items() if k != "above"} for piece in bare["pieces"]
                ]
            yield bare


class Strategy(NamedTuple):
    """How to prove a kind of claim and how to refute it, as skeleton steps to try in turn."""

    prove: Callable[[Landscape, Claim], Skeletons]
    refute: Callable[[Landscape, Claim], Skeletons]


PROPERTIES: dict[str, Strategy] = {
    "activation.piecewise-analytic": Strategy(analytic_pieces, jumps),
    "activation.strictly-monotone": Strategy(monotone_pieces, turnings),
    "activation.lipschitz": Strategy(slope_bounds, steep),
    "activation.convex": Strategy(convex_pieces, chords),
}

MAX_ATTEMPTS = 60


def first_complete(land: Landscape, claim: Claim, skeletons: Skeletons) -> Step | None:
    """The first skeleton that can be completed."""
    for attempt, step in enumerate(skeletons):
        land.shop.check_time()
        with suppress(OutOfEffort), land.shop.effort(EFFORT):
            found = complete(land.shop, claim, step, DEPTH)
            if found is not None:
                return found
        if attempt >= MAX_ATTEMPTS:
            return None
    return None


def prove_property(land: Landscape, claim: Claim) -> Step | None:
    """A proof step for a claim of any kind but invexity."""
    if claim.kind in PROPERTIES:
        return first_complete(land, claim, PROPERTIES[claim.kind].prove(land, claim))
    return prove_valley(land, claim)


def refute_property(land: Landscape, claim: Claim) -> Step | None:
    """A counterexample to a claim of any kind but invexity."""
    strategy = PROPERTIES[claim.kind].refute if claim.kind in PROPERTIES else stationary_points
    return first_complete(land, claim, strategy(land, claim))
