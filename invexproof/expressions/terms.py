"""Expressions: immutable, shared terms with exact rational constants; their exchange format, term tables.

Equal terms are one object (hash-consing), so equality is identity, building is O(1) an operation, and a
shared subterm is stored once.  Nothing here recurses: expressions may be arbitrarily deep.

The builders fold arithmetic of rational constants and do nothing else: ``x/x`` stays ``x/x``, because every
other simplification may enlarge the domain.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final, NoReturn, TypeAlias

from invexproof.expressions.operations import (
    BOOL,
    CONDITIONS,
    REAL,
    ExpressionError,
    check_name,
    check_rational,
    fold,
    read_rational,
    signature,
)

Operand: TypeAlias = "Expression | int | Fraction"
"""What arithmetic and the builders accept: a number that is exact, or an expression."""


class Expression:
    """A term: an operation ``op``, its arguments ``args`` and, for var, rat and pow, a ``payload``.

    Use the builders of this module (``var("x") + 1``, ``exp(u)``, ``piecewise(...)``), the parser, or
    :meth:`from_table`; do not call the class.
    """

    __slots__ = ("__weakref__", "_nodes", "_variables", "args", "op", "payload")

    op: str
    args: tuple[Expression, ...]
    payload: str | Fraction | None
    _nodes: tuple[tuple[str | int, ...], ...] | None
    _variables: frozenset[str] | None

    def __init__(self) -> None:
        raise TypeError("build expressions with the functions of invexproof.expressions.terms, or parse them")

    # -- structure -------------------------------------------------------------------------------------------

    @property
    def is_condition(self) -> bool:
        """Whether the term is true or false rather than a number."""
        return self.op in CONDITIONS

    @property
    def value(self) -> Fraction:
        """The rational that a ``rat`` node stands for, or the exponent of a ``pow`` node."""
        if not isinstance(self.payload, Fraction):
            raise ExpressionError(f"a {self.op} node has no rational value")
        return self.payload

    @property
    def name(self) -> str:
        """The name of a ``var`` node."""
        if not isinstance(self.payload, str):
            raise ExpressionError(f"a {self.op} node has no name")
        return self.payload

    @property
    def nodes(self) -> tuple[tuple[str | int, ...], ...]:
        """The canonical table as tuples: depth-first post-order from the root, each node once, root last."""
        if self._nodes is None:
            order = postorder(self)
            position = {node: i for i, node in enumerate(order)}
            rows = tuple(_row(node, [position[a] for a in node.args]) for node in order)
            object.__setattr__(self, "_nodes", rows)
            return rows
        return self._nodes

    @property
    def variables(self) -> frozenset[str]:
        """Names of the variables (and parameters) that occur."""
        if self._variables is None:
            names = frozenset(node.name for node in postorder(self) if node.op == "var")
            object.__setattr__(self, "_variables", names)
            return names
        return self._variables

    def to_table(self) -> list[list[str | int]]:
        """The canonical term table (the exchange format), ready for JSON."""
        return [list(row) for row in self.nodes]

    @staticmethod
    def from_table(table: Sequence[Sequence[Any]]) -> Expression:
        """Read a term table; the last row is the root.

        Order and sharing are made canonical, unreachable rows are dropped, and nothing is folded: the result
        means exactly what the table says.  Raises :class:`ExpressionError` naming the offending row.
        """
        if not isinstance(table, Sequence) or isinstance(table, str | bytes) or not table:
            raise ExpressionError('a term table is a non-empty list of rows such as [["var","x"],["exp",0]]')
        built: list[Expression] = []
        for row in table:
            built.append(_read_row(row, built))
        return built[-1]

    def substitute(self, replacements: Mapping[str, Operand]) -> Expression:
        """Replace variables by expressions, simultaneously; constants are folded where something changed."""
        new = {name: _real(u) for name, u in replacements.items()}
        image: dict[Expression, Expression] = {}
        for node in postorder(self):
            if node.op == "var":
                image[node] = new.get(node.name, node)
                continue
            args = tuple(image[a] for a in node.args)
            image[node] = node if args == node.args else build(node.op, args, node.payload)
        return image[self]

    # -- identity --------------------------------------------------------------------------------------------

    def __setattr__(self, attribute: str, value: object) -> NoReturn:
        raise AttributeError("expressions are immutable")

    def __delattr__(self, attribute: str) -> NoReturn:
        raise AttributeError("expressions are immutable")

    def __reduce__(self) -> tuple[Callable[..., Expression], tuple[list[list[str | int]]]]:
        return Expression.from_table, (self.to_table(),)

    def __bool__(self) -> NoReturn:
        raise TypeError("an expression has no truth value; compare with ==, join conditions with & and |")

    def __repr__(self) -> str:
        from invexproof.expressions.printing import to_text  # printing imports this module

        return f"<Expression {to_text(self, limit=200)}>"

    # -- operators -------------------------------------------------------------------------------------------

    def __add__(self, other: Operand) -> Expression:
        return build("add", (self, _real(other)))

    def __radd__(self, other: int | Fraction) -> Expression:
        return build("add", (_real(other), self))

    def __sub__(self, other: Operand) -> Expression:
        return build("sub", (self, _real(other)))

    def __rsub__(self, other: int | Fraction) -> Expression:
        return build("sub", (_real(other), self))

    def __mul__(self, other: Operand) -> Expression:
        return build("mul", (self, _real(other)))

    def __rmul__(self, other: int | Fraction) -> Expression:
        return build("mul", (_real(other), self))

    def __truediv__(self, other: Operand) -> Expression:
        return build("div", (self, _real(other)))

    def __rtruediv__(self, other: int | Fraction) -> Expression:
        return build("div", (_real(other), self))

    def __neg__(self) -> Expression:
        return build("neg", (self,))

    def __pos__(self) -> Expression:
        return self

    def __abs__(self) -> Expression:
        return build("abs", (self,))

    def __pow__(self, exponent: Operand) -> Expression:
        return general_power(self, _real(exponent))

    def __rpow__(self, base: int | Fraction) -> Expression:
        return general_power(_real(base), self)

    def __lt__(self, other: Operand) -> Expression:
        return less(self, other)

    def __le__(self, other: Operand) -> Expression:
        return less_equal(self, other)

    def __gt__(self, other: Operand) -> Expression:
        return less(other, self)

    def __ge__(self, other: Operand) -> Expression:
        return less_equal(other, self)

    def __and__(self, other: Expression) -> Expression:
        return conj(self, other)

    def __or__(self, other: Expression) -> Expression:
        return disj(self, other)

    def __invert__(self) -> Expression:
        return negation(self)


_Key = tuple[str, "str | Fraction | None", tuple[Expression, ...]]
_interned: weakref.WeakValueDictionary[_Key, Expression] = weakref.WeakValueDictionary()
_interning = threading.Lock()


def _intern(op: str, args: tuple[Expression, ...], payload: str | Fraction | None) -> Expression:
    """The one object for this term; `args` are interned already, so hashing the key costs O(arity)."""
    key = (op, payload, args)
    with _interning:
        found = _interned.get(key)
        if found is not None:
            return found
        new: Expression = object.__new__(Expression)
        slots = {"op": op, "args": args, "payload": payload, "_nodes": None, "_variables": None}
        for slot, value in slots.items():
            object.__setattr__(new, slot, value)
        _interned[key] = new
        return new


def postorder(*roots: Expression) -> tuple[Expression, ...]:
    """Every node reachable from the roots, once, arguments before the nodes that use them (depth first)."""
    done: dict[Expression, None] = {}
    stack = [(root, False) for root in reversed(roots)]
    while stack:
        node, expanded = stack.pop()
        if node in done:
            continue
        if expanded or not node.args:
            done[node] = None
            continue
        stack.append((node, True))
        stack.extend((a, False) for a in reversed(node.args) if a not in done)
    return tuple(done)


# -- checking ------------------------------------------------------------------------------------------------


def _check_arguments(op: str, args: tuple[Expression, ...]) -> None:
    sorts = signature(op, len(args)).arguments
    if len(args) != len(sorts):
        raise ExpressionError(f"{op} takes {len(sorts)} argument{'s' * (len(sorts) != 1)}, {len(args)} given")
    for position, (argument, sort) in enumerate(zip(args, sorts, strict=True), 1):
        if (BOOL if argument.op in CONDITIONS else REAL) != sort:
            other = REAL if sort == BOOL else BOOL
            raise ExpressionError(f"argument {position} of {op} must be a {sort}, not a {other}")


def _row(node: Expression, positions: Iterable[int]) -> tuple[str | int, ...]:
    payload = () if node.payload is None else (str(node.payload),)
    return (node.op, *positions, *payload)


def _read_row(row: Any, built: list[Expression]) -> Expression:
    """One row of a term table; `built` are the rows above it."""
    try:
        if not isinstance(row, list | tuple) or not row or not isinstance(row[0], str):
            raise ExpressionError("a row is a list that starts with the name of an operation")
        op, operands = row[0], list(row[1:])
        payload_kind = signature(op, len(operands)).payload
        payload: str | Fraction | None = None
        if payload_kind is not None:
            if not operands:
                raise ExpressionError(f"{op} lacks its {'name' if payload_kind is str else 'rational'}")
            last = operands.pop()
            payload = check_name(last) if payload_kind is str else read_rational(last)
        for index in operands:
            if type(index) is not int or not 0 <= index < len(built):
                raise ExpressionError(f"{index!r:.60} is not the index of an earlier row")
        args = tuple(built[i] for i in operands)
        _check_arguments(op, args)
    except ExpressionError as error:
        raise ExpressionError(f"row {len(built)} of the term table: {error}") from None
    return _intern(op, args, payload)


# -- building ------------------------------------------------------------------------------------------------


def build(op: str, args: tuple[Expression, ...], payload: str | Fraction | None = None) -> Expression:
    """The term ``op(args)``, checked, with rational constants folded."""
    _check_arguments(op, args)
    if args and all(a.op == "rat" for a in args):
        folded = fold(op, [a.value for a in args], payload)
        if folded is not None:
            return _intern("rat", (), folded)
    return _intern(op, args, payload)


def rational(value: int | Fraction | str) -> Expression:
    """An exact constant, from an int, a Fraction or a canonical string (``"-3/2"``).  Floats are refused."""
    if isinstance(value, str):
        return _intern("rat", (), read_rational(value))
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        raise ExpressionError(f'{value!r:.60} is not exact: give an int, a Fraction or a string like "1/10"')
    return _intern("rat", (), check_rational(Fraction(value)))


def _real(u: Operand) -> Expression:
    return u if isinstance(u, Expression) else rational(u)


def var(name: str) -> Expression:
    """The variable (``x``) or parameter of that name."""
    return _intern("var", (), check_name(name))


PI: Final = _intern("pi", (), None)
E: Final = _intern("e", (), None)
TRUE: Final = _intern("true", (), None)


def _unary(op: str) -> Callable[[Operand], Expression]:
    def builder(u: Operand) -> Expression:
        return build(op, (_real(u),))

    builder.__name__ = builder.__qualname__ = op
    builder.__doc__ = f"The term {op}(u)."
    return builder


exp = _unary("exp")
log = _unary("log")
sqrt = _unary("sqrt")
sin = _unary("sin")
cos = _unary("cos")
tan = _unary("tan")
atan = _unary("atan")
asinh = _unary("asinh")
sinh = _unary("sinh")
cosh = _unary("cosh")
tanh = _unary("tanh")
sigmoid = _unary("sigmoid")
softplus = _unary("softplus")
erf = _unary("erf")
absolute = _unary("abs")
sign = _unary("sign")


def power(u: Operand, exponent: int | Fraction) -> Expression:
    """u to a constant rational power.  A power of the constant e is written with exp, as the parser does."""
    base, q = _real(u), rational(exponent)
    return exp(q) if base is E else build("pow", (base,), q.value)


def general_power(u: Operand, v: Operand) -> Expression:
    """u^v: ``pow`` if v is a rational constant, exp(v) if u is e, else exp(v*log(u)), defined for u > 0."""
    base, exponent = _real(u), _real(v)
    if base is E:
        return exp(exponent)
    return power(base, exponent.value) if exponent.op == "rat" else exp(exponent * log(base))


def minimum(u: Operand, v: Operand) -> Expression:
    """min(u, v); both must be defined."""
    return build("min", (_real(u), _real(v)))


def maximum(u: Operand, v: Operand) -> Expression:
    """max(u, v); both must be defined."""
    return build("max", (_real(u), _real(v)))


def less(u: Operand, v: Operand) -> Expression:
    """The condition u < v."""
    return build("lt", (_real(u), _real(v)))


def less_equal(u: Operand, v: Operand) -> Expression:
    """The condition u <= v."""
    return build("le", (_real(u), _real(v)))


def conj(a: Expression, b: Expression) -> Expression:
    """The condition a and b."""
    return build("and", (a, b))


def disj(a: Expression, b: Expression) -> Expression:
    """The condition a or b."""
    return build("or", (a, b))


def negation(a: Expression) -> Expression:
    """The condition not a."""
    return build("not", (a,))


def piecewise(branches: Iterable[tuple[Expression, Operand]]) -> Expression:
    """First match of (condition, value) pairs; undefined where no condition holds."""
    args = tuple(part for condition, value in branches for part in (condition, _real(value)))
    return build("piecewise", args)
