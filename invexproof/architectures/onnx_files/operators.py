"""The operators of ONNX that can be read where they depend on parameters, as tables.

A row of ``OPERATORS`` is a lowering, its parameters for the operator's inputs in order, and after a bar its parameters
for attributes (``axis=axes`` where the names differ).  An input is a real value of the builder unless a sort follows
its name: ``integer`` and ``boolean`` values, ``any`` kind, an ``operand`` that becomes a literal if all its entries are
one number, an ``addend`` that is left out if it is 0, a ``known`` array, or the ``value`` itself; ``-`` is an input
that is not used, and ``*`` any number of them.  Of the words after the bar, ``opset`` is the version, ``outputs`` the
number of outputs, ``wanted`` the number of those with a name, and ``inferred`` the element type and shape of the first
by ONNX's own inference; attributes get ONNX's defaults, and every other attribute must have its default or be in
``IGNORED``.

To add an operator: a row, and a test in ``tests/architectures/test_from_onnx.py``.  Nothing is needed for operators
whose inputs do not depend on parameters, nor for those that ONNX itself defines by others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from invexproof import onnx_reading
from invexproof.architectures.onnx_files import forms, layers, losses, matrices, recurrent, shapes, windows
from invexproof.architectures.onnx_files.shapes import SEQUENCES
from invexproof.onnx_reading import Row, row

__all__ = ["HOW_TO_ADD", "IGNORED", "OF_SHAPES", "OPERATORS", "SEQUENCES"]

HOW_TO_ADD: Final = "add a row to invexproof/architectures/onnx_files/operators.py; its head says how"
IGNORED: Final = onnx_reading.IGNORED | {
    *("training_mode", "sorted", "softmax_precision", "qk_matmul_output_mode", "round_mode", "precision"),
    *("extrapolation_value", "detect_negative", "detect_positive", "output_dtype", "fuse", "is_test"),
}
"""Attributes that do not change what is read of an operator."""
OF_SHAPES: Final = frozenset(("Shape", "Size", "EyeLike", "RandomNormalLike", "RandomUniformLike"))
"""Operators that look at nothing but the shape of their input."""

_FUNCTIONS: Final = {
    **{
        name: name.lower()
        for name in ("Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "Ceil", "Cos", "Cosh")
    },
    **{name: name.lower() for name in ("Erf", "Exp", "Floor", "Log", "Mish", "Reciprocal", "Relu", "Round")},
    **{name: name.lower() for name in ("Sigmoid", "Sign", "Sin", "Sinh", "Softsign", "Sqrt", "Tan", "Tanh")},
    "Abs": "absolute",
    "HardSwish": "hard_swish",
    "Neg": "negate",
}
_REDUCTIONS: Final = {
    "ReduceSum": forms.reduction("sum"),
    "ReduceMean": forms.reduction("mean"),
    "ReduceProd": forms.reduction("product"),
    "ReduceMax": forms.reduction("max"),
    "ReduceMin": forms.reduction("min"),
    "ReduceL1": forms.reduction("sum", "absolute"),
    "ReduceL2": forms.norm,
    "ReduceSumSquare": forms.reduction("sum", "square"),
    "ReduceLogSum": forms.reduction("sum", after="log"),
    "ReduceLogSumExp": forms.reduction("logsumexp"),
}
_AXES: Final = "x axes:known | keep=keepdims listed=axes noop=noop_with_empty_axes"
_CONVOLUTION: Final = "x weight bias:addend | auto=auto_pad pads strides dilations group"
_POOL: Final = "x | size=kernel_shape auto=auto_pad pads strides ceil=ceil_mode dilations"
_RECURRENT: Final = "x w r bias lengths:value h:value"
_CELL: Final = "hidden=hidden_size direction functions=activations layout clip"

OPERATORS: Final[Mapping[str, Row]] = {
    # functions of one variable
    **{name: row(forms.scalar_function(op), "x") for name, op in _FUNCTIONS.items()},
    "Celu": row(forms.scalar_function("celu"), "x | alpha"),
    "Elu": row(forms.scalar_function("elu"), "x | alpha"),
    "Gelu": row(forms.gelu, "x | approximate"),
    "HardSigmoid": row(forms.hard_sigmoid, "x | alpha beta"),
    "LeakyRelu": row(forms.scalar_function("leaky_relu"), "x | slope=alpha"),
    "PRelu": row(forms.prelu, "x slope"),
    "Selu": row(forms.selu, "x | alpha gamma"),
    "Shrink": row(forms.shrink, "x | bias lambd"),
    "Softplus": row(forms.scalar_function("softplus", threshold=None), "x"),
    "Swish": row(forms.swish, "x | alpha"),
    "ThresholdedRelu": row(forms.scalar_function("threshold", value=0), "x | threshold=alpha"),
    "Clip": row(forms.clip, "x lower:value upper:value | low=min high=max"),
    "Cast": row(forms.cast, "x:any | to"),
    "CastLike": row(forms.cast_like, "x:any like:value"),
    "IsInf": row(forms.never, "x"),
    "IsNaN": row(forms.never, "x"),
    # arithmetic, comparisons and choices
    "Add": row(forms.binary("add"), "x:operand y:operand"),
    "Sub": row(forms.binary("subtract"), "x:operand y:operand"),
    "Mul": row(forms.binary("multiply"), "x:operand y:operand"),
    "Div": row(forms.divide, "x:operand y:operand | inferred"),
    "Mod": row(forms.modulo, "x:operand y:operand | fmod"),
    "Pow": row(forms.power, "x:operand y:operand"),
    "Sum": row(forms.folded("add"), "operand*"),
    "Mean": row(forms.folded("add", mean=True), "operand*"),
    "Max": row(forms.folded("maximum"), "operand*"),
    "Min": row(forms.folded("minimum"), "operand*"),
    "Less": row(forms.binary("less"), "x:operand y:operand"),
    "LessOrEqual": row(forms.binary("less_equal"), "x:operand y:operand"),
    "Greater": row(forms.binary("less", swapped=True), "x:operand y:operand"),
    "GreaterOrEqual": row(forms.binary("less_equal", swapped=True), "x:operand y:operand"),
    "Equal": row(forms.binary("equal"), "x:operand y:operand"),
    "And": row(forms.logical("and"), "boolean*"),
    "Or": row(forms.logical("or"), "boolean*"),
    "Xor": row(forms.exclusive_or, "x:boolean y:boolean"),
    "Not": row(forms.logical("not"), "boolean*"),
    "Where": row(forms.where, "condition:value x:value y:value"),
    # along axes
    **{name: row(forms.over_listed_axes(operation), _AXES) for name, operation in _REDUCTIONS.items()},
    "ArgMax": row(forms.chosen_place("argmax"), "x | axis keep=keepdims last=select_last_index"),
    "ArgMin": row(forms.chosen_place("argmin"), "x | axis keep=keepdims last=select_last_index"),
    "CumSum": row(forms.cumulative("cumulative_sum"), "x axis:known | exclusive reverse"),
    "CumProd": row(forms.cumulative("cumulative_product"), "x axis:known | exclusive reverse"),
    "Hardmax": row(forms.over_axis(forms.hard_max), "x | axis opset"),
    "LogSoftmax": row(forms.over_axis(forms.along("log_softmax")), "x | axis opset"),
    "LpNormalization": row(forms.lp_norm, "x | axis p"),
    "Softmax": row(forms.over_axis(forms.along("softmax")), "x | axis opset"),
    "TopK": row(forms.top_k, "x k:known | axis largest listed=k wanted"),
    # products
    "Einsum": row(forms.einsum, "real* | equation"),
    "Gemm": row(forms.gemm, "x y offset | alpha beta left=transA right=transB"),
    "MatMul": row(forms.matmul, "x y"),
    # entries moved about
    "CenterCropPad": row(shapes.centred, "x:any size:known | axes"),
    "Compress": row(shapes.compressed, "x:any condition:known | axis"),
    "Concat": row(shapes.concatenated, "value* | axis"),
    "DepthToSpace": row(shapes.depth_to_space, "x:any | blocksize mode"),
    "Expand": row(shapes.expanded, "x:any shape:known"),
    "Flatten": row(shapes.flattened, "x:any | axis"),
    "Gather": row(shapes.gather, "x:any indices:value | axis"),
    "GatherElements": row(shapes.gather_elements, "x:any indices:value | axis"),
    "GatherND": row(shapes.gather_nd, "x:any indices:value | batch=batch_dims"),
    "Identity": row(shapes.identity, "x:any"),
    "OptionalGetElement": row(shapes.identity, "x:any"),
    "OneHot": row(shapes.one_hot, "indices:integer depth:known values:value | axis"),
    "Reshape": row(shapes.reshaped, "x:any shape:known | allowzero"),
    "ReverseSequence": row(shapes.reversed_sequences, "x:any lengths:known | batch_axis time_axis"),
    "Scatter": row(shapes.scatter_elements, "x indices:value updates | axis"),
    "ScatterElements": row(shapes.scatter_elements, "x indices:value updates | axis reduction"),
    "ScatterND": row(shapes.scatter_nd, "x indices:value updates | reduction"),
    "Slice": row(
        shapes.sliced,
        "x:any starts:known ends:known axes:known steps:known | first=starts last=ends places=axes",
    ),
    "SpaceToDepth": row(shapes.space_to_depth, "x:any | blocksize mode"),
    "Split": row(shapes.split, "x:any sizes:known | axis outputs listed=split parts=num_outputs"),
    "Squeeze": row(shapes.squeezed, "x:any axes:known | listed=axes"),
    "Tile": row(shapes.tiled, "x:any repeats:known"),
    "Transpose": row(shapes.transposed, "x:any | perm"),
    "Trilu": row(shapes.triangle, "x diagonal:known | upper"),
    "Unsqueeze": row(shapes.unsqueezed, "x:any axes:known | listed=axes"),
    # windows
    "AveragePool": row(windows.average_pool, f"{_POOL} counted=count_include_pad"),
    "Col2Im": row(windows.columns_to_image, "x image:known block:known | dilations pads strides"),
    "Conv": row(windows.convolution, _CONVOLUTION),
    "ConvTranspose": row(
        windows.transposed_convolution, f"{_CONVOLUTION} extra=output_padding size=output_shape"
    ),
    "DFT": row(matrices.fourier, "x length:known axis:known | place=axis inverse onesided"),
    "GlobalAveragePool": row(forms.over_space(forms.reduction("mean")), "x"),
    "GlobalLpPool": row(windows.lp_pool, "x | p"),
    "GlobalMaxPool": row(forms.over_space(forms.reduction("max")), "x"),
    "GridSample": row(matrices.grid_sample, "x grid:value | mode padding_mode align_corners"),
    "LRN": row(windows.local_response, "x | alpha beta bias size"),
    "LpPool": row(windows.lp_pool, f"{_POOL} p"),
    "MaxPool": row(windows.max_pool, _POOL),
    "Pad": row(windows.padded, "x pads:known value:known axes:known | mode listed=pads fill=value"),
    "Resize": row(
        matrices.resized,
        "x - scales:value sizes:value | inferred mode place=coordinate_transformation_mode axes antialias "
        "rounding=nearest_mode cubic=cubic_coeff_a outside=exclude_outside policy=keep_aspect_ratio_policy",
    ),
    "Upsample": row(matrices.resized, "x scales:value | inferred mode factors=scales"),
    # layers and losses
    "Attention": row(
        layers.attention,
        "query key value mask:value past_key past_value lengths:value | causal=is_causal heads=q_num_heads "
        "other_heads=kv_num_heads scale softcap before=left_window_size after=right_window_size",
    ),
    "BatchNormalization": row(
        layers.batch_norm, "x weight bias mean:value variance:value | eps=epsilon training=training_mode"
    ),
    "Dropout": row(layers.dropout, "x ratio:value _training:value | rate=ratio"),
    "GroupNormalization": row(layers.group_norm, "x weight bias | groups=num_groups eps=epsilon"),
    "InstanceNormalization": row(layers.instance_norm, "x weight bias | eps=epsilon"),
    "LayerNormalization": row(layers.layer_norm, "x weight bias | axis eps=epsilon wanted"),
    "RMSNormalization": row(layers.rms_norm, "x weight | axis eps=epsilon"),
    "NegativeLogLikelihoodLoss": row(
        losses.likelihood, "logarithms labels:value weight | reduction ignore=ignore_index"
    ),
    "SoftmaxCrossEntropyLoss": row(
        losses.cross_entropy, "scores labels:value weight | reduction ignore=ignore_index wanted"
    ),
    "GRU": row(recurrent.recurrent("GRU"), f"{_RECURRENT} | {_CELL} reset_after=linear_before_reset"),
    "LSTM": row(
        recurrent.recurrent("LSTM"), f"{_RECURRENT} c:value peepholes | {_CELL} coupled=input_forget"
    ),
    "RNN": row(recurrent.recurrent("RNN"), f"{_RECURRENT} | {_CELL}"),
    # of quantisation
    "DequantizeLinear": row(layers.dequantized, "x scale zero | axis block=block_size"),
    "QuantizeLinear": row(layers.quantized, "x scale zero:value | axis block=block_size inferred"),
    # of other domains
    "com.microsoft.BiasGelu": row(layers.biased_gelu(False), "x bias"),
    "com.microsoft.FastGelu": row(layers.biased_gelu(True), "x bias"),
    "com.microsoft.FusedMatMul": row(layers.fused_matmul, "x y | alpha left=transA right=transB"),
    "com.microsoft.Gelu": row(forms.gelu, "x"),
    "com.microsoft.QuickGelu": row(forms.swish, "x | alpha"),
    "com.microsoft.SkipLayerNormalization": row(
        layers.skip_layer_norm, "x skip weight beta bias | eps=epsilon"
    ),
    "com.microsoft.SkipSimplifiedLayerNormalization": row(
        layers.skip_rms_norm, "x skip weight bias | eps=epsilon"
    ),
    "SimplifiedLayerNormalization": row(layers.rms_norm, "x weight | axis eps=epsilon"),
}
