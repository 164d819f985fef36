"""Forward-backward contraction (HC4): shrink boxes to the part where `expression relation 0` may hold.

One pass up the table encloses every node, one pass down narrows every argument to what its node's range
admits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

import numpy as np

from invexproof.engines.boxes import Boxes, spread
from invexproof.engines.elementary import ELEMENTARY, ULPS
from invexproof.engines.interface import Atom, Relation
from invexproof.engines.intervals import (
    Interval,
    add,
    between,
    divide,
    multiply,
    negative,
    rational_power,
    subtract,
    widened,
)
from invexproof.engines.program import Instruction, compile_expression
from invexproof.engines.rounding import Array, down_underflowing, up_underflowing

ALLOWED: Mapping[Relation, tuple[float, float]] = {
    ">": (0.0, np.inf),
    ">=": (0.0, np.inf),
    "<": (-np.inf, 0.0),
    "<=": (-np.inf, 0.0),
    "=": (0.0, 0.0),
    "!=": (-np.inf, np.inf),
}
"""The closed range of a value that satisfies the relation."""

Backward = Callable[[Interval, list[Interval]], list[Interval]]


def _inverse_of_increasing(inverse: Callable[[Array], Array], least: float, most: float) -> Backward:
    """The arguments of an increasing function with range (least, most), from its values."""

    def narrow(result: Interval, _operands: list[Interval]) -> list[Interval]:
        low = down_underflowing(inverse(np.clip(result.lower, least, most)), ULPS)
        high = up_underflowing(inverse(np.clip(result.upper, least, most)), ULPS)
        return [Interval(low, high)]

    return narrow


def _softplus_inverse(value: Array) -> Array:
    return np.asarray(value + np.log(-np.expm1(-value)))


def _quotient_unless_free(result: Interval, other: Interval) -> Interval:
    """The a with a * other = result: no constraint where both may be 0."""
    return widened(divide(result, other), result.contains_zero() & other.contains_zero())


def _symmetric(bound: Array) -> Interval:
    return Interval(-bound, bound)


def _square_back(result: Interval) -> list[Interval]:
    root = up_underflowing(np.sqrt(np.maximum(result.upper, 0.0)))
    return [_symmetric(np.where(result.upper < 0.0, -1.0, root))]


def _power_back(exponent: Fraction, result: Interval) -> list[Interval] | None:
    """The bases of a positive power from its values; None where nothing is gained."""
    if exponent <= 0:
        return None
    size = Interval(np.maximum(result.lower, 0.0), np.maximum(result.upper, 0.0))
    if exponent.denominator > 1:
        return [
            rational_power(size, 1 / exponent) if exponent.numerator > 1 else _whole_power(size, exponent)
        ]
    if exponent.numerator % 2 == 0:
        bound = rational_power(size, 1 / exponent).upper
        return [_symmetric(np.where(result.upper < 0.0, -1.0, bound))]
    return None


def _whole_power(size: Interval, exponent: Fraction) -> Interval:
    power = float(exponent.denominator)
    return Interval(
        np.maximum(down_underflowing(np.power(size.lower, power), ULPS), 0.0),
        up_underflowing(np.power(size.upper, power), ULPS),
    )


BACKWARD: Mapping[str, Backward] = {
    "add": lambda r, args: [subtract(r, args[1]), subtract(r, args[0])],
    "sub": lambda r, args: [add(r, args[1]), subtract(args[0], r)],
    "mul": lambda r, args: [_quotient_unless_free(r, args[1]), _quotient_unless_free(r, args[0])],
    "div": lambda r, args: [multiply(r, args[1]), _quotient_unless_free(args[0], r)],
    "neg": lambda r, args: [negative(r)],
    "abs": lambda r, args: [_symmetric(r.upper)],
    "min": lambda r, args: [Interval(r.lower, np.full_like(r.lower, np.inf))] * 2,
    "max": lambda r, args: [Interval(np.full_like(r.upper, -np.inf), r.upper)] * 2,
    "exp": _inverse_of_increasing(np.log, 0.0, np.inf),
    "log": lambda r, args: [ELEMENTARY["exp"].value(r)],
    "sqrt": lambda r, args: _power_back(Fraction(1, 2), r) or [],
    "sinh": lambda r, args: [ELEMENTARY["asinh"].value(r)],
    "asinh": lambda r, args: [ELEMENTARY["sinh"].value(r)],
    "tanh": _inverse_of_increasing(np.arctanh, -1.0, 1.0),
    "sigmoid": _inverse_of_increasing(lambda v: np.log(v) - np.log1p(-v), 0.0, 1.0),
    "softplus": _inverse_of_increasing(_softplus_inverse, 0.0, np.inf),
}
"""From the range of a node and the ranges of its arguments, tighter ranges of the arguments."""


def contract(atom: Atom, boxes: Boxes) -> tuple[Boxes, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """The boxes shrunk, and for each whether anything is left, shape (n,). No solution is lost."""
    program = compile_expression(atom.expression)
    count = len(boxes)
    values = [
        spread(value, count) if isinstance(value, Interval) else None
        for value in program.values(boxes.inputs())
    ]
    low, high = ALLOWED[atom.relation]
    alive = np.ones(count, dtype=np.bool_)
    lower, upper = boxes.lower.copy(), boxes.upper.copy()
    values[-1] = _meet(values[-1], between(low, high), alive)
    # A node inside a piecewise branch may be undefined where another branch is selected: it must not narrow.
    demanded = {len(values) - 1}
    with np.errstate(all="ignore"):
        for index in range(len(values) - 1, -1, -1):
            value, instruction = values[index], program.instructions[index]
            if value is None or index not in demanded or instruction.op == "piecewise":
                continue
            demanded.update(instruction.arguments)
            if instruction.op == "var":
                column = boxes.names.index(instruction.name)
                lower[:, column], upper[:, column] = value.lower, value.upper
                continue
            for argument, narrowed in _narrow(instruction, value, values):
                values[argument] = _meet(values[argument], narrowed, alive)
    dead = ~alive
    lower[dead], upper[dead] = boxes.lower[dead], boxes.upper[dead]
    return Boxes(boxes.names, lower, upper), alive


def _narrow(
    instruction: Instruction, value: Interval, values: list[Interval | None]
) -> list[tuple[int, Interval]]:
    if instruction.fused is not None and instruction.fused[0] == "square":
        return [(instruction.fused[1], _square_back(value)[0])]
    if instruction.op == "pow":
        narrowed = _power_back(instruction.number, value)
        return [] if narrowed is None else [(instruction.arguments[0], narrowed[0])]
    rule = BACKWARD.get(instruction.op)
    if rule is None:
        return []
    operands = [
        value for value in (values[argument] for argument in instruction.arguments) if value is not None
    ]
    return list(zip(instruction.arguments, rule(value, operands), strict=False))


def _meet(
    current: Interval | None, narrowed: Interval, alive: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> Interval:
    """The intersection; an empty one clears `alive` and keeps the current ends. NaN ends do not narrow."""
    if current is None:
        raise TypeError("a truth value where a number is needed")
    lower = np.fmax(current.lower, narrowed.lower)
    upper = np.fmin(current.upper, narrowed.upper)
    empty = lower > upper
    alive &= ~empty
    return Interval(np.where(empty, current.lower, lower), np.where(empty, current.upper, upper))
