"""``invexproof query``: what engines are asked, and what they answer."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

from invexproof.claims import constant_of, kind_of
from invexproof.cli.answers import describe
from invexproof.cli.options import (
    ClaimOption,
    ConstantOption,
    EngineName,
    FormulaOption,
    JsonOption,
    SubjectArgument,
    UsageError,
    chosen,
)
from invexproof.cli.output import err, out, print_json, waiting
from invexproof.execution import Workers
from invexproof.opinions import consult
from invexproof.proving import question_text
from invexproof.subjects import Target

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Ask an engine for a counterexample, or print the question in SMT-LIB 2.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


class DialectName(StrEnum):
    """Dialects of SMT-LIB 2, one a solver."""

    Z3 = "z3"
    CVC5 = "cvc5"
    DREAL = "dreal"


@app.callback()
def query() -> None:
    """Ask an engine for a counterexample, or print the question in SMT-LIB 2."""


@app.command()
def activation(
    name: SubjectArgument = None,
    formula: FormulaOption = None,
    claim: ClaimOption = "invex",
    constant: ConstantOption = None,
    smt2: Annotated[
        bool, typer.Option("--smt2", help="Print the question in SMT-LIB 2; ask nobody.")
    ] = False,
    dialect: Annotated[
        DialectName, typer.Option("--dialect", help="The solver that --smt2 is for.")
    ] = DialectName.Z3,
    engine: Annotated[EngineName, typer.Option("--engine", help="The engine to ask.")] = EngineName.ICP,
    delta: Annotated[
        str,
        typer.Option("--delta", metavar="D", help="How far an engine may weaken a condition (delta-sat)."),
    ] = "1/1000",
    timeout: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", min=0.01, help="Time for the engine.")
    ] = 30.0,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="With --smt2: write it there.", show_default=False
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Ask whether a claim about an activation has a counterexample.

    With --smt2 the question is printed for a solver of your own: it is satisfiable if and only if there is a
    counterexample, but where its comments say otherwise. What an engine answers is a hint, never evidence.

    \b
    invexproof query activation hardswish --engine z3
    invexproof query activation gelu --smt2 --dialect dreal -o gelu.smt2
    invexproof query activation tanh --claim lipschitz --constant 1 --smt2
    """
    kind = kind_of(claim)
    target = chosen(name, formula)
    exact = constant_of(constant, kind)
    precision = _delta(delta)
    if smt2:
        _print_script(target, kind, exact, precision, dialect.value, output)
        return
    if output is not None:
        raise UsageError("-o is for --smt2: the answer of an engine is printed")
    with Workers() as workers, waiting(f"asking {engine.value}"):
        opinion = consult(workers, engine.value, target.expression, kind, exact, precision, timeout)
    if opinion.says == "unavailable":
        raise UsageError(opinion.detail)
    if as_json:
        print_json({"claim": kind, **opinion.to_json(), "queries": [dict(part) for part in opinion.parts]})
        return
    console = out()
    for part in opinion.parts:
        where = f" {part['where']}" if part["where"] else ""
        reason = f" ({part['reason']})" if part["reason"] else ""
        console.print(f"{part['verdict']}: {part['purpose']}{where}{reason}")
    console.print(describe(opinion))
    console.print("An engine's answer is a hint; a certificate comes from: invexproof prove activation")


def _delta(text: str) -> Fraction:
    try:
        value = Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise UsageError(f"--delta {text!r:.40} is not a number; write it as in 0.001 or 1/1000") from None
    if value < 0:
        raise UsageError(f"--delta must not be negative, it is {text}")
    return value


def _print_script(
    target: Target, kind: str, constant: Fraction | None, delta: Fraction, dialect: str, output: Path | None
) -> None:
    from invexproof.queries.build import activation_queries
    from invexproof.queries.combine import combined
    from invexproof.queries.smtlib import to_smtlib

    queries = activation_queries(kind, target.expression, constant=constant, delta=delta)
    about = f"a counterexample to: {question_text(target, kind, constant)}, f(x) = {target.formula}"
    script = to_smtlib(combined(queries, about), dialect).text
    if output is None:
        print(script, end="")
        return
    output.write_text(script, encoding="utf-8")
    err().print(f"written: {output}")
