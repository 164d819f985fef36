"""Bounds of products and quotients: by the signs of the factors, by their sizes, or by the corners of their box."""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb, fmpq

from invexcheck.intervals import Interval
from invexproof.rocq.bounds import ZERO, Bound, Bounds, exact, simple_above, simple_below
from invexproof.rocq.expressions import ATOM, ExportError, rational


def flag(strict: bool) -> str:
    """A truth value of Rocq."""
    return "true" if strict else "false"


@dataclass(frozen=True)
class Factor:
    """A factor of a product: a term, or the inverse of one."""

    term: int
    inverse: bool = False

    def ends(self, bounds: Bounds) -> Interval | None:
        found = bounds.enclosure(self.term)
        if found is None or not self.inverse:
            return found
        zero, infinity = arb(0), arb("inf")
        if found.positive:
            low = zero if not found.hi.is_finite() else (1 / found.hi).lower()
            high = infinity if (found.lo == 0) is True else (1 / found.lo).upper()
            return Interval(low, high, not found.hi.is_finite() or found.hi_open, found.lo_open)
        if found.negative:
            low = -infinity if (found.hi == 0) is True else (1 / found.hi).lower()
            high = zero if not found.lo.is_finite() else (1 / found.lo).upper()
            return Interval(low, high, found.hi_open, not found.lo.is_finite() or found.lo_open)
        return None

    def prove(self, bounds: Bounds, above: bool, at: fmpq, strict: bool) -> str:
        if not self.inverse:
            return bounds.prove(self.term, above, at, strict)
        found = bounds.enclosure(self.term)
        text = bounds.expressions.real(self.term, ATOM)
        sign = "<" if strict else "<="
        statement = f"{rational(at)} {sign} / {text}" if above else f"/ {text} {sign} {rational(at)}"
        if at == 0 and found is not None and above == found.positive:
            h = bounds.sign(self.term, ">" if above else "<")
            lemma = "inv_positive" if above else "inv_negative"
            weak = "" if strict else "apply Rlt_le; "
            return bounds.script.fact(statement, f"{weak}exact ({lemma} _ {h}).")
        if at > 0 and found is not None and found.positive:
            p = 1 / at
            h = bounds.prove(self.term, not above, p, strict)
            if above:
                positive = bounds.sign(self.term, ">")
                step = f"inv_lower {flag(strict)} {rational(p)} {rational(at)} _ {positive} {h} _ _"
            else:
                step = f"inv_upper {flag(strict)} {rational(p)} {rational(at)} _ {h} _ _"
            return bounds.script.fact(statement, f"refine ({step}); lra.")
        raise ExportError(bounds.failure(self.term, f"such that its inverse is {sign} {at}"))


def multiply(bounds: Bounds, bound: Bound) -> str | None:
    _, a, b = bounds.session.terms.nodes[bound.term]
    if a == b and bound.above and bound.at <= 0 and not bound.strict:
        return "apply Rle_trans with 0; [lra|apply square_lower]."
    return _product(bounds, bound, Factor(a), Factor(b))


def divide(bounds: Bounds, bound: Bound) -> str | None:
    _, a, b = bounds.session.terms.nodes[bound.term]
    step = _product(bounds, bound, Factor(a), Factor(b, inverse=True))
    return None if step is None else f"unfold Rdiv. {step}"


def _product(bounds: Bounds, bound: Bound, a: Factor, b: Factor) -> str | None:
    first, second = a.ends(bounds), b.ends(bounds)
    if first is None or second is None:
        return None
    signs = [1 if side.nonnegative else -1 if side.nonpositive else 0 for side in (first, second)]
    if 0 not in signs and bound.at == 0 and (signs[0] * signs[1] > 0) == bound.above:
        strict = [side.positive or side.negative for side in (first, second)]
        if bound.strict and not all(strict):
            return None
        names = {1: "pos", -1: "neg"}
        hs = [
            factor.prove(bounds, sign > 0, ZERO, known)
            for factor, sign, known in zip((a, b), signs, strict, strict=True)
        ]
        weak = "apply Rlt_le; " if all(strict) and not bound.strict else ""
        flags = " ".join(flag(known) for known in strict)
        return f"{weak}exact (mul_{names[signs[0]]}_{names[signs[1]]} {flags} _ _ {hs[0]} {hs[1]})."
    if 0 not in signs and (signs[0] * signs[1] > 0) == (bound.at > 0):
        return _scaled(bounds, bound, (a, b), (first, second), signs)
    ends = [first.lo, first.hi, second.lo, second.hi]
    if all(end.is_finite() for end in ends):
        return _corners(bounds, bound, (a, b), (first, second))
    if 0 not in signs and (signs[0] * signs[1] > 0) == bound.above:
        # a positive product above a negative number
        h = Bound(bound.term, bound.above, ZERO, False)
        name = bounds.prove(h.term, h.above, h.at, h.strict)
        return f"revert {name}; lra."
    return None


