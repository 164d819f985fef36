"""What to do next after an answer about training, as commands to run."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import Final

from invexcheck.architectures.graph import Architecture
from invexcheck.architectures.methods import (
    ALMOST_EVERY,
    BETWEEN,
    COLLAPSES,
    DENSITY,
    METHODS,
    SEQUENCE,
    STEPS,
    WITNESSES,
    ZERO,
    Method,
)
from invexcheck.architectures.values import Smoothness
from invexproof.provers.asked_sizes import BELOW, STRONGEST, word_of
from invexproof.provers.bad_sizes import all_bad
from invexproof.provers.training import OPEN_CASE, infer, strongest
from invexproof.results import Result
from invexproof.step_texts import as_asked, shortened
from invexproof.training_methods import GD
from invexproof.training_questions import (
    GD_NONSINGULAR,
    PIECEWISE_ANALYTIC,
    SADDLES_AVOIDED,
    TrainingQuestion,
    TrainingResult,
)
from invexproof.training_settings import Settings

NOTHING: Final = Method("", "")
OF_YOUR_DATA: Final = "which step sizes are bad may depend on the data; to ask about yours: --data FILE"
MOST: Final = 4
"""Operators that are named."""


@dataclass(frozen=True)
class Command:
    """The command that was given, to be given again with other options about the optimiser."""

    subject: str
    settings: Settings
    optimizer: str | None = None
    claim: str = GD_NONSINGULAR

    def __call__(self, *options: str, optimizer: str | None = None) -> str:
        """The command with these options; with another optimiser it is about steps of that one."""
        words = ["invexproof", "prove", "training", self.subject, *self.settings.words()]
        chosen = optimizer or self.optimizer
        words += [] if chosen is None else ["--optimizer", chosen]
        if self.claim == SADDLES_AVOIDED and optimizer is None:
            words += ["--claim", "avoids-strict-saddles"]
        return shlex.join([*words, *options])


def more(result: Result, question: TrainingQuestion, again: Command) -> list[str]:
    """What else may be asked where there is a certificate."""
    if question.claim == PIECEWISE_ANALYTIC:
        return [replace(again, claim=GD_NONSINGULAR)()]
    if isinstance(result, TrainingResult) and result.exceptions:
        return _of_exceptions(result, question, again)
    if (question.method, question.step) == (GD, ALMOST_EVERY) and not question.target.graph.data:
        return [OF_YOUR_DATA]
    about_gd = result.verdict == "proved" and (question.claim, question.method) == (GD_NONSINGULAR, GD)
    if about_gd and question.target.graph.data:
        return [replace(again, claim=SADDLES_AVOIDED)("--step", as_asked(question.step))]
    if question.start == DENSITY and (question.method, ZERO) in {key[:2] for key in METHODS}:
        return [f"{again('--start', ZERO)}   # a state that starts with zeros, as usual"]
    if question.step == SEQUENCE:
        return [
            f"with analytic operators instead of {_kinks(question)}, constant step sizes are covered, too"
        ]
    if question.method == GD and question.step in STEPS:
        return [f"{again(optimizer='adam')}   # or another one: invexproof list optimizers"]
    return []


def instead(result: Result, question: TrainingQuestion, again: Command) -> list[str]:
    """What one may want to do where there is no certificate."""
    if OPEN_CASE in result.reason:
        return _of_open_case(question, again)
    if question.claim == PIECEWISE_ANALYTIC:
        return [f"{replace(again, claim=GD_NONSINGULAR)()}   # a claim that needs no continuity"]
    if "not known to be defined" in result.reason:
        return [
            "keep the argument of that operator in its domain for all parameters, as in log(clamp(x, min=1e-6))",
            "give the data a range, in a YAML file or in Python, if it is the data that may be out of it",
        ]
    if (question.method, "") in COLLAPSES:
        return [again(optimizer=GD)]
    return [*_of_data(question, again), *_of_steps(question, again)]


def _of_steps(question: TrainingQuestion, again: Command) -> list[str]:
    """Weaker statements that can be proved."""
    starts = dict.fromkeys(start for method, start, _ in METHODS if method == question.method)
    if question.target.graph.data:
        return [] if question.step == STRONGEST else [f"{again()}   # the strongest statement that is proved"]
    steps = {start: strongest(question.method, start, question.target.subject) for start in starts}
    return [
        again("--start", start, "--step", step)
        for start, step in steps.items()
        if (start, step) != (question.start, question.step)
    ]


def _of_data(question: TrainingQuestion, again: Command) -> list[str]:
    """Particular step sizes may depend on the data."""
    step = BETWEEN if question.step == BELOW else word_of(question.step)
    if WITNESSES not in METHODS.get((question.method, question.start, step), NOTHING).others:
        return []
    if not question.target.graph.data:
        return [OF_YOUR_DATA]
    below = f"{again('--step', BELOW)}   # all step sizes from 0 to some number"
    return [] if question.step == BELOW else [below]


def _of_exceptions(result: TrainingResult, question: TrainingQuestion, again: Command) -> list[str]:
    """Certificates that exceptions are bad, or which step sizes are safe."""
    if (question.claim, question.method) != (GD_NONSINGULAR, GD):
        return []
    asked = replace(again, claim=GD_NONSINGULAR)
    _, (low, high) = shortened(result.exceptions)[0]
    if not all_bad(question.target.subject, result.exceptions):
        return [f"{asked('--step', BELOW)}   # all step sizes from 0 to some number"] if low != high else []
    size = low if low == high else f"{BETWEEN}:{low},{high}"
    return [f"{asked('--step', size)}   # refuted: there is a bad step size"]


def _of_open_case(question: TrainingQuestion, again: Command) -> list[str]:
    return [
        f"{again('--start', DENSITY)}   # a state that has a density, too",
        f"{again('--start', ZERO, '--step', SEQUENCE)}   # step sizes with a little noise",
        f"use analytic operators instead of {_kinks(question)}; then this claim can be proved as it is",
    ]


def _kinks(question: TrainingQuestion) -> str:
    found = not_analytic(infer(question.target.subject))
    return f"{', '.join(found[:MOST])}{', ...' if len(found) > MOST else ''}, such as gelu for relu"


def not_analytic(architecture: Architecture) -> list[str]:
    """The operators with which the loss ceases to be analytic in the parameters, in their order."""
    found: dict[str, None] = {}
    for number, value in enumerate(architecture.values):
        node = architecture.node(number)
        if node is None or value.smoothness == Smoothness.ANALYTIC:
            continue
        if all(architecture.values[a].smoothness == Smoothness.ANALYTIC for a in node.arguments):
            found[node.op] = None
    return list(found)
