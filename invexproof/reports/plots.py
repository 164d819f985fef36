"""Pictures of proofs about functions: the function and its derivative over the proof's intervals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from invexcheck.goals import Claim, ParameterRange, Point, Span
from invexcheck.intervals import NEG_INF, POS_INF
from invexproof.expressions.calculus import differentiate
from invexproof.expressions.evaluation import numpy_function
from invexproof.expressions.piecewise import PiecewiseError, normal_form
from invexproof.expressions.terms import Expression
from invexproof.reports.replay import Replay
from invexproof.reports.scene import PieceView, Scene, read_point
from invexproof.reports.style import CURVE, LOWER, SLOPE, WITNESS
from invexproof.reports.writer import Writer

Array = npt.NDArray[np.float64]
Range = tuple[float, float]

SHADES = {
    "decreasing": ("#d3e5f5", "falls"),
    "block": ("#f8e9c6", "block"),
    "increasing": ("#d8eedb", "rises"),
    "other": ("#eeeeee", ""),
}
"""Background and label of the pieces, by shape."""

SAMPLES = 1200
PROOF_PAD, PAD_SHARE = 3.5, 0.45
CORE_SHARE = 0.6
"""How much of the padding counts for the heights; steep ends may leave the picture."""


@dataclass(frozen=True)
class Mark:
    """A point that a refutation is about: its place, what it is, and whether it is the lower one."""

    x: float
    label: str
    lower: bool = False


MARKS: dict[str, tuple[tuple[str, str, bool], ...]] = {
    "stationary-point": (("at", "stationary", False), ("lower", "lower", True)),
    "plateau": (("lower", "lower", True),),
    "kink": (("lower", "lower", True),),
    "maximum": (("at", "near a maximum", False),),
    "minimum": (("at", "near a minimum", False), ("lower", "lower", True)),
    "jump": (("at", "jump", False),),
    "steep-chord": (("from", "", False), ("to", "steep", False)),
    "chord": (("from", "", False), ("at", "above the chord", False), ("to", "", False)),
}
"""For each rule that refutes, the fields with points to be marked."""

CHORDS = frozenset({"steep-chord", "chord"})


@dataclass(frozen=True)
class Scenery:
    """What a picture shows: the functions, pieces, marks, ends of boxes, breakpoints, and the range of x."""

    function: Expression
    slope: Expression
    letter: str
    spans: list[tuple[float, float, str]]
    marks: list[Mark]
    boxes: list[float]
    breaks: list[float]
    span: Range
    core: Range
    chord: bool


def draw(replay: Replay, *, thumbnail: bool = False) -> Figure:
    """The picture as a figure: the function above its derivative, or a small one of the function."""
    scenery = survey(replay)
    if thumbnail:
        figure = Figure(figsize=(1.8, 1.1), layout="constrained")
        axes = figure.subplots()
        _function(axes, scenery, width=1.1)
        axes.set_axis_off()
        return figure
    figure = Figure(figsize=(6.4, 4.4), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    _function(upper, scenery, width=1.8)
    _labels(upper, scenery)
    _derivative(lower, scenery)
    return figure


# -- what to show -----------------------------------------------------------------------------------------


def survey(replay: Replay) -> Scenery:
    """What the proof is about, as numbers for drawing."""
    writer = Writer(replay.session)
    scene = Scene(replay, writer, replay.root, {})
    while scene.node.children and isinstance(scene.node.children[0].goal, Claim):
        scene = next(scene.children())
    function = _fixed(writer.expression(scene.claim.subject), scene.claim)
    pieces = scene.pieces()
    marks = list(_marks(scene))
    spans = [_interval(writer, piece) for piece in pieces]
    ends = [end for low, high, _ in spans for end in (low, high) if np.isfinite(end)]
    points = [*ends, *(mark.x for mark in marks)]
    (low, high), core = _refuted(points) if marks else _proved(points)
    boxes = sorted({end for end in _boxes(replay) if low < end < high})
    return Scenery(
        function=function,
        slope=differentiate(function, "x"),
        letter=scene.letter,
        spans=spans,
        marks=marks,
        boxes=boxes,
        breaks=sorted({*_breakpoints(function), *ends}),
        span=(low, high),
        core=core,
        chord=scene.node.rule in CHORDS,
    )


def _fixed(function: Expression, claim: Claim) -> Expression:
    """The function for one value of each parameter: 1 if that is in the range, else one inside."""
    values = {name: Fraction(str(_sample(bounds))) for name, bounds in claim.parameters.items()}
    return function.substitute(values) if values else function


def _sample(bounds: ParameterRange) -> Any:
    low, high = bounds.lower, bounds.upper
    if (low is None or low < 1) and (high is None or high > 1):
        return 1
    if low is None or high is None:
        return high - 1 if low is None else low + 1  # type: ignore[operator]
    return (low + high) / 2


def _marks(scene: Scene) -> Iterator[Mark]:
    step = scene.step
    found = [
        (step[name], label, lower) for name, label, lower in MARKS.get(scene.node.rule, ()) if name in step
    ]
    found += [(raw, "", False) for raw in step.get("points", ())]
    if scene.node.rule == "kink":
        found.append((step["cuts"][0], "stationary", False))
    if scene.node.rule == "plateau":
        low, high = (_number(scene.writer, read_point(scene, step[name])) for name in ("from", "to"))
        yield Mark((low + high) / 2, "stationary")
    for raw, label, lower in found:
        yield Mark(_number(scene.writer, read_point(scene, raw)), label, lower)


def _number(writer: Writer, point: Point) -> float:
    return float(writer.location(point).mid())


def _interval(writer: Writer, piece: PieceView) -> tuple[float, float, str]:
    span: Span = piece.span
    low = -np.inf if span.lower is None else _number(writer, span.lower)
    high = np.inf if span.upper is None else _number(writer, span.upper)
    shape = str(piece.step.get("shape", "other"))
    return low, high, shape


def _boxes(replay: Replay) -> Iterator[float]:
    """Ends of the boxes of all trees with more than one leaf."""
    for node in replay.root.walk():
        for leaf in node.leaves if len(node.leaves) > 1 else ():
            for end in (leaf.x.lo, leaf.x.hi):
                if end not in (NEG_INF, POS_INF):
                    yield float(end)


def _breakpoints(function: Expression) -> list[float]:
    try:
        return [float(point.value) for point in normal_form(function).breakpoints]
    except PiecewiseError:
        return []


def _proved(points: list[float]) -> tuple[Range, Range]:
    """The range of x for a proof about all of R, and the part of it by which the heights are chosen."""
    low, high = (min(points), max(points)) if points else (0.0, 0.0)
    pad = max(PROOF_PAD, PAD_SHARE * (high - low))
    return (low - pad, high + pad), (low - CORE_SHARE * pad, high + CORE_SHARE * pad)


def _refuted(points: list[float]) -> tuple[Range, Range]:
    """The same for a counterexample, which is local."""
    low, high = min(points), max(points)
    pad = PAD_SHARE * (high - low) or PROOF_PAD
    return (low - pad, high + pad), (low - 0.1 * pad, high + 0.1 * pad)


# -- drawing ----------------------------------------------------------------------------------------------


def _grid(scenery: Scenery) -> Array:
    """Points of x in increasing order, with a gap (NaN) at each breakpoint."""
    low, high = scenery.span
    inner = [point for point in scenery.breaks if low < point < high]
    ends = [low, *inner, high]
    parts = []
    for left, right in pairwise(ends):
        number = max(40, int(SAMPLES * (right - left) / (high - low)))
        margin = 1e-9 * (right - left)
        parts += [np.linspace(left + margin, right - margin, number), np.array([np.nan])]
    return np.concatenate(parts)


def _values(function: Expression, x: Array) -> Array:
    """Values where the function is defined; NaN elsewhere."""
    with np.errstate(all="ignore"):
        values = np.asarray(numpy_function(function)(x), dtype=np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def _heights(axes: Axes, scenery: Scenery, x: Array, y: Array, must: list[float]) -> None:
    core = y[(x > scenery.core[0]) & (x < scenery.core[1])]
    core = core[np.isfinite(core)]
    shown = [*must, *(np.percentile(core, (1, 99)) if core.size else ())]
    if not shown:
        return
    bottom, top = min(shown), max(shown)
    room = 0.12 * (top - bottom) or 0.5
    axes.set_ylim(bottom - (2 * room if must else room), top + 1.6 * room)
    axes.set_xlim(*scenery.span)


def _shade(axes: Axes, scenery: Scenery) -> None:
    low, high = scenery.span
    for left, right, shape in scenery.spans:
        axes.axvspan(max(left, low), min(right, high), color=SHADES[shape][0], linewidth=0, zorder=0)
    for left, _, _ in scenery.spans[1:]:
        axes.axvline(left, color="#888888", linewidth=0.8, linestyle=(0, (3, 3)), zorder=1)


def _function(axes: Axes, scenery: Scenery, width: float) -> None:
    x = _grid(scenery)
    y = _values(scenery.function, x)
    _shade(axes, scenery)
    heights = [float(_values(scenery.function, np.array([mark.x]))[0]) for mark in scenery.marks]
    _heights(axes, scenery, x, y, [height for height in heights if np.isfinite(height)])
    axes.axhline(0, color="#bbbbbb", linewidth=0.8, zorder=1)
    axes.plot(x, y, color=CURVE, linewidth=width, zorder=3)
    if scenery.chord:
        axes.plot(
            [scenery.marks[0].x, scenery.marks[-1].x], [heights[0], heights[-1]], color=WITNESS, linewidth=1.2
        )
    for mark, height in zip(scenery.marks, heights, strict=True):
        color = LOWER if mark.lower else WITNESS
        axes.plot(
            [mark.x], [height], "v" if mark.lower else "o", color=color, markersize=3 + 1.6 * width, zorder=5
        )


def _labels(axes: Axes, scenery: Scenery) -> None:
    low, high = scenery.span
    for left, right, shape in scenery.spans:
        centre = (max(left, low) + min(right, high)) / 2
        wide = (min(right, high) - max(left, low)) > 0.06 * (high - low)
        if SHADES[shape][1] and wide:
            axes.annotate(
                SHADES[shape][1],
                (centre, 1),
                (0, -3),
                xycoords=("data", "axes fraction"),
                textcoords="offset points",
                ha="center",
                va="top",
                color="#555555",
                fontsize=8,
            )
    for mark in scenery.marks:
        height = float(_values(scenery.function, np.array([mark.x]))[0])
        if mark.label and np.isfinite(height):
            axes.annotate(
                mark.label,
                (mark.x, height),
                (0, -9 if mark.lower else 8),
                textcoords="offset points",
                ha="center",
                va="top" if mark.lower else "bottom",
                color=LOWER if mark.lower else WITNESS,
                fontsize=8,
            )
    axes.set_ylabel(f"{scenery.letter}(x)")


def _derivative(axes: Axes, scenery: Scenery) -> None:
    x = _grid(scenery)
    y = _values(scenery.slope, x)
    _shade(axes, scenery)
    _heights(axes, scenery, x, y, [0.0])
    axes.axhline(0, color="#777777", linewidth=0.9, zorder=1)
    axes.plot(x, y, color=SLOPE, linewidth=1.5, zorder=3)
    if scenery.boxes:
        axes.plot(
            scenery.boxes,
            np.zeros(len(scenery.boxes)),
            "|",
            color="#333333",
            markersize=7,
            markeredgewidth=0.7,
            transform=axes.get_xaxis_transform(),
            clip_on=False,
            zorder=4,
        )
    axes.set_ylabel(f"{scenery.letter}′(x)")
    axes.set_xlabel("x" + (", with the ends of the boxes of the proof" if scenery.boxes else ""))
