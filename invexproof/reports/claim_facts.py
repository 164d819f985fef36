"""Facts about steps that show claims, and refute them."""

from __future__ import annotations

from flint import fmpq

from invexcheck.balls import precision
from invexcheck.errors import Refuse, Reject
from invexcheck.goals import REVERSED, Point
from invexcheck.reading import rational as read_rational
from invexcheck.rules.calculus import LIMIT_PRECISION
from invexcheck.rules.refutation import value_at
from invexcheck.session import Session
from invexproof.reports import numerals
from invexproof.reports.prose import Math, Phrase, count, listing
from invexproof.reports.scene import Fact, Scene, read_point
from invexproof.reports.writer import SIGNS, function_name, join, symbol


def factorisation(scene: Scene) -> Phrase:
    """f′ = p·k on the blocks that say so."""
    shown: list[Phrase] = []
    for piece in scene.pieces():
        if "factor" in piece.step:
            slope, p, k = (
                function_name(*name)
                for name in ((scene.letter, piece.index, 1), ("p", piece.index), ("k", piece.index))
            )
            terms = (scene.auxiliary(piece.step[name]) for name in ("positive", "factor"))
            first, second = (scene.writer.formula(term) for term in terms)
            shown.append(
                (
                    join(slope, " = ", p, Math("·", r" \cdot "), k),
                    " with ",
                    join(p, " = ", first),
                    " and ",
                    join(k, " = ", second),
                )
            )
    return (" Here ", *listing(shown), ".") if shown else ()


def f(scene: Scene) -> Math:
    return symbol(scene.letter)


def pieces(scene: Scene) -> str:
    return count(len(scene.pieces()), "piece")


def continuity(scene: Scene) -> Phrase:
    """That the function is continuous at the cuts, with its values there."""
    points = [read_point(scene, raw) for raw in scene.step.get("cuts", [])]
    if not points:
        return (f"{f(scene)} is one analytic formula.",)
    values: list[Phrase | Math | str] = []
    for point in points:
        if point.bracket is None:
            values.append(_evaluated(scene, point))
    listed = () if not values else (": ", *listing(values))
    return (
        f"At the cuts {f(scene)} is continuous, because the limits from both sides are its value there",
        *listed,
        ".",
    )


def _value(scene: Scene, point: Point) -> Math:
    """The value of the function: exactly where that is a short rational, else to some digits."""
    session = scene.replay.session
    term = value_at(session, scene.claim.subject, point)
    exact = exact_value(session, term)
    if exact is not None and len(str(exact)) <= numerals.MAX_EXACT:
        return numerals.rational(exact)
    return join(Math("≈ ", r"\approx "), numerals.around(scene.writer.value(term)))


def exact_value(session: Session, term: int) -> fmpq | None:
    try:
        return session.forms.rational_value(term)
    except (Reject, Refuse):
        return None


def _evaluated(scene: Scene, point: Point) -> Math:
    """``f(0) = 1/2`` or ``f(1) ≈ 0.841``."""
    value = _value(scene, point)
    equals = "" if value.text.startswith("≈") else "= "
    return join(f(scene), "(", scene.writer.point(point), f") {equals}", value)


def shaped(shape: str) -> Fact:
    """Where the pieces of one shape are."""

    def fact(scene: Scene) -> Phrase:
        spans = [piece.span for piece in scene.pieces() if piece.step.get("shape") == shape]
        return listing([scene.writer.span(span) for span in spans])

    return fact


def bottom(scene: Scene) -> Math:
    """The cut between the last decreasing and the first increasing piece."""
    falling = [piece for piece in scene.pieces() if piece.step.get("shape") == "decreasing"]
    end = falling[-1].span.upper if falling else None
    return Math("?", "?") if end is None else scene.writer.point(end)


def field_point(name: str) -> Fact:
    """The point that a field holds."""
    return lambda scene: scene.writer.point(read_point(scene, scene.step[name]))


