"""What a prover answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """The four answers, each with the exit code of `invexproof prove`."""

    PROVED = "proved"
    REFUTED = "refuted"
    UNDECIDED = "undecided"
    NOT_APPLICABLE = "not-applicable"

    @property
    def exit_code(self) -> int:
        return {"proved": 0, "refuted": 10, "undecided": 20, "not-applicable": 30}[self.value]


@dataclass(frozen=True)
class Outcome:
    """A verdict with its certificate (proved, refuted, and where it supports a not-applicable), or why there is none.

    `boxes` are intervals of x that resisted, as decimal texts; `delta` is the smallest width that the search tried.
    """

    verdict: Verdict
    document: dict[str, Any] | None = None
    reason: str = ""
    boxes: tuple[tuple[str, str], ...] = ()
    delta: str | None = None
    notes: tuple[str, ...] = field(default=())
