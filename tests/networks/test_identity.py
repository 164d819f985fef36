"""Networks are the same whatever their tensors are called and however they are spelt; YAML is written as it is read."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from invexproof.networks.builder import Builder
from invexproof.networks.errors import NetworkError
from invexproof.networks.identity import fingerprint, same_network
from invexproof.networks.losses import with_loss
from invexproof.networks.network import Network
from invexproof.networks.samples import SAMPLES
from invexproof.networks.tensors import Tensor
from invexproof.networks.yaml_files import network_of_yaml
from invexproof.networks.yaml_writing import write_yaml


def layer(weights: object, activation: str = "tanh", name: str = "") -> Network:
    b = Builder()
    return b.finish(b.pointwise(b.linear(b.input(2), weights, [0, 1], name=name), activation))


def test_spelling_and_names_make_no_difference() -> None:
    exact = layer([["1/2", "-3/4"], [0, 1]])
    for weights in (
        np.array([[0.5, -0.75], [0, 1]]),
        np.array([[0.5, -0.75], [0, 1]], dtype=np.float32),
        [[Fraction(1, 2), Fraction(-3, 4)], [0, 1]],
    ):
        assert same_network(layer(weights, name="block.0"), exact)


@pytest.mark.parametrize(
    "other",
    [
        layer([["1/2", "-3/4"], [0, 2]]),
        layer([["1/2", "-3/4"], [0, 1]], "atan"),
        layer([["1/2", 0], ["-3/4", 1]]),
    ],
)
def test_what_is_computed_makes_one(other: Network) -> None:
    assert not same_network(other, layer([["1/2", "-3/4"], [0, 1]]))


def test_floats_that_differ_in_the_last_bit_differ() -> None:
    near = np.nextafter(0.1, 1)
    assert not same_network(layer([[0.1, 0.0], [0.0, 1.0]]), layer([[near, 0.0], [0.0, 1.0]]))
    assert not same_network(layer([[0.1, 0.0], [0.0, 1.0]]), layer([["1/10", 0], [0, 1]]))


def test_tied_free_weights_are_not_two() -> None:
    def chain(second: Tensor, first: Tensor) -> Network:
        b = Builder()
        return b.finish(b.linear(b.pointwise(b.linear(b.input(2), first), "tanh"), second))

    w, v = Tensor.unknown([2, 2]), Tensor.unknown([2, 2])
    assert same_network(chain(w, w), chain(v, v))
    assert not same_network(chain(w, v), chain(w, w))


def test_a_loss_counts_if_it_is_wanted() -> None:
    plain = layer([[1, 0], [0, 1]])
    mse, huber = (with_loss(plain, text)[0] for text in ("mse", "huber:1"))
    assert same_network(mse, plain)
    assert not same_network(plain, mse)
    assert not same_network(mse, huber)
    assert not same_network(with_loss(plain, "cross-entropy:0")[0], with_loss(plain, "cross-entropy:1")[0])


def test_functions_that_are_listed_twice_or_in_another_order() -> None:
    network = network_of_yaml("network: [{linear: [[1]]}, tanh, {linear: [[2]]}, atan]")
    swapped = replace(
        network,
        nodes=tuple((*n[:2], 1 - n[2]) if n[0] == "pointwise" else n for n in network.nodes),
        functions=network.functions[::-1],
    )
    assert fingerprint(swapped) == fingerprint(network)


@pytest.mark.parametrize("name", ["mlp", "residual", "gradient", "deep-residual"])
def test_written_yaml_is_read_as_the_same_network(name: str) -> None:
    network = SAMPLES[name]()
    assert same_network(network_of_yaml(write_yaml(network)), network)


@pytest.mark.parametrize(
    "text",
    [
        "formulas: x1 + x2^2, x2",
        "input: [2, 3]\nnetwork: [{layernorm: {gamma: [1, 2, 1/3], eps: 1/1000}}]",
        "input: 2\nnetwork: [{product: [[tanh], [{linear: [[1, 1], [0, 1]]}]]}, {sum: [[atan], [tanh]]}]",
        "network: [{linear: {free: [2, 2]}}, {activation: [tanh, x]}]\nloss: {separable: abs(x)}",
        "network: [{linear: [[1], [2]]}]\nloss: {cross-entropy: [1/3, 2/3]}",
        "input: 1\nnetwork: [{residual: [tanh, {residual: [atan]}]}, {residual: [{scale: 1/2}]}]",
    ],
)
def test_yaml_of_all_kinds_of_layers(text: str) -> None:
    network = network_of_yaml(text)
    assert network_of_yaml(write_yaml(network)).to_subject() == network.to_subject()


@pytest.mark.parametrize("name", ["unet", "transformer"])
def test_what_yaml_cannot_express_is_said(name: str) -> None:
    with pytest.raises(NetworkError, match="cannot be written as YAML"):
        write_yaml(SAMPLES[name]())


def test_tied_weights_cannot_be_written() -> None:
    with pytest.raises(NetworkError, match="cannot be written as YAML"):
        write_yaml(network_of_yaml("network: [{linear: &w {free: [2, 2]}}, tanh, {linear: *w}]"))
