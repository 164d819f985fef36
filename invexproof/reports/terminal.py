"""A narrative for a terminal: formulas as text, steps as a tree."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text
from rich.tree import Tree

from invexproof.reports.narrative import Narrative
from invexproof.reports.prose import Argument, Block, Display, Math, Paragraph, Phrase, Table

MATH_STYLE, TITLE_STYLE, NUMBER_STYLE = "cyan", "bold", "bold magenta"
MIN_WIDTH, MAX_WIDTH = 60, 110


def to_terminal(narrative: Narrative, *, width: int | None = None, color: bool = False) -> str:
    """The narrative as text of the given width (by default that of the terminal), with escapes if `color`."""
    columns = width or min(MAX_WIDTH, max(MIN_WIDTH, shutil.get_terminal_size().columns))
    written = io.StringIO()
    console = Console(
        file=written, width=columns, force_terminal=color, color_system="standard" if color else None
    )
    console.print(Text(narrative.title, TITLE_STYLE))
    for section in narrative.sections:
        console.print()
        console.print(Text(section.title, f"{TITLE_STYLE} underline"))
        for block in section.blocks:
            console.print(Padding(RENDERERS[type(block)](block), (0, 0, 0, 2)))
    return "".join(f"{line.rstrip()}\n" for line in written.getvalue().splitlines())


def phrase(parts: Phrase) -> Text:
    """Words and formulas; words between asterisks are emphasised."""
    text = Text()
    for part in parts:
        if isinstance(part, Math):
            text.append(part.text, MATH_STYLE)
            continue
        for k, words in enumerate(re.split(r"\*([^*]+)\*", part)):
            text.append(words, "italic" if k % 2 else "")
    return text


def _paragraph(block: Paragraph) -> RenderableType:
    return phrase(block.phrase)


def _display(block: Display) -> RenderableType:
    return Padding(Text(block.math.text, MATH_STYLE), (0, 0, 0, 2))


def _table(block: Table) -> RenderableType:
    grid = Grid(*block.header, box=box.SIMPLE_HEAD, pad_edge=False)
    for row in block.rows:
        grid.add_row(*(phrase(cell) for cell in row))
    return grid


def _argument(block: Argument) -> RenderableType:
    tree = Tree(_label(block), guide_style="dim")
    pending = [(tree, part) for part in reversed(block.parts)]
    while pending:
        branch, part = pending.pop()
        grown = branch.add(_label(part))
        pending += [(grown, inner) for inner in reversed(part.parts)]
    return tree


def _label(block: Argument) -> Text:
    return Text.assemble((f"{block.number} ", NUMBER_STYLE), phrase(block.goal), ". ", phrase(block.reason))


RENDERERS: dict[type[Block], Callable[..., RenderableType]] = {
    Paragraph: _paragraph,
    Display: _display,
    Table: _table,
    Argument: _argument,
}
