"""Normal forms back into terms: the factors of a term as a product over numerator and denominator."""

from __future__ import annotations

from dataclasses import dataclass

from flint import fmpq, fmpq_mpoly

from invexcheck.errors import Refuse, Reject
from invexcheck.goals import Point
from invexcheck.normal_form import NormalForms
from invexcheck.polynomials import Fraction
from invexcheck.session import Session
from invexcheck.terms import Terms

MAX_FACTOR_TERMS = 400
MAX_SHIFT_TERMS = 6
COLLECTED = ("var", "pi", "root")
"""Kinds of atoms by whose powers a polynomial is collected."""


@dataclass(frozen=True)
class Factor:
    """One factor of a normal form, as a term, with its (possibly negative) multiplicity."""

    term: int
    multiplicity: int


class TermWriter:
    """Writes polynomials in the atoms of a normal form as terms of the table."""

    def __init__(self, forms: NormalForms) -> None:
        self.forms = forms
        self.terms: Terms = forms.terms
        self._atoms: dict[int, int] = {}

    def fraction(self, value: Fraction) -> int:
        num = self.polynomial(value[0])
        return num if value[1].is_one() else self.terms.div(num, self.polynomial(value[1]))

    def polynomial(self, p: fmpq_mpoly, shift: dict[int, int] | None = None) -> int:
        """The polynomial divided by the powers of exponential atoms that `shift` names, collected by powers of x.

        Collecting keeps what multiplies an unbounded power of x together: its interval decides a tail. It also
        keeps pi*(1 + erf(u)) a multiple of an exact limit.
        """
        collected: dict[tuple[tuple[int, int], ...], int] = {}
        for monomial, coefficient in sorted(p.to_dict().items(), reverse=True):
            lowered = [e - (shift or {}).get(k, 0) for k, e in enumerate(monomial)]
            outer = tuple((k, e) for k, e in enumerate(lowered) if e and self.forms.atoms[k][0] in COLLECTED)
            for k, _ in outer:
                lowered[k] = 0
            inner = collected.get(outer, self.terms.zero)
            collected[outer] = self._plus(inner, self._monomial(tuple(lowered), coefficient))
        total = self.terms.zero
        for outer, inner in collected.items():
            for k, e in outer:
                inner = self.terms.mul(inner, self.terms.power(self.atom(k), fmpq(e)))
            total = self._plus(total, inner)
        return total

    def _plus(self, total: int, term: int) -> int:
        node = self.terms.nodes[term]
        if node[0] == "neg" and self.terms.constant(total) != 0:
            return self.terms.node("sub", total, node[1])
        return self.terms.add(total, term)

    def _monomial(self, monomial: tuple[int, ...], coefficient: fmpq) -> int:
        """Exponentials of one monomial are merged, so that exp(-u)exp(u) never appears as a product."""
        product = self.terms.rational(abs(coefficient))
        exponent = self.terms.zero
        for index, power in enumerate(monomial):
            if not power:
                continue
            kind, meaning = self.forms.atoms[index][0], self.forms.meaning[index]
            if kind == "exp" and meaning is not None:
                scaled = self.terms.mul(self.terms.rational(fmpq(power)), self.fraction(meaning))
                exponent = self.terms.add(exponent, self._rescale(power, meaning, scaled))
            else:
                product = self.terms.mul(product, self.terms.power(self.atom(index), fmpq(power)))
        if exponent != self.terms.zero:
            product = self.terms.mul(product, self.terms.node("exp", exponent))
        return product if coefficient > 0 else self.terms.neg(product)

    def exponential(self, index: int, power: int) -> int:
        """A power of an exponential atom."""
        monomial = tuple(power if k == index else 0 for k in range(index + 1))
        return self._monomial(monomial, fmpq(1))

    def _rescale(self, power: int, meaning: Fraction, fallback: int) -> int:
        return self.polynomial(meaning[0] * power) if meaning[1].is_one() else fallback

    def atom(self, index: int) -> int:
        """The term of an atom."""
        if index not in self._atoms:
            self._atoms[index] = self._write_atom(index)
        return self._atoms[index]

    def _write_atom(self, index: int) -> int:
        key, meaning = self.forms.atoms[index], self.forms.meaning[index]
        if key[0] == "var":
            return self.terms.variable(key[1])
        if key[0] == "pi":
            return self.terms.node("pi")
        if meaning is None:
            raise Reject("an atom without a meaning", "internal")
        inside = self.fraction(meaning)
        if key[0] == "root":
            order = self.forms.orders[key]
            return self.terms.node("sqrt", inside) if order == 2 else self.terms.power(inside, fmpq(1, order))
        return self.terms.node(key[0], inside)


