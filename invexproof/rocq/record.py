"""What Rocq's kernel says about the certificates of the atlas, written down: ``certificates/rocq.json``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from invexproof import rocq
from invexproof.certificates import certificate_bytes, read_document, with_provenance
from invexproof.errors import InvexproofError

CERTIFICATES: Final = Path("certificates", "activations")
RECORD: Final = Path("certificates", "rocq.json")
SUFFIX: Final = ".cert.json"


@dataclass(frozen=True)
class Recorded:
    """One certificate: the digest of its claim and proof, whether Rocq accepted it, in how many seconds, or why not."""

    digest: str
    accepted: bool
    seconds: float
    reason: str = ""

    def about(self, document: Mapping[str, Any]) -> bool:
        """Whether it is about this certificate, whatever its provenance."""
        return self.digest == digest(document)


def digest(document: Mapping[str, Any]) -> str:
    """The SHA-256 of a certificate without its provenance."""
    return hashlib.sha256(certificate_bytes(with_provenance(dict(document), {}))).hexdigest()


def read(root: Path) -> dict[str, Recorded]:
    """The record below a folder, by the stem of the certificate's name; empty if there is none."""
    path = root / RECORD
    if not path.is_file():
        return {}
    found = json.loads(path.read_text(encoding="utf-8"))["certificates"]
    return {name: Recorded(**fields) for name, fields in found.items()}


def written(version: str, recorded: Mapping[str, Recorded]) -> bytes:
    """The contents of the record's file."""
    certificates = {name: asdict(each) for name, each in sorted(recorded.items())}
    text = json.dumps({"rocq": version, "certificates": certificates}, indent=1, ensure_ascii=True)
    return f"{text}\n".encode("ascii")


def record(
    root: Path,
    jobs: int,
    only: Collection[str] = (),
    progress: Callable[[str, Recorded], None] = lambda name, each: None,
) -> tuple[str, dict[str, Recorded]]:
    """Rocq's version, and its opinion of every certificate of the atlas below a folder, or of those named."""
    library = rocq.library()
    found: dict[str, Recorded] = {}
    files: list[tuple[str, str, rocq.Exported]] = []
    for path in sorted((root / CERTIFICATES).glob(f"*{SUFFIX}")):
        name = path.name.removesuffix(SUFFIX)
        if only and name not in only:
            continue
        document = read_document(path.read_bytes())
        try:
            files.append((name, digest(document), rocq.export(document, path.parent)))
        except InvexproofError as error:
            found[name] = Recorded(digest(document), False, 0.0, str(error))
            progress(name, found[name])
    results = rocq.check(library, [file for _, _, file in files], jobs)
    for (name, own, _), result in zip(files, results, strict=True):
        found[name] = Recorded(own, result.accepted, round(result.seconds, 1), result.message)
        progress(name, found[name])
    return library.version, found
