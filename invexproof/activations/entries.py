"""The catalogue: the entries of ``catalogue.toml`` as :class:`Activation` objects.

To add an activation, add one table to ``catalogue.toml`` (its head says what a table holds): a formula,
perhaps parameters with default and admissible domain, aliases, sources.  Nothing else changes: the name, its
aliases, calls such as ``name(alpha=1/2)`` and the symbolic family all come from the entry.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Any, Final

from invexproof.activations.calls import Arguments
from invexproof.activations.errors import ActivationArgumentError, CatalogueError
from invexproof.activations.parameters import (
    Constraint,
    Domain,
    Parameter,
    constant,
    instantiate,
)
from invexproof.expressions.printing import to_text
from invexproof.expressions.terms import Expression, var

_KEYS: Final = frozenset(
    (
        "formula", "parameters", "constraints", "instance_of", "arguments",
        "aliases", "sources", "fifty", "note",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Family:
    """An activation with free parameters: its expression in ``x`` and them, and their admissible values."""

    name: str
    expression: Expression
    domains: Mapping[str, Domain]
    constraints: tuple[Constraint, ...]

    @property
    def conditions(self) -> tuple[Expression, ...]:
        """The domains and constraints as conditions on the parameters."""
        parameters = {name: var(name) for name in self.domains}
        bounds = (c for name, domain in self.domains.items() for c in domain.conditions(parameters[name]))
        return (*bounds, *(constraint.condition(parameters) for constraint in self.constraints))


@dataclass(frozen=True)
class Activation:
    """An entry of the catalogue: a function of one real variable, or a family of them with defaults.

    ``formula`` is the text of the entry, in x and the parameters; ``expression`` and ``formula_text`` are
    the function at the parameters' defaults.  An entry that is an instance of another has that entry's
    formula and parameters, with defaults of its own, and names it in ``instance_of``.
    """

    name: str
    formula: str
    parameters: tuple[Parameter, ...]
    constraints: tuple[Constraint, ...]
    aliases: tuple[str, ...]
    sources: tuple[str, ...]
    fifty: bool
    note: str
    instance_of: str

    @cached_property
    def expression(self) -> Expression:
        """The function of x, at the defaults."""
        return self.at({})

    @cached_property
    def formula_text(self) -> str:
        """A text that parses to ``expression`` (up to tidying)."""
        return to_text(self.expression) if self.parameters else self.formula

    @property
    def family_name(self) -> str:
        """The name to which arguments are appended: ``PReLU`` for ``PReLU(0.25)``."""
        return (self.instance_of or self.name).partition("(")[0]

    def at(self, values: Mapping[str, str]) -> Expression:
        """The function at the given parameter values (exact texts such as ``1/2``), else the defaults.

        Raises :class:`ActivationArgumentError` for unknown parameters and for values outside the domain.
        """
        texts = {p.name: values.get(p.name, p.default) for p in self.parameters}
        self._check_names(values)
        self._check_values({name: constant(text, f"{self.name}: {name}") for name, text in texts.items()})
        return instantiate(self.formula, texts)

    def family(self, fixed: Mapping[str, str]) -> Family:
        """The family with the parameters but the fixed ones left free."""
        self._check_names(fixed)
        values = {name: constant(text, f"{self.name}: {name}") for name, text in fixed.items()}
        self._check_values(values)
        free = [p for p in self.parameters if p.name not in fixed]
        if not free:
            raise ActivationArgumentError(f"{self.name} has no parameter to leave free")
        expression = instantiate(self.formula, fixed, [p.name for p in free])
        constraints = tuple(c for c in self.constraints if not {c.left, c.right} <= set(fixed))
        if any({c.left, c.right} & set(fixed) for c in constraints):
            raise ActivationArgumentError(
                f"{self.name} needs {' and '.join(map(str, constraints))}; fix both parameters or neither"
            )
        return Family(self.family_name, expression, {p.name: p.domain for p in free}, constraints)

    def bind(self, arguments: Arguments) -> dict[str, str]:
        """Values by parameter name from positional and keyword arguments."""
        names = [p.name for p in self.parameters]
        if len(arguments.positional) > len(names):
            given = len(arguments.positional)
            raise ActivationArgumentError(f"{self._signature()}; {given} values are given")
        values = dict(zip(names, arguments.positional, strict=False))
        for name, value in arguments.keywords:
            if name in values:
                raise ActivationArgumentError(f"{self.name}: the argument {name!r:.40} is given twice")
            values[name] = value
        self._check_names(values)
        return values

    def display_name(self, values: Mapping[str, str]) -> str:
        """The name with the values that differ from the defaults: ``ELU(alpha=1/2)``."""
        changed = {
            p.name: values[p.name]
            for p in self.parameters
            if p.name in values and not _same(values[p.name], p.default)
        }
        if not changed:
            return self.name
        shown = {p.name: values.get(p.name, p.default) for p in self.parameters}
        return f"{self.family_name}({', '.join(f'{name}={value}' for name, value in shown.items())})"

    def _signature(self) -> str:
        if not self.parameters:
            return f"{self.name} takes no parameters"
        shown = ", ".join(f"{p.name}={p.default}" for p in self.parameters)
        return f"{self.family_name} takes the parameters ({shown})"

    def _check_names(self, values: Mapping[str, str]) -> None:
        unknown = sorted(set(values) - {p.name for p in self.parameters})
        if unknown:
            raise ActivationArgumentError(f"{self._signature()}, not {', '.join(unknown):.80}")

    def _check_values(self, values: Mapping[str, Expression]) -> None:
        for parameter in self.parameters:
            value = values.get(parameter.name)
            if value is not None and not parameter.domain.contains(value):
                raise ActivationArgumentError(
                    f"{self.family_name} is defined for {parameter.domain.describe(parameter.name)}, not for "
                    f"{parameter.name} = {to_text(value)}; for another function write a formula such as "
                    f"{self.formula}"
                )
        for constraint in self.constraints:
            if {constraint.left, constraint.right} <= set(values) and not constraint.holds(values):
                raise ActivationArgumentError(f"{self.family_name} needs {constraint}")


def _same(left: str, right: str) -> bool:
    """Whether two texts denote the same constant."""
    return constant(left, "the value") == constant(right, "the default")


@cache
def entries() -> Mapping[str, Activation]:
    """The catalogue by canonical name, in the order of the file."""
    text = resources.files(__package__).joinpath("catalogue.toml").read_text(encoding="utf-8")
    return read_catalogue(text)


def read_catalogue(text: str) -> Mapping[str, Activation]:
    """Read a catalogue (TOML).  Raises :class:`CatalogueError` naming the entry that is malformed."""
    tables = tomllib.loads(text)
    found = {name: _entry(name, tables) for name in tables}
    _check_names_differ(found.values())
    return found


def _entry(name: str, tables: Mapping[str, Mapping[str, Any]]) -> Activation:
    table = tables[name]
    if unknown := set(table) - _KEYS:
        raise CatalogueError(f"{name}: unknown keys {', '.join(sorted(unknown))}")
    parent = table.get("instance_of", "")
    if parent and ("formula" in table or "parameters" in table or "formula" not in tables.get(parent, {})):
        raise CatalogueError(f"{name}: instance_of names an entry that has a formula, and replaces formula")
    defining = tables[parent] if parent else table
    if "formula" not in defining:
        raise CatalogueError(f"{name}: there is neither formula nor instance_of")
    parameters = tuple(_parameters(name, defining.get("parameters", {}), table.get("arguments", {})))
    names = [p.name for p in parameters]
    if unknown := set(table.get("arguments", {})) - set(names):
        raise CatalogueError(f"{name}: {parent} has no parameters {', '.join(sorted(unknown))}")
    return Activation(
        name=name,
        formula=defining["formula"],
        parameters=parameters,
        constraints=tuple(Constraint.from_text(c, names, name) for c in defining.get("constraints", ())),
        aliases=tuple(table.get("aliases", ())),
        sources=tuple(table.get("sources", ())),
        fifty=table.get("fifty", False),
        note=table.get("note", ""),
        instance_of=parent,
    )


def _parameters(
    name: str, tables: Mapping[str, Mapping[str, str]], defaults: Mapping[str, str]
) -> Iterator[Parameter]:
    for parameter, table in tables.items():
        where = f"{name}, parameter {parameter}"
        if "default" not in table:
            raise CatalogueError(f"{where}: the default is missing")
        bounds = {key: value for key, value in table.items() if key != "default"}
        yield Parameter(
            parameter, defaults.get(parameter, table["default"]), Domain.from_table(bounds, where)
        )


def _check_names_differ(activations: Iterable[Activation]) -> None:
    """Case is ignored where a name is looked up, so no two entries may have names that agree up to case."""
    owner: dict[str, str] = {}
    for activation in activations:
        for name in (activation.name, *activation.aliases):
            first = owner.setdefault(name.casefold(), activation.name)
            if first != activation.name:
                raise CatalogueError(f"{activation.name}: the name {name!r} belongs to {first} already")
