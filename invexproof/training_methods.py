"""Optimisers and claims about training problems as users name them; what is known of each is the checker's table."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from invexcheck.architectures.methods import (
    BETWEEN,
    COLLAPSES,
    DENSITY,
    METHODS,
    NUMBER,
    SIZES,
    STARTS,
    STEPS,
    ZERO,
)
from invexcheck.architectures.sizes import MAX_SIZES
from invexproof.architectures.texts import number
from invexproof.claims import ClaimError
from invexproof.errors import InvexproofError
from invexproof.given_data.files import read_sizes
from invexproof.networks.yaml_items import near
from invexproof.provers.asked_sizes import BELOW, STRONGEST
from invexproof.provers.training import strongest
from invexproof.training_questions import GD_NONSINGULAR, PIECEWISE_ANALYTIC, SADDLES_AVOIDED

GD: Final = "gd"
SCHEDULE: Final = "schedule"

ALIASES: Final[Mapping[str, str]] = {
    "gradient-descent": "gd",
    "full-batch": "gd",
    "stochastic-gradient-descent": "sgd",
    "mini-batch": "sgd",
    "minibatch": "sgd",
    "lr-schedule": "schedule",
    "scheduler": "schedule",
    "backtracking": "line-search",
    "armijo": "line-search",
    "linesearch": "line-search",
    "decay": "weight-decay",
    "sgdw": "weight-decay",
    "clip": "clip-norm",
    "clipping": "clip-norm",
    "gradient-clipping": "clip-norm",
    "clip-grad-norm": "clip-norm",
    "clip-grad-value": "clip-value",
    "normalised": "normalized",
    "preconditioner": "preconditioned",
    "signsgd": "sign",
    "sign-sgd": "sign",
    "signgd": "sign",
    "heavy-ball": "momentum",
    "heavyball": "momentum",
    "polyak-momentum": "momentum",
    "sgd-momentum": "momentum",
    "nag": "nesterov",
    "nesterov-momentum": "nesterov",
    "sign-momentum": "signum",
    "adam-w": "adamw",
    "rms-prop": "rmsprop",
    "round": "rounding",
    "quantized": "rounding",
    "quantised": "rounding",
    "quantization": "rounding",
    "unit-sphere": "sphere",
    "projected": "projection",
    "projected-gradient": "projection",
    "pgd": "projection",
    "weight-clipping": "projection",
    "max-norm": "projection",
    "proximal": "soft-threshold",
    "ista": "soft-threshold",
    "lasso": "soft-threshold",
}
"""Other names of methods."""

CLAIMS: Final[Mapping[str, tuple[str, str]]] = {
    "gd-nonsingular": (
        GD_NONSINGULAR,
        "a step of the optimiser, as a map of the parameters, is non-singular: preimages of null sets are null",
    ),
    "avoids-strict-saddles": (
        SADDLES_AVOIDED,
        "gradient descent converges to a strict saddle point from a null set of first parameters only",
    ),
    "paa": (
        PIECEWISE_ANALYTIC,
        "the loss is continuous and piecewise analytic in the parameters, on all of R^p",
    ),
}
_CLAIM_ALIASES: Final = {
    "nonsingular": "gd-nonsingular",
    "non-singular": "gd-nonsingular",
    "gd-non-singular": "gd-nonsingular",
    "avoids-saddles": "avoids-strict-saddles",
    "strict-saddles": "avoids-strict-saddles",
    "saddles": "avoids-strict-saddles",
    "piecewise-analytic": "paa",
    "almost-everywhere-analytic": "paa",
}
INTERVAL: Final = "between:0.01,0.1"
"""How an interval of step sizes is written."""
_NUMBER: Final = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?(/\d+)?", re.I | re.ASCII)
_JOINT: Final = ("momentum-step", "adaptive-step")
"""Rules about updates of the parameters and a state."""


@dataclass(frozen=True)
class Training:
    """An optimiser of the checker's table, the first state, and the step sizes that a claim is about.

    The last two are "" of those optimisers that can only be refuted.
    """

    method: str
    start: str
    step: str


def method_of(text: str) -> str:
    """The method that a text names, such as ``adam``, ``nag`` or ``projected``.  Raises ClaimError."""
    short = text.strip().casefold().replace("_", "-").replace(" ", "-").removeprefix("torch.optim.")
    name = ALIASES.get(short, short)
    if name not in methods():
        raise ClaimError(
            f"there is no optimiser {text!r:.40}{near(short, (*methods(), *ALIASES))}; there are "
            f"{', '.join(methods())} (invexproof list optimizers)"
        )
    return name


def training_of(
    optimizer: str = GD,
    start: str | None = None,
    step: str | None = None,
    subject: dict[str, Any] | None = None,
    claim: str = GD_NONSINGULAR,
) -> Training:
    """The question about an optimiser; where no step sizes are named, that with the strongest answer.

    ``subject`` is the graph of which the answer is to be known.  Raises ClaimError.
    """
    method = method_of(optimizer)
    if claim == SADDLES_AVOIDED and method != GD:
        raise ClaimError(
            f"that strict saddles are avoided is shown of gradient descent; leave out --optimizer {method}"
        )
    if not has_rows(method):
        if start is not None or step is not None:
            raise ClaimError(
                f"{method} is refuted whatever the step sizes and the start; leave out --start and --step"
            )
        return Training(method, "", "")
    begin = DENSITY if start is None else _word(start, STARTS, "start")
    if begin == ZERO and not has_state(method):
        raise ClaimError(
            f"{method} has no state beside the parameters, so there is no --start zero; leave it out"
        )
    if step is not None:
        chosen = _step(step, method, begin)
    else:
        chosen = STRONGEST if subject and subject.get("values") else strongest(method, begin, subject)
    return Training(method, begin, chosen)


def schedule_of(
    optimizer: str, step: str | None, steps: str | Path | Sequence[Fraction | int | float | str] | None
) -> tuple[str, str | None]:
    """The optimiser and the step sizes asked about, which may be those of a schedule, listed or in a file.

    Raises InvexproofError.
    """
    if steps is None:
        return optimizer, step
    if step is not None:
        raise ClaimError("--steps has the step sizes; leave out --step")
    if method_of(optimizer) not in (GD, SCHEDULE):
        raise ClaimError(f"--steps is a schedule of gradient descent; leave out --optimizer {optimizer}")
    listed = read_sizes(Path(steps)) if isinstance(steps, str | Path) else steps
    sizes = dict.fromkeys(_positive(str(size)) for size in listed)
    if not 1 <= len(sizes) <= MAX_SIZES:
        raise ClaimError(f"a schedule has 1 to {MAX_SIZES} different step sizes, not {len(sizes)}")
    return SCHEDULE, f"{SIZES}:{','.join(sizes)}"


def training_kind_of(text: str) -> str:
    """The kind of claim about a training problem: ``gd-nonsingular``, ``paa``, or in full.  Raises ClaimError."""
    short = text.strip().casefold().replace("_", "-").removeprefix("training.")
    short = _CLAIM_ALIASES.get(short, short)
    if short not in CLAIMS:
        raise ClaimError(
            f"there is no claim {text!r:.60}{near(short, (*CLAIMS, *_CLAIM_ALIASES))}; the claims about training "
            f"problems are {', '.join(CLAIMS)}"
        )
    return CLAIMS[short][0]


def methods() -> tuple[str, ...]:
    """All methods, those that are non-singular first."""
    return tuple(dict.fromkeys(key[0] for table in (METHODS, COLLAPSES) for key in table))


def has_rows(method: str) -> bool:
    """Whether something is proved of the method, not only refuted."""
    return any(name == method for name, _, _ in METHODS)


def has_state(method: str) -> bool:
    """Whether the method remembers more than the parameters."""
    return any(row.rule in _JOINT for (name, _, _), row in METHODS.items() if name == method)


def aliases_of(method: str) -> list[str]:
    """Other names of a method."""
    return [alias for alias, name in ALIASES.items() if name == method]


def _step(text: str, method: str, start: str) -> str:
    """The step sizes that a text names: words, an interval, or one number, which becomes exact."""
    word, _, rest = text.strip().casefold().partition(":")
    known = [step for name, begin, step in METHODS if (name, begin) == (method, start)]
    known += [step for name, step in COLLAPSES if name == method and step not in known]
    if word in (BETWEEN, BELOW) and (rest or word == BELOW):
        _require(BETWEEN in known, f"an interval of step sizes of {method}", start, known)
        return _interval(text, word, rest) if rest else BELOW
    if word == SIZES and rest:
        _require(SIZES in known, f"a list of step sizes of {method}", start, known)
        return f"{SIZES}:{','.join(dict.fromkeys(_positive(size) for size in rest.split(',')))}"
    if not _NUMBER.fullmatch(text.strip()):
        words = (*(step for step in STEPS if step not in (SIZES, BETWEEN)), BELOW, STRONGEST)
        return _word(text, (*words, "a positive number such as 1/10 or 0.1", INTERVAL), "step")
    _require(NUMBER in known, f"one step size of {method}, such as {text.strip():.20}", start, known)
    return _positive(text)


def _interval(text: str, word: str, rest: str) -> str:
    """Two ends, of which the second may be left out, or the second alone."""
    low, comma, high = rest.partition(",") if word == BETWEEN else ("0", ",", rest)
    ends = [_exact(low), "" if high.strip() in ("", "inf", "oo") else _exact(high)]
    if not comma or not Fraction(ends[0]) >= 0 or (ends[1] and not Fraction(ends[0]) < Fraction(ends[1])):
        raise ClaimError(
            f"--step {text:.40}: an interval of step sizes has two ends from 0 on, the first one smaller: {INTERVAL}"
        )
    return f"{BETWEEN}:{ends[0]},{ends[1]}"


def _require(holds: bool, what: str, start: str, known: Collection[str]) -> None:
    if holds:
        return
    said = (
        f"--step {' or '.join(_option(step) for step in known)}"
        if known
        else "all of them at once, without --step"
    )
    raise ClaimError(f"nothing can be said yet about {what}; what can be asked with --start {start}: {said}")


def _option(step: str) -> str:
    """Step sizes of the table, as one asks for them."""
    return {NUMBER: "0.1", BETWEEN: INTERVAL, SIZES: f"{SIZES}:0.1,0.05"}.get(step, step)


def _positive(text: str) -> str:
    """A step size, exactly."""
    value = _exact(text)
    if Fraction(value) <= 0:
        raise ClaimError(f"--step {text:.20} is not positive; a step size is a number such as 1/10 or 0.1")
    return value


def _exact(text: str) -> str:
    try:
        return str(number(text.strip()))
    except InvexproofError as error:
        raise ClaimError(f"--step {text:.20} is no number such as 1/10 or 0.1: {error}") from None


def _word(text: str, words: Collection[str], option: str) -> str:
    short = text.strip().casefold().replace("_", "-").replace(" ", "-")
    if short not in words:
        raise ClaimError(f"--{option} {text!r:.40}{near(short, words)}: it is one of {', '.join(words)}")
    return short
