"""Facts about steps that show full rank from the slope form of a segment, or from norms."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt
from flint import arb, fmpq, fmpq_mat

from invexcheck.balls import precision
from invexcheck.goals import ParameterRange
from invexcheck.matrices import MultiAffine, minors_polynomial
from invexcheck.networks.graph import Segment
from invexcheck.networks.lipschitz import Bound, Lipschitz
from invexcheck.networks.slope_forms import SlopeForm
from invexcheck.reading import rational
from invexcheck.rules.jacobians import BITS, ranges, shifted, square_form
from invexproof.reports import numerals
from invexproof.reports.matrices import about, slopes, variable
from invexproof.reports.prose import Math, Phrase, count, listing
from invexproof.reports.scene import Fact, Scene
from invexproof.reports.writer import join, symbol

T = TypeVar("T")
MAX_WRITTEN = 3
"""Units of a determinant that is written out."""
MAX_EIGENVALUES = 400
"""Rows of a matrix whose eigenvalues are computed for the reader."""


def remembered(scene: Scene, name: str, compute: Callable[[], T]) -> T:
    """What `compute` gives, worked out once a step."""
    if name not in scene.node.memory:
        scene.node.memory[name] = compute()
    return cast(T, scene.node.memory[name])


def form(scene: Scene) -> SlopeForm:
    """The slope form that the step is about; of x -> Phi(P x) where columns P are named."""
    return remembered(scene, "form", lambda: square_form(scene.replay.session, scene.segment, scene.fields()))


def _ranges(scene: Scene) -> list[ParameterRange]:
    return ranges(scene.replay.session, form(scene))


def units(scene: Scene) -> str:
    return count(form(scene).units, "unit")


def layers(scene: Scene) -> str:
    return count(len({node for node, _ in form(scene).places}), "layer")


def columns_note(scene: Scene) -> str:
    """That the matrix is multiplied by a fixed one, where there are fewer outputs than inputs."""
    return ", times a fixed matrix P that makes it square," if "columns" in scene.step else ""


def slope_ranges(scene: Scene) -> Phrase:
    """The ranges of the slopes of the functions that occur."""
    session, goal = scene.replay.session, scene.segment
    numbers = sorted(goal.segment.functions())
    bounded = [(number, session.facts[number].slopes) for number in numbers if number in session.facts]
    shown: list[Phrase] = [
        (join(symbol(f"f{number}"), Math("′ ∈ ", r"' \in "), slopes(bounds)),)
        for number, bounds in bounded[:MAX_WRITTEN]
    ]
    return listing([*shown, *(("…",) if len(bounded) > MAX_WRITTEN else ())])


# -- determinants that are affine in each slope -----------------------------------------------------------


def _polynomial(scene: Scene) -> MultiAffine:
    f = form(scene)
    budget = scene.replay.session.budget
    return remembered(scene, "polynomial", lambda: minors_polynomial(f.a, f.b, f.c, f.e, budget))


def written_determinant(scene: Scene) -> Phrase:
    """The polynomial of the determinant, if it has few variables."""
    polynomial = _polynomial(scene)
    if polynomial.variables > MAX_WRITTEN:
        return (f" ({2**polynomial.variables} exact coefficients)",)
    result: Math | None = None
    for subset, coefficient in enumerate(polynomial.matrix.entries()):
        if coefficient != 0:
            result = _plus(result, coefficient, [i for i in range(polynomial.variables) if subset >> i & 1])
    return (": ", join(Math("det J = ", r"\det J = "), result or Math("0", "0")))


def _plus(total: Math | None, coefficient: fmpq, variables: list[int]) -> Math:
    """``total + coefficient·d₁·d₂``."""
    times = Math("·", r" \, ")
    size = numerals.rational(abs(coefficient))
    factors = [variable("d", i + 1) for i in variables]
    parts = [size, *factors] if abs(coefficient) != 1 or not factors else factors
    monomial = parts[0]
    for part in parts[1:]:
        monomial = join(monomial, times, part)
    if total is None:
        return monomial if coefficient > 0 else join(Math("−", "-"), monomial)
    return join(total, " + " if coefficient > 0 else Math(" − ", " - "), monomial)


def _end_values(scene: Scene) -> list[fmpq]:
    one, zero = fmpq(1), fmpq(0)
    pairs = [
        ((one, r.lower or zero), (zero, one) if r.upper is None else (one, r.upper)) for r in _ranges(scene)
    ]
    return remembered(scene, "ends", lambda: _polynomial(scene).transformed(pairs))


def corner_count(scene: Scene) -> str:
    return count(len(_end_values(scene)), "value")


def corner_sign(scene: Scene) -> str:
    ends = _end_values(scene)
    sign = "positive" if max(ends) > 0 else "negative"
    strict = all(value != 0 for value in ends)
    return sign if strict else f"{sign} or 0 (0 only where open ends keep it away)"


def corner_least(scene: Scene) -> Math:
    """The least absolute value that is not 0."""
    return numerals.rational(min(abs(value) for value in _end_values(scene) if value != 0))


# -- definite matrices ------------------------------------------------------------------------------------


def floats(matrix: fmpq_mat) -> npt.NDArray[np.float64]:
    """The matrix in double precision, for the reader's eyes only."""
    rows, columns = matrix.nrows(), matrix.ncols()
    return np.array([int(x.p) / int(x.q) for x in matrix.entries()]).reshape(rows, columns)


