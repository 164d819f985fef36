"""Exact normal form: rational functions over Q in atoms (variables, pi, exp, log, roots, sin/cos, erf, ...).

Two terms with the same normal form are equal at every point where *both are defined*: only rewritings that hold
wherever both sides are defined are used (``exp(a)exp(b)``, ``exp(log v) = v``, tanh, sigmoid and softplus through
exp, parity of erf, atan and asinh, addition theorems of sin and cos, roots of positive constants). Dependent atoms are
treated as independent, which can only make the test fail: a difference proves nothing.

Exponentials (and angles) of one monomial share a *unit*: ``exp(3x/2)`` and ``exp(x)`` are powers of
``exp(x/2)``. A unit found too coarse restarts the computation with a finer one, so atoms stay independent of the order.
"""

from __future__ import annotations

from typing import Any

from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx, fmpq_poly, fmpz

from invexcheck.errors import Refuse, Reject
from invexcheck.limits import Budget
from invexcheck.polynomials import Fraction, Key, constant, content, factor, height, normal_form_key
from invexcheck.rewriting import HALF, NODES
from invexcheck.terms import Terms

MAX_TERMS = 4000
MAX_PRODUCT = 400_000
MAX_DEGREE = 20_000
MAX_BITS = 20_000
MAX_ANGLE = 64
MAX_MULTIPLE = 4000
"""Largest power of one exponential by which another is expressed."""
INITIAL_ATOMS = 12
MAX_ATOMS = 96
MAX_RESTARTS = 40

_TWELFTHS = {0: "1", 2: "r3/2", 3: "r2/2", 4: "1/2", 6: "0", 8: "-1/2", 9: "-r2/2", 10: "-r3/2", 12: "-1"}
"""cos(k pi/12) for the k with at most one square root."""


class _Restart(Exception):
    """A unit or the number of atoms has been refined: start again."""


