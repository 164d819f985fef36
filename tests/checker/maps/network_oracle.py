"""What a network computes, straight from its JSON subject: values and slopes in fractions or floating point.

Knows nothing of the checker: dual numbers, one operator at a time. Exact as long as only rational operations
occur, otherwise numbers of many digits (at mpmath's working precision). At a kink the slopes are those of one side.
"""

from __future__ import annotations

import base64
import math
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from mpmath import mp, mpf

Json = dict[str, Any]
Number = Fraction | mpf
LARGE = 100
"""Arguments of transcendental functions beyond this are not evaluated: slopes there look like 0."""


class Undefined(Exception):
    """The network has no value at a point."""


class TooLarge(Exception):
    """A slope that could not be told from 0; says nothing."""


class Inexact(Exception):
    """A value that need not be rational."""


@dataclass(frozen=True)
class Dual:
    """A value and its partial derivatives."""

    v: Number
    g: tuple[Number, ...]

    def __add__(self, other: Dual) -> Dual:
        return Dual(self.v + other.v, tuple(a + b for a, b in zip(self.g, other.g, strict=True)))

    def __sub__(self, other: Dual) -> Dual:
        return self + other.times(-1)

    def __mul__(self, other: Dual) -> Dual:
        slopes = (a * other.v + self.v * b for a, b in zip(self.g, other.g, strict=True))
        return Dual(self.v * other.v, tuple(slopes))

    def times(self, factor: Number) -> Dual:
        return Dual(self.v * factor, tuple(a * factor for a in self.g))

    def plus(self, constant: Number) -> Dual:
        return Dual(self.v + constant, self.g)

    def chain(self, value: Number, slope: Number) -> Dual:
        return Dual(value, tuple(a * slope for a in self.g))


def _sigmoid(u: mpf) -> mpf:
    return 1 / (1 + mp.exp(-u)) if u > 0 else mp.exp(u) / (1 + mp.exp(u))


SMOOTH: dict[str, tuple[Callable[[mpf], mpf], Callable[[mpf], mpf]]] = {
    "exp": (mp.exp, mp.exp),
    "sin": (mp.sin, mp.cos),
    "cos": (mp.cos, lambda u: -mp.sin(u)),
    "tan": (mp.tan, lambda u: 1 + mp.tan(u) ** 2),
    "atan": (mp.atan, lambda u: 1 / (1 + u * u)),
    "asinh": (mp.asinh, lambda u: 1 / mp.sqrt(1 + u * u)),
    "sinh": (mp.sinh, mp.cosh),
    "cosh": (mp.cosh, mp.sinh),
    "tanh": (mp.tanh, lambda u: 4 * _sigmoid(2 * u) * _sigmoid(-2 * u)),
    "sigmoid": (_sigmoid, lambda u: _sigmoid(u) * _sigmoid(-u)),
    "softplus": (lambda u: max(u, mpf(0)) + mp.log1p(mp.exp(-abs(u))), _sigmoid),
    "erf": (mp.erf, lambda u: 2 / mp.sqrt(mp.pi) * mp.exp(-u * u)),
}


def inexact(q: Fraction) -> mpf:
    return mpf(q.numerator) / q.denominator


def _real(u: Dual) -> mpf:
    if isinstance(u.v, Fraction):
        raise Inexact
    return u.v


def _power(u: Dual, exponent: Fraction) -> Dual:
    if exponent.denominator == 1:
        n = int(exponent)
        if n == 0:
            return u.times(0).plus(1)
        if n < 0 and u.v == 0:
            raise Undefined
        return u.chain(u.v**n, n * u.v ** (n - 1) if n != 1 else 1)
    if u.v < 0 or (u.v == 0 and exponent < 0):
        raise Undefined
    value, q = _real(u), inexact(exponent)
    if value == 0:
        return u.chain(value, value if exponent > 1 else mp.inf)
    return u.chain(value**q, q * value ** (q - 1))


def _unary(op: str, u: Dual) -> Dual:
    if op == "neg":
        return u.times(-1)
    if op == "abs":
        return u if u.v >= 0 else u.times(-1)
    if op == "sign":
        return u.times(0).plus((u.v > 0) - (u.v < 0))
    if op == "sqrt":
        return _power(u, Fraction(1, 2))
    value = _real(u)
    if op == "log":
        if value <= 0:
            raise Undefined
        return u.chain(mp.log(value), 1 / value)
    if abs(value) > LARGE:
        raise TooLarge
    function, slope = SMOOTH[op]
    return u.chain(function(value), slope(value))


def _binary(op: str, u: Dual, w: Dual) -> Any:
    if op == "div":
        if w.v == 0:
            raise Undefined
        return u * _power(w, Fraction(-1))
    if op in ("min", "max"):
        return u if (u.v >= w.v) is (op == "max") else w
    results: dict[str, Callable[[], Any]] = {
        "add": lambda: u + w,
        "sub": lambda: u - w,
        "mul": lambda: u * w,
        "lt": lambda: u.v < w.v,
        "le": lambda: u.v <= w.v,
    }
    return results[op]()


