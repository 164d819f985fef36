"""Split trees for the rule `interval`: branch and prune with the checker's own leaf forms."""

from __future__ import annotations

from flint import arb, fmpq

from invexcheck.balls import precision
from invexcheck.errors import Reject
from invexcheck.goals import Analytic, Sign
from invexcheck.intervals import NEG_INF, POS_INF, Interval, Undefined, evaluate
from invexcheck.rules.enclosure import BALL_SATISFIES, Box, leaf_shows, middle, split
from invexcheck.session import VARIABLE
from invexproof.provers.workshop import Step, Workshop

MAX_LEAVES = 4096
MAX_EXPLICIT = 1_000_000_000_000
BALL_FORMS = ("b", "m", "t")


class TreeBuilder:
    """Builds one tree; `worst` is the box at which it gave up."""

    def __init__(self, shop: Workshop, goal: Sign | Analytic, max_leaves: int, bits: int) -> None:
        self.shop = shop
        self.goal = goal
        self.max_leaves = max_leaves
        self.bits = bits
        self.letters: list[str] = []
        self.explicit: list[list[int | str]] = []
        self.leaves = 0
        self.worst: Interval | None = None
        self.names = [VARIABLE, *shop.session.parameters]

    def build(self) -> Step | None:
        """The step, or None where some box resists or contradicts the goal."""
        with precision(self.bits):
            root = tuple(self.shop.session.box(self.goal.span).values())
            stack: list[tuple[Box, int]] = [(root, 0)]
            while stack:
                self.shop.check_time()
                box, depth = stack.pop()
                form = self._form(box, root)
                if form is not None:
                    self.letters.append(form)
                    self.leaves += 1
                    continue
                halves = None
                if self.leaves + len(stack) < self.max_leaves and depth < 60 and not self._contradicted(box):
                    halves = self._halves(box)
                if halves is None:
                    self.worst = box[0]
                    return None
                stack += [(halves[1], depth + 1), (halves[0], depth + 1)]
        step: Step = {"rule": "interval"}
        tree = "".join(self.letters)
        if tree != "e":
            step["tree"] = tree
        if self.explicit:
            step["at"] = self.explicit
        if self.bits != 64:
            step["precision"] = self.bits
        return step

    def _form(self, box: Box, root: Box) -> str | None:
        """The cheapest leaf form that shows the goal on the box."""
        forms = self._forms(box, root)
        for form in forms:
            try:
                if isinstance(self.goal, Analytic):
                    evaluate(
                        self.shop.session.terms, self.goal.term, dict(zip(self.names, box, strict=True)), True
                    )
                    return form
                if leaf_shows(self.shop.session, self.goal, form, box):
                    return form
            except (Undefined, Reject):
                continue
        return None

    def _forms(self, box: Box, root: Box) -> tuple[str, ...]:
        if isinstance(self.goal, Analytic) or any(s.lo == NEG_INF or s.hi == POS_INF for s in box):
            return ("e",)
        balls = BALL_FORMS if len(box) == 1 else BALL_FORMS[:2]
        at_end = any(s.lo == r.lo or s.hi == r.hi for s, r in zip(box, root, strict=True))
        if box == root:
            return ("e", *balls)
        return (*balls, "e") if at_end else balls

    def _contradicted(self, box: Box) -> bool:
        """Whether the centre of a bounded box certainly violates the goal."""
        if isinstance(self.goal, Analytic) or any(s.lo == NEG_INF or s.hi == POS_INF for s in box):
            return False
        try:
            value = self.shop.session.program(self.goal.term)(*(middle(side) for side in box))[0]
        except (Undefined, Reject):
            return False
        opposite = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}[self.goal.relation]
        return BALL_SATISFIES[opposite](value)

    def _halves(self, box: Box) -> tuple[Box, Box] | None:
        index = self._widest(box)
        side = box[index]
        try:
            if side.lo == NEG_INF or side.hi == POS_INF:
                cut = explicit_cut(side)
                if abs(cut) > MAX_EXPLICIT:
                    return None
                self.letters.append("s")
                self.explicit.append([index, str(cut)])
                return split(box, index, arb(cut).mid())
            self.letters.append(str(index))
            return split(box, index, middle(side))
        except Reject:
            return None

    def _widest(self, box: Box) -> int:
        def width(side: Interval) -> float:
            if side.lo == NEG_INF or side.hi == POS_INF:
                return float("inf")
            scale = 1 + min(abs(float(side.lo)), abs(float(side.hi)))
            return float(side.hi - side.lo) / scale

        return max(range(len(box)), key=lambda k: width(box[k]))


def explicit_cut(side: Interval) -> fmpq:
    """Where to split an unbounded interval: at 0 first, then outwards, doubling."""
    if side.lo == NEG_INF and side.hi == POS_INF:
        return fmpq(0)
    end, sign = (float(side.lo), 1) if side.hi == POS_INF else (float(side.hi), -1)
    distance = end * sign
    if distance < -1:
        return fmpq(-sign)  # first come back to the neighbourhood of 0
    beyond = 1 if distance < 1 else 2 * distance
    return fmpq(sign * int(beyond + 1 if beyond == int(distance) else beyond))


def tree(shop: Workshop, goal: Sign | Analytic, max_leaves: int = MAX_LEAVES, bits: int = 64) -> Step | None:
    """A step `interval` that shows the goal, or None."""
    return TreeBuilder(shop, goal, max_leaves, bits).build()
