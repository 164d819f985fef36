"""Trees of halved boxes, recorded in whatever order a search visits them, written depth first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

VARIABLES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""One character for each variable: a split at the middle of its interval."""
EXPLICIT = "s"
"""A split that is described in a list; used for all splits if there are more variables than characters."""

Numbers = NDArray[np.intp]
ExactSides = Sequence[tuple[Fraction, Fraction]]


@dataclass
class SplitTree:
    """A binary tree; node 0 is the root, and the two halves of a node have consecutive numbers."""

    leaf: str
    nodes: int = 1
    _splits: list[tuple[Numbers, Numbers, int]] = field(default_factory=list)

    def split(self, nodes: Numbers, axes: Numbers) -> tuple[Numbers, Numbers]:
        """Halve leaves along axes, both of shape (n,); the numbers of the lower and of the upper halves."""
        first = self.nodes
        self._splits.append((nodes, axes, first))
        self.nodes += 2 * len(nodes)
        lower = first + 2 * np.arange(len(nodes))
        return lower, lower + 1

    @property
    def leaves(self) -> int:
        return (self.nodes + 1) // 2

    def written(self, box: ExactSides) -> tuple[str, list[tuple[int, Fraction]]]:
        """The tree as text, and the explicit splits (variable, point) in the order of the text."""
        axes = self._depth_first()
        if len(box) <= len(VARIABLES):
            letters = np.frombuffer((VARIABLES + self.leaf).encode(), dtype=np.uint8)
            return letters[axes].tobytes().decode(), []
        return "".join(self.leaf if axis < 0 else EXPLICIT for axis in axes), _middles(axes.tolist(), box)

    def _depth_first(self) -> Numbers:
        """The axis of each node, -1 for leaves, in depth-first order (a node before its halves)."""
        sizes = np.ones(self.nodes, dtype=np.intp)
        for nodes, _, first in reversed(self._splits):
            halves = sizes[first : first + 2 * len(nodes)].reshape(-1, 2)
            sizes[nodes] += halves.sum(axis=1)
        places = np.zeros(self.nodes, dtype=np.intp)
        axes = np.full(self.nodes, -1, dtype=np.intp)
        for nodes, chosen, first in self._splits:
            lower = first + 2 * np.arange(len(nodes))
            places[lower] = places[nodes] + 1
            places[lower + 1] = places[nodes] + 1 + sizes[lower]
            axes[places[nodes]] = chosen
        return axes


def _middles(axes: Sequence[int], box: ExactSides) -> list[tuple[int, Fraction]]:
    """The exact middles of the splits of a tree in depth-first order."""
    found: list[tuple[int, Fraction]] = []
    sides = [tuple(side) for side in box]
    undo: list[tuple[int, tuple[Fraction, ...], tuple[Fraction, ...] | None]] = []
    for axis in axes:
        if axis >= 0:
            low, high = sides[axis]
            middle = (low + high) / 2
            found.append((axis, middle))
            undo.append((axis, (low, high), (middle, high)))
            sides[axis] = (low, middle)
            continue
        while undo:
            finished, whole, upper = undo.pop()
            if upper is not None:
                undo.append((finished, whole, None))
                sides[finished] = upper
                break
            sides[finished] = whole
    return found
