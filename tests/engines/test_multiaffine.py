"""Covers are checked leaf by leaf in exact arithmetic; singular maps are never covered; hints are right."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invexproof.engines import multiaffine
from invexproof.engines.blocks import Block
from invexproof.engines.corner_values import MultiaffineError
from invexproof.engines.forms import Kind
from invexproof.engines.multiaffine import SearchResult, search
from tests.engines.jacobian_oracle import (
    SOFTSIGN,
    block_of,
    corner_determinants,
    cube,
    form_of,
    leaves,
)

SEEDS = st.integers(0, 10**6)
KINDS: tuple[Kind, ...] = ("affine", "mean-value")


def residual(
    seed: int, size: int, units: int, scale: float, function: str = "tanh(x)", bias: float = 0.5
) -> Block:
    """x + E sigma(A x + a), all weights k/64."""
    g = np.random.default_rng(seed)

    def numbers(most: float, *shape: int) -> np.ndarray:
        return np.round(64 * g.uniform(-most, most, shape)) / 64

    inner, outer, shift = numbers(1, units, size), numbers(1, size, units), numbers(bias, units)
    return block_of(form_of(inner, np.round(64 * scale * outer) / 64, a=shift), function)


def narrow(
    seed: int, size: int, units: int, function: str, slope: Callable[[np.ndarray], np.ndarray]
) -> Block:
    """The same, scaled so that the least determinant at a few points of [-2, 2]^size is about 0.1."""
    points = np.random.default_rng(seed).uniform(-2, 2, (300, size))

    def least(scale: float) -> float:
        form = residual(seed, size, units, scale, function, bias=2).form
        slopes = slope(points @ form.A.T + form.a)
        return float(np.linalg.det(form.C + form.E @ (slopes[:, :, None] * form.A)).min())

    low, high = 0.0, 4.0
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if least(middle) > 0.1 else (low, middle)
    return residual(seed, size, units, low, function, bias=2)


def softsign_slope(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.abs(z)) ** 2


def tanh_slope(z: np.ndarray) -> np.ndarray:
    return 1 - np.tanh(z) ** 2


def tanh_determinants(blocks: list[Block], points: np.ndarray) -> np.ndarray:
    """det of the chain rule's product, by NumPy alone, for tanh layers."""
    total = np.ones(len(points))
    for block in blocks:
        form = block.form
        z = points @ form.A.T + form.a
        total *= np.linalg.det(form.C + form.E @ ((1 - np.tanh(z)[:, :, None] ** 2) * form.A))
        points = points @ form.C.T + np.tanh(z) @ form.E.T + form.c
    return total


def tanh_determinant_exactly(block: Block, point: tuple[Fraction, ...]) -> mpmath.mpf:
    form = block.form
    with mpmath.workdps(40):
        x = mpmath.matrix([mpmath.mpf(p.numerator) / p.denominator for p in point])
        inner, outer = mpmath.matrix(form.A.tolist()), mpmath.matrix(form.E.tolist())
        z = inner * x + mpmath.matrix(form.a.tolist())
        slopes = mpmath.diag([1 - mpmath.tanh(entry) ** 2 for entry in z])
        return mpmath.det(mpmath.matrix(form.C.tolist()) + outer * slopes * inner)