def apply_table(table: Sequence[Sequence[Any]], variables: dict[str, Dual]) -> list[Any]:
    """The lines of a table of terms; None for one that is undefined."""
    nothing = next(iter(variables.values())).times(0)
    exact = isinstance(nothing.v, Fraction)
    lines: list[Any] = []
    for op, *arguments in table:
        if op == "var":
            lines.append(variables[arguments[0]])
        elif op == "rat":
            value = Fraction(arguments[0])
            lines.append(nothing.plus(value if exact else inexact(value)))
        elif op in ("pi", "e"):
            if exact:
                raise Inexact
            lines.append(nothing.plus(+mp.pi if op == "pi" else +mp.e))
        elif op == "true":
            lines.append(True)
        elif op == "piecewise":
            lines.append(_first([lines[k] for k in arguments]))
        elif op == "pow":
            lines.append(_defined(lambda u, q: _power(u, q), lines[arguments[0]], Fraction(arguments[1])))
        elif op in ("and", "or"):
            u, w = (lines[k] for k in arguments)
            lines.append(None if None in (u, w) else (u and w) if op == "and" else (u or w))
        elif op == "not":
            lines.append(None if lines[arguments[0]] is None else not lines[arguments[0]])
        elif len(arguments) == 1:
            lines.append(_defined(lambda u, op=op: _unary(op, u), lines[arguments[0]]))
        else:
            lines.append(_defined(lambda u, w, op=op: _binary(op, u, w), *(lines[k] for k in arguments)))
    return lines


def _defined(function: Callable[..., Any], *arguments: Any) -> Any:
    if any(a is None for a in arguments):
        return None
    try:
        return function(*arguments)
    except Undefined:
        return None


def _first(pairs: list[Any]) -> Any:
    for condition, value in zip(pairs[::2], pairs[1::2], strict=True):
        if condition is None or condition is True:
            return None if condition is None else value
    return None


def apply(table: Sequence[Sequence[Any]], variables: dict[str, Dual], line: int = -1) -> Dual:
    result = apply_table(table, variables)[line]
    if not isinstance(result, Dual):
        raise Undefined
    return result


def tensor_values(tensor: Json) -> list[Fraction] | None:
    """The entries of a tensor; None if it is free."""
    if "values" in tensor:
        return [Fraction(v) for v in tensor["values"]]
    if "data" in tensor:
        code, size = ("f", 4) if tensor["dtype"] == "F32" else ("d", 8)
        raw = base64.b64decode(tensor["data"])
        return [Fraction(v) for v in struct.unpack(f"<{len(raw) // size}{code}", raw)]
    return None


class Network:
    """A subject, with values for its free tensors."""

    def __init__(self, subject: Json, free: dict[str, list[Fraction]] | None = None) -> None:
        self.nodes = subject["nodes"]
        self.functions = subject.get("functions", [])
        self.loss = subject.get("loss")
        raw = subject.get("tensors", {})
        self.shape = {name: tensor["shape"] for name, tensor in raw.items()}
        self.values = {name: (free or {}).get(name) or tensor_values(t) for name, t in raw.items()}
        self.inputs = math.prod(self.nodes[0][1])
        self.number: Callable[[Fraction], Number] = Fraction

    def free(self) -> list[str]:
        return [name for name, values in self.values.items() if values is None]

    def __call__(self, x: Sequence[Fraction]) -> list[Dual]:
        """The outputs as functions of the inputs.

        Raises:
            Undefined: some node has no value there.
        """
        return self._evaluate(x, self._outputs)

    def total(self, x: Sequence[Fraction]) -> Dual:
        """The loss of the outputs."""
        return self._evaluate(x, lambda start: self._loss(self._outputs(start)))

    def _evaluate(self, x: Sequence[Fraction], function: Callable[[list[Dual]], Any]) -> Any:
        try:
            return function(self._start(x))
        except Inexact:
            self.number = inexact
            return function(self._start(x))

    def _start(self, x: Sequence[Fraction]) -> list[Dual]:
        one, zero = self.number(Fraction(1)), self.number(Fraction(0))
        return [
            Dual(self.number(v), tuple(one if i == j else zero for j in range(len(x))))
            for i, v in enumerate(x)
        ]

    def weights(self, name: str) -> list[Number]:
        return [self.number(v) for v in self.values[name] or []]

    def _outputs(self, start: list[Dual]) -> list[Dual]:
        nodes: list[tuple[list[int], list[Dual]]] = []
        for op, *arguments in self.nodes:
            nodes.append(OPERATORS[op](self, nodes, start, arguments))
        return nodes[-1][1]

    def _loss(self, outputs: list[Dual]) -> Dual:
        kind, items = self.loss
        if kind == "separable":
            return _sum([apply(self.functions[f], {"x": y}) for f, y in zip(items, outputs, strict=True)])
        top = max(_real(y) for y in outputs)
        powers = _sum([y.chain(mp.exp(_real(y) - top), mp.exp(_real(y) - top)) for y in outputs])
        linear = _sum([y.times(-inexact(Fraction(q))) for y, q in zip(outputs, items, strict=True)])
        return linear + powers.chain(mp.log(powers.v) + top, 1 / powers.v)


