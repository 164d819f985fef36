"""Equalities of smooth terms: exponentials as powers of a few of them, then Rocq's `field`.

exp(a + 2b) is exp(a)·exp(b)². Every exponential of both sides is rewritten as a product of integer powers of
generators exp(m), one for each monomial m of the exponents; equal arguments of other functions are made equal
as text. What is left is an identity of rational functions in x, the generators and opaque values.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from flint import fmpq

from invexcheck.terms import Terms
from invexproof.rocq.bounds import Bounds
from invexproof.rocq.exponents import Exponents, Monomial, Polynomial, common
from invexproof.rocq.expressions import (
    ATOM,
    FACTOR,
    FUNCTIONS,
    POWER,
    SUMMAND,
    ExportError,
    Expressions,
    conditions,
    enclosed,
    number,
    rational,
)

OPAQUE = ("log", "sqrt", "sin", "cos", "tan", "atan", "asinh", "erf")


def expanded(terms: Terms, root: int) -> int:
    """The term with sigmoid, softplus, tanh, sinh and cosh written with exp and log, as Rocq unfolds them."""
    image: dict[int, int] = {}
    for term in terms.order(root):
        node = terms.nodes[term]
        arguments = [image[c] for c in terms.children(node)]
        half = _half(terms, term)
        if half is not None:
            image[term] = terms.node("pow", terms.node("sqrt", arguments[0]), fmpq(half))
            continue
        rewriting = UNFOLDED.get(node[0])
        if rewriting is not None:
            image[term] = rewriting(terms, arguments[0])
        elif arguments:
            image[term] = terms.node(node[0], *arguments, *node[1 + len(arguments) :])
        else:
            image[term] = term
    return image[root]


def _half(terms: Terms, term: int) -> int | None:
    """The odd integer p of a power p/2."""
    node = terms.nodes[term]
    return int(node[2].p) if node[0] == "pow" and node[2].q == 2 else None


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
        self.exponents.arguments = [self.terms.nodes[n][1] for n in self.order if self.terms.op(n) == "log"]
        for side in self.sides:
            self.exponents.polynomial(side)
        for node in self.order:
            if self.terms.op(node) == "exp":
                for m, c in self.exponents.polynomial(self.terms.nodes[node][1]).items():
                    self.rates[m] = common(self.rates.get(m, fmpq(0)), c)

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
        lines = [*self._denominators(), *self._half_powers(), "  unfold_exponentials."]
        for k, (argument, text) in enumerate(printer.roots.items()):
            # the argument's sign is shown in its own words, before exponentials are rewritten
            shown = self.bounds.sign(argument, ">=")
            square, value, use = (
                f"sqrt {text} * sqrt {text}",
                text,
                f"apply sqrt_sqrt; use_hypothesis {shown}",
            )
            if self.terms.op(argument) == "div":
                # `ring` knows no quotients in hints
                above, below = (
                    printer.real(part, ATOM) for part in self.terms.children(self.terms.nodes[argument])
                )
                square, value = f"{square} * {below}", above
                use = f"rewrite sqrt_sqrt by use_hypothesis {shown}; field; nonzero"
            lines.append(f"  assert (R{k} : {square} = {value}).")
            lines.append(f"  {{ {use}. }}")
            hints.append(f"R{k}")
        hint = f" [{' '.join(hints)}]" if hints else ""
        lines += [f"  {text.replace('HINT', hint)}" for text in rewritings]
        for k, text in enumerate(printer.generators.values()):
            lines.append(f"  assert (G{k} := exp_pos {text}). assert (N{k} := Rgt_not_eq _ _ G{k}).")
        lines += [f"  rewrite ?(exp_ln {text}) in * by positive." for text in printer.logarithms]
        lines.append(f"  first [ring{hint} | field{hint}; nonzero].")
        return lines

    def _half_powers(self) -> list[str]:
        """Powers with halves of odd integers, as powers of square roots."""
        lines = []
        for node in dict.fromkeys(n for side in self.given for n in self.terms.order(side)):
            if (power := _half(self.terms, node)) is not None:
                base = self.terms.nodes[node][1]
                text, root = (
                    self.bounds.expressions.real(node),
                    f"sqrt {self.bounds.expressions.real(base, ATOM)}",
                )
                target = f"{root} ^ {power}" if power > 0 else f"/ {root} ^ {-power}"
                name = "half_power" if power > 0 else "half_power_inverse"
                exponent = rational(self.terms.nodes[node][2])
                step = f"({name} _ {abs(power)} {exponent} {self.bounds.sign(base, '>')} ltac:(simpl; lra))"
                lines.append(f"  assert (E : {text} = {target}) by exact {step}. rewrite E in *; clear E.")
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


ONE_POWER = {
    (True, False): "(eq_refl (exp {1}))",
    (True, True): "(exp_power {1} {0})",
    (False, False): "(exp_Ropp {1})",
    (False, True): "(exp_inverse_power {1} {0})",
}
"""That exp of a multiple is a power, by whether the multiple is positive, and larger than 1."""


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
        if term in self.identity.exponents.logarithms:
            above, below = (self._first(part)[0] for part in self.identity.exponents.logarithms[term])
            return f"{above} - {below}", SUMMAND
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
        if term in self.identity.exponents.logarithms:
            return _rewriting(own, target, "(apply ln_quotient; [positive|positive|field; nonzero])")
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
            raised = self._raised(self.identity.exponents.polynomial(node[1]))
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
        """exp of a polynomial, as a product of powers of generators."""
        parts = [self._power_of(generator, power) for generator, power in self._powers(exponent)]
        if not parts:
            return "1", ATOM
        if len(parts) == 1:
            return parts[0]
        return " * ".join(enclosed(text, level, 39) for text, level in parts), 40

    def _powers(self, exponent: Polynomial) -> list[tuple[str, int]]:
        found = []
        for monomial, coefficient in sorted(exponent.items(), key=lambda item: self.monomial(item[0])):
            rate = self.identity.rates.get(monomial, fmpq(1))
            found.append((self.generator(monomial, rate), int((coefficient / rate).p)))
        return found

    def _raised(self, exponent: Polynomial) -> str:
        """The product, step by step: the exponent as a sum, then each summand."""
        total, proof = "0", "exp_0"
        for k, (generator, power) in enumerate(self._powers(exponent)):
            size = f"INR {abs(power)} * {generator}" if abs(power) > 1 else generator
            summand = size if power > 0 else f"- ({size})"
            one = ONE_POWER[power > 0, abs(power) > 1].format(abs(power), generator)
            joined = f"(eq_trans (exp_plus ({total}) ({summand})) (f_equal2 Rmult {proof} {one}))"
            total, proof = (summand, one) if k == 0 else (f"{total} + {summand}", joined)
        equal = "f_equal; cbn [INR]; first [ring | field; nonzero | fieldHINT; nonzero]"
        return f"transitivity (exp ({total})); [{equal}|exact {proof}]"

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
