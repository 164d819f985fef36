"""Slope forms against evaluation, and their exact and rounded versions against each other."""

from __future__ import annotations

import time
from fractions import Fraction

import numpy as np
import pytest

from invexproof.expressions.evaluation import numpy_function
from invexproof.networks.builder import Builder
from invexproof.networks.errors import NetworkError
from invexproof.networks.evaluation import jacobian, output, slopes
from invexproof.networks.formulas import network_of_formulas
from invexproof.networks.network import Network
from invexproof.networks.samples import deep_residual, gradient_block, mlp, residual_block, unet_block
from invexproof.networks.slope_form import float_slope_form, slope_form

RNG = np.random.default_rng(4)


def by_rows() -> Network:
    """Linear maps of the last axis, several functions, and units that feed units through gathers."""
    b = Builder()
    x = b.gather(b.input([2, 3]), [[0, 1, 2], [3, 4, 5], [2, 1, 0]])
    h = b.pointwise(b.linear(x, RNG.integers(-3, 4, (2, 3)), [1, "1/3"]), ["tanh", "sin(x)", "gelu"] * 2)
    mixed = b.gather([h, x], [[0, 4, -1], [5, 9, 1], [6, 2, 3]])
    k = b.pointwise(b.linear(mixed, RNG.integers(-3, 4, (3, 3))), "x^2/8")
    return b.finish(b.add(b.add(b.linear(k, [["1/2", 1, 0]] * 3, [1, 2, 3]), x), x))


NETWORKS = {
    "mlp": mlp([3, 4, 4, 2]),
    "residual": residual_block(3, 5, "relu"),
    "gradient": gradient_block(3, 4),
    "deep": deep_residual(3, 4, 3, "gelu"),
    "unet": unet_block(1, 4, 2),
    "rows": by_rows(),
    "affine": mlp([3, 2]),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_the_equations_hold(name: str) -> None:
    network = NETWORKS[name]
    form = float_slope_form(network)
    n, h, k = network.inputs, len(form.functions), network.outputs
    shapes = [m.shape for m in (form.A, form.B, form.C, form.E, form.a, form.c)]
    assert shapes == [(h, n), (h, h), (k, n), (k, h), (h,), (k,)]
    assert not np.triu(form.B).any()
    x = RNG.normal(size=n)
    units = np.zeros(h)
    for j in range(h):
        z = form.A[j] @ x + form.B[j] @ units + form.a[j]
        units[j] = numpy_function(network.functions[form.functions[j]])(z)
    np.testing.assert_allclose(form.C @ x + form.E @ units + form.c, output(network, x), atol=1e-11)
    by_node = slopes(network, x)
    d = np.array([by_node[node].ravel()[entry] for node, entry in form.places])
    inner = np.linalg.solve(np.eye(h) - d[:, None] * form.B, d[:, None] * form.A)
    np.testing.assert_allclose(form.C + form.E @ inner, jacobian(network, x), atol=1e-10)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_exact_form_rounds_to_the_other(name: str) -> None:
    exact, near = slope_form(NETWORKS[name]), float_slope_form(NETWORKS[name])
    for field in "ABCEac":
        entries = getattr(exact, field)
        assert entries.shape == getattr(near, field).shape
        assert all(isinstance(v, Fraction) for v in entries.ravel().tolist())
        np.testing.assert_allclose(entries.astype(float), getattr(near, field), atol=1e-14)
    assert (exact.functions, exact.places) == (near.functions, near.places)
    assert exact.shallow == near.shallow == (name in ("residual", "gradient", "affine"))


def test_an_exact_residual_block_by_hand() -> None:
    b = Builder()
    x = b.input(2)
    h = b.pointwise(b.linear(x, [[1, "1/3"]], ["1/7"]), "tanh")
    form = slope_form(b.finish(b.add(x, b.linear(h, [[2], ["-1/5"]], [0, 1]))))
    assert form.A.tolist() == [[1, Fraction(1, 3)]]
    assert form.B.tolist() == [[0]]
    assert form.C.tolist() == [[1, 0], [0, 1]]
    assert form.E.tolist() == [[2], [Fraction(-1, 5)]]
    assert (form.a.tolist(), form.c.tolist()) == ([Fraction(1, 7)], [0, 1])
    assert (form.functions, form.places) == ((0,), ((2, 0),))


@pytest.mark.parametrize(
    ("network", "name"),
    [(network_of_formulas("x1*x2"), "formulas"), (network_of_formulas("sin(x1), x2"), "formulas")],
)
def test_other_nodes_are_named(network: Network, name: str) -> None:
    for function in (slope_form, float_slope_form):
        with pytest.raises(NetworkError, match=rf"node 1 \({name}\) is neither affine nor pointwise"):
            function(network)


def test_large_networks_in_floating_point() -> None:
    deep, wide = deep_residual(64, 64, 20, norm=0.5), residual_block(512, 512, norm=0.5)
    start = time.perf_counter()
    float_slope_form(deep)
    float_slope_form(wide)
    assert time.perf_counter() - start < 3
