"""Networks written as the YAML files that :mod:`invexproof.networks.yaml_files` reads, where these can express them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from fractions import Fraction
from typing import Any, Final

import yaml

from invexproof.expressions.printing import to_text
from invexproof.networks.errors import NetworkError
from invexproof.networks.identity import same_network
from invexproof.networks.network import Network
from invexproof.networks.nodes import sources
from invexproof.networks.tensors import Tensor
from invexproof.networks.yaml_files import network_of_yaml

WIDTH: Final = 110
MAX_LAYERS: Final = 10_000
Layers = list[Any]


def write_yaml(network: Network) -> str:
    """The text of a YAML file with this network, and its loss; it is read again and compared.

    Raises NetworkError if the layers of such files cannot express it: they are chains, with sums and products of
    branches, of affine maps, activations, formulas and normalisations.
    """
    loss = {} if network.loss is None else {"loss": _loss(network)}
    shape = list(network.shapes[0])
    document = {
        "input": shape[0] if len(shape) == 1 else shape,
        "network": _Writer(network).layers(len(network.nodes) - 1, 0),
        **loss,
    }
    text: str = yaml.safe_dump(
        document, sort_keys=False, default_flow_style=None, width=WIDTH, allow_unicode=True
    )
    with suppress(NetworkError):
        if same_network(network_of_yaml(text), network):
            return text
    raise NetworkError("this network cannot be written as YAML; its certificate holds it")


class _Writer:
    """Turns the part of a network between two nodes into a list of layers."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.written = 0
        self._before: dict[int, frozenset[int]] = {}
        for number, node in enumerate(network.nodes):
            used = sources(node)
            reached = [self._before[k] for k in used]
            # the nodes through which every path from the input comes
            self._before[number] = (
                frozenset.intersection(*reached) | {number} if reached else frozenset((number,))
            )

    def layers(self, end: int, start: int) -> Layers:
        """The layers that make node ``end`` of node ``start``."""
        found: Layers = []
        while end != start:
            self.written += 1
            node = self.network.nodes[end]
            write = _LAYERS.get(node[0])
            if write is None or self.written > MAX_LAYERS:
                raise NetworkError(
                    f"a network with {node[0]} cannot be written as YAML; its certificate holds it"
                )
            layer, end = write(self, end)
            found.append(layer)
        return found[::-1]

    def junction(self, end: int) -> int:
        """The last node before ``end`` through which every path to it comes."""
        return max(self._before[end] - {end})


def _linear(writer: _Writer, number: int) -> tuple[Any, int]:
    _, source, weight, bias = writer.network.nodes[number]
    layer = {"linear": _tensor(writer.network.tensors[weight])}
    if bias is not None:
        layer["bias"] = _tensor(writer.network.tensors[bias])
    return layer, source


def _pointwise(writer: _Writer, number: int) -> tuple[Any, int]:
    _, source, functions = writer.network.nodes[number]
    chosen = functions if isinstance(functions, tuple) else (functions,)
    texts = [to_text(writer.network.functions[k]) for k in chosen]
    return {"activation": texts if isinstance(functions, tuple) else texts[0]}, source


def _sum(writer: _Writer, number: int) -> tuple[Any, int]:
    _, left, right = writer.network.nodes[number]
    start = writer.junction(number)
    if left == start:
        return {"residual": writer.layers(right, start)}, start
    return {"sum": [writer.layers(left, start), writer.layers(right, start)]}, start


def _product(writer: _Writer, number: int) -> tuple[Any, int]:
    _, left, right = writer.network.nodes[number]
    start = writer.junction(number)
    return {"product": [writer.layers(left, start), writer.layers(right, start)]}, start


def _formulas(writer: _Writer, number: int) -> tuple[Any, int]:
    texts = [to_text(formula) for formula in writer.network.formulas(number)]
    return {"formulas": texts}, writer.network.nodes[number][1]


def _layernorm(writer: _Writer, number: int) -> tuple[Any, int]:
    _, source, gamma, beta, epsilon = writer.network.nodes[number]
    given = {"gamma": gamma, "beta": beta}
    tensors = {key: _tensor(writer.network.tensors[name]) for key, name in given.items() if name is not None}
    return {"layernorm": {**tensors, "eps": _number(Fraction(epsilon))}}, source


_LAYERS: Final[Mapping[str, Callable[[_Writer, int], tuple[Any, int]]]] = {
    "linear": _linear,
    "pointwise": _pointwise,
    "add": _sum,
    "product": _product,
    "formulas": _formulas,
    "layernorm": _layernorm,
}
"""For each operation, the layer, and the node that it is applied to."""


def _tensor(tensor: Tensor) -> Any:
    if tensor.free:
        return {"free": list(tensor.shape)}
    return _nested(tensor.fractions().tolist())


def _nested(values: Any) -> Any:
    return [_nested(v) for v in values] if isinstance(values, list) else _number(values)


def _number(value: Fraction) -> int | str:
    return int(value) if value.denominator == 1 else str(value)


def _loss(network: Network) -> dict[str, Any]:
    if network.loss is None or network.loss[0] == "cross-entropy":
        return {"cross-entropy": [_number(q) for q in network.target]}
    return {"separable": [to_text(network.functions[k]) for k in network.loss[1]]}
