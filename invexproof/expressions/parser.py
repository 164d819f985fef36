"""Formulas as people write them (Python and SymPy spelling) to expressions.  Nothing is evaluated.

Precedence climbing, with the calls of the grammar run as generators on an explicit stack, so that deep
nesting cannot exhaust Python's recursion limit.  From loosest to tightest:

    or |    and &    not    < <= > >= (chained)    + -    * /    unary - +    ^ ** (to the right)
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Generator, Mapping
from typing import Final, TypeAlias

from invexproof.expressions import terms
from invexproof.expressions.operations import ExpressionError, check_name
from invexproof.expressions.terms import Expression
from invexproof.expressions.tokens import ParseError, Token, exact_number, tokenize
from invexproof.expressions.vocabulary import CONSTANTS, FUNCTIONS, PIECEWISE, RESERVED

__all__ = ["ParseError", "parse"]

MAX_NESTING: Final = 20_000
"""Deepest nesting of operations and parentheses that is read."""

# Left and right binding powers.  A right operand is read with the right power as its threshold.
_POWER: Final = 17
_UNARY: Final = 15
_COMPARISON: Final = 9
_BINARY: Final[Mapping[str, tuple[int, int, Callable[[Expression, Expression], Expression]]]] = {
    "or": (3, 4, terms.disj),
    "and": (5, 6, terms.conj),
    "+": (11, 12, lambda u, v: u + v),
    "-": (11, 12, lambda u, v: u - v),
    "*": (13, 14, lambda u, v: u * v),
    "/": (13, 14, lambda u, v: u / v),
    "^": (_POWER, _UNARY, terms.general_power),  # -1 binds looser, yet 2^-x needs no parentheses
}


def _unsigned(u: Expression) -> Expression:
    if u.is_condition:
        raise ExpressionError("+ must be followed by a number, not a condition")
    return u


_PREFIX: Final[Mapping[str, tuple[int, Callable[[Expression], Expression]]]] = {
    "-": (_UNARY, lambda u: -u),
    "+": (_UNARY, _unsigned),
    "~": (_UNARY, terms.negation),
    "not": (7, terms.negation),
}
_COMPARISONS: Final[Mapping[str, Callable[[Expression, Expression], Expression]]] = {
    "<": terms.less,
    "<=": terms.less_equal,
    ">": lambda u, v: terms.less(v, u),
    ">=": lambda u, v: terms.less_equal(v, u),
}
_SYNONYMS: Final = {"**": "^", "&": "and", "|": "or"}
_HINTS: Final = {
    "==": "equality is not a condition here; conditions are built from <, <=, >, >=, and, or, not",
    "=": "equality is not a condition here; give the right-hand side only, conditions with <, <=, >, >=",
    "!=": "inequality is not a condition here; conditions are built from <, <=, >, >=, and, or, not",
    "//": "whole-number division is not part of the language; did you mean / ?",
    "%": "the remainder % is not part of the language",
    "@": "@ is not part of the language; multiplication is written *",
    "[": "use round parentheses",
    "{": "use round parentheses",
}

_Step: TypeAlias = Generator["_Step", Expression, Expression]


def parse(text: str, parameters: Collection[str] = ()) -> Expression:
    """Read a formula in ``x`` and the named parameters; decimals are exact rationals.

    Raises :class:`ParseError`, whose ``column`` (1-based) and caret picture say where; and ExpressionError if
    a parameter has a name that the language reserves or that no variable can have.
    """
    for name in parameters:
        if check_name(name) in RESERVED:
            raise ExpressionError(f"a parameter cannot be called {name!r}: formulas give it a meaning")
    return _Parser(text, frozenset(parameters) | {"x"}).read()


class _Parser:
    def __init__(self, text: str, variables: frozenset[str]) -> None:
        self.text = text
        self.variables = variables
        self.tokens = list(tokenize(text))
        self.position = 0
        # Innermost last: does a bar close |u| here, rather than mean `or`?
        self.bars: list[bool] = [False]

    def read(self) -> Expression:
        """Run the grammar's generators: a yielded generator is a call, its result is sent back."""
        stack: list[_Step] = [self.expression(0)]
        result: Expression | None = None
        while stack:
            if len(stack) > MAX_NESTING:
                raise self.error(f"nested more than {MAX_NESTING} levels deep")
            try:
                called = stack[-1].send(result) if result is not None else next(stack[-1])
                stack.append(called)
                result = None
            except StopIteration as finished:
                stack.pop()
                result = finished.value
        if self.token.kind != "end":
            raise self.unexpected()
        if result is None:
            raise self.error("there is no formula")
        return result

    # -- grammar ---------------------------------------------------------------------------------------------

    def expression(self, threshold: int) -> _Step:
        """An operand and the operators after it that bind at least as tightly as the threshold."""
        left = yield self.operand()
        while True:
            operator = self.operator()
            column = self.token.column
            if operator in _BINARY and _BINARY[operator][0] >= threshold:
                self.advance()
                right = yield self.expression(_BINARY[operator][1])
                left = self.combine(column, _BINARY[operator][2], left, right)
            elif operator in _COMPARISONS and threshold <= _COMPARISON:
                left = yield self.comparisons(left)
            else:
                return left

    def comparisons(self, left: Expression) -> _Step:
        """The rest of a chain a < b <= c, which means (a < b) and (b <= c)."""
        chain: Expression | None = None
        while (operator := self.operator()) in _COMPARISONS:
            column = self.token.column
            self.advance()
            right = yield self.expression(_COMPARISON + 1)
            link = self.combine(column, _COMPARISONS[operator], left, right)
            chain = link if chain is None else terms.conj(chain, link)
            left = right
        if chain is None:
            raise self.unexpected()
        return chain

    def operand(self) -> _Step:
        """A number, name, call, parenthesis, |u|, or prefix operator with its operand."""
        token = self.token
        if token.text == "|":
            return (yield self.absolute_value())
        if (prefix := _SYNONYMS.get(token.text, token.text)) in _PREFIX:
            self.advance()
            threshold, builder = _PREFIX[prefix]
            return self.combine(token.column, builder, (yield self.expression(threshold)))
        if token.kind == "number":
            self.advance()
            return self.combine(token.column, lambda: terms.rational(exact_number(token, self.text)))
        if token.kind == "name":
            return (yield self.named())
        if token.text == "(":
            inner = yield self.bracketed()
            if self.token.text == ",":
                raise self.error("a comma has no meaning here; only piecewise takes (value, condition)")
            self.expect(")")
            self.bars.pop()
            return inner
        raise self.unexpected()

    def bracketed(self) -> _Step:
        """An opening parenthesis and the expression after it."""
        self.expect("(")
        self.bars.append(False)
        return (yield self.expression(0))

    def absolute_value(self) -> _Step:
        column = self.token.column
        self.advance()
        self.bars.append(True)
        inner = yield self.expression(0)
        if self.token.text != "|":
            raise self.error(f"the | at column {column} is not closed")
        self.advance()
        self.bars.pop()
        return self.combine(column, terms.absolute, inner)

    def named(self) -> _Step:
        token = self.token
        self.advance()
        called = self.token.text == "("
        if token.text in PIECEWISE and called:
            return (yield self.branches(token))
        if token.text in FUNCTIONS:
            if not called:
                raise self.error(f"the function {token.text} needs its arguments: {token.text}(...)", token)
            return (yield self.call(token))
        value = CONSTANTS.get(token.text)
        if value is None and token.text in self.variables:
            value = terms.var(token.text)
        if value is None:
            raise self.unknown(token, called)
        return value

    def call(self, name: Token) -> _Step:
        builder, least, most = FUNCTIONS[name.text]
        self.expect("(")
        self.bars.append(False)
        arguments: list[Expression] = []
        while self.token.text != ")":
            arguments.append((yield self.expression(0)))
            if self.token.text != ")":
                self.expect(",")
        self.advance()
        self.bars.pop()
        if len(arguments) < least or (most is not None and len(arguments) > most):
            wanted = f"{least}" if most == least else f"at least {least}"
            plural = "s" if wanted != "1" else ""
            raise self.error(f"{name.text} takes {wanted} argument{plural}, {len(arguments)} given", name)
        return self.combine(name.column, builder, *arguments)

    def branches(self, name: Token) -> _Step:
        """piecewise((value, condition), ..., (value, true))."""
        self.expect("(")
        self.bars.append(False)
        pairs: list[tuple[Expression, Expression]] = []
        while self.token.text == "(":
            column = self.token.column
            value = yield self.bracketed()
            if self.token.text != ",":
                raise self.error("each branch of piecewise is a pair: (value, condition)")
            self.advance()
            condition = yield self.expression(0)
            self.expect(")")
            self.bars.pop()
            pairs.append((condition, value))
            self.combine(column, lambda: terms.piecewise(pairs[-1:]))
            if self.token.text != ",":
                break
            self.advance()
        if not pairs:
            raise self.error("piecewise takes pairs: piecewise((value, condition), ..., (value, true))")
        self.expect(")")
        self.bars.pop()
        return self.combine(name.column, terms.piecewise, pairs)

    # -- tokens ----------------------------------------------------------------------------------------------

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    def advance(self) -> None:
        self.position += 1

    def expect(self, symbol: str) -> None:
        if self.token.text != symbol:
            if self.token.kind == "end":
                raise self.error(f"{symbol!r} is missing at the end")
            raise self.unexpected(f"; expected {symbol!r}")
        self.advance()

    def operator(self) -> str:
        """The current token as an operator; a bar that closes |u| is none."""
        text = self.token.text
        return "" if text == "|" and self.bars[-1] else _SYNONYMS.get(text, text)

    # -- building and errors ---------------------------------------------------------------------------------

    def combine(self, column: int, builder: Callable[..., Expression], *parts: object) -> Expression:
        """Build, turning an error of the builder into one that points at the operator or function."""
        try:
            return builder(*parts)
        except ExpressionError as error:
            raise ParseError(str(error), self.text, column) from None

    def error(self, message: str, token: Token | None = None) -> ParseError:
        return ParseError(message, self.text, (token or self.token).column)

    def unexpected(self, hint: str = "") -> ParseError:
        """The error for a token that cannot stand here."""
        token, previous = self.token, self.tokens[self.position - 1] if self.position else None
        if token.text in _HINTS:
            return self.error(_HINTS[token.text])
        if token.kind == "end":
            if previous is None:
                return self.error("there is no formula")
            return self.error(f"the formula ends after {previous.text!r:.40}; an operand is missing")
        if previous is not None and previous.text in self.variables and token.text == "(":
            return self.error(f"{previous.text} is not a function; write {previous.text}*(...) for a product")
        if previous is not None and (token.kind in ("number", "name") or token.text == "("):
            return self.error(
                f"an operator is missing between {previous.text!r:.40} and {token.text!r:.40}; "
                "products need a multiplication sign, as in 2*x"
            )
        if token.text == ")" and len(self.bars) == 1:
            return self.error("this ')' closes nothing")
        return self.error(f"unexpected {token.text!r:.40}{hint}")

    def unknown(self, token: Token, called: bool) -> ParseError:
        """The error for a name without a meaning: near names, and what there is."""
        names = [*FUNCTIONS, *PIECEWISE] if called else [*sorted(self.variables), *CONSTANTS]
        near = difflib.get_close_matches(token.text, [*names, *FUNCTIONS], n=1, cutoff=0.6)
        suggestion = f"; did you mean {near[0]}?" if near else ""
        parameters = ", ".join(sorted(self.variables - {"x"}))
        if called:
            return self.error(f"unknown function {token.text!r:.40}{suggestion}", token)
        known = f"the variable is x, the parameters are {parameters}" if parameters else "the variable is x"
        return self.error(f"unknown name {token.text!r:.40}{suggestion} ({known})", token)
