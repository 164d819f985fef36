"""What a claim is about: one function of x, or a family with each free parameter in an interval."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from invexproof.activations import Activation, Domain, Subject, catalogue, family, resolve
from invexproof.activations.calls import Arguments, split_call
from invexproof.activations.parameters import constant
from invexproof.certificates.builder import canonical_bytes
from invexproof.errors import InvexproofError
from invexproof.expressions.parser import ParseError, parse
from invexproof.expressions.printing import to_text
from invexproof.expressions.terms import Expression
from invexproof.expressions.vocabulary import FUNCTIONS

Named: TypeAlias = "str | Expression | Activation | Subject"
"""What functions of the API take for a function: a name, a formula, an expression, or an entry of the catalogue."""
Ranges: TypeAlias = Mapping[str, Domain]

MAX_SLUG: Final = 60
_RELATION: Final = re.compile(r"(<=|>=|<|>|≤|≥)")
_SPELLINGS: Final = str.maketrans({"≤": "<=", "≥": ">="})
_BELOW: Final = {"<": "gt", "<=": "ge"}
_ABOVE: Final = {"<": "lt", "<=": "le"}
_MIRRORED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_CALL: Final = re.compile(r"([A-Za-z][A-Za-z0-9_.]*)\s*\(([^()]*)\)")
_PARAMETER: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")


class RangeError(InvexproofError):
    """A range of a parameter that cannot be read, or that does not fit the function."""


@dataclass(frozen=True)
class Target:
    """The subject of a claim: ``expression`` in x and the parameters of ``ranges``, and how it was named."""

    name: str
    expression: Expression
    formula: str
    slug: str
    ranges: Ranges = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def ranges_json(self) -> dict[str, dict[str, str]]:
        """The ranges as a certificate spells them: ``{"beta": {"gt": "0"}}``."""
        return {
            name: {bound: str(value) for bound, value in r.bounds()}
            for name, r in sorted(self.ranges.items())
        }

    def to_json(self) -> dict[str, Any]:
        """How it was named, and what it is."""
        return {"name": self.name, "formula": self.formula}

    @property
    def quantifier(self) -> str:
        """``for every beta > 0``, or nothing."""
        parts = [domain.describe(name) for name, domain in sorted(self.ranges.items())]
        return f"for every {', '.join(parts)}" if parts else ""


def target(subject: Named | Target, ranges: Iterable[str] | Ranges = ()) -> Target:
    """The subject of a claim.

    ``ranges`` quantify parameters, each as in ``beta > 0`` or ``0 < alpha <= 1``: those of an activation of the
    catalogue (the others keep their defaults), or names that a formula uses.  Raises the errors of
    :func:`invexproof.activations.resolve`, and :class:`RangeError`.
    """
    if isinstance(subject, Target):
        return subject
    read = ranges if isinstance(ranges, Mapping) else parse_ranges(ranges)
    if not read:
        return _of_subject(_plain(subject))
    if isinstance(subject, Expression):
        return _family_of_formula(to_text(subject), subject, read)
    if isinstance(subject, Subject):
        subject = subject.activation or subject.formula_text
    return _quantified(subject.name if isinstance(subject, Activation) else subject, read)


def _plain(subject: Named) -> Subject:
    if isinstance(subject, Subject):
        return subject
    if isinstance(subject, Expression):
        free = sorted(subject.variables - {"x"})
        if free:
            raise RangeError(
                f"say for which values of {', '.join(free)} the claim is made, as in {free[0]} > 0"
            )
        if subject.is_condition:
            raise RangeError(f"{to_text(subject, 80)} is a condition; a claim is about a function of x")
        return Subject(to_text(subject, 200), subject, to_text(subject, 2000), "formula")
    return resolve(subject.name if isinstance(subject, Activation) else subject)


def _of_subject(subject: Subject) -> Target:
    expression = subject.expression
    if expression.is_condition:
        raise RangeError(f"{to_text(expression, 80)} is a condition; a claim is about a function of x")
    by_name = subject.kind != "formula"
    return Target(
        name=subject.name,
        expression=expression,
        formula=subject.formula_text,
        slug=slug(subject.name) if by_name else _formula_slug(expression),
        notes=subject.notes,
    )


def _formula_slug(expression: Expression) -> str:
    digest = hashlib.sha256(canonical_bytes(expression.to_table())).hexdigest()
    return f"formula-{digest[:8]}"


def slug(name: str) -> str:
    """A name as part of a file's name: ``GELU(tanh)`` is ``gelu-tanh``, ``ReLU^2`` is ``relu-pow-2``."""
    words = name.casefold().replace("+", "-plus-").replace("^", "-pow-").replace("=", "-")
    safe = re.sub(r"-?[^a-z0-9.]+-?", "-", words).strip("-.")
    if len(safe) > MAX_SLUG or not safe:
        return f"{safe[:MAX_SLUG]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}".strip("-")
    return safe


