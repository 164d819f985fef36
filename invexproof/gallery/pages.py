"""A collection as a page of the manual: a table for each topic, and how the subjects are built."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from invexproof.gallery.deciding import Decided
from invexproof.gallery.entries import Topic
from invexproof.gallery.facts import basis

_TABLE: Final = """
| certificate | claim | verdict | by | size |
| --- | --- | --- | --- | --- |
"""
_ORDER: Final = ("proved", "refuted", "undecided", "not-applicable")


def gallery_page(head: str, foot: str, topics: Sequence[Topic], decided: Sequence[Decided]) -> str:
    """The page, in Markdown.

    head: with ``{counts}`` where the number of each verdict is to be. foot: with ``{sources}`` where it is to be
    listed how the subjects are built.
    """
    return "".join(_parts(head, foot, topics, {each.entry.name: each for each in decided}))


def _parts(head: str, foot: str, topics: Sequence[Topic], decided: Mapping[str, Decided]) -> Iterator[str]:
    entries = [entry for topic in topics for entry in topic.entries]
    counts = Counter(decided[entry.name].result.verdict for entry in entries)
    yield head.format(
        counts=", ".join(f"{counts[verdict]} {verdict}" for verdict in _ORDER if counts[verdict])
    )
    for topic in topics:
        yield f"\n## {topic.title}\n\n{topic.text}\n{_TABLE}"
        yield from (_row(decided[entry.name]) for entry in topic.entries)
    yield foot.format(sources="\n".join(f"{entry.name}: {entry.source}" for entry in entries))


def _row(each: Decided) -> str:
    entry = each.entry
    cells = (
        f'<a id="{entry.name}"></a>`{entry.name}`',
        f"**{entry.network}**: {entry.words()}. {entry.shows}",
        _verdict(each),
        basis(each.result),
        _size(each),
    )
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def _verdict(each: Decided) -> str:
    remark = each.entry.remark(each.result)
    return f"{each.result.verdict} ({remark})" if remark else each.result.verdict


def _size(each: Decided) -> str:
    if each.certificate is None:
        return "–"
    shipped = "" if each.entry.shipped else ", not shipped"
    return f"{len(each.certificate)}{shipped}"
