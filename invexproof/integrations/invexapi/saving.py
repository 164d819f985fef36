"""The files of the audit: which there are, and whether those on disk are the same."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from invexproof.certificates import write
from invexproof.integrations.invexapi.auditing import CERTIFICATES, Audit
from invexproof.integrations.invexapi.page import audit_page

PAGE: Final = Path("docs", "audit-invexapi.md")


def files(found: Audit) -> dict[Path, bytes]:
    """The page and the certificates, by path below the root."""
    return {**found.files, PAGE: audit_page(found).encode("utf-8")}


def differences(root: Path, wanted: Mapping[Path, bytes]) -> list[str]:
    """What is not on disk as it should be, or should not be there."""
    found = []
    for name, data in wanted.items():
        path = root / name
        if not path.is_file():
            found.append(f"{name} is missing")
        elif path.read_bytes() != data:
            found.append(f"{name} differs")
    return found + [f"{path.relative_to(root)} belongs to nothing" for path in _strays(root, wanted)]


def save(root: Path, wanted: Mapping[Path, bytes]) -> list[Path]:
    """Write what is not on disk already, and remove certificates that belong to nothing; the paths that changed."""
    changed = []
    for name, data in wanted.items():
        path = root / name
        if path.is_file() and path.read_bytes() == data:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        changed.append(write(path, data))
    for path in _strays(root, wanted):
        path.unlink()
        changed.append(path)
    return changed


def _strays(root: Path, wanted: Mapping[Path, bytes]) -> list[Path]:
    present = (root / CERTIFICATES).glob("*.cert.json")
    return sorted(path for path in present if path.relative_to(root) not in wanted)
