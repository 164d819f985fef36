"""One application of each operator of graphs, with arguments of which as little is known as its domain allows."""

from __future__ import annotations

from typing import Any

from flint import fmpq

from invexcheck.architectures.scalars import SCALARS
from invexcheck.architectures.values import BOOLEAN, INTEGER, REAL, Range, Smoothness, Value

Sample = tuple[list[Any], dict[str, Any]]
Z, ONE = fmpq(0), fmpq(1)


def real(*shape: int, known: Range | None = None) -> Value:
    return Value(REAL, shape, known or Range(), trained=True)


def integer(high: int, *shape: int) -> Value:
    """Given ones; trained ones make everything discontinuous."""
    return Value(INTEGER, shape, Range(Z, fmpq(high)))


def boolean(*shape: int) -> Value:
    return Value(BOOLEAN, shape)


def discrete(*shape: int) -> Value:
    return Value(INTEGER, shape, Range(Z, ONE), trained=True, smoothness=Smoothness.DISCONTINUOUS)


POSITIVE = Range(Z, None, True)
A, B, V = real(2, 3), real(2, 3), real(3)
IMAGE = real(2, 4, 6, 6)
WINDOW = {"kernel": [2, 2], "stride": [2, 2], "padding": [0, 0]}
DILATED = {**WINDOW, "dilation": [1, 1]}
CONVOLUTION = {"stride": [1, 1], "padding": [0, 0], "dilation": [1, 1]}
AXES, AXIS = {"axes": [1]}, {"axis": 1}

SAMPLES: dict[str, Sample] = {
    **dict.fromkeys(
        ("add", "subtract", "multiply", "maximum", "minimum", "less", "less_equal", "equal"), ([A, B], {})
    ),
    **dict.fromkeys(("divide", "remainder"), ([A, real(2, 3, known=POSITIVE)], {})),
    "power": ([real(2, 3, known=POSITIVE), A], {}),
    **dict.fromkeys(("and", "or"), ([boolean(2), boolean(2)], {})),
    "not": ([boolean(2)], {}),
    "where": ([boolean(2, 3), A, B], {}),
    "cast": ([Value(BOOLEAN, (2,))], {"to": "real"}),
    "detach": ([A], {}),
    "prelu": ([A, V], {}),
    **{
        name: (
            [real(2, 3, known=function.domain({**dict.fromkeys(function.attributes), "exponent": ONE}))],
            {},
        )
        for name, function in SCALARS.items()
    },
    "reciprocal": ([real(2, 3, known=POSITIVE)], {}),
    "clamp": ([A], {"low": "0"}),
    "power_of": ([A], {"exponent": "3"}),
    "threshold": ([A], {"threshold": "1", "value": "0"}),
    "log": ([real(2, 3, known=POSITIVE)], {}),
    "reshape": ([A], {"shape": [6]}),
    "transpose": ([A], {"axes": [1, 0]}),
    "expand": ([V], {"shape": [2, 3]}),
    "slice": ([A], {"axis": 1, "start": 0, "stop": 2}),
    "concatenate": ([A, B], AXIS),
    "pad": ([A], {"before": [0, 1], "after": [0, 0]}),
    "flip": ([A], AXES),
    "take": ([A, integer(2, 5)], AXIS),
    "take_along": ([A, integer(2, 2, 5)], AXIS),
    **dict.fromkeys(("scatter", "scatter_add"), ([A, integer(2, 2, 2), real(2, 2)], AXIS)),
    "triangle": ([A], {}),
    "windows": ([A], {"axis": 1, "size": 2, "step": 1}),
    "unfold": ([IMAGE], DILATED),
    "one_hot": ([discrete(2)], {"classes": 2}),
    **dict.fromkeys(("argmax", "argmin", "argsort"), ([A], AXIS)),
    **dict.fromkeys(("top_k_indices", "top_k"), ([A], {**AXIS, "k": 2})),
    "matmul": ([A, real(3, 2)], {}),
    "linear": ([A, real(5, 3), real(5)], {}),
    "einsum": ([A, V], {"equation": "ij,j->i"}),
    "convolution": ([IMAGE, real(5, 4, 3, 3), None], CONVOLUTION),
    "transposed_convolution": ([IMAGE, real(4, 5, 3, 3), None], {**CONVOLUTION, "output_padding": [0, 0]}),
    "resample": ([IMAGE], {"size": [12, 12], "mode": "linear"}),
    **dict.fromkeys(("sum", "mean", "product", "max", "min", "norm", "logsumexp"), ([A], AXES)),
    **dict.fromkeys(("cumulative_sum", "cumulative_product", "cumulative_max"), ([A], AXIS)),
    **dict.fromkeys(("median", "sort", "softmax", "log_softmax"), ([A], AXIS)),
    "squared_norm": ([A, V], {}),
    "average_pool": ([IMAGE], WINDOW),
    **dict.fromkeys(("adaptive_average_pool", "adaptive_max_pool"), ([IMAGE], {"size": [2, 2]})),
    **dict.fromkeys(("variance", "standard_deviation"), ([A], AXES)),
    "max_pool": ([IMAGE], DILATED),
    "layer_norm": ([A, V, V], {"axes": 1, "epsilon": "1/100"}),
    "rms_norm": ([A, V], {"axes": 1, "epsilon": "1/100"}),
    "group_norm": ([IMAGE, None, None], {"groups": 2, "epsilon": "1/100"}),
    "batch_norm": ([A, V, V, None, None], {"epsilon": "1/100"}),
    "attention": ([real(5, 3), real(7, 3), real(7, 2), None, None], {}),
    **dict.fromkeys(("mean_squared_error", "absolute_error", "huber", "smooth_absolute_error"), ([A, B], {})),
    "binary_cross_entropy_with_logits": ([A, B, None, None], {}),
    "binary_cross_entropy": ([real(2, 3, known=Range(Z, ONE)), B, None], {}),
    **dict.fromkeys(("negative_log_likelihood", "cross_entropy"), ([A, integer(2, 2), None], {})),
}
"""By operator: arguments, and attributes as in a certificate."""
