"""Which tensors of an ONNX file are parameters of its training problem, and which are constants.

The file does not say.  What exporters of PyTorch note about parameters and buffers is believed; otherwise a floating
initializer is a parameter if it is used as a weight, or if it has several entries and an operator computes with it.
"""

from __future__ import annotations

import fnmatch
import hashlib
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np

from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.onnx_files.values import MAX_ENTRIES, TRAINABLE, stored

ALWAYS: Final[Mapping[str, tuple[int, ...]]] = {
    **dict.fromkeys(("Conv", "ConvTranspose", "LSTM", "GRU", "RNN"), (1, 2, 3)),
    **dict.fromkeys(("BatchNormalization", "InstanceNormalization", "GroupNormalization"), (1, 2)),
    **dict.fromkeys(("LayerNormalization", "RMSNormalization", "PRelu"), (1, 2)),
    "Gather": (0,),
    "Gemm": (0, 1, 2),
    "MatMul": (0, 1),
}
"""Inputs that are weights, even with one entry."""
NEVER: Final[Mapping[str, tuple[int, ...]]] = {
    **dict.fromkeys(("QuantizeLinear", "DequantizeLinear"), (1, 2)),
    **dict.fromkeys(("SoftmaxCrossEntropyLoss", "NegativeLogLikelihoodLoss"), (1, 2)),
    "BatchNormalization": (3, 4),
    "Bernoulli": (0,),
    "Clip": (1, 2),
    "Dropout": (1, 2),
    "OneHot": (1, 2),
    "Pad": (1, 2, 3),
    "Range": (0, 1, 2),
    "Resize": (1, 2, 3),
    "Upsample": (1,),
}
"""Inputs that no training changes: statistics, bounds, scales of quantisation, weights of classes."""
_VIEWS: Final = frozenset(
    ("Cast", "CastLike", "Expand", "Flatten", "Identity", "Reshape", "Squeeze", "Transpose", "Unsqueeze")
)
"""Operators through which a weight may pass on its way (as their first input)."""
_PARTS: Final = frozenset(("Shape", "Slice", "Split"))
"""Operators that take a part of a weight or look at its shape."""
_KIND: Final = "pkg.torch.export.graph_signature.InputSpec.kind"
_FOLDED: Final = "pkg.onnxscript.optimizer.folded_from"
_NAMES: Final = re.compile(r"'([^']*)'")
_WEIGHT: Final = re.compile(r"(?!val_\d+$).+")
"""A name that is not one of an intermediate result."""
_BUFFER: Final = re.compile(r".*(inv_freq|running_mean|running_var|_ids|mask|relative_position_index)$")
"""Names that buffers of PyTorch's modules usually have."""

Uses = dict[str, list[tuple[str, int, str]]]
"""For each tensor: the operators that use it, at which place, and their first outputs."""


def chosen(
    graph: Any, candidates: Mapping[str, tuple[int, Sequence[int]]], patterns: Sequence[str] | None
) -> list[str]:
    """The names of parameters among candidates (initializers and constants, by element type and shape; inputs of the
    graph are candidates if patterns name them), in the order of the file.

    Patterns are those of file names; one that starts with ``!`` takes names away.  Raises ArchitectureError if a
    pattern fits no floating tensor.
    """
    floating = {
        name: shape
        for name, (element, shape) in candidates.items()
        if element in TRAINABLE and 0 not in shape
    }
    taken = [p for p in patterns or () if not p.startswith("!")]
    left_out = [p[1:] for p in patterns or () if p.startswith("!")]
    for pattern in (*taken, *left_out):
        if not any(fnmatch.fnmatchcase(name, pattern) for name in floating):
            some = ", ".join(list(floating)[:12])
            raise ArchitectureError(
                f"the pattern {pattern!r:.80} fits none of the floating tensors of the file ({some or 'none'}, ...)"
            )
    if taken:
        found = [n for n in floating if any(fnmatch.fnmatchcase(n, p) for p in taken)]
    else:
        initializers = {entry.name: entry for entry in graph.initializer}
        uses, said = _uses(graph), _said(graph)
        found = [
            name
            for name, shape in floating.items()
            if name in initializers
            and shape
            and _trained(name, shape, uses, said)
            and _finite(initializers[name])
        ]
    return [n for n in found if not any(fnmatch.fnmatchcase(n, p) for p in left_out)]


