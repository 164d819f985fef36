"""From a replayed proof to a narrative: statement, definitions, subject, argument, steps, trust."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from invexcheck.goals import AnyClaim, Claim, MapClaim, TrainingClaim
from invexcheck.lemmas import LEMMAS
from invexproof.reports import function_sections, map_sections, training_sections
from invexproof.reports.definitions import DEFINITIONS, NOTATION
from invexproof.reports.prose import Block, Paragraph, Section, fill
from invexproof.reports.replay import Replay, included
from invexproof.reports.writer import Writer

REMAINING = (
    "What remains to be trusted: the program invexcheck with FLINT and Python, and the lemmas behind the"
    " rules that were used ({lemmas}). The rules: {rules}."
)
TRUST = (
    "Nothing here rests on sampling or on floating-point arithmetic. Every identity is an equality of exact"
    " normal forms, every sign rests on exact arithmetic or on enclosures with outward rounding (Arb), every"
    " derivative is the checker's own.",
    REMAINING,
)
TRAINING_TRUST = (
    "The certificate holds the graph and the name of a rule, nothing else. Shapes, ranges, where"
    " nodes are analytic and what the data must satisfy have been inferred by the checker from the"
    " graph alone, in exact arithmetic. The statement is about exact arithmetic, too: rounding during"
    " training is not its subject.",
    REMAINING,
)
WITNESS_TRUST = (
    "The certificate holds the graph, the numbers that are given and, as witnesses, some parameters, which"
    " may have been found in any way. Shapes, ranges, and where nodes are analytic have been inferred by the"
    " checker from the graph alone; Hessians and their eigenvalues are computed in rational arithmetic, or"
    " enclosed with outward rounding (Arb). The statement is about exact arithmetic: rounding during training"
    " is not its subject.",
    REMAINING,
)

PROOFS = {"rocq": "checked by Rocq:", "paper": "proved on paper:"}
"""How a lemma may be proved."""


@dataclass(frozen=True)
class Narrative:
    """A proof in words. `title` says whether the claim is proved as it stands or refuted."""

    title: str
    sections: tuple[Section, ...]


def narrate(replay: Replay) -> Narrative:
    """The proof of a certificate in words, with those of the certificates inside it."""
    definitions = tuple(Paragraph(fill(text, NOTATION)) for text in DEFINITIONS[replay.claim.kind])
    sections = [
        Section("Statement", _statement(replay)),
        Section("Definitions", definitions),
        *_reasons(replay, ""),
        *_included(replay),
        Section("What was trusted", _trust(replay)),
    ]
    return Narrative(_title(replay.claim), tuple(sections))


def _title(claim: AnyClaim) -> str:
    verdict = "refuted" if claim.negated else "proved"
    return f"{claim.kind}: {verdict}"


def _statement(replay: Replay) -> tuple[Block, ...]:
    if isinstance(replay.claim, Claim):
        return function_sections.statement(replay, replay.claim)
    if isinstance(replay.claim, MapClaim):
        return map_sections.statement(replay, replay.claim)
    return training_sections.statement(replay, replay.claim)


def _reasons(replay: Replay, prefix: str) -> list[Section]:
    writer = Writer(replay.session)
    if isinstance(replay.claim, Claim):
        return function_sections.reasons(replay, replay.claim, writer, prefix)
    if isinstance(replay.claim, MapClaim):
        return map_sections.reasons(replay, replay.claim, writer, prefix)
    return training_sections.reasons(replay, replay.claim, writer, prefix)


def _included(replay: Replay, prefix: str = "") -> list[Section]:
    """Certificates inside this one, each with a letter of its own: their statements, subjects and proofs."""
    sections: list[Section] = []
    for number, node in enumerate(replay.certificates, 1):
        label = f"{prefix}C{number}"
        inner = included(replay, node.step)
        title = f"Certificate {label}"
        sections.append(Section(f"{title}: {inner.claim.kind}", _statement(inner)))
        for section in _reasons(inner, f"{label}."):
            sections.append(replace(section, title=f"{title}: {section.title[0].lower()}{section.title[1:]}"))
        sections += _included(inner, f"{label}.")
    return sections


def _trust(replay: Replay) -> tuple[Block, ...]:
    proved = {way: [name for name in replay.lemmas if LEMMAS[name].proof == way] for way in PROOFS}
    lemmas = "; ".join(f"{PROOFS[way]} {', '.join(names)}" for way, names in proved.items() if names)
    values: dict[str, Any] = {"lemmas": lemmas, "rules": ", ".join(replay.rules)}
    texts = TRAINING_TRUST if isinstance(replay.claim, TrainingClaim) else TRUST
    if isinstance(replay.claim, TrainingClaim) and replay.claim.architecture.data:
        texts = WITNESS_TRUST
    return tuple(Paragraph(fill(text, values)) for text in texts)
