"""Tactics for sign and analyticity goals: from a goal to a step, or None.

Each tactic proposes one step; the checker's rule says what remains, and the remaining goals are solved in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flint import fmpq

from invexcheck.asymptotics import tail
from invexcheck.balls import precision
from invexcheck.errors import Refuse, Reject
from invexcheck.goals import (
    POSITIVE,
    REVERSED,
    STRICT,
    WEAKENED,
    Analytic,
    Goal,
    Obligation,
    Point,
    Sign,
    Span,
)
from invexcheck.intervals import Undefined
from invexcheck.rules.calculus import LIMIT_PRECISION
from invexproof.provers.polynomials import conjugates, factors
from invexproof.provers.trees import MAX_LEAVES, TreeBuilder
from invexproof.provers.workshop import HOLE, Step, Stuck, Workshop, fill, span_key

Tactic = Callable[[Workshop, Sign, int, Any], Step | None]
"""From a goal, a depth and the tactics for what remains to a step."""
Tactics = tuple[Tactic, ...]

MAX_DEPTH = 5
TAIL_DEPTH = 5
CALCULUS_COST = 2
"""How much depth a derivative costs: second derivatives settle tails, higher ones only swell."""
TAIL_CUTS = (1, 2, 3, 4, 6, 8, 12, 16, 32, 64, 256, 1024, 2**14, 2**20, 2**30)
POINT_PRECISIONS = (64, 256, 1024, 2048)


def solve(shop: Workshop, goal: Goal, depth: int = MAX_DEPTH) -> Step | None:
    """A proof of a sign or analyticity goal."""
    return _solve(shop, goal, depth, TACTICS)


def _solve(shop: Workshop, goal: Goal, depth: int, tactics: Tactics) -> Step | None:
    shop.spend()
    if isinstance(goal, Analytic):
        return _analytic(shop, goal)
    if not isinstance(goal, Sign):
        return None
    key = (goal.term, goal.relation, span_key(goal.span), tactics is TACTICS)
    if depth <= shop.failed.get(key, -1):
        return None
    at_point = goal.span.point is not None
    if at_point or not contradicted(shop, goal):
        for tactic in POINT_TACTICS if at_point else tactics:
            step = tactic(shop, goal, depth, tactics)
            if step is not None:
                return step
    shop.failed[key] = max(depth, shop.failed.get(key, -1))
    return None


def complete(
    shop: Workshop, goal: Goal, step: Step, depth: int, tactics: Tactics | None = None
) -> Step | None:
    """Fill the holes of a skeleton step, or None if the rule rejects it or a hole resists."""
    obligations = shop.obligations(goal, step)
    if obligations is None:
        return None
    for obligation in obligations:
        found = _solve(shop, obligation.goal, depth, tactics or TACTICS)
        if found is None:
            return None
        fill(step, obligation.path, found)
    return step


def _analytic(shop: Workshop, goal: Analytic) -> Step | None:
    builder = TreeBuilder(shop, goal, 1024, 64)
    step = builder.build()
    if step is None:
        shop.stuck.append(_stuck(goal, builder))
    return step


def _stuck(goal: Goal, builder: TreeBuilder) -> Stuck:
    box = builder.worst
    return Stuck(goal, None if box is None else (box.lo.str(12, radius=False), box.hi.str(12, radius=False)))


# -- samples ------------------------------------------------------------------------------


def inside(shop: Workshop, span: Span, count: int = 5) -> list[Point]:
    """Some rational points strictly inside a span."""
    low, high = (None if p is None else approximate(shop, p) for p in (span.lower, span.upper))
    if low is None and high is None:
        return [shop.rational(k) for k in (-7, -2, 1, 3, 11)]
    if low is None or high is None:
        end, sign = (high, -1) if low is None else (low, 1)
        if end is None:
            raise ValueError("a half-line has one finite end")
        return [shop.rational(end + sign * d) for d in (fmpq(1, 8), fmpq(1), fmpq(5), fmpq(40), fmpq(1000))]
    return [shop.rational(low + (high - low) * fmpq(k, count + 1)) for k in range(1, count + 1)]


def approximate(shop: Workshop, point: Point) -> fmpq:
    """A rational near a point (the point itself if it is rational)."""
    if point.value is not None:
        return point.value
    with precision(128):
        man, exp = shop.session.ball(point).mid().man_exp()
    return fmpq(man) * fmpq(2) ** int(exp)


def contradicted(shop: Workshop, goal: Sign) -> bool:
    """Whether the goal fails at a sample point."""
    wanted = 1 if POSITIVE[goal.relation] else -1
    for point in inside(shop, goal.span):
        with precision(128):
            try:
                value = shop.session.enclosure(goal.term, Span.at(point))
            except (Undefined, Reject):
                continue
            if (value.negative and wanted > 0) or (value.positive and wanted < 0):
                return True
    return False


# -- tactics ------------------------------------------------------------------------------


def _point(shop: Workshop, goal: Sign, depth: int, tactics: Tactics) -> Step | None:
    for bits in POINT_PRECISIONS:
        step = TreeBuilder(shop, goal, 1, bits).build()
        if step is not None:
            return step
    return None


def _exact_zero(shop: Workshop, goal: Sign, depth: int, tactics: Tactics) -> Step | None:
    if STRICT[goal.relation]:
        return None
    return complete(shop, goal, {"rule": "zero"}, depth, tactics)


def _whole(shop: Workshop, goal: Sign, depth: int, tactics: Tactics) -> Step | None:
    return TreeBuilder(shop, goal, 1, 64).build()


def _exact(name: str) -> Tactic:
    def tactic(shop: Workshop, goal: Sign, depth: int, tactics: Tactics) -> Step | None:
        return complete(shop, goal, {"rule": name}, depth, tactics)

    return tactic


def _small_tree(shop: Workshop, goal: Sign, depth: int, tactics: Tactics) -> Step | None:
    return TreeBuilder(shop, goal, 48, 64).build()


def _large_tree(shop: Workshop, goal: Sign, depth: int, tactics: Tactics) -> Step | None:
    if depth < MAX_DEPTH - 2 or _is_half_line(goal):
        return None
    for bits in (64, 256):
        builder = TreeBuilder(shop, goal, MAX_LEAVES, bits)
        step = builder.build()
        if step is not None:
            return step
    shop.stuck.append(_stuck(goal, builder))
    return None


def _product(shop: Workshop, goal: Sign, depth: int, tactics: Tactics) -> Step | None:
    if depth <= 0:
        return None
    half_line = (goal.span.lower is None) != (goal.span.upper is None)
    at = inside(shop, goal.span)[-1] if half_line else None
    found = factors(shop.session, goal.term, at)
    if found is None or (len(found) == 1 and found[0].term == goal.term):
        return None
    parts = _signed_parts(shop, goal, [(f.term, f.multiplicity) for f in found])
    if parts is None:
        return None
    step: Step = {"rule": "product", "parts": parts}
    # without parameters a factor is no easier to cut than the term; with them it may be free of them
    within = TAIL_TACTICS if half_line and not shop.session.parameters else tactics
    return complete(shop, goal, step, depth - 1, within)


def _signed_parts(shop: Workshop, goal: Sign, found: list[tuple[int, int]]) -> list[Step] | None:
    """Parts with their expected signs; those whose sign one enclosure shows are merged into one."""
    terms = shop.session.terms
    easy: list[int] = []
    easy_positive = True
    parts: list[Step] = []
    sample = inside(shop, goal.span)
    for term, multiplicity in found:
        power = terms.power(term, fmpq(multiplicity))
        sign = _easy_sign(shop, power, goal.span)
        if sign is not None:
            easy.append(power)
            easy_positive = easy_positive is (sign > 0)
            continue
        expected = next((s for p in sample if (s := shop.sign(term, p)) is not None), None)
        if expected is None:
            return None
        strict = STRICT[goal.relation]
        if multiplicity > 0 and (multiplicity % 2 or strict):
            relation = (">" if expected > 0 else "<") if strict else (">=" if expected > 0 else "<=")
            parts += [
                {"term": shop.line(term), "relation": relation, "by": HOLE} for _ in range(multiplicity)
            ]
        elif multiplicity > 0:
            parts.append({"term": shop.line(power), "relation": ">=", "by": HOLE})
        else:
            relation = ">" if expected > 0 or multiplicity % 2 == 0 else "<"
            parts.append({"term": shop.line(power), "relation": relation, "by": HOLE})
    if easy:
        merged = easy[0]
        for term in easy[1:]:
            merged = terms.mul(merged, term)
        parts.insert(0, {"term": shop.line(merged), "relation": ">" if easy_positive else "<", "by": HOLE})
    return [dict(part) for part in parts]


def _structural(shop: Workshop, goal: Sign, depth: int, tactics: Tactics) -> Step | None:
    """The term as written: a product of two signs, or a sum of two terms of the goal's sign."""
    node = shop.session.terms.nodes[goal.term]
    if depth <= 0 or node[0] not in ("mul", "add", "sub", "neg", "div"):
        return None
    operands = _operands(shop, node)
    sample = inside(shop, goal.span)[-1]
    signs = [shop.sign(operand, sample) for operand in operands]
    if None in signs:
        return None
    if node[0] in ("add", "sub") and any((s == 1) is not POSITIVE[goal.relation] for s in signs):
        return None
    strict = STRICT[goal.relation]
    relations = [(">" if strict else ">=") if s == 1 else ("<" if strict else "<=") for s in signs]
    parts = [
        {"term": shop.line(t), "relation": r, "by": HOLE} for t, r in zip(operands, relations, strict=True)
    ]
    step = {"rule": "sum" if node[0] in ("add", "sub") else "product", "parts": parts}
    return complete(shop, goal, step, depth - 1, tactics)


