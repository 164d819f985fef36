"""The words of operators.toml: what each operator of a graph computes, where it breaks, why it is defined."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib import resources
from typing import Any, Final

from invexcheck.architectures.values import Smoothness

CLASSES: Final = {
    "analytic": Smoothness.ANALYTIC,
    "continuous": Smoothness.CONTINUOUS,
    "discontinuous": Smoothness.DISCONTINUOUS,
}
"""How smooth an operator is, in a word."""
CLASS_WORDS: Final = {smoothness: word for word, smoothness in CLASSES.items()}


@dataclass(frozen=True)
class Words:
    """What is said of an operator; the fields are explained in operators.toml."""

    args: tuple[str, ...]
    value: str
    smoothness: Smoothness
    shape: str = "of the first argument"
    needs: str = ""
    domain: str = ""
    range: str = "ℝ"
    better: str = ""
    breaks: str = ""
    side: Mapping[str, str] | None = None
    """Texts by variant; ``text`` where there is only one."""


def _row(raw: Mapping[str, Any]) -> Words:
    row = dict(raw)
    row["args"] = tuple(row["args"].split())
    row["smoothness"] = CLASSES[row.pop("class")]
    if isinstance(row.get("side"), str):
        row["side"] = {"text": row["side"]}
    unknown = row.keys() - {field.name for field in fields(Words)}
    if unknown:
        raise ValueError(f"operators.toml: unknown fields {sorted(unknown)}")
    return Words(**row)


def _read() -> dict[str, Words]:
    text = resources.files(__package__).joinpath("operators.toml").read_text(encoding="utf-8")
    return {name: _row(raw) for name, raw in tomllib.loads(text).items()}


WORDS: Final[Mapping[str, Words]] = _read()
"""For every operator of the checker."""
