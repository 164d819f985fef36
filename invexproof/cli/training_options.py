"""Options that say how a training problem is read; ``prove training`` and ``check --against`` share them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from invexproof.cli.options import UsageError
from invexproof.training_settings import Settings, settings


class Mode(StrEnum):
    """The modes of modules."""

    TRAIN = "train"
    EVAL = "eval"


class Semantics(StrEnum):
    """How functions are read that PyTorch executes otherwise than textbooks define them."""

    EXECUTED = "executed"
    TEXTBOOK = "textbook"


LossOption = Annotated[
    str | None,
    typer.Option(
        "--loss",
        "-l",
        metavar="LOSS",
        help="cross-entropy, mse, huber:delta=1/2, own (the model computes it), ...; see: invexproof list losses. "
        "Default: that of the YAML file or of the architecture.",
        show_default=False,
    ),
]
InputOption = Annotated[
    str | None,
    typer.Option(
        "--input",
        "-i",
        metavar="SHAPES",
        help="The shapes of the data of a PyTorch module or an ONNX file, the batch first: 8x3x32x32, or 8x16:int64, "
        "or input_ids=8x16:int64,labels=8x16:int64.",
        show_default=False,
    ),
]
DataOption = Annotated[
    Path | None,
    typer.Option(
        "--data",
        "-d",
        metavar="FILE",
        help="Make the claim for these data, not for all: a .csv with a line of names, the last column of which is the "
        "target; an .npz or a .json with arrays by name, x and target. Numbers are read exactly.",
        show_default=False,
    ),
]
ColumnsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--columns",
        metavar="INPUT=COLUMNS",
        help="Which columns of the data are which input, by name or number: target=species, x=1-3, "
        "target=one-hot:species. May be repeated.",
        show_default=False,
    ),
]
RowsOption = Annotated[
    str | None,
    typer.Option(
        "--rows",
        metavar="FIRST-LAST",
        help="Only these examples of the data, counted from 1: a mini-batch, 1-50.",
        show_default=False,
    ),
]
ModelOutputOption = Annotated[
    str | None,
    typer.Option(
        "--output",
        metavar="NAME",
        help="The output that the loss is of, by name or place: logits, or 0.",
        show_default=False,
    ),
]
PenaltyOption = Annotated[
    str | None,
    typer.Option(
        "--l2",
        metavar="LAMBDA",
        help="Add LAMBDA times the sum of the squares of all trained parameters, as in 1/100.",
        show_default=False,
    ),
]
ModeOption = Annotated[
    Mode | None,
    typer.Option(
        "--mode",
        help="Batch normalisation and dropout as in training (default) or in evaluation.",
        show_default=False,
    ),
]
SemanticsOption = Annotated[
    Semantics | None,
    typer.Option(
        "--semantics",
        help="Functions as PyTorch executes them (default), such as softplus with its threshold, or as in textbooks.",
        show_default=False,
    ),
]
ParametersOption = Annotated[
    list[str] | None,
    typer.Option(
        "--parameters",
        metavar="PATTERN",
        help="Train only the parameters whose names fit: 'head.*', or all but some: '!embedding.*'. May be repeated.",
        show_default=False,
    ),
]
FILES = (".json", ".json.gz")


def settings_of(
    loss: str | None,
    inputs: str | None,
    output: str | None,
    l2: str | None,
    mode: Mode | None,
    semantics: Semantics | None,
    parameters: list[str] | None,
    data: Path | None,
    columns: list[str] | None,
    rows: str | None,
) -> Settings:
    """What the options say.  Raises InvexproofError."""
    if output is not None and output.endswith(FILES):
        raise UsageError(f"--output names an output of the model; for the certificate's file: -o {output}")
    return settings(
        loss,
        inputs,
        output,
        l2,
        None if mode is None else mode.value,
        None if semantics is None else semantics.value,
        parameters or (),
        data,
        columns or (),
        rows,
    )
