"""Modules of PyTorch with the shapes of one example, by name: what the import is tested on."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

Case = tuple[Callable[[], nn.Module], tuple[int, ...]]


class Function(nn.Module):
    """A function of tensors as a module."""

    def __init__(self, function: Callable[[torch.Tensor], Any]) -> None:
        super().__init__()
        self.function = function
        self.register_buffer("precision", torch.zeros(1))

    def forward(self, x: torch.Tensor) -> Any:
        return self.function(x)


class Residual(nn.Module):
    """x + f(x)."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.layers(x)


class SelfAttention(nn.Module):
    """nn.MultiheadAttention of x with itself."""

    def __init__(self, width: int, heads: int, causal: bool = False, weights: bool = False) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.causal = causal
        self.weights = weights

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        length = x.shape[1]
        mask = nn.Transformer.generate_square_subsequent_mask(length, dtype=x.dtype) if self.causal else None
        return self.attention(x, x, x, need_weights=self.weights, attn_mask=mask)[0]


class WrittenAttention(nn.Module):
    """Attention as people write it, with a mask made on the fly."""

    def __init__(self, width: int, heads: int, mask: str = "") -> None:
        super().__init__()
        self.heads = heads
        self.mask = mask
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, length, width = x.shape
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        q, k, v = (t.view(batch, length, self.heads, width // self.heads).transpose(1, 2) for t in (q, k, v))
        scores = q @ k.transpose(-2, -1) / math.sqrt(width // self.heads)
        if self.mask == "causal":
            lower = torch.tril(torch.ones(length, length))
            scores = scores.masked_fill(lower == 0, float("-inf"))
        elif self.mask == "band":
            near = (torch.arange(length)[:, None] - torch.arange(length)[None]).abs() <= 1
            scores = torch.where(near, scores, -1e10)
        elif self.mask == "bias":
            scores = scores + torch.arange(float(length * length)).reshape(length, length).sin().to(x.dtype)
        y = scores.softmax(dim=-1) @ v
        return self.out(y.transpose(1, 2).reshape(batch, length, width))


class PositionalTokens(nn.Module):
    """A class token and positions, added to projected patches, as a vision transformer has them."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(1, 6, 2, stride=2)
        self.token = nn.Parameter(torch.randn(1, 1, 6))
        self.positions = nn.Parameter(torch.randn(1, 5, 6))
        self.layer = nn.TransformerEncoderLayer(6, 2, 8, activation="gelu", batch_first=True, norm_first=True)
        self.norm = nn.LayerNorm(6)
        self.head = nn.Linear(6, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.patches(x).flatten(2).transpose(1, 2)
        y = torch.cat([self.token.expand(y.shape[0], -1, -1), y], dim=1) + self.positions
        return self.head(self.norm(self.layer(y))[:, 0])


class UNet(nn.Module):
    """Down, up and a skip by concatenation."""

    def __init__(self, up: nn.Module) -> None:
        super().__init__()
        self.enter = nn.Sequential(nn.Conv2d(1, 2, 3, padding=1), nn.BatchNorm2d(2), nn.SiLU())
        self.down = nn.Sequential(
            nn.MaxPool2d(2), nn.Conv2d(2, 4, 3, padding=1), nn.GroupNorm(2, 4), nn.GELU()
        )
        self.up = up
        self.leave = nn.Conv2d(4, 1, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        skip = self.enter(x)
        return self.leave(torch.cat([skip, self.up(self.down(skip))], dim=1))


class Mutating(nn.Module):
    """In-place operators and views of what they change."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = x * 2
        y[:, 1:].add_(1)
        y[:, 0] = 0.5
        with torch.no_grad():
            shift = torch.arange(3.0).to(x.dtype) * 2
        return F.elu_(y + shift) + torch.tensor([1.0, 2.0, 3.0], dtype=x.dtype)


ACTIVATIONS: list[nn.Module] = [
    *(
        nn.ReLU(),
        nn.ReLU(inplace=True),
        nn.ReLU6(),
        nn.LeakyReLU(0.2),
        nn.PReLU(init=0.3),
        nn.PReLU(5),
        nn.RReLU(),
    ),
    *(
        nn.ELU(0.5),
        nn.SELU(),
        nn.CELU(0.5),
        nn.GELU(),
        nn.GELU("tanh"),
        nn.SiLU(),
        nn.Mish(),
        nn.Softplus(2.0),
    ),
    *(nn.Softshrink(), nn.Hardshrink(), nn.Softsign(), nn.Tanh(), nn.Tanhshrink(), nn.Sigmoid()),
    *(nn.LogSigmoid(), nn.Hardtanh(-2, 1), nn.Hardsigmoid(), nn.Hardswish(), nn.Threshold(0.1, 20.0)),
    *(nn.Identity(), nn.Softmin(-1), nn.Softmax(-1), nn.LogSoftmax(-1)),
]

FUNCTIONS: dict[str, tuple[Callable[[torch.Tensor], Any], tuple[int, ...]]] = {
    "gelu_new": (
        lambda x: 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x.pow(3)))),
        (4,),
    ),
    "where": (lambda x: torch.where((x > 0) & ~(x >= 1), x, 0.1 * x), (4,)),
    "clamp": (lambda x: x.clamp(-0.5, 0.5) + x.clamp(min=0.1) - x.clamp_max(1), (4,)),
    "infinite bounds": (lambda x: x.clamp(0, math.inf) + x.clamp(-math.inf, 1), (4,)),
    "minmax": (lambda x: torch.maximum(x[:, :2], x[:, 2:]) - torch.minimum(x[:, :2], x[:, 2:] * 2), (4,)),
    "rational": (lambda x: x / (1 + x.abs()) + 1 / (1 + x * x) + (x**2 + 1) ** 0.5 - 2**x, (4,)),
    "elementary": (
        lambda x: (
            torch.exp(-x.square())
            + x.sin() * x.cos()
            + x.atan()
            + torch.erf(x)
            + torch.log1p(x.abs())
            + x.sinh()
            - x.cosh()
            + torch.asinh(x)
            + torch.expm1(x)
            + (x * x + 1).rsqrt()
            + torch.reciprocal(x.exp())
        ),
        (4,),
    ),
    "different entries": (lambda x: x[:, 0] * x[:, 1] / (2 + x[:, 2].cos()) - x[:, 3], (4,)),
    "means": (lambda x: x.mean(-1) + x.sum((1, 2)) + x.mean() + x.mean((1, 2), keepdim=True)[..., 0], (3, 3)),
    "extremes": (lambda x: x.amax(-1) + x.amin(1) - x.max(1)[0] + x.max(), (3, 3)),
    "variance": (lambda x: x.var(-1) + x.std(1) + x.var(-1, unbiased=False), (3, 3)),
    "norms": (lambda x: x / x.norm(dim=-1, keepdim=True) + x.norm(p=1, dim=-1, keepdim=True), (3, 3)),
    "logsumexp": (lambda x: x.logsumexp(-1) + x.cumsum(1)[:, -1], (3, 3)),
    "matrices": (lambda x: x @ x.mT @ x + torch.arange(9.0, dtype=x.dtype).reshape(3, 3) @ x, (3, 3)),
    "batched matrices": (lambda x: x @ torch.arange(18.0, dtype=x.dtype).reshape(2, 3, 3), (2, 3, 3)),
    "einsum": (
        lambda x: (
            torch.einsum("bij,bkj->bik", x, x)
            + torch.einsum("bij,jk->bki", x, torch.eye(3, dtype=x.dtype) * 2)
        ),
        (3, 3),
    ),
    "einsum of three": (lambda x: torch.einsum("bij,bjk,bkl->bil", x, x, x), (2, 2)),
    "addmm": (lambda x: torch.addmm(x[0], x[0], x[0].T, beta=0.5, alpha=2), (3, 3)),
    "moved": (
        lambda x: x.flip(1).roll(1, -1).permute(0, 2, 1).repeat(1, 2, 1).unfold(1, 2, 2).tril(),
        (3, 3),
    ),
    "split": (
        lambda x: torch.stack([a * b for a, b in zip(*x.split([2, 2], 1), strict=True)], 1).squeeze(0),
        (4, 2),
    ),
    "written": (
        lambda x: (
            torch.index_select(x, 1, torch.tensor([2, 0]))
            + x[:, [1, 1]]
            + F.pad(x[:, :1], (0, 0, 0, 1), value=3.0)
        ),
        (3, 2),
    ),
    "ones like": (lambda x: x * torch.ones_like(x) * 3 + torch.zeros_like(x) + x.new_ones(4), (4,)),
    "glu": (lambda x: F.glu(x, 1) + F.silu(x[:, :2]) * x[:, 2:], (4, 3)),
    "many constants": (
        lambda x: (x + torch.linspace(0, 1, 300, dtype=x.dtype)) * torch.linspace(1, 2, 300, dtype=x.dtype),
        (300,),
    ),
    "causal": (lambda x: F.scaled_dot_product_attention(x, x, x, is_causal=True), (2, 3, 4)),
    "scaled": (lambda x: F.scaled_dot_product_attention(x, x, x[..., :2], scale=0.7), (2, 3, 4)),
    "wide values": (lambda x: F.scaled_dot_product_attention(x[..., :1], x[..., 1:2], x), (2, 3, 4)),
    "grouped": (lambda x: F.scaled_dot_product_attention(x, x[:, :2], x[:, 2:], enable_gqa=True), (4, 3, 2)),
    "masked": (
        lambda x: F.scaled_dot_product_attention(
            x, x, x, torch.tensor([[True, True, False], [False, True, True], [True] * 3])
        ),
        (2, 3, 4),
    ),
    "scores alone": (lambda x: (x @ x.transpose(-1, -2) * 0.5).softmax(-1), (3, 2)),
}

