"""Reads the nodes of an ONNX graph: what depends on parameters is lowered, what is known is computed, and of the rest
the shapes are inferred."""

from __future__ import annotations

import contextlib
import importlib
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import numpy as np

from invexproof import onnx_reading
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.graph import Argument, Shape
from invexproof.architectures.onnx_files import control, expansion
from invexproof.architectures.onnx_files.lowering import Lowering
from invexproof.architectures.onnx_files.operators import HOW_TO_ADD, IGNORED, OF_SHAPES, OPERATORS, SEQUENCES
from invexproof.architectures.onnx_files.values import (
    KINDS,
    MAX_ENTRIES,
    Failed,
    Given,
    Tracked,
    Value,
    given,
    stored,
    tracked,
)
from invexproof.errors import InvexproofError
from invexproof.networks.flows import number
from invexproof.onnx_reading import Row

Values = dict[str, Value]
Inferred = tuple[int, Shape | None]
"""An element type, and a shape if it is known."""

MAX_NODES: Final = 1 << 18
RANDOM: Final = frozenset(
    ("Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike")
)
_KEEP_INFINITIES: Final = frozenset(
    (
        *("Add", "Cast", "CastLike", "Concat", "ConstantOfShape", "Expand", "Flatten", "Gather", "Identity"),
        *("Log", "Max", "Min", "Mul", "Pad", "Reshape", "ScatterElements", "ScatterND", "Slice", "Split"),
        *("Squeeze", "Sub", "Tile", "Transpose", "Trilu", "Unsqueeze", "Where"),
    )
)
"""Operators that may have minus infinity among their results if it is among their arguments."""
_NATURAL: Final = frozenset(
    (
        *("batch_dims", "block_size", "blocksize", "dilations", "group", "hidden_size", "kernel_shape"),
        *("num_groups", "num_outputs", "strides"),
    )
)
"""Attributes that are never negative; ONNX's own inference does not survive some that are."""
_MISFITS: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What lowerings raise if a node's inputs or attributes are not those of its operator."""


