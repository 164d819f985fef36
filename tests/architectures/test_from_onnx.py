"""ONNX files as architectures, against the reference implementation of ONNX and against PyTorch."""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")
torch = pytest.importorskip("torch")

from onnx import TensorProto, external_data_helper, helper, numpy_helper  # noqa: E402

from invexproof.architectures import losses  # noqa: E402
from invexproof.architectures.errors import ArchitectureError  # noqa: E402
from invexproof.architectures.from_onnx import model_of_onnx, read_onnx  # noqa: E402
from invexproof.architectures.graph import Input  # noqa: E402
from tests.architectures.checking import inferred  # noqa: E402
from tests.architectures.onnx_checking import (  # noqa: E402
    RANDOM,
    agrees,
    model,
    node,
    operators,
    outputs,
    parameters,
    size,
    weight,
)

pytestmark = pytest.mark.torch

X = RANDOM.normal(size=(2, 3)).astype(np.float32)
MLP = model(
    [node("Gemm", "x w b", "h"), node("Tanh", "h", "t"), node("Gemm", "t v", transB=1)],
    {"x": ["batch", 3]},
    {"w": weight(3, 4), "b": weight(4), "v": weight(2, 4)},
)


def sources(read: Any, role: str) -> dict[str, Input]:
    """The inputs of a role by name."""
    return {s.name: s for s in read.builder._sources if isinstance(s, Input) and s.role == role}


# -- the conformance tests of ONNX -------------------------------------------------------------------------------

UNDEFINED = {
    "test_l2normalization_axis_0": "defines 0/0",
    "test_attention_23_fullymasked_qk_matmul_output_mode3_zero": "attends to nothing",
    "test_attention_24_fullymasked_qk_matmul_output_mode3_zero": "attends to nothing",
    "test_attention_24_qk_matmul_output_mode3_softmax_precision": "attends to nothing",
    "test_attention_23_boolmask_fullymasked_row_nan_robustness": "attends to nothing",
    "test_attention_local_window_gqa_rank4_mask": "attends to nothing",
    "test_attention_causal_boolmask_nan_robustness": "attends to nothing",
    "test_dynamicquantizelinear": "rounds a float that is not halfway",
    "test_dynamicquantizelinear_expanded": "rounds a float that is not halfway",
    **{f"test_mod_float_edge_cases_fmod_0_float{bits}": "divides by infinity" for bits in (16, 32, 64)},
    "test_training_dropout": "draws a mask",
    "test_training_dropout_mask": "draws a mask",
    "test_training_dropout_default": "draws a mask",
    "test_training_dropout_default_mask": "draws a mask",
}
READ = 800
"""At least so many cases must be read; the others have something that is refused."""


def cases() -> Iterator[Any]:
    """The cases whose operator stands for itself, with floats among the inputs."""
    from onnx.backend.test.loader import load_model_tests

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = load_model_tests(kind="node")
    for case in found:
        skipped = case.name.endswith("_expanded") or case.name in UNDEFINED or not case.data_sets
        if not skipped and all(isinstance(v, np.ndarray | np.generic) for v in case.data_sets[0][0]):
            yield case


def floats(arrays: list[Any]) -> list[int]:
    """Which arrays can be parameters."""
    return [k for k, v in enumerate(arrays) if isinstance(v, np.ndarray) and v.dtype.kind == "f" and v.size]


def disagreement(case: Any, trained: list[int]) -> str | None:
    """What is wrong if these inputs are trained and the others are constants; None if nothing is.

    Raises ArchitectureError if the case is refused.
    """
    arrays, expected = case.data_sets[0]
    graph = case.model.graph
    names = [entry.name for entry in graph.input]
    made = onnx.ModelProto()
    made.CopyFrom(case.model)
    for k, array in enumerate(arrays):
        if k not in trained and isinstance(array, np.ndarray | np.generic):
            made.graph.initializer.append(numpy_helper.from_array(np.asarray(array), names[k]))
    read, low = read_onnx(made, parameters=[names[k] for k in trained], training=False)
    found = outputs(read, low, dict(zip(names, arrays, strict=True)))
    for entry, right in zip(graph.output, expected, strict=True):
        value = found.get(entry.name)
        if value is None:
            continue
        right = np.asarray(right).astype(np.float64)
        close = {"rtol": max(case.rtol, 1e-3), "atol": max(case.atol, 2e-3 if right.size > 500 else 1e-5)}
        if tuple(value.shape) != right.shape or not np.allclose(value.detach().numpy(), right, **close):
            return f"{case.name} {trained}: {entry.name}"
    return None


