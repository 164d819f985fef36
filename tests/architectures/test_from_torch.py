"""Models read from PyTorch modules against the modules: values, and gradients by automatic differentiation."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from tests.architectures.torch_cases import ACTIVATIONS, DROPPING, MODULES, Together  # noqa: E402
from tests.architectures.torch_checking import agrees  # noqa: E402
from tests.architectures.torch_functions import FUNCTIONS  # noqa: E402

pytestmark = pytest.mark.torch


def test_functions() -> None:
    """All at once: exporting takes a third of a second each."""
    together = Together(FUNCTIONS)
    agrees(together, together.inputs)


def test_modules() -> None:
    """Layers of torch.nn, in training mode."""
    together = Together(MODULES)
    agrees(together, together.inputs)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*FUNCTIONS, *MODULES])
def test_one(name: str) -> None:
    """One or more rows of the tables each: says which is wrong."""
    module, inputs = (FUNCTIONS | MODULES)[name]
    agrees(module, inputs)


def test_activations() -> None:
    """All at once, since each takes an export."""

    class All(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.w = nn.Parameter(torch.randn(3, 4))
            self.parts = nn.ModuleList(ACTIVATIONS.values())

        def forward(self) -> tuple[torch.Tensor, ...]:
            return tuple(part(self.w * 1.5) for part in self.parts)

    agrees(All(), "")


@pytest.mark.parametrize("name", DROPPING)
def test_dropout(name: str) -> None:
    """For masks that are drawn here."""
    module, inputs = DROPPING[name]
    agrees(module, inputs, direct=False)
