"""The table of what invexapi exports, against the installed library: names, formulas, slopes, marks."""

# ruff: noqa: E402

from __future__ import annotations

import importlib
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import diff, mpf

invexapi = pytest.importorskip("invexapi")
torch = pytest.importorskip("torch")

from invexproof.activations import Domain
from invexproof.expressions import terms
from invexproof.expressions.evaluation import mpmath_value, numpy_function
from invexproof.expressions.parser import parse
from invexproof.integrations.invexapi.exports import EXPORTS, SEPARABLE, VERSION, Concave, Variant, separable
from invexproof.integrations.invexapi.profiles import defining_values, family, instance
from invexproof.integrations.invexapi.readings import read
from invexproof.subjects import parse_ranges

SUBPACKAGES = ("core", "rules", "functions", "optim", "operators", "metadata", "nn")
W = np.array([0.0, 1e-3, 0.1, 0.5, 1.0, 2.0, 7.5, 100.0])
FINITE = st.floats(0.01, 50.0)
OPEN = {
    "lamb": FINITE,
    "beta": FINITE,
    "delta": FINITE,
    "c": FINITE,
    "q": st.floats(0.01, 0.99),
    "alpha": st.floats(-20.0, 6.0).filter(lambda a: min(abs(a), abs(a - 2)) > 1e-3)
    | st.sampled_from([0.0, 2.0, -math.inf]),
}
"""What the constructors accept, away from where the library's own arithmetic loses its digits."""


def make(name: str, values: Mapping[str, float]) -> Any:
    return getattr(invexapi, name)(**values)


def test_the_version_is_the_one_described() -> None:
    assert invexapi.__version__ == VERSION


def test_every_exported_name_is_in_the_table() -> None:
    exported = set(invexapi.__all__)
    for name in SUBPACKAGES:
        exported |= set(importlib.import_module(f"invexapi.{name}").__all__)
    assert exported == {export.name for export in EXPORTS}
    assert len({(export.module, export.name) for export in EXPORTS}) == len(EXPORTS)


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.name)
def test_the_module_defines_the_name(export: Any) -> None:
    found = getattr(importlib.import_module(export.module), export.name)
    if isinstance(found, type):
        assert found.__module__ == export.module
        assert separable(found) is export.function


@pytest.mark.parametrize("name", SEPARABLE)
def test_the_example_is_the_librarys(name: str) -> None:
    example = getattr(invexapi, name)._metadata_example()
    ours = make(name, SEPARABLE[name].default)
    for attribute in SEPARABLE[name].attributes:
        assert getattr(example, attribute) == getattr(ours, attribute)


@pytest.mark.parametrize("name", SEPARABLE)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_the_formula_is_what_the_library_computes(name: str, data: st.DataObject) -> None:
    function = SEPARABLE[name]
    values = {attribute: data.draw(OPEN[attribute]) for attribute in function.attributes}
    if name == "LogMinusRationalPenalty":
        values["beta"] += 1
    found = make(name, values)
    profile = instance(function, values)
    assert profile is not None
    assert profile.power is not None
    computed = found.profile(torch.from_numpy(W)).numpy()
    expected = numpy_function(profile.t, ("v",))(W ** float(profile.power))
    np.testing.assert_allclose(computed, expected, rtol=1e-7, atol=1e-9 * max(1.0, *np.abs(expected)))
    x = np.array([-3.0, 0.25, 0.0])
    total = numpy_function(profile.t, ("v",))(np.abs(x) ** float(profile.power)).sum()
    assert float(found.value(torch.from_numpy(x))) == pytest.approx(total, rel=1e-7, abs=1e-9)


VARIANTS = [(name, variant) for name, f in SEPARABLE.items() for variant in f.variants]


def sample_of(domain: Domain) -> float:
    low = domain.gt if domain.gt is not None else domain.ge
    high = domain.lt if domain.lt is not None else domain.le
    if low is not None and high is not None:
        return float(low + (high - low) * 3 / 4)
    return float(low) + 1.5 if low is not None else float(high or 0) - 1.5


@pytest.mark.parametrize(("name", "variant"), VARIANTS)
def test_there_is_a_sample_in_every_variant(name: str, variant: Variant) -> None:
    samples = SEPARABLE[name].samples
    assert sum(defining_values(variant, sample) for sample in samples) == 1


