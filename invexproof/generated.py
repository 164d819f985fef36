"""Files that a command generates and that are kept in the repository: writing them, and telling what differs.

By default certificates count as the same if they differ in nothing but their provenance, which changes from run to run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from invexproof.certificates import CertificateError, read_document, with_provenance, write

Files = Mapping[Path, bytes]
"""Contents by path below the root."""
Owned = Mapping[Path, str]
"""Folders below the root, with the pattern of the names in them that belong to the command."""
Equal = Callable[[bytes, bytes], bool]
"""Whether a file on disk is what it should be."""


def same(left: bytes, right: bytes) -> bool:
    """Whether the contents of two files are equal, or certificates that differ in nothing but their provenance."""
    if left == right:
        return True
    try:
        documents = [with_provenance(read_document(data), {}) for data in (left, right)]
    except CertificateError:
        return False
    return documents[0] == documents[1]


def differences(root: Path, files: Files, owned: Owned, equal: Equal = same) -> list[str]:
    """What is not on disk as it should be, and what is in the folders that are owned but should not be."""
    found = []
    for name, data in files.items():
        path = root / name
        if not path.is_file():
            found.append(f"{name} is missing")
        elif not equal(path.read_bytes(), data):
            found.append(f"{name} differs")
    return found + [f"{path.relative_to(root)} belongs to nothing" for path in _strays(root, files, owned)]


def save(root: Path, files: Files, owned: Owned, equal: Equal = same) -> list[Path]:
    """Write what is not on disk already, and remove what belongs to nothing; the paths that changed."""
    changed = []
    for name, data in files.items():
        path = root / name
        if path.is_file() and equal(path.read_bytes(), data):
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        changed.append(write(path, data))
    for path in _strays(root, files, owned):
        path.unlink()
        changed.append(path)
    return changed


def _strays(root: Path, files: Files, owned: Owned) -> list[Path]:
    present = [path for folder, pattern in owned.items() for path in (root / folder).glob(pattern)]
    return sorted(path for path in present if path.relative_to(root) not in files)
