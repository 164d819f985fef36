"""Operators entry by entry: arithmetic, comparisons, choices, casts, and functions of one variable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flint import fmpq

from invexcheck.architectures.attributes import word
from invexcheck.architectures.operators import ANALYTIC, CONTINUOUS, Call, Operator
from invexcheck.architectures.scalars import SCALARS
from invexcheck.architectures.shapes import broadcast, wrong
from invexcheck.architectures.values import (
    BOOLEAN,
    EXTENDED,
    INTEGER,
    POSITIVE,
    REAL,
    REALS,
    UNIT,
    ZERO,
    Range,
    Smoothness,
    Value,
)
from invexcheck.errors import Reject


def _together(call: Call) -> tuple[int, ...]:
    return broadcast(*(value.shape for value in call.given()))


def _kind(call: Call) -> str:
    """Extended, if an argument is."""
    return EXTENDED if any(value.kind == EXTENDED for value in call.given()) else REAL


def _add(call: Call) -> Value:
    return Value(_kind(call), _together(call), call.range(0) + call.range(1))


def _subtract(call: Call) -> Value:
    return Value(_kind(call), _together(call), call.range(0) - call.range(1))


def _multiply(call: Call) -> Value:
    """The product of a value with itself is a square."""
    u = call.range(0)
    return Value(REAL, _together(call), u.square() if call.same(0, 1) else u * call.range(1))


def _divide(call: Call) -> Value:
    u, v = call.range(0), call.range(1)
    call.demand(1, v.nonzero, "nonzero", "may be 0 where it divides")
    return Value(REAL, _together(call), u * v.inverse() if v.nonzero else REALS)


def _power(call: Call) -> Value:
    call.demand(0, call.range(0).positive, "positive", "must be positive as the base of a power")
    return Value(REAL, _together(call), POSITIVE)


def _remainder(call: Call) -> Value:
    """``a - floor(a / b) b``"""
    v = call.range(1)
    call.demand(1, v.nonzero, "nonzero", "may be 0 where it divides")
    known = REALS
    if v.positive:
        known = Range(ZERO, v.high, False, True)
    return Value(REAL, _together(call), known, smoothness=Smoothness.DISCONTINUOUS)


def _maximum(call: Call) -> Value:
    return _extremum(call, call.range(0).maximum(call.range(1)))


def _minimum(call: Call) -> Value:
    return _extremum(call, call.range(0).minimum(call.range(1)))


def _extremum(call: Call, known: Range) -> Value:
    """One of the arguments, always the same one if their ranges do not cross."""
    u, v = call.range(0), call.range(1)
    apart = call.same(0, 1) or any(a.low is not None and b.below(a.low) for a, b in ((u, v), (v, u)))
    return Value(REAL, _together(call), known, smoothness=ANALYTIC if apart else CONTINUOUS)


def _boolean(call: Call) -> Value:
    return Value(BOOLEAN, _together(call))


def _where(call: Call) -> Value:
    """Minus infinity is chosen by data alone, so that its places do not depend on the parameters."""
    condition, a, b = (call.value(i) for i in range(3))
    kind = _kind(call)
    call.require(not condition.trained or kind == REAL, "parameters decide where there is minus infinity")
    call.require(a.kind == REAL or b.kind == REAL or a.trained or b.trained, "nothing finite to choose")
    branches = [_guarded(call, i).meet(call.range(i)) for i in (1, 2)]
    finite = [
        known
        for known, i in zip(branches, (1, 2), strict=True)
        if not known.empty and (call.value(i).kind != EXTENDED or call.numbers[i] is not None)
    ]
    known = finite[0] if finite else REALS
    for other in finite[1:]:
        known = known.hull(other)
    return Value(kind, _together(call), known)


def _guarded(call: Call, branch: int) -> Range:
    """What a comparison of the very value that it chooses says about it where it is chosen."""
    guard = call.guards.get(-1 if call.numbers[0] is None else call.numbers[0])
    number, shape = call.numbers[branch], call.shape(branch)
    if guard is None or number is None or shape != call.shape(0) or guard[0] == "equal":
        return REALS
    op, numbers, (left, right) = guard
    if left is None or right is None or left.shape not in ((), shape) or right.shape not in ((), shape):
        return REALS
    strict, chosen = op == "less", branch == 1
    if numbers[0] == number and left.shape == shape:  # value < right, or value >= right
        if chosen:
            return Range(None, right.range.high, False, strict or right.range.high_open)
        return Range(right.range.low, None, not strict or right.range.low_open)
    if numbers[1] == number and right.shape == shape:  # left < value, or left >= value
        if chosen:
            return Range(left.range.low, None, strict or left.range.low_open)
        return Range(None, left.range.high, False, not strict or left.range.high_open)
    return REALS


def _cast(call: Call) -> Value:
    """A real becomes an integer by rounding towards zero, and true where it is not 0."""
    value, kind = call.value(0), call["to"]
    if value.kind in (kind, EXTENDED):
        raise Reject(f"no cast from {value.kind} to {kind}", "kind")
    if value.kind == BOOLEAN:
        return Value(kind, value.shape, UNIT)
    if kind == BOOLEAN:
        return Value(kind, value.shape)
    if kind == REAL:
        return Value(REAL, value.shape, value.range)
    known = value.range
    low = None if known.low is None else _towards_zero(known.low)
    high = None if known.high is None else _towards_zero(known.high)
    return Value(INTEGER, value.shape, Range(low, high))


def _towards_zero(q: fmpq) -> fmpq:
    return fmpq(q.floor() if q >= 0 else q.ceil())


def _detach(call: Call) -> Value:
    return replace(call.value(0), smoothness=ANALYTIC)


def _prelu(call: Call) -> Value:
    """``max(x, 0) + slope min(x, 0)``, a slope for each channel or one for all."""
    x, slope = call.value(0), call.value(1)
    channels = x.shape[1] if len(x.shape) > 1 else 1
    if len(slope.shape) != 1 or slope.shape[0] not in (1, channels):
        raise wrong("one slope, or one for each channel")
    zero = Range.point(ZERO)
    known = x.range.maximum(zero).hull(x.range.minimum(zero) * slope.range)
    return Value(REAL, x.shape, known, smoothness=ANALYTIC if x.range.nonnegative else CONTINUOUS)


def _scalar(name: str) -> Callable[[Call], Value]:
    function = SCALARS[name]

    def infer(call: Call) -> Value:
        u, domain = call.range(0), function.domain(call.attributes)
        inside = u.inside(domain) and (u.nonzero or not function.punctured(call.attributes))
        call.require(inside, f"the argument, in {u}, may be outside of the domain of {name}")
        return Value(
            REAL,
            call.shape(0),
            function.image(call.attributes, u) if inside else REALS,
            smoothness=function.smoothness(call.attributes, u),
        )

    return infer


ARITHMETIC: dict[str, Operator] = {
    "add": Operator(("scores", "scores"), _add),
    "subtract": Operator(("scores", "real"), _subtract),
    "multiply": Operator(("real", "real"), _multiply),
    "divide": Operator(("real", "real"), _divide),
    "power": Operator(("real", "real"), _power),
    "remainder": Operator(("real", "real"), _remainder),
    "maximum": Operator(("real", "real"), _maximum),
    "minimum": Operator(("real", "real"), _minimum),
    "less": Operator(("number", "number"), _boolean),
    "less_equal": Operator(("number", "number"), _boolean),
    "equal": Operator(("number", "number"), _boolean),
    "and": Operator(("boolean", "boolean"), _boolean),
    "or": Operator(("boolean", "boolean"), _boolean),
    "not": Operator(("boolean",), _boolean),
    "where": Operator(("boolean", "scores", "scores"), _where),
    "cast": Operator(("any",), _cast, {"to": word(REAL, INTEGER, BOOLEAN)}),
    "detach": Operator(("scores",), _detach),
    "prelu": Operator(("real", "real"), _prelu),
    **{name: Operator(("real",), _scalar(name), row.attributes) for name, row in SCALARS.items()},
}
