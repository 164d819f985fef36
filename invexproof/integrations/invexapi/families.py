"""Layers of the library, with free weights, that are what they are marked to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from invexproof.claims import INVEX


@dataclass(frozen=True)
class LayerFamily:
    """All layers of one architecture with one input and one output, for weights in some ranges.

    ``layer`` is the constructor; ``formula`` is the function that they compute.
    """

    name: str
    layer: str
    formula: str
    ranges: tuple[str, ...]
    kind: str = INVEX


_ONE: Final = ("w1 > 0", "w2 > 0", "b1", "b2")

FAMILIES: Final = (
    LayerFamily("one-tanh-neuron", "ixLinear(1, 1, 1, tanh)", "w2*tanh(w1*x + b1) + b2", _ONE),
    LayerFamily("one-tanh-neuron-falling", "ixLinear(1, 1, 1, tanh)", "-w2*tanh(w1*x + b1) + b2", _ONE),
    LayerFamily("one-softplus-neuron", "ixLinear(1, 1, 1, softplus)", "w2*softplus(w1*x + b1) + b2", _ONE),
    LayerFamily("one-silu-neuron", "ixLinear(1, 1, 1, silu)", "w2*(w1*x + b1)*sigmoid(w1*x + b1) + b2", _ONE),
    LayerFamily(
        "two-tanh-neurons-positive",
        "ixLinear(1, 2, 1, tanh)",
        "w3*tanh(w1*x + b1) + w4*tanh(w2*x + b2) + b3",
        ("w1 > 0", "w2 > 0", "w3 > 0", "w4 > 0", "b1", "b2", "b3"),
    ),
)
"""The families that are certified."""