# -- families ------------------------------------------------------------------------------------------------


def _without_quantified(text: str, ranges: Ranges) -> str:
    """``swish(beta)`` and ``elu(alpha=alpha)`` as ``swish`` and ``elu``, where the arguments are quantified."""
    call = _CALL.fullmatch(text.strip())
    if call is None:
        return text
    arguments = [argument.strip() for argument in call[2].split(",")]
    kept = [
        a for a in arguments if a not in ranges and not any(a.replace(" ", "") == f"{n}={n}" for n in ranges)
    ]
    name = str(call[1])
    if len(kept) == len(arguments) or name.casefold() in FUNCTIONS:
        return text
    return f"{name}({', '.join(kept)})" if kept else name


def _quantified(text: str, ranges: Ranges) -> Target:
    text = _without_quantified(text, ranges)
    try:
        named = resolve(text)
    except ParseError:
        return _family_of_formula(text, _parsed(text, ranges), ranges)
    except InvexproofError:
        if _is_name(text):
            raise
        return _family_of_formula(text, _parsed(text, ranges), ranges)
    if named.kind == "formula":
        return _family_of_formula(text, _parsed(text, ranges), ranges)
    entry = {activation.name: activation for activation in catalogue()}.get(named.activation)
    if entry is None or named.kind == "library":
        raise RangeError(
            f"{text:.60} has no parameters to quantify; name an activation of the catalogue that has some, "
            "or write a formula"
        )
    return _family_of_entry(text, entry, ranges)


def _is_name(text: str) -> bool:
    return re.fullmatch(r"[\w.\- ]+", text) is not None


def _parsed(text: str, ranges: Ranges) -> Expression:
    return parse(text, list(ranges))


def _family_of_formula(text: str, expression: Expression, ranges: Ranges) -> Target:
    unused = sorted(set(ranges) - expression.variables)
    missing = sorted(expression.variables - {"x"} - set(ranges))
    if unused:
        raise RangeError(f"the formula {text:.60} has no parameter {', '.join(unused)}")
    if missing:
        raise RangeError(
            f"say for which values of {', '.join(missing)} the claim is made, as in {missing[0]} > 0"
        )
    if expression.is_condition:
        raise RangeError(f"{text:.80} is a condition; a claim is about a function of x")
    return Target(text, expression, text, _formula_slug(expression), ranges)


def _family_of_entry(text: str, entry: Activation, ranges: Ranges) -> Target:
    """The entry with the parameters of ``ranges`` free, those of a call given, the others at their defaults."""
    call = split_call(" ".join(text.split()))
    exact = entry.name == text or text in entry.aliases
    given = entry.bind(call[1] if call is not None and not exact else Arguments())
    known = {p.name: p for p in entry.parameters}
    if unknown := sorted(set(ranges) - set(known)):
        has = f"its parameters are {', '.join(known)}" if known else "it has none"
        raise RangeError(f"{entry.name} has no parameter {', '.join(unknown)}; {has}")
    if twice := sorted(set(ranges) & set(given)):
        raise RangeError(f"{', '.join(twice)} is both given a value and quantified")
    for name, domain in ranges.items():
        if not _within(domain, known[name].domain):
            raise RangeError(
                f"{entry.family_name} is defined for {known[name].domain.describe(name)}, which "
                f"{domain.describe(name)} exceeds; for other values write the formula {entry.formula}"
            )
    fixed = {p.name: given.get(p.name, p.default) for p in entry.parameters if p.name not in ranges}
    found = entry.family(fixed)
    for order in found.constraints:
        high, low = ranges[order.left], ranges[order.right]
        top, bottom = _end(high, "le", "lt"), _end(low, "ge", "gt")
        if top is None or bottom is None or not top <= bottom:
            raise RangeError(f"{entry.family_name} needs {order}, but the ranges allow other values")
    shown = ", ".join(f"{p.name}={given[p.name]}" for p in entry.parameters if p.name in given)
    name = f"{entry.family_name}({shown})" if shown else entry.family_name
    free = "-".join(sorted(ranges))
    return Target(name, found.expression, to_text(found.expression), f"{slug(name)}-every-{free}", ranges)


