"""Step sizes on given data: seconds to prove and to check one, beside Hessians in floating point by PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.measuring import Report, timed
from invexcheck.kernel import verify
from invexcheck.limits import Limits
from invexproof.architectures.graph import Graph
from invexproof.architectures.yaml_files import training_of_yaml
from invexproof.certificates.builder import certificate_bytes
from invexproof.given_data.data import read_data
from invexproof.provers.training import prove_training
from invexproof.training_questions import GD_NONSINGULAR

TABLE = Path(__file__).resolve().parents[1] / "examples" / "data" / "wine.csv"
EXAMPLES, FEATURES, CLASSES = 178, 13, 3
HIDDEN = (5, 10, 19)
"""Hidden units: 80, 160 and 304 parameters."""
STEP = "1/100"
RUNS = 2


def report() -> Report:
    """Tanh networks 13 -> h -> 3 without biases on the wines, squared error."""
    rows = []
    for hidden in HIDDEN:
        graph = problem(hidden)
        subject = graph.to_subject()
        outcome, prove = timed(partial(prove_training, subject, GD_NONSINGULAR, step=STEP))
        document = outcome.document
        if document is None:
            raise RuntimeError(f"the step size {STEP} is not proved good: {outcome.reason}")
        check = best(partial(verify, document, Limits()))
        peer = floating_point(graph, hidden) if find_spec("torch") else None
        ratio = "" if peer is None else check / peer
        size = len(certificate_bytes(document))
        rows.append((hidden, graph.parameter_count, prove, check, "" if peer is None else peer, ratio, size))
    columns = ("hidden units", "parameters", "prove, s", "check, s", "Hessian in PyTorch, s")
    return Report(
        f"The step size {STEP} on {EXAMPLES} given wines", (*columns, "check / PyTorch", "bytes"), rows
    )


def problem(hidden: int) -> Graph:
    """A network on the wines, with a target for each class."""
    text = f"{{mlp: [{FEATURES}, {hidden}, {CLASSES}], activation: tanh, bias: false, batch: {EXAMPLES}, loss: mse}}"
    data = read_data(TABLE, f"target=one-hot:{FEATURES + 1}")
    if data is None:
        raise RuntimeError("there are no data")
    return data.fit(training_of_yaml(text).graph())[0]


def best(function: Callable[[], Any]) -> float:
    """The least of a few times."""
    return min(timed(function)[1] for _ in range(RUNS))


def floating_point(graph: Graph, hidden: int) -> float:
    """Seconds for the Hessian of the same loss at one point and its eigenvalues, in double precision."""
    import torch

    x, y = (
        torch.tensor(list(map(float, graph.data[name])), dtype=torch.float64).reshape(EXAMPLES, -1)
        for name in ("x", "target")
    )
    split = hidden * FEATURES

    def loss(theta: Any) -> Any:
        first, last = theta[:split].reshape(hidden, FEATURES), theta[split:].reshape(CLASSES, hidden)
        return ((torch.tanh(x @ first.T) @ last.T - y) ** 2).mean()

    theta = torch.linspace(-1, 1, graph.parameter_count, dtype=torch.float64)
    return best(lambda: torch.linalg.eigvalsh(torch.func.hessian(loss)(theta)))
