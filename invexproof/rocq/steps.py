"""One small step for each operation: the lemma of SmallSteps.v that bounds it, from bounds of its arguments."""

from __future__ import annotations

from collections.abc import Callable

from flint import arb, fmpq

from invexcheck.balls import precision
from invexcheck.intervals import Interval, Undefined
from invexproof.rocq.bounds import ONE, ZERO, Bound, Bounds, simple_above, simple_below
from invexproof.rocq.expressions import ATOM, rational
from invexproof.rocq.products import Factor, divide, flag, multiply

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

Handler = Callable[[Bounds, Bound], "str | None"]


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
    flags, numbers = " ".join(map(flag, strict)), " ".join(map(rational, (p, q, bound.at)))
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
    return f"refine ({name} {flag(bound.strict)} {rational(-bound.at)} {rational(bound.at)} _ {h} _); lra."


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
    how = flag(strict and bound.strict)
    return (
        f"refine ({name} {function} {domain} {how} {rational(start)} {rational(bound.at)} _ "
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
    return "lra." if bounds.rational_ends() else "ends."


HANDLERS: dict[str, Handler] = {
    "var": _var, "add": _add, "sub": _sub, "neg": _neg, "mul": multiply, "div": divide, "pow": _pow, "cosh": _cosh,
    **dict.fromkeys(INCREASING, _increasing),
}  # fmt: skip
