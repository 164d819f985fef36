"""The lemma undone-decay: weight decay with its inverse as step size keeps minus the gradient, over the factor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from tests.theory.second_order import (
    Taylor,
    affine,
    cross_entropy,
    exp,
    gradient,
    hessian,
    log,
    singular,
    tanh,
    taylor,
)

Loss = Callable[[list[Taylor]], Taylor]
TARGETS: dict[str, list[list[float]]] = {
    "labels": [[0, 1, 0], [1, 0, 0], [0, 0, 1]],
    "smoothed": [[0.05, 0.9, 0.05], [0.9, 0.05, 0.05], [0.05, 0.05, 0.9]],
    "one ignored, one of negative weight": [[0, 0, 0], [-2, 0, 0], [0, 0, 0.5]],
    "no probabilities": [[0.3, 1.4, -0.2], [2, 0, 5], [0.1, 0.1, 0.1]],
}


def step(loss: Loss, theta: Sequence[float], decay: float) -> Any:
    """With the step size 1/decay."""
    t = np.array(theta)
    return t - (gradient(loss, list(theta)) + decay * t) / decay


def head(
    targets: Sequence[Sequence[float]], bias: bool, hidden: bool, reach: int = 3
) -> tuple[int, Loss, Any, Any]:
    """Softmax over three outputs of tanh units or data; parameters: bias, weight by rows, hidden weights.

    Also: the direction of the bias, and that of the weight for the vector (1, 2), or None.
    """
    x = [[1.0, -2.0], [0.5, 0.25], [-1.0, 3.0]]
    count = (3 if bias else 0) + 6 + (4 if hidden else 0)
    first = 3 if bias else 0

    def loss(t: list[Taylor]) -> Taylor:
        b = t[:3] if bias else None
        w = [t[first + 2 * k : first + 2 * k + 2] for k in range(3)]
        total: Any = 0
        for row, target in zip(x, targets, strict=True):
            z: Any = row
            if hidden:
                z = [tanh(u) for u in affine([t[first + 6 : first + 8], t[first + 8 :]], row)]
            scores = affine(w, z, b)[:reach]
            total = cross_entropy(scores, target[:reach]) + total
        return total  # type: ignore[no-any-return]

    of_bias = np.array([1.0] * 3 + [0.0] * (count - 3)) if bias else None
    of_weight = np.zeros(count)
    of_weight[first : first + 6] = [1, 2, 1, 2, 1, 2]
    return count, loss, of_bias, of_weight


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("hidden", [False, True])
def test_a_softmax_head_of_its_own_loses_directions_whatever_the_targets(
    name: str, bias: bool, hidden: bool
) -> None:
    count, loss, of_bias, of_weight = head(TARGETS[name], bias, hidden)
    r = np.random.default_rng(1)
    for decay in (0.1, 1.0, -0.3):
        for _ in range(5):
            theta = (r.normal(size=count) * 2).tolist()
            after = step(loss, theta, decay)
            scale = 1 + np.abs(after).max()
            assert abs(of_weight @ after) < 1e-9 * scale
            assert of_bias is None or abs(of_bias @ after) < 1e-9 * scale
            shifted = np.array(hessian(loss, theta)) + decay * np.eye(count)
            assert singular(shifted, 1 / decay) < 1e-9 * scale
            assert singular(shifted, 0.37 / decay) > 1e-9


def test_scores_that_are_cut_from_the_outputs_change_nothing() -> None:
    """Two of three classes are compared: the bias of all three is moved."""
    count, loss, of_bias, of_weight = head(TARGETS["no probabilities"], True, True, reach=2)
    theta = np.linspace(-1, 1, count).tolist()
    after = step(loss, theta, 0.5)
    assert abs(of_bias @ after) < 1e-12
    assert abs(of_weight @ after) < 1e-12


def lost(loss: Loss, direction: Sequence[float], decay: float = 0.5) -> bool:
    """Whether the direction is lost at random points."""
    r = np.random.default_rng(7)
    points = [r.normal(size=len(direction)).tolist() for _ in range(10)]
    return all(abs(np.array(direction) @ step(loss, p, decay)) < 1e-10 for p in points)


def test_what_the_hypotheses_on_the_head_are_for() -> None:
    label = [0.0, 1.0, 0.0]
    both = [1.0, 1.0]

    def plain(t: list[Taylor]) -> Taylor:
        return cross_entropy(affine([[1.0], [2.0]], [0.5], t), label[:2])

    assert lost(plain, both)

    def joined(t: list[Taylor]) -> Taylor:  # a third score that is no output
        return cross_entropy([*affine([[1.0], [2.0]], [0.5], t), t[0] * 0 + 0.3], label)

    assert not lost(joined, both)

    def tempered(t: list[Taylor]) -> Taylor:  # multiplied by data, class by class
        return cross_entropy([t[0] * 2 + 1, t[1] * 3 - 1], label[:2])

    assert not lost(tempered, both)

    def distilled(t: list[Taylor]) -> Taylor:  # targets that depend on the bias
        total = log(exp(t[0]) + exp(t[1]))
        return (total - t[0]) * t[0] + (total - t[1]) * t[1]

    assert not lost(distilled, both)

    def twice(t: list[Taylor]) -> Taylor:  # the bias is used in a penalty, too
        return plain(t) + t[0] * t[0]

    assert not lost(twice, both)

    def logistic(t: list[Taylor]) -> Taylor:  # no softmax
        return log(exp(t[0]) + 1) - t[0] + log(exp(t[1]) + 1)

    assert not lost(logistic, both)


# -- dead units ------------------------------------------------------------------------------------


def relu(u: Taylor) -> Taylor:
    return u if u.value > 0 else u * 0


def leaky(u: Taylor) -> Taylor:
    return u if u.value > 0 else u * 0.1


def clamped(u: Taylor) -> Taylor:
    return u if u.value < 1 else u * 0 + 1


def unit(activation: Callable[[Taylor], Taylor], kind: str) -> Loss:
    """Parameters: the unit's bias, its two weights, a second layer of tanh, and its bias; some loss of it."""
    x = [[1.0, 2.0], [-0.5, 1.0]]

    def loss(t: list[Taylor]) -> Taylor:
        total: Any = 0
        for i, row in enumerate(x):
            h = activation(affine([t[1:3]], row)[0] + t[0])
            f = t[3] * tanh(h) + t[4] * h + t[5] + t[1] * t[3]
            total = (f * f if kind == "squared" else log(exp(f) + 1) - f * float(i)) + total
        return total  # type: ignore[no-any-return]

    return loss


