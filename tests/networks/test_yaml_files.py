"""Networks in YAML: what they mean, and what is said about mistakes."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from invexproof.certificates.builder import canonical_bytes
from invexproof.networks.builder import Builder
from invexproof.networks.errors import NetworkError
from invexproof.networks.evaluation import output
from invexproof.networks.formulas import network_of_formulas
from invexproof.networks.network import Network, Tensor
from invexproof.networks.yaml_files import YamlError, network_of_yaml, read_yaml

TEACHING = """
# A residual block after an affine layer.
network:
  - linear: [[1, 1/2], [0, 1]]
    bias: [0, 0.1]
  - activation: tanh
  - residual:
      - linear: [[1, 0], [0, -1e-1]]
      - gelu
      - linear: [[1/3, 0], [0, 2]]
loss: {separable: x^2/2}
"""


def test_a_network() -> None:
    network = network_of_yaml(TEACHING)
    assert network.tensors["bias1"].fractions().tolist() == [0, Fraction(1, 10)]
    assert [node[0] for node in network.nodes] == [
        "input", "linear", "pointwise", "linear", "pointwise", "linear", "add"
    ]  # fmt: skip
    a, b = math.tanh(1 + 1), math.tanh(2 + 0.1)

    def gelu(u: float) -> float:
        return u * (1 + math.erf(u / math.sqrt(2))) / 2

    np.testing.assert_allclose(output(network, [1.0, 2.0]), [a + gelu(a) / 3, b + 2 * gelu(-b / 10)])
    assert network.loss is not None
    assert [network.functions[f] for f in network.loss[1]] == [network.functions[-1]] * 2
    data = canonical_bytes(network.to_subject())
    assert canonical_bytes(Network.from_subject(json.loads(data)).to_subject()) == data


def test_formulas() -> None:
    expected = network_of_formulas("x1 + x2^2, x1")
    assert network_of_yaml("formulas: x1 + x2^2, x1") == expected
    assert network_of_yaml("formulas: [x + y^2, x]\nvariables: [x, y]") == expected
    assert network_of_yaml("input: 2\nnetwork: [{formulas: [x1 + x2^2, x1]}]") == expected
    with_loss = network_of_yaml("formulas: x1, x2\nloss: {cross-entropy: [0.25, 3/4]}")
    assert with_loss.target == (Fraction(1, 4), Fraction(3, 4))


def test_anchors_share_weights() -> None:
    shared = network_of_yaml("network: [{linear: &w [[1, 2], [3, 4]]}, tanh, {linear: *w}]")
    assert len(shared.tensors) == 1
    tied = network_of_yaml(
        "network: [{linear: &w {free: [2, 2]}}, tanh, {linear: *w}, {linear: {free: [2, 2]}}]"
    )
    assert [node[2] for node in tied.nodes if node[0] == "linear"] == ["weight0", "weight0", "weight1"]


def test_aliases_cannot_multiply_without_end() -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{k}: &a{k} [{', '.join([f'*a{k - 1}'] * 10)}]" for k in range(1, 9)]
    with pytest.raises(YamlError, match="too many items"):
        network_of_yaml("\n".join(lines))


def test_free_weights() -> None:
    network = network_of_yaml("network: [{linear: {free: [3, 2]}, bias: {free: 3}}]")
    assert {name: network.tensors[name].shape for name in network.free} == {"weight0": (3, 2), "bias1": (3,)}


def test_every_layer() -> None:
    text = """
