"""Refutations as Rocq proofs: a stationary point, and a lower value elsewhere."""

from __future__ import annotations

from invexcheck.goals import Point, Span
from invexcheck.pieces import decide_at, resolve
from invexcheck.reading import Fields
from invexcheck.rules.decomposition import Piece, read_piece
from invexcheck.session import Session
from invexproof.reports.replay import Replay
from invexproof.rocq.bounds import point_text
from invexproof.rocq.expressions import ExportError
from invexproof.rocq.identities import identity
from invexproof.rocq.pieces import by_path, decomposition, defined_at_point, defined_on_piece, equal_on_piece
from invexproof.rocq.signs import Context, analytic
from invexproof.rocq.statements import Statement


def fields_of(context: Context, proof: Replay) -> Fields:
    return Fields(proof.root.step, proof.root.path, context.session.limits)


def _local(context: Context, proof: Replay) -> tuple[Fields, Piece, Point, Point]:
    session, fields = context.session, fields_of(context, proof)
    lower, upper = (session.rational_point(fields.rational(name)) for name in ("from", "to"))
    span = Span(lower, upper)
    piece, _ = read_piece(session, proof.claim.subject, fields.object("piece"), span)  # type: ignore[union-attr]
    return fields, piece, lower, upper


def value_term(session: Session, subject: int, point: Point) -> int:
    """The subject's value at a point, as a term without x."""
    return session.at(resolve(session, subject, decide_at(session, point)).value[subject], point)


def less_lemma(context: Context, low: int, high: int) -> str:
    """A lemma ``low < high`` about two constants."""
    bounds = context.within(Span()).bounds()
    difference = context.session.terms.node("sub", low, high)
    name = f"less_{len(context.lemmas) + 1}"
    texts = [context.expressions.real(term, 69) for term in (low, high)]
    fact = bounds.sign(difference, "<")
    lines = [
        f"Lemma {name} : {texts[0]} < {texts[1]}.",
        "Proof.",
        *bounds.script.lines,
        f"  apply Rminus_lt; exact {fact}.",
        "Qed.",
    ]
    context.lemmas.append("\n".join(lines))
    return name


def value_lemma(context: Context, subject: int, point: Point) -> tuple[str, int]:
    """A lemma ``f y = value`` at a point, its name and the value."""
    session, expressions = context.session, context.expressions
    value = value_term(session, subject, point)
    name = f"value_{len(context.lemmas) + 1}"
    at = point_text(expressions, point)
    lines = [
        f"Lemma {name} : f {at} = {expressions.real(value, 69)}.",
        "Proof. unfold f; resolve_point; same_value. Qed.",
    ]
    context.lemmas.append("\n".join(lines))
    return name, value


def lower_point(context: Context, proof: Replay, fields: Fields, value: int) -> tuple[str, str, Point]:
    """The lower point, and a proof that f is lower there than the value."""
    session = context.session
    lower = session.point(fields.raw("lower"), (*fields.path, "lower"))
    name, smaller = value_lemma(context, proof.claim.subject, lower)  # type: ignore[union-attr]
    less = less_lemma(context, smaller, value)
    return point_text(context.expressions, lower), f"(eq_ind_r (fun v => v < _) {less} {name})", lower


def _theorem(stated: Statement, lemma: str, arguments: list[str]) -> list[str]:
    """The final theorem by a lemma about functions that are defined where D holds."""
    where, opening = (
        ("defined_at", "") if stated.partial else ("(fun _ => True)", "apply not_invex_everywhere. ")
    )
    lines = "\n    ".join([f"{lemma} {where} f", *arguments])
    return [f"Theorem certified : {stated.theorem}.\nProof.\n  {opening}exact ({lines}).\nQed."]


def _domain(
    context: Context, proof: Replay, stated: Statement, piece: Piece, points: list[Point]
) -> list[str]:
    """Proofs that f is defined on an open piece, and at each of some points."""
    if not stated.partial:
        return ["(fun _ _ => I)", *["I"] * len(points)]
    name = defined_on_piece(context, by_path(proof.root), piece)
    root = proof.claim.subject  # type: ignore[union-attr]
    found = [f"(fun x H => {name} x (proj1 H) (proj2 H))"]
    return [*found, *(defined_at_point(context, root, point) for point in points)]


