"""Losses: means or sums over the examples of a mini-batch, each a scalar."""

from __future__ import annotations

from math import prod

from flint import fmpq

from invexcheck.architectures.attributes import integer, number, word
from invexcheck.architectures.operators import CONTINUOUS, Call, Operator
from invexcheck.architectures.shapes import broadcast, numbers_agree, text, wrong
from invexcheck.architectures.values import INTEGER, ONE, REAL, REALS, UNIT, ZERO, Range, Value
from invexcheck.errors import Reject

AT_LEAST_ZERO = Range(ZERO)


def _squared_error(call: Call) -> Value:
    numbers_agree(call.shape(0), call.shape(1))
    return Value(REAL, (), AT_LEAST_ZERO)


def _kinked_error(call: Call) -> Value:
    """Absolute, Huber's, and the smoothed absolute error."""
    numbers_agree(call.shape(0), call.shape(1))
    parameter = call.attributes.get("delta", call.attributes.get("beta", ONE))
    if parameter < 0 or (parameter == 0 and "delta" in call.attributes):
        raise Reject("delta must be positive, beta not negative", "architecture")
    return Value(REAL, (), AT_LEAST_ZERO, smoothness=CONTINUOUS)


def _weights(call: Call, shape: tuple[int, ...], *numbers: int) -> None:
    """Weights can be repeated to a shape."""
    for i in numbers:
        value = call.optional(i)
        if value is not None and broadcast(value.shape, shape) != shape:
            raise wrong(f"weights of shape {text(value.shape)} do not fit {text(shape)}")


def _logistic_loss(call: Call) -> Value:
    numbers_agree(call.shape(0), call.shape(1))
    _weights(call, call.shape(0), 2, 3)
    return Value(REAL, ())


def _binary_cross_entropy(call: Call) -> Value:
    """As executed: logarithms below -100 are -100, so that 0 and 1 are allowed."""
    numbers_agree(call.shape(0), call.shape(1))
    _weights(call, call.shape(0), 2)
    call.require(call.range(0).inside(UNIT), f"the probabilities, in {call.range(0)}, may leave [0, 1]")
    return Value(REAL, (), smoothness=CONTINUOUS)


def _likelihood(call: Call) -> Value:
    """Of labels, by log-probabilities."""
    _labelled(call)
    return Value(REAL, ())


def _cross_entropy(call: Call) -> Value:
    if not 0 <= call["smoothing"] <= 1:
        raise Reject("smoothing is between 0 and 1", "architecture")
    if call.value(1).kind == INTEGER:
        _labelled(call)
        return Value(REAL, (), AT_LEAST_ZERO if call.optional(2) is None else REALS)
    numbers_agree(call.shape(0), call.shape(1))
    if call["ignore"] is not None:
        raise Reject("labels are ignored, not probabilities", "architecture")
    _weights_of_classes(call)
    return Value(REAL, ())


def _labelled(call: Call) -> None:
    """A label for every example: a class, or the one that is ignored."""
    shape, axis = call.shape(0), _class_axis(call)
    target = call.value(1)
    if target.kind != INTEGER or target.shape != (*shape[:axis], *shape[axis + 1 :]):
        raise wrong(f"scores of shape {text(shape)} do not fit labels of shape {text(target.shape)}")
    classes, ignore = shape[axis], call["ignore"]
    holds = target.range.inside(Range(ZERO, fmpq(classes - 1)))
    call.demand(1, holds, "labels", "may be no class", 0, classes - 1, ignore)
    _weights_of_classes(call)
    if call["reduction"] == "mean":
        if call.optional(2) is not None:
            call.require(not target.trained, "parameters decide which labels count")
            call.state("weighed")
        elif ignore is not None and not (holds and not 0 <= ignore < classes):
            call.require(not target.trained, "parameters decide which labels count")
            call.state("counted")


def _weights_of_classes(call: Call) -> None:
    weight = call.optional(2)
    if weight is None:
        return
    if weight.shape != (call.shape(0)[_class_axis(call)],):
        raise wrong("weights are one for each class")
    call.require(not weight.trained or call["reduction"] == "sum", "trained weights are divided by their sum")


def _class_axis(call: Call) -> int:
    shape = call.shape(0)
    if not shape or prod(shape) < 1:
        raise wrong("no classes")
    return min(1, len(shape) - 1)


REDUCTION = {"reduction": word("mean", "sum", default="mean")}
LABELS = {**REDUCTION, "ignore": integer(None)}
PAIR = ("real", "real")

LOSSES: dict[str, Operator] = {
    "mean_squared_error": Operator(PAIR, _squared_error, REDUCTION),
    "absolute_error": Operator(PAIR, _kinked_error, REDUCTION),
    "huber": Operator(PAIR, _kinked_error, {**REDUCTION, "delta": number(1)}),
    "smooth_absolute_error": Operator(PAIR, _kinked_error, {**REDUCTION, "beta": number(1)}),
    "binary_cross_entropy_with_logits": Operator((*PAIR, "real?", "real?"), _logistic_loss, REDUCTION),
    "binary_cross_entropy": Operator((*PAIR, "real?"), _binary_cross_entropy, REDUCTION),
    "negative_log_likelihood": Operator(("real", "integer", "real?"), _likelihood, LABELS),
    "cross_entropy": Operator(
        ("real", "target", "real?"), _cross_entropy, {**LABELS, "smoothing": number(0)}
    ),
}
