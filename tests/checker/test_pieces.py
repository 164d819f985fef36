"""Guards, resolution on pieces, and continuity at breakpoints."""
# ruff: noqa: E501 - tables with one row of cases a line

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from invexcheck.errors import Reject
from invexcheck.goals import Point
from invexcheck.limits import Limits
from invexcheck.pieces import decide_at, jump_at, require_continuous, resolve
from invexcheck.session import Session
from tests.checker.formulas import table


def session_for(text: str) -> tuple[Session, int]:
    session = Session(Limits())
    return session, session.terms.read(table(text), ())[-1]


def signs(answers: str) -> tuple[Callable[[int], str], list[int]]:
    """A caller that answers from a list, and the guards it was asked about."""
    remaining, asked = iter(answers.split()), []

    def decide(guard: int) -> str:
        asked.append(guard)
        return next(remaining)

    return decide, asked


RESOLVED = [
    ("abs(x)", ">=", "x"), ("abs(x)", "<", "-x"), ("sign(x)", ">", "1"), ("sign(x)", "<", "-1"), ("sign(x)", "=", "0"),
    ("min(x, 1)", "<=", "x"), ("min(x, 1)", ">", "1"), ("max(x, sin(x))", ">=", "x"), ("max(x, sin(x))", "<", "sin(x)"),
    ("piecewise(x < 0, -x, true, x**2)", "<", "-x"), ("piecewise(x < 0, -x, true, x**2)", ">=", "x**2"),
    ("piecewise(x <= 0, 1, x <= 2, 2, true, 3)", "<=", "1"), ("piecewise(x <= 0, 1, x <= 2, 2, true, 3)", "> <=", "2"),
    ("piecewise(x <= 0, 1, x <= 2, 2, true, 3)", "> >", "3"), ("piecewise(x < 0, 1, x <= 0, 2, true, 3)", "=", "2"),
    ("piecewise((0 <= x) & (x < 1), x, true, 0)", "<= <", "x"), ("piecewise((x < 0) | (1 < x), x, true, 0)", ">= >=", "0"),
    ("piecewise(~(x < 0), x, true, -x)", ">", "x"), ("abs(abs(x) - 1)", "> <", "-(x - 1)"), ("x*abs(x) + abs(x)", "<", "x*(-x) + -x"),
    ("max(min(x, 1), -1)", "> >", "1"), ("sign(x)*x", "<", "-1*x"),
    ("abs(3)", "", "3"), ("min(2, 1)", "", "1"), ("piecewise(2 < 1, x, true, -x)", "", "-x"),
    ("abs(x)**(3/2)", ">", "x**(3/2)"), ("piecewise(x < 0, abs(x), true, x)", "< <", "-x"), ("piecewise(x < 0, abs(x), true, x)", ">", "x"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "answers", "expected"), RESOLVED)
def test_resolution(text: str, answers: str, expected: str) -> None:
    session, root = session_for(text)
    decide, asked = signs(answers)
    found = resolve(session, root, decide).value[root]
    assert found == session.terms.read(table(expected), ())[-1]
    assert len(asked) == len(set(asked)), "a guard is asked for once"


@pytest.mark.parametrize(
    ("text", "answers", "code"),
    [
        ("sign(x)", ">=", "guard"), ("sign(x)", "<=", "guard"), ("piecewise(x < 0, 1, true, 2)", "<=", "guard"),
        ("piecewise(x <= 0, 1, true, 2)", ">=", "guard"), ("piecewise(x < 0, 1)", ">", "domain"),
        ("piecewise(x < 0, 1, 0 < x, 2)", "= =", "domain"), ("piecewise(2 < 1, x)", "", "domain"),
    ],
)  # fmt: skip
def test_undecided_guards_are_rejected(text: str, answers: str, code: str) -> None:
    session, root = session_for(text)
    with pytest.raises(Reject) as caught:
        resolve(session, root, signs(answers)[0])
    assert caught.value.code == code


def test_branches_that_are_not_selected_are_not_visited() -> None:
    session, root = session_for("piecewise(x < 0, x, abs(x) < 1, abs(x - 5), true, abs(x))")
    decide, asked = signs("<")
    resolve(session, root, decide)
    assert len(asked) == 1


# -- continuity -----------------------------------------------------------------------------------------------


def point(session: Session, text: str) -> Point:
    """``2/3``, ``=sqrt(2)`` for a constant, ``~cos(x)@1,2`` for a zero."""
    if text.startswith("="):
        session.auxiliary = session.terms.read(table(text[1:]), ())
        return session.point({"constant": len(session.auxiliary) - 1}, ())
    if text.startswith("~"):
        term, ends = text[1:].split("@")
        session.auxiliary = session.terms.read(table(term), ())
        low, high = ends.split(",")
        return session.point({"zero": len(session.auxiliary) - 1, "from": low, "to": high}, ())
    return session.point(text, ())


