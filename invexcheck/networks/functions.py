"""What is known of the functions that a network applies entry by entry: pieces, slopes, smoothness.

Facts are established by the rule ``network``; the obligations they rest on are part of the same proof. A function
without facts may still be enclosed on a bounded interval, if it is written without abs, max and the like.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flint import arb

from invexcheck.errors import Reject
from invexcheck.goals import ParameterRange, Point
from invexcheck.intervals import Interval, Undefined, enclose, evaluate
from invexcheck.session import VARIABLE, Session
from invexcheck.terms import GUARDED

HALVINGS = 4
"""How often an interval is halved where the slope of a function has no sign on it."""


@dataclass(frozen=True)
class Facts:
    """A continuous function on R, analytic on each closed piece between neighbouring cuts.

    `slopes` bounds all one-sided derivatives. `smooth`: continuously differentiable. `entire`: each piece's
    function is analytic on all of R.
    """

    cuts: tuple[Point, ...]
    functions: tuple[int, ...]
    slopes: ParameterRange
    smooth: bool
    entire: bool

    @property
    def analytic(self) -> bool:
        """One function, analytic on all of R."""
        return len(self.functions) == 1

    @property
    def monotone(self) -> bool:
        """No one-sided derivative is 0, and all have one sign."""
        r = self.slopes
        rising = r.lower is not None and (r.lower > 0 or (r.lower == 0 and r.lower_open))
        falling = r.upper is not None and (r.upper < 0 or (r.upper == 0 and r.upper_open))
        return rising or falling


@dataclass
class Enclosures:
    """Values and slopes of the functions of a network over intervals, remembered."""

    session: Session
    roots: tuple[int, ...]
    facts: dict[int, Facts]
    _known: dict[tuple[int, Interval], tuple[Interval, Interval]] = field(default_factory=dict)

    def over(self, function: int, interval: Interval) -> tuple[Interval, Interval]:
        """Enclosures of the values and of all slopes, Clarke's included, over a closed bounded interval.

        Raises:
            Undefined: it may be undefined, or not analytic, there.
        """
        facts = self.facts.get(function)
        root = self.roots[function]
        if facts is None:
            if any(self.session.terms.op(t) in GUARDED for t in self.session.terms.order(root)):
                raise Reject(f"function {function} has pieces, and the proof does not give them", "function")
            return self.smooth(root, interval)
        values, slopes = [], []
        ends = [None, *facts.cuts, None]
        for k, piece in enumerate(facts.functions):
            part = self._meet(interval, ends[k], ends[k + 1])
            if part is not None:
                value, slope = self.smooth(piece, part)
                values.append(value)
                slopes.append(slope)
        return hull(values), hull(slopes)

    def _meet(self, interval: Interval, low: Point | None, high: Point | None) -> Interval | None:
        """The part of the interval in a closed piece; a piece that it may touch counts."""
        lo, hi = interval.lo, interval.hi
        if low is not None:
            ball = self.session.ball(low)
            if (hi < ball) is True:
                return None
            lo = ball.lower() if (lo < ball.lower()) is True else lo
        if high is not None:
            ball = self.session.ball(high)
            if (lo > ball) is True:
                return None
            hi = ball.upper() if (hi > ball.upper()) is True else hi
        return Interval(lo, hi) if (lo <= hi) is True else Interval(hi, lo)

    def smooth(self, root: int, interval: Interval) -> tuple[Interval, Interval]:
        if not (interval.lo.is_finite() and interval.hi.is_finite()):
            raise Undefined("the argument of a function is not shown to be bounded")
        key = root, interval
        found = self._known.get(key)
        if found is None:
            terms = self.session.terms
            evaluate(terms, root, {VARIABLE: interval}, analytic=True)
            slope = self.session.derivative(root)
            found = self.range(root, interval), self.range(slope, interval)
            self._known[key] = found
        return found

    def range(self, term: int, interval: Interval, halvings: int = HALVINGS) -> Interval:
        """A smooth term over an interval: by its values at the ends where its derivative has a sign there.

        Elsewhere the interval is halved; what remains is enclosed by the mean-value form, too.
        """
        terms = self.session.terms
        self.session.budget.spend(200 * len(terms.order(term)))
        if (interval.lo == interval.hi) is True:
            return evaluate(terms, term, {VARIABLE: interval})
        rise = evaluate(terms, self.session.derivative(term), {VARIABLE: interval})
        if rise.nonnegative or rise.nonpositive:
            ends = [
                evaluate(terms, term, {VARIABLE: Interval(end, end)}) for end in (interval.lo, interval.hi)
            ]
            return hull(ends)
        whole = evaluate(terms, term, {VARIABLE: interval})
        centre = ((interval.lo + interval.hi) / 2).mid()
        if not ((interval.lo < centre) is True and (centre < interval.hi) is True):
            return whole
        if halvings:
            halves = (Interval(interval.lo, centre), Interval(centre, interval.hi))
            return meet(whole, hull([self.range(term, half, halvings - 1) for half in halves]))
        at = as_ball(evaluate(terms, term, {VARIABLE: Interval(centre, centre)}))
        offset = interval.lo.union(interval.hi) - centre
        return meet(whole, enclose(at + as_ball(rise) * offset))


def hull(intervals: list[Interval]) -> Interval:
    """The closed hull of intervals."""
    lo, hi = intervals[0].lo, intervals[0].hi
    for other in intervals[1:]:
        lo = other.lo if (other.lo < lo) is True else lo
        hi = other.hi if (other.hi > hi) is True else hi
    return Interval(lo, hi)


def meet(a: Interval, b: Interval) -> Interval:
    """What two enclosures of the same number have in common."""
    return Interval(b.lo if (b.lo > a.lo) is True else a.lo, b.hi if (b.hi < a.hi) is True else a.hi)


def as_ball(interval: Interval) -> arb:
    return interval.lo if (interval.lo == interval.hi) is True else interval.lo.union(interval.hi)
