"""The rule `valley` as a Rocq proof: a lemma for each hypothesis of each piece and cut, then Valley.valley."""

from __future__ import annotations

from invexcheck.goals import Point, Sign, Span
from invexcheck.rules.decomposition import Piece
from invexproof.reports.replay import Node, Replay
from invexproof.rocq.bounds import point_text, value_at
from invexproof.rocq.expressions import ExportError, rational
from invexproof.rocq.identities import identity
from invexproof.rocq.pieces import (
    Path,
    Written,
    at_end,
    by_path,
    continuous_at,
    decomposition,
    defined_everywhere,
    piece_span,
    use,
    write_piece,
)
from invexproof.rocq.signs import Context, analytic, at_point, prove, statement
from invexproof.rocq.statements import Statement


def valley(context: Context, proof: Replay, stated: Statement) -> list[str]:
    """The proof of a claim by the rule `valley`."""
    read = decomposition(context, proof)
    children = by_path(proof.root)
    shapes = [str(piece.fields.raw("shape")) for piece in read.pieces]
    written = [
        _piece(context, children, piece, shape) for piece, shape in zip(read.pieces, shapes, strict=True)
    ]
    joints = [
        (
            continuous_at(context, proof, cut, written[k], written[k + 1]),
            _joint(context, children, cut, shapes[k : k + 2], written[k], written[k + 1]),
        )
        for k, cut in enumerate(read.cuts)
    ]
    shown = f"Last {written[-1].shown}"
    for cut, piece in zip(reversed(read.cuts), reversed(written[:-1]), strict=True):
        shown = f"Cut {piece.shown} {point_text(context.expressions, cut)} ({shown})"
    lines = ["Lemma pieces_of_f : valley_data f", f"  ({shown}).", "Proof."]
    lines.append("  unfold valley_data; cbn [valley_from first].")
    for k, (continuous, joint) in enumerate(joints):
        order = "exact I" if k == 0 else "simpl; ends"
        lines.append(
            f"  split; [{order}|]. split; [exact {written[k].proof}|]. split; [exact {continuous}|]."
        )
        lines.append(f"  split; [{joint}|].")
    lines += [f"  exact {written[-1].proof}.", "Qed."]
    context.lemmas.append("\n".join(lines))
    conclusion = "exact (valley f _ pieces_of_f)"
    if stated.claim.startswith("no_stationary"):
        side = "left" if shapes[0] == "decreasing" else "right"
        conclusion = f"apply (valley_monotone f _ pieces_of_f); {side}; repeat split"
    if stated.partial:
        name = defined_everywhere(context, children, read, proof.claim.subject)  # type: ignore[union-attr]
        conclusion = f"split; [exact {name}|{conclusion}]"
    return [f"Theorem certified : {stated.theorem}.\nProof. {conclusion}. Qed."]


def _piece(context: Context, children: dict[Path, Node], piece: Piece, shape: str) -> Written:
    written = write_piece(context, children, piece)
    term, equal, path = written.term, written.equal, piece.fields.path
    node = children[(*path, "by")]
    goal = node.goal
    if not isinstance(goal, Sign):
        raise ExportError("a sign goal was due")
    written.slope_span = goal.span
    written.slope = context.lemma(
        "slope", goal.span, statement(context, goal), prove(context.within(goal.span), node)
    )
    parts = [f"(fun x H => {use(equal, piece.span, piece.span)})"]
    if shape != "block":
        parts.append(f"(fun x H => {use(written.smooth, piece.span, written.smooth_span)})")
        parts.append(f"(fun x H => {use(written.slope, piece.span, written.slope_span)})")
        return _ok(
            context, written, f"{shape} {term}", f"{shape}_ok f {piece_span(context, piece)} {term}", parts
        )
    if not piece.fields.has("factor"):
        closed = piece.ends(True, True)
        parts.append(f"(fun x H => {use(written.smooth, closed, written.smooth_span)})")
        parts.append(f"(fun x H => {use(written.slope, piece.span, written.slope_span)})")
        written.factor = context.session.derivative(piece.function)
        return _ok(
            context, written, f"convex {term}", f"convex_ok f {piece_span(context, piece)} {term}", parts
        )
    return _factored(context, children, written, parts)


