"""How values scale where some parameters w are divided by t and all others multiplied by it, as t tends to 0.

A value has the form (linear, constant, order) if, in every analytic selection, it is ``l(w) / t + c + O(t^order)``
with l linear in w and c given by data, and so are its derivatives (lemma ``weights-of-terms``).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from invexcheck.architectures.graph import PARAMETER, Architecture, Node
from invexcheck.architectures.scalars import SCALARS
from invexcheck.architectures.selections import ENDLESS, EXTENDING
from invexcheck.architectures.vanishing import FACTORS, ODD


@dataclass(frozen=True, slots=True)
class Form:
    """Whether there is a term l(w) / t, whether there is a term c, and the order of the rest."""

    linear: bool
    constant: bool
    order: int


DATA = Form(False, True, ENDLESS)
ZERO = Form(False, False, ENDLESS)
Known = Form | None

LINEAR = frozenset(
    [
        *(
            "reshape",
            "transpose",
            "expand",
            "slice",
            "flip",
            "windows",
            "unfold",
            "triangle",
            "take",
            "take_along",
        ),
        *(
            "sum",
            "mean",
            "cumulative_sum",
            "average_pool",
            "adaptive_average_pool",
            "resample",
            "concatenate",
        ),
        *("add", "subtract", "negate", "where"),
    ]
)
"""Operators that are linear in their real arguments, with coefficients given by data."""
HOMOGENEOUS = frozenset(
    [
        *("relu", "leaky_relu", "absolute", "maximum", "minimum", "max", "min", "median", "sort", "top_k"),
        *("cumulative_max", "max_pool", "adaptive_max_pool"),
    ]
)
"""Operators whose selections are multiples of their argument, or of one of its entries."""


def forms(architecture: Architecture, weights: Collection[int]) -> list[Known]:
    """The form of each value, as far as it is known; `weights` are the parameters w."""
    found: list[Known] = []
    for k, line in enumerate(architecture.inputs):
        if line.role != PARAMETER:
            found.append(DATA)
        else:
            found.append(Form(True, False, ENDLESS) if k in weights else Form(False, False, 1))
    for node in architecture.nodes:
        given = [_of(a, found) for a in node.operands]
        found.append(None if None in given else _form(node, [g for g in given if g is not None]))
    return found


def _of(operand: int | str | None, found: list[Known]) -> Known:
    """Of an argument; what is left out counts as 0."""
    if isinstance(operand, int):
        return found[operand]
    return ZERO if operand in (None, "0") else DATA


def _form(node: Node, given: list[Form]) -> Known:
    if node.op in LINEAR or node.op in HOMOGENEOUS:
        moved = given[:1] if node.op in ("take", "take_along") else given[1:] if node.op == "where" else given
        return total(moved)
    if node.op == "prelu":
        scaled = product(*given)
        return None if scaled is None else total([given[0], scaled])
    if node.op == "divide":
        inverse = _smooth(given[1:], vanishing=False) if given[1].order >= 1 else None
        return None if inverse is None else product(given[0], inverse)
    if node.op == "pad":
        padded = node.attributes["mode"] == "constant" and node.attributes["value"] != 0
        return total([*given, DATA] if padded else given)
    if node.op == "square":
        return product(given[0], given[0])
    if node.op == "einsum" and len(given) == 2:
        return product(*given)
    factors = FACTORS.get(node.op, ())
    if len(factors) == 2:
        return _affine(node, given)
    if node.op == "attention":
        return _attention(given)
    return _function(node, given)


def _affine(node: Node, given: list[Form]) -> Known:
    """A product of two arguments, the first of them normalised perhaps, and a bias."""
    first: Known = given[0]
    if node.op.endswith("_norm"):
        if node.op == "batch_norm" and node.operands[3] is not None:
            return None
        first = _smooth([given[0]], vanishing=True)
        if node.operands[1] is None:
            return None if first is None else total([first, *given[2:3]])
    if first is None:
        return None
    scaled = product(first, given[1])
    return None if scaled is None else total([scaled, *given[2:3]])


def _attention(given: list[Form]) -> Known:
    """Probabilities times values; the scores are a product and a mask."""
    if given[4] not in (ZERO, DATA):
        return None  # a trained mask
    scores = product(given[0], given[1])
    probabilities = None if scores is None else _smooth([scores, given[3]], vanishing=False)
    return None if probabilities is None else product(probabilities, given[2])


def _function(node: Node, given: list[Form]) -> Known:
    """Functions that are analytic for all real arguments, selection by selection, or near their values at 0."""
    entire = node.op in ENTIRE or node.op in EXTENDING
    if not entire and not (node.op in LOCAL and all(g.order >= 1 for g in given)):
        return None
    return _smooth(given, vanishing=node.op in ODD)


def _smooth(given: list[Form], vanishing: bool) -> Known:
    """Of an analytic function; `vanishing`: every selection is 0 where all arguments are."""
    if any(g.linear for g in given):
        return None
    order = min(g.order for g in given)
    zero = vanishing and order >= 1 and not any(g.constant for g in given)
    return Form(False, not zero, order)


def total(given: list[Form]) -> Form:
    """Of a sum with coefficients given by data."""
    return Form(
        any(g.linear for g in given),
        any(g.constant for g in given),
        min((g.order for g in given), default=ENDLESS),
    )


def product(a: Form, b: Form) -> Known:
    """Of a bilinear product; None if it is of second order in w, or of negative order in t."""
    if a.linear and b.linear:
        return None
    orders = [a.order + b.order]
    orders += [b.order - 1] if a.linear else []
    orders += [a.order - 1] if b.linear else []
    orders += [b.order] if a.constant else []
    orders += [a.order] if b.constant else []
    linear = (a.linear and b.constant) or (a.constant and b.linear)
    order = min(*orders, ENDLESS)
    return Form(linear, a.constant and b.constant, order) if order >= 0 else None


ENTIRE = frozenset(
    [
        *(
            "exp",
            "expm1",
            "sin",
            "cos",
            "sinh",
            "cosh",
            "tanh",
            "sigmoid",
            "atan",
            "asinh",
            "erf",
            "erfc",
            "silu",
        ),
        *("gelu", "mish", "log_sigmoid", "tanhshrink", "softmax", "logsumexp", "variance", "squared_norm"),
    ]
)
"""Functions that are analytic for all real arguments, entry by entry or jointly."""
LOCAL = frozenset(SCALARS) - frozenset(
    ["softplus", "sign", "floor", "ceil", "round", "truncate", "hard_shrink"]
)
"""Functions that are analytic near each point of their domain, as far as the graph is."""
