"""Bounds of terms on a span by small steps: which lemma of Export.v shows each, down to what `interval` can do.

The enclosures are the checker's, with open and closed ends; here they only say what is worth trying. Each bound
becomes one assertion of a proof script, so a node that is needed twice is bounded once.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flint import arb, fmpq

from invexcheck.balls import precision
from invexcheck.goals import Point, Span
from invexcheck.intervals import Interval, Undefined, evaluate, lower, upper
from invexcheck.session import Session
from invexproof.rocq.expressions import ATOM, ExportError, Expressions, Zero, rational

BITS = 53
MARGIN = 1e-7
"""How far an enclosure must be from a bound for `interval` to be asked; nearer ones are shown by lemmas."""
TINY = arb(2) ** -200
"""The same for constants, with 250 bits."""
ZERO, ONE = fmpq(0), fmpq(1)


@dataclass(frozen=True)
class Bound:
    """``at < term`` or ``at <= term`` (`above`), or the same from the other side."""

    term: int
    above: bool
    at: fmpq
    strict: bool


def exact(value: arb) -> fmpq:
    """The value of an exact finite ball."""
    mantissa, exponent = value.man_exp()
    return fmpq(mantissa) * fmpq(2) ** int(exponent)


def simple_below(value: fmpq, slack: fmpq) -> fmpq:
    """A short dyadic number in [value - slack, value]."""
    scale = 1
    while True:
        rounded = fmpq((value * scale).p // (value * scale).q, scale)
        if value - rounded <= slack:
            return rounded
        scale *= 2


def simple_above(value: fmpq, slack: fmpq) -> fmpq:
    return -simple_below(-value, slack)


@dataclass
class Script:
    """Lines of one proof, and the bounds asserted so far by name."""

    lines: list[str] = field(default_factory=list)
    known: dict[Bound, str] = field(default_factory=dict)
    count: int = 0

    def fact(self, statement: str, tactic: str) -> str:
        self.count += 1
        name = f"F{self.count}"
        self.lines.append(f"  assert ({name} : {statement}).\n  {{ {tactic} }}")
        return name


class Bounds:
    """Bounds of terms on one span, as assertions of one script in which `x` and its bounds are known."""

    def __init__(self, session: Session, expressions: Expressions, span: Span, script: Script) -> None:
        self.session = session
        self.expressions = expressions
        self.span = span
        self.script = script
        with precision(64):
            self.box = session.box(span)
            for name, zero in expressions.zeros.items():
                self.box[name] = Interval(lower(arb(zero.low)), upper(arb(zero.high)))
        self._enclosures: dict[int, Interval | None] = {}

    # -- what is known numerically -----------------------------------------------------------------

    def enclosure(self, term: int) -> Interval | None:
        if term not in self._enclosures:
            try:
                with precision(64):
                    self._enclosures[term] = evaluate(self.session.terms, term, self.box)
            except Undefined:
                self._enclosures[term] = None
        return self._enclosures[term]

    def lower(self, term: int) -> tuple[fmpq, bool] | None:
        """The lower end of the enclosure and whether it is open; None is minus infinity."""
        found = self.enclosure(term)
        if found is None or not found.lo.is_finite():
            return None
        return exact(found.lo), found.lo_open

    def upper(self, term: int) -> tuple[fmpq, bool] | None:
        found = self.enclosure(term)
        if found is None or not found.hi.is_finite():
            return None
        return exact(found.hi), found.hi_open

    def end(self, term: int, above: bool) -> tuple[fmpq, bool] | None:
        return self.lower(term) if above else self.upper(term)

    @property
    def bounded(self) -> bool:
        side = self.box["x"]
        return bool(side.lo.is_finite() and side.hi.is_finite())

    # -- assertions -----------------------------------------------------------------------

    def text(self, bound: Bound) -> str:
        term, at = self.expressions.real(bound.term, 69), rational(bound.at)
        sign = "<" if bound.strict else "<="
        return f"{at} {sign} {term}" if bound.above else f"{term} {sign} {at}"

    def prove(self, term: int, above: bool, at: fmpq, strict: bool) -> str:
        """The name of a hypothesis that states the bound, asserted first if it is new.

        Raises:
            ExportError: no lemma shows it.
        """
        bound = Bound(term, above, at, strict)
        if bound not in self.script.known:
            tactic = self._tactic(bound)
            self.script.known[bound] = self.script.fact(self.text(bound), tactic)
        return self.script.known[bound]

    def sign(self, term: int, relation: str) -> str:
        return self.prove(term, relation in (">", ">="), ZERO, relation in (">", "<"))

    def nonzero(self, term: int) -> str:
        """A proof term of ``term <> 0``."""
        found = self.enclosure(term)
        if found is not None and found.positive:
            return f"(Rgt_not_eq _ _ {self.sign(term, '>')})"
        if found is not None and found.negative:
            return f"(Rlt_not_eq _ _ {self.sign(term, '<')})"
        raise ExportError(self.failure(term, "different from 0"))

    def condition(self, what: str, term: int) -> str:
        """A proof term of a condition on a term's domain."""
        if what == "nonzero":
            return self.nonzero(term)
        return self.sign(term, ">" if what == "positive" else ">=")

    def failure(self, term: int, what: str) -> str:
        text = self.expressions.real(term)
        shown = text if len(text) < 200 else f"{text[:200]}..."
        return f"no small steps show that {shown} is {what}"

    def _tactic(self, bound: Bound) -> str:
        terms = self.session.terms
        constant = terms.constant(bound.term)
        if constant is not None:
            return "lra."
        if self.is_linear(bound.term) and self.rational_ends():
            return "lra."
        closed_form = not self.mentions(bound.term, "erf")
        fixed = "x" not in terms.names[bound.term] or (self.bounded and self._has_closed_margin(bound))
        if fixed and closed_form and self._has_margin(bound):
            return "enclose."
        if closed_form and not terms.names[bound.term] and self._is_beyond(bound):
            return "enclose_finely."
        tactic = self._by_steps(bound)
        if tactic is not None:
            return tactic
        if closed_form and self._has_margin(bound):
            return "enclose."
        if self.bounded and closed_form:
            return "enclose_halves x."
        raise ExportError(self.failure(bound.term, f"{'above' if bound.above else 'below'} {bound.at}"))

    def _by_steps(self, bound: Bound) -> str | None:
        """A tactic by a lemma about the term's operation; what was asserted for it in vain is taken back."""
        from invexproof.rocq.steps import HANDLERS  # the steps bound other terms in turn

        handler = HANDLERS.get(self.session.terms.op(bound.term))
        if handler is None:
            return None
        before = (list(self.script.lines), dict(self.script.known), self.script.count)
        try:
            tactic = handler(self, bound)
        except ExportError:
            tactic = None
        if tactic is None:
            self.script.lines, self.script.known, self.script.count = before
        return tactic

    def rational_ends(self) -> bool:
        return all(end is None or end.value is not None for end in (self.span.lower, self.span.upper))

    def mentions(self, term: int, op: str) -> bool:
        return any(self.session.terms.op(node) == op for node in self.session.terms.order(term))

    def is_linear(self, term: int) -> bool:
        """Whether the term is a sum of rational multiples of x and a constant, as written."""
        terms = self.session.terms
        degree: dict[int, int] = {}
        for node in terms.order(term):
            op, children = terms.op(node), terms.children(terms.nodes[node])
            if op == "var":
                degree[node] = 1
            elif op == "rat":
                degree[node] = 0
            elif op in ("add", "sub", "neg"):
                degree[node] = max(degree[c] for c in children)
            elif op == "mul":
                degree[node] = degree[children[0]] + degree[children[1]]
            elif op == "div" and terms.constant(children[1]):
                degree[node] = degree[children[0]]
            else:
                return False
        return degree[term] <= 1

    def _is_beyond(self, bound: Bound) -> bool:
        """Whether a constant is seen to be beyond the bound in a finer enclosure."""
        with precision(250):
            try:
                value = self.session.value(bound.term)
            except Undefined:
                return False
            distance = value - bound.at if bound.above else bound.at - value
            return (distance > TINY) is True

    def _has_closed_margin(self, bound: Bound) -> bool:
        """Whether the margin is there on the closed span too, which is what `interval` sees."""
        closed = {name: Interval(side.lo, side.hi) for name, side in self.box.items()}
        try:
            with precision(64):
                found = evaluate(self.session.terms, bound.term, closed)
        except Undefined:
            return False
        end = found.lo if bound.above else found.hi
        distance = exact(end) - bound.at if end.is_finite() else fmpq(-1)
        return float(distance if bound.above or not end.is_finite() else -distance) > MARGIN * (
            1 + abs(float(bound.at))
        )

    def _has_margin(self, bound: Bound) -> bool:
        found = self.end(bound.term, bound.above)
        if found is None:
            return False
        distance = found[0] - bound.at if bound.above else bound.at - found[0]
        return float(distance) > MARGIN * (1 + abs(float(bound.at)))


def point_text(expressions: Expressions, point: Point, limit: int = ATOM) -> str:
    """A point as an expression; a rational, a constant of closed form, or the variable that stands for a zero."""
    if point.bracket is not None:
        return zero_name(expressions, point)
    return rational(point.value) if point.value is not None else expressions.real(point.term, limit)


def zero_name(expressions: Expressions, point: Point) -> str:
    """The variable for a point that is given as a zero: one for each term and bracket."""
    if point.bracket is None:
        raise ExportError("a zero was due")
    zero = Zero(point.term, *point.bracket)
    for name, known in expressions.zeros.items():
        if known == zero:
            return name
    name = f"zero{len(expressions.zeros) + 1}"
    expressions.zeros[name] = zero
    return name


def value_at(session: Session, expressions: Expressions, term: int, point: Point) -> int:
    """The term with x replaced by a point."""
    if point.bracket is None:
        return session.at(term, point)
    return session.terms.substitute(term, {"x": session.terms.variable(zero_name(expressions, point))})
