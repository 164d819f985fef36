"""Claims about training problems: the loss, and steps of training methods, as functions of the parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

from invexcheck.architectures.methods import (
    ALL_BUT,
    ALMOST_EVERY,
    DENSITY,
    EVERY,
    INVERSE_DECAY,
    SEQUENCE,
    ZERO,
)
from invexproof.architectures.graph import Graph
from invexproof.architectures.yaml_files import training_of_yaml
from invexproof.gallery.entries import TIMEOUT, Entry
from invexproof.given_data.data import read_data
from invexproof.results import Result
from invexproof.step_texts import shortened, sizes_text
from invexproof.training_methods import has_rows, has_state, training_kind_of, training_of
from invexproof.training_questions import (
    PIECEWISE_ANALYTIC,
    SADDLES_AVOIDED,
    TrainingQuestion,
    TrainingTarget,
)

HEAD: Final = """# Gallery of training problems

<!-- Written by `make gallery`; do not edit. -->

Claims about the training of networks, as functions of the *parameters*: {counts}.
Each is about an architecture with a loss, and holds for all data of the stated shapes, unless data are given; no
weights are given, and none are needed. (Claims about networks with given weights, as functions of the input, are in
[another gallery](gallery.md).)

A step of a training method is *non-singular* if preimages of null sets are null. Then parameters whose law has a
density keep one for ever: almost surely no iterate hits a null set given in advance, such as the points where a kink
makes differentiation choose a value. *Almost every step size* means all but countably many, which depend on the data;
a step size drawn at random is almost surely a good one, and a particular one is decided only where it is named. Where
weight decay λ is part of a step, *every step size* leaves out η = 1/λ. The loss is *piecewise
analytic* if it is continuous, and analytic off a closed null set. All is about exact real arithmetic. `invexcheck`
prints each claim in full, with the update and the conditions on the data; p is the number of trained parameters.

