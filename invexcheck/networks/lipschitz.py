"""Lipschitz constants of the nodes of a network, in Euclidean norms, from norms of weights and bounds of slopes.

For the map x of a segment every node is written as alpha x + G with a rational alpha and a Lipschitz constant of
G. Where rows (along the last axis) are bounded, so are their norms: attention is Lipschitz only there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flint import arb, arb_mat, fmpq, fmpq_mat

from invexcheck.errors import Reject
from invexcheck.matrices import positive_definite
from invexcheck.networks.functions import Facts
from invexcheck.networks.graph import Node, Segment


@dataclass(frozen=True, slots=True)
class Bound:
    """A node is alpha x + G: `lipschitz` bounds G's constant, `rows` (None: unknown) the norm of each row."""

    alpha: fmpq
    lipschitz: arb
    rows: arb | None = None

    @property
    def total(self) -> arb:
        return (self.lipschitz + abs(arb(self.alpha))).upper()


class Lipschitz:
    """The bounds of all nodes of a segment. `norms` are bounds of spectral norms by linear node, to be verified."""

    def __init__(self, segment: Segment, facts: Mapping[int, Facts], norms: Mapping[int, fmpq]) -> None:
        self.segment = segment
        self.facts = facts
        self.norms = norms
        self.bounds: dict[int, Bound] = {segment.start: Bound(fmpq(1), arb(0))}
        for k, node in segment.nodes():
            if node.op not in RULES:
                raise Reject(f"node {k} ({node.op}) has no Lipschitz constant known here", "lipschitz")
            self.bounds[k] = RULES[node.op](self, k, node)

    def spectral_norm(self, k: int, weight: fmpq_mat) -> arb:
        """An upper bound of the spectral norm: the named one, verified, or one from sums of absolute values."""
        named = self.norms.get(k)
        matrix = arb_mat(weight)
        if named is not None:
            gram = matrix.transpose() * matrix
            if weight.nrows() < weight.ncols():
                gram = matrix * matrix.transpose()
            n = gram.nrows()
            square = arb_mat(
                n, n, [arb(named * named) if i == j else arb(0) for i in range(n) for j in range(n)]
            )
            if not (named > 0 and positive_definite(square - gram)):
                raise Reject(f"the bound of the norm of node {k} is not established", "lipschitz")
            return arb(named).upper()
        return crude_norm(matrix)

    def _linear(self, k: int, node: Node) -> Bound:
        before = self.bounds[node.arguments[0]]
        tensors = self.segment.network.tensors
        norm = self.spectral_norm(k, tensors[node.data.weight].matrix())
        rows = None
        if before.rows is not None:
            bias = arb(0)
            if node.data.bias is not None:
                bias = euclidean([arb(b) for b in tensors[node.data.bias].values()])
            rows = (norm * before.rows + bias).upper()
        return Bound(fmpq(0), (norm * before.total).upper(), rows)

    def _pointwise(self, k: int, node: Node) -> Bound:
        before = self.bounds[node.arguments[0]]
        steepest = arb(0)
        for f in set(node.data):
            facts = self.facts.get(f)
            if facts is None or facts.slopes.lower is None or facts.slopes.upper is None:
                raise Reject(f"the slopes of function {f} are not shown to be bounded", "lipschitz")
            steepest = steepest.max(arb(abs(facts.slopes.lower))).max(arb(abs(facts.slopes.upper)))
        return Bound(fmpq(0), (steepest * before.total).upper())

    def _add(self, k: int, node: Node) -> Bound:
        i, j = (self.bounds[a] for a in node.arguments)
        rows = None if i.rows is None or j.rows is None else (i.rows + j.rows).upper()
        return Bound(i.alpha + j.alpha, (i.lipschitz + j.lipschitz).upper(), rows)

    def _gather(self, k: int, node: Node) -> Bound:
        (first, *others) = (self.bounds[a] for a in node.arguments)
        nodes = self.segment.network.nodes
        if not others and node.data == tuple(range(nodes[node.arguments[0]].size)):
            same_rows = node.shape[-1] == nodes[node.arguments[0]].shape[-1]
            return Bound(first.alpha, first.lipschitz, first.rows if same_rows else None)
        most = max(Counter(entry for entry in node.data if entry >= 0).values(), default=0)
        total = euclidean([b.total for b in (first, *others)])
        return Bound(fmpq(0), (arb(most).sqrt() * total).upper())

    def _max(self, k: int, node: Node) -> Bound:
        return Bound(fmpq(0), self.bounds[node.arguments[0]].total)

    def _layernorm(self, k: int, node: Node) -> Bound:
        scaling, tensors = node.data, self.segment.network.tensors
        if not scaling.epsilon > 0:
            raise Reject("layernorm with epsilon 0 has no Lipschitz constant", "lipschitz")
        before = self.bounds[node.arguments[0]]
        gamma = [fmpq(1)] if scaling.gamma is None else tensors[scaling.gamma].values()
        largest = arb(max(abs(g) for g in gamma))
        beta = arb(0) if scaling.beta is None else euclidean([arb(b) for b in tensors[scaling.beta].values()])
        rows = (arb(node.shape[-1]).sqrt() * largest + beta).upper()
        return Bound(fmpq(0), (largest / arb(scaling.epsilon).sqrt() * before.total).upper(), rows)

    def _attention(self, k: int, node: Node) -> Bound:
        """With rows of norms at most Rq, Rk, Rv and T queries:

        sqrt(T) Lv + Rv (Rk Lq + sqrt(T) Rq Lk) / sqrt(width of a head).
        """
        q, key, v = (self.bounds[a] for a in node.arguments)
        if q.rows is None or key.rows is None or v.rows is None:
            raise Reject("attention is Lipschitz only where its arguments are bounded", "lipschitz")
        width = node.shape[1] // node.data[0]
        root = arb(node.shape[0]).sqrt()
        scores = key.rows * q.total + root * q.rows * key.total
        constant = root * v.total + v.rows * scores / arb(width).sqrt()
        # with several heads, each head's part of a row is at most as long as the longest row of v
        rows = (v.rows * arb(node.data[0]).sqrt()).upper()
        return Bound(fmpq(0), constant.upper(), rows)


RULES: Mapping[str, Callable[[Lipschitz, int, Node], Bound]] = {
    "linear": Lipschitz._linear,
    "pointwise": Lipschitz._pointwise,
    "add": Lipschitz._add,
    "gather": Lipschitz._gather,
    "max": Lipschitz._max,
    "layernorm": Lipschitz._layernorm,
    "attention": Lipschitz._attention,
}


def euclidean(values: list[arb]) -> arb:
    """An upper bound of the Euclidean norm."""
    total = arb(0)
    for value in values:
        total = total + value * value
    return total.sqrt().upper()


def crude_norm(matrix: arb_mat) -> arb:
    """An upper bound of the spectral norm: the Frobenius norm, or sqrt(largest row sum * largest column sum)."""
    rows = [[abs(x) for x in row] for row in matrix.tolist()]
    frobenius = euclidean([x for row in rows for x in row])
    widest = _largest([sum(row, arb(0)) for row in rows])
    tallest = _largest([sum(column, arb(0)) for column in zip(*rows, strict=True)])
    mixed = (widest * tallest).sqrt().upper()
    return mixed if (mixed < frobenius) is True else frobenius


def _largest(values: list[arb]) -> arb:
    best = arb(0)
    for value in values:
        best = best.max(value)
    return best.upper()
