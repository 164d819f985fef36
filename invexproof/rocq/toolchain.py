"""The compiled library on which exported files rest: its sources, and a cache of what the compiler makes of them."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from invexproof.errors import InvexproofError

ROOT = "Export"
"""The file that imports everything else that an exported file needs."""
PACKAGES = "coq libcoq-coquelicot libcoq-interval"
SECONDS = 300
"""For one file of the library."""
_IMPORT = re.compile(r"^From Invex Require (?:Import|Export) ([A-Za-z0-9_ ]+)\.$", re.MULTILINE)


class RocqError(InvexproofError):
    """Rocq is missing, or does not accept the library."""


@dataclass(frozen=True)
class Library:
    """The compiler, its version, and the folder with the compiled files of the namespace `Invex`."""

    compiler: str
    version: str
    folder: Path


def sources() -> Path:
    """The folder with the library's sources: that of an installed package, or that of the repository."""
    here = Path(__file__).resolve().parent
    for folder in (here / "lemmas", here.parents[1] / "lemmas" / "rocq"):
        if (folder / f"{ROOT}.v").is_file():
            return folder
    raise RocqError("the sources of the Rocq library are missing from this installation of invexproof")


def needed(folder: Path) -> list[Path]:
    """The files that `Export.v` needs, itself included, each after those that it imports."""
    order: list[str] = []

    def visit(name: str) -> None:
        if name in order:
            return
        for names in _IMPORT.findall((folder / f"{name}.v").read_text(encoding="utf-8")):
            for inner in names.split():
                visit(inner)
        order.append(name)

    visit(ROOT)
    return [folder / f"{name}.v" for name in order]


def library(waiting: Callable[[str], None] = lambda _: None) -> Library:
    """The compiled library; compiled first, if the cache has it not.

    Raises:
        RocqError: no compiler, or one that does not accept the library (a missing package, another version).
    """
    compiler = shutil.which("coqc")
    if compiler is None:
        raise RocqError(f"Rocq (coqc) is not installed; on Debian and Ubuntu: apt install {PACKAGES}")
    version = _run([compiler, "--print-version"], 60).stdout.split()
    files = needed(sources())
    digest = hashlib.sha256(" ".join([compiler, *version]).encode())
    for file in files:
        digest.update(file.read_bytes())
    folder = _cache() / digest.hexdigest()[:24]
    if not (folder / "complete").is_file():
        _compile(compiler, files, folder, waiting)
    return Library(compiler, version[0] if version else "", folder)


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "invexproof" / "rocq"


def _compile(compiler: str, files: list[Path], folder: Path, waiting: Callable[[str], None]) -> None:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(prefix="making-", dir=folder.parent))
    except OSError as error:
        raise RocqError(
            f"there is no place for the compiled library at {folder.parent} ({error.strerror}); "
            "XDG_CACHE_HOME can name another one"
        ) from error
    try:
        for file in files:
            waiting(f"compiling {file.name}")
            shutil.copyfile(file, place / file.name)
            done = _run([compiler, *QUIET, "-R", str(place), "Invex", str(place / file.name)], SECONDS)
            if done.returncode != 0:
                raise RocqError(
                    f"the Rocq library does not compile, at {file.name}: {done.stderr.strip()[:600]}\n"
                    f"It is written for Coq 8.16, Coquelicot 3.2 and Interval 4.6; on Debian: apt install {PACKAGES}"
                )
        (place / "complete").touch()
        try:
            place.rename(folder)
        except OSError:
            # Somebody else has made it in the meantime.
            if not (folder / "complete").is_file():
                raise
    finally:
        shutil.rmtree(place, ignore_errors=True)


QUIET = ("-q", "-w", "none")


def _run(command: list[str], seconds: float) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command, capture_output=True, text=True, timeout=seconds, stdin=subprocess.DEVNULL, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise RocqError(f"{Path(command[0]).name} did not end within {seconds:.0f} s") from error
    except OSError as error:
        raise RocqError(f"{command[0]} cannot be run: {error.strerror}") from error
