"""Step sizes on given data: seconds to prove and to check one, or all, beside Hessians in double precision."""

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
STEPS = ("1/100", "every")
RUNS = 2


def report() -> Report:
    """Tanh networks 13 -> h -> 3 without biases on the wines, squared error."""
    rows = []
    for hidden in HIDDEN:
        graph = problem(hidden)
        peer = floating_point(graph, hidden) if find_spec("torch") else None
        for step in STEPS:
            prove, check, size = measured(graph, step)
            beside = ("", "") if peer is None else (peer, check / peer)
            rows.append((step, graph.parameter_count, prove, check, *beside, size))
    columns = ("step sizes", "parameters", "prove, s", "check, s", "Hessian in PyTorch, s", "check / PyTorch")
    return Report(f"Step sizes on {EXAMPLES} given wines", (*columns, "bytes"), rows)


def measured(graph: Graph, step: str) -> tuple[float, float, int]:
    """Seconds to prove and to check that gradient descent is non-singular, and the bytes of the certificate."""
    outcome, prove = timed(partial(prove_training, graph.to_subject(), GD_NONSINGULAR, step=step))
    document = outcome.document
    if document is None:
        raise RuntimeError(f"--step {step} is not proved: {outcome.reason}")
    return prove, best(partial(verify, document, Limits())), len(certificate_bytes(document))


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
