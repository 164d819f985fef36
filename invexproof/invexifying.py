"""Changes to a network under which its Jacobian is certified to have full row rank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from invexproof.errors import InvexproofError
from invexproof.execution import GRACE, WorkerDied
from invexproof.map_questions import MapQuestion
from invexproof.map_subjects import MapTarget
from invexproof.networks.network import Network
from invexproof.networks.regions import Region
from invexproof.proving import Prover
from invexproof.results import Result

PROOFS: Final = 10
"""How many proofs the time allowed should be enough for, where each takes its full share."""


class InvexifyError(InvexproofError):
    """The search for changes ended without an answer."""


@dataclass(frozen=True)
class Change:
    """What was changed, and the answer about the changed network; the checker has accepted its certificate."""

    changes: tuple[str, ...]
    question: MapQuestion
    result: Result
    reply: Mapping[str, Any] = field(repr=False)

    @property
    def network(self) -> Network:
        """The changed network."""
        return self.question.target.network

    def written(self, prover: Prover, path: Path) -> Result:
        """The answer after its certificate has been written to a file, and checked there."""
        return prover.answer(replace(self.question, out=path), self.reply, self.result.seconds)


def changes_of(
    prover: Prover, target: MapTarget, region: Region | None = None, timeout: float | None = None
) -> list[Change]:
    """Certified changes of a network, those that change least first; none if it is not known how.

    Raises InvexifyError if the network is too large, or the search died or did not end in time.
    """
    question = MapQuestion(target, region=region, timeout=timeout)
    if question.sidecar is not None:
        raise InvexifyError(
            f"{target.name} has too many weights to be changed here: they do not fit a certificate"
        )
    share = None if timeout is None else timeout / PROOFS
    request = {**question.request(None), "operation": "invexify", "timeout": share}
    try:
        timed = prover.workers.ask(request, None if timeout is None else timeout + GRACE)
    except WorkerDied as death:
        raise InvexifyError(f"no change was found: {death}") from None
    found = []
    for proposal in timed.value["proposals"]:
        network = Network.from_subject(proposal["subject"])
        changed = MapTarget(f"{target.name}, changed,", network, f"{target.slug}-changed")
        asked = replace(question, target=changed)
        result = prover.answer(asked, proposal, timed.seconds)
        if result.verdict == "proved":
            found.append(Change(tuple(proposal["changes"]), asked, result, proposal))
    return found
