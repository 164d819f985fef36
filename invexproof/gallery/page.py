"""``docs/gallery.md``: the gallery as a page of the manual."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from invexproof.claims import ALMOST_EVERYWHERE, COMPOSITION
from invexproof.gallery.deciding import Decided
from invexproof.gallery.entries import Topic
from invexproof.gallery.facts import basis
from invexproof.map_questions import MapQuestion
from invexproof.map_subjects import VACUOUS
from invexproof.networks.regions import region_text

_HEAD: Final = """# Gallery of networks

<!-- Written by `make gallery`; do not edit. -->

Claims about networks and about losses of networks, as functions of the input: {counts}.
They were chosen to show what holds and what does not, often side by side; the weights, the region or the activation
make the difference. An answer is about this network with these weights, and about nothing else.

What is proved or refuted has a certificate, the file `certificates/maps/NAME.cert.json`, unless the table says *not
shipped*; `invexcheck certificates/maps` checks them all, and `invexproof explain` puts each one into words. Its size is
in bytes. *Undecided* means that no certificate was found, with the reason; it says nothing about the claim. *Vacuous*
means that the loss has no stationary point. *By* names the rule that settles the claim, with the points, boxes or parts
that it uses; [the format](FORMAT.md) describes the rules, and [the lemmas](lemmas/index.md) justify them.

Jacobians are those with respect to the input; where a network has kinks, every matrix of Clarke's generalised Jacobian
is meant. `make gallery` decides all of it anew. How each network is built is said [at the
end](#how-the-networks-are-written); the weights of sampled networks come from a seed.
"""
_TABLE: Final = """
| certificate | claim | verdict | by | size |
| --- | --- | --- | --- | --- |
"""
_SOURCES: Final = """
## How the networks are written

Layers are in the [YAML of network files](maps.md), formulas are in x1, x2, …, and functions are those of
`invexproof.networks.samples` and `invexproof.gallery.networks`.

```text
{sources}
```
"""
_SUPERSCRIPTS: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_ORDER: Final = ("proved", "refuted", "undecided", "not-applicable")


def gallery_page(topics: Sequence[Topic], decided: Sequence[Decided]) -> str:
    """The page, in Markdown."""
    return "".join(_parts(topics, {each.entry.name: each for each in decided}))


def _parts(topics: Sequence[Topic], decided: Mapping[str, Decided]) -> Iterator[str]:
    counts = Counter(each.result.verdict for each in decided.values())
    listed = ", ".join(f"{counts[verdict]} {verdict}" for verdict in _ORDER if counts[verdict])
    yield _HEAD.format(counts=listed)
    for topic in topics:
        yield f"\n## {topic.title}\n\n{topic.text}\n{_TABLE}"
        yield from (_row(decided[entry.name]) for entry in topic.entries)
    entries = [entry for topic in topics for entry in topic.entries]
    yield _SOURCES.format(sources="\n".join(f"{entry.name}: {entry.source}" for entry in entries))


def _row(each: Decided) -> str:
    entry = each.entry
    claim = f"**{entry.network}**: {claim_words(each.question)}. {entry.shows}"
    cells = (
        f'<a id="{entry.name}"></a>`{entry.name}`',
        claim,
        _verdict(each),
        basis(each.result),
        _size(each),
    )
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def _verdict(each: Decided) -> str:
    vacuous = (
        " (vacuous)" if each.result.verdict == "proved" and VACUOUS in each.question.target.notes else ""
    )
    return f"{each.result.verdict}{vacuous}"


def _size(each: Decided) -> str:
    if each.certificate is None:
        return "–"
    shipped = "" if each.entry.shipped else ", not shipped"
    return f"{len(each.certificate)}{shipped}"


def claim_words(question: MapQuestion) -> str:
    """The claim in words: ``nonsingular Jacobian at every x ∈ ℝ²``."""
    network = question.target.network
    n, k = network.inputs, network.outputs
    almost = question.almost_everywhere or question.claim == ALMOST_EVERYWHERE
    space = f"ℝ{superscript(n)}" if question.region is None else _region(question)
    if question.claim == COMPOSITION:
        where = f"almost everywhere on {space}" if almost else f"on {space}"
        return f"composed with {question.target.loss}, invex {where}"
    rank = "nonsingular Jacobian" if n == k else f"Jacobian of full row rank {k}"
    weights = ", for almost all weights" if network.free else ""
    return f"{rank} at {'almost every' if almost else 'every'} x ∈ {space}{weights}"


def superscript(number: int) -> str:
    """A number as an exponent; none for 1."""
    return "" if number == 1 else str(number).translate(_SUPERSCRIPTS)


def _region(question: MapQuestion) -> str:
    text = region_text(question.region or ())
    factors = [factor.partition("^") for factor in text.split(" x ")]
    return " × ".join(f"{box}{exponent.translate(_SUPERSCRIPTS)}" for box, _, exponent in factors).replace(
        "-", "−"
    )
