"""ATen operators of one tensor, entry by entry: elementary functions, activations, identities, dropout."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from invexproof.architectures.building import split
from invexproof.architectures.pytorch.building import (
    TorchBuilder,
    add,
    axis_of,
    elementwise,
    first,
    multiply,
    real,
    shape_of,
    subtract,
    unary,
)
from invexproof.torch_programs import Row, row

B = TorchBuilder
HALF: Final = Fraction(1, 2)


# -- functions of one variable -------------------------------------------------------------------------------


def _identity(b: B, x: int) -> int:
    return x


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

_DROPOUT: Final = "x=input train p"

OPERATORS: Final[Mapping[str, Row]] = {
    **{name: row(unary(op), "x=self") for name, op in _NAMES.items()},
    "round": row(unary("round"), "x=self"),
    "positive": row(_identity, "x=self"),
    # functions of one variable
    "nan_to_num": row(_identity, "x=self"),
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
