"""Parameters of activations: exact values, admissible domains, and writing values into a formula."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, TypeAlias

from mpmath import mpf

from invexproof.activations.errors import ActivationArgumentError, CatalogueError
from invexproof.errors import InvexproofError
from invexproof.expressions.evaluation import mpmath_value
from invexproof.expressions.parser import parse
from invexproof.expressions.printing import to_text
from invexproof.expressions.terms import Expression, build, postorder, rational

_NAME: Final = re.compile(r"[^\W\d]\w*")
_DIGITS: Final = 60
_SEPARATION: Final = mpf(10) ** -40
_POLYNOMIAL: Final = frozenset(("var", "rat", "add", "sub", "mul", "neg"))
_BOUNDS: Final = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}


def constant(text: str, what: str) -> Expression:
    """The exact constant that a text such as ``1/2``, ``0.2``, ``1e-2`` or ``sqrt(2)`` denotes.

    ``what`` names it in the message of the :class:`ActivationArgumentError` that anything else raises.
    """
    try:
        value = parse(text)
    except InvexproofError as error:
        raise ActivationArgumentError(
            f"{what} is {text!r:.60}, which is not a number; give a rational such as 1/2, a decimal, "
            f"or a constant such as sqrt(2)\n{error}"
        ) from None
    if value.is_condition or value.variables:
        raise ActivationArgumentError(f"{what} is {text!r:.60}; it must be a number, without x")
    if value.op != "rat":
        try:
            mpmath_value(value, {}, dps=_DIGITS)
        except InvexproofError as error:
            raise ActivationArgumentError(f"{what} is {text!r:.60}, which has no value: {error}") from None
    return value


def compare(left: Expression, right: Expression) -> int:
    """Sign of left - right: -1, 0 or 1, exact on rationals, otherwise to 40 digits.

    Raises :class:`ActivationArgumentError` if they are too close to tell.
    """
    if left.op == right.op == "rat":
        return (left.value > right.value) - (left.value < right.value)
    difference = mpmath_value(left - right, {}, dps=_DIGITS)
    if abs(difference) < _SEPARATION:
        raise ActivationArgumentError(
            f"{to_text(left)} and {to_text(right)} are too close to tell apart; give rationals"
        )
    return 1 if difference > 0 else -1


@dataclass(frozen=True)
class Domain:
    """An interval of admissible values; a bound that is None does not exist."""

    gt: Fraction | None = None
    ge: Fraction | None = None
    lt: Fraction | None = None
    le: Fraction | None = None

    @classmethod
    def from_table(cls, table: Mapping[str, str], where: str) -> Domain:
        """From ``{gt = "0"}`` and the like; raises :class:`CatalogueError`."""
        unknown = set(table) - set(_BOUNDS)
        if unknown or {"gt", "ge"} <= set(table) or {"lt", "le"} <= set(table):
            raise CatalogueError(f"{where}: a domain has at most one of gt, ge and one of lt, le")
        try:
            return cls(**{bound: Fraction(text) for bound, text in table.items()})
        except ValueError:
            raise CatalogueError(f"{where}: a bound is not a rational") from None

    def bounds(self) -> tuple[tuple[str, Fraction], ...]:
        """The bounds that exist, as (relation, value): ``(("gt", 0),)``."""
        found = ((relation, getattr(self, relation)) for relation in _BOUNDS)
        return tuple((relation, bound) for relation, bound in found if bound is not None)

    def contains(self, value: Expression) -> bool:
        """Whether a constant is admissible."""
        wanted = {"gt": (1,), "ge": (0, 1), "lt": (-1,), "le": (-1, 0)}
        return all(compare(value, rational(bound)) in wanted[relation] for relation, bound in self.bounds())

    def describe(self, name: str) -> str:
        """For messages: ``beta > 0``, ``a > 0 and a <= 1``, ``t any real``."""
        parts = [f"{name} {_BOUNDS[relation]} {bound}" for relation, bound in self.bounds()]
        return " and ".join(parts) or f"{name} any real"

    def conditions(self, parameter: Expression) -> tuple[Expression, ...]:
        """The bounds as conditions on an expression."""
        build_condition = {
            "gt": lambda u, b: b < u,
            "ge": lambda u, b: b <= u,
            "lt": lambda u, b: u < b,
            "le": lambda u, b: u <= b,
        }
        return tuple(build_condition[relation](parameter, rational(b)) for relation, b in self.bounds())


@dataclass(frozen=True)
class Parameter:
    """A parameter of an activation: its name, its default as exact text, its admissible values."""

    name: str
    default: str
    domain: Domain


@dataclass(frozen=True)
class Constraint:
    """An order between two parameters: ``min_val <= max_val``."""

    left: str
    relation: str
    right: str

    @classmethod
    def from_text(cls, text: str, names: Sequence[str], where: str) -> Constraint:
        """From ``"min_val <= max_val"``; raises :class:`CatalogueError`."""
        parts = text.split()
        if len(parts) != 3 or parts[1] not in ("<", "<=") or not {parts[0], parts[2]} <= set(names):
            raise CatalogueError(f'{where}: {text!r} is not of the form "parameter <= parameter"')
        return cls(*parts)

    def __str__(self) -> str:
        return f"{self.left} {self.relation} {self.right}"

    def holds(self, values: Mapping[str, Expression]) -> bool:
        """Whether the constants at the parameters' names satisfy it."""
        return compare(values[self.left], values[self.right]) <= (0 if self.relation == "<=" else -1)

    def condition(self, parameters: Mapping[str, Expression]) -> Expression:
        """The constraint as a condition on expressions."""
        left, right = parameters[self.left], parameters[self.right]
        return left <= right if self.relation == "<=" else left < right


