"""The entries of the gallery: each one a subject, a claim about it and the verdict that is expected, read from files.

A collection keeps its topics in a folder of its own: files ``topics/COLLECTION/NUMBER-NAME.toml``, each with a
``title``, a ``text`` in Markdown, and tables ``[[entry]]`` with the fields of the collection's kind of :class:`Entry`.
To add an entry, add a table and run ``make gallery``.
"""

from __future__ import annotations

import re
import tomllib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, ClassVar, Final, Self

from invexproof.errors import InvexproofError
from invexproof.proving import Asked
from invexproof.results import Result

FOLDER: Final = "topics"
_FILE: Final = re.compile(r"\d+-[a-z-]+\.toml")
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
TIMEOUT: Final = 300.0
"""Seconds for the search of an entry."""


class GalleryError(InvexproofError):
    """An entry that cannot be read, or a name that no entry has."""


@dataclass(frozen=True)
class Entry(ABC):
    """A claim, as its file has it.

    name: of its certificate. network: what it is about, in words. shows: one sentence, why it is here. claim: its
    kind. verdict: the expected one. shipped: whether its certificate is in the collection's folder. yaml, sample, like:
    how the subject is built, one of :attr:`SOURCES`; a sample is the name of a function in :attr:`SAMPLES`, with its
    arguments. Instead, ``like`` is the name of an earlier entry of the same collection with the same subject.
    """

    name: str
    network: str
    shows: str
    claim: str
    verdict: str
    shipped: bool = True
    yaml: str = ""
    sample: str = ""
    like: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)

    SOURCES: ClassVar[tuple[str, ...]] = ("yaml", "sample")
    """The fields that say how the subject is built; each entry has one of them, or ``like``."""
    SAMPLES: ClassVar[Mapping[str, Callable[..., Any]]] = {}
    """The functions that samples may name."""

    @abstractmethod
    def question(self) -> Asked:
        """The claim, to be decided."""

    @abstractmethod
    def words(self) -> str:
        """The claim in words, as it is written on the page after the network."""

    def remark(self, result: Result) -> str:
        """What is to be said beside the verdict."""
        return ""

    @property
    def source(self) -> str:
        """How the subject is built, as it is written on the page."""
        if self.like:
            return f"as {self.like}"
        if self.sample:
            return f"{self.sample}({', '.join(f'{key}={value!r}' for key, value in self.arguments.items())})"
        return " ".join(getattr(self, self.built_by).split())

    @property
    def built_by(self) -> str:
        """The field that says how the subject is built."""
        return next(kind for kind in self.SOURCES if getattr(self, kind))

    def with_subject_of(self, other: Self) -> Self:
        """This claim about what another entry is about."""
        return replace(
            self, arguments=other.arguments, **{kind: getattr(other, kind) for kind in self.SOURCES}
        )

    @classmethod
    def read(cls, row: Mapping[str, Any], earlier: Mapping[str, Self]) -> Self:
        """The entry in a table of a file.  Raises GalleryError, and TypeError if a field is missing."""
        name = row.get("name", "")
        known = {item.name for item in fields(cls)}
        if unknown := set(row) - known:
            raise GalleryError(
                f"{name!r} has a field {min(unknown)!r}; the fields are {', '.join(sorted(known))}"
            )
        entry = cls(**row)
        if not _NAME.fullmatch(entry.name):
            raise GalleryError(f"{entry.name!r} is not a name of small letters, digits and hyphens")
        sources = (*cls.SOURCES, "like")
        if len([kind for kind in sources if getattr(entry, kind)]) != 1:
            raise GalleryError(f"{name!r} must have one of {', '.join(sources)}")
        if entry.sample and entry.sample not in cls.SAMPLES:
            raise GalleryError(
                f"{name!r}: there is no function {entry.sample!r}; there are {', '.join(cls.SAMPLES)}"
            )
        if not entry.like:
            return entry
        if entry.like not in earlier:
            raise GalleryError(f"{name!r}: there is no earlier entry {entry.like!r}")
        return entry.with_subject_of(earlier[entry.like])


@dataclass(frozen=True)
class Topic:
    """Entries that belong together, with a heading and a text above them."""

    title: str
    text: str
    entries: tuple[Entry, ...]


def read_topics(folder: str, kind: type[Entry]) -> tuple[Topic, ...]:
    """The topics of a collection, in order.  Raises GalleryError."""
    found = [
        path for path in files(__package__).joinpath(FOLDER, folder).iterdir() if _FILE.fullmatch(path.name)
    ]
    known: dict[str, Entry] = {}
    return tuple(read_topic(path, kind, known) for path in sorted(found, key=lambda path: path.name))


def read_topic(path: Traversable, kind: type[Entry], known: dict[str, Entry]) -> Topic:
    """The topic in a file; its entries are added to those that are known.  Raises GalleryError."""
    entries = []
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        for row in document["entry"]:
            entry = kind.read(row, known)
            if entry.name in known:
                raise GalleryError(f"there are two entries {entry.name!r}")
            known[entry.name] = entry
            entries.append(entry)
        return Topic(document["title"], document["text"].strip(), tuple(entries))
    except KeyError as error:
        raise GalleryError(f"{path.name} cannot be read: {error} is missing") from None
    except (tomllib.TOMLDecodeError, TypeError, GalleryError) as error:
        raise GalleryError(f"{path.name} cannot be read: {error}") from None
