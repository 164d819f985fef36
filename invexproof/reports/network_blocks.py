"""A network for people: its nodes in a table, its functions with what is shown of them, its weights, its loss."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import prod

from invexcheck.goals import MapClaim
from invexcheck.networks.functions import Facts
from invexcheck.networks.graph import Network, Node
from invexcheck.networks.tensors import Tensor
from invexproof.reports import numerals
from invexproof.reports.matrices import MAX_SHOWN, matrix, node_name, shape, slopes, space, variable
from invexproof.reports.prose import Block, Display, Math, Paragraph, Phrase, Table, count, listing
from invexproof.reports.scene import Scene
from invexproof.reports.writer import function_name, join, symbol

FIRST, LAST = 24, 8
"""Rows of a long table that are shown at its beginning and at its end."""
FORMULA_LIMIT = 60
MAP_OF_X = Math("Φ(x)", r"\Phi(x)")


def describe(scene: Scene, claim: MapClaim) -> Iterator[Block]:
    """The blocks about the network of a claim; `scene` is that of the whole proof."""
    network = claim.network
    last = len(network.nodes) - 1
    weights = sum(prod(tensor.shape) for tensor in network.tensors.values())
    yield Paragraph(
        (
            join(MAP_OF_X, " = ", node_name(last)),
            " is computed in these steps, from ",
            join(Math("x ∈ ", r"x \in "), space(network.inputs)),
            " to ",
            space(network.outputs),
            f", with {count(weights, 'weight')}:" if weights else ":",
        )
    )
    nodes = [_node_row(scene, network, number) for number in range(last + 1)]
    yield Table(("Node", "Value", "Shape"), tuple(_cut(nodes)))
    yield from _weights(network)
    functions = list(_functions(scene, network))
    if functions:
        yield Table(("Function", "Slopes", "Shown on all of ℝ"), tuple(_cut(functions)))
    if network.loss is not None:
        yield Display(join(Math("ℓ(z) = ", r"\ell(z) = "), _loss(network)))


def _cut(rows: list[tuple[Phrase, ...]]) -> list[tuple[Phrase, ...]]:
    """The rows, the middle ones of a long table left out."""
    if len(rows) <= FIRST + LAST + 1:
        return rows
    gap: tuple[Phrase, ...] = (("…",), (f"({len(rows) - FIRST - LAST} more)",), ())
    return [*rows[:FIRST], gap, *rows[-LAST:]]


# -- nodes ------------------------------------------------------------------------------------------------


def _node_row(scene: Scene, network: Network, number: int) -> tuple[Phrase, ...]:
    node = network.nodes[number]
    return (node_name(number),), VALUES[node.op](scene, node), (shape(node.shape),)


def _input(scene: Scene, node: Node) -> Phrase:
    return (Math("x", "x"),)


def _linear(scene: Scene, node: Node) -> Phrase:
    product = join(tensor_name(node.data.weight), Math(" ", r" \, "), node_name(node.arguments[0]))
    if node.data.bias is not None:
        product = join(product, " + ", tensor_name(node.data.bias))
    return (product, " for each row") if len(node.shape) > 1 else (product,)


def _pointwise(scene: Scene, node: Node) -> Phrase:
    used = sorted(set(node.data))
    inside = node_name(node.arguments[0])
    if len(used) == 1:
        return (join(symbol(f"f{used[0]}"), "(", inside, ")"),)
    names: list[Math | str] = [symbol(f"f{number}") for number in used[:MAX_SHOWN]]
    if len(used) > MAX_SHOWN:
        names = [*names[:-1], f"{len(used) - MAX_SHOWN + 1} more"]
    return ("of each entry of ", inside, " its own one of ", *listing(names))


def _binary(sign: Math) -> Callable[[Scene, Node], Phrase]:
    def write(scene: Scene, node: Node) -> Phrase:
        left, right = (node_name(i) for i in node.arguments)
        return (join(left, sign, right),)

    return write


def _gather(scene: Scene, node: Node) -> Phrase:
    sources = listing([node_name(i) for i in node.arguments])
    if len(node.data) <= MAX_SHOWN:
        return (f"entries {', '.join(str(e) if e >= 0 else 'zero' for e in node.data)} of ", *sources)
    zeros = sum(entry < 0 for entry in node.data)
    padding = f" and {count(zeros, 'zero')}" if zeros else ""
    return (f"{count(len(node.data) - zeros, 'entry')}{padding}, from ", *sources)


def _max(scene: Scene, node: Node) -> Phrase:
    return (join("max ", node_name(node.arguments[0])), " of each row")


def _layernorm(scene: Scene, node: Node) -> Phrase:
    named = [
        join(Math(f"{letter} = ", rf"\{letter_latex} = "), tensor_name(name))
        for letter, letter_latex, name in (("γ", "gamma", node.data.gamma), ("β", "beta", node.data.beta))
        if name is not None
    ]
    epsilon = join(Math("ε = ", r"\varepsilon = "), numerals.rational(node.data.epsilon))
    return ("LayerNorm of ", node_name(node.arguments[0]), ", ", *listing([epsilon, *named]))


def _attention(scene: Scene, node: Node) -> Phrase:
    heads, causal = node.data
    roles = zip(("queries ", "keys ", "values "), node.arguments, strict=True)
    parts: list[Phrase] = [(role, node_name(i)) for role, i in roles]
    return (f"{'causal ' if causal else ''}attention with {count(heads, 'head')}, ", *listing(parts))


def _formulas(scene: Scene, node: Node) -> Phrase:
    shown = [scene.writer.formula(root) for root in node.data[:MAX_SHOWN]]
    if len(node.data) > MAX_SHOWN:
        shown.append(Math("…", r"\dots"))
    inside = shown[0]
    for formula in shown[1:]:
        inside = join(inside, Math(",  ", r",\; "), formula)
    entries = Math("(x1, x2, …) = ", r"(x1, x2, \dots) = ")
    source = node_name(node.arguments[0])
    return (join("(", inside, ")"), " with ", join(entries, source))


VALUES: dict[str, Callable[[Scene, Node], Phrase]] = {
    "input": _input,
    "linear": _linear,
    "pointwise": _pointwise,
    "add": _binary(Math(" + ", " + ")),
    "product": _binary(Math(" ⊙ ", r" \odot ")),
    "gather": _gather,
    "max": _max,
    "layernorm": _layernorm,
    "attention": _attention,
    "formulas": _formulas,
}
"""For each operator what its node's value is."""


