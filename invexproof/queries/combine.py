"""The queries of a claim as one: is there any counterexample?"""

from __future__ import annotations

from collections.abc import Sequence

from invexproof.engines.interface import (
    Atom,
    Conjunction,
    Disjunction,
    ExactBounds,
    Formula,
    Query,
    QueryError,
)
from invexproof.expressions.terms import Expression, rational, var
from invexproof.queries.build import CounterexampleQuery


def combined(queries: Sequence[CounterexampleQuery], about: str) -> Query:
    """One query that has a solution if and only if some conclusive one of `queries` has.

    ``about`` says what for, and goes before the purposes. The bounds of each query become conditions of its own, for
    the pieces of a function have different ones. Raises QueryError if none is conclusive.
    """
    conclusive = [asked.query for asked in queries if asked.conclusive]
    if not conclusive:
        raise QueryError("no query of this claim can give a counterexample")
    variables = dict.fromkeys(name for query in conclusive for name in query.variables)
    parts: list[Formula] = []
    for query in conclusive:
        bounds = [atom for name, ends in query.variables.items() for atom in _conditions(var(name), ends)]
        parts.append(Conjunction((*bounds, query.formula)))
    purposes = "; or ".join(dict.fromkeys(query.purpose for query in conclusive))
    hulls = {
        name: _hull([q.variables[name] for q in conclusive if name in q.variables]) for name in variables
    }
    return Query(hulls, Disjunction(tuple(parts)), conclusive[0].delta, f"{about}: {purposes}")


def _conditions(variable: Expression, bounds: ExactBounds) -> list[Atom]:
    low, high = bounds
    conditions = [] if low is None else [Atom(variable - rational(low), ">=")]
    return conditions if high is None else [*conditions, Atom(variable - rational(high), "<=")]


def _hull(bounds: Sequence[ExactBounds]) -> ExactBounds:
    lows, highs = [low for low, _ in bounds], [high for _, high in bounds]
    known_lows, known_highs = [v for v in lows if v is not None], [v for v in highs if v is not None]
    return (
        min(known_lows) if len(known_lows) == len(lows) else None,
        max(known_highs) if len(known_highs) == len(highs) else None,
    )
