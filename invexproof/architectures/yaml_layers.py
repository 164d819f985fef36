"""Layers as YAML files list them: their names, their settings, and what they make of a tensor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from invexproof.architectures.building import axis_of, concatenate, flatten, reduce, reshape, transpose
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.layers import Layers
from invexproof.errors import InvexproofError
from invexproof.networks.yaml_items import Item, YamlError, near

EXAMPLE: Final = "write, for example, layers: [{linear: 16}, tanh, {linear: 1}]"

Read = Callable[[Item], Any]


@dataclass(frozen=True)
class Row:
    """A layer: ``apply(net, x, name, **settings)``, how its settings are read, which must be given, and an example.

    The first setting may be given alone, as in ``linear: 10``.
    """

    apply: Callable[..., int]
    settings: Mapping[str, Read] = field(default_factory=dict)
    needed: int = 0
    example: str = ""


def sequence(net: Layers, x: int, layers: Item) -> int:
    """What a list of layers makes of a tensor; parameters are named by the layers' positions.

    Raises YamlError, which names the line.
    """
    for position, layer in enumerate(layers.items(f"a list of layers ({EXAMPLE})")):
        x = _apply(net, x, str(position), layer)
    return x


def _apply(net: Layers, x: int, name: str, layer: Item) -> int:
    try:
        if isinstance(layer.value, str):
            word = layer.text("a layer")
            return _activation(net, x, word) if word not in LAYERS else _row(net, x, name, word, layer, layer)
        return _row(net, x, name, *_named(layer), layer)
    except YamlError:
        raise
    except InvexproofError as error:
        raise layer.error(error) from None


def _named(layer: Item) -> tuple[str, Item]:
    """The layer's name, and what is given for it."""
    if not isinstance(layer.value, dict):
        raise layer.error(f"a layer is expected; {EXAMPLE}")
    if len(layer.value) != 1:
        raise layer.error(
            f"one layer for each dash, its settings in braces, as in {LAYERS['conv'].example}; "
            f"given: {', '.join(layer.value)}"
        )
    ((word, given),) = layer.value.items()
    if word not in LAYERS:
        raise layer.error(
            f"{word!r:.60} is no layer{near(word, LAYERS)}; the layers are {', '.join(LAYERS)}, and activations"
        )
    return word, given


def _row(net: Layers, x: int, name: str, word: str, given: Item, layer: Item) -> int:
    row = LAYERS[word]
    items = {} if given is layer or given.empty else _settings(row, word, given)
    missing = [key for key in list(row.settings)[: row.needed] if key not in items]
    if missing:
        raise layer.error(f"{word} needs {' and '.join(missing)}: {row.example}")
    return row.apply(net, x, name, **{key: row.settings[key](item) for key, item in items.items()})


def _settings(row: Row, word: str, given: Item) -> Mapping[str, Item]:
    if isinstance(given.value, dict):
        return given.fields(row.settings, f"a {word} layer")
    if not row.settings:
        raise given.error(f"{word} has no settings; write it alone")
    return {next(iter(row.settings)): given}


def _activation(net: Layers, x: int, text: str) -> int:
    try:
        return net.activation(x, text)
    except InvexproofError as error:
        hint = near(text, LAYERS)
        raise ArchitectureError(
            f"{text!r:.60} is no layer{hint}, and no activation: {error}\nthe layers are {', '.join(LAYERS)}"
        ) from None


# -- layers that are more than a call of Layers --------------------------------------------------------------


def _residual(net: Layers, x: int, name: str, layers: Item, shortcut: Item | None = None) -> int:
    part = net.inside(name)
    inner = sequence(part, x, layers)
    beside = x if shortcut is None else sequence(part.inside("shortcut"), x, shortcut)
    if net.b.shape(inner) != net.b.shape(beside):
        raise ArchitectureError(
            f"the layers make {list(net.b.shape(inner))} of {list(net.b.shape(beside))}, so the two cannot be added; "
            "give a shortcut: residual: {layers: [...], shortcut: [{conv: {channels: 32, kernel: 1}}]}"
        )
    return net.b.node("add", inner, beside)


def _branches(net: Layers, x: int, name: str, branches: Item) -> list[int]:
    items = branches.items("a list of branches, each a list of layers")
    return [sequence(net.inside(name).inside(k), x, item) for k, item in enumerate(items)]


def _concatenate(net: Layers, x: int, name: str, branches: Item, axis: int = 1) -> int:
    return concatenate(net.b, _branches(net, x, name, branches), axis)


def _positions(net: Layers, x: int, name: str) -> int:
    return net.b.node("add", x, net.inside(name).parameter("weight", net.b.shape(x)[1:]))


