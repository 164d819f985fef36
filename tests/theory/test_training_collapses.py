"""The lemmas on training steps that collapse: what they say on small problems, exactly where that is possible, and the
examples that show what each hypothesis is for."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from fractions import Fraction as F
from types import SimpleNamespace
from typing import Any

import pytest

from invexcheck.architectures.dead_heads import DeadHead
from invexcheck.architectures.vanishing import vanishing_gradients
from tests.architectures.checking import inferred
from tests.theory.duals import Dual, Vector, determinant, jacobian, relu, tanh

# -- countable-image, null-image ---------------------------------------------------------------------------------


def test_rounded_weights_and_pruned_weights_are_few() -> None:
    r = random.Random(1)
    steps = [[F(r.randint(-999, 999), 500) for _ in range(3)] for _ in range(200)]
    assert len({tuple(round(4 * x) for x in t) for t in steps}) < 200 <= len({tuple(t) for t in steps})
    for t in steps:
        kept = sorted(range(3), key=lambda i, t=t: -abs(t[i]))[:2]  # type: ignore[misc]
        assert math.prod(x if i in kept else 0 for i, x in enumerate(t)) == 0


# -- bounded-projection ------------------------------------------------------------------------------------------


def escapes(field: Callable[[float], float], eta: float, low: float, high: float) -> bool:
    """Whether some start on a grid is led out of [low, high]."""
    return any(not low <= x - eta * field(x) <= high for x in (k / 10 for k in range(-500, 501)))


def test_projections_to_intervals_collapse_for_all_step_sizes_but_one() -> None:
    """theta^2/2 - log cosh theta, K = [-1, 1]: the exception is eta = 1, where the step is tanh, and non-singular."""

    def field(x: float) -> float:
        return x - math.tanh(x)

    assert not escapes(field, 1.0, -1.0, 1.0)
    assert all(escapes(field, eta, -1.0, 1.0) for eta in (-2.0, 0.0, 0.5, 0.9, 1.1, 2.0, 10.0))
    slope = jacobian(lambda t: [t[0] - (t[0] - tanh(t[0]))], [0.7])[0][0]
    assert slope == pytest.approx(1 - math.tanh(0.7) ** 2)


@pytest.mark.parametrize(
    "field",
    [
        lambda x: 0.0,
        lambda x: x,
        lambda x: x**3 - x,
        math.sin,
        lambda x: 3 * x + math.sin(5 * x),
        lambda x: -abs(x),
    ],
)
def test_two_step_sizes_never_escape_collapse_together(field: Callable[[float], float]) -> None:
    etas = [0.1, 0.3, 1 / 3, 0.5, 1.0, 2.0, 4.0]
    assert sum(not escapes(field, eta, -1.0, 1.0) for eta in etas) <= 1


def test_half_lines_need_not_collapse() -> None:
    """K = [0, oo), L = -C theta |theta| / 2 (C = 2): no step with eta >= 1/2 ever leaves K."""
    for eta in (0.5, 0.7, 5.0):
        assert not escapes(lambda x: -2 * abs(x), eta, 0.0, math.inf)
    assert escapes(lambda x: -2 * abs(x), 0.4, 0.0, math.inf)


def test_from_within_a_set_a_step_need_not_leave_it() -> None:
    assert all(-1 <= x - 5.0 * 0.0 <= 1 for x in (k / 10 for k in range(-10, 11)))


# -- structural-zero-gradient, proximal-collapse -----------------------------------------------------------------

XS, YS = [1.0, -2.0, 0.5], [0.7, -1.0, 2.0]
Unit = Callable[[Dual], Dual]


def sigmoid(u: Dual) -> Dual:
    return (tanh(u * 0.5) + 1) * 0.5


def gradient(unit: Unit, t: list[float]) -> list[float]:
    """By w1, b1, w2, b2 of the sum of (w2 unit(w1 x + b1) + b2 - y)^2."""

    def loss(p: Vector) -> Vector:
        w1, b1, w2, b2 = p
        total = 0 * w1
        for x, y in zip(XS, YS, strict=True):
            r = w2 * unit(w1 * x + b1) + b2 - y
            total = total + r * r
        return [total]

    return [float(g) for g in jacobian(loss, t)[0]]


def graph(unit: str) -> Any:
    """The same problem as the checker sees it."""
    inputs = [
        ["parameter", "real", [1, 1], "w1"],
        ["parameter", "real", [1], "b1"],
        ["parameter", "real", [1, 1], "w2"],
        ["parameter", "real", [1], "b2"],
        ["data", "real", [3, 1], "x"],
        ["data", "real", [3, 1], "y"],
    ]
    nodes = [["linear", [4, 0, 1]], [unit, [6]], ["linear", [7, 2, 3]], ["mean_squared_error", [8, 5]]]
    return inferred(SimpleNamespace(to_subject=lambda: {"inputs": inputs, "nodes": nodes}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "unit", "small"),
    [("relu", relu, {0, 1, 2}), ("tanh", tanh, {0, 1, 2}), ("sigmoid", sigmoid, {0, 1})],
)
def test_gradients_that_vanish_at_zero(name: str, unit: Unit, small: set[int]) -> None:
    assert vanishing_gradients(graph(name)) == small
    r = random.Random(name)
    for scale in (1e-2, 1e-4, 1e-6):
        found = gradient(unit, [scale * r.uniform(-1, 1) for _ in range(4)])
        assert all((abs(found[k]) < 50 * scale) == (k in small) for k in range(4))


def soft(x: float, threshold: float) -> float:
    return math.copysign(max(abs(x) - threshold, 0.0), x)


@pytest.mark.parametrize("unit", [relu, tanh, sigmoid])
@pytest.mark.parametrize("eta", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize("decay", [1e-4, 1.0])
def test_soft_thresholding_collapses_a_neighbourhood_of_zero(unit: Unit, eta: float, decay: float) -> None:
    r = random.Random(2)
    scale = 1e-3 * decay * min(1.0, eta)
    for _ in range(50):
        t = [scale * r.uniform(-1, 1) for _ in range(4)]
        assert soft(t[0] - eta * gradient(unit, t)[0], eta * decay) == 0.0


def test_soft_thresholding_need_not_collapse() -> None:
    """L = -C |theta|: with C >= lambda the step is never inside of the threshold, with C < lambda it is, near 0."""
    starts = [F(k, 100) for k in range(-300, 301) if k]
    for eta in (F(1, 10), F(1), F(7)):
        for weight, collapses in ((F(2), False), (F(1), False), (F(1, 2), True)):
            moved = [x + eta * weight * (1 if x > 0 else -1) for x in starts]
            assert any(abs(y) < eta for y in moved) == collapses


def test_skip_connections_to_the_output_keep_gradients_alive() -> None:
    def loss(p: Vector) -> Vector:
        w1, w2 = p
        r = w1 * 2.0 + w2 * tanh(w1 * 2.0) - 1.0
        return [r * r]

    assert jacobian(loss, [1e-9, 1e-9])[0][0] == pytest.approx(-4.0)


# -- exact-line-search-collapse ----------------------------------------------------------------------------------


def dead_loss(t: Vector) -> Vector:
    """Mean squared error over three examples of w2 relu(w1 x + b1) + b2."""
    w1, b1, w2, b2 = t
    total = 0 * w1
    for x, y in zip((F(1), F(-2), F(3)), (F(1), F(5), F(-3)), strict=True):
        r = w2 * relu(w1 * x + b1) + b2 - y
        total = total + r * r
    return [total / F(3)]


def searched(loss: Callable[[Vector], Vector], t: list[F]) -> list[F]:
    """Exact line search along a line on which the loss is a parabola: from three values of it."""
    g = jacobian(loss, t)[0]

    def along(eta: F) -> F:
        return F(loss([Dual(x - eta * s, []) for x, s in zip(t, g, strict=True)])[0].value)

    at = [along(F(k)) for k in range(4)]
    assert at[3] - 3 * at[2] + 3 * at[1] - at[0] == 0
    second, first = at[2] - 2 * at[1] + at[0], (4 * at[1] - 3 * at[0] - at[2]) / 2
    return [x + first / second * s for x, s in zip(t, g, strict=True)]


def test_exact_line_search_forgets_the_last_bias_where_units_are_dead() -> None:
    r = random.Random(3)
    for _ in range(30):
        t = [F(r.randint(-9, 9), 4), F(-r.randint(30, 60), 4), F(r.randint(-9, 9), 4), F(2 * r.randint(-9, 9), 5)]
        assert searched(dead_loss, t) == [*t[:3], F(1)]  # the mean of the targets


def test_exact_line_search_fits_one_example_exactly() -> None:
    def loss(t: Vector) -> Vector:
        first, second = 2 * t[0] + 3 * t[1] + t[4] - 1, 2 * t[2] + 3 * t[3] + t[5] + 7
        return [first * first + second * second]

    r = random.Random(4)
    for _ in range(10):
        t = searched(loss, [F(r.randint(-9, 9), 4) for _ in range(6)])
        assert loss([Dual(x, []) for x in t])[0].value == 0


def test_exact_line_search_for_two_curvatures_does_not_collapse() -> None:
    """L = (x^2 + 3 y^2) / 2: the step (x, y) -> (2xy / D) (9y, -x), D = x^2 + 27 y^2."""

    def step(t: Vector) -> Vector:
        x, y = t
        factor = 2 * x * y / (x * x + 27 * y * y)
        return [9 * y * factor, -x * factor]

    r = random.Random(5)
    for _ in range(20):
        x, y = F(r.randint(1, 9)), F(-r.randint(1, 9))
        eta = (x * x + 9 * y * y) / (x * x + 27 * y * y)
        assert [d.value for d in step([Dual(x, []), Dual(y, [])])] == [x - eta * x, y - 3 * eta * y]
        assert determinant(jacobian(step, [x, y])) != 0


def test_a_bias_that_is_cancelled_kills_no_unit() -> None:
    """relu((1 - q) + (s + q)), q = w x + beta: beta is used once, and the unit is alive for all parameters."""
    inputs = [
        ["parameter", "real", [1, 1], "w"],
        ["parameter", "real", [1], "beta"],
        ["parameter", "real", [1, 1], "w2"],
        ["parameter", "real", [1], "b2"],
        ["data", "real", [2, 1], "x"],
        ["data", "real", [2, 1], "y"],
    ]
    nodes: list[list[Any]] = [
        ["square", [0]],
        ["linear", [4, 0, 1]],
        ["subtract", ["1", 7]],
        ["add", [6, 7]],
        ["add", [8, 9]],
        ["relu", [10]],
        ["linear", [11, 2, 3]],
        ["mean_squared_error", [12, 5]],
    ]
    read = inferred(SimpleNamespace(to_subject=lambda: {"inputs": inputs, "nodes": nodes}))  # type: ignore[arg-type]
    assert not DeadHead(read).dies()
    assert DeadHead(graph("relu")).dies()
    assert not DeadHead(graph("tanh")).dies()
