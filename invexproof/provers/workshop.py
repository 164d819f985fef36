"""Where proofs are assembled: goals as the checker derives them, skeleton steps, and the holes left to fill.

The prover never restates an inference. It proposes a step, lets the checker's own rule say which obligations remain,
and proves these in turn: an obligation's path is where its step belongs. What the checker would reject is seen at
once, and a finished proof is one that the checker has accepted piece by piece.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import fmpq

from invexcheck.errors import Refuse, Reject
from invexcheck.goals import Goal, Obligation, ParameterRange, Point, Span
from invexcheck.intervals import Undefined
from invexcheck.limits import Limits
from invexcheck.reading import Fields
from invexcheck.rules import RULES
from invexcheck.session import Session

Step = dict[str, Any]
HINT_PRECISIONS = (64, 256)
HOLE: Step = {"rule": "interval"}
"""What stands where a step is still to be found; also the default step of the format."""

AUXILIARY_KEYS = frozenset(
    {"term", "positive", "factor", "cofactor", "constant", "zero", "argument", "rest", "scale"}
)
"""Fields whose integer value is a line of the proof's table of terms."""

WORKING_LIMITS = Limits(terms=200_000, leaves=50_000_000, work=10**15, seconds=3600)
"""Bounds for the search; the certificate itself is checked within the default limits."""


def exact(value: Fraction) -> fmpq:
    """A Python fraction as a rational of the checker."""
    return fmpq(value.numerator, value.denominator)


def fraction(value: fmpq) -> Fraction:
    """A rational of the checker as a Python fraction."""
    return Fraction(int(value.p), int(value.q))


class OutOfTime(Exception):
    """The time allowed for the search is over."""


class OutOfEffort(Exception):
    """One attempt has used the goals allotted to it; unlike time, this is the same on every machine."""


@dataclass(frozen=True)
class Stuck:
    """The goal at which a search gave up, for the report of an undecided claim."""

    goal: Goal
    box: tuple[str, str] | None = None


