"""Losses by name, such as ``mse``, ``huber:delta=1/2``, ``cross-entropy:smoothing=0.1,sum``; L2 penalties.

To add a loss, add a row to :data:`LOSSES`: what it makes of an output, its settings, and a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final, TypeAlias

from invexproof.architectures.builder import Builder, Model
from invexproof.architectures.building import axis_of, reduce, transpose
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.graph import Graph
from invexproof.architectures.texts import READERS, named
from invexproof.errors import InvexproofError
from invexproof.networks.yaml_items import near

Settings: TypeAlias = dict[str, Any]
Build: TypeAlias = Callable[[Builder, int, Settings], int]

REDUCTIONS: Final = ("mean", "sum")
OWN_OUTPUT: Final = "loss"
"""The output that is the model's own loss, if it has others, too."""


@dataclass(frozen=True)
class Form:
    """A loss: what it makes of an output, the types of its settings, and a sentence; ``words`` stand alone."""

    build: Build
    sentence: str
    settings: Mapping[str, str] = field(default_factory=dict)
    words: tuple[str, ...] = REDUCTIONS


@dataclass(frozen=True)
class Loss:
    """A loss with its settings."""

    name: str
    settings: Settings

    @property
    def sentence(self) -> str:
        """What it is."""
        return LOSSES[self.name].sentence

    def apply(self, b: Builder, output: int) -> int:
        """The loss of an output; what it is compared with is a new input, the data ``target``.

        Raises ArchitectureError if the loss does not fit the output.
        """
        try:
            return LOSSES[self.name].build(b, output, dict(self.settings))
        except ArchitectureError as error:
            shape = list(b.shape(output))
            raise ArchitectureError(
                f"the loss {self.name} does not fit an output of shape {shape}: {error}"
            ) from None


def attach(
    model: Model, loss: str, output: str | int | None = None, penalty: Fraction | int | None = None
) -> Graph:
    """The training problem of a model with a loss; the model stays as it is but for its notes.

    ``output`` is the name or the number of the model's output that the loss is of; it may be left out if there is one,
    and for the loss ``own`` if there is one called ``loss``.
    ``penalty`` times the sum of the squares of all parameters is added: half of what is called weight decay.
    Raises ArchitectureError.
    """
    chosen = read_loss(loss)
    value = _output(model, OWN_OUTPUT if output is None and _returns_loss(model, chosen) else output)
    b = model.builder.copy()
    note = _note(chosen, b.shape(value))
    if note and note not in model.notes:
        model.notes.append(note)
    total = chosen.apply(b, value)
    if penalty is not None:
        if penalty <= 0:
            raise ArchitectureError(f"the penalty {penalty} is not positive; leave it out if there is none")
        squares = b.node("squared_norm", *b.parameters)
        total = b.node("add", total, b.node("multiply", squares, Fraction(penalty)))
    return b.finish(total)


def read_loss(text: str) -> Loss:
    """The loss that a text names; raises ArchitectureError, which lists what there is."""
    name, arguments = named(text)
    form = LOSSES.get(name)
    if form is None:
        raise ArchitectureError(
            f"there is no loss {name!r:.40}{near(name, LOSSES)}; the losses are {', '.join(LOSSES)}"
        )
    settings: Settings = {}
    for word in arguments.positional:
        if word not in form.words:
            has = f"settings are {', '.join((*form.words, *(f'{key}=...' for key in form.settings)))}"
            raise ArchitectureError(f"the loss {name}: {word!r:.40} is not known here; its {has}")
        settings |= {"reduction": word} if word in REDUCTIONS else {word: True}
    for key, value in arguments.keywords:
        if key not in form.settings:
            hint = near(key, form.settings)
            has = f"its settings are {', '.join(form.settings)}" if form.settings else "it has none"
            raise ArchitectureError(f"the loss {name} has no setting {key!r:.40}{hint}; {has}")
        try:
            settings[key] = READERS[form.settings[key]](value)
        except InvexproofError as error:
            raise ArchitectureError(f"the loss {name}, {key}: {error}") from None
    return Loss(name, settings)


def _returns_loss(model: Model, loss: Loss) -> bool:
    """Whether the model's own loss is meant, and there is an output of that name beside others."""
    return loss.name == "own" and OWN_OUTPUT in model.outputs


def _output(model: Model, output: str | int | None) -> int:
    if isinstance(output, int):
        return output
    names = ", ".join(model.outputs)
    if output is None:
        if len(model.outputs) != 1:
            raise ArchitectureError(f"say which output the loss is of; the model has {names}")
        return next(iter(model.outputs.values()))
    if output not in model.outputs:
        raise ArchitectureError(f"there is no output {output!r:.40}; the model has {names}")
    return model.outputs[output]


# -- the losses ----------------------------------------------------------------------------------------------


