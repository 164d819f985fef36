"""Claims about networks: asked of the prover of maps, and answered by the checker."""

from __future__ import annotations

from pathlib import Path

from invexcheck.supervise import Supervisor
from invexproof.certificates import certificate_bytes, provenance, stage, with_provenance
from invexproof.integrations.invexapi.evidence import Evidence
from invexproof.integrations.invexapi.layers import COMPOSITION
from invexproof.networks.network import Network
from invexproof.provers.outcome import Outcome


def prove_network(kind: str, network: Network, timeout: float) -> Outcome:
    """What the prover finds; nothing is checked yet."""
    from invexproof.provers.maps import prove_composition, prove_map

    if kind == COMPOSITION:
        return prove_composition(network, timeout=timeout)
    return prove_map(network, kind, timeout=timeout)


def accepted(outcome: Outcome, kind: str, file: Path, checker: Supervisor) -> Evidence:
    """The answer after the checker has read the certificate in the file; undecided if it is not accepted."""
    if outcome.document is None:
        return Evidence(outcome.verdict.value, reason=outcome.reason)
    document = with_provenance(outcome.document, provenance({}, 0.0))
    staged = stage(file, certificate_bytes(document))
    try:
        checked = checker.check(staged.part or staged.data)
        verified = checked.verified
        if verified is None or (verified.kind, verified.negated) != (kind, outcome.verdict == "refuted"):
            return Evidence(
                "undecided", reason=f"the checker did not accept the certificate: {checked.reason}"
            )
        staged.publish()
    finally:
        staged.discard()
    return Evidence.checked(outcome.verdict.value, checked, document, file)
