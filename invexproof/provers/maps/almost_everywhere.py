"""Full rank almost everywhere: a witness, a witness for each selection, and composition."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final

import numpy as np
from flint import fmpq

from invexcheck.goals import FullRank
from invexproof.networks.tensors import Tensor
from invexproof.provers.maps.everywhere import by_any, compose, first, first_completed, prove_part
from invexproof.provers.maps.study import Study
from invexproof.provers.workshop import Step

SCALES: Final = (0.0, 0.5, 1.0, 2.0, 4.0)
SEEDS: Final = range(4)


def prove_almost_everywhere(study: Study, goal: FullRank) -> Step | None:
    """A step for a goal off a null set, or None."""
    return by_any(TACTICS, study, goal)


def part(study: Study, goal: FullRank) -> Step | None:
    """For one part of a composition: everywhere, or by a witness."""
    if goal.segment.network.free:
        return None
    return by_any((prove_part, isolated, witness, selections), study, goal)


def isolated(study: Study, goal: FullRank) -> Step | None:
    """One activation whose slopes are 0 at isolated points only."""
    nodes = goal.segment.nodes()
    if len(nodes) != 1 or nodes[0][1].op != "pointwise":
        return None
    session, points = study.shop.session, {}
    for f in sorted(goal.segment.functions()):
        facts = session.facts.get(f)
        if facts is None:
            return None
        if not facts.monotone:
            chosen = [_regular_point(study, facts, k) for k in range(len(facts.functions))]
            if None in chosen:
                return None
            points[str(f)] = chosen
    return first(study, goal, iter([{"rule": "entrywise", "nonzero": points}]))


def _regular_point(study: Study, facts: Any, k: int) -> str | None:
    """A rational point inside a piece at which the slope is not 0."""
    session = study.shop.session
    slope = session.derivative(facts.functions[k])
    low = facts.cuts[k - 1] if k > 0 else None
    high = facts.cuts[k] if k < len(facts.cuts) else None
    for numerator in range(-64, 65):
        point = session.rational_point(fmpq(2 * numerator + 1, 8))
        inside = (low is None or session.less(low, point)) and (high is None or session.less(point, high))
        if inside and session.strict_sign(slope, point) is not None:
            return str(point.value)
    return None


def witness(study: Study, goal: FullRank) -> Step | None:
    """A rational point (with values for free tensors) at which the rank is full."""
    if any(node.op == "max" for _, node in goal.segment.nodes()):
        return None
    return first_completed(study, goal, _witnesses(study, goal))


def _witnesses(study: Study, goal: FullRank) -> Iterator[Step]:
    for seed in SEEDS:
        for scale in SCALES:
            if scale == 0 and seed and not goal.segment.network.free:
                continue  # the origin has been tried
            generator = np.random.default_rng(seed)
            step: Step = {"rule": "witness", "at": _point(generator, goal.segment.inputs, scale)}
            if goal.segment.network.free:
                step["tensors"] = _weights(study, goal, generator)
            yield step


def selections(study: Study, goal: FullRank) -> Step | None:
    """The same points for all choices of pieces."""
    return first_completed(study, goal, _selections(study, goal))


def _selections(study: Study, goal: FullRank) -> Iterator[Step]:
    for seed in SEEDS:
        generator = np.random.default_rng(seed)
        points = [_point(generator, goal.segment.inputs, scale) for scale in SCALES[1:]]
        step: Step = {"rule": "selections", "points": points}
        if goal.segment.network.free:
            step["tensors"] = _weights(study, goal, generator)
        yield step


def _point(generator: np.random.Generator, n: int, scale: float) -> list[str]:
    values = np.rint(generator.standard_normal(n) * scale * 16)
    return [str(Fraction(int(v), 16)) for v in values]


def _weights(study: Study, goal: FullRank, generator: np.random.Generator) -> dict[str, Any]:
    """Small dyadic weights for the free tensors, of the size that keeps activations of size 1."""
    result = {}
    for name in goal.segment.network.free:
        shape = goal.segment.network.tensors[name].shape
        scale = 1 / np.sqrt(shape[-1]) if len(shape) > 1 else 0.5
        values = np.rint(generator.standard_normal(shape) * scale * 64) / 64
        result[name] = Tensor.of(values.astype(np.float32)).to_json()
    return result


def composition(study: Study, goal: FullRank) -> Step | None:
    """Parts between cuts, each of full rank almost everywhere."""
    return None if goal.segment.network.free else compose(study, goal, part)


TACTICS: Final = (part, composition, witness, selections)
