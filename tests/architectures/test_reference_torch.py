"""Reference architectures against PyTorch's own modules: the same loss for the same parameters, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

from invexproof.architectures.graph import Graph
from invexproof.architectures.losses import attach
from invexproof.architectures.reference import read_reference

torch = pytest.importorskip("torch")

import torch.nn.functional as F  # noqa: E402
from torch import nn  # noqa: E402

pytestmark = pytest.mark.torch


def attention(q: Any, k: Any, v: Any, mask: Any, dropout: Any, causal: bool = False) -> Any:
    return F.scaled_dot_product_attention(q, k, v, is_causal=causal)


OPERATORS: Final[Mapping[str, Callable[..., Any]]] = {
    "linear": F.linear,
    "add": torch.add,
    "relu": F.relu,
    "tanh": torch.tanh,
    "gelu": lambda x, approximate=False: F.gelu(x, approximate="tanh" if approximate else "none"),
    "convolution": lambda x, w, b, stride, padding, dilation: F.conv2d(x, w, b, stride, padding, dilation),
    "transposed_convolution": lambda x, w, b, stride, **_: F.conv_transpose2d(x, w, b, stride),
    "batch_norm": lambda x, w, b, m, v, epsilon: F.batch_norm(x, None, None, w, b, True, 0.1, float(epsilon)),
    "layer_norm": lambda x, w, b, axes, epsilon: F.layer_norm(x, x.shape[-axes:], w, b, float(epsilon)),
    "group_norm": lambda x, w, b, groups, epsilon: F.group_norm(x, groups, w, b, float(epsilon)),
    "max_pool": lambda x, kernel, stride, padding, dilation: F.max_pool2d(x, kernel, stride, padding),
    "average_pool": lambda x, kernel, stride, padding: F.avg_pool2d(x, kernel, stride),
    "mean": lambda x, axes: x.mean(axes),
    "concatenate": lambda *xs, axis: torch.cat(xs, axis),
    "expand": lambda x, shape: x.expand(shape),
    "reshape": lambda x, shape: x.reshape(shape),
    "transpose": lambda x, axes: x.permute(axes),
    "slice": lambda x, axis, start, stop: x.narrow(axis, start, stop - start),
    "take": lambda x, indices, axis: x[indices],
    "attention": attention,
    "cross_entropy": lambda scores, target, weight: F.cross_entropy(scores, target),
    "mean_squared_error": F.mse_loss,
}


def loss_of(graph: Graph, inputs: Mapping[str, Any]) -> Any:
    known = [inputs[i.name] for i in graph.inputs]
    for node in graph.nodes:
        known.append(
            OPERATORS[node.op](*(a if a is None else known[a] for a in node.arguments), **node.attributes)
        )
    return known[-1]


def agrees(text: str, module: nn.Module, rename: Callable[[str], str] = str) -> None:
    """Whether the reference has the module's parameters, under names that `rename` makes of theirs, and its loss."""
    architecture = read_reference(text)
    graph = attach(architecture.build(), architecture.loss)
    torch.manual_seed(0)
    module = module.double().train()
    named = {rename(name): p for name, p in module.named_parameters()}
    assert {n: tuple(p.shape) for n, p in named.items()} == {i.name: i.shape for i in graph.parameters}
    with torch.no_grad():
        for p in named.values():  # no norm keeps its weights 1 and its biases 0
            p.add_(torch.randn_like(p) / 10)
        data = {
            i.name: torch.randn(i.shape).double()
            if i.high is None
            else torch.randint(int(i.high) + 1, i.shape)
            for i in graph.inputs
            if i.role == "data"
        }
        ours = loss_of(graph, {**named, **data})
        output = module(data.get("x", data.get("tokens")))
        if architecture.loss == "mse":
            theirs = F.mse_loss(output, data["target"])
        else:
            theirs = F.cross_entropy(output.movedim(-1, 1) if output.ndim == 3 else output, data["target"])
    assert torch.allclose(ours, theirs, rtol=1e-10, atol=0)


