"""Run as a script in a subprocess: answers SMT-LIB 2 text on standard input with dReal's Python binding.

The binding reads no SMT-LIB itself, so this interprets the subset that the dreal dialect is printed in, and
prints what dReal's executable would print. It stands alone: it imports nothing but the binding.
"""

from __future__ import annotations

import functools
import operator
import re
import sys
from collections.abc import Callable
from typing import Any

TOKEN = re.compile(r";[^\n]*|[()]|[^\s();]+")
BINDING_NAMES = {
    "exp": "exp", "log": "log", "sin": "sin", "cos": "cos", "tan": "tan", "atan": "atan", "sinh": "sinh",
    "cosh": "cosh", "tanh": "tanh", "sqrt": "sqrt", "abs": "abs", "min": "Min", "max": "Max", "^": "pow",
    "and": "And", "or": "Or", "not": "Not", "ite": "if_then_else",
}  # fmt: skip
COMPARISONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
ARITHMETIC = {"+": operator.add, "*": operator.mul, "/": operator.truediv}


def commands(text: str) -> list[Any]:
    """The S-expressions of a script, as nested lists of strings."""
    stack: list[list[Any]] = [[]]
    for token in TOKEN.findall(text):
        if token.startswith(";"):
            continue
        if token == "(":
            stack.append([])
        elif token == ")":
            done = stack.pop()
            stack[-1].append(done)
        else:
            stack[-1].append(token)
    return stack[0]


class Interpreter:
    """Builds the binding's formulas from commands."""

    def __init__(self, binding: Any) -> None:
        self.binding = binding
        self.names: dict[str, Any] = {"true": binding.And(), "false": binding.Or()}
        self.assertions: list[Any] = []
        self.precision = 0.001

    def run(self, script: list[Any]) -> None:
        for command in script:
            match command:
                case ["declare-fun", name, [], _]:
                    self.names[name] = self.binding.Variable(name)
                case ["define-fun", name, [], _, body]:
                    self.names[name] = self.term(body)
                case ["assert", body]:
                    self.assertions.append(self.term(body))
                case ["set-option", ":precision", value]:
                    self.precision = float(value)

    def term(self, body: Any) -> Any:
        if isinstance(body, str):
            return self.names[body] if body in self.names else self.binding.Expression(float(body))
        op, *rest = body
        arguments = [self.term(part) for part in rest]
        if op == "-":
            return -arguments[0] if len(arguments) == 1 else functools.reduce(operator.sub, arguments)
        if op in ARITHMETIC:
            return functools.reduce(ARITHMETIC[op], arguments)
        if op in COMPARISONS:
            return COMPARISONS[op](*arguments)
        if op == "=":
            return self.equal(*arguments)
        function: Callable[..., Any] = getattr(self.binding, BINDING_NAMES[op])
        return function(*arguments)

    def equal(self, a: Any, b: Any) -> Any:
        """Equality of numbers, equivalence of formulas."""
        binding = self.binding
        if isinstance(a, binding.Formula):
            return binding.Or(binding.And(a, b), binding.And(binding.Not(a), binding.Not(b)))
        return a == b

    def solve(self) -> Any:
        return self.binding.CheckSatisfiability(self.binding.And(*self.assertions), self.precision)


def main() -> None:
    import dreal

    interpreter = Interpreter(dreal)
    interpreter.run(commands(sys.stdin.read()))
    model = interpreter.solve()
    if model is None:
        print("unsat")
    else:
        print(f"delta-sat with delta = {interpreter.precision}")
        print(model)


if __name__ == "__main__":
    main()
