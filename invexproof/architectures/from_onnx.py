"""ONNX files as architectures: the graph from the parameters and the data to the outputs.

Weights are not read, since claims about training hold for all of them; of a file only its operators, the shapes of its
tensors, and the constants that shapes are computed from matter.  What depends on data and constants alone becomes one
input of the graph where it meets what depends on a parameter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from invexproof import onnx_reading
from invexproof.architectures import building
from invexproof.architectures.builder import Model
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.graph import Shape
from invexproof.architectures.onnx_files import parameters as trained_parameters
from invexproof.architectures.onnx_files.lowering import Lowering
from invexproof.architectures.onnx_files.reader import Reader, Values, type_of
from invexproof.architectures.onnx_files.values import (
    KINDS,
    MAX_ENTRIES,
    Failed,
    Given,
    Tracked,
    Value,
    stored,
)
from invexproof.onnx_reading import Array

OLDEST_OPSET = 7
_MANY = 12
"""So many names stand in a note."""


def model_of_onnx(
    source: str | Path | Any,
    *,
    parameters: Sequence[str] | None = None,
    input_shapes: Mapping[str, Sequence[int]] | None = None,
    training: bool = True,
    output: str | None = None,
) -> Model:
    """The training problem, still without a loss, of an ONNX file or of a loaded ``onnx.ModelProto``.

    ``parameters`` are patterns of names (as of files; ``!`` before one takes names away) that say which floating
    tensors are trained, if not those that ``onnx_files.parameters`` finds.  ``input_shapes``
    are the shapes of inputs by name; lengths that neither they nor the file fix are 1, as a note says.  In
    ``training``, BatchNormalization takes the statistics of the batch and Dropout multiplies by a constant mask.
    ``output`` is the only output that is needed, if others cannot be read.

    Raises :class:`ArchitectureError` if onnx is missing, if the file is malformed or too new, or if no output that
    depends on parameters can be read: it says which operator is at fault, and where.
    """
    return read_onnx(
        source, parameters=parameters, input_shapes=input_shapes, training=training, output=output
    )[0]


def read_onnx(
    source: str | Path | Any,
    *,
    parameters: Sequence[str] | None = None,
    input_shapes: Mapping[str, Sequence[int]] | None = None,
    training: bool = True,
    output: str | None = None,
) -> tuple[Model, Lowering]:
    """As :func:`model_of_onnx`, and what is known of the graph's inputs."""
    proto = _loaded(source)
    folder = Path(source).parent if isinstance(source, str | Path) else Path()
    low = Lowering(training)
    types = {
        entry.name: kind
        for entry in (*proto.graph.value_info, *proto.graph.output)
        if (kind := type_of(entry.type)) is not None
    }
    reader = Reader(low, proto, types)
    values = _sources(low, proto.graph, folder, parameters, input_shapes or {})
    reader.run(proto.graph.node, values)
    return Model(low.builder, _outputs(low, proto.graph, values, output), low.notes), low


def _loaded(source: str | Path | Any) -> Any:
    """The model, with everything that concerns it as a whole checked."""
    onnx = onnx_reading.package(ArchitectureError)
    if isinstance(source, str | Path) and not Path(source).is_file():
        raise ArchitectureError(f"there is no file {str(source)!r:.200}")
    model = onnx_reading.load(source, ArchitectureError, external=False)
    if not isinstance(model, onnx.ModelProto) or not len(model.graph.output):
        raise ArchitectureError(f"{source!s:.120} is no ONNX model: it has no graph with outputs")
    version, newest = onnx_reading.opsets(model)[""], onnx.defs.onnx_opset_version()
    if not OLDEST_OPSET <= version <= newest:
        advice = (
            "convert it with onnx.version_converter" if version < OLDEST_OPSET else "update the package onnx"
        )
        raise ArchitectureError(
            f"the file uses version {version} of ONNX's operators; {OLDEST_OPSET} to {newest} are read: {advice}"
        )
    if len(model.graph.sparse_initializer):
        raise ArchitectureError("sparse initializers are not read; store them as dense tensors")
    return model


# -- what the graph starts from ------------------------------------------------------------------------------


