"""Cases for every rule about maps: what it accepts, and what it rejects with which code. One case a line or two."""
# ruff: noqa: E501 - tables with one row of cases a line

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.checker.formulas import INTERVAL, guards
from tests.checker.formulas import certificate as function_certificate
from tests.checker.maps.documents import (
    ALMOST,
    INVEX,
    NONSINGULAR,
    Json,
    box,
    certificate,
    facts,
    formula,
    free,
    inline,
    matrix,
    net,
    network,
    residual,
    shown,
    side,
    two_layers,
    verdict,
)

ACCEPTED = None


@dataclass(frozen=True)
class Case:
    """A claim about a network, a step, and the expected code (None: accepted)."""

    rule: str
    kind: str
    subject: Json
    step: Json
    code: str | None = ACCEPTED
    more: Json = field(default_factory=dict)

    def document(self) -> Json:
        return certificate(self.subject, self.step, self.kind, **self.more)

    def run(self) -> str | None:
        return verdict(self.document())


def rank(
    rule: str, subject: Json, step: Json, code: str | None = ACCEPTED, *functions: Any, **more: Any
) -> Case:
    """Full rank everywhere (on `region`), by a step of the rule under the facts of the named functions."""
    listed = [shown(f) if isinstance(f, str) else f for f in functions]
    return Case(rule, NONSINGULAR, subject, network({"rule": rule, **step}, *listed), code, more)


def almost(
    rule: str, subject: Json, step: Json, code: str | None = ACCEPTED, *functions: Any, **more: Any
) -> Case:
    listed = [shown(f) if isinstance(f, str) else f for f in functions]
    return Case(rule, ALMOST, subject, network({"rule": rule, **step}, *listed), code, more)


def defect(
    rule: str, subject: Json, step: Json, code: str | None = ACCEPTED, *functions: Any, **more: Any
) -> Case:
    return rank(rule, subject, step, code, *functions, **{"negated": True, **more})


def nowhere(
    rule: str, subject: Json, step: Json, code: str | None = ACCEPTED, *functions: Any, **more: Any
) -> Case:
    """The negation of full rank almost everywhere."""
    return almost(rule, subject, step, code, *functions, **{"negated": True, **more})


# -- networks -------------------------------------------------------------------------------------------------

I2 = [[1, 0], [0, 1]]
ROTATION = [[1, -1], [1, 1]]
EDGE = [["1", "2"], ["0", "1"]]


def layer(*functions: str) -> Json:
    """One pointwise node on as many inputs."""
    numbers = [list(dict.fromkeys(functions)).index(f) for f in functions]
    return net(
        [["input", [len(functions)]], ["pointwise", 0, numbers]],
        [formula(f) for f in dict.fromkeys(functions)],
    )


def affine(*rows: Any) -> Json:
    return net([["input", [len(rows[0])]], ["linear", 0, "w", None]], w=matrix(*rows))


def tower(*functions: str) -> Json:
    """Functions applied one after the other to one number."""
    names = list(dict.fromkeys(functions))
    return net(
        [["input", [1]], *(["pointwise", k, names.index(f)] for k, f in enumerate(functions))],
        [formula(f) for f in names],
    )


def formulas(n: int, *lines: Any, table: Any) -> Json:
    return net([["input", [n]], ["formulas", 0, table, list(lines)]])


TWO_BLOCKS = net(
    [["input", [2]], ["linear", 0, "a", None], ["pointwise", 1, 0], ["add", 0, 2], ["linear", 3, "a", None], ["pointwise", 4, 0], ["add", 3, 5]],
    [formula("tanh")], a=matrix(*ROTATION),
)  # fmt: skip
RELU_BLOCKS = {**TWO_BLOCKS, "functions": layer("relu")["functions"]}
CUT = {"cuts": [3], "steps": [{"rule": "multi-affine"}, {"rule": "sector"}]}
SQUARES = [
    ["var", "x1"],
    ["pow", 0, "2"],
    ["var", "x2"],
    ["pow", 2, "2"],
    ["sub", 1, 3],
    ["mul", 0, 2],
    ["rat", "2"],
    ["mul", 6, 5],
]
"""x1^2 - x2^2 and 2 x1 x2."""
SHEAR = [["var", "x1"], ["var", "x2"], ["tanh", 1], ["add", 0, 2], ["sub", 1, 0], ["add", 4, 1]]
"""x1 + tanh(x2) and 2 x2 - x1."""
LOGARITHM = [["var", "x1"], ["log", 0], ["var", "x2"]]
BAD_FACTS = facts({}, gt="1/2", le="1")
NORM = net(
    [["input", [3]], ["layernorm", 0, None, None, "1"], ["linear", 1, "w", None], ["add", 0, 2]],
    w=matrix([0, "1/4", 0], ["-1/4", 0, 0], [0, 0, "1/8"]),
)
ATTENTION = net(
    [["input", [2]], ["gather", [0], [0, 1, 1, 0], [2, 2]], ["layernorm", 1, None, None, "1"], ["linear", 2, "q", None], ["linear", 2, "v", None],
     ["attention", 3, 3, 4, 1, True], ["gather", [5], [0, 3], [2]], ["add", 0, 6]],
    q=matrix(["1/8", 0], [0, "1/8"]), v=matrix(["1/20", 0], [0, "1/20"]),
)  # fmt: skip
POOL = net(
    [["input", [2]], ["gather", [0], [0, 0, 1, -1], [2, 2]], ["linear", 1, "w", None], ["max", 2]],
    w=matrix([1, 0], [0, 1]),
)
GATED = net(
    [["input", [2]], ["linear", 0, "w", None], ["pointwise", 1, 0], ["product", 0, 2]],
    [formula("tanh")],
    w=free(2, 2),
)
WIDE = net([["input", [1]], ["linear", 0, "w", None]], w=matrix([1], [1]))
DEAD = two_layers([[1, 1]], [[1], [-1]], "relu", bias=[-1, -1])
SQUARE = [["var", "x"], ["pow", 0, "2"]]
DISTANCE = [["var", "x"], ["abs", 0]]


