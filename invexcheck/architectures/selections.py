"""Analytic selections of a piecewise analytic loss: each node by one of its pieces, for all parameters.

A loss that is made of pieces which extend to analytic functions on all of R^p agrees, near almost every point, with one
of finitely many such selections. What is shown of every selection at theta = 0 therefore counts almost everywhere.
"""

from __future__ import annotations

from dataclasses import replace

from invexcheck.architectures.graph import PARAMETER, Architecture, Node
from invexcheck.architectures.operators import Call, combined, operator, read_literal
from invexcheck.architectures.values import REALS, Smoothness, Value
from invexcheck.architectures.vanishing import FACTORS, zeros
from invexcheck.errors import Reject
from invexcheck.limits import Limits

EXTENDING = frozenset(
    [
        *(
            "relu",
            "leaky_relu",
            "absolute",
            "hard_tanh",
            "clamp",
            "hard_sigmoid",
            "hard_swish",
            "elu",
            "celu",
        ),
        *("prelu", "maximum", "minimum", "max", "min", "median", "sort", "top_k", "cumulative_max"),
        *("max_pool", "adaptive_max_pool", "huber", "smooth_absolute_error", "absolute_error"),
    ]
)
"""Operators with kinks whose pieces are functions that are analytic for all real arguments."""


def extends(architecture: Architecture) -> bool:
    """Whether every selection is defined and analytic on all of R^p.

    A range that rests on a kink (relu(x) >= 0) is not one of its selections, so it is not used.
    """
    if architecture.smoothness == Smoothness.ANALYTIC:
        return True
    if architecture.smoothness == Smoothness.DISCONTINUOUS:
        return False
    values = list(architecture.values[: len(architecture.inputs)])
    try:
        for node in architecture.nodes:
            values.append(_selected(node, values))
    except Reject:
        return False
    return True


def _selected(node: Node, values: list[Value]) -> Value:
    """What is known of a node in every selection."""
    given = [
        values[a] if isinstance(a, int) else None if a is None else read_literal(a, Limits(), ())
        for a in node.operands
    ]
    numbers = tuple(a if isinstance(a, int) else None for a in node.operands)
    call = Call(tuple(given), numbers, node.attributes)
    found = operator(node.op).infer(call)
    if found.smoothness != Smoothness.ANALYTIC:
        if node.op not in EXTENDING:
            raise Reject("its pieces do not extend")
        found = replace(found, range=REALS, smoothness=Smoothness.ANALYTIC)
    return combined(call, found)


ENDLESS = 1 << 30
"""The order of what is 0, and the largest one that is told apart."""


def order_at_zero(architecture: Architecture) -> int:
    """A number k such that every selection of the loss is its value at 0 plus O(|theta|^k).

    It says so of selections that are analytic near 0.
    """
    zero = zeros(architecture, architecture.trained)
    orders = [1 if line.role == PARAMETER else ENDLESS for line in architecture.inputs]
    for node in architecture.nodes:
        orders.append(min(_order(node, orders, zero), ENDLESS))
    return orders[-1]


def _order(node: Node, orders: list[int], zero: set[int]) -> int:
    operands = node.operands

    def order(i: int) -> int:
        a = operands[i] if i < len(operands) else None
        return orders[a] if isinstance(a, int) else ENDLESS

    def product(i: int, j: int) -> int:
        """Of a b - a0 b0 = a0 (b - b0) + (a - a0) b0 + (a - a0) (b - b0)."""
        terms = [order(i) + order(j)]
        terms += [] if operands[i] in zero else [order(j)]
        terms += [] if operands[j] in zero else [order(i)]
        return min(terms)

    if node.op in ("square", "squared_norm", "variance"):
        return min(product(i, i) for i in range(len(operands)))
    if node.op == "attention":
        scores = min(product(0, 1), order(3), order(4))
        return min(scores + order(2), order(2), ENDLESS if operands[2] in zero else scores)
    factors = FACTORS.get(node.op, ())
    if len(factors) == 2 and operands[1] is not None:
        if node.op == "batch_norm" and operands[3] is not None:
            return min(map(order, range(len(operands))))
        return min(product(*factors), order(2))
    return min(map(order, range(len(operands))))
