"""The operators of ONNX that can be read, as tables.

A row of ``OPERATORS`` is a lowering, its parameters for the operator's inputs in order (``-`` for an input that
is not used), and after a bar its parameters for attributes (``axis=axes`` where the names differ; ``opset`` is
the version).  Attributes get ONNX's defaults; every other attribute must have its default, or be in ``IGNORED`` of
:mod:`invexproof.onnx_reading`.
To add an operator: a row, and a test in ``tests/networks_import``; one that only moves entries about goes into
``REARRANGING``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from invexproof.networks import lowering_attention as attention
from invexproof.networks import lowering_elementwise as elementwise
from invexproof.networks import lowering_layers as layers
from invexproof.networks import lowering_onnx_forms as forms
from invexproof.networks import lowering_products as products
from invexproof.networks import lowering_windows as windows
from invexproof.onnx_reading import Row, row

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
    **{name: row(elementwise.function(name.lower()), "x") for name in _FUNCTIONS},
    **{
        name: row(forms.activation(text), f"x | {attributes}")
        for name, (text, attributes) in _ACTIVATIONS.items()
    },
    "Gelu": row(forms.gelu, "x | approximate"),
    "Selu": row(forms.selu, "x | alpha gamma"),
    "PRelu": row(elementwise.leaky, "x slope"),
    "Dropout": row(forms.identity, "x _ratio training"),
    "Cast": row(forms.cast, "x | to"),
    "CastLike": row(forms.cast_like, "x y"),
    # arithmetic
    "Add": row(elementwise.add, "x y"),
    "Sub": row(elementwise.subtract, "x y"),
    "Mul": row(elementwise.multiply, "x y"),
    "Div": row(elementwise.divide, "x y"),
    "Pow": row(elementwise.power, "x y"),
    "Sum": row(forms.folded(elementwise.add), "*"),
    "Mean": row(forms.average, "*"),
    "Max": row(forms.folded(elementwise.maximum), "*"),
    "Min": row(forms.folded(elementwise.minimum), "*"),
    "Clip": row(forms.clip, "x lower upper | min max"),
    # comparisons and choices
    "Less": row(elementwise.compare("lt"), "x y"),
    "LessOrEqual": row(elementwise.compare("le"), "x y"),
    "Greater": row(elementwise.compare("gt"), "x y"),
    "GreaterOrEqual": row(elementwise.compare("ge"), "x y"),
    "And": row(elementwise.compare("and"), "x y"),
    "Or": row(elementwise.compare("or"), "x y"),
    "Not": row(elementwise.negate, "x"),
    "Where": row(elementwise.choose, "condition x y"),
    # along axes
    **{
        name: row(
            forms.over_listed_axes(operation), "x axes | keep=keepdims listed=axes noop=noop_with_empty_axes"
        )
        for name, operation in _REDUCTIONS.items()
    },
    "CumSum": row(forms.cumulative_sum, "x axis"),
    "Softmax": row(forms.over_axis(attention.softmax), "x | axis opset"),
    "LogSoftmax": row(forms.over_axis(layers.log_softmax), "x | axis opset"),
    "LpNormalization": row(forms.lp_norm, "x | axis p"),
    # products
    "Gemm": row(forms.gemm, "x y offset | alpha beta left=transA right=transB"),
    "MatMul": row(products.matmul, "x y"),
    "Einsum": row(forms.einsum, "* | equation"),
    # windows
    "Conv": row(forms.convolution, _CONVOLUTION),
    "ConvTranspose": row(forms.transposed_convolution, f"{_CONVOLUTION} extra=output_padding"),
    "MaxPool": row(forms.pooling(windows.max_pool), _POOL),
    "AveragePool": row(forms.pooling(windows.average_pool), f"{_POOL} counted=count_include_pad"),
    "GlobalAveragePool": row(forms.over_space(products.mean), "x"),
    "GlobalMaxPool": row(forms.over_space(products.greatest), "x"),
    "Pad": row(forms.pad, "x pads value axes | mode listed=pads fill=value"),
    "Resize": row(
        forms.resize,
        "x - scales sizes | mode place=coordinate_transformation_mode rounding=nearest_mode axes",
    ),
    "Upsample": row(partial(forms.resize, place="asymmetric", rounding="floor"), "x scales | mode"),
    # layers
    "BatchNormalization": row(forms.batch_norm, "* | eps=epsilon training=training_mode"),
    "LayerNormalization": row(forms.layer_norm, "x weight bias | axis eps=epsilon"),
    "RMSNormalization": row(forms.rms_norm, "x weight | axis eps=epsilon"),
    "GroupNormalization": row(forms.group_norm, "x weight bias | groups=num_groups eps=epsilon"),
    "InstanceNormalization": row(layers.instance_norm, "x weight bias | eps=epsilon"),
    "Attention": row(
        forms.attention,
        "query key value mask | causal=is_causal heads=q_num_heads other_heads=kv_num_heads scale",
    ),
}
