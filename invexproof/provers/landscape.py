"""The picture of a function that guides a proof: pieces, signs of the slope at samples, zeros, low points.

All of it is hints: numbers come from ball arithmetic at exact rational samples, but what happens between samples
is a guess until a proof has been found.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from flint import arb, fmpq

from invexcheck.balls import precision
from invexcheck.errors import Refuse, Reject
from invexcheck.goals import Point, Sign, Span
from invexcheck.intervals import Undefined
from invexcheck.pieces import Resolution, resolve
from invexproof.expressions.piecewise import normal_form
from invexproof.expressions.terms import Expression
from invexproof.provers.signs import approximate, dyadic, solve
from invexproof.provers.workshop import HOLE, Step, Workshop, exact

SAMPLE_BITS = (96, 512)
ZERO_BITS = 60
VALUE_BITS = 256
FAR = 40
"""Samples reach 2**FAR in powers of two."""
MAX_TURNS = 4
COARSE = 64
"""Largest denominator of a sample that is preferred in proofs."""


class Unresolved(Exception):
    """A guard whose sign on a piece could not be proved: nothing is wrong with the function."""


@dataclass(frozen=True)
class LocalPiece:
    """An open piece between breakpoints: the smooth function on it and the signs of its guards."""

    span: Span
    function: int
    slope: int
    guards: tuple[str, ...]
    resolution: Resolution

    def describe(self) -> Step:
        """The piece as a step describes it, proofs of the guards' signs still holes."""
        guards = [{"sign": sign} if sign == "=" else {"sign": sign, "by": HOLE} for sign in self.guards]
        return {"guards": guards} if guards else {}


@dataclass(frozen=True)
class Sample:
    """The slope's sign (None: not told apart from 0) at a rational point of a piece."""

    x: fmpq
    piece: int
    sign: int | None


@dataclass
class Landscape:
    """Pieces in order, samples in increasing order, and whether the breakpoints are all there are."""

    shop: Workshop
    pieces: list[LocalPiece]
    cuts: list[Point]
    infinite: bool
    samples: list[Sample] = field(default_factory=list)
    ranking: tuple[int, list[tuple[arb, fmpq]]] | None = None
    """Points by their value, with the number of samples for which this was computed."""
    _values: dict[fmpq, arb | None] = field(default_factory=dict)

    def piece_between(self, low: fmpq, high: fmpq) -> tuple[list[Point], list[LocalPiece]]:
        """Cuts strictly between two rationals, and the pieces that the interval meets."""
        less, ends = self.shop.session.less, (self.shop.rational(low), self.shop.rational(high))
        inner = [k for k, c in enumerate(self.cuts) if less(ends[0], c) and less(c, ends[1])]
        if inner:
            return [self.cuts[k] for k in inner], self.pieces[inner[0] : inner[-1] + 2]
        return [], [self.pieces[self.index_of((low + high) / 2)]]

    def index_of(self, x: fmpq) -> int:
        """The piece to which a point (not a cut) belongs."""
        return sum(self.shop.session.less(cut, self.shop.rational(x)) for cut in self.cuts)

    def value(self, x: fmpq, piece: int | None = None) -> arb | None:
        """f at a rational point, by the smooth form of its piece."""
        if x not in self._values:
            k = self.index_of(x) if piece is None else piece
            self._values[x] = ball_at(self.shop, self.pieces[k].function, x, VALUE_BITS)
        return self._values[x]

    @property
    def coarse(self) -> list[Sample]:
        """The samples with short coordinates, those that make readable proofs."""
        return [s for s in self.samples if s.x.q <= COARSE]

    def slope_sign(self, x: fmpq, piece: int) -> int | None:
        return sign_at(self.shop, self.pieces[piece].slope, x)

    def add_samples(self, points: Iterable[fmpq]) -> None:
        """Sample the slope at more points."""
        known = {s.x for s in self.samples}
        for x in points:
            if x not in known and not any(c.value == x for c in self.cuts):
                k = self.index_of(x)
                self.samples.append(Sample(x, k, self.slope_sign(x, k)))
                known.add(x)
        self.samples.sort(key=lambda s: s.x)


def ball_at(shop: Workshop, term: int, x: fmpq, bits: int) -> arb | None:
    """A smooth term at a rational point, None where it is undefined."""
    with precision(bits):
        try:
            value = shop.session.program(term)(
                arb(x), *(arb(shop.sample[p]) for p in shop.session.parameters)
            )[0]
        except (Undefined, Reject):
            return None
        return value if value.is_finite() else None


def sign_at(shop: Workshop, term: int, x: fmpq) -> int | None:
    """The sign of a smooth term at a rational point, None if it is zero or cannot be told."""
    for bits in SAMPLE_BITS:
        value = ball_at(shop, term, x, bits)
        if value is not None and ((value > 0) is True or (value < 0) is True):
            return 1 if (value > 0) is True else -1
    return None


