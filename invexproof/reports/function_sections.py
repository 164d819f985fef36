"""The sections about a claim on a function of one variable: statement, function, reasons."""

from __future__ import annotations

from invexcheck.goals import Claim, ParameterRange
from invexproof.reports import numerals
from invexproof.reports.arguments import arguments, routine
from invexproof.reports.definitions import NOTATION, STATEMENTS
from invexproof.reports.prose import Block, Display, Math, Paragraph, Phrase, Section, Table, fill, listing
from invexproof.reports.replay import Replay
from invexproof.reports.scene import LETTERS, PieceView, Scene
from invexproof.reports.templates import TEMPLATES
from invexproof.reports.writer import Writer, function_name, join

PIECE_FORMULA_LIMIT = 90
HEADER = ("Interval", "Function", "Derivative", "Role")

ROLES = {
    "decreasing": "falls strictly",
    "block": "block: falls, then rises",
    "increasing": "rises strictly",
    ">": "positive slope",
    ">=": "slope not negative",
    "<": "negative slope",
    "<=": "slope not positive",
}
"""What pieces are called by their shape or relation."""


def statement(replay: Replay, claim: Claim) -> tuple[Block, ...]:
    """What the claim says."""
    constant: Phrase = ("some constant",) if not claim.negated else ("any constant",)
    if claim.constant is not None:
        constant = ("constant ", numerals.rational(claim.constant))
    sentence = fill(STATEMENTS[claim.kind][claim.negated], {**NOTATION, "constant": constant})
    if not claim.parameters:
        return (Paragraph(sentence),)
    ranges = listing([_range(name, bounds) for name, bounds in sorted(claim.parameters.items())])
    return (Paragraph(("For some " if claim.negated else "For every ", *ranges, ": ", *sentence)),)


def reasons(replay: Replay, claim: Claim, writer: Writer, prefix: str) -> list[Section]:
    """The function, why the claim is true, and the steps, their numbers after `prefix`."""
    scenes = _claims(replay, claim, writer)
    said: list[Block] = [
        Paragraph(TEMPLATES[scene.node.rule].write(scene) + routine(scene)) for scene in scenes
    ]
    steps = arguments(scenes[-1], prefix)
    function = _function(scenes)
    # the names of points come last, when everything that needs one has been written
    points = [Paragraph(phrase) for phrase in writer.definitions()]
    sections = [Section("The function", (*function, *points)), Section("Why it is true", tuple(said))]
    return [*sections, Section("The steps", steps)] if steps else sections


def _claims(replay: Replay, claim: Claim, writer: Writer) -> list[Scene]:
    """The claim, and those to which `rescale` and `instantiate` reduce it."""
    scene = Scene(replay, writer, replay.root, {claim.subject: function_name(LETTERS[0])})
    scenes = [scene]
    while scene.node.children and isinstance(scene.node.children[0].goal, Claim):
        scene = next(scene.children())
        scenes.append(scene)
    return scenes


def _range(name: str, bounds: ParameterRange) -> Math:
    variable = Math(name, name if len(name) == 1 else rf"\mathrm{{{name}}}".replace("_", r"\_"))
    result = variable
    if bounds.lower is not None:
        result = join(numerals.rational(bounds.lower), _less(bounds.lower_open), result)
    if bounds.upper is not None:
        result = join(result, _less(bounds.upper_open), numerals.rational(bounds.upper))
    if bounds.lower is None and bounds.upper is None:
        result = Math(f"real {name}", rf"{variable.latex} \in \mathbb{{R}}")
    return result


def _less(strict: bool) -> Math:
    return Math(" < ", " < ") if strict else Math(" ≤ ", r" \le ")


def _function(scenes: list[Scene]) -> list[Block]:
    blocks: list[Block] = []
    for scene in scenes:
        formula = scene.writer.formula(scene.claim.subject, 600, tidy=False)
        blocks.append(Display(join(function_name(scene.letter), " = ", formula)))
    scene = scenes[-1]
    pieces = scene.pieces()
    if pieces and pieces[0].index is None:
        slope = scene.replay.session.derivative(pieces[0].function)
        name = function_name(scene.letter, None, 1)
        blocks.append(Display(join(name, " = ", scene.writer.simplified(slope, 4 * PIECE_FORMULA_LIMIT))))
    rows = [_row(scene, piece) for piece in pieces]
    header = [title for title, *cells in zip(HEADER, *rows, strict=True) if any(cells)]
    if len(pieces) > 1 and len(header) > 1:
        kept = [column for column, title in enumerate(HEADER) if title in header]
        blocks.append(Table(tuple(header), tuple(tuple(row[column] for column in kept) for row in rows)))
    return blocks


def _row(scene: Scene, piece: PieceView) -> tuple[Phrase, ...]:
    """A piece in the table of pieces; what all pieces share, or does not apply, stays empty."""
    role = ROLES.get(str(piece.step.get("shape", piece.step.get("relation"))), "")
    formulas: tuple[Phrase, ...] = ((), ())
    if piece.index is not None:
        slope = scene.replay.session.derivative(piece.function)
        function = scene.writer.formula(piece.function, PIECE_FORMULA_LIMIT)
        derivative = scene.writer.simplified(slope, PIECE_FORMULA_LIMIT)
        formulas = (
            (join(function_name(scene.letter, piece.index), " = ", function),),
            (join(function_name(scene.letter, piece.index, 1), " = ", derivative),),
        )
    return ((scene.writer.span(piece.span),), *formulas, (role,) if role else ())