def _scaled(
    bounds: Bounds,
    bound: Bound,
    factors: tuple[Factor, Factor],
    sides: tuple[Interval, Interval],
    signs: list[int],
) -> str | None:
    """Away from 0: a product of two positive lower bounds, or of two upper bounds, and the mirror images."""
    positive = signs[0] == signs[1]
    far = bound.above == positive  # whether absolute values are bounded from below
    ends, opens = [], []
    for side, sign in zip(sides, signs, strict=True):
        low_end = (sign > 0) == far
        end, is_open = (side.lo, side.lo_open) if low_end else (side.hi, side.hi_open)
        if not end.is_finite() or (end == 0) is True:
            return None
        ends.append(exact(end))
        opens.append(is_open)
    slack = abs(ends[0] * ends[1]) - abs(bound.at)
    slack = slack if far else -slack
    if slack < 0 or (slack == 0 and bound.strict and not any(opens)):
        return None
    if slack == 0:
        p, q = ends
    else:
        half = abs(ends[0]) * slack / (abs(ends[0] * ends[1]) if far else abs(bound.at)) / 2
        size = simple_below(abs(ends[0]), half) if far else simple_above(abs(ends[0]), half)
        p = size * signs[0]
        q = bound.at / p
    strict = [p != ends[0] or opens[0], q != ends[1] or opens[1]]
    if bound.strict and not any(strict):
        return None
    above = [(sign > 0) == far for sign in signs]
    h1 = factors[0].prove(bounds, above[0], p, strict[0])
    h2 = factors[1].prove(bounds, above[1], q, strict[1])
    weak = "apply Rlt_le; " if any(strict) and not bound.strict else ""
    flags = f"{flag(strict[0])} {flag(strict[1])}"
    numbers = f"{rational(p)} {rational(q)} {rational(bound.at)}"
    name = SCALED[far, signs[0], signs[1]]
    if far:
        return f"{weak}refine ({name} {flags} {numbers} _ _ {h1} {h2} _ _ _); lra."
    g1 = factors[0].prove(bounds, signs[0] > 0, ZERO, False)
    g2 = factors[1].prove(bounds, signs[1] > 0, ZERO, False)
    return f"{weak}refine ({name} {flags} {numbers} _ _ {h1} {h2} {g1} {g2} _ _ _); lra."


SCALED = {
    (True, 1, 1): "mul_lower",
    (True, -1, -1): "mul_lower_negative",
    (True, 1, -1): "mul_upper_negative",
    (True, -1, 1): "mul_upper_negative_left",
    (False, 1, 1): "mul_upper",
    (False, -1, -1): "mul_upper_negatives",
    (False, 1, -1): "mul_lower_mixed",
    (False, -1, 1): "mul_lower_mixed_left",
}
"""The lemma on a product away from 0, by whether sizes are bounded from below, and the signs of the factors."""


def _corners(
    bounds: Bounds, bound: Bound, factors: tuple[Factor, Factor], sides: tuple[Interval, Interval]
) -> str | None:
    corners = [exact(x) * exact(y) for x in (sides[0].lo, sides[0].hi) for y in (sides[1].lo, sides[1].hi)]
    slack = min(corners) - bound.at if bound.above else bound.at - max(corners)
    if slack <= 0:
        return None
    size = max(abs(exact(end)) for side in sides for end in (side.lo, side.hi)) + 1
    room = slack / (4 * size)
    ends, names = [], []
    for factor, side in zip(factors, sides, strict=True):
        for above, end in ((True, side.lo), (False, side.hi)):
            value = simple_below(exact(end), room) if above else simple_above(exact(end), room)
            ends.append(value)
            names.append(factor.prove(bounds, above, value, False))
    name = "mul_corners_lower" if bound.above else "mul_corners_upper"
    numbers = " ".join(rational(v) for v in (*ends, bound.at))
    weak = "" if bound.strict else "apply Rlt_le; "
    return f"{weak}refine ({name} {numbers} _ _ {' '.join(names)} _ _ _ _); lra."
