"""Services for provers about functions of one variable: where is it positive, where negative, where are its
zeros?

The answers guide a proof (which intervals to claim a sign on, where to put split points); they are not
evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from invexproof.engines.boxes import Boxes, enclose, enclose_derivatives, split_points
from invexproof.engines.interface import QueryError
from invexproof.engines.judging import Mask, refined
from invexproof.engines.rounding import Array
from invexproof.expressions.terms import Expression

Sign = Literal["+", "-", "0?"]
Kind = Literal["simple", "crossing", "tangential", "vanishing", "undecided"]
End = Fraction | None
"""An exact end of an interval; None where it is infinite."""

RESOLUTION = 2.0**-24
NEGLIGIBLE = 1e-290
"""Values that can't be told from 0 because they underflow: splitting further is a waste."""
FEW = 64
"""Below this many open intervals each is cut in four, so that zeros are approached in fewer rounds."""
SIGNS: tuple[Sign, ...] = ("-", "0?", "+")


@dataclass(frozen=True, slots=True)
class SignInterval:
    """A closed interval (None: unbounded) on all of which the function has the sign; '0?': no promise."""

    lower: End
    upper: End
    sign: Sign


@dataclass(frozen=True, slots=True)
class Bracket:
    """An interval around one or more zeros, and what is known of them.

    simple: exactly one zero, the sign changes and the derivative does not vanish. crossing: the signs at
    the two ends differ, so there is a zero. tangential: the same sign at both ends; the function touches 0
    or nearly does. vanishing: every value is 0 or too small for floats (a constant piece, an underflowing
    tail). undecided: the function's sign at an end isn't known (a zero at the end of the domain, an
    undefined point). before, after: the signs just outside ('0?': no outside).
    """

    lower: End
    upper: End
    kind: Kind
    before: Sign
    after: Sign


def sign_map(
    expression: Expression,
    lower: End = None,
    upper: End = None,
    max_boxes: int = 200_000,
    resolution: float = RESOLUTION,
) -> list[SignInterval]:
    """A partition of [lower, upper] into intervals of known sign and the rest, adjacent equal labels
    merged.

    expression: in one variable (or none). Intervals labelled '0?' contain zeros, undefined points, or
    values that floats can't tell from 0; near zeros they are about `resolution` wide, relative to 1 + |x|.
    When `max_boxes` have been evaluated, what is open is labelled '0?'. Raises QueryError for several
    variables or an empty range.
    """
    name = _variable(expression)
    if lower is not None and upper is not None and lower >= upper:
        raise QueryError(f"an interval with lower < upper is needed, not [{lower}, {upper}]")
    start = Boxes.around({name: (lower, upper)})
    ends = (float(start.lower[0, 0]), float(start.upper[0, 0]))
    lows, highs = start.lower[:, 0], start.upper[:, 0]
    done: list[tuple[Array, Array, Array]] = []
    evaluated = 0
    while len(lows):
        evaluated += len(lows)
        signs, settled = _signs(expression, Boxes((name,), lows[:, None], highs[:, None]))
        settled |= _unsplittable(lows, highs, resolution)
        settled |= (signs != 0) | (evaluated >= max_boxes)
        done.append((lows[settled], highs[settled], signs[settled]))
        lows, highs = _split(lows[~settled], highs[~settled])
    return _merged(done, ends, (lower, upper))


def isolate_zeros(
    expression: Expression,
    lower: End = None,
    upper: End = None,
    max_boxes: int = 200_000,
    resolution: float = RESOLUTION,
) -> list[Bracket]:
    """Brackets in ascending order that together contain every zero in [lower, upper]; see `Bracket` for
    their kinds.

    Meant for smooth expressions: at a jump a 'crossing' need not contain a zero. Raises as `sign_map` does.
    """
    labels = sign_map(expression, lower, upper, max_boxes, resolution)
    brackets = []
    for index, part in enumerate(labels):
        if part.sign != "0?":
            continue
        before = labels[index - 1].sign if index else _sign_at(expression, part.lower)
        after = labels[index + 1].sign if index + 1 < len(labels) else _sign_at(expression, part.upper)
        brackets.append(
            Bracket(part.lower, part.upper, _kind(expression, part, before, after), before, after)
        )
    return brackets


