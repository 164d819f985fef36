"""Proofs of invexity: the word of shapes, cut points, and the block around the bottom of the valley."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from flint import fmpq

from invexcheck.goals import Analytic, Claim, Point, Sign, Span
from invexproof.provers.landscape import Landscape, ball_at, bisect, sign_at
from invexproof.provers.polynomials import divided_by_exponentials, factors
from invexproof.provers.signs import approximate, complete, dyadic, solve
from invexproof.provers.workshop import HOLE, OutOfEffort, Step

DEPTH = 5
EFFORTS = (60, 2500)
"""Goals allotted to a word in the first and the second round."""


@dataclass(frozen=True)
class Part:
    """A piece of the proof: a shape on an interval inside one piece of the landscape."""

    shape: str
    lower: Point | None
    upper: Point | None
    piece: int
    factorisation: tuple[int, int] | None = None


def prove_valley(land: Landscape, claim: Claim) -> Step | None:
    """A step `valley`, or None: every word with little effort first, then with more."""
    for goals in EFFORTS:
        for parts in _words(land):
            land.shop.check_time()
            with suppress(OutOfEffort), land.shop.effort(goals):
                found = complete(land.shop, claim, _assemble(land, parts), DEPTH)
                if found is not None:
                    return found
    return None


def _words(land: Landscape) -> Iterator[list[Part]]:
    """Candidate words, the simplest first."""
    shapes = [_shape(land, k) for k in range(len(land.pieces))]
    turning = [k for k, shape in enumerate(shapes) if shape == "turning"]
    fixed = [_whole(land, k, shape) for k, shape in enumerate(shapes)]
    if len(turning) == len(shapes) and _looks_convex(land):
        yield [_whole(land, k, "block") for k in range(len(land.pieces))]
    if not turning:
        yield fixed
    elif len(turning) == 1:
        k = turning[0]
        for middle in _bottoms(land, k):
            yield [*fixed[:k], *middle, *fixed[k + 1 :]]
    yield [_whole(land, k, "block") for k in range(len(land.pieces))]  # convex on all of R


def _looks_convex(land: Landscape) -> bool:
    """Whether no sample bends down."""
    bends = [land.shop.session.derivative(piece.slope) for piece in land.pieces]
    return all(sign_at(land.shop, bends[s.piece], s.x) != -1 for s in land.samples[::9])


def _whole(land: Landscape, k: int, shape: str) -> Part:
    span = land.pieces[k].span
    return Part(shape, span.lower, span.upper, k)


def _shape(land: Landscape, k: int) -> str:
    """What the samples say of a piece."""
    if land.shop.is_zero(land.pieces[k].slope):
        return "block"
    signs = {s.sign for s in land.samples if s.piece == k and s.sign is not None}
    if signs == {1}:
        return "increasing"
    return "decreasing" if signs == {-1} else "turning"


def _bottoms(land: Landscape, k: int) -> Iterator[list[Part]]:
    """Ways to prove the piece in which the slope turns from negative to positive."""
    piece = land.pieces[k]
    inside = [s for s in land.samples if s.piece == k]
    known = [s for s in inside if s.sign is not None]
    turns = [(a, b) for a, b in pairwise(known) if (a.sign, b.sign) == (-1, 1)]
    split = split_factor(land, k)
    for factorisation in [] if split is None else [split, *by_exponentials(land, split)]:
        if _monotone_factor(land, factorisation[1], piece.span):
            yield [Part("block", piece.span.lower, piece.span.upper, k, factorisation)]
    if len(turns) != 1:
        return
    low, high = turns[0][0].x, turns[0][1].x
    bend = land.shop.session.derivative(piece.slope)
    yield from _with_block(land, k, low, high, bend, None)
    if split is not None:
        yield from _with_block(land, k, low, high, land.shop.session.derivative(split[1]), split)
    for s in inside:
        if s.sign is None and low <= s.x <= high:
            centre = land.shop.rational(s.x)
            yield [
                Part("decreasing", piece.span.lower, centre, k),
                Part("increasing", centre, piece.span.upper, k),
            ]


def _with_block(
    land: Landscape, k: int, low: fmpq, high: fmpq, bend: int, split: tuple[int, int] | None
) -> Iterator[list[Part]]:
    """decreasing, block, increasing: the block as wide as the bend is positive, then narrower."""
    span = land.pieces[k].span
    inside = [s.x for s in land.coarse if s.piece == k]
    narrowed = bisect(land.shop, land.pieces[k].slope, low, high, 20)
    if narrowed is not None:
        low, high = narrowed
    for reach in (3, 1, 0):
        left, right = _reach(land, inside, low, bend, -1, reach), _reach(land, inside, high, bend, 1, reach)
        if left is None and right is None:
            yield [Part("block", span.lower, span.upper, k, split)]
            continue
        parts: list[Part] = []
        start, end = span.lower, span.upper
        if left is not None:
            start = land.shop.rational(left)
            parts.append(Part("decreasing", span.lower, start, k))
        if right is not None:
            end = land.shop.rational(right)
        parts.append(Part("block", start, end, k, split))
        if right is not None:
            parts.append(Part("increasing", end, span.upper, k))
        yield parts


def _reach(land: Landscape, inside: list[fmpq], start: fmpq, bend: int, side: int, reach: int) -> fmpq | None:
    """How far from the bottom the bend stays positive (a simple sample); None for all the way to the end."""
    beyond = [x for x in inside if (x > start if side > 0 else x < start)]
    beyond.sort(reverse=side < 0)
    good: list[fmpq] = []
    for x in beyond:
        if sign_at(land.shop, bend, x) != 1:
            break
        good.append(x)
    if good and len(good) == len(beyond) and reach == 3:
        return None
    if not good:
        return start
    return good[{3: len(good) * 3 // 4, 1: len(good) // 3, 0: 0}[reach]] if len(good) > 1 else good[0]


def split_factor(land: Landscape, k: int) -> tuple[int, int] | None:
    """slope = p*k with p > 0 on the closed piece: p collects the factors whose sign one enclosure shows."""
    session = land.shop.session
    terms = session.terms
    piece = land.pieces[k]
    found = factors(session, piece.slope)
    if found is None:
        return None
    closed = Span(piece.span.lower, piece.span.upper, piece.span.lower is None, piece.span.upper is None)
    positive, rest = terms.one, terms.one
    for factor in found:
        power = terms.power(factor.term, fmpq(factor.multiplicity))
        sign = _definite_sign(land, power, closed)
        if sign is None:
            rest = terms.mul(rest, power)
        elif sign > 0:
            positive = terms.mul(positive, power)
        else:
            positive, rest = terms.mul(positive, terms.neg(power)), terms.neg(rest)
    if terms.constant(rest) is not None or positive == terms.one:
        return None
    return positive, rest


def by_exponentials(land: Landscape, split: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """p*k as (p*E)*(k/E) for the exponentials E of the monomials of k."""
    terms = land.shop.session.terms
    for exponential, quotient in divided_by_exponentials(land.shop.session, split[1]):
        yield terms.mul(split[0], exponential), quotient


def _definite_sign(land: Landscape, term: int, span: Span) -> int | None:
    if solve_quickly(land, Sign(term, ">", span)):
        return 1
    return -1 if solve_quickly(land, Sign(term, "<", span)) else None


def solve_quickly(land: Landscape, goal: Sign) -> bool:
    """Whether a shallow search proves a sign."""
    return solve(land.shop, goal, 0) is not None


def _monotone_factor(land: Landscape, factor: int, span: Span) -> bool:
    """Whether the derivative of the factor is nonnegative at the samples (else the block is not worth trying)."""
    rise = land.shop.session.derivative(factor)
    inside = [s.x for s in land.samples]
    low, high = span.lower, span.upper
    points = [
        x for x in inside
        if (low is None or land.shop.session.less(low, land.shop.rational(x)))
        and (high is None or land.shop.session.less(land.shop.rational(x), high))
    ]  # fmt: skip
    return all(sign_at(land.shop, rise, x) != -1 for x in points[::7])


# -- the step ------------------------------------------------------------------------------


def _assemble(land: Landscape, parts: list[Part]) -> Step:
    """The skeleton of a valley step."""
    described: list[dict[str, Any]] = []
    for j, part in enumerate(parts):
        piece = land.pieces[part.piece]
        fields: dict[str, Any] = {**piece.describe(), "shape": part.shape, "by": HOLE}
        if part.shape == "block":
            _describe_block(land, parts, j, fields)
        else:
            _describe_ends(land, parts, j, fields)
        described.append(fields)
    step: Step = {"rule": "valley", "pieces": described}
    cuts = [land.shop.spell(part.upper) for part in parts[:-1] if part.upper is not None]
    if cuts:
        step["cuts"] = cuts
    return step


def _describe_block(land: Landscape, parts: list[Part], j: int, fields: dict[str, Any]) -> None:
    part = parts[j]
    if part.factorisation is not None:
        positive, factor = part.factorisation
        fields |= {
            "positive": land.shop.line(positive),
            "factor": land.shop.line(factor),
            "positive_by": HOLE,
        }
    if j and parts[j - 1].shape == "block":
        fields["join"] = HOLE


def _describe_ends(land: Landscape, parts: list[Part], j: int, fields: dict[str, Any]) -> None:
    """At ends shared with an equal piece or a block: strict slope, a steep end, or the block's sign."""
    part = parts[j]
    slope = land.pieces[part.piece].slope
    for side, end, neighbour in (("lower", part.lower, j - 1), ("upper", part.upper, j + 1)):
        if end is None or not 0 <= neighbour < len(parts):
            continue
        shape = parts[neighbour].shape
        if shape not in (part.shape, "block"):
            continue
        sign = sign_at(land.shop, slope, approximate(land.shop, end))
        smooth = _analytic_at(land, land.pieces[part.piece].function, end)
        if not smooth and _steep(land, part, side, end, fields):
            continue
        if shape == "block":
            fields[f"{side}_end"] = "strict" if sign is not None else "block"
            if sign is None:
                fields[f"{side}_block"] = HOLE


def _analytic_at(land: Landscape, function: int, end: Point) -> bool:
    """Whether the piece's function continues analytically through an end."""
    return solve(land.shop, Analytic(function, Span.at(end))) is not None


def _steep(land: Landscape, part: Part, side: str, end: Point, fields: dict[str, Any]) -> bool:
    """Describe a bound of the slope near an end where it may be infinite or the function not analytic."""
    inside = [s.x for s in land.samples if s.piece == part.piece]
    if len(inside) < 12:
        return False
    reach = inside[10] if side == "lower" else inside[-11]
    piece = land.pieces[part.piece]
    near = [
        ball_at(land.shop, piece.slope, x, 64) for x in (inside[0] if side == "lower" else inside[-1], reach)
    ]
    sizes = [abs(float(v.mid())) for v in near if v is not None]
    if not sizes or min(sizes) == 0:
        return False
    sign = 1 if part.shape == "increasing" else -1
    bound = sign * fmpq(*(min(sizes) / 2).as_integer_ratio())
    fields[f"{side}_steep"] = {"slope": str(dyadic(bound, abs(bound))), "to": str(reach), "by": HOLE}
    return True
