"""Replaying a proof with the checker's own rules, keeping what a reader wants to know about every step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flint import arb

from invexcheck.balls import precision
from invexcheck.errors import Path, Refuse, Reject
from invexcheck.goals import Analytic, Claim, Goal, Obligation, Sign
from invexcheck.intervals import Interval, Undefined, enclose
from invexcheck.kernel import FORMAT, read_claim
from invexcheck.limits import Limits
from invexcheck.reading import Fields, rational
from invexcheck.rules import RULES
from invexcheck.rules.enclosure import LEAVES, leaves
from invexcheck.session import Session
from invexcheck.statements import statement
from invexcheck.verdict import position
from invexproof.errors import InvexproofError

Step = dict[str, Any]

REPLAY_LIMITS = Limits(terms=20_000, leaves=2_000_000, work=10**12, seconds=3600)
"""Explaining evaluates each leaf twice and more, so its bounds are wider than those of checking."""


class ReportError(InvexproofError):
    """A certificate that cannot be explained, because it is not valid or too large."""


@dataclass(frozen=True)
class Leaf:
    """One box of a tree: its interval of x, the form of the leaf, and an enclosure (None for analyticity)."""

    x: Interval
    form: str
    value: Interval | None


@dataclass
class Node:
    """One step of the proof with its goal, and what remains to be shown after it."""

    goal: Goal
    step: Step
    path: Path
    children: list[Node] = field(default_factory=list)
    leaves: list[Leaf] = field(default_factory=list)

    @property
    def rule(self) -> str:
        return str(self.step["rule"])

    @property
    def role(self) -> str:
        """The field of the outer step that holds this one."""
        names = [part for part in self.path if isinstance(part, str)]
        return names[-1] if names else ""

    @property
    def piece(self) -> int | None:
        """The number of the piece of the outer step to which this step belongs."""
        for part, index in zip(self.path[-4:], self.path[-3:], strict=False):
            if part == "pieces" and isinstance(index, int):
                return index
        return None

    def walk(self) -> Iterator[Node]:
        """This node and all below it, outer ones first."""
        pending = [self]
        while pending:
            node = pending.pop()
            yield node
            pending += reversed(node.children)


@dataclass(frozen=True)
class Replay:
    """A valid certificate: the document, the checker's session and statement, and the tree of its steps."""

    document: dict[str, Any]
    session: Session
    claim: Claim
    statement: str
    root: Node

    @property
    def rules(self) -> tuple[str, ...]:
        return tuple(sorted({node.rule for node in self.root.walk()}))

    @property
    def lemmas(self) -> tuple[str, ...]:
        return tuple(sorted({lemma for rule in self.rules for lemma in RULES[rule].lemmas}))


def replay(document: dict[str, Any], limits: Limits = REPLAY_LIMITS) -> Replay:
    """Apply the rule of every step to its goal, as the checker does, and record goals and enclosures.

    Raises:
        ReportError: the certificate is not valid, or exceeds the limits.
    """
    try:
        return _replay(document, limits)
    except Reject as reject:
        where = position(reject.path) or "the document"
        raise ReportError(
            f"only a valid certificate can be explained, and this one is not; at {where}: {reject.message}"
        ) from reject
    except Refuse as refuse:
        raise ReportError(f"the certificate is too large to explain: {refuse.message}") from refuse


def _replay(document: dict[str, Any], limits: Limits) -> Replay:
    session = Session(limits)
    with Fields(document, (), limits) as top:
        if top.text("format") != FORMAT:
            raise Reject(f"the format must be {FORMAT}", "format", ("format",))
        top.raw("provenance")
        with top.object("claim") as raw_claim:
            claim, _ = read_claim(session, raw_claim)
        with top.object("proof") as proof:
            if proof.has("terms"):
                session.auxiliary = session.terms.read(proof.raw("terms"), ("proof", "terms"))
            first = Obligation(claim, proof.raw("step"), ("proof", "step"))
    text = statement(session, claim)
    root = Node(first.goal, {}, first.path)
    pending = [(root, first)]
    while pending:
        node, obligation = pending.pop()
        for inner in _apply(session, node, obligation):
            child = Node(inner.goal, {}, inner.path)
            node.children.append(child)
            pending.append((child, inner))
    return Replay(document, session, claim, text, root)


def _apply(session: Session, node: Node, obligation: Obligation) -> list[Obligation]:
    with Fields(obligation.step, obligation.path, session.limits) as fields:
        rule = RULES.get(fields.text("rule"))
        if rule is None or not rule.fits(obligation.goal):
            raise Reject("the rule is unknown or does not fit the goal", "rule", obligation.path)
        node.step = obligation.step
        try:
            remaining = rule.apply(session, obligation.goal, fields)
        except Undefined as error:
            raise Reject(str(error), "domain", obligation.path) from error
        except Reject as reject:
            reject.path = reject.path or obligation.path
            raise
        if rule.name == "interval" and not isinstance(obligation.goal, Claim):
            node.leaves = _leaves(session, obligation.goal, obligation.step)
        return remaining


def _leaves(session: Session, goal: Sign | Analytic, step: Step) -> list[Leaf]:
    """The boxes of a valid step `interval` with their enclosures."""
    found = []
    with precision(session.budget.precision(step.get("precision", 64))):
        cuts = iter(
            [(int(index), arb(rational(at, session.limits)).mid()) for index, at in step.get("at", [])]
        )
        for form, box, _ in leaves(step.get("tree", "e"), tuple(session.box(goal.span).values()), cuts):
            session.budget.leaf()
            if isinstance(goal, Analytic):
                found.append(Leaf(box[0], form, None))
                continue
            value = LEAVES[form](session, goal.term, box)
            enclosure = enclose(value) if isinstance(value, arb) else value
            found.append(Leaf(box[0], form, enclosure))
    return found
