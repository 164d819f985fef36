"""Exact facts about piecewise polynomials of degree at most 2 with rational coefficients and breakpoints.

They say what becomes of functions with plateaus under definitions other than ours, for which there is no certificate.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import sympy

from invexproof.expressions.evaluation import fraction_value
from invexproof.expressions.piecewise import PiecewiseError, normal_form
from invexproof.expressions.sympy_bridge import to_sympy
from invexproof.expressions.terms import Expression

Coefficients = tuple[Fraction, Fraction, Fraction]
"""a, b, c of a x^2 + b x + c."""


@dataclass(frozen=True)
class Shape:
    """Pieces between breakpoints, and the values at these."""

    breakpoints: tuple[Fraction, ...]
    pieces: tuple[Coefficients, ...]
    values: tuple[Fraction, ...]

    def moves(self) -> list[int]:
        """Signs of how f moves, from left to right: on stretches, and into and out of each breakpoint."""
        moves: list[int] = []
        for k, (piece, low, high) in enumerate(self._intervals()):
            moves += _stretches(piece, low, high)
            if high is not None:
                before, after = _at(piece, high), _at(self.pieces[k + 1], high)
                moves += [_sign(self.values[k] - before), _sign(after - self.values[k])]
        return moves

    @property
    def is_quasiconvex(self) -> bool:
        """Every set {f <= t} is an interval: f never falls after it has risen."""
        moves = [move for move in self.moves() if move]
        return not any((a, b) == (1, -1) for a, b in pairwise(moves))

    @property
    def is_continuous(self) -> bool:
        """No piece jumps at a breakpoint."""
        return all(
            _at(self.pieces[k], x) == self.values[k] == _at(self.pieces[k + 1], x)
            for k, x in enumerate(self.breakpoints)
        )

    @property
    def infimum(self) -> Fraction | None:
        """The greatest lower bound; None for minus infinity."""
        first, last = self.pieces[0], self.pieces[-1]
        if _sign_far(first, -1) < 0 or _sign_far(last, 1) < 0:
            return None
        candidates = list(self.values)
        for piece, low, high in self._intervals():
            candidates += [
                _at(piece, x) for x in (low, high, _vertex(piece)) if x is not None and _between(x, low, high)
            ]
            if _is_flat(piece):
                candidates.append(piece[2])
        return min(candidates)

    def smooth_stationary_values(self, plateaus: bool) -> Iterator[Fraction]:
        """f where it is differentiable with derivative 0 inside a piece; with or without the plateaus."""
        for piece, low, high in self._intervals():
            vertex = _vertex(piece)
            if _is_flat(piece):
                if plateaus:
                    yield piece[2]
            elif vertex is not None and (low is None or low < vertex) and (high is None or vertex < high):
                yield _at(piece, vertex)

    def kink_values(self) -> Iterator[Fraction]:
        """f at the breakpoints that are Clarke-stationary and no end of a plateau."""
        for k, x in enumerate(self.breakpoints):
            left, right = self.pieces[k], self.pieces[k + 1]
            flat = _is_flat(left) or _is_flat(right)
            if not flat and _slope(left, x) * _slope(right, x) <= 0:
                yield self.values[k]

    def _intervals(self) -> Iterator[tuple[Coefficients, Fraction | None, Fraction | None]]:
        ends = [None, *self.breakpoints, None]
        for piece, (low, high) in zip(self.pieces, pairwise(ends), strict=True):
            yield piece, low, high


def shape(expression: Expression) -> Shape | None:
    """The function as such pieces; None if it is no such function."""
    try:
        form = normal_form(expression)
    except PiecewiseError:
        return None
    points = [point.rational for point in form.breakpoints]
    pieces = [_coefficients(piece) for piece in form.pieces]
    values = [None if p is None else fraction_value(expression, {"x": p}) for p in points]
    if form.infinite or None in points or None in pieces or None in values:
        return None
    return Shape(
        tuple(p for p in points if p is not None),
        tuple(p for p in pieces if p is not None),
        tuple(v for v in values if v is not None),
    )


def _coefficients(piece: Expression) -> Coefficients | None:
    symbol = sympy.Symbol("x", real=True)
    try:
        polynomial = sympy.Poly(to_sympy(piece).subs(sympy.Symbol("x"), symbol), symbol)
    except sympy.PolynomialError:
        return None
    if polynomial.degree() > 2 or not all(c.is_Rational for c in polynomial.all_coeffs()):
        return None
    found = [Fraction(int(c.p), int(c.q)) for c in polynomial.all_coeffs()]
    a, b, c = [Fraction(0)] * (3 - len(found)) + found
    return a, b, c


def _is_flat(piece: Coefficients) -> bool:
    return not piece[0] and not piece[1]


def _at(piece: Coefficients, x: Fraction) -> Fraction:
    a, b, c = piece
    return (a * x + b) * x + c


def _slope(piece: Coefficients, x: Fraction) -> Fraction:
    return 2 * piece[0] * x + piece[1]


def _vertex(piece: Coefficients) -> Fraction | None:
    return -piece[1] / (2 * piece[0]) if piece[0] else None


def _between(x: Fraction, low: Fraction | None, high: Fraction | None) -> bool:
    return (low is None or low <= x) and (high is None or x <= high)


def _stretches(piece: Coefficients, low: Fraction | None, high: Fraction | None) -> list[int]:
    """Signs of the slope on an open interval, cut at the vertex."""
    vertex = _vertex(piece)
    inside = vertex is not None and (low is None or low < vertex) and (high is None or vertex < high)
    ends = [low, vertex, high] if inside else [low, high]
    return [_sign(_slope(piece, _middle(a, b))) for a, b in pairwise(ends)]


def _middle(low: Fraction | None, high: Fraction | None) -> Fraction:
    if low is None:
        return high - 1 if high is not None else Fraction(0)
    return low + 1 if high is None else (low + high) / 2


def _sign(value: Fraction) -> int:
    return (value > 0) - (value < 0)


def _sign_far(piece: Coefficients, side: int) -> int:
    """Where the piece tends to towards side * infinity: 1, -1, or 0 if it is constant."""
    return _sign(piece[0]) or _sign(piece[1]) * side
