"""The rule `valley` as a Rocq proof: a lemma for each hypothesis of each piece and cut, then Valley.valley."""

from __future__ import annotations

from dataclasses import dataclass, field

from invexcheck.goals import Analytic, Point, Sign, Span
from invexcheck.pieces import decide_at, resolve
from invexcheck.reading import Fields
from invexcheck.rules.decomposition import Decomposition, Piece, read_decomposition
from invexproof.reports.replay import Node, Replay
from invexproof.rocq.bounds import Bounds, point_text
from invexproof.rocq.expressions import ExportError, conditions, rational
from invexproof.rocq.identities import identity
from invexproof.rocq.signs import Context, analytic, at_point, prove, statement
from invexproof.rocq.statements import Statement

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
            value = session.at(inner, cut)
            steps.append(f"  {{ exact {bounds.condition(what, value)}. }}")
        lines += ["  -", *bounds.script.lines, "  conditions.", *steps]
    root = proof.claim.subject  # type: ignore[union-attr]
    middle = session.at(resolve(session, root, decide_at(session, cut)).value[root], cut)
    for written in (left, right):
        value = session.at(written.piece.function, cut)
        lines.append(f"  - change ({expressions.real(value, 69)} = f {c}).")
        lines.append(f"    transitivity ({expressions.real(middle, 69)});")
        lines.append("      [|symmetry; unfold f; resolve_point; same_value].")
        bounds = here.bounds()
        proved = ["  reflexivity."] if value == middle else identity(bounds, value, middle)
        lines += [*bounds.script.lines, *proved]
    context.lemmas.append("\n".join([*lines, "Qed."]))
    return name


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
    text = context.expressions.real(context.session.at(rise.goal.term, cut), 69)  # type: ignore[union-attr]
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
    text = context.expressions.real(context.session.at(goal.term, goal.span.point), 69)
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
            value = inner if at is None else bounds.session.at(inner, at)
            if (what, value) in seen:
                continue
            seen.add((what, value))
            found.append(f"  assert (D{len(found)} := {bounds.condition(what, value)}).")
    return found
