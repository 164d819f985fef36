"""SMT-LIB 2 text of a query, one dialect a solver; linear in the size of the query's shared terms.

What a dialect lacks becomes a variable about which proved bounds are asserted. Then the text describes a
weaker formula: `unsat` carries over to the query, `sat` need not. `SmtScript.abstractions` and comments in
the text say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from invexproof.engines.interface import Atom, Conjunction, Formula, Query
from invexproof.errors import InvexproofError
from invexproof.expressions.terms import (
    Expression,
    cos,
    exp,
    log,
    postorder,
    sin,
    sqrt,
)
from invexproof.queries.definedness import definedness
from invexproof.queries.dialects import BOUNDS, DIALECTS, INCREASING, Dialect

LONGEST_INLINE = 120
"""Terms longer than this get a name, so that building nested text stays linear."""
MOST_PAIRS = 40
"""Applications of an increasing function up to which every pair is compared in the text."""
LARGEST_POWER = 1000
SMALLEST_DELTA = Fraction(1, 10**9)
"""A delta-complete solver needs a positive delta, even for a query that has none."""

KEYWORDS = "and or not ite let par as true false exists forall distinct assert echo exit pop push reset"
FUNCTIONS = "abs min max pow exp log sqrt div mod to_real is_int sin cos tan sec csc cot sinh cosh tanh"
INVERSES = "asin acos atan atan2 arcsin arccos arctan arctan2 minimize maximize"
RESERVED = frozenset(f"{KEYWORDS} {FUNCTIONS} {INVERSES}".split())
"""Words of the solvers' languages that are also well-formed names of variables."""

BUILT = {
    "exp_u": exp,
    "exp_neg_u": lambda u: exp(-u),
    "exp_two_u": lambda u: exp(2 * u),
    "log_one_plus_exp_u": lambda u: log(1 + exp(u)),
    "log_u_plus_root": lambda u: log(u + sqrt(u * u + 1)),
    "sin_u": sin,
    "cos_u": cos,
}
"""Auxiliary terms of the definitions in the dialects' tables, built from the argument."""


class SmtlibError(InvexproofError):
    """A query that a dialect can't express."""


@dataclass(frozen=True)
class SmtScript:
    """text: the whole script. symbols: the query's variables by their names in the text. abstractions: the
    functions that the text describes by bounds only; empty where the text means exactly the query."""

    text: str
    symbols: Mapping[str, str]
    abstractions: tuple[str, ...]


def to_smtlib(query: Query, dialect: str = "z3") -> SmtScript:
    """SMT-LIB 2 text for 'z3', 'cvc5' or 'dreal'. Raises SmtlibError for an unknown dialect or an absurd
    power.
    """
    if dialect not in DIALECTS:
        raise SmtlibError(f"unknown dialect {dialect!r}; known: {', '.join(DIALECTS)}")
    return _Printer(query, DIALECTS[dialect]).script()


def number(value: Fraction) -> str:
    """An exact rational: 5.0, (- 5.0) or (/ 1.0 3.0)."""
    size = f"{abs(value.numerator)}.0"
    signed = f"(- {size})" if value < 0 else size
    return signed if value.denominator == 1 else f"(/ {signed} {value.denominator}.0)"


