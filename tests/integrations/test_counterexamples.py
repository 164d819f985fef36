"""The counterexamples: marked by the library, computed by its own code, false by arithmetic that is not ours."""

# ruff: noqa: E402

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product
from typing import Any

import pytest
import sympy

invexapi = pytest.importorskip("invexapi")
torch = pytest.importorskip("torch")

from invexproof import prove
from invexproof.expressions.evaluation import numpy_function
from invexproof.expressions.parser import parse
from invexproof.integrations.invexapi.counterexamples import (
    CASES,
    RIGHTLY_UNMARKED,
    Case,
    singular_square_layer,
    three_relu_layers,
)
from invexproof.integrations.invexapi.families import FAMILIES, LayerFamily
from invexproof.integrations.invexapi.layers import function_of, inputs_of, is_layer
from invexproof.integrations.invexapi.rules import RULES

ALL = (*CASES, *RIGHTLY_UNMARKED)
X = sympy.Symbol("x", real=True)

# For each case: the function near a stationary point for SymPy, that point, and a lower point.
WITNESSES: dict[str, tuple[Any, Any, Any]] = {
    "nonlinear-operator": ((X**2 - 1) ** 2, 0, 1),
    "declared-rank": (sympy.log(1 + (X + 2) ** 2) + sympy.log(1 + (X - 2) ** 2), 0, 2),
    "composition-of-convex-layers": ((X**2 - 1) ** 2, 0, 1),
    "composition-of-relu-layers": (sympy.Abs(sympy.Max(X, 0) - 1), -1, 1),
    "negative-relu": (-sympy.Max(X, 0), -1, 1),
    "two-tanh-neurons": (sympy.tanh(X + 1) - sympy.tanh(X), sympy.Rational(-1, 2), 1),
    "more-outputs-than-inputs": (sympy.tanh(X + 1) - sympy.tanh(X), sympy.Rational(-1, 2), 1),
    "singular-square-layer": (sympy.tanh(2 * X) - 2 * sympy.tanh(X), 0, 1),
    "tilted-penalty": (sympy.log(1 + sympy.Abs(X)) - X / 2, 1, 20),
    "sum-of-shifted-losses": (sympy.log(1 + (X + 2) ** 2) + sympy.log(1 + (X - 2) ** 2), 0, 2),
}
# Maxima at which the slope jumps from positive to negative.
PEAKS = {
    "changed-attribute": (sympy.log(1 + sympy.Abs(X)) - 2 * sympy.Abs(X) / (1 + sympy.Abs(X)), 0, 1),
    "amplitude-loss": ((sympy.Abs(X) - 1) ** 2 / 2, 0, 1),
}


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_the_formula_is_what_the_object_computes(case: Case) -> None:
    function = numpy_function(parse(case.formula))
    built = case.build()
    for x in (-3.0, -1.0, -0.5, 0.0, 0.25, 1.0, 2.0):
        assert case.observe(built, x) == pytest.approx(float(function(x)), abs=1e-12)


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_the_library_marks_what_the_case_says(case: Case) -> None:
    built = case.build()
    for name in ("invex", "convex"):
        wanted = bool(case.marked) and (name == "invex" or name == case.marked)
        assert (getattr(built, name, None) is not None) == wanted
    if case.rule:
        mark = getattr(built, case.marked)
        assert mark.source == f"rule:{case.rule}"


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_sympy_agrees_that_a_stationary_point_is_no_minimiser(case: Case) -> None:
    if case.name in PEAKS:
        f, peak, lower = PEAKS[case.name]
        right = sympy.limit((f.subs(X, peak + X) - f.subs(X, peak)) / X, X, 0, "+")
        left = sympy.limit((f.subs(X, peak + X) - f.subs(X, peak)) / X, X, 0, "-")
        assert left >= 0 >= right
        assert f.subs(X, lower) < f.subs(X, peak)
    elif case.name in WITNESSES:
        f, stationary, lower = WITNESSES[case.name]
        slope = sympy.diff(f, X).subs(X, stationary)
        assert sympy.simplify(slope.rewrite(sympy.exp)) == 0
        assert sympy.N(f.subs(X, lower) - f.subs(X, stationary)) < 0
    else:
        assert case.name == "negative-silu"  # the stationary point is no closed form: see the certificate


