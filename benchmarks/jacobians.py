"""Jacobians on boxes: milliseconds to find boxes that show them nonsingular, to prove it, and to check the proof.

dReal is asked beside, where it is installed; what it is recorded to have taken elsewhere is shown anyway.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from benchmarks.jacobian_instances import Instance, generated, recorded
from benchmarks.jacobian_queries import queries
from benchmarks.measuring import Outcome, Report, seconds_per_call, timed
from invexcheck.kernel import verify
from invexcheck.limits import Limits
from invexproof.engines.blocks import Block
from invexproof.engines.determinants import Determinant, lowest_point, samples
from invexproof.engines.dreal_engine import DrealEngine
from invexproof.engines.forms import Kind
from invexproof.engines.multiaffine import MARGIN, search
from invexproof.engines.rounding import Array
from invexproof.expressions.parser import parse
from invexproof.networks.slope_form import SlopeForm
from invexproof.provers.maps import prove_map

KINDS: tuple[Kind, ...] = ("mean-value", "affine")
SEARCH_BOXES = 50_000
PROOF_SECONDS = 60.0
DREAL_SECONDS = 20.0
SAMPLES = 2000


def run() -> Outcome:
    """Searches by both kinds of enclosures, proofs and their checking, and dReal."""
    instances = [*recorded(), *generated()]
    reports = [_searches(instances), _proofs(instances)]
    dreal = DrealEngine().availability()
    if dreal.available:
        reports.append(_dreal([instance for instance in instances if instance.dreal_asked]))
    return Outcome(reports, {"dreal": dreal.version or "not installed: only recorded seconds are shown"})


def blocks(instance: Instance) -> list[Block]:
    """The layers for the engine, which takes the nearest floats."""
    tanh = [parse("tanh(x)")]
    found = []
    for layer in instance.layers:
        inner, outer, bias = (_floats(part) for part in (layer.inner, layer.outer, layer.bias))
        units, size = inner.shape
        form = SlopeForm(
            A=inner,
            B=np.zeros((units, units)),
            C=np.eye(size),
            E=outer,
            a=bias,
            c=np.zeros(size),
            functions=(0,) * units,
            places=tuple((0, k) for k in range(units)),
        )
        found.append(Block.of(form, tanh))
    return found


def _floats(numbers: Any) -> Array:
    return np.array(numbers, dtype=np.float64)


def _searches(instances: list[Instance]) -> Report:
    rows = []
    for instance in instances:
        least = least_determinant(instance)
        for kind in KINDS if len(instance.layers) > 1 else KINDS[:1]:
            find = partial(search, blocks(instance), instance.box, forms=kind, max_boxes=SEARCH_BOXES)
            result, seconds = timed(find)
            if seconds < 0.05:
                seconds = seconds_per_call(find)
            rows.append((instance.name, least, kind, result.verdict, result.leaves, seconds * 1e3))
    columns = ("map", "least determinant found", "enclosures", "answer", "leaves", "search, ms")
    return Report("Boxes on which the Jacobian is nonsingular", columns, rows)


def least_determinant(instance: Instance) -> float:
    """The least value of |det| at random points and after a local search: an upper bound of the least of all."""
    upper = np.ones(instance.dimension)
    points = samples(-upper, upper, SAMPLES, seed=0)
    with np.errstate(all="ignore"):
        determinant = Determinant(blocks(instance), points, MARGIN)
        return abs(lowest_point(determinant, -upper, upper, points, seed=0)[1])


def _proofs(instances: list[Instance]) -> Report:
    rows = []
    for instance in instances:
        prove = partial(prove_map, instance.network(), region=instance.box, timeout=PROOF_SECONDS)
        outcome, seconds = timed(prove)
        checked: float | str = ""
        if outcome.document is not None:
            document = {**outcome.document, "provenance": {}}
            checked = timed(partial(verify, document, Limits()))[1] * 1e3
        recorded_seconds: float | str = ""
        if instance.dreal_asked:
            recorded_seconds = "over 90" if instance.dreal_seconds is None else instance.dreal_seconds
        rows.append((instance.name, str(outcome.verdict), seconds, checked, recorded_seconds))
    columns = ("map", "verdict", "proof, s", "check, ms", "dReal, s (recorded)")
    return Report("Certificates for the same", columns, rows)


def _dreal(instances: list[Instance]) -> Report:
    rows = []
    for instance in instances:
        for form, query in queries(instance).items():
            answer, seconds = timed(partial(DrealEngine().solve, query, DREAL_SECONDS))
            rows.append((instance.name, form, answer.verdict, seconds))
    columns = ("map", "determinant written", "answer", "seconds")
    return Report(f"dReal, given {DREAL_SECONDS:g} s each", columns, rows)
