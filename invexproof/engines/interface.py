"""What every engine understands: a `Query`, and the `Answer` it gives.

A query asks whether real numbers within bounds make a formula true. An engine's answer is a hint, never
evidence: a prover turns it into proof steps, and only the checker's agreement makes it count. Nothing in an
`Answer`, not even `unsat`, may enter a certificate as a fact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, Protocol

from invexproof.errors import InvexproofError
from invexproof.expressions.terms import Expression

Relation = Literal[">", ">=", "<", "<=", "=", "!="]
Verdict = Literal["unsat", "delta-sat", "sat", "unknown"]
ExactBounds = tuple[Fraction | None, Fraction | None]
"""Lower and upper bound of a variable, both included; None for an infinite end."""
ExactBox = Mapping[str, tuple[Fraction, Fraction]]

RELATIONS: tuple[Relation, ...] = (">", ">=", "<", "<=", "=", "!=")


class QueryError(InvexproofError):
    """A query that can't be asked: an unknown variable, an empty range, an unknown relation."""


class EngineUnavailable(InvexproofError):
    """An engine that isn't installed was asked; the message says how to install it."""


@dataclass(frozen=True, slots=True)
class Atom:
    """`expression relation 0`; false where the expression is undefined."""

    expression: Expression
    relation: Relation


@dataclass(frozen=True, slots=True)
class Conjunction:
    """All parts hold; true if there are none."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Disjunction:
    """Some part holds; false if there are none."""

    parts: tuple[Formula, ...]


Formula = Atom | Conjunction | Disjunction


@dataclass(frozen=True)
class Query:
    """Is there a point of the box `variables` where `formula` holds?

    variables: exact bounds by name, in the order in which engines report them. delta: how far an engine may
    weaken each atom before it says `delta-sat`; 0 admits only exact answers. Raises QueryError where it
    makes no sense.
    """

    variables: Mapping[str, ExactBounds]
    formula: Formula
    delta: Fraction = Fraction(1, 1000)
    purpose: str = ""

    def __post_init__(self) -> None:
        if not self.variables:
            raise QueryError("a query needs at least one variable")
        if self.delta < 0:
            raise QueryError(f"delta must not be negative, it is {self.delta}")
        for name, (low, high) in self.variables.items():
            if low is not None and high is not None and low > high:
                raise QueryError(f"the range of {name} is empty: {low} > {high}")
        for atom in atoms(self.formula):
            if atom.relation not in RELATIONS:
                raise QueryError(f"unknown relation {atom.relation!r}; known: {' '.join(RELATIONS)}")
            missing = atom.expression.variables - set(self.variables)
            if missing:
                raise QueryError(
                    f"no bounds are given for {', '.join(sorted(missing))}; give every variable a range"
                )


@dataclass(frozen=True, slots=True)
class Statistics:
    """boxes: how many were evaluated; leaves: how many ended the search of their part of the domain."""

    boxes: int = 0
    leaves: int = 0


@dataclass(frozen=True)
class Answer:
    """An engine's answer: a hint, never evidence.

    unsat: no point satisfies the formula. sat: a point does, either `witness` itself or one inside `box`.
    delta-sat: a point of `box` satisfies the formula weakened by delta. unknown: see `reason`; `remaining`
    are boxes that were not decided (at most as many as the engine's option says). warnings: reasons to
    doubt the answer.
    """

    verdict: Verdict
    engine: str
    version: str
    witness: Mapping[str, Fraction] | None = None
    box: ExactBox | None = None
    seconds: float = 0.0
    statistics: Statistics = field(default_factory=Statistics)
    reason: str = ""
    remaining: tuple[ExactBox, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether an engine can be used here; how_to_install is empty when it can."""

    available: bool
    version: str = ""
    how_to_install: str = ""


class Engine(Protocol):
    """Something that searches. Answers are hints, never evidence."""

    @property
    def name(self) -> str: ...

    def availability(self) -> Availability:
        """Whether the engine is installed, and how to install it if not; never raises."""

    def solve(self, query: Query, timeout: float | None = None, seed: int = 0) -> Answer:
        """Answer within about `timeout` seconds (None: no limit). Same query and seed, same answer,
        timeouts apart.

        Raises EngineUnavailable if the engine isn't installed. An interrupt (Ctrl-C) gives `unknown`.
        """


def atoms(formula: Formula) -> Iterator[Atom]:
    """All atoms of a formula, left to right."""
    pending: list[Formula] = [formula]
    while pending:
        part = pending.pop()
        if isinstance(part, Atom):
            yield part
        else:
            pending.extend(reversed(part.parts))


def conjuncts(formula: Formula) -> list[Atom]:
    """The atoms that every solution satisfies because they are joined by conjunctions only."""
    found: list[Atom] = []
    pending: list[Formula] = [formula]
    while pending:
        part = pending.pop()
        if isinstance(part, Atom):
            found.append(part)
        elif isinstance(part, Conjunction):
            pending.extend(reversed(part.parts))
    return found


def is_conjunctive(formula: Formula) -> bool:
    """Whether a formula has no disjunction, so that `conjuncts` is all of it."""
    return isinstance(formula, Atom) or (
        isinstance(formula, Conjunction) and all(is_conjunctive(part) for part in formula.parts)
    )
