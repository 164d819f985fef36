"""Whether a claim about a network looks true, by sampling points and slopes; knows nothing of proofs.

A claim that must hold everywhere is contradicted by one point; a negated claim needs evidence at some point.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import combinations, product
from math import prod

from mpmath import mp, mpf

from tests.checker.maps.network_oracle import Json, Network, Number, TooLarge, Undefined, inexact

NEAR = Fraction(1, 2**44)
DIGITS = 250
ALMOST = "map.jacobian-nonsingular-almost-everywhere"
ROUND = sorted({Fraction(p, q) for q in (1, 2, 3) for p in range(-4 * q, 4 * q + 1)} | {Fraction(0)})
Point = tuple[Fraction, ...]
Matrix = list[list[Number]]


class Matrices:
    """Jacobians at a point: near it in random directions, and convex combinations of those (Clarke's)."""

    def __init__(self, net: Network, rng: random.Random) -> None:
        self.net = net
        self.rng = rng

    def at(self, x: Point) -> Matrix:
        return [list(y.g) for y in self.net(x)]

    def near(self, x: Point, count: int) -> list[Matrix]:
        found = []
        for _ in range(count):
            step = [NEAR * self.rng.randint(-(2**10), 2**10) for _ in x]
            found.append(self.at(tuple(a + b for a, b in zip(x, step, strict=True))))
        return found

    def around(self, x: Point) -> Iterator[Matrix]:
        yield self.at(x)
        yield from self.near(x, 2)

    def clarke(self, x: Point) -> Iterator[Matrix]:
        """Matrices that surely belong to the generalised Jacobian at (or very near) the point."""
        around = self.near(x, 3)
        yield from around
        here = self.at(x)
        if all(_distance(here, m) < 1e-3 for m in around):
            yield here
        for left, right in combinations(around, 2):
            if _distance(left, right) > 1e-3:
                for k in range(1, 8):
                    yield [
                        [a + (b - a) * k / 8 for a, b in zip(r, s, strict=True)]
                        for r, s in zip(left, right, strict=True)
                    ]


def _distance(left: Matrix, right: Matrix) -> float:
    return max(float(abs(a - b)) for r, s in zip(left, right, strict=True) for a, b in zip(r, s, strict=True))


def eliminated(matrix: Matrix) -> tuple[int, int]:
    """The rank, and the sign of the determinant if it is square; what the digits leave open counts as 0."""
    rows = [list(row) for row in matrix]
    scale = max(abs(v) for row in rows for v in row)
    exact = all(isinstance(v, int | Fraction) for row in rows for v in row)
    floor = 0 if exact else scale * mpf(10) ** (15 - DIGITS)
    columns = list(range(len(rows[0])))
    orientation, rank = 1, 0
    while rank < min(len(rows), len(columns)):
        size, i, j = max(
            (abs(rows[i][j]), i, j) for i in range(rank, len(rows)) for j in range(rank, len(columns))
        )
        if not size > floor:
            break
        if i != rank:
            rows[rank], rows[i] = rows[i], rows[rank]
            orientation = -orientation
        if j != rank:
            for row in rows:
                row[rank], row[j] = row[j], row[rank]
            orientation = -orientation
        pivot = rows[rank]
        if pivot[rank] < 0:
            orientation = -orientation
        for row in rows[rank + 1 :]:
            factor = row[rank] / pivot[rank]
            for k in range(rank, len(columns)):
                row[k] -= factor * pivot[k]
        rank += 1
    return rank, orientation if rank == len(rows) == len(columns) else 0


def points(n: int, region: Sequence[Sequence[str]] | None, rng: random.Random, count: int) -> Iterator[Point]:
    """Small rational points, the corners and faces of a region, random ones, and some far out."""
    if region is not None:
        sides = [(Fraction(lo), Fraction(hi)) for lo, hi in region]
        if n <= 3:
            yield from product(*sides)
        for _ in range(count):
            yield tuple(
                lo + (hi - lo) * Fraction(rng.choice((0, 8, rng.randint(0, 8))), 8) for lo, hi in sides
            )
        for _ in range(count // 2):
            yield tuple(lo + (hi - lo) * Fraction(rng.randint(0, 1000), 1000) for lo, hi in sides)
        for _ in range(count):
            yield tuple(rng.choice([v for v in ROUND if lo <= v <= hi] or [lo]) for lo, hi in sides)
        return
    yield (Fraction(0),) * n
    for _ in range(count):
        yield tuple(Fraction(rng.randint(-4, 4), rng.choice((1, 1, 1, 2, 3, 4))) for _ in range(n))
    for _ in range(count // 2):
        scale = rng.choice((1, 2, 5))
        yield tuple(Fraction(rng.randint(-1000, 1000) * scale, 1000) for _ in range(n))


def plausible(claim: Json, seed: int = 0, count: int = 40) -> bool:
    """False if sampling contradicts the claim; for a negated claim, if sampling finds no sign of it."""
    rng = random.Random(seed)
    judge = _invex if claim["kind"] == "composition.invex" else _jacobian
    with mp.workdps(DIGITS):
        return judge(claim, rng, count)


def _jacobian(claim: Json, rng: random.Random, count: int) -> bool:
    almost = claim["kind"] == ALMOST
    try:
        found = (_open_defect if almost else _defect)(claim, rng, count)
    except Undefined:  # says nothing for a negated claim, and everything against the other one
        return claim["negated"]
    return found if claim["negated"] else not found


def _network(claim: Json, rng: random.Random) -> Network:
    net = Network(claim["subject"])
    free = {
        name: [Fraction(rng.randint(-29999, 29999), 9973) for _ in range(prod(net.shape[name]))]
        for name in net.free()
    }
    return Network(claim["subject"], free) if free else net


def _defect(claim: Json, rng: random.Random, count: int) -> bool:
    """Whether some matrix drops in rank, or two determinants have opposite signs."""
    net = _network(claim, rng)
    if claim["negated"] and _outputs(claim, rng) > net.inputs:
        return True  # wherever it has a value, and be that one too large to compute with
    matrices, signs, outputs = Matrices(net, rng), set(), 0
    effort = count * (4 if claim["negated"] else 1)
    for x in points(net.inputs, claim.get("region"), rng, effort):
        for matrix in _where_small(matrices.clarke(x)):
            outputs = len(matrix)
            rank, sign = eliminated(matrix)
            if rank < len(matrix):
                return True
            signs.add(sign)
        if {1, -1} <= signs:
            return True
    return claim["negated"] and outputs == 1 and _has_flat_point(net, claim.get("region"), rng)


def _outputs(claim: Json, rng: random.Random) -> int:
    """The number of outputs: with the identity for each function, values stay small."""
    plain = {**claim["subject"], "functions": [[["var", "x"]] for _ in claim["subject"].get("functions", [])]}
    net = _network({**claim, "subject": plain}, rng)
    with suppress(TooLarge, Undefined, ZeroDivisionError):
        return len(net([Fraction(k + 1) for k in range(net.inputs)]))
    return 0


def _has_flat_point(net: Network, region: Sequence[Sequence[str]] | None, rng: random.Random) -> bool:
    """Whether Newton's method finds a zero of the gradient of the one output (in the region)."""
    for start in points(net.inputs, region, rng, 12):
        x, h = start, mpf(10) ** (-DIGITS // 3)
        with suppress(TooLarge, Undefined, ZeroDivisionError):
            for _ in range(60):
                slope = [_real(v) for v in net(x)[0].g]
                if max(abs(v) for v in slope) < mpf(10) ** (-DIGITS // 4) and _inside(x, region):
                    return True
                bends = mp.matrix(len(x))
                for j in range(len(x)):
                    moved = [v + _exactly(h) * int(i == j) for i, v in enumerate(x)]
                    for i, v in enumerate(net(moved)[0].g):
                        bends[i, j] = (_real(v) - slope[i]) / h
                move = mp.lu_solve(bends, mp.matrix(slope))
                x = tuple(v - _exactly(move[i]) for i, v in enumerate(x))
    return False


def _exactly(value: mpf) -> Fraction:
    sign, mantissa, exponent, _ = value._mpf_
    return (-1) ** sign * Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _inside(x: Point, region: Sequence[Sequence[str]] | None) -> bool:
    return region is None or all(
        Fraction(lo) <= v <= Fraction(hi) for v, (lo, hi) in zip(x, region, strict=True)
    )


def _where_small(matrices: Iterator[Matrix]) -> Iterator[Matrix]:
    with suppress(TooLarge):
        yield from matrices


def _open_defect(claim: Json, rng: random.Random, count: int) -> bool:
    """Whether the rank drops at a point of general position and all around it (somewhere: on an open set)."""
    for _ in range(4):
        net = _network(claim, rng)
        matrices = Matrices(net, rng)
        for x in points(net.inputs, None, rng, count):
            shifted = tuple(v + Fraction(rng.randint(-999, 999), 9973 * 17) for v in x)
            around = list(_where_small(matrices.around(shifted)))
            if len(around) == 3 and all(eliminated(m)[0] < len(m) for m in around):
                return True
    return False


# -- compositions ----------------------------------------------------------------------------------------------


def _invex(claim: Json, rng: random.Random, count: int) -> bool:
    net = Network(claim["subject"])
    lowest, found = mp.inf, []
    for x in points(net.inputs, None, rng, 4 * count):
        try:
            lowest = min(lowest, _real(net.total(x).v))
        except (Undefined, TooLarge):
            continue
    almost = claim.get("almost_everywhere", False)
    for x in points(net.inputs, claim.get("region"), rng, 4 * count):
        try:
            value = _stationary(net, x, rng, almost)
        except Undefined:
            if not claim["negated"]:
                return False
            continue
        except TooLarge:
            continue
        if value is not None:
            found.append(value)
    spurious = any(value > lowest + mpf(10) ** -40 * (1 + abs(value)) for value in found)
    return spurious if claim["negated"] else not spurious


def _stationary(net: Network, x: Point, rng: random.Random, almost: bool) -> Number | None:
    """The value at a point that is surely stationary (or in a plateau), None at another one."""
    here = net.total(x)
    around = []
    for _ in range(3):
        step = [NEAR * rng.randint(-(2**10), 2**10) for _ in x]
        around.append(net.total(tuple(a + b for a, b in zip(x, step, strict=True))).g)
    if not _vanishes(here.g):
        return None
    if almost:
        return _real(here.v) if all(_vanishes(g) for g in around) else None
    close = all(max(abs(float(a) - float(b)) for a, b in zip(g, here.g, strict=True)) < 1e-6 for g in around)
    return _real(here.v) if close else None


def _vanishes(gradient: Sequence[Number]) -> bool:
    return all(v == 0 if isinstance(v, Fraction) else abs(v) < mpf(10) ** (40 - DIGITS) for v in gradient)


def _real(value: Number) -> mpf:
    return inexact(value) if isinstance(value, Fraction) else value