def require_invexity(stated: Statement) -> None:
    if not stated.claim.startswith("not_invex"):
        raise ExportError("refutations by stationary points are exported for invexity only")


def plateau(context: Context, proof: Replay, stated: Statement) -> list[str]:
    """f is constant on an interval and lower elsewhere."""
    require_invexity(stated)
    session, expressions = context.session, context.expressions
    fields, piece, lower, upper = _local(context, proof)
    middle = session.rational_point((lower.value + upper.value) / 2)  # type: ignore[operator]
    constant = session.at(piece.function, middle)
    term, equal = equal_on_piece(context, by_path(proof.root), piece)
    inner = context.within(piece.span)
    bounds = inner.bounds()
    body = identity(bounds, piece.function, constant)
    sides = f"{expressions.real(piece.function, 69)} = {expressions.real(constant, 69)}"
    flat = context.lemma("flat", piece.span, sides, [*bounds.script.lines, *body])
    y, less, lowest = lower_point(context, proof, fields, constant)
    u, v = point_text(expressions, lower), point_text(expressions, upper)
    del term
    arguments = [
        f"{u} {v} {expressions.real(constant, 0)} {y} ltac:(lra)",
        f"(fun x H => eq_trans ({equal} x (proj1 H) (proj2 H)) ({flat} x (proj1 H) (proj2 H)))",
        *_domain(context, proof, stated, piece, [lowest]),
        less,
    ]
    return _theorem(stated, "refuted_by_plateau", arguments)


def stationary_point(context: Context, proof: Replay, stated: Statement) -> list[str]:
    """f' is 0 at a point, and f is lower elsewhere."""
    require_invexity(stated)
    session, expressions = context.session, context.expressions
    fields, piece, lower, upper = _local(context, proof)
    centre = session.point(fields.raw("at"), (*fields.path, "at"))
    c = point_text(expressions, centre)
    term, equal = equal_on_piece(context, by_path(proof.root), piece)
    smooth = context.lemma(
        "smooth", piece.span, f"analytic {term} x", analytic(context.within(piece.span), piece.function, True)
    )
    slope = session.at(session.derivative(piece.function), centre)
    name = f"flat_{len(context.lemmas) + 1}"
    context.lemmas.append(f"Lemma {name} : {expressions.real(slope, 69)} = 0.\nProof. vanishes. Qed.")
    y, less, lowest = lower_point(context, proof, fields, session.at(piece.function, centre))
    u, v = point_text(expressions, lower), point_text(expressions, upper)
    arguments = [
        f"{term} {u} {c} {v} {y} ltac:(split; ends)",
        f"(fun x H => {equal} x (proj1 H) (proj2 H)) (fun x H => {smooth} x (proj1 H) (proj2 H)) {name}",
        *_domain(context, proof, stated, piece, [lowest]),
        less,
    ]
    return _theorem(stated, "refuted_by_stationary_point", arguments)


def maximum(context: Context, proof: Replay, stated: Statement) -> list[str]:
    """f is higher inside an interval than at both ends."""
    require_invexity(stated)
    session, expressions = context.session, context.expressions
    fields = fields_of(context, proof)
    lower, centre, upper = (session.rational_point(fields.rational(name)) for name in ("from", "at", "to"))
    read = decomposition(context, proof, lower, upper)
    if read.cuts:
        from invexproof.rocq.kinks import maximum_across

        return maximum_across(context, proof, stated, read, (lower, centre, upper))
    piece = read.pieces[0]
    term, equal = equal_on_piece(context, by_path(proof.root), piece)
    closed = Span(lower, upper, False, False)
    defined = context.lemma(
        "defined", closed, f"defined {term} x", analytic(context.within(closed), piece.function, False)
    )
    values = [session.at(piece.function, point) for point in (lower, centre, upper)]
    left, right = less_lemma(context, values[0], values[1]), less_lemma(context, values[2], values[1])
    u, m, v = (point_text(expressions, point) for point in (lower, centre, upper))
    arguments = [
        f"{term} {u} {m} {v} ltac:(lra)",
        f"(fun x H => {equal} x (proj1 H) (proj2 H)) (fun x H => {defined} x (proj1 H) (proj2 H))",
        *_domain(context, proof, stated, piece, []),
        f"{left} {right}",
    ]
    return _theorem(stated, "refuted_by_maximum", arguments)