# -- covers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(24))
def test_every_leaf_passes_in_exact_arithmetic(seed: int) -> None:
    size, units = 1 + seed % 3, 2 + seed % 4
    block = narrow(seed, size, units, SOFTSIGN, softsign_slope)
    result = search(block, cube(size, 2), max_boxes=3000)
    if result.verdict == "covered":
        boxes = leaves(result.tree, cube(size, 2))
        assert len(boxes) == result.leaves
        assert result.boxes == 2 * result.leaves - 1
        chosen = boxes[:: 1 + len(boxes) // 20]
        values = [value for box in chosen for value in corner_determinants(block.form, box)]
        assert min(values) > 0 or max(values) < 0


def test_many_of_these_need_splitting() -> None:
    sizes = []
    for seed in range(24):
        block = narrow(seed, 1 + seed % 3, 2 + seed % 4, SOFTSIGN, softsign_slope)
        result = search(block, cube(1 + seed % 3, 2), max_boxes=3000)
        sizes += [result.leaves] if result.verdict == "covered" else []
    assert len(sizes) >= 16
    assert sum(size > 3 for size in sizes) >= 6


@settings(max_examples=30, deadline=None)
@given(
    seed=SEEDS, count=st.integers(1, 3), scale=st.sampled_from([0.2, 0.4, 0.8]), kind=st.sampled_from(KINDS)
)
def test_a_covered_map_has_one_sign_at_all_points(seed: int, count: int, scale: float, kind: Kind) -> None:
    blocks = [residual(seed + k, 3, 4, scale, bias=2) for k in range(count)]
    result = search(blocks, cube(3), forms=kind, max_boxes=3000)
    values = tanh_determinants(blocks, np.random.default_rng(seed).uniform(-1, 1, (4000, 3)))
    if result.verdict == "covered":
        assert values.min() > 0 or values.max() < 0
    if result.verdict == "sign-change":
        assert result.points is not None
        ends = tanh_determinants(blocks, np.array([[float(x) for x in point] for point in result.points]))
        assert ends[0] * ends[1] < 0


def test_a_box_that_passes_is_a_leaf() -> None:
    result = search(block_of(form_of(0.1 * np.eye(2), np.eye(2))), cube(2))
    assert (result.verdict, result.tree, result.leaves, result.boxes) == ("covered", "c", 1, 1)


def test_units_that_cancel_need_splits() -> None:
    """x - 2 tanh(x) + 2 tanh(x + 1/10): over [-2, 2] each slope is anything in [0.06, 1]."""
    form = form_of(np.array([[1.0], [1.0]]), np.array([[-2.0, 2.0]]), a=np.array([0.0, 0.1]))
    result = search(block_of(form), cube(1, 2))
    assert result.verdict == "covered"
    assert 1 < result.leaves < 20
    assert result.tree.count("c") == result.leaves


def test_deep_forms_with_their_own_layers() -> None:
    """x + E2 tanh(A2 (x + E1 tanh(A1 x))) + E1 tanh(A1 x) as one form, and as two blocks."""
    first, second = residual(11, 3, 3, 0.4), residual(12, 3, 3, 0.4)
    one, two = first.form, second.form
    before = np.zeros((6, 6))
    before[3:, :3] = two.A @ one.E
    joined = form_of(
        np.vstack([one.A, two.A]), np.hstack([one.E, two.E]), B=before, a=np.concatenate([one.a, two.a])
    )
    box = cube(3)
    assert search(block_of(joined), box).verdict == "covered"
    assert search([first, second], box).verdict == "covered"


def test_affine_forms_need_fewer_boxes() -> None:
    blocks = [narrow(seed, 3, 3, "tanh(x)", tanh_slope) for seed in (3, 4, 5)]
    affine, slower = (search(blocks, cube(3), forms=way, max_boxes=20_000) for way in KINDS)
    assert affine.verdict == "covered"
    assert slower.boxes > 2 * affine.boxes > 4


def test_linear_maps_have_no_units() -> None:
    form = form_of(np.zeros((0, 2)), np.zeros((2, 0)), np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert search(Block(form, ()), cube(2)).tree == "c"


def test_kinks_count_with_both_slopes() -> None:
    steep = form_of(np.eye(1), np.array([[-0.5]]))
    assert search(block_of(steep, "max(x, 0)"), cube(1)).verdict == "covered"
    assert search(block_of(form_of(np.eye(1), np.array([[-1.0]])), "abs(x)/2"), cube(1)).verdict == "covered"
    assert search(block_of(form_of(np.eye(1), np.array([[-2.0]])), "abs(x)/2"), cube(1)).verdict == "open"


def test_many_inputs_get_explicit_splits() -> None:
    inner = np.zeros((2, 40))
    inner[0, 38] = inner[1, 38] = 1.0
    outer = np.zeros((40, 2))
    outer[38] = -2.0, 2.0
    result = search(block_of(form_of(inner, outer, a=np.array([0.0, 0.1]))), cube(40, 2))
    assert result.verdict == "covered"
    assert set(result.tree) == {"s", "c"}
    assert {axis for axis, _ in result.at} == {38}
    assert len(result.at) == result.leaves - 1
    assert result.at[0] == (38, 0)


def test_what_a_checker_refuses_is_halved() -> None:
    block = narrow(2, 3, 4, SOFTSIGN, softsign_slope)
    free = search(block, cube(3, 2))
    asked = []

    def small(box: tuple[tuple[Fraction, Fraction], ...]) -> bool:
        asked.append(box)
        return all(high - low <= 1 for low, high in box)

    result = search(block, cube(3, 2), confirm=small)
    assert (free.verdict, result.verdict) == ("covered", "covered")
    boxes = leaves(result.tree, cube(3, 2))
    assert all(small(box) for box in boxes)
    assert set(boxes) <= set(asked)
    assert result.leaves > free.leaves


# -- falsehoods --------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    seed=SEEDS, size=st.integers(1, 4), place=st.floats(-0.9, 0.9), excess=st.sampled_from([0.0, 1e-12, 1e-3])
)
def test_a_determinant_that_touches_0_is_never_covered(
    seed: int, size: int, place: float, excess: float
) -> None:
    """det(I + E D A) >= 0 with equality at one point only, inside the box (or negative near it)."""
    g = np.random.default_rng(seed)
    inner = np.eye(size) + 0.2 * g.normal(size=(size, size))
    outer = -(1.0 + excess) * np.linalg.inv(inner) @ np.diag([1.0, *g.uniform(-0.5, 0.5, size - 1)])
    centre = np.full(size, place)
    result = search(block_of(form_of(inner, outer, a=-inner @ centre)), cube(size), max_boxes=4000)
    assert result.verdict != "covered"


@pytest.mark.parametrize("corner", [(1.0, 1.0), (-1.0, 1.0)])
def test_a_zero_at_a_vertex_of_the_box_is_never_covered(corner: tuple[float, float]) -> None:
    inner = np.eye(2)
    form = form_of(inner, np.diag([-1.0, 0.5]), a=-inner @ np.array(corner))
    assert search(block_of(form), cube(2), max_boxes=5000).verdict == "open"


def test_a_singular_block_in_the_middle_is_never_covered() -> None:
    singular = block_of(form_of(np.eye(2), np.diag([-1.0, 0.5]), a=np.array([0.01, 0.0])))
    blocks = [residual(1, 2, 2, 0.1), singular, residual(2, 2, 2, 0.1)]
    result = search(blocks, cube(2), max_boxes=20_000)
    assert result.verdict != "covered"


def test_a_determinant_that_is_0_everywhere() -> None:
    form = form_of(np.ones((1, 2)), np.ones((2, 1)), np.zeros((2, 2)))
    result = search(block_of(form), cube(2))
    assert result.verdict == "open"
    assert "0, up to rounding, at all points" in result.reason


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, size=st.integers(1, 4), scale=st.floats(0.5, 3))
def test_points_of_opposite_sign_have_opposite_signs(seed: int, size: int, scale: float) -> None:
    block = residual(seed, size, size + 1, scale)
    result = search(block, cube(size), max_boxes=3000)
    if result.verdict != "sign-change":
        return
    assert result.points is not None
    low, high = (tanh_determinant_exactly(block, point) for point in result.points)
    assert low * high < 0
    assert all(-1 <= x <= 1 for point in result.points for x in point)


