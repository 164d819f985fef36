"""Writing certificates: beside the file first, renamed once accepted, and saved elsewhere if that fails."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from invexproof.errors import InvexproofError


class CertificateWriteError(InvexproofError):
    """A certificate could not be written where it was wanted; ``rescued`` is where it is instead, if anywhere."""

    def __init__(self, path: Path, error: OSError, rescued: Path | None) -> None:
        self.path = path
        self.rescued = rescued
        where = f"it has been saved as {rescued} instead" if rescued else "nor could it be saved elsewhere"
        super().__init__(f"cannot write the certificate {path}: {error.strerror or error}; {where}")


@dataclass(frozen=True)
class Staged:
    """A certificate in a file beside the wanted one (``part``), not yet under its name.

    Special files (pipes, devices) have no ``part``: they are written at the end.
    """

    path: Path
    part: Path | None
    data: bytes

    def publish(self) -> Path:
        """Give the file its name, in place of what was there.  Raises :class:`CertificateWriteError`."""
        try:
            if self.part is None:
                _write_special(self.path, self.data)
            else:
                os.replace(self.part, self.path)
        except OSError as error:
            rescued = rescue(self.path, self.data)
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
        """Remove the file beside the wanted one."""
        if self.part is not None:
            with suppress(OSError):
                self.part.unlink()


def stage(path: Path, data: bytes) -> Staged:
    """Write beside the wanted file, so that no half-written certificate is ever under its name.

    Raises :class:`CertificateWriteError`, after saving the bytes in the temporary directory.
    """
    if path.exists() and not path.is_file():
        if not path.is_dir():
            return Staged(path, None, data)
        error = IsADirectoryError(0, "it is a directory")
        raise CertificateWriteError(path, error, rescue(path, data))
    # A link keeps pointing where it did: its target is replaced.
    wanted = path.resolve()
    part = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{wanted.name[:80]}.", suffix=".part", dir=wanted.parent)
        part = Path(name)
        with os.fdopen(handle, "wb") as file:
            os.fchmod(handle, _mode(wanted))
            file.write(data)
            file.flush()
            os.fsync(handle)
    except OSError as error:
        if part is not None:
            with suppress(OSError):
                part.unlink()
        raise CertificateWriteError(path, error, rescue(path, data)) from error
    return Staged(wanted, part, data)


def write(path: Path, data: bytes) -> Path:
    """Write a certificate that has been accepted already.  Raises :class:`CertificateWriteError`."""
    stage(path, data).publish()
    return path


def rescue(path: Path, data: bytes) -> Path | None:
    """Save bytes under their name in a new folder of the temporary directory; None if that fails, too."""
    with suppress(OSError):
        kept = Path(tempfile.mkdtemp(prefix="invexproof-")) / (path.name or "certificate.cert.json")
        kept.write_bytes(data)
        return kept
    return None


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
