"""Hessians of graphs with one operator of each kind: enclosures by the checker's tape against PyTorch's."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import prod
from types import SimpleNamespace
from typing import Any

import pytest
from flint import fmpq

from invexcheck.architectures.graph import Architecture
from invexcheck.errors import Reject
from invexcheck.hessians.lowering import LOWERINGS, tape_of
from invexcheck.hessians.numbers import Balls
from invexcheck.hessians.selections import selections
from invexcheck.limits import Budget, Limits
from invexproof.architectures.graph import Input, Node

torch = pytest.importorskip("torch", reason="PyTorch computes the Hessians")

from tests.architectures.checking import inferred  # noqa: E402
from tests.architectures.evaluating import OPERATORS, literal, plain  # noqa: E402

Shape = tuple[int, ...]
Argument = Any  # (shape,): trained; (shape, kind, entries): data; a literal; None
X, M, V, IMAGE, LINE = ((2, 3),), ((3, 2),), ((3,),), ((1, 2, 3, 3),), ((2, 2, 5),)
HALF = "1/2"
COSTS = ((3,), "real", [Fraction(1), Fraction(1, 2), Fraction(3)])
DEFAULTS = {"reduction": "mean", "mode": "constant", "include_padding": True}


def whole(shape: Shape, entries: Sequence[int], kind: str = "integer") -> Argument:
    return shape, kind, [Fraction(n) for n in entries]


POOL = {"stride": [2, 1], "padding": [1, 0], "dilation": [1, 1]}
CASES: list[tuple[str, list[Argument], dict[str, Any]]] = [
    *(
        (op, [X], {})
        for op in ("negate", "square", "exp", "expm1", "sigmoid", "tanh", "sin", "cos", "tan", "atan", "sinh")
    ),
    *(
        (op, [X], {})
        for op in ("cosh", "asinh", "erf", "erfc", "log_sigmoid", "tanhshrink", "silu", "mish", "gelu")
    ),
    *((op, [X], {}) for op in ("relu", "leaky_relu", "absolute", "hard_tanh", "hard_sigmoid", "hard_swish")),
    ("gelu", [X], {"approximate": True}),
    ("leaky_relu", [X], {"slope": "-2/5"}),
    ("hard_tanh", [X], {"low": "-1/3", "high": "1/4"}),
    ("elu", [X], {}),
    ("elu", [X], {"alpha": "3/2", "scale": "4/3", "input_scale": HALF}),
    ("celu", [X], {"alpha": "3/2"}),
    ("softplus", [X], {"beta": "3/2", "threshold": None}),
    ("power_of", [X], {"exponent": "3"}),
    ("power_of", [X], {"exponent": "0"}),
    *((op, [X, X], {}) for op in ("add", "subtract", "multiply", "maximum", "minimum")),
    *((op, [X, V], {}) for op in ("add", "subtract", "multiply", "maximum", "minimum")),
    ("multiply", [V, X], {}),
    ("maximum", [X, "1/7"], {}),
    ("divide", [X, ((3,), "real", [Fraction(2), Fraction(-1, 3), Fraction(5)])], {}),
    ("clamp", [X], {"low": "-1/5"}),
    ("clamp", [X], {"high": "1/5"}),
    ("clamp", [X], {"low": "-1/5", "high": "1/5"}),
    ("prelu", [X, ((1,),)], {}),
    ("prelu", [X, V], {}),
    ("prelu", [((1, 2, 2),), ((2,),)], {}),
    ("where", [whole((2, 3), [0, 1, 1, 0, 1, 0], "boolean"), X, V], {}),
    ("where", [whole((3,), [0, 1, 1], "boolean"), X, "2/3"], {}),
    ("reshape", [X], {"shape": [3, 2]}),
    ("transpose", [IMAGE], {"axes": [2, 0, 3, 1]}),
    ("expand", [((1, 3),)], {"shape": [2, 2, 3]}),
    ("slice", [LINE], {"axis": 2, "start": 1, "stop": 5, "step": 2}),
    ("concatenate", [X, ((2, 2),), X], {"axis": 1}),
    ("concatenate", [X, ((1, 3),)], {"axis": 0}),
    *(
        ("pad", [LINE], {"before": [0, 1, 2], "after": [0, 0, 1], "mode": mode, **more})
        for mode, more in (
            ("constant", {}),
            ("constant", {"value": "3/4"}),
            ("replicate", {}),
            ("circular", {}),
        )
    ),
    ("pad", [LINE], {"before": [0, 1, 2], "after": [0, 0, 4], "mode": "reflect"}),
    ("flip", [LINE], {"axes": [0, 2]}),
    ("take", [X, whole((2, 2), [2, 0, 1, 2])], {"axis": 1}),
    ("take", [M, whole((4,), [2, 0, 0, 1])], {"axis": 0}),
    ("take_along", [X, whole((2, 2), [2, 0, 1, 1])], {"axis": 1}),
    ("windows", [LINE], {"axis": 2, "size": 3, "step": 2}),
    ("windows", [LINE], {"axis": 1, "size": 2, "step": 1}),
    ("matmul", [X, M], {}),
    ("matmul", [X, V], {}),
    ("matmul", [((2, 1, 2, 3),), ((2, 3, 2),)], {}),
    ("linear", [X, ((2, 3),), ((2,),)], {}),
    ("linear", [LINE, ((2, 5),), None], {}),
    ("einsum", [X, M], {"equation": "ij,jk->ki"}),
    ("einsum", [X, X, V], {"equation": "ij,ij,j->i"}),
    ("einsum", [((2, 2),)], {"equation": "ij->"}),
    (
        "convolution",
        [IMAGE, ((2, 2, 2, 2),), ((2,),)],
        {"stride": [1, 1], "padding": [0, 0], "dilation": [1, 1]},
    ),
    ("convolution", [IMAGE, ((4, 1, 2, 2),), None], {**POOL, "groups": 2}),
    ("convolution", [LINE, ((1, 2, 2),), None], {"stride": [1], "padding": [1], "dilation": [3]}),
    ("sum", [LINE], {"axes": [0, 2]}),
    ("mean", [LINE], {"axes": [1], "keep": True}),
    ("variance", [LINE], {"axes": [0, 2]}),
    ("variance", [LINE], {"axes": [2], "correction": 0, "keep": True}),
    ("product", [X], {"axes": [1]}),
    ("product", [LINE], {"axes": [0, 2], "keep": True}),
    ("cumulative_sum", [LINE], {"axis": 1}),
    ("cumulative_sum", [X], {"axis": 1}),
    ("triangle", [LINE], {}),
    ("triangle", [X], {"upper": True, "diagonal": 1}),
    ("triangle", [X], {"diagonal": -1}),
    ("squared_norm", [X, V], {}),
    ("average_pool", [IMAGE], {"kernel": [2, 2], "stride": [1, 1], "padding": [0, 0]}),
    (
        "average_pool",
        [IMAGE],
        {"kernel": [2, 2], "stride": [2, 1], "padding": [1, 1], "include_padding": False},
    ),
    (
        "average_pool",
        [IMAGE],
        {"kernel": [2, 2], "stride": [2, 1], "padding": [1, 1], "include_padding": True},
    ),
    ("adaptive_average_pool", [IMAGE], {"size": [2, 2]}),
    ("adaptive_average_pool", [LINE], {"size": [3]}),
    ("max", [X], {"axes": [0]}),
    ("min", [X], {"axes": [0, 1], "keep": True}),
    ("max_pool", [((1, 1, 3, 3),)], {"kernel": [2, 2], **POOL}),
    ("layer_norm", [LINE, ((2, 5),), ((2, 5),)], {"epsilon": "1/10", "axes": 2}),
    ("layer_norm", [X, None, None], {"epsilon": "1/10", "axes": 1}),
    ("rms_norm", [X, V], {"epsilon": "1/10", "axes": 1}),
    ("group_norm", [((2, 4, 2),), ((4,),), ((4,),)], {"epsilon": "1/10", "groups": 2}),
    ("batch_norm", [LINE, ((2,),), ((2,),), None, None], {"epsilon": "1/10"}),
    (
        "batch_norm",
        [
            LINE,
            ((2,),),
            None,
            ((2,), "real", [Fraction(1), Fraction(-2)]),
            ((2,), "real", [Fraction(1, 3), Fraction(2)]),
        ],
        {"epsilon": "1/10"},
    ),
    ("softmax", [LINE], {"axis": 1}),
    ("log_softmax", [X], {"axis": 1}),
    ("logsumexp", [LINE], {"axes": [0, 2]}),
    ("logsumexp", [X], {"axes": [1], "keep": True}),
    ("attention", [((1, 2, 3),), ((1, 2, 3),), ((1, 2, 2),), None, None], {}),
    ("attention", [((2, 2),), ((3, 2),), ((3, 2),), None, None], {"scale": "2/7"}),
    ("attention", [((1, 3, 2),), ((1, 3, 2),), ((1, 3, 2),), None, None], {"causal": True}),
    ("attention", [((2, 2),), ((3, 2),), ((3, 2),), None, None], {"causal": True}),
    *(
        (op, [X, X], {"reduction": r})
        for op in ("mean_squared_error", "absolute_error")
        for r in ("mean", "sum")
    ),
    *((op, [X, X], {}) for op in ("huber", "smooth_absolute_error")),
    ("huber", [X, X], {"delta": "1/4", "reduction": "sum"}),
    ("smooth_absolute_error", [X, X], {"beta": "1/4"}),
    ("binary_cross_entropy_with_logits", [X, X, None, None], {}),
    ("binary_cross_entropy_with_logits", [X, X, COSTS, COSTS], {"reduction": "sum"}),
    *(
        (
            "cross_entropy",
            [X, whole((2,), labels), weights],
            {"reduction": r, **more},
        )
        for labels in ([0, 2], [1, 1])
        for weights in (None, COSTS)
        for r in ("mean", "sum")
        for more in ({}, {"smoothing": "1/5"}, {"ignore": 2}, {"ignore": 2, "smoothing": "1/5"})
    ),
    ("cross_entropy", [((2, 3, 2),), whole((2, 2), [0, 2, -1, 1]), None], {"ignore": -1}),
    ("cross_entropy", [((2, 3, 2),), whole((2, 2), [0, 2, -1, 1]), None], {"ignore": -1, "smoothing": "1/3"}),
    ("cross_entropy", [V, whole((), [1]), None], {}),
    *(
        ("cross_entropy", [X, ((2, 3), "real", [Fraction(n, 3) for n in (1, -1, 4, 0, 2, 2)]), weights], more)
        for weights in (None, COSTS)
        for more in ({}, {"smoothing": "1/5", "reduction": "sum"})
    ),
    *(
        ("negative_log_likelihood", [X, whole((2,), [0, 2]), weights], more)
        for weights in (None, COSTS)
        for more in ({}, {"reduction": "sum"}, {"ignore": 2})
    ),
]
POSITIVE: list[tuple[str, list[Argument], dict[str, Any]]] = [
    *((op, [X], {}) for op in ("log", "log1p", "sqrt", "rsqrt", "reciprocal")),
    ("power", [X, X], {}),
    ("power", [X, V], {}),
    *(("power_of", [X], {"exponent": q}) for q in ("-2", "-1/2", "3/2", "5/3", "-4/7")),
    ("divide", [X, X], {}),
]
"""Of positive arguments."""


def problem(
    op: str, arguments: Sequence[Argument], attributes: Mapping[str, Any], positive: bool, seed: int
) -> Any:
    """``sum(c y + y^2)`` of what the operator makes of squashed parameters: inputs, nodes and values of inputs."""
    r = random.Random(seed)
    inputs: list[list[Any]] = []
    values: list[list[Fraction]] = []
    nodes: list[list[Any]] = []
    for k, argument in enumerate(arguments):
        if isinstance(argument, tuple):
            kind, given = ("real", None) if len(argument) == 1 else argument[1:]
            role = "parameter" if given is None else "data"
            inputs.append([role, kind, list(argument[0]), f"a{k}"])
            values.append(given or [Fraction(r.randint(-40, 40), 19) for _ in range(prod(argument[0]))])
    number = 0
    made: list[Any] = []
    for argument in arguments:
        if not isinstance(argument, tuple):
            made.append(argument)
            continue
        made.append(number)
        if len(argument) == 1:
            nodes.append(["sin", [number]])
            made[-1] = len(inputs) + 1 + len(nodes) - 1
            if positive:
                nodes.append(["exp", [made[-1]]])
                made[-1] += 1
        number += 1
    first = len(inputs) + 1  # the factors c are the last input
    named = {key: value for key, value in attributes.items() if key not in DEFAULTS or DEFAULTS[key] != value}
    nodes.append([op, made, named] if named else [op, made])
    return inputs, nodes, values, first, r


def finished(
    op: str, arguments: Sequence[Argument], attributes: Mapping[str, Any], positive: bool, seed: int
) -> Any:
    """The graph as the checker reads it, as PyTorch runs it, and the values of its inputs."""
    inputs, nodes, values, first, r = problem(op, arguments, attributes, positive, seed)
    inputs.append(["data", "real", [], "c"])
    values.append([Fraction(r.randint(1, 9), 4)])
    result = first + len(nodes) - 1
    nodes += [
        ["multiply", [result, len(inputs) - 1]],
        ["multiply", [result, result]],
        ["add", [result + 1, result + 2]],
    ]
    shape = _shape(inputs, nodes)
    if shape:
        nodes.append(["sum", [result + 3], {"axes": list(range(len(shape)))}])
    subject = {"inputs": inputs, "nodes": nodes}
    architecture = inferred(SimpleNamespace(to_subject=lambda: subject))  # type: ignore[arg-type]
    graph = SimpleNamespace(
        inputs=[Input.from_row(i) for i in inputs], nodes=[Node.from_row(n) for n in nodes]
    )
    return architecture, graph, values


def _shape(inputs: list[Any], nodes: list[Any]) -> Shape:
    """Of the last node."""
    reduced = [*nodes, ["squared_norm", [len(inputs) + len(nodes) - 1]]]
    whole_graph = SimpleNamespace(to_subject=lambda: {"inputs": inputs, "nodes": reduced})
    return inferred(whole_graph).values[-2].shape  # type: ignore[arg-type]


TWICE = {
    **OPERATORS,
    "hard_sigmoid": lambda x: (x / 6 + 0.5).clamp(0, 1),
    "hard_swish": lambda x: x * (x / 6 + 0.5).clamp(0, 1),
}
"""PyTorch has no second derivative of its own forms of these."""


def loss_of(graph: Any, given: Mapping[str, Any]) -> Any:
    values = [given[line.name] for line in graph.inputs]
    for node in graph.nodes:
        arguments = [values[a] if type(a) is int else literal(a) for a in node.arguments]
        named = {key: plain(value) for key, value in node.attributes.items()}
        values.append(TWICE[node.op](*arguments, **named))
    return values[-1]


def by_torch(graph: Any, values: Sequence[Sequence[Fraction]]) -> tuple[float, Any]:
    """The loss, and its Hessian by all parameters."""
    kinds = {"real": torch.float64, "integer": torch.int64, "boolean": torch.bool}
    given = {
        line.name: torch.tensor([float(q) for q in entries], dtype=torch.float64)
        .reshape(line.shape)
        .to(kinds[line.kind])
        for line, entries in zip(graph.inputs, values, strict=True)
    }
    trained = [line for line in graph.inputs if line.role == "parameter"]

    def loss(theta: Any) -> Any:
        parts = torch.split(theta, [prod(line.shape) for line in trained])
        named = {line.name: part.reshape(line.shape) for line, part in zip(trained, parts, strict=True)}
        return loss_of(graph, {**given, **named})

    start = torch.cat([given[line.name].reshape(-1) for line in trained])
    return float(loss(start)), torch.autograd.functional.hessian(loss, start)


def by_tape(architecture: Architecture, values: Sequence[Sequence[Fraction]], choose: Any) -> tuple[Any, Any]:
    exact = [[fmpq(q.numerator, q.denominator) for q in entries] for entries in values]
    data = {
        k: e
        for k, (e, line) in enumerate(zip(exact, architecture.inputs, strict=True))
        if line.role != "parameter"
    }
    point = [e for e, line in zip(exact, architecture.inputs, strict=True) if line.role == "parameter"]
    tape = tape_of(architecture, data, point, Balls, choose, Budget(Limits()))
    return tape.values[-1][0], tape.hessian()


def close(a: Any, b: float) -> bool:
    return abs(float(a.mid()) - b) <= 1e-7 * max(1.0, abs(b)) and float(a.rad()) < 1e-9


def check(
    op: str, arguments: Sequence[Argument], attributes: Mapping[str, Any], positive: bool, seed: int
) -> None:
    architecture, graph, values = finished(op, arguments, attributes, positive, seed)
    value, hessian = by_torch(graph, values)
    try:
        found = [by_tape(architecture, values, lambda _: None)]
    except Reject:  # a greatest entry: one of the selections is the loss near the point
        found = [by_tape(architecture, values, _handed(c)) for c in selections_of(architecture, values)]
        found = [pair for pair in found if close(pair[0], value)]
    assert any(
        close(v, value)
        and all(
            close(a, b) for x, y in zip(h, hessian.tolist(), strict=True) for a, b in zip(x, y, strict=True)
        )
        for v, h in found
    )


def _handed(choices: Sequence[int]) -> Any:
    following = iter(choices)
    return lambda _: next(following)


def selections_of(architecture: Architecture, values: Any) -> Any:
    """The choices that make up each selection."""
    given = {
        k: tuple(fmpq(q.numerator, q.denominator) for q in entries)
        for k, (entries, line) in enumerate(zip(values, architecture.inputs, strict=True))
        if line.role != "parameter"
    }
    return [c for c in selections(replace(architecture, data=given), Budget(Limits())) if c is not None]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{len(case[1])}")
def test_hessians_are_those_of_torch(case: tuple[str, list[Argument], dict[str, Any]]) -> None:
    check(*case, positive=False, seed=7)


@pytest.mark.parametrize("case", POSITIVE, ids=lambda case: case[0])
def test_hessians_are_those_of_torch_for_positive_arguments(
    case: tuple[str, list[Argument], dict[str, Any]],
) -> None:
    check(*case, positive=True, seed=8)


def test_every_operator_with_a_hessian_is_compared() -> None:
    assert {case[0] for case in (*CASES, *POSITIVE)} == LOWERINGS.keys()
