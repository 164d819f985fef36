"""Forward-mode interval derivatives: gradients in any dimension, second derivatives of functions of one
variable.

Where a function may have a jump or an infinite slope on a box, the derivative's enclosure is (-inf, inf),
so that a mean-value form built on it stays right. At kinks it is the hull of the slopes of both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from invexproof.engines.elementary import ELEMENTARY, TWO
from invexproof.engines.intervals import (
    Interval,
    Truth,
    add,
    constant,
    divide,
    first_match,
    multiply,
    negative,
    subtract,
    widened,
)
from invexproof.engines.program import BOOLEAN, Instruction, Program, cases_of, interval_at, power

Term = Interval | None
"""A derivative's enclosure; None is an exact zero (of the structure, not of the numbers)."""


@dataclass(frozen=True, slots=True)
class Jet:
    """Enclosures at one node. first: one entry for each seeded variable; second: only when one variable is
    seeded.
    """

    first: tuple[Term, ...]
    second: Term = None


@dataclass(frozen=True, slots=True)
class Enclosures:
    """The root's value, gradient (an interval a seeded variable) and, for one variable, second derivative."""

    value: Interval
    gradient: tuple[Interval, ...]
    second: Interval | None


ZERO = constant(Fraction(0))


def differentiate_over(
    program: Program, inputs: Mapping[str, Interval], seeds: tuple[str, ...], second: bool = False
) -> Enclosures:
    """Value and derivatives over boxes with respect to the variables `seeds`; second derivatives need one
    seed.
    """
    if second and len(seeds) != 1:
        raise ValueError(f"second derivatives are computed for one variable, not for {len(seeds)}")
    values = program.values(inputs)
    jets: list[Jet] = []
    with np.errstate(all="ignore"):
        for index, instruction in enumerate(program.instructions):
            jets.append(_jet(instruction, index, values, jets, seeds, second))
    last = len(values) - 1
    root, jet = interval_at(values, last), jets[last]
    gradient = tuple(_safe(term, root) for term in jet.first)
    return Enclosures(root, gradient, _safe(jet.second, root) if second else None)


def _safe(term: Term, root: Interval) -> Interval:
    """An interval from a term, (-inf, inf) where the derivative or the function itself may be undefined."""
    interval = ZERO if term is None else term
    unsafe = interval.undefined | root.undefined
    return widened(Interval(interval.lower, interval.upper), unsafe)


def _jet(
    instruction: Instruction,
    index: int,
    values: list[Interval | Truth],
    jets: list[Jet],
    seeds: tuple[str, ...],
    second: bool,
) -> Jet:
    op, arguments = instruction.op, instruction.arguments
    nothing = Jet((None,) * len(seeds))
    if op in BOOLEAN or not arguments:
        if op == "var" and instruction.name in seeds:
            one = constant(Fraction(1))
            return Jet(tuple(one if name == instruction.name else None for name in seeds))
        return nothing
    if op == "piecewise":
        return _piecewise(arguments, values, jets, len(seeds))
    parts = [jets[argument] for argument in arguments]
    if all(term is None for part in parts for term in part.first):
        return nothing
    operands = [interval_at(values, argument) for argument in arguments]
    value = interval_at(values, index)
    if op in ("min", "max"):
        return _selection(op, operands, parts)
    if op in ELEMENTARY or op == "pow":
        return _unary(instruction, operands[0], value, parts[0], second)
    if op in PRODUCTS:
        return PRODUCTS[op](operands[0], operands[1], value, parts[0], parts[1], second)
    combine = plus if op == "add" else minus
    first = tuple(combine(a, b) for a, b in zip(parts[0].first, parts[1].first, strict=True))
    return Jet(first, combine(parts[0].second, parts[1].second))


def plus(a: Term, b: Term) -> Term:
    if a is None or b is None:
        return b if a is None else a
    return add(a, b)


def minus(a: Term, b: Term) -> Term:
    if b is None:
        return a
    return negative(b) if a is None else subtract(a, b)


def times(a: Term, b: Term) -> Term:
    return None if a is None or b is None else multiply(a, b)


def _unary(instruction: Instruction, u: Interval, value: Interval, part: Jet, second: bool) -> Jet:
    if instruction.op == "pow":
        exponent = instruction.number
        slope: Term = None if exponent == 0 else multiply(constant(exponent), power(u, exponent - 1))
        factor = exponent * (exponent - 1)
        bend: Term = None if factor == 0 or not second else multiply(constant(factor), power(u, exponent - 2))
    else:
        rule = ELEMENTARY[instruction.op]
        slope = rule.first(u, value)
        bend = rule.second(u, value) if second and instruction.op != "neg" else None
    first = tuple(times(slope, term) for term in part.first)
    if not second or part.first[0] is None:
        return Jet(first)
    squared = None if bend is None else multiply(bend, power(part.first[0], Fraction(2)))
    return Jet(first, plus(squared, times(slope, part.second)))


