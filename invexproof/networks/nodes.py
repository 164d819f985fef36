"""The operations of networks as a table: what each refers to, and the shape that it gives.

A node is a tuple: the operation's name and its operands, exactly as in the exchange format with tuples for
lists.  Entries of a node are numbered row-major.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np

from invexproof.expressions.operations import ExpressionError, read_rational
from invexproof.expressions.terms import Expression, postorder
from invexproof.networks.errors import NetworkError
from invexproof.networks.tensors import Shape, Tensor, check_shape

Node: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True)
class Context:
    """What a node may refer to: the shapes of the nodes above it, the network's tensors and functions."""

    shapes: Sequence[Shape]
    tensors: Mapping[str, Tensor]
    functions: Sequence[Expression]

    def shape(self, node: object) -> Shape:
        """The shape of an earlier node."""
        if type(node) is not int or not 0 <= node < len(self.shapes):
            raise NetworkError(f"{node!r:.40} is not the number of an earlier node")
        return self.shapes[node]

    def tensor(self, name: object, shape: Sequence[int | None], role: str) -> Tensor:
        """The tensor of that name; its shape must be the given one (None: any length)."""
        if not isinstance(name, str) or name not in self.tensors:
            raise NetworkError(f"its {role} {name!r:.60} is not a tensor of the network")
        tensor = self.tensors[name]
        fits = len(tensor.shape) == len(shape) and all(
            wanted in (None, given) for wanted, given in zip(shape, tensor.shape, strict=True)
        )
        if not fits:
            wanted_text = ", ".join("*" if n is None else str(n) for n in shape)
            raise NetworkError(f"its {role} has shape {list(tensor.shape)}; [{wanted_text}] is needed")
        return tensor


class Operation(NamedTuple):
    """Names of the operands, positions in a node of what refers to nodes, tensors, functions; the shape."""

    operands: tuple[str, ...]
    nodes: tuple[int, ...]
    tensors: tuple[int, ...]
    functions: tuple[int, ...]
    shape: Callable[[Node, Context], Shape]


def _linear(node: Node, context: Context) -> Shape:
    *outer, last = context.shape(node[1])
    weight = context.tensor(node[2], [None, last], "weight")
    if node[3] is not None:
        context.tensor(node[3], [weight.shape[0]], "bias")
    return (*outer, weight.shape[0])


def _pointwise(node: Node, context: Context) -> Shape:
    shape = context.shape(node[1])
    indices = node[2] if isinstance(node[2], tuple) else (node[2],)
    if isinstance(node[2], tuple) and len(indices) != math.prod(shape):
        raise NetworkError(
            f"{len(indices)} functions are given for {math.prod(shape)} entries; give one or all"
        )
    for index in set(indices):
        if type(index) is not int or not 0 <= index < len(context.functions):
            raise NetworkError(f"{index!r:.40} is not the number of a function")
    return shape


def _same_shapes(node: Node, context: Context) -> Shape:
    left, right = context.shape(node[1]), context.shape(node[2])
    if left != right:
        raise NetworkError(f"the shapes {list(left)} and {list(right)} differ; repeat entries with gather")
    return left


def _gather(node: Node, context: Context) -> Shape:
    _, sources, indices, shape = node
    if not isinstance(sources, tuple) or not sources or not isinstance(indices, tuple):
        raise NetworkError("it must list the nodes it takes from, and the numbers of the entries it takes")
    if len(set(sources)) != len(sources):
        raise NetworkError("it takes from one node twice; list each node once")
    total = sum(math.prod(context.shape(i)) for i in sources)
    shape = check_shape(shape)
    if len(indices) != math.prod(shape):
        raise NetworkError(f"{len(indices)} entries are taken for the shape {list(shape)}")
    if any(type(k) is not int for k in indices):
        raise NetworkError("the numbers of entries are integers")
    if min(indices) < -1 or max(indices) >= total:
        raise NetworkError(
            f"an entry is taken that is not there; they are numbered from 0 to {total - 1}, or -1"
        )
    return shape


def _max(node: Node, context: Context) -> Shape:
    return context.shape(node[1])[:-1] or (1,)


def _layernorm(node: Node, context: Context) -> Shape:
    _, source, gamma, beta, epsilon = node
    shape = context.shape(source)
    for name, role in ((gamma, "gamma"), (beta, "beta")):
        if name is not None:
            context.tensor(name, [shape[-1]], role)
    if read_rational(epsilon) < 0:
        raise NetworkError(f"its eps is {epsilon}, which is negative")
    return shape


def _attention(node: Node, context: Context) -> Shape:
    _, q, k, v, heads, causal = node
    query, key, value = context.shape(q), context.shape(k), context.shape(v)
    if not len(query) == len(key) == 2 or key != value or query[1] != key[1]:
        raise NetworkError(
            f"queries, keys and values have shapes {list(query)}, {list(key)}, {list(value)}; "
            "[T, d], [S, d], [S, d] are needed"
        )
    if type(heads) is not int or heads < 1 or query[1] % heads:
        raise NetworkError(f"the number of heads, {heads!r:.20}, does not divide d = {query[1]}")
    if type(causal) is not bool or (causal and query != key):
        raise NetworkError("causal is true or false, and true only if there are as many keys as queries")
    return query


