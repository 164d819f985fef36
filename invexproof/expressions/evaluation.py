"""Values of expressions: floating-point arrays, arbitrary precision, and exact rationals."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final, TypeAlias, TypeVar, cast

import mpmath
import numpy as np
import numpy.typing as npt

from invexproof.errors import InvexproofError
from invexproof.expressions.operations import MAX_RATIONAL_BITS, size
from invexproof.expressions.terms import Expression, postorder

Array: TypeAlias = npt.NDArray[np.float64]
Number: TypeAlias = "int | Fraction | float | mpmath.mpf"

_GUARD_DIGITS: Final = 15
_MAX_EXPONENT_BITS: Final = 4096
"""exp(u) is evaluated in mpmath for |u| below 2 to this power; reducing larger u would take too long."""

_T = TypeVar("_T")


class EvaluationError(InvexproofError):
    """An expression without a value at the given point, or one that cannot be computed."""


class TooLargeError(EvaluationError):
    """A value that exists but is too large to compute with."""


def walk_selected(e: Expression, visit: Callable[[Expression, list[_T]], _T]) -> _T:
    """Evaluate depth first, in post-order, only what the semantics selects, each node once.

    ``visit(node, values of its arguments)`` gives the value of a node; a condition's value must be a bool.
    Of a ``piecewise`` the conditions up to the first true one and the value that it selects are visited (of
    ``and`` and ``or`` both sides, always).  Raises EvaluationError if no condition holds.
    """
    values: dict[Expression, _T] = {}
    stack = [e]
    while stack:
        node = stack[-1]
        if node in values:
            stack.pop()
            continue
        if node.op == "piecewise":
            wanted = _selected(node, values)
            if wanted in values:
                values[node] = values[wanted]
            else:
                stack.append(wanted)
            continue
        missing = next((a for a in node.args if a not in values), None)
        if missing is None:
            values[node] = visit(node, [values[a] for a in node.args])
        else:
            stack.append(missing)
    return values[e]


def _selected(node: Expression, values: Mapping[Expression, object]) -> Expression:
    """What a piecewise node needs next: a condition not known yet, or its selected value."""
    for condition, value in zip(node.args[::2], node.args[1::2], strict=True):
        if condition not in values:
            return condition
        if values[condition] is True:
            return value
    raise EvaluationError("no condition of a piecewise expression holds here, so it has no value")


# -- arrays --------------------------------------------------------------------------------------------------


def _erf_array(u: Array) -> Array:
    return np.fromiter(map(math.erf, u.ravel().tolist()), np.float64, u.size).reshape(u.shape)


def _sigmoid_array(u: Array) -> Array:
    z = np.exp(-np.abs(u))
    return np.where(u >= 0, 1 / (1 + z), z / (1 + z))


def _compare(relation: Callable[[Array, Array], npt.NDArray[np.bool_]]) -> Callable[[Array, Array], Array]:
    """A condition on arrays: 1 true, 0 false, nan undefined."""
    return lambda u, v: np.where(np.isnan(u) | np.isnan(v), np.nan, relation(u, v))


def _piecewise_array(*args: Array) -> Array:
    result = np.full(np.broadcast_shapes(*(a.shape for a in args)), np.nan)
    undecided = np.ones(result.shape, dtype=bool)
    for condition, value in zip(args[::2], args[1::2], strict=True):
        result = np.where(undecided & (condition == 1), value, result)
        undecided = undecided & (condition == 0)
    return result


_ARRAY_OPERATIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "neg": np.negative,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "atan": np.arctan,
    "asinh": np.arcsinh,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "sigmoid": _sigmoid_array,
    "softplus": lambda u: np.maximum(u, 0) + np.log1p(np.exp(-np.abs(u))),
    "erf": _erf_array,
    "abs": np.abs,
    "sign": np.sign,
    "min": np.minimum,
    "max": np.maximum,
    "lt": _compare(np.less),
    "le": _compare(np.less_equal),
    "and": np.multiply,
    "or": np.maximum,
    "not": lambda a: 1 - a,
    "piecewise": _piecewise_array,
}


def _nearest_float(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def numpy_function(e: Expression, names: Sequence[str] = ("x",)) -> Callable[..., Array]:
    """A function of arrays (one for each name, broadcast together) in double precision.

    The result is nan where the expression is undefined, with the usual exceptions of floating point: 1/0 and
    log(0) are infinite.  A condition gives 1.0 or 0.0.  No warnings are issued.
    """
    unknown = sorted(e.variables - set(names))
    if unknown:
        raise EvaluationError(f"no array is named for {', '.join(unknown)}; the names are {', '.join(names)}")
    program = [(node.op, node.payload, row[1 : 1 + len(node.args)]) for node, row in _rows(e)]

    def function(*arrays: npt.ArrayLike) -> Array:
        if len(arrays) != len(names):
            raise EvaluationError(f"{len(names)} arrays are needed ({', '.join(names)}), {len(arrays)} given")
        inputs = dict(zip(names, (np.asarray(a, dtype=np.float64) for a in arrays), strict=True))
        shape = np.broadcast_shapes(*(a.shape for a in inputs.values()))
        values: list[Array] = []
        with np.errstate(all="ignore"):
            for op, payload, indices in program:
                args = [values[cast(int, i)] for i in indices]
                if op == "var":
                    values.append(inputs[str(payload)])
                elif op in _ARRAY_CONSTANTS:
                    values.append(np.asarray(_ARRAY_CONSTANTS[op]))
                elif isinstance(payload, Fraction):
                    number = _nearest_float(payload)
                    values.append(np.asarray(number if op == "rat" else np.power(args[0], number)))
                else:
                    values.append(np.asarray(_ARRAY_OPERATIONS[op](*args)))
        return np.broadcast_to(values[-1], shape).copy()

    return function


_ARRAY_CONSTANTS: Final = {"pi": math.pi, "e": math.e, "true": 1.0}


def _rows(e: Expression) -> list[tuple[Expression, tuple[str | int, ...]]]:
    return list(zip(postorder(e), e.nodes, strict=True))


# -- arbitrary precision -------------------------------------------------------------------------------------


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise EvaluationError(message)


def _require_size(holds: bool) -> None:
    if not holds:
        raise TooLargeError("exp of a number too large to compute with")


def _mp_divide(u: mpmath.mpf, v: mpmath.mpf) -> mpmath.mpf:
    _require(v != 0, "division by zero")
    return u / v


def _mp_log(u: mpmath.mpf) -> mpmath.mpf:
    _require(u > 0, f"the logarithm of {mpmath.nstr(u, 6)}, which is not positive")
    return mpmath.log(u)


def _mp_sqrt(u: mpmath.mpf) -> mpmath.mpf:
    _require(u >= 0, f"the square root of {mpmath.nstr(u, 6)}, which is negative")
    return mpmath.sqrt(u)


def _mp_power(u: mpmath.mpf, q: Fraction) -> mpmath.mpf:
    _require(u != 0 or q >= 0, f"zero to the power {q}")
    if q.denominator == 1:
        return mpmath.power(u, q.numerator)
    _require(u >= 0, f"the power {q} of {mpmath.nstr(u, 6)}, which is negative")
    return mpmath.power(u, mpmath.mpf(q.numerator) / q.denominator)


def _mp_exp(u: mpmath.mpf) -> mpmath.mpf:
    if u == 0 or mpmath.mag(u) < _MAX_EXPONENT_BITS:
        return mpmath.exp(u)
    _require_size(u < 0)
    return mpmath.mpf(0)


def _mp_sigmoid(u: mpmath.mpf) -> mpmath.mpf:
    z = _mp_exp(-abs(u))
    return 1 / (1 + z) if u >= 0 else z / (1 + z)


def _mp_hyperbolic(function: Callable[[mpmath.mpf], mpmath.mpf]) -> Callable[[mpmath.mpf], mpmath.mpf]:
    def value(u: mpmath.mpf) -> mpmath.mpf:
        _require_size(u == 0 or mpmath.mag(u) < _MAX_EXPONENT_BITS)
        return function(u)

    return value


_MP_OPERATIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "pi": lambda: +mpmath.pi,
    "e": lambda: +mpmath.e,
    "true": lambda: True,
    "add": lambda u, v: u + v,
    "sub": lambda u, v: u - v,
    "mul": lambda u, v: u * v,
    "div": _mp_divide,
    "neg": lambda u: -u,
    "exp": _mp_exp,
    "log": _mp_log,
    "sqrt": _mp_sqrt,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "atan": mpmath.atan,
    "asinh": mpmath.asinh,
    "sinh": _mp_hyperbolic(mpmath.sinh),
    "cosh": _mp_hyperbolic(mpmath.cosh),
    "tanh": mpmath.tanh,
    "sigmoid": _mp_sigmoid,
    "softplus": lambda u: max(u, mpmath.mpf(0)) + mpmath.log1p(_mp_exp(-abs(u))),
    "erf": mpmath.erf,
    "abs": abs,
    "sign": mpmath.sign,
    "min": min,
    "max": max,
    "lt": lambda u, v: u < v,
    "le": lambda u, v: u <= v,
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "not": lambda a: not a,
}


def to_mpf(value: Number) -> mpmath.mpf:
    """The number in mpmath's current precision."""
    if isinstance(value, Fraction):
        return mpmath.mpf(value.numerator) / value.denominator
    return mpmath.mpf(value)


