"""The library tables against what the libraries compute, declare and contain."""

from __future__ import annotations

import json
import math

import pytest

from invexproof.activations import CatalogueError, resolve
from invexproof.activations.libraries import library_tables, read_libraries
from invexproof.expressions.evaluation import mpmath_value
from tests.activations import executed

RECORD = json.loads(executed.RECORD.read_text(encoding="utf-8"))
TABLES = library_tables()
NOT_EXECUTED = [name for name in TABLES.functions if name.endswith("[keras-2]")]
SINGLE_PRECISION = ("keras.activations.tanh",)
"""What Keras computes in single precision on jax, whatever the precision of its input."""
JUMP = 2.1e-9
"""How far torch's softplus is from its formula, at most (where beta*x > 20)."""


def assert_computes(text: str, values: list[float]) -> None:
    """The expression of a library call has the executed values, to double precision."""
    expression = resolve(text).expression
    jumps = f"{text.partition('(')[0]}[as-executed]" in TABLES.functions
    tolerance = JUMP if jumps else 0.0
    relative = 1e-6 if text in SINGLE_PRECISION else 1e-12
    for point, value in zip(RECORD["points"], values, strict=True):
        exact = float(mpmath_value(expression, {"x": point}, dps=25))
        assert math.isclose(value, exact, rel_tol=relative, abs_tol=1e-12 + tolerance), f"{text} at {point}"


@pytest.mark.parametrize("text", RECORD["values"])
def test_the_recorded_values_of_the_libraries(text: str) -> None:
    assert_computes(text, RECORD["values"][text])


def test_the_record_covers_every_name() -> None:
    assert RECORD["points"] == executed.POINTS
    assert set(executed.calls()) - set(RECORD["values"]) == set(NOT_EXECUTED)


def test_torch_softplus_as_executed_jumps_and_its_formula_does_not() -> None:
    at = RECORD["points"].index(20.0625)
    assert RECORD["values"]["torch.nn.Softplus"][at] == 20.0625
    point = {"x": 20.0625}
    assert mpmath_value(resolve("torch.nn.Softplus[as-executed]").expression, point) == 20.0625
    assert mpmath_value(resolve("torch.nn.Softplus").expression, point) > 20.0625


@pytest.mark.parametrize("namespace", RECORD["namespaces"])
def test_every_name_of_the_recorded_namespaces_is_listed_or_refused(namespace: str) -> None:
    assert_complete(namespace, RECORD["namespaces"][namespace])


def assert_complete(namespace: str, names: list[str]) -> None:
    known = {*TABLES.functions, *TABLES.refused}
    missing = [name for name in names if f"{namespace}.{name}" not in known]
    assert not missing, f"add to libraries.toml, as [[entry]] or [[refused]]: {namespace}: {missing}"


LIBRARIES = [pytest.param("torch", marks=pytest.mark.torch), "jax", "keras"]


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_installed_library_computes_the_same(library: str) -> None:
    pytest.importorskip(library)
    for text in executed.calls():
        if text.startswith(f"{library}.") and executed.is_executable(text.partition("(")[0]):
            assert_computes(text, executed.execute(text))


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_installed_library_has_no_other_activation(library: str) -> None:
    pytest.importorskip(library)
    found = {name: names for name, names in executed.namespaces().items() if name.startswith(library)}
    assert found
    for namespace, names in found.items():
        assert_complete(namespace, names)


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_installed_library_declares_the_same_defaults(library: str) -> None:
    pytest.importorskip(library)
    compared = 0
    for name, function in TABLES.functions.items():
        if not name.startswith(f"{library}.") or name.endswith("[keras-2]"):
            continue
        declared = executed.signature_defaults(name)
        if declared is None:
            continue
        listed = {a: executed.listed_default(d) for a, d in function.arguments.items() if a != "x"}
        for argument, default in listed.items():
            if argument in executed.OPTIONAL_ARGUMENTS and argument not in declared:
                continue
            assert argument in declared, f"{name} has no argument {argument}"
            assert declared[argument] == default, f"{name}: the default of {argument}"
            compared += 1
        unlisted = set(declared) - set(listed) - executed.OPTIONAL_ARGUMENTS
        assert not unlisted, f"{name} has more arguments: {unlisted}"
    assert compared >= 2


def test_prefixes_lead_to_listed_names() -> None:
    known = (*TABLES.functions, *TABLES.refused)
    for full in TABLES.prefixes.values():
        assert any(name.startswith(full) for name in known)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[[entry]]\nnames = ["a.b"]\nactivation = "SiLU"\nsignatures = "x"', "unknown keys signatures"),
        ('[[entry]]\nnames = ["a.b"]\nactivation = "NoSuch"', "no entry NoSuch"),
        (
            '[[entry]]\nnames = ["a.b"]\nsignature = "x, y=1"\nactivation = "ReLU"',
            "neither used nor ignored: y",
        ),
        (
            '[[entry]]\nnames = ["a.b"]\nactivation = "ReLU"\nformula = "x"',
            "one of activation, formula, refused",
        ),
        ('[[entry]]\nnames = ["a.b", "a.b"]\nactivation = "ReLU"', "listed twice"),
        (
            '[[entry]]\nnames = ["a.b"]\nactivation = "ReLU"\n[[refused]]\nnames = ["a.b"]\nreason = "r"',
            "twice",
        ),
        (
            '[[entry]]\nnames = ["a.b"]\ncases = [{ activation = "ReLU", unless = "1" }]',
            "unknown keys unless",
        ),
    ],
)
def test_malformed_tables_are_named(text: str, message: str) -> None:
    with pytest.raises(CatalogueError, match=message):
        read_libraries(text)