class Reader:
    """Reads nodes in the order of the file."""

    def __init__(self, low: Lowering, model: Any, types: Mapping[str, Inferred]) -> None:
        """``types`` are what the file itself says about its tensors."""
        self.onnx = onnx_reading.package(ArchitectureError)
        self.low = low
        self.opsets = onnx_reading.opsets(model)
        self.types = types
        self._count = 0
        self._imports = list(model.opset_import)
        self._infer = importlib.import_module("onnx.shape_inference").infer_node_outputs
        self._check = self.onnx.checker.check_node
        self._context = self.onnx.checker.C.CheckerContext()
        self._context.ir_version = max(model.ir_version, 3)
        self._context.opset_imports = {**self.opsets}

    def run(self, nodes: Iterable[Any], values: Values) -> None:
        """Adds what the nodes make to the values."""
        for count, node in enumerate(nodes):
            self._count += 1
            if self._count > MAX_NODES:
                raise ArchitectureError(f"more than {MAX_NODES} nodes, with loops unrolled, are not read")
            self.low.place = node.name or (node.output[0] if node.output else f"{node.op_type}{count}")
            place = self.low.place
            with _at(node, place):
                inputs = [self._value(name, values) for name in node.input]
            for name, value in zip(node.output, self._read(node, inputs, values, place), strict=False):
                if name:
                    values[name] = value

    def _value(self, name: str, values: Values) -> Value:
        if name and name not in values:
            raise ArchitectureError(
                f"its input {name!r:.80} is made by no earlier node, input or initializer; the file is malformed "
                "(check it with onnx.checker.check_model)"
            )
        return values[name] if name else None

    def _read(self, node: Any, inputs: list[Value], values: Values, place: str) -> list[Value]:
        failed = next((value for value in inputs if isinstance(value, Failed)), None)
        if failed is not None:
            return [failed] * len(node.output)
        try:
            with _at(node, place):
                results = self._results(node, inputs, values)
        except ArchitectureError as error:
            return [Failed(error)] * len(node.output)
        missing = ArchitectureError(
            f"{node.op_type} ({place}): only its first {len(results)} outputs are read"
        )
        return [*results, *[Failed(missing)] * (len(node.output) - len(results))]

    # -- one node --------------------------------------------------------------------------------------------

    def _results(self, node: Any, inputs: list[Value], values: Values) -> list[Value]:
        if node.op_type in control.CONTROL and _plain(node):
            return control.CONTROL[node.op_type](self, node, inputs, values)
        self._checked(node)
        if node.op_type in SEQUENCES and _plain(node):
            return SEQUENCES[node.op_type](self.low, node, *inputs)
        if node.op_type == "CastLike" and isinstance(inputs[0], Given):
            inputs = [inputs[0], self._typed(inputs[1])]
        depends = any(map(tracked, inputs))
        inferred = self._inferred(node, inputs, depends)
        if node.op_type in OF_SHAPES and _plain(node):
            inputs, depends = [self._shaped(value) for value in inputs], False
        if not depends:
            return list(self._folded(node, inputs, inferred))
        key = node.op_type if _plain(node) else f"{node.domain}.{node.op_type}"
        row = OPERATORS.get(key)
        if row is None:
            expanded = expansion.expanded(self.onnx, node, self._input_types(node, inputs), self._imports)
            if expanded is None:
                raise ArchitectureError(
                    f"this operator{'' if _plain(node) else ' of the domain ' + node.domain} is not known where "
                    f"it depends on parameters; {HOW_TO_ADD}"
                )
            return self.inner(expanded, zip(node.input, inputs, strict=True), node.output)
        return self._lowered(node, row, inputs, inferred)

    def inner(self, graph: Any, bound: Iterable[tuple[str, Value]], outputs: Iterable[str]) -> list[Value]:
        """What a graph of its own makes of values; it may have initializers."""
        values: Values = {"": None, **{name: value for name, value in bound if name}}
        for tensor in graph.initializer:
            values[tensor.name] = given(tensor.name, stored(tensor), tensor.data_type)
        self.run(graph.node, values)
        return [values.get(name) for name in outputs]

    def _checked(self, node: Any) -> None:
        if not _plain(node):
            return
        for attribute in node.attribute:
            if attribute.name in _NATURAL and min([attribute.i, *attribute.ints]) < 0:
                raise ArchitectureError(f"the node is malformed: {attribute.name} is negative")
        try:
            self._check(node, self._context)
        except Exception as error:  # of the checker, of a missing operator
            text = str(error).split("\n")[0]
            raise ArchitectureError(f"the node is malformed: {text:.200}") from None

    def _lowered(
        self, node: Any, row: Row, inputs: list[Value], inferred: Mapping[str, Inferred]
    ) -> list[Value]:
        named = self._attributes(node, row)
        wanted = sum(map(bool, node.output))
        special = {"outputs": len(node.output), "wanted": wanted, "inferred": inferred.get(node.output[0])}
        named |= {p: special[name] for p, name in row.attributes.items() if name in special}
        if row.variadic:
            positional, given_inputs = self._converted(row.inputs[-1], inputs), {}
        else:
            positional, given_inputs = [], self._named(row, inputs)
        made = row.lower(self.low, *positional, **given_inputs, **named)
        results = []
        for name, result in zip(node.output, made if isinstance(made, tuple) else (made,), strict=False):
            element, shape = inferred.get(name, (self._element(inputs), None))
            if isinstance(result, int):
                self._agrees(self.low.builder.shape(result), shape)
                result = Tracked(result, element)
            results.append(result if result is not None else Failed(_not_read(node, self.low.place)))
        return results

    def _attributes(self, node: Any, row: Row) -> dict[str, Any]:
        """Attributes by the lowering's names, reals as the decimals that they print as."""
        if not _plain(node):
            given_here = {a.name: self.onnx.helper.get_attribute_value(a) for a in node.attribute}
            known = {n: onnx_reading.attribute(v) for n, v in given_here.items()}
            unread = sorted(known.keys() - set(row.attributes.values()) - IGNORED)
            if unread:
                raise ArchitectureError(f"its attribute {unread[0]} is not read; {HOW_TO_ADD}")
            named = {p: known[name] for p, name in row.attributes.items() if name in known}
        else:
            version = self.opsets[""]
            named = onnx_reading.attributes(node, row, version, ArchitectureError, HOW_TO_ADD, IGNORED)
        return {name: _exact(value) for name, value in named.items()}

    def _named(self, row: Row, inputs: list[Value]) -> dict[str, Any]:
        """Inputs by the lowering's names; one that is left out is not named."""
        extra = [value for value in inputs[len(row.inputs) :] if value is not None]
        if extra:
            raise ArchitectureError(f"it has {len(inputs)} inputs; {len(row.inputs)} are read")
        sorts = [sort.partition(":") for sort in row.inputs]
        pairs = [
            (name, sort, v)
            for (name, _, sort), v in zip(sorts, inputs, strict=False)
            if name != "-" and v is not None
        ]
        operands: list[Any] = [value for _, sort, value in pairs if sort == "operand"]
        literals = iter(self.low.operands(operands, "real") if operands else ())
        return {
            name: next(literals) if sort == "operand" else self._one(name, sort, value)
            for name, sort, value in pairs
        }

    def _one(self, name: str, sort: str, value: Any) -> Any:
        if sort == "value":
            return value
        if sort == "addend":
            known = value.array if isinstance(value, Given) else None
            return None if known is not None and not known.any() else self.low.handle(value, "real")
        if sort == "known":
            return self.low.known(value, name)
        return self.low.handle(value, {"": "real", "any": None}.get(sort, sort))

    def _converted(self, sort: str, inputs: list[Any]) -> list[Argument]:
        if sort == "operand*":
            return self.low.operands(inputs, "real")
        return [None if v is None else self._one("", sort.rstrip("*"), v) for v in inputs]

    def _element(self, inputs: list[Value]) -> int:
        return next((v.element for v in inputs if isinstance(v, Tracked | Given)), 1)

    def _agrees(self, shape: Shape, expected: Shape | None) -> None:
        """A second opinion about shapes."""
        if expected is not None and shape != expected:
            raise ArchitectureError(
                f"its result has the shape {list(shape)} as it was read, but {list(expected)} by ONNX's inference; "
                "please report this"
            )

    # -- nodes without parameters ----------------------------------------------------------------------------

    def _folded(
        self, node: Any, inputs: list[Value], inferred: Mapping[str, Inferred]
    ) -> Iterator[Given | Failed]:
        """What depends on data and constants alone: computed if all is known and small."""
        known = self._computed(node, inputs, inferred)
        tensors = [value for value in inputs if isinstance(value, Given)]
        infinite = node.op_type in _KEEP_INFINITIES and any(_may_be_infinite(v) for v in tensors)
        for count, name in enumerate(node.output):
            if known is not None:
                element = inferred.get(name, (None, None))[0] or _element_of(self.onnx, known[count])
                yield given(name, known[count], element)
            else:
                element, shape = inferred.get(name) or self.types.get(name) or (self._element(inputs), None)
                yield Given(name, element, shape, infinite=infinite)

    def _computed(self, node: Any, inputs: list[Value], inferred: Mapping[str, Inferred]) -> list[Any] | None:
        if node.op_type in RANDOM or not _plain(node) or any(isinstance(v, tuple) for v in inputs):
            return None
        shapes = [shape for _, shape in inferred.values()]
        if any(shape is not None and math.prod(shape) > MAX_ENTRIES for shape in shapes):
            return None
        arrays = [value.array if isinstance(value, Given) else None for value in inputs]
        if any(array is None and value is not None for array, value in zip(arrays, inputs, strict=True)):
            return None
        try:
            results = onnx_reading.evaluated(node, arrays, self.opsets, ArchitectureError)
        except ArchitectureError:
            return None
        return results if all(isinstance(r, np.ndarray) and r.dtype.kind in "fiub" for r in results) else None

    def _shaped(self, value: Value) -> Value:
        """Zeros in the shape of a tensor, for operators that look at nothing else."""
        if not isinstance(value, Tracked | Given) or (isinstance(value, Given) and value.shape is None):
            return value
        return given("", np.broadcast_to(np.float32(0), self.low.shape(value)), value.element)

    def _typed(self, value: Value) -> Value:
        """A number of the tensor's type."""
        dtype = self.onnx.helper.tensor_dtype_to_np_dtype(self._element([value]))
        return given("", np.zeros((), dtype), self._element([value]))

    # -- inference -------------------------------------------------------------------------------------------

    def _input_types(self, node: Any, inputs: list[Value]) -> dict[str, Any]:
        made = self.onnx.helper.make_tensor_type_proto
        result = {}
        for name, value in zip(node.input, inputs, strict=True):
            if isinstance(value, Tracked):
                result[name] = made(value.element, self.low.shape(value))
            elif isinstance(value, Given):
                result[name] = made(value.element, value.shape)
        return result

    def _inferred(self, node: Any, inputs: list[Value], strict: bool) -> dict[str, Inferred]:
        """Element types and shapes of the results by ONNX's inference, as far as it goes; if it finds that inputs do
        not fit, that is an error only if it is strict."""
        if not _plain(node):
            return {}
        data = {
            name: self.onnx.numpy_helper.from_array(value.array, name)
            for name, value in zip(node.input, inputs, strict=True)
            if isinstance(value, Given)
            and value.shape is not None
            and (math.prod(value.shape) <= 1024)
            and value.array is not None
            and KINDS.get(value.element) is not None
            and self.onnx.helper.tensor_dtype_to_np_dtype(value.element) == value.array.dtype
        }
        try:
            schema = self.onnx.defs.get_schema(node.op_type, self.opsets[""], "")
            found = self._infer(
                schema,
                node,
                self._input_types(node, inputs),
                data,
                None,
                self._imports,
                self._context.ir_version,
            )
        except (self.onnx.shape_inference.InferenceError, self.onnx.checker.ValidationError) as error:
            if not strict:
                return {}
            raise ArchitectureError(f"its inputs do not fit: {_reason(error)}") from None
        except (KeyError, RuntimeError, ValueError):
            return {}
        return {name: read for name, kind in found.items() if (read := type_of(kind)) is not None}


