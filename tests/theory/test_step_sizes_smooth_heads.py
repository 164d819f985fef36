"""Smooth last hidden layers: no eigenvalue is shared by all Hessians, whatever the data; the formulas of the proof."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="PyTorch computes the Hessians")

from tests.theory.hessians import Problem, data, entropy, losses, random, shared, squared  # noqa: E402

nn = torch.nn.functional
ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "erf": torch.erf,
    "atan": torch.atan,
    "asinh": torch.asinh,
    "gelu": nn.gelu,
    "silu": nn.silu,
    "mish": nn.mish,
    "softplus": lambda u: torch.log1p(torch.exp(-u.abs())) + u.clamp(min=0),
    "log_sigmoid": nn.logsigmoid,
    "tanhshrink": lambda u: u - torch.tanh(u),
    "exp": lambda u: torch.exp(u / 2),
    "square": torch.square,
}


def problem(
    x: Any, units: int, outputs: int, activation: Callable[[Any], Any], loss: Any, bias: bool, lower: int = 0
) -> Problem:
    """An affine head on smooth units on x, or on another layer of rectified units."""
    width = x.shape[1]
    shapes = {"W": (outputs, units), "V": (units, lower or width), "beta": (units,)}
    shapes |= {"b": (outputs,)} if bias else {}
    shapes |= {"U": (lower, width)} if lower else {}

    def value(p: Mapping[str, Any]) -> Any:
        h = torch.relu(nn.linear(x, p["U"])) if lower else x
        return loss(nn.linear(activation(nn.linear(h, p["V"], p["beta"])), p["W"], p.get("b")))

    return Problem(shapes, value)


def witnesses(made: Problem) -> list[Any]:
    """Spectra at random points and at points as in the proof."""
    points = [made.point(), made.point(W=0.0), made.point(W=0.0, V=0.0), made.point(V=0.0, beta=2.5)]
    return list(made.spectra(points))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_no_step_size_is_bad(name: str) -> None:
    torch.manual_seed(len(name))
    for k, x in enumerate(data(4, 2)):
        bias, (outputs, units) = k % 2 == 0, ((1, 1), (2, 2))[int(torch.randint(2, ()))]
        for loss in losses(len(x), outputs):
            made = problem(x, units, outputs, ACTIVATIONS[name], loss, bias)
            assert shared(witnesses(made)) == []


@pytest.mark.parametrize("name", ["tanh", "gelu"])
def test_nor_with_rectified_units_below(name: str) -> None:
    torch.manual_seed(3)
    for x in data(3, 2):
        for loss in losses(len(x), 2):
            made = problem(x, 2, 2, ACTIVATIONS[name], loss, True, lower=2)
            assert shared(witnesses(made)) == []


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "softplus", "square"])
@pytest.mark.parametrize("outputs", [1, 2, 3])
def test_the_determinant_of_the_proof(name: str, outputs: int) -> None:
    """Squared error, W = 0, V = 0, b the mean of the targets: one block for each singular value."""
    torch.manual_seed(outputs)
    rows, units, width = 5, 3, 2
    x, y = random(rows, width), random(rows, outputs)
    made = problem(x, units, outputs, ACTIVATIONS[name], squared(y, "sum"), True)
    beta = random(units)
    hessian = made.hessian(made.point(W=0.0, V=0.0, b=y.mean(0), beta=beta))
    beta.requires_grad_()
    z = ACTIVATIONS[name](beta)
    (s,) = torch.autograd.grad(z.sum(), beta)
    z = z.detach()
    nu = 2.0 * rows
    m = torch.linalg.svdvals(2 * (y.mean(0) - y).T @ x)
    m = torch.cat([m, torch.zeros(outputs)])[:outputs]
    for mu in (0.7, -1.3, 5.0, nu):
        expected = torch.tensor(1.0, dtype=torch.float64)
        for k in range(outputs):
            d = -mu + (s * m[k]) ** 2 / mu
            head = torch.diag(torch.cat([d, torch.tensor([-mu], dtype=torch.float64)]))
            ones = torch.cat([z, torch.ones(1, dtype=torch.float64)])
            expected = expected * torch.linalg.det(head + nu * torch.outer(ones, ones))
        # The rows of V beside the singular vectors, beta, and what is left of V give -mu each.
        expected = expected * (-mu) ** (made.count - outputs * (units + 1))
        identity = torch.eye(made.count, dtype=torch.float64)
        assert torch.allclose(torch.linalg.det(hessian - mu * identity), expected, rtol=1e-8)


@pytest.mark.parametrize("name", ["tanh", "silu", "square"])
@pytest.mark.parametrize("outputs", [2, 3])
def test_without_a_last_bias_cross_entropy_is_like_a_squared_error(name: str, outputs: int) -> None:
    """W = 0, V = 0: the second derivative of the loss is n/K times a projection whose image holds all gradients."""
    torch.manual_seed(outputs)
    rows, units = 5, 2
    x, labels = random(rows, 2), torch.randint(outputs, (rows,))
    made = problem(x, units, outputs, ACTIVATIONS[name], entropy(labels, reduction="sum"), False)
    beta = random(units)
    found = made.spectrum(made.point(W=0.0, V=0.0, beta=beta))
    beta.requires_grad_()
    z = ACTIVATIONS[name](beta)
    (s,) = torch.autograd.grad(z.sum(), beta)
    z = z.detach()
    g = torch.full((rows, outputs), 1 / outputs, dtype=torch.float64) - nn.one_hot(labels, outputs)
    m = torch.linalg.svdvals(g.T @ torch.cat([x, torch.ones(rows, 1, dtype=torch.float64)], 1))
    m = torch.sort(m, descending=True).values[: outputs - 1]
    eigenvalues = []
    for k in range(outputs - 1):
        value = float(m[k]) if k < len(m) else 0.0
        block = torch.zeros(2 * units, 2 * units, dtype=torch.float64)
        block[:units, :units] = rows / outputs * torch.outer(z, z)
        block[:units, units:] = block[units:, :units] = torch.diag(s * value)
        eigenvalues.append(torch.linalg.eigvalsh(block))
    expected = torch.cat(eigenvalues)
    expected = torch.cat([expected, torch.zeros(made.count - len(expected), dtype=torch.float64)])
    assert torch.allclose(found, torch.sort(expected).values, atol=1e-9)


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "silu"])
def test_cross_entropy_behind_dropout_and_pooling(name: str) -> None:
    """Features P sigma(u), P fixed by masks and windows: the bias tends to a corner, the units scale what is left."""
    torch.manual_seed(7)
    rows, places, units, outputs = 3, 2, 2, 3
    for keep in (0.0, 0.5, 1.0):
        x = random(rows, places, 2)
        mask = (torch.rand(rows, units, dtype=torch.float64) < keep).double() * 2
        labels = torch.randint(outputs, (rows,))
        shapes = {"W": (outputs, units), "b": (outputs,), "V": (units, 2), "beta": (units,)}

        def value(p: Mapping[str, Any], x: Any = x, mask: Any = mask, labels: Any = labels) -> Any:
            z = ACTIVATIONS[name](nn.linear(x, p["V"], p["beta"])).mean(1) * mask
            return nn.cross_entropy(nn.linear(z, p["W"], p["b"]), labels)

        made = Problem(shapes, value)
        assert shared(witnesses(made)) == []
        corner = torch.tensor([60.0, 0.0, 0.0], dtype=torch.float64)
        spectra = [
            made.spectrum(made.zero(b=corner, beta=torch.full((units,), t, dtype=torch.float64)))
            for t in (0.3, 1.7)
        ]
        slopes = []
        for t in (0.3, 1.7):
            u = torch.tensor(t, dtype=torch.float64, requires_grad=True)
            slopes.append(float(torch.autograd.grad(ACTIVATIONS[name](u), u)[0]))
        assert torch.allclose(spectra[0] / slopes[0], spectra[1] / slopes[1], atol=1e-9)


def stages(x: Any, image: Any, labels: Any) -> dict[str, Problem]:
    """Networks whose last units are smooth functions of a shift and of what starts at 0: a skip connection, a norm."""
    width, outputs = x.shape[1], 2
    shapes = {
        "W": (outputs, 2),
        "b": (outputs,),
        "beta": (2,),
        "gamma": (2,),
        "B": (2, 2),
        "beta0": (2,),
        "D": (2, width),
    }

    def normal(u: Any) -> Any:
        return (u - u.mean((0, 1))) / torch.sqrt(u.var((0, 1), unbiased=False) + 0.1)

    def residual(p: Mapping[str, Any]) -> Any:
        """Two places for each example; pooling at the end."""
        y = nn.silu(normal(nn.linear(image, p["D"])) + p["beta0"])
        z = nn.silu(y + p["gamma"] * normal(nn.linear(y, p["B"])) + p["beta"])
        return nn.linear(z.mean(1), p["W"], p["b"])

    def started(p: Mapping[str, Any]) -> Any:
        y = nn.silu(p["D"].sum() * normal(image)[..., :2] + p["beta0"])
        z = nn.silu(y + p["gamma"] * normal(nn.linear(y, p["B"])) + p["beta"])
        return nn.linear(z.mean(1), p["W"], p["b"])

    targets = random(len(x), outputs)
    return {
        "residual, cross-entropy": Problem(shapes, lambda p: nn.cross_entropy(residual(p), labels)),
        "residual, squared error": Problem(shapes, lambda p: nn.mse_loss(residual(p), targets)),
        "started, squared error": Problem(shapes, lambda p: nn.mse_loss(started(p), targets)),
    }


def test_a_smooth_residual_stage() -> None:
    torch.manual_seed(11)
    for _ in range(3):
        image = random(3, 2, 2)
        for made in stages(image[:, 0], image, torch.randint(2, (3,))).values():
            assert shared([*witnesses_of_stage(made)]) == []


def witnesses_of_stage(made: Problem) -> Any:
    zero = [made.zero(beta=random(2), b=random(2)) for _ in range(2)]
    return made.spectra([made.point(), 0.5 * made.point(), *zero])


def test_a_sine_shares_an_eigenvalue_at_the_points_of_the_proof() -> None:
    """Why sines are excluded: sin'^2 = 1 - sin^2 keeps the eigenvalue 2 nu, if the singular value is 2 nu, too."""
    torch.manual_seed(5)
    x, y, nu = random(4, 1), random(4, 1), 8.0
    x = x * 2 * nu / (2 * (y.mean() - y) * x).sum().abs()
    made = problem(x, 1, 1, torch.sin, squared(y, "sum"), True)
    spectra = [made.spectrum(made.zero(b=y.mean(), beta=float(t))) for t in random(4)]
    assert any(abs(mu - 2 * nu) < 1e-9 for mu in shared(spectra))
    assert shared([*spectra, made.spectrum(made.point())]) == []
