"""Random small formulas: dense sampling must not contradict a verdict.

The oracle knows no calculus. Where values differ by more than rounding can explain, a rise followed by a fall means a
maximum, hence no invexity; slopes that all keep away from 0, with one turn at most, mean invexity. Suspicions
of the samples in double precision are confirmed with mpmath before they count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mpmath import mpf

from invexproof.expressions.evaluation import mpmath_value, numpy_function
from invexproof.expressions.parser import parse
from invexproof.expressions.terms import Expression
from invexproof.provers.outcome import Verdict
from invexproof.provers.univariate import prove_activation
from tests.provers.deciding import judged

STEP = Fraction(1, 64)
REACH = 30
DIGITS = 40
MARGIN = 1e-7
"""Differences of neighbouring values, relative to their size, that rounding in double precision cannot explain."""
STEEP = 0.1
"""Mean slopes over a step that are larger leave no room for a zero of the slope, with coefficients as small as here."""

small = st.fractions(-3, 3, max_denominator=4)
positive = st.fractions(Fraction(1, 4), 3, max_denominator=4)


def line(slope: Fraction, shift: Fraction) -> str:
    return f"(({slope})*x+({shift}))"


polynomials = st.lists(small, min_size=2, max_size=6).map(
    lambda coefficients: "+".join(f"({c})*x^{k}" for k, c in enumerate(coefficients))
)
gates = st.tuples(small, small, small).map(lambda p: f"x*sigmoid({line(p[0], p[1])})+({p[2]})*x")
lines = st.tuples(small, small).map(lambda p: line(*p))
lattices = st.recursive(
    lines,
    lambda parts: st.tuples(st.sampled_from(["min", "max"]), parts, parts).map(
        lambda p: f"{p[0]}({p[1]},{p[2]})"
    ),
    max_leaves=4,
)
mixtures = st.tuples(small, positive, small, small, small).map(
    lambda p: f"({p[0]})*exp(({p[1]})*x)+({p[2]})*tanh(x+({p[3]}))+({p[4]})*x"
)
formulas = st.one_of(polynomials, gates, lattices, mixtures)


class Samples:
    """Values of a function at equal steps, and the signs of differences that are certain."""

    def __init__(self, expression: Expression) -> None:
        self.expression = expression
        count = int(REACH / STEP)
        self.points = [k * STEP for k in range(-count, count + 1)]
        with np.errstate(all="ignore"):
            self.values = numpy_function(expression)(np.array([float(x) for x in self.points]))
        rises = np.diff(self.values)
        scale = np.maximum(np.abs(self.values[1:]), np.abs(self.values[:-1])) + 1
        self.signs = np.where(np.isfinite(rises) & (np.abs(rises) > MARGIN * scale), np.sign(rises), 0)
        bends = np.diff(rises)
        size = np.maximum(scale[1:], scale[:-1])
        self.bends = np.where(np.isfinite(bends) & (np.abs(bends) > MARGIN * size), np.sign(bends), 0)

    def exact(self, k: int) -> mpf:
        return mpmath_value(self.expression, {"x": self.points[k]}, dps=DIGITS)

    def falls_after_a_rise(self) -> bool:
        """Whether f(a) < f(b) > f(c) for some a < b < c: then there is a maximum that is not a minimum."""
        rising = np.flatnonzero(self.signs > 0)
        falling = np.flatnonzero(self.signs < 0)
        if not (len(rising) and len(falling)) or rising[0] > falling[-1]:
            return False
        k = int(rising[0])
        m = int(falling[falling > k][0])
        return self.exact(k) < self.exact(k + 1) and self.exact(m) > self.exact(m + 1)

    def is_steep(self) -> bool:
        """Whether slopes keep away from 0, falling first and rising then: no stationary point but at the turn."""
        steep = np.where(np.abs(np.diff(self.values)) > STEEP * float(STEP), self.signs, 0)
        turn = np.flatnonzero(steep == 0)
        turns = sum(1 for a, b in pairwise(steep[steep != 0]) if a != b)
        return len(turn) <= 1 and turns == len(set(steep) - {0}) - 1 and not self.falls_after_a_rise()


def not_invex(samples: Samples) -> bool:
    return samples.falls_after_a_rise()


def not_monotone(samples: Samples) -> bool:
    k, m = (np.flatnonzero(samples.signs == sign) for sign in (1, -1))
    return bool(
        len(k) and len(m)
        and samples.exact(k[0]) < samples.exact(k[0] + 1)
        and samples.exact(m[0]) > samples.exact(m[0] + 1)
    )  # fmt: skip


def surely_monotone(samples: Samples) -> bool:
    return abs(int(samples.signs.sum())) == len(samples.signs)


def not_convex(samples: Samples) -> bool:
    concave = np.flatnonzero(samples.bends < 0)
    if not len(concave):
        return False
    k = int(concave[0])
    return samples.exact(k) + samples.exact(k + 2) < 2 * samples.exact(k + 1)


def surely_convex(samples: Samples) -> bool:
    return bool((samples.bends > 0).all())


CONTRADICTIONS: Mapping[str, tuple[Callable[[Samples], bool], Callable[[Samples], bool]]] = {
    "activation.invex": (not_invex, Samples.is_steep),
    "activation.strictly-monotone": (not_monotone, surely_monotone),
    "activation.convex": (not_convex, surely_convex),
}
"""For each kind of claim: what contradicts that it is proved, and what contradicts that it is refuted."""


def check(formula: str, kind: str) -> Verdict:
    expression = parse(formula)
    decision = judged(prove_activation(expression, kind, timeout=3), kind)
    if decision.verdict in (Verdict.PROVED, Verdict.REFUTED):
        contradicted = CONTRADICTIONS[kind][decision.verdict is Verdict.REFUTED]
        assert not contradicted(Samples(expression)), (formula, kind, decision.verdict)
    return decision.verdict


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(formulas, st.sampled_from(sorted(CONTRADICTIONS)))
def test_sampling_contradicts_no_verdict(formula: str, kind: str) -> None:
    assert check(formula, kind) is not Verdict.NOT_APPLICABLE, (
        "these functions are continuous and defined everywhere"
    )


@pytest.mark.slow
@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(formulas, st.sampled_from(sorted(CONTRADICTIONS)))
def test_more_sampling_contradicts_no_verdict(formula: str, kind: str) -> None:
    assert check(formula, kind) is not Verdict.NOT_APPLICABLE, (
        "these functions are continuous and defined everywhere"
    )


@pytest.mark.parametrize(
    ("formula", "kind", "proved", "refuted"),
    [
        ("abs(x)", "invex", False, True), ("-x^2", "invex", True, False), ("x^3-x", "invex", True, False),
        ("x", "strictly-monotone", False, True), ("abs(x)", "strictly-monotone", True, False),
        ("x^2", "convex", False, True), ("x^3", "convex", True, False), ("x^3", "invex", False, False),
        ("x", "invex", False, True), ("x^2", "invex", False, False),
    ],
)  # fmt: skip
def test_the_oracle_sees_what_is_plain(formula: str, kind: str, proved: bool, refuted: bool) -> None:
    """Which verdicts it contradicts; where the slope comes near 0 it says nothing."""
    samples = Samples(parse(formula))
    against_proof, against_refutation = CONTRADICTIONS[f"activation.{kind}"]
    assert (against_proof(samples), against_refutation(samples)) == (proved, refuted)
