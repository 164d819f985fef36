"""Certificates in files: beside the wanted one first, renamed once accepted, and saved elsewhere if that fails.

A certificate may name a file of weights beside it. That file carries its digest in its name, so that it never
takes the place of another one.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from invexproof.certificates.builder import MAX_BYTES, CertificateError
from invexproof.errors import InvexproofError


class CertificateWriteError(InvexproofError):
    """A certificate could not be written where it was wanted; ``rescued`` is where it is instead, if anywhere."""

    def __init__(self, path: Path, error: OSError, rescued: Path | None) -> None:
        self.path = path
        self.rescued = rescued
        where = f"it has been saved as {rescued} instead" if rescued else "nor could it be saved elsewhere"
        super().__init__(f"cannot write the certificate {path}: {error.strerror or error}; {where}")


@dataclass(frozen=True)
class Sidecar:
    """A file of weights that a certificate names: its bare name, and its contents."""

    name: str
    data: bytes

    def write(self, folder: Path) -> Path | None:
        """Write it into a folder, whole or not at all; None if it is there already.  Raises OSError."""
        path = folder / self.name
        with suppress(OSError):
            if path.read_bytes() == self.data:
                return None
        part = _written_beside(path, self.data)
        try:
            os.replace(part, path)
        except OSError:
            _remove(part)
            raise
        return path


@dataclass(frozen=True)
class Staged:
    """A certificate in a file beside the wanted one (``part``), not yet under its name.

    Special files (pipes, devices) have no ``part``: they are written at the end. ``beside`` is the file of weights,
    if it has been written for this certificate.
    """

    path: Path
    part: Path | None
    data: bytes
    sidecar: Sidecar | None = None
    beside: Path | None = None

    def publish(self) -> Path:
        """Give the file its name, in place of what was there.  Raises :class:`CertificateWriteError`."""
        try:
            if self.part is None:
                _write_special(self.path, self.data)
            else:
                os.replace(self.part, self.path)
        except OSError as error:
            rescued = rescue(self.path, self.data, self.sidecar)
            self.discard()
            raise CertificateWriteError(self.path, error, rescued) from error
        return self.path

    def reject(self) -> Path | None:
        """Keep what the checker did not accept as ``NAME.rejected``, for a report of the defect."""
        if self.part is None:
            return None
        kept = self.path.with_name(f"{self.path.name}.rejected")
        with suppress(OSError):
            os.replace(self.part, kept)
            return kept
        return None

    def discard(self) -> None:
        """Remove what is not published: the file beside the wanted one, and its weights."""
        if self.part is not None and self.part.exists():
            _remove(self.part)
            if self.beside is not None:
                _remove(self.beside)


def stage(path: Path, data: bytes, sidecar: Sidecar | None = None) -> Staged:
    """Write beside the wanted file, so that no half-written certificate is ever under its name.

    Raises :class:`CertificateWriteError`, after saving the bytes in the temporary directory.
    """
    beside = None
    try:
        if path.exists() and not path.is_file():
            if path.is_dir():
                raise IsADirectoryError(0, "it is a directory")
            if sidecar is not None:
                raise OSError(0, "its weights need a file beside it, so it cannot be a pipe or a device")
            return Staged(path, None, data)
        # A link keeps pointing where it did: its target is replaced.
        wanted = path.resolve()
        if sidecar is not None:
            beside = sidecar.write(wanted.parent)
        return Staged(wanted, _written_beside(wanted, data), data, sidecar, beside)
    except OSError as error:
        if beside is not None:
            _remove(beside)
        raise CertificateWriteError(path, error, rescue(path, data, sidecar)) from error
    except BaseException:
        if beside is not None:
            _remove(beside)
        raise


def write(path: Path, data: bytes, sidecar: Sidecar | None = None) -> Path:
    """Write a certificate that has been accepted already.  Raises :class:`CertificateWriteError`."""
    stage(path, data, sidecar).publish()
    return path


def rescue(path: Path, data: bytes, sidecar: Sidecar | None = None) -> Path | None:
    """Save bytes under their name in a new folder of the temporary directory; None if that fails, too."""
    with suppress(OSError):
        folder = Path(tempfile.mkdtemp(prefix="invexproof-"))
        kept = folder / (path.name or "certificate.cert.json")
        kept.write_bytes(data)
        if sidecar is not None:
            sidecar.write(folder)
        return kept
    return None


def read_file(source: str | bytes | os.PathLike[str]) -> bytes:
    """The bytes of a certificate, at most one more than is ever accepted.  Raises :class:`CertificateError`."""
    if isinstance(source, bytes):
        return source
    try:
        with open(source, "rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise CertificateError(f"cannot read {os.fsdecode(source)!r}: {reason}") from None


def _written_beside(path: Path, data: bytes) -> Path:
    """A new file with these contents in the folder of the path.  Raises OSError, and leaves nothing then."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:80]}.", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(handle, _mode(path))
            file.write(data)
            file.flush()
            os.fsync(handle)
    except BaseException:
        _remove(part)
        raise
    return part


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


def _mode(path: Path) -> int:
    """The permissions of the file that is replaced, else those of a new one."""
    with suppress(OSError):
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _write_special(path: Path, data: bytes) -> None:
    with open(path, "wb", buffering=0) as file:
        view = memoryview(data)
        while view:
            view = view[file.write(view) :]
