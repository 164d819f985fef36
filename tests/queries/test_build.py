"""Claims become queries whose answers agree with what is known about each activation."""

from __future__ import annotations

from fractions import Fraction

import pytest

from invexproof.engines.icp import IcpEngine
from invexproof.engines.interface import QueryError
from invexproof.engines.z3_engine import Z3Engine
from invexproof.expressions.parser import parse
from invexproof.queries.build import KINDS, activation_queries

RELU, RELU6, HARD_SWISH = "max(x,0)", "min(max(x,0),6)", "x*min(max(x+3,0),6)/6"
LEAKY = "piecewise((x/10, x < 0), (x, true))"


def refuted(kind: str, text: str, constant: Fraction | None = None) -> bool:
    """Whether z3 finds a counterexample; it must decide every query of these piecewise polynomials."""
    verdicts = []
    for asked in activation_queries(f"activation.{kind}", parse(text), constant=constant):
        answer = Z3Engine().solve(asked.query, timeout=20)
        assert answer.verdict in ("sat", "unsat"), answer.reason
        verdicts.append(asked.conclusive and answer.verdict == "sat")
    return any(verdicts)


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("invex", RELU, False),
        ("invex", LEAKY, False),
        ("invex", "abs(x)", False),
        ("invex", "x^3", True),
        ("invex", "-abs(x)", True),
        ("invex", RELU6, True),
        ("invex", HARD_SWISH, True),
        ("invex", "x^2", False),
        ("strictly-monotone", LEAKY, False),
        ("strictly-monotone", "x^3", False),
        ("strictly-monotone", HARD_SWISH, True),
        ("strictly-monotone", "piecewise((x, x < 0), (x - 1, true))", True),
        ("convex", RELU, False),
        ("convex", RELU6, True),
        ("convex", "x^4 - x^2", True),
        ("convex", "piecewise((x, x < 0), (2*x + 1, true))", True),
        ("nonvanishing-derivative", LEAKY, False),
        ("nonvanishing-derivative", RELU, True),
        ("nonvanishing-derivative", "abs(x)", True),
        ("nonvanishing-derivative", "x + x^3", False),
    ],
)
def test_known_activations(kind: str, text: str, expected: bool) -> None:
    assert refuted(kind, text) == expected


def test_lipschitz_constants() -> None:
    assert not refuted("lipschitz", HARD_SWISH, Fraction(3, 2))
    assert refuted("lipschitz", HARD_SWISH, Fraction(149, 100))
    assert refuted("lipschitz", "piecewise((0, x < 0), (1, true))", Fraction(5))


def test_icp_finds_the_counterexamples_of_smooth_activations() -> None:
    [invex] = activation_queries("activation.invex", parse("sin(x)"))
    assert IcpEngine().solve(invex.query, timeout=20).verdict == "sat"
    [convex] = activation_queries("activation.convex", parse("x*sigmoid(x)"))
    assert IcpEngine().solve(convex.query, timeout=20).verdict == "sat"
    [lipschitz] = activation_queries("activation.lipschitz", parse("tanh(x)"), constant=Fraction(101, 100))
    assert IcpEngine().solve(lipschitz.query, timeout=20).verdict == "unsat"


def test_irrational_breakpoints_are_exact() -> None:
    queries = activation_queries("activation.convex", parse("max(x^2, 2)"))
    assert [Z3Engine().solve(asked.query, timeout=20).verdict for asked in queries][:3] == ["unsat"] * 3
    concave = activation_queries("activation.nonvanishing-derivative", parse("min(x^2, 2)"))
    assert any(Z3Engine().solve(asked.query, timeout=20).verdict == "sat" for asked in concave)


def test_direction_of_monotonicity() -> None:
    falling = activation_queries("activation.strictly-monotone", parse("-x"), direction="decreasing")
    assert {Z3Engine().solve(asked.query).verdict for asked in falling} == {"unsat"}


def test_refusals() -> None:
    with pytest.raises(QueryError, match="constant K"):
        activation_queries("activation.lipschitz", parse("x"))
    with pytest.raises(QueryError, match="no engine is asked"):
        activation_queries("activation.piecewise-analytic", parse("x"))
    with pytest.raises(QueryError, match="infinitely many"):
        activation_queries("activation.invex", parse("abs(sin(x))"))


def test_every_query_says_what_it_asks() -> None:
    for kind in KINDS:
        for asked in activation_queries(kind, parse(LEAKY), constant=Fraction(1)):
            assert asked.query.purpose
