"""Separable functions g(x) = sum of t(|x_i|^p), for one value of their parameters or for all in their ranges."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from invexproof.activations import Domain
from invexproof.activations.parameters import tidied
from invexproof.expressions import terms
from invexproof.expressions.evaluation import fraction_value
from invexproof.expressions.parser import parse
from invexproof.expressions.terms import Expression
from invexproof.integrations.invexapi.exports import Concave, Function, Share, Variant
from invexproof.subjects import Ranges, parse_ranges

X: Final = terms.var("x")
MAX_EXPONENT: Final = 100
"""Largest numerator or denominator of an exponent p with which |x|^p is written as a power."""

Values = Mapping[str, float]
"""Attributes of an object as it has them: finite floats or integers, or an infinity."""


@dataclass(frozen=True)
class Slice:
    """A part of t up to a positive factor, and its slope at 0 if it is concave; None if part(v)/v^2 falls."""

    part: Expression
    slope: Expression | None


@dataclass(frozen=True)
class Profile:
    """t in the variable v and the parameters of ``ranges``, with the exponent p; None for every p in (0, 1]."""

    t: Expression
    power: Fraction | None
    ranges: Ranges
    slices: tuple[Slice, ...]

    def at(self, v: Expression) -> Expression:
        """t of something."""
        return self.t.substitute({"v": v})

    def function(self, power: Fraction | None = None) -> Expression | None:
        """f(x) = t(|x|^p), which g sums; None if p has too large terms to be an exponent, or is a parameter."""
        p = self.power if power is None else power
        if p is None or max(p.numerator, p.denominator) > MAX_EXPONENT:
            return None
        if p.denominator == 1 and p.numerator % 2 == 0:
            return self.at(terms.power(X, p))
        magnitude = terms.build("abs", (X,))
        return self.at(magnitude if p == 1 else terms.power(magnitude, p))

    def only(self, expression: Expression) -> Ranges:
        """The ranges of the parameters that occur in an expression."""
        return {name: domain for name, domain in self.ranges.items() if name in expression.variables}


def family(variant: Variant) -> Profile:
    """The function for all values of its parameters."""
    ranges = parse_ranges(variant.ranges)
    power = None if variant.power in ranges else Fraction(variant.power)
    return _profile(variant, {}, ranges, power)


def instance(function: Function, values: Values) -> Profile | None:
    """The function for the exact values that an object has; None if they are outside all variants."""
    for variant in function.variants:
        bound = _bound(variant, values)
        if bound is not None:
            power = bound.get(variant.power)
            return _profile(variant, bound, {}, Fraction(variant.power) if power is None else power)
    return None


def defining_values(variant: Variant, values: Values) -> bool:
    """Whether the variant is the one for these values."""
    return _bound(variant, values) is not None


def _bound(variant: Variant, values: Values) -> dict[str, Fraction] | None:
    """The exact values of the parameters of the formulas; None unless they belong to this variant."""
    for name, text in variant.exact.items():
        if values[name] != (float(text) if "inf" in text else Fraction(text)):
            return None
    free = {name: value for name, value in values.items() if name not in variant.exact}
    if not all(math.isfinite(value) for value in free.values()):
        return None
    exact = {name: Fraction(value) for name, value in free.items()}
    for name, formula in variant.derived.items():
        value = fraction_value(parse(formula, list(exact)), exact)
        if value is None:
            return None
        exact[name] = value
    domains = parse_ranges(variant.ranges)
    return exact if all(_inside(domain, exact[name]) for name, domain in domains.items()) else None


def _inside(domain: Domain, value: Fraction) -> bool:
    return domain.contains(terms.rational(value))


def _profile(
    variant: Variant, values: Mapping[str, Fraction], ranges: Ranges, power: Fraction | None
) -> Profile:
    names = ["v", *ranges, *values]
    known = {name: terms.rational(value) for name, value in values.items()}

    def read(text: str) -> Expression:
        expression = parse(text, names)
        return tidied(expression.substitute({n: e for n, e in known.items() if n in expression.variables}))

    def cut(share: Share) -> Slice:
        slope = read(share.growth.slope) if isinstance(share.growth, Concave) else None
        return Slice(read(share.inner), slope)

    weighted = (share for share in variant.shares if read(share.weight) != terms.rational(0))
    return Profile(read(variant.inner), power, ranges, tuple(cut(share) for share in weighted))
