"""``invexproof invexify``: change a network so that its Jacobian is certified to have full row rank."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from invexproof.cli.answers import certificate_path
from invexproof.cli.options import (
    FormulasOption,
    InputOption,
    JsonOption,
    NetworkArgument,
    RegionOption,
    TimeoutOption,
    UsageError,
    VariablesOption,
    chosen_network,
)
from invexproof.cli.output import STYLES, complain, err, out, print_json, waiting
from invexproof.invexifying import Change, changes_of
from invexproof.map_questions import MapQuestion, claim_text
from invexproof.map_subjects import map_target
from invexproof.networks.errors import NetworkError
from invexproof.networks.regions import read_region
from invexproof.networks.yaml_writing import write_yaml
from invexproof.proving import DEFAULT_TIMEOUT, Prover
from invexproof.results import Result

NOTHING_FOUND = 20
LOST = 2


def invexify(
    subject: NetworkArgument = None,
    formulas: FormulasOption = None,
    variables: VariablesOption = None,
    region: RegionOption = None,
    shape: InputOption = None,
    choose: Annotated[
        int,
        typer.Option("--choose", metavar="N", min=1, help="Save change number N of those that are found."),
    ] = 1,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The certificate about the changed network. Default: NAME-changed.nonsingular.cert.json, here.",
            show_default=False,
        ),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            "--yaml", metavar="FILE", help="Write the changed network there, too.", show_default=False
        ),
    ] = None,
    timeout: TimeoutOption = DEFAULT_TIMEOUT,
    as_json: JsonOption = False,
) -> None:
    """Change a network so that its Jacobian is certified to have full row rank; then certify the changed one.

    Tried on networks of affine maps with activations between them: strictly monotone activations, second matrices that
    fit the first (A2 = A1^T diag(p), p > 0), square layers in place of wide ones, a skip connection around a
    contraction, and combinations. Every change that is printed has been proved and checked; the one chosen is saved.

    Exit status: 0 a change is saved, or none is needed; 20 no change was found; 2 bad input.

    \b
    invexproof invexify bad.yaml
    invexproof invexify bad.yaml --choose 2 -o good.cert.json --yaml good.yaml
    """
    target = map_target(chosen_network(subject, formulas, variables, shape))
    box = read_region(region, target.network.inputs)
    path = certificate_path(output, f"{target.slug}-changed.nonsingular")
    if model is not None and not model.parent.is_dir():
        raise UsageError(
            f"there is no folder {model.parent} for {model.name}; make it first: mkdir -p {model.parent}"
        )
    question = MapQuestion(target, region=box, timeout=timeout)
    with waiting(f"changing {target.name}") as say, Prover() as prover:
        say("deciding whether it needs to be changed")
        before = prover.prove(question)
        say("searching")
        found = [] if before.verdict == "proved" else changes_of(prover, target, box, timeout)
        saved = _saved(prover, found, choose, path)
    if saved is not None and model is not None:
        _write_model(found[choose - 1], model)
    if as_json:
        print_json(_to_json(before, found, choose, saved))
    else:
        _report(before, question, found, choose, saved)
    if saved is not None and saved.path != path:
        complain(f"the change stands, but its certificate is not where you asked: {path}")
        raise typer.Exit(LOST)
    raise typer.Exit(0 if saved is not None or before.verdict == "proved" else NOTHING_FOUND)


def _saved(prover: Prover, found: list[Change], choose: int, path: Path) -> Result | None:
    if not found:
        return None
    if choose > len(found):
        raise UsageError(f"there is no change number {choose}; {len(found)} were found")
    return found[choose - 1].written(prover, path)


def _write_model(change: Change, path: Path) -> None:
    try:
        text = write_yaml(change.network)
    except NetworkError as error:
        complain(str(error))
        return
    path.write_text(text, encoding="utf-8")
    err().print(f"written: {path}")


def _report(
    before: Result, question: MapQuestion, found: list[Change], choose: int, saved: Result | None
) -> None:
    console = out()
    negated = before.verdict == "refuted"
    asked = claim_text(question.target, question.claim, question.region, False, negated)
    doubt = "whether " if before.verdict not in ("proved", "refuted") else ""
    console.print(Text.assemble((before.verdict, STYLES[before.verdict]), f": {doubt}{asked}"))
    if before.verdict == "proved":
        console.print("  nothing needs to be changed; for its certificate: invexproof prove map ...")
        return
    if not found:
        console.print("  no change was found under which this can be certified")
        return
    console.print("changes under which it has one, each certified:")
    for number, change in enumerate(found, 1):
        rules = (
            change.result.checked.verified.rules
            if change.result.checked and change.result.checked.verified
            else ()
        )
        console.print(f"  {number}. {', '.join(change.changes)} (by {', '.join(rules)})")
    if saved is not None and saved.path is not None:
        console.print(f"  certificate of change {choose}: {saved.path}, accepted by invexcheck")
        console.print("next:")
        console.print(f"  invexproof explain {saved.path}")
        console.print(f"  invexproof prove composition {saved.path} --loss mse:0")


def _to_json(before: Result, found: list[Change], choose: int, saved: Result | None) -> dict[str, object]:
    return {
        "before": before.to_json(),
        "changes": [{"changes": list(c.changes), **c.result.to_json()} for c in found],
        "chosen": choose if saved is not None else None,
        "certificate": None if saved is None or saved.path is None else str(saved.path),
    }