def _factored(context: Context, children: dict[Path, Node], written: Written, parts: list[str]) -> Written:
    session, expressions, piece = context.session, context.expressions, written.piece
    positive = session.auxiliary_term(piece.fields, "positive")
    factor = session.auxiliary_term(piece.fields, "factor")
    written.factor = factor
    names = []
    for kind, term in (("p", positive), ("k", factor)):
        names.append(f"{kind}_{len(context.lemmas) + 1}")
        context.lemmas.append(f"Definition {names[-1]} : Terms.term :=\n  {expressions.literal(term)}.")
    p, k = names
    inside, closed = context.within(piece.span), piece.ends(True, True)
    slope = session.derivative(piece.function)
    bounds = inside.bounds()
    proof = identity(bounds, slope, session.terms.node("mul", positive, factor))
    sides = (
        f"{expressions.real(slope, 69)} = {expressions.real(session.terms.node('mul', positive, factor), 69)}"
    )
    product = context.lemma("factored", piece.span, sides, [*bounds.script.lines, *proof])
    path = piece.fields.path
    sign = children[(*path, "positive_by")]
    if not isinstance(sign.goal, Sign):
        raise ExportError("a sign goal was due")
    wanted = statement(context, sign.goal)
    above = context.lemma("positive", closed, wanted, prove(context.within(closed), sign))
    defined = context.lemma(
        "defined", closed, f"defined {p} x", analytic(context.within(closed), positive, False)
    )
    smooth = context.lemma(
        "smooth", closed, f"analytic {k} x", analytic(context.within(closed), factor, True)
    )
    parts += [
        f"(fun x H => {use(written.smooth, piece.span, written.smooth_span)})",
        f"{p} {k}",
        f"(fun x H => {use(product, piece.span, piece.span)})",
        *(f"(fun x H => {use(name, closed, closed)})" for name in (above, defined, smooth)),
        f"(fun x H => {use(written.slope, piece.span, written.slope_span)})",
    ]
    return _ok(
        context,
        written,
        f"block {written.term} {p} {k}",
        f"block_ok f {piece_span(context, piece)} {written.term}",
        parts,
    )


def _ok(context: Context, written: Written, shown: str, lemma: str, parts: list[str]) -> Written:
    written.shown = f"({shown})"
    written.proof = f"piece_{len(context.lemmas) + 1}"
    span = piece_span(context, written.piece)
    lines = [f"Lemma {written.proof} : piece_ok f {span} ({shown}).", f"Proof. exact ({lemma}"]
    lines += [f"    {part}" for part in parts]
    context.lemmas.append("\n".join(lines) + "). Qed.")
    return written


def _joint(
    context: Context, children: dict[Path, Node], cut: Point, shapes: list[str], left: Written, right: Written
) -> str:
    """A tactic for the condition at a cut."""
    kinds = tuple(shapes)
    if kinds == ("decreasing", "increasing"):
        return "exact I"
    c = point_text(context.expressions, cut)
    if kinds[0] == kinds[1] != "block":
        before = _slope_end(context, children, c, left, "upper")
        return f"split; [{before}|{_slope_end(context, children, c, right, 'lower')}]"
    if kinds == ("decreasing", "block"):
        return _block_joint(context, children, c, left, "upper")
    if kinds == ("block", "increasing"):
        return _block_joint(context, children, c, right, "lower")
    rise = children[(*right.piece.fields.path, "join")]
    lines = at_point(context.within(Span.at(cut)), rise.goal, cut)  # type: ignore[arg-type]
    name = f"join_{len(context.lemmas) + 1}"
    text = context.expressions.real(value_at(context.session, context.expressions, rise.goal.term, cut), 69)  # type: ignore[union-attr]
    context.lemmas.append("\n".join([f"Lemma {name} : 0 <= {text}.", "Proof.", *lines, "Qed."]))
    return f"apply Rminus_le_0; exact {name}"


def _block_joint(context: Context, children: dict[Path, Node], c: str, piece: Written, side: str) -> str:
    node = children.get((*piece.piece.fields.path, f"{side}_block"))
    if node is None:
        return f"left; {_slope_end(context, children, c, piece, side)}"
    goal = node.goal
    if not isinstance(goal, Sign) or goal.span.point is None:
        raise ExportError("a sign at a point was due")
    name = f"end_{len(context.lemmas) + 1}"
    text = context.expressions.real(
        value_at(context.session, context.expressions, goal.term, goal.span.point), 69
    )
    relation = f"0 <= {text}" if goal.relation == ">=" else f"{text} <= 0"
    lines = at_point(context.within(goal.span), goal, goal.span.point)
    context.lemmas.append("\n".join([f"Lemma {name} : {relation}.", "Proof.", *lines, "Qed."]))
    return f"right; exact {name}"


def _slope_end(context: Context, children: dict[Path, Node], c: str, piece: Written, side: str) -> str:
    """The slope stays away from 0 at an end of a monotone piece."""
    falling = "decreasing" in piece.shown
    direction = "left" if side == "upper" else "right"
    word = "falls" if falling else "rises"
    steep = children.get((*piece.piece.fields.path, f"{side}_steep", "by"))
    if steep is None:
        smooth = at_end(piece.smooth, piece.smooth_span, c, side)
        slope = at_end(piece.slope, piece.slope_span, c, side)
        return f"exact ({word}_{direction} {piece.term} {c} {smooth} {slope})"
    goal = steep.goal
    if not isinstance(goal, Sign):
        raise ExportError("a sign goal was due")
    name = context.lemma(
        "steep", goal.span, statement(context, goal), prove(context.within(goal.span), steep)
    )
    raw = piece.piece.fields.object(f"{side}_steep")
    texts = [rational(raw.rational(name)) for name in ("slope", "to")]
    return (
        f"apply ({word}_steep_{direction} _ {c} {texts[0]} {texts[1]}); [lra|lra|intros x H; "
        f"generalize ({name} x (proj1 H) (proj2 H)); apply {'below' if falling else 'above'}_difference]"
    )
