"""An independent reader of what exported files say: Coq's real numbers, and values of `Terms.term`, in mpmath.

It shares nothing with the exporter. Precedences are those of Coq's R_scope: ^ binds tighter than unary - and /, these
tighter than * and /, these tighter than + and -.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import mpmath
from mpmath import mpf

TOKEN = re.compile(r"\s*([A-Za-z_][A-Za-z_0-9]*|\d+|[()+\-*/^#])")

FUNCTIONS: dict[str, tuple[int, Callable[..., mpf]]] = {
    "exp": (1, mpmath.exp), "ln": (1, mpmath.log), "sqrt": (1, mpmath.sqrt), "sin": (1, mpmath.sin),
    "cos": (1, mpmath.cos), "tan": (1, mpmath.tan), "atan": (1, mpmath.atan), "arcsinh": (1, mpmath.asinh),
    "sinh": (1, mpmath.sinh), "cosh": (1, mpmath.cosh), "tanh": (1, mpmath.tanh), "erf": (1, mpmath.erf),
    "sigmoid": (1, lambda u: 1 / (1 + mpmath.exp(-u))), "softplus": (1, lambda u: mpmath.log(1 + mpmath.exp(u))),
    "Rabs": (1, abs), "signum": (1, mpmath.sign), "Rmin": (2, min), "Rmax": (2, max),
    "qpower": (2, lambda u, r: mpmath.power(u, r)),
}  # fmt: skip
COMPARISONS = {"Rlt_dec": lambda a, b: a < b, "Rle_dec": lambda a, b: a <= b}


class Real:
    """A value of type R, read from text at one x."""

    def __init__(self, text: str, x: mpf) -> None:
        self.tokens = tokens(text)
        self.position = 0
        self.x = x

    @classmethod
    def value(cls, text: str, x: mpf) -> mpf:
        reader = cls(text, x)
        found = reader.expression()
        assert reader.peek() is None, reader.tokens[reader.position :]
        return found

    def peek(self) -> str | None:
        return self.tokens[self.position] if self.position < len(self.tokens) else None

    def take(self, wanted: str | None = None) -> str:
        token = self.tokens[self.position]
        assert wanted is None or token == wanted, (wanted, self.tokens[self.position :])
        self.position += 1
        return token

    def expression(self) -> mpf:
        if self.peek() == "if":
            self.take("if")
            holds = COMPARISONS[self.take()](self.atom(), self.atom())
            self.take("then")
            then = self.lazily(holds)
            self.take("else")
            otherwise = self.lazily(not holds)
            return then if holds else otherwise
        total = self.factor()
        while self.peek() in ("+", "-"):
            total = total + self.factor() if self.take() == "+" else total - self.factor()
        return total

    def lazily(self, needed: bool) -> mpf:
        """A branch; one that is not selected need not have a value."""
        try:
            return self.expression()
        except ZeroDivisionError:
            assert not needed
            raise

    def factor(self) -> mpf:
        product = self.signed()
        while self.peek() in ("*", "/"):
            product = product * self.signed() if self.take() == "*" else self.quotient(product, self.signed())
        return product

    @staticmethod
    def quotient(a: mpf, b: mpf) -> mpf:
        return a / b if b != 0 else mpf("nan")

    def signed(self) -> mpf:
        if self.peek() == "-":
            self.take()
            return -self.signed()
        if self.peek() == "/":
            self.take()
            return self.quotient(mpf(1), self.signed())
        return self.power()

    def power(self) -> mpf:
        base = self.application()
        if self.peek() == "^":
            self.take()
            return base ** int(self.take())
        return base

    def application(self) -> mpf:
        name = self.peek()
        if name in FUNCTIONS:
            self.take()
            count, function = FUNCTIONS[str(name)]
            return function(*(self.atom() for _ in range(count)))
        return self.atom()

    def atom(self) -> mpf:
        token = self.take()
        if token == "(":
            found = self.expression()
            self.take(")")
            return found
        if token == "x":
            return self.x
        if token == "PI":
            return mpmath.pi + 0
        assert token.isdigit(), token
        return mpf(token)


UNARY = {
    "Neg": lambda u: -u, "Exp": mpmath.exp, "Log": mpmath.log, "Sqrt": mpmath.sqrt, "Sin": mpmath.sin,
    "Cos": mpmath.cos, "Tan": mpmath.tan, "Atan": mpmath.atan, "Asinh": mpmath.asinh, "Sinh": mpmath.sinh,
    "Cosh": mpmath.cosh, "Tanh": mpmath.tanh, "Erf": mpmath.erf, "Sigmoid": FUNCTIONS["sigmoid"][1],
    "Softplus": FUNCTIONS["softplus"][1],
}  # fmt: skip
BINARY = {
    "Add": lambda u, v: u + v, "Sub": lambda u, v: u - v, "Mul": lambda u, v: u * v, "Div": lambda u, v: u / v,
}  # fmt: skip


def tokens(text: str) -> list[str]:
    found, position = [], 0
    text = text.strip()
    while position < len(text):
        match = TOKEN.match(text, position)
        assert match is not None, text[position : position + 20]
        found.append(match[1])
        position = match.end()
    return found


class Term(Real):
    """A value of the type `Terms.term`, at one x."""

    def expression(self) -> mpf:
        token = self.take()
        if token != "(":
            return {"X": self.x, "Pi": mpmath.pi + 0, "E1": mpmath.e + 0}[token]
        head = self.take()
        if head == "Rat":
            found = self.rational()
        elif head == "Un":
            found = UNARY[self.take()](self.expression())
        elif head == "Bin":
            operator = BINARY[self.take()]
            found = operator(self.expression(), self.expression())
        elif head == "Pow":
            base = self.expression()
            self.take("(")
            negative = self.peek() == "-"
            if negative:
                self.take()
            found = base ** (-int(self.take()) if negative else int(self.take()))
            self.take(")")
        else:
            assert head == "PowQ", head
            base = self.expression()
            found = mpmath.power(base, self.rational())
        self.take(")")
        return found

    def rational(self) -> mpf:
        self.take("(")
        negative = self.peek() == "-"
        if negative:
            self.take()
        p = int(self.take())
        self.take("#")
        q = int(self.take())
        self.take(")")
        return mpf(-p if negative else p) / q
