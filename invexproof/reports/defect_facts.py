"""Facts about steps that show a loss of rank, and about compositions with a loss."""

from __future__ import annotations

from flint import arb, fmpq, fmpq_mat

from invexcheck.balls import precision
from invexcheck.goals import Defect, MapClaim
from invexcheck.matrices import integral
from invexcheck.networks.functions import Enclosures, as_ball
from invexcheck.networks.graph import Network
from invexcheck.networks.macros import Chain
from invexcheck.networks.propagation import ExactForward, Forward, at_point
from invexcheck.rules.networks import is_smooth
from invexproof.reports import numerals
from invexproof.reports.matrices import box, matrix, node_name, vector
from invexproof.reports.prose import Math, Phrase, count
from invexproof.reports.rank_facts import BITS, numbers
from invexproof.reports.scene import Fact, Scene
from invexproof.reports.slope_facts import remembered
from invexproof.reports.writer import SUBSCRIPTS, join


def _network(scene: Scene) -> Network:
    goal = scene.node.goal
    return goal.network if isinstance(goal, Defect | MapClaim) else scene.network


def from_vector(scene: Scene) -> Math:
    return vector(numbers(scene, scene.step["from"]))


def to_vector(scene: Scene) -> Math:
    return vector(numbers(scene, scene.step["to"]))


def lower_vector(scene: Scene) -> Math:
    return vector(numbers(scene, scene.step["lower"]))


def _determinant(scene: Scene, name: str) -> Math:
    session, network = scene.replay.session, _network(scene)
    with precision(BITS):
        enclosures = Enclosures(session, network.functions, session.facts)
        point = at_point(numbers(scene, scene.step[name]))
        forward = Forward(session, Chain(session, network.whole()), enclosures, point, True)
        return numerals.around(forward.jacobian.det())


def from_determinant(scene: Scene) -> Math:
    return _determinant(scene, "from")


def to_determinant(scene: Scene) -> Math:
    return _determinant(scene, "to")


def _exact(scene: Scene) -> ExactForward:
    session, network = scene.replay.session, _network(scene)

    def compute() -> ExactForward:
        point = numbers(scene, scene.step["at"])
        return ExactForward(session, Chain(session, network.whole()), network.functions, point)

    return remembered(scene, "exact", compute)


def jacobian_there(scene: Scene) -> Phrase:
    """The exact Jacobian at a point, if it is small, and its rank."""
    found: fmpq_mat = _exact(scene).jacobian
    shown = matrix(found.tolist())
    spelt: Phrase = () if shown is None else (", ", shown, ",")
    return (*spelt, f" has rank {integral(found)[0].rank()}")


def enclosing_box(scene: Scene) -> Math:
    ends = (numbers(scene, scene.step[name]) for name in ("from", "to"))
    return box(list(zip(*ends, strict=True)))


def bottleneck_node(scene: Scene) -> Math:
    return node_name(scene.step["node"])


def bottleneck_reason(scene: Scene) -> str:
    network = _network(scene)
    node = network.nodes[scene.step["node"]]
    if node.size < network.outputs:
        return f"it has {count(node.size, 'entry')} only"
    if node.op == "layernorm":
        return "each row of a normalised node loses a dimension, as its entries, unscaled, have the mean 0"
    if node.op == "gather":
        return f"only {len({e for e in node.data if e >= 0})} different entries pass"
    weight = integral(network.tensors[node.data.weight].matrix())[0]
    rows = node.size // node.shape[-1]
    return f"the rank of its weight is {weight.rank()}" + (f", for each of {rows} rows" if rows > 1 else "")


def combination_written(scene: Scene) -> Math:
    """The combination of outputs that is constant."""
    result: Math | None = None
    for number, weight in enumerate(numbers(scene, scene.step["combination"]), 1):
        if weight == 0:
            continue
        output = join(Math(f"Φ{number}".translate(SUBSCRIPTS), rf"\Phi_{{{number}}}"), "(x)")
        size = numerals.rational(abs(weight))
        term = output if abs(weight) == 1 else join(size, Math("·", r" \, "), output)
        if result is None:
            result = term if weight > 0 else join(Math("−", "-"), term)
        else:
            result = join(result, " + " if weight > 0 else Math(" − ", " - "), term)
    return result or Math("0", "0")


def alive(scene: Scene) -> str:
    """How many functions of a layer are not constant near the point."""
    forward, number = _exact(scene), scene.step["node"]
    flags = zip(forward.flat[number], forward.slopes[number], strict=True)
    varying = sum(not (flat and slope == 0) for flat, slope in flags)
    return f"only {varying}" if varying else "none"


def layer_size(scene: Scene) -> str:
    return count(_network(scene).nodes[scene.step["node"]].size, "unit")


def smooth_part(scene: Scene) -> str:
    """Which of loss and map is continuously differentiable."""
    session, network = scene.replay.session, _network(scene)
    loss = network.loss
    smooth_loss = loss is None or loss[0] == "cross-entropy"
    if loss is not None and loss[0] == "separable":
        facts = [scene.facts_of(number, outer=True) for number in sorted(set(loss[1]))]
        smooth_loss = all(known is not None and known.smooth for known in facts)
    smooth_map = is_smooth(session, network.whole())
    if smooth_loss and smooth_map:
        return "Both are"
    return "The loss is" if smooth_loss else "The map is"


def loss_reason(scene: Scene) -> str:
    loss = _network(scene).loss
    if loss is None or loss[0] == "cross-entropy":
        return "a cross-entropy is convex in z"
    return "a sum of functions of one output each, and each of them is invex"


def composition_there(scene: Scene) -> Math:
    return _value(scene, "at")


def composition_lower(scene: Scene) -> Math:
    return _value(scene, "lower")


def _value(scene: Scene, name: str) -> Math:
    """The value of the composition at a point, about."""
    from invexcheck.rules.compositions import Pointwise

    session, network = scene.replay.session, _network(scene)
    kind, items = network.loss or ("", ())
    with precision(BITS):
        enclosures = Pointwise(session, network.functions, {})
        point = at_point(numbers(scene, scene.step[name]))
        values = Forward(session, Chain(session, network.whole()), enclosures, point, False).values[-1]
        if kind == "separable":
            parts = [as_ball(enclosures.over(f, z)[0]) for f, z in zip(items, values, strict=True)]
            return numerals.around(sum(parts, arb(0)))
        balls = [as_ball(z) for z in values]
        total = sum((z.exp() for z in balls), arb(0)).log()
        inner: arb = sum((arb(q) * z for q, z in zip(items, balls, strict=True)), arb(0))
        return numerals.around(total - inner)


def gradient_reason(scene: Scene) -> str:
    """Why a point is stationary."""
    exact: fmpq_mat = _exact(scene).jacobian
    zero = all(entry == fmpq(0) for entry in exact.entries())
    return "the exact Jacobian of the map is 0 there" if zero else "the exact gradient is 0 there"


FACTS: dict[str, Fact] = {
    function.__name__: function
    for function in (
        from_vector, to_vector, lower_vector, from_determinant, to_determinant, jacobian_there, enclosing_box,
        bottleneck_node, bottleneck_reason, combination_written, alive, layer_size, smooth_part,
        loss_reason, composition_there, composition_lower, gradient_reason,
    )
}  # fmt: skip
"""Facts by the placeholder that stands for them."""
