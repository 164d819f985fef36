"""Univariate functions as smooth pieces between breakpoints: hints for proofs, found by search, not proved.

A *guard* is what decides between smooth expressions: the argument of abs or sign, the difference of the
arguments of min, max or a comparison.  On an open piece every guard that matters there has one sign.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Final, Protocol

import mpmath

from invexproof.expressions import terms
from invexproof.expressions.breakpoints import DIGITS, Breakpoint
from invexproof.expressions.calculus import differentiate
from invexproof.expressions.evaluation import EvaluationError, fraction_value, mpmath_value, walk_selected
from invexproof.expressions.operations import ExpressionError
from invexproof.expressions.signs import Sign, evident_sign, sign_of
from invexproof.expressions.terms import Expression, build
from invexproof.expressions.zeros import zeros

MAX_PIECES: Final = 256


class PiecewiseError(ExpressionError):
    """A function that has no piecewise normal form here."""


@dataclass(frozen=True)
class GuardSign:
    """The sign, on a piece or at a point, of a guard.

    ``node`` is the abs, sign, min, max, lt or le node of the original expression; ``guard`` is its argument,
    or the left minus the right argument, with the guards inside it resolved.
    """

    node: Expression
    guard: Expression
    sign: Sign


@dataclass(frozen=True)
class Side:
    """One-sided limits at a breakpoint, of the function and its derivative.

    The numbers are mpf (infinite where they diverge, None where none was found), good to about 15 digits at
    least; the expressions are exact constants, None where the piece's formula has no value at the point.
    """

    value: Any
    slope: Any
    exact_value: Expression | None
    exact_slope: Expression | None


@dataclass(frozen=True)
class Junction:
    """What happens at a breakpoint.

    ``expression`` is the smooth expression that the guards select at the point itself and ``guards`` are
    their signs there (both absent where the function is undefined), ``value`` is the function's value.
    ``spurious``: nothing changes, the same analytic expression holds on both sides and at the point.
    """

    point: Breakpoint
    expression: Expression | None
    guards: tuple[GuardSign, ...]
    value: Any
    left: Side
    right: Side
    spurious: bool


@dataclass(frozen=True)
class PiecewiseForm:
    """Breakpoints in increasing order, and one smooth expression for each of the open pieces between them.

    ``signs[k]`` are the guards' signs on piece ``k``, in the order in which a depth-first post-order walk
    meets their nodes (each node once; of a piecewise the conditions up to the first true one, then the
    selected value; of ``and`` and ``or`` both sides).  Zeros of what is under a root are breakpoints, too,
    though no guard's.  ``infinite``: there seem to be infinitely many; those next to 0 are given.
    """

    source: Expression
    name: str
    breakpoints: tuple[Breakpoint, ...]
    pieces: tuple[Expression, ...]
    signs: tuple[tuple[GuardSign, ...], ...]
    infinite: bool

    @cached_property
    def junctions(self) -> tuple[Junction, ...]:
        """One-sided limits and the selection at each breakpoint (computed when first asked for)."""
        return tuple(_junction(self, k) for k in range(len(self.breakpoints)))

    @cached_property
    def spurious(self) -> tuple[bool, ...]:
        """For each breakpoint, whether nothing changes there."""
        return tuple(
            self.pieces[k] is self.pieces[k + 1] and self._unchanged(point, self.pieces[k], self.signs[k])
            for k, point in enumerate(self.breakpoints)
        )

    def _unchanged(self, point: Breakpoint, piece: Expression, signs: tuple[GuardSign, ...]) -> bool:
        place = _AtPoint(self.name, point, {s.guard: s.sign for s in signs})
        return _selection(self.source, place)[0] is piece and not place.root_vanishes


def normal_form(e: Expression) -> PiecewiseForm:
    """The piecewise normal form of a number-valued expression in (at most) one variable.

    Raises :class:`PiecewiseError` if there are several variables, if no branch applies on some open piece, or
    if there are too many pieces.
    """
    if e.is_condition or len(e.variables) > 1:
        raise PiecewiseError("a piecewise form needs a number in one variable; substitute the parameters")
    name = next(iter(e.variables), "x")
    todo = [_Interval(name, None, None)]
    done: list[tuple[_Interval, Expression, tuple[GuardSign, ...]]] = []
    infinite = False
    while todo:
        interval = todo.pop()
        try:
            expression, signs = _resolve(e, interval)
        except _SplitNeeded as split:
            infinite = infinite or split.infinite
            ends = [interval.low, *split.points, interval.high]
            todo.extend(_Interval(name, *pair) for pair in reversed(list(pairwise(ends))))
        except EvaluationError:
            raise PiecewiseError(f"the function is undefined on {interval}: no branch applies") from None
        else:
            infinite = infinite or interval.infinite
            done.append((interval, expression, signs))
        if len(todo) + len(done) > MAX_PIECES:
            raise PiecewiseError(f"the function has more than {MAX_PIECES} pieces")
    return PiecewiseForm(
        e,
        name,
        tuple(interval.high for interval, _, _ in done if interval.high is not None),
        tuple(expression for _, expression, _ in done),
        tuple(signs for _, _, signs in done),
        infinite,
    )


# -- resolving guards ----------------------------------------------------------------------------------------


class _SplitNeeded(Exception):
    """The interval must be split at these points before its guards have signs."""

    def __init__(self, points: list[Breakpoint], infinite: bool) -> None:
        self.points = points
        self.infinite = infinite
        super().__init__()


class _Place(Protocol):
    def sign(self, guard: Expression, decisive: Collection[Sign]) -> Sign: ...

    def under_root(self, base: Expression) -> None: ...


class _Interval:
    """An open interval between breakpoints (None: unbounded)."""

    def __init__(self, name: str, low: Breakpoint | None, high: Breakpoint | None) -> None:
        self.name = name
        self.low = low
        self.high = high
        self.infinite = False

    def __str__(self) -> str:
        return f"({self.low or '-oo'}, {self.high or 'oo'})"

    def sign(self, guard: Expression, decisive: Collection[Sign]) -> Sign:
        """The guard's sign; raises _SplitNeeded where it changes inside."""
        evident = evident_sign(guard)
        if evident is not None and evident in decisive:
            return evident
        found = zeros(guard, self.name)
        if found.everywhere:
            return "="
        self.infinite = self.infinite or found.infinite
        inside = [p for p in found.points if self.contains(p)]
        if inside:
            raise _SplitNeeded(inside, found.infinite)
        signs: list[Sign] = []
        for sample in self.samples():
            try:
                signs.append(sign_of(mpmath_value(guard, {self.name: sample}, DIGITS)))
            except EvaluationError:
                continue
            if signs[-1] != "=":
                break
        if not signs:
            raise EvaluationError("the guard is undefined at every sample")
        return signs[-1]

    def under_root(self, base: Expression) -> None:
        """Roots are not analytic where their argument vanishes, so it may vanish at the ends only."""
        self.sign(base, ("=", ">"))

    def contains(self, point: Breakpoint) -> bool:
        return (self.low is None or self.low < point) and (self.high is None or point < self.high)

    def samples(self) -> list[Any]:
        """Points of the interval, those far from its ends first."""
        with mpmath.workdps(DIGITS):
            low = None if self.low is None else self.low.value
            high = None if self.high is None else self.high.value
            if low is not None and high is not None:
                return [low + (high - low) * mpmath.mpf(k) / 61 for k in (31, 11, 53, 1, 60)]
            steps = [mpmath.mpf(p) / 97 for p in (113, 11, 1009, 1, 9973)]
            if low is not None:
                return [low + step for step in steps]
            if high is not None:
                return [high - step for step in steps]
            return [side * step for step in steps for side in (1, -1)]


