"""Exact numbers and enclosures as short decimals, rounded in the direction that keeps what is said true."""

from __future__ import annotations

import decimal

from flint import arb, fmpq

from invexcheck.intervals import NEG_INF, POS_INF, Interval
from invexproof.reports.prose import Math

DIGITS = 4
MAX_EXACT = 9
"""Longest spelling of a rational that is shown exactly."""
INFINITY = Math("∞", r"\infty")


def decimal_text(end: arb, direction: str, digits: int = DIGITS) -> str:
    """A finite end with that many significant digits, rounded down or up (`direction` a mode of decimal)."""
    if end.is_zero():
        return "0"
    mantissa, exponent = (int(part) for part in end.mid().man_exp())
    if abs(exponent) > 4000:
        return str(end.str(digits, radius=False))
    context = decimal.Context(prec=digits, rounding=direction, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)
    over, under = mantissa << max(exponent, 0), 1 << max(-exponent, 0)
    value = context.divide(decimal.Decimal(over), decimal.Decimal(under))
    return f"{value:.{digits}g}" if abs(value.adjusted()) <= 5 else f"{value:e}".lower()


def spelt(text: str) -> Math:
    """A decimal, with a power of ten where it has an exponent."""
    digits, _, exponent = text.replace("-", "−").partition("e")
    if not exponent:
        return Math(digits, text)
    power = exponent.replace("+", "").replace("−", "-")
    stem = text.partition("e")[0]
    return Math(f"{digits}·10^{power}".replace("^-", "^−"), rf"{stem} \cdot 10^{{{power}}}")


def low(end: arb) -> Math:
    """A lower end, rounded down."""
    return Math("−∞", r"-\infty") if end == NEG_INF else spelt(decimal_text(end, decimal.ROUND_FLOOR))


def high(end: arb) -> Math:
    """An upper end, rounded up."""
    return INFINITY if end == POS_INF else spelt(decimal_text(end, decimal.ROUND_CEILING))


def around(ball: arb) -> Math:
    """A value to some digits, as an approximation."""
    middle = ball.mid()
    small = bool(ball.rad() < 1e-9) and bool(abs(middle) < 1e-9)
    text = "0" if small and ball.contains(0) else decimal_text(middle, decimal.ROUND_HALF_EVEN, 5)
    return spelt(text)


def rational(value: fmpq) -> Math:
    """A rational, exactly if that is short, else as a decimal that is cut off."""
    exact = str(value)
    if len(exact) <= MAX_EXACT:
        sign, size = ("-", exact[1:]) if exact.startswith("-") else ("", exact)
        top, _, bottom = size.partition("/")
        latex = rf"{sign}\tfrac{{{top}}}{{{bottom}}}" if bottom else exact
        return Math(exact.replace("-", "−"), latex)
    ball = arb(value)
    cut = decimal_text(ball, decimal.ROUND_DOWN, 6)
    math = spelt(cut)
    return Math(f"{math.text}…", rf"{math.latex}{{\ldots}}")


def enclosure(value: Interval) -> Math:
    """An enclosure, rounded outwards."""
    left = "(" if value.lo == NEG_INF or (value.lo_open and value.lo.is_zero()) else "["
    right = ")" if value.hi == POS_INF or (value.hi_open and value.hi.is_zero()) else "]"
    lower, upper = low(value.lo), high(value.hi)
    return Math(
        f"{left}{lower.text}, {upper.text}{right}", rf"\left{left}{lower.latex},\, {upper.latex}\right{right}"
    )
