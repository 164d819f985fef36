"""The gallery of training problems: certificates and page are current, and say what independent computations say."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from invexcheck.architectures.methods import COLLAPSES, METHODS
from invexproof import generated
from invexproof.gallery.collection import COLLECTIONS
from invexproof.gallery.deciding import LARGE, Decided, decide
from invexproof.gallery.training import DATA, METHOD_WORDS, TrainingEntry, number
from tests.gallery.shipping import check_certificates

ROOT = Path(__file__).resolve().parents[2]
TRAINING = COLLECTIONS[1]
ENTRIES = {name: entry for name, entry in TRAINING.entries.items() if isinstance(entry, TrainingEntry)}
SHIPPED = {path.name.partition(".")[0]: path for path in (ROOT / TRAINING.certificates).iterdir()}
MOST_BYTES = 1_000_000
PARAMETERS = {"resnet-50-gd": 25_557_032, "vit-b-16-gd": 86_567_656, "gpt-2-gd": 124_439_808}
"""Of the models in libraries that these are the graphs of."""


@pytest.fixture(scope="module")
def decided() -> list[Decided]:
    return decide(TRAINING.entries.values())


# -- what is shipped -----------------------------------------------------------------------------------------


def test_page_and_certificates_are_made_again(decided: list[Decided]) -> None:
    files = TRAINING.shipped(decided) | TRAINING.written(decided)
    assert generated.differences(ROOT, files, TRAINING.owned) == []
    assert sum(path.stat().st_size for path in SHIPPED.values()) < MOST_BYTES


def test_shipped_certificates_are_valid_and_say_what_the_entries_say() -> None:
    check_certificates(ENTRIES, SHIPPED)


def test_every_method_of_the_table_is_shown_and_has_a_name() -> None:
    known = {method for method, *_ in (*METHODS, *COLLAPSES)}
    assert METHOD_WORDS.keys() == known
    assert {entry.method for entry in ENTRIES.values() if entry.verdict != "undecided"} == known


def test_links_within_the_page_lead_to_entries() -> None:
    text = (ROOT / TRAINING.page).read_text(encoding="utf-8")
    links = re.findall(r"\]\(#([a-z0-9-]+)\)", text)
    assert set(links) <= {*ENTRIES, "how-the-problems-are-written"}
    for shown, name in re.findall(r"\[([a-z0-9]+-[a-z0-9-]+)\]\(#([a-z0-9-]+)\)", text):
        assert shown == name


@pytest.mark.parametrize(("name", "count"), PARAMETERS.items())
def test_models_of_full_size_have_as_many_parameters_as_in_libraries(name: str, count: int) -> None:
    assert ENTRIES[name].graph.parameter_count == count
    assert f"p = {number(count)}; gradient descent is non-singular" in ENTRIES[name].words()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mlp-relu-paa", "the loss is continuous and piecewise analytic in the parameters"),
        ("mlp-relu-gd-half", "gradient descent is non-singular for the step size 1/2"),
        ("mlp-relu-sign", "gradient descent by signs is non-singular for every step size"),
        ("mlp-relu-adam", "Adam from a state with a density is non-singular for every step size"),
        (
            "mlp-relu-adam-zero-random",
            "Adam from a state of zeros is non-singular for almost every sequence of step sizes",
        ),
        ("mlp-tanh-sphere", "gradient descent with normalisation of the weights is non-singular"),
        ("mlp-relu-gd-all-but", "gradient descent is non-singular for every step size but one"),
        ("mlp-relu-undone-decay", "gradient descent with weight decay is non-singular for the step size 1/λ"),
        ("scale-data-gd", "gradient descent is non-singular for every step size but some"),
        ("mlp-tanh-saddles", "gradient descent avoids strict saddle points for every step size"),
    ],
)
def test_claims_in_words(name: str, words: str) -> None:
    assert ENTRIES[name].words() == f"p = {ENTRIES[name].graph.parameter_count}; {words}"


def test_large_certificates_are_compressed() -> None:
    for path in SHIPPED.values():
        assert path.suffix == ".gz" or path.stat().st_size <= LARGE
    assert SHIPPED["vit-b-16-gd"].suffix == ".gz"


# -- what independent computations say ----------------------------------------------------------------------


def test_one_weight_has_the_bad_step_size_that_is_told() -> None:
    x, y = np.array([1.0, -2.0, 0.5]), np.array([3.0, 1.0, -1.0])
    w = np.linspace(-5, 5, 11)
    slope = np.mean(2 * x * (w[:, None] * x - y), axis=1)
    bad = 1 / (2 * np.mean(x * x))
    assert np.ptp(w - bad * slope) < 1e-12
    assert np.ptp(w - 1.01 * bad * slope) > 0.05


def test_executed_softplus_jumps_as_is_told() -> None:
    assert math.log1p(math.exp(-20)) == pytest.approx(2.06e-9, rel=1e-2)


def _dead_network(generator: np.random.Generator, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Hidden units of a ReLU layer whose biases make them negative for all x, and those units' values."""
    weight = generator.standard_normal((x.shape[1], 5))
    bias = -1 - np.abs(x @ weight).max(axis=0)
    return np.maximum(x @ weight + bias, 0), weight


