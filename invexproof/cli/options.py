"""Arguments and options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from invexproof.errors import InvexproofError
from invexproof.expressions.parser import ParseError
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
