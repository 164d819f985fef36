"""The other claims about an activation: monotone, Lipschitz, convex, piecewise analytic."""

from __future__ import annotations

from flint import fmpq

from invexcheck.errors import Reject
from invexcheck.goals import STRICT, Claim, Obligation, Rule, Span
from invexcheck.reading import Fields
from invexcheck.rules.decomposition import Piece, read_decomposition
from invexcheck.session import Session


def monotone_pieces_rule(session: Session, claim: Claim, fields: Fields) -> list[Obligation]:
    """The slope has one weak sign on every open piece, and is not zero everywhere on any of them."""
    increasing = fields.choice("direction", ("increasing", "decreasing")) == "increasing"
    decomposition = read_decomposition(session, claim.subject, fields)
    decomposition.require_continuous(session, claim.subject)
    obligations = list(decomposition.obligations)
    for piece in decomposition.pieces:
        slope = session.derivative(piece.function)
        relation = piece.fields.choice("relation", STRICT)
        if relation not in ((">", ">=") if increasing else ("<", "<=")):
            raise Reject("the slope has the wrong sign for this direction", "sign", piece.fields.path)
        obligations += [piece.analytic(), piece.sign(slope, relation, piece.span, "by")]
        if not STRICT[relation]:
            _require_strict_somewhere(session, piece, slope, increasing)
    decomposition.close()
    return obligations


def _require_strict_somewhere(session: Session, piece: Piece, slope: int, increasing: bool) -> None:
    """An analytic slope of one weak sign that is not 0 at one point has only isolated zeros."""
    witness = session.rational_point(piece.fields.rational("strict_at"))
    low, high = piece.span.lower, piece.span.upper
    inside = (low is None or session.less(low, witness)) and (high is None or session.less(witness, high))
    if not inside or session.strict_sign(slope, witness) != (1 if increasing else -1):
        raise Reject("the slope is not shown strict at a point of the piece", "sign", piece.fields.path)


def slope_bound_rule(session: Session, claim: Claim, fields: Fields) -> list[Obligation]:
    """|f'| <= K on every open piece of a continuous function."""
    bound = fields.rational("constant")
    if claim.constant is not None and bound != claim.constant:
        raise Reject("the bound is not the constant of the claim", "claim", fields.path)
    if not bound >= 0:
        raise Reject("a Lipschitz constant is not negative", "claim", fields.path)
    decomposition = read_decomposition(session, claim.subject, fields)
    decomposition.require_continuous(session, claim.subject)
    obligations = list(decomposition.obligations)
    constant = session.terms.rational(bound)
    for piece in decomposition.pieces:
        slope = session.derivative(piece.function)
        below = session.terms.node("sub", constant, slope)
        above = session.terms.node("add", constant, slope)
        obligations.append(piece.analytic())
        obligations.append(piece.sign(below, ">=", piece.span, "above"))
        obligations.append(piece.sign(above, ">=", piece.span, "below"))
    decomposition.close()
    return obligations


def convex_rule(session: Session, claim: Claim, fields: Fields) -> list[Obligation]:
    """f'' >= 0 on every piece, and the slope does not drop at a breakpoint."""
    decomposition = read_decomposition(session, claim.subject, fields)
    decomposition.require_continuous(session, claim.subject)
    obligations = list(decomposition.obligations)
    before: int | None = None
    for piece in decomposition.pieces:
        slope = session.derivative(piece.function)
        obligations.append(piece.analytic(True, True))
        obligations.append(piece.sign(session.derivative(slope), ">=", piece.span, "by"))
        if before is not None and piece.span.lower is not None:
            rise = session.terms.node("sub", slope, before)
            obligations.append(piece.sign(rise, ">=", Span.at(piece.span.lower), "join"))
        before = slope
    decomposition.close()
    return obligations


def analytic_pieces_rule(session: Session, claim: Claim, fields: Fields) -> list[Obligation]:
    """Continuous on R, analytic on each open piece."""
    decomposition = read_decomposition(session, claim.subject, fields)
    decomposition.require_continuous(session, claim.subject)
    obligations = [*decomposition.obligations, *(piece.analytic() for piece in decomposition.pieces)]
    decomposition.close()
    return obligations


# -- parameters ------------------------------------------------------------------------------


def rescale_rule(session: Session, claim: Claim, fields: Fields) -> list[Obligation]:
    """x is replaced by s*x with s > 0 a function of the parameters: the claim is unchanged."""
    scale = session.auxiliary_term(fields, "scale")
    if "x" in session.terms.names[scale]:
        raise Reject("a scale must not depend on x", "claim", fields.path)
    if session.strict_sign(scale, session.rational_point(fmpq(0))) != 1:
        raise Reject("a scale must be positive for all parameters", "sign", fields.path)
    stretched = session.terms.node("mul", scale, session.terms.variable("x"))
    subject = session.terms.substitute(claim.subject, {"x": stretched})
    return [Obligation(claim.about(subject), fields.raw("by"), (*fields.path, "by"))]


def instantiate_rule(session: Session, claim: Claim, fields: Fields) -> list[Obligation]:
    """A negated claim about all parameters needs one value of each, inside its range."""
    if not claim.negated or not claim.parameters:
        raise Reject("only a negated claim with parameters is shown by an example", "claim", fields.path)
    values = {}
    with fields.object("values") as chosen:
        for name, r in claim.parameters.items():
            v = chosen.rational(name)
            above = r.lower is None or (v > r.lower if r.lower_open else v >= r.lower)
            below = r.upper is None or (v < r.upper if r.upper_open else v <= r.upper)
            if not (above and below):
                raise Reject("a parameter's value is outside its range", "claim", fields.path)
            values[name] = session.terms.rational(v)
    session.parameters = {}
    subject = session.terms.substitute(claim.subject, values)
    return [Obligation(claim.about(subject, {}), fields.raw("by"), (*fields.path, "by"))]


PIECEWISE = ("continuity", "derivative")
SCALABLE = tuple(
    (f"activation.{name}", False)
    for name in ("invex", "strictly-monotone", "convex", "piecewise-analytic", "nonvanishing-derivative")
)

RULES = (
    Rule(
        "monotone-pieces", (Claim,), ("strictly-monotone", *PIECEWISE), monotone_pieces_rule,
        (("activation.strictly-monotone", False),),
    ),
    Rule("slope-bound", (Claim,), ("lipschitz", *PIECEWISE), slope_bound_rule, (("activation.lipschitz", False),)),
    Rule("convex-pieces", (Claim,), ("convex", *PIECEWISE), convex_rule, (("activation.convex", False),)),
    Rule(
        "analytic-pieces", (Claim,), ("piecewise-analytic", *PIECEWISE), analytic_pieces_rule,
        (("activation.piecewise-analytic", False),),
    ),
    Rule("rescale", (Claim,), ("rescaling",), rescale_rule, SCALABLE),
    Rule("instantiate", (Claim,), ("instantiation",), instantiate_rule),
)  # fmt: skip
