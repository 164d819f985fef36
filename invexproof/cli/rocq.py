"""``invexproof export``, and the second opinion of Rocq's kernel in ``invexproof check --kernel rocq``."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from invexcheck.verdict import TrustedBase, Verdict
from invexproof.certificates import read_document, read_file
from invexproof.cli.output import Counter, err, waiting
from invexproof.errors import InvexproofError

if TYPE_CHECKING:
    from invexproof.rocq import Compiled, Exported, Library

CODE = "rocq"
"""The code of verdicts on certificates that Rocq has not accepted."""


class Kernel(StrEnum):
    """Kernels of proof assistants that can check certificates."""

    ROCQ = "rocq"


class Language(StrEnum):
    """Languages into which certificates can be exported."""

    ROCQ = "rocq"


@dataclass(frozen=True)
class Opinion:
    """The verdict on a file after Rocq was asked; `compiled` is there if it was."""

    verdict: Verdict
    exported: Exported | None = None
    compiled: Compiled | None = None

    def text(self, base: TrustedBase | None, library: Library) -> str:
        """The checker's text, and a line about Rocq."""
        text = self.verdict.text(base)
        if self.verdict.status != "VALID" or self.exported is None or self.compiled is None:
            return text
        return (
            f"{text}\n  kernel:  Rocq {library.version} accepts the exported theorem: {self.exported.proposition}"
            f" ({self.compiled.seconds:.1f} s)"
        )

    def json(self) -> dict[str, Any]:
        """For ``--json``."""
        found: dict[str, Any] = asdict(self.verdict) | {"rocq": None}
        if self.exported is not None and self.compiled is not None:
            found["rocq"] = asdict(self.compiled) | {
                "theorem": self.exported.theorem,
                "proposition": self.exported.proposition,
            }
        return found


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A certificate.", show_default=False)],
    to: Annotated[Language, typer.Option("--to", help="The proof assistant.")] = Language.ROCQ,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Write it there, not to the terminal.", show_default=False
        ),
    ] = None,
) -> None:
    """Write a certificate about an activation as a Rocq file, whose theorem is the claim about the function.

    The statement is written from the claim alone, in the terms of Coq's real numbers and Coquelicot; the proof rests on
    the library of lemmas in lemmas/rocq, and on the tactic `interval`. What is not valid, or of a kind that is not
    exported, ends with a message and the exit status 2. Rocq itself is not needed: see `check --kernel rocq`.

    \b
    invexproof export silu.cert.json --to rocq -o silu.v
    """
    from invexproof import rocq

    data = read_file(file)
    with waiting("exporting"):
        exported = rocq.export(read_document(data), file.parent)
    if output is None:
        typer.echo(exported.text, nl=False)
        return
    output.write_text(exported.text, encoding="ascii")
    err().print(f"written: {output}")


def ask(verdicts: list[Verdict], jobs: int) -> tuple[Library, list[Opinion]]:
    """Rocq's opinion of every file that is VALID.

    Raises:
        RocqError: Rocq is missing, or does not accept the library.
    """
    from invexproof import rocq

    with waiting("compiling the library, once") as remark:
        library = rocq.library(remark)
    opinions = [_exported(verdict) for verdict in verdicts]
    asked = [k for k, opinion in enumerate(opinions) if opinion.exported is not None]
    files = [opinions[k].exported for k in asked]
    with Counter("checking with Rocq", len(asked)) as counter:
        compiled = rocq.check(
            library, [file for file in files if file is not None], jobs, progress=lambda _: counter.advance()
        )
    for k, found in zip(asked, compiled, strict=True):
        verdict = opinions[k].verdict
        if not found.accepted:
            verdict = _refused(verdict, f"Rocq does not accept the exported proof: {found.message}")
        opinions[k] = replace(opinions[k], verdict=verdict, compiled=found)
    return library, opinions


def _exported(verdict: Verdict) -> Opinion:
    from invexproof import rocq

    if verdict.status != "VALID":
        return Opinion(verdict)
    path = Path(verdict.file)
    try:
        return Opinion(verdict, rocq.export(read_document(read_file(path)), path.parent))
    except InvexproofError as error:
        return Opinion(_refused(verdict, f"it cannot be exported to Rocq: {error}"))


def _refused(verdict: Verdict, reason: str) -> Verdict:
    return Verdict(
        verdict.file, "REFUSED", CODE, reason, sha256=verdict.sha256, milliseconds=verdict.milliseconds
    )
