"""The texts of templates.toml, the choice among their variants, and the facts that fill them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources

from invexcheck.architectures.heads import SQUARED, Head
from invexcheck.architectures.methods import EVERY
from invexcheck.goals import Analytic, FullRank, MapClaim, TrainingClaim
from invexcheck.networks.slope_forms import is_zero
from invexproof.reports.facts import FACTS
from invexproof.reports.prose import Phrase, fill
from invexproof.reports.scene import Scene
from invexproof.reports.slope_facts import form
from invexproof.reports.training_facts import claim as training_claim

Choose = Callable[[Scene], tuple[str, ...]]
"""Which variants of a rule's text a scene needs, one after the other."""


class Facts(Mapping[str, Phrase]):
    """The facts of a scene, worked out when a template asks for them."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def __getitem__(self, name: str) -> Phrase:
        value = FACTS[name](self._scene)
        return value if isinstance(value, tuple) else (value,)

    def __iter__(self) -> Iterator[str]:
        return iter(FACTS)

    def __len__(self) -> int:
        return len(FACTS)


@dataclass(frozen=True)
class Template:
    """The texts for one rule, by variant."""

    texts: Mapping[str, str]
    choose: Choose

    def write(self, scene: Scene) -> Phrase:
        """Why the goal of a step follows; in short, if a step just before it has said so at length."""
        variants = ("again",) if scene.again and "again" in self.texts else self.choose(scene)
        return fill(" ".join(self.texts[variant] for variant in variants), Facts(scene))


def _interval(scene: Scene) -> tuple[str, ...]:
    several = "many" if len(scene.node.leaves) > 1 else "one"
    if isinstance(scene.node.goal, Analytic):
        return (f"analytic-{several}",)
    if scene.place:
        return (f"all-{several}",)
    return ("point",) if scene.sign.span.point is not None else (several,)


def _product(scene: Scene) -> tuple[str, ...]:
    return ("many",) if len(scene.step["parts"]) > 1 else ("one",)


def _zero(scene: Scene) -> tuple[str, ...]:
    at_point = scene.sign.span.point is not None and not scene.place
    return ("point",) if at_point else ("everywhere",)


def _valley(scene: Scene) -> tuple[str, ...]:
    shapes = dict.fromkeys(str(piece.step["shape"]) for piece in scene.pieces())
    return ("-".join(shapes),)


def _refutation(scene: Scene) -> tuple[str, ...]:
    """That a point is stationary, and for invexity that the function is lower elsewhere."""
    return ("stationary", "higher") if scene.claim.kind == "activation.invex" else ("stationary",)


def _network(scene: Scene) -> tuple[str, ...]:
    return ("facts",) if any(scene.step["functions"]) else ()


def _range(scene: Scene) -> tuple[str, ...]:
    """Whether the goal is about all points or about almost all."""
    goal = scene.node.goal
    almost = isinstance(goal, FullRank | MapClaim) and goal.almost
    return ("almost",) if almost else ("everywhere",)


def _entrywise(scene: Scene) -> tuple[str, ...]:
    if any(node.op == "max" for _, node in scene.segment.segment.nodes()):
        return ("maximum",)
    return ("almost",) if scene.step.get("nonzero") else ("everywhere",)


def _gram(scene: Scene) -> tuple[str, ...]:
    return ("bare",) if is_zero(form(scene).c) else ("skip",)


def _sector(scene: Scene) -> tuple[str, ...]:
    return ("semidefinite",) if scene.step.get("semidefinite") else ("definite",)


def _contraction(scene: Scene) -> tuple[str, ...]:
    return ("several",) if scene.step.get("cuts") else ("one",)


def _boxes(scene: Scene) -> tuple[str, ...]:
    return ("one",) if len(scene.step["tree"]) == 1 else ("many",)


def _dead_region(scene: Scene) -> tuple[str, ...]:
    return ("layer",) if "node" in scene.step else ("affine",)


def _transformed_step(scene: Scene) -> tuple[str, ...]:
    """Where the step size is arbitrary there is an argument of its own."""
    goal = scene.node.goal
    every = isinstance(goal, TrainingClaim) and goal.step == EVERY
    return ("sign",) if every else ("argument",)


def _smooth_head(scene: Scene) -> tuple[str, ...]:
    """Where the loss becomes affine far out, and a bias leads there, the argument is another one than elsewhere."""
    head = Head(training_claim(scene).architecture)
    bias = head.node is not None and head.node.operands[2] is not None
    return ("text", "far" if bias and head.convex != SQUARED else "near", "end")


def _rescaled_head(scene: Scene) -> tuple[str, ...]:
    """Whether the features are data."""
    head = Head(training_claim(scene).architecture)
    features = None if head.node is None else head.node.operands[0]
    linear = isinstance(features, int) and not head.architecture.values[features].trained
    return ("text", "linear" if linear else "rescaled", "end")


def _hessian_witnesses(scene: Scene) -> tuple[str, ...]:
    """What there is to exclude: numbers that are named, eigenvalues of the first witness, or all at once."""
    if training_claim(scene).sizes.listed:
        how = "listed"
    else:
        how = "below" if all("bits" in witness for witness in scene.step["witnesses"]) else "exact"
    return ("text", how, "end")


CHOOSE: Mapping[str, Choose] = {
    "interval": _interval,
    "product": _product,
    "zero": _zero,
    "valley": _valley,
    "network": _network,
    **dict.fromkeys(("chain", "zero-gradient", "compose"), _range),
    "entrywise": _entrywise,
    "gram": _gram,
    "sector": _sector,
    "contraction": _contraction,
    "boxes": _boxes,
    "dead-region": _dead_region,
    "transformed-step": _transformed_step,
    "smooth-head": _smooth_head,
    "rescaled-head": _rescaled_head,
    "hessian-witnesses": _hessian_witnesses,
    **dict.fromkeys(("momentum-step", "adaptive-step"), lambda _: ("argument", "trap")),
    **dict.fromkeys(("stationary-point", "plateau", "kink", "maximum", "minimum"), _refutation),
}
"""For rules with several texts, how to choose among them; all others have one, called `text`."""


def _read() -> dict[str, Template]:
    text = resources.files(__package__).joinpath("templates.toml").read_text(encoding="utf-8")
    return {
        rule: Template(texts, CHOOSE.get(rule, lambda scene: ("text",)))
        for rule, texts in tomllib.loads(text).items()
    }


TEMPLATES: Mapping[str, Template] = _read()
"""For every rule of the checker, why the goal follows."""
