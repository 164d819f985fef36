"""Pictures of proofs about networks: the Jacobian's determinant, or the loss, over a plane through the inputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.colors import Normalize, TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle as Patch

from invexcheck.goals import MapClaim
from invexproof.networks.evaluation import jacobian, output
from invexproof.networks.network import Network
from invexproof.networks.univariate import univariate
from invexproof.reports.replay import Replay, ReportError
from invexproof.reports.slices import Array, Slice, survey
from invexproof.reports.style import CURVE, LOWER, SLOPE, WITNESS

LINE_POINTS = 1200
GRID = 201
WORK = 5e9
"""Multiplications for all Jacobians of a picture, about."""
CHUNK = 4e6
NOISE = 1e-13
LARGE = 16
"""Rows from which on a root of the determinant is shown."""
BOX_COLORS = {"c": "#1b1b1b", "p": "#c1121f"}
TWO_SIGNS, ONE_SIGN, LOSS = "RdBu_r", "YlGnBu", "viridis_r"


def draw(replay: Replay, *, thumbnail: bool = False, coordinates: tuple[int, int] | None = None) -> Figure:
    """The picture as a figure."""
    claim = replay.claim
    if not isinstance(claim, MapClaim):
        raise TypeError("the claim is not about a network")
    scenery = survey(replay, claim, coordinates)
    if scenery.network.inputs == 1:
        return _graph(scenery, thumbnail)
    figure = Figure(figsize=(1.8, 1.5) if thumbnail else (6.0, 4.9), layout="constrained")
    axes = figure.subplots()
    image = _plane(axes, scenery, thumbnail)
    if thumbnail:
        axes.set_axis_off()
    else:
        figure.colorbar(image, ax=axes, label=_quantity(scenery.network)[0], shrink=0.9)
    return figure


# -- what is shown ----------------------------------------------------------------------------------------


def _quantity(network: Network) -> tuple[str, Callable[[Network, Array], Array]]:
    """Its name, and its values at points along the last axis."""
    n, k = network.inputs, network.outputs
    if network.loss is not None:
        return "ℓ(Φ(x))", loss
    if n == k:
        return ("det DΦ(x)", determinant) if n < LARGE else (f"±|det DΦ(x)|$^{{1/{n}}}$", determinant)
    return "√det(DΦ(x)·DΦ(x)ᵀ)" if k < n else "√det(DΦ(x)ᵀ·DΦ(x))", volume


def loss(network: Network, x: Array) -> Array:
    """The loss of the outputs."""
    z = output(network, x)
    kind, items = network.loss or ("", ())
    if kind == "separable":
        parts = [univariate(network.functions[f]).value(z[..., i]) for i, f in enumerate(items)]
        return np.asarray(sum(parts), dtype=np.float64)
    top = z.max(axis=-1)
    shifted = np.log(np.exp(z - top[..., None]).sum(axis=-1)) + top
    weights = np.array([float(q) for q in network.target])
    return np.asarray(shifted - z @ weights, dtype=np.float64)


def determinant(network: Network, x: Array) -> Array:
    """The determinant of the Jacobian; of a large one a root with its sign."""
    found = jacobian(network, x)
    if network.inputs < LARGE:
        # what is within rounding errors of 0, by Hadamard's bound, is shown as 0
        bound = np.prod(np.linalg.norm(found, axis=-1), axis=-1)
        value = np.linalg.det(found)
        return np.where(np.abs(value) < NOISE * bound, 0.0, value)
    sign, logarithm = np.linalg.slogdet(found)
    return np.asarray(sign * np.exp(logarithm / network.inputs), dtype=np.float64)


def volume(network: Network, x: Array) -> Array:
    """By how much the Jacobian, not square, stretches volumes."""
    found = jacobian(network, x)
    turned = np.swapaxes(found, -1, -2)
    gram = found @ turned if network.outputs < network.inputs else turned @ found
    bound = np.prod(np.diagonal(gram, axis1=-2, axis2=-1), axis=-1)
    value = np.linalg.det(gram)
    return np.sqrt(np.where(value < NOISE * bound, 0.0, value))


def _in_chunks(values: Callable[[Network, Array], Array], network: Network, x: Array) -> Array:
    """The values, a part of the points at a time."""
    entries = network.inputs * max(network.size(k) for k in range(len(network.nodes)))
    number = max(1, int(CHUNK / entries))
    parts = [values(network, x[i : i + number]) for i in range(0, len(x), number)]
    result = np.concatenate(parts)
    return np.where(np.isfinite(result), result, np.nan)


# -- one input --------------------------------------------------------------------------------------------


def _graph(scenery: Slice, thumbnail: bool) -> Figure:
    """The map, or the loss, above its slope."""
    network = scenery.network
    low, high = scenery.ranges[0]
    x = np.linspace(low, high, LINE_POINTS)
    points = scenery.points(x)
    composed = network.loss is not None
    heights = _in_chunks(loss, network, points)[:, None] if composed else output(network, points)
    name = "ℓ(Φ(x))" if composed else "Φ(x)"
    if thumbnail:
        figure = Figure(figsize=(1.8, 1.1), layout="constrained")
        axes = figure.subplots()
        axes.plot(x, heights, color=CURVE, linewidth=1.1)
        axes.set_axis_off()
        return figure
    figure = Figure(figsize=(6.4, 4.4), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    slope = np.gradient(heights[:, 0], x) if composed else jacobian(network, points)[:, 0, 0]
    _curve(upper, scenery, x, heights[:, 0], CURVE)
    _curve(lower, scenery, x, slope, SLOPE)
    upper.set_ylabel(name)
    lower.set_ylabel("slope" if composed else "Φ′(x)")
    ends = sorted({end for left, _, width, _, _ in scenery.rectangles for end in (left, left + width)})
    lower.set_xlabel("x" + (", with the ends of the boxes of the proof" if ends else ""))
    lower.plot(
        ends, np.zeros(len(ends)), "|", color="#333333", markersize=7, clip_on=False,
        transform=lower.get_xaxis_transform(),
    )  # fmt: skip
    return figure


def _curve(axes: Axes, scenery: Slice, x: Array, y: Array, color: str) -> None:
    axes.axhline(0, color="#999999", linewidth=0.8, zorder=1)
    axes.plot(x, y, color=color, linewidth=1.6, zorder=3)
    for mark in scenery.marks:
        place = float(mark.point[0])
        _mark(axes, place, float(np.interp(place, x, y)), mark.label, mark.lower)


def _mark(axes: Axes, x: float, y: float, label: str, lower: bool) -> None:
    color = LOWER if lower else WITNESS
    axes.plot(
        [x], [y], "v" if lower else "o", color=color, markeredgecolor="white", markersize=7, zorder=5,
        clip_on=False,
    )  # fmt: skip
    if label:
        axes.annotate(
            label, (x, y), (0, 8), textcoords="offset points", ha="center", color=color, fontsize=8, zorder=6,
            bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 1},
        )  # fmt: skip


# -- several inputs ---------------------------------------------------------------------------------------


def _plane(axes: Axes, scenery: Slice, thumbnail: bool) -> Any:
    network = scenery.network
    (left, right), (bottom, top) = scenery.ranges
    name, values = _quantity(network)
    number = _grid_size(network, thumbnail)
    s, t = np.meshgrid(np.linspace(left, right, number), np.linspace(bottom, top, number))
    points = scenery.points(s.ravel(), t.ravel())
    z = _in_chunks(values, network, points).reshape(s.shape)
    if not np.isfinite(z).any():
        raise ReportError("the map is not defined on this slice; choose other coordinates")
    map_name, norm = _colors(network, z)
    image = axes.imshow(
        z, origin="lower", extent=(left, right, bottom, top), aspect="auto", cmap=map_name, norm=norm,
        interpolation="bilinear",
    )  # fmt: skip
    lines = _levels(network, z)
    if lines is not None:
        axes.contour(s, t, z, levels=lines, colors=CURVE, linewidths=1.4 if network.loss is None else 0.5)
    if thumbnail:
        return image
    _boxes(axes, scenery)
    for mark in scenery.marks:
        x, y = scenery.parameters(mark.point)
        _mark(axes, x, y, mark.label or _sign_label(network, mark.point), mark.lower)
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    axes.set_xlabel(scenery.names[0])
    axes.set_ylabel(scenery.names[1])
    axes.set_title(_title(scenery, name, z), fontsize=9)
    return image


def _grid_size(network: Network, thumbnail: bool) -> int:
    n, work = network.inputs, network.inputs**3
    for number, node in enumerate(network.nodes):
        columns = network.tensors[node[2]].shape[1] if node[0] == "linear" else 10
        work += n * network.size(number) * columns
    return int(np.clip(np.sqrt(WORK / work), 9, 61 if thumbnail else GRID))


def _colors(network: Network, z: Array) -> tuple[str, Normalize]:
    low, high = float(np.nanmin(z)), float(np.nanmax(z))
    if network.loss is not None:
        return LOSS, Normalize(low, float(np.nanpercentile(z, 98)))
    if low < 0 < high:
        reach = float(np.nanpercentile(np.abs(z), 98)) or 1.0
        return TWO_SIGNS, TwoSlopeNorm(0.0, -reach, reach)
    if high <= 0 and low < 0:
        return f"{ONE_SIGN}_r", Normalize(low, 0.0)
    # from 0 on, so that a small determinant looks small
    return ONE_SIGN, Normalize(low if low > high / 2 else 0.0, high or 1.0)


def _levels(network: Network, z: Array) -> Array | None:
    """The zero of the determinant; several levels of a loss."""
    low, high = float(np.nanmin(z)), float(np.nanmax(z))
    if network.loss is not None:
        top = float(np.nanpercentile(z, 98))
        return None if not low < top else low + (top - low) * np.linspace(0.02, 1, 12) ** 2
    return np.array([0.0]) if low < 0 < high else None


def _boxes(axes: Axes, scenery: Slice) -> None:
    for form, color in BOX_COLORS.items():
        patches = [Patch((x, y), w, h) for x, y, w, h, found in scenery.rectangles if found == form]
        if patches:
            axes.add_collection(
                PatchCollection(patches, facecolor="none", edgecolor=color, linewidth=0.8, zorder=4)
            )


def _sign_label(network: Network, point: Array) -> str:
    """Of a point without a label: the sign of the determinant there."""
    if network.inputs != network.outputs or network.loss is not None:
        return ""
    value = float(determinant(network, point[None])[0])
    return "det > 0" if value > 0 else "det < 0" if value < 0 else "det = 0"


def _title(scenery: Slice, name: str, z: Array) -> str:
    low, high = float(np.nanmin(z)), float(np.nanmax(z))
    said = f"{name} from {low:.4g} to {high:.4g}" if low < high else f"{name} = {low:.4g}"
    forms = {form for *_, form in scenery.rectangles}
    if forms:
        kinds = {"c": "black: corners", "p": "red: preconditioned"}
        shown = f" ({', '.join(kinds[form] for form in sorted(forms))})" if len(forms) > 1 else ""
        said += f", with the boxes of the proof{shown}"
    return f"{said}\n{scenery.others}" if scenery.others else said
