"""A training problem in Python: two towers whose outputs are compared, as in contrastive learning."""

from fractions import Fraction

from invexproof.architectures.builder import Builder
from invexproof.architectures.graph import Graph
from invexproof.architectures.layers import Layers


def contrastive(batch: int = 8, width: int = 16) -> Graph:
    """The cross-entropy of the similarities between two embeddings of every example; example k belongs to label k."""
    b = Builder()
    net = Layers(b)
    towers = []
    for name, features in (("image", 12), ("text", 5)):
        x = b.data(name, [batch, features])
        h = net.activation(net.linear(x, f"{name}.0", width), "gelu")
        h = net.linear(h, f"{name}.1", width)
        # The norm of an embedding is 0 for some parameters, where its direction is not defined; the floor keeps off 0.
        norm = b.node("maximum", b.node("norm", h, axes=[1], keep=True), Fraction(1, 10**12))
        towers.append(b.node("divide", h, norm))
    scores = b.node("matmul", towers[0], b.node("transpose", towers[1], axes=[1, 0]))
    scaled = b.node("multiply", scores, b.node("exp", b.parameter("temperature", [])))
    labels = b.constant("labels", [batch], "integer", low=0, high=batch - 1)
    return b.finish(b.node("cross_entropy", scaled, labels, None))
