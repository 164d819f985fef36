"""Facts about steps that show claims about training problems."""

from __future__ import annotations

from invexcheck.architectures.dead_heads import DeadHead
from invexcheck.architectures.graph import PARAMETER
from invexcheck.architectures.values import Smoothness
from invexcheck.architectures.vanishing import vanishing_gradients
from invexcheck.goals import TrainingClaim
from invexproof.reports import numerals
from invexproof.reports.prose import Math, Phrase, count, fill, listing
from invexproof.reports.scene import Fact, Scene
from invexproof.reports.side_conditions import reasons
from invexproof.reports.training_view import View

MAX_NAMES = 4
THETA, ETA = Math("θ", r"\theta"), Math("η", r"\eta")
FIELD = Math("v(θ)", r"v(\theta)")
DETERMINANT = Math("q(θ, η) = det(I − η·Dv(θ))", r"q(\theta, \eta) = \det(I - \eta \, Dv(\theta))")

GRAPH_TEXT = (
    "{domains}: so L(θ) is defined for every {theta}. {breaking}. {smooth_pieces} {field} (Lemmas"
    " operator-classes, value-ranges, piecewise-analytic-graph, stop-gradient.)"
)


def claim(scene: Scene) -> TrainingClaim:
    """The claim about a training problem."""
    if not isinstance(scene.replay.claim, TrainingClaim):
        raise TypeError("the claim is not about a training problem")
    return scene.replay.claim


def view(scene: Scene) -> View:
    """The graph, worked out once for each proof."""
    memory = scene.replay.root.memory
    if "view" not in memory:
        memory["view"] = View(claim(scene).architecture)
    found: View = memory["view"]
    return found


def domains(scene: Scene) -> str:
    """Whether there is anything to look after."""
    found = reasons(view(scene))
    if not found:
        return "All operators of this graph are defined for all arguments"
    nodes = count(sum(len(reason.nodes) for reason in found), "node")
    return f"The operators are defined for all their arguments but those of {nodes}, which the table above is about"


def breaking(scene: Scene) -> Phrase:
    """Which operators are not analytic."""
    found = view(scene).breaking
    if not found:
        return ("Every node is analytic",)
    named = [f"{op} ({count(len(nodes), 'node')})" for op, nodes in found.items()]
    return ("All nodes are analytic but ", *listing(named))


def pieces(scene: Scene) -> str:
    """What almost all parameters have in common."""
    if claim(scene).architecture.smoothness == Smoothness.ANALYTIC:
        return "As every node is analytic for all parameters, so are L and its field: there is one piece, all of ℝᵖ."
    return (
        "The nodes that are not analytic cut the space of parameters into countably many pieces: on"
        " each of them certain analytic functions are positive, certain ones are negative and certain"
        " ones are 0, and L is one analytic formula. An analytic function that is not 0 throughout a"
        " connected open set is 0 on a null set only; so all parameters off a null set have a"
        " neighbourhood inside of their piece."
    )


def continuity(scene: Scene) -> str:
    """Why the loss is continuous."""
    if claim(scene).architecture.smoothness == Smoothness.ANALYTIC:
        return "It is analytic, hence continuous"
    return "Where they are not analytic the nodes are still continuous, so that L is"


def field(scene: Scene) -> str:
    """What v is."""
    if claim(scene).architecture.detached:
        return (
            "Some values are detached: v is the field that differentiation computes when it takes"
            " them for constant, which is not the gradient of L. Nothing below needs a gradient; it is"
            " enough that v is analytic almost everywhere."
        )
    return "There, v is the gradient of L."


def graph_argument(scene: Scene) -> Phrase:
    """What is known of the graph, whatever the method is."""
    values: dict[str, Phrase | Math | str] = {
        "domains": domains(scene),
        "theta": THETA,
        "breaking": breaking(scene),
        "smooth_pieces": pieces(scene),
        "field": field(scene),
    }
    return fill(GRAPH_TEXT, values)


def vanishing(scene: Scene) -> Phrase:
    """The parameters whose derivative tends to 0."""
    architecture = claim(scene).architecture
    names = [architecture.inputs[k].name for k in sorted(vanishing_gradients(architecture))]
    more = [f"{len(names) - MAX_NAMES} more"] if len(names) > MAX_NAMES else []
    return listing([*names[:MAX_NAMES], *more])


def head(scene: Scene) -> str:
    """Why the squared error depends on little."""
    found = DeadHead(claim(scene).architecture)
    if found.dies():
        return (
            "If the biases of the rectified units are very negative, all these units are dead, on an"
            " open set of parameters and with the data at hand; what reaches the last layer is then 0,"
            " and L is the squared distance between the targets and the last bias alone"
        )
    return (
        "The model is affine and sees one example, so that L depends on its output alone, which the"
        " gradient changes along a straight line through the target"
    )


def curvature(scene: Scene) -> Math:
    """Of the squared error as a function of the last bias."""
    return numerals.rational(DeadHead(claim(scene).architecture).curvature())


def selections(scene: Scene) -> str:
    """Which analytic functions the loss is made of."""
    if claim(scene).architecture.smoothness == Smoothness.ANALYTIC:
        return "L is one analytic function on ℝᵖ"
    return (
        "On each piece L is one of finitely many analytic functions, its selections: every breaking node is exchanged"
        " for one of its formulas (relu for 0, or for its argument), and these extend to all of ℝᵖ"
    )


def each_selection(scene: Scene) -> str:
    """What is said of one selection after another."""
    return "it" if claim(scene).architecture.smoothness == Smoothness.ANALYTIC else "each of them"


def unused(scene: Scene) -> str:
    """Whether all parameters take part."""
    architecture = claim(scene).architecture
    used = {a for node in architecture.nodes for a in node.arguments}
    idle = sum(line.role == PARAMETER and k not in used for k, line in enumerate(architecture.inputs))
    return f" ({count(idle, 'parameter tensor')} not used by L)" if idle else ""


FACTS: dict[str, Fact] = {
    "theta": lambda _: THETA,
    "eta": lambda _: ETA,
    "v_theta": lambda _: FIELD,
    "step_determinant": lambda _: DETERMINANT,
    "domains": domains,
    "breaking": breaking,
    "smooth_pieces": pieces,
    "graph_continuity": continuity,
    "graph_argument": graph_argument,
    "vanishing": vanishing,
    "head": head,
    "curvature": curvature,
    "selections": selections,
    "each_selection": each_selection,
    "unused": unused,
}
"""Facts by the placeholder that stands for them."""
