"""The picture of witnesses: on one logarithmic axis of step sizes the zeros of det(I − η·H), a row for each witness."""

from __future__ import annotations

from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator

from invexcheck.architectures.methods import ALL_BUT
from invexcheck.architectures.sizes import Sizes
from invexproof.reports.hessian_facts import Sight, Spectra
from invexproof.reports.hessian_sections import Axis, axis_of, spans
from invexproof.reports.style import CURVE, LOWER, WITNESS

ROW: Final = 0.3
TITLE, FOOT, BOTTOM = 0.4, 0.25, 0.45
"""Inches: above the rows, for what is said below them, and for the axis."""
LEFT, RIGHT = 1.75, 0.35
"""Inches beside the axes."""
MAX_ROWS: Final = 12
NAME_LENGTH: Final = 30
SHORT: Final = 3
"""Decades of an axis with more numbers."""
CLAIMED: Final = "#cfe3d4"
EXCEPTED: Final = "#e4c9c9"


def height(found: Spectra, sizes: Sizes) -> float:
    """Inches that the picture takes at the bottom of a figure; none if there is nothing to draw."""
    return 0.0 if axis_of(found, sizes) is None else TITLE + ROW * len(_rows(found)) + FOOT + BOTTOM


def draw(figure: Figure, found: Spectra, sizes: Sizes) -> None:
    """Add the picture to a figure that has room for it."""
    axis = axis_of(found, sizes)
    if axis is None:
        return
    rows = _rows(found)
    width, tall = figure.get_size_inches()
    axes = figure.add_axes(
        (LEFT / width, (BOTTOM + FOOT) / tall, (width - LEFT - RIGHT) / width, ROW * len(rows) / tall)
    )
    axes.set_xscale("log")
    axes.set_xlim(10**axis.low, 10**axis.high)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    _ticks(axes, axis)
    axes.set_yticks(range(len(rows)), [_name(k, sight) for k, sight in rows], fontsize=7)
    _claim(axes, axis, sizes)
    for y, (_, sight) in enumerate(rows):
        _sight(axes, y, sight, found.bad)
    axes.set_xlabel("step size η", fontsize=7.5, loc="right", labelpad=1)
    filled = "bad" if found.bad else "not excluded so far"
    axes.set_title(f"Zeros of det(I − η·H) at each witness; red: {filled}", fontsize=8, loc="left")
    figure.text(LEFT / width, 0.12 / tall, _below(found, sizes), fontsize=7, color=CURVE)


def _ticks(axes: Axes, axis: Axis) -> None:
    """Powers of ten; on a short axis also twice and five times these."""
    short = axis.high - axis.low < SHORT
    axes.xaxis.set_major_locator(LogLocator(numticks=9))
    axes.xaxis.set_minor_locator(LogLocator(subs=(2, 5) if short else range(2, 10), numticks=99))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    axes.xaxis.set_minor_formatter(FuncFormatter(lambda x, _: f"{x:g}" if short else ""))
    axes.tick_params(which="both", labelsize=7)


def _rows(found: Spectra) -> list[tuple[int, Sight]]:
    """The witnesses that were needed, the first ones of many, with their numbers."""
    needed = [(k, sight) for k, sight in enumerate(found.sights, 1) if sight.roots is not None]
    return needed[:MAX_ROWS]


def _name(number: int, sight: Sight) -> str:
    name = sight.place if len(sight.place) <= NAME_LENGTH else "θ ≠ 0"
    known = "exact" if sight.bits is None else f"{sight.bits} bits"
    return f"{name} ({known})" if number == 1 else f"{number}: {name} ({known})"


def _sight(axes: Axes, y: int, sight: Sight, bad: bool) -> None:
    axes.axhline(y, color="#bbbbbb", linewidth=0.6, zorder=1)
    roots = [root for root in sight.roots or () if root > 0]
    axes.plot(roots, [y] * len(roots), "|", color=WITNESS if bad else LOWER, markersize=7, zorder=3)
    for size in sight.left or ():
        low, high = (int(end.p) / int(end.q) for end in (size.low, size.high))
        if high > 0:
            axes.plot([(low + high) / 2], [y], "o", color=WITNESS, markersize=4, zorder=4)


def _claim(axes: Axes, axis: Axis, sizes: Sizes) -> None:
    color = EXCEPTED if sizes.word == ALL_BUT else CLAIMED
    for low, high in spans(sizes):
        if low == high:
            axes.axvline(low, color=color, linewidth=3, zorder=0)
        else:
            axes.axvspan(max(low, 10**axis.low), min(high, 10**axis.high), color=color, linewidth=0, zorder=0)
            axes.axvline(max(low, 10**axis.low), color=color, linewidth=1.5, zorder=0)


def _below(found: Spectra, sizes: Sizes) -> str:
    said = []
    if spans(sizes):
        said.append(
            "shaded: left out of the claim"
            if sizes.word == ALL_BUT
            else "shaded: the step sizes of the claim"
        )
    negative = {root for _, sight in _rows(found) for root in sight.roots or () if root < 0}
    if negative:
        said.append("negative zeros are not drawn")
    if found.seen < found.choices:
        said.append(f"the first {found.seen} of {found.choices} choices of formulas")
    more = sum(sight.roots is not None for sight in found.sights) - len(_rows(found))
    if more:
        said.append(f"{more} more witnesses")
    return "; ".join(said)
