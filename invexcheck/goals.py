"""What a proof step has to show: goals about terms on intervals, whose ends are exact points.

The variable of every function is ``x``. Other variables are parameters, each with a fixed interval; every goal
is about all values of the parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flint import fmpq

from invexcheck.architectures.graph import Architecture
from invexcheck.architectures.sizes import WHATEVER, Sizes
from invexcheck.errors import Path
from invexcheck.intervals import Interval
from invexcheck.networks.graph import Network, Segment

STRICT = {">": True, "<": True, ">=": False, "<=": False}
"""The relations of sign goals (``term relation 0``), and whether each is strict."""
POSITIVE = {">": True, "<": False, ">=": True, "<=": False}
WEAKENED = {">": ">=", "<": "<=", ">=": ">=", "<=": "<="}
REVERSED = {">": "<", "<": ">", ">=": "<=", "<=": ">="}


def implies(known: str, wanted: str) -> bool:
    """Whether ``t known 0`` implies ``t wanted 0``."""
    return wanted in (known, WEAKENED[known])


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """An exact real number, compared by identity.

    Either the value of a term without variables (`value` is set when it is rational), or, with a `bracket`, one
    fixed zero of the smooth term in ``x`` between two rationals at which it has strict opposite signs.
    """

    term: int
    value: fmpq | None = None
    bracket: tuple[fmpq, fmpq] | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """An interval of the variable; None is the infinite end. An open end does not belong to it."""

    lower: Point | None = None
    upper: Point | None = None
    lower_open: bool = True
    upper_open: bool = True

    @staticmethod
    def at(point: Point) -> Span:
        """The one-point interval."""
        return Span(point, point, False, False)

    @property
    def point(self) -> Point | None:
        """The point, if the interval is one."""
        return self.lower if self.lower is not None and self.lower is self.upper else None

    def interior(self) -> Span:
        return Span(self.lower, self.upper, True, True)


@dataclass(frozen=True, slots=True)
class ParameterRange:
    """The interval of a quantified parameter; None is the infinite end."""

    lower: fmpq | None
    upper: fmpq | None
    lower_open: bool
    upper_open: bool


@dataclass(frozen=True, slots=True)
class Sign:
    """``term relation 0`` at every point of the span, and the term is defined there.

    `given`: that the term is defined and analytic on the span is an obligation elsewhere in the same proof (it is
    a derivative of a function whose analyticity is one), so rules need not show it again.
    """

    term: int
    relation: str
    span: Span
    given: bool = False


@dataclass(frozen=True, slots=True)
class Analytic:
    """Every node of the smooth term is analytic at every point of the span."""

    term: int
    span: Span


@dataclass(frozen=True, slots=True)
class Claim:
    """A top-level statement about a function of ``x``; `constant` is the Lipschitz constant where one is named."""

    kind: str
    subject: int
    negated: bool = False
    constant: fmpq | None = None
    parameters: Mapping[str, ParameterRange] = field(default_factory=dict)

    def about(self, subject: int, parameters: Mapping[str, ParameterRange] | None = None) -> Claim:
        """The same statement about another function."""
        return replace(
            self, subject=subject, parameters=self.parameters if parameters is None else parameters
        )


Box = tuple[tuple[fmpq, fmpq], ...]
"""A closed interval with rational ends for each coordinate."""


@dataclass(frozen=True, slots=True, eq=False)
class MapClaim:
    """A top-level statement about a network; `region` None is all of R^n."""

    kind: str
    network: Network
    negated: bool = False
    region: Box | None = None
    almost: bool = False
    """Off a null set."""
    smooth: bool = False
    """The proof must also show the map continuously differentiable."""
    pieces: bool = False
    """The proof must also show the map analytic near almost every point."""
    total: bool = False
    """The proof must also show the map defined on all of R^n, beyond its region."""


@dataclass(frozen=True, slots=True, eq=False)
class FullRank:
    """Every matrix of Clarke's generalised Jacobian of the segment has full row rank.

    At every point of `region` (None: everywhere); `almost`: at almost every point, where it is differentiable.
    """

    segment: Segment
    region: tuple[Interval, ...] | None = None
    almost: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Defect:
    """At some point of `region` some matrix of the generalised Jacobian has a smaller rank than there are outputs.

    `almost`: the set of points where the map is differentiable with full row rank lacks a set of positive measure.
    """

    network: Network
    region: Box | None = None
    almost: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class TrainingClaim:
    """A top-level statement about the training problem of an architecture.

    `method`, `start` and `step` are as in `invexcheck.architectures.methods`; empty where the claim is about the
    loss alone, and `start` where it is negated. `sizes` is what goes with the word `step`.
    """

    kind: str
    architecture: Architecture
    negated: bool = False
    method: str = ""
    start: str = ""
    step: str = ""
    sizes: Sizes = WHATEVER


AnyClaim = Claim | MapClaim | TrainingClaim
Goal = Sign | Analytic | AnyClaim | FullRank | Defect


@dataclass(frozen=True, slots=True)
class Obligation:
    """A goal, the step of the file that is to prove it, and where the step stands."""

    goal: Goal
    step: Any
    path: Path


@dataclass(frozen=True, slots=True)
class Rule:
    """One inference: from a goal and the fields of a step to what remains to be shown.

    `apply` raises Reject where the rule does not apply; it never decides on anything but exact arithmetic,
    normal forms and strict comparisons of balls.
    """

    name: str
    goals: tuple[type, ...]
    lemmas: tuple[str, ...]
    apply: Callable[..., list[Obligation]]
    settles: tuple[tuple[str, bool], ...] = ()
    """For rules on top-level claims: the pairs (kind, negated) that the rule may conclude; empty means any."""

    def fits(self, goal: Goal) -> bool:
        """Whether the rule may be applied to this goal."""
        if not isinstance(goal, self.goals):
            return False
        if not self.settles:
            return True
        return isinstance(goal, AnyClaim) and (goal.kind, goal.negated) in self.settles
