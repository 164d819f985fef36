"""What one leaf costs: the checker's leaf forms against python-flint code written by hand for the same slope."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from flint import arb, fmpq

from benchmarks.measuring import Outcome, Report, seconds_per_call, timed
from invexcheck.balls import precision
from invexcheck.goals import Sign, Span
from invexcheck.kernel import verify
from invexcheck.limits import Limits
from invexcheck.rules.enclosure import LEAVES, leaf_shows
from invexcheck.session import Session
from invexproof.activations.registry import resolve

BITS = 64
DEPTH = 15
"""Splits down to a leaf of the large tree, which has 2**DEPTH leaves of the same form."""
UNLIMITED = Limits(work=10**15, seconds=3600)


def silu(x: arb) -> arb:
    s = 1 / (1 + (-x).exp())
    return s * (1 + x * (1 - s))


def gelu(x: arb) -> arb:
    return (1 + (x * HALF_ROOT).erf()) / 2 + x * (-(x * x) / 2).exp() * DENSITY


def mish(x: arb) -> arb:
    t = x.exp().log1p().tanh()
    return t + x * (1 - t * t) / (1 + (-x).exp())


def tanh_exp(x: arb) -> arb:
    e = x.exp()
    t = e.tanh()
    return t + x * e * (1 - t * t)


with precision(BITS):
    HALF_ROOT = arb(fmpq(1, 2)).sqrt()
    DENSITY = 1 / (2 * arb.pi()).sqrt()

BY_HAND: Mapping[str, Callable[[arb], arb]] = {"SiLU": silu, "GELU": gelu, "Mish": mish, "TanhExp": tanh_exp}
"""Slopes of activations as somebody would write them for Arb, numbers prepared beforehand."""


def run() -> Outcome:
    """Microseconds a leaf, and the ratio to the code by hand; leaves a second of the whole checker."""
    with precision(BITS):
        rows = [row for name in BY_HAND for row in _slope(name)]
    data = {"ratio_of_plain_ball_leaf": {row[0]: row[4] for row in rows if row[1] == "b"}}
    columns = ("slope of", "leaf", "leaf, us", "by hand, us", "ratio")
    return Outcome([Report("One leaf on [1, 1 + 1/64], 64 bits", columns, rows), _large_trees()], data)


def _slope(name: str) -> list[tuple[str, str, float, float, float]]:
    session = Session(UNLIMITED)
    slope = session.derivative(session.terms.read(resolve(name).expression.to_table(), ())[-1])
    ends = [session.rational_point(value) for value in (fmpq(1), fmpq(65, 64))]
    goal = Sign(slope, ">", Span(ends[0], ends[1], False, False))
    box = tuple(session.box(goal.span).values())
    by_hand = BY_HAND[name]
    own = seconds_per_call(lambda: (by_hand(box[0].lo.union(box[0].hi)) > 0) is True)
    rows = []
    for form in LEAVES:
        if not leaf_shows(session, goal, form, box):
            raise RuntimeError(f"the leaf {form} does not show that the slope of {name} is positive")
        leaf = seconds_per_call(partial(leaf_shows, session, goal, form, box))
        rows.append((name, form, leaf * 1e6, own * 1e6, leaf / own))
    return rows


def _large_trees() -> Report:
    """A certificate with one large tree, checked as a whole: reading, splitting, evaluating and comparing."""
    rows = []
    for form in "bme":
        document = _certificate(form)
        verified, seconds = timed(partial(verify, document, UNLIMITED))
        rows.append((form, verified.leaves, seconds, verified.leaves / seconds))
    return Report(
        "That 2*x + erf(x) - tanh(x) increases, by one large tree, checked in process",
        ("leaf", "leaves", "seconds", "leaves per second"),
        rows,
    )


def _certificate(form: str) -> dict[str, Any]:
    """The slope of 2*x + erf(x) - tanh(x) is positive: one leaf would do, 2**DEPTH equal ones on [-8, 8] are given."""
    subject = [
        ["rat", "2"], ["var", "x"], ["mul", 0, 1], ["erf", 1], ["add", 2, 3], ["tanh", 1], ["sub", 4, 5],
    ]  # fmt: skip
    tree = _complete("0", form, DEPTH)
    whole = {"rule": "interval"}
    return {
        "format": "invexproof-certificate/1",
        "provenance": {},
        "claim": {"kind": "activation.strictly-monotone", "negated": False, "subject": subject},
        "proof": {
            "step": {
                "rule": "monotone-pieces", "direction": "increasing", "cuts": ["-8", "8"],
                "pieces": [{"relation": ">", "by": step} for step in (whole, {**whole, "tree": tree}, whole)],
            }
        },
    }  # fmt: skip


def _complete(split: str, leaf: str, depth: int) -> str:
    """A complete binary tree, in depth-first order."""
    tree = leaf
    for _ in range(depth):
        tree = split + tree + tree
    return tree
