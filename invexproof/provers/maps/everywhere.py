"""Full rank at every point of R^n: the sign conditions, their sufficient tests at real sizes, and composition."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
from flint import fmpq, fmpq_mat

from invexcheck.errors import Refuse, Reject
from invexcheck.goals import FullRank
from invexcheck.matrices import MAX_VARIABLES
from invexcheck.networks.graph import Segment
from invexcheck.networks.slope_forms import SlopeForm, slope_form
from invexcheck.rules.jacobians import MAX_EXACT
from invexproof.provers.maps.study import Study
from invexproof.provers.workshop import HOLE, Step

Array = npt.NDArray[np.float64]
Tactic = Callable[[Study, FullRank], Step | None]
LOOK_AHEAD: Final = 8
"""Parts of a composition are joined from at most so many pieces between neighbouring cuts."""
MAX_DETERMINANT: Final = 4
MANY_UNITS: Final = 600


def prove_everywhere(study: Study, goal: FullRank) -> Step | None:
    """A step for a goal on all of R^n, or None."""
    return by_any(TACTICS, study, goal)


def prove_part(study: Study, goal: FullRank) -> Step | None:
    """The same without cutting the part further."""
    return by_any(DIRECT, study, goal)


def by_any(tactics: Sequence[Tactic], study: Study, goal: FullRank) -> Step | None:
    """What the first tactic finds that finds anything."""
    return next((step for tactic in tactics if (step := tactic(study, goal)) is not None), None)


def first(study: Study, goal: FullRank, steps: Iterator[Step]) -> Step | None:
    """The first step that the checker's rule accepts as it stands."""
    for step in steps:
        if study.attempt(goal, step) == []:
            return step
    return None


def first_completed(study: Study, goal: FullRank, steps: Iterator[Step]) -> Step | None:
    """The first step whose obligations can be shown."""
    for step in steps:
        found = study.completed(goal, step)
        if found is not None:
            return found
    return None


def form_of(study: Study, segment: Segment) -> SlopeForm | None:
    """The slope form, None where there is none or it is not worth its size."""
    key = segment.start, segment.end
    if key not in study.forms:
        study.forms[key] = None
        if units_of(segment) <= MANY_UNITS:
            with suppress(Reject, Refuse):
                study.forms[key] = slope_form(segment, study.shop.session.budget)
    return study.forms[key]


def has_slope_form(segment: Segment) -> bool:
    """Whether all nodes are affine or apply functions entry by entry."""
    return {node.op for _, node in segment.nodes()} <= {"linear", "pointwise", "add", "gather"}


def units_of(segment: Segment) -> int:
    """The number of activations."""
    return sum(node.size for _, node in segment.nodes() if node.op == "pointwise")


def floats(matrix: fmpq_mat) -> Array:
    """A matrix of the checker in double precision."""
    entries = [float(int(x.p)) / float(int(x.q)) if abs(int(x.p)) < 2**900 else 0.0 for x in matrix.entries()]
    return np.array(entries).reshape(matrix.nrows(), matrix.ncols())


# -- tactics for one part -----------------------------------------------------------------------------------


def affine(study: Study, goal: FullRank) -> Step | None:
    """An affine part."""
    return first(study, goal, iter([{"rule": "rank"}]))


def entrywise(study: Study, goal: FullRank) -> Step | None:
    """One activation, with slopes that are not 0."""
    return first(study, goal, iter([{"rule": "entrywise"}]))


def contraction(study: Study, goal: FullRank) -> Step | None:
    """x plus a contraction; norms a little above the spectral ones, where cheap bounds do not do."""
    segment = goal.segment
    if segment.inputs != segment.outputs:
        return None
    return first(study, goal, _contractions(segment))


def _contractions(segment: Segment) -> Iterator[Step]:
    yield {"rule": "contraction"}
    norms = {}
    for k, node in segment.nodes():
        if node.op == "linear":
            weight = floats(segment.network.tensors[node.data.weight].matrix())
            norms[str(k)] = str(_above(float(np.linalg.norm(weight, 2))))
    if norms:
        yield {"rule": "contraction", "norms": norms}


