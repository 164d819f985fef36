"""``invexproof prove training``: claims about the training problem of an architecture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer

from invexproof.claims import ClaimError
from invexproof.cli.answers import answer, certificate_path
from invexproof.cli.options import JsonOption, TimeoutOption, UsageError
from invexproof.cli.output import waiting
from invexproof.cli.training_advice import Command, instead, more
from invexproof.cli.training_options import (
    ColumnsOption,
    DataOption,
    InputOption,
    LossOption,
    ModelOutputOption,
    ModeOption,
    ParametersOption,
    PenaltyOption,
    RowsOption,
    SemanticsOption,
    settings_of,
)
from invexproof.provers.bad_sizes import all_bad
from invexproof.proving import DEFAULT_TIMEOUT, Prover
from invexproof.results import Result
from invexproof.training_methods import GD, schedule_of, training_kind_of, training_of
from invexproof.training_questions import (
    GD_NONSINGULAR,
    PIECEWISE_ANALYTIC,
    SADDLES_AVOIDED,
    TrainingQuestion,
    TrainingResult,
    TrainingTarget,
    claim_text,
)
from invexproof.training_subjects import SUBJECTS, training_target

TrainingArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="SUBJECT",
        help="A model: an architecture such as vit:depth=2,width=96 (invexproof list architectures), model.yaml, "
        "model.onnx, program.pt2, a certificate, or package.module:name, a PyTorch module or a function that makes one "
        "(its code is imported).",
        show_default=False,
    ),
]
NAMES: Final = {PIECEWISE_ANALYTIC: "paa", SADDLES_AVOIDED: "saddles"}
"""Of certificates, where it is not the optimiser's."""
CertificateOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="FILE",
        help="The certificate's file; gzipped if it ends in .gz. Default: NAME.METHOD.cert.json, here.",
        show_default=False,
    ),
]


