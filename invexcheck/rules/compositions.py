"""Losses of networks as functions of the input, and goals that are the claims of other certificates."""

from __future__ import annotations

from dataclasses import replace

from flint import arb, fmpq, fmpq_mat

from invexcheck.balls import precision
from invexcheck.errors import Reject
from invexcheck.goals import AnyClaim, Claim, FullRank, MapClaim, Obligation, Rule
from invexcheck.intervals import Interval, Undefined, evaluate
from invexcheck.networks.functions import Enclosures, as_ball
from invexcheck.networks.graph import Network
from invexcheck.networks.macros import Chain
from invexcheck.networks.propagation import ExactForward, Forward, at_point, piece_at, rational_at
from invexcheck.networks.tensors import rationals
from invexcheck.pieces import resolve
from invexcheck.reading import Fields
from invexcheck.rules.networks import ALMOST, FUNCTIONS, INVEX, NONSINGULAR, read_facts
from invexcheck.rules.rank_defects import read_point
from invexcheck.session import PRECISIONS, VARIABLE, Session


def chain_rule(session: Session, claim: MapClaim, fields: Fields) -> list[Obligation]:
    """An invex loss after a map of full row rank is invex; one of the two must be continuously differentiable."""
    network = claim.network
    smooth, obligations = _loss(session, network, fields)
    kind = ALMOST if claim.almost else NONSINGULAR
    # a global minimiser over R^n is asked for: the map must be defined there, too
    total = claim.region is not None
    inner = replace(
        claim,
        kind=kind,
        network=replace(network, loss=None),
        smooth=not (smooth or claim.almost),  # off a null set the pieces of the map are smooth
        pieces=claim.almost,
        total=total,
    )
    return [*obligations, Obligation(inner, fields.raw("map"), (*fields.path, "map"))]


def _loss(session: Session, network: Network, fields: Fields) -> tuple[bool, list[Obligation]]:
    """Whether the loss is continuously differentiable, and that it is invex and locally Lipschitz."""
    if network.loss is None:
        raise Reject("the subject has no loss", "claim", fields.path)
    kind, items = network.loss
    if kind == "cross-entropy":
        return True, []
    smooth, obligations = True, []
    with fields.object("outer") as outer:
        for f in sorted(set(items)):
            with outer.object(str(f)) as step:
                facts, needed = read_facts(session, network.functions[f], step.object("regularity"))
                smooth = smooth and facts.smooth
                invex = Claim("activation.invex", network.functions[f])
                obligations += [*needed, Obligation(invex, step.raw("invex"), (*step.path, "invex"))]
    return smooth, obligations


def zero_gradient_rule(session: Session, claim: MapClaim, fields: Fields) -> list[Obligation]:
    """At a rational point the exact gradient is 0 (almost everywhere: on an open set), and the value is not least."""
    network = claim.network
    point = read_point(session, fields, "at", network.inputs, claim.region)
    forward = ExactForward(session, Chain(session, network.whole()), network.functions, point)
    jacobian = forward.jacobian
    constant = all(entry == 0 for entry in jacobian.entries())
    if claim.almost:
        if not (constant and forward.affine):
            raise Reject("the map is not shown to be constant near the point", "point", fields.path)
    elif not (constant and network.loss is not None and network.loss[0] == "cross-entropy"):
        # a zero Jacobian says nothing where the loss has no slope
        slopes = fmpq_mat(1, network.outputs, _loss_slopes(session, network, forward.values[-1]))
        if not all(entry == 0 for entry in (slopes * jacobian).entries()):
            raise Reject("the gradient at the point is not 0", "point", fields.path)
    lower = rationals(fields.raw("lower"), session.limits, (*fields.path, "lower"), network.inputs)
    if not any(_below(session, network, lower, point, bits) for bits in PRECISIONS[:4]):
        raise Reject("the value at the second point is not shown to be lower", "sign", fields.path)
    return []


def _loss_slopes(session: Session, network: Network, outputs: list[fmpq]) -> list[fmpq]:
    """The exact partial derivatives of a separable loss."""
    if network.loss is None or network.loss[0] != "separable":
        raise Reject("the gradient of this loss is not rational", "point")
    slopes = []
    for f, value in zip(network.loss[1], outputs, strict=True):
        point = session.rational_point(value)
        _, slope = piece_at(session, network.functions[f], point)
        slopes.append(rational_at(session, slope, point))
    return slopes


def _below(session: Session, network: Network, lower: list[fmpq], point: list[fmpq], bits: int) -> bool:
    with precision(bits):
        try:
            left, right = (_value(session, network, p) for p in (lower, point))
        except Undefined:
            return False
        return (left < right) is True


def _value(session: Session, network: Network, point: list[fmpq]) -> arb:
    """A ball for the loss at a point."""
    if network.loss is None:
        raise Reject("the subject has no loss", "claim")
    chain = Chain(session, network.whole())
    enclosures = Pointwise(session, network.functions, {})
    outputs = Forward(session, chain, enclosures, at_point(point), False).values[-1]
    kind, items = network.loss
    if kind == "separable":
        total = arb(0)
        for f, value in zip(items, outputs, strict=True):
            total = total + as_ball(enclosures.over(f, value)[0])
        return total
    balls = [as_ball(value) for value in outputs]
    total = arb(0)
    for ball in balls:
        total = total + ball.exp()
    result = total.log()
    for q, ball in zip(items, balls, strict=True):
        result = result - arb(q) * ball
    return result


class Pointwise(Enclosures):
    """Values at points: the guards of a function must have strict or exact signs over the (tiny) interval."""

    def over(self, function: int, interval: Interval) -> tuple[Interval, Interval]:
        session, root = self.session, self.roots[function]

        def decide(guard: int) -> str:
            value = evaluate(session.terms, guard, {VARIABLE: interval})
            if value.positive or value.negative:
                return ">" if value.positive else "<"
            if value.nonnegative and value.nonpositive:
                return "="
            if value.nonnegative or value.nonpositive:
                return ">=" if value.nonnegative else "<="
            raise Undefined("the sign of a guard at a point is not decided")

        piece = resolve(session, root, decide).value[root]
        value = evaluate(session.terms, piece, {VARIABLE: interval})
        return value, value


# -- other certificates ----------------------------------------------------------------------------------------


def certificate_rule(session: Session, goal: Claim | FullRank, fields: Fields) -> list[Obligation]:
    """The goal is what another certificate shows, included or in a file named by its digest; it is verified here."""
    from invexcheck.kernel import verify_included  # which needs the table of rules

    claim = verify_included(session, fields)
    same = _same_function(claim, goal) if isinstance(goal, Claim) else _same_map(claim, goal)
    if not same:
        raise Reject("the certificate shows another claim", "certificate", fields.path)
    return []


def _same_function(claim: AnyClaim, goal: Claim) -> bool:
    return isinstance(claim, Claim) and claim == goal


def _same_map(claim: AnyClaim, goal: FullRank) -> bool:
    if not isinstance(claim, MapClaim) or claim.negated or claim.region is not None:
        return False
    kinds = (NONSINGULAR, ALMOST) if goal.almost else (NONSINGULAR,)
    return claim.kind in kinds and claim.network.whole().canonical() == goal.segment.canonical()


RULES = (
    Rule(
        "chain", (MapClaim,), ("composition", "separable-loss", "cross-entropy", *FUNCTIONS), chain_rule,
        ((INVEX, False),),
    ),
    Rule("zero-gradient", (MapClaim,), ("composition",), zero_gradient_rule, ((INVEX, True),)),
    Rule("certificate", (Claim, FullRank), ("included-certificate",), certificate_rule),
)  # fmt: skip
