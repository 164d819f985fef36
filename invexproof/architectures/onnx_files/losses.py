"""ONNX operators that are losses, in operators of graphs."""

from __future__ import annotations

import numpy as np

from invexproof.architectures import building
from invexproof.architectures.onnx_files.lowering import Lowering
from invexproof.architectures.onnx_files.values import Given, Tensor


def cross_entropy(
    low: Lowering,
    scores: int,
    labels: Tensor,
    weight: int | None = None,
    *,
    reduction: str,
    ignore: int | None = None,
    wanted: int,
) -> tuple[int, int | None]:
    """The cross-entropy of scores and labels, and log-probabilities if they are wanted."""
    logarithms = low.node("log_softmax", scores, axis=1) if wanted > 1 or reduction == "none" else None
    if reduction == "none" and logarithms is not None:
        return likelihood(low, logarithms, labels, weight, reduction=reduction, ignore=ignore), logarithms
    loss = low.node(
        "cross_entropy", scores, low.handle(labels, "integer"), weight, reduction=reduction, ignore=ignore
    )
    return loss, logarithms


def likelihood(
    low: Lowering,
    logarithms: int,
    labels: Tensor,
    weight: int | None = None,
    *,
    reduction: str,
    ignore: int | None = None,
) -> int:
    """The negative log-likelihood of labels; of each by itself if nothing is reduced."""
    target = low.handle(labels, "integer")
    if reduction != "none":
        return low.node(
            "negative_log_likelihood", logarithms, target, weight, reduction=reduction, ignore=ignore
        )
    b = low.builder
    counted = None
    if ignore is not None:
        target, counted = _counted(low, target, labels, ignore, b.shape(logarithms)[1])
    picked = building.squeeze(
        b, low.node("take_along", logarithms, building.unsqueeze(b, target, 1), axis=1), 1
    )
    for factor in (None if weight is None else low.node("take", weight, target, axis=0), counted):
        picked = picked if factor is None else low.node("multiply", picked, factor)
    return low.node("negate", picked)


def _counted(low: Lowering, target: int, labels: Tensor, ignore: int, classes: int) -> tuple[int, int]:
    """Labels with some class in place of the one that is ignored, and 0 there, 1 elsewhere."""
    known = labels.array if isinstance(labels, Given) else None
    if known is not None:
        used = known != ignore
        return low.made("labels", np.where(used, known, 0)), low.made("counted", used.astype(np.float64))
    shape = low.builder.shape(target)
    clean = low.builder.constant(low.named("labels"), shape, "integer", 0, classes - 1)
    return clean, low.builder.constant(low.named("counted"), shape, "real", 0, 1)
