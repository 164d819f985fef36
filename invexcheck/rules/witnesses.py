"""Rules on particular step sizes for given data: Hessians at witnesses, and quadratic losses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from flint import arb, fmpq

from invexcheck.architectures.methods import NUMBER, WITNESSES
from invexcheck.balls import precision
from invexcheck.errors import Path, Reject, within
from invexcheck.goals import Obligation, Rule, TrainingClaim
from invexcheck.hessians.degrees import require_quadratic
from invexcheck.hessians.exclusion import asked, narrowed
from invexcheck.hessians.hessian import Point, hessian, require_smooth
from invexcheck.hessians.lowering import origin
from invexcheck.hessians.numbers import Arithmetic, Balls, Exact
from invexcheck.hessians.selections import Choices, Conflict, selections
from invexcheck.hessians.spectra import (
    Enclosure,
    characteristic_polynomials,
    nonzero_eigenvalues,
)
from invexcheck.reading import Fields, rational
from invexcheck.rules.training import FIELD, GRAPH, NONSINGULAR, of_method, row_of
from invexcheck.session import Session

MAX_WITNESSES = 100
BITS = 128
"""Of the precision at which eigenvalues of exact matrices are enclosed."""
MIN_BITS = 32
MAX_MESSAGE = 5


@dataclass(frozen=True, slots=True)
class Witness:
    """Parameters at which Hessians are computed, and how; `bits` of precision for balls."""

    arithmetic: Arithmetic
    bits: int
    point: Point
    path: Path


def hessian_witnesses_rule(session: Session, goal: TrainingClaim, fields: Fields) -> list[Obligation]:
    """For each selection of the loss, no step size of the claim is one over an eigenvalue at all witnesses."""
    row_of(goal, WITNESSES)
    require_smooth(goal.architecture)
    witnesses = [_read(session, goal, raw, path) for raw, path in fields.items("witnesses")]
    if not 1 <= len(witnesses) <= MAX_WITNESSES:
        raise Reject(f"there are 1 to {MAX_WITNESSES} witnesses", "method", fields.path)
    conflicts = []
    if fields.has("conflicts"):
        conflicts = [_read_conflict(session, raw, path) for raw, path in fields.items("conflicts")]
    for selection in selections(goal.architecture, session.budget, conflicts):
        left = left_over(session, goal, selection, witnesses)
        if left:
            shown = ", ".join(_shown(enclosure.inverse) for enclosure in left[:MAX_MESSAGE])
            raise Reject(f"step sizes in {shown} may be bad", "method", fields.path)
    return []


def _shown(sizes: Enclosure) -> str:
    """A step size, or the digits of one in an interval, for a message."""
    return (
        str(sizes.low)
        if sizes.low == sizes.high
        else f"a neighbourhood of {arb(sizes.low).str(6, radius=False)}"
    )


def _read(session: Session, goal: TrainingClaim, raw: Any, path: Path) -> Witness:
    """``{"at": [...]}``, exact, or in balls with ``bits``; `at` has a list for each parameter, or "0" for zeros."""
    with Fields(raw, path, session.limits) as fields:
        bits = (
            session.budget.precision(fields.integer("bits", MIN_BITS, 1 << 20)) if fields.has("bits") else 0
        )
        listed = fields.items("at")
    shapes = [line.shape for line in goal.architecture.parameters]
    if len(listed) != len(shapes):
        raise Reject("a witness has entries for each parameter", "method", path)
    point = [
        _entries(session, values, prod(shape), at) for (values, at), shape in zip(listed, shapes, strict=True)
    ]
    return Witness(Balls if bits else Exact, bits or BITS, point, path)


def _read_conflict(session: Session, raw: Any, path: Path) -> Conflict:
    """``[[site, piece, weight], ...]``"""
    if type(raw) is not list or not raw:
        raise Reject("a conflict is a list of pieces", "method", path)
    pieces = []
    for item in raw:
        if type(item) is not list or len(item) != 3 or type(item[0]) is not int or type(item[1]) is not int:
            raise Reject("a piece of a conflict is [site, piece, weight]", "method", path)
        pieces.append((item[0], item[1], rational(item[2], session.limits, path)))
    return Conflict(tuple(pieces))


def _entries(session: Session, raw: Any, size: int, path: Path) -> list[fmpq]:
    if raw == "0":
        return [fmpq(0)] * size
    if type(raw) is not list or len(raw) != size:
        raise Reject("a parameter has as many entries as its shape says", "method", path)
    return [rational(item, session.limits, (*path, i)) for i, item in enumerate(raw)]


def left_over(
    session: Session, goal: TrainingClaim, selection: Choices | None, witnesses: Sequence[Witness]
) -> list[Enclosure]:
    """Enclosures of eigenvalues that no witness excludes, and whose inverses the claim is about."""
    left = asked(goal.sizes)
    for witness in witnesses:
        if left == []:
            break
        with within(*witness.path), precision(witness.bits):
            rows = hessian(goal.architecture, selection, witness.point, witness.arithmetic, session.budget)
            left = narrowed(left, rows, goal.sizes, session.budget)
    if left is None:
        raise Reject("no witness has an exact Hessian, or one that is small enough for the claim", "method")
    return left


def quadratic_loss_rule(session: Session, goal: TrainingClaim, _: Fields) -> list[Obligation]:
    """The step is an affine map, and for this step size, or for one of these, it is not injective."""
    of_method(goal, "quadratic-loss")
    require_smooth(goal.architecture)
    require_quadratic(goal.architecture)
    with precision(BITS):
        rows = hessian(goal.architecture, None, origin(goal.architecture), Exact, session.budget)
        if goal.step == NUMBER:
            value = 1 / goal.sizes.listed[0]
            found = any(p(value) == 0 for p in characteristic_polynomials(rows, session.budget))
        else:
            found = any(
                goal.sizes.hold(v.inverse.low, v.inverse.high)
                for v in nonzero_eigenvalues(rows, goal.sizes.reciprocals, session.budget)
            )
    if not found:
        raise Reject("no eigenvalue of the Hessian is known to be one over such a step size", "method")
    return []


RULES = (
    Rule(
        WITNESSES,
        (TrainingClaim,),
        (
            *FIELD,
            "step-sequences",
            "analytic-selections",
            "hessian-witness",
            "conflicting-pieces",
            "second-order-pass",
            "isolated-eigenvalues",
            "excluded-eigenvalue",
            "decayed-head",
        ),
        hessian_witnesses_rule,
        ((NONSINGULAR, False),),
    ),
    Rule(
        "quadratic-loss",
        (TrainingClaim,),
        (*GRAPH, "quadratic-loss", "second-order-pass", "isolated-eigenvalues"),
        quadratic_loss_rule,
        ((NONSINGULAR, True),),
    ),
)
