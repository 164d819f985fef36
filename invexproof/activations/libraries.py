"""Names by which torch, jax and keras offer elementwise activations: ``libraries.toml`` as objects.

To add a library's function, add one ``[[entry]]`` to ``libraries.toml`` (its head says what an entry holds);
to refuse a name with a reason, add it to a ``[[refused]]``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final, NamedTuple

from invexproof.activations.calls import Arguments, split_arguments
from invexproof.activations.entries import entries
from invexproof.activations.errors import (
    ActivationArgumentError,
    CatalogueError,
    RefusedActivationError,
)
from invexproof.activations.parameters import Domain, constant, instantiate
from invexproof.expressions.printing import to_text
from invexproof.expressions.terms import Expression

_KEYS: Final = frozenset(
    ("names", "signature", "activation", "bind", "formula", "parameters", "cases", "ignored", "note")
)
_CASE_KEYS: Final = frozenset(("when", "activation", "bind", "formula", "refused", "note"))
_IDENTIFIER: Final = re.compile(r"[^\W\d]\w*")
INPUT: Final = "x"
"""How a signature writes the argument that is the tensor."""
_LITERALS: Final = frozenset(("True", "False", "None"))


@dataclass(frozen=True)
class Case:
    """One reading of a library function: what it is where the arguments ``when`` have those values."""

    when: Mapping[str, str]
    activation: str
    bind: Mapping[str, str]
    formula: str
    refused: str
    note: str


class Reading(NamedTuple):
    """A library function at given arguments: its expression, the catalogue's name for it, a note (or "")."""

    expression: Expression
    activation: str
    note: str


@dataclass(frozen=True)
class LibraryFunction:
    """A library's function: its names, its arguments in order (None: no default), and its readings."""

    names: tuple[str, ...]
    arguments: Mapping[str, str | None]
    ignored: frozenset[str]
    domains: Mapping[str, Domain]
    cases: tuple[Case, ...]

    @property
    def takes_input(self) -> bool:
        """Whether the tensor is an argument (a function), or the arguments make a module or layer."""
        return INPUT in self.arguments

    @property
    def required(self) -> tuple[str, ...]:
        """The arguments besides the tensor that have no default."""
        return tuple(a for a, default in self.arguments.items() if default is None and a != INPUT)

    def bind(self, name: str, given: Arguments) -> dict[str, str]:
        """Every argument's text, from a call as in the library; ``name`` is for messages.

        A name without any arguments stands for the function at its defaults.  Raises
        :class:`ActivationArgumentError`.
        """
        names = list(self.arguments)
        positional = list(given.positional)
        if self.takes_input and positional and positional[0] != INPUT:
            raise ActivationArgumentError(
                f"the first argument of {name} is its input: write {name}(x, {', '.join(positional):.60}), "
                f"or give arguments by name, not {positional[0]:.40}"
            )
        if len(positional) > len(names):
            raise ActivationArgumentError(f"{self._signature(name)}; {len(positional)} arguments are given")
        values = dict(zip(names, positional, strict=False))
        for argument, value in given.keywords:
            if argument not in self.arguments or argument == INPUT:
                raise ActivationArgumentError(f"{self._signature(name)}, not {argument:.40}")
            if argument in values:
                raise ActivationArgumentError(f"{name}: the argument {argument!r:.40} is given twice")
            values[argument] = value
        missing = [argument for argument in self.required if argument not in values]
        if missing:
            example = ", ".join(f"{argument}=..." for argument in missing)
            raise ActivationArgumentError(
                f"{name} has no default for {' and '.join(missing)}; write {name}({example})"
            )
        return {a: values.get(a, default or "") for a, default in self.arguments.items() if a != INPUT}

    def read(self, name: str, values: Mapping[str, str]) -> Reading:
        """What the function is at the given values of all its arguments.

        Raises :class:`ActivationArgumentError` and :class:`RefusedActivationError`.
        """
        case = next((c for c in self.cases if _agrees(c.when, values)), None)
        if case is None:
            allowed = "; ".join(
                ", ".join(f"{argument}={value}" for argument, value in c.when.items()) for c in self.cases
            )
            raise ActivationArgumentError(f"{name} knows {allowed}")
        if case.refused:
            raise RefusedActivationError(name, case.refused)
        if case.formula:
            return Reading(self._from_formula(name, case.formula, values), "", case.note)
        activation = entries()[case.activation]
        passed = {p.name: values[p.name] for p in activation.parameters if p.name in values}
        for parameter, text in case.bind.items():
            passed[parameter] = to_text(instantiate(text, self._numbers(name, text, values)))
        return Reading(activation.at(passed), activation.name, case.note)

    def shown(self, name: str, values: Mapping[str, str]) -> str:
        """The call with the arguments that differ from the defaults: ``torch.nn.ELU(alpha=1/2)``."""
        changed = {
            argument: value
            for argument, value in values.items()
            if _normal(value) != _normal(self.arguments[argument] or "") and argument not in self.ignored
        }
        inside = ", ".join(f"{argument}={value}" for argument, value in changed.items())
        return f"{name}({inside})" if inside else name

    def _from_formula(self, name: str, formula: str, values: Mapping[str, str]) -> Expression:
        numbers = self._numbers(name, formula, values)
        for argument, text in numbers.items():
            domain = self.domains.get(argument, Domain())
            if not domain.contains(constant(text, f"{name}: {argument}")):
                raise ActivationArgumentError(
                    f"{name} is defined for {domain.describe(argument)}, not for {argument} = {text:.40}"
                )
        return instantiate(formula, numbers)

    def _numbers(self, name: str, formula: str, values: Mapping[str, str]) -> dict[str, str]:
        """The arguments that occur in a formula, checked to be numbers."""
        used = {a: values[a] for a in _IDENTIFIER.findall(formula) if a in values}
        for argument, text in used.items():
            constant(text, f"{name}: {argument}")
        return used

    def _signature(self, name: str) -> str:
        shown = ", ".join(a if d is None else f"{a}={d}" for a, d in self.arguments.items())
        return f"{name} takes ({shown})"


