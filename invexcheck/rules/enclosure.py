"""Signs and analyticity by enclosing a term on the boxes of a split tree.

A tree is stored as its splits only, in depth-first order, one character a node:

=====  =========================================================================================================
``e``  leaf: interval arithmetic on open or closed, bounded or unbounded intervals (`invexcheck.intervals`)
``b``  leaf: Arb ball arithmetic
``m``  leaf: mean-value form, value at the centre plus slopes over the box
``t``  leaf: second-order Taylor form in x
digit  split variable number *digit* (0 is x, then the parameters in alphabetic order) at the middle
``s``  split where the next entry ``[variable, "p/q"]`` of the list ``at`` says
=====  =========================================================================================================

Boxes are derived, never read, so a cover cannot have a gap. Adjacent boxes share their end point.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from flint import arb

from invexcheck.balls import precision
from invexcheck.errors import Reject
from invexcheck.goals import Analytic, Obligation, Rule, Sign
from invexcheck.intervals import Interval, Undefined, evaluate
from invexcheck.reading import Fields, rational
from invexcheck.session import VARIABLE, Session

Box = tuple[Interval, ...]


def split(box: Box, index: int, at: arb) -> tuple[Box, Box]:
    """The two closed halves of a box, which share the face at an exact point strictly inside."""
    side = box[index]
    if not ((side.lo < at) is True and (at < side.hi) is True):
        raise Reject("a split must be strictly inside its box", "tree")
    below, above = Interval(side.lo, at, side.lo_open, False), Interval(at, side.hi, False, side.hi_open)
    return (*box[:index], below, *box[index + 1 :]), (*box[:index], above, *box[index + 1 :])


def middle(side: Interval) -> arb:
    """An exact point near the middle of a bounded interval (any shared point strictly inside would do)."""
    centre = ((side.lo + side.hi) / 2).mid()
    if not centre.is_finite():
        raise Reject("an unbounded box has no middle: split it explicitly", "tree")
    return centre


def leaves(tree: str, root: Box, explicit: Iterator[tuple[int, arb]]) -> Iterator[tuple[str, Box, int]]:
    """The leaves of a split tree: form, box, position in the text; every character must be consumed."""
    stack = [root]
    for position, letter in enumerate(tree):
        if not stack:
            raise Reject("characters after the end of the tree", "tree")
        box = stack.pop()
        if letter in LEAVES:
            yield letter, box, position
            continue
        if letter == "s":
            index, at = next(explicit, (-1, arb(0)))
        elif letter in "0123456789":
            index, at = int(letter), arb(0)
        else:
            raise Reject("unknown character in a tree", "tree")
        if not 0 <= index < len(root):
            raise Reject("a split names no variable of the box", "tree")
        below, above = split(box, index, at if letter == "s" else middle(box[index]))
        stack += [above, below]
    if stack:
        raise Reject("the tree ends before every box has its leaf", "tree")


def balls(box: Box) -> list[arb]:
    """The closed box as balls."""
    result = [side.lo.union(side.hi) for side in box]
    if not all(ball.is_finite() for ball in result):
        raise Undefined("a leaf of this form needs a bounded box")
    return result


def enclose_extended(session: Session, term: int, box: Box) -> Interval:
    return evaluate(session.terms, term, _named(session, box))


def enclose_balls(session: Session, term: int, box: Box) -> arb:
    return session.program(term)(*balls(box))[0]


def enclose_mean_value(session: Session, term: int, box: Box) -> arb:
    """f(m) + sum of slopes over the box times offsets; the box contains its centre m."""
    names = [VARIABLE, *session.parameters]
    slopes = [session.terms.derivative(term, name) for name in names]
    whole = balls(box)
    centre = [middle(side) for side in box]
    total = session.program(term)(*centre)[0]
    session.program(term)(*whole)  # defined on the whole box
    for slope, ball, m in zip(session.program(*slopes)(*whole), whole, centre, strict=True):
        total = total + slope * (ball - m)
    return total


def enclose_taylor(session: Session, term: int, box: Box) -> arb:
    """f(m) + f'(m) h + f''(box) h²/2 in x, for terms without parameters."""
    if len(box) != 1:
        raise Reject("the Taylor form is for functions of x alone", "tree")
    slope = session.derivative(term)
    curvature = session.derivative(slope)
    whole, m = balls(box)[0], middle(box[0])
    value, tangent = session.program(term, slope)(m)
    bend, *_ = session.program(curvature, slope, term)(whole)  # defined on the whole box, all three
    h = whole - m
    square = arb(0).union(h.abs_upper() ** 2)  # h*h would forget that a square is not negative
    return value + tangent * h + bend * square / 2


LEAVES: Mapping[str, Callable[[Session, int, Box], Interval | arb]] = {
    "e": enclose_extended,
    "b": enclose_balls,
    "m": enclose_mean_value,
    "t": enclose_taylor,
}

BALL_SATISFIES: Mapping[str, Callable[[arb], bool]] = {
    ">": lambda v: (v > 0) is True,
    "<": lambda v: (v < 0) is True,
    ">=": lambda v: (v >= 0) is True,
    "<=": lambda v: (v <= 0) is True,
}


def leaf_shows(session: Session, goal: Sign, form: str, box: Box) -> bool:
    """Whether one leaf shows the goal on its box, at the current precision."""
    value = LEAVES[form](session, goal.term, box)
    if isinstance(value, Interval):
        return value.satisfies(goal.relation)
    return value.is_finite() and BALL_SATISFIES[goal.relation](value)


def _named(session: Session, box: Box) -> dict[str, Interval]:
    return dict(zip([VARIABLE, *session.parameters], box, strict=True))


def interval_rule(session: Session, goal: Sign | Analytic, fields: Fields) -> list[Obligation]:
    """Every leaf of the tree shows the goal on its box; without a tree, one leaf ``e`` on the whole span."""
    tree = fields.text("tree") if fields.has("tree") else "e"
    bits = session.budget.precision(fields.integer("precision", 32, 4096) if fields.has("precision") else 64)
    at = fields.items("at") if fields.has("at") else []
    cost = bits * max(len(session.terms.order(goal.term)), 1)
    with precision(bits):
        explicit = iter([_explicit_split(session, raw, path) for raw, path in at])
        root = tuple(session.box(goal.span).values())
        for form, box, position in leaves(tree, root, explicit):
            session.budget.leaf()
            session.budget.spend(cost)
            try:
                if isinstance(goal, Analytic):
                    evaluate(session.terms, goal.term, _named(session, box), analytic=True)
                    shown = form == "e"
                else:
                    shown = leaf_shows(session, goal, form, box)
            except Undefined as error:
                raise Reject(f"leaf {position}: {error}", "leaf", fields.path) from error
            if not shown:
                raise Reject(f"leaf {position} does not show the goal on its box", "leaf", fields.path)
        if next(explicit, None) is not None:
            raise Reject("more explicit splits than the tree uses", "tree", fields.path)
    return []


def _explicit_split(session: Session, raw: object, path: tuple[str | int, ...]) -> tuple[int, arb]:
    if type(raw) is not list or len(raw) != 2 or type(raw[0]) is not int:
        raise Reject("an explicit split is a variable's number and a rational", "tree", path)
    return raw[0], arb(rational(raw[1], session.limits, path)).mid()


RULES = (Rule("interval", (Sign, Analytic), ("interval-inclusion", "mean-value-form"), interval_rule),)
