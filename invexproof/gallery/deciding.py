"""Deciding the entries: searched for, checked, and compared with what is expected."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property

from invexproof import __version__
from invexproof.certificates import certificate_bytes, with_provenance
from invexproof.gallery.entries import Entry, GalleryError
from invexproof.map_questions import MapQuestion
from invexproof.proving import Prover
from invexproof.results import Result


@dataclass(frozen=True)
class Decided:
    """An entry with its question and the answer, whose certificate the checker has accepted if there is one."""

    entry: Entry
    question: MapQuestion
    result: Result

    @cached_property
    def certificate(self) -> bytes | None:
        """The certificate as a file that says nothing of the run that found it, and so does not change."""
        if self.result.document is None:
            return None
        source = {"tool": "invexproof", "version": __version__}
        return certificate_bytes(with_provenance(self.result.document, source))


def decide(
    entries: Iterable[Entry], jobs: int = 1, progress: Callable[[Decided], None] = lambda decided: None
) -> list[Decided]:
    """Decide entries, ``jobs`` at a time; ``progress`` is told of each one as it comes.

    Raises:
        GalleryError: a verdict is not the expected one.
    """
    asked = [(entry, entry.question()) for entry in entries]
    found: dict[int, Decided] = {}
    with Prover(jobs) as prover:
        answers = prover.workers.map(prover.prove, [question for _, question in asked])
        with closing(answers):
            for number, result in answers:
                found[number] = Decided(*asked[number], result)
                progress(found[number])
    decided = [found[number] for number in range(len(asked))]
    wrong = [
        f"{each.entry.name} is {each.result.verdict}, not {each.entry.verdict}: {each.result.reason}"
        for each in decided
        if each.result.verdict != each.entry.verdict
    ]
    if wrong:
        raise GalleryError("\n".join(wrong))
    return decided
