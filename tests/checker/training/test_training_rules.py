"""Every rule about training problems on the cases of `training_cases`; every line of the tables of methods is shown."""

from __future__ import annotations

import pytest

from invexcheck.architectures.methods import COLLAPSES, METHODS
from invexcheck.rules import RULES
from tests.checker.training.problems import NONSINGULAR, PAA, SADDLES, Json, certificate, checked, verdict
from tests.checker.training.training_cases import (
    ACCEPTED,
    CASES,
    DEEP,
    RELU,
    Case,
    collapses_shown,
    methods_shown,
)

TRAINING = {
    name: rule
    for name, rule in RULES.items()
    if {kind for kind, _ in rule.settles} & {PAA, NONSINGULAR, SADDLES}
}


def name_of(case: Case) -> str:
    return f"{case.rule}: {case.name} -> {case.code}"


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_rules_about_training(case: Case) -> None:
    assert case.run() == case.code


def test_every_method_and_collapse_is_shown() -> None:
    assert methods_shown() == set(METHODS)
    assert collapses_shown() == set(COLLAPSES)


@pytest.mark.parametrize("case", [case for case in CASES if case.code is ACCEPTED], ids=name_of)
def test_no_other_rule_shows_the_claim(case: Case) -> None:
    """But those that the case names: a step names a theorem that the table has."""
    for rule in RULES:
        proof = case.proof if rule == case.rule else {}
        document = case.document() | {"proof": {"step": {"rule": rule, **proof}}}
        assert (verdict(document) is None) is (rule in (case.rule, *case.also)), rule


@pytest.mark.parametrize("case", [case for case in CASES if case.code is ACCEPTED], ids=name_of)
def test_the_opposite_is_not_shown(case: Case) -> None:
    """Negated, with the method left as it is: no rule settles both (for gd, at different step sizes)."""
    negated = not case.more.get("negated", False)
    for rule in TRAINING:
        document = certificate(case.subject, case.kind, rule, **case.more | {"negated": negated})
        document["proof"]["step"] |= case.proof if rule == case.rule else {}
        assert verdict(document) is not None


@pytest.mark.parametrize("case", [case for case in CASES if case.code is ACCEPTED], ids=name_of)
def test_statements_say_the_method(case: Case) -> None:
    verified = checked(case.document())
    first, _, rest = verified.statement.partition("\n")
    assert "theta" in first
    assert "{" not in verified.statement
    assert ("not non-singular" in first) is bool(case.more.get("negated"))
    assert ("is non-singular" in first) is (case.kind == NONSINGULAR and not case.more.get("negated"))
    assert f"p = {sum_of_parameters(case)}" in rest
    rules = {case.rule, case.proof.get("by", {}).get("rule", case.rule)}
    assert set(verified.rules) == rules
    assert set(verified.lemmas) == {lemma for rule in rules for lemma in RULES[rule].lemmas}


def sum_of_parameters(case: Case) -> int:
    total = 0
    for role, _, shape, *_ in case.subject["inputs"]:
        size = 1
        for n in shape:
            size *= n
        total += size if role == "parameter" else 0
    return total


def test_step_sizes_are_printed() -> None:
    claim: Json = {"method": "gd", "start": "density", "step": "22/7"}
    assert "step size eta = 22/7," in checked(certificate(DEEP, NONSINGULAR, "flat-point", **claim)).statement
    claim |= {"step": "all-but", "except": ["3/2", "2"]}
    assert (
        "step size eta but 3/2, 2,"
        in checked(certificate(RELU, NONSINGULAR, "rectified-head", **claim)).statement
    )
    claim = {"method": "gd", "step": "3/2", "negated": True}
    assert "step size eta = 3/2," in checked(certificate(RELU, NONSINGULAR, "dead-head", **claim)).statement
