"""Changed certificates: accepted only if the claim is unchanged, or true as far as dense sampling can tell.

The certificates are the ones in the folder ``certificates`` (written by the prover) and the accepted cases of the
tests of the rules. Nothing but Reject and Refuse may come out of the checker.
"""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

import pytest

from invexcheck.errors import Refuse, Reject
from invexcheck.kernel import verify
from invexcheck.limits import Limits
from tests.checker.claims_oracle import plausible
from tests.checker.formulas import certificate
from tests.checker.mutations import mutate
from tests.checker.rule_cases import ACCEPTED, CLAIMS

QUICK = Limits(terms=2000, leaves=3000, work=30_000_000, precision=512)
WRITTEN = {
    path.stem: json.loads(path.read_text(encoding="ascii"))
    for path in sorted((Path(__file__).parent / "certificates").glob("*.json"))
}
CASES = {
    f"{k}-{case.rule}-{case.kind}": certificate(case.kind, case.subject, case.step, **case.more)
    for k, case in enumerate(c for c in CLAIMS if c.code is ACCEPTED)
}
SEEDS = WRITTEN | CASES


def accepted(document: dict[str, Any]) -> bool:
    """Whether the checker accepts a document; any exception but its own two is an error of this test."""
    try:
        verify(document, QUICK)
    except (Reject, Refuse):
        return False
    return True


def attack(names: list[str], count: int, seed: int) -> dict[str, int]:
    """Mutate certificates in turn; fails at an accepted claim that sampling contradicts."""
    rng = random.Random(seed)
    judged: dict[str, bool] = {}
    tally = {"accepted": 0, "changed": 0}
    for k in range(count):
        original = SEEDS[names[k % len(names)]]
        mutant = mutate(original, rng)
        start = time.monotonic()
        good = accepted(mutant)
        assert time.monotonic() - start < 20, json.dumps(mutant)
        if not good:
            continue
        tally["accepted"] += 1
        if mutant["claim"] == original["claim"]:
            continue
        tally["changed"] += 1
        claim = json.dumps(mutant["claim"], sort_keys=True)
        if claim not in judged:
            judged[claim] = plausible(mutant["claim"])
        assert judged[claim], json.dumps(mutant)
    return tally


def test_there_are_enough_certificates() -> None:
    assert len(WRITTEN) >= 25


@pytest.mark.parametrize("name", SEEDS)
def test_certificates_are_accepted(name: str) -> None:
    verify(SEEDS[name], Limits())


@pytest.mark.slow
@pytest.mark.parametrize("name", SEEDS)
def test_sampling_agrees_with_the_claims(name: str) -> None:
    assert plausible(SEEDS[name]["claim"])


@pytest.mark.slow
@pytest.mark.parametrize("name", SEEDS)
def test_sampling_sees_through_the_opposite_claims(name: str) -> None:
    """The oracle has teeth: of a claim and its negation it believes at most one."""
    claim = SEEDS[name]["claim"]
    if not claim.get("parameters"):
        assert not plausible({**claim, "negated": not claim["negated"]})


def test_some_mutants() -> None:
    tally = attack(list(SEEDS), 500, seed=1)
    assert tally["accepted"] > 20


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 12))
def test_many_mutants(seed: int) -> None:
    tally = attack(list(SEEDS), 1500, seed)
    assert tally["accepted"] > 60
