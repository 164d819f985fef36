"""Segments of networks, as goals of steps."""

from __future__ import annotations

from invexcheck.goals import FullRank
from invexcheck.networks.graph import Segment
from invexproof.reports.matrices import node_name, space
from invexproof.reports.prose import Math, Phrase
from invexproof.reports.scene import Scene
from invexproof.reports.writer import join

ARROW = Math(" ↦ ", r" \mapsto ")
TO = Math(" → ", r" \to ")


def segment_goal(scene: Scene) -> Phrase:
    """That a part of the network has full row rank."""
    goal = scene.segment
    almost = " almost everywhere" if goal.almost else ""
    return ("The part ", arrow(goal), f" has full row rank{almost}")


def arrow(goal: FullRank) -> Math:
    """``y₀ ↦ y₃, ℝ² → ℝ²``."""
    segment: Segment = goal.segment
    names = join(node_name(segment.start), ARROW, node_name(segment.end))
    spaces = join(space(segment.inputs), TO, space(segment.outputs))
    return join(names, Math(", ", r",\; "), spaces)
