"""The table of operators against PyTorch: shapes, kinds, ranges, and how smooth results are, on random arguments."""

from __future__ import annotations

import random

import pytest

torch = pytest.importorskip("torch")

from invexcheck.architectures.table import OPERATORS  # noqa: E402
from invexcheck.architectures.values import BOOLEAN, INTEGER, Smoothness  # noqa: E402
from tests.checker.training.drawing import Draw  # noqa: E402
from tests.checker.training.operator_rows import ROWS  # noqa: E402
from tests.checker.training.sampling import Application, accepted, jump, turn  # noqa: E402

pytestmark = pytest.mark.torch
torch.set_num_threads(1)
CASES, SAMPLES = 16, 3
STEEP = ("log", "binary_cross_entropy")
"""Continuous on a scale that floating-point numbers do not show: logarithms are cut off at -100."""
CLASSES = {"A": Smoothness.ANALYTIC, "C": Smoothness.CONTINUOUS, "D": Smoothness.DISCONTINUOUS}


def applications(op: str, wide: bool = False, count: int = CASES) -> list[Application]:
    """The operator on random arguments for which it is known to be defined."""
    drawn = [accepted(op, *ROWS[op].make(Draw((op, wide, k), wide))) for k in range(count)]
    return [application for application in drawn if application is not None]


def test_every_operator_has_a_row() -> None:
    assert ROWS.keys() == OPERATORS.keys()


@pytest.mark.parametrize("op", ROWS)
def test_results_are_as_inferred(op: str) -> None:
    """The shape, the kind and the range; nothing is undefined."""
    found = applications(op)
    assert len(found) >= CASES // 2
    for application in found:
        rng = random.Random(op)
        for _ in range(SAMPLES):
            application.check_result(application.sample(rng))


@pytest.mark.parametrize("op", ROWS)
def test_classes_are_those_of_the_lemma(op: str) -> None:
    """On arguments of which nothing is known but that they are in the domain."""
    found = applications(op, wide=True, count=4)
    assert found
    assert {application.result.smoothness for application in found} == {CLASSES[ROWS[op].letter]}


@pytest.mark.parametrize("op", ROWS)
def test_results_are_as_smooth_as_inferred(op: str) -> None:
    """No jump where they are continuous, no kink where they are analytic, along lines."""
    for k, application in enumerate(applications(op, count=5) + applications(op, wide=True, count=2)):
        result = application.result
        if result.kind in (INTEGER, BOOLEAN):
            assert result.smoothness == Smoothness.DISCONTINUOUS or not result.trained
            continue
        if result.smoothness == Smoothness.CONTINUOUS and op not in STEEP:
            assert jump(application.line(random.Random(k))) < 1e-3
        if result.smoothness == Smoothness.ANALYTIC:
            assert turn(application.line(random.Random(k))) < 0.05
