"""The sections about a claim on a network: statement, the map, reasons."""

from __future__ import annotations

from collections.abc import Iterator

from invexcheck.goals import Claim, Defect, FullRank, MapClaim
from invexproof.reports.arguments import is_shown, numbered, routine
from invexproof.reports.definitions import COMPOSITION, STATEMENTS
from invexproof.reports.matrices import box, space
from invexproof.reports.network_blocks import describe
from invexproof.reports.prose import Block, Math, Paragraph, Phrase, Section, fill
from invexproof.reports.replay import Replay
from invexproof.reports.scene import Scene
from invexproof.reports.templates import TEMPLATES
from invexproof.reports.writer import Writer

MAP = Math("Φ", r"\Phi")
COMPOSED = Math("ℓ∘Φ", r"\ell \circ \Phi")


def region(claim: MapClaim) -> Math:
    """``ℝ²``, or the box of the claim."""
    return space(claim.network.inputs) if claim.region is None else box(claim.region)


def statement(replay: Replay, claim: MapClaim) -> tuple[Block, ...]:
    """What the claim says."""
    where = region(claim)
    values: dict[str, Phrase | Math | str] = {
        "map": MAP,
        "composition": COMPOSED,
        "region": where,
        "space": space(claim.network.inputs),
        "k": str(claim.network.outputs),
        "weights": " and almost all values of the free weights" if claim.network.free else "",
        **_composition_words(claim, where),
    }
    return (Paragraph(fill(STATEMENTS[claim.kind][claim.negated], values)),)


def _composition_words(claim: MapClaim, where: Math) -> dict[str, Phrase]:
    """How a claim about a composition is limited."""
    if claim.almost:
        on: Phrase = (" almost everywhere",)
        there: Phrase = (" outside of a null set",)
        if claim.negated:
            there = (" on a set of positive measure",)
        some = "the Clarke-stationary points"
    else:
        on = (" on ", where)
        there = () if claim.region is None else (" in this box",)
        some = "some Clarke-stationary point"
    return {"on": on, "there": there, "some": (some,), "are": ("are" if claim.almost else "is",)}


def reasons(replay: Replay, claim: MapClaim, writer: Writer, prefix: str) -> list[Section]:
    """The map, why the claim is true, and the steps, their numbers after `prefix`."""
    root = Scene(replay, writer, replay.root, {})
    scenes = [root]
    while inner := _main(scenes[-1]):
        scenes.append(inner)
    said: list[Block] = []
    for scene in scenes:
        text = TEMPLATES[scene.node.rule].write(scene) + routine(scene)
        if text:
            said.append(Paragraph(text))
    steps = numbered(list(_steps(scenes)), prefix)
    points = [Paragraph(phrase) for phrase in writer.definitions()]
    title = "The composition" if claim.kind == COMPOSITION else "The map"
    sections = [
        Section(title, (*describe(root, claim), *points)),
        Section("Why it is true", tuple(said)),
    ]
    return [*sections, Section("The steps", steps)] if steps else sections


def _main(scene: Scene) -> Scene | None:
    """The step below a claim that is about the whole network."""
    if not isinstance(scene.node.goal, MapClaim):
        return None
    about = (MapClaim, FullRank, Defect)
    return next((child for child in scene.children() if isinstance(child.node.goal, about)), None)


def _steps(scenes: list[Scene]) -> Iterator[Scene]:
    """What is shown as numbered steps: first of the map, then of the loss, then of the functions."""
    order = {FullRank: 0, Claim: 1}
    found = [child for scene in reversed(scenes) for child in scene.children()]
    main = {id(scene.node) for scene in scenes}
    shown = [child for child in found if id(child.node) not in main and is_shown(child)]
    yield from sorted(shown, key=lambda child: order.get(type(child.node.goal), 2))
