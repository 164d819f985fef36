"""What certificates say beyond their statements: witnesses, directions, constants, breakpoints, as short texts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Final

from invexproof.atlas.survey import ANALYTIC, CONVEX, MONOTONE, Entry
from invexproof.certificates.builder import Document
from invexproof.claims import LIPSCHITZ
from invexproof.expressions.evaluation import mpmath_value
from invexproof.expressions.terms import Expression
from invexproof.results import Result
from invexproof.rocq.record import Recorded

UNKNOWN: Final = "?"
NOT_APPLICABLE: Final = "–"
ACCEPTED: Final = "yes"
MAX_EXACT: Final = 9
MAX_BREAKPOINTS: Final = 6
PLACES: Final = 4


def verdict(entry: Entry) -> str:
    """``proved``, ``proved (vacuous)``, ``refuted``, ..."""
    result = entry.invex
    return f"{result.verdict}{' (vacuous)' if result.vacuous else ''}"


def outer_step(document: Document) -> dict[str, Any]:
    """The step that settles the claim itself: what ``rescale`` and ``instantiate`` lead to."""
    step: dict[str, Any] = document["proof"]["step"]
    while step["rule"] in ("rescale", "instantiate"):
        step = step["by"]
    return step


def point_value(document: Document, point: Any) -> Fraction | float:
    """A point of a certificate: exactly, or a decimal near it."""
    if isinstance(point, str):
        return Fraction(point)
    if "zero" in point:
        return float((Fraction(point["from"]) + Fraction(point["to"])) / 2)
    return float(mpmath_value(_line(document["proof"]["terms"], point["constant"]), {}))


def _line(table: list[list[Any]], line: int) -> Expression:
    """One line of the auxiliary table, with what it needs, as an expression."""
    needed: set[int] = set()
    pending = [line]
    while pending:
        index = pending.pop()
        needed.add(index)
        pending += [a for a in table[index][1:] if isinstance(a, int) and a not in needed]
    order = sorted(needed)
    places = {old: new for new, old in enumerate(order)}
    return Expression.from_table([[places[a] if isinstance(a, int) else a for a in table[k]] for k in order])


def number(value: Fraction | float, up: bool = False) -> str:
    """A number: exactly if that is short, else a decimal, after ``≈``, or rounded up where ``up``."""
    if isinstance(value, Fraction) and len(str(value)) <= MAX_EXACT:
        return str(value).replace("-", "−")
    if up:
        return f"{math.ceil(value * 10**PLACES) / 10**PLACES:g}"
    text = f"{float(value):.{PLACES}g}"
    return f"≈ {text}".replace("-", "−")


def witness(entry: Entry) -> str:
    """The stationary point and the lower point of a refutation, or why the claim does not apply."""
    result = entry.invex
    if result.document is None:
        return result.reason if result.verdict == "undecided" else ""
    step = outer_step(result.document)
    if result.verdict == "proved":
        return ""

    def show(field: str) -> str:
        return number(point_value(result.document or {}, step[field]))

    match step["rule"]:
        case "jump":
            return f"discontinuous at {show('at')}"
        case "plateau":
            return f"constant on [{show('from')}, {show('to')}], lower at {show('lower')}"
        case "maximum":
            return f"maximum inside [{show('from')}, {show('to')}], lower at {show('from')}"
        case "minimum":
            return f"minimum inside [{show('from')}, {show('to')}], lower at {show('lower')}"
        case "stationary-point":
            return f"stationary at {show('at')}, lower at {show('lower')}"
        case "kink":
            cut = number(point_value(result.document, step["cuts"][0]))
            return f"stationary kink at {cut}, lower at {show('lower')}"
    return ""


def monotone(entry: Entry) -> str:
    """``increasing``, ``decreasing`` (both strictly), ``no``, or a gap."""
    result = entry.results[MONOTONE]
    if result.verdict == "proved" and result.document is not None:
        return str(outer_step(result.document)["direction"])
    return _negative(result)


def lipschitz(entry: Entry) -> str:
    """A Lipschitz constant that has been proved, ``none`` if there is none, or a gap."""
    result = entry.results[LIPSCHITZ]
    if result.verdict == "proved" and result.document is not None:
        found = next(_values(result.document["proof"]["step"], "constant"), None)
        return number(Fraction(found), up=True) if found is not None else "some"
    return _negative(result).replace("no", "none")


def _values(step: Any, key: str) -> Iterator[str]:
    """The texts under a key, outer ones first."""
    if isinstance(step, dict):
        if isinstance(step.get(key), str):
            yield step[key]
        for item in step.values():
            yield from _values(item, key)
    elif isinstance(step, list):
        for item in step:
            yield from _values(item, key)


def convex(entry: Entry) -> str:
    """``yes``, ``no``, or a gap."""
    result = entry.results[CONVEX]
    return "yes" if result.verdict == "proved" else _negative(result)


def smoothness(entry: Entry) -> str:
    """``analytic``, the breakpoints, a discontinuity, or a gap."""
    result = entry.results[ANALYTIC]
    if result.document is None:
        return UNKNOWN
    step = outer_step(result.document)
    if result.verdict == "refuted":
        return f"jump at {number(point_value(result.document, step['at']))}"
    cuts = [number(point_value(result.document, cut)) for cut in step.get("cuts", [])]
    if not cuts:
        return "analytic"
    more = ", …" if len(cuts) > MAX_BREAKPOINTS else ""
    return f"breaks at {', '.join(cuts[:MAX_BREAKPOINTS])}{more}"


def kernel(entry: Entry, recorded: Mapping[str, Recorded]) -> str:
    """Whether Rocq has accepted this very certificate."""
    known, document = recorded.get(entry.slug), entry.invex.document
    accepted = known is not None and document is not None and known.accepted and known.about(document)
    return ACCEPTED if accepted else NOT_APPLICABLE


def _negative(result: Result) -> str:
    return {"refuted": "no", "not-applicable": NOT_APPLICABLE}.get(result.verdict, UNKNOWN)


def in_one_piece(entry: Entry) -> bool:
    """Whether a refutation takes place where the function is smooth: no kink has a part in it."""
    if entry.invex.document is None:
        return False
    step = outer_step(entry.invex.document)
    return step["rule"] in ("plateau", "stationary-point", "maximum", "minimum") and not step.get("cuts")
