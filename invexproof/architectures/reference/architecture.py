"""What reference architectures have in common: settings with types, defaults and help, that texts can give."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from invexproof.architectures.builder import Builder, Model
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.layers import Layers
from invexproof.architectures.texts import READERS
from invexproof.errors import InvexproofError
from invexproof.networks.yaml_items import near


def setting(default: Any, help: str) -> Any:
    """A setting of an architecture, with its default and a sentence about it."""
    return field(default=default, metadata={"help": help})


def word(default: str, *others: str, help: str) -> Any:
    """A setting that is one of a few words."""
    return field(default=default, metadata={"help": help, "words": (default, *others)})


@dataclass(frozen=True)
class Architecture(ABC):
    """An architecture with its settings; no values of parameters.

    A subclass is a frozen dataclass: its fields, made with :func:`setting`, are all that is to be declared.
    """

    batch: int = setting(8, "examples in a mini-batch")

    loss: ClassVar[str] = "cross-entropy"
    """The loss that is usual for it."""
    first: ClassVar[str]
    """The setting that may be given without its name."""

    @abstractmethod
    def output(self, net: Layers) -> int:
        """The model's output, made with these layers from data that it asks for."""

    def build(self) -> Model:
        """The model; raises ArchitectureError if the sizes do not fit."""
        for row in fields(self):
            _check(row.name, getattr(self, row.name), row.metadata)
        builder = Builder()
        return Model(builder, {"output": self.output(Layers(builder))})

    @classmethod
    def setting(cls, name: str, text: str) -> tuple[str, Any]:
        """The field that a setting is, and the value that a text gives it.  Raises ArchitectureError."""
        known = {row.name: str(row.type) for row in fields(cls)}
        if name not in known:
            raise ArchitectureError(
                f"there is no setting {name!r:.40}{near(name, known)}; the settings are {', '.join(known)}"
            )
        try:
            return name, READERS[known[name]](text.strip())
        except InvexproofError as error:
            raise ArchitectureError(f"the setting {name}: {error}") from None


def _check(name: str, value: Any, metadata: Mapping[str, Any]) -> None:
    words = metadata.get("words", (value,))
    if value not in words:
        raise ArchitectureError(f"the setting {name} is one of {', '.join(words)}, not {value!r:.40}")
    numbers = value if isinstance(value, tuple) else (value,) if type(value) is int else ()
    if any(n < 1 for n in numbers):
        raise ArchitectureError(f"the setting {name} is {value}; sizes are at least 1")
