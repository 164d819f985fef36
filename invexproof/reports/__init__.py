"""Explaining certificates to people: a proof in words, in a terminal or as Markdown, and a picture.

Everything is derived from the document by the checker's own rules, so an explanation cannot say anything else
than what the certificate shows.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from invexproof.reports.narrative import Narrative, narrate
from invexproof.reports.replay import Replay, ReportError, replay

__all__ = ["FORMS", "Form", "Narrative", "Replay", "ReportError", "explain", "narrate", "replay"]

Form = Literal["terminal", "markdown"]


def explain(document: dict[str, Any], *, form: Form = "terminal", plot: Path | None = None) -> str:
    """The proof in a certificate, in words that a student can follow.

    `document` is a parsed certificate. With `plot`, a picture of the function and the proof's intervals is
    written to that file (``.svg``, ``.png`` or ``.pdf``). Raises ReportError if the certificate is not valid.
    The proof is replayed in this process: check a file from elsewhere with `invexcheck` first.
    """
    replayed = replay(document)
    if form not in FORMS:
        raise ReportError(f"there is no form {form!r} of explanations; choose one of {', '.join(FORMS)}")
    if plot is not None:
        from invexproof.reports.plots import save_plot

        save_plot(replayed, plot)
    return FORMS[form](narrate(replayed))


def _terminal(narrative: Narrative) -> str:
    from invexproof.reports.terminal import to_terminal

    return to_terminal(narrative)


def _markdown(narrative: Narrative) -> str:
    from invexproof.reports.markdown import to_markdown

    return to_markdown(narrative)


FORMS: dict[str, Callable[[Narrative], str]] = {"terminal": _terminal, "markdown": _markdown}
"""The forms of an explanation, by name."""
