"""``invexproof check`` and ``invexproof explain``: reading certificates."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from invexcheck.limits import Limits
from invexcheck.supervise import Supervisor
from invexproof.certificates import read_document, read_file
from invexproof.cli.options import JsonOption, UsageError
from invexproof.cli.output import complain, err, out, print_json, waiting
from invexproof.cli.rocq import Kernel, Opinion, ask
from invexproof.cli.training_options import (
    ColumnsOption,
    DataOption,
    LossOption,
    ModelOutputOption,
    ModeOption,
    ParametersOption,
    PenaltyOption,
    RowsOption,
    SemanticsOption,
    settings_of,
)
from invexproof.training_comparison import Against

INVALID = 1
SUFFIXES = (".cert.json", ".cert.json.gz")
PICTURES = (".svg", ".png", ".pdf")


class Format(StrEnum):
    """The forms of an explanation."""

    TERMINAL = "terminal"
    MARKDOWN = "markdown"


def explain(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A certificate.", show_default=False)],
    form: Annotated[
        Format, typer.Option("--format", help="How the explanation is written.")
    ] = Format.TERMINAL,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Write it there, not to the terminal.", show_default=False
        ),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(
            "--plot",
            metavar="FILE",
            help="Draw the function or the network, and the proof: .svg, .png or .pdf.",
            show_default=False,
        ),
    ] = None,
    plane: Annotated[
        str | None,
        typer.Option(
            "--slice",
            metavar="I,J",
            help="Inputs of a network that vary in the picture, counted from 1; by default two that tell most.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Explain a proof in words: what has been proved, and how.

    The checker reads the certificate first; what is not valid is not explained, and the exit status is 1.

    \b
    invexproof explain gelu.cert.json
    invexproof explain gelu.cert.json --format markdown -o gelu.md --plot gelu.svg
    invexproof explain block.cert.json --plot block.svg --slice 1,3
    """
    coordinates = None if plane is None else _coordinates(plane)
    if coordinates is not None and plot is None:
        raise UsageError("--slice says what to draw; say where with --plot FILE")
    if plot is not None and plot.suffix not in PICTURES:
        raise UsageError(f"the picture {plot} must end in one of {', '.join(PICTURES)}")
    for wanted in (output, plot):
        if wanted is not None and not wanted.parent.is_dir():
            raise UsageError(f"there is no folder {wanted.parent} for {wanted.name}")
    from invexproof.reports import explain as explain_document

    data = read_file(file)
    with waiting("checking"), Supervisor(Limits(), 1) as supervisor:
        verdict = supervisor.check(file)
    if verdict.verified is None:
        complain(f"only a valid certificate can be explained, and {file} is not:\n{verdict.text(None)}")
        raise typer.Exit(INVALID)
    with waiting("explaining"):
        text = explain_document(
            read_document(data), form=form.value, plot=plot, coordinates=coordinates, folder=file.parent
        )
    if output is None:
        out().print(text)
    else:
        output.write_text(text if text.endswith("\n") else f"{text}\n", encoding="utf-8")
        err().print(f"written: {output}")
    if plot is not None:
        err().print(f"drawn: {plot}")


def _coordinates(text: str) -> tuple[int, int]:
    """The numbers in ``1,3``."""
    parts = text.split(",")
    if len(parts) != 2 or not all(part.strip().isascii() and part.strip().isdigit() for part in parts):
        raise UsageError(f"--slice {text}: expected two numbers of inputs, such as 1,3")
    return int(parts[0]), int(parts[1])


def check(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Certificates, or folders of them.", show_default=False),
    ],
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            metavar="SUBJECT",
            help="A function by name or formula, a network as for prove map, a model as for prove training, or a "
            "certificate: what is about another one is INVALID.",
            show_default=False,
        ),
    ] = None,
    inputs: Annotated[
        str | None,
        typer.Option(
            "--input",
            "-i",
            metavar="SHAPE",
            help="The shape of one input of a network, 3x8x8; of the data of a model that is trained, 16x3x8x8.",
            show_default=False,
        ),
    ] = None,
    loss: LossOption = None,
    model_output: ModelOutputOption = None,
    l2: PenaltyOption = None,
    mode: ModeOption = None,
    semantics: SemanticsOption = None,
    parameters: ParametersOption = None,
    data: DataOption = None,
    columns: ColumnsOption = None,
    rows: RowsOption = None,
    kernel: Annotated[
        Kernel | None,
        typer.Option(
            "--kernel",
            help="Export what is valid, and have it checked again by the kernel of this proof assistant: what it does "
            "not accept is REFUSED.",
            show_default=False,
        ),
    ] = None,
    as_json: JsonOption = False,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Checking processes at a time.")] = 2,
) -> None:
    """Check certificates with invexcheck, and say whether they are about your function, your network or your model.

    A network is the one in a certificate if it has the same nodes, functions and numbers; that a loss is put after it
    makes no difference. A model that is trained is the one in a certificate if both have the same graph, from the
    parameters and the data to the loss; options are as for prove training, by default those that the certificate names.
    If it is about given data, these are compared, too: name yours with --data.

    Exit status: 0 all valid, 1 some not, 2 bad input. invexcheck itself does the same without any part of the prover.

    \b
    invexproof check gelu.cert.json --against torch.nn.GELU
    invexproof check residual.nonsingular.cert.json --against residual.yaml
    invexproof check vit.gd.cert.json --against mymodels:vit --input 8x3x224x224
    invexproof check mlp-4x3-iris.gd.cert.json --against mlp:4x3 --data iris.csv
    invexproof check certificates/activations
    invexproof check silu.cert.json --kernel rocq
    """
    names = [name for path in files for name in _expand(path)]
    settings = settings_of(loss, inputs, model_output, l2, mode, semantics, parameters, data, columns, rows)
    wanted = None if against is None else Against(against, inputs, settings)
    verdicts = []
    with Supervisor(Limits(), min(jobs, len(names))) as supervisor:
        for found in supervisor.check_all([str(name) for name in names]):
            verdict = found if wanted is None else wanted.compare(found, found.file)
            verdicts.append(verdict)
            if not as_json and kernel is None:
                print(verdict.text(supervisor.base), flush=True)
        base = supervisor.base
    opinions: list[Opinion] = []
    if kernel is not None:
        library, opinions = ask(verdicts, jobs)
        verdicts = [opinion.verdict for opinion in opinions]
        if not as_json:
            for opinion in opinions:
                print(opinion.text(base, library), flush=True)
    if as_json and opinions:
        print_json(
            {
                "trusted_base": asdict(base) if base else None,
                "rocq": {"version": library.version},
                "verdicts": [opinion.json() for opinion in opinions],
            }
        )
    elif as_json:
        print_json(
            {"trusted_base": asdict(base) if base else None, "verdicts": [asdict(v) for v in verdicts]}
        )
    elif len(verdicts) > 1:
        counts = Counter(verdict.status for verdict in verdicts)
        print(f"{counts['VALID']} valid, {counts['INVALID']} invalid, {counts['REFUSED']} refused")
    raise typer.Exit(0 if all(verdict.status == "VALID" for verdict in verdicts) else INVALID)


def _expand(path: Path) -> list[Path]:
    """The certificates in a folder, or the file itself."""
    if not path.is_dir():
        if not path.exists():
            raise UsageError(f"there is no file {path}")
        return [path]
    found = sorted(file for file in path.rglob("*") if file.name.endswith(SUFFIXES))
    if not found:
        raise UsageError(f"there is no *.cert.json or *.cert.json.gz in {path}")
    return found
