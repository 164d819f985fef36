"""The kinds of claims: how they are written on a command line, and what each asks."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from invexproof.errors import InvexproofError
from invexproof.expressions.parser import parse

PREFIX: Final = "activation."
INVEX: Final = "activation.invex"
LIPSCHITZ: Final = "activation.lipschitz"

MAP_PREFIX: Final = "map.jacobian-"
NONSINGULAR: Final = "map.jacobian-nonsingular"
ALMOST_EVERYWHERE: Final = "map.jacobian-nonsingular-almost-everywhere"
MAP_KINDS: Final = (NONSINGULAR, ALMOST_EVERYWHERE)
COMPOSITION: Final = "composition.invex"


class ClaimError(InvexproofError):
    """A claim that does not exist, or a constant that it does not take."""


@dataclass(frozen=True)
class Kind:
    """What a kind of claim says of a function f, in short, and how its negation is put."""

    says: str
    denies: str


KINDS: Final[Mapping[str, Kind]] = {
    INVEX: Kind("is invex", "is not invex"),
    "activation.strictly-monotone": Kind("is strictly monotone", "is not strictly monotone"),
    LIPSCHITZ: Kind("is Lipschitz", "is not Lipschitz"),
    "activation.convex": Kind("is convex", "is not convex"),
    "activation.piecewise-analytic": Kind("is continuous and piecewise analytic", "is not continuous"),
    "activation.nonvanishing-derivative": Kind("has no stationary point", "has a stationary point"),
}


def kind_of(text: str) -> str:
    """The kind that a text names, with or without the prefix ``activation.``; raises :class:`ClaimError`."""
    short = text.strip().casefold().replace("_", "-").removeprefix(PREFIX)
    if PREFIX + short in KINDS:
        return PREFIX + short
    raise _unknown(text, short, [kind.removeprefix(PREFIX) for kind in KINDS], "activations")


def map_kind_of(text: str) -> str:
    """The kind of claim about a network that a text names: ``nonsingular``, or in full; raises :class:`ClaimError`."""
    short = text.strip().casefold().replace("_", "-").removeprefix("map.").removeprefix("jacobian-")
    if MAP_PREFIX + short in MAP_KINDS:
        return MAP_PREFIX + short
    if short in ("invex", COMPOSITION):
        raise ClaimError("a network alone is not invex; a loss of it may be: invexproof prove composition")
    raise _unknown(text, short, [kind.removeprefix(MAP_PREFIX) for kind in MAP_KINDS], "networks")


def _unknown(text: str, short: str, names: list[str], about: str) -> ClaimError:
    near = difflib.get_close_matches(short, names, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}? " if near else ""
    return ClaimError(
        f"there is no claim {text!r:.60}; {hint}The claims about {about} are {', '.join(names)}"
    )


def constant_of(text: str | Fraction | int | None, kind: str) -> Fraction | None:
    """The constant of a Lipschitz claim as an exact rational: ``"1.5"`` is 3/2; raises :class:`ClaimError`."""
    if text is None:
        return None
    if kind != LIPSCHITZ:
        raise ClaimError(f"only the claim lipschitz has a constant, {kind.removeprefix(PREFIX)} has none")
    try:
        value = text if isinstance(text, Fraction | int) else parse(text)
    except InvexproofError as error:
        raise ClaimError(f"the constant {text!r:.60} is not a number\n{error}") from None
    exact = (
        Fraction(value) if isinstance(value, Fraction | int) else value.value if value.op == "rat" else None
    )
    if not isinstance(exact, Fraction) or exact < 0:
        raise ClaimError(
            f"the constant {text!r:.60} must be a rational number that is not negative, such as 3/2"
        )
    return exact
