"""Signs by exact algebra: products and sums of normal forms, exact zeros, Sturm's theorem, periods, cases."""

from __future__ import annotations

from itertools import pairwise

from flint import fmpq, fmpq_poly

from invexcheck.errors import Refuse, Reject
from invexcheck.goals import POSITIVE, STRICT, Obligation, Point, Rule, Sign, Span, implies
from invexcheck.reading import Fields
from invexcheck.session import VARIABLE, Session

MAX_STURM_DEGREE = 200


def signed_parts(
    session: Session, goal: Sign, fields: Fields
) -> tuple[list[int], list[str], list[Obligation]]:
    """The list ``parts``: terms with their relations, and the obligations that these hold on the span."""
    terms, relations, obligations = [], [], []
    for raw, path in fields.items("parts"):
        with Fields(raw, path, session.limits) as part:
            term, relation = session.auxiliary_term(part, "term"), part.choice("relation", STRICT)
            terms.append(term)
            relations.append(relation)
            obligations.append(Obligation(Sign(term, relation, goal.span), part.raw("by"), (*path, "by")))
    if not terms:
        raise Reject("at least one part is needed", "parts", fields.path)
    return terms, relations, obligations


def fold(session: Session, op: str, terms: list[int]) -> int:
    """The term t1 op t2 op ..., as written."""
    total = terms[0]
    for term in terms[1:]:
        total = session.terms.node(op, total, term)
    return total


def product_rule(session: Session, goal: Sign, fields: Fields) -> list[Obligation]:
    """The term equals a product of factors of known signs (normal form, where the term is defined)."""
    terms, relations, obligations = signed_parts(session, goal, fields)
    positive = sum(not POSITIVE[r] for r in relations) % 2 == 0
    strict = all(STRICT[r] for r in relations)
    shown = (">" if strict else ">=") if positive else ("<" if strict else "<=")
    if not implies(shown, goal.relation):
        raise Reject(f"the factors' signs show {shown} 0, not {goal.relation} 0", "sign", fields.path)
    if not session.forms.equal(goal.term, fold(session, "mul", terms)):
        raise Reject("the product does not have the normal form of the term", "identity", fields.path)
    return [*session.require_defined(goal, fields), *obligations]


def sum_rule(session: Session, goal: Sign, fields: Fields) -> list[Obligation]:
    """The term equals a sum of terms of one sign (normal form), one of them strict for a strict goal."""
    terms, relations, obligations = signed_parts(session, goal, fields)
    if any(POSITIVE[r] is not POSITIVE[goal.relation] for r in relations):
        raise Reject("the summands do not all have the sign of the goal", "sign", fields.path)
    if STRICT[goal.relation] and not any(STRICT[r] for r in relations):
        raise Reject("a strict goal needs a strict summand", "sign", fields.path)
    if not session.forms.equal(goal.term, fold(session, "add", terms)):
        raise Reject("the sum does not have the normal form of the term", "identity", fields.path)
    return [*session.require_defined(goal, fields), *obligations]


def zero_rule(session: Session, goal: Sign, fields: Fields) -> list[Obligation]:
    """The term is exactly zero at a point (a weak sign), or identically zero on the span."""
    if STRICT[goal.relation]:
        raise Reject("a zero shows no strict sign", "sign", fields.path)
    point = goal.span.point
    exact = session.forms.is_zero(goal.term) if point is None else session.is_zero_at(goal.term, point)
    if not exact:
        raise Reject("the normal form is not zero", "identity", fields.path)
    return session.require_defined(goal, fields)


# -- polynomials ------------------------------------------------------------------------------


def sturm_chain(p: fmpq_poly) -> list[fmpq_poly]:
    """Sturm's chain of a square-free polynomial."""
    chain = [p, p.derivative()]
    while chain[-1].degree() > 0:
        chain.append(-(chain[-2] % chain[-1]))
    return chain if chain[-1].degree() >= 0 else chain[:-1]


def _sign_at(p: fmpq_poly, at: fmpq | None, infinite: int) -> int:
    """Sign of p at a rational, or at an infinite end."""
    if at is None:
        value = p[p.degree()] if p.degree() >= 0 else fmpq(0)
        value = -value if infinite < 0 and p.degree() % 2 else value
    else:
        value = p(at)
    return int(value > 0) - int(value < 0)


