"""The names that formulas may use, and what each builds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final, NamedTuple

from invexproof.expressions import terms
from invexproof.expressions.terms import PI, TRUE, E, Expression


class Function(NamedTuple):
    """A function of formulas: its builder, least and greatest number of arguments (None: no limit)."""

    builder: Callable[..., Expression]
    least: int = 1
    most: int | None = 1


def _folded(combine: Callable[[Expression, Expression], Expression]) -> Callable[..., Expression]:
    def builder(*args: Expression) -> Expression:
        result = args[0]
        for argument in args[1:]:
            result = combine(result, argument)
        return result

    return builder


def _clip(u: Expression, low: Expression, high: Expression) -> Expression:
    return terms.minimum(terms.maximum(u, low), high)


def _where(condition: Expression, u: Expression, v: Expression) -> Expression:
    return terms.piecewise([(condition, u), (TRUE, v)])


_DIRECT: Final[Mapping[str, tuple[Callable[[Expression], Expression], tuple[str, ...]]]] = {
    "exp": (terms.exp, ()),
    "log": (terms.log, ("ln",)),
    "sqrt": (terms.sqrt, ()),
    "sin": (terms.sin, ()),
    "cos": (terms.cos, ()),
    "tan": (terms.tan, ()),
    "atan": (terms.atan, ("arctan",)),
    "asinh": (terms.asinh, ("arcsinh", "arsinh")),
    "sinh": (terms.sinh, ()),
    "cosh": (terms.cosh, ()),
    "tanh": (terms.tanh, ()),
    "sigmoid": (terms.sigmoid, ("logistic", "expit")),
    "softplus": (terms.softplus, ()),
    "erf": (terms.erf, ()),
    "abs": (terms.absolute, ("Abs", "fabs")),
    "sign": (terms.sign, ("sgn",)),
}

# Each abbreviation is defined exactly where its expansion is.
_ABBREVIATIONS: Final[Mapping[str, Function]] = {
    "relu": Function(lambda u: terms.maximum(u, 0)),
    "log1p": Function(lambda u: terms.log(1 + u)),
    "expm1": Function(lambda u: terms.exp(u) - 1),
    "log2": Function(lambda u: terms.log(u) / terms.log(2)),
    "log10": Function(lambda u: terms.log(u) / terms.log(10)),
    "square": Function(lambda u: terms.power(u, 2)),
    "cbrt": Function(lambda u: terms.sign(u) * terms.power(terms.absolute(u), Fraction(1, 3))),
    "erfc": Function(lambda u: 1 - terms.erf(u)),
    "atanh": Function(lambda u: terms.log((1 + u) / (1 - u)) / 2),
    "sec": Function(lambda u: 1 / terms.cos(u)),
    "csc": Function(lambda u: 1 / terms.sin(u)),
    "sech": Function(lambda u: 1 / terms.cosh(u)),
    "csch": Function(lambda u: 1 / terms.sinh(u)),
    "coth": Function(lambda u: 1 / terms.tanh(u)),
    "pow": Function(terms.general_power, 2, 2),
    "clip": Function(_clip, 3, 3),
    "where": Function(_where, 3, 3),
}

FUNCTIONS: Final[Mapping[str, Function]] = {
    **{name: Function(builder) for op, (builder, aliases) in _DIRECT.items() for name in (op, *aliases)},
    **{name: Function(_folded(terms.minimum), 2, None) for name in ("min", "Min", "minimum")},
    **{name: Function(_folded(terms.maximum), 2, None) for name in ("max", "Max", "maximum")},
    **_ABBREVIATIONS,
    "arctanh": _ABBREVIATIONS["atanh"],
    "artanh": _ABBREVIATIONS["atanh"],
    "clamp": _ABBREVIATIONS["clip"],
}
"""Functions by the names that formulas may use; ``piecewise`` has a syntax of its own."""

PIECEWISE: Final = ("piecewise", "Piecewise")

CONSTANTS: Final[Mapping[str, Expression]] = {
    "pi": PI,
    "e": E,
    "E": E,
    "true": TRUE,
    "True": TRUE,
    "otherwise": TRUE,
    "false": terms.negation(TRUE),
    "False": terms.negation(TRUE),
}

WORDS: Final = ("and", "or", "not")

RESERVED: Final = frozenset((*FUNCTIONS, *PIECEWISE, *CONSTANTS, *WORDS))
"""Names that no parameter can have."""