input: [2, 4, 4]
network:
  - conv: [[[[1, 0], [0, 1]], [[1, 1], [1, 1]]], [[[2, 0], [0, 1]], [[0, 1], [1/2, 1]]]]
    bias: [0, 1]
    stride: 1
    padding: [1, 1]
  - batchnorm: {mean: [0, 1], variance: [1, 3], gamma: [1, 1/2], beta: [0, 0], eps: 1}
  - groupnorm: 2
    eps: 1/8
  - silu
  - residual: [{scale: 1/2}]
  - sum: [[tanh], [{activation: x/2}]]
  - product: [[tanh], [sigmoid]]
  - concat: [[relu], [tanh]]
    axis: 0
  - maxpool: 2
    stride: 1
  - avgpool: [2, 2]
  - upsample: 2
  - reshape: [8, -1]
  - layernorm:
  - layernorm: {gamma: [1, 1, 2, 1, 1, 1, 1, 1], beta: [0, 0, 0, 0, 0, 0, 0, 0], eps: 0.25}
  - attention: {heads: 2, causal: true, value: [[1, 0, 0, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0, 0, 0],
      [0, 0, 1, 0, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 0, 0, 0], [0, 0, 0, 0, 0, 1, 0, 0],
      [0, 0, 0, 0, 0, 0, 1, 0], [0, 0, 0, 0, 0, 0, 0, 1]]}
  - transpose
  - transpose: [1, 0]
  - activation: [TANH]
  - flatten
