"""Sign goals of a certificate as Rocq proofs: one function a rule, following the certificate's own tree of steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from flint import arb

from invexcheck.goals import POSITIVE, REVERSED, STRICT, Point, Sign, Span
from invexcheck.session import Session
from invexproof.reports.replay import Node
from invexproof.rocq.bounds import Bounds, Script, exact, point_text, value_at
from invexproof.rocq.expressions import ExportError, Expressions, conditions
from invexproof.rocq.identities import identity


@dataclass(frozen=True)
class Context:
    """Where a goal is proved: the session, the texts, and the names of the hypotheses on x."""

    session: Session
    expressions: Expressions
    span: Span
    lemmas: list[str]

    def lemma(self, kind: str, span: Span, statement: str, proof: list[str]) -> str:
        """State and prove something about every x in a span, before all that is under way; its name."""
        name = f"{kind}_{len(self.lemmas) + 1}"
        arrows = "".join(f"{h} -> " for h in hypotheses(self.expressions, span))
        lines = [
            f"Lemma {name} : forall x : R, {arrows}{statement}.",
            f"Proof. {introductions(span)}",
            *proof,
            "Qed.",
        ]
        self.lemmas.append("\n".join(lines))
        return name

    def within(self, span: Span) -> Context:
        return replace(self, span=span)

    def bounds(self) -> Bounds:
        return Bounds(self.session, self.expressions, self.span, Script())


def hypotheses(expressions: Expressions, span: Span) -> list[str]:
    """The inequalities that say that x is in the span."""
    found = []
    if span.lower is not None:
        sign = "<" if span.lower_open else "<="
        found.append(f"{point_text(expressions, span.lower, 49)} {sign} x")
    if span.upper is not None:
        sign = "<" if span.upper_open else "<="
        found.append(f"x {sign} {point_text(expressions, span.upper, 49)}")
    return found


def introductions(span: Span) -> str:
    names = ["Hl"] * (span.lower is not None) + ["Hu"] * (span.upper is not None)
    return " ".join(["intros x", *names]) + "."


def statement(context: Context, goal: Sign) -> str:
    """``term relation 0``."""
    sign, text = goal.relation, context.expressions.real(goal.term, 69)
    return f"0 {REVERSED[sign]} {text}" if POSITIVE[sign] else f"{text} {sign} 0"


def prove(context: Context, node: Node) -> list[str]:
    """Tactics that close the node's goal, in a context with x and the hypotheses of the goal's span.

    Raises:
        ExportError: a rule that is not exported, or a step that needs more than Rocq is told here.
    """
    rule = RULES.get(node.rule)
    if rule is None:
        raise ExportError(f"the rule `{node.rule}` of the certificate is not exported yet")
    return rule(context, node)


def at_point(context: Context, goal: Sign, point: Point) -> list[str]:
    """The goal at one point, for the term with x replaced by the point."""
    if point.bracket is not None and goal.term == point.term and not STRICT[goal.relation]:
        return [f"  generalize {point_text(context.expressions, point)}_zero; lra."]
    value = value_at(context.session, context.expressions, goal.term, point)
    if not STRICT[goal.relation] and context.session.forms.is_zero(value):
        return [f"  {_WEAK[POSITIVE[goal.relation]]}; vanishes."]
    bounds = context.bounds()
    name = bounds.sign(value, goal.relation)
    return [*bounds.script.lines, f"  exact {name}."]


_WEAK = {True: "apply Req_le_sym", False: "apply Req_le"}


def _sign(node: Node) -> Sign:
    if not isinstance(node.goal, Sign):
        raise ExportError("a sign goal was due")
    return node.goal


def _interval(context: Context, node: Node) -> list[str]:
    goal = _sign(node)
    knows = not context.bounds().mentions(goal.term, "erf")  # `interval` does not know the error function
    groups: list[tuple[bool, arb, set[str]]] = []
    for leaf in node.leaves:
        bounded = bool(leaf.x.lo.is_finite() and leaf.x.hi.is_finite())
        if knows and groups and bounded and groups[-1][0]:
            groups[-1] = (True, leaf.x.hi, groups[-1][2] | {leaf.form})
        else:
            groups.append((bounded, leaf.x.hi, {leaf.form}))
    if len(groups) == 1 and groups[0][0] and (len(node.leaves) > 1 or groups[0][2] != {"e"}) and knows:
        return ["  enclose_halves x."]
    cuts = [Point(context.session.terms.rational(v), v) for v in (exact(high) for _, high, _ in groups[:-1])]
    bodies = []
    for (bounded, _, forms), part in zip(groups, _parts(goal.span, cuts), strict=True):
        if knows and bounded and forms != {"e"}:
            bodies.append(["  enclose_halves x."])
        else:
            bodies.append(_halved(context.within(part), replace(goal, span=part), 0 if knows else DEPTH))
    return _branches(context, goal.span, cuts, bodies)


DEPTH = 7
"""How often a bounded span is halved for terms that `interval` does not know."""


def _halved(context: Context, goal: Sign, depth: int) -> list[str]:
    """By small steps on the whole span, or else on both halves of it."""
    low, high = goal.span.lower, goal.span.upper
    try:
        return _enclosed(context, goal)
    except ExportError:
        if depth == 0 or low is None or high is None or low.value is None or high.value is None:
            raise
    middle = context.session.rational_point((low.value + high.value) / 2)
    bodies = []
    for part in _parts(goal.span, [middle]):
        inner = context.within(part)
        bodies.append(_halved(inner, replace(goal, span=part), depth - 1))
    return _branches(context, goal.span, [middle], bodies)


def _enclosed(context: Context, goal: Sign) -> list[str]:
    bounds = context.bounds()
    name = bounds.sign(goal.term, goal.relation)
    return [*bounds.script.lines, f"  exact {name}."]


def _parts(span: Span, cuts: list[Point]) -> list[Span]:
    ends = [span.lower, *cuts, span.upper]
    last = len(cuts)
    return [
        Span(
            ends[k],
            ends[k + 1],
            span.lower_open if k == 0 else False,
            span.upper_open if k == last else False,
        )
        for k in range(last + 1)
    ]


def _branches(context: Context, span: Span, cuts: list[Point], bodies: list[list[str]]) -> list[str]:
    """The proofs on the parts of a span, joined; `Hl` and `Hu` are the bounds of x in each."""
    lines = []
    clear_low = "clear Hl; " if span.lower is not None else ""
    clear_high = "clear Hu; " if span.upper is not None else ""
    for k, (cut, body) in enumerate(zip(cuts, bodies, strict=False)):
        text = point_text(context.expressions, cut)
        low = "" if k else clear_low
        lines.append(f"  destruct (Rle_lt_dec x {text}) as [Hc|Hc].")
        lines.append(f"  {{ {clear_high}rename Hc into Hu.")
        lines += body
        lines.append("  }")
        lines.append(f"  {low}{'clear Hl; ' if k else ''}apply Rlt_le in Hc; rename Hc into Hl.")
    return [*lines, *bodies[-1]]


def children(node: Node, field: str) -> list[Node]:
    """The sub-steps in a field of the step, in order."""
    depth = len(node.path)
    return [child for child in node.children if len(child.path) > depth and child.path[depth] == field]


def _cases(context: Context, node: Node) -> list[str]:
    goal = _sign(node)
    parts = children(node, "by")
    cuts = [_sign(child).span.upper for child in parts[:-1]]
    bodies = [prove(context.within(_sign(child).span), child) for child in parts]
    return _branches(context, goal.span, [cut for cut in cuts if cut is not None], bodies)


def _named_signs(context: Context, nodes: list[Node]) -> tuple[list[str], list[str]]:
    lines, names = [], []
    for k, child in enumerate(nodes):
        name = f"S{k}_{len(child.path)}"
        lines += [
            f"  assert ({name} : {statement(context, _sign(child))}).",
            "  {",
            *prove(context, child),
            "  }",
        ]
        names.append(name)
    return lines, names


def _product(context: Context, node: Node) -> list[str]:
    goal = _sign(node)
    parts = children(node, "parts")
    signs = [_sign(part) for part in parts]
    terms = context.session.terms
    product = signs[0].term
    for part in signs[1:]:
        product = terms.node("mul", product, part.term)
    lines, names = _named_signs(context, parts)
    lines += _rewritten(context, goal.term, product)
    current, relation = names[0], signs[0].relation
    for name, part in zip(names[1:], signs[1:], strict=True):
        words = ["pos" if POSITIVE[r] else "neg" for r in (relation, part.relation)]
        flags = ["true" if STRICT[r] else "false" for r in (relation, part.relation)]
        current = f"(mul_{words[0]}_{words[1]} {flags[0]} {flags[1]} _ _ {current} {name})"
        strict = STRICT[relation] and STRICT[part.relation]
        positive = words[0] == words[1]
        relation = (">" if strict else ">=") if positive else ("<" if strict else "<=")
    if relation != goal.relation:
        current = f"(Rlt_le _ _ {current})"
    return [*lines, f"  exact {current}."]


def _sum(context: Context, node: Node) -> list[str]:
    goal = _sign(node)
    parts = children(node, "parts")
    terms = context.session.terms
    total = _sign(parts[0]).term
    for part in parts[1:]:
        total = terms.node("add", total, _sign(part).term)
    lines, names = _named_signs(context, parts)
    lines += _rewritten(context, goal.term, total)
    return [*lines, f"  clear - {' '.join(names)}; lra."]


def _rewritten(context: Context, left: int, right: int) -> list[str]:
    """Replace the goal's term by another one that has the same normal form."""
    if left == right:
        return []
    a, b = (context.expressions.real(term) for term in (left, right))
    bounds = context.bounds()
    proof = identity(bounds, left, right)
    return [
        f"  assert (I : {a} = {b}).", "  {", *bounds.script.lines, *proof, "  }", "  rewrite I; clear I."
    ]  # fmt: skip


