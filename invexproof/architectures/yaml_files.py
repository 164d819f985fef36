"""Training problems written as small YAML files.

    mlp: [2, 16, 16, 1]     # a reference architecture, with its settings beside it
    activation: tanh        # a name of the catalogue, or a formula in x
    batch: 4                # examples in a mini-batch
    loss: mse               # as on the command line: huber:delta=1/2
    penalty: 1/200          # times the sum of the squares of all parameters

or, instead of a reference architecture, layers; no numbers but sizes are given:

    input: [1, 28, 28]      # the shape of an example; of tokens {tokens: 16, vocabulary: 100}
    layers:
      - conv: {channels: 16, kernel: 3, padding: 1}
      - batch_norm
      - relu
      - residual: [{conv: {channels: 16, kernel: 3, padding: 1}}, relu]
      - max_pool: 2
      - flatten
      - linear: 10
    loss: cross-entropy
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from invexproof.architectures.builder import Builder, Model
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.graph import Graph
from invexproof.architectures.layers import Layers
from invexproof.architectures.losses import attach, read_loss
from invexproof.architectures.reference import REFERENCES, Reference
from invexproof.architectures.yaml_layers import EXAMPLE, sequence
from invexproof.errors import InvexproofError
from invexproof.networks.yaml_items import Item, YamlError, near, read_items

__all__ = ["Training", "YamlError", "read_yaml", "training_of_yaml"]

COMMON: Final = ("batch", "loss", "penalty")
BATCH: Final = 8


@dataclass(frozen=True)
class Training:
    """A model with the loss and the penalty that its file gives; ``loss`` is "" if there is none."""

    model: Model
    loss: str
    penalty: Fraction | None = None

    def graph(self, loss: str = "") -> Graph:
        """The training problem, with another loss if one is given.  Raises ArchitectureError."""
        chosen = loss or self.loss
        if not chosen:
            raise ArchitectureError("no loss is given; name one, such as loss: cross-entropy")
        return attach(self.model, chosen, penalty=self.penalty)


def read_yaml(path: str | Path, batch: int | None = None) -> Training:
    """The training problem in a YAML file; ``batch`` is for files that do not say how large it is.

    Raises an InvexproofError that says where and what is wrong.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise ArchitectureError(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ArchitectureError(f"{file} is not a text in UTF-8, so it is no YAML file") from None
    return training_of_yaml(text, file.name, batch)


def training_of_yaml(text: str, source: str = "the YAML text", batch: int | None = None) -> Training:
    """The training problem that a YAML text describes; ``source`` is its name in messages."""
    root = read_items(text, source)
    if not isinstance(root.value, dict):
        raise root.error(f"a mapping is expected; {EXAMPLE}, or mlp: [2, 16, 1]")
    kinds = [key for key in root.value if key in REFERENCES or key == "layers"]
    if len(kinds) != 1:
        raise root.error(_wrong_kinds(root.value, kinds))
    kind = kinds[0]
    reader = _of_layers if kind == "layers" else _of_reference
    try:
        model, usual = reader(root, kind, batch)
    except YamlError:
        raise
    except InvexproofError as error:
        raise root.value[kind].error(error) from None
    fields = root.value
    penalty = fields["penalty"].number() if "penalty" in fields else None
    training = Training(model, _loss(fields["loss"]) if "loss" in fields else usual, penalty)
    if training.loss:
        _verify(training, root, fields)
    return training


def _wrong_kinds(fields: Mapping[str, Item], kinds: list[str]) -> str:
    if "network" in fields:
        return f"network is for maps with given weights; for training, {EXAMPLE}"
    known = ["layers", *REFERENCES]
    if kinds:
        return f"one architecture is expected, not {' and '.join(kinds)}"
    unknown = next((key for key in fields if key not in (*COMMON, "input")), "")
    hint = near(unknown, known)
    found = f"{unknown!r:.60} is no architecture{hint}" if unknown else "there is no architecture"
    return f"{found}; give layers, or one of {', '.join(REFERENCES)}"


def _loss(item: Item) -> str:
    text = item.text("a loss such as mse or cross-entropy")
    try:
        read_loss(text)
    except InvexproofError as error:
        raise item.error(error) from None
    return text


def _verify(training: Training, root: Item, fields: Mapping[str, Item]) -> None:
    try:
        training.graph()
    except InvexproofError as error:
        raise fields.get("loss", root).error(error) from None


# -- reference architectures ---------------------------------------------------------------------------------


def _of_reference(root: Item, kind: str, batch: int | None) -> tuple[Model, str]:
    found = REFERENCES[kind]
    own = tuple(s.name for s in found.settings)
    fields = root.fields((kind, *own, "loss", "penalty"), "a training problem")
    given = {key: item for key, item in fields.items() if key in own}
    values = dict(_setting(found, key, item) for key, item in given.items())
    inner = fields[kind]
    first = {} if inner.empty else {found.architecture.first: inner}
    for key, item in (inner.value if isinstance(inner.value, dict) else first).items():
        if key in given:
            raise item.error(f"{key} is given twice, here and beside {kind}")
        values |= [_setting(found, key, item)]
    architecture = found.make(values if batch is None else {"batch": batch, **values})
    return architecture.build(), architecture.loss


def _setting(found: Reference, name: str, item: Item) -> tuple[str, Any]:
    parts = item.value if isinstance(item.value, list) else [item]
    try:
        return found.architecture.setting(name, "x".join(part.text("a setting") for part in parts))
    except YamlError:
        raise
    except InvexproofError as error:
        raise item.error(error) from None


# -- layers --------------------------------------------------------------------------------------------------


def _of_layers(root: Item, kind: str, batch: int | None) -> tuple[Model, str]:
    fields = root.fields(("input", "layers", *COMMON), "a training problem")
    if "input" not in fields:
        raise root.error("say what the shape of an example is: input: [1, 28, 28]")
    examples = fields["batch"].integer() if "batch" in fields else batch or BATCH
    builder = Builder()
    start = _input(builder, fields["input"], examples)
    return Model(builder, {"output": sequence(Layers(builder, "layers."), start, fields["layers"])}), ""


def _input(builder: Builder, item: Item, batch: int) -> int:
    """Data of a shape, or tokens; of a text, their number."""
    try:
        if not isinstance(item.value, dict):
            return builder.data("x", [batch, *item.integers()])
        fields = item.fields(("tokens", "vocabulary"), "the shape of an example, or tokens")
        if len(fields) != 2:
            raise item.error("write input: {tokens: 16, vocabulary: 100}")
        last = fields["vocabulary"].integer() - 1
        return builder.data("tokens", [batch, fields["tokens"].integer()], "integer", 0, last)
    except ArchitectureError as error:
        raise item.error(error) from None
