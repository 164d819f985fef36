"""ATen operators entry by entry: arithmetic, comparisons, choices, functions of one variable, activations."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from invexproof.architectures.building import split
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.torch_building import (
    Lowering,
    TorchBuilder,
    add,
    axis_of,
    binary,
    boolean,
    divide,
    elementwise,
    first,
    literal,
    multiply,
    real,
    shape_of,
    subtract,
    unary,
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


def _identity(b: B, x: int) -> int:
    return x


def _finite(b: B, x: int) -> int:
    """Whether it is a number, which it always is."""
    return b.node("less_equal", real(b, x), real(b, x))


# -- functions of one variable -------------------------------------------------------------------------------


def _logarithm(base: int) -> Any:
    """Of a base; the factor is the float that PyTorch uses."""
    factor = Fraction(repr(1 / math.log(base)))
    return lambda b, x: multiply(b, elementwise(b, "log", x), factor)


def _exp2(b: B, x: int) -> int:
    return b.node("exp", multiply(b, x, Fraction(repr(math.log(2)))))


def _logit(b: B, x: int, eps: Fraction | None = None) -> int:
    y = real(b, x) if eps is None else elementwise(b, "clamp", x, low=eps, high=1 - eps)
    return subtract(b, b.node("log", y), b.node("log", subtract(b, Fraction(1), y)))


def _fraction(b: B, x: int) -> int:
    return subtract(b, x, elementwise(b, "truncate", x))


def _gelu(b: B, x: int, approximate: str = "none") -> int:
    return elementwise(b, "gelu", x, approximate=approximate == "tanh")


def _softplus(b: B, x: int, beta: Fraction = Fraction(1), threshold: Fraction = Fraction(20)) -> int:
    return elementwise(b, "softplus", x, beta=beta, threshold=None if b.textbook else threshold)


def _elu(b: B, x: int, alpha: Fraction, scale: Fraction, inner: Fraction) -> int:
    return elementwise(b, "elu", x, alpha=alpha, scale=scale, input_scale=inner)


_SELU: Final = {
    "alpha": Fraction("1.6732632423543772848170429916717"),
    "scale": Fraction("1.0507009873554804934193349852946"),
}


def _threshold(b: B, x: int, threshold: Fraction, value: Fraction) -> int:
    return elementwise(b, "threshold", x, threshold=threshold, value=value)


def _randomised_leaky(b: B, x: int, lower: Fraction, upper: Fraction, training: bool = False) -> int:
    """In training, the slopes are drawn for every entry: a constant input between the two."""
    if not training:
        return elementwise(b, "leaky_relu", x, slope=(lower + upper) / 2)
    slope = b.constant(f"{b.place or 'model'}:slope", b.shape(x), low=lower, high=upper)
    positive = elementwise(b, "relu", x)
    return add(b, positive, multiply(b, slope, elementwise(b, "clamp", x, high=Fraction(0))))


def _prelu(b: B, x: int, weight: int) -> int:
    if not b.shape(weight):
        weight = b.node("reshape", weight, shape=[1])
    if not b.shape(x):
        return b.node("reshape", b.node("prelu", b.node("reshape", x, shape=[1]), weight), shape=[])
    return b.node("prelu", x, weight)


def _gated(b: B, x: int, axis: int = -1) -> int:
    axis = axis_of(b, x, axis)
    value, gate = split(b, x, b.shape(x)[axis] // 2, axis)
    return multiply(b, value, b.node("sigmoid", gate))


def _hard_tanh(b: B, x: int, low: Fraction, high: Fraction) -> int:
    return elementwise(b, "hard_tanh", x, low=low, high=high)


def _shrunk(op: str) -> Any:
    return lambda b, x, size: elementwise(b, op, x, lambda_=size)


# -- dropout -------------------------------------------------------------------------------------------------


def _dropout(b: B, x: int, train: bool | None = True, p: Fraction = HALF) -> int:
    if not train or not p:
        return x
    return multiply(b, x, b.mask(shape_of(b, x)))


def _feature_dropout(b: B, x: int, train: bool | None = True, p: Fraction = HALF) -> int:
    """Whole channels are dropped."""
    if not train or not p:
        return x
    shape = shape_of(b, x)
    return multiply(b, x, b.mask([*shape[:2], *(1 for _ in shape[2:])]))


def _alpha_dropout(b: B, x: int, train: bool | None = True, p: Fraction = HALF) -> int:
    """Dropped entries get another value than 0, and all are mapped affinely: two constants."""
    if not train or not p:
        return x
    scale, shift = (b.constant(f"{b.place or 'model'}:{n}", b.shape(x)) for n in ("scale", "shift"))
    return add(b, multiply(b, x, scale), shift)


# -- the table -----------------------------------------------------------------------------------------------

_NAMES: Final = {
    "abs": "absolute",
    "absolute": "absolute",
    "neg": "negate",
    "negative": "negate",
    "sgn": "sign",
    "trunc": "truncate",
    "fix": "truncate",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arcsinh": "asinh",
    "arccosh": "acosh",
    "arctanh": "atanh",
    "special_expit": "sigmoid",
    "special_erf": "erf",
    "special_erfc": "erfc",
    "special_expm1": "expm1",
    "special_log1p": "log1p",
    "hardsigmoid": "hard_sigmoid",
    "hardswish": "hard_swish",
    **{
        name: name
        for name in (
            "sign",
            "exp",
            "expm1",
            "log",
            "log1p",
            "sqrt",
            "rsqrt",
            "reciprocal",
            "square",
            "relu",
            "sigmoid",
            "tanh",
            "sin",
            "cos",
            "tan",
            "asin",
            "acos",
            "atan",
            "sinh",
            "cosh",
            "asinh",
            "acosh",
            "atanh",
            "erf",
            "erfc",
            "log_sigmoid",
            "silu",
            "mish",
            "floor",
            "ceil",
        )
    },
}
"""Operators of one tensor that are our own, by PyTorch's name."""

