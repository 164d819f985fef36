"""Where two training problems first differ, in words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from invexproof.architectures.graph import Argument, Graph, Input, Node, postorder
from invexproof.architectures.texts import decimal
from invexproof.given_data.arrays import index

SHOWN = 60


def difference(one: Graph, other: Graph, names: tuple[str, str] = ("here", "there")) -> str:
    """What differs first on the way to the loss; "" if the two are the same problem but for names and order.

    ``names`` stand for the two in the text.
    """
    left, right = one.canonical(), other.canonical()
    if left.to_subject() == right.to_subject():
        return ""
    here, there = names
    spelt = _names(one, left), _names(other, right)
    seen: set[int] = set()
    for k, (a, b) in enumerate(zip_longest(left.nodes, right.nodes)):
        if a is None or b is None:
            longer, node = (there, b) if a is None else (here, a)
            return f"the problem {longer} goes on with node {k}, {node.op}"
        if a.op != b.op:
            return f"node {k} is {a.op} {here}, {b.op} {there}"
        for v, w in zip(a.values, b.values, strict=False):
            if v < len(spelt[0]) and w < len(spelt[1]) and v not in seen:
                seen.add(v)
                found = _of_inputs(left.inputs[v], right.inputs[w], names, (spelt[0][v], spelt[1][w]))
                if found:
                    return f"{found} (in node {k}, {a.op})"
        found = _of_nodes(a, b, spelt, names)
        if found:
            return f"node {k}, {a.op}: {found}"
    found = _of_data(left, right, spelt, names)
    if found:
        return found
    counts = [len(g.parameters) for g in (left, right)]
    return f"parameters that are not used: there are {counts[0]} tensors in all {here}, {counts[1]} {there}"


def _names(graph: Graph, canonical: Graph) -> list[str]:
    """The names of the inputs in the canonical order; those that are not used go without."""
    root = len(graph.inputs) + len(graph.nodes) - 1
    order = postorder(graph.nodes, len(graph.inputs), root)
    used = [graph.inputs[v].name for v in order if v < len(graph.inputs)]
    return used + [""] * (len(canonical.inputs) - len(used))


def _of_inputs(a: Input, b: Input, names: tuple[str, str], spelt: tuple[str, str]) -> str:
    """What differs between two inputs but for their names."""
    here, there = names
    name = _name(*spelt, there)
    rows: list[tuple[str, Any, Any]] = [
        ("is trained or given as", a.role, b.role),
        ("has entries that are", a.kind, b.kind),
        ("has the shape", list(a.shape), list(b.shape)),
        ("has the range", _range(a), _range(b)),
    ]
    for what, x, y in rows:
        if x != y:
            return f"{name} {what} {x} {here}, {y} {there}"
    return ""


def _of_data(left: Graph, right: Graph, spelt: tuple[list[str], list[str]], names: tuple[str, str]) -> str:
    """What differs between the data that are given."""
    here, there = names
    for given, first, second in zip(left.inputs, *spelt, strict=False):
        name = _name(first, second, there)
        one, other = (graph.data.get(given.name) for graph in (left, right))
        if (one is None) is not (other is None):
            has, lacks = (here, there) if other is None else (there, here)
            return f"{name} is given {has}, and stands for all data {lacks}"
        for k, (x, y) in enumerate(zip(one or (), other or (), strict=True)):
            if x != y:
                return f"{name}{index(k, given.shape)} is {_shown(decimal(x))} {here}, {_shown(decimal(y))} {there}"
    return ""


def _name(one: str, other: str, there: str) -> str:
    """The name of an input, or both."""
    return one if one == other else f"{one} ({other} {there})"


def _range(given: Input) -> str:
    low = "-oo" if given.low is None else str(given.low)
    return f"[{low}, {'oo' if given.high is None else given.high}]"


def _of_nodes(a: Node, b: Node, spelt: tuple[list[str], list[str]], names: tuple[str, str]) -> str:
    """What differs between two nodes with one operator: attributes, literals, or what they are applied to."""
    here, there = names
    for key in sorted({*a.attributes, *b.attributes}):
        x, y = (_shown(node.attributes[key]) if key in node.attributes else "left out" for node in (a, b))
        if x != y:
            return f"{key} is {x} {here}, {y} {there}"
    if len(a.arguments) != len(b.arguments):
        return f"it has {len(a.arguments)} arguments {here}, {len(b.arguments)} {there}"
    for place, pair in enumerate(zip(a.arguments, b.arguments, strict=True)):
        if _place(pair[0], spelt[0]) != _place(pair[1], spelt[1]):
            x, y = (_argument(argument, own) for argument, own in zip(pair, spelt, strict=True))
            return f"its argument {place} is {x} {here}, {y} {there}"
    return ""


def _place(argument: Argument, inputs: Sequence[str]) -> object:
    """An argument, whatever the number of inputs and their names."""
    if type(argument) is not int:
        return None if argument is None else str(argument)
    return ("input", argument) if argument < len(inputs) else ("node", argument - len(inputs))


def _argument(argument: Argument, inputs: Sequence[str]) -> str:
    """An argument in words."""
    if type(argument) is not int:
        return "left out" if argument is None else str(getattr(argument, "value", argument))
    return inputs[argument] if argument < len(inputs) else f"the value of node {argument - len(inputs)}"


def _shown(value: object) -> str:
    text = str(list(value)) if isinstance(value, tuple) else str(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
