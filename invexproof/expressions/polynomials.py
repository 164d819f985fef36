"""Exact zeros of what is a rational function of one variable, or linear in it with constant coefficients."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any, Final, TypeAlias

from flint import arb, fmpq, fmpq_poly, fmpz_poly

from invexproof.expressions import terms
from invexproof.expressions.breakpoints import Breakpoint, at_constant, at_rational, at_root
from invexproof.expressions.terms import Expression, postorder

_MAX_DEGREE: Final = 64

_Quotient: TypeAlias = tuple[fmpq_poly, fmpq_poly]


def rational_zeros(g: Expression, name: str) -> list[Breakpoint] | None:
    """Zeros of a rational function with rational coefficients; None if ``g`` is not one, or vanishes.

    Poles are among them since the sign changes there, too.
    """
    quotient = as_quotient(g, name)
    if quotient is None or not quotient[0]:
        return None
    return [point for polynomial in quotient for point in _roots(polynomial, name)]


def as_quotient(g: Expression, name: str) -> _Quotient | None:
    """Numerator and denominator of a rational function with rational coefficients, not reduced."""
    image: dict[Expression, _Quotient] = {}
    one = fmpq_poly([1])
    for node in postorder(g):
        if any(a not in image for a in node.args):
            return None
        args = [image[a] for a in node.args]
        if node.op == "rat":
            result = (fmpq_poly([_fmpq(node.value)]), one)
        elif node.op == "var" and node.name == name:
            result = (fmpq_poly([0, 1]), one)
        elif node.op in ("add", "sub"):
            (p, q), (r, s) = args
            result = (p * s + r * q if node.op == "add" else p * s - r * q, q * s)
        elif node.op == "mul":
            result = (args[0][0] * args[1][0], args[0][1] * args[1][1])
        elif node.op == "div" and args[1][0]:
            result = (args[0][0] * args[1][1], args[0][1] * args[1][0])
        elif node.op == "neg":
            result = (-args[0][0], args[0][1])
        elif node.op == "pow" and _small_power(args[0], node.value):
            n = node.value.numerator
            p, q = args[0] if n >= 0 else args[0][::-1]
            result = (p ** abs(n), q ** abs(n))
        else:
            return None
        if max(result[0].degree(), result[1].degree()) > _MAX_DEGREE:
            return None
        image[node] = result
    return image[g]


def _small_power(base: _Quotient, q: Fraction) -> bool:
    degree = max(1, base[0].degree(), base[1].degree())
    return q.denominator == 1 and abs(q.numerator) * degree <= _MAX_DEGREE and (q > 0 or bool(base[0]))


def _fmpq(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)


def _roots(polynomial: fmpq_poly, name: str) -> list[Breakpoint]:
    """The real roots, exactly for factors of degree one and two."""
    _, factors = polynomial.numer().factor()
    points: list[Breakpoint] = []
    for factor, _ in factors:
        guard = _horner([int(c) for c in factor.coeffs()], name)
        if factor.degree() == 1:
            points.append(at_rational(Fraction(-int(factor[0]), int(factor[1])), guard))
        elif factor.degree() == 2:
            points.extend(at_constant(root, guard) for root in _surds(*(int(factor[i]) for i in (2, 1, 0))))
        elif factor.degree() > 2:
            points.extend(_isolated(factor, guard, name))
    return points


def _surds(a: int, b: int, c: int) -> list[Expression]:
    """The real roots of an irreducible quadratic, as short expressions."""
    discriminant = b * b - 4 * a * c
    if discriminant < 0:
        return []
    outside, inside = 1, discriminant
    for prime in (2, 3, 5, 7, 11, 13):
        while inside % prime**2 == 0:
            outside, inside = outside * prime, inside // prime**2
    centre, spread = Fraction(-b, 2 * a), Fraction(outside, abs(2 * a))
    root = terms.sqrt(inside)
    part = root if spread.numerator == 1 else spread.numerator * root
    part = part if spread.denominator == 1 else part / spread.denominator
    return [centre - part, centre + part] if centre else [-part, part]


def _isolated(factor: fmpz_poly, guard: Expression, name: str) -> list[Breakpoint]:
    points = []
    enclosures: Any = factor.complex_roots()  # pairs (root, multiplicity)
    for root, _ in enclosures:
        if root.imag.is_zero():  # exactly so for the real ones
            centre = _dyadic(root.real)
            radius = max(Fraction(1), abs(centre)) / 2**40
            points.append(at_root(guard, name, centre - radius, centre + radius))
    return [point for point in points if point is not None]


def _dyadic(ball: arb) -> Fraction:
    mantissa, exponent = ball.mid().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _horner(coefficients: list[int], name: str) -> Expression:
    """The polynomial with these coefficients, constant term first."""
    x = terms.var(name)
    result: Expression | None = None
    for degree, c in enumerate(coefficients):
        if c:
            power = terms.rational(1) if degree == 0 else x if degree == 1 else terms.power(x, degree)
            term = power if c == 1 else terms.rational(c) if degree == 0 else c * power
            result = term if result is None else term + result
    return terms.rational(0) if result is None else result


def linear_zero(g: Expression, name: str) -> Expression | None:
    """The zero of an expression a*x + b with constant a, b (such as x - log(2)); None if it is not linear."""
    image: dict[Expression, tuple[Expression, Expression]] = {}
    zero = terms.rational(0)
    for node in postorder(g):
        if name not in node.variables:
            image[node] = (zero, node)
            continue
        if any(a not in image for a in node.args):
            return None
        args = [image[a] for a in node.args]
        if node.op == "var":
            image[node] = (terms.rational(1), zero)
        elif node.op in ("add", "sub"):
            (a, b), (c, d) = args
            image[node] = (_sum(a, c), _sum(b, d)) if node.op == "add" else (_sum(a, -c), _sum(b, -d))
        elif node.op == "neg":
            image[node] = (-args[0][0], -args[0][1])
        elif node.op == "mul" and any(a is zero for a, _ in args):
            (a, b), factor = (args[0], args[1][1]) if args[1][0] is zero else (args[1], args[0][1])
            image[node] = (_product(a, factor), _product(b, factor))
        elif node.op == "div" and args[1][0] is zero:
            image[node] = (_quotient(args[0][0], args[1][1]), _quotient(args[0][1], args[1][1]))
        else:
            return None
    a, b = image[g]
    return None if a is zero else _quotient(_negative(b), a)


def _sum(u: Expression, v: Expression) -> Expression:
    if u.op == "rat" and u.value == 0:
        return v
    return u if v.op == "rat" and v.value == 0 else u + v


def _product(u: Expression, v: Expression) -> Expression:
    for a, b in ((u, v), (v, u)):
        if a.op == "rat" and a.value in (0, 1, -1):
            return a if a.value == 0 else b if a.value == 1 else _negative(b)
    return u * v


def _quotient(u: Expression, v: Expression) -> Expression:
    if v.op == "rat" and v.value in (1, -1):
        return u if v.value == 1 else _negative(u)
    return u / v


def _negative(u: Expression) -> Expression:
    return u.args[0] if u.op == "neg" else -u


def simplest_between(low: Fraction, high: Fraction) -> Fraction:
    """The fraction of least denominator in [low, high]."""
    if low <= 0 <= high:
        return Fraction(0)
    if high < 0:
        return -simplest_between(-high, -low)
    quotients: list[int] = []
    while True:
        whole = math.floor(low)
        if whole == low or math.floor(high) > whole:
            result = Fraction(whole if whole == low else whole + 1)
            break
        quotients.append(whole)
        low, high = 1 / (high - whole), 1 / (low - whole)
    for whole in reversed(quotients):
        result = whole + 1 / result
    return result
