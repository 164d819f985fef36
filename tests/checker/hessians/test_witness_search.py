"""Random losses on given data: no accepted claim is about a step size that a search finds bad.

An eigenvalue other than 0 that the Hessian has at a random point, and still has at points around it, persists; one
over it is a bad step size. (Points are small, so that no exponential function is constant to all digits.)
"""

# ruff: noqa: E501 - tables of operators

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import isclose
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="PyTorch computes the Hessians")

from flint import fmpq  # noqa: E402

from invexcheck.architectures.values import Smoothness  # noqa: E402
from invexcheck.errors import Refuse, Reject  # noqa: E402
from invexcheck.hessians.hessian import require_smooth  # noqa: E402
from invexcheck.hessians.selections import Conflict, require_conflict, sites  # noqa: E402
from invexcheck.kernel import verify  # noqa: E402
from invexcheck.limits import Budget, Limits  # noqa: E402
from tests.checker.hessians.drawn import Drawn, by_torch  # noqa: E402
from tests.checker.training.plausible import read  # noqa: E402
from tests.checker.training.problems import NONSINGULAR, Json, certificate, graph  # noqa: E402

pytestmark = pytest.mark.torch
torch.set_num_threads(1)
COUNT = 7
LIMITS = Limits(work=60_000_000)
UNARY = (
    "relu {}", "relu {}", "relu {}", "leaky_relu {} slope:1/3", "absolute {}", "hard_tanh {}", "clamp {} low:0", "clamp {} high:1/2", "square {}", "square {}", "tanh {}", "sin {}", "negate {}", "elu {}", "hard_swish {}", "hard_sigmoid {}",
    "celu {}", "sigmoid {}", "mish {}", "power_of {} exponent:3", "clamp {} low:1 high:1", "hard_tanh {} low:-2 high:0",
)  # fmt: skip
BINARY = (
    "add {} {}",
    "subtract {} {}",
    "multiply {} {}",
    "maximum {} {}",
    "minimum {} {}",
    "add {} {}",
    "multiply {} {}",
)
LOSSES = (
    "sum {} axes=[0]", "squared_norm {}", "squared_norm {}", "mean_squared_error {} y", "mean_squared_error {} y reduction:sum", "huber {} y", "absolute_error {} y", "smooth_absolute_error {} y", "cross_entropy {} k null", "max {} axes=[0]",
    "logsumexp {} axes=[0]", "variance {} axes=[0]", "binary_cross_entropy_with_logits {} y null null",
)  # fmt: skip
JOINING = ("add", "add", "multiply", "maximum")
NUMBERS = ("0", "1", "-1", "1/2", "2", "-1/2", "1/3")


def text(
    rng: random.Random,
    unary: Sequence[str] = UNARY,
    binary: Sequence[str] = BINARY,
    losses: Sequence[str] = LOSSES,
    most: int = 6,
) -> str:
    """A graph on vectors of two entries."""
    trained = ["v", "w"][: rng.randint(1, 2)]
    data = [name for name in ("x", "z") if rng.random() < 0.7]
    nodes: list[str] = []
    unused = set(trained)
    dependent = list(trained)
    for k in range(rng.randint(1, most)):
        first = rng.choice([*unused] if unused and rng.random() < 0.7 else dependent)
        if rng.random() < 0.5:
            made = rng.choice(unary).format(first)
            used = {first}
        else:
            second = rng.choice([*dependent, *data, rng.choice(NUMBERS), *unused])
            pair = [first, second] if rng.random() < 0.6 else [second, first]
            made = rng.choice(binary).format(*pair)
            used = {first, second}
        nodes.append(f"n{k} = {made}")
        unused = (unused - used) | {f"n{k}"}
        dependent.append(f"n{k}")
    joined = sorted(unused)
    total = joined[0]
    for k, name in enumerate(joined[1:]):
        nodes.append(f"m{k} = {rng.choice(JOINING)} {total} {name}")
        total = f"m{k}"
    nodes.append(f"l = {rng.choice(losses).format(total)}")
    body = "; ".join(nodes)
    words = set(body.replace(";", " ").split())
    inputs = [f"p {name} 2" for name in trained] + [
        f"d {name} 2" for name in ("x", "z", "y") if name in words
    ]
    inputs += ["d k - kind:integer"] if "k" in words else []
    return "; ".join([*inputs, body])


