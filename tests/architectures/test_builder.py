"""The builder, and what importers share on top of it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.training_builder import contrastive
from invexproof.architectures import building
from invexproof.architectures.builder import Builder
from invexproof.architectures.errors import ArchitectureError
from tests.architectures.checking import inferred


def test_the_graph_has_what_the_loss_needs_and_all_parameters() -> None:
    b = Builder()
    b.data("unused", [4])
    idle = b.parameter("idle", [5])
    x, w = b.data("x", [8, 2]), b.parameter("w", [3, 2])
    b.node("exp", idle)
    h = b.node("linear", x, w, None)
    graph = b.finish(b.node("mean", b.node("square", h), axes=(0, 1)))
    assert [i.name for i in graph.inputs] == ["idle", "x", "w"]
    assert [n.to_row() for n in graph.nodes] == [
        ["linear", [1, 2, None]],
        ["square", [3]],
        ["mean", [4], {"axes": [0, 1]}],
    ]
    assert inferred(graph).dimension == graph.parameter_count == 11


def test_defaults_are_left_out_whatever_their_spelling() -> None:
    b = Builder()
    x = b.parameter("x", [4])
    assert b.node("elu", x, alpha=1) == b.node("elu", x, alpha=Fraction(1)) == b.node("elu", x)
    assert b.node("sum", x, axes=[0], keep=False) == b.node("sum", x, axes=(0,))
    assert b.node("elu", x, alpha=2) == b.node("elu", x, alpha=Fraction(2)) != b.node("elu", x)
    assert b.node("soft_shrink", x, lambda_=Fraction(1, 3)) != b.node("soft_shrink", x)


def test_what_depends_on_no_parameter_is_a_constant() -> None:
    b = Builder()
    d = b.data("d", [4], low=0, high=1)
    doubled = b.node("add", d, d)
    assert not b.depends(doubled)
    assert b.node("add", d, d) == doubled
    w = b.parameter("w", [4])
    graph = b.finish(b.node("sum", b.node("multiply", w, doubled), axes=[0]))
    assert [(i.role, i.low, i.high) for i in graph.inputs] == [("constant", 0, 2), ("parameter", None, None)]
    inferred(graph)


def test_names_are_made_fit_and_different() -> None:
    b = Builder()
    values = [b.parameter(name, []) for name in ("w", "w", "0.weight", "a b", "a?b", "", "x" * 300)]
    names = [b.name(v) for v in values]
    assert names[:5] == ["w", "w.1", "_0.weight", "a_b", "a_b.1"]
    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= 200


def test_a_copy_goes_its_own_way() -> None:
    b = Builder()
    w = b.parameter("w", [])
    other = b.copy()
    other.parameter("v", [])
    assert other.finish(other.node("square", w)).parameter_count == 2
    assert b.finish(b.node("exp", w)).parameter_count == 1


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda b, w: b.node("squeare", w), "squeare.*no such operator"),
        (lambda b, w: b.node("add", w, b.parameter("v", [3])), r"add\(real \[2\], real \[3\]\)"),
        (lambda b, w: b.node("sum", w), "axes is missing"),
        (lambda b, w: b.node("sum", w, axes=[1]), "axes"),
        (lambda b, w: b.node("exp", w, base=2), "no attribute"),
        (lambda b, w: b.node("elu", w, alpha=0.5), "Fractions"),
        (lambda b, w: b.node("multiply", w, 0.5), "literals are Fractions"),
        (lambda b, w: b.node("exp", 99), "no value of this builder"),
        (lambda b, w: b.parameter("v", [0]), "positive whole"),
        (lambda b, w: b.data("v", [2], "complex"), "no role, kind"),
        (lambda b, w: b.finish(w), "one real number"),
        (lambda b, w: b.finish(b.data("d", [])), "nothing to train"),
        (lambda b, w: b.finish(b.parameter("v", [])), "a parameter itself"),
    ],
)
def test_errors(make: Callable[[Builder, int], Any], message: str) -> None:
    b = Builder()
    with pytest.raises(ArchitectureError, match=message):
        make(b, b.parameter("w", [2]))


# -- building: NumPy is the oracle -----------------------------------------------------------------------------

MOVES: dict[str, Callable[[np.ndarray, dict[str, Any]], np.ndarray]] = {
    "reshape": lambda a, s: a.reshape(s["shape"]),
    "transpose": lambda a, s: a.transpose(s["axes"]),
    "expand": lambda a, s: np.broadcast_to(a, s["shape"]),
    "slice": lambda a, s: a.take(range(s["start"], s["stop"], s.get("step", 1)), axis=s["axis"]),
}


def moved(make: Callable[[Builder, int], int], array: np.ndarray) -> np.ndarray:
    """What nodes that only rearrange make of an array."""
    b = Builder()
    x = b.parameter("x", array.shape)
    result = make(b, x)
    arrays = {x: array}
    for value in range(1, len(b._sources)):
        row = b._sources[value].to_row()
        op, arguments, attributes = row[0], row[1], row[2] if len(row) > 2 else {}
        if op == "concatenate":
            arrays[value] = np.concatenate([arrays[k] for k in arguments], **attributes)
        else:
            arrays[value] = MOVES[op](arrays[arguments[0]], attributes)
    assert arrays[result].shape == b.shape(result)
    return arrays[result]


A = np.arange(24).reshape(2, 3, 4)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda b, x: building.reshape(b, x, [4, -1]), A.reshape(4, -1)),
        (lambda b, x: building.flatten(b, x, 1), A.reshape(2, 12)),
        (lambda b, x: building.flatten(b, x), A.ravel()),
        (lambda b, x: building.unsqueeze(b, x, 0, -1), A[None, ..., None]),
        (lambda b, x: building.squeeze(b, building.unsqueeze(b, x, 1, -1)), A),
        (lambda b, x: building.squeeze(b, building.unsqueeze(b, x, 1), 1, 0), A),
        (lambda b, x: building.swap(b, x, 0, -1), A.swapaxes(0, -1)),
        (lambda b, x: building.transpose(b, x, [-1, 0, 1]), A.transpose(2, 0, 1)),
        (lambda b, x: building.expand(b, x, [5, -1, 3, -1]), np.broadcast_to(A, (5, 2, 3, 4))),
        (lambda b, x: building.slice_axis(b, x, -1, None, None, 2), A[..., ::2]),
        (lambda b, x: building.slice_axis(b, x, 1, -2, None), A[:, -2:]),
        (lambda b, x: building.select(b, x, 1, -1), A[:, -1]),
        (lambda b, x: building.concatenate(b, building.split(b, x, [1, 3])[::-1], -1), np.roll(A, 3, -1)),
        (lambda b, x: building.concatenate(b, building.split(b, x, 2, 1), 1), A),
        (lambda b, x: building.stack(b, [x, x], -1), np.stack([A, A], -1)),
        (lambda b, x: building.repeat(b, x, [2, 1, 3]), np.tile(A, (2, 1, 3))),
        (lambda b, x: building.repeat(b, x, [2, 1, 1, 2]), np.tile(A, (2, 1, 1, 2))),
        (lambda b, x: building.repeat_each(b, x, 3, 1), np.repeat(A, 3, 1)),
    ],
)
def test_rearranging(make: Callable[[Builder, int], int], expected: np.ndarray) -> None:
    assert np.array_equal(moved(make, A), expected)


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-3, 2)), max_size=3))
def test_roll(pairs: list[tuple[int, int]]) -> None:
    shifts, axes = [s for s, _ in pairs], [a for _, a in pairs]
    assert np.array_equal(moved(lambda b, x: building.roll(b, x, shifts, axes), A), np.roll(A, shifts, axes))


def test_what_changes_nothing_makes_no_node() -> None:
    b = Builder()
    x = b.parameter("x", [2, 3])
    assert building.reshape(b, x, [2, 3]) == x
    assert building.transpose(b, x, [0, 1]) == x
    assert building.slice_axis(b, x, 0, None, None) == x
    assert building.expand(b, x, [2, -1]) == x
    assert building.roll(b, x, [3], [1]) == x


@pytest.mark.parametrize(
    "make",
    [
        lambda b, x: building.reshape(b, x, [5, -1]),
        lambda b, x: building.reshape(b, x, [7]),
        lambda b, x: building.select(b, x, 2, 4),
        lambda b, x: building.swap(b, x, 0, 3),
        lambda b, x: building.slice_axis(b, x, 0, 2, 1),
        lambda b, x: building.split(b, x, [1, 1]),
    ],
)
def test_rearranging_that_does_not_fit(make: Callable[[Builder, int], Any]) -> None:
    b = Builder()
    with pytest.raises(ArchitectureError):
        make(b, b.parameter("x", [2, 3, 4]))


def test_the_example_in_python() -> None:
    architecture = inferred(contrastive())
    assert architecture.smoothness.name == "CONTINUOUS"
    assert architecture.dimension == 12 * 16 + 16 + 5 * 16 + 16 + 2 * (16 * 16 + 16) + 1
