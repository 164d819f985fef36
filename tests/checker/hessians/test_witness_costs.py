"""Certificates that ask for much: refused or rejected soon, whatever the sizes that they name."""
# ruff: noqa: E501 - a table of graphs

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import pytest

from invexcheck.errors import Refuse, Reject
from tests.checker.training.problems import NONSINGULAR, Json, certificate, checked, graph

SOON = 10.0
"""Seconds, on a machine that does other things, too."""
HUGE = 10**12
SQUARES = "; ".join(f"n{k + 1} = square n{k}" for k in range(60))
CHAIN = "; ".join(f"n{k + 1} = sin n{k}" for k in range(5000))
TEXTS: dict[str, tuple[str, Any]] = {
    "an expansion": (f"p w 1; a = expand w shape=[{HUGE}]; l = squared_norm a", "0"),
    "padding": (f"p w 1; a = pad w before=[0] after=[{HUGE}]; l = squared_norm a", "0"),
    "padding with a number": (f"p w 1; a = pad w before=[{HUGE}] after=[0] value:1; l = squared_norm a", "0"),
    "padding with the end": (f"p w 1; a = pad w before=[0] after=[{HUGE}] mode:replicate; l = squared_norm a", "0"),
    "windows": ("p w 1000; a = windows w axis=0 size=500 step=1; b = windows a axis=1 size=250 step=1; l = squared_norm b", "0"),
    "means": (f"p w 1,1; a = average_pool w kernel=[{HUGE}] stride=[1] padding=[{HUGE // 2}]; l = squared_norm a", "0"),
    "means of what is there": (f"p w 1,1; a = average_pool w kernel=[{HUGE}] stride=[1] padding=[{HUGE // 2}] include_padding=false; l = squared_norm a", "0"),
    "greatest numbers": (f"p w 1,1; a = max_pool w kernel=[{HUGE}] stride=[1] padding=[{HUGE // 2}] dilation=[1]; l = squared_norm a", "0"),
    "adaptive means": (f"p w 1,1; a = adaptive_average_pool w size=[{HUGE}]; l = squared_norm a", "0"),
    "a convolution of padding": (f"p w 1,1,1; p v 1,1,1; a = convolution w v null stride=[1] padding=[{HUGE}] dilation=[1]; l = squared_norm a", "0"),
    "outer products": ('p w 1000; a = einsum w w w equation="i,j,k->ijk"; l = squared_norm a', "0"),
    "a product of large matrices": ("p w 1,1; a = expand w shape=[1400,1400]; b = matmul a a; c = matmul b a; l = squared_norm c", "0"),
    "powers": (f"p w 1; a = power_of w exponent:1{'0' * 100}; l = squared_norm a", ["3/2"]),
    "negative powers": (f"p w 1; e = exp w; a = power_of e exponent:-1{'0' * 100}; l = squared_norm a", "0"),
    "squares of squares": (f"p n0 1; {SQUARES}; l = squared_norm n60", ["2"]),
    "a tower of exponentials": ("p w 1; a = exp w; b = exp a; c = exp b; d = exp c; e = exp d; l = squared_norm e", (["100"], 64)),
    "a large argument": ("p w 1; a = sin w; l = squared_norm a", (["1" + "0" * 1500], 2048)),
    "a long chain": (f"p n0 1; {CHAIN}; l = squared_norm n5000", "0"),
    "many entries that are compared": ("p w 1000; a = expand w shape=[100,1000]; m = max a axes=[1]; l = squared_norm m", "0"),
}  # fmt: skip


def document(text: str, point: Any, **claim: Any) -> Json:
    subject = graph(text)
    result = certificate(subject, NONSINGULAR, "hessian-witnesses", method="gd", start="density", **claim)
    at, bits = point if isinstance(point, tuple) else (point, None)
    count = sum(line[0] == "parameter" for line in subject["inputs"])
    witness: Json = {"at": [at] * count}
    result["proof"]["step"]["witnesses"] = [witness if bits is None else witness | {"bits": bits}]
    return result


@pytest.mark.parametrize("name", TEXTS)
def test_costs_are_bounded(name: str) -> None:
    text, point = TEXTS[name]
    given = document(text, point, step="all-but", **{"except": ["1/7"]})
    start = time.process_time()
    with suppress(Reject, Refuse):
        checked(given, work=400_000_000)
    assert time.process_time() - start < SOON


def test_step_sizes_and_exceptions_in_great_number() -> None:
    text = "p w 4; a = multiply w w; l = squared_norm a"
    many = [f"1/{k}" for k in range(20000, 0, -1)]
    given = document(text, ["1", "2", "3", "4/7"], step="all-but", **{"except": many})
    start = time.process_time()
    with pytest.raises((Reject, Refuse)):
        checked(given, work=400_000_000)
    assert time.process_time() - start < SOON
