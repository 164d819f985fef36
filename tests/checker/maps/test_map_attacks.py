"""What a liar would write about networks: false claims, each rejected for the hypothesis that it violates.

Many attacks come with an honest twin, the same step for a true claim, which must pass.
"""
# ruff: noqa: E501 - tables with one row of attacks a line

from __future__ import annotations

import base64
import hashlib
import json
import os
import random
import struct
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from invexcheck.errors import Refuse, Reject
from invexcheck.kernel import MAX_DEPTH, verify
from invexcheck.limits import Limits
from invexcheck.reading import Folder, canonical
from invexcheck.supervise import Supervisor
from tests.checker.formulas import INTERVAL, guards, table
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
    vector,
    verdict,
)
from tests.checker.maps.map_cases import (
    BLOCK,
    I2,
    KINKED_LOSS,
    ROTATION,
    SMOOTH_LOSS,
    SQUARE,
    affine,
    formulas,
    layer,
    loss_of,
)


class Attack(NamedTuple):
    """A false certificate, and the words of the reason for which it fails."""

    document: Json
    because: str


def full(subject: Json, by: Json, *functions: Any, **claim: Any) -> Json:
    """The claim of full rank everywhere, with the facts of the named functions."""
    listed = [shown(f) if isinstance(f, str) else f for f in functions]
    return certificate(subject, network(by, *listed), **claim)


def generic(subject: Json, by: Json, *functions: Any, **claim: Any) -> Json:
    return full(subject, by, *functions, kind=ALMOST, **claim)


def refuted(subject: Json, by: Json, *functions: Any, **claim: Any) -> Json:
    return full(subject, by, *functions, negated=True, **claim)


def boxes(tree: str = "p", **more: Any) -> Json:
    return {"rule": "boxes", "tree": tree, **more}


def reject(document: Json, folder: Folder | None = None, **limits: int) -> Reject:
    with pytest.raises(Reject) as caught:
        verify(document, Limits(**limits), folder)
    return caught.value


# -- ingredients ------------------------------------------------------------------------------------------------

MULTI = {"rule": "multi-affine"}
FOLDED = residual([[-1]], [[1]], "relu")
"""x - relu(x): slope 0 on the right, and [0, 1] at 0."""
CUBE_ROOT = [
    ["var", "x"],
    ["rat", "0"],
    ["lt", 0, 1],
    ["neg", 0],
    ["pow", 3, "1/3"],
    ["neg", 4],
    ["true"],
    ["pow", 0, "1/3"],
    ["piecewise", 2, 5, 6, 7],
]
STEP = [
    ["var", "x"],
    ["rat", "0"],
    ["lt", 0, 1],
    ["rat", "-1"],
    ["add", 0, 3],
    ["true"],
    ["piecewise", 2, 4, 5, 0],
]
DIFFERENCE = [
    ["input", [1]],
    ["linear", 0, "u", None],
    ["linear", 0, "v", None],
    ["linear", 2, "minus", None],
    ["add", 1, 3],
]
UNTIED = generic(
    net(DIFFERENCE, u=free(1, 1), v=free(1, 1), minus=matrix([-1])),
    {"rule": "witness", "at": ["1"], "tensors": {"u": matrix([1]), "v": matrix([0])}},
)
TIED = net(
    [["linear", 0, "u", None] if n[:3] == ["linear", 0, "v"] else n for n in DIFFERENCE],
    u=free(1, 1),
    minus=matrix([-1]),
)
INCLUDED = full(residual(ROTATION, I2, "tanh"), MULTI, "tanh")
BENT = INCLUDED["claim"]["subject"]
NAN, INFINITY = float("nan"), float("inf")


def floats(*values: float, dtype: str = "F32", shape: list[int] | None = None) -> Json:
    raw = struct.pack(f"<{len(values)}{'f' if dtype == 'F32' else 'd'}", *values)
    return {"shape": shape or [1, len(values)], "dtype": dtype, "data": base64.b64encode(raw).decode()}


def narrow(scale: int, low: int, high: int, zero: str) -> Json:
    """(1 - exp(-5 t) - zero)^2 with t = (x - 1) 2^scale, on low/256 <= t <= high/256: far below the resolution at 1."""
    rise = [
        ["var", "x"],
        ["rat", "1"],
        ["sub", 0, 1],
        ["rat", str(-5 * 2**scale)],
        ["mul", 2, 3],
        ["exp", 4],
        ["sub", 1, 5],
    ]
    subject = net(
        [["input", [1]], ["pointwise", 0, 0], ["pointwise", 1, 1]], [rise, table(f"(x - {zero})**2")]
    )
    region = [[str(1 + Fraction(k, 256 * 2**scale)) for k in (low, high)]]
    return full(subject, boxes("p", precision=32), None, None, region=region)


def both_kinked(first: bool, second: bool) -> Json:
    """Losses y1 + 2|y2| of (y1, y2 + 0.9|y1|) after (x1 + |x2|, x2): both maps have full rank; not invex in x."""
    nodes = [
        ["input", [2]], ["linear", 0, "b", None], ["pointwise", 1, 0], ["linear", 2, "a", None], ["add", 0, 3],
        ["linear", 4, "d", None], ["pointwise", 5, 0], ["linear", 6, "c", None], ["add", 4, 7],
    ]  # fmt: skip
    tensors = {"a": matrix([1], [0]), "b": matrix([0, 1]), "c": matrix([0], ["9/10"]), "d": matrix([1, 0])}
    subject = loss_of(net(nodes, [formula("abs")], **tensors), [["var", "x"]], table("2*abs(x)"))
    increasing = {
        "regularity": facts({}),
        "invex": {"rule": "valley", "cuts": [], "pieces": [{"shape": "increasing", "by": INTERVAL}]},
    }
    by = {"rule": "compose", "cuts": [4], "steps": [MULTI, MULTI]}
    step = {
        "rule": "chain",
        "outer": {"1": increasing, "2": KINKED_LOSS},
        "map": network(by, shown("abs"), None, None),
    }
    return certificate(subject, step, INVEX)


def unequal(node: list[Any], *before: list[Any]) -> Json:
    """x - 2 relu(x) + 2 relu(x - 1), the shift being part of the given nodes: the slope is -1 on (0, 1)."""
    nodes: list[Any] = [
        ["input", [1]],
        ["linear", 0, "eye", None],
        ["pointwise", 1, 0],
        ["linear", 2, "down", None],
        *before,
        node,
    ]
    last = len(nodes) - 1
    nodes += [
        ["pointwise", last, 0],
        ["linear", last + 1, "up", None],
        ["add", 0, 3],
        ["add", last + 2, last + 3],
    ]
    tensors = {"eye": matrix([1]), "shift": vector(-1), "down": matrix([-2]), "up": matrix([2])}
    return full(net(nodes, [formula("relu")], **tensors), MULTI, "relu")