def survey(shop: Workshop, expression: Expression) -> Landscape:
    """Pieces and samples of a univariate expression.

    Raises:
        PiecewiseError: the function has no piecewise form (a branch is missing, too many pieces).
        Unresolved: the sign of a guard could not be proved.
    """
    form = normal_form(expression)
    points = [p for b in form.breakpoints if (p := _point(shop, b)) is not None]
    if form.infinite:  # a window between breakpoints: enough for counterexamples
        pieces = [local_piece(shop, Span(a, b)) for a, b in pairwise(points)]
        return _sampled(Landscape(shop, pieces, points[1:-1], True), points[0], points[-1])
    pieces = [local_piece(shop, Span(a, b)) for a, b in pairwise([None, *points, None])]
    return _sampled(Landscape(shop, pieces, points, False), None, None)


def _sampled(landscape: Landscape, low: Point | None, high: Point | None) -> Landscape:
    shop = landscape.shop
    ends = [low, *landscape.cuts, high]
    for k, (a, b) in enumerate(pairwise(ends)):
        left, right = (None if p is None else approximate(shop, p) for p in (a, b))
        for x in grid(left, right):
            landscape.samples.append(Sample(x, k, landscape.slope_sign(x, k)))
    landscape.add_samples(_around_turns(landscape))
    return landscape


def _around_turns(landscape: Landscape) -> list[fmpq]:
    """Points at geometric distances from the first few zeros of the slope: ripples near an extremum are small."""
    turns = [
        (a, b) for a, b in pairwise(landscape.samples)
        if a.piece == b.piece and None not in (a.sign, b.sign) and a.sign != b.sign
    ]  # fmt: skip
    points: list[fmpq] = []
    for a, b in sorted(turns, key=lambda turn: abs(turn[0].x))[:MAX_TURNS]:
        narrowed = bisect(landscape.shop, landscape.pieces[a.piece].slope, a.x, b.x, 44)
        if narrowed is not None:
            near = (narrowed[0] + sign * fmpq(1, 2**k) for k in range(5, 40) for sign in (-1, 1))
            points += [x for x in near if a.x < x < b.x]
    return points


def grid(low: fmpq | None, high: fmpq | None) -> list[fmpq]:
    """Samples strictly inside an interval: even around 0, powers of two far out, and close to both ends."""
    points = {fmpq(k, 8) for k in range(-160, 161)} | {fmpq(k) for k in range(-256, 257)}
    points |= {
        sign * fmpq(2) ** k * m for k in range(4, FAR) for m in (fmpq(1), fmpq(3, 2)) for sign in (1, -1)
    }
    for end, sign in ((low, 1), (high, -1)):
        if end is not None:
            points |= {end + sign * fmpq(1, 2**k) for k in range(1, 24)}
    if low is not None and high is not None:
        points |= {low + (high - low) * fmpq(k, 48) for k in range(1, 48)}
    return sorted(p for p in points if (low is None or p > low) and (high is None or p < high))


def _point(shop: Workshop, breakpoint: Any) -> Point | None:
    """A breakpoint as an exact point of the checker."""
    if breakpoint.rational is not None:
        value = breakpoint.rational
        return shop.rational(exact(value))
    if breakpoint.expression is not None:
        term = shop.session.terms.read(breakpoint.expression.to_table(), ())[-1]
        return shop.session.point({"constant": shop.line(term)}, ())
    term = shop.session.terms.read(breakpoint.guard.to_table(), ())[-1]
    low, high = (exact(v) for v in breakpoint.bracket)
    return tight_zero(shop, term, low, high)


def tight_zero(shop: Workshop, term: int, low: fmpq, high: fmpq, bits: int = ZERO_BITS) -> Point | None:
    """The zero of a term between two rationals of opposite strict signs, as a point with a narrow dyadic bracket."""
    narrowed = bisect(shop, term, low, high, bits)
    if narrowed is None:
        return None
    raw = {"zero": shop.line(term), "from": str(narrowed[0]), "to": str(narrowed[1])}
    try:
        return shop.session.point(raw, ())
    except (Reject, Refuse):
        return None


def bisect(shop: Workshop, term: int, low: fmpq, high: fmpq, bits: int) -> tuple[fmpq, fmpq] | None:
    """A narrower bracket of a sign change, None if there is none or a sign cannot be told."""
    first, last = sign_at(shop, term, low), sign_at(shop, term, high)
    if first is None or last is None or first == last:
        return None
    width = max(abs(low), abs(high), fmpq(1)) / fmpq(2) ** bits
    while high - low > width:
        middle = dyadic((low + high) / 2, high - low)
        sign = sign_at(shop, term, middle)
        if sign is None:
            return low, high
        low, high = (middle, high) if sign == first else (low, middle)
    return low, high


def local_piece(shop: Workshop, span: Span) -> LocalPiece:
    """Resolve the subject on an open interval on which its guards seem to keep their signs."""
    labels: list[str] = []

    def decide(guard: int) -> str:
        labels.append(guard_sign(shop, guard, span))
        return labels[-1]

    try:
        resolution = resolve(shop.session, shop.subject, decide)
    except Reject as reject:
        raise Unresolved(reject.message) from reject
    function = resolution.value[shop.subject]
    return LocalPiece(span, function, shop.session.derivative(function), tuple(labels), resolution)


def guard_sign(shop: Workshop, guard: int, span: Span) -> str:
    """The sign that can be proved of a guard: zero, strict, or weak."""
    if shop.is_zero(guard):
        return "="
    for relation in (">", "<", ">=", "<="):
        if solve(shop, Sign(guard, relation, span)) is not None:
            return relation
    raise Reject("the sign of a guard is not provable", "guard")