_LOGIC: Final[Mapping[str, Lowering]] = {"and": _logical("and"), "or": _logical("or"), "xor": _exclusive}
_ARITHMETIC: Final = "x=self y=other alpha"
_TWO: Final = "x=self y=other"
_DROPOUT: Final = "x=input train p"

OPERATORS: Final[Mapping[str, Row]] = {
    **{name: row(unary(op), "x=self") for name, op in _NAMES.items()},
    "round": row(unary("round"), "x=self"),
    "positive": row(_identity, "x=self"),
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
    "nan_to_num": row(_identity, "x=self"),
    # functions of one variable
    "log2": row(_logarithm(2), "x=self"),
    "log10": row(_logarithm(10), "x=self"),
    "exp2": row(_exp2, "x=self"),
    "logit": row(_logit, "x=self eps"),
    "special_logit": row(_logit, "x=self eps"),
    "frac": row(_fraction, "x=self"),
    "deg2rad": row(lambda b, x: multiply(b, x, Fraction(repr(math.pi / 180))), "x=self"),
    "relu6": row(unary("hard_tanh", low=Fraction(0), high=Fraction(6)), "x=self"),
    "gelu": row(_gelu, "x=self approximate"),
    "softplus": row(_softplus, "x=self beta threshold"),
    "leaky_relu": row(
        lambda b, x, slope: elementwise(b, "leaky_relu", x, slope=slope), "x=self slope=negative_slope"
    ),
    "elu": row(_elu, "x=self alpha scale inner=input_scale"),
    "selu": row(unary("elu", **_SELU), "x=self"),
    "celu": row(lambda b, x, alpha: elementwise(b, "celu", x, alpha=alpha), "x=self alpha"),
    "hardtanh": row(_hard_tanh, "x=self low=min_val high=max_val"),
    "softshrink": row(_shrunk("soft_shrink"), "x=self size=lambd"),
    "hardshrink": row(_shrunk("hard_shrink"), "x=self size=lambd"),
    "threshold": row(_threshold, "x=self threshold value"),
    "rrelu": row(_randomised_leaky, "x=self lower upper training"),
    "rrelu_with_noise": row(_randomised_leaky, "x=self lower upper training"),
    "rrelu_with_noise_functional": row(first(_randomised_leaky, 1), "x=self lower upper training"),
    "prelu": row(_prelu, "x=self weight"),
    "_prelu_kernel": row(_prelu, "x=self weight"),
    "glu": row(_gated, "x=self axis=dim"),
    # identities and dropout
    **{
        name: row(_identity, "x=self")
        for name in (
            "to",
            "_to_copy",
            "type_as",
            "alias",
            "alias_copy",
            "clone",
            "contiguous",
            "lift",
            "lift_fresh",
            "lift_fresh_copy",
            "view_as_real",
            "_conj",
            "resolve_conj",
            "resolve_neg",
            "detach_copy",
        )
    },
    **{name: row(lambda b, x: b.node("detach", x), "x=self") for name in ("detach", "detach_copy")},
    "dropout": row(_dropout, _DROPOUT),
    "native_dropout": row(first(_dropout, 1), _DROPOUT),
    "feature_dropout": row(_feature_dropout, _DROPOUT),
    "alpha_dropout": row(_alpha_dropout, _DROPOUT),
    "feature_alpha_dropout": row(_alpha_dropout, _DROPOUT),
}
