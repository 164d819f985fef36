"""Networks whose Jacobian drops in rank: at a point, everywhere, or on an open set."""

from __future__ import annotations

from flint import arb, arb_mat, fmpq, fmpq_mat

from invexcheck.balls import precision
from invexcheck.errors import Reject
from invexcheck.goals import Analytic, Box, Defect, Obligation, Rule, Span
from invexcheck.intervals import Interval, Undefined, lower, upper
from invexcheck.matrices import integral
from invexcheck.networks.curvature import Backward
from invexcheck.networks.functions import Enclosures, hull
from invexcheck.networks.graph import Node, Segment, entry_name
from invexcheck.networks.macros import Chain
from invexcheck.networks.propagation import ExactForward, Forward, at_point
from invexcheck.networks.scalars import scalar_outputs
from invexcheck.networks.tensors import rationals
from invexcheck.reading import Fields
from invexcheck.rules.decomposition import DEFAULT_STEP
from invexcheck.rules.networks import require_total
from invexcheck.rules.regions import entry_ranges
from invexcheck.session import PRECISIONS, Session


def sign_change_rule(session: Session, goal: Defect, fields: Fields) -> list[Obligation]:
    """The determinant has opposite signs at two points: on the segment between them some Jacobian is singular."""
    network = goal.network
    if goal.almost or network.inputs != network.outputs:
        raise Reject("only a square map on all of its domain", "claim", fields.path)
    points = [read_point(session, fields, name, network.inputs, goal.region) for name in ("from", "to")]
    chain = Chain(session, network.whole())
    _require_lipschitz(session, chain, points, fields)
    signs = [_determinant_sign(session, chain, point) for point in points]
    if None in signs or signs[0] == signs[1]:
        raise Reject("the determinants are not shown to have opposite signs", "sign", fields.path)
    return []


def read_point(session: Session, fields: Fields, name: str, n: int, region: Box | None) -> list[fmpq]:
    """A rational point, in the region if there is one."""
    path = (*fields.path, name)
    point = rationals(fields.raw(name), session.limits, path, n)
    if region is not None and not all(lo <= v <= hi for v, (lo, hi) in zip(point, region, strict=True)):
        raise Reject("the point is not in the region of the claim", "point", path)
    return point


def _require_lipschitz(session: Session, chain: Chain, points: list[list[fmpq]], fields: Fields) -> None:
    """The map is defined and locally Lipschitz on a convex set that holds the points."""
    try:
        require_total(session, chain.network.whole())
        return
    except Reject:
        pass
    try:
        with precision(64):
            box = [hull([a, b]) for a, b in zip(*(at_point(p) for p in points), strict=True)]
            enclosures = Enclosures(session, chain.network.functions, session.facts)
            jacobian = Forward(session, chain, enclosures, box, True).jacobian
    except Undefined as error:
        raise Reject(f"between the points: {error}", "domain", fields.path) from error
    if not all(entry.is_finite() for entry in jacobian.entries()):
        raise Reject("the slopes between the points are not shown to be bounded", "domain", fields.path)


def _determinant_sign(session: Session, chain: Chain, point: list[fmpq]) -> int | None:
    for bits in PRECISIONS[:5]:
        with precision(bits):
            enclosures = Enclosures(session, chain.network.functions, session.facts)
            session.budget.spend(bits * len(point) ** 3)
            try:
                value = Forward(session, chain, enclosures, at_point(point), True).jacobian.det()
            except Undefined:
                continue
            if (value > 0) is True or (value < 0) is True:
                return 1 if (value > 0) is True else -1
    return None


def singular_point_rule(session: Session, goal: Defect, fields: Fields) -> list[Obligation]:
    """At a rational point near which the map is analytic, its exact Jacobian has too small a rank."""
    if goal.almost:
        raise Reject("one point is a null set", "claim", fields.path)
    network = goal.network
    point = read_point(session, fields, "at", network.inputs, goal.region)
    forward = ExactForward(session, Chain(session, network.whole()), network.functions, point)
    _require_deficient(session, forward.jacobian, network.outputs, fields)
    return []


