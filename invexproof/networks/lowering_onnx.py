"""The operators of ONNX that can be read, as tables.

A row of ``OPERATORS`` is a lowering, its parameters for the operator's inputs in order (``-`` for an input that
is not used), and after a bar its parameters for attributes (``axis=axes`` where the names differ; ``opset`` is
the version).  Attributes get ONNX's defaults; every other attribute must have its default, or be in ``IGNORED``.
To add an operator: a row, and a test in ``tests/networks_import``; one that only moves entries about goes into
``REARRANGING``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, NamedTuple

from invexproof.networks import lowering_attention as attention
from invexproof.networks import lowering_elementwise as elementwise
from invexproof.networks import lowering_layers as layers
from invexproof.networks import lowering_onnx_forms as forms
from invexproof.networks import lowering_products as products
from invexproof.networks import lowering_windows as windows


class Row(NamedTuple):
    """A lowering, its parameters for the inputs in order, and the attribute for each of its other parameters."""

    lower: Callable[..., Any]
    inputs: tuple[str, ...]
    attributes: Mapping[str, str]
    variadic: bool = False
    """Whether the inputs, any number of them, follow the network in the making."""


def _row(lower: Callable[..., Any], arguments: str) -> Row:
    inputs, _, attributes = arguments.partition("|")
    pairs = (attribute.partition("=") for attribute in attributes.split())
    named = {parameter: name or parameter for parameter, _, name in pairs}
    return Row(lower, tuple(inputs.split()), named, inputs.strip() == "*")


IGNORED: Final = frozenset(
    [
        "kernel_shape",
        "momentum",
        "spatial",
        "stash_type",
        "storage_order",
        "saturate",
        "consumed_inputs",
        "roi",
        "seed",
    ]
)
"""Attributes that do not change the function that is computed, or repeat what the shapes say."""

REARRANGING: Final[Mapping[str, tuple[int, ...] | None]] = {
    **dict.fromkeys(("DepthToSpace", "Expand", "Flatten", "Gather", "GatherElements", "GatherND"), (0,)),
    **dict.fromkeys(("Identity", "Reshape", "Slice", "SpaceToDepth", "Split", "Squeeze", "Tile"), (0,)),
    **dict.fromkeys(("Transpose", "Trilu", "Unsqueeze"), (0,)),
    **dict.fromkeys(("ScatterElements", "ScatterND"), (0, 2)),
    "Concat": None,
}
"""Operators that move entries about, and which inputs hold the entries (None: all): they are run on numbers."""
RESHAPING: Final = frozenset(("Identity", "Reshape", "Squeeze", "Unsqueeze"))
"""Of these, those that keep the row-major order."""
OF_SHAPES: Final = frozenset(("Shape", "Size", "EyeLike"))
"""Operators that look at nothing but the shape of their input."""
RANDOM: Final = frozenset(
    (
        *("Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform"),
        "RandomUniformLike",
    )
)


# -- the table -----------------------------------------------------------------------------------------------

_FUNCTIONS: Final = (
    *("Abs", "Acosh", "Asinh", "Atan", "Atanh", "Cos", "Cosh", "Erf", "Exp", "Log", "Neg", "Reciprocal"),
    *("Sign", "Sin", "Sinh", "Sqrt", "Tan"),
)
_ACTIVATIONS: Final = {
    "Relu": ("ReLU", ""),
    "LeakyRelu": ("LeakyReLU(negative_slope={alpha})", "alpha"),
    "Elu": ("ELU(alpha={alpha})", "alpha"),
    "Celu": ("CELU(alpha={alpha})", "alpha"),
    "ThresholdedRelu": ("ThresholdedReLU(theta={alpha})", "alpha"),
    "Sigmoid": ("Sigmoid", ""),
    "HardSigmoid": ("Hardsigmoid(alpha={alpha}, beta={beta})", "alpha beta"),
    "HardSwish": ("Hardswish", ""),
    "Swish": ("SiLU(beta={alpha})", "alpha"),
    "Mish": ("Mish", ""),
    "Softplus": ("Softplus", ""),
    "Softsign": ("Softsign", ""),
    "Tanh": ("Tanh", ""),
    "Shrink": ("piecewise((x-({bias}), x>{lambd}),(x+({bias}), x<-({lambd})),(0, true))", "bias lambd"),
}
_REDUCTIONS: Final = {
    "ReduceSum": products.total,
    "ReduceMean": products.mean,
    "ReduceMax": products.greatest,
    "ReduceMin": products.least,
    "ReduceL1": forms.norm_of_order(1),
    "ReduceL2": forms.norm_of_order(2),
    "ReduceSumSquare": forms.sum_of_squares,
    "ReduceLogSum": forms.log_sum,
    "ReduceLogSumExp": layers.log_sum_exp,
}
_CONVOLUTION: Final = "x weight bias | auto=auto_pad pads strides dilations group"
_POOL: Final = "x | size=kernel_shape auto=auto_pad pads strides ceil=ceil_mode dilations"

OPERATORS: Final[Mapping[str, Row]] = {
    **{name: _row(elementwise.function(name.lower()), "x") for name in _FUNCTIONS},
    **{
        name: _row(forms.activation(text), f"x | {attributes}")
        for name, (text, attributes) in _ACTIVATIONS.items()
    },
    "Gelu": _row(forms.gelu, "x | approximate"),
    "Selu": _row(forms.selu, "x | alpha gamma"),
    "PRelu": _row(elementwise.leaky, "x slope"),
    "Dropout": _row(forms.identity, "x _ratio training"),
    "Cast": _row(forms.cast, "x | to"),
    "CastLike": _row(forms.cast_like, "x y"),
    # arithmetic
    "Add": _row(elementwise.add, "x y"),
    "Sub": _row(elementwise.subtract, "x y"),
    "Mul": _row(elementwise.multiply, "x y"),
    "Div": _row(elementwise.divide, "x y"),
    "Pow": _row(elementwise.power, "x y"),
    "Sum": _row(forms.folded(elementwise.add), "*"),
    "Mean": _row(forms.average, "*"),
    "Max": _row(forms.folded(elementwise.maximum), "*"),
    "Min": _row(forms.folded(elementwise.minimum), "*"),
    "Clip": _row(forms.clip, "x lower upper | min max"),
    # comparisons and choices
    "Less": _row(elementwise.compare("lt"), "x y"),
    "LessOrEqual": _row(elementwise.compare("le"), "x y"),
    "Greater": _row(elementwise.compare("gt"), "x y"),
    "GreaterOrEqual": _row(elementwise.compare("ge"), "x y"),
    "And": _row(elementwise.compare("and"), "x y"),
    "Or": _row(elementwise.compare("or"), "x y"),
    "Not": _row(elementwise.negate, "x"),
    "Where": _row(elementwise.choose, "condition x y"),
    # along axes
    **{
        name: _row(
            forms.over_listed_axes(operation), "x axes | keep=keepdims listed=axes noop=noop_with_empty_axes"
        )
        for name, operation in _REDUCTIONS.items()
    },
    "CumSum": _row(forms.cumulative_sum, "x axis"),
    "Softmax": _row(forms.over_axis(attention.softmax), "x | axis opset"),
    "LogSoftmax": _row(forms.over_axis(layers.log_softmax), "x | axis opset"),
    "LpNormalization": _row(forms.lp_norm, "x | axis p"),
    # products
    "Gemm": _row(forms.gemm, "x y offset | alpha beta left=transA right=transB"),
    "MatMul": _row(products.matmul, "x y"),
    "Einsum": _row(forms.einsum, "* | equation"),
    # windows
    "Conv": _row(forms.convolution, _CONVOLUTION),
    "ConvTranspose": _row(forms.transposed_convolution, f"{_CONVOLUTION} extra=output_padding"),
    "MaxPool": _row(forms.pooling(windows.max_pool), _POOL),
    "AveragePool": _row(forms.pooling(windows.average_pool), f"{_POOL} counted=count_include_pad"),
    "GlobalAveragePool": _row(forms.over_space(products.mean), "x"),
    "GlobalMaxPool": _row(forms.over_space(products.greatest), "x"),
    "Pad": _row(forms.pad, "x pads value axes | mode listed=pads fill=value"),
    "Resize": _row(
        forms.resize,
        "x - scales sizes | mode place=coordinate_transformation_mode rounding=nearest_mode axes",
    ),
    "Upsample": _row(partial(forms.resize, place="asymmetric", rounding="floor"), "x scales | mode"),
    # layers
    "BatchNormalization": _row(forms.batch_norm, "* | eps=epsilon training=training_mode"),
    "LayerNormalization": _row(forms.layer_norm, "x weight bias | axis eps=epsilon"),
    "RMSNormalization": _row(forms.rms_norm, "x weight | axis eps=epsilon"),
    "GroupNormalization": _row(forms.group_norm, "x weight bias | groups=num_groups eps=epsilon"),
    "InstanceNormalization": _row(layers.instance_norm, "x weight bias | eps=epsilon"),
    "Attention": _row(
        forms.attention,
        "query key value mask | causal=is_causal heads=q_num_heads other_heads=kv_num_heads scale",
    ),
}