def _above(value: float, bits: int = 20) -> fmpq:
    """A short rational a little above a number."""
    return fmpq(int(value * (1 + 2.0**-18) * 2**bits) + 2, 2**bits)


def gram(study: Study, goal: FullRank) -> Step | None:
    """E = Q A^T diag(p): the scale is read off; Q is the identity, the skip matrix, or solved for."""
    form = form_of(study, goal.segment)
    if form is None or not form.shallow or form.c.nrows() != form.c.ncols() or not form.units:
        return None
    return first(study, goal, _grams(form))


def _grams(form: SlopeForm) -> Iterator[Step]:
    scale = _scale(form.e.tolist(), form.a.transpose().tolist())
    if scale is not None:
        yield {"rule": "gram", "scale": scale}
    if any(entry != 0 for entry in form.c.entries()) and form.c.nrows() <= 64:
        scale = _scale(form.e.tolist(), (form.c * form.a.transpose()).tolist())
        if scale is not None:
            rows = [[str(x) for x in row] for row in form.c.tolist()]
            yield {"rule": "gram", "scale": scale, "left": rows}


def _scale(e: list[list[fmpq]], gram: list[list[fmpq]]) -> list[str] | None:
    """The p with e = gram diag(p), None if there is none."""
    result = []
    for column in zip(*(zip(r, s, strict=True) for r, s in zip(e, gram, strict=True)), strict=True):
        ratios = {str(x / y) for x, y in column if y != 0}
        if len(ratios) > 1 or any(x != 0 and y == 0 for x, y in column):
            return None
        result.append(ratios.pop() if ratios else "1")
    return result


def multi_affine(study: Study, goal: FullRank) -> Step | None:
    """The determinant's values at the ends of all slopes."""
    form = form_of(study, goal.segment)
    if form is None or form.units > MAX_VARIABLES - 2:
        return None
    return first(study, goal, _with_columns(goal, form, {"rule": "multi-affine"}))


def _with_columns(goal: FullRank, form: SlopeForm, step: Step) -> Iterator[Step]:
    """The step, and where there are fewer outputs than inputs some choices of directions."""
    n, k = goal.segment.inputs, goal.segment.outputs
    if n == k:
        yield dict(step)
        return
    yield {**step, "columns": [[str(int(i == j)) for j in range(k)] for i in range(n)]}
    # the directions of the map with unit slopes
    mean = floats(form.c)
    if form.units:
        inner = np.linalg.solve(np.eye(form.units) - floats(form.b), floats(form.a))
        mean = mean + floats(form.e) @ inner
    yield {**step, "columns": [[_short(x) for x in row] for row in np.linalg.pinv(mean)]}


def _short(value: float) -> str:
    return str(fmpq(round(value * 1024), 1024))


def sector(study: Study, goal: FullRank) -> Step | None:
    """Slopes in a sector; weights that balance the matrix are tried after equal ones."""
    form = form_of(study, goal.segment)
    if form is None or not form.units:
        return None
    return first(study, goal, _sectors(goal, form))


def _sectors(goal: FullRank, form: SlopeForm) -> Iterator[Step]:
    for step in _with_columns(goal, form, {"rule": "sector"}):
        yield step
        if form.units <= MAX_EXACT // 2:
            yield {**step, "semidefinite": True}
        if "columns" not in step and form.units <= 256:
            for weights in _balancing(form):
                yield {**step, "weights": weights}


def _balancing(form: SlopeForm) -> Iterator[list[str]]:
    """Weights w with w_i |m_ij| close to w_j |m_ji|, and those of a Perron vector."""
    c = floats(form.c)
    if abs(np.linalg.det(c)) < 1e-12:
        return
    m = floats(form.a) @ np.linalg.solve(c, floats(form.e)) - floats(form.b)
    size = np.abs(m) + 1e-9
    with np.errstate(all="ignore"):
        rows, columns = size.sum(1), size.sum(0)
        yield [str(_power(w)) for w in columns / rows]
        u = np.ones(len(m))
        v = np.ones(len(m))
        for _ in range(30):
            u, v = size.T @ u, size @ v
            u, v = u / u.max(), v / v.max()
        yield [str(_power(w)) for w in u / v]