def turning(parts: int, factor: str, cuts: list[int] | None = None) -> Json:
    """Parts x + s R |x| with a rotation R by a right angle and a scale s, one after the other."""
    nodes: list[Any] = [["input", [2]]]
    for k in range(parts):
        nodes += [["pointwise", 3 * k, 0], ["linear", 3 * k + 1, "r", None], ["add", 3 * k, 3 * k + 2]]
    subject = net(nodes, [formula("abs")], r=matrix([0, f"-{factor}"], [factor, 0]))
    norms = (
        {str(3 * k + 2): str(Fraction(factor) + Fraction(1, 1000)) for k in range(parts)}
        if factor != "1"
        else {}
    )
    listed = list(range(3, 3 * parts, 3)) if cuts is None else cuts
    return full(
        subject, {"rule": "contraction", "cuts": listed, **({"norms": norms} if norms else {})}, "abs"
    )


FALSE: dict[str, Attack] = {
    # kinks
    "a kink on the upper face of the region": Attack(full(FOLDED, boxes("c"), "relu", region=[["-1", "0"]]), "leaf 0"),
    "a kink on the lower face of the region": Attack(full(residual([[1]], [[1]], "abs"), boxes("p"), "abs", region=[["0", "1"]]), "leaf 0"),
    "a kink on the face between two boxes": Attack(full(residual([[1]], [[1]], "abs"), boxes("0cc"), "abs", region=[["-1", "1"]]), "leaf"),
    "a kink at an explicit split": Attack(full(FOLDED, boxes("sccc", at=[[0, "0"]]), "relu", region=[["-1", "1"]]), "leaf"),
    "a tie on the face of the region": Attack(full(net([["input", [1]], ["linear", 0, "w", None], ["max", 1]], w=matrix([1], [-1])), boxes("p"), region=[["0", "1"]]), "leaf 0"),
    "a kink that is not declared": Attack(full(FOLDED, MULTI, facts({}, ge="0", le="1")), "has no sign"),
    "a kink moved aside": Attack(full(FOLDED, boxes("c"), facts(side("<"), side(">"), cuts=["1/1000000"], ge="0", le="1"), region=[["-1", "0"]]), "leaf 0"),
    "a nearly smooth kink in two layers": Attack(
        full(net([["input", [1]], ["pointwise", 0, 0], ["pointwise", 1, 0]], [f"piecewise(x < 0, x, true, {10**50 + 1}/{10**50}*x)"]), MULTI, facts(side("<"), side(">"), cuts=["0"], ge="1", le="2")),
        "continuously differentiable"),
    "two kinked parts composed": Attack(both_kinked(True, True), "continuously differentiable"),
    "a kinked loss after a kinked map": Attack(
        certificate(loss_of(residual(ROTATION, I2, "relu"), SQUARE, [["var", "x"], ["abs", 0]]), {"rule": "chain", "outer": {"1": SMOOTH_LOSS, "2": KINKED_LOSS}, "map": network(MULTI, shown("relu"), None, None)}, INVEX),
        "continuously differentiable"),
    "a kink written as a root": Attack(full(net([["input", [1]], ["pointwise", 0, 0]], ["sqrt(x**2) + 2*x"]), {"rule": "entrywise"}, facts({}, ge="1", le="3")), "leaf 0"),
    "max is no affine node": Attack(full(net([["input", [1]], ["linear", 0, "w", None], ["max", 1]], w=matrix([1], [-1])), {"rule": "rank"}), "neither affine"),
    # domains
    "a weight 0 after log": Attack(full(net([["input", [1]], ["pointwise", 0, 0], ["linear", 1, "w", None], ["add", 0, 2]], ["log(x)"], w=matrix([0])), {"rule": "determinant", "sign": ">", "by": INTERVAL}, None), "log"),
    "a gather that drops log": Attack(
        full(net([["input", [1]], ["gather", [0], [0, 0], [2]], ["pointwise", 1, [0, 1]], ["gather", [2], [0], [1]]], ["x", "log(x)"]), {"rule": "determinant", "sign": ">", "by": INTERVAL}, "identity", None), "log"),
    "a product with 0 after log": Attack(
        full(net([["input", [1]], ["pointwise", 0, 0], ["gather", [0], [-1], [1]], ["product", 1, 2], ["add", 0, 3]], ["log(x)"]), {"rule": "determinant", "sign": ">", "by": INTERVAL}, None), "log"),
    "a power 0 of a pole": Attack(full(net([["input", [1]], ["pointwise", 0, 0]], ["x + (1/x)**0"]), {"rule": "entrywise"}, facts({}, ge="1")), "divisor"),
    "boxes over a pole": Attack(full(net([["input", [1]], ["pointwise", 0, 0]], ["-1/x"]), boxes("0pp"), None, region=[["-1", "1"]]), "divisor"),
    "a norm where its root has no slope": Attack(full(formulas(2, 5, 1, table=[["var", "x1"], ["var", "x2"], ["pow", 0, "2"], ["pow", 1, "2"], ["add", 2, 3], ["sqrt", 4]]), {"rule": "determinant", "sign": "<", "by": INTERVAL}, region=box(2, "0", "1")), "leaf"),
    "facts of a function with a pole": Attack(full(net([["input", [1]], ["pointwise", 0, 0]], ["x - 1/x"]), {"rule": "entrywise"}, facts({}, ge="1")), "divisor"),
    "a sign change through a pole": Attack(refuted(net([["input", [1]], ["pointwise", 0, 0]], ["1/x**2"]), {"rule": "sign-change", "from": ["-1"], "to": ["1"]}, None), "between the points"),
    "dependent outputs that are nowhere defined": Attack(refuted(net([["input", [1]], ["pointwise", 0, 0]], ["log(-x**2)"]), {"rule": "dependent-outputs", "combination": ["1"]}, None), "constant|log"),
    "an invex loss of a map without values": Attack(
        certificate(loss_of(net([["input", [1]], ["pointwise", 0, 0]], ["log(x)"]), SQUARE), {"rule": "chain", "outer": {"1": SMOOTH_LOSS}, "map": network(boxes(), None, None)}, INVEX, region=[["1/2", "2"]]),
        "on all of R"),
    "layernorm with epsilon 0": Attack(full(net([["input", [2]], ["layernorm", 0, None, None, "0"], ["add", 0, 1]]), {"rule": "contraction"}), "epsilon 0"),
    "layernorm with epsilon 0 on a box with equal entries": Attack(full(net([["input", [2]], ["layernorm", 0, None, None, "0"], ["add", 0, 1]]), boxes(), region=box(2)), "leaf 0"),
    "attention on unbounded rows": Attack(full(net([["input", [1, 1]], ["attention", 0, 0, 0, 1, False], ["linear", 1, "w", None], ["add", 0, 2]], w=matrix(["1/100"])), {"rule": "contraction"}), "bounded"),
    # almost everywhere is not everywhere
    "a witness for every point": Attack(full(layer("cubic"), {"rule": "witness", "at": ["1"]}, "cubic"), "almost everywhere only"),
    "one good selection": Attack(generic(layer("relu"), {"rule": "selections", "points": [["1"], ["2"]]}, "relu"), "selection"),
    "a witness for a map with a dead region": Attack(generic(layer("relu"), {"rule": "witness", "at": ["1"]}, "relu"), "analytic on R"),
    "isolated zeros of a plateau": Attack(generic(layer("relu"), {"rule": "entrywise", "nonzero": {"0": ["1", "1"]}}, "relu"), "piece"),
    "isolated zeros at the cut": Attack(generic(layer("relu"), {"rule": "entrywise", "nonzero": {"0": ["0", "1"]}}, "relu"), "piece"),
    "a point refutes almost everywhere": Attack(refuted(layer("cubic"), {"rule": "singular-point", "at": ["0"]}, "cubic", kind=ALMOST), "null set"),
    "a flat slope is no dead region": Attack(refuted(layer("cubic"), {"rule": "dead-region", "at": ["0"], "node": 1}, "cubic", kind=ALMOST), "alive"),
    "a dead point on the boundary": Attack(refuted(layer("relu"), {"rule": "dead-region", "at": ["0"]}, "relu", kind=ALMOST), "boundary"),
    "a dead layer beside a skip": Attack(refuted(residual([[1]], [[1]], "relu"), {"rule": "dead-region", "at": ["-1"], "node": 2}, "relu", kind=ALMOST), "alone"),
    "a certificate almost everywhere for every point": Attack(full(layer("cubic"), inline(generic(layer("cubic"), {"rule": "witness", "at": ["1"]}, "cubic")), "cubic"), "another claim"),
    # free tensors
    "tied tensors by independent ones": Attack(generic(TIED, inline(UNTIED)), "another claim"),
    "independent tensors by tied ones": Attack(
        generic(net([["input", [1]], ["linear", 0, "u", None], ["linear", 1, "v", None]], u=free(1, 1), v=free(1, 1)),
                inline(generic(net([["input", [1]], ["linear", 0, "u", None], ["linear", 1, "u", None]], u=free(1, 1)), {"rule": "witness", "at": ["1"], "tensors": {"u": matrix([1])}}))), "another claim"),
    "a free tensor for every weight": Attack(full(net([["input", [1]], ["linear", 0, "w", None]], w=free(1, 1)), {"rule": "rank"}), "almost everywhere"),
    "a free tensor without a value": Attack(generic(net([["input", [1]], ["linear", 0, "w", None]], w=free(1, 1)), {"rule": "rank"}), "none is given"),
    "parts with free tensors": Attack(generic(net([["input", [1]], ["linear", 0, "w", None], ["linear", 1, "w", None]], w=free(1, 1)), {"rule": "compose", "cuts": [1], "steps": [{"rule": "rank"}] * 2}), "cannot be joined"),
    "a rank of a free tensor": Attack(refuted(net([["input", [2]], ["linear", 0, "w", None]], w=free(2, 2)), {"rule": "bottleneck", "node": 1}, kind=ALMOST), "as many dimensions"),
    "a free tensor under a loss": Attack(certificate(loss_of(net([["input", [1]], ["linear", 0, "w", None]], w=free(1, 1)), SQUARE), {"rule": "chain", "outer": {"0": SMOOTH_LOSS}, "map": network({"rule": "rank"}, None)}, INVEX, almost_everywhere=True), "free tensors"),
    # linear algebra
    "sector without units": Attack(full(affine([1, 1], [1, 1]), {"rule": "sector"}), "singular"),
    "semidefinite sector without units": Attack(full(affine([0]), {"rule": "sector", "semidefinite": True}), "singular"),
    "sector with a slope that is attained": Attack(full(FOLDED, {"rule": "sector", "semidefinite": True}, "relu"), "not attained"),
    "sector with a singular start": Attack(full(two_layers([[1]], [[1]], "relu"), {"rule": "sector"}, "relu"), "singular"),
    "gram with the wrong transpose": Attack(full(residual([[1, 2], [0, 1]], [[1, 2], [0, 1]], "relu"), {"rule": "gram", "scale": ["1", "1"]}, "relu"), "diag"),
    "gram with a singular Q": Attack(full(two_layers([[0]], [[1]], "exp"), {"rule": "gram", "scale": ["1"], "left": [["0"]]}, "exp"), "invertible"),
    "gram without rank": Attack(full(two_layers([[1, 1], [1, 1]], [[1, 1]] * 2, "exp"), {"rule": "gram", "scale": ["2"]}, "exp"), "diag|rank"),
    "gram with slopes that reach 0": Attack(full(two_layers([[1]], [[1]], "relu"), {"rule": "gram", "scale": ["1"]}, "relu"), "positive"),
    "columns of zeros": Attack(full(two_layers([[1]], [[1, 1]], "exp"), {**MULTI, "columns": [["0"], ["0"]]}, "exp"), "one sign"),
    "more outputs than inputs": Attack(full(two_layers([[1], [2]], [[1]], "exp"), {**MULTI, "columns": [["1", "1"]]}, "exp"), "one sign"),
    "more outputs than inputs by boxes": Attack(full(two_layers([[1], [2]], [[1]], "exp"), boxes("p"), "exp", region=box(1)), "leaf"),
    "more outputs than inputs almost everywhere": Attack(generic(two_layers([[1], [2]], [[1]], "exp"), {"rule": "witness", "at": ["1"]}, "exp"), "not established"),
    "one entry twice": Attack(full(net([["input", [2]], ["gather", [0], [0, 0], [2]]]), {"rule": "rank"}), "row rank"),
    "one entry and the constant 0": Attack(full(net([["input", [2]], ["gather", [0], [0, -1], [2]]]), boxes(), region=box(2)), "leaf"),
    "a repeated entry in a contraction": Attack(
        full(net([["input", [2]], ["gather", [0], [0, 0], [2]], ["linear", 1, "w", None], ["add", 0, 2]], w=matrix(["-1/2", "-1/2"], [0, 0])), {"rule": "contraction"}), "contraction"),
    "a bound of a norm that is too small": Attack(full(residual([["-1"]], [["1"]], "abs"), {"rule": "contraction", "norms": {"1": "9/10", "3": "1"}}, "abs"), "not established"),
    "a bound of a norm that is attained": Attack(full(residual([["-1"]], [["1"]], "abs"), {"rule": "contraction", "norms": {"1": "1", "3": "1/2"}}, "abs"), "not established"),
    "a factor that is exactly 1": Attack(full(residual([["-1"]], [["1"]], "abs"), {"rule": "contraction"}, "abs"), "not shown to be a contraction"),
    "an absolute norm is needed": Attack(full(residual([[-1, 1]], [[1], [1]], "relu", bias=[0, -1]), {"rule": "contraction"}, "relu"), "contraction"),
    "repeated neurons": Attack(full(residual([[-1, -1]], [["1/2"], ["1/2"]], "relu"), {"rule": "sector"}, "relu"), "positive"),
    "slopes that may cancel": Attack(full(two_layers([[1, -1]], [[1], [1]], "exp"), MULTI, "exp"), "one sign"),
    "a determinant of both signs": Attack(full(residual([[-2]], [[1]], "tanh"), {"rule": "determinant", "sign": ">", "by": INTERVAL}, "tanh"), "leaf"),
    # units that are merged because they are equal, and units that only look equal
    "units with different biases": Attack(full(residual([[-2, 2]], [[1], [1]], "relu", bias=[0, -1]), MULTI, "relu"), "one sign"),
    "units with different functions": Attack(full(residual([[-2, 2]], [[1], [1]], "relu", "clip"), MULTI, "relu", "clip"), "one sign"),
    "units of different arguments": Attack(full(residual([[-2, 2]], [[1], [2]], "relu"), MULTI, "relu"), "one sign"),
    "a bias from another layer": Attack(unequal(["linear", 1, "eye", "shift"]), "one sign"),
    "a bias before the matrix": Attack(unequal(["linear", 4, "eye", None], ["linear", 1, "eye", "shift"]), "one sign"),
    "a bias that is added": Attack(unequal(["add", 1, 5], ["gather", [0], [-1], [1]], ["linear", 4, "eye", "shift"]), "one sign"),
    "a bias through a gather": Attack(unequal(["gather", [4, 1], [0], [1]], ["linear", 1, "eye", "shift"]), "one sign"),
    "equal units whose slopes add up": Attack(full(residual([["-1/2", "-1/2"]], [[1], [1]], "relu"), MULTI, "relu"), "one sign"),
    # several contractions
    "two parts that turn by a right angle": Attack(turning(2, "4/5"), "right angle"),
    "three parts that turn by a right angle": Attack(turning(3, "3/5"), "right angle"),
    "one part that is no contraction": Attack(turning(2, "1"), "not shown to be a contraction"),
    "parts that do not follow each other": Attack(turning(2, "1/2", cuts=[4]), "alone"),
    "no parts": Attack(turning(2, "1/2", cuts=[]), "not empty"),
    # points
    "signs at a kink": Attack(refuted(net([["input", [1]], ["pointwise", 0, 0]], ["abs(x) + 2*x"]), {"rule": "sign-change", "from": ["0"], "to": ["1"]}, facts(side("<"), side(">"), cuts=["0"], ge="1", le="3")), "opposite"),
    "equal maxima of different slopes": Attack(refuted(net([["input", [1]], ["linear", 0, "w", None], ["max", 1]], w=matrix([1], [2])), {"rule": "singular-point", "at": ["0"]}), "equal"),
    "a loss without a slope": Attack(certificate(loss_of(layer("cubic"), CUBE_ROOT), {"rule": "zero-gradient", "at": ["0"], "lower": ["-1"]}, INVEX, negated=True), "boundary|analytic|negative or zero"),
    "a loss with a jump": Attack(certificate(loss_of(layer("cubic"), STEP), {"rule": "zero-gradient", "at": ["0"], "lower": ["-1"]}, INVEX, negated=True), "boundary"),
    "a stationary point outside the region": Attack(certificate(loss_of(layer("cubic"), [["var", "x"]]), {"rule": "zero-gradient", "at": ["0"], "lower": ["-1"]}, INVEX, negated=True, region=[["1", "2"]]), "not in the region"),
    "a stationary point on a null set": Attack(certificate(loss_of(layer("cubic"), [["var", "x"]]), {"rule": "zero-gradient", "at": ["0"], "lower": ["-1"]}, INVEX, negated=True, almost_everywhere=True), "constant near"),
    "an equal value is not lower": Attack(certificate(loss_of(layer("square"), [["var", "x"]]), {"rule": "zero-gradient", "at": ["0"], "lower": ["0"]}, INVEX, negated=True), "lower"),
    "a double zero of the gradient": Attack(refuted(net([["input", [1]], ["pointwise", 0, 0]], ["x**3 + x/1000000"]), {"rule": "enclosed-point", "combination": ["1"], "from": ["-1"], "to": ["1"]}, None), "no zero"),
    "a zero outside the region": Attack(refuted(net([["input", [1]], ["pointwise", 0, 0]], ["sin(x)"]), {"rule": "enclosed-point", "combination": ["1"], "from": ["3/2"], "to": ["8/5"]}, None, region=[["0", "79/50"]]), "region"),
    "a zero where the map has a pole": Attack(refuted(net([["input", [1]], ["pointwise", 0, 0]], ["1/x"]), {"rule": "enclosed-point", "combination": ["1"], "from": ["-1"], "to": ["1"]}, None), "divisor"),
    "the centre of a narrow box": Attack(narrow(31, 110, 230, "97/100"), "leaf 0"),
    "the centre of a narrow box at another scale": Attack(narrow(80, 110, 230, "97/100"), "leaf 0"),
    # certificates in certificates
    "the negation": Attack(full(BENT, inline({**INCLUDED, "claim": {**INCLUDED["claim"], "negated": True}}), "tanh"), "does not fit"),
    "a claim on a region": Attack(full(BENT, inline(full(BENT, boxes("c"), None, region=box(2))), "tanh"), "another claim"),
    "other weights": Attack(full(residual([[1, -1], [1, "9/10"]], I2, "tanh"), inline(INCLUDED), "tanh"), "another claim"),
    "another function": Attack(full(residual(ROTATION, I2, "sin"), inline(INCLUDED), "sin"), "another claim"),
    "another bias": Attack(full(residual(ROTATION, I2, "tanh", bias=[1, 0]), inline(INCLUDED), "tanh"), "another claim"),
    "a composition's certificate": Attack(
        full(BENT, inline(certificate({**BENT, "loss": ["cross-entropy", ["1", "0"]]}, {"rule": "chain", "map": INCLUDED["proof"]["step"]}, INVEX)), "tanh"), "another claim"),
    "a certificate about a function": Attack(full(BENT, inline(function_certificate("invex", "tanh(x)", {"rule": "valley", "cuts": [], "pieces": [{"shape": "increasing", "by": INTERVAL}]})), "tanh"), "another claim"),
    "a convex loss for an invex one": Attack(
        certificate(loss_of(BENT, SQUARE, SQUARE), {"rule": "chain", "outer": {"1": {**SMOOTH_LOSS, "invex": inline(function_certificate("convex", "x**2", {"rule": "convex-pieces", "pieces": [{"by": INTERVAL}]}))}}, "map": network(MULTI, shown("tanh"), None)}, INVEX),
        "another claim"),
    "a function of a parameter": Attack(
        certificate(loss_of(BENT, SQUARE, SQUARE), {"rule": "chain", "outer": {"1": {**SMOOTH_LOSS, "invex": inline(function_certificate("invex", "x**2", BLOCK, parameters={"beta": {"gt": "0"}}))}}, "map": network(MULTI, shown("tanh"), None)}, INVEX),
        "another claim"),
    "an invalid certificate": Attack(full(FOLDED, inline(full(FOLDED, MULTI, "relu")), "relu"), "keep one sign"),
    "facts of the inner certificate do not count outside": Attack(full(BENT, {"rule": "compose", "cuts": [3], "steps": [inline(INCLUDED)] * 2}, None), "alone"),
}  # fmt: skip


