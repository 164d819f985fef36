"""Certificates as files: canonical bytes, provenance, and writing that never leaves half a file."""

from invexproof.certificates.builder import (
    CertificateError,
    canonical_bytes,
    certificate_bytes,
    provenance,
    read_document,
    with_provenance,
)
from invexproof.certificates.files import CertificateWriteError, Sidecar, Staged, read_file, stage, write

__all__ = [
    "CertificateError",
    "CertificateWriteError",
    "Sidecar",
    "Staged",
    "canonical_bytes",
    "certificate_bytes",
    "provenance",
    "read_document",
    "read_file",
    "stage",
    "with_provenance",
    "write",
]
