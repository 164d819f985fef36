"""Where a template stands: one step of a replayed proof, with the names that its terms have there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from invexcheck.errors import Path
from invexcheck.goals import Analytic, Claim, Defect, FullRank, MapClaim, Point, Sign, Span
from invexcheck.networks.functions import Facts
from invexcheck.networks.graph import Network
from invexcheck.reading import Fields
from invexcheck.rules.networks import read_facts
from invexproof.reports.prose import Math, Phrase
from invexproof.reports.replay import Node, Replay, Step
from invexproof.reports.writer import Names, Writer, function_name

LETTERS = "fghuvw"
"""What the subjects of claims are called: `rescale` and `instantiate` go on to another function."""
JACOBIAN_DETERMINANT = Math("det DΦ(x)", r"\det D\Phi(x)")


@dataclass(frozen=True)
class PieceView:
    """One piece of a claim's step: its open interval, the smooth function on it, its fields.

    The `index` distinguishes the functions of several pieces; None where all pieces have the same one.
    """

    span: Span
    function: int
    step: Step
    index: int | None = None


@dataclass(frozen=True)
class Scene:
    """One step in its context. `letter` is the name of the function of the claim around it.

    `place` says where a sign holds, if the goal is not about x alone. `again`: a step before it has the same rule.
    """

    replay: Replay
    writer: Writer
    node: Node
    names: Names
    letter: str = LETTERS[0]
    place: Phrase = ()
    again: bool = False

    @property
    def step(self) -> Step:
        return self.node.step

    @property
    def claim(self) -> Claim:
        """The goal, where it is a claim."""
        if not isinstance(self.node.goal, Claim):
            raise TypeError("the goal is not a claim")
        return self.node.goal

    @property
    def sign(self) -> Sign:
        """The goal, where it is a sign."""
        if not isinstance(self.node.goal, Sign):
            raise TypeError("the goal is not a sign")
        return self.node.goal

    @property
    def segment(self) -> FullRank:
        """The goal, where it is about the rank of a segment of a network."""
        if not isinstance(self.node.goal, FullRank):
            raise TypeError("the goal is not about a segment")
        return self.node.goal

    @property
    def network(self) -> Network:
        """The network that the claim at the root is about."""
        claim = self.replay.claim
        if not isinstance(claim, MapClaim):
            raise TypeError("the claim is not about a network")
        return claim.network

    def fields(self) -> Fields:
        """The step as the checker's rules read it."""
        return Fields(self.step, (), self.replay.session.limits)

    def auxiliary(self, line: int) -> int:
        """A term of the proof's own table."""
        return self.replay.session.auxiliary[line]

    def pieces(self) -> list[PieceView]:
        """The pieces of a step about a claim, from the obligations that the checker derived."""
        found = []
        for child in self._in_order():
            if isinstance(child.goal, Analytic) and child.role == "analytic":
                step = _at(self.step, child.path[len(self.node.path) : -1])
                found.append(PieceView(child.goal.span.interior(), child.goal.term, step))
        if len({piece.function for piece in found}) > 1:
            return [replace(piece, index=number) for number, piece in enumerate(found, 1)]
        return found

    def _in_order(self) -> list[Node]:
        """What remains to be shown, piece by piece from the left."""
        return sorted(self.node.children, key=lambda child: child.piece or 0)

    def children(self) -> Iterator[Scene]:
        """The scenes of the steps on which this one rests."""
        if isinstance(self.node.goal, MapClaim | FullRank | Defect):
            yield from self._about_networks()
            return
        pieces = self.pieces() if isinstance(self.node.goal, Claim) else []
        for child in self._in_order():
            if isinstance(child.goal, Claim):
                letter = LETTERS[min(LETTERS.index(self.letter[0]) + 1, len(LETTERS) - 1)]
                yield Scene(
                    self.replay, self.writer, child, {child.goal.subject: function_name(letter)}, letter
                )
                continue
            names = dict(self._lasting_names())
            if "guards" in child.path[len(self.node.path) :]:
                names = {}
            elif child.piece is not None and pieces:
                names.update(self.piece_names(pieces[child.piece]))
                if child.role == "join":
                    names = self._slopes(pieces[child.piece - 1]) | self._slopes(pieces[child.piece])
            elif pieces:
                names.update(self.piece_names(next((p for p in pieces if _holds(p, child)), pieces[0])))
            yield replace(self, node=child, names=names, again=False)

    def _about_networks(self) -> Iterator[Scene]:
        """The steps below one about a network: parts of it, and what is shown of its functions."""
        for child in self.node.children:
            number = function_number(child.path[len(self.node.path) :])
            if number is not None:
                letter = f"f{number}"
                names = self._function_names(number, child)
                yield Scene(self.replay, self.writer, child, names, letter)
            elif isinstance(child.goal, Sign | Analytic):
                names = {child.goal.term: JACOBIAN_DETERMINANT} if isinstance(child.goal, Sign) else {}
                bounded = isinstance(self.node.goal, FullRank) and self.node.goal.region is not None
                place = " for all x in the box" if bounded else " for all x"
                yield replace(self, node=child, names=names, place=(place,), again=False)
            else:
                yield replace(self, node=child, names={}, again=False)

    def _function_names(self, number: int, child: Node) -> dict[int, Math]:
        """What a function of the network and its pieces are called in a step about it."""
        letter = f"f{number}"
        if isinstance(child.goal, Claim):
            return {child.goal.subject: function_name(letter)}
        facts = self.facts_of(number, outer="regularity" in child.path)
        names: dict[int, Math] = {}
        if facts is not None and "guards" not in child.path:
            for k, function in enumerate(facts.functions, 1):
                index = k if len(facts.functions) > 1 else None
                names[self.replay.session.derivative(function)] = function_name(letter, index, 1)
                names[function] = function_name(letter, index)
        return names

    def facts_of(self, number: int, outer: bool = False) -> Facts | None:
        """What the proof shows of a function of the network; `outer`: what it shows of one of the loss."""
        session = self.replay.session
        if not outer:
            return session.facts.get(number)
        step = self.replay.root.step["outer"][str(number)]["regularity"]
        return read_facts(session, self.network.functions[number], Fields(step, (), session.limits))[0]

    def _lasting_names(self) -> Names:
        """Names that go on to inner steps: those of numbers and of x itself do not."""
        terms = self.replay.session.terms
        return {term: name for term, name in self.names.items() if terms.op(term) not in ("rat", "var")}

    def _slopes(self, piece: PieceView) -> dict[int, Math]:
        """The name of what must not drop from a piece to the next: its slope, or the factor of a block."""
        slope = self.replay.session.derivative(piece.function)
        factor = self.auxiliary(piece.step["factor"]) if "factor" in piece.step else slope
        return {factor: self.piece_names(piece)[factor]} if piece.index else {}

    def piece_names(self, piece: PieceView) -> dict[int, Math]:
        """f₂, f₂′ and f₂″ on a piece, and the factors p and k of a block."""
        session = self.replay.session
        result = {}
        ladder = [piece.function]
        for _ in range(2):
            ladder.append(session.derivative(ladder[-1]))
        # a function that is its own derivative keeps its first name
        for primes in (2, 1, 0):
            result[ladder[primes]] = function_name(self.letter, piece.index, primes)
        for letter, name in (("k", "factor"), ("p", "positive")) if "factor" in piece.step else ():
            term = self.auxiliary(piece.step[name])
            result[session.derivative(term)] = function_name(letter, piece.index, 1)
            result[term] = function_name(letter, piece.index)
        return result


Fact = Callable[[Scene], "Phrase | Math | str"]
"""Something that a template may say about a scene."""


def read_point(scene: Scene, raw: object) -> Point:
    """A point of the document."""
    return scene.replay.session.point(raw, ())


def function_number(path: Path) -> int | None:
    """The number of the function of a network that a step below one about the network is about."""
    for part, number in pairwise(path):
        if part in ("functions", "outer"):
            return int(number)
    return None


def _at(step: Step, path: tuple[str | int, ...]) -> Step:
    value: object = step
    for part in path:
        value = value[part]  # type: ignore[index]
    return value if isinstance(value, dict) else {}


def _holds(piece: PieceView, child: Node) -> bool:
    return isinstance(child.goal, Analytic) and child.goal.term == piece.function
