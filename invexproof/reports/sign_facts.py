"""Facts about steps that show signs and analyticity."""

from __future__ import annotations

from collections import Counter

from flint import arb

from invexcheck.asymptotics import tail
from invexcheck.balls import precision
from invexcheck.goals import POSITIVE, STRICT
from invexcheck.intervals import NEG_INF, POS_INF
from invexcheck.reading import rational as read_rational
from invexcheck.rules.algebra import count_roots
from invexcheck.rules.calculus import COMPARISONS, LIMIT_PRECISION
from invexcheck.session import VARIABLE
from invexproof.provers.polynomials import TermWriter
from invexproof.reports import numerals
from invexproof.reports.prose import Math, Phrase, count, listing
from invexproof.reports.replay import Leaf
from invexproof.reports.scene import Fact, Scene, read_point
from invexproof.reports.writer import SIGNS, join, parenthesised

FORMS = {
    "e": "interval arithmetic",
    "b": "ball arithmetic",
    "m": "the mean-value form",
    "t": "the Taylor form",
}


def sign(scene: Scene) -> str:
    return SIGNS[scene.sign.relation]


# -- enclosures -------------------------------------------------------------------------------------------


def _bounds(scene: Scene) -> list[arb]:
    """The bound of each leaf on the side that matters."""
    values = [leaf.value for leaf in scene.node.leaves if leaf.value is not None]
    return [value.lo if POSITIVE[scene.sign.relation] else value.hi for value in values]


def enclosed(scene: Scene) -> Math:
    value = scene.node.leaves[0].value
    if value is None:
        raise TypeError("analyticity has no enclosure")
    return numerals.enclosure(value)


def value_there(scene: Scene) -> Math:
    point = scene.sign.span.point
    if point is None or point.bracket is not None:
        return enclosed(scene)
    with precision(LIMIT_PRECISION):
        value = scene.replay.session.enclosure(scene.sign.term, scene.sign.span)
    return numerals.around(value.lo.union(value.hi))


def boxes(scene: Scene) -> str:
    return count(len(scene.node.leaves), "box")


def forms(scene: Scene) -> str:
    used = Counter(leaf.form for leaf in scene.node.leaves)
    if len(used) == 1:
        return f"by {FORMS[next(iter(used))]}"
    return ", ".join(f"{number} by {FORMS[form]}" for form, number in sorted(used.items()))


def _widths(leaf: Leaf) -> list[arb]:
    """The width of the interval of x; for a term without x, those of all parameters."""
    sides = leaf.box[1:] if leaf.x.lo == leaf.x.hi else leaf.box[:1]
    return [side.hi - side.lo for side in sides if side.lo != NEG_INF and side.hi != POS_INF]


def narrowest(scene: Scene) -> Math:
    widths = [width for leaf in scene.node.leaves for width in _widths(leaf)]
    if not widths:
        return numerals.INFINITY
    return numerals.around(min(widths, key=float))


def extreme(scene: Scene) -> Phrase:
    positive = POSITIVE[scene.sign.relation]
    ends = _bounds(scene)
    bound = min(ends, key=float) if positive else max(ends, key=float)
    shown = numerals.low(bound) if positive else numerals.high(bound)
    word = "smallest lower" if positive else "largest upper"
    attained = " (not attained)" if bound.is_zero() and STRICT[scene.sign.relation] else ""
    return (f"the {word} bound is ", shown, attained)


# -- algebra ----------------------------------------------------------------------------------------------


def _parts(scene: Scene, symbol: Math) -> Math:
    written = [scene.writer.term(scene.auxiliary(part["term"]), scene.names) for part in scene.step["parts"]]
    result = parenthesised(written[0]) if len(written) > 1 else written[0]
    for part in written[1:]:
        result = join(result, symbol, parenthesised(part))
    return result


def product(scene: Scene) -> Math:
    return _parts(scene, Math(" · ", r" \cdot "))


def summands(scene: Scene) -> Math:
    return _parts(scene, Math(" + ", " + "))


def negatives(scene: Scene) -> str:
    number = sum(not POSITIVE[part["relation"]] for part in scene.step["parts"])
    return "no negative factor" if number == 0 else count(number, "negative factor")


