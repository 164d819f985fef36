"""``invexproof prove``: decide a claim, write the certificate, have it checked, and say so."""

from __future__ import annotations

from typing import Annotated

import typer

from invexproof.claims import KINDS, PREFIX, constant_of, kind_of
from invexproof.cli import prove_map, prove_training
from invexproof.cli.answers import answer, certificate_path
from invexproof.cli.options import (
    ClaimOption,
    ConstantOption,
    EngineChoice,
    EngineName,
    FormulaOption,
    JsonOption,
    OutputOption,
    RangeOption,
    SubjectArgument,
    TimeoutOption,
    UsageError,
    chosen,
)
from invexproof.cli.output import waiting
from invexproof.proving import DEFAULT_TIMEOUT, Prover, Question, question_text
from invexproof.results import Result

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Decide a claim: proved, refuted, undecided or not applicable.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


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
    output: OutputOption = None,
    timeout: TimeoutOption = DEFAULT_TIMEOUT,
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
    as_json: JsonOption = False,
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
    path = certificate_path(output, f"{target.slug}.{kind.removeprefix(PREFIX)}")
    opinions = second_opinion.engines if second_opinion else ()
    question = Question(target, kind, exact, timeout, path, opinions, hint=engine.value)
    if target.ranges and second_opinion:
        raise UsageError("engines are asked about single functions; leave out --second-opinion or --for")
    with (
        waiting(f"deciding whether {question_text(target, kind, exact)}") as say,
        Prover(say=say) as prover,
    ):
        result = prover.prove(question)
    answer(result, _headline(result, question), _next_steps(result, bool(target.ranges)), path, as_json)


app.command("map")(prove_map.prove_map)
app.command("composition")(prove_map.prove_composition)
app.command("training")(prove_training.prove_training)


def _headline(result: Result, question: Question) -> str:
    asked = question_text(question.target, question.claim, question.constant)
    if result.verdict == "proved":
        return f"{asked}{', vacuously: it has no stationary point' if result.vacuous else ''}"
    if result.verdict == "refuted":
        kind = KINDS[result.claim]
        return asked.replace(kind.says, kind.denies, 1).replace("for every", "for some", 1)
    return f"whether {asked}"


def _next_steps(result: Result, quantified: bool) -> list[str]:
    """What one may want to do where there is no certificate."""
    if result.verdict == "not-applicable":
        return ["ask about a continuous function, or whether it is continuous: --claim piecewise-analytic"]
    steps = ["give the search more time: --timeout 1000"] if "time" in result.reason else []
    if not result.opinions:
        steps.append("ask an engine for a counterexample: --second-opinion all")
    if not quantified:
        steps.append("take the query to a solver of your own: invexproof query activation ... --smt2")
    return steps
