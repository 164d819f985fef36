"""Layers of the library, with their weights: what is to be shown of them, and how it is decided.

A layer with one input and one output is a function of one variable.  For the others, full row rank of the Jacobian
is decided, which the library's rule asks for; with one output also whether the function is invex without it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import reduce
from typing import Any, Final

from invexproof.activations.parameters import tidied
from invexproof.claims import INVEX
from invexproof.expressions import terms
from invexproof.expressions.terms import Expression
from invexproof.integrations.invexapi.deciding import Ask, Decision, decide
from invexproof.integrations.invexapi.errors import ReadingError
from invexproof.integrations.invexapi.evidence import Evidence
from invexproof.integrations.invexapi.plans import Obligation, Plan
from invexproof.integrations.invexapi.profiles import X
from invexproof.networks.network import Network
from invexproof.subjects import target

JACOBIAN: Final = "map.jacobian-nonsingular"
COMPOSITION: Final = "composition.invex"

AskNetwork = Callable[[str, Network], Evidence]
"""The answer to a claim of some kind about a network."""


def is_layer(obj: Any) -> bool:
    """Whether it is one of the library's layers."""
    return _path(obj) in ("linear.ixLinear", "conv.ixConv2d", "sequential.ixSequential")


def inputs_of(module: Any) -> int | None:
    """The number of inputs, if the first layer is an ``ixLinear``, which knows it."""
    match _path(module):
        case "linear.ixLinear":
            return int(module.affine1.in_features)
        case "sequential.ixSequential":
            return next((inputs_of(child) for child in module.children()), None)
    return None


def decide_layer(
    module: Any, input_shape: Sequence[int] | None, ask: Ask, ask_network: AskNetwork
) -> Decision:
    """Whether a layer is what the mark ``invex`` can mean.

    Raises:
        ReadingError: the shape of its input is needed.
        InvexproofError: the module cannot be read as a network, or the checker cannot read it.
    """
    from invexproof.networks.from_torch import network_of_module

    if input_shape is None:
        inputs = inputs_of(module)
        if inputs is None:
            raise ReadingError(
                f"the shape of the input of {type(module).__name__} is needed: "
                "InvexproofVerifier(input_shape=(channels, height, width))"
            )
        input_shape = (inputs,)
    network = network_of_module(module, input_shape)
    f = function_of(network)
    if f is not None:
        return decide([Plan((Obligation("function", target(f), INVEX, True),), ("layer",))], ask)
    jacobian = ask_network(JACOBIAN, network)
    if jacobian.verdict == "proved" or network.outputs > 1:
        return _decision("jacobian", jacobian)
    loss = network.with_loss(("separable", (len(network.functions),)), (X,))
    return _decision("function", ask_network(COMPOSITION, loss))


def _decision(name: str, evidence: Evidence) -> Decision:
    match evidence.verdict:
        case "proved":
            return Decision("proved", {name: evidence}, ("layer",))
        case "refuted":
            return Decision("refuted", {name: evidence}, ("layer",))
    return Decision("undecided", reason=f"{name}: {evidence.reason}")


def function_of(network: Network) -> Expression | None:
    """The network as a function of x, if it has one input and one output and simple operations."""
    if network.inputs != 1 or network.outputs != 1:
        return None
    entries: list[tuple[Expression, ...]] = []
    for number, node in enumerate(network.nodes):
        if node[0] not in _ENTRIES:
            return None
        entries.append(tuple(tidied(e) for e in _ENTRIES[node[0]](network, number, entries)))
    return entries[-1][0]


_Entries = list[tuple[Expression, ...]]


def _input(network: Network, number: int, entries: _Entries) -> list[Expression]:
    return [X]


def _linear(network: Network, number: int, entries: _Entries) -> list[Expression]:
    _, source, name, bias_name = network.nodes[number]
    rows: list[list[Fraction]] = network.tensors[name].fractions().tolist()
    shifts = (
        [Fraction(0)] * len(rows) if bias_name is None else network.tensors[bias_name].fractions().tolist()
    )
    length = len(rows[0])
    vectors = [entries[source][k : k + length] for k in range(0, len(entries[source]), length)]
    return [
        _affine(row, vector, shift) for vector in vectors for row, shift in zip(rows, shifts, strict=True)
    ]


def _affine(weights: Sequence[Fraction], vector: Sequence[Expression], shift: Fraction) -> Expression:
    parts = [terms.rational(w) * u for w, u in zip(weights, vector, strict=True) if w != 0]
    return reduce(lambda u, v: u + v, [*parts, terms.rational(shift)] if shift or not parts else parts)


def _pointwise(network: Network, number: int, entries: _Entries) -> list[Expression]:
    functions = network.entry_functions(number)
    source = entries[network.nodes[number][1]]
    return [f.substitute({"x": u}) for f, u in zip(functions, source, strict=True)]


def _add(network: Network, number: int, entries: _Entries) -> list[Expression]:
    _, left, right = network.nodes[number]
    return [u + v for u, v in zip(entries[left], entries[right], strict=True)]


def _product(network: Network, number: int, entries: _Entries) -> list[Expression]:
    _, left, right = network.nodes[number]
    return [u * v for u, v in zip(entries[left], entries[right], strict=True)]


def _gather(network: Network, number: int, entries: _Entries) -> list[Expression]:
    _, sources, indices, _ = network.nodes[number]
    pool = [u for source in sources for u in entries[source]]
    return [terms.rational(0) if k < 0 else pool[k] for k in indices]


_ENTRIES: Final[dict[str, Callable[[Network, int, _Entries], list[Expression]]]] = {
    "input": _input,
    "linear": _linear,
    "pointwise": _pointwise,
    "add": _add,
    "product": _product,
    "gather": _gather,
}
"""How the entries of a node follow from those of earlier ones."""


def _path(obj: Any) -> str:
    return f"{type(obj).__module__}.{type(obj).__qualname__}".removeprefix("invexapi.nn.")