def _regression(op: str) -> Build:
    """An operator on the output and a target of its shape."""

    def build(b: Builder, output: int, settings: Settings) -> int:
        return b.node(op, output, b.data("target", b.shape(output)), **settings)

    return build


def _binary(op: str) -> Build:
    """An operator on the output, a target in [0, 1] for each entry, and weights that are left out."""
    weights = {"binary_cross_entropy_with_logits": (None, None), "binary_cross_entropy": (None,)}[op]

    def build(b: Builder, output: int, settings: Settings) -> int:
        target = b.data("target", b.shape(output), low=0, high=1)
        return b.node(op, output, target, *weights, **settings)

    return build


def _classes(op: str) -> Build:
    """An operator on scores of classes and a label, or probabilities, for each example."""

    def build(b: Builder, output: int, settings: Settings) -> int:
        axis = class_axis(len(b.shape(output)), settings.pop("axis", None))
        scores = _moved_to_second(b, output, axis)
        shape = b.shape(scores)
        place = min(1, len(shape) - 1)
        if settings.pop("soft", False):
            target = b.data("target", shape, low=0, high=1)
        else:
            labels = {0, shape[place] - 1, settings.get("ignore", 0)}
            outer = [n for k, n in enumerate(shape) if k != place]
            target = b.data("target", outer, "integer", min(labels), max(labels))
        return b.node(op, scores, target, None, **settings)

    return build


def class_axis(rank: int, axis: int | None) -> int:
    """Where the classes are: on axis 1, but on the last one of sequences [batch, tokens, classes]."""
    if rank == 0:
        raise ArchitectureError("there is no axis of classes")
    if axis is not None:
        return axis_of(axis, rank)
    return {1: 0, 3: 2}.get(rank, 1)


def _moved_to_second(b: Builder, x: int, axis: int) -> int:
    rank = len(b.shape(x))
    if rank == 1:
        return x
    others = [k for k in range(rank) if k != axis]
    return transpose(b, x, [others[0], axis, *others[1:]])


def _margin(function: str, **attributes: Any) -> Build:
    """A function of 1 - y f or -y f, for outputs f and labels y between -1 and 1."""

    def build(b: Builder, output: int, settings: Settings) -> int:
        target = b.data("target", b.shape(output), low=-1, high=1)
        margin = b.node("multiply", output, target)
        inner = b.node("subtract", Fraction(1), margin) if function == "relu" else b.node("negate", margin)
        return reduce(b, settings.get("reduction", "mean"), b.node(function, inner, **attributes))

    return build


def _poisson(b: Builder, output: int, settings: Settings) -> int:
    target = b.data("target", b.shape(output), low=0)
    entries = b.node("subtract", b.node("exp", output), b.node("multiply", output, target))
    return reduce(b, settings.get("reduction", "mean"), entries)


def _own(b: Builder, output: int, settings: Settings) -> int:
    if b.shape(output):
        raise ArchitectureError(
            "the model's own loss is one number; name a loss, such as mse or cross-entropy"
        )
    return output


LABELS: Final = {"ignore": "int", "axis": "int"}

LOSSES: Final[Mapping[str, Form]] = {
    "mse": Form(_regression("mean_squared_error"), "the squared error"),
    "l1": Form(_regression("absolute_error"), "the absolute error"),
    "huber": Form(_regression("huber"), "the Huber loss", {"delta": "Fraction"}),
    "smooth-l1": Form(
        _regression("smooth_absolute_error"), "the smoothed absolute error", {"beta": "Fraction"}
    ),
    "cross-entropy": Form(
        _classes("cross_entropy"),
        "the cross-entropy of softmax with labels, or with probabilities (soft)",
        {"smoothing": "Fraction", **LABELS},
        (*REDUCTIONS, "soft"),
    ),
    "nll": Form(
        _classes("negative_log_likelihood"), "the negative log-likelihood, of log-probabilities", LABELS
    ),
    "bce": Form(_binary("binary_cross_entropy_with_logits"), "the binary cross-entropy of the sigmoid"),
    "bce-probabilities": Form(_binary("binary_cross_entropy"), "the binary cross-entropy of probabilities"),
    "logistic": Form(_margin("softplus", threshold=None), "the logistic loss, for labels +1 and -1"),
    "hinge": Form(_margin("relu"), "the hinge loss, for labels +1 and -1"),
    "poisson": Form(_poisson, "the negative log-likelihood of counts, whose rates are exp of the output"),
    "own": Form(_own, "the loss that the model computes itself", words=()),
}
"""The losses by name."""


def _note(loss: Loss, shape: tuple[int, ...]) -> str:
    sequence = len(shape) == 3 and "axis" in LOSSES[loss.name].settings and "axis" not in loss.settings
    return (
        f"the output has the shape {list(shape)}: classes are taken to be on its last axis, as in sequences "
        f"of tokens; {loss.name}:axis=1 if they are on axis 1"
        if sequence
        else ""
    )
