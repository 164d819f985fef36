"""Jacobians of full rank on all of R^n, from bounds of the slopes and the matrices of the slope form.

J(D) = C + E (I - D B)^-1 D A, D the diagonal of slopes, each in the range that is shown of its function.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from flint import arb, arb_mat, fmpq, fmpq_mat

from invexcheck.balls import precision
from invexcheck.errors import Reject
from invexcheck.goals import FullRank, Obligation, ParameterRange, Rule
from invexcheck.matrices import (
    diagonal,
    has_rank,
    identity,
    minors_polynomial,
    nonvanishing,
    positive_definite,
    positive_semidefinite,
    spend_elimination,
)
from invexcheck.networks.graph import Segment
from invexcheck.networks.lipschitz import Lipschitz
from invexcheck.networks.slope_forms import SlopeForm, combined, is_zero, slope_form
from invexcheck.networks.tensors import rational_rows, rationals
from invexcheck.reading import Fields
from invexcheck.rules.networks import is_smooth, read_cuts
from invexcheck.session import Session

BITS = 192
MAX_EXACT = 96
"""Rows of a matrix whose semidefiniteness is decided by exact elimination."""


def square_form(session: Session, goal: FullRank, fields: Fields) -> SlopeForm:
    """The slope form; where there are fewer outputs than inputs, of x -> Phi(P x) for the named ``columns`` P.

    Raises:
        Reject: the generalised Jacobian is not known to consist of matrices J(D).
    """
    segment = goal.segment
    form = slope_form(segment, session.budget)
    n, k = segment.inputs, segment.outputs
    session.budget.spend(max(n, form.units, k) ** 3)
    if not (form.shallow or is_smooth(session, segment)):
        raise Reject("several layers need continuously differentiable functions", "smooth", fields.path)
    if fields.has("columns"):
        columns = rational_rows(fields.raw("columns"), session.limits, (*fields.path, "columns"), n, k)
        return combined(form, columns)
    if n != k:
        raise Reject("with fewer outputs than inputs, columns must be named", "schema", fields.path)
    return form


def ranges(session: Session, form: SlopeForm) -> list[ParameterRange]:
    """The range of the slope of each unit."""
    result = []
    for f in form.functions:
        if f not in session.facts:
            raise Reject(f"nothing is shown of function {f} on all of R", "function")
        result.append(session.facts[f].slopes)
    return result


def multi_affine_rule(session: Session, goal: FullRank, fields: Fields) -> list[Obligation]:
    """det J(D) is affine in each slope: its values at the ends of the slopes' ranges have one sign."""
    form = square_form(session, goal, fields)
    polynomial = minors_polynomial(form.a, form.b, form.c, form.e, session.budget)
    if not nonvanishing(polynomial, ranges(session, form)):
        raise Reject("the determinant is not shown to keep one sign", "sign", fields.path)
    return []


def gram_rule(session: Session, goal: FullRank, fields: Fields) -> list[Obligation]:
    """E = Q A^T diag(p), p >= 0, and C = Q (slopes not negative), or C = 0, p > 0, rank A = n (slopes positive)."""
    form = square_form(session, goal, fields)
    n = form.c.nrows()
    scale = rationals(fields.raw("scale"), session.limits, (*fields.path, "scale"), form.units)
    left = identity(n)
    if fields.has("left"):
        left = rational_rows(fields.raw("left"), session.limits, (*fields.path, "left"), n, n)
    slopes = ranges(session, form)
    if not form.shallow:
        raise Reject("one layer of functions is needed", "slope-form", fields.path)
    if form.e != left * form.a.transpose() * diagonal(scale):
        raise Reject("the second matrix is not Q A^T diag(p)", "matrix", fields.path)
    if not has_rank(left, n):
        raise Reject("Q is not shown to be invertible", "rank", fields.path)
    skip = form.c == left
    if not (skip or (is_zero(form.c) and has_rank(form.a, n))):
        raise Reject("C must be Q, or C = 0 and A of full column rank", "matrix", fields.path)
    for p, r in zip(scale, slopes, strict=True):
        positive = r.lower is not None and (r.lower > 0 or (r.lower == 0 and (r.lower_open or skip)))
        if not (positive and (p > 0 or (skip and p == 0))):
            raise Reject("the scale and the slopes are not shown to be positive", "sign", fields.path)
    return []


