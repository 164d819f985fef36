"""The nodes of a graph as layers, by the names of the parameters they use; repeated blocks are told once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Final

from invexcheck.architectures.graph import PARAMETER
from invexcheck.architectures.losses import LOSSES
from invexcheck.architectures.values import Smoothness
from invexproof.reports.training_view import View

MAX_ROWS: Final = 40
LONGEST_BLOCK: Final = 120
"""Layers in a block that is repeated."""
QUIET: Final = ("reshape", "transpose", "expand", "slice", "concatenate", "flip")
"""Operators that only move entries; they are counted together."""
POOLING: Final = ("max_pool", "average_pool", "adaptive_max_pool", "adaptive_average_pool", "resample")
LOSS, PENALTY, START = "loss", "penalty", "input"
_SEPARATOR = re.compile(r"[./]")


@dataclass(frozen=True)
class Layer:
    """Consecutive nodes of one module; `times` says how often its block is repeated in a row."""

    name: str
    nodes: tuple[int, ...]
    smoothness: Smoothness
    """The least that one of its nodes is on its own."""
    times: int = 1
    block: int = 0
    """The number of its block, if that is repeated; 0 otherwise."""
    copies: tuple[int, ...] = ()
    """The nodes of the copies that are left out."""


def layers(view: View, most: int = MAX_ROWS) -> list[Layer]:
    """The layers in order, not more than `most` if shorter names make them fewer."""
    names = _names(view)
    depth = max(len(_SEPARATOR.split(name)) for name in names)
    while True:
        found = _collapsed(view, _consecutive(view, names, depth))
        if len(found) <= most or depth == 1:
            return found
        depth -= 1


def operators(view: View, layer: Layer) -> str:
    """``layer_norm, 3 linear, attention, 5 rearranging``."""
    counted = Counter(view.node(number).op for number in layer.nodes)
    counted["rearranging"] = sum(counted.pop(op, 0) for op in QUIET)
    return ", ".join(op if count == 1 else f"{count} {op}" for op, count in counted.items() if count)


def trained(view: View, layer: Layer) -> int:
    """How many parameters its nodes use, those of its copies left out."""
    used = {a for number in layer.nodes for a in view.node(number).arguments if a < view.first}
    lines = [view.architecture.inputs[a] for a in used]
    return sum(prod(line.shape) for line in lines if line.role == PARAMETER)


def _names(view: View) -> list[str]:
    """The module of each node: that of its parameters, or of the node before it."""
    found: list[str] = []
    current = START
    for _, node in view.numbered():
        modules = [_module(line.name) for line in view.parameters_of(node)]
        if node.op in LOSSES:
            current = LOSS
        elif node.op == "squared_norm":
            current = PENALTY
        elif modules:
            current = _common(modules) or modules[0]
        elif node.op in POOLING or (node.op == "mean" and len(node.attributes["axes"]) > 1):
            current = node.op
        found.append(current)
    return found


def _module(name: str) -> str:
    """``encoder.0`` of ``encoder.0.weight``."""
    cut = max(name.rfind("."), name.rfind("/"))
    return name[:cut] if cut > 0 else name


def _common(modules: Sequence[str]) -> str:
    """What the names of several modules start with."""
    parts = [name.split(".") for name in modules]
    kept = []
    for column in zip(*parts, strict=False):
        if len(set(column)) > 1:
            break
        kept.append(column[0])
    return ".".join(kept)


def _consecutive(view: View, names: Sequence[str], depth: int) -> list[Layer]:
    """Neighbours with the same first components of their names."""
    result: list[Layer] = []
    for (number, _), full in zip(view.numbered(), names, strict=True):
        name = ".".join(_SEPARATOR.split(full)[:depth])
        own = view.own(number)
        if result and result[-1].name == name:
            last = result[-1]
            result[-1] = replace(last, nodes=(*last.nodes, number), smoothness=min(last.smoothness, own))
        else:
            result.append(Layer(name, (number,), own))
    return result


# -- repeated blocks -------------------------------------------------------


def _collapsed(view: View, found: Sequence[Layer]) -> list[Layer]:
    """The layers with each run of equal blocks told once; of several blocks that which leaves out most."""
    alike = [_alike(view, layer) for layer in found]
    result: list[Layer] = []
    start, block = 0, 0
    while start < len(found):
        length, times = _repetition(alike, start)
        if times > 1:
            block += 1
        for k in range(start, start + length):
            copies = [found[k + length * copy] for copy in range(1, times)]
            names = [found[k].name, *(copy.name for copy in copies)]
            nodes = tuple(number for copy in copies for number in copy.nodes)
            result.append(
                replace(
                    found[k], name=_spanned(names), times=times, block=block if times > 1 else 0, copies=nodes
                )
            )
        start += length * times
    return result


def _repetition(alike: Sequence[Hashable], start: int) -> tuple[int, int]:
    """The length of the block that starts here, and how often it stands there."""
    best = (1, 1)
    for length in range(1, min(LONGEST_BLOCK, (len(alike) - start) // 2) + 1):
        block, end = alike[start : start + length], start + length
        while alike[end : end + length] == block:
            end += length
        times = (end - start) // length
        if (times - 1) * length > (best[1] - 1) * best[0]:
            best = (length, times)
    return best


def _alike(view: View, layer: Layer) -> Hashable:
    """What layers have in common that are told once: names up to numbers, operators, shapes of all that they use."""
    values = view.architecture.values
    nodes = tuple(
        (
            view.node(n).op,
            int(view.own(n)),
            values[n].shape,
            tuple(values[a].shape for a in view.node(n).arguments),
        )
        for n in layer.nodes
    )
    return re.sub(r"\d+", "#", layer.name), nodes


def _spanned(names: Sequence[str]) -> str:
    """``layers.0…11.mlp`` for the names of the copies of a layer."""
    parts = [name.split(".") for name in (names[0], names[-1])]
    return ".".join(a if a == b else f"{a}…{b}" for a, b in zip(*parts, strict=True))
