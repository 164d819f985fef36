"""Arguments and options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from invexproof.errors import InvexproofError
from invexproof.expressions.parser import ParseError
from invexproof.map_subjects import MapTarget, formulas_target, map_subject
from invexproof.opinions import ENGINE_NAMES
from invexproof.subjects import Target, target


class UsageError(InvexproofError):
    """Arguments that do not go together."""


class EngineName(StrEnum):
    """The engines by name."""

    ICP = "icp"
    Z3 = "z3"
    DREAL = "dreal"


class EngineChoice(StrEnum):
    """An engine, or all of them."""

    ICP = "icp"
    Z3 = "z3"
    DREAL = "dreal"
    ALL = "all"

    @property
    def engines(self) -> tuple[str, ...]:
        """The names of the engines chosen."""
        return ENGINE_NAMES if self is EngineChoice.ALL else (self.value,)


SubjectArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="NAME_OR_FORMULA",
        help="An activation by name (gelu, torch.nn.LeakyReLU(0.2); see: invexproof list), or a formula in x.",
        show_default=False,
    ),
]
FormulaOption = Annotated[
    str | None,
    typer.Option(
        "--formula", "-f", metavar="FORMULA", help="A formula in x, instead of the name.", show_default=False
    ),
]
ClaimOption = Annotated[
    str,
    typer.Option(
        "--claim",
        "-c",
        metavar="KIND",
        help="invex, strictly-monotone, lipschitz, convex, piecewise-analytic or nonvanishing-derivative.",
    ),
]
ConstantOption = Annotated[
    str | None,
    typer.Option(
        "--constant",
        "-k",
        metavar="K",
        help="The constant of a Lipschitz claim, such as 1.1 or 3/2.",
        show_default=False,
    ),
]
RangeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--for",
        metavar="RANGE",
        help='Quantify a parameter: "beta > 0", "0 < alpha <= 1". Repeat it for several.',
        show_default=False,
    ),
]
OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="The certificate's file; gzipped if it ends in .gz. Default: NAME.CLAIM.cert.json, here.",
        show_default=False,
    ),
]
TimeoutOption = Annotated[
    float, typer.Option("--timeout", metavar="SECONDS", min=0.01, help="Time for the search.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
NetworkArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="SUBJECT",
        help="A network: model.yaml, model.onnx, program.pt2, a certificate, formulas such as 'x1+tanh(x2), x2', or "
        "package.module:name, a PyTorch module or a function that makes one (its code is imported).",
        show_default=False,
    ),
]
FormulasOption = Annotated[
    str | None,
    typer.Option(
        "--formulas",
        "-f",
        metavar="FORMULAS",
        help="The network as formulas in x1, x2, ..., with commas between them, instead of SUBJECT.",
        show_default=False,
    ),
]
VariablesOption = Annotated[
    str | None,
    typer.Option(
        "--variables",
        metavar="NAMES",
        help="With --formulas: the names of the inputs, in order, such as x,y.",
        show_default=False,
    ),
]
InputOption = Annotated[
    str | None,
    typer.Option(
        "--input",
        metavar="SHAPE",
        help="The shape of one input, such as 4 or 3x8x8: of PyTorch modules, and of files that leave it open.",
        show_default=False,
    ),
]
RegionOption = Annotated[
    str | None,
    typer.Option(
        "--region",
        metavar="BOX",
        help='Inputs in this box only: "[-1,1]^4" or "[-1,1]x[0,1/2]". Default: all of R^n.',
        show_default=False,
    ),
]


def chosen(name: str | None, formula: str | None, ranges: list[str] | None = None) -> Target:
    """The subject that the arguments name.  Raises InvexproofError if there is none, or two."""
    if name is not None and formula is not None:
        raise UsageError(f"give a name or --formula, not both: {name:.60} and {formula:.60}")
    text = formula if name is None else name
    if text is None:
        raise UsageError("say which function: a name such as gelu, or --formula 'x*sigmoid(x)'")
    try:
        return target(text, ranges or ())
    except ParseError as error:
        if "unknown name" in error.message and not ranges:
            raise UsageError(f'{error}\nA parameter needs its range: --for "NAME > 0"') from None
        raise


def chosen_network(
    subject: str | None, formulas: str | None, variables: str | None, shape: str | None
) -> MapTarget:
    """The network that the arguments name, with its own loss.  Raises InvexproofError if there is none, or two."""
    if subject is not None and formulas is not None:
        raise UsageError(f"give a network or --formulas, not both: {subject:.60} and {formulas:.60}")
    if formulas is not None:
        names = None if variables is None else [name.strip() for name in variables.split(",")]
        return _of_formulas(formulas, names)
    if subject is None:
        raise UsageError("say which network: a file such as model.yaml, or --formulas 'x1 + tanh(x2)/2, x2'")
    if variables is not None:
        raise UsageError("only --formulas have --variables")
    return map_subject(subject, shape)


def _of_formulas(formulas: str, names: list[str] | None) -> MapTarget:
    try:
        return formulas_target(formulas, names)
    except ParseError as error:
        if "unknown name" in error.message and names is None:
            raise UsageError(
                f"{error}\nThe inputs are x1, x2, ...; for other names: --variables x,y"
            ) from None
        raise