def _end(domain: Domain, closed: str, opened: str) -> Any:
    value = getattr(domain, closed)
    return getattr(domain, opened) if value is None else value


def _within(inner: Domain, outer: Domain) -> bool:
    low, high = _end(inner, "ge", "gt"), _end(inner, "le", "lt")
    return (
        (
            outer.gt is None
            or (low is not None and (low > outer.gt or (low == outer.gt and inner.gt is not None)))
        )
        and (outer.ge is None or (low is not None and low >= outer.ge))
        and (
            outer.lt is None
            or (high is not None and (high < outer.lt or (high == outer.lt and inner.lt is not None)))
        )
        and (outer.le is None or (high is not None and high <= outer.le))
    )


# -- ranges --------------------------------------------------------------------------------------------------


def parse_ranges(texts: Iterable[str]) -> dict[str, Domain]:
    """Ranges by parameter; a parameter may occur twice, once for each end.  Raises :class:`RangeError`."""
    bounds: dict[str, dict[str, str]] = {}
    for text in texts:
        name, found = _parse_range(text)
        known = bounds.setdefault(name, {})
        for low_or_high in (("gt", "ge"), ("lt", "le")):
            if any(b in known for b in low_or_high) and any(b in found for b in low_or_high):
                raise RangeError(f"{name} has two bounds on one side; give one")
        known |= found
    ranges = {name: Domain.from_table(found, name) for name, found in bounds.items()}
    for name, domain in ranges.items():
        low, high = _end(domain, "ge", "gt"), _end(domain, "le", "lt")
        if low is not None and high is not None and not low < high:
            raise RangeError(f"the range {domain.describe(name)} has no inside")
    return ranges


def _parse_range(text: str) -> tuple[str, dict[str, str]]:
    """``beta > 0``, ``0 < alpha <= 1``, or a name alone for any real value."""
    parts = [part.strip() for part in _RELATION.split(text.translate(_SPELLINGS))]
    names = [part for part in parts[::2] if _PARAMETER.fullmatch(part) and part not in ("e", "pi")]
    wrong = RangeError(
        f"cannot read the range {text!r:.60}; write it as in: beta > 0, or 0 < alpha <= 1, or beta for any real value"
    )
    if len(names) != 1 or names[0] == "x":
        raise wrong
    name = names[0]
    match parts:
        case [_]:
            return name, {}
        case [left, relation, right]:
            relation = relation if left == name else _MIRRORED[relation]
            bound = right if left == name else left
            key = _ABOVE[relation] if relation in _ABOVE else _BELOW[_MIRRORED[relation]]
            return name, {key: _bound(bound, name)}
        case [low, first, middle, second, high] if middle == name and first[0] == second[0]:
            if first[0] == ">":
                low, first, second, high = high, _MIRRORED[second], _MIRRORED[first], low
            return name, {_BELOW[first]: _bound(low, name), _ABOVE[second]: _bound(high, name)}
    raise wrong


def _bound(text: str, name: str) -> str:
    value = constant(text, f"the bound of {name}")
    if value.op != "rat":
        raise RangeError(f"the bound {text:.40} of {name} must be a rational number, such as 1/2")
    return str(value.value)


def family_expressions(text: str) -> list[Expression]:
    """The function that a name or formula denotes, and, of an activation with parameters, the whole family."""
    found = [resolve(text).expression]
    try:
        found.append(family(text).expression)
    except InvexproofError:
        return found
    return found
