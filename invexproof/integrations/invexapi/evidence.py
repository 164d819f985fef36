"""An answer to one claim, with the certificate that the checker has accepted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from invexcheck.verdict import Verdict as Checked
from invexproof.certificates.builder import Document
from invexproof.results import Result


@dataclass(frozen=True)
class Evidence:
    """A verdict; proved or refuted only if the checker has accepted ``document``.

    statement: what it has verified, in its words.  file: the file, if one was written; sha256: its digest.  reason:
    why there is no verdict.
    """

    verdict: str
    statement: str = ""
    document: Document | None = None
    file: Path | None = None
    sha256: str = ""
    reason: str = ""

    @classmethod
    def of(cls, result: Result) -> Evidence:
        """From an answer of the prover."""
        return cls.checked(result.verdict, result.checked, result.document, result.path, result.reason)

    @classmethod
    def checked(
        cls,
        verdict: str,
        checked: Checked | None,
        document: Document | None,
        file: Path | None = None,
        reason: str = "",
    ) -> Evidence:
        """With what the checker has said of the document."""
        if checked is None or checked.verified is None:
            return cls(verdict, reason=reason)
        return cls(verdict, checked.verified.statement, document, file, checked.sha256 or "", reason)
