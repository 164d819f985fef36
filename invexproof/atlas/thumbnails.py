"""Small pictures of functions for tables: a few hundred bytes of SVG each, the same each time."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

import numpy as np

from invexproof.atlas.facts import outer_step, point_value
from invexproof.atlas.survey import Entry
from invexproof.expressions.evaluation import numpy_function
from invexproof.expressions.terms import Expression

WIDTH: Final = 120
HEIGHT: Final = 72
MARGIN: Final = 3
REACH: Final = 5.0
"""The picture shows −REACH <= x <= REACH."""
SAMPLES: Final = 241
TALLEST: Final = 8.0
"""Values beyond this leave the picture."""
STEEP: Final = 0.35
"""A step of this share of the height between neighbouring samples is drawn as a gap."""

_FRAME: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}">'
    "<title>{title}</title>"
    '<path d="{axes}" stroke="#bbb" fill="none"/>'
    '<path d="{curve}" stroke="#5b3a8c" stroke-width="1.6" fill="none" stroke-linejoin="round"/>{marks}</svg>\n'
)
_MARK: Final = '<circle cx="{x}" cy="{y}" r="2.6" fill="{colour}"/>'
STATIONARY: Final = "#c1121f"
LOWER: Final = "#0b5fa5"


def thumbnail(entry: Entry) -> str:
    """The function, with the stationary point of a refutation in red and the lower point in blue, where they fit."""
    function = entry.activation.expression
    x = np.linspace(-REACH, REACH, SAMPLES)
    with np.errstate(all="ignore"):
        y = np.broadcast_to(np.asarray(numpy_function(function)(x), dtype=float), x.shape)
    shown = y[np.isfinite(y) & (np.abs(y) <= TALLEST)]
    low, high = (min(float(shown.min()), 0.0), max(float(shown.max()), 0.0)) if len(shown) else (-1.0, 1.0)
    if high - low < 1e-6:
        low, high = low - 1.0, high + 1.0

    def place(a: float, b: float) -> tuple[str, str]:
        across = MARGIN + (a + REACH) / (2 * REACH) * (WIDTH - 2 * MARGIN)
        down = HEIGHT - MARGIN - (b - low) / (high - low) * (HEIGHT - 2 * MARGIN)
        return f"{across:.1f}", f"{down:.1f}"

    (left, level), (middle, top) = place(-REACH, 0.0), place(0.0, high)
    axes = f"M{left} {level}H{WIDTH - MARGIN}M{middle} {top}V{HEIGHT - MARGIN}"
    marks = ""
    for at, colour in _marked(entry):
        value = _value(function, at)
        if abs(at) <= REACH and low <= value <= high:
            across, down = place(at, value)
            marks += _MARK.format(x=across, y=down, colour=colour)
    title = entry.activation.name.replace("&", "&amp;").replace("<", "&lt;")
    curve = _curve(
        [place(a, b) if math.isfinite(b) and low <= b <= high else None for a, b in zip(x, y, strict=True)]
    )
    return _FRAME.format(w=WIDTH, h=HEIGHT, title=title, axes=axes, curve=curve, marks=marks)


def _curve(points: list[tuple[str, str] | None]) -> str:
    """A path through the points, interrupted where there is none and where it jumps."""
    parts: list[str] = []
    drawn: tuple[str, str] | None = None
    for before, point in pairwise([None, *points]):
        if point is None:
            drawn = None
            continue
        gap = drawn is None or before is None or abs(float(point[1]) - float(before[1])) > STEEP * HEIGHT
        if gap or point != drawn:
            parts.append(f"{'M' if gap else 'L'}{point[0]} {point[1]}")
        drawn = point
    return _without_inner_points("".join(parts))


def _without_inner_points(path: str) -> str:
    """The path without points in the middle of horizontal stretches."""
    kept: list[str] = []
    for part in path.replace("M", " M").replace("L", " L").split(" M"):
        if not part:
            continue
        points = [tuple(text.split()) for text in part.replace(" L", ",").split(",")]
        last = len(points) - 1
        slim = [
            p
            for k, p in enumerate(points)
            if k in (0, last) or not points[k - 1][1] == p[1] == points[k + 1][1]
        ]
        kept.append("M" + "L".join(" ".join(p) for p in slim))
    return "".join(kept)


def _marked(entry: Entry) -> list[tuple[float, str]]:
    """The points of a refutation, with their colours."""
    document = entry.invex.document
    if document is None or entry.invex.verdict != "refuted":
        return []
    step = outer_step(document)
    places = {
        name: float(point_value(document, step[name]))
        for name in ("at", "from", "to", "lower")
        if name in step
    }
    stationary = places.get("at", (places["from"] + places["to"]) / 2)
    return [(stationary, STATIONARY), (places.get("lower", places["from"]), LOWER)]


def _value(function: Expression, x: float) -> float:
    with np.errstate(all="ignore"):
        return float(np.asarray(numpy_function(function)(np.array([x]))).reshape(-1)[0])
