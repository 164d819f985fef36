"""Claims about networks: from a network to a verdict with a certificate."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from invexcheck.errors import Refuse, Reject
from invexcheck.goals import Defect, FullRank
from invexcheck.reading import Folder
from invexproof.errors import InvexproofError
from invexproof.networks.network import Network
from invexproof.provers.maps.almost_everywhere import prove_almost_everywhere
from invexproof.provers.maps.defects import refute
from invexproof.provers.maps.everywhere import prove_everywhere
from invexproof.provers.maps.regions import corners, prove_on_region
from invexproof.provers.maps.study import Study
from invexproof.provers.outcome import Outcome, Verdict
from invexproof.provers.workshop import OutOfTime, Step

NONSINGULAR: Final = "map.jacobian-nonsingular"
ALMOST: Final = "map.jacobian-nonsingular-almost-everywhere"
MAP_KINDS: Final = (NONSINGULAR, ALMOST)
QUICK_BOXES: Final = 500
Region = Sequence[tuple[Fraction, Fraction]]


class MapClaimError(InvexproofError):
    """A claim about a network that cannot be made."""


def prove_map(
    network: Network,
    kind: str = NONSINGULAR,
    region: Region | None = None,
    timeout: float | None = None,
    sidecar: str | None = None,
) -> Outcome:
    """Decide whether the Jacobian of a network has full row rank.

    Args:
        network: the map; only claims almost everywhere may leave tensors free.
        kind: one of `MAP_KINDS`.
        region: a closed interval for each entry of the input; None is all of R^n.
        timeout: seconds for the search.
        sidecar: the bare name of a safetensors file that is to hold the weights.

    Raises:
        MapClaimError: the claim makes no sense for the network, or the checker cannot read it.
    """
    claim = map_claim(network, kind, region, sidecar)
    with opened_study(network, claim, timeout, sidecar) as study:
        try:
            return _decide(study)
        except OutOfTime:
            return undecided(study, "the time allowed is over")


def map_claim(network: Network, kind: str, region: Region | None, sidecar: str | None) -> dict[str, Any]:
    """The claim as it stands in a certificate."""
    if kind not in MAP_KINDS:
        raise MapClaimError(f"there is no claim {kind!r:.60} about maps; there are {', '.join(MAP_KINDS)}")
    if network.free and kind != ALMOST:
        raise MapClaimError(
            f"the weights {', '.join(sorted(network.free)[:3])} are free; give them values, or ask almost everywhere"
        )
    claim: dict[str, Any] = {"kind": kind, "negated": False, "subject": network.to_subject(sidecar)}
    if region is not None:
        claim["region"] = spelled_region(network, region)
        if kind == ALMOST:
            raise MapClaimError("almost everywhere is said of all of R^n; leave out the region")
    return claim


def spelled_region(network: Network, region: Region) -> list[list[str]]:
    """A region as a certificate spells it."""
    if len(region) != network.inputs:
        raise MapClaimError(f"the region has {len(region)} intervals for {network.inputs} inputs")
    for low, high in region:
        if not low < high:
            raise MapClaimError(f"the interval [{low}, {high}] of the region has no inside")
    return [[str(Fraction(low)), str(Fraction(high))] for low, high in region]


@contextmanager
def opened_study(
    network: Network, claim: dict[str, Any], timeout: float | None, sidecar: str | None = None
) -> Iterator[Study]:
    """The study of a claim, with its sidecar where the checker finds it.

    Raises MapClaimError where the checker cannot read the claim.
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    with TemporaryDirectory() as directory:
        if sidecar is not None:
            network.write_sidecar(Path(directory) / sidecar)
        try:
            study = Study.of(network, claim, deadline, Folder(os.fsencode(directory)))
        except (Reject, Refuse) as error:
            raise MapClaimError(f"the checker cannot read this network: {error.message}") from None
        yield study


def _decide(study: Study) -> Outcome:
    if study.goal.region is not None:
        quick = _on_region_alone(study)
        if quick is not None:
            return quick
    opened = study.opened(study.goal)
    denied = study.opened(replace(study.goal, negated=True))
    if opened is None or denied is None:
        return undecided(study, "nothing could be shown of the functions of the network")
    (step, goal), (counter, defect) = opened, denied
    if not isinstance(goal, FullRank) or not isinstance(defect, Defect):
        raise TypeError("a claim about a map leads to goals about its rank")
    if study.checked.outputs <= study.checked.inputs:
        found = prove_full_rank(study, goal)
        if found is not None:
            return finished(study, step, found, Verdict.PROVED)
    found = refute(study, defect)
    if found is not None:
        return finished(study, counter, found, Verdict.REFUTED)
    return undecided(study, "neither a proof nor a counterexample was found")


def _on_region_alone(study: Study) -> Outcome | None:
    """Boxes, with nothing said of the functions on all of R: often the shortest way to the shortest proof."""
    opened = study.opened(study.goal, bare=True)
    if opened is None or not isinstance(opened[1], FullRank):
        return None
    found = corners(study, opened[1], QUICK_BOXES)
    return None if found is None else finished(study, opened[0], found, Verdict.PROVED)


def prove_full_rank(study: Study, goal: FullRank) -> Step | None:
    """A step for full rank: everywhere if possible, which settles regions and null sets, too."""
    found = None if study.checked.free else prove_everywhere(study, replace(goal, region=None))
    if found is not None and study.attempt(goal, found) is not None:
        return found
    if goal.region is not None:
        return prove_on_region(study, goal)
    return prove_almost_everywhere(study, goal) if goal.almost else None


def finished(study: Study, step: Step, found: Step, verdict: Verdict) -> Outcome:
    """The certificate."""
    step["by"] = found
    claim = {**study.claim, "negated": verdict is Verdict.REFUTED}
    return Outcome(verdict, study.shop.finish(claim, step))


def undecided(study: Study, reason: str) -> Outcome:
    """No answer, with the boxes that resisted."""
    boxes = tuple((_corner(box, 0), _corner(box, 1)) for box in study.boxes)
    return Outcome(Verdict.UNDECIDED, reason=reason, boxes=boxes)


def _corner(box: tuple[tuple[Fraction, Fraction], ...], end: int) -> str:
    return "(" + ", ".join(f"{float(side[end]):.6g}" for side in box) + ")"
