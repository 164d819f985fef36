"""Points where the pieces of a univariate function meet: rational, other exact constants, isolated roots."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, Literal

import mpmath

from invexproof.expressions import terms
from invexproof.expressions.evaluation import EvaluationError, mpmath_value, to_mpf
from invexproof.expressions.printing import to_text
from invexproof.expressions.terms import Expression

DIGITS: Final = 50
"""Decimal digits of the approximate value of a breakpoint."""
_BRACKET_BITS: Final = 34

Kind = Literal["rational", "constant", "root"]


@dataclass(frozen=True)
class Breakpoint:
    """A point, exactly: a ``rational``, another ``constant``, or the ``root`` of its guard in its bracket.

    ``guard`` is a (smooth) expression of which the point is a zero.  The bracket's ends are rationals where
    the guard has opposite signs, at most 1e-9 apart.  ``value`` approximates the point to about 50 digits.
    """

    kind: Kind
    value: Any
    guard: Expression
    expression: Expression | None = None
    bracket: tuple[Fraction, Fraction] | None = None

    @property
    def rational(self) -> Fraction | None:
        """The point, if it is known to be rational."""
        return self.expression.value if self.expression is not None and self.kind == "rational" else None

    def __float__(self) -> float:
        return float(self.value)

    def __str__(self) -> str:
        return f"{mpmath.nstr(self.value, 12)}…" if self.expression is None else to_text(self.expression)

    def __lt__(self, other: Breakpoint) -> bool:
        return not self.coincides(other) and bool(self.value < other.value)

    def coincides(self, other: Breakpoint) -> bool:
        """Whether both are the same point: exactly for rationals, else to 30 digits (a guess, then)."""
        if self.rational is not None and other.rational is not None:
            return self.rational == other.rational
        with mpmath.workdps(DIGITS):
            margin = mpmath.mpf(10) ** -30 * max(1, abs(self.value))
            return bool(abs(self.value - other.value) <= margin)

    def value_of(self, e: Expression, name: str, dps: int = DIGITS) -> Any:
        """The value of an expression at the point, as mpmath_value gives it; raises EvaluationError."""
        if self.expression is None:
            return mpmath_value(e, {name: self.value}, dps)
        return mpmath_value(e.substitute({name: self.expression}), {}, dps)


def at_rational(point: Fraction, guard: Expression) -> Breakpoint:
    """The breakpoint at a rational zero of the guard."""
    with mpmath.workdps(DIGITS):
        return Breakpoint("rational", to_mpf(point), guard, terms.rational(point))


def at_constant(point: Expression, guard: Expression) -> Breakpoint:
    """The breakpoint at an exact constant (an expression without variables)."""
    if point.op == "rat":
        return at_rational(point.value, guard)
    return Breakpoint("constant", mpmath_value(point, {}, DIGITS), guard, point)


def at_root(guard: Expression, name: str, low: Fraction, high: Fraction) -> Breakpoint | None:
    """The breakpoint at the sign change of the guard between two rationals; None if none is found."""

    def g(t: Any) -> Any:
        return mpmath_value(guard, {name: t}, DIGITS)

    with mpmath.workdps(DIGITS):
        try:
            at_low, at_high = mpmath.sign(g(low)), mpmath.sign(g(high))
            if at_low * at_high >= 0:
                return None
            ends = (to_mpf(low), to_mpf(high))
            value = mpmath.findroot(g, ends, solver="illinois", tol=mpmath.mpf(10) ** -90, verify=False)
            if not ends[0] <= value <= ends[1]:
                return None
            scale = 2 ** max(4, _BRACKET_BITS - max(0, int(mpmath.mag(value) if value else 0)))
            below = max(low, Fraction(int(mpmath.floor(value * scale)), scale))
            above = min(high, below + Fraction(1, scale))
            if mpmath.sign(g(below)) == at_low and mpmath.sign(g(above)) == at_high:
                return Breakpoint("root", value, guard, None, (below, above))
        except (EvaluationError, ZeroDivisionError, ValueError):
            return None
    return Breakpoint("root", value, guard, None, (low, high)) if high - low <= Fraction(1, 10**9) else None
