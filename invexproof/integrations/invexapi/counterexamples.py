"""Objects of the library that are marked and should not be, as small and exact as they can be.

Each case builds an object of the library; ``formula`` is the function of one real variable that it computes (or a
loss of what it computes), a claim about which is then refuted with a certificate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from invexproof.claims import INVEX
from invexproof.integrations.invexapi.plans import CONVEX


@dataclass(frozen=True)
class Case:
    """An object, its formula, the kinds of claims that are refuted of it, and what it shows.

    marked: the property that the library marks; "" where it rightly does not.  observe: the value of the formula at
    a point, computed by the object.  smallest: in which sense nothing smaller fails, if so.
    """

    name: str
    title: str
    rule: str
    marked: str
    build: Callable[[], Any]
    observe: Callable[[Any, float], float]
    formula: str
    text: str
    kinds: tuple[str, ...] = (INVEX,)
    smallest: str = ""


def _value(obj: Any, x: float) -> float:
    """g(x) of a function."""
    import torch

    return float(obj.value(torch.tensor([x], dtype=torch.float64)))


def _output(obj: Any, x: float) -> float:
    """The output of a layer with one input and one output."""
    import torch

    return float(obj(torch.tensor([x], dtype=torch.float64)).detach())


def _first_minus_second(obj: Any, x: float) -> float:
    import torch

    y = obj(torch.tensor([x], dtype=torch.float64)).detach()
    return float(y[0] - y[1])


def _minus_sum_on_diagonal(obj: Any, x: float) -> float:
    import torch

    return -float(obj(torch.tensor([x, x], dtype=torch.float64)).detach().sum())


def layer(first: Any, bias: Any, second: Any, shift: Any, activation: Callable[[Any], Any]) -> Any:
    """The ixLinear with these matrices and biases, in double precision."""
    import torch
    from invexapi.nn import ixLinear

    weights = [torch.tensor(w, dtype=torch.float64) for w in (first, bias, second, shift)]
    built = ixLinear(weights[0].shape[1], weights[0].shape[0], weights[2].shape[0], activation).double()
    with torch.no_grad():
        for parameter, weight in zip(built.parameters(), weights, strict=True):
            parameter.copy_(weight)
    return built


# -- the rules -----------------------------------------------------------------------------------------------


def nonlinear_operator() -> Any:
    """The square of x^2 - 1, as a convex function of an operator that is not linear."""
    from invexapi import Composed, NonlinearOperator, TikhonovPenalty

    class Parabola(NonlinearOperator):  # type: ignore[misc]
        def apply(self, x: Any) -> Any:
            return x * x - 1

    return Composed(TikhonovPenalty(lamb=2.0), Parabola())


def declared_rank() -> Any:
    """The Cauchy loss of (x + 2, x - 2): H has two rows and one column, and is declared to have full row rank."""
    import torch
    from invexapi import CauchyLoss, Composed
    from invexapi.operators import MatrixOperator

    H = MatrixOperator(torch.tensor([[1.0], [1.0]], dtype=torch.float64)).declare(full_row_rank=True)
    return Composed(CauchyLoss(delta=1.0), H, torch.tensor([-2.0, 2.0], dtype=torch.float64))


def changed_attribute() -> Any:
    """A penalty whose parameter is set, after it has been marked, to a value that its constructor rejects."""
    from invexapi import LogMinusRationalPenalty

    penalty = LogMinusRationalPenalty(lamb=1.0)
    penalty.beta = 0.5
    return penalty


def composition_of_convex_layers() -> Any:
    """x -> x^2, then y -> (y - 1)^2."""
    import torch
    from invexapi.nn import ixSequential

    return ixSequential(
        layer([[1]], [0], [[1]], [0], torch.square), layer([[1]], [-1], [[1]], [0], torch.square)
    )


def composition_of_relu_layers() -> Any:
    """x -> relu(x), then y -> |y - 1|."""
    import torch
    from invexapi.nn import ixSequential

    return ixSequential(
        layer([[1]], [0], [[1]], [0], torch.relu), layer([[1], [-1]], [-1, 1], [[1, 1]], [0], torch.relu)
    )


# -- single layers -------------------------------------------------------------------------------------------


def negative_relu() -> Any:
    """x -> -relu(x)."""
    import torch

    return layer([[1]], [0], [[-1]], [0], torch.relu)


def negative_silu() -> Any:
    """x -> -x*sigmoid(x)."""
    import torch

    return layer([[1]], [0], [[-1]], [0], torch.nn.functional.silu)


def two_tanh_neurons() -> Any:
    """x -> tanh(x + 1) - tanh(x)."""
    import torch

    return layer([[1], [1]], [1, 0], [[1, -1]], [0], torch.tanh)


def more_outputs_than_inputs() -> Any:
    """x -> (tanh(x + 1), tanh(x))."""
    import torch

    return layer([[1], [1]], [1, 0], [[1, 0], [0, 1]], [0, 0], torch.tanh)


def singular_square_layer() -> Any:
    """(x1, x2) -> (tanh(x1) - tanh(x1 + x2), tanh(x2))."""
    import torch

    return layer([[1, 0], [0, 1], [1, 1]], [0, 0, 0], [[1, 0, -1], [0, 1, 0]], [0, 0], torch.tanh)


def three_relu_layers() -> Any:
    """(x1, x2) -> (y1, x2) -> (y1, x2 + |y1|/2) -> the first plus twice the second's magnitude; y1 = x1 + |x2|."""
    import torch
    from invexapi.nn import ixSequential

    parts = [[1, 0], [-1, 0], [0, 1], [0, -1]]  # the positive and negative parts of both entries
    zero = [0, 0, 0, 0]
    return ixSequential(
        layer(parts, zero, [[1, -1, 1, 1], [0, 0, 1, -1]], [0, 0], torch.relu),
        layer(parts, zero, [[1, -1, 0, 0], [0.5, 0.5, 1, -1]], [0, 0], torch.relu),
        layer(parts, zero, [[1, -1, 2, 2]], [0], torch.relu),
    )


