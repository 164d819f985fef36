"""What the rules about maps accept is true: brute force over slopes, sampled enclosures, random networks and claims."""

from __future__ import annotations

import json
import math
import random
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from flint import arb, fmpq
from mpmath import mp, mpf

from invexcheck.balls import precision
from invexcheck.errors import Refuse, Reject
from invexcheck.intervals import Interval, Undefined, enclose
from invexcheck.kernel import verify
from invexcheck.limits import Limits
from invexcheck.networks.functions import Enclosures
from invexcheck.networks.graph import Network as Read
from invexcheck.networks.graph import read_network
from invexcheck.networks.lipschitz import Lipschitz
from invexcheck.networks.macros import Chain
from invexcheck.networks.propagation import ExactForward
from invexcheck.reading import Fields, Folder
from invexcheck.rules.networks import read_facts
from invexcheck.rules.regions import forward_over
from invexcheck.session import Session
from tests.checker.maps.documents import (
    FUNCTIONS,
    Json,
    certificate,
    formula,
    known,
    matrix,
    net,
    network,
    shown,
    verdict,
)
from tests.checker.maps.network_oracle import Network, TooLarge, inexact
from tests.checker.maps.network_oracle import Undefined as NoValue
from tests.checker.maps.plausibility import eliminated, plausible
from tests.checker.maps.random_maps import documents, random_subject

TINY, HUGE = Fraction(1, 2**400), Fraction(2**60)
QUICK = Limits(terms=3000, leaves=3000, work=100_000_000)

# -- slopes: exact determinants ------------------------------------------------------------------------------

SLOPES = {name: facts["slopes"] for name, (_, facts) in FUNCTIONS.items()}
SMOOTH = ("identity", "tanh", "falling", "softplus", "exp", "sin", "cubic", "steep", "double")
BOUNDED_BELOW = (*SMOOTH, "relu", "relu", "leaky", "abs", "clip")
Rows = list[list[Fraction]]


