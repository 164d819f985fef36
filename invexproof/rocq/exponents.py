"""Terms as polynomials in x, constants, exponentials of monomials, and opaque values: what exponents are made of."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from math import gcd, isqrt

from flint import fmpq

from invexcheck.goals import Span
from invexcheck.intervals import Undefined
from invexproof.rocq.bounds import Bounds

Monomial = frozenset[tuple[object, fmpq]]
Polynomial = dict[Monomial, fmpq]

ONE: Monomial = frozenset()
MAX_MONOMIALS = 60
SPECIAL = {
    "log": (fmpq(1), fmpq(0), "ln_1"), "erf": (fmpq(0), fmpq(0), "erf_0"), "atan": (fmpq(0), fmpq(0), "atan_0"),
    "asinh": (fmpq(0), fmpq(0), "arcsinh_0"), "sin": (fmpq(0), fmpq(0), "sin_0"), "cos": (fmpq(0), fmpq(1), "cos_0"),
}  # fmt: skip
"""Values at numbers: the number, the value there, and the lemma."""
SAMPLES = (fmpq(1, 3), fmpq(5, 7))
"""Where terms are compared before their normal forms are."""


class Exponents:
    """Terms as polynomials with rational powers of x, constants, exp of monomials, and opaque values."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.terms = bounds.session.terms
        self.representatives: list[int] = []
        self.roots: dict[int, tuple[fmpq, int | None]] = {}
        """Square roots as multiples of the first one of their kind, or (None) as numbers."""
        self.split: dict[int, tuple[tuple[str, int], ...]] = {}
        """Square roots of constants that are products and quotients of simpler ones."""
        self.values: dict[int, tuple[fmpq, fmpq, str]] = {}
        """Values at numbers: the number, the value, and the lemma."""
        self.logarithms: dict[int, tuple[int, int]] = {}
        """Logarithms of quotients, as differences of two others."""
        self.arguments: list[int] = []
        """Arguments of logarithms that others may be quotients of."""
        self._whole: set[int] = set()
        self._quotients: list[int] = []
        self._known: dict[int, Polynomial] = {}

    def polynomial(self, root: int) -> Polynomial:
        for term in self.terms.order(root):
            if term not in self._known:
                self._known[term] = self._polynomial(term)
        return self._known[root]

    def _polynomial(self, term: int) -> Polynomial:
        node = self.terms.nodes[term]
        op = node[0]
        inner = [self._known[c] for c in self.terms.children(node)]
        if op == "rat":
            return {ONE: node[1]} if node[1] != 0 else {}
        if op == "var":
            return {frozenset({("x", fmpq(1))}): fmpq(1)}
        if op == "pi":
            return {frozenset({("pi", fmpq(1))}): fmpq(1)}
        if op in ("add", "sub"):
            return _plus(inner[0], inner[1], 1 if op == "add" else -1)
        if op == "neg":
            return _plus({}, inner[0], -1)
        if op == "mul":
            return self._checked(self._reduced(_times(inner[0], inner[1])), term)
        if op == "div" and len(inner[1]) == 1:
            return self._checked(self._reduced(_times(inner[0], _inverse(inner[1]))), term)
        if op == "pow" and node[2].q == 1:
            return self._integer_power(inner[0], int(node[2].p), term)
        if op == "exp":
            return {_exponential(inner[0]): fmpq(1)}
        if op == "sqrt":
            return self._root(term, node[1], inner[0])
        special = SPECIAL.get(op)
        if special is not None and inner[0] == ({ONE: special[0]} if special[0] != 0 else {}):
            self.values[term] = special
            return {ONE: special[1]} if special[1] != 0 else {}
        if op == "log" and (parts := self._difference(node[1])) is not None:
            self.logarithms[term] = parts
            return _plus(self.polynomial(parts[0]), self.polynomial(parts[1]), -1)
        return self._opaque(term)

    def _difference(self, argument: int) -> tuple[int, int] | None:
        """The logarithms of two of the known arguments whose quotient this argument is."""
        if argument in self._whole:
            return None
        others = [known for known in self.arguments if known != argument]
        for above in others:
            for below in others:
                quotient = self.terms.node("div", above, below)
                if above != below and self.bounds.session.forms.equal(argument, quotient):
                    self._whole |= {above, below}
                    return self.terms.node("log", above), self.terms.node("log", below)
        return None

    def _root(self, term: int, argument: int, value: Polynomial) -> Polynomial:
        """A square root as a rational multiple of one met before, or as a number."""
        if not value or set(value) == {ONE}:
            root = _square_root(value.get(ONE, fmpq(0)))
            if root is not None:
                self.roots[term] = root, None
                return {ONE: root} if root != 0 else {}
        split = self._split(value)
        if split is not None and split != (("sqrt", argument),):
            self.split[term] = split
            product: Polynomial = {ONE: fmpq(1)}
            for op, inner in split:
                root_of = self.polynomial(self.terms.node("sqrt", inner))
                product = _times(product, root_of if op == "sqrt" else _inverse(root_of))
            return self._reduced(product)
        for known, (ratio, first) in list(self.roots.items()):
            if first is None or ratio != 1:
                continue
            quotient = self.terms.node("div", argument, self.terms.nodes[known][1])
            scale = self.bounds.session.forms.rational_value(quotient)
            root = None if scale is None else _square_root(scale)
            if root is not None and root > 0:
                self.roots[term] = root, first
                return {frozenset({(("opaque", first), fmpq(1))}): root}
        self.roots[term] = fmpq(1), term
        return {frozenset({(("opaque", term), fmpq(1))}): fmpq(1)}

    def _split(self, value: Polynomial) -> tuple[tuple[str, int], ...] | None:
        """The square root of q·pi^k as one of an integer, and one of pi, each above or below the line."""
        if len(value) != 1:
            return None
        ((monomial, coefficient),) = value.items()
        powers = dict(monomial)
        if coefficient <= 0 or not powers.keys() <= {"pi"} or powers.get("pi", fmpq(0)) not in (-1, 0, 1):
            return None
        parts = []
        for op, size in (("sqrt", coefficient.p), ("over", coefficient.q)):
            if size != 1:
                parts.append((op, self.terms.rational(fmpq(size))))
        power = powers.get("pi", fmpq(0))
        if power != 0:
            parts.append(("sqrt" if power > 0 else "over", self.terms.node("pi")))
        return tuple(parts)

    def _integer_power(self, base: Polynomial, n: int, term: int) -> Polynomial:
        if len(base) == 1:
            ((monomial, coefficient),) = base.items()
            return self._reduced({frozenset((a, p * n) for a, p in monomial): coefficient**n})
        if 0 <= n <= 6:
            result: Polynomial = {ONE: fmpq(1)}
            for _ in range(n):
                result = self._checked(_times(result, base), term)
            return result
        return self._opaque(term)

    def _reduced(self, polynomial: Polynomial) -> Polynomial:
        """Even powers of square roots of constants, as powers of these constants."""
        result: Polynomial = {}
        for monomial, coefficient in polynomial.items():
            factor: Polynomial = {ONE: coefficient}
            for atom, power in monomial:
                value = self._squared(atom)
                half = int(power.p) // 2 if power.q == 1 else 0
                if value is not None and half:
                    ((inner, number_),) = value.items()
                    square = {frozenset((a, p * half) for a, p in inner): number_**half}
                    factor, power = _times(factor, square), power - 2 * half
                if power != 0:
                    factor = _times(factor, {frozenset({(atom, power)}): fmpq(1)})
            result = _plus(result, factor, 1)
        return result

    def _squared(self, atom: object) -> Polynomial | None:
        """The constant of which an atom is the square root, if it is one of a single monomial."""
        if not isinstance(atom, tuple) or atom[0] != "opaque" or self.terms.op(atom[1]) != "sqrt":
            return None
        argument = self.terms.nodes[atom[1]][1]
        if self.terms.names[argument]:
            return None
        value = self.polynomial(argument)
        return value if len(value) == 1 else None

    def _checked(self, polynomial: Polynomial, term: int) -> Polynomial:
        return polynomial if len(polynomial) <= MAX_MONOMIALS else self._opaque(term)

    def _opaque(self, term: int) -> Polynomial:
        if self.terms.op(term) in ("div", "pow"):
            for known in self._quotients:
                if (relation := self._affine(term, known)) is not None:
                    scale, shift = relation
                    atom = frozenset({(("opaque", known), fmpq(1))})
                    return _plus({atom: scale}, {ONE: shift} if shift != 0 else {}, 1)
            self._quotients.append(term)
            self.representatives.append(term)
            return {frozenset({(("opaque", term), fmpq(1))}): fmpq(1)}
        return {frozenset({(("opaque", self.representative(term)), fmpq(1))}): fmpq(1)}

    def _affine(self, term: int, known: int) -> tuple[fmpq, fmpq] | None:
        """Rational numbers a and b with term = a·known + b, guessed from values and shown by normal forms."""
        values = []
        with suppress(Undefined):
            for at in SAMPLES:
                point = Span.at(self.bounds.session.rational_point(at))
                sides = [self.bounds.session.enclosure(each, point) for each in (term, known)]
                values.append([float(side.lo) for side in sides])
        if len(values) < 2 or values[0][1] == values[1][1]:
            return None
        guess = Fraction((values[0][0] - values[1][0]) / (values[0][1] - values[1][1])).limit_denominator(100)
        scale = fmpq(guess.numerator, guess.denominator)
        rest = self.terms.node("sub", term, self.terms.node("mul", self.terms.rational(scale), known))
        shift = self.bounds.session.forms.rational_value(rest)
        return None if shift is None or scale == 0 else (scale, shift)

    def representative(self, term: int) -> int:
        """The first term met that has the same normal form."""
        for known in self.representatives:
            if known == term or self.bounds.session.forms.equal(known, term):
                return known
        self.representatives.append(term)
        return term


