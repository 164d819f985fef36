"""Claims about activations as queries: each asks an engine for a counterexample.

If every query of a claim is unsatisfiable the claim looks true; a solution of a *conclusive* query is a
counterexample. Either way a prover still has to prove it: engines only hint.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from invexproof.engines.interface import (
    Atom,
    Conjunction,
    Disjunction,
    ExactBounds,
    Formula,
    Query,
    QueryError,
)
from invexproof.expressions.breakpoints import Breakpoint
from invexproof.expressions.calculus import differentiate
from invexproof.expressions.piecewise import PiecewiseForm, normal_form
from invexproof.expressions.terms import Expression, var

Direction = Literal["increasing", "decreasing"]
DELTA = Fraction(1, 1000)


@dataclass(frozen=True)
class CounterexampleQuery:
    """A query for a counterexample; conclusive: whether a solution refutes the claim."""

    query: Query
    conclusive: bool = True


@dataclass(frozen=True)
class Subject:
    """An activation as its pieces in the variable x, with the options of the claim."""

    form: PiecewiseForm
    delta: Fraction
    constant: Fraction | None
    direction: Direction

    @property
    def places(self) -> range:
        return range(len(self.form.pieces))

    def piece(self, index: int, name: str = "x") -> Expression:
        return self.form.pieces[index].substitute({self.form.name: var(name)})

    def slope(self, index: int, name: str = "x") -> Expression:
        return differentiate(self.piece(index, name), name)

    def inside(self, index: int, name: str = "x") -> tuple[ExactBounds, list[Formula]]:
        """The open piece: exact bounds of the variable that contain it, and what else its points satisfy."""
        points = self.form.breakpoints
        low = points[index - 1] if index else None
        high = points[index] if index < len(points) else None
        bounds = (None if low is None else _ends(low)[0], None if high is None else _ends(high)[1])
        conditions: list[Formula] = []
        if low is not None:
            conditions.append(Atom(var(name) - _outer(low, 0), ">"))
        if high is not None:
            conditions.append(Atom(var(name) - _outer(high, 1), "<"))
        return bounds, conditions

    def ask(
        self,
        purpose: str,
        variables: Mapping[str, ExactBounds],
        parts: list[Formula],
        conclusive: bool = True,
    ) -> CounterexampleQuery:
        return CounterexampleQuery(
            Query(variables, Conjunction(tuple(parts)), self.delta, purpose), conclusive
        )

    def on_pieces(
        self, purpose: str, claim: Callable[[int], Formula], conclusive: bool = True
    ) -> list[CounterexampleQuery]:
        """One query a piece: is there a point inside where `claim(piece)` holds?"""
        queries = []
        for index in self.places:
            bounds, conditions = self.inside(index)
            queries.append(self.ask(purpose, {"x": bounds}, [*conditions, claim(index)], conclusive))
        return queries

    def at_breakpoints(self, purpose: str, claim: Callable[[int], Formula]) -> list[CounterexampleQuery]:
        """One query a breakpoint: does `claim(k)`, on the pieces k (left) and k + 1 (right), hold there?"""
        return [
            self.ask(purpose, {"x": _ends(point)}, [*_pinned(point), claim(index)])
            for index, point in enumerate(self.form.breakpoints)
        ]

    def jumps(self) -> list[CounterexampleQuery]:
        return self.at_breakpoints(
            "the one-sided limits of f differ at a breakpoint",
            lambda k: Atom(self.piece(k) - self.piece(k + 1), "!="),
        )

    def straddling(self, k: int) -> Formula:
        """0 lies between the one-sided derivatives at breakpoint k: a Clarke-stationary point."""
        left, right = self.slope(k), self.slope(k + 1)
        return Disjunction(
            (
                Conjunction((Atom(left, "<="), Atom(right, ">="))),
                Conjunction((Atom(left, ">="), Atom(right, "<="))),
            )
        )


def activation_queries(
    kind: str,
    expression: Expression,
    *,
    constant: Fraction | None = None,
    direction: Direction = "increasing",
    delta: Fraction = DELTA,
) -> tuple[CounterexampleQuery, ...]:
    """What to ask an engine about a claim `activation.*` (see KINDS) on all of R, piece by piece.

    expression: the activation, in one variable. constant: K of a Lipschitz claim. direction: of a monotone
    one. One-sided derivatives at breakpoints are those of the adjacent pieces' formulas; where such a
    formula isn't defined at the breakpoint (sqrt at 0) its condition counts as false. Raises QueryError for
    a kind that asks nothing of an engine, a missing constant, or infinitely many breakpoints.
    """
    if kind not in KINDS:
        raise QueryError(f"no engine is asked about {kind!r}; queries exist for {', '.join(KINDS)}")
    form = normal_form(expression)
    if form.infinite:
        raise QueryError("the function seems to have infinitely many breakpoints; restrict it to an interval")
    return tuple(KINDS[kind](Subject(form, delta, constant, direction)))


def _invex(subject: Subject) -> list[CounterexampleQuery]:
    """A stationary point x (inside a piece, or at a breakpoint) and a point y with f(y) < f(x)."""
    queries = []
    for other in subject.places:
        y_bounds, y_conditions = subject.inside(other, "y")
        for index in subject.places:
            x_bounds, x_conditions = subject.inside(index)
            stationary: list[Formula] = [
                Atom(subject.slope(index), "="),
                Atom(subject.piece(other, "y") - subject.piece(index), "<"),
            ]
            purpose = "f'(x) = 0 and f(y) < f(x)"
            parts = [*x_conditions, *y_conditions, *stationary]
            queries.append(subject.ask(purpose, {"x": x_bounds, "y": y_bounds}, parts))
        for k, point in enumerate(subject.form.breakpoints):
            lower = Atom(subject.piece(other, "y") - subject.piece(k), "<")
            parts = [*_pinned(point), *y_conditions, subject.straddling(k), lower]
            purpose = "0 lies between the one-sided derivatives at a breakpoint x, and f(y) < f(x)"
            queries.append(subject.ask(purpose, {"x": _ends(point), "y": y_bounds}, parts))
    return queries


def _strictly_monotone(subject: Subject) -> list[CounterexampleQuery]:
    """A derivative of the wrong sign, or zero (which alone refutes nothing: x^3), or a jump the wrong way."""
    rising = subject.direction == "increasing"
    wrong: Literal["<", ">"] = "<" if rising else ">"
    return [
        *subject.on_pieces(f"f'(x) {wrong} 0", lambda i: Atom(subject.slope(i), wrong)),
        *subject.on_pieces("f'(x) = 0", lambda i: Atom(subject.slope(i), "="), conclusive=False),
        *subject.at_breakpoints(
            "f jumps the wrong way",
            lambda k: Atom(subject.piece(k + 1) - subject.piece(k), wrong),
        ),
    ]


def _lipschitz(subject: Subject) -> list[CounterexampleQuery]:
    bound = subject.constant
    if bound is None:
        raise QueryError("a Lipschitz claim needs its constant K")

    def steep(index: int) -> Formula:
        slope = subject.slope(index)
        return Disjunction((Atom(slope - bound, ">"), Atom(slope + bound, "<")))

    return [*subject.on_pieces(f"|f'(x)| > {bound}", steep), *subject.jumps()]


def _convex(subject: Subject) -> list[CounterexampleQuery]:
    return [
        *subject.on_pieces("f''(x) < 0", lambda i: Atom(differentiate(subject.slope(i)), "<")),
        *subject.at_breakpoints(
            "the slope falls at a breakpoint", lambda k: Atom(subject.slope(k + 1) - subject.slope(k), "<")
        ),
        *subject.jumps(),
    ]


def _nonvanishing_derivative(subject: Subject) -> list[CounterexampleQuery]:
    return [
        *subject.on_pieces("f'(x) = 0", lambda i: Atom(subject.slope(i), "=")),
        *subject.at_breakpoints("0 lies between the one-sided derivatives", subject.straddling),
    ]


KINDS: Mapping[str, Callable[[Subject], list[CounterexampleQuery]]] = {
    "activation.invex": _invex,
    "activation.strictly-monotone": _strictly_monotone,
    "activation.lipschitz": _lipschitz,
    "activation.convex": _convex,
    "activation.nonvanishing-derivative": _nonvanishing_derivative,
}
"""The kinds of claims that an engine can look for counterexamples of."""


def _ends(point: Breakpoint) -> tuple[Fraction, Fraction]:
    """Rationals around a breakpoint, equal if it is rational."""
    if point.rational is not None:
        return point.rational, point.rational
    if point.bracket is not None:
        return point.bracket
    margin = Fraction(1, 10**9)
    near = Fraction(float(point))
    reach = margin * (1 + abs(near))
    return near - reach, near + reach


def _outer(point: Breakpoint, side: int) -> Expression | Fraction:
    """The breakpoint if it has an expression; else the outer end of its bracket, so that no point is lost."""
    return point.expression if point.expression is not None else _ends(point)[side]


def _pinned(point: Breakpoint) -> list[Formula]:
    """That x is the breakpoint; nothing where its bounds say so already."""
    if point.rational is not None:
        return []
    if point.expression is not None:
        return [Atom(var("x") - point.expression, "=")]
    return [Atom(point.guard.substitute({name: var("x") for name in point.guard.variables}), "=")]
