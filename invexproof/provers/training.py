"""Claims about training problems: the checker's own reading of the graph settles them, or says what is missing."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

from flint import fmpq

from invexcheck.architectures.dead_heads import DeadHead
from invexcheck.architectures.graph import Architecture, read_architecture
from invexcheck.architectures.methods import (
    ALL_BUT,
    ALMOST_EVERY,
    COLLAPSES,
    DENSITY,
    EVERY,
    METHODS,
    NUMBER,
    SEQUENCE,
    STEPS,
    ZERO,
)
from invexcheck.architectures.rectified_heads import bad_steps
from invexcheck.architectures.values import Smoothness
from invexcheck.errors import Refuse, Reject
from invexcheck.goals import TrainingClaim
from invexcheck.kernel import FORMAT
from invexcheck.limits import Budget, Limits
from invexcheck.reading import Fields
from invexcheck.rules import RULES
from invexcheck.rules.training import ANALYTIC, NONSINGULAR
from invexcheck.session import Session
from invexproof.errors import InvexproofError
from invexproof.provers.outcome import Outcome, Verdict

TRAINING_KINDS: Final = (ANALYTIC, NONSINGULAR)
ORDER: Final = (EVERY, ALL_BUT, ALMOST_EVERY, SEQUENCE)
"""Statements about step sizes, the stronger ones first."""
OF_SOME_GRAPHS: Final = ("flat-point", "rectified-head")
"""Rules that ask more of a graph than its smoothness."""
PLAIN: Final = ("gd", "sgd")
"""Methods whose step is that of gradient descent."""
FEW_MAY_BE_BAD: Final = (
    "countably many step sizes may be bad, all others are good (--step almost-every); "
    "that {guess} is not known: {reasons}"
)
"""Where no theorem about particular step sizes applies."""
ONE_IS_BAD: Final = (
    "the step size {size} is bad, whatever the data are: all last hidden units can be dead (--step {size})"
)
OPEN_CASE: Final = (
    "whether a constant step size is good for all but countably many values, from a state of zeros and for a loss that "
    "is not analytic everywhere, is an open problem; ask for a state with a density (--start density), or for almost "
    "every sequence of step sizes (--step almost-every-sequence)"
)


class TrainingClaimError(InvexproofError):
    """A claim about a training problem that cannot be made."""


def infer(subject: dict[str, Any]) -> Architecture:
    """What the checker infers of a graph.  Raises Reject or Refuse where a node is not defined for all parameters."""
    limits = Limits()
    with Fields(subject, ("claim", "subject"), limits) as fields:
        return read_architecture(fields, limits, Budget(limits))


def prove_training(
    subject: dict[str, Any], kind: str, method: str = "gd", start: str = DENSITY, step: str = ALMOST_EVERY
) -> Outcome:
    """Decide a claim about the graph of a training problem, as it stands in a certificate.

    Raises TrainingClaimError for a method, start or step that makes no claim.
    """
    try:
        architecture = infer(subject)
    except (Reject, Refuse) as error:
        code = error.code if isinstance(error, Reject) else "limit"
        if code != "domain":
            raise TrainingClaimError(f"the checker cannot read this graph: {error.message}") from None
        return Outcome(Verdict.UNDECIDED, reason=f"the loss is not known to be defined: {error.message}")
    return _decided(architecture, subject, kind, method, start, step)


def _decided(
    architecture: Architecture, subject: dict[str, Any], kind: str, method: str, start: str, step: str
) -> Outcome:
    """The answer for a graph that has been read."""
    claim: dict[str, Any] = {"kind": kind, "negated": False, "subject": subject}
    if kind == ANALYTIC:
        return _settled(architecture, claim, "graph")
    if method in COLLAPSES and method != "gd":
        claim |= {"negated": True, "method": method}
        return _settled(architecture, claim, COLLAPSES[method].rule)
    key = (method, start, step if step in STEPS else NUMBER)
    if key not in METHODS:
        return _not_in_the_table(method, start, step)
    claim |= {"method": method, "start": start, "step": step}
    if step == ALL_BUT:
        claim["except"] = _exceptions(architecture)
        if not claim["except"]:
            return _particular(architecture, claim, "rectified units are not known to be the reason")
    outcome = _settled(architecture, claim, *METHODS[key].rules)
    if METHODS[key].others and outcome.verdict is Verdict.UNDECIDED:
        return _particular(architecture, claim, outcome.reason)
    return outcome


def _particular(architecture: Architecture, claim: dict[str, Any], reasons: str) -> Outcome:
    """Where no theorem shows that particular step sizes are good: one that is bad, or what is known."""
    method, step = claim["method"], claim["step"]
    if step in STEPS:
        head = DeadHead(architecture)
        if step == EVERY and method in PLAIN and head.dies():
            return Outcome(Verdict.UNDECIDED, reason=ONE_IS_BAD.format(size=1 / head.curvature()))
        guess = "none is bad" if step == EVERY else "one at most is bad"
    else:
        denied = {key: claim[key] for key in ("kind", "subject", "method", "step")} | {"negated": True}
        refuted = _settled(architecture, denied, COLLAPSES[method].rule)
        if refuted.verdict is Verdict.REFUTED:
            return refuted
        guess = f"{step} is good"
    return Outcome(Verdict.UNDECIDED, reason=FEW_MAY_BE_BAD.format(guess=guess, reasons=reasons))


def _exceptions(architecture: Architecture) -> list[str]:
    """The step sizes that rectified units may make bad."""
    head = DeadHead(architecture)
    return [str(1 / head.curvature())] if bad_steps(head) else []


def _settled(architecture: Architecture, claim: dict[str, Any], *rules: str) -> Outcome:
    """The certificate by the first rule of the checker that applies; if none does, their reasons."""
    reasons: dict[str, None] = {}
    for rule in rules:
        outcome = _applied(architecture, claim, rule)
        if outcome.verdict is not Verdict.UNDECIDED:
            return outcome
        reasons[outcome.reason] = None
    return Outcome(Verdict.UNDECIDED, reason="; ".join(reasons))


def _applied(architecture: Architecture, claim: dict[str, Any], rule: str) -> Outcome:
    step = claim.get("step", "")
    size = _rational(step) if step and step not in STEPS else None
    goal = TrainingClaim(
        claim["kind"],
        architecture,
        claim["negated"],
        claim.get("method", ""),
        claim.get("start", ""),
        step if size is None else NUMBER,
        size,
        tuple(map(_rational, claim.get("except", ()))),
    )
    proof = {"rule": rule}
    session = Session(Limits())
    try:
        with Fields(proof, ("proof", "step"), session.limits) as fields:
            fields.text("rule")
            RULES[rule].apply(session, goal, fields)
    except Reject as error:
        analytic = architecture.smoothness == Smoothness.ANALYTIC
        reason = error.message if analytic or goal.start != ZERO else OPEN_CASE
        return Outcome(Verdict.UNDECIDED, reason=reason)
    verdict = Verdict.REFUTED if goal.negated else Verdict.PROVED
    document = {"format": FORMAT, "claim": claim, "proof": {"step": proof}, "provenance": {}}
    return Outcome(verdict, document)


def _rational(text: str) -> fmpq:
    return fmpq(*map(int, text.split("/")))


def _not_in_the_table(method: str, start: str, step: str) -> Outcome:
    """Where no theorem says this: what can be said instead."""
    known = [key for key in METHODS if key[0] == method]
    if not known:
        names = ", ".join(sorted({key[0] for key in METHODS} | COLLAPSES.keys()))
        raise TrainingClaimError(f"there is no method {method!r:.40}; there are {names}")
    said = "; ".join(f"--start {s} --step {t}" for _, s, t in known)
    weaker = f"no theorem says this of {method} with --start {start} --step {step}; what can be said: {said}"
    return Outcome(Verdict.UNDECIDED, reason=weaker)


def strongest(method: str, start: str, subject: dict[str, Any] | None = None) -> str:
    """The strongest statement about step sizes that the table has for a method and a start.

    With a subject, the strongest that can be proved of it, if there is one.
    """
    steps = [step for step in ORDER if (method, start, step) in METHODS]
    if subject is not None:
        with suppress(Reject, Refuse):  # whoever asks for a proof is told why there is none
            architecture = infer(subject)
            for step in steps:
                outcome = _decided(architecture, subject, NONSINGULAR, method, start, step)
                if outcome.verdict is Verdict.PROVED:
                    return step
    general = (step for step in steps if METHODS[method, start, step].rule not in OF_SOME_GRAPHS)
    return next(general, ALMOST_EVERY)