def common(a: fmpq, b: fmpq) -> fmpq:
    """The largest number of which both are integer multiples."""
    return fmpq(gcd(int(a.p) * int(b.q), int(b.p) * int(a.q)), int(a.q) * int(b.q))


def _square_root(value: fmpq) -> fmpq | None:
    """The rational square root, if there is one."""
    if value < 0:
        return None
    p, q = isqrt(int(value.p)), isqrt(int(value.q))
    return fmpq(p, q) if p * p == value.p and q * q == value.q else None


def _plus(a: Polynomial, b: Polynomial, sign: int) -> Polynomial:
    result = dict(a)
    for monomial, coefficient in b.items():
        total = result.get(monomial, fmpq(0)) + sign * coefficient
        if total == 0:
            result.pop(monomial, None)
        else:
            result[monomial] = total
    return result


def _multiply(a: Monomial, b: Monomial) -> Monomial:
    powers = dict(a)
    for atom, power in b:
        powers[atom] = powers.get(atom, fmpq(0)) + power
    return frozenset((atom, power) for atom, power in powers.items() if power != 0)


def _times(a: Polynomial, b: Polynomial) -> Polynomial:
    result: Polynomial = {}
    for m, p in a.items():
        result = _plus(result, {_multiply(m, n): p * q for n, q in b.items()}, 1)
    return result


def _inverse(a: Polynomial) -> Polynomial:
    ((monomial, coefficient),) = a.items()
    return {frozenset((atom, -power) for atom, power in monomial): 1 / coefficient}


def _exponential(exponent: Polynomial) -> Monomial:
    """exp(sum of c·m) as the product of (exp m)^c."""
    return frozenset((("exp", m), c) for m, c in exponent.items())
