"""Pieces that are said not to occur together: no point of a search has them, and other arguments are rejected."""
# ruff: noqa: E501 - tables with one row of attacks a line

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import pytest
from flint import fmpq

from invexcheck.errors import Reject
from invexcheck.hessians.selections import Conflict, require_conflict, selections, sites
from invexcheck.limits import Budget, Limits
from tests.checker.training.plausible import read
from tests.checker.training.problems import NONSINGULAR, Json, certificate, graph, verdict

KINKS = (
    "relu {}",
    "absolute {}",
    "clamp {} low:-1 high:1/2",
    "clamp {} high:0",
    "hard_tanh {}",
    "hard_sigmoid {}",
    "leaky_relu {}",
)


def budget() -> Budget:
    return Budget(Limits())


def units(rng: random.Random) -> tuple[Json, list[str], list[list[Fraction]]]:
    """Kinks of affine functions of two parameters, one function a row: a graph, the kinks, the rows (a, b, c)."""
    kinds = [rng.choice(KINKS) for _ in range(rng.randint(1, 2))]
    rows = [
        [Fraction(rng.randint(-2, 2), rng.choice((1, 2))) for _ in range(3)] for _ in range(2 * len(kinds))
    ]
    text, values = "", {}
    for k, kind in enumerate(kinds):
        mine = rows[2 * k : 2 * k + 2]
        values |= {f"a{k}": [str(q) for row in mine for q in row[:2]], f"c{k}": [str(row[2]) for row in mine]}
        text += f"; h{k} = linear w a{k} c{k}; u{k} = {kind.format(f'h{k}')}"
    inputs = "; ".join(f"d a{k} 2,2; d c{k} 2" for k in range(len(kinds)))
    last = "u0" if len(kinds) == 1 else "s"
    text += "; s = multiply u0 u1" if len(kinds) > 1 else ""
    return graph(f"p w 2; {inputs}{text}; l = squared_norm {last}") | {"values": values}, kinds, rows


def points(kind: str) -> tuple[Fraction, ...]:
    if "low" in kind:
        return Fraction(-1), Fraction(1, 2)
    if "hard_tanh" in kind:
        return Fraction(-1), Fraction(1)
    if "hard_sigmoid" in kind:
        return Fraction(-3), Fraction(3)
    return (Fraction(0),)


