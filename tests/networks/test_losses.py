"""Losses by name compute what their textbooks say, and regions are read as written."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from invexproof.expressions.evaluation import numpy_function
from invexproof.networks.errors import NetworkError
from invexproof.networks.formulas import network_of_formulas
from invexproof.networks.losses import LOSSES, LossError, own_loss, read_loss, with_loss, without_loss
from invexproof.networks.network import Network
from invexproof.networks.regions import read_region, region_json, region_text
from invexproof.networks.yaml_files import network_of_yaml

POINTS = [-3.0, -1.0, -0.25, 0.0, 0.5, 1.0, 2.5]


def value(text: str, z: list[float]) -> float:
    loss = read_loss(text, len(z))
    return sum(float(numpy_function(f)(v)) for f, v in zip(loss.functions, z, strict=True))


def huber(u: float, delta: float) -> float:
    return u * u / 2 if abs(u) <= delta else delta * (abs(u) - delta / 2)


@pytest.mark.parametrize("u", POINTS)
@pytest.mark.parametrize("v", [-2.0, 0.5])
def test_separable_losses(u: float, v: float) -> None:
    def is_close(text: str, expected: float) -> bool:
        return math.isclose(value(text, [u, v]), expected, rel_tol=1e-12, abs_tol=1e-12)

    assert is_close("mse:1/2,0", (u - 0.5) ** 2 + v**2)
    assert is_close("mse", u**2 + v**2)
    assert is_close("mse:3", (u - 3) ** 2 + (v - 3) ** 2)
    assert is_close("huber:1", huber(u, 1) + huber(v, 1))
    assert is_close("huber:2:0,1/2", huber(u, 2) + huber(v - 0.5, 2))
    assert is_close("logistic:+1,-1", math.log1p(math.exp(-u)) + math.log1p(math.exp(v)))
    assert is_close("separable:abs(x)", abs(u) + abs(v))
    assert is_close("separable:x^2/2, log(1+x^2)", u**2 / 2 + math.log1p(v**2))


def test_cross_entropy() -> None:
    assert read_loss("cross-entropy:2", 3).distribution == (0, 0, 1)
    assert read_loss("Cross_Entropy: 1/2, 1/4, 1/4", 3).distribution == (
        Fraction(1, 2), Fraction(1, 4), Fraction(1, 4),
    )  # fmt: skip
    network, loss = with_loss(two(), "cross-entropy:0")
    assert network.loss == ("cross-entropy", ("1", "0"))
    assert loss.unattained
    assert not read_loss("cross-entropy:1/2,1/2", 2).unattained


def two() -> Network:
    return network_of_formulas("x1 + tanh(x2)/2, x2")


def test_losses_are_put_on_and_taken_off() -> None:
    plain = network_of_yaml("network: [{linear: [[1, 1], [0, 1]]}, {activation: x^2}]")
    composed, _ = with_loss(plain, "mse")
    assert composed.functions == plain.functions  # x^2 is there already
    assert without_loss(composed) == plain == without_loss(plain)
    again, _ = with_loss(composed, "huber:1")
    assert len(again.functions) == 2
    assert without_loss(again) == plain
    assert own_loss(again).startswith("the sum of piecewise")
    assert own_loss(plain) == ""


def test_functions_that_only_the_loss_uses_go_with_it() -> None:
    """Also where they stand before those of the network."""
    composed, _ = with_loss(network_of_yaml("network: [{linear: [[1]]}, tanh]"), "separable:abs(x)")
    swapped = Network(
        (*composed.nodes[:-1], ("pointwise", 1, 1)),
        composed.functions[::-1],
        composed.tensors,
        ("separable", (0,)),
    )
    assert [repr(f) for f in without_loss(swapped).functions] == [repr(composed.functions[0])]


@pytest.mark.parametrize(
    "text",
    ["", "nothing:1", "mse:1,2,3", "mse:x", "mse:sqrt(2)", "huber:0", "huber:-1", "huber:1,2", "logistic:2",
     "cross-entropy", "cross-entropy:2", "cross-entropy:1/2", "cross-entropy:1,1", "cross-entropy:2,-1",
     "cross-entropy:1/3,1/3,1/3", "separable", "separable:y", "separable:x<1", "separable:x,x,x"],
)  # fmt: skip
def test_losses_that_do_not_fit(text: str) -> None:
    with pytest.raises(LossError) as caught:
        with_loss(two(), text)
    name = text.partition(":")[0]
    assert (LOSSES[name].example if name in LOSSES else "mse:") in str(caught.value)


@pytest.mark.parametrize(
    ("text", "n", "shown"),
    [
        ("[-1,1]^4", 4, "[-1, 1]^4"),
        ("[-1,1]x[0,2]", 2, "[-1, 1] x [0, 2]"),
        (" [-1/2, 0.5] ** 2 × [0,1e-1]", 3, "[-1/2, 1/2]^2 x [0, 1/10]"),
        ([(-1, 1), ("0", "1/3")], 2, "[-1, 1] x [0, 1/3]"),
        ([[0, 0.1]], 1, "[0, 1/10]"),
    ],
)
def test_regions(text: str, n: int, shown: str) -> None:
    region = read_region(text, n)
    assert region is not None
    assert region_text(region) == shown
    assert read_region(region_json(region), n) == region


@pytest.mark.parametrize(
    "text", ["", "[-1,1]", "[-1,1]^3", "[1,-1]^2", "[1,1]^2", "[0,1]x", "[0,1] [0,1]", "[0,pi]^2", "[0,y]^2", "(0,1)^2",
             "[-inf,1]^2", [0, 1], ["ab", "cd"], [(0, 1, 2)] * 2]
)  # fmt: skip
def test_regions_that_cannot_be_read(text: str) -> None:
    with pytest.raises(NetworkError):
        read_region(text, 2)
