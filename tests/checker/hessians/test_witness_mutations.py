"""Changed certificates about given data: what is still accepted is judged by Hessians of PyTorch."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="PyTorch computes the Hessians")

from flint import fmpq  # noqa: E402

from invexcheck.errors import Refuse, Reject  # noqa: E402
from invexcheck.kernel import verify  # noqa: E402
from invexcheck.limits import Limits  # noqa: E402
from tests.checker.hessians.drawn import Drawn  # noqa: E402
from tests.checker.hessians.test_witness_search import holds, moved, persistent, spectrum  # noqa: E402
from tests.checker.mutations import mutate  # noqa: E402
from tests.checker.training.claims import ACCEPTED  # noqa: E402
from tests.checker.training.problems import Json  # noqa: E402
from tests.checker.training.witness_cases import WITNESS_CASES  # noqa: E402

pytestmark = pytest.mark.torch
torch.set_num_threads(1)
COUNT = 400
LIMITS = Limits(work=60_000_000)
SEEDS = [
    case.document()
    for case in WITNESS_CASES
    if case.code is ACCEPTED and case.rule in ("hessian-witnesses", "quadratic-loss")
]
RATIONALS = ("0", "1", "-1", "1/2", "1/4", "1/6", "2", "3", "1/3", "-2", "1/5", "5", "11/10")
UNARY = ("square", "relu", "negate", "absolute", "tanh", "sigmoid", "exp", "hard_tanh", "silu", "sin")
BINARY = ("add", "subtract", "multiply", "maximum", "minimum")


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [p for key, item in value.items() for p in leaves(item, (*path, key))]
    if isinstance(value, list):
        return [p for k, item in enumerate(value) for p in leaves(item, (*path, k))]
    return [path]


def changed(document: Json, rng: random.Random) -> Json:
    """One to three changes of numbers, operators and arguments; of anything, sometimes."""
    if rng.random() < 0.1:
        return mutate(document, rng)
    result = copy.deepcopy(document)
    for _ in range(rng.randint(1, 3)):
        path = rng.choice([p for p in leaves(result) if p[0] in ("claim", "proof")])
        at = result
        for key in path[:-1]:
            at = at[key]
        old = at[path[-1]]
        if old in UNARY or old in BINARY:
            at[path[-1]] = rng.choice(UNARY if old in UNARY else BINARY)
        elif type(old) is int:
            at[path[-1]] = max(0, old + rng.choice((-1, 1)))
        elif type(old) is str and old.lstrip("-").replace("/", "").isdigit():
            at[path[-1]] = rng.choice(RATIONALS)
        elif old in ("parameter", "data", "constant"):
            at[path[-1]] = rng.choice(("parameter", "data"))
    return result


def drawn(subject: Json) -> Drawn:
    values = subject.get("values", {})
    entries = []
    for role, _, shape, name, *_ in subject["inputs"]:
        size = 1
        for n in shape:
            size *= n
        given = (
            [fmpq(*map(int, q.split("/"))) for q in values[name]] if role != "parameter" else [fmpq(0)] * size
        )
        entries.append(given)
    return Drawn({key: value for key, value in subject.items() if key != "values"}, entries, -1)


def judge(document: Json, rng: random.Random) -> None:
    claim = document["claim"]
    problem = drawn(claim["subject"])
    if not claim["negated"]:
        lies = [x for x in persistent(problem, rng) if holds(claim, 1 / x)]
        assert not lies, document
        return
    found = spectrum(problem, moved(problem, rng, None, 1.0))
    if claim["step"] == "between":
        low, high = (None if q is None else fmpq(*map(int, q.split("/"))) for q in claim["between"])
        assert any(
            1 / x > float(low.p) / float(low.q) - 1e-7
            and (high is None or 1 / x < float(high.p) / float(high.q) + 1e-7)
            for x in found
        ), document
    else:
        q = fmpq(*map(int, claim["step"].split("/")))
        assert any(abs(x * float(q.p) / float(q.q) - 1) < 1e-9 for x in found), document


def test_changed_certificates_that_are_accepted_are_true() -> None:
    counted: Counter[str] = Counter()
    for seed in range(COUNT):
        rng = random.Random(seed)
        original = rng.choice(SEEDS)
        document = changed(original, rng)
        if json.dumps(document, sort_keys=True) == json.dumps(original, sort_keys=True):
            continue
        try:
            verify(document, LIMITS)
        except (Reject, Refuse) as error:
            counted[getattr(error, "code", "refused")] += 1
            continue
        counted["accepted"] += 1
        if (
            document["claim"].get("method") in ("gd", "schedule")
            and document["claim"]["kind"] == "training.gd-nonsingular"
        ):
            judge(document, rng)
            counted["judged"] += 1
    assert counted["judged"] > COUNT // 20