def problem(rng: random.Random, **made: Any) -> Drawn:
    subject = graph(text(rng, **made))
    entries = []
    for role, kind, shape, *_ in subject["inputs"]:
        size = 2 if shape else 1
        if kind == "integer":
            entries.append([fmpq(rng.randint(0, 1))])
        elif role == "data":
            entries.append(
                [
                    fmpq(*map(int, rng.choice(("1", "-1", "2", "1/2", "0", "3/2", "-2")).split("/")))
                    for _ in range(size)
                ]
            )
        else:
            entries.append([fmpq(0)] * size)
    return Drawn(subject, entries, -1)


def moved(drawn: Drawn, rng: random.Random, start: list[list[fmpq]] | None, step: float) -> list[list[fmpq]]:
    base = start or [[fmpq(0)] * len(e) for e in drawn.point]
    return [
        [q + fmpq(rng.randint(-(10**6), 10**6), 10**6) * fmpq(int(step * 10**6), 10**6) for q in row]
        for row in base
    ]


def spectrum(drawn: Drawn, point: list[list[fmpq]]) -> list[float]:
    entries = list(drawn.entries)
    for k, row in zip(drawn.parameters, point, strict=True):
        entries[k] = row
    _, hessian = by_torch(Drawn(drawn.subject, entries, -1))
    values = torch.linalg.eigvalsh((hessian + hessian.T) / 2)
    return [float(x) for x in values if abs(float(x)) > 1e-6]


def persistent(drawn: Drawn, rng: random.Random, starts: int = 8) -> set[float]:
    found: set[float] = set()
    for _ in range(starts):
        start = moved(drawn, rng, None, rng.choice((0.3, 1.0)))
        left = spectrum(drawn, start)
        for size in (1e-2, 1e-3, 1e-2, 3e-2):
            if not left:
                break
            others = spectrum(drawn, moved(drawn, rng, start, size))
            left = [x for x in left if any(isclose(x, y, rel_tol=1e-10, abs_tol=1e-10) for y in others)]
        found |= {round(x, 9) for x in left}
    return found


def claim(rng: random.Random, bad: list[float]) -> Json:
    """About a random set of step sizes, near bad ones mostly."""
    sizes = [fmpq(round(1 / x * 5040), 5040) for x in bad if abs(1 / x) < 1e4] + [
        fmpq(1, 2),
        fmpq(1),
        fmpq(3, 7),
    ]
    positive = [q for q in sizes if q > 0]
    kind = rng.choice(("number", "every", "all-but", "between", "between", "sizes"))
    base: Json = {"method": "schedule" if kind == "sizes" else "gd", "start": "density", "step": kind}
    if kind == "number":
        return base | {"step": str(rng.choice(positive))}
    if kind == "sizes":
        return base | {"sizes": [str(q) for q in rng.sample(positive, rng.randint(1, len(positive)))]}
    if kind == "all-but":
        chosen = sorted({q for q in sizes if q != 0 and rng.random() < 0.8})
        if not chosen:
            chosen = [fmpq(1)]
        out: list[Any] = [str(q) for q in chosen]
        if rng.random() < 0.3:
            gap = min([b - a for a, b in pairwise(chosen)] + [abs(q) for q in chosen]) / 3
            out = [[str(q - gap), str(q + gap)] if rng.random() < 0.5 else str(q) for q in chosen]
        return base | {"except": out}
    if kind == "between":
        ends = sorted(rng.sample([fmpq(0), *positive, fmpq(1, 100), fmpq(50)], 2))
        if ends[0] == ends[1]:
            ends[0] = fmpq(0)
        return base | {"between": [str(ends[0]), None if rng.random() < 0.2 else str(ends[1])]}
    return base


