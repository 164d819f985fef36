"""What a proof says of each function of a network: pieces, ranges of slopes, analytic extensions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from flint import fmpq

from invexcheck.errors import Refuse, Reject
from invexcheck.goals import Analytic, Obligation, Point, Span
from invexcheck.intervals import Undefined
from invexcheck.networks.functions import Facts
from invexcheck.reading import Fields
from invexcheck.rules.networks import read_facts
from invexproof.expressions.piecewise import PiecewiseError
from invexproof.expressions.terms import Expression
from invexproof.provers.landscape import Landscape, Unresolved, ball_at, survey
from invexproof.provers.properties import simplest_between
from invexproof.provers.signs import approximate, solve
from invexproof.provers.workshop import HOLE, WORKING_LIMITS, OutOfEffort, Step, Workshop, exact, fill

EFFORT: Final = 400
"""Goals allotted to one bound of the slopes."""
SLACKS: Final = (Fraction(1, 10**9), Fraction(1, 100), Fraction(1, 20), Fraction(1, 4))
TOO_STEEP: Final = 1e6
ATTAINED: Final = 1e-14
MOST_NEAR: Final = 4
"""Samples at which a slope that seems the largest is compared exactly."""


@dataclass(frozen=True)
class Described:
    """A function's entry in the step ``network``, and what the checker makes of it."""

    step: Step
    facts: Facts


def describe(shop: Workshop, function: Expression) -> Described | None:
    """Facts of a function on all of R, with the tightest simple bounds of its slopes that can be proved."""
    own = shop.about(function.to_table())
    try:
        land = survey(own, function)
    except (PiecewiseError, Unresolved):
        return None
    if land.infinite:
        return None
    skeleton: Step = {"pieces": [piece.describe() for piece in land.pieces], "slopes": {}}
    if land.cuts:
        skeleton["cuts"] = [own.spell(cut) for cut in land.cuts]
    proved = _complete(own, skeleton)
    if proved is None:
        return None
    for candidates in (_lower(land), _upper(land)):
        for key, value in candidates:
            bounds = {**proved["slopes"], key: str(value)}
            found = _complete(own, {**_copied(proved), "slopes": bounds})
            if found is not None:
                proved = found
                break
    if len(land.pieces) > 1:
        _extend(own, land, proved)
    facts, _ = read_facts(own.session, own.subject, Fields(proved, (), WORKING_LIMITS))
    return Described(proved, facts)


def _copied(step: Step) -> Step:
    return {**step, "pieces": [dict(piece) for piece in step["pieces"]]}


def _complete(shop: Workshop, step: Step) -> Step | None:
    """The step with its holes filled, None if the checker rejects it or a hole resists."""
    try:
        _, obligations = read_facts(shop.session, shop.subject, Fields(step, (), WORKING_LIMITS))
        with shop.effort(EFFORT):
            for obligation in obligations:
                if not _settled(obligation):
                    found = solve(shop, obligation.goal)
                    if found is None:
                        return None
                    fill(step, obligation.path, found)
    except (Reject, Refuse, Undefined, OutOfEffort):
        return None
    return step


def _settled(obligation: Obligation) -> bool:
    return bool(obligation.step != HOLE)


def _extend(shop: Workshop, land: Landscape, step: Step) -> None:
    """Say of which pieces the function is analytic on all of R."""
    for piece, described in zip(land.pieces, step["pieces"], strict=True):
        try:
            found = solve(shop, Analytic(piece.function, Span()))
        except (Reject, Refuse, Undefined, OutOfEffort):
            found = None
        if found is None:
            return
        described["entire"] = found


# -- candidates for bounds --------------------------------------------------------------------------------


def _slopes(land: Landscape) -> list[tuple[float, Point, int]]:
    """Sampled slopes with their points and pieces, those at the cuts included."""
    rational = land.shop.rational
    points = [(rational(s.x), s.piece, s.x) for s in land.samples]
    points += [
        (cut, piece, approximate(land.shop, cut)) for k, cut in enumerate(land.cuts) for piece in (k, k + 1)
    ]
    found = (
        (ball_at(land.shop, land.pieces[piece].slope, x, 96), point, piece) for point, piece, x in points
    )
    return [(float(value.mid()), point, piece) for value, point, piece in found if value is not None]


def _lower(land: Landscape) -> Iterator[tuple[str, fmpq]]:
    for key, value in _upwards(land, -1):
        yield ("gt" if key == "lt" else "ge"), -value


def _upper(land: Landscape) -> Iterator[tuple[str, fmpq]]:
    yield from _upwards(land, 1)


def _upwards(land: Landscape, sign: int) -> Iterator[tuple[str, fmpq]]:
    """Bounds from above of sign * slope, tight ones first; strict ones unless they are attained at a sample."""
    slopes = _slopes(land)
    largest = max((sign * slope for slope, _, _ in slopes), default=TOO_STEEP)
    if not abs(largest) < TOO_STEEP:
        return
    near = [(point, piece) for slope, point, piece in slopes if abs(sign * slope - largest) < ATTAINED]
    size = max(abs(Fraction(largest)), Fraction(1, 10**6))
    seen: set[Fraction] = set()
    for slack in SLACKS:
        bound = simplest_signed(Fraction(largest) - size / 10**12, Fraction(largest) + slack * size)
        if bound.denominator > 10_000 or bound in seen:
            continue
        seen.add(bound)
        if not any(_attained(land, sign * exact(bound), point, piece) for point, piece in near[:MOST_NEAR]):
            yield "lt", exact(bound)
        yield "le", exact(bound)


def _attained(land: Landscape, bound: fmpq, point: Point, piece: int) -> bool:
    """Whether the slope of a piece is exactly the bound at a point."""
    terms = land.shop.session.terms
    return land.shop.vanishes_at(terms.add(land.pieces[piece].slope, terms.rational(-bound)), point)


def simplest_signed(low: Fraction, high: Fraction) -> Fraction:
    """The fraction of least denominator in [low, high]."""
    if low <= 0 <= high:
        return Fraction(0)
    return simplest_between(low, high) if low > 0 else -simplest_between(-high, -low)