# -- weights, functions, loss -----------------------------------------------------------------------------


def tensor_name(name: str) -> Math:
    """The name of a tensor; the checker accepts none with other characters than letters, digits and ``_.:-``."""
    if len(name) == 1:
        return Math(name, name)
    return Math(name, rf"\mathtt{{{name}}}".replace("_", r"\_"))


def _weights(network: Network) -> Iterator[Block]:
    large: list[Phrase] = []
    for name, tensor in sorted(network.tensors.items()):
        shown = _entries(tensor)
        if shown is not None:
            yield Display(join(tensor_name(name), " = ", shown))
        else:
            kind = "any numbers" if tensor.entries is None else "given numbers"
            large.append((tensor_name(name), f": {kind}, ", shape(tensor.shape)))
    if large:
        cut = large if len(large) <= FIRST else [*large[:FIRST], (f"{len(large) - FIRST} more",)]
        yield Paragraph(("Further weights: ", *listing(cut), "."))


def _entries(tensor: Tensor) -> Math | None:
    if tensor.entries is None or len(tensor.shape) > 2:
        return None
    width = tensor.shape[-1]
    return matrix([tensor.entries[i : i + width] for i in range(0, len(tensor.entries), width)])


def _functions(scene: Scene, network: Network) -> Iterator[tuple[Phrase, ...]]:
    inner = network.whole().functions()
    outer = set(network.loss[1]) if network.loss is not None and network.loss[0] == "separable" else set()
    for number, root in enumerate(network.functions):
        formula = join(function_name(f"f{number}"), " = ", scene.writer.formula(root, FORMULA_LIMIT))
        if number in inner:
            yield _function_row(scene, formula, scene.facts_of(number), "")
        if number in outer and "outer" in scene.step:
            yield _function_row(scene, formula, scene.facts_of(number, outer=True), ", in the loss")
        elif number in outer:
            yield _function_row(scene, formula, None, "in the loss")


def _function_row(scene: Scene, formula: Math, facts: Facts | None, role: str) -> tuple[Phrase, ...]:
    if facts is None:
        return (formula,), (), (role,) if role else ("nothing",)
    bounded = facts.slopes.lower is not None or facts.slopes.upper is not None
    return (formula,), (slopes(facts.slopes),) if bounded else (), (*_regularity(scene, facts), role)


def _regularity(scene: Scene, facts: Facts) -> Phrase:
    if facts.analytic:
        return ("analytic",)
    cuts = listing([scene.writer.point(cut) for cut in facts.cuts])
    kind = "continuously differentiable" if facts.smooth else "continuous"
    return (f"{kind}, analytic off ", *cuts)


def _loss(network: Network) -> Math:
    kind, items = network.loss or ("", ())
    if kind == "separable":
        return _sum([join(symbol(f"f{f}"), "(", variable("z", i), ")") for i, f in enumerate(items, 1)])
    inside = _sum([_exponential(variable("z", i)) for i in range(1, len(items) + 1)])
    result = join(Math("log(", r"\log\left("), inside, Math(")", r"\right)"))
    for i, q in [(i, q) for i, q in enumerate(items, 1) if q != 0][:MAX_SHOWN]:
        factor = "" if q == 1 else join(numerals.rational(q), Math("·", r" \, "))
        result = join(result, Math(" − ", " - "), factor, variable("z", i))
    return result


def _exponential(inside: Math) -> Math:
    return join(Math("exp(", r"\exp("), inside, ")")


def _sum(summands: Sequence[Math]) -> Math:
    """The sum; the middle of a long one is left out."""
    if len(summands) > MAX_SHOWN:
        summands = [*summands[: MAX_SHOWN - 2], Math("…", r"\dots"), summands[-1]]
    result = summands[0]
    for summand in summands[1:]:
        result = join(result, " + ", summand)
    return result