def _power(value: float) -> fmpq:
    """A power of two close to a positive number."""
    exponent = int(np.clip(np.rint(np.log2(value)), -40, 40)) if np.isfinite(value) and value > 0 else 0
    return fmpq(2) ** exponent


def determinant(study: Study, goal: FullRank) -> Step | None:
    """The determinant as a term, for small maps from the input."""
    segment = goal.segment
    if segment.start != 0 or segment.inputs != segment.outputs or segment.inputs > MAX_DETERMINANT:
        return None
    if goal.region is None and has_slope_form(segment):
        return None  # it says more
    for sign in (">", "<"):
        step = study.completed(goal, {"rule": "determinant", "sign": sign, "by": HOLE})
        if step is not None:
            return step
    return None


# -- composition ----------------------------------------------------------------------------------------------


def composition(study: Study, goal: FullRank) -> Step | None:
    """Parts between cuts, each proved by one of the tactics above: the shortest first."""
    return compose(study, goal, prove_part)


def compose(study: Study, goal: FullRank, prove: Tactic) -> Step | None:
    """A composition of parts that `prove` can do."""
    found = _parts(study, goal, prove)
    if found is None:
        return None
    cuts, steps = found
    step: Step = {"rule": "compose", "cuts": cuts, "steps": steps}
    return step if study.attempt(goal, step) is not None else None


def several_contractions(study: Study, goal: FullRank) -> Step | None:
    """Blocks x + F_i(x) that turn vectors by less than a right angle together, whatever kinks they have."""
    found = _parts(study, goal, contraction)
    if found is None:
        return None
    cuts, steps = found
    norms = {node: bound for part in steps for node, bound in part.get("norms", {}).items()}
    step: Step = {"rule": "contraction", "cuts": cuts}
    if norms:
        step["norms"] = norms
    return first(study, goal, iter([step]))


def _parts(study: Study, goal: FullRank, prove: Tactic) -> tuple[list[int], list[Step]] | None:
    """Cuts of a segment, and steps of `prove` for the parts between them: the shortest first."""
    segment = goal.segment
    sizes = {k: study.checked.nodes[k].size for k in study.cuts}
    cuts = [k for k in study.cuts if segment.start <= k <= segment.end and sizes[k] >= segment.outputs]
    if len(cuts) < 3 or cuts[0] != segment.start or cuts[-1] != segment.end:
        return None

    @cache
    def part(i: int, j: int) -> Step | None:
        if sizes[cuts[i]] < sizes[cuts[j]]:
            return None
        return prove(study, FullRank(Segment(study.checked, cuts[i], cuts[j]), None, goal.almost))

    ends = _path(len(cuts) - 1, lambda i, j: part(i, j) is not None)
    if ends is None:
        return None
    steps = [step for i, j in pairwise(ends) if (step := part(i, j)) is not None]
    return [cuts[i] for i in ends[1:-1]], steps


def _path(last: int, joined: Callable[[int, int], bool]) -> list[int] | None:
    """Numbers from 0 to `last`, in short steps that are joined: depth first, never trying a number twice."""
    path, seen = [0], {0}
    while path and path[-1] != last:
        i = path[-1]
        steps = range(i + 1, min(i + LOOK_AHEAD, last) + 1)
        ahead = next((j for j in steps if j not in seen and (i, j) != (0, last) and joined(i, j)), None)
        if ahead is None:
            path.pop()
        else:
            path.append(ahead)
            seen.add(ahead)
    return path or None


DIRECT: Final = (affine, entrywise, contraction, gram, multi_affine, sector, determinant)
TACTICS: Final = (*DIRECT, composition, several_contractions)