# -- compositions -----------------------------------------------------------------------------------------------

BLOCK = {"rule": "valley", "cuts": [], "pieces": [{"shape": "block", "by": INTERVAL}]}
SHORE = {
    "rule": "valley",
    "cuts": ["0"],
    "pieces": [
        {"shape": "decreasing", "by": INTERVAL, "guards": guards("<")},
        {"shape": "increasing", "by": INTERVAL, "guards": guards(">")},
    ],
}
SMOOTH_LOSS = {"regularity": facts({}), "invex": BLOCK}
KINKED_LOSS = {"regularity": facts(side("<"), side(">"), cuts=["0"]), "invex": SHORE}
HILL = {"regularity": facts({}), "invex": BLOCK}


def loss_of(subject: Json, *losses: Any) -> Json:
    """The subject with separable losses, one table for each output."""
    first = len(subject["functions"])
    tables: list[Any] = [*subject["functions"]]
    numbers = []
    for table in losses:
        if table not in tables[first:]:
            tables.append(table)
        numbers.append(first + tables[first:].index(table))
    return subject | {"functions": tables, "loss": ["separable", numbers]}


def entropy(subject: Json, *target: str) -> Json:
    return subject | {"loss": ["cross-entropy", list(target)]}


def chain(
    subject: Json, outer: Json, by: Json, *functions: Any, code: str | None = ACCEPTED, **more: Any
) -> Case:
    listed = [shown(f) if isinstance(f, str) else f for f in functions]
    step: Json = {"rule": "chain", "map": network(by, *listed)} | ({"outer": outer} if outer else {})
    return Case("chain", INVEX, subject, step, code, more)


def gradient(
    subject: Json, at: list[str], lower: list[str], code: str | None = ACCEPTED, **more: Any
) -> Case:
    return Case(
        "zero-gradient",
        INVEX,
        subject,
        {"rule": "zero-gradient", "at": at, "lower": lower},
        code,
        {"negated": True, **more},
    )


BENT = residual(ROTATION, I2, "tanh")
KINKED = residual(ROTATION, I2, "relu")
TRUE_BLOCK = certificate(BENT, network({"rule": "multi-affine"}, shown("tanh")))
INVEX_SQUARE = function_certificate(
    "invex", "x**2", {"rule": "valley", "cuts": [], "pieces": [{"shape": "block", "by": INTERVAL}]}
)

