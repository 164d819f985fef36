"""What ``layernorm`` and ``attention`` stand for: chains of primitive nodes.

A primitive node names its arguments by position in the chain; constant matrices and functions (terms in x) are
part of it. The functions that the macros bring along are analytic wherever the macro is defined.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flint import fmpq, fmpq_mat

from invexcheck.matrices import diagonal
from invexcheck.networks.graph import Network, Node, Segment
from invexcheck.session import Session


@dataclass(frozen=True, slots=True)
class Primitive:
    """``linear`` (data: matrix for each row, bias or None, rows), ``pointwise`` (data: terms), ``known`` (a pointwise
    function that a macro brings along), ``add``, ``product``, ``gather`` (data: entries), ``max`` (data: entries a
    row) or ``formulas`` (data: terms); `node` is the node of the network that it belongs to."""

    op: str
    arguments: tuple[int, ...]
    size: int
    data: Any
    node: int


class Chain:
    """The primitive nodes of a segment; position 0 is its start."""

    def __init__(self, session: Session, segment: Segment) -> None:
        self.budget, self.limits = session.budget, session.limits
        self.terms = session.terms
        self.network: Network = segment.network
        self.steps: list[Primitive] = [Primitive("input", (), segment.inputs, None, segment.start)]
        self.position = {segment.start: 0}
        for k, node in segment.nodes():
            arguments = tuple(self.position[i] for i in node.arguments)
            self.position[k] = EXPANSIONS[node.op](self, k, node, arguments)

    def spend(self, entries: int) -> None:
        """Account for that many entries of derived nodes before they are made."""
        self.limits.bound("entries", entries)
        self.budget.spend(200 * entries)

    def add(self, op: str, arguments: tuple[int, ...], size: int, data: Any, node: int) -> int:
        self.steps.append(Primitive(op, arguments, size, data, node))
        return len(self.steps) - 1

    def linear(self, i: int, matrix: fmpq_mat, bias: tuple[fmpq, ...] | None, rows: int, node: int) -> int:
        return self.add("linear", (i,), rows * matrix.nrows(), (matrix, bias, rows), node)

    def known(self, i: int, term: int, node: int) -> int:
        size = self.steps[i].size
        return self.add("known", (i,), size, (term,) * size, node)

    def gather(self, arguments: tuple[int, ...], entries: list[int], node: int) -> int:
        return self.add("gather", arguments, len(entries), tuple(entries), node)


def _linear(chain: Chain, k: int, node: Node, arguments: tuple[int, ...]) -> int:
    network = chain.network
    weight = network.tensors[node.data.weight].matrix()
    bias = None if node.data.bias is None else network.tensors[node.data.bias].values()
    return chain.linear(arguments[0], weight, bias, node.size // node.shape[-1], k)


def _pointwise(chain: Chain, k: int, node: Node, arguments: tuple[int, ...]) -> int:
    return chain.add("pointwise", arguments, node.size, node.data, k)


def _plain(chain: Chain, k: int, node: Node, arguments: tuple[int, ...]) -> int:
    return chain.add(node.op, arguments, node.size, node.data, k)


def _max(chain: Chain, k: int, node: Node, arguments: tuple[int, ...]) -> int:
    return chain.add("max", arguments, node.size, chain.steps[arguments[0]].size // node.size, k)


def _layernorm(chain: Chain, k: int, node: Node, arguments: tuple[int, ...]) -> int:
    """y = gamma * c / sqrt(mean(c^2) + epsilon) + beta with c = x - mean(x), row by row."""
    d = node.shape[-1]
    rows = node.size // d
    terms = chain.terms
    chain.spend(d * d + node.size)
    x = terms.variable("x")
    centre = fmpq_mat(d, d, [fmpq(int(i == j)) - fmpq(1, d) for i in range(d) for j in range(d)])
    centred = chain.linear(arguments[0], centre, None, rows, k)
    squares = chain.known(centred, terms.square(x), k)
    variance = chain.linear(squares, fmpq_mat(1, d, [fmpq(1, d)] * d), None, rows, k)
    shifted = terms.node("add", x, terms.rational(node.data.epsilon))
    scale = chain.known(variance, terms.node("pow", shifted, fmpq(-1, 2)), k)
    spread = chain.gather((scale,), [r for r in range(rows) for _ in range(d)], k)
    result = chain.add("product", (centred, spread), node.size, None, k)
    tensors = chain.network.tensors
    if node.data.gamma is not None or node.data.beta is not None:
        gamma = (fmpq(1),) * d if node.data.gamma is None else tensors[node.data.gamma].values()
        beta = None if node.data.beta is None else tensors[node.data.beta].values()
        result = chain.linear(result, diagonal(gamma), beta, rows, k)
    return result


def _attention(chain: Chain, k: int, node: Node, arguments: tuple[int, ...]) -> int:
    """softmax(q k^T / sqrt(width of a head)) v in each head; a causal query t sees the keys 0 to t."""
    heads, causal = node.data
    queries, d = node.shape
    keys, width = chain.steps[arguments[1]].size // d, d // heads
    chain.spend(heads * queries * keys * (width + 2))
    terms, x = chain.terms, chain.terms.variable("x")
    triples = [(h, t, s) for h in range(heads) for t in range(queries) for s in range(keys)]
    entries = range(width)
    q = chain.gather(arguments[:1], [t * d + h * width + e for h, t, _ in triples for e in entries], k)
    v_or_k = [s * d + h * width + e for h, _, s in triples for e in entries]
    products = chain.add("product", (q, chain.gather(arguments[1:2], v_or_k, k)), len(v_or_k), None, k)
    scores = chain.linear(products, fmpq_mat(1, width, [fmpq(1)] * width), None, len(triples), k)
    scaled = terms.node("div", x, terms.node("sqrt", terms.rational(fmpq(width))))
    weights = chain.known(scores, terms.node("exp", scaled), k)
    if causal:
        weights = chain.gather((weights,), [-1 if s > t else i for i, (_, t, s) in enumerate(triples)], k)
    totals = chain.linear(weights, fmpq_mat(1, keys, [fmpq(1)] * keys), None, heads * queries, k)
    inverse = chain.known(totals, terms.node("div", terms.one, x), k)
    spread = chain.gather((inverse,), [i for i in range(heads * queries) for _ in range(keys)], k)
    shares = chain.add("product", (weights, spread), len(triples), None, k)
    outputs = [(t, h, e) for t in range(queries) for h in range(heads) for e in entries]
    picked = chain.gather(
        (shares,), [(h * queries + t) * keys + s for t, h, _ in outputs for s in range(keys)], k
    )
    values = chain.gather(
        arguments[2:], [s * d + h * width + e for _, h, e in outputs for s in range(keys)], k
    )
    parts = chain.add("product", (picked, values), node.size * keys, None, k)
    return chain.linear(parts, fmpq_mat(1, keys, [fmpq(1)] * keys), None, node.size, k)


EXPANSIONS: dict[str, Callable[[Chain, int, Node, tuple[int, ...]], int]] = {
    "linear": _linear,
    "pointwise": _pointwise,
    "add": _plain,
    "product": _plain,
    "gather": _plain,
    "max": _max,
    "layernorm": _layernorm,
    "attention": _attention,
    "formulas": _plain,
}
