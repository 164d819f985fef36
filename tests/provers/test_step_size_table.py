"""Real data: for networks of every depth, all step sizes are decided but those that are bad."""

from pathlib import Path

import pytest

from invexproof import prove_training

DATA = Path(__file__).resolve().parents[2] / "examples/data"
WIDTHS = {
    "iris": ["4x3", "4x8x3", "4x8x8x3", "4x6x6x6x3", "4x6x6x6x6x3"],
    "wine": ["13x3", "13x16x3", "13x12x8x3", "13x10x8x6x3", "13x8x8x8x6x3"],
}
CLASSES = {"iris": "species", "wine": "class"}
ACTIVATIONS = ("tanh", "sigmoid", "gelu", "silu", "relu", "leaky_relu")
LOSSES = ("mse", "cross-entropy")


def decided(table: str, widths: str, activation: str, loss: str, bias: bool) -> tuple[str, list[object]]:
    """The step sizes of the strongest statement that is proved, and those that it leaves out."""
    coded = [f"target=one-hot:{CLASSES[table]}"] if loss == "mse" else []
    subject = f"mlp:{widths},activation={activation},bias={'true' if bias else 'false'}"
    result = prove_training(subject, loss, data=str(DATA / f"{table}.csv"), columns=coded, timeout=300)
    assert result.verdict == "proved"
    claim = (result.certificate or {})["claim"]
    return claim["step"], claim.get("except", [])


@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no bias"])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(
    ("table", "depth"),
    [
        ("iris", 2),
        *(pytest.param("iris", depth, marks=pytest.mark.slow) for depth in (3, 4, 5)),
        *(pytest.param("wine", depth, marks=pytest.mark.slow) for depth in (2, 5)),
    ],
)
def test_networks_have_no_bad_step_size_but_that_of_dead_units(
    table: str, depth: int, activation: str, loss: str, bias: bool
) -> None:
    """With biases and rectified units, a squared error over 3 outputs makes 3/2 bad."""
    dead = activation == "relu" and loss == "mse" and bias
    expected = ("all-but", ["3/2"]) if dead else ("every", [])
    assert decided(table, WIDTHS[table][depth - 1], activation, loss, bias) == expected


@pytest.mark.parametrize("table", ["iris", "wine"])
@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no bias"])
def test_linear_models(table: str, bias: bool) -> None:
    """A cross-entropy leaves nothing; a squared error one over each eigenvalue of the Gram matrix."""
    widths = WIDTHS[table][0]
    assert decided(table, widths, "tanh", "cross-entropy", bias) == ("every", [])
    word, left = decided(table, widths, "tanh", "mse", bias)
    assert word == "all-but"
    assert len(left) == int(widths.partition("x")[0]) + bias