def type_of(kind: Any) -> Inferred | None:
    """A type of the file: the element type, and the shape if all lengths are fixed; None if it is no tensor."""
    if not kind.HasField("tensor_type") or not kind.tensor_type.elem_type:
        return None
    tensor = kind.tensor_type
    if not tensor.HasField("shape"):
        return tensor.elem_type, None
    axes = [axis.dim_value if axis.HasField("dim_value") else None for axis in tensor.shape.dim]
    return tensor.elem_type, None if None in axes else tuple(n for n in axes if n is not None)


def _plain(node: Any) -> bool:
    return node.domain in ("", "ai.onnx")


def _exact(value: Any) -> Any:
    if isinstance(value, list):
        return [_exact(entry) for entry in value]
    return number(value) if isinstance(value, np.floating) else value


def _may_be_infinite(value: Given) -> bool:
    if KINDS.get(value.element) != "real":
        return False
    return value.infinite if value.array is None else bool(np.isneginf(value.array).any())


def _element_of(onnx: Any, array: Any) -> int:
    return int(onnx.helper.np_dtype_to_tensor_dtype(array.dtype))


def _not_read(node: Any, place: str) -> ArchitectureError:
    return ArchitectureError(f"{node.op_type} ({place}): this output is not read; {HOW_TO_ADD}")


def _reason(error: Exception) -> str:
    lines = [line for line in str(error).split("\n") if line]
    return lines[-1][:200] if lines else "shape inference fails"


@contextlib.contextmanager
def _at(node: Any, place: str) -> Iterator[None]:
    """Errors say which operator, and where in the file it stands."""
    try:
        yield
    except InvexproofError as error:
        raise ArchitectureError(f"{node.op_type} ({place}): {error}") from error
    except _MISFITS as error:
        raise ArchitectureError(
            f"{node.op_type} ({place}): its inputs or attributes do not fit the operator "
            f"({type(error).__name__}: {error!s:.160}); check the file with onnx.checker.check_model"
        ) from error
