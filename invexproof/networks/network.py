"""Networks: the subject of claims about maps, as a checked, immutable value and in the exchange format.

A network is a list of nodes, each an operation on earlier ones; node 0 is the input, the last node the
output.  Everything in it is exact.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from invexproof.expressions.operations import ExpressionError, read_rational
from invexproof.expressions.terms import Expression
from invexproof.networks.errors import NetworkError
from invexproof.networks.nodes import (
    Context,
    Node,
    formula_expressions,
    function_numbers,
    node_shape,
    sources,
    tensor_names,
)
from invexproof.networks.sidecar import Reference, SidecarFiles, check_file_name, pack
from invexproof.networks.tensors import Shape, Tensor

__all__ = ["Network", "NetworkError", "Tensor"]

MAX_INLINE_BYTES: Final = 3_000_000
"""What the tensors of a network may take inside a certificate, in bytes of base64 and text."""

_TENSOR_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:\-]{0,127}")
LOSSES: Final = ("separable", "cross-entropy")


@dataclass(frozen=True)
class Network:
    """Nodes, functions of one variable ``x``, tensors by name, and the loss of a composition (or None).

    The loss is ``("separable", (f1, ..., fk))``, numbers of functions whose sum over the outputs it is, or
    ``("cross-entropy", ("0", "1"))`` with the target distribution.  Raises :class:`NetworkError` unless all
    shapes fit and every node, function and tensor is used.
    """

    nodes: tuple[Node, ...]
    functions: tuple[Expression, ...]
    tensors: Mapping[str, Tensor]
    loss: tuple[Any, ...] | None = None
    shapes: tuple[Shape, ...] = field(init=False, compare=False, repr=False)
    """The shape of each node."""

    def __post_init__(self) -> None:
        _check_functions(self.functions)
        for name in self.tensors:
            if not isinstance(name, str) or not _TENSOR_NAME.fullmatch(name):
                raise NetworkError(f"{name!r:.60} is not a tensor name: letters, digits, and _ . : - inside")
        if len(self.nodes) < 2:
            raise NetworkError('a network has an input, ["input", [n]], and at least one node after it')
        shapes: list[Shape] = []
        context = Context(shapes, self.tensors, self.functions)
        for node in self.nodes:
            shapes.append(node_shape(node, context))
        object.__setattr__(self, "shapes", tuple(shapes))
        if self.loss is not None:
            self._check_loss(self.loss)
        self._check_all_used()

    # -- structure -------------------------------------------------------------------------------------------

    @property
    def inputs(self) -> int:
        """n, the number of entries of the input."""
        return self.size(0)

    @property
    def outputs(self) -> int:
        """k, the number of entries of the output."""
        return self.size(len(self.nodes) - 1)

    @property
    def free(self) -> tuple[str, ...]:
        """The names of the tensors that are free."""
        return tuple(name for name, tensor in self.tensors.items() if tensor.free)

    @property
    def target(self) -> tuple[Fraction, ...]:
        """The target distribution of a cross-entropy loss."""
        if self.loss is None or self.loss[0] != "cross-entropy":
            raise NetworkError("the network has no cross-entropy loss")
        return tuple(read_rational(q) for q in self.loss[1])

    def size(self, node: int) -> int:
        """The number of entries of a node."""
        return math.prod(self.shapes[node])

    def entry_functions(self, node: int) -> tuple[Expression, ...]:
        """The function that a pointwise node applies to each entry."""
        numbers = function_numbers(self.nodes[node])
        chosen = numbers if isinstance(self.nodes[node][2], tuple) else numbers * self.size(node)
        return tuple(self.functions[k] for k in chosen)

    def formulas(self, node: int) -> tuple[Expression, ...]:
        """The expressions, in x1, x2, ..., of a node of formulas."""
        return formula_expressions(*self.nodes[node][2:])

    def with_loss(self, loss: tuple[Any, ...] | None, functions: tuple[Expression, ...] = ()) -> Network:
        """The network with another loss; ``functions`` are put after those that there are."""
        return replace(self, loss=loss, functions=(*self.functions, *functions))

    def _check_loss(self, loss: tuple[Any, ...]) -> None:
        if len(loss) != 2 or loss[0] not in LOSSES or not isinstance(loss[1], tuple):
            raise NetworkError(f"the loss {loss!r:.80} is not one of {', '.join(LOSSES)} with its list")
        if len(loss[1]) != self.outputs:
            raise NetworkError(f"the loss lists {len(loss[1])} items for {self.outputs} outputs")
        if loss[0] == "separable":
            if any(type(f) is not int or not 0 <= f < len(self.functions) for f in loss[1]):
                raise NetworkError("a separable loss lists numbers of functions")
            return
        try:
            target = self.target
        except ExpressionError as error:
            raise NetworkError(f"in the target of the cross-entropy: {error}") from None
        if min(target) < 0 or sum(target) != 1:
            raise NetworkError("the target of a cross-entropy is a distribution: nonnegative, with sum 1")

    def _check_all_used(self) -> None:
        used = {len(self.nodes) - 1}
        for number in reversed(range(len(self.nodes))):
            if number in used:
                used.update(sources(self.nodes[number]))
        unused = [n for n in range(len(self.nodes)) if n not in used]
        if unused:
            what = "the input" if unused[0] == 0 else f"node {unused[0]} ({self.nodes[unused[0]][0]})"
            raise NetworkError(f"the output does not depend on {what}; leave out what is not used")
        names = {name for node in self.nodes for name in tensor_names(node)}
        for name in self.tensors:
            if name not in names:
                raise NetworkError(f"no node uses the tensor {name!r}; leave it out")
        numbers = {k for node in self.nodes for k in function_numbers(node)}
        if self.loss is not None and self.loss[0] == "separable":
            numbers.update(self.loss[1])
        for number, function in enumerate(self.functions):
            if number not in numbers:
                raise NetworkError(f"nothing uses function {number}, {function!r}; leave it out")

    # -- exchange format -------------------------------------------------------------------------------------

    def to_subject(self, sidecar: str | None = None) -> dict[str, Any]:
        """The exchange format, ready for JSON.

        ``sidecar`` is the bare name of a file to refer to for all tensors of floats; :meth:`write_sidecar`
        writes it.  Raises NetworkError if what would be inline takes more than MAX_INLINE_BYTES.
        """
        tensors = dict(self.tensors)
        if sidecar is not None:
            digest = hashlib.sha256(self._sidecar_bytes()).hexdigest()
            file = check_file_name(sidecar)
            for name in self._sidecar_names():
                tensors[name] = replace(tensors[name], reference=Reference(file, digest, name))
        subject: dict[str, Any] = {
            "nodes": [_thawed(node) for node in self.nodes],
            "functions": [f.to_table() for f in self.functions],
            "tensors": {name: tensor.to_json() for name, tensor in tensors.items()},
        }
        if self.loss is not None:
            subject["loss"] = _thawed(self.loss)
        inline = sum(_inline_bytes(t) for t in subject["tensors"].values())
        if inline > MAX_INLINE_BYTES:
            raise NetworkError(
                f"the tensors take {inline / 1e6:.1f} MB, more than fits into a certificate; keep them in a file "
                'beside it: to_subject(sidecar="model.safetensors") and write_sidecar("model.safetensors")'
            )
        return subject

    def write_sidecar(self, path: str | Path) -> str:
        """Write the file that ``to_subject(sidecar=...)`` refers to; returns its SHA-256."""
        data = self._sidecar_bytes()
        Path(path).write_bytes(data)
        return hashlib.sha256(data).hexdigest()

    def _sidecar_names(self) -> list[str]:
        return [name for name, tensor in self.tensors.items() if tensor.dtype in ("F32", "F64")]

    def _sidecar_bytes(self) -> bytes:
        return pack({name: self.tensors[name].known() for name in self._sidecar_names()})

    @staticmethod
    def from_subject(subject: Any, directory: str | Path | None = None) -> Network:
        """Read the exchange format; ``directory`` is where the files are that tensors refer to."""
        if not isinstance(subject, dict) or not {"nodes", "functions", "tensors"} <= set(subject):
            raise NetworkError("a network is an object with nodes, functions and tensors")
        extra = set(subject) - {"nodes", "functions", "tensors", "loss"}
        if extra:
            raise NetworkError(f"a network has no {sorted(map(str, extra))[0]!r:.60}")
        nodes, functions, tensors = (subject[key] for key in ("nodes", "functions", "tensors"))
        if not isinstance(nodes, list) or not isinstance(functions, list) or not isinstance(tensors, dict):
            raise NetworkError("nodes and functions are lists, tensors is an object")
        files = None if directory is None else SidecarFiles(Path(directory))
        loss = subject.get("loss")
        return Network(
            tuple(_frozen_node(node) for node in nodes),
            tuple(_read_function(number, table) for number, table in enumerate(functions)),
            {name: _read_tensor(name, tensor, files) for name, tensor in tensors.items()},
            None if loss is None else _frozen_node(loss),
        )


def _check_functions(functions: tuple[Expression, ...]) -> None:
    for number, function in enumerate(functions):
        if function.is_condition or not function.variables <= {"x"}:
            raise NetworkError(f"function {number}, {function!r}, is not a number in the variable x")


def _read_function(number: int, table: Any) -> Expression:
    try:
        return Expression.from_table(table)
    except ExpressionError as error:
        raise NetworkError(f"function {number}: {error}") from None


def _read_tensor(name: Any, document: Any, files: SidecarFiles | None) -> Tensor:
    try:
        return Tensor.from_json(document, files)
    except NetworkError as error:
        raise NetworkError(f"tensor {name!r:.60}: {error}") from None


def _inline_bytes(tensor: Mapping[str, Any]) -> int:
    return len(tensor.get("data", "")) + sum(len(v) + 3 for v in tensor.get("values", ()))


def _frozen_node(row: Any) -> Node:
    if not isinstance(row, list):
        raise NetworkError(f"{row!r:.60} is not a list that starts with the name of an operation")
    return tuple(_freeze(value) for value in row)


def _freeze(value: Any) -> Any:
    return tuple(_freeze(v) for v in value) if isinstance(value, list) else value


def _thawed(value: Any) -> Any:
    return [_thawed(v) for v in value] if isinstance(value, tuple) else value
