"""The lemma sector: quadratic tests of slope matrices, against exact determinants and sampled convex combinations."""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction
from itertools import product as choices

import numpy as np
import pytest

from tests.theory.exact import (
    Matrix,
    determinant,
    diagonal,
    feed_forward,
    identity,
    inverse,
    is_positive_definite,
    is_positive_semidefinite,
    matrix,
    part,
    product,
    random_matrix,
    scaled,
    slope_matrix,
    total,
)

HUGE = Fraction(10) ** 9
Network = tuple[Matrix, Matrix, Matrix, Matrix]


def shifted(network: Network, low: Sequence[Fraction]) -> Network:
    """The network in the slopes t = d - l: A', B', C' = J(l), E'."""
    a, b, _, e = network
    h = len(a)
    inner = inverse(total(identity(h), scaled(-1, product(b, diagonal(low)))))
    a_, b_ = product(inner, a), product(inner, b)
    return a_, b_, slope_matrix(*network, low), total(e, product(e, diagonal(low), b_))


def sector_matrix(
    network: Network, low: Sequence[Fraction], high: Sequence[Fraction | None]
) -> Matrix | None:
    """M' + diag(1/s), with M' = A' C'^-1 E' - B' and s = u - l; None if C' is singular."""
    a, b, c, e = shifted(network, low)
    if determinant(c) == 0:
        return None
    m = total(product(a, inverse(c), e), scaled(-1, b))
    return total(m, diagonal([0 if u is None else 1 / (u - v) for v, u in zip(low, high, strict=True)]))


def random_network(random_: random.Random) -> Network:
    n, h = random_.randint(1, 3), random_.randint(1, 4)
    a, b = random_matrix(random_, h, n, 2), feed_forward(random_, h, 1)
    c = total(identity(n), scaled(random_.choice((0, 1)), random_matrix(random_, n, n, 1)))
    e = random_matrix(random_, n, h, 2)
    if random_.random() < 0.5:
        e = scaled(Fraction(1, 6), e)
        b = scaled(Fraction(1, 4), b)
    return a, b, c, e


def random_box(random_: random.Random, h: int) -> tuple[list[Fraction], list[Fraction | None]]:
    low = [Fraction(random_.choice((-1, 0, 0, 1)), random_.choice((1, 4))) for _ in range(h)]
    return low, [random_.choice((None, v + 1, v + Fraction(1, 2), v + 2)) for v in low]


@pytest.mark.parametrize("seed", range(12))
def test_shifting_leaves_the_slope_matrices(seed: int) -> None:
    random_ = random.Random(seed)
    for _ in range(10):
        network = random_network(random_)
        h = len(network[0])
        low = [Fraction(random_.randint(-4, 4), 3) for _ in range(h)]
        slopes = [Fraction(random_.randint(-9, 9), 4) for _ in range(h)]
        steps = [d - v for d, v in zip(slopes, low, strict=True)]
        assert slope_matrix(*network, slopes) == slope_matrix(*shifted(network, low), steps)


@pytest.mark.parametrize("seed", range(20))
def test_positive_definite_means_regular_on_the_closed_box(seed: int) -> None:
    """Multi-affine: one strict sign at all corners (far out, for an infinite end) decides a box exactly."""
    random_ = random.Random(100 + seed)
    accepted = 0
    for _ in range(60):
        network = random_network(random_)
        h = len(network[0])
        low, high = random_box(random_, h)
        sector = sector_matrix(network, low, high)
        if sector is None:
            continue
        for _ in range(4):
            weights = [Fraction(random_.choice((1, 1, 2, 5)), random_.choice((1, 3))) for _ in range(h)]
            if is_positive_definite(product(diagonal(weights), sector)):
                accepted += 1
                corners = [
                    determinant(slope_matrix(*network, corner))
                    for corner in choices(
                        *((v, HUGE if u is None else u) for v, u in zip(low, high, strict=True))
                    )
                ]
                assert min(corners) > 0 or max(corners) < 0
                break
    assert accepted > 5


