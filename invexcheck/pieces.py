"""Functions that are analytic piece by piece: resolving guards, deriving continuity at the breakpoints.

A *guard* is a smooth term whose sign decides what a non-analytic node is: the argument of abs or sign, the
difference of the arguments of min, max, ``<`` and ``<=``. On a piece every guard that the value depends on must have
one sign; the walk below meets the guards in depth-first order, conditions before values, and never those of branches
that are not selected. Signs come from a caller: proof obligations on an open piece, exact decisions at a point.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from flint import fmpq

from invexcheck.errors import Reject
from invexcheck.goals import Point, Span
from invexcheck.intervals import Undefined
from invexcheck.session import Session
from invexcheck.terms import BOOLEAN, GUARDED

Decide = Callable[[int], str]
"""From a guard to its sign on the piece: one of ``> < = >= <=`` (compared with 0)."""

NEEDED = {"abs": (">=", "<="), "min": (">=", "<="), "max": (">=", "<="), "sign": (">", "<", "=")}
"""Signs that settle a node; ``lt`` and ``le`` are settled as `_truth` says."""


@dataclass(frozen=True)
class Resolution:
    """The smooth terms of the nodes of a subject on one piece, and the branch each piecewise node selects."""

    value: dict[int, int]
    truth: dict[int, bool]
    branch: dict[int, int]


def resolve(session: Session, root: int, decide: Decide) -> Resolution:
    """Resolve every node that the value of `root` depends on.

    Raises:
        Reject: a guard's sign does not settle its node, or no condition of a piecewise node holds.
    """
    result = Resolution({}, {}, {})
    signs: dict[int, str] = {}

    def sign(guard: int) -> str:
        constant = session.terms.constant(guard)
        if constant is not None:
            return ">" if constant > 0 else "<" if constant < 0 else "="
        if guard not in signs:
            signs[guard] = decide(guard)
        return signs[guard]

    stack = [_visit(session, root, result, sign)]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
        elif child not in result.value and child not in result.truth:
            stack.append(_visit(session, child, result, sign))
    return result


def _visit(session: Session, term: int, result: Resolution, sign: Decide) -> Iterator[int]:
    """Yield the nodes that must be resolved first, then resolve this one."""
    terms = session.terms
    node = terms.nodes[term]
    op, arguments = node[0], terms.children(node)
    if op == "piecewise":
        yield from _visit_piecewise(session, term, result)
        return
    yield from arguments
    if op in BOOLEAN:
        result.truth[term] = _truth(session, term, result, sign)
    elif op in GUARDED:
        result.value[term] = _guarded(session, term, result, sign)
    else:
        images = [result.value[c] for c in arguments]
        if tuple(images) == arguments:
            result.value[term] = term
        else:
            result.value[term] = terms.node(op, *images, *node[1 + len(arguments) :])


def _visit_piecewise(session: Session, term: int, result: Resolution) -> Iterator[int]:
    branches = session.terms.nodes[term][1:]
    for k in range(0, len(branches), 2):
        yield branches[k]
        if result.truth[branches[k]]:
            yield branches[k + 1]
            result.branch[term] = branches[k + 1]
            result.value[term] = result.value[branches[k + 1]]
            return
    raise Reject("no condition of a piecewise term holds on a piece", "domain")


def guard_of(session: Session, op: str, images: list[int]) -> int:
    """The guard of a node with resolved arguments."""
    if len(images) == 1:
        return images[0]
    left, right = (session.terms.constant(image) for image in images)
    if left is not None and right is not None:
        return session.terms.rational(left - right)
    return images[0] if right == 0 else session.terms.node("sub", *images)


def _guarded(session: Session, term: int, result: Resolution, sign: Decide) -> int:
    node = session.terms.nodes[term]
    op = node[0]
    images = [result.value[c] for c in session.terms.children(node)]
    known = sign(guard_of(session, op, images))
    if op == "sign":
        if known not in NEEDED[op]:
            raise Reject("sign needs a strict or zero guard", "guard")
        return session.terms.rational(fmpq({">": 1, "<": -1, "=": 0}[known]))
    positive = known in (">", ">=", "=")
    if op == "abs":
        return images[0] if positive else session.terms.node("neg", images[0])
    return images[0] if positive is (op == "max") else images[1]


def _truth(session: Session, term: int, result: Resolution, sign: Decide) -> bool:
    node = session.terms.nodes[term]
    op = node[0]
    if op == "true":
        return True
    if op == "not":
        return not result.truth[node[1]]
    if op in ("and", "or"):
        left, right = result.truth[node[1]], result.truth[node[2]]
        return (left and right) if op == "and" else (left or right)
    known = sign(guard_of(session, op, [result.value[node[1]], result.value[node[2]]]))
    holds, fails = ({"<"}, {">", ">=", "="}) if op == "lt" else ({"<", "<=", "="}, {">"})
    if known in holds:
        return True
    if known in fails:
        return False
    raise Reject("the sign of a guard leaves a comparison open", "guard")


# -- exact decisions at a point ------------------------------------------------------------------------------


def decide_at(session: Session, point: Point) -> Decide:
    """Decide guards at an exact point where they are defined."""

    def decide(guard: int) -> str:
        sign = session.exact_sign(guard, point)
        if sign is None:
            raise Reject("the sign of a guard at a point cannot be decided", "guard")
        return {1: ">", -1: "<", 0: "="}[sign]

    return decide


def require_defined_at(session: Session, resolution: Resolution, point: Point) -> None:
    """Every node that the value at the point depends on is defined there, unselected arguments of min and max too."""
    for image in set(resolution.value.values()):
        if not session.defined(image, Span.at(point)):
            raise Reject("the function may be undefined at a breakpoint", "domain")


def require_continuous(
    session: Session, root: int, point: Point, left: Resolution, right: Resolution
) -> None:
    """The subject is defined and continuous at a breakpoint between two resolved pieces.

    Node by node: an operation that is continuous on its domain is continuous where its arguments are; where a
    branch or a sign changes, the limit from the left, the value, and the limit from the right must be exactly equal.

    Raises:
        Reject: continuity is not established (which is not to say that the function jumps).
    """
    middle = resolve(session, root, decide_at(session, point))
    require_defined_at(session, middle, point)
    terms = session.terms
    continuous: dict[int, bool] = {}
    for term in terms.order(root):
        sides = [r.value.get(term) for r in (left, middle, right)]
        if terms.op(term) in BOOLEAN or None in sides:
            continue
        continuous[term] = _inherits(session, term, (left, middle, right), continuous) or _joins(
            session, sides, point
        )
    if not continuous[root]:
        raise Reject("continuity at a breakpoint is not established", "continuity")


def _inherits(
    session: Session, term: int, resolutions: tuple[Resolution, ...], continuous: dict[int, bool]
) -> bool:
    """Whether a node is continuous because its arguments are."""
    node = session.terms.nodes[term]
    if node[0] == "piecewise":
        selected = {r.branch[term] for r in resolutions}
        return len(selected) == 1 and continuous.get(selected.pop(), False)
    if node[0] == "sign":
        return len({r.value[term] for r in resolutions}) == 1
    return all(continuous.get(child, False) for child in session.terms.children(node))


def _joins(session: Session, sides: list[int | None], point: Point) -> bool:
    """Whether the smooth terms left of, at and right of a point are defined there and have exactly one value."""
    images = [side for side in sides if side is not None]
    if not all(session.defined(image, Span.at(point)) for image in images):
        return False
    if len(set(images)) == 1:
        return True
    if point.bracket is not None:
        return False
    values = [session.at(image, point) for image in images]
    return all(session.forms.equal(values[0], other) for other in values[1:])


def jump_at(session: Session, root: int, point: Point, left: Resolution, right: Resolution) -> bool:
    """Whether the subject is certainly discontinuous at a point: two of its three values there differ strictly."""
    values = []
    with suppress(Reject):  # the limits from the two sides can still differ
        values.append(resolve(session, root, decide_at(session, point)).value[root])
    values += [left.value[root], right.value[root]]
    for k, a in enumerate(values):
        for b in values[k + 1 :]:
            try:
                if session.strict_sign(session.terms.node("sub", a, b), point) is not None:
                    return True
            except Undefined:
                continue
    return False