def field_value(name: str) -> Fact:
    """The value of the function at the point that a field holds."""

    def fact(scene: Scene) -> Math:
        point = read_point(scene, scene.step[name])
        if point.bracket is None:
            return _value(scene, point)
        with precision(LIMIT_PRECISION):
            near = scene.replay.session.program(scene.pieces()[0].function)(scene.writer.location(point))
        return join(Math("≈ ", r"\approx "), numerals.around(near[0]))

    return fact


def plateau_value(scene: Scene) -> Math:
    ends = [read_rational(scene.step[name], scene.replay.session.limits) for name in ("from", "to")]
    return _value(scene, scene.replay.session.rational_point((ends[0] + ends[1]) / 2))


def interval(scene: Scene) -> Math:
    ends = [scene.writer.point(read_point(scene, scene.step[name])) for name in ("from", "to")]
    return Math(f"({ends[0].text}, {ends[1].text})", rf"\left({ends[0].latex},\, {ends[1].latex}\right)")


def kink_at(scene: Scene) -> Math:
    return scene.writer.point(read_point(scene, scene.step["cuts"][0]))


def kink_value(scene: Scene) -> Math:
    return _value(scene, read_point(scene, scene.step["cuts"][0]))


def kink_left(scene: Scene) -> str:
    return SIGNS[scene.step["left"]]


def kink_right(scene: Scene) -> str:
    return SIGNS[REVERSED[scene.step["left"]]]


def direction(scene: Scene) -> str:
    return str(scene.step["direction"])


def constant(scene: Scene) -> Math:
    bound = scene.claim.constant
    if "constant" in scene.step:
        bound = read_rational(scene.step["constant"], scene.replay.session.limits)
    return Math("?", "?") if bound is None else numerals.rational(bound)


def values(scene: Scene) -> Phrase:
    limits = scene.replay.session.limits
    chosen = sorted(scene.step["values"].items())
    return listing(
        [join(f"{name} = ", numerals.rational(read_rational(raw, limits))) for name, raw in chosen]
    )


def scale(scene: Scene) -> Math:
    return scene.writer.formula(scene.auxiliary(scene.step["scale"]))


def turning(scene: Scene) -> Phrase:
    shown = []
    for raw in scene.step["points"]:
        point = read_point(scene, raw)
        shown.append(_evaluated(scene, point))
    return listing(shown)


def chord(scene: Scene) -> Math:
    """The slope between two points."""
    session = scene.replay.session
    low, high = (read_point(scene, scene.step[name]) for name in ("from", "to"))
    rise = session.terms.node(
        "sub", value_at(session, scene.claim.subject, high), value_at(session, scene.claim.subject, low)
    )
    run = session.terms.node("sub", high.term, low.term)
    return numerals.around(scene.writer.value(session.terms.node("div", rise, run)))


def chord_value(scene: Scene) -> Math:
    """The height of the chord at the middle point."""
    session, terms = scene.replay.session, scene.replay.session.terms
    low, mid, high = (read_point(scene, scene.step[name]) for name in ("from", "at", "to"))
    first, last = (value_at(session, scene.claim.subject, point) for point in (low, high))
    share = terms.node("div", terms.node("sub", mid.term, low.term), terms.node("sub", high.term, low.term))
    height = terms.node("add", first, terms.node("mul", share, terms.node("sub", last, first)))
    return numerals.around(scene.writer.value(height))


FACTS: dict[str, Fact] = {
    **{
        function.__name__: function
        for function in (
            factorisation, f, pieces, continuity, bottom, plateau_value, interval, kink_at,
            kink_value, kink_left, kink_right, direction, constant, values, scale, turning, chord,
            chord_value,
        )
    },
    **{shape: shaped(shape) for shape in ("decreasing", "block", "increasing")},
    **{f"{name}_point": field_point(name) for name in ("at", "lower", "from", "to", "level")},
    **{f"{name}_value": field_value(name) for name in ("at", "lower", "from", "to")},
}  # fmt: skip
"""Facts by the placeholder that stands for them."""
