"""Networks: maps from R^n to R^k as graphs of a few operators with exact weights.

A node has a shape and is also seen flattened, in row-major order; its numbers are called entries. Node 0 is the
only input, the last node the output. ``layernorm`` and ``attention`` have norm bounds of their own (see
`invexcheck.networks.lipschitz`); for everything else they stand for primitive nodes (`invexcheck.networks.macros`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

from flint import fmpq, fmpq_mat

from invexcheck.errors import Path, Refuse, Reject, shown
from invexcheck.limits import Limits
from invexcheck.networks.tensors import Tensor, read_tensor, shape_of
from invexcheck.reading import Fields, Folder, rational
from invexcheck.terms import BOOLEAN, Terms

MAX_NODES = 10_000
TENSOR_NAME = re.compile(r"(?![xyf][0-9]+$)[A-Za-z_][A-Za-z0-9_.:-]{0,119}")
"""Printable, and never the name of a node, of a function or of an entry."""


@dataclass(frozen=True, slots=True)
class Node:
    """One operation. `data` depends on the operator, as the readers below say."""

    op: str
    arguments: tuple[int, ...]
    shape: tuple[int, ...]
    data: Any = None

    @property
    def size(self) -> int:
        return prod(self.shape)


@dataclass(frozen=True, slots=True)
class Affine:
    """The data of a ``linear`` node: weight and bias, by the names of tensors."""

    weight: str
    bias: str | None


@dataclass(frozen=True, slots=True)
class Scaling:
    """The data of a ``layernorm`` node."""

    gamma: str | None
    beta: str | None
    epsilon: fmpq


@dataclass(frozen=True, eq=False)
class Network:
    """A graph with its functions (terms in x) and tensors."""

    nodes: tuple[Node, ...]
    functions: tuple[int, ...]
    tensors: Mapping[str, Tensor]
    loss: tuple[str, tuple[Any, ...]] | None = None

    @property
    def inputs(self) -> int:
        return self.nodes[0].size

    @property
    def outputs(self) -> int:
        return self.nodes[-1].size

    @property
    def free(self) -> list[str]:
        """The tensors that the claim quantifies over."""
        return sorted(name for name, tensor in self.tensors.items() if tensor.entries is None)

    def whole(self) -> Segment:
        return Segment(self, 0, len(self.nodes) - 1)


@dataclass(frozen=True)
class Segment:
    """The map from the entries of one node to those of a later one that depends on it alone."""

    network: Network
    start: int
    end: int
    inside: tuple[int, ...] = field(init=False)
    """The nodes between, the end included, in order."""

    def __post_init__(self) -> None:
        nodes = self.network.nodes
        if not 0 <= self.start < self.end < len(nodes):
            raise Reject("a segment ends after it starts", "segment")
        seen: set[int] = set()
        stack = [self.end]
        while stack:
            k = stack.pop()
            if k in seen or k == self.start:
                continue
            if not nodes[k].arguments:
                raise Reject(f"node {self.end} does not depend on node {self.start} alone", "segment")
            seen.add(k)
            stack.extend(nodes[k].arguments)
        object.__setattr__(self, "inside", tuple(sorted(seen)))

    @property
    def inputs(self) -> int:
        return self.network.nodes[self.start].size

    @property
    def outputs(self) -> int:
        return self.network.nodes[self.end].size

    def nodes(self) -> list[tuple[int, Node]]:
        return [(k, self.network.nodes[k]) for k in self.inside]

    def canonical(self) -> tuple[Any, ...]:
        """What the segment is, apart from the names of its tensors and the numbers of its nodes and functions."""
        network = self.network
        number = {self.start: 0} | {k: i for i, k in enumerate(self.inside, 1)}

        free: dict[str, int] = {}

        def tensor(name: str | None) -> object:
            if name is None:
                return None
            found = network.tensors[name]
            # free tensors are the same only if they are shared alike
            return found if found.entries is not None else (free.setdefault(name, len(free)), found.shape)

        lines: list[tuple[Any, ...]] = [("input", network.nodes[self.start].shape)]
        for k in self.inside:
            node = network.nodes[k]
            data = node.data
            if isinstance(data, Affine):
                data = (tensor(data.weight), tensor(data.bias))
            elif isinstance(data, Scaling):
                data = (tensor(data.gamma), tensor(data.beta), data.epsilon)
            elif node.op == "pointwise":
                data = tuple(network.functions[f] for f in data)
            lines.append((node.op, tuple(number[i] for i in node.arguments), node.shape, data))
        return tuple(lines)

    def functions(self) -> set[int]:
        """The numbers of the functions that its pointwise nodes apply."""
        return {f for _, node in self.nodes() if node.op == "pointwise" for f in node.data}


def read_network(terms: Terms, fields: Fields, limits: Limits, folder: Folder) -> Network:
    """The network in the subject of a claim: ``nodes``, ``functions``, ``tensors`` and perhaps a ``loss``."""
    functions = []
    for raw, path in fields.items("functions") if fields.has("functions") else []:
        functions.append(_read_function(terms, raw, path))
    raw_tensors = fields.raw("tensors") if fields.has("tensors") else {}
    if type(raw_tensors) is not dict:
        raise Reject("tensors must be an object", "schema", (*fields.path, "tensors"))
    for name in raw_tensors:
        if TENSOR_NAME.fullmatch(name) is None:
            raise Reject(f"{shown(name)} is no name of a tensor", "network", (*fields.path, "tensors"))
    tensors = {
        name: read_tensor(raw, (*fields.path, "tensors", name), limits, folder)
        for name, raw in sorted(raw_tensors.items())
    }
    limits.bound("entries", sum(prod(tensor.shape) for tensor in tensors.values()))
    reader = _Reader(terms, limits, functions, tensors)
    listed = fields.items("nodes")
    if not 2 <= len(listed) <= MAX_NODES:
        raise Reject(f"a network has 2 to {MAX_NODES} nodes", "network", (*fields.path, "nodes"))
    for raw, path in listed:
        reader.add(raw, path)
    loss = _read_loss(reader, fields) if fields.has("loss") else None
    network = Network(tuple(reader.nodes), tuple(functions), tensors, loss)
    if set(network.whole().inside) | {0} != set(range(len(network.nodes))):
        raise Reject("the network has a node that its output does not need", "network", fields.path)
    if reader.used_functions != set(range(len(functions))) or reader.used_tensors != tensors.keys():
        raise Reject("the network has a function or tensor that it does not use", "network", fields.path)
    return network


def _read_function(terms: Terms, raw: object, path: Path) -> int:
    lines = terms.read(raw, path)
    root = lines[-1]
    if sorted(lines) != terms.order(root):
        raise Reject("a function has a line twice, or one that it does not need", "network", path)
    if terms.op(root) in BOOLEAN or not terms.names[root] <= {"x"}:
        raise Reject("a function of a network is a real function of x alone", "network", path)
    return root


def _read_loss(reader: _Reader, fields: Fields) -> tuple[str, tuple[Any, ...]]:
    raw, path = fields.raw("loss"), (*fields.path, "loss")
    count = reader.nodes[-1].size
    if type(raw) is not list or len(raw) != 2 or type(raw[1]) is not list or len(raw[1]) != count:
        raise Reject("a loss is its kind and a list with one item for each output", "network", path)
    if raw[0] == "separable":
        return "separable", reader.function_numbers(raw[1], count, path)
    if raw[0] == "cross-entropy":
        target = tuple(rational(value, reader.limits, path) for value in raw[1])
        if any(q < 0 for q in target) or sum(target, fmpq(0)) != 1:
            raise Reject("the target of a cross-entropy is a probability distribution", "network", path)
        return "cross-entropy", target
    raise Reject("the losses are separable and cross-entropy", "network", path)


class _Reader:
    """Reads nodes one after the other, with their shapes."""

    def __init__(
        self, terms: Terms, limits: Limits, functions: Sequence[int], tensors: Mapping[str, Tensor]
    ) -> None:
        self.terms = terms
        self.limits = limits
        self.functions = functions
        self.tensors = tensors
        self.nodes: list[Node] = []
        self.used_functions: set[int] = set()
        self.used_tensors: set[str] = set()
        self._entries = 0

    def add(self, raw: object, path: Path) -> None:
        if type(raw) is not list or not raw or type(raw[0]) is not str or raw[0] not in READERS:
            raise Reject("a node is a list that begins with an operator", "network", path)
        length, read = READERS[raw[0]]
        if len(raw) != length:
            raise Reject(f"{raw[0]} has {length - 1} argument(s)", "network", path)
        if (raw[0] == "input") is not (not self.nodes):
            raise Reject("the first node, and no other, is the input", "network", path)
        node = read(self, raw, path)
        self._entries += node.size
        if self._entries > self.limits.entries:
            raise Refuse("entries", f"above the limit entries = {self.limits.entries}")
        self.nodes.append(node)

    # -- parts of nodes

    def node(self, raw: object, path: Path) -> int:
        if type(raw) is not int or not 0 <= raw < len(self.nodes):
            raise Reject("an argument must be the number of an earlier node", "network", path)
        return raw

    def tensor(self, raw: object, shape: tuple[int, ...] | None, path: Path) -> str:
        if type(raw) is not str or raw not in self.tensors:
            raise Reject("no tensor has this name", "network", path)
        if shape is not None and self.tensors[raw].shape != shape:
            raise Reject(f"the tensor {shown(raw)} has another shape than {list(shape)}", "network", path)
        self.used_tensors.add(raw)
        return raw

    def optional_tensor(self, raw: object, shape: tuple[int, ...], path: Path) -> str | None:
        return None if raw is None else self.tensor(raw, shape, path)

    def function_numbers(self, raw: object, count: int, path: Path) -> tuple[int, ...]:
        listed: list[Any] = raw if type(raw) is list else [raw] * count
        if len(listed) != count:
            raise Reject("one function for each entry, or one for all", "network", path)
        for f in listed:
            if type(f) is not int or not 0 <= f < len(self.functions):
                raise Reject("no function has this number", "network", path)
        self.used_functions.update(listed)
        return tuple(listed)


def _input(reader: _Reader, raw: list[Any], path: Path) -> Node:
    """``["input", shape]``"""
    return Node("input", (), shape_of(raw[1], path))


def _linear(reader: _Reader, raw: list[Any], path: Path) -> Node:
    """``["linear", i, W, b]`` on the last axis; data: `Affine`."""
    i = reader.node(raw[1], path)
    weight = reader.tensor(raw[2], None, path)
    shape, last = reader.tensors[weight].shape, reader.nodes[i].shape[-1]
    if len(shape) != 2 or shape[1] != last:
        raise Reject(f"a weight must have two dimensions, the second of them {last}", "network", path)
    bias = reader.optional_tensor(raw[3], shape[:1], path)
    return Node("linear", (i,), (*reader.nodes[i].shape[:-1], shape[0]), Affine(weight, bias))


def _pointwise(reader: _Reader, raw: list[Any], path: Path) -> Node:
    """``["pointwise", i, f]``; data: the number of the function of each entry."""
    i = reader.node(raw[1], path)
    node = reader.nodes[i]
    return Node("pointwise", (i,), node.shape, reader.function_numbers(raw[2], node.size, path))


def _binary(reader: _Reader, raw: list[Any], path: Path) -> Node:
    """``["add", i, j]`` and ``["product", i, j]``"""
    i, j = reader.node(raw[1], path), reader.node(raw[2], path)
    if reader.nodes[i].shape != reader.nodes[j].shape:
        raise Reject("the arguments have different shapes", "network", path)
    return Node(raw[0], (i, j), reader.nodes[i].shape)


def _gather(reader: _Reader, raw: list[Any], path: Path) -> Node:
    """``["gather", [i, ...], [k, ...], shape]``; data: entries of the joined arguments, -1 for the constant 0."""
    if type(raw[1]) is not list or not raw[1] or type(raw[2]) is not list:
        raise Reject("gather needs a list of nodes and a list of entries", "network", path)
    arguments = tuple(reader.node(i, path) for i in raw[1])
    total = sum(reader.nodes[i].size for i in arguments)
    shape = shape_of(raw[3], path)
    if len(raw[2]) != prod(shape) or not all(type(k) is int and -1 <= k < total for k in raw[2]):
        raise Reject("gather needs one number of an entry for each entry of its shape", "network", path)
    if len(set(arguments)) != len(arguments):
        raise Reject("gather names a node twice", "network", path)
    return Node("gather", arguments, shape, tuple(raw[2]))


def _max(reader: _Reader, raw: list[Any], path: Path) -> Node:
    """``["max", i]`` over the last axis."""
    i = reader.node(raw[1], path)
    return Node("max", (i,), reader.nodes[i].shape[:-1] or (1,))


def _layernorm(reader: _Reader, raw: list[Any], path: Path) -> Node:
    """``["layernorm", i, gamma, beta, epsilon]`` over the last axis, biased variance; data: `Scaling`."""
    i = reader.node(raw[1], path)
    last = reader.nodes[i].shape[-1:]
    epsilon = rational(raw[4], reader.limits, path)
    if epsilon < 0:
        raise Reject("epsilon is negative", "network", path)
    gamma, beta = (reader.optional_tensor(name, last, path) for name in raw[2:4])
    return Node("layernorm", (i,), reader.nodes[i].shape, Scaling(gamma, beta, epsilon))


def _attention(reader: _Reader, raw: list[Any], path: Path) -> Node:
    """``["attention", q, k, v, heads, causal]`` for nodes of shapes [T, d], [S, d], [S, d]; data: (heads, causal)."""
    arguments = tuple(reader.node(i, path) for i in raw[1:4])
    shapes = [reader.nodes[i].shape for i in arguments]
    heads, causal = raw[4:]
    if any(len(shape) != 2 for shape in shapes) or shapes[1] != shapes[2] or shapes[0][1] != shapes[1][1]:
        raise Reject("attention needs queries [T, d], keys [S, d] and values [S, d]", "network", path)
    if type(heads) is not int or heads < 1 or shapes[0][1] % heads or type(causal) is not bool:
        raise Reject("the number of heads must divide the width; causal is true or false", "network", path)
    if causal and shapes[0][0] != shapes[1][0]:
        raise Reject("causal attention needs as many queries as keys", "network", path)
    return Node("attention", arguments, shapes[0], (heads, causal))


def _formulas(reader: _Reader, raw: list[Any], path: Path) -> Node:
    """``["formulas", i, table, lines]`` in variables x1, x2, ...; data: the terms of the lines."""
    i = reader.node(raw[1], path)
    lines = reader.terms.read(raw[2], path)
    if type(raw[3]) is not list or not raw[3]:
        raise Reject("formulas needs a list of lines", "network", path)
    if not all(type(k) is int and 0 <= k < len(lines) for k in raw[3]):
        raise Reject("no formula has this line", "network", path)
    roots = tuple(lines[k] for k in raw[3])
    if sorted(lines) != reader.terms.reachable(roots):
        raise Reject("formulas has a line twice, or one that it does not need", "network", path)
    names = {entry_name(k) for k in range(reader.nodes[i].size)}
    for root in roots:
        if reader.terms.op(root) in BOOLEAN or not reader.terms.names[root] <= names:
            raise Reject("a formula is a real function of x1, x2, ... for the entries", "network", path)
    return Node("formulas", (i,), (len(roots),), roots)


READERS: Mapping[str, tuple[int, Callable[[_Reader, list[Any], Path], Node]]] = {
    "input": (2, _input),
    "linear": (4, _linear),
    "pointwise": (3, _pointwise),
    "add": (3, _binary),
    "product": (3, _binary),
    "gather": (4, _gather),
    "max": (2, _max),
    "layernorm": (5, _layernorm),
    "attention": (6, _attention),
    "formulas": (4, _formulas),
}
"""For each operator the length of its list, and what reads it."""


def entry_name(k: int) -> str:
    """The variable of an entry in formulas: x1, x2, ..."""
    return f"x{k + 1}"


def expanded_weight(network: Network, node: Node) -> fmpq_mat:
    """The matrix of a linear node on flattened entries: its weight once for each row."""
    weight = network.tensors[node.data.weight].matrix()
    rows = node.size // node.shape[-1]
    if rows == 1:
        return weight
    m, n = weight.nrows(), weight.ncols()
    if rows * rows * m * n > 4_000_000:
        raise Refuse("entries", "a linear node whose matrix on flattened entries is too large")
    zero = [fmpq(0)] * n
    lines = weight.tolist()
    return fmpq_mat([zero * r + line + zero * (rows - 1 - r) for r in range(rows) for line in lines])