def occurring(kinds: list[str], rows: list[list[Fraction]], rng: random.Random) -> set[tuple[int, ...]]:
    """Combinations of pieces inside of which there is a point; of constants at breakpoints, either piece."""
    found = set()
    ends = [points(kinds[k // 2]) for k in range(len(rows))]
    for _ in range(250):
        x, y = (Fraction(rng.randint(-900, 900), rng.choice((7, 97, 1009))) for _ in range(2))
        options: list[list[int]] = []
        for (a, b, c), cut in zip(rows, ends, strict=True):
            value = a * x + b * y + c
            at = [k for k, p in enumerate(cut) if p == value]
            piece = sum(value > p for p in cut)
            options.append([at[0], at[0] + 1] if at and a == b == 0 else [] if at else [piece])
        combined: list[tuple[int, ...]] = [()]
        for choice in options:
            combined = [(*c, piece) for c in combined for piece in choice]
        found |= set(combined)
    return found


def test_accepted_conflicts_do_not_occur() -> None:
    accepted = 0
    for seed in range(40):
        rng = random.Random(seed)
        subject, kinds, rows = units(rng)
        architecture = read(subject)
        where = sites(architecture, budget())
        assert len(where.sites) == len(rows)
        kept: list[Conflict] = []
        seen = occurring(kinds, rows, rng)
        for _ in range(150):
            pieces = tuple(
                (
                    rng.randrange(len(rows)),
                    rng.randint(0, 2),
                    fmpq(rng.choice((1, -1, 2, -2, 1, -1)), rng.choice((1, 1, 2))),
                )
                for _ in range(rng.randint(1, 3))
            )
            try:
                require_conflict(where, Conflict(pieces))
            except Reject as reject:
                assert reject.code == "method"  # noqa: PT017
                continue
            accepted += 1
            kept.append(Conflict(pieces))
            assert not any(all(c[s] == p for s, p, _ in pieces) for c in seen), (seed, pieces)
        left = set(selections(architecture, budget(), kept))
        assert left >= seen
        assert left == {
            c
            for c in selections(architecture, budget())
            if not any(all(c[s] == p for s, p, _ in k.pieces) for k in kept)
        }
    assert accepted > 30


TWO = graph("d a 2,1; p w 1; h = linear w a null; u = relu h; l = squared_norm u") | {
    "values": {"a": ["1", "-1"]}
}
"""relu(w) and relu(-w): not both alive, not both dead."""
SAME = graph("d a 2,1; d c 2; p w 1; h = linear w a c; u = relu h; l = squared_norm u") | {
    "values": {"a": ["1", "1"], "c": ["0", "1"]}
}
"""relu(w) and relu(w + 1)."""
FLAT = graph(
    "d a 2,1; p w 1; h = linear w a null; u = relu h; v = linear w a null; l = mean_squared_error u v"
) | {"values": {"a": ["0", "1"]}}
"""relu(0) and relu(w)."""
DEEP = graph("p w 2; u = relu w; v = relu u; l = squared_norm v")
BEHIND = graph("p w 2; p v 2; m = maximum w v; u = relu m; l = squared_norm u")
POOLED = graph(
    "p w 1,4; m = max_pool w kernel=[2] stride=[2] padding=[0] dilation=[1]; u = relu m; l = squared_norm u"
)
CURVED = graph("p w 2; t = sin w; u = relu t; l = squared_norm u")
PRODUCT = graph("p w 2; p v 2; t = multiply w v; u = relu t; l = squared_norm u")
HUBER = graph("d y 2; p w 2; l = huber w y") | {"values": {"y": ["0", "1"]}}
ATTACKS: list[tuple[str, Json, list[Any], bool]] = [
    ("both alive", TWO, [[0, 1, "1"], [1, 1, "1"]], True), ("both dead", TWO, [[0, 0, "-1"], [1, 0, "-1"]], True), ("one alive", TWO, [[0, 1, "1"]], False), ("opposite", TWO, [[0, 1, "1"], [1, 0, "-1"]], False), ("opposite, once more", TWO, [[0, 0, "-1"], [1, 1, "1"]], False),
    ("negative weights", TWO, [[0, 1, "-1"], [1, 1, "-1"]], False), ("no weight", TWO, [[0, 1, "0"], [1, 1, "0"]], False), ("another weight", TWO, [[0, 1, "1"], [1, 1, "2"]], False), ("nothing", TWO, [], False), ("the same piece at both ends", TWO, [[0, 0, "1"], [0, 0, "-1"]], False),
    ("two pieces at one place", TWO, [[0, 1, "1"], [0, 0, "-1"]], True), ("a place that is none", TWO, [[0, 1, "1"], [2, 1, "1"]], False), ("a negative place", TWO, [[0, 1, "1"], [-1, 1, "1"]], False), ("a negative piece", TWO, [[0, -1, "-1"], [1, -1, "-1"]], False), ("a piece that is none", TWO, [[0, 2, "1"], [1, 2, "1"]], False),
    ("nested", SAME, [[0, 1, "1"], [1, 0, "-1"]], True), ("nested, the other way", SAME, [[0, 0, "-1"], [1, 1, "1"]], False), ("nested, both", SAME, [[0, 1, "1"], [1, 1, "1"]], False),
    ("a constant at its breakpoint", FLAT, [[0, 1, "1"]], False), ("a constant at its breakpoint, below", FLAT, [[0, 0, "-1"]], False), ("a constant, both pieces", FLAT, [[0, 0, "-1"], [0, 1, "1"]], False), ("a constant and another", FLAT, [[0, 1, "1"], [1, 1, "1"]], False), ("a constant and both of another", FLAT, [[0, 1, "1"], [1, 1, "1"], [1, 0, "-1"]], True),
    ("of kinks, below", DEEP, [[0, 1, "1"], [0, 0, "-1"]], True), ("of kinks", DEEP, [[2, 1, "1"], [2, 0, "-1"]], False), ("of a dead unit", DEEP, [[2, 0, "-1"]], False), ("behind a greatest number", BEHIND, [[2, 1, "1"], [2, 0, "-1"]], False), ("which number is the greatest", BEHIND, [[0, 0, "1"], [0, 1, "-1"]], False),
    ("behind a pool", POOLED, [[2, 1, "1"], [2, 0, "-1"]], False), ("of what bends", CURVED, [[0, 1, "1"], [0, 0, "-1"]], False), ("of a product", PRODUCT, [[0, 1, "1"], [0, 0, "-1"]], False), ("of errors", HUBER, [[0, 2, "1"], [0, 0, "-1"]], True), ("of errors, neighbours", HUBER, [[0, 1, "1"], [0, 0, "-1"]], True), ("of errors elsewhere", HUBER, [[0, 2, "1"], [1, 0, "-1"]], False), ("of errors, possible ones", HUBER, [[0, 1, "1"], [1, 0, "-1"]], False),
]  # fmt: skip


def outcome(subject: Json, conflicts: Any, claim: Json | None = None) -> str | None:
    claim = claim or {"step": "1/1000003"}
    document = certificate(subject, NONSINGULAR, "hessian-witnesses", method="gd", start="density", **claim)
    count = sum(line[0] == "parameter" for line in subject["inputs"])
    document["proof"]["step"] |= {"witnesses": [{"at": ["0"] * count}], "conflicts": conflicts}
    return verdict(document)


@pytest.mark.parametrize(("name", "subject", "conflict", "valid"), ATTACKS, ids=[a[0] for a in ATTACKS])
def test_arguments_that_pieces_do_not_occur(
    name: str, subject: Json, conflict: list[Any], valid: bool
) -> None:
    assert outcome(subject, [conflict]) == (None if valid else "method")


@pytest.mark.parametrize(
    "bad",
    [
        None,
        {},
        [None],
        [[]],
        [[[0, 1]]],
        [[[0, 1, 1]]],
        [[[True, 1, "1"]]],
        [[[0, "1", "1"]]],
        [[[0, 1, "1", "1"]]],
        [[[0, 1, "2/2"]]],
    ],
)
def test_forms_of_conflicts(bad: Any) -> None:
    assert outcome(TWO, bad) in ("method", "schema", "rational")


def test_conflicts_leave_out_what_they_show() -> None:
    """relu(w)^2 + relu(-w)^2 = w^2: 1/2 is bad, and the only one; both alive would give 4, both dead 0."""
    both = [[[0, 1, "1"], [1, 1, "1"]], [[0, 0, "-1"], [1, 0, "-1"]]]
    claim: Json = {"step": "all-but", "except": ["1/2"]}
    assert outcome(TWO, both, claim) is None
    assert outcome(TWO, both[:1], claim) is None
    assert outcome(TWO, both[1:], claim) == "method"
    assert outcome(TWO, [], claim) == "method"
    assert outcome(TWO, both, {"step": "every"}) == "method"
    assert outcome(TWO, both, {"step": "1/2"}) == "method"