def test_exact_line_search_forgets_the_bias_of_a_dead_network() -> None:
    generator = np.random.default_rng(3)
    x, y = generator.standard_normal((8, 2)), generator.standard_normal(8)
    hidden, _ = _dead_network(generator, x)
    head, biases = generator.standard_normal(5), np.array([-4.0, 0.3, 7.0])
    after = []
    for b in biases:
        error = hidden @ head + b - y
        gradient = 2 * np.mean(error)
        steps = np.linspace(0, 2, 4001)
        losses = np.mean((error[:, None] - steps * gradient) ** 2, axis=0)
        after.append(b - steps[np.argmin(losses)] * gradient)
    assert after == pytest.approx([np.mean(y)] * 3)


def test_soft_thresholds_collapse_the_first_layer_of_a_tanh_network() -> None:
    """Near 0: also the entries that are not 0 before the step are 0 after it, for each of several data sets."""
    generator = np.random.default_rng(4)
    size, step, threshold = 1e-3, 0.1, 0.5
    for _ in range(5):
        x, y = generator.standard_normal((8, 2)), generator.standard_normal(8)
        first, last = (size * generator.standard_normal(shape) for shape in ((2, 16), (16,)))
        hidden = np.tanh(x @ first)
        error = 2 * (hidden @ last - y) / len(y)
        slope = x.T @ (error[:, None] * last * (1 - hidden**2))
        moved = first - step * slope
        shrunk = np.sign(moved) * np.maximum(np.abs(moved) - step * threshold, 0)
        assert not shrunk.any()
        assert first.all()


def test_exact_line_search_fits_one_example() -> None:
    generator = np.random.default_rng(5)
    for _ in range(5):
        x, y = generator.standard_normal(2), generator.standard_normal()
        theta = generator.standard_normal(3)
        features = np.append(x, 1.0)
        error = features @ theta - y
        gradient = 2 * error * features
        best = (gradient @ features) * error / (gradient @ features) ** 2
        assert features @ (theta - best * gradient) == pytest.approx(y)


# -- given data ----------------------------------------------------------------------------------------------


