"""Reference networks: reproducible, exact, and of the structure that they promise."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from invexproof.networks.samples import (
    SAMPLES,
    deep_residual,
    gradient_block,
    residual_block,
    transformer_block,
    unet_block,
)
from invexproof.networks.slope_form import slope_form


@pytest.mark.parametrize("name", SAMPLES)
def test_weights_are_seeded_dyadic_and_short(name: str) -> None:
    network = SAMPLES[name]()
    assert network == SAMPLES[name]()
    for tensor in network.tensors.values():
        for value in tensor.fractions().ravel().tolist():
            assert value.denominator & (value.denominator - 1) == 0
            assert abs(value.numerator) <= 128


def test_seeds_differ() -> None:
    assert residual_block(3, 3, seed=1) != residual_block(3, 3, seed=2)


def test_gradient_blocks_are_symmetric() -> None:
    form = slope_form(gradient_block(3, 5, seed=7))
    p = [
        c / a
        for row, column in zip(form.A, form.E.T, strict=True)
        for a, c in zip(row, column, strict=True)
        if a
    ]
    assert all(v in (Fraction(1, 2), 1, 2) for v in p)
    for row, column in zip(form.A, form.E.T, strict=True):
        assert len({c / a for a, c in zip(row, column, strict=True) if a}) == 1
    assert not form.C.any()
    assert not form.c.any()


def test_norms_are_bounded() -> None:
    for depth, norm in ((1, 0.9), (3, 0.25)):
        network = deep_residual(6, 8, depth, norm=norm)
        for k in range(depth):
            inner, outer = (network.tensors[f"block{k}.{part}.weight"].array for part in ("inner", "outer"))
            product = np.linalg.norm(inner, 2) * np.linalg.norm(outer, 2)
            assert norm / 4 < product < norm
    for network in (transformer_block(norm=0.5), unet_block(norm=0.5)):
        for name, tensor in network.tensors.items():
            if name.endswith("weight") and "norm" not in name:
                assert 0.25 < np.linalg.norm(tensor.array, 2) < 0.5


def test_shapes() -> None:
    network = unet_block(channels=2, size=6, features=3)
    assert network.inputs == network.outputs == 72
    network = transformer_block(tokens=2, width=6, heads=3, hidden=5)
    assert network.shapes[0] == network.shapes[-1] == (2, 6)