def test_the_conformance_tests_of_onnx_with_all_floats_trained() -> None:
    count, wrong = 0, []
    for case in cases():
        trained = floats(case.data_sets[0][0])
        if not trained:
            continue
        try:
            wrong.append(disagreement(case, trained))
        except ArchitectureError:
            continue
        count += 1
    assert list(filter(None, wrong)) == []
    assert count > READ


@pytest.mark.slow
def test_the_conformance_tests_of_onnx_with_one_input_trained() -> None:
    wrong = []
    for case in cases():
        for one in floats(case.data_sets[0][0]):
            try:
                wrong.append(disagreement(case, [one]))
            except ArchitectureError:
                continue
    assert list(filter(None, wrong)) == []


# -- which tensors are parameters --------------------------------------------------------------------------------


def test_an_mlp_has_its_weights_as_parameters_and_open_lengths_are_one() -> None:
    read, _ = agrees(MLP, {"x": X}, input_shapes={"x": [2, 3]})
    assert parameters(read) == {"w": (3, 4), "b": (4,), "v": (2, 4)}
    assert operators(read) == ["matmul", "add", "tanh", "linear"]
    assert read.notes == ["trained: w, b, v"]
    alone = model_of_onnx(MLP)
    assert alone.builder.shape(alone.outputs["y"]) == (1, 2)
    assert "--input x=1x3" in alone.notes[0]


def test_the_checker_accepts_the_training_problem() -> None:
    read = model_of_onnx(MLP, input_shapes={"x": [5, 3]})
    graph = losses.attach(read, "cross-entropy")
    assert inferred(graph).values[-1].shape == ()


def test_constants_that_training_leaves_alone() -> None:
    values = {
        **{"w": weight(4, 3, 3, 3), "s": weight(4), "b": weight(4), "m": weight(4), "v": abs(weight(4))},
        **{
            "half": np.float32(0.5),
            "one": np.ones(1, np.float32),
            "mask": np.full((1, 1), -np.inf, np.float32),
        },
    }
    made = model(
        [
            *(
                node("Conv", "x w", "c"),
                node("BatchNormalization", "c s b m v", "n"),
                node("Mul", "n half", "h"),
            ),
            *(node("Mul", "h one", "o"), node("ReduceMean", "o", "r", axes=[2, 3], keepdims=0)),
            *(node("Add", "r mask", "a"), node("Softmax", "a", axis=-1)),
        ],
        {"x": [2, 3, 5, 5]},
        values,
        opset=13,
    )
    read = model_of_onnx(made, training=False)
    assert set(parameters(read)) == {"w", "s", "b"}
    frozen = sources(read, "constant")
    assert (frozen["v"].low, frozen["v"].high, frozen["m"].low) == (0, None, None)
    batch = model_of_onnx(made)
    assert "v" not in sources(batch, "constant")
    assert any("not trained: m, v, one, mask" in note for note in batch.notes)


def test_patterns_say_what_is_trained() -> None:
    assert set(parameters(model_of_onnx(MLP, parameters=["[vw]"]))) == {"w", "v"}
    assert set(parameters(model_of_onnx(MLP, parameters=["!b"]))) == {"w", "v"}
    assert set(parameters(model_of_onnx(MLP, parameters=["x"]))) == {"x"}
    with pytest.raises(ArchitectureError, match=r"'u\*' fits none of the floating tensors"):
        model_of_onnx(MLP, parameters=["u*"])


def test_a_tied_weight_is_one_parameter() -> None:
    made = model(
        [node("Gather", "w i", "e"), node("Transpose", "w", "t", perm=[1, 0]), node("MatMul", "e t")],
        {"i": (TensorProto.INT64, [2, 5])},
        {"w": weight(7, 3)},
    )
    read, _ = agrees(made, {"i": RANDOM.integers(0, 7, (2, 5))})
    assert parameters(read) == {"w": (7, 3)}
    assert sources(read, "data")["i"].kind == "integer"
    assert any("used in several places" in note for note in read.notes)


# -- data and constants ------------------------------------------------------------------------------------------


