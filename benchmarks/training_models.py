"""Models of libraries in full size, to be trained: how each is made, what goes into it, and with which loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

HERE = "benchmarks.training_models"


@dataclass(frozen=True)
class LibraryModel:
    """A model: the libraries that it needs, a function of this module, and the settings of ``prove training``."""

    name: str
    needs: str
    factory: Callable[[], Any]
    inputs: str
    loss: str = "own"
    output: str = "loss"

    @property
    def location(self) -> str:
        """As the command line names it."""
        return f"{HERE}:{self.factory.__name__}"

    @property
    def installed(self) -> bool:
        """Whether it can be made here."""
        return all(find_spec(name) is not None for name in ("torch", self.needs))


def vit() -> Any:
    from transformers import ViTConfig, ViTForImageClassification

    return ViTForImageClassification(ViTConfig(num_labels=1000))


def resnet() -> Any:
    from transformers import ResNetConfig, ResNetForImageClassification

    return ResNetForImageClassification(ResNetConfig(num_labels=1000))


def bert() -> Any:
    from transformers import BertConfig, BertForSequenceClassification

    return BertForSequenceClassification(BertConfig())


def gpt2() -> Any:
    from transformers import GPT2Config, GPT2LMHeadModel

    return GPT2LMHeadModel(GPT2Config(use_cache=False))


def unet() -> Any:
    from monai.networks.nets import UNet

    return UNet(3, 1, 2, channels=(16, 32, 64, 128, 256), strides=(2, 2, 2, 2), num_res_units=2)


def diffusion() -> Any:
    from diffusers import UNet2DModel

    return UNet2DModel()


_IMAGES = "pixel_values=2x3x224x224,labels=2:int64"
MODELS = (
    LibraryModel("ViT-B/16 (transformers)", "transformers", vit, _IMAGES),
    LibraryModel("ResNet-50 (transformers)", "transformers", resnet, _IMAGES),
    LibraryModel("BERT-base (transformers)", "transformers", bert, "input_ids=2x128:int64,labels=2:int64"),
    LibraryModel("GPT-2 (transformers)", "transformers", gpt2, "input_ids=2x128:int64,labels=2x128:int64"),
    LibraryModel("3-D U-Net (monai)", "monai", unet, "1x1x32x32x32", "mse", "output"),
    LibraryModel(
        "UNet2DModel (diffusers)",
        "diffusers",
        diffusion,
        "sample=1x3x64x64,timestep=1:int64",
        "mse",
        "sample",
    ),
)
"""The models; images and texts are in mini-batches of two."""

REFERENCES: Mapping[str, str] = {
    "MLP": "mlp",
    "CNN": "cnn",
    "ResNet-50": "resnet50",
    "U-Net": "unet",
    "ViT-B/16": "vit-b-16",
    "GPT-2": "gpt2",
}
"""The reference architectures of this project, in full size."""
