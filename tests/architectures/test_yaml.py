"""Training problems in YAML: what they mean, and what is said about mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.losses import attach
from invexproof.architectures.reference import MLP, read_reference
from invexproof.architectures.yaml_files import YamlError, read_yaml, training_of_yaml
from invexproof.architectures.yaml_layers import LAYERS
from invexproof.errors import InvexproofError
from tests.architectures.checking import inferred

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("training_*.yaml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples(path: Path) -> None:
    assert not inferred(read_yaml(path).graph()).conditions


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 4


def test_references_with_settings_inside_or_beside() -> None:
    texts = [
        "mlp: [2, 16, 16, 1]\nactivation: tanh\nloss: mse\nbatch: 4",
        "mlp: 2x16x16x1\nbatch: 4",
        "mlp: {sizes: [2, 16, 16, 1], batch: 4, activation: tanh}",
        "mlp:\nbatch: 4",
    ]
    graphs = [training_of_yaml(text).graph() for text in texts]
    wanted = attach(MLP(batch=4).build(), "mse")
    assert all(graph.to_subject() == wanted.to_subject() for graph in graphs)


def test_losses_and_penalties() -> None:
    training = training_of_yaml("mlp: [2, 1]\nloss: huber:delta=1/2\npenalty: 0.01")
    assert [n.op for n in training.graph().nodes] == ["linear", "huber", "squared_norm", "multiply", "add"]
    assert training.graph("l1:sum").nodes[1].attributes == {"reduction": "sum"}


def test_layers_are_the_reference_they_spell() -> None:
    text = """
input: [1, 8, 8]
batch: 8
layers:
  - conv: {channels: 4, kernel: 3, padding: 1}
  - relu
  - max_pool: 2
  - flatten
  - linear: 128
  - relu
  - linear: 10
loss: cross-entropy
"""
    reference = attach(read_reference("cnn:4,image=1x8x8").build(), "cross-entropy")
    assert training_of_yaml(text).graph().same_as(reference)


def test_residual_blocks() -> None:
    text = """
input: 3
layers:
  - residual: [{linear: 3}, tanh]
  - residual:
      layers: [{linear: 5}, batch_norm]
      shortcut: [{linear: {features: 5, bias: false}}]
  - concatenate: [[{linear: 2}], [tanh]]
