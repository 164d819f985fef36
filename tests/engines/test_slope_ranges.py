"""Ranges of slopes enclose difference quotients of mpmath values, and are tight."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invexproof.engines.slope_ranges import Activation, ActivationError
from invexproof.expressions.calculus import differentiate
from invexproof.expressions.evaluation import numpy_function
from invexproof.expressions.parser import parse
from tests.engines.reference import value_at

SMOOTH = {
    "tanh": "tanh(x)",
    "sigmoid": "sigmoid(x)",
    "softplus": "softplus(x)",
    "erf": "erf(x)",
    "atan": "atan(x)",
    "gelu": "x*(1 + erf(x/sqrt(2)))/2",
    "silu": "x*sigmoid(x)",
    "mish": "x*tanh(softplus(x))",
    "sine": "x + sin(3*x)/2",
    "scaled tanh": "3*tanh(x/2) + x/4",
    "cubic": "x^3/3 - x",
}
KINKED = {
    "relu": "max(x, 0)",
    "leaky relu": "max(x, x/10)",
    "hardtanh": "min(max(x, -1), 1)",
    "softsign": "x/(1 + abs(x))",
    "elu": "piecewise((x, x > 0), (exp(x) - 1, true))",
    "hardswish": "x*min(max(x + 3, 0), 6)/6",
}
ENDS = st.tuples(st.floats(-6, 6), st.floats(0, 5))


def one(activation: Activation, low: float, high: float) -> tuple[float, float]:
    least, most = activation.slopes(np.array([low]), np.array([high]))
    return float(least[0]), float(most[0])


def written(name: str) -> str:
    return {**SMOOTH, **KINKED}[name]


@pytest.mark.parametrize("name", [*SMOOTH, *KINKED])
@settings(max_examples=25, deadline=None)
@given(ends=ENDS)
def test_encloses_difference_quotients(name: str, ends: tuple[float, float]) -> None:
    expression = parse(written(name))
    low, high = ends[0], ends[0] + ends[1]
    least, most = one(Activation(expression), low, high)
    points = np.linspace(low, high, 9)
    if high - low < 1e-3:
        return
    values = [value_at(expression, {"x": Fraction(float(p))}) for p in points]
    for (p, q), (v, w) in zip(pairwise(points), pairwise(values), strict=True):
        quotient = float((w - v) / (q - p))
        assert least - 1e-9 <= quotient <= most + 1e-9


@pytest.mark.parametrize("name", list(SMOOTH))
@settings(max_examples=25, deadline=None)
@given(ends=ENDS)
def test_is_tight_for_smooth_functions(name: str, ends: tuple[float, float]) -> None:
    expression = parse(written(name))
    low, high = ends[0], ends[0] + ends[1]
    least, most = one(Activation(expression), low, high)
    with np.errstate(all="ignore"):
        slopes = numpy_function(differentiate(expression))(np.linspace(low, high, 4001))
    slack = 0.02 * (slopes.max() - slopes.min()) + 1e-6
    assert slopes.min() - slack <= least <= slopes.min() + 1e-12
    assert slopes.max() - 1e-12 <= most <= slopes.max() + slack


def test_the_slope_of_tanh_has_its_exact_range() -> None:
    least, most = one(Activation(parse("tanh(x)")), -1.0, 2.0)
    assert most == 1.0
    assert least == pytest.approx(1.0 / np.cosh(2.0) ** 2, rel=1e-14)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (-2.0, -1.0, (0, 0)),
        (1.0, 2.0, (1, 1)),
        (-1.0, 1.0, (0, 1)),
        (0.0, 1.0, (0, 1)),
        (-1.0, 0.0, (0, 1)),
        (0.0, 0.0, (0, 1)),
    ],
)
def test_both_slopes_count_where_a_kink_is_touched(
    low: float, high: float, expected: tuple[float, float]
) -> None:
    assert one(Activation(parse("max(x, 0)")), low, high) == pytest.approx(expected)


def test_halving_tightens() -> None:
    expression = parse("x*(1 + erf(x/sqrt(2)))/2")
    widths = [np.subtract(*one(Activation(expression, k), -2.0, 2.0)[::-1]) for k in range(7)]
    assert all(a >= b for a, b in pairwise(widths))
    assert widths[0] > 1.9 > 1.3 > widths[6]


@settings(max_examples=50, deadline=None)
@given(ends=ENDS, name=st.sampled_from([*SMOOTH, *KINKED]))
def test_value_ranges_enclose_values(ends: tuple[float, float], name: str) -> None:
    expression = parse(written(name))
    low, high = ends[0], ends[0] + ends[1]
    least, most = Activation(expression).value_ranges(np.array([low]), np.array([high]))
    for point in np.linspace(low, high, 17):
        value = float(value_at(expression, {"x": Fraction(float(point))}))
        assert least[0] - 1e-9 <= value <= most[0] + 1e-9


def test_shapes_are_kept_and_empty_arrays_are_fine() -> None:
    activation = Activation(parse("x*sigmoid(x)"))
    for shape in ((2, 3, 4), (0, 5)):
        found = activation.slopes(np.zeros(shape), np.ones(shape))
        assert found[0].shape == found[1].shape == shape
        assert activation.values(np.zeros(shape)).shape == shape


def test_what_has_no_bound_gets_none() -> None:
    least, most = one(Activation(parse("sqrt(abs(x))")), -1.0, 1.0)
    assert not (np.isfinite(least) and np.isfinite(most))


@pytest.mark.parametrize("text", ["abs(sin(x))", "x*y"])
def test_what_is_no_activation_is_refused(text: str) -> None:
    with pytest.raises(ActivationError):
        Activation(parse(text, parameters=("y",))).slopes(np.zeros(1), np.ones(1))