class _Printer:
    """Terms are printed once each, arguments first; shared and long ones by define-fun."""

    def __init__(self, query: Query, dialect: Dialect) -> None:
        self.query, self.dialect = query, dialect
        self.lines: list[str] = []
        self.text: dict[Expression, str] = {}
        self.uses: dict[Expression, int] = {}
        self.applications: dict[str, list[tuple[str, str]]] = {}
        self.abstractions: list[str] = []
        self.named = 0
        self.symbols = {f"V_{name}" if name in RESERVED else name: name for name in query.variables}
        self.symbol_of = {name: symbol for symbol, name in self.symbols.items()}

    def script(self) -> SmtScript:
        query, dialect = self.query, self.dialect
        formula = self.formula(query.formula)
        delta = max(query.delta, SMALLEST_DELTA)
        head = [dialect.header.format(delta=f"{float(delta):.12f}".rstrip("0"))]
        if query.purpose:
            head.append("; " + "".join(c if c.isprintable() else " " for c in query.purpose))
        if self.abstractions:
            names = ", ".join(self.abstractions)
            head.append(
                f"; {names}: described by proved bounds only; unsat carries over to the query, sat need not"
            )
        for name, (low, high) in query.variables.items():
            symbol = self.symbol_of[name]
            head.append(f"(declare-fun {symbol} () Real)")
            head += [] if low is None else [f"(assert (<= {number(low)} {symbol}))"]
            head += [] if high is None else [f"(assert (<= {symbol} {number(high)}))"]
        parts = [*head, *self.lines, *self.monotone_pairs(), f"(assert {formula})", dialect.footer, ""]
        return SmtScript("\n".join(parts), self.symbols, tuple(self.abstractions))

    def formula(self, formula: Formula) -> str:
        if isinstance(formula, Atom):
            return self.atom(formula)
        texts = [self.formula(part) for part in formula.parts]
        together = isinstance(formula, Conjunction)
        if not texts:
            return "true" if together else "false"
        return texts[0] if len(texts) == 1 else f"({'and' if together else 'or'} {' '.join(texts)})"

    def atom(self, atom: Atom) -> str:
        value = self.term(atom.expression)
        different = atom.relation == "!="
        comparison = f"(not (= {value} 0.0))" if different else f"({atom.relation} {value} 0.0)"
        domain = definedness(atom.expression)
        return comparison if domain.op == "true" else f"(and {self.term(domain)} {comparison})"

    def term(self, root: Expression) -> str:
        """The text of an expression; prints what it needs first."""
        order = postorder(root)
        for node in order:
            for argument in node.args:
                self.uses[argument] = self.uses.get(argument, 0) + 1
        self.uses[root] = self.uses.get(root, 0) + 1
        for node in order:
            if node not in self.text:
                self.text[node] = self.shared(node, self.node(node))
        return self.text[root]

    def shared(self, node: Expression, text: str) -> str:
        """A name for a term that is used again or long (several templates also repeat their arguments)."""
        if not text.startswith("(") or (self.uses.get(node, 0) < 2 and len(text) <= LONGEST_INLINE):
            return text
        return self.name(text, "Bool" if node.is_condition else "Real")

    def name(self, text: str, sort: str = "Real") -> str:
        self.named += 1
        self.lines.append(f"(define-fun T{self.named} () {sort} {text})")
        return f"T{self.named}"

    def node(self, node: Expression) -> str:
        dialect, op = self.dialect, node.op
        if op == "var":
            return self.symbol_of[node.name]
        if op == "rat":
            return number(node.value)
        if op == "pow":
            return self.power(node)
        if op == "piecewise":
            return self.piecewise(node)
        arguments = dict(zip("uv", (self.text[argument] for argument in node.args), strict=False))
        if op in dialect.native:
            return self.fill(dialect.native[op], arguments)
        if op in dialect.defined:
            template = dialect.defined[op]
            built = {
                key: self.term(make(node.args[0])) for key, make in BUILT.items() if f"{{{key}}}" in template
            }
            return template.format(**arguments, **built)
        if op in dialect.inverses:
            return self.fresh(op, arguments, (("", dialect.inverses[op]),))
        if op not in dialect.bounded:
            raise SmtlibError(f"{op} can't be expressed in the {dialect.name} dialect")
        if op not in self.abstractions:
            self.abstractions.append(op)
        value = self.fresh(op, arguments, BOUNDS[op])
        if op in INCREASING:
            self.applications.setdefault(op, []).append((arguments["u"], value))
        return value

    def fill(self, template: str, arguments: dict[str, str]) -> str:
        """Fill a template; arguments that it repeats get a name first, so that text doesn't double."""
        for key, text in arguments.items():
            if template.count(f"{{{key}}}") > 1 and text.startswith("("):
                arguments[key] = self.name(text)
        return template.format(**arguments)

    def fresh(self, op: str, arguments: dict[str, str], axioms: tuple[tuple[str, str], ...]) -> str:
        """A new variable for the value of an application, with the axioms asserted."""
        self.named += 1
        value = f"{op.upper()}{self.named}"
        self.lines.append(f"(declare-fun {value} () Real)")
        named = {key: self.name(text) if text.startswith("(") else text for key, text in arguments.items()}
        for comment, template in axioms:
            line = f"(assert {template.format(f=value, **named)})"
            self.lines.append(f"{line} ; {comment}" if comment else line)
        arguments.update(named)
        return value

    def monotone_pairs(self) -> list[str]:
        """u < v exactly if f(u) < f(v), for the pairs of applications of each increasing function."""
        lines = []
        for op, places in self.applications.items():
            if len(places) > MOST_PAIRS:
                lines.append(f"; {len(places)} applications of {op}: too many to compare in pairs")
                continue
            pairs = [(a, b) for i, a in enumerate(places) for b in places[:i]]
            lines += [f"; {op} is increasing"] if pairs else []
            for (u, f), (v, g) in pairs:
                lines.append(f"(assert (= (< {u} {v}) (< {f} {g})))")
                lines.append(f"(assert (= (> {u} {v}) (> {f} {g})))")
        return lines

    def power(self, node: Expression) -> str:
        base, exponent = self.text[node.args[0]], node.value
        numerator, degree = abs(exponent.numerator), exponent.denominator
        if max(numerator, degree) > LARGEST_POWER:
            raise SmtlibError(f"the power {exponent} is too large to write out (at most {LARGEST_POWER})")
        if degree > 1:
            base = self.root(base, degree)
        result = self.integer_power(base, numerator)
        return result if exponent > 0 or numerator == 0 else f"(/ 1.0 {result})"

    def root(self, base: str, degree: int) -> str:
        """base^(1/degree) for base >= 0: the variable r >= 0 with r^degree = base, or the solver's own
        sqrt.
        """
        if degree == 2 and "sqrt" in self.dialect.native:
            return self.dialect.native["sqrt"].format(u=base)
        self.named += 1
        value = f"ROOT{self.named}"
        self.lines.append(f"(declare-fun {value} () Real)")
        raised, named = self.integer_power(value, degree), self.name(base)
        self.lines.append(f"(assert (or (< {named} 0.0) (and (>= {value} 0.0) (= {raised} {named}))))")
        return value

    def integer_power(self, base: str, exponent: int) -> str:
        if exponent <= 1:
            return base if exponent else "1.0"
        if self.dialect.power:
            return self.dialect.power.format(u=base, n=exponent)
        square = self.name(base) if base.startswith("(") else base
        result = ""
        while exponent:
            if exponent % 2:
                result = f"(* {result} {square})" if result else square
            exponent //= 2
            if exponent:
                square = self.name(f"(* {square} {square})")
        return result

    def piecewise(self, node: Expression) -> str:
        """Nested ite; the value where no condition holds is arbitrary, since the atom demands that one
        does.
        """
        values = [self.text[argument] for argument in node.args[1::2]]
        guards = [self.text[argument] for argument in node.args[::2]]
        text = values[-1]
        for guard, value in zip(reversed(guards[:-1]), reversed(values[:-1]), strict=True):
            text = f"(ite {guard} {value} {text})"
        return text
