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


def explain(
    document: dict[str, Any],
    *,
    form: Form = "terminal",
    plot: Path | None = None,
    coordinates: tuple[int, int] | None = None,
    folder: Path | None = None,
) -> str:
    """The proof in a certificate, in words that a student can follow.

    `document` is a parsed certificate. With `plot`, a picture is written to that file (``.svg``, ``.png`` or
    ``.pdf``): a function with the intervals of the proof; for a network the determinant of its Jacobian, or its
    loss, over a plane in which the two `coordinates` vary (counted from 1; by default two that tell most), with
    the boxes and points of the proof; for a training problem its layers, coloured by how smooth they are, and for
    given data the step sizes that each witness leaves. `folder` is where the certificate may name other files.
    Raises ReportError if the certificate is not valid. The proof is replayed in this process: check a file from
    elsewhere with `invexcheck` first.
    """
    replayed = replay(document, folder=folder)
    if form not in FORMS:
        raise ReportError(f"there is no form {form!r} of explanations; choose one of {', '.join(FORMS)}")
    if plot is not None:
        from invexproof.reports.pictures import save_plot

        save_plot(replayed, plot, coordinates=coordinates)
    return FORMS[form](narrate(replayed))


def _terminal(narrative: Narrative) -> str:
    from invexproof.reports.terminal import to_terminal

    return to_terminal(narrative)


def _markdown(narrative: Narrative) -> str:
    from invexproof.reports.markdown import to_markdown

    return to_markdown(narrative)


FORMS: dict[str, Callable[[Narrative], str]] = {"terminal": _terminal, "markdown": _markdown}
"""The forms of an explanation, by name."""
