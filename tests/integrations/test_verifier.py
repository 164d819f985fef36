"""The verifier in the library's own form: certificates that rest on files, refutations, and silence otherwise."""

# ruff: noqa: E402

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

invexapi = pytest.importorskip("invexapi")
torch = pytest.importorskip("torch")

from invexcheck import check
from invexproof.integrations.invexapi import InvexproofVerifier, ReadingError
from invexproof.integrations.invexapi.counterexamples import declared_rank


@pytest.fixture(scope="module")
def verifier(tmp_path_factory: pytest.TempPathFactory) -> InvexproofVerifier:
    return InvexproofVerifier(tmp_path_factory.mktemp("certificates") / "made-when-needed")


def file_of(verifier: InvexproofVerifier, source: str) -> Path:
    """The file that a source names by its digest."""
    digest = source.removeprefix("invexproof:")
    (found,) = [f for f in verifier.folder.iterdir() if hashlib.sha256(f.read_bytes()).hexdigest() == digest]
    return found


def test_it_has_the_form_of_the_librarys_verifiers(verifier: InvexproofVerifier) -> None:
    as_the_library_has_it: invexapi.Verifier = verifier
    assert as_the_library_has_it.check(invexapi.CauchyLoss(), "convex") is None


def test_a_proved_property_gets_a_certificate_that_names_an_accepted_file(
    verifier: InvexproofVerifier,
) -> None:
    certificate = verifier.check(invexapi.WelschLoss(delta=0.7), "invex")
    assert isinstance(certificate, invexapi.Certificate)
    assert certificate.status == "verified"
    checked = check(file_of(verifier, certificate.source))
    assert checked.verified is not None
    assert checked.verified.kind == "activation.invex"
    assert not checked.verified.negated


def test_admissible_lists_a_certificate_for_each_claim_and_the_rules_pass_it_on(
    verifier: InvexproofVerifier,
) -> None:
    penalty = invexapi.LLqPenalty(lamb=0.1, q=0.3, beta=1.7)
    assert penalty.invex.status == "assumed"
    certificate = verifier.check(penalty, "admissible")
    assert certificate.source == "invexproof:admissible"
    assert len(certificate.derived_from) == 4
    for part in certificate.derived_from:
        assert part.status == "verified"
        assert check(file_of(verifier, part.source)).status == "VALID"
    penalty._certify("admissible", certificate)
    assert penalty.invex.status == "verified"
    both = invexapi.Sum(penalty, invexapi.CauchyLoss())
    assert both.invex.status == "assumed"


@pytest.mark.parametrize(
    ("build", "property_name", "verdict"),
    [
        (lambda: invexapi.TikhonovPenalty(0.1), "convex", "proved"),
        (lambda: invexapi.TikhonovPenalty(0.1), "quasi_convex", "proved"),
        (lambda: invexapi.TikhonovPenalty(0.1), "differentiable", "proved"),
        (lambda: invexapi.LogPenalty(0.1, 1.7), "invex", "proved"),
        (lambda: invexapi.LogPenalty(0.1, 1.7), "convex", "refuted"),
        (lambda: invexapi.LogPenalty(0.1, 1.7), "quasi_convex", "not checked"),
        (lambda: invexapi.LogPenalty(0.1, 1.7), "quasi_invex", "proved"),
        (lambda: invexapi.LogPenalty(0.1, 1.7), "differentiable", "not checked"),
        (lambda: invexapi.QuasinormInvexPenalty(0.1, 0.3), "invex", "proved"),
        (lambda: invexapi.LogMinusRationalPenalty(0.1, 1.3), "admissible", "proved"),
        (lambda: invexapi.AdaptiveRobustLoss(0.3, 0.7), "admissible", "proved"),
        (lambda: invexapi.AdaptiveRobustLoss(4.0), "admissible", "refuted"),
        (lambda: invexapi.AdaptiveRobustLoss(float("-inf")), "invex", "proved"),
        (lambda: invexapi.Sum(invexapi.L1Penalty(0.5), invexapi.CauchyLoss()), "invex", "proved"),
        (lambda: invexapi.Sum(invexapi.L1Penalty(0.5), invexapi.CauchyLoss()), "admissible", "not checked"),
        (lambda: invexapi.PSDTracePenalty(0.1), "convex", "not checked"),
        (declared_rank, "invex", "refuted"),
    ],
)
def test_verdicts(verifier: InvexproofVerifier, build: Any, property_name: str, verdict: str) -> None:
    assert verifier.decide(build(), property_name).verdict == verdict


def test_a_refuted_property_gets_no_certificate_but_a_refutation(verifier: InvexproofVerifier) -> None:
    wrong = declared_rank()
    assert wrong.invex is not None
    assert verifier.check(wrong, "invex") is None
    refutation = verifier.refute(wrong, "invex")
    assert refutation is not None
    assert "not invex" in refutation.statements[0]
    (source,) = refutation.sources
    assert file_of(verifier, source) == refutation.files[0]
    checked = check(refutation.files[0])
    assert checked.verified is not None
    assert checked.verified.negated


def test_attributes_are_read_as_they_are_now(verifier: InvexproofVerifier) -> None:
    penalty = invexapi.LogMinusRationalPenalty(lamb=1.0)
    assert verifier.check(penalty, "invex") is not None
    penalty.beta = 0.5
    assert penalty.invex is not None
    assert verifier.check(penalty, "invex") is None


def test_what_cannot_be_decided_gets_nothing(verifier: InvexproofVerifier) -> None:
    hasty = InvexproofVerifier(verifier.folder / "hasty", timeout=0.001)
    assert hasty.check(invexapi.LogPenalty(0.1, 1.7), "invex") is None
    assert hasty.refute(invexapi.LogPenalty(0.1, 1.7), "invex") is None
    assert verifier.check(object(), "invex") is None


def test_an_object_that_computes_something_else_is_not_certified(
    verifier: InvexproofVerifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invexapi.CauchyLoss, "_s", lambda self, x: torch.sin(x))
    with pytest.raises(ReadingError, match="CauchyLoss gives"):
        verifier.check(invexapi.CauchyLoss(), "invex")


def test_unknown_properties_are_errors(verifier: InvexproofVerifier) -> None:
    with pytest.raises(ReadingError, match="there are invex"):
        verifier.check(invexapi.CauchyLoss(), "smooth")