def test_what_depends_on_data_alone_is_one_input() -> None:
    made = model(
        [
            *(node("Cast", "m", "f", to=1), node("Sub", "one f", "g"), node("Mul", "g low", "bias")),
            *(node("MatMul", "x w", "h"), node("Add", "h bias", "s"), node("Softmax", "s", axis=-1)),
        ],
        {"x": [2, 4, 3], "m": (TensorProto.INT64, [2, 1, 4])},
        {"w": weight(3, 4), "one": np.float32(1), "low": np.float32(-1e4)},
    )
    feeds = {"x": weight(2, 4, 3), "m": RANDOM.integers(0, 2, (2, 1, 4))}
    read, _ = agrees(made, feeds)
    assert list(sources(read, "constant")) == ["bias"]
    assert operators(read) == ["matmul", "add", "softmax"]


def test_masks_of_minus_infinity_are_extended() -> None:
    made = model(
        [
            *(node("Where", "m zero low", "bias"), node("MatMul", "x w", "h")),
            *(node("Add", "h bias", "s"), node("Softmax", "s", axis=-1)),
        ],
        {"x": [2, 3], "m": (TensorProto.BOOL, [2, 4])},
        {"w": weight(3, 4), "zero": np.float32(0), "low": np.float32(-np.inf)},
    )
    read, _ = agrees(made, {"x": X, "m": np.array([[1, 0, 1, 1], [0, 1, 1, 0]], dtype=bool)})
    assert sources(read, "constant")["bias"].kind == "extended"


@pytest.mark.parametrize("opset", [11, 20])
def test_shapes_that_the_graph_computes(opset: int) -> None:
    spread = node("Unsqueeze", "n", "u", axes=[0]) if opset == 11 else node("Unsqueeze", "n zero", "u")
    made = model(
        [
            *(node("MatMul", "x w", "h"), node("Shape", "h", "s"), node("Gather", "s first", "n"), spread),
            *(node("Concat", "u rest", "t", axis=0), node("Reshape", "h t", "r")),
            node("Transpose", "r", perm=[0, 2, 1]),
        ],
        {"x": ["batch", 3]},
        {"w": weight(3, 6), "first": np.array(0), "zero": np.array([0]), "rest": np.array([2, -1])},
        opset=opset,
    )
    read, _ = agrees(made, {"x": X}, input_shapes={"x": [2, 3]})
    assert read.builder.shape(read.outputs["y"]) == (2, 3, 2)
    assert sources(read, "constant") == {}


def test_dropout_is_a_constant_mask_in_training() -> None:
    nodes = [node("MatMul", "x w", "h"), node("Dropout", "h ratio")]
    made = model(nodes, {"x": [2, 3]}, {"w": weight(3, 4), "ratio": np.float32(0.3)})
    read = model_of_onnx(made)
    assert [s.shape for s in sources(read, "constant").values()] == [(2, 4)]
    assert operators(read) == ["matmul", "multiply"]
    assert operators(agrees(made, {"x": X})[0]) == ["matmul"]


def test_a_branch_on_a_known_condition_and_a_loop_of_known_length() -> None:
    then = helper.make_graph([node("Relu", "h", "p")], "t", [], [helper.make_empty_tensor_value_info("p")])
    other = helper.make_graph([node("Tanh", "h", "q")], "e", [], [helper.make_empty_tensor_value_info("q")])
    ends = [helper.make_tensor_value_info("i", 7, []), helper.make_tensor_value_info("c", 9, [])]
    body = helper.make_graph(
        [node("Identity", "c", "d"), node("MatMul", "a v", "b")],
        "body",
        [*ends, helper.make_tensor_value_info("a", 1, [2, 4])],
        [helper.make_tensor_value_info("d", 9, []), helper.make_tensor_value_info("b", 1, [2, 4])],
    )
    made = model(
        [
            node("MatMul", "x w", "h"),
            helper.make_node("If", ["yes"], ["g"], then_branch=then, else_branch=other),
            helper.make_node("Loop", ["three", "yes", "g"], ["y"], body=body),
        ],
        {"x": [2, 3]},
        {"w": weight(3, 4), "v": weight(4, 4), "yes": np.array(True), "three": np.array(3)},
    )
    read, _ = agrees(made, {"x": X})
    assert operators(read) == ["matmul", "relu", "matmul", "matmul", "matmul"]


