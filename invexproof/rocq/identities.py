"""Equalities of smooth terms: exponentials as powers of a few of them, then Rocq's `field`.

exp(a + 2b) is exp(a)·exp(b)². Every exponential of both sides is rewritten as a product of integer powers of
generators exp(m), one for each monomial m of the exponents; equal arguments of other functions are made equal
as text. What is left is an identity of rational functions in x, the generators and opaque values.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from math import gcd, isqrt

from flint import fmpq

from invexcheck.terms import Terms
from invexproof.rocq.bounds import Bounds
from invexproof.rocq.expressions import (
    ATOM,
    FACTOR,
    FUNCTIONS,
    POWER,
    ExportError,
    Expressions,
    conditions,
    enclosed,
    number,
    rational,
)

Monomial = frozenset[tuple[object, fmpq]]
Polynomial = dict[Monomial, fmpq]

ONE: Monomial = frozenset()
OPAQUE = ("log", "sqrt", "sin", "cos", "tan", "atan", "asinh", "erf")
MAX_MONOMIALS = 60
SPECIAL = {
    "log": (fmpq(1), fmpq(0), "ln_1"), "erf": (fmpq(0), fmpq(0), "erf_0"), "atan": (fmpq(0), fmpq(0), "atan_0"),
    "asinh": (fmpq(0), fmpq(0), "arcsinh_0"), "sin": (fmpq(0), fmpq(0), "sin_0"), "cos": (fmpq(0), fmpq(1), "cos_0"),
}  # fmt: skip
"""Values at numbers: the number, the value there, and the lemma."""


def expanded(terms: Terms, root: int) -> int:
    """The term with sigmoid, softplus, tanh, sinh and cosh written with exp and log, as Rocq unfolds them."""
    image: dict[int, int] = {}
    for term in terms.order(root):
        node = terms.nodes[term]
        arguments = [image[c] for c in terms.children(node)]
        rewriting = UNFOLDED.get(node[0])
        if rewriting is not None:
            image[term] = rewriting(terms, arguments[0])
        elif arguments:
            image[term] = terms.node(node[0], *arguments, *node[1 + len(arguments) :])
        else:
            image[term] = term
    return image[root]


def _sigmoid(t: Terms, u: int) -> int:
    return t.node("div", t.one, t.node("add", t.one, t.node("exp", t.node("neg", u))))


def _softplus(t: Terms, u: int) -> int:
    return t.node("log", t.node("add", t.one, t.node("exp", u)))


def _tanh(t: Terms, u: int) -> int:
    below = t.node("add", t.node("exp", t.node("mul", t.two, u)), t.one)
    return t.node("sub", t.one, t.node("div", t.two, below))


def _hyperbolic(op: str) -> Callable[[Terms, int], int]:
    def build(t: Terms, u: int) -> int:
        both = t.node(op, t.node("exp", u), t.node("exp", t.node("neg", u)))
        return t.node("div", both, t.two)

    return build


UNFOLDED = {
    "sigmoid": _sigmoid, "softplus": _softplus, "tanh": _tanh, "sinh": _hyperbolic("sub"),
    "cosh": _hyperbolic("add"),
}  # fmt: skip


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
        return self._opaque(term)

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
        return {frozenset({(("opaque", self.representative(term)), fmpq(1))}): fmpq(1)}

    def representative(self, term: int) -> int:
        """The first term met that has the same normal form."""
        for known in self.representatives:
            if known == term or self.bounds.session.forms.equal(known, term):
                return known
        self.representatives.append(term)
        return term


def _common(a: fmpq, b: fmpq) -> fmpq:
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


class Identity:
    """The proof of one equality in the context of the bounds' script."""

    def __init__(self, bounds: Bounds, left: int, right: int) -> None:
        self.bounds = bounds
        self.terms = bounds.session.terms
        self.given = (left, right)
        self.sides = [expanded(self.terms, side) for side in (left, right)]
        self.exponents = Exponents(bounds)
        self.order = sorted({node for side in self.sides for node in self.terms.order(side)})
        self.rates: dict[object, fmpq] = {}
        """For each monomial of exponents the rational number of which all its coefficients are multiples."""
        for node in sorted(self.order, key=self._fractional):
            if self.terms.op(node) == "sqrt":
                self.exponents.polynomial(node)
        for side in self.sides:
            self.exponents.polynomial(side)
        for node in self.order:
            if self.terms.op(node) == "exp":
                for m, c in self.exponents.polynomial(self.terms.nodes[node][1]).items():
                    self.rates[m] = _common(self.rates.get(m, fmpq(0)), c)

    def _fractional(self, node: int) -> tuple[bool, int]:
        """`ring` knows no fractions in hints: square roots of arguments without them come first."""
        constants = (self.terms.constant(inner) for inner in self.terms.order(node))
        return any(value is not None and value.q != 1 for value in constants), node

    def lines(self) -> list[str]:
        """Tactics that close the goal ``left = right``."""
        printer = Generators(self)
        rewritings = list(
            dict.fromkeys(text for node in self.order if (text := printer.rewriting(node)) is not None)
        )
        hints = []
        lines = [*self._denominators(), "  unfold_exponentials."]
        for k, (argument, text) in enumerate(printer.roots.items()):
            # the argument's sign is shown in its own words, before exponentials are rewritten
            shown = self.bounds.sign(argument, ">=")
            lines.append(f"  assert (R{k} : sqrt {text} * sqrt {text} = {text}).")
            lines.append(f"  {{ apply sqrt_sqrt; use_hypothesis {shown}. }}")
            hints.append(f"R{k}")
        hint = f" [{' '.join(hints)}]" if hints else ""
        lines += [f"  {text.replace('HINT', hint)}" for text in rewritings]
        for k, text in enumerate(printer.generators.values()):
            lines.append(f"  assert (G{k} := exp_pos {text}). assert (N{k} := Rgt_not_eq _ _ G{k}).")
        lines += [f"  rewrite ?(exp_ln {text}) in * by positive." for text in printer.logarithms]
        lines.append(f"  first [ring{hint} | field{hint}; nonzero].")
        return lines

    def _denominators(self) -> list[str]:
        """That the divisors of both sides are not 0, as far as small steps show it."""
        lines: list[str] = []
        for what, inner in dict.fromkeys(
            c for side in self.given for c in conditions(self.terms, side, False)
        ):
            if what == "nonzero" and self.terms.constant(inner) is None:
                with suppress(ExportError):
                    lines.append(f"  assert (D{len(lines)} := {self.bounds.nonzero(inner)}).")
        return lines


