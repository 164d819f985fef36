"""Functions of one variable with their first two derivatives: compositions of a few elementary ones.

A jet is a value with two derivatives by one variable; arithmetic on jets is that of truncated Taylor series.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flint import arb, fmpq

from invexcheck.errors import Reject
from invexcheck.hessians.numbers import ONE, UNKNOWN, ZERO, Arithmetic, Exact, Number, require_known

Triple = tuple[Number, Number, Number]
HALF = fmpq(1, 2)
MAX_POWER = 1000


class Jet:
    """A function's value and first two derivatives; numbers count as constants."""

    __slots__ = ("arithmetic", "first", "second", "value")

    def __init__(self, arithmetic: Arithmetic, value: Number, first: Number, second: Number) -> None:
        self.arithmetic = arithmetic
        self.value, self.first, self.second = value, first, second

    def _of(self, value: Number, first: Number, second: Number) -> Jet:
        return Jet(self.arithmetic, value, first, second)

    def _jet(self, other: Any) -> Jet:
        if isinstance(other, Jet):
            return other
        zero = self.arithmetic.number(ZERO)
        return self._of(self.arithmetic.number(fmpq(other)), zero, zero)

    def __add__(self, other: Any) -> Jet:
        b = self._jet(other)
        return self._of(self.value + b.value, self.first + b.first, self.second + b.second)

    __radd__ = __add__

    def __neg__(self) -> Jet:
        return self._of(-self.value, -self.first, -self.second)

    def __sub__(self, other: Any) -> Jet:
        return self + -self._jet(other)

    def __rsub__(self, other: Any) -> Jet:
        return self._jet(other) + -self

    def __mul__(self, other: Any) -> Jet:
        a, b = self, self._jet(other)
        cross = a.first * b.first
        return self._of(
            a.value * b.value,
            a.value * b.first + a.first * b.value,
            a.value * b.second + cross + cross + a.second * b.value,
        )

    __rmul__ = __mul__

    def after(self, triple: Triple) -> Jet:
        """A function whose value and derivatives at this value are given, of this function."""
        f, f1, f2 = triple
        return self._of(f, f1 * self.first, f2 * (self.first * self.first) + f1 * self.second)

    def __getattr__(self, name: str) -> Callable[[], Jet]:
        """An elementary function of this one: ``u.exp()``."""
        function = ELEMENTARY[name]
        return lambda: self.after(function(self.arithmetic, self.value))


# -- elementary functions --------------------------------------------------------------------------------------
# Each gives its value and derivatives at u, and raises Reject unless it is analytic there. Where a rational is not
# known, the exact arithmetic has an unknown.


def _at_zero(u: Number, value: int) -> Number:
    """A value that is known at 0 alone."""
    require_known(u)
    return fmpq(value) if u == 0 else UNKNOWN


def _exp(arithmetic: Arithmetic, u: Number) -> Triple:
    e = _at_zero(u, 1) if arithmetic is Exact else u.exp()
    return e, e, e


def _log(arithmetic: Arithmetic, u: Number) -> Triple:
    arithmetic.positive(u)
    inverse = arithmetic.divide(arithmetic.number(ONE), u)
    value = (ZERO if u == 1 else UNKNOWN) if arithmetic is Exact else u.log()
    return value, inverse, -(inverse * inverse)


def _root(arithmetic: Arithmetic, u: Number) -> Number:
    """Of a positive number."""
    arithmetic.positive(u)
    if arithmetic is not Exact:
        return u.sqrt()
    p, q = u.numer().isqrt(), u.denom().isqrt()
    return fmpq(p, q) if fmpq(p, q) * fmpq(p, q) == u else UNKNOWN


def _sqrt(arithmetic: Arithmetic, u: Number) -> Triple:
    root = _root(arithmetic, u)
    if root is UNKNOWN:
        return UNKNOWN, UNKNOWN, UNKNOWN
    first = arithmetic.divide(arithmetic.number(HALF), root)
    return root, first, -arithmetic.divide(first, u + u)