def holds(claimed: Json, size: float) -> bool:
    """Whether a claim is about a step size, or one next to it."""
    step, near = claimed["step"], 1e-6 * max(1.0, size**2)

    def number(q: str) -> float:
        a = fmpq(*map(int, q.split("/")))
        return float(a.p) / float(a.q)

    if step == "every":
        return True
    if step == "all-but":
        ranges = [(e, e) if type(e) is str else tuple(e) for e in claimed["except"]]
        return not any(number(a) - near <= size <= number(b) + near for a, b in ranges)
    if step == "between":
        low, high = claimed["between"]
        return size > number(low) + near and (high is None or size < number(high) - near)
    listed = claimed["sizes"] if step == "sizes" else [step]
    return any(abs(size - number(q)) < near / 100 for q in listed)


def witnesses(drawn: Drawn, rng: random.Random) -> list[Json]:
    found: list[Json] = []
    for _ in range(rng.randint(1, 3)):
        point = moved(drawn, rng, None, rng.choice((0.0, 1.0, 3.0)))
        if rng.random() < 0.5:
            point = [[fmpq(rng.randint(-2, 2)) for _ in row] for row in point]
        found.append({"at": [[str(q) for q in row] for row in point]})
        if rng.random() < 0.5:
            found[-1]["bits"] = rng.choice((32, 53, 100))
    if rng.random() < 0.7:
        found.insert(0, {"at": ["0"] * len(drawn.parameters)})
    return found


def conflicts(subject: Json, rng: random.Random) -> list[Json]:
    """Some that the checker accepts, one by one."""
    architecture = read(subject)
    try:
        require_smooth(architecture)
        where = sites(architecture, Budget(Limits()))
    except Reject:
        return []
    count = len(where.sites)
    found = []
    for _ in range(40 if 0 < count < 12 and architecture.smoothness != Smoothness.ANALYTIC else 0):
        pieces = [
            (rng.randrange(count), rng.randint(0, 2), fmpq(rng.choice((1, -1, 2, -2))))
            for _ in range(rng.randint(2, 3))
        ]
        try:
            require_conflict(where, Conflict(tuple(pieces)))
        except Reject:
            continue
        found.append([[site, piece, str(weight)] for site, piece, weight in pieces])
    return found


AFFINE: Json = {
    "unary": ("relu {}", "relu {}", "absolute {}", "hard_tanh {}", "clamp {} low:0", "clamp {} high:1/2", "leaky_relu {} slope:1/3", "negate {}"),
    "binary": ("add {} {}", "subtract {} {}", "add {} {}", "multiply {} {}"),
    "losses": ("sum {} axes=[0]", "squared_norm {}", "mean_squared_error {} y", "huber {} y", "absolute_error {} y", "smooth_absolute_error {} y"),
}  # fmt: skip
"""Many kinks of affine functions."""


def search(seed: int, counted: Counter[str], **made: Any) -> None:
    rng = random.Random(seed)
    drawn = problem(rng, **made)
    values = {
        line[3]: [str(q) for q in e]
        for line, e in zip(drawn.subject["inputs"], drawn.entries, strict=True)
        if line[0] != "parameter"
    }
    subject = drawn.subject | ({"values": values} if values else {})
    if not drawn.subject["nodes"][0]:
        return
    try:
        bad = sorted(persistent(drawn, rng))
    except RuntimeError:
        counted["not evaluated"] += 1
        return
    counted["with bad step sizes"] += bool(bad)
    valid = conflicts(subject, rng) if made else []
    counted["with conflicts"] += bool(valid)
    for _ in range(8):
        claimed = claim(rng, bad)
        document = certificate(subject, NONSINGULAR, "hessian-witnesses", **claimed)
        document["proof"]["step"]["witnesses"] = witnesses(drawn, rng)
        if valid:
            document["proof"]["step"]["conflicts"] = valid
        try:
            verify(document, LIMITS)
        except (Reject, Refuse) as error:
            counted[getattr(error, "code", "refused")] += 1
            continue
        counted["accepted, and bad step sizes elsewhere" if bad else "accepted"] += 1
        lies = [1 / x for x in bad if holds(claimed, 1 / x)]
        assert not lies, (seed, lies, document)


def test_no_bad_step_size_is_shown_good() -> None:
    counted: Counter[str] = Counter()
    for seed in range(COUNT):
        search(seed, counted)
        search(seed, counted, **AFFINE)
    assert counted["accepted"] > 0
    assert counted["with conflicts"] > 0
    assert counted["accepted, and bad step sizes elsewhere"] > 0
