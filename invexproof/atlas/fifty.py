"""``docs/fifty.md``: how many of fifty common activations are invex, and under which definitions that changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from invexproof.atlas import facts
from invexproof.atlas.page import code, escaped, formula
from invexproof.atlas.shapes import Shape, shape
from invexproof.atlas.survey import MONOTONE, Entry

SHARE = 90
"""The percentage of invex activations among fifty that the paper states."""


@dataclass(frozen=True)
class Count:
    """How many of the entries satisfy a definition: those known to, and those of which it is not known."""

    yes: tuple[str, ...]
    no: tuple[str, ...]
    unknown: tuple[str, ...]

    def text(self, total: int) -> str:
        """``47 of 50``, or ``38 to 39 of 50``."""
        most = len(self.yes) + len(self.unknown)
        return (
            f"{len(self.yes)} of {total}"
            if most == len(self.yes)
            else f"{len(self.yes)} to {most} of {total}"
        )


def count(entries: Iterable[Entry], decide: Callable[[Entry], bool | None]) -> Count:
    """Sort entries by what a definition says of them (None: not known)."""
    found: dict[bool | None, list[str]] = {True: [], False: [], None: []}
    for entry in entries:
        found[decide(entry)].append(entry.activation.name)
    return Count(tuple(found[True]), tuple(found[False]), tuple(found[None]))


# -- definitions ---------------------------------------------------------------------------------------------


def is_invex(entry: Entry) -> bool | None:
    """Our definition; a function to which it does not apply does not satisfy it."""
    return {"proved": True, "refuted": False, "not-applicable": False}.get(entry.invex.verdict)


def is_invex_with_stationary_points(entry: Entry) -> bool | None:
    """Our definition, without the vacuous cases."""
    return False if entry.invex.vacuous else is_invex(entry)


def is_invex_where_smooth(entry: Entry) -> bool | None:
    """Every point inside a piece with f' = 0 is a global minimiser; kinks and jumps are ignored."""
    if entry.invex.verdict == "proved":
        return True
    if entry.invex.verdict == "refuted":
        return False if facts.in_one_piece(entry) else None
    found = _shape(entry)
    return (
        None
        if found is None
        else all(v == found.infimum for v in found.smooth_stationary_values(plateaus=True))
    )


def is_invex_off_plateaus(entry: Entry) -> bool | None:
    """f is continuous, and every stationary point that is on no plateau (ends included) is a global minimiser."""
    if entry.invex.verdict == "proved":
        return True
    if entry.invex.verdict == "refuted" and facts.outer_step(entry.invex.document or {})["rule"] != "plateau":
        return False
    found = _shape(entry)
    if found is None:
        return None
    values = [*found.smooth_stationary_values(plateaus=False), *found.kink_values()]
    return found.is_continuous and all(value == found.infimum for value in values)


def is_quasiconvex(entry: Entry) -> bool | None:
    """Every set {f <= t} is an interval."""
    document = entry.invex.document
    if document is None:
        return None
    rule = facts.outer_step(document)["rule"]
    if entry.invex.verdict == "proved" and rule == "valley":
        return True
    if entry.invex.verdict == "refuted" and rule == "maximum":
        return False
    if entry.results[MONOTONE].verdict == "proved":
        return True
    found = _shape(entry)
    return None if found is None else found.is_quasiconvex


def _shape(entry: Entry) -> Shape | None:
    return shape(entry.activation.expression)


DEFINITIONS: tuple[tuple[str, Callable[[Entry], bool | None], str], ...] = (
    (
        "every Clarke-stationary point is a global minimiser (ours)",
        is_invex,
        "certificates",
    ),
    (
        "the same, and there is a stationary point",
        is_invex_with_stationary_points,
        "certificates; the checker says which hold vacuously",
    ),
    (
        "every x with f′(x) = 0 is a global minimiser, kinks and jumps ignored",
        is_invex_where_smooth,
        "our refutations that take place where the function is smooth stand; for a discontinuous piecewise polynomial, "
        "exact arithmetic",
    ),
    (
        "every stationary point off the plateaus is a global minimiser, and f is continuous",
        is_invex_off_plateaus,
        "refutations that use no plateau stand; for piecewise polynomials, exact arithmetic",
    ),
    (
        "quasiconvex: every set {f ≤ t} is an interval",
        is_quasiconvex,
        "the proof of invexity shows a valley (falling, then rising); certificates of strict monotonicity; the maximum "
        "of a refutation excludes it; for piecewise polynomials, exact arithmetic",
    ),
)
"""Definitions: in words, as a decision, and what the decision rests on."""

