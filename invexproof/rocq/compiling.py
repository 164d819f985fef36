"""Checking exported files with Rocq's kernel, and asking it which axioms they rest on."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

from invexproof.rocq.exporting import IMPORTS, THEOREM, Exported
from invexproof.rocq.toolchain import QUIET, Library, RocqError, _run

SECONDS = 120.0
"""For one exported file, on the clock."""
AUDIT_SECONDS = 300.0

ALLOWED = frozenset(
    {
        "ClassicalDedekindReals.sig_forall_dec",
        "ClassicalDedekindReals.sig_not_dec",
        "FunctionalExtensionality.functional_extensionality_dep",
        "Classical_Prop.classic",
    }
)
"""The axioms of real numbers and of classical logic."""
ALLOWED_MODULES = ("PrimInt63.", "Uint63.")
"""Machine integers, which `interval` computes with: the kernel's operations and their specifications. No floats."""
_AXIOM = re.compile(r"([A-Za-z_][A-Za-z0-9_.']*)\s*(?::|$)")


@dataclass(frozen=True)
class Compiled:
    """What Rocq says about one exported file."""

    accepted: bool
    seconds: float
    axioms: tuple[str, ...] = ()
    message: str = ""
    """Why it was not accepted."""


def check(
    library: Library,
    files: Sequence[Exported],
    jobs: int = 1,
    seconds: float = SECONDS,
    progress: Callable[[int], None] = lambda _: None,
) -> list[Compiled]:
    """Compile files, `jobs` at a time, and audit the axioms of those that compile; results in the given order.

    `progress` is told the position of each file that is done.
    """
    with tempfile.TemporaryDirectory(prefix="invexproof-rocq-") as name:
        folder = Path(name)
        results: dict[int, Compiled] = {}
        with ThreadPoolExecutor(max(1, jobs)) as pool:
            pending = {
                pool.submit(_compile, library, folder, k, file, seconds): k for k, file in enumerate(files)
            }
            try:
                for future in as_completed(pending):
                    results[pending[future]] = future.result()
                    progress(pending[future])
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        compiled = {k: files[k] for k in sorted(results) if results[k].accepted}
        for k, audited in _audited(library, folder, compiled):
            results[k] = replace(audited, seconds=results[k].seconds)
    return [results[k] for k in range(len(files))]


def allowed(axiom: str) -> bool:
    """Whether a proof may rest on it."""
    return axiom in ALLOWED or axiom.startswith(ALLOWED_MODULES)


def _compile(library: Library, folder: Path, k: int, file: Exported, seconds: float) -> Compiled:
    path = folder / f"certificate_{k}.v"
    path.write_text(file.text, encoding="ascii")
    started = time.monotonic()
    try:
        done = _run(_command(library, folder, path), seconds)
    except RocqError as error:
        return Compiled(False, time.monotonic() - started, message=str(error))
    elapsed = time.monotonic() - started
    if done.returncode == 0:
        return Compiled(True, elapsed)
    return Compiled(False, elapsed, message=_short(done.stderr))


def _short(text: str) -> str:
    """The compiler's message on one line, bounded in length."""
    plain = " ".join(text.split())
    plain = re.sub(r'File "[^"]*certificate_\d+\.v"', "file", plain)
    return plain if len(plain) <= 400 else f"{plain[:397]}..."


def _audited(library: Library, folder: Path, files: dict[int, Exported]) -> Iterator[tuple[int, Compiled]]:
    """The axioms of each file: of all at once first, since looking through the libraries takes seconds."""
    if not files:
        return
    together = _audit(library, folder, files)
    for number, file in files.items():
        alone = together.accepted or len(files) == 1
        yield number, together if alone else _audit(library, folder, {number: file})


def _audit(library: Library, folder: Path, files: dict[int, Exported]) -> Compiled:
    """Whether the theorems say what they should, and rest on allowed axioms only."""
    lines, together = [IMPORTS], "I"
    for k, file in files.items():
        lines.append(f"From Exported Require Import certificate_{k}.")
        lines.append(f"Definition claim_{k} : {file.proposition} := {THEOREM}.")
        together = f"(conj claim_{k} {together})"
    lines += [f"Definition all := {together}.", "Print Assumptions all."]
    path = folder / "audit.v"
    path.write_text("\n".join(lines) + "\n", encoding="ascii")
    try:
        done = _run(_command(library, folder, path), AUDIT_SECONDS)
        if done.returncode != 0:
            return Compiled(False, 0.0, message=f"the theorem is not the claim: {_short(done.stderr)}")
        axioms = axioms_in(done.stdout)
    except RocqError as error:
        return Compiled(False, 0.0, message=str(error))
    bad = [axiom for axiom in axioms if not allowed(axiom)]
    message = f"it rests on axioms that are not allowed: {', '.join(bad)}" if bad else ""
    return Compiled(not bad, 0.0, axioms, message)


def _command(library: Library, folder: Path, file: Path) -> list[str]:
    roots = ["-R", str(library.folder), "Invex", "-Q", str(folder), "Exported"]
    return [library.compiler, *QUIET, *roots, str(file)]


def axioms_in(answer: str) -> tuple[str, ...]:
    """The names in the answer of `Print Assumptions`; what does not look like a name is kept, and so not allowed."""
    if answer.strip() == "Closed under the global context":
        return ()
    before, found, listed = answer.partition("Axioms:")
    if not found or before.strip():
        raise RocqError(f"the answer about axioms is not understood: {_short(answer)}")
    lines = [line for line in listed.splitlines() if line.strip() and not line[0].isspace()]
    return tuple(sorted({match[1] if (match := _AXIOM.match(line)) else line for line in lines}))
