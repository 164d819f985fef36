"""Losses that are polynomials of degree two in the parameters."""

from __future__ import annotations

from invexcheck.architectures.forms import LINEAR
from invexcheck.architectures.graph import Architecture, Node
from invexcheck.errors import Reject

PRODUCTS = frozenset(["multiply", "matmul", "linear", "einsum", "convolution"])
SQUARES = frozenset(["square", "squared_norm", "variance", "mean_squared_error"])


def require_quadratic(architecture: Architecture) -> None:
    """Reject unless the loss is known to be a polynomial of degree two at most, whatever the data are."""
    degrees = [int(k in architecture.trained) for k in range(len(architecture.inputs))]
    for node in architecture.nodes:
        degrees.append(_degree(node, degrees))
    if degrees[-1] > 2:
        raise Reject("the loss is not known to be a quadratic function of the parameters", "method")


def _degree(node: Node, degrees: list[int]) -> int:
    """An upper bound of the degree; Reject if it is not known to be a polynomial of degree two at most."""
    given = [degrees[a] if isinstance(a, int) else 0 for a in node.operands]
    degree = None
    if node.op in LINEAR or node.op == "pad":
        degree = max(given)
    elif node.op in SQUARES:
        degree = 2 * max(given)
    elif node.op == "divide" and given[1] == 0:
        degree = given[0]
    elif node.op in PRODUCTS:
        bias = given[2] if len(given) > 2 and node.op in ("linear", "convolution") else 0
        factors = given[:2] if node.op in ("linear", "convolution") else given
        degree = max(sum(factors), bias)
    if degree is None or degree > 2:
        raise Reject(f"{node.op} is not known to be of degree two at most", "method")
    return degree