def _formulas(node: Node, context: Context) -> Shape:
    _, source, table, lines = node
    names = {f"x{k + 1}" for k in range(math.prod(context.shape(source)))}
    formulas = formula_expressions(table, lines)
    for position, formula in enumerate(formulas, 1):
        unknown = sorted(formula.variables - names)
        if unknown or formula.is_condition:
            what = (
                f"mentions {unknown[0]}, but the variables are x1 to x{len(names)}"
                if unknown
                else "is no number"
            )
            raise NetworkError(f"formula {position} {what}")
    if formula_table(formulas) != (table, lines):
        raise NetworkError(
            "its table is not canonical: rows in depth-first post-order, none twice, none unused"
        )
    return (len(formulas),)


def _input(node: Node, context: Context) -> Shape:
    if context.shapes:
        raise NetworkError("there is one input, node 0")
    return check_shape(node[1])


OPERATIONS: Final[Mapping[str, Operation]] = {
    "input": Operation(("shape",), (), (), (), _input),
    "linear": Operation(("source", "weight", "bias"), (1,), (2, 3), (), _linear),
    "pointwise": Operation(("source", "function"), (1,), (), (2,), _pointwise),
    "add": Operation(("left", "right"), (1, 2), (), (), _same_shapes),
    "product": Operation(("left", "right"), (1, 2), (), (), _same_shapes),
    "gather": Operation(("sources", "indices", "shape"), (1,), (), (), _gather),
    "max": Operation(("source",), (1,), (), (), _max),
    "layernorm": Operation(("source", "gamma", "beta", "eps"), (1,), (2, 3), (), _layernorm),
    "attention": Operation(("q", "k", "v", "heads", "causal"), (1, 2, 3), (), (), _attention),
    "formulas": Operation(("source", "table", "lines"), (1,), (), (), _formulas),
}


def node_shape(node: Node, context: Context) -> Shape:
    """The shape of a well-formed node; NetworkError, naming the node, if it is malformed."""
    number = len(context.shapes)
    name = node[0] if node else None
    try:
        if not isinstance(name, str) or name not in OPERATIONS:
            raise NetworkError(f"{name!r:.40} is not an operation; those are {', '.join(OPERATIONS)}")
        operation = OPERATIONS[name]
        if (name == "input") != (number == 0):
            raise NetworkError("node 0 is the input, and no other node is")
        if len(node) != 1 + len(operation.operands):
            raise NetworkError(
                f"it takes {len(operation.operands)} operands: {', '.join(operation.operands)}"
            )
        return operation.shape(node, context)
    except (NetworkError, ExpressionError) as error:
        raise NetworkError(f"node {number} ({name}): {error}") from None


def _flat(values: Iterable[Any]) -> tuple[Any, ...]:
    result: list[Any] = []
    for value in values:
        if isinstance(value, tuple):
            result.extend(value)
        elif value is not None:
            result.append(value)
    return tuple(result)


def sources(node: Node) -> tuple[int, ...]:
    """The nodes that a node uses, in order, as often as it names them."""
    return _flat(node[p] for p in OPERATIONS[node[0]].nodes)


def tensor_names(node: Node) -> tuple[str, ...]:
    """The names of the tensors that a node uses."""
    return _flat(node[p] for p in OPERATIONS[node[0]].tensors)


def function_numbers(node: Node) -> tuple[int, ...]:
    """The functions that a node uses: one, or one for each entry."""
    return _flat(node[p] for p in OPERATIONS[node[0]].functions)


def renamed(
    node: Node, nodes: Mapping[int, int], tensors: Mapping[str, str], functions: Mapping[int, int]
) -> Node:
    """The node with everything it refers to replaced."""
    operation = OPERATIONS[node[0]]
    row = list(node)
    changes: tuple[tuple[tuple[int, ...], Mapping[Any, Any]], ...] = (
        (operation.nodes, nodes),
        (operation.tensors, tensors),
        (operation.functions, functions),
    )
    for positions, new in changes:
        for p in positions:
            if isinstance(row[p], tuple):
                row[p] = tuple(new[k] for k in row[p])
            elif row[p] is not None:
                row[p] = new[row[p]]
    return tuple(row)


def gather_indices(node: Node) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The entries that a gather node takes, flat."""
    return np.array(node[2], dtype=np.int64)


# -- general maps --------------------------------------------------------------------------------------------


def formula_table(formulas: Sequence[Expression]) -> tuple[tuple[Node, ...], tuple[int, ...]]:
    """The canonical table with these expressions as roots, and their lines."""
    order = postorder(*formulas)
    position = {node: i for i, node in enumerate(order)}
    rows = tuple(
        (e.op, *(position[a] for a in e.args), *(() if e.payload is None else (str(e.payload),)))
        for e in order
    )
    return rows, tuple(position[f] for f in formulas)


def formula_expressions(table: Sequence[Sequence[Any]], lines: Sequence[int]) -> tuple[Expression, ...]:
    """The expressions on these lines of a table with several roots."""
    if not isinstance(table, tuple | list) or not isinstance(lines, tuple | list) or not lines:
        raise NetworkError("it must have a table of rows and a non-empty list of lines")
    if any(type(line) is not int or not 0 <= line < len(table) for line in lines):
        raise NetworkError("each of its lines is the number of a row of its table")
    found = {line: Expression.from_table(table[: line + 1]) for line in set(lines)}
    return tuple(found[line] for line in lines)
