"""Piecewise normal forms: breakpoints, pieces and limits, against the function itself."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invexproof.expressions import terms
from invexproof.expressions.evaluation import fraction_value, mpmath_value
from invexproof.expressions.parser import parse
from invexproof.expressions.piecewise import PiecewiseError, PiecewiseForm, normal_form
from invexproof.expressions.polynomials import simplest_between
from invexproof.expressions.printing import to_text
from invexproof.expressions.signs import evident_sign
from invexproof.expressions.terms import Expression, postorder
from tests.expressions.strategies import FORMULAS, points, rational_expressions

X = terms.var("x")
GUARDED = {"abs", "sign", "min", "max", "piecewise", "lt", "le"}


def _between(form: PiecewiseForm) -> list[tuple[Expression, Fraction]]:
    """Each piece with a rational point inside."""
    marks = [Fraction(str(mpmath.nstr(b.value, 30))) for b in form.breakpoints]
    ends = [marks[0] - 3, *marks, marks[-1] + 3] if marks else [Fraction(-2), Fraction(3)]
    inner = [low + (high - low) * Fraction(13, 29) for low, high in pairwise(ends)]
    return list(zip(form.pieces, inner, strict=True))


def _check(e: Expression) -> PiecewiseForm:
    form = normal_form(e)
    for piece, x in _between(form):
        assert not GUARDED & {node.op for node in postorder(piece)}
        assert abs(mpmath_value(e, {"x": x}) - mpmath_value(piece, {"x": x})) < 1e-40
    return form


@pytest.mark.parametrize(("text", "expected"), FORMULAS)
def test_breakpoints_of_common_activations(text: str, expected: list[str]) -> None:
    form = _check(parse(text))
    assert len(form.breakpoints) == len(expected)
    assert not form.infinite
    for point, wanted in zip(form.breakpoints, expected, strict=True):
        if wanted.startswith("~"):
            assert point.kind == "root"
            assert abs(float(point) - float(wanted[1:])) < 1e-6
        else:
            assert point.expression is parse(wanted)
    assert len(form.junctions) == len(form.breakpoints)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abs(x^2 - 2)", ["-sqrt(2)", "sqrt(2)"]),
        ("abs(x^2 - x - 1)", ["1/2 - sqrt(5)/2", "1/2 + sqrt(5)/2"]),
        ("abs(exp(x) - 2)", ["log(2)"]),
        ("max(x - log(2), 0)", ["log(2)"]),
        ("abs(2*x + pi)", ["-pi/2"]),
        ("abs(x - tanh(x))", ["0"]),
        ("max(0, x*(1 + erf(x/sqrt(2)))/2)", ["0"]),
        ("max(x, x^3)", ["-1", "0", "1"]),
        ("abs(x^4 - 5*x^2 + 6)", ["-sqrt(3)", "-sqrt(2)", "sqrt(2)", "sqrt(3)"]),
        ("max(1/x, 0)", ["0"]),
        ("abs(1/sinh(x))", ["0"]),
        ("sqrt(x^2)", ["0"]),
        ("sqrt(1 + x^2)", []),
        ("abs(x^2)", []),
        ("max(x, softplus(x))", []),
        ("abs(cos(x)^2 + sin(x)^2 - 1)", []),
        ("piecewise((x, abs(x) < 1 and x < 1/2), (0, true))", ["-1", "1/2"]),
        ("x + 0*abs(sigmoid(1))", []),
    ],
)
def test_exact_breakpoints(text: str, expected: list[str]) -> None:
    form = _check(parse(text))
    assert [
        str(b) for b, spurious in zip(form.breakpoints, form.spurious, strict=True) if not spurious
    ] == expected


@pytest.mark.parametrize(
    "text", ["max(x, sigmoid(x))", "abs(x^3 - 3*x + 1)", "min(x, cos(x))", "abs(x^5 - 4*x^3 + 2)"]
)
def test_roots_are_isolated(text: str) -> None:
    form = _check(parse(text))
    assert form.breakpoints
    for point in form.breakpoints:
        assert point.kind == "root"
        assert point.bracket is not None
        low, high = point.bracket
        assert 0 < high - low <= Fraction(1, 10**9)
        assert mpmath_value(point.guard, {"x": low}) * mpmath_value(point.guard, {"x": high}) < 0
        assert abs(mpmath_value(point.guard, {"x": point.value})) < 1e-40


@settings(max_examples=40)
@given(st.lists(st.fractions(min_value=-9, max_value=9, max_denominator=12), min_size=1, max_size=5))
def test_rational_roots_of_polynomials_are_found_exactly(roots: list[Fraction]) -> None:
    product = terms.rational(1)
    for root in roots:
        product = product * (X - root)
    form = _check(abs(product))
    assert [b.rational for b in form.breakpoints] == sorted(set(roots))
    odd = [root for root in sorted(set(roots)) if roots.count(root) % 2]
    assert [b.rational for b, s in zip(form.breakpoints, form.spurious, strict=True) if not s] == odd


@settings(max_examples=60, deadline=None)
@given(rational_expressions, points)
def test_pieces_and_selections_agree_with_the_function(e: Expression, x: Fraction) -> None:
    try:
        form = normal_form(e)
    except PiecewiseError:
        return
    for junction in form.junctions:
        point = junction.point.rational
        if point is not None and junction.expression is not None:
            assert fraction_value(junction.expression, {"x": point}) == fraction_value(e, {"x": point})
    if all(b.rational != x for b in form.breakpoints):
        piece = form.pieces[sum(b.value < mpmath.mpf(x.numerator) / x.denominator for b in form.breakpoints)]
        value = fraction_value(e, {"x": x})
        assert value is None or value == fraction_value(piece, {"x": x})


def test_signs_come_in_the_order_of_the_walk() -> None:
    form = normal_form(parse("min(max(x + 3, 0), 6)/6 + abs(x)"))
    assert [str(b) for b in form.breakpoints] == ["-3", "0", "3"]
    listed = [[(s.node.op, to_text(s.guard), s.sign) for s in signs] for signs in form.signs]
    assert listed == [
        [("max", "x + 3", "<"), ("min", "-6", "<"), ("abs", "x", "<")],
        [("max", "x + 3", ">"), ("min", "x + 3 - 6", "<"), ("abs", "x", "<")],
        [("max", "x + 3", ">"), ("min", "x + 3 - 6", "<"), ("abs", "x", ">")],
        [("max", "x + 3", ">"), ("min", "x + 3 - 6", ">"), ("abs", "x", ">")],
    ]


def test_only_the_selected_part_is_walked() -> None:
    form = normal_form(parse("piecewise((abs(x - 1), x < 0), (x, true))"))
    assert [str(b) for b in form.breakpoints] == ["0"]
    assert [[s.node.op for s in signs] for signs in form.signs] == [["lt", "abs"], ["lt"]]


def test_evident_signs_need_no_breakpoints() -> None:
    (signs,) = normal_form(parse("abs((x - 1)^2)")).signs
    assert [s.sign for s in signs] == [">="]


@pytest.mark.parametrize(
    ("text", "values", "slopes"),
    [
        ("max(x, 0)", ("0", "0"), ("0", "1")),
        ("piecewise((x - 1/2, x > 1/2), (0, x > -1/2), (x, true))", ("-1/2", "0"), ("1", "0")),
        ("piecewise((exp(x) - 1, x < 0), (x, true))", ("0", "0"), ("1", "1")),
        ("piecewise((tanh(x), x < 1), (1, true))", ("tanh(1)", "1"), ("1 - tanh(1)^2", "0")),
    ],
)
def test_one_sided_limits(text: str, values: tuple[str, str], slopes: tuple[str, str]) -> None:
    junction = normal_form(parse(text)).junctions[0]
    assert (junction.left.exact_value, junction.right.exact_value) == tuple(parse(v) for v in values)
    assert (junction.left.exact_slope, junction.right.exact_slope) == tuple(parse(s) for s in slopes)


def test_limits_where_a_piece_has_no_value() -> None:
    (root,) = normal_form(parse("sqrt(abs(x))")).junctions
    assert root.value == 0
    assert (root.left.slope, root.right.slope) == (-mpmath.inf, mpmath.inf)
    assert root.right.exact_slope is None
    (sinc,) = normal_form(parse("piecewise((sin(x)/x, x < 0), (1, x <= 0), (sin(x)/x, true))")).junctions
    assert abs(sinc.left.value - 1) < 1e-15
    assert abs(sinc.right.slope) < 1e-15
    assert sinc.value == 1
    assert not sinc.spurious
    (pole,) = normal_form(parse("max(1/x, 0)")).junctions
    assert pole.expression is None
    assert pole.value is None
    assert pole.right.value == mpmath.inf


def test_guards_at_a_breakpoint_vanish_exactly() -> None:
    (junction,) = normal_form(parse("max(x, sigmoid(x))")).junctions
    assert [g.sign for g in junction.guards] == ["="]
    assert abs(junction.value - mpmath.mpf("0.659046068407407")) < 1e-14


@pytest.mark.parametrize("text", ["abs(sin(x))", "max(0, tan(x))", "abs(1 + sin(x))", "sign(cos(5*x) - 1/2)"])
def test_infinitely_many_breakpoints_are_reported(text: str) -> None:
    form = normal_form(parse(text))
    assert form.infinite
    assert 10 < len(form.breakpoints) < 200


def test_finitely_many_zeros_of_an_oscillation_are_all_found() -> None:
    form = _check(parse("abs(x + 10*sin(x))"))
    assert not form.infinite
    assert len(form.breakpoints) == 5


def test_several_variables_are_an_error() -> None:
    with pytest.raises(PiecewiseError, match="substitute"):
        normal_form(parse("max(x, beta)", ["beta"]))


def test_undefined_pieces_are_an_error() -> None:
    with pytest.raises(PiecewiseError, match=r"undefined on \(0, oo\)"):
        normal_form(parse("piecewise((x, x < 0))"))


def test_nested_kinks_do_not_explode() -> None:
    e: Expression = X
    for k in range(40):
        e = abs(e - Fraction(1, 2**k))
    with pytest.raises(PiecewiseError, match="pieces"):
        normal_form(e)


@given(st.fractions(-50, 50), st.fractions(0, 2))
def test_simplest_fraction(low: Fraction, width: Fraction) -> None:
    simplest = simplest_between(low, low + width)
    assert low <= simplest <= low + width
    for q in range(1, min(simplest.denominator, 60)):
        assert -(-low * q // 1) > (low + width) * q // 1


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("1 + x^2", ">"),
        ("x^2", ">="),
        ("x*x", ">="),
        ("-exp(x)", "<"),
        ("-sqrt(x)", "<="),
        ("0", "="),
        ("tanh(1 + x^2)", ">"),
        ("sqrt(x)/softplus(x)", ">="),
        ("x^(-2)", ">"),
        ("x", None),
        ("x^2 - 1", None),
        ("x^3", None),
    ],
)
def test_evident_signs(text: str, sign: str | None) -> None:
    assert evident_sign(parse(text)) == sign
