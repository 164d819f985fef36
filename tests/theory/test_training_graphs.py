"""The lemmas operator-classes, value-ranges, stop-gradient: the table is complete, its starred points are those where
differentiation fails, ranges contain what they should, and the examples that show what each hypothesis is for."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable
from fractions import Fraction as F
from pathlib import Path
from typing import Any

import pytest
from flint import arb, fmpq

from invexcheck.architectures.table import OPERATORS
from invexcheck.architectures.values import Range

PAGE = (Path(__file__).resolve().parents[2] / "docs/lemmas/training-graphs.md").read_text(encoding="utf-8")
TABLES = [line for line in PAGE.splitlines() if line.startswith("|")]


def torch_or_skip() -> Any:
    return pytest.importorskip(
        "torch", reason="torch is needed to see what automatic differentiation returns"
    )


# -- operator-classes --------------------------------------------------------------------------------------------


def test_every_operator_of_the_checker_is_in_the_table_of_the_lemma() -> None:
    named = {word for line in TABLES for word in re.findall(r"[a-z][a-z_0-9]+", line.split("|")[1])}
    assert sorted(OPERATORS.keys() - named) == []


STARRED: dict[str, tuple[Callable[[Any, Any], Any], float]] = {
    "sqrt": (lambda _, x: x.sqrt(), 0.0),
    "power": (lambda _, x: x**0.3, 0.0),
    "asin": (lambda t, x: t.asin(x), 1.0),
    "acos": (lambda t, x: t.acos(x), -1.0),
    "acosh": (lambda t, x: t.acosh(x), 1.0),
    "log, floored": (lambda t, x: t.clamp(t.log(x), min=-100.0), 0.0),
}


@pytest.mark.parametrize("name", STARRED)
def test_at_starred_points_differentiation_returns_no_number(name: str) -> None:
    """The argument is constant, so the true derivative is 0."""
    torch = torch_or_skip()
    f, at = STARRED[name]
    x = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    f(torch, x * 0 + at).sum().backward()
    assert torch.isnan(x.grad).all()


TAME: dict[str, Callable[[Any, Any], Any]] = {
    "norm": lambda t, x: t.linalg.vector_norm(x),
    "standard_deviation": lambda t, x: x.std(),
    "maximum": lambda t, x: t.maximum(x, -x),
    "product": lambda t, x: x.prod(),
    "power above 1": lambda t, x: x.abs() ** 1.5,
    "softsign": lambda t, x: t.nn.functional.softsign(x),
    "median": lambda t, x: x.median(),
    "masked softmax": lambda t, x: t.softmax(t.where(t.tensor([True, False]), x, -math.inf), 0),
}


@pytest.mark.parametrize("name", TAME)
def test_elsewhere_derivatives_at_breakpoints_are_finite(name: str) -> None:
    torch = torch_or_skip()
    x = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    TAME[name](torch, x).sum().backward()
    assert torch.isfinite(x.grad).all()


def test_softplus_as_executed_jumps() -> None:
    torch = torch_or_skip()
    x = torch.tensor([math.nextafter(20.0, 0.0), math.nextafter(20.0, 30.0)], dtype=torch.float64)
    below, above = torch.nn.functional.softplus(x).tolist()
    assert above - below == pytest.approx(-math.log1p(math.exp(-20.0)), rel=1e-4)


def test_a_window_of_a_max_pool_may_hold_padding_only() -> None:
    torch = torch_or_skip()
    pooled = torch.nn.functional.max_pool1d(torch.ones(1, 1, 1), 2, stride=1, padding=1, dilation=2)
    assert pooled.item() == -math.inf


def test_the_backward_formula_of_the_executed_cross_entropy_is_not_its_derivative() -> None:
    torch = torch_or_skip()
    p = torch.tensor([1e-14], dtype=torch.float64, requires_grad=True)
    torch.nn.functional.binary_cross_entropy(p, torch.ones_like(p)).backward()
    assert p.grad.item() == pytest.approx(-1e12, rel=1e-6)  # -1/p is -1e14


def test_analytic_off_a_closed_null_set_is_not_kept_by_composition() -> None:
    """h is the indicator of the graph of the distance to a fat Cantor set: after t -> (t, 0), of the set itself."""
    gaps: list[tuple[F, F]] = []
    intervals = [(F(0), F(1))]
    for level in range(1, 9):
        width = F(1, 4**level)
        halves = []
        for a, b in intervals:
            middle = (a + b) / 2
            gaps.append((middle - width / 2, middle + width / 2))
            halves += [(a, middle - width / 2), (middle + width / 2, b)]
        intervals = halves
    removed = sum((b - a for a, b in gaps), F(0))
    assert removed < F(
        1, 2
    )  # so a set of measure at least 1/2 is left, and near each of its points there are gaps
    assert max(b - a for a, b in intervals) < F(1, 200)


# -- value-ranges ------------------------------------------------------------------------------------------------


def random_range(r: random.Random) -> Range:
    low, high = sorted(r.sample(range(-4, 5), 2))
    ends = [None if r.random() < 0.15 else fmpq(low), None if r.random() < 0.15 else fmpq(high)]
    return Range(
        ends[0], ends[1], ends[0] is not None and r.random() < 0.5, ends[1] is not None and r.random() < 0.5
    )


def numbers(known: Range, r: random.Random) -> list[fmpq]:
    """Numbers of a range: its ends, close to them, between, and far away."""
    low = known.low if known.low is not None else fmpq(-1000)
    high = known.high if known.high is not None else fmpq(1000)
    tiny = (high - low) / 10**6
    found = [
        low + tiny,
        high - tiny,
        (low + high) / 2,
        low + (high - low) * fmpq(r.randint(1, 99), 100),
        fmpq(0),
    ]
    found += [low] * (not known.low_open) + [high] * (not known.high_open)
    return [x for x in found if Range.point(x).inside(known)]


def test_interval_arithmetic_contains_all_results() -> None:
    r = random.Random(11)
    for _ in range(1500):
        a, b = random_range(r), random_range(r)
        results: list[tuple[Range, Callable[[fmpq, fmpq], fmpq]]] = [
            (a + b, lambda x, y: x + y),
            (a - b, lambda x, y: x - y),
            (a * b, lambda x, y: x * y),
            (a.maximum(b), max),
            (a.minimum(b), min),
            (a.square(), lambda x, _: x * x),
            (a.modulus(), lambda x, _: abs(x)),
            (a.scaled(3), lambda x, _: 3 * x),
            (a.hull(b), lambda _, y: y),
        ]
        if b.nonzero:
            results.append((a * b.inverse(), lambda x, y: x / y))
        for x in numbers(a, r):
            for y in numbers(b, r):
                for known, f in results:
                    assert Range.point(f(x, y)).inside(known), (str(a), str(b), str(known), x, y)


def silu(x: arb) -> arb:
    return x / (1 + (-x).exp())


def gelu(x: arb) -> arb:
    return x * (-x / arb(2).sqrt()).erfc() / 2


def gelu_by_tanh(x: arb) -> arb:
    u = (arb(2) / arb.pi()).sqrt() * (x + arb("0.044715") * x**3)
    return x * (1 + u.tanh()) / 2


def mish(x: arb) -> arb:
    return x * (1 + x.exp()).log().tanh()


@pytest.mark.parametrize(("f", "bound"), [(silu, -279), (gelu, -171), (gelu_by_tanh, -171), (mish, -309)])
def test_lower_bounds_of_units(f: Callable[[arb], arb], bound: int) -> None:
    """By ball arithmetic on all of [-10, 0]; the lemma does the rest."""
    pending, steps = [(fmpq(-10), fmpq(0))], 0
    while pending:
        low, high = pending.pop()
        steps += 1
        assert steps < 20000
        ball = arb((low + high) / 2, (high - low) / 2)
        if not f(ball) > arb(bound) / 1000:
            pending += [(low, (low + high) / 2), ((low + high) / 2, high)]
    assert f(arb(-10)) > -arb("0.001")


def test_the_bound_of_silu_by_hand() -> None:
    t = arb("1.279")
    assert t.exp() * (t - 1) > 1


# -- stop-gradient -----------------------------------------------------------------------------------------------


def field(loss: Callable[[Any], Any], point: list[float]) -> list[float]:
    torch = torch_or_skip()
    x = torch.tensor(point, dtype=torch.float64, requires_grad=True)
    loss(x).backward()
    return list(x.grad.tolist())


def test_with_detach_the_field_is_no_gradient() -> None:
    assert field(lambda x: (x * x.detach()).sum(), [3.0]) == [3.0]
    assert field(lambda x: (x + (x.round() - x).detach()).sum(), [0.3]) == [1.0]
    # (theta_2, 0) has the derivative ((0, 1), (0, 0)), which is not symmetric
    assert field(lambda x: x[0] * x[1].detach(), [2.0, 5.0]) == [5.0, 0.0]


def test_any_derivative_at_a_breakpoint_is_right_without_detach_only() -> None:
    torch = torch_or_skip()
    assert field(lambda x: torch.relu(x - x).sum(), [1.0]) == [0.0]
    for slope in (0.0, 0.25, 1.0):

        def unit(x: Any, weight: float = slope) -> Any:
            """Prelu, with the derivative `weight` at 0."""
            return torch.nn.functional.prelu(x, torch.tensor([weight], dtype=torch.float64)).sum()

        assert field(lambda x, f=unit: f(x - x), [1.0]) == [0.0]  # type: ignore[misc]
        assert field(lambda x, f=unit: f(x - x.detach()), [1.0]) == [slope]  # type: ignore[misc]


def test_rows_of_padding_get_no_gradient() -> None:
    torch = torch_or_skip()
    table = torch.nn.Embedding(2, 1, padding_idx=0)
    (table(torch.tensor([0, 1])) + 1).square().sum().backward()
    assert table.weight.grad[0].item() == 0.0
    assert table.weight.grad[1].item() != 0.0