@pytest.mark.parametrize("name", FALSE)
def test_false_claims_are_rejected_for_the_right_reason(name: str) -> None:
    attack = FALSE[name]
    found = reject(attack.document)
    words = found.message
    assert any(part in words for part in attack.because.split("|")), (found.code, words)


HONEST: dict[str, Json] = {
    "a kink outside the region": full(FOLDED, boxes("c"), "relu", region=[["-2", "-1"]]),
    "kinks on both faces": full(residual([[1]], [[1]], "relu"), boxes("0cc"), "relu", region=[["-1", "1"]]),
    "equal units that cancel": full(residual([[-2, 2]], [[1], [1]], "relu", bias=[3, 3]), MULTI, "relu"),
    "two parts that turn by less than a right angle": turning(2, "7/10"),
    "one kinked part": full(net([["input", [1]], ["pointwise", 0, 0], ["pointwise", 1, 1]], [formula("leaky"), formula("steep")]), {"rule": "compose", "cuts": [1], "steps": [{"rule": "entrywise"}] * 2}, "leaky", "steep"),
    "a gather that drops an entry": full(net([["input", [1]], ["gather", [0], [0, 0], [2]], ["pointwise", 1, [0, 1]], ["gather", [2], [0], [1]]], ["x", "exp(x)"]), {"rule": "determinant", "sign": ">", "by": INTERVAL}, "identity", None),
    "tied tensors by tied ones": generic(TIED | {"nodes": TIED["nodes"][:2]} | {"tensors": {"u": free(1, 1)}}, inline(generic(net([["input", [1]], ["linear", 0, "v", None]], v=free(1, 1)), {"rule": "witness", "at": ["1"], "tensors": {"v": matrix([1])}}))),
    "sector without units": full(affine([1, 1], [0, 1]), {"rule": "sector"}),
    "a smooth loss where the Jacobian is 0": certificate(loss_of(layer("cubic"), [["var", "x"]]), {"rule": "zero-gradient", "at": ["0"], "lower": ["-1"]}, INVEX, negated=True),
    "a narrow box without a zero": narrow(31, 110, 230, "2"),
    "the same weights written as bytes": full(
        {**BENT, "tensors": {"inner": floats(1, 0, 0, 1, shape=[2, 2]), "outer": floats(1, -1, 1, 1, dtype="F64", shape=[2, 2])}}, inline(INCLUDED), "tanh"),
    "an included certificate for a loss": certificate(
        loss_of(BENT, SQUARE, SQUARE), {"rule": "chain", "outer": {"1": {**SMOOTH_LOSS, "invex": inline(function_certificate("invex", "x**2", BLOCK))}}, "map": network(inline(INCLUDED), shown("tanh"), None)}, INVEX),
}  # fmt: skip


