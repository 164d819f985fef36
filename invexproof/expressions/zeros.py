"""Zeros of a smooth expression of one variable, exact or isolated, found by search, not by proof."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final

import mpmath
import numpy as np

from invexproof.expressions import terms
from invexproof.expressions.breakpoints import Breakpoint, at_constant, at_root
from invexproof.expressions.evaluation import (
    Array,
    EvaluationError,
    fraction_value,
    mpmath_value,
    numpy_function,
)
from invexproof.expressions.polynomials import as_quotient, linear_zero, rational_zeros, simplest_between
from invexproof.expressions.signs import evident_sign
from invexproof.expressions.terms import PI, Expression, postorder

WINDOW: Final = 64
"""Zeros are searched on an even grid up to here; beyond, up to 1e8, on a logarithmic one."""
_STEP: Final = 1 / 64
_MAX_ZEROS: Final = 200
_MAX_OF_INFINITELY_MANY: Final = 48
_NOISE: Final = 1e-13

_far = np.geomspace(WINDOW, 1e8, 300)
_near = np.geomspace(1e-8, _STEP, 150)
_even = np.arange(_STEP, WINDOW, _STEP)
_positive = np.unique(np.concatenate([_near, _even, _far]))
_GRID: Final = np.concatenate([-_positive[::-1], [0.0], _positive])


@dataclass(frozen=True)
class Zeros:
    """The zeros found, in increasing order.

    ``infinite``: there seem to be infinitely many, and those next to 0 are listed.  ``everywhere``: the
    expression seems to vanish identically.
    """

    points: tuple[Breakpoint, ...] = ()
    infinite: bool = False
    everywhere: bool = False


@lru_cache(maxsize=512)
def zeros(g: Expression, name: str = "x") -> Zeros:
    """Zeros, and poles since the sign may change there, of a smooth expression in one variable."""
    found = [_zeros(u, name) for u in (g, *_divisors(g, name))]
    points = _ordered([point for part in found if not part.everywhere for point in part.points])
    return Zeros(points, any(part.infinite for part in found), found[0].everywhere)


def _divisors(g: Expression, name: str) -> list[Expression]:
    """What the expression divides by, unless it evidently has no zero."""
    divisors = [node.args[1] for node in postorder(g) if node.op == "div"]
    return [u for u in divisors if name in u.variables and evident_sign(u) not in ("<", ">")]


def _zeros(g: Expression, name: str) -> Zeros:
    if name not in g.variables:
        return Zeros(everywhere=_vanishes(g))
    quotient = as_quotient(g, name)
    if quotient is not None:
        if not quotient[0]:
            return Zeros(everywhere=True)
        return Zeros(_ordered(rational_zeros(g, name) or []))
    linear = linear_zero(g, name)
    if linear is not None:
        return Zeros((at_constant(linear, g),))
    if _seems_zero(g, name):
        return Zeros(everywhere=True)
    return _search(g, name)


def _ordered(points: list[Breakpoint]) -> tuple[Breakpoint, ...]:
    """Increasing, each point once (an exact description before an isolating one)."""
    points = sorted(points, key=lambda p: p.kind == "root")
    distinct: list[Breakpoint] = []
    for point in points:
        if not any(point.coincides(other) for other in distinct):
            distinct.append(point)
    return tuple(sorted(distinct, key=lambda p: p.value))


def _vanishes(constant: Expression) -> bool:
    """Whether an expression without variables is zero: exactly, by SymPy where numbers do not tell."""
    if not _numerically_zero(constant, {}):
        return False
    rational = fraction_value(constant, {})
    if rational is not None:
        return rational == 0
    import sympy  # rarely needed, and slow to import

    from invexproof.expressions.sympy_bridge import to_sympy

    return bool(sympy.simplify(to_sympy(constant)) == 0)


def _numerically_zero(e: Expression, values: Mapping[str, Fraction]) -> bool:
    """Whether the value looks like zero: it shrinks with the precision.  False where it is undefined."""
    try:
        coarse = mpmath_value(e, values, 30)
        if abs(coarse) > mpmath.mpf(10) ** -25:
            return False
        fine = mpmath_value(e, values, 90)
    except EvaluationError:
        return False
    scale = abs(coarse) if coarse else mpmath.mpf(10) ** -40
    return bool(abs(fine) <= scale * mpmath.mpf(10) ** -40)


def _seems_zero(g: Expression, name: str) -> bool:
    """Whether the value looks like zero at samples on all sides."""
    samples = [Fraction(p, 97) for p in (-1213, -311, -95, -17, 29, 104, 277, 1511)]
    finite = np.isfinite(numpy_function(g, (name,))(np.array([float(s) for s in samples])))
    defined = [s for s, is_finite in zip(samples, finite, strict=True) if is_finite]
    return len(defined) >= 2 and all(_numerically_zero(g, {name: s}) for s in defined)


def _search(g: Expression, name: str) -> Zeros:
    """Sign changes, and touching zeros with a simple exact value, on the grid."""
    function = numpy_function(g, (name,))
    values = _signed(g, function, name)
    known = np.flatnonzero(np.isfinite(values) & (values != 0))
    if known.size == 0:
        return Zeros()
    signs = np.sign(values[known])
    changes = np.flatnonzero(signs[1:] != signs[:-1])
    brackets = [(float(_GRID[known[i]]), float(_GRID[known[i + 1]])) for i in changes]
    touching = _minima(values)
    infinite = False
    if _oscillates(g, name):
        infinite = any(sum(abs(b[0]) > WINDOW for b in places) > 20 for places in (brackets, touching))
    found = list(_refined(g, function, name, _innermost(brackets, infinite)))
    found.extend(_touching(g, function, name, _innermost(touching, infinite)))
    return Zeros(_ordered(found), infinite)


def _innermost(places: list[tuple[float, float]], infinite: bool) -> list[tuple[float, float]]:
    """The places next to 0: where zeros go on for ever, those on the even grid, which misses none of them."""
    places = sorted(places, key=lambda place: max(map(abs, place)))
    if infinite:
        return [place for place in places if max(map(abs, place)) < WINDOW][:_MAX_OF_INFINITELY_MANY]
    return places[:_MAX_ZEROS]


def _signed(g: Expression, function: Callable[..., Array], name: str) -> Array:
    """Values on the grid, zero where a difference is too small against its terms for its sign to be known."""
    values = function(_GRID)
    if g.op in ("add", "sub"):
        left, right = (np.abs(numpy_function(a, (name,))(_GRID)) for a in g.args)
        values = np.where(np.abs(values) <= _NOISE * (left + right), 0.0, values)
    return values


def _oscillates(g: Expression, name: str) -> bool:
    return any(node.op in ("sin", "cos", "tan") and name in node.variables for node in postorder(g))


def _narrowed(function: Callable[..., Array], low: float, high: float) -> tuple[float, float]:
    """A narrower bracket by repeated subdivision, as far as the signs in floating point are to be trusted."""
    for _ in range(8):
        points = np.linspace(low, high, 65)
        signs = np.sign(function(points))
        changes = np.flatnonzero(signs[1:] != signs[:-1])
        if changes.size != 1 or high - low <= 1e-11 * max(1.0, abs(low)):
            break
        low, high = float(points[changes[0]]), float(points[changes[0] + 1])
    return low, high


def _refined(
    g: Expression, function: Callable[..., Array], name: str, brackets: list[tuple[float, float]]
) -> Iterator[Breakpoint]:
    for outer in brackets:
        low, high = _narrowed(function, *outer)
        margin = 1e-11 * max(1.0, abs(low))
        exact = _recognised(g, name, max(low - margin, outer[0]), min(high + margin, outer[1]))
        root = exact or at_root(g, name, Fraction(low), Fraction(high))
        root = root or at_root(g, name, *map(Fraction, outer))
        if root is not None:
            yield root


def _minima(values: Array) -> list[tuple[float, float]]:
    """Neighbourhoods of small local minima of |g| on the grid."""
    size = np.abs(np.where(np.isfinite(values), values, np.inf))
    left, middle, right = size[:-2], size[1:-1], size[2:]
    lowest = (middle <= left) & (middle <= right) & (middle < 1) & (middle < np.maximum(left, right))
    return [(float(_GRID[i]), float(_GRID[i + 2])) for i in np.flatnonzero(lowest)]


def _touching(
    g: Expression, function: Callable[..., Array], name: str, places: list[tuple[float, float]]
) -> Iterator[Breakpoint]:
    """Zeros without a change of sign, at local minima of |g|, if they have a simple exact value."""
    for low, high in places:
        for _ in range(6):
            points = np.linspace(low, high, 65)
            best = int(np.nanargmin(np.abs(function(points))))
            low, high = float(points[max(0, best - 1)]), float(points[min(64, best + 1)])
        if abs(function(low)) < 1e-6:
            # The minimum of a square is known to half the digits only.
            exact = _recognised(g, name, low - 1e-7, high + 1e-7)
            if exact is not None:
                yield exact


def _recognised(g: Expression, name: str, low: float, high: float) -> Breakpoint | None:
    """A zero in [low, high] that has a simple exact form and is verified to be a zero, exactly."""
    for candidate in _candidates(low, high):
        if _is_zero_at(g, name, candidate):
            return at_constant(candidate, g)
    return None


def _candidates(low: float, high: float) -> Iterator[Expression]:
    """Simple constants in [low, high]: fractions, multiples of pi/12, their roots and logarithms."""
    simplest = simplest_between(Fraction(low), Fraction(high))
    if simplest.denominator <= 10_000:
        yield terms.rational(simplest)
    if (low < 0) == (high < 0):
        multiple = simplest_between(Fraction(low / math.pi), Fraction(high / math.pi))
        if 12 % multiple.denominator == 0:
            yield _scaled_pi(multiple)
        ends = (low, high) if low > 0 else (-high, -low)
        square = simplest_between(*(Fraction(end * end) for end in ends))
        if square.denominator <= 64:
            yield terms.sqrt(square) if low > 0 else -terms.sqrt(square)
    if max(abs(low), abs(high)) < 20:
        power = simplest_between(Fraction(math.exp(low)), Fraction(math.exp(high)))
        if power.denominator <= 64 and power != 1:
            yield terms.log(power)


def _scaled_pi(multiple: Fraction) -> Expression:
    above = multiple.numerator * PI if abs(multiple.numerator) != 1 else PI if multiple > 0 else -PI
    return above if multiple.denominator == 1 else above / multiple.denominator


def _is_zero_at(g: Expression, name: str, point: Expression) -> bool:
    if point.op == "rat":
        value = fraction_value(g, {name: point.value})
        if value is not None:
            return value == 0
    return _vanishes(g.substitute({name: point}))
