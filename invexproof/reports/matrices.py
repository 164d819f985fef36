"""Vectors, matrices, boxes and spaces as formulas."""

from __future__ import annotations

from collections.abc import Sequence

from flint import arb, fmpq

from invexcheck.goals import ParameterRange
from invexproof.reports import numerals
from invexproof.reports.prose import Math
from invexproof.reports.writer import SUBSCRIPTS, join

MAX_SHOWN = 6
"""Longest row, and column, that is shown with all its entries."""
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def space(dimension: int) -> Math:
    """``ℝ³``."""
    if dimension == 1:
        return Math("ℝ", r"\mathbb{R}")
    return Math(f"ℝ{str(dimension).translate(SUPERSCRIPTS)}", rf"\mathbb{{R}}^{{{dimension}}}")


def node_name(number: int) -> Math:
    """``y₃``, the value of a node."""
    return Math(f"y{str(number).translate(SUBSCRIPTS)}", f"y_{{{number}}}")


def variable(letter: str, number: int) -> Math:
    """``x₁``."""
    return Math(letter + str(number).translate(SUBSCRIPTS), f"{letter}_{{{number}}}")


def shape(lengths: Sequence[int]) -> Math:
    """``2 × 3``."""
    return Math(" × ".join(map(str, lengths)), r" \times ".join(map(str, lengths)))


def vector(values: Sequence[fmpq]) -> Math:
    """``(1, −1/2)``, the number itself if there is one; the middle of a long one is left out."""
    shown = [numerals.rational(value) for value in values]
    if len(shown) == 1:
        return shown[0]
    if len(shown) > MAX_SHOWN:
        shown = [*shown[: MAX_SHOWN - 2], Math("…", r"\dots"), shown[-1]]
    inside = shown[0]
    for item in shown[1:]:
        inside = join(inside, Math(", ", r",\, "), item)
    return join(Math("(", r"\left("), inside, Math(")", r"\right)"))


def matrix(rows: Sequence[Sequence[fmpq]]) -> Math | None:
    """The matrix with all its entries; None if it is too large."""
    if len(rows) > MAX_SHOWN or len(rows[0]) > MAX_SHOWN:
        return None
    spelt = [[numerals.rational(value) for value in row] for row in rows]
    text = "; ".join(", ".join(entry.text for entry in row) for row in spelt)
    latex = r" \\ ".join(" & ".join(entry.latex for entry in row) for row in spelt)
    return Math(f"[{text}]", rf"\begin{{pmatrix}} {latex} \end{{pmatrix}}")


def box(sides: Sequence[tuple[fmpq, fmpq]]) -> Math:
    """``[−1, 1]²``, ``[0, 1] × [2, 3]``; a long product is cut."""
    spelt = [_side(low, high) for low, high in sides]
    if all(side == spelt[0] for side in spelt):
        power = len(sides)
        if power == 1:
            return spelt[0]
        return join(spelt[0], Math(str(power).translate(SUPERSCRIPTS), f"^{{{power}}}"))
    times = Math(" × ", r" \times ")
    if len(spelt) > MAX_SHOWN:
        spelt = [*spelt[: MAX_SHOWN - 2], Math("…", r"\dots"), spelt[-1]]
    result = spelt[0]
    for side in spelt[1:]:
        result = join(result, times, side)
    return result


def _side(low: fmpq, high: fmpq) -> Math:
    left, right = numerals.rational(low), numerals.rational(high)
    return Math(f"[{left.text}, {right.text}]", rf"\left[{left.latex},\, {right.latex}\right]")


def slopes(bounds: ParameterRange) -> Math:
    """The range of slopes: ``(0, 1]``."""
    low = Math("−∞", r"-\infty") if bounds.lower is None else numerals.rational(bounds.lower)
    high = numerals.INFINITY if bounds.upper is None else numerals.rational(bounds.upper)
    left = "(" if bounds.lower is None or bounds.lower_open else "["
    right = ")" if bounds.upper is None or bounds.upper_open else "]"
    return Math(
        f"{left}{low.text}, {high.text}{right}", rf"\left{left}{low.latex},\, {high.latex}\right{right}"
    )


def about(value: float) -> Math:
    """A floating-point number, to a few digits."""
    return numerals.around(arb(value))
