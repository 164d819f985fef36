"""``invexproof list``: what has a name: activations, claims, optimisers, losses, architectures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final

import typer
from rich.table import Table
from rich.text import Text

from invexcheck.architectures.methods import BETWEEN, COLLAPSES, METHODS, NUMBER, SIZES
from invexproof.activations import Activation, catalogue
from invexproof.architectures.losses import LOSSES
from invexproof.architectures.reference import REFERENCES, Architecture
from invexproof.claims import COMPOSITION, KINDS, MAP_KINDS, MAP_PREFIX, PREFIX
from invexproof.cli.options import UsageError
from invexproof.cli.output import err, out, print_json
from invexproof.training_methods import CLAIMS, aliases_of, methods

MAX_FORMULA = 90
STEP_NAMES: Final = {NUMBER: "one step size", BETWEEN: "between:LOW,HIGH", SIZES: "those of --steps FILE"}
"""Step sizes that are no words, as they are asked for."""


class What(StrEnum):
    """What can be listed."""

    ACTIVATIONS = "activations"
    CLAIMS = "claims"
    OPTIMIZERS = "optimizers"
    LOSSES = "losses"
    ARCHITECTURES = "architectures"


@dataclass(frozen=True)
class Entry:
    """One line: its texts under the titles of the list, and what it is in JSON."""

    texts: tuple[str, ...]
    json: dict[str, Any]


@dataclass(frozen=True)
class Listing:
    """A list with its titles."""

    titles: tuple[str, ...]
    entries: Callable[[], list[Entry]]


def list_names(
    what: Annotated[What, typer.Argument(metavar="WHAT", help=f"{', '.join(What)}.")] = What.ACTIVATIONS,
    search: Annotated[
        str | None,
        typer.Option(
            "--search", "-s", metavar="TEXT", help="Only those that mention this text.", show_default=False
        ),
    ] = None,
    fifty: Annotated[bool, typer.Option("--fifty", help="Only the fifty commonly used activations.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object instead of a table.")
    ] = False,
) -> None:
    """List what has a name: activations, claims, optimizers, losses or architectures.

    Functions of torch, jax and keras can be named, too, as in torch.nn.SiLU. Claims are for invexproof prove;
    optimizers, losses and architectures for invexproof prove training. What is known of an optimizer is listed as
    --start: --step; "one step size" is a number, as in --step 0.1, and an interval is written between:0.01,0.1.

    \b
    invexproof list --search swish
    invexproof list --fifty --json
    invexproof list claims
    invexproof list optimizers --search adam
    """
    if what is not What.ACTIVATIONS and fifty:
        raise UsageError("--fifty is about activations")
    listing = LISTINGS[what]
    entries = activations(fifty) if fifty else listing.entries()
    found = [entry for entry in entries if search is None or _mentions(entry, search)]
    if as_json:
        print_json({what.value: [entry.json for entry in found]})
        return
    table = Table(*listing.titles, box=None, pad_edge=False, header_style="bold")
    for entry in found:
        table.add_row(*(Text(text) for text in entry.texts))
    out().print(table, soft_wrap=False)
    err().print(f"{len(found)} of {len(listing.entries())} {what}")
    if what is What.ACTIVATIONS:
        err().print(f"see also: invexproof list {', '.join(w for w in What if w is not what)}")


def _mentions(entry: Entry, text: str) -> bool:
    wanted = text.casefold()
    return any(wanted in field.casefold() for field in _texts(entry.json))


def _texts(value: Any) -> list[str]:
    """All texts in JSON values."""
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for part in parts for text in _texts(part)]


# -- activations ---------------------------------------------------------------------------------------------


def activations(fifty: bool = False) -> list[Entry]:
    """Those of the catalogue, or only the commonly used ones."""
    return [_activation(entry) for entry in catalogue() if entry.fifty or not fifty]


def _activation(entry: Activation) -> Entry:
    formula = entry.formula_text
    shown = formula if len(formula) <= MAX_FORMULA else f"{formula[: MAX_FORMULA - 1]}…"
    json = {
        "name": entry.name,
        "formula": formula,
        "aliases": list(entry.aliases),
        "parameters": {
            p.name: {"default": p.default, "domain": p.domain.describe(p.name)} for p in entry.parameters
        },
        "sources": list(entry.sources),
        "fifty": entry.fifty,
        "note": entry.note or None,
    }
    return Entry((entry.name, shown, ", ".join(entry.aliases)), json)


# -- claims --------------------------------------------------------------------------------------------------


def claims() -> list[Entry]:
    """All kinds of claims, with the command that decides each."""
    rows = [
        *(("activation", kind.removeprefix(PREFIX), kind, f"f {row.says}") for kind, row in KINDS.items()),
        *(("map", kind.removeprefix(MAP_PREFIX), kind, _SAYS[kind]) for kind in MAP_KINDS),
        ("composition", "", COMPOSITION, _SAYS[COMPOSITION]),
        *(("training", name, kind, says) for name, (kind, says) in CLAIMS.items()),
    ]
    return [_claim(*row) for row in rows]


_SAYS: Final = {
    **dict(
        zip(
            MAP_KINDS,
            (
                "the Jacobian of the network has full row rank at every input",
                "the Jacobian of the network has full row rank at almost every input",
            ),
            strict=True,
        )
    ),
    COMPOSITION: "the loss of the network is invex in the input",
}


def _claim(command: str, name: str, kind: str, says: str) -> Entry:
    option = f" --claim {name}" if name else ""
    json = {"kind": kind, "command": f"invexproof prove {command} SUBJECT{option}", "says": says}
    return Entry((kind, f"prove {command} ...{option}", says), json)


# -- training ------------------------------------------------------------------------------------------------


def optimizers() -> list[Entry]:
    """The methods, with what is known of each."""
    return [_method(name) for name in methods()]


def _method(name: str) -> Entry:
    known: dict[str, list[str]] = {}
    for method, start, step in METHODS:
        if method == name:
            known.setdefault(start, []).append(STEP_NAMES.get(step, step))
    refuted = [step for method, step in COLLAPSES if method == name and step not in ("", NUMBER, BETWEEN)]
    json = {
        "name": name,
        "aliases": aliases_of(name),
        "verdict": "proved" if known else "refuted",
        "steps": known,
        "refuted": refuted,
    }
    shown = "; ".join(
        [
            *(f"{start}: {', '.join(steps)}" for start, steps in known.items()),
            *(f"refuted: {step}" for step in refuted),
        ]
    )
    return Entry((name, shown or "refuted", ", ".join(aliases_of(name))), json)


def losses() -> list[Entry]:
    """The losses that models are trained with."""
    result = []
    for name, form in LOSSES.items():
        words = [*form.words, *(f"{key}=..." for key in form.settings)]
        json = {"name": name, "settings": words, "says": form.sentence}
        result.append(Entry((name, form.sentence, ", ".join(words)), json))
    return result


def architectures() -> list[Entry]:
    """The reference architectures and their settings; of variants, those that differ."""
    result = []
    first: dict[type[Architecture], str] = {}
    for name, reference in REFERENCES.items():
        settings = {s.name: {"default": _setting(s.default), "says": s.help} for s in reference.settings}
        says = reference.sentence.replace("``", "")
        json = {"name": name, "says": says, "settings": settings, "loss": reference.architecture.loss}
        base = first.setdefault(reference.architecture, name)
        own = settings if base == name else reference.defaults
        shown = ", ".join(f"{key}={settings[key]['default']}" for key in own)
        result.append(Entry((name, says if base == name else f"as {base}", shown), json))
    return result


def _setting(value: Any) -> str:
    """A default as it is written."""
    if isinstance(value, tuple):
        return "x".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


LISTINGS: Final[dict[What, Listing]] = {
    What.ACTIVATIONS: Listing(("name", "formula", "also called"), activations),
    What.CLAIMS: Listing(("claim", "command", "it says that"), claims),
    What.OPTIMIZERS: Listing(("name", "known, by start", "also called"), optimizers),
    What.LOSSES: Listing(("name", "it is", "settings, as in name:setting"), losses),
    What.ARCHITECTURES: Listing(("name", "it is", "settings, as in name:key=value,..."), architectures),
}
