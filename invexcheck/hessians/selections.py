"""The analytic selections of a loss with kinks: which piece is chosen at each site, and which do not occur together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flint import fmpq

from invexcheck.architectures.graph import Architecture
from invexcheck.architectures.values import Smoothness
from invexcheck.errors import Reject
from invexcheck.hessians.lowering import origin, tape_of
from invexcheck.hessians.numbers import UNKNOWN, Exact
from invexcheck.hessians.tape import Tape
from invexcheck.hessians.tensors import Site
from invexcheck.limits import Budget

MAX_SELECTIONS = 4096
MAX_VISITED = 100_000
MAX_SITES = 1000
MAX_CONFLICTS = 10_000

Choices = tuple[int, ...]
"""The number of the piece at each site."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Pieces at some sites, by number, that cannot occur together, and the weights of the inequalities that show it.

    Each is ``(site, piece, weight)``, the weight positive for the lower end of the piece, negative for its upper end.
    """

    pieces: tuple[tuple[int, int, fmpq], ...]


class Chooser:
    """Hands out the choices of a selection; beyond them the first option, and notes where it was asked."""

    def __init__(self, choices: Choices = ()) -> None:
        self.choices = choices
        self.sites: list[Site] = []

    def __call__(self, site: Site) -> int:
        k = len(self.sites)
        self.sites.append(site)
        return self.choices[k] if k < len(self.choices) else 0


def selections(
    architecture: Architecture, budget: Budget, conflicts: Sequence[Conflict] = ()
) -> Iterator[Choices | None]:
    """The choices that make up each selection: at every site, one of the pieces; None for an analytic loss.

    All combinations of pieces but those that conflicts exclude: more than there are near almost every point, perhaps.
    """
    if architecture.smoothness == Smoothness.ANALYTIC:
        yield None
        return
    found = sites(architecture, budget)
    if len(found.sites) > MAX_SITES or len(conflicts) > MAX_CONFLICTS:
        raise Reject(f"the loss has more than {MAX_SELECTIONS} selections, or too many conflicts", "method")
    for conflict in conflicts:
        require_conflict(found, conflict)
    excluded: list[list[Conflict]] = [[] for _ in found.sites]
    for conflict in conflicts:
        excluded[max(site for site, _, _ in conflict.pieces)].append(conflict)
    stack: list[Choices] = [()]
    count = visited = 0
    while stack:
        choices = stack.pop()
        visited += 1
        if visited > MAX_VISITED or count > MAX_SELECTIONS:
            raise Reject(f"the loss has more than {MAX_SELECTIONS} selections", "method")
        k = len(choices)
        budget.spend(50 + 5 * k + (50 * len(excluded[k - 1]) if k else 0))
        if k and any(all(choices[s] == p for s, p, _ in c.pieces) for c in excluded[k - 1]):
            continue
        if k == len(found.sites):
            count += 1
            yield choices
        else:
            stack += [(*choices, option) for option in reversed(range(found.sites[k].options))]


@dataclass(frozen=True, slots=True)
class Sites:
    """The places where pieces are chosen, and the tape at theta = 0 on which they are found."""

    sites: Sequence[Site]
    tape: Tape

    def form(self, number: int) -> tuple[list[fmpq], fmpq] | None:
        """What a site's choice depends on, if it is an affine function of the parameters: coefficients and constant."""
        site = self.sites[number]
        if not site.points or not self.tape.affine[site.tensor]:
            return None
        constant = self.tape.values[site.tensor][site.entry]
        coefficients = self.tape.gradient(site.tensor, site.entry)
        if constant is UNKNOWN or any(x is UNKNOWN for x in coefficients):
            return None
        return coefficients, constant


def sites(architecture: Architecture, budget: Budget) -> Sites:
    """Where a loss on given data has kinks."""
    chooser = Chooser()
    tape = tape_of(architecture, architecture.data, origin(architecture), Exact, chooser, budget)
    return Sites(chooser.sites, tape)


def require_conflict(found: Sites, conflict: Conflict) -> None:
    """Reject unless these pieces occur together on a null set at most (Farkas' lemma).

    A weighted sum of inequalities ``form >= 0`` that the pieces imply must be a constant: negative, or 0 while one of
    the forms is not constant.
    """
    if not conflict.pieces:
        raise Reject("a conflict is between some pieces", "method")
    total: list[fmpq] = []
    constant, varies = fmpq(0), False
    for number, piece, weight in conflict.pieces:
        form = found.form(number) if 0 <= number < len(found.sites) else None
        if form is None or not 0 <= piece < found.sites[number].options or weight == 0:
            raise Reject("a conflict is between pieces of functions of affine arguments", "method")
        end = piece - 1 if weight > 0 else piece
        points = found.sites[number].points
        if not 0 <= end < len(points):
            raise Reject("a piece has no such end", "method")
        coefficients, offset = form
        total = [
            t + weight * c for t, c in zip(total or [fmpq(0)] * len(coefficients), coefficients, strict=True)
        ]
        constant += weight * (offset - points[end])
        varies = varies or any(c != 0 for c in coefficients)
    if any(t != 0 for t in total) or constant > 0 or (constant == 0 and not varies):
        raise Reject("these pieces may occur together", "method")
