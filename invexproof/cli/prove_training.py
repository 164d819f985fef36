"""``invexproof prove training``: claims about the training problem of an architecture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from invexproof.claims import ClaimError
from invexproof.cli.answers import answer, certificate_path
from invexproof.cli.options import JsonOption, TimeoutOption, UsageError
from invexproof.cli.output import waiting
from invexproof.cli.training_advice import Command, instead, more
from invexproof.cli.training_options import (
    DataOption,
    LossOption,
    ModelOutputOption,
    ModeOption,
    ParametersOption,
    PenaltyOption,
    SemanticsOption,
    settings_of,
)
from invexproof.proving import DEFAULT_TIMEOUT, Prover
from invexproof.results import Result
from invexproof.training_methods import GD, training_kind_of, training_of
from invexproof.training_questions import PIECEWISE_ANALYTIC, TrainingQuestion, claim_text
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
    model_output: ModelOutputOption = None,
    claim: Annotated[
        str,
        typer.Option(
            "--claim",
            "-c",
            metavar="KIND",
            help="gd-nonsingular: a step of the optimiser is non-singular; or paa: the loss is continuous and "
            "piecewise analytic.",
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
            help="What is asked about: every step size, all-but one, almost-every one (all but countably many), "
            "almost-every-sequence of them; or, of gd, one of them, such as 0.1 or 1/2. "
            "Default: the strongest statement that is proved.",
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
    The claim is about all data of the shapes given, and all values of the weights: none are read.

    The certificate is written first; then invexcheck, in a process of its own, reads it; only then is the verdict
    printed. Exit status: 0 proved, 10 refuted, 20 undecided, 2 bad input.

    \b
    invexproof prove training mlp:2x16x1 --loss mse
    invexproof prove training mlp:2x16x1,activation=relu --loss mse --step 0.1
    invexproof prove training vit:depth=2,width=96,image=3x32x32 --optimizer adamw
    invexproof prove training model.yaml --optimizer momentum --start zero
    invexproof prove training mymodels:Net --loss cross-entropy --input 8x3x32x32
    invexproof prove training mymodels:gpt --input input_ids=2x16:int64 --loss cross-entropy --output logits
    invexproof prove training model.onnx --loss mse --claim paa -o model.cert.json
    """
    if subject is None:
        raise UsageError(f"say which model: {SUBJECTS}")
    kind = training_kind_of(claim)
    if kind == PIECEWISE_ANALYTIC and (optimizer or start or step):
        raise ClaimError("the claim paa is about the loss alone; leave out --optimizer, --start and --step")
    settings = settings_of(loss, data, model_output, l2, mode, semantics, parameters)
    training_of(
        optimizer or GD, start, step
    )  # so that what is misspelt there is told before anything is read
    with waiting(f"reading {subject}"):
        target = training_target(subject, settings)
        asked = training_of(optimizer or GD, start, step, target.subject)
    path = certificate_path(output, f"{target.slug}.{'paa' if kind == PIECEWISE_ANALYTIC else asked.method}")
    question = TrainingQuestion(target, kind, asked.method, asked.start, asked.step, timeout, path)
    with waiting(f"deciding whether {question.text()}") as say, Prover(say=say) as prover:
        result = prover.prove(question)
    again = Command(subject, settings, optimizer)
    answer(
        result,
        _headline(result, question),
        instead(result, question, again),
        path,
        as_json,
        more(question, again),
    )


def _headline(result: Result, question: TrainingQuestion) -> str:
    if result.verdict in ("proved", "refuted"):
        about = (question.target.name, question.claim, question.method, question.start, question.step)
        claim = (result.certificate or {}).get("claim", {})
        return claim_text(*about, negated=result.verdict == "refuted", left_out=claim.get("except", ()))
    return f"whether {question.text()}"
