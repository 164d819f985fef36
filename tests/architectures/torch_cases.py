"""Modules of PyTorch, each with the inputs that it takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from tests.architectures.torch_functions import Case, of


class Together(nn.Module):
    """Several cases in one: it takes the data of all, one after another."""

    def __init__(self, cases: Mapping[str, Case]) -> None:
        super().__init__()
        self.parts = nn.ModuleList(module for module, _ in cases.values())
        self.counts = [len(inputs.split(",")) if inputs else 0 for _, inputs in cases.values()]
        self.inputs = ",".join(inputs for _, inputs in cases.values() if inputs)

    def forward(self, *data: Any) -> tuple[Any, ...]:
        """The results of all."""
        results = []
        for part, count in zip(self.parts, self.counts, strict=True):
            results.append(part(*data[:count]))
            data = data[count:]
        return tuple(results)


ACTIVATIONS: Mapping[str, nn.Module] = {
    repr(m): m
    for m in (
        nn.ReLU(),
        nn.ReLU(inplace=True),
        nn.ReLU6(),
        nn.LeakyReLU(0.2),
        nn.ELU(0.7),
        nn.SELU(),
        nn.CELU(0.7),
        nn.GELU(),
        nn.GELU(approximate="tanh"),
        nn.SiLU(),
        nn.Mish(),
        nn.Softplus(beta=2.0),
        nn.Softshrink(0.3),
        nn.Hardshrink(0.3),
        nn.Tanhshrink(),
        nn.Softsign(),
        nn.Hardtanh(-2, 1),
        nn.Hardsigmoid(),
        nn.Hardswish(),
        nn.Threshold(0.1, 2.0),
        nn.Sigmoid(),
        nn.Tanh(),
        nn.LogSigmoid(),
        nn.PReLU(),
        nn.PReLU(4),
        nn.GLU(),
        nn.Softmax(-1),
        nn.Softmin(-1),
        nn.LogSoftmax(1),
    )
}
"""On [3, 4]."""


class Sequence(nn.Module):
    """The outputs and last states of a recurrent layer, together."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Any) -> Any:
        """All that the layer gives."""
        output, states = self.layer(x)
        return output, states


class Attending(nn.Module):
    """Multi-head attention of a tensor to itself."""

    def __init__(self, weights: bool, causal: bool = False) -> None:
        super().__init__()
        self.layer = nn.MultiheadAttention(4, 2, batch_first=True, add_bias_kv=weights)
        self.weights, self.causal = weights, causal

    def forward(self, x: Any) -> Any:
        """The result, with weights or without."""
        mask = (
            nn.Transformer.generate_square_subsequent_mask(x.shape[1], dtype=x.dtype) if self.causal else None
        )
        return self.layer(x, x, x, need_weights=self.weights, attn_mask=mask)[0]


class Tied(nn.Module):
    """An embedding that is also the last layer, a frozen layer, an unused one."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(5, 4, padding_idx=1)
        self.frozen = nn.Linear(4, 4).requires_grad_(False)
        self.unused = nn.Linear(3, 3)
        self.head = nn.Linear(4, 5, bias=False)
        self.head.weight = self.embedding.weight

    def forward(self, x: Any) -> Any:
        """Scores of the words."""
        return self.head(self.frozen(self.embedding(x)).tanh())


class WithoutGradients(nn.Module):
    """Parts without gradients, one inside of another."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)
        self.register_buffer("average", torch.ones(4))

    def forward(self, x: Any) -> Any:
        """A target that is not differentiated, and a buffer that follows the outputs."""
        y = self.layer(x)
        with torch.no_grad():
            target = (y * 2).tanh()
            with torch.enable_grad():
                z = self.layer(target)
            self.average.mul_(0.9).add_(y.mean(0), alpha=0.1)
        return ((y - target) ** 2).mean() + z.sum() + (self.average * y).sum()


