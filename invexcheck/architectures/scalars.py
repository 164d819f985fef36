"""The functions of one real variable that a graph may apply to each entry.

A function is real-analytic on its domain but at kinks, where it is continuous, and at jumps. Between two
neighbouring breakpoints (and up to them) it agrees with a function that is analytic on an open set which contains
them, if they are in the domain and finite slopes are meant; where it is not so, the breakpoint is `steep`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flint import fmpq

from invexcheck.architectures.attributes import Attribute, flag, number
from invexcheck.architectures.values import (
    NONNEGATIVE,
    ONE,
    OPEN_UNIT,
    POSITIVE,
    REALS,
    ZERO,
    Range,
    Smoothness,
)
from invexcheck.errors import Reject

Attributes = Mapping[str, Any]
Points = tuple[fmpq, ...]


def _no_points(_: Attributes) -> Points:
    return ()


def _everywhere(_: Attributes) -> Range:
    return REALS


@dataclass(frozen=True, slots=True)
class Scalar:
    """A function of one variable; all parts may depend on its attributes."""

    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    image: Callable[[Attributes, Range], Range] = lambda _, u: REALS
    """A range that contains the function's values for arguments in a range inside its domain."""
    domain: Callable[[Attributes], Range] = _everywhere
    punctured: Callable[[Attributes], bool] = lambda _: False
    """Whether 0 is not in the domain."""
    kinks: Callable[[Attributes], Points] = _no_points
    steep: Callable[[Attributes], Points] = _no_points
    jumps: Callable[[Attributes], Points] = _no_points
    stepwise: bool = False
    """It has infinitely many jumps."""
    kinked: Callable[[Attributes], bool] = lambda _: False
    """Whether it has kinks at points that are not rational."""

    def smoothness(self, attributes: Attributes, u: Range) -> Smoothness:
        """Of the function on a range."""

        def inner(point: fmpq) -> bool:
            """Whether there are arguments on both sides of the point."""
            return (u.low is None or u.low < point) and (u.high is None or u.high > point)

        def met(point: fmpq) -> bool:
            """Whether the point may be an argument."""
            return not (u.above(point, True) or u.below(point, True))

        if self.stepwise or any(map(met, self.jumps(attributes))):
            return Smoothness.DISCONTINUOUS
        kinks = self.kinked(attributes) or any(map(inner, self.kinks(attributes)))
        if kinks or any(map(met, self.steep(attributes))):
            return Smoothness.CONTINUOUS
        return Smoothness.ANALYTIC


# -- images ----------------------------------------------------------------------------------------------------


def _within(low: Any, high: Any, open_ends: bool = False) -> Callable[[Attributes, Range], Range]:
    """A fixed range."""
    fixed = Range(
        None if low is None else fmpq(low),
        None if high is None else fmpq(high),
        open_ends and low is not None,
        open_ends and high is not None,
    )
    return lambda _, __: fixed


def _signed(low: Any = None, high: Any = None) -> Callable[[Attributes, Range], Range]:
    """Of an increasing function that is 0 at 0, and between two numbers."""
    fixed = _within(low, high, True)

    def image(attributes: Attributes, u: Range) -> Range:
        return fixed(attributes, u).meet(_signs(u))

    return image


def _signs(u: Range) -> Range:
    """All numbers of the signs that a range has."""
    if u.nonnegative and u.nonpositive:
        return u
    if u.nonnegative:
        return POSITIVE if u.positive else NONNEGATIVE
    if u.nonpositive:
        return -POSITIVE if u.negative else -NONNEGATIVE
    return REALS


def _shifted(at: int, value: int) -> Callable[[Attributes, Range], Range]:
    """Of an increasing function with this value at a point."""

    def image(_: Attributes, u: Range) -> Range:
        return _signs(u + Range.point(fmpq(-at))) + Range.point(fmpq(value))

    return image


def _root(_: Attributes, u: Range) -> Range:
    return POSITIVE if u.positive else NONNEGATIVE


def _log(a: Attributes, u: Range) -> Range:
    image = _shifted(1, 0)(a, u)
    return image if a["floor"] is None else image.maximum(Range.point(a["floor"]))


def _sign(_: Attributes, u: Range) -> Range:
    if u.nonzero:
        return Range.point(ONE if u.positive else -ONE)
    return _signs(u).meet(Range(-ONE, ONE))


