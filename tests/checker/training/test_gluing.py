"""Choices by comparison: continuous only if both branches have the same exact value where the choice turns."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from invexcheck.architectures.values import Smoothness
from invexproof.architectures.builder import Builder
from invexproof.provers.training import infer

ZERO, ONE, HALF = Fraction(0), Fraction(1), Fraction(1, 2)


def smoothness(make: Any) -> Smoothness:
    """Of the sum of a function of a parameter, made by nodes."""
    builder = Builder()
    x = builder.parameter("x", [3])
    graph = builder.finish(builder.node("sum", make(builder, x), axes=(0,)))
    return infer(graph.to_subject()).values[-1].smoothness


def elu(b: Builder, x: int) -> int:
    return b.node("where", b.node("less", ZERO, x), x, b.node("expm1", x))


def selu_by_hand(b: Builder, x: int) -> int:
    left = b.node("multiply", Fraction(5, 3), b.node("subtract", b.node("exp", x), ONE))
    return b.node("where", b.node("less_equal", x, ZERO), left, x)


def huber_by_hand(b: Builder, x: int) -> int:
    small = b.node("multiply", HALF, b.node("square", x))
    return b.node("where", b.node("less", x, ONE), small, b.node("subtract", x, HALF))


def cubic(b: Builder, x: int) -> int:
    return b.node("where", b.node("less", x, ZERO), ZERO, b.node("power_of", x, exponent=3))


@pytest.mark.parametrize("make", [elu, selu_by_hand, huber_by_hand, cubic])
def test_branches_that_agree_are_continuous(make: Any) -> None:
    assert smoothness(make) == Smoothness.CONTINUOUS


def jump(b: Builder, x: int) -> int:
    return b.node("where", b.node("less", ZERO, x), x, b.node("exp", x))


def nearly(b: Builder, x: int) -> int:
    return b.node("where", b.node("less", x, ONE), x, b.node("add", x, Fraction(1, 10**9)))


def compared_with_another_value(b: Builder, x: int) -> int:
    return b.node("where", b.node("less", ZERO, b.node("sin", x)), x, b.node("expm1", x))


def agreement_at_another_point(b: Builder, x: int) -> int:
    return b.node("where", b.node("less", ONE, x), x, b.node("expm1", x))


def equality(b: Builder, x: int) -> int:
    return b.node("where", b.node("equal", x, ZERO), ONE, x)


def other_parameter(b: Builder, x: int) -> int:
    y = b.parameter("y", [3])
    return b.node("where", b.node("less", ZERO, x), b.node("multiply", x, y), y)


def not_known_exactly(b: Builder, x: int) -> int:
    return b.node(
        "where", b.node("less", ONE, x), b.node("exp", x), b.node("multiply", x, Fraction(2718, 1000))
    )


@pytest.mark.parametrize(
    "make",
    [
        jump,
        nearly,
        compared_with_another_value,
        agreement_at_another_point,
        equality,
        other_parameter,
        not_known_exactly,
    ],
)
def test_other_choices_are_not_known_to_be_continuous(make: Any) -> None:
    assert smoothness(make) == Smoothness.DISCONTINUOUS


def test_branches_may_be_discontinuous_themselves() -> None:
    def floored(b: Builder, x: int) -> int:
        return b.node("where", b.node("less", ZERO, x), x, b.node("multiply", x, b.node("floor", x)))

    assert smoothness(floored) == Smoothness.DISCONTINUOUS


def test_a_tensor_is_not_glued_to_its_mean() -> None:
    def mixed(b: Builder, x: int) -> int:
        mean = b.node("expand", b.node("mean", x, axes=(0,), keep=True), shape=(3,))
        return b.node("where", b.node("less", ZERO, x), x, b.node("multiply", x, mean))

    assert smoothness(mixed) == Smoothness.DISCONTINUOUS
