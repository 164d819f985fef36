"""Refutations at and across cuts as Rocq proofs: maxima between pieces, kinks, jumps."""

from __future__ import annotations

from flint import fmpq

from invexcheck.goals import Point, Sign, Span
from invexcheck.rules.decomposition import Decomposition, read_piece
from invexproof.reports.replay import Replay
from invexproof.rocq.bounds import point_text
from invexproof.rocq.expressions import ExportError
from invexproof.rocq.identities import identity
from invexproof.rocq.pieces import (
    Written,
    at_end,
    by_path,
    continuous_at,
    decomposition,
    piece_span,
    use,
    write_piece,
)
from invexproof.rocq.refutations import fields_of, less_lemma, lower_point, require_invexity, value_lemma
from invexproof.rocq.signs import Context, analytic, at_point
from invexproof.rocq.statements import Statement


def maximum_across(
    context: Context,
    proof: Replay,
    stated: Statement,
    read: Decomposition,
    points: tuple[Point, Point, Point],
) -> list[str]:
    """The same with cuts between the ends."""
    session, expressions = context.session, context.expressions
    if stated.partial:
        raise ExportError(
            "a maximum across a cut of a function that is not defined everywhere cannot be exported yet"
        )
    written = [write_piece(context, by_path(proof.root), piece) for piece in read.pieces]
    joints = [
        continuous_at(context, proof, cut, written[k], written[k + 1]) for k, cut in enumerate(read.cuts)
    ]
    lower, centre, upper = points
    u, m, v = (point_text(expressions, point) for point in points)
    chain = f"Last (eval {written[-1].term})"
    for cut, piece in zip(reversed(read.cuts), reversed(written[:-1]), strict=True):
        chain = f"Cut (eval {piece.term}) {point_text(expressions, cut)} ({chain})"
    context.lemmas.append(f"Definition pieces_of_f : chain (R -> R) :=\n  {chain}.")
    lines = [
        "Lemma pieces_are_f : along (equals f) (joined f) (Finite ({u})) (Finite ({v})) pieces_of_f.",
        "Proof.",
    ]
    lines = [line.format(u=u, v=v) for line in lines]
    lines.append("  unfold pieces_of_f; cbn [along first].")
    for piece, joint in zip(written, joints, strict=False):
        lines.append(f"  split; [simpl; ends|]. split; [simpl; ends|]. split; [{_equals(context, piece)}|].")
        lines.append(f"  split; [exact {joint}|].")
    context.lemmas.append("\n".join([*lines, f"  {_equals(context, written[-1])}.", "Qed."]))
    name, top = value_lemma(context, proof.claim.subject, centre)  # type: ignore[union-attr]
    parts = []
    for piece, end in ((written[0], lower), (written[-1], upper)):
        value = session.at(piece.piece.function, end)
        less = less_lemma(context, value, top)
        parts.append(f"(eq_ind_r (fun w => _ < w) {less} {name})")
    closed = Span.at(lower), Span.at(upper)
    ends = []
    for piece, span, at in ((written[0], closed[0], u), (written[-1], closed[1], v)):
        function = session.at(piece.piece.function, span.lower)  # type: ignore[arg-type]
        proof_lines = analytic(context.within(Span()), function, False)
        number = f"end_{len(context.lemmas) + 1}"
        context.lemmas.append(
            "\n".join([f"Lemma {number} : defined {piece.term} {at}.", "Proof.", *proof_lines, "Qed."])
        )
        ends.append(f"(continuous_within _ _ _ (defined_continuous {piece.term} {at} {number}))")
    arguments = [
        f"{u} {v}",
        f"(interior_maximum f {u} {m} {v} pieces_of_f ltac:(split; ends) pieces_are_f",
        *ends,
        *parts,
    ]
    text = "\n    ".join(arguments)
    return [f"Theorem certified : {stated.theorem}.\nProof.\n  exact (refuted_inside f {text})).\nQed."]


def _equals(context: Context, piece: Written) -> str:
    smooth = f"(fun x H => {use(piece.smooth, piece.piece.span, piece.smooth_span)})"
    equal = f"(fun x H => {use(piece.equal, piece.piece.span, piece.piece.span)})"
    return f"exact (equals_term f {piece_span(context, piece.piece)} {piece.term} {equal} {smooth})"