@dataclass(frozen=True)
class Refusal:
    """Why a library's name cannot be a subject, and what to ask for instead (may be empty)."""

    reason: str
    instead: str


@dataclass(frozen=True)
class LibraryTables:
    """Everything in ``libraries.toml``: functions and refusals by full name, and abbreviated prefixes."""

    functions: Mapping[str, LibraryFunction]
    refused: Mapping[str, Refusal]
    prefixes: Mapping[str, str]

    def full_name(self, name: str) -> str:
        """``F.silu`` as ``torch.nn.functional.silu``; other names as they are."""
        for prefix, full in self.prefixes.items():
            if name.startswith(prefix):
                return full + name.removeprefix(prefix)
        return name


@cache
def library_tables() -> LibraryTables:
    """The tables of ``libraries.toml``."""
    text = resources.files(__package__).joinpath("libraries.toml").read_text(encoding="utf-8")
    return read_libraries(text)


def read_libraries(text: str) -> LibraryTables:
    """Read library tables (TOML).  Raises :class:`CatalogueError` naming the entry that is malformed."""
    tables = tomllib.loads(text)
    always_ignored = frozenset(tables.get("ignored", ()))
    functions: dict[str, LibraryFunction] = {}
    refused: dict[str, Refusal] = {}
    for table in tables.get("entry", ()):
        function = _function(table, always_ignored)
        for name in function.names:
            if name in functions:
                raise CatalogueError(f"{name} is listed twice")
            functions[name] = function
    for table in tables.get("refused", ()):
        for name in table["names"]:
            if name in functions or name in refused:
                raise CatalogueError(f"{name} is listed twice")
            refused[name] = Refusal(table["reason"], table.get("instead", ""))
    return LibraryTables(functions, refused, tables.get("prefixes", {}))


def _function(table: Mapping[str, Any], always_ignored: frozenset[str]) -> LibraryFunction:
    name = table["names"][0]
    if unknown := set(table) - _KEYS:
        raise CatalogueError(f"{name}: unknown keys {', '.join(sorted(unknown))}")
    signature = split_arguments(table.get("signature", ""))
    arguments: dict[str, str | None] = {**dict.fromkeys(signature.positional), **dict(signature.keywords)}
    cases = tuple(_case(name, case) for case in table.get("cases", [_single_case(table)]))
    function = LibraryFunction(
        names=tuple(table["names"]),
        arguments=arguments,
        ignored=always_ignored | frozenset(table.get("ignored", ())),
        domains={
            argument: Domain.from_table(bounds, f"{name}, {argument}")
            for argument, bounds in table.get("parameters", {}).items()
        },
        cases=cases,
    )
    unused = set(arguments) - {INPUT} - function.ignored - _used(cases)
    if unused:
        raise CatalogueError(f"{name}: neither used nor ignored: {', '.join(sorted(unused))}")
    return function


def _single_case(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: table[key] for key in ("activation", "bind", "formula", "note") if key in table}


def _case(name: str, table: Mapping[str, Any]) -> Case:
    if unknown := set(table) - _CASE_KEYS:
        raise CatalogueError(f"{name}: unknown keys {', '.join(sorted(unknown))}")
    if sum(key in table for key in ("activation", "formula", "refused")) != 1:
        raise CatalogueError(f"{name}: a case has one of activation, formula, refused")
    activation = table.get("activation", "")
    if activation and activation not in entries():
        raise CatalogueError(f"{name}: the catalogue has no entry {activation}")
    return Case(
        when=table.get("when", {}),
        activation=activation,
        bind=table.get("bind", {}),
        formula=table.get("formula", ""),
        refused=table.get("refused", ""),
        note=table.get("note", ""),
    )


def _used(cases: Sequence[Case]) -> set[str]:
    """The arguments that some case depends on."""
    used: set[str] = set()
    for case in cases:
        used |= set(case.when)
        for formula in (case.formula, *case.bind.values()):
            used |= set(_IDENTIFIER.findall(formula))
        if case.activation:
            used |= {p.name for p in entries()[case.activation].parameters}
    return used


def _agrees(when: Mapping[str, str], values: Mapping[str, str]) -> bool:
    return all(_normal(values[argument]) == _normal(value) for argument, value in when.items())


@cache
def _normal(text: str) -> str:
    """One spelling for a value: numbers in lowest terms, words as they are."""
    if not text or text in _LITERALS or _IDENTIFIER.fullmatch(text):
        return text
    return to_text(constant(text, "the argument"))