def _trained(name: str, shape: Sequence[int], uses: Uses, said: Mapping[str, bool]) -> bool:
    if name in said:
        return said[name]
    places = list(_reached(name, uses, set()))
    if any(place in ALWAYS.get(operator, ()) for operator, place in places):
        return True
    computing = [place not in NEVER.get(operator, ()) for operator, place in places]
    return math.prod(shape) > 1 and any(computing)


def _said(graph: Any) -> dict[str, bool]:
    """What exporters note: whether a tensor is a parameter, or a buffer or computed from constants."""
    result = {}
    for entry in (*graph.value_info, *graph.initializer):
        noted = {item.key: item.value for item in getattr(entry, "metadata_props", ())}
        if _KIND in noted:
            result[entry.name] = noted[_KIND] == "PARAMETER"
        elif _FOLDED in noted:
            result[entry.name] = bool(_weights(_NAMES.findall(noted[_FOLDED])))
    return result


def _weights(names: Sequence[str]) -> list[str]:
    """Of the names of what a constant was folded from, those of parameters: names in modules have dots."""
    weights = [n for n in names if _WEIGHT.match(n) and not _BUFFER.match(n)]
    return weights if len(names) == 1 else [n for n in weights if "." in n]


def twins(graph: Any, trained: Sequence[str]) -> dict[str, str]:
    """Of the parameters that exporters have folded, those that are the transpose of another one: the name of that."""
    stored = {t.name: t for t in graph.initializer if t.name in trained and len(t.dims) == 2}
    folded = {
        entry.name
        for entry in (*graph.value_info, *graph.initializer)
        if entry.name in stored and any(item.key == _FOLDED for item in entry.metadata_props)
    }
    by_content = {_content(t, False): n for n, t in stored.items() if n not in folded} if folded else {}
    found = {name: by_content.get(_content(stored[name], True)) for name in folded}
    return {name: twin for name, twin in found.items() if twin is not None}


def _content(tensor: Any, transposed: bool) -> Any:
    """The shape and a digest of the entries; of a tensor in another file, nothing that others have."""
    if tensor.data_location == 1:
        return object()
    array = stored(tensor)
    array = np.ascontiguousarray(array.T if transposed else array)
    return array.shape, hashlib.sha256(array.tobytes()).digest()


def _uses(graph: Any) -> Uses:
    result: Uses = defaultdict(list)
    for node in nodes(graph):
        for place, name in enumerate(node.input):
            if name:
                result[name].append((node.op_type, place, node.output[0] if node.output else ""))
    return result


def nodes(graph: Any) -> Iterator[Any]:
    """The nodes of a graph and of the graphs inside."""
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            for inner in (*([attribute.g] if attribute.HasField("g") else ()), *attribute.graphs):
                yield from nodes(inner)


def _reached(name: str, uses: Uses, seen: set[str]) -> Iterator[tuple[str, int]]:
    """The operators and places where a tensor is used, perhaps in another shape."""
    for operator, place, output in uses.get(name, ()):
        if operator in _VIEWS and place == 0 and output not in seen:
            seen.add(output)
            yield from _reached(output, uses, seen)
        elif operator not in _VIEWS:
            yield operator, place


def _finite(tensor: Any) -> bool:
    """Whether a tensor that is stored in the file itself has no infinities: masks have them, weights do not."""
    if tensor.data_location == 1 or math.prod(tensor.dims) > MAX_ENTRIES:
        return True
    return bool(np.isfinite(stored(tensor)).all())


def shared(graph: Any, parameters: Iterable[str]) -> list[str]:
    """Parameters that several nodes use: tied weights, or equal ones that an exporter has merged."""
    uses = _uses(graph)

    def computing(name: str) -> list[str]:
        return [operator for operator, *_ in uses.get(name, ()) if operator not in _PARTS]

    return [name for name in parameters if len(computing(name)) > 1]
