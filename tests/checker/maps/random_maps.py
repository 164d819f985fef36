"""Random small networks, random claims about them, and every step that might show them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any

from tests.checker.formulas import INTERVAL, table
from tests.checker.maps.documents import (
    ALMOST,
    FUNCTIONS,
    NONSINGULAR,
    Json,
    formula,
    free,
    matrix,
    net,
    network,
    shown,
    vector,
)

SMALL = tuple(Fraction(v) for v in ("-2", "-1", "-1", "-1/2", "0", "0", "1/2", "1", "1", "2", "1/3"))
FORMULAS = (
    "x1 + tanh(x2)/2", "x1 - x2", "x1*x2", "x2 + x2**3", "sin(x1) + 2*x1", "x1**2 - x2**2", "sqrt(x1**2 + x2**2 + 1)",
    "exp(x1)", "abs(x1) + x2", "x1/(1 + x2**2)", "log(x1)", "sqrt(x1)", "x1 + x2", "2*x1 + 2*x2", "1",
)  # fmt: skip


class Maker:
    """Grows a network node by node."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.names: list[str] = []
        self.tensors: dict[str, Json] = {}
        width = rng.choice((1, 1, 2, 2, 2, 3))
        self.nodes: list[Any] = [["input", [width]]]
        self.shapes: list[list[int]] = [[width]]

    def add(self, node: list[Any], shape: list[int]) -> int:
        self.nodes.append(node)
        self.shapes.append(shape)
        return len(self.nodes) - 1

    def tensor(self, *shape: int) -> str:
        same = [name for name, t in self.tensors.items() if t["shape"] == list(shape)]
        if same and self.rng.random() < 0.1:
            return self.rng.choice(same)
        name = f"t{len(self.tensors)}"
        values = [self.rng.choice(SMALL) for _ in range(shape[0] * (shape[1] if len(shape) > 1 else 1))]
        self.tensors[name] = vector(*values) if len(shape) == 1 else {**matrix(values), "shape": list(shape)}
        return name

    def linear(self, i: int, out: int) -> int:
        bias = self.tensor(out) if self.rng.random() < 0.4 else None
        return self.add(
            ["linear", i, self.tensor(out, self.shapes[i][-1]), bias], [*self.shapes[i][:-1], out]
        )

    def function(self, *allowed: str) -> int:
        name = self.rng.choice(allowed or tuple(FUNCTIONS))
        if name not in self.names:
            self.names.append(name)
        return self.names.index(name)

    def pointwise(self, i: int, *allowed: str) -> int:
        size = self.shapes[i][0] * (self.shapes[i][1] if len(self.shapes[i]) > 1 else 1)
        one = self.rng.random() < 0.7
        chosen = self.function(*allowed) if one else [self.function(*allowed) for _ in range(size)]
        return self.add(["pointwise", i, chosen], self.shapes[i])

    def block(self, i: int) -> int:
        """A residual, gated, normed, pooled or plain layer after node i, a vector."""
        width = self.shapes[i][0]
        kind = self.rng.choice(("mlp", "residual", "residual", "residual", "pointwise", "linear", *RARE))
        if kind == "linear":
            return self.linear(i, self.rng.choice((width, width, 1, 2, 3)))
        if kind == "pointwise":
            return self.pointwise(i)
        if kind in ("mlp", "residual"):
            hidden = self.pointwise(self.linear(i, self.rng.choice((1, 2, 3, 4))))
            last = self.linear(hidden, width)
            return last if kind == "mlp" else self.add(["add", i, last], [width])
        if kind == "product":
            return self.add(["product", i, self.pointwise(i)], [width])
        if kind == "gather":
            entries = [self.rng.randint(-1, width - 1) for _ in range(self.rng.choice((1, 2, 3)))]
            return self.add(["gather", [i], entries, [len(entries)]], [len(entries)])
        if kind == "max":
            rows, columns = self.rng.choice((1, 2)), self.rng.choice((1, 2))
            entries = [self.rng.randint(-1, width - 1) for _ in range(rows * columns)]
            return self.add(
                ["max", self.add(["gather", [i], entries, [rows, columns]], [rows, columns])], [rows]
            )
        if kind == "layernorm":
            gamma = self.tensor(width) if self.rng.random() < 0.5 else None
            epsilon = self.rng.choice(("1", "1/100", "0"))
            inner = self.add(["layernorm", i, gamma, None, epsilon], [width])
            return self.add(["add", i, self.linear(inner, width)], [width])
        if kind == "attention":
            rows = self.add(
                ["gather", [i], [self.rng.randint(-1, width - 1) for _ in range(4)], [2, 2]], [2, 2]
            )
            q, k, v = (self.linear(rows, 2) for _ in range(3))
            out = self.add(["attention", q, k, v, self.rng.choice((1, 2)), self.rng.random() < 0.5], [2, 2])
            return self.add(["gather", [out], list(range(min(width, 4))), [min(width, 4)]], [min(width, 4)])
        chosen = [
            f for f in self.rng.sample(FORMULAS, self.rng.choice((1, 2, 2))) if width > 1 or "x2" not in f
        ] or ["x1"]
        lines, roots = joined(chosen)
        return self.add(["formulas", i, lines, roots], [len(roots)])

    def subject(self) -> Json:
        """The network, without what its output does not need."""
        return net(self.nodes, [formula(name) for name in self.names], **self.tensors)


