"""The Hessian of a selection of a loss on given data, at a witness."""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq

from invexcheck.architectures.graph import Architecture
from invexcheck.architectures.selections import extends
from invexcheck.errors import Reject
from invexcheck.hessians.lowering import tape_of
from invexcheck.hessians.numbers import Arithmetic, Entries
from invexcheck.hessians.selections import Choices, Chooser
from invexcheck.limits import Budget

MAX_PARAMETERS = 1000

Point = Sequence[Sequence[fmpq]]
"""The entries of each parameter."""


def require_smooth(architecture: Architecture) -> None:
    """Reject losses that have no Hessians, or whose data are not all given."""
    if architecture.detached:
        raise Reject("a field that is no gradient has no Hessian", "method")
    if not architecture.given:
        raise Reject("the values of some data or constants are not given", "method")
    if not extends(architecture):
        raise Reject("a piece of the loss is not known to extend to all parameters", "method")
    if architecture.dimension > MAX_PARAMETERS:
        raise Reject(f"a Hessian of more than {MAX_PARAMETERS} parameters", "method")


def hessian(
    architecture: Architecture,
    selection: Choices | None,
    point: Point,
    arithmetic: Arithmetic,
    budget: Budget,
) -> list[Entries]:
    """Of a selection of the loss on its data, p rows of p entries."""
    choose = (lambda _: None) if selection is None else Chooser(selection)
    return tape_of(architecture, architecture.data, point, arithmetic, choose, budget).hessian()
