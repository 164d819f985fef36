"""The z3 engine: polynomial, rational and algebraic queries, piecewise ones included, answered exactly.

It is given the SMT-LIB 2 text of the z3 dialect. A query with transcendental functions is refused, since
the text would only bound them. An answer is a hint, never evidence, though its rational witnesses are easy
to check.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import z3

from invexproof.engines.interface import Answer, Availability, Query, Statistics, Verdict
from invexproof.queries.smtlib import SmtlibError, to_smtlib

DIGITS = 30
"""An irrational coordinate of a witness is bracketed to this many decimal digits."""


@dataclass(frozen=True)
class Z3Engine:
    """No options; z3 comes with invexproof."""

    name: str = "z3"

    def availability(self) -> Availability:
        return Availability(True, z3.get_version_string())

    def solve(self, query: Query, timeout: float | None = None, seed: int = 0) -> Answer:
        """`sat` with exact rational witnesses (or a box around an algebraic one), `unsat`, or `unknown`."""
        started = time.monotonic()
        try:
            script = to_smtlib(query, "z3")
        except SmtlibError as error:
            return self._answer("unknown", started, reason=str(error))
        if script.abstractions:
            functions = ", ".join(script.abstractions)
            reason = (
                f"z3 decides polynomial and piecewise polynomial formulas; this one has {functions}; ask icp"
            )
            return self._answer("unknown", started, reason=reason)
        context = z3.Context()
        solver = z3.SolverFor("QF_NRA", ctx=context)
        if timeout is not None:
            solver.set("timeout", max(1, int(1000 * timeout)))
        solver.set("random_seed", seed % 2**31)
        solver.add(z3.parse_smt2_string(script.text, ctx=context))
        try:
            result = str(solver.check())
        except KeyboardInterrupt:
            return self._answer("unknown", started, reason="interrupted")
        if result == "sat":
            return self._found(solver.model(), script.symbols, context, started)
        if result == "unsat":
            return self._answer("unsat", started)
        return self._answer("unknown", started, reason=f"z3 says: {solver.reason_unknown()}")

    def _found(self, model: Any, symbols: Any, context: Any, started: float) -> Answer:
        box: dict[str, tuple[Fraction, Fraction]] = {}
        for symbol, name in symbols.items():
            value = model.eval(z3.Real(symbol, ctx=context), model_completion=True)
            box[name] = _bracket(value)
        exact = all(low == high for low, high in box.values())
        witness = {name: low for name, (low, _) in box.items()} if exact else None
        return self._answer("sat", started, witness=witness, box=box)

    def _answer(self, verdict: Verdict, started: float, **fields: Any) -> Answer:
        seconds = time.monotonic() - started
        version = z3.get_version_string()
        return Answer(verdict, self.name, version, seconds=seconds, statistics=Statistics(), **fields)


def _bracket(value: Any) -> tuple[Fraction, Fraction]:
    """A rational value exactly, an algebraic one between two rationals."""
    if z3.is_rational_value(value):
        exact = Fraction(value.numerator_as_long(), value.denominator_as_long())
        return exact, exact
    near = value.approx(DIGITS)
    middle = Fraction(near.numerator_as_long(), near.denominator_as_long())
    reach = Fraction(1, 10**DIGITS)
    return middle - reach, middle + reach
