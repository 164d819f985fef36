"""Witnesses for claims about step sizes on given data: parameters at which Hessians exclude that a step size is bad."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from math import prod
from typing import Any, Final

from flint import fmpq

from invexcheck.architectures.graph import PARAMETER, Architecture
from invexcheck.architectures.sizes import Sizes
from invexcheck.architectures.values import Smoothness
from invexcheck.balls import precision
from invexcheck.errors import Reject
from invexcheck.hessians.exclusion import Left, asked, narrowed
from invexcheck.hessians.hessian import Point, hessian, require_smooth
from invexcheck.hessians.lowering import origin
from invexcheck.hessians.numbers import Arithmetic, Balls, Exact
from invexcheck.hessians.selections import Choices, Conflict, selections
from invexcheck.hessians.spectra import Enclosure, Matrix
from invexcheck.limits import Budget, Limits
from invexproof.provers.conflicts import conflicts, to_json
from invexproof.provers.patience import require_time

ZEROS: Final = "0"
BITS: Final = 64
EXACT_BITS: Final = 128
TRIES: Final = 6
"""Random witnesses that are tried in a row without one that excludes anything."""
SCALES: Final = (0.5, 2.0**-6, 1.0, 2.0**-10, 2.0)
"""Of their entries, in turn: data may be large."""
STEP: Final = 16
"""Entries of random witnesses are whole numbers times their scale, over this."""
SEED: Final = 20251
MOST: Final = fmpq(2) ** 60
HALVINGS: Final = 12
UNLIMITED: Final = Limits(work=1 << 62)


@dataclass
class Witness:
    """A point at which Hessians are computed, exactly or in balls of so many bits."""

    point: Point
    bits: int | None
    useful: bool = False

    @property
    def arithmetic(self) -> Arithmetic:
        return Exact if self.bits is None else Balls

    def to_json(self) -> dict[str, Any]:
        """As it stands in a certificate."""
        at = [[str(q) for q in entries] if any(entries) else ZEROS for entries in self.point]
        return {"at": at} | ({} if self.bits is None else {"bits": self.bits})


@dataclass
class Survey:
    """Witnesses, and enclosures of eigenvalues one over which may be a bad step size: None if nothing is known."""

    witnesses: list[Witness] = field(default_factory=list)
    left: list[Enclosure] | None = None
    reason: str = ""
    conflicts: list[Conflict] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """What stands in the step of a certificate."""
        found: dict[str, Any] = {"witnesses": [witness.to_json() for witness in self.witnesses]}
        return found | ({"conflicts": [to_json(c) for c in self.conflicts]} if self.conflicts else {})

    @property
    def sizes(self) -> list[Enclosure]:
        """Enclosures of the step sizes that may be bad, in ascending order."""
        found = {(e.low, e.high): e for e in (v.inverse for v in self.left or [])}
        return [found[key] for key in sorted(found, key=lambda ends: (ends[0], ends[1]))]


def survey(architecture: Architecture, sizes: Sizes) -> Survey:
    """Look for witnesses that exclude as many of these step sizes as can be."""
    try:
        require_smooth(architecture)
        return _Search(architecture, sizes).run()
    except Reject as reject:
        return Survey(reason=reject.message)


@lru_cache(maxsize=4)
def _conflicts(architecture: Architecture) -> list[Conflict]:
    return conflicts(architecture, Budget(UNLIMITED))


class _Search:
    def __init__(self, architecture: Architecture, sizes: Sizes) -> None:
        self.architecture, self.sizes = architecture, sizes
        self.random = random.Random(SEED)
        self.known: list[Witness] = [
            Witness(origin(architecture), None),
            Witness(origin(architecture), BITS),
            Witness(self._last(), None),
        ]
        self.reason = ""
        analytic = architecture.smoothness == Smoothness.ANALYTIC
        self.conflicts = [] if analytic else _conflicts(architecture)

    def run(self) -> Survey:
        left: dict[tuple[fmpq, fmpq], Enclosure] = {}
        # all at once: too many of them are told before the first Hessian
        for selection in list(selections(self.architecture, Budget(UNLIMITED), self.conflicts)):
            found = self._of(selection)
            if found is None:
                return Survey(reason=self.reason)
            left |= {(e.low, e.high): e for e in found}
        useful = [witness for witness in self.known if witness.useful]
        return Survey(useful, list(left.values()), conflicts=self.conflicts)

    def _of(self, selection: Choices | None) -> list[Enclosure] | None:
        """What is left of a selection; new witnesses are tried until nothing is, or none helps."""
        left = asked(self.sizes)
        idle, exact = 0, False
        for witness in self._candidates():
            if exact and witness is self.known[1]:
                continue  # the Hessian there is known exactly
            if left is None and witness.bits is not None and self.sizes.high is None:
                return None  # enclosures cannot tell an eigenvalue of 0 from a tiny one
            try:
                after = self._after(selection, witness, left)
            except Reject as reject:
                self.reason = self.reason or reject.message
                after = left
            else:
                exact = exact or witness is self.known[0]
            helped = after is not None and (left is None or len(after) < len(left))
            witness.useful = witness.useful or helped
            idle = 0 if helped else idle + 1
            left = after
            if left == [] or idle > TRIES:
                break
        return left

    def _candidates(self) -> Iterator[Witness]:
        yield from list(self.known)
        while True:
            witness = Witness(self._random(), BITS)
            self.known.append(witness)
            yield witness

    def _after(self, selection: Choices | None, witness: Witness, left: Left) -> Left:
        require_time()
        budget = Budget(UNLIMITED)
        with precision(witness.bits or EXACT_BITS):
            rows = hessian(self.architecture, selection, witness.point, witness.arithmetic, budget)
            return narrowed(left, rows, self.sizes, budget)

    def _last(self) -> Point:
        """Zeros, but for the weights that are used last: many functions have rational values there."""
        point = origin(self.architecture)
        inputs = [k for k, line in enumerate(self.architecture.inputs) if line.role == PARAMETER]
        first = len(self.architecture.inputs)
        used = {a: k for k, node in enumerate(self.architecture.nodes, first) for a in node.arguments}
        last = max(inputs, key=lambda k: (len(self.architecture.inputs[k].shape) > 1, used.get(k, 0)))
        entries = point[inputs.index(last)]
        entries[:] = [self._normal(1.0) for _ in entries]
        return point

    def _random(self) -> Point:
        scale = SCALES[len(self.known) % len(SCALES)]
        return [
            [self._normal(scale) for _ in range(prod(line.shape))] for line in self.architecture.parameters
        ]

    def _normal(self, scale: float) -> fmpq:
        whole, over = scale.as_integer_ratio()
        return fmpq(round(self.random.gauss(0, 1) * STEP) * whole, STEP * over)


def bound(architecture: Architecture) -> fmpq | None:
    """A step size below which Gershgorin-like bounds show none to be bad: one over all eigenvalues at theta = 0."""
    try:
        require_smooth(architecture)
        largest = fmpq(0)
        search = _Search(architecture, Sizes(""))
        zeros = search.known[1]
        for selection in list(selections(architecture, Budget(UNLIMITED), search.conflicts)):
            require_time()
            with precision(BITS):
                rows = hessian(architecture, selection, zeros.point, Balls, Budget(UNLIMITED))
                largest = max(largest, _above(Matrix(rows, Budget(UNLIMITED))))
    except Reject:
        return None
    return 1 / largest if largest > 0 else None


def _above(matrix: Matrix) -> fmpq:
    """A number above all eigenvalues, not far from the largest one if that is positive."""
    high = fmpq(1)
    while not matrix.below(high):
        if high > MOST:
            raise Reject("the Hessian is too large", "inexact")
        high *= 2
    low = high
    while low > 1 / MOST and matrix.below(low / 2):
        low = high = low / 2
    low = high / 2
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if matrix.below(middle) else (middle, high)
    return high


def rounded(enclosure: Enclosure, digits: int = 10) -> list[str] | str:
    """A step size, or a closed interval of so many decimal digits around them, as in a certificate."""
    low, high = enclosure.low, enclosure.high
    if low == high:
        return str(low)
    unit = Fraction(10) ** digits
    while True:
        a, b = Fraction(int(low.p), int(low.q)) * unit, Fraction(int(high.p), int(high.q)) * unit
        ends = Fraction(a.__floor__()) / unit, Fraction(b.__ceil__()) / unit
        if not ends[0] <= 0 <= ends[1]:
            return [str(ends[0]), str(ends[1])]
        unit *= 10


def rounded_down(size: fmpq, digits: int = 6) -> str:
    """A positive number cut after its first digits, so not above it."""
    exact = Fraction(int(size.p), int(size.q))
    unit = Fraction(1)
    while exact * unit < 10 ** (digits - 1):
        unit *= 10
    while exact * unit >= 10**digits:
        unit /= 10
    return str(Fraction((exact * unit).__floor__()) / unit)
