"""Maps given by formulas."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from invexproof.expressions.parser import ParseError, parse
from invexproof.networks.errors import NetworkError
from invexproof.networks.evaluation import jacobian, output
from invexproof.networks.exact_evaluation import exact_values
from invexproof.networks.formulas import network_of_formulas, split_formulas


def test_numbered_variables() -> None:
    network = network_of_formulas("x1 + tanh(x2)/2, x2 - x1^3")
    assert (network.inputs, network.outputs) == (2, 2)
    np.testing.assert_allclose(output(network, [2.0, 1.0]), [2 + math.tanh(1) / 2, -7])
    np.testing.assert_allclose(jacobian(network, [2.0, 0.0]), [[1, 0.5], [-12, 1]])
    assert network_of_formulas("x3").inputs == 3


def test_one_variable() -> None:
    network = network_of_formulas("x^2 + 0.1")
    assert (network.inputs, network.outputs) == (1, 1)
    assert exact_values(network, [1])[-1].tolist() == [Fraction(11, 10)]


def test_named_variables_are_taken_in_their_order() -> None:
    network = network_of_formulas("x - 2*y", ["y", "x"])
    assert network.formulas(1) == (parse("x2 - 2*x1", ["x1", "x2"]),)
    swapped = network_of_formulas("x1 - x2", ["x2", "x1"])
    assert output(swapped, [1.0, 10.0]).tolist() == [9.0]


def test_commas_in_parentheses_do_not_separate() -> None:
    assert split_formulas("max(x1, 2), piecewise((1, x1 < 0), (2, true)), x1") == [
        "max(x1, 2)",
        " piecewise((1, x1 < 0), (2, true))",
        " x1",
    ]
    assert network_of_formulas("max(x1, x2), x1").outputs == 2
    assert network_of_formulas(["x1", "min(x1, 2)"]).outputs == 2


def test_equal_formulas_and_constants() -> None:
    network = network_of_formulas("x1, x1, 3")
    assert output(network, [[5.0], [6.0]]).tolist() == [[5, 5, 3], [6, 6, 3]]


@pytest.mark.parametrize(
    ("text", "variables", "error", "message"),
    [
        ("x1 + , x2", None, ParseError, "formula 1 of 2"),
        ("x1, y", None, ParseError, r"formula 2 of 2: unknown name 'y'"),
        ("x1,", None, ParseError, "formula 2 of 2"),
        ("tanh(x1", None, ParseError, "column 8"),
        ("x1 < 2", None, NetworkError, "is a condition"),
        ("x + x1", None, NetworkError, "mentions x, but the variables are x1"),
        ("x0", None, ParseError, "unknown name 'x0'"),
        ("x999999999", None, NetworkError, "999999999 variables"),
        ("x", [], NetworkError, "not distinct names"),
        ("x", ["x", "x"], NetworkError, "not distinct names"),
        ("x", ["y", "2"], Exception, "not a variable name"),
        ("x", ["x", "pi"], Exception, "pi"),
    ],
)
def test_mistakes(text: str, variables: list[str] | None, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        network_of_formulas(text, variables)
