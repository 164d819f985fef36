"""Claims about networks: asked of the prover of maps, and answered by the checker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from invexcheck.supervise import Supervisor
from invexcheck.verdict import Verdict as Checked
from invexproof.certificates import certificate_bytes, provenance, stage, with_provenance
from invexproof.certificates.builder import Document
from invexproof.expressions.parser import parse
from invexproof.integrations.invexapi.evidence import Evidence
from invexproof.integrations.invexapi.layers import COMPOSITION
from invexproof.networks.network import Network
from invexproof.provers.outcome import Outcome, Verdict


def with_loss(network: Network, loss: Sequence[str]) -> Network:
    """The network with the sum of these functions of x, one for each output, as its loss."""
    functions = [parse(text) for text in loss]
    different = tuple(dict.fromkeys(functions))
    numbers = {f: k for k, f in enumerate(different, len(network.functions))}
    return network.with_loss(("separable", tuple(numbers[f] for f in functions)), different)


def prove_network(kind: str, network: Network, timeout: float) -> Outcome:
    """What the prover finds; nothing is checked yet."""
    from invexproof.provers.maps import prove_composition, prove_map

    if kind == COMPOSITION:
        return prove_composition(network, timeout=timeout)
    return prove_map(network, kind, timeout=timeout)


def accepted(outcome: Outcome, kind: str, checker: Supervisor, file: Path | None = None) -> Evidence:
    """The answer after the checker has read the certificate, in the file if there is one; undecided if it rejects."""
    if outcome.document is None:
        return Evidence(outcome.verdict.value, reason=outcome.reason)
    document = with_provenance(outcome.document, provenance({}, 0.0))
    data = certificate_bytes(document)
    if file is None:
        return _judged(outcome, kind, checker.check(data), document)
    staged = stage(file, data)
    try:
        evidence = _judged(outcome, kind, checker.check(staged.part or data), document)
        return replace(evidence, file=staged.publish()) if evidence.document is not None else evidence
    finally:
        staged.discard()


def _judged(outcome: Outcome, kind: str, checked: Checked, document: Document) -> Evidence:
    verified = checked.verified
    if verified is None or (verified.kind, verified.negated) != (kind, outcome.verdict is Verdict.REFUTED):
        return Evidence("undecided", reason=f"the checker did not accept the certificate: {checked.reason}")
    return Evidence.checked(outcome.verdict.value, checked, document)
