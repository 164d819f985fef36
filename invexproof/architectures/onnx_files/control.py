"""Branches and loops of ONNX files: a branch on a known condition is taken, a loop of known length is unrolled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from invexproof.architectures import building
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.onnx_files.lowering import scalar
from invexproof.architectures.onnx_files.recurrent import MAX_STEPS
from invexproof.architectures.onnx_files.values import Failed, Given, Tracked, Value, given, tracked

if TYPE_CHECKING:
    from invexproof.architectures.onnx_files.reader import Reader

Values = dict[str, Value]


def _graph(node: Any, name: str) -> Any:
    for attribute in node.attribute:
        if attribute.name == name and attribute.HasField("g"):
            return attribute.g
    raise ArchitectureError(f"the node is malformed: it has no graph {name}")


def _made(reader: Reader, graph: Any, values: Values, bound: Mapping[str, Value]) -> list[Value]:
    """What an inner graph makes, which sees the values around it."""
    outer = [(name, value) for name, value in values.items() if name]
    outputs = [entry.name for entry in graph.output]
    return reader.inner(graph, [*outer, *bound.items()], outputs)


def _known(value: Value) -> Any:
    array = value.array if isinstance(value, Given) else None
    return None if array is None else scalar(array)


def _branch(reader: Reader, node: Any, inputs: list[Value], values: Values) -> list[Value]:
    """The branch that a known condition chooses; data may choose between tensors of one shape without parameters."""
    condition = _known(inputs[0])
    if condition is not None:
        return _made(reader, _graph(node, "then_branch" if condition else "else_branch"), values, {})
    if tracked(inputs[0]):
        raise ArchitectureError(
            "its branch depends on parameters; write the choice as Where of the results of both branches"
        )
    both = [_made(reader, _graph(node, name), values, {}) for name in ("then_branch", "else_branch")]
    results: list[Value] = []
    for name, one, other in zip(node.output, *both, strict=True):
        if not (isinstance(one, Given) and isinstance(other, Given)):
            raise ArchitectureError(
                "data choose between branches that depend on parameters; export the model for one branch, "
                "or write the choice as Where"
            )
        shape = one.shape if one.shape == other.shape else None
        results.append(Given(name, one.element, shape, infinite=one.infinite or other.infinite))
    return results


def _loop(reader: Reader, node: Any, inputs: list[Value], values: Values) -> list[Value]:
    """A loop, unrolled while its condition is known to hold."""
    graph = _graph(node, "body")
    names = [entry.name for entry in graph.input]
    limit = _known(inputs[0]) if inputs[0] is not None else MAX_STEPS + 1
    condition: Value = inputs[1] if len(inputs) > 1 else None
    if limit is None:
        raise ArchitectureError("the number of its iterations is not known; export the model with it fixed")
    carried, rows = list(inputs[2:]), list[list[Value]]()
    for step in range(int(limit)):
        proceed = True if condition is None else _known(condition)
        if proceed is None:
            raise ArchitectureError("whether it goes on depends on data or parameters; unroll it by hand")
        if not proceed:
            break
        if step >= MAX_STEPS:
            raise ArchitectureError(f"loops of more than {MAX_STEPS} iterations are not unrolled")
        index = given(names[0], np.array(step), 7)
        always = given(names[1], np.array(True), 9)
        bound = dict(zip(names, [index, always, *carried], strict=True))
        condition, *made = _made(reader, graph, values, bound)
        carried = made[: len(carried)]
        rows.append(made[len(carried) :])
    return [*carried, *(_stacked(reader, list(column), 0) for column in zip(*rows, strict=True))]


def _scan(reader: Reader, node: Any, inputs: list[Value], values: Values) -> list[Value]:
    """A scan over the first axes of its inputs, unrolled."""
    settings = {attribute.name: attribute for attribute in node.attribute}
    graph, count = _graph(node, "body"), settings["num_scan_inputs"].i
    moved = [
        n for name, entry in settings.items() if name.endswith(("_axes", "_directions")) for n in entry.ints
    ]
    if any(moved):
        raise ArchitectureError("a scan along other axes than the first, or backwards, is not read")
    names = [entry.name for entry in graph.input]
    carried, scanned = inputs[:-count], inputs[-count:]
    steps = reader.low.shape(_tensor(scanned[0]))[0]
    if steps > MAX_STEPS:
        raise ArchitectureError(f"scans of more than {MAX_STEPS} steps are not unrolled")
    rows = list[list[Value]]()
    for step in range(steps):
        slices = [_entry(reader, _tensor(value), step) for value in scanned]
        made = _made(reader, graph, values, dict(zip(names, [*carried, *slices], strict=True)))
        carried = made[: len(carried)]
        rows.append(made[len(carried) :])
    return [*carried, *(_stacked(reader, list(column), 0) for column in zip(*rows, strict=True))]


def _tensor(value: Value) -> Tracked | Given:
    if isinstance(value, Failed):
        raise value.error
    if not isinstance(value, Tracked | Given):
        raise ArchitectureError("a tensor is needed")
    return value


def _entry(reader: Reader, value: Tracked | Given, index: int) -> Value:
    """One index of the first axis."""
    if isinstance(value, Tracked):
        return Tracked(building.select(reader.low.builder, value.handle, 0, index), value.element)
    if value.array is not None:
        return given(f"{value.name}:{index}", value.array[index], value.element)
    shape = reader.low.shape(value)[1:]
    return Given(f"{value.name}:{index}", value.element, shape, role=value.role, infinite=value.infinite)


def _stacked(reader: Reader, values: list[Value], axis: int) -> Value:
    """Tensors along a new first axis."""
    tensors = [_tensor(value) for value in values]
    element = tensors[0].element
    arrays = [value.array for value in tensors if isinstance(value, Given) and value.array is not None]
    if len(arrays) == len(tensors):
        return given(f"{reader.low.place}:stacked", np.stack(arrays, axis), element)
    if not any(map(tracked, tensors)):
        shape = (len(tensors), *reader.low.shape(tensors[0]))
        return Given(f"{reader.low.place}:stacked", element, shape)
    handles = [reader.low.handle(value) for value in tensors]
    return Tracked(building.stack(reader.low.builder, handles, axis), element)


CONTROL: Final[Mapping[str, Callable[[Reader, Any, list[Value], Values], list[Value]]]] = {
    "If": _branch,
    "Loop": _loop,
    "Scan": _scan,
}
"""Operators with graphs inside."""
