"""Interval evaluation encloses what mpmath computes, at every operator, on bounded and unbounded boxes."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invexproof.engines.boxes import Boxes, enclose, enclose_derivatives, split_points
from invexproof.engines.rounding import float_above, float_below
from invexproof.expressions import terms
from invexproof.expressions.terms import Expression, build, maximum, minimum, piecewise, power, var
from tests.engines.reference import Undefined, value_at

X, Y = var("x"), var("y")
UNARY = (
    "neg",
    "exp",
    "log",
    "sqrt",
    "sin",
    "cos",
    "tan",
    "atan",
    "asinh",
    "sinh",
    "cosh",
    "tanh",
    "sigmoid",
    "softplus",
    "erf",
    "abs",
    "sign",
)
POWERS = [Fraction(n) for n in (-3, -2, -1, 0, 1, 2, 3, 4, 7)] + [
    Fraction(1, 2),
    Fraction(-1, 2),
    Fraction(1, 3),
    Fraction(5, 3),
    Fraction(-7, 4),
]
FUSED = {
    "1+erf": 1 + terms.erf(X),
    "1-erf": 1 - terms.erf(X),
    "1+tanh": terms.tanh(X) + 1,
    "1-tanh": 1 - terms.tanh(X),
    "1-sigmoid": 1 - terms.sigmoid(X),
    "1-tanh^2": 1 - terms.tanh(X) ** 2,
    "exp-1": terms.exp(X) - 1,
    "tanh*tanh": 1 - terms.tanh(X) * terms.tanh(X),
    "x*x": X * X,
}
SUBJECTS: dict[str, Expression] = {
    **{op: build(op, (X,)) for op in UNARY},
    **{f"x^({q})": power(X, q) for q in POWERS},
    **FUSED,
    "add": X + Y,
    "sub": X - Y,
    "mul": X * Y,
    "div": X / Y,
    "min": minimum(X, Y),
    "max": maximum(X, Y),
    "pi": terms.PI * X,
    "e": terms.E + X,
    "piecewise": piecewise([(X < 0, X / 3), ((X <= 1) & ~(Y < 0), X * Y), (terms.TRUE, 2 * X)]),
    "no case": piecewise([(X < 0, X), ((X >= 1) | (Y < 1), Y)]),
    "guarded": piecewise([(X > 0, terms.log(X)), (terms.TRUE, X)]),
    "mish": X * terms.tanh(terms.softplus(X)),
    "gelu": X * (1 + terms.erf(X / terms.sqrt(terms.rational(2)))) / 2,
}

ENDS = st.one_of(
    st.sampled_from([0.0, 1.0, -1.0, 0.5, 40.0, -40.0, 700.0, -750.0, 1e-300, -1e-300, math.pi / 2]),
    st.floats(-5, 5),
    st.floats(-1e5, 1e5),
)


def check_containment(
    expression: Expression, corners: list[tuple[float, float]], fractions: list[float]
) -> None:
    names = ("x", "y")
    lower = np.array([[min(pair) for pair in corners]])
    upper = np.array([[max(pair) for pair in corners]])
    result = enclose(expression, Boxes(names, lower, upper))
    low, high = result.lower[0], result.upper[0]
    assert not math.isnan(low)
    assert not math.isnan(high)
    assert low < math.inf
    assert high > -math.inf
    for share in [0.0, 1.0, *fractions]:
        point = {}
        for name, a, b in zip(names, lower[0], upper[0], strict=True):
            point[name] = Fraction(min(max(a + share * (b - a), a), b))
        try:
            value = value_at(expression, point)
        except Undefined:
            assert result.undefined[0]
            continue
        assert not result.nowhere[0]
        if not low <= value <= high:  # cancellation in the reference, or a real failure
            value = value_at(expression, point, digits=420)
        assert low <= value <= high, (point, value, low, high)


@pytest.mark.parametrize("name", SUBJECTS)
@given(
    corners=st.lists(st.tuples(ENDS, ENDS), min_size=2, max_size=2),
    fractions=st.lists(st.floats(0, 1), min_size=2, max_size=2),
)
@settings(max_examples=20, deadline=None)
def test_values_are_enclosed(name: str, corners: list[tuple[float, float]], fractions: list[float]) -> None:
    check_containment(SUBJECTS[name], corners, fractions)


@pytest.mark.parametrize("name", SUBJECTS)
def test_batches_agree_with_single_boxes(name: str) -> None:
    rng = np.random.default_rng(7)
    ends = np.sort(rng.normal(0.0, 3.0, (2, 50, 2)), axis=0)
    boxes = Boxes(("x", "y"), ends[0], ends[1])
    whole = enclose(SUBJECTS[name], boxes)
    for i in range(0, 50, 7):
        one = enclose(SUBJECTS[name], boxes.take(slice(i, i + 1)))
        # NumPy's vector and scalar code may differ in the last place
        assert one.lower[0] == pytest.approx(whole.lower[i], rel=1e-14, abs=1e-300)
        assert one.upper[0] == pytest.approx(whole.upper[i], rel=1e-14, abs=1e-300)
        assert one.undefined[0] == whole.undefined[i]


@pytest.mark.parametrize("name", SUBJECTS)
def test_unbounded_boxes_give_no_nan(name: str) -> None:
    ends = [-math.inf, -1.0, 0.0, 1.0, math.inf]
    sides = [(a, b) for a in ends[:-1] for b in ends[1:] if a < b]
    pairs = [(s, t) for s in sides for t in sides]
    boxes = Boxes(
        ("x", "y"), np.array([[s[0], t[0]] for s, t in pairs]), np.array([[s[1], t[1]] for s, t in pairs])
    )
    result = enclose(SUBJECTS[name], boxes)
    assert np.all(result.lower < math.inf)
    assert np.all(result.upper > -math.inf)
    samples = {-math.inf: -900.0, math.inf: 900.0}
    for i, pair in enumerate(pairs):
        point = {
            n: Fraction(samples.get(s[0], s[0]) / 3 + 2 * samples.get(s[1], s[1]) / 3)
            for n, s in zip("xy", pair, strict=True)
        }
        try:
            value = value_at(SUBJECTS[name], point)
        except Undefined:
            assert result.undefined[i]
            continue
        if not result.lower[i] <= value <= result.upper[i]:
            value = value_at(SUBJECTS[name], point, digits=420)
        assert result.lower[i] <= value <= result.upper[i]
    slopes = enclose_derivatives(SUBJECTS[name], boxes)
    for slope in slopes.gradient:
        assert not np.isnan(slope.lower).any()
        assert not np.isnan(slope.upper).any()


@pytest.mark.parametrize("name", SUBJECTS)
@given(start=st.floats(-4, 4), width=st.floats(1e-3, 3), share=st.floats(0, 1), other=st.floats(-3, 3))
@settings(max_examples=12, deadline=None)
def test_difference_quotients_lie_in_the_gradient(
    name: str, start: float, width: float, share: float, other: float
) -> None:
    """Mean value theorem: on a box without domain trouble every difference quotient is in the enclosure."""
    expression = SUBJECTS[name]
    end = start + width
    boxes = Boxes(("x", "y"), np.array([[start, other]]), np.array([[end, other]]))
    found = enclose_derivatives(expression, boxes)
    if found.value.undefined[0]:
        return
    p, q = Fraction(start), Fraction(min(end, start + max(share, 0.01) * width))
    values = [value_at(expression, {"x": point, "y": Fraction(other)}) for point in (p, q)]
    quotient = (values[1] - values[0]) / (q.numerator / q.denominator - start)
    slack = 1e-9 * (1 + abs(quotient))
    assert found.gradient[0].lower[0] - slack <= quotient <= found.gradient[0].upper[0] + slack


@pytest.mark.parametrize("name", [n for n in SUBJECTS if SUBJECTS[n].variables == {"x"}])
@given(centre=st.floats(-3, 3))
@settings(max_examples=12, deadline=None)
def test_second_derivatives_enclose_second_differences(name: str, centre: float) -> None:
    step = 2.0**-10
    boxes = Boxes(("x",), np.array([[centre - 2 * step]]), np.array([[centre + 2 * step]]))
    found = enclose_derivatives(SUBJECTS[name], boxes, second=True)
    assert found.second is not None
    if found.value.undefined[0]:
        return
    left, middle, right = (
        value_at(SUBJECTS[name], {"x": Fraction(centre) + k * Fraction(step)}) for k in (-1, 0, 1)
    )
    with mpmath.workdps(50):
        difference = (left - 2 * middle + right) / step**2
    slack = 1e-9 * (1 + abs(difference))
    assert found.second.lower[0] - slack <= difference <= found.second.upper[0] + slack


def test_signs_survive_underflow_and_cancellation() -> None:
    boxes = Boxes(("x",), np.array([[-30.0], [0.0]]), np.array([[-29.0], [3.0]]))
    assert enclose(1 + terms.erf(X), boxes).upper[0] < 1e-200
    assert enclose(1 + terms.tanh(X), boxes).lower[0] > 0
    assert enclose(X * X, boxes).lower[1] == 0.0
    assert enclose(terms.exp(X * 1000), boxes).lower[0] == 0.0


def test_rounded_bounds_enclose_rationals() -> None:
    for value in (
        Fraction(1, 3),
        Fraction(-1, 3),
        Fraction(10) ** 400,
        -(Fraction(10) ** 400),
        Fraction(1, 2),
    ):
        low, high = float_below(value), float_above(value)
        assert low == -math.inf or Fraction(low) <= value
        assert high == math.inf or Fraction(high) >= value
    assert float_below(Fraction(1, 2)) == float_above(Fraction(1, 2)) == 0.5


def test_bisection_covers_and_grows_shells() -> None:
    box = Boxes.around({"x": (None, None), "y": (Fraction(0), Fraction(1))})
    halves = box.bisect(np.array([0]))
    assert halves.lower.tolist() == [[-math.inf, 0.0], [0.0, 0.0]]
    assert halves.upper.tolist() == [[0.0, 1.0], [math.inf, 1.0]]
    points, low = [], np.array([0.0])
    for _ in range(20):
        low = split_points(low, np.array([math.inf]))
        points.append(float(low[0]))
    assert points[:3] == [1.0, 2.0, 4.0]
    assert points[-1] > 1e300
    assert sorted(points) == points
