"""Networks written as small YAML files.

    input: 2                        # a shape; may be left out before a linear layer
    network:
      - linear: [[1, 1/2], [0, 1]]  # numbers are exact: 0.1 is 1/10
        bias: [0, 0]
      - activation: tanh            # a name of the catalogue, or a formula in x
      - residual:                   # y + (what these layers make of y)
          - linear: [[1, 0], [0, 1]]
          - tanh                    # a word alone: a layer without settings, or an activation
    loss: {separable: x^2/2}        # or {cross-entropy: [0, 1]}

Instead of ``network``, ``formulas: x1 + tanh(x2)/2, x2`` gives the map, with ``variables: [x, y]`` if it has
other names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from invexproof.errors import InvexproofError
from invexproof.expressions.terms import Expression
from invexproof.networks.assembling import Function, Loss
from invexproof.networks.builder import Builder
from invexproof.networks.errors import NetworkError
from invexproof.networks.formulas import numbered_variables, read_formulas, split_formulas
from invexproof.networks.network import LOSSES, Network
from invexproof.networks.tensors import Tensor
from invexproof.networks.yaml_items import Item, YamlError, near, read_items

__all__ = ["YamlError", "network_of_yaml", "read_yaml"]

_EXAMPLE: Final = "write, for example, network: [{linear: [[1, 1/2], [0, 1]]}, {activation: tanh}]"


def read_yaml(path: str | Path) -> Network:
    """The network in a YAML file; raises :class:`YamlError`, which says where and what is wrong."""
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise NetworkError(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise NetworkError(f"{file} is not a text in UTF-8, so it is no YAML file") from None
    return network_of_yaml(text, file.name)


def network_of_yaml(text: str, source: str = "the YAML text") -> Network:
    """The network that a YAML text describes; ``source`` is its name in messages."""
    root = read_items(text, source)
    fields = root.fields(("input", "network", "formulas", "variables", "loss"), f"a mapping: {_EXAMPLE};")
    if ("network" in fields) == ("formulas" in fields):
        raise root.error(f"either network or formulas must be given; {_EXAMPLE}")
    builder = Builder()
    if "formulas" in fields:
        if "input" in fields:
            raise fields["input"].error(
                "formulas have no input shape; name their variables: variables: [x, y]"
            )
        output = _map(builder, fields["formulas"], fields.get("variables"))
    else:
        if "variables" in fields:
            raise fields["variables"].error("only formulas have variables")
        layers = fields["network"].items(f"a list of layers ({_EXAMPLE})")
        start = _start(builder, fields.get("input"), layers[0])
        output = _sequence(builder, start, fields["network"])
    loss = fields.get("loss")
    try:
        return builder.finish(output, None if loss is None else _loss(loss, builder.size(output)))
    except YamlError:
        raise
    except InvexproofError as error:
        raise (root if loss is None else loss).error(error) from None


def _start(builder: Builder, shape: Item | None, first: Item) -> int:
    """The input; its shape may be that of the weights of the first layer."""
    if shape is not None:
        try:
            return builder.input(shape.integers())
        except NetworkError as error:
            raise shape.error(error) from None
    if isinstance(first.value, dict):
        name, value, _ = _named(first)
        if name == "linear":
            return builder.input(value.tensor().shape[-1])
    raise first.error("before a layer other than linear, say how many inputs there are: input: 2")


def _map(builder: Builder, item: Item, variables: Item | None) -> int:
    texts = _texts(item)
    names = (
        numbered_variables(texts)
        if variables is None
        else [v.text("a name") for v in variables.items("a list of names")]
    )
    try:
        return builder.formulas(builder.input(len(names)), read_formulas(texts, names))
    except InvexproofError as error:
        raise item.error(error) from None


def _texts(item: Item) -> list[str]:
    if isinstance(item.value, list):
        return [part.text("a formula") for part in item.items("a list of formulas")]
    return split_formulas(item.text("a formula"))


def _loss(item: Item, outputs: int) -> Loss:
    fields = item.fields(LOSSES, "a loss such as {separable: x^2/2} or {cross-entropy: [0, 1]}")
    if len(fields) != 1:
        raise item.error(f"one loss is expected: {' or '.join(LOSSES)}")
    (kind, given), *_ = fields.items()
    if kind == "cross-entropy":
        return kind, [part.number() for part in given.items("the target distribution, a list of numbers")]
    if isinstance(given.value, list):
        return kind, [part.text("a function of x") for part in given.value]
    return kind, [given.text("a function of x")] * outputs


# -- layers --------------------------------------------------------------------------------------------------


class _Layer(NamedTuple):
    """How a layer is read: ``apply(builder, node, item, options)`` gives the new node."""

    apply: Callable[[Builder, int, Item, Mapping[str, Item]], int]
    options: tuple[str, ...] = ()


def _sequence(builder: Builder, node: int, layers: Item) -> int:
    """The node that a list of layers makes of a node."""
    for layer in layers.items("a list of layers"):
        node = _apply(builder, node, layer)
    return node


def _apply(builder: Builder, node: int, layer: Item) -> int:
    try:
        if isinstance(layer.value, str):
            word = layer.text("a layer")
            if word in _LAYERS:
                nothing = Item("", layer.source, layer.line, layer.path)
                return _LAYERS[word].apply(builder, node, nothing, {})
            return builder.pointwise(node, word)
        name, value, options = _named(layer)
        return _LAYERS[name].apply(builder, node, value, options)
    except YamlError:
        raise
    except InvexproofError as error:
        raise layer.error(error) from None


def _named(layer: Item) -> tuple[str, Item, dict[str, Item]]:
    """The layer's name, what is given for it, and its options."""
    if not isinstance(layer.value, dict):
        raise layer.error(f"a layer is expected; {_EXAMPLE}")
    names = [key for key in layer.value if key in _LAYERS]
    if len(names) != 1:
        first = next(iter(layer.value), "")
        found = (
            f"{first!r:.60} is no layer{near(first, _LAYERS)}"
            if not names
            else f"two layers, {names}, in one"
        )
        raise layer.error(f"{found}; the layers are {', '.join(_LAYERS)}, one for each dash")
    name = names[0]
    fields = layer.fields((name, *_LAYERS[name].options), f"a {name} layer")
    return name, fields[name], {key: item for key, item in fields.items() if key != name}