def factors(session: Session, term: int, at: Point | None = None) -> list[Factor] | None:
    """The irreducible factors of a term's normal form (a constant first), or None if it is out of reach.

    With a point `at`, every exponential that is large there is taken out of each factor, so that what is left is a
    polynomial in small exponentials: the form in which a tail can be enclosed.
    """
    try:
        num, den = session.forms.fraction(term)
    except (Reject, Refuse):
        return None
    if num.is_zero() or len(num) + len(den) > MAX_FACTOR_TERMS:
        return None
    writer = TermWriter(session.forms)
    powers: dict[int, int] = {}
    constant = fmpq(1)
    for p, sign in ((num, 1), (den, -1)):
        content, parts = p.factor()
        constant *= content if sign > 0 else 1 / content
        for part, multiplicity in parts:
            times = sign * int(multiplicity)
            shift = {} if at is None else _large_exponentials(session, writer, part, at)
            for index, degree in shift.items():
                exponential = writer.exponential(index, 1)
                powers[exponential] = powers.get(exponential, 0) + degree * times
            if len(part) > 1 or not shift:
                term = writer.polynomial(part, shift)
                powers[term] = powers.get(term, 0) + times
    result = [Factor(term, multiplicity) for term, multiplicity in powers.items() if multiplicity]
    if constant != 1:
        result.insert(0, Factor(session.terms.rational(constant), 1))
    return result


def divided_by_exponentials(session: Session, term: int) -> list[tuple[int, int]]:
    """Pairs (E, term/E) for the products E of exponentials that occur in the monomials of a polynomial."""
    try:
        num, den = session.forms.fraction(term)
    except (Reject, Refuse):
        return []
    if not den.is_one() or len(num) > MAX_SHIFT_TERMS:
        return []
    writer = TermWriter(session.forms)
    exponentials = [k for k, atom in enumerate(session.forms.atoms) if atom[0] == "exp"]
    shifts = {tuple((k, m[k]) for k in exponentials if m[k]) for m in num.monoms()} - {()}
    result = []
    for shift in sorted(shifts):
        product = session.terms.one
        for index, degree in shift:
            product = session.terms.mul(product, writer.exponential(index, degree))
        result.append((product, writer.polynomial(num, dict(shift))))
    return result


def conjugates(session: Session, term: int) -> list[list[int]]:
    """For each square root in the numerator a + b*A: the factors (a*a - b*b*w), 1/(a - b*A), 1/denominator."""
    try:
        num, den = session.forms.fraction(term)
    except (Reject, Refuse):
        return []
    terms, forms = session.terms, session.forms
    writer = TermWriter(forms)
    below = terms.power(writer.polynomial(den), fmpq(-1))
    found: list[tuple[int, int]] = []
    for index, degree in enumerate(num.degrees()):
        if degree != 1 or forms.atoms[index][0] != "root" or forms.orders[forms.atoms[index]] != 2:
            continue
        if not terms.names[writer.atom(index)]:
            continue
        with_root = {m: c for m, c in num.to_dict().items() if m[index]}
        a = writer.polynomial(num - forms.context.from_dict(with_root))
        b = writer.polynomial(
            forms.context.from_dict({(*m[:index], 0, *m[index + 1 :]): c for m, c in with_root.items()})
        )
        root = writer.atom(index)
        radicand = terms.nodes[root][1]
        norm = terms.node("sub", terms.square(a), terms.mul(terms.square(b), radicand))
        difference = terms.node("sub", a, terms.mul(b, root))
        found.append((norm, terms.power(difference, fmpq(-1))))
    return [[_simplified(forms, norm), inverse, below] for norm, inverse in found]


def _simplified(forms: NormalForms, term: int) -> int:
    value = forms.fraction(term)
    return TermWriter(forms).fraction(value)


def _large_exponentials(session: Session, writer: TermWriter, part: fmpq_mpoly, at: Point) -> dict[int, int]:
    """Exponential atoms of a polynomial whose argument is above 1 at a point, with their degrees."""
    result = {}
    for index, degree in enumerate(part.degrees()):
        if not degree or session.forms.atoms[index][0] != "exp":
            continue
        argument = session.forms.meaning[index]
        if argument is None:
            continue
        excess = session.terms.node("sub", writer.fraction(argument), session.terms.one)
        if session.strict_sign(excess, at, (64,)) == 1:
            result[index] = int(degree)
    return result
