"""Step sizes in words: those that a claim is about, and those that it leaves out, as short decimals."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Final, TypeAlias

from invexproof.architectures.texts import decimal

LeftOut: TypeAlias = "str | list[str]"
"""A step size that a claim leaves out, or the ends of a closed interval of them."""

STEP_TEXT: Final = {
    "almost-every": "for almost every step size",
    "every": "for every step size",
    "all-but": "for every step size but one",
    "almost-every-sequence": "for almost every sequence of step sizes",
    "inverse-decay": "for the step size 1/lambda, lambda the decay",
    "below": "for every step size below some number",
    "strongest": "for every step size but some",
}
SHOWN: Final = 3
"""Exceptions that are listed."""
DIGITS: Final = 4
"""Of the ends of intervals, at least; more where the intervals would meet."""
MOST_DIGITS: Final = 12


def sizes_text(step: str) -> str:
    """The step sizes that a question is about, such as ``between:0,1/2``, in words."""
    word, _, rest = step.partition(":")
    if word == "between":
        low, high = as_asked(step).removeprefix("between:").split(",")
        if (low, high) == ("0", ""):
            return "for every positive step size"
        return f"for every step size {f'between {low} and {high}' if high else f'above {low}'}"
    if word == "sizes":
        count = rest.count(",") + 1
        return f"for every step size of {rest.replace(',', ', ') if count <= 5 else f'the {count} of the schedule'}"
    return STEP_TEXT.get(step, f"for the step size {step}" if step else "")


def as_asked(step: str) -> str:
    """Step sizes as one asks for them, the ends of an interval as decimal numbers: ``between:0,0.05``."""
    word, _, rest = step.partition(":")
    if word != "between":
        return step
    return f"{word}:{','.join(decimal(Fraction(end)) if end else '' for end in rest.split(','))}"


def undecayed_text(left_out: Sequence[LeftOut]) -> str:
    """The same for weight decay, where they are not step sizes eta, but values of eta/(1 - eta lambda)."""
    shown = [text for text, _ in shortened(left_out)[:SHOWN]]
    more = f" and {len(left_out) - len(shown)} more" if len(left_out) > len(shown) else ""
    place = (
        "in"
        if any(isinstance(item, list) for item in left_out)
        else "one of"
        if len(left_out) > 1
        else "equal to"
    )
    return f"for every step size but those with eta/(1 - eta lambda) {place} {', '.join(shown)}{more}"


def exceptions_text(left_out: Sequence[LeftOut], bad: bool) -> str:
    """Step sizes that a claim leaves out, in words; ``bad``: each of them is bad, or has a bad one in it."""
    shown = [text for text, _ in shortened(left_out)[:SHOWN]]
    more = len(left_out) - len(shown)
    intervals = any(isinstance(item, list) for item in left_out)
    several = len(left_out) > 1
    listed = ", ".join(shown) + (f" and {more} more" if more > 0 else "")
    if not intervals:
        verb = "are" if several else "is"
        return (
            f"for every step size but {listed}, which {verb} bad"
            if bad
            else (f"for every step size but possibly {listed}")
        )
    if bad:
        return f"for every step size but some in {listed}, {'each ' if several else ''}with a bad one"
    return f"for every step size but possibly some in {listed}"


def shortened(left_out: Sequence[LeftOut]) -> list[tuple[str, tuple[str, str]]]:
    """Exceptions with few digits, rounded outward, in text; and the two ends of each.

    The intervals stay apart, and do not reach 0.
    """
    pairs = [
        (Fraction(item), Fraction(item)) if isinstance(item, str) else (Fraction(item[0]), Fraction(item[1]))
        for item in left_out
    ]
    digits = DIGITS
    ends = [_outward(low, high, digits) for low, high in pairs]
    while digits < MOST_DIGITS and any(not a[1] < b[0] for a, b in pairwise(ends)):
        digits += 1
        ends = [_outward(low, high, digits) for low, high in pairs]
    found = []
    for low, high in ends:
        point = low == high
        texts = (str(low), str(low)) if point else (decimal(low), decimal(high))
        found.append((texts[0] if point else f"[{texts[0]}, {texts[1]}]", texts))
    return found


def _outward(low: Fraction, high: Fraction, digits: int) -> tuple[Fraction, Fraction]:
    """A closed interval with so many significant digits around another one; a point stays as it is."""
    if low == high:
        return low, high
    unit = Fraction(10) ** digits
    while min(abs(low), abs(high)) * unit < 10 ** (digits - 1):
        unit *= 10
    while unit > 1 and min(abs(low), abs(high)) * unit >= 10**digits:
        unit /= 10
    return (low * unit).__floor__() / unit, (high * unit).__ceil__() / unit
