"""Networks read from ONNX files against the reference implementation, PyTorch, and the conformance tests of ONNX."""

from __future__ import annotations

import io
import sys
import warnings
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")

from onnx import TensorProto, helper, numpy_helper  # noqa: E402
from onnx.reference import ReferenceEvaluator  # noqa: E402

from invexproof.expressions.printing import to_text  # noqa: E402
from invexproof.networks import evaluation  # noqa: E402
from invexproof.networks.flows import NetworkImportError  # noqa: E402
from invexproof.networks.from_onnx import network_of_onnx  # noqa: E402
from invexproof.networks.lowering_onnx import OPERATORS, REARRANGING  # noqa: E402
from invexproof.networks.network import Network  # noqa: E402

Nodes = list[Any]


def model(
    nodes: Nodes,
    shape: list[Any],
    constants: dict[str, Any] | None = None,
    opset: int = 20,
    outputs: str = "y",
) -> Any:
    """A model of double precision from x to y."""
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info("x", TensorProto.DOUBLE, shape)],
        [helper.make_tensor_value_info(name, TensorProto.DOUBLE, None) for name in outputs.split()],
        [numpy_helper.from_array(np.asarray(v), name) for name, v in (constants or {}).items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)


def node(operator: str, inputs: str, output: str = "y", **attributes: Any) -> Any:
    return helper.make_node(operator, inputs.split(" "), output.split(" "), **attributes)


def agrees(made: Any, shape: tuple[int, ...], tolerance: float = 1e-9) -> Network:
    """The network has the values that the reference implementation computes; returns it."""
    network = network_of_onnx(made)
    random = np.random.default_rng(3)
    for _ in range(3):
        x = random.normal(size=shape)
        expected = ReferenceEvaluator(made).run(None, {"x": x})[0]
        found = evaluation.output(network, x.ravel())
        np.testing.assert_allclose(found, expected.ravel(), rtol=tolerance, atol=tolerance)
    return network


RANDOM = np.random.default_rng(1)
W, B = RANDOM.normal(size=(3, 4)), RANDOM.normal(size=4)
MATRIX = RANDOM.normal(size=(4, 4))

