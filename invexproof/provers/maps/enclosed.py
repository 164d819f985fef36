"""Points of defective rank that have no closed form: a zero of the gradient of a combination of outputs."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from invexcheck.goals import Defect
from invexproof.networks.evaluation import jacobian
from invexproof.provers.maps.study import Study
from invexproof.provers.workshop import Step

Array = npt.NDArray[np.float64]
MAX_ENTRIES: Final = 64
STARTS: Final = 24
NEWTON: Final = 40
RADII: Final = (2.0**-20, 2.0**-14, 2.0**-26)
DIFFERENCE: Final = 2.0**-18


def enclosed_points(study: Study, goal: Defect) -> Iterator[Step]:
    """Boxes around zeros of J(x)^T u, found by Newton's method from points where J is close to singular."""
    network = goal.network
    if goal.almost or network.free or network.inputs > MAX_ENTRIES or network.outputs > network.inputs:
        return
    generator = np.random.default_rng(1)
    far = 4 * np.ones(network.inputs)
    low, high = study.ends or (-far, far)
    starts = low + (high - low) * generator.random((300, network.inputs))
    matrices = jacobian(study.network, starts)
    usable = np.isfinite(matrices).all(axis=(1, 2))
    sizes = np.where(usable, 0.0, np.inf)
    sizes[usable] = np.linalg.svd(matrices[usable], compute_uv=False)[:, -1]
    for start in starts[np.argsort(sizes)[:STARTS]]:
        study.shop.check_time()
        left = np.linalg.svd(jacobian(study.network, start))[0][:, -1]
        combination = [Fraction(round(float(v) * 256), 256) for v in left]
        found = _newton(study, start, np.array([float(v) for v in combination]))
        if found is None or (found < low).any() or (found > high).any():
            continue
        for radius in RADII:
            ends = [_dyadic(found - radius), _dyadic(found + radius)]
            yield {
                "rule": "enclosed-point", "combination": [str(v) for v in combination],
                "from": ends[0], "to": ends[1],
            }  # fmt: skip


def _newton(study: Study, start: Array, u: Array) -> Array | None:
    """A zero of x -> J(x)^T u near a start, by damped steps; None if there seems to be none."""
    n = len(start)

    def gradient(points: Array) -> Array:
        return np.asarray(np.einsum("...kn,k->...n", jacobian(study.network, points), u))

    x, value = start, gradient(start)
    for _ in range(NEWTON):
        offsets = DIFFERENCE * np.eye(n)
        bends = (gradient(x + offsets) - gradient(x - offsets)).T / (2 * DIFFERENCE)
        if not np.isfinite(bends).all() or np.linalg.cond(bends) > 1e10:
            return None
        step = np.linalg.solve(bends, value)
        for damping in (1.0, 0.5, 0.1, 0.02):
            trial = gradient(x - damping * step)
            if np.linalg.norm(trial) < np.linalg.norm(value):
                break
        else:
            return x if np.linalg.norm(value) < 1e-10 else None
        x, value = x - damping * step, trial
        if np.linalg.norm(value) < 1e-13:
            return x
    return x if np.linalg.norm(value) < 1e-10 else None


def _dyadic(point: Array) -> list[str]:
    return [str(Fraction(round(float(v) * 2**44), 2**44)) for v in point]