What is proved or refuted has a certificate, the file `certificates/training/NAME.cert.json`, or with `.gz` if it is
large; `invexcheck certificates/training` checks them all. Its size is in bytes, uncompressed. *Undecided* means that
nothing was found, with the reason; it says nothing about the claim. *By* names the rule. The lemmas that justify the
rules are about [graphs](lemmas/training-graphs.md), [steps](lemmas/training-steps.md),
[optimisers](lemmas/training-optimisers.md), [collapses](lemmas/training-collapses.md) and [given
data](lemmas/witnesses.md). `make gallery` decides all
of it anew; how each problem is written is said [at the end](#how-the-problems-are-written).
"""
FOOT: Final = """
## How the problems are written

In YAML, as `invexproof prove training` reads it: an architecture or layers, and a loss. Data are tables in
`examples/data`, with what says which columns are meant; or they are written out.

```text
{sources}
```
"""
METHOD_WORDS: Final[Mapping[str, str]] = {
    "gd": "gradient descent",
    "sgd": "gradient descent on mini-batches",
    "schedule": "gradient descent with a schedule",
    "line-search": "gradient descent with backtracking",
    "weight-decay": "gradient descent with weight decay",
    "clip-norm": "gradient descent with clipping by norm",
    "clip-value": "gradient descent with clipping by value",
    "normalized": "normalised gradient descent",
    "preconditioned": "preconditioned gradient descent",
    "sign": "gradient descent by signs",
    "momentum": "heavy ball",
    "nesterov": "Nesterov's method",
    "signum": "descent by the sign of the momentum",
    "adam": "Adam",
    "adamw": "AdamW",
    "rmsprop": "RMSprop",
    "lion": "Lion",
    "rounding": "gradient descent with rounding of the weights",
    "sphere": "gradient descent with normalisation of the weights",
    "projection": "projected gradient descent",
    "soft-threshold": "proximal gradient descent with soft thresholding",
    "exact-line-search": "gradient descent with exact line search",
}
"""What methods of the checker's table are called on the page."""
STEP_WORDS: Final[Mapping[str, str]] = {
    ALMOST_EVERY: "for almost every step size",
    EVERY: "for every step size",
    ALL_BUT: "for every step size but one",
    SEQUENCE: "for almost every sequence of step sizes",
    INVERSE_DECAY: "for the step size 1/λ",
}
SOME: Final = "for every step size but some"
"""Where more than one is left out, or none may be."""
START_WORDS: Final[Mapping[str, str]] = {
    DENSITY: " from a state with a density",
    ZERO: " from a state of zeros",
}
DATA: Final = Path(__file__).resolve().parents[2] / "examples" / "data"
"""Where the tables are: in a checkout of the project."""
MAX_LEFT_OUT: Final = 6
"""Step sizes that are listed beside a verdict."""
_SPACE: Final = "\N{NO-BREAK SPACE}"
"""Between digits in groups of three."""


@dataclass(frozen=True)
class TrainingEntry(Entry):
    """A claim about a training problem: ``gd-nonsingular``, ``avoids-strict-saddles`` or ``paa``.

    yaml: a training problem with its loss, as for ``invexproof prove training``. method, start, step: those of the
    checker's table, or None for what is usual and for the strongest statement about step sizes. table, columns: a file
    of data and which columns are meant, as for ``--data`` and ``--columns``. values: instead of a table, numbers as
    texts by the name of their input.
    """

    method: str = "gd"
    start: str | None = None
    step: str | None = None
    table: str = ""
    columns: Sequence[str] = ()
    values: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def graph(self) -> Graph:
        """The subject of the claim."""
        graph = training_of_yaml(self.yaml, self.name).graph()
        data = read_data(DATA / self.table if self.table else self.values or None, tuple(self.columns))
        return graph if data is None else data.fit(graph)[0]

    @property
    def source(self) -> str:
        """How the subject is built, and its data."""
        if self.like or not (self.table or self.values):
            return super().source
        words = [self.table, *self.columns] if self.table else [f"{k} = {v}" for k, v in self.values.items()]
        return f"{super().source}, data: {', '.join(words)}".replace("'", "")

    def with_subject_of(self, other: Self) -> Self:
        """This claim about what another entry is about, and about its data."""
        same = super().with_subject_of(other)
        if self.table or self.values:
            return same
        return replace(same, table=other.table, columns=other.columns, values=other.values)

    def remark(self, result: Result) -> str:
        """The step sizes that a proof leaves out, if the words do not name them."""
        claim = (result.document or {}).get("claim", {})
        if "except" not in claim or not self.graph.data:
            return ""
        texts = [text for text, _ in shortened(claim["except"])]
        more = [f"{len(texts) - MAX_LEFT_OUT} more"] if len(texts) > MAX_LEFT_OUT else []
        return f"left out: {', '.join([*texts[:MAX_LEFT_OUT], *more])}"

    def question(self) -> TrainingQuestion:
        """The claim, to be decided."""
        target = TrainingTarget(self.name, self.graph, self.name)
        kind = training_kind_of(self.claim)
        asked = training_of(self.method, self.start, self.step)
        return TrainingQuestion(target, kind, asked.method, asked.start, asked.step, TIMEOUT)

    def words(self) -> str:
        """The claim in words: ``Adam from a state of zeros is non-singular for almost every step size``."""
        question = self.question()
        count = f"p = {number(question.target.graph.parameter_count)}"
        if question.claim == PIECEWISE_ANALYTIC:
            return f"{count}; the loss is continuous and piecewise analytic in the parameters"
        state = START_WORDS[question.start] if has_state(self.method) else ""
        steps = f" {STEP_WORDS.get(question.step) or sizes_text(question.step)}"
        if question.step == ALL_BUT and self.graph.data:
            steps = f" {SOME}"
        verb = "avoids strict saddle points" if question.claim == SADDLES_AVOIDED else "is non-singular"
        return f"{count}; {METHOD_WORDS[self.method]}{state} {verb}{steps if has_rows(self.method) else ''}"


def number(value: int) -> str:
    """A whole number with its digits in groups of three."""
    return f"{value:,}".replace(",", _SPACE)
