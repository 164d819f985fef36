"""The sections about a claim on a training problem: statement, the graph, reasons."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from flint import fmpq

from invexcheck.architectures.graph import CONSTANT, DATA, Input
from invexcheck.architectures.methods import (
    ALL_BUT,
    ALMOST_EVERY,
    BETWEEN,
    COLLAPSES,
    EVERY,
    METHODS,
    NUMBER,
    SADDLES,
    SEQUENCE,
    SIZES,
)
from invexcheck.architectures.values import REALS, Smoothness
from invexcheck.goals import TrainingClaim
from invexcheck.rules.training import SADDLES_AVOIDED
from invexproof.reports.definitions import STATEMENTS
from invexproof.reports.hessian_facts import QUADRATIC, WITNESSES
from invexproof.reports.hessian_sections import blocks
from invexproof.reports.operator_words import CLASS_WORDS, WORDS
from invexproof.reports.prose import Block, Math, Paragraph, Phrase, Section, Table, count, fill, tidy
from invexproof.reports.replay import Replay
from invexproof.reports.scene import Scene
from invexproof.reports.side_conditions import about, condition_text
from invexproof.reports.side_conditions import reasons as domain_reasons
from invexproof.reports.templates import TEMPLATES
from invexproof.reports.training_facts import view as view_of
from invexproof.reports.training_layers import Layer, layers, operators, trained
from invexproof.reports.training_view import View, range_text, shape_text
from invexproof.reports.writer import Writer

TITLE: Final = "The training problem"
MAX_VALUES: Final = 6
"""Numbers that are written out in a cell."""
FIRST, LAST = 24, 8
"""Rows of a long table that are shown at its beginning and at its end."""

PLAIN: Final = {
    ALMOST_EVERY: "In plain words: training does not squeeze a set of parameters that has a volume into a set of"
    " volume 0, except for unlucky step sizes, of which there are countably many. A step size that is"
    " drawn from a density is none of them, with probability 1. Of one that somebody has chosen, such"
    " as 1/1000, this does not say that it is none.",
    NUMBER: "In plain words: training with this step size does not squeeze a set of parameters that has a"
    " volume into a set of volume 0.",
    ALL_BUT: "In plain words: training does not squeeze a set of parameters that has a volume into a set of volume 0,"
    " whatever the step size is, except for those that are named; of these, nothing is said.",
    BETWEEN: "In plain words: training with any of these step sizes does not squeeze a set of parameters that has a"
    " volume into a set of volume 0.",
    SIZES: "In plain words: training with these step sizes, one after the other in any order, does not squeeze a set of"
    " parameters that has a volume into a set of volume 0.",
    EVERY: "In plain words: training does not squeeze a set of parameters and states that has a volume into"
    " a set of volume 0, whatever the step size is.",
    SEQUENCE: "In plain words: training does not squeeze a set of parameters that has a volume into a set of"
    " volume 0, if its step sizes are no unlucky sequence; a sequence that is drawn from a density is"
    " none, with probability 1.",
}
"""What a claim about a method means, by what it says of step sizes."""
SADDLE: Final = (
    "In plain words: gradient descent that starts at random, with a constant step size, does not converge to a point"
    " where the loss still bends downwards in some direction. Nothing is said of saddle points whose least"
    " eigenvalue is 0, of limits at kinks, of runs that do not converge, and of how long a run stays near a"
    " saddle point."
)
COLLAPSE: Final = (
    "In plain words: a step squeezes a set of parameters that has a volume into a set of volume 0."
    " From then on, that the first parameters were drawn from a density is of no use."
)
LOSS: Final = (
    "In plain words: a small change of the parameters changes the loss by little; and near almost all"
    " parameters the loss is as smooth as a function can be."
)
GIVEN: Final = (
    "Data and constants are any fixed values of their kind; the statement holds for each choice of"
    " them. They may be chosen by looking at the past from a countable family, such as the mini-"
    "batches of a data set, but not be computed from the parameters in another way: running"
    " statistics, averaged copies of the weights and the like are fixed numbers here."
)
NUMBERS: Final = (
    "The data and constants whose values are in the certificate are these numbers; nothing is said of others."
)

SYMBOLS: Final = {
    "theta": "θ",
    "eta": "η",
    "lambda": "λ",
    "beta": "β",
    "alpha": "α",
    "epsilon": "ε",
    "infinity": "∞",
    "->": "→",
    "!=": "≠",
    "<=": "≤",
    ">=": "≥",
    "R^p": "ℝᵖ",
}
_SYMBOL = re.compile(r"\b(?:theta|eta|lambda|beta|alpha|epsilon|infinity)(?![a-z])|->|!=|<=|>=|R\^p")


def statement(replay: Replay, claim: TrainingClaim) -> tuple[Block, ...]:
    """What the claim says, and what that means."""
    said: dict[str, Phrase | Math | str] = {"sentence": sentence(claim)}
    texts = [
        fill(STATEMENTS[claim.kind][claim.negated], said),
        (_plainly(claim),),
        *([(NUMBERS,)] if claim.architecture.data else []),
        *([] if claim.architecture.given else [(GIVEN,)]),
    ]
    return tuple(Paragraph(text) for text in texts)


def _plainly(claim: TrainingClaim) -> str:
    if claim.kind == SADDLES_AVOIDED:
        return SADDLE
    if claim.negated:
        return COLLAPSE
    return PLAIN[claim.step] if claim.step else LOSS


def sentence(claim: TrainingClaim) -> str:
    """The checker's sentence about a method, in symbols; empty for a claim about the loss."""
    if not claim.method:
        return ""
    if claim.kind == SADDLES_AVOIDED:
        text = SADDLES[claim.step]
    elif claim.negated:
        text = COLLAPSES[claim.method, claim.step].sentence
    else:
        text = METHODS[claim.method, claim.start, claim.step].sentence
    for braces, said in claim.sizes.text.items():
        text = text.replace(braces, said)
    return _SYMBOL.sub(lambda found: SYMBOLS[found[0]], text)