class _AtPoint:
    """A breakpoint itself, where the guards that vanish are known to.

    Where a guard vanishes that both outcomes of abs, min or max suit, ``ties`` says which to take.
    """

    def __init__(self, name: str, point: Breakpoint, ties: Mapping[Expression, Sign] | None = None) -> None:
        self.name = name
        self.point = point
        self.ties = ties or {}
        self.root_vanishes = False

    def sign(self, guard: Expression, decisive: Collection[Sign]) -> Sign:
        found = zeros(guard, self.name)
        # The value comes first: at a pole, which is listed as a zero is, the guard has no sign.
        value = self.point.value_of(guard, self.name)
        if found.everywhere or any(self.point.coincides(p) for p in found.points):
            return self.ties.get(guard, "=") if {"<=", ">="} <= set(decisive) else "="
        return sign_of(value)

    def under_root(self, base: Expression) -> None:
        self.root_vanishes = self.root_vanishes or self.sign(base, ()) == "="


_STRICT: Final = ("<", "=", ">")
_DECISIVE: Final[dict[str, tuple[Sign, ...]]] = {
    "abs": ("<", "<=", "=", ">=", ">"),
    "sign": _STRICT,
    "min": ("<", "<=", "=", ">=", ">"),
    "max": ("<", "<=", "=", ">=", ">"),
    "lt": ("<", "=", ">=", ">"),
    "le": ("<", "<=", "=", ">"),
}
"""The signs that decide each guarded operation."""

