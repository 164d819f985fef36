"""``docs/atlas.md``: the table of the whole catalogue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from invexproof.atlas import facts
from invexproof.atlas.survey import Entry
from invexproof.expressions.printing import to_text
from invexproof.rocq.record import Recorded

MAX_FORMULA = 100

_HEAD = """# Atlas of activations

<!-- Written by `invexproof atlas`; do not edit. -->

Every activation of the catalogue, on all of ℝ: {counts}. An entry is *vacuous* if the function has no stationary point
at all. The column *certificate* names the file `certificates/activations/NAME.cert.json`; it certifies the verdict, and
`invexcheck certificates/activations` checks all of them. Of a function to which invexity does not apply it
certifies that it is discontinuous.

The other columns rest on certificates, too, which the checker has accepted while this page was written, but
which are not shipped; `invexproof prove activation NAME --claim KIND` writes them:

- *monotone* (`strictly-monotone`): strictly increasing or decreasing;
- *Lipschitz* (`lipschitz`): a constant that has been proved, not always the least one; *none* if there is none;
- *convex* (`convex`);
- *analytic* (`piecewise-analytic`): on all of ℝ, or with the breakpoints of the proof, at which nothing need happen.

The column *Rocq* says whether Rocq's kernel accepts the certificate, too, {accepted} of them: `make kernel` asks it,
and [a page of its own](rocq.md) says what that means. A – is a proof that has not been exported, or not accepted.

A *?* is a gap: no certificate was found in the few seconds that each claim gets here. In the pictures, −5 ≤ x ≤ 5; the
stationary point of a refutation is red, the lower point blue, where they are in sight.

The [fifty commonly used ones](fifty.md) have a page of their own.

| activation | formula | invex | witness | monotone | Lipschitz | convex | analytic | Rocq | certificate | picture |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
"""


def atlas_page(entries: Sequence[Entry], recorded: Mapping[str, Recorded]) -> str:
    """The page, in Markdown; `recorded` is what Rocq says about certificates, by the stems of their names."""
    counts = Counter(facts.verdict(entry) for entry in entries)
    ordered = [
        f"{counts[name]} {name}"
        for name in ("proved", "proved (vacuous)", "refuted", "not-applicable", "undecided")
        if counts[name]
    ]
    answers = [facts.kernel(entry, recorded) for entry in entries]
    counted = ", ".join(ordered) + f", of {len(entries)}"
    head = _HEAD.format(counts=counted, accepted=answers.count(facts.ACCEPTED))
    return head + "".join(_row(entry, answer) for entry, answer in zip(entries, answers, strict=True))


def _row(entry: Entry, kernel: str) -> str:
    cells = (
        entry.activation.name,
        code(formula(entry)),
        facts.verdict(entry),
        facts.witness(entry),
        facts.monotone(entry),
        facts.lipschitz(entry),
        facts.convex(entry),
        facts.smoothness(entry),
        kernel,
        code(entry.slug),
    )
    picture = f"![{entry.slug}](atlas/{entry.slug}.svg)"
    return f"| {' | '.join(escaped(cell) for cell in cells)} | {picture} |\n"


def formula(entry: Entry) -> str:
    """The formula, cut if it is long."""
    text = entry.activation.formula_text
    return text if len(text) <= MAX_FORMULA else to_text(entry.activation.expression, MAX_FORMULA)


def code(text: str) -> str:
    """Inline code."""
    return f"`{text}`"


def escaped(text: str) -> str:
    """Text in a cell of a table."""
    return text.replace("|", "\\|") if text.startswith("`") else text.replace("|", "\\|").replace("*", "\\*")
