"""Training problems of a few parameters: Hessians by PyTorch, degenerate data, eigenvalues that points share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import prod
from typing import Any

import torch

DOUBLE = torch.float64
Shapes = Mapping[str, tuple[int, ...]]
Loss = Callable[[Any], Any]
"""Of the outputs, one row for each example: a number."""


def random(*shape: int) -> Any:
    """Normal numbers."""
    return torch.randn(*shape, dtype=DOUBLE)


class Problem:
    """A loss as a function of named parameters, in one vector."""

    def __init__(self, shapes: Shapes, value: Callable[[Mapping[str, Any]], Any]) -> None:
        self.shapes = dict(shapes)
        self.value = value
        self.count = sum(prod(shape) for shape in self.shapes.values())

    def split(self, theta: Any) -> dict[str, Any]:
        """The parameters by name."""
        parts = torch.split(theta, [prod(shape) for shape in self.shapes.values()])
        return {
            name: part.reshape(shape) for (name, shape), part in zip(self.shapes.items(), parts, strict=True)
        }

    def point(self, **given: Any) -> Any:
        """A point with these parameters, the others at random."""
        parts = [
            torch.as_tensor(given.get(name, random(*shape)), dtype=DOUBLE).expand(shape).reshape(-1)
            for name, shape in self.shapes.items()
        ]
        return torch.cat(parts)

    def zero(self, **given: Any) -> Any:
        """A point with these parameters, the others 0."""
        return self.point(**{**dict.fromkeys(self.shapes, 0.0), **given})

    def hessians(self, points: Sequence[Any]) -> Any:
        """Of the loss, p x p, at each of the points."""
        gradient = torch.func.grad(lambda t: self.value(self.split(t)))
        found = torch.func.vmap(torch.func.jacrev(gradient))(torch.stack(list(points)))
        return (found + found.transpose(1, 2)) / 2

    def hessian(self, theta: Any) -> Any:
        return self.hessians([theta])[0]

    def spectra(self, points: Sequence[Any]) -> Any:
        """The eigenvalues of the Hessians, ascending, a row for each point."""
        return torch.linalg.eigvalsh(self.hessians(points))

    def spectrum(self, theta: Any) -> Any:
        return self.spectra([theta])[0]


def shared(spectra: Any, tolerance: float = 1e-8) -> list[float]:
    """The numbers, not 0, that are eigenvalues at all of the points."""
    first, *others = spectra
    found = []
    for mu in first.tolist():
        if abs(mu) < 1e-5:
            continue
        if all(float((s - mu).abs().min()) <= tolerance * max(1.0, abs(mu)) for s in others):
            found.append(mu)
    return found


def data(rows: int, width: int) -> Iterator[Any]:
    """Inputs in general position and otherwise: repeated, opposite, 0, collinear."""
    x = random(rows, width)
    yield x
    yield x[:1].expand(rows, width).clone()
    yield torch.cat([x, -x])[: 2 * (rows // 2) or 1]
    yield torch.zeros(rows, width, dtype=DOUBLE)
    yield random(rows, 1) * random(1, width)
    yield x[:1]


def squared(y: Any, reduction: str) -> Loss:
    return lambda f: torch.nn.functional.mse_loss(f, y, reduction=reduction)


def entropy(labels: Any, smoothing: float = 0.0, weight: Any = None, reduction: str = "mean") -> Loss:
    return lambda f: torch.nn.functional.cross_entropy(
        f, labels, weight=weight, label_smoothing=smoothing, reduction=reduction
    )


def binary(targets: Any) -> Loss:
    return lambda f: torch.nn.functional.binary_cross_entropy_with_logits(f, targets)


def losses(rows: int, outputs: int) -> Iterator[Loss]:
    """Losses with targets in general position and otherwise: one class only, equal targets."""
    y = random(rows, outputs)
    yield squared(y, "mean")
    yield squared(y, "sum")
    yield squared(y[:1].expand(rows, outputs), "mean")
    labels = torch.randint(outputs, (rows,))
    yield entropy(labels)
    yield entropy(torch.zeros_like(labels), reduction="sum")
    yield entropy(labels, 0.1, torch.rand(outputs, dtype=DOUBLE) + 0.1)
    yield binary(torch.rand(rows, outputs, dtype=DOUBLE).round())
