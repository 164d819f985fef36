"""The lemmas slope-matrices, multi-affine and gram against brute force in exact arithmetic, in both directions."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from itertools import product as choices

import pytest

from tests.theory.exact import (
    Matrix,
    coefficient,
    determinant,
    diagonal,
    feed_forward,
    identity,
    matrix,
    part,
    product,
    random_matrix,
    rank,
    scaled,
    slope_matrix,
    subsets,
    total,
    transposed,
)

HUGE = Fraction(10) ** 9


def term(slopes: Sequence[Fraction], units: Sequence[int]) -> Fraction:
    value = Fraction(1)
    for i in units:
        value *= slopes[i]
    return value


def without_chains(units: int) -> Matrix:
    return matrix([0] * units for _ in range(units))


# -- the determinant is multi-affine ----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(60))
def test_the_determinant_is_the_polynomial_of_bordered_minors(seed: int) -> None:
    random_ = random.Random(seed)
    n, h = random_.randint(1, 3), random_.randint(1, 5)
    a, e = random_matrix(random_, h, n), random_matrix(random_, n, h)
    b, c = feed_forward(random_, h), random_matrix(random_, n, n)
    coefficients = {s: coefficient(a, b, c, e, s) for s in subsets(h)}
    for _ in range(5):
        slopes = [Fraction(random_.randint(-9, 9), random_.randint(1, 4)) for _ in range(h)]
        value = sum(v * term(slopes, s) for s, v in coefficients.items())
        assert determinant(slope_matrix(a, b, c, e, slopes)) == value


@pytest.mark.parametrize("seed", range(40))
def test_differences_of_values_are_slope_matrices(seed: int) -> None:
    """Phi(y) - Phi(x) = J(D)(y - x) for a ReLU network with skips, D being the quotients of its units."""
    random_ = random.Random(seed)
    n, h = random_.randint(1, 3), random_.randint(1, 6)
    a, e = random_matrix(random_, h, n), random_matrix(random_, n, h)
    b, c, shift = feed_forward(random_, h), random_matrix(random_, n, n), random_matrix(random_, h, 1)

    def run(x: Matrix) -> tuple[list[Fraction], list[Fraction], Matrix]:
        z: list[Fraction] = []
        units: list[Fraction] = []
        for i in range(h):
            inner = product([a[i]], x)[0][0] + sum(b[i][j] * units[j] for j in range(i)) + shift[i][0]
            z.append(inner)
            units.append(max(inner, Fraction(0)))
        return z, units, total(product(c, x), product(e, matrix([u] for u in units)))

    x, y = random_matrix(random_, n, 1, 5), random_matrix(random_, n, 1, 5)
    (zx, hx, px), (zy, hy, py) = run(x), run(y)
    slopes = [
        (q - p) / (w - v) if v != w else Fraction(1, 3) for v, w, p, q in zip(zx, zy, hx, hy, strict=True)
    ]
    assert all(0 <= d <= 1 for d in slopes)
    step = total(y, scaled(-1, x))
    assert total(py, scaled(-1, px)) == product(slope_matrix(a, b, c, e, slopes), step)


# -- positivity on a box of slopes with open, closed and infinite ends ----------------------------------------------


@dataclass(frozen=True)
class Range:
    """An interval from low to high; an end may be infinite (None), and may belong to it or not."""

    low: Fraction | None
    high: Fraction | None
    low_in: bool
    high_in: bool

    def basis(self) -> list[tuple[Fraction, Fraction]]:
        """The weights (for c_0 and c_1) of the transformed values of c_0 + c_1 d."""
        one, zero = Fraction(1), Fraction(0)
        if self.low is None:
            assert self.high is not None
            return [(one, self.high), (zero, -one)]
        return [(one, self.low), (one, self.high) if self.high is not None else (zero, one)]

    def weights(self) -> list[tuple[Fraction, Fraction]]:
        """Two functions (c_0 + c_1 d), nonnegative on the range; the transformed values are their factors."""
        one = Fraction(1)
        if self.low is None:
            assert self.high is not None
            return [(one, Fraction(0)), (self.high, -one)]
        if self.high is None:
            return [(one, Fraction(0)), (-self.low, one)]
        width = self.high - self.low
        return [(self.high / width, -1 / width), (-self.low / width, 1 / width)]

    def ends(self) -> list[int]:
        """The transformed values that alone count at a point of the range."""
        first = self.low_in if self.low is not None else self.high_in
        second = self.low is not None and self.high is not None and self.high_in
        return [k for k, there in enumerate((first, second)) if there]

    def samples(self) -> list[Fraction]:
        low = -HUGE if self.low is None else self.low if self.low_in else self.low + 1 / HUGE
        high = HUGE if self.high is None else self.high if self.high_in else self.high - 1 / HUGE
        near = Fraction(1) if self.low is None or self.high is None else (self.high - self.low) / 2
        middle = high - near if self.high is not None else low + near
        return [low, middle, high]


def positive_by_lemma(coefficients: dict[tuple[int, ...], Fraction], ranges: Sequence[Range]) -> bool:
    h = len(ranges)
    values: dict[tuple[int, ...], Fraction] = {}
    for corner in choices((0, 1), repeat=h):
        weights = [r.basis()[k] for r, k in zip(ranges, corner, strict=True)]
        values[corner] = Fraction(0)
        for s, c in coefficients.items():
            values[corner] += c * coefficient_of_product(weights, s)
    if any(v < 0 for v in values.values()):
        return False
    fixed = [r.ends() or [None] for r in ranges]
    return all(
        any(
            v > 0
            for corner, v in values.items()
            if all(f is None or f == k for f, k in zip(face, corner, strict=True))
        )
        for face in choices(*fixed)
    )


def random_range(random_: random.Random) -> Range:
    low = Fraction(random_.randint(-2, 2))
    high = low + random_.randint(1, 2)
    kind = random_.randrange(4)
    return Range(
        None if kind == 0 else low,
        None if kind == 1 else high,
        kind != 0 and random_.random() < 0.5,
        kind != 1 and random_.random() < 0.5,
    )


@pytest.mark.parametrize("seed", range(20))
def test_the_criterion_of_positivity_is_exact(seed: int) -> None:
    random_ = random.Random(seed)
    seen = {True: 0, False: 0}
    while min(seen.values()) < 25:
        h = random_.randint(1, 3)
        ranges = [random_range(random_) for _ in range(h)]
        # mostly zeros, so that all depends on which ends belong to the ranges
        values = {
            corner: Fraction(random_.choice((-1, *[0] * 12, 1, 1, 2))) for corner in choices((0, 1), repeat=h)
        }
        coefficients = {
            s: sum(
                (v * coefficient_of_product([r.weights()[k] for r, k in zip(ranges, corner, strict=True)], s))
                for corner, v in values.items()
            )
            for s in subsets(h)
        }
        answer = positive_by_lemma(coefficients, ranges)
        sampled = all(
            sum(c * term(point, s) for s, c in coefficients.items()) > 0
            for point in choices(*(r.samples() for r in ranges))
        )
        assert answer == sampled, (coefficients, ranges)
        seen[answer] += 1


def coefficient_of_product(factors: Sequence[tuple[Fraction, Fraction]], units: Sequence[int]) -> Fraction:
    """The coefficient, at the product of the d_i over `units`, of the product of the factors c_0 + c_1 d_i."""
    value = Fraction(1)
    for i, factor in enumerate(factors):
        value *= factor[i in units]
    return value


# -- two layers: minors of one sign (Cauchy-Binet) ---------------------------------------------------------------


def minors(a1: Matrix, a2: Matrix) -> dict[tuple[int, ...], Fraction]:
    n = len(a2)
    return {
        s: determinant(part(a2, range(n), s)) * determinant(part(a1, s, range(n)))
        for s in combinations(range(len(a1)), n)
    }


def one_sign(values: Sequence[Fraction]) -> bool:
    return any(values) and (min(values) >= 0 or max(values) <= 0)


def two_layer_determinant(a1: Matrix, a2: Matrix, slopes: Sequence[Fraction]) -> Fraction:
    return determinant(product(a2, diagonal(slopes), a1))


def positive_slopes(random_: random.Random, h: int) -> Iterator[list[Fraction]]:
    yield [Fraction(1)] * h
    for _ in range(6):
        yield [random_.choice((1 / HUGE, Fraction(1, 3), Fraction(1), Fraction(7), HUGE)) for _ in range(h)]


@pytest.mark.parametrize("seed", range(10))
def test_two_layers_with_any_increasing_activation(seed: int) -> None:
    """Two hundred pairs of small integer matrices for each seed: the condition on the minors, and what happens."""
    random_ = random.Random(1000 + seed)
    seen = {"one sign": 0, "two signs": 0, "zero": 0}
    for _ in range(200):
        n = random_.choice((1, 1, 2, 2, 3))
        h = n + random_.choice((0, 1, 2))
        a1 = random_matrix(random_, h, n, 2)
        a2 = random_matrix(random_, n, h, 2)
        if random_.random() < 0.4:  # near the Gram form, so that one sign is not rare
            p = [random_.randint(0, 3) for _ in range(h)]
            a2 = total(product(transposed(a1), diagonal(p)), scaled(random_.choice((0, 0, 1)), a2))
        products = minors(a1, a2)
        bordered = {
            s: coefficient(a1, without_chains(h), matrix([0] * n for _ in range(n)), a2, s)
            for s in subsets(h)
        }
        assert bordered == {s: products.get(s, 0) for s in bordered}
        values = list(products.values())
        found = [two_layer_determinant(a1, a2, d) for d in positive_slopes(random_, h)]
        if one_sign(values):
            seen["one sign"] += 1
            sign = 1 if max(values) > 0 else -1
            assert all(sign * v > 0 for v in found)
        elif not any(values):
            seen["zero"] += 1
            assert not any(found)
        else:
            seen["two signs"] += 1
            extreme = [
                two_layer_determinant(a1, a2, [HUGE if i in s else 1 / HUGE for i in range(h)])
                for s in (max(products, key=products.__getitem__), min(products, key=products.__getitem__))
            ]
            assert extreme[0] > 0 > extreme[1]
            realised_by_one_activation(random_, a1)
    assert min(seen.values()) > 10


def realised_by_one_activation(random_: random.Random, a1: Matrix) -> None:
    """Neurons that differ in row or bias have distinct preactivations somewhere: their slopes may be anything."""
    h, n = len(a1), len(a1[0])
    bias = [Fraction(i) if a1.count(a1[i]) > 1 else Fraction(0) for i in range(h)]
    for _ in range(200):
        x = random_matrix(random_, n, 1, 50)
        z = [row[0] + b for row, b in zip(product(a1, x), bias, strict=True)]
        if len(set(z)) == h:
            return
    raise AssertionError("no point with distinct preactivations")


def test_repeated_neurons_have_to_be_merged_first() -> None:
    """A1 = (1, 1), A2 = (2, -1): products of two signs, but the map is sigma itself."""
    a1, a2 = matrix([[1], [1]]), matrix([[2, -1]])
    assert sorted(minors(a1, a2).values()) == [-1, 2]
    for d in (Fraction(1, 7), Fraction(1), HUGE):
        assert two_layer_determinant(a1, a2, [d, d]) == d
    assert one_sign(list(minors(matrix([[1]]), matrix([[1]])).values()))


@pytest.mark.parametrize("seed", range(10))
def test_merged_neurons_decide(seed: int) -> None:
    """With repeated neurons, whose slopes are tied, the condition on the merged matrices is the exact one."""
    random_ = random.Random(2000 + seed)
    seen = {True: 0, False: 0}
    for _ in range(100):
        n, distinct = random_.choice(((1, 2), (2, 2), (2, 3)))
        kept = random_matrix(random_, distinct, n, 2)
        copies = [*range(distinct), *(random_.randrange(distinct) for _ in range(2))]
        a1 = [kept[i] for i in copies]
        a2 = random_matrix(random_, n, len(copies), 2)
        merged = [
            [sum(row[j] for j, i in enumerate(copies) if i == k) for k in range(distinct)] for row in a2
        ]
        products = minors(kept, merged)
        answer = one_sign(list(products.values()))
        seen[answer] += 1
        points = [*positive_slopes(random_, distinct)]
        points += [[HUGE if i in s else 1 / HUGE for i in range(distinct)] for s in products]
        found = [two_layer_determinant(a1, a2, [d[i] for i in copies]) for d in points]
        assert one_sign(found) and all(found) if answer else not (one_sign(found) and all(found))
    assert min(seen.values()) > 10


# -- residual blocks: P0 matrices --------------------------------------------------------------------------------


def residual_determinant(m: Matrix, slopes: Sequence[Fraction]) -> Fraction:
    return determinant(total(identity(len(m)), product(diagonal(slopes), m)))


@pytest.mark.parametrize("seed", range(10))
def test_residual_blocks_with_any_nondecreasing_activation(seed: int) -> None:
    """x + A2 sigma(A1 x + b): regular for all slopes >= 0 if and only if A1 A2 is a P0 matrix."""
    random_ = random.Random(3000 + seed)
    seen = {True: 0, False: 0}
    for _ in range(200):
        n, h = random_.randint(1, 3), random_.randint(1, 3)
        a1, a2 = random_matrix(random_, h, n, 2), random_matrix(random_, n, h, 2)
        if random_.random() < 0.4:
            a2 = product(transposed(a1), diagonal([random_.randint(0, 2) for _ in range(h)]))
        m = product(a1, a2)
        principal = {s: determinant(part(m, s, s)) if s else Fraction(1) for s in subsets(h)}
        bordered = {s: coefficient(a1, without_chains(h), identity(n), a2, s) for s in subsets(h)}
        assert principal == bordered
        answer = min(principal.values()) >= 0
        seen[answer] += 1
        for d in choices((Fraction(0), Fraction(1, 3), HUGE), repeat=h):
            full = determinant(total(identity(n), product(a2, diagonal(d), a1)))
            assert full == residual_determinant(m, d)
            assert full > 0 or not answer
        if not answer:
            worst = min(principal, key=principal.__getitem__)
            slopes = [HUGE if i in worst else Fraction(0) for i in range(h)]
            assert residual_determinant(m, slopes) < 0 < residual_determinant(m, [Fraction(0)] * h)
    assert min(seen.values()) > 40


@pytest.mark.parametrize("seed", range(10))
def test_a_semidefinite_symmetric_part_makes_a_p0_matrix(seed: int) -> None:
    random_ = random.Random(5000 + seed)
    h = random_.randint(1, 4)
    skew, root = random_matrix(random_, h, h), random_matrix(random_, random_.randint(1, 3), h)
    m = total(total(skew, scaled(-1, transposed(skew))), product(transposed(root), root))
    assert all(determinant(part(m, s, s)) >= 0 for s in subsets(h) if s)


def test_norms_of_the_weights_need_a_monotone_norm() -> None:
    """x - relu(x) + relu(x-1): ||A2|| ||A1|| < 1 in some norm on the units, and yet the slope is 0 on (0, 1)."""
    delta = Fraction(1, 2)

    def norm(v: Sequence[Fraction]) -> Fraction:
        return abs(v[0] - v[1]) + abs(v[0] + v[1]) * delta / 2

    a2 = (-1, 1)
    assert norm([Fraction(1), Fraction(1)]) == delta < 1  # of A1 = (1, 1)
    grid = [Fraction(k, 4) for k in range(-8, 9)]
    assert all(abs(a2[0] * v + a2[1] * w) <= norm([v, w]) for v in grid for w in grid)  # of A2
    assert slope_matrix(matrix([[1], [1]]), without_chains(2), identity(1), matrix([a2]), [1, 0]) == matrix(
        [[0]]
    )


# -- Gram forms --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(40))
def test_gram_forms(seed: int) -> None:
    random_ = random.Random(4000 + seed)
    k, n = random_.choice(((1, 1), (1, 2), (2, 2), (2, 3), (3, 3)))
    h = n + random_.randint(0, 2)
    a, q = random_matrix(random_, h, n), random_matrix(random_, k, n)
    p = [random_.randint(1, 4) for _ in range(h)]
    a2 = product(q, transposed(a), diagonal(p))
    for slopes in positive_slopes(random_, h):
        regular = rank(product(a2, diagonal(slopes), a)) == k
        assert regular or not (rank(a) == n and rank(q) == k)
        block = total(
            identity(n), product(transposed(a), diagonal([w * d for w, d in zip(p, slopes, strict=True)]), a)
        )
        assert determinant(block) >= 1