def test_functions_of_the_file_are_inlined() -> None:
    body = [helper.make_node("MatMul", ["a", "b"], ["r"]), helper.make_node("Relu", ["r"], ["out"])]
    function = helper.make_function("own", "Layer", ["a", "b"], ["out"], body, [helper.make_opsetid("", 20)])
    made = model(
        [helper.make_node("Layer", ["x", "w"], ["y"], domain="own")],
        {"x": [2, 3]},
        {"w": weight(3, 4)},
        functions=[function],
        imports=[helper.make_opsetid("own", 1)],
    )
    assert set(parameters(agrees(made, {"x": X})[0])) == {"w"}


# -- models of PyTorch -------------------------------------------------------------------------------------------


class Convolutional(torch.nn.Module):  # type: ignore[misc]
    """Convolutions, norms, pooling with odd padding, upsampling, and a buffer."""

    def __init__(self) -> None:
        super().__init__()
        self.first = torch.nn.Conv2d(1, 4, 3, padding=1)
        self.batch = torch.nn.BatchNorm2d(4)
        self.down = torch.nn.Conv2d(4, 6, 3, stride=2, padding=1)
        self.group = torch.nn.GroupNorm(2, 6)
        self.up = torch.nn.ConvTranspose2d(6, 4, 2, 2)
        self.last = torch.nn.Linear(8, 3)
        self.register_buffer("scale", torch.arange(1.0, 4.0))

    def forward(self, x: Any) -> Any:
        functional = torch.nn.functional
        h = torch.relu(self.batch(self.first(x)))
        d = functional.gelu(self.group(self.down(functional.max_pool2d(h, 3, 1, 1))))
        u = torch.cat([h, self.up(d)], 1)
        wide = functional.interpolate(u, scale_factor=2, mode="bilinear")
        return self.last(functional.avg_pool2d(wide, 3, 2, ceil_mode=True).mean((2, 3))) * self.scale


class Attentive(torch.nn.Module):  # type: ignore[misc]
    """A causal transformer with an embedding."""

    def __init__(self) -> None:
        super().__init__()
        self.table = torch.nn.Embedding(11, 8)
        self.places = torch.nn.Embedding(5, 8)
        self.layer = torch.nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, activation="gelu")
        self.last = torch.nn.Linear(8, 11, bias=False)

    def forward(self, ids: Any) -> Any:
        h = self.table(ids) + self.places(torch.arange(ids.shape[1]))
        mask = torch.nn.Transformer.generate_square_subsequent_mask(ids.shape[1])
        return self.last(self.layer(h, src_mask=mask, is_causal=True))