def polynomial(scene: Scene) -> Math:
    forms_of = scene.replay.session.forms
    written = TermWriter(forms_of).fraction(forms_of.fraction(scene.sign.term))
    return scene.writer.formula(written)


def zeros(scene: Scene) -> str:
    p = scene.replay.session.forms.polynomial(scene.sign.term, VARIABLE)
    if p is None or p.degree() < 1:
        return "It is constant"
    number = count_roots(p, None, None)
    return (
        "It has no real zero"
        if number == 0
        else f"It has {count(number, 'distinct real zero')}, none of which breaks the sign on this interval"
    )


# -- calculus ---------------------------------------------------------------------------------------------


def period(scene: Scene) -> Math:
    return scene.writer.point(read_point(scene, scene.step["period"]))


def cuts(scene: Scene) -> Phrase:
    raw = scene.step.get("at" if scene.step["rule"] == "cases" else "cuts", [])
    return listing([scene.writer.point(read_point(scene, cut)) for cut in raw])


def anchor(scene: Scene) -> Math:
    span = scene.sign.span
    end = span.lower if scene.step["from"] == "lower" else span.upper
    if end is None:
        raise TypeError("an infinite end is no anchor")
    return scene.writer.point(end)


def start(scene: Scene) -> str:
    return SIGNS[scene.step["start"]]


def slope(scene: Scene) -> str:
    return SIGNS[scene.step["slope"]]


def infinite_end(scene: Scene) -> Math:
    side = scene.step.get("from", scene.step.get("side"))
    return Math("−∞", r"-\infty") if side == "-inf" else Math("+∞", r"+\infty")


def limit(scene: Scene) -> Math:
    side = -1 if scene.step["from"] == "-inf" else 1
    with precision(LIMIT_PRECISION):
        found = tail(scene.replay.session, scene.sign.term, side).limit
    return Math("?", "?") if found is None else numerals.around(found)


def moves(scene: Scene) -> str:
    """How the term goes on from where the argument starts."""
    up = POSITIVE[scene.sign.relation]
    return "moves up" if up else "moves down"


def combination(scene: Scene) -> Math:
    """``rest + factor·D``."""
    terms = scene.replay.session.terms
    rest, factor = (scene.auxiliary(scene.step[name]) for name in ("rest", "factor"))
    distance = Math("D", "D")
    if terms.constant(factor) != 1:
        written = scene.writer.term(factor, scene.names)
        distance = join(parenthesised(written), Math("·", r" \cdot "), distance)
    if terms.constant(rest) == 0:
        return distance
    return join(scene.writer.term(rest, scene.names), " + ", distance)


def rest_sign(scene: Scene) -> str:
    return SIGNS[scene.step["rest_relation"]]


def factor_sign(scene: Scene) -> str:
    return SIGNS[scene.step["factor_relation"]]


def difference(scene: Scene) -> Math:
    known = COMPARISONS[scene.step["inequality"]]
    terms = scene.replay.session.terms
    made = scene.writer.formula(known.difference(terms, scene.auxiliary(scene.step["argument"])))
    return scene.writer.sign(made, known.relation)


def inequality(scene: Scene) -> str:
    return str(scene.step["inequality"])


def decaying(scene: Scene) -> Math:
    power, rate = (
        scene.step["power"],
        numerals.rational(read_rational(scene.step["rate"], scene.replay.session.limits)),
    )
    power_text = "" if power == 0 else "|x|" if power == 1 else f"|x|^{power}"
    power_latex = "" if power == 0 else "|x|" if power == 1 else rf"|x|^{{{power}}}"
    return Math(
        f"{power_text}·exp(−{rate.text}·|x|)".removeprefix("·"),
        rf"{power_latex} \, \mathrm{{e}}^{{-{rate.latex} |x|}}",
    )


def start_point(scene: Scene) -> Math:
    return numerals.rational(read_rational(scene.step["start"], scene.replay.session.limits))


FACTS: dict[str, Fact] = {
    function.__name__: function
    for function in (
        sign, enclosed, value_there, boxes, forms, narrowest, extreme, product, summands, negatives,
        polynomial, zeros, period, cuts, anchor, start, slope, infinite_end, limit, moves, combination,
        rest_sign, factor_sign, difference, inequality, decaying, start_point,
    )
}  # fmt: skip
"""Facts by the placeholder that stands for them."""
