"""Last layers that are linear in some parameters: eigenvalues that all Hessians of one selection share.

A selection is a fixed choice of slopes, so that rectified networks are polynomials here, for all parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="PyTorch computes the Hessians")

from tests.theory.hessians import DOUBLE, Problem, binary, data, entropy, losses, random, shared, squared  # noqa: E402

nn = torch.nn.functional
Features = Callable[[Mapping[str, Any]], Any]


def slopes(rows: int, units: int, low: float = 0.0) -> Any:
    """Of rectified units: `low` or 1."""
    return torch.where(torch.rand(rows, units, dtype=DOUBLE) < 0.5, 1.0, low)


def headed(
    features: Features, shapes: dict[str, tuple[int, ...]], outputs: int, loss: Any, bias: bool
) -> Problem:
    """An affine head W, b on the features; they may use W."""
    (units,) = shapes.pop("features")
    head = {"W": (outputs, units)} | ({"b": (outputs,)} if bias else {})
    return Problem(head | shapes, lambda p: loss(nn.linear(features(p), p["W"], p.get("b"))))


def two_layers(x: Any, units: int, low: float = 0.0) -> tuple[Features, dict[str, tuple[int, ...]]]:
    mask = slopes(len(x), units, low)
    shapes = {"features": (units,), "V": (units, x.shape[1]), "beta": (units,)}
    return lambda p: mask * nn.linear(x, p["V"], p["beta"]), shapes


def three_layers(x: Any, units: int, low: float = 0.0) -> tuple[Features, dict[str, tuple[int, ...]]]:
    first, last = slopes(len(x), 2, low), slopes(len(x), units, low)
    shapes = {"features": (units,), "U": (2, x.shape[1]), "a": (2,), "V": (units, 2), "beta": (units,)}

    def features(p: Mapping[str, Any]) -> Any:
        return last * nn.linear(first * nn.linear(x, p["U"], p["a"]), p["V"], p["beta"])

    return features, shapes


def norm(h: Any) -> Any:
    """Layer normalisation over the last axis."""
    return nn.layer_norm(h, h.shape[-1:], eps=1e-2)


def stage(x: Any, units: int, low: float = 0.0) -> tuple[Features, dict[str, tuple[int, ...]]]:
    """Two residual blocks with two layers each, normalised over the batch, on what a first layer makes of x."""
    masks = [slopes(len(x), units, low) for _ in range(5)]
    shapes: dict[str, tuple[int, ...]] = {"features": (units,), "D": (units, x.shape[1])}
    for k in range(3):
        shapes |= {f"gamma{k}": (units,), f"beta{k}": (units,)}
    for k in (1, 2):
        shapes |= {f"A{k}": (units, units), f"B{k}": (units, units), f"g{k}": (units,), f"s{k}": (units,)}

    def standard(u: Any) -> Any:
        return (u - u.mean(0)) / torch.sqrt(u.var(0, unbiased=False) + 0.1)

    def features(p: Mapping[str, Any]) -> Any:
        h = masks[0] * (p["gamma0"] * standard(x @ p["D"].T) + p["beta0"])
        for k in (1, 2):
            inner = masks[2 * k - 1] * (p[f"g{k}"] * standard(h @ p[f"A{k}"].T) + p[f"s{k}"])
            branch = p[f"gamma{k}"] * standard(inner @ p[f"B{k}"].T) + p[f"beta{k}"]
            h = masks[2 * k] * (h + branch)
        return h

    return features, shapes


BUILDS = {"two layers": two_layers, "three layers": three_layers}


def spectra(made: Problem) -> Any:
    """At random points of several sizes."""
    points = [scale * made.point() for scale in (1.0, 0.6, 1.7, 0.3)]
    return made.spectra(points)


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("low", [0.0, 0.1, -1.0])
def test_bounded_gradients_leave_no_bad_step_size(build: str, low: float) -> None:
    torch.manual_seed(len(build))
    for x in data(4, 2):
        outputs, units = ((2, 1), (3, 2))[int(torch.randint(2, ()))]
        rows = len(x)
        labels = torch.randint(outputs, (rows,))
        choices = [
            entropy(labels),
            entropy(torch.zeros_like(labels)),
            entropy(labels, 0.2, torch.rand(outputs, dtype=DOUBLE) + 0.1, "sum"),
            binary(torch.rand(rows, outputs, dtype=DOUBLE)),
        ]
        for loss in choices:
            features, shapes = BUILDS[build](x, units, low)
            assert shared(spectra(headed(features, shapes, outputs, loss, True))) == []


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("low", [0.0, -1.0])
def test_without_a_last_bias_no_step_size_is_bad(build: str, low: float) -> None:
    torch.manual_seed(1 + len(build))
    for x in data(4, 2):
        for loss in losses(len(x), 2):
            features, shapes = BUILDS[build](x, 2, low)
            assert shared(spectra(headed(features, shapes, 2, loss, False))) == []


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("outputs", [2, 3])
def test_any_linear_features(bias: bool, outputs: int) -> None:
    """Z w, Z of any signs, with few ranks: also where one parameter moves several features."""
    torch.manual_seed(outputs)
    for _ in range(12):
        rows, units, count = 4, 3, 3
        made = torch.randint(-1, 2, (rows, units, count)).double()
        labels = torch.randint(outputs, (rows,))
        shapes = {"features": (units,), "w": (count,)}

        def features(p: Mapping[str, Any], made: Any = made) -> Any:
            return made @ p["w"]

        loss = entropy(labels) if bias else squared(random(rows, outputs), "sum")
        assert shared(spectra(headed(features, shapes, outputs, loss, bias))) == []


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("outputs", [2, 3])
def test_constants_in_the_features_of_a_cross_entropy(bias: bool, outputs: int) -> None:
    """relu6: each unit is 0, linear or 6; also a model that is linear in data."""
    torch.manual_seed(outputs)
    for x in data(4, 2):
        rows, units = len(x), 2
        piece = torch.randint(3, (rows, units))
        for on, constant in ((piece == 1, 6.0 * (piece == 2)), (0 * piece, 6.0 + 0 * piece)):

            def features(p: Mapping[str, Any], x: Any = x, on: Any = on, constant: Any = constant) -> Any:
                return on * nn.linear(x, p["V"], p["beta"]) + constant

            shapes = {"features": (units,), "V": (units, 2), "beta": (units,)}
            labels = torch.randint(outputs, (rows,))
            assert shared(spectra(headed(features, shapes, outputs, entropy(labels), bias))) == []
        made = headed(lambda _, x=x: x, {"features": (2,)}, outputs, entropy(torch.zeros(rows).long()), bias)
        assert shared(spectra(made)) == []


@pytest.mark.parametrize("low", [0.0, 0.2])
def test_a_residual_stage(low: float) -> None:
    torch.manual_seed(4)
    for x in (random(4, 2), random(1, 2).expand(4, 2)):
        labels = torch.randint(3, (4,))
        for loss, bias in ((entropy(labels), True), (squared(random(4, 3), "mean"), False)):
            features, shapes = stage(x, 2, low)
            assert shared(spectra(headed(features, shapes, 3, loss, bias))) == []


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("keep", [1.0, 0.5, 0.0])
def test_a_language_model(tied: bool, keep: float) -> None:
    """Tokens, positions, a block with attention, a last norm with weight and bias, dropout, no last bias."""
    torch.manual_seed(9)
    length, width, words = 3, 2, 3
    for tokens in ([[0, 1, 2]], [[1, 1, 1]], [[0, 1, 0], [2, 2, 1]]):
        ids = torch.tensor(tokens)
        mask = (torch.rand(*ids.shape, width, dtype=DOUBLE) < keep).double() * 2
        shapes: dict[str, tuple[int, ...]] = {"features": (width,), "P": (length, width), "E": (words, width)}
        shapes |= {"Q": (width, width), "K": (width, width), "O": (width, width), "o": (width,)}
        shapes |= {"gamma": (width,), "beta": (width,), "g": (width,)}
        hidden = torch.triu(torch.full((length, length), -torch.inf, dtype=DOUBLE), 1)

        def features(p: Mapping[str, Any], ids: Any = ids, mask: Any = mask, hidden: Any = hidden) -> Any:
            h = nn.embedding(ids, p["W"] if tied else p["E"]) + p["P"]
            y = p["g"] * norm(h)
            scores = torch.softmax(y @ p["Q"] @ (y @ p["K"]).transpose(-1, -2) + hidden, -1)
            h = h + scores @ y @ p["O"] + p["o"]
            return (mask * (p["gamma"] * norm(h) + p["beta"])).reshape(-1, width)

        labels = torch.randint(words, (ids.numel(),))
        for loss in (entropy(labels), squared(random(ids.numel(), words), "mean")):
            assert shared(spectra(headed(features, dict(shapes), words, loss, False))) == []


@pytest.mark.parametrize("bias", [True, False])
def test_the_limit_of_the_proof(bias: bool) -> None:
    """As t tends to 0, eigenvalues tend to 0 and to infinity, and, of a squared error with a bias, to one number."""
    torch.manual_seed(2)
    rows, units, outputs = 5, 2, 2
    y = random(rows, outputs)
    for build in BUILDS.values():
        features, shapes = build(random(rows, 2), units, 0.0)
        made = headed(features, shapes, outputs, squared(y, "sum"), bias)
        w = {name: random(*made.shapes[name]) for name in made.shapes if name in ("V", "beta")}
        if "U" in made.shapes:
            w["V"] = 0 * w["V"]
        phi = features({**dict(made.split(made.zero())), **w})
        b = random(outputs) if bias else torch.zeros(outputs, dtype=DOUBLE)
        a = torch.linalg.lstsq(phi, y - b).solution.T
        t = 1e-3
        given = {"W": t * a, **{name: value / t for name, value in w.items()}}
        found = made.spectrum(made.zero(**given, **({"b": b} if bias else {})))
        ones = torch.ones(rows, 1, dtype=DOUBLE)
        rest = ones - phi @ torch.linalg.lstsq(phi, ones).solution
        rho = 2 * float(rest.square().sum())
        large = found.abs() > 1e3
        assert int(large.sum()) == outputs * int(torch.linalg.matrix_rank(phi))
        small = found[~large]
        near = torch.minimum(small.abs(), (small - rho).abs()) if bias else small.abs()
        assert float(near.max()) < 1e-2
        assert int(((small - rho).abs() < 1e-2).sum()) == (outputs if bias else 0)
