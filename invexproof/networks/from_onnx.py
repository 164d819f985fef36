"""ONNX files as networks.

What a file computes is read as exact functions of real numbers: weights and constants are the dyadic rationals
that their floats are, attributes such as ``alpha`` the decimals that they print as, activations the functions
that the specification names; casts between floats change nothing, and a factor of attention scores that is
1/sqrt(d) up to rounding is that number.  Tensors that do not depend on the input are computed by the reference
implementation of ONNX.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from invexproof import onnx_reading
from invexproof.errors import InvexproofError
from invexproof.networks.flows import Deferred, Flow, NetworkImportError, Value
from invexproof.networks.lowering import Lowering
from invexproof.networks.lowering_onnx import OF_SHAPES, OPERATORS, RANDOM, REARRANGING, RESHAPING
from invexproof.networks.network import Network
from invexproof.onnx_reading import Row

HOW_TO_ADD: Final = "add a row to invexproof/networks/lowering_onnx.py; its head says how"


def network_of_onnx(
    source: str | Path | Any,
    input_shape: Sequence[int] | None = None,
    *,
    batched: bool | None = None,
    output: str | None = None,
) -> Network:
    """The map of an ONNX file, or of a loaded ``onnx.ModelProto``, with one input of real numbers.

    The first axis of the input is taken for a batch axis, and dropped, if it has length 1 or no fixed length and
    is not the only one (``batched`` says otherwise).  ``input_shape`` is the shape of one example, for files that
    leave it open; ``output`` names the output that is meant, if there are several.

    Raises :class:`NetworkImportError` if the package onnx is missing, if the file cannot be read, or if it has an
    operator that is not a map of real numbers, or is unknown.
    """
    model = onnx_reading.load(source, NetworkImportError)
    reader = _Reader(onnx_reading.package(NetworkImportError), onnx_reading.opsets(model))
    return reader.network(model.graph, input_shape, batched, output)


class _Reader:
    """Reads one model; ``values`` are constants and flows by name."""

    def __init__(self, onnx: Any, opsets: Mapping[str, int]) -> None:
        self.onnx = onnx
        self.opsets = opsets
        self.values: dict[str, Any] = {}

    def network(
        self, graph: Any, input_shape: Sequence[int] | None, batched: bool | None, output: str | None
    ) -> Network:
        self._constants(graph)
        inputs = [entry for entry in graph.input if entry.name not in self.values]
        if len(inputs) != 1:
            listed = ", ".join(entry.name for entry in inputs)
            raise NetworkImportError(f"the model has {len(inputs)} inputs ({listed}); one is needed")
        shape, batched = self._input_shape(inputs[0], input_shape, batched)
        self.low = Lowering(shape, batched=batched)
        self.values[inputs[0].name] = self.low.input
        self._run(graph)
        names = [entry.name for entry in graph.output]
        flows = [name for name in names if _tracked(self.values.get(name))]
        if output is None and len(flows) != 1:
            raise NetworkImportError(
                f"{len(flows)} outputs depend on the input"
                + (f"; choose one with output=: {', '.join(flows)}" if flows else "")
            )
        wanted = output or flows[0]
        if wanted not in flows:
            raise NetworkImportError(f"{wanted!r:.60} is not one of the outputs {', '.join(flows)}")
        return self.low.finish(self.values[wanted], batched=batched)

    def _input_shape(
        self, entry: Any, given: Sequence[int] | None, batched: bool | None
    ) -> tuple[tuple[int, ...], bool]:
        """The shape of one example, and whether the model's input has a batch axis besides."""
        kind = entry.type.tensor_type
        if kind.elem_type not in (1, 10, 11, 16):
            raise NetworkImportError(f"the input {entry.name} is not a tensor of real numbers")
        lengths = [axis.dim_value if axis.HasField("dim_value") else None for axis in kind.shape.dim]
        if batched is None:
            batched = len(lengths) > 1 and lengths[0] in (None, 0, 1)
        inner = lengths[1:] if batched else lengths
        if given is not None:
            shape = tuple(int(n) for n in given)
            if len(shape) != len(inner) or any(
                n not in (None, 0, m) for n, m in zip(inner, shape, strict=True)
            ):
                raise NetworkImportError(f"the shape {list(shape)} does not fit the input's, {inner}")
            return shape, batched
        if any(not n for n in inner) or not inner:
            raise NetworkImportError(
                f"the input has the shape {inner}; say with input_shape what the rest is"
            )
        return tuple(n for n in inner if n), batched

    def _constants(self, graph: Any) -> None:
        for tensor in graph.initializer:
            self.values[tensor.name] = onnx_reading.array(self.onnx.numpy_helper.to_array(tensor))
        if len(graph.sparse_initializer):
            raise NetworkImportError("sparse initializers are not read; store them as dense tensors")

    def _run(self, graph: Any) -> None:
        for number, node in enumerate(graph.node):
            self.low.place = node.name or f"{node.op_type}{number}"
            with _at(node, self.low.place):
                results = self._results(node)
                for name, value in zip(node.output, results, strict=False):
                    if name and value is not None:
                        self.values[name] = value

    # -- operators -------------------------------------------------------------------------------------------

    def _results(self, node: Any) -> Sequence[Any]:
        inputs: list[Any] = [self._value(name) for name in node.input]
        if node.domain not in ("", "ai.onnx"):
            raise NetworkImportError(f"operators of the domain {node.domain} are not read")
        if node.op_type in RANDOM:
            raise NetworkImportError("it draws random numbers")
        if node.op_type == "If":
            return self._branch(node, inputs[0])
        if any(attribute.HasField("g") or len(attribute.graphs) for attribute in node.attribute):
            raise NetworkImportError("loops and subgraphs are not read")
        if not any(_tracked(value) for value in inputs):
            return self._evaluated(node, inputs)
        if node.op_type in OF_SHAPES:
            return self._evaluated(node, [np.zeros(inputs[0].shape, dtype=np.float32)])
        if node.op_type in REARRANGING:
            return self._rearranged(node, inputs)
        row = OPERATORS.get(node.op_type)
        if row is None:
            raise NetworkImportError(f"this operator is not known; {HOW_TO_ADD}")
        given = inputs if row.variadic else ()
        result = row.lower(self.low, *given, **self._named(node, row, inputs))
        return result if isinstance(result, tuple) else (result,)

    def _named(self, node: Any, row: Row, inputs: Sequence[Any]) -> dict[str, Any]:
        """The lowering's arguments by name: inputs, and attributes with their defaults."""
        named: dict[str, Any] = {}
        if not row.variadic:
            named = {p: v for p, v in zip(row.inputs, inputs, strict=False) if p != "-" and v is not None}
            extra = [v for v in inputs[len(row.inputs) :] if v is not None]
            if extra:
                raise NetworkImportError(f"it has {len(inputs)} inputs; {len(row.inputs)} are read")
        return named | onnx_reading.attributes(node, row, self.opsets[""], NetworkImportError, HOW_TO_ADD)

    def _evaluated(self, node: Any, inputs: Sequence[Any]) -> list[Any]:
        return list(onnx_reading.evaluated(node, inputs, self.opsets, NetworkImportError))

    def _rearranged(self, node: Any, inputs: Sequence[Any]) -> list[Any]:
        """The operator itself, run on the numbers of the entries; 0 stands for the constant 0."""
        places = REARRANGING[node.op_type]
        if any(a.name == "reduction" and a.s not in (b"", b"none") for a in node.attribute):
            raise NetworkImportError("a scatter that reduces is not read")
        moved = range(len(inputs)) if places is None else places
        if any(_tracked(value) and k not in moved for k, value in enumerate(inputs)):
            raise NetworkImportError("which entries it takes depends on the input")
        kept = self._reshaped(node, inputs)
        if kept is not None:
            return [kept]
        near = next(self.low.flow(value) for value in inputs if _tracked(value))
        flows = {k: self.low.flow(inputs[k], near) for k in moved if inputs[k] is not None}

        def run(part: str, shift: int) -> list[Any]:
            arrays = {k: getattr(flow, part).astype(np.float64) + shift for k, flow in flows.items()}
            return self._evaluated(node, [arrays.get(k, value) for k, value in enumerate(inputs)])

        return [
            Flow(np.asarray(e).astype(np.int64) - 1, np.asarray(f).astype(np.int64))
            for e, f in zip(run("entries", 1), run("functions", 0), strict=True)
        ]

    def _reshaped(self, node: Any, inputs: Sequence[Any]) -> Deferred | None:
        if not isinstance(inputs[0], Deferred) or node.op_type not in RESHAPING:
            return None
        zeros = np.zeros(inputs[0].shape, dtype=np.float32)
        return inputs[0].reshaped(tuple(self._evaluated(node, [zeros, *inputs[1:]])[0].shape))

    def _branch(self, node: Any, condition: Any) -> list[Any]:
        if _tracked(condition):
            raise NetworkImportError("its branch depends on the input, so it is not one map")
        wanted = "then_branch" if np.asarray(condition).all() else "else_branch"
        graph = next(attribute.g for attribute in node.attribute if attribute.name == wanted)
        self._constants(graph)
        self._run(graph)
        return [self.values[entry.name] for entry in graph.output]

    def _value(self, name: str) -> Value | None:
        if not name:
            return None
        if name not in self.values:
            raise NetworkImportError(
                f"its input {name!r:.60} was not made: no node gives it, or it is a second output that cannot be "
                "read, such as the places of maxima"
            )
        value: Value = self.values[name]
        return value


def _tracked(value: Any) -> bool:
    return isinstance(value, Flow | Deferred)


@contextlib.contextmanager
def _at(node: Any, place: str) -> Iterator[None]:
    """Errors say which operator, and where in the model it stands."""
    try:
        yield
    except InvexproofError as error:
        raise NetworkImportError(f"{node.op_type} ({place}): {error}") from error
