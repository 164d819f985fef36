"""Rules on training problems: what follows from a graph whose nodes are all defined and piecewise analytic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flint import fmpq

from invexcheck.architectures.constant_heads import has_constant_features
from invexcheck.architectures.dead_heads import DeadHead
from invexcheck.architectures.heads import Head
from invexcheck.architectures.hyperplanes import moves_in_a_hyperplane
from invexcheck.architectures.methods import COLLAPSES, METHODS, Method
from invexcheck.architectures.rectified_heads import bad_steps
from invexcheck.architectures.rescaled_heads import can_be_rescaled
from invexcheck.architectures.selections import extends, order_at_zero
from invexcheck.architectures.smooth_heads import has_smooth_units
from invexcheck.architectures.values import Smoothness
from invexcheck.architectures.vanishing import vanishing_gradients
from invexcheck.errors import Reject
from invexcheck.goals import Obligation, Rule, TrainingClaim
from invexcheck.reading import Fields
from invexcheck.session import Session

ANALYTIC, NONSINGULAR = "training.paa", "training.gd-nonsingular"
SADDLES_AVOIDED = "training.avoids-strict-saddles"
HEADS: dict[str, tuple[Callable[[Head], bool], str]] = {
    "constant-features": (
        has_constant_features,
        "the features of the last layer are not known to be constant anywhere",
    ),
    "smooth-head": (
        has_smooth_units,
        "the last hidden units are not known to be smooth ones with biases of their own",
    ),
    "rescaled-head": (
        can_be_rescaled,
        "the features of the last layer are not known to be linear in some parameters",
    ),
}
"""What shows every step size good by the last layer, and what is said where it does not."""
GRAPH = ("piecewise-analytic-graph", "operator-classes", "value-ranges")
FIELD = (*GRAPH, "stop-gradient", "almost-every-step", "iterates")


def graph_rule(_: Session, goal: TrainingClaim, __: Fields) -> list[Obligation]:
    """Reading the graph has shown every node sign-piecewise analytic on its whole domain; the loss is continuous."""
    architecture = goal.architecture
    if architecture.values[-1].smoothness != Smoothness.DISCONTINUOUS:
        return []
    number = next(k for k, v in enumerate(architecture.values) if v.smoothness == Smoothness.DISCONTINUOUS)
    node = architecture.node(number)
    name = "an input" if node is None else node.op
    raise Reject(f"node {number} ({name}) may be discontinuous in the parameters", "continuity")


def _method_rule(name: str) -> Callable[[Session, TrainingClaim, Fields], list[Obligation]]:
    def apply(_: Session, goal: TrainingClaim, __: Fields) -> list[Obligation]:
        """The table of methods has this claim under this rule, and the graph is as smooth as it asks for."""
        row = row_of(goal, name)
        if row.analytic and goal.architecture.smoothness != Smoothness.ANALYTIC:
            raise Reject("this needs a loss that is analytic for all parameters", "method")
        return []

    return apply


def _collapse_rule(name: str) -> Callable[[Session, TrainingClaim, Fields], list[Obligation]]:
    def apply(_: Session, goal: TrainingClaim, __: Fields) -> list[Obligation]:
        """The image, or a part of positive measure, lies in a null set, whatever the graph."""
        of_method(goal, name)
        return []

    return apply


def soft_threshold_rule(_: Session, goal: TrainingClaim, __: Fields) -> list[Obligation]:
    """Near theta = 0 the derivative by some parameter is small, so that the step ends in the threshold."""
    of_method(goal, "soft-threshold")
    if not vanishing_gradients(goal.architecture):
        raise Reject("no parameter is known to have a derivative that vanishes at 0", "method")
    return []


def exact_line_search_rule(_: Session, goal: TrainingClaim, __: Fields) -> list[Obligation]:
    """On an open set the loss is a squared distance of one bias (or of one output), which one step minimises."""
    of_method(goal, "exact-line-search")
    head = DeadHead(goal.architecture)
    if not head.dies() and not head.fits_one_example():
        raise Reject("the squared error is not known to depend on a last bias alone anywhere", "method")
    return []


def flat_point_rule(_: Session, goal: TrainingClaim, __: Fields) -> list[Obligation]:
    """At theta = 0 the Hessian of every analytic selection of the loss is 0, for all data."""
    row_of(goal, "flat-point")
    if goal.architecture.detached:
        raise Reject("a field that is no gradient has no Hessian", "method")
    if not extends(goal.architecture):
        raise Reject("a piece of the loss is not known to extend to all parameters", "method")
    if order_at_zero(goal.architecture) < 3:
        raise Reject("the Hessian of the loss is not known to vanish at 0", "method")
    return []


def _head_rule(name: str) -> Callable[[Session, TrainingClaim, Fields], list[Obligation]]:
    holds, complaint = HEADS[name]

    def apply(_: Session, goal: TrainingClaim, __: Fields) -> list[Obligation]:
        """The last layer has points at which no eigenvalue of the Hessian is one over the step size."""
        row_of(goal, name)
        if not holds(Head(goal.architecture)):
            raise Reject(complaint, "method")
        return []

    return apply


def rectified_head_rule(_: Session, goal: TrainingClaim, __: Fields) -> list[Obligation]:
    """Under a squared error, shifts of rectified units leave at most one over the curvature as a bad step size."""
    row_of(goal, "rectified-head")
    head = DeadHead(goal.architecture)
    count = bad_steps(head)
    if count is None:
        raise Reject("the features of the last layer are not known to be linear in shifts", "method")
    if count and not _left_out(goal, 1 / head.curvature()):
        raise Reject(f"the step size {1 / head.curvature()} may be bad", "method")
    return []


def _left_out(goal: TrainingClaim, size: fmpq) -> bool:
    """Whether a claim says nothing of a step size."""
    return not goal.sizes.meet(size, size)


def row_of(goal: TrainingClaim, rule: str) -> Method:
    row = METHODS.get((goal.method, goal.start, goal.step))
    if row is None or rule not in row.rules:
        raise Reject("no theorem of this rule says this of the method", "method")
    return row


def undone_decay_rule(_: Session, goal: TrainingClaim, __: Fields) -> list[Obligation]:
    """What is left is -v / lambda, of which an entry, or a sum of entries, is 0 on a set of positive measure."""
    of_method(goal, "undone-decay")
    if not moves_in_a_hyperplane(goal.architecture):
        raise Reject(
            "no derivative, nor a sum of some, is known to vanish on a set of positive measure",
            "method",
        )
    return []


def strict_saddles_rule(_: Session, goal: TrainingClaim, fields: Fields) -> list[Obligation]:
    """Where the step is non-singular, only a null set is led to a strict saddle point."""
    if goal.architecture.detached:
        raise Reject("a field that is no gradient has no Hessian", "method")
    return [Obligation(replace(goal, kind=NONSINGULAR), fields.raw("by"), (*fields.path, "by"))]


def dead_head_rule(_: Session, goal: TrainingClaim, __: Fields) -> list[Obligation]:
    """On an open set the loss is a squared distance of the last bias, which this step size takes to its minimum."""
    of_method(goal, "dead-head")
    head = DeadHead(goal.architecture)
    if not head.dies():
        raise Reject("the squared error is not known to depend on a last bias alone anywhere", "method")
    size = goal.sizes.one
    if size is None or size * head.curvature() != 1:
        raise Reject(f"the step size that collapses dead units is {1 / head.curvature()}", "method")
    return []


def of_method(goal: TrainingClaim, rule: str) -> None:
    if rule not in COLLAPSES[goal.method, goal.step].rules:
        raise Reject("no theorem of this rule says this of the method", "method")


def _proving(name: str, lemmas: tuple[str, ...]) -> Rule:
    return Rule(name, (TrainingClaim,), (*FIELD, *lemmas), _method_rule(name), ((NONSINGULAR, False),))


def _every(
    name: str,
    apply: Callable[[Session, TrainingClaim, Fields], list[Obligation]],
    lemmas: tuple[str, ...],
) -> Rule:
    lemmas = (*FIELD, "step-sequences", *lemmas, "decayed-head")
    return Rule(name, (TrainingClaim,), lemmas, apply, ((NONSINGULAR, False),))


def _refuting(name: str, lemmas: tuple[str, ...]) -> Rule:
    return Rule(name, (TrainingClaim,), lemmas, _collapse_rule(name), ((NONSINGULAR, True),))


RULES = (
    Rule(
        "strict-saddles",
        (TrainingClaim,),
        ("strict-saddles",),
        strict_saddles_rule,
        ((SADDLES_AVOIDED, False),),
    ),
    Rule(
        "undone-decay",
        (TrainingClaim,),
        (*GRAPH, "stop-gradient", "undone-decay"),
        undone_decay_rule,
        ((NONSINGULAR, True),),
    ),
    Rule("graph", (TrainingClaim,), GRAPH, graph_rule, ((ANALYTIC, False),)),
    _proving("gradient-step", ("step-sequences",)),
    _proving("transformed-step", ("step-sequences", "transformed-gradients")),
    _proving("momentum-step", ("momentum",)),
    _proving("adaptive-step", ("adaptive",)),
    _proving("random-steps", ("sequential-steps",)),
    _proving("zero-state", ("zero-state",)),
    _every(
        "flat-point",
        flat_point_rule,
        ("analytic-selections", "structural-zero-gradient", "flat-point"),
    ),
    _every(
        "constant-features",
        _head_rule("constant-features"),
        ("structural-zero-gradient", "constant-features"),
    ),
    _every("smooth-head", _head_rule("smooth-head"), ("analytic-selections", "smooth-head")),
    _every(
        "rescaled-head",
        _head_rule("rescaled-head"),
        ("analytic-selections", "weights-of-terms", "rescaled-head"),
    ),
    _every(
        "rectified-head", rectified_head_rule, ("analytic-selections", "weights-of-terms", "rectified-head")
    ),
    Rule(
        "dead-head",
        (TrainingClaim,),
        (*GRAPH, "exact-line-search-collapse", "dead-head"),
        dead_head_rule,
        ((NONSINGULAR, True),),
    ),
    _refuting("countable-image", ("countable-image",)),
    _refuting("null-image", ("null-image",)),
    _refuting("bounded-projection", (*GRAPH, "bounded-projection")),
    Rule(
        "soft-threshold",
        (TrainingClaim,),
        (*GRAPH, "stop-gradient", "structural-zero-gradient", "proximal-collapse"),
        soft_threshold_rule,
        ((NONSINGULAR, True),),
    ),
    Rule(
        "exact-line-search",
        (TrainingClaim,),
        (*GRAPH, "exact-line-search-collapse"),
        exact_line_search_rule,
        ((NONSINGULAR, True),),
    ),
)
