"""What each SMT-LIB 2 dialect knows, as tables. `{u}`, `{v}` are the arguments of a node, `{f}` its own
value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Templates = Mapping[str, str]


@dataclass(frozen=True)
class Dialect:
    """native: operators as terms of the solver. defined: operators spelt in terms of other operators of the
    tables. inverses: operators given by a fresh variable {f} and a condition that fixes it exactly.
    bounded: operators given by a fresh variable about which only the proved bounds of BOUNDS are asserted.
    header: the first lines; {delta} is the precision. footer: the last lines.
    """

    name: str
    header: str
    footer: str
    native: Templates
    defined: Templates = field(default_factory=dict)
    inverses: Templates = field(default_factory=dict)
    bounded: frozenset[str] = frozenset()
    power: str = ""
    """The template of integer powers, with {n}; products are written where it is empty."""


ARITHMETIC: Templates = {
    "add": "(+ {u} {v})",
    "sub": "(- {u} {v})",
    "mul": "(* {u} {v})",
    "div": "(/ {u} {v})",
    "neg": "(- {u})",
    "lt": "(< {u} {v})",
    "le": "(<= {u} {v})",
    "and": "(and {u} {v})",
    "or": "(or {u} {v})",
    "not": "(not {u})",
    "true": "true",
    "sign": "(ite (< {u} 0.0) (- 1.0) (ite (> {u} 0.0) 1.0 0.0))",
}
SELECTIONS: Templates = {
    "abs": "(ite (< {u} 0.0) (- {u}) {u})",
    "min": "(ite (<= {u} {v}) {u} {v})",
    "max": "(ite (<= {u} {v}) {v} {u})",
}
BY_EXP: Templates = {
    "sigmoid": "(/ 1.0 (+ 1.0 {exp_neg_u}))",
    "tanh": "(- 1.0 (/ 2.0 (+ {exp_two_u} 1.0)))",
    "sinh": "(/ (- {exp_u} {exp_neg_u}) 2.0)",
    "cosh": "(/ (+ {exp_u} {exp_neg_u}) 2.0)",
    "softplus": "{log_one_plus_exp_u}",
    "asinh": "{log_u_plus_root}",
}
"""Exact definitions by exp, log and sqrt; the names in braces are terms that the printer supplies (see
BUILT).
"""

SQUARE_ROOT = "(or (< {u} 0.0) (and (>= {f} 0.0) (= (* {f} {f}) {u})))"

BOUNDS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "exp": (
        ("0 < exp(u)", "(< 0.0 {f})"),
        ("1 + u <= exp(u)", "(<= (+ 1.0 {u}) {f})"),
        ("exp(u) (1 - u) <= 1", "(<= (* {f} (- 1.0 {u})) 1.0)"),
    ),
    "log": (
        ("log(u) <= u - 1 for u > 0", "(or (<= {u} 0.0) (<= {f} (- {u} 1.0)))"),
        ("u log(u) >= u - 1 for u > 0", "(or (<= {u} 0.0) (>= (* {u} {f}) (- {u} 1.0)))"),
    ),
    "erf": (
        ("-1 < erf(u) < 1", "(and (< (- 1.0) {f}) (< {f} 1.0))"),
        ("erf(u) has the sign of u", "(and (= (< {u} 0.0) (< {f} 0.0)) (= (> {u} 0.0) (> {f} 0.0)))"),
        (
            "|erf(u)| <= 1.1284 |u|",
            "(and (or (< {u} 0.0) (<= {f} (* 1.1284 {u}))) (or (> {u} 0.0) (>= {f} (* 1.1284 {u}))))",
        ),
    ),
    "sin": (
        ("-1 <= sin(u) <= 1", "(and (<= (- 1.0) {f}) (<= {f} 1.0))"),
        ("|sin(u)| <= |u|", "(<= (* {f} {f}) (* {u} {u}))"),
    ),
    "cos": (
        ("-1 <= cos(u) <= 1", "(and (<= (- 1.0) {f}) (<= {f} 1.0))"),
        ("cos(u) >= 1 - u^2/2", "(>= {f} (- 1.0 (/ (* {u} {u}) 2.0)))"),
    ),
    "atan": (
        ("|atan(u)| < 1.5708", "(and (< (- 1.5708) {f}) (< {f} 1.5708))"),
        ("atan(u) has the sign of u", "(and (= (< {u} 0.0) (< {f} 0.0)) (= (> {u} 0.0) (> {f} 0.0)))"),
        ("|atan(u)| <= |u|", "(<= (* {f} {f}) (* {u} {u}))"),
    ),
    "pi": (
        (
            "3.14159265358979 < pi < 3.14159265358980",
            "(and (< 3.14159265358979 {f}) (< {f} 3.14159265358980))",
        ),
    ),
    "e": (
        (
            "2.71828182845904 < e < 2.71828182845905",
            "(and (< 2.71828182845904 {f}) (< {f} 2.71828182845905))",
        ),
    ),
}
"""Proved facts about each function, asserted at every place where the function is applied."""

INCREASING = frozenset({"exp", "log", "erf", "atan"})
"""Functions for which u < v and f(u) < f(v) are asserted to be equivalent, for every pair of applications."""

TAN_BY_SIN = "(/ {sin_u} {cos_u})"

Z3 = Dialect(
    name="z3",
    header="(set-logic QF_NRA)",
    footer="(check-sat)\n(get-model)",
    native={**ARITHMETIC, **SELECTIONS},
    defined={**BY_EXP, "tan": TAN_BY_SIN},
    inverses={"sqrt": SQUARE_ROOT},
    bounded=frozenset({"exp", "log", "erf", "sin", "cos", "atan", "pi", "e"}),
)
CVC5 = Dialect(
    name="cvc5",
    header="(set-option :produce-models true)\n(set-logic QF_NRAT)",
    footer="(check-sat)\n(get-model)",
    native={
        **ARITHMETIC,
        **SELECTIONS,
        "exp": "(exp {u})",
        "sin": "(sin {u})",
        "cos": "(cos {u})",
        "tan": "(tan {u})",
        "atan": "(arctan {u})",
        "sqrt": "(sqrt {u})",
        "pi": "real.pi",
        "e": "(exp 1.0)",
    },
    defined=BY_EXP,
    inverses={"log": "(or (<= {u} 0.0) (= (exp {f}) {u}))"},
    bounded=frozenset({"erf"}),
)
DREAL = Dialect(
    name="dreal",
    header="(set-logic QF_NRA)\n(set-option :precision {delta})",
    footer="(check-sat)\n(get-model)\n(exit)",
    native={
        **ARITHMETIC,
        **{op: f"({op} {{u}})" for op in ("exp", "log", "sin", "cos", "tan", "atan", "sinh", "cosh", "tanh")},
        "sqrt": "(sqrt {u})",
        "abs": "(abs {u})",
        "min": "(min {u} {v})",
        "max": "(max {u} {v})",
        "pi": "(* 4.0 (atan 1.0))",
        "e": "(exp 1.0)",
    },
    defined={op: BY_EXP[op] for op in ("sigmoid", "softplus", "asinh")},
    bounded=frozenset({"erf"}),
    power="(^ {u} {n})",
)
DIALECTS: Mapping[str, Dialect] = {dialect.name: dialect for dialect in (Z3, CVC5, DREAL)}