def _require_deficient(session: Session, matrix: fmpq_mat, rank: int, fields: Fields) -> None:
    numerators = integral(matrix)[0]
    bits = max((abs(int(x)).bit_length() for x in numerators.entries()), default=1)
    session.budget.spend(numerators.nrows() ** 2 * numerators.ncols() * (bits + 64))
    if not numerators.rank() < rank:
        raise Reject("the Jacobian has full row rank there", "rank", fields.path)


def enclosed_point_rule(session: Session, goal: Defect, fields: Fields) -> list[Obligation]:
    """By Krawczyk's operator, the gradient of a combination of outputs is 0 at some point of a box."""
    network = goal.network
    n = network.inputs
    if goal.almost:
        raise Reject("one point is a null set", "claim", fields.path)
    path = (*fields.path, "combination")
    weights = rationals(fields.raw("combination"), session.limits, path, network.outputs)
    if all(w == 0 for w in weights):
        raise Reject("the combination is empty", "rank", path)
    low, high = (read_point(session, fields, name, n, goal.region) for name in ("from", "to"))
    if not all(a < b for a, b in zip(low, high, strict=True)):
        raise Reject("the box has no inside", "point", fields.path)
    bits = session.budget.precision(fields.integer("precision", 32, 2048) if fields.has("precision") else 128)
    session.budget.spend(bits * n**3)
    chain = Chain(session, network.whole())
    with precision(bits):
        combination = [arb(w) for w in weights]
        box = [Interval(lower(arb(a)), upper(arb(b))) for a, b in zip(low, high, strict=True)]
        centre = [((side.lo + side.hi) / 2).mid() for side in box]
        enclosures = Enclosures(session, network.functions, session.facts)
        at = Forward(session, chain, enclosures, [Interval(c, c) for c in centre], True).jacobian
        gradient = (arb_mat(1, network.outputs, combination) * at).entries()
        over = Forward(session, chain, enclosures, box, True)
        bends = Backward(session, chain, over, combination).hessian
        ends = [(arb(a), arb(b)) for a, b in zip(low, high, strict=True)]
        if not contracts(gradient, bends, ends, centre):
            raise Reject("no zero of the gradient is shown in the box", "krawczyk", fields.path)
    return []


def contracts(at: list[arb], slopes: arb_mat, box: list[tuple[arb, arb]], centre: list[arb]) -> bool:
    """Whether K = c - Y g(c) + (I - Y G)(X - c), c in X, lies inside the box X: then g has a zero there.

    `at` is g(c), `slopes` encloses the derivative of g on X, `box` are balls for the exact ends of X: strict
    comparisons hold for what they enclose.
    """
    n = slopes.nrows()
    if not all((low < c) is True and (c < high) is True for c, (low, high) in zip(centre, box, strict=True)):
        return False
    try:
        inverse = slopes.mid().inv().mid()
    except ZeroDivisionError:
        return False
    unit = arb_mat(n, n, [int(i == j) for i in range(n) for j in range(n)])
    offsets = arb_mat(n, 1, [low.union(high) - c for c, (low, high) in zip(centre, box, strict=True)])
    image = arb_mat(n, 1, centre) - inverse * arb_mat(n, 1, at) + (unit - inverse * slopes) * offsets
    return all(
        (image[i, 0] > low) is True and (image[i, 0] < high) is True for i, (low, high) in enumerate(box)
    )


def bottleneck_rule(session: Session, goal: Defect, fields: Fields) -> list[Obligation]:
    """All paths pass through a node of fewer entries, or a matrix of smaller rank, than there are outputs."""
    network = goal.network
    k = fields.integer("node", 0, len(network.nodes) - 1)
    _require_cut(network.whole(), k)
    if not _passes(session, goal, k) < network.outputs:
        raise Reject("the node passes as many dimensions as there are outputs", "rank", fields.path)
    if goal.region is None:
        require_total(session, network.whole())
    else:
        _require_lipschitz(session, Chain(session, network.whole()), _corners(goal.region), fields)
    return []


