"""The lemmas on particular step sizes against Hessians of small networks, computed by PyTorch in double precision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest

from invexcheck.architectures.dead_heads import DeadHead
from invexcheck.architectures.selections import extends, order_at_zero
from invexproof.architectures.losses import attach
from invexproof.architectures.reference import read_reference
from invexproof.provers.training import infer

torch = pytest.importorskip("torch", reason="PyTorch computes the Hessians")

ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "tanh": torch.tanh,
    "relu": torch.relu,
    "silu": torch.nn.functional.silu,
    "sigmoid": torch.sigmoid,
}


def mlp(sizes: Sequence[int], activation: str, bias: bool, loss: str) -> tuple[int, Callable[[Any], Any]]:
    """The number of parameters, and the loss of all of them on random data."""
    torch.manual_seed(1)
    x = torch.randn(5, sizes[0], dtype=torch.float64)
    y = torch.randn(5, sizes[-1], dtype=torch.float64)
    labels = torch.randint(sizes[-1], (5,))
    shapes = [s for m, n in pairwise(sizes) for s in ([(n, m), (n,)] if bias else [(n, m)])]

    def value(theta: Any) -> Any:
        parts, start = [], 0
        for shape in shapes:
            size = torch.Size(shape).numel()
            parts.append(theta[start : start + size].reshape(shape))
            start += size
        h, layers = x, [parts[k : k + 1 + bias] for k in range(0, len(parts), 1 + bias)]
        for k, layer in enumerate(layers):
            h = torch.nn.functional.linear(h, *layer)
            h = ACTIVATIONS[activation](h) if k < len(layers) - 1 else h
        if loss == "mse":
            return torch.nn.functional.mse_loss(h, y)
        return torch.nn.functional.cross_entropy(h, labels)

    return sum(torch.Size(s).numel() for s in shapes), value


def graph(sizes: Sequence[int], activation: str, bias: bool, loss: str) -> Any:
    text = f"mlp:{'x'.join(map(str, sizes))},activation={activation},bias={str(bias).lower()},batch=5"
    return infer(attach(read_reference(text).build(), loss).to_subject())


CASES = [
    (sizes, activation, bias, loss)
    for sizes in ([2, 3, 2], [2, 3, 2, 2], [2, 2, 2, 2, 2])
    for activation in ACTIVATIONS
    for bias in (False, True)
    for loss in ("mse", "cross-entropy")
]


@pytest.mark.parametrize(("sizes", "activation", "bias", "loss"), CASES)
def test_the_order_at_zero_bounds_the_hessian_there(
    sizes: list[int], activation: str, bias: bool, loss: str
) -> None:
    """Near 0 the loss differs from that at 0 by no more than its order allows; three layers without biases are flat."""
    count, value = mlp(sizes, activation, bias, loss)
    order = order_at_zero(graph(sizes, activation, bias, loss))
    flat = activation != "sigmoid" and not bias
    assert order == (len(sizes) - 1 if flat else 1)
    for _ in range(5):
        direction = torch.randn(count, dtype=torch.float64)
        change = abs(value(1e-4 * direction) - value(0 * direction))
        assert change <= 1e-4 ** (order - 0.2) * 1e3


@pytest.mark.parametrize("activation", ["tanh", "relu", "silu"])
@pytest.mark.parametrize("loss", ["mse", "cross-entropy"])
def test_no_step_size_is_bad_for_flat_points(activation: str, loss: str) -> None:
    """No eigenvalue of the Hessian is shared by all points: none stays when the parameters shrink."""
    sizes = [2, 3, 2, 2]
    assert extends(graph(sizes, activation, False, loss))
    count, value = mlp(sizes, activation, False, loss)
    for scale in (1.0, 1e-2, 1e-4):
        hessian = torch.autograd.functional.hessian(value, scale * torch.randn(count, dtype=torch.float64))
        largest = torch.linalg.eigvalsh(hessian).abs().max()
        assert largest <= 50 * max(scale, scale**2)


@pytest.mark.parametrize("outputs", [1, 2, 3])
def test_dead_units_collapse_at_the_step_size_that_is_named(outputs: int) -> None:
    """On an open set of parameters with dead last units, the named step leads to one bias from everywhere."""
    sizes = [2, 3, 4, outputs]
    head = DeadHead(graph(sizes, "relu", True, "mse"))
    assert head.dies()
    eta = Fraction(int((1 / head.curvature()).p), int((1 / head.curvature()).q))
    assert eta == Fraction(outputs, 2)
    count, value = mlp(sizes, "relu", True, "mse")
    reached = []
    for _ in range(4):
        theta = torch.randn(count, dtype=torch.float64)
        theta[9 + 12 : 9 + 16] = -50.0  # biases of the last hidden layer
        theta.requires_grad_()
        (gradient,) = torch.autograd.grad(value(theta), theta)
        reached.append((theta - float(eta) * gradient)[-outputs:].detach())
    for last in reached[1:]:
        assert torch.allclose(last, reached[0], atol=1e-12)


def test_the_named_step_size_is_the_eigenvalue_of_the_dead_region() -> None:
    count, value = mlp([2, 3, 4, 3], "relu", True, "mse")
    theta = torch.randn(count, dtype=torch.float64)
    theta[9 + 12 : 9 + 16] = -50.0
    eigenvalues = torch.linalg.eigvalsh(torch.autograd.functional.hessian(value, theta))
    assert torch.allclose(eigenvalues[-3:], torch.full((3,), 2 / 3, dtype=torch.float64))
    assert eigenvalues[:-3].abs().max() < 1e-12


def test_leaky_units_do_not_die() -> None:
    text = "mlp:2x3x4x1,activation=leaky_relu,batch=5"
    assert not DeadHead(infer(attach(read_reference(text).build(), "mse").to_subject())).dies()
