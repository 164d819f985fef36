"""Which values, and which derivatives, vanish: where certain values are 0, whatever the data and the rest."""

from __future__ import annotations

from collections.abc import Collection

from invexcheck.architectures.graph import Architecture, Node
from invexcheck.architectures.scalars import SCALARS
from invexcheck.architectures.values import Smoothness

ODD = frozenset(
    [
        *("negate", "absolute", "sign", "square", "expm1", "log1p", "relu", "tanh", "sin", "tan", "asin"),
        *("atan", "sinh", "asinh", "atanh", "erf", "softsign", "tanhshrink", "mish", "silu", "gelu", "elu"),
        *("celu", "leaky_relu", "hard_swish", "soft_shrink", "hard_shrink", "sqrt"),
    ]
)
"""Functions of one variable that are 0 at 0."""
MOVING = frozenset(
    [
        *("reshape", "transpose", "expand", "slice", "flip", "windows", "unfold", "triangle", "take"),
        *("take_along", "sum", "mean", "cumulative_sum", "average_pool", "adaptive_average_pool"),
        *("max_pool", "adaptive_max_pool", "max", "min", "median", "sort", "top_k", "cumulative_max"),
        *("resample", "detach", "concatenate", "add", "subtract", "maximum", "minimum", "product"),
        *("cumulative_product", "squared_norm", "norm", "variance", "standard_deviation"),
    ]
)
"""Operators whose result is 0 if all their arguments are (indices apart)."""
FACTORS = {
    "multiply": (0, 1),
    "matmul": (0, 1),
    "linear": (0, 1),
    "convolution": (0, 1),
    "transposed_convolution": (0, 1),
    "layer_norm": (0, 1),
    "rms_norm": (0, 1),
    "group_norm": (0, 1),
    "batch_norm": (0, 1),
    "prelu": (0,),
}
"""Operators that are a product of these arguments (of a normalisation: of the normalised one), plus a bias."""


def zeros(architecture: Architecture, given: Collection[int]) -> set[int]:
    """The values that are 0 wherever the given ones are."""
    found = set(given)
    first = len(architecture.inputs)
    for k, node in enumerate(architecture.nodes, first):
        if _is_zero(node, found):
            found.add(k)
    return found


def _is_zero(node: Node, zero: Collection[int]) -> bool:
    operands = node.operands
    if node.op in ODD:
        return operands[0] in zero
    if node.op in MOVING:
        moved = operands[:1] if node.op in ("take", "take_along") else operands
        return all(a in zero for a in moved)
    if node.op == "pad":
        return operands[0] in zero and (
            node.attributes["mode"] != "constant" or node.attributes["value"] == 0
        )
    if node.op == "einsum":
        return any(a in zero for a in operands)
    if node.op == "attention":
        return operands[2] in zero
    if node.op in FACTORS:
        bias = operands[2] if len(operands) > 2 else None
        if node.op == "batch_norm" and len(operands) > 3 and operands[3] is not None:
            return False  # a running mean is subtracted
        return any(operands[i] in zero for i in FACTORS[node.op] if i < len(operands)) and (
            bias is None or bias in zero
        )
    return False


def vanishing_gradients(architecture: Architecture) -> set[int]:
    """Parameters whose derivative of the loss tends to 0 as all parameters tend to 0, where it exists.

    Empty unless all nodes are continuous, with derivatives that are bounded near every point.
    """
    if architecture.smoothness == Smoothness.DISCONTINUOUS or not _tame(architecture):
        return set()
    alive = first_order(architecture, len(architecture.values) - 1)
    return architecture.trained - alive


def first_order(architecture: Architecture, value: int) -> set[int]:
    """The parameters whose derivative of a value is not known to tend to 0 as all parameters do."""
    parameters = architecture.trained
    zero = zeros(architecture, parameters)
    alive = {value}
    first = len(architecture.inputs)
    for k in range(value, first - 1, -1):
        if k not in alive:
            continue
        node = architecture.nodes[k - first]
        for i, a in enumerate(node.operands):
            if isinstance(a, int) and not _dies(node, i, zero):
                alive.add(a)
    return alive & parameters


def _tame(architecture: Architecture) -> bool:
    """Whether no function may be met at a point with an infinite slope."""
    for node in architecture.nodes:
        function = SCALARS.get(node.op)
        if function is None or not node.arguments:
            continue
        u = architecture.values[node.arguments[0]].range
        if function.kinked(node.attributes):
            return False
        if any(not u.above(p, True) and not u.below(p, True) for p in function.steep(node.attributes)):
            return False
    return True


def _dies(node: Node, i: int, zero: Collection[int]) -> bool:
    """Whether the derivative by argument i tends to 0 where the values in `zero` do."""
    operands = node.operands

    def vanishes(*others: int) -> bool:
        return any(j < len(operands) and operands[j] in zero for j in others)

    if node.op == "detach":
        return True
    if node.op in ("square", "squared_norm", "variance"):
        return vanishes(i)
    if node.op == "power_of":
        exponent = node.attributes["exponent"]
        return bool(exponent.q == 1 and exponent >= 2) and vanishes(i)
    if node.op == "einsum":
        return vanishes(*(j for j in range(len(operands)) if j != i))
    if node.op == "attention":
        return i != 2 and vanishes(2, *((1,) if i == 0 else (0,) if i == 1 else ()))
    if node.op == "prelu":
        return i == 1 and vanishes(0)
    if node.op in FACTORS and i in FACTORS[node.op]:
        if node.op == "batch_norm" and i == 1 and operands[3] is not None:
            return False
        return vanishes(1 - i)
    return False