def _operands(shop: Workshop, node: tuple[Any, ...]) -> list[int]:
    terms = shop.session.terms
    if node[0] == "neg":
        return [terms.rational(fmpq(-1)), node[1]]
    if node[0] == "sub":
        return [node[1], terms.neg(node[2])]
    return [node[1], terms.power(node[2], fmpq(-1))] if node[0] == "div" else [node[1], node[2]]


def _conjugate(shop: Workshop, goal: Sign, depth: int, tactics: Tactics) -> Step | None:
    """a + b*sqrt(w) = (a*a - b*b*w) / (a - b*sqrt(w)): removes the cancellation of a difference of roots."""
    if depth <= 0:
        return None
    for parts in conjugates(shop.session, goal.term):
        signed = _signed_parts(shop, goal, [(part, 1) for part in parts])
        if signed is not None:
            found = complete(shop, goal, {"rule": "product", "parts": signed}, depth - 1, tactics)
            if found is not None:
                return found
    return None


def _easy_sign(shop: Workshop, term: int, span: Span) -> int | None:
    try:
        value = shop.session.enclosure(term, span)
    except Undefined:
        return None
    return 1 if value.positive else -1 if value.negative else None


def _slope(shop: Workshop, goal: Sign) -> int | None:
    """The common sign of the derivative at the sample points."""
    slope = shop.session.derivative(goal.term)
    signs = {shop.sign(slope, p) for p in inside(shop, goal.span)} - {None}
    return signs.pop() if len(signs) == 1 else None


