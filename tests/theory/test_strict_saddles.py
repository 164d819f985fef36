"""The lemma strict-saddles: gradient descent from random starts does not end in strict saddles; its hypotheses are
needed; the cone of its proof is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

Field = Callable[[Any], Any]


def factorised(t: Any) -> Any:
    """Of (xy - 1)^2 / 2: a saddle at 0 with eigenvalues -1 and 1, minima on xy = 1."""
    x, y = t[..., 0], t[..., 1]
    return np.stack([(x * y - 1) * y, (x * y - 1) * x], axis=-1)


def deep(t: Any) -> Any:
    """Of (xyz - 1)^2 / 2 + (x^2 - y^2)^2 / 2: the Hessian at 0 is 0, no strict saddle there."""
    x, y, z = t[..., 0], t[..., 1], t[..., 2]
    e, d = x * y * z - 1, x * x - y * y
    return np.stack([e * y * z + 2 * x * d, e * x * z - 2 * y * d, e * x * y], axis=-1)


def rectified(t: Any) -> Any:
    """Of (relu(x) y - 1)^2 / 2 + x^2 y^2 / 8, piecewise; for x < 0 without the first factor."""
    x, y = t[..., 0], t[..., 1]
    e = np.where(x > 0, x * y - 1, 0)
    return np.stack([e * y + x * y * y / 4, e * x + x * x * y / 4], axis=-1)


def hills(t: Any) -> Any:
    """Of cos x + cos y: maxima, strict saddles and minima on a lattice."""
    return -np.sin(t)


def run(field: Field, starts: Any, eta: float, steps: int) -> Any:
    """The last iterate; starts that leave a large ball are not a number."""
    t = starts.copy()
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            t = t - eta * field(t)
            t[np.abs(t).max(axis=-1) > 1e6] = np.nan
    return t


@pytest.mark.parametrize("eta", [0.05, 0.3, 0.9])
def test_random_starts_do_not_converge_to_the_saddle(eta: float) -> None:
    """Also for step sizes above 1/Lip: the gradient is not globally Lipschitz, and the step not injective."""
    r = np.random.default_rng(1)
    end = run(factorised, r.normal(size=(4000, 2)), eta, 2000)
    ended = end[~np.isnan(end[:, 0])]
    assert len(ended) > 200
    assert np.abs(ended).max(axis=1).min() > 0.1


def test_the_stable_line_of_the_saddle_is_null_but_not_empty() -> None:
    """On x = -y: convergence to 0. Starts chosen by hand are not covered."""
    s = np.linspace(-0.9, 0.9, 7)
    end = run(factorised, np.stack([s, -s], axis=1), 0.3, 200)
    assert np.abs(end).max() < 1e-12
    off = run(factorised, np.stack([s, -s + 1e-9], axis=1), 0.3, 300)
    assert np.abs(off).max(axis=1).min() > 0.1


def test_the_step_is_not_injective() -> None:
    """Two starts, one image: the proof does not use an inverse."""
    eta = 0.9
    # On the diagonal x = y the step is t - eta (t^3 - t), which takes some values three times.
    roots = np.roots([-eta, 0, 1 + eta, -0.4])
    real = roots[np.abs(roots.imag) < 1e-12].real
    assert len(real) == 3
    images = [t - eta * (t**3 - t) for t in real]
    assert np.allclose(images, images[0])


@pytest.mark.parametrize("eta", [0.3, 1.5])
def test_maxima_and_saddles_on_a_lattice(eta: float) -> None:
    """Limits are minima (odd, odd), or for large steps there may be none; even multiples of pi never."""
    r = np.random.default_rng(2)
    end = run(hills, r.uniform(-10, 10, (4000, 2)), eta, 1000)
    assert np.abs(np.cos(end) + 1).max() < 1e-6


def test_a_piecewise_loss() -> None:
    r = np.random.default_rng(3)
    end = run(rectified, r.normal(size=(3000, 2)), 0.3, 1500)
    ended = end[~np.isnan(end[:, 0]) & (end[:, 0] > 0)]
    assert len(ended) > 500
    assert np.abs(ended).max(axis=1).min() > 0.1


# -- the hypotheses --------------------------------------------------------------------------------


def test_a_negative_step_size_converges_to_the_maximum() -> None:
    """L = -x^2/2, eta = -1/2."""
    end = run(lambda t: -t, np.linspace(-5, 5, 11)[:, None], -0.5, 200)
    assert np.abs(end).max() < 1e-12


def test_a_collapsing_step_leads_to_the_maximum() -> None:
    """L' = -sin(2x) near 0, and L' = x/eta on (2, 3): one step from there leads to the maximum 0, where it stays."""
    eta = 0.5

    def field(t: Any) -> Any:
        return np.where((t > 2) & (t < 3), t / eta, -np.sin(2 * t))

    starts = np.linspace(2.01, 2.99, 50)[:, None]
    assert np.abs(run(field, starts, eta, 100)).max() == 0
    near = np.linspace(0.001, 1.0, 50)[:, None]
    assert run(field, near, eta, 100).min() > 0.5


def test_a_degenerate_saddle_attracts_a_set_of_positive_measure() -> None:
    """L = x^3: from the right to 0, where the second derivative is 0."""
    starts = np.linspace(0.01, 1.0, 50)[:, None]
    assert np.abs(run(lambda t: 3 * t * t, starts, 0.1, 100000)).max() < 1e-4


def test_a_limit_at_a_kink_is_not_covered() -> None:
    """L = x for x < 0, x^2/2 for x > 0: 0 is no minimum, but attracts all x > 0."""
    end = run(lambda t: np.where(t > 0, t, 1.0), np.linspace(0.1, 1.0, 10)[:, None], 0.5, 200)
    assert np.abs(end).max() < 1e-12


def test_a_detached_factor_lets_a_maximum_attract() -> None:
    """L = x^2 - 3/2 detach(x) x is -x^2/2, with a strict maximum at 0; its field is 2x - 3x/2 = x/2."""
    assert np.abs(run(lambda t: 2 * t - 1.5 * t, np.linspace(-3, 3, 7)[:, None], 1.0, 100)).max() < 1e-12


def test_weight_decay_is_another_map() -> None:
    """(xy - 1)^2/2 with decay 2: 0 is no saddle of the sum, and attracts."""
    r = np.random.default_rng(5)
    end = run(lambda t: factorised(t) + 2 * t, r.normal(size=(500, 2)) * 0.3, 0.1, 500)
    assert np.abs(end).max() < 1e-9


# -- the proof -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(20))
def test_the_cone_around_the_expanding_directions_is_kept(seed: int) -> None:
    """Eigenvalues of I - eta H of modulus below 1, 1, above 1, and 0; any perturbation of size eps."""
    r = np.random.default_rng(seed)
    values = np.array([1.5, -1.7, 0.0, 1.0, -0.4, 0.9])
    q, _ = np.linalg.qr(r.normal(size=(6, 6)))
    expanding = np.abs(values) > 1
    a, eps = 1.5, 0.15
    assert 1 + np.sqrt(2) * eps < a - np.sqrt(2) * eps
    for _ in range(200):
        u, c = r.normal(size=2), r.normal(size=4)
        c *= min(1.0, float(np.linalg.norm(u) / np.linalg.norm(c)) * r.uniform(0.5, 1))
        delta = np.zeros(6)
        delta[expanding], delta[~expanding] = u, c
        noise = r.normal(size=6)
        noise *= eps * np.linalg.norm(delta) / np.linalg.norm(noise)
        after = q.T @ ((q * values) @ (q.T @ (q @ delta)) + q @ noise)
        assert np.linalg.norm(after[expanding]) >= (a - np.sqrt(2) * eps) * np.linalg.norm(u) * (1 - 1e-9)
        assert np.linalg.norm(after[~expanding]) <= np.linalg.norm(after[expanding]) * (1 + 1e-9)


def test_a_flat_point_is_no_strict_saddle() -> None:
    """(xyz - 1)^2/2 + (x^2 - y^2)^2/2 near 0: the Hessian vanishes there, and the lemma says nothing."""
    h = 1e-5
    slopes = [(deep(h * e) - deep(-h * e)) / (2 * h) for e in np.eye(3)]
    assert np.abs(slopes).max() < 1e-4
