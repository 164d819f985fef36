"""Networks: what is well formed, and the exchange format."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from invexproof.certificates.builder import canonical_bytes
from invexproof.expressions.parser import parse
from invexproof.networks.builder import Builder
from invexproof.networks.errors import NetworkError
from invexproof.networks.formulas import network_of_formulas
from invexproof.networks.network import Network, Tensor
from invexproof.networks.samples import SAMPLES, mlp

Subject = dict[str, Any]


def small() -> Subject:
    """x + W tanh(x), a maximum, a formula: one of most things."""
    return {
        "nodes": [
            ["input", [2, 2]],
            ["pointwise", 0, 0],
            ["linear", 1, "w", "b"],
            ["add", 0, 2],
            ["pointwise", 3, [0, 1, 1, 0]],
            ["product", 3, 4],
            ["layernorm", 5, None, "b", "1/8"],
            ["attention", 6, 5, 5, 2, True],
            ["max", 7],
            ["gather", [8, 0], [0, 1, -1, 5], [2, 2]],
            ["formulas", 9, [["var", "x1"], ["var", "x4"], ["mul", 0, 1], ["exp", 1]], [2, 3]],
        ],
        "functions": [[["var", "x"], ["tanh", 0]], [["var", "x"], ["abs", 0]]],
        "tensors": {
            "w": {"shape": [2, 2], "values": ["1", "1/2", "0", "-3"]},
            "b": {"shape": [2], "dtype": "F32", "data": "AACAPwAAAMA="},
        },
        "loss": ["separable", [1, 1]],
    }


def test_reading() -> None:
    network = Network.from_subject(small())
    assert network.inputs == 4
    assert network.outputs == 2
    assert network.shapes == (*[(2, 2)] * 8, (2,), (2, 2), (2,))
    assert network.entry_functions(4) == (parse("tanh(x)"), *[parse("abs(x)")] * 2, parse("tanh(x)"))
    assert network.entry_functions(1) == (parse("tanh(x)"),) * 4
    assert [str(f) for f in network.formulas(10)] == ["<Expression x1*x4>", "<Expression exp(x4)>"]
    assert network.tensors["b"].fractions().tolist() == [1, -2]
    assert network.free == ()
    assert canonical_bytes(network.to_subject()) == canonical_bytes(small())


@pytest.mark.parametrize("name", SAMPLES)
def test_round_trips_byte_for_byte(name: str) -> None:
    data = canonical_bytes(SAMPLES[name]().to_subject())
    network = Network.from_subject(json.loads(data))
    assert canonical_bytes(network.to_subject()) == data
    assert network == SAMPLES[name]()


def _set(*path: Any, to: Any) -> Callable[[Subject], None]:
    def change(subject: Subject) -> None:
        place: Any = subject
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = to

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_set("nodes", to=[["input", [2]]]), "at least one node after it"),
        (_set("nodes", to=[]), "at least one node after it"),
        (_set("nodes", 0, 1, to=[2, 0]), "shape"),
        (_set("nodes", 0, to=["max", 0]), "node 0 is the input"),
        (_set("nodes", 1, to=["input", [2, 2]]), "node 0 is the input"),
        (_set("nodes", 1, to=["tanh", 0]), "'tanh' is not an operation; those are input, linear"),
        (_set("nodes", 1, to=[]), "not an operation"),
        (_set("nodes", 1, to=[["a"]]), "not an operation"),
        (_set("nodes", 1, to="tanh"), "not a list"),
        (_set("nodes", 1, 1, to=1), "not the number of an earlier node"),
        (_set("nodes", 1, 1, to=-1), "not the number of an earlier node"),
        (_set("nodes", 1, 1, to=False), "not the number of an earlier node"),
        (_set("nodes", 1, 2, to=2), "not the number of a function"),
        (_set("nodes", 4, 2, to=[0, 1]), "2 functions are given for 4 entries"),
        (_set("nodes", 2, to=["linear", 1, "w"]), r"node 2 \(linear\): it takes 3 operands"),
        (_set("nodes", 2, 2, to="v"), "weight 'v' is not a tensor"),
        (_set("nodes", 2, 2, to=None), "weight None is not a tensor"),
        (_set("nodes", 2, 2, to="b"), r"its weight has shape \[2\]; \[\*, 2\] is needed"),
        (_set("nodes", 2, 3, to="w"), r"its bias has shape \[2, 2\]; \[2\] is needed"),
        (_set("nodes", 9, 2, 0, to=-2), "an entry is taken that is not there"),
        (_set("nodes", 9, 2, 0, to=6), "an entry is taken that is not there"),
        (_set("nodes", 9, 2, 0, to=1.5), "integers"),
        (_set("nodes", 9, 2, to=[0]), "1 entries are taken for the shape"),
        (_set("nodes", 9, 1, to=8), "must list the nodes"),
        (_set("nodes", 9, 1, to=[8, 8]), "one node twice"),
        (_set("nodes", 3, 2, to=0), "does not depend on node 1"),
        (_set("nodes", 5, 2, to=8), "earlier node"),
        (_set("nodes", 6, 4, to="-1/8"), "negative"),
        (_set("nodes", 6, 4, to="0.5"), "canonical rational"),
        (_set("nodes", 7, 4, to=3), "does not divide"),
        (_set("nodes", 7, 5, to=1), "causal"),
        (_set("nodes", 10, 2, 0, 1, to="x5"), "mentions x5, but the variables are x1 to x4"),
        (_set("nodes", 10, 2, to=[["var", "x1"], ["var", "x1"], ["mul", 0, 1], ["exp", 1]]), "not canonical"),
        (_set("nodes", 10, 3, to=[2]), "not canonical"),
        (_set("nodes", 10, 3, to=[4, 3]), "number of a row"),
        (_set("nodes", 10, 3, to=[]), "non-empty list of lines"),
        (_set("functions", 0, to=[["var", "y"]]), "not a number in the variable x"),
        (_set("functions", 0, to=[["true"]]), "not a number in the variable x"),
        (_set("functions", 0, to=[["tan", 0]]), "function 0: row 0"),
        (_set("functions", 0, to=[["var", "x"], ["sqrt"]]), "function 0: row 1"),
        (_set("tensors", "w", to={"shape": [2, 2]}), None),
        (_set("tensors", "w", to={"shape": [2, 2], "values": ["1"]}), "tensor 'w': values must be"),
        (_set("tensors", "extra", to={"shape": [1]}), "no node uses the tensor 'extra'"),
        (_set("tensors", "ü", to={"shape": [1]}), "not a tensor name"),
        (_set("tensors", to=[]), "tensors is an object"),
        (_set("loss", to=["separable", [0]]), "1 items for 2 outputs"),
        (_set("loss", to=["separable", [0, 2]]), "numbers of functions"),
        (_set("loss", to=["cross-entropy", ["0", "1"]]), None),
        (_set("loss", to=["cross-entropy", ["-1", "2"]]), "distribution"),
        (_set("loss", to=["cross-entropy", ["1/2", "1/3"]]), "distribution"),
        (_set("loss", to=["cross-entropy", ["0.5", "0.5"]]), "in the target"),
        (_set("loss", to=["mse", [0, 0]]), "not one of separable, cross-entropy"),
        (_set("more", to=1), "a network has no 'more'"),
    ],
)
def test_malformed_networks_name_the_place(change: Callable[[Subject], None], message: str | None) -> None:
    subject = copy.deepcopy(small())
    change(subject)
    if message is None:
        Network.from_subject(subject)
        return
    with pytest.raises(NetworkError, match=message):
        Network.from_subject(subject)


def test_everything_must_be_used() -> None:
    unused_function = small() | {"functions": [*small()["functions"], [["var", "x"]]]}
    with pytest.raises(NetworkError, match="nothing uses function 2"):
        Network.from_subject(unused_function)
    constant = {"nodes": [["input", [1]], ["gather", [0], [-1], [1]]], "functions": [], "tensors": {}}
    assert Network.from_subject(constant).outputs == 1


@pytest.mark.parametrize("value", [None, [], "x", {}, {"nodes": [], "functions": []}])
def test_other_values_are_refused(value: Any) -> None:
    with pytest.raises(NetworkError):
        Network.from_subject(value)


def test_a_loss_on_top() -> None:
    network = mlp([2, 3, 2])
    square = network.with_loss(("separable", (1, 1)), (parse("x^2"),))
    assert square.functions[1] == parse("x^2")
    assert canonical_bytes(Network.from_subject(square.to_subject()).to_subject()) == canonical_bytes(
        square.to_subject()
    )
    entropy = network.with_loss(("cross-entropy", ("1/3", "2/3")))
    assert entropy.target == (Fraction(1, 3), Fraction(2, 3))
    assert Network.from_subject(entropy.to_subject()) == entropy
    with pytest.raises(NetworkError, match="no cross-entropy"):
        _ = network.target


def test_sidecar_files(tmp_path: Path) -> None:
    pytest.importorskip("safetensors")
    builder = Builder()
    hidden = builder.linear(builder.input(2), np.ones((3, 2), dtype=np.float32), [1, "1/3", 0], name="first")
    network = builder.finish(builder.linear(hidden, Tensor.unknown([2, 3]), np.ones(2), name="last"))
    digest = network.write_sidecar(tmp_path / "model.safetensors")
    assert digest == hashlib.sha256((tmp_path / "model.safetensors").read_bytes()).hexdigest()
    subject = network.to_subject(sidecar="model.safetensors")
    assert subject["tensors"]["first.weight"] == {
        "shape": [3, 2], "file": "model.safetensors", "sha256": digest, "key": "first.weight"
    }  # fmt: skip
    assert subject["tensors"]["first.bias"] == {"shape": [3], "values": ["1", "1/3", "0"]}
    assert subject["tensors"]["last.weight"] == {"shape": [2, 3]}
    again = Network.from_subject(json.loads(canonical_bytes(subject)), tmp_path)
    assert canonical_bytes(again.to_subject()) == canonical_bytes(subject)
    assert (again.tensors["first.weight"].array == 1).all()
    with pytest.raises(NetworkError, match=r"tensor 'first.weight'.*directory"):
        Network.from_subject(subject)
    with pytest.raises(NetworkError, match="bare file name"):
        network.to_subject(sidecar="sub/model.safetensors")


def test_large_networks_ask_for_a_sidecar() -> None:
    builder = Builder()
    weight = np.ones((1024, 1024), dtype=np.float32)
    network = builder.finish(builder.linear(builder.input(1024), weight))
    with pytest.raises(NetworkError, match=r"5\.6 MB.*to_subject\(sidecar="):
        network.to_subject()


def test_formulas_are_networks() -> None:
    network = network_of_formulas("x1 + tanh(x2)/2, x2 - x1^3")
    data = canonical_bytes(network.to_subject())
    assert canonical_bytes(Network.from_subject(json.loads(data)).to_subject()) == data
