"""From a replayed proof to a narrative: statement, definitions, function, argument, steps, trust."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from invexcheck.goals import Analytic, Claim, ParameterRange, Sign
from invexcheck.lemmas import LEMMAS
from invexproof.reports import numerals
from invexproof.reports.prose import (
    Argument,
    Block,
    Display,
    Math,
    Paragraph,
    Phrase,
    Section,
    Table,
    fill,
    listing,
)
from invexproof.reports.replay import Node, Replay
from invexproof.reports.scene import LETTERS, PieceView, Scene
from invexproof.reports.templates import TEMPLATES
from invexproof.reports.writer import Writer, function_name, join

PIECE_FORMULA_LIMIT = 90
HEADER = ("Interval", "Function", "Derivative", "Role")
REAL = Math("ℝ", r"\mathbb{R}")

STATEMENTS: dict[str, tuple[str, str]] = {
    "activation.invex": (
        "The function f is invex on {reals}: every Clarke-stationary point is a global minimiser.",
        "The function f is not invex on {reals}: some Clarke-stationary point is not a global minimiser.",
    ),
    "activation.strictly-monotone": (
        "The function f is strictly monotone on {reals}.",
        "The function f is not strictly monotone on {reals}.",
    ),
    "activation.lipschitz": (
        "The function f is Lipschitz continuous on {reals} with {constant}.",
        "The function f is not Lipschitz continuous on {reals} with {constant}.",
    ),
    "activation.convex": ("The function f is convex on {reals}.", "The function f is not convex on {reals}."),
    "activation.piecewise-analytic": (
        "The function f is continuous on {reals}, and real-analytic off a finite set.",
        "The function f is not continuous on {reals}.",
    ),
    "activation.nonvanishing-derivative": (
        "The function f has no Clarke-stationary point on {reals}.",
        "The function f has a Clarke-stationary point on {reals}.",
    ),
}
"""For each kind of claim, what it says and what its negation says."""

STATIONARY: tuple[str, ...] = (
    "The directional derivative in Clarke's sense, {clarke}, is the largest slope of f near x₀ in the"
    " direction d. A point x₀ is *Clarke-stationary* if it is at least 0 in both directions. Where f is"
    " smooth this says that the derivative is 0; at a kink, that 0 lies between the two one-sided slopes.",
)
INVEX = "A function is *invex* if every Clarke-stationary point is a global minimiser."
CONTINUOUS = (
    "A function is *analytic* on an interval if it is the sum of its Taylor series near each of its points."
)

DEFINITIONS: dict[str, tuple[str, ...]] = {
    "activation.invex": (*STATIONARY, INVEX),
    "activation.nonvanishing-derivative": STATIONARY,
    "activation.strictly-monotone": (
        "*Strictly monotone* means strictly increasing on all of {reals}, or strictly decreasing.",
    ),
    "activation.lipschitz": ("*Lipschitz* with constant K means {lipschitz} for all x and y.",),
    "activation.convex": ("*Convex* means that no chord of the graph lies below the graph.",),
    "activation.piecewise-analytic": (CONTINUOUS,),
}
"""The definitions that a claim of each kind needs."""

NOTATION: dict[str, Phrase | Math | str] = {
    "reals": REAL,
    "clarke": Math(
        "f°(x₀; d) = limsup (f(y + t·d) − f(y))/t for y → x₀, t ↓ 0",
        r"f^\circ(x_0; d) = \limsup_{y \to x_0,\; t \downarrow 0} \frac{f(y + t d) - f(y)}{t}",
    ),
    "lipschitz": Math("|f(x) − f(y)| ≤ K·|x − y|", r"|f(x) - f(y)| \le K \, |x - y|"),
}

TRUST = (
    "Nothing here rests on sampling or on floating-point arithmetic. Every identity is an equality of exact"
    " normal forms, every sign rests on enclosures with outward rounding (Arb), every derivative is the"
    " checker's own.",
    "What remains to be trusted: the program invexcheck with FLINT and Python, and the lemmas behind the"
    " rules that were used ({lemmas}). The rules: {rules}.",
)

PROOFS = {"rocq": "checked by Rocq:", "paper": "proved on paper:"}
"""How a lemma may be proved."""

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


@dataclass(frozen=True)
class Narrative:
    """A proof in words. `title` says whether the claim is proved as it stands or refuted."""

    title: str
    sections: tuple[Section, ...]


def narrate(replay: Replay) -> Narrative:
    """The proof of a certificate in words."""
    writer = Writer(replay.session)
    scenes = _claims(replay, writer)
    reasons: list[Block] = [
        Paragraph(TEMPLATES[scene.node.rule].write(scene) + _routine(scene)) for scene in scenes
    ]
    steps: tuple[Block, ...] = _arguments(scenes[-1], "")
    function = _function(scenes)
    sections = [
        Section("Statement", _statement(replay.claim)),
        Section(
            "Definitions", tuple(Paragraph(fill(text, NOTATION)) for text in DEFINITIONS[replay.claim.kind])
        ),
        # the names of points come last, when everything that needs one has been written
        Section("The function", (*function, *(Paragraph(phrase) for phrase in writer.definitions()))),
        Section("Why it is true", tuple(reasons)),
    ]
    if steps:
        sections.append(Section("The steps", steps))
    sections.append(Section("What was trusted", _trust(replay)))
    return Narrative(_title(replay.claim), tuple(sections))


def _title(claim: Claim) -> str:
    verdict = "refuted" if claim.negated else "proved"
    return f"{claim.kind}: {verdict}"


def _claims(replay: Replay, writer: Writer) -> list[Scene]:
    """The claim, and those to which `rescale` and `instantiate` reduce it."""
    scene = Scene(replay, writer, replay.root, {replay.claim.subject: function_name(LETTERS[0])})
    scenes = [scene]
    while scene.node.children and isinstance(scene.node.children[0].goal, Claim):
        scene = next(scene.children())
        scenes.append(scene)
    return scenes


# -- sections ---------------------------------------------------------------------------------------------


def _statement(claim: Claim) -> tuple[Block, ...]:
    constant: Phrase = ("some constant",) if not claim.negated else ("any constant",)
    if claim.constant is not None:
        constant = ("constant ", numerals.rational(claim.constant))
    sentence = fill(STATEMENTS[claim.kind][claim.negated], {**NOTATION, "constant": constant})
    if not claim.parameters:
        return (Paragraph(sentence),)
    ranges = listing([_range(name, bounds) for name, bounds in sorted(claim.parameters.items())])
    return (Paragraph(("For some " if claim.negated else "For every ", *ranges, ": ", *sentence)),)


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
        blocks.append(
            Display(join(f"{scene.letter}(x) = ", scene.writer.formula(scene.claim.subject, 600, tidy=False)))
        )
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


def _trust(replay: Replay) -> tuple[Block, ...]:
    proved = {way: [name for name in replay.lemmas if LEMMAS[name].proof == way] for way in PROOFS}
    lemmas = "; ".join(f"{PROOFS[way]} {', '.join(names)}" for way, names in proved.items() if names)
    values: dict[str, Any] = {"lemmas": lemmas, "rules": ", ".join(replay.rules)}
    return tuple(Paragraph(fill(text, values)) for text in TRUST)


# -- steps ------------------------------------------------------------------------------------------------


def _is_routine(node: Node) -> bool:
    """Whether a step is one enclosure for something that a reader takes for granted."""
    is_side = isinstance(node.goal, Analytic) or (isinstance(node.goal, Sign) and "guards" in node.path[-4:])
    return is_side and node.rule == "interval" and len(node.leaves) <= 1


def _routine(scene: Scene) -> Phrase:
    routine = [child for child in scene.node.children if _is_routine(child)]
    kinds = any(isinstance(c.goal, Analytic) for c in routine), any(isinstance(c.goal, Sign) for c in routine)
    return (ROUTINE[kinds],) if routine else ()


def _arguments(scene: Scene, prefix: str) -> tuple[Argument, ...]:
    """The numbered steps below a scene; the format bounds how deep they may be."""
    result = []
    shown = [child for child in scene.children() if not (_is_routine(child.node) or _is_number(child))]
    for number, child in enumerate(shown, 1):
        label = f"{prefix}{number}"
        subject = child.node.goal.term if isinstance(child.node.goal, Sign) else None
        where: Phrase = ()
        if subject is not None and child.node.children:
            where = child.writer.introduce(subject, child.names)
        goal = (*child.writer.goal(child.node.goal, child.names), *where)
        reason = TEMPLATES[child.node.rule].write(child) + _routine(child)
        result.append(Argument(label, goal, reason, _arguments(child, f"{label}.")))
    return tuple(result)


def _is_number(scene: Scene) -> bool:
    """Whether a step is about the sign of a rational."""
    goal = scene.node.goal
    return isinstance(goal, Sign) and scene.replay.session.terms.constant(goal.term) is not None
