"""The files of the audit: which there are, and whether those on disk are the same."""

from __future__ import annotations

from operator import eq
from pathlib import Path
from typing import Final

from invexproof import generated
from invexproof.generated import Files, Owned
from invexproof.integrations.invexapi.auditing import CERTIFICATES, Audit
from invexproof.integrations.invexapi.page import audit_page

PAGE: Final = Path("docs", "audit-invexapi.md")
OWNED: Final[Owned] = {CERTIFICATES: "*.cert.json"}


def files(found: Audit) -> dict[Path, bytes]:
    """The page and the certificates, by path below the root."""
    return {**found.files, PAGE: audit_page(found).encode("utf-8")}


def differences(root: Path, wanted: Files) -> list[str]:
    """What is not on disk byte for byte as it should be, or should not be there."""
    return generated.differences(root, wanted, OWNED, eq)


def save(root: Path, wanted: Files) -> list[Path]:
    """Write what is not on disk already, and remove certificates that belong to nothing; the paths that changed."""
    return generated.save(root, wanted, OWNED, eq)
