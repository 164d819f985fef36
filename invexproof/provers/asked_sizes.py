"""The step sizes of a claim as one text, such as ``all-but``, ``1/10`` or ``between:0,1/2``."""

from __future__ import annotations

from typing import Any, Final

from flint import fmpq

from invexcheck.architectures.methods import BETWEEN, NUMBER, SIZES, STEPS
from invexcheck.architectures.sizes import Sizes

BELOW: Final = "below"
"""Every step size from 0 to one that is to be found, as large as can be."""
STRONGEST: Final = "strongest"
"""The strongest statement that can be proved."""


def word_of(step: str) -> str:
    """The word of the checker's tables: ``number`` for a number."""
    word = step.partition(":")[0]
    return word if word in (*STEPS, BELOW, STRONGEST) else NUMBER


def claimed(step: str) -> dict[str, Any]:
    """What a certificate's claim says of step sizes."""
    word, _, rest = step.partition(":")
    if word == BETWEEN:
        low, high = rest.split(",")
        return {"step": word, "between": [low, high or None]}
    if word == SIZES:
        return {"step": word, "sizes": rest.split(",")}
    return {"step": step}


def asked(claim: dict[str, Any]) -> str:
    """The text of what a claim says."""
    step = str(claim.get("step", ""))
    if step == BETWEEN:
        low, high = claim["between"]
        return f"{step}:{low},{high or ''}"
    return f"{step}:{','.join(claim['sizes'])}" if step == SIZES else step


def sizes_of(claim: dict[str, Any]) -> Sizes:
    """As the checker reads them."""
    step = str(claim.get("step", ""))
    word = word_of(step) if step else ""
    listed = claim.get("sizes", [step] if word == NUMBER else [])
    pairs = [item if isinstance(item, list) else [item, item] for item in claim.get("except", ())]
    low, high = claim.get("between", (None, None))
    return Sizes(
        word,
        tuple(map(rational, listed)),
        tuple((rational(a), rational(b)) for a, b in pairs),
        None if low is None else rational(low),
        None if high is None else rational(high),
    )


def rational(text: str) -> fmpq:
    return fmpq(*map(int, text.split("/")))
