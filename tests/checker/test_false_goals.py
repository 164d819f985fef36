"""Random goals with random proofs: what is accepted holds at every sampled point."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from flint import fmpq, fmpq_poly
from hypothesis import event, given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

from invexcheck.errors import Refuse, Reject
from invexcheck.goals import Analytic, Obligation, Sign, Span
from invexcheck.kernel import discharge
from invexcheck.limits import Limits
from invexcheck.rules.algebra import count_roots, half_angle, polynomial_sign
from invexcheck.session import Session
from tests.checker.formulas import Tree, table
from tests.checker.oracle import TooLarge, value
from tests.checker.strategies import X, leaves, smooth

RELATIONS = (">", "<", ">=", "<=")
LIMITS = Limits(terms=3000, leaves=2000, work=20_000_000)
INTERVAL = {"rule": "interval"}

ends = st.fractions(min_value=-5, max_value=5, max_denominator=4)
relations = st.sampled_from(RELATIONS)

TOTAL = ("exp", "sin", "cos", "tanh", "sigmoid", "softplus", "erf", "atan", "neg", "asinh", "cosh")


def _tame(terms: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    return st.one_of(
        st.tuples(st.sampled_from(("add", "sub", "mul")), terms, terms),
        st.tuples(st.sampled_from(TOTAL), terms),
        st.tuples(st.just("pow"), terms, st.sampled_from(("2", "3"))),
        st.tuples(st.just("div"), terms, terms.map(lambda t: ("add", ("rat", "1"), ("pow", t, "2")))),
    )


tame = st.recursive(leaves, _tame, max_leaves=5)
"""Terms that are defined everywhere."""


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> str:
    """A split tree, mostly well-formed."""
    if depth == 0 or draw(st.booleans()):
        return draw(st.sampled_from("eebmt"))
    return "0" + draw(trees(depth - 1)) + draw(trees(depth - 1))


def steps() -> st.SearchStrategy[dict[str, Any]]:
    """Random proofs, nested a little."""
    base = st.one_of(
        trees().map(lambda t: {"rule": "interval", "tree": t}),
        st.sampled_from(
            [{"rule": "interval"}, {"rule": "polynomial"}, {"rule": "trigonometric"}, {"rule": "zero"}]
        ),
    )

    def nested(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
        monotone = st.fixed_dictionaries(
            {"rule": st.just("monotone"), "from": st.sampled_from(("lower", "upper")), "start": relations,
             "slope": relations, "value": base, "by": inner}
        )  # fmt: skip
        limit = st.fixed_dictionaries(
            {
                "rule": st.just("limit"),
                "from": st.sampled_from(("-inf", "+inf")),
                "slope": relations,
                "by": inner,
            }
        )
        cases = st.fixed_dictionaries(
            {
                "rule": st.just("cases"),
                "at": ends.map(lambda q: [str(q)]),
                "by": st.lists(inner, min_size=2, max_size=2),
            }
        )
        periodic = st.fixed_dictionaries(
            {"rule": st.just("periodic"), "period": st.sampled_from(("1", "2", {"constant": 2})), "by": inner}
        )
        return st.one_of(monotone, limit, cases, periodic)

    return st.recursive(base, nested, max_leaves=3)


def span_of(session: Session, shape: str, low: Fraction, high: Fraction, opens: tuple[bool, bool]) -> Span:
    first, second = (session.rational_point(fmpq(q.numerator, q.denominator)) for q in (low, high))
    return {
        "bounded": lambda: Span(first, second, *opens),
        "left": lambda: Span(None, second, True, opens[1]),
        "right": lambda: Span(first, None, opens[0], True),
        "line": Span,
        "point": lambda: Span.at(first),
    }[shape]()


def samples(shape: str, low: Fraction, high: Fraction, opens: tuple[bool, bool]) -> list[Fraction]:
    width = high - low
    inner = [low + width * Fraction(k, 16) for k in range(1, 16)] + [
        low + width / 10**6,
        high - width / 10**6,
    ]
    left = [
        high - d
        for d in (Fraction(1, 10**6), Fraction(1, 3), Fraction(1), Fraction(2), Fraction(7), Fraction(30))
    ]
    right = [
        low + d
        for d in (Fraction(1, 10**6), Fraction(1, 3), Fraction(1), Fraction(2), Fraction(7), Fraction(30))
    ]
    closed = [low] * (not opens[0]), [high] * (not opens[1])
    return {
        "bounded": inner + closed[0] + closed[1], "left": left + closed[1], "right": right + closed[0],
        "line": inner + left + right + [low, high], "point": [low],
    }[shape]  # fmt: skip


def holds(v: mpf, relation: str, slack: mpf) -> bool:
    """Whether v relation 0, up to rounding errors."""
    return v > -slack if relation in (">", ">=") else v < slack


def attempt(
    root: Tree,
    strict: bool,
    step: dict[str, Any],
    shape: str,
    low: Fraction,
    high: Fraction,
    opens: tuple[bool, bool],
) -> bool:
    """Apply a proof that the term has the sign it has at one sample; if it is accepted, it has it at all of them."""
    points = samples(shape, low, high, opens)
    relation = (">" if _first_sign(root, points) > 0 else "<") + ("" if strict else "=")
    session = Session(LIMITS)
    session.auxiliary = session.terms.read([["pi"], ["rat", "2"], ["mul", 0, 1]], ())
    term = session.terms.read(table(root), ())[-1]
    goal = Sign(term, relation, span_of(session, shape, low, high, opens))
    try:
        discharge(session, Obligation(goal, step, ("step",)))
    except (Reject, Refuse):
        return False
    with mp.workdps(400):
        for x in points:
            try:
                v = value(root, x)
            except TooLarge:
                continue
            assert v is not None, f"the term is undefined at {x}"
            assert holds(v, relation, mpf(10) ** -300 * (1 + abs(v)))
    return True


def _first_sign(root: Tree, points: list[Fraction]) -> mpf:
    for x in points[:3]:
        try:
            v = value(root, x)
        except TooLarge:
            continue
        if v:
            return v
    return mpf(1)


shapes = st.sampled_from(("bounded", "bounded", "left", "right", "line", "point"))
opennesses = st.tuples(st.booleans(), st.booleans())


@given(st.one_of(tame, smooth), st.booleans(), steps(), shapes, ends, ends, opennesses)
@settings(max_examples=600, deadline=None)
def test_accepted_signs_hold(
    root: Tree,
    strict: bool,
    step: dict[str, Any],
    shape: str,
    a: Fraction,
    b: Fraction,
    opens: tuple[bool, bool],
) -> None:
    if a != b and attempt(root, strict, step, shape, min(a, b), max(a, b), opens):
        event(f"accepted by {step['rule']}")


@pytest.mark.slow
@given(st.one_of(tame, smooth), st.booleans(), steps(), shapes, ends, ends, opennesses)
@settings(max_examples=6000, deadline=None)
def test_many_accepted_signs_hold(
    root: Tree,
    strict: bool,
    step: dict[str, Any],
    shape: str,
    a: Fraction,
    b: Fraction,
    opens: tuple[bool, bool],
) -> None:
    if a != b:
        attempt(root, strict, step, shape, min(a, b), max(a, b), opens)


@given(smooth, shapes, ends, ends, opennesses, trees())
@settings(max_examples=300, deadline=None)
def test_what_is_analytic_is_defined(
    root: Tree, shape: str, a: Fraction, b: Fraction, opens: tuple[bool, bool], tree: str
) -> None:
    if a == b:
        return
    low, high = min(a, b), max(a, b)
    session = Session(LIMITS)
    goal = Analytic(session.terms.read(table(root), ())[-1], span_of(session, shape, low, high, opens))
    step = {"rule": "interval", "tree": tree.translate(str.maketrans("bmt", "eee"))}
    try:
        discharge(session, Obligation(goal, step, ("step",)))
    except (Reject, Refuse):
        return
    with mp.workdps(60):
        for x in samples(shape, low, high, opens):
            try:
                assert value(root, x) is not None
            except TooLarge:
                continue


# -- polynomials, exactly -------------------------------------------------------------------------------------

roots = st.lists(
    st.tuples(st.sampled_from([Fraction(k, 2) for k in range(-6, 7)]), st.integers(1, 3)), max_size=4
)


@st.composite
def polynomials(draw: st.DrawFn) -> tuple[fmpq_poly, dict[Fraction, int], int]:
    """A nonzero polynomial, its real roots with multiplicities, and the sign of its leading coefficient."""
    known: dict[Fraction, int] = {}
    p = fmpq_poly([1])
    for root, multiplicity in draw(roots):
        known[root] = known.get(root, 0) + multiplicity
        p *= fmpq_poly([fmpq(-root.numerator, root.denominator), 1]) ** multiplicity
    for shift in draw(st.lists(st.integers(-2, 2), max_size=2)):
        p *= fmpq_poly([shift * shift + 1, -2 * shift, 1])  # (x - shift)² + 1
    sign = draw(st.sampled_from((1, -1)))
    return p * fmpq(sign * draw(st.integers(1, 9)), 7), known, sign


halves = st.one_of(st.none(), st.sampled_from([Fraction(k, 4) for k in range(-14, 15)]))


def rational(q: Fraction | None) -> fmpq | None:
    return None if q is None else fmpq(q.numerator, q.denominator)


@given(polynomials(), halves, halves)
@settings(max_examples=300, deadline=None)
def test_roots_are_counted(
    given_polynomial: tuple[fmpq_poly, dict[Fraction, int], int], a: Fraction | None, b: Fraction | None
) -> None:
    p, known, _ = given_polynomial
    if a is not None and b is not None and a >= b:
        a, b = None, None
    expected = sum((a is None or r > a) and (b is None or r <= b) for r in known)
    assert count_roots(p, rational(a), rational(b)) == expected


@given(polynomials(), halves, halves, opennesses, relations)
@settings(max_examples=500, deadline=None)
def test_signs_of_polynomials_are_decided_exactly(
    given_polynomial: tuple[fmpq_poly, dict[Fraction, int], int],
    a: Fraction | None,
    b: Fraction | None,
    opens: tuple[bool, bool],
    relation: str,
) -> None:
    p, known, leading = given_polynomial
    if a is not None and b is not None and a > b:
        a, b = b, a
    if a is not None and a == b:
        opens = (False, False)
    lo_open, hi_open = opens[0] or a is None, opens[1] or b is None

    def inside(x: Fraction) -> bool:
        above = a is None or (x > a if lo_open else x >= a)
        return above and (b is None or (x < b if hi_open else x <= b))

    def sign(x: Fraction) -> int:
        result = leading
        for r, multiplicity in known.items():
            result *= 0 if x == r else 1 if x > r else (-1) ** multiplicity
        return result

    grid = [Fraction(k, 8) for k in range(-40, 41)]
    signs = {sign(x) for x in grid if inside(x)}
    allowed = {">": {1}, "<": {-1}, ">=": {0, 1}, "<=": {0, -1}}[relation]
    assert polynomial_sign(p, (rational(a), rational(b), lo_open, hi_open), relation) is (signs <= allowed)


@given(
    st.dictionaries(
        st.tuples(st.integers(0, 3), st.integers(0, 3)), st.integers(-5, 5), min_size=1, max_size=5
    )
)
@settings(max_examples=100, deadline=None)
def test_half_angles(coefficients: dict[tuple[int, int], int]) -> None:
    p, total = half_angle({k: fmpq(c) for k, c in coefficients.items()})
    with mp.workdps(40):
        for x in (mpf("0.4"), mpf("-2.1"), mpf("3")):
            t = mp.tan(x / 2)
            expected = sum(c * mp.cos(x) ** a * mp.sin(x) ** b for (a, b), c in coefficients.items())
            found = (
                sum(mpf(int(c.p)) / int(c.q) * t**k for k, c in enumerate(p.coeffs())) / (1 + t * t) ** total
            )
            assert abs(found - expected) < mpf(10) ** -25
        at_pi = sum(c * (-1) ** a * (b == 0) for (a, b), c in coefficients.items())
        assert p[2 * total] == at_pi


def test_the_samples_would_notice_a_false_goal() -> None:
    """The test itself: a goal that fails at one sample is reported."""
    with mp.workdps(30):
        assert not all(
            holds(value(X, x), ">", mpf(10) ** -20)
            for x in samples("bounded", Fraction(-1), Fraction(1), (True, True))
        )