def _linear(builder: Builder, node: int, item: Item, options: Mapping[str, Item]) -> int:
    return builder.linear(node, item.tensor(), _bias(options))


def _activation(builder: Builder, node: int, item: Item, options: Mapping[str, Item]) -> int:
    if isinstance(item.value, list):
        functions: Sequence[Function] = [part.text("an activation") for part in item.value]
        return builder.pointwise(node, functions)
    return builder.pointwise(node, item.text("an activation"))


def _residual(builder: Builder, node: int, item: Item, options: Mapping[str, Item]) -> int:
    return builder.add(node, _sequence(builder, node, item))


def _branches(builder: Builder, node: int, item: Item) -> list[int]:
    return [_sequence(builder, node, b) for b in item.items("a list of branches, each a list of layers")]


def _sum(builder: Builder, node: int, item: Item, options: Mapping[str, Item]) -> int:
    first, *rest = _branches(builder, node, item)
    for branch in rest:
        first = builder.add(first, branch)
    return first


def _product(builder: Builder, node: int, item: Item, options: Mapping[str, Item]) -> int:
    first, *rest = _branches(builder, node, item)
    for branch in rest:
        first = builder.product(first, branch)
    return first


def _concat(builder: Builder, node: int, item: Item, options: Mapping[str, Item]) -> int:
    axis = options["axis"].integer() if "axis" in options else 0
    return builder.concat(_branches(builder, node, item), axis)


def _formulas(builder: Builder, node: int, item: Item, options: Mapping[str, Item]) -> int:
    names = [f"x{k}" for k in range(1, builder.size(node) + 1)]
    formulas: list[Expression] = read_formulas(_texts(item), names)
    return builder.formulas(node, formulas)