def _table(name: str, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """The measures of a table, and ones in the place of each row's class, the last column."""
    rows = [line.split(",") for line in (DATA / name).read_text(encoding="utf-8").split("\n")[1:] if line]
    classes = sorted({row[-1] for row in rows})
    x = np.array([[float(value) for value in row[:columns]] for row in rows])
    return x, np.array([[float(row[-1] == c) for c in classes] for row in rows])


def _left_out(decided: list[Decided], name: str) -> list[tuple[float, float]]:
    (document,) = [each.result.document for each in decided if each.entry.name == name]
    assert document is not None
    pairs = [item if isinstance(item, list) else [item, item] for item in document["claim"]["except"]]
    return [(float(Fraction(low)), float(Fraction(high))) for low, high in pairs]


def test_bad_step_sizes_of_linear_regression_are_those_of_the_moments_of_iris(decided: list[Decided]) -> None:
    x, y = _table("iris.csv", 4)
    z = np.hstack([x, np.ones((len(x), 1))])
    expected = np.sort(1 / np.linalg.eigvalsh(2 / (3 * len(x)) * z.T @ z))
    found = _left_out(decided, "iris-linear-gd-all-but")
    assert len(found) == len(expected)
    for size, (low, high) in zip(expected, found, strict=True):
        assert low * (1 - 1e-7) < size < high * (1 + 1e-7)
    assert 0.024 < expected[0] < 0.025
    assert 2 * expected[0] < 0.05  # the threshold of stability, and the first step size of the schedule
    # one step with a bad step size forgets a direction: parameters that differ in it become the same
    values, vectors = np.linalg.eigh(2 / (3 * len(x)) * z.T @ z)
    theta = np.random.default_rng(1).standard_normal((5, 3))
    other = theta + np.outer(vectors[:, -1], [1.0, -2.0, 3.0])
    after = [t - 2 / (3 * len(x)) * z.T @ (z @ t - y) / values[-1] for t in (theta, other)]
    assert np.abs(after[0] - after[1]).max() < 1e-9


def test_a_bad_step_size_leads_to_the_minimiser() -> None:
    x, y = np.array([1.0, 2.0]), np.array([1.0, 1.0])
    for w in (-3.0, 0.0, 10.0):
        assert w - np.mean(2 * x * (w * x - y)) / 5 == pytest.approx(3 / 5)


def test_at_the_origin_the_iris_network_has_a_strict_saddle_point() -> None:
    """Near 0 its loss is a constant minus 2 times the mean of y·V·W·x."""
    x, y = _table("iris.csv", 4)
    singular = np.linalg.svd(2 / (3 * len(x)) * y.T @ x, compute_uv=False)
    assert len(singular) == 3
    assert (singular > 0.01).all()
    assert sorted(1 / singular) == pytest.approx([0.332768, 1.82292, 23.6878], rel=1e-5)


def test_undoing_the_penalty_forgets_sums_over_the_classes(decided: list[Decided]) -> None:
    assert _left_out(decided, "wine-logistic-gd-all-but") == [(100.0, 100.0)]
    x, y = _table("wine.csv", 13)
    z = np.hstack([x, np.ones((len(x), 1))])
    theta = np.random.default_rng(2).standard_normal((14, 3)) / 100
    scores = np.exp(z @ theta - (z @ theta).max(axis=1, keepdims=True))
    gradient = z.T @ (scores / scores.sum(axis=1, keepdims=True) - y) / len(x) + theta / 100
    assert np.abs((theta - 100 * gradient).sum(axis=1)).max() < 1e-9 * np.abs(100 * gradient).max()


def test_each_subset_of_examples_has_step_sizes_of_its_own(decided: list[Decided]) -> None:
    x = np.array([[1.0, 0], [0, 1], [1, 1], [1, -1]])
    found = _left_out(decided, "rectified-output-gd-all-but")
    w = np.random.default_rng(6).standard_normal((1000, 2))
    patterns = {tuple(row) for row in w @ x.T > 0}
    for pattern in patterns:
        values = np.linalg.eigvalsh(2 / 4 * x[list(pattern)].T @ x[list(pattern)])
        for size in 1 / values[values > 1e-9]:
            assert any(low * (1 - 1e-7) < size < high * (1 + 1e-7) for low, high in found)


def test_undone_decay_leaves_the_gradient_and_forgets_the_rest() -> None:
    """Of logistic regression: what the biases are after the step sums to 0, for each λ and each starting point."""
    generator = np.random.default_rng(7)
    x, labels = generator.standard_normal((8, 4)), np.eye(3)[generator.integers(0, 3, 8)]
    for decay in (0.01, 0.5, 3.0):
        weight, bias = generator.standard_normal((4, 3)), generator.standard_normal(3)
        shares = np.exp(x @ weight + bias)
        error = shares / shares.sum(axis=1, keepdims=True) - labels
        after = bias - (error.mean(axis=0) + decay * bias) / decay
        assert abs(after.sum()) < 1e-9
