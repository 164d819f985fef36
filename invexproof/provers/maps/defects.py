"""Networks whose Jacobian drops in rank: where to look for it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from invexcheck.goals import Defect
from invexproof.networks.evaluation import jacobian, slopes
from invexproof.provers.maps.enclosed import enclosed_points
from invexproof.provers.maps.everywhere import floats
from invexproof.provers.maps.study import Study
from invexproof.provers.workshop import Step, fraction

Array = npt.NDArray[np.float64]
SEED: Final = 0
SAMPLES: Final = 400
SCALES: Final = (0.3, 1.0, 3.0, 10.0)
CLIMBS: Final = 40
LARGEST_SAMPLED: Final = 64
"""Inputs up to which points are tried one after the other."""
BITS: Final = 10
"""After the binary point, of the points that are tried."""


def refute(study: Study, goal: Defect) -> Step | None:
    """A step that shows a defect, or None."""
    for candidates in (
        bottlenecks,
        exact_points,
        dead_regions,
        dependent_outputs,
        sign_changes,
        enclosed_points,
    ):
        for step in candidates(study, goal):
            found = study.completed(goal, step)
            if found is not None:
                return found
    return None


# -- structure ----------------------------------------------------------------------------------------------


def bottlenecks(study: Study, goal: Defect) -> Iterator[Step]:
    """Nodes that pass fewer dimensions than there are outputs: by size, or by the rank of a matrix."""
    network = goal.network
    for k in study.cuts:
        node = network.nodes[k]
        rank = node.size
        if node.op == "linear" and network.tensors[node.data.weight].entries is not None:
            weight = floats(network.tensors[node.data.weight].matrix())
            rank = min(rank, node.size // node.shape[-1] * int(np.linalg.matrix_rank(weight)))
        if node.op == "layernorm":
            rank -= node.size // node.shape[-1]
        if node.op == "gather":
            rank = min(rank, len({entry for entry in node.data if entry >= 0}))
        if rank < network.outputs:
            yield {"rule": "bottleneck", "node": k}


def dependent_outputs(study: Study, goal: Defect) -> Iterator[Step]:
    """A combination of the outputs that seems to be constant: in the null space of all sampled Jacobians."""
    network = goal.network
    if network.free or network.inputs > 16:
        return
    generator = np.random.default_rng(SEED)
    points = [generator.standard_normal(network.inputs) for _ in range(8)]
    gram = np.zeros((network.outputs, network.outputs))
    for point in points:
        slope = _jacobian(study, point)
        if slope is None:
            return
        gram += slope @ slope.T
    sizes, directions = np.linalg.eigh(gram)
    if sizes[0] > 1e-9 * max(sizes[-1], 1e-9):
        return
    direction = directions[:, 0]
    largest = direction[np.argmax(np.abs(direction))]
    combination = [Fraction(float(v / largest)).limit_denominator(64) for v in direction]
    yield {"rule": "dependent-outputs", "combination": [str(v) for v in combination]}


# -- points ---------------------------------------------------------------------------------------------------


def _points(study: Study, goal: Defect, count: int) -> Iterator[Array]:
    """Points to try: the origin or centre, unit vectors, random ones of several sizes."""
    n, box = goal.network.inputs, study.ends
    generator = np.random.default_rng(SEED)
    if box is not None:
        low, high = box
        yield (low + high) / 2
        for _ in range(count):
            yield low + (high - low) * generator.random(n)
        return
    yield np.zeros(n)
    for k in range(min(n, 8)):
        for sign in (1.0, -1.0):
            yield sign * np.eye(n)[k]
    for scale in SCALES:
        for _ in range(count // len(SCALES)):
            yield generator.standard_normal(n) * scale


def _spelled(study: Study, goal: Defect, point: Array) -> list[str]:
    """A point as short rationals, inside the region."""
    exact = [Fraction(round(float(v) * 2**BITS), 2**BITS) for v in point]
    if goal.region is not None:
        ends = [(fraction(a), fraction(b)) for a, b in goal.region]
        exact = [min(max(v, a), b) for v, (a, b) in zip(exact, ends, strict=True)]
    return [str(v) for v in exact]


def _jacobian(study: Study, point: Array) -> Array | None:
    try:
        found = jacobian(study.network, point)
    except (ArithmeticError, ValueError):
        return None
    return found if bool(np.isfinite(found).all()) else None


def _rank_deficient(matrix: Array) -> bool:
    sizes = np.linalg.svd(matrix, compute_uv=False)
    return bool(sizes[-1] < 1e-10 * max(float(sizes[0]), 1e-300) or sizes[0] == 0)


def exact_points(study: Study, goal: Defect) -> Iterator[Step]:
    """Simple points at which the Jacobian seems to be singular."""
    if goal.almost or goal.network.free or goal.network.inputs > LARGEST_SAMPLED:
        return
    for point in _points(study, goal, 60):
        rounded = np.array([float(Fraction(v)) for v in _spelled(study, goal, np.rint(point * 4) / 4)])
        found = _jacobian(study, rounded)
        if found is not None and found.shape[0] <= found.shape[1] and _rank_deficient(found):
            yield {"rule": "singular-point", "at": _spelled(study, goal, rounded)}


def dead_regions(study: Study, goal: Defect) -> Iterator[Step]:
    """Points at which a layer has few live units, or the map is affine with a singular matrix."""
    network = goal.network
    if network.free or goal.region is not None or not _may_die(study):
        return
    tried = 0
    for point in _candidates_for_death(study, goal):
        found = _jacobian(study, point)
        if found is None or found.shape[0] > found.shape[1] or not _rank_deficient(found):
            continue
        at = _spelled(study, goal, point)
        yield {"rule": "dead-region", "at": at}
        for k in study.cuts:
            if network.nodes[k].op == "pointwise" and _live(study, k, point) < network.outputs:
                yield {"rule": "dead-region", "at": at, "node": k}
        tried += 1
        if tried >= 60:
            return


def _may_die(study: Study) -> bool:
    """Whether some function is constant on a piece, or a maximum may drop entries."""
    if any(node.op == "max" for node in study.checked.nodes):
        return True
    terms = study.shop.session.terms
    return any(
        terms.constant(study.shop.session.derivative(piece)) == 0
        for facts in study.shop.session.facts.values()
        for piece in facts.functions
    )


def _live(study: Study, k: int, point: Array) -> int:
    return int(np.count_nonzero(slopes(study.network, point)[k]))


def _candidates_for_death(study: Study, goal: Defect) -> Iterator[Array]:
    """Random points, and those that push the first layer's arguments far down or up."""
    yield from _points(study, goal, SAMPLES)
    network = goal.network
    first = next((k for k, node in enumerate(network.nodes) if node.op == "linear"), None)
    if first is None or network.nodes[first].arguments != (0,):
        return
    weight = floats(network.tensors[network.nodes[first].data.weight].matrix())
    if weight.shape[1] != network.inputs:
        return
    inverse = np.linalg.pinv(weight)
    for size in (4.0, 16.0, 64.0, 256.0):
        for sign in (-1.0, 1.0):
            yield sign * size * inverse @ np.ones(weight.shape[0])


