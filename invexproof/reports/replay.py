"""Replaying a proof with the checker's own rules, keeping what a reader wants to know about every step."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from flint import arb

from invexcheck.balls import precision
from invexcheck.errors import Path, Refuse, Reject
from invexcheck.goals import Analytic, AnyClaim, Claim, Goal, Obligation, Sign
from invexcheck.intervals import Interval, Undefined, enclose
from invexcheck.kernel import FORMAT, read_claim
from invexcheck.limits import Limits
from invexcheck.reading import Fields, Folder, certificate, rational
from invexcheck.rules import RULES
from invexcheck.rules.enclosure import LEAVES, leaves
from invexcheck.session import Session
from invexcheck.statements import statement
from invexcheck.verdict import position
from invexproof.errors import InvexproofError

Step = dict[str, Any]

REPLAY_LIMITS = Limits(terms=100_000, leaves=2_000_000, work=10**12, seconds=3600)
"""Explaining evaluates each leaf twice and more, so its bounds are wider than those of checking."""


class ReportError(InvexproofError):
    """A certificate that cannot be explained, because it is not valid or too large."""


@dataclass(frozen=True)
class Leaf:
    """One box of a tree of `interval`: its sides, the form of the leaf, and an enclosure (None for analyticity).

    The first side is that of x, the others those of the parameters.
    """

    box: tuple[Interval, ...]
    form: str
    value: Interval | None

    @property
    def x(self) -> Interval:
        return self.box[0]


@dataclass
class Node:
    """One step of the proof with its goal, and what remains to be shown after it."""

    goal: Goal
    step: Step
    path: Path
    children: list[Node] = field(default_factory=list)
    leaves: list[Leaf] = field(default_factory=list)
    memory: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What has been worked out about the step for its explanation."""

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
    claim: AnyClaim
    statement: str
    root: Node

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules of all steps, also of those in included certificates."""
        return tuple(sorted({node.rule for node in self.root.walk()} | self.session.included))

    @property
    def certificates(self) -> list[Node]:
        """The steps that rest on another certificate, each file or document once, in the order of the proof."""
        found = {str(node.step): node for node in self.root.walk() if node.rule == "certificate"}
        return list(found.values())

    @property
    def lemmas(self) -> tuple[str, ...]:
        return tuple(sorted({lemma for rule in self.rules for lemma in RULES[rule].lemmas}))


def replay(
    document: dict[str, Any], limits: Limits = REPLAY_LIMITS, folder: str | FilePath | None = None
) -> Replay:
    """Apply the rule of every step to its goal, as the checker does, and record goals and enclosures.

    `folder` is where the certificate may name other files.

    Raises:
        ReportError: the certificate is not valid, or exceeds the limits.
    """
    try:
        return _replay(document, limits, Folder() if folder is None else Folder(os.fsencode(folder) or b"."))
    except Reject as reject:
        where = position(reject.path) or "the document"
        raise ReportError(
            f"only a valid certificate can be explained, and this one is not; at {where}: {reject.message}"
        ) from reject
    except Refuse as refuse:
        raise ReportError(f"the certificate is too large to explain: {refuse.message}") from refuse


def included(outer: Replay, step: Step) -> Replay:
    """The certificate that a step `certificate` of a replayed proof includes or names, replayed."""
    session = outer.session
    document: Any = step.get("document")
    if document is None:
        data = session.folder.read(step["file"], step["sha256"], session.limits.bytes, ())
        document = certificate(data, session.limits).document
    return _replay(document, session.limits, session.folder)


def _replay(document: dict[str, Any], limits: Limits, folder: Folder) -> Replay:
    session = Session(limits)
    session.folder = folder
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
    if isinstance(claim, Claim):
        session.parameters = dict(claim.parameters)
    text = statement(session, claim)
    root = Node(first.goal, {}, first.path)
    pending = [(root, first, session.parameters)]
    while pending:
        # a goal is about the parameters that the session had when the goal was made
        node, obligation, session.parameters = pending.pop()
        for inner in _apply(session, node, obligation):
            child = Node(inner.goal, {}, inner.path)
            node.children.append(child)
            pending.append((child, inner, session.parameters))
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
        if rule.name == "interval" and isinstance(obligation.goal, Sign | Analytic):
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
                found.append(Leaf(box, form, None))
                continue
            value = LEAVES[form](session, goal.term, box)
            enclosure = enclose(value) if isinstance(value, arb) else value
            found.append(Leaf(box, form, enclosure))
    return found