@pytest.mark.parametrize("name", HONEST)
def test_honest_twins_pass(name: str) -> None:
    verify(HONEST[name], Limits())


# -- malformed subjects ------------------------------------------------------------------------------------------

W = {"w": matrix([1])}
LINEAR = [["input", [1]], ["linear", 0, "w", None]]
BROKEN: list[tuple[Any, str]] = [
    (net([["input", [1]]]), "network"), (net([]), "network"), (net([["input", [1]], ["input", [1]]]), "network"), (net([["pointwise", 0, 0]], ["x"]), "network"),
    (net([["input", [1]], ["add", 0, 1]]), "network"), (net([["input", [1]], ["add", 0, -1]]), "network"), (net([["input", [1]], ["add", 0, True]]), "network"), (net([["input", [1]], ["add", 0, 10**30]]), "network"),
    (net([["input", [1]], ["add", 0]]), "network"), (net([["input", [1]], ["softmax", 0]]), "network"), (net([["input", [1]], [], ["add", 0, 0]]), "network"), (net([["input", [1]], ["add", 0, 0], ["add", 0, 0]]), "network"),
    (net([["input", [0]], ["add", 0, 0]]), "tensor"), (net([["input", [-1]], ["add", 0, 0]]), "tensor"), (net([["input", [True]], ["add", 0, 0]]), "tensor"), (net([["input", []], ["add", 0, 0]]), "tensor"), (net([["input", 1], ["add", 0, 0]]), "tensor"),
    (net([["input", [1] * 9], ["add", 0, 0]]), "tensor"), (net([["input", [2**21]], ["add", 0, 0]]), "tensor"),
    (net(LINEAR, ["x"], **W), "network"), (net(LINEAR, **W, v=matrix([1])), "network"), (net([["input", [1]], ["linear", 0, "v", None]], **W), "network"), (net(LINEAR, w=matrix([1, 2])), "network"), (net(LINEAR, w=vector(1)), "network"),
    (net([["input", [1]], ["linear", 0, "w", "w"]], **W), "network"), (net([["input", [1]], ["linear", 0, 0, None]], **W), "network"),
    (net(LINEAR, w={"shape": [1, 1], "values": ["1", "1"]}), "tensor"), (net(LINEAR, w={"shape": [1, 1], "values": []}), "tensor"), (net(LINEAR, w={"shape": [1, 1], "values": [1]}), "rational"), (net(LINEAR, w={"shape": [1, 1], "values": ["1.0"]}), "rational"),
    (net(LINEAR, w={"shape": [1, 1], "values": ["2/2"]}), "rational"), (net(LINEAR, w={"shape": [1, 1], "values": ["1"], "dtype": "F32"}), "schema"), (net(LINEAR, w={**floats(1), "values": ["1"]}), "schema"),
    (net(LINEAR, w=floats(NAN)), "tensor"), (net(LINEAR, w=floats(INFINITY)), "tensor"), (net(LINEAR, w=floats(-INFINITY, dtype="F64")), "tensor"), (net(LINEAR, w=floats(1, 1, shape=[1, 1])), "tensor"),
    (net(LINEAR, w={**floats(1), "dtype": "F16"}), "schema"), (net(LINEAR, w={**floats(1), "dtype": "I32"}), "schema"), (net(LINEAR, w={**floats(1), "data": "AACAPw"}), "tensor"), (net(LINEAR, w={**floats(1), "data": "AACAPx=="}), "tensor"),
    (net(LINEAR, w={**floats(1), "data": "AACA Pw=="}), "tensor"), (net(LINEAR, w={**floats(1), "data": "AAAA"}), "tensor"), (net(LINEAR, w={"shape": [1, 1], "file": "w.safetensors", "sha256": "0" * 64, "key": "w"}), "file"),
    ({**net(LINEAR), "tensors": {"3 y0 + 0 *": matrix([1])}}, "network"), ({**net(LINEAR), "tensors": {"y0": matrix([1])}}, "network"), ({**net(LINEAR), "tensors": {"": matrix([1])}}, "network"), ({**net(LINEAR), "tensors": [["w", matrix([1])]]}, "schema"),
    (net([["input", [2]], ["pointwise", 0, [0]]], ["x"]), "network"), (net([["input", [2]], ["pointwise", 0, [0, 1]]], ["x"]), "network"), (net([["input", [1]], ["pointwise", 0, True]], ["x"]), "network"), (net([["input", [1]], ["pointwise", 0, -1]], ["x"]), "network"),
    (net([["input", [1]], ["pointwise", 0, 0]], ["y"]), "network"), (net([["input", [1]], ["pointwise", 0, 0]], ["x < 1"]), "network"), (net([["input", [1]], ["pointwise", 0, 0]], [[["var", "x"], ["exp", 0], ["var", "x"]]]), "network"),
    (net([["input", [1]], ["pointwise", 0, 0]], [[["var", "x"], ["pow", 0, "x"]]]), "rational"), (net([["input", [1]], ["pointwise", 0, 0]], [[]]), "term"),
    (net([["input", [2]], ["gather", [0], [0, 2], [2]]]), "network"), (net([["input", [2]], ["gather", [0], [0, -2], [2]]]), "network"), (net([["input", [2]], ["gather", [0], [0], [2]]]), "network"), (net([["input", [2]], ["gather", [0, 0], [0, 1], [2]]]), "network"),
    (net([["input", [2]], ["gather", [], [-1], [1]]]), "network"), (net([["input", [2]], ["gather", [0], [0, True], [2]]]), "network"), (net([["input", [2]], ["gather", [0], [], [0]]]), "tensor"), (net([["input", [2]], ["gather", [0], [10**40], [1]]]), "network"),
    (net([["input", [2]], ["layernorm", 0, None, None, "-1"]]), "network"), (net([["input", [2]], ["layernorm", 0, None, None, "1e-5"]]), "rational"), (net([["input", [2]], ["layernorm", 0, None, None, 0]]), "rational"), (net([["input", [2]], ["layernorm", 0, "w", None, "1"]], **W), "network"),
    (net([["input", [2]], ["attention", 0, 0, 0, 1, False]]), "network"), (net([["input", [2, 2]], ["attention", 0, 0, 0, 0, False]]), "network"), (net([["input", [2, 2]], ["attention", 0, 0, 0, 3, False]]), "network"), (net([["input", [2, 2]], ["attention", 0, 0, 0, 1, 0]]), "network"),
    (net([["input", [2, 2]], ["gather", [0], [0, 1], [1, 2]], ["attention", 1, 0, 0, 1, True]]), "network"), (net([["input", [2, 2]], ["attention", 0, 0, 0, True, False]]), "network"),
    (formulas(1, 0, table=[["var", "x2"]]), "network"), (formulas(1, 0, table=[["var", "x"]]), "network"), (formulas(1, table=[["var", "x1"]]), "network"), (formulas(1, 1, table=[["var", "x1"]]), "network"), (formulas(1, -1, table=[["var", "x1"]]), "network"),
    (formulas(1, 0, table=[["var", "x1"], ["exp", 0]]), "network"), (formulas(1, 2, table=[["var", "x1"], ["rat", "0"], ["lt", 0, 1]]), "network"),
    (net(LINEAR, loss=["cross-entropy", ["1"]], **W), "claim"), ("network", "schema"), ({"nodes": LINEAR, "tensors": W, "extra": 1}, "schema"),
]  # fmt: skip


