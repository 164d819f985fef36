"""Certificates as bytes: canonical JSON, optionally gzip, the same for the same proof apart from provenance."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final

from invexproof import __version__
from invexproof.errors import InvexproofError

Document = dict[str, Any]
MAX_BYTES: Final = 4 << 20
"""What is read at most; the checker refuses larger files by default."""
GZIP_MAGIC: Final = b"\x1f\x8b"


class CertificateError(InvexproofError):
    """A file that is no certificate."""


def canonical_bytes(value: Any) -> bytes:
    """JSON with sorted keys and without spaces, in ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def certificate_bytes(document: Document, compressed: bool = False) -> bytes:
    """A certificate as the contents of a file; the gzip header has neither time nor name."""
    text = canonical_bytes(document) + b"\n"
    return gzip.compress(text, 9, mtime=0) if compressed else text


def provenance(options: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    """Where a certificate comes from; not trusted, and the only part that differs from run to run.

    options: what the prover was asked (JSON values).  seconds: of the search.
    """
    return {
        "tool": "invexproof",
        "version": __version__,
        "engines": {"python-flint": version("python-flint")},
        "options": dict(options),
        "seconds": f"{seconds:.3f}",
    }


def with_provenance(document: Document, source: Mapping[str, Any]) -> Document:
    """The document with its provenance replaced."""
    return {**document, "provenance": dict(source)}


def read_document(data: bytes) -> Document:
    """The document in a certificate's bytes; raises :class:`CertificateError`.  Nothing is verified."""
    try:
        if data.startswith(GZIP_MAGIC):
            unpacker = zlib.decompressobj(wbits=31)
            data = unpacker.decompress(data, MAX_BYTES)
        document = json.loads(data)
    except (ValueError, zlib.error, RecursionError) as error:
        raise CertificateError(f"this is no certificate: {error}") from None
    if not isinstance(document, dict):
        raise CertificateError("this is no certificate: it is not a JSON object")
    return document
