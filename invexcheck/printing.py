"""Terms as text, bounded in length."""

from __future__ import annotations

from flint import fmpq

from invexcheck.session import Session
from invexcheck.terms import UNARY, Node

MAX_LENGTH = 2000

INFIX = {
    "add": " + ",
    "sub": " - ",
    "mul": "*",
    "div": "/",
    "lt": " < ",
    "le": " <= ",
    "and": " & ",
    "or": " | ",
}


def formula(session: Session, root: int) -> str:
    """The function as text; a text that would be too long is cut, and says so."""
    texts: dict[int, str] = {}
    for term in session.terms.order(root):
        text = _node(session.terms.nodes[term], texts)
        texts[term] = text if len(text) <= MAX_LENGTH else "(a term too long to print)"
    text = texts[root]
    return text[1:-1] if text.startswith("(") and text.endswith(")") and _balanced(text[1:-1]) else text


def _balanced(text: str) -> bool:
    depth = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return False
    return depth == 0


def _node(node: Node, texts: dict[int, str]) -> str:
    op = node[0]
    if op == "var":
        return str(node[1])
    if op == "rat":
        return rational_text(node[1])
    if op in INFIX:
        return f"({texts[node[1]]}{INFIX[op]}{texts[node[2]]})"
    if op == "neg":
        return f"(-{texts[node[1]]})"
    if op == "pow":
        return f"{_base(texts[node[1]])}^{rational_text(node[2])}"
    if op in UNARY:
        inside = texts[node[1]]
        return f"{op}{inside}" if inside.startswith("(") and _balanced(inside[1:-1]) else f"{op}({inside})"
    if op in ("min", "max"):
        return f"{op}({texts[node[1]]}, {texts[node[2]]})"
    if op == "piecewise":
        pairs = (f"({texts[v]}, {texts[c]})" for c, v in zip(node[1::2], node[2::2], strict=True))
        return f"piecewise({', '.join(pairs)})"
    return str(op)


def _base(text: str) -> str:
    """The base of a power: a power of a power needs its parentheses."""
    simple = text.isalnum() or (text.startswith("(") and text.endswith(")") and _balanced(text[1:-1]))
    return text if simple else f"({text})"


def rational_text(value: fmpq) -> str:
    text = str(value)
    return f"({text})" if "/" in text or text.startswith("-") else text
