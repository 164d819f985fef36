"""Real terms in one shared, hash-consed table, with exact symbolic derivatives.

A term is an index into :class:`Terms`; the arguments of a node have smaller indices, so ascending order is
a topological order and nothing here recurses on terms. Nodes are stored exactly as written: no rewriting that
could enlarge a domain. Only :meth:`Terms.derivative` simplifies (``0*u`` to ``0`` and the like), which is
sound because its result is used only where the differentiated term itself has been shown to be defined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flint import fmpq

from invexcheck.errors import Refuse, Reject
from invexcheck.limits import Limits
from invexcheck.reading import rational

Node = tuple[Any, ...]

CONSTANTS = frozenset({"true", "pi", "e"})
UNARY = frozenset(
    {
        *("exp", "log", "sqrt", "sin", "cos", "tan", "atan", "asinh", "sinh", "cosh", "tanh"),
        *("sigmoid", "softplus", "erf", "abs", "sign", "neg", "not"),
    }
)
BINARY = frozenset({"add", "sub", "mul", "div", "min", "max", "lt", "le", "and", "or"})
RESERVED = UNARY | BINARY | CONSTANTS | {"var", "rat", "pow", "piecewise"}
"""Names that a variable must not have, or a printed formula would say something else."""
BOOLEAN = frozenset({"lt", "le", "and", "or", "not", "true"})
CONNECTIVES = frozenset({"and", "or", "not"})
GUARDED = frozenset({"abs", "sign", "min", "max", "piecewise"}) | BOOLEAN
"""Operators that are not analytic; :mod:`invexcheck.pieces` resolves them piece by piece."""

MAX_EXPONENT = 1000
"""Bound on numerator and denominator of constant exponents: larger ones are refused, not evaluated."""


class Terms:
    """The table of one verification: subject, auxiliary terms of the certificate, and all derived terms."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.nodes: list[Node] = []
        self.names: list[frozenset[str]] = []
        self._index: dict[Node, int] = {}
        self._derivatives: dict[tuple[int, str], int] = {}
        self._orders: dict[int, list[int]] = {}
        self.zero = self.rational(fmpq(0))
        self.one = self.rational(fmpq(1))
        self.two = self.rational(fmpq(2))

    # -- building --------------------------------------------------------------------------

    def node(self, op: str, *args: Any) -> int:
        """The index of the node, interned."""
        key: Node = (op, *args)
        found = self._index.get(key)
        if found is not None:
            return found
        if len(self.nodes) >= self.limits.terms:
            raise Refuse("terms", f"more than {self.limits.terms} terms")
        names: frozenset[str] = frozenset({args[0]}) if op == "var" else frozenset()
        for child in self.children(key):
            names |= self.names[child]
        self._index[key] = len(self.nodes)
        self.nodes.append(key)
        self.names.append(names)
        return len(self.nodes) - 1

    def rational(self, value: fmpq) -> int:
        return self.node("rat", value)

    def variable(self, name: str) -> int:
        return self.node("var", name)

    @staticmethod
    def children(node: Node) -> tuple[int, ...]:
        """Indices of the arguments of a node."""
        op = node[0]
        if op in ("var", "rat") or op in CONSTANTS:
            return ()
        if op == "pow":
            return (node[1],)
        return node[1:]

    def op(self, term: int) -> str:
        return self.nodes[term][0]  # type: ignore[no-any-return]

    def constant(self, term: int) -> fmpq | None:
        """The value of a rational constant node, None for any other node."""
        node = self.nodes[term]
        return node[1] if node[0] == "rat" else None

    def reachable(self, roots: Iterable[int]) -> list[int]:
        """All nodes below the roots, in topological (ascending) order."""
        seen: set[int] = set()
        stack = list(roots)
        while stack:
            term = stack.pop()
            if term not in seen:
                seen.add(term)
                stack.extend(self.children(self.nodes[term]))
        return sorted(seen)

    def order(self, root: int) -> list[int]:
        """All nodes below one root in topological order, remembered."""
        found = self._orders.get(root)
        if found is None:
            found = self._orders[root] = self.reachable([root])
        return found

    # -- reading --------------------------------------------------------------------------

    def read(self, table: Any, path: tuple[str | int, ...]) -> list[int]:
        """Intern a table of a file; entry k of the result is the term of line k.

        Raises:
            Reject: a malformed line (unknown operator, wrong arity, argument not an earlier line, a truth
                value used as a number or the other way round).
        """
        if type(table) is not list or not table:
            raise Reject("expected a non-empty list of terms", "term", path)
        ids: list[int] = []
        for k, line in enumerate(table):
            ids.append(self._read_line(line, ids, (*path, k)))
        return ids

    def _read_line(self, line: Any, ids: list[int], path: tuple[str | int, ...]) -> int:
        if type(line) is not list or not line or type(line[0]) is not str:
            raise Reject("a term is a list that begins with an operator", "term", path)
        op, args = line[0], line[1:]
        if op == "var":
            if len(args) != 1 or not _is_name(args[0]):
                raise Reject(
                    "a variable needs a name of small ASCII letters, digits and _ that is no operator",
                    "term",
                    path,
                )
            return self.variable(args[0])
        if op == "rat":
            if len(args) != 1:
                raise Reject("a rational needs one text", "term", path)
            return self.rational(rational(args[0], self.limits))
        exponent: fmpq | None = None
        if op == "pow":
            if len(args) != 2:
                raise Reject("pow needs a base and an exponent", "term", path)
            exponent = rational(args.pop(), self.limits)
            if abs(exponent.p) > MAX_EXPONENT or exponent.q > MAX_EXPONENT:
                raise Refuse("exponent", f"exponents are limited to {MAX_EXPONENT}")
        arity = 0 if op in CONSTANTS else 1 if op in UNARY or op == "pow" else 2 if op in BINARY else None
        if op == "piecewise":
            if not args or len(args) % 2:
                raise Reject("piecewise needs pairs of condition and value", "term", path)
        elif arity is None:
            raise Reject("unknown operator", "term", path)
        elif len(args) != arity:
            raise Reject(f"{op} needs {arity} argument(s)", "term", path)
        children = []
        for position, k in enumerate(args):
            if type(k) is not int or not 0 <= k < len(ids):
                raise Reject("an argument must be the index of an earlier term", "term", path)
            wants_truth = op in CONNECTIVES or (op == "piecewise" and position % 2 == 0)
            if (self.op(ids[k]) in BOOLEAN) is not wants_truth:
                raise Reject("a truth value where a number is needed, or the reverse", "term", path)
            children.append(ids[k])
        return self.node(op, *children) if exponent is None else self.node(op, *children, exponent)

    # -- substitution and derivatives --------------------------------------------------------------------------

    def substitute(self, root: int, values: Mapping[str, int]) -> int:
        """The term with variables replaced by terms."""
        if not self.names[root] & values.keys():
            return root
        image: dict[int, int] = {}
        for term in self.order(root):
            node = self.nodes[term]
            if not self.names[term] & values.keys():
                image[term] = term
            elif node[0] == "var":
                image[term] = values[node[1]]
            elif node[0] == "pow":
                image[term] = self.node("pow", image[node[1]], node[2])
            else:
                image[term] = self.node(node[0], *(image[c] for c in node[1:]))
        return image[root]

    def derivative(self, root: int, name: str) -> int:
        """The partial derivative of a smooth term.

        Where every node of the term is analytic the result is defined and equal to the derivative.

        Raises:
            Reject: the term contains an operator that is not analytic.
        """
        known = self._derivatives.get((root, name))
        if known is not None:
            return known
        for term in self.order(root):
            if (term, name) not in self._derivatives:
                self._derivatives[term, name] = self._derivative(term, name)
        return self._derivatives[root, name]

    def _derivative(self, term: int, name: str) -> int:
        node = self.nodes[term]
        op = node[0]
        if op in GUARDED:
            raise Reject(f"cannot differentiate {op}", "derivative")
        if name not in self.names[term]:
            return self.zero
        if op == "var":
            return self.one
        inner = [self._derivatives[c, name] for c in self.children(node)]
        if op in ("add", "sub"):
            return self.add(inner[0], inner[1] if op == "add" else self.neg(inner[1]))
        if op == "neg":
            return self.neg(inner[0])
        if op == "mul":
            return self.add(self.mul(inner[0], node[2]), self.mul(node[1], inner[1]))
        if op == "div":
            first = self.div(inner[0], node[2])
            second = self.div(self.mul(node[1], inner[1]), self.power(node[2], fmpq(2)))
            return self.add(first, self.neg(second))
        if op == "pow":
            base, exponent = node[1], node[2]
            outer = self.mul(self.rational(exponent), self.power(base, exponent - 1))
            return self.mul(outer, inner[0])
        return self.mul(DERIVATIVES[op](self, node[1]), inner[0])

    # -- simplifying builders, for derivatives only ------------------------------------------------------

    def add(self, a: int, b: int) -> int:
        p, q = self.constant(a), self.constant(b)
        if p is not None and q is not None:
            return self.rational(p + q)
        if p == 0:
            return b
        return a if q == 0 else self.node("add", a, b)

    def neg(self, a: int) -> int:
        p = self.constant(a)
        if p is not None:
            return self.rational(-p)
        node = self.nodes[a]
        return node[1] if node[0] == "neg" else self.node("neg", a)

    def mul(self, a: int, b: int) -> int:
        p, q = self.constant(a), self.constant(b)
        if p is not None and q is not None:
            return self.rational(p * q)
        if p == 0 or q == 0:
            return self.zero
        if p == 1:
            return b
        return a if q == 1 else self.node("mul", a, b)

    def div(self, a: int, b: int) -> int:
        q = self.constant(b)
        if q is not None and q != 0:
            return self.mul(self.rational(1 / q), a)
        return self.zero if self.constant(a) == 0 else self.node("div", a, b)

    def power(self, a: int, exponent: fmpq) -> int:
        if exponent == 0:
            return self.one
        return a if exponent == 1 else self.node("pow", a, exponent)

    def square(self, a: int) -> int:
        return self.node("pow", a, fmpq(2))


