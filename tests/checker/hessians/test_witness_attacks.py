"""Near misses of the rule on witnesses: pieces that do not extend, ends of intervals, eigenvalues that are hardly any."""
# ruff: noqa: E501 - tables with one row an attack

from __future__ import annotations

from typing import Any

import pytest

from tests.checker.training.problems import NONSINGULAR, Json, certificate, verdict
from tests.checker.training.witness_cases import at, by, given

NUMBER: Json = {"step": "1/3"}
PIECES: dict[str, tuple[str, Json, str | None]] = {
    "bounds in the wrong order": ("p w 2; c = clamp w low:2 high:1; l = squared_norm c", at("0"), "architecture"),
    "softplus as executed": ("p w 2; c = softplus w; l = squared_norm c", at("0"), "method"),
    "a logarithm with a floor": ("p w 2; e = exp w; c = log e floor:-1; l = squared_norm c", at("0"), "method"),
    "the root of a square": ("p w 2; e = square w; c = sqrt e; l = squared_norm c", at("1 1"), "method"),
    "a root of what a kink keeps positive": ("p w 2; r = relu w; t = add r 1; c = sqrt t; l = squared_norm c", at("0"), "method"),
    "a logarithm of what a kink keeps positive": ("p w 2; r = relu w; s = add r 1; c = log s; l = squared_norm c", at("0"), "method"),
    "a quotient by what a kink keeps positive": ("p w 2; r = relu w; s = add r 1; c = divide 1 s; l = squared_norm c", at("0"), "method"),
    "a root of what a square keeps positive": ("p w 2; e = square w; t = add e 1; c = sqrt t; l = squared_norm c", at("0"), None),
    "a kink that a range decides": ("p w 2; e = exp w; r = relu e; l = squared_norm r", at("0 0", bits=64), None),
    "a choice by parameters": ("p w 2; c = less w 0; s = square w; r = where c s 0; l = sum r axes=[0]", at("0"), "method"),
    "a continuous one": ("p w 2; c = less w 0; s = square w; n = negate s; r = where c s n; l = sum r axes=[0]", at("1 1"), "method"),
    "detached": ("p w 2; v = detach w; s = multiply v w; l = sum s axes=[0]", at("0"), "method"),
    "a parameter that is not used": ("p u 3; p w 2; l = squared_norm w", {"at": ["0", "0"]}, None),
    "one layer twice": ("p w 2,2; h = relu w; r = matmul h w; l = squared_norm r", at("0"), None),
    "a greatest number": ("p w 2; m = max w axes=[0]; l = square m", at("0"), None),
}  # fmt: skip


@pytest.mark.parametrize("name", PIECES)
def test_which_losses_have_hessians(name: str) -> None:
    text, witness, code = PIECES[name]
    assert outcome(given(text), NUMBER, witness) == code


def outcome(subject: Json, claim: Json, witness: Json) -> str | None:
    method = "schedule" if claim["step"] == "sizes" else "gd"
    document = certificate(subject, NONSINGULAR, "hessian-witnesses", method=method, start="density", **claim)
    document["proof"]["step"] |= by(witness)
    return verdict(document)


SQUARE = given("p w 1; s = square w; l = sum s axes=[0]")
"""1/2 is bad."""
TINY = given("d c 2; p w 2; s = square w; t = multiply s c; l = sum t axes=[0]", c=f"1/{2 * 10**60} 1")
"""10^60 and 1/2 are bad."""


def left_out(*items: Any) -> Json:
    return {"step": "all-but", "except": list(items)}


def between(low: Any, high: Any) -> Json:
    return {"step": "between", "between": [low, high]}


