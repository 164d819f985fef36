"""From claims about networks to goals about their Jacobians: what is shown of the functions, and composition."""

from __future__ import annotations

from flint import arb, fmpq

from invexcheck.balls import precision
from invexcheck.errors import Path, Reject
from invexcheck.goals import (
    Analytic,
    Defect,
    FullRank,
    MapClaim,
    Obligation,
    ParameterRange,
    Point,
    Rule,
    Span,
)
from invexcheck.intervals import Interval, lower, upper
from invexcheck.matrices import has_rank
from invexcheck.networks.functions import Enclosures, Facts
from invexcheck.networks.graph import Network, Segment
from invexcheck.networks.macros import Chain
from invexcheck.networks.propagation import Forward
from invexcheck.networks.slope_forms import slope_form
from invexcheck.reading import Fields
from invexcheck.rules.decomposition import Decomposition, Piece, read_decomposition
from invexcheck.session import Session
from invexcheck.terms import GUARDED

NONSINGULAR = "map.jacobian-nonsingular"
ALMOST = "map.jacobian-nonsingular-almost-everywhere"
INVEX = "composition.invex"
ALL = Span()


def network_rule(session: Session, claim: MapClaim, fields: Fields) -> list[Obligation]:
    """Establish what is used of the functions of a network, then show the claim about its Jacobian."""
    network = claim.network
    described = fields.items("functions")
    if len(described) != len(network.functions):
        raise Reject("one entry (or null) for each function of the network", "function", fields.path)
    session.facts = {}
    obligations = []
    for k, (raw, path) in enumerate(described):
        if raw is None:
            continue
        facts, needed = read_facts(session, network.functions[k], Fields(raw, path, session.limits))
        session.facts[k] = facts
        obligations += needed
    whole = network.whole()
    if claim.smooth and not is_smooth(session, whole):
        raise Reject("the map is not shown to be continuously differentiable", "smooth", fields.path)
    if claim.pieces:
        require_pieces(session, whole)
    if claim.total:
        require_total(session, whole)
    goal = (
        Defect(network, claim.region, claim.almost)
        if claim.negated
        else FullRank(whole, region_box(claim), claim.almost)
    )
    return [*obligations, Obligation(goal, fields.raw("by"), (*fields.path, "by"))]


def region_box(claim: MapClaim) -> tuple[Interval, ...] | None:
    """The region as intervals, rounded outward."""
    if claim.region is None:
        return None
    with precision(128):
        return tuple(Interval(lower(arb(lo)), upper(arb(hi))) for lo, hi in claim.region)


def read_facts(session: Session, root: int, fields: Fields) -> tuple[Facts, list[Obligation]]:
    """What a step says of one function: pieces, bounds of slopes (``gt``, ``ge``, ``lt``, ``le``), smoothness."""
    with fields:
        decomposition = read_decomposition(session, root, fields)
        decomposition.require_continuous(session, root)
        with fields.object("slopes") as bounds:
            ends = {key: bounds.rational(key) for key in ("gt", "ge", "lt", "le") if bounds.has(key)}
        if ("gt" in ends and "ge" in ends) or ("lt" in ends and "le" in ends):
            raise Reject("one lower and one upper bound of the slopes at most", "function", fields.path)
        slopes = ParameterRange(
            ends.get("gt", ends.get("ge")), ends.get("lt", ends.get("le")), "gt" in ends, "lt" in ends
        )
        obligations = list(decomposition.obligations)
        entire = True
        for piece in decomposition.pieces:
            obligations.append(piece.analytic(True, True))
            obligations += _slope_bounds(session, piece, slopes)
            if piece.fields.has("entire"):
                path = piece.path("entire")
                obligations.append(
                    Obligation(Analytic(piece.function, ALL), piece.fields.raw("entire"), path)
                )
            else:
                entire = entire and len(decomposition.pieces) == 1
        smooth = _smooth(session, decomposition)
        decomposition.close()
    functions = tuple(piece.function for piece in decomposition.pieces)
    return Facts(tuple(decomposition.cuts), functions, slopes, smooth, entire), obligations


