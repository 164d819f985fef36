"""The rules about maps, on the cases of `map_cases`; what their verdicts say."""

from __future__ import annotations

from collections import Counter

import pytest

from invexcheck.errors import Reject
from invexcheck.kernel import verify
from invexcheck.limits import Limits
from tests.checker.maps.documents import ALMOST, INVEX, NONSINGULAR, certificate, free, matrix, net, network
from tests.checker.maps.map_cases import ACCEPTED, CASES, Case
from tests.checker.maps.plausibility import plausible

TRUE = [case for case in CASES if case.code is ACCEPTED]


def name_of(case: Case) -> str:
    negated = "not " * ("negated" in case.more)
    return f"{CASES.index(case)} {case.rule}: {negated}{case.kind.rpartition('.')[2]} -> {case.code}"


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_rules_about_maps(case: Case) -> None:
    assert case.run() == case.code


@pytest.mark.parametrize("case", TRUE, ids=name_of)
def test_sampling_agrees_with_what_is_accepted(case: Case) -> None:
    assert plausible(case.document()["claim"], count=12)


def test_sampling_sees_through_most_opposite_claims() -> None:
    """The oracle has teeth: of a claim and its negation it believes at most one."""
    tally: Counter[bool] = Counter()
    for case in TRUE[::4]:
        claim = case.document()["claim"]
        tally[plausible({**claim, "negated": not claim["negated"]}, count=5)] += 1
    assert tally[False] > 4 * tally[True]


@pytest.mark.parametrize("case", TRUE, ids=name_of)
def test_a_proof_does_not_show_the_opposite(case: Case) -> None:
    document = case.document()
    document["claim"]["negated"] = not document["claim"]["negated"]
    with pytest.raises(Reject):
        verify(document, Limits())


def test_statements_name_what_is_quantified_over() -> None:
    tied = net([["input", [1]], ["linear", 0, "w", None], ["linear", 1, "w", None]], w=free(1, 1))
    step = network({"rule": "witness", "at": ["1"], "tensors": {"w": matrix([2])}})
    found = verify(certificate(tied, step, ALMOST), Limits())
    assert "(x, weights) in R^1 x (all values of the free tensors)" in found.statement
    assert "w = any tensor of shape 1 by 1" in found.statement
    assert found.rules == ("network", "witness")


def test_statements_name_the_region_and_the_numbers() -> None:
    big = 10**60
    subject = net([["input", [2]], ["linear", 0, "w", None]], w=matrix([1, 0], [0, big]))
    document = certificate(
        subject, network({"rule": "rank"}), NONSINGULAR, region=[["0", "1"], ["-1/3", "2"]]
    )
    found = verify(document, Limits())
    assert "[0, 1] x [-1/3, 2]" in found.statement
    assert str(big) in found.statement
    assert found.kind == NONSINGULAR
    assert found.vacuous is None


def test_compositions_are_said_to_be_about_their_losses() -> None:
    case = next(c for c in TRUE if c.rule == "chain" and c.subject["loss"][0] == "cross-entropy")
    found = verify(case.document(), Limits())
    assert found.kind == INVEX
    assert "loss(z) = log(sum of exp(z)) - 1/2*z1 - 1/2*z2" in found.statement
