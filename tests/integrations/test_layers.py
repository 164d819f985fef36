"""Layers with their weights: what the verifier says of them, and of whom it needs to know the shape."""

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
from invexproof.integrations.invexapi.counterexamples import layer, negative_silu
from invexproof.integrations.invexapi.sample_layers import (
    SAMPLES,
    SampleLayer,
    square_convolution,
    two_hidden_units,
)

SINGULAR = {
    "singular-square-layer",
    "default-initialisation",
    "more-outputs-than-inputs",
    "first-layer-of-the-example",
    "widening-convolution",
}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_the_samples_are_marked_and_decided(sample: SampleLayer, tmp_path: Path) -> None:
    built = sample.build()
    assert built.invex is not None
    verifier = InvexproofVerifier(tmp_path, input_shape=sample.input_shape)
    certificate = verifier.check(built, "invex")
    assert (certificate is None) == (sample.name in SINGULAR)
    (file,) = tmp_path.iterdir()
    checked = check(file)
    assert checked.verified is not None
    assert checked.verified.kind == "map.jacobian-nonsingular"
    if certificate is not None:
        assert certificate.status == "verified"
        assert certificate.source == f"invexproof:{hashlib.sha256(file.read_bytes()).hexdigest()}"
    else:
        refutation = verifier.refute(built, "invex")
        assert refutation is not None
        assert refutation.files == (file,)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_numbers_agree_about_the_rank(sample: SampleLayer) -> None:
    """Proved: no small singular value at random points. Refuted: one at 0, or a determinant of both signs."""
    built = sample.build().double()
    torch.manual_seed(0)
    least, signs = [], set()
    for point in [torch.zeros(1, *sample.input_shape), *3 * torch.randn(20, 1, *sample.input_shape)]:
        jacobian = torch.func.jacrev(built)(point.double()).detach()
        matrix = jacobian.reshape(-1, point.numel())
        least.append(float(torch.linalg.svdvals(matrix).min()) if len(matrix) <= point.numel() else 0.0)
        if len(matrix) == point.numel():
            signs.add(float(torch.linalg.det(matrix)) > 0)
    assert (min(least) < 1e-12 or len(signs) == 2) == (sample.name in SINGULAR)


def test_a_layer_of_one_variable_is_decided_as_a_function(tmp_path: Path) -> None:
    verifier = InvexproofVerifier(tmp_path)
    assert verifier.check(layer([[1]], [0], [[1]], [0], torch.nn.functional.silu), "invex") is not None
    refutation = verifier.refute(negative_silu(), "invex")
    assert refutation is not None
    assert "not invex" in refutation.statements[0]


def test_with_one_output_full_rank_is_not_needed(tmp_path: Path) -> None:
    """x1 -> x1^2, of two inputs, has a stationary line, and is invex all the same; its negative is not."""
    verifier = InvexproofVerifier(tmp_path)
    upward = layer([[1, 0]], [0], [[1]], [0], torch.square)
    downward = layer([[1, 0]], [0], [[-1]], [0], torch.square)
    assert verifier.check(upward, "invex") is None
    assert verifier.refute(upward, "invex") is None
    refutation = verifier.refute(downward, "invex")
    assert refutation is not None
    assert "composition" in refutation.files[0].name


def test_a_convolution_needs_the_shape_of_its_input(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match="shape of the input"):
        InvexproofVerifier(tmp_path).check(square_convolution(), "invex")


def test_layers_are_only_ever_marked_invex(tmp_path: Path) -> None:
    built: Any = two_hidden_units()
    assert InvexproofVerifier(tmp_path).decide(built, "convex").verdict == "not checked"
