"""A training problem as text: what is trained, what is given, under which conditions, and by which operators."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from invexcheck.architectures.graph import CONSTANT, DATA, Architecture, Input, Node
from invexcheck.architectures.operators import Condition, operator
from invexcheck.architectures.shapes import text
from invexcheck.architectures.values import REALS, Smoothness
from invexcheck.reading import digest

MAX_LINES = 60
MAX_NODES = 40
"""Of a graph whose nodes are listed; of others, operators are counted."""
MAX_ARGUMENTS = 12
"""Of a node that are listed."""

SUMS = "  or a sum, with real weights fixed in advance, of finitely many such losses (that of a data set of any size);"
KIND_TEXT = {"extended": "real or -oo"}


def describe(architecture: Architecture, sums: bool) -> str:
    """What L, p and v are, in lines; what is left out is bound by the digest of the subject.

    `sums`: the statement holds for sums of losses of mini-batches, too.
    """
    parameters = architecture.parameters
    lines = [
        "where, in exact real arithmetic,",
        f"  theta in R^p, p = {architecture.dimension}, has the entries of {len(parameters)} parameter tensor(s);",
        f"  L(theta) is the loss of a mini-batch, the last of the {len(architecture.nodes)} node(s) of the subject:",
        *_nodes(architecture),
        *([SUMS] if sums else []),
        _field(architecture),
    ]
    data = architecture.data
    for role, title in ((DATA, "the data are all"), (CONSTANT, "the constants are all")):
        free = [line for k, line in enumerate(architecture.inputs) if line.role == role and k not in data]
        lines += _listed(title, [_input(line) for line in free])
    lines += _listed("the values in the claim are those of", [_given(architecture, k) for k in sorted(data)])
    open_conditions = [c for c in architecture.conditions if not architecture.settled(c)]
    lines += _listed("provided that", [_condition(architecture, c) for c in open_conditions])
    return "\n".join(lines)


def _field(architecture: Architecture) -> str:
    if architecture.detached:
        return (
            "  v(theta) is the field that exact reverse-mode differentiation of L gives, with detached values taken "
            "for constant (finite values at breakpoints); it is not the gradient of L;"
        )
    if architecture.smoothness == Smoothness.ANALYTIC:
        return "  v(theta) is the gradient of L; L is real-analytic on R^p, as is every node;"
    return (
        "  v(theta) is the gradient of L on an open set of full measure where every node is real-analytic; elsewhere "
        "any finite values will do;"
    )


def _nodes(architecture: Architecture) -> list[str]:
    """Each node as a line, or how often each operator occurs."""
    first = len(architecture.inputs)
    if len(architecture.nodes) > MAX_NODES:
        counted = Counter(node.op for node in architecture.nodes)
        return [f"    {', '.join(f'{count} {op}' for op, count in sorted(counted.items()))};"]
    names = [line.name for line in architecture.inputs]
    return [
        f"    #{k} = {_node(node, names)} {text(architecture.values[k].shape)}"
        for k, node in enumerate(architecture.nodes, first)
    ]


def _node(node: Node, names: Sequence[str]) -> str:
    given = ["-" if a is None else a if isinstance(a, str) else _value(a, names) for a in node.operands]
    row = operator(node.op)
    given += [
        f"{name} = {_attribute(value)}"
        for name, value in node.attributes.items()
        if value != row.attributes[name].default
    ]
    if len(given) > MAX_ARGUMENTS:
        given = [*given[:MAX_ARGUMENTS], f"and {len(given) - MAX_ARGUMENTS} more"]
    return f"{node.op}({', '.join(given)})"


def _value(number: int, names: Sequence[str]) -> str:
    """A name, or the number of a node."""
    return names[number] if number < len(names) else f"#{number}"


def _attribute(value: Any) -> str:
    return text(value) if isinstance(value, tuple) else str(value)


def _listed(title: str, lines: Sequence[str]) -> list[str]:
    if not lines:
        return []
    left = len(lines) - MAX_LINES
    rest = [f"    and {left} more, which follow from the subject"] if left > 0 else []
    return [f"  {title}", *(f"    {line}" for line in lines[:MAX_LINES]), *rest]


def _input(line: Input) -> str:
    kind = KIND_TEXT.get(line.kind, line.kind)
    within = "" if line.range == REALS else f" in {line.range}"
    return f"{line.name}: {kind} {text(line.shape)}{within}"


def _given(architecture: Architecture, number: int) -> str:
    """An input whose entries are in the claim."""
    line, entries = architecture.inputs[number], architecture.data[number]
    if len(entries) <= MAX_ARGUMENTS:
        return f"{line.name}: {line.kind} {text(line.shape)} = {', '.join(map(str, entries))}"
    sha256 = digest([str(q) for q in entries])
    return f"{line.name}: {line.kind} {text(line.shape)}, the SHA-256 of the list is {sha256}"


def _condition(architecture: Architecture, condition: Condition) -> str:
    k = condition.value
    if k >= len(architecture.inputs):
        node = architecture.node(k)
        at = f"#{k} ({'' if node is None else node.op})"
        return {
            "unmasked": f"at {at}, no row of scores is masked as a whole",
            "counted": f"at {at}, some label is not ignored",
            "weighed": f"at {at}, the weights of the labels that are not ignored do not sum to 0",
        }[condition.word]
    name = architecture.inputs[k].name
    if condition.word == "indices":
        return f"every entry of {name} is from {condition.bounds[0]} to {condition.bounds[1]}"
    if condition.word == "labels":
        ignored = "" if condition.bounds[2] is None else f", or {condition.bounds[2]} (ignored)"
        return f"every entry of {name} is from {condition.bounds[0]} to {condition.bounds[1]}{ignored}"
    if condition.word == "distinct":
        return f"along axis {condition.bounds[0]}, the entries of {name} are different"
    return {
        "nonzero": f"no entry of {name} is 0",
        "positive": f"every entry of {name} is above 0",
        "nonnegative": f"every entry of {name} is at least 0",
    }[condition.word]
