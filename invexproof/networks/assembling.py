"""Putting a network together node by node: the operations of the exchange format, one method each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from invexproof.activations.registry import resolve
from invexproof.expressions.terms import Expression
from invexproof.networks.errors import NetworkError
from invexproof.networks.network import Network
from invexproof.networks.nodes import (
    Context,
    Node,
    formula_table,
    function_numbers,
    node_shape,
    renamed,
    sources,
    tensor_names,
)
from invexproof.networks.tensors import Shape, Tensor, exact

Function: TypeAlias = "Expression | str"
"""A function of x: an expression, the name of an activation, or a formula."""
Weights: TypeAlias = Any
"""A Tensor, or what Tensor.of reads: an array or nested lists of exact numbers or floats."""
Loss: TypeAlias = "tuple[str, Sequence[Any]]"


class Assembler:
    """Collects nodes; each method adds one and returns its number.  :meth:`finish` gives the network.

    Equal functions and equal tensors are stored once (a free tensor is equal only to itself: giving the same
    object twice ties the weights).  Mistakes in shapes are reported by the call that makes them.
    """

    def __init__(self) -> None:
        self._nodes: list[Node] = []
        self._shapes: list[Shape] = []
        self._functions: dict[Expression, int] = {}
        self._tensors: dict[str, Tensor] = {}
        self._names: dict[object, str] = {}
        self._resolved: dict[str, Expression] = {}

    def shape(self, node: int) -> Shape:
        """The shape of a node."""
        return self._shapes[node]

    def size(self, node: int) -> int:
        """The number of entries of a node."""
        return math.prod(self._shapes[node])

    # -- operations ------------------------------------------------------------------------------------------

    def input(self, shape: int | Sequence[int]) -> int:
        """The input, the first node."""
        return self._add("input", (shape,) if isinstance(shape, int) else tuple(int(n) for n in shape))

    def linear(self, source: int, weight: Weights, bias: Weights | None = None, *, name: str = "") -> int:
        """W y + b on the last axis; weight of shape [out, in], bias of shape [out].

        ``name`` is for the tensors: ``layer`` makes them ``layer.weight`` and ``layer.bias``.
        """
        return self._add(
            "linear", source, self._tensor(weight, name, "weight"), self._tensor(bias, name, "bias")
        )

    def pointwise(self, source: int, function: Function | Sequence[Function]) -> int:
        """A function of one variable on every entry, or a sequence with one function for each entry."""
        if isinstance(function, Expression | str):
            return self._add("pointwise", source, self.function(function))
        return self._add("pointwise", source, tuple(self.function(f) for f in function))

    def add(self, left: int, right: int) -> int:
        """The sum of two nodes of one shape."""
        return self._add("add", left, right)

    def product(self, left: int, right: int) -> int:
        """The entrywise product of two nodes of one shape."""
        return self._add("product", left, right)

    def gather(
        self,
        source: int | Sequence[int],
        indices: npt.ArrayLike,
        shape: Sequence[int] | None = None,
    ) -> int:
        """Entries by number of one node, or of several flattened and concatenated; -1 is the constant 0.

        The shape is that of ``indices`` unless given.  Entries taken in order from one node of that shape are
        that node, and no node is added.
        """
        array = np.asarray(indices)
        if array.dtype.kind not in "iu" or not array.size:
            raise NetworkError("the numbers of the entries to gather are a non-empty array of integers")
        wanted = tuple(int(n) for n in (array.shape if shape is None else shape))
        nodes = (source,) if isinstance(source, int) else tuple(source)
        nodes, flat = self._taken(nodes, array.ravel().astype(np.int64))
        unchanged = len(nodes) == 1 and self._shapes[nodes[0]] == wanted
        if unchanged and np.array_equal(flat, np.arange(self.size(nodes[0]))):
            return nodes[0]
        return self._add("gather", nodes, tuple(flat.tolist()), wanted)

    def _taken(self, nodes: tuple[int, ...], flat: npt.NDArray[np.int64]) -> tuple[tuple[int, ...], Any]:
        """The nodes of which something is taken, each once, and the entries' numbers among those."""
        starts = np.cumsum([0, *(self.size(n) for n in nodes)])
        if flat.min() < -1 or flat.max() >= starts[-1]:
            raise NetworkError(
                f"an entry to gather is not there: they have numbers 0 to {starts[-1] - 1}, or -1"
            )
        place = np.searchsorted(starts, flat, side="right") - 1  # -1 for the constant 0
        taken = dict.fromkeys(nodes[p] for p in np.unique(place).tolist() if p >= 0) or {nodes[0]: None}
        offsets = dict(zip(taken, np.cumsum([0, *(self.size(n) for n in taken)]).tolist(), strict=False))
        moves = np.array([offsets.get(n, 0) for n in nodes]) - starts[:-1]
        return tuple(taken), np.where(flat < 0, -1, flat + moves[place])

    def maximum(self, source: int) -> int:
        """The maximum over the last axis."""
        return self._add("max", source)

    def layernorm(
        self,
        source: int,
        gamma: Weights | None = None,
        beta: Weights | None = None,
        eps: Fraction | int | float | str = Fraction(1, 100_000),
        *,
        name: str = "",
    ) -> int:
        """(y - mean)/sqrt(variance + eps) * gamma + beta over the last axis, with the biased variance."""
        return self._add(
            "layernorm",
            source,
            self._tensor(gamma, name, "weight"),
            self._tensor(beta, name, "bias"),
            str(exact(eps)),
        )

    def attention(self, q: int, k: int, v: int, heads: int = 1, causal: bool = False) -> int:
        """softmax(q k^T / sqrt(d/heads)) v for each head; q of shape [T, d], k and v of shape [S, d]."""
        return self._add("attention", q, k, v, heads, causal)

    def formulas(self, source: int, formulas: Sequence[Expression]) -> int:
        """A general map: expressions in x1, x2, ..., the entries of the source; its shape is their number."""
        if not formulas:
            raise NetworkError("a map needs at least one formula")
        return self._add("formulas", source, *formula_table(formulas))

    # -- what operations refer to ----------------------------------------------------------------------------

    def function(self, function: Function) -> int:
        """The number of a function, for the loss or for pointwise nodes."""
        if isinstance(function, str):
            if function not in self._resolved:
                self._resolved[function] = resolve(function).expression
            function = self._resolved[function]
        if function.is_condition or not function.variables <= {"x"}:
            raise NetworkError(f"{function!r} is not a number in the variable x; substitute its parameters")
        return self._functions.setdefault(function, len(self._functions))

    def _tensor(self, values: Weights | None, name: str, role: str) -> str | None:
        if values is None:
            return None
        tensor = Tensor.of(values)
        key: object = id(tensor) if tensor.free else tensor.key()
        if key not in self._names:
            chosen = f"{name}.{role}" if name else f"{role}{len(self._tensors)}"
            if chosen in self._tensors:
                chosen = next(
                    c for k in range(2, 2 + len(self._tensors)) if (c := f"{chosen}.{k}") not in self._tensors
                )
            self._names[key] = chosen
            self._tensors[chosen] = tensor
        return self._names[key]

    def _add(self, *node: Any) -> int:
        context = Context(self._shapes, self._tensors, tuple(self._functions))
        self._shapes.append(node_shape(node, context))
        self._nodes.append(node)
        return len(self._nodes) - 1

    # -- the network -----------------------------------------------------------------------------------------

    def finish(self, output: int | None = None, loss: Loss | None = None) -> Network:
        """The network with this output (default: the last node); what it does not use is left out.

        loss: ``("separable", functions)``, one function for each output, or ``("cross-entropy", target)``,
        the target distribution.
        """
        if not self._nodes:
            raise NetworkError("the network is empty: start with input(shape)")
        last = len(self._nodes) - 1 if output is None else output
        used = self._used(last)
        if 0 not in used:
            raise NetworkError("the output does not depend on the input")
        nodes = [self._nodes[n] for n in used]
        written = self._loss(loss)
        wanted = [k for node in nodes for k in function_numbers(node)]
        if written is not None and written[0] == "separable":
            wanted.extend(written[1])
        functions = tuple(self._functions)
        function_map = {old: new for new, old in enumerate(dict.fromkeys(wanted))}
        names = dict.fromkeys(name for node in nodes for name in tensor_names(node))
        node_map = {old: new for new, old in enumerate(used)}
        if written is not None and written[0] == "separable":
            written = ("separable", tuple(function_map[f] for f in written[1]))
        return Network(
            tuple(renamed(node, node_map, {n: n for n in names}, function_map) for node in nodes),
            tuple(functions[old] for old in function_map),
            {name: self._tensors[name] for name in names},
            written,
        )

    def _used(self, last: int) -> list[int]:
        used = {last}
        for number in range(last, -1, -1):
            if number in used:
                used.update(sources(self._nodes[number]))
        return sorted(used)

    def _loss(self, loss: Loss | None) -> tuple[str, tuple[Any, ...]] | None:
        if loss is None:
            return None
        kind, items = loss
        return kind, tuple(_LOSS_ITEMS[kind](self, item) for item in items) if kind in _LOSS_ITEMS else tuple(
            items
        )


_LOSS_ITEMS: Final[Mapping[str, Any]] = {
    "separable": Assembler.function,
    "cross-entropy": lambda _, item: str(exact(item)),
}