def _conv(builder: Builder, node: int, item: Item, options: Mapping[str, Item]) -> int:
    settings: dict[str, Any] = {key: value.sizes() for key, value in options.items() if key != "bias"}
    return builder.conv(node, item.tensor(), _bias(options), **settings)


def _avgpool(builder: Builder, node: int, item: Item, options: Mapping[str, Item]) -> int:
    return builder.avgpool(node, item.sizes(), **{key: value.sizes() for key, value in options.items()})


def _maxpool(builder: Builder, node: int, item: Item, options: Mapping[str, Item]) -> int:
    return builder.maxpool(node, item.sizes(), **{key: value.sizes() for key, value in options.items()})


_AFFINE: Final = ("gamma", "beta", "eps")


def _layernorm(builder: Builder, node: int, item: Item, options: Mapping[str, Item]) -> int:
    return builder.layernorm(node, **_normalisation(item, _AFFINE))


def _batchnorm(builder: Builder, node: int, item: Item, options: Mapping[str, Item]) -> int:
    settings = _normalisation(item, ("mean", "variance", *_AFFINE))
    if not {"mean", "variance"} <= settings.keys():
        raise item.error("the running mean and variance are expected: {mean: [0, 0], variance: [1, 1]}")
    return builder.batchnorm(node, **settings)


def _groupnorm(builder: Builder, node: int, item: Item, options: Mapping[str, Item]) -> int:
    return builder.groupnorm(node, item.integer(), **_numbers(options))


def _normalisation(item: Item, known: tuple[str, ...]) -> dict[str, Any]:
    fields = {} if item.empty else item.fields(known, "a mapping")
    return _numbers(fields)


def _numbers(fields: Mapping[str, Item]) -> dict[str, Any]:
    return {key: item.number() if key == "eps" else item.tensor() for key, item in fields.items()}


def _attention(builder: Builder, node: int, item: Item, options: Mapping[str, Item]) -> int:
    fields = {} if item.empty else item.fields(_ATTENTION, "a mapping")
    heads = fields["heads"].integer() if "heads" in fields else 1
    causal = fields["causal"].truth() if "causal" in fields else False
    q, k, v = (
        builder.linear(node, fields[key].tensor()) if key in fields else node
        for key in ("query", "key", "value")
    )
    mixed = builder.attention(q, k, v, heads, causal)
    return builder.linear(mixed, fields["project"].tensor()) if "project" in fields else mixed


_ATTENTION: Final = ("query", "key", "value", "project", "heads", "causal")


def _transpose(builder: Builder, node: int, item: Item, options: Mapping[str, Item]) -> int:
    return builder.transpose(node, None if item.empty else item.integers())


def _bias(options: Mapping[str, Item]) -> Tensor | None:
    return options["bias"].tensor() if "bias" in options else None


_LAYERS: Final[Mapping[str, _Layer]] = {
    "linear": _Layer(_linear, ("bias",)),
    "activation": _Layer(_activation),
    "residual": _Layer(_residual),
    "sum": _Layer(_sum),
    "product": _Layer(_product),
    "concat": _Layer(_concat, ("axis",)),
    "formulas": _Layer(_formulas),
    "scale": _Layer(lambda b, node, item, options: b.scale(node, item.number())),
    "conv": _Layer(_conv, ("bias", "stride", "padding", "dilation", "groups")),
    "avgpool": _Layer(_avgpool, ("stride", "padding")),
    "maxpool": _Layer(_maxpool, ("stride", "padding", "dilation")),
    "upsample": _Layer(lambda b, node, item, options: b.upsample(node, item.sizes())),
    "layernorm": _Layer(_layernorm),
    "batchnorm": _Layer(_batchnorm),
    "groupnorm": _Layer(_groupnorm, _AFFINE),
    "attention": _Layer(_attention),
    "flatten": _Layer(lambda b, node, item, options: b.flatten(node)),
    "reshape": _Layer(lambda b, node, item, options: b.reshape(node, item.integers())),
    "transpose": _Layer(_transpose),
}
"""The layers by name; what follows the name, and options beside it, are read by these functions."""
