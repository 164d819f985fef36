"""What proofs say of functions made of pieces: their terms, continuity at the cuts, where they are defined."""

from __future__ import annotations

from dataclasses import dataclass, field

from invexcheck.goals import Analytic, Point, Sign, Span
from invexcheck.pieces import decide_at, resolve
from invexcheck.reading import Fields
from invexcheck.rules.decomposition import Decomposition, Piece, read_decomposition
from invexproof.reports.replay import Node, Replay
from invexproof.rocq.bounds import Bounds, point_text, value_at
from invexproof.rocq.expressions import ExportError, conditions
from invexproof.rocq.identities import identity
from invexproof.rocq.signs import Context, analytic, prove, statement

Path = tuple[str | int, ...]


@dataclass
class Written:
    """The names of what has been proved of one piece."""

    piece: Piece
    term: str
    equal: str
    smooth: str = ""
    smooth_span: Span = field(default_factory=Span)
    slope: str = ""
    slope_span: Span = field(default_factory=Span)
    shown: str = ""
    """The value of type `piece`, and the proof that it is one."""
    proof: str = ""
    factor: int | None = None


def decomposition(
    context: Context, proof: Replay, lower: Point | None = None, upper: Point | None = None
) -> Decomposition:
    """The cuts and pieces of the first step, read again."""
    claim = proof.claim
    fields = Fields(proof.root.step, proof.root.path, context.session.limits)
    return read_decomposition(context.session, claim.subject, fields, lower, upper)  # type: ignore[union-attr]


def by_path(root: Node) -> dict[Path, Node]:
    return {child.path: child for child in root.children}


def use(name: str, have: Span, want: Span, variable: str = "x", hypothesis: str = "H") -> str:
    """The lemma `name` about the span `want`, applied where ``hypothesis : span lo hi x`` says x is in `have`."""
    arguments = []
    for side, end, projection in (("lower", want.lower, "proj1"), ("upper", want.upper, "proj2")):
        if end is None:
            continue
        term = f"({projection} {hypothesis})"
        have_open = getattr(have, f"{side}_open")
        want_open = getattr(want, f"{side}_open")
        if have_open and not want_open:
            term = f"(Rlt_le _ _ {term})"
        elif want_open and not have_open:
            raise ExportError("an open span where a closed one is needed")
        arguments.append(term)
    return " ".join([f"{name} {variable}", *arguments])


def rbar(context: Context, point: Point | None, infinite: str) -> str:
    return infinite if point is None else f"(Finite {point_text(context.expressions, point)})"


def piece_span(context: Context, piece: Piece) -> str:
    low = rbar(context, piece.span.lower, "m_infty")
    return f"{low} {rbar(context, piece.span.upper, 'p_infty')}"


def guards(context: Context, children: dict[Path, Node], piece: Piece) -> list[str]:
    """Assertions of the signs of the guards on a piece."""
    lines: list[str] = []
    for path, child in children.items():
        if path[: len(piece.fields.path)] == piece.fields.path and "guards" in path[len(piece.fields.path) :]:
            goal = child.goal
            if not isinstance(goal, Sign):
                continue
            inner = context.within(goal.span)
            name = f"Guard{len(lines)}"
            if inner.bounds().is_linear(goal.term):
                lines.append(f"  assert ({name} : {statement(inner, goal)}) by ends.")
            else:
                lines.append(
                    f"  assert ({name} : {statement(inner, goal)}). {{ {chr(10).join(prove(inner, child))} }}"
                )
    return lines


def equal_on_piece(context: Context, children: dict[Path, Node], piece: Piece) -> tuple[str, str]:
    """The definition of a piece's term and the lemma that f equals it there: their names."""
    expressions = context.expressions
    term = f"t_{len(context.lemmas) + 1}"
    context.lemmas.append(f"Definition {term} : Terms.term :=\n  {expressions.literal(piece.function)}.")
    inner = context.within(piece.span)
    body = [*guards(inner, children, piece), f"  change (f x = {expressions.real(piece.function, 69)})."]
    body += ["  unfold f; resolve; same."]
    return term, context.lemma("equal", piece.span, f"f x = eval {term} x", body)


def write_piece(context: Context, children: dict[Path, Node], piece: Piece, smooth: bool = True) -> Written:
    """That f is a term on a piece, and that the term is analytic there, ends included where the certificate says so."""
    term, equal = equal_on_piece(context, children, piece)
    written = Written(piece, term, equal)
    goal = children[(*piece.fields.path, "analytic")].goal
    if smooth and isinstance(goal, Analytic):
        written.smooth_span = goal.span
        lines = analytic(context.within(goal.span), piece.function, True)
        written.smooth = context.lemma("smooth", goal.span, f"analytic {term} x", lines)
    return written