class Generators(Expressions):
    """Expressions in which exponentials are products of powers of generators."""

    def __init__(self, identity: Identity) -> None:
        super().__init__(identity.terms)
        self.identity = identity
        self.generators: dict[object, str] = {}
        self.roots: dict[int, str] = {}
        self.logarithms: list[str] = []

    def _real(self, term: int) -> tuple[str, int]:
        node = self.terms.nodes[term]
        if node[0] == "exp":
            return self.product(self.identity.exponents.polynomial(node[1]))
        if term in self.identity.exponents.split:
            parts = []
            for op, inner in self.identity.exponents.split[term]:
                text, level = self._first(self.terms.node("sqrt", inner))
                parts.append(enclosed(text, level, 39) if op == "sqrt" else f"/ {enclosed(text, level, 34)}")
            return " * ".join(parts), FACTOR
        if node[0] == "sqrt" and term in self.identity.exponents.roots:
            ratio, first = self.identity.exponents.roots[term]
            if first is None:
                return number(ratio)
            text = super()._real(first)[0] if first == term else self._first(first)[0]
            return (text, 10) if ratio == 1 else (f"{enclosed(*number(ratio), FACTOR)} * {text}", FACTOR)
        if term in self.identity.exponents.values:
            return number(self.identity.exponents.values[term][1])
        if node[0] in OPAQUE:
            first = self.identity.exponents.representative(term)
            if first != term:
                return super()._real(first) if first in self._texts else self._first(first)
        return super()._real(term)

    def _first(self, term: int) -> tuple[str, int]:
        self.real(term)
        return self._texts[term]

    def rewriting(self, term: int) -> str | None:
        """The tactic that brings a node into the form in which it is printed, if it is in another one."""
        node = self.terms.nodes[term]
        op = node[0]
        if op != "exp" and op not in OPAQUE:
            return None
        own = f"{FUNCTIONS[op]} {self.real(node[1], ATOM)}"
        target = self.real(term)
        if term in self.identity.exponents.split:
            for _, inner in self.identity.exponents.split[term]:
                self.rewriting(self.terms.node("sqrt", inner))
            return _rewriting(own, target, "(apply sqrt_is; [positive|fieldHINT; nonzero])")
        if op == "sqrt" and (scaled := self.identity.exponents.roots.get(term)) is not None:
            return self._root(own, target, *scaled)
        if term in self.identity.exponents.values:
            at, _, lemma = self.identity.exponents.values[term]
            argument = self.real(node[1], ATOM)
            return _rewriting(
                own, target, f"(replace {argument} with {rational(at)} by field; apply {lemma})"
            )
        if own == target:
            return None
        if op == "exp":
            raised = (
                "rewrite <- ?exp_power, <- ?exp_Ropp, <- ?exp_plus; f_equal; cbn [INR]; fieldHINT; nonzero"
            )
            return _rewriting(own, target, f"first [exponential | {raised}]")
        return _rewriting(own, target, "(f_equal; first [ring | field; nonzero | fieldHINT; nonzero])")

    def _root(self, own: str, target: str, ratio: fmpq, first: int | None) -> str | None:
        size = rational(ratio)
        if first is None:
            return _rewriting(own, target, f"(apply (sqrt_number _ {size}); [lra|field])")
        argument = self.terms.nodes[first][1]
        self.roots[argument] = self.real(argument, ATOM)
        if own == target:
            return None
        if ratio == 1:
            return _rewriting(own, target, "(f_equal; first [ring | field; nonzero])")
        sign = self.identity.bounds.sign(argument, ">=")
        tactic = f"(apply (sqrt_scaled _ _ {size}); [lra|use_hypothesis {sign}|field; nonzero])"
        return _rewriting(own, target, tactic)

    def product(self, exponent: Polynomial) -> tuple[str, int]:
        if not exponent:
            return "1", ATOM
        parts = []
        for monomial, coefficient in sorted(exponent.items(), key=lambda item: self.monomial(item[0])):
            rate = self.identity.rates.get(monomial, fmpq(1))
            parts.append(self._power_of(self.generator(monomial, rate), int((coefficient / rate).p)))
        if len(parts) == 1:
            return parts[0]
        return " * ".join(enclosed(text, level, 39) for text, level in parts), 40

    def _power_of(self, generator: str, power: int) -> tuple[str, int]:
        if power == 1:
            return f"exp {generator}", 10
        text = f"exp {generator} ^ {abs(power)}" if abs(power) > 1 else f"exp {generator}"
        return (text, POWER) if power > 0 else (f"/ {text}", 35)

    def generator(self, monomial: Monomial, rate: fmpq) -> str:
        key = (monomial, str(rate))
        if key not in self.generators:
            text = self.monomial(monomial)
            if rate == 1 and text.startswith("ln ") and len(monomial) == 1:
                self.logarithms.append(text.removeprefix("ln "))
            if rate != 1:
                text = rational(rate) if not monomial else f"{enclosed(*number(rate), FACTOR)} * {text}"
            self.generators[key] = text if text.isalnum() else f"({text})"
        return self.generators[key]

    def monomial(self, monomial: Monomial) -> str:
        if not monomial:
            return "1"
        texts = []
        for atom, power in monomial:
            texts.append(self._atom_power(atom, power))
        return " * ".join(sorted(texts))

    def _atom_power(self, atom: object, power: fmpq) -> str:
        if isinstance(atom, tuple) and atom[0] == "exp":
            rate = self.identity.rates.get(atom[1], fmpq(1))
            whole = power / rate
            if whole.q != 1:
                raise ExportError("an exponential of an exponential with fractional multiples")
            text, level = self._power_of(self.generator(atom[1], rate), int(whole.p))
            return enclosed(text, level, 39)
        if power.q != 1:
            raise ExportError("a fractional power in an exponent")
        if atom == "x":
            base = "x"
        elif atom == "pi":
            base = "PI"
        else:
            base = self.real(atom[1], 10 if power == 1 else ATOM)  # type: ignore[index]
        n = int(power.p)
        text = base if abs(n) == 1 else f"{base} ^ {abs(n)}"
        return text if n > 0 else f"/ {text}"


def _rewriting(own: str, target: str, tactic: str) -> str:
    return f"assert (E : {own} = {target}) by {tactic}. try rewrite E in *; clear E."


def identity(bounds: Bounds, left: int, right: int) -> list[str]:
    """Tactics that close the goal ``left = right`` about two smooth terms, where both are defined."""
    return Identity(bounds, left, right).lines()
