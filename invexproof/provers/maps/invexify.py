"""Changes to a network under which full rank everywhere can be certified: each one is made, and proved.

For a chain of affine maps and activations: strictly monotone activations, second matrices that fit the first
(A2 = A1^T diag(p)), square layers in place of wide ones, and a skip connection around a contraction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from invexproof.expressions.terms import Expression, rational, softplus, var
from invexproof.networks.builder import Builder
from invexproof.networks.network import Network
from invexproof.provers.maps.entry import NONSINGULAR, Region, map_claim, opened_study, prove_map
from invexproof.provers.outcome import Outcome, Verdict
from invexproof.provers.workshop import fraction

Array = npt.NDArray[np.float64]
SLOPE: Final = Fraction(1, 100)
"""The least slope of an activation that is made monotone: that of the usual leaky ReLU."""
BITS: Final = 10
"""After the binary point, of new weights."""


@dataclass(frozen=True)
class Proposal:
    """A changed network, what was changed, and the proof that its Jacobian has full row rank everywhere."""

    changes: tuple[str, ...]
    network: Network
    outcome: Outcome

    @property
    def change(self) -> str:
        """The changes as one phrase."""
        return " and ".join(self.changes)


@dataclass(frozen=True)
class Chain:
    """Affine maps with activations between them, and perhaps after the last one, the input first."""

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    activations: tuple[tuple[Expression, ...], ...]
    skip: Fraction | None = None
    """x + skip * (the chain), if not None."""

    def network(self) -> Network:
        """The chain as a network; its weights are exact dyadic numbers."""
        b = Builder()
        node = start = b.input(self.weights[0].shape[1])
        for k, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            node = b.linear(node, weight, bias, name=f"layer{k}")
            if k < len(self.activations):
                node = b.pointwise(node, list(self.activations[k]))
        if self.skip is not None:
            node = b.add(start, node if self.skip == 1 else b.scale(node, self.skip))
        return b.finish(node)


def invexify(network: Network, timeout: float | None = None, region: Region | None = None) -> list[Proposal]:
    """Certified changes, those that change least first; empty if none of the recipes applies.

    timeout: seconds for each proof.  region: where the network is to have full rank (None: everywhere).
    """
    chain = read_chain(network)
    found: list[Proposal] = []
    if chain is None:
        return found
    bounds = _slope_bounds(network)
    recipes: list[tuple[str, Callable[[Chain], Chain | None]]] = [
        ("strictly monotone activations", lambda c: monotone(c, bounds)),
        ("softplus(x) + x/100 for activations with kinks", lambda c: smoothed(c, bounds)),
        ("second matrices A2 = A1^T diag(p)", transposed),
        ("square layers in place of wide ones", squared),
        ("a skip connection around a contraction", lambda c: skipped(c, bounds)),
    ]
    settled: list[frozenset[int]] = []
    for chosen in _subsets(len(recipes)):
        if any(done <= set(chosen) for done in settled):
            continue  # a smaller change does
        changed: Chain | None = chain
        for k in chosen:
            changed = recipes[k][1](changed) if changed is not None else None
        if changed is None:
            continue
        candidate = changed.network()
        outcome = prove_map(candidate, region=region, timeout=timeout)
        if outcome.verdict is Verdict.PROVED:
            settled.append(frozenset(chosen))
            found.append(Proposal(tuple(recipes[k][0] for k in chosen), candidate, outcome))
    return found


def _subsets(count: int) -> Iterator[tuple[int, ...]]:
    for size in range(1, count + 1):
        yield from combinations(range(count), size)


def read_chain(network: Network) -> Chain | None:
    """The network as a chain, None if it is something else."""
    nodes, skip = network.nodes, None
    last = len(nodes) - 1
    if nodes[-1][0] == "add" and set(nodes[-1][1:]) == {0, last - 1}:
        nodes, skip = nodes[:-1], Fraction(1)
    weights: list[Array] = []
    biases: list[Array] = []
    activations: list[tuple[Expression, ...]] = []
    for number, node in enumerate(nodes[1:], 1):
        if node[0] == "linear" and node[1] == number - 1 and len(weights) == len(activations):
            weight = network.tensors[node[2]]
            if weight.free or len(network.shapes[number]) != 1:
                return None
            weights.append(weight.array)
            biases.append(np.zeros(weight.shape[0]) if node[3] is None else network.tensors[node[3]].array)
        elif node[0] == "pointwise" and node[1] == number - 1 and len(weights) == len(activations) + 1:
            activations.append(network.entry_functions(number))
        else:
            return None
    return Chain(tuple(weights), tuple(biases), tuple(activations), skip) if weights else None


def _slope_bounds(network: Network) -> dict[Expression, tuple[Fraction | None, Fraction | None, bool]]:
    """For each function proved bounds of its slopes, and whether it is strictly monotone."""
    result = {}
    with opened_study(network, map_claim(network, NONSINGULAR, None, None), None) as study:
        study.opened(study.goal)
        for number, function in enumerate(network.functions):
            facts = study.shop.session.facts.get(number)
            if facts is not None:
                low, high = facts.slopes.lower, facts.slopes.upper
                ends = [None if end is None else fraction(end) for end in (low, high)]
                result[function] = ends[0], ends[1], facts.monotone
    return result


Bounds = dict[Expression, tuple[Fraction | None, Fraction | None, bool]]


# -- recipes ------------------------------------------------------------------------------------------------


def monotone(chain: Chain, bounds: Bounds) -> Chain | None:
    """Add to each activation that is not strictly monotone the multiple of x that makes its slopes at least SLOPE."""
    changed = False

    def better(function: Expression) -> Expression | None:
        nonlocal changed
        low, _, already = bounds.get(function, (None, None, False))
        if already:
            return function
        if low is None:
            return None
        changed = True
        return function + rational(SLOPE - low) * var("x")

    layers = [tuple(better(f) for f in layer) for layer in chain.activations]
    if not changed or any(f is None for layer in layers for f in layer):
        return None
    return replace(chain, activations=tuple(tuple(f for f in layer if f is not None) for layer in layers))


SMOOTH: Final = softplus(var("x")) + rational(SLOPE) * var("x")


def smoothed(chain: Chain, bounds: Bounds) -> Chain | None:
    """Activations with kinks give way to a smooth, strictly increasing one."""
    layers = tuple(tuple(SMOOTH if _has_kinks(f) else f for f in layer) for layer in chain.activations)
    return None if layers == chain.activations else replace(chain, activations=layers)


def _has_kinks(function: Expression) -> bool:
    return any(node[0] in ("abs", "sign", "min", "max", "piecewise") for node in function.nodes)


def transposed(chain: Chain) -> Chain | None:
    """In each pair of matrices around an activation the second becomes A1^T diag(p), p > 0 fitted to it."""
    weights = list(chain.weights)
    for k in range(0, len(weights) - 1, 2):
        first, second = weights[k], weights[k + 1]
        if second.shape != first.shape[::-1]:
            return None
        lengths = np.maximum((first**2).sum(1), 1e-12)
        scale = np.maximum(np.abs((second.T * first).sum(1)) / lengths, 2.0**-4)
        # a power of two keeps the products exact
        weights[k + 1] = first.T * 2.0 ** np.rint(np.log2(scale))
    return replace(chain, weights=tuple(weights))


def squared(chain: Chain) -> Chain | None:
    """Hidden layers wider than the layer before keep as many units as that has, those that differ most."""
    weights, biases, activations = list(chain.weights), list(chain.biases), list(chain.activations)
    outputs, changed = weights[-1].shape[0], False
    for k in range(len(weights) - 1):
        inputs = weights[k].shape[1]
        if weights[k].shape[0] > inputs >= outputs:
            kept = sorted(_independent(weights[k], inputs))
            weights[k], biases[k] = weights[k][kept], biases[k][kept]
            activations[k] = tuple(activations[k][i] for i in kept)
            weights[k + 1] = weights[k + 1][:, kept]
            changed = True
    if not changed:
        return None
    return replace(chain, weights=tuple(weights), biases=tuple(biases), activations=tuple(activations))


def _independent(matrix: Array, count: int) -> list[int]:
    """Rows by Gram-Schmidt with pivoting."""
    rest, chosen = matrix.copy(), []
    for _ in range(count):
        pick = int(np.argmax((rest**2).sum(1)))
        chosen.append(pick)
        direction = rest[pick] / max(float(np.linalg.norm(rest[pick])), 1e-300)
        rest = rest - np.outer(rest @ direction, direction)
        rest[chosen] = 0
    return chosen


def skipped(chain: Chain, bounds: Bounds) -> Chain | None:
    """x + s F(x) with s a power of two for which s F is a contraction."""
    if chain.weights[0].shape[1] != chain.weights[-1].shape[0]:
        return None
    constant = float(np.prod([np.linalg.norm(weight, 2) for weight in chain.weights]))
    for layer in chain.activations:
        steepest = 0.0
        for function in layer:
            low, high = _bounds_of(function, bounds)
            if low is None or high is None:
                return None
            steepest = max(steepest, abs(float(low)), abs(float(high)))
        constant *= steepest
    exponent = int(np.floor(-np.log2(max(constant, 2.0**-BITS) * 1.01)))
    scale = Fraction(2) ** min(exponent, 0)
    return None if scale == chain.skip else replace(chain, skip=scale)


def _bounds_of(function: Expression, bounds: Bounds) -> tuple[Any, Any]:
    """Bounds of the slopes, also of an activation that :func:`monotone` has changed."""
    if function in bounds:
        return bounds[function][:2]
    if function == SMOOTH:
        return SLOPE, 1 + SLOPE
    for known, (low, high, _) in bounds.items():
        if low is not None and high is not None and function == known + rational(SLOPE - low) * var("x"):
            return SLOPE, high + SLOPE - low
    return None, None