def sector_rule(session: Session, goal: FullRank, fields: Fields) -> list[Obligation]:
    """W (M + diag(1/s)) has a positive symmetric part: slopes in [l, l + s] cannot make J(D) singular.

    M = A' C'^-1 E' - B' after the slopes are shifted by their lower bounds.
    """
    form = square_form(session, goal, fields)
    slopes = ranges(session, form)
    weights = [fmpq(1)] * form.units
    if fields.has("weights"):
        weights = rationals(fields.raw("weights"), session.limits, (*fields.path, "weights"), form.units)
    if not all(w > 0 for w in weights):
        raise Reject("the weights must be positive", "sign", fields.path)
    lows = []
    for r in slopes:
        if r.lower is None:
            raise Reject("the slopes are not bounded below", "sign", fields.path)
        lows.append(r.lower)
    moving = [i for i, r in enumerate(slopes) if r.upper is None or r.upper > lows[i]]
    spend_elimination(session.budget, max(form.units, form.c.nrows()), 2 * BITS)
    moved = shifted(form, lows)
    if not has_rank(moved.c, moved.c.nrows()):
        raise Reject("the matrix at the lower ends of the slopes is singular", "rank", fields.path)
    if fields.has("semidefinite") and fields.flag("semidefinite"):
        # an end that is not attained makes the inequality strict
        if any(slopes[i].upper is not None and not slopes[i].upper_open for i in moving):
            raise Reject("semidefiniteness needs upper ends that are not attained", "sign", fields.path)
        if len(moving) > MAX_EXACT:
            raise Reject("too large for exact elimination", "size", fields.path)
        spend_elimination(session.budget, len(moving), 64 * 1024)
        shown = positive_semidefinite(_sector_exact(moved, lows, slopes, weights, moving))
    else:
        with precision(BITS):
            shown = positive_definite(_sector_balls(moved, lows, slopes, weights, moving))
    if not shown:
        raise Reject("the symmetric part is not shown to be positive", "sign", fields.path)
    return []


def shifted(form: SlopeForm, lows: list[fmpq]) -> SlopeForm:
    """The form in which each slope counts from its lower bound; exact."""
    if all(low == 0 for low in lows):
        return form
    fixed = diagonal(lows)
    if form.shallow:
        return replace(form, c=form.c + form.e * fixed * form.a)
    feedback = identity(form.units) - form.b * fixed  # unit triangular in the order of the nodes
    a, b = feedback.solve(form.a), feedback.solve(form.b)
    return replace(form, a=a, b=b, c=form.c + form.e * fixed * a, e=form.e + form.e * fixed * b)


def _gap(r: ParameterRange, low: fmpq) -> fmpq:
    """1 / s, 0 for an unbounded slope."""
    return fmpq(0) if r.upper is None else 1 / (r.upper - low)


def _sector_exact(
    moved: SlopeForm, lows: list[fmpq], slopes: list[ParameterRange], weights: list[fmpq], moving: list[int]
) -> fmpq_mat:
    m = moved.a * moved.c.solve(moved.e) - moved.b
    return fmpq_mat(
        [
            [weights[i] * (m[i, j] + (_gap(slopes[i], lows[i]) if i == j else fmpq(0))) for j in moving]
            for i in moving
        ]
    )


def _sector_balls(
    moved: SlopeForm, lows: list[fmpq], slopes: list[ParameterRange], weights: list[fmpq], moving: list[int]
) -> arb_mat:
    centre = arb_mat(moved.e)
    if moved.c != identity(moved.c.nrows()):
        try:
            centre = arb_mat(moved.c).solve(centre)
        except ZeroDivisionError as error:
            raise Reject(
                "the matrix at the lower ends of the slopes is not shown invertible", "rank"
            ) from error
    m = (arb_mat(moved.a) * centre - arb_mat(moved.b)).tolist()
    rows = []
    for i in moving:
        weight, gap = arb(weights[i]), arb(_gap(slopes[i], lows[i]))
        rows.append([weight * (m[i][j] + gap) if i == j else weight * m[i][j] for j in moving])
    return arb_mat(rows)


def contraction_rule(session: Session, goal: FullRank, fields: Fields) -> list[Obligation]:
    """The part is alpha x + G with a Lipschitz constant of G below |alpha|, or a composition of such parts.

    Each of several parts turns vectors by an angle of at most arcsin(constant / |alpha|); together less than pi/2.
    """
    network = goal.segment.network
    ends = [goal.segment.start, *read_cuts(fields), goal.segment.end]
    parts = [Segment(network, low, high) for low, high in pairwise(ends)]
    norms = {}
    if fields.has("norms"):
        with fields.object("norms") as named:
            for k, node in goal.segment.nodes():
                if node.op == "linear" and named.has(str(k)):
                    norms[k] = named.rational(str(k))
    for _, node in goal.segment.nodes():
        if node.op == "linear":
            width = max(node.shape[-1], network.nodes[node.arguments[0]].shape[-1])
            spend_elimination(session.budget, width, BITS)
    with precision(BITS):
        turned = arb(0)
        for part in parts:
            if part.inputs != part.outputs:
                raise Reject("as many outputs as inputs are needed", "schema", fields.path)
            bound = Lipschitz(part, session.facts, norms).bounds[part.end]
            size = abs(arb(bound.alpha))
            if (bound.lipschitz < size) is not True:
                raise Reject("the branch is not shown to be a contraction", "lipschitz", fields.path)
            turned = turned + (bound.lipschitz / size).asin()
        if len(parts) > 1 and (turned < arb.pi() / 2) is not True:
            raise Reject("the parts may turn vectors by a right angle together", "lipschitz", fields.path)
    return []


RULES = (
    Rule("multi-affine", (FullRank,), ("slope-matrices", "multi-affine"), multi_affine_rule),
    Rule("gram", (FullRank,), ("slope-matrices", "gram"), gram_rule),
    Rule("sector", (FullRank,), ("slope-matrices", "sector"), sector_rule),
    Rule("contraction", (FullRank,), ("contraction", "node-lipschitz"), contraction_rule),
)
