"""Bounds of terms on a span by small steps: which lemma of Export.v shows each, down to what `interval` can do.

The enclosures are the checker's, with open and closed ends; here they only say what is worth trying. Each bound
becomes one assertion of a proof script, so a node that is needed twice is bounded once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from flint import arb, fmpq

from invexcheck.balls import precision
from invexcheck.goals import Point, Span
from invexcheck.intervals import Interval, Undefined, evaluate
from invexcheck.session import Session
from invexproof.rocq.expressions import ATOM, ExportError, Expressions, rational

BITS = 53
MARGIN = 1e-7
"""How far an enclosure must be from a bound for `interval` to be asked; nearer ones are shown by lemmas."""
TINY = arb(2) ** -200
"""The same for constants, with 250 bits."""
ZERO, ONE = fmpq(0), fmpq(1)

INCREASING = {
    "exp": "exp_increases", "log": "ln_increases", "sqrt": "sqrt_increases", "sigmoid": "sigmoid_increases",
    "softplus": "softplus_increases", "atan": "atan_increases", "sinh": "sinh_increases",
    "tanh": "tanh_increases", "erf": "erf_increases", "asinh": "arcsinh_increases",
}  # fmt: skip
VALUES_AT_ZERO = {
    "exp": (ONE, "exp_0"), "sqrt": (ZERO, "sqrt_0"), "atan": (ZERO, "atan_0"), "sinh": (ZERO, "sinh_0"),
    "tanh": (ZERO, "value_tanh_0"), "erf": (ZERO, "erf_0"), "asinh": (ZERO, "arcsinh_0"),
    "sigmoid": (fmpq(1, 2), "value_sigmoid_0"),
}  # fmt: skip
ALWAYS_ABOVE = {
    ("exp", ZERO): "exp_pos", ("sigmoid", ZERO): "sigmoid_pos", ("softplus", ZERO): "softplus_pos",
    ("tanh", fmpq(-1)): "tanh_gt_1", ("cosh", ZERO): "cosh_pos", ("erf", fmpq(-1)): "erf_gt_m1",
}  # fmt: skip
ALWAYS_BELOW = {("sigmoid", ONE): "sigmoid_lt_1", ("tanh", ONE): "tanh_lt_1", ("erf", ONE): "erf_lt_1"}


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
        if self.is_linear(bound.term) and self._rational_ends():
            return "lra."
        closed_form = not self.mentions(bound.term, "erf")
        fixed = not terms.names[bound.term] or (self.bounded and self._has_closed_margin(bound))
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

    def _rational_ends(self) -> bool:
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
        side = self.box["x"]
        closed = {"x": Interval(side.lo, side.hi)}
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


Handler = Callable[[Bounds, Bound], "str | None"]


def _flag(strict: bool) -> str:
    return "true" if strict else "false"


def _split(bounds: Bounds, bound: Bound, first: int, second: int, second_above: bool) -> str | None:
    """Bounds of two summands that make the bound of their sum; the second counts negatively if its side differs."""
    a, b = bounds.end(first, bound.above), bounds.end(second, second_above)
    if a is None or b is None:
        return None
    sign = 1 if second_above == bound.above else -1
    total = a[0] + sign * b[0]
    slack = total - bound.at if bound.above else bound.at - total
    if slack < 0 or (slack == 0 and bound.strict and not (a[1] or b[1])):
        return None
    if slack == 0:
        p, q = a[0], b[0]
        strict = (a[1] and bound.strict, b[1] and bound.strict)
    else:
        p = simple_below(a[0], slack / 2) if bound.above else simple_above(a[0], slack / 2)
        q = (bound.at - p) * sign
        strict = (p != a[0] or a[1], q != b[0] or b[1])
        if bound.strict and not any(strict):
            return None
    h1 = bounds.prove(first, bound.above, p, strict[0])
    h2 = bounds.prove(second, second_above, q, strict[1])
    name = f"{'add' if sign > 0 else 'sub'}_{'lower' if bound.above else 'upper'}"
    flags, numbers = " ".join(map(_flag, strict)), " ".join(map(rational, (p, q, bound.at)))
    step = f"{name} {flags} {numbers} _ _ {h1} {h2}"
    finish = "" if bound.strict or not any(strict) else "apply Rlt_le; "
    return f"{finish}refine ({step} _); lra."


def _add(bounds: Bounds, bound: Bound) -> str | None:
    _, a, b = bounds.session.terms.nodes[bound.term]
    return _split(bounds, bound, a, b, bound.above)


def _sub(bounds: Bounds, bound: Bound) -> str | None:
    _, a, b = bounds.session.terms.nodes[bound.term]
    return _split(bounds, bound, a, b, not bound.above)


def _neg(bounds: Bounds, bound: Bound) -> str | None:
    inner = bounds.session.terms.nodes[bound.term][1]
    h = bounds.prove(inner, not bound.above, -bound.at, bound.strict)
    name = "neg_lower" if bound.above else "neg_upper"
    return f"refine ({name} {_flag(bound.strict)} {rational(-bound.at)} {rational(bound.at)} _ {h} _); lra."


@dataclass(frozen=True)
class Factor:
    """A factor of a product: a term, or the inverse of one."""

    term: int
    inverse: bool = False

    def ends(self, bounds: Bounds) -> Interval | None:
        found = bounds.enclosure(self.term)
        if found is None or not self.inverse:
            return found
        zero, infinity = arb(0), arb("inf")
        if found.positive:
            low = zero if not found.hi.is_finite() else (1 / found.hi).lower()
            high = infinity if (found.lo == 0) is True else (1 / found.lo).upper()
            return Interval(low, high, not found.hi.is_finite() or found.hi_open, found.lo_open)
        if found.negative:
            low = -infinity if (found.hi == 0) is True else (1 / found.hi).lower()
            high = zero if not found.lo.is_finite() else (1 / found.lo).upper()
            return Interval(low, high, found.hi_open, not found.lo.is_finite() or found.lo_open)
        return None

    def prove(self, bounds: Bounds, above: bool, at: fmpq, strict: bool) -> str:
        if not self.inverse:
            return bounds.prove(self.term, above, at, strict)
        found = bounds.enclosure(self.term)
        text = bounds.expressions.real(self.term, ATOM)
        sign = "<" if strict else "<="
        statement = f"{rational(at)} {sign} / {text}" if above else f"/ {text} {sign} {rational(at)}"
        if at == 0 and found is not None and above == found.positive:
            h = bounds.sign(self.term, ">" if above else "<")
            lemma = "inv_positive" if above else "inv_negative"
            weak = "" if strict else "apply Rlt_le; "
            return bounds.script.fact(statement, f"{weak}exact ({lemma} _ {h}).")
        if at > 0 and found is not None and found.positive:
            p = 1 / at
            h = bounds.prove(self.term, not above, p, strict)
            if above:
                positive = bounds.sign(self.term, ">")
                step = f"inv_lower {_flag(strict)} {rational(p)} {rational(at)} _ {positive} {h} _ _"
            else:
                step = f"inv_upper {_flag(strict)} {rational(p)} {rational(at)} _ {h} _ _"
            return bounds.script.fact(statement, f"refine ({step}); lra.")
        raise ExportError(bounds.failure(self.term, f"such that its inverse is {sign} {at}"))


def _mul(bounds: Bounds, bound: Bound) -> str | None:
    _, a, b = bounds.session.terms.nodes[bound.term]
    if a == b and bound.above and bound.at <= 0 and not bound.strict:
        return "apply Rle_trans with 0; [lra|apply square_lower]."
    return _product(bounds, bound, Factor(a), Factor(b))


def _div(bounds: Bounds, bound: Bound) -> str | None:
    _, a, b = bounds.session.terms.nodes[bound.term]
    step = _product(bounds, bound, Factor(a), Factor(b, inverse=True))
    return None if step is None else f"unfold Rdiv. {step}"


def _product(bounds: Bounds, bound: Bound, a: Factor, b: Factor) -> str | None:
    first, second = a.ends(bounds), b.ends(bounds)
    if first is None or second is None:
        return None
    signs = [1 if side.nonnegative else -1 if side.nonpositive else 0 for side in (first, second)]
    if 0 not in signs and bound.at == 0 and (signs[0] * signs[1] > 0) == bound.above:
        strict = [side.positive or side.negative for side in (first, second)]
        if bound.strict and not all(strict):
            return None
        names = {1: "pos", -1: "neg"}
        hs = [
            factor.prove(bounds, sign > 0, ZERO, known)
            for factor, sign, known in zip((a, b), signs, strict, strict=True)
        ]
        weak = "apply Rlt_le; " if all(strict) and not bound.strict else ""
        flags = " ".join(_flag(known) for known in strict)
        return f"{weak}exact (mul_{names[signs[0]]}_{names[signs[1]]} {flags} _ _ {hs[0]} {hs[1]})."
    if 0 not in signs and (signs[0] * signs[1] > 0) == (bound.at > 0):
        return _scaled(bounds, bound, (a, b), (first, second), signs)
    ends = [first.lo, first.hi, second.lo, second.hi]
    if all(end.is_finite() for end in ends):
        return _corners(bounds, bound, (a, b), (first, second))
    if 0 not in signs and (signs[0] * signs[1] > 0) == bound.above:
        # a positive product above a negative number
        h = Bound(bound.term, bound.above, ZERO, False)
        name = bounds.prove(h.term, h.above, h.at, h.strict)
        return f"revert {name}; lra."
    return None


def _scaled(
    bounds: Bounds,
    bound: Bound,
    factors: tuple[Factor, Factor],
    sides: tuple[Interval, Interval],
    signs: list[int],
) -> str | None:
    """Away from 0: a product of two positive lower bounds, or of two upper bounds, and the mirror images."""
    positive = signs[0] == signs[1]
    far = bound.above == positive  # whether absolute values are bounded from below
    ends, opens = [], []
    for side, sign in zip(sides, signs, strict=True):
        low_end = (sign > 0) == far
        end, is_open = (side.lo, side.lo_open) if low_end else (side.hi, side.hi_open)
        if not end.is_finite() or (end == 0) is True:
            return None
        ends.append(exact(end))
        opens.append(is_open)
    slack = abs(ends[0] * ends[1]) - abs(bound.at)
    slack = slack if far else -slack
    if slack < 0 or (slack == 0 and bound.strict and not any(opens)):
        return None
    if slack == 0:
        p, q = ends
    else:
        half = abs(ends[0]) * slack / (abs(ends[0] * ends[1]) if far else abs(bound.at)) / 2
        size = simple_below(abs(ends[0]), half) if far else simple_above(abs(ends[0]), half)
        p = size * signs[0]
        q = bound.at / p
    strict = [p != ends[0] or opens[0], q != ends[1] or opens[1]]
    if bound.strict and not any(strict):
        return None
    above = [(sign > 0) == far for sign in signs]
    h1 = factors[0].prove(bounds, above[0], p, strict[0])
    h2 = factors[1].prove(bounds, above[1], q, strict[1])
    weak = "apply Rlt_le; " if any(strict) and not bound.strict else ""
    flags = f"{_flag(strict[0])} {_flag(strict[1])}"
    numbers = f"{rational(p)} {rational(q)} {rational(bound.at)}"
    name = SCALED[far, signs[0], signs[1]]
    if far:
        return f"{weak}refine ({name} {flags} {numbers} _ _ {h1} {h2} _ _ _); lra."
    g1 = factors[0].prove(bounds, signs[0] > 0, ZERO, False)
    g2 = factors[1].prove(bounds, signs[1] > 0, ZERO, False)
    return f"{weak}refine ({name} {flags} {numbers} _ _ {h1} {h2} {g1} {g2} _ _ _); lra."


SCALED = {
    (True, 1, 1): "mul_lower",
    (True, -1, -1): "mul_lower_negative",
    (True, 1, -1): "mul_upper_negative",
    (True, -1, 1): "mul_upper_negative_left",
    (False, 1, 1): "mul_upper",
    (False, -1, -1): "mul_upper_negatives",
    (False, 1, -1): "mul_lower_mixed",
    (False, -1, 1): "mul_lower_mixed_left",
}
"""The lemma on a product away from 0, by whether sizes are bounded from below, and the signs of the factors."""


def _corners(
    bounds: Bounds, bound: Bound, factors: tuple[Factor, Factor], sides: tuple[Interval, Interval]
) -> str | None:
    corners = [exact(x) * exact(y) for x in (sides[0].lo, sides[0].hi) for y in (sides[1].lo, sides[1].hi)]
    slack = min(corners) - bound.at if bound.above else bound.at - max(corners)
    if slack <= 0:
        return None
    size = max(abs(exact(end)) for side in sides for end in (side.lo, side.hi)) + 1
    room = slack / (4 * size)
    ends, names = [], []
    for factor, side in zip(factors, sides, strict=True):
        for above, end in ((True, side.lo), (False, side.hi)):
            value = simple_below(exact(end), room) if above else simple_above(exact(end), room)
            ends.append(value)
            names.append(factor.prove(bounds, above, value, False))
    name = "mul_corners_lower" if bound.above else "mul_corners_upper"
    numbers = " ".join(rational(v) for v in (*ends, bound.at))
    weak = "" if bound.strict else "apply Rlt_le; "
    return f"{weak}refine ({name} {numbers} _ _ {' '.join(names)} _ _ _ _); lra."


def _pow(bounds: Bounds, bound: Bound) -> str | None:
    _, base, exponent = bounds.session.terms.nodes[bound.term]
    side = bounds.enclosure(base)
    if side is None:
        return None
    weak = "" if bound.strict else "apply Rlt_le; "
    if exponent.q != 1:
        if bound.above and bound.at <= 0 and side.positive:
            return (
                f"apply Rle_lt_trans with 0; [lra|]. exact (qpower_positive _ _ {bounds.sign(base, '>')})."
                if (bound.strict)
                else f"apply Rle_trans with 0; [lra|]. apply Rlt_le, (qpower_positive _ _ {bounds.sign(base, '>')})."
            )
        return None
    n = int(exponent.p)
    if n < 0:
        factor = Factor(bounds.session.terms.node("pow", base, fmpq(-n)), inverse=True)
        return f"exact {factor.prove(bounds, bound.above, bound.at, bound.strict)}."
    if n == 1:
        return f"rewrite pow_1; exact {bounds.prove(base, bound.above, bound.at, bound.strict)}."
    if bound.at == 0 or (bound.above and n % 2 == 0 and bound.at < 0):
        return _power_sign(bounds, bound, base, n, side, weak)
    if bound.at > 0 and n % 2 == 0 and side.nonpositive and not side.nonnegative:
        mirrored = bounds.session.terms.node("pow", bounds.session.terms.node("neg", base), exponent)
        h = bounds.prove(mirrored, bound.above, bound.at, bound.strict)
        text, other = (bounds.expressions.real(t, ATOM) for t in (bound.term, mirrored))
        return f"replace {text} with {other} by ring; exact {h}."
    if bound.at > 0 and (side.nonnegative):
        h0 = bounds.sign(base, ">=")
        return _power_size(bounds, bound, base, n, h0)
    return None


def _power_sign(bounds: Bounds, bound: Bound, base: int, n: int, side: Interval, weak: str) -> str | None:
    if bound.above and bound.at < 0:
        name = bounds.prove(bound.term, True, ZERO, False)
        return f"revert {name}; lra."
    if bound.above and n % 2 == 0:
        if not bound.strict:
            return f"exact (power_even _ {n // 2})."
        return f"exact (power_even_strict _ {n // 2} {bounds.nonzero(base)})."
    if bound.above and side.nonnegative:
        if bound.strict:
            return f"exact (power_positive _ {n} {bounds.sign(base, '>')})." if side.positive else None
        return f"exact (power_weak _ {n} {bounds.sign(base, '>=')})."
    if not bound.above and n % 2 == 1 and side.nonpositive:
        if bound.strict:
            return (
                f"exact (power_odd_negative _ {n // 2} {bounds.sign(base, '<')})." if side.negative else None
            )
        return f"exact (power_odd_weak _ {n // 2} {bounds.sign(base, '<=')})."
    return None


def _power_size(bounds: Bounds, bound: Bound, base: int, n: int, nonnegative: str) -> str | None:
    found = bounds.end(base, bound.above)
    if found is None:
        return None
    end, is_open = found
    slack = end**n - bound.at if bound.above else bound.at - end**n
    if slack < 0 or (slack == 0 and bound.strict and not is_open):
        return None
    p = end
    if slack > 0:
        step = abs(end) / 2 + 1
        while True:
            p = simple_below(end, step) if bound.above else simple_above(end, step)
            if p >= 0 and ((p**n >= bound.at) if bound.above else (p**n <= bound.at)):
                break
            step /= 4
    strict = is_open or p != end
    h = bounds.prove(base, bound.above, p, strict and bound.strict)
    numbers = f"{rational(p)} {rational(bound.at)}"
    suffix = "_strict" if bound.strict else ""
    count = n - 1 if bound.strict else n
    if bound.strict and not strict:
        return None
    if bound.above:
        return f"refine (power_lower{suffix} {numbers} _ {count} _ {h} _); simpl; lra."
    return f"refine (power_upper{suffix} {numbers} _ {count} {nonnegative} {h} _); simpl; lra."


def _increasing(bounds: Bounds, bound: Bound) -> str | None:
    terms = bounds.session.terms
    op, inner = terms.nodes[bound.term][:2]
    always = ALWAYS_ABOVE if bound.above else ALWAYS_BELOW
    for (name, limit), lemma in always.items():
        if name == op and ((bound.at <= limit) if bound.above else (bound.at >= limit)):
            return f"generalize ({lemma} {bounds.expressions.real(inner, ATOM)}); lra."
    if op not in INCREASING:
        return None
    if op == "sqrt" and bound.above and bound.at < 0:
        return f"generalize (sqrt_pos {bounds.expressions.real(inner, ATOM)}); lra."
    if op == "sqrt" and bound.above and bound.at == 0 and not bound.strict:
        return "apply sqrt_pos."
    found = bounds.end(inner, bound.above)
    if found is None:
        return None
    end, is_open = found
    start = _preimage(bounds, op, bound, end)
    if start is None:
        return None
    strict = is_open or start != end
    if bound.strict and not strict and not _strictly_beyond(bounds, op, bound, start):
        return None
    domain = "everywhere"
    shown = "exact I"
    if op in ("log", "sqrt"):
        domain = "(fun a => 0 < a)" if op == "log" else "(fun a => 0 <= a)"
        shown = "lra"
        if not bound.above:
            relation = ">" if op == "log" else ">="
            shown = f"exact {bounds.sign(inner, relation)}"
    h = bounds.prove(inner, bound.above, start, strict and bound.strict)
    name = "incr_lower" if bound.above else "incr_upper"
    function = FUNCTION[op]
    at_zero = VALUES_AT_ZERO.get(op)
    value = "enclose"
    if start == 0 and at_zero is not None:
        value = f"rewrite {at_zero[1]}; lra"
    elif op == "erf":
        value = "enclose_erf"
    elif op == "log" and start == 1:
        value = "rewrite ln_1; lra"
    if bound.strict and not strict:
        return (
            f"refine ({name}_value {function} {domain} {rational(start)} {rational(bound.at)} _ "
            f"{INCREASING[op]} _ {h} _); [{shown}|{value}]."
        )
    flag = _flag(strict and bound.strict)
    return (
        f"refine ({name} {function} {domain} {flag} {rational(start)} {rational(bound.at)} _ "
        f"{INCREASING[op]} _ {h} _); [{shown}|{value}]."
    )


FUNCTION = {
    "exp": "exp", "log": "ln", "sqrt": "sqrt", "sigmoid": "sigmoid", "softplus": "softplus", "atan": "atan",
    "sinh": "sinh", "tanh": "tanh", "erf": "erf", "asinh": "arcsinh",
}  # fmt: skip


def _value(bounds: Bounds, op: str, at: fmpq) -> arb | None:
    with precision(64):
        try:
            return bounds.session.value(bounds.session.terms.node(op, bounds.session.terms.rational(at)))
        except Undefined:
            return None


def _strictly_beyond(bounds: Bounds, op: str, bound: Bound, start: fmpq) -> bool:
    value = _value(bounds, op, start)
    return value is not None and ((value > bound.at) if bound.above else (value < bound.at)) is True


def _preimage(bounds: Bounds, op: str, bound: Bound, end: fmpq) -> fmpq | None:
    """A short number on the right side of the end whose image is still beyond the bound."""
    at_zero = VALUES_AT_ZERO.get(op)
    if at_zero is not None and at_zero[0] == bound.at and (end >= 0 if bound.above else end <= 0):
        return ZERO
    if op == "log" and bound.at == 0 and (end >= 1 if bound.above else end <= 1):
        return ONE
    if not _strictly_beyond(bounds, op, bound, end):
        return None
    step = (abs(end) + 1) / 2
    for _ in range(60):
        start = simple_below(end, step) if bound.above else simple_above(end, step)
        if _strictly_beyond(bounds, op, bound, start) and (op != "log" or start > 0):
            return start
        step /= 4
    return end


def _cosh(bounds: Bounds, bound: Bound) -> str | None:
    inner = bounds.session.terms.nodes[bound.term][1]
    if bound.above and bound.at < 1:
        return f"generalize (cosh_ge_1 {bounds.expressions.real(inner, ATOM)}); lra."
    if bound.above and bound.at == 1 and not bound.strict:
        return "apply cosh_ge_1."
    if bound.above and bound.at == 1:
        return f"exact (cosh_gt_1 _ {bounds.nonzero(inner)})."
    return None


def _var(bounds: Bounds, bound: Bound) -> str | None:
    found = bounds.end(bound.term, bound.above)
    if found is None:
        return None
    return "lra." if bounds._rational_ends() else "ends."


HANDLERS: dict[str, Handler] = {
    "var": _var, "add": _add, "sub": _sub, "neg": _neg, "mul": _mul, "div": _div, "pow": _pow, "cosh": _cosh,
    **dict.fromkeys(INCREASING, _increasing),
}  # fmt: skip


def point_text(expressions: Expressions, point: Point, limit: int = ATOM) -> str:
    """A point as an expression; a rational, or a constant of closed form."""
    if point.bracket is not None:
        raise ExportError("a point that is given only as a zero of a term cannot be exported yet")
    return rational(point.value) if point.value is not None else expressions.real(point.term, limit)