def _is_name(text: Any) -> bool:
    if type(text) is not str or not 1 <= len(text) <= 32 or not text.isascii():
        return False
    return (
        text not in RESERVED
        and text[0].islower()
        and all(c.islower() or c.isdigit() or c == "_" for c in text)
    )


def _erf_slope(t: Terms, u: int) -> int:
    scale = t.div(t.two, t.node("sqrt", t.node("pi")))
    return t.mul(scale, t.node("exp", t.neg(t.square(u))))


DERIVATIVES: dict[str, Callable[[Terms, int], int]] = {
    "exp": lambda t, u: t.node("exp", u),
    "log": lambda t, u: t.div(t.one, u),
    "sqrt": lambda t, u: t.div(t.one, t.mul(t.two, t.node("sqrt", u))),
    "sin": lambda t, u: t.node("cos", u),
    "cos": lambda t, u: t.neg(t.node("sin", u)),
    "tan": lambda t, u: t.add(t.one, t.square(t.node("tan", u))),
    "atan": lambda t, u: t.div(t.one, t.add(t.one, t.square(u))),
    "asinh": lambda t, u: t.div(t.one, t.node("sqrt", t.add(t.one, t.square(u)))),
    "sinh": lambda t, u: t.node("cosh", u),
    "cosh": lambda t, u: t.node("sinh", u),
    "tanh": lambda t, u: t.div(t.one, t.square(t.node("cosh", u))),
    "sigmoid": lambda t, u: t.mul(t.node("sigmoid", u), t.node("sigmoid", t.neg(u))),
    "softplus": lambda t, u: t.node("sigmoid", u),
    "erf": _erf_slope,
}
"""Outer derivatives of the unary analytic operators: sech² and sigmoid products keep their sign in ball arithmetic."""