@pytest.mark.parametrize("kind", ["squared", "logistic"])
def test_one_unit_that_may_be_dead_loses_its_bias(kind: str) -> None:
    """On a set of positive measure: under any loss, whatever else the parameters do."""
    loss, r = unit(relu, kind), np.random.default_rng(4)
    dead = 0
    for _ in range(200):
        theta = (r.normal(size=6) * 2).tolist()
        after = step(loss, theta, 0.25)
        if all(theta[1] * a + theta[2] * b + theta[0] < 0 for a, b in ((1.0, 2.0), (-0.5, 1.0))):
            dead += 1
            assert after[0] == 0
            assert singular(np.array(hessian(loss, theta)) + 0.25 * np.eye(6), 4.0) < 1e-12
    assert dead > 20


def test_units_of_other_kinds() -> None:
    """clamp with an upper bound is constant above it; leaky units are constant nowhere."""
    r = np.random.default_rng(5)
    points = [(r.normal(size=6) * 2).tolist() for _ in range(200)]
    for theta in points:
        above = all(theta[1] * a + theta[2] * b + theta[0] > 1 for a, b in ((1.0, 2.0), (-0.5, 1.0)))
        if above:
            assert step(unit(clamped, "squared"), theta, 0.25)[0] == 0
    assert all(step(unit(leaky, "squared"), theta, 0.25)[0] != 0 for theta in points)


def test_a_value_that_is_used_twice_does_not_die() -> None:
    """relu(q + (1 - q)) = 1 throughout, with q = x w + beta: q reaches relu along two ways; relu(q) + q likewise."""

    def loss(t: list[Taylor]) -> Taylor:
        q = t[1] * 2.0 + t[0]
        error = relu(q) + q - 1
        return error * error

    for theta in ([-5.0, 0.3], [-1.0, -2.0]):
        assert taylor(loss, theta).first[0] != 0
        assert step(loss, theta, 0.5)[0] != 0


def test_a_parameter_that_is_not_used_becomes_zero() -> None:
    assert step(lambda t: t[0] * t[0] * t[0], [0.7, 123.0], 0.1)[1] == 0


def test_a_summand_that_is_used_twice_keeps_its_bias() -> None:
    """relu(c + d) + c + d with d = z + beta: the unit dies, and beta still moves the loss; no direction is lost."""
    x, u, y = (1.0, -2.0, 0.5, 3.0), (0.5, 1.0, -1.5, 2.0), (1.0, 0.0, 2.0, -1.0)

    def loss(t: list[Taylor]) -> Taylor:
        total: Any = 0
        for a, b, target in zip(x, u, y, strict=True):
            c, d = t[0] * a, t[1] * b + t[2]
            error = relu(c + d) + c + d * 2 - target
            total = error * error + total
        return total  # type: ignore[no-any-return]

    r = np.random.default_rng(9)
    for _ in range(100):
        theta = (r.normal(size=3) * 5).tolist()
        assert singular(np.array(hessian(loss, theta)) + np.eye(3) * 0.5, 2.0) > 1e-3
