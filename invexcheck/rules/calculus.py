"""Signs by calculus: monotone from an end, limits at infinity, and comparison with proved inequalities."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from flint import fmpq

from invexcheck.asymptotics import tail
from invexcheck.balls import precision
from invexcheck.errors import Reject
from invexcheck.goals import POSITIVE, REVERSED, STRICT, Analytic, Obligation, Point, Rule, Sign, Span
from invexcheck.intervals import Undefined
from invexcheck.reading import Fields
from invexcheck.session import VARIABLE, Session
from invexcheck.terms import MAX_EXPONENT, Terms

LIMIT_PRECISION = 128


def slope_obligations(session: Session, goal: Sign, relation: str, fields: Fields) -> list[Obligation]:
    """That the term is analytic inside the span, and that its derivative has the given sign there."""
    inside = goal.span.interior()
    slope = Sign(session.derivative(goal.term), relation, inside, given=True)
    obligations = [Obligation(slope, fields.raw("by"), (*fields.path, "by"))]
    if not goal.given:
        step = fields.raw("analytic") if fields.has("analytic") else {"rule": "interval"}
        obligations.append(Obligation(Analytic(goal.term, inside), step, (*fields.path, "analytic")))
    return obligations


def monotone_rule(session: Session, goal: Sign, fields: Fields) -> list[Obligation]:
    """The term has the sign at one finite end, and its derivative carries it into the span."""
    end = fields.choice("from", ("lower", "upper"))
    anchor = goal.span.lower if end == "lower" else goal.span.upper
    is_open = goal.span.lower_open if end == "lower" else goal.span.upper_open
    if anchor is None:
        raise Reject("an infinite end needs the rule limit", "point", fields.path)
    if goal.span.point is not None:
        raise Reject("a single point has no inside", "point", fields.path)
    start, slope = fields.choice("start", STRICT), fields.choice("slope", STRICT)
    wanted_slope = goal.relation if end == "lower" else REVERSED[goal.relation]
    if POSITIVE[start] is not POSITIVE[goal.relation] or POSITIVE[slope] is not POSITIVE[wanted_slope]:
        raise Reject("value and slope do not have the signs that carry the goal", "sign", fields.path)
    if STRICT[goal.relation] and not (STRICT[start] or (is_open and STRICT[slope])):
        raise Reject(
            "a strict goal needs a strict value, or a strict slope and an open end", "sign", fields.path
        )
    value = Obligation(Sign(goal.term, start, Span.at(anchor)), fields.raw("value"), (*fields.path, "value"))
    return [
        value,
        *slope_obligations(session, goal, slope, fields),
        *_other_end_defined(session, goal, end, fields),
    ]


def _other_end_defined(session: Session, goal: Sign, end: str, fields: Fields) -> list[Obligation]:
    """A closed end opposite to the anchor belongs to the goal: the term must be defined there too."""
    other = goal.span.upper if end == "lower" else goal.span.lower
    is_open = goal.span.upper_open if end == "lower" else goal.span.lower_open
    if goal.given or is_open or other is None:
        return []
    return [Obligation(Analytic(goal.term, Span.at(other)), {"rule": "interval"}, (*fields.path, "analytic"))]


def limit_rule(session: Session, goal: Sign, fields: Fields) -> list[Obligation]:
    """The term tends to a limit of the goal's (weak) sign at an infinite end, and moves away from it monotonically."""
    side = -1 if fields.choice("from", ("-inf", "+inf")) == "-inf" else 1
    if (goal.span.lower if side < 0 else goal.span.upper) is not None:
        raise Reject("the span does not reach this infinite end", "point", fields.path)
    slope = fields.choice("slope", STRICT)
    wanted = goal.relation if side < 0 else REVERSED[goal.relation]
    if POSITIVE[slope] is not POSITIVE[wanted]:
        raise Reject("the slope does not carry the sign of the goal away from infinity", "sign", fields.path)
    if session.terms.names[goal.term] - {VARIABLE}:
        raise Reject("limits are for terms without parameters", "limit", fields.path)
    with precision(LIMIT_PRECISION):
        try:
            facts = tail(session, goal.term, side)
        except Undefined as error:
            raise Reject(f"limit: {error}", "limit", fields.path) from error
    limit = facts.limit
    if limit is None:
        raise Reject("the limit is not established", "limit", fields.path)
    strict = ((limit > 0) if POSITIVE[goal.relation] else (limit < 0)) is True
    weak = ((limit >= 0) if POSITIVE[goal.relation] else (limit <= 0)) is True
    if not weak or (STRICT[goal.relation] and not (strict or STRICT[slope])):
        raise Reject("the limit does not have the sign of the goal", "limit", fields.path)
    closed = _other_end_defined(session, goal, "lower" if side < 0 else "upper", fields)
    return [*slope_obligations(session, goal, slope, fields), *closed]


