"""Interval arithmetic on extended intervals with open or closed ends, in Arb's exact endpoints.

An :class:`Interval` states two facts about a *finite* real v: ``v >= lo`` (``v > lo`` if ``lo_open``), and the same
above. ``-inf`` and ``+inf`` are ends, never values, so the product of an end 0 with an infinite end is 0. This is
the arithmetic for half-lines and for boxes that touch a zero; compact boxes go through :mod:`invexcheck.balls`.
Monotone functions are evaluated at the ends, outward rounded; an end keeps its strictness only where every way
of attaining it is excluded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from flint import arb, fmpq

from invexcheck.errors import Reject
from invexcheck.terms import Terms

ZERO, ONE = arb(0), arb(1)
POS_INF, NEG_INF = arb("inf"), arb("-inf")


class Undefined(Exception):
    """An operation that may leave its domain: the step is not proved."""


@dataclass(frozen=True, slots=True)
class Interval:
    """``{v finite : lo <= v <= hi}``, an end excluded where its flag is set; ends are exact Arb numbers."""

    lo: arb
    hi: arb
    lo_open: bool = False
    hi_open: bool = False

    @property
    def positive(self) -> bool:
        return (self.lo > 0) is True or (self.lo_open and (self.lo == 0) is True)

    @property
    def negative(self) -> bool:
        return (self.hi < 0) is True or (self.hi_open and (self.hi == 0) is True)

    @property
    def nonnegative(self) -> bool:
        return (self.lo >= 0) is True

    @property
    def nonpositive(self) -> bool:
        return (self.hi <= 0) is True

    def satisfies(self, relation: str) -> bool:
        """Whether every value v has ``v relation 0``, for relation in > >= < <=."""
        return SATISFIES[relation](self)


SATISFIES: dict[str, Callable[[Interval], bool]] = {
    ">": lambda v: v.positive,
    "<": lambda v: v.negative,
    ">=": lambda v: v.nonnegative,
    "<=": lambda v: v.nonpositive,
}


def lower(ball: arb) -> arb:
    """The exact lower end of a ball; Undefined for NaN."""
    if ball.is_nan():
        raise Undefined("an operation is not defined on all of the box")
    return ball.lower()


def upper(ball: arb) -> arb:
    """The exact upper end of a ball; Undefined for NaN."""
    if ball.is_nan():
        raise Undefined("an operation is not defined on all of the box")
    return ball.upper()


def enclose(ball: arb) -> Interval:
    """The closed interval of a ball."""
    return Interval(lower(ball), upper(ball))


def add(a: Interval, b: Interval) -> Interval:
    # lower ends are never +inf and upper ends never -inf, so no inf - inf
    return Interval(lower(a.lo + b.lo), upper(a.hi + b.hi), a.lo_open or b.lo_open, a.hi_open or b.hi_open)


def neg(a: Interval) -> Interval:
    return Interval(-a.hi, -a.lo, a.hi_open, a.lo_open)


def sub(a: Interval, b: Interval) -> Interval:
    return add(a, neg(b))


def _product(x: arb, y: arb) -> arb:
    return ZERO if (x == 0) is True or (y == 0) is True else x * y


def mul(a: Interval, b: Interval) -> Interval:
    corners = [_product(x, y) for x in (a.lo, a.hi) for y in (b.lo, b.hi)]
    lo, hi = _least([lower(c) for c in corners]), _greatest([upper(c) for c in corners])
    return _with_sign(
        Interval(lo, hi),
        positive=(a.positive and b.positive) or (a.negative and b.negative),
        negative=(a.positive and b.negative) or (a.negative and b.positive),
    )


def _with_sign(a: Interval, positive: bool = False, negative: bool = False) -> Interval:
    """Intersect with the open half-line of a sign that is known otherwise."""
    if positive and not a.positive:
        return Interval(ZERO, a.hi, True, a.hi_open)
    if negative and not a.negative:
        return Interval(a.lo, ZERO, a.lo_open, True)
    return a


def _least(ends: list[arb]) -> arb:
    best = ends[0]
    for end in ends[1:]:
        best = end if (end < best) is True else best
    return best


def _greatest(ends: list[arb]) -> arb:
    best = ends[0]
    for end in ends[1:]:
        best = end if (end > best) is True else best
    return best


def invert(a: Interval) -> Interval:
    if a.negative:
        return neg(invert(neg(a)))
    if not a.positive:
        raise Undefined("a divisor may vanish")
    top = POS_INF if (a.lo == 0) is True else upper(1 / a.lo)
    if a.hi == POS_INF:
        return Interval(ZERO, top, True, a.lo_open)
    return _with_sign(Interval(lower(1 / a.hi), top, a.hi_open, a.lo_open), positive=True)


def div(a: Interval, b: Interval) -> Interval:
    return mul(a, invert(b))


def magnitude(a: Interval) -> Interval:
    """``|v|``."""
    if a.nonnegative:
        return a
    if a.nonpositive:
        return neg(a)
    mirrored = neg(a)
    if (mirrored.hi > a.hi) is True:
        return Interval(ZERO, mirrored.hi, False, mirrored.hi_open)
    both = a.hi_open and (mirrored.hi_open or (mirrored.hi < a.hi) is True)
    return Interval(ZERO, a.hi, False, both)


def _end_power(x: arb, n: int) -> arb:
    if (x == 0) is True or not x.is_finite():
        return POS_INF if x == NEG_INF and n % 2 == 0 else x
    return x**n


def int_power(a: Interval, n: int) -> Interval:
    """``v**n`` for a constant integer n; ``0**0`` is 1."""
    if n == 0:
        return Interval(ONE, ONE)
    if n < 0:
        return invert(int_power(a, -n))
    base = a if n % 2 else magnitude(a)
    result = Interval(
        lower(_end_power(base.lo, n)), upper(_end_power(base.hi, n)), base.lo_open, base.hi_open
    )
    return _with_sign(result, positive=base.positive, negative=base.negative)


def power(a: Interval, exponent: fmpq, analytic: bool) -> Interval:
    """``v**exponent``; a fractional power needs ``v >= 0``, and ``v > 0`` where analyticity is asked for."""
    n, q = int(exponent.p), int(exponent.q)
    if q == 1:
        return int_power(a, n)
    if not (a.positive or (a.nonnegative and n > 0 and not analytic)):
        raise Undefined("the base of a fractional power may be negative or zero")
    root = Interval(lower(_end_root(a.lo, q)), upper(_end_root(a.hi, q)), a.lo_open, a.hi_open)
    return int_power(_with_sign(root, positive=a.positive), n)


def _end_root(x: arb, q: int) -> arb:
    return x if (x == 0) is True or x == POS_INF else x.root(q)


class Monotone(NamedTuple):
    """An increasing function on all of R: its values at exact ends, and its limits, which it does not attain."""

    value: Callable[[arb], arb]
    below: Callable[[], arb]
    above: Callable[[], arb]


def _infinite(sign: int) -> Callable[[], arb]:
    return lambda: POS_INF if sign > 0 else NEG_INF


MONOTONE: dict[str, Monotone] = {
    "exp": Monotone(lambda x: x.exp(), lambda: ZERO, _infinite(1)),
    "sigmoid": Monotone(lambda x: 1 / (1 + (-x).exp()), lambda: ZERO, lambda: ONE),
    "softplus": Monotone(lambda x: x.exp().log1p(), lambda: ZERO, _infinite(1)),
    "tanh": Monotone(lambda x: x.tanh(), lambda: -ONE, lambda: ONE),
    "erf": Monotone(lambda x: x.erf(), lambda: -ONE, lambda: ONE),
    "atan": Monotone(lambda x: x.atan(), lambda: -(arb.pi() / 2), lambda: arb.pi() / 2),
    "asinh": Monotone(lambda x: x.asinh(), _infinite(-1), _infinite(1)),
    "sinh": Monotone(lambda x: x.sinh(), _infinite(-1), _infinite(1)),
}


def increasing(function: Monotone, a: Interval) -> Interval:
    """Image of an increasing function, cut to its (open) range."""
    bottom, top = lower(function.below()), upper(function.above())
    lo = bottom if a.lo == NEG_INF else lower(function.value(a.lo))
    hi = top if a.hi == POS_INF else upper(function.value(a.hi))
    lo, lo_open = (lo, a.lo_open) if (lo > bottom) is True else (bottom, True)
    hi, hi_open = (hi, a.hi_open) if (hi < top) is True else (top, True)
    # the functions of the table with an odd symmetry vanish at 0 exactly, so a strict end 0 stays strict
    return Interval(lo, hi, lo_open, hi_open)


def log(a: Interval) -> Interval:
    if not a.positive:
        raise Undefined("the argument of log may not be positive")
    lo = NEG_INF if (a.lo == 0) is True else lower(a.lo.log())
    hi = POS_INF if a.hi == POS_INF else upper(a.hi.log())
    return Interval(lo, hi, a.lo_open, a.hi_open)


def cosh(a: Interval) -> Interval:
    m = magnitude(a)
    lo = ONE if (m.lo == 0) is True else lower(m.lo.cosh())
    return Interval(lo, POS_INF if m.hi == POS_INF else upper(m.hi.cosh()), m.lo_open, m.hi_open)


def _trigonometric(a: Interval, value: Callable[[arb], arb], slope: Callable[[arb], arb]) -> Interval:
    """sin or cos: exact ends where the function is monotone on the interval, else a ball, else [-1, 1]."""
    if a.lo == NEG_INF or a.hi == POS_INF:
        return Interval(-ONE, ONE)
    ball = a.lo.union(a.hi)
    if (slope(ball) > 0) is True:
        return Interval(lower(value(a.lo)), upper(value(a.hi)), a.lo_open, a.hi_open)
    if (slope(ball) < 0) is True:
        return Interval(lower(value(a.hi)), upper(value(a.lo)), a.hi_open, a.lo_open)
    image = enclose(value(ball))
    return Interval(_greatest([image.lo, -ONE]), _least([image.hi, ONE]))


def sin(a: Interval) -> Interval:
    return _trigonometric(a, lambda x: x.sin(), lambda x: x.cos())


def cos(a: Interval) -> Interval:
    return _trigonometric(a, lambda x: x.cos(), lambda x: -x.sin())


def tan(a: Interval) -> Interval:
    if a.lo == NEG_INF or a.hi == POS_INF:
        raise Undefined("tan may have a pole")
    cosine = a.lo.union(a.hi).cos()  # a connected set on which cos has a strict sign holds no pole
    if not ((cosine > 0) is True or (cosine < 0) is True):
        raise Undefined("tan may have a pole")
    return Interval(lower(a.lo.tan()), upper(a.hi.tan()), a.lo_open, a.hi_open)


BINARY: dict[str, Callable[[Interval, Interval], Interval]] = {"add": add, "sub": sub, "mul": mul, "div": div}
UNARY: dict[str, Callable[[Interval], Interval]] = {
    "neg": neg, "log": log, "cosh": cosh, "sin": sin, "cos": cos, "tan": tan,
}  # fmt: skip


def evaluate(terms: Terms, root: int, box: Mapping[str, Interval], analytic: bool = False) -> Interval:
    """Enclose a smooth term over a box: every node is defined on the box (analytic, if asked for).

    Raises:
        Undefined: some operation may leave its domain.
        Reject: an operator that is not analytic.
    """
    values: dict[int, Interval] = {}
    for term in terms.order(root):
        node = terms.nodes[term]
        op = node[0]
        if op == "rat":
            values[term] = enclose(arb(node[1]))
        elif op == "var":
            values[term] = box[node[1]]
        elif op == "pi":
            values[term] = enclose(arb.pi())
        elif op == "e":
            values[term] = enclose(arb.const_e())
        elif op == "mul" and node[1] == node[2]:
            values[term] = int_power(values[node[1]], 2)
        elif op in BINARY:
            values[term] = BINARY[op](values[node[1]], values[node[2]])
        elif op == "pow":
            values[term] = power(values[node[1]], node[2], analytic)
        elif op == "sqrt":
            values[term] = power(values[node[1]], fmpq(1, 2), analytic)
        elif op in MONOTONE:
            values[term] = increasing(MONOTONE[op], values[node[1]])
        elif op in UNARY:
            values[term] = UNARY[op](values[node[1]])
        else:
            raise Reject(f"cannot enclose {op}", "term")
    return values[root]
