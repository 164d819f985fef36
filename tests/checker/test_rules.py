"""Every rule of the checker, on the cases of `rule_cases`; and documents that are spoilt outside the proof."""
# ruff: noqa: E501 - tables with one row of cases a line

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from mpmath import mp, mpf

from invexcheck.errors import Reject
from invexcheck.limits import Limits
from invexcheck.rules import RULES
from invexcheck.rules.calculus import COMPARISONS
from invexcheck.statements import KINDS
from invexcheck.terms import Terms
from tests.checker.formulas import INTERVAL, certificate, check
from tests.checker.maps.map_cases import CASES as MAPS
from tests.checker.oracle import term_value
from tests.checker.rule_cases import (
    ACCEPTED,
    CLAIMS,
    EVERYWHERE,
    GOALS,
    Case,
    Goal,
    Json,
    block,
    down,
    piece,
    pieces_of,
    product,
    prove,
    up,
    valley,
)
from tests.checker.training.training_cases import CASES as TRAINING


@pytest.mark.parametrize("case", GOALS, ids=lambda c: f"{c.rule}: {c.goal} on {c.span} -> {c.code}")
def test_rules_about_signs(case: Goal) -> None:
    assert case.run() == case.code


def test_given_terms_need_no_definedness_of_their_own() -> None:
    """A derivative whose function's analyticity is shown elsewhere."""
    step = product(("x", ">"))
    assert prove("x*(x - 1/2)/(x - 1/2) > 0", "(0, 1)", step) == "domain"
    assert prove("x*(x - 1/2)/(x - 1/2) > 0", "(0, 1)", step, given=True) is ACCEPTED


@pytest.mark.parametrize("name", COMPARISONS)
def test_comparisons_are_true(name: str) -> None:
    """The inequalities themselves, near 0, in the middle and far out."""
    known = COMPARISONS[name]
    t = Terms(Limits())
    difference = known.difference(t, t.variable("x"))
    with mp.workdps(500):
        for k in (*range(1, 60), 80, 100, 200, 300):
            u = mpf(k) / 16
            assert term_value(t, difference, u) > 0
            assert k > 60 or term_value(t, difference, mpf(10) ** -k) > 0
            if known.condition is None:
                assert term_value(t, difference, -u) > 0
    assert known.condition in (None, ">")


def name_of(case: Case) -> str:
    return f"{case.rule}: {'not ' * ('negated' in case.more)}{case.kind} {case.subject} -> {case.code}"


@pytest.mark.parametrize("case", CLAIMS, ids=name_of)
def test_rules_about_claims(case: Case) -> None:
    assert case.run() == case.code


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_cases(rule: str) -> None:
    codes = [case.code for case in (*GOALS, *CLAIMS, *MAPS, *TRAINING) if case.rule == rule]
    assert codes.count(ACCEPTED) >= 1
    assert len(codes) - codes.count(ACCEPTED) >= 2


UNSETTLED = {("training.paa", True), ("training.avoids-strict-saddles", True)}
"""No rule shows that a loss is discontinuous, or that strict saddles are reached."""


def test_every_claim_is_shown_with_both_polarities() -> None:
    shown = Counter((f"activation.{c.kind}", "negated" in c.more) for c in CLAIMS if c.code is ACCEPTED)
    shown += Counter((c.kind, "negated" in c.more) for c in (*MAPS, *TRAINING) if c.code is ACCEPTED)
    assert set(shown) == {(kind, negated) for kind in KINDS for negated in (False, True)} - UNSETTLED


@pytest.mark.parametrize("case", [c for c in CLAIMS if c.code is ACCEPTED], ids=name_of)
def test_a_proof_shows_its_own_claim_only(case: Case) -> None:
    """Under every other kind or polarity, an accepted proof must still prove a true statement."""
    opposite = certificate(
        case.kind, case.subject, case.step, **case.more | {"negated": "negated" not in case.more}
    )
    with pytest.raises(Reject):
        check(opposite)


