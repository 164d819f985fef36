"""Interval Newton (Krawczyk) tests for systems of d equations in d unknowns, on floats: hints, never
evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from invexproof.engines.boxes import Boxes, enclose, enclose_derivatives
from invexproof.engines.rounding import Array
from invexproof.expressions.terms import Expression

SLACK = 1e-14
"""Relative and absolute inflation that stands for the rounding of the matrix products."""


@dataclass(frozen=True, slots=True)
class KrawczykTest:
    """For n boxes. unique: exactly one zero, with non-singular Jacobian; empty: none; image: K(X) cut to X,
    where both are neither it may be used instead of X.
    """

    unique: NDArray[np.bool_]
    empty: NDArray[np.bool_]
    image: Boxes


@dataclass(frozen=True, slots=True, eq=False)
class ZeroEnclosure:
    """A box, lower and upper of shape (d,), around zeros; unique says that it holds exactly one, a simple
    one.
    """

    lower: Array
    upper: Array
    unique: bool


def krawczyk(system: Sequence[Expression], boxes: Boxes) -> KrawczykTest:
    """Test n bounded boxes at once; K(X) = c - C f(c) + (I - C J(X)) (X - c), C an inverse of the midpoint
    of J.
    """
    dimension = len(boxes.names)
    centres = boxes.centres()
    radii = np.maximum(boxes.upper - centres, centres - boxes.lower)
    points = Boxes.at_points(boxes.names, centres)
    values = [enclose(expression, points) for expression in system]
    derivatives = [enclose_derivatives(expression, boxes) for expression in system]
    low = np.array([[slope.lower for slope in row.gradient] for row in derivatives]).transpose(2, 0, 1)
    high = np.array([[slope.upper for slope in row.gradient] for row in derivatives]).transpose(2, 0, 1)
    usable = np.isfinite(low).all((1, 2)) & np.isfinite(high).all((1, 2)) & np.isfinite(radii).all(1)
    for value, row in zip(values, derivatives, strict=True):
        usable &= ~np.asarray(value.undefined) & ~np.asarray(row.value.undefined)
        usable &= np.isfinite(value.lower) & np.isfinite(value.upper)
    identity = np.eye(dimension)
    with np.errstate(all="ignore"):
        middle = np.where(usable[:, None, None], 0.5 * low + 0.5 * high, identity)
        spreads = np.where(usable[:, None, None], 0.5 * high - 0.5 * low, 0.0)
        usable &= np.isfinite(middle).all((1, 2)) & (np.abs(np.linalg.det(middle)) > 0.0)
        inverse = np.linalg.pinv(np.where(usable[:, None, None], middle, identity))
        at_low = np.array([value.lower for value in values]).T
        at_high = np.array([value.upper for value in values]).T
        size = np.abs(inverse)
        newton = np.einsum("nij,nj->ni", inverse, 0.5 * at_low + 0.5 * at_high)
        residual = np.abs(identity - inverse @ middle) + size @ spreads
        reach = np.einsum("nij,nj->ni", residual, radii)
        reach += np.einsum("nij,nj->ni", size, 0.5 * at_high - 0.5 * at_low)
        reach += SLACK * (reach + np.abs(newton) + np.einsum("nij,njk,nk->ni", size, np.abs(middle), radii))
        reach += 4e-16 * np.abs(centres)
        lower, upper = centres - newton - reach, centres - newton + reach
    usable &= np.isfinite(lower).all(1) & np.isfinite(upper).all(1)
    unique = usable & (lower > boxes.lower).all(1) & (upper < boxes.upper).all(1)
    empty = usable & ((lower > boxes.upper) | (upper < boxes.lower)).any(1)
    cut = (usable & ~empty)[:, None]
    image = Boxes(
        boxes.names,
        np.where(cut, np.maximum(lower, boxes.lower), boxes.lower),
        np.where(cut, np.minimum(upper, boxes.upper), boxes.upper),
    )
    return KrawczykTest(unique, empty, image)


def newton_polish(
    system: Sequence[Expression], names: tuple[str, ...], start: Array, steps: int = 12
) -> Array:
    """A few Newton steps from `start`, shape (d,); stops where a step is not finite or does not improve."""
    point = start
    for _ in range(steps):
        found = [enclose_derivatives(e, Boxes.at_points(names, point[None, :])) for e in system]
        jacobian = np.array([[0.5 * s.lower[0] + 0.5 * s.upper[0] for s in row.gradient] for row in found])
        value = np.array([0.5 * row.value.lower[0] + 0.5 * row.value.upper[0] for row in found])
        if not (np.isfinite(jacobian).all() and np.isfinite(value).all()):
            return point
        step = np.linalg.lstsq(jacobian, value, rcond=None)[0]
        if not np.isfinite(step).all() or not step.any():
            return point
        point = point - step
    return point


def verify_zero(
    system: Sequence[Expression],
    names: tuple[str, ...],
    point: Array,
    radii: Sequence[float] = (1e-10, 1e-7, 1e-4),
) -> Boxes | None:
    """A small box around `point`, shape (d,), with exactly one zero of the system; None if no test
    succeeds.
    """
    scale = 1.0 + np.abs(point)
    for radius in radii:
        box = Boxes(names, (point - radius * scale)[None, :], (point + radius * scale)[None, :])
        test = krawczyk(system, box)
        if test.unique[0]:
            return test.image
    return None


def isolate_system(
    system: Sequence[Expression], start: Boxes, resolution: float = 1e-6, max_boxes: int = 200_000
) -> list[ZeroEnclosure]:
    """All zeros of a square system in bounded boxes.

    Every zero lies in one of the enclosures. Those that are not unique hold degenerate zeros, families of
    zeros, or none: they are `resolution` wide (relative to 1 + |x|) or were left over when `max_boxes` had
    been tested.
    """
    frontier, tested = start, 0
    found: list[ZeroEnclosure] = []
    while len(frontier):
        tested += len(frontier)
        alive = np.ones(len(frontier), dtype=np.bool_)
        for expression in system:
            value = enclose(expression, frontier)
            alive &= value.contains_zero() & ~np.asarray(value.nowhere)
        frontier = frontier.take(alive)
        if not len(frontier):
            break
        test = krawczyk(system, frontier)
        for index in np.flatnonzero(test.unique):
            tight = _tightened(system, test.image.take(slice(index, index + 1)))
            _record(found, ZeroEnclosure(tight.lower[0], tight.upper[0], True))
        rest = test.image.take(~test.unique & ~test.empty)
        small = np.logical_or((rest.relative_widths() <= resolution).all(axis=1), tested >= max_boxes)
        for index in np.flatnonzero(small):
            _settle(system, rest.take(slice(index, index + 1)), found)
        rest = rest.take(~small)
        frontier = rest.bisect(np.argmax(rest.relative_widths(), axis=1)) if len(rest) else rest
    return sorted(found, key=lambda zero: tuple(zero.lower))


def _settle(system: Sequence[Expression], box: Boxes, found: list[ZeroEnclosure]) -> None:
    """A box too small to split: a zero on its boundary is proved unique in an inflated box, else it stays
    open.
    """
    width = np.maximum(box.upper - box.lower, 1e-12 * (1.0 + np.abs(box.upper)))
    test = krawczyk(system, Boxes(box.names, box.lower - width, box.upper + width))
    if test.empty[0]:
        return
    ends = _tightened(system, test.image) if test.unique[0] else box
    _record(found, ZeroEnclosure(ends.lower[0], ends.upper[0], bool(test.unique[0])))


def _tightened(system: Sequence[Expression], box: Boxes, rounds: int = 10) -> Boxes:
    """The image of repeated Krawczyk steps on a box that holds exactly one zero."""
    for _ in range(rounds):
        box = krawczyk(system, box).image
    return box


def _record(found: list[ZeroEnclosure], new: ZeroEnclosure) -> None:
    """Add an enclosure, merged with those of its kind that it overlaps (one zero seen from two boxes)."""
    lower, upper = new.lower, new.upper
    for other in [other for other in found if other.unique == new.unique]:
        if (other.lower <= upper).all() and (lower <= other.upper).all():
            found.remove(other)
            if new.unique:  # both hold the same zero
                lower, upper = np.maximum(lower, other.lower), np.minimum(upper, other.upper)
            else:
                lower, upper = np.minimum(lower, other.lower), np.maximum(upper, other.upper)
    found.append(ZeroEnclosure(lower, upper, new.unique))
