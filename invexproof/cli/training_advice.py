"""What to do next after an answer about training, as commands to run."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Final

from invexcheck.architectures.graph import Architecture
from invexcheck.architectures.methods import COLLAPSES, DENSITY, METHODS, SEQUENCE, STEPS, ZERO
from invexcheck.architectures.values import Smoothness
from invexproof.provers.training import OPEN_CASE, infer, strongest
from invexproof.results import Result
from invexproof.training_methods import GD
from invexproof.training_questions import PIECEWISE_ANALYTIC, TrainingQuestion
from invexproof.training_settings import Settings

MOST: Final = 4
"""Operators that are named."""


@dataclass(frozen=True)
class Command:
    """The command that was given, to be given again with other options about the optimiser."""

    subject: str
    settings: Settings
    optimizer: str | None = None

    def __call__(self, *options: str, optimizer: str | None = None) -> str:
        """The command with these options."""
        words = ["invexproof", "prove", "training", self.subject, *self.settings.words()]
        chosen = optimizer or self.optimizer
        words += [] if chosen is None else ["--optimizer", chosen]
        return shlex.join([*words, *options])


def more(question: TrainingQuestion, again: Command) -> list[str]:
    """What else may be asked where there is a certificate."""
    if question.claim == PIECEWISE_ANALYTIC:
        return [again()]
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
        return [f"{again()}   # a claim that needs no continuity"]
    if "not known to be defined" in result.reason:
        return [
            "keep the argument of that operator in its domain for all parameters, as in log(clamp(x, min=1e-6))",
            "give the data a range, in a YAML file or in Python, if it is the data that may be out of it",
        ]
    if (question.method, "") in COLLAPSES:
        return [again(optimizer=GD)]
    starts = dict.fromkeys(start for method, start, _ in METHODS if method == question.method)
    steps = {start: strongest(question.method, start, question.target.subject) for start in starts}
    return [
        again("--start", start, "--step", step)
        for start, step in steps.items()
        if (start, step) != (question.start, question.step)
    ]


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
