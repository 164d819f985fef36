"""Cases for every rule: what it accepts, and what it rejects with which code.

Rules about signs are applied to bare goals, rules about claims to whole certificates. One case a line.
"""
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from invexcheck.errors import Reject
from invexcheck.goals import Analytic, Obligation, ParameterRange, Point, Sign, Span
from invexcheck.kernel import discharge, read_parameters
from invexcheck.limits import Limits
from invexcheck.reading import Fields
from invexcheck.rules.calculus import COMPARISONS
from invexcheck.session import Session
from tests.checker.formulas import INTERVAL, Table, certificate, check, guards, indexed, parts, table

ACCEPTED = None
Json = dict[str, Any]


# -- goals ----------------------------------------------------------------------------------------------------


def read_span(session: Session, text: str) -> Span:
    """``[0, 1)``, ``(-inf, +inf)``, ``[2]``; ends may be formulas of constants."""

    def point(end: str) -> Point | None:
        if end.strip() in ("-inf", "+inf"):
            return None
        term = session.terms.read(table(end.strip()), ())[-1]
        return Point(term, session.terms.constant(term))

    ends = text[1:-1].split(",")
    if len(ends) == 1:
        shared = point(ends[0])
        assert shared is not None
        return Span.at(shared)
    low, high = (point(end) for end in ends)
    return Span(low, high, text[0] == "(" or low is None, text[-1] == ")" or high is None)


def prove(
    goal: str, span: str, step: Json, parameters: Mapping[str, Any] | None = None, given: bool = False
) -> str | None:
    """Discharge ``term relation 0`` (or ``analytic: term``) by a step; None if accepted, else the code."""
    session = Session(Limits())
    if parameters:
        ranges: dict[str, ParameterRange] = read_parameters(
            session, Fields({"parameters": parameters}, (), Limits())
        )
        session.parameters = ranges
    aux = Table()
    step = indexed(step, aux)
    if aux.lines:
        session.auxiliary = session.terms.read(aux.lines, ())
    where = read_span(session, span)
    if goal.startswith("analytic: "):
        wanted: Any = Analytic(session.terms.read(table(goal[10:]), ())[-1], where)
    else:
        text, relation, _ = goal.rsplit(" ", 2)
        wanted = Sign(session.terms.read(table(text), ())[-1], relation, where, given)
    try:
        discharge(session, Obligation(wanted, step, ("step",)))
    except Reject as reject:
        return reject.code
    return ACCEPTED


@dataclass(frozen=True)
class Goal:
    """A case: a goal on a span, a step, and the expected code (None: accepted)."""

    goal: str
    span: str
    step: Json
    code: str | None = ACCEPTED
    parameters: Json | None = None

    @property
    def rule(self) -> str:
        return str(self.step["rule"])

    def run(self) -> str | None:
        return prove(self.goal, self.span, self.step, self.parameters)


def tree(text: str, **more: Any) -> Json:
    return {"rule": "interval", "tree": text, **more}


def product(*signed: Any, **more: Any) -> Json:
    return {"rule": "product", "parts": parts(*signed), **more}


def total(*signed: Any, **more: Any) -> Json:
    return {"rule": "sum", "parts": parts(*signed), **more}


def monotone(end: str, start: str, slope: str, **more: Any) -> Json:
    return {
        "rule": "monotone",
        "from": end,
        "start": start,
        "slope": slope,
        "value": INTERVAL,
        "by": INTERVAL,
    } | more


def limit(end: str, slope: str, **more: Any) -> Json:
    return {"rule": "limit", "from": end, "slope": slope, "by": INTERVAL} | more


def compare(
    inequality: str, argument: str, rest: str, factor: str, rr: str = ">=", fr: str = ">", **more: Any
) -> Json:
    by: Json = {"rest_by": {"rule": "zero"} if rest == "0" else INTERVAL, "factor_by": INTERVAL}
    if COMPARISONS[inequality].condition:
        by["condition"] = INTERVAL
    return {
        "rule": "compare", "inequality": inequality, "argument": argument, "rest": rest, "factor": factor,
        "rest_relation": rr, "factor_relation": fr,
    } | by | more  # fmt: skip


def decay(
    power: int, rate: str, start: str, rest: str, factor: str, rr: str = ">", fr: str = ">", **more: Any
) -> Json:
    return {
        "rule": "decay", "power": power, "rate": rate, "start": start, "rest": rest, "factor": factor,
        "rest_relation": rr, "factor_relation": fr, "rest_by": INTERVAL, "factor_by": INTERVAL,
    } | more  # fmt: skip


POLYNOMIAL, TRIGONOMETRIC, ZERO = {"rule": "polynomial"}, {"rule": "trigonometric"}, {"rule": "zero"}
BETA = {"beta": {"gt": "0", "le": "2"}}
CUBE = "x**3 - 3*x + 1"
GAUSS = "exp(-x**2)/sqrt(pi)"