# -- changes of sign ------------------------------------------------------------------------------------------


def sign_changes(study: Study, goal: Defect) -> Iterator[Step]:
    """Two points at which the determinant seems to have opposite signs: the engine's, sampled, or by descent."""
    network = goal.network
    if goal.almost or network.free or network.inputs != network.outputs:
        return
    for low, high in study.hints:
        yield {"rule": "sign-change", "from": [str(v) for v in low], "to": [str(v) for v in high]}
    if network.inputs > LARGEST_SAMPLED:
        return
    best: dict[int, tuple[float, Array]] = {}
    smallest: list[tuple[float, Array]] = []
    for point in _points(study, goal, SAMPLES):
        sign, size = _determinant(study, point)
        if sign == 0:
            continue
        if sign not in best or size > best[sign][0]:
            best[sign] = size, point
        smallest.append((size, point))
    for _, point in sorted(smallest, key=lambda pair: pair[0])[:8]:
        if len(best) == 2:
            break
        found = _descend(study, goal, point)
        if found is not None:
            best[_determinant(study, found)[0]] = 0.0, found
    if len(best) == 2:
        ends = [_spelled(study, goal, best[sign][1]) for sign in (-1, 1)]
        yield {"rule": "sign-change", "from": ends[0], "to": ends[1]}


def _determinant(study: Study, point: Array) -> tuple[int, float]:
    """The sign of the determinant, and the logarithm of its size relative to the rows' lengths."""
    found = _jacobian(study, point)
    if found is None:
        return 0, 0.0
    lengths = np.linalg.norm(found, axis=1)
    if not lengths.all():
        return 0, 0.0
    sign, size = np.linalg.slogdet(found / lengths[:, None])
    return int(sign) if size > -25 else 0, float(size)


def _descend(study: Study, goal: Defect, point: Array) -> Array | None:
    """A point of the other sign, by random steps that make the determinant smaller; None if there seems to be none."""
    generator = np.random.default_rng(SEED)
    sign, size = _determinant(study, point)
    step, box = 0.5, study.ends
    for _ in range(CLIMBS * 4):
        study.shop.check_time()
        trial = point + step * generator.standard_normal(len(point))
        if box is not None:
            trial = np.clip(trial, *box)
        other, smaller = _determinant(study, trial)
        if other == -sign:
            return trial
        if other == sign and smaller < size:
            point, size, step = trial, smaller, step * 1.3
        else:
            step *= 0.95
    return None
