"""Models of transformers, monai and diffusers, as they are, in small sizes: values and gradients of what is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from invexproof.architectures.from_torch import model_of_module  # noqa: E402
from invexproof.architectures.losses import attach  # noqa: E402
from invexproof.architectures.pytorch.exporting import without_initialisation  # noqa: E402
from tests.architectures.checking import inferred  # noqa: E402
from tests.architectures.torch_checking import agrees  # noqa: E402

pytestmark = pytest.mark.torch

WIDTH: Mapping[str, Any] = {
    "hidden_size": 8,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 16,
}
NO_DROPOUT: Mapping[str, Any] = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
TEXT: Mapping[str, Any] = {**WIDTH, "vocab_size": 16, "max_position_embeddings": 8}
GPT: Mapping[str, Any] = {"n_embd": 8, "n_layer": 2, "n_head": 2, "vocab_size": 16, "n_positions": 8}

MODELS: Mapping[str, tuple[str, str, Mapping[str, Any], str]] = {
    "ViT": (
        "ViTForImageClassification",
        "ViTConfig",
        {**WIDTH, "image_size": 8, "patch_size": 4, **NO_DROPOUT},
        "2x3x8x8",
    ),
    "ResNet": (
        "ResNetForImageClassification",
        "ResNetConfig",
        {"embedding_size": 4, "hidden_sizes": [4, 8], "depths": [1, 1], "layer_type": "bottleneck"},
        "2x3x16x16",
    ),
    "BERT": ("BertModel", "BertConfig", {**TEXT, **NO_DROPOUT}, "input_ids=2x5:int64,attention_mask=2x5:int64"),
    "GPT-2": (
        "GPT2LMHeadModel",
        "GPT2Config",
        {**GPT, "resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0, "use_cache": False},
        "input_ids=2x5:int64,labels=2x5:int64",
    ),
    "LLaMA": (
        "LlamaForCausalLM",
        "LlamaConfig",
        {**TEXT, "num_key_value_heads": 1, "use_cache": False},
        "input_ids=2x5:int64",
    ),
    "Mamba": (
        "MambaModel",
        "MambaConfig",
        {"hidden_size": 8, "num_hidden_layers": 1, "state_size": 2, "vocab_size": 16, "use_cache": False},
        "input_ids=1x3:int64",
    ),
    "Swin": (
        "SwinModel",
        "SwinConfig",
        {"image_size": 16, "patch_size": 2, "embed_dim": 4, "depths": [2, 1], "num_heads": [1, 2], "window_size": 2}
        | {**NO_DROPOUT, "drop_path_rate": 0.0},
        "1x3x16x16",
    ),
    "ConvNeXt": (
        "ConvNextModel",
        "ConvNextConfig",
        {"hidden_sizes": [4, 8], "depths": [1, 1], "num_stages": 2, "patch_size": 2},
        "2x3x8x8",
    ),
    "SegFormer": (
        "SegformerForSemanticSegmentation",
        "SegformerConfig",
        {"hidden_sizes": [4, 8], "depths": [1, 1], "num_encoder_blocks": 2, "num_attention_heads": [1, 2]}
        | {"sr_ratios": [2, 1], "patch_sizes": [3, 3], "strides": [2, 2], "mlp_ratios": [2, 2]}
        | {**NO_DROPOUT, "drop_path_rate": 0.0, "classifier_dropout_prob": 0.0, "decoder_hidden_size": 8},
        "2x3x16x16",
    ),
    "MobileNetV2": (
        "MobileNetV2ForImageClassification",
        "MobileNetV2Config",
        {"depth_multiplier": 0.1, "min_depth": 4, "depth_divisible_by": 4, "classifier_dropout_prob": 0.0},
        "2x3x32x32",
    ),
    "T5": (
        "T5EncoderModel",
        "T5Config",
        {"d_model": 8, "d_kv": 4, "d_ff": 16, "num_layers": 2, "num_heads": 2, "vocab_size": 16, "dropout_rate": 0.0},
        "input_ids=2x5:int64",
    ),
}  # fmt: skip


def model(name: str) -> tuple[Any, str]:
    """A small model of transformers, and its inputs."""
    transformers = pytest.importorskip(
        "transformers", reason="transformers is not installed: its models are NOT tested"
    )
    kind, config, settings, inputs = MODELS[name]
    torch.manual_seed(0)
    return getattr(transformers, kind)(getattr(transformers, config)(**settings)), inputs


FAST = frozenset(("ResNet", "BERT", "GPT-2"))


@pytest.mark.parametrize(
    "name", [n if n in FAST else pytest.param(n, marks=pytest.mark.slow) for n in MODELS]
)
def test_transformers(name: str) -> None:
    """Values, and gradients with respect to every parameter."""
    module, inputs = model(name)
    agrees(module, inputs)


def test_dropout() -> None:
    """Masks are inputs, wherever dropout is: a GPT-2 with its usual dropout, for masks that are drawn here."""
    transformers = pytest.importorskip("transformers")
    module = transformers.GPT2Model(transformers.GPT2Config(**GPT, use_cache=False))
    reader = agrees(module, "input_ids=2x5:int64", direct=False)
    masks = [what for what, *_ in reader.b.origins.values() if what == "dropout"]
    assert len(masks) == 1 + 3 * 2


def basic_unet() -> Any:
    """Monai's."""
    nets = pytest.importorskip(
        "monai.networks.nets", reason="monai is not installed: its networks are NOT tested"
    )
    return nets.BasicUNet(spatial_dims=2, features=(4, 4, 8, 8, 8, 4), dropout=0.0), "1x1x32x32"


