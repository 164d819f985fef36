"""Which pieces of a loss with kinks cannot occur together: z3 looks for them, Farkas' lemma proves it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

import z3
from flint import fmpq

from invexcheck.architectures.graph import Architecture
from invexcheck.hessians.selections import Conflict, Sites, sites
from invexcheck.limits import Budget
from invexproof.provers.patience import require_time

MAX_SITES: Final = 100
MAX_CALLS: Final = 5000
SEED: Final = 0

Inequality = tuple[list[fmpq], fmpq, int, int, int]
"""Coefficients and constant of a form that is >= 0; site, piece, and the sign of its weight."""


def conflicts(architecture: Architecture, budget: Budget) -> list[Conflict]:
    """All of them, as far as they are needed to know which pieces occur; none where there are very many pieces."""
    found = sites(architecture, budget)
    return _Search(found).run() if 1 < len(found.sites) <= MAX_SITES else []


class _Search:
    """Pieces are assigned site by site; where none fits with those before, the reason is kept."""

    def __init__(self, found: Sites) -> None:
        self.found = found
        self.forms = [found.form(k) for k in range(len(found.sites))]
        self.solver = z3.Solver()
        self.solver.set("random_seed", SEED)
        size = next((len(form[0]) for form in self.forms if form is not None), 0)
        self.variables = [z3.Real(f"t{i}") for i in range(size)]
        self.known: list[Conflict] = []
        self.calls = 0

    def run(self) -> list[Conflict]:
        known = [k for k, form in enumerate(self.forms) if form is not None]
        pending: list[tuple[int, ...]] = [()]
        while pending and self.calls < MAX_CALLS:
            require_time()
            pieces = pending.pop()
            chosen = list(zip(known, pieces, strict=False))
            if self._excluded(chosen) or (chosen and not self._fits(chosen)):
                continue
            if len(pieces) < len(known):
                options = self.found.sites[known[len(pieces)]].options
                pending += [(*pieces, option) for option in range(options)]
        return self.known

    def _excluded(self, chosen: list[tuple[int, int]]) -> bool:
        there = set(chosen)
        return any(all((site, piece) in there for site, piece, _ in c.pieces) for c in self.known)

    def _inequalities(self, site: int, piece: int) -> list[Inequality]:
        form, points = self.forms[site], self.found.sites[site].points
        if form is None:
            return []
        coefficients, constant = form
        result: list[Inequality] = []
        if piece > 0:
            result.append((coefficients, constant - points[piece - 1], site, piece, 1))
        if piece < len(points):
            result.append(([-c for c in coefficients], points[piece] - constant, site, piece, -1))
        return result

    def _fits(self, chosen: list[tuple[int, int]]) -> bool:
        """Whether there is an open set with these pieces; if not, the reason is kept."""
        self.calls += 1
        rows = [row for site, piece in chosen for row in self._inequalities(site, piece)]
        varying = [row for row in rows if any(c != 0 for c in row[0])]
        labels = [z3.Bool(f"r{i}") for i in range(len(rows))]
        self.solver.push()
        for label, row in zip(labels, rows, strict=True):
            value = self._value(row)
            self.solver.add(z3.Implies(label, value > 0 if row in varying else value >= 0))
        answer = self.solver.check(*labels)
        core = {str(label) for label in self.solver.unsat_core()} if answer == z3.unsat else set()
        self.solver.pop()
        if answer != z3.unsat:
            return True
        weights = self._weights([row for label, row in zip(labels, rows, strict=True) if str(label) in core])
        if weights is None:
            return True
        self.known.append(Conflict(tuple(weights)))
        return False

    def _value(self, row: Inequality) -> Any:
        terms = [_real(c) * t for c, t in zip(row[0], self.variables, strict=True) if c != 0]
        return z3.Sum([*terms, _real(row[1])])

    def _weights(self, rows: list[Inequality]) -> list[tuple[int, int, fmpq]] | None:
        """Nonnegative weights, not all 0, with which the sum of the forms is a constant that is not positive."""
        solver = z3.Solver()
        weights = [z3.Real(f"w{i}") for i in range(len(rows))]
        solver.add(*(w >= 0 for w in weights), z3.Sum(weights) == 1)
        for k in range(len(self.variables)):
            solver.add(z3.Sum([w * _real(row[0][k]) for w, row in zip(weights, rows, strict=True)]) == 0)
        solver.add(z3.Sum([w * _real(row[1]) for w, row in zip(weights, rows, strict=True)]) <= 0)
        if solver.check() != z3.sat:
            return None
        model = solver.model()
        result = []
        for weight, (_, _, site, piece, sign) in zip(weights, rows, strict=True):
            value = model.eval(weight, model_completion=True)
            exact = fmpq(value.numerator_as_long(), value.denominator_as_long())
            if exact != 0:
                result.append((site, piece, sign * exact))
        return result


def _real(q: fmpq) -> Any:
    return z3.Q(int(q.p), int(q.q)) if q.q != 1 else z3.RealVal(int(q.p))


def to_json(conflict: Conflict) -> list[list[Any]]:
    """As it stands in a certificate."""
    return [[site, piece, str(Fraction(int(w.p), int(w.q)))] for site, piece, w in conflict.pieces]
