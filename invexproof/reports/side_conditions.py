"""Why every node of a graph is defined, whatever the parameters are; and what the data must satisfy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from flint import fmpq

from invexcheck.architectures.graph import Architecture, Node
from invexcheck.architectures.operators import Condition
from invexcheck.architectures.values import BOOLEAN, EXTENDED, INTEGER
from invexproof.reports.operator_words import WORDS
from invexproof.reports.training_view import View, range_text

Choose = Callable[[View, int], str]
"""Which variant of an operator's text a node needs; empty if nothing can go wrong."""


@dataclass(frozen=True)
class Reason:
    """Why the nodes of an operator are defined."""

    op: str
    text: str
    nodes: tuple[int, ...]


def _demanding(i: int, *words: str) -> Choose:
    """By what is known of argument i, or by a condition on the data."""

    def choose(view: View, number: int) -> str:
        return "data" if any(view.asks(number, i, word) for word in words) else "range"

    return choose


def _where(view: View, number: int) -> str:
    node = view.node(number)
    values = [view.operand(node, i) for i in (1, 2)]
    return "masked" if any(value is not None and value.kind == EXTENDED for value in values) else ""


def _power_of(view: View, number: int) -> str:
    exponent: fmpq = view.node(number).attributes["exponent"]
    return "range" if exponent < 0 or exponent.q != 1 else ""


def _average_pool(view: View, number: int) -> str:
    return "" if view.node(number).attributes["include_padding"] else "windows"


def _batch_norm(view: View, number: int) -> str:
    if view.node(number).operands[4] is None:
        return "batch"
    return _demanding(4, "positive", "nonnegative")(view, number)


def _masked(*arguments: int) -> Choose:
    def choose(view: View, number: int) -> str:
        node = view.node(number)
        values = [view.operand(node, i) for i in arguments]
        masked = any(value is not None and value.kind in (EXTENDED, BOOLEAN) for value in values)
        return "masked" if masked else "real"

    return choose


CHOOSE: Final[Mapping[str, Choose]] = {
    "divide": _demanding(1, "nonzero"),
    "power": _demanding(0, "positive"),
    "remainder": _demanding(1, "nonzero"),
    "where": _where,
    "power_of": _power_of,
    **dict.fromkeys(("take", "take_along", "scatter", "scatter_add"), _demanding(1, "indices")),
    "one_hot": _demanding(0, "indices"),
    "average_pool": _average_pool,
    "batch_norm": _batch_norm,
    **dict.fromkeys(("softmax", "logsumexp"), _masked(0)),
    "attention": _masked(3),
}
"""For operators with several texts, how to choose among them."""


def side_condition(view: View, number: int) -> str:
    """Why one node is defined; empty if its operator always is."""
    node = view.node(number)
    texts = WORDS[node.op].side
    if texts is None:
        return ""
    variant = CHOOSE[node.op](view, number) if node.op in CHOOSE else "text"
    return texts[variant].format_map(_facts(view, number, node)) if variant else ""


def reasons(view: View) -> list[Reason]:
    """Why all nodes are defined, those with the same words together."""
    found: dict[tuple[str, str], list[int]] = {}
    for number, node in view.numbered():
        text = side_condition(view, number)
        if text:
            found.setdefault((node.op, text), []).append(number)
    return [Reason(op, text, tuple(nodes)) for (op, text), nodes in found.items()]


# -- facts that fill the texts -------------------------------------------------------


def _facts(view: View, number: int, node: Node) -> dict[str, str]:
    facts = {name: str(value).replace("-", "−") for name, value in node.attributes.items()}
    for i, raw in enumerate(node.operands):
        value = view.operand(node, i)
        if value is not None:
            facts[f"argument{i}"] = _argument(view, raw)
            facts[f"range{i}"] = range_text(value.range)
    first = view.operand(node, 0)
    if first is not None and "axis" in node.attributes and first.shape:
        facts["size"] = str(first.shape[min(node.attributes["axis"], len(first.shape) - 1)])
    if "ignore" in node.attributes:
        facts["labels"] = _labels(view, number, node)
    return facts


def _argument(view: View, raw: int | str | None) -> str:
    """``target``, ``a softmax``, ``2``."""
    line = view.input(raw)
    if line is not None:
        return line.name
    if not isinstance(raw, int):
        return str(raw).replace("-", "−")
    op = view.node(raw).op
    return f"{'an' if op[0] in 'aeiou' else 'a'} {op}"


def _labels(view: View, number: int, node: Node) -> str:
    """Why the labels of a loss are classes; what must be known of those that are ignored."""
    target, scores = view.operand(node, 1), view.operand(node, 0)
    if target is None or scores is None or target.kind != INTEGER:
        return ""
    likelihood = node.op == "negative_log_likelihood"
    start = "" if likelihood else "; "
    classes = scores.shape[min(1, len(scores.shape) - 1)]
    name = _argument(view, node.operands[1])
    if view.asks(number, 1, "labels"):
        ignored = node.attributes["ignore"]
        other = "" if ignored is None else f", or {ignored} to be ignored"
        text = f"{start}the labels, {name}, must be below {classes}{other}: a condition on the data"
    else:
        text = (
            f"{start}the labels, {name}, are in {range_text(target.range)}, and there are {classes} classes"
        )
    stated = {c.word for c, nodes in view.demands.items() if number in nodes and c.value == number}
    return text + ("; and what it divides by is not 0: a condition on the data" if stated else "")


# -- conditions on the data -------------------------------------------------------

CONDITIONS: Final[Mapping[str, str]] = {
    "indices": "entries are from {low} to {high}",
    "labels": "entries are from {low} to {high}{ignored}",
    "distinct": "entries along axis {low} are different",
    "nonzero": "no entry is 0",
    "positive": "entries are above 0",
    "nonnegative": "entries are at least 0",
    "unmasked": "no row of its scores is masked as a whole",
    "counted": "some label is not ignored",
    "weighed": "the weights of the labels that are not ignored do not sum to 0",
}
"""What a condition says of an input, or of what enters a node, by its word."""


def condition_text(condition: Condition) -> str:
    """What a condition on the data says."""
    bounds = (*condition.bounds, None, None, None)
    ignored = "" if bounds[2] is None else f", or {bounds[2]} (ignored)"
    return CONDITIONS[condition.word].format(low=bounds[0], high=bounds[1], ignored=ignored)


def about(architecture: Architecture, condition: Condition) -> str:
    """The name of the input that a condition is about, or the node."""
    node = architecture.node(condition.value)
    return (
        architecture.inputs[condition.value].name if node is None else f"{node.op} (node {condition.value})"
    )
