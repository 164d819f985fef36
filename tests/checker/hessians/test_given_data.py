"""Values of data that are none, or are not allowed: all conditions of a graph are checked on them."""
# ruff: noqa: E501 - tables with one row of attacks a line

from __future__ import annotations

from typing import Any

import pytest

from invexcheck.errors import Refuse
from tests.checker.training.problems import NONSINGULAR, Json, certificate, checked, graph, verdict

LABELS = "d x 2,2; d y 2 kind:integer; p w 3,2; f = linear x w null; l = cross_entropy f y null"
WEIGHTED = "d x 2,2; d y 2 kind:integer; d c 3; p w 3,2; f = linear x w null; l = cross_entropy f y c"
IGNORING = LABELS.replace("f y null", "f y null ignore=-100")
X = ["1", "0", "0", "1"]


def number(subject: Json, size: str = "1/1000003") -> Json:
    document = certificate(subject, NONSINGULAR, "hessian-witnesses", method="gd", start="density", step=size)
    count = sum(line[0] == "parameter" for line in subject["inputs"])
    document["proof"]["step"]["witnesses"] = [{"at": ["0"] * count}]
    return document


def with_values(text: str, **values: Any) -> Json:
    return graph(text) | {"values": values}


GOOD: dict[str, Json] = {
    "labels": with_values(LABELS, x=X, y=["0", "2"]),
    "one label is ignored": with_values(IGNORING, x=X, y=["-100", "2"]),
    "a class is ignored": with_values(LABELS.replace("f y null", "f y null ignore=2"), x=X, y=["0", "2"]),
    "all are ignored, summed": with_values(IGNORING.replace("ignore=-100", "ignore=-100 reduction:sum"), x=X, y=["-100", "-100"]),
    "weights": with_values(WEIGHTED, x=X, y=["0", "2"], c=["1", "-5", "2"]),
    "weights of other labels sum to 0": with_values(WEIGHTED, x=X, y=["0", "0"], c=["1", "-1", "0"]),
    "a range": with_values('d x 2 range=["0","1"]; p w 2; m = multiply w x; l = squared_norm m', x=["0", "1"]),
    "a divisor": with_values("d x 2; p w 2; m = divide w x; l = squared_norm m", x=["-1", "1/7"]),
    "running statistics": with_values("d x 2,2; d m 2; d v 2; p w 2; n = batch_norm x w null m v epsilon:1/4; l = squared_norm n", x=X, m=["0", "1"], v=["0", "3/4"]),
    "indices": with_values("d i 3 kind:integer; p w 2; t = take w i axis=0; l = squared_norm t", i=["0", "1", "1"]),
    "truth": with_values("d c 2 kind:boolean; p w 2; t = where c w 0; l = squared_norm t", c=["0", "1"]),
}  # fmt: skip
BAD: dict[str, tuple[Json, str]] = {
    "a negative label": (with_values(LABELS, x=X, y=["-1", "2"]), "domain"), "a label too large": (with_values(LABELS, x=X, y=["0", "3"]), "domain"), "the usual one to be ignored, where none is": (with_values(LABELS, x=X, y=["-100", "0"]), "domain"),
    "a negative label, another ignored": (with_values(IGNORING, x=X, y=["-1", "2"]), "domain"), "all ignored": (with_values(IGNORING, x=X, y=["-100", "-100"]), "domain"), "weights that sum to 0": (with_values(WEIGHTED, x=X, y=["0", "2"], c=["1", "7", "-1"]), "domain"),
    "no weight for these labels": (with_values(WEIGHTED, x=X, y=["0", "0"], c=["0", "1", "1"]), "domain"), "a label between classes": (with_values(LABELS, x=X, y=["1/2", "2"]), "architecture"), "too many labels": (with_values(LABELS, x=X, y=["0", "1", "2"]), "architecture"),
    "too few": (with_values(LABELS, x=X, y=["0"]), "architecture"), "nested": (with_values(LABELS, x=[["1", "0"], ["0", "1"]], y=["0", "1"]), "architecture"), "numbers of JSON": (with_values(LABELS, x=X, y=[0, 1]), "rational"), "one number for all": (with_values(LABELS, x="1", y=["0", "1"]), "architecture"),
    "no list": (graph(LABELS) | {"values": X}, "architecture"), "an empty object": (graph(LABELS) | {"values": {}}, "architecture"), "null": (graph(LABELS) | {"values": None}, "architecture"), "an unknown name": (with_values(LABELS, x=X, y=["0", "1"], z=["0"]), "architecture"),
    "a parameter": (with_values(LABELS, x=X, y=["0", "1"], w=["0"] * 6), "architecture"), "labels left out": (with_values(LABELS, x=X), "method"), "data left out": (with_values(LABELS, y=["0", "1"]), "method"), "weights left out": (with_values(WEIGHTED, x=X, y=["0", "1"]), "domain"),
    "not in lowest terms": (with_values(LABELS, x=["2/2", "0", "0", "1"], y=["0", "1"]), "rational"), "a decimal": (with_values(LABELS, x=["1.0", "0", "0", "1"], y=["0", "1"]), "rational"), "infinite": (with_values(LABELS, x=["inf", "0", "0", "1"], y=["0", "1"]), "rational"), "minus infinity": (with_values(LABELS, x=["-inf", "0", "0", "1"], y=["0", "1"]), "rational"),
    "outside of the range": (with_values('d x 2 range=["0","1"]; p w 2; m = multiply w x; l = squared_norm m', x=["0", "1000001/1000000"]), "architecture"), "below the range": (with_values('d x 2 range=["0",null]; p w 2; m = multiply w x; l = squared_norm m', x=["0", "-1/1000000"]), "architecture"),
    "a root of what is outside": (with_values('d x 2 range=["1",null]; p w 2; e = exp w; s = add e x; r = sqrt s; l = squared_norm r', x=["1", "-5"]), "architecture"), "a divisor that is 0": (with_values("d x 2; p w 2; m = divide w x; l = squared_norm m", x=["1", "0"]), "domain"),
    "a negative variance": (with_values("d x 2,2; d m 2; d v 2; p w 2; n = batch_norm x w null m v epsilon:1/10; l = squared_norm n", x=X, m=["0", "1"], v=["-1/100", "1"]), "domain"), "a variance 0 without epsilon": (with_values("d x 2,2; d m 2; d v 2; p w 2; n = batch_norm x w null m v epsilon:0; l = squared_norm n", x=X, m=["0", "1"], v=["0", "1"]), "domain"),
    "a negative index": (with_values("d i 3 kind:integer; p w 2; t = take w i axis=0; l = squared_norm t", i=["0", "1", "-1"]), "domain"), "an index too large": (with_values("d i 3 kind:integer; p w 2; t = take w i axis=0; l = squared_norm t", i=["0", "1", "2"]), "domain"), "an index that is negative, along": (with_values("d i 2,2 kind:integer; p w 2,3; t = take_along w i axis=1; l = squared_norm t", i=["0", "1", "-1", "0"]), "domain"),
    "the same place twice": (with_values("d i 2 kind:integer; d z 3; p w 2; t = scatter z i w axis=0; l = squared_norm t", i=["1", "1"], z=["0"] * 3), "domain"), "truth that is 2": (with_values("d c 2 kind:boolean; p w 2; t = where c w 0; l = squared_norm t", c=["0", "2"]), "architecture"), "truth that is true": (with_values("d c 2 kind:boolean; p w 2; t = where c w 0; l = squared_norm t", c=[False, True]), "rational"),
    "a base of powers that is negative": (with_values("d x 2; p w 2; m = power x w; l = squared_norm m", x=["1", "-1"]), "domain"), "a base that is 0": (with_values("d x 2; p w 2; m = power x w; l = squared_norm m", x=["1", "0"]), "domain"), "a masked row": (with_values("d c 2 kind:boolean; p w 2; t = where c w -inf; s = softmax t axis=0; l = squared_norm s", c=["1", "0"]), "domain"),
    "minus infinity among scores": (with_values("d c 2 kind:extended; p w 2; t = add c w; s = softmax t axis=0; l = squared_norm s", c=["1", "0"]), "architecture"), "a mask of attention": (with_values("d c 2,2 kind:boolean; p w 2,2; s = attention w w w c null; l = squared_norm s", c=["1"] * 4), "domain"),
    "an entry too long": (with_values(LABELS, x=["1" * 2001, "0", "0", "1"], y=["0", "1"]), "refused"),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_values_that_are_allowed(name: str) -> None:
    verified = checked(number(GOOD[name]))
    assert "the values in the claim are those of" in verified.statement
    for word in ("provided that", "the data are all"):
        assert word not in verified.statement


@pytest.mark.parametrize("name", BAD)
def test_values_that_are_not(name: str) -> None:
    subject, code = BAD[name]
    if code == "refused":
        with pytest.raises(Refuse):
            checked(number(subject))
    else:
        assert verdict(number(subject)) == code


def test_values_are_printed_or_bound_by_their_digest() -> None:
    few = checked(
        number(with_values("d x 2; p w 2; m = multiply w x; l = squared_norm m", x=["3/7", "-1"]))
    ).statement
    assert "x: real [2] = 3/7, -1" in few
    many = [[str(k + s) for k in range(40)] for s in (0, 1)]
    texts = [
        checked(number(with_values("d x 40; p w 40; m = multiply w x; l = squared_norm m", x=x))).statement
        for x in many
    ]
    assert texts[0] != texts[1]
    assert "SHA-256" in texts[0]


def test_some_values_leave_a_claim_about_all_others() -> None:
    """Under a rule that needs none."""
    text = "d x 2,2; d y 2,2; p w 2,2; p v 2,2; p u 2,2; h = matmul x w; k = matmul h v; f = matmul k u; l = mean_squared_error f y"
    document = certificate(
        with_values(text, x=X), NONSINGULAR, "flat-point", method="gd", start="density", step="every"
    )
    statement = checked(document).statement
    assert "x: real [2, 2] = 1, 0, 0, 1" in statement
    assert "the data are all\n    y: real [2, 2]" in statement
    assert verdict(number(with_values(text, x=X))) == "method"
