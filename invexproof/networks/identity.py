"""When two networks are the same one: node by node with equal functions and equal numbers.

How a weight is spelt (a float, or the rational that it is), in which file it is, and what a tensor is called
makes no difference; what the nodes compute, and in which order they stand, does.
"""

from __future__ import annotations

import hashlib
from typing import Any

from invexproof.certificates.builder import canonical_bytes
from invexproof.networks.losses import without_loss
from invexproof.networks.network import Network
from invexproof.networks.nodes import function_numbers, renamed, tensor_names
from invexproof.networks.tensors import Tensor


def same_network(given: Network, wanted: Network) -> bool:
    """Whether a network is the wanted one; the loss counts only if one is wanted."""
    if given.shapes != wanted.shapes:
        return False
    if wanted.loss is None:
        given = without_loss(given)
    return fingerprint(given) == fingerprint(wanted)


def fingerprint(network: Network) -> str:
    """A SHA-256 that two networks share if and only if they are the same one."""
    names: dict[str, str] = {}
    used: dict[int, None] = {}
    for node in network.nodes:
        for name in tensor_names(node):
            names.setdefault(name, f"t{len(names)}")
        used |= dict.fromkeys(function_numbers(node))
    if network.loss is not None and network.loss[0] == "separable":
        used |= dict.fromkeys(network.loss[1])
    functions = dict.fromkeys(network.functions[old] for old in used)
    new = {old: list(functions).index(network.functions[old]) for old in used}
    same = {n: n for n in range(len(network.nodes))}
    loss: Any = network.loss
    if loss is not None and loss[0] == "separable":
        loss = (loss[0], tuple(new[number] for number in loss[1]))
    content = [
        [_listed(renamed(node, same, names, new)) for node in network.nodes],
        [function.to_table() for function in functions],
        {name: _numbers(network.tensors[old]) for old, name in names.items()},
        _listed(loss),
    ]
    return hashlib.sha256(canonical_bytes(content)).hexdigest()


def _numbers(tensor: Tensor) -> Any:
    """The shape, and the digest of the exact numbers, if they are known."""
    if tensor.free:
        return [list(tensor.shape), None]
    numerators, denominator = tensor.integers()
    text = " ".join(map(str, [denominator, *numerators.ravel().tolist()]))
    return [list(tensor.shape), hashlib.sha256(text.encode("ascii")).hexdigest()]


def _listed(value: Any) -> Any:
    return [_listed(v) for v in value] if isinstance(value, tuple) else value
