"""ONNX operators that are linear maps with matrices of their own: resizing, sampling, Fourier transforms.

A claim holds for all constants, so such a matrix is a constant of the graph; its entries do not matter.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Final

import numpy as np

from invexproof import onnx_reading
from invexproof.architectures.building import axis_of, reshape, swap
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.graph import Shape
from invexproof.architectures.onnx_files.lowering import Lowering, scalar
from invexproof.architectures.onnx_files.values import Given, Tensor, Tracked
from invexproof.networks.flows import number
from invexproof.onnx_reading import Array

_OPSET: Final = {"": 20}


def _of_units(operator: str, names: Sequence[str], inputs: Sequence[Any], settings: dict[str, Any]) -> Array:
    """What the reference implementation of an operator makes of unit vectors."""
    helper = onnx_reading.package(ArchitectureError).helper
    node = helper.make_node(operator, names, ["y"], **settings)
    return onnx_reading.evaluated(node, inputs, _OPSET, ArchitectureError)[0].astype(np.float64)


def resized(
    low: Lowering,
    x: int,
    scales: Tensor | None = None,
    sizes: Tensor | None = None,
    *,
    inferred: Any,
    mode: str,
    place: str = "asymmetric",
    rounding: str = "floor",
    axes: Any = None,
    cubic: Fraction = Fraction(-3, 4),
    outside: int = 0,
    antialias: int = 0,
    factors: Any = None,
    policy: str = "stretch",
) -> int:
    """Resizing; as PyTorch does it if it is that, and otherwise by constant matrices along the axes."""
    b, old = low.builder, low.builder.shape(x)
    if inferred is None or inferred[1] is None:
        raise ArchitectureError(
            "its output has no fixed size; its scales or sizes must be constants of the file"
        )
    new: Shape = inferred[1]
    changed = [k for k, (n, m) in enumerate(zip(old, new, strict=True)) if n != m]
    known = scales.array if isinstance(scales, Given) else None
    given_factors = [number(v) for v in known] if known is not None and known.size else factors
    chosen = [axis_of(a, len(old)) for a in axes] if axes else list(range(len(old)))
    ratio = dict(zip(chosen, given_factors, strict=True)) if given_factors else {}
    uneven = any(ratio.get(k, Fraction(new[k], old[k])) != Fraction(new[k], old[k]) for k in changed)
    style = _STYLES.get((mode, place, rounding if mode == "nearest" else "", cubic if mode == "cubic" else 0))
    small = place == "pytorch_half_pixel" and 1 in new[2:]
    if style and not uneven and not outside and not antialias and not small and changed and min(changed) >= 2:
        return low.node("resample", x, size=new[2:], mode=style[0], align_corners=style[1])
    if place == "tf_crop_and_resize":
        raise ArchitectureError("tf_crop_and_resize is not read; other coordinate transformations are")
    for axis in [k for k, r in ratio.items() if r != 1 and old[k] == new[k]] + changed:
        scale = ratio.get(axis, Fraction(new[axis], old[axis]))
        settings: dict[str, Any] = {
            "mode": mode,
            "coordinate_transformation_mode": place,
            "nearest_mode": rounding,
        }
        settings |= {"cubic_coeff_a": float(cubic), "exclude_outside": outside, "antialias": antialias}
        matrix = _resizing(old[axis], new[axis], scale, settings)
        last = len(old) - 1
        x = swap(b, low.node("matmul", swap(b, x, axis, last), low.made(f"resize{axis}", matrix)), axis, last)
    return x


_STYLES: Final[dict[tuple[str, str, str, Fraction | int], tuple[str, bool]]] = {
    ("nearest", "asymmetric", "floor", 0): ("nearest", False),
    **{
        (mode, place, "", cubic): (mode, corners)
        for mode, cubic in (("linear", 0), ("cubic", Fraction(-3, 4)))
        for place, corners in (("half_pixel", False), ("pytorch_half_pixel", False), ("align_corners", True))
    },
}
"""Modes, coordinates, rounding and coefficients that PyTorch has as well, and its words for them."""


def _resizing(old: int, new: int, scale: Fraction, settings: dict[str, Any]) -> Array:
    """The matrix of resizing along one axis, by resizing unit vectors."""
    scales = np.array([1, float(scale)], dtype=np.float32)
    rows = _of_units("Resize", ["x", "", "s"], [np.eye(old), None, scales], settings)
    if rows.shape != (old, new):
        raise ArchitectureError(f"resizing {old} entries gives {rows.shape[-1]}, not {new}")
    return rows


def grid_sample(low: Lowering, x: int, grid: Tensor, mode: str, padding_mode: str, align_corners: int) -> int:
    """Entries at places that data or constants say: a linear map of the image, whose matrix is one constant."""
    if isinstance(grid, Tracked):
        raise ArchitectureError(
            "where it samples depends on parameters; sampling grids must be data or constants"
        )
    b, shape = low.builder, low.builder.shape(x)
    n, places = shape[0], low.shape(grid)[1:-1]
    flat = reshape(b, x, [n, shape[1], math.prod(shape[2:])])
    name = f"{low.place}:weights"
    matrix = b.constant(name, [n, math.prod(shape[2:]), math.prod(places)], "real")
    return reshape(b, low.node("matmul", flat, matrix), [n, shape[1], *places])


def fourier(
    low: Lowering,
    x: int,
    length: Array | None = None,
    axis: Array | None = None,
    *,
    place: int = 1,
    inverse: int = 0,
    onesided: int = 0,
) -> int:
    """The discrete Fourier transform of an axis; the last axis has real and imaginary parts."""
    b, rank = low.builder, len(low.builder.shape(x))
    chosen = axis_of(place if axis is None else int(scalar(axis)), rank)
    moved = swap(b, x, chosen, rank - 2)
    *outer, n, parts = b.shape(moved)
    units = np.eye(n * parts).reshape(-1, n, parts)
    settings = {"inverse": inverse, "onesided": onesided}
    size = None if length is None else np.array(int(scalar(length)))
    names = ["x", "" if size is None else "n", "axis"]
    matrix = _of_units("DFT", names, [units, size, np.array(1)], settings)
    *_, m, new_parts = matrix.shape
    flat = reshape(b, moved, [*outer, n * parts])
    made = low.node("matmul", flat, low.made("fourier", matrix.reshape(n * parts, m * new_parts)))
    return swap(b, reshape(b, made, [*outer, m, new_parts]), chosen, rank - 2)