RARE = ("product", "gather", "max", "layernorm", "attention", "formulas")


def joined(formulas: list[str]) -> tuple[list[Any], list[int]]:
    """One table for several formulas, without repeated lines."""
    lines: list[Any] = []
    roots = []
    for text in formulas:
        places: list[int] = []
        for op, *arguments in table(text):
            line = [op, *(places[a] if type(a) is int else a for a in arguments)]
            if line not in lines:
                lines.append(line)
            places.append(lines.index(line))
        roots.append(places[-1])
    return lines, roots


def random_subject(rng: random.Random) -> tuple[Json, list[str]]:
    """A network and the names of its functions."""
    maker = Maker(rng)
    last = 0
    for _ in range(rng.choice((1, 1, 2, 3))):
        last = maker.block(last)
    subject = maker.subject()
    if rng.random() < 0.5 and maker.shapes[last] != maker.shapes[0] and len(maker.shapes[last]) == 1:
        maker.linear(last, maker.shapes[0][0])
        subject = maker.subject()
    return subject, maker.names


def loosen(subject: Json, rng: random.Random) -> Json:
    """The same network with some tensors free."""
    tensors = {name: free(*t["shape"]) if rng.random() < 0.5 else t for name, t in subject["tensors"].items()}
    return subject | {"tensors": tensors}


# -- steps ----------------------------------------------------------------------------------------------


def numbers(rng: random.Random, count: int) -> list[str]:
    return [str(rng.choice(SMALL)) for _ in range(count)]


def inputs_of(subject: Json) -> int:
    return int(subject["nodes"][0][1][0])


def tree(rng: random.Random, n: int, leaves: str) -> str:
    depth, text, open_boxes = rng.choice((0, 0, 1, 2, 3)), "", 1
    while open_boxes:
        if depth and rng.random() < 0.6:
            text += str(rng.randrange(min(n, 10)))
            depth -= 1
            open_boxes += 1
        else:
            text += rng.choice(leaves)
            open_boxes -= 1
    return text


def cut_points(subject: Json, rng: random.Random) -> list[int]:
    count = len(subject["nodes"])
    return sorted(rng.sample(range(1, count - 1), rng.choice((1, 1, 2)))) if count > 4 else [count - 2]


def rank_steps(subject: Json, rng: random.Random, whole: bool = True) -> Iterator[Json]:
    """Steps for full rank, each of some rule, with fields that may fit."""
    n = inputs_of(subject)
    units = sum(
        len(node[2]) if isinstance(node[2], list) else 0
        for node in subject["nodes"]
        if node[0] == "pointwise"
    )
    columns = {"columns": [numbers(rng, 1) for _ in range(n)]} if rng.random() < 0.3 else {}
    yield {"rule": "rank"}
    yield {"rule": "entrywise"}
    yield {"rule": "entrywise", "nonzero": {str(f): ["1"] for f in range(len(subject["functions"]))}}
    yield {"rule": "multi-affine", **columns}
    yield {"rule": "sector", **columns}
    yield {"rule": "sector", "semidefinite": True}
    yield {"rule": "sector", "weights": [str(rng.choice((1, 2, 3))) for _ in range(units)]}
    for count in range(1, 5):
        yield {"rule": "gram", "scale": [str(rng.choice((1, 1, 2, 0))) for _ in range(count)]}
    yield {"rule": "contraction"}
    yield {
        "rule": "contraction",
        "norms": {
            str(k): str(rng.choice(("1", "3/2", "2", "1/2")))
            for k, node in enumerate(subject["nodes"])
            if node[0] == "linear"
        },
    }
    for leaves in ("c", "p", "cp"):
        yield {"rule": "boxes", "tree": tree(rng, n, leaves)}
    yield {"rule": "boxes", "tree": tree(rng, n, "c"), "cuts": cut_points(subject, rng)}
    for sign in "><":
        yield {
            "rule": "determinant",
            "sign": sign,
            "by": rng.choice((INTERVAL, {"rule": "interval", "tree": "b"})),
        }
    tensors = {
        "tensors": {
            name: {"shape": t["shape"], "values": numbers(rng, _size(t))}
            for name, t in subject["tensors"].items()
            if len(t) == 1
        }
    }
    extra = tensors if tensors["tensors"] else {}
    yield {"rule": "witness", "at": numbers(rng, n), **extra}
    yield {"rule": "selections", "points": [numbers(rng, n) for _ in range(4)], **extra}
    if whole:
        for _ in range(3):
            cuts = cut_points(subject, rng)
            steps = [rng.choice(list(rank_steps(subject, rng, False))) for _ in range(len(cuts) + 1)]
            yield {"rule": "compose", "cuts": cuts, "steps": steps}
        yield from fitted_compositions(subject, rng)


