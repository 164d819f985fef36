"""Small networks as terms: each output as one term in the entries x1, x2, ... of the input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flint import fmpq

from invexcheck.errors import Reject
from invexcheck.networks.graph import Segment, entry_name
from invexcheck.networks.macros import Chain, Primitive
from invexcheck.session import Session
from invexcheck.terms import GUARDED

MAX_ENTRIES = 16


def scalar_outputs(session: Session, segment: Segment) -> tuple[list[int], int]:
    """The outputs of a segment that starts at the input, as smooth terms, and a term that is analytic where all are.

    The second one is the sum of all terms that a function has made, for an output may not depend on each of them.

    Raises:
        Reject: too many entries, or an operator that is not analytic.
    """
    if segment.start != 0 or segment.inputs > MAX_ENTRIES:
        raise Reject(f"only maps of at most {MAX_ENTRIES} inputs are written as terms", "size")
    chain = Chain(session, segment)
    terms: list[list[int]] = [[session.terms.variable(entry_name(k)) for k in range(segment.inputs)]]
    made: list[int] = []
    for step in chain.steps[1:]:
        session.budget.spend(100 * step.size)
        if step.op not in STEPS:
            raise Reject(f"{step.op} where an analytic term is needed", "term")
        terms.append(STEPS[step.op](session, segment, step, terms))
        if step.op in ("pointwise", "known", "formulas"):
            made += terms[-1]
    domain = session.terms.zero
    for term in sorted(set(made)):
        domain = session.terms.add(domain, term)
    for node in session.terms.order(domain):
        if session.terms.op(node) in GUARDED:
            raise Reject(f"{session.terms.op(node)} where an analytic term is needed", "term")
    return terms[-1], domain


Values = list[list[int]]


def _linear(session: Session, segment: Segment, step: Primitive, values: Values) -> list[int]:
    matrix, bias, rows = step.data
    t, before, result = session.terms, values[step.arguments[0]], []
    n, table = matrix.ncols(), matrix.tolist()
    for r in range(rows):
        for i, line in enumerate(table):
            total = t.zero if bias is None else t.rational(bias[i])
            for weight, entry in zip(line, before[r * n : (r + 1) * n], strict=True):
                if weight != 0:
                    total = _plus(session, total, _times(session, weight, entry))
            result.append(total)
    return result


# These builders simplify only where no domain grows: 0 + u, 1 u, and arithmetic of constants.
def _plus(session: Session, a: int, b: int) -> int:
    return session.terms.add(a, b)


def _times(session: Session, weight: fmpq, entry: int) -> int:
    return session.terms.mul(session.terms.rational(weight), entry)


def _pointwise(session: Session, segment: Segment, step: Primitive, values: Values) -> list[int]:
    roots = segment.network.functions
    before = values[step.arguments[0]]
    return [
        session.terms.substitute(roots[f], {"x": entry}) for f, entry in zip(step.data, before, strict=True)
    ]


def _known(session: Session, segment: Segment, step: Primitive, values: Values) -> list[int]:
    before = values[step.arguments[0]]
    return [session.terms.substitute(f, {"x": entry}) for f, entry in zip(step.data, before, strict=True)]


def _add(session: Session, segment: Segment, step: Primitive, values: Values) -> list[int]:
    left, right = (values[i] for i in step.arguments)
    return [_plus(session, a, b) for a, b in zip(left, right, strict=True)]


def _product(session: Session, segment: Segment, step: Primitive, values: Values) -> list[int]:
    left, right = (values[i] for i in step.arguments)
    return [session.terms.node("mul", a, b) for a, b in zip(left, right, strict=True)]


def _gather(session: Session, segment: Segment, step: Primitive, values: Values) -> list[int]:
    joined = [entry for i in step.arguments for entry in values[i]]
    return [joined[k] if k >= 0 else session.terms.zero for k in step.data]


def _formulas(session: Session, segment: Segment, step: Primitive, values: Values) -> list[int]:
    entries = {entry_name(k): entry for k, entry in enumerate(values[step.arguments[0]])}
    return [session.terms.substitute(root, entries) for root in step.data]


STEPS: dict[str, Callable[..., Any]] = {
    "linear": _linear,
    "pointwise": _pointwise,
    "known": _known,
    "add": _add,
    "product": _product,
    "gather": _gather,
    "formulas": _formulas,
}
