"""``invexproof prove map`` and ``invexproof prove composition``: claims about networks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from invexproof.claims import ALMOST_EVERYWHERE, COMPOSITION, MAP_PREFIX, map_kind_of
from invexproof.cli.answers import answer, certificate_path
from invexproof.cli.options import (
    FormulasOption,
    InputOption,
    JsonOption,
    NetworkArgument,
    OutputOption,
    RegionOption,
    TimeoutOption,
    VariablesOption,
    chosen_network,
)
from invexproof.cli.output import waiting
from invexproof.map_questions import MapQuestion, claim_text
from invexproof.map_subjects import composition_target, map_target
from invexproof.networks.losses import LOSSES
from invexproof.networks.regions import read_region
from invexproof.proving import DEFAULT_TIMEOUT, Prover
from invexproof.results import Result

_WRITTEN: Final = ", ".join(f"{name}:{form.arguments}" for name, form in LOSSES.items())


def prove_map(
    subject: NetworkArgument = None,
    formulas: FormulasOption = None,
    variables: VariablesOption = None,
    claim: Annotated[
        str,
        typer.Option(
            "--claim",
            "-c",
            metavar="KIND",
            help="nonsingular: at every input; or nonsingular-almost-everywhere: off a null set.",
        ),
    ] = "nonsingular",
    region: RegionOption = None,
    shape: InputOption = None,
    output: OutputOption = None,
    timeout: TimeoutOption = DEFAULT_TIMEOUT,
    as_json: JsonOption = False,
) -> None:
    """Decide whether the Jacobian of a network has full row rank (a square one: is nonsingular).

    At every input: on all of R^n, or in a --region. Where the network has kinks, every matrix in Clarke's generalised
    Jacobian is meant. With --claim nonsingular-almost-everywhere, off a null set; then weights may be free.

    The certificate is written first; then invexcheck, in a process of its own, reads it; only then is the verdict
    printed. Weights that are too large for it are in a .safetensors file beside it. Exit status: 0 proved, 10 refuted,
    20 undecided, 30 not applicable, 2 bad input.

    \b
    invexproof prove map residual.yaml
    invexproof prove map "x1 + tanh(x2)/2, x2 - x1" --region "[-1,1]^2"
    invexproof prove map --formulas "x + y^3, y - x" --variables x,y
    invexproof prove map model.onnx --claim nonsingular-almost-everywhere -o model.cert.json
    invexproof prove map mymodels:block --input 3x8x8 --timeout 60
    """
    kind = map_kind_of(claim)
    target = map_target(chosen_network(subject, formulas, variables, shape))
    box = read_region(region, target.network.inputs)
    path = certificate_path(output, f"{target.slug}.{kind.removeprefix(MAP_PREFIX)}")
    _decide(MapQuestion(target, kind, box, timeout=timeout, out=path), path, as_json)


def prove_composition(
    subject: NetworkArgument = None,
    formulas: FormulasOption = None,
    variables: VariablesOption = None,
    loss: Annotated[
        str | None,
        typer.Option(
            "--loss",
            "-l",
            metavar="LOSS",
            help=f"{_WRITTEN}. Default: the loss in the YAML file, or in the certificate.",
            show_default=False,
        ),
    ] = None,
    region: RegionOption = None,
    almost_everywhere: Annotated[
        bool,
        typer.Option("--almost-everywhere", help="Stationary points in a null set do not count."),
    ] = False,
    shape: InputOption = None,
    output: OutputOption = None,
    timeout: TimeoutOption = DEFAULT_TIMEOUT,
    as_json: JsonOption = False,
) -> None:
    """Decide whether a loss of a network is invex, as a function of the network's input.

    Invex: every Clarke-stationary point is a global minimiser. With a --region, every one in that box, and it must
    minimise over all of R^n. One target, label or formula is meant for every output; classes are numbered from 0.

    Certificates, verdicts and exit statuses are as for: invexproof prove map.

    \b
    invexproof prove composition residual.yaml --loss mse:1/2,0
    invexproof prove composition classifier.onnx --loss cross-entropy:2
    invexproof prove composition residual.yaml --loss "separable:log(1+x^2)"
    invexproof prove composition relu.yaml --loss huber:1 --almost-everywhere
    """
    target = composition_target(chosen_network(subject, formulas, variables, shape), loss)
    box = read_region(region, target.network.inputs)
    path = certificate_path(output, f"{target.slug}.invex")
    _decide(MapQuestion(target, COMPOSITION, box, almost_everywhere, timeout, path), path, as_json)


def _decide(question: MapQuestion, path: Path, as_json: bool) -> NoReturn:
    with waiting(f"deciding whether {question.text()}") as say, Prover(say=say) as prover:
        result = prover.prove(question)
    answer(result, _headline(result, question), _next_steps(result, question), path, as_json)


def _headline(result: Result, question: MapQuestion) -> str:
    if result.verdict in ("proved", "refuted"):
        negated = result.verdict == "refuted"
        return claim_text(
            question.target, question.claim, question.region, question.almost_everywhere, negated
        )
    return f"whether {question.text()}"


def _next_steps(result: Result, question: MapQuestion) -> list[str]:
    """What one may want to do where there is no certificate."""
    steps = ["give the search more time: --timeout 1000"] if "time" in result.reason else []
    almost = question.almost_everywhere or question.claim == ALMOST_EVERYWHERE
    if result.verdict == "undecided" and not almost:
        n = question.target.network.inputs
        narrower = "a smaller box" if question.region else f'inputs in a box only: --region "[-1,1]^{n}"'
        weaker = "--almost-everywhere" if question.claim == COMPOSITION else f"--claim {ALMOST_EVERYWHERE}"
        steps += [f"ask about {narrower}", f"ask about almost all inputs, if that is enough: {weaker}"]
    return [*steps, "look for a change of the network that can be certified: invexproof invexify ..."]