@pytest.mark.parametrize("k", range(len(BROKEN)))
def test_broken_subjects_are_rejected(k: int) -> None:
    subject, code = BROKEN[k]
    step = network({"rule": "rank"}, *([None] * len(subject["functions"]) if "functions" in subject else []))
    assert reject(certificate(subject, step)).code == code


CLAIMS: list[tuple[Json, str]] = [
    ({"region": []}, "claim"), ({"region": box(1)}, "claim"), ({"region": box(3)}, "claim"), ({"region": box(2, "0", "0")}, "claim"), ({"region": box(2, "1", "0")}, "claim"), ({"region": [["0"], ["1"]]}, "schema"),
    ({"region": [["0", "inf"], ["0", "1"]]}, "rational"), ({"region": None}, "schema"), ({"region": [[0, 1], [0, 1]]}, "rational"), ({"almost_everywhere": True}, "claim"), ({"almost_everywhere": 1}, "schema"), ({"negated": 0}, "schema"),
    ({"kind": ALMOST, "region": box(2)}, "claim"), ({"kind": ALMOST, "almost_everywhere": True}, "schema"), ({"kind": INVEX}, "claim"), ({"kind": "activation.invex"}, "term"), ({"parameters": {"x1": {}}}, "schema"), ({"constant": "1"}, "schema"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "code"), CLAIMS)
