"""Graphs: their JSON form, and one spelling for every problem."""

from __future__ import annotations

import json
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.graph import MINUS_INFINITY, Graph, Input, Node
from invexproof.architectures.losses import attach
from invexproof.architectures.reference import read_reference
from tests.architectures.checking import inferred

SMALL = ["mlp", "cnn:8", "resnet:stages=1x1,width=4,image=3x8x8", "vit:depth=1,width=8,heads=2,dropout=0.1"]


def problem(text: str) -> Graph:
    architecture = read_reference(text)
    return attach(architecture.build(), architecture.loss)


def shuffled(graph: Graph, random: Random) -> Graph:
    """The same problem with inputs and nodes in another order that is possible, and other names."""
    n = len(graph.inputs)
    order = random.sample(range(n), n)
    ready: set[int] = set(order)
    rest = list(range(n, n + len(graph.nodes)))
    while rest:
        value = random.choice([v for v in rest if set(graph.nodes[v - n].values) <= ready])
        if len(rest) > 1 and value == n + len(graph.nodes) - 1:
            continue
        order.append(value)
        ready.add(value)
        rest.remove(value)
    new = {old: position for position, old in enumerate(order)}
    inputs = [graph.inputs[v] for v in order[:n]]
    renamed = [Input(i.role, i.kind, i.shape, f"n{k}", i.low, i.high) for k, i in enumerate(inputs)]
    return Graph(tuple(renamed), tuple(graph.nodes[v - n].renumbered(new) for v in order[n:]))


@pytest.mark.parametrize("text", SMALL)
def test_json_keeps_everything(text: str) -> None:
    graph = problem(text)
    raw = json.loads(json.dumps(graph.to_subject()))
    assert Graph.from_subject(raw).to_subject() == graph.to_subject() == raw


@pytest.mark.parametrize("text", SMALL)
def test_order_and_names_do_not_matter(text: str) -> None:
    graph = problem(text)
    for seed in range(3):
        other = shuffled(graph, Random(seed))
        assert other.to_subject() != graph.to_subject()
        assert other.same_as(graph)


@pytest.mark.parametrize("text", SMALL)
def test_canonical_graphs_are_canonical_and_mean_the_same(text: str) -> None:
    graph = problem(text)
    canonical = graph.canonical()
    assert canonical.canonical().to_subject() == canonical.to_subject()
    before, after = inferred(graph), inferred(canonical)
    assert (before.dimension, before.smoothness) == (after.dimension, after.smoothness)
    assert canonical.inputs[0].name in ("p0", "d0")


def test_another_problem_is_another_one() -> None:
    assert not problem("mlp").same_as(problem("mlp:activation=sigmoid"))
    assert not problem("mlp").same_as(problem("mlp:batch=3"))


def test_a_literal_is_no_value_number() -> None:
    """Python takes Fraction(0) and 0 for equal; the graphs w + w and w + 0 differ."""
    w = Input("parameter", "real", (), "w")
    same, literal = (Graph((w,), (Node("add", (0, other)),)) for other in (0, Fraction(0)))
    assert not same.same_as(literal)
    assert literal.to_subject()["nodes"] == [["add", [0, "0"]]]


def test_equal_nodes_become_one_and_unused_parameters_stay_last() -> None:
    inputs = [("parameter", [3], "unused"), ("parameter", [2], "w"), ("parameter", [1], "idle")]
    graph = Graph(
        tuple(Input(role, "real", tuple(shape), name) for role, shape, name in inputs),
        (
            Node("square", (1,)),
            Node("square", (1,)),
            Node("add", (3, 4)),
            Node("sum", (5,), {"axes": (0,)}),
        ),
    )
    assert graph.canonical().to_subject() == {
        "inputs": [
            ["parameter", "real", [2], "p0"],
            ["parameter", "real", [1], "p1"],
            ["parameter", "real", [3], "p2"],
        ],
        "nodes": [["square", [0]], ["add", [3, 3]], ["sum", [4], {"axes": [0]}]],
    }
    assert graph.parameter_count == 6


def test_ranges_and_infinity() -> None:
    raw = {
        "inputs": [["constant", "boolean", [2], "mask"], ["parameter", "real", [2], "w"],
                   ["data", "real", [], "d", ["-1/2", None]]],
        "nodes": [["where", [0, 1, "-inf"]], ["logsumexp", [3], {"axes": [0]}], ["multiply", [4, 2]]],
    }  # fmt: skip
    graph = Graph.from_subject(raw)
    assert graph.to_subject() == raw
    assert graph.nodes[0].arguments == (0, 1, MINUS_INFINITY)
    assert graph.inputs[2].low == Fraction(-1, 2)
    assert graph.inputs[2].high is None


W = ["parameter", "real", [2], "w"]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ([], "inputs and nodes"),
        ({"inputs": [W]}, "inputs and nodes"),
        ({"inputs": [W], "nodes": []}, "its loss"),
        ({"inputs": [W[:3]], "nodes": [["square", [0]]]}, "input 0"),
        ({"inputs": [["weight", *W[1:]]], "nodes": [["square", [0]]]}, "no role"),
        ({"inputs": [[*W[:3], "a b"]], "nodes": [["square", [0]]]}, "no role"),
        ({"inputs": [["parameter", "real", [0], "w"]], "nodes": [["square", [0]]]}, "positive whole numbers"),
        ({"inputs": [["parameter", "real", [True], "w"]], "nodes": [["square", [0]]]}, "positive whole"),
        ({"inputs": [[*W, ["x", None]]], "nodes": [["square", [0]]]}, "input 0"),
        ({"inputs": [[*W, [0.5, None]]], "nodes": [["square", [0]]]}, "a range is"),
        ({"inputs": [W], "nodes": [["square", [1]]]}, "not before it"),
        ({"inputs": [W], "nodes": [["square", [-1]]]}, "not before it"),
        ({"inputs": [W], "nodes": [["square", [0.5]]]}, "no argument"),
        ({"inputs": [W], "nodes": [["square", [True]]]}, "no argument"),
        ({"inputs": [W], "nodes": [["add", [0, "2/4"]]]}, "node 0"),
        ({"inputs": [W], "nodes": [["square", 0]]}, "a node is"),
        ({"inputs": [W], "nodes": [["sum", [0], {"axes": [0.5]}]]}, "no attribute"),
        ({"inputs": 3, "nodes": [["square", [0]]]}, "are a list"),
    ],
)  # fmt: skip
def test_malformed_graphs(raw: Any, message: str) -> None:
    with pytest.raises(ArchitectureError, match=message):
        Graph.from_subject(raw)