class NormalForms:
    """Normal forms of the terms of one table; all results belong to one polynomial context."""

    def __init__(self, terms: Terms, budget: Budget) -> None:
        self.terms = terms
        self.budget = budget
        self.units: dict[Key, fmpq] = {}
        self.orders: dict[Key, int] = {}
        self._capacity = INITIAL_ATOMS
        self._reset()

    def _reset(self) -> None:
        self.context = fmpq_mpoly_ctx.get(tuple(f"a{k}" for k in range(self._capacity)), Ordering.lex)
        self.atoms: list[Key] = []
        self.meaning: list[Fraction | None] = []
        """For an atom that is a function of a fraction (exp, log, ...), that fraction."""
        self._relations: list[tuple[int, int, Fraction]] = []
        self._index: dict[Key, int] = {}
        self._values: dict[int, Fraction] = {}
        self.zero = self.context.from_dict({})
        self.one = self.context.from_dict({(0,) * self._capacity: 1})

    # -- results --------------------------------------------------------------------------

    def fraction(self, root: int) -> Fraction:
        """The normal form of a smooth term.

        Raises:
            Reject: an operator without a normal form, or division by a term whose normal form is zero.
            Refuse: a bound on atoms, degree or number of monomials is passed.
        """
        if root in self._values:
            return self._values[root]
        self.units.clear()  # each term finds its own units, so that the result does not depend on earlier ones
        self.orders.clear()
        self._capacity = INITIAL_ATOMS
        self._reset()
        for _ in range(MAX_RESTARTS):
            try:
                for term in self.terms.order(root):
                    if term not in self._values:
                        self._values[term] = self._node(self.terms.nodes[term])
                return self._values[root]
            except _Restart:
                self._reset()
        raise Refuse("normal form", "too many refinements")

    def is_zero(self, root: int) -> bool:
        """Whether the term is zero wherever it is defined, as far as the normal form can tell."""
        return self.fraction(root)[0].is_zero()

    def equal(self, left: int, right: int) -> bool:
        """Whether two terms are equal wherever both are defined, as far as the normal form can tell."""
        return self.is_zero(self.terms.node("sub", left, right))

    def rational_value(self, root: int) -> fmpq | None:
        """The value of a term whose normal form is a rational constant."""
        num, den = self.fraction(root)
        return constant(num) / constant(den) if num.is_constant() and den.is_constant() else None

    def polynomial(self, root: int, name: str) -> fmpq_poly | None:
        """The term as a polynomial in one variable over Q, or None."""
        num, den = self.fraction(root)
        if not den.is_constant():
            return None
        index = self._index.get(("var", name))
        coefficients: dict[int, fmpq] = {}
        for monomial, value in num.to_dict().items():
            if any(e and k != index for k, e in enumerate(monomial)):
                return None
            coefficients[monomial[index] if index is not None else 0] = value / constant(den)
        return fmpq_poly([coefficients.get(k, fmpq(0)) for k in range(max(coefficients, default=0) + 1)])

    def trigonometric_polynomial(
        self, root: int, name: str
    ) -> tuple[fmpq, dict[tuple[int, int], fmpq]] | None:
        """The term as a polynomial in cos(w x), sin(w x) over Q: (w, {(cos power, sin power): coefficient})."""
        num, den = self.fraction(root)
        if not den.is_constant():
            return None
        x = self._index.get(("var", name))
        if x is None:
            return None
        angle = self._summands((self.generator(x), self.one))[0][0]
        cosine, sine = self._index.get(("cos", angle)), self._index.get(("sin", angle))
        if cosine is None or sine is None:
            return None
        result: dict[tuple[int, int], fmpq] = {}
        for monomial, value in num.to_dict().items():
            if any(e and k not in (cosine, sine) for k, e in enumerate(monomial)):
                return None
            result[monomial[cosine], monomial[sine]] = value / constant(den)
        return self.units["angle", angle], result

    # -- atoms --------------------------------------------------------------------------

    def atom(self, key: Key, meaning: Fraction | None = None) -> int:
        index = self._index.get(key)
        if index is None:
            index = len(self.atoms)
            if index >= self._capacity:
                if self._capacity >= MAX_ATOMS:
                    raise Refuse("normal form", f"more than {MAX_ATOMS} atoms")
                self._capacity = min(2 * self._capacity, MAX_ATOMS)
                self.units.clear()  # monomial keys depend on the number of atoms
                self.orders.clear()
                raise _Restart
            self._index[key] = index
            self.atoms.append(key)
            self.meaning.append(meaning)
        return index

    def generator(self, index: int, exponent: int = 1) -> fmpq_mpoly:
        if exponent > MAX_DEGREE:
            raise Refuse("normal form", f"degree above {MAX_DEGREE}")
        return self.context.from_dict(
            {tuple(exponent if k == index else 0 for k in range(self._capacity)): 1}
        )

    def _power_of_atom(self, index: int, exponent: int) -> Fraction:
        if exponent >= 0:
            return self.generator(index, exponent), self.one
        return self.one, self.generator(index, -exponent)

    def rational(self, value: fmpq) -> Fraction:
        return self.context.constant(value), self.one

    # -- arithmetic --------------------------------------------------------------------------

    def _cancel(self, num: fmpq_mpoly, den: fmpq_mpoly) -> Fraction:
        """Reduce by the relations of the algebraic atoms, cancel common factors, bound the size."""
        num, extra = self._reduce(num)
        den, other = self._reduce(den)
        if den.is_zero():
            raise Reject("division by a term that is identically zero", "normal-form")
        num, den = self._rationalise(num * other, den * extra)
        size = len(num) + len(den)
        if size > MAX_TERMS:
            raise Refuse("normal form", f"more than {MAX_TERMS} monomials")
        self.budget.spend(size)
        if num.is_zero():
            return num, self.one
        if not den.is_constant():
            common = num.gcd(den)
            if not common.is_constant():
                num, den = num / common, den / common
        scale = den.leading_coefficient()
        return num / scale, den / scale

    def _rationalise(self, num: fmpq_mpoly, den: fmpq_mpoly) -> Fraction:
        """Clear roots from a denominator that is one monomial: 1/A is A**(n-1)/A**n."""
        if len(den) != 1 or den.is_constant():
            return num, den
        for index, order, _ in self._relations:
            degree = den.degrees()[index]
            if degree and self.atoms[index][0] == "root":
                factor = self.generator(index, -degree % order)
                num, den = num * factor, den * factor
        (num, extra), (den, other) = self._reduce(num), self._reduce(den)
        return num * other, den * extra

    def _reduce(self, p: fmpq_mpoly) -> tuple[fmpq_mpoly, fmpq_mpoly]:
        """Replace A**n by its value wherever an algebraic atom occurs to the power n or higher."""
        scale = self.one
        changed = True
        while changed:
            changed = False
            for index, order, (value, below) in self._relations:
                degree = p.degrees()[index] if not p.is_zero() else 0
                if degree < order:
                    continue
                if degree > MAX_DEGREE:
                    raise Refuse("normal form", f"degree above {MAX_DEGREE}")
                highest = degree // order
                parts: dict[int, dict[tuple[int, ...], fmpq]] = {}
                for monomial, coefficient in p.to_dict().items():
                    quotient, rest = divmod(monomial[index], order)
                    lowered = (*monomial[:index], rest, *monomial[index + 1 :])
                    parts.setdefault(quotient, {})[lowered] = coefficient
                total = self.zero
                for quotient, part in parts.items():
                    self._check_power(value, quotient)
                    total += self.context.from_dict(part) * value**quotient * below ** (highest - quotient)
                scale = scale * below**highest
                p = total
                changed = True
        return p, scale

    def _check_power(self, p: fmpq_mpoly, n: int) -> None:
        """Refuse a power whose expansion is out of proportion, before it reaches the library."""
        size, count = 1, len(p)
        for k in range(1, min(n, count) + 1):
            size = size * (n + count - k) // k
        if n * max(p.degrees(), default=0) > MAX_DEGREE or (count > 1 and size > MAX_TERMS * 10):
            raise Refuse("normal form", "a power is too large to expand")
        if n * height(p) > MAX_BITS:
            raise Refuse("normal form", f"coefficients of more than {MAX_BITS} bits")

    def _check_products(self, *pairs: tuple[fmpq_mpoly, fmpq_mpoly]) -> None:
        """Refuse products whose expansion is out of proportion, before they reach the library."""
        cost = sum(len(p) * len(q) for p, q in pairs)
        self.budget.spend(cost)
        if max(height(p) + height(q) for p, q in pairs) > MAX_BITS:
            raise Refuse("normal form", f"coefficients of more than {MAX_BITS} bits")
        if cost > MAX_PRODUCT:
            raise Refuse("normal form", "a product is too large to expand")

    def add(self, a: Fraction, b: Fraction, sign: int = 1) -> Fraction:
        self._check_products((a[0], b[1]), (b[0], a[1]), (a[1], b[1]))
        if a[1] == b[1]:
            return self._cancel(a[0] + sign * b[0], a[1])
        return self._cancel(a[0] * b[1] + sign * (b[0] * a[1]), a[1] * b[1])

    def mul(self, a: Fraction, b: Fraction) -> Fraction:
        self._check_products((a[0], b[0]), (a[1], b[1]))
        return self._cancel(a[0] * b[0], a[1] * b[1])

    def invert(self, a: Fraction) -> Fraction:
        return self._cancel(a[1], a[0])

    def _int_power(self, a: Fraction, n: int) -> Fraction:
        if n < 0:
            return self._int_power(self.invert(a), -n)
        self._check_power(a[0], n)
        self._check_power(a[1], n)
        return self._cancel(a[0] ** n, a[1] ** n)

    # -- nodes --------------------------------------------------------------------------

    def _node(self, node: tuple[Any, ...]) -> Fraction:
        op = node[0]
        if op == "rat":
            return self.rational(node[1])
        if op == "var":
            return self.generator(self.atom(node)), self.one
        if op == "pi":
            return self.generator(self.atom(("pi",))), self.one
        if op == "e":
            return self.exp(self.rational(fmpq(1)))
        arguments = [self._values[c] for c in self.terms.children(node)]
        if op == "pow":
            return self.power(arguments[0], node[2])
        rule = NODES.get(op)
        if rule is None:
            raise Reject(f"{op} has no normal form", "normal-form")
        return rule(self, *arguments)

    def _summands(self, u: Fraction) -> list[tuple[Key, fmpq, Fraction]]:
        """u as a sum of (key of a monomial, rational coefficient, monomial); a proper fraction is one summand."""
        num, den = u
        rest = self.zero
        if not den.is_constant():
            num, rest = divmod(num, den)
        scale = constant(den) if den.is_constant() else fmpq(1)
        summands = [
            (m, c / scale, (self.context.from_dict({m: 1}), self.one))
            for m, c in sorted(num.to_dict().items())
        ]
        if not rest.is_zero():
            leading = rest.leading_coefficient()
            part = (rest / leading, den)
            summands.append((normal_form_key(part), leading, part))
        return summands

    def _multiple(self, kind: str, key: Key, coefficient: fmpq) -> int | None:
        """The coefficient as an integer multiple of the unit of this monomial, refining the unit if need be.

        None if the multiple would be huge: then the function is an atom of its own, unrelated to the others.
        """
        unit = self.units.get((kind, key))
        if unit is None:
            self.units[kind, key] = unit = abs(coefficient)
        ratio = coefficient / unit
        if ratio.q == 1:
            return int(ratio.p) if abs(ratio) <= MAX_MULTIPLE else None
        common = fmpz(coefficient.p * unit.q).gcd(fmpz(unit.p * coefficient.q))
        finer = fmpq(common, coefficient.q * unit.q)
        if max(abs(coefficient), unit) / finer > MAX_MULTIPLE:
            return None
        self.units[kind, key] = finer
        raise _Restart

    def exp(self, u: Fraction) -> Fraction:
        result = self.rational(fmpq(1))
        for key, coefficient, monomial in self._summands(u):
            logarithm = self._single_atom(monomial[0], "log") if monomial[1].is_one() else None
            if logarithm is not None and coefficient.q == 1:
                inside = self.meaning[logarithm]
                if inside is None:
                    raise Reject("a logarithm without an argument", "normal-form")
                factor = self._int_power(inside, int(coefficient.p))
            else:
                factor = self._exponential(key, coefficient, monomial)
            result = self.mul(result, factor)
        return result

    def _exponential(self, key: Key, coefficient: fmpq, monomial: Fraction) -> Fraction:
        """exp of a rational multiple of one monomial, as a power of the monomial's exponential."""
        multiple = self._multiple("exp", key, coefficient)
        if multiple is None:
            argument = (monomial[0] * coefficient, monomial[1])
            return self._power_of_atom(self.atom(("exp", key, (coefficient.p, coefficient.q)), argument), 1)
        argument = (monomial[0] * self.units["exp", key], monomial[1])
        return self._power_of_atom(self.atom(("exp", key), argument), multiple)

    def _single_atom(self, p: fmpq_mpoly, kind: str) -> int | None:
        """The index of the atom if the polynomial is just one atom of this kind."""
        powers = [(k, e) for m in p.monoms() for k, e in enumerate(m) if e]
        if len(p) == 1 and len(powers) == 1 and powers[0][1] == 1 and self.atoms[powers[0][0]][0] == kind:
            return powers[0][0]
        return None

    def _all_positive(self, p: fmpq_mpoly) -> bool:
        """Whether the polynomial is positive for its form: positive coefficients, atoms that are always positive."""
        return all(
            c > 0 and all(self.atoms[k][0] in ("exp", "pi") for k, e in enumerate(m) if e)
            for m, c in p.to_dict().items()
        )

    def log(self, u: Fraction) -> Fraction:
        num, den = u
        if not num.is_zero() and self._all_positive(num) and self._all_positive(den):
            return self.add(self._log_positive(num), self._log_positive(den), -1)
        return self.generator(self.atom(("log", normal_form_key(u)), u)), self.one

    def _log_positive(self, p: fmpq_mpoly) -> Fraction:
        """log of a polynomial with positive coefficients in exp atoms and pi: content and exponents come out."""
        common = [min(es) for es in zip(*p.monoms(), strict=True)]
        total = self.rational(fmpq(0))
        for index, exponent in enumerate(common):
            if exponent and self.atoms[index][0] == "exp":
                inside = self.meaning[index]
                if inside is None:
                    raise Reject("an exponential without an argument", "normal-form")
                total = self.add(total, self.mul(self.rational(fmpq(exponent)), inside))
            else:
                common[index] = 0
        p = p / self.context.from_dict({tuple(common): 1})
        scale = content(p)
        for prime, multiplicity in factor(scale):
            atom = self.atom(("log", prime), self.rational(fmpq(prime)))
            total = self.add(total, (self.generator(atom) * multiplicity, self.one))
        p = p / scale
        if not p.is_one():
            atom = self.atom(("log", normal_form_key((p, self.one))), (p, self.one))
            total = self.add(total, (self.generator(atom), self.one))
        return total

    def power(self, u: Fraction, exponent: fmpq) -> Fraction:
        if exponent.q == 1:
            return self._int_power(u, int(exponent.p))
        num, den = u
        if num.is_zero():
            if exponent < 0:
                raise Reject("a negative power of zero", "normal-form")
            return u
        if len(num) == len(den) == 1 and self._all_positive(num) and self._all_positive(den):
            return self._power_of_positive_monomial(u, exponent)
        scale = content(num) / content(den)
        outside = self._power_of_positive_monomial(self.rational(scale), exponent)
        primitive = (num / scale, den)
        return self.mul(outside, self._root(("root", normal_form_key(primitive)), primitive, exponent))

    def _power_of_positive_monomial(self, u: Fraction, exponent: fmpq) -> Fraction:
        """(c pi**k exp(v))**r for rational c > 0: each factor is positive, so the power splits."""
        result = self.rational(fmpq(1))
        for p, sign in ((u[0], 1), (u[1], -1)):
            r = exponent * sign
            for prime, multiplicity in factor(content(p)):
                power = self._root(("root", prime), self.rational(fmpq(prime)), r * multiplicity)
                result = self.mul(result, power)
            for index, e in enumerate(p.monoms()[0]):
                if e and self.atoms[index][0] == "pi":
                    base = (self.generator(index), self.one)
                    result = self.mul(result, self._root(("root", "pi"), base, r * e))
                elif e:
                    inside = self.meaning[index]
                    if inside is None:
                        raise Reject("an exponential without an argument", "normal-form")
                    result = self.mul(result, self.exp(self.mul(self.rational(r * e), inside)))
        return result

    def _root(self, key: Key, base: Fraction, exponent: fmpq) -> Fraction:
        """base**exponent through the atom base**(1/q), whose q-th power is the base."""
        order = self.orders.setdefault(key, int(exponent.q))
        if order % int(exponent.q):
            self.orders[key] = int(fmpz(order).lcm(fmpz(int(exponent.q))))
            if self.orders[key] > 1000:
                raise Refuse("normal form", "a root of too high an order")
            raise _Restart
        if order == 1:
            return self._int_power(base, int(exponent.p))
        whole = int(exponent.p) // int(exponent.q)
        rest = exponent - whole
        result = self._int_power(base, whole)
        if rest == 0:
            return result
        known = key in self._index
        atom = self.atom(key, base)
        if not known:
            self._relations.append((atom, order, base))
        return self.mul(result, (self.generator(atom, int((rest * order).p)), self.one))

    # -- angles --------------------------------------------------------------------------

    def cos_sin(self, u: Fraction) -> tuple[Fraction, Fraction]:
        """(cos u, sin u) by the addition theorems over the monomials of u."""
        pair = (self.rational(fmpq(1)), self.rational(fmpq(0)))
        for key, coefficient, monomial in self._summands(u):
            pair = self._rotate(pair, self._angle(key, coefficient, monomial))
        return pair

    def _rotate(
        self, a: tuple[Fraction, Fraction], b: tuple[Fraction, Fraction]
    ) -> tuple[Fraction, Fraction]:
        cosine = self.add(self.mul(a[0], b[0]), self.mul(a[1], b[1]), -1)
        return cosine, self.add(self.mul(a[1], b[0]), self.mul(a[0], b[1]))

    def _angle(self, key: Key, coefficient: fmpq, monomial: Fraction) -> tuple[Fraction, Fraction]:
        twelfths = coefficient * 12
        if self._single_atom(monomial[0], "pi") is not None and monomial[1].is_one() and twelfths.q == 1:
            k = int(twelfths.p) % 24
            cosine, sine = (self._cos_twelfth(j % 24) for j in (k, k - 6))
            if cosine is not None and sine is not None:
                return cosine, sine
        multiple = self._multiple("angle", key, coefficient)
        if multiple is None or abs(multiple) > MAX_ANGLE:
            raise Refuse("normal form", f"a multiple of an angle above {MAX_ANGLE}")
        argument = (monomial[0] * self.units["angle", key], monomial[1])
        known = ("cos", key) in self._index
        cos_atom, sin_atom = self.atom(("cos", key), argument), self.atom(("sin", key), argument)
        if not known:
            square = self.one - self.generator(cos_atom, 2)
            self._relations.append((sin_atom, 2, (square, self.one)))
        base = (
            (self.generator(cos_atom), self.one),
            (self.generator(sin_atom) * (1 if multiple > 0 else -1), self.one),
        )
        result = base
        for _ in range(abs(multiple) - 1):
            result = self._rotate(result, base)
        return result

    def _cos_twelfth(self, k: int) -> Fraction | None:
        text = _TWELFTHS.get(min(k, 24 - k))
        if text is None:
            return None
        sign = -1 if text.startswith("-") else 1
        text = text.lstrip("-")
        if text.startswith("r"):
            prime = int(text[1])
            root = self._root(("root", prime), self.rational(fmpq(prime)), HALF)
            return self.mul(root, self.rational(fmpq(sign, 2)))
        return self.rational(sign * fmpq(1, 2) if text == "1/2" else fmpq(sign * int(text)))

    def odd(self, name: str, u: Fraction) -> Fraction:
        """An odd function without other rewritings, as an atom with the sign of its argument normalised."""
        num, den = u
        if num.is_zero():
            return u
        sign = 1 if num.leading_coefficient() > 0 else -1
        argument = (num * sign, den)
        atom = self.atom((name, normal_form_key(argument)), argument)
        return self.generator(atom) * sign, self.one