def moving(scene: Scene) -> str:
    """How many units have slopes that are not fixed."""
    fixed = sum(r.upper is not None and r.upper == r.lower for r in _ranges(scene))
    return count(form(scene).units - fixed, "unit")


def definiteness(scene: Scene) -> str:
    return "positive semidefinite, exactly" if scene.step.get("semidefinite") else "positive definite"


def least_eigenvalue(scene: Scene) -> Phrase:
    """That of the symmetric part of W (M + diag(1/s)), about."""
    bounds = _ranges(scene)
    kept = [i for i, r in enumerate(bounds) if r.upper is None or r.upper != r.lower]
    if not 0 < len(kept) <= MAX_EIGENVALUES:
        return ()
    moved = shifted(form(scene), [r.lower or fmpq(0) for r in bounds])
    a, b, c, e = (floats(part) for part in (moved.a, moved.b, moved.c, moved.e))
    gaps = [0.0 if bounds[i].upper is None else 1 / _width(bounds[i]) for i in kept]
    weights = [_quotient(text) for text in scene.step.get("weights", ["1"] * len(bounds))]
    m = (a @ np.linalg.solve(c, e) - b)[np.ix_(kept, kept)] + np.diag(gaps)
    weighted = np.diag([weights[i] for i in kept]) @ m
    least = float(np.linalg.eigvalsh((weighted + weighted.T) / 2)[0])
    return ("; its least eigenvalue is about ", about(least))


def _width(bounds: ParameterRange) -> float:
    width = (bounds.upper or fmpq(0)) - (bounds.lower or fmpq(0))
    return int(width.p) / int(width.q)


def _quotient(text: str) -> float:
    top, _, bottom = text.partition("/")
    return int(top) / int(bottom or 1)


# -- contractions -----------------------------------------------------------------------------------------


class _Named(Lipschitz):
    """Bounds from named norms, which the replay has verified."""

    def spectral_norm(self, k: int, weight: fmpq_mat) -> arb:
        return arb(self.norms[k]).upper() if k in self.norms else super().spectral_norm(k, weight)


def _bounds(scene: Scene) -> list[Bound]:
    """The bounds of the parts between the step's cuts."""
    segment, session = scene.segment.segment, scene.replay.session
    norms = {int(k): rational(v, session.limits) for k, v in scene.step.get("norms", {}).items()}
    ends = [segment.start, *scene.step.get("cuts", []), segment.end]

    def compute() -> list[Bound]:
        parts = [Segment(segment.network, low, high) for low, high in pairwise(ends)]
        with precision(BITS):
            return [_Named(part, session.facts, norms).bounds[part.end] for part in parts]

    return remembered(scene, "bounds", compute)


def alpha(scene: Scene) -> Math:
    return numerals.rational(_bounds(scene)[0].alpha)


def lipschitz(scene: Scene) -> Math:
    return numerals.high(_bounds(scene)[0].lipschitz)


def part_count(scene: Scene) -> str:
    return str(len(_bounds(scene)))


def angle(scene: Scene) -> Math:
    """The sum of the angles by which the parts may turn vectors, in degrees."""
    with precision(BITS):
        total = arb(0)
        for bound in _bounds(scene):
            total = total + (bound.lipschitz / abs(arb(bound.alpha))).asin()
        return numerals.high(total * 180 / arb.pi())


def norms(scene: Scene) -> Phrase:
    """The named bounds of the norms of weights."""
    named = sorted(scene.step.get("norms", {}).items(), key=lambda item: int(item[0]))
    if not named:
        return (" The norms of the weights are bounded by their entries.",)
    limits = scene.replay.session.limits
    shown: list[Phrase] = [
        (f"{numerals.rational(rational(bound, limits))} at node {number}",)
        for number, bound in named[:MAX_WRITTEN]
    ]
    if len(named) > MAX_WRITTEN:
        shown.append((f"{len(named) - MAX_WRITTEN} more",))
    return (" The spectral norms of weights are at most ", *listing(shown), ", shown by definite matrices.")


FACTS: dict[str, Fact] = {
    function.__name__: function
    for function in (
        units, layers, columns_note, slope_ranges, written_determinant, corner_count, corner_sign,
        corner_least, moving, definiteness, least_eigenvalue, alpha, lipschitz, part_count, angle, norms,
    )
}  # fmt: skip
"""Facts by the placeholder that stands for them."""
