"""Activations as nodes: they compute what their formulas say, and those that are continuous look so to the checker."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from invexcheck.errors import Reject
from invexproof.activations import UnknownActivationError, catalogue, resolve
from invexproof.architectures.activations import OPERATORS, activate
from invexproof.architectures.builder import Builder
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.graph import Graph
from invexproof.expressions.evaluation import numpy_function
from invexproof.expressions.piecewise import normal_form
from tests.architectures.checking import inferred

Array = np.ndarray
ERF = np.vectorize(math.erf)

ENTRYWISE: Mapping[str, Callable[..., Array]] = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "negate": np.negative,
    "absolute": np.abs,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "less": np.less,
    "less_equal": np.less_equal,
    "and": np.logical_and,
    "or": np.logical_or,
    "not": np.logical_not,
    "where": np.where,
    "square": np.square,
    "reciprocal": np.reciprocal,
    "power_of": lambda u, exponent: u ** float(Fraction(exponent)),
    **{op: getattr(np, op) for op in ("exp", "log", "sqrt", "sin", "cos", "tanh", "sinh", "cosh", "sign")},
    "atan": np.arctan,
    "asinh": np.arcsinh,
    "erf": ERF,
    "sigmoid": lambda u: 1 / (1 + np.exp(-u)),
    "softplus": lambda u, threshold: np.logaddexp(u, 0),
}
POINTS = np.concatenate([np.linspace(-6, 6, 49), [-0.3, 0.7, 1e-3]])


def graph_of(text: str) -> tuple[Graph, int]:
    """The sum of an activation's values at a parameter, and the number of the values."""
    b = Builder()
    value = activate(b, b.parameter("x", [POINTS.size]), text)
    graph = b.finish(b.node("sum", value, axes=[0]))
    return graph, graph.nodes[-1].values[0]


def computed(graph: Graph, value: int) -> Array:
    """The value at POINTS; constants are in the middles of their ranges."""
    known: list[Any] = [
        POINTS if i.role == "parameter" else float((i.low + i.high) / 2)  # type: ignore[operator]
        for i in graph.inputs
    ]
    for node in graph.nodes[:-1]:
        arguments = [known[a] if type(a) is int else float(a) for a in node.arguments]  # type: ignore[arg-type]
        known.append(ENTRYWISE[node.op](*arguments, **node.attributes))
    return np.broadcast_to(known[value], POINTS.shape)


LOWERED = [a.name for a in catalogue() if a.name not in (*OPERATORS, "Identity", "DSU")]


@pytest.mark.parametrize("name", LOWERED)
@np.errstate(all="ignore")
def test_values_and_smoothness(name: str) -> None:
    graph, value = graph_of(name)
    expression = resolve(name).expression
    expected = numpy_function(expression)(POINTS)
    known = np.isfinite(expected)
    assert known.sum() > 10
    # A piece cut off at its end may be a limit; nodes that are discontinuous may take sides with a rounding error.
    assert np.allclose(computed(graph, value)[known], expected[known], rtol=1e-9, atol=1e-9)
    sides = [(j.left.value, j.value, j.right.value) for j in normal_form(expression).junctions]
    continuous = all(None not in s and max(s) - min(s) < 1e-12 for s in sides)
    assert (inferred(graph).smoothness.name != "DISCONTINUOUS") == continuous


@pytest.mark.parametrize("name", OPERATORS)
def test_one_operator_where_there_is_one(name: str) -> None:
    graph, _ = graph_of(name)
    assert [node.op for node in graph.nodes] == [OPERATORS[name][0], "sum"]


@pytest.mark.parametrize(
    ("text", "op"),
    [
        ("relu", "relu"),
        ("max(x, 0)", "relu"),
        ("torch.nn.SiLU", "silu"),
        ("F.gelu", "gelu"),
        ("tanh", "tanh"),
    ],
)
def test_spellings(text: str, op: str) -> None:
    assert graph_of(text)[0].nodes[0].op == op


def test_a_singularity_that_could_be_removed_is_not() -> None:
    with pytest.raises(Reject, match="may be 0 where it divides"):
        inferred(graph_of("DSU")[0])


def test_textbook_softplus_is_analytic() -> None:
    assert inferred(graph_of("softplus")[0]).smoothness.name == "ANALYTIC"


def test_shared_terms_are_lowered_once() -> None:
    graph, _ = graph_of("tanh(x)*exp(tanh(x)) + tanh(x)")
    assert [node.op for node in graph.nodes].count("tanh") == 1


def test_irrational_constants_are_inputs_in_narrow_ranges() -> None:
    graph, _ = graph_of("sin(pi*x) + pi*x*sqrt(2)")
    constants = [i for i in graph.inputs if i.role == "constant"]
    assert [i.name for i in constants] == ["constant:pi", "constant:sqrt_2_"]
    for entry, value in zip(constants, (math.pi, math.sqrt(2)), strict=True):
        assert entry.low is not None
        assert entry.high is not None
        assert 0 < entry.high - entry.low < Fraction(1, 10**20)
        assert abs(float(entry.low) - value) < 1e-15


def test_identity_is_the_input() -> None:
    b = Builder()
    x = b.parameter("x", [2])
    assert activate(b, x, "identity") == x


@pytest.mark.parametrize("text", ["3", "pi", "x > 0", "piecewise((x, x > 0))"])
def test_no_activations(text: str) -> None:
    with pytest.raises(ArchitectureError):
        graph_of(text)


def test_unknown_names() -> None:
    with pytest.raises(UnknownActivationError, match="did you mean"):
        graph_of("gelutanhh")
