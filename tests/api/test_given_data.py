"""Data for claims about training: read exactly, fitted to the inputs, compared; and what does not fit is told."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invexproof import check, prove_training
from invexproof.architectures.builder import Builder
from invexproof.architectures.differences import difference
from invexproof.architectures.graph import Graph
from invexproof.architectures.reference import MLP
from invexproof.architectures.yaml_files import training_of_yaml
from invexproof.errors import InvexproofError
from invexproof.given_data.arrays import array_of, read_number
from invexproof.given_data.data import read_data
from invexproof.given_data.files import read_content, read_sizes
from invexproof.given_data.tables import read_table
from invexproof.step_texts import exceptions_text, shortened, sizes_text, undecayed_text
from invexproof.training_questions import TrainingResult
from invexproof.training_settings import settings as training_settings
from invexproof.training_subjects import training_target

X = [[1, 2], [3, 5], [0, 1]]
Y = [[1], [0], [2]]
IRIS = Path(__file__).resolve().parents[2] / "examples/data/iris.csv"


def read(subject: Any, loss: str | None = "mse", **given: Any) -> Graph:
    return training_target(subject, training_settings(loss, **given)).graph


# -- numbers -------------------------------------------------------------------------------------------------


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_the_rational_that_it_is(value: float) -> None:
    for holder in ([value], np.array([value]), (value,)):
        assert array_of("x", holder).entries == (Fraction(value),)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=6))
def test_a_decimal_text_is_what_it_says(value: Decimal) -> None:
    assert read_number(str(value)) == Fraction(value)
    assert array_of("x", [str(value), value]).entries == (Fraction(value),) * 2


@given(st.lists(st.lists(st.integers(-99, 99), min_size=3, max_size=3), min_size=1, max_size=4))
def test_lists_arrays_and_texts_are_one_array(rows: list[list[int]]) -> None:
    found = [array_of("x", value) for value in (rows, np.array(rows), np.array(rows, dtype=np.float32))]
    assert {a.shape for a in found} == {(len(rows), 3)}
    assert {a.entries for a in found} == {tuple(Fraction(n) for row in rows for n in row)}
    table = read_table("a,b,c\n" + "\n".join(",".join(map(str, row)) for row in rows), "t.csv")
    assert table.numbers("x", [0, 1, 2]).entries == found[0].entries


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([1.0, float("nan")], r"x\[1\]: nan is not finite"),
        ([[1, 2], [3, float("inf")]], r"x\[1, 1\]: inf is not finite"),
        (np.array([1.0, -np.inf]), "not finite"),
        ([Decimal("NaN")], "not finite"),
        ([[1, 2], [3]], "lengths 1, 2 at depth 2"),
        ([[1], 2], "lists and numbers beside each other"),
        (["abc"], "'abc' is no number such as 5.1"),
        (["1/0"], "no number"),
        (["1e99999"], "no number"),
        ([None], "NoneType, no real number"),
        (np.array([1 + 2j]), "complex"),
        (np.array(["2020-01-01"], dtype="datetime64[D]"), "date"),
    ],
    ids=lambda v: str(v)[:30],
)
def test_what_is_no_array_of_numbers_is_told(value: Any, message: str) -> None:
    with pytest.raises(InvexproofError, match=message):
        array_of("x", value)


@pytest.mark.torch
def test_tensors_are_exact_in_every_type() -> None:
    torch = pytest.importorskip("torch")
    for dtype in (torch.float64, torch.float32, torch.float16, torch.bfloat16):
        tensor = torch.tensor([[0.1, -2.5]], dtype=dtype, requires_grad=True)
        exact = tuple(Fraction(float(v)) for v in tensor.detach().double().reshape(-1))
        assert array_of("x", tensor).entries == exact
        assert not array_of("x", tensor).whole
    assert array_of("y", torch.tensor([1, 2])).whole
    assert array_of("m", torch.tensor([True, False])).entries == (1, 0)
    with pytest.raises(InvexproofError, match="complex"):
        array_of("x", torch.tensor([1j]))


# -- files ---------------------------------------------------------------------------------------------------


def test_one_problem_from_every_kind_of_file(tmp_path: Path) -> None:
    np.savez(tmp_path / "named.npz", x=np.array(X, dtype=float), target=np.array(Y))
    np.savez(tmp_path / "ordered.npz", np.array(X), np.array(Y))
    np.savez(tmp_path / "other.npz", X=np.array(X), y=np.array(Y)[:, 0], x_test=np.zeros((2, 2)))
    (tmp_path / "d.json").write_text(json.dumps({"X": X, "y": Y}))
    rows = [[*x, *y] for x, y in zip(X, Y, strict=True)]
    for name, mark in (("d.csv", ","), ("semi.csv", ";"), ("d.tsv", "\t")):
        lines = [mark.join(map(str, row)) for row in (["a", "b", "c"], *rows)]
        (tmp_path / name).write_text("\ufeff" + "\n".join(lines) + "\n\n", encoding="utf-8")
    expected = read("mlp:2x3x1", data=(X, Y))
    assert expected.inputs[0].shape == (3, 2)
    assert set(expected.data) == {"x", "target"}
    for path in tmp_path.iterdir():
        graph = read("mlp:2x3x1", data=path)
        assert difference(expected, graph) == "", path
    notes = training_target("mlp:2x3x1", training_settings("mse", data=tmp_path / "other.npz")).notes
    assert any("x_test" in note and "not used" in note for note in notes)
    assert expected.same_as(read("mlp:2x3x1", data={"x": np.array(X), "labels": Y}))
    assert expected.same_as(read(MLP(sizes=(2, 3, 1)), data=(X, Y)))
    assert expected.same_as(read(training_of_yaml("mlp: [2, 3, 1]", batch=3), data=(X, Y)))


def test_decimals_in_files_are_exact(tmp_path: Path) -> None:
    (tmp_path / "d.json").write_text('{"x": [[0.1, 1e-3]], "target": [["1/3"]]}')
    (tmp_path / "d.csv").write_text("a,b,c\n0.1,1e-3,1/3\n")
    for name in ("d.json", "d.csv"):
        data = read("mlp:2x1", data=tmp_path / name).data
        assert data == {"x": (Fraction(1, 10), Fraction(1, 1000)), "target": (Fraction(1, 3),)}


def test_columns_rows_classes_and_one_hot() -> None:
    graph = read("mlp:4x3", "cross-entropy", data=IRIS)
    assert graph.data["x"][:4] == (Fraction(51, 10), Fraction(7, 2), Fraction(7, 5), Fraction(1, 5))
    assert graph.data["target"] == tuple(Fraction(k // 50) for k in range(150))
    coded = read("mlp:4x3", data=IRIS, columns="target=one-hot:species", rows="50-51")
    assert coded.data["target"] == (1, 0, 0, 0, 1, 0)
    for columns in (["target=petal_width", "x=1-3"], ["x=sepal_length,sepal_width,3", "target=4"]):
        regression = read("mlp:3x1", data=IRIS, columns=columns, rows=(1, 2))
        assert regression.data["target"] == (Fraction(1, 5), Fraction(1, 5))
        assert regression.data["x"][3:] == (Fraction(49, 10), Fraction(3), Fraction(7, 5))
    notes = training_target("mlp:4x3", training_settings("cross-entropy", data=IRIS)).notes
    assert "classes in species: setosa is 0, versicolor is 1, virginica is 2" in notes


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "", "no data"),
        ("a.csv", "a,b\n", "no data"),
        ("a.csv", "1,2\n3,4\n", "first line has numbers"),
        ("a.csv", "a,a\n3,4\n", "two columns are called 'a'"),
        ("a.csv", "a,b\n3,4,5\n", "line 2 has 3 fields"),
        ("a.csv", "a,b,c\n1,2,3\n1,,3\n", "line 3, column b: '' is no number"),
        ("a.csv", "a,b,c\n1,nan,3\n", "column b: 'nan' is no number"),
        ("a.csv", "a,b,c\n1,2,red\n", "one-hot:COLUMN"),
        ("a.csv", "a,b\n1,2\n", r"shape \[1, 1\], and the model takes \[1, 2\]"),
        ("a.json", "{", "no JSON"),
        ("a.json", "[1]", "object of arrays"),
        ("a.json", '{"x": [[NaN, 1]], "target": [[1]]}', r"x\[0, 0\]: nan is not finite"),
        ("a.json", '{"x": [[1, 1]]}', "nothing for target .*there is x"),
        ("a.json", '{"x": [[1, 1]], "taget": [[1]]}', "nothing for target"),
        ("a.npz", "rubbish", "cannot be read"),
        ("a.txt", "1", "csv, .tsv, .json, .npz"),
    ],
)
def test_bad_files_are_told(name: str, content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(InvexproofError, match=message):
        read("mlp:2x1", data=tmp_path / name)


def test_pickles_are_not_read(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.array([[1, {}]], dtype=object), target=np.array([[1]]))
    with pytest.raises(InvexproofError, match="cannot be read"):
        read_content(tmp_path / "a.npz")


@pytest.mark.parametrize(
    ("subject", "loss", "given", "message"),
    [
        ("mlp:2x1", "mse", {"data": "none.csv"}, "no file 'none.csv'"),
        ("mlp:2x1", "mse", {"columns": "x=1"}, "--data FILE"),
        ("mlp:2x1", "mse", {"data": 3}, "not int"),
        ("mlp:2x1", "mse", {"data": (X,)}, "1 arrays, and the model 2 inputs"),
        ("mlp:3x1", "mse", {"data": (X, Y)}, r"shape \[3, 2\], and the model takes \[3, 3\]; change the sizes"),
        ("mlp:2x1,batch=8", "mse", {"data": (X, Y)}, "--rows 1-8"),
        ("mlp:2x1", "mse", {"data": (X, Y[:2])}, "as many examples"),
        ("mlp:2x3", "mse", {"data": (X, [0, 1, 2])}, "one-hot:COLUMN"),
        ("mlp:2x2", "cross-entropy", {"data": (X, [0, 1, 2])}, r"target\[2\] is 2; it is one of 0 to 1"),
        ("mlp:2x3", "cross-entropy", {"data": (X, [0, 1, -1])}, "number classes from 0"),
        ("mlp:2x3", "cross-entropy", {"data": (X, [0, 1, 0.5])}, "whole number"),
        ("mlp:2x1", "bce", {"data": (X, [0, 1, 1.5])}, "in the range 0 to 1"),
        ("mlp:2x1", "mse", {"data": (X, Y), "rows": "2-9"}, "has 3 rows"),
        ("mlp:2x1", "mse", {"data": (X, Y), "rows": "0-2"}, "counted from 1"),
        ("mlp:2x1", "mse", {"data": (X, Y), "rows": "3-2"}, "counted from 1"),
        ("mlp:2x1", "mse", {"data": {"x": X, "target": Y}, "columns": "x=z"}, "no array 'z'"),
        ("mlp:4x3", "cross-entropy", {"data": IRIS, "columns": "targt=species"}, r"did you mean target\?"),
        ("mlp:4x3", "cross-entropy", {"data": IRIS, "columns": "target=spezies"}, r"did you mean species\?"),
        ("mlp:4x3", "cross-entropy", {"data": IRIS, "columns": "target=9"}, "1 to 5"),
        ("mlp:4x3", "cross-entropy", {"data": IRIS, "columns": "target"}, "target=species"),
        ("mlp:4x3", "cross-entropy", {"data": IRIS, "columns": ["x=1", "x=2"]}, "names x twice"),
        ("mlp:4x2", "mse", {"data": IRIS, "columns": "target=one-hot:species"}, "classes are 0 to 1"),
        ("mlp:4x3", "mse", {"data": IRIS, "columns": ["target=one-hot:1,2", "x=1-4"]}, "one column has the classes"),
        ("mlp:2x3x1", "mse", {"data": (X, Y), "parameters": "!*.0.bias"}, "2 arrays, and the model 3 inputs"),
        ("mlp:2x3x1", "mse", {"data": {"x": X, "y": Y}, "parameters": "!*.0.bias"}, "layers.0.bias.*by these names"),
    ],
)  # fmt: skip
def test_data_that_do_not_fit_are_told(subject: str, loss: str, given: dict[str, Any], message: str) -> None:
    with pytest.raises(InvexproofError, match=message):
        read(subject, loss, **given)


def test_more_data_than_a_certificate_holds_are_told() -> None:
    rng = np.random.default_rng(0)
    x = rng.random((4000, 40))
    with pytest.raises(InvexproofError, match=r"MiB of exact rationals are too much.*--rows 1-100"):
        read("mlp:40x1", data=(x, x[:, :1]))
    assert read("mlp:40x1", data=(x.round(1).tolist(), x[:, :1]), rows=(1, 100)).data["x"]


def test_frozen_weights_are_given_by_name() -> None:
    given_data = {"x": X, "y": Y, "layers.0.bias": [0, "1/2", -1]}
    result = prove_training("mlp:2x3x1", "mse", data=given_data, parameters="!layers.0.bias", step="1/100")
    assert result.verdict == "proved"
    # rows are those of the data, not of weights
    part = read("mlp:2x3x1", data=given_data, parameters="!layers.0.bias", rows=(1, 2))
    assert len(part.data["x"]) == 4
    assert part.data["layers.0.bias"] == (0, Fraction(1, 2), -1)


# -- answers -------------------------------------------------------------------------------------------------


def eigenvalues() -> np.ndarray:
    """Of the Hessian of the mean squared error of a linear model with a bias on X."""
    a = np.array([[*row, 1] for row in X], dtype=float)
    return np.linalg.eigvalsh(2 / 3 * a.T @ a)


def test_exceptions_of_linear_regression_are_one_over_the_eigenvalues() -> None:
    result = prove_training("mlp:2x1", "mse", data=(X, Y))
    assert isinstance(result, TrainingResult)
    assert (result.verdict, result.step) == ("proved", "all-but")
    found = sorted(1 / eigenvalues())
    assert len(result.exceptions) == 3
    for size, ends in zip(found, result.exceptions, strict=True):
        low, high = (float(Fraction(end)) for end in (ends if isinstance(ends, list) else (ends, ends)))
        assert low - 1e-9 < size < high + 1e-9
    assert result.to_json()["exceptions"] == list(result.exceptions)
    assert result.to_json()["subject"]["data"] == "the data"
    first = result.exceptions[0]
    bad = prove_training("mlp:2x1", "mse", data=(X, Y), step=f"between:{first[0]},{first[1]}")
    assert bad.verdict == "refuted"
    assert check(bad.certificate or {}, against="mlp:2x1", data=(X, Y)).status == "VALID"
    below = prove_training("mlp:2x1", "mse", data=(X, Y), step="below")
    assert isinstance(below, TrainingResult)
    assert below.verdict == "proved"
    end = float(Fraction(below.step.rpartition(",")[2]))
    assert 0.99 * found[0] < end <= found[0]


@settings(max_examples=4, deadline=None)
@given(st.integers(1, 9), st.integers(-9, 9))
def test_the_bad_step_size_of_one_weight(x: int, y: int) -> None:
    """(w x - y)^2 has the second derivative 2 x^2."""
    given_data: dict[str, Any] = {"data": {"x": [[x]], "target": [[y]]}}
    result = prove_training("mlp:1x1,bias=false", "mse", **given_data)
    assert isinstance(result, TrainingResult)
    assert result.exceptions == (str(Fraction(1, 2 * x * x)),)
    assert (
        prove_training("mlp:1x1,bias=false", "mse", **given_data, step=Fraction(1, 2 * x * x)).verdict
        == "refuted"
    )
    assert (
        prove_training("mlp:1x1,bias=false", "mse", **given_data, step=Fraction(1, 2 * x * x + 1)).verdict
        == "proved"
    )


@pytest.mark.parametrize(
    ("subject", "loss", "with_data", "step"),
    [
        ("mlp:2x3x1", "mse", False, "between:0,"),
        ("mlp:2x3x1,activation=relu", "mse", False, "between:0,1/2"),
        ("mlp:2x3x1,activation=relu", "mse", True, "between:0,1/2"),
        ("mlp:2x6x6x1,activation=relu,bias=false", "mse", True, "between:0,"),
        ("mlp:2x3", "cross-entropy", True, "between:0,"),
    ],
)
def test_all_step_sizes_below_some_number(subject: str, loss: str, with_data: bool, step: str) -> None:
    target = Y if loss == "mse" else [0, 1, 2]
    result = prove_training(subject, loss, data=(X, target) if with_data else None, step="below")
    assert isinstance(result, TrainingResult)
    assert (result.verdict, result.step) == ("proved", step)


def test_schedules() -> None:
    result = prove_training("mlp:2x1", "mse", data=(X, Y), steps=[0.1, "1/20", 0.1])
    assert isinstance(result, TrainingResult)
    assert (result.verdict, result.optimizer, result.step) == ("proved", "schedule", "sizes:1/10,1/20")
    one = {"data": {"x": [[1]], "target": [[1]]}}
    assert prove_training("mlp:1x1,bias=false", "mse", **one, steps=[0.1, 0.5]).verdict == "undecided"  # type: ignore[arg-type]
    for wrong in ({"step": "0.1"}, {"optimizer": "adam"}):
        with pytest.raises(InvexproofError, match="leave out"):
            prove_training("mlp:2x1", "mse", steps=[0.1], **wrong)  # type: ignore[arg-type]
    for sizes in ([], [0], [-1], ["x"]):
        with pytest.raises(InvexproofError):
            prove_training("mlp:2x1", "mse", steps=sizes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.1\n0.05\n", [Fraction(1, 10), Fraction(1, 20)]),
        ("lr\n1e-2\n\n# a comment\n1/3 # another\n", [Fraction(1, 100), Fraction(1, 3)]),
        ("epoch,eta\n1,0.1\n2,0.2\n", [Fraction(1, 10), Fraction(1, 5)]),
    ],
)
def test_files_of_step_sizes(text: str, expected: list[Fraction], tmp_path: Path) -> None:
    path = tmp_path / "s.txt"
    path.write_text(text)
    assert read_sizes(path) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no step sizes"),
        ("0.1\n0\n", "line 2: the step size 0 is not positive"),
        ("0.1\nx\n", "line 2"),
        ("epoch,rate\n1,0.1\n", "one column is called lr"),
        ("lr,eta\n1,0.1\n", "one column is called lr"),
    ],
)
def test_bad_files_of_step_sizes(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "s.txt"
    path.write_text(text)
    with pytest.raises(InvexproofError, match=message):
        read_sizes(path)


def test_data_make_another_problem() -> None:
    result = prove_training("mlp:2x1", "mse", data=(X, Y), step="1/100")
    document = result.certificate or {}
    other = [[1, 2], [3, 5], [0, 2]]
    assert check(document, against="mlp:2x1", data=(X, Y)).status == "VALID"
    for given_data, message in (
        ((other, Y), r"x\[2, 1\] is 1 in the certificate, 2 in mlp:2x1"),
        ((X, [[1], [0], [2.5]]), r"target\[2, 0\] is 2 in the certificate, 2.5 in"),
        (None, "name yours with --data FILE"),
    ):
        verdict = check(document, against="mlp:2x1", data=given_data)
        assert (verdict.status, verdict.code) == ("INVALID", "subject")
        assert verdict.reason is not None
        assert re.search(message, verdict.reason), verdict.reason
    verdict = check(document, against="mlp:2x1,batch=3")
    assert "is given in the certificate, and stands for all data in mlp:2x1,batch=3" in (verdict.reason or "")
    without = prove_training("mlp:2x1,batch=3", "mse").certificate or {}
    assert check(without, against="mlp:2x1", data=(X, Y)).status == "INVALID"


def test_a_certificate_is_a_subject_with_its_data(tmp_path: Path) -> None:
    path = tmp_path / "a.cert.json"
    prove_training("mlp:2x1", "mse", data=(X, Y), out=path)
    again = prove_training(str(path), step="1/100")
    assert again.verdict == "proved"
    assert check(again.certificate or {}, against=str(path)).status == "VALID"
    penalised = prove_training(str(path), l2="1/10", step="1/100")
    assert penalised.verdict == "proved"
    assert set((penalised.certificate or {})["claim"]["subject"]["values"]) == {"x", "target"}


def test_saddles_with_given_data_and_with_all() -> None:
    assert prove_training("mlp:2x3x1", "mse", claim="avoids-strict-saddles").verdict == "proved"
    result = prove_training("mlp:2x3x1", "mse", claim="avoids-strict-saddles", data=(X, Y), step=0.1)
    assert result.verdict == "proved"
    assert "strict saddle point" in result.statement
    with pytest.raises(InvexproofError, match="leave out --optimizer adam"):
        prove_training("mlp:2x3x1", "mse", claim="avoids-strict-saddles", optimizer="adam")


def test_a_search_that_takes_too_long_leaves_the_weaker_statement() -> None:
    """Absolute errors have a kink for each example, and so too many selections, or too little time for them."""
    rows = {"data": IRIS, "columns": ["target=petal_width", "x=1-3"], "rows": "1-8"}
    result = prove_training("mlp:3x1", "l1", **rows, timeout=0.5)  # type: ignore[arg-type]
    assert isinstance(result, TrainingResult)
    assert result.verdict == "proved"


@pytest.mark.torch
def test_the_data_say_what_the_inputs_of_a_module_are() -> None:
    torch = pytest.importorskip("torch")
    module = torch.nn.Sequential(torch.nn.Linear(2, 1))
    for data in (
        (torch.tensor(X).double(), torch.tensor(Y).double()),
        {"input": torch.tensor(X).float(), "y": Y},
    ):
        result = prove_training(module, "mse", data=data, step="1/100")
        assert result.verdict == "proved"
        assert check(result.certificate or {}, against=module, loss="mse", data=(X, Y)).status == "VALID"
    table = prove_training(torch.nn.Linear(4, 3), "cross-entropy", data=IRIS, rows="49-52")
    assert table.verdict == "proved"
    assert table.statement.count("[4, 4]") >= 1


# -- words ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left_out", "bad", "words"),
    [
        (["1/2"], True, "for every step size but 1/2, which is bad"),
        (["1/2", "2"], True, "for every step size but 1/2, 2, which are bad"),
        (["1/3"], False, "for every step size but possibly 1/3"),
        ([["49871/100000", "49872/100000"]], False, "for every step size but possibly some in [0.4987, 0.4988]"),
        ([["49871/100000", "49872/100000"]], True, "for every step size but some in [0.4987, 0.4988], with a bad one"),
        (
            [["1001/1000", "1002/1000"], "3", ["11/2", "23/4"], "7", "9"],
            True,
            "for every step size but some in [1.001, 1.002], 3, [5.5, 5.75] and 2 more, each with a bad one",
        ),
    ],
)  # fmt: skip
def test_exceptions_in_words(left_out: list[str | list[str]], bad: bool, words: str) -> None:
    assert exceptions_text(left_out, bad) == words


def test_exceptions_of_weight_decay_in_words() -> None:
    start = "for every step size but those with eta/(1 - eta lambda)"
    assert undecayed_text(["1/2"]) == f"{start} equal to 1/2"
    assert undecayed_text(["1", "2", "3", "4"]) == f"{start} one of 1, 2, 3 and 1 more"
    assert undecayed_text([["49871/100000", "49872/100000"]]) == f"{start} in [0.4987, 0.4988]"


def test_step_sizes_in_words() -> None:
    assert sizes_text("between:0,1/8") == "for every step size between 0 and 0.125"
    assert sizes_text("between:0,") == "for every positive step size"
    assert sizes_text("between:1/3,") == "for every step size above 1/3"
    assert sizes_text("sizes:1/10,1/20") == "for every step size of 1/10, 1/20"
    assert sizes_text("sizes:1,2,3,4,5,6") == "for every step size of the 6 of the schedule"
    assert sizes_text("every") == "for every step size"


@given(
    st.lists(
        st.tuples(st.fractions(Fraction(1, 10**6), 10**4, max_denominator=10**8), st.integers(8, 12)),
        min_size=1,
        max_size=4,
        unique_by=lambda pair: round(pair[0], 6),
    )
)
def test_short_intervals_hold_the_exact_ones_and_stay_apart(points: list[tuple[Fraction, int]]) -> None:
    exact = [[str(q), str(q + Fraction(1, 10**k))] for q, k in sorted(points)]
    short = [tuple(Fraction(end) for end in ends) for _, ends in shortened(exact)]
    for (low, high), (first, last) in zip(exact, short, strict=True):
        assert 0 < first <= Fraction(low) < Fraction(high) <= last
        assert last - first <= max(Fraction(high) - Fraction(low), Fraction(low) / 400) * 3


def test_reading_again_keeps_what_was_said() -> None:
    data = read_data(str(IRIS), "target=species", "1-10")
    assert data is not None
    assert data.words() == ["--data", str(IRIS), "--columns", "target=species", "--rows", "1-10"]
    again = read_data(data, rows=(2, 3))
    assert again is not None
    assert (again.columns, again.rows) == (("target=species",), (2, 3))
    b = Builder()
    w = b.parameter("w", [2])
    with pytest.raises(InvexproofError, match="parameters alone"):
        read(b.finish(b.node("squared_norm", w)), None, data=(X, Y))
