"""Hessians of losses with random operators: by the tape against PyTorch's, in balls of two precisions, and exactly."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
from flint import arb, fmpq

torch = pytest.importorskip("torch", reason="PyTorch computes the Hessians")

from invexcheck.balls import precision  # noqa: E402
from invexcheck.errors import Reject  # noqa: E402
from invexcheck.hessians.lowering import LOWERINGS, tape_of  # noqa: E402
from invexcheck.hessians.numbers import UNKNOWN, Balls, Exact  # noqa: E402
from invexcheck.hessians.tape import Tape  # noqa: E402
from invexcheck.hessians.tensors import Tensors  # noqa: E402
from invexcheck.limits import Budget, Limits  # noqa: E402
from tests.checker.hessians.drawn import Drawn, Unfit, by_torch, drawn  # noqa: E402
from tests.checker.hessians.test_witness_search import moved  # noqa: E402
from tests.checker.hessians.test_witness_search import problem as composed  # noqa: E402

pytestmark = pytest.mark.torch
torch.set_num_threads(1)
MOST = 60
"""Parameters of a loss that is compared."""
SEEDS = 5
MANY = {
    "cross_entropy",
    "negative_log_likelihood",
    "average_pool",
    "max_pool",
    "convolution",
    "attention",
    "pad",
    "batch_norm",
}
"""Operators with many attributes."""


@contextmanager
def greatest_as(result: Any) -> Iterator[None]:
    """Where one of several entries is to be chosen, the one that an independent evaluation has chosen."""
    flat = result.reshape(-1).tolist()

    def largest(self: Tensors, x: int, windows: Any, shape: Any) -> int:
        if any(v is UNKNOWN for v in self.tape.values[x]):
            raise Reject("an unknown number", "inexact")
        values = [float(v.mid() if isinstance(v, arb) else arb(v)) for v in self.tape.values[x]]
        chosen = [min(w, key=lambda i: abs(values[i] - r)) for w, r in zip(windows, flat, strict=True)]
        assert all(abs(values[i] - r) < 1e-9 * max(1, abs(r)) for i, r in zip(chosen, flat, strict=True))
        return self.tape.gather(x, chosen, shape)

    with mock.patch.object(Tensors, "largest", largest):
        yield


def tape(problem: Drawn, arithmetic: Any, result: Any) -> Tape:
    with greatest_as(result):
        return tape_of(
            problem.architecture, problem.data, problem.point, arithmetic, lambda _: None, Budget(Limits())
        )


def problems(op: str, plain: bool = False, zero: bool = False) -> Iterator[Drawn]:
    for seed in range(6 * SEEDS if op in MANY else SEEDS):
        try:
            problem = drawn(op, seed, plain)
        except (Unfit, Reject):
            continue
        if sum(map(len, problem.point)) > MOST:
            continue
        if zero:
            for k in problem.parameters:
                problem.entries[k][:] = [fmpq(0)] * len(problem.entries[k])
        yield problem


@pytest.mark.parametrize("op", LOWERINGS)
def test_hessians_of_random_operators(op: str) -> None:
    for problem in problems(op):
        try:
            values, hessian = by_torch(problem)
        except RuntimeError as error:
            assert "not differentiable" in str(error)  # noqa: PT017
            continue
        try:
            found = tape(problem, Balls, values[problem.node])
        except Reject as reject:
            assert reject.code in ("architecture", "domain"), reject.message  # noqa: PT017
            continue
        assert abs(float(found.values[-1][0].mid()) - float(values[-1])) < 1e-8 * max(
            1, abs(float(values[-1]))
        )
        rows = found.hessian()
        scale = max(1.0, float(hessian.abs().max()))
        for row, expected in zip(rows, hessian.tolist(), strict=True):
            for x, y in zip(row, expected, strict=True):
                assert abs(float(x.mid()) - y) < 1e-7 * scale, (op, problem.subject)
        with precision(200):
            finer = tape(problem, Balls, values[problem.node]).hessian()
        assert all(
            x.contains(y) or x.overlaps(y)
            for a, b in zip(rows, finer, strict=True)
            for x, y in zip(a, b, strict=True)
        )


@pytest.mark.parametrize("zero", [False, True])
@pytest.mark.parametrize("op", LOWERINGS)
def test_exact_entries_are_those_that_balls_enclose(op: str, zero: bool) -> None:
    for problem in problems(op, plain=True, zero=zero):
        values, _ = by_torch(problem, twice=False)
        try:
            exact = tape(problem, Exact, values[problem.node]).hessian()
            balls = tape(problem, Balls, values[problem.node]).hessian()
        except Reject as reject:
            assert reject.code in ("architecture", "domain", "inexact"), reject.message  # noqa: PT017
            continue
        with precision(500):  # a rational becomes a ball
            for row, enclosed in zip(exact, balls, strict=True):
                assert all(x is UNKNOWN or y.contains(x) for x, y in zip(row, enclosed, strict=True))


def test_hessians_of_random_graphs() -> None:
    """Parameters that are used several times, one another's factors, or not in their order."""
    compared = 0
    for seed in range(150):
        rng = random.Random(seed)
        made = composed(rng, most=8)
        if any(op in ("maximum", "minimum", "max") for op, *_ in made.subject["nodes"]):
            continue
        for k, row in zip(made.parameters, moved(made, rng, None, 2.0), strict=True):
            made.entries[k][:] = row
        values, hessian = by_torch(made)
        try:
            found = tape(made, Balls, values[-1])
        except Reject as reject:
            assert reject.code in ("architecture", "domain"), reject.message  # noqa: PT017
            continue
        compared += 1
        scale = max(1.0, float(hessian.abs().max()))
        for row, expected in zip(found.hessian(), hessian.tolist(), strict=True):
            assert all(abs(float(x.mid()) - y) < 1e-7 * scale for x, y in zip(row, expected, strict=True)), (
                seed
            )
    assert compared > 40