GOALS = [
    # interval: trees
    Goal("exp(x) > 0", "(-inf, +inf)", INTERVAL),
    Goal("1 + x*x > 0", "(-inf, +inf)", tree("e")),
    Goal("x > 0", "(0, 1]", INTERVAL),
    Goal("x >= 0", "[0, 1]", INTERVAL),
    Goal("x - x + 1 > 0", "[0, 3]", tree("000bb0bb00bb0bb")),
    Goal("x*x - x + 1 > 0", "[0, 1]", tree("m")),
    Goal("x*x - x + 3/4 > 0", "[0, 1]", tree("t")),
    Goal("x*(x - 1) + 2 > 0", "(-inf, +inf)", tree("sesbe", at=[[0, "0"], [0, "1"]])),
    Goal("beta*x + 1 > 0", "[0, 4]", tree("1ee"), parameters=BETA),
    Goal("x*x - beta*x + 12 > 0", "[-3, 3]", tree("01mm1mm"), parameters=BETA),
    Goal("pi - 314159265358979/100000000000000 > 0", "[0]", tree("e", precision=128)),
    Goal("cos(x) > 0", "[-1, 1]", tree("b", precision=32)),
    Goal("analytic: log(x)/sin(x)", "(0, 3]", tree("0ee")),
    Goal("analytic: sqrt(1 + x*x)", "(-inf, +inf)", INTERVAL),
    Goal("x > 0", "[0, 1]", INTERVAL, "leaf"),
    Goal("x > 0", "[0, 1]", tree("0ee"), "leaf"),
    Goal("x*x - x + 3/10 > 0", "[0, 1]", tree("b"), "leaf"),
    Goal("x*x - x + 1/4 > 0", "[0, 1]", tree("t"), "leaf"),
    Goal("log(x) < 0", "[0, 1/2]", INTERVAL, "leaf"),
    Goal("x + 1 > 0", "[0, 1]", tree(""), "tree"),
    Goal("x + 1 > 0", "[0, 1]", tree("0e"), "tree"),
    Goal("x + 1 > 0", "[0, 1]", tree("0eee"), "tree"),
    Goal("x + 1 > 0", "[0, 1]", tree("ee"), "tree"),
    Goal("x + 1 > 0", "[0, 1]", tree("1ee"), "tree"),
    Goal("x + 1 > 0", "[0, 1]", tree("see"), "tree"),
    Goal("x + 1 > 0", "[0, 1]", tree("see", at=[[0, "1"]]), "tree"),
    Goal("x + 1 > 0", "[0, 1]", tree("see", at=[[0, "2"]]), "tree"),
    Goal("x + 1 > 0", "[0, 1]", tree("see", at=[[-1, "1/2"]]), "tree"),
    Goal("x + 1 > 0", "[0, 1]", tree("see", at=[[True, "1/2"]]), "tree"),
    Goal("x + 1 > 0", "[0, 1]", tree("e", at=[[0, "1/2"]]), "tree"),
    Goal("x + 1 > 0", "[0, 1]", tree("q"), "tree"),
    Goal("x + 1 > 0", "[1]", tree("0ee"), "tree"),
    Goal("x + 1 > 0", "[0, +inf)", tree("0ee"), "tree"),
    Goal("x + 1 > 0", "[0, +inf)", tree("b"), "leaf"),
    Goal("x + 1 > 0", "[0, +inf)", tree("m"), "leaf"),
    Goal("beta*x + 4 > 0", "[-1, 1]", tree("t"), "tree", BETA),
    Goal("x + 1 > 0", "[0, 1]", tree("e", precision=31), "schema"),
    Goal("x + 1 > 0", "[0, 1]", tree("e", precision=True), "schema"),
    Goal("x + 1 > 0", "[0, 1]", tree("e", depth=3), "schema"),
    Goal("sqrt(x) + 1 > 0", "[0, 1]", tree("m"), "leaf"),
    Goal("analytic: sqrt(x)", "[0, 1]", INTERVAL, "leaf"),
    Goal("analytic: exp(x)", "[0, 1]", tree("b"), "leaf"),
    Goal("analytic: tan(x)", "[1, 2]", INTERVAL, "leaf"),
    Goal("x + 1 > 0", "[0, 1]", {"rule": "interval", "by": INTERVAL}, "schema"),
    # product
    Goal("x*exp(x) < 0", "(-inf, 0)", product(("x", "<"), ("exp(x)", ">"))),
    Goal("x*x - 2*x + 1 >= 0", "(-inf, +inf)", product(("(x - 1)**2", ">="))),
    Goal("x**3 > 0", "(0, +inf)", product(("x", ">"), ("x", ">"), ("x", ">"))),
    Goal("x**2 - x < 0", "(0, 1)", product(("x", ">"), ("x - 1", "<"))),
    Goal("x*log(x) > 0", "(1, +inf)", product(("x", ">"), ("log(x)", ">"), defined=INTERVAL)),
    Goal("x*exp(x) > 0", "(-inf, 0)", product(("x", "<"), ("exp(x)", ">")), "sign"),
    Goal("x*x > 0", "[0, 1]", product(("x", ">="), ("x", ">=")), "sign"),
    Goal("x*exp(x) > 0", "(0, 1)", product(("x", ">"), ("exp(-x)", ">")), "identity"),
    Goal("x*exp(x) > 0", "(0, 1)", product(), "parts"),
    Goal("x > 0", "(0, 1)", product(("x*(2 - x)", ">"), ("1/(2 - x)", ">")), ACCEPTED),
    Goal("x*(x - 1)/(x - 1) > 0", "(0, 2)", product(("x", ">")), "domain"),
    Goal("x*log(x)/log(x) > 0", "(0, +inf)", product(("x", ">")), "domain"),
    Goal("x > 0", "(0, 2)", product(("x*(x - 1)**2", ">="), ("1/(x - 1)**2", ">")), "sign"),
    Goal("x > 0", "(0, 2)", product(("x*(x - 1)**2 + 0", ">", ZERO), ("1/(x - 1)**2", ">", ZERO)), "sign"),
    Goal("x >= 0", "(-1, 1)", product(("x**2", ">="), ("1/x", ">=")), "leaf"),
    Goal("x*exp(x) > 0", "(0, 1)", product(("x", "="), ("exp(x)", ">")), "schema"),
    Goal("sqrt(x**2)*x > 0", "(-2, -1)", product(("x", "<"), ("x", "<")), "identity"),
    # sum
    Goal("x + exp(x) > 0", "[0, +inf)", total(("x", ">="), ("exp(x)", ">"))),
    Goal("-x - x**2 < 0", "(0, +inf)", total(("-x", "<"), ("-x**2", "<="))),
    Goal("(x + 1)**2 + x > 0", "[0, 1]", total(("x**2 + 1", ">"), ("3*x", ">="))),
    Goal("x + exp(x) > 0", "(-inf, 0)", total(("x", "<"), ("exp(x)", ">")), "sign"),
    Goal("x + x**2 > 0", "[0, 1]", total(("x", ">="), ("x**2", ">=")), "sign"),
    Goal("x + exp(x) > 0", "[0, 1]", total(("x", ">="), ("exp(2*x)", ">")), "identity"),
    Goal("x + 1/(x - 1) - 1/(x - 1) >= 0", "[0, 2]", total(("x", ">=")), "domain"),
    Goal("x + 1 > 0", "[-1, 1]", total(("x", ">="), ("1", ">")), "leaf"),
    Goal("x + 1 > 0", "[0, 1]", total(), "parts"),
    # zero
    Goal("x - x >= 0", "(-inf, +inf)", ZERO),
    Goal("sin(x)**2 + cos(x)**2 - 1 <= 0", "(-inf, +inf)", ZERO),
    Goal("sin(x) >= 0", "[pi]", ZERO),
    Goal("x**2 - 2 <= 0", "[sqrt(2)]", ZERO),
    Goal("x - x > 0", "(-inf, +inf)", ZERO, "sign"),
    Goal("x >= 0", "(-inf, +inf)", ZERO, "identity"),
    Goal("x - 22/7 >= 0", "[pi]", ZERO, "identity"),
    Goal("1/x - 1/x >= 0", "(-1, 1)", ZERO, "domain"),
    Goal("0*log(x) >= 0", "[0]", ZERO, "domain"),
    Goal("x*log(x) - x*log(x) >= 0", "(-inf, 0)", {"rule": "zero", "defined": INTERVAL}, "leaf"),
    # polynomial
    Goal("x**2 - x + 1 > 0", "(-inf, +inf)", POLYNOMIAL),
    Goal("(x - 1)**2*(x + 5) >= 0", "[-5, +inf)", POLYNOMIAL),
    Goal("(x - 1)**2 > 0", "(1, 2]", POLYNOMIAL),
    Goal(f"{CUBE} < 0", "[1/2, 3/2]", POLYNOMIAL),
    Goal("x**4 - 2*x**2 + 1 >= 0", "(-inf, +inf)", POLYNOMIAL),
    Goal("(1 - x**2)*(4 - x**2) >= 0", "[-1, 1]", POLYNOMIAL),
    Goal("x**3 < 0", "(-inf, 0)", POLYNOMIAL),
    Goal("x**3 <= 0", "(-inf, 0]", POLYNOMIAL),
    Goal("0*x >= 0", "(-inf, +inf)", POLYNOMIAL),
    Goal("-3 < 0", "(-inf, +inf)", POLYNOMIAL),
    Goal("x - 2 >= 0", "[2]", POLYNOMIAL),
    Goal("log(exp(x**2)) + 1 > 0", "(-inf, +inf)", POLYNOMIAL),
    Goal("(x - 1)**2 > 0", "[1, 2]", POLYNOMIAL, "sign"),
    Goal("(x - 1)**2 > 0", "(0, 2)", POLYNOMIAL, "sign"),
    Goal("x**2 - 2 < 0", "[-1, 3/2]", POLYNOMIAL, "sign"),
    Goal(f"{CUBE} < 0", "[1/3, 3/2]", POLYNOMIAL, "sign"),
    Goal("-x**2 >= 0", "(-inf, +inf)", POLYNOMIAL, "sign"),
    Goal("0*x > 0", "(-inf, +inf)", POLYNOMIAL, "sign"),
    Goal("x**3 > 0", "[0, 1]", POLYNOMIAL, "sign"),
    Goal("x - 2 > 0", "[2]", POLYNOMIAL, "sign"),
    Goal("x**3 >= 0", "(-inf, +inf)", POLYNOMIAL, "sign"),
    Goal("-1 > 0", "[0, 1]", POLYNOMIAL, "sign"),
    Goal("pi*x + 1 > 0", "[0, 1]", POLYNOMIAL, "identity"),
    Goal("exp(x) > 0", "[0, 1]", POLYNOMIAL, "identity"),
    Goal("x > 0", "[sqrt(2), 2]", POLYNOMIAL, "point"),
    Goal("x**2/x + 2 > 0", "[-1, 1]", POLYNOMIAL, "domain"),
    Goal("beta*x + 1 > 0", "[0, 1]", POLYNOMIAL, "identity", BETA),
    # trigonometric
    Goal("2 + sin(x) > 0", "(-inf, +inf)", TRIGONOMETRIC),
    Goal("1 - cos(x) >= 0", "(-inf, +inf)", TRIGONOMETRIC),
    Goal("1 + cos(x) >= 0", "(-inf, +inf)", TRIGONOMETRIC),
    Goal("sin(3*x) - 5/4 < 0", "[0, 10]", TRIGONOMETRIC),
    Goal("sin(x) + cos(x) + 3/2 > 0", "(-inf, +inf)", TRIGONOMETRIC),
    Goal("sin(x/2)*cos(x/3) + 1 >= 0", "(-inf, +inf)", TRIGONOMETRIC),
    Goal("sin(x) + cos(x) + 7/5 > 0", "(-inf, +inf)", TRIGONOMETRIC, "sign"),
    Goal("1 - cos(x) > 0", "(0, 6)", TRIGONOMETRIC, "sign"),
    Goal("1 + cos(x) > 0", "(-inf, +inf)", TRIGONOMETRIC, "sign"),
    Goal("-1 - cos(x) < 0", "(-inf, +inf)", TRIGONOMETRIC, "sign"),
    Goal("sin(x) >= 0", "(0, 3)", TRIGONOMETRIC, "sign"),
    Goal("x + sin(x) > 0", "(0, 3)", TRIGONOMETRIC, "identity"),
    Goal("2 + sin(x)*pi > 0", "(0, 3)", TRIGONOMETRIC, "identity"),
    Goal("(2 + sin(x))*cos(x)/cos(x) > 0", "(0, 3)", TRIGONOMETRIC, "domain"),
    # periodic
    Goal("1/2 + sin(x) > 0", "(-inf, +inf)", {"rule": "periodic", "period": {"constant": "2*pi"}, "by": tree("b")}, "leaf"),
    Goal("2 + sin(x) > 0", "(-inf, +inf)", {"rule": "periodic", "period": {"constant": "2*pi"}, "by": tree("00bb0bb")}),
    Goal("sin(x) + 2 > 0", "[1, +inf)", {"rule": "periodic", "period": {"constant": "2*pi"}, "by": INTERVAL}),
    Goal("exp(cos(2*x)) > 0", "(-inf, 3)", {"rule": "periodic", "period": {"constant": "pi"}, "by": INTERVAL}),
    Goal("cos(pi*x) + 2 > 0", "(-inf, +inf)", {"rule": "periodic", "period": "2", "by": INTERVAL}),
    Goal("sin(x) + 2 > 0", "(-inf, +inf)", {"rule": "periodic", "period": "6", "by": INTERVAL}, "identity"),
    Goal("sin(x) + 2 > 0", "(-inf, +inf)", {"rule": "periodic", "period": {"constant": "pi"}, "by": INTERVAL}, "identity"),
    Goal("cos(pi*x) + 2 > 0", "(-inf, +inf)", {"rule": "periodic", "period": "-2", "by": INTERVAL}, "point"),
    Goal("cos(pi*x) + 2 > 0", "(-inf, +inf)", {"rule": "periodic", "period": "0", "by": INTERVAL}, "point"),
    Goal("cos(pi*x) + 2 > 0", "[0, 9]", {"rule": "periodic", "period": "2", "by": INTERVAL}, "point"),
    Goal("x + 2 > 0", "[0, +inf)", {"rule": "periodic", "period": "2", "by": INTERVAL}, "identity"),
    Goal("1 + tan(pi*x)**2 > 0", "(-inf, +inf)", {"rule": "periodic", "period": "1", "by": INTERVAL}, "domain"),
    Goal("sin(pi*x) >= 0", "[0, +inf)", {"rule": "periodic", "period": "2", "by": tree("0ee")}, "leaf"),
    # cases
    Goal("x + 2 > 0", "[-1, +inf)", {"rule": "cases", "at": ["1"], "by": [INTERVAL, INTERVAL]}),
    Goal("x*x + 1 > 0", "(-inf, +inf)", {"rule": "cases", "at": ["-1", {"constant": "sqrt(2)"}], "by": [INTERVAL] * 3}),
    Goal("x*x - 2 >= 0", "[1, +inf)", {"rule": "cases", "at": [{"zero": "x*x - 2", "from": "5/4", "to": "2"}], "by": [INTERVAL] * 2}, "leaf"),
    Goal("x + 2 > 0", "[-1, 1]", {"rule": "cases", "at": [], "by": [INTERVAL]}, "cases"),
    Goal("x + 2 > 0", "[-1, 1]", {"rule": "cases", "at": ["0"], "by": [INTERVAL]}, "cases"),
    Goal("x + 2 > 0", "[-1, 1]", {"rule": "cases", "at": ["0"], "by": [INTERVAL] * 3}, "cases"),
    Goal("x + 2 > 0", "[-1, 1]", {"rule": "cases", "at": ["1"], "by": [INTERVAL] * 2}, "point"),
    Goal("x + 2 > 0", "[-1, 1]", {"rule": "cases", "at": ["1/2", "0"], "by": [INTERVAL] * 3}, "point"),
    Goal("x + 2 > 0", "[-1, 1]", {"rule": "cases", "at": ["-2"], "by": [INTERVAL] * 2}, "point"),
    Goal("x*x > 0", "[-1, 1]", {"rule": "cases", "at": ["0"], "by": [POLYNOMIAL] * 2}, "sign"),
    # monotone
    Goal("exp(x) - x - 1 > 0", "(0, +inf)", monotone("lower", ">=", ">", value=ZERO, by=INTERVAL)),
    Goal("exp(x) - x - 1 >= 0", "(-inf, 0]", monotone("upper", ">=", "<", value=ZERO)),
    Goal("x - sin(x) >= 0", "[0, +inf)", monotone("lower", ">=", ">=", value=ZERO)),
    Goal("sqrt(x) + x >= 0", "[0, 1]", monotone("lower", ">=", ">", value=ZERO)),
    Goal("log(x) < 0", "(0, 1)", monotone("upper", "<=", ">", value=ZERO)),
    Goal("x - sin(x) > 0", "(0, 1]", monotone("lower", ">=", ">=", value=ZERO), "sign"),
    Goal("exp(x) - 1 > 0", "[0, 1]", monotone("lower", ">=", ">", value=ZERO), "sign"),
    Goal("exp(x) - 1 > 0", "(0, 1]", monotone("lower", ">=", "<", value=ZERO), "sign"),
    Goal("exp(x) > 0", "(0, 1]", monotone("lower", "<", ">"), "sign"),
    Goal("exp(-x) - 1 < 0", "(0, 1]", monotone("lower", "<=", "<", value=ZERO)),
    Goal("exp(x) > 0", "(-inf, 1]", monotone("lower", ">", ">"), "point"),
    Goal("exp(x) >= 0", "[1]", monotone("lower", ">", ">"), "point"),
    Goal("exp(x) - 2 > 0", "(0, 1]", monotone("lower", ">", ">"), "leaf"),
    Goal("x*x + 1 > 0", "(-1, 1]", monotone("lower", ">", ">"), "leaf"),
    Goal("1/x + 2 > 0", "[-1, 1]", monotone("lower", ">", "<", by=INTERVAL), "sign"),
    Goal("2 - 1/x > 0", "[-1, 1]", monotone("lower", ">", ">"), "leaf"),
    Goal("sqrt(1 - x) + x > 0", "[0, 2]", monotone("lower", ">", ">"), "leaf"),
    # limit
    Goal("x*exp(x) < 0", "(-inf, -2]", limit("-inf", "<", by=product(("exp(x)", ">"), ("1 + x", "<")))),
    Goal("1/x > 0", "[1, +inf)", limit("+inf", "<")),
    Goal("1 - tanh(x) > 0", "[0, +inf)", limit("+inf", "<", by=product(("-1", "<"), ("1/cosh(x)**2", ">")))),
    Goal("exp(-x) + 1 > 0", "(0, +inf)", limit("+inf", "<=")),
    Goal("erf(x) + 1 > 0", "(-inf, 0)", limit("-inf", ">")),
    Goal("exp(-x) > 0", "(0, +inf)", limit("+inf", "<=", by=INTERVAL), "limit"),
    Goal("exp(-x) > 0", "(0, +inf)", limit("+inf", ">"), "sign"),
    Goal("exp(-x) > 0", "(0, 5)", limit("+inf", "<"), "point"),
    Goal("exp(-x) > 0", "(0, +inf)", limit("-inf", ">"), "point"),
    Goal("exp(x) > 0", "(0, +inf)", limit("+inf", "<"), "limit"),
    Goal("sin(x) + 2 > 0", "(0, +inf)", limit("+inf", "<"), "limit"),
    Goal("exp(-x) - 1 > 0", "(0, +inf)", limit("+inf", "<"), "limit"),
    Goal("exp(-x) + beta > 0", "(0, +inf)", limit("+inf", "<"), "limit", BETA),
    Goal("x*exp(-x) > 0", "[0, +inf)", limit("+inf", "<"), "leaf"),
    Goal("1/x > 0", "[-1, +inf)", limit("+inf", "<"), "leaf"),
    Goal("exp(exp(-log(exp(-x))) - softplus(x)) < 0", "[0, +inf)", limit("+inf", ">"), "limit"),
    # compare
    Goal("exp(x) - 1 - x >= 0", "(-inf, +inf)", compare("exp-above-tangent", "x", "0", "1")),
    Goal("x - log(1 + x) > 0", "(0, +inf)", compare("log-below-tangent", "x", "0", "1")),
    Goal("log(1 + x) - x + x**2/2 + x > 0", "(0, 9)", compare("log-above-parabola", "x", "x", "1")),
    Goal("2*x - tanh(2*x) + exp(x) > 0", "(0, +inf)", compare("tanh-below-line", "2*x", "exp(x)", "1", ">")),
    Goal("3*x - 3*sin(x) > 0", "(0, 1]", compare("sin-below-line", "x", "0", "3")),
    Goal("2*x/sqrt(pi) - erf(x) > 0", "(0, 1]", compare("erf-below-line", "x", "0", "1")),
    Goal(f"{GAUSS} - x*(1 - erf(x)) > 0", "(0, +inf)", compare("mills-upper-1", "x", "0", "x")),
    Goal("(1 + x**2)*exp(-x**2)/sqrt(pi)*2/(3*x + 2*x**3) - 1 + erf(x) > 0", "(0, 9)", compare("mills-upper-2", "x", "0", "1")),
    Goal(f"1 - erf(x) - 2*x/(1 + 2*x**2)*{GAUSS} > 0", "(0, 9)", compare("mills-lower-1", "x", "0", "1")),
    Goal(f"1 - erf(x) - (10*x + 4*x**3)/(3 + 12*x**2 + 4*x**4)*{GAUSS} > 0", "(0, 9)", compare("mills-lower-2", "x", "0", "1")),
    Goal("1 + x - exp(x) <= 0", "(-inf, +inf)", compare("exp-above-tangent", "x", "0", "-1", "<=", "<")),
    Goal("exp(x) - 1 - x > 0", "(0, 1)", compare("exp-above-tangent", "x", "0", "1"), "sign"),
    Goal("exp(x) - 1 + x >= 0", "(0, 1)", compare("exp-above-tangent", "x", "0", "1"), "identity"),
    Goal("x - tanh(x) > 0", "(-1, 1)", compare("tanh-below-line", "x", "0", "1"), "leaf"),
    Goal("x - tanh(x) > 0", "[0, 1)", compare("tanh-below-line", "x", "0", "1"), "leaf"),
    Goal("x - sin(x) > 0", "(0, 1)", compare("sin-below-line", "x", "0", "1", "<="), "sign"),
    Goal("x - sin(x) > 0", "(0, 1)", compare("sin-below-line", "x", "0", "1", ">=", "<"), "sign"),
    Goal("x - sin(x) > 0", "(0, 1)", compare("sin-below-line", "x", "0", "1") | {"inequality": "cos"}, "schema"),
    Goal("exp(log(x)) - 1 - log(x) >= 0", "(-1, 1)", compare("exp-above-tangent", "log(x)", "0", "1"), "domain"),
    # decay
    Goal("1 - x*exp(-x) > 0", "[2, +inf)", decay(1, "1", "1", "1 - exp(-1)", "1")),
    Goal("1/2 - x**2*exp(-x) > 0", "[10, +inf)", decay(2, "1", "8", "1/2 - 64*exp(-8)", "1")),
    Goal("1 + x**3*exp(x) > 0", "(-inf, -5]", decay(3, "1", "5", "1 - 125*exp(-5)", "1")),
    Goal("2 - exp(-x) > 0", "[0, +inf)", decay(0, "1", "0", "1", "1")),
    Goal("1 - x*exp(-x) > 0", "[1/2, +inf)", decay(1, "1", "1/2", "1 - exp(-1/2)/2", "1"), "sign"),
    Goal("1 - x*exp(-x) > 0", "[1/2, +inf)", decay(1, "1", "1", "1 - exp(-1)", "1"), "point"),
    Goal("1 - x*exp(-x) > 0", "(-inf, +inf)", decay(1, "1", "1", "1 - exp(-1)", "1"), "point"),
    Goal("1 - x*exp(-x) > 0", "[2, +inf)", decay(1, "1", "1", "1 - exp(1)", "1"), "identity"),
    Goal("1/5 - x*exp(-x) > 0", "[2, +inf)", decay(1, "1", "1", "1/5 - exp(-1)", "1"), "leaf"),
    Goal("1 - x*exp(-x) > 0", "[2, +inf)", decay(1, "0", "1", "1 - exp(-1)", "1"), "sign"),
    Goal("1 - x*exp(-x) > 0", "[2, +inf)", decay(1, "-1", "1", "1 - exp(-1)", "1"), "sign"),
    Goal("1 + x**3*exp(x) > 0", "(-inf, 5]", decay(3, "1", "5", "1 - 125*exp(-5)", "1"), "point"),
    Goal("1 - x**3*exp(x) > 0", "(-inf, -5]", decay(3, "1", "5", "1 - 125*exp(-5)", "1"), "identity"),
    Goal("x*exp(-x) + 1 > 0", "[2, +inf)", decay(1, "1", "1", "1 + exp(-1)", "-1", fr="<"), "sign"),
]  # fmt: skip