class Layers:
    """y = C x + E h, h = f(z), z = A x + B h, with small random matrices; B is strictly lower triangular."""

    def __init__(self, rng: random.Random, deep: bool) -> None:
        self.n = rng.choice((1, 1, 2, 2, 3))
        self.k = rng.randint(1, self.n)
        self.h = rng.randint(1, 5 if not deep else 4)
        functions = SMOOTH if deep else BOUNDED_BELOW
        same = rng.random() < 0.5
        first = rng.choice(functions)
        self.names = [first if same else rng.choice(functions) for _ in range(self.h)]
        entries = rng.choice(((-1, 0, 1), (-2, -1, 0, 1, 2), (0, 1, 2), (Fraction(-1, 3), 0, Fraction(1, 2))))
        self.a, self.e = (self._matrix(rng, entries, *s) for s in ((self.h, self.n), (self.k, self.h)))
        self.c = rng.choice(
            (self._matrix(rng, (0,), self.k, self.n), self._matrix(rng, entries, self.k, self.n))
        )
        if rng.random() < 0.5:
            self.c = [[Fraction(int(i == j)) for j in range(self.n)] for i in range(self.k)]
        self.b = [
            [Fraction(rng.choice(entries)) if deep and j < i else Fraction(0) for j in range(self.h)]
            for i in range(self.h)
        ]
        self.columns = None
        if self.k < self.n or rng.random() < 0.2:
            self.columns = self._matrix(rng, (-1, 0, 1, 1), self.n, self.k)

    @staticmethod
    def _matrix(rng: random.Random, entries: Any, rows: int, columns: int) -> Rows:
        return [[Fraction(rng.choice(entries)) for _ in range(columns)] for _ in range(rows)]

    def subject(self) -> Json:
        """Each unit is a node of its own where there is feedback."""
        names = list(dict.fromkeys(self.names))
        tensors = {"c": matrix(*self.c), "e": matrix(*self.e)}
        nodes: list[Any] = [["input", [self.n]]]
        if not any(any(row) for row in self.b):
            tensors["a"] = matrix(*self.a)
            nodes += [["linear", 0, "a", None], ["pointwise", 1, [names.index(f) for f in self.names]]]
        else:
            for i, name in enumerate(self.names):
                tensors[f"z{i}"] = matrix([*self.a[i], *self.b[i][:i]])
                before = [0, *(3 * j + 3 for j in range(i))]
                nodes += [
                    ["gather", before, list(range(self.n + i)), [self.n + i]],
                    ["linear", 3 * i + 1, f"z{i}", None],
                    ["pointwise", 3 * i + 2, names.index(name)],
                ]
            units = [3 * i + 3 for i in range(self.h)]
            nodes.append(["gather", units, list(range(self.h)), [self.h]])
        last = len(nodes) - 1
        nodes += [["linear", last, "e", None], ["linear", 0, "c", None], ["add", last + 1, last + 2]]
        return net(nodes, [formula(f) for f in names], **tensors)

    def certificate(self, rule: str, **more: Any) -> Json:
        if self.columns is not None:
            more["columns"] = [[str(v) for v in row] for row in self.columns]
        return certificate(self.subject(), network({"rule": rule, **more}, *known(*self.names)))

    def slope_matrix(self, slopes: list[Fraction]) -> Rows:
        """C + E (I - D B)^-1 D A, by forward substitution; times the columns."""
        units: Rows = []
        for i, d in enumerate(slopes):
            row = list(self.a[i])
            for j in range(i):
                row = [v + self.b[i][j] * w for v, w in zip(row, units[j], strict=True)]
            units.append([d * v for v in row])
        result = [
            [
                c + sum(e * unit[j] for e, unit in zip(self.e[i], units, strict=True))
                for j, c in enumerate(row)
            ]
            for i, row in enumerate(self.c)
        ]
        if self.columns is None:
            return result
        columns = list(zip(*self.columns, strict=True))
        return [
            [sum(a * b for a, b in zip(row, column, strict=True)) for column in columns] for row in result
        ]

    def signs(self, rng: random.Random) -> tuple[set[int], set[int]]:
        """The signs of the determinant at (or next to) the corners of the slopes' ranges, and at random slopes."""
        ends = []
        for name in self.names:
            r = {key: Fraction(value) for key, value in SLOPES[name].items()}
            low = r["ge"] if "ge" in r else r["gt"] + TINY
            high = r["le"] if "le" in r else r["lt"] - TINY if "lt" in r else HUGE
            ends.append((low, high))
        first: dict[Any, int] = {}
        same = [
            first.setdefault((name, *a, *b), i)
            for i, (name, a, b) in enumerate(zip(self.names, self.a, self.b, strict=True))
        ]  # equal functions of equal arguments have one slope
        ranges = {i: ends[i] for i in same}

        def sign(chosen: dict[int, Fraction]) -> int:
            return eliminated(self.slope_matrix([chosen[i] for i in same]))[1]

        corners = {sign(dict(zip(ranges, d, strict=True))) for d in product(*ranges.values())}
        inside = set()
        for _ in range(30):
            chosen = {
                i: low + (min(high, low + 20) - low) * Fraction(rng.choice((0, 64, rng.randint(0, 64))), 64)
                for i, (low, high) in ranges.items()
            }
            inside.add(sign(chosen))
        return corners, inside


def layers(count: int, seed: int) -> Iterator[tuple[Layers, random.Random]]:
    rng = random.Random(seed)
    for k in range(count):
        yield Layers(rng, deep=k % 3 == 2), rng


def one_sign(signs: set[int]) -> bool:
    return signs in ({1}, {-1})


@pytest.mark.parametrize("seed", range(4))
def test_multi_affine_accepts_if_and_only_if_the_corners_have_one_sign(seed: int) -> None:
    tally: Counter[bool] = Counter()
    for case, rng in layers(80, seed):
        corners, inside = case.signs(rng)
        accepted = verdict(case.certificate("multi-affine")) is None
        assert accepted is one_sign(corners), json.dumps(case.certificate("multi-affine"))
        assert not accepted or inside == corners
        tally[accepted] += 1
    assert min(tally.values()) > 10


def steps_on_slopes(case: Layers, rng: random.Random, p: list[int]) -> Iterator[tuple[str, Json]]:
    weights = [str(rng.choice((1, 1, 2, 3, Fraction(1, 2)))) for _ in range(case.h)]
    yield "sector", {}
    yield "sector", {"weights": weights}
    yield "sector", {"weights": weights, "semidefinite": True}
    yield "sector", {"semidefinite": True}
    yield "gram", {"scale": [str(v) for v in p]}
    yield "gram", {"scale": [str(rng.choice((0, 1, 1, 2, -1))) for _ in range(case.h)]}


