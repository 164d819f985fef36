"""Changed certificates about networks: accepted only if the claim is unchanged, or true as far as sampling can tell.

Weights, regions, trees, points, scales, norms, witnesses, signs and cuts are changed on purpose; everything else at
random. Nothing but Reject and Refuse may come out of the checker.
"""

from __future__ import annotations

import copy
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from invexcheck.errors import Refuse, Reject
from invexcheck.kernel import verify
from invexcheck.limits import Limits
from tests.checker.maps.documents import Json
from tests.checker.maps.map_cases import ACCEPTED, CASES
from tests.checker.maps.network_oracle import Undefined
from tests.checker.maps.plausibility import plausible
from tests.checker.maps.test_map_attacks import HONEST
from tests.checker.mutations import mutate, places

QUICK = Limits(terms=2000, leaves=2000, work=60_000_000, precision=512)
SEEDS: list[Json] = [case.document() for case in CASES if case.code is ACCEPTED] + list(HONEST.values())
NUMBERS = ("0", "1", "-1", "2", "1/2", "-1/2", "1/3", "3", "-3")
Place = tuple[Any, Any]


def number(text: str, rng: random.Random) -> str:
    q = Fraction(text)
    return str(
        rng.choice((Fraction(rng.choice(NUMBERS)), -q, q + 1, q - 1, q / 2, 2 * q, q + Fraction(1, 1000)))
    )


def is_number(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(Fraction(value) or True)
    except (ValueError, ZeroDivisionError):
        return False


def numbers_under(*keys: str) -> Callable[[Json, random.Random], None]:
    """Change a number somewhere below one of these keys."""

    def change(document: Json, rng: random.Random) -> None:
        found: list[Place] = []
        for container, key in places(document):
            if key in keys:
                if is_number(container[key]):
                    found.append((container, key))
                found += [(c, k) for c, k in places(container[key]) if is_number(c[k])]
        if found:
            container, key = rng.choice(found)
            container[key] = number(container[key], rng)

    return change


def tree(document: Json, rng: random.Random) -> None:
    for container, key in places(document):
        if key == "tree":
            text = container[key]
            at = rng.randrange(len(text) + 1)
            container[key] = (
                text[:at]
                + rng.choice(("", "0", "1", "c", "p", "s", "0cc", "1pp"))
                + text[at + rng.randrange(2) :]
            )


def bounds(document: Json, rng: random.Random) -> None:
    """An end of a range of slopes becomes open, closed, or bounds the other side."""
    for container, key in places(document):
        if key == "slopes" and container[key] and rng.random() < 0.7:
            slopes = container[key]
            old = rng.choice(list(slopes))
            slopes[rng.choice(("gt", "ge", "lt", "le"))] = slopes.pop(old)


def rule(document: Json, rng: random.Random) -> None:
    """The step of another certificate."""
    other = copy.deepcopy(rng.choice(SEEDS)["proof"]["step"])
    step = document["proof"]["step"]
    if "by" in step and "by" in other:
        step["by"] = other["by"]
    else:
        document["proof"]["step"] = other


def claim(document: Json, rng: random.Random) -> None:
    target = document["claim"]
    kind = rng.randrange(4)
    if kind == 0:
        target["negated"] = not target["negated"]
    elif kind == 1:
        target.pop("region", None)
    elif kind == 2:
        n = target["subject"]["nodes"][0][1][0]
        target["region"] = [[rng.choice(("-1", "0", "-2")), rng.choice(("1", "2"))] for _ in range(n)]
    else:
        target["kind"] = rng.choice(SEEDS)["claim"]["kind"]


def nodes(document: Json, rng: random.Random) -> None:
    """Another argument, function, entry or shape of a node."""
    listed = document["claim"]["subject"]["nodes"]
    found = [(c, k) for c, k in places(listed) if type(c[k]) is int]
    container, key = rng.choice(found)
    container[key] = rng.choice((container[key] - 1, container[key] + 1, 0, 1))


def functions(document: Json, rng: random.Random) -> None:
    """Functions change places, or are taken from another network, with what is shown of them or without."""
    other = rng.choice(SEEDS)
    listed = document["claim"]["subject"].get("functions")
    theirs = other["claim"]["subject"].get("functions")
    if listed and theirs:
        k, j = rng.randrange(len(listed)), rng.randrange(len(theirs))
        listed[k] = copy.deepcopy(theirs[j])
        ours, shown = (d["proof"]["step"].get("functions") for d in (document, other))
        if ours and shown and k < len(ours) and j < len(shown) and rng.random() < 0.7:
            ours[k] = copy.deepcopy(shown[j])


CHANGES: list[Callable[[Json, random.Random], None]] = [
    numbers_under("values"),
    numbers_under("values"),
    numbers_under("region"),
    numbers_under("at", "from", "to", "lower", "points"),
    numbers_under("scale", "weights", "norms", "left", "columns", "combination"),
    numbers_under("slopes", "cuts", "nonzero"),
    numbers_under("functions"),
    numbers_under("loss", "subject"),
    tree,
    bounds,
    rule,
    claim,
    nodes,
    functions,
]


def changed(document: Json, rng: random.Random) -> Json:
    if rng.random() < 0.25:
        return mutate(document, rng)
    result = copy.deepcopy(document)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        rng.choice(CHANGES)(result, rng)
    return result


def accepted(document: Json) -> bool:
    """Whether the checker accepts a document; any exception but its own two is an error of this test."""
    try:
        verify(document, QUICK)
    except (Reject, Refuse):
        return False
    return True


def attack(count: int, seed: int) -> Counter[str]:
    """Change certificates in turn; fails at an accepted claim that sampling contradicts."""
    rng = random.Random(seed)
    judged: dict[str, bool] = {}
    tally: Counter[str] = Counter()
    for k in range(count):
        original = SEEDS[(k + seed) % len(SEEDS)]
        mutant = changed(original, rng)
        start = time.monotonic()
        good = accepted(mutant)
        assert time.monotonic() - start < 20, json.dumps(mutant)
        if not good:
            continue
        tally["accepted"] += 1
        if mutant["claim"] == original["claim"] or mutant["claim"]["kind"].startswith("activation."):
            continue
        tally["changed"] += 1
        text = json.dumps(mutant["claim"], sort_keys=True)
        if text not in judged:
            judged[text] = believed(mutant["claim"], seed)
        assert judged[text], json.dumps(mutant)
    return tally


def believed(statement: Json, seed: int) -> bool:
    try:
        return plausible(statement, seed, count=15)
    except Undefined:
        return False


def test_some_changed_certificates() -> None:
    tally = attack(450, seed=1)
    assert tally["accepted"] > 40
    assert tally["changed"] > 15


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 6))
def test_many_changed_certificates(seed: int) -> None:
    tally = attack(4000, seed)
    assert tally["changed"] > 130