# -- where the library is right not to mark ------------------------------------------------------------------


def tilted_penalty() -> Any:
    """log(1 + |x|) - x/2."""
    import torch
    from invexapi import LinearTilt, LogPenalty

    return LinearTilt(LogPenalty(lamb=1.0), torch.tensor([0.5], dtype=torch.float64))


def amplitude_loss() -> Any:
    """(|x| - 1)^2/2."""
    import torch
    from invexapi import SlackAmplitudeLeastSquares

    return SlackAmplitudeLeastSquares(torch.tensor([1.0], dtype=torch.float64))


def sum_of_shifted_losses() -> Any:
    """log(1 + (x + 2)^2) + log(1 + (x - 2)^2), a sum of two functions that are marked invex."""
    import torch
    from invexapi import CauchyLoss, Composed, Identity, Sum

    left, right = (
        Composed(CauchyLoss(delta=1.0), Identity(), torch.tensor([b], dtype=torch.float64))
        for b in (-2.0, 2.0)
    )
    return Sum(left, right)


CASES: Final = (
    Case(
        "nonlinear-operator", "A convex function of an operator that is not linear",
        "convex_affine", "convex", nonlinear_operator, _value, "(x^2 - 1)^2",
        "The rule `convex_affine` is a theorem about linear H. `Composed` accepts any operator, and the rule does not "
        "ask whether H is linear, so that the convex mark, and with `convex_invex` the invex one, come out wrong. "
        "x = 0 is stationary with the value 1; the value at 1 is 0.",
        (CONVEX, INVEX),
    ),
    Case(
        "declared-rank", "A rank that is declared and not there",
        "affine_invex_construction", "invex", declared_rank, _value, "log(1 + (x + 2)^2) + log(1 + (x - 2)^2)",
        "The rule `affine_invex_construction` needs full row rank of H and takes it on trust; H = (1, 1)ᵀ has rank 1 "
        "and two rows. x = 0 is stationary with the value log 25; the value at 2 is log 17.",
    ),
    Case(
        "changed-attribute", "A parameter that has been changed",
        "", "invex", changed_attribute, _value, "log(1 + abs(x)) - 2*abs(x)/(1 + abs(x))",
        "The marks are fixed in the constructor, which rejects β < 1; the attributes can be assigned later. For "
        "β = 1/2 the slope at 0+ is −1: x = 0 is a Clarke-stationary point, and a local maximum.",
    ),
    Case(
        "composition-of-convex-layers", "Two convex layers, one after the other",
        "full_rank_composition", "invex", composition_of_convex_layers, _output, "(x^2 - 1)^2",
        "Both layers, x² and (y − 1)², are convex, so invex. Their composition is not: x = 0 is stationary with the "
        "value 1; the value at 1 is 0. The rule speaks of layers with Jacobians of full row rank; the Jacobian "
        "of the first layer is 0 at 0, and nothing looks.",
    ),
    Case(
        "composition-of-relu-layers", "Two invex ReLU layers, one after the other",
        "full_rank_composition", "invex", composition_of_relu_layers, _output,
        "max(max(x, 0) - 1, 0) + max(1 - max(x, 0), 0)",
        "The first layer is relu(x), which is invex, the second |y − 1|, which is convex. Their composition is "
        "constantly 1 for x ≤ 0 and 0 at 1.",
    ),
    Case(
        "negative-relu", "One neuron with a negative output weight",
        "", "invex", negative_relu, _output, "-max(x, 0)",
        "−relu(x) is constant for x ≤ 0, and unbounded below.",
        smallest="by the parameters that are not 0: two, both ±1; with one or none the layer is constant",
    ),
    Case(
        "negative-silu", "One smooth neuron with a negative output weight",
        "", "invex", negative_silu, _output, "-x*sigmoid(x)",
        "SiLU is invex, its negative is not: the minimum has become a maximum.",
        smallest="by the parameters that are not 0: two, both ±1; with one or none the layer is constant",
    ),
    Case(
        "two-tanh-neurons", "Two neurons with a strictly monotone activation",
        "", "invex", two_tanh_neurons, _output, "tanh(x + 1) - tanh(x)",
        "A bump: x = −1/2 is stationary, a maximum; the infimum is 0.",
        smallest="among the layers with one input, one output and tanh whose parameters are 0 or ±1: five are not 0; "
        "with one neuron or without a bias the layer is monotone or constant, and with fewer than five nonzero "
        "parameters one of these is the case",
    ),
    Case(
        "more-outputs-than-inputs", "More outputs than inputs",
        "", "invex", more_outputs_than_inputs, _first_minus_second, "tanh(x + 1) - tanh(x)",
        "Two outputs, one input: the Jacobian, a matrix with two rows and one column, never has full row rank. The "
        "linear loss z₁ − z₂, which has no stationary point at all, gets one that is no minimiser.",
        smallest="in the number of inputs, outputs and hidden units: with k outputs and fewer than k inputs or hidden "
        "units the rank is always below k, and k = 2 is the least such number",
    ),
    Case(
        "singular-square-layer", "A square layer with weights of full rank",
        "", "invex", singular_square_layer, _minus_sum_on_diagonal, "tanh(2*x) - 2*tanh(x)",
        "Both weight matrices have rank 2, yet the Jacobian at 0 is ((0, −1), (0, 1)), of rank 1: the weights of full "
        "rank that the theorem starts from do not suffice. The linear loss −z₁ − z₂ of the outputs is stationary "
        "at 0 without being minimal there. The certificate here is about its restriction to the line x₁ = x₂ = x; "
        "those about the Jacobian, and about the loss of both inputs, are in the [table](#layers) above.",
        smallest="in the number of hidden units: with two inputs, two outputs and two hidden units the determinant is "
        "det A₁ · det A₂ · tanh′(z₁) · tanh′(z₂), which is 0 nowhere if A₁ and A₂ are invertible",
    ),
)  # fmt: skip
"""Objects that the library marks although they lack the property."""

RIGHTLY_UNMARKED: Final = (
    Case(
        "tilted-penalty", "A tilt", "", "", tilted_penalty, _value, "log(1 + abs(x)) - x/2",
        "`LinearTilt` is never marked: at x = 1 the slope is 0, and the function is unbounded below.",
    ),
    Case(
        "amplitude-loss", "Amplitudes", "", "", amplitude_loss, _value, "(abs(x) - 1)^2/2",
        "`SlackAmplitudeLeastSquares` is never marked: x = 0 is a kink and a local maximum.",
    ),
    Case(
        "sum-of-shifted-losses", "A sum of two invex functions", "", "", sum_of_shifted_losses, _value,
        "log(1 + (x + 2)^2) + log(1 + (x - 2)^2)",
        "`Sum` is marked only where both parts are convex, or both admissible: invex and invex is not enough.",
    ),
)  # fmt: skip
"""Objects without a mark, which indeed lack the property."""