def test_a_change_of_sign_in_a_small_part_is_found() -> None:
    """det = 1 - 1.001 sech(x1)^2 ... is negative only near the origin."""
    form = form_of(np.eye(3), np.diag([-1.001, 0.5, 0.5]), a=np.array([0.3, 0.0, 0.0]))
    result = search(block_of(form), cube(3))
    assert result.verdict == "sign-change"
    assert result.points is not None
    assert all(x.denominator < 2**20 for point in result.points for x in point)


# -- limits, errors ----------------------------------------------------------------------------------------------


def hopeless() -> Block:
    return block_of(form_of(np.eye(3), -np.eye(3), a=np.array([0.1, 0.2, 0.3])))


def test_limits_leave_boxes_over() -> None:
    for result in (search(hopeless(), cube(3), max_boxes=50), search(hopeless(), cube(3), timeout=0.0)):
        assert result.verdict == "open"
        assert "not finished within" in result.reason
        assert result.remaining
        for box in result.remaining:
            assert all(-1 <= low < high <= 1 for low, high in box)


def test_the_resolution_ends_a_hopeless_search() -> None:
    result = search(hopeless(), cube(3), resolution=2.0**-6)
    assert result.verdict == "open"
    assert "small" in result.reason
    assert result.tree == ""


def test_an_interruption_gives_open(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(multiaffine, "corner_values", interrupt)
    assert search(hopeless(), cube(3)).reason == "interrupted"


def test_the_same_search_twice_is_the_same() -> None:
    def strip(result: SearchResult) -> tuple[object, ...]:
        return result.verdict, result.tree, result.points, result.boxes

    for seed in (1, 7):
        block = residual(seed, 3, 4, 1.0)
        assert strip(search(block, cube(3), max_boxes=5000)) == strip(search(block, cube(3), max_boxes=5000))


def test_boxes_that_do_not_fit() -> None:
    block = residual(0, 2, 2, 0.1)
    with pytest.raises(MultiaffineError, match="the box gives 3"):
        search(block, cube(3))
    with pytest.raises(MultiaffineError, match="block 0 gives 2"):
        search([block, residual(0, 3, 2, 0.1)], cube(2))
    with pytest.raises(MultiaffineError, match="empty"):
        search(block, [(Fraction(0), Fraction(1)), (Fraction(1), Fraction(0))])
    with pytest.raises(MultiaffineError, match="at least one block"):
        search([], cube(2))