def _reciprocal(arithmetic: Arithmetic, u: Number) -> Triple:
    inverse = arithmetic.divide(arithmetic.number(ONE), u)
    square = inverse * inverse
    return inverse, -square, (square + square) * inverse


def _sine(arithmetic: Arithmetic, u: Number) -> tuple[Number, Number]:
    if arithmetic is Exact:
        return _at_zero(u, 0), _at_zero(u, 1)
    return u.sin(), u.cos()


def _sin(arithmetic: Arithmetic, u: Number) -> Triple:
    sine, cosine = _sine(arithmetic, u)
    return sine, cosine, -sine


def _cos(arithmetic: Arithmetic, u: Number) -> Triple:
    sine, cosine = _sine(arithmetic, u)
    return cosine, -sine, -cosine


def _tanh(arithmetic: Arithmetic, u: Number) -> Triple:
    t = _at_zero(u, 0) if arithmetic is Exact else u.tanh()
    slope = 1 - t * t
    return t, slope, -(t + t) * slope


def _atan(arithmetic: Arithmetic, u: Number) -> Triple:
    value = _at_zero(u, 0) if arithmetic is Exact else u.atan()
    slope = arithmetic.divide(arithmetic.number(ONE), u * u + 1)
    return value, slope, -(u + u) * slope * slope


def _erf(arithmetic: Arithmetic, u: Number) -> Triple:
    if arithmetic is Exact:
        return _at_zero(u, 0), UNKNOWN, -(u + u) * UNKNOWN
    slope = 2 * (-(u * u)).exp() / arb.pi().sqrt()
    return u.erf(), slope, -(u + u) * slope


ELEMENTARY: dict[str, Callable[[Arithmetic, Number], Triple]] = {
    "exp": _exp,
    "log": _log,
    "sqrt": _sqrt,
    "reciprocal": _reciprocal,
    "sin": _sin,
    "cos": _cos,
    "tanh": _tanh,
    "atan": _atan,
    "erf": _erf,
}

# -- functions of graphs -------------------------------------------------------------------------------------------

Attributes = Mapping[str, Any]
Function = Callable[[Jet, Attributes], Jet]


def power(u: Jet, exponent: int) -> Jet:
    """For an exponent from 1 on."""
    result = u
    for bit in bin(exponent)[3:]:
        result = result * result
        if bit == "1":
            result = result * u
    return result


def _power_of(u: Jet, a: Attributes) -> Jet:
    """An integer or half-integer power; others by exp and log."""
    exponent: fmpq = a["exponent"]
    n, q = int(exponent.p), int(exponent.q)
    if abs(n) > MAX_POWER:
        raise Reject(f"a power with an exponent above {MAX_POWER}", "architecture")
    if q > 2:
        return (u.log() * exponent).exp()
    base = u if q == 1 else u.sqrt()
    if n == 0:
        return u * 0 + 1
    result = power(base, abs(n))
    return result if n > 0 else result.reciprocal()


def _sigmoid(u: Jet) -> Jet:
    return (1 + (-u).exp()).reciprocal()


def _softplus(u: Jet) -> Jet:
    return (1 + u.exp()).log()


def _mish(u: Jet) -> Jet:
    """u tanh(softplus(u)), which is u (q - 1) / (q + 1) with q = (1 + exp u)^2."""
    q = power(1 + u.exp(), 2)
    return u * (q - 1) * (q + 1).reciprocal()


def _gelu(u: Jet, a: Attributes) -> Jet:
    if not a["approximate"]:
        return u * (1 + (u * u._jet(HALF).sqrt()).erf()) * HALF
    if u.arithmetic is Exact:
        factor: Number = UNKNOWN
    else:
        factor = (2 / arb.pi()).sqrt()
    inner = u._of(factor, u.value * 0, u.value * 0) * (u + power(u, 3) * fmpq(44715, 1000000))
    return u * (1 + inner.tanh()) * HALF


def _beta_softplus(u: Jet, a: Attributes) -> Jet:
    if a["threshold"] is not None:
        raise Reject("softplus with a threshold has no derivative there", "domain")
    beta: fmpq = a["beta"]
    return _softplus(u * u._jet(beta)) * u._jet(1 / beta)