def _sources(
    low: Lowering,
    graph: Any,
    folder: Path,
    patterns: Sequence[str] | None,
    input_shapes: Mapping[str, Sequence[int]],
) -> Values:
    """Initializers and inputs: parameters, constants and data."""
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    negative = next((tensor for tensor in graph.initializer if min(tensor.dims, default=0) < 0), None)
    if negative is not None:
        raise ArchitectureError(
            f"the initializer {negative.name} is malformed: its shape is {list(negative.dims)}"
        )
    inputs = [entry for entry in graph.input if entry.name not in tensors]
    unknown = sorted(input_shapes.keys() - {entry.name for entry in inputs})
    if unknown:
        names = ", ".join(entry.name for entry in inputs)
        raise ArchitectureError(f"the model has no input {unknown[0]!r:.80}; its inputs are {names}")
    shapes = _input_shapes(low, inputs, input_shapes)
    elements = {entry.name: entry.type.tensor_type.elem_type for entry in inputs}
    candidates = {name: (tensor.data_type, tuple(tensor.dims)) for name, tensor in tensors.items()}
    if patterns:
        candidates |= {n: (elements[n], shape) for n, shape in shapes.items() if shape is not None}
    trained = trained_parameters.chosen(graph, candidates, patterns)
    values: Values = {"": None}
    twins = {} if patterns else trained_parameters.twins(graph, trained)
    for name, (element, shape) in candidates.items():
        if name in trained and name not in twins:
            values[name] = Tracked(low.builder.parameter(name.lstrip("/"), shape), element)
    for name, twin in twins.items():
        handle = building.transpose(low.builder, _tracked(values[twin]).handle, [1, 0])
        values[name] = Tracked(handle, candidates[name][0])
    if twins:
        pairs = ", ".join(f"{name} of {twin}" for name, twin in twins.items())
        low.note(
            f"taken for transposes, not for parameters of their own, since the entries are equal: {pairs}"
        )
    for name, tensor in tensors.items():
        if name not in values:
            read = partial(_entries, tensor, folder)
            values[name] = Given(name, tensor.data_type, tuple(tensor.dims), read)
    for entry in inputs:
        if entry.name not in values:
            values[entry.name] = _data(entry, shapes[entry.name])
    frozen = [name for name, tensor in tensors.items() if name not in trained and tensor.data_type in KINDS]
    _report(low, graph, [name for name in trained if name not in twins], frozen)
    return values


def _tracked(value: Value) -> Tracked:
    if not isinstance(value, Tracked):
        raise ArchitectureError("a parameter is needed")
    return value


def _data(entry: Any, shape: Shape | None) -> Any:
    kind = entry.type.tensor_type.elem_type
    if not entry.type.HasField("tensor_type") or not kind:
        return Failed(
            ArchitectureError(f"the input {entry.name} is no tensor; only tensors are read as inputs")
        )
    return Given(entry.name, kind, shape, role="data")


def _input_shapes(
    low: Lowering, inputs: Sequence[Any], wanted: Mapping[str, Sequence[int]]
) -> dict[str, Shape | None]:
    """The shapes of inputs; a symbol stands for one length, and lengths that nothing fixes are 1."""
    symbols: dict[str, int] = {}
    for entry in inputs:
        axes = entry.type.tensor_type.shape.dim
        if entry.name not in wanted:
            continue
        lengths = list(wanted[entry.name])
        fixed = [axis.dim_value if axis.HasField("dim_value") else 0 for axis in axes]
        has_shape = entry.type.tensor_type.HasField("shape")
        if min(lengths, default=1) < 1 or (
            has_shape
            and (
                len(lengths) != len(fixed)
                or any(f not in (0, n) for f, n in zip(fixed, lengths, strict=True))
            )
        ):
            shown = [axis.dim_param or axis.dim_value or "?" for axis in axes]
            raise ArchitectureError(
                f"the shape {lengths} does not fit the input {entry.name}, of shape {shown} in the file"
            )
        symbols |= {a.dim_param: n for a, n in zip(axes, lengths, strict=False) if a.dim_param}
    result: dict[str, Shape | None] = {}
    open_axes = []
    for entry in inputs:
        tensor = entry.type.tensor_type
        if entry.name in wanted:
            result[entry.name] = tuple(wanted[entry.name])
        elif not tensor.HasField("shape"):
            result[entry.name] = None
        else:
            lengths = [
                axis.dim_value if axis.HasField("dim_value") else symbols.get(axis.dim_param, 1)
                for axis in tensor.shape.dim
            ]
            if any(not a.HasField("dim_value") and a.dim_param not in symbols for a in tensor.shape.dim):
                open_axes.append(f"{entry.name}={'x'.join(map(str, lengths))}")
            result[entry.name] = tuple(lengths)
    if open_axes:
        low.note(
            f"lengths that the file leaves open are taken to be 1: {', '.join(open_axes)}; other shapes can be given, "
            f"as in --input {open_axes[0]}"
        )
    return result


