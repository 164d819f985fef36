"""Compares architectures that are read from ONNX files with the reference implementation of ONNX."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from invexproof.architectures.builder import Builder, Model
from invexproof.architectures.from_onnx import read_onnx
from invexproof.architectures.graph import Input
from invexproof.architectures.onnx_files.lowering import Lowering
from tests.architectures.evaluating import evaluated

RANDOM = np.random.default_rng(5)


def node(operator: str, inputs: str, outputs: str = "y", **attributes: Any) -> Any:
    """A node; names are separated by blanks, and ``-`` is left out."""
    listed = [["" if name == "-" else name for name in names.split()] for names in (inputs, outputs)]
    return helper.make_node(operator, *listed, **attributes)


def model(
    nodes: list[Any],
    inputs: Mapping[str, Any],
    weights: Mapping[str, Any],
    outputs: str = "y",
    opset: int = 20,
    **more: Any,
) -> Any:
    """A model; inputs are shapes of floats, or pairs of an element type and a shape."""
    entries = []
    for name, shape in inputs.items():
        element, lengths = shape if isinstance(shape, tuple) else (TensorProto.FLOAT, shape)
        entries.append(helper.make_tensor_value_info(name, element, lengths))
    stored = [numpy_helper.from_array(np.asarray(value), name) for name, value in weights.items()]
    ends = [helper.make_empty_tensor_value_info(name) for name in outputs.split()]
    graph = helper.make_graph(nodes, "test", entries, ends, stored)
    imports = [helper.make_opsetid("", opset), *more.pop("imports", [])]
    return helper.make_model(graph, opset_imports=imports, ir_version=9, **more)


def weight(*shape: int) -> Any:
    """Random floats."""
    return RANDOM.normal(size=shape).astype(np.float32)


def as_tensor(builder: Builder, number: int, value: Any) -> Any:
    """An input's value as its kind has it."""
    source = builder._sources[number]
    assert isinstance(source, Input)
    dtypes = {"integer": torch.int64, "boolean": torch.bool}
    array = np.asarray(value)
    plain = array.astype({"integer": np.int64, "boolean": bool}.get(source.kind, np.float64))
    return torch.as_tensor(plain).to(dtypes.get(source.kind, torch.float64)).reshape(source.shape)


def outputs(read: Model, low: Lowering, known: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs for tensors of the file by name; None where a constant is not known."""
    builder = read.builder
    given: dict[int, Any] = dict(low.values)
    for number, source in enumerate(builder._sources):
        if isinstance(source, Input):
            name = low.tensors.get(number, source.name)
            given |= {number: known[name]} if name in known and number not in given else {}
    values = evaluated(builder, {n: as_tensor(builder, n, value) for n, value in given.items()})
    return {name: values[number] for name, number in read.outputs.items()}


def agrees(proto: Any, feeds: Mapping[str, Any], **options: Any) -> tuple[Model, Lowering]:
    """The outputs are those that the reference implementation computes; what was read."""
    read, low = read_onnx(proto, **{"training": False, **options})
    wanted = onnx.ModelProto()
    wanted.CopyFrom(proto)
    have = {entry.name for entry in proto.graph.output}
    made = {name for made_by in proto.graph.node for name in made_by.output}
    more = sorted(set(low.tensors.values()) & made - have)
    wanted.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in more)
    results = ReferenceEvaluator(wanted).run(None, dict(feeds))
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in proto.graph.initializer}
    known = {**stored, **feeds, **dict(zip([e.name for e in wanted.graph.output], results, strict=True))}
    named = {name.lstrip("/"): value for name, value in known.items()}
    found = outputs(read, low, {**named, **known})
    assert found
    for name, value in found.items():
        assert value is not None, name
        assert tuple(value.shape) == np.shape(known[name])
        scale = max(1.0, float(np.abs(known[name]).max(initial=0)))
        np.testing.assert_allclose(value.detach().numpy(), known[name], atol=2e-5 * scale, rtol=1e-4)
    return read, low


def parameters(read: Model) -> dict[str, tuple[int, ...]]:
    """The shapes of parameters by name."""
    return {read.builder.name(number): read.builder.shape(number) for number in read.builder.parameters}


def operators(read: Model) -> list[str]:
    """The operators of the graph, in order."""
    return [source.op for source in read.builder._sources if not isinstance(source, Input)]


def size(read: Model) -> int:
    """The number of trained numbers."""
    return sum(math.prod(shape) for shape in parameters(read).values())
