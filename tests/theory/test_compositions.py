"""The lemmas on compositions and on ranks: the counterexamples behind their hypotheses, and the limits of them."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from fractions import Fraction
from itertools import product as choices

import pytest

from tests.theory.exact import (
    Matrix,
    determinant,
    matrix,
    product,
    random_matrix,
    rank,
    scaled,
    total,
)
from tests.theory.layers import Layer, limiting_jacobian

Vector = tuple[Fraction, ...]
NEARBY = [
    (Fraction(a), Fraction(b)) for a, b in choices(range(-7, 8), repeat=2) if a and b and abs(a) != abs(b)
]


def sign(x: Fraction) -> int:
    return (x > 0) - (x < 0)


def contains_zero(points: set[Vector]) -> bool:
    """Whether 0 is in the convex hull of points of the plane: in one of them, a segment or a triangle."""

    def cross(p: Vector, q: Vector) -> Fraction:
        return p[0] * q[1] - p[1] * q[0]

    if any(p == (0, 0) for p in points):
        return True
    if any(cross(p, q) == 0 and p[0] * q[0] + p[1] * q[1] < 0 for p in points for q in points):
        return True
    return any(
        cross(p, q) > 0 and cross(q, r) > 0 and cross(r, p) > 0
        for p in points
        for q in points
        for r in points
    )


# -- maps with kinks -----------------------------------------------------------------------------------------------


def inner(x: Vector) -> tuple[Vector, Matrix]:
    """(x1 + |x2|, x2) and its Jacobian, whose determinant is 1."""
    return (x[0] + abs(x[1]), x[1]), matrix([[1, sign(x[1])], [0, 1]])


def test_invex_losses_with_kinks_on_regular_maps_with_kinks() -> None:
    """The loss |y1| + y2 has no stationary point, the map (x1 + |x2|, x2) regular Jacobians: the whole has one."""
    gradients = set()
    for x in NEARBY:
        y, jacobian = inner(x)
        if y[0]:
            gradients.add(tuple(product(matrix([[sign(y[0]), 1]]), jacobian)[0]))
    assert gradients == {(1, 2), (1, 0), (-1, 0), (-1, 2)}
    assert contains_zero(gradients)
    assert not contains_zero({(Fraction(1), Fraction(1)), (Fraction(-1), Fraction(1))})
    assert all(determinant(inner(x)[1]) == 1 for x in NEARBY)
    far = inner((Fraction(-1000), Fraction(-1000)))[0]
    assert abs(far[0]) + far[1] == -1000


def test_the_same_with_every_convex_combination_regular_and_a_kink_in_the_loss() -> None:
    """After (y1, y2 + 9/10 |y1|) convex combinations have determinants >= 1/10; with y1 + 2|y2| it still fails."""
    slope, jacobians, gradients = Fraction(9, 10), set(), set()
    for x in NEARBY:
        y, first = inner(x)
        z = y[0], y[1] + slope * abs(y[0])
        if y[0] and z[1]:
            jacobian = product(matrix([[1, 0], [slope * sign(y[0]), 1]]), first)
            jacobians.add(tuple(map(tuple, jacobian)))
            gradients.add(tuple(product(matrix([[1, 2 * sign(z[1])]]), jacobian)[0]))
    assert {(Fraction(-4, 5), Fraction(6, 5)), (Fraction(-4, 5), Fraction(-6, 5))} < gradients
    assert contains_zero(gradients)
    g = random.Random(0)
    for _ in range(200):
        shares = [g.randint(0, 5) for _ in jacobians]
        if any(shares):
            mixed = [[Fraction(0)] * 2] * 2
            for share, jacobian in zip(shares, jacobians, strict=True):
                mixed = total(mixed, scaled(Fraction(share, sum(shares)), matrix(jacobian)))
            assert determinant(mixed) >= 1 - slope


def test_two_layers_with_kinks_and_a_linear_loss() -> None:
    """The second entry of (y1, y2 + |y1|) after (x1 + |x2|, x2): a homeomorphism, each layer regular."""
    carried = 5  # relu(x + 5) - 5 carries x past a layer, near 0
    layers = [
        Layer(matrix([[0, 1], [0, -1], [1, 0], [0, 1]]), matrix([[0], [0], [carried], [carried]]), "relu"),
        Layer(
            matrix([[1, 1, 1, 0], [-1, -1, -1, 0], [0, 0, 0, 1]]),
            matrix([[-carried], [carried], [0]]),
            "relu",
        ),
        Layer(matrix([[1, -1, 0], [1, 1, 1]]), matrix([[0], [-carried]]), "none"),
    ]
    found = []
    for x in NEARBY:
        jacobian = limiting_jacobian(layers, matrix([[0], [0]]), matrix([[e] for e in x]))
        if jacobian is not None:
            found.append(jacobian)
            assert determinant(jacobian) == 1
    assert contains_zero({tuple(jacobian[1]) for jacobian in found})
    halves = [matrix([[1, 1], [-1, 0]]), matrix([[1, -1], [1, 0]])]
    assert all(h in found for h in halves)
    assert rank(scaled(Fraction(1, 2), total(*halves))) == 1


# -- ranks ---------------------------------------------------------------------------------------------------------


def rank_modulo(a: Matrix, prime: int) -> int:
    rows = [[int(e) % prime for e in row] for row in a]
    found = 0
    for column in range(len(rows[0])):
        pivot = next((i for i in range(found, len(rows)) if rows[i][column]), None)
        if pivot is None:
            continue
        rows[found], rows[pivot] = rows[pivot], rows[found]
        unit = pow(rows[found][column], -1, prime)
        for i in range(found + 1, len(rows)):
            factor = rows[i][column] * unit % prime
            rows[i] = [(x - factor * y) % prime for x, y in zip(rows[i], rows[found], strict=True)]
        found += 1
    return found


@pytest.mark.parametrize("prime", [2, 3, 7, 101])
def test_ranks_modulo_a_prime_are_lower_bounds(prime: int) -> None:
    random_ = random.Random(prime)
    below = 0
    for _ in range(200):
        a = random_matrix(random_, random_.randint(1, 4), random_.randint(1, 4))
        assert rank_modulo(a, prime) <= rank(a)
        below += rank_modulo(a, prime) < rank(a)
    assert (below > 0) == (prime < 101)


@pytest.mark.parametrize("seed", range(20))
def test_full_row_ranks_multiply(seed: int) -> None:
    random_ = random.Random(seed)
    widths = sorted((random_.randint(1, 4) for _ in range(3)), reverse=True)
    a, b = random_matrix(random_, widths[1], widths[0]), random_matrix(random_, widths[2], widths[1])
    if rank(a) == widths[1] and rank(b) == widths[2]:
        assert rank(product(b, a)) == widths[2]


def test_one_witness_is_not_enough_for_a_map_with_pieces() -> None:
    """relu has slope 1 somewhere and slope 0 on a half-line: every selection that occurs needs a witness."""
    relu = [Layer(matrix([[1]]), matrix([[0]]), "relu")]
    found = {limiting_jacobian(relu, matrix([[x]]), matrix([[1]]))[0][0] for x in (-3, 3)}  # type: ignore[index]
    assert found == {0, 1}


@pytest.mark.parametrize("seed", range(20))
def test_dead_units_bound_the_rank_on_an_open_set(seed: int) -> None:
    """Fewer live units than outputs: the rank is at most their number, near the point as well."""
    random_ = random.Random(seed)
    n, h = 3, random_.randint(3, 5)
    a, e = random_matrix(random_, h, n), random_matrix(random_, n, h)
    live = random_.randint(0, 2)
    shift = matrix([[30 if i < live else -30] for i in range(h)])
    layers = [Layer(a, shift, "relu"), Layer(e, matrix([[0]] * n), "none")]
    for _ in range(5):
        jacobian = limiting_jacobian(layers, random_matrix(random_, n, 1, 1), random_matrix(random_, n, 1))
        assert jacobian is not None
        assert rank(jacobian) <= live


# -- losses --------------------------------------------------------------------------------------------------------


def cross_entropy(q: list[float]) -> Callable[[list[float]], float]:
    return lambda z: math.log(sum(map(math.exp, z))) - sum(a * b for a, b in zip(q, z, strict=True))


@pytest.mark.parametrize("q", [[0.2, 0.5, 0.3], [0.0, 1.0], [1.0], [0.5, 0.5, 0.0]])
def test_cross_entropy_is_convex_and_attains_its_infimum_only_inside(q: list[float]) -> None:
    loss, g = cross_entropy(q), random.Random(1)
    points = [[g.uniform(-5, 5) for _ in q] for _ in range(40)]
    for u, v in zip(points, reversed(points), strict=True):
        middle = [(a + b) / 2 for a, b in zip(u, v, strict=True)]
        assert loss(middle) <= (loss(u) + loss(v)) / 2 + 1e-12
    entropy = -sum(a * math.log(a) for a in q if a)
    least = min(map(loss, points))
    assert least >= entropy - 1e-12
    if all(q):
        assert loss([math.log(a) for a in q]) == pytest.approx(entropy, abs=1e-12)
    else:
        assert least > entropy
        assert loss([math.log(a) if a else -40.0 for a in q]) == pytest.approx(entropy)
