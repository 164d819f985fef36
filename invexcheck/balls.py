"""Terms compiled to straight-line programs over Arb balls: the fast path for compact boxes.

Operations with a restricted domain (division, log, roots, tan, negative powers) demand a finite result, so a run that
does not raise has shown every node defined on the whole box. Total operations may return infinite or NaN balls;
these prove nothing, because only ``is True`` of a strict comparison ever accepts.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flint import arb, ctx, fmpq

from invexcheck.errors import Reject
from invexcheck.intervals import Undefined
from invexcheck.terms import Terms


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Arb's working precision, restored afterwards (it is global to the process)."""
    before = ctx.prec
    ctx.prec = bits
    try:
        yield
    finally:
        ctx.prec = before


def _finite(ball: arb) -> arb:
    if ball.is_finite():
        return ball
    raise Undefined("an operation is not defined on all of the box")


def _divide(a: arb, b: arb) -> arb:
    return _finite(a / b)


def _log(a: arb) -> arb:
    return _finite(a.log())


def _sqrt(a: arb) -> arb:
    return _finite(a.sqrt())


def _tan(a: arb) -> arb:
    cosine = a.cos()  # a pole inside the ball makes the cosine's ball contain 0
    if not ((cosine > 0) is True or (cosine < 0) is True):
        raise Undefined("tan may have a pole")
    return _finite(a.tan())


def _sigmoid(a: arb) -> arb:
    return 1 / (1 + (-a).exp())


def _softplus(a: arb) -> arb:
    return a.exp().log1p()


def power_of(exponent: fmpq) -> Callable[[arb], arb]:
    """The power function of a constant exponent, by multiplications only (Arb's own power of [-r, r] is NaN)."""
    n, q = abs(int(exponent.p)), int(exponent.q)
    bits = bin(n)[3:]
    negative = exponent < 0

    def raise_power(a: arb) -> arb:
        base = a if q == 1 else _finite(a.root(q))
        result = base
        for bit in bits:
            result = result * result
            if bit == "1":
                result = result * base
        return _finite(1 / result) if negative else result

    return (lambda a: arb(1)) if n == 0 else raise_power


UNARY: dict[str, Callable[[arb], arb]] = {
    "neg": operator.neg,
    "exp": arb.exp,
    "log": _log,
    "sqrt": _sqrt,
    "sin": arb.sin,
    "cos": arb.cos,
    "tan": _tan,
    "atan": arb.atan,
    "asinh": arb.asinh,
    "sinh": arb.sinh,
    "cosh": arb.cosh,
    "tanh": arb.tanh,
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "erf": arb.erf,
}
BINARY: dict[str, Callable[[arb, arb], arb]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": _divide,
}
CONSTANTS: dict[str, Callable[[], arb]] = {"pi": arb.pi, "e": arb.const_e}


class Program:
    """A straight-line program for some smooth terms of a table, as a function of named balls."""

    def __init__(self, terms: Terms, roots: Sequence[int], names: Sequence[str]) -> None:
        order = terms.reachable(roots)
        slot: dict[int, int] = {}
        self._constants: list[Callable[[], arb]] = []
        self._prepared: dict[int, list[arb]] = {}
        self._code: list[tuple[Any, int, int]] = []
        inputs = {name: k for k, name in enumerate(names)}
        operations = []
        for term in order:
            node = terms.nodes[term]
            if node[0] == "var":
                slot[term] = inputs[node[1]]
            elif node[0] == "rat" or node[0] in CONSTANTS:
                slot[term] = len(inputs) + len(self._constants)
                self._constants.append(CONSTANTS.get(node[0]) or _rational(node[1]))
            else:
                operations.append(term)
        for k, term in enumerate(operations):
            node = terms.nodes[term]
            slot[term] = len(inputs) + len(self._constants) + k
            op = node[0]
            if op in UNARY:
                self._code.append((UNARY[op], slot[node[1]], -1))
            elif op in BINARY:
                self._code.append((BINARY[op], slot[node[1]], slot[node[2]]))
            elif op == "pow":
                self._code.append((power_of(node[2]), slot[node[1]], -1))
            else:
                raise Reject(f"cannot evaluate {op} in ball arithmetic", "term")
        self._outputs = [slot[root] for root in roots]
        self.cost = len(order)

    def __call__(self, *values: arb) -> list[arb]:
        """Enclosures of the roots over the box ``values``.

        Raises:
            Undefined: an operation may leave its domain on the box.
        """
        bits = ctx.prec
        constants = self._prepared.get(bits)
        if constants is None:
            constants = self._prepared[bits] = [make() for make in self._constants]
        registers = [*values, *constants]
        append = registers.append
        try:
            for function, first, second in self._code:
                if second < 0:
                    append(function(registers[first]))
                else:
                    append(function(registers[first], registers[second]))
        except (ValueError, ZeroDivisionError, OverflowError) as error:
            raise Undefined("an operation is not defined on all of the box") from error
        return [registers[k] for k in self._outputs]


def _rational(value: fmpq) -> Callable[[], arb]:
    return lambda: arb(value)