def _log_of(u: Jet, a: Attributes) -> Jet:
    if a["floor"] is not None:
        raise Reject("a logarithm with a floor has a kink that is not rational", "domain")
    return u.log()


SMOOTH: dict[str, Function] = {
    "negate": lambda u, _: -u,
    "square": lambda u, _: u * u,
    "exp": lambda u, _: u.exp(),
    "expm1": lambda u, _: u.exp() - 1,
    "log": _log_of,
    "log1p": lambda u, _: (1 + u).log(),
    "sqrt": lambda u, _: u.sqrt(),
    "rsqrt": lambda u, _: u.sqrt().reciprocal(),
    "reciprocal": lambda u, _: u.reciprocal(),
    "power_of": _power_of,
    "sigmoid": lambda u, _: _sigmoid(u),
    "tanh": lambda u, _: u.tanh(),
    "sin": lambda u, _: u.sin(),
    "cos": lambda u, _: u.cos(),
    "tan": lambda u, _: u.sin() * u.cos().reciprocal(),
    "atan": lambda u, _: u.atan(),
    "sinh": lambda u, _: (u.exp() - (-u).exp()) * HALF,
    "cosh": lambda u, _: (u.exp() + (-u).exp()) * HALF,
    "asinh": lambda u, _: (u + (u * u + 1).sqrt()).log(),
    "erf": lambda u, _: u.erf(),
    "erfc": lambda u, _: 1 - u.erf(),
    "log_sigmoid": lambda u, _: -_softplus(-u),
    "tanhshrink": lambda u, _: u - u.tanh(),
    "softplus": _beta_softplus,
    "silu": lambda u, _: u * _sigmoid(u),
    "mish": lambda u, _: _mish(u),
    "gelu": _gelu,
}
"""Functions that are analytic on their domain."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """A continuous function by its analytic pieces, from left to right, and the points between them."""

    points: Callable[[Attributes], Sequence[fmpq]]
    pieces: tuple[Function, ...]


def _constant(name: str) -> Function:
    return lambda u, a: u * 0 + a[name]


def _zero(_: Attributes) -> Sequence[fmpq]:
    return (ZERO,)


def _elu(u: Jet, a: Attributes) -> Jet:
    return ((u * u._jet(a["input_scale"])).exp() - 1) * u._jet(a["scale"] * a["alpha"])


KINKED: dict[str, Pieces] = {
    "absolute": Pieces(_zero, (lambda u, _: -u, lambda u, _: u)),
    "relu": Pieces(_zero, (lambda u, _: u * 0, lambda u, _: u)),
    "leaky_relu": Pieces(_zero, (lambda u, a: u * a["slope"], lambda u, _: u)),
    "elu": Pieces(_zero, (_elu, lambda u, a: u * a["scale"])),
    "celu": Pieces(
        _zero,
        (lambda u, a: ((u * (1 / a["alpha"])).exp() - 1) * a["alpha"], lambda u, _: u),
    ),
    "hard_tanh": Pieces(
        lambda a: (a["low"], a["high"]), (_constant("low"), lambda u, _: u, _constant("high"))
    ),
    "hard_sigmoid": Pieces(
        lambda _: (fmpq(-3), fmpq(3)),
        (lambda u, _: u * 0, lambda u, _: u * fmpq(1, 6) + HALF, lambda u, _: u * 0 + 1),
    ),
    "hard_swish": Pieces(
        lambda _: (fmpq(-3), fmpq(3)),
        (lambda u, _: u * 0, lambda u, _: u * (u + 3) * fmpq(1, 6), lambda u, _: u),
    ),
}
"""Functions with kinks whose pieces are analytic for all real arguments."""


def triple(function: Function, attributes: Attributes, arithmetic: Arithmetic, u: Number) -> Triple:
    """A function's value and derivatives at a number."""
    one, zero = arithmetic.number(ONE), arithmetic.number(ZERO)
    jet = function(Jet(arithmetic, u, one, zero), attributes)
    return jet.value, jet.first, jet.second
