"""Values and Jacobians: against finite differences, PyTorch, and exact arithmetic."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invexproof.expressions.parser import parse
from invexproof.networks.builder import Builder
from invexproof.networks.errors import NetworkError
from invexproof.networks.evaluation import jacobian, output, slopes, values
from invexproof.networks.exact_evaluation import exact_jacobian, exact_values
from invexproof.networks.formulas import network_of_formulas
from invexproof.networks.network import Network, Tensor
from invexproof.networks.samples import SAMPLES, mlp, residual_block, transformer_block, unet_block
from tests.networks.oracles import apply, difference_jacobian

RNG = np.random.default_rng(2)


def everything() -> Network:
    """Every operation in one network, smooth except for the maximum."""
    b = Builder()
    x = b.input([3, 4])
    y = b.linear(x, RNG.normal(size=(4, 4)), RNG.normal(size=4))
    y = b.pointwise(y, ["tanh", "sin(x)", "x^2", "gelu"] * 3)
    y = b.layernorm(b.add(x, y), RNG.normal(size=4), RNG.normal(size=4), eps="1/100")
    y = b.attention(b.select(b.reshape(y, [1, 3, 4]), 0), x, y, heads=2, causal=True)
    y = b.product(y, b.rearrange(x, lambda a: a[::-1]))
    top = b.maximum(y)
    y = b.concat([b.flatten(y), top, b.gather(x, [-1, 5])])
    names = ["x1", "x5", "x17"]
    return b.finish(
        b.formulas(y, [parse(t, names) for t in ("x1*exp(x5)", "x17^2 - x1", "x5 + 1", "x5 + 1")])
    )


@pytest.mark.parametrize("name", [*SAMPLES, "everything"])
def test_jacobians_are_limits_of_difference_quotients(name: str) -> None:
    network = everything() if name == "everything" else SAMPLES[name]()
    x = RNG.normal(size=network.inputs)
    expected = difference_jacobian(lambda t: output(network, t), x)
    np.testing.assert_allclose(jacobian(network, x), expected, atol=2e-7)


@pytest.mark.parametrize("name", [*SAMPLES, "everything"])
def test_many_points_at_once(name: str) -> None:
    network = everything() if name == "everything" else SAMPLES[name]()
    points = RNG.normal(size=(2, 3, network.inputs))
    single = [[jacobian(network, x) for x in row] for row in points]
    np.testing.assert_allclose(jacobian(network, points), single, atol=1e-12)
    for together, shape in zip(values(network, points), network.shapes, strict=True):
        assert together.shape == (2, 3, *shape)
    np.testing.assert_allclose(
        output(network, points), [[output(network, x) for x in row] for row in points], atol=1e-12
    )


@pytest.mark.parametrize("causal", [False, True])
def test_a_transformer_block_is_that_of_pytorch(causal: bool) -> None:
    torch = pytest.importorskip("torch")
    network = transformer_block(4, 6, 3, 10, causal=causal, seed=3)
    t = {name: torch.tensor(tensor.array) for name, tensor in network.tensors.items()}
    f = torch.nn.functional

    def block(flat: torch.Tensor) -> torch.Tensor:
        x = flat.reshape(4, 6)
        h = f.layer_norm(x, [6], t["norm1.weight"], t["norm1.bias"], 1 / 1024)
        q, k, v = (f.linear(h, t[f"{n}.weight"], t[f"{n}.bias"]) for n in ("query", "key", "value"))
        q, k, v = (u.reshape(4, 3, 2).transpose(0, 1) for u in (q, k, v))
        mixed = f.scaled_dot_product_attention(q, k, v, is_causal=causal).transpose(0, 1).reshape(4, 6)
        y = x + f.linear(mixed, t["project.weight"], t["project.bias"])
        h = f.layer_norm(y, [6], t["norm2.weight"], t["norm2.bias"], 1 / 1024)
        inner = f.gelu(f.linear(h, t["inner.weight"], t["inner.bias"]))
        return (y + f.linear(inner, t["outer.weight"], t["outer.bias"])).reshape(-1)

    x = RNG.normal(size=24)
    np.testing.assert_allclose(output(network, x), block(torch.tensor(x)).numpy(), atol=1e-12)
    expected = torch.autograd.functional.jacobian(block, torch.tensor(x)).numpy()
    np.testing.assert_allclose(jacobian(network, x), expected, atol=1e-11)


def test_a_unet_block_is_that_of_pytorch() -> None:
    torch = pytest.importorskip("torch")
    network = unet_block(2, 6, 3, seed=1)
    f = torch.nn.functional
    kernels = {"enter": (3, 2), "down": (6, 3), "leave": (2, 9)}
    w = {n: torch.tensor(network.tensors[f"{n}.weight"].array).reshape(*s, 3, 3) for n, s in kernels.items()}
    b = {n: torch.tensor(network.tensors[f"{n}.bias"].array) for n in kernels}

    def block(flat: torch.Tensor) -> torch.Tensor:
        x = flat.reshape(1, 2, 6, 6)
        skip = f.silu(f.conv2d(x, w["enter"], b["enter"], padding=1))
        down = f.silu(f.conv2d(skip, w["down"], b["down"], stride=2, padding=1))
        joined = torch.cat([f.interpolate(down, scale_factor=2), skip], 1)
        return (x + f.conv2d(joined, w["leave"], b["leave"], padding=1)).reshape(-1)

    x = RNG.normal(size=72)
    np.testing.assert_allclose(output(network, x), block(torch.tensor(x)).numpy(), atol=1e-12)
    expected = torch.autograd.functional.jacobian(block, torch.tensor(x)).numpy()
    np.testing.assert_allclose(jacobian(network, x), expected, atol=1e-11)


# -- kinks ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("activation", "point", "left", "right"),
    [
        ("relu", 0, 0, 1),
        ("abs(x)", 0, -1, 1),
        ("leakyrelu", 0, Fraction(1, 100), 1),
        ("x*abs(x)", 0, 0, 0),
        ("min(max(x, -1), 1)", 1, 1, 0),
        ("min(max(x, -1), 1)", -1, 0, 1),
        ("piecewise((x, x < 1/3), (2*x - 1/3, true))", Fraction(1, 3), 1, 2),
        ("max(x, 0) + tanh(x)", 0, 1, 2),
        ("abs(x^2 - 2)", 1, -2, -2),
        ("abs(x^2 - 2)", 2, 4, 4),
        ("tanh(x)", 0, 1, 1),
    ],
)
def test_one_sided_slopes_at_kinks(activation: str, point: Fraction, left: Fraction, right: Fraction) -> None:
    b = Builder()
    network = b.finish(b.pointwise(b.input(1), activation))
    for side, expected in (("left", left), ("right", right)):
        assert exact_jacobian(network, [Fraction(point)], side)[0, 0] == expected  # type: ignore[arg-type]
        found = jacobian(network, [float(point)], side)[0, 0]  # type: ignore[arg-type]
        assert found == pytest.approx(float(expected))


def test_infinitely_many_kinks() -> None:
    b = Builder()
    network = b.finish(b.pointwise(b.input(1), "abs(sin(x))"))
    np.testing.assert_allclose(jacobian(network, [[20.0], [1.0]])[:, 0, 0], [np.cos(20), np.cos(1)])
    assert np.isnan(jacobian(network, [0.0])[0, 0])


def test_ties_take_the_first_maximum() -> None:
    b = Builder()
    network = b.finish(b.maximum(b.linear(b.input(2), [[1, 2], [2, 1], [0, 0]])))
    assert jacobian(network, [1.0, 1.0]).tolist() == [[1, 2]]
    assert exact_jacobian(network, [1, 1]).tolist() == [[1, 2]]
    assert jacobian(network, [-1.0, -1.0]).tolist() == [[0, 0]]


def test_slopes_by_node() -> None:
    network = residual_block(3, 4, "relu", seed=5)
    found = slopes(network, RNG.normal(size=(6, 3)))
    assert list(found) == [2]
    assert found[2].shape == (6, 4)
    assert set(np.unique(found[2])) <= {0.0, 1.0}


# -- exact ---------------------------------------------------------------------------------------------------

points = st.lists(st.fractions(-3, 3, max_denominator=20), min_size=3, max_size=3)


@settings(max_examples=30)
@given(points, st.integers(0, 5))
def test_exact_values_of_a_relu_network(x: list[Fraction], seed: int) -> None:
    network = mlp([3, 4, 3, 2], "relu", seed)
    parts = [network.tensors[f"layer{k}.{role}"].fractions() for k in range(3) for role in ("weight", "bias")]
    h, jacobi = x, np.array([[Fraction(int(i == j)) for j in range(3)] for i in range(3)], dtype=object)
    for k in range(3):
        weight, bias = parts[2 * k], parts[2 * k + 1].tolist()
        z = [u + v for u, v in zip(apply(weight, h), bias, strict=True)]
        jacobi = weight.dot(jacobi)
        if k < 2:
            jacobi = np.array([[Fraction(int(v >= 0))] for v in z], dtype=object) * jacobi
            z = [max(v, Fraction(0)) for v in z]
        h = z
    assert exact_values(network, x)[-1].tolist() == h
    assert exact_jacobian(network, x).tolist() == jacobi.tolist()
    floats = [float(v) for v in x]
    np.testing.assert_allclose(output(network, floats), np.array(h, dtype=float), atol=1e-12)


@settings(max_examples=30)
@given(st.lists(st.integers(-24, 24).map(lambda k: Fraction(k, 8)), min_size=4, max_size=4))
def test_exact_and_floating_point_agree_on_every_operation(x: list[Fraction]) -> None:
    # Dyadic numbers on the way to kinks and maxima, so that rounding moves none of them.
    b = Builder()
    i = b.input([2, 2])
    y = b.linear(i, [[1, "1/4"], [2, -1]], ["1/8", 0])
    y = b.pointwise(y, ["x^3 - x", "relu", "x/(1 + abs(x))", "min(x, x^2)"])
    y = b.product(b.add(y, i), i)
    y = b.concat([b.flatten(y), b.maximum(y), b.gather(i, [-1])])
    names = [f"x{k}" for k in range(1, 8)]
    network = b.finish(b.formulas(y, [parse(t, names) for t in ("x1*x2 - x7", "x5/(1 + x6^2)")]))
    floats = [float(v) for v in x]
    for exact, near in zip(exact_values(network, x), values(network, floats), strict=True):
        assert exact.shape == near.shape
        np.testing.assert_allclose(exact.astype(float), near, atol=1e-9, rtol=1e-9)
    for side in ("left", "right"):
        exact = exact_jacobian(network, x, side)  # type: ignore[arg-type]
        assert all(isinstance(v, Fraction) for v in exact.ravel().tolist())
        near = jacobian(network, floats, side)  # type: ignore[arg-type]
        np.testing.assert_allclose(exact.astype(float), near, atol=1e-9, rtol=1e-9)


def test_what_has_no_exact_value_is_named() -> None:
    network = mlp([2, 3, 1], "tanh")
    with pytest.raises(
        NetworkError, match=r"node 2 \(pointwise\): the function at .* not seen to be rational"
    ):
        exact_values(network, [1, 2])
    with pytest.raises(NetworkError, match=r"node 1 \(layernorm\) has no exact value"):
        exact_values(transformer_block(), [0] * 12)
    with pytest.raises(NetworkError, match="2 entries, 1 given"):
        exact_values(network, [1])
    with pytest.raises(NetworkError, match="2 entries along the last axis"):
        values(network, [1.0])
    with pytest.raises(NetworkError, match="2 entries along the last axis"):
        values(network, 1.0)
    with pytest.raises(NetworkError, match="derivative in x1"):
        exact_jacobian(network_of_formulas("abs(x1)"), [0])


def test_free_networks_have_no_values() -> None:
    b = Builder()
    network = b.finish(b.linear(b.input(1), Tensor.unknown([1, 1])))
    with pytest.raises(NetworkError, match="free"):
        values(network, [1.0])


def test_undefined_values_are_nan() -> None:
    network = network_of_formulas("log(x1), x1")
    assert np.isnan(output(network, [-1.0])).tolist() == [True, False]
