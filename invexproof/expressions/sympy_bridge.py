"""Expressions to SymPy and back.

SymPy simplifies as it builds (``x/x`` becomes 1), so a way there and back may enlarge the domain: what
returns is a hint, not the same function.  SymPy is imported only when needed, since importing it is slow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache, reduce
from typing import Any, Final

from invexproof.expressions import terms
from invexproof.expressions.operations import ExpressionError
from invexproof.expressions.terms import PI, TRUE, E, Expression, postorder
from invexproof.expressions.vocabulary import FUNCTIONS


@cache
def _sympy_builders() -> Mapping[str, Callable[..., Any]]:
    import sympy

    same = ("exp", "log", "sqrt", "sin", "cos", "tan", "atan", "asinh", "sinh", "cosh", "tanh", "erf", "sign")
    return {
        **{op: getattr(sympy, op) for op in same},
        "pi": lambda: sympy.pi,
        "e": lambda: sympy.E,
        "true": lambda: sympy.true,
        "add": lambda u, v: u + v,
        "sub": lambda u, v: u - v,
        "mul": lambda u, v: u * v,
        "div": lambda u, v: u / v,
        "neg": lambda u: -u,
        "sigmoid": lambda u: 1 / (1 + sympy.exp(-u)),
        "softplus": lambda u: sympy.log(1 + sympy.exp(u)),
        "abs": sympy.Abs,
        "min": sympy.Min,
        "max": sympy.Max,
        "lt": sympy.Lt,
        "le": sympy.Le,
        "and": sympy.And,
        "or": sympy.Or,
        "not": sympy.Not,
        "piecewise": lambda *args: sympy.Piecewise(*zip(args[1::2], args[::2], strict=True), evaluate=False),
    }


def to_sympy(e: Expression) -> Any:
    """The SymPy expression, in real symbols; sigmoid and softplus are written with exp and log."""
    import sympy

    builders = _sympy_builders()
    image: dict[Expression, Any] = {}
    for node in postorder(e):
        args = [image[a] for a in node.args]
        if node.op == "var":
            image[node] = sympy.Symbol(node.name, real=True)
        elif node.op == "rat":
            image[node] = sympy.Rational(node.value.numerator, node.value.denominator)
        elif node.op == "pow":
            image[node] = args[0] ** sympy.Rational(node.value.numerator, node.value.denominator)
        else:
            image[node] = builders[node.op](*args)
    return image[e]


def _sum(*args: Expression) -> Expression:
    return reduce(lambda u, v: u - v.args[0] if v.op == "neg" else u + v, args)


def _product(*args: Expression) -> Expression:
    """SymPy writes u/v as u*v^(-1); this writes it as a division again."""
    if args[0].op == "rat" and args[0].value == -1:
        return -_product(*args[1:])
    above: list[Expression] = []
    below: list[Expression] = []
    for factor in args:
        if factor.op == "pow" and factor.value < 0:
            below.append(_power(factor.args[0], terms.rational(-factor.value)))
        else:
            above.append(factor)
    numerator = reduce(lambda u, v: u * v, above) if above else terms.rational(1)
    return numerator / reduce(lambda u, v: u * v, below) if below else numerator


def _power(u: Expression, v: Expression) -> Expression:
    if v.op == "rat" and v.value in (1, Fraction(1, 2)):
        return u if v.value == 1 else terms.sqrt(u)
    return terms.general_power(u, v)


def _chosen(*args: Expression) -> Expression:
    return terms.piecewise([(branch[1], branch[0]) for branch in zip(args[::2], args[1::2], strict=True)])


_RELATIONS: Final[Mapping[str, Callable[[Expression, Expression], Expression]]] = {
    "StrictLessThan": terms.less,
    "LessThan": terms.less_equal,
    "StrictGreaterThan": lambda u, v: terms.less(v, u),
    "GreaterThan": lambda u, v: terms.less_equal(v, u),
    "Equality": lambda u, v: terms.conj(terms.less_equal(u, v), terms.less_equal(v, u)),
    "Unequality": lambda u, v: terms.disj(terms.less(u, v), terms.less(v, u)),
}

_FROM_SYMPY: Final[Mapping[str, Callable[..., Expression]]] = {
    **{name: function.builder for name, function in FUNCTIONS.items()},
    **_RELATIONS,
    "Add": _sum,
    "Mul": _product,
    "Pow": _power,
    "And": lambda *args: reduce(terms.conj, args),
    "Or": lambda *args: reduce(terms.disj, args),
    "Not": terms.negation,
    "Piecewise": _chosen,
    "Pi": lambda: PI,
    "Exp1": lambda: E,
    "BooleanTrue": lambda: TRUE,
    "BooleanFalse": lambda: terms.negation(TRUE),
}


def from_sympy(s: Any) -> Expression:
    """The expression of a SymPy expression in real arithmetic with exact numbers.

    Floats raise ExpressionError (write a Rational, or use ``sympy.nsimplify``): a binary fraction is hardly
    ever what was meant.  So does all that has no counterpart, and a symbol whose name no variable can have.
    """
    import sympy

    if not isinstance(s, sympy.Basic):
        raise ExpressionError(f"a {type(s).__name__} is not a SymPy expression; text is read by the parser")
    image: dict[Any, Expression] = {}
    stack: list[Any] = [s]
    while stack:
        node = stack[-1]
        if node in image:
            stack.pop()
            continue
        # The branches of a Piecewise are pairs (value, condition), which are no terms here.
        inner = node.args if _is_piecewise(node) else (node,)
        args = [part for branch in inner for part in branch.args]
        missing = [a for a in args if a not in image]
        if missing:
            stack.extend(missing)
        else:
            image[node] = _convert(node, [image[a] for a in args])
    return image[s]


def _is_piecewise(node: Any) -> bool:
    return type(node).__name__ == "Piecewise"


def _convert(node: Any, args: list[Expression]) -> Expression:
    import sympy

    if isinstance(node, sympy.Symbol):
        return terms.var(node.name)
    if isinstance(node, sympy.Rational):
        return terms.rational(Fraction(int(node.p), int(node.q)))
    if isinstance(node, sympy.Float):
        raise ExpressionError(f"{node} is a floating-point number; give a Rational instead")
    builder = _FROM_SYMPY.get(type(node).__name__)
    if builder is None:
        raise ExpressionError(f"SymPy's {type(node).__name__} has no counterpart here: {str(node)[:60]}")
    return builder(*args)
