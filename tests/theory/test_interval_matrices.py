"""The lemmas interval-matrix and sign-change on random networks with kinks, in exact arithmetic."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from tests.theory.exact import (
    Matrix,
    determinant,
    identity,
    inverse,
    matrix,
    product,
    random_matrix,
    rank,
    scaled,
    total,
    transposed,
)
from tests.theory.layers import (
    IntervalMatrix,
    Layer,
    Layers,
    enclosure,
    interval_product,
    limiting_jacobian,
    next_kink,
    random_layers,
    thin,
)

# -- enclosures of Clarke's Jacobian -----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(60))
def test_enclosures_contain_limits_of_jacobians_on_the_closed_box(seed: int) -> None:
    """At corners and on faces, too, where limits come from outside the box; small integers make kinks frequent."""
    random_ = random.Random(seed)
    n = random_.randint(1, 3)
    layers = random_layers(random_, n, random_.randint(1, 3), ("relu", "abs", "max", "square"))
    box = [(a := Fraction(random_.randint(-2, 2)), a + random_.randint(0, 2)) for _ in range(n)]
    rows = enclosure(layers, box)
    for _ in range(30):
        x = matrix([[random_.choice((a, b, (a + b) / 2))] for a, b in box])
        jacobian = limiting_jacobian(layers, x, random_matrix(random_, n, 1, 9))
        if jacobian is not None:
            assert all(
                low <= entry <= high
                for entries, row in zip(jacobian, rows, strict=True)
                for entry, (low, high) in zip(entries, row, strict=True)
            )


def test_closed_pieces_count() -> None:
    """On the box [0, 1] the slopes of relu are [0, 1], not 1: at 0, those from the left belong to Clarke's set."""
    relu = [Layer(matrix([[1]]), matrix([[0]]), "relu")]
    assert enclosure(relu, [(Fraction(0), Fraction(1))]) == [[(0, 1)]]
    assert limiting_jacobian(relu, matrix([[0]]), matrix([[-1]])) == matrix([[0]])


# -- the test by weighted row sums -------------------------------------------------------------------------------


def accepted(rows: IntervalMatrix, left: Matrix, right: Matrix) -> bool:
    """Whether M w < w for some w > 0, where M bounds |I - R [J] P| entrywise: w = (I - M)^-1 (1, ..., 1) if any."""
    k = len(rows)
    image = interval_product(interval_product(thin(left), rows), thin(right))
    bounds = matrix([max(abs((i == j) - e) for e in image[i][j]) for j in range(k)] for i in range(k))
    remainder = total(identity(k), scaled(-1, bounds))
    if determinant(remainder) == 0:
        return False
    weights = product(inverse(remainder), matrix([[1]] * k))
    return all(w[0] > m[0] and w[0] > 0 for w, m in zip(weights, product(bounds, weights), strict=True))


@pytest.mark.parametrize("seed", range(30))
def test_accepted_interval_matrices_have_full_row_rank(seed: int) -> None:
    random_ = random.Random(seed)
    count = 0
    while count < 5:
        k = random_.randint(1, 3)
        centre = random_matrix(random_, k, k + random_.randint(0, 2))
        if rank(centre) < k:
            continue
        radius = Fraction(random_.randint(1, 6), 10)
        rows = [[(e - radius, e + random_.choice((0, radius))) for e in row] for row in centre]
        right, left = product(transposed(centre), inverse(product(centre, transposed(centre)))), identity(k)
        if random_.random() < 0.5:  # neither need be accurate
            right = [[Fraction(round(e * 8), 8) for e in row] for row in right]
            left = total(left, scaled(Fraction(1, 20), random_matrix(random_, k, k, 1)))
        if accepted(rows, left, right):
            count += 1
            assert all(rank([[random_.choice(e) for e in row] for row in rows]) == k for _ in range(20))


def test_weights_can_be_necessary_and_the_test_is_sharp() -> None:
    """[[1, [-4, 4]], [small, 1]]: a row sum is 4; regular as long as |small| < 1/4."""
    one, wide = (Fraction(1), Fraction(1)), (Fraction(-4), Fraction(4))
    for small, answer in ((Fraction(6, 25), True), (Fraction(1, 4), False)):
        assert accepted([[one, wide], [(-small, small), one]], identity(2), identity(2)) is answer
    assert determinant(matrix([[1, 4], [Fraction(1, 4), 1]])) == 0


# -- determinants of two signs -----------------------------------------------------------------------------------


def kinks(layers: Layers, start: Matrix, step: Matrix) -> list[Fraction] | None:
    """All t in (0, 1) where the segment meets a kink; None if it runs inside one."""
    cuts: list[Fraction] = []
    t = Fraction(0)
    for _ in range(100):
        if limiting_jacobian(layers, total(start, scaled(t, step)), step) is None:
            return None
        following = next_kink(layers, start, step, t)
        if following is None or following >= 1:
            return cuts
        t = following
        cuts.append(t)
    raise AssertionError("too many kinks")


@pytest.mark.parametrize("seed", range(20))
def test_between_determinants_of_two_signs_some_clarke_jacobian_is_singular(seed: int) -> None:
    """Piecewise linear maps: at some kink on the segment the limits from both sides have a singular combination."""
    random_ = random.Random(seed)
    count = 0
    while count < 5:
        n = random_.randint(1, 3)
        layers = random_layers(random_, n, random_.randint(1, 2), ("relu", "abs", "max"))
        start, end = random_matrix(random_, n, 1, 7), random_matrix(random_, n, 1, 7)
        step = total(end, scaled(-1, start))
        ends = [limiting_jacobian(layers, start, step), limiting_jacobian(layers, end, scaled(-1, step))]
        if ends[0] is None or ends[1] is None or determinant(ends[0]) * determinant(ends[1]) >= 0:
            continue
        cuts = kinks(layers, start, step)
        if cuts is None:
            continue
        count += 1
        found = []
        for t in cuts:
            x = total(start, scaled(t, step))
            sides = [limiting_jacobian(layers, x, scaled(s, step)) for s in (-1, 1)]
            assert sides[0] is not None
            assert sides[1] is not None
            mixed = [
                determinant(total(scaled(1 - s, sides[0]), scaled(s, sides[1])))
                for s in (Fraction(k, 8) for k in range(9))
            ]
            found.append(min(mixed) <= 0 <= max(mixed))
        assert any(found)