def reasons(replay: Replay, claim: TrainingClaim, writer: Writer, prefix: str) -> list[Section]:
    """The graph, and why the claim is true."""
    scene = Scene(replay, writer, replay.root, {})
    sections = [Section(TITLE, tuple(describe(view_of(scene)))), Section("Why it is true", _argument(scene))]
    for child in replay.root.children:
        inner = Scene(replay, writer, child, {})
        sections.append(Section("Why steps are non-singular", _argument(inner)))
    return sections


def _argument(scene: Scene) -> tuple[Block, ...]:
    """The text for a rule, and the step sizes where it rests on Hessians."""
    said = _paragraphs(TEMPLATES[scene.node.rule].write(scene))
    table = blocks(scene.replay) if scene.node.rule in (WITNESSES, QUADRATIC) else ()
    return (*said, *table)


def _paragraphs(phrase: Phrase) -> Iterator[Paragraph]:
    """A long text cut at its empty lines."""
    found: list[list[str | Math]] = [[]]
    for part in phrase:
        if isinstance(part, Math):
            found[-1].append(part)
            continue
        first, *rest = part.split("\n\n")
        found[-1].append(first)
        found += [[words] for words in rest]
    for parts in found:
        yield Paragraph(tidy(parts))


# -- the graph -------------------------------------------------------


def describe(view: View) -> Iterator[Block]:
    """The graph in tables: its layers, where it is not analytic, why it is defined, what it is given."""
    architecture = view.architecture
    tensors = count(len(architecture.parameters), "parameter tensor")
    p = architecture.dimension
    yield Paragraph(
        (
            Math("θ ∈ ℝᵖ", r"\theta \in \mathbb{R}^p"),
            f", p = {p}, has the entries of {tensors}; L(θ) is the loss of a mini-batch, the last of"
            f" {count(len(architecture.nodes), 'node')}. {_smoothness(view)} In layers, named after their"
            " parameters:",
        )
    )
    found = layers(view)
    header = ("Layer", "Operators", "Result", "Parameters", "In the parameters")
    yield Table(header, tuple(_cut([_layer_row(view, layer) for layer in found])))
    yield from _table(
        ("Not analytic", "Nodes", "But", "It breaks"),
        ((op, str(len(nodes)), word, where) for (op, word, where), nodes in breaks(view).items()),
        "Every operator of this graph is analytic wherever it is used.",
    )
    yield from _table(
        ("Operator", "Nodes", "Why it is defined, whatever the parameters are"),
        ((reason.op, str(len(reason.nodes)), reason.text) for reason in domain_reasons(view)),
        "No operator of this graph has a condition to be met.",
    )
    yield Table(("Given", "Role", "Kind", "Shape", "Range and conditions"), tuple(_cut(_given(view))))
    stated = [c for c in architecture.conditions if c.value >= view.first and not architecture.settled(c)]
    if stated:
        said = "; ".join(f"at {about(architecture, c)}: {condition_text(c)}" for c in stated)
        yield Paragraph((f"Moreover, {said}.",))


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]], empty: str) -> Iterator[Block]:
    cells: list[tuple[Phrase, ...]] = [tuple((cell,) for cell in row) for row in rows]
    yield Table(header, tuple(_cut(cells))) if cells else Paragraph((empty,))


