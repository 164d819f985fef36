"""What every reader of ONNX files does: loading, constants and attributes as Python values, rows of tables of
operators, and evaluation of nodes by the reference implementation.

Errors are of the class that the caller names, so that they say which kind of subject could not be read.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from invexproof.errors import InvexproofError

Array = npt.NDArray[Any]
Failure = type[InvexproofError]

IGNORED: Final = frozenset(
    (
        *("kernel_shape", "momentum", "spatial", "stash_type", "storage_order", "saturate"),
        *("consumed_inputs", "roi", "seed"),
    )
)
"""Attributes that do not change the function that is computed, or repeat what the shapes say."""


def package(failure: Failure) -> Any:
    """The package onnx with its reference implementation."""
    try:
        importlib.import_module("onnx.reference")
        return importlib.import_module("onnx")
    except ImportError as error:
        raise failure("reading ONNX files needs onnx: pip install 'invexproof[onnx]'") from error


def load(source: str | Path | Any, failure: Failure, *, external: bool = True) -> Any:
    """The ``onnx.ModelProto`` of a file, or the given one, with its own functions inlined.

    Tensors that are stored in files of their own are read if ``external``.
    """
    onnx = package(failure)
    try:
        model = (
            onnx.load(str(source), load_external_data=external) if isinstance(source, str | Path) else source
        )
        if len(model.functions):
            model = importlib.import_module("onnx.inliner").inline_local_functions(model)
        return model
    except Exception as error:  # of protobuf, of the file system, of onnx
        raise failure(f"{source!s:.120} cannot be read as an ONNX model: {error!s:.200}") from error


def opsets(model: Any) -> dict[str, int]:
    """The versions of the sets of operators by domain; "" is ONNX's own."""
    listed = {entry.domain: entry.version for entry in model.opset_import}
    return {**listed, "": listed.get("", listed.get("ai.onnx", 1))}


def array(value: Any) -> Array:
    """A constant as NumPy has it; the short floats of other packages become float32, which holds them."""
    result = np.asarray(value)
    return result.astype(np.float32) if result.dtype.kind == "V" or result.dtype == np.float16 else result


def attribute(value: Any) -> Any:
    """An attribute's value: text for bytes, and floats in the precision that ONNX stores."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, float):
        return np.float32(value)
    return [attribute(entry) for entry in value] if isinstance(value, list | tuple) else value


def evaluated(node: Any, inputs: Sequence[Any], versions: Mapping[str, int], failure: Failure) -> list[Array]:
    """What the reference implementation computes, of the operator as it is in these versions."""
    helper = package(failure).helper
    feeds = {name: value for name, value in zip(node.input, inputs, strict=True) if name}
    ends = [
        [helper.make_empty_tensor_value_info(name) for name in names if name]
        for names in (feeds, node.output)
    ]
    imports = [helper.make_opsetid(domain, version) for domain, version in versions.items()]
    try:
        # of a node by itself the newest version would be taken
        model = helper.make_model(helper.make_graph([node], "node", *ends), opset_imports=imports)
        evaluator = importlib.import_module("onnx.reference").ReferenceEvaluator(model)
        with np.errstate(all="ignore"):
            return [array(value) for value in evaluator.run(None, feeds)]
    except Exception as error:  # of many kinds, from many implementations
        raise failure(f"the reference implementation of ONNX fails: {error!s:.200}") from error


class Row(NamedTuple):
    """A lowering, its parameters for the inputs in order, and the attribute for each of its other parameters."""

    lower: Callable[..., Any]
    inputs: tuple[str, ...]
    attributes: Mapping[str, str]
    variadic: bool = False
    """Whether the inputs, any number of them, follow what is in the making."""


def row(lower: Callable[..., Any], arguments: str) -> Row:
    """A row of a table: parameters for inputs, a bar, and parameters for attributes (``axis=axes``)."""
    inputs, _, attributes = arguments.partition("|")
    pairs = (entry.partition("=") for entry in attributes.split())
    named = {parameter: name or parameter for parameter, _, name in pairs}
    return Row(lower, tuple(inputs.split()), named, inputs.strip().endswith("*"))


def attributes(
    node: Any, taken: Row, version: int, failure: Failure, how_to_add: str, ignored: frozenset[str] = IGNORED
) -> dict[str, Any]:
    """A lowering's parameters for attributes, with ONNX's defaults; ``opset`` is the version.

    Raises ``failure`` if an attribute that the row does not use has a value that is not its default.
    """
    onnx = package(failure)
    schema = onnx.defs.get_schema(node.op_type, version, "")
    defaults = {
        name: attribute(onnx.helper.get_attribute_value(entry.default_value))
        for name, entry in schema.attributes.items()
        if entry.default_value.name
    }
    given = {entry.name: attribute(onnx.helper.get_attribute_value(entry)) for entry in node.attribute}
    used = set(taken.attributes.values())
    for name, value in given.items():
        if name not in used and name not in ignored and value != defaults.get(name):
            raise failure(f"its attribute {name} = {value!r:.60} is not read; {how_to_add}")
    known = {**defaults, **given, "opset": version}
    return {p: known[name] for p, name in taken.attributes.items() if name in known}