class Recurrent(torch.nn.Module):  # type: ignore[misc]
    """A bidirectional LSTM, then a GRU."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = torch.nn.LSTM(3, 4, batch_first=True, bidirectional=True)
        self.gru = torch.nn.GRU(8, 2)

    def forward(self, x: Any) -> Any:
        return self.gru(self.lstm(x)[0].transpose(0, 1))[0]


MODULES: dict[str, tuple[Any, Any]] = {
    "convolutional": (Convolutional, lambda: torch.randn(2, 1, 8, 8)),
    "attentive": (Attentive, lambda: torch.randint(0, 11, (2, 5))),
    "recurrent": (Recurrent, lambda: torch.randn(2, 4, 3)),
}


def exported(name: str, dynamo: bool, **options: Any) -> tuple[Any, Any, Any]:
    """A module with random weights, its input, and the ONNX model that PyTorch exports."""
    if dynamo:
        pytest.importorskip("onnxscript")
    make, data = MODULES[name]
    torch.manual_seed(3)
    module, x = make(), data()
    for tensor in module.parameters():
        tensor.data = torch.randn_like(tensor) * 0.3
    module.train(options.pop("train", False))
    stream = io.BytesIO()
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(module, (x,), stream, dynamo=dynamo, verbose=False, **options)
    finally:
        logging.disable(logging.NOTSET)
    return module, x, onnx.load_from_string(stream.getvalue())


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("dynamo", [False, True])
def test_exports_of_pytorch(name: str, dynamo: bool) -> None:
    options = {} if dynamo else {"do_constant_folding": False}
    module, x, made = exported(name, dynamo, **options)
    entry = made.graph.input[0].name
    read, _ = agrees(made, {entry: x.numpy()})
    if name != "convolutional":  # whose buffer is not told apart, and whose batch norm is folded
        assert size(read) == sum(p.numel() for p in module.parameters())


def test_an_export_for_training_keeps_batch_norm() -> None:
    training = torch.onnx.TrainingMode.TRAINING
    module, _, made = exported(
        "convolutional", False, training=training, do_constant_folding=False, train=True
    )
    read = model_of_onnx(made, parameters=["!scale"])
    assert size(read) == sum(p.numel() for p in module.parameters())
    assert "batch_norm" in operators(read)
    assert inferred(losses.attach(read, "mse")).values


def test_buffers_and_folded_constants_of_new_exports() -> None:
    _, _, made = exported("convolutional", True)
    read = model_of_onnx(made)
    assert "scale" not in parameters(read)
    assert any("export with optimize=False" in note for note in read.notes)


# -- what cannot be read -----------------------------------------------------------------------------------------


def refused(made: Any, *parts: str, **options: Any) -> None:
    with pytest.raises(ArchitectureError) as caught:
        model_of_onnx(made, **options)
    for part in parts:
        assert part in str(caught.value)


def test_unknown_operators_are_named_with_their_place() -> None:
    made = model(
        [node("MatMul", "x w", "h"), node("Det", "h", name="volume")], {"x": [3, 3]}, {"w": weight(3, 3)}
    )
    refused(made, "Det (volume)", "not known", "invexproof/architectures/onnx_files/operators.py")
    foreign = model(
        [helper.make_node("Odd", ["x", "w"], ["y"], domain="far.away")],
        {"x": [3]},
        {"w": weight(3)},
        imports=[helper.make_opsetid("far.away", 1)],
    )
    refused(foreign, "Odd (y)", "far.away")


def test_an_output_that_cannot_be_read_does_not_spoil_the_others() -> None:
    made = model(
        [node("MatMul", "x w", "h"), node("Det", "h", "z"), node("Relu", "h", "y")],
        {"x": [3, 3]},
        {"w": weight(3, 3)},
        outputs="y z",
    )
    read = model_of_onnx(made)
    assert set(read.outputs) == {"y"}
    assert any("the output z is left out: Det" in note for note in read.notes)
    refused(made, "Det (z)", output="z")
    refused(made, "there is no output 'u'; the outputs are y, z", output="u")


@pytest.mark.parametrize(
    ("nodes", "parts"),
    [
        ([node("MatMul", "x w", "h"), node("MatMul", "h missing")], ["MatMul (y)", "'missing'", "malformed"]),
        ([node("MatMul", "x w", "h"), node("Relu", "later", "y"), node("Tanh", "h", "later")], ["'later'"]),
        ([node("MatMul", "x w", "h"), node("Relu", "h", "y", slope=1.0)], ["Relu (y)", "malformed", "slope"]),
        ([node("MatMul", "x w x")], ["MatMul (y)", "malformed"]),
        ([node("MatMul", "w x")], ["MatMul (y)", "do not fit"]),
        ([node("MatMul", "x w", "h"), node("Reshape", "h bad")], ["Reshape (y)"]),
        ([node("MatMul", "x w", "h"), node("Gather", "h far")], ["Gather (y)"]),
        ([node("MatMul", "x w", "h"), node("GatherND", "h one", batch_dims=-5)], ["batch_dims is negative"]),
        ([node("MatMul", "x w", "h"), node("Loop", "one - h")], ["Loop (y)", "no graph body"]),
        (
            [node("MatMul", "x w", "h"), node("Reshape", "h unknown")],
            ["Reshape (y)", "shape", "not a constant"],
        ),
        ([node("MatMul", "x w", "h"), node("Slice", "h one one")], ["Slice (y)", "no entries"]),
        ([node("MatMul", "x w", "h"), node("Add", "h nan")], ["Add (y)", "nan or inf"]),
        ([node("MatMul", "x w", "h"), node("Add", "h text")], ["Add (y)"]),
        ([node("MatMul", "x w", "h"), node("Tanh", "h", "other")], ["'y' is made by no node"]),
        ([node("Relu", "x")], ["no tensor of the file was taken for a parameter", "--parameters"]),
        ([node("MatMul", "x w", "h"), node("Relu", "x")], ["no output depends on a parameter"]),
    ],
)
def test_malformed_and_unreadable_nodes(nodes: list[Any], parts: list[str]) -> None:
    values = {
        **{"w": weight(3, 4), "bad": np.array([5, 5]), "far": np.array([9]), "one": np.array([1])},
        **{"nan": np.array([np.nan, 1, 2, 3], np.float32)},
    }
    made = model(nodes, {"x": [2, 3], "unknown": (TensorProto.INT64, [2])}, values)
    made.graph.initializer.append(helper.make_tensor("text", TensorProto.STRING, [1], [b"a"]))
    refused(made, *parts)


def test_files_that_are_no_models(tmp_path: Path) -> None:
    refused(tmp_path / "none.onnx", "there is no file")
    refused(tmp_path, "there is no file")
    for name, content in [("empty", b""), ("text", b"no model at all"), ("zeros", bytes(1000))]:
        path = tmp_path / f"{name}.onnx"
        path.write_bytes(content)
        refused(path, "ONNX model")
    refused(onnx.ModelProto(), "no graph with outputs")
    refused(12, "ONNX model")
    truncated = tmp_path / "truncated.onnx"
    truncated.write_bytes(MLP.SerializeToString()[:-40])
    refused(truncated)


def test_versions_that_are_not_read() -> None:
    for opset, advice in [(6, "onnx.version_converter"), (999, "update the package onnx")]:
        made = onnx.ModelProto()
        made.CopyFrom(MLP)
        made.opset_import[0].version = opset
        refused(made, f"version {opset}", advice)


def test_shapes_of_inputs_that_do_not_fit() -> None:
    refused(MLP, "does not fit the input x", "'batch', 3", input_shapes={"x": [2, 4]})
    refused(MLP, "does not fit", input_shapes={"x": [0, 3]})
    refused(MLP, "does not fit", input_shapes={"x": [2, 3, 1]})
    refused(MLP, "no input 'z'", input_shapes={"z": [1]})
    open_rank = onnx.ModelProto()
    open_rank.CopyFrom(MLP)
    open_rank.graph.input[0].type.tensor_type.ClearField("shape")
    refused(open_rank, "the shape of x is not known", "--input")
    assert model_of_onnx(open_rank, input_shapes={"x": [4, 3]}).outputs


def test_a_symbol_stands_for_one_length() -> None:
    made = model(
        [node("MatMul", "x w", "h"), node("Add", "h z")],
        {"x": ["batch", 3], "z": ["batch", 4]},
        {"w": weight(3, 4)},
    )
    read = model_of_onnx(made, input_shapes={"x": [6, 3]})
    assert read.builder.shape(read.outputs["y"]) == (6, 4)


def test_a_branch_that_depends_on_parameters() -> None:
    branch = helper.make_graph([node("Relu", "h", "p")], "t", [], [helper.make_empty_tensor_value_info("p")])
    made = model(
        [
            *(
                node("MatMul", "x w", "h"),
                node("ReduceSum", "h", "s", keepdims=0),
                node("Greater", "s zero", "c"),
            ),
            helper.make_node("If", ["c"], ["y"], name="choice", then_branch=branch, else_branch=branch),
        ],
        {"x": [2, 3]},
        {"w": weight(3, 4), "zero": np.float32(0)},
    )
    refused(made, "If (choice)", "depends on parameters", "Where")


def test_weights_in_other_files_are_not_read(tmp_path: Path) -> None:
    made = onnx.ModelProto()
    made.CopyFrom(MLP)
    external_data_helper.convert_model_to_external_data(made, location="weights.bin", size_threshold=0)
    path = tmp_path / "model.onnx"
    onnx.save(made, path)
    (tmp_path / "weights.bin").unlink()
    assert set(parameters(model_of_onnx(path))) == {"w", "b", "v"}
    needed = model(
        [node("MatMul", "x w", "h"), node("Reshape", "h shape")],
        {"x": [2, 3]},
        {"w": weight(3, 4), "shape": np.array([4, 2])},
    )
    external_data_helper.convert_model_to_external_data(needed, location="weights.bin", size_threshold=0)
    onnx.save(needed, path)
    assert model_of_onnx(path).outputs
    (tmp_path / "weights.bin").unlink()
    refused(path, "Reshape", "put it next to the model")
