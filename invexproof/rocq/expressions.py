"""Terms of the checker as Rocq expressions over the real numbers, and as values of the type `term` of Terms.v.

Both are written from the table of terms and from nothing else. No text of a certificate reaches a Rocq file: names
are fixed here, numbers are printed from their values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flint import fmpq

from invexcheck.terms import GUARDED, Terms
from invexproof.errors import InvexproofError

MAX_TEXT = 60_000
"""Characters of one expression; a term that shares much may be far longer as text."""

ATOM, POWER, UNARY, FACTOR, SUMMAND, OPEN = 0, 30, 35, 40, 50, 200
"""Levels of Rocq's notations for real numbers; an argument of a function is an ATOM, a conditional is OPEN."""


class ExportError(InvexproofError):
    """A certificate that cannot be written as a Rocq file, and why."""


FUNCTIONS = {
    **{name: name for name in ("exp", "sqrt", "sin", "cos", "tan", "atan", "sinh", "cosh", "tanh")},
    **{name: name for name in ("sigmoid", "softplus", "erf")},
    "log": "ln",
    "asinh": "arcsinh",
    "abs": "Rabs",
    "sign": "signum",
    "min": "Rmin",
    "max": "Rmax",
}
"""Operators that are functions in Rocq; `sigmoid`, `softplus`, `erf` and `signum` are defined in the library."""

UNARY_TERMS = {
    "neg": "Neg", "exp": "Exp", "log": "Log", "sqrt": "Sqrt", "sin": "Sin", "cos": "Cos", "tan": "Tan",
    "atan": "Atan", "asinh": "Asinh", "sinh": "Sinh", "cosh": "Cosh", "tanh": "Tanh", "sigmoid": "Sigmoid",
    "softplus": "Softplus", "erf": "Erf",
}  # fmt: skip
BINARY_TERMS = {"add": "Add", "sub": "Sub", "mul": "Mul", "div": "Div"}
INFIX = {"add": ("+", SUMMAND), "sub": ("-", SUMMAND), "mul": ("*", FACTOR), "div": ("/", FACTOR)}
COMPARISONS = {"lt": "Rlt_dec", "le": "Rle_dec"}


def number(value: fmpq) -> tuple[str, int]:
    """A rational number as a quotient of integers."""
    if value.q != 1:
        return f"{_integer(int(value.p))} / {int(value.q)}", FACTOR
    return _integer(int(value.p)), ATOM


def _integer(value: int) -> str:
    return str(value) if value >= 0 else f"({value})"


def rational(value: fmpq) -> str:
    """A rational number as an argument of anything."""
    return enclosed(*number(value), ATOM)


def enclosed(text: str, level: int, limit: int) -> str:
    """The text, in parentheses if its level is above the limit."""
    return text if level <= limit else f"({text})"


@dataclass(frozen=True)
class Zero:
    """A zero of a term in x between two rational numbers."""

    term: int
    low: fmpq
    high: fmpq