def _slope_bounds(session: Session, piece: Piece, slopes: ParameterRange) -> list[Obligation]:
    """The bounds of the slope on the closed piece."""
    slope, terms, span = session.derivative(piece.function), session.terms, piece.ends(True, True)
    result = []
    if slopes.lower is not None:
        rise = terms.add(slope, terms.rational(-slopes.lower))
        result.append(piece.sign(rise, ">" if slopes.lower_open else ">=", span, "lower"))
    if slopes.upper is not None:
        rise = terms.add(slope, terms.rational(-slopes.upper))
        result.append(piece.sign(rise, "<" if slopes.upper_open else "<=", span, "upper"))
    return result


def _smooth(session: Session, decomposition: Decomposition) -> bool:
    """Whether the slopes of neighbouring pieces are exactly equal at every cut."""
    pieces = decomposition.pieces
    for k, cut in enumerate(decomposition.cuts):
        left, right = (session.derivative(pieces[i].function) for i in (k, k + 1))
        if left != right and not session.is_zero_at(session.terms.node("sub", left, right), cut):
            return False
    return True


def is_smooth(session: Session, segment: Segment) -> bool:
    """Whether the segment is continuously differentiable wherever it is defined."""
    network = segment.network
    for f in segment.functions():
        facts = session.facts.get(f)
        if facts is None:
            root = network.functions[f]
            if any(session.terms.op(t) in GUARDED for t in session.terms.order(root)):
                return False
        elif not facts.smooth:
            return False
    for _, node in segment.nodes():
        if node.op == "max":
            return False
        if node.op == "formulas":
            terms = session.terms.reachable(node.data)
            if any(session.terms.op(t) in GUARDED for t in terms):
                return False
    return True


def require_total(session: Session, segment: Segment) -> None:
    """That the segment is defined and locally Lipschitz everywhere."""
    for f in segment.functions():
        if f not in session.facts:
            raise Reject(f"nothing is shown of function {f} on all of R", "function")
    for k, node in segment.nodes():
        if node.op == "formulas" or (node.op == "layernorm" and not node.data.epsilon > 0):
            raise Reject(f"node {k} is not shown to be defined everywhere", "domain")


def require_pieces(session: Session, segment: Segment) -> None:
    """That the segment is analytic near almost every point: its pieces extend to analytic functions on R."""
    require_total(session, segment)
    for f in segment.functions():
        if not session.facts[f].entire:
            raise Reject(f"the pieces of function {f} are not shown to be analytic on R", "function")


# -- composition ---------------------------------------------------------------------------------------------


def compose_rule(session: Session, goal: FullRank, fields: Fields) -> list[Obligation]:
    """A composition has full row rank if its parts, cut at nodes that all paths pass through, have."""
    network = goal.segment.network
    cuts = read_cuts(fields)
    ends = [goal.segment.start, *cuts, goal.segment.end]
    segments = [Segment(network, ends[k], ends[k + 1]) for k in range(len(ends) - 1)]
    steps = fields.items("steps")
    if len(steps) != len(segments) or not cuts:
        raise Reject("n > 0 cuts make n + 1 parts, each with its step", "segment", fields.path)
    if network.free:
        raise Reject("parts with free tensors cannot be joined", "tensor", fields.path)
    if goal.almost:
        require_total(session, goal.segment)
    elif sum(not is_smooth(session, segment) for segment in segments) > 1:
        raise Reject("at most one part may fail to be continuously differentiable", "smooth", fields.path)
    regions = _regions(session, goal, segments)
    return [
        Obligation(FullRank(segment, region, goal.almost), step, path)
        for segment, region, (step, path) in zip(segments, regions, steps, strict=True)
    ]


def _regions(session: Session, goal: FullRank, segments: list[Segment]) -> list[tuple[Interval, ...] | None]:
    """Of each part, a box that its arguments stay in."""
    if goal.region is None:
        return [None] * len(segments)
    boxes = [goal.region]
    enclosures = Enclosures(session, goal.segment.network.functions, session.facts)
    with precision(128):
        for segment in segments[:-1]:
            forward = Forward(session, Chain(session, segment), enclosures, boxes[-1], False)
            boxes.append(tuple(forward.values[-1]))
    return list(boxes)