def prove_training(
    subject: TrainingArgument = None,
    loss: LossOption = None,
    data: DataOption = None,
    columns: ColumnsOption = None,
    rows: RowsOption = None,
    inputs: InputOption = None,
    model_output: ModelOutputOption = None,
    claim: Annotated[
        str,
        typer.Option(
            "--claim",
            "-c",
            metavar="KIND",
            help="gd-nonsingular: a step of the optimiser is non-singular; avoids-strict-saddles: gradient descent "
            "almost surely does not converge to one; or paa: the loss is continuous and piecewise analytic.",
        ),
    ] = "gd-nonsingular",
    optimizer: Annotated[
        str | None,
        typer.Option(
            "--optimizer",
            metavar="NAME",
            help="gd, sgd, momentum, adam, adamw, clip-norm, projection, ...; see: invexproof list optimizers. "
            "Default: gd.",
            show_default=False,
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--start",
            metavar="STATE",
            help="density: parameters and state start with a joint density (default); or zero: the state (momenta) "
            "starts with zeros.",
            show_default=False,
        ),
    ] = None,
    step: Annotated[
        str | None,
        typer.Option(
            "--step",
            metavar="SIZES",
            help="What is asked about: every step size, all-but some, almost-every one (all but countably many), "
            "almost-every-sequence of them; of gd also one of them, such as 0.1 or 1/2, between:0.01,0.1, below:0.3, "
            "or below (from 0 as far as is known); of weight-decay inverse-decay, 1/lambda. "
            "Default: the strongest statement that is proved.",
            show_default=False,
        ),
    ] = None,
    steps: Annotated[
        Path | None,
        typer.Option(
            "--steps",
            metavar="FILE",
            help="A schedule of gradient descent: a file with one step size a line, or with a column lr, step or eta.",
            show_default=False,
        ),
    ] = None,
    l2: PenaltyOption = None,
    mode: ModeOption = None,
    semantics: SemanticsOption = None,
    parameters: ParametersOption = None,
    output: CertificateOption = None,
    timeout: TimeoutOption = DEFAULT_TIMEOUT,
    as_json: JsonOption = False,
) -> None:
    """Decide whether a step of an optimiser, on the training problem of an architecture, is non-singular.

    The step maps the parameters to the next ones. It is non-singular if preimages of null sets are null: then random
    first parameters almost surely never land in a null set that is given in advance, such as the kinks of the loss.
    The claim is about all values of the weights, and about all data of the shapes given, or about those in a file.
    Whether a particular step size is bad may depend on the data: then --data decides it.

    The certificate is written first; then invexcheck, in a process of its own, reads it; only then is the verdict
    printed. Exit status: 0 proved, 10 refuted, 20 undecided, 2 bad input.

    \b
    invexproof prove training mlp:2x16x1 --loss mse
    invexproof prove training mlp:2x16x1,activation=relu --loss mse --step 0.1
    invexproof prove training vit:depth=2,width=96,image=3x32x32 --optimizer adamw
    invexproof prove training mlp:4x3 --loss cross-entropy --data iris.csv
    invexproof prove training mlp:3x1 --loss mse --data iris.csv --columns target=petal_width --columns x=1-3
    invexproof prove training mlp:4x3 --loss mse --data iris.npz --step between:0.01,0.1
    invexproof prove training model.yaml --data batch.npz --steps schedule.csv
    invexproof prove training model.yaml --claim avoids-strict-saddles --step 0.1
    invexproof prove training model.yaml --optimizer momentum --start zero
    invexproof prove training mymodels:Net --loss cross-entropy --input 8x3x32x32
    invexproof prove training mymodels:gpt --input input_ids=2x16:int64 --loss cross-entropy --output logits
    invexproof prove training model.onnx --loss mse --claim paa -o model.cert.json
    """
    if subject is None:
        raise UsageError(f"say which model: {SUBJECTS}")
    kind = training_kind_of(claim)
    if kind == PIECEWISE_ANALYTIC and (optimizer or start or step or steps):
        raise ClaimError(
            "the claim paa is about the loss alone; leave out --optimizer, --start, --step and --steps"
        )
    # what is misspelt there is told before anything else is read
    method, sizes = schedule_of(optimizer or GD, step, steps)
    training_of(method, start, sizes, claim=kind)
    with waiting(f"reading {subject}"):
        settings = settings_of(
            loss, inputs, model_output, l2, mode, semantics, parameters, data, columns, rows
        )
        target = training_target(subject, settings)
        asked = training_of(method, start, sizes, target.subject, kind)
    path = certificate_path(output, f"{target.slug}.{NAMES.get(kind, asked.method)}")
    question = TrainingQuestion(target, kind, asked.method, asked.start, asked.step, timeout, path)
    about = target.title if target.graph.data else f"deciding whether {question.text()}"
    with waiting(about) as say, Prover(say=_telling(say, target)) as prover:
        result = prover.prove(question)
    again = Command(subject, settings, optimizer, kind)
    if isinstance(result, TrainingResult) and result.document is not None:
        question = replace(question, step=result.step)
    answer(
        result,
        _headline(result, question),
        instead(result, question, again),
        path,
        as_json,
        more(result, question, again),
    )


def _telling(say: Callable[[str], None], target: TrainingTarget) -> Callable[[str], None]:
    """What is going on: with data, Hessians are computed, which takes a while if there are many parameters."""
    count = target.graph.parameter_count
    searching = f"computing Hessians, {count} by {count}" if target.graph.data else "searching"
    return lambda remark: say(searching if remark == "searching" else remark)


def _headline(result: Result, question: TrainingQuestion) -> str:
    if result.verdict not in ("proved", "refuted"):
        return f"whether {question.text()}"
    about = (question.target.title, question.claim, question.method, question.start, question.step)
    left_out = result.exceptions if isinstance(result, TrainingResult) else ()
    about_gd = (question.claim, question.method) == (GD_NONSINGULAR, GD)
    bad = about_gd and bool(left_out) and all_bad(question.target.subject, left_out)
    return claim_text(*about, negated=result.verdict == "refuted", left_out=left_out, bad=bad)