def residual_unet() -> Any:
    """Monai's, with PReLU and instance normalisation."""
    nets = pytest.importorskip(
        "monai.networks.nets", reason="monai is not installed: its networks are NOT tested"
    )
    return nets.UNet(3, 1, 2, (4, 8), (2,), num_res_units=1), "1x1x8x8x8"


def diffusion_unet() -> Any:
    """Diffusers' UNet, with attention, and an embedding of the time step."""
    diffusers = pytest.importorskip(
        "diffusers", reason="diffusers is not installed: its networks are NOT tested"
    )
    blocks = {
        "down_block_types": ("DownBlock2D", "AttnDownBlock2D"),
        "up_block_types": ("AttnUpBlock2D", "UpBlock2D"),
    }
    unet = diffusers.UNet2DModel(
        sample_size=8,
        block_out_channels=(4, 8),
        layers_per_block=1,
        norm_num_groups=2,
        attention_head_dim=4,
        **blocks,
    )
    return unet, "sample=1x3x8x8,timestep=1:int64"


@pytest.mark.slow
@pytest.mark.parametrize("build", [basic_unet, residual_unet, diffusion_unet])
def test_unets(build: Callable[[], Any]) -> None:
    """U-nets of other libraries."""
    module, inputs = build()
    agrees(module, inputs)


FULL: Mapping[str, tuple[str, str, Mapping[str, Any], str, str, int]] = {
    "ViT-B/16": (
        "ViTForImageClassification",
        "ViTConfig",
        {"num_labels": 1000},
        "1x3x224x224",
        "cross-entropy",
        86_567_656,
    ),
    "ResNet-50": (
        "ResNetForImageClassification",
        "ResNetConfig",
        {"num_labels": 1000},
        "1x3x224x224",
        "cross-entropy",
        25_557_032,
    ),
    "BERT": ("BertForMaskedLM", "BertConfig", {}, "input_ids=1x128:int64", "cross-entropy", 109_514_298),
    "GPT-2": (
        "GPT2LMHeadModel",
        "GPT2Config",
        {"use_cache": False},
        "input_ids=1x128:int64,labels=1x128:int64",
        "own",
        124_439_808,
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FULL)
def test_full_size(name: str) -> None:
    """Models as they are trained: the checker takes the graph; weights are neither made nor read."""
    transformers = pytest.importorskip("transformers")
    kind, config, settings, inputs, loss, count = FULL[name]
    with without_initialisation():
        module = getattr(transformers, kind)(getattr(transformers, config)(**settings))
    graph = attach(model_of_module(module, inputs), loss, "loss" if loss == "own" else None)
    inferred(graph)
    assert graph.parameter_count == count
