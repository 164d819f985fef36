"""Deciding the entries: searched for, checked, and compared with what is expected."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from invexproof import __version__
from invexproof.certificates import certificate_bytes, with_provenance
from invexproof.gallery.entries import Entry, GalleryError
from invexproof.proving import Prover
from invexproof.results import Result

LARGE: Final = 10_000
"""Certificates of more bytes than this are compressed where they are shipped."""
SOURCE: Final = {"tool": "invexproof", "version": __version__}
"""The provenance of what is shipped: it says nothing of the run, and so does not change."""


@dataclass(frozen=True)
class Decided:
    """An entry with the answer, whose certificate the checker has accepted if there is one."""

    entry: Entry
    result: Result

    @cached_property
    def certificate(self) -> bytes | None:
        """The certificate, uncompressed."""
        document = self.result.document
        return None if document is None else certificate_bytes(with_provenance(document, SOURCE))

    @property
    def file(self) -> tuple[str, bytes] | None:
        """The name of the certificate's file, and its contents."""
        document, name = self.result.document, f"{self.entry.name}.cert.json"
        if document is None or self.certificate is None:
            return None
        if len(self.certificate) <= LARGE:
            return name, self.certificate
        return f"{name}.gz", certificate_bytes(with_provenance(document, SOURCE), compressed=True)


def decide(
    entries: Iterable[Entry], jobs: int = 1, progress: Callable[[Decided], None] = lambda decided: None
) -> list[Decided]:
    """Decide entries, ``jobs`` at a time; ``progress`` is told of each one as it comes.

    Raises:
        GalleryError: a verdict is not the expected one.
    """
    asked = list(entries)
    found: dict[int, Decided] = {}
    with Prover(jobs) as prover:
        answers = prover.workers.map(prover.prove, [entry.question() for entry in asked])
        with closing(answers):
            for number, result in answers:
                found[number] = Decided(asked[number], result)
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