def kink(context: Context, proof: Replay, stated: Statement) -> list[str]:
    """The slopes on both sides of a cut have opposite signs, and f is lower elsewhere."""
    require_invexity(stated)
    session, expressions, fields = context.session, context.expressions, fields_of(context, proof)
    if stated.partial:
        raise ExportError("a kink of a function that is not defined everywhere cannot be exported yet")
    lower, upper = (session.rational_point(fields.rational(name)) for name in ("from", "to"))
    read = decomposition(context, proof, lower, upper)
    (cut,) = read.cuts
    left, right = (write_piece(context, by_path(proof.root), piece) for piece in read.pieces)
    joint = continuous_at(context, proof, cut, left, right)
    u, c, v = (point_text(expressions, point) for point in (lower, cut, upper))
    signs, ends = [], []
    nodes = by_path(proof.root)
    for piece, side in ((left, "upper"), (right, "lower")):
        goal = nodes[(*piece.piece.fields.path, "by")].goal
        if not isinstance(goal, Sign):
            raise ExportError("a sign goal was due")
        number = f"slope_{len(context.lemmas) + 1}"
        text = expressions.real(session.at(goal.term, cut), 69)
        relation = f"0 <= {text}" if goal.relation == ">=" else f"{text} <= 0"
        lines = at_point(context.within(Span.at(cut)), goal, cut)
        context.lemmas.append("\n".join([f"Lemma {number} : {relation}.", "Proof.", *lines, "Qed."]))
        signs.append((goal.relation, number))
        smooth = at_end(piece.smooth, piece.smooth_span, c, side)
        slope = f"(deriv {piece.term})"
        ends.append(
            f"(continuous_within _ _ _ (analytic_continuous {slope} {c} (deriv_analytic {piece.term} {c} {smooth})))"
        )
    first = "or_introl" if signs[0][0] == ">=" else "or_intror"
    y, less, _ = lower_point(context, proof, fields, session.at(read.pieces[0].function, cut))
    equal = [f"(fun x H => {use(p.equal, p.piece.span, p.piece.span)})" for p in (left, right)]
    derives = [
        f"(fun x H => deriv_correct {p.term} x ({use(p.smooth, p.piece.span, p.smooth_span)}))"
        for p in (left, right)
    ]
    arguments = [
        f"{u} {c} {v} ltac:(split; ends) {joint}",
        *equal,
        *derives,
        *ends,
        f"({first} (conj {signs[0][1]} {signs[1][1]}))",
    ]
    functions = " ".join(f"(eval {p.term})" for p in (left, right))
    slopes = " ".join(f"(eval (deriv {p.term}))" for p in (left, right))
    name, value = value_lemma(context, proof.claim.subject, cut)  # type: ignore[union-attr]
    bounds = context.within(Span()).bounds()
    same = session.at(read.pieces[0].function, cut)
    equals = ["  reflexivity."] if same == value else identity(bounds, same, value)
    number = f"same_{len(context.lemmas) + 1}"
    sides = f"{expressions.real(same, 69)} = {expressions.real(value, 69)}"
    context.lemmas.append(
        "\n".join([f"Lemma {number} : {sides}.", "Proof.", *bounds.script.lines, *equals, "Qed."])
    )
    text = "\n    ".join([f"kink f {functions} {slopes}", *arguments])
    return [
        f"Theorem certified : {stated.theorem}.\nProof.\n  exists {c}. split; [|exists {y}].\n  - exact ({text}).\n"
        f"  - rewrite {name}, <- {number}. exact {less}.\nQed."
    ]


def jump(context: Context, proof: Replay, stated: Statement) -> list[str]:
    """Two of the limit from the left, the value, and the limit from the right differ."""
    session, expressions, fields = context.session, context.expressions, fields_of(context, proof)
    lower, upper = (session.rational_point(fields.rational(name)) for name in ("from", "to"))
    centre = session.point(fields.raw("at"), (*fields.path, "at"))
    c = point_text(expressions, centre)
    names, values = [], []
    for field, span in (("left", Span(lower, centre)), ("right", Span(centre, upper))):
        piece, _ = read_piece(session, proof.claim.subject, fields.object(field), span)  # type: ignore[union-attr]
        written = write_piece(context, by_path(proof.root), piece, smooth=False)
        number = f"end_{len(context.lemmas) + 1}"
        values.append(session.at(piece.function, centre))
        lines = analytic(context.within(Span()), values[-1], False)
        context.lemmas.append(
            "\n".join([f"Lemma {number} : defined {written.term} {c}.", "Proof.", *lines, "Qed."])
        )
        names.append((written, number))
    difference = session.terms.node("sub", *values)
    sign = session.strict_sign(difference, session.rational_point(fmpq(0)))
    if sign is None:
        raise ExportError("a jump that is seen at the value only cannot be exported yet")
    less = less_lemma(context, *(values if sign < 0 else values[::-1]))
    unequal = f"(Rlt_not_eq _ _ {less})" if sign < 0 else f"(Rgt_not_eq _ _ {less})"
    (left, end_left), (right, end_right) = names
    sides = []
    for word, own, other in (("left", left, lower), ("right", right, upper)):
        equal = f"(fun x H => {use(own.equal, own.piece.span, own.piece.span)})"
        sides.append(f"(at_{word}_intro {c} {point_text(expressions, other)} _ ltac:(ends) {equal})")
    limits = [
        f"(continuous_within _ _ _ (defined_continuous {p.term} {c} {end}))"
        for p, end in ((left, end_left), (right, end_right))
    ]
    text = "\n    ".join([*sides, f"(or_introl (conj {limits[0]} (conj {limits[1]} {unequal})))"])
    return [
        f"Theorem certified : {stated.theorem}.\nProof.\n  exists {c}.\n"
        f"  exact (jump f (eval {left.term}) (eval {right.term}) {c} {text}).\nQed."
    ]
