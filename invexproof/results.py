"""What comes of asking for a proof: the verdict, the certificate, and what the checker said of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, Literal, Protocol

import invexcheck.verdict
from invexproof.certificates import Sidecar, certificate_bytes, write
from invexproof.certificates.builder import Document
from invexproof.errors import InvexproofError
from invexproof.networks.regions import Region, region_json
from invexproof.opinions import Opinion

Verdict = Literal["proved", "refuted", "undecided", "not-applicable"]
EXIT_CODES: Final[dict[str, int]] = {"proved": 0, "refuted": 10, "undecided": 20, "not-applicable": 30}


class Subject(Protocol):
    """What a claim is about: a function, or a network."""

    @property
    def name(self) -> str:
        """How it was named."""

    def to_json(self) -> dict[str, Any]:
        """The name, and what it stands for."""

    def ranges_json(self) -> dict[str, dict[str, str]]:
        """The intervals of quantified parameters."""


class NoCertificateError(InvexproofError):
    """There is no certificate to save or to explain."""


@dataclass(frozen=True)
class Result:
    """An answer.  ``verdict`` is proved or refuted only if the checker has accepted ``document``.

    claim, target, constant, region, almost_everywhere: what was asked. statement: what the checker has verified, in
    its own words ("" where there is no certificate). vacuous: whether the claim holds because there is no stationary
    point at all (None where that makes no sense). document: the certificate; of not-applicable, one that shows the
    discontinuity, if any. path: its file, if one was written. sidecar: the file of weights that it names. reason: why
    there is no verdict. boxes: intervals of x that resisted, as decimal texts (of a network: opposite corners), and
    delta, the smallest width tried. seconds: of search and checking. checked: the checker's verdict.
    """

    verdict: Verdict
    claim: str
    target: Subject
    constant: Fraction | None = None
    region: Region | None = None
    almost_everywhere: bool = False
    document: Document | None = None
    path: Path | None = None
    sidecar: Sidecar | None = None
    checked: invexcheck.verdict.Verdict | None = None
    reason: str = ""
    boxes: tuple[tuple[str, str], ...] = ()
    delta: str | None = None
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    opinions: tuple[Opinion, ...] = field(default=())
    warnings: tuple[str, ...] = ()

    @property
    def certificate(self) -> Document | None:
        """The certificate as a document, None if there is none."""
        return self.document

    @property
    def statement(self) -> str:
        """The verified statement, as the checker prints it."""
        return self.checked.verified.statement if self.checked and self.checked.verified else ""

    @property
    def vacuous(self) -> bool | None:
        """Whether the claim holds for want of any stationary point."""
        known = (
            self.verdict in ("proved", "refuted")
            and self.checked is not None
            and self.checked.verified is not None
        )
        return self.checked.verified.vacuous if known and self.checked and self.checked.verified else None

    @property
    def exit_code(self) -> int:
        """The exit status of ``invexproof prove``."""
        return EXIT_CODES[self.verdict]

    def save(self, path: str | Path) -> Path:
        """Write the certificate, gzipped if the name ends in ``.gz``, and the file of weights that it names.

        Raises :class:`NoCertificateError`, and :class:`invexproof.certificates.CertificateWriteError`.
        """
        if self.document is None:
            raise NoCertificateError(
                f"there is no certificate to save: the claim is {self.verdict}. {self.reason}"
            )
        path = Path(path)
        return write(path, certificate_bytes(self.document, path.suffix == ".gz"), self.sidecar)

    def explain(
        self, form: Literal["terminal", "markdown"] = "markdown", plot: str | Path | None = None
    ) -> str:
        """The proof in words; raises :class:`NoCertificateError` if there is none."""
        if self.document is None:
            raise NoCertificateError(
                f"there is no proof to explain: the claim is {self.verdict}. {self.reason}"
            )
        from invexproof.reports import explain

        picture = None if plot is None else Path(plot)
        with folder_of(self.sidecar) as folder:
            return explain(self.document, form=form, plot=picture, folder=folder)

    def to_json(self) -> dict[str, Any]:
        """The answer as JSON values, without the certificate itself."""
        verified = self.checked.verified if self.checked else None
        return {
            "verdict": self.verdict,
            "claim": self.claim,
            "constant": None if self.constant is None else str(self.constant),
            "region": region_json(self.region),
            "almost_everywhere": self.almost_everywhere,
            "subject": self.target.to_json(),
            "parameters": self.target.ranges_json(),
            "statement": self.statement or None,
            "vacuous": self.vacuous,
            "certificate": None if self.path is None else str(self.path),
            "sha256": self.checked.sha256 if self.checked and self.path else None,
            "rules": list(verified.rules) if verified else [],
            "lemmas": list(verified.lemmas) if verified else [],
            "reason": self.reason or None,
            "boxes": [list(box) for box in self.boxes],
            "delta": self.delta,
            "notes": list(self.notes),
            "opinions": [opinion.to_json() for opinion in self.opinions],
            "warnings": list(self.warnings),
            "seconds": round(self.seconds, 3),
        }


@contextmanager
def folder_of(sidecar: Sidecar | None) -> Iterator[Path | None]:
    """A temporary folder with a file of weights in it; None if there is none."""
    if sidecar is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="invexproof-") as name:
        sidecar.write(Path(name))
        yield Path(name)
