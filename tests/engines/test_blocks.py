"""Preactivations over boxes contain those at points; corner values and coefficients agree with exact determinants."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invexproof.engines.blocks import Block
from invexproof.engines.corner_values import MultiaffineError, coefficients, corner_values, values_at
from invexproof.engines.forms import Kind, at_points, over_boxes
from invexproof.engines.split_trees import SplitTree
from invexproof.networks.slope_form import SlopeForm
from tests.engines.jacobian_oracle import block_of, cube, determinant, form_of, jacobian, leaves

SEEDS = st.integers(0, 10**6)
KINDS: tuple[Kind, ...] = ("affine", "mean-value")
FUNCTIONS = ("tanh(x)", "x*sigmoid(x)", "max(x, 0)")


def dyadic(generator: np.random.Generator, *shape: int) -> np.ndarray:
    """Numbers k/16, so that fractions stay short."""
    return generator.integers(-24, 25, shape) / 16.0


def random_form(
    seed: int, inputs: int, units: int, deep: bool = True, singular: bool = False, outputs: int | None = None
) -> SlopeForm[np.ndarray]:
    g = np.random.default_rng(seed)
    outputs = inputs if outputs is None else outputs
    direct = np.zeros((outputs, inputs)) if singular else dyadic(g, outputs, inputs)
    before = np.tril(dyadic(g, units, units), -1) if deep else None
    return form_of(
        dyadic(g, units, inputs),
        dyadic(g, outputs, units),
        direct,
        before,
        dyadic(g, units),
        dyadic(g, outputs),
    )


def forward(block: Block, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Preactivations and outputs at one point, unit by unit."""
    form, units = block.form, len(block.activations)
    z, h = np.zeros(units), np.zeros(units)
    for i in range(units):
        z[i] = form.A[i] @ x + form.B[i] @ h + form.a[i]
        h[i] = block.activations[i].values(z[i : i + 1])[0]
    return z, form.C @ x + form.E @ h + form.c


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, inputs=st.integers(1, 4), units=st.integers(0, 5), singular=st.booleans())
def test_the_polynomial_is_the_determinant(seed: int, inputs: int, units: int, singular: bool) -> None:
    form = random_form(seed, inputs, units, singular=singular)
    polynomial = coefficients(form)
    slopes = dyadic(np.random.default_rng(seed + 1), 3, units)
    for row, value in zip(slopes, values_at(polynomial, slopes), strict=True):
        expected = determinant(jacobian(form, [Fraction(x) for x in row.tolist()]))
        assert value == pytest.approx(float(expected), rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("units", range(8))
def test_corners_are_in_order(units: int) -> None:
    g = np.random.default_rng(units)
    polynomial, lower, upper = g.normal(size=2**units), g.normal(size=(3, units)), g.normal(size=(3, units))
    found = corner_values(polynomial, lower, upper)
    assert found.shape == (3, 2**units)
    for number, sides in enumerate(product((0, 1), repeat=units)):
        slopes = np.where(np.array(sides, dtype=bool), upper, lower).reshape(3, units)
        subsets = np.array(list(product((0, 1), repeat=units)), dtype=bool)
        expected = [sum(c * np.prod(d[s]) for c, s in zip(polynomial, subsets, strict=True)) for d in slopes]
        assert found[:, number] == pytest.approx(np.array(expected))


def test_the_largest_blocks_agree_with_numpy() -> None:
    g = np.random.default_rng(3)
    form = form_of(0.4 * g.normal(size=(14, 6)), 0.4 * g.normal(size=(6, 14)))
    slopes = g.uniform(0, 1, (5, 14))
    expected = np.linalg.det(np.eye(6) + form.E @ (slopes[:, :, None] * form.A))
    assert values_at(coefficients(form), slopes) == pytest.approx(expected, rel=1e-8)


@settings(max_examples=30, deadline=None)
@given(
    seed=SEEDS,
    count=st.integers(1, 3),
    function=st.sampled_from(FUNCTIONS),
    kind=st.sampled_from(KINDS),
    deep=st.booleans(),
)
def test_boxes_contain_their_points(seed: int, count: int, function: str, kind: Kind, deep: bool) -> None:
    g = np.random.default_rng(seed)
    blocks = [block_of(random_form(seed + k, 3, 4, deep), function) for k in range(count)]
    centre, radius = g.uniform(-1, 1, (5, 3)), g.uniform(0, 1, (5, 3)) ** 3
    found = over_boxes(blocks, centre, radius, kind)
    for box in range(5):
        vertices = centre[box] + radius[box] * g.choice([-1, 1], (4, 3))
        for x in [centre[box], *vertices, *(centre[box] + radius[box] * g.uniform(-1, 1, (4, 3)))]:
            y = x
            for block, over in zip(blocks, found, strict=True):
                z, y = forward(block, y)
                assert np.all(z >= over.ranges.lower[box] - 1e-9)
                assert np.all(z <= over.ranges.upper[box] + 1e-9)
                least, most = block.slopes(z, z)
                assert np.all(most <= over.slopes.upper[box] + 1e-9)
                assert np.all(least >= over.slopes.lower[box] - 1e-9)


def test_affine_forms_are_exact_in_the_first_layer_and_tighter_later() -> None:
    g = np.random.default_rng(1)
    blocks = [block_of(form_of(0.7 * g.normal(size=(5, 4)), 0.4 * g.normal(size=(4, 5)))) for _ in range(3)]
    centre, radius = g.uniform(-1, 1, (1, 4)), np.full((1, 4), 0.05)
    affine, looser = (over_boxes(blocks, centre, radius, way) for way in KINDS)
    assert affine[0].ranges.radius == pytest.approx(radius @ np.abs(blocks[0].form.A).T)
    assert looser[0].ranges.radius == pytest.approx(affine[0].ranges.radius)
    assert np.all(affine[2].ranges.radius < looser[2].ranges.radius)


def test_points_are_boxes_without_generators() -> None:
    blocks = [block_of(random_form(k, 2, 3)) for k in range(2)]
    point = np.array([[0.3, -0.4]])
    found = at_points(blocks, point)
    z, y = forward(blocks[0], point[0])
    assert found[0].centre[0] == pytest.approx(z)
    assert found[1].centre[0] == pytest.approx(forward(blocks[1], y)[0])
    assert not found[1].ranges.radius.any()


def test_layers_of_units() -> None:
    before = np.zeros((5, 5))
    before[2, 0] = before[3, 2] = before[4, 1] = 1.0
    block = block_of(form_of(np.ones((5, 2)), np.ones((2, 5)), B=before))
    assert [list(level) for level in block.levels] == [[0, 1], [2, 4], [3]]


def test_units_of_several_functions() -> None:
    g = np.random.default_rng(4)
    tanh, relu = (
        block_of(form_of(np.eye(2), np.eye(2)), text).activations[0] for text in ("tanh(x)", "max(x, 0)")
    )
    block = Block(form_of(g.normal(size=(4, 2)), g.normal(size=(2, 4))), (tanh, relu, tanh, relu))
    lower, upper = block.slopes(np.full((1, 4), -1.0), np.full((1, 4), 2.0))
    assert upper[0].tolist() == [1.0, 1.0, 1.0, 1.0]
    assert lower[0] == pytest.approx([1 / np.cosh(2) ** 2, 0.0, 1 / np.cosh(2) ** 2, 0.0])


def test_columns_make_wide_maps_square() -> None:
    form = random_form(5, 4, 3, outputs=2)
    columns = dyadic(np.random.default_rng(6), 4, 2)
    block = Block(form, block_of(form).activations, columns)
    slopes = [Fraction(1, 2), Fraction(1, 4), Fraction(3, 4)]
    expected = np.linalg.det(np.array(jacobian(form, slopes), dtype=float) @ columns)
    found = values_at(coefficients(block.square_form), np.array([[0.5, 0.25, 0.75]]))
    assert found[0] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"C": np.ones((2, 3))}, "A must have shape"),
        ({"B": np.eye(3)}, "strictly lower triangular"),
        ({"a": np.array([0.0, np.inf, 0.0])}, "not a number"),
        ({"E": np.ones((2, 2))}, "E must have shape"),
    ],
)
def test_blocks_that_make_no_sense(change: dict[str, np.ndarray], words: str) -> None:
    parts = {"A": np.ones((3, 2)), "E": np.ones((2, 3)), **change}
    block = block_of(form_of(np.ones((3, 2)), np.ones((2, 3))))
    with pytest.raises(MultiaffineError, match=words):
        Block(form_of(**parts), block.activations)