class Workshop:
    """One search: a checker session for the subject, a deadline, and the record of where it got stuck.

    Args:
        table: the subject's term table.
        parameters: ranges of quantified parameters.
        sample: a value of each parameter, for hints.
        deadline: a time of `time.monotonic` after which the search ends with OutOfTime.
    """

    def __init__(
        self,
        table: list[list[Any]],
        parameters: dict[str, ParameterRange] | None = None,
        sample: dict[str, fmpq] | None = None,
        deadline: float | None = None,
    ) -> None:
        self.session = Session(WORKING_LIMITS, parameters)
        self.table = table
        self.sample = sample or {}
        """Values of the parameters at which hints are computed; proofs are about all values."""
        self.subject = self.session.terms.read(table, ("subject",))[-1]
        self.deadline = deadline
        self.stuck: list[Stuck] = []
        self._lines: dict[int, int] = {}
        self._effort: int | None = None
        self.failed: dict[tuple[Any, ...], int] = {}
        """Goals that could not be shown, with the depth up to which they were tried."""

    def about(self, table: list[list[Any]]) -> Workshop:
        """A workshop for another function in the same session, with the same deadline and table of terms."""
        other = copy(self)
        other.table = table
        other.subject = self.session.terms.read(table, ("subject",))[-1]
        return other

    @contextmanager
    def effort(self, goals: int) -> Iterator[None]:
        """Allot a number of goals to an attempt, within what is left to an outer one; OutOfEffort ends it."""
        before = self._effort
        allotted = goals if before is None else min(goals, before)
        self._effort = allotted
        try:
            yield
        finally:
            self._effort = None if before is None else before - (allotted - self._effort)

    def spend(self) -> None:
        """Account for one goal about to be tried."""
        self.check_time()
        if self._effort is not None:
            self._effort -= 1
            if self._effort < 0:
                raise OutOfEffort

    def check_time(self) -> None:
        """Raise OutOfTime past the deadline; called in every loop of the search."""
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise OutOfTime

    # -- names for terms and points --------------------------------------------------------------------------

    def line(self, term: int) -> int:
        """The line of the proof's table for a term of the session."""
        if term not in self._lines:
            self._lines[term] = len(self.session.auxiliary)
            self.session.auxiliary.append(term)
        return self._lines[term]

    def spell(self, point: Point) -> Any:
        """A point as it stands in a certificate."""
        if point.value is not None:
            return str(point.value)
        if point.bracket is not None:
            low, high = point.bracket
            return {"zero": self.line(point.term), "from": str(low), "to": str(high)}
        return {"constant": self.line(point.term)}

    def rational(self, value: fmpq | int) -> Point:
        """A rational point of the session."""
        return self.session.rational_point(fmpq(value))

    # -- exact questions --------------------------------------------------------------------------

    def sign(self, term: int, point: Point) -> int | None:
        """The sign of a term at a point, None if moderate precision does not tell: for hints, unlike the checker's."""
        return self.session.strict_sign(term, point, HINT_PRECISIONS)

    def is_zero(self, term: int) -> bool:
        """Whether a term is identically zero, as far as the normal form can tell within its bounds."""
        try:
            return self.session.forms.is_zero(term)
        except (Reject, Refuse):
            return False

    def vanishes_at(self, term: int, point: Point) -> bool:
        """Whether a term is exactly zero at a point: not told apart from 0 by balls, and zero by normal form."""
        try:
            return self.session.strict_sign(term, point) is None and self.session.is_zero_at(term, point)
        except (Reject, Refuse):
            return False

    # -- steps --------------------------------------------------------------------------

    def obligations(self, goal: Goal, step: Step) -> list[Obligation] | None:
        """What remains after a step, as the checker sees it; None where it rejects the step."""
        rule = RULES[step["rule"]]
        if not rule.fits(goal):
            return None
        try:
            with Fields(step, (), WORKING_LIMITS) as fields:
                fields.text("rule")
                return rule.apply(self.session, goal, fields)
        except (Reject, Refuse, Undefined):
            return None

    def finish(self, claim: dict[str, Any], step: Step) -> dict[str, Any]:
        """The certificate document (without provenance): terms that the steps use, renumbered."""
        used = sorted(set(_auxiliary_lines(step)))
        roots = [self.session.auxiliary[line] for line in used]
        table, positions = self._table(roots)
        step = _renumber(step, {line: positions[self.session.auxiliary[line]] for line in used})
        proof: dict[str, Any] = {"step": step}
        if table:
            proof["terms"] = table
        return {"format": "invexproof-certificate/1", "claim": claim, "proof": proof}

    def _table(self, roots: list[int]) -> tuple[list[list[Any]], dict[int, int]]:
        positions: dict[int, int] = {}
        table: list[list[Any]] = []
        terms = self.session.terms
        for term in terms.reachable(roots):
            node = terms.nodes[term]
            children = terms.children(node)
            tail = [str(a) for a in node[1 + len(children) :]]
            positions[term] = len(table)
            table.append([node[0], *(positions[c] for c in children), *tail])
        return table, positions


def fill(step: Step, path: tuple[str | int, ...], found: Step) -> None:
    """Put a step where an obligation's path says."""
    target: Any = step
    for part in path[:-1]:
        target = target[part]
    if found == HOLE and isinstance(target, dict) and path[-1] in OPTIONAL:
        target.pop(path[-1], None)
    else:
        target[path[-1]] = found


OPTIONAL = frozenset({"analytic", "factor_analytic"})
"""Fields of sub-steps that may be left out where one enclosure is enough."""


def _auxiliary_lines(value: Any) -> Iterator[int]:
    for key, item in _items(value):
        if key in AUXILIARY_KEYS and type(item) is int:
            yield item
        else:
            yield from _auxiliary_lines(item)


def _items(value: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def _renumber(value: Any, lines: dict[int, int]) -> Any:
    if isinstance(value, dict):
        return {
            key: lines[item] if key in AUXILIARY_KEYS and type(item) is int else _renumber(item, lines)
            for key, item in value.items()
        }
    return [_renumber(item, lines) for item in value] if isinstance(value, list) else value


def span_key(span: Span) -> tuple[Any, ...]:
    """A spelling of a span by which goals are remembered."""

    def end(point: Point | None) -> Any:
        return (
            None
            if point is None
            else (str(point.value) if point.value is not None else (point.term, point.bracket))
        )

    return end(span.lower), end(span.upper), span.lower_open, span.upper_open
