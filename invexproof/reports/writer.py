"""Writing the checker's terms, points, intervals and goals for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flint import arb

from invexcheck.balls import precision
from invexcheck.errors import Refuse, Reject
from invexcheck.goals import Analytic, Point, Sign, Span
from invexcheck.session import Session
from invexproof.expressions.printing import to_latex, to_text
from invexproof.expressions.terms import Expression
from invexproof.provers.polynomials import TermWriter
from invexproof.reports import numerals
from invexproof.reports.prose import Math, Phrase
from invexproof.reports.tidying import tidied

Names = Mapping[int, Math]
"""What terms are called where a step stands: ``f'(x)`` rather than its formula."""

TEXT_LIMIT, LATEX_LIMIT = 120, 400
CONSTANT_LIMIT = 16
NAMELESS = 32
"""Terms with longer formulas than this get names, for what is said of them is said more than once."""
RELATIONS = {">": Math(">", ">"), "<": Math("<", "<"), ">=": Math("≥", r"\ge"), "<=": Math("≤", r"\le")}
SYMBOLS = {"add": Math(" + ", " + "), "sub": Math(" − ", " - ")}
SIGNS = {">": "positive", "<": "negative", ">=": "not negative", "<=": "not positive"}
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
BITS = 128


def symbol(letter: str, index: int | None = None) -> Math:
    """The name of a function: ``f``, ``f₂``; a letter with a number, ``f1``, is ``f₁``, and ``f₁,₂`` with an index."""
    stem, number = letter[0], letter[1:]
    below = ",".join(part for part in (number, "" if index is None else str(index)) if part)
    return Math(stem + below.translate(SUBSCRIPTS), f"{stem}_{{{below}}}" if below else stem)


def function_name(letter: str, index: int | None = None, primes: int = 0) -> Math:
    """``f(x)``, ``f₂'(x)`` and so on."""
    name = symbol(letter, index)
    return Math(f"{name.text}{('', '′', '″')[primes]}(x)", f"{name.latex}{chr(39) * primes}(x)")


def join(*parts: Math | str) -> Math:
    """One formula from several, written one after the other."""
    return Math(
        "".join(part if isinstance(part, str) else part.text for part in parts),
        "".join(part if isinstance(part, str) else part.latex for part in parts),
    )


def parenthesised(math: Math) -> Math:
    """In parentheses where a sum or a sign would be torn apart."""
    if not any(mark in math.text for mark in (" ", "-", "…")):
        return math
    return Math(f"({math.text})", rf"\left({math.latex}\right)")


