"""Explanations of step sizes on given data: what each witness shows is what independent computations show."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from invexproof.provers.training import prove_training
from invexproof.reports import explain, hessian_plots, replay, training_plots
from invexproof.reports.hessian_facts import Spectra, spectra
from invexproof.reports.hessian_sections import COLUMNS, axis_of, spans
from tests.reports.test_training import TRAINING, subject, told

Json = dict[str, Any]
X = [["1", "2"], ["-1", "1/2"], ["3", "0"], ["1/4", "-2"]]
Y = ["1", "0", "-2", "1/2"]
NONSINGULAR = "training.gd-nonsingular"


def network(activation: str | None, hidden: int = 2) -> Json:
    """Two layers without biases under a squared error, or one, on four given examples."""
    inputs: list[Any] = [["data", "real", [4, 2], "x"], ["data", "real", [4, 1], "y"]]
    if activation is None:
        nodes: list[Any] = [["linear", [0, 2, None]], ["mean_squared_error", [3, 1]]]
        shapes = [[1, 2]]
    else:
        shapes = [[hidden, 2], [1, hidden]]
        nodes = [
            ["linear", [0, 2, None]], [activation, [4]], ["linear", [5, 3, None]], ["mean_squared_error", [6, 1]],
        ]  # fmt: skip
    inputs += [["parameter", "real", shape, f"w{k}"] for k, shape in enumerate(shapes)]
    return subject(inputs, *nodes) | {"values": {"x": [v for row in X for v in row], "y": Y}}


def certificate(graph: Json, step: str, *, saddles: bool = False) -> Json:
    kind = "training.avoids-strict-saddles" if saddles else NONSINGULAR
    document = prove_training(graph, kind, "gd", "density", step).document
    assert document is not None
    return document


def seen(document: Json) -> Spectra:
    found = spectra(replay(document))
    assert found is not None
    return found


def moments() -> tuple[Any, Any]:
    x = np.array([[float(Fraction(v)) for v in row] for row in X])
    return x, np.array([float(Fraction(v)) for v in Y])


def test_zeros_of_a_linear_regression_are_those_of_its_gram_matrix_and_all_bad() -> None:
    x, _ = moments()
    expected = np.sort(1 / np.linalg.eigvalsh(2 / 4 * x.T @ x))
    document = certificate(network(None), "all-but")
    found = seen(document)
    (sight,) = found.sights
    assert found.bad
    assert sight.roots == pytest.approx(expected)
    assert [float(size.low) for size in sight.left or ()] == pytest.approx(list(expected))
    text = told(document)
    assert "these are bad: L is quadratic" in text
    assert "left out" in text


def test_zeros_at_the_origin_are_those_of_the_correlation_of_data_and_targets() -> None:
    """Near 0 the loss of a tanh network of two layers is a constant minus 2 a·(mean of y·x)·W."""
    x, y = moments()
    size = 1 / (2 * np.linalg.norm(y @ x / 4))
    document = certificate(network("tanh"), "every")
    if document["proof"]["step"]["rule"] != "hessian-witnesses":
        document["proof"]["step"] = {"rule": "hessian-witnesses", "witnesses": witnesses()}
    found = seen(document)
    first, *others = found.sights
    assert first.place == "θ = 0"
    assert first.roots == pytest.approx((-size, size))
    assert [float(s.low) for s in first.left or ()] == pytest.approx([-size, size])
    assert others[-1].left == ()
    assert len(others[-1].roots or ()) > 2
    assert not found.bad
    text = told(document, form="markdown")
    assert "| θ = 0 | exactly | 2, 1 of them negative | 2 step sizes: −" in text
    assert "no step size of the claim is bad" in text


def witnesses() -> list[Json]:
    return [{"at": ["0", "0"]}, {"at": [["1", "1/2", "-1", "1/3"], ["1/2", "-1"]], "bits": 64}]


def test_choices_of_pieces_are_counted() -> None:
    """Of one rectified unit and four examples: in pieces where it lets nothing through, the Hessian is 0."""
    document = certificate(network("relu", 1), "every")
    document["claim"]["step"] = "1/7"
    point = {"at": [["1", "1/2"], ["3/2"]], "bits": 64}
    document["proof"]["step"] = {"rule": "hessian-witnesses", "witnesses": [{"at": ["0", "0"]}, point]}
    found = seen(document)
    assert found.choices == found.seen == 2**4
    assert "16 choices of formulas" in told(document)
    assert found.sights[-1].left == ()


def test_choices_that_do_not_occur_are_told_with_their_reason() -> None:
    """Four points on a line and a unit with a bias: it is on for the first ones, or for the last ones."""
    graph = subject(
        [
            ["data", "real", [4, 1], "x"], ["parameter", "real", [1, 1], "w"], ["parameter", "real", [1], "b"],
            ["data", "real", [4, 1], "y"],
        ],
        ["linear", [0, 1, 2]], ["relu", [4]], ["mean_squared_error", [5, 3]],
    ) | {"values": {"x": ["1", "2", "3", "5"], "y": Y}}  # fmt: skip
    document = certificate(graph, "all-but")
    found = seen(document)
    assert found.choices == 2 * 4
    (sight,) = found.sights
    x = np.array([[1.0, 1], [2, 1], [3, 1], [5, 1]])
    on = [x[:k] for k in range(1, 5)] + [x[k:] for k in range(1, 4)]
    values = np.concatenate([np.linalg.eigvalsh(2 / 4 * part.T @ part) for part in on])
    expected = np.unique(np.round(1 / values[values > 1e-9], 9))
    assert sight.roots == pytest.approx(list(expected))
    count = len(document["proof"]["step"]["conflicts"])
    assert f"is shown by {count} weighted sums" in told(document)


def test_what_there_is_to_exclude_is_told() -> None:
    texts = {step: told(certificate(network(None), step)) for step in ("all-but", "1/9")}
    assert "gives a finite list" in texts["all-but"]
    assert "finitely many numbers 1/η to exclude" in texts["1/9"]
    document = certificate(network(None), "between:0,1/100")
    document["proof"]["step"] = {"rule": "hessian-witnesses", "witnesses": [{"at": ["0"], "bits": 64}]}
    text = told(document)
    assert "(1/h)·I − H is positive definite" in text
    assert "gives a finite list" not in text


def test_a_witness_that_is_not_needed_is_said_to_be() -> None:
    document = certificate(network("tanh"), "every")
    document["proof"]["step"] = {"rule": "hessian-witnesses", "witnesses": [*witnesses(), {"at": ["0", "0"]}]}
    assert seen(document).sights[-1].roots is None
    assert "not needed" in told(document)
    assert len(hessian_plots._rows(seen(document))) == 2


def test_saddles_on_given_data_show_the_witnesses_too() -> None:
    document = certificate(network(None), "all-but", saddles=True)
    text = told(document)
    assert text.index("Why steps are non-singular") < text.index("What is bad")
    assert len(training_plots.draw(replay(document)).axes) == 2


@pytest.mark.parametrize("step", ["all-but", "1/9", "between:0,1/100"])
def test_all_of_a_claim_is_on_the_axis(step: str) -> None:
    found = replay(certificate(network(None), step))
    sizes = found.claim.sizes  # type: ignore[union-attr]
    known = spectra(found)
    assert known is not None
    axis = axis_of(known, sizes)
    assert axis is not None
    for root in known.sights[0].roots or ():
        assert 0 < axis.column(root) < COLUMNS - 1
    for low, high in spans(sizes):
        assert low <= high
        assert low == 0 or 0 < axis.column(low) <= axis.column(high) < COLUMNS
    strips = [line.split()[-1] for line in explain(found.document).splitlines() if "···" in line]
    assert len(strips) == 1 + bool(spans(sizes))
    assert {len(strip) for strip in strips} == {COLUMNS}


def test_undone_decay_says_what_becomes_constant() -> None:
    texts = {}
    for name, graph in {
        "unused": subject([["parameter", "real", [], "w"], ["parameter", "real", [2], "idle"]], ["square", [0]]),
        "unit": subject(
            [["data", "real", [4, 2], "x"], ["parameter", "real", [3, 2], "w"], ["parameter", "real", [3], "b"]],
            ["linear", [0, 1, 2]], ["relu", [3]], ["exp", [4]], ["sum", [5], {"axes": [0, 1]}],
        ),
        "weight": subject(
            [["data", "real", [4, 2], "x"], ["parameter", "real", [3, 2], "w"], ["data", "real", [4, 3], "y"]],
            ["linear", [0, 1, None]], ["cross_entropy", [3, 2, None]],
        ),
    }.items():  # fmt: skip
        claim = {"kind": NONSINGULAR, "method": "weight-decay", "negated": True, "step": "inverse-decay"}
        texts[name] = told(
            {
                "format": "invexproof-certificate/1",
                "claim": claim | {"subject": graph},
                "proof": {"step": {"rule": "undone-decay"}},
                "provenance": {},
            }
        )
    assert "L does not depend on idle" in texts["unused"]
    assert "constant below some number (relu) has a bias of its own" in texts["unit"]
    assert "if one vector is added to all rows of W" in texts["weight"]
    assert "if it is added to all entries of b" in told(TRAINING["undone-decay"])
    assert "b is head.bias" in told(TRAINING["undone-decay"])


def test_given_numbers_are_told_in_the_place_of_conditions() -> None:
    graph = subject(
        [["data", "integer", [3], "target"], ["parameter", "real", [3, 2], "w"]],
        ["cross_entropy", [1, 0, None], {"ignore": -100}],
    ) | {"values": {"target": ["0", "1", "-100"]}}  # fmt: skip
    text = told(certificate(graph, "almost-every"))
    assert "is 0, 1, −100" in text
    assert "or -100 (ignored)" not in text
    assert "Moreover" not in text
    assert "nothing is said of others" in text
    assert "chosen by looking at the past" not in text


@pytest.mark.parametrize("activation", [None, "tanh"])
def test_texts_in_the_picture_do_not_overlap(activation: str | None) -> None:
    document = certificate(network(activation), "all-but" if activation is None else "every")
    if activation:
        document["proof"]["step"] = {"rule": "hessian-witnesses", "witnesses": witnesses()}
    figure = training_plots.draw(replay(document))
    figure.draw_without_rendering()
    diagram, below = figure.axes
    texts = [*diagram.texts, *figure.texts, below.xaxis.label, below.title, *below.get_yticklabels()]
    low, high = below.get_xlim()
    ticks = zip(below.get_xticklabels(), below.get_xticks(), strict=True)
    texts += [below._left_title, *(label for label, at in ticks if low <= at <= high)]  # type: ignore[attr-defined]
    boxes = [(t.get_text(), t.get_window_extent()) for t in texts if t.get_text() and t.get_visible()]
    assert len(boxes) > 10
    for words, extent in boxes:
        assert figure.bbox.x0 <= extent.x0 <= extent.x1 <= figure.bbox.x1 + 12, words
        assert figure.bbox.y0 <= extent.y0, words
    for (a, first), (b, second) in itertools.combinations(boxes, 2):
        assert a == b or not first.overlaps(second), f"{a!r} and {b!r}"
