"""Second derivatives of a combination of a network's outputs over a box: adjoints backwards, slopes forwards.

The Hessian of u . Phi is the sum over all nonlinear nodes of the adjoint of an entry times the second derivative
there, times products of the rows of slopes of its arguments.
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import arb, arb_mat

from invexcheck.errors import Reject
from invexcheck.intervals import Interval, evaluate
from invexcheck.networks.functions import as_ball
from invexcheck.networks.graph import entry_name
from invexcheck.networks.macros import Chain, Primitive
from invexcheck.networks.propagation import Forward
from invexcheck.session import VARIABLE, Session
from invexcheck.terms import GUARDED


class Backward:
    """One pass backwards after a forward pass with slopes; one method for each operator, of the same name."""

    def __init__(self, session: Session, chain: Chain, forward: Forward, weights: Sequence[arb]) -> None:
        self.session = session
        self.functions = chain.network.functions
        self.forward = forward
        n = forward.columns
        self.hessian = arb_mat(n, n)
        self.adjoints: dict[int, list[arb]] = {len(chain.steps) - 1: list(weights)}
        for position in reversed(range(1, len(chain.steps))):
            step = chain.steps[position]
            session.budget.spend(64 * step.size * n * n)
            adjoint = self.adjoints.pop(position, None)
            if adjoint is not None:
                getattr(self, step.op)(step, adjoint)

    def _pass(self, i: int, values: Sequence[arb]) -> None:
        before = self.adjoints.get(i)
        self.adjoints[i] = (
            list(values) if before is None else [a + b for a, b in zip(before, values, strict=True)]
        )

    def _curve(self, left: list[list[arb]], weights: Sequence[arb], right: list[list[arb]]) -> None:
        """Add left^T diag(weights) right."""
        scaled = [[w * x for x in row] for w, row in zip(weights, right, strict=True)]
        self.hessian = self.hessian + arb_mat(left).transpose() * arb_mat(scaled)

    def linear(self, step: Primitive, adjoint: list[arb]) -> None:
        matrix, _, rows = step.data
        self.session.budget.spend(64 * rows * matrix.nrows() * matrix.ncols())
        back = arb_mat(rows, matrix.nrows(), adjoint) * arb_mat(matrix)
        self._pass(step.arguments[0], back.entries())

    def add(self, step: Primitive, adjoint: list[arb]) -> None:
        for i in step.arguments:
            self._pass(i, adjoint)

    def gather(self, step: Primitive, adjoint: list[arb]) -> None:
        sizes = [len(self.forward.values[i]) for i in step.arguments]
        joined = [arb(0)] * sum(sizes)
        for k, value in zip(step.data, adjoint, strict=True):
            if k >= 0:
                joined[k] = joined[k] + value
        start = 0
        for i, size in zip(step.arguments, sizes, strict=True):
            self._pass(i, joined[start : start + size])
            start += size

    def product(self, step: Primitive, adjoint: list[arb]) -> None:
        i, j = step.arguments
        left, right = ([as_ball(v) for v in self.forward.values[k]] for k in (i, j))
        self._pass(i, [a * v for a, v in zip(adjoint, right, strict=True)])
        self._pass(j, [a * u for a, u in zip(adjoint, left, strict=True)])
        self._curve(self.forward.rows(i), adjoint, self.forward.rows(j))
        self._curve(self.forward.rows(j), adjoint, self.forward.rows(i))

    def pointwise(self, step: Primitive, adjoint: list[arb]) -> None:
        self._function(step, [self.functions[f] for f in step.data], adjoint)

    def known(self, step: Primitive, adjoint: list[arb]) -> None:
        self._function(step, step.data, adjoint)

    def _function(self, step: Primitive, roots: Sequence[int], adjoint: list[arb]) -> None:
        (i,) = step.arguments
        slopes, bends = [], []
        for root, value in zip(roots, self.forward.values[i], strict=True):
            slope, bend = self._derivatives(root, value)
            slopes.append(slope)
            bends.append(bend)
        self._pass(i, [a * s for a, s in zip(adjoint, slopes, strict=True)])
        rows = self.forward.rows(i)
        self._curve(rows, [a * b for a, b in zip(adjoint, bends, strict=True)], rows)

    def _derivatives(self, root: int, value: Interval) -> tuple[arb, arb]:
        """First and second derivative of a smooth function over an interval on which it is analytic."""
        terms = self.session.terms
        if any(terms.op(t) in GUARDED for t in terms.order(root)):
            raise Reject("a function with pieces where an analytic one is needed", "function")
        slope = self.session.derivative(root)
        bend = self.session.derivative(slope)
        box = {VARIABLE: value}
        evaluate(terms, root, box, analytic=True)
        self.session.budget.spend(64 * len(terms.order(bend)))
        return as_ball(evaluate(terms, slope, box)), as_ball(evaluate(terms, bend, box))

    def formulas(self, step: Primitive, adjoint: list[arb]) -> None:
        (i,) = step.arguments
        terms, entries, rows = self.session.terms, self.forward.values[i], self.forward.rows(i)
        names = [entry_name(k) for k in range(len(entries))]
        box = dict(zip(names, entries, strict=True))
        back = [arb(0)] * len(entries)
        for root, weight in zip(step.data, adjoint, strict=True):
            evaluate(terms, root, box, analytic=True)
            for k, name in enumerate(names):
                slope = terms.derivative(root, name)
                back[k] = back[k] + weight * as_ball(evaluate(terms, slope, box))
                bends = [as_ball(evaluate(terms, terms.derivative(slope, other), box)) for other in names]
                mixed = (arb_mat(1, len(names), bends) * arb_mat(rows)).entries()
                self._curve([rows[k]], [weight], [mixed])
        self._pass(i, back)

    def max(self, step: Primitive, adjoint: list[arb]) -> None:
        raise Reject("a maximum where an analytic map is needed", "smooth")