def _leaky(a: Attributes, u: Range) -> Range:
    slope = Range.point(a["slope"])
    if u.nonnegative:
        return u
    return u * slope if u.nonpositive else u.hull(u * slope)


def _softplus(_: Attributes, u: Range) -> Range:
    return POSITIVE if u.low is None else POSITIVE.maximum(Range(u.low, None, u.low_open))


def _elu(a: Attributes, u: Range) -> Range:
    """Values are scale u for u >= 0, and in (-alpha scale, 0] below for positive factors."""
    alpha, scale, inner = a["alpha"], a["scale"], a["input_scale"]
    if min(alpha, scale, inner) < 0:
        return REALS
    right = u.maximum(Range.point(ZERO)) * Range.point(scale)
    return right if u.nonnegative else right.hull(Range(-alpha * scale, ZERO))


def _celu(a: Attributes, u: Range) -> Range:
    if a["alpha"] <= 0:
        raise Reject("alpha must be positive", "architecture")
    return _elu({"alpha": a["alpha"], "scale": ONE, "input_scale": ONE}, u)


def _between(low: str, high: str) -> Callable[[Attributes, Range], Range]:
    """Of cutting off at two numbers."""

    def image(a: Attributes, u: Range) -> Range:
        if a[low] is not None and a[high] is not None and a[low] > a[high]:
            raise Reject("the lower bound is above the upper one", "architecture")
        if a[low] is not None:
            u = u.maximum(Range.point(a[low]))
        return u if a[high] is None else u.minimum(Range.point(a[high]))

    return image


def _shrunk(a: Attributes, u: Range) -> Range:
    if a["lambda"] < 0:
        raise Reject("lambda must not be negative", "architecture")
    return u.hull(Range.point(ZERO))


def _power(a: Attributes, u: Range) -> Range:
    n = a["exponent"]
    if n == 0:
        return Range.point(ONE)
    if n == 1:
        return u
    if u.positive:
        return POSITIVE
    if n == 2:
        return u.square()
    if n.q != 1 or n.p % 2 == 0:
        return POSITIVE if u.nonzero else NONNEGATIVE
    return _signs(u)


def _power_domain(a: Attributes) -> Range:
    n = a["exponent"]
    if n.q == 1:
        return REALS
    return NONNEGATIVE if n > 0 else POSITIVE


def _steep_root(a: Attributes) -> Points:
    return (ZERO,) if a["exponent"].q != 1 else ()


def _attribute_points(*names: str) -> Callable[[Attributes], Points]:
    return lambda a: tuple(a[name] for name in names if a[name] is not None)


def _at(*points: Any) -> Callable[[Attributes], Points]:
    fixed = tuple(fmpq(p) for p in points)
    return lambda _: fixed


def _both_sides(a: Attributes) -> Points:
    return (-a["lambda"], a["lambda"])


def _range(low: Any, high: Any, low_open: bool = False, high_open: bool = False) -> Callable[..., Range]:
    fixed = Range(
        None if low is None else fmpq(low), None if high is None else fmpq(high), low_open, high_open
    )
    return lambda _: fixed


_positive = _range(0, None, True)
_zero = _at(0)


def _softplus_jump(a: Attributes) -> Points:
    if a["beta"] <= 0 or (a["threshold"] is not None and a["threshold"] < 0):
        raise Reject("beta must be positive, the threshold not negative", "architecture")
    return () if a["threshold"] is None else (a["threshold"] / a["beta"],)


