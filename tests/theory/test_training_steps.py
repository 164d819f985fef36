"""The lemmas almost-every-step, iterates, step-sequences, transformed-gradients: exceptional step sizes of small
problems found exactly, determinants of clipped and normalised steps, and what fails without each hypothesis."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Sequence
from fractions import Fraction as F

import pytest

from tests.theory.duals import Dual, Vector, determinant, jacobian, relu, sign, sqrt, tanh

ETAS = [F(k, 24) for k in range(-60, 61)]


# -- almost-every-step -------------------------------------------------------------------------------------------

XS, YS = [F(1), F(-2), F(3)], [F(1), F(0), F(-1)]


def relu_field(t: Vector) -> Vector:
    """The gradient of the sum of (w relu(a x + b) - y)^2 / 2."""
    a, b, w = t
    total = [0 * a, 0 * a, 0 * a]
    for x, y in zip(XS, YS, strict=True):
        u = a * x + b
        h = relu(u)
        r = w * h - y
        active = int(u.value > 0)
        total = [s + g for s, g in zip(total, [r * w * (x * active), r * w * active, r * h], strict=True)]
    return total


def bad(slopes: list[list[F]]) -> set[F]:
    """The step sizes of the grid for which I - eta H is singular."""

    def stepped(eta: F) -> list[list[F]]:
        return [[int(i == k) - eta * h for k, h in enumerate(row)] for i, row in enumerate(slopes)]

    return {eta for eta in ETAS if determinant(stepped(eta)) == 0}


def test_a_region_of_a_relu_network_has_one_set_of_bad_step_sizes() -> None:
    """In each region, det(I - eta H) is 0 throughout for at most p step sizes; here it is for none in the grid."""
    r = random.Random(1)
    by_region: dict[tuple[bool, ...], list[set[F]]] = {}
    for _ in range(60):
        point = [F(r.randint(-30, 30), 7) for _ in range(3)]
        if any(point[0] * x + point[1] == 0 for x in XS):
            continue
        found = bad(jacobian(relu_field, point))
        assert len(found) <= 3
        assert F(0) not in found
        by_region.setdefault(tuple(point[0] * x + point[1] > 0 for x in XS), []).append(found)
    assert len(by_region) >= 4
    assert all(not set.intersection(*found) for found in by_region.values())


def test_a_bad_step_size_is_an_inverse_eigenvalue_in_a_whole_component() -> None:
    """Mean squared error of b + relu(a x + c): in the dead region the second derivative by b is 2, so 1/2 is bad."""

    def field(t: Vector) -> Vector:
        a, c, b = t
        total = [0 * a, 0 * a, 0 * a]
        for x, y in ((F(1), F(2)), (F(-2), F(5))):
            u = a * x + c
            residual = relu(u) + b - y
            active = int(u.value > 0)
            parts = [residual * x * active, residual * active, residual]
            total = [s + g for s, g in zip(total, parts, strict=True)]
        return total  # two examples, 2/n = 1

    r = random.Random(2)
    for _ in range(10):
        dead = [F(r.randint(-9, 9), 5), F(-r.randint(20, 90), 5), F(r.randint(-50, 50), 5)]
        assert bad(jacobian(field, dead)) == {F(1, 2)}
    alive = [F(0), F(3), F(1)]
    assert F(1, 2) not in bad(jacobian(field, alive))


def test_complex_eigenvalues_are_no_exception() -> None:
    """The field (-y, x), no gradient, is good for every step size."""
    assert bad(jacobian(lambda t: [-t[1], t[0]], [F(1), F(2)])) == set()


# -- step-sequences ----------------------------------------------------------------------------------------------


def test_words_in_finitely_many_maps_reach_a_point_from_finitely_many_starts() -> None:
    """theta - eta L'(theta) for L = |theta| and L = theta^2/2: the starts that some choice leads to 0 in t steps."""
    etas = [F(1, 3), F(1, 7)]

    def preimages(target: F) -> set[F]:
        found = {target / (1 - eta) for eta in etas}
        for eta, s in itertools.product(etas, (-1, 1)):
            start = target + eta * s
            if start * s > 0:
                found.add(start)
        return found

    level = {F(0)}
    for t in range(1, 6):
        level = {start for target in level for start in preimages(target)}
        assert len(level) <= 6**t