# -- claims ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A claim, its first step, and the expected code (None: accepted)."""

    kind: str
    subject: str
    step: Json
    code: str | None = ACCEPTED
    more: Json = field(default_factory=dict)

    @property
    def rule(self) -> str:
        return str(self.step["rule"])

    def run(self) -> str | None:
        try:
            check(certificate(self.kind, self.subject, self.step, **self.more))
        except Reject as reject:
            return reject.code
        return ACCEPTED


NEGATED = {"negated": True}


def piece(signs: str = "", **more: Any) -> Json:
    return ({"guards": guards(signs)} if signs else {}) | more


def valley(*pieces: Json, cuts: tuple[Any, ...] = ()) -> Json:
    return {"rule": "valley", "cuts": list(cuts), "pieces": list(pieces)}


def down(signs: str = "", **more: Any) -> Json:
    return piece(signs, shape="decreasing", **more)


def up(signs: str = "", **more: Any) -> Json:
    return piece(signs, shape="increasing", **more)


def block(signs: str = "", **more: Any) -> Json:
    return piece(signs, shape="block", **more)


def steep(slope: str, to: str, by: Json = INTERVAL) -> Json:
    return {"slope": slope, "to": to, "by": by}


def pieces_of(rule: str, *pieces: Json, cuts: tuple[Any, ...] = (), **more: Any) -> Json:
    return {"rule": rule, "cuts": list(cuts), "pieces": list(pieces)} | more