def count_roots(p: fmpq_poly, low: fmpq | None, high: fmpq | None) -> int:
    """Number of distinct real roots in (low, high], by Sturm's theorem; None is an infinite end."""
    if p.degree() > MAX_STURM_DEGREE:
        raise Refuse("degree", f"a polynomial of degree above {MAX_STURM_DEGREE}")
    if p.degree() < 1:
        return 0
    chain = sturm_chain(_square_free(p))
    changes = []
    for at, side in ((low, -1), (high, 1)):
        signs = [s for q in chain if (s := _sign_at(q, at, side))]
        changes.append(sum(a != b for a, b in pairwise(signs)))
    return changes[0] - changes[1]


def _square_free(p: fmpq_poly) -> fmpq_poly:
    common = p.gcd(p.derivative())
    return p / common if common.degree() > 0 else p


def odd_part(p: fmpq_poly) -> fmpq_poly:
    """The product of the square-free factors of odd multiplicity: where p changes sign."""
    result = fmpq_poly([1])
    for factor, multiplicity in p.factor_squarefree()[1]:
        if multiplicity % 2:
            result *= factor
    return result


def polynomial_sign(p: fmpq_poly, span: tuple[fmpq | None, fmpq | None, bool, bool], relation: str) -> bool:
    """Whether ``p relation 0`` on an interval (low, high, low_open, high_open) with rational or infinite ends."""
    low, high, low_open, high_open = span
    if p.degree() < 0:
        return not STRICT[relation]
    if low is not None and high is not None and low == high:
        value = p(low)
        positive = value > 0 if POSITIVE[relation] else value < 0
        return positive or (value == 0 and not STRICT[relation])
    tested = _square_free(p) if STRICT[relation] else odd_part(p)
    inside = count_roots(tested, low, high)
    if high is not None and tested(high) == 0:
        inside -= 1
    if inside:
        return False
    if STRICT[relation]:
        closed_ends = [
            end for end, is_open in ((low, low_open), (high, high_open)) if end is not None and not is_open
        ]
        if any(p(end) == 0 for end in closed_ends):
            return False
    return _sample_sign(p, low, high) == (1 if POSITIVE[relation] else -1)


def _sample_sign(p: fmpq_poly, low: fmpq | None, high: fmpq | None) -> int:
    """Sign of a nonzero polynomial at some interior point where it is not zero."""
    start = low if low is not None else high - 1 if high is not None else fmpq(0)
    width = high - low if low is not None and high is not None else fmpq(1)
    steps = p.degree() + 2
    for k in range(1, steps + 1):
        value = p(start + width * fmpq(k, steps + 1))
        if value != 0:
            return 1 if value > 0 else -1
    raise Reject("a nonzero polynomial with more zeros than its degree", "internal")


def polynomial_rule(session: Session, goal: Sign, fields: Fields) -> list[Obligation]:
    """The normal form is a polynomial in x over Q; its sign on the span is decided by Sturm's theorem."""
    p = session.forms.polynomial(goal.term, VARIABLE)
    if p is None:
        raise Reject("the normal form is not a polynomial in x over the rationals", "identity", fields.path)
    ends: list[fmpq | None] = []
    for end in (goal.span.lower, goal.span.upper):
        if end is not None and end.value is None:
            raise Reject("the ends of the span must be rational or infinite", "point", fields.path)
        ends.append(None if end is None else end.value)
    span = (ends[0], ends[1], goal.span.lower_open, goal.span.upper_open)
    if not polynomial_sign(p, span, goal.relation):
        raise Reject("the polynomial does not have this sign on the span", "sign", fields.path)
    return session.require_defined(goal, fields)


# -- periods ------------------------------------------------------------------------------


def half_angle(p: dict[tuple[int, int], fmpq]) -> tuple[fmpq_poly, int]:
    """P and N with ``sum c cos^a sin^b = (1+t²)^-N P(t)``, t = tan(x/2); at x = pi it is P's t^(2N) coefficient."""
    total = max((a + b for a, b in p), default=0)
    cosine, sine, square = fmpq_poly([1, 0, -1]), fmpq_poly([0, 2]), fmpq_poly([1, 0, 1])
    result = fmpq_poly([0])
    for (a, b), c in p.items():
        result += c * cosine**a * sine**b * square ** (total - a - b)
    return result, total


