"""Pieces that do not occur together: what is excluded never occurs, what occurs is never excluded."""

import random
from fractions import Fraction
from typing import Any

import pytest
from flint import fmpq

from invexcheck.architectures.graph import Architecture
from invexcheck.errors import Reject
from invexcheck.hessians.selections import Conflict, require_conflict, selections, sites
from invexcheck.limits import Budget, Limits
from invexproof.provers.conflicts import conflicts
from invexproof.provers.training import infer

ACTIVATIONS = ("relu", "hard_tanh", "hard_swish", "leaky_relu")


def network(activation: str, rows: int, inputs: int, units: int, seed: int) -> Architecture:
    """Two layers without biases, under a squared error, on random data."""
    rng = random.Random(seed)

    def numbers(count: int) -> list[str]:
        return [str(Fraction(rng.randint(-6, 6), rng.randint(1, 3))) for _ in range(count)]

    return infer(
        {
            "inputs": [
                ["data", "real", [rows, inputs], "x"],
                ["data", "real", [rows, 1], "y"],
                ["parameter", "real", [units, inputs], "w"],
                ["parameter", "real", [1, units], "v"],
            ],
            "nodes": [
                ["linear", [0, 2, None]],
                [activation, [4]],
                ["linear", [5, 3, None]],
                ["mean_squared_error", [6, 1]],
            ],
            "values": {"x": numbers(rows * inputs), "y": numbers(rows)},
        }
    )


def pieces_at(architecture: Architecture, weights: list[Fraction], points: list[Fraction]) -> tuple[int, ...]:
    """The pieces at which the units are for given first weights, worked out without the checker."""
    x, (units, inputs) = architecture.data[0], architecture.inputs[2].shape
    result = []
    for row in range(architecture.inputs[0].shape[0]):
        for unit in range(units):
            u = sum(
                (
                    Fraction(int(x[row * inputs + j].p), int(x[row * inputs + j].q))
                    * weights[unit * inputs + j]
                    for j in range(inputs)
                ),
                Fraction(0),
            )
            result.append(sum(u > point for point in points))
    return tuple(result)


POINTS = {"relu": [0], "leaky_relu": [0], "hard_tanh": [-1, 1], "hard_swish": [-3, 3]}


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(("rows", "inputs", "units"), [(4, 1, 1), (3, 2, 1), (3, 1, 2)])
def test_pieces_that_occur_are_left(activation: str, rows: int, inputs: int, units: int) -> None:
    architecture = network(activation, rows, inputs, units, seed=rows * 10 + inputs + units)
    found = conflicts(architecture, Budget(Limits()))
    left = set(selections(architecture, Budget(Limits()), found))
    rng = random.Random(7)
    points = [Fraction(p) for p in POINTS[activation]]
    occurring = {
        pieces_at(
            architecture,
            [Fraction(2 * rng.randint(-400, 400) + 1, 37) for _ in range(units * inputs)],
            points,
        )
        for _ in range(2000)
    }
    assert occurring <= left
    assert found
    assert len(left) < len(set(selections(architecture, Budget(Limits()))))


def test_on_a_line_only_pieces_that_occur_are_left() -> None:
    """One unit and x = 1, 2, 3: all active, or none."""
    architecture = network("relu", 3, 1, 1, seed=0)
    given = {0: (fmpq(1), fmpq(2), fmpq(3)), 1: architecture.data[1]}
    architecture = Architecture(
        architecture.inputs, architecture.nodes, architecture.values, architecture.conditions, given
    )
    found = conflicts(architecture, Budget(Limits()))
    assert set(selections(architecture, Budget(Limits()), found)) == {(0, 0, 0), (1, 1, 1)}


def refused(architecture: Architecture, *pieces: tuple[int, int, Any]) -> bool:
    conflict = Conflict(tuple((site, piece, fmpq(weight)) for site, piece, weight in pieces))
    try:
        require_conflict(sites(architecture, Budget(Limits())), conflict)
    except Reject:
        return True
    return False


def line(activation: str, x: list[int]) -> Architecture:
    """One unit on the line."""
    architecture = network(activation, len(x), 1, 1, seed=1)
    data = {0: tuple(map(fmpq, x)), 1: architecture.data[1]}
    return Architecture(
        architecture.inputs, architecture.nodes, architecture.values, architecture.conditions, data
    )


@pytest.mark.parametrize(
    ("pieces", "wrong"),
    [
        (((0, 1, 2), (1, 0, -1)), False),  # w > 0 and 2 w < 0
        (((0, 1, 1), (1, 0, -1)), True),  # the sum is not constant
        (((0, 1, -2), (1, 0, 1)), True),  # ends that these pieces have not
        (((0, 1, 2), (1, 1, -1)), True),
        (((0, 1, 0), (1, 0, 0)), True),  # nothing at all
        ((), True),
        (((0, 2, 2), (1, 0, -1)), True),  # no such piece
        (((7, 1, 2), (1, 0, -1)), True),  # no such site
        (((2, 0, -1), (2, 1, 1)), True),  # 0 w <= 0 and 0 w >= 0 is so everywhere
    ],
)
def test_weights_are_verified(pieces: tuple[tuple[int, int, int], ...], wrong: bool) -> None:
    assert refused(line("relu", [1, 2, 0]), *pieces) is wrong


def test_ends_that_are_not_reached_together() -> None:
    """hard_tanh: 1 <= w and 2 w <= 1; the slack may not be of the other sign."""
    architecture = line("hard_tanh", [1, 2])
    assert not refused(architecture, (0, 2, 2), (1, 1, -1))
    assert refused(architecture, (1, 2, 1), (0, 1, -2))  # 1/2 <= w <= 1


def test_arguments_behind_a_maximum_are_not_affine() -> None:
    """Which entry is the greatest depends on the selection, so that no form is known."""
    architecture = infer(
        {
            "inputs": [["parameter", "real", [2], "w"]],
            "nodes": [["max", [0], {"axes": [0]}], ["relu", [1]], ["square", [2]]],
        }
    )
    found = sites(architecture, Budget(Limits()))
    assert [found.form(k) for k in range(2)] == [None, None]


def test_arguments_behind_a_kink_are_not_affine() -> None:
    architecture = infer(
        {
            "inputs": [["parameter", "real", [], "w"]],
            "nodes": [["relu", [0]], ["relu", [1]], ["square", [2]]],
        }
    )
    found = sites(architecture, Budget(Limits()))
    assert found.form(0) is not None
    assert found.form(1) is None