def decide(text: str, where: str, left: str, right: str) -> Any:
    """Continuity at a point between two pieces with the given guard signs: None if established, else the code."""
    session, root = session_for(text)
    at = point(session, where)
    sides = [resolve(session, root, signs(answers)[0]) for answers in (left, right)]
    try:
        require_continuous(session, root, at, *sides)
    except Reject as reject:
        return reject.code
    return None


CONTINUOUS = [
    ("abs(x)", "0", "<", ">"), ("max(x, 0)", "0", "<", ">"), ("min(x, 1)", "1", "<", ">"), ("x**3", "5", "", ""),
    ("sign(x)*x", "0", "<", ">"), ("sign(x)*sqrt(abs(x))", "0", "< <", "> >"), ("abs(x)**(1/3)", "0", "<", ">"),
    ("piecewise(x < 0, -x, true, x**2)", "0", "<", ">"), ("piecewise(x <= 0, exp(x) - 1, true, x)", "0", "<", ">"),
    ("piecewise(x < 1, x, true, 2 - x)", "1", "<", ">"), ("piecewise(x < 0, 0, x < 1, x, true, 1)", "0", "<", "> <"),
    ("piecewise(x < 0, 0, x < 1, x, true, 1)", "1", "> <", "> >"), ("abs(abs(x) - 1)", "1", "> <", "> >"),
    ("abs(abs(x) - 1)", "0", "< <", "> <"), ("piecewise(x < 0, piecewise(x < -1, 1, true, -x), true, x)", "-1", "< <", "< >"),
    ("piecewise(x < 0, piecewise(x < -1, 1, true, -x), true, x)", "0", "< >", ">"), ("max(x, x**2)", "0", "<", ">"),
    ("max(x, x**2)", "1", ">", "<"), ("max(abs(x), x)", "0", "< >", "> ="), ("x*sign(x)*sign(x)", "0", "<", ">"),
    ("piecewise(x**2 < 2, x**2, true, 2)", "=sqrt(2)", "<", ">"), ("abs(x - pi)", "=pi", "<", ">"), ("abs(x**2 - 3)", "=-sqrt(3)", ">", "<"),
    ("abs(cos(x))", "~cos(x)@1,2", ">", "<"), ("max(cos(x), x)", "~cos(x) - x@0,1", ">", "<"), ("abs(exp(x) - 2)", "=log(2)", "<", ">"),
    ("piecewise(x < 0, sin(x), true, tanh(x))", "0", "<", ">"), ("piecewise(x < 0, softplus(x), true, log(1 + exp(x)))", "0", "<", ">"),
    ("min(max(x/6 + 1/2, 0), 1)", "-3", "< <", "> <"), ("piecewise((0 < x) & (x < 1), x*(1 - x), true, 0)", "0", "< <", "> <"),
    ("piecewise(x < 0, 1, x <= 0, 1, true, exp(x))", "0", "<", ">"), ("sign(x)*log(1 + abs(x))", "0", "< <", "> >"),
    ("abs(x)*abs(x - 1)", "0", "< <", "> <"), ("abs(x*x*x)", "0", "<", ">"), ("piecewise(x < 0, x, true, x)", "0", "<", ">"),
    ("piecewise(x < pi, sin(x), true, pi - x)", "=pi", "<", ">"), ("piecewise(abs(x) <= 1/2, 0, true, x - sign(x)/2)", "1/2", "> <", "> > >"),
]  # fmt: skip

DISCONTINUOUS = [
    ("sign(x)", "0", "<", ">"), ("piecewise(x < 0, 0, true, 1)", "0", "<", ">"), ("piecewise(x <= 0, 0, true, 1)", "0", "<", ">"),
    ("piecewise(x < 0, x, x <= 0, 1, true, x)", "0", "<", ">"), ("sign(x)*cos(x)", "0", "<", ">"), ("sign(x)**2", "0", "<", ">"),
    ("abs(sign(x))", "0", "< <", "> >"), ("piecewise(x < 1, x**2, true, x**2 + 1/1000000000000000000000)", "1", "<", ">"),
    ("piecewise(x < 355/113, 0, true, x - pi)", "355/113", "<", ">"), ("exp(sign(x))", "0", "<", ">"), ("x + sign(x)", "0", "<", ">"),
    ("piecewise(x < 1, sqrt(2), true, 1414213562373/1000000000000)", "1", "<", ">"), ("sign(abs(x))", "0", "< >", "> >"),
    ("piecewise(abs(x) <= 1/2, 0, true, x)", "1/2", "> <", "> >"), ("sqrt(abs(x)) + sign(x)*x + sign(x)", "0", "< <", "> >"),
]  # fmt: skip

