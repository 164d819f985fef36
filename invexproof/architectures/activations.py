"""Activations by name or formula, as nodes: one operator where there is one, else the formula term by term."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from fractions import Fraction
from functools import cache
from typing import Any, Final

import mpmath

from invexproof.activations import resolve
from invexproof.architectures.builder import Builder, Given
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.graph import Argument
from invexproof.expressions import terms
from invexproof.expressions.breakpoints import DIGITS, Breakpoint
from invexproof.expressions.evaluation import mpmath_value
from invexproof.expressions.piecewise import PiecewiseError, PiecewiseForm, normal_form
from invexproof.expressions.printing import to_text
from invexproof.expressions.terms import TRUE, Expression, postorder

Constants = MutableMapping[Expression, int]
"""Inputs that stand for irrational constants; share it between the activations of a graph."""

SCALE: Final = 10**30
"""Irrational constants are known to be between neighbouring multiples of one over this."""

OPERATORS: Final[Mapping[str, tuple[str, Mapping[str, Given]]]] = {
    "ReLU": ("relu", {}),
    "LeakyReLU": ("leaky_relu", {}),
    "ELU": ("elu", {}),
    "CELU": ("celu", {}),
    "GELU": ("gelu", {}),
    "GELU(tanh)": ("gelu", {"approximate": True}),
    "SiLU": ("silu", {}),
    "Mish": ("mish", {}),
    "Softplus": ("softplus", {"threshold": None}),
    "Softshrink": ("soft_shrink", {}),
    "Hardshrink": ("hard_shrink", {}),
    "Softsign": ("softsign", {}),
    "Tanhshrink": ("tanhshrink", {}),
    "LogSigmoid": ("log_sigmoid", {}),
    "Hardtanh": ("hard_tanh", {}),
    "Hardsigmoid": ("hard_sigmoid", {}),
    "Hardswish": ("hard_swish", {}),
}
"""Activations of the catalogue that are one operator, however they are named (``torch.nn.ReLU``, ``max(x, 0)``)."""

TERMS: Final[Mapping[str, str]] = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "div": "divide",
    "neg": "negate",
    "abs": "absolute",
    "min": "minimum",
    "max": "maximum",
    "lt": "less",
    "le": "less_equal",
} | {
    op: op
    for op in (
        "exp", "log", "sqrt", "sin", "cos", "tan", "atan", "asinh", "sinh", "cosh", "tanh", "sigmoid", "erf", "sign",
        "and", "or", "not",
    )
}  # fmt: skip
"""Operations of formulas, and the operators that they are."""

POWERS: Final[Mapping[Fraction, str]] = {
    Fraction(2): "square",
    Fraction(-1): "reciprocal",
    Fraction(1, 2): "sqrt",
}


def activate(b: Builder, x: int, text: str, constants: Constants | None = None) -> int:
    """An activation of every entry: a name of the catalogue, of a library, or a formula in x.

    Raises ArchitectureError, and what :func:`invexproof.activations.resolve` raises.
    """
    expression = resolve(text).expression
    found = _operators().get(expression)
    if found is not None:
        return b.node(found[0], x, **found[1])
    if expression.is_condition or "x" not in expression.variables:
        raise ArchitectureError(f"{text:.80} is no function of x, so it is no activation")
    return lower(b, x, expression, {} if constants is None else constants)


def lower(b: Builder, x: int, e: Expression, constants: Constants) -> int:
    """A function of x, applied to every entry.  Irrational constants become inputs with narrow ranges.

    A continuous function that is given piece by piece is written without comparisons, since a choice between branches
    would look discontinuous: the sum of its pieces p_k, each at x cut off at its ends, less the values p_k(c_k) where
    they begin.
    """
    if any(node.op in ("piecewise", "sign") for node in postorder(e)):
        form = _continuous_form(e)
        if form is not None:
            return _sum_of_pieces(b, x, form, constants)
    result = _Lowering(b, x, constants).argument(e)
    if not isinstance(result, int):
        raise ArchitectureError(f"{to_text(e, 80)} is constant")
    return result


@cache
def _operators() -> Mapping[Expression, tuple[str, Mapping[str, Given]]]:
    return {resolve(name).expression: found for name, found in OPERATORS.items()}


class _Lowering:
    """The terms of a formula as arguments of nodes; shared terms are lowered once."""

    def __init__(self, b: Builder, x: int, constants: Constants) -> None:
        self.b = b
        self.constants = constants
        self.known: dict[Expression, Argument] = {terms.var("x"): x}

    def argument(self, e: Expression) -> Argument:
        """The value of a term, or the literal that it is."""
        for node in postorder(e):
            if node not in self.known:
                self.known[node] = self.term(node) if node.variables else self.constant(node)
        return self.known[e]

    def term(self, e: Expression) -> int:
        arguments = [self.known[a] for a in e.args]
        if e.op == "piecewise":
            return self.choice(e, arguments)
        if e.op == "softplus":
            return self.b.node("softplus", *arguments, threshold=None)
        if e.op == "pow":
            short = POWERS.get(e.value)
            return (
                self.b.node(short, *arguments)
                if short
                else self.b.node("power_of", *arguments, exponent=e.value)
            )
        return self.b.node(TERMS[e.op], *arguments)

    def choice(self, e: Expression, arguments: list[Argument]) -> int:
        if e.args[-2] is not TRUE:
            raise ArchitectureError(
                f"{to_text(e, 80)} is not defined where no condition holds; end it with (..., otherwise)"
            )
        result = arguments[-1]
        for k in range(len(arguments) - 4, -1, -2):
            result = self.b.node("where", arguments[k], arguments[k + 1], result)
        if not isinstance(result, int):
            raise ArchitectureError(f"{to_text(e, 80)} has one branch only")
        return result

    def constant(self, e: Expression) -> Argument:
        """A rational as a literal; of another constant, an input.  Truth values have no use of their own."""
        if e.is_condition:
            return None
        if e.op == "rat":
            return e.value
        if e not in self.constants:
            self.constants[e] = _enclosed(self.b, to_text(e, 40), mpmath_value(e, {}, DIGITS))
        return self.constants[e]


def _enclosed(b: Builder, name: str, value: Any) -> int:
    with mpmath.workdps(DIGITS):
        below = int(mpmath.floor(value * SCALE))
    return b.constant(f"constant:{name}", [], low=Fraction(below, SCALE), high=Fraction(below + 1, SCALE))


# -- continuous functions that are given piece by piece ------------------------------------------------------


def _continuous_form(e: Expression) -> PiecewiseForm | None:
    """The pieces, if they are finitely many, have values at their ends, and fit together (to many digits)."""
    try:
        form = normal_form(e)
    except PiecewiseError:
        return None
    fits = all(
        side.exact_value is not None and _near(side.value, j.value)
        for j in form.junctions
        for side in (j.left, j.right)
    )
    return form if fits and not form.infinite else None


def _near(left: Any, right: Any) -> bool:
    if left is None or right is None or not mpmath.isfinite(left) or not mpmath.isfinite(right):
        return False
    return bool(abs(left - right) <= mpmath.mpf(10) ** (10 - DIGITS) * max(1, abs(right)))


def _sum_of_pieces(b: Builder, x: int, form: PiecewiseForm, constants: Constants) -> int:
    ends: list[Breakpoint | None] = [None, *form.breakpoints, None]
    offset: Expression = terms.rational(0)
    parts: list[Argument] = []
    for piece, low, high in zip(form.pieces, ends, ends[1:], strict=False):
        if not piece.variables:
            offset = offset + piece if low is None else offset
            continue
        lowering = _Lowering(b, x, constants)
        inside = _cut(b, _cut(b, x, low, "maximum", lowering), high, "minimum", lowering)
        parts.append(_Lowering(b, inside, constants).argument(piece))
        if low is not None:
            offset = offset - _value_at(piece, low)
    if offset != terms.rational(0):
        parts.append(_Lowering(b, x, constants).constant(offset))
    total, *rest = parts
    for part in rest:
        total = b.node("add", total, part)
    if not isinstance(total, int):
        raise ArchitectureError(f"{to_text(form.source, 80)} is constant")
    return total


def _cut(b: Builder, x: int, end: Breakpoint | None, op: str, lowering: _Lowering) -> int:
    if end is None:
        return x
    return b.node(op, x, lowering.constant(_exact_point(end)))


def _exact_point(point: Breakpoint) -> Expression:
    if point.expression is None:
        raise ArchitectureError(f"the pieces meet at {point}, which has no formula")
    return point.expression


def _value_at(piece: Expression, point: Breakpoint) -> Expression:
    return piece.substitute({"x": _exact_point(point)})