def test_step_sizes_that_vary_continuously_may_collapse() -> None:
    for start in (F(3), F(-5, 7)):
        polyak = abs(start) / 1  # L / |v|^2 for L = |theta|
        assert start - polyak * (1 if start > 0 else -1) == 0
        assert start - F(1) * start == 0  # exact line search for theta^2/2


def test_no_step_size_is_good_for_all_data_at_once() -> None:
    for eta in (F(1, 100), F(3, 7), F(2)):
        datum = 1 / eta
        assert {start - eta * datum * start for start in (F(1), F(2), F(-3))} == {F(0)}


# -- transformed-gradients ---------------------------------------------------------------------------------------


def smooth(t: Vector) -> Vector:
    a, b, c = t
    return [(a * b - 1) * b + tanh(b * c), (a * b - 1) * a + c * c, a * c + b * tanh(a)]


def norm(g: Vector) -> Dual:
    return sqrt(sum((u * u for u in g[1:]), g[0] * g[0]))


def clipped(t: Vector, c: float = 0.5) -> Vector:
    g = smooth(t)
    length = norm(g)
    return g if length.value <= c else [u * (c / length) for u in g]


def normalised(t: Vector) -> Vector:
    g = smooth(t)
    return [u / norm(g) for u in g]


def layer_wise(t: Vector) -> Vector:
    g = smooth(t)
    return [u * norm(t) / (norm(g) + 0.1 * norm(t)) for u in g]


def by_value(t: Vector) -> Vector:
    return [u if abs(u.value) <= 0.5 else 0.5 * sign(u) for u in smooth(t)]


def sharpness_aware(t: Vector) -> Vector:
    g = smooth(t)
    return smooth([x + 0.05 * u / norm(g) for x, u in zip(t, g, strict=True)])


@pytest.mark.parametrize("field", [clipped, normalised, layer_wise, by_value, sharpness_aware])
def test_transformed_steps_have_few_bad_step_sizes_at_each_point(field: Callable[[Vector], Vector]) -> None:
    """det(I - eta Dv) is a polynomial of degree at most 3 with value 1 at 0, for fields that are no gradients, too."""
    r = random.Random(3)
    for _ in range(10):
        point = [r.uniform(-2, 2) for _ in range(3)]

        def at(eta: float, point: Sequence[float] = point) -> float:
            return float(
                determinant(
                    jacobian(lambda t: [x - eta * u for x, u in zip(t, field(t), strict=True)], point)
                )
            )

        found = [at(float(k)) for k in range(5)]
        assert found[0] == 1.0
        difference = found[0] - 4 * found[1] + 6 * found[2] - 4 * found[3] + found[4]
        assert abs(difference) < 1e-8 * max(map(abs, found))


def test_signs_are_good_for_every_step_size_but_one() -> None:
    decay, r = 0.25, random.Random(4)
    for _ in range(20):
        point = [r.uniform(-2, 2) for _ in range(3)]
        for eta in (-1.0, 0.3, 2.0, 4.0, 50.0):

            def step(t: Vector, eta: float = eta) -> Vector:
                return [x - eta * (sign(u) + decay * x) for x, u in zip(t, smooth(t), strict=True)]

            assert math.isclose(determinant(jacobian(step, point)), (1 - eta * decay) ** 3, abs_tol=1e-15)


def test_coupled_and_decoupled_decay_are_one_map_without_momentum() -> None:
    r = random.Random(5)
    for _ in range(20):
        eta, decay, x, g = (F(r.randint(-9, 9), 7) for _ in range(4))
        assert x - eta * (g + decay * x) == (1 - eta * decay) * x - eta * g
