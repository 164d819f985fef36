"""The files of the atlas: which there are, what is in them, and whether those on disk are the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from invexproof.atlas.fifty import fifty_page
from invexproof.atlas.page import atlas_page
from invexproof.atlas.survey import Entry
from invexproof.atlas.thumbnails import thumbnail
from invexproof.certificates import CertificateError, certificate_bytes, read_document, with_provenance, write

CERTIFICATES: Final = Path("certificates", "activations")
PICTURES: Final = Path("docs", "atlas")
ATLAS_PAGE: Final = Path("docs", "atlas.md")
FIFTY_PAGE: Final = Path("docs", "fifty.md")


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


def pages(entries: Sequence[Entry]) -> dict[Path, bytes]:
    """The pages of the manual, which need the whole catalogue."""
    return {
        ATLAS_PAGE: atlas_page(entries).encode("utf-8"),
        FIFTY_PAGE: fifty_page(entries).encode("utf-8"),
    }


def same_certificate(left: bytes, right: bytes) -> bool:
    """Whether two certificates differ in nothing but their provenance."""
    try:
        documents = [with_provenance(read_document(data), {}) for data in (left, right)]
    except CertificateError:
        return False
    return documents[0] == documents[1]


def differences(root: Path, files: Mapping[Path, bytes], whole: bool) -> list[str]:
    """What is not on disk as it should be; with ``whole``, also what should not be there."""
    found = []
    for name, data in files.items():
        path = root / name
        if not path.is_file():
            found.append(f"{name} is missing")
        elif not _same(name, path.read_bytes(), data):
            found.append(f"{name} differs")
    return found + [f"{path.relative_to(root)} belongs to no entry" for path in _strays(root, files) if whole]


def save(root: Path, files: Mapping[Path, bytes], whole: bool) -> list[Path]:
    """Write what is not on disk already; with ``whole``, remove what belongs to no entry.  The paths that changed."""
    changed = []
    for name, data in files.items():
        path = root / name
        if path.is_file() and _same(name, path.read_bytes(), data):
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        changed.append(write(path, data))
    for path in _strays(root, files) if whole else ():
        path.unlink()
        changed.append(path)
    return changed


def _same(name: Path, left: bytes, right: bytes) -> bool:
    return same_certificate(left, right) if name.parent == CERTIFICATES else left == right


def _strays(root: Path, files: Mapping[Path, bytes]) -> list[Path]:
    """Certificates and thumbnails of entries that there are not (any more)."""
    present = [*(root / CERTIFICATES).glob("*.cert.json"), *(root / PICTURES).glob("*.svg")]
    return sorted(path for path in present if path.relative_to(root) not in files)
