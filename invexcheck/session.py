"""The state of one verification: terms, exact points, enclosures over spans, and definedness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from flint import arb, fmpq

from invexcheck.balls import Program, precision
from invexcheck.errors import Path, Reject
from invexcheck.goals import Analytic, Obligation, ParameterRange, Point, Sign, Span
from invexcheck.intervals import NEG_INF, POS_INF, Interval, Undefined, evaluate, lower, upper
from invexcheck.limits import Budget, Limits
from invexcheck.normal_form import NormalForms
from invexcheck.reading import Fields, Folder, rational
from invexcheck.terms import GUARDED, Terms

if TYPE_CHECKING:
    from invexcheck.networks.functions import Facts

VARIABLE = "x"
PRECISIONS = (64, 128, 256, 512, 1024, 2048)
"""Bits tried in turn where the checker itself decides a strict comparison."""


class Session:
    """One certificate under verification. `auxiliary` are the terms of the proof's own table.

    `folder` is where it may name other files; `facts` is what its proof shows of the functions of its network;
    `included` are the rules that certificates inside it use, `depth` is how deep it is inside others itself.
    """

    def __init__(
        self,
        limits: Limits,
        parameters: Mapping[str, ParameterRange] | None = None,
        budget: Budget | None = None,
    ) -> None:
        self.limits = limits
        self.budget = budget or Budget(limits)
        self.terms = Terms(limits)
        self.forms = NormalForms(self.terms, self.budget)
        self.parameters = dict(parameters or {})
        self.auxiliary: list[int] = []
        self.folder = Folder()
        self.facts: dict[int, Facts] = {}
        self.included: set[str] = set()
        self.depth = 0
        self._programs: dict[tuple[tuple[int, ...], tuple[str, ...]], Program] = {}

    # -- terms --------------------------------------------------------------------------

    def auxiliary_term(self, fields: Fields, name: str) -> int:
        """A smooth term of the proof's table, named by its line; its variables are x and the parameters."""
        term = self.auxiliary[fields.integer(name, 0, len(self.auxiliary) - 1)]
        self.require_smooth(term, (*fields.path, name))
        return term

    def require_smooth(self, term: int, path: Path) -> None:
        for node in self.terms.order(term):
            if self.terms.op(node) in GUARDED:
                raise Reject(f"{self.terms.op(node)} where an analytic term is needed", "term", path)
        unknown = self.terms.names[term] - {VARIABLE} - self.parameters.keys()
        if unknown:
            raise Reject("a variable that is neither x nor a parameter of the claim", "term", path)

    def derivative(self, term: int) -> int:
        return self.terms.derivative(term, VARIABLE)

    def at(self, term: int, point: Point) -> int:
        """The term with x replaced by an exact constant."""
        if point.bracket is not None:
            raise Reject("a point that is given as a zero has no closed form", "point")
        return self.terms.substitute(term, {VARIABLE: point.term})

    def program(self, *roots: int) -> Program:
        key = roots, tuple(self.parameters)
        found = self._programs.get(key)
        if found is None:
            found = self._programs[key] = Program(self.terms, roots, [VARIABLE, *self.parameters])
        return found

    # -- points --------------------------------------------------------------------------

    def rational_point(self, value: fmpq) -> Point:
        return Point(self.terms.rational(value), value)

    def point(self, raw: Any, path: Path) -> Point:
        """Read a point: ``"p/q"``, ``{"constant": k}``, or ``{"zero": k, "from": "p/q", "to": "p/q"}``."""
        if type(raw) is str:
            return self.rational_point(rational(raw, self.limits, path))
        with Fields(raw, path, self.limits) as fields:
            if fields.has("constant"):
                return self._constant_point(self.auxiliary_term(fields, "constant"), path)
            term = self.auxiliary_term(fields, "zero")
            return self._zero_point(term, fields.rational("from"), fields.rational("to"), path)

    def _constant_point(self, term: int, path: Path) -> Point:
        if self.terms.names[term]:
            raise Reject("a constant must not contain a variable", "point", path)
        try:
            finite = self.value(term).is_finite()
        except Undefined:
            finite = False
        if not finite:
            raise Reject("a constant that is not defined", "point", path)
        return Point(term, self.terms.constant(term))

    def _zero_point(self, term: int, low: fmpq, high: fmpq, path: Path) -> Point:
        if self.terms.names[term] != {VARIABLE}:
            raise Reject("a zero needs a term in x alone", "point", path)
        if not low < high:
            raise Reject("the bracket of a zero is empty", "point", path)
        ends = [self.strict_sign(term, self.rational_point(end)) for end in (low, high)]
        if None in ends or ends[0] == ends[1]:
            raise Reject("the bracket of a zero needs strict opposite signs at its ends", "point", path)
        span = Span(self.rational_point(low), self.rational_point(high), False, False)
        if not self.defined(term, span):
            raise Reject("the term may be undefined in the bracket of its zero", "point", path)
        return Point(term, None, (low, high))

    def ball(self, point: Point) -> arb:
        """Enclosure of a point at the current precision."""
        if point.bracket is not None:
            low, high = point.bracket
            return arb(low).union(arb(high))
        return self.value(point.term) if point.value is None else arb(point.value)

    def value(self, term: int) -> arb:
        """Enclosure of a term without variables, at the current precision."""
        return Program(self.terms, [term], [])()[0]

    def less(self, left: Point, right: Point) -> bool:
        """Whether left < right is established; False means undecided as well as false."""
        if left.value is not None and right.value is not None:
            return bool(left.value < right.value)
        for bits in PRECISIONS:
            with precision(bits):
                if (self.ball(left) < self.ball(right)) is True:
                    return True
        return False

    def require_increasing(self, points: list[Point], path: Path) -> None:
        for k in range(len(points) - 1):
            if not self.less(points[k], points[k + 1]):
                raise Reject("points must be strictly increasing", "point", path)

    # -- enclosures --------------------------------------------------------------------------

    def interval(self, span: Span) -> Interval:
        """The span as an interval, outward rounded at the current precision."""
        lo = NEG_INF if span.lower is None else lower(self.ball(span.lower))
        hi = POS_INF if span.upper is None else upper(self.ball(span.upper))
        return Interval(lo, hi, span.lower_open, span.upper_open)

    def box(self, span: Span) -> dict[str, Interval]:
        """The span and the ranges of all parameters."""
        box = {VARIABLE: self.interval(span)}
        for name, r in self.parameters.items():
            lo = NEG_INF if r.lower is None else lower(arb(r.lower))
            hi = POS_INF if r.upper is None else upper(arb(r.upper))
            box[name] = Interval(lo, hi, r.lower_open, r.upper_open)
        return box

    def enclosure(self, term: int, span: Span) -> Interval:
        """Enclosure of a smooth term over a whole span; Undefined if a node may be undefined there."""
        self.budget.leaf()
        return evaluate(self.terms, term, self.box(span))

    def defined(self, term: int, span: Span) -> bool:
        """Whether one enclosure over the whole span shows every node of a smooth term defined."""
        for bits in PRECISIONS[:3]:
            with precision(bits), suppress(Undefined):
                self.enclosure(term, span)
                return True
        return False

    def strict_sign(self, term: int, point: Point, precisions: Sequence[int] = PRECISIONS) -> int | None:
        """The sign (1 or -1) of a smooth term at a point for all parameters, None if it cannot be told."""
        for bits in precisions:
            with precision(bits):
                try:
                    value = self.enclosure(term, Span.at(point))
                except Undefined:
                    continue
                if value.positive or value.negative:
                    return 1 if value.positive else -1
        return None

    def exact_sign(self, term: int, point: Point) -> int | None:
        """The sign of a smooth term at a point where it is defined: 1, -1, exactly 0, or None if undecided.

        A strict sign at moderate precision comes first: the normal form of a number far from 0 may be huge.
        """
        sign = self.strict_sign(term, point, PRECISIONS[:2])
        if sign is not None:
            return sign
        if self.is_zero_at(term, point):
            return 0 if self.defined(term, Span.at(point)) else None
        return self.strict_sign(term, point, PRECISIONS[2:])

    def is_zero_at(self, term: int, point: Point) -> bool:
        """Whether a smooth term is exactly 0 at a point where it is defined."""
        if point.bracket is not None:
            if self.terms.constant(term) == 0 or term == point.term:
                return True
            ratio = self.forms.rational_value(self.terms.node("div", term, point.term))
            if ratio is None:
                return False
            # the quotient says nothing at the zero itself; the product does
            multiple = self.terms.node("mul", self.terms.rational(ratio), point.term)
            return self.forms.equal(term, multiple)
        return self.forms.is_zero(self.at(term, point))

    def require_defined(self, goal: Sign, fields: Fields) -> list[Obligation]:
        """Definedness of the goal's term on its span: given, seen at once, or by the step ``defined``."""
        if fields.has("defined"):
            return [
                Obligation(Analytic(goal.term, goal.span), fields.raw("defined"), (*fields.path, "defined"))
            ]
        if not goal.given and not self.defined(goal.term, goal.span):
            raise Reject("the term must be shown to be defined: add a step `defined`", "domain", fields.path)
        return []
