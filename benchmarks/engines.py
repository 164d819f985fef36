"""The built-in engine: boxes a second, and polynomial queries that other engines answer, too."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import partial

import numpy as np

from benchmarks.measuring import Outcome, Report, seconds_per_call, timed
from invexproof.engines.boxes import Boxes, enclose, enclose_derivatives
from invexproof.engines.interface import Atom, Conjunction, ExactBounds, Query, Relation
from invexproof.engines.registry import ENGINES
from invexproof.expressions.calculus import differentiate
from invexproof.expressions.parser import parse

BATCHES = (1, 64, 4096)
SLOPES: Mapping[str, str] = {
    "SiLU": "x*sigmoid(x)",
    "GELU": "x*(1+erf(x/sqrt(2)))/2",
    "Mish": "x*tanh(softplus(x))",
}
TIMEOUT = 20.0
DELTA = Fraction(1, 1000)

QUERIES: tuple[tuple[str, Relation, ExactBounds], ...] = (
    ("x^4 - 3*x^2 + x + 4", "<=", (None, None)),
    ("x^4 - 3*x^2 + x + 3", "<=", (None, None)),
    ("x^6 - 2*x^4 + x^2 + 1/1000", "<", (Fraction(-10), Fraction(10))),
    ("x^2*y^4 + x^4*y^2 - 3*x^2*y^2 + 101/100", "<", (Fraction(-2), Fraction(2))),
    ("(x - y)^4 + (y - z)^4 + (z - x)^2 + 1/100", "<", (Fraction(-1), Fraction(1))),
)
"""Polynomial, relation to 0, range of each variable: all but the second have no solution (the fourth is Motzkin's)."""


def run() -> Outcome:
    """Millions of boxes a second for slopes of activations; seconds of each engine for each query."""
    return Outcome([_throughput(), _queries()])


def _throughput() -> Report:
    edges = np.linspace(-20.0, 20.0, max(BATCHES) + 1)[:, None]
    rows = []
    for name, text in SLOPES.items():
        slope = differentiate(parse(text), "x")
        for count in BATCHES:
            boxes = Boxes(("x",), edges[:count].copy(), edges[1 : count + 1].copy())
            plain = count / seconds_per_call(partial(enclose, slope, boxes))
            mean = count / seconds_per_call(partial(enclose_derivatives, slope, boxes))
            rows.append((name, count, plain / 1e6, mean / 1e6))
    columns = ("slope of", "boxes a batch", "values, million/s", "values and derivatives, million/s")
    return Report("Boxes a second in the engine's own arithmetic", columns, rows)


def _queries() -> Report:
    engines = [engine for engine in ENGINES.values() if engine.availability().available]
    rows: list[tuple[object, ...]] = []
    for text, relation, bounds in QUERIES:
        expression = parse(text, parameters=("y", "z"))
        variables = dict.fromkeys(sorted(expression.variables), bounds)
        query = Query(variables, Conjunction((Atom(expression, relation),)), DELTA)
        for engine in engines:
            answer, seconds = timed(partial(engine.solve, query, TIMEOUT))
            rows.append(
                (f"{text} {relation} 0", engine.name, answer.verdict, answer.statistics.boxes, seconds)
            )
    return Report(
        "Polynomial queries", ("is there a solution of", "engine", "answer", "boxes", "seconds"), rows
    )