# -- comparison ------------------------------------------------------------------------------


class Comparison(NamedTuple):
    """A proved inequality ``difference(u) > 0`` (or >= 0) for every u with ``u condition 0``."""

    lemma: str
    condition: str | None
    relation: str
    difference: Callable[[Terms, int], int]


def _gauss(t: Terms, u: int) -> int:
    return t.div(t.node("exp", t.neg(t.square(u))), t.node("sqrt", t.node("pi")))


def _erfc(t: Terms, u: int) -> int:
    return t.node("sub", t.one, t.node("erf", u))


def _polynomial(t: Terms, u: int, coefficients: dict[int, int]) -> int:
    total = t.zero
    for degree, coefficient in coefficients.items():
        total = t.add(total, t.mul(t.rational(fmpq(coefficient)), t.power(u, fmpq(degree))))
    return total


def _mills(
    numerator: dict[int, int], denominator: dict[int, int], upper: bool
) -> Callable[[Terms, int], int]:
    """A rational bound of Mills' ratio, as a difference with erfc(u) that is positive for u > 0."""

    def difference(t: Terms, u: int) -> int:
        ratio = t.div(_polynomial(t, u, numerator), _polynomial(t, u, denominator))
        bound = t.mul(ratio, _gauss(t, u))
        return t.node("sub", bound, _erfc(t, u)) if upper else t.node("sub", _erfc(t, u), bound)

    return difference


COMPARISONS: dict[str, Comparison] = {
    "mills-upper-1": Comparison("mills", ">", ">", _mills({0: 1}, {1: 1}, True)),
    "mills-upper-2": Comparison("mills", ">", ">", _mills({0: 2, 2: 2}, {1: 3, 3: 2}, True)),
    "mills-lower-1": Comparison("mills", ">", ">", _mills({1: 2}, {0: 1, 2: 2}, False)),
    "mills-lower-2": Comparison("mills", ">", ">", _mills({1: 10, 3: 4}, {0: 3, 2: 12, 4: 4}, False)),
    "exp-above-tangent": Comparison(
        "elementary", None, ">=", lambda t, u: t.node("sub", t.node("exp", u), t.add(t.one, u))
    ),
    "log-below-tangent": Comparison(
        "elementary", ">", ">", lambda t, u: t.node("sub", u, t.node("log", t.add(t.one, u)))
    ),
    "log-above-parabola": Comparison(
        "elementary", ">", ">",
        lambda t, u: t.node("sub", t.node("log", t.add(t.one, u)), t.node("sub", u, t.div(t.square(u), t.two))),
    ),
    "tanh-below-line": Comparison("elementary", ">", ">", lambda t, u: t.node("sub", u, t.node("tanh", u))),
    "sin-below-line": Comparison("elementary", ">", ">", lambda t, u: t.node("sub", u, t.node("sin", u))),
    "erf-below-line": Comparison(
        "elementary", ">", ">",
        lambda t, u: t.node("sub", t.div(t.mul(t.two, u), t.node("sqrt", t.node("pi"))), t.node("erf", u)),
    ),
}  # fmt: skip
"""Inequalities between a transcendental function and a simpler one; each is proved in the lemma it names."""


