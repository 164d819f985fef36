"""Full rank almost everywhere, from its witness at one point of each analytic selection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

from flint import fmpq

from invexcheck.balls import precision
from invexcheck.errors import Reject, shown
from invexcheck.goals import FullRank, Obligation, Rule
from invexcheck.intervals import Interval, Undefined
from invexcheck.matrices import regular
from invexcheck.networks.functions import Enclosures
from invexcheck.networks.graph import Network, Segment
from invexcheck.networks.macros import Chain, Primitive
from invexcheck.networks.propagation import Forward, at_point
from invexcheck.networks.tensors import Tensor, rationals, read_tensor
from invexcheck.reading import Fields
from invexcheck.rules.decomposition import DEFAULT_STEP
from invexcheck.rules.networks import formulas_analytic
from invexcheck.session import PRECISIONS, Session

MAX_SELECTIONS = 4096


def witness_rule(session: Session, goal: FullRank, fields: Fields) -> list[Obligation]:
    """An analytic map has full row rank at one point, hence off a null set; free tensors have values there, too."""
    _require_almost(goal, fields)
    segment = goal.segment
    for f in segment.functions():
        facts = session.facts.get(f)
        if facts is None or not facts.analytic:
            raise Reject(f"function {f} is not shown to be analytic on R", "function", fields.path)
    _require_analytic_nodes(segment, ("max",), fields)
    given = _with_tensors(session, segment, fields)
    point = rationals(fields.raw("at"), session.limits, (*fields.path, "at"), segment.inputs)
    chain = Chain(session, given)
    if not any(_full_rank(session, chain, point, {}, bits) for bits in PRECISIONS[:4]):
        raise Reject("full row rank at the point is not established", "rank", fields.path)
    return _formulas(session, segment, fields)


def selections_rule(session: Session, goal: FullRank, fields: Fields) -> list[Obligation]:
    """For every choice of a piece by each unit (of an entry by each max), full row rank at one of the points."""
    _require_almost(goal, fields)
    segment = goal.segment
    for f in segment.functions():
        facts = session.facts.get(f)
        if facts is None or not (facts.entire or facts.analytic):
            raise Reject(
                f"the pieces of function {f} are not shown to be analytic on R", "function", fields.path
            )
    _require_analytic_nodes(segment, (), fields)
    given = _with_tensors(session, segment, fields)
    points = [rationals(raw, session.limits, path, segment.inputs) for raw, path in fields.items("points")]
    chain = Chain(session, given)
    for choice in _selections(session, chain):
        if not any(_full_rank(session, chain, point, choice, bits) for point in points for bits in (64, 256)):
            raise Reject("a selection is not shown to have full row rank at any point", "rank", fields.path)
    return _formulas(session, segment, fields)


def _require_almost(goal: FullRank, fields: Fields) -> None:
    if not goal.almost or goal.region is not None:
        raise Reject("a witness shows full rank almost everywhere only", "claim", fields.path)


def _require_analytic_nodes(segment: Segment, excluded: tuple[str, ...], fields: Fields) -> None:
    for k, node in segment.nodes():
        if node.op in excluded or (node.op == "layernorm" and not node.data.epsilon > 0):
            raise Reject(f"node {k} ({node.op}) is not analytic everywhere", "smooth", fields.path)


def _with_tensors(session: Session, segment: Segment, fields: Fields) -> Segment:
    """The segment with the witness's values for all free tensors."""
    network: Network = segment.network
    if not network.free:
        return segment
    values: dict[str, Tensor] = dict(network.tensors)
    with fields.object("tensors") as given:
        for name in network.free:
            path = (*given.path, shown(name))
            tensor = read_tensor(given.raw(name), path, session.limits, session.folder)
            if tensor.shape != network.tensors[name].shape or tensor.entries is None:
                raise Reject("a witness gives each free tensor values, in its shape", "tensor", path)
            values[name] = tensor
    return Segment(replace(network, tensors=values), segment.start, segment.end)


def _formulas(session: Session, segment: Segment, fields: Fields) -> list[Obligation]:
    step = fields.raw("analytic") if fields.has("analytic") else DEFAULT_STEP
    return formulas_analytic(session, segment.network, step, (*fields.path, "analytic"))


Choice = Mapping[tuple[int, int], int]
"""From (node, entry) to the number of the piece, or of the entry under a max."""


class Selected(Forward):
    """A forward pass through one analytic selection."""

    def __init__(
        self, session: Session, chain: Chain, enclosures: Enclosures, box: Sequence[Interval], choice: Choice
    ) -> None:
        self.choice = choice
        super().__init__(session, chain, enclosures, box, True)

    def pointwise(self, step: Primitive, i: int) -> None:
        pairs = []
        for entry, (f, value) in enumerate(zip(step.data, self.values[i], strict=True)):
            facts = self.enclosures.facts[f]
            piece = facts.functions[self.choice.get((step.node, entry), 0)]
            pairs.append(self.enclosures.smooth(piece, value))
        self._scaled(pairs, i)

    def max(self, step: Primitive, i: int) -> None:
        chosen = [r * step.data + self.choice[step.node, r] for r in range(step.size)]
        source = self.rows(i)
        self.append([self.values[i][k] for k in chosen], [source[k] for k in chosen])


def _selections(session: Session, chain: Chain) -> Iterator[Choice]:
    places: list[tuple[int, int]] = []
    options: list[Sequence[int]] = []
    total = 1
    for step in chain.steps:
        for entry in range(step.size) if step.op in ("pointwise", "max") else ():
            count = len(session.facts[step.data[entry]].functions) if step.op == "pointwise" else step.data
            if count > 1 or step.op == "max":
                places.append((step.node, entry))
                options.append(range(count))
                total *= count
                if total > MAX_SELECTIONS:
                    raise Reject(f"more than {MAX_SELECTIONS} selections", "size")
    for numbers in product(*options):
        yield dict(zip(places, numbers, strict=True))


def _full_rank(session: Session, chain: Chain, point: Sequence[fmpq], choice: Choice, bits: int) -> bool:
    with precision(bits):
        box: list[Interval] = at_point(point)
        enclosures = Enclosures(session, chain.network.functions, session.facts)
        try:
            return regular(Selected(session, chain, enclosures, box, choice).jacobian, session.budget)
        except Undefined:
            return False


RULES = (
    Rule("witness", (FullRank,), ("witness",), witness_rule),
    Rule("selections", (FullRank,), ("selections",), selections_rule),
)