def test_broken_claims_are_rejected(change: Json, code: str) -> None:
    document = full(BENT, MULTI, "tanh")
    assert reject({**document, "claim": {**document["claim"], **change}}).code == code


LOSSES: list[Any] = [
    ["separable", []], ["separable", [0]], ["separable", [0, 5]], ["separable", [0, -1]], ["separable", [0, True]], ["separable", 0], ["cross-entropy", ["1"]], ["cross-entropy", ["1/2", "1/3"]],
    ["cross-entropy", ["2", "-1"]], ["square", [0, 0]], ["separable"], [], "separable", {}, ["cross-entropy", [1, 0]],
]  # fmt: skip


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_broken_losses_are_rejected(loss: Any) -> None:
    step = {"rule": "chain", "map": network(MULTI, shown("tanh"))}
    assert reject(certificate({**BENT, "loss": loss}, step, INVEX)).code in ("network", "rational", "claim")


# -- proofs that disturb each other ------------------------------------------------------------------------------


def test_entries_as_parameters_prove_nothing_about_functions() -> None:
    """While a determinant is shown, x1 is a parameter in [1, 2]; a loss that is not invex does not become so."""
    subject = loss_of(net([["input", [1]], ["pointwise", 0, 0]], ["x + x**3"]), table("sin(x)"))
    scaled = {
        "rule": "rescale",
        "scale": "x1",
        "by": {"rule": "valley", "cuts": [], "pieces": [{"shape": "increasing", "by": INTERVAL}]},
    }
    outer = {"1": {"regularity": facts({}), "invex": scaled}}
    by = {"rule": "determinant", "sign": ">", "by": INTERVAL}
    step = {"rule": "chain", "outer": outer, "map": network(by, shown("steep"), None)}
    assert verdict(certificate(subject, step, INVEX, region=[["1", "2"]])) in ("leaf", "domain", "term")


def test_all_facts_are_shown_though_the_goal_needs_none() -> None:
    lie = facts({}, gt="2")
    subject = net([["input", [1]], ["pointwise", 0, 0]], [formula("steep")])
    by = {"rule": "determinant", "sign": ">", "by": INTERVAL}
    assert verdict(full(subject, by, "steep")) is None
    assert verdict(full(subject, by, lie)) == "leaf"


