"""Networks, steps and certificates for the tests of the rules about maps."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from invexcheck.errors import Reject
from invexcheck.kernel import verify
from invexcheck.limits import Limits
from invexcheck.reading import Folder
from tests.checker.formulas import INTERVAL, Table, guards, indexed, table

Json = dict[str, Any]
Rows = Sequence[Sequence[int | str | Fraction]]

NONSINGULAR = "map.jacobian-nonsingular"
ALMOST = "map.jacobian-nonsingular-almost-everywhere"
INVEX = "composition.invex"
POLYNOMIAL = {"rule": "polynomial"}


def matrix(*rows: Sequence[int | str | Fraction]) -> Json:
    return {
        "shape": [len(rows), len(rows[0])],
        "values": [str(Fraction(v)) for row in rows for v in row],
    }


def vector(*values: int | str | Fraction) -> Json:
    return {"shape": [len(values)], "values": [str(Fraction(v)) for v in values]}


def free(*shape: int) -> Json:
    return {"shape": list(shape)}


def net(nodes: list[Any], functions: Sequence[str] = (), loss: Any = None, **tensors: Json) -> Json:
    """A subject; functions are formulas of x, or tables."""
    subject = {
        "nodes": nodes,
        "functions": [table(f) if isinstance(f, str) else f for f in functions],
        "tensors": tensors,
    }
    return subject if loss is None else subject | {"loss": loss}


def certificate(
    subject: Json, step: Json, kind: str = NONSINGULAR, *, negated: bool = False, **claim: Any
) -> Json:
    """A document; auxiliary terms stand in the step as texts."""
    terms = Table()
    proof: Json = {"step": indexed(step, terms)}
    if terms.lines:
        proof["terms"] = terms.lines
    return {
        "format": "invexproof-certificate/1",
        "claim": {"kind": kind, "subject": subject, "negated": negated, **claim},
        "proof": proof,
        "provenance": {},
    }


def verdict(document: Json, folder: Folder | None = None, **limits: int) -> str | None:
    """None if accepted, else the code."""
    try:
        verify(document, Limits(**limits), folder)
    except Reject as reject:
        return reject.code
    return None


def network(by: Json, *facts: Json | None) -> Json:
    return {"rule": "network", "functions": list(facts), "by": by}


def box(n: int, low: str = "-1", high: str = "1") -> list[list[str]]:
    return [[low, high]] * n


def inline(document: Json) -> Json:
    """The step that includes a certificate."""
    return {"rule": "certificate", "document": document}


# -- functions and what is shown of them ------------------------------------------------------------------------


def facts(*pieces: Json, cuts: Sequence[Any] = (), **slopes: str) -> Json:
    """What a step ``network`` says of a function; bounds of its slopes are ``gt``, ``ge``, ``lt``, ``le``."""
    return {"cuts": list(cuts), "pieces": list(pieces), "slopes": slopes}


def side(signs: str = "", by: Json | None = None, **more: Any) -> Json:
    """A piece whose guards have these signs, each shown by the same step; its function is analytic on R."""
    listed = guards(signs)
    for guard in listed if by else ():
        guard["by"] = by
    return ({"guards": listed} if listed else {}) | {"entire": INTERVAL} | more


FUNCTIONS: dict[str, tuple[str, Json]] = {
    "identity": ("x", facts({}, ge="1", le="1")),
    "double": ("2*x", facts({}, ge="2", le="2")),
    "tanh": ("tanh(x)", facts({}, gt="0", le="1")),
    "falling": ("-tanh(x)", facts({}, ge="-1", lt="0")),
    "softplus": ("softplus(x)", facts({}, gt="0", lt="1")),
    "exp": ("exp(x)", facts({}, gt="0")),
    "sin": ("sin(x)", facts({}, ge="-1", le="1")),
    "cubic": ("x**3", facts({}, ge="0")),
    "steep": ("x + x**3", facts({}, ge="1")),
    "square": ("x**2", facts({})),
    "gauss": ("exp(-x**2)", facts({})),
    "relu": ("max(x, 0)", facts(side("<"), side(">"), cuts=["0"], ge="0", le="1")),
    "leaky": ("max(x, x/4)", facts(side("<", POLYNOMIAL), side(">", POLYNOMIAL), cuts=["0"], ge="1/4", le="1")),
    "abs": ("abs(x)", facts(side("<"), side(">"), cuts=["0"], ge="-1", le="1")),
    "clip": (
        "max(min(x, 1), -1)",
        facts(
            side("< <", POLYNOMIAL), side("< >", POLYNOMIAL), side(">", POLYNOMIAL), cuts=["-1", "1"], ge="0", le="1"
        ),
    ),
    "bend": ("piecewise(x < 0, x, true, x + x**2)", facts(side("<"), side(">"), cuts=["0"], ge="1")),
}  # fmt: skip
"""Functions by name: a formula, and facts that the checker accepts."""


def formula(name: str) -> str:
    return FUNCTIONS[name][0]


def shown(name: str) -> Json:
    return FUNCTIONS[name][1]


# -- networks ------------------------------------------------------------------------------------------------


def two_layers(outer: Rows, inner: Rows, *functions: str, bias: Sequence[Any] = ()) -> Json:
    """A2 f(A1 x + b)."""
    nodes: list[Any] = [["input", [len(inner[0])]], ["linear", 0, "inner", "bias" if bias else None]]
    nodes += [["pointwise", 1, _numbers(functions)], ["linear", 2, "outer", None]]
    tensors = {"inner": matrix(*inner), "outer": matrix(*outer)} | ({"bias": vector(*bias)} if bias else {})
    return net(nodes, [formula(f) for f in dict.fromkeys(functions)], **tensors)


def residual(outer: Rows, inner: Rows, *functions: str, bias: Sequence[Any] = ()) -> Json:
    """x + A2 f(A1 x + b)."""
    subject = two_layers(outer, inner, *functions, bias=bias)
    return subject | {"nodes": [*subject["nodes"], ["add", 0, 3]]}


def _numbers(functions: Sequence[str]) -> Any:
    """The functions of a layer: one for all its units, or one for each."""
    known = list(dict.fromkeys(functions))
    return 0 if len(functions) == 1 else [known.index(f) for f in functions]


def known(*functions: str) -> list[Json]:
    """The facts of the functions of a network made of these."""
    return [shown(f) for f in dict.fromkeys(functions)]
