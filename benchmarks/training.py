"""Training problems: models of libraries and architectures in full size, cost by number of nodes, and given data.

Each time stands beside one that was measured in the same run: reading a model beside ``torch.export`` alone, checking
beside parsing the JSON, the command line beside a script that makes the model and exports it.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import step_sizes
from benchmarks.measuring import Outcome, Report, seconds_per_call, timed
from benchmarks.training_models import MODELS, REFERENCES, LibraryModel
from invexcheck.kernel import verify
from invexcheck.limits import Limits
from invexproof.architectures.graph import Graph
from invexproof.architectures.losses import attach
from invexproof.architectures.reference import read_reference
from invexproof.certificates.builder import certificate_bytes
from invexproof.provers.training import prove_training
from invexproof.training_questions import GD_NONSINGULAR

ROOT = Path(__file__).resolve().parents[1]
DEPTHS = (2, 5, 10, 20, 50, 100, 200)
RUNS = 2
LIMIT_PROVE, LIMIT_CHECK, LIMIT_BYTES = 6.0, 0.5, 150_000
"""Of ViT-B/16 by the command line: seconds to make, read and prove, seconds to check, and bytes of the certificate."""
PEER = """
import torch
from benchmarks.training_models import MODELS
from invexproof.architectures.pytorch.exporting import without_initialisation
from invexproof.architectures.pytorch.inputs import read_inputs
model = MODELS[{number}]
with without_initialisation():
    module = model.factory().train()
given = read_inputs(model.inputs)
named = {{e.name: e.tensor(torch, torch.float32) for e in given if e.name is not None}}
torch.export.export(module, tuple(e.tensor(torch, torch.float32) for e in given if e.name is None), named, strict=False)
"""
"""What somebody does who has a model exported, and nothing else; as for us, no weights are drawn."""


def run() -> Outcome:
    """Tables, and what of them has a limit."""
    installed = [model for model in MODELS if model.installed]
    reports = [_references(), _linearity(), step_sizes.report()]
    data: dict[str, Any] = {"left out": [model.name for model in MODELS if not model.installed]}
    if installed:
        reports += [_libraries(installed), _command_line(installed)]
    return Outcome(reports, data)


# -- one graph -----------------------------------------------------------------------------------------------


def _proved(graph: Graph) -> tuple[bytes, float]:
    """The certificate that gradient descent is non-singular for almost every step size, and the seconds for it."""

    def prove() -> bytes:
        document = prove_training(graph.to_subject(), GD_NONSINGULAR).document
        if document is None:
            raise RuntimeError("the claim is not proved")
        return certificate_bytes(document)

    return prove(), seconds_per_call(prove)


def _checked(certificate: bytes) -> tuple[float, float]:
    """Seconds for checking a certificate's document, and for parsing its JSON."""
    document = json.loads(certificate)
    check = seconds_per_call(partial(verify, document, Limits()))
    return check, seconds_per_call(partial(json.loads, certificate))


def _reference(text: str) -> Graph:
    architecture = read_reference(text)
    return attach(architecture.build(), architecture.loss)


def _references() -> Report:
    rows = []
    for name, text in REFERENCES.items():
        graph = _reference(text)
        build = seconds_per_call(partial(_reference, text))
        certificate, prove = _proved(graph)
        check, parse = _checked(certificate)
        times = (build * 1e3, prove * 1e3, check * 1e3, check / parse)
        rows.append((name, len(graph.nodes), graph.parameter_count, *times, len(certificate)))
    columns = (
        "architecture",
        "nodes",
        "parameters",
        "build, ms",
        "prove, ms",
        "check, ms",
        "check / parsing of JSON",
    )
    return Report("Reference architectures, in this process", (*columns, "bytes"), rows)


