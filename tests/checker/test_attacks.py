"""What a liar would write: certificates of falsehoods, each rejected for the hypothesis that it violates.

An attack names words of the reason that must be given: one that fails by a slip of the pen tests nothing.
Many come with an honest twin, the same step for a true claim, which must pass.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from invexcheck.errors import Reject
from tests.checker.formulas import certificate, check, guards, parts

Step = dict[str, Any]
POLYNOMIAL: Step = {"rule": "polynomial"}
ZERO: Step = {"rule": "zero"}


class Attack(NamedTuple):
    """A false certificate, and words of the reason for which it fails."""

    document: dict[str, Any]
    because: str


def piece(shape: str, by: Step = POLYNOMIAL, signs: str = "", **more: Any) -> Step:
    """A piece of a valley."""
    listed = {"guards": guards(signs)} if signs else {}
    return {"shape": shape, "by": by, **listed, **more}


def valley(cuts: list[Any], *pieces: Step) -> Step:
    return {"rule": "valley", "cuts": cuts, "pieces": list(pieces)}


def invex(subject: str, step: Step, **more: Any) -> dict[str, Any]:
    return certificate("invex", subject, step, **more)


def monotone(
    subject: str, *pieces: Step, cuts: list[Any] | None = None, direction: str = "increasing"
) -> dict[str, Any]:
    step = {"rule": "monotone-pieces", "direction": direction, "cuts": cuts or [], "pieces": list(pieces)}
    return certificate("strictly-monotone", subject, step)


def limit(end: str, slope: str, by: Step = POLYNOMIAL) -> Step:
    return {"rule": "limit", "from": end, "slope": slope, "by": by}


SPURIOUS = "piecewise(x < 0, -x**3, x < 1, x**2 - x, true, x - 1)"
"""Decreasing, convex, increasing, with the spurious stationary point 0 (slopes 0 and -1, value 0 > -1/4)."""


def spurious(**end: Any) -> dict[str, Any]:
    return invex(
        SPURIOUS,
        valley(
            ["0", "1"],
            piece("decreasing", signs="<", **end),
            piece("block", signs="> <"),
            piece("increasing", signs="> >", lower_end="strict"),
        ),
    )


W = "min((x + 1)**2, (x - 1)**2 + 1)"

VALLEYS = {
    "J2 by a strict end": Attack(spurious(upper_end="strict"), "sign"),
    "J2 by the sign of k": Attack(spurious(upper_end="block", upper_block=POLYNOMIAL), "sign"),
    "J2 by steepness": Attack(
        spurious(upper_steep={"slope": "-1/1000", "to": "-1/2", "by": POLYNOMIAL}), "sign"
    ),
    "flat point between decreasing pieces": Attack(
        invex("-x**3", valley(["0"], piece("decreasing"), piece("decreasing"))), "sign"
    ),
    "flat point called steep": Attack(
        invex(
            "-x**3",
            valley(
                ["0"],
                piece("decreasing", upper_steep={"slope": "-1/1000", "to": "-1", "by": POLYNOMIAL}),
                piece("decreasing", lower_steep={"slope": "-1/1000", "to": "1", "by": POLYNOMIAL}),
            ),
        ),
        "sign",
    ),
    "slope bound zero": Attack(
        invex(
            "-x**3",
            valley(
                ["0"],
                piece("decreasing", upper_steep={"slope": "0", "to": "-1", "by": POLYNOMIAL}),
                piece("decreasing"),
            ),
        ),
        "sign of the piece",
    ),
    "steepness outside the piece": Attack(
        invex(
            "-x**3",
            valley(
                ["0"],
                piece("decreasing", upper_steep={"slope": "-1", "to": "1", "by": POLYNOMIAL}),
                piece("decreasing"),
            ),
        ),
        "increasing",
    ),
    "two blocks": Attack(
        invex(W, valley(["1/4"], piece("block", signs="<"), piece("block", signs=">", join=POLYNOMIAL))),
        "polynomial does not",
    ),
    "a hump between blocks": Attack(
        invex(
            "x**4 - x**2",
            valley(["-1/2", "1/2"], piece("block"), piece("decreasing"), piece("block")),
        ),
        "decreasing, then block",
    ),
    "p vanishes at an end": Attack(
        invex(
            "piecewise(x < 0, -x, true, x**3/3 - x**2/2)",
            valley(
                ["0"],
                piece("decreasing", signs="<", upper_end="strict"),
                piece("block", signs=">", positive="x", factor="x - 1", positive_by=POLYNOMIAL),
            ),
        ),
        "polynomial does not have this sign",
    ),
    "p undefined at an end": Attack(
        invex(
            "piecewise(x < 0, -x, true, x**3/3 - x**2/2)",
            valley(
                ["0"],
                piece("decreasing", signs="<", upper_end="strict"),
                piece("block", signs=">", positive="x**3/x**2", factor="x - 1", positive_by=POLYNOMIAL),
            ),
        ),
        "polynomial does not have this sign",
    ),
    "factors that multiply to the slope only formally": Attack(
        invex("-x**2", valley([], piece("block", positive="x**2", factor="-2/x", positive_by=POLYNOMIAL))),
        "not a polynomial",
    ),
    "increasing before decreasing": Attack(
        invex("-x**2", valley(["0"], piece("increasing"), piece("decreasing"))), "decreasing, then block"
    ),
    "a jump": Attack(
        invex(
            "piecewise(x < 0, x, true, x - 2)",
            valley(["0"], piece("increasing", signs="<"), piece("increasing", signs=">")),
        ),
        "continuity",
    ),
    "a stray value": Attack(
        invex(
            "piecewise(x < 0, x, x <= 0, -1, true, x)",
            valley(["0"], piece("increasing", signs="<"), piece("increasing", signs=">")),
        ),
        "continuity",
    ),
    "opposite monotonicity has stationary points": Attack(
        certificate(
            "nonvanishing-derivative", "x**2", valley(["0"], piece("decreasing"), piece("increasing"))
        ),
        "all pieces",
    ),
    "a block has stationary points": Attack(
        certificate("nonvanishing-derivative", "x**2", valley([], piece("block"))), "all pieces"
    ),
    "pieces for one cut less": Attack(invex("-x**3", valley(["0"], piece("decreasing"))), "n cuts"),
    "cuts at one point": Attack(
        invex("x", valley(["0", {"constant": "0*pi"}], *(piece("increasing") for _ in range(3)))),
        "increasing",
    ),
    "cuts out of order": Attack(
        invex("x", valley(["1", "0"], *(piece("increasing") for _ in range(3)))), "increasing"
    ),
    "cuts in overlapping brackets": Attack(
        invex(
            "x",
            valley(
                [{"zero": "x**2 - 2", "from": "0", "to": "3"}, {"zero": "x - 1", "from": "0", "to": "2"}],
                *(piece("increasing") for _ in range(3)),
            ),
        ),
        "increasing",
    ),
    "an unread guard": Attack(invex("abs(x)", valley([], piece("increasing", signs=""))), "no sign"),
    "a guard too many": Attack(invex("x", valley([], piece("increasing", signs=">"))), "more guard signs"),
    "a guard with the wrong sign": Attack(
        invex("abs(x)", valley(["0"], piece("increasing", signs=">"), piece("increasing", signs=">"))), "leaf"
    ),
    "infinitely many kinks": Attack(
        invex("2*x + abs(sin(x))", valley([], piece("increasing", {"rule": "interval"}, ">="))), "leaf"
    ),
}

DOMAINS = {
    "x/x": Attack(invex("x + x/x", valley([], piece("increasing"))), "divisor"),
    "x/x with a cut": Attack(
        invex(
            "x + x/x", valley(["0"], piece("increasing", analytic={"rule": "interval"}), piece("increasing"))
        ),
        "undefined",
    ),
    "0*log(x)": Attack(invex("x + 0*log(x)", valley([], piece("increasing"))), "log"),
    "sqrt(x)**2": Attack(invex("sqrt(x)**2", valley([], piece("increasing"))), "base"),
    "exp(log(x))": Attack(invex("exp(log(x))", valley([], piece("increasing"))), "log"),
    "u**0": Attack(invex("x + (1/x)**0", valley([], piece("increasing"))), "divisor"),
    "cube root of negatives": Attack(
        invex("x**(1/3)", valley([], piece("increasing", {"rule": "interval"}))), "base"
    ),
    "a function on half of the line": Attack(
        invex("sqrt(x)", valley(["0"], piece("increasing"), piece("increasing", {"rule": "interval"}))),
        "a divisor may vanish",
    ),
    "an unselected argument of min": Attack(
        invex("min(x, 5 + sqrt(x))", valley(["-1"], *(piece("increasing", signs="<") for _ in range(2)))),
        "cannot be decided",
    ),
    "an unselected argument of max": Attack(
        invex("max(x, x - 1 + 0*log(x))", valley([], piece("increasing", signs=">"))), "log"
    ),
    "a comparison of undefined terms": Attack(
        invex("piecewise(log(x) < log(x) + 1, x, true, x)", valley([], piece("increasing", signs="<"))), "log"
    ),
    "no condition holds": Attack(
        invex(
            "piecewise(x < 0, x)",
            valley(["0"], piece("increasing", signs="<"), piece("increasing", signs=">")),
        ),
        "no condition",
    ),
    "a value that only the limits have": Attack(
        invex(
            "piecewise(x < 0, x, 0 < x, x)",
            valley(["0"], piece("increasing", signs="<"), piece("increasing", signs="> <")),
        ),
        "no condition",
    ),
    "a pole between the pieces": Attack(
        monotone("-1/x", {"relation": ">"}, {"relation": ">"}, cuts=["0"]), "undefined"
    ),
    "a pole of tan": Attack(
        monotone(
            "tan(x)",
            {"relation": ">", "by": {"rule": "sum", "parts": parts(("1", ">"), ("tan(x)**2", ">="))}},
        ),
        "tan",
    ),
    "sqrt(x**2) is not x": Attack(invex("sqrt(x**2)", valley([], piece("increasing"))), "not a polynomial"),
    "a defined hole in a period": Attack(
        certificate(
            "convex",
            "x**2 + cos(x)/cos(x)",
            {"rule": "convex-pieces", "pieces": [{"by": POLYNOMIAL}]},
        ),
        "divisor",
    ),
    "turning through undefined values": Attack(
        certificate(
            "strictly-monotone", "sqrt(x)**4", {"rule": "turning", "points": ["-1", "1", "2"]}, negated=True
        ),
        "undefined",
    ),
}


def claimed_sign(by: Step) -> dict[str, Any]:
    "not a polynomial-x**2, claimed to be a valley, with one step for the signs of its slope on both sides."
    return invex("-x**2", valley(["0"], piece("decreasing", by), piece("increasing", by)))


def tail_lie(term: str) -> dict[str, Any]:
    """That -2x > 0 for x > 0, by a term with this normal form that is said to tend to 0."""
    right = {"rule": "sum", "parts": parts((term, ">", limit("+inf", "<")))}
    left = {"rule": "sum", "parts": parts((term, "<", limit("-inf", "<")))}
    return invex("-x**2", valley(["0"], piece("decreasing", left), piece("increasing", right)))


SIGNS = {
    "log of a vanishing term is not bounded": Attack(tail_lie("-2*log(exp(-x))**2/x"), "limit"),
    "log of a growing term": Attack(tail_lie("-2*log(exp(x))"), "limit"),
    "a limit from the wrong end": Attack(claimed_sign(limit("+inf", "<")), "limit is not established"),
    "increasing to its limit": Attack(
        monotone("log(x**2 + 1)", {"relation": ">", "by": limit("+inf", ">")}), "slope does not carry"
    ),
    "an oscillating term has no limit": Attack(
        monotone("x*0 + sin(x)", {"relation": ">", "by": limit("-inf", ">", ZERO)}), "limit"
    ),
    "no limit with parameters": Attack(
        certificate(
            "strictly-monotone",
            "exp(a*x)",
            {
                "rule": "monotone-pieces",
                "direction": "increasing",
                "pieces": [{"relation": ">", "by": limit("-inf", ">", {"rule": "interval"})}],
            },
            parameters={"a": {}},
        ),
        "parameters",
    ),
    "a zero is not a strict sign": Attack(monotone("0*x", {"relation": ">", "by": ZERO}), "strict"),
    "flat pieces": Attack(
        monotone("0*x", {"relation": ">=", "by": ZERO, "strict_at": "0"}), "strict at a point"
    ),
    "a strict point outside its piece": Attack(
        monotone(
            "max(x, 0)",
            {"relation": ">=", "guards": guards("<="), "by": ZERO, "strict_at": "1"},
            {"relation": ">", "guards": guards(">="), "by": POLYNOMIAL},
            cuts=["0"],
        ),
        "strict at a point",
    ),
    "a formal product": Attack(
        monotone(
            "0*x",
            {
                "relation": ">=",
                "by": {"rule": "product", "parts": parts(("0", ">"), ("1", ">"))},
                "strict_at": "0",
            },
        ),
        "strict at a point",
    ),
    "tangential zero at pi": Attack(
        monotone("x + sin(x)", {"relation": ">", "by": {"rule": "trigonometric"}}), "trigonometric"
    ),
    "a period that is none": Attack(
        monotone(
            "x + sin(x)/2",
            {"relation": ">", "by": {"rule": "periodic", "period": "6", "by": {"rule": "interval"}}},
        ),
        "period",
    ),
    "a period of zero": Attack(
        monotone(
            "x", {"relation": ">", "by": {"rule": "periodic", "period": "0", "by": {"rule": "interval"}}}
        ),
        "positive",
    ),
    "decay before its start": Attack(
        monotone(
            "x",
            {
                "relation": ">",
                "by": {
                    "rule": "cases",
                    "at": ["1/2"],
                    "by": [
                        POLYNOMIAL,
                        {
                            "rule": "decay",
                            "power": 1,
                            "rate": "1",
                            "start": "1/2",
                            "rest": "1",
                            "factor": "0",
                        },
                    ],
                },
            },
        ),
        "a >= k/c",
    ),
    "decay short of its start": Attack(
        monotone(
            "x",
            {
                "relation": ">",
                "by": {
                    "rule": "cases",
                    "at": ["1/2"],
                    "by": [
                        POLYNOMIAL,
                        {"rule": "decay", "power": 1, "rate": "1", "start": "1", "rest": "1", "factor": "0"},
                    ],
                },
            },
        ),
        "beyond the start",
    ),
    "a tree without its leaves": Attack(
        monotone("x", {"relation": ">", "by": {"rule": "interval", "tree": ""}}), "leaf"
    ),
    "a tree with half its leaves": Attack(
        monotone("x**3", {"relation": ">", "by": {"rule": "interval", "tree": "se", "at": [[0, "1"]]}}),
        "leaf 1",
    ),
    "a split outside": Attack(
        invex(
            "x**2",
            valley(
                ["0"],
                piece("decreasing", {"rule": "interval", "tree": "see", "at": [[0, "5"]]}),
                piece("increasing"),
            ),
        ),
        "inside",
    ),
    "open parts of a square": Attack(
        monotone(
            "x**3", {"relation": ">", "by": {"rule": "cases", "at": ["0"], "by": [POLYNOMIAL, POLYNOMIAL]}}
        ),
        "sign",
    ),
    "a comparison without its condition": Attack(
        monotone(
            "x**2/2 + cos(x)",
            {
                "relation": ">",
                "by": {
                    "rule": "compare",
                    "inequality": "sin-below-line",
                    "argument": "x",
                    "rest": "0",
                    "factor": "1",
                    "rest_relation": ">=",
                    "factor_relation": ">",
                    "rest_by": {"rule": "interval"},
                    "factor_by": {"rule": "interval"},
                    "condition": {"rule": "interval"},
                },
            },
        ),
        "leaf",
    ),
    "from a value that is not there": Attack(
        monotone(
            "log(x)",
            {
                "relation": ">",
                "by": {
                    "rule": "monotone",
                    "from": "lower",
                    "start": ">",
                    "slope": ">",
                    "value": ZERO,
                    "by": ZERO,
                },
            },
        ),
        "limit",
    ),
}

STATIONARY = {
    "an enclosure of zero": Attack(
        invex(
            "x**3 + x/1000000000000000000000",
            {"rule": "stationary-point", "from": "-1", "to": "1", "at": "0", "lower": "-1", "piece": {}},
            negated=True,
        ),
        "not exactly zero",
    ),
    "a cofactor with a pole": Attack(
        invex(
            "x",
            {
                "rule": "stationary-point",
                "from": "-3",
                "to": "3",
                "at": {"zero": "x", "from": "-1", "to": "1"},
                "cofactor": "1/x",
                "lower": "-5",
                "piece": {},
            },
            negated=True,
        ),
        "cofactor",
    ),
    "a zero through a pole": Attack(
        invex(
            "x",
            {
                "rule": "stationary-point",
                "from": "-3",
                "to": "3",
                "at": {"zero": "1/x", "from": "-1", "to": "1"},
                "cofactor": "x",
                "lower": "-5",
                "piece": {},
            },
            negated=True,
        ),
        "undefined in the bracket",
    ),
    "a cofactor at a closed form": Attack(
        invex(
            "x",
            {
                "rule": "stationary-point",
                "from": "-3",
                "to": "3",
                "at": "0",
                "cofactor": "1/x",
                "lower": "-5",
                "piece": {},
            },
            negated=True,
        ),
        "not the named product",
    ),
    "a zero that is not the slope's": Attack(
        invex(
            "x**2",
            {
                "rule": "stationary-point",
                "from": "-3",
                "to": "3",
                "at": {"zero": "x**2 - 2", "from": "0", "to": "2"},
                "lower": "0",
                "piece": {},
            },
            negated=True,
        ),
        "not exactly zero",
    ),
    "the bracket of a value": Attack(
        invex(
            "(x**2 - 2)**2",
            {
                "rule": "stationary-point",
                "from": "0",
                "to": "3",
                "at": {"zero": "x**2 - 2", "from": "1", "to": "2"},
                "cofactor": "4*x",
                "lower": "7/5",
                "piece": {},
            },
            negated=True,
        ),
        "not established",
    ),
    "the stationary point is the minimum": Attack(
        invex(
            "x**2",
            {"rule": "stationary-point", "from": "-1", "to": "1", "at": "0", "lower": "0", "piece": {}},
            negated=True,
        ),
        "not established",
    ),
    "a lower point where f is undefined": Attack(
        invex(
            "x**2 + 0*sqrt(x + 3)",
            {"rule": "stationary-point", "from": "-1", "to": "1", "at": "0", "lower": "-5", "piece": {}},
            negated=True,
        ),
        "undefined",
    ),
    "a kink that turns the other way": Attack(
        invex(
            "piecewise(x < 0, x, true, 2*x)",
            {
                "rule": "kink",
                "from": "-1",
                "to": "1",
                "cuts": ["0"],
                "left": ">=",
                "lower": "-1",
                "pieces": [
                    {"guards": guards("<"), "by": POLYNOMIAL},
                    {"guards": guards(">"), "by": POLYNOMIAL},
                ],
            },
            negated=True,
        ),
        "sign",
    ),
    "a maximum at an end": Attack(
        invex("x", {"rule": "maximum", "from": "-1", "at": "0", "to": "1", "pieces": [{}]}, negated=True),
        "both ends",
    ),
    "a maximum through a jump": Attack(
        invex(
            "piecewise(x < 0, x, true, x - 2)",
            {
                "rule": "maximum",
                "from": "-1",
                "at": "-1/4",
                "to": "1",
                "cuts": ["0"],
                "pieces": [{"guards": guards("<")}, {"guards": guards(">")}],
            },
            negated=True,
        ),
        "continuity",
    ),
    "a minimum with a level above it": Attack(
        invex(
            "x**2",
            {
                "rule": "minimum",
                "from": "-1",
                "at": "0",
                "to": "1",
                "level": "1/2",
                "lower": "0",
                "pieces": [{"above": POLYNOMIAL}],
            },
            negated=True,
        ),
        "sign",
    ),
    "a plateau that is none": Attack(
        invex("x", {"rule": "plateau", "from": "0", "to": "1", "lower": "-1", "piece": {}}, negated=True),
        "identically zero",
    ),
    "a jump without one": Attack(
        certificate(
            "piecewise-analytic",
            "abs(x)",
            {
                "rule": "jump",
                "from": "-1",
                "at": "0",
                "to": "1",
                "left": {"guards": guards("<")},
                "right": {"guards": guards(">")},
            },
            negated=True,
        ),
        "jump",
    ),
    "a convex function above its chord": Attack(
        certificate("convex", "x**2", {"rule": "chord", "from": "-1", "at": "0", "to": "1"}, negated=True),
        "chord",
    ),
    "a bounded slope": Attack(
        certificate(
            "lipschitz",
            "softplus(x)",
            {"rule": "unbounded-slope", "side": "+inf", "end": "0", "piece": {}},
            negated=True,
        ),
        "unbounded",
    ),
    "a chord refutes one constant": Attack(
        certificate("lipschitz", "2*x", {"rule": "steep-chord", "from": "0", "to": "1"}, negated=True),
        "one constant",
    ),
}

PARAMETERS = {
    "a scale that may be zero": Attack(
        invex("-(a*x)**3", {"rule": "rescale", "scale": "a", "by": {}}, parameters={"a": {"ge": "0"}}),
        "positive",
    ),
    "a scale with x": Attack(
        invex("-x**3", {"rule": "rescale", "scale": "x**2 + 1", "by": {}}), "depend on x"
    ),
    "scaling a Lipschitz constant": Attack(
        certificate("lipschitz", "3*x", {"rule": "rescale", "scale": "1/3", "by": {}}, constant="1"), "fit"
    ),
    "a range with zero": Attack(
        invex("a*x", valley([], piece("increasing", {"rule": "interval"})), parameters={"a": {"ge": "0"}}),
        "leaf",
    ),
    "a value outside its range": Attack(
        invex(
            "a*x",
            {"rule": "instantiate", "values": {"a": "0"}, "by": {}},
            negated=True,
            parameters={"a": {"gt": "0"}},
        ),
        "outside its range",
    ),
    "an example for all": Attack(
        invex("a*x", {"rule": "instantiate", "values": {"a": "1"}, "by": {}}, parameters={"a": {}}), "negated"
    ),
    "an empty range": Attack(invex("a*x", valley([]), parameters={"a": {"gt": "1", "lt": "1"}}), "inside"),
    "a variable without a range": Attack(invex("a*x", valley([], piece("increasing"))), "neither x nor"),
    "x as a parameter": Attack(invex("x", valley([]), parameters={"x": {"gt": "0"}}), "not a parameter"),
    "another Lipschitz constant": Attack(
        certificate(
            "lipschitz", "2*x", {"rule": "slope-bound", "constant": "2", "pieces": [{}]}, constant="1"
        ),
        "not the constant",
    ),
}

ATTACKS = {**VALLEYS, **DOMAINS, **SIGNS, **STATIONARY, **PARAMETERS}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_a_falsehood_is_rejected_for_its_reason(attack: Attack) -> None:
    with pytest.raises(Reject) as caught:
        check(attack.document)
    assert caught.value.code not in ("schema", "internal", "rational")
    assert attack.because in caught.value.message


HONEST = {
    "spurious point removed": invex(
        "piecewise(x < 0, -x, x < 1, x**2 - x, true, x - 1)",
        valley(
            ["0", "1"],
            piece("decreasing", signs="<", upper_end="strict"),
            piece("block", signs="> <"),
            piece("increasing", signs="> >", lower_end="strict"),
        ),
    ),
    "block end by the sign of k": invex(
        "piecewise(x < 0, -x**3, true, x**2)",
        valley(
            ["0"],
            piece("decreasing", signs="<", upper_end="block", upper_block=POLYNOMIAL),
            piece("block", signs=">"),
        ),
    ),
    "infinite slopes": certificate(
        "nonvanishing-derivative",
        "sign(x)*sqrt(abs(x))",
        valley(
            ["0"],
            piece(
                "increasing",
                {"rule": "interval"},
                "<",
                upper_steep={"slope": "1/4", "to": "-1", "by": {"rule": "interval"}},
            ),
            piece(
                "increasing",
                {"rule": "interval"},
                ">",
                lower_steep={"slope": "1/4", "to": "1", "by": {"rule": "interval"}},
            ),
        ),
    ),
    "infinite slopes at the bottom": invex(
        "sqrt(abs(x))",
        valley(
            ["0"],
            piece("decreasing", {"rule": "interval"}, "<="),
            piece("increasing", {"rule": "interval"}, ">="),
        ),
    ),
    "a cofactor": invex(
        "-(x**2 - 2)**2",
        {
            "rule": "stationary-point",
            "from": "0",
            "to": "3",
            "at": {"zero": "x**2 - 2", "from": "7/5", "to": "3/2"},
            "cofactor": "-4*x",
            "lower": "9",
            "piece": {},
        },
        negated=True,
    ),
    "a kink": invex(
        "-abs(x)",
        {
            "rule": "kink",
            "from": "-1",
            "to": "1",
            "cuts": ["0"],
            "left": ">=",
            "lower": "-1",
            "pieces": [
                {"guards": guards("<="), "by": POLYNOMIAL},
                {"guards": guards(">="), "by": POLYNOMIAL},
            ],
        },
        negated=True,
    ),
    "a maximum": invex(
        "x**3 - x", {"rule": "maximum", "from": "-1", "at": "-1/2", "to": "1", "pieces": [{}]}, negated=True
    ),
    "turning": certificate(
        "strictly-monotone", "x**4", {"rule": "turning", "points": ["-1", "1", "2"]}, negated=True
    ),
    "isolated zeros": monotone("x**3", {"relation": ">=", "by": POLYNOMIAL, "strict_at": "1"}),
    "rescaling": invex(
        "exp(x/a)",
        {
            "rule": "rescale",
            "scale": "a",
            "by": valley(
                [],
                piece(
                    "increasing",
                    {"rule": "sum", "parts": parts(("exp(x)", ">"))},
                ),
            ),
        },
        parameters={"a": {"gt": "0"}},
    ),
}


@pytest.mark.parametrize("document", HONEST.values(), ids=HONEST)
def test_the_honest_twin_is_accepted(document: dict[str, Any]) -> None:
    check(document)
