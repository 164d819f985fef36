"""The numbered steps of a narrative, and what is said of those that a reader takes for granted."""

from __future__ import annotations

from dataclasses import replace

from invexcheck.goals import Analytic, Claim, FullRank, Sign
from invexproof.reports.prose import Argument, Phrase
from invexproof.reports.replay import Node
from invexproof.reports.scene import Scene, function_number
from invexproof.reports.segments import segment_goal
from invexproof.reports.templates import TEMPLATES
from invexproof.reports.writer import function_name, join

ROUTINE = {
    (True, False): " The formulas are analytic where they are used; one enclosure each shows it.",
    (False, True): " The conditions have the signs that select these formulas; one enclosure each shows it.",
    (
        True,
        True,
    ): " The conditions have the signs that select these formulas, and the formulas are analytic where they"
    " are used; one enclosure each shows it.",
}
"""What is said of routine steps, by whether there are analyticity and guards among them."""


def is_routine(node: Node) -> bool:
    """Whether a step is one enclosure for something that a reader takes for granted."""
    if node.rule != "interval" or len(node.leaves) > 1:
        return False
    return isinstance(node.goal, Analytic) or _is_guard(node) or _is_bound(node)


def _is_guard(node: Node) -> bool:
    return isinstance(node.goal, Sign) and "guards" in node.path[-4:]


def _is_bound(node: Node) -> bool:
    """Whether it is about a bound of the slopes of a function of a network."""
    about_function = function_number(node.path) is not None and "invex" not in node.path
    return isinstance(node.goal, Sign) and about_function and node.role in ("lower", "upper")


def routine(scene: Scene) -> Phrase:
    """What is said of the routine steps below one, all together."""
    steps = [child for child in scene.node.children if is_routine(child)]
    guards = any(_is_guard(step) for step in steps)
    bounds = sum(_is_bound(step) for step in steps)
    analytic = any(isinstance(step.goal, Analytic) for step in steps)
    said = ROUTINE[analytic, guards] if analytic or guards else ""
    if bounds:
        said += f" The same is true of {'the bound' if bounds == 1 else 'the bounds'} of the slopes."
    return (said,) if said else ()


def arguments(scene: Scene, prefix: str = "") -> tuple[Argument, ...]:
    """The numbered steps below a scene; the format bounds how deep they may be."""
    return numbered([child for child in scene.children() if is_shown(child)], prefix)


def is_shown(scene: Scene) -> bool:
    """Whether a step is neither routine nor about the sign of a rational."""
    goal = scene.node.goal
    trivial = isinstance(goal, Sign) and scene.replay.session.terms.constant(goal.term) is not None
    return not (trivial or is_routine(scene.node))


def numbered(scenes: list[Scene], prefix: str) -> tuple[Argument, ...]:
    """The steps of the scenes, with all those below them."""
    result = []
    rules: set[str] = set()
    for number, first in enumerate(scenes, 1):
        scene = replace(first, again=first.node.rule in rules)
        rules.add(scene.node.rule)
        label = f"{prefix}{number}"
        reason = TEMPLATES[scene.node.rule].write(scene) + routine(scene)
        result.append(Argument(label, _goal(scene), reason, arguments(scene, f"{label}.")))
    return tuple(result)


def _goal(scene: Scene) -> Phrase:
    """What is to be shown; a term with a long formula is named if more than one step speaks of it."""
    goal, writer = scene.node.goal, scene.writer
    if isinstance(goal, Claim):
        formula = join(function_name(scene.letter), " = ", writer.formula(goal.subject))
        return (f"{CLAIMS.get(goal.kind, goal.kind)}: ", formula)
    if isinstance(goal, FullRank):
        return segment_goal(scene)
    if not isinstance(goal, Sign | Analytic):
        raise TypeError(f"not a goal of an inner step: {goal!r}")
    where: Phrase = ()
    if isinstance(goal, Sign) and scene.node.children:
        where = writer.introduce(goal.term, scene.names)
    return (*writer.goal(goal, scene.names, scene.place), *where)


CLAIMS = {"activation.invex": "Every stationary point of this function is a global minimiser"}
"""Claims about functions as goals of inner steps."""
