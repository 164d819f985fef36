"""Models for the tutorial docs/training.md: name them as examples.training_models:Net. They need PyTorch."""

import torch
from torch import nn


class Net(nn.Module):
    """A convolutional network for images of 8 by 8 pixels; call it without arguments for the usual width."""

    def __init__(self, width: int = 8, activation: type[nn.Module] = nn.ReLU) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, width, 3, padding=1), nn.BatchNorm2d(width), activation(), nn.Dropout(0.1), nn.Flatten()
        )
        self.head = nn.Linear(64 * width, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.body(x))


def smooth() -> nn.Module:
    """The same with GELU, which is analytic."""
    return Net(activation=nn.GELU)


def gpt() -> nn.Module:
    """A small GPT-2, as the package transformers has it."""
    from transformers import GPT2Config, GPT2LMHeadModel

    return GPT2LMHeadModel(GPT2Config(n_layer=2, n_embd=32, n_head=2, vocab_size=100, n_positions=32))
