"""The operators of PyTorch (ATen) that can be read, as tables.

A row of ``OPERATORS`` is a lowering and, for its parameters in order, the names of the operator's arguments
(``x=self`` where the two differ); every other argument must have its default, or be ignored by ``torch_programs``.
To add an operator: a row, and a test in ``tests/networks_import``; one that only moves entries about goes into
``REARRANGING``, one whose value depends on nothing but shapes into ``OF_SHAPES``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any, Final

from invexproof.activations.libraries import library_tables
from invexproof.networks import lowering_attention as attention
from invexproof.networks import lowering_elementwise as elementwise
from invexproof.networks import lowering_layers as layers
from invexproof.networks import lowering_products as products
from invexproof.networks import lowering_windows as windows
from invexproof.networks.flows import NetworkImportError, Value, number
from invexproof.networks.lowering import Lowering
from invexproof.torch_programs import Row, row, words

REARRANGING: Final = words(
    """
    alias alias_copy atleast_1d atleast_2d atleast_3d broadcast_to cat channel_shuffle chunk
    clone concat concatenate contiguous copy detach diag_embed diagonal expand flatten flip
    gather im2col index index_put index_select lift lift_fresh lift_fresh_copy movedim moveaxis mT
    narrow native_channel_shuffle numpy_T permute pixel_shuffle pixel_unshuffle ravel reflection_pad1d
    reflection_pad2d reflection_pad3d repeat repeat_interleave replication_pad1d replication_pad2d
    replication_pad3d reshape roll rot90 scatter.src select select_scatter slice slice_scatter split
    split_with_sizes squeeze stack swapaxes t take_along_dim tensor_split tile transpose tril triu
    unbind unflatten unfold unsafe_chunk unsafe_split unsqueeze upsample_nearest1d
    upsample_nearest2d upsample_nearest3d _upsample_nearest_exact1d _upsample_nearest_exact2d
    _upsample_nearest_exact3d _unsafe_index _unsafe_view view
    """
)
"""Operators that move entries about: the operator itself is run on the numbers of the entries."""
DATA_ARGUMENTS: Final = frozenset(("self", "input", "tensors", "src", "values"))
"""Of these, the arguments whose entries are moved; other tensors are indices, and must be constant."""
RESHAPING: Final = words(
    """
    alias clone contiguous detach expand flatten reshape squeeze unsqueeze unflatten _unsafe_view view
    """
)
"""Of these, those that keep the row-major order (``expand`` if it repeats nothing)."""
OF_SHAPES: Final = words(
    """
    empty_like fill full_like new_empty new_full new_ones new_zeros ones_like zeros_like
    """
)
"""Operators that look at nothing but the shape of a tensor that depends on the input."""


def _first(lower: Callable[..., Value]) -> Callable[..., tuple[Value | None, ...]]:
    """An operator that gives its value, and more that may not be used."""
    return lambda low, **arguments: (lower(low, **arguments), None, None)


def _activation(name: str) -> Row:
    """An activation with the signature of torch.nn.functional, which may name an argument only there."""
    function = library_tables().functions[name]
    arguments = [a for a in function.arguments if a not in ("x", "inplace")]

    def lower(low: Lowering, x: Value, **given: Any) -> Value:
        shown = [f"{argument}={_text(value)}" for argument, value in given.items()]
        return elementwise.activation(low, x, f"{name}({', '.join(['x', *shown])})")

    return Row(lower, {"x": "self", **{argument: argument for argument in arguments}})


def _text(value: Any) -> str:
    return str(value) if isinstance(value, bool | str) else str(number(value))


# -- adaptations ---------------------------------------------------------------------------------------------


def _identity(low: Lowering, x: Value, train: bool = False, p: float = 0.0) -> Value:
    if train and p:
        raise NetworkImportError("in training it draws random numbers; put the module into evaluation mode")
    return x


def _pad(low: Lowering, x: Value, pad: Sequence[int], mode: str = "constant", value: Any = None) -> Value:
    """F.pad: pairs (before, after), the last axis first."""
    widths = [(int(p), int(q)) for p, q in zip(pad[::2], pad[1::2], strict=True)]
    outer = [(0, 0)] * (len(x.shape) - len(widths))
    return windows.padded(low, x, [*outer, *reversed(widths)], _PAD_MODES[mode], value or 0)


_PAD_MODES: Final = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def _batch_norm(low: Lowering, *arguments: Any, training: bool = False, **named: Any) -> Value:
    if training:
        raise NetworkImportError(
            "in training it depends on the whole batch; put the module into evaluation mode"
        )
    return layers.batch_norm(low, *arguments, **named)


def _batch_statistics(low: Lowering, x: Value, training: bool = True, **named: Any) -> Value:
    """Batch normalisation without stored statistics: of a single example, that is of each channel alone."""
    if x.shape[0] != 1:
        raise NetworkImportError("batch normalisation without stored statistics depends on the whole batch")
    return layers.instance_norm(low, x, **named)


def _variance(low: Lowering, x: Value, unbiased: bool = True, correction: Any = None, **named: Any) -> Value:
    return layers.variance(low, x, correction=int(unbiased) if correction is None else correction, **named)


def _deviation(low: Lowering, x: Value, **named: Any) -> Value:
    return elementwise.function("sqrt")(low, _variance(low, x, **named))


def _upsample(
    low: Lowering,
    x: Value,
    size: Sequence[int] | None,
    align: bool = False,
    factors: Sequence[float] | None = None,
) -> Value:
    """Linear interpolation of the axes after the second."""
    lengths = x.shape[2:]
    if size is None:
        steps = [1 / number(f) for f in factors or ()]
        counts = [int(n / step) for n, step in zip(lengths, steps, strict=True)]
    else:
        counts = [int(o) for o in size]
        steps = [Fraction(n, o) for n, o in zip(lengths, counts, strict=True)]
    place = "align_corners" if align else "half_pixel"
    return windows.resized(low, x, counts, steps, [Fraction(o) for o in counts], place)


def _with_product(
    operation: Callable[[Lowering, Any, Any], Value],
) -> Callable[[Lowering, Any, Any, Any, Any], Value]:
    """self + value * (tensor1 operation tensor2)."""

    def lower(low: Lowering, x: Any, y: Any, z: Any, value: Any = 1) -> Value:
        return elementwise.add(low, x, operation(low, y, z), value)

    return lower


def _between(low: Lowering, x: Value, y: Value, weight: Any) -> Value:
    return elementwise.add(low, x, elementwise.multiply(low, weight, elementwise.subtract(low, y, x)))


def _einsum(low: Lowering, equation: str, tensors: Sequence[Value]) -> Value:
    return products.einsum(low, equation, *tensors)


# -- the table -----------------------------------------------------------------------------------------------

_FUNCTIONS: Final = frozenset(elementwise.FORMULAS) - {"identity"}
_ACTIVATIONS: Final = (
    *("relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "mish", "softplus", "softshrink"),
    *("hardshrink", "tanhshrink", "softsign", "hardtanh", "hardsigmoid", "hardswish", "threshold", "rrelu"),
    *("sigmoid", "tanh"),
)
_ARITHMETIC: Final = "x=self y=other alpha"
_OVER_AXES: Final = "x=self axes=dim keep=keepdim"
_CONVOLUTION: Final = "x=input weight bias stride padding dilation groups"
_TRANSPOSED: Final = "x=input weight bias stride padding output_padding groups dilation"
_BATCH_NORM: Final = "x=input mean=running_mean variance=running_var weight bias eps training"
_LAYER_NORM: Final = "x=input shape=normalized_shape weight bias eps"
_MAX_POOL: Final = "x=self kernel=kernel_size stride padding dilation ceil=ceil_mode"
_AVERAGE_POOL: Final = (
    "x=self kernel=kernel_size stride padding ceil=ceil_mode count_padding=count_include_pad "
    "divisor=divisor_override"
)
_SIZE: Final = "x=self size=output_size"
_UPSAMPLE: Final = "x=input size=output_size align=align_corners factors=scale_factors"


def _per_dimension(
    name: str, lower: Callable[..., Any], arguments: str, dimensions: Sequence[int] = (1, 2, 3)
) -> dict[str, Row]:
    return {name.format(d): row(partial(lower, dimensions=d), arguments) for d in dimensions}


OPERATORS: Final[Mapping[str, Row]] = {
    **{name: row(elementwise.function(name), "x=self") for name in _FUNCTIONS},
    **{name: _activation(f"torch.nn.functional.{name}") for name in _ACTIVATIONS},
    "log_sigmoid": _activation("torch.nn.functional.logsigmoid"),
    "prelu": row(elementwise.prelu, "x=self weight"),
    "glu": row(layers.gated, "x=self axis=dim"),
    # identities
    "to": row(_identity, "x=self"),
    "_to_copy": row(_identity, "x=self"),
    "dropout": row(_identity, "x=input train p"),
    "feature_dropout": row(_identity, "x=input train p"),
    "alpha_dropout": row(_identity, "x=input train p"),
    "feature_alpha_dropout": row(_identity, "x=input train p"),
    "native_dropout": row(_first(_identity), "x=input train p"),
    # arithmetic
    "add": row(elementwise.add, _ARITHMETIC),
    "sub": row(elementwise.subtract, _ARITHMETIC),
    "subtract": row(elementwise.subtract, _ARITHMETIC),
    "rsub": row(elementwise.reverse_subtract, _ARITHMETIC),
    "mul": row(elementwise.multiply, "x=self y=other"),
    "multiply": row(elementwise.multiply, "x=self y=other"),
    "div": row(elementwise.divide, "x=self y=other"),
    "divide": row(elementwise.divide, "x=self y=other"),
    "true_divide": row(elementwise.divide, "x=self y=other"),
    "pow": row(elementwise.power, "x=self y=exponent"),
    "addcmul": row(_with_product(elementwise.multiply), "x=self y=tensor1 z=tensor2 value"),
    "addcdiv": row(_with_product(elementwise.divide), "x=self y=tensor1 z=tensor2 value"),
    "lerp": row(_between, "x=self y=end weight"),
    "maximum": row(elementwise.maximum, "x=self y=other"),
    "minimum": row(elementwise.minimum, "x=self y=other"),
    "max.other": row(elementwise.maximum, "x=self y=other"),
    "min.other": row(elementwise.minimum, "x=self y=other"),
    "clamp": row(elementwise.clamp, "x=self lower=min upper=max"),
    "clip": row(elementwise.clamp, "x=self lower=min upper=max"),
    "clamp_min": row(elementwise.clamp, "x=self lower=min"),
    "clamp_max": row(elementwise.clamp, "x=self upper=max"),
    # comparisons and choices
    **{name: row(elementwise.compare(name), "x=self y=other") for name in ("lt", "le", "gt", "ge")},
    **{f"{how}_and": row(elementwise.compare("and"), "x=self y=other") for how in ("logical", "bitwise")},
    **{f"{how}_or": row(elementwise.compare("or"), "x=self y=other") for how in ("logical", "bitwise")},
    **{f"{how}_not": row(elementwise.negate, "x=self") for how in ("logical", "bitwise")},
    "__and__": row(elementwise.compare("and"), "x=self y=other"),
    "__or__": row(elementwise.compare("or"), "x=self y=other"),
    "where": row(elementwise.choose, "condition x=self y=other"),
    "masked_fill": row(elementwise.masked, "x=self mask value"),
    # along axes
    "sum": row(products.total, _OVER_AXES),
    "mean": row(products.mean, _OVER_AXES),
    "amax": row(products.greatest, _OVER_AXES),
    "amin": row(products.least, _OVER_AXES),
    "max": row(products.greatest, "x=self"),
    "min": row(products.least, "x=self"),
    "max.dim": row(_first(products.greatest), _OVER_AXES),
    "min.dim": row(_first(products.least), _OVER_AXES),
    "cumsum": row(products.cumulative_sum, "x=self axis=dim"),
    "var": row(_variance, f"{_OVER_AXES} unbiased correction"),
    "std": row(_deviation, f"{_OVER_AXES} unbiased correction"),
    "norm": row(layers.norm, f"{_OVER_AXES} p"),
    "frobenius_norm": row(layers.norm, _OVER_AXES),
    "linalg_vector_norm": row(layers.norm, f"{_OVER_AXES} p=ord"),
    "logsumexp": row(layers.log_sum_exp, _OVER_AXES),
    "softmax": row(attention.softmax, "x=self axis=dim"),
    "_softmax": row(attention.softmax, "x=self axis=dim"),
    "_safe_softmax": row(attention.softmax, "x=self axis=dim"),
    "log_softmax": row(layers.log_softmax, "x=self axis=dim"),
    "_log_softmax": row(layers.log_softmax, "x=self axis=dim"),
    # products
    "linear": row(products.linear, "x=input weight bias"),
    "matmul": row(products.matmul, "x=self y=other"),
    "mm": row(products.matmul, "x=self y=mat2"),
    "bmm": row(products.matmul, "x=self y=mat2"),
    "mv": row(products.matmul, "x=self y=vec"),
    "dot": row(products.matmul, "x=self y=tensor"),
    "addmm": row(products.affine_product, "offset=self x=mat1 y=mat2 beta alpha"),
    "addmv": row(products.affine_product, "offset=self x=mat y=vec beta alpha"),
    "baddbmm": row(products.affine_product, "offset=self x=batch1 y=batch2 beta alpha"),
    "einsum": row(_einsum, "equation tensors"),
    # windows
    **{f"conv{d}d": row(windows.convolution, _CONVOLUTION) for d in (1, 2, 3)},
    **{f"conv_transpose{d}d": row(windows.transposed_convolution, _TRANSPOSED) for d in (1, 2, 3)},
    "convolution": row(windows.any_convolution, f"{_CONVOLUTION} transposed output_padding"),
    **_per_dimension("max_pool{}d", windows.max_pool, _MAX_POOL),
    **_per_dimension("max_pool{}d_with_indices", _first(windows.max_pool), _MAX_POOL),
    **_per_dimension("avg_pool{}d", windows.average_pool, _AVERAGE_POOL),
    **_per_dimension("adaptive_avg_pool{}d", windows.adaptive_average_pool, _SIZE),
    **_per_dimension("_adaptive_avg_pool{}d", windows.adaptive_average_pool, _SIZE, (2, 3)),
    **_per_dimension("adaptive_max_pool{}d", _first(windows.adaptive_max_pool), _SIZE),
    "pad": row(_pad, "x=self pad mode value"),
    "constant_pad_nd": row(_pad, "x=self pad value"),
    "upsample_linear1d.vec": row(_upsample, _UPSAMPLE),
    "upsample_bilinear2d.vec": row(_upsample, _UPSAMPLE),
    "upsample_trilinear3d.vec": row(_upsample, _UPSAMPLE),
    # layers
    "batch_norm": row(_batch_norm, _BATCH_NORM),
    "_native_batch_norm_legit_no_training": row(_first(_batch_norm), _BATCH_NORM),
    "_native_batch_norm_legit.no_stats": row(_first(_batch_statistics), "x=input weight bias eps training"),
    "layer_norm": row(layers.layer_norm, _LAYER_NORM),
    "native_layer_norm": row(_first(layers.layer_norm), _LAYER_NORM),
    "rms_norm": row(layers.rms_norm, "x=input shape=normalized_shape weight eps"),
    "group_norm": row(layers.group_norm, "x=input groups=num_groups weight bias eps"),
    "native_group_norm": row(_first(layers.group_norm), "x=input groups=group weight bias eps"),
    "instance_norm": row(
        layers.instance_norm,
        "x=input weight bias mean=running_mean variance=running_var use_input_stats eps",
    ),
    "scaled_dot_product_attention": row(
        attention.attention, "query key value mask=attn_mask causal=is_causal scale grouped=enable_gqa"
    ),
}