def _product(a: Interval, b: Interval, _value: Interval, left: Jet, right: Jet, second: bool) -> Jet:
    if a is b:  # a square: 2 a a' is tighter than a' a + a a' only in rounding, but keeps one term
        doubled = multiply(TWO, a)
        first = tuple(times(doubled, term) for term in left.first)
        slope = left.first[0]
        squared = None if slope is None or not second else multiply(TWO, power(slope, Fraction(2)))
        return Jet(first, plus(squared, times(doubled, left.second)) if second else None)
    first = tuple(plus(times(p, b), times(a, q)) for p, q in zip(left.first, right.first, strict=True))
    if not second:
        return Jet(first)
    cross = times(TWO, times(left.first[0], right.first[0]))
    return Jet(first, plus(plus(times(left.second, b), cross), times(a, right.second)))


def _quotient(_a: Interval, b: Interval, value: Interval, left: Jet, right: Jet, second: bool) -> Jet:
    def over(term: Term) -> Term:
        return None if term is None else divide(term, b)

    first = tuple(over(minus(p, times(value, q))) for p, q in zip(left.first, right.first, strict=True))
    if not second:
        return Jet(first)
    cross = times(TWO, times(first[0], right.first[0]))
    return Jet(first, over(minus(minus(left.second, cross), times(value, right.second))))


PRODUCTS: dict[str, Callable[[Interval, Interval, Interval, Jet, Jet, bool], Jet]] = {
    "mul": _product,
    "div": _quotient,
}


def _selection(op: str, operands: list[Interval], parts: list[Jet]) -> Jet:
    """min or max: the derivative of the argument that is selected everywhere, else the hull of both."""
    first_below = operands[0].upper <= operands[1].lower
    second_below = operands[1].upper <= operands[0].lower
    below, above = (parts[0], parts[1]) if op == "min" else (parts[1], parts[0])
    picks = [(first_below, below), (second_below, above)]

    def choose(terms: tuple[Term, Term], undecided: Callable[[Interval, Interval], Interval]) -> Term:
        if terms[0] is None and terms[1] is None:
            return None
        a, b = (ZERO if term is None else term for term in terms)
        both = undecided(a, b)
        lower = np.where(picks[0][0], a.lower, np.where(picks[1][0], b.lower, both.lower))
        upper = np.where(picks[0][0], a.upper, np.where(picks[1][0], b.upper, both.upper))
        return Interval(lower, upper).flagged_like(a, b)

    first = tuple(choose(pair, _hull) for pair in zip(picks[0][1].first, picks[1][1].first, strict=True))
    any_slope = any(term is not None for term in first)
    seconds = (picks[0][1].second or (ZERO if any_slope else None), picks[1][1].second)
    return Jet(first, choose(seconds, _anything))


def _hull(a: Interval, b: Interval) -> Interval:
    return Interval(np.minimum(a.lower, b.lower), np.maximum(a.upper, b.upper))


def _anything(a: Interval, b: Interval) -> Interval:
    shape = np.broadcast(a.lower, b.lower).shape
    return Interval(np.full(shape, -np.inf), np.full(shape, np.inf))


def _piecewise(
    arguments: tuple[int, ...], values: list[Interval | Truth], jets: list[Jet], seeds: int
) -> Jet:
    """The derivative of the only feasible branch; (-inf, inf) where several are, since a jump is possible."""
    cases = cases_of(arguments, values)
    hulls, feasible = first_match(cases)
    branches = [jets[argument] for argument in arguments[1::2]]
    count = np.sum(np.broadcast_arrays(*feasible), axis=0)
    undecided = (count != 1) | hulls.undefined

    def choose(terms: list[Term]) -> Term:
        lower = upper = np.zeros(1)
        for term, chosen in zip(terms, feasible, strict=True):
            branch = ZERO if term is None else term
            doubtful = branch.undefined
            lower = np.where(chosen, np.where(doubtful, -np.inf, branch.lower), lower)
            upper = np.where(chosen, np.where(doubtful, np.inf, branch.upper), upper)
        return widened(Interval(lower, upper), undecided)

    first = tuple(choose([branch.first[seed] for branch in branches]) for seed in range(seeds))
    return Jet(first, choose([branch.second for branch in branches]))
