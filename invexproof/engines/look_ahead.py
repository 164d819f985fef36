"""Which side of a box to halve: a look at the slopes of both halves, to first order in their ranges."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from invexproof.engines.blocks import Block
from invexproof.engines.forms import Preactivations
from invexproof.engines.rounding import Array
from invexproof.engines.slope_ranges import Activation

CELLS = 1024
TIE = 1e-3
"""Weight of the plain influence of a side where looking ahead sees no difference."""
HUGE = 1e300
TINIEST = float(np.finfo(np.float64).tiny)


class SlopeTable:
    """Approximate ranges of an activation's slopes inside [low, high]: a few look-ups, whatever it costs to
    evaluate it.

    Entry k CELLS + i holds the least and greatest slope over 2^k cells from number i on.
    """

    def __init__(self, activation: Activation, low: float, high: float) -> None:
        self.low = low
        self.cell = max((high - low) / CELLS, TINIEST)
        edges = np.asarray(low + self.cell * np.arange(CELLS + 1), dtype=np.float64)
        least, most = (_finite(ends) for ends in activation.slopes(edges[:-1], edges[1:]))
        lows, highs = [least], [most]
        for k in range(CELLS.bit_length() - 1):
            beyond = np.minimum(np.arange(CELLS) + 2**k, CELLS - 1)
            lows.append(np.minimum(lows[k], lows[k][beyond]))
            highs.append(np.maximum(highs[k], highs[k][beyond]))
        self.least, self.most = np.concatenate(lows), np.concatenate(highs)
        self.levels = np.frexp(np.arange(CELLS + 1))[1] - 1

    def ranges(self, lower: Array, upper: Array) -> tuple[Array, Array]:
        """Least and greatest slope over the cells that [lower, upper] covers best; any shape."""
        first = self._edge(lower, CELLS - 1)
        last = np.maximum(self._edge(upper, CELLS) - 1, first)
        level = self.levels[last - first + 1]
        left = level * CELLS + first
        right = level * CELLS + last + 1 - (1 << level)
        return (
            np.minimum(self.least[left], self.least[right]),
            np.maximum(self.most[left], self.most[right]),
        )

    def _edge(self, points: Array, most: int) -> NDArray[np.intp]:
        cells = (points - self.low) / self.cell + 0.5
        return np.fmin(np.fmax(cells, 0.0), most).astype(np.intp)  # what is no number becomes 0


def _finite(values: Array) -> Array:
    return np.asarray(np.clip(np.nan_to_num(values), -HUGE, HUGE))


class LookAhead:
    """Judges sides for the blocks of a map; root: the preactivations over the whole box, one row each."""

    def __init__(self, blocks: Sequence[Block], root: Sequence[Preactivations]) -> None:
        self.tables = []
        for block, found in zip(blocks, root, strict=True):
            low, high = found.ranges.lower[0], found.ranges.upper[0]
            self.tables.append(
                [
                    (SlopeTable(activation, float(low[units].min()), float(high[units].max())), units)
                    for activation, units in block.groups().items()
                ]
            )

    def gains(self, number: int, found: Preactivations, corners: Array, needed: Array) -> Array:
        """How much of what the worst corner of a block lacks is gained by halving each side; shape (n, sides).

        corners: the corner values on n boxes, shape (n, 2^h). needed: what the least of them must exceed,
        shape (n,). Each of the two halves counts up to 1; boxes where the block passes count next to nothing.
        """
        count, units = found.centre.shape
        rows = np.arange(count)
        worst = corners.argmin(axis=1)
        value = corners[rows, worst]
        places = 1 << np.arange(units - 1, -1, -1)
        rise = np.maximum(corners[rows[:, None], worst[:, None] ^ places] - value[:, None], 0.0)
        at_lower = (worst[:, None] & places) == 0
        shift = 0.5 * found.linear.transpose(2, 0, 1)  # (sides, n, units)
        size = np.abs(shift)
        radius = np.maximum(found.ranges.radius - size, 0.0)
        centre = found.ranges.middle + np.stack([-shift, shift])
        lower, upper = self._slopes(number, centre - radius, centre + radius)
        width = found.slopes.upper - found.slopes.lower
        cut = np.where(at_lower, lower - found.slopes.lower, found.slopes.upper - upper) / np.maximum(
            width, TINIEST
        )
        gained = (np.fmin(np.fmax(cut, 0.0), 1.0) * rise).sum(axis=-1)
        lacking = needed - value
        influence = (size / np.maximum(found.ranges.radius, TINIEST) * rise).sum(axis=-1)
        share = influence / np.maximum(influence.sum(axis=0), TINIEST)
        gains = np.minimum(gained / np.maximum(np.abs(lacking), TINIEST), 1.0).sum(axis=0) + TIE * share
        return np.asarray(np.fmax(np.where(lacking < 0.0, TIE, 1.0) * gains, 0.0)).T

    def _slopes(self, number: int, lower: Array, upper: Array) -> tuple[Array, Array]:
        least, most = np.empty(lower.shape), np.empty(lower.shape)
        for table, units in self.tables[number]:
            least[..., units], most[..., units] = table.ranges(lower[..., units], upper[..., units])
        return least, most