def fitted_compositions(subject: Json, rng: random.Random) -> Iterator[Json]:
    """Compositions cut at every node between which nothing runs past, with rules that suit the parts."""
    nodes = subject["nodes"]
    cuts = [
        k for k in range(1, len(nodes) - 1) if all(a >= k for node in nodes[k + 1 :] for a in _sources(node))
    ]
    if not cuts:
        return
    ends = [0, *cuts, len(nodes) - 1]
    for plain in ("multi-affine", "sector", "contraction", "boxes"):
        steps: list[Json] = []
        for low, high in pairwise(ends):
            op = nodes[high][0]
            if high == low + 1 and op in ("linear", "pointwise", "gather"):
                steps.append({"rule": "entrywise"} if op == "pointwise" else {"rule": "rank"})
            else:
                steps.append({"rule": plain} | ({"tree": rng.choice("cp")} if plain == "boxes" else {}))
        yield {"rule": "compose", "cuts": cuts, "steps": steps}


def _sources(node: list[Any]) -> list[int]:
    if node[0] == "input":
        return []
    if node[0] == "gather":
        return list(node[1])
    count = {"add": 2, "product": 2, "attention": 3}.get(node[0], 1)
    return list(node[1 : 1 + count])


def _size(tensor: Json) -> int:
    size = 1
    for length in tensor["shape"]:
        size *= length
    return size


def defect_steps(subject: Json, outputs: int, rng: random.Random) -> Iterator[Json]:
    """Steps for a loss of rank."""
    n = inputs_of(subject)
    for _ in range(3):
        yield {"rule": "sign-change", "from": numbers(rng, n), "to": numbers(rng, n)}
        yield {"rule": "singular-point", "at": numbers(rng, n)}
        yield {"rule": "dead-region", "at": numbers(rng, n)}
        combination = [str(rng.choice((-2, -1, 0, 1, 1))) for _ in range(outputs)]
        yield {"rule": "dependent-outputs", "combination": combination}
        corner, width = numbers(rng, n), rng.choice((Fraction(1, 2), Fraction(1), Fraction(3)))
        ends = {"from": corner, "to": [str(Fraction(v) + width) for v in corner]}
        yield {"rule": "enclosed-point", "combination": combination, **ends}
    for k, node in enumerate(subject["nodes"]):
        yield {"rule": "bottleneck", "node": k}
        if node[0] == "pointwise":
            yield {"rule": "dead-region", "at": numbers(rng, n), "node": k}


def random_claims(subject: Json, rng: random.Random) -> Iterator[Json]:
    """Claims of all kinds about a network without a loss."""
    n = inputs_of(subject)
    low = rng.choice((-2, -1, 0, 1))
    region = [[str(low), str(low + rng.choice((1, 2, 3)))] for _ in range(n)]
    for negated in (False, True):
        yield {"kind": NONSINGULAR, "subject": subject, "negated": negated}
        yield {"kind": NONSINGULAR, "subject": subject, "negated": negated, "region": region}
        yield {"kind": ALMOST, "subject": subject, "negated": negated}
        yield {"kind": ALMOST, "subject": loosen(subject, rng), "negated": negated}


def fact_lists(names: list[str], rng: random.Random) -> list[Json | None]:
    """Facts for all functions, or for some of them only."""
    some = rng.random() < 0.25
    return [None if some and rng.random() < 0.5 else shown(name) for name in names]


def documents(rng: random.Random, outputs_of: Any) -> Iterator[Json]:
    """Certificates of one random network, most of them invalid."""
    subject, names = random_subject(rng)
    for claim in random_claims(subject, rng):
        steps = (
            defect_steps(subject, outputs_of(subject), rng)
            if claim["negated"]
            else rank_steps(claim["subject"], rng)
        )
        for step in steps:
            yield {
                "format": "invexproof-certificate/1",
                "claim": claim,
                "proof": {"step": network(step, *fact_lists(names, rng))},
                "provenance": {},
            }
