"""What a proof says of each function of a network: pieces, ranges of slopes, analytic extensions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from flint import fmpq

from invexcheck.errors import Refuse, Reject
from invexcheck.goals import Analytic, Obligation, Span
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
SLACKS: Final = (Fraction(1, 10**9), Fraction(1, 1000), Fraction(1, 50), Fraction(1, 4))
TOO_STEEP: Final = 1e6


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


def _slopes(land: Landscape) -> list[float]:
    """Sampled slopes, those at the cuts included."""
    points = [(s.x, s.piece) for s in land.samples]
    points += [
        (approximate(land.shop, cut), piece) for k, cut in enumerate(land.cuts) for piece in (k, k + 1)
    ]
    values = (ball_at(land.shop, land.pieces[piece].slope, x, 96) for x, piece in points)
    return [float(v.mid()) for v in values if v is not None]


def _lower(land: Landscape) -> Iterator[tuple[str, fmpq]]:
    slopes = _slopes(land)
    if slopes:
        for key, value in _upwards(land, [-s for s in slopes]):
            yield ("gt" if key == "lt" else "ge"), -value


def _upper(land: Landscape) -> Iterator[tuple[str, fmpq]]:
    yield from _upwards(land, _slopes(land))


def _upwards(land: Landscape, slopes: list[float]) -> Iterator[tuple[str, fmpq]]:
    """Bounds from above, tight ones first: near the largest slope, then 0 if it is far from tight."""
    largest = max(slopes, default=TOO_STEEP)
    if not abs(largest) < TOO_STEEP:
        return
    seen: set[Fraction] = set()
    for slack in SLACKS:
        top = Fraction(largest) + slack * max(abs(Fraction(largest)), Fraction(1, 10**6))
        bottom = Fraction(largest) - Fraction(1, 10**12) * max(abs(Fraction(largest)), Fraction(1, 10**6))
        bound = simplest_signed(bottom, top)
        if bound.denominator > 10_000 or bound in seen:
            continue
        seen.add(bound)
        yield "lt", exact(bound)
        yield "le", exact(bound)


def simplest_signed(low: Fraction, high: Fraction) -> Fraction:
    """The fraction of least denominator in [low, high]."""
    if low <= 0 <= high:
        return Fraction(0)
    return simplest_between(low, high) if low > 0 else -simplest_between(-high, -low)