@pytest.mark.parametrize("seed", range(4))
def test_sector_and_gram_accept_only_what_the_corners_confirm(seed: int) -> None:
    tally: Counter[str] = Counter()
    for case, rng in layers(60, 100 + seed):
        p = [rng.choice((1, 1, 2, 0, -1)) for _ in range(case.h)]
        if rng.random() < 0.5:  # E = Q A^T diag(p), C = Q or 0: what gram looks for
            case.k, case.columns = case.n, None
            case.e = [[case.a[i][j] * p[i] for i in range(case.h)] for j in range(case.n)]
            case.c = [
                [Fraction(int(i == j and rng.random() < 0.9)) for j in range(case.n)] for i in range(case.n)
            ]
        corners, inside = case.signs(rng)
        for rule, more in steps_on_slopes(case, rng, p):
            document = case.certificate(rule, **more)
            if verdict(document) is None:
                tally[rule] += 1
                assert one_sign(corners), json.dumps(document)
                assert inside == corners, json.dumps(document)
    assert tally["sector"] > 8
    assert tally["gram"] > 0


# -- enclosures ------------------------------------------------------------------------------------------------


def opened(subject: Json, names: list[str]) -> tuple[Session, Read]:
    """The network as the checker reads it, in a session that has been shown the facts of its functions."""
    session = Session(Limits(terms=20_000, work=10**12))
    read = read_network(session.terms, Fields(subject, (), session.limits), session.limits, Folder())
    for k, name in enumerate(names):
        session.facts[k] = read_facts(session, read.functions[k], Fields(shown(name), (), session.limits))[0]
    return session, read


def exactly(q: Fraction) -> fmpq:
    return fmpq(q.numerator, q.denominator)


def end(value: arb) -> Fraction | float:
    """An exact end of an interval."""
    if not value.is_finite():
        return math.inf if (value > 0) is True else -math.inf
    mantissa, exponent = value.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def rational(value: Fraction | mpf) -> Fraction:
    if isinstance(value, Fraction):
        return value
    sign, mantissa, exponent, _ = value._mpf_
    return (-1) ** sign * Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def holds(interval: Interval, value: Fraction | mpf) -> bool:
    """Whether an interval holds a number, known exactly or to 60 digits."""
    exact = rational(value)
    slack = 0 if isinstance(value, Fraction) else Fraction(1, 10**45) * (1 + abs(exact))
    return end(interval.lo) - slack <= exact <= end(interval.hi) + slack


def random_networks(count: int, seed: int) -> Iterator[tuple[Json, list[str], Network, random.Random]]:
    rng = random.Random(seed)
    while count:
        subject, names = random_subject(rng)
        try:
            if verdict(certificate(subject, network({"rule": "rank"}, *known(*names)))) == "network":
                continue
        except Refuse:
            continue
        count -= 1
        yield subject, names, Network(subject), rng


@pytest.mark.parametrize("seed", range(3))
def test_enclosures_over_a_box_hold_all_values_and_slopes(seed: int) -> None:
    tested = 0
    for subject, names, exact, rng in random_networks(40, 200 + seed):
        session, read = opened(subject, names)
        low = [Fraction(rng.randint(-8, 8), 4) for _ in range(exact.inputs)]
        width = rng.choice((Fraction(0), Fraction(1, 1000), Fraction(1, 2), Fraction(3)))
        sides = [(v, v + width * rng.choice((1, 1, 2))) for v in low]
        with precision(rng.choice((32, 64, 100))):
            box = tuple(Interval(arb(exactly(a)), arb(exactly(b))) for a, b in sides)
            if not all(s.lo.is_exact() and s.hi.is_exact() for s in box):
                box = tuple(Interval(s.lo.lower(), s.hi.upper()) for s in box)
            enclosures = Enclosures(session, read.functions, session.facts)
            try:
                forward = forward_over(
                    session, Chain(session, read.whole()), enclosures, box, rng.random() < 0.7
                )
            except (Undefined, Reject):
                continue
            values = forward.values[-1]
            slopes = [[enclose(ball) for ball in row] for row in forward.rows(-1)]
        for _ in range(6):
            x = [a + (b - a) * Fraction(rng.choice((0, 16, rng.randint(0, 16))), 16) for a, b in sides]
            with mp.workdps(60):
                try:
                    found = exact(x)
                except (TooLarge, NoValue):
                    continue
            tested += 1
            for i, y in enumerate(found):
                assert holds(values[i], y.v), (json.dumps(subject), x, sides)
                for j, slope in enumerate(y.g):
                    assert not slopes or holds(slopes[i][j], slope), (json.dumps(subject), x, sides)
    assert tested > 60


