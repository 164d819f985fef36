"""Step sizes that a claim leaves out: are they bad indeed?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from invexcheck.architectures.dead_heads import DeadHead
from invexcheck.architectures.graph import Architecture
from invexcheck.errors import Refuse, Reject
from invexcheck.hessians.degrees import require_quadratic
from invexproof.provers.training import infer


def all_bad(subject: dict[str, Any], left_out: Sequence[str | list[str]]) -> bool:
    """Whether each exception of a proved claim about gradient descent is bad, or has a bad step size in it.

    So it is for a quadratic loss, whose Hessian is the same everywhere (a number that is left out is one over an
    eigenvalue, an interval has such a number in it), and for the one step size that dead rectified units make bad.  The
    checker proves it of each by a certificate of its own: ``--step NUMBER`` or ``--step between:LOW,HIGH`` is refuted.
    """
    try:
        architecture = infer(subject)
        return _quadratic(architecture) or _dies(architecture, left_out)
    except (Reject, Refuse):
        return False


def _quadratic(architecture: Architecture) -> bool:
    if not architecture.given:
        return False
    try:
        require_quadratic(architecture)
    except Reject:
        return False
    return not architecture.detached


def _dies(architecture: Architecture, left_out: Sequence[str | list[str]]) -> bool:
    head = DeadHead(architecture)
    return head.dies() and list(left_out) == [str(1 / head.curvature())]
