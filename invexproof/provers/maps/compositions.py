"""Losses of networks as functions of the input: invex by the chain rule, or refuted at a stationary point."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from invexcheck.goals import Claim, FullRank, MapClaim
from invexproof.expressions.terms import Expression
from invexproof.networks.evaluation import jacobian, output
from invexproof.networks.network import Network
from invexproof.networks.univariate import univariate
from invexproof.provers.landscape import Unresolved, survey
from invexproof.provers.maps.entry import (
    ALMOST,
    NONSINGULAR,
    MapClaimError,
    Region,
    opened_study,
    prove_full_rank,
    spelled_region,
    undecided,
)
from invexproof.provers.maps.facts import Described, describe
from invexproof.provers.maps.study import Study
from invexproof.provers.outcome import Outcome, Verdict
from invexproof.provers.univariate import find_proof
from invexproof.provers.workshop import OutOfTime, Step

INVEX: Final = "composition.invex"
SAMPLES: Final = 200
NOT_BOTH: Final = (
    "both the loss and the network have kinks; then full rank everywhere does not make the composition invex "
    "(a counterexample is in docs/lemmas/compositions.md), so nothing follows from ranks"
)


def prove_composition(
    network: Network,
    region: Region | None = None,
    almost_everywhere: bool = False,
    timeout: float | None = None,
    sidecar: str | None = None,
) -> Outcome:
    """Decide whether the loss of a network is invex in the input.

    Args:
        network: with its loss (:meth:`invexproof.networks.network.Network.with_loss`).
        region: stationary points in this box only; the minimum is that over R^n all the same.
        almost_everywhere: stationary points outside some null set only.
        timeout: seconds for the search.
        sidecar: the bare name of a safetensors file that is to hold the weights.

    Raises:
        MapClaimError: the claim makes no sense for the network.
    """
    if network.loss is None:
        raise MapClaimError("the network has no loss; give it one, as in --loss mse")
    claim: dict[str, Any] = {"kind": INVEX, "negated": False, "subject": network.to_subject(sidecar)}
    if region is not None:
        claim["region"] = spelled_region(network, region)
    if almost_everywhere:
        if region is not None:
            raise MapClaimError("almost everywhere is said of all of R^n; leave out the region")
        claim["almost_everywhere"] = True
    with opened_study(network, claim, timeout, sidecar) as study:
        try:
            return _decide(study)
        except OutOfTime:
            return undecided(study, "the time allowed is over")


def _decide(study: Study) -> Outcome:
    step, reason = _proof(study)
    if step is not None:
        return Outcome(Verdict.PROVED, study.shop.finish(study.claim, step))
    for candidate in _stationary_points(study):
        found = study.completed(replace(study.goal, negated=True), candidate)
        if found is not None:
            return Outcome(Verdict.REFUTED, study.shop.finish({**study.claim, "negated": True}, found))
    return undecided(study, reason)


def _proof(study: Study) -> tuple[Step | None, str]:
    """A step ``chain``, or why there is none."""
    outer = _outer(study)
    if isinstance(outer, str):
        return None, outer
    described, smooth = outer
    claim = study.goal
    inner = replace(
        claim,
        kind=ALMOST if claim.almost else NONSINGULAR,
        network=replace(claim.network, loss=None),
        smooth=not (smooth or claim.almost),
        pieces=claim.almost,
        total=claim.region is not None,
    )
    opened = study.opened(inner)
    if opened is None:
        return None, _why_closed(study, inner)
    step, goal = opened
    if not isinstance(goal, FullRank) or study.checked.outputs > study.checked.inputs:
        return None, "the network has more outputs than inputs, so its Jacobian cannot have full row rank"
    found = prove_full_rank(study, goal)
    if found is None:
        return (
            None,
            "full row rank of the network's Jacobian could not be shown, and no counterexample was found",
        )
    step["by"] = found
    result: Step = {"rule": "chain", "map": step}
    if described:
        result["outer"] = described
    return result, ""


def _why_closed(study: Study, inner: MapClaim) -> str:
    if inner.smooth and study.opened(replace(inner, smooth=False)) is not None:
        return NOT_BOTH
    return "what the claim needs of the network's functions could not be shown"


def _outer(study: Study) -> tuple[dict[str, Step], bool] | str:
    """For each function of a separable loss its regularity and that it is invex; whether all are smooth."""
    loss = study.network.loss
    if loss is None or loss[0] == "cross-entropy":
        return {}, True
    steps: dict[str, Step] = {}
    smooth = True
    for number in sorted(set(loss[1])):
        function = study.network.functions[number]
        regularity = describe(study.shop, function)
        invex = _invex(study, function)
        if regularity is None or invex is None:
            return f"the loss function {function!r} could not be shown to be invex and locally Lipschitz"
        steps[str(number)] = {"regularity": _bare(regularity), "invex": invex}
        smooth = smooth and regularity.facts.smooth
    return steps, smooth


def _bare(described: Described) -> Step:
    """Regularity without what nobody asks for: bounds of slopes, extensions of pieces."""
    step = {**described.step, "slopes": {}}
    step["pieces"] = [
        {key: value for key, value in piece.items() if key in ("guards", "analytic")}
        for piece in described.step["pieces"]
    ]
    return step


def _invex(study: Study, function: Expression) -> Step | None:
    own = study.shop.about(function.to_table())
    try:
        return find_proof(survey(own, function), Claim("activation.invex", own.subject))
    except Unresolved:
        return None


# -- refutation ----------------------------------------------------------------------------------------------


def _stationary_points(study: Study) -> Iterator[Step]:
    """Simple points at which the gradient seems to be exactly 0, each with a point of lower loss."""
    network = study.network
    if network.inputs > 64:
        return
    points = [np.rint(p * 4) / 4 for p in _points(study)]
    values = [_value(network, p) for p in points]
    known = [(v, p) for v, p in zip(values, points, strict=True) if np.isfinite(v)]
    if not known:
        return
    lowest, best = min(known, key=lambda pair: pair[0])
    tried = 0
    for value, point in sorted(known, key=lambda pair: float(np.abs(pair[1]).sum())):
        gradient = _gradient(network, point)
        if value > lowest + 1e-9 and gradient is not None and np.abs(gradient).max() < 1e-12:
            yield {"rule": "zero-gradient", "at": _spelled(point), "lower": _spelled(best)}
            tried += 1
            if tried >= 12:
                return


def _points(study: Study) -> Iterator[npt.NDArray[np.float64]]:
    n = study.network.inputs
    generator = np.random.default_rng(0)
    if study.ends is not None:
        low, high = study.ends
        yield (low + high) / 2
        for _ in range(SAMPLES):
            yield low + (high - low) * generator.random(n)
        return
    yield np.zeros(n)
    for scale in (0.5, 1.0, 3.0, 10.0, 40.0):
        for _ in range(SAMPLES // 5):
            yield generator.standard_normal(n) * scale


def _spelled(point: npt.NDArray[np.float64]) -> list[str]:
    return [str(Fraction(float(v))) for v in point]


def _value(network: Network, point: npt.NDArray[np.float64]) -> float:
    z = output(network, point)
    if network.loss is None or not np.isfinite(z).all():
        return float("nan")
    if network.loss[0] == "separable":
        parts = [
            float(univariate(network.functions[f]).value(v)) for f, v in zip(network.loss[1], z, strict=True)
        ]
        return float(np.sum(parts))
    target = np.array([float(q) for q in network.target])
    return float(np.logaddexp.reduce(z) - target @ z)


def _gradient(network: Network, point: npt.NDArray[np.float64]) -> npt.NDArray[np.float64] | None:
    z, slope = output(network, point), jacobian(network, point)
    if network.loss is None or not np.isfinite(slope).all():
        return None
    if network.loss[0] == "separable":
        parts = [
            float(univariate(network.functions[f]).slope(v)) for f, v in zip(network.loss[1], z, strict=True)
        ]
        return np.asarray(np.array(parts) @ slope)
    shares = np.exp(z - np.logaddexp.reduce(z))
    return np.asarray((shares - np.array([float(q) for q in network.target])) @ slope)