"""
    text = text.replace("[TANH]", str(["tanh"] * 64)).replace("reshape: [8, -1]", "reshape: [-1, 8]")
    found = network_of_yaml(text)
    b = Builder()
    y = b.input([2, 4, 4])
    kernel = [[[[1, 0], [0, 1]], [[1, 1], [1, 1]]], [[[2, 0], [0, 1]], [[0, 1], ["1/2", 1]]]]
    y = b.conv2d(y, kernel, [0, 1], padding=1)
    y = b.batchnorm(y, [0, 1], [1, 3], [1, "1/2"], [0, 0], 1)
    y = b.pointwise(b.groupnorm(y, 2, eps="1/8"), "silu")
    y = b.add(y, b.scale(y, "1/2"))
    y = b.add(b.pointwise(y, "tanh"), b.pointwise(y, "x/2"))
    y = b.product(b.pointwise(y, "tanh"), b.pointwise(y, "sigmoid"))
    y = b.concat([b.pointwise(y, "relu"), b.pointwise(y, "tanh")])
    y = b.reshape(b.upsample(b.avgpool(b.maxpool(y, 2, stride=1), 2), 2), [-1, 8])
    y = b.layernorm(b.layernorm(y), [1, 1, 2, 1, 1, 1, 1, 1], [0] * 8, "1/4")
    y = b.attention(y, y, b.linear(y, np.eye(8, dtype=int)), 2, True)
    y = b.pointwise(b.transpose(b.transpose(y)), ["tanh"] * 64)
    assert found == b.finish(b.flatten(y))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "m.yaml is empty"),
        ("a: [", "m.yaml, line 1: this is not YAML"),
        ("a\x00b", "m.yaml is not YAML"),
        ("[" * 5000, "m.yaml is not YAML|too deeply nested"),
        ("network: &a [*a]", "too deeply nested"),
        ("just a text", "line 1: a mapping"),
        ("? [a]\n: b", "a key is a word"),
        ("loss: {}\nloss: {}", "line 2: the key 'loss' occurs twice"),
        ("netwrk: []", r"did you mean network\?"),
        ("input: 2", "either network or formulas"),
        ("network: [tanh]\nformulas: x", "either network or formulas"),
        ("formulas: x\ninput: 1", "formulas have no input shape"),
        ("network: [tanh]\nvariables: [x]", "only formulas have variables"),
        ("network: []", "a list of layers"),
        ("network: {linear: [[1]]}", "a list of layers"),
        ("network: [tanh]", r"line 1, network\[1\]: before a layer other than linear"),
        (
            "network:\n - {linaer: [[1]]}",
            r"line 2, network\[1\]: 'linaer' is no layer \(did you mean linear\?\)",
        ),
        ("network:\n - {linear: [[1]], conv: [[1]]}", "two layers"),
        ("input: 1\nnetwork:\n - {}", "is no layer"),
        ("input: 1\nnetwork:\n - [tanh]", "a layer is expected"),
        ("network:\n - linear: [[1, 2]]\n   bais: [1]", r"line 3, network\[1\].bais: .*did you mean bias"),
        (
            "network:\n - linear: [[1], [1, 2]]",
            r"network\[1\].linear\[2\]: this row has 2 numbers where the first has 1",
        ),
        ("network:\n - linear: [[1, q]]", r"network\[1\].linear\[1\]\[2\]: an exact number"),
        ("network:\n - linear: [[1, .inf]]", "an exact number"),
        ("network:\n - linear: [[1, 1e999999]]", "an exact number"),
        ("network:\n - linear: [[1, 1/0]]", "an exact number"),
        ("network:\n - linear: [[1, sqrt(2)]]", r"sqrt\(2\) is not rational"),
        ("network:\n - linear: [[1, x]]", "x is not rational"),
        ("network:\n - linear: []", "non-empty list"),
        ("network:\n - linear:", "a list of numbers is expected"),
        ("network:\n - linear: {fre: [1]}", "did you mean free"),
        ("network:\n - linear: {}", "nested lists"),
        ("network:\n - linear: {free: [0, 1]}", "not a shape"),
        (
            "network:\n - linear: [[1, 2]]\n - linear: [[1, 2]]",
            r"line 3, network\[2\]: node 2 \(linear\): its weight",
        ),
        ("network:\n - residual: [{linear: [[1, 2]]}]", "before a layer other than linear"),
        (
            "input: 2\nnetwork:\n - residual:\n    - linear: [[1, 2]]",
            r"line 3, network\[1\]: node 2 \(add\).*differ",
        ),
        (
            "input: 2\nnetwork:\n - residual:\n    - linear: [[1]]",
            r"line 4, network\[1\].residual\[1\]: node 1",
        ),
        ("input: 2\nnetwork: [thanh]", "unknown activation 'thanh'"),
        ("input: 2\nnetwork: [{activation: x +* 2}]", "column 4"),
        ("input: 2\nnetwork: [{upsample: 1/2}]", "not a whole number"),
        ("input: [4, 4]\nnetwork: [{attention: {causal: 1}}]", "true or false"),
        ("input: [4, 4]\nnetwork: [{attention: {heds: 1}}]", "did you mean heads"),
        ("input: [4, 4]\nnetwork: [{batchnorm: {mean: [0, 0, 0, 0]}}]", "running mean and variance"),
        ("input: 2\nnetwork: [tanh]\nloss: mse", "line 3, loss: a loss such as"),
        ("input: 2\nnetwork: [tanh]\nloss: {}", "one loss is expected"),
        ("input: 2\nnetwork: [tanh]\nloss: {cross-entropy: [1, 1]}", "line 3, loss: the target"),
        ("input: 2\nnetwork: [tanh]\nloss: {separable: [x]}", "1 items for 2 outputs"),
        ("input: 2\nnetwork: [tanh]\nloss: {separable: x +}", "line 3, loss: column"),
        ("formulas: x + y", "line 1, formulas: column 5: unknown name 'y'"),
        ("formulas: {a: b}", "a formula is expected"),
        ("input: -1\nnetwork: [tanh]", "not a shape"),
        ("input: !!python/object:os.system 2\nnetwork: [tanh]\nloss: {}", "one loss is expected"),
    ],
)
def test_mistakes_say_where_and_what(text: str, message: str) -> None:
    with pytest.raises(YamlError, match=message):
        network_of_yaml(text, "m.yaml")


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "model.yaml"
    path.write_text(TEACHING, encoding="utf-8")
    assert read_yaml(path) == network_of_yaml(TEACHING)
    path.write_text("network: [tanh]", encoding="utf-8")
    with pytest.raises(YamlError, match=r"model.yaml, line 1, network\[1\]"):
        read_yaml(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(NetworkError, match="UTF-8"):
        read_yaml(path)
    with pytest.raises(NetworkError, match="cannot be read"):
        read_yaml(tmp_path / "none.yaml")


def test_weights_are_exact_tensors() -> None:
    network = network_of_yaml("network: [{linear: [[0.1, -2]]}]")
    assert network.tensors["weight0"] == Tensor.of([["1/10", -2]])