@pytest.mark.slow
@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_the_refutations_are_certified(case: Case) -> None:
    for kind in case.kinds:
        assert prove(case.formula, kind).verdict == "refuted"


@pytest.mark.slow
@pytest.mark.parametrize("layer", FAMILIES, ids=lambda each: each.name)
def test_the_families_are_certified(layer: LayerFamily) -> None:
    assert prove(layer.formula, layer.kind, parameters=layer.ranges).verdict == "proved"


def test_the_families_are_what_the_layers_compute() -> None:
    torch.manual_seed(1)
    layer = invexapi.nn.ixLinear(1, 2, 1, torch.tanh).double()
    w, b = layer.affine1, layer.affine2
    values = {
        "w1": w.weight[0, 0], "w2": w.weight[1, 0], "b1": w.bias[0], "b2": w.bias[1],
        "w3": b.weight[0, 0], "w4": b.weight[0, 1], "b3": b.bias[0],
    }  # fmt: skip
    family = next(each for each in FAMILIES if each.name == "two-tanh-neurons-positive")
    names = ["x", *values]
    f = numpy_function(parse(family.formula, list(values)), names)
    for x in (-1.0, 0.3, 2.0):
        expected = float(f(x, *(float(v.detach()) for v in values.values())))
        assert float(layer(torch.tensor([x], dtype=torch.float64)).detach()) == pytest.approx(
            expected, abs=1e-12
        )


@pytest.mark.parametrize(
    "case", [case for case in CASES if is_layer(case.build())], ids=lambda case: case.name
)
def test_the_networks_read_from_the_modules_are_the_formulas(case: Case) -> None:
    from invexproof.networks.from_torch import network_of_module

    built = case.build()
    inputs = inputs_of(built)
    assert inputs is not None
    network = network_of_module(built, (inputs,))
    f = function_of(network)
    if network.inputs == network.outputs == 1:
        assert f is not None
        wanted = numpy_function(parse(case.formula))
        for x in (-2.0, -0.5, 0.0, 0.75, 3.0):
            assert float(numpy_function(f)(x)) == pytest.approx(float(wanted(x)), abs=1e-12)
    else:
        assert f is None


def test_the_jacobian_of_the_square_layer_is_singular_at_0_although_both_weights_have_full_rank() -> None:
    layer = singular_square_layer()
    first, second = (sympy.Matrix(a.weight.detach().int().tolist()) for a in (layer.affine1, layer.affine2))
    assert first.rank() == second.rank() == 2
    assert (second * first).rank() == 1  # tanh'(0) = 1
    # Minimality: with two hidden units the determinant is a product of three factors, none of which is 0.
    a, b = sympy.Matrix(2, 2, sympy.symbols("a:4")), sympy.Matrix(2, 2, sympy.symbols("b:4"))
    slopes = sympy.symbols("d:2", positive=True)
    product_of_three = sympy.expand(a.det() * b.det() * slopes[0] * slopes[1])
    assert sympy.expand((a * sympy.diag(*slopes) * b).det() - product_of_three) == 0


# -- three ReLU layers, in exact arithmetic ----------------------------------------------------------------------

Vector = tuple[Fraction, ...]


def exact(parameter: Any) -> list[Any]:
    """A tensor as nested lists of fractions."""
    return [
        [Fraction(v) for v in row] if isinstance(row, list) else Fraction(row) for row in parameter.tolist()
    ]


def apply(weight: list[Any], x: Vector) -> Vector:
    return tuple(sum((w * v for w, v in zip(row, x, strict=True)), Fraction(0)) for row in weight)


