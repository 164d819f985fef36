"""Networks of affine maps and pointwise functions, as three matrix equations.

With the entries of all pointwise nodes (units) in one vector, in the order of the nodes,

    z = A x + B h + a,    h = sigma(z),    out = C x + E h + c,

where B is strictly lower triangular in blocks.  For slopes d of the functions the Jacobian is
C + E (I - D B)^-1 D A with D = diag(d).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from invexproof.networks.errors import NetworkError
from invexproof.networks.network import Network
from invexproof.networks.nodes import function_numbers, gather_indices, sources
from invexproof.networks.rationals import ExactArray, identity, matrix_product, zeros
from invexproof.networks.tensors import Array, Tensor

_A = TypeVar("_A", bound=npt.NDArray[Any])

_CONSTANT: Final = -1
"""The source of constant terms; other sources are numbers of nodes: the input, and the pointwise ones."""


@dataclass(frozen=True)
class SlopeForm(Generic[_A]):
    """The matrices and vectors of the equations above, for n inputs, h units and k outputs.

    ``functions[j]`` is the number, in the network's functions, of unit j's function, and ``places[j]`` the
    node and entry that the unit is.
    """

    A: _A
    """[h, n]"""
    B: _A
    """[h, h]"""
    C: _A
    """[k, n]"""
    E: _A
    """[k, h]"""
    a: _A
    """[h]"""
    c: _A
    """[k]"""
    functions: tuple[int, ...]
    places: tuple[tuple[int, int], ...]

    @property
    def shallow(self) -> bool:
        """Whether B is 0: one layer of units."""
        return not self.B.any()


def slope_form(network: Network) -> SlopeForm[ExactArray]:
    """The slope form in exact Fractions, for networks with matrices of moderate size.

    Raises NetworkError, naming the node, unless all nodes are input, gather, linear, add or pointwise.
    """
    return _Forms(network, Tensor.fractions, zeros, identity, matrix_product).form()


def float_slope_form(network: Network) -> SlopeForm[Array]:
    """The same in double precision."""
    return _Forms(network, lambda t: t.array, np.zeros, np.eye, np.dot).form()


class _Forms(Generic[_A]):
    """Every node as an affine function of the input and the units: a matrix for each source (None: identity)."""

    def __init__(
        self,
        network: Network,
        entries: Callable[[Tensor], _A],
        zeros: Callable[[tuple[int, ...]], Any],
        identity: Callable[[int], Any],
        product: Callable[[Any, Any], Any],
    ) -> None:
        self.network = network
        self.entries = entries
        self.zeros = zeros
        self.identity = identity
        self.product = product

    def form(self) -> SlopeForm[_A]:
        network = self.network
        blocks: list[dict[int, _A | None]] = [{0: None}]
        for number, node in enumerate(network.nodes[1:], 1):
            if node[0] not in ("pointwise", *_STEPS):
                raise NetworkError(
                    f"node {number} ({node[0]}) is neither affine nor pointwise, so the network has no slope form"
                )
            arguments = [blocks[i] for i in sources(node)]
            step = _STEPS.get(node[0])
            blocks.append({number: None} if step is None else step(self, number, arguments))
        layers = [n for n, node in enumerate(network.nodes) if node[0] == "pointwise"]
        before = [network.nodes[n][1] for n in layers]
        last = len(network.nodes) - 1
        sizes = [network.size(n) for n in layers]

        def functions(n: int) -> tuple[int, ...]:
            numbers = function_numbers(network.nodes[n])
            return numbers if len(numbers) == network.size(n) else numbers * network.size(n)

        def rows(nodes: Sequence[int], source: int) -> Any:
            parts = [
                self.dense(blocks[i].get(source, _ABSENT), network.size(i), self.columns(source))
                for i in nodes
            ]
            return np.concatenate([self.zeros((0, self.columns(source))), *parts])

        def joined(nodes: Sequence[int]) -> Any:
            height = sum(network.size(i) for i in nodes)
            return np.concatenate([self.zeros((height, 0)), *(rows(nodes, n) for n in layers)], axis=1)

        return SlopeForm(
            A=rows(before, 0),
            B=joined(before),
            C=rows([last], 0),
            E=joined([last]),
            a=rows(before, _CONSTANT)[:, 0],
            c=rows([last], _CONSTANT)[:, 0],
            functions=tuple(f for n in layers for f in functions(n)),
            places=tuple((n, k) for n, size in zip(layers, sizes, strict=True) for k in range(size)),
        )

    def columns(self, source: int) -> int:
        return 1 if source == _CONSTANT else self.network.size(source)

    def dense(self, block: Any, rows: int, columns: int) -> Any:
        if block is _ABSENT:
            return self.zeros((rows, columns))
        return self.identity(rows) if block is None else block

    def linear(self, number: int, arguments: Sequence[dict[int, _A | None]]) -> dict[int, _A | None]:
        _, source, weight_name, bias_name = self.network.nodes[number]
        weight = self.entries(self.network.tensors[weight_name])
        outer = self.network.size(source) // weight.shape[1]
        image: dict[int, _A | None] = {}
        for origin, block in arguments[0].items():
            image[origin] = (
                weight if block is None and outer == 1 else self.on_last_axis(weight, block, origin)
            )
        if bias_name is not None:
            bias: Any = np.tile(self.entries(self.network.tensors[bias_name]), outer)[:, None]
            constant: Any = image.get(_CONSTANT)
            image[_CONSTANT] = bias if constant is None else constant + bias
        return image

    def on_last_axis(self, weight: _A, block: _A | None, origin: int) -> Any:
        whole = self.dense(block, self.columns(origin), self.columns(origin))
        out, width = weight.shape
        outer, columns = whole.shape[0] // width, whole.shape[1]
        side_by_side = whole.reshape(outer, width, columns).transpose(1, 0, 2).reshape(width, -1)
        image = self.product(weight, side_by_side)
        return image.reshape(out, outer, columns).transpose(1, 0, 2).reshape(outer * out, columns)

    def add(self, number: int, arguments: Sequence[dict[int, _A | None]]) -> dict[int, _A | None]:
        left, right = arguments
        size = self.network.size(number)
        total: dict[int, _A | None] = dict(left)
        for origin, block in right.items():
            if origin in total:
                columns = self.columns(origin)
                total[origin] = self.dense(total[origin], size, columns) + self.dense(block, size, columns)
            else:
                total[origin] = block
        return total

    def gather(self, number: int, arguments: Sequence[dict[int, _A | None]]) -> dict[int, _A | None]:
        node = self.network.nodes[number]
        taken = gather_indices(node)
        total: dict[int, _A | None] = {}
        for origin in sorted({origin for blocks in arguments for origin in blocks}):
            columns = self.columns(origin)
            parts = [
                self.dense(blocks.get(origin, _ABSENT), self.network.size(i), columns)
                for i, blocks in zip(sources(node), arguments, strict=True)
            ]
            rows: Any = np.concatenate([*parts, self.zeros((1, columns))])[taken]
            total[origin] = rows
        return total


_ABSENT: Final = object()
"""Stands for the block of a source that a node does not depend on."""

_STEPS: Final[dict[str, Callable[[Any, int, Sequence[dict[int, Any]]], dict[int, Any]]]] = {
    "linear": _Forms.linear,
    "add": _Forms.add,
    "gather": _Forms.gather,
}
