"""The files of the atlas: which there are, and what is in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from invexproof.atlas.fifty import fifty_page
from invexproof.atlas.page import atlas_page
from invexproof.atlas.survey import Entry
from invexproof.atlas.thumbnails import thumbnail
from invexproof.certificates import certificate_bytes
from invexproof.generated import Owned
from invexproof.rocq.record import Recorded

CERTIFICATES: Final = Path("certificates", "activations")
PICTURES: Final = Path("docs", "atlas")
ATLAS_PAGE: Final = Path("docs", "atlas.md")
FIFTY_PAGE: Final = Path("docs", "fifty.md")
OWNED: Final[Owned] = {CERTIFICATES: "*.cert.json", PICTURES: "*.svg"}


def certificates(entries: Sequence[Entry]) -> dict[Path, bytes]:
    """The certificates about invexity, by path below the root."""
    return {
        entry.certificate(CERTIFICATES): certificate_bytes(entry.invex.document)
        for entry in entries
        if entry.invex.document is not None
    }


def pictures(entries: Sequence[Entry]) -> dict[Path, bytes]:
    """The thumbnails, by path below the root."""
    return {PICTURES / f"{entry.slug}.svg": thumbnail(entry).encode("utf-8") for entry in entries}


def pages(entries: Sequence[Entry], recorded: Mapping[str, Recorded]) -> dict[Path, bytes]:
    """The pages of the manual, which need the whole catalogue; `recorded` is what Rocq says about its certificates."""
    return {
        ATLAS_PAGE: atlas_page(entries, recorded).encode("utf-8"),
        FIFTY_PAGE: fifty_page(entries).encode("utf-8"),
    }
