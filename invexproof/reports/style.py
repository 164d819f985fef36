"""How pictures look, and what would make their files differ from one day or version to the next."""

from __future__ import annotations

from typing import Any

METADATA: dict[str, dict[str, Any]] = {
    ".svg": {"Date": None, "Creator": None},
    ".png": {"Software": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
"""For each kind of file, the metadata that would differ from one day or version to the next."""

STYLE: Any = {
    "svg.hashsalt": "invexproof",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#666666",
    "xtick.color": "#444444",
    "ytick.color": "#444444",
}
CURVE, SLOPE, WITNESS, LOWER = "#1b1b1b", "#5b3a8c", "#c1121f", "#0b5fa5"