SCALARS: dict[str, Scalar] = {
    "negate": Scalar(image=lambda _, u: -u),
    "absolute": Scalar(image=lambda _, u: u.modulus(), kinks=_zero),
    "sign": Scalar(image=_sign, jumps=_zero),
    "square": Scalar(image=lambda _, u: u.square()),
    "exp": Scalar(image=lambda a, u: _shifted(0, 1)(a, u).meet(POSITIVE)),
    "expm1": Scalar(image=_signed(-1)),
    "log": Scalar(
        attributes={"floor": number(None)},
        image=_log,
        domain=lambda a: POSITIVE if a["floor"] is None else NONNEGATIVE,
        kinked=lambda a: a["floor"] is not None,
    ),
    "log1p": Scalar(image=_signed(), domain=_range(-1, None, True)),
    "sqrt": Scalar(image=_root, domain=_range(0, None), steep=_zero),
    "rsqrt": Scalar(image=lambda _, __: POSITIVE, domain=_positive),
    "reciprocal": Scalar(image=lambda _, u: u.inverse(), punctured=lambda _: True),
    "power_of": Scalar(
        attributes={"exponent": number()},
        image=_power,
        domain=_power_domain,
        punctured=lambda a: a["exponent"] < 0,
        steep=_steep_root,
    ),
    "relu": Scalar(image=lambda _, u: u.maximum(Range.point(ZERO)), kinks=_zero),
    "leaky_relu": Scalar(attributes={"slope": number(fmpq(1, 100))}, image=_leaky, kinks=_zero),
    "elu": Scalar(
        attributes={"alpha": number(1), "scale": number(1), "input_scale": number(1)},
        image=_elu,
        kinks=_zero,
    ),
    "celu": Scalar(attributes={"alpha": number(1)}, image=_celu, kinks=_zero),
    "hard_tanh": Scalar(
        attributes={"low": number(-1), "high": number(1)},
        image=_between("low", "high"),
        kinks=_attribute_points("low", "high"),
    ),
    "clamp": Scalar(
        attributes={"low": number(None), "high": number(None)},
        image=_between("low", "high"),
        kinks=_attribute_points("low", "high"),
    ),
    "hard_sigmoid": Scalar(image=_within(0, 1), kinks=_at(-3, 3)),
    "hard_swish": Scalar(image=_within(fmpq(-3, 8), None), kinks=_at(-3, 3)),
    "soft_shrink": Scalar(attributes={"lambda": number(fmpq(1, 2))}, image=_shrunk, kinks=_both_sides),
    "hard_shrink": Scalar(attributes={"lambda": number(fmpq(1, 2))}, image=_shrunk, jumps=_both_sides),
    "threshold": Scalar(
        attributes={"threshold": number(), "value": number()},
        image=lambda a, u: u.hull(Range.point(a["value"])),
        jumps=_attribute_points("threshold"),
    ),
    "sigmoid": Scalar(image=lambda _, __: OPEN_UNIT),
    "tanh": Scalar(image=_signed(-1, 1)),
    "sin": Scalar(image=_within(-1, 1)),
    "cos": Scalar(image=_within(-1, 1)),
    "tan": Scalar(domain=_range(-1, 1), image=_signed()),
    "asin": Scalar(image=_signed(-2, 2), domain=_range(-1, 1), steep=_at(-1, 1)),
    "acos": Scalar(image=_within(0, 4), domain=_range(-1, 1), steep=_at(-1, 1)),
    "atan": Scalar(image=_signed(-2, 2)),
    "sinh": Scalar(image=_signed()),
    "cosh": Scalar(image=_within(1, None)),
    "asinh": Scalar(image=_signed()),
    "acosh": Scalar(image=_within(0, None), domain=_range(1, None), steep=_at(1)),
    "atanh": Scalar(image=_signed(), domain=_range(-1, 1, True, True)),
    "erf": Scalar(image=_signed(-1, 1)),
    "erfc": Scalar(image=_within(0, 2, True)),
    "log_sigmoid": Scalar(image=_within(None, 0, True)),
    "softsign": Scalar(image=_signed(-1, 1), kinks=_zero),
    "tanhshrink": Scalar(image=_signed()),
    "softplus": Scalar(
        attributes={"beta": number(1), "threshold": number(20, nullable=True)},
        image=_softplus,
        jumps=_softplus_jump,
    ),
    "silu": Scalar(image=_within(fmpq(-3, 10), None)),
    "mish": Scalar(image=_within(fmpq(-1, 3), None)),
    "gelu": Scalar(attributes={"approximate": flag()}, image=_within(fmpq(-1, 5), None)),
    "floor": Scalar(stepwise=True, image=lambda _, u: u + Range(-ONE, ZERO, True)),
    "ceil": Scalar(stepwise=True, image=lambda _, u: u + Range(ZERO, ONE, False, True)),
    "round": Scalar(stepwise=True, image=lambda _, u: u + Range(fmpq(-1, 2), fmpq(1, 2))),
    "truncate": Scalar(stepwise=True, image=lambda _, u: u.hull(Range.point(ZERO))),
}
"""Semantics are those of PyTorch's functions of the same name where it has them, in exact arithmetic."""
