"""Term tables compiled for interval evaluation over many boxes: values, and derivatives in forward mode."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np

from invexproof.engines.elementary import ELEMENTARY, FUSED
from invexproof.engines.intervals import (
    Interval,
    Truth,
    add,
    between,
    conjunction,
    constant,
    disjunction,
    divide,
    first_match,
    integer_power,
    less,
    less_equal,
    maximum,
    minimum,
    multiply,
    negation,
    rational_power,
    subtract,
)
from invexproof.expressions.terms import Expression

CONSTANTS = {
    "pi": between(math.pi, float(np.nextafter(math.pi, 4.0))),  # math.pi < pi
    "e": between(math.e, float(np.nextafter(math.e, 4.0))),  # math.e < e
}
BINARY = {"add": add, "sub": subtract, "mul": multiply, "div": divide, "min": minimum, "max": maximum}
COMPARISONS = {"lt": less, "le": less_equal}
CONNECTIVES = {"and": conjunction, "or": disjunction}
BOOLEAN = frozenset({"lt", "le", "and", "or", "not", "true"})


@dataclass(frozen=True, slots=True)
class Instruction:
    """One node of the table. arguments: indices of earlier nodes; fused: a key of FUSED and its argument,
    if any.
    """

    op: str
    arguments: tuple[int, ...]
    name: str = ""
    number: Fraction = Fraction(0)
    fused: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled expression; `names` are its variables in alphabetical order."""

    instructions: tuple[Instruction, ...]
    names: tuple[str, ...]

    def values(self, inputs: Mapping[str, Interval]) -> list[Interval | Truth]:
        """The enclosure at every node, given one for every variable."""
        results: list[Interval | Truth] = []
        with np.errstate(all="ignore"):
            for instruction in self.instructions:
                results.append(_evaluate(instruction, results, inputs))
        return results

    def value(self, inputs: Mapping[str, Interval]) -> Interval:
        """The enclosure at the root."""
        return interval_at(self.values(inputs), len(self.instructions) - 1)


@lru_cache(maxsize=1024)
def compile_expression(expression: Expression) -> Program:
    """The program of an expression; cached, since a search evaluates the same few expressions many times."""
    table = expression.to_table()
    instructions: list[Instruction] = []
    for row in table:
        instructions.append(_instruction(row, instructions))
    names = sorted(str(row[1]) for row in table if row[0] == "var")
    return Program(tuple(instructions), tuple(names))


def interval_at(results: Sequence[Interval | Truth], index: int) -> Interval:
    result = results[index]
    if not isinstance(result, Interval):
        raise TypeError(f"node {index} is a truth value where a number is needed")
    return result


def truth_at(results: Sequence[Interval | Truth], index: int) -> Truth:
    result = results[index]
    if not isinstance(result, Truth):
        raise TypeError(f"node {index} is a number where a truth value is needed")
    return result


def _instruction(row: Sequence[object], earlier: Sequence[Instruction]) -> Instruction:
    op = str(row[0])
    if op == "var":
        return Instruction(op, (), name=str(row[1]))
    if op == "rat":
        return Instruction(op, (), number=Fraction(str(row[1])))
    if op == "pow":
        return Instruction(op, (_index(row[1]),), number=Fraction(str(row[2])))
    arguments = tuple(_index(argument) for argument in row[1:])
    return Instruction(op, arguments, fused=_fusion(op, arguments, earlier))


def _index(entry: object) -> int:
    if not isinstance(entry, int):
        raise TypeError(f"an argument index must be an integer, not {entry!r}")
    return entry


_WITH_PLUS = {"erf": "one_plus_erf", "tanh": "one_plus_tanh"}
_WITH_MINUS = {"erf": "one_minus_erf", "tanh": "one_minus_tanh", "sigmoid": "one_minus_sigmoid"}


def _fusion(op: str, arguments: tuple[int, ...], earlier: Sequence[Instruction]) -> tuple[str, int] | None:
    """The fused compound that an operator completes, with the index of the compound's argument."""
    if op == "mul" and arguments[0] == arguments[1]:
        return ("square", arguments[0])
    if op == "add":
        for one, other in (arguments, arguments[::-1]):
            inner = earlier[other]
            if _is_rational(earlier[one], 1) and inner.op in _WITH_PLUS:
                return (_WITH_PLUS[inner.op], inner.arguments[0])
            if _is_rational(earlier[one], -1) and inner.op == "exp":
                return ("exp_minus_one", inner.arguments[0])
    if op == "sub":
        left, right = earlier[arguments[0]], earlier[arguments[1]]
        if _is_rational(right, 1) and left.op == "exp":
            return ("exp_minus_one", left.arguments[0])
        if _is_rational(left, 1):
            if right.op in _WITH_MINUS:
                return (_WITH_MINUS[right.op], right.arguments[0])
            base = _squared(right, earlier)
            if base is not None and base.op == "tanh":
                return ("one_minus_tanh_squared", base.arguments[0])
    return None


def _is_rational(instruction: Instruction, value: int) -> bool:
    return instruction.op == "rat" and instruction.number == value


def _squared(instruction: Instruction, earlier: Sequence[Instruction]) -> Instruction | None:
    if instruction.op == "mul" and instruction.arguments[0] == instruction.arguments[1]:
        return earlier[instruction.arguments[0]]
    if instruction.op == "pow" and instruction.number == 2:
        return earlier[instruction.arguments[0]]
    return None


def _evaluate(
    instruction: Instruction, results: list[Interval | Truth], inputs: Mapping[str, Interval]
) -> Interval | Truth:
    op, arguments = instruction.op, instruction.arguments
    if op == "var":
        return inputs[instruction.name]
    if op == "rat":
        return constant(instruction.number)
    if op in CONSTANTS:
        return CONSTANTS[op]
    if op in BOOLEAN:
        return _evaluate_truth(op, arguments, results)
    if op == "piecewise":
        return first_match(cases_of(arguments, results))[0]
    if instruction.fused is not None:
        name, argument = instruction.fused
        return FUSED[name](interval_at(results, argument))
    operands = [interval_at(results, argument) for argument in arguments]
    if op == "pow":
        return power(operands[0], instruction.number)
    if op in ELEMENTARY:
        return ELEMENTARY[op].value(operands[0])
    return BINARY[op](operands[0], operands[1])


def _evaluate_truth(op: str, arguments: tuple[int, ...], results: list[Interval | Truth]) -> Truth:
    if op == "true":
        return Truth(np.array([True]), np.array([False]))
    if op in COMPARISONS:
        return COMPARISONS[op](interval_at(results, arguments[0]), interval_at(results, arguments[1]))
    if op == "not":
        return negation(truth_at(results, arguments[0]))
    return CONNECTIVES[op](truth_at(results, arguments[0]), truth_at(results, arguments[1]))


def cases_of(arguments: tuple[int, ...], results: Sequence[Interval | Truth]) -> list[tuple[Truth, Interval]]:
    """The (condition, value) pairs of a piecewise node."""
    return [
        (truth_at(results, condition), interval_at(results, value))
        for condition, value in zip(arguments[::2], arguments[1::2], strict=True)
    ]


def power(base: Interval, exponent: Fraction) -> Interval:
    """base**exponent with the semantics of the term tables."""
    if exponent.denominator == 1:
        return integer_power(base, exponent.numerator)
    return rational_power(base, exponent)
