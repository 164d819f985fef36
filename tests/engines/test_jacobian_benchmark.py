"""The benchmark's instances and queries mean what they say."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from benchmarks.jacobian_instances import RECIPES, Instance, generated, recorded
from benchmarks.jacobian_queries import FORMS, exact_determinant, queries
from benchmarks.jacobians import blocks
from invexproof.engines.interface import Atom
from invexproof.engines.multiaffine import search
from invexproof.expressions.evaluation import numpy_function
from invexproof.expressions.terms import postorder
from invexproof.networks.evaluation import jacobian

ALL = [*recorded(), *generated()]


def by_hand(instance: Instance, x: np.ndarray) -> float:
    """The determinant of the product of the layers' Jacobians."""
    total = 1.0
    for layer in instance.layers:
        outer, inner = np.array(layer.outer, dtype=float), np.array(layer.inner, dtype=float)
        z = inner @ x + np.array(layer.bias, dtype=float)
        total *= float(np.linalg.det(np.eye(len(x)) + outer @ np.diag(1 / np.cosh(z) ** 2) @ inner))
        x = x + outer @ np.tanh(z)
    return total


@pytest.mark.parametrize("instance", ALL, ids=lambda instance: instance.name)
def test_networks_are_the_maps(instance: Instance) -> None:
    x = np.random.default_rng(0).uniform(-1, 1, instance.dimension)
    assert np.linalg.det(jacobian(instance.network(), x)) == pytest.approx(by_hand(instance, x), rel=1e-9)


@pytest.mark.parametrize("instance", recorded(), ids=lambda instance: instance.name)
def test_queries_ask_for_the_determinant(instance: Instance) -> None:
    x = np.random.default_rng(1).uniform(-1, 1, instance.dimension)
    asked = queries(instance)
    assert set(asked) == set(FORMS)
    for query in asked.values():
        atom = query.formula
        assert isinstance(atom, Atom)
        names = tuple(query.variables)
        value = numpy_function(atom.expression, names)(*[np.array([t]) for t in x])
        assert value[0] == pytest.approx(by_hand(instance, x), rel=1e-9)
        assert all(node.op != "div" for node in postorder(atom.expression))


def test_the_determinant_of_fractions() -> None:
    rows = np.random.default_rng(2).integers(-9, 10, (5, 5))
    expected = round(float(np.linalg.det(rows)))
    assert exact_determinant([[Fraction(int(x)) for x in row] for row in rows]) == expected
    assert exact_determinant([]) == 1
    assert exact_determinant([[Fraction(1), Fraction(2)], [Fraction(2), Fraction(4)]]) == 0


def test_recipes_always_give_the_same_weights() -> None:
    first = RECIPES[0].instance()
    assert first == RECIPES[0].instance()
    assert [str(x) for x in first.layers[0].outer[0][:2]] == ["-197/1000", "-17/100"]


def test_recorded_instances_are_covered_by_few_boxes() -> None:
    for instance in recorded():
        result = search(blocks(instance), instance.box)
        assert result.verdict == "covered"
        assert result.leaves <= 12


def test_several_layers_are_not_written_out() -> None:
    with pytest.raises(ValueError, match="one layer"):
        queries(generated()[-1])
