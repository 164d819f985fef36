"""The entries of the gallery: each one a network, a claim about it and the verdict that is expected, read from files.

A topic is a file ``topics/NUMBER-NAME.toml``: a ``title``, a ``text`` in Markdown, and tables ``[[entry]]`` with the
fields of :class:`Entry`. The network is given as one of :data:`SOURCES`. To add an entry, add a table and run
``make gallery``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

from invexproof.claims import COMPOSITION, map_kind_of
from invexproof.errors import InvexproofError
from invexproof.gallery.networks import NETWORKS
from invexproof.map_questions import MapQuestion
from invexproof.map_subjects import MapTarget, composition_target, map_target
from invexproof.networks.formulas import network_of_formulas
from invexproof.networks.network import Network
from invexproof.networks.regions import read_region
from invexproof.networks.yaml_files import network_of_yaml

FOLDER: Final = "topics"
_FILE: Final = re.compile(r"\d+-[a-z-]+\.toml")
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
TIMEOUT: Final = 300.0
"""Seconds for the search of an entry."""


class GalleryError(InvexproofError):
    """An entry that cannot be read, or a name that no entry has."""


@dataclass(frozen=True)
class Entry:
    """A claim about a network, as its file has it.

    name: of its certificate. network: in words. shows: one sentence, why it is here. yaml, formulas, sample, like: how
    the network is built, one of them; a sample is the name of a function in :data:`NETWORKS`, with its arguments, and
    ``like`` the name of an entry with the same network. claim:
    ``nonsingular``, ``nonsingular-almost-everywhere`` or ``invex``. region, loss, almost_everywhere: as for
    ``invexproof prove``. verdict: the expected one. shipped: whether its certificate is in ``certificates/maps``.
    """

    name: str
    network: str
    shows: str
    claim: str
    verdict: str
    yaml: str = ""
    formulas: str = ""
    sample: str = ""
    like: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    region: str | None = None
    loss: str | None = None
    almost_everywhere: bool = False
    shipped: bool = True

    @property
    def source(self) -> str:
        """How the network is built, as it is written on the page."""
        if self.like:
            return f"as {self.like}"
        if self.sample:
            return f"{self.sample}({', '.join(f'{key}={value!r}' for key, value in self.arguments.items())})"
        return " ".join((self.yaml or self.formulas).split())

    def build(self) -> Network:
        """The network, without a loss."""
        kind = next(kind for kind in SOURCES if getattr(self, kind))
        return SOURCES[kind](self)

    def target(self) -> MapTarget:
        """The subject of the claim."""
        if self.claim == "invex":
            return replace(composition_target(self.build(), self.loss), name=self.name, slug=self.name)
        return replace(map_target(self.build()), name=self.name, slug=self.name)

    def question(self) -> MapQuestion:
        """The claim, to be decided."""
        target = self.target()
        kind = COMPOSITION if self.claim == "invex" else map_kind_of(self.claim)
        region = read_region(self.region, target.network.inputs)
        return MapQuestion(target, kind, region, self.almost_everywhere, TIMEOUT)


@dataclass(frozen=True)
class Topic:
    """Entries that belong together, with a heading and a text above them."""

    title: str
    text: str
    entries: tuple[Entry, ...]


SOURCES: Final[Mapping[str, Callable[[Entry], Network]]] = {
    "yaml": lambda entry: network_of_yaml(entry.yaml, entry.name),
    "formulas": lambda entry: network_of_formulas(entry.formulas),
    "sample": lambda entry: NETWORKS[entry.sample](**entry.arguments),
    "like": lambda entry: chosen([entry.like])[0].build(),
}
"""The ways to give a network: layers in YAML, formulas, a function with its arguments, or another entry."""


@cache
def gallery() -> tuple[Topic, ...]:
    """All topics in order.  Raises :class:`GalleryError`."""
    found = sorted(
        (path for path in files(__package__).joinpath(FOLDER).iterdir() if _FILE.fullmatch(path.name)),
        key=lambda path: path.name,
    )
    topics = tuple(_read(path) for path in found)
    names = [entry.name for topic in topics for entry in topic.entries]
    for name in names:
        if names.count(name) > 1:
            raise GalleryError(f"there are two entries {name!r}")
    return topics


def chosen(names: Sequence[str]) -> list[Entry]:
    """The entries with these names, or all of them.  Raises :class:`GalleryError`."""
    known = {entry.name: entry for topic in gallery() for entry in topic.entries}
    for name in names:
        if name not in known:
            raise GalleryError(
                f"the gallery has no entry {name!r:.60}; its names are those in docs/gallery.md"
            )
    return [known[name] for name in names or known]


def _read(path: Traversable) -> Topic:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        entries = tuple(_entry(row) for row in document["entry"])
        return Topic(document["title"], document["text"].strip(), entries)
    except KeyError as error:
        raise GalleryError(f"{path.name} cannot be read: {error} is missing") from None
    except (tomllib.TOMLDecodeError, TypeError, GalleryError) as error:
        raise GalleryError(f"{path.name} cannot be read: {error}") from None


def _entry(row: dict[str, Any]) -> Entry:
    name = row.get("name", "")
    known = {item.name for item in fields(Entry)}
    if unknown := set(row) - known:
        raise GalleryError(
            f"{name!r} has a field {min(unknown)!r}; the fields are {', '.join(sorted(known))}"
        )
    entry = Entry(**row)
    if not _NAME.fullmatch(entry.name):
        raise GalleryError(f"{entry.name!r} is not a name of small letters, digits and hyphens")
    given = [kind for kind in SOURCES if getattr(entry, kind)]
    if len(given) != 1:
        raise GalleryError(f"{name!r} must have one of {', '.join(SOURCES)}")
    if entry.sample and entry.sample not in NETWORKS:
        raise GalleryError(
            f"{name!r}: there is no function {entry.sample!r}; there are {', '.join(NETWORKS)}"
        )
    return entry