@pytest.mark.parametrize("seed", range(2))
def test_exact_values_and_slopes_at_a_point(seed: int) -> None:
    tested = 0
    for subject, names, exact, rng in random_networks(60, 300 + seed):
        session, read = opened(subject, names)
        for _ in range(3):
            x = [Fraction(rng.randint(-6, 6), rng.choice((1, 2, 3))) for _ in range(exact.inputs)]
            try:
                forward = ExactForward(
                    session, Chain(session, read.whole()), read.functions, [exactly(v) for v in x]
                )
            except (Undefined, Reject, Refuse):
                continue
            tested += 1
            with mp.workdps(60):
                found = exact(x)
            for i, y in enumerate(found):
                assert close(forward.values[-1][i], y.v), (json.dumps(subject), x)
                for j, slope in enumerate(y.g):
                    assert close(forward.rows[-1][i][j], slope), (json.dumps(subject), x)
    assert tested > 20


def close(value: fmpq, other: Any) -> bool:
    ours = Fraction(int(value.p), int(value.q))
    if isinstance(other, Fraction):
        return ours == other
    with mp.workdps(60):
        return abs(inexact(ours) - other) <= mpf(10) ** -40 * (1 + abs(other))


@pytest.mark.parametrize("seed", range(2))
def test_lipschitz_constants_bound_all_slopes(seed: int) -> None:
    tested = 0
    for subject, names, exact, rng in random_networks(80, 400 + seed):
        session, read = opened(subject, names)
        segment = read.whole()
        try:
            with precision(64):
                bound = Lipschitz(segment, session.facts, {}).bounds[segment.end]
        except Reject:
            continue
        constant = float(end(bound.lipschitz.upper())) * (1 + 1e-9)
        alpha = Fraction(int(bound.alpha.p), int(bound.alpha.q))
        if alpha and len(exact([Fraction(0)] * exact.inputs)) != exact.inputs:
            raise AssertionError("a multiple of the identity is square")
        for _ in range(8):
            x = [Fraction(rng.randint(-30, 30), 10) for _ in range(exact.inputs)]
            with mp.workdps(40):
                try:
                    rows = [list(y.g) for y in exact(x)]
                except TooLarge:
                    continue
            if alpha:
                rows = [[v - alpha * int(i == j) for j, v in enumerate(row)] for i, row in enumerate(rows)]
            direction = [rng.choice((-1, 0, 1, 2)) for _ in range(exact.inputs)]
            image = [sum(float(v) * d for v, d in zip(row, direction, strict=True)) for row in rows]
            square = sum(v * v for v in image)
            tested += 1
            assert square <= constant**2 * sum(d * d for d in direction) + 1e-20, json.dumps(subject)
    assert tested > 60


# -- points found by Newton's method ----------------------------------------------------------------------------

CURVED = ("tanh", "softplus", "exp", "sin", "square", "gauss", "cubic")


def curved(rng: random.Random) -> tuple[Json, list[str]]:
    """A smooth map to R^1 or R^2 with products and several functions."""
    n, h = rng.choice((1, 2, 2, 3)), rng.choice((2, 3, 4))
    k = rng.randint(1, min(n, 2))
    names = rng.sample(CURVED, 2)

    def weights(rows: int, columns: int) -> Json:
        return matrix(*([Fraction(rng.randint(-6, 6), 4) for _ in range(columns)] for _ in range(rows)))

    nodes: list[Any] = [
        ["input", [n]],
        ["linear", 0, "a", None],
        ["pointwise", 1, 0],
        ["linear", 2, "b", None],
    ]
    nodes += [["pointwise", 1, 1], ["linear", 4, "b", None], ["product", 3, 5], ["linear", 6, "c", None]]
    nodes += [["linear", 1, "d", None], ["add", 7, 8]]
    tensors = {"a": weights(h, n), "b": weights(h, h), "c": weights(k, h), "d": weights(k, h)}
    return net(nodes, [formula(f) for f in names], **tensors), names


def gradient(exact: Network, combination: list[Fraction], x: list[Fraction]) -> list[mpf]:
    outputs = exact(x)
    total = [mpf(0)] * len(x)
    for weight, y in zip(combination, outputs, strict=True):
        total = [a + inexact(weight) * g for a, g in zip(total, map(_number, y.g), strict=True)]
    return total