def mpmath_value(e: Expression, values: Mapping[str, Number], dps: int = 50) -> Any:
    """The value to about ``dps`` decimal digits (an mpf; a bool for a condition).

    Digits that cancel in the expression are lost; conditions compare values so rounded.  Raises
    EvaluationError outside the domain, for a variable without value, and where numbers become too large.
    """

    def visit(node: Expression, args: list[Any]) -> Any:
        if node.op == "var":
            if node.name not in values:
                raise EvaluationError(f"{node.name} has no value")
            return to_mpf(values[node.name])
        if node.op == "rat":
            return to_mpf(node.value)
        if node.op == "pow":
            return _mp_power(args[0], node.value)
        return _MP_OPERATIONS[node.op](*args)

    with mpmath.workdps(dps + _GUARD_DIGITS):
        try:
            result = walk_selected(e, visit)
        except (OverflowError, MemoryError) as error:
            raise TooLargeError(f"a number becomes too large to compute with ({error})") from None
    if isinstance(result, bool):
        return result
    with mpmath.workdps(dps):
        return +result


# -- exact rationals -----------------------------------------------------------------------------------------

_EXACT_AT: Final[Mapping[str, tuple[int, Fraction]]] = {
    "exp": (0, Fraction(1)),
    "log": (1, Fraction(0)),
    "cos": (0, Fraction(1)),
    "cosh": (0, Fraction(1)),
    "sigmoid": (0, Fraction(1, 2)),
    **{op: (0, Fraction(0)) for op in ("sin", "tan", "atan", "asinh", "sinh", "tanh", "erf")},
}
"""Where a function has a rational value at a rational point."""

