"""The built-in engine: delta-complete branch and prune over arrays of boxes, in any dimension.

A batch of boxes is contracted, judged with plain, mean-value and monotonicity enclosures, tried at its
centres, and split along the relatively widest side; unbounded sides split off shells that grow by squaring.
The arithmetic is outward-rounded floating point, so `unsat` and `sat` are right if NumPy's functions are as
accurate as documented; they are nevertheless hints, and the checker redoes what a proof uses.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from invexproof import __version__
from invexproof.engines.boxes import Boxes, enclose, enclose_derivatives
from invexproof.engines.contraction import contract
from invexproof.engines.interface import (
    Answer,
    Availability,
    ExactBox,
    Query,
    Statistics,
    Verdict,
    conjuncts,
    is_conjunctive,
)
from invexproof.engines.judging import Mask, hopeless, judge, weakly_certain
from invexproof.engines.krawczyk import newton_polish, verify_zero
from invexproof.engines.rounding import LARGEST, Array
from invexproof.expressions.terms import rational

BATCH = 4096
SAMPLES = 2048
CONTRACTION_ROUNDS = 2
SAMPLE_RANGE = 1e3
"""Unbounded sides are sampled up to about this distance."""


@dataclass(frozen=True)
class IcpEngine:
    """Options: boxes below `resolution` (relative) are not split further; `max_boxes` bounds the search; at
    most `max_remaining` undecided boxes are reported.
    """

    resolution: float = 2.0**-44
    max_boxes: int = 5_000_000
    max_remaining: int = 100
    name: str = "icp"

    def availability(self) -> Availability:
        return Availability(True, __version__)

    def solve(self, query: Query, timeout: float | None = None, seed: int = 0) -> Answer:
        """Branch and prune; deterministic for a seed. Ctrl-C and the timeout give `unknown` with the boxes
        left.
        """
        search = _Search(query, self, time.monotonic(), timeout, seed)
        try:
            return search.run()
        except KeyboardInterrupt:
            return search.unknown("interrupted")


@dataclass
class _Search:
    query: Query
    options: IcpEngine
    started: float
    timeout: float | None
    seed: int
    pending: list[Boxes] = field(default_factory=list)
    undecided: list[Boxes] = field(default_factory=list)
    current: Boxes | None = None
    boxes: int = 0
    leaves: int = 0

    def __post_init__(self) -> None:
        parts = conjuncts(self.query.formula) if is_conjunctive(self.query.formula) else []
        self.equalities = [atom.expression for atom in parts if atom.relation == "="]
        self.inequalities = [atom for atom in parts if atom.relation != "="]

    def run(self) -> Answer:
        start = Boxes.around(self.query.variables)
        self.pending.append(start)
        found = self._try_points(self._samples(start))
        while found is None and self.pending:
            if self.timeout is not None and time.monotonic() - self.started > self.timeout:
                return self.unknown(f"no answer within {self.timeout:g} s")
            if self.boxes >= self.options.max_boxes:
                return self.unknown(f"no answer within {self.options.max_boxes} boxes")
            self.current = self._next_batch()
            found = self._step(self.current)
            self.current = None
        if found is not None:
            return found
        if self.undecided:
            return self.unknown(
                "boxes at the resolution of the arithmetic could be neither excluded nor confirmed"
            )
        return self._answer("unsat")

    def _step(self, batch: Boxes) -> Answer | None:
        self.boxes += len(batch)
        before = len(batch)
        batch = self._contracted(batch)
        judgement = judge(self.query.formula, batch)
        if judgement.certain.any():
            found = self._try_points(batch.take(judgement.certain).centres())
            if found is not None:
                return found
        batch = batch.take(judgement.possible)
        self.leaves += before - len(batch)
        if not len(batch):
            return None
        found = self._try_points(batch.centres())
        if found is not None:
            return found
        widths = batch.relative_widths()
        small = (widths <= self.options.resolution).all(axis=1) | _beyond_floats(batch)
        small |= hopeless(self.query.formula, batch)
        if small.any():
            self.undecided.append(batch.take(small))
            self.leaves += int(small.sum())
            batch, widths = batch.take(~small), widths[~small]
        if len(batch):
            self.pending.append(batch.bisect(np.argmax(widths, axis=1)))
        return None

    def _next_batch(self) -> Boxes:
        """Up to BATCH boxes, the latest first, so that the memory in use stays small."""
        taken: list[Boxes] = []
        room = BATCH
        while self.pending and room:
            latest = self.pending.pop()
            if len(latest) > room:
                self.pending.append(latest.take(slice(0, len(latest) - room)))
                latest = latest.take(slice(len(latest) - room, None))
            taken.append(latest)
            room -= len(latest)
        return Boxes.concatenate(taken)

    def _contracted(self, batch: Boxes) -> Boxes:
        for _ in range(CONTRACTION_ROUNDS):
            for atom in conjuncts(self.query.formula):
                batch, alive = contract(atom, batch)
                self.leaves += int(len(alive) - alive.sum())
                batch = batch.take(alive)
                if not len(batch):
                    return batch
        return batch

    def _samples(self, start: Boxes) -> Array:
        """Random points of the domain (the only use of the seed), and its centre; unbounded sides log-
        uniformly.
        """
        rng = np.random.default_rng(self.seed)
        low, high = start.lower[0], start.upper[0]
        shape = (SAMPLES, len(start.names))
        logarithmic = np.expm1(rng.uniform(0.0, np.log1p(SAMPLE_RANGE), shape))
        with np.errstate(all="ignore"):
            bounded = low + rng.uniform(0.0, 1.0, shape) * (high - low)
        signs = rng.choice([-1.0, 1.0], shape)
        unbounded = np.where(
            np.isfinite(low), low + logarithmic, np.where(np.isfinite(high), high - logarithmic, 0.0)
        )
        both = np.isneginf(low) & np.isposinf(high)
        points = np.where(both, signs * logarithmic, np.where(np.isfinite(high - low), bounded, unbounded))
        return np.concatenate([start.centres(), np.clip(points, low, high)])

    def _try_points(self, points: Array) -> Answer | None:
        """`sat` if the formula holds at a point, `delta-sat` if its weakening by delta does."""
        inside = self._inside(points)
        points = points[inside]
        if not len(points):
            return None
        thin = Boxes.at_points(tuple(self.query.variables), points)
        self.boxes += len(points)
        holds = judge(self.query.formula, thin, refine=False).certain
        if holds.any():
            return self._answer("sat", points[int(np.argmax(holds))])
        weakly = weakly_certain(self.query.formula, thin, float(self.query.delta))
        best = self._closest(thin) if not weakly.any() else int(np.argmax(weakly))
        proved = None if best is None else self._prove_equalities(points[best])
        if proved is not None:
            return proved
        return self._answer("delta-sat", points[int(np.argmax(weakly))]) if weakly.any() else None

    def _closest(self, thin: Boxes) -> int | None:
        """The point that satisfies all inequalities and comes closest to the equalities, if there are any."""
        if not self.equalities:
            return None
        residual = np.zeros(len(thin))
        for expression in self.equalities:
            value = enclose(expression, thin)
            residual = np.maximum(residual, np.maximum(-value.lower, value.upper))
            residual[np.asarray(value.undefined)] = np.inf
        for atom in self.inequalities:
            residual[~judge(atom, thin, refine=False).certain] = np.inf
        best = int(np.argmin(residual))
        return best if np.isfinite(residual[best]) else None

    def _inside(self, points: Array) -> Mask:
        """Exactly within the bounds of the query, which the float box may exceed by rounding."""
        inside = np.asarray(np.isfinite(points).all(axis=1))
        for column, (low, high) in enumerate(self.query.variables.values()):
            side = points[:, column]
            for bound, below in ((low, True), (high, False)):
                if bound is None:
                    continue
                nearest = float(bound) if abs(bound) <= LARGEST else np.inf * (1 if bound > 0 else -1)
                exact = Fraction(nearest) if np.isfinite(nearest) else bound
                if below:
                    inside &= (side >= nearest) if exact >= bound else (side > nearest)
                else:
                    inside &= (side <= nearest) if exact <= bound else (side < nearest)
        return inside

    def _prove_equalities(self, point: Array) -> Answer | None:
        """`sat` where a zero of the equalities near a delta-solution is proved to exist and the rest holds
        around it.

        With fewer equations than unknowns, the unknowns that matter least are fixed at the point.
        """
        equalities = self.equalities
        names = tuple(self.query.variables)
        if not equalities or len(equalities) > len(names):
            return None
        at_point = Boxes.at_points(names, point[None, :])
        rows = [enclose_derivatives(expression, at_point).gradient for expression in equalities]
        jacobian = np.array([[0.5 * slope.lower[0] + 0.5 * slope.upper[0] for slope in row] for row in rows])
        if not np.isfinite(jacobian).all():
            return None
        solved = _most_independent_columns(jacobian)
        fixed = {n: rational(Fraction(point[i])) for i, n in enumerate(names) if i not in solved}
        system = [expression.substitute(fixed) for expression in equalities]
        unknowns = tuple(names[i] for i in solved)
        polished = newton_polish(system, unknowns, point[list(solved)])
        zero = verify_zero(system, unknowns, polished) if np.isfinite(polished).all() else None
        if zero is None:
            return None
        lower, upper = point.copy(), point.copy()
        lower[list(solved)], upper[list(solved)] = zero.lower[0], zero.upper[0]
        around = Boxes(names, lower[None, :], upper[None, :])
        if not (self._inside(around.lower)[0] and self._inside(around.upper)[0]):
            return None
        if not all(judge(atom, around).certain[0] for atom in self.inequalities):
            return None
        return self._answer("sat", box=_exact_boxes(around)[0])

    def _answer(self, verdict: Verdict, point: Array | None = None, box: ExactBox | None = None) -> Answer:
        witness: Mapping[str, Fraction] | None = None
        if point is not None:
            witness = {n: Fraction(float(v)) for n, v in zip(self.query.variables, point, strict=True)}
            box = {n: (v, v) for n, v in witness.items()}
        return Answer(
            verdict,
            self.options.name,
            __version__,
            witness=witness if verdict == "sat" else None,
            box=box,
            seconds=time.monotonic() - self.started,
            statistics=Statistics(self.boxes, self.leaves),
        )

    def unknown(self, reason: str) -> Answer:
        """An undecided answer with the boxes that are left, unbounded ones cut at the largest float."""
        left = [*self.undecided, *([self.current] if self.current is not None else []), *self.pending]
        remaining: list[ExactBox] = []
        for boxes in left:
            room = self.options.max_remaining - len(remaining)
            remaining.extend(_exact_boxes(boxes.take(slice(0, room))))
        return Answer(
            "unknown",
            self.options.name,
            __version__,
            seconds=time.monotonic() - self.started,
            statistics=Statistics(self.boxes, self.leaves),
            reason=reason,
            remaining=tuple(remaining),
        )


def _beyond_floats(boxes: Boxes) -> Mask:
    """Boxes whose unbounded sides begin where no larger float could split them."""
    infinite = np.isinf(boxes.lower) | np.isinf(boxes.upper)
    start = np.maximum(np.maximum(boxes.lower, -boxes.upper), 0.0)
    settled = np.where(infinite, start >= 0.5 * LARGEST, boxes.relative_widths() <= 1.0)
    return np.asarray(infinite.any(axis=1) & settled.all(axis=1))


def _most_independent_columns(jacobian: Array) -> tuple[int, ...]:
    """As many columns as rows, chosen greedily by what the earlier ones don't span; ascending."""
    rest = jacobian.astype(np.float64, copy=True)
    chosen: list[int] = []
    for _ in range(len(jacobian)):
        norms = np.linalg.norm(rest, axis=0)
        norms[chosen] = -1.0
        best = int(np.argmax(norms))
        chosen.append(best)
        if norms[best] > 0.0:
            direction = rest[:, best] / norms[best]
            rest -= np.outer(direction, direction @ rest)
    return tuple(sorted(chosen))


def _exact_boxes(boxes: Boxes) -> list[ExactBox]:
    lower, upper = np.maximum(boxes.lower, -LARGEST), np.minimum(boxes.upper, LARGEST)
    return [
        {
            name: (Fraction(float(a)), Fraction(float(b)))
            for name, a, b in zip(boxes.names, low, high, strict=True)
        }
        for low, high in zip(lower, upper, strict=True)
    ]