def trigonometric_rule(session: Session, goal: Sign, fields: Fields) -> list[Obligation]:
    """The normal form is a polynomial in cos(wx), sin(wx) over Q; half-angle substitution, then Sturm on all of R."""
    form = session.forms.trigonometric_polynomial(goal.term, VARIABLE)
    if form is None:
        raise Reject(
            "the normal form is not a trigonometric polynomial over the rationals", "identity", fields.path
        )
    p, total = half_angle(form[1])
    at_pi = p[2 * total]
    whole_line = (None, None, True, True)
    good = polynomial_sign(p, whole_line, goal.relation)
    at_pi_good = (at_pi > 0 if POSITIVE[goal.relation] else at_pi < 0) or (
        at_pi == 0 and not STRICT[goal.relation]
    )
    if not (good and at_pi_good):
        raise Reject("the trigonometric polynomial does not have this sign", "sign", fields.path)
    return session.require_defined(goal, fields)


def periodic_rule(session: Session, goal: Sign, fields: Fields) -> list[Obligation]:
    """The term has an exact period T > 0 (normal form): its signs on a half-line or on R are those on one period.

    The period begins at the finite end of the span, so that every shifted point between stays inside the span,
    where the term is defined.
    """
    period = session.point(fields.raw("period"), (*fields.path, "period"))
    if period.bracket is not None or not session.less(session.rational_point(fmpq(0)), period):
        raise Reject("a period must be a positive constant", "point", fields.path)
    terms = session.terms
    shifted = terms.node("add", terms.variable(VARIABLE), period.term)
    if not session.forms.equal(goal.term, terms.substitute(goal.term, {VARIABLE: shifted})):
        raise Reject("the normal form does not have this period", "identity", fields.path)
    low, high = goal.span.lower, goal.span.upper
    if ((low or high) is not None and (low or high).bracket is not None) or None not in (low, high):  # type: ignore[union-attr]
        raise Reject("a period needs a half-line with a closed-form end, or all of R", "point", fields.path)
    if high is None:
        start = session.rational_point(fmpq(0)) if low is None else low
        part = Span(
            start,
            Point(terms.node("add", start.term, period.term)),
            goal.span.lower_open and low is not None,
            False,
        )
    else:
        part = Span(Point(terms.node("sub", high.term, period.term)), high, False, goal.span.upper_open)
    inner = Obligation(
        Sign(goal.term, goal.relation, part, goal.given), fields.raw("by"), (*fields.path, "by")
    )
    return [*session.require_defined(goal, fields), inner]


def cases_rule(session: Session, goal: Sign, fields: Fields) -> list[Obligation]:
    """The span is cut at exact points strictly inside; the goal is shown on each closed part."""
    cuts = [session.point(raw, path) for raw, path in fields.items("at")]
    steps = fields.items("by")
    if not cuts or len(steps) != len(cuts) + 1:
        raise Reject("n cuts need n + 1 steps", "cases", fields.path)
    ends = [goal.span.lower, *cuts, goal.span.upper]
    session.require_increasing([end for end in ends if end is not None], fields.path)
    obligations = []
    for k, (raw, path) in enumerate(steps):
        part = Span(
            ends[k],
            ends[k + 1],
            goal.span.lower_open if k == 0 else False,
            goal.span.upper_open if k == len(cuts) else False,
        )
        obligations.append(Obligation(Sign(goal.term, goal.relation, part, goal.given), raw, path))
    return obligations


RULES = (
    Rule("product", (Sign,), ("product-of-signs", "normal-form"), product_rule),
    Rule("sum", (Sign,), ("sum-of-signs", "normal-form"), sum_rule),
    Rule("zero", (Sign,), ("normal-form",), zero_rule),
    Rule("polynomial", (Sign,), ("sturm", "normal-form"), polynomial_rule),
    Rule("trigonometric", (Sign,), ("half-angle", "sturm", "normal-form"), trigonometric_rule),
    Rule("periodic", (Sign,), ("period", "normal-form"), periodic_rule),
    Rule("cases", (Sign,), ("cases",), cases_rule),
)