class Expressions:
    """The texts of the terms of one session, remembered. `variable` is the only variable."""

    def __init__(self, terms: Terms, variable: str = "x") -> None:
        self.terms = terms
        self.variable = variable
        self.zeros: dict[str, Zero] = {}
        """Points that are zeros of terms, by the names of the variables that stand for them."""
        self._texts: dict[int, tuple[str, int]] = {}
        self._literals: dict[int, str] = {}

    def real(self, term: int, limit: int = OPEN) -> str:
        """The term as an expression of type R, in parentheses if its level is above `limit`."""
        for node in self.terms.order(term):
            if node not in self._texts and self.terms.op(node) not in (
                "lt",
                "le",
                "and",
                "or",
                "not",
                "true",
            ):
                text, level = self._real(node)
                if len(text) > MAX_TEXT:
                    raise ExportError(
                        "the function, or a derivative of it, is too long to be written out in Rocq"
                    )
                self._texts[node] = text, level
        return enclosed(*self._texts[term], limit)

    def _part(self, term: int, limit: int) -> str:
        return enclosed(*self._texts[term], limit)

    def _real(self, term: int) -> tuple[str, int]:
        node = self.terms.nodes[term]
        op = node[0]
        if op == "var":
            if node[1] != self.variable and node[1] not in self.zeros:
                raise ExportError("a function with parameters cannot be exported: state it for one value")
            return node[1], ATOM
        if op == "rat":
            return number(node[1])
        if op in ("pi", "e"):
            return ("PI", ATOM) if op == "pi" else ("exp 1", 10)
        if op in INFIX:
            sign, level = INFIX[op]
            return f"{self._part(node[1], level)} {sign} {self._part(node[2], level - 1)}", level
        if op == "neg":
            return f"- {self._part(node[1], UNARY)}", UNARY
        if op == "pow":
            return self._power(node[1], node[2])
        if op == "piecewise":
            return self._piecewise(node[1:]), OPEN
        arguments = " ".join(self._part(child, ATOM) for child in self.terms.children(node))
        return f"{FUNCTIONS[op]} {arguments}", 10

    def _power(self, base: int, exponent: fmpq) -> tuple[str, int]:
        if exponent.q != 1:
            return f"qpower {self._part(base, ATOM)} {rational(exponent)}", 10
        n = int(exponent.p)
        if n == 0:
            return "1", ATOM
        # a^b^c is a^(b^c): the base of a power must be an atom
        power = f"{self._part(base, POWER - 1)} ^ {abs(n)}"
        return (power, POWER) if n > 0 else (f"/ {power}", UNARY)

    def _piecewise(self, branches: tuple[int, ...]) -> str:
        text = "0"
        for condition, value in zip(reversed(branches[::2]), reversed(branches[1::2]), strict=True):
            text = self.choose(condition, self._part(value, OPEN), text)
        return text

    def choose(self, condition: int, then: str, otherwise: str) -> str:
        """The text of what is `then` where the condition holds."""
        node = self.terms.nodes[condition]
        op = node[0]
        if op == "true":
            return then
        if op == "not":
            return self.choose(node[1], otherwise, then)
        if op == "and":
            return self.choose(node[1], self.choose(node[2], then, otherwise), otherwise)
        if op == "or":
            return self.choose(node[1], then, self.choose(node[2], then, otherwise))
        if then == otherwise:
            return then
        left, right = self.real(node[1], ATOM), self.real(node[2], ATOM)
        text = f"if {COMPARISONS[op]} {left} {right} then {then} else {otherwise}"
        if len(text) > MAX_TEXT:
            raise ExportError("the function is too long to be written out in Rocq")
        return text

    def literal(self, term: int) -> str:
        """The smooth term as a value of the type `Terms.term`."""
        for node in self.terms.order(term):
            if node not in self._literals:
                self._literals[node] = self._literal(node)
                if len(self._literals[node]) > MAX_TEXT:
                    raise ExportError(
                        "the function, or a derivative of it, is too long to be written out in Rocq"
                    )
        return self._literals[term]

    def _literal(self, term: int) -> str:
        node = self.terms.nodes[term]
        op = node[0]
        if op in GUARDED:
            raise ExportError(f"{op} where an analytic term is needed")
        if op == "var":
            if node[1] != self.variable:
                raise ExportError("a function with parameters cannot be exported: state it for one value")
            return "X"
        if op == "rat":
            return f"(Rat {_quotient(node[1])})"
        if op == "pow":
            base, exponent = self._literals[node[1]], node[2]
            if exponent.q != 1:
                return f"(PowQ {base} {_quotient(exponent)})"
            return f"(Pow {base} ({int(exponent.p)}))"
        if op in ("pi", "e"):
            return "Pi" if op == "pi" else "E1"
        arguments = " ".join(self._literals[child] for child in self.terms.children(node))
        if op in BINARY_TERMS:
            return f"(Bin {BINARY_TERMS[op]} {arguments})"
        return f"(Un {UNARY_TERMS[op]} {arguments})"


def _quotient(value: fmpq) -> str:
    return f"({int(value.p)} # {int(value.q)})"


Condition = tuple[str, int]
"""What must hold of a term: ``nonzero``, ``positive`` or ``nonnegative``."""


def own_conditions(terms: Terms, term: int, analytic: bool) -> list[Condition]:
    """What a node asks of its arguments, in the order of Terms.v; `analytic` or only defined."""
    node = terms.nodes[term]
    op = node[0]
    if op == "div":
        return [("nonzero", node[2])]
    if op == "log":
        return [("positive", node[1])]
    if op == "sqrt":
        return [("positive" if analytic else "nonnegative", node[1])]
    if op == "tan":
        return [("nonzero", terms.node("cos", node[1]))]
    if op == "pow":
        base, exponent = node[1], node[2]
        if exponent.q != 1:
            return [("positive" if analytic or exponent < 0 else "nonnegative", base)]
        if exponent < 0:
            return [("nonzero", base)]
    return []


def conditions(terms: Terms, root: int, analytic: bool) -> list[Condition]:
    """All that must hold for a smooth term to be analytic (or defined), in the order in which Rocq meets them.

    Terms.v asks for the arguments first, then for the node; arguments that are met twice are asked for twice.
    """
    found: dict[int, list[Condition]] = {}
    for term in terms.order(root):
        inner = [c for child in terms.children(terms.nodes[term]) for c in found[child]]
        found[term] = [*inner, *own_conditions(terms, term, analytic)]
        if len(found[term]) > 2000:
            raise ExportError("the function has too many conditions on its domain to be written out in Rocq")
    return found[root]


CONDITION: dict[str, Callable[[str], str]] = {
    "nonzero": lambda u: f"{u} <> 0",
    "positive": lambda u: f"0 < {u}",
    "nonnegative": lambda u: f"0 <= {u}",
}