def _monotone(context: Context, node: Node) -> list[str]:
    goal = _sign(node)
    step, expressions = node.step, context.expressions
    lower = step["from"] == "lower"
    anchor = goal.span.lower if lower else goal.span.upper
    if anchor is None:
        raise ExportError("a finite end was due")
    inside = context.within(Span(goal.span.lower, goal.span.upper))
    closed = context.within(replace(goal.span, lower_open=False, upper_open=False))
    literal = expressions.literal(goal.term)
    slope = children(node, "by")[0]
    names = [
        context.lemma("defined", closed.span, f"defined {literal} x", analytic(closed, goal.term, False)),
        context.lemma("smooth", inside.span, f"analytic {literal} x", analytic(inside, goal.term, True)),
        context.lemma("slope", inside.span, statement(inside, _sign(slope)), prove(inside, slope)),
    ]
    relation, strict = step["start"], STRICT[step["slope"]]
    end = point_text(expressions, anchor)
    at_end = expressions.real(value_at(context.session, expressions, goal.term, anchor), 69)
    start = f"0 {REVERSED[relation]} {at_end}" if POSITIVE[relation] else f"{at_end} {relation} 0"
    value = at_point(context, replace(goal, relation=relation), anchor)
    lines = [f"  assert (V : {start}).", "  {", *value, "  }"]
    own, is_open = ("Hl", goal.span.lower_open) if lower else ("Hu", goal.span.upper_open)
    if not is_open:
        turn = "rewrite <- E" if lower else "rewrite E"
        lines.append(f"  destruct {own} as [{own}|E]; [|{turn}; first [exact V | apply Rlt_le, V]].")
    at_x = expressions.real(goal.term, 69)
    first, last = (at_end, at_x) if lower == POSITIVE[step["slope"]] else (at_x, at_end)
    ends = f"{end} x" if lower else f"x {end}"
    count = (goal.span.lower is not None) + (goal.span.upper is not None)
    uses = "|".join(f"exact ({name} y{' ltac:(lra)' * count})" for name in names)
    word, flag = "rises" if POSITIVE[step["slope"]] else "falls", "true" if strict else "false"
    lines += [
        f"  assert (M : {first} {'<' if strict else '<='} {last}).",
        f"  {{ refine (term_{word} {literal} {ends} {own} _ _ {flag} _); intros y Hy; [{uses}]. }}",
        "  clear - V M; lra.",
    ]
    return lines


def analytic(context: Context, term: int, whether: bool) -> list[str]:
    """Tactics for ``analytic t x`` (or ``defined t x``) on the span."""
    bounds = context.bounds()
    proofs = []
    for what, inner in conditions(context.session.terms, term, whether):
        proofs.append(bounds.condition(what, inner))
    lines = [*bounds.script.lines, "  conditions."]
    return [*lines, *(f"  {{ exact {proof}. }}" for proof in proofs)]


def _zero(context: Context, node: Node) -> list[str]:
    goal = _sign(node)
    turn = _WEAK[POSITIVE[goal.relation]]
    if goal.span.point is not None:
        return [f"  {turn}; vanishes."]
    bounds = context.bounds()
    return [f"  {turn}.", *identity(bounds, goal.term, context.session.terms.zero)]


def _polynomial(_: Context, node: Node) -> list[str]:
    return ["  first [nra | enclose_halves x]."]


RULES: dict[str, Callable[[Context, Node], list[str]]] = {
    "interval": _interval, "cases": _cases, "product": _product, "sum": _sum, "monotone": _monotone,
    "zero": _zero, "polynomial": _polynomial,
}  # fmt: skip