SIZES: dict[str, tuple[Json, Json, str | None]] = {
    "missed by little": (SQUARE, left_out(f"{10**30 + 1}/{2 * 10**30}"), "method"), "an interval that ends at it": (SQUARE, left_out(["1/4", "1/2"]), None), "an interval that begins at it": (SQUARE, left_out(["1/2", "3/4"]), None), "an interval that ends before it": (SQUARE, left_out(["1/4", f"{10**30 - 1}/{2 * 10**30}"]), "method"),
    "intervals that meet": (SQUARE, left_out(["1/4", "1/2"], ["1/2", "3/4"]), "claim"), "an interval and its end": (SQUARE, left_out(["1/4", "1/2"], "1/2"), "claim"), "an interval with 0": (SQUARE, left_out(["0", "1/2"]), "claim"), "an interval around 0": (SQUARE, left_out(["-1", "1"]), "claim"), "an interval without an inside": (SQUARE, left_out(["1/2", "1/2"]), "claim"),
    "an interval that descends": (SQUARE, left_out(["3/4", "1/4"]), "claim"), "three ends": (SQUARE, left_out(["1/4", "1/2", "3/4"]), "claim"), "no end": (SQUARE, left_out([]), "claim"), "an infinite end": (SQUARE, left_out(["1/4", None]), "rational"), "nothing": (SQUARE, left_out(), "claim"), "no list": (SQUARE, {"step": "all-but", "except": "1/2"}, "schema"),
    "negative ends": (SQUARE, between("-1", "1/4"), "claim"), "equal ends": (SQUARE, between("1/4", "1/4"), "claim"), "descending ends": (SQUARE, between("1/2", "1/4"), "claim"), "no lower end": (SQUARE, between(None, "1/4"), "rational"), "one end": (SQUARE, {"step": "between", "between": ["0"]}, "claim"), "no ends": (SQUARE, {"step": "between"}, "schema"),
    "up to it": (SQUARE, between("0", "1/2"), None), "from it on": (SQUARE, between("1/2", None), None), "up to just beyond it": (SQUARE, between("0", f"{10**30 + 1}/{2 * 10**30}"), "method"), "from just before it": (SQUARE, between(f"{10**30 - 1}/{2 * 10**30}", None), "method"),
    "zero": (SQUARE, {"step": "sizes", "sizes": ["0"]}, "claim"), "negative": (SQUARE, {"step": "sizes", "sizes": ["-1"]}, "claim"), "none": (SQUARE, {"step": "sizes", "sizes": []}, "claim"), "a bad one at the end": (SQUARE, {"step": "sizes", "sizes": ["1"] * 99 + ["1/2"]}, "method"), "many": (SQUARE, {"step": "sizes", "sizes": ["1"] * 99}, None),
    "exceptions beside a number": (SQUARE, {"step": "1/3", "except": ["1/2"]}, "schema"), "an interval beside a number": (SQUARE, {"step": "1/3", "between": ["0", "1"]}, "schema"), "sizes beside every": (SQUARE, {"step": "every", "sizes": ["1"]}, "schema"),
    "a large bad one": (TINY, {"step": str(10**60)}, "method"), "all but both": (TINY, left_out("1/2", str(10**60)), None), "all but the small one": (TINY, left_out("1/2"), "method"), "all but a neighbour": (TINY, left_out("1/2", str(10**60 + 1)), "method"), "between both": (TINY, between("1/2", str(10**60)), None), "beyond": (TINY, between("1/2", str(10**60 + 1)), "method"),
}  # fmt: skip


@pytest.mark.parametrize("bits", [None, 32, 300])
@pytest.mark.parametrize("name", SIZES)
def test_ends_of_claims(name: str, bits: int | None) -> None:
    subject, claim, code = SIZES[name]
    count = sum(line[2] == [2] for line in subject["inputs"] if line[0] == "parameter") + 1
    found = outcome(subject, claim, at(" ".join(["1"] * count), bits=bits))
    assert found == code if bits is None else found is not None or code is None


def test_negative_step_sizes_count_for_all_but() -> None:
    saddle = given("p a -; p b -; l = multiply a b")
    for items, code in (
        ((["-1", "-1/2"], "1"), None),
        (("-1", "1"), None),
        (("1",), "method"),
        (("-1",), "method"),
    ):
        assert outcome(saddle, left_out(*items), {"at": ["0", "0"]}) == code


def test_a_step_size_next_to_a_bad_one_needs_precision() -> None:
    claim: Json = {"step": str(10**60 + 1)}
    assert [outcome(TINY, claim, at("1 1", bits=bits)) for bits in (32, 100, 600)] == [
        "method",
        "method",
        None,
    ]
