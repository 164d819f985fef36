"""Networks read from models of the library transformers, as they are: small ones, of configurations."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from torch import nn  # noqa: E402

from invexproof.networks import evaluation  # noqa: E402
from invexproof.networks.from_torch import network_of_module  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.slow]

WIDTH: dict[str, Any] = {
    "hidden_size": 8,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 16,
}
TEXT: dict[str, Any] = {**WIDTH, "vocab_size": 16, "max_position_embeddings": 8}
MODELS: dict[str, tuple[str, dict[str, Any], tuple[int, ...]]] = {
    "ViT": ("last_hidden_state", {**WIDTH, "image_size": 8, "patch_size": 4}, (3, 8, 8)),
    "GPT2": (
        "last_hidden_state",
        {"n_embd": 8, "n_layer": 2, "n_head": 2, "vocab_size": 16, "n_positions": 8},
        (4, 8),
    ),
    "Bert": ("last_hidden_state", TEXT, (4, 8)),
    "Llama": ("last_hidden_state", {**TEXT, "num_key_value_heads": 1}, (4, 8)),
    "Swin": (
        "last_hidden_state",
        {
            "image_size": 16,
            "patch_size": 2,
            "embed_dim": 4,
            "depths": [2, 1],
            "num_heads": [1, 2],
            "window_size": 2,
        },
        (3, 16, 16),
    ),
    "ConvNext": (
        "last_hidden_state",
        {"hidden_sizes": [4, 8], "depths": [1, 1], "num_stages": 2, "patch_size": 2},
        (3, 8, 8),
    ),
    "ResNet": (
        "pooler_output",
        {"embedding_size": 4, "hidden_sizes": [4, 8], "depths": [1, 1], "layer_type": "basic"},
        (3, 16, 16),
    ),
    "Mamba": (
        "last_hidden_state",
        {"hidden_size": 4, "num_hidden_layers": 1, "state_size": 2, "vocab_size": 8},
        (3, 4),
    ),
}
WITHOUT_ATTENTION = ("ConvNext", "ResNet", "Mamba")
ATTENTIONS = {"ViT": 2, "GPT2": 2, "Bert": 2, "Llama": 2}
"""How many attention nodes there must be."""


class Output(nn.Module):
    """One output of a model, as a function of pixels or of embedded tokens."""

    def __init__(self, model: nn.Module, output: str, of_tokens: bool) -> None:
        super().__init__()
        self.model = model
        self.output = output
        self.of_tokens = of_tokens

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        result = self.model(inputs_embeds=x) if self.of_tokens else self.model(x)
        tensor: torch.Tensor = getattr(result, self.output)
        return tensor


def perturbed(make: Callable[[], nn.Module]) -> nn.Module:
    """The model in double precision, with parameters of normal size, none of them zero."""
    torch.manual_seed(0)
    model = make().double().eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += torch.randn_like(parameter) / 8
    return model


@pytest.mark.parametrize(
    ("name", "implementation"),
    [(n, how) for n in MODELS for how in ([""] if n in WITHOUT_ATTENTION else ["sdpa", "eager"])],
)
def test_models_of_transformers(name: str, implementation: str) -> None:
    output, settings, shape = MODELS[name]
    attention = {"attn_implementation": implementation} if implementation else {}
    configuration = getattr(transformers, f"{name}Config")(**settings, **attention)
    if hasattr(configuration, "use_cache"):
        configuration.use_cache = False
    model = perturbed(lambda: getattr(transformers, f"{name}Model")(configuration))
    module = Output(model, output, of_tokens=len(shape) == 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network = network_of_module(module, shape)
    if name in ATTENTIONS:
        assert [node[0] for node in network.nodes].count("attention") == ATTENTIONS[name]
    x = np.random.default_rng(0).normal(size=network.inputs)
    expected = module(torch.from_numpy(x).reshape(1, *shape)).detach().numpy()
    # Some of them compute softmax and norms in single precision.
    np.testing.assert_allclose(evaluation.output(network, x), expected.ravel(), rtol=1e-5, atol=1e-5)
