"""Operators that ONNX itself defines by others, as the graphs that define them."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Any


def expanded(onnx: Any, node: Any, types: Mapping[str, Any], imports: Sequence[Any]) -> Any:
    """A graph that makes the node's outputs from its inputs, or None if ONNX has no definition."""
    versions = {entry.domain: entry.version for entry in imports}
    try:
        schema = onnx.defs.get_schema(node.op_type, versions.get(node.domain, 1), node.domain)
    except Exception:  # the package's own class is not public
        return None
    if not (schema.has_function or schema.has_context_dependent_function):
        return None
    whole = onnx.NodeProto()
    whole.CopyFrom(node)
    given = {attribute.name for attribute in node.attribute}
    defaults = [entry.default_value for name, entry in schema.attributes.items() if name not in given]
    whole.attribute.extend(value for value in defaults if value.name)  # definitions do not know the defaults
    inputs = [onnx.helper.make_value_info(name, kind) for name, kind in types.items() if name]
    outputs = [onnx.helper.make_empty_tensor_value_info(name) for name in node.output if name]
    graph = onnx.helper.make_graph([whole], "definition", inputs, outputs)
    model = onnx.helper.make_model(graph, opset_imports=list(imports))
    inliner = importlib.import_module("onnx.inliner")
    chosen = [(node.domain, node.op_type)]
    try:
        result = inliner.inline_selected_functions(model, chosen, inline_schema_functions=True).graph
    except RuntimeError:  # definitions need types that are not known here
        return None
    return None if any(made.op_type == node.op_type for made in result.node) else result
