"""The Hessian of each analytic selection of a loss on given data, at a witness."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from flint import fmpq

from invexcheck.architectures.graph import Architecture
from invexcheck.architectures.selections import extends
from invexcheck.architectures.values import Smoothness
from invexcheck.errors import Reject
from invexcheck.hessians.lowering import tape_of
from invexcheck.hessians.numbers import Arithmetic, Entries, Exact
from invexcheck.limits import Budget

MAX_SELECTIONS = 4096
MAX_PARAMETERS = 1000

Point = Sequence[Sequence[fmpq]]
"""The entries of each parameter."""
Choices = tuple[int, ...]


class _Chooser:
    """Hands out the choices of a selection; beyond them the first option, and notes how many options there were."""

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.options: list[int] = []

    def __call__(self, options: int) -> int:
        k = len(self.options)
        self.options.append(options)
        return self.choices[k] if k < len(self.choices) else 0


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


def selections(architecture: Architecture, budget: Budget) -> Iterator[Choices | None]:
    """The choices that make up each selection: at every entry with kinks, one of the pieces; None for an analytic loss.

    More than there are near almost every point, perhaps: every combination of pieces is one.
    """
    if architecture.smoothness == Smoothness.ANALYTIC:
        yield None
        return
    chooser = _Chooser(())
    zeros = [[fmpq(0)] * prod(line.shape) for line in architecture.parameters]
    tape_of(architecture, architecture.data, zeros, Exact, chooser, budget)
    count = prod(chooser.options)
    if count > MAX_SELECTIONS:
        raise Reject(f"the loss has more than {MAX_SELECTIONS} selections", "method")
    for k in range(count):
        choices = []
        for options in chooser.options:
            k, choice = divmod(k, options)
            choices.append(choice)
        yield tuple(choices)


def hessian(
    architecture: Architecture,
    selection: Choices | None,
    point: Point,
    arithmetic: Arithmetic,
    budget: Budget,
) -> list[Entries]:
    """Of a selection of the loss on its data, p rows of p entries."""
    choose = (lambda _: None) if selection is None else _Chooser(selection)
    return tape_of(architecture, architecture.data, point, arithmetic, choose, budget).hessian()