class Writer:
    """Spells what a session knows; points without a short closed form get names, listed in `points`."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.named: dict[int, Math] = {}
        self.points: dict[tuple[Any, ...], tuple[Math, Point]] = {}

    # -- terms --------------------------------------------------------------------------------------------

    def expression(self, term: int) -> Expression:
        """A term of the session as an expression of the prover."""
        terms = self.session.terms
        order = terms.order(term)
        index = {node: k for k, node in enumerate(order)}
        table: list[list[Any]] = []
        for node_id in order:
            node = terms.nodes[node_id]
            children = terms.children(node)
            rest = [str(part) for part in node[1 + len(children) :]]
            table.append([node[0], *(index[child] for child in children), *rest])
        return Expression.from_table(table)

    def formula(self, term: int, limit: int = TEXT_LIMIT, tidy: bool = True) -> Math:
        """The formula of a term; deep parts of a long one are left out. As it stands, unless `tidy`."""
        written = tidied(self.expression(term)) if tidy else self.expression(term)
        return Math(to_text(written, limit), to_latex(written, max(limit * 3, LATEX_LIMIT)))

    def simplified(self, term: int, limit: int) -> Math:
        """The formula of a term or of its normal form, whichever is shorter; they agree on its domain."""
        formula = self.formula(term, 10 * limit)
        try:
            written = TermWriter(self.session.forms).fraction(self.session.forms.fraction(term))
        except (Reject, Refuse):
            return self.formula(term, limit)
        other = self.formula(written, 10 * limit)
        return self.formula(written if len(other.text) < len(formula.text) else term, limit)

    def term(self, term: int, names: Names) -> Math:
        """A term by its name, or as a sum or difference with something named, or by its formula."""
        if term in names or term in self.named:
            return names.get(term) or self.named[term]
        op, *arguments = self.session.terms.nodes[term]
        if op in SYMBOLS and any(argument in names for argument in arguments):
            number = self.session.terms.constant(arguments[1])
            if op == "add" and number is not None and number < 0:
                op, arguments = "sub", [arguments[0], self.session.terms.rational(-number)]
            left, right = (names.get(argument) or self.formula(argument) for argument in arguments)
            return join(left, SYMBOLS[op], right if right in names.values() else parenthesised(right))
        return self.formula(term)

    def value(self, term: int) -> arb:
        """The value of a term without variables."""
        with precision(BITS):
            return self.session.value(term)

    def introduce(self, term: int, names: Names) -> Phrase:
        """Name a term with a long formula, if it has no name; the words that define it, the first time."""
        if term in names or term in self.named or len(self.term(term, names).text) <= NAMELESS:
            return ()
        number = sum(name.text.startswith("q") and "′" not in name.text for name in self.named.values()) + 1
        name = self.named[term] = function_name("q", number)
        self.named.setdefault(self.session.derivative(term), function_name("q", number, 1))
        return (", where ", join(name, " = ", self.formula(term)))

    # -- points -------------------------------------------------------------------------------------------

    def point(self, point: Point) -> Math:
        """A rational, a short constant, or the name of a point."""
        if point.value is not None:
            return numerals.rational(point.value)
        if point.bracket is None:
            formula = self.formula(point.term, CONSTANT_LIMIT)
            if "…" not in formula.text:
                return formula
        key = (point.term, point.bracket and tuple(str(end) for end in point.bracket))
        if key not in self.points:
            number = len(self.points) + 1
            name = Math(f"c{number}".translate(SUBSCRIPTS), f"c_{{{number}}}")
            self.points[key] = (name, point)
        return self.points[key][0]

    def location(self, point: Point) -> arb:
        """An enclosure of a point: a bracket is narrowed by bisection, for the reader's eyes only."""
        if point.bracket is None:
            with precision(BITS):
                return self.session.ball(point)
        low, high = point.bracket
        first = self.session.strict_sign(point.term, self.session.rational_point(low))
        for _ in range(40):
            middle = (low + high) / 2
            sign = self.session.strict_sign(point.term, self.session.rational_point(middle))
            if sign is None:
                break
            low, high = (middle, high) if sign == first else (low, middle)
        with precision(BITS):
            return arb(low).union(arb(high))

    def definitions(self) -> list[Phrase]:
        """What the named points are."""
        result: list[Phrase] = []
        for name, point in self.points.values():
            near = numerals.around(self.location(point))
            if point.bracket is None:
                result.append((join(name, " = ", self.formula(point.term)), " ≈ ", near, "."))
            else:
                low, high = (numerals.rational(end) for end in point.bracket)
                term = self.formula(point.term)
                result.append(
                    (name, " ≈ ", near, " is a zero of ", term, " between ", low, " and ", high, ".")
                )
        return result

    # -- intervals and goals ------------------------------------------------------------------------------

    def span(self, span: Span) -> Math:
        low = Math("−∞", r"-\infty") if span.lower is None else self.point(span.lower)
        high = numerals.INFINITY if span.upper is None else self.point(span.upper)
        if span.lower is None and span.upper is None:
            return Math("ℝ", r"\mathbb{R}")
        left, right = "(" if span.lower_open else "[", ")" if span.upper_open else "]"
        return Math(
            f"{left}{low.text}, {high.text}{right}", rf"\left{left}{low.latex},\, {high.latex}\right{right}"
        )

    def place(self, span: Span) -> Phrase:
        """``at x = 1``, ``for all x in [0, 1]``."""
        if span.point is not None:
            return (" at ", join("x = ", self.point(span.point)))
        ball = self.span(span)
        return (" for all ", Math(f"x ∈ {ball.text}", rf"x \in {ball.latex}"))

    def sign(self, term: Math, relation: str) -> Math:
        """``f'(x) > 0``."""
        compared = RELATIONS[relation]
        return Math(f"{term.text} {compared.text} 0", f"{term.latex} {compared.latex} 0")

    def goal(self, goal: Sign | Analytic, names: Names, place: Phrase = ()) -> Phrase:
        """What is to be shown; `place` says where, if it is not on a span of x."""
        if isinstance(goal, Sign):
            return (self.sign(self.term(goal.term, names), goal.relation), *(place or self.place(goal.span)))
        where = self.place(goal.span) if goal.span.point is not None else (" on ", self.span(goal.span))
        return (self.term(goal.term, names), " is defined and analytic", *(place or where))
