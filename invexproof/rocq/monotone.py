"""Strict monotonicity as a Rocq proof, and its refutation by three values."""

from __future__ import annotations

from flint import fmpq

from invexcheck.goals import STRICT, Sign, Span
from invexproof.reports.replay import Replay
from invexproof.rocq.bounds import point_text
from invexproof.rocq.expressions import ExportError
from invexproof.rocq.identities import identity
from invexproof.rocq.pieces import (
    by_path,
    continuous_at,
    decomposition,
    defined_at_point,
    defined_everywhere,
    piece_span,
    use,
    write_piece,
)
from invexproof.rocq.refutations import fields_of, less_lemma, value_lemma
from invexproof.rocq.signs import Context, prove, statement
from invexproof.rocq.statements import Statement


def monotone_pieces(context: Context, proof: Replay, stated: Statement) -> list[str]:
    """The slope has one strict sign on every piece."""
    expressions, nodes = context.expressions, by_path(proof.root)
    word = "rising" if fields_of(context, proof).text("direction") == "increasing" else "falling"
    read = decomposition(context, proof)
    written, proofs = [], []
    for piece in read.pieces:
        node = nodes[(*piece.fields.path, "by")]
        if not isinstance(node.goal, Sign) or not STRICT[node.goal.relation]:
            raise ExportError("a slope that is 0 at some points of a piece cannot be exported yet")
        own = write_piece(context, nodes, piece)
        inner = context.within(node.goal.span)
        slope = context.lemma("slope", node.goal.span, statement(inner, node.goal), prove(inner, node))
        name = f"piece_{len(context.lemmas) + 1}"
        uses = [
            f"(fun x H => {use(lemma, piece.span, span)})"
            for lemma, span in (
                (own.equal, piece.span),
                (own.smooth, own.smooth_span),
                (slope, node.goal.span),
            )
        ]
        context.lemmas.append(
            f"Lemma {name} : {word}_piece f {piece_span(context, piece)} {own.term}.\n"
            f"Proof. exact (conj {uses[0]} (conj {uses[1]} {uses[2]})). Qed."
        )
        written.append(own)
        proofs.append(name)
    joints = [
        continuous_at(context, proof, cut, written[k], written[k + 1]) for k, cut in enumerate(read.cuts)
    ]
    chain = f"Last {written[-1].term}"
    for cut, own in zip(reversed(read.cuts), reversed(written[:-1]), strict=True):
        chain = f"Cut {own.term} {point_text(expressions, cut)} ({chain})"
    lines = [f"Lemma pieces_of_f : along ({word}_piece f) (joined f) m_infty p_infty ({chain}).", "Proof."]
    lines.append("  cbn [along first].")
    for k, (name, joint) in enumerate(zip(proofs, joints, strict=False)):
        order = "exact I" if k == 0 else "simpl; ends"
        lines.append(
            f"  split; [{order}|]. split; [exact I|]. split; [exact {name}|]. split; [exact {joint}|]."
        )
    context.lemmas.append("\n".join([*lines, f"  exact {proofs[-1]}.", "Qed."]))
    conclusion = f"exact ({word}_pieces f _ pieces_of_f)"
    if stated.partial:
        name = defined_everywhere(context, nodes, read, proof.claim.subject)  # type: ignore[union-attr]
        conclusion = f"split; [exact {name}|{conclusion}]"
    return [f"Theorem certified : {stated.theorem}.\nProof. {conclusion}. Qed."]


def turning(context: Context, proof: Replay, stated: Statement) -> list[str]:
    """Three points at which the values do not go strictly one way."""
    session, expressions = context.session, context.expressions
    points = [session.point(raw, path) for raw, path in fields_of(context, proof).items("points")]
    found = [value_lemma(context, proof.claim.subject, point) for point in points]  # type: ignore[union-attr]
    facts = []
    for (_, left), (_, right) in ((found[0], found[1]), (found[1], found[2])):
        difference = session.terms.node("sub", right, left)
        sign = session.exact_sign(difference, session.rational_point(fmpq(0)))
        if sign == 0:
            bounds = context.within(Span()).bounds()
            name = f"same_{len(context.lemmas) + 1}"
            sides = f"{expressions.real(left, 69)} = {expressions.real(right, 69)}"
            lines = ["  reflexivity."] if left == right else identity(bounds, left, right)
            context.lemmas.append(
                "\n".join([f"Lemma {name} : {sides}.", "Proof.", *bounds.script.lines, *lines, "Qed."])
            )
            facts.append(name)
        else:
            facts.append(less_lemma(context, left, right) if sign == 1 else less_lemma(context, right, left))
    names = ", ".join(name for name, _ in found)
    u, v, w = (point_text(expressions, point) for point in points)
    step = f"rewrite {names}; generalize {facts[0]}, {facts[1]}; lra"
    if not stated.partial:
        tactic = f"apply (turning f {u} {v} {w}); [split; ends|{step}|{step}]"
    else:
        root = proof.claim.subject  # type: ignore[union-attr]
        shown = [defined_at_point(context, root, point) for point in points]
        domain = f"split; [exact {shown[0]}|split; [exact {shown[1]}|exact {shown[2]}]]"
        tactic = f"exists {u}, {v}, {w}. split; [split; ends|]. split; [{domain}|]. split; {step}"
    return [f"Theorem certified : {stated.theorem}.\nProof.\n  {tactic}.\nQed."]
