"""What a certificate's proof rests on, as a short text: its rules, and the points, boxes and parts that they name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from itertools import groupby
from typing import Any, Final

from invexproof.results import Result

Step = Mapping[str, Any]
MAX_COORDINATES: Final = 4
"""Longer points are not written out."""
_LEAVES: Final = frozenset("cp")
_CENTRED: Final = 2
_MINUS: Final = str.maketrans("-", "−")


def basis(result: Result) -> str:
    """``sign-change, from (0) to (1)``; of an undecided claim, the reason."""
    if result.document is None:
        return result.reason
    step: Step = result.document["proof"]["step"]
    if step["rule"] == "chain":
        return f"chain: {described(step['map']['by'])}"
    return described(step["by"] if step["rule"] == "network" else step)


def described(step: Step) -> str:
    """The rule of a step, and what it names."""
    detail = DETAILS.get(step["rule"], _nothing)(step)
    return f"{step['rule']}{', ' if detail else ''}{detail}"


def point(coordinates: Iterable[str]) -> str:
    """``(−1/2, 3)``, and ``0`` for the origin; of many coordinates only how many they are."""
    values = [Fraction(text) for text in coordinates]
    if len(values) == 1:
        return str(values[0]).translate(_MINUS)
    if not any(values):
        return "0"
    if len(values) > MAX_COORDINATES:
        return f"a point with {len(values)} coordinates"
    return f"({', '.join(str(value) for value in values)})".translate(_MINUS)


def counted(number: int, noun: str) -> str:
    """``1 box``, ``3 boxes``."""
    plural = f"{noun}es" if noun.endswith("x") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"


def _witnesses(number: int) -> str:
    return "1 witness" if number == 1 else f"{number} witnesses"


def _nothing(step: Step) -> str:
    return ""


def _parts(step: Step) -> str:
    """The rules of the parts of a composition, with the numbers of those in a row."""
    runs = [(rule, len(list(run))) for rule, run in groupby(part["rule"] for part in step["steps"])]
    return " then ".join(f"{times} × {rule}" if times > 1 else rule for rule, times in runs)


def _combination(step: Step) -> str:
    """``y1 + y2 is constant``."""
    terms = [
        f"{'' if abs(Fraction(w)) == 1 else f'{abs(Fraction(w))}·'}y{k}"
        for k, w in enumerate(step["combination"], 1)
        if Fraction(w)
    ]
    signs = ["−" if Fraction(w) < 0 else "+" for w in step["combination"] if Fraction(w)]
    text = " ".join(f"{sign} {term}" for sign, term in zip(signs, terms, strict=True))
    return f"{text.removeprefix('+ ')} is constant"


def _enclosed(step: Step) -> str:
    """The middle of the box in which the point is, in decimals."""
    middle = [(Fraction(a) + Fraction(b)) / _CENTRED for a, b in zip(step["from"], step["to"], strict=True)]
    return f"near ({', '.join(f'{float(value):.4g}' for value in middle)})".translate(_MINUS)


DETAILS: Final[Mapping[str, Callable[[Step], str]]] = {
    "boxes": lambda step: counted(sum(letter in _LEAVES for letter in step["tree"]), "box"),
    "bottleneck": lambda step: f"node {step['node']}",
    "compose": _parts,
    "contraction": lambda step: counted(len(step["cuts"]) + 1, "part") if "cuts" in step else "",
    "dead-region": lambda step: f"around {point(step['at'])}",
    "dependent-outputs": _combination,
    "enclosed-point": _enclosed,
    "hessian-witnesses": lambda step: _witnesses(len(step["witnesses"])),
    "selections": lambda step: counted(len(step["points"]), "point"),
    "sign-change": lambda step: f"from {point(step['from'])} to {point(step['to'])}",
    "singular-point": lambda step: f"at {point(step['at'])}",
    "strict-saddles": lambda step: f"by {described(step['by'])}",
    "witness": lambda step: f"at {point(step['at'])}" + (" with weights" if "tensors" in step else ""),
    "zero-gradient": lambda step: f"at {point(step['at'])}, lower at {point(step['lower'])}",
}
"""What is said of a step beside its rule, by rule."""
