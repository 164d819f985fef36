"""The benchmark of training problems measures what its tables say."""

from __future__ import annotations

import sys

import pytest

from benchmarks import step_sizes, training, training_models
from invexproof.architectures.graph import Graph
from invexproof.architectures.pytorch.inputs import read_inputs
from invexproof.architectures.reference import read_reference


def test_models_can_be_named_on_the_command_line() -> None:
    for model in training_models.MODELS:
        module, _, name = model.location.partition(":")
        assert getattr(sys.modules[module], name) is model.factory
        assert read_inputs(model.inputs)
    assert len({model.name for model in training_models.MODELS}) == len(training_models.MODELS)


def test_reference_architectures_are_read() -> None:
    for text in training_models.REFERENCES.values():
        assert read_reference(text).loss


def test_costs_are_fitted_by_powers_of_the_number_of_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Times are made to grow like the square of the number of nodes; that of certificates grows as it does."""
    read, sizes = training._reference, [0]

    def reference(text: str) -> Graph:
        graph = read(text)
        sizes.append(len(graph.nodes))
        return graph

    monkeypatch.setattr(training, "DEPTHS", (1, 2, 4))
    monkeypatch.setattr(training, "_reference", reference)
    monkeypatch.setattr(training, "seconds_per_call", lambda call: 1e-6 * sizes[-1] ** 2)
    *rows, last = training._linearity().rows
    assert [row[0] for row in rows] == [1, 2, 4]
    assert [row[1] for row in rows] == sizes[1:]
    assert last[2:5] == pytest.approx((2, 2, 2))
    assert last[5] == pytest.approx(1, abs=0.1)


def test_processes_that_fail_are_reported() -> None:
    assert training._process(code="pass") > 0
    with pytest.raises(RuntimeError, match="failed"):
        training._process(code="raise SystemExit(3)")


def test_the_peer_is_a_program() -> None:
    compile(training.PEER.format(number=0), "peer", "exec")


def test_step_sizes_are_measured_on_given_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_sizes, "HIDDEN", (1, 2))
    monkeypatch.setattr(step_sizes, "floating_point", lambda graph, hidden: float(hidden))
    found = step_sizes.report()
    assert [row[:2] for row in found.rows] == [("1/100", 16), ("every", 16), ("1/100", 32), ("every", 32)]
    for row in found.rows:
        assert len(row) == len(found.columns)
        assert 0 < row[3] < row[2] + 1  # type: ignore[operator]
    assert set(step_sizes.problem(1).data) == {"x", "target"}