def continuous_at(context: Context, proof: Replay, cut: Point, left: Written, right: Written) -> str:
    """f is continuous at a cut."""
    session, expressions = context.session, context.expressions
    c = point_text(expressions, cut)
    low = f"({c} - 1)" if left.piece.span.lower is None else point_text(expressions, left.piece.span.lower)
    high = f"({c} + 1)" if right.piece.span.upper is None else point_text(expressions, right.piece.span.upper)
    name = f"continuous_{len(context.lemmas) + 1}"
    lines = [f"Lemma {name} : continuous f {c}.", "Proof."]
    lines.append(f"  refine (continuous_terms f {left.term} {right.term} {low} {high} {c} _ _ _ _ _ _ _).")
    lines.append("  - split; ends.")
    for written in (left, right):
        own = written.piece.span
        lines.append(f"  - intros x H. exact ({use(written.equal, own, own)}).")
    here = context.within(Span.at(cut))
    for written in (left, right):
        bounds = here.bounds()
        steps = []
        for what, inner in conditions(session.terms, written.piece.function, False):
            value = value_at(session, expressions, inner, cut)
            steps.append(f"  {{ exact {bounds.condition(what, value)}. }}")
        lines += ["  -", *bounds.script.lines, "  conditions.", *steps]
    root = proof.claim.subject  # type: ignore[union-attr]
    middle = value_at(session, expressions, resolve(session, root, decide_at(session, cut)).value[root], cut)
    for written in (left, right):
        value = value_at(session, expressions, written.piece.function, cut)
        lines.append(f"  - change ({expressions.real(value, 69)} = f {c}).")
        lines.append(f"    transitivity ({expressions.real(middle, 69)});")
        lines.append("      [|symmetry; unfold f; resolve_point; same_value].")
        bounds = here.bounds()
        if value == middle:
            proved = ["  reflexivity."]
        elif cut.bracket is not None:
            proved = [f"  generalize {c}_zero; lra."]
        else:
            proved = identity(bounds, value, middle)
        lines += [*bounds.script.lines, *proved]
    context.lemmas.append("\n".join([*lines, "Qed."]))
    return name


def at_end(name: str, span: Span, c: str, side: str) -> str:
    """A lemma about a span, applied to its closed end."""
    arguments = []
    for end, own in ((span.lower, "lower"), (span.upper, "upper")):
        if end is not None:
            arguments.append("(Rle_refl _)" if own == side else "ltac:(ends)")
    return f"({' '.join([name, c, *arguments])})"


def defined_on_piece(context: Context, children: dict[Path, Node], piece: Piece) -> str:
    """A lemma that f is defined on an open piece; its name."""
    inner = context.within(piece.span)
    bounds = inner.bounds()
    facts = _facts(bounds, sorted(set(piece.resolution.value.values())), None)
    body = [
        *guards(inner, children, piece),
        *bounds.script.lines,
        *facts,
        "  unfold defined_at; resolve; known.",
    ]
    return context.lemma("domain", piece.span, "defined_at x", body)


def defined_at_point(context: Context, subject: int, point: Point) -> str:
    """A lemma that f is defined at a point; its name."""
    bounds = context.within(Span.at(point)).bounds()
    images = resolve(context.session, subject, decide_at(context.session, point)).value.values()
    facts = _facts(bounds, sorted(set(images)), point)
    name = f"domain_{len(context.lemmas) + 1}"
    lines = [
        f"Lemma {name} : defined_at {point_text(context.expressions, point)}.",
        "Proof.",
        *bounds.script.lines,
    ]
    context.lemmas.append("\n".join([*lines, *facts, "  unfold defined_at; resolve_point; known.", "Qed."]))
    return name


def defined_everywhere(
    context: Context, children: dict[Path, Node], read: Decomposition, subject: int
) -> str:
    """f is defined everywhere: on each piece, and at each cut."""
    names = [defined_on_piece(context, children, piece) for piece in read.pieces]
    at_cuts = [defined_at_point(context, subject, cut) for cut in read.cuts]
    lines = ["Lemma f_is_defined : forall x : R, defined_at x.", "Proof. intro x."]
    for k, cut in enumerate(read.cuts):
        c = point_text(context.expressions, cut)
        lower = "" if k == 0 else " Hl"
        lines.append(
            f"  destruct (Rtotal_order x {c}) as [Hu|[->|H]]; [exact ({names[k]} x{lower} Hu)|exact {at_cuts[k]}|]."
        )
        lines.append("  rename H into Hl." if k == 0 else "  clear Hl; rename H into Hl.")
    lines.append(f"  exact ({names[-1]} x{' Hl' if read.cuts else ''}).")
    context.lemmas.append("\n".join([*lines, "Qed."]))
    return "f_is_defined"


def _facts(bounds: Bounds, images: list[int], at: Point | None) -> list[str]:
    """What the operations of some terms ask of their arguments, asserted."""
    found: list[str] = []
    seen: set[tuple[str, int]] = set()
    for image in images:
        for what, inner in conditions(bounds.session.terms, image, False):
            value = inner if at is None else value_at(bounds.session, bounds.expressions, inner, at)
            if (what, value) in seen:
                continue
            seen.add((what, value))
            found.append(f"  assert (D{len(found)} := {bounds.condition(what, value)}).")
    return found
