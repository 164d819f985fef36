"""ATen operators of several tensors, entry by entry: arithmetic, comparisons, choices."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.pytorch.building import (
    Lowering,
    TorchBuilder,
    add,
    binary,
    boolean,
    divide,
    elementwise,
    literal,
    multiply,
    real,
    subtract,
)
from invexproof.torch_programs import Row, row

B = TorchBuilder
HALF: Final = Fraction(1, 2)


_POWERS: Final = {Fraction(2): "square", HALF: "sqrt", -HALF: "rsqrt", Fraction(-1): "reciprocal"}


# -- arithmetic ----------------------------------------------------------------------------------------------


def _reverse_subtract(b: B, x: Any, y: Any, alpha: Fraction = Fraction(1)) -> int:
    return subtract(b, y, x, alpha)


def _divide(b: B, x: Any, y: Any, mode: str | None = None) -> int:
    quotient = divide(b, x, y)
    return quotient if mode is None else b.node({"floor": "floor", "trunc": "truncate"}[mode], quotient)


def _power(b: B, x: Any, y: Any) -> int:
    if isinstance(y, Fraction):
        own = _POWERS.get(y)
        return elementwise(b, own, x) if own else elementwise(b, "power_of", x, exponent=y)
    return elementwise(b, "power", x, y)


def _fmod(b: B, x: Any, y: Any) -> int:
    return subtract(b, x, multiply(b, b.node("truncate", divide(b, x, y)), y))


def _with_product(b: B, x: Any, y: Any, z: Any, value: Fraction = Fraction(1)) -> int:
    return add(b, x, multiply(b, y, z), value)


def _with_quotient(b: B, x: Any, y: Any, z: Any, value: Fraction = Fraction(1)) -> int:
    return add(b, x, divide(b, y, z), value)


def _between(b: B, x: Any, y: Any, weight: Any) -> int:
    return add(b, x, multiply(b, weight, subtract(b, y, x)))


def _log_sum(b: B, x: Any, y: Any) -> int:
    """log(exp x + exp y) = max + log1p(exp(-|x - y|)) = y + log(1 + exp(x - y))."""
    difference = subtract(b, x, y)
    return add(b, y, b.node("softplus", difference, threshold=None))


def _hypotenuse(b: B, x: Any, y: Any) -> int:
    return b.node("sqrt", add(b, elementwise(b, "square", x), elementwise(b, "square", y)))


def _clamp(b: B, x: int, low: Any = None, high: Any = None) -> int:
    low, high = (None if isinstance(end, float) and math.isinf(end) else end for end in (low, high))
    if isinstance(low, int) or isinstance(high, int):
        for op, end in (("maximum", low), ("minimum", high)):
            x = x if end is None else elementwise(b, op, x, end)
        return x
    return x if low is None and high is None else elementwise(b, "clamp", x, low=low, high=high)


# -- comparisons and choices ---------------------------------------------------------------------------------


def _greater(op: str) -> Any:
    return lambda b, x, y: elementwise(b, op, y, x)


def _not_equal(b: B, x: Any, y: Any) -> int:
    return b.node("not", elementwise(b, "equal", x, y))


def _logical(op: str) -> Any:
    return lambda b, x, y: b.node(op, boolean(b, x), boolean(b, y))


def _not(b: B, x: int) -> int:
    return b.node("not", boolean(b, x))


def _of_bits(lower: Lowering) -> Lowering:
    """An operator on truth values that is another one on integers."""

    def on_truth(b: B, x: int, y: int | None = None) -> int:
        operands = [x] if y is None else [x, y]
        if any(isinstance(t, int) and b.kind(t) == "integer" for t in operands):
            raise ArchitectureError("operators on the bits of integers are not read")
        result: int = lower(b, *operands)
        return result

    return on_truth


def _exclusive(b: B, x: int, y: int) -> int:
    return _not_equal(b, boolean(b, x), boolean(b, y))


def where(b: B, condition: int, x: Any, y: Any) -> int:
    """The entries of x where the condition holds, and those of y elsewhere."""
    return b.node("where", boolean(b, condition), real(b, x), real(b, y))


def _masked(b: B, x: int, mask: int, value: Any) -> int:
    if isinstance(value, int) and b.shape(value):
        raise ArchitectureError("it fills with a tensor that is not a scalar")
    return where(b, mask, literal(value), x)


def _finite(b: B, x: int) -> int:
    """Whether it is a number, which it always is."""
    return b.node("less_equal", real(b, x), real(b, x))


# -- the table -----------------------------------------------------------------------------------------------

_LOGIC: Final[Mapping[str, Lowering]] = {"and": _logical("and"), "or": _logical("or"), "xor": _exclusive}
_ARITHMETIC: Final = "x=self y=other alpha"
_TWO: Final = "x=self y=other"

OPERATORS: Final[Mapping[str, Row]] = {
    "add": row(add, _ARITHMETIC),
    "sub": row(subtract, _ARITHMETIC),
    "subtract": row(subtract, _ARITHMETIC),
    "rsub": row(_reverse_subtract, _ARITHMETIC),
    **{name: row(multiply, _TWO) for name in ("mul", "multiply")},
    **{name: row(_divide, f"{_TWO} mode=rounding_mode") for name in ("div", "divide")},
    "true_divide": row(divide, _TWO),
    "floor_divide": row(lambda b, x, y: _divide(b, x, y, "floor"), _TWO),
    "remainder": row(binary("remainder"), _TWO),
    "fmod": row(_fmod, _TWO),
    "pow": row(_power, "x=self y=exponent"),
    "float_power": row(_power, "x=self y=exponent"),
    "addcmul": row(_with_product, "x=self y=tensor1 z=tensor2 value"),
    "addcdiv": row(_with_quotient, "x=self y=tensor1 z=tensor2 value"),
    "lerp": row(_between, "x=self y=end weight"),
    "logaddexp": row(_log_sum, _TWO),
    "hypot": row(_hypotenuse, _TWO),
    **{name: row(binary("maximum"), _TWO) for name in ("maximum", "fmax", "max.other")},
    **{name: row(binary("minimum"), _TWO) for name in ("minimum", "fmin", "min.other")},
    **{name: row(_clamp, "x=self low=min high=max") for name in ("clamp", "clip")},
    "clamp_min": row(_clamp, "x=self low=min"),
    "clamp_max": row(_clamp, "x=self high=max"),
    # comparisons and choices
    **{name: row(binary("less"), _TWO) for name in ("lt", "less")},
    **{name: row(binary("less_equal"), _TWO) for name in ("le", "less_equal")},
    **{name: row(_greater("less"), _TWO) for name in ("gt", "greater")},
    **{name: row(_greater("less_equal"), _TWO) for name in ("ge", "greater_equal")},
    "eq": row(binary("equal"), _TWO),
    **{name: row(_not_equal, _TWO) for name in ("ne", "not_equal")},
    **{f"logical_{name}": row(lower, _TWO) for name, lower in _LOGIC.items()},
    **{f"bitwise_{name}": row(_of_bits(lower), _TWO) for name, lower in _LOGIC.items()},
    **{f"__{name}__": row(_of_bits(lower), _TWO) for name, lower in _LOGIC.items()},
    "logical_not": row(_not, "x=self"),
    "bitwise_not": row(_of_bits(_not), "x=self"),
    "where": row(where, "condition x=self y=other"),
    "masked_fill": row(_masked, "x=self mask value"),
    "isfinite": row(_finite, "x=self"),
    "isnan": row(lambda b, x: b.node("not", _finite(b, x)), "x=self"),
    "isinf": row(lambda b, x: b.node("not", _finite(b, x)), "x=self"),
}
