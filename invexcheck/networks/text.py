"""A network as text: one line a node, its functions as formulas, and small tensors with all their entries."""

from __future__ import annotations

from collections.abc import Callable

from invexcheck.networks.graph import Network, Node
from invexcheck.networks.tensors import Tensor
from invexcheck.printing import MAX_LENGTH, formula
from invexcheck.session import Session

MAX_LINES = 80
MAX_ENTRIES = 64


def describe(session: Session, network: Network) -> str:
    """The nodes in order, y0 the input and the last one Phi(x); what is left out is bound by the digest."""
    lines = [f"Phi(x) = y{len(network.nodes) - 1}, where"]
    lines += [f"  y{k} = {_node(session, k, node)}" for k, node in enumerate(network.nodes[:MAX_LINES])]
    if len(network.nodes) > MAX_LINES:
        lines.append(f"  and {len(network.nodes) - MAX_LINES} more nodes, as in the subject")
    functions = list(enumerate(network.functions))
    lines += [f"  f{k}(x) = {formula(session, root)}" for k, root in functions[:MAX_LINES]]
    tensors = sorted(network.tensors.items())
    lines += [f"  {name} = {_tensor(tensor)}" for name, tensor in tensors[:MAX_LINES]]
    if len(functions) > MAX_LINES or len(tensors) > MAX_LINES:
        lines.append("  and more functions or tensors, as in the subject")
    if network.loss is not None:
        lines.append(f"  loss(z) = {_loss(network.loss)}")
    return "\n".join(lines)


def _tensor(tensor: Tensor) -> str:
    shape = " by ".join(map(str, tensor.shape))
    if tensor.entries is None:
        return f"any tensor of shape {shape}"
    if len(tensor.entries) > MAX_ENTRIES:
        return f"the {shape} tensor of the subject"
    width = tensor.shape[-1]
    rows = [tensor.entries[i : i + width] for i in range(0, len(tensor.entries), width)]
    text = "; ".join(", ".join(str(value) for value in row) for row in rows)
    return f"[{text}] ({shape})" if len(text) <= MAX_LENGTH else f"the {shape} tensor of the subject"


def _loss(loss: tuple[str, tuple[object, ...]]) -> str:
    kind, items = loss
    if kind == "separable":
        return _shortened([f"f{f}(z{k})" for k, f in enumerate(items, 1)], " + ")
    target = _shortened([f"{q}*z{k}" for k, q in enumerate(items, 1) if q != 0], " - ")
    return f"log(sum of exp(z)) - {target}"


def _shortened(parts: list[str], join: str) -> str:
    return join.join(parts[:MAX_ENTRIES]) + (" ..." if len(parts) > MAX_ENTRIES else "")


def _node(session: Session, k: int, node: Node) -> str:
    space = f"  in R^{' x '.join(map(str, node.shape))}"
    return (TEXTS[node.op](session, node) if node.op != "input" else "x") + space


def _linear(session: Session, node: Node) -> str:
    bias = "" if node.data.bias is None else f" + {node.data.bias}"
    return f"{node.data.weight} y{node.arguments[0]}{bias}"


def _pointwise(session: Session, node: Node) -> str:
    used = sorted(set(node.data))
    if len(used) == 1:
        return f"f{used[0]}(y{node.arguments[0]})"
    functions = _shortened([f"f{f}" for f in node.data], ", ")
    return f"({functions})(y{node.arguments[0]}) entry by entry"


def _layernorm(session: Session, node: Node) -> str:
    labelled = (("gamma", node.data.gamma), ("beta", node.data.beta))
    names = [f"{label} {name}" for label, name in labelled if name is not None]
    with_names = f", {', '.join(names)}" if names else ""
    return f"layernorm(y{node.arguments[0]}, epsilon {node.data.epsilon}{with_names})"


def _attention(session: Session, node: Node) -> str:
    q, k, v = node.arguments
    heads, causal = node.data
    return f"{'causal ' if causal else ''}attention(y{q}, y{k}, y{v}) with {heads} head(s)"


def _gather(session: Session, node: Node) -> str:
    sources = ", ".join(f"y{i}" for i in node.arguments[:MAX_ENTRIES])
    entries = _shortened([str(e) if e >= 0 else "zero" for e in node.data], ", ")
    return f"entries {entries} of ({sources})"


def _formulas(session: Session, node: Node) -> str:
    formulas = _shortened([formula(session, root) for root in node.data], ", ")
    return f"({formulas}) with (x1, x2, ...) = y{node.arguments[0]}"


TEXTS: dict[str, Callable[[Session, Node], str]] = {
    "linear": _linear,
    "pointwise": _pointwise,
    "add": lambda _, node: f"y{node.arguments[0]} + y{node.arguments[1]}",
    "product": lambda _, node: f"y{node.arguments[0]} * y{node.arguments[1]} entry by entry",
    "gather": _gather,
    "max": lambda _, node: f"max(y{node.arguments[0]}) over the last axis",
    "layernorm": _layernorm,
    "attention": _attention,
    "formulas": _formulas,
}
