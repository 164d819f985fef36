"""Jacobians of full rank on a bounded region: boxes of a split tree, or the determinant as a term.

The tree is a text, depth first: ``0``-``9``, ``A``-``Z`` split a variable at the middle of its interval, ``s`` where
the next entry ``[variable, "p/q"]`` of ``at`` says; leaves are

=====  =========================================================================================================
``c``  corners: the slopes of all units in intervals, the determinant at all corners of strictly one sign
``p``  preconditioned interval matrix: the enclosure of all slopes of the whole map has full rank
=====  =========================================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flint import arb, fmpq, fmpq_mat

from invexcheck.balls import precision
from invexcheck.errors import Path, Reject
from invexcheck.goals import Analytic, FullRank, Obligation, ParameterRange, Rule, Sign, Span
from invexcheck.intervals import Interval, Undefined
from invexcheck.matrices import MultiAffine, minors_polynomial, regular
from invexcheck.networks.functions import Enclosures
from invexcheck.networks.graph import Segment, entry_name
from invexcheck.networks.macros import Chain
from invexcheck.networks.propagation import Forward
from invexcheck.networks.scalars import scalar_outputs
from invexcheck.networks.slope_forms import SlopeForm, combined, slope_form
from invexcheck.networks.tensors import rational_rows
from invexcheck.reading import Fields, rational
from invexcheck.rules.decomposition import DEFAULT_STEP
from invexcheck.rules.enclosure import Box, middle, split
from invexcheck.rules.networks import is_smooth, read_cuts
from invexcheck.session import Session

VARIABLES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MAX_DETERMINANT = 8


class Parts:
    """The parts of a map between cuts, each with its slope form and the polynomial of its determinant."""

    def __init__(self, session: Session, goal: FullRank, fields: Fields) -> None:
        network = goal.segment.network
        ends = [goal.segment.start, *read_cuts(fields), goal.segment.end]
        self.segments = [Segment(network, ends[k], ends[k + 1]) for k in range(len(ends) - 1)]
        if sum(not is_smooth(session, segment) for segment in self.segments) > 1:
            raise Reject("at most one part may fail to be continuously differentiable", "smooth", fields.path)
        self.forms: list[SlopeForm] = []
        self.polynomials: list[MultiAffine] = []
        for k, segment in enumerate(self.segments):
            form = slope_form(segment, session.budget)
            if not (form.shallow or is_smooth(session, segment)):
                raise Reject(
                    "several layers need continuously differentiable functions", "smooth", fields.path
                )
            if segment.inputs != segment.outputs:
                form = combined(form, self._columns(session, fields, k, segment))
            self.forms.append(form)
            self.polynomials.append(minors_polynomial(form.a, form.b, form.c, form.e, session.budget))

    @staticmethod
    def _columns(session: Session, fields: Fields, k: int, segment: Segment) -> fmpq_mat:
        listed = fields.raw("columns") if fields.has("columns") else None
        if type(listed) is not list or len(listed) <= k:
            raise Reject("parts with fewer outputs than inputs need columns", "schema", fields.path)
        path = (*fields.path, "columns", k)
        return rational_rows(listed[k], session.limits, path, segment.inputs, segment.outputs)

    def shown(self, session: Session, forward: Forward) -> bool:
        """Whether no part's determinant vanishes for slopes in the enclosures of a forward pass."""
        for form, polynomial in zip(self.forms, self.polynomials, strict=True):
            slopes = [forward.slopes[node][entry] for node, entry in form.places]
            session.budget.spend(64 * (1 << form.units) * ((1 << (form.units + 1) // 2) // 4 + 4))
            values = polynomial.corners([(s.lo, s.hi) for s in slopes])
            if not (all((v > 0) is True for v in values) or all((v < 0) is True for v in values)):
                return False
        return True


def boxes_rule(session: Session, goal: FullRank, fields: Fields) -> list[Obligation]:
    """Every leaf of the tree shows full rank on its box; the boxes are derived from the region."""
    if goal.region is None or goal.almost:
        raise Reject("a tree of boxes needs a bounded region", "tree", fields.path)
    tree = fields.text("tree")
    bits = session.budget.precision(fields.integer("precision", 32, 4096) if fields.has("precision") else 64)
    raw = fields.items("at") if fields.has("at") else []
    parts = Parts(session, goal, fields) if "c" in tree else None
    chain = Chain(session, goal.segment)
    layers = sum(step.op == "pointwise" for step in chain.steps)
    with precision(bits):
        explicit = iter([_explicit(session, value, path) for value, path in raw])
        for form, box, position in leaves(session, tree, goal.region, explicit):
            session.budget.leaf()
            enclosures = Enclosures(session, goal.segment.network.functions, session.facts)
            try:
                forward = forward_over(session, chain, enclosures, box, form == "p" or layers > 1)
                shown = (
                    regular(forward.jacobian, session.budget)
                    if parts is None or form == "p"
                    else parts.shown(session, forward)
                )
            except Undefined as error:
                raise Reject(f"leaf {position}: {error}", "leaf", fields.path) from error
            if not shown:
                raise Reject(f"leaf {position} does not show full rank on its box", "leaf", fields.path)
        if next(explicit, None) is not None:
            raise Reject("more explicit splits than the tree uses", "tree", fields.path)
    return []


def forward_over(session: Session, chain: Chain, enclosures: Enclosures, box: Box, centred: bool) -> Forward:
    """A pass over the box; centred, with slopes and mean-value forms around the middle."""
    if not centred:
        return Forward(session, chain, enclosures, box, False)
    middles = [_inside(side) for side in box]
    centre = Forward(session, chain, enclosures, [Interval(m, m) for m in middles], False)
    return Forward(session, chain, enclosures, box, True, centre)


def _inside(side: Interval) -> arb:
    """A point of an interval, near its middle unless that is rounded out of it."""
    centre = middle(side)
    return centre if (side.lo <= centre) is True and (centre <= side.hi) is True else side.lo


def leaves(
    session: Session, tree: str, root: Box, explicit: Iterator[tuple[int, fmpq]]
) -> Iterator[tuple[str, Box, int]]:
    """The leaves of a split tree: form, box, position in the text; every character must be consumed."""
    stack = [root]
    for position, letter in enumerate(tree):
        if not stack:
            raise Reject("characters after the end of the tree", "tree")
        box = stack.pop()
        if letter in ("c", "p"):
            yield letter, box, position
            continue
        if letter == "s":
            index, value = next(explicit, (-1, fmpq(0)))
        else:
            index, value = VARIABLES.find(letter), fmpq(0)
        if not 0 <= index < len(root):
            raise Reject("a split names no variable of the box", "tree")
        below, above = split(box, index, arb(value).mid() if letter == "s" else middle(box[index]))
        session.budget.spend(64 * len(root))
        stack += [above, below]
    if stack:
        raise Reject("the tree ends before every box has its leaf", "tree")


def _explicit(session: Session, raw: object, path: Path) -> tuple[int, fmpq]:
    if type(raw) is not list or len(raw) != 2 or type(raw[0]) is not int:
        raise Reject("an explicit split is a variable's number and a rational", "tree", path)
    return raw[0], rational(raw[1], session.limits, path)


# -- the determinant as a term -------------------------------------------------------------------------------


def determinant_rule(session: Session, goal: FullRank, fields: Fields) -> list[Obligation]:
    """The determinant, a term in the entries x1, x2, ..., is positive (negative) on the region or on R^n."""
    n = goal.segment.inputs
    if goal.segment.start != 0 or goal.segment.outputs != n or n > MAX_DETERMINANT:
        raise Reject(
            f"a square map of the input, of at most {MAX_DETERMINANT} entries", "segment", fields.path
        )
    relation = fields.choice("sign", (">", "<"))
    outputs, domain = scalar_outputs(session, goal.segment)
    session.parameters = entry_ranges(goal.region, n)
    names = [entry_name(k) for k in range(n)]
    rows = [[session.terms.derivative(term, name) for name in names] for term in outputs]
    at = Span.at(session.rational_point(fmpq(0)))
    step = fields.raw("analytic") if fields.has("analytic") else DEFAULT_STEP
    return [
        Obligation(Analytic(domain, at), step, (*fields.path, "analytic")),
        Obligation(
            Sign(determinant(session, rows), relation, at, given=True),
            fields.raw("by"),
            (*fields.path, "by"),
        ),
    ]


def entry_ranges(region: Sequence[Interval] | None, n: int) -> dict[str, ParameterRange]:
    """The entries of the input as parameters: all real, or in the region (outward rounded)."""
    if region is None:
        return {entry_name(k): ParameterRange(None, None, True, True) for k in range(n)}
    return {
        entry_name(k): ParameterRange(exact(side.lo), exact(side.hi), False, False)
        for k, side in enumerate(region)
    }


def exact(end: arb) -> fmpq:
    """The end of an interval, a dyadic number, as a rational."""
    mantissa, exponent = end.man_exp()
    power = int(exponent)
    return fmpq(mantissa) * fmpq(2) ** power


def determinant(session: Session, rows: list[list[int]]) -> int:
    """The determinant of a matrix of terms, by expansion along rows; minors are shared."""
    terms, n = session.terms, len(rows)
    session.budget.spend(n * 2**n * 100)
    minors: dict[int, int] = {0: terms.one}
    for subset in sorted(range(1, 1 << n), key=lambda s: s.bit_count()):
        row = rows[n - subset.bit_count()]
        columns = [j for j in range(n) if subset >> j & 1]
        total = terms.zero
        for place, j in enumerate(columns):
            term = terms.mul(row[j], minors[subset & ~(1 << j)])
            total = terms.add(total, terms.neg(term) if place % 2 else term)
        minors[subset] = total
    return minors[(1 << n) - 1]


RULES = (
    Rule(
        "boxes", (FullRank,), ("slope-matrices", "multi-affine", "interval-matrix", "chain-rank"), boxes_rule
    ),
    Rule("determinant", (FullRank,), ("determinant",), determinant_rule),
)
