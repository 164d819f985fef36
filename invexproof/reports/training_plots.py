"""Pictures of training problems: the layers of the graph from data to loss, coloured by how smooth they are."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Patch, Rectangle

from invexcheck.architectures.dead_heads import DeadHead
from invexcheck.architectures.graph import DATA
from invexcheck.architectures.values import Smoothness
from invexcheck.goals import TrainingClaim
from invexproof.reports import collapse_plots, hessian_plots
from invexproof.reports.hessian_facts import spectra
from invexproof.reports.operator_words import CLASS_WORDS
from invexproof.reports.replay import Replay
from invexproof.reports.side_conditions import reasons
from invexproof.reports.style import CURVE, LOWER, WITNESS
from invexproof.reports.training_layers import Layer, layers, operators
from invexproof.reports.training_sections import breaks
from invexproof.reports.training_view import View, shape_text

COLORS: Final = {
    Smoothness.ANALYTIC: "#d8eedb",
    Smoothness.CONTINUOUS: "#f8e9c6",
    Smoothness.DISCONTINUOUS: "#f6d0cb",
}
"""The colour of a layer, by the least smooth of its operators."""
WIDTH: Final = 7.4
ROW, BOX, TEXT = 0.36, 0.26, 0.165
"""Inches: between layers, a layer, a line of the notes."""
LEFT, RIGHT = 1.15, 0.35
"""Inches beside the layers: for connections that skip some, and for the numbers of the notes."""
NAME_LENGTH, OPERATORS_LENGTH, DATA_LENGTH, NOTE_LENGTH = 34, 40, 20, 125
MAX_NOTES, MAX_MARKS = 24, 3
LANE, MAX_LANE = 0.11, 5
FRAME: Final = 0.42
ARROW: Final = "#555555"


@dataclass(frozen=True)
class Note:
    """Something to say of the nodes of some layers: where they break, or why they are defined."""

    text: str
    nodes: frozenset[int]
    breaks: bool


def draw(replay: Replay, *, thumbnail: bool = False) -> Figure:
    """The picture as a figure."""
    if not isinstance(replay.claim, TrainingClaim):
        raise TypeError("the claim is not about a training problem")
    view = View(replay.claim.architecture)
    found = layers(view)
    if thumbnail:
        return _thumbnail(found)
    seen, sizes = spectra(replay), replay.claim.sizes
    if replay.root.rule == "dead-head":
        figure = _diagram(view, found, collapse_plots.HEIGHT)
        collapse_plots.draw(figure, DeadHead(replay.claim.architecture))
    elif seen is not None:
        figure = _diagram(view, found, hessian_plots.height(seen, sizes))
        hessian_plots.draw(figure, seen, sizes)
    else:
        figure = _diagram(view, found, 0.0)
    return figure


def notes(view: View) -> list[Note]:
    """Where operators break, then why operators are defined."""
    broken = [
        Note(f"{op} is {word} only: it breaks {where}", frozenset(nodes), True)
        for (op, word, where), nodes in breaks(view).items()
    ]
    return broken + [Note(f"{r.op}: {r.text}", frozenset(r.nodes), False) for r in reasons(view)]


def connections(view: View, found: Sequence[Layer]) -> set[tuple[int, int]]:
    """Pairs of layers, by number, the second of which uses a value of the first; inside of one copy of a block."""
    row = {n: i for i, layer in enumerate(found) for n in (*layer.nodes, *layer.copies)}
    pairs = {
        (row[a], row[number]) for number, node in view.numbered() for a in node.arguments if a >= view.first
    }
    return {(a, b) for a, b in pairs if a < b}


def _thumbnail(found: Sequence[Layer]) -> Figure:
    figure = Figure(figsize=(1.8, 1.5), layout="constrained")
    axes = figure.subplots()
    for k, layer in enumerate(found):
        box = Rectangle(
            (0, -k), 1, 0.7, facecolor=COLORS[layer.smoothness], edgecolor="#666666", linewidth=0.6
        )
        axes.add_patch(box)
    axes.set_xlim(-0.05, 1.05)
    axes.set_ylim(-len(found) + 0.8, 0.9)
    axes.set_axis_off()
    return figure


def _diagram(view: View, found: Sequence[Layer], below: float) -> Figure:
    """The layers and the notes, with room for something else below, in inches."""
    said = notes(view)
    lines = list(_legend(said))
    height = 0.45 + ROW * len(found) + 0.2 + TEXT * len(lines) + below
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(-height, 0)
    axes.set_axis_off()
    for k, layer in enumerate(found):
        _layer(axes, view, layer, _top(k), said)
    _frames(axes, found)
    _arrows(axes, view, found)
    handles = [
        Patch(facecolor=COLORS[smoothness], edgecolor="#666666", label=CLASS_WORDS[smoothness])
        for smoothness in sorted(COLORS, reverse=True)
        if smoothness == Smoothness.ANALYTIC or any(layer.smoothness == smoothness for layer in found)
    ]
    axes.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(LEFT / WIDTH, 1.0),
        ncols=3,
        frameon=False,
        fontsize=8,
        borderaxespad=0.3,
    )
    for k, (text, color) in enumerate(lines):
        y = _top(len(found)) - 0.2 - TEXT * k
        axes.text(0.2, y, text, fontsize=7, color=color, va="top")
    return figure


def _top(k: int) -> float:
    return -0.4 - ROW * k


def _layer(axes: Axes, view: View, layer: Layer, top: float, said: Sequence[Note]) -> None:
    width = WIDTH - LEFT - RIGHT
    middle = top - BOX / 2
    _box(axes, LEFT, top, width, COLORS[layer.smoothness])
    shape = shape_text(view.architecture.values[layer.nodes[-1]].shape)
    done = _short(operators(view, layer), OPERATORS_LENGTH)
    for x, text, side, size in (
        (LEFT + 0.08, _ending(layer.name, NAME_LENGTH), "left", 7.5),
        (LEFT + 0.4 * width, done, "left", 7),
        (LEFT + width - 0.08, shape, "right", 7),
    ):
        axes.text(x, middle, text, ha=side, va="center", fontsize=size, color=CURVE, zorder=4)
    marks = [(k, note) for k, note in enumerate(said, 1) if note.nodes & {*layer.nodes}]
    for place, (k, note) in enumerate(marks[:MAX_MARKS]):
        x, color = WIDTH - RIGHT + 0.09 + 0.12 * place, WITNESS if note.breaks else LOWER
        axes.text(x, middle, str(k), ha="center", va="center", fontsize=6.5, color=color, zorder=5)
    data = [view.input(a) for n in layer.nodes for a in view.node(n).arguments]
    names = dict.fromkeys(line.name for line in data if line is not None and line.role == DATA)
    text = _short(", ".join(names), DATA_LENGTH)
    axes.text(LEFT - 0.06, top - BOX, text, ha="right", va="bottom", fontsize=6, color="#666666", zorder=4)


def _box(axes: Axes, left: float, top: float, width: float, color: str) -> None:
    style = "round,pad=0,rounding_size=0.05"
    box = FancyBboxPatch(
        (left, top - BOX), width, BOX, style, facecolor=color, edgecolor="#666666", linewidth=0.7, zorder=3
    )
    axes.add_patch(box)


def _ending(text: str, length: int) -> str:
    return text if len(text) <= length else f"…{text[1 - length :]}"


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _frames(axes: Axes, found: Sequence[Layer]) -> None:
    """Around blocks that are repeated, with how often."""
    for block in sorted({layer.block for layer in found} - {0}):
        rows = [k for k, layer in enumerate(found) if layer.block == block]
        top, bottom = _top(rows[0]) + 0.05, _top(rows[-1]) - BOX - 0.05
        frame = Rectangle(
            (FRAME, bottom),
            WIDTH - FRAME - 0.04,
            top - bottom,
            facecolor="#f4f4f4",
            edgecolor="#999999",
            zorder=1,
        )
        frame.set_linestyle("--")
        axes.add_patch(frame)
        times = f"{found[rows[0]].times} ×"
        axes.text(
            FRAME - 0.04, (top + bottom) / 2, times, ha="right", va="center", fontsize=9, color="#333333"
        )


def _arrows(axes: Axes, view: View, found: Sequence[Layer]) -> None:
    """From layer to layer; connections that skip some run in lanes on the left."""
    lanes: list[int] = []
    for a, b in sorted(connections(view, found)):
        if b == a + 1:
            x = LEFT + 0.5 * (WIDTH - LEFT - RIGHT)
            _line(axes, [x, x], [_top(a) - BOX, _top(b)])
            continue
        lane = next((k for k, end in enumerate(lanes) if end <= a), len(lanes))
        lanes[lane : lane + 1] = [b]
        x = LEFT - 0.1 - LANE * min(lane, MAX_LANE)
        start, end = _top(a) - 0.75 * BOX, _top(b) - 0.25 * BOX
        _line(axes, [LEFT, x, x, LEFT], [start, start, end, end])
        axes.plot([LEFT - 0.03], [end], ">", color=ARROW, markersize=3.5, zorder=3)


def _line(axes: Axes, x: list[float], y: list[float]) -> None:
    axes.add_line(Line2D(x, y, color=ARROW, linewidth=0.9, zorder=2))


def _legend(said: Sequence[Note]) -> Iterator[tuple[str, str]]:
    """The lines of the notes, with their colours."""
    for k, note in enumerate(said[:MAX_NOTES], 1):
        color = WITNESS if note.breaks else LOWER
        for line in textwrap.wrap(f"{k}  {note.text}", NOTE_LENGTH, subsequent_indent="     "):
            yield line, color
    if len(said) > MAX_NOTES:
        yield f"… and {len(said) - MAX_NOTES} more", CURVE