def layer_at(layer: Any, x: Vector, direction: Vector | None) -> tuple[Vector, Vector]:
    """The value, and the directional derivative (or zeros), of a layer without biases."""
    first, second = exact(layer.affine1.weight), exact(layer.affine2.weight)
    z = apply(first, x)
    dz = apply(first, direction) if direction else tuple(Fraction(0) for _ in z)
    h = tuple(max(v, Fraction(0)) for v in z)
    dh = tuple(
        d if v > 0 else max(d, Fraction(0)) if v == 0 else Fraction(0) for v, d in zip(z, dz, strict=True)
    )
    return apply(second, h), apply(second, dh)


def gradient_at(layers: list[Any], x: Vector) -> Vector | None:
    """The gradient at a point where no unit that matters is at its kink, else None."""
    columns = []
    for axis in range(len(x)):
        pair = []
        for sign in (1, -1):
            y, d = x, tuple(Fraction(sign * (k == axis)) for k in range(len(x)))
            for layer in layers:
                y, d = layer_at(layer, y, d)
            pair.append(d[0])
        if pair[0] != -pair[1]:
            return None
        columns.append(pair[0])
    return tuple(columns)


def test_three_relu_layers_have_a_stationary_point_that_is_no_minimiser() -> None:
    stack = three_relu_layers()
    assert stack.invex is not None
    assert stack.invex.source == "rule:full_rank_composition"
    layers = list(stack)
    zero = (Fraction(0), Fraction(0))

    def value(x: Vector) -> Fraction:
        for layer in layers:
            x, _ = layer_at(layer, x, None)
        return x[0]

    assert value(zero) == 0
    assert value((Fraction(-3), Fraction(-1))) == -2
    assert float(stack(torch.tensor([-3.0, -1.0], dtype=torch.float64)).detach()) == -2.0
    # The map is positively homogeneous: a gradient at x is one at every positive multiple of x, so near 0.
    grid = [Fraction(k, 7) for k in range(-9, 10)]
    gradients = {g for x in product(grid, grid) if (g := gradient_at(layers, x)) is not None}
    opposite = [
        (g, h)
        for g, h in combinations(sorted(gradients), 2)
        if all(a == -b for a, b in zip(g, h, strict=True))
    ]
    assert ((Fraction(0), Fraction(-2)), (Fraction(0), Fraction(2))) in opposite


def test_each_of_the_three_layers_has_jacobians_of_full_rank() -> None:
    """By formulas: the generalised Jacobians are ((1, s), (0, 1)), ((1, 0), (s/2, 1)) and (1, 2s) with |s| <= 1."""
    layers = list(three_relu_layers())
    for x1, x2 in product((-2.0, -1.0, 0.5, 3.0), repeat=2):
        x = torch.tensor([x1, x2], dtype=torch.float64)
        y = layers[0](x)
        assert y.tolist() == [x1 + abs(x2), x2]
        assert layers[1](x).tolist() == [x1, x2 + abs(x1) / 2]
        assert layers[2](x).tolist() == [x1 + 2 * abs(x2)]


# -- rules -------------------------------------------------------------------------------------------------------


def test_all_rules_of_the_library_are_judged() -> None:
    assert [rule.name for rule in RULES] == [rule.name for rule in invexapi.rules.registered()]
    names = {case.name for case in CASES}
    assert {name for rule in RULES for name in rule.cases} <= names
    assert {case.rule for case in CASES if case.rule} <= {rule.name for rule in RULES}


def test_total_variation_of_an_admissible_penalty_is_even_invex() -> None:
    """<gradient at x, x> > 0 wherever Hx is not 0: the reason given for every linear H, tried numerically."""
    torch.manual_seed(0)
    tv = invexapi.Composed(invexapi.LogPenalty(0.3, 2.0), invexapi.FiniteDifference2D())
    assert tv.invex is None
    assert tv.quasi_invex is not None
    for _ in range(50):
        x = torch.randn(4, 5, dtype=torch.float64)
        assert float((tv.grad(x) * x).sum()) > 0
