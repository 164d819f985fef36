"""The statement that a certificate shows, printed from the claim's own table and fixed templates."""

from __future__ import annotations

from flint import fmpq

from invexcheck.goals import Claim, ParameterRange
from invexcheck.session import Session
from invexcheck.terms import UNARY, Node

MAX_LENGTH = 2000

KINDS: dict[str, tuple[str, str]] = {
    "activation.invex": (
        "{f} is invex on R: every Clarke-stationary point x in R is a global minimiser.",
        "{f} is not invex on R: some Clarke-stationary point x in R is not a global minimiser.",
    ),
    "activation.strictly-monotone": (
        "{f} is strictly monotone on R.",
        "{f} is not strictly monotone on R.",
    ),
    "activation.lipschitz": (
        "{f} is Lipschitz on R {constant}.",
        "{f} is not Lipschitz on R {constant}.",
    ),
    "activation.convex": ("{f} is convex on R.", "{f} is not convex on R."),
    "activation.piecewise-analytic": (
        "{f} is continuous on R, and real-analytic off a finite set.",
        "{f} is not continuous on R.",
    ),
    "activation.nonvanishing-derivative": (
        "{f} has no Clarke-stationary point on R.",
        "{f} has a Clarke-stationary point on R.",
    ),
}
"""For each kind of claim, what it says and what its negation says."""

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


def statement(session: Session, claim: Claim) -> str:
    """The verified statement, over what it quantifies included."""
    some = "any" if claim.negated else "some"
    constant = f"with {some} constant" if claim.constant is None else f"with constant {claim.constant}"
    sentence = KINDS[claim.kind][claim.negated].format(
        f=f"f(x) = {formula(session, claim.subject)}", constant=constant
    )
    if not claim.parameters:
        return sentence
    ranges = ", ".join(_range(name, r) for name, r in sorted(claim.parameters.items()))
    return f"For {'some' if claim.negated else 'every'} {ranges}: {sentence}"


def _range(name: str, r: ParameterRange) -> str:
    low = "" if r.lower is None else f"{r.lower} {'<' if r.lower_open else '<='} "
    high = "" if r.upper is None else f" {'<' if r.upper_open else '<='} {r.upper}"
    return f"{low}{name}{high}" if low or high else f"real {name}"


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
        return _rational(node[1])
    if op in INFIX:
        return f"({texts[node[1]]}{INFIX[op]}{texts[node[2]]})"
    if op == "neg":
        return f"(-{texts[node[1]]})"
    if op == "pow":
        return f"{_base(texts[node[1]])}^{_rational(node[2])}"
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


def _rational(value: fmpq) -> str:
    text = str(value)
    return f"({text})" if "/" in text or text.startswith("-") else text