@pytest.mark.parametrize("seed", range(20))
def test_semidefinite_is_enough_at_open_and_infinite_upper_ends(seed: int) -> None:
    """And with some closed ends, if the part of these units is definite."""
    random_ = random.Random(200 + seed)
    accepted = boundary = 0
    while accepted < 12 or boundary < 3:
        network = random_network(random_)
        h = len(network[0])
        low, high = random_box(random_, h)
        # the last upper end is moved to where the form becomes singular
        sector = sector_matrix(network, low, [*high[:-1], None])
        if sector is None:
            continue
        for numerator in range(1, 13):
            trial = total(sector, diagonal([0] * (h - 1) + [Fraction(numerator, 4)]))
            if is_positive_semidefinite(trial):
                high = [*high[:-1], low[-1] + Fraction(4, numerator)]
                break
        else:
            continue
        closed = [i for i in range(h) if high[i] is not None and i != h - 1 and random_.random() < 0.5]
        form = part(trial, closed, closed)
        if closed and not is_positive_definite(form):
            continue
        accepted += 1
        boundary += not is_positive_definite(trial)
        ends = [
            (v, HUGE if u is None else u if i in closed else u - 1 / HUGE)
            for i, (v, u) in enumerate(zip(low, high, strict=True))
        ]
        corners = [determinant(slope_matrix(*network, corner)) for corner in choices(*ends)]
        assert min(corners) > 0 or max(corners) < 0


def test_a_closed_upper_end_needs_more_than_semidefinite() -> None:
    """1 - d on [0, 1] and on [0, 1): M' + 1/s = 0."""
    network = matrix([[1]]), matrix([[0]]), matrix([[1]]), matrix([[-1]])
    assert sector_matrix(network, [Fraction(0)], [Fraction(1)]) == matrix([[0]])
    assert determinant(slope_matrix(*network, [1])) == 0


# -- the dissipative form: convex combinations, for units that are not smooth and feed each other ----------------


def dissipative(
    network: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray], weights: np.ndarray, size: np.ndarray
) -> float:
    """The least eigenvalue of v.(C v + E g) - sum W_i g_i((A v + B g)_i - g_i / s_i), slopes in [0, s]."""
    a, b, c, e = network
    w = np.diag(weights)
    corner = w @ (np.diag(1 / size) - b)
    form = np.block([[c, e], [-w @ a, corner]])
    return float(np.linalg.eigvalsh((form + form.T) / 2)[0])


def as_arrays(network: Network) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    a, b, c, e = (np.array(m, dtype=float).reshape(len(m), -1) for m in network)
    return a, b, c, e


@pytest.mark.parametrize("seed", range(10))
def test_dissipative_networks_have_regular_convex_combinations(seed: int) -> None:
    random_ = random.Random(300 + seed)
    generator = np.random.default_rng(seed)
    accepted = 0
    while accepted < 5:
        network = random_network(random_)
        arrays = as_arrays(network)
        h = len(network[0])
        best = max(dissipative(arrays, np.full(h, w), np.ones(h)) for w in (0.1, 0.3, 1.0, 3.0))
        if best <= 1e-3:
            continue
        accepted += 1
        corners = [
            np.array(slope_matrix(*network, corner), dtype=float) for corner in choices((0, 1), repeat=h)
        ]
        for _ in range(50):
            shares = generator.dirichlet(np.full(len(corners), 0.2))
            mixed = sum(s * m for s, m in zip(shares, corners, strict=True))
            assert np.linalg.eigvalsh((mixed + mixed.T) / 2)[0] > 0.99 * best


def test_all_slope_matrices_regular_is_not_enough_for_units_that_feed_each_other() -> None:
    """y1 = x1 + |x2|, (y1, x2 + |y1|): every J(D) has determinant 1, and diag(1, 0) is a convex combination."""
    network = matrix([[0, 1], [1, 0]]), matrix([[0, 0], [1, 0]]), identity(2), matrix([[1, 0], [0, 1]])
    for slopes in choices((-1, Fraction(1, 3), 1), repeat=2):
        assert determinant(slope_matrix(*network, slopes)) == 1
    mixed = scaled(Fraction(1, 2), total(slope_matrix(*network, (1, -1)), slope_matrix(*network, (-1, 1))))
    assert mixed == matrix([[1, 0], [0, 0]])
