"""Exact zeros of a slope: recognised constants, and zeros of a factor of its normal form."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from flint import fmpq, fmpq_poly

from invexcheck.errors import Refuse, Reject
from invexcheck.goals import Point
from invexcheck.rules.algebra import half_angle
from invexcheck.terms import Terms
from invexproof.provers.landscape import Landscape, bisect, sign_at, tight_zero
from invexproof.provers.polynomials import Factor, factors
from invexproof.provers.workshop import Workshop, exact, fraction

REACH = fmpq(1, 1000)
MAX_DENOMINATOR = 1000
TOUCH_BITS = 90
MAX_SUSPECTS = 24
"""Places in a piece that are looked at, the nearest to 0 first."""


@dataclass(frozen=True)
class ExactZero:
    """A point at which the slope of a piece is exactly 0, with rationals around it inside the piece.

    `cofactor` is set where the point is a zero of a factor s of the slope: slope = s * cofactor.
    """

    point: Point
    piece: int
    low: fmpq
    high: fmpq
    cofactor: int | None = None


def exact_zeros(land: Landscape) -> Iterator[ExactZero]:
    """Exact zeros near the places where the slope vanishes or touches 0."""
    for k, piece in enumerate(land.pieces):
        if land.shop.is_zero(piece.slope):
            continue  # a plateau, not a point
        for x in dict.fromkeys(_suspects(land, k)):
            for point in itertools.chain(_constants(land.shop, x), _angles(land.shop, piece.slope, x)):
                if land.shop.vanishes_at(piece.slope, point):
                    yield _bracketed(land, k, point, x)
        yield from _factor_zeros(land, k)
        yield from _half_angle_zeros(land, k)


def _bracketed(land: Landscape, k: int, point: Point, x: fmpq, cofactor: int | None = None) -> ExactZero:
    inside = [s.x for s in land.samples if s.piece == k]
    low = max((y for y in inside if y < x - REACH), default=x - REACH)
    high = min((y for y in inside if y > x + REACH), default=x + REACH)
    return ExactZero(point, k, low, high, cofactor)


def _suspects(land: Landscape, k: int) -> Iterator[fmpq]:
    """Samples where the slope's sign is not known, sign changes, and touching points (extrema of the slope)."""
    slope = land.pieces[k].slope
    bend = land.shop.session.derivative(slope)
    inside = [s for s in land.samples if s.piece == k]
    yield from sorted((s.x for s in inside if s.sign is None), key=abs)[:MAX_SUSPECTS]
    found = 0
    for a, b in sorted(pairwise(inside), key=lambda pair: abs(pair[0].x)):
        if found == MAX_SUSPECTS:
            return
        if a.sign is not None and b.sign is not None and a.sign != b.sign:
            narrowed = bisect(land.shop, slope, a.x, b.x, TOUCH_BITS)
        else:
            narrowed = bisect(land.shop, bend, a.x, b.x, TOUCH_BITS)
        if narrowed is not None:
            found += 1
            yield narrowed[0]


def _constants(shop: Workshop, x: fmpq) -> Iterator[Point]:
    """Exact constants that a number may be: simple rationals, multiples of pi, square roots, logarithms."""
    guess = fraction(x)
    terms = shop.session.terms
    yield shop.rational(_simple(guess))
    approximation = float(guess)
    pi = 3.141592653589793
    candidates = []
    ratio = Fraction(approximation / pi).limit_denominator(24)
    if abs(float(ratio) * pi - approximation) < 1e-9 and ratio:
        candidates.append(terms.mul(terms.rational(_simple(ratio)), terms.node("pi")))
    over_pi = Fraction(approximation**2 / pi).limit_denominator(24)
    if over_pi and abs(float(over_pi) * pi - approximation**2) < 1e-9 * approximation**2:
        root = terms.node("sqrt", terms.mul(terms.rational(_simple(over_pi)), terms.node("pi")))
        candidates.append(root if approximation > 0 else terms.neg(root))
    square = Fraction(approximation**2).limit_denominator(200)
    if abs(float(square) - approximation**2) < 1e-9 * max(1.0, approximation**2) and square:
        root = terms.node("sqrt", terms.rational(_simple(square)))
        candidates.append(root if approximation > 0 else terms.neg(root))
    if abs(approximation) < 30:
        power = Fraction(2.718281828459045**approximation).limit_denominator(200)
        if power and abs(float(power) - 2.718281828459045**approximation) < 1e-9:
            candidates.append(terms.node("log", terms.rational(_simple(power))))
    for term in candidates:
        try:
            yield shop.session.point({"constant": shop.line(term)}, ())
        except (Reject, Refuse):
            continue


