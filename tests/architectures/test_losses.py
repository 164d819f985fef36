"""Losses: what they add to a model, and what is said about mistakes."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from invexcheck.errors import Reject
from invexproof.architectures.builder import Builder, Model
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.graph import Graph, Input
from invexproof.architectures.losses import LOSSES, attach, read_loss
from tests.architectures.checking import inferred


def model(*shape: int) -> Model:
    """A parameter as the output; of probabilities and log-probabilities for what needs them."""
    b = Builder()
    return Model(b, {"output": b.parameter("w", shape)})


def target(graph: Graph) -> Input:
    return next(i for i in graph.inputs if i.name == "target")


@pytest.mark.parametrize("name", [n for n in LOSSES if n not in ("own", "bce-probabilities")])
@pytest.mark.parametrize("reduction", ["", ":sum"])
def test_all_losses_are_accepted_by_the_checker(name: str, reduction: str) -> None:
    graph = attach(model(4, 3), name + reduction)
    architecture = inferred(graph)
    assert not architecture.conditions
    assert architecture.smoothness.name == ("CONTINUOUS" if name in KINKED else "ANALYTIC")


KINKED = {"l1", "huber", "smooth-l1", "hinge"}


def test_probabilities() -> None:
    b = Builder()
    output = b.node("sigmoid", b.parameter("w", [4]))
    inferred(attach(Model(b, {"output": output}), "bce-probabilities"))
    with pytest.raises(Reject, match="may leave"):
        inferred(attach(model(4), "bce-probabilities"))


@pytest.mark.parametrize(
    ("loss", "row"),
    [
        ("mse", ["mean_squared_error", [0, 1]]),
        ("MSE:sum", ["mean_squared_error", [0, 1], {"reduction": "sum"}]),
        ("mse:mean", ["mean_squared_error", [0, 1]]),
        ("huber:delta=1/2", ["huber", [0, 1], {"delta": "1/2"}]),
        ("huber:delta=1", ["huber", [0, 1]]),
        ("smooth_l1:beta=0.25,sum", None),
        ("smooth_l1:sum,beta=0.25", ["smooth_absolute_error", [0, 1], {"beta": "1/4", "reduction": "sum"}]),
        ("cross-entropy", ["cross_entropy", [0, 1, None]]),
        ("cross-entropy:smoothing=0.1", ["cross_entropy", [0, 1, None], {"smoothing": "1/10"}]),
        ("cross-entropy:soft", ["cross_entropy", [0, 1, None]]),
        ("nll:ignore=-100", ["negative_log_likelihood", [0, 1, None], {"ignore": -100}]),
    ],
)
def test_nodes(loss: str, row: list[Any] | None) -> None:
    if row is None:
        with pytest.raises(ArchitectureError, match="before"):
            attach(model(4, 3), loss)
        return
    assert attach(model(4, 3), loss).nodes[-1].to_row() == row


@pytest.mark.parametrize(
    ("shape", "loss", "kind", "wanted"),
    [
        ((4, 3), "mse", "real", (4, 3)),
        ((4, 3), "cross-entropy", "integer", (4,)),
        ((4, 3), "cross-entropy:soft", "real", (4, 3)),
        ((5,), "cross-entropy", "integer", ()),
        ((4, 12, 7), "cross-entropy", "integer", (4, 12)),
        ((4, 12, 7), "cross-entropy:axis=1", "integer", (4, 7)),
        ((4, 12, 7), "cross-entropy:soft", "real", (4, 7, 12)),
        ((4, 3, 8, 8), "cross-entropy", "integer", (4, 8, 8)),
        ((4, 8, 8, 3), "cross-entropy:axis=-1", "integer", (4, 8, 8)),
    ],
)
def test_targets(shape: tuple[int, ...], loss: str, kind: str, wanted: tuple[int, ...]) -> None:
    graph = attach(model(*shape), loss)
    assert (target(graph).kind, target(graph).shape) == (kind, wanted)
    inferred(graph)


def test_labels_are_in_range() -> None:
    assert (target(attach(model(4, 3), "nll")).low, target(attach(model(4, 3), "nll")).high) == (0, 2)
    ignoring = attach(model(4, 3), "cross-entropy:ignore=-1")
    assert (target(ignoring).low, target(ignoring).high) == (-1, 2)
    assert [c.word for c in inferred(ignoring).conditions] == ["labels", "counted"]


def test_sequences_are_noted_once() -> None:
    sequence = model(4, 12, 7)
    attach(sequence, "cross-entropy")
    attach(sequence, "cross-entropy")
    attach(sequence, "cross-entropy:axis=1")
    assert len(sequence.notes) == 1
    assert "last axis" in sequence.notes[0]


def test_one_model_may_have_several_losses() -> None:
    given = model(4, 3)
    graphs = [attach(given, loss) for loss in ("mse", "l1", "mse")]
    assert [target(graph).name for graph in graphs] == ["target"] * 3
    assert graphs[0].same_as(graphs[2])
    assert not graphs[0].same_as(graphs[1])


def test_penalties_are_on_all_parameters() -> None:
    given = model(4, 3)
    given.builder.parameter("unused", [2])
    graph = attach(given, "mse", penalty=Fraction(1, 200))
    assert [node.to_row() for node in graph.nodes] == [
        ["mean_squared_error", [0, 2]],
        ["squared_norm", [0, 1]],
        ["multiply", [4, "1/200"]],
        ["add", [3, 5]],
    ]
    inferred(graph)
    with pytest.raises(ArchitectureError, match="not positive"):
        attach(given, "mse", penalty=0)


def test_outputs() -> None:
    b = Builder()
    w = b.parameter("w", [3])
    both = Model(b, {"logits": w, "loss": b.node("sum", b.node("square", w), axes=[0])})
    assert attach(both, "own", "loss").nodes[-1].op == "sum"
    assert attach(both, "mse", w).nodes[-1].op == "mean_squared_error"
    with pytest.raises(ArchitectureError, match="logits, loss"):
        attach(both, "mse")
    with pytest.raises(ArchitectureError, match="no output 'x'"):
        attach(both, "mse", "x")
    with pytest.raises(ArchitectureError, match="one number"):
        attach(both, "own", "logits")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mes", "no loss 'mes'.*did you mean mse.*cross-entropy"),
        ("", "no loss"),
        ("mse:soft", "soft.*mean, sum"),
        ("huber:delt=1", "did you mean delta"),
        ("huber:delta=x", "delta"),
        ("huber:delta=pi", "rational"),
        ("mse:delta=1", "it has none"),
        ("cross-entropy:ignore=1/2", "whole number"),
        ("huber:delta=1,delta=2", "twice"),
    ],
)
def test_texts_that_are_no_losses(text: str, message: str) -> None:
    with pytest.raises(ArchitectureError, match=message):
        read_loss(text)


@pytest.mark.parametrize(
    ("shape", "loss", "message"),
    [
        ((), "cross-entropy", "no axis of classes"),
        ((4, 3), "cross-entropy:axis=2", "no axis 2"),
        ((4, 3), "cross-entropy:smoothing=2", "smoothing"),
        ((4, 3), "huber:delta=0", "delta must be positive"),
    ],
)
def test_losses_that_do_not_fit(shape: tuple[int, ...], loss: str, message: str) -> None:
    with pytest.raises(ArchitectureError, match=message):
        attach(model(*shape), loss)