def test_determinants_that_make_no_sense() -> None:
    with pytest.raises(MultiaffineError, match="columns"):
        coefficients(random_form(0, 3, 2, outputs=2))
    with pytest.raises(MultiaffineError, match="17 units"):
        coefficients(random_form(0, 2, 17))
    form = random_form(0, 3, 2, outputs=2)
    with pytest.raises(MultiaffineError, match="shape"):
        Block(form, block_of(form).activations, np.eye(3))


# -- trees -------------------------------------------------------------------------------------------------------


def test_trees_are_written_depth_first() -> None:
    tree = SplitTree("c")
    lower, upper = tree.split(np.array([0]), np.array([1]))
    tree.split(upper, np.array([0]))
    inner, _ = tree.split(lower, np.array([2]))
    tree.split(inner, np.array([1]))
    text, at = tree.written(cube(3))
    assert (text, at, tree.leaves) == ("121ccc0cc", [], 5)
    volume = sum(np.prod([float(b - a) for a, b in sides]) for sides in leaves(text, cube(3)))
    assert volume == pytest.approx(8.0)


def test_a_whole_box_is_a_leaf() -> None:
    assert SplitTree("c").written(cube(2)) == ("c", [])


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, steps=st.integers(0, 6))
def test_many_variables_get_explicit_splits(seed: int, steps: int) -> None:
    g = np.random.default_rng(seed)
    trees = SplitTree("c"), SplitTree("c")
    open_ = np.array([0])
    for _ in range(steps):
        axes = g.integers(0, 3, len(open_))
        lower, upper = trees[0].split(open_, axes)
        trees[1].split(open_, axes)
        open_ = np.concatenate([lower, upper])[g.random(2 * len(open_)) < 0.7]
        if not len(open_):
            break
    box = [(Fraction(0), Fraction(1, 3)), (Fraction(-2), Fraction(1)), (Fraction(5), Fraction(7))]
    short, none = trees[0].written(box)
    text, at = trees[1].written(box + cube(34))
    assert none == []
    assert text == "".join(letter if letter == "c" else "s" for letter in short)
    assert [axis for axis, _ in at] == [int(letter) for letter in short if letter != "c"]
    ends = {sides[axis][side] for sides in leaves(short, box) for axis in range(3) for side in (0, 1)}
    assert {point for _, point in at} <= ends
