"""Rules on training problems: what follows from a graph whose nodes are all defined and piecewise analytic."""

from __future__ import annotations

from collections.abc import Callable

from invexcheck.architectures.methods import COLLAPSES, METHODS
from invexcheck.architectures.values import Smoothness
from invexcheck.errors import Reject
from invexcheck.goals import Obligation, Rule, TrainingClaim
from invexcheck.reading import Fields
from invexcheck.session import Session

ANALYTIC, NONSINGULAR = "training.paa", "training.gd-nonsingular"
GRAPH = ("piecewise-analytic-graph", "operator-classes", "value-ranges")
FIELD = (*GRAPH, "stop-gradient", "almost-every-step", "iterates")


def graph_rule(_: Session, goal: TrainingClaim, __: Fields) -> list[Obligation]:
    """Reading the graph has shown every node sign-piecewise analytic on its whole domain; here, continuous too."""
    architecture = goal.architecture
    for number, value in enumerate(architecture.values):
        if value.smoothness == Smoothness.DISCONTINUOUS:
            node = architecture.node(number)
            name = "an input" if node is None else node.op
            raise Reject(f"node {number} ({name}) may be discontinuous in the parameters", "continuity")
    return []


def _method_rule(name: str) -> Callable[[Session, TrainingClaim, Fields], list[Obligation]]:
    def apply(_: Session, goal: TrainingClaim, __: Fields) -> list[Obligation]:
        """The table of methods has this claim under this rule, and the graph is as smooth as it asks for."""
        row = METHODS.get((goal.method, goal.start, goal.step))
        if row is None or row.rule != name:
            raise Reject("no theorem of this rule says this of the method", "method")
        if row.analytic and goal.architecture.smoothness != Smoothness.ANALYTIC:
            raise Reject("this needs a loss that is analytic for all parameters", "method")
        return []

    return apply


def _collapse_rule(name: str) -> Callable[[Session, TrainingClaim, Fields], list[Obligation]]:
    def apply(_: Session, goal: TrainingClaim, __: Fields) -> list[Obligation]:
        """The image, or a part of positive measure, lies in a null set, whatever the graph."""
        if COLLAPSES[goal.method].rule != name:
            raise Reject("no theorem of this rule says this of the method", "method")
        return []

    return apply


def _proving(name: str, lemmas: tuple[str, ...]) -> Rule:
    return Rule(name, (TrainingClaim,), (*FIELD, *lemmas), _method_rule(name), ((NONSINGULAR, False),))


def _refuting(name: str, lemmas: tuple[str, ...]) -> Rule:
    return Rule(name, (TrainingClaim,), lemmas, _collapse_rule(name), ((NONSINGULAR, True),))


RULES = (
    Rule("graph", (TrainingClaim,), GRAPH, graph_rule, ((ANALYTIC, False),)),
    _proving("gradient-step", ("step-sequences",)),
    _proving("transformed-step", ("step-sequences", "transformed-gradients")),
    _proving("momentum-step", ("momentum",)),
    _proving("adaptive-step", ("adaptive",)),
    _proving("random-steps", ("sequential-steps",)),
    _proving("zero-state", ("zero-state",)),
    _refuting("countable-image", ("countable-image",)),
    _refuting("null-image", ("null-image",)),
    _refuting("bounded-projection", (*GRAPH, "bounded-projection")),
)
