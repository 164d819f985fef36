"""Questions about maps: is the Jacobian of full row rank, is a loss of the network invex in the input?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from invexproof.certificates.builder import Document
from invexproof.certificates.files import Sidecar
from invexproof.claims import ALMOST_EVERYWHERE, COMPOSITION, NONSINGULAR, ClaimError
from invexproof.map_subjects import MapTarget
from invexproof.networks.regions import Region, region_json, region_text
from invexproof.proving import DEFAULT_TIMEOUT
from invexproof.results import Result


@dataclass(frozen=True)
class MapQuestion:
    """A claim about a network, the time for it, and where its certificate is to be written (None: nowhere).

    ``region`` None is all of R^n.  ``almost_everywhere``: stationary points in a null set do not count (the claims
    about Jacobians have a kind of their own for that).  Raises ClaimError if the claim makes no sense.
    """

    target: MapTarget
    claim: str = NONSINGULAR
    region: Region | None = None
    almost_everywhere: bool = False
    timeout: float | None = DEFAULT_TIMEOUT
    out: Path | None = None

    def __post_init__(self) -> None:
        almost = self.almost_everywhere or self.claim == ALMOST_EVERYWHERE
        if almost and self.region is not None:
            raise ClaimError(
                "almost everywhere is said of all of R^n, so it cannot be combined with a region"
            )
        free = self.target.network.free
        if free and self.claim != ALMOST_EVERYWHERE:
            raise ClaimError(
                f"the weights {', '.join(sorted(free)[:3])} are free; give them values, or ask about almost all of "
                "their values: nonsingular-almost-everywhere"
            )

    @property
    def sidecar(self) -> Sidecar | None:
        """The file of weights that the certificate will name."""
        return self.target.sidecar

    @property
    def quick(self) -> bool:
        """A search may take any time."""
        return False

    def options(self) -> dict[str, Any]:
        """What the provenance says of the question."""
        return {"timeout": None if self.timeout is None else f"{self.timeout:g}"}

    def request(self, folder: Path | None) -> dict[str, Any]:
        """The question as a worker understands it; ``folder`` is where the file of weights is."""
        return {
            "operation": "prove-composition" if self.claim == COMPOSITION else "prove-map",
            "subject": self.target.subject,
            "folder": None if folder is None else str(folder),
            "sidecar": None if self.sidecar is None else self.sidecar.name,
            "kind": self.claim,
            "region": region_json(self.region),
            "almost_everywhere": self.almost_everywhere,
            "timeout": self.timeout,
        }

    def blank(self) -> Result:
        """The answer before anything is known."""
        return Result(
            "undecided",
            self.claim,
            self.target,
            region=self.region,
            almost_everywhere=self.almost_everywhere,
            notes=self.target.notes,
            sidecar=self.sidecar,
        )

    def asks(self, document: Document) -> bool:
        """Whether a certificate's claim is this one or its negation."""
        return document.get("claim") in [self._claim(negated) for negated in (False, True)]

    def _claim(self, negated: bool) -> dict[str, Any]:
        claim: dict[str, Any] = {"kind": self.claim, "negated": negated, "subject": self.target.subject}
        if self.region is not None:
            claim["region"] = region_json(self.region)
        if self.almost_everywhere:
            claim["almost_everywhere"] = True
        return claim

    def text(self) -> str:
        """What is asked, in short."""
        return claim_text(self.target, self.claim, self.region, self.almost_everywhere)


def claim_text(
    target: MapTarget, claim: str, region: Region | None, almost_everywhere: bool, negated: bool = False
) -> str:
    """A claim about a network in short: ``residual has a nonsingular Jacobian everywhere on R^2``."""
    n, k = target.network.inputs, target.network.outputs
    space = f"R^{n}" if region is None else region_text(region)
    if claim == COMPOSITION:
        where = f"almost everywhere on {space}" if almost_everywhere else f"on {space}"
        return f"{target.loss} after {target.name} is {'not ' * negated}invex {where}"
    rank = f"a Jacobian of full row rank {k}" if k != n else "a nonsingular Jacobian"
    weights = ", for almost all values of the free weights" if target.network.free else ""
    where = "almost everywhere" if claim == ALMOST_EVERYWHERE else "everywhere"
    return f"{target.name} {'does not have' if negated else 'has'} {rank} {where} on {space}{weights}"