_PAGE = """# Fifty common activations

<!-- Written by `invexproof atlas`; do not edit. -->

Pinilla, Sanabria, Bi and Egiazarian (2025), *What Makes Neural Networks Trainable? Invexity as a Structural Design
Principle in AI*, state that over {share} % of fifty commonly used activations are invex. Their list of fifty is not
known to us; this page counts the fifty of our catalogue (`invexproof list --fifty`), under a definition that
is stated exactly, with a certificate for each.

**{invex} of {total} are invex: every Clarke-stationary point is a global minimiser, on all of ℝ.** Of these,
{vacuous} have no stationary point at all, so that they are invex vacuously; {nonvacuous} have stationary points, and
all of them are global minimisers. {refuted} are refuted{undecided}, and to {out_of_scope} the notion does not apply.

The certificates are the files `certificates/activations/NAME.cert.json`.

## Invex, with stationary points

{nonvacuous_list}

## Invex vacuously

These are strictly monotone, and no point is stationary:

{vacuous_list}

## Not invex

{refuted_table}
## Out of scope

{scope_table}
## How much the definition matters

{definitions_table}
Where two definitions differ:

{differences}
On part of the line more functions are invex: sin is strictly increasing on (−1, 1), for its derivative cos x is
positive there. But Gaussian has its maximum at 0, and the inflection point of Cubic is at 0, so that they are not invex
on any interval around 0.

{conclusion}
"""


def fifty_page(entries: Sequence[Entry]) -> str:
    """The page about the entries flagged as common, in Markdown."""
    fifty = [entry for entry in entries if entry.activation.fifty]
    invex = [entry for entry in fifty if entry.invex.verdict == "proved"]
    vacuous = [entry for entry in invex if entry.invex.vacuous]
    nonvacuous = [entry for entry in invex if not entry.invex.vacuous]
    refuted = [entry for entry in fifty if entry.invex.verdict == "refuted"]
    scope = [entry for entry in fifty if entry.invex.verdict == "not-applicable"]
    undecided = [entry for entry in fifty if entry.invex.verdict == "undecided"]
    counts = {words: (count(fifty, decide), basis) for words, decide, basis in DEFINITIONS}
    return _PAGE.format(
        share=SHARE,
        total=len(fifty),
        invex=len(invex),
        vacuous=len(vacuous),
        nonvacuous=len(nonvacuous),
        refuted=len(refuted),
        undecided=f", {len(undecided)} undecided ({_names(undecided)})" if undecided else "",
        out_of_scope=len(scope),
        nonvacuous_list=_names(nonvacuous),
        vacuous_list=_names(vacuous),
        refuted_table=_table(refuted, "why: a stationary point, and a lower value"),
        scope_table=_table(scope, "reason"),
        definitions_table=_definitions(counts, len(fifty)),
        differences=_differences([found for found, _ in counts.values()]),
        conclusion=_conclusion([found for found, _ in counts.values()], len(fifty)),
    )


def _names(entries: Iterable[Entry]) -> str:
    return ", ".join(entry.activation.name for entry in entries) or "none"


def _table(entries: Sequence[Entry], heading: str) -> str:
    if not entries:
        return "None.\n"
    rows = [f"| activation | formula | {heading} | certificate |\n| --- | --- | --- | --- |\n"]
    for entry in entries:
        why = facts.witness(entry)
        if entry.invex.verdict == "not-applicable":
            why = f"{why}: {entry.invex.reason}"
        cells = (entry.activation.name, code(formula(entry)), why, code(entry.slug))
        rows.append(f"| {' | '.join(map(escaped, cells))} |\n")
    return "".join(rows)


def _definitions(counts: dict[str, tuple[Count, str]], total: int) -> str:
    rows = ["| definition | count | what the count rests on |\n| --- | --- | --- |\n"]
    for words, (found, basis) in counts.items():
        unknown = f"; not known: {', '.join(found.unknown)}" if found.unknown else ""
        rows.append(f"| {words} | {found.text(total)} | {basis}{unknown} |\n")
    return "".join(rows)


def _differences(counts: Sequence[Count]) -> str:
    """What each weaker definition adds to ours."""
    ours, _, smooth, plateaus, quasiconvex = counts
    lines = []
    for found, words in (
        (smooth, "Ignoring kinks and jumps"),
        (plateaus, "Excusing plateaus"),
        (quasiconvex, "Quasiconvexity instead of invexity"),
    ):
        added = [name for name in found.yes if name not in ours.yes]
        lines.append(f"- {words} adds {', '.join(added) or 'none'}.\n")
    lines.append(f"- Not even quasiconvex: {', '.join(quasiconvex.no) or 'none'}.\n")
    return "".join(lines)


def _conclusion(counts: Sequence[Count], total: int) -> str:
    """Whether the paper's share comes out under our definition or a weaker one."""
    ours, quasiconvex = counts[0], counts[-1]
    most = len(ours.yes) + len(ours.unknown)
    if 100 * len(ours.yes) > SHARE * total:
        return f"With our definition, the share is over {SHARE} %, as the paper says."
    if 100 * most > SHARE * total:
        return f"Whether the share is over {SHARE} % with our definition depends on what is not known yet."
    share = f"With our definition, the share is {100 * len(ours.yes) / total:g} %, not over {SHARE} %."
    if 100 * len(quasiconvex.yes) > SHARE * total:
        return (
            f"{share} Of these definitions, only quasiconvexity gives a share over {SHARE} % "
            f"({100 * len(quasiconvex.yes) / total:g} %); a quasiconvex function may have stationary points, on "
            "plateaus or at inflection points, that are no minimisers. We do not know which fifty functions, and which "
            "reading of the definition, the paper's count is about."
        )
    return f"{share} None of these definitions is known to give such a share."
