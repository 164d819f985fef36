"""Verdicts on the claims other than invexity."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import pytest

from invexproof.provers.outcome import Verdict
from invexproof.provers.univariate import KINDS
from tests.provers.deciding import decide


class Case(NamedTuple):
    """A formula, a kind of claim, the true verdict, why, and the rule where it matters."""

    formula: str
    kind: str
    verdict: str
    why: str
    rule: str | None = None


CASES = [
    Case("x+sin(x)", "strictly-monotone", "proved", "f' >= 0 with isolated zeros", "monotone-pieces"),
    Case("x^3", "strictly-monotone", "proved", "f' = 3x^2"),
    Case("-x-x^3", "strictly-monotone", "proved", "decreasing"),
    Case("max(x,0)", "strictly-monotone", "refuted", "constant for x < 0", "turning"),
    Case("max(x,0)-min(-x,0)/9", "strictly-monotone", "refuted", "constant for x < 0"),
    Case("tanh(x)+1e-8/(1+1e12*(x-7.123)^2)", "strictly-monotone", "refuted", "a spike where tanh is flat"),
    Case("sign(x)*sqrt(abs(x))", "strictly-monotone", "proved", "increasing with an infinite slope"),
    Case("3", "strictly-monotone", "refuted", "constant"),
    Case("sin(x)", "lipschitz", "proved", "|cos| <= 1", "slope-bound"),
    Case("x*sigmoid(x)", "lipschitz", "proved", "the slope is bounded by 1.1"),
    Case("log(cosh(x))", "lipschitz", "proved", "|tanh| < 1"),
    Case("x^2", "lipschitz", "refuted", "f' is unbounded", "unbounded-slope"),
    Case("exp(x)", "lipschitz", "refuted", "f' is unbounded"),
    Case("x^2", "convex", "proved", "f'' = 2", "convex-pieces"),
    Case("abs(x)+x^2", "convex", "proved", "a sum of convex functions"),
    Case("max(x^2,2-x)", "convex", "proved", "the greater of two convex functions"),
    Case("min(x^2,2-x)", "convex", "refuted", "a concave kink", "chord"),
    Case("softplus(x)", "convex", "proved", "f'' = sigmoid'"),
    Case("x*sigmoid(x)", "convex", "refuted", "concave far out"),
    Case("sqrt(1+x^2)", "convex", "proved", "f'' = (1+x^2)^(-3/2)"),
    Case("x^4-x^2/1000", "convex", "refuted", "f''(0) < 0"),
    Case("3*x+1", "convex", "proved", "f'' = 0"),
    Case("x*sigmoid(x)", "nonvanishing-derivative", "refuted", "SiLU has a minimum"),
    Case("atan(x)", "nonvanishing-derivative", "proved", "f' = 1/(1+x^2)", "valley"),
    Case("abs(x)", "nonvanishing-derivative", "refuted", "0 is in the subdifferential at 0"),
    Case("x+sin(x)", "nonvanishing-derivative", "refuted", "f'(pi) = 0"),
    Case("sign(x)*sqrt(abs(x))", "nonvanishing-derivative", "proved", "infinite slope at 0"),
    Case("min(x,2*x)", "nonvanishing-derivative", "proved", "slopes 2 and 1"),
    Case("abs(x)", "piecewise-analytic", "proved", "two lines that meet", "analytic-pieces"),
    Case("sqrt(abs(x))", "piecewise-analytic", "proved", "analytic off 0, continuous at 0"),
    Case("sign(x)", "piecewise-analytic", "refuted", "jumps at 0", "jump"),
    Case("piecewise((x,x<1),(x+1e-9,true))", "piecewise-analytic", "refuted", "jumps by 1e-9", "jump"),
    Case("1/x", "piecewise-analytic", "not-applicable", "undefined at 0"),
    Case("sign(x)", "lipschitz", "not-applicable", "discontinuous", "jump"),
]
HARD = [
    Case("x*log(1+x^2)", "lipschitz", "refuted", "f' grows like log"),
    Case("sqrt(abs(x))", "lipschitz", "refuted", "an infinite slope at 0"),
    Case("x*sin(x)", "lipschitz", "refuted", "f'(2k*pi) = 2k*pi"),
    Case("tanh(x)-1e-6*exp(-(x-3)^2)", "lipschitz", "proved", "a sum of Lipschitz functions"),
    Case("sqrt(x^2+1)-sqrt((x-3)^2+4)", "lipschitz", "proved", "a difference of Lipschitz functions"),
    Case("sin(x^2)/(1+x^2)", "lipschitz", "proved", "|f'| <= |2x|/(1+x^2)*2"),
    Case("abs(x)^1.5*x", "nonvanishing-derivative", "refuted", "f'(0) = 0"),
    Case("sqrt(abs(x))", "nonvanishing-derivative", "refuted", "the minimum is stationary"),
    Case("exp(x^2)-exp(x)", "convex", "proved", "(2+4x^2) e^(x^2) > e^x: x <= x^2+log 2 for all x"),
    Case("cosh(x)-x^2/2-x^4/24", "convex", "proved", "f'' is the remainder cosh x - 1 - x^2/2 >= 0"),
]
"""True verdicts that may be out of reach: undecided is no error, anything else is."""
LIPSCHITZ = [
    ("sin(x)", "1", "proved", "|cos x| <= 1, with equality"),
    ("sin(x)", "999999/1000000", "refuted", "cos 0 = 1"),
    ("max(x,0)", "1", "proved", "slopes 0 and 1"),
    ("max(x,0)", "0", "refuted", "slope 1"),
    ("min(max(3*x,-1),2)", "3", "proved", "slopes 0 and 3"),
    ("tanh(x)", "1", "proved", "f' = sech^2 <= 1"),
    ("erf(x)", "9/8", "refuted", "f'(0) = 2/sqrt(pi) = 1.1284 > 1.125"),
    ("erf(x)", "113/100", "proved", "f' <= 1.1284"),
    ("x*sigmoid(x)", "11/10", "proved", "the largest slope is 1.0998"),
    ("x*sigmoid(x)", "109/100", "refuted", "the largest slope is 1.0998"),
    ("5", "0", "proved", "constant"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.formula}, {case.kind}")
def test_the_verdict_is_the_true_one(case: Case) -> None:
    decision = decide(case.formula, case.kind)
    assert decision.verdict == case.verdict, (case.why, decision.outcome.reason)
    if case.rule is not None:
        assert decision.rule == case.rule


@pytest.mark.slow
@pytest.mark.parametrize("case", HARD, ids=lambda case: f"{case.formula}, {case.kind}")
def test_what_is_hard_is_not_answered_wrongly(case: Case) -> None:
    assert decide(case.formula, case.kind, timeout=15).verdict in (case.verdict, Verdict.UNDECIDED), case.why


@pytest.mark.parametrize(("formula", "constant", "verdict", "why"), LIPSCHITZ)
def test_lipschitz_constants(formula: str, constant: str, verdict: str, why: str) -> None:
    decision = decide(formula, "lipschitz", Fraction(constant))
    assert decision.verdict == verdict, why
    assert decision.verified is not None
    assert f"constant {constant}" in decision.verified.statement


@pytest.mark.parametrize("kind", [kind.removeprefix("activation.") for kind in KINDS])
@pytest.mark.parametrize(
    ("formula", "truths"),
    [
        (
            "x",
            {
                "invex",
                "strictly-monotone",
                "lipschitz",
                "convex",
                "piecewise-analytic",
                "nonvanishing-derivative",
            },
        ),
        ("abs(x)", {"invex", "lipschitz", "convex", "piecewise-analytic"}),
        ("-abs(x)", {"lipschitz", "piecewise-analytic"}),
        ("x^3+x", {"invex", "strictly-monotone", "piecewise-analytic", "nonvanishing-derivative"}),
        ("1", {"invex", "lipschitz", "convex", "piecewise-analytic"}),
    ],
)
def test_every_kind_of_simple_functions(formula: str, truths: set[str], kind: str) -> None:
    assert decide(formula, kind).verdict == ("proved" if kind in truths else "refuted")
