"""The picture of a step that collapses dead units: the loss as a function of the last bias, and where it leads."""

from __future__ import annotations

from typing import Final

import numpy as np
from matplotlib.figure import Figure

from invexcheck.architectures.dead_heads import DeadHead
from invexproof.reports.style import CURVE, LOWER, WITNESS

HEIGHT: Final = 2.0
"""Inches that the picture takes at the bottom of a figure."""
LEFT, WIDTH, BOTTOM, TALL = 1.15, 3.0, 0.35, 1.3
"""Inches: where its axes are."""
STARTS: Final = (-1.7, -0.8, 1.2)
"""Biases before the step, relative to the one that it leads to."""


def draw(figure: Figure, head: DeadHead) -> None:
    """Add the picture to a figure that has room for it: c + a/2 (b - b*)^2, and steps of size 1/a."""
    width, height = figure.get_size_inches()
    axes = figure.add_axes((LEFT / width, BOTTOM / height, WIDTH / width, TALL / height))
    a = head.curvature()
    b = np.linspace(-2, 2, 101)
    axes.plot(b, b**2, color=CURVE, linewidth=1.2)
    for start in STARTS:
        axes.annotate(
            "", xy=(0, 0), xytext=(start, start**2), arrowprops={"arrowstyle": "->", "color": LOWER}
        )
        axes.plot([start], [start**2], "o", color=LOWER, markersize=4)
    axes.plot([0], [0], "o", color=WITNESS, markersize=6)
    axes.set_xticks([0], ["b*"])
    axes.set_yticks([])
    axes.set_xlabel("an entry b of the last bias", fontsize=7.5, loc="right", labelpad=-6)
    factor = "" if a == 2 else f"{a / 2}·"
    axes.set_title(f"L on the open set of dead units: c + {factor}(b − b*)²", fontsize=8, loc="left")
    said = (
        "All last hidden units are dead:",
        "the loss depends on the last bias alone.",
        f"Its second derivative is {a}; a step of size {1 / a}",
        "leads to b* from everywhere, so that the",
        "open set is mapped into {b = b*}, a null set.",
    )
    figure.text(
        (LEFT + WIDTH + 0.3) / width,
        (BOTTOM + TALL) / height,
        "\n".join(said),
        fontsize=7.5,
        color=CURVE,
        va="top",
        linespacing=1.5,
    )