loss: mse
"""
    graph = training_of_yaml(text).graph()
    assert [i.name for i in graph.parameters] == [
        "layers.0.0.weight",
        "layers.0.0.bias",
        "layers.1.0.weight",
        "layers.1.0.bias",
        "layers.1.1.weight",
        "layers.1.1.bias",
        "layers.1.shortcut.0.weight",
        "layers.2.0.0.weight",
        "layers.2.0.0.bias",
    ]
    assert graph.nodes[-1].op == "mean_squared_error"
    inferred(graph)


IMAGE = "input: [4, 8, 8]\nbatch: 2\nlayers: [{conv: {channels: 4, kernel: 1}}, %s, flatten, {linear: 2}]\nloss: mse"
TEXT = "input: {tokens: 4, vocabulary: 9}\nbatch: 2\nlayers: [{embedding: {entries: 9, width: 4}}, %s]\nloss: mse"
USES = {
    "linear": (TEXT, "linear: 10"),
    "conv": (
        IMAGE,
        "conv: {channels: 8, kernel: [3, 1], stride: 2, padding: [1, 0], groups: 4, dilation: 1}",
    ),
    "conv_transpose": (IMAGE, "conv_transpose: {channels: 16, kernel: 2, stride: 2}"),
    "embedding": (TEXT, "linear: {features: 1, bias: false}"),
    "positions": (TEXT, "positions"),
    "attention": (TEXT, "attention: {heads: 2, causal: true, dropout: 1/10}"),
    "batch_norm": (IMAGE, "batch_norm: {epsilon: 1e-3}"),
    "layer_norm": (TEXT, "layer_norm"),
    "rms_norm": (TEXT, "rms_norm: {epsilon: 0.1}"),
    "group_norm": (IMAGE, "group_norm: 2"),
    "instance_norm": (IMAGE, "instance_norm"),
    "max_pool": (IMAGE, "max_pool: {kernel: 3, stride: 2, padding: 1}"),
    "average_pool": (IMAGE, "average_pool: [2, 4]"),
    "global_average_pool": (IMAGE, "global_average_pool"),
    "upsample": (IMAGE, "upsample: {factor: 2, mode: linear}"),
    "activation": (TEXT, "activation: x*sigmoid(x)"),
    "softmax": (TEXT, "softmax"),
    "log_softmax": (TEXT, "log_softmax: {axis: 1}"),
    "dropout": (TEXT, "dropout: 0.5"),
    "mean": (TEXT, "mean: 1"),
    "flatten": (TEXT, "flatten"),
    "reshape": (TEXT, "reshape: [2, -1]"),
    "transpose": (TEXT, "transpose: [0, -1, 1]"),
    "residual": (TEXT, "residual: [{linear: 4}, tanh]"),
    "concatenate": (TEXT, "concatenate: {branches: [[{linear: 4}], [tanh]], axis: 2}"),
}


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer(name: str) -> None:
    frame, use = USES[name]
    inferred(training_of_yaml(frame % (f"{{{use}}}" if ":" in use else use)).graph())


@pytest.mark.parametrize("name", [name for name, row in LAYERS.items() if row.needed])
def test_layers_that_need_settings_show_an_example(name: str) -> None:
    with pytest.raises(YamlError, match=rf"(?s)line 3, layers\[2\]: {name} needs .*{name}: "):
        training_of_yaml((TEXT if name != "conv" else IMAGE) % name)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mlp: [2, 1]\nactivaton: tanh", "line 2.*did you mean activation"),
        ("mpl: [2, 1]", "did you mean mlp"),
        ("loss: mse", "no architecture"),
        ("- mlp", "a mapping is expected"),
        ("mlp: [2, 1]\nvit: {}", "one architecture"),
        ("mlp: [2, 1]\nsizes: [2, 1]", "given twice|twice"),
        ("mlp: {batch: 3}\nbatch: 2", "line 1.*batch is given twice"),
        ("mlp: [2, 1]\nloss: msee", "line 2, loss.*did you mean mse"),
        ("mlp: [2, 1]\nloss: own", "line 2, loss.*one number"),
        ("mlp: [2, 1]\npenalty: x", "line 2, penalty.*exact number"),
        ("mlp: [2, 0]", "line 1, mlp.*at least 1"),
        ("mlp: [2, [1]]", "line 1, mlp"),
        ("vit:\n  depth: x", "line 2, vit.depth.*whole number"),
        ("vit: {heads: 5}", "5 heads"),
        ("network: [{linear: [[1]]}]", "for maps with given weights"),
        ("layers: [tanh]", "input: "),
        ("input: 0\nlayers: [tanh]", "line 1, input"),
        ("input: {tokens: 3}\nlayers: [tanh]", "vocabulary: 100"),
        ("input: 2\nlayers: []", "a list of layers"),
        ("input: 2\nlayers:\n  - linear: 3\n  - liner: 4", "line 4.*did you mean linear"),
        ("input: 2\nlayers:\n  - flaten", "line 3.*did you mean flatten"),
        ("input: 2\nlayers: [{tanh: 1}]", "no layer"),
        ("input: 2\nlayers: [{linear: 3, conv: 3}]", "one layer for each dash"),
        ("input: 2\nlayers: [{flatten: 1}]", "no settings"),
        ("input: 2\nlayers: [{linear: {feature: 3}}]", "did you mean features"),
        ("input: 2\nlayers: [[tanh]]", "a layer is expected"),
        ("input: 2\nlayers: [{conv: {channels: 3, kernel: 3}}]", "images have the shape"),
        ("input: [1, 8, 8]\nlayers: [{conv: {channels: 3, kernel: [3]}}]", "1 numbers for 2 spatial axes"),
        ("input: [3, 8, 8]\nlayers: [{conv: {channels: 3, kernel: 3, groups: 2}}]", "2 groups"),
        ("input: 2\nlayers: [{residual: [{linear: 3}]}]", "give a shortcut"),
        ("input: 2\nlayers: [{residual: [{linear: 3}, {linear: x}]}]", r"layers\[1\].residual\[2\].linear"),
        ("input: 2\nlayers: [{linear: 3}]\nbatch: 0", "batch|positive"),
        ("input: 2\nlayers: [tanh]\nloss: mse", "nothing to train"),
    ],
)
def test_mistakes(text: str, message: str) -> None:
    with pytest.raises(InvexproofError, match=f"(?s){message}") as caught:
        training_of_yaml(text)
    assert "the YAML text" in str(caught.value)


def test_a_loss_is_needed_in_the_end() -> None:
    training = training_of_yaml("input: 2\nlayers: [{linear: 3}]")
    with pytest.raises(ArchitectureError, match="name one"):
        training.graph()
    inferred(training.graph("mse"))


def test_files(tmp_path: Path) -> None:
    with pytest.raises(ArchitectureError, match="cannot be read"):
        read_yaml(tmp_path / "none.yaml")
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(ArchitectureError, match="UTF-8"):
        read_yaml(tmp_path / "bytes.yaml")
