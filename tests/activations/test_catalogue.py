"""The catalogue against an independent list of formulas, and its names, families and malformed variants."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from mpmath import mpf

from invexproof.activations import CatalogueError, catalogue, family, resolve
from invexproof.activations.entries import read_catalogue
from invexproof.expressions.evaluation import mpmath_value
from invexproof.expressions.parser import ParseError, parse
from invexproof.expressions.terms import Expression
from invexproof.expressions.vocabulary import FUNCTIONS

REFERENCE = json.loads(Path(__file__).with_name("reference_formulas.json").read_text(encoding="utf-8"))
GRID = [Fraction(k, 97) for k in range(-900, 901, 75)] + [Fraction(k, 4) for k in range(-13, 14)]
PARAMETRISED = [a for a in catalogue() if a.parameters]


def points_for(entry: dict[str, object]) -> list[Fraction]:
    """The grid, and the entry's exact breakpoints with both sides of each."""
    listed = entry.get("breakpoints", [])
    exact = [Fraction(text) for text in listed if not text.startswith("~")]  # type: ignore[attr-defined]
    step = Fraction(1, 10**9)
    return GRID + [b + side * step for b in exact for side in (-1, 0, 1)]


def assert_equal_functions(u: Expression, v: Expression, points: list[Fraction]) -> None:
    for point in points:
        left, right = (mpmath_value(e, {"x": point}, dps=30) for e in (u, v))
        assert abs(left - right) <= mpf(10) ** -22 * (1 + abs(right)), f"at x = {point}: {left} and {right}"


def test_the_catalogue_begins_with_the_reference_names_in_order() -> None:
    assert len(REFERENCE) >= 188
    assert [a.name for a in catalogue()][: len(REFERENCE)] == [entry["name"] for entry in REFERENCE]


def test_fifty_are_marked_as_common() -> None:
    assert [a.name for a in catalogue() if a.fifty] == [e["name"] for e in REFERENCE if e["fifty"]]
    assert sum(a.fifty for a in catalogue()) == 50


@pytest.mark.parametrize("entry", REFERENCE, ids=[e["name"] for e in REFERENCE])
def test_every_name_resolves_to_its_reference_formula(entry: dict[str, str]) -> None:
    subject = resolve(entry["name"])
    assert subject.activation == subject.name == entry["name"]
    assert subject.expression.variables <= {"x"}
    assert_equal_functions(subject.expression, parse(entry["expr"]), points_for(entry))


def test_every_entry_without_parameters_has_the_reference_formula_verbatim() -> None:
    texts = {e["name"]: e["expr"] for e in REFERENCE}
    plain = [a for a in catalogue() if not a.parameters and a.name in texts]
    assert len(plain) > 80
    for activation in plain:
        assert activation.formula_text == texts[activation.name]


def test_formula_texts_parse_to_the_expressions() -> None:
    for activation in catalogue():
        assert parse(activation.formula_text) == activation.expression


def test_aliases_resolve_in_any_case() -> None:
    for activation in catalogue():
        for alias in activation.aliases:
            for spelling in (alias, alias.upper(), alias.lower()):
                subject = resolve(spelling)
                assert subject.expression == activation.expression or spelling != alias
                assert subject.activation == activation.name


def test_no_name_is_also_a_formula() -> None:
    for activation in catalogue():
        for name in (activation.name, *activation.aliases):
            with pytest.raises(ParseError):
                parse(name)
            if name not in FUNCTIONS:
                with pytest.raises(ParseError):
                    parse(f"{name}(x)")


def test_names_that_are_functions_of_formulas_mean_the_same_function() -> None:
    found = 0
    for activation in catalogue():
        for name in {n.lower() for n in (activation.name, *activation.aliases)}:
            if name in FUNCTIONS and FUNCTIONS[name].least == 1:
                assert_equal_functions(parse(f"{name}(x)"), activation.expression, GRID)
                found += 1
    assert found > 15


def test_every_entry_names_a_source_or_says_that_none_is_known() -> None:
    assert all(a.sources or "traced" in a.note for a in catalogue())


@pytest.mark.parametrize("activation", PARAMETRISED, ids=[a.name for a in PARAMETRISED])
def test_the_family_at_its_defaults_is_the_entry(activation) -> None:  # type: ignore[no-untyped-def]
    free = activation.family({})
    names = {p.name for p in activation.parameters}
    assert free.expression.variables == {"x"} | names
    assert set(free.domains) == names
    defaults = {p.name: parse(p.default) for p in activation.parameters}
    for point in GRID:
        # Substituting terms is a second way to the value: the entry's own expression has texts written in.
        at_defaults = mpmath_value(free.expression.substitute(defaults), {"x": point}, dps=30)
        expected = mpmath_value(activation.expression, {"x": point}, dps=30)
        assert abs(at_defaults - expected) <= mpf(10) ** -22 * (1 + abs(expected))
    assert all(mpmath_value(c.substitute(defaults), {}, dps=30) is True for c in free.conditions)


@pytest.mark.parametrize("activation", PARAMETRISED, ids=[a.name for a in PARAMETRISED])
def test_the_name_to_which_arguments_are_appended_is_a_name(activation) -> None:  # type: ignore[no-untyped-def]
    assert resolve(activation.family_name).expression == (
        resolve(activation.instance_of or activation.name).expression
    )
    shown = ", ".join(f"{p.name}={p.default}" for p in activation.parameters)
    assert resolve(f"{activation.family_name}({shown})").expression == activation.expression


def test_a_family_has_parameters_domains_and_conditions() -> None:
    swish = family("swish")
    assert swish.name == "SiLU"
    assert swish.expression == parse("x*sigmoid(beta*x)", ["beta"])
    assert swish.domains["beta"].describe("beta") == "beta > 0"
    assert swish.conditions == (parse("beta > 0", ["beta"]),)
    assert family("hardtanh").conditions == (parse("min_val <= max_val", ["min_val", "max_val"]),)
    penalized = family("PenalizedTanh").domains["a"].describe("a")
    assert penalized == "a > 0 and a <= 1"


def test_a_call_fixes_parameters_of_a_family() -> None:
    fixed = family("PELU(beta=1)")
    assert set(fixed.domains) == {"alpha"}
    assert fixed.expression == parse("piecewise((alpha*x, x>=0),(alpha*(exp(x)-1), true))", ["alpha"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('["A"]\nformula = "x"\nalias = ["B"]', "unknown keys alias"),
        ('["A"]\nsources = ["S"]', "neither formula nor instance_of"),
        ('["A"]\ninstance_of = "B"', "instance_of"),
        ('["A"]\nformula = "x"\naliases = ["b"]\n["B"]\nformula = "x"', "belongs to A already"),
        ('["A"]\nformula = "a*x"\nparameters = { a = { gt = "0" } }', "default is missing"),
        ('["A"]\nformula = "a*x"\nparameters = { a = { default = "1", gt = "0", ge = "0" } }', "at most one"),
        ('["A"]\nformula = "a*x"\nparameters = { a = { default = "1", gt = "zero" } }', "not a rational"),
        ('["A"]\nformula = "x"\n["B"]\ninstance_of = "A"\narguments = { a = "1" }', "has no parameters a"),
        (
            '["A"]\nformula = "a*x"\nparameters = { a = { default = "1" } }\nconstraints = ["a <= b"]',
            "a <= b",
        ),
    ],
)
def test_malformed_entries_are_named(text: str, message: str) -> None:
    with pytest.raises(CatalogueError, match=message):
        read_catalogue(text)