def _monotone(shop: Workshop, goal: Sign, depth: int, tactics: Tactics) -> Step | None:
    if depth < CALCULUS_COST:
        return None
    for end, anchor in (("lower", goal.span.lower), ("upper", goal.span.upper)):
        if anchor is None:
            continue
        wanted = goal.relation if end == "lower" else REVERSED[goal.relation]
        slope = _slope(shop, goal)
        if slope is None or (slope > 0) is not POSITIVE[wanted]:
            continue
        strict_at_end = shop.sign(goal.term, anchor)
        start = goal.relation if strict_at_end is None else ">" if strict_at_end > 0 else "<"
        if strict_at_end is None:
            start = WEAKENED[start]
        rise = (
            (">" if POSITIVE[wanted] else "<")
            if strict_at_end is None and STRICT[goal.relation]
            else WEAKENED[wanted]
        )
        step = {"rule": "monotone", "from": end, "start": start, "slope": rise, "value": HOLE, "by": HOLE}
        found = complete(shop, goal, step, depth - CALCULUS_COST, tactics)
        if found is not None:
            return found
    return None


def _limit(shop: Workshop, goal: Sign, depth: int, tactics: Tactics) -> Step | None:
    if depth < CALCULUS_COST:
        return None
    for end, side, is_infinite in (
        ("-inf", -1, goal.span.lower is None),
        ("+inf", 1, goal.span.upper is None),
    ):
        if not is_infinite or shop.session.terms.names[goal.term] - {"x"}:
            continue
        wanted = goal.relation if side < 0 else REVERSED[goal.relation]
        try:
            with precision(LIMIT_PRECISION):
                limit = tail(shop.session, goal.term, side).limit
        except (Undefined, Reject, Refuse):
            continue
        if limit is None or ((limit >= 0) if POSITIVE[goal.relation] else (limit <= 0)) is not True:
            continue
        slope = _slope(shop, goal)
        if slope is None or (slope > 0) is not POSITIVE[wanted]:
            continue
        step = {"rule": "limit", "from": end, "slope": wanted, "by": HOLE}
        found = complete(shop, goal, step, depth - CALCULUS_COST, tactics)
        if found is not None:
            return found
    return None


