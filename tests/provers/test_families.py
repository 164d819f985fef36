"""Claims for every value of parameters, each expected by reasoning."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

import pytest

from invexproof.expressions.parser import parse
from invexproof.provers.families import FamilyError, Range, prove_family
from invexproof.provers.outcome import Verdict
from tests.provers.deciding import Decision, judged

POSITIVE = Range(Fraction(0))
UNIT_CLOSED = Range(Fraction(0), Fraction(1), False, False)
SIGNED_UNIT = Range(Fraction(-1), Fraction(1))


class Case(NamedTuple):
    """A family, the ranges of its parameters, the kind of claim, the true verdict, why, and the rule if it matters."""

    formula: str
    ranges: Mapping[str, Range]
    kind: str
    verdict: str
    why: str
    rule: str | None = None


CASES = [
    Case("x*sigmoid(beta*x)", {"beta": POSITIVE}, "invex", "proved", "SiLU(beta*x)/beta"),
    Case("x*sigmoid(beta*x)", {"beta": Range()}, "invex", "refuted",
         "x*sigmoid(-x) = -SiLU(-x) has a maximum", "instantiate"),
    Case("piecewise((alpha*(exp(x)-1),x<0),(x,true))", {"alpha": POSITIVE}, "strictly-monotone", "proved",
         "both slopes are positive"),
    Case("piecewise((a*x,x<0),(x,true))", {"a": POSITIVE}, "nonvanishing-derivative", "proved", "slopes a and 1"),
    Case("piecewise((a*x,x<0),(x,true))", {"a": UNIT_CLOSED}, "invex", "proved",
         "a = 0 is ReLU, with its minimum on the plateau; a > 0 has no stationary point"),
    Case("piecewise((a*x,x<0),(x,true))", {"a": UNIT_CLOSED}, "strictly-monotone", "refuted", "a = 0 is ReLU"),
    Case("softplus(beta*x)/beta", {"beta": POSITIVE}, "convex", "proved", "f'' = beta*sigmoid'(beta*x)"),
    Case("piecewise((x-lambd,x>lambd),(x+lambd,x<-lambd),(0,true))", {"lambd": POSITIVE}, "invex", "refuted",
         "0 on [-lambd, lambd], lower on the left", "instantiate"),
    Case("min(max(x,a),b)", {"a": Range(Fraction(-2), Fraction(-1)), "b": Range(Fraction(1), Fraction(2))}, "invex",
         "refuted", "b for large x, a < b for small x", "instantiate"),
    Case("abs(x)+a*x", {"a": SIGNED_UNIT}, "invex", "proved", "slopes a-1 < 0 < a+1"),
    Case("x^2+a*x", {"a": Range()}, "invex", "proved", "a parabola with its bottom at -a/2"),
    Case("x^2+a*x", {"a": Range()}, "convex", "proved", "f'' = 2"),
    Case("a*x", {"a": SIGNED_UNIT}, "lipschitz", "proved", "|a| <= 1"),
    Case("a*x^2", {"a": SIGNED_UNIT}, "convex", "refuted", "a = -1/2"),
    Case("x^3+a*x", {"a": Range(Fraction(1, 100))}, "strictly-monotone", "proved", "f' >= a"),
    Case("x^3+a*x", {"a": Range(Fraction(0), Fraction(5), False, False)}, "invex", "refuted", "a = 0: f'(0) = 0"),
    Case("log(x+a)", {"a": POSITIVE}, "invex", "not-applicable", "undefined at x = -a"),
]  # fmt: skip
HARD = [
    Case("x*(1+erf(a*x))/2", {"a": POSITIVE}, "invex", "proved", "GELU(sqrt(2)*a*x), rescaled"),
    Case("(x+sqrt(x^2+b))/2", {"b": POSITIVE}, "invex", "proved", "|x| < sqrt(x^2+b): the slope is positive"),
    Case("x*tanh(softplus(a*x))", {"a": POSITIVE}, "invex", "proved", "Mish(a*x)/a"),
    Case("x+sin(a*x)^2/a", {"a": POSITIVE}, "invex", "refuted", "f' = 1+sin(2*a*x) is 0, f has no minimum"),
    Case("log(cosh(a*x))/a", {"a": POSITIVE}, "invex", "proved", "f' = tanh(a*x)"),
    Case(
        "max(x,0)+min(0,alpha*(exp(x/alpha)-1))", {"alpha": POSITIVE}, "invex", "proved", "CELU: increasing"
    ),
]
"""True verdicts that may be out of reach in the time allowed: undecided is no error, anything else is."""


def decide_family(formula: str, ranges: Mapping[str, Range], kind: str) -> Decision:
    kind = f"activation.{kind}"
    return judged(prove_family(parse(formula, parameters=list(ranges)), ranges, kind, timeout=30), kind)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.formula}, {case.kind}")
def test_the_verdict_is_the_true_one(case: Case) -> None:
    decision = decide_family(case.formula, case.ranges, case.kind)
    assert decision.verdict == case.verdict, (case.why, decision.outcome.reason)
    if case.rule is not None:
        assert decision.rule == case.rule


@pytest.mark.slow
@pytest.mark.parametrize("case", HARD, ids=lambda case: f"{case.formula}, {case.kind}")
def test_what_is_hard_is_not_answered_wrongly(case: Case) -> None:
    assert decide_family(case.formula, case.ranges, case.kind).verdict in (case.verdict, Verdict.UNDECIDED), (
        case.why
    )


def test_the_statement_quantifies_the_parameters() -> None:
    """For every value where it is proved, for some value where it is refuted."""
    proved = decide_family("abs(x)+a*x", {"a": SIGNED_UNIT}, "invex").verified
    refuted = decide_family("a*x^2", {"a": SIGNED_UNIT}, "convex").verified
    assert proved is not None
    assert refuted is not None
    assert proved.statement.startswith("For every -1 < a < 1:")
    assert refuted.statement.startswith("For some -1 < a < 1:")


@pytest.mark.parametrize("ranges", [{}, {"a": POSITIVE, "b": POSITIVE}, {"b": POSITIVE}])
def test_ranges_must_be_those_of_the_parameters(ranges: dict[str, Range]) -> None:
    with pytest.raises(FamilyError, match=r"\b[ab]\b"):
        prove_family(parse("a*x", parameters=["a"]), ranges)


@pytest.mark.parametrize(
    "range_",
    [
        POSITIVE,
        UNIT_CLOSED,
        SIGNED_UNIT,
        Range(),
        Range(None, Fraction(3), True, False),
        Range(Fraction(2), None, False),
    ],
)
def test_samples_are_inside_the_range(range_: Range) -> None:
    samples = range_.samples()
    assert samples
    for value in samples:
        assert (
            range_.lower is None or value > range_.lower or (value == range_.lower and not range_.lower_open)
        )
        assert (
            range_.upper is None or value < range_.upper or (value == range_.upper and not range_.upper_open)
        )
    closed = {range_.lower} - {None} if not range_.lower_open else set()
    assert closed <= set(samples)


def test_time_is_limited() -> None:
    expression = parse("x*tanh(softplus(a*x))+b*sin(x)*exp(-x^2)", parameters=["a", "b"])
    outcome = prove_family(
        expression, {"a": POSITIVE, "b": Range(Fraction(0), Fraction(1, 1000))}, timeout=0.2
    )
    assert outcome.verdict is Verdict.UNDECIDED
