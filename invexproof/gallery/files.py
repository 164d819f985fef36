"""The files of the gallery."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from invexproof.gallery.deciding import Decided
from invexproof.gallery.entries import gallery
from invexproof.gallery.page import gallery_page

CERTIFICATES: Final = Path("certificates", "maps")
PAGE: Final = Path("docs", "gallery.md")
OWNED: Final = {CERTIFICATES: "*.cert.json"}
"""What there is besides, with such a name, belongs to no entry."""


def certificates(decided: Sequence[Decided]) -> dict[Path, bytes]:
    """The certificates that are shipped, by path below the root."""
    return {
        CERTIFICATES / f"{each.entry.name}.cert.json": each.certificate
        for each in decided
        if each.entry.shipped and each.certificate is not None
    }


def page(decided: Sequence[Decided]) -> dict[Path, bytes]:
    """The page of the manual, which needs all entries."""
    return {PAGE: gallery_page(gallery(), decided).encode("utf-8")}