def _softmax(op: str) -> Callable[..., int]:
    def apply(net: Layers, x: int, name: str, axis: int = -1) -> int:
        return net.b.node(op, x, axis=axis_of(axis, len(net.b.shape(x))))

    return apply


def _upsample(net: Layers, x: int, name: str, factor: int, mode: str = "nearest") -> int:
    return net.b.node("resample", x, size=[n * factor for n in net.b.shape(x)[2:]], mode=mode)


def _text(item: Item) -> str:
    return item.text("a word")


def _same(item: Item) -> Item:
    return item


_POOL: Final[Mapping[str, Read]] = {"kernel": Item.sizes, "stride": Item.sizes, "padding": Item.sizes}
_EPSILON: Final[Mapping[str, Read]] = {"epsilon": Item.number}

LAYERS: Final[Mapping[str, Row]] = {
    "linear": Row(Layers.linear, {"features": Item.integer, "bias": Item.truth}, 1, "linear: 10"),
    "conv": Row(
        Layers.convolution,
        {
            "channels": Item.integer,
            "kernel": Item.sizes,
            "stride": Item.sizes,
            "padding": Item.sizes,
            "dilation": Item.sizes,
            "groups": Item.integer,
            "bias": Item.truth,
        },
        2,
        "conv: {channels: 16, kernel: 3, padding: 1}",
    ),
    "conv_transpose": Row(
        Layers.transposed_convolution,
        {"channels": Item.integer, "kernel": Item.sizes, "stride": Item.sizes, "bias": Item.truth},
        2,
        "conv_transpose: {channels: 16, kernel: 2, stride: 2}",
    ),
    "embedding": Row(
        Layers.embedding,
        {"entries": Item.integer, "width": Item.integer},
        2,
        "embedding: {entries: 100, width: 16}",
    ),
    "positions": Row(_positions),
    "attention": Row(
        Layers.attention,
        {"heads": Item.integer, "causal": Item.truth, "dropout": Item.number},
        1,
        "attention: {heads: 4, causal: true}",
    ),
    "batch_norm": Row(Layers.batch_norm, _EPSILON),
    "layer_norm": Row(Layers.layer_norm, _EPSILON),
    "rms_norm": Row(Layers.rms_norm, _EPSILON),
    "group_norm": Row(Layers.group_norm, {"groups": Item.integer, **_EPSILON}, 1, "group_norm: 4"),
    "instance_norm": Row(lambda net, x, name, **s: net.group_norm(x, name, net.b.shape(x)[1], **s), _EPSILON),
    "max_pool": Row(lambda net, x, name, **s: net.max_pool(x, **s), _POOL, 1, "max_pool: 2"),
    "average_pool": Row(lambda net, x, name, **s: net.average_pool(x, **s), _POOL, 1, "average_pool: 2"),
    "global_average_pool": Row(lambda net, x, name: net.global_average_pool(x)),
    "upsample": Row(_upsample, {"factor": Item.integer, "mode": _text}, 1, "upsample: 2"),
    "activation": Row(
        lambda net, x, name, function: net.activation(x, function),
        {"function": _text},
        1,
        "activation: x*sigmoid(x)",
    ),
    "softmax": Row(_softmax("softmax"), {"axis": Item.integer}),
    "log_softmax": Row(_softmax("log_softmax"), {"axis": Item.integer}),
    "dropout": Row(
        lambda net, x, name, rate: net.inside(name).dropout(x, rate), {"rate": Item.number}, 1, "dropout: 0.1"
    ),
    "mean": Row(
        lambda net, x, name, axes: reduce(net.b, "mean", x, axes), {"axes": Item.integers}, 1, "mean: 1"
    ),
    "flatten": Row(lambda net, x, name: flatten(net.b, x, 1)),
    "reshape": Row(
        lambda net, x, name, shape: reshape(net.b, x, [net.b.shape(x)[0], *shape]),
        {"shape": Item.integers},
        1,
        "reshape: [16, 4, 4], the shape of an example",
    ),
    "transpose": Row(
        lambda net, x, name, axes: transpose(net.b, x, axes),
        {"axes": Item.integers},
        1,
        "transpose: [0, 2, 1]",
    ),
    "residual": Row(
        _residual, {"layers": _same, "shortcut": _same}, 1, "residual: [{linear: 16}, tanh]"
    ),
    "concatenate": Row(
        _concatenate, {"branches": _same, "axis": Item.integer}, 1, "concatenate: [[{linear: 4}], [{linear: 4}, tanh]]"
    ),
}  # fmt: skip
"""The layers by name."""
