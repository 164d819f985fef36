"""Claims about training problems: the checker's own reading of the graph settles them, or says what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from invexcheck.architectures.dead_heads import DeadHead
from invexcheck.architectures.graph import Architecture, read_architecture
from invexcheck.architectures.methods import (
    ALL_BUT,
    ALMOST_EVERY,
    BETWEEN,
    COLLAPSES,
    DENSITY,
    EVERY,
    METHODS,
    SADDLES,
    SEQUENCE,
    SIZES,
    WITNESSES,
    ZERO,
)
from invexcheck.architectures.rectified_heads import bad_steps
from invexcheck.architectures.sizes import Sizes, decimal
from invexcheck.architectures.values import Smoothness
from invexcheck.errors import Refuse, Reject
from invexcheck.goals import TrainingClaim
from invexcheck.hessians.spectra import Enclosure
from invexcheck.kernel import FORMAT
from invexcheck.limits import Budget, Limits
from invexcheck.reading import Fields
from invexcheck.rules import RULES
from invexcheck.rules.training import ANALYTIC, NONSINGULAR, SADDLES_AVOIDED
from invexcheck.session import Session
from invexproof.errors import InvexproofError
from invexproof.provers.asked_sizes import BELOW, STRONGEST, asked, claimed, rational, sizes_of, word_of
from invexproof.provers.outcome import Outcome, Verdict
from invexproof.provers.patience import within
from invexproof.provers.step_sizes import Survey, bound, rounded, rounded_down, survey

SHOWN: Final = 5
TRAINING_KINDS: Final = (ANALYTIC, NONSINGULAR, SADDLES_AVOIDED)
ORDER: Final = (EVERY, ALL_BUT, BELOW, ALMOST_EVERY, SEQUENCE)
"""Statements about step sizes, the stronger ones first."""
OF_SOME_GRAPHS: Final = ("flat-point", "rectified-head")
"""Rules that ask more of a graph than its smoothness."""
MANY: Final = 1000
"""Step sizes that a claim leaves out."""
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
    subject: dict[str, Any],
    kind: str,
    method: str = "gd",
    start: str = DENSITY,
    step: str = ALMOST_EVERY,
    timeout: float | None = None,
) -> Outcome:
    """Decide a claim about the graph of a training problem, as it stands in a certificate.

    Half of the seconds are for Hessians.  Raises TrainingClaimError for a method, start or step that makes no claim.
    """
    try:
        architecture = infer(subject)
    except (Reject, Refuse) as error:
        code = error.code if isinstance(error, Reject) else "limit"
        if code != "domain":
            raise TrainingClaimError(f"the checker cannot read this graph: {error.message}") from None
        return Outcome(Verdict.UNDECIDED, reason=f"the loss is not known to be defined: {error.message}")
    with within(None if timeout is None else timeout / 2):
        return _decided(architecture, subject, kind, method, start, step)


def _decided(
    architecture: Architecture, subject: dict[str, Any], kind: str, method: str, start: str, step: str
) -> Outcome:
    """The answer for a graph that has been read."""
    claim: dict[str, Any] = {"kind": kind, "negated": False, "subject": subject}
    if kind == ANALYTIC:
        return _settled(architecture, claim, "graph")
    if (method, step) in COLLAPSES:
        claim |= {"negated": True, "method": method} | ({"step": step} if step else {})
        return _settled(architecture, claim, COLLAPSES[method, step].rule)
    if step == STRONGEST:
        return _strongest(architecture, subject, kind, method, start)
    if step == BELOW:
        return _below(architecture, subject, kind, method, start)
    word = word_of(step)
    key = (method, start, word)
    if key not in METHODS or (kind == SADDLES_AVOIDED and (method != "gd" or word not in SADDLES)):
        return _not_in_the_table(method, start, step)
    claim |= {"method": method, "start": start} | claimed(step)
    row = METHODS[key]
    outcome = Outcome(Verdict.UNDECIDED, reason="rectified units are not known to be the reason")
    exceptions = _exceptions(architecture) if step == ALL_BUT else []
    if exceptions:
        claim["except"] = exceptions
    if exceptions or step != ALL_BUT:
        outcome = _settled(architecture, claim, *(rule for rule in row.rules if rule != WITNESSES))
    searched = WITNESSES in row.rules and architecture.given and not _holds_a_bad_one(architecture, step)
    if searched and outcome.verdict is Verdict.UNDECIDED:
        outcome = _by_witnesses(architecture, claim, outcome)
    if row.others and outcome.verdict is Verdict.UNDECIDED:
        return _particular(architecture, claim, outcome.reason)
    return outcome


def _by_witnesses(architecture: Architecture, claim: dict[str, Any], before: Outcome) -> Outcome:
    """For given data: the answer by Hessians at some parameters."""
    every = claim["step"] in (EVERY, ALL_BUT)
    found = _survey(architecture) if every else survey(architecture, sizes_of(claim))
    if found.left is None:
        return replace(before, reason=f"{before.reason}; {found.reason}" if found.reason else before.reason)
    if found.left and claim["step"] == ALL_BUT and len(found.left) <= MANY:
        claim = claim | {"except": _apart(found.sizes)}
    elif found.left:
        left = ", ".join(_shown(rounded(sizes, 6)) for sizes in found.sizes[:SHOWN])
        more = f", and {len(found.sizes) - SHOWN} more" if len(found.sizes) > SHOWN else ""
        return replace(before, reason=f"for these data, {left}{more} may be bad; {before.reason}")
    elif claim["step"] == ALL_BUT:
        return replace(before, reason="there is no step size to leave out (--step every)")
    return _answered(claim, {"rule": WITNESSES, **found.to_json()})


def _shown(item: str | list[str]) -> str:
    """A step size, or an interval, in decimals."""
    if isinstance(item, str):
        return item
    return f"a step size in [{', '.join(decimal(rational(end)) for end in item)}]"


def _apart(sizes: Sequence[Enclosure]) -> list[str | list[str]]:
    """Exceptions that do not meet: enclosures that do after rounding become one."""
    result: list[str | list[str]] = []
    for enclosure in sizes:
        item = rounded(enclosure)
        low, high = (item, item) if isinstance(item, str) else item
        if result:
            last = result[-1]
            first, end = (last, last) if isinstance(last, str) else last
            if rational(low) <= rational(end):
                result[-1] = [first, max(high, end, key=rational)]
                continue
        result.append(item)
    return result


@lru_cache(maxsize=4)
def _survey(architecture: Architecture) -> Survey:
    """Of all step sizes."""
    return survey(architecture, Sizes(EVERY))


def _below(
    architecture: Architecture, subject: dict[str, Any], kind: str, method: str, start: str
) -> Outcome:
    """All step sizes from 0 to the first one that may be bad, as far as it is known."""
    if (method, start, BETWEEN) not in METHODS:
        return _not_in_the_table(method, start, BELOW)
    claim: dict[str, Any] = {
        "kind": kind,
        "negated": False,
        "subject": subject,
        "method": method,
        "start": start,
    }
    rules = (rule for rule in METHODS[method, start, BETWEEN].rules if rule != WITNESSES)
    first_bad = next(iter(_exceptions(architecture)), "")
    outcome = _settled(architecture, claim | claimed(f"{BETWEEN}:0,{first_bad}"), *rules)
    if outcome.verdict is Verdict.PROVED:
        return outcome
    found = _survey(architecture)
    if found.left is None:
        first = bound(architecture)
    else:
        first = min((sizes.low for sizes in found.sizes if sizes.high > 0), default=None)
        if first is None:
            return _decided(architecture, subject, kind, method, start, f"{BETWEEN}:0,")
    if first is None or first <= 0:
        reason = found.reason or "no step size is known below which all are good"
        return Outcome(Verdict.UNDECIDED, reason=reason)
    return _decided(architecture, subject, kind, method, start, f"{BETWEEN}:0,{rounded_down(first)}")


def _strongest(
    architecture: Architecture, subject: dict[str, Any], kind: str, method: str, start: str
) -> Outcome:
    """The first statement about step sizes that can be proved, the stronger ones first."""
    known = {step for name, begin, step in METHODS if (name, begin) == (method, start)}
    known |= {BELOW} if BETWEEN in known else set()
    if kind == SADDLES_AVOIDED:
        known &= {*SADDLES, BELOW}
    outcome = Outcome(Verdict.UNDECIDED, reason="nothing is known of this method")
    for step in (step for step in ORDER if step in known):
        if step != BELOW or architecture.given:
            outcome = _decided(architecture, subject, kind, method, start, step)
        if outcome.verdict is Verdict.PROVED:
            break
    return outcome


def _particular(architecture: Architecture, claim: dict[str, Any], reasons: str) -> Outcome:
    """Where no theorem shows that particular step sizes are good: one that is bad, or what is known."""
    method, step = claim["method"], claim["step"]
    collapse = COLLAPSES.get((method, word_of(step)))
    if collapse is not None and claim["kind"] == NONSINGULAR:
        about = ("kind", "subject", "method", "step", "between")
        denied = {key: claim[key] for key in about if key in claim} | {"negated": True}
        refuted = _settled(architecture, denied, *collapse.rules)
        if refuted.verdict is Verdict.REFUTED:
            return refuted
    if step == EVERY:
        head = DeadHead(architecture)
        if method in ("gd", "sgd") and head.dies():
            return Outcome(Verdict.UNDECIDED, reason=ONE_IS_BAD.format(size=1 / head.curvature()))
    guess = {EVERY: "none is bad", ALL_BUT: "one at most is bad", BETWEEN: "none of these is bad"}
    said = guess.get(step, "all of these are good" if step == SIZES else f"{step} is good")
    return Outcome(Verdict.UNDECIDED, reason=FEW_MAY_BE_BAD.format(guess=said, reasons=reasons))


def _holds_a_bad_one(architecture: Architecture, step: str) -> bool:
    """Whether dead rectified units make one of these step sizes bad, whatever the data are: no search will help."""
    head = DeadHead(architecture)
    return head.dies() and step in (EVERY, str(1 / head.curvature()))


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


def _answered(claim: dict[str, Any], proof: dict[str, Any]) -> Outcome:
    """The certificate; one about saddle points rests on a proof that the step is non-singular."""
    if claim["kind"] == SADDLES_AVOIDED:
        proof = {"rule": "strict-saddles", "by": proof}
    verdict = Verdict.REFUTED if claim["negated"] else Verdict.PROVED
    document = {"format": FORMAT, "claim": claim, "proof": {"step": proof}, "provenance": {}}
    return Outcome(verdict, document)


def _applied(architecture: Architecture, claim: dict[str, Any], rule: str) -> Outcome:
    """What a rule without fields says."""
    sizes = sizes_of(claim)
    about = (claim.get("method", ""), claim.get("start", ""), sizes.word, sizes)
    kind = NONSINGULAR if claim["kind"] == SADDLES_AVOIDED else claim["kind"]
    goal = TrainingClaim(kind, architecture, claim["negated"], *about)
    proof = {"rule": rule}
    session = Session(Limits())
    try:
        with Fields(proof, ("proof", "step"), session.limits) as fields:
            fields.text("rule")
            RULES[rule].apply(session, goal, fields)
        if claim["kind"] == SADDLES_AVOIDED and architecture.detached:
            raise Reject("a field that is no gradient has no Hessian", "method")
    except Reject as error:
        analytic = architecture.smoothness == Smoothness.ANALYTIC
        reason = error.message if analytic or goal.start != ZERO else OPEN_CASE
        return Outcome(Verdict.UNDECIDED, reason=reason)
    except Refuse as error:
        return Outcome(Verdict.UNDECIDED, reason=f"the checker would refuse the proof: {error.message}")
    return _answered(claim, proof)


def _not_in_the_table(method: str, start: str, step: str) -> Outcome:
    """Where no theorem says this: what can be said instead."""
    known = [key for key in METHODS if key[0] == method]
    if not known:
        names = ", ".join(sorted({key[0] for key in (*METHODS, *COLLAPSES)}))
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
            outcome = _strongest(infer(subject), subject, NONSINGULAR, method, start)
            if outcome.verdict is Verdict.PROVED and outcome.document is not None:
                return asked(outcome.document["claim"])
    general = (step for step in steps if METHODS[method, start, step].rule not in OF_SOME_GRAPHS)
    return next(general, ALMOST_EVERY)
