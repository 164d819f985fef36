"""Refutations: stationary points that are not global minimisers, and counterexamples to the other claims."""

from __future__ import annotations

from flint import fmpq

from invexcheck.asymptotics import tail
from invexcheck.balls import precision
from invexcheck.errors import Reject
from invexcheck.goals import Claim, Obligation, Point, Rule, Span
from invexcheck.pieces import decide_at, jump_at, require_defined_at, resolve
from invexcheck.reading import Fields
from invexcheck.rules.calculus import LIMIT_PRECISION
from invexcheck.rules.decomposition import Decomposition, Piece, read_decomposition, read_piece
from invexcheck.session import Session

STATIONARY = (("activation.invex", True), ("activation.nonvanishing-derivative", True))


def value_at(session: Session, subject: int, point: Point) -> int:
    """The subject's value at an exact point where it is defined, as a term without x; guards are decided exactly."""
    resolution = resolve(session, subject, decide_at(session, point))
    require_defined_at(session, resolution, point)
    return session.at(resolution.value[subject], point)


def require_less(
    session: Session, low: int, high: int, point: Point, path: tuple[str | int, ...], what: str
) -> None:
    """low < high strictly at a point (terms in x or constants)."""
    if session.strict_sign(session.terms.node("sub", low, high), point) != -1:
        raise Reject(f"not established: {what}", "value", path)


def require_lower(session: Session, claim: Claim, value: int, at: Point, fields: Fields) -> None:
    """For invexity: some point ``lower`` has a strictly smaller value than the term `value` at the stationary point."""
    if claim.kind != "activation.invex":
        return
    lower = session.point(fields.raw("lower"), (*fields.path, "lower"))
    smaller = value_at(session, claim.subject, lower)
    require_less(session, smaller, value, at, fields.path, "f(lower) < f at the stationary point")


def local_piece(
    session: Session, claim: Claim, fields: Fields, lower: Point, upper: Point
) -> tuple[Piece, list[Obligation]]:
    """One open piece between two points, described by the field ``piece``."""
    return read_piece(session, claim.subject, fields.object("piece"), Span(lower, upper))


def stationary_rule(session: Session, claim: Claim, fields: Fields) -> list[Obligation]:
    """f'(c) = 0 exactly at a point inside an analytic piece; for invexity also f(lower) < f(c)."""
    path = fields.path
    low, high = fields.rational("from"), fields.rational("to")
    lower, upper = session.rational_point(low), session.rational_point(high)
    centre = session.point(fields.raw("at"), (*path, "at"))
    session.require_increasing([lower, centre, upper], path)
    piece, obligations = local_piece(session, claim, fields, lower, upper)
    slope = session.derivative(piece.function)
    if fields.has("cofactor"):
        cofactor = session.auxiliary_term(fields, "cofactor")
        if not session.forms.equal(slope, session.terms.node("mul", centre.term, cofactor)):
            raise Reject("the derivative is not the named product", "identity", path)
        if centre.bracket is None or not session.defined(cofactor, Span.at(centre)):
            raise Reject("a cofactor must be defined at a point that is given as a zero", "domain", path)
    elif not session.is_zero_at(slope, centre):
        raise Reject("the derivative is not exactly zero at the point", "identity", path)
    require_lower(session, claim, piece.function, centre, fields)
    obligations.append(piece.analytic())
    piece.fields.end()
    return obligations


def plateau_rule(session: Session, claim: Claim, fields: Fields) -> list[Obligation]:
    """f is constant on an open interval; for invexity also f(lower) is below that constant."""
    lower, upper = (
        session.rational_point(fields.rational("from")),
        session.rational_point(fields.rational("to")),
    )
    session.require_increasing([lower, upper], fields.path)
    piece, obligations = local_piece(session, claim, fields, lower, upper)
    if not session.forms.is_zero(session.derivative(piece.function)):
        raise Reject("the derivative is not identically zero on the piece", "identity", fields.path)
    inside = session.rational_point((lower.value + upper.value) / 2)  # type: ignore[operator]
    require_lower(session, claim, piece.function, inside, fields)
    obligations.append(piece.analytic())
    piece.fields.end()
    return obligations