def _linearity() -> Report:
    """Vision transformers of growing depth; the last row has the exponents of fitted powers of the number of nodes."""
    rows: list[tuple[Any, ...]] = []
    for depth in DEPTHS:
        text = f"vit:depth={depth}"
        graph = _reference(text)
        build = seconds_per_call(partial(_reference, text))
        certificate, prove = _proved(graph)
        check, _ = _checked(certificate)
        size = len(graph.nodes)
        rows.append(
            (
                depth,
                size,
                *(1e6 * seconds / size for seconds in (build, prove, check)),
                len(certificate) / size,
            )
        )
    nodes = np.log([row[1] for row in rows])
    exponents = [float(1 + np.polyfit(nodes, np.log([row[k] for row in rows]), 1)[0]) for k in (2, 3, 4, 5)]
    rows.append(("exponent", "", *exponents))
    columns = (
        "depth of the ViT",
        "nodes",
        "build, us a node",
        "prove, us a node",
        "check, us a node",
        "bytes a node",
    )
    return Report("Cost by number of nodes", columns, rows)


# -- models of libraries -------------------------------------------------------------------------------------


def _best(function: Callable[[], Any]) -> float:
    """The least of a few times, for what takes seconds: the first one warms up what later ones find."""
    gc.collect()
    return min(timed(function)[1] for _ in range(RUNS))


def _libraries(models: list[LibraryModel]) -> Report:
    """What is added to the export; imports of libraries are not in these times."""
    import torch

    from invexproof.architectures.from_torch import model_of_module
    from invexproof.architectures.pytorch.exporting import without_initialisation
    from invexproof.architectures.pytorch.inputs import read_inputs
    from invexproof.torch_programs import quiet

    rows = []
    for model in models:
        with without_initialisation(), quiet():
            module = model.factory().train()
        given = read_inputs(model.inputs)
        positional = tuple(e.tensor(torch, torch.float32) for e in given if e.name is None)
        named = {e.name: e.tensor(torch, torch.float32) for e in given if e.name is not None}
        with quiet():
            export = _best(partial(torch.export.export, module, positional, named, strict=False))
            read = _best(partial(model_of_module, module, model.inputs))
        graph = attach(model_of_module(module, model.inputs), model.loss, model.output)
        certificate, prove = _proved(graph)
        check, parse = _checked(certificate)
        times = (export, read / export, prove * 1e3, check * 1e3, check / parse)
        rows.append((model.name, len(graph.nodes), graph.parameter_count, *times, len(certificate)))
        del module
    columns = (
        "model",
        "nodes",
        "parameters",
        "torch.export, s",
        "export and reading / torch.export",
        "prove, ms",
    )
    return Report(
        "Models of libraries, in this process", (*columns, "check, ms", "check / parsing", "bytes"), rows
    )


def _command_line(models: list[LibraryModel]) -> Report:
    rows = []
    with tempfile.TemporaryDirectory(prefix="invexproof-benchmark-") as folder:
        for model in models:
            path = Path(folder, f"{model.factory.__name__}.cert.json")
            subject = [
                model.location,
                "--input",
                model.inputs,
                "--loss",
                model.loss,
                "--output",
                model.output,
            ]
            prove = _process("invexproof", "prove", "training", *subject, "--out", str(path))
            peer = _process(code=PEER.format(number=MODELS.index(model)))
            check = _process("invexcheck", "--quiet", str(path))
            parse = _process(code=f"import json; json.loads(open({str(path)!r}, 'rb').read())")
            rows.append((model.name, prove, peer, prove / peer, check, check / parse, path.stat().st_size))
    columns = ("model", "invexproof prove training, s", "make and torch.export, s", "ratio", "invexcheck, s")
    return Report(
        "The command line, with the start of the process and the libraries' imports",
        (*columns, "invexcheck / start and parsing", "bytes"),
        [*rows, ("limits for ViT-B/16", LIMIT_PROVE, "", "", LIMIT_CHECK, "", LIMIT_BYTES)],
    )


def _process(*module: str, code: str = "") -> float:
    """Seconds of a process of this interpreter: the best of a few, with byte code as usual.

    Raises RuntimeError if it fails.
    """
    usual = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, *(("-c", code) if code else ("-m", *module))]

    def start() -> None:
        finished = subprocess.run(command, cwd=ROOT, env=usual, check=False, capture_output=True)
        if finished.returncode != 0:
            raise RuntimeError(f"{' '.join(command)!r:.300} failed: {finished.stderr!r:.500}")

    return _best(start)
