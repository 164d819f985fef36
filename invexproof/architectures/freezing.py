"""Training problems in which some parameters are kept as they are: these become constants."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from dataclasses import replace

from invexproof.architectures.builder import Builder, Model
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.graph import Graph

MANY = 12
"""So many names stand in a message."""


def trained(names: Sequence[str], patterns: Sequence[str]) -> list[str]:
    """The names that patterns choose: those that fit one, or all if there is none, but those that fit a ``!pattern``.

    Raises ArchitectureError if a pattern fits no name.
    """
    for pattern in patterns:
        if not fnmatch.filter(names, pattern.removeprefix("!")):
            some = ", ".join(names[:MANY]) + (", ..." if len(names) > MANY else "")
            raise ArchitectureError(
                f"the pattern {pattern!r:.80} fits no parameter; the parameters are {some}"
            )
    wanted = [p for p in patterns if not p.startswith("!")] or ["*"]
    unwanted = [p[1:] for p in patterns if p.startswith("!")]
    return [
        name
        for name in names
        if any(fnmatch.fnmatchcase(name, p) for p in wanted)
        and not any(fnmatch.fnmatchcase(name, p) for p in unwanted)
    ]


def frozen(graph: Graph, patterns: Sequence[str]) -> Graph:
    """The problem in which only the parameters that patterns choose are trained.

    What depends on the others alone becomes a constant.  Raises ArchitectureError if the loss does, too.
    """
    keep = set(trained([i.name for i in graph.parameters], patterns))
    inputs = [
        replace(i, role="constant") if i.role == "parameter" and i.name not in keep else i
        for i in graph.inputs
    ]
    model = as_model(replace(graph, inputs=tuple(inputs)))
    return model.builder.finish(model.outputs["loss"])


def as_model(graph: Graph) -> Model:
    """The graph as a model whose only output is its loss."""
    b = Builder()
    values = []
    for given in graph.inputs:
        if given.role == "parameter":
            values.append(b.parameter(given.name, given.shape))
        else:
            new = b.data if given.role == "data" else b.constant
            values.append(new(given.name, given.shape, given.kind, given.low, given.high))
    for node in graph.nodes:
        values.append(b.node(node.op, *node.renumbered(values).arguments, **node.attributes))
    return Model(b, {"loss": values[-1]})