def _cut(rows: list[tuple[Phrase, ...]]) -> list[tuple[Phrase, ...]]:
    """The rows, the middle ones of a long table left out."""
    if len(rows) <= FIRST + LAST + 1:
        return rows
    gap: tuple[Phrase, ...] = (("…",), (f"({len(rows) - FIRST - LAST} more)",), *[()] * (len(rows[0]) - 2))
    return [*rows[:FIRST], gap, *rows[-LAST:]]


def _smoothness(view: View) -> str:
    architecture = view.architecture
    detached = sum(node.op == "detach" for node in architecture.nodes)
    stopped = f" The gradient is stopped in {count(detached, 'node')}." if detached else ""
    if architecture.smoothness == Smoothness.ANALYTIC:
        return f"All of them are analytic functions of θ, on all of ℝᵖ.{stopped}"
    values = architecture.values[view.first :]
    smooth = sum(value.smoothness == Smoothness.ANALYTIC for value in values)
    jumps = sum(value.smoothness == Smoothness.DISCONTINUOUS for value in values)
    rest = len(values) - smooth - jumps
    parts = [f"{rest} continuous and piecewise analytic"] if rest else []
    parts += [f"{jumps} piecewise analytic, perhaps with jumps"] if jumps else []
    return f"As functions of θ, {smooth} of them are analytic, {' and '.join(parts)}.{stopped}"


def _layer_row(view: View, layer: Layer) -> tuple[Phrase, ...]:
    times = f" ({layer.times} times)" if layer.times > 1 else ""
    parameters = trained(view, layer)
    size = "" if not parameters else f"{parameters} each" if layer.times > 1 else str(parameters)
    result = view.architecture.values[layer.nodes[-1]]
    cells = (
        f"{layer.name}{times}",
        operators(view, layer),
        shape_text(result.shape),
        size,
        _kind(view, layer),
    )
    return tuple((cell,) for cell in cells)


def _kind(view: View, layer: Layer) -> str:
    """``analytic``, ``continuous: relu``."""
    if layer.smoothness == Smoothness.ANALYTIC:
        return CLASS_WORDS[layer.smoothness]
    ops = dict.fromkeys(view.node(n).op for n in layer.nodes if view.own(n) != Smoothness.ANALYTIC)
    return f"{CLASS_WORDS[layer.smoothness]}: {', '.join(ops)}"


def breaks(view: View) -> dict[tuple[str, str, str], list[int]]:
    """The nodes that are not analytic by their operator, how smooth they are, and where they break."""
    found: dict[tuple[str, str, str], list[int]] = {}
    for op, nodes in view.breaking.items():
        for number in nodes:
            attributes = {k: str(v).replace("-", "−") for k, v in view.node(number).attributes.items()}
            key = op, CLASS_WORDS[view.own(number)], WORDS[op].breaks.format_map(attributes)
            found.setdefault(key, []).append(number)
    return found


def _given(view: View) -> list[tuple[Phrase, ...]]:
    """Data and constants, with the conditions on them and who asks for these."""
    rows: list[tuple[Phrase, ...]] = []
    for role in (DATA, CONSTANT):
        for number, line in enumerate(view.architecture.inputs):
            if line.role == role:
                rows.append(tuple((cell,) for cell in _given_row(view, number, line)))
    return rows


def _given_row(view: View, number: int, line: Input) -> tuple[str, ...]:
    if number in view.architecture.data:
        said = [_values(view.architecture.data[number])]
    else:
        said = [] if line.range == REALS else [f"in {range_text(line.range)}"]
    for condition, nodes in view.demands.items():
        if condition.value == number and number not in view.architecture.data:
            askers = ", ".join(dict.fromkeys(view.node(node).op for node in nodes))
            said.append(f"{condition_text(condition)} (for {askers})")
    kind = "real or −∞" if line.kind == "extended" else line.kind
    return line.name, line.role, kind, shape_text(line.shape), "; ".join(said) or "any"


def _values(entries: Sequence[fmpq]) -> str:
    """Numbers that are given: all of a few, or between what they are."""
    if len(entries) <= MAX_VALUES:
        return f"is {', '.join(map(str, entries))}".replace("-", "−")
    return f"{len(entries)} numbers from {_short(min(entries))} to {_short(max(entries))}, in the certificate"


def _short(q: fmpq) -> str:
    return f"{int(q.p) / int(q.q):.6g}".replace("-", "−")
