"""The collections of the gallery: where each keeps its certificates, and what stands around the tables of its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from invexproof.gallery import maps, training
from invexproof.gallery.deciding import Decided
from invexproof.gallery.entries import Entry, GalleryError, Topic, read_topics
from invexproof.gallery.pages import gallery_page


@dataclass(frozen=True)
class Collection:
    """Claims of one kind.

    name: of the folder of its topics. kind: of its entries. certificates, page: below the root of the repository.
    head, foot: as for :func:`invexproof.gallery.pages.gallery_page`.
    """

    name: str
    kind: type[Entry]
    certificates: Path
    page: Path
    head: str
    foot: str

    @cached_property
    def topics(self) -> tuple[Topic, ...]:
        """All topics in order.  Raises GalleryError."""
        return read_topics(self.name, self.kind)

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """All entries by name, in order."""
        return {entry.name: entry for topic in self.topics for entry in topic.entries}

    @property
    def owned(self) -> dict[Path, str]:
        """What there is besides, with such a name, belongs to no entry."""
        return {self.certificates: "*.cert.json*"}

    def shipped(self, decided: Sequence[Decided]) -> dict[Path, bytes]:
        """The certificates that are shipped, of the entries that are this collection's, by path below the root."""
        own = [each for each in decided if each.entry.shipped and each.entry.name in self.entries]
        return {self.certificates / each.file[0]: each.file[1] for each in own if each.file is not None}

    def written(self, decided: Sequence[Decided]) -> dict[Path, bytes]:
        """The page of the manual, which needs all entries."""
        return {self.page: gallery_page(self.head, self.foot, self.topics, decided).encode("utf-8")}


COLLECTIONS: Final = (
    Collection(
        "maps",
        maps.MapEntry,
        Path("certificates", "maps"),
        Path("docs", "gallery.md"),
        maps.HEAD,
        maps.FOOT,
    ),
    Collection(
        "training",
        training.TrainingEntry,
        Path("certificates", "training"),
        Path("docs", "gallery-training.md"),
        training.HEAD,
        training.FOOT,
    ),
)
"""All collections, each with a page of its own."""


def chosen(names: Sequence[str]) -> list[Entry]:
    """The entries with these names, or all of them.  Raises GalleryError."""
    known: dict[str, Entry] = {}
    for collection in COLLECTIONS:
        if both := known.keys() & collection.entries.keys():
            raise GalleryError(f"there are two entries {min(both)!r}")
        known |= collection.entries
    for name in names:
        if name not in known:
            pages = " and ".join(str(collection.page) for collection in COLLECTIONS)
            raise GalleryError(f"the gallery has no entry {name!r:.60}; its names are those in {pages}")
    return [known[name] for name in names or known]
