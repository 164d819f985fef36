"""Deciding the claims about all activations of the catalogue, several at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from invexproof.activations import Activation, catalogue
from invexproof.activations.errors import UnknownActivationError
from invexproof.claims import INVEX, LIPSCHITZ
from invexproof.proving import Prover, Question
from invexproof.results import Result
from invexproof.subjects import slug, target

ANALYTIC: Final = "activation.piecewise-analytic"
MONOTONE: Final = "activation.strictly-monotone"
CONVEX: Final = "activation.convex"
TIMEOUTS: Final = {INVEX: 60.0, ANALYTIC: 5.0, MONOTONE: 10.0, CONVEX: 2.0, LIPSCHITZ: 2.0}
"""Seconds for each claim, in the order in which they are decided; what takes longer is a gap in the table."""


@dataclass
class Entry:
    """An activation and the answers about it, by the kind of claim."""

    activation: Activation
    results: dict[str, Result] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        """The stem of the names of its files."""
        return slug(self.activation.name)

    @property
    def invex(self) -> Result:
        """The answer about invexity."""
        return self.results[INVEX]

    def certificate(self, folder: Path) -> Path:
        """The file of the certificate about invexity."""
        return folder / f"{self.slug}.cert.json"


def chosen(names: Sequence[str]) -> list[Activation]:
    """The entries with these names or aliases, or all; raises :class:`UnknownActivationError`."""
    if not names:
        return list(catalogue())
    by_name = {
        name.casefold(): entry
        for entry in catalogue()
        for name in (entry.name, slug(entry.name), *entry.aliases)
    }
    for name in names:
        if name.casefold() not in by_name:
            raise UnknownActivationError(name, [], "The atlas has the entries of: invexproof list")
    return list({by_name[name.casefold()].name: by_name[name.casefold()] for name in names}.values())


def survey(
    activations: Sequence[Activation],
    jobs: int = 2,
    kinds: Sequence[str] = tuple(TIMEOUTS),
    progress: Callable[[Entry, Result], None] = lambda entry, result: None,
) -> list[Entry]:
    """Decide the claims of all ``kinds`` about all ``activations``, invexity first.

    ``progress`` is called with every answer, as it comes.
    """
    entries = [Entry(activation) for activation in activations]
    asked = [
        (entry, Question(target(entry.activation), kind, timeout=TIMEOUTS[kind]))
        for kind in kinds
        for entry in entries
    ]
    with Prover(jobs) as prover, closing(prover.prove_all([question for _, question in asked])) as answers:
        for index, result in answers:
            entry = asked[index][0]
            entry.results[result.claim] = result
            progress(entry, result)
    return entries
