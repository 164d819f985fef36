"""Exact arithmetic on Jacobians in slope form, written without the engine: the oracle of its tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product

import numpy as np

from invexproof.engines.blocks import Block
from invexproof.engines.slope_ranges import HALVINGS
from invexproof.expressions.parser import parse
from invexproof.networks.slope_form import SlopeForm

Matrix = list[list[Fraction]]
Side = tuple[Fraction, Fraction]
Sides = tuple[Side, ...]
SOFTSIGN = "x/(1 + abs(x))"
"""Its slope 1/(1 + |x|)^2 is rational and falls with |x|."""


def exact(values: np.ndarray) -> Matrix:
    return [[Fraction(float(x)) for x in row] for row in values]


def times(a: Matrix, b: Matrix) -> Matrix:
    return [
        [
            sum((p * q for p, q in zip(row, column, strict=True)), Fraction(0))
            for column in zip(*b, strict=True)
        ]
        for row in a
    ]


def determinant(matrix: Matrix) -> Fraction:
    """By Gaussian elimination in fractions."""
    rows, result = [list(row) for row in matrix], Fraction(1)
    for k in range(len(rows)):
        pivot = next((i for i in range(k, len(rows)) if rows[i][k]), None)
        if pivot is None:
            return Fraction(0)
        if pivot != k:
            rows[k], rows[pivot], result = rows[pivot], rows[k], -result
        result *= rows[k][k]
        for i in range(k + 1, len(rows)):
            factor = rows[i][k] / rows[k][k]
            rows[i] = [x - factor * y for x, y in zip(rows[i], rows[k], strict=True)]
    return result


def jacobian(form: SlopeForm[np.ndarray], slopes: Sequence[Fraction]) -> Matrix:
    """C + E H, where row i of H is d_i (A_i + B_i H)."""
    rows: Matrix = []
    inner, before = exact(form.A), exact(form.B)
    for i, slope in enumerate(slopes):
        row = list(inner[i])
        for k, earlier in enumerate(rows):
            row = [x + before[i][k] * y for x, y in zip(row, earlier, strict=True)]
        rows.append([slope * x for x in row])
    outer = times(exact(form.E), rows) if rows else [[Fraction(0)] * form.C.shape[1]] * form.C.shape[0]
    return [[p + q for p, q in zip(r, s, strict=True)] for r, s in zip(exact(form.C), outer, strict=True)]


def leaves(tree: str, box: Sequence[Side]) -> list[Sides]:
    """The boxes of a tree, by recursion on its text."""

    def walk(position: int, sides: Sides) -> tuple[int, list[Sides]]:
        letter = tree[position]
        if letter == "c":
            return position + 1, [sides]
        k = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(letter)
        middle = (sides[k][0] + sides[k][1]) / 2
        after, below = walk(position + 1, (*sides[:k], (sides[k][0], middle), *sides[k + 1 :]))
        end, above = walk(after, (*sides[:k], (middle, sides[k][1]), *sides[k + 1 :]))
        return end, below + above

    end, found = walk(0, tuple(box))
    if end != len(tree):
        raise ValueError("characters after the tree")
    return found


def softsign_slopes(low: Fraction, high: Fraction) -> Side:
    nearest = Fraction(0) if low <= 0 <= high else min(abs(low), abs(high))
    return 1 / (1 + max(abs(low), abs(high))) ** 2, 1 / (1 + nearest) ** 2


def corner_determinants(form: SlopeForm[np.ndarray], box: Sides) -> Iterator[Fraction]:
    """det J at all corners of the slopes of a softsign layer (B = 0) over a box; everything exact."""
    slopes = []
    for row, constant in zip(exact(form.A), form.a, strict=True):
        ends = [(w * low, w * high) for w, (low, high) in zip(row, box, strict=True)]
        middle = Fraction(float(constant))
        slopes.append(softsign_slopes(middle + sum(min(e) for e in ends), middle + sum(max(e) for e in ends)))
    for corner in product(*slopes):
        yield determinant(jacobian(form, corner))


def form_of(
    A: np.ndarray,
    E: np.ndarray,
    C: np.ndarray | None = None,
    B: np.ndarray | None = None,
    a: np.ndarray | None = None,
    c: np.ndarray | None = None,
) -> SlopeForm[np.ndarray]:
    """A slope form with one function; C is the identity and B, a, c are 0 unless given."""
    units, inputs = A.shape
    outputs = E.shape[0]
    return SlopeForm(
        A=A,
        B=np.zeros((units, units)) if B is None else B,
        C=np.eye(outputs, inputs) if C is None else C,
        E=E,
        a=np.zeros(units) if a is None else a,
        c=np.zeros(outputs) if c is None else c,
        functions=(0,) * units,
        places=tuple((1, k) for k in range(units)),
    )


def block_of(form: SlopeForm[np.ndarray], function: str = "tanh(x)", halvings: int = HALVINGS) -> Block:
    return Block.of(form, [parse(function)], halvings)


def cube(size: int, radius: Fraction | int = 1) -> list[Side]:
    return [(-Fraction(radius), Fraction(radius))] * size