def test_a_determinant_before_other_parts_leaves_their_facts_alone() -> None:
    subject = net(
        [["input", [1]], ["pointwise", 0, 0], ["pointwise", 1, 1]], [formula("steep"), formula("tanh")]
    )
    steps = [{"rule": "determinant", "sign": ">", "by": INTERVAL}, {"rule": "entrywise"}]
    by = {"rule": "compose", "cuts": [1], "steps": steps}
    assert verdict(full(subject, by, "steep", "tanh")) is None
    assert verdict(full(subject, by, "steep", facts({}, gt="1/2", le="1"))) == "leaf"
    assert verdict(full(subject, {**by, "steps": steps[::-1]}, "steep", "tanh")) == "segment"


# -- certificates and tensors in files ----------------------------------------------------------------------------

Write = Callable[[str, bytes], str]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(os.fsencode(tmp_path))


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def put(name: str, data: bytes) -> str:
        (tmp_path / name).write_bytes(data)
        return hashlib.sha256(data).hexdigest()

    return put


def safetensors(header: Any, body: bytes = struct.pack("<f", 1.0)) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


def entry(dtype: Any = "F32", shape: Any = (1, 1), offsets: Any = (0, 4)) -> Json:
    return {"w": {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}}


def stored(name: str, digest: str, key: str = "w", shape: Any = (1, 1)) -> Json:
    return full(
        net(LINEAR, w={"shape": list(shape), "file": name, "sha256": digest, "key": key}), {"rule": "rank"}
    )


HEADERS: list[Any] = [
    entry(offsets=(-4, 0)), entry(offsets=(4, 8)), entry(offsets=(0, 2)), entry(offsets=(False, 4)), entry(offsets=(0, 4, 8)), entry(offsets=("0", "4")), entry(dtype=[]), entry(dtype={}), entry(dtype="I32"), entry(dtype=None),
    entry(dtype="F64"), entry(dtype="BF16"), entry(shape=(1,)), entry(shape=(2, 1)), entry(shape=()), entry(shape=(True, 1)), {"v": entry()["w"]}, {}, [], None, "w", 3, {"w": "F32"}, {"w": None}, {"w": []},
    b"", b"{", b"\xff\xfe", b'{"w":NaN}', b"[" * 100_000, b'{"w":' + b"9" * 5000 + b"}", b'{"w":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}',
]  # fmt: skip


@pytest.mark.parametrize("k", range(len(HEADERS)))
def test_broken_safetensors_are_rejected(k: int, folder: Folder, write: Write) -> None:
    digest = write("w.safetensors", safetensors(HEADERS[k]))
    assert reject(stored("w.safetensors", digest), folder).code in ("tensor", "json")


def test_tensors_in_files(folder: Folder, write: Write) -> None:
    digest = write("w.safetensors", safetensors(entry()))
    verify(stored("w.safetensors", digest), Limits(), folder)
    assert reject(stored("w.safetensors", digest.upper()), folder).code == "file"
    assert reject(stored("w.safetensors", digest, key="v"), folder).code == "tensor"
    assert reject(stored("w.safetensors", digest, shape=(1,)), folder).code == "tensor"
    assert reject(stored("w.safetensors", digest)).code == "file"
    for data in (struct.pack("<f", NAN), struct.pack("<f", INFINITY)):
        assert (
            reject(stored("w.safetensors", write("w.safetensors", safetensors(entry(), data))), folder).code
            == "tensor"
        )
    for data in (b"", b"short", b"\xff" * 8 + b"{}", struct.pack("<Q", 2**63)):
        assert reject(stored("w.safetensors", write("w.safetensors", data)), folder).code == "tensor"


@pytest.mark.parametrize(
    "name",
    ["../w", "/etc/passwd", "..", ".", "a/b", "", "a\x00b", "-w", ".hidden", "w\n", "\u00e9", "w" * 300],
)
def test_only_bare_file_names(name: str, folder: Folder, write: Write) -> None:
    digest = write("w", safetensors(entry()))
    found = reject(stored(name, digest), folder)
    assert (found.code, "not a bare file name" in found.message) == ("file", True)


def test_no_links_pipes_or_folders(folder: Folder, write: Write, tmp_path: Path) -> None:
    digest = write("w", safetensors(entry()))
    os.symlink(tmp_path / "w", tmp_path / "link")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("link", "pipe", "folder"):
        assert "not a regular file" in reject(stored(name, digest), folder).message
    assert reject(stored("nothing", digest), folder).code == "file"


def test_large_files_are_refused(folder: Folder, write: Write) -> None:
    digest = write("w", safetensors(entry(), bytes(5000)))
    with pytest.raises(Refuse):
        verify(stored("w", digest), Limits(sidecar=4096), folder)


def test_a_large_tensor_behind_a_small_shape_costs_nothing(folder: Folder, write: Write) -> None:
    side_length = 2048
    digest = write(
        "w",
        safetensors(
            entry("F16", (side_length, side_length), (0, 2 * side_length**2)), bytes(2 * side_length**2)
        ),
    )
    start = time.monotonic()
    assert reject(stored("w", digest), folder).code == "tensor"
    assert time.monotonic() - start < 2


def by_file(name: str, digest: str) -> Json:
    return full(BENT, {"rule": "certificate", "file": name, "sha256": digest}, "tanh")


def test_certificates_in_files(folder: Folder, write: Write) -> None:
    digest = write("inner.json", canonical(INCLUDED))
    verify(by_file("inner.json", digest), Limits(), folder)
    assert reject(by_file("inner.json", "0" * 64), folder).code == "file"
    assert (
        reject(by_file("inner.json", write("inner.json", canonical(INCLUDED) + b" ")), folder).code
        == "canonical"
    )
    assert (
        reject(
            by_file("inner.json", write("inner.json", canonical({**INCLUDED, "provenance": None}) + b"\n"))
        ).code
        == "file"
    )
    for data in (b"", b"[]", b"null", b"{}", b"[" * 10, canonical({"format": 1})):
        assert reject(by_file("inner.json", write("inner.json", data)), folder).code in ("json", "schema")
    both = full(
        BENT, {"rule": "certificate", "file": "inner.json", "sha256": digest, "document": INCLUDED}, "tanh"
    )
    write("inner.json", canonical(INCLUDED))
    assert reject(both, folder).code == "schema"


def test_a_certificate_cannot_rest_on_itself(folder: Folder, write: Write) -> None:
    """A file would have to contain its own digest; with any other digest it is rejected."""
    lie = full(FOLDED, {"rule": "certificate", "file": "lie.json", "sha256": "0" * 64}, "relu")
    digest = write("lie.json", canonical(lie))
    assert reject(lie, folder).code == "file"
    step = {"rule": "certificate", "file": "lie.json", "sha256": digest}
    assert reject(full(FOLDED, step, "relu"), folder).code == "file"


def nested(depth: int) -> Json:
    document = INCLUDED
    for _ in range(depth):
        document = full(BENT, inline(document), "tanh")
    return document