def compare_rule(session: Session, goal: Sign, fields: Fields) -> list[Obligation]:
    """The term is ``rest + factor * difference(u)``, with rest and factor of the goal's sign (normal form)."""
    known = COMPARISONS[fields.choice("inequality", COMPARISONS)]
    argument = session.auxiliary_term(fields, "argument")
    difference = known.difference(session.terms, argument)
    obligations = _combination(session, goal, fields, difference, known.relation)
    if known.condition is not None:
        where = Sign(argument, known.condition, goal.span)
        obligations.append(Obligation(where, fields.raw("condition"), (*fields.path, "condition")))
    elif not session.defined(argument, goal.span):
        raise Reject("the argument of the inequality may be undefined", "domain", fields.path)
    return obligations


def _combination(
    session: Session, goal: Sign, fields: Fields, difference: int, relation: str
) -> list[Obligation]:
    """Obligations for ``term = rest + factor * difference`` where ``difference relation 0`` is proved."""
    rest, factor = session.auxiliary_term(fields, "rest"), session.auxiliary_term(fields, "factor")
    rest_relation, factor_relation = (
        fields.choice("rest_relation", STRICT),
        fields.choice("factor_relation", STRICT),
    )
    if (
        POSITIVE[rest_relation] is not POSITIVE[goal.relation]
        or POSITIVE[factor_relation] is not POSITIVE[goal.relation]
    ):
        raise Reject("rest and factor must have the sign of the goal", "sign", fields.path)
    strict = STRICT[rest_relation] or (STRICT[factor_relation] and STRICT[relation])
    if STRICT[goal.relation] and not strict:
        raise Reject("a strict goal needs a strict summand", "sign", fields.path)
    terms = session.terms
    total = terms.node("add", rest, terms.node("mul", factor, difference))
    if not session.forms.equal(goal.term, total):
        raise Reject("rest plus factor times difference is not the term", "identity", fields.path)
    return [
        *session.require_defined(goal, fields),
        Obligation(Sign(rest, rest_relation, goal.span), fields.raw("rest_by"), (*fields.path, "rest_by")),
        Obligation(
            Sign(factor, factor_relation, goal.span), fields.raw("factor_by"), (*fields.path, "factor_by")
        ),
    ]


def decay_rule(session: Session, goal: Sign, fields: Fields) -> list[Obligation]:
    """Comparison with ``a^k e^(-ca) - |x|^k e^(-c|x|) >= 0`` for |x| >= a >= k/c, on a half-line of either side."""
    power, rate, start = (
        fields.integer("power", 0, MAX_EXPONENT),
        fields.rational("rate"),
        fields.rational("start"),
    )
    if not (rate > 0 and start * rate >= power and start >= 0):
        raise Reject("the decay of |x|^k exp(-c|x|) needs c > 0 and a >= k/c", "sign", fields.path)
    span, terms = goal.span, session.terms
    right = span.upper is None
    end = span.lower if right else span.upper
    limit = session.rational_point(start if right else -start)
    if end is None or not (_at_most(session, limit, end) if right else _at_most(session, end, limit)):
        raise Reject("the span must lie beyond the start of the decay", "point", fields.path)
    x = terms.variable(VARIABLE)
    size = x if right else terms.neg(x)
    difference = terms.node(
        "sub", _decaying(terms, terms.rational(start), power, rate), _decaying(terms, size, power, rate)
    )
    return _combination(session, goal, fields, difference, ">=")


def _decaying(t: Terms, u: int, power: int, rate: fmpq) -> int:
    return t.mul(t.power(u, fmpq(power)), t.node("exp", t.mul(t.rational(-rate), u)))


def _at_most(session: Session, low: Point, high: Point) -> bool:
    if low.value is not None and high.value is not None:
        return bool(low.value <= high.value)
    return session.less(low, high)


RULES = (
    Rule("monotone", (Sign,), ("monotone-from-end",), monotone_rule),
    Rule("limit", (Sign,), ("limit-rule", "orders-of-growth"), limit_rule),
    Rule("compare", (Sign,), ("mills", "elementary", "sum-of-signs", "normal-form"), compare_rule),
    Rule("decay", (Sign,), ("decay", "sum-of-signs", "normal-form"), decay_rule),
)