def test_vacuous_claims_are_reported() -> None:
    assert check(certificate("invex", "exp(x)", valley(up()))).vacuous is True
    assert check(certificate("invex", "abs(x)", valley(down("<"), up(">"), cuts=("0",)))).vacuous is False
    assert check(certificate("invex", "x**2", valley(block()))).vacuous is False
    assert check(certificate("convex", "x**2", pieces_of("convex-pieces", piece()))).vacuous is None


def test_what_a_verdict_says() -> None:
    found = check(certificate("invex", "x**2", valley(block())))
    assert "x^2 is invex on R" in found.statement
    assert found.rules == ("interval", "valley")
    assert "valley" in found.lemmas


# -- documents ------------------------------------------------------------------------------------------------

GOOD = certificate("invex", "x**2*beta", valley(block()), parameters=EVERYWHERE)
SPOILT: list[tuple[str, Any, str]] = [
    ("format", "invexproof-certificate/2", "format"), ("format", 1, "schema"), ("extra", 1, "schema"), ("claim", None, "schema"),
    ("proof", [], "schema"), ("proof.extra", 1, "schema"), ("claim.extra", 1, "schema"), ("claim.kind", "activation.good", "schema"),
    ("claim.kind", None, "schema"), ("claim.negated", 0, "schema"), ("claim.negated", "false", "schema"), ("claim.constant", "1", "claim"),
    ("claim.subject", [], "term"), ("claim.subject", [["true"]], "term"), ("claim.subject", [["var", "y"]], "claim"),
    ("claim.parameters", {}, "claim"), ("claim.parameters", {"x": {}}, "claim"), ("claim.parameters", {"beta": {"gt": "0", "ge": "1"}}, "claim"),
    ("claim.parameters", {"beta": {"gt": "1", "lt": "1"}}, "claim"), ("claim.parameters", {"beta": {"ge": "1", "le": "0"}}, "claim"),
    ("claim.parameters", {"beta": {"from": "1"}}, "schema"), ("claim.parameters", {"Beta": {}}, "term"), ("claim.parameters", {"gamma": {}}, "claim"),
    ("claim.parameters", {"beta": {"gt": 0}}, "rational"), ("claim.parameters", None, "claim"), ("proof.step", None, "schema"),
    ("proof.step", {}, "schema"), ("proof.step", {"rule": "valid"}, "rule"), ("proof.step", {"rule": 1}, "schema"),
    ("proof.step", {"rule": "interval"}, "rule"), ("proof.step", {"rule": "kink"}, "rule"), ("proof.terms", [], "term"),
    ("proof.terms", [["abs"]], "term"), ("proof.step.rule", "Valley", "rule"), ("proof.step.pieces", [], "pieces"),
    ("proof.step.pieces", {}, "schema"), ("proof.step.cuts", ["0"], "pieces"), ("proof.step.by", INTERVAL, "schema"),
]  # fmt: skip


def spoilt(path: str, value: Any) -> Json:
    *parents, last = path.split(".")
    result = dict(GOOD)
    target = result
    for name in parents:
        target[name] = dict(target[name])
        target = target[name]
    target[last] = value
    return result


def test_the_good_document_is_accepted() -> None:
    assert "beta" in check(GOOD).statement


@pytest.mark.parametrize(("path", "value", "code"), SPOILT)
def test_spoilt_documents_are_rejected(path: str, value: Any, code: str) -> None:
    with pytest.raises(Reject) as caught:
        check(spoilt(path, value))
    assert caught.value.code == code


@pytest.mark.parametrize("path", ["format", "claim", "proof", "provenance"])
def test_nothing_may_be_missing(path: str) -> None:
    with pytest.raises(Reject):
        check({key: value for key, value in GOOD.items() if key != path})


def test_rejections_name_the_place_and_the_rule() -> None:
    document = certificate("invex", "abs(x)", valley(down("<"), up(">", by=product(("x", ">"))), cuts=("0",)))
    with pytest.raises(Reject) as caught:
        check(document)
    assert caught.value.path[:5] == ("proof", "step", "pieces", 1, "by")
    assert caught.value.rule == "product"