UNDEFINED = [
    ("1/abs(x)", "0", "<", ">"), ("log(abs(x))", "0", "<", ">"), ("abs(x)**(-1/2)", "0", "<", ">"), ("x/x*abs(x)", "0", "<", ">"),
    ("piecewise(x < 0, -x, 0 < x, x)", "0", "<", "> <"), ("sign(x)*x + 1/x", "0", "<", ">"), ("max(x, 0*log(abs(x)))", "0", "< <", "> >"),
    ("piecewise(x < 0, x, x <= 0, 1/x, true, x)", "0", "<", ">"), ("abs(x)/abs(x)", "0", "<", ">"), ("0*abs(1/x)", "0", "<", ">"),
]  # fmt: skip

UNDECIDED = [
    ("abs(cos(x)) + abs(cos(x)*x)", "~cos(x)@1,2", "> >", "< <"),
    ("piecewise(x < 1, log(2) + log(3), true, asinh(sinh(log(6))))", "1", "<", ">"),
]


@pytest.mark.parametrize(("text", "where", "left", "right"), CONTINUOUS)
def test_continuity_is_established(text: str, where: str, left: str, right: str) -> None:
    assert decide(text, where, left, right) is None


@pytest.mark.parametrize(("text", "where", "left", "right"), DISCONTINUOUS)
def test_jumps_are_not_continuous(text: str, where: str, left: str, right: str) -> None:
    assert decide(text, where, left, right) == "continuity"
    session, root = session_for(text)
    sides = [resolve(session, root, signs(answers)[0]) for answers in (left, right)]
    assert jump_at(session, root, point(session, where), *sides)


@pytest.mark.parametrize(("text", "where", "left", "right"), UNDEFINED)
def test_a_value_must_exist_at_the_breakpoint(text: str, where: str, left: str, right: str) -> None:
    assert decide(text, where, left, right) is not None


@pytest.mark.parametrize(("text", "where", "left", "right"), UNDECIDED)
def test_undecided_is_not_continuous(text: str, where: str, left: str, right: str) -> None:
    assert decide(text, where, left, right) is not None


@pytest.mark.parametrize(("text", "where", "left", "right"), CONTINUOUS)
def test_continuous_functions_have_no_jump(text: str, where: str, left: str, right: str) -> None:
    session, root = session_for(text)
    sides = [resolve(session, root, signs(answers)[0]) for answers in (left, right)]
    assert not jump_at(session, root, point(session, where), *sides)


# -- points ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "=x", "=1/(1 - 1)", "=log(-1)", "=sqrt(-2)", "~x - 1@2,3", "~x**2@-1,1", "~1/x@-1,1", "~x@1,0", "~x@0,1", "~2@0,1",
        "~tan(x)@1,2", "~x*y@-1,1", "~log(x)@-1,2",
    ],
)  # fmt: skip
def test_these_are_no_points(text: str) -> None:
    session, _ = session_for("x")
    with pytest.raises(Reject):
        point(session, text)


@pytest.mark.parametrize(
    "raw", [1, None, True, "1.5", "2/4", [], {}, {"constant": 5}, {"constant": True}, {"zero": 0}]
)
def test_malformed_points(raw: Any) -> None:
    session, _ = session_for("x")
    session.auxiliary = session.terms.read([["var", "x"], ["pi"]], ())
    with pytest.raises(Reject):
        session.point(raw, ())


def test_order_of_points() -> None:
    session, _ = session_for("x")
    root2, approximation = (
        point(session, "=sqrt(2)"),
        point(session, "1414213562373095048801687/1000000000000000000000000"),
    )
    again, zero = point(session, "=2/sqrt(2)"), point(session, "~x**2 - 2@1,2")
    assert session.less(approximation, root2)
    assert not session.less(root2, approximation)
    assert not any(
        session.less(a, b) for a, b in ((root2, again), (again, root2), (root2, zero), (zero, root2))
    )
    assert session.less(zero, point(session, "3"))


@pytest.mark.parametrize(
    ("guard", "where", "expected"),
    [
        ("x**2 - 2", "=sqrt(2)", "="), ("x - 1", "1", "="), ("x - 1", "=sqrt(2)", ">"), ("sin(x)", "=pi", "="), ("exp(x) - 3", "=log(3)", "="),
        ("3*cos(x)", "~cos(x)@1,2", "="), ("x", "~cos(x)@1,2", ">"), ("x - 1/1000000000000000000000000000000", "0", "<"),
    ],
)  # fmt: skip
def test_guards_are_decided_exactly(guard: str, where: str, expected: str) -> None:
    session, root = session_for(guard)
    assert decide_at(session, point(session, where))(root) == expected


@pytest.mark.parametrize(
    ("guard", "where"), [("log(x)", "0"), ("1/x - 1/x", "0"), ("cos(x)*x", "~cos(x)@1,2"), ("0*log(x)", "-1")]
)
def test_undefined_or_undecided_guards(guard: str, where: str) -> None:
    session, root = session_for(guard)
    with pytest.raises(Reject):
        decide_at(session, point(session, where))(root)
