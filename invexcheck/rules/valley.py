"""The valley rule: on all of R every Clarke-stationary point is a global minimiser (complete in one variable)."""

from __future__ import annotations

from invexcheck.errors import Reject
from invexcheck.goals import Analytic, Claim, Obligation, Rule, Sign, Span
from invexcheck.reading import Fields
from invexcheck.rules.decomposition import Decomposition, Piece, read_decomposition
from invexcheck.session import Session

DECREASING, BLOCK, INCREASING = "decreasing", "block", "increasing"
WORD = {DECREASING: 0, BLOCK: 1, INCREASING: 2}
"""The shapes of pieces, in the order in which they may follow each other."""


def valley_rule(session: Session, claim: Claim, fields: Fields) -> list[Obligation]:
    """The word of shapes is decreasing* block* increasing*, with strict signs kept across equal neighbours."""
    decomposition = read_decomposition(session, claim.subject, fields)
    decomposition.require_continuous(session, claim.subject)
    shapes = [piece.fields.choice("shape", WORD) for piece in decomposition.pieces]
    if [WORD[s] for s in shapes] != sorted(WORD[s] for s in shapes):
        raise Reject("pieces must be decreasing, then block, then increasing", "word", fields.path)
    if claim.kind == "activation.nonvanishing-derivative" and (BLOCK in shapes or len(set(shapes)) > 1):
        raise Reject("all pieces must be increasing, or all decreasing", "word", fields.path)
    obligations = list(decomposition.obligations)
    block: list[tuple[Piece, int]] = []
    for k, shape in enumerate(shapes):
        piece = decomposition.pieces[k]
        if shape == BLOCK:
            factor = _block_piece(session, piece, obligations)
            if block:
                _join(session, piece, block[-1][1], factor, obligations)
            block.append((piece, factor))
    for k, shape in enumerate(shapes):
        if shape != BLOCK:
            _monotone_piece(session, decomposition, shapes, k, block, obligations)
    decomposition.close()
    return obligations


def is_vacuous(fields: dict[str, list[dict[str, str]]]) -> bool:
    """Whether a checked valley step shows that there is no stationary point at all."""
    shapes = {piece["shape"] for piece in fields["pieces"]}
    return len(shapes) == 1 and BLOCK not in shapes


def _monotone_piece(
    session: Session,
    decomposition: Decomposition,
    shapes: list[str],
    k: int,
    block: list[tuple[Piece, int]],
    obligations: list[Obligation],
) -> None:
    """Strict slope on the piece, on each end that it shares with an equal neighbour, and as J2 asks next to a block."""
    piece, shape = decomposition.pieces[k], shapes[k]
    relation = "<" if shape == DECREASING else ">"
    slope = session.derivative(piece.function)
    closed = {}
    for side, neighbour in (("lower", k - 1), ("upper", k + 1)):
        other = shapes[neighbour] if 0 <= neighbour < len(shapes) else None
        closed[side] = other == shape
        if other is None or (other != shape and other != BLOCK):
            continue  # an infinite end, or the bottom of the valley: continuity is enough
        if piece.fields.has(f"{side}_steep"):
            closed[side] = False
            obligations.append(_steep(session, piece, slope, relation, side))
        elif other == BLOCK:
            closed[side] = piece.fields.choice(f"{side}_end", ("strict", "block")) == "strict"
            if not closed[side]:
                obligations.append(_block_end(piece, block, side))
    span = piece.ends(closed["lower"], closed["upper"])
    obligations.append(piece.analytic(closed["lower"], closed["upper"]))
    obligations.append(piece.sign(slope, relation, span, "by"))


def _steep(session: Session, piece: Piece, slope: int, relation: str, side: str) -> Obligation:
    """Near an end where the slope may be infinite, it stays beyond a nonzero rational of its sign."""
    with Fields(piece.fields.raw(f"{side}_steep"), piece.path(f"{side}_steep"), session.limits) as steep:
        bound = steep.rational("slope")
        inner = session.rational_point(steep.rational("to"))
        if not (bound > 0 if relation == ">" else bound < 0):
            raise Reject("the slope bound must have the sign of the piece", "sign", steep.path)
        end = piece.span.lower if side == "lower" else piece.span.upper
        if end is None:
            raise Reject("an infinite end has no slope bound", "point", steep.path)
        order = [end, inner] if side == "lower" else [inner, end]
        far = piece.span.upper if side == "lower" else piece.span.lower
        if far is not None:
            order = [*order, far] if side == "lower" else [far, *order]
        session.require_increasing(order, steep.path)
        near = Span(end, inner) if side == "lower" else Span(inner, end)
        excess = session.terms.node("sub", slope, session.terms.rational(bound))
        return Obligation(Sign(excess, relation, near, given=True), steep.raw("by"), (*steep.path, "by"))


def _block_end(piece: Piece, block: list[tuple[Piece, int]], side: str) -> Obligation:
    """The block's factor k does not have the sign that would make its end a spurious stationary point."""
    # a decreasing piece has the block above it and needs k >= 0 there; an increasing piece needs k <= 0 below it
    factor = block[0][1] if side == "upper" else block[-1][1]
    end = piece.span.upper if side == "upper" else piece.span.lower
    if end is None:
        raise Reject("an infinite end has no neighbour", "point", piece.fields.path)
    relation, name = (">=", "upper_block") if side == "upper" else ("<=", "lower_block")
    return piece.sign(factor, relation, Span.at(end), name, given=False)


def _block_piece(session: Session, piece: Piece, obligations: list[Obligation]) -> int:
    """f' = p*k with p > 0 on the closed piece and k nondecreasing; the result is k."""
    slope = session.derivative(piece.function)
    closed, inside = piece.ends(True, True), piece.span
    if not piece.fields.has("factor"):
        obligations.append(piece.analytic(True, True))
        obligations.append(piece.sign(session.derivative(slope), ">=", inside, "by"))
        return slope
    positive = session.auxiliary_term(piece.fields, "positive")
    factor = session.auxiliary_term(piece.fields, "factor")
    if not session.forms.equal(slope, session.terms.node("mul", positive, factor)):
        raise Reject(
            "the factors do not have the normal form of the derivative", "identity", piece.fields.path
        )
    obligations.append(piece.analytic())
    obligations.append(piece.sign(positive, ">", closed, "positive_by", given=False))
    obligations.append(
        Obligation(Analytic(factor, closed), piece.step("factor_analytic"), piece.path("factor_analytic"))
    )
    obligations.append(piece.sign(session.derivative(factor), ">=", inside, "by"))
    return factor


def _join(session: Session, piece: Piece, left: int, right: int, obligations: list[Obligation]) -> None:
    """Inside a block k does not drop across a breakpoint."""
    if piece.span.lower is None:
        raise Reject("a joint needs a finite point", "point", piece.fields.path)
    rise = session.terms.node("sub", right, left)
    obligations.append(piece.sign(rise, ">=", Span.at(piece.span.lower), "join", given=False))


RULES = (
    Rule(
        "valley",
        (Claim,),
        ("valley", "clarke-stationarity", "continuity", "derivative"),
        valley_rule,
        (("activation.invex", False), ("activation.nonvanishing-derivative", False)),
    ),
)
