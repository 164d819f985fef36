"""Layers with weights, whose mark is decided by their Jacobian."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from invexproof.integrations.invexapi.counterexamples import (
    layer,
    more_outputs_than_inputs,
    singular_square_layer,
)


@dataclass(frozen=True)
class SampleLayer:
    """A layer of the library, the shape of one input, and why it was chosen.

    loss: functions of x, one for each output, each without a stationary point, whose sum is an invex loss; where the
    layer is not what it is marked to be, the loss of the layer is not invex in the input.
    """

    name: str
    build: Callable[[], Any]
    input_shape: tuple[int, ...]
    text: str
    loss: tuple[str, ...] = ()


def two_hidden_units() -> Any:
    """Two inputs, two hidden units, two outputs, invertible weights."""
    import torch

    return layer([[1, 0.5], [0, 1]], [0, 1], [[1, 0], [-0.5, 1]], [0, 0], torch.tanh)


def three_hidden_units() -> Any:
    """Weights for which all products of minors are positive."""
    import torch

    return layer([[1, 0], [0, 1], [1, 1]], [0, 1, 0], [[1, 0, 1], [0, 1, 1]], [0, 0], torch.tanh)


def transposed_weights() -> Any:
    """A2 = A1^T diag(1, 2, 3, 4): the gradient of a convex function, for every activation with positive slope."""
    import torch

    first = [[1, 0], [0, 1], [1, -1], [2, 1]]
    second = [[1, 0, 3, 8], [0, 2, -3, 4]]
    return layer(first, [0, 1, 0, -1], second, [0, 0], torch.nn.functional.softplus)


def two_square_layers() -> Any:
    """Two square layers, one after the other, with different activations."""
    import torch
    from invexapi.nn import ixSequential

    return ixSequential(
        two_hidden_units(), layer([[1, 0], [1, 1]], [0, 0], [[2, 1], [0, 1]], [1, 0], torch.sigmoid)
    )


def square_convolution() -> Any:
    """Two channels, kernels of size 1: the same square layer at every place of the image."""
    import torch
    from invexapi.nn import ixConv2d

    built = ixConv2d(2, 2, 2, 1, torch.tanh).double()
    weights = ([[1, 0.5], [0, 1]], [0, 1], [[1, 0], [-0.5, 1]], [0, 0])
    with torch.no_grad():
        for parameter, weight in zip(built.parameters(), weights, strict=True):
            parameter.copy_(torch.tensor(weight, dtype=torch.float64).reshape(parameter.shape))
    return built


def widening_convolution() -> Any:
    """Three channels to five; what the weights are does not matter."""
    import torch
    from invexapi.nn import ixConv2d

    built = ixConv2d(3, 8, 5, 3, torch.tanh, padding=1).double()
    with torch.no_grad():
        for parameter in built.parameters():
            parameter.fill_(0.25)
    return built


def default_initialisation() -> Any:
    """Two inputs, four hidden units, two outputs, as PyTorch initialises them with seed 0."""
    import torch
    from invexapi.nn import ixLinear

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return ixLinear(2, 4, 2, torch.nn.Tanh())


def first_layer_of_the_example() -> Any:
    """The sizes of the first layer in the library's own example of a network; its weights do not matter."""
    import torch
    from invexapi.nn import ixLinear

    built = ixLinear(2, 32, 16, torch.nn.Tanh())
    with torch.no_grad():
        for parameter in built.parameters():
            parameter.fill_(0.25)
    return built


SAMPLES: Final = (
    SampleLayer("two-hidden-units", two_hidden_units, (2,), "invertible weights, as many hidden units as inputs"),
    SampleLayer("three-hidden-units", three_hidden_units, (2,), "all products of minors have one sign"),
    SampleLayer("transposed-weights", transposed_weights, (2,), "A₂ = A₁ᵀ·diag(p) with p > 0"),
    SampleLayer("two-square-layers", two_square_layers, (2,), "a composition of two such layers"),
    SampleLayer("square-convolution", square_convolution, (2, 2, 2), "kernels of size 1, invertible weights"),
    SampleLayer(
        "singular-square-layer", singular_square_layer, (2,), "weights of full rank, products of both signs",
        ("-x", "-x"),
    ),
    SampleLayer(
        "default-initialisation", default_initialisation, (2,), "four hidden units, as initialised with seed 0"
    ),
    SampleLayer("more-outputs-than-inputs", more_outputs_than_inputs, (1,), "one input, two outputs"),
    SampleLayer(
        "first-layer-of-the-example", first_layer_of_the_example, (2,),
        "the sizes of the library's own example: two inputs, sixteen outputs",
    ),
    SampleLayer("widening-convolution", widening_convolution, (3, 2, 2), "three channels in, five out"),
)  # fmt: skip
"""The layers that the audit decides."""
