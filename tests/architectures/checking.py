"""What the checker infers of a graph."""

from __future__ import annotations

from invexcheck.architectures.graph import Architecture, read_architecture
from invexcheck.limits import Budget, Limits
from invexcheck.reading import Fields
from invexproof.architectures.graph import Graph


def inferred(graph: Graph) -> Architecture:
    """The graph as the checker reads it; raises Reject."""
    limits = Limits()
    with Fields(graph.to_subject(), ("subject",), limits) as fields:
        return read_architecture(fields, limits, Budget(limits))
