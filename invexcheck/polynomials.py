"""What the normal form asks of polynomials over Q: sizes, content, prime factors, hashable spellings."""

from __future__ import annotations

from typing import Any

from flint import fmpq, fmpq_mpoly, fmpz

Key = tuple[Any, ...]
Fraction = tuple[fmpq_mpoly, fmpq_mpoly]
"""Numerator and denominator; the denominator is never the zero polynomial."""


def normal_form_key(fraction: Fraction) -> Key:
    """A hashable spelling of a fraction, the same for equal spellings in one context."""
    return tuple(tuple(sorted((m, (c.p, c.q)) for m, c in p.to_dict().items())) for p in fraction)


def constant(p: fmpq_mpoly) -> fmpq:
    return fmpq(0) if p.is_zero() else p.leading_coefficient()


def height(p: fmpq_mpoly) -> int:
    """Bits of the largest numerator or denominator of a coefficient."""
    return max((max(c.p.bit_length(), c.q.bit_length()) for c in p.coeffs()), default=0)


def content(p: fmpq_mpoly) -> fmpq:
    """The positive rational c for which p/c has coprime integer coefficients."""
    num, den = fmpz(0), fmpz(1)
    for c in p.coeffs():
        num, den = num.gcd(c.p), den.lcm(c.q)
    return fmpq(num, den)


def factor(value: fmpq) -> list[tuple[int, int]]:
    """Prime factors of a positive rational; a part too large to factor is kept whole (it is only an atom's name)."""
    result: list[tuple[int, int]] = []
    for part, sign in ((value.p, 1), (value.q, -1)):
        if part == 1:
            continue
        if part.bit_length() > 64:
            result.append((int(part), sign))
        else:
            result.extend((int(prime), sign * int(e)) for prime, e in part.factor())
    return result
