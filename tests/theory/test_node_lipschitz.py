"""The lemmas node-lipschitz and contraction: the constants bound Jacobians, and which of them are attained."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product as choices

import numpy as np
import pytest

Array = np.ndarray
STEP = 1e-30


def jacobian(f: Callable[[Array], Array], x: Array) -> Array:
    """The Jacobian of an analytic map of flattened arrays, by the complex step: exact up to rounding."""
    columns = []
    for i in range(x.size):
        moved = x.astype(complex).ravel()
        moved[i] += STEP * 1j
        columns.append(f(moved.reshape(x.shape)).imag.ravel() / STEP)
    return np.array(columns).T


def spectral(m: Array) -> float:
    return float(np.linalg.norm(m, 2)) if m.size else 0.0


def longest_row(m: Array) -> float:
    return float(np.linalg.norm(m, axis=1).max())


# -- attention ---------------------------------------------------------------------------------------------------


def attention(q: Array, k: Array, v: Array, heads: int, causal: bool) -> Array:
    width = q.shape[1] // heads
    parts = []
    for head in range(heads):
        columns = slice(head * width, (head + 1) * width)
        scores = q[:, columns] @ k[:, columns].T / np.sqrt(width)
        weights = np.exp(scores - scores.real.max(axis=1, keepdims=True))
        if causal:
            weights = np.tril(np.ones(weights.shape)) * weights
        parts.append(weights / weights.sum(axis=1, keepdims=True) @ v[:, columns])
    return np.concatenate(parts, axis=1)


def constants(q: Array, k: Array, v: Array, heads: int) -> tuple[float, float, float]:
    """Of attention as a function of q, of k and of v."""
    width, queries = q.shape[1] // heads, len(q)
    rq, rk, rv = longest_row(q), longest_row(k), longest_row(v)
    root = np.sqrt(width)
    return rk * rv / root, np.sqrt(queries / 2) * rq * rv / root, np.sqrt(queries)


def norms(q: Array, k: Array, v: Array, heads: int, causal: bool) -> tuple[float, float, float]:
    return (
        spectral(jacobian(lambda a: attention(a, k, v, heads, causal), q)),
        spectral(jacobian(lambda a: attention(q, a, v, heads, causal), k)),
        spectral(jacobian(lambda a: attention(q, k, a, heads, causal), v)),
    )


@pytest.mark.parametrize("seed", range(60))
def test_attention_within_its_constants(seed: int) -> None:
    g = np.random.default_rng(seed)
    heads = int(g.integers(1, 4))
    d, queries, keys = heads * int(g.integers(1, 4)), int(g.integers(1, 5)), int(g.integers(1, 5))
    causal = bool(g.integers(2))
    size = [float(g.choice([0.3, 1, 3])) for _ in range(3)]
    q, k, v = (s * g.standard_normal((t, d)) for s, t in zip(size, (queries, keys, keys), strict=True))
    if seed % 2:  # rows of equal norms, often opposite: where covariances are large
        rows = g.standard_normal(d)
        k, v = (np.outer(g.choice([-1, 1], keys), rows) + 0.05 * m for m in (k, v))
    for found, bound in zip(norms(q, k, v, heads, causal), constants(q, k, v, heads), strict=True):
        assert found <= bound * (1 + 1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_self_attention_within_its_constant(seed: int) -> None:
    g = np.random.default_rng(500 + seed)
    heads, tokens = int(g.integers(1, 3)), int(g.integers(1, 4))
    d = 2 * heads
    wq, wk, wv = (g.standard_normal((d, d)) for _ in range(3))
    x = g.standard_normal((tokens, d))
    q, k, v = x @ wq.T, x @ wk.T, x @ wv.T
    of_q, of_k, of_v = constants(q, k, v, heads)
    bound = of_q * spectral(wq) + of_k * spectral(wk) + of_v * spectral(wv)
    found = jacobian(lambda a: attention(a @ wq.T, a @ wk.T, a @ wv.T, heads, causal=False), x)
    assert spectral(found) <= bound


@pytest.mark.parametrize("seed", range(6))
def test_climbing_does_not_leave_the_constants(seed: int) -> None:
    """Random ascent of each quotient, with all rows of norm 1: it gets near the constants, never beyond."""
    g = np.random.default_rng(600 + seed)
    queries, keys, d, which = 1 + seed % 2, 2 + seed % 2, 2, seed % 3
    arrays = [g.standard_normal((t, d)) for t in (queries, keys, keys)]
    best = 0.0
    for trial in range(400):
        moved = [m + 0.5 ** (trial / 60) * g.standard_normal(m.shape) for m in arrays]
        moved = [m / np.linalg.norm(m, axis=1, keepdims=True) for m in moved]
        found = norms(*moved, 1, False)[which] / constants(*moved, 1)[which]
        assert found <= 1 + 1e-12
        if found > best:
            best, arrays = found, moved
    assert best > 0.6


def test_attention_constants_are_attained() -> None:
    """Two opposite keys with opposite values and equal weights; for v, all queries at one key."""
    k, v = np.array([[3.0, 0], [-3, 0]]), np.array([[0, 2.0], [0, -2]])
    q = np.array([[0, 5.0]] * 3)
    found, bound = norms(q, k, v, 1, False), constants(q, k, v, 1)
    assert found[0] == pytest.approx(bound[0])
    assert found[1] == pytest.approx(bound[1])
    q = np.array([[80.0, 0]] * 3)
    assert norms(q, k, v, 1, False)[2] == pytest.approx(np.sqrt(3))


def test_rows_of_several_heads_can_be_longer_than_the_rows_of_v() -> None:
    q = k = 50 * np.eye(2)
    v = np.array([[1.0, 0], [0, 1]])
    rows = attention(np.array([[50.0, 50]]), np.array([[1.0, -1], [-1, 1]]), v, 2, False)
    assert longest_row(rows) == pytest.approx(np.sqrt(2))
    assert longest_row(v) == 1
    assert longest_row(attention(q, k, v, 1, False)) <= 1


# -- layer normalisation -----------------------------------------------------------------------------------------


def layernorm(x: Array, gamma: Array, epsilon: float) -> Array:
    centred = x - x.mean(axis=-1, keepdims=True)
    return gamma * centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + epsilon)


@pytest.mark.parametrize("seed", range(60))
def test_layernorm_within_its_constants(seed: int) -> None:
    g = np.random.default_rng(seed)
    rows, d = int(g.integers(1, 3)), int(g.integers(1, 6))
    epsilon = float(g.choice([1e-3, 0.1, 1]))
    gamma, beta = g.standard_normal(d), g.standard_normal(d)
    x = g.standard_normal((rows, d)) * g.choice([1e-3, 0.1, 1, 100])
    centring = np.eye(d) - 1 / d
    sharp = spectral(np.diag(gamma) @ centring) / np.sqrt(epsilon)
    assert sharp <= np.abs(gamma).max() / np.sqrt(epsilon) * (1 + 1e-12)
    assert spectral(jacobian(lambda a: layernorm(a, gamma, epsilon), x)) <= sharp * (1 + 1e-12)
    longest = np.sqrt(d) * np.abs(gamma).max() + np.linalg.norm(beta)
    assert longest_row(layernorm(x, gamma, epsilon) + beta) <= longest
    deviation = np.sqrt(x.var(axis=1) + epsilon).min()
    local = np.abs(gamma).max() / deviation
    assert spectral(jacobian(lambda a: layernorm(a, gamma, epsilon), x)) <= local * (1 + 1e-12)


def test_the_constant_of_layernorm_is_attained_on_constant_rows() -> None:
    gamma = np.array([2.0, -2, 1])
    found = spectral(jacobian(lambda a: layernorm(a, gamma, 0.25), np.full((1, 3), 7.0)))
    assert found == pytest.approx(2 / 0.5)
    lonely = np.array([2.0, 0, 0])
    found = spectral(jacobian(lambda a: layernorm(a, lonely, 0.25), np.full((1, 3), 7.0)))
    assert found == pytest.approx(np.sqrt(2 / 3) * 2 / 0.5)


@pytest.mark.parametrize("d", [2, 3, 5])
def test_ranks_of_layernorm(d: int) -> None:
    """A row of length d has rank d - 1, and d - 2 with epsilon = 0: shifts, and then also scalings, are lost."""
    x = np.random.default_rng(d).standard_normal((1, d))
    gamma = np.arange(1.0, d + 1)
    assert np.linalg.matrix_rank(jacobian(lambda a: layernorm(a, gamma, 0.1), x)) == d - 1
    at_zero = jacobian(lambda a: layernorm(a, gamma, 0.0), x)
    assert np.linalg.matrix_rank(at_zero, tol=1e-9) == d - 2
    assert np.abs(at_zero @ (x - x.mean()).ravel()).max() < 1e-12


# -- the other nodes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(30))
def test_products_gathers_and_maxima(seed: int) -> None:
    g = np.random.default_rng(seed)
    x, y = g.standard_normal((2, 4, 3))
    step = np.linalg.norm(y - x)
    entries = g.integers(-1, 12, size=int(g.integers(1, 20)))
    most = max((int((entries == e).sum()) for e in entries if e >= 0), default=0)
    moved = np.where(entries < 0, 0, (y - x).ravel()[entries])
    assert np.linalg.norm(moved) <= np.sqrt(most) * step * (1 + 1e-12)
    assert np.linalg.norm(y.max(axis=1) - x.max(axis=1)) <= step
    first, second = (g.standard_normal((4, 12)) for _ in range(2))
    u, v = first @ x.ravel(), second @ x.ravel()
    u_, v_ = first @ y.ravel(), second @ y.ravel()
    largest = max(np.abs(u).max(), np.abs(u_).max()), max(np.abs(v).max(), np.abs(v_).max())
    bound = largest[0] * spectral(second) + largest[1] * spectral(first)
    assert np.linalg.norm(u_ * v_ - u * v) <= bound * step


# -- contraction: one block, and several that are not smooth ------------------------------------------------------


def near_identity(g: np.random.Generator, n: int, q: float) -> Array:
    m = g.standard_normal((n, n))
    return np.eye(n) + q * m / spectral(m)


@pytest.mark.parametrize("seed", range(30))
def test_blocks_whose_angles_add_up_to_less_than_a_right_angle(seed: int) -> None:
    """All products turn every vector by less than 90 degrees, so convex combinations of them are regular."""
    g = np.random.default_rng(seed)
    n, blocks = int(g.integers(1, 4)), int(g.integers(1, 5))
    angles = g.dirichlet(np.ones(blocks)) * 0.99 * np.pi / 2
    products = []
    for _ in range(40):
        matrix = np.eye(n)
        for angle in angles:
            matrix = near_identity(g, n, np.sin(angle)) @ matrix
        products.append(matrix)
        assert np.linalg.eigvalsh((matrix + matrix.T) / 2)[0] > 0
    mixed = np.einsum("i,ijk->jk", g.dirichlet(np.full(40, 0.1)), np.array(products))
    assert np.linalg.matrix_rank(mixed) == n


def test_two_blocks_at_a_right_angle_can_be_singular() -> None:
    """cos(a) times the rotation by a is at distance sin(a) of the identity; 45 + 45 degrees make 90."""
    angle = np.pi / 4
    turns = {
        s: np.cos(angle) * np.array([[np.cos(angle), -s * np.sin(angle)], [s * np.sin(angle), np.cos(angle)]])
        for s in (1, -1)
    }
    assert all(spectral(t - np.eye(2)) == pytest.approx(np.sin(angle)) for t in turns.values())
    corners = [turns[s] @ turns[t] for s, t in choices((1, -1), repeat=2)]
    assert np.abs(corners[0] + corners[3]).max() < 1e-15


@pytest.mark.parametrize("seed", range(10))
def test_wide_maps_near_a_linear_one(seed: int) -> None:
    """Q + M has full row rank if |M| is below the least singular value of Q."""
    g = np.random.default_rng(seed)
    k = int(g.integers(1, 4))
    n = k + int(g.integers(0, 3))
    q, m = g.standard_normal((2, k, n))
    least = np.linalg.svd(q, compute_uv=False)[-1]
    assert np.linalg.matrix_rank(q + 0.999 * least * m / spectral(m)) == k
    u, s, vt = np.linalg.svd(q, full_matrices=False)
    assert np.linalg.matrix_rank(q - s[-1] * np.outer(u[:, -1], vt[-1]), tol=1e-9) == k - 1
