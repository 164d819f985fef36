"""``invexproof list``: the activations that have names."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from invexproof.activations import Activation, catalogue
from invexproof.cli.output import err, out, print_json

MAX_FORMULA = 90


def list_activations(
    search: Annotated[
        str | None,
        typer.Option(
            "--search", "-s", metavar="TEXT", help="Only those that mention this text.", show_default=False
        ),
    ] = None,
    fifty: Annotated[bool, typer.Option("--fifty", help="Only the fifty commonly used ones.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object instead of a table.")
    ] = False,
) -> None:
    """List the activations of the catalogue, with their formulas and parameters.

    Functions of torch, jax and keras can be named, too, as in torch.nn.SiLU.

    \b
    invexproof list --search swish
    invexproof list --fifty --json
    """
    found = [a for a in catalogue() if (a.fifty or not fifty) and (search is None or _mentions(a, search))]
    if as_json:
        print_json({"activations": [_to_json(a) for a in found]})
        return
    table = Table("name", "formula", "also called", box=None, pad_edge=False, header_style="bold")
    for entry in found:
        formula = entry.formula_text
        shown = formula if len(formula) <= MAX_FORMULA else f"{formula[: MAX_FORMULA - 1]}…"
        table.add_row(Text(entry.name), Text(shown), Text(", ".join(entry.aliases)))
    console = out()
    console.print(table, soft_wrap=False)
    err().print(f"{len(found)} of {len(catalogue())} activations")


def _mentions(entry: Activation, text: str) -> bool:
    wanted = text.casefold()
    return any(
        wanted in field.casefold() for field in (entry.name, *entry.aliases, *entry.sources, entry.formula)
    )


def _to_json(entry: Activation) -> dict[str, object]:
    return {
        "name": entry.name,
        "formula": entry.formula_text,
        "aliases": list(entry.aliases),
        "parameters": {
            p.name: {"default": p.default, "domain": p.domain.describe(p.name)} for p in entry.parameters
        },
        "sources": list(entry.sources),
        "fifty": entry.fifty,
        "note": entry.note or None,
    }