_FRACTION_OPERATIONS: Final[Mapping[str, Callable[..., Fraction | bool]]] = {
    "true": lambda: True,
    "add": lambda u, v: u + v,
    "sub": lambda u, v: u - v,
    "mul": lambda u, v: u * v,
    "div": lambda u, v: u / v,
    "neg": lambda u: -u,
    "abs": abs,
    "sign": lambda u: Fraction((u > 0) - (u < 0)),
    "min": min,
    "max": max,
    "lt": lambda u, v: u < v,
    "le": lambda u, v: u <= v,
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "not": lambda a: not a,
}


class _NotRationalError(Exception):
    """The value is not seen to be rational, or there is none."""


def exact_root(value: Fraction, degree: int) -> Fraction | None:
    """The nonnegative rational whose power is the (nonnegative) value, if there is one."""
    parts = []
    for n in (value.numerator, value.denominator):
        root = math.isqrt(n) if degree == 2 else round(n ** (1 / degree)) if n < 2**53 else 0
        if root**degree != n:
            return None
        parts.append(root)
    return Fraction(parts[0], parts[1])


def _fraction_power(u: Fraction, q: Fraction) -> Fraction | None:
    if (u < 0 and q.denominator > 1) or (u == 0 and q < 0):
        raise _NotRationalError
    root = u if q.denominator == 1 else exact_root(u, q.denominator)
    if root is None or size(root) * abs(q.numerator) > MAX_RATIONAL_BITS:
        return None
    return root**q.numerator


def fraction_value(e: Expression, values: Mapping[str, Fraction | int]) -> Fraction | None:
    """The exact value at a rational point; None if it is undefined, or not seen to be rational.

    Other constants may occur in factors of zero only, and in what is not selected.
    """
    absorbed = False

    def visit(node: Expression, args: list[Any]) -> Any:
        nonlocal absorbed
        if node.op == "var" and node.name in values:
            return Fraction(values[node.name])
        if node.op == "rat":
            return node.value
        if None in args:
            if node.op == "mul" or (node.op == "div" and args[1] is None):
                absorbed = True
                return Fraction(0) if 0 in args else None
            if node.is_condition or node.op == "piecewise":
                raise _NotRationalError
            return None
        if node.op in ("pow", "sqrt"):
            return _fraction_power(args[0], node.value if node.op == "pow" else Fraction(1, 2))
        if node.op in _FRACTION_OPERATIONS:
            result = _FRACTION_OPERATIONS[node.op](*args)
            return result if isinstance(result, bool) or size(result) <= MAX_RATIONAL_BITS else None
        if node.op in _EXACT_AT and args[0] == _EXACT_AT[node.op][0]:
            return _EXACT_AT[node.op][1]
        return None

    try:
        result = walk_selected(e, visit)
        if absorbed:
            mpmath_value(e, values)  # zero times something is zero only if the something is defined
    except (_NotRationalError, ZeroDivisionError, EvaluationError):
        return None
    return result if isinstance(result, Fraction) else None
