"""PyTorch modules for the tutorial docs/maps.md: name them as examples.models:block."""

import torch
from torch import nn


class Block(nn.Module):
    """x + B gelu(A x + a) + b, with small random weights."""

    def __init__(self, width: int = 4) -> None:
        super().__init__()
        self.inner = nn.Linear(width, width)
        self.outer = nn.Linear(width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.outer(nn.functional.gelu(self.inner(x)))


def block() -> nn.Module:
    """A block as it is initialised, its weights halved."""
    torch.manual_seed(0)
    module = Block()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.mul_(0.5)
    return module