_SELECT: Final[dict[str, Callable[[list[Any], Sign], Any]]] = {
    "abs": lambda args, sign: args[0] if sign in (">", ">=", "=") else -args[0],
    "sign": lambda args, sign: terms.rational({">": 1, "=": 0, "<": -1}[sign]),
    "min": lambda args, sign: args[0] if sign in ("<", "<=", "=") else args[1],
    "max": lambda args, sign: args[0] if sign in (">", ">=", "=") else args[1],
    "lt": lambda args, sign: sign == "<",
    "le": lambda args, sign: sign in ("<", "<=", "="),
}
_CONNECTIVES: Final[dict[str, Callable[..., bool]]] = {
    "true": lambda: True,
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "not": lambda a: not a,
}


def _resolve(e: Expression, place: _Place) -> tuple[Expression, tuple[GuardSign, ...]]:
    """The smooth expression that is selected at a place, and the guards' signs there."""
    signs: list[GuardSign] = []

    def visit(node: Expression, args: list[Any]) -> Any:
        if node.op in _SELECT:
            guard = args[0] if len(args) == 1 else _difference(args[0], args[1])
            sign = place.sign(guard, _DECISIVE[node.op])
            signs.append(GuardSign(node, guard, sign))
            return _SELECT[node.op](args, sign)
        if node.op in _CONNECTIVES:
            return _CONNECTIVES[node.op](*args)
        if node.op == "sqrt" or (node.op == "pow" and node.value.denominator > 1):
            place.under_root(args[0])
        return node if list(node.args) == args else build(node.op, tuple(args), node.payload)

    return walk_selected(e, visit), tuple(signs)


def _difference(u: Expression, v: Expression) -> Expression:
    return u if v.op == "rat" and v.value == 0 else u - v


# -- junctions -----------------------------------------------------------------------------------------------


def _selection(e: Expression, place: _AtPoint) -> tuple[Expression | None, tuple[GuardSign, ...]]:
    """What the guards select at a point, and their signs there; nothing where the function is undefined."""
    try:
        return _resolve(e, place)
    except EvaluationError:
        return None, ()


def _junction(form: PiecewiseForm, k: int) -> Junction:
    point = form.breakpoints[k]
    expression, guards = _selection(form.source, _AtPoint(form.name, point))
    value = None if expression is None else _at_point(expression, form.name, point)[0]
    left = _side(form.pieces[k], form.name, point, -1)
    right = _side(form.pieces[k + 1], form.name, point, 1)
    return Junction(point, expression, guards, value, left, right, form.spurious[k])


def _side(piece: Expression, name: str, point: Breakpoint, direction: int) -> Side:
    limits = []
    for function in (piece, differentiate(piece, name)):
        value, exact = _at_point(function, name, point)
        limits.append((_approached(function, name, point, direction) if value is None else value, exact))
    return Side(limits[0][0], limits[1][0], limits[0][1], limits[1][1])


def _at_point(e: Expression, name: str, point: Breakpoint) -> tuple[Any, Expression | None]:
    """Value of a smooth expression at the point, as a number and exactly (None where it is undefined)."""
    try:
        value = point.value_of(e, name, 40)
    except EvaluationError:
        return None, None
    if point.expression is None:
        return value, None
    exact = e.substitute({name: point.expression})
    rational = fraction_value(exact, {})
    return value, exact if rational is None else terms.rational(rational)


def _approached(e: Expression, name: str, point: Breakpoint, direction: int) -> Any:
    """The limit from one side, guessed from three nearby values; infinite if they do not settle."""
    values = []
    with mpmath.workdps(100):
        for exponent in (12, 18, 24):
            t = point.value + direction * mpmath.mpf(10) ** -exponent
            try:
                values.append(mpmath_value(e, {name: t}, 100))
            except EvaluationError:
                return None
        settled = abs(values[2] - values[1]) <= mpmath.mpf(10) ** -6 * max(1, abs(values[2]))
        return +values[2] if settled else mpmath.sign(values[2]) * mpmath.inf