CASES: dict[str, Case] = {
    **{repr(module): (lambda module=module: module, (5,)) for module in ACTIVATIONS},
    **{name: (lambda f=f: Function(f), shape) for name, (f, shape) in FUNCTIONS.items()},
    "mlp": (
        lambda: nn.Sequential(
            nn.Linear(3, 6), nn.Tanh(), nn.Dropout(), nn.Linear(6, 6), nn.GELU(), nn.Linear(6, 2)
        ),
        (3,),
    ),
    "no bias": (
        lambda: nn.Sequential(nn.Linear(3, 4, bias=False), nn.Sigmoid(), nn.Linear(4, 3, bias=False)),
        (2, 3),
    ),
    "residual": (
        lambda: nn.Sequential(
            Residual(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 4)), Residual(nn.LayerNorm(4), nn.Linear(4, 4))
        ),
        (4,),
    ),
    "conv1d": (
        lambda: nn.Sequential(
            nn.Conv1d(2, 4, 3, stride=2, padding=1, dilation=2), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2)
        ),
        (2, 6),
    ),
    "conv2d": (
        lambda: nn.Sequential(
            nn.Conv2d(2, 4, 3, padding="same"),
            nn.BatchNorm2d(4),
            nn.ReLU(),
            nn.Conv2d(4, 4, (2, 3), groups=4, stride=(2, 1)),
        ),
        (2, 5, 4),
    ),
    "conv3d": (lambda: nn.Conv3d(1, 2, 2), (1, 3, 3, 2)),
    "circular": (lambda: nn.Conv2d(1, 2, 3, padding=1, padding_mode="circular"), (1, 3, 4)),
    "reflected": (
        lambda: nn.Sequential(
            nn.ReflectionPad2d(1), nn.ReplicationPad2d((1, 0, 2, 0)), nn.ConstantPad2d(1, 2.5)
        ),
        (1, 3, 3),
    ),
    "transposed": (
        lambda: nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2),
        (4, 3, 2),
    ),
    "transposed1d": (lambda: nn.ConvTranspose1d(2, 3, 2, dilation=2, bias=False), (2, 4)),
    "batchnorm1d": (lambda: nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Hardswish()), (3,)),
    "batchnorm without statistics": (lambda: nn.BatchNorm2d(2, track_running_stats=False), (2, 3, 3)),
    "instancenorm": (lambda: nn.InstanceNorm2d(2, affine=True), (2, 3, 3)),
    "groupnorm": (lambda: nn.GroupNorm(2, 4), (4, 2, 3)),
    "layernorm": (lambda: nn.LayerNorm((2, 3)), (4, 2, 3)),
    "layernorm plain": (lambda: nn.LayerNorm(3, elementwise_affine=False, eps=0.5), (2, 3)),
    "rmsnorm with the default": (lambda: nn.RMSNorm(4), (3, 4)),
    "rmsnorm": (lambda: nn.RMSNorm(4, eps=1e-6), (3, 4)),
    "maxpool": (lambda: nn.MaxPool2d(3, stride=2, padding=1, ceil_mode=True), (2, 4, 5)),
    "padded maxpool": (lambda: nn.Sequential(nn.ZeroPad2d(1), nn.MaxPool2d(2)), (1, 4, 4)),
    "avgpool": (lambda: nn.AvgPool2d(3, stride=2, padding=1, ceil_mode=True), (1, 4, 5)),
    "avgpool uncounted": (lambda: nn.AvgPool2d(2, padding=1, count_include_pad=False), (1, 4, 4)),
    "avgpool1d": (lambda: nn.AvgPool1d(2), (2, 4)),
    "adaptive": (lambda: nn.AdaptiveAvgPool2d((2, 3)), (2, 5, 4)),
    "adaptive one": (
        lambda: nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 2)),
        (2, 3, 3),
    ),
    "adaptive max": (lambda: nn.AdaptiveMaxPool2d((2, 3)), (1, 5, 4)),
    "nearest": (lambda: nn.Upsample(scale_factor=2), (1, 2, 3)),
    "bilinear": (lambda: nn.Upsample(scale_factor=2, mode="bilinear"), (1, 2, 3)),
    "bilinear aligned": (lambda: nn.Upsample(size=(3, 5), mode="bilinear", align_corners=True), (1, 2, 3)),
    "pixelshuffle": (lambda: nn.PixelShuffle(2), (4, 2, 2)),
    "unet transposed": (lambda: UNet(nn.ConvTranspose2d(4, 2, 2, stride=2)), (1, 4, 4)),
    "unet upsampled": (
        lambda: UNet(nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(4, 2, 3, padding=1))),
        (1, 4, 4),
    ),
    "mutating": (Mutating, (3,)),
    "attention": (lambda: SelfAttention(4, 2), (3, 4)),
    "causal attention": (lambda: SelfAttention(4, 2, causal=True), (3, 4)),
    "attention with weights": (lambda: SelfAttention(4, 2, weights=True), (3, 4)),
    "written attention": (lambda: WrittenAttention(4, 2), (3, 4)),
    "written causal": (lambda: WrittenAttention(4, 2, "causal"), (3, 4)),
    "written band": (lambda: WrittenAttention(4, 2, "band"), (4, 4)),
    "written bias": (lambda: WrittenAttention(4, 2, "bias"), (3, 4)),
    "encoder": (lambda: nn.TransformerEncoderLayer(4, 2, 6, batch_first=True), (3, 4)),
    "encoder first": (
        lambda: nn.TransformerEncoderLayer(4, 2, 6, activation="gelu", norm_first=True),
        (3, 4),
    ),
    "encoders": (
        lambda: nn.TransformerEncoder(
            nn.TransformerEncoderLayer(4, 1, 4, batch_first=True), 2, enable_nested_tensor=False
        ),
        (2, 4),
    ),
    "positions": (PositionalTokens, (1, 4, 4)),
}


def prepared(name: str) -> tuple[nn.Module, tuple[int, ...]]:
    """A module in double precision, with statistics and affine parameters that are not the initial ones."""
    make, shape = CASES[name]
    torch.manual_seed(sum(map(ord, name)))
    module = make().double().eval()
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for key, tensor in (*module.named_parameters(), *module.named_buffers()):
            if not tensor.is_floating_point():
                continue
            if tensor.ndim == 1:
                tensor += torch.rand(tensor.shape, generator=generator, dtype=tensor.dtype) / 2
            assert "var" not in key or tensor.min() > 0
    return module, shape
