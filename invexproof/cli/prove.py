"""``invexproof prove``: decide a claim, write the certificate, have it checked, and say so."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from invexproof.claims import KINDS, PREFIX, constant_of, kind_of
from invexproof.cli.options import (
    ClaimOption,
    ConstantOption,
    EngineChoice,
    EngineName,
    FormulaOption,
    RangeOption,
    SubjectArgument,
    UsageError,
    chosen,
)
from invexproof.cli.output import STYLES, complain, out, print_json, waiting, warn
from invexproof.opinions import Opinion
from invexproof.proving import DEFAULT_TIMEOUT, Prover, Question, question_text
from invexproof.results import Result
from invexproof.subjects import Target

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Decide a claim: proved, refuted, undecided or not applicable.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
MOST_BOXES = 5


@app.callback()
def prove() -> None:
    """Decide a claim: proved, refuted, undecided or not applicable."""


@app.command()
def activation(
    name: SubjectArgument = None,
    formula: FormulaOption = None,
    claim: ClaimOption = "invex",
    constant: ConstantOption = None,
    ranges: RangeOption = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The certificate's file; gzipped if it ends in .gz. Default: NAME.CLAIM.cert.json, here.",
            show_default=False,
        ),
    ] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", min=0.01, help="Time for the search.")
    ] = DEFAULT_TIMEOUT,
    engine: Annotated[
        EngineName,
        typer.Option("--engine", help="The engine to ask for a hint where the search finds no answer."),
    ] = EngineName.ICP,
    second_opinion: Annotated[
        EngineChoice | None,
        typer.Option(
            "--second-opinion", help="Ask this engine, too, for a counterexample.", show_default=False
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")] = False,
) -> None:
    """Decide a claim about an activation function on all of R.

    The certificate is written first; then invexcheck, in a process of its own, reads it; only then is the verdict
    printed. Exit status: 0 proved, 10 refuted, 20 undecided, 30 not applicable, 2 bad input.

    \b
    invexproof prove activation gelu
    invexproof prove activation "torch.nn.LeakyReLU(0.2)" --claim strictly-monotone
    invexproof prove activation --formula "x*tanh(softplus(x))" -o mine.cert.json
    invexproof prove activation tanh --claim lipschitz --constant 1
    invexproof prove activation swish --for "beta > 0"
    invexproof prove activation hardswish --second-opinion z3 --json
    """
    kind = kind_of(claim)
    target, exact = chosen(name, formula, ranges), constant_of(constant, kind)
    path = certificate_path(output, target, kind)
    opinions = second_opinion.engines if second_opinion else ()
    question = Question(target, kind, exact, timeout, path, opinions, hint=engine.value)
    if target.ranges and second_opinion:
        raise UsageError("engines are asked about single functions; leave out --second-opinion or --for")
    with (
        Prover() as prover,
        waiting(f"deciding whether {question_text(target, kind, exact)}"),
    ):
        result = prover.prove(question)
    for warning in result.warnings:
        warn(warning)
    if as_json:
        print_json(result.to_json())
    else:
        report(result)
    lost = result.document is not None and result.path != path
    if lost:
        complain(f"the answer stands, but its certificate is not where you asked: {path}")
    raise typer.Exit(2 if lost else result.exit_code)


def certificate_path(output: Path | None, target: Target, kind: str) -> Path:
    """Where the certificate goes.  Raises UsageError where there can be no file."""
    name = f"{target.slug}.{kind.removeprefix(PREFIX)}.cert.json"
    if output is None:
        return Path(name)
    if str(output) == "-":
        raise UsageError(
            "a certificate goes to a file, which the checker then reads; give a name, such as -o my.cert.json"
        )
    path = output / name if output.is_dir() else output
    if not path.parent.is_dir():
        raise UsageError(
            f"there is no folder {path.parent} for the certificate; make it first: mkdir -p {path.parent}"
        )
    return path


def report(result: Result) -> None:
    """The answer for people."""
    console = out()
    console.print(Text.assemble((result.verdict, STYLES[result.verdict]), f": {_headline(result)}"))
    if result.statement:
        console.print(f"  {result.statement}")
    for note in result.notes:
        console.print(f"  note: {note}")
    if result.reason:
        console.print(f"  {'reason' if result.verdict == 'undecided' else 'because'}: {result.reason}")
    _print_boxes(result)
    for opinion in result.opinions:
        console.print(f"  {describe(opinion)}")
    if result.path is not None and result.checked is not None and result.checked.verified is not None:
        size = result.path.stat().st_size if result.path.is_file() else 0
        console.print(f"  certificate: {result.path} ({size} bytes), accepted by invexcheck")
        console.print(f"  rules: {', '.join(result.checked.verified.rules)}")
    console.print(f"  {result.seconds:.1f} s")
    console.print("next:")
    for line in _next_steps(result):
        console.print(f"  {line}")


def _headline(result: Result) -> str:
    asked = question_text(result.target, result.claim, result.constant)
    if result.verdict == "proved":
        return f"{asked}{', vacuously: it has no stationary point' if result.vacuous else ''}"
    if result.verdict == "refuted":
        kind = KINDS[result.claim]
        return asked.replace(kind.says, kind.denies, 1).replace("for every", "for some", 1)
    return f"whether {asked}"


def _print_boxes(result: Result) -> None:
    console = out()
    if result.verdict != "undecided" or not result.boxes:
        return
    shown = ", ".join(f"[{low}, {high}]" for low, high in result.boxes[:MOST_BOXES])
    more = f" and {len(result.boxes) - MOST_BOXES} more" if len(result.boxes) > MOST_BOXES else ""
    delta = f"; intervals down to width {result.delta} were tried" if result.delta else ""
    console.print(f"  the search got stuck for x in {shown}{more}{delta}")


_SAYS = {
    "holds": "finds no counterexample",
    "fails": "has a counterexample",
    "maybe-fails": "has a counterexample up to its precision",
    "unknown": "does not know",
    "unavailable": "is not available",
}


def describe(opinion: Opinion) -> str:
    """An engine's opinion in one line."""
    name = f"{opinion.engine} {opinion.version}".strip()
    detail = f": {opinion.detail}" if opinion.detail else ""
    doubts = "".join(f" (warning: {warning})" for warning in opinion.warnings)
    return f"hint of {name}: it {_SAYS[opinion.says]} ({opinion.answer}){detail}{doubts}"


def _next_steps(result: Result) -> list[str]:
    """What one may want to do with the answer."""
    if result.path is not None:
        quoted = f"'{result.path}'" if " " in str(result.path) else str(result.path)
        return [f"invexcheck {quoted}", f"invexproof explain {quoted}"]
    if result.verdict == "not-applicable":
        return ["ask about a continuous function, or whether it is continuous: --claim piecewise-analytic"]
    steps = ["give the search more time: --timeout 1000"] if "time" in result.reason else []
    if not result.opinions:
        steps.append("ask an engine for a counterexample: --second-opinion all")
    if not result.target.ranges:
        steps.append("take the query to a solver of your own: invexproof query activation ... --smt2")
    return steps
