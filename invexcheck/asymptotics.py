"""Behaviour of smooth terms at an infinite end: limits, signs and orders of magnitude.

For x tending to one infinite end a :class:`Tail` states facts that hold *eventually*: the limit (enclosed in a ball),
the sign, and bounds ``c*order <= |t| <= C*order`` with some constants ``c, C > 0``. An order is ``|x|**degree *
exp(rate*|x|)`` (tier 0), or only known to be exponentially (tier 1) or super-exponentially (tier 2) large; negative
tiers are small. An upper bound of negative tier and a lower bound of positive tier are one-sided: at most, at least.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from flint import arb, fmpq

from invexcheck.intervals import ONE, ZERO
from invexcheck.session import VARIABLE, Session


class Order(NamedTuple):
    """``|x|**degree * exp(rate*|x|)`` for tier 0; else rate and degree are not known."""

    tier: int = 0
    rate: fmpq = fmpq(0)
    degree: fmpq = fmpq(0)

    @property
    def vanishes(self) -> bool:
        return self.tier < 0 or (self.tier == 0 and (self.rate < 0 or (self.rate == 0 and self.degree < 0)))

    @property
    def inverse(self) -> Order:
        return Order(-self.tier, -self.rate, -self.degree)

    def scaled(self, factor: fmpq) -> Order:
        return Order(self.tier, self.rate * factor, self.degree * factor)


CONSTANT = Order()


def times(a: Order | None, b: Order | None) -> Order | None:
    """The order of a product of two bounds, None where it is not known."""
    if a is None or b is None:
        return None
    if a.tier == b.tier == 0:
        return Order(0, a.rate + b.rate, a.degree + b.degree)
    strong, weak = (a, b) if abs(a.tier) >= abs(b.tier) else (b, a)
    if weak.tier == 0:
        opposed = weak.rate < 0 if strong.tier > 0 else weak.rate > 0
        if abs(strong.tier) == 2 or not opposed:
            return Order(strong.tier)
        return None
    return Order(strong.tier) if (strong.tier > 0) == (weak.tier > 0) else None


def exceeds(a: Order | None, b: Order | None) -> bool:
    """Whether a lower bound of order a dominates an upper bound of order b: b/a tends to 0."""
    quotient = times(b, a.inverse) if a is not None else None
    return quotient is not None and quotient.vanishes


def largest(a: Order | None, b: Order | None) -> Order | None:
    """An upper bound for both."""
    if a is None or b is None:
        return None
    if a.tier == b.tier == 0:
        return max(a, b, key=lambda o: (o.rate, o.degree))
    low, high = (a, b) if a.tier < b.tier else (b, a)
    if low.tier < 0 and high.tier == 0 and high.rate < 0:
        return low if low.tier == -1 else high
    return high


class Tail(NamedTuple):
    """Facts about a term near an infinite end, None where unknown; `infinite` is the sign of an infinite limit."""

    limit: arb | None = None
    infinite: int = 0
    sign: int = 0
    upper: Order | None = None
    lower: Order | None = None

    @property
    def tends_to_zero(self) -> bool:
        return self.limit is not None and self.limit.is_zero()


NOTHING = Tail()
VANISHING = Order(-2)


def _finite(ball: arb, upper: Order | None = CONSTANT, lower: Order | None = None) -> Tail:
    """A finite limit; a ball that is not finite says nothing."""
    if not ball.is_finite():
        return NOTHING
    sign = 1 if (ball > 0) is True else -1 if (ball < 0) is True else 0
    return Tail(ball, 0, sign, upper, CONSTANT if sign else lower)


def _settle(tail: Tail) -> Tail:
    """A bound that vanishes settles the limit."""
    if tail.limit is None and not tail.infinite and tail.upper is not None and tail.upper.vanishes:
        return tail._replace(limit=ZERO)
    if not tail.infinite and tail.sign and tail.lower is not None and tail.lower.inverse.vanishes:
        return tail._replace(limit=None, infinite=tail.sign)
    return tail


def negate(a: Tail) -> Tail:
    return a._replace(limit=None if a.limit is None else -a.limit, infinite=-a.infinite, sign=-a.sign)


def add(a: Tail, b: Tail) -> Tail:
    if exceeds(b.lower, a.upper):
        a, b = b, a
    if exceeds(a.lower, b.upper):
        limit = a.limit if b.tends_to_zero else None
        if a.limit is not None and b.limit is not None:
            limit = a.limit + b.limit
        return _settle(Tail(limit, a.infinite, a.sign, a.upper, a.lower))
    agree = a.sign if a.sign == b.sign else 0
    lowers = [o for o in (a.lower, b.lower) if o is not None and agree]
    lower = lowers[0] if lowers else None
    if len(lowers) == 2 and lowers[0].tier == lowers[1].tier == 0:
        lower = max(lowers, key=lambda o: (o.rate, o.degree))
    upper = largest(a.upper, b.upper)
    if a.limit is not None and b.limit is not None:
        result = _finite(a.limit + b.limit, upper, lower)
        return result._replace(sign=result.sign or agree)
    if (a.infinite and b.limit is not None) or (a.infinite and a.infinite == b.infinite):
        return Tail(None, a.infinite, a.infinite, upper, lower)
    if b.infinite and a.limit is not None:
        return Tail(None, b.infinite, b.infinite, upper, lower)
    return _settle(Tail(None, 0, agree, upper, lower))


def multiply(a: Tail, b: Tail) -> Tail:
    result = Tail(None, 0, a.sign * b.sign, times(a.upper, b.upper), times(a.lower, b.lower))
    if a.limit is not None and b.limit is not None:
        return result._replace(limit=a.limit * b.limit)
    if (a.infinite and (b.infinite or b.lower == CONSTANT)) or (b.infinite and a.lower == CONSTANT):
        return result._replace(infinite=result.sign)
    return _settle(result)


def invert(a: Tail) -> Tail:
    result = Tail(
        None,
        0,
        a.sign,
        None if a.lower is None else a.lower.inverse,
        None if a.upper is None else a.upper.inverse,
    )
    if a.infinite:
        return result._replace(limit=ZERO)
    if a.limit is not None and a.sign and not a.limit.contains(0):
        return result._replace(limit=1 / a.limit)
    return _settle(result)


def power(a: Tail, exponent: fmpq) -> Tail:
    if exponent < 0:
        return invert(power(a, -exponent))
    if exponent == 0:
        return _finite(ONE)
    n, q = int(exponent.p), int(exponent.q)
    sign = 1 if q > 1 or n % 2 == 0 else a.sign
    sign = sign if a.sign or a.lower is not None else 0
    upper = None if a.upper is None else a.upper.scaled(exponent)
    lower = None if a.lower is None else a.lower.scaled(exponent)
    result = Tail(None, 0, sign, upper, lower)
    if a.tends_to_zero:
        return result._replace(limit=ZERO)
    if a.limit is not None:
        base = a.limit if q == 1 else (a.limit.root(q) if (a.limit > 0) is True else None)
        limit = None if base is None else base**n
        return result._replace(limit=limit if limit is not None and limit.is_finite() else None)
    if a.infinite:
        return result._replace(infinite=sign)
    return _settle(result)


def exponential(a: Tail, slope: fmpq | None, side: int) -> Tail:
    """exp of a term; `slope` is a where the term is exactly a*x + b."""
    if a.limit is not None:
        return _finite(a.limit.exp())
    if not a.infinite:
        return Tail(sign=1)
    if slope is not None:
        order = Order(0, slope * side)
        return _settle(Tail(None, 0, 1, order, order))
    superlinear = exceeds(a.lower, Order(0, fmpq(0), fmpq(1)))
    linear = a.lower is not None and not exceeds(Order(0, fmpq(0), fmpq(1)), a.lower) and a.lower.tier == 0
    tier = 2 if superlinear else 1 if linear else 0
    if not tier:
        return Tail(ZERO if a.infinite < 0 else None, max(a.infinite, 0), 1)
    if a.infinite < 0:
        return Tail(ZERO, 0, 1, Order(-tier), None)
    return Tail(None, 1, 1, None, Order(tier))


def _bounded(value: Callable[[arb], arb], top: Callable[[], arb]) -> Callable[[Tail], Tail]:
    """An odd increasing function with finite limits and slope 1 up to a constant at 0."""

    def tail(a: Tail) -> Tail:
        if a.infinite:
            return _finite(top() * a.infinite)
        if a.tends_to_zero:
            return Tail(ZERO, 0, a.sign, a.upper, a.lower)
        return _finite(value(a.limit)) if a.limit is not None else Tail(sign=a.sign, upper=CONSTANT)

    return tail


ODD: dict[str, Callable[[Tail], Tail]] = {
    "tanh": _bounded(lambda b: b.tanh(), lambda: ONE),
    "erf": _bounded(lambda b: b.erf(), lambda: ONE),
    "atan": _bounded(lambda b: b.atan(), lambda: arb.pi() / 2),
}


def _oscillating(a: Tail, value: Callable[[arb], arb]) -> Tail:
    return _finite(value(a.limit)) if a.limit is not None else Tail(upper=CONSTANT)


def tail(session: Session, root: int, side: int) -> Tail:
    """Facts about a smooth term without parameters as x tends to +inf (side 1) or -inf (side -1)."""
    values: dict[int, Tail] = {}
    for term in session.terms.order(root):
        session.budget.spend(64)
        values[term] = _node(session, term, side, values)
    return values[root]


def _node(session: Session, term: int, side: int, values: dict[int, Tail]) -> Tail:
    node = session.terms.nodes[term]
    op = node[0]
    if op == "var":
        linear = Order(0, fmpq(0), fmpq(1))
        return Tail(None, side, side, linear, linear) if node[1] == VARIABLE else NOTHING
    if not session.terms.names[term]:
        ball = session.value(term)
        return Tail(ZERO, 0, 0, VANISHING) if ball.is_zero() else _finite(ball)
    arguments = [values[c] for c in session.terms.children(node)]
    first = arguments[0]
    if op == "pow":
        return power(first, node[2])
    if op in BINARY:
        return BINARY[op](first, arguments[1])
    if op in ODD:
        return ODD[op](first)
    if op in ("sin", "cos"):
        return _oscillating(first, lambda b: b.sin() if op == "sin" else b.cos())
    if op in EXPONENTIAL:
        polynomial = session.forms.polynomial(node[1], VARIABLE)
        slope = polynomial[1] if polynomial is not None and polynomial.degree() == 1 else None
        return EXPONENTIAL[op](first, slope, side)
    if op == "sqrt":
        return power(first, fmpq(1, 2))
    if op == "neg":
        return negate(first)
    if op == "log" and first.limit is not None and (first.limit > 0) is True:
        return _finite(first.limit.log())
    if op == "asinh" and first.limit is not None:
        return _finite(first.limit.asinh())
    return NOTHING


def _hyperbolic(a: Tail, slope: fmpq | None, side: int) -> Tail:
    """cosh: between exp(|u|)/2 and exp(|u|)."""
    if a.limit is not None:
        return _finite(a.limit.cosh())
    grown = a if a.infinite >= 0 else negate(a)
    return exponential(grown, None if slope is None else abs(slope) * side, side)


def _sinh(a: Tail, slope: fmpq | None, side: int) -> Tail:
    """sinh: u near 0, and sign(u) times something between exp(|u|)/4 and exp(|u|)/2 far out."""
    if a.tends_to_zero:
        return Tail(ZERO, 0, a.sign, a.upper, a.lower)
    if a.limit is not None:
        return _finite(a.limit.sinh())
    grown = _hyperbolic(a, slope, side)
    return negate(grown) if a.infinite < 0 else grown if a.infinite else NOTHING


def _sigmoid(a: Tail, slope: fmpq | None, side: int) -> Tail:
    if a.infinite > 0:
        return _finite(ONE)
    if a.infinite < 0:
        return exponential(a, slope, side)
    return _finite(1 / (1 + (-a.limit).exp())) if a.limit is not None else Tail(sign=1, upper=CONSTANT)


def _softplus(a: Tail, slope: fmpq | None, side: int) -> Tail:
    if a.infinite > 0:
        return a
    if a.infinite < 0:
        return exponential(a, slope, side)
    return _finite(a.limit.exp().log1p()) if a.limit is not None else Tail(sign=1)


EXPONENTIAL: dict[str, Callable[[Tail, fmpq | None, int], Tail]] = {
    "exp": exponential,
    "cosh": _hyperbolic,
    "sinh": _sinh,
    "sigmoid": _sigmoid,
    "softplus": _softplus,
}
BINARY: dict[str, Callable[[Tail, Tail], Tail]] = {
    "add": add,
    "sub": lambda a, b: add(a, negate(b)),
    "mul": multiply,
    "div": lambda a, b: multiply(a, invert(b)),
}
