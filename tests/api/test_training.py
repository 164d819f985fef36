"""prove_training and check in Python: what may be given, what comes back, and that nothing is taken on trust."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import invexproof
from invexproof import check, prove_training
from invexproof.architectures.builder import Builder
from invexproof.architectures.differences import difference
from invexproof.architectures.freezing import as_model, frozen
from invexproof.architectures.graph import Graph
from invexproof.architectures.reference import MLP, read_reference
from invexproof.architectures.yaml_files import training_of_yaml
from invexproof.errors import InvexproofError
from invexproof.training_questions import TrainingResult
from invexproof.training_settings import Settings, settings
from invexproof.training_subjects import training_target


def small(width: int = 3, activation: str = "tanh", batch: int = 4, name: str = "hidden") -> Graph:
    """The squared error of a fully connected network with two inputs and one hidden layer."""
    b = Builder()
    x = b.data("x", [batch, 2])
    hidden = b.node(
        "linear", x, b.parameter(f"{name}.weight", [width, 2]), b.parameter(f"{name}.bias", [width])
    )
    y = b.node("linear", b.node(activation, hidden), b.parameter("head.weight", [1, width]), None)
    return b.finish(b.node("mean_squared_error", y, b.data("target", [batch, 1])))


def test_a_result_says_what_was_asked_and_what_is_verified(tmp_path: Path) -> None:
    path = tmp_path / "a.cert.json.gz"
    result = prove_training(small(), optimizer="adam", start="zero", out=path)
    assert isinstance(result, TrainingResult)
    assert (result.verdict, result.optimizer, result.start, result.step) == (
        "proved",
        "adam",
        "zero",
        "almost-every",
    )
    assert "from a state of zeros" in result.statement
    assert result.path == path
    assert result.exit_code == 0
    assert check(path, against=small()).status == "VALID"
    assert result.to_json()["optimizer"] == "adam"
    assert "prove_training" in invexproof.__all__


@pytest.mark.parametrize(
    ("subject", "given"),
    [
        (small(), {}),
        (as_model(small()), {"loss": "own"}),
        (MLP(sizes=(2, 3, 1), bias=True), {"loss": "l1"}),
        (read_reference("mlp:2x3x1"), {}),
        (training_of_yaml("mlp: [2, 3, 1]"), {}),
        ("mlp:2x3x1", {"loss": "huber:delta=1/2", "l2": Fraction(1, 10)}),
    ],
    ids=["graph", "model", "architecture", "reference", "yaml", "text"],
)
def test_subjects(subject: Any, given: dict[str, Any]) -> None:
    result = prove_training(subject, **given)
    assert result.verdict == "proved"
    assert result.certificate is not None
    assert check(result.certificate, against=subject, **given).status == "VALID"
    assert check(result.certificate, against=small(width=7)).status == "INVALID"


def test_refuted_undecided_and_the_other_claim() -> None:
    graph = small(activation="relu")
    assert prove_training(graph, optimizer="projection").verdict == "refuted"
    result = prove_training(graph, optimizer="adam", start="zero", step="almost-every")
    assert (result.verdict, result.certificate) == ("undecided", None)
    assert "open problem" in result.reason
    assert prove_training(graph, optimizer="adam", start="zero").step == "almost-every-sequence"  # type: ignore[attr-defined]
    claim = prove_training(graph, claim="paa")
    assert (claim.verdict, claim.optimizer) == ("proved", "")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("step", "activation", "verdict", "said"),
    [
        (None, "tanh", "proved", "every"),
        ("every", "tanh", "proved", "every"),
        ("0.1", "tanh", "proved", "1/10"),
        (0.1, "tanh", "proved", "1/10"),
        (Fraction(2, 4), "tanh", "proved", "1/2"),
        (3, "tanh", "proved", "3"),
        ("every", "sin", "undecided", "every"),
        (None, "sin", "proved", "almost-every"),
    ],
)
def test_step_sizes(step: Any, activation: str, verdict: str, said: str) -> None:
    result = prove_training(small(activation=activation), step=step)
    assert (result.verdict, result.step) == (verdict, said)  # type: ignore[attr-defined]


def test_the_bad_step_size_of_rectified_units() -> None:
    problem = "mlp:2x3x1,activation=relu"
    result = prove_training(problem, "mse")
    assert (result.verdict, result.step) == ("proved", "all-but")  # type: ignore[attr-defined]
    assert "every real step size eta but 1/2," in result.statement
    assert result.certificate is not None
    assert result.certificate["claim"]["except"] == ["1/2"]
    assert prove_training(problem, "mse", step="1/2").verdict == "refuted"
    assert prove_training(problem, "mse", step="1/3").verdict == "proved"
    assert "1/2 is bad" in prove_training(problem, "mse", step="every").reason


@pytest.mark.parametrize(
    "given",
    [
        {"optimizer": "adan"},
        {"step": 0},
        {"step": -0.5},
        {"step": float("nan")},
        {"step": float("inf")},
        {"step": "1/0"},
        {"claim": "invex"},
        {"start": "zero"},
        {"step": "sometimes"},
        {"loss": "mse"},
        {"l2": -1},
        {"mode": "evaluation"},
        {"semantics": "literal"},
        {"inputs": (4, 2)},
        {"parameters": "nosuch*"},
    ],
    ids=str,
)
def test_what_makes_no_sense_raises(given: dict[str, Any]) -> None:
    with pytest.raises(InvexproofError):
        prove_training(small(), **given)


@pytest.mark.parametrize("subject", ["nosuch", "mlp:2x0", 3, None, ["mlp"]])
def test_what_is_no_training_problem_raises(subject: Any) -> None:
    with pytest.raises(InvexproofError):
        prove_training(subject)


# -- settings ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inputs", "text"),
    [
        ((8, 3), "8x3"),
        ("8x3:int64", "8x3:int64"),
        ({"ids": "8x3:long", "mask": (8, 3)}, "ids=8x3:int64,mask=8x3"),
        ({"t": "scalar"}, "t=scalar"),
        (None, None),
    ],
)
def test_inputs_as_texts(inputs: Any, text: str | None) -> None:
    assert settings(inputs=inputs).inputs == text


def test_settings_survive_the_provenance() -> None:
    given = settings("mse", "8x3", 0, "1/10", "eval", "textbook", ["a.*", "!a.b"])
    assert Settings.from_json(given.to_json()) == given
    assert Settings.from_json({"loss": 3, "parameters": [1], "l2": None}) == Settings()
    assert settings("l1").over(given).loss == "l1"
    assert settings("l1").over(given).inputs == "8x3"


# -- freezing ------------------------------------------------------------------------------------------------


def test_frozen_parameters_become_constants_and_what_depends_on_them_alone_is_cut() -> None:
    graph = frozen(small(), ["head.*"])
    assert [i.name for i in graph.parameters] == ["head.weight"]
    assert [node.op for node in graph.nodes] == ["linear", "mean_squared_error"]
    assert [i.role for i in graph.inputs if i.shape == (4, 3)] == ["constant"]
    biases = frozen(small(), ["!*.weight"])
    assert [i.name for i in biases.parameters] == ["hidden.bias"]
    assert frozen(small(), ["*"]).same_as(small())


def test_the_penalty_is_of_what_is_trained() -> None:
    target = training_target(small(), settings(l2=1, parameters="head.*"))
    [penalty] = [node for node in target.graph.nodes if node.op == "squared_norm"]
    assert [target.graph.inputs[v].name for v in penalty.values] == ["head.weight"]


# -- differences ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (small(name="other"), ""),
        (small(activation="relu"), "node 1 is tanh here, relu there"),
        (
            small(width=5, name="other"),
            "hidden.weight (other.weight there) has the shape [3, 2] here, [5, 2] there",
        ),
        (small(batch=8), "x has the shape [4, 2] here, [8, 2] there (in node 0, linear)"),
        (
            frozen(small(), ["!hidden.bias"]),
            "hidden.bias is trained or given as parameter here, constant there",
        ),
    ],
)
def test_the_first_difference_in_words(other: Graph, words: str) -> None:
    assert difference(small(), other).startswith(words)
    assert bool(difference(small(), other)) is not small().same_as(other)


def variants() -> list[Graph]:
    """Graphs that differ in one place each: attributes, arguments, literals, ranges, unused parameters."""
    graphs = []
    for axes, order, literal, low, idle in [
        ([0, 1], 0, "1/2", 0, False),
        ([0], 0, "1/2", 0, False),
        ([0, 1], 1, "1/2", 0, False),
        ([0, 1], 0, "1/3", 0, False),
        ([0, 1], 0, "1/2", None, False),
        ([0, 1], 0, "1/2", 0, True),
    ]:
        b = Builder()
        w, x = b.parameter("w", [4]), b.data("x", [3, 4], low=low)
        if idle:
            b.parameter("idle", [2])
        pair = [w, x] if order else [x, w]
        y = b.node("subtract", b.node("multiply", x, w), b.node("subtract", *pair))
        total = b.node("mean", b.node("multiply", y, Fraction(literal)), axes=axes)
        loss = total if len(axes) == 2 else b.node("mean", total, axes=[0])
        graphs.append(b.finish(loss))
    return graphs


def test_a_difference_is_found_wherever_there_is_one() -> None:
    graphs = variants()
    for i, one in enumerate(graphs):
        for j, other in enumerate(graphs):
            assert bool(difference(one, other)) is (i != j)
            assert one.same_as(other) is (i == j)