def test_certificates_are_nested_to_a_bounded_depth(folder: Folder, write: Write) -> None:
    verify(nested(MAX_DEPTH), Limits())
    with pytest.raises(Refuse):
        verify(nested(MAX_DEPTH + 1), Limits())
    document = INCLUDED
    for k in range(MAX_DEPTH + 1):
        document = by_file(f"level{k}.json", write(f"level{k}.json", canonical(document)))
        if k < MAX_DEPTH:
            verify(document, Limits(), folder)
    with pytest.raises(Refuse):
        verify(document, Limits(), folder)


def test_included_certificates_share_one_budget(folder: Folder, write: Write) -> None:
    """Work in normal forms, leaves, and files that many steps name are all paid from one account."""
    parts = 40
    nodes = [["input", [1]], *(["pointwise", k, 0] for k in range(parts))]
    subject = net(nodes, [formula("steep")])
    inner = full(net(nodes[:2], [formula("steep")]), {"rule": "entrywise"}, "steep")
    step = {"rule": "certificate", "file": "inner.json", "sha256": write("inner.json", canonical(inner))}
    by = {"rule": "compose", "cuts": list(range(1, parts)), "steps": [step] * parts}
    document = full(subject, by, "steep")
    verify(document, Limits(), folder)
    verify(inner, Limits(work=300_000))
    with pytest.raises(Refuse):
        verify(document, Limits(work=300_000), folder)


# -- sizes ------------------------------------------------------------------------------------------------------


def rows_of(text: str, count: int) -> str:
    return base64.b64encode(bytes(4 * count)).decode()


def attention_of(tokens: int, width: int) -> Json:
    wide = {"shape": [width, 1], "dtype": "F32", "data": rows_of("", width)}
    nodes = [
        ["input", [1]],
        ["gather", [0], [0] * tokens, [tokens, 1]],
        ["linear", 1, "w", None],
        ["attention", 2, 2, 2, 1, False],
        ["gather", [3], [0], [1]],
    ]
    return full(net(nodes, w=wide), boxes(), region=box(1))


def squares(count: int) -> Json:
    return net([["input", [1]], *(["product", k, k] for k in range(count))])


def towers(count: int) -> Json:
    return net([["input", [1]], *(["pointwise", k, 0] for k in range(count))], ["exp(x)"])


def dense(n: int, layers: int) -> Json:
    values = [str(random.Random(k).randrange(10**6)) for k in range(n * n)]
    return net(
        [["input", [n]], *(["linear", k, "w", None] for k in range(layers))],
        w={"shape": [n, n], "values": values},
    )


COSTLY: dict[str, Json] = {
    "attention": attention_of(500, 500),
    "attention beyond all entries": attention_of(1400, 1400),
    "identity": full(net([["input", [100_000]], ["add", 0, 0]]), {"rule": "rank"}),
    "identity beside units": full(net([["input", [100_000]], ["pointwise", 0, 0], ["add", 0, 1]], [formula("tanh")]), {"rule": "sector"}, "tanh"),
    "many rows of one matrix": full(net([["input", [1000, 1000]], ["linear", 0, "w", None]], w=floats(*([0.0] * 1000))), {"rule": "rank"}),
    "a wide gather": full(net([["input", [2000]], ["add", 0, 0], ["gather", [1], [0] * 100_000, [100_000]], ["max", 2]]), {"rule": "rank"}),
    "repeated squares at a point": refuted(squares(60), {"rule": "singular-point", "at": ["3"]}),
    "repeated squares by gradient": certificate(loss_of(squares(60), SQUARE), {"rule": "zero-gradient", "at": ["3"], "lower": ["1"]}, INVEX, negated=True),
    "repeated squares as terms": full(squares(60), {"rule": "determinant", "sign": ">", "by": INTERVAL}),
    "towers of exponentials": full(towers(6), boxes(), None, region=box(1, "0", "100")),
    "towers of exponentials at a point": refuted(towers(8), {"rule": "sign-change", "from": ["0"], "to": ["100"]}, None),
    "towers of exponentials in a witness": generic(towers(8), {"rule": "witness", "at": ["100"]}, "exp"),
    "powers of powers": refuted(net([["input", [1]], *(["pointwise", k, 0] for k in range(5))], ["x**1000"]), {"rule": "singular-point", "at": ["3"]}, None),
    "too many units": full(residual([[1] * 15], [[k] for k in range(1, 16)], "tanh"), MULTI, "tanh"),
    "too many corners": full(residual([[1] * 15], [[k] for k in range(1, 16)], "tanh"), boxes("c"), None, region=box(1)),
    "too much precision": full(BENT, boxes("c", precision=10**6), None, region=box(2)),
    "too many selections": generic(layer(*["abs"] * 13), {"rule": "selections", "points": [["1"] * 13]}, "abs"),
    "a deep tree": full(FOLDED, boxes("0" * 100_000), "relu", region=[["-1", "1"]]),
    "a tree without an end": full(FOLDED, boxes("0c" * 100_000 + "c"), "relu", region=[["-1", "1"]]),
    "a large determinant": full(net([["input", [9]], ["pointwise", 0, 0]], [formula("steep")]), {"rule": "determinant", "sign": ">", "by": INTERVAL}, "steep"),
    "rationals without end": full(affine(["1/" + "3" * 2500]), {"rule": "rank"}),
    "a long chain of large matrices": full(dense(200, 60), {"rule": "rank"}),
}  # fmt: skip


@pytest.mark.parametrize("name", COSTLY)
def test_what_costs_too_much_is_not_begun(name: str) -> None:
    start = time.monotonic()
    with pytest.raises((Reject, Refuse)):
        verify(COSTLY[name], Limits(work=400_000_000))
    assert time.monotonic() - start < 6


def test_the_supervised_checker_says_the_same(tmp_path: Path) -> None:
    """Through files and processes: VALID beside its tensors, INVALID without them, REFUSED where it is too large."""
    data = safetensors(entry())
    (tmp_path / "w.safetensors").write_bytes(data)
    document = stored("w.safetensors", hashlib.sha256(data).hexdigest())
    (tmp_path / "good.json").write_bytes(canonical(document))
    with Supervisor(Limits(), 1, "paper") as supervisor:
        assert supervisor.check(str(tmp_path / "good.json")).status == "VALID"
        assert supervisor.check(canonical(document)).status == "INVALID"
        assert (
            supervisor.check(canonical(FALSE["tied tensors by independent ones"].document)).status
            == "INVALID"
        )
        assert supervisor.check(canonical(COSTLY["attention"])).status == "REFUSED"
        assert supervisor.check(canonical(COSTLY["towers of exponentials"])).code != "internal"


def test_no_kind_of_claim_is_left_out() -> None:
    kinds = {attack.document["claim"]["kind"] for attack in FALSE.values()}
    assert kinds == {NONSINGULAR, ALMOST, INVEX}


def test_guards_are_helped_by_no_one() -> None:
    """The labels of guards are for the network's own functions: none may be left over or missing."""
    for signs in ("", "< <"):
        piece = {"guards": guards(signs)} if signs else {}
        document = full(FOLDED, MULTI, facts(piece, side(">"), cuts=["0"], ge="0", le="1"))
        assert reject(document).code == "guard"