def kink_rule(session: Session, claim: Claim, fields: Fields) -> list[Obligation]:
    """At a breakpoint the one-sided slopes have opposite weak signs, so 0 is in the Clarke subdifferential."""
    low, high = fields.rational("from"), fields.rational("to")
    decomposition = read_decomposition(
        session, claim.subject, fields, session.rational_point(low), session.rational_point(high)
    )
    if len(decomposition.cuts) != 1:
        raise Reject("a kink is one cut between two pieces", "pieces", fields.path)
    decomposition.require_continuous(session, claim.subject)
    centre = decomposition.cuts[0]
    left, right = decomposition.pieces
    first = fields.choice("left", (">=", "<="))
    second = "<=" if first == ">=" else ">="
    at = Span.at(centre)
    obligations = [
        *decomposition.obligations,
        left.analytic(upper_closed=True),
        right.analytic(lower_closed=True),
        left.sign(session.derivative(left.function), first, at, "by"),
        right.sign(session.derivative(right.function), second, at, "by"),
    ]
    require_lower(session, claim, left.function, centre, fields)
    decomposition.close()
    return obligations


def _bracket(
    session: Session, claim: Claim, fields: Fields
) -> tuple[Decomposition, Point, Point, Point, int]:
    """Points from < at < to, a continuous decomposition between the outer ones, and the value at the inner one."""
    ends = [session.rational_point(fields.rational(name)) for name in ("from", "at", "to")]
    session.require_increasing(ends, fields.path)
    lower, centre, upper = ends
    decomposition = read_decomposition(session, claim.subject, fields, lower, upper)
    decomposition.require_continuous(session, claim.subject)
    return decomposition, lower, centre, upper, value_at(session, claim.subject, centre)


def maximum_rule(session: Session, claim: Claim, fields: Fields) -> list[Obligation]:
    """f is higher inside than at both ends of [from, to]: an interior maximum, stationary and not a global minimum."""
    decomposition, lower, _, upper, top = _bracket(session, claim, fields)
    for piece, end in ((decomposition.pieces[0], lower), (decomposition.pieces[-1], upper)):
        require_less(
            session, piece.function, top, end, fields.path, "the value inside exceeds the values at both ends"
        )
    obligations = [*decomposition.obligations, *(piece.analytic() for piece in decomposition.pieces)]
    decomposition.close()
    return obligations


def minimum_rule(session: Session, claim: Claim, fields: Fields) -> list[Obligation]:
    """f is lower inside than at both ends of [from, to], but still lower elsewhere than anywhere on [from, to]."""
    decomposition, lower, centre, upper, bottom = _bracket(session, claim, fields)
    for piece, end in ((decomposition.pieces[0], lower), (decomposition.pieces[-1], upper)):
        require_less(
            session,
            bottom,
            piece.function,
            end,
            fields.path,
            "the values at both ends exceed the value inside",
        )
    obligations = [*decomposition.obligations]
    level = session.terms.rational(fields.rational("level")) if claim.kind == "activation.invex" else None
    for piece in decomposition.pieces:
        obligations.append(piece.analytic())
        if level is not None:
            above = session.terms.node("sub", piece.function, level)
            obligations.append(piece.sign(above, ">=", piece.span, "above"))
    if level is not None:
        require_lower(session, claim, level, centre, fields)
    decomposition.close()
    return obligations


# -- the other claims ------------------------------------------------------------------------------


def jump_rule(session: Session, claim: Claim, fields: Fields) -> list[Obligation]:
    """The function is discontinuous at a point: two of left limit, value and right limit differ strictly."""
    low, high = session.rational_point(fields.rational("from")), session.rational_point(fields.rational("to"))
    centre = session.point(fields.raw("at"), (*fields.path, "at"))
    session.require_increasing([low, centre, high], fields.path)
    left, left_guards = read_piece(session, claim.subject, fields.object("left"), Span(low, centre))
    right, right_guards = read_piece(session, claim.subject, fields.object("right"), Span(centre, high))
    if not jump_at(session, claim.subject, centre, left.resolution, right.resolution):
        raise Reject("a jump is not established", "value", fields.path)
    obligations = [*left_guards, *right_guards]
    for piece in (left, right):
        obligations.append(piece.analytic())
        piece.fields.end()
    return obligations