def instantiate(formula: str, values: Mapping[str, str], free: Sequence[str] = ()) -> Expression:
    """The formula with values written in the parameters' places, tidied (:func:`tidied`).

    The parameters named in ``free`` stay variables.

    Writing the text in, rather than substituting terms, makes ``u^alpha`` at alpha = 2 the power u^2, which
    is defined for every u, and not exp(2*log(u)).
    """
    written = _NAME.sub(lambda match: f"({values[match[0]]})" if match[0] in values else match[0], formula)
    return tidied(parse(written, free))


def tidied(expression: Expression) -> Expression:
    """The expression without the traces of written-in values: 1*u, u/1, u^1, u+0, u-(-1), u/(1/2), -1*u, 0*x.

    Each replacement is defined exactly where the original is; so 0*u becomes 0 for polynomials u only.
    """
    done: dict[Expression, Expression] = {}
    for node in postorder(expression):
        args = tuple(done[argument] for argument in node.args)
        tidy = _TIDY.get(node.op, _as_it_is)(args)
        if node.op == "pow" and node.value == 1:
            tidy = args[0]
        done[node] = build(node.op, args, node.payload) if tidy is None else tidy
    return done[expression]


_Arguments: TypeAlias = tuple[Expression, ...]


def _as_it_is(args: _Arguments) -> Expression | None:
    return None


def _tidy_sum(args: _Arguments) -> Expression | None:
    left, right = args
    if _rational(left) == 0:
        return right
    constant_part = _rational(right)
    if constant_part is None or constant_part > 0:
        return None
    return left - -constant_part if constant_part else left


def _tidy_difference(args: _Arguments) -> Expression | None:
    left, right = args
    constant_part = _rational(right)
    if constant_part is None or constant_part > 0:
        return None
    return left + -constant_part if constant_part else left


def _tidy_product(args: _Arguments) -> Expression | None:
    for factor, u in (args, args[::-1]):
        match _rational(factor):
            case 1:
                return u
            case -1:
                return -u
            case 0 if _is_polynomial(u):
                return factor
    return None


def _tidy_quotient(args: _Arguments) -> Expression | None:
    u, divisor = args[0], _rational(args[1])
    if divisor == 1:
        return u
    if divisor is not None and divisor.numerator == 1:
        return divisor.denominator * u
    return None


_TIDY: Final[Mapping[str, Callable[[_Arguments], Expression | None]]] = {
    "add": _tidy_sum,
    "sub": _tidy_difference,
    "mul": _tidy_product,
    "div": _tidy_quotient,
}


def _rational(expression: Expression) -> Fraction | None:
    return expression.value if expression.op == "rat" else None


def _is_polynomial(expression: Expression) -> bool:
    """Whether it is defined everywhere because it is built from constants and variables by + - * alone."""
    return all(node.op in _POLYNOMIAL for node in postorder(expression))
