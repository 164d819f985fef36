"""Normal forms of the analytic operators in those of their arguments: the rewritings, one entry an operator."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flint import fmpq

from invexcheck.polynomials import Fraction, constant

if TYPE_CHECKING:
    from invexcheck.normal_form import NormalForms

HALF = fmpq(1, 2)


def _tanh(n: NormalForms, u: Fraction) -> Fraction:
    e = n.exp(n.mul(n.rational(fmpq(2)), u))
    one = n.rational(fmpq(1))
    return n.mul(n.add(e, one, -1), n.invert(n.add(e, one)))


def _hyperbolic(n: NormalForms, u: Fraction, sign: int) -> Fraction:
    e = n.exp(u)
    return n.mul(n.rational(HALF), n.add(e, n.invert(e), sign))


def _sigmoid(n: NormalForms, u: Fraction) -> Fraction:
    e = n.exp(u)
    return n.mul(e, n.invert(n.add(e, n.rational(fmpq(1)))))


def _atan(n: NormalForms, u: Fraction) -> Fraction:
    num, den = u
    if num.is_constant() and den.is_constant() and abs(constant(num)) == constant(den):
        quarter = fmpq(1, 4) if constant(num) > 0 else fmpq(-1, 4)
        return n.generator(n.atom(("pi",))) * quarter, n.one
    return n.odd("atan", u)


def _tan(n: NormalForms, u: Fraction) -> Fraction:
    cosine, sine = n.cos_sin(u)
    return n.mul(sine, n.invert(cosine))


NODES: dict[str, Callable[..., Fraction]] = {
    "add": lambda n, a, b: n.add(a, b),
    "sub": lambda n, a, b: n.add(a, b, -1),
    "mul": lambda n, a, b: n.mul(a, b),
    "div": lambda n, a, b: n.mul(a, n.invert(b)),
    "neg": lambda n, a: (-a[0], a[1]),
    "exp": lambda n, a: n.exp(a),
    "log": lambda n, a: n.log(a),
    "sqrt": lambda n, a: n.power(a, HALF),
    "sin": lambda n, a: n.cos_sin(a)[1],
    "cos": lambda n, a: n.cos_sin(a)[0],
    "tan": _tan,
    "atan": _atan,
    "asinh": lambda n, a: n.odd("asinh", a),
    "erf": lambda n, a: n.odd("erf", a),
    "sinh": lambda n, a: _hyperbolic(n, a, -1),
    "cosh": lambda n, a: _hyperbolic(n, a, 1),
    "tanh": _tanh,
    "sigmoid": _sigmoid,
    "softplus": lambda n, a: n.log(n.add(n.exp(a), n.rational(fmpq(1)))),
}
"""Normal forms of the analytic operators in those of their arguments."""