def read_cuts(fields: Fields) -> list[int]:
    """The nodes between the parts of a map, if any are named."""
    cuts: list[int] = []
    for raw, path in fields.items("cuts") if fields.has("cuts") else []:
        if type(raw) is not int:
            raise Reject("expected the number of a node", "schema", path)
        cuts.append(raw)
    if fields.has("cuts") and not cuts:
        raise Reject("a list of cuts is not empty", "segment", fields.path)
    return cuts


def rank_rule(session: Session, goal: FullRank, fields: Fields) -> list[Obligation]:
    """An affine part has full row rank if its matrix has, which a prime can show."""
    if any(node.op == "pointwise" for _, node in goal.segment.nodes()):
        raise Reject("the part is not affine", "slope-form", fields.path)
    form = slope_form(goal.segment, session.budget)
    session.budget.spend(goal.segment.outputs**2 * goal.segment.inputs * 8)
    if not has_rank(form.c, goal.segment.outputs):
        raise Reject("the matrix does not have full row rank", "rank", fields.path)
    return []


def entrywise_rule(session: Session, goal: FullRank, fields: Fields) -> list[Obligation]:
    """One pointwise node: no slope is 0 (almost everywhere: none is 0 on a piece). Or one max node."""
    nodes = goal.segment.nodes()
    if len(nodes) == 1 and nodes[0][1].op == "max":
        return []  # each row is a convex combination of unit vectors of its own group of entries
    if len(nodes) != 1 or nodes[0][1].op != "pointwise":
        raise Reject("the part is neither one pointwise node nor one max node", "segment", fields.path)
    points = fields.object("nonzero") if fields.has("nonzero") else None
    for f in sorted(goal.segment.functions()):
        facts = session.facts.get(f)
        if facts is None:
            raise Reject(f"nothing is shown of function {f} on all of R", "function", fields.path)
        if facts.monotone:
            continue
        if not goal.almost or points is None:
            raise Reject(f"function {f} may have a slope 0", "sign", fields.path)
        _require_isolated(session, facts, points, str(f))
    if points is not None:
        points.end()
    return []


def _require_isolated(session: Session, facts: Facts, points: Fields, name: str) -> None:
    """An analytic slope that is not 0 at a point of its piece is 0 only at isolated points there."""
    listed = points.items(name)
    if len(listed) != len(facts.functions):
        raise Reject("one point for each piece", "function", points.path)
    ends: list[Point | None] = [None, *facts.cuts, None]
    for k, (raw, path) in enumerate(listed):
        point = session.point(raw, path)
        low, high = ends[k], ends[k + 1]
        inside = (low is None or session.less(low, point)) and (high is None or session.less(point, high))
        if not inside or session.strict_sign(session.derivative(facts.functions[k]), point) is None:
            raise Reject("the slope is not shown to differ from 0 at a point of the piece", "sign", path)


def formulas_analytic(session: Session, network: Network, step: object, path: Path) -> list[Obligation]:
    """That the formulas of a network are analytic for all real arguments."""
    roots = [root for node in network.nodes if node.op == "formulas" for root in node.data]
    names = sorted({name for root in roots for name in session.terms.names[root]})
    if not roots:
        return []
    session.parameters = {name: ParameterRange(None, None, True, True) for name in names}
    at = Span.at(session.rational_point(fmpq(0)))
    return [Obligation(Analytic(root, at), step, path) for root in roots]


FUNCTIONS = ("slope-range", "continuity")
RULES = (
    Rule(
        "network", (MapClaim,), FUNCTIONS, network_rule,
        tuple((kind, negated) for kind in (NONSINGULAR, ALMOST) for negated in (False, True)),
    ),
    Rule("compose", (FullRank,), ("chain-rank", "null-preimages"), compose_rule),
    Rule("rank", (FullRank,), ("rank-modulo-prime",), rank_rule),
    Rule("entrywise", (FullRank,), ("slope-matrices",), entrywise_rule),
)  # fmt: skip
