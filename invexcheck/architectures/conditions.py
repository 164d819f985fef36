"""Whether there are data that satisfy the conditions on them: claims about none are rejected."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from math import prod

from flint import fmpq

from invexcheck.architectures.operators import Condition
from invexcheck.architectures.values import REALS, ZERO, Range

WHOLE = ("indices", "labels")
LABELLED = ("counted", "weighed")
"""Conditions on a node whose second argument are labels, the third weights."""


def grouped(conditions: Iterable[Condition]) -> defaultdict[int, list[Condition]]:
    """By the input or node that they are about."""
    result: defaultdict[int, list[Condition]] = defaultdict(list)
    for condition in conditions:
        result[condition.value].append(condition)
    return result


def left(known: Range, conditions: Sequence[Condition]) -> Range:
    """The part of a range that all intervals leave; ignored labels, and 0 where it is not allowed, apart."""
    for condition in conditions:
        known = known.meet(_interval(condition))
    return known


def met(condition: Condition, shape: Sequence[int], entries: Sequence[fmpq]) -> bool:
    """Whether given entries of an input satisfy a condition on it."""
    low, high, *ignored = (*condition.bounds, None, None)[:3]
    if condition.word in WHOLE:
        return all(q in ignored or (low or 0) <= q <= (high or 0) for q in entries)
    if condition.word == "distinct":
        axis = low or 0
        step = prod(shape[axis + 1 :])
        lines: defaultdict[int, list[fmpq]] = defaultdict(list)
        for i, q in enumerate(entries):
            lines[i // (step * shape[axis]) * step + i % step].append(q)
        return all(len(set(line)) == len(line) for line in lines.values())
    tests = {"nonzero": lambda q: q != 0, "positive": lambda q: q > 0, "nonnegative": lambda q: q >= 0}
    return condition.word in tests and all(map(tests[condition.word], entries))


def possible(
    known: Range, conditions: Sequence[Condition], excluded: Collection[int] = (), different: int = 1
) -> bool:
    """Whether so many different numbers of the range satisfy all conditions; of labels, none of the excluded ones."""
    rest = left(known, conditions)
    if rest.empty:
        return not excluded and _ignored(known, conditions)
    if rest.low is None or rest.high is None:
        return True
    if different > 1:  # indices
        return rest.high - rest.low + 1 >= different
    if excluded:
        first = (int(rest.low.p) + k for k in range(len(excluded) + 1))
        return any(n <= rest.high and n not in excluded for n in first)
    nonzero = any(condition.word == "nonzero" for condition in conditions)
    return rest.low < rest.high or rest.low != 0 or not nonzero


def _ignored(known: Range, conditions: Sequence[Condition]) -> bool:
    """Whether all labels may be one that does not count: then it is the one where there are the fewest classes."""
    whole = [condition for condition in conditions if condition.word in WHOLE]
    if not whole or len(whole) < len(conditions):
        return False
    fewest = min(whole, key=lambda condition: condition.bounds[1] or 0)
    if len(fewest.bounds) < 3 or fewest.bounds[2] is None:
        return False
    ignored = Range.point(fmpq(fewest.bounds[2]))
    return ignored.inside(known) and all(
        condition.bounds[2:] == fewest.bounds[2:] or ignored.inside(_interval(condition))
        for condition in whole
    )


def _interval(condition: Condition) -> Range:
    """What a condition allows, as far as it is an interval."""
    if condition.word in WHOLE:
        low, high = condition.bounds[:2]
        return Range(fmpq(low or 0), fmpq(high or 0))
    return {"positive": Range(ZERO, None, True), "nonnegative": Range(ZERO)}.get(condition.word, REALS)