CASES: list[Case] = [
    # network
    Case("network", NONSINGULAR, BENT, network({"rule": "multi-affine"}, shown("tanh"))),
    Case("network", NONSINGULAR, BENT, network({"rule": "multi-affine"}), "function"),
    Case("network", NONSINGULAR, BENT, network({"rule": "multi-affine"}, BAD_FACTS), "leaf"),
    Case("network", NONSINGULAR, BENT, network({"rule": "multi-affine"}, {**shown("tanh"), "slopes": {"gt": "0", "ge": "0"}}), "function"),
    Case("network", NONSINGULAR, KINKED, network({"rule": "multi-affine"}, facts({}, ge="0", le="1")), "guard"),
    Case("network", NONSINGULAR, KINKED, network({"rule": "multi-affine"}, facts(side("<"), side("<"), cuts=["0"], ge="0", le="1")), "leaf"),
    Case("network", NONSINGULAR, KINKED, network({"rule": "multi-affine"}, facts(side("<"), side(">"), cuts=["1"], ge="0", le="1")), "leaf"),
    Case("network", NONSINGULAR, residual(ROTATION, I2, "relu") | {"functions": [[["var", "x"], ["sign", 0]]]},
         network({"rule": "multi-affine"}, facts(side("<"), side(">"), cuts=["0"], ge="0", le="1")), "continuity"),
    Case("network", INVEX, entropy(BENT, "1/2", "1/2"), network({"rule": "multi-affine"}, shown("tanh")), "rule"),
    # compose
    rank("compose", TWO_BLOCKS, CUT, None, "tanh"),
    rank("compose", TWO_BLOCKS, {**CUT, "steps": [{"rule": "boxes", "tree": "c"}] * 2}, None, None, region=box(2)),
    rank("compose", RELU_BLOCKS, CUT, "smooth", "relu"), rank("compose", TWO_BLOCKS, {**CUT, "cuts": [4]}, "segment", "tanh"),
    rank("compose", TWO_BLOCKS, {**CUT, "cuts": [3, 3]}, "segment", "tanh"), rank("compose", TWO_BLOCKS, {"cuts": [], "steps": [{"rule": "sector"}]}, "segment", "tanh"),
    rank("compose", TWO_BLOCKS, {**CUT, "cuts": [-1]}, "segment", "tanh"), rank("compose", TWO_BLOCKS, {**CUT, "cuts": [True]}, "schema", "tanh"),
    almost("compose", tower("relu", "tanh"), {"cuts": [1], "steps": [{"rule": "entrywise"}] * 2}, "sign", "relu", "tanh"),
    almost("compose", tower("cubic", "abs"), {"cuts": [1], "steps": [{"rule": "entrywise", "nonzero": {"0": ["1"]}}, {"rule": "entrywise", "nonzero": {"1": ["-1", "1"]}}]}, None, "cubic", "abs"),
    # rank
    rank("rank", affine([1, 2, 3], [0, 1, 0]), {}), rank("rank", affine([1, 2], [2, 4]), {}, "rank"), rank("rank", WIDE, {}, "rank"),
    rank("rank", BENT, {}, "slope-form", "tanh"), rank("rank", affine([2305843009213693951, 0], [0, 1]), {}),
    almost("rank", net([["input", [1]], ["linear", 0, "w", None]], w=free(1, 1)), {}, "tensor"),
    # entrywise
    rank("entrywise", layer("tanh", "falling", "leaky"), {}, None, "tanh", "falling", "leaky"), rank("entrywise", layer("relu"), {}, "sign", "relu"),
    rank("entrywise", layer("cubic"), {"nonzero": {"0": ["1"]}}, "sign", "cubic"), almost("entrywise", layer("cubic"), {"nonzero": {"0": ["1"]}}, None, "cubic"),
    almost("entrywise", layer("cubic"), {"nonzero": {"0": ["0"]}}, "sign", "cubic"), almost("entrywise", layer("abs"), {"nonzero": {"0": ["1"]}}, "function", "abs"),
    almost("entrywise", layer("relu"), {"nonzero": {"0": ["-1", "1"]}}, "sign", "relu"), almost("entrywise", layer("abs"), {"nonzero": {"0": ["1", "1"]}}, "sign", "abs"),
    rank("entrywise", layer("tanh"), {}, "function", None), rank("entrywise", BENT, {}, "segment", "tanh"),
    # multi-affine
    rank("multi-affine", KINKED, {}, None, "relu"), rank("multi-affine", two_layers([[1, 1]], [[1], [1]], "exp"), {}, None, "exp"),
    rank("multi-affine", two_layers([[1, -1]], [[1], [2]], "exp"), {}, "sign", "exp"), rank("multi-affine", two_layers([[1, 1]], [[1], [1]], "relu"), {}, "sign", "relu"),
    rank("multi-affine", RELU_BLOCKS, {}, "smooth", "relu"), rank("multi-affine", residual([[-1]], [[1]], "relu"), {}, "sign", "relu"),
    rank("multi-affine", residual([[-1]], [[1]], "softplus"), {}, None, "softplus"), rank("multi-affine", residual([[-1]], [[1]], "tanh"), {}, "sign", "tanh"),
    rank("multi-affine", two_layers([[1]], [[1, 1]], "exp"), {"columns": [["1"], ["0"]]}, None, "exp"), rank("multi-affine", two_layers([[1]], [[1, 1]], "exp"), {}, "schema", "exp"),
    rank("multi-affine", two_layers([[1]], [[1, 1]], "exp"), {"columns": [["1"], ["-1"]]}, "sign", "exp"),
    rank("multi-affine", two_layers([[1], [1]], [[1]], "exp"), {"columns": [["1", "0"]]}, "sign", "exp"),
    rank("multi-affine", NORM, {}, "slope-form"),
    # gram
    rank("gram", residual([[1, 1], [0, 1]], [[1, 0], [1, 1]], "relu"), {"scale": ["1", "1"]}, None, "relu"),
    rank("gram", two_layers([[2, 0, 3], [0, 1, 3]], [[1, 0], [0, 1], [1, 1]], "exp"), {"scale": ["2", "1", "3"]}, None, "exp"),
    rank("gram", two_layers([[1, 1], [1, 1]], [[1, 1], [1, 1]], "exp"), {"scale": ["2"]}, "matrix", "exp"), rank("gram", two_layers([[1, 0], [0, 1]], I2, "relu"), {"scale": ["1", "1"]}, "sign", "relu"),
    rank("gram", residual([[-1]], [[1]], "relu"), {"scale": ["-1"]}, "sign", "relu"), rank("gram", two_layers([[0, 0], [0, 0]], I2, "exp"), {"scale": ["0", "0"]}, "sign", "exp"),
    rank("gram", two_layers([[0, 0], [0, 0]], I2, "exp"), {"scale": ["1", "1"], "left": [["0", "0"], ["0", "0"]]}, "rank", "exp"),
    rank("gram", residual([[1]], [[1]], "sin"), {"scale": ["1"]}, "sign", "sin"), rank("gram", affine([0]), {"scale": []}, "matrix"),
    # sector
    rank("sector", KINKED, {}, None, "relu"), rank("sector", KINKED, {"weights": ["1", "0"]}, "sign", "relu"), rank("sector", residual([[-1]], [[1]], "relu"), {}, "sign", "relu"),
    rank("sector", residual([[-1]], [[1]], "relu"), {"semidefinite": True}, "sign", "relu"), rank("sector", residual([[-1]], [[1]], "softplus"), {"semidefinite": True}, None, "softplus"),
    rank("sector", residual([[0, 1], [-1, 0]], I2, "exp"), {"semidefinite": True}, None, "exp"), rank("sector", residual([[0, 1], [-1, 0]], I2, "cubic"), {}, "sign", "cubic"),
    rank("sector", affine([1, 1], [1, 1]), {}, "rank"), rank("sector", affine([1, 1], [1, 1]), {"semidefinite": True}, "rank"), rank("sector", affine([1, 1], [0, 1]), {}),
    rank("sector", two_layers([[1]], [[1]], "tanh"), {}, "rank", "tanh"), rank("sector", residual([[1]], [[1]], "square"), {}, "sign", "square"), rank("sector", TWO_BLOCKS, {}, None, "tanh"),
    # contraction
    rank("contraction", residual([["1/2"]], [[1]], "abs"), {}, None, "abs"), rank("contraction", residual([["1/2", 0], [0, "1/2"]], I2, "sin"), {"norms": {"1": "5/4", "3": "5/8"}}, None, "sin"),
    rank("contraction", residual([[1]], [[1]], "abs"), {}, "lipschitz", "abs"), rank("contraction", residual([["1/2", 0], [0, "1/2"]], I2, "sin"), {"norms": {"1": "1", "3": "5/8"}}, "lipschitz", "sin"),
    rank("contraction", residual([["1/2", 0], [0, "1/2"]], I2, "sin"), {"norms": {"3": "-5/8"}}, "lipschitz", "sin"), rank("contraction", residual([["1/9"]], [[1]], "square"), {}, "lipschitz", "square"),
    rank("contraction", residual([["1/9"]], [[1]], "sin"), {"norms": {"2": "1"}}, "schema", "sin"), rank("contraction", NORM, {}), rank("contraction", ATTENTION, {}),
    rank("contraction", two_layers([["1/9"]], [[1]], "sin"), {}, "lipschitz", "sin"), rank("contraction", affine([1, 0]), {}, "schema"),
    rank("contraction", {**NORM, "nodes": [NORM["nodes"][0], ["layernorm", 0, None, None, "0"], *NORM["nodes"][2:]]}, {}, "lipschitz"),
    rank("contraction", {**ATTENTION, "nodes": [*ATTENTION["nodes"][:2], ["gather", [1], [0, 1, 2, 3], [2, 2]], *ATTENTION["nodes"][3:]]}, {}, "lipschitz"),
    rank("contraction", net([["input", [1]], ["pointwise", 0, 0], ["product", 0, 1], ["add", 0, 2]], [formula("tanh")]), {}, "lipschitz", "tanh"),
    # boxes
    rank("boxes", KINKED, {"tree": "c"}, None, "relu", region=box(2)), rank("boxes", BENT, {"tree": "0p1pp"}, None, None, region=box(2, "0", "1/4")),
    rank("boxes", KINKED, {"tree": "c"}, "function", None, region=box(2)), rank("boxes", KINKED, {"tree": "c"}, "tree", "relu"), rank("boxes", KINKED, {"tree": "0c"}, "tree", "relu", region=box(2)),
    rank("boxes", KINKED, {"tree": "cc"}, "tree", "relu", region=box(2)), rank("boxes", KINKED, {"tree": ""}, "tree", "relu", region=box(2)), rank("boxes", KINKED, {"tree": "2cc"}, "tree", "relu", region=box(2)),
    rank("boxes", KINKED, {"tree": "scc", "at": [[0, "1"]]}, "tree", "relu", region=box(2)), rank("boxes", KINKED, {"tree": "scc", "at": [[1, "1/3"]]}, None, "relu", region=box(2)),
    rank("boxes", KINKED, {"tree": "c", "at": [[1, "1/3"]]}, "tree", "relu", region=box(2)), rank("boxes", layer("square"), {"tree": "c"}, "leaf", None, region=box(1)),
    rank("boxes", layer("square"), {"tree": "p"}, None, None, region=box(1, "1", "2")), rank("boxes", layer("square"), {"tree": "p"}, "leaf", None, region=box(1, "0", "1")),
    rank("boxes", layer("square"), {"tree": "p", "precision": 8}, "schema", None, region=box(1, "1", "2")), almost("boxes", layer("square"), {"tree": "p"}, "tree", None),
    rank("boxes", RELU_BLOCKS, {"tree": "c"}, "smooth", "relu", region=box(2)), rank("boxes", RELU_BLOCKS, {"tree": "c", "cuts": [3]}, "smooth", "relu", region=box(2)),
    rank("boxes", RELU_BLOCKS, {"tree": "p"}, None, "relu", region=box(2, "1", "2")), rank("boxes", POOL, {"tree": "p"}, "leaf", region=box(2)),
    rank("boxes", POOL, {"tree": "p"}, "leaf", region=EDGE), rank("boxes", net([*POOL["nodes"], ["add", 0, 3]], **POOL["tensors"]), {"tree": "p"}, None, region=EDGE),
    rank("boxes", two_layers([[1]], [[1, 1]], "exp"), {"tree": "c", "columns": [[["1"], ["0"]]]}, None, None, region=box(2)), rank("boxes", two_layers([[1]], [[1, 1]], "exp"), {"tree": "c"}, "schema", None, region=box(2)),
    rank("boxes", two_layers([[1]], [[1, 1]], "exp"), {"tree": "p"}, None, None, region=box(2)), rank("boxes", formulas(2, 1, 2, table=LOGARITHM), {"tree": "p"}, "leaf", region=box(2)),
    rank("boxes", formulas(2, 1, 2, table=LOGARITHM), {"tree": "p"}, None, region=box(2, "1", "2")),
    # determinant
    rank("determinant", formulas(2, 3, 5, table=SHEAR), {"sign": ">", "by": INTERVAL}), rank("determinant", formulas(2, 3, 5, table=SHEAR), {"sign": "<", "by": INTERVAL}, "leaf"),
    rank("determinant", formulas(2, 4, 7, table=SQUARES), {"sign": ">", "by": INTERVAL}, "leaf"), rank("determinant", formulas(2, 4, 7, table=SQUARES), {"sign": ">", "by": INTERVAL}, None, region=EDGE),
    rank("determinant", formulas(2, 1, 2, table=LOGARITHM), {"sign": ">", "by": INTERVAL}, "leaf"), rank("determinant", formulas(2, 1, 2, table=LOGARITHM), {"sign": ">", "by": INTERVAL}, None, region=EDGE),
    rank("determinant", KINKED, {"sign": ">", "by": INTERVAL}, "term", "relu"), rank("determinant", two_layers([[1]], [[1, 1]], "exp"), {"sign": ">", "by": INTERVAL}, "segment", "exp"),
    rank("determinant", formulas(2, 3, 5, table=SHEAR), {"sign": ">=", "by": INTERVAL}, "schema"), almost("determinant", layer("steep"), {"sign": ">", "by": INTERVAL}, None, None),
    # witness
    almost("witness", formulas(2, 4, 7, table=SQUARES), {"at": ["1", "0"]}), almost("witness", formulas(2, 4, 7, table=SQUARES), {"at": ["0", "0"]}, "rank"),
    almost("witness", GATED, {"at": ["1", "1"], "tensors": {"w": matrix([1, 1], [0, 1])}}, None, "tanh"), almost("witness", GATED, {"at": ["1", "1"], "tensors": {"w": matrix([0, 0], [0, 0])}}, "rank", "tanh"),
    almost("witness", GATED, {"at": ["1", "1"], "tensors": {"w": matrix([1, 1, 1], [0, 1, 1])}}, "tensor", "tanh"), almost("witness", GATED, {"at": ["1", "1"], "tensors": {"w": free(2, 2)}}, "tensor", "tanh"),
    almost("witness", GATED, {"at": ["1", "1"]}, "schema", "tanh"), almost("witness", GATED, {"at": ["1"], "tensors": {"w": matrix([1, 1], [0, 1])}}, "schema", "tanh"),
    almost("witness", layer("relu"), {"at": ["1"]}, "function", "relu"), almost("witness", layer("cubic"), {"at": ["1"]}, "function", None), almost("witness", POOL, {"at": ["1", "0"]}, "smooth"),
    almost("witness", formulas(2, 1, 2, table=LOGARITHM), {"at": ["1", "1"]}, "leaf"), rank("witness", layer("tanh"), {"at": ["0"]}, "claim", "tanh"), rank("witness", layer("tanh"), {"at": ["0"]}, "claim", "tanh", region=box(1)),
    almost("witness", net([["input", [2]], ["layernorm", 0, None, None, "0"], ["add", 0, 1]]), {"at": ["1", "0"]}, "smooth"), almost("witness", ATTENTION, {"at": ["1", "0"]}), almost("witness", WIDE, {"at": ["1"]}, "rank"),
    # selections
    almost("selections", layer("leaky", "abs"), {"points": [["1", "1"], ["-1", "2"]]}, None, "leaky", "abs"), almost("selections", layer("relu"), {"points": [["1"], ["-1"]]}, "rank", "relu"),
    almost("selections", net([["input", [2]], ["gather", [0], [0, 1], [1, 2]], ["max", 1]]), {"points": [["1", "0"]]}), almost("selections", POOL, {"points": [["1", "0"]]}, "rank"), almost("selections", layer("abs"), {"points": []}, "rank", "abs"),
    almost("selections", layer("abs"), {"points": [["1"]]}, "function", facts({"guards": guards("<")}, {"guards": guards(">")}, cuts=["0"])), rank("selections", layer("abs"), {"points": [["1"]]}, "claim", "abs"),
    almost("selections", layer(*["abs"] * 13), {"points": [["1"] * 13]}, "size", "abs"),
    # sign-change
    defect("sign-change", layer("square"), {"from": ["-1"], "to": ["1"]}, None, "square"), defect("sign-change", layer("square"), {"from": ["1"], "to": ["2"]}, "sign", "square"),
    defect("sign-change", layer("abs"), {"from": ["-1"], "to": ["1"]}, None, "abs"), defect("sign-change", layer("abs"), {"from": ["-1"], "to": ["0"]}, "sign", "abs"), defect("sign-change", layer("square"), {"from": ["0"], "to": ["1"]}, "sign", "square"),
    defect("sign-change", layer("square"), {"from": ["-1"], "to": ["1"]}, "point", "square", region=box(1, "0", "2")), defect("sign-change", layer("square"), {"from": ["-1"], "to": ["1"]}, None, None, region=box(1)),
    defect("sign-change", net([["input", [1]], ["pointwise", 0, 0]], ["1/x**2"]), {"from": ["-1"], "to": ["1"]}, "domain", None), defect("sign-change", layer("square"), {"from": ["-1"], "to": ["1", "2"]}, "schema", "square"),
    nowhere("sign-change", layer("square"), {"from": ["-1"], "to": ["1"]}, "claim", "square"), defect("sign-change", affine([1, 1]), {"from": ["-1", "0"], "to": ["1", "0"]}, "claim"),
    # singular-point
    defect("singular-point", layer("cubic"), {"at": ["0"]}, None, None), defect("singular-point", layer("cubic"), {"at": ["1"]}, "rank", None), defect("singular-point", layer("relu"), {"at": ["0"]}, "point", "relu"),
    defect("singular-point", layer("relu"), {"at": ["-1/3"]}, None, None), defect("singular-point", layer("cubic"), {"at": ["0"]}, "point", None, region=EDGE[:1]), defect("singular-point", layer("tanh"), {"at": ["1"]}, "point", None),
    nowhere("singular-point", layer("cubic"), {"at": ["0"]}, "claim", None), defect("singular-point", POOL, {"at": ["0", "0"]}, "point"), defect("singular-point", POOL, {"at": ["0", "1"]}, "rank"), defect("singular-point", POOL, {"at": ["0", "-1"]}), defect("singular-point", net([["input", [1]], ["pointwise", 0, 0]], ["log(x)"]), {"at": ["-1"]}, "domain", None),
    # enclosed-point
    defect("enclosed-point", tower("sin"), {"combination": ["1"], "from": ["3/2"], "to": ["8/5"]}, None, None), defect("enclosed-point", tower("sin"), {"combination": ["1"], "from": ["0"], "to": ["1"]}, "krawczyk", None),
    defect("enclosed-point", tower("sin"), {"combination": ["0"], "from": ["3/2"], "to": ["8/5"]}, "rank", None), defect("enclosed-point", tower("sin"), {"combination": ["1"], "from": ["8/5"], "to": ["3/2"]}, "point", None),
    defect("enclosed-point", tower("sin"), {"combination": ["1"], "from": ["3/2"], "to": ["8/5"]}, "point", None, region=box(1)), nowhere("enclosed-point", tower("sin"), {"combination": ["1"], "from": ["3/2"], "to": ["8/5"]}, "claim", "sin"),
    defect("enclosed-point", layer("relu"), {"combination": ["1"], "from": ["-1"], "to": ["1"]}, "function", "relu"), defect("enclosed-point", tower("cubic"), {"combination": ["1"], "from": ["-1"], "to": ["1"]}, "krawczyk", None),
    # bottleneck
    defect("bottleneck", two_layers([[1], [1]], [[1, 1]], "tanh"), {"node": 2}, None, "tanh"), nowhere("bottleneck", two_layers([[1], [1]], [[1, 1]], "tanh"), {"node": 1}, None, "tanh"),
    defect("bottleneck", residual([[1], [1]], [[1, 1]], "tanh"), {"node": 2}, "segment", "tanh"), defect("bottleneck", two_layers([[1, 0], [0, 1]], [[1, 1], [1, 1]], "tanh"), {"node": 2}, "rank", "tanh"),
    defect("bottleneck", two_layers([[1, 0], [0, 1]], [[1, 1], [1, 1]], "tanh"), {"node": 1}, None, "tanh"), defect("bottleneck", net([["input", [2]], ["layernorm", 0, None, None, "1"]]), {"node": 1}),
    defect("bottleneck", net([["input", [2]], ["layernorm", 0, None, None, "0"]]), {"node": 1}, "domain"), defect("bottleneck", net([["input", [2]], ["layernorm", 0, None, None, "0"]]), {"node": 1}, None, region=[["0", "1"], ["2", "3"]]),
    defect("bottleneck", two_layers([[1], [1]], [[1, 1]], "tanh"), {"node": 2}, "function", None), defect("bottleneck", WIDE, {"node": 0}), defect("bottleneck", WIDE, {"node": 2}, "schema"),
    nowhere("bottleneck", net([["input", [2]], ["linear", 0, "w", None]], w=free(2, 2)), {"node": 1}, "rank"), nowhere("bottleneck", net([["input", [2]], ["gather", [0], [0, 0], [2]]]), {"node": 1}),
    # dependent-outputs
    defect("dependent-outputs", formulas(1, 1, 2, table=[["var", "x1"], ["sin", 0], ["cos", 0]]), {"combination": ["1", "1"]}, "normal-form"), defect("dependent-outputs", formulas(1, 3, 3, table=[["var", "x1"], ["exp", 0], ["mul", 0, 1], ["add", 0, 2]]), {"combination": ["1", "-1"]}),
    nowhere("dependent-outputs", net([["input", [1]], ["pointwise", 0, 0], ["pointwise", 0, 1], ["gather", [1, 2], [0, 1], [2]]], ["exp(x)/(1 + exp(x))", "sigmoid(x)"]), {"combination": ["2", "-2"]}, None, None, None),
    defect("dependent-outputs", affine([1, 2], [2, 4]), {"combination": ["2", "-1"]}), defect("dependent-outputs", affine([1, 2], [2, 4]), {"combination": ["0", "0"]}, "rank"), defect("dependent-outputs", affine([1, 2], [2, 4]), {"combination": ["2"]}, "schema"),
    defect("dependent-outputs", net([["input", [1]], ["pointwise", 0, 0], ["pointwise", 0, 1], ["gather", [1, 2], [0, 1], [2]]], ["log(x)", "log(x)/2"]), {"combination": ["1", "-2"]}, "leaf", None, None),
    defect("dependent-outputs", net([["input", [1]], ["pointwise", 0, 0], ["linear", 1, "w", None]], ["log(x)"], w=matrix([0], [0])), {"combination": ["1", "-2"]}, "leaf", None), defect("dependent-outputs", layer("relu", "relu"), {"combination": ["1", "-1"]}, "term", "relu"),
    # dead-region
    nowhere("dead-region", DEAD, {"at": ["0"]}, None, "relu"), nowhere("dead-region", DEAD, {"at": ["0"], "node": 2}, None, None), nowhere("dead-region", DEAD, {"at": ["2"]}, "rank", "relu"),
    nowhere("dead-region", DEAD, {"at": ["1"]}, "point", "relu"), nowhere("dead-region", layer("cubic"), {"at": ["0"]}, "point", "cubic"), nowhere("dead-region", layer("cubic"), {"at": ["0"], "node": 1}, "rank", "cubic"),
    defect("dead-region", DEAD, {"at": ["0"]}, "claim", "relu", region=box(1)), nowhere("dead-region", DEAD, {"at": ["0"], "node": 1}, "segment", "relu"), defect("dead-region", DEAD, {"at": ["0"]}, None, "relu"),
    nowhere("dead-region", net([["input", [1]], ["gather", [0], [-1, 0], [1, 2]], ["max", 1], ["pointwise", 2, 0]], ["x**2"]), {"at": ["-1"]}, "point", None),
    # chain
    chain(loss_of(BENT, SQUARE, SQUARE), {"1": SMOOTH_LOSS}, {"rule": "multi-affine"}, "tanh", None), chain(loss_of(BENT, DISTANCE, SQUARE), {"1": KINKED_LOSS, "2": SMOOTH_LOSS}, {"rule": "multi-affine"}, "tanh", None, None),
    chain(loss_of(KINKED, SQUARE, SQUARE), {"1": SMOOTH_LOSS}, {"rule": "multi-affine"}, "relu", None), chain(loss_of(KINKED, DISTANCE, DISTANCE), {"1": KINKED_LOSS}, {"rule": "multi-affine"}, "relu", None, code="smooth"),
    chain(loss_of(BENT, SQUARE, DISTANCE), {"1": SMOOTH_LOSS}, {"rule": "multi-affine"}, "tanh", None, None, code="schema"), chain(loss_of(BENT, [["var", "x"], ["sin", 0]], SQUARE), {"1": HILL, "2": SMOOTH_LOSS}, {"rule": "multi-affine"}, "tanh", None, None, code="leaf"),
    chain(entropy(BENT, "1/2", "1/2"), {}, {"rule": "multi-affine"}, "tanh"), chain(entropy(residual([[-1]], [[1]], "relu"), "1"), {}, {"rule": "multi-affine"}, "relu", code="sign"),
    chain(entropy(BENT, "1/2", "1/3"), {}, {"rule": "multi-affine"}, "tanh", code="network"), chain(entropy(BENT, "-1", "2"), {}, {"rule": "multi-affine"}, "tanh", code="network"),
    chain(loss_of(layer("cubic"), SQUARE), {"1": SMOOTH_LOSS}, {"rule": "entrywise", "nonzero": {"0": ["1"]}}, "cubic", None, almost_everywhere=True), chain(loss_of(layer("cubic"), SQUARE), {"1": SMOOTH_LOSS}, {"rule": "entrywise", "nonzero": {"0": ["1"]}}, "cubic", None, code="sign"),
    chain(loss_of(layer("abs"), SQUARE), {"1": SMOOTH_LOSS}, {"rule": "selections", "points": [["1"]]}, "abs", None, almost_everywhere=True), chain(loss_of(layer("abs"), SQUARE), {"1": SMOOTH_LOSS}, {"rule": "entrywise", "nonzero": {"0": ["-1", "1"]}}, facts({"guards": guards("<")}, {"guards": guards(">")}, cuts=["0"]), None, almost_everywhere=True, code="function"),
    chain(loss_of(layer("square"), SQUARE), {"1": SMOOTH_LOSS}, {"rule": "boxes", "tree": "p"}, "square", None, region=EDGE[:1]), chain(loss_of(net([["input", [1]], ["pointwise", 0, 0]], ["log(x)"]), SQUARE), {"1": SMOOTH_LOSS}, {"rule": "boxes", "tree": "p"}, None, None, region=EDGE[:1], code="function"),
    # zero-gradient
    gradient(loss_of(layer("square"), [["var", "x"]]), ["0"], ["1"], "sign"), gradient(loss_of(net([["input", [1]], ["pointwise", 0, 0]], ["-x**2"]), [["var", "x"]]), ["0"], ["1"]),
    gradient(loss_of(layer("cubic"), [["var", "x"], ["rat", "0"], ["lt", 0, 1], ["neg", 0], ["pow", 3, "1/3"], ["neg", 4], ["true"], ["pow", 0, "1/3"], ["piecewise", 2, 5, 6, 7]]), ["0"], ["-1"], "point"),
    gradient(loss_of(layer("cubic"), [["var", "x"]]), ["0"], ["-1"]), gradient(loss_of(layer("cubic"), [["var", "x"]]), ["1"], ["-1"], "point"), gradient(loss_of(layer("cubic"), [["var", "x"]]), ["0"], ["1"], "sign"),
    gradient(loss_of(layer("cubic"), [["var", "x"]]), ["0"], ["-1"], "point", region=EDGE[:1]), gradient(loss_of(layer("cubic"), [["var", "x"]]), ["0"], ["-1"], "point", almost_everywhere=True),
    gradient(loss_of(DEAD, [["var", "x"], ["neg", 0]]), ["0"], ["3"], None, almost_everywhere=True), gradient(entropy(net([["input", [1]], ["pointwise", 0, 0], ["gather", [0, 1], [0, 1], [2]]], ["-x"]), "1/2", "1/2"), ["0"], ["1"], "point"),
    gradient(entropy(net([["input", [1]], ["pointwise", 0, 0], ["gather", [1], [0, -1], [2]]], ["x**3"]), "1", "0"), ["0"], ["1"]),
    # certificate
    rank("certificate", BENT, {"document": TRUE_BLOCK}, None, "tanh"), rank("compose", TWO_BLOCKS, {"cuts": [3], "steps": [inline(TRUE_BLOCK)] * 2}, "certificate", "tanh"), rank("certificate", TWO_BLOCKS, {"document": TRUE_BLOCK}, "certificate", "tanh"),
    almost("certificate", BENT, {"document": TRUE_BLOCK}, None, "tanh"), rank("certificate", BENT, {"document": {**TRUE_BLOCK, "claim": {**TRUE_BLOCK["claim"], "negated": True}}}, "rule", "tanh"),
    rank("certificate", BENT, {"document": certificate(BENT, network({"rule": "witness", "at": ["0", "0"]}, shown("tanh")), ALMOST)}, "certificate", "tanh"),
    rank("certificate", BENT, {"document": certificate(BENT, network({"rule": "boxes", "tree": "c"}, None), region=box(2))}, "certificate", "tanh"), rank("certificate", BENT, {"file": "x.cert.json", "sha256": "0" * 64}, "file", "tanh"),
    chain(loss_of(BENT, SQUARE, SQUARE), {"1": {**SMOOTH_LOSS, "invex": inline(INVEX_SQUARE)}}, inline(TRUE_BLOCK), "tanh", None), chain(loss_of(BENT, SQUARE, DISTANCE), {"1": {**SMOOTH_LOSS, "invex": inline(INVEX_SQUARE)}, "2": {**KINKED_LOSS, "invex": inline(INVEX_SQUARE)}}, inline(TRUE_BLOCK), "tanh", None, None, code="certificate"),
]  # fmt: skip