def test_mlp() -> None:
    layers = [nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 2)]
    names = {"0": "layers.0", "2": "layers.1", "4": "layers.2"}
    agrees("mlp:3x5x4x2", nn.Sequential(*layers), lambda n: n.replace(n[0], names[n[0]], 1))


@pytest.mark.parametrize(("pooling", "pool"), [("max", nn.MaxPool2d), ("average", nn.AvgPool2d)])
def test_cnn(pooling: str, pool: type[nn.Module]) -> None:
    module = nn.Sequential(
        *(nn.Conv2d(2, 4, 5, padding=2), nn.ReLU(), pool(2)),
        *(nn.Conv2d(4, 6, 5, padding=2), nn.ReLU(), pool(2)),
        *(nn.Flatten(), nn.Linear(24, 7), nn.ReLU(), nn.Linear(7, 3)),
    )
    names = {"0": "convolutions.0", "3": "convolutions.1", "7": "hidden", "9": "head"}
    text = f"cnn:4x6,kernel=5,hidden=7,classes=3,image=2x8x9,pooling={pooling}"
    agrees(text, module, lambda n: n.replace(n[0], names[n[0]], 1))


class Block(nn.Module):
    """As in torchvision.models.resnet."""

    def __init__(self, channels: int, width: int, stride: int, bottleneck: bool) -> None:
        super().__init__()
        out = width * (4 if bottleneck else 1)
        rows = (
            [(width, 1, 1), (width, 3, stride), (out, 1, 1)]
            if bottleneck
            else [(width, 3, stride), (out, 3, 1)]
        )
        for k, (to, kernel, step) in enumerate(rows, 1):
            setattr(self, f"conv{k}", nn.Conv2d(channels, to, kernel, step, kernel // 2, bias=False))
            setattr(self, f"bn{k}", nn.BatchNorm2d(to))
            channels = to
        self.count = len(rows)
        first = self.conv1.in_channels
        self.downsample = (
            nn.Sequential(nn.Conv2d(first, out, 1, stride, bias=False), nn.BatchNorm2d(out))
            if stride != 1 or first != out
            else None
        )

    def forward(self, x: Any) -> Any:
        y = x
        for k in range(1, self.count + 1):
            y = getattr(self, f"bn{k}")(getattr(self, f"conv{k}")(y))
            y = F.relu(y) if k < self.count else y
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class Residual(nn.Module):
    def __init__(self, bottleneck: bool) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 4, 7, 2, 3, bias=False), nn.BatchNorm2d(4)
        wide = 4 if bottleneck else 1
        self.layer1 = nn.Sequential(Block(4, 4, 1, bottleneck), Block(4 * wide, 4, 1, bottleneck))
        self.layer2 = nn.Sequential(Block(4 * wide, 8, 2, bottleneck))
        self.fc = nn.Linear(8 * wide, 5)

    def forward(self, x: Any) -> Any:
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        return self.fc(self.layer2(self.layer1(x)).mean((2, 3)))


@pytest.mark.parametrize("block", ["basic", "bottleneck"])
def test_resnet(block: str) -> None:
    agrees(f"resnet:2x1,block={block},width=4,classes=5,image=3x32x32", Residual(block == "bottleneck"))


class Unet(nn.Module):
    def __init__(self, groups: int) -> None:
        super().__init__()
        self.down = nn.ModuleList(
            [self.pair(1, 4, groups), self.pair(4, 8, groups), self.pair(8, 16, groups)]
        )
        self.up = nn.ModuleList([self.pair(8, 4, groups), self.pair(16, 8, groups)])
        for k, part in enumerate(self.up):
            part["transposed"] = nn.ConvTranspose2d(8 << k, 4 << k, 2, 2)
        self.head = nn.Conv2d(4, 3, 1)

    def pair(self, channels: int, out: int, groups: int) -> nn.ModuleDict:
        return nn.ModuleDict({
            "conv1": nn.Conv2d(channels, out, 3, padding=1), "norm1": nn.GroupNorm(groups or out, out),
            "conv2": nn.Conv2d(out, out, 3, padding=1), "norm2": nn.GroupNorm(groups or out, out),
        })  # fmt: skip

    def twice(self, part: nn.ModuleDict, x: Any) -> Any:
        for k in "12":
            x = F.relu(part[f"norm{k}"](part[f"conv{k}"](x)))
        return x

    def forward(self, x: Any) -> Any:
        first = self.twice(self.down[0], x)
        second = self.twice(self.down[1], F.max_pool2d(first, 2))
        x = self.twice(self.down[2], F.max_pool2d(second, 2))
        x = self.twice(self.up[1], torch.cat([second, self.up[1]["transposed"](x)], 1))
        return self.head(self.twice(self.up[0], torch.cat([first, self.up[0]["transposed"](x)], 1)))


@pytest.mark.parametrize(("norm", "groups"), [("group", 2), ("instance", 0)])
def test_unet(norm: str, groups: int) -> None:
    agrees(f"unet:2,channels=4,norm={norm},groups=2,classes=3,image=1x8x16", Unet(groups))


def encoder(heads: int, activation: Any, epsilon: float) -> nn.Module:
    layer = nn.TransformerEncoderLayer(
        8,
        heads,
        32,
        dropout=0.0,
        activation=activation,
        layer_norm_eps=epsilon,
        batch_first=True,
        norm_first=True,
    )
    return nn.TransformerEncoder(layer, 2, norm=nn.LayerNorm(8, epsilon), enable_nested_tensor=False)


def renamed(*pairs: tuple[str, str]) -> Callable[[str], str]:
    def rename(name: str) -> str:
        for old, new in pairs:
            name = name.replace(old, new)
        return name

    return rename


class Vision(nn.Module):
    def __init__(self, class_token: bool) -> None:
        super().__init__()
        self.conv_proj = nn.Conv2d(3, 8, 4, 4)
        self.class_token = nn.Parameter(torch.randn(1, 1, 8)) if class_token else None
        self.pos_embedding = nn.Parameter(torch.randn(1, 6 + class_token, 8))
        self.encoder = encoder(2, F.gelu, 1e-6)
        self.head = nn.Linear(8, 5)

    def forward(self, x: Any) -> Any:
        x = self.conv_proj(x).flatten(2).transpose(1, 2)
        if self.class_token is not None:
            x = torch.cat([self.class_token.expand(len(x), -1, -1), x], 1)
        x = self.encoder(x + self.pos_embedding)
        return self.head(x.mean(1) if self.class_token is None else x[:, 0])


@pytest.mark.parametrize("token", [True, False])
def test_vit(token: bool) -> None:
    names = renamed(
        ("pos_", "encoder.pos_"), ("encoder.norm.", "encoder.ln."), ("self_attn", "self_attention"),
        ("norm1", "ln_1"), ("norm2", "ln_2"), ("linear1", "mlp.0"), ("linear2", "mlp.3"),
    )  # fmt: skip
    text = f"vit:2,width=8,heads=2,patch=4,image=3x8x12,classes=5,class_token={str(token).lower()}"
    agrees(text, Vision(token), names)


class Decoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.wte, self.wpe = nn.Embedding(11, 8), nn.Embedding(6, 8)
        self.h = encoder(2, nn.GELU("tanh"), 1e-5)

    def forward(self, tokens: Any) -> Any:
        x = self.wte(tokens) + self.wpe.weight
        mask = nn.Transformer.generate_square_subsequent_mask(6, dtype=torch.double)
        return self.h(x, mask=mask, is_causal=True) @ self.wte.weight.T


def test_gpt() -> None:
    names = renamed(
        ("h.norm.", "ln_f."), ("h.layers.", "h."), ("self_attn", "attn"), ("norm1", "ln_1"),
        ("norm2", "ln_2"), ("linear1", "mlp.c_fc"), ("linear2", "mlp.c_proj"),
    )  # fmt: skip
    agrees("gpt:2,width=8,heads=2,vocabulary=11,context=6", Decoder(), names)