def _entries(tensor: Any, folder: Path) -> Array | None:
    """The entries of a stored tensor; of one in a file of its own, only if it is small."""
    from onnx import external_data_helper

    if tensor.data_location == 1:
        length = next((int(e.value) for e in tensor.external_data if e.key == "length"), None)
        if (
            length is None
            or length > 8 * MAX_ENTRIES
            or (KINDS.get(tensor.data_type) == "real" and length > 4096)
        ):
            return None
        copy = type(tensor)()
        copy.CopyFrom(tensor)
        try:
            external_data_helper.load_external_data_for_tensor(copy, str(folder))
        except Exception as error:  # of the file system, of onnx
            raise ArchitectureError(
                f"the entries of {tensor.name} are needed, but they are in another file that cannot be read: "
                f"{error!s:.160}; put it next to the model"
            ) from error
        tensor = copy
    return stored(tensor)


def _report(low: Lowering, graph: Any, trained: Sequence[str], others: Sequence[str]) -> None:
    if not trained:
        raise ArchitectureError(
            "no tensor of the file was taken for a parameter; say which are trained by patterns of their names, "
            "as in --parameters 'layer*.weight' (constants of nodes cannot be: make them initializers)"
        )
    floating = {t.name for t in graph.initializer if KINDS.get(t.data_type) == "real" and len(t.dims)}
    frozen = [name for name in others if name in floating]
    low.note(f"trained: {_listed(trained)}" + (f"; not trained: {_listed(frozen)}" if frozen else ""))
    tied = trained_parameters.shared(graph, trained)
    if tied:
        low.note(
            f"used in several places, and one parameter each: {_listed(tied)}; exporters merge tensors that are equal, "
            "such as fresh biases, so export a model whose weights differ if they are not tied"
        )
    short = [t.name for t in graph.initializer if re.match(r"onnx::|val_", t.name) and t.name in trained]
    if short:
        low.note(
            f"made by the exporter, which has folded constants into parameters: {_listed(short)}; to keep parameters "
            "as they are, export with optimize=False (or do_constant_folding=False)"
        )


def _listed(names: Sequence[str]) -> str:
    rest = len(names) - _MANY
    return ", ".join(names[:_MANY]) + (f" and {rest} more" if rest > 0 else "")


# -- outputs -------------------------------------------------------------------------------------------------


def _outputs(low: Lowering, graph: Any, values: Values, wanted: str | None) -> dict[str, int]:
    """The outputs that depend on parameters, by name."""
    names = [entry.name for entry in graph.output]
    if wanted is not None and wanted not in names:
        raise ArchitectureError(f"there is no output {wanted!r:.80}; the outputs are {', '.join(names)}")
    result, errors = {}, []
    for name in names if wanted is None else [wanted]:
        value = values.get(name)
        if name not in values:
            raise ArchitectureError(f"the output {name!r:.80} is made by no node; the file is malformed")
        if isinstance(value, Failed):
            errors.append((name, value.error))
        elif isinstance(value, Tracked) and low.builder.depends(value.handle):
            result[name] = value.handle
    if errors and not result:
        raise errors[0][1]
    for name, error in errors:
        low.note(f"the output {name} is left out: {error}")
    if not result:
        raise ArchitectureError(
            "no output depends on a parameter: nothing is trained, or the wrong tensors were taken for parameters"
        )
    return result


__all__ = ["model_of_onnx", "read_onnx"]