def _number(value: Any) -> mpf:
    return inexact(value) if isinstance(value, Fraction) else value


def newton(exact: Network, combination: list[Fraction], x: list[Fraction]) -> list[Fraction] | None:
    """A zero of the gradient near a point, to 30 digits."""
    step = Fraction(1, 2**60)
    for _ in range(25):
        try:
            slope = gradient(exact, combination, x)
            if max(abs(v) for v in slope) < mpf(10) ** -30:
                return x
            bends = mp.matrix(len(x))
            for j in range(len(x)):
                moved = [v + step * int(i == j) for i, v in enumerate(x)]
                for i, v in enumerate(gradient(exact, combination, moved)):
                    bends[i, j] = (v - slope[i]) / inexact(step)
            move = mp.lu_solve(bends, mp.matrix(slope))
        except (TooLarge, ZeroDivisionError):
            return None
        if max(abs(v) for v in move) > 50:
            return None
        x = [v - rational(move[i]) for i, v in enumerate(x)]
        x = [Fraction(round(v * 2**200), 2**200) for v in x]
    return None


@pytest.mark.parametrize("seed", range(2))
def test_enclosed_points_exist(seed: int) -> None:
    """A box is accepted only if Newton's method finds a zero inside it."""
    rng = random.Random(500 + seed)
    tally: Counter[bool] = Counter()
    with mp.workdps(60):
        for _ in range(40):
            subject, names = curved(rng)
            exact = Network(subject)
            outputs = len(exact([Fraction(0)] * exact.inputs))
            combination = [Fraction(rng.choice((-1, 1, 2))) for _ in range(outputs)]
            start = [Fraction(rng.randint(-8, 8), 4) for _ in range(exact.inputs)]
            zero = newton(exact, combination, start)
            if zero is None:
                continue
            for width, shift in (
                (Fraction(1, 10**4), 0),
                (Fraction(1, 100), 0),
                (Fraction(1, 10**4), 1),
                (Fraction(1, 20), 2),
            ):
                low = [
                    Fraction(round((v - width * rng.choice((1, 1, 2)) / 2 + shift * width) * 10**9), 10**9)
                    for v in zero
                ]
                high = [v + Fraction(round(width * rng.choice((1, 1, 2)) * 10**9), 10**9) for v in low]
                step = {
                    "rule": "enclosed-point",
                    "combination": [str(w) for w in combination],
                    "from": [str(v) for v in low],
                    "to": [str(v) for v in high],
                }
                document = certificate(subject, network(step, *(None for _ in names)), negated=True)
                good = verdict(document) is None
                tally[good] += 1
                if good and not all(a < v < b for a, v, b in zip(low, zero, high, strict=True)):
                    other = newton(exact, combination, [(a + b) / 2 for a, b in zip(low, high, strict=True)])
                    assert other is not None, json.dumps(document)
                    assert all(a < v < b for a, v, b in zip(low, other, high, strict=True)), json.dumps(
                        document
                    )
    assert min(tally.values()) > 5


# -- random networks, claims and steps --------------------------------------------------------------------------


def outputs_of(subject: Json) -> int:
    try:
        limits = Limits()
        return opened(subject, [])[1].outputs if limits else 1
    except Reject:
        return 1


def hunt(count: int, seed: int) -> Counter[str]:
    """Tries every rule on random networks and claims; fails where the oracle contradicts what is accepted."""
    rng = random.Random(seed)
    tally: Counter[str] = Counter()
    for _ in range(count):
        judged: dict[str, bool] = {}
        for document in documents(rng, outputs_of):
            try:
                verify(document, QUICK)
            except (Reject, Refuse):
                continue
            tally[document["proof"]["step"]["by"]["rule"]] += 1
            claim = json.dumps(document["claim"], sort_keys=True)
            if claim not in judged:
                judged[claim] = plausible(document["claim"], seed=rng.randrange(1000), count=12)
            assert judged[claim], json.dumps(document)
    return tally


def test_what_is_accepted_of_random_networks_is_plausible() -> None:
    tally = hunt(16, seed=1)
    assert sum(tally.values()) > 50
    assert len(tally) > 8


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 6))
def test_what_is_accepted_of_many_random_networks_is_plausible(seed: int) -> None:
    tally = hunt(120, seed)
    assert len(tally) > 13
