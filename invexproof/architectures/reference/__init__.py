"""Reference architectures by name and settings: ``mlp:2x16x1,activation=tanh``, ``vit:depth=2,width=32``, ``gpt2``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.reference.architecture import Architecture
from invexproof.architectures.reference.cnn import CNN
from invexproof.architectures.reference.gpt import GPT
from invexproof.architectures.reference.mlp import MLP
from invexproof.architectures.reference.resnet import ResNet
from invexproof.architectures.reference.unet import UNet
from invexproof.architectures.reference.vit import ViT
from invexproof.architectures.texts import named
from invexproof.networks.yaml_items import near

__all__ = [
    "CNN",
    "GPT",
    "MLP",
    "REFERENCES",
    "Architecture",
    "Reference",
    "ResNet",
    "Setting",
    "UNet",
    "ViT",
    "find_reference",
    "named_as_reference",
    "read_reference",
]


@dataclass(frozen=True)
class Setting:
    """A setting of a reference: its type in words, its default, and a sentence."""

    name: str
    type: str
    default: Any
    help: str


@dataclass(frozen=True)
class Reference:
    """An architecture under a name, with defaults that differ from its own."""

    architecture: type[Architecture]
    defaults: Mapping[str, Any] = field(default_factory=dict)

    def make(self, settings: Mapping[str, Any]) -> Architecture:
        """The architecture with these settings, by field, and defaults otherwise."""
        return self.architecture(**{**self.defaults, **settings})

    @property
    def settings(self) -> tuple[Setting, ...]:
        """All that can be set."""
        rows = fields(self.architecture)
        return tuple(
            Setting(r.name, str(r.type), self.defaults.get(r.name, r.default), r.metadata["help"])
            for r in rows
        )

    @property
    def sentence(self) -> str:
        """What it is."""
        return (self.architecture.__doc__ or "").partition("\n")[0]


REFERENCES: Final[Mapping[str, Reference]] = {
    "mlp": Reference(MLP),
    "cnn": Reference(CNN),
    "resnet": Reference(ResNet),
    "resnet18": Reference(ResNet),
    "resnet34": Reference(ResNet, {"stages": (3, 4, 6, 3)}),
    "resnet50": Reference(ResNet, {"stages": (3, 4, 6, 3), "block": "bottleneck"}),
    "resnet101": Reference(ResNet, {"stages": (3, 4, 23, 3), "block": "bottleneck"}),
    "resnet152": Reference(ResNet, {"stages": (3, 8, 36, 3), "block": "bottleneck"}),
    "unet": Reference(UNet),
    "vit": Reference(ViT),
    "vit-b-16": Reference(ViT),
    "vit-b-32": Reference(ViT, {"patch": 32}),
    "vit-l-16": Reference(ViT, {"depth": 24, "width": 1024, "heads": 16}),
    "gpt": Reference(GPT),
    "gpt2": Reference(GPT),
    "gpt2-medium": Reference(GPT, {"depth": 24, "width": 1024, "heads": 16}),
    "gpt2-large": Reference(GPT, {"depth": 36, "width": 1280, "heads": 20}),
    "gpt2-xl": Reference(GPT, {"depth": 48, "width": 1600, "heads": 25}),
}
"""The reference architectures by name."""


def named_as_reference(text: str) -> bool:
    """Whether a text names a reference architecture, whatever its settings are."""
    return named(text.partition(":")[0])[0] in REFERENCES


def read_reference(text: str, batch: int | None = None) -> Architecture:
    """The architecture that a text names, such as ``vit:depth=2,width=32`` or ``mlp:2x16x1``.

    ``batch`` is for texts that do not say how large it is.  Raises ArchitectureError, which names what is near, or the
    settings.
    """
    name, arguments = named(text)
    found = find_reference(name)
    first = found.architecture.first
    given = [*((first, value) for value in arguments.positional), *arguments.keywords]
    if len({key for key, _ in given}) < len(given):
        raise ArchitectureError(f"{name}: {first} is given twice; other settings have names, as in batch=4")
    try:
        values = dict(found.architecture.setting(key, value) for key, value in given)
        return found.make(values if batch is None else {"batch": batch, **values})
    except ArchitectureError as error:
        raise ArchitectureError(f"{name}: {error}") from None


def find_reference(name: str) -> Reference:
    """The reference of that name; raises ArchitectureError."""
    if name not in REFERENCES:
        hint, known = near(name, REFERENCES), ", ".join(REFERENCES)
        raise ArchitectureError(f"there is no architecture {name!r:.40}{hint}; the architectures are {known}")
    return REFERENCES[name]