MODULES: Mapping[str, Case] = {
    **{
        f"Conv{d}d": (c(2, 4, 3, stride=2, padding=1, groups=2), "x".join(["2", "2", *["6"] * d]))
        for d, c in enumerate((nn.Conv1d, nn.Conv2d, nn.Conv3d), 1)
    },
    **{
        f"ConvTranspose{d}d": (
            c(2, 4, 3, stride=2, padding=1, output_padding=1, groups=2),
            "x".join(["2", "2", *["3"] * d]),
        )
        for d, c in enumerate((nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d), 1)
    },
    "Conv2d, same": (nn.Conv2d(2, 3, (2, 3), padding="same", dilation=(1, 2)), "1x2x5x5"),
    "Conv2d, circular": (nn.Conv2d(2, 3, 3, padding=1, padding_mode="circular"), "1x2x5x5"),
    "Conv2d, unbatched": (nn.Conv2d(2, 3, 3, bias=False), "2x5x5"),
    **{
        f"pooling {d}d": (nn.Sequential(c(1, 2, 1), *layers), "x".join(["2", "1", *["7"] * d]))
        for d, c, layers in (
            (1, nn.Conv1d, (nn.MaxPool1d(3, 2, 1), nn.AvgPool1d(2, ceil_mode=True), nn.AdaptiveAvgPool1d(2))),
            (
                2,
                nn.Conv2d,
                (
                    nn.MaxPool2d(3, 2, 1),
                    nn.AvgPool2d(3, 1, 1, count_include_pad=False),
                    nn.AdaptiveMaxPool2d(2),
                ),
            ),
            (
                3,
                nn.Conv3d,
                (
                    nn.MaxPool3d(2, ceil_mode=True),
                    nn.AvgPool3d(2, 1, divisor_override=5),
                    nn.AdaptiveAvgPool3d((2, 1, 3)),
                ),
            ),
        )
    },
    "LPPool": (nn.Sequential(nn.Conv2d(1, 2, 1), nn.LPPool2d(2, 2)), "1x1x4x4"),
    **{
        f"BatchNorm{d}d": (
            nn.Sequential(c(2), nn.Flatten()),
            "x".join(["3", "2", *["4"] * (d if d > 1 else 0)]),
        )
        for d, c in enumerate((nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d), 1)
    },
    "InstanceNorm2d": (nn.InstanceNorm2d(2, affine=True), "2x2x3x3"),
    "InstanceNorm1d, tracking": (nn.InstanceNorm1d(2, affine=True, track_running_stats=True), "2x2x3"),
    "GroupNorm": (nn.GroupNorm(2, 4), "2x4x3"),
    "RMSNorm": (nn.RMSNorm(4, eps=1e-3), "2x4"),
    "LayerNorm": (nn.LayerNorm((3, 4), bias=False), "2x3x4"),
    "Embedding": (nn.Sequential(nn.Embedding(5, 3, padding_idx=0), nn.Linear(3, 2)), "2x4:int64"),
    "LSTM": (Sequence(nn.LSTM(3, 4, num_layers=2, bidirectional=True)), "5x2x3"),
    "GRU": (Sequence(nn.GRU(3, 4, batch_first=True, bias=False)), "2x3x3"),
    "RNN": (Sequence(nn.RNN(3, 4, nonlinearity="relu", bidirectional=True)), "3x3"),
    "LSTMCell": (nn.LSTMCell(3, 4), "2x3"),
    "GRUCell": (nn.GRUCell(3, 4), "2x3"),
    "MultiheadAttention": (Attending(False), "2x3x4"),
    "MultiheadAttention with weights": (Attending(True), "2x3x4"),
    "MultiheadAttention, causal": (Attending(False, True), "2x3x4"),
    "TransformerEncoder": (
        nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, 0.0, batch_first=True), 2),
        "2x3x4",
    ),
    "Transformer": (nn.Transformer(4, 2, 1, 1, 8, 0.0, batch_first=True), "1x3x4,1x2x4"),
    "tied": (Tied(), "2x3:int64"),
    "without gradients": (WithoutGradients(), "3x4"),
    "Upsample": (nn.Sequential(nn.Conv2d(1, 2, 1), nn.Upsample(scale_factor=2, mode="bilinear")), "1x1x3x3"),
}

DROPPING: Mapping[str, Case] = {
    "Dropout": (nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.4), nn.Linear(4, 2)), "3x4"),
    "MultiheadAttention": (nn.TransformerEncoderLayer(4, 2, 8, 0.3, batch_first=True), "2x3x4"),
    "attention": of(
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v, dropout_p=0.3),
        (2, 3, 4),
        (2, 5, 4),
        (2, 5, 2),
    ),
}
"""With masks that are drawn."""