def _angles(shop: Workshop, slope: int, x: fmpq) -> Iterator[Point]:
    """Points near x at which the argument a*x + b of a sine or cosine in the slope is a multiple of pi/12."""
    terms, forms = shop.session.terms, shop.session.forms
    arguments = {
        terms.nodes[t][1] for t in terms.order(slope) if terms.op(t) in ("sin", "cos") and terms.names[t]
    }
    for argument in sorted(arguments):
        try:
            line = forms.polynomial(argument, "x")
        except (Reject, Refuse):
            continue
        if line is None or line.degree() != 1:
            continue
        value = line[1] * x + line[0]
        twelfths = round(float(fraction(value) / Fraction(math.pi)) * 12)
        angle = terms.mul(terms.rational(fmpq(twelfths, 12)), terms.node("pi"))
        solution = terms.div(terms.add(angle, terms.rational(-line[0])), terms.rational(line[1]))
        with suppress(Reject, Refuse):
            yield shop.session.point({"constant": shop.line(solution)}, ())


def _simple(value: Fraction) -> fmpq:
    near = value.limit_denominator(MAX_DENOMINATOR)
    return exact(near)


def _factor_zeros(land: Landscape, k: int) -> Iterator[ExactZero]:
    """Sign changes of multiple factors of the slope: zeros of f' without a change of its sign."""
    shop = land.shop
    piece = land.pieces[k]
    found = factors(shop.session, piece.slope) or []
    inside = [s.x for s in land.samples if s.piece == k]
    for factor in found:
        if factor.multiplicity < 1 or not shop.session.terms.names[factor.term]:
            continue
        signs = [(x, sign_at(shop, factor.term, x)) for x in inside]
        known = [(x, s) for x, s in signs if s is not None]
        for (a, first), (b, second) in pairwise(known):
            if first == second:
                continue
            point = tight_zero(shop, factor.term, a, b)
            if point is not None:
                low, high = point.bracket or (a, b)
                yield _bracketed(land, k, point, (low + high) / 2, _cofactor(shop, found, factor.term))


def _half_angle_zeros(land: Landscape, k: int) -> Iterator[ExactZero]:
    """Multiple zeros of a trigonometric polynomial P(t)/(1+t²)^N in t = tan(x/2), within (-pi, pi)."""
    shop = land.shop
    terms = shop.session.terms
    slope = land.pieces[k].slope
    try:
        form = shop.session.forms.trigonometric_polynomial(slope, "x")
    except (Reject, Refuse):
        return
    if form is None:
        return
    p, total = half_angle(form[1])
    half = terms.mul(terms.rational(form[0] / 2), terms.variable("x"))
    tangent = terms.node("tan", half)
    weight = terms.power(terms.add(terms.one, terms.square(tangent)), fmpq(-total))
    for factor, multiplicity in p.factor_squarefree()[1]:
        if multiplicity < 2:
            continue
        zero = _in(terms, factor, tangent)
        cofactor = terms.mul(weight, _in(terms, p / factor, tangent))
        reach = fmpq(3) / form[0]
        samples = [-reach + 2 * reach * fmpq(j, 97) for j in range(98)]
        signs = [(x, s) for x in samples if (s := sign_at(shop, zero, x)) is not None]
        for (a, first), (b, second) in pairwise(signs):
            if first != second:
                point = tight_zero(shop, zero, a, b)
                if point is not None and land.index_of(a) == land.index_of(b) == k:
                    low, high = point.bracket or (a, b)
                    yield _bracketed(land, k, point, (low + high) / 2, cofactor)


def _in(terms: Terms, p: fmpq_poly, t: int) -> int:
    """A rational polynomial evaluated at a term, in Horner form."""
    total = terms.zero
    for degree in range(p.degree(), -1, -1):
        total = terms.add(terms.mul(total, t), terms.rational(p[degree]))
    return total


def _cofactor(shop: Workshop, found: list[Factor], term: int) -> int:
    """The product of all factors but one copy of one of them."""
    terms = shop.session.terms
    product = terms.one
    for factor in found:
        multiplicity = factor.multiplicity - (1 if factor.term == term else 0)
        product = terms.mul(product, terms.power(factor.term, fmpq(multiplicity)))
    return product
