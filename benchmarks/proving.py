"""Proving claims about the whole catalogue, in this process: totals a kind of claim, and what takes longest."""

from __future__ import annotations

from collections import Counter
from functools import partial

from benchmarks.measuring import Outcome, Report, timed
from invexproof.activations.registry import catalogue
from invexproof.provers.outcome import Verdict
from invexproof.provers.univariate import KINDS, prove_activation

TIMEOUT = 30.0
SLOWEST = 15


def run() -> Outcome:
    """Seconds of the search; the checker's own pass over the finished certificates is another benchmark."""
    totals, every = [], []
    for kind in KINDS:
        counts: Counter[Verdict] = Counter()
        spent = []
        for activation in catalogue():
            outcome, seconds = timed(partial(prove_activation, activation.expression, kind, timeout=TIMEOUT))
            counts[outcome.verdict] += 1
            spent.append(seconds)
            every.append((kind.removeprefix("activation."), activation.name, str(outcome.verdict), seconds))
        totals.append(
            (kind.removeprefix("activation."), *(counts[v] for v in Verdict), sum(spent), max(spent))
        )
    slowest = sorted(every, key=lambda row: -row[3])[:SLOWEST]
    undecided = [row for row in every if row[2] == Verdict.UNDECIDED]
    reports = [
        Report("Claims about the catalogue", ("claim", *map(str, Verdict), "seconds", "slowest, s"), totals),
        Report("What takes longest", ("claim", "activation", "verdict", "seconds"), slowest),
    ]
    if undecided:
        reports.append(Report("Undecided", ("claim", "activation", "verdict", "seconds"), undecided))
    return Outcome(reports, {"timeout": TIMEOUT, "activations": len(catalogue())})
