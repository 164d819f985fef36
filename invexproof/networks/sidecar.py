"""Tensors in a safetensors file beside the certificate, named by file, digest and key."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from invexproof.networks.errors import NetworkError

_FILE_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,199}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_INSTALL: Final = "tensors in a file need the package safetensors: pip install 'invexproof[torch]'"


@dataclass(frozen=True)
class Reference:
    """Where a tensor is: a bare file name beside the certificate, the file's SHA-256, and the tensor's key."""

    file: str
    sha256: str
    key: str

    def to_json(self) -> dict[str, str]:
        """The three entries of a tensor that refers to a file."""
        return {"file": self.file, "sha256": self.sha256, "key": self.key}

    @staticmethod
    def from_json(document: Mapping[str, Any]) -> Reference:
        """Read the three entries; NetworkError unless the name is bare and the digest a digest."""
        file, sha256, key = document["file"], document["sha256"], document["key"]
        check_file_name(file)
        if not isinstance(sha256, str) or not _DIGEST.fullmatch(sha256):
            raise NetworkError(f"{sha256!r:.80} is not a SHA-256 digest: 64 digits 0-9, a-f")
        if not isinstance(key, str) or not key:
            raise NetworkError("the key of a tensor in a file is a non-empty string")
        return Reference(file, sha256, key)


def check_file_name(name: object) -> str:
    """The name itself; NetworkError unless it is bare (letters, digits, ``_``, ``-``, ``.``)."""
    if not isinstance(name, str) or not _FILE_NAME.fullmatch(name):
        raise NetworkError(
            f"{name!r:.80} is not a bare file name: the file lies beside the certificate, so give no directory, "
            "only letters, digits, _, - and ."
        )
    return name


class SidecarFiles:
    """The files of one directory, each read, verified by its digest, and parsed once."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._read: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}

    def tensor(self, reference: Reference) -> tuple[str, tuple[int, ...], bytes]:
        """Type, shape and little-endian bytes of a tensor; NetworkError if the file is not the one meant."""
        key = (reference.file, reference.sha256)
        if key not in self._read:
            self._read[key] = self._load(*key)
        found = self._read[key].get(reference.key)
        if found is None:
            raise NetworkError(f"{reference.file} has no tensor {reference.key!r:.80}")
        return str(found["dtype"]), tuple(found["shape"]), bytes(found["data"])

    def _load(self, file: str, sha256: str) -> dict[str, dict[str, Any]]:
        path = self.directory / file
        try:
            data = path.read_bytes()
        except OSError as error:
            raise NetworkError(f"{path} cannot be read ({error.strerror}); it holds the weights") from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise NetworkError(f"{path} is not the file that is meant: its SHA-256 differs from {sha256}")
        return unpack(data)


def unpack(data: bytes) -> dict[str, dict[str, Any]]:
    """The tensors of a safetensors file: ``dtype``, ``shape`` and ``data`` by key."""
    try:
        import safetensors
    except ImportError:
        raise NetworkError(_INSTALL) from None
    deserialize: Callable[[bytes], Iterable[tuple[str, dict[str, Any]]]] = safetensors.deserialize
    try:
        return dict(deserialize(data))
    except safetensors.SafetensorError as error:
        raise NetworkError(f"this is no safetensors file: {error}") from None


def pack(arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """A safetensors file of little-endian float32 and float64 arrays; the same bytes for the same arrays."""
    try:
        from safetensors.numpy import save
    except ImportError:
        raise NetworkError(_INSTALL) from None
    return save({name: np.ascontiguousarray(array) for name, array in sorted(arrays.items())})
