"""Squared errors of rectified units with a last bias: one step size at most is bad, and none if a unit is alive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="PyTorch computes the Hessians")

from tests.theory.hessians import DOUBLE, Problem, data, random, shared, squared  # noqa: E402
from tests.theory.test_step_sizes_linear_heads import BUILDS, headed, slopes, spectra, stage  # noqa: E402

nn = torch.nn.functional


def targets(rows: int, outputs: int) -> Any:
    """In general position, equal, 0, and orthogonal to constants."""
    y = random(rows, outputs)
    return [y, y[:1].expand(rows, outputs), torch.zeros_like(y), 3 * (y - y.mean(0))]


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("low", [0.0, 0.3])
@pytest.mark.parametrize("outputs", [1, 3])
def test_a_unit_that_is_alive_leaves_no_bad_step_size(build: str, low: float, outputs: int) -> None:
    torch.manual_seed(outputs)
    for x in data(4, 2):
        for y in targets(len(x), outputs):
            features, shapes = BUILDS[build](x, 2, low)
            made = headed(features, shapes, outputs, squared(y, "mean"), True)
            alive = float(features(made.split(made.point())).abs().max()) > 0
            found = shared(spectra(made))
            assert found == [] if alive else all(abs(mu - 2 / outputs) < 1e-9 for mu in found)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_dead_units_leave_one(reduction: str) -> None:
    rows, outputs = 3, 2
    made = headed(
        lambda p: 0 * nn.linear(torch.ones(rows, 1, dtype=DOUBLE), p["V"], p["beta"]),
        {"features": (2,), "V": (2, 1), "beta": (2,)},
        outputs,
        squared(random(rows, outputs), reduction),
        True,
    )
    nu = 2 / outputs if reduction == "mean" else 2.0 * rows
    assert shared(spectra(made)) == pytest.approx([nu] * outputs)


def test_a_residual_stage() -> None:
    torch.manual_seed(6)
    for y in targets(4, 3):
        features, shapes = stage(random(4, 2), 2, 0.2)
        assert shared(spectra(headed(features, shapes, 3, squared(y, "mean"), True))) == []


def test_dropout_and_pooling() -> None:
    """Features: averages of two places, times masks; the mask 0 is the only one with a bad step size."""
    torch.manual_seed(8)
    rows, outputs, units = 3, 2, 2
    for keep in (0.0, 0.4, 1.0):
        x, y = random(rows, 2, 2), random(rows, outputs)
        on, mask = slopes(2 * rows, units).reshape(rows, 2, units), slopes(rows, units)
        mask = mask if keep == 0.4 else torch.full_like(mask, keep)

        def features(p: Mapping[str, Any], x: Any = x, on: Any = on, mask: Any = mask) -> Any:
            return (on * nn.linear(x, p["V"], p["beta"])).mean(1) * mask

        shapes = {"features": (units,), "V": (units, 2), "beta": (units,)}
        found = shared(spectra(headed(features, shapes, outputs, squared(y, "sum"), True)))
        alive = float((on.mean(1) * mask).max()) > 0
        assert found == ([] if alive else pytest.approx([2.0 * rows] * outputs))


def test_targets_for_which_the_bias_alone_moves_no_eigenvalue() -> None:
    """Three shifts of one unit, three outputs: at w = 0 an eigenvalue does not depend on b; elsewhere it does."""
    torch.manual_seed(3)
    delta = torch.tensor([[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]], dtype=DOUBLE)
    total = delta.sum(0)
    planes = torch.linalg.svd(total[None]).Vh[1:]  # two vectors orthogonal to the sums
    part = torch.linalg.pinv(delta.T) @ planes.T  # 4 x 2, delta^T part = planes^T
    y = 2.5 * torch.cat([part, torch.zeros(4, 1, dtype=DOUBLE)], 1) / 2
    shapes = {"features": (1,), "w": (3,)}
    made = headed(lambda p: (delta @ p["w"])[:, None], shapes, 3, squared(y, "sum"), True)
    at_zero = made.spectra([made.zero(b=random(3)) for _ in range(4)])
    assert any(abs(mu - 2.5) < 1e-9 for mu in shared(at_zero))
    assert shared(spectra(made)) == []


def test_without_shifts_the_signs_of_the_data_may_cancel() -> None:
    """Data {x, -x}, equal targets, linear units without bias: the squared error's own curvature stays."""
    x = torch.tensor([[1.0], [-1.0]], dtype=DOUBLE)
    y = torch.ones(2, 1, dtype=DOUBLE)
    made = headed(lambda p: x @ p["V"].T, {"features": (2,), "V": (2, 1)}, 1, squared(y, "sum"), True)
    assert shared(spectra(made)) == pytest.approx([4.0])


def test_relu6_has_another_one() -> None:
    """Where all units are saturated at 6, the eigenvalue nu (1 + 36 d) does not move."""
    x, y = random(3, 2), random(3, 1)
    shapes = {"W": (1, 2), "b": (1,), "V": (2, 2), "beta": (2,)}

    def value(p: Mapping[str, Any]) -> Any:
        return squared(y, "sum")(nn.linear(nn.relu6(nn.linear(x, p["V"], p["beta"])), p["W"], p["b"]))

    made = Problem(shapes, value)
    points = [made.point(V=0.1 * random(2, 2), beta=torch.tensor([9.0, 9.0], dtype=DOUBLE)) for _ in range(4)]
    assert shared(made.spectra(points)) == pytest.approx([6.0 * (1 + 36 * 2)])
