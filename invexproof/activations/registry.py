"""Activations by name: the catalogue's names and aliases, library names, calls with arguments, and formulas.

Adding an activation is one table in ``catalogue.toml``, adding a library's name for it one table in
``libraries.toml``; this module needs no change for either.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from invexproof.activations.calls import Arguments, split_call
from invexproof.activations.entries import Activation, Family, entries
from invexproof.activations.errors import (
    ActivationArgumentError,
    AmbiguousActivationError,
    RefusedActivationError,
    UnknownActivationError,
)
from invexproof.activations.libraries import INPUT, library_tables
from invexproof.expressions.parser import ParseError, parse
from invexproof.expressions.printing import to_text
from invexproof.expressions.terms import Expression
from invexproof.expressions.vocabulary import FUNCTIONS

__all__ = ["Activation", "Family", "Subject", "catalogue", "family", "resolve"]

MAX_NAME: Final = 200
"""Longest text that is looked up as a name; anything longer is a formula."""

_INPUT_WORD: Final = re.compile(rf"\b{INPUT}\b")
_VARIANT_LAST: Final = re.compile(r"^([\w.]+)(\(.*\))(\[[\w-]+\])$", re.DOTALL)
"""``torch.nn.Softplus(beta=2)[as-executed]``, which is read as ``torch.nn.Softplus[as-executed](beta=2)``."""
_NAME_SHAPED: Final = re.compile(r"[^\W\d][\w.\-]*(\[[\w\-]*\])?(\(.*\))?", re.DOTALL)


@dataclass(frozen=True)
class Subject:
    """A function of one real variable that claims can be about, and how it was named.

    ``name`` is the name to show, with the arguments that differ from defaults; ``activation`` is the
    catalogue's canonical name, empty if there is none; ``notes`` say what a reader may trip over.
    """

    name: str
    expression: Expression
    formula_text: str
    kind: Literal["activation", "library", "formula"]
    activation: str = ""
    notes: tuple[str, ...] = ()


def catalogue() -> tuple[Activation, ...]:
    """Every activation of the catalogue, in its order."""
    return tuple(entries().values())


def resolve(text: str) -> Subject:
    """The function that a name, a call of a name, or a formula denotes.

    Names are those of the catalogue and their aliases (case is ignored), and those of torch, jax and keras
    (``torch.nn.SiLU``, ``F.silu``); both take arguments, those of a library as it takes them
    (``torch.nn.LeakyReLU(0.2)``).  A text that is neither a name nor a call of one is a formula.

    Raises :class:`UnknownActivationError`, :class:`ActivationArgumentError`,
    :class:`AmbiguousActivationError`, :class:`RefusedActivationError` and, for formulas, ``ParseError``.
    """
    if len(text) > MAX_NAME:
        return _formula(text)
    name = _VARIANT_LAST.sub(r"\1\3\2", " ".join(text.split()))
    named = _lookup(name, Arguments())
    if named is not None:
        return named
    call = split_call(name) if _NAME_SHAPED.match(name) else None
    if call is not None and not _is_formula_call(*call):
        called = _lookup(*call)
        if called is not None:
            return called
    return _formula(text)


def family(text: str) -> Family:
    """The activation with its parameters free: ``family("swish")`` is x*sigmoid(beta*x) with beta > 0.

    A call fixes the parameters that it gives: ``family("PELU(beta=1)")`` leaves alpha free.
    """
    text = " ".join(text.split())
    activation, arguments = _find(text), Arguments()
    if activation is None and (call := split_call(text)) is not None:
        activation, arguments = _find(call[0]), call[1]
    if activation is None:
        reason = "Only activations of the catalogue have free parameters."
        raise UnknownActivationError(text, _near(text), reason)
    return activation.family(activation.bind(arguments))


@cache
def _exact_names() -> Mapping[str, Activation]:
    return {n: a for a in entries().values() for n in (a.name, *a.aliases)}


@cache
def _folded_names() -> Mapping[str, Activation]:
    return {name.casefold(): activation for name, activation in _exact_names().items()}


def _find(name: str) -> Activation | None:
    return _exact_names().get(name) or _folded_names().get(name.casefold())


def _lookup(name: str, arguments: Arguments) -> Subject | None:
    """The subject that a name with arguments denotes; None if the name is unknown."""
    full = library_tables().full_name(name)
    refusal = library_tables().refused.get(full)
    if refusal is not None:
        raise RefusedActivationError(full, refusal.reason, refusal.instead)
    if full in library_tables().functions:
        return _library_subject(full, arguments)
    activation = _find(name)
    return None if activation is None else _catalogue_subject(activation, arguments)


def _library_subject(name: str, arguments: Arguments) -> Subject:
    function = library_tables().functions[name]
    values = function.bind(name, arguments)
    reading = function.read(name, values)
    return Subject(
        name=function.shown(name, values),
        expression=reading.expression,
        formula_text=to_text(reading.expression),
        kind="library",
        activation=reading.activation,
        notes=(reading.note,) if reading.note else (),
    )


def _catalogue_subject(activation: Activation, arguments: Arguments) -> Subject:
    if arguments.positional and arguments.positional[0] == INPUT:
        arguments = Arguments(arguments.positional[1:], arguments.keywords)
    elif any(_INPUT_WORD.search(value) for value in arguments.positional):
        raise ActivationArgumentError(
            f"{activation.name} is not a function of the formula language, so it cannot be composed; "
            f"write its formula: {activation.formula_text}"
        )
    values = activation.bind(arguments)
    expression = activation.at(values)
    return Subject(
        name=activation.display_name(values),
        expression=expression,
        formula_text=to_text(expression) if values else activation.formula_text,
        kind="activation",
        activation=activation.name,
        notes=(activation.note,) if activation.note else (),
    )


def _is_formula_call(name: str, arguments: Arguments) -> bool:
    """Whether a call is of the formula language: ``tanh(x)``, not ``softplus(beta=2)``.

    Raises :class:`AmbiguousActivationError` for ``softplus(2)``, which would be a constant as a formula.
    """
    if name not in FUNCTIONS or arguments.keywords:
        return False
    activation = _find(name)
    mentions_input = any(_INPUT_WORD.search(value) for value in arguments.positional)
    if activation is None or mentions_input or not activation.parameters:
        return True
    if not arguments.positional:
        return False
    first = activation.parameters[0].name
    value = arguments.positional[0]
    raise AmbiguousActivationError(
        f"{name}({value}) is a constant as a formula, and {activation.family_name} with {first} = {value} "
        f"as an activation; write {name}({first}={value}) for the activation, or 0*x + {name}({value}) for "
        f"the constant"
    )


def _formula(text: str) -> Subject:
    try:
        expression = parse(text)
    except ParseError as error:
        name = text.partition("(")[0].strip()
        if _NAME_SHAPED.fullmatch(text) and name not in FUNCTIONS:
            if _find(name) or library_tables().full_name(name) in library_tables().functions:
                raise ActivationArgumentError(
                    f"{text:.80} is not a call of {name}: write {name}, or {name}(parameter=value)"
                ) from error
            raise UnknownActivationError(name, _near(name), str(error)) from error
        raise
    return Subject(text, expression, text, "formula")


def _near(name: str) -> list[str]:
    """Known names that look like the given one, the most alike first."""
    tables = library_tables()
    known = {known.casefold(): known for known in (*tables.refused, *tables.functions, *_exact_names())}
    wanted = tables.full_name(name).casefold()
    return [known[key] for key in difflib.get_close_matches(wanted, known, n=3, cutoff=0.7)]