Nodes = list[tuple[list[int], list[Dual]]]
Node = tuple[list[int], list[Dual]]


def _linear(net: Network, nodes: Nodes, _: Any, a: Any) -> Node:
    shape, entries = nodes[a[0]]
    rows, columns = net.shape[a[1]]
    weight, bias = net.weights(a[1]), None if a[2] is None else net.weights(a[2])
    result = []
    for r in range(0, len(entries), columns):
        for i in range(rows):
            total = entries[r].times(weight[i * columns])
            for j in range(1, columns):
                total = total + entries[r + j].times(weight[i * columns + j])
            result.append(total if bias is None else total.plus(bias[i]))
    return [*shape[:-1], rows], result


def _pointwise(net: Network, nodes: Nodes, _: Any, a: Any) -> Node:
    shape, entries = nodes[a[0]]
    listed = a[1] if isinstance(a[1], list) else [a[1]] * len(entries)
    return shape, [apply(net.functions[f], {"x": u}) for f, u in zip(listed, entries, strict=True)]


def _gather(net: Network, nodes: Nodes, start: list[Dual], a: Any) -> Node:
    joined = [u for i in a[0] for u in nodes[i][1]]
    nothing = start[0].times(0)
    return a[2], [joined[k] if k >= 0 else nothing for k in a[1]]


def _max(net: Network, nodes: Nodes, _: Any, a: Any) -> Node:
    shape, entries = nodes[a[0]]
    width = shape[-1]
    groups = [entries[r : r + width] for r in range(0, len(entries), width)]
    return shape[:-1] or [1], [max(group, key=lambda u: u.v) for group in groups]


def _layernorm(net: Network, nodes: Nodes, _: Any, a: Any) -> Node:
    shape, entries = nodes[a[0]]
    d, result = shape[-1], []
    for r in range(0, len(entries), d):
        row = entries[r : r + d]
        share = net.number(Fraction(1, d))
        mean = _sum(row).times(share)
        centred = [u - mean for u in row]
        variance = _sum([u * u for u in centred]).times(share)
        scale = _power(variance.plus(net.number(Fraction(a[3]))), Fraction(-1, 2))
        for j, u in enumerate(centred):
            y = u * scale
            if a[1] is not None:
                y = y.times(net.weights(a[1])[j])
            result.append(y if a[2] is None else y.plus(net.weights(a[2])[j]))
    return shape, result


def _sum(duals: list[Dual]) -> Dual:
    total = duals[0]
    for u in duals[1:]:
        total = total + u
    return total


def _attention(net: Network, nodes: Nodes, _: Any, a: Any) -> Node:
    if net.number is Fraction:
        raise Inexact
    (queries, d), (keys, _d) = nodes[a[0]][0], nodes[a[1]][0]
    q, k, v = (nodes[i][1] for i in a[:3])
    heads, causal = a[3:]
    width = d // heads
    scale = 1 / mp.sqrt(width)
    result: list[Dual] = [q[0]] * (queries * d)
    for h in range(heads):
        for t in range(queries):
            seen = range(t + 1) if causal else range(keys)
            at = h * width
            scores = [
                _sum([q[t * d + at + e] * k[s * d + at + e] for e in range(width)]).times(scale) for s in seen
            ]
            top = max(_real(u) for u in scores)
            if min(_real(u) for u in scores) < top - LARGE:
                raise TooLarge
            powers = [u.chain(mp.exp(_real(u) - top), mp.exp(_real(u) - top)) for u in scores]
            inverse = _power(_sum(powers), Fraction(-1))
            for e in range(width):
                parts = [p * v[s * d + at + e] for p, s in zip(powers, seen, strict=True)]
                result[t * d + at + e] = _sum(parts) * inverse
    return [queries, d], result


def _formulas(net: Network, nodes: Nodes, _: Any, a: Any) -> Node:
    entries = {f"x{k + 1}": u for k, u in enumerate(nodes[a[0]][1])}
    return [len(a[2])], [apply(a[1], entries, line) for line in a[2]]


def _pair(op: str) -> Callable[..., Node]:
    def read(net: Network, nodes: Nodes, _: Any, a: Any) -> Node:
        (shape, left), (_, right) = nodes[a[0]], nodes[a[1]]
        pairs = zip(left, right, strict=True)
        return shape, [u + w if op == "add" else u * w for u, w in pairs]

    return read


OPERATORS: dict[str, Callable[..., Node]] = {
    "input": lambda net, nodes, start, a: (a[0], start),
    "linear": _linear,
    "pointwise": _pointwise,
    "add": _pair("add"),
    "product": _pair("product"),
    "gather": _gather,
    "max": _max,
    "layernorm": _layernorm,
    "attention": _attention,
    "formulas": _formulas,
}
