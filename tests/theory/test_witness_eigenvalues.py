"""The lemmas isolated-eigenvalues and excluded-eigenvalue on random rational matrices, and quadratic losses whose
only bad step sizes are those of their eigenvalues."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction as F
from typing import Any

import numpy as np
import pytest

from tests.theory.duals import determinant

Matrix = list[list[F]]


def symmetric(seed: int, n: int, zeros: float = 0.5) -> Matrix:
    """Small rational entries, many of them 0."""
    r = np.random.default_rng(seed)
    h = [[F(0)] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            if r.random() > zeros:
                h[i][j] = h[j][i] = F(int(r.integers(-6, 7)), int(r.integers(1, 5)))
    return h


def floats(h: Sequence[Sequence[Any]]) -> Any:
    return np.array([[float(x) for x in row] for row in h])


def components(h: Matrix) -> list[list[int]]:
    """Classes of indices that no entry other than 0 connects."""
    left, result = set(range(len(h))), []
    while left:
        stack, found = [left.pop()], []
        while stack:
            i = stack.pop()
            found.append(i)
            near = {j for j in left if h[i][j] != 0}
            left -= near
            stack += near
        result.append(sorted(found))
    return result


def characteristic(h: Matrix) -> list[F]:
    """Coefficients of det(xI - H), the highest first, by Faddeev and LeVerrier."""
    n = len(h)
    m: Matrix = [[F(0)] * n for _ in range(n)]
    coefficients = [F(1)]
    for k in range(1, n + 1):
        m = [
            [
                sum((h[i][q] * m[q][j] for q in range(n)), F(0)) + (coefficients[-1] if i == j else 0)
                for j in range(n)
            ]
            for i in range(n)
        ]
        trace = sum((h[i][q] * m[q][i] for i in range(n) for q in range(n)), F(0))
        coefficients.append(-trace / k)
    return coefficients


def at(polynomial: Sequence[F], x: F) -> F:
    value = F(0)
    for c in polynomial:
        value = value * x + c
    return value


def divided(polynomial: Sequence[F], root: F) -> list[F]:
    """By x - root, as often as it goes."""
    result = list(polynomial)
    while len(result) > 1 and at(result, root) == 0:
        quotient, carry = [], F(0)
        for c in result[:-1]:
            carry = carry * root + c
            quotient.append(carry)
        result = quotient
    return result


def eta_identity(h: Matrix, eta: F) -> Matrix:
    return [[F(int(i == j)) - eta * x for j, x in enumerate(row)] for i, row in enumerate(h)]


@pytest.mark.parametrize("seed", range(25))
def test_blocks_and_characteristic_polynomials(seed: int) -> None:
    h = symmetric(seed, 5, 0.6)
    blocks = [characteristic([[h[i][j] for j in c] for i in c]) for c in components(h)]
    whole = characteristic(h)
    for x in (F(1), F(-3, 2), F(7, 3), F(1, 5)):
        value = F(1)
        for block in blocks:
            value *= at(block, x)
        assert value == at(whole, x) == determinant(eta_identity(h, 1 / x)) * x**5
    roots = sorted(x.real for b in blocks for x in np.roots([float(c) for c in b]))
    assert np.allclose(roots, np.linalg.eigvalsh(floats(h)), atol=1e-4)


@pytest.mark.parametrize("seed", range(25))
def test_step_sizes_with_a_singular_step_are_reciprocals_of_roots(seed: int) -> None:
    """Exactly, for a matrix with prescribed rational eigenvalues."""
    r = np.random.default_rng(seed)
    values = [F(int(r.integers(-4, 5)), int(r.integers(1, 4))) for _ in range(4)]
    v = [F(int(x)) for x in r.integers(-2, 3, 4)]
    norm = sum((x * x for x in v), F(0)) or F(1)
    q = [[F(int(i == j)) - 2 * v[i] * v[j] / norm for j in range(4)] for i in range(4)]  # a reflection
    h = [[sum((q[i][k] * values[k] * q[j][k] for k in range(4)), F(0)) for j in range(4)] for i in range(4)]
    polynomial = characteristic(h)
    candidates = {1 / mu for mu in values if mu != 0}
    for eta in {*candidates, F(1), F(-2, 5), F(3, 7), F(0)}:
        singular = determinant(eta_identity(h, eta)) == 0
        assert singular == (eta != 0 and at(polynomial, 1 / eta) == 0) == (eta in candidates)
    rest = polynomial
    for mu in {*values, F(0)}:
        rest = divided(rest, mu)
    assert rest == [1]


def test_an_exception_near_an_eigenvalue_does_not_excuse_it() -> None:
    """Eigenvalues 1 and 1 + 10^-30: an enclosure that contains 1 may contain the other; dividing by x - 1 does not."""
    near = 1 + F(1, 10**30)
    h = [[F(1), F(0)], [F(0), near]]
    rest = divided(characteristic(h), F(1))
    assert len(rest) == 2
    assert at(rest, near) == 0
    assert at(rest, F(1)) != 0
    irrational = [[F(1), F(1)], [F(1), F(2)]]  # x^2 - 3x + 1
    guess = F(2618033988749894848204586834365638, 10**33)
    assert determinant(eta_identity(irrational, 1 / guess)) != 0
    assert divided(characteristic(irrational), guess) == characteristic(irrational)


# -- excluded-eigenvalue ---------------------------------------------------------------------------


def norm(a: Any) -> float:
    return float(np.abs(a).sum(axis=1).max())


@pytest.mark.parametrize("seed", range(40))
def test_no_eigenvalue_is_in_an_excluded_interval(seed: int) -> None:
    r = np.random.default_rng(seed)
    a = r.normal(size=(5, 5))
    h = a + a.T
    spectrum = np.linalg.eigvalsh(h)
    excluded = 0
    for m in (*spectrum, *r.normal(size=20) * 3):
        for noise in (1e-12, 1e-3, 0.05):
            try:
                inverse = np.linalg.inv(h - m * np.eye(5)) * (1 + noise * r.normal(size=(5, 5)))
            except np.linalg.LinAlgError:
                continue
            c = norm(np.eye(5) - inverse @ (h - m * np.eye(5)))
            if c >= 1:
                continue
            radius = (1 - c) / norm(inverse)
            excluded += 1
            assert np.abs(spectrum - m).min() >= radius * (1 - 1e-9)
    assert excluded > 20


@pytest.mark.parametrize("seed", range(20))
def test_members_of_a_ball_matrix_have_no_eigenvalue_in_an_excluded_interval(seed: int) -> None:
    """Upper bounds of the norms over the balls; members at random and at corners, not symmetric."""
    r = np.random.default_rng(seed)
    a = r.normal(size=(4, 4))
    middle, radii = a + a.T, np.full((4, 4), 1e-3)
    m = float(r.normal())
    inverse = np.linalg.inv(middle - m * np.eye(4))
    c = norm(np.abs(np.eye(4) - inverse @ (middle - m * np.eye(4))) + np.abs(inverse) @ radii)
    if c >= 1:
        return
    radius = (1 - c) / norm(inverse)
    for _ in range(50):
        member = middle + radii * np.sign(r.normal(size=(4, 4)))
        assert all(abs(mu - m) >= radius * (1 - 1e-9) for mu in np.linalg.eigvals(member))


@pytest.mark.parametrize("seed", range(20))
def test_the_norm_bounds_the_eigenvalues(seed: int) -> None:
    h = floats(symmetric(seed, 6, 0.3))
    bound = norm(h)
    largest = np.abs(np.linalg.eigvalsh(h)).max()
    assert largest <= bound * (1 + 1e-12)
    for eta in np.linspace(-0.999, 0.999, 21) / max(bound, 1e-9):
        assert np.linalg.svd(np.eye(6) - eta * h, compute_uv=False)[-1] > 0


def test_the_open_interval_may_end_where_the_norm_says() -> None:
    """H = 2: h = 1/2 with h |H| = 1 is allowed for eta < 1/2; 1/2 itself is bad."""
    assert all(1 - eta * 2 != 0 for eta in (F(1, 3), F(49, 100), F(-49, 100)))
    assert 1 - F(1, 2) * 2 == 0


def test_a_singular_preconditioner_excludes_nothing() -> None:
    r = np.array([[1.0, 1.0], [1.0, 1.0]])
    for m in (0.0, 0.5, 3.0):
        assert norm(np.eye(2) - r @ (np.diag([1.0, 2.0]) - m * np.eye(2))) >= 1


# -- quadratic-loss --------------------------------------------------------------------------------


def regression(seed: int, rows: int, width: int, bias: bool) -> tuple[Matrix, list[F], Any]:
    """The Hessian, the gradient at 0 and the gradient of a mean squared error of a linear model, from definitions."""
    r = np.random.default_rng(seed)
    x = [[F(int(v)) for v in r.integers(-3, 4, width)] + ([F(1)] if bias else []) for _ in range(rows)]
    y = [F(int(v)) for v in r.integers(-3, 4, rows)]
    n = width + int(bias)

    def gradient(t: Sequence[F]) -> list[F]:
        errors = [
            sum((a * b for a, b in zip(row, t, strict=True)), F(0)) - v for row, v in zip(x, y, strict=True)
        ]
        return [
            2 * sum((e * row[j] for e, row in zip(errors, x, strict=True)), F(0)) / rows for j in range(n)
        ]

    start = gradient([F(0)] * n)
    h = [
        [b - a for a, b in zip(start, gradient([F(int(i == j)) for j in range(n)]), strict=True)]
        for i in range(n)
    ]
    return h, start, gradient


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("bias", [False, True])
def test_the_gradient_of_a_quadratic_loss_is_affine_with_the_constant_hessian(seed: int, bias: bool) -> None:
    h, start, gradient = regression(seed, 4, 2, bias)
    r = np.random.default_rng(seed)
    t = [F(int(v), 3) for v in r.integers(-9, 10, len(h))]
    expected = [
        s + sum((a * b for a, b in zip(row, t, strict=True)), F(0)) for s, row in zip(start, h, strict=True)
    ]
    assert gradient(t) == expected
    assert h == [list(column) for column in zip(*h, strict=True)]


def test_one_over_an_eigenvalue_maps_everything_into_a_hyperplane() -> None:
    """x = 1, 2: H = 5, eta = 1/5 leads from everywhere to the minimum; with a bias, to a line."""
    x, y = [F(1), F(2)], [F(3), F(-1)]
    slope = sum((a * a for a in x), F(0))  # half of the sum of squares, twice: the mean over two
    images = {
        t - F(1) / slope * sum((a * (a * t - b) for a, b in zip(x, y, strict=True)), F(0))
        for t in (F(-3), F(0), F(2, 7), F(9))
    }
    assert len(images) == 1
    rows = [[F(1), F(0)], [F(0), F(2)]]  # errors t0 - 1, 2 t1 - 1, sum of squares: H = diag(2, 8)
    eta = F(1, 8)
    after = [
        (t[0] - eta * 2 * (t[0] - 1), t[1] - eta * 4 * (2 * t[1] - 1))
        for t in ((F(0), F(0)), (F(1), F(5)), (F(-2), F(3)))
    ]
    assert {b for _, b in after} == {F(1, 2)}
    assert len({a for a, _ in after}) == 3
    assert determinant(eta_identity([[2 * a * a for a in row] for row in rows], eta)) == 0


@pytest.mark.parametrize("seed", range(12))
def test_all_other_step_sizes_are_bijective(seed: int) -> None:
    h, _, _ = regression(seed, 5, 3, False)
    spectrum = np.linalg.eigvalsh(floats(h))
    r = np.random.default_rng(seed)
    for eta in r.normal(size=20):
        exact = F(float(eta)).limit_denominator(1000)
        if determinant(eta_identity(h, exact)) == 0:
            assert np.abs(spectrum * float(exact) - 1).min() < 1e-9
        else:
            assert np.abs(spectrum * float(exact) - 1).min() > 0