def turning_rule(session: Session, claim: Claim, fields: Fields) -> list[Obligation]:
    """Three points at which the values do not go strictly one way: not strictly monotone."""
    points = [session.point(raw, path) for raw, path in fields.items("points")]
    if len(points) != 3:
        raise Reject("three points are needed", "point", fields.path)
    session.require_increasing(points, fields.path)
    values = [value_at(session, claim.subject, p) for p in points]
    first, second = (_order(session, values[k + 1], values[k]) for k in (0, 1))
    if None in (first, second) or (first == second != 0):
        raise Reject("the values are not shown to turn", "value", fields.path)
    return []


def _order(session: Session, a: int, b: int) -> int | None:
    """The sign of a - b for two constants, None if undecided."""
    return session.exact_sign(session.terms.node("sub", a, b), session.rational_point(fmpq(0)))


def steep_chord_rule(session: Session, claim: Claim, fields: Fields) -> list[Obligation]:
    """Two points whose chord is steeper than the claimed Lipschitz constant."""
    if claim.constant is None:
        raise Reject("a chord refutes one constant only", "claim", fields.path)
    low, high = (session.rational_point(fields.rational(name)) for name in ("from", "to"))
    session.require_increasing([low, high], fields.path)
    terms = session.terms
    rise = terms.node("sub", value_at(session, claim.subject, high), value_at(session, claim.subject, low))
    allowed = terms.node("mul", terms.rational(claim.constant), terms.node("sub", high.term, low.term))
    if session.strict_sign(terms.node("sub", rise, allowed), low) != 1:
        opposite = terms.node("add", rise, allowed)
        if session.strict_sign(opposite, low) != -1:
            raise Reject("the chord is not shown steeper than the constant", "value", fields.path)
    return []


def unbounded_slope_rule(session: Session, claim: Claim, fields: Fields) -> list[Obligation]:
    """f' tends to an infinite limit at an infinite end: not Lipschitz with any constant."""
    side = -1 if fields.choice("side", ("-inf", "+inf")) == "-inf" else 1
    end = session.rational_point(fields.rational("end"))
    span = Span(None, end) if side < 0 else Span(end, None)
    piece, obligations = read_piece(session, claim.subject, fields.object("piece"), span)
    with precision(LIMIT_PRECISION):
        if not tail(session, session.derivative(piece.function), side).infinite:
            raise Reject("the slope is not shown to be unbounded", "limit", fields.path)
    obligations.append(piece.analytic())
    piece.fields.end()
    return obligations


def chord_rule(session: Session, claim: Claim, fields: Fields) -> list[Obligation]:
    """Three points with the middle value above the chord: not convex."""
    points = [session.rational_point(fields.rational(name)) for name in ("from", "at", "to")]
    session.require_increasing(points, fields.path)
    terms = session.terms
    low, mid, high = points
    f = [value_at(session, claim.subject, p) for p in points]
    left, right, whole = (
        terms.node("sub", b.term, a.term) for a, b in ((low, mid), (mid, high), (low, high))
    )
    chord = terms.node("add", terms.node("mul", right, f[0]), terms.node("mul", left, f[2]))
    value = terms.node("mul", whole, f[1])
    require_less(session, chord, value, mid, fields.path, "the value exceeds the chord")
    return []


SHOWN = ("continuity", "derivative", "clarke-stationarity")

RULES = (
    Rule("stationary-point", (Claim,), ("stationary-point", "normal-form", *SHOWN), stationary_rule, STATIONARY),
    Rule("plateau", (Claim,), ("plateau", "normal-form", *SHOWN), plateau_rule, STATIONARY),
    Rule("kink", (Claim,), ("kink", *SHOWN), kink_rule, STATIONARY),
    Rule("maximum", (Claim,), ("interior-maximum", *SHOWN), maximum_rule, STATIONARY),
    Rule("minimum", (Claim,), ("interior-minimum", *SHOWN), minimum_rule, STATIONARY),
    Rule("jump", (Claim,), ("jump", "continuity"), jump_rule, (("activation.piecewise-analytic", True),)),
    Rule("turning", (Claim,), ("turning",), turning_rule, (("activation.strictly-monotone", True),)),
    Rule("steep-chord", (Claim,), ("chord",), steep_chord_rule, (("activation.lipschitz", True),)),
    Rule(
        "unbounded-slope", (Claim,), ("unbounded-slope", "orders-of-growth", "derivative"), unbounded_slope_rule,
        (("activation.lipschitz", True),),
    ),
    Rule("chord", (Claim,), ("chord",), chord_rule, (("activation.convex", True),)),
)  # fmt: skip