def _corners(region: Box) -> list[list[fmpq]]:
    return [[lo for lo, _ in region], [hi for _, hi in region]]


def _require_cut(whole: Segment, k: int) -> None:
    if k != whole.start:
        Segment(whole.network, whole.start, k)
    if k != whole.end:
        Segment(whole.network, k, whole.end)


def _passes(session: Session, goal: Defect, k: int) -> int:
    """An upper bound of the rank that gets through a node."""
    network = goal.network
    node: Node = network.nodes[k]
    rank = node.size
    if node.op == "linear" and network.tensors[node.data.weight].entries is not None:
        weight = integral(network.tensors[node.data.weight].matrix())[0]
        rows, columns = int(weight.nrows()), int(weight.ncols())
        session.budget.spend(rows * columns * max(rows, columns) * 64)
        rank = min(rank, node.size // node.shape[-1] * int(weight.rank()))
    if node.op == "layernorm":
        rank = min(rank, node.size - node.size // node.shape[-1])
    if node.op == "gather":
        rank = min(rank, len({entry for entry in node.data if entry >= 0}))
    return rank


def dependent_outputs_rule(session: Session, goal: Defect, fields: Fields) -> list[Obligation]:
    """A combination of the outputs, not all coefficients 0, is constant: its partial derivatives are 0."""
    network = goal.network
    path = (*fields.path, "combination")
    weights = rationals(fields.raw("combination"), session.limits, path, network.outputs)
    if all(w == 0 for w in weights):
        raise Reject("the combination is empty", "rank", path)
    outputs, domain = scalar_outputs(session, network.whole())
    session.parameters = entry_ranges(None, network.inputs)
    total = session.terms.zero
    for weight, term in zip(weights, outputs, strict=True):
        total = session.terms.add(total, session.terms.mul(session.terms.rational(weight), term))
    for k in range(network.inputs):
        if not session.forms.is_zero(session.terms.derivative(total, entry_name(k))):
            raise Reject("the combination is not shown to be constant", "normal-form", fields.path)
    at = Span.at(session.rational_point(fmpq(0)))
    step = fields.raw("analytic") if fields.has("analytic") else DEFAULT_STEP
    return [Obligation(Analytic(domain, at), step, (*fields.path, "analytic"))]


def dead_region_rule(session: Session, goal: Defect, fields: Fields) -> list[Obligation]:
    """Near a rational point the map is affine, or a layer has few units of slope other than 0: an open set."""
    network = goal.network
    if goal.region is not None:
        raise Reject("only for claims about all of R^n", "claim", fields.path)
    point = read_point(session, fields, "at", network.inputs, None)
    forward = ExactForward(session, Chain(session, network.whole()), network.functions, point)
    if fields.has("node"):
        k = fields.integer("node", 0, len(network.nodes) - 1)
        _require_cut(network.whole(), k)
        if k not in forward.flat:
            raise Reject("the node does not apply functions", "segment", fields.path)
        dead = [flat and slope == 0 for flat, slope in zip(forward.flat[k], forward.slopes[k], strict=True)]
        if not dead.count(False) < network.outputs:
            raise Reject("too many units of the layer are alive", "rank", fields.path)
        return []
    if not forward.affine:
        raise Reject("the map is not shown to be affine near the point", "point", fields.path)
    _require_deficient(session, forward.jacobian, network.outputs, fields)
    return []


RULES = (
    Rule("sign-change", (Defect,), ("sign-change", "interval-matrix"), sign_change_rule),
    Rule("singular-point", (Defect,), ("rank-drop",), singular_point_rule),
    Rule("enclosed-point", (Defect,), ("krawczyk", "rank-drop"), enclosed_point_rule),
    Rule("bottleneck", (Defect,), ("rank-drop",), bottleneck_rule),
    Rule("dependent-outputs", (Defect,), ("dependent-outputs", "normal-form"), dependent_outputs_rule),
    Rule("dead-region", (Defect,), ("dead-region",), dead_region_rule),
)
