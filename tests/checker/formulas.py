"""Formulas as short texts for the checker's tests: to trees, to term tables, to whole certificates.

The texts are Python expressions (``exp(x)*tanh(x)``, ``x**(1/2)``, ``piecewise(x < 0, -x, true, x)``), read with `ast`
and never evaluated. Nothing here is shared with the prover's parser.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from invexcheck.kernel import Verified, verify
from invexcheck.limits import Limits

Tree = tuple[Any, ...]
"""A nested term: ``("add", ("var", "x"), ("rat", "1"))``."""

OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.USub: "neg", ast.Invert: "not",
    ast.Lt: "lt", ast.LtE: "le", ast.BitAnd: "and", ast.BitOr: "or",
}  # fmt: skip
INDEX_KEYS = frozenset(
    {"term", "positive", "factor", "cofactor", "constant", "zero", "argument", "rest", "scale"}
)
"""Keys of a step whose value is a line of the proof's table."""


def tree(text: str) -> Tree:
    """The tree of a formula."""
    return _tree(ast.parse(text, mode="eval").body)


def _tree(node: ast.expr) -> Tree:
    value = _fraction(node)
    if value is not None:
        return ("rat", str(value))
    match node:
        case ast.Name(id="pi" | "e" | "true"):
            return (node.id,)
        case ast.Name():
            return ("var", node.id)
        case ast.BinOp(op=ast.Pow()):
            exponent = _fraction(node.right)
            if exponent is None:
                raise ValueError("exponents are rational constants")
            return ("pow", _tree(node.left), str(exponent))
        case ast.BinOp():
            return (OPERATORS[type(node.op)], _tree(node.left), _tree(node.right))
        case ast.UnaryOp():
            return (OPERATORS[type(node.op)], _tree(node.operand))
        case ast.Compare():
            return (OPERATORS[type(node.ops[0])], _tree(node.left), _tree(node.comparators[0]))
        case ast.Call(func=ast.Name()):
            return (node.func.id, *(_tree(a) for a in node.args))
    raise ValueError(f"not a formula: {ast.dump(node)}")


def _fraction(node: ast.expr) -> Fraction | None:
    """The value of a rational constant such as 3, -2 or 1/2."""
    match node:
        case ast.Constant(value=int()):
            return Fraction(node.value)
        case ast.UnaryOp(op=ast.USub()):
            inner = _fraction(node.operand)
            return None if inner is None else -inner
        case ast.BinOp(op=ast.Div()):
            left, right = _fraction(node.left), _fraction(node.right)
            return None if left is None or not right else left / right
    return None


class Table:
    """A growing table of terms; equal subterms share a line."""

    def __init__(self, *roots: str | Tree) -> None:
        self.lines: list[list[Any]] = []
        self._index: dict[Tree, int] = {}
        for root in roots:
            self.add(root)

    def add(self, root: str | Tree) -> int:
        """The line of a term."""
        node = tree(root) if isinstance(root, str) else root
        found = self._index.get(node)
        if found is None:
            line = [node[0], *(self.add(a) if isinstance(a, tuple) else a for a in node[1:])]
            found = self._index[node] = len(self.lines)
            self.lines.append(line)
        return found


def table(root: str | Tree) -> list[list[Any]]:
    """The table of one term, its root last."""
    return Table(root).lines


def certificate(
    kind: str,
    subject: str,
    step: dict[str, Any],
    *,
    negated: bool = False,
    constant: str | None = None,
    parameters: dict[str, dict[str, str]] | None = None,
) -> dict[str, Any]:
    """A document; auxiliary terms stand in the step as texts."""
    terms = Table()
    claim: dict[str, Any] = {"kind": f"activation.{kind}", "subject": table(subject), "negated": negated}
    if constant is not None:
        claim["constant"] = constant
    if parameters is not None:
        claim["parameters"] = parameters
    proof: dict[str, Any] = {"step": indexed(step, terms)}
    if terms.lines:
        proof["terms"] = terms.lines
    return {"format": "invexproof-certificate/1", "claim": claim, "proof": proof, "provenance": {}}


def indexed(value: Any, terms: Table) -> Any:
    """A step with its texts of terms replaced by lines of the table."""
    if isinstance(value, list):
        return [indexed(item, terms) for item in value]
    if not isinstance(value, dict):
        return value
    bound = value.get("rule") == "slope-bound"  # its `constant` is a rational, not a term
    return {
        key: terms.add(item)
        if key in INDEX_KEYS and type(item) is str and not bound
        else indexed(item, terms)
        for key, item in value.items()
    }


def check(document: dict[str, Any], **limits: int) -> Verified:
    """The verdict in this process."""
    return verify(document, Limits(**limits))


def parts(*signed: tuple[Any, ...]) -> list[dict[str, Any]]:
    """The parts of a product or sum: (term, relation) or (term, relation, step)."""
    return [{"term": t, "relation": r, "by": by[0] if by else INTERVAL} for t, r, *by in signed]


def guards(signs: str | Iterable[str]) -> list[dict[str, Any]]:
    """Guards shown by one enclosure each."""
    return [{"sign": s} for s in (signs.split() if isinstance(signs, str) else signs)]


INTERVAL = {"rule": "interval"}
