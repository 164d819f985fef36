"""The rule `limit` as a Rocq proof: limits at minus infinity that are approached exponentially fast (Approach.v)."""

from __future__ import annotations

from flint import fmpq

from invexcheck.goals import POSITIVE, STRICT, Sign, Span
from invexproof.reports.replay import Node
from invexproof.rocq.bounds import Bounds, point_text
from invexproof.rocq.expressions import ATOM, UNARY_TERMS, ExportError
from invexproof.rocq.identities import identity
from invexproof.rocq.signs import Context, analytic, children, prove, statement

AT_MINUS_INFINITY = {"exp": 0, "sigmoid": 0, "softplus": 0, "erf": -1}
"""Limits of functions whose argument falls."""


class Limits:
    """Limits of terms as assertions of one script; each is a term without x, written as the lemmas make it."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.session = bounds.session
        self.terms = bounds.session.terms
        self._known: dict[int, tuple[str, int] | None] = {}
        self._falls: dict[tuple[int, bool], str | None] = {}

    def function(self, term: int) -> str:
        return f"(fun x => {self.bounds.expressions.real(term)})"

    def text(self, term: int) -> str:
        return self.bounds.expressions.real(term, ATOM)

    def approach(self, term: int) -> tuple[str, int] | None:
        """The name of ``approaches (fun x => term) limit``, and the limit."""
        for node in self.terms.order(term):
            if node not in self._known:
                found = self._approach(node)
                if found is not None and found[0].startswith("("):
                    claim = f"approaches {self.function(node)} {self.text(found[1])}"
                    found = self.bounds.script.fact(claim, f"exact {found[0]}."), found[1]
                self._known[node] = found
        return self._known[term]

    def zero(self, term: int) -> str | None:
        """The name of ``approaches (fun x => term) 0``, if that is its limit."""
        found = self.approach(term)
        if found is None:
            return None
        name, limit = found
        if self.terms.constant(limit) == 0:
            return name
        if not self.session.forms.is_zero(limit):
            return None
        inner = Bounds(self.session, self.bounds.expressions, Span(), self.bounds.script)
        proof = " ".join(line.strip() for line in identity(inner, limit, self.terms.zero))
        equal = self.bounds.script.fact(f"{self.text(limit)} = 0", proof)
        return self.bounds.script.fact(
            f"approaches {self.function(term)} 0", f"exact (approaches_eq _ _ _ {equal} {name})."
        )

    def _approach(self, term: int) -> tuple[str, int] | None:
        node = self.terms.nodes[term]
        op = node[0]
        if not self.terms.names[term]:
            return f"(approaches_const {self.text(term)})", term
        if op == "var":
            return None
        parts = [self._known[child] for child in self.terms.children(node)]
        if op == "mul":
            for k, name in ((0, "approaches_times_x"), (1, "approaches_by_x")):
                if self.terms.op(node[1 + k]) == "var" and (h := self.zero(node[2 - k])) is not None:
                    return f"({name} {self.function(node[2 - k])} {h})", self.terms.zero
        known = [part for part in parts if part is not None]
        if len(known) == len(parts):
            return self._combined(term, known)
        inner = node[1]
        if op in AT_MINUS_INFINITY and (h := self.falls(inner)) is not None:
            limit = self.terms.rational(fmpq(AT_MINUS_INFINITY[op]))
            return f"(approaches_{op} {self.function(inner)} {h})", limit
        if op == "sigmoid" and (h := self.falls(inner, up=True)) is not None:
            return f"(approaches_sigmoid_up {self.function(inner)} {h})", self.terms.one
        return None

    def _combined(self, term: int, parts: list[tuple[str, int]]) -> tuple[str, int] | None:
        node = self.terms.nodes[term]
        op = node[0]
        limits = [limit for _, limit in parts]
        limit = self.terms.node(op, *limits, *node[1 + len(limits) :])
        functions = " ".join(self.function(child) for child in self.terms.children(node))
        texts, names = " ".join(map(self.text, limits)), " ".join(name for name, _ in parts)
        if op in ("add", "sub", "mul"):
            return f"(approaches_{op} {functions} {texts} {names})", limit
        if op == "neg":
            return f"(approaches_opp {functions} {texts} {names})", limit
        if op == "div":
            return f"(approaches_div {functions} {texts} {self.bounds.nonzero(limits[1])} {names})", limit
        if op == "pow" and node[2].q == 1:
            condition = self.bounds.nonzero(limits[0]) if node[2] < 0 else "I"
            return f"(approaches_power ({int(node[2].p)}) {functions} {texts} {condition} {names})", limit
        if op in UNARY_TERMS and op != "tan":
            condition = self.bounds.sign(limits[0], ">") if op in ("log", "sqrt") else "I"
            return f"(approaches_un {UNARY_TERMS[op]} {functions} {texts} {condition} {names})", limit
        return None

    def falls(self, term: int, up: bool = False) -> str | None:
        """The name of ``drops (fun x => term)``, or with `up` of ``rises_up``."""
        key = term, up
        if key not in self._falls:
            shown = self.terms.neg(term) if up else term
            found = self._falls_by(shown)
            if found is not None:
                tactic, claim = found, f"{'rises_up' if up else 'drops'} {self.function(term)}"
                opening = "unfold rises_up; " if up else ""
                if up and self.terms.op(term) == "neg":
                    inner = self.terms.nodes[term][1]
                    opening += f"apply (drops_ext {self.function(inner)}); [intro y; ring|]; "
                self._falls[key] = self.bounds.script.fact(claim, opening + tactic)
            else:
                self._falls[key] = None
        return self._falls[key]

    def _falls_by(self, term: int) -> str | None:
        terms = self.terms
        slope = terms.derivative(term, "x")
        if not terms.names[slope]:
            start = terms.substitute(term, {"x": terms.zero})
            return self._by_form(
                term,
                f"drops_linear {self.text(slope)} {self.text(start)}",
                slope,
                (terms.node("add", terms.node("mul", slope, terms.variable("x")), start)),
            )
        bend = terms.derivative(slope, "x")
        if self.session.forms.rational_value(bend) is not None and terms.op(term) != "add":
            size = terms.rational(-self.session.forms.rational_value(bend) / 2)  # type: ignore[operator]
            square = terms.node("pow", terms.variable("x"), fmpq(2))
            form = terms.node("neg", terms.node("mul", size, square))
            if self.session.forms.equal(form, term):
                return self._by_form(
                    term, f"drops_square {self.text(size)} (fun x => x)", size, form, " drops_x"
                )
        if terms.op(term) == "add":
            _, u, v = terms.nodes[term]
            first = self.falls(u)
            if first is None:
                return None
            if (rest := self.approach(v)) is not None:
                return f"exact (drops_add_limit {self.function(u)} {self.function(v)} _ {first} {rest[0]})."
            if (second := self.falls(v)) is not None:
                return f"exact (drops_add {self.function(u)} {self.function(v)} {first} {second})."
        return None

    def _by_form(self, term: int, lemma: str, rate: int, form: int, more: str = "") -> str | None:
        found = self.bounds.enclosure(rate)
        if found is None or not found.positive or not self.session.forms.equal(form, term):
            return None
        positive = self.bounds.sign(rate, ">")
        inner = Bounds(self.session, self.bounds.expressions, Span(), self.bounds.script)
        proof = " ".join(line.strip() for line in identity(inner, form, term))
        return (
            f"apply (drops_ext {self.function(form)}); [|exact ({lemma} {positive}{more})]. intro x. "
            f"change ({self.bounds.expressions.real(form, 69)} = {self.bounds.expressions.real(term, 69)}). {proof}"
        )


def limit(context: Context, node: Node) -> list[str]:
    """A term that moves away from its limit at minus infinity."""
    goal = node.goal
    if not isinstance(goal, Sign):
        raise ExportError("a sign goal was due")
    end = goal.span.upper
    if node.step["from"] != "-inf" or end is None:
        raise ExportError("the rule `limit` is exported for half-lines to minus infinity only")
    expressions = context.expressions
    inside, closed = context.within(Span(None, end)), context.within(Span(None, end, True, False))
    literal, b = expressions.literal(goal.term), point_text(expressions, end)
    slope = children(node, "by")[0]
    smooth = context.lemma("smooth", inside.span, f"analytic {literal} x", analytic(inside, goal.term, True))
    sloped = context.lemma("slope", inside.span, statement(inside, _sign(slope)), prove(inside, slope))
    bounds = context.within(Span()).bounds()
    found = Limits(bounds)
    name = found.zero(goal.term)
    if name is None:
        raise ExportError("a limit at minus infinity could not be shown by the lemmas of the library")
    claim = f"approaches (eval {literal}) 0"
    away = f"approach_{len(context.lemmas) + 1}"
    context.lemmas.append(
        "\n".join([f"Lemma {away} : {claim}.", "Proof.", *bounds.script.lines, f"  exact {name}.", "Qed."])
    )
    strict, up = STRICT[node.step["slope"]], POSITIVE[node.step["slope"]]
    rule = f"{'above' if up else 'below'}_limit{'_strict' if strict else ''} {literal} {b} 0 {smooth} {away}"
    text = expressions.real(goal.term, 69)
    relation = "<" if strict else "<="
    shown = f"0 {relation} {text}" if up else f"{text} {relation} 0"
    lines = []
    if not goal.span.upper_open:
        defined = context.lemma(
            "defined", closed.span, f"defined {literal} x", analytic(closed, goal.term, False)
        )
        before = f"({b} - 1)"
        word, flag = "rises" if up else "falls", "true" if strict else "false"
        uses = f"[exact ({defined} y ltac:(lra))|exact ({smooth} y ltac:(lra))|exact ({sloped} y ltac:(lra))]"
        ends = [f"eval {literal} {before}", f"eval {literal} {b}"]
        first, last = ends if up else reversed(ends)
        weak = f"{'above' if up else 'below'}_limit {literal} {b} 0 {smooth} {away} {before}"
        weaken = f"(fun y H => Rlt_le _ _ ({sloped} y H))" if strict else sloped
        edge = expressions.real(context.session.at(goal.term, end), 69)
        lines = [
            "  destruct Hu as [Hu|E].",
            "  2:{ rewrite E.",
            f"    assert (M : below {flag} ({first}) ({last})).",
            f"    {{ apply (term_{word} {literal} {before} {b}); [lra| | |]; intros y Hy; {uses}. }}",
            f"    assert (W := {weak} {weaken} ltac:(lra)).",
            f"    change (eval {literal} {b}) with ({edge}) in M. unfold below in M.",
            "    clear - M W; lra. }",
        ]
    final = f"({rule} x (fun y H => {sloped} y H) Hu)"
    lines.append(f"  assert (M : {shown}) by exact {final}.")
    return [*lines, "  first [exact M | clear - M; lra]."]


def _sign(node: Node) -> Sign:
    if not isinstance(node.goal, Sign):
        raise ExportError("a sign goal was due")
    return node.goal