GRAPHS: dict[str, tuple[Nodes, list[Any], dict[str, Any]]] = {
    "an MLP of Gemm": (
        [node("Gemm", "x w b", "h"), node("Tanh", "h", "t"), node("Gemm", "t v", "y", transB=1)],
        ["batch", 3],
        {"w": W, "b": B, "v": MATRIX},
    ),
    "Gemm with factors": (
        [node("Gemm", "w x b", "h", transB=1, alpha=0.5, beta=2.0), node("Gemm", "h h v", "y", transA=1)],
        [2, 3],
        {"w": W.T, "b": B[:, None], "v": 1.0},
    ),
    "an MLP of MatMul and Add": (
        [node("MatMul", "x w", "h"), node("Add", "h b", "z"), node("Relu", "z", "y")],
        [1, 3],
        {"w": W, "b": B},
    ),
    "GELU written out": (
        [
            *(node("Div", "x r", "a"), node("Erf", "a", "e"), node("Add", "e one", "f")),
            *(node("Mul", "x f", "g"), node("Mul", "g half", "y")),
        ],
        [1, 4],
        {"r": np.sqrt(2.0), "one": 1.0, "half": 0.5},
    ),
    "attention written out": (
        [
            *(node("MatMul", "x m", "q"), node("Transpose", "x", "k", perm=[0, 2, 1])),
            *(node("MatMul", "q k", "s"), node("Mul", "s c", "t"), node("Where", "mask t low", "u")),
            *(node("Softmax", "u", "p", axis=-1), node("MatMul", "p x", "y")),
        ],
        [1, 3, 4],
        {"m": MATRIX, "c": 0.5, "mask": np.tril(np.ones((3, 3), dtype=bool)), "low": -np.inf},
    ),
    "shapes computed in the graph": (
        [
            *(node("Shape", "x", "s"), node("Gather", "s zero", "n"), node("Concat", "n rest", "t", axis=0)),
            *(node("Reshape", "x t", "r"), node("Transpose", "r", "y", perm=[0, 2, 1])),
        ],
        ["batch", 6],
        {"zero": np.array([0]), "rest": np.array([2, 3])},
    ),
    "a choice between formulas": (
        [node("Greater", "x zero", "c"), node("Exp", "x", "e"), node("Where", "c x e", "y")],
        [1, 4],
        {"zero": 0.0},
    ),
    "a branch on a constant": (
        [
            helper.make_node(
                "If",
                ["yes"],
                ["y"],
                then_branch=helper.make_graph(
                    [node("Sin", "x", "a")], "t", [], [helper.make_tensor_value_info("a", 11, None)]
                ),
                else_branch=helper.make_graph(
                    [node("Cos", "x", "b")], "e", [], [helper.make_tensor_value_info("b", 11, None)]
                ),
            )
        ],
        [1, 2],
        {"yes": np.array(True)},
    ),
    "sums of three": (
        [node("Max", "a x b", "m"), node("Sum", "m x c", "s"), node("Mean", "s x x", "y")],
        [2, 2],
        {"a": np.array([0.0, 1.0]), "b": 0.5, "c": 2.0},
    ),
    "a normalised convolution": (
        [
            node("Conv", "x k", "h", auto_pad="SAME_LOWER", strides=[2, 2]),
            *(node("BatchNormalization", "h s t m v", "n"), node("LeakyRelu", "n", "l", alpha=0.25)),
            *(node("GlobalAveragePool", "l", "g"), node("Flatten", "g", "y")),
        ],
        [1, 2, 5, 4],
        {"k": RANDOM.normal(size=(3, 2, 2, 3)), **{c: RANDOM.uniform(1, 2, size=3) for c in "stmv"}},
    ),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_graphs(name: str) -> None:
    nodes, shape, constants = GRAPHS[name]
    single = 1e-6 if name == "GELU written out" else 1e-9  # the reference computes erf in single precision
    agrees(model(nodes, shape, constants), tuple(1 if isinstance(n, str) else n for n in shape), single)


def test_graphs_become_the_nodes_that_one_would_write() -> None:
    def operations(name: str) -> list[str]:
        return [n[0] for n in network_of_onnx(model(*GRAPHS[name])).nodes[1:]]

    assert operations("an MLP of Gemm") == ["linear", "pointwise", "linear"]
    assert operations("an MLP of MatMul and Add") == ["linear", "pointwise"]
    assert operations("attention written out") == ["linear", "attention"]
    assert operations("GELU written out") == ["pointwise"]
    written = network_of_onnx(model(*GRAPHS["attention written out"]))
    assert written.nodes[-1] == ("attention", 1, 0, 0, 1, True)


def test_attributes_are_decimals_and_weights_are_floats() -> None:
    weight = np.array([[0.1]], dtype=np.float32)
    made = model([node("LeakyRelu", "x", "h", alpha=0.01), node("MatMul", "h w")], [1, 1], {"w": weight})
    network = network_of_onnx(made)
    assert to_text(network.functions[0]) == "piecewise((1/100*x, x < 0), (x, true))"
    assert network.tensors["MatMul1.weight"].fractions().item() == Fraction(float(weight[0, 0]))


def test_files_batches_and_open_shapes(tmp_path: Path) -> None:
    made = model([node("Relu", "x")], ["batch", "n"])
    onnx.save(made, tmp_path / "relu.onnx")
    assert network_of_onnx(tmp_path / "relu.onnx", [3]).shapes[0] == (3,)
    assert network_of_onnx(model([node("Relu", "x")], [2, 3])).shapes[0] == (2, 3)
    assert network_of_onnx(model([node("Relu", "x")], [1, 3])).shapes[0] == (3,)
    assert network_of_onnx(model([node("Relu", "x")], [1, 3]), batched=False).shapes[0] == (1, 3)
    with pytest.raises(NetworkImportError, match="input_shape"):
        network_of_onnx(made)
    with pytest.raises(NetworkImportError, match="does not fit"):
        network_of_onnx(model([node("Relu", "x")], ["batch", 3]), [4])
    (tmp_path / "wrong.onnx").write_bytes(b"no protobuf")
    for name in ("wrong.onnx", "missing.onnx"):
        with pytest.raises(NetworkImportError, match="cannot be read as an ONNX model"):
            network_of_onnx(tmp_path / name)


def test_one_of_several_outputs_is_chosen() -> None:
    made = model([node("Split", "x", "y z", num_outputs=2, axis=1)], [1, 4], outputs="y z")
    np.testing.assert_array_equal(evaluation.output(network_of_onnx(made, output="z"), [1, 2, 3, 4]), [3, 4])
    for output, message in ((None, "2 outputs depend on the input.*output=: y, z"), ("w", "not one of")):
        with pytest.raises(NetworkImportError, match=message):
            network_of_onnx(made, output=output)


REFUSED: list[tuple[Nodes, str]] = [
    ([node("NonZero", "x")], r"NonZero \(NonZero0\): this operator is not known; add a row"),
    ([node("Floor", "x", "h"), node("Floor", "h", name="last")], r"Floor \(Floor0\)"),
    ([node("RandomNormalLike", "x")], "random"),
    (
        [node("Cast", "x", "h", to=TensorProto.INT64), node("Cast", "h", to=TensorProto.DOUBLE)],
        "not continuous",
    ),
    ([node("ArgMax", "x")], "not known"),
    ([node("MaxPool", "x", "m i", kernel_shape=[1]), node("Cast", "i", to=11)], "input 'i' was not made"),
    ([node("Conv", "x x")], "weight of a convolution depends on the input"),
    ([node("Resize", "x  s", mode="cubic")], "cubic"),
    ([node("Dropout", "x r t")], "training"),
    ([node("Gelu", "x", domain="com.example")], "domain com.example"),
    ([node("Greater", "x r")], "comparison"),
]


@pytest.mark.parametrize(("nodes", "message"), REFUSED)
def test_what_is_not_a_map_is_refused(nodes: Nodes, message: str) -> None:
    constants = {"r": np.float64(0.5), "t": np.array(True), "s": np.array([1.0, 1.0, 2.0])}
    with pytest.raises(NetworkImportError, match=message):
        network_of_onnx(model(nodes, [1, 1, 4], constants))


def test_without_onnx_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx.reference", None)
    with pytest.raises(NetworkImportError, match=r"invexproof\[onnx\]"):
        network_of_onnx("model.onnx")


# -- exported by PyTorch -------------------------------------------------------------------------------------

EXPORTED = ["mlp", "unet transposed", "written causal", "positions", "bilinear", "layernorm"]


@pytest.mark.slow
@pytest.mark.torch
@pytest.mark.parametrize("name", EXPORTED)
def test_files_that_pytorch_writes(name: str) -> None:
    torch = pytest.importorskip("torch")
    from tests.networks_import.modules import prepared

    module, shape = prepared(name)
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(module, (torch.zeros(1, *shape).double(),), buffer, opset_version=17, dynamo=False)
    network = network_of_onnx(onnx.load_from_string(buffer.getvalue()))
    assert network.shapes[0] == shape
    x = np.random.default_rng(0).normal(size=network.inputs)
    expected = module(torch.from_numpy(x).reshape(1, *shape)).detach().numpy()
    np.testing.assert_allclose(evaluation.output(network, x), expected.ravel(), rtol=1e-7, atol=1e-7)


def test_operators_are_those_of_the_version_of_the_file() -> None:
    nodes = [node("Unsqueeze", "x", "u", axes=[0]), node("Squeeze", "u", "s", axes=[0]), node("Relu", "s")]
    agrees(model(nodes, ["batch", 4], opset=11), (1, 4))


# -- the conformance tests of ONNX ---------------------------------------------------------------------------

NOT_REAL_FUNCTIONS = {
    "test_l2normalization_axis_0": "defines 0/0",
    "test_logsoftmax_large_number": "overflows in the evaluation here",
    "test_softmax_large_number": "overflows in the evaluation here",
    "test_slice_start_out_of_bounds": "gives an empty tensor",
    "test_averagepool_3d_default": "is too large",
    "test_maxpool_3d_default": "is too large",
}
CASES_READ = 600
"""At least so many cases must be read; the others have something that is refused."""


def conformance_cases() -> Iterator[tuple[str, Any, Any, np.ndarray[Any, Any], Any]]:
    """Every case of one known operator, with each float input in turn as the input and the others constant."""
    from onnx.backend.test.loader import load_model_tests

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cases = load_model_tests(kind="node")
    for case in cases:
        graph = case.model.graph
        known = len(graph.node) == 1 and graph.node[0].op_type in {*OPERATORS, *REARRANGING}
        if not known or not case.data_sets or case.name in NOT_REAL_FUNCTIONS:
            continue
        inputs, outputs = case.data_sets[0]
        for which, value in enumerate(inputs):
            if (
                not isinstance(value, np.ndarray)
                or value.dtype.kind != "f"
                or not value.size
                or not value.ndim
            ):
                continue
            made = onnx.ModelProto()
            made.CopyFrom(case.model)
            for k in reversed(range(len(inputs))):
                if k != which and inputs[k] is not None:
                    tensor = numpy_helper.from_array(np.asarray(inputs[k]), graph.input[k].name)
                    made.graph.initializer.append(tensor)
                    del made.graph.input[k]
            yield f"{case.name}, input {which}", case, made, value, np.asarray(outputs[0])


@pytest.mark.slow
def test_the_conformance_tests_of_onnx() -> None:
    read, wrong = 0, []
    for name, case, made, value, expected in conformance_cases():
        try:
            network = network_of_onnx(made, value.shape, batched=False, output=made.graph.output[0].name)
        except NetworkImportError:
            continue
        read += 1
        found = evaluation.output(network, value.astype(np.float64).ravel())
        close = np.allclose(
            found, expected.ravel(), rtol=case.rtol, atol=max(case.atol, 1e-6), equal_nan=True
        )
        if not close or network.shapes[-1] != (expected.shape or (1,)):
            wrong.append(name)
    assert wrong == []
    assert read > CASES_READ
