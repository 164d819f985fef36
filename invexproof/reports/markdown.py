"""A narrative as Markdown that GitHub renders, formulas in LaTeX."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from invexproof.reports.narrative import Narrative
from invexproof.reports.prose import Argument, Block, Display, Math, Paragraph, Phrase, Table

INDENT = "   "


def to_markdown(narrative: Narrative, level: int = 1) -> str:
    """The narrative, its title a heading of the given level."""
    lines = [f"{'#' * level} {narrative.title}", ""]
    for section in narrative.sections:
        lines += [f"{'#' * (level + 1)} {section.title}", ""]
        for block in section.blocks:
            lines += [*WRITERS[type(block)](block), ""]
    return "\n".join(lines)


def inline(math: Math) -> str:
    """A formula in a line; the delimiters keep Markdown from reading its underscores and backslashes."""
    return f"$`{math.latex}`$"


def phrase(parts: Phrase) -> str:
    return "".join(inline(part) if isinstance(part, Math) else part for part in parts)


def _paragraph(block: Paragraph) -> Iterator[str]:
    yield phrase(block.phrase)


def _display(block: Display) -> Iterator[str]:
    yield from ("```math", block.math.latex, "```")


def _table(block: Table) -> Iterator[str]:
    yield f"| {' | '.join(block.header)} |"
    yield f"|{' --- |' * len(block.header)}"
    for row in block.rows:
        # a bar would end the cell, even in a formula
        yield f"| {' | '.join(phrase(cell).replace('|', chr(92) + 'vert ') for cell in row)} |"


def _argument(block: Argument) -> Iterator[str]:
    depth = block.number.count(".")
    bullet = f"{INDENT * depth}- "
    yield f"{bullet}**{block.number}** {phrase(block.goal)}. {phrase(block.reason)}"
    for part in block.parts:
        yield from _argument(part)


WRITERS: dict[type[Block], Callable[..., Iterator[str]]] = {
    Paragraph: _paragraph,
    Display: _display,
    Table: _table,
    Argument: _argument,
}