def at(rule: str, low: str, centre: Any, high: str, **more: Any) -> Json:
    return {"rule": rule, "from": low, "at": centre, "to": high} | more


ROOT = "sign(x)*sqrt(abs(x))"
WAVE = "piecewise(abs(x) <= 1, 0, true, x)"
FOURTH_ROOT = {"zero": "x**4 - 2", "from": "-6/5", "to": "-59/50"}
QUARTIC = "exp(x)*(x**4 - 4*x**3 + 12*x**2 - 24*x + 22)"
DOUBLE_WELL = "(x**2 - 1)**2 + x"
EVERYWHERE = {"beta": {"gt": "0"}}

CLAIMS = [
    # valley
    Case("invex", "exp(x)", valley(up())),
    Case("invex", "tanh(-x)", valley(down())),
    Case("invex", "abs(x)", valley(down("<"), up(">"), cuts=("0",))),
    Case("invex", "x**2", valley(block())),
    Case("invex", "x**2", valley(down(), up(), cuts=("0",))),
    Case("invex", "(x**2 - 1)**2", valley(down(upper_end="strict"), block(), up(lower_end="strict"), cuts=("-2", "2")), "leaf"),
    Case("invex", "x**2/(1 + x**2)", valley(block(positive="2/(1 + x**2)**2", factor="x"))),
    Case("invex", "cosh(x)", valley(down(upper_end="block"), block(), up(lower_end="strict"), cuts=("0", "1"))),
    Case("invex", "cosh(x)", valley(down(upper_end="block"), block(), up(), cuts=("0", "1")), "schema"),
    Case("invex", "x**2", valley(down(upper_end="strict"), block(), up(lower_end="strict"), cuts=("-1", "1"))),
    Case("invex", ROOT, valley(up("< <", upper_steep=steep("1/4", "-1/4")), up("> >", lower_steep=steep("1/4", "1/4")), cuts=("0",)), "guard"),
    Case("invex", ROOT, valley(up("<", upper_steep=steep("1/4", "-1/4")), up(">", lower_steep=steep("1/4", "1/4")), cuts=("0",))),
    Case("invex", "piecewise(x < 0, x, true, 2*x)", valley(up("<"), up(">"), cuts=("0",))),
    Case("invex", "max(x, 0) + abs(x + 1)", valley(down("< <"), up("< >"), up("> >"), cuts=("-1", "0"))),
    Case("invex", "x**2*beta", valley(block()), more={"parameters": EVERYWHERE}),
    Case("invex", "sin(x)", valley(up()), "leaf"),
    Case("invex", "x**3", valley(up()), "leaf"),
    Case("invex", "x**3", valley(up(), up(), cuts=("0",)), "leaf"),
    Case("invex", "x**3", valley(up(by=POLYNOMIAL)), "sign"),
    Case("invex", "x**3", valley(block()), "leaf"),
    Case("invex", "-x**2", valley(up(), down(), cuts=("0",)), "word"),
    Case("invex", "x**2", valley(block(), down(), cuts=("0",)), "word"),
    Case("invex", "-x**2", valley(block()), "leaf"),
    Case("invex", "x**2", valley(down()), "leaf"),
    Case("invex", "x**2", valley(), "pieces"),
    Case("invex", "x**2", valley(down(), cuts=("0",)), "pieces"),
    Case("invex", "x**2", valley(down(), up(), cuts=("1",)), "leaf"),
    Case("invex", "sign(x)", valley(up("<"), up(">"), cuts=("0",)), "continuity"),
    Case("invex", "piecewise(x < 0, -x, true, x + 1)", valley(down("<"), up(">"), cuts=("0",)), "continuity"),
    Case("invex", "piecewise(x < 0, -x, 0 < x, x)", valley(down("<"), up("> <"), cuts=("0",)), "domain"),
    Case("invex", "abs(x)", valley(down(">"), up(">"), cuts=("0",)), "leaf"),
    Case("invex", "abs(x)", valley(down(), up(">"), cuts=("0",)), "guard"),
    Case("invex", "abs(x)", valley(down("< <"), up(">"), cuts=("0",)), "guard"),
    Case("invex", "abs(x)", valley(down("<", color="red"), up(">"), cuts=("0",)), "schema"),
    Case("invex", "max(x, 0)", valley(block("<"), up(">", lower_end="strict"), cuts=("0",))),
    Case("invex", "min(x, 0)", valley(up("<"), block(">"), cuts=("0",)), "word"),
    Case("invex", "piecewise(x < 0, -x**3, true, x**2 - x)", valley(down("<", upper_end="strict"), block(">"), cuts=("0",)), "leaf"),
    Case("invex", "piecewise(x < 0, -x**3, true, x**2 - x)", valley(down("<", upper_end="block"), block(">"), cuts=("0",)), "leaf"),
    Case("invex", "piecewise(x < 0, -x**3, true, x**2)", valley(down("<", upper_end="block"), block(">"), cuts=("0",))),
    Case("invex", "piecewise(x < 0, (x + 1)**2, true, (x - 1)**2)", valley(block("<"), block(">"), cuts=("0",)), "leaf"),
    Case("invex", "piecewise(x < 0, x**2, true, 2*x**2)", valley(block("<", join=ZERO), block(">"), cuts=("0",)), "schema"),
    Case("invex", "piecewise(x < 0, x**2, true, 2*x**2)", valley(block("<"), block(">", join=ZERO), cuts=("0",))),
    Case("invex", "x**2", valley(block(positive="1", factor="x")), "identity"),
    Case("invex", "x**2", valley(block(positive="2*x", factor="1")), "leaf"),
    Case("invex", "x**2", valley(block(positive="-2", factor="-x")), "leaf"),
    Case("invex", "x**2", valley(block(positive="2/x", factor="x*x")), "leaf"),
    Case("invex", ROOT, valley(up("<"), up(">"), cuts=("0",)), "leaf"),
    Case("invex", ROOT, valley(up("<", upper_steep=steep("-1", "-1/4")), up(">", lower_steep=steep("1/4", "1/4")), cuts=("0",)), "sign"),
    Case("invex", ROOT, valley(up("<", upper_steep=steep("1/4", "1/4")), up(">", lower_steep=steep("1/4", "1/4")), cuts=("0",)), "point"),
    Case("invex", ROOT, valley(up("<", upper_steep=steep("3", "-1/4")), up(">", lower_steep=steep("1/4", "1/4")), cuts=("0",)), "leaf"),
    Case("invex", "x + 1/x - 1/x", valley(up()), "leaf"),
    Case("invex", "exp(log(x))", valley(up()), "leaf"),
    Case("invex", "beta*x**2", valley(block()), "leaf", {"parameters": {"beta": {"ge": "-1"}}}),
    Case("invex", "x**2", valley(block()), "rule", NEGATED),
    Case("convex", "x**2", valley(block()), "rule"),
    Case("nonvanishing-derivative", "x + exp(x)", valley(up())),
    Case("nonvanishing-derivative", "-2*x + sin(x)", valley(down())),
    Case("nonvanishing-derivative", "abs(x) + 2*x", valley(up("<"), up(">"), cuts=("0",))),
    Case("nonvanishing-derivative", "abs(x)", valley(down("<"), up(">"), cuts=("0",)), "word"),
    Case("nonvanishing-derivative", "x**2", valley(block()), "word"),
    # monotone-pieces
    Case("strictly-monotone", "exp(x)", pieces_of("monotone-pieces", piece(relation=">"), direction="increasing")),
    Case("strictly-monotone", "-x**3", pieces_of("monotone-pieces", piece(relation="<=", strict_at="1"), direction="decreasing")),
    Case("strictly-monotone", ROOT, pieces_of("monotone-pieces", piece("<", relation=">"), piece(">", relation=">"), cuts=("0",), direction="increasing")),
    Case("strictly-monotone", "x*beta + x**3", pieces_of("monotone-pieces", piece(relation=">"), direction="increasing"), more={"parameters": EVERYWHERE}),
    Case("strictly-monotone", "x**3", pieces_of("monotone-pieces", piece(relation=">=", strict_at="0"), direction="increasing"), "sign"),
    Case("strictly-monotone", "0*x", pieces_of("monotone-pieces", piece(relation=">=", strict_at="0"), direction="increasing"), "sign"),
    Case("strictly-monotone", "max(x, 0)", pieces_of("monotone-pieces", piece("<", relation=">=", strict_at="1"), piece(">", relation=">"), cuts=("0",), direction="increasing"), "sign"),
    Case("strictly-monotone", "x**3", pieces_of("monotone-pieces", piece(relation=">="), direction="increasing"), "schema"),
    Case("strictly-monotone", "exp(x)", pieces_of("monotone-pieces", piece(relation=">"), direction="decreasing"), "sign"),
    Case("strictly-monotone", "-exp(x)", pieces_of("monotone-pieces", piece(relation=">"), direction="increasing"), "leaf"),
    Case("strictly-monotone", "abs(x)", pieces_of("monotone-pieces", piece("<", relation="<"), piece(">", relation=">"), cuts=("0",), direction="increasing"), "sign"),
    Case("strictly-monotone", "x + sign(x)", pieces_of("monotone-pieces", piece("<", relation=">"), piece(">", relation=">"), cuts=("0",), direction="increasing"), "continuity"),
    Case("strictly-monotone", "-1/x", pieces_of("monotone-pieces", piece(relation=">"), direction="increasing"), "leaf"),
    # slope-bound
    Case("lipschitz", "sin(x)", pieces_of("slope-bound", piece(above=TRIGONOMETRIC, below=TRIGONOMETRIC), constant="1")),
    Case("lipschitz", "abs(x)", pieces_of("slope-bound", piece("<"), piece(">"), cuts=("0",), constant="1"), more={"constant": "1"}),
    Case("lipschitz", "tanh(x)", pieces_of("slope-bound", piece(above=tree("sese", at=[]), below=INTERVAL), constant="1"), "tree"),
    Case("lipschitz", "7", pieces_of("slope-bound", piece(), constant="0"), more={"constant": "0"}),
    Case("lipschitz", "sin(x)", pieces_of("slope-bound", piece(), constant="1/2"), "leaf"),
    Case("lipschitz", "x**2", pieces_of("slope-bound", piece(), constant="1000"), "leaf"),
    Case("lipschitz", "x", pieces_of("slope-bound", piece(), constant="2"), "claim", {"constant": "1"}),
    Case("lipschitz", "x", pieces_of("slope-bound", piece(), constant="-1"), "claim"),
    Case("lipschitz", "sign(x)", pieces_of("slope-bound", piece("<"), piece(">"), cuts=("0",), constant="1"), "continuity"),
    Case("lipschitz", "-2*x", pieces_of("slope-bound", piece(), constant="1"), "leaf"),
    Case("lipschitz", "sign(x)*sqrt(abs(x))", pieces_of("slope-bound", piece("<"), piece(">"), cuts=("0",), constant="1"), "leaf"),
    Case("convex", "x", pieces_of("slope-bound", piece(), constant="2"), "rule"),
    # convex-pieces
    Case("convex", "x**2", pieces_of("convex-pieces", piece())),
    Case("convex", "abs(x)", pieces_of("convex-pieces", piece("<"), piece(">"), cuts=("0",))),
    Case("convex", "exp(beta*x)", pieces_of("convex-pieces", piece()), more={"parameters": EVERYWHERE}),
    Case("convex", "max(x, 2*x)", pieces_of("convex-pieces", *({"guards": [{"sign": g, "by": POLYNOMIAL}]} for g in "><"), cuts=("0",))),
    Case("convex", "x**3", pieces_of("convex-pieces", piece()), "leaf"),
    Case("convex", "-abs(x)", pieces_of("convex-pieces", piece("<"), piece(">"), cuts=("0",)), "leaf"),
    Case("convex", "min(x, 2*x)", pieces_of("convex-pieces", piece(">"), piece("<"), cuts=("0",)), "leaf"),
    Case("convex", "abs(x) + sign(x)", pieces_of("convex-pieces", piece("<"), piece(">"), cuts=("0",)), "continuity"),
    Case("convex", "piecewise(x < 0, 1, true, x)", pieces_of("convex-pieces", piece("<"), piece(">"), cuts=("0",)), "continuity"),
    Case("convex", "abs(x)**(3/2)", pieces_of("convex-pieces", piece("<"), piece(">"), cuts=("0",)), "leaf"),
    # analytic-pieces
    Case("piecewise-analytic", "abs(sin(x) + 2)", pieces_of("analytic-pieces", piece(">"))),
    Case("piecewise-analytic", ROOT, pieces_of("analytic-pieces", piece("<"), piece(">"), cuts=("0",))),
    Case("piecewise-analytic", "sign(x)", pieces_of("analytic-pieces", piece("<"), piece(">"), cuts=("0",)), "continuity"),
    Case("piecewise-analytic", "1/x", pieces_of("analytic-pieces", piece(), piece(), cuts=("0",)), "domain"),
    Case("piecewise-analytic", "sqrt(x)", pieces_of("analytic-pieces", piece()), "leaf"),
    Case("piecewise-analytic", "sqrt(abs(x))", pieces_of("analytic-pieces", piece("<"), piece(">"), cuts=("1",)), "leaf"),
    Case("piecewise-analytic", "max(x, 0*log(x))", pieces_of("analytic-pieces", piece(">")), "leaf"),
    Case("piecewise-analytic", "piecewise(x < 0, x)", pieces_of("analytic-pieces", piece("<")), "leaf"),
    Case("piecewise-analytic", "x", pieces_of("analytic-pieces", piece()), "rule", NEGATED),
    # rescale
    Case("invex", "(beta*x)**2", {"rule": "rescale", "scale": "1/beta", "by": valley(block(by=INTERVAL, analytic=INTERVAL))}, more={"parameters": EVERYWHERE}),
    Case("strictly-monotone", "tanh(beta*x)", {"rule": "rescale", "scale": "1/beta", "by": pieces_of("monotone-pieces", piece(relation=">"), direction="increasing")}, more={"parameters": EVERYWHERE}),
    Case("invex", "x**2", {"rule": "rescale", "scale": "2", "by": valley(block())}),
    Case("invex", "beta*x", {"rule": "rescale", "scale": "1/beta", "by": valley(up())}, "sign", {"parameters": {"beta": {"le": "-1"}}}),
    Case("invex", "beta*x", {"rule": "rescale", "scale": "1/beta", "by": valley(up())}, "sign", {"parameters": {"beta": {}}}),
    Case("invex", "x", {"rule": "rescale", "scale": "x**2 + 1", "by": valley(up())}, "claim"),
    Case("invex", "x", {"rule": "rescale", "scale": "0", "by": valley(up())}, "sign"),
    Case("invex", "x", {"rule": "rescale", "scale": "gamma", "by": valley(up())}, "term"),
    Case("lipschitz", "x", {"rule": "rescale", "scale": "2", "by": pieces_of("slope-bound", piece(), constant="2")}, "rule"),
    Case("invex", "-x**2", {"rule": "rescale", "scale": "2", "by": at("maximum", "-1", "0", "1", pieces=[piece()])}, "rule", NEGATED),
    # instantiate
    Case("invex", "beta*x**2", {"rule": "instantiate", "values": {"beta": "-1"}, "by": at("maximum", "-1", "0", "1", pieces=[piece()])}, more=NEGATED | {"parameters": {"beta": {}}}),
    Case("convex", "x**3 + beta*x", {"rule": "instantiate", "values": {"beta": "2"}, "by": at("chord", "-2", "-1", "0")}, more=NEGATED | {"parameters": BETA}),
    Case("invex", "beta*x**2", {"rule": "instantiate", "values": {"beta": "-1"}, "by": at("maximum", "-1", "0", "1", pieces=[piece()])}, "claim", NEGATED | {"parameters": BETA}),
    Case("convex", "x**3 + beta*x", {"rule": "instantiate", "values": {"beta": "0"}, "by": at("chord", "-2", "-1", "0")}, "claim", NEGATED | {"parameters": BETA}),
    Case("convex", "x**3 + beta*x", {"rule": "instantiate", "values": {}, "by": at("chord", "-2", "-1", "0")}, "schema", NEGATED | {"parameters": BETA}),
    Case("convex", "x**3 + beta*x", {"rule": "instantiate", "values": {"beta": "1", "x": "1"}, "by": at("chord", "-2", "-1", "0")}, "schema", NEGATED | {"parameters": BETA}),
    Case("convex", "x**3", {"rule": "instantiate", "values": {}, "by": at("chord", "-2", "-1", "0")}, "claim", NEGATED),
    Case("invex", "beta*x**2", {"rule": "instantiate", "values": {"beta": "1"}, "by": valley(block())}, "claim", {"parameters": BETA}),
    # stationary-point
    Case("invex", "x**3", at("stationary-point", "-1", "0", "1", piece={}, lower="-1"), more=NEGATED),
    Case("invex", "x*exp(-x)", at("stationary-point", "0", "1", "2", piece={}, lower="0"), more=NEGATED),
    Case("invex", "sin(x)", at("stationary-point", "1", {"constant": "pi/2"}, "2", piece={}, lower="0"), more=NEGATED),
    Case("invex", "x**5/5 - 2*x", at("stationary-point", "-2", {"zero": "x**4 - 2", "from": "-2", "to": "-1"}, "-1", piece={}, lower="0"), "point", NEGATED),
    Case("invex", "x**5/5 - 2*x", at("stationary-point", "-3", FOURTH_ROOT, "-1/2", piece={}, lower="0"), more=NEGATED),
    Case("invex", QUARTIC, at("stationary-point", "-3", FOURTH_ROOT, "-1/2", piece={}, cofactor="exp(x)", lower="-20"), more=NEGATED),
    Case("invex", QUARTIC, at("stationary-point", "-3", FOURTH_ROOT, "-1/2", piece={}, cofactor="exp(2*x)", lower="-20"), "identity", NEGATED),
    Case("invex", QUARTIC, at("stationary-point", "-3", FOURTH_ROOT, "-1/2", piece={}, lower="-20"), "identity", NEGATED),
    Case("nonvanishing-derivative", "x", at("stationary-point", "-3", FOURTH_ROOT, "-1/2", piece={}, cofactor="1/(x**4 - 2)"), "domain", NEGATED),
    Case("nonvanishing-derivative", "x**2", at("stationary-point", "-3", "0", "1", piece={}, cofactor="2"), "identity", NEGATED),
    Case("nonvanishing-derivative", "x**2", at("stationary-point", "-1", "0", "1", piece={}), more=NEGATED),
    Case("invex", "x**3*abs(x + 9)", at("stationary-point", "-1", "0", "1", piece={"guards": guards(">")}, lower="-1"), more=NEGATED),
    Case("invex", "x**2", at("stationary-point", "-1", "0", "1", piece={}, lower="1/2"), "value", NEGATED),
    Case("invex", "x**2", at("stationary-point", "-1", "0", "1", piece={}, lower="0"), "value", NEGATED),
    Case("invex", "x**3", at("stationary-point", "-1", "0", "1", piece={}), "schema", NEGATED),
    Case("invex", "x**3", at("stationary-point", "-1", "1/1000000000000", "1", piece={}, lower="-1"), "identity", NEGATED),
    Case("invex", "sin(x)", at("stationary-point", "1", "11/7", "2", piece={}, lower="0"), "identity", NEGATED),
    Case("invex", "x**3", at("stationary-point", "0", "0", "1", piece={}, lower="-1"), "point", NEGATED),
    Case("invex", "abs(x)**3 - x", at("stationary-point", "-1", "0", "1", piece={"guards": guards(">")}, lower="1/2"), "identity", NEGATED),
    Case("invex", "x**3 + x*abs(x)", at("stationary-point", "-1", "0", "1", piece={"guards": guards(">")}, lower="-2"), "leaf", NEGATED),
    Case("invex", "x**3 + 0*log(x)", at("stationary-point", "-1", "0", "1", piece={}, lower="-1"), "domain", NEGATED),
    Case("invex", "x**3", at("stationary-point", "-1", "0", "1", piece={}, lower="-1"), "rule"),
    # plateau
    Case("invex", "max(x, 0) + min(x + 1, 0)", {"rule": "plateau", "from": "-1", "to": "0", "piece": piece("< >"), "lower": "-2"}, more=NEGATED),
    Case("nonvanishing-derivative", "max(x, 0)", {"rule": "plateau", "from": "-1", "to": "0", "piece": piece("<")}, more=NEGATED),
    Case("invex", "max(x, 0)", {"rule": "plateau", "from": "-1", "to": "0", "piece": piece("<"), "lower": "-1"}, "value", NEGATED),
    Case("invex", "min(x, 0)", {"rule": "plateau", "from": "-1", "to": "0", "piece": piece("<"), "lower": "-1"}, "identity", NEGATED),
    Case("invex", "min(x, 0)", {"rule": "plateau", "from": "-1", "to": "1", "piece": piece(">"), "lower": "-1"}, "leaf", NEGATED),
    Case("invex", "min(x, 0)", {"rule": "plateau", "from": "1", "to": "0", "piece": piece(">"), "lower": "-1"}, "point", NEGATED),
    Case("nonvanishing-derivative", "exp(x/1000000)", {"rule": "plateau", "from": "-1", "to": "0", "piece": {}}, "identity", NEGATED),
    # kink
    Case("invex", "-abs(x)", {"rule": "kink", "from": "-1", "to": "1", "cuts": ["0"], "pieces": [piece("<"), piece(">")], "left": ">=", "lower": "1"}, more=NEGATED),
    Case("nonvanishing-derivative", "abs(x)", {"rule": "kink", "from": "-1", "to": "1", "cuts": ["0"], "pieces": [piece("<"), piece(">")], "left": "<="}, more=NEGATED),
    Case("invex", "max(x, 0) + min(x + 1, 0)", {"rule": "kink", "from": "-1", "to": "1", "cuts": ["0"], "pieces": [piece("< >"), piece("> >")], "left": ">=", "lower": "-5"}, "leaf", NEGATED),
    Case("invex", "max(x, 0) + min(x + 1, 0)", {"rule": "kink", "from": "-1", "to": "1", "cuts": ["0"], "pieces": [piece("< >"), piece("> >")], "left": "<=", "lower": "-5"}, more=NEGATED),
    Case("invex", "abs(x)", {"rule": "kink", "from": "-1", "to": "1", "cuts": ["0"], "pieces": [piece("<"), piece(">")], "left": "<=", "lower": "1"}, "value", NEGATED),
    Case("invex", "abs(x) + 2*x", {"rule": "kink", "from": "-1", "to": "1", "cuts": ["0"], "pieces": [piece("<"), piece(">")], "left": "<=", "lower": "-1"}, "leaf", NEGATED),
    Case("invex", "-abs(x)", {"rule": "kink", "from": "-1", "to": "1", "cuts": ["0"], "pieces": [piece("<"), piece(">")], "left": "<=", "lower": "1"}, "leaf", NEGATED),
    Case("invex", "-abs(x)", {"rule": "kink", "from": "-1", "to": "1", "cuts": [], "pieces": [piece("<")], "left": ">=", "lower": "1"}, "pieces", NEGATED),
    Case("invex", "-abs(x) + sign(x)", {"rule": "kink", "from": "-1", "to": "1", "cuts": ["0"], "pieces": [piece("<"), piece(">")], "left": ">=", "lower": "9"}, "continuity", NEGATED),
    Case("invex", "-sqrt(abs(x))", {"rule": "kink", "from": "-1", "to": "1", "cuts": ["0"], "pieces": [piece("<"), piece(">")], "left": ">=", "lower": "9"}, "leaf", NEGATED),
    Case("nonvanishing-derivative", "abs(x)", {"rule": "kink", "from": "0", "to": "1", "cuts": ["0"], "pieces": [piece("<"), piece(">")], "left": "<="}, "point", NEGATED),
    # maximum
    Case("invex", "sin(x)", at("maximum", "0", "3/2", "3", pieces=[piece()]), more=NEGATED),
    Case("invex", "-sqrt(abs(x))", at("maximum", "-1", "0", "1", cuts=["0"], pieces=[piece("<"), piece(">")]), more=NEGATED),
    Case("nonvanishing-derivative", "x**3 - x", at("maximum", "-1", "-1/2", "0", pieces=[piece()]), more=NEGATED),
    Case("invex", "x**2", at("maximum", "-1", "0", "1", pieces=[piece()]), "value", NEGATED),
    Case("invex", "x", at("maximum", "-1", "0", "1", pieces=[piece()]), "value", NEGATED),
    Case("invex", "5", at("maximum", "-1", "0", "1", pieces=[piece()]), "value", NEGATED),
    Case("invex", "sin(x)", at("maximum", "0", "4", "3", pieces=[piece()]), "point", NEGATED),
    Case("invex", "2*x - 3*sign(x)", at("maximum", "-1", "-1/10", "1", cuts=["0"], pieces=[piece("<"), piece(">")]), "continuity", NEGATED),
    Case("invex", "-1/(x - 1/2)**2", at("maximum", "0", "1/4", "1", pieces=[piece()]), "value", NEGATED),
    Case("invex", "1/(x - 1/2)**2", at("maximum", "0", "1/4", "1", pieces=[piece()]), "leaf", NEGATED),
    Case("invex", "sin(x)", at("maximum", "0", "3/2", "3", pieces=[piece()]), "rule"),
    # minimum
    Case("invex", DOUBLE_WELL, at("minimum", "1/2", "1", "2", pieces=[piece(above=tree("00bb0bb"))], level="0", lower="-1"), more=NEGATED),
    Case("nonvanishing-derivative", "cosh(x)", at("minimum", "-1", "0", "1", pieces=[piece()]), more=NEGATED),
    Case("nonvanishing-derivative", "abs(x)", at("minimum", "-1", "0", "1", cuts=["0"], pieces=[piece("<"), piece(">")]), more=NEGATED),
    Case("invex", DOUBLE_WELL, at("minimum", "-2", "-1", "0", pieces=[piece(above=tree("00bb0bb"))], level="-2", lower="1"), "value", NEGATED),
    Case("invex", DOUBLE_WELL, at("minimum", "1/2", "1", "2", pieces=[piece()], level="9/10", lower="-1"), "leaf", NEGATED),
    Case("invex", DOUBLE_WELL, at("minimum", "1/2", "1", "2", pieces=[piece(above=INTERVAL)], lower="-1"), "schema", NEGATED),
    Case("invex", DOUBLE_WELL, at("minimum", "1/2", "3/4", "9/10", pieces=[piece()], level="0", lower="-1"), "value", NEGATED),
    Case("invex", "x**2", at("minimum", "-1", "0", "1", pieces=[piece(above=POLYNOMIAL)], level="0", lower="0"), "value", NEGATED),
    Case("nonvanishing-derivative", "x", at("minimum", "-1", "0", "1", pieces=[piece()]), "value", NEGATED),
    Case("nonvanishing-derivative", "-1/x**2", at("minimum", "-1", "1/2", "1", pieces=[piece()]), "leaf", NEGATED),
    # jump
    Case("piecewise-analytic", "sign(x)", at("jump", "-1", "0", "1", left=piece("<"), right=piece(">")), more=NEGATED),
    Case("piecewise-analytic", "piecewise(x < 0, 1, x <= 0, 2, true, 1)", at("jump", "-1", "0", "1", left=piece("<"), right=piece(">")), more=NEGATED),
    Case("piecewise-analytic", "piecewise(x < pi, 0, true, x)", at("jump", "3", {"constant": "pi"}, "4", left={"guards": [{"sign": "<", "by": monotone("upper", "<=", ">", value=ZERO)}]}, right={"guards": [{"sign": ">", "by": monotone("lower", ">=", ">", value=ZERO)}]}), more=NEGATED),
    Case("piecewise-analytic", "abs(x)", at("jump", "-1", "0", "1", left=piece("<"), right=piece(">")), "value", NEGATED),
    Case("piecewise-analytic", "exp(x)", at("jump", "-1", "0", "1", left=piece(), right=piece()), "value", NEGATED),
    Case("piecewise-analytic", "sign(x)", at("jump", "-1", "0", "1", left=piece(">"), right=piece("<")), "leaf", NEGATED),
    Case("piecewise-analytic", "sign(x)", at("jump", "0", "0", "1", left=piece("<"), right=piece(">")), "point", NEGATED),
    Case("piecewise-analytic", "sign(x)", at("jump", "-1", "1/2", "1", left=piece("<"), right=piece(">")), "leaf", NEGATED),
    # turning
    Case("strictly-monotone", "x**2", {"rule": "turning", "points": ["-1", "0", "1"]}, more=NEGATED),
    Case("strictly-monotone", "max(x, 0)", {"rule": "turning", "points": ["-2", "-1", "1"]}, more=NEGATED),
    Case("strictly-monotone", "sin(x)", {"rule": "turning", "points": ["0", {"constant": "pi"}, "4"]}, more=NEGATED),
    Case("strictly-monotone", "x**3", {"rule": "turning", "points": ["-1", "0", "1"]}, "value", NEGATED),
    Case("strictly-monotone", "-x**3", {"rule": "turning", "points": ["-1", "0", "1"]}, "value", NEGATED),
    Case("strictly-monotone", "x**2", {"rule": "turning", "points": ["0", "-1", "1"]}, "point", NEGATED),
    Case("strictly-monotone", "x**2", {"rule": "turning", "points": ["-1", "1"]}, "point", NEGATED),
    Case("strictly-monotone", "x**2", {"rule": "turning", "points": []}, "point", NEGATED),
    Case("strictly-monotone", "log(x) - log(x)", {"rule": "turning", "points": ["-3", "-2", "-1"]}, "domain", NEGATED),
    # steep-chord
    Case("lipschitz", "2*x", {"rule": "steep-chord", "from": "0", "to": "1"}, more=NEGATED | {"constant": "1"}),
    Case("lipschitz", "-exp(x)", {"rule": "steep-chord", "from": "0", "to": "1"}, more=NEGATED | {"constant": "3/2"}),
    Case("lipschitz", "x", {"rule": "steep-chord", "from": "0", "to": "1"}, "value", NEGATED | {"constant": "1"}),
    Case("lipschitz", "-exp(x)", {"rule": "steep-chord", "from": "0", "to": "1"}, "value", NEGATED | {"constant": "2"}),
    Case("lipschitz", "2*x", {"rule": "steep-chord", "from": "0", "to": "1"}, "claim", NEGATED),
    Case("lipschitz", "2*x", {"rule": "steep-chord", "from": "1", "to": "0"}, "point", NEGATED | {"constant": "1"}),
    # unbounded-slope
    Case("lipschitz", "x**2", {"rule": "unbounded-slope", "side": "+inf", "end": "0", "piece": {}}, more=NEGATED),
    Case("lipschitz", "exp(-x)", {"rule": "unbounded-slope", "side": "-inf", "end": "0", "piece": {}}, more=NEGATED),
    Case("lipschitz", "abs(x)**3", {"rule": "unbounded-slope", "side": "-inf", "end": "0", "piece": piece("<")}, more=NEGATED | {"constant": "7"}),
    Case("lipschitz", "x", {"rule": "unbounded-slope", "side": "+inf", "end": "0", "piece": {}}, "limit", NEGATED),
    Case("lipschitz", "exp(-x)", {"rule": "unbounded-slope", "side": "+inf", "end": "0", "piece": {}}, "limit", NEGATED),
    Case("lipschitz", "x**2 + 1/(x - 1)", {"rule": "unbounded-slope", "side": "+inf", "end": "0", "piece": {}}, "leaf", NEGATED),
    Case("lipschitz", "x**2*log(-1)", {"rule": "unbounded-slope", "side": "+inf", "end": "0", "piece": {}}, "domain", NEGATED),
    Case("lipschitz", "beta*x**2", {"rule": "unbounded-slope", "side": "+inf", "end": "0", "piece": {}}, "limit", NEGATED | {"parameters": EVERYWHERE}),
    # chord
    Case("convex", "x**3", at("chord", "-2", "-1", "0"), more=NEGATED),
    Case("convex", "-abs(x)", at("chord", "-1", "0", "1"), more=NEGATED),
    Case("convex", "x**2", at("chord", "-1", "0", "1"), "value", NEGATED),
    Case("convex", "x", at("chord", "-1", "0", "1"), "value", NEGATED),
    Case("convex", "x**3", at("chord", "-2", "0", "-1"), "point", NEGATED),
    Case("convex", "-log(x)", at("chord", "-1", "1", "2"), "domain", NEGATED),
]  # fmt: skip