@pytest.mark.parametrize(("name", "variant"), [(n, v) for n, v in VARIANTS if v.shares])
def test_the_shares_add_up_with_weights_that_are_not_negative(name: str, variant: Variant) -> None:
    ranges = parse_ranges(variant.ranges)
    at = {parameter: mpf(sample_of(domain)) for parameter, domain in ranges.items()}

    def value(text: str, v: float) -> Any:
        expression = parse(text, ["v", *ranges])
        return mpmath_value(expression, {**at, "v": mpf(v)})

    weights = [value(share.weight, 1) for share in variant.shares]
    assert all(weight >= 0 for weight in weights)
    ratios = []
    for v in (0.25, 1.0, 3.0, 50.0):
        parts = sum(
            weight * value(share.inner, v) for weight, share in zip(weights, variant.shares, strict=True)
        )
        ratios.append(value(variant.inner, v) / parts)
    assert ratios[0] > 0
    assert all(float(ratio / ratios[0]) == pytest.approx(1, abs=1e-12) for ratio in ratios)
    for share in variant.shares:
        if isinstance(share.growth, Concave):
            slope = diff(lambda v, inner=share.inner: value(inner, v), 0, direction=1)
            assert float(slope) == pytest.approx(float(value(share.growth.slope, 0)), rel=1e-6)


def test_parameters_outside_all_variants_have_no_profile() -> None:
    function = SEPARABLE["LogMinusRationalPenalty"]
    assert instance(function, {"lamb": 1.0, "beta": 0.5}) is None
    assert instance(function, {"lamb": math.inf, "beta": 2.0}) is None
    assert instance(SEPARABLE["AdaptiveRobustLoss"], {"alpha": -math.inf, "c": 2.0}) is not None


def test_a_family_keeps_its_parameters_free() -> None:
    profile = family(SEPARABLE["LLqPenalty"].variants[0])
    assert profile.power is None
    assert profile.t.variables == {"v", "lamb", "beta"}
    assert set(profile.only(profile.t)) == {"lamb", "beta"}


class Doubled(invexapi.CauchyLoss):  # type: ignore[misc]
    """A class derived from one in the table, which the table knows nothing about."""

    def _s(self, x: Any) -> Any:
        return 2 * super()._s(x)


def test_derived_classes_are_not_read() -> None:
    assert read(Doubled()) is None


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda: invexapi.Sum(invexapi.L1Penalty(0.5), invexapi.CauchyLoss()), ["abs(x)/2 + log(1 + x^2)"]),
        (
            lambda: invexapi.LinearTilt(invexapi.LogPenalty(1.0), torch.tensor([0.5, -2.0])),
            ["log(1 + abs(x)) - x/2", "log(1 + abs(x)) + 2*x"],
        ),
        (
            lambda: invexapi.Composed(
                invexapi.CauchyLoss(), invexapi.operators.Diagonal(torch.tensor([1.0, 3.0])), torch.tensor([0.0, 1.0])
            ),
            ["log(1 + x^2)", "log(1 + (3*x - 1)^2)"],
        ),
        (
            lambda: invexapi.SlackAmplitudeLeastSquares(torch.tensor([1.0]), torch.tensor([0.25])),
            ["(abs(x) - 3/4)^2/2"],
        ),
    ],
)  # fmt: skip
def test_composite_objects_are_read_entry_by_entry(build: Any, expected: list[str]) -> None:
    reading = read(build())
    assert reading is not None
    x = np.linspace(-3, 3, 50)
    for found, wanted in zip(reading.functions, expected, strict=True):
        np.testing.assert_allclose(numpy_function(found)(x), numpy_function(parse(wanted))(x), rtol=1e-12)


def test_what_is_not_separable_is_not_read() -> None:
    matrix = invexapi.operators.MatrixOperator(torch.eye(2))
    assert read(invexapi.Composed(invexapi.CauchyLoss(), matrix)) is None
    assert read(invexapi.PSDTracePenalty(0.1)) is None
    assert read(invexapi.Max(invexapi.CauchyLoss(), invexapi.WelschLoss())) is None
    complex_shift = torch.tensor([1.0 + 1.0j])
    assert read(invexapi.Composed(invexapi.CauchyLoss(), invexapi.Identity(), complex_shift)) is None


def test_the_exponent_of_a_float_is_exact() -> None:
    reading = read(invexapi.QuasinormInvexPenalty(1.0, 0.3))
    assert reading is not None
    assert reading.profile is not None
    assert reading.profile.power is not None
    assert float(reading.profile.power) == 0.3
    assert reading.profile.power.denominator > 1000
    assert reading.profile.function() is None
    assert terms.var("v") == reading.profile.t