def _periodic(shop: Workshop, goal: Sign, depth: int, tactics: Tactics) -> Step | None:
    """Terms in sin and cos of rational multiples of x: one period by a tree."""
    span = goal.span
    terms = shop.session.terms
    if depth <= 0 or (span.lower is not None and span.upper is not None):
        return None
    if not any(terms.op(t) in ("sin", "cos") and terms.names[t] for t in terms.reachable([goal.term])):
        return None
    for multiple in (2, 1, 4, 6, 12, 20, 60):
        period = terms.mul(terms.rational(fmpq(multiple)), terms.node("pi"))
        step = {"rule": "periodic", "period": {"constant": shop.line(period)}, "by": HOLE}
        obligations = shop.obligations(goal, step)
        if obligations is not None:
            return complete(shop, goal, step, depth - 1, tactics)
    return None


def _cuts(shop: Workshop, span: Span) -> Iterator[list[Point]]:
    """Cuts that separate tails from a compact middle."""
    low, high = (None if p is None else approximate(shop, p) for p in (span.lower, span.upper))
    if low is None and high is None:
        yield [shop.rational(0)]
        return
    for distance in TAIL_CUTS:
        end, sign = (high, -1) if low is None else (low, 1)
        cut = fmpq(sign * distance)
        if end is not None and (cut - end) * sign > 0:
            yield [shop.rational(cut)]


def _cases(shop: Workshop, goal: Sign, depth: int, tactics: Tactics) -> Step | None:
    if depth <= 0 or (goal.span.lower is not None and goal.span.upper is not None):
        return None
    for cuts in _cuts(shop, goal.span):
        shop.check_time()
        step: Step = {"rule": "cases", "at": [shop.spell(c) for c in cuts], "by": [HOLE] * (len(cuts) + 1)}
        obligations = shop.obligations(goal, step)
        if obligations is None:
            continue
        if _solve_parts(shop, obligations, step, depth - 1):
            return step
        if goal.span.lower is None and goal.span.upper is None:
            return None
    return None


def _solve_parts(shop: Workshop, obligations: list[Obligation], step: Step, depth: int) -> bool:
    """Solve half-lines first, and by the tactics for tails unless there are two of them."""
    tails = [o for o in obligations if _is_half_line(o.goal)]
    for obligation in sorted(obligations, key=lambda o: not _is_half_line(o.goal)):
        is_tail = _is_half_line(obligation.goal) and len(tails) == 1
        found = _solve(
            shop, obligation.goal, TAIL_DEPTH if is_tail else depth, TAIL_TACTICS if is_tail else TACTICS
        )
        if found is None:
            return False
        fill(step, obligation.path, found)
    return True


def _zero_ends(shop: Workshop, goal: Sign, depth: int, tactics: Tactics) -> Step | None:
    """A span with an exact zero at an end: monotone near that end, by other means further inside."""
    if depth <= 0:
        return None
    low, high = goal.span.lower, goal.span.upper
    zeros = [end for end in (low, high) if end is not None and shop.vanishes_at(goal.term, end)]
    width = fmpq(1)
    if low is not None and high is not None:
        width = approximate(shop, high) - approximate(shop, low)
    for share in (4, 16, 128) if zeros else ():
        reach = width / share
        cuts = [dyadic(approximate(shop, end) + (reach if end is low else -reach), reach) for end in zeros]
        step: Step = {"rule": "cases", "at": [str(cut) for cut in cuts], "by": [HOLE] * (len(cuts) + 1)}
        found = complete(shop, goal, step, depth - 1, tactics)
        if found is not None:
            return found
    return None


def dyadic(x: fmpq, width: fmpq) -> fmpq:
    """A dyadic rational within a quarter of `width` of x, with few bits."""
    k = max(0, int((4 / width).ceil()).bit_length())
    return fmpq(int((x * 2**k + fmpq(1, 2)).floor()), 2**k)


def _is_half_line(goal: Goal) -> bool:
    return isinstance(goal, Sign) and (goal.span.lower is None or goal.span.upper is None)


POINT_TACTICS: Tactics = (_exact_zero, _point)
TACTICS: Tactics = (
    *(_whole, _exact("polynomial"), _exact_zero, _small_tree, _exact("trigonometric"), _product),
    *(_conjugate, _monotone, _cases, _limit, _periodic, _structural, _zero_ends, _large_tree),
)
TAIL_TACTICS: Tactics = (_whole, _product, _structural, _conjugate, _limit, _monotone)
"""For a half-line far enough out: enclosure, factors, limit and monotonicity, but no further cuts."""
