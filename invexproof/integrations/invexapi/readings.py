"""Objects of the library as exact formulas: g(x) = sum over i of f_i(x_i).

An object is read from the attributes that it has now, floats as the rationals that they are.  What has been read is
compared with what the object computes, in double precision, before anything is claimed of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any, Final

import numpy as np

from invexproof.activations.parameters import tidied
from invexproof.expressions import terms
from invexproof.expressions.evaluation import Array, numpy_function
from invexproof.expressions.terms import Expression
from invexproof.integrations.invexapi.errors import ReadingError
from invexproof.integrations.invexapi.exports import VERSION, separable
from invexproof.integrations.invexapi.profiles import Profile, X, instance

MAX_FUNCTIONS: Final = 16
"""Most different functions f_i of one object that are looked at."""
TOLERANCE: Final = 1e-9
PLACES: Final = (-2.5, -1.0, -0.25, 0.0, 0.5, 1.0, 3.0)


@dataclass(frozen=True)
class Reading:
    """g(x) = sum of f_i(x_i): one function for all entries, of any number, or one for each entry.

    ``profile`` is there where the one function is t(|x|^p).
    """

    functions: tuple[Expression, ...]
    uniform: bool
    profile: Profile | None = None

    @property
    def different(self) -> tuple[Expression, ...]:
        """The functions without repetition."""
        return tuple(dict.fromkeys(self.functions))


def read(obj: Any) -> Reading | None:
    """The object as a formula; None if it is not separable or of a class that the table does not know.

    Raises:
        ReadingError: the object does not compute what the formula says.
    """
    reading = _read(obj)
    if reading is None or len(reading.different) > MAX_FUNCTIONS:
        return None
    _compare(obj, reading)
    return reading


def name_of(obj: Any) -> str:
    """``invexapi.nn.linear.ixLinear`` for such an object."""
    return f"{type(obj).__module__}.{type(obj).__qualname__}"


def _read(obj: Any) -> Reading | None:
    known = separable(type(obj))
    if known is not None:
        profile = instance(known, {name: float(getattr(obj, name)) for name in known.attributes})
        return None if profile is None else _of_profile(profile)
    composite = _COMPOSITES.get(name_of(obj).removeprefix("invexapi."))
    return None if composite is None else composite(obj)


def _of_profile(profile: Profile) -> Reading:
    # An exponent with many digits is not written as a power; the plans of a profile need only t and p.
    f = profile.function()
    return Reading(() if f is None else (f,), True, profile)


def _sum(obj: Any) -> Reading | None:
    return _joined(_read(obj.smooth), _read(obj.penalty), lambda f, g: f + g)


def _tilt(obj: Any) -> Reading | None:
    return _joined(_read(obj.base), _entries(obj.c), lambda f, c: f - c * X)


def _slack(obj: Any) -> Reading | None:
    magnitude = terms.build("abs", (X,))
    return _joined(_entries(obj.slack), _entries(obj.b), lambda s, b: terms.power(magnitude + (s - b), 2) / 2)


def _composed(obj: Any) -> Reading | None:
    """g(Hx - b) for an H that acts on each entry, or takes one number to several."""
    shifts = _ZERO if obj.b is None else _entries(obj.b)
    match name_of(obj.H).removeprefix("invexapi.operators.linear."):
        case "Identity":
            return _joined(_read(obj.g), _joined(_LINE, shifts, _minus), _after)
        case "Diagonal":
            return _joined(_read(obj.g), _joined(_lines(obj.H.d), shifts, _minus), _after)
        case "MatrixOperator" if obj.H.matrix.shape[1] == 1:
            parts = _joined(_read(obj.g), _joined(_lines(obj.H.matrix), shifts, _minus), _after)
            return None if parts is None else Reading((reduce(_plus, parts.functions),), False)
    return None


_COMPOSITES: Final[Mapping[str, Callable[[Any], Reading | None]]] = {
    "functions.combinators.sum.Sum": _sum,
    "functions.combinators.tilt.LinearTilt": _tilt,
    "functions.combinators.composed.Composed": _composed,
    "functions.fidelity.slack_amplitude.SlackAmplitudeLeastSquares": _slack,
}

_ZERO: Final = Reading((terms.rational(0),), True)
_LINE: Final = Reading((X,), True)


def _minus(f: Expression, g: Expression) -> Expression:
    return f if g == terms.rational(0) else f - g


def _plus(f: Expression, g: Expression) -> Expression:
    return f + g


def _after(f: Expression, line: Expression) -> Expression:
    return f.substitute({"x": line})


def _lines(slopes: Any) -> Reading | None:
    return _joined(_entries(slopes), _LINE, lambda a, x: a * x)


def _entries(tensor: Any) -> Reading | None:
    """The entries of a real tensor as exact constants; None if it is complex, empty, large or not finite."""
    if tensor.is_complex() or not 0 < tensor.numel() <= MAX_FUNCTIONS:
        return None
    numbers = [float(v) for v in tensor.detach().reshape(-1).tolist()]
    if not all(map(math.isfinite, numbers)):
        return None
    return Reading(tuple(terms.rational(Fraction(v)) for v in numbers), False)


def _joined(
    left: Reading | None, right: Reading | None, join: Callable[[Expression, Expression], Expression]
) -> Reading | None:
    """Entry by entry; None unless both are there and fit."""
    if left is None or right is None or not left.functions or not right.functions:
        return None
    if left.uniform and right.uniform:
        return Reading((tidied(join(left.functions[0], right.functions[0])),), True)
    size = len(right.functions if left.uniform else left.functions)
    f, g = (side.functions * size if side.uniform else side.functions for side in (left, right))
    return (
        Reading(tuple(tidied(join(*pair)) for pair in zip(f, g, strict=True)), False)
        if len(f) == len(g)
        else None
    )


def _compare(obj: Any, reading: Reading) -> None:
    """Raise ReadingError unless the object computes what has been read."""
    import torch

    obj = _in_double(obj)
    size = len(PLACES) if reading.uniform else len(reading.functions)
    for shift in range(1 if reading.uniform else len(PLACES)):
        x = np.array([PLACES[(k + shift) % len(PLACES)] for k in range(size)])
        expected = float(np.sum(_values(reading, x)))
        computed = float(obj.value(torch.from_numpy(x)))
        scale = max(1.0, abs(expected))
        if not abs(computed - expected) <= TOLERANCE * scale:
            raise ReadingError(
                f"this {type(obj).__name__} gives {computed} at {x.tolist()}, where the formula of invexapi {VERSION} "
                f"gives {expected}; the audit knows that version only, and real numbers only"
            )


def _in_double(obj: Any) -> Any:
    """A copy that computes in double precision: its tensors, and those of its parts, converted."""
    import torch

    double = copy(obj)
    for name, value in vars(obj).items():
        if isinstance(value, torch.Tensor):
            setattr(double, name, value.detach().double())
        elif callable(getattr(value, "value", None)) or callable(getattr(value, "apply", None)):
            setattr(double, name, _in_double(value))
    return double


def _values(reading: Reading, x: Array) -> list[Array]:
    """The terms f_i(x_i), in double precision."""
    profile = reading.profile
    if profile is not None and profile.power is not None:
        return [numpy_function(profile.t, ("v",))(np.abs(x) ** float(profile.power))]
    if reading.uniform:
        return [numpy_function(reading.functions[0])(x)]
    return [numpy_function(f)(x[k : k + 1]) for k, f in enumerate(reading.functions)]