def _variable(expression: Expression) -> str:
    names = sorted(expression.variables)
    if len(names) > 1:
        raise QueryError(f"a function of one variable is needed, not of {', '.join(names)}")
    return names[0] if names else "x"


def _signs(expression: Expression, boxes: Boxes) -> tuple[Array, Mask]:
    """Signs -1, 0 (open), 1 over boxes, shape (n,), and which open ones splitting would not decide."""
    value = enclose(expression, boxes)
    defined = ~np.asarray(value.undefined)
    signs = np.where(defined & (value.lower > 0.0), 1.0, np.where(defined & (value.upper < 0.0), -1.0, 0.0))
    negligible = defined & (np.maximum(-value.lower, value.upper) <= NEGLIGIBLE)
    undecided = np.flatnonzero((signs == 0.0) & defined & ~negligible)
    if len(undecided):
        tighter = refined(expression, boxes.take(undecided))
        signs[undecided] = np.where(tighter.lower > 0.0, 1.0, np.where(tighter.upper < 0.0, -1.0, 0.0))
    return signs, negligible | _drowned_in_rounding(expression, boxes, value.upper - value.lower, defined)


def _drowned_in_rounding(expression: Expression, boxes: Boxes, widths: Array, defined: Mask) -> Mask:
    """Where the value at the centre is as uncertain as on the whole box, and may be 0."""
    at_centre = enclose(expression, Boxes.at_points(boxes.names, boxes.centres()))
    found: Mask = defined & at_centre.contains_zero() & (8.0 * (at_centre.upper - at_centre.lower) >= widths)
    return found


def _unsplittable(lows: Array, highs: Array, resolution: float) -> Mask:
    """Intervals as narrow as asked for, and those that no float splits."""
    nearest = np.maximum(np.maximum(lows, -highs), 0.0)
    middles = split_points(lows, highs)
    with np.errstate(invalid="ignore"):
        narrow: Mask = highs - lows <= resolution * (1.0 + nearest)
    return narrow | (middles <= lows) | (middles >= highs)


def _split(lows: Array, highs: Array) -> tuple[Array, Array]:
    """Halves, or quarters where there are few; an interval that no float splits is kept whole."""
    for _ in range(2 if len(lows) <= FEW else 1):
        middles = np.clip(split_points(lows, highs), lows, highs)
        lows, highs = np.stack([lows, middles], 1).ravel(), np.stack([middles, highs], 1).ravel()
        proper = lows < highs
        lows, highs = lows[proper], highs[proper]
    return lows, highs


def _merged(
    done: list[tuple[Array, Array, Array]], ends: tuple[float, float], exact: tuple[End, End]
) -> list[SignInterval]:
    lows, highs, signs = (np.concatenate(column) for column in zip(*done, strict=True))
    order = np.argsort(lows, kind="stable")
    lows, highs, signs = lows[order], highs[order], signs[order]
    first = np.flatnonzero(np.concatenate([[True], signs[1:] != signs[:-1]]))
    last = np.concatenate([first[1:] - 1, [len(signs) - 1]])

    def end(value: float) -> End:
        if value == ends[0]:
            return exact[0]
        return exact[1] if value == ends[1] else Fraction(value)

    return [
        SignInterval(end(float(lows[i])), end(float(highs[j])), SIGNS[int(signs[i]) + 1])
        for i, j in zip(first, last, strict=True)
    ]


def _sign_at(expression: Expression, point: End) -> Sign:
    if point is None:
        return "0?"
    box = Boxes.around({_variable(expression): (point, point)})
    value = enclose(expression, box)
    if value.undefined[0] if isinstance(value.undefined, np.ndarray) else value.undefined:
        return "0?"
    if value.lower[0] > 0.0:
        return "+"
    return "-" if value.upper[0] < 0.0 else "0?"


def _kind(expression: Expression, part: SignInterval, before: Sign, after: Sign) -> Kind:
    box = Boxes.around({_variable(expression): (part.lower, part.upper)})
    found = enclose_derivatives(expression, box)
    if not np.any(found.value.undefined) and max(-found.value.lower[0], found.value.upper[0]) <= NEGLIGIBLE:
        return "vanishing"
    if before == "0?" or after == "0?":
        return "undecided"
    if before == after:
        return "tangential"
    slope = found.gradient[0]
    return "simple" if slope.lower[0] > 0.0 or slope.upper[0] < 0.0 else "crossing"
