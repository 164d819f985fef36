"""One search about a network: the checker's view of it, the prover's, and the facts of its functions."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from invexcheck.errors import Reject
from invexcheck.goals import Goal, MapClaim, Obligation
from invexcheck.kernel import read_claim
from invexcheck.networks.graph import Network as CheckedNetwork
from invexcheck.networks.graph import Segment
from invexcheck.networks.slope_forms import SlopeForm
from invexcheck.reading import Fields, Folder
from invexproof.networks.network import Network
from invexproof.provers.maps.facts import describe
from invexproof.provers.signs import solve
from invexproof.provers.workshop import HOLE, WORKING_LIMITS, Step, Workshop, fill, fraction

Array = npt.NDArray[np.float64]


@dataclass
class Study:
    """The network as the checker reads it (`checked`) and as the prover does (`network`), in one workshop."""

    shop: Workshop
    network: Network
    claim: dict[str, Any]
    """The claim as it stands in a certificate, not negated."""
    goal: MapClaim
    """The claim as the checker reads it."""
    forms: dict[tuple[int, int], SlopeForm | None] = field(default_factory=dict)
    """Slope forms by the ends of their segments."""
    hints: list[tuple[tuple[Fraction, ...], tuple[Fraction, ...]]] = field(default_factory=list)
    """Pairs of points between which the determinant seems to change its sign."""
    boxes: list[tuple[tuple[Fraction, Fraction], ...]] = field(default_factory=list)
    """Boxes that resisted a search."""

    @staticmethod
    def of(
        network: Network, claim: dict[str, Any], deadline: float | None, folder: Folder | None = None
    ) -> Study:
        """Read a claim."""
        shop = Workshop([["var", "x"]], deadline=deadline)
        shop.session.folder = folder or Folder()
        with Fields(claim, ("claim",), WORKING_LIMITS) as fields:
            goal, _ = read_claim(shop.session, fields)
        if not isinstance(goal, MapClaim):
            raise TypeError("a study is about a network")
        return Study(shop, network, claim, goal)

    @cached_property
    def functions(self) -> list[Step | None]:
        """The entries of the step ``network``: what can be shown of each function, once."""
        used = {f for _, node in self.whole.nodes() if node.op == "pointwise" for f in node.data}
        found: list[Step | None] = []
        for number, function in enumerate(self.network.functions):
            described = describe(self.shop, function) if number in used else None
            found.append(described.step if described else None)
        return found

    @property
    def checked(self) -> CheckedNetwork:
        return self.goal.network

    @cached_property
    def ends(self) -> tuple[Array, Array] | None:
        """The lower and the upper ends of the region in double precision."""
        if self.goal.region is None:
            return None
        ends = np.array([[float(fraction(low)), float(fraction(high))] for low, high in self.goal.region])
        return ends[:, 0], ends[:, 1]

    @cached_property
    def whole(self) -> Segment:
        return self.checked.whole()

    @cached_property
    def cuts(self) -> list[int]:
        """The nodes, both ends included, that all paths from the input to the output pass through."""
        last = len(self.checked.nodes) - 1
        reach = list(range(last + 1))  # the furthest node that a node's value goes to
        for k, node in enumerate(self.checked.nodes):
            for i in node.arguments:
                reach[i] = max(reach[i], k)
        passed, result = 0, []
        for k in range(last + 1):
            if passed <= k:
                result.append(k)
            passed = max(passed, reach[k])
        return result

    def opened(self, goal: MapClaim, bare: bool = False) -> tuple[Step, Goal] | None:
        """The step ``network`` with a hole ``by``, and the goal to be shown there; bare, nothing about functions."""
        functions = [None] * len(self.network.functions) if bare else self.functions
        step: Step = {"rule": "network", "functions": functions, "by": HOLE}
        obligations = self.shop.obligations(goal, step)
        return None if obligations is None else (step, obligations[-1].goal)

    def attempt(self, goal: Goal, step: Step) -> list[Obligation] | None:
        """What remains after a step, None if the checker's rule rejects it."""
        self.shop.check_time()
        before = self.shop.session.parameters
        try:
            return self.shop.obligations(goal, step)
        finally:
            self.shop.session.parameters = before

    def completed(self, goal: Goal, step: Step) -> Step | None:
        """The step with all that remains filled in by the tactics for signs, or None."""
        session = self.shop.session
        before = session.parameters
        try:
            obligations = self.shop.obligations(goal, step)
            if obligations is None:
                return None
            for obligation in obligations:
                found = solve(self.shop, obligation.goal)
                if found is None:
                    return None
                fill(step, obligation.path, found)
        except Reject:
            return None
        finally:
            session.parameters = before
        return step
