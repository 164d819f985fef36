"""What a claim about a map is about: a network, with a loss or without, and how it stands in a certificate."""

from __future__ import annotations

import hashlib
import os
import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeAlias

from invexcheck.limits import Limits
from invexproof.certificates.builder import canonical_bytes
from invexproof.certificates.files import Sidecar
from invexproof.networks.errors import NetworkError
from invexproof.networks.loading import (
    LOCATION,
    READERS,
    Loaded,
    load,
    load_formulas,
    read_shape,
    without_logs,
)
from invexproof.networks.losses import own_loss, with_loss, without_loss
from invexproof.networks.network import Network
from invexproof.subjects import slug

MapNamed: TypeAlias = "str | Path | Network | Any"
"""What functions of the API take for a network: a Network, a PyTorch module or exported program, the path of a file,
``package.module:name``, or formulas."""

_FORMULA: Final = re.compile(r"\bx[0-9]*\b")
MAX_NAME: Final = 60
VACUOUS: Final = (
    "this loss has no stationary point, so where the Jacobian has full row rank, the composition has none: "
    "it is invex vacuously"
)


@dataclass(frozen=True)
class MapTarget:
    """The subject of a claim about a network; ``loss`` is that of the composition in words, "" without one."""

    name: str
    network: Network
    slug: str
    loss: str = ""
    notes: tuple[str, ...] = field(default=())

    @cached_property
    def sidecar(self) -> Sidecar | None:
        """The file of its weights, if they are too many for the certificate itself.

        Raises NetworkError if they are too many for the checker, too.
        """
        try:
            self.network.to_subject()
        except NetworkError:
            return _sidecar(self.network, self.slug)
        return None

    @cached_property
    def subject(self) -> dict[str, Any]:
        """The network as it stands in a certificate."""
        return self.network.to_subject(None if self.sidecar is None else self.sidecar.name)

    @property
    def digest(self) -> str:
        """The SHA-256 of the subject, as the checker prints it."""
        return hashlib.sha256(canonical_bytes(self.subject)).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """How it was named, its digest, and its size."""
        return {
            "name": self.name,
            "digest": self.digest,
            "n": self.network.inputs,
            "k": self.network.outputs,
            "nodes": len(self.network.nodes),
            "loss": self.loss or None,
        }

    def ranges_json(self) -> dict[str, dict[str, str]]:
        """No parameters of a network are quantified in intervals."""
        return {}


def map_target(subject: MapNamed | MapTarget, input_shape: str | Sequence[int] | None = None) -> MapTarget:
    """The network that is meant, without its loss if it has one.

    ``input_shape`` is that of one example, such as ``(3, 8, 8)`` or ``"3x8x8"``; PyTorch modules need it.
    Raises InvexproofError if the subject cannot be read as a network.
    """
    found = map_subject(subject, input_shape)
    return replace(found, network=without_loss(found.network), loss="")


def formulas_target(formulas: str, variables: Sequence[str] | None = None) -> MapTarget:
    """The map of formulas such as ``x1 + tanh(x2)/2, x2``, in variables with those names."""
    return _named_by_formulas(load_formulas(formulas, variables))


def composition_target(
    subject: MapNamed | MapTarget, loss: str | None = None, input_shape: str | Sequence[int] | None = None
) -> MapTarget:
    """The composition with a loss such as ``mse:1/2,0``; None takes the loss that the subject has."""
    found = map_subject(subject, input_shape)
    if loss is None:
        if found.network.loss is None:
            raise NetworkError(
                f"{found.name} has no loss of its own; name one, such as mse:0 or cross-entropy:2"
            )
        return replace(found, loss=own_loss(found.network))
    network, chosen = with_loss(found.network, loss)
    notes = (*found.notes, VACUOUS) if chosen.unattained else found.notes
    short = loss.partition(":")[0].strip().casefold()
    return replace(found, network=network, loss=chosen.words, slug=slug(f"{found.slug}-{short}"), notes=notes)


def map_subject(subject: MapNamed | MapTarget, input_shape: str | Sequence[int] | None = None) -> MapTarget:
    """The network that is meant, with its own loss; see :func:`map_target`."""
    if isinstance(subject, MapTarget):
        return subject
    shape = read_shape(input_shape)
    if isinstance(subject, Network):
        return MapTarget("the network", subject, "network")
    if isinstance(subject, str | Path):
        text = str(subject)
        if isinstance(subject, str) and is_formula(text):
            return _named_by_formulas(load_formulas(text))
        return _named(load(text, shape))
    return _of_torch(subject, shape)


def named_as_network(text: str) -> bool:
    """Whether a text can only be meant as a file with a network, or as a place in a Python module."""
    return text.casefold().endswith(tuple(READERS)) or LOCATION.fullmatch(text) is not None


def is_formula(text: str) -> bool:
    """Whether a text can only be meant as formulas: it mentions x or x1, and is neither a file nor named like one."""
    elsewhere = named_as_network(text) or ":" in text or os.path.exists(text)
    return not elsewhere and _FORMULA.search(text) is not None


def _named(loaded: Loaded) -> MapTarget:
    return MapTarget(loaded.name, loaded.network, slug(loaded.name), notes=loaded.notes)


def _named_by_formulas(loaded: Loaded) -> MapTarget:
    digest = hashlib.sha256(canonical_bytes(loaded.network.to_subject())).hexdigest()
    name = loaded.name if len(loaded.name) <= MAX_NAME else f"{loaded.name[: MAX_NAME - 4]}...)"
    return MapTarget(name, loaded.network, f"formulas-{digest[:8]}")


def _of_torch(subject: Any, shape: tuple[int, ...] | None) -> MapTarget:
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(subject, torch.nn.Module | torch.export.ExportedProgram):
        raise NetworkError(
            f"{type(subject).__name__} is no network: give a Network, a torch.nn.Module, the path of a model, "
            "or formulas"
        )
    from invexproof.networks.from_torch import network_of_module, network_of_program

    name = type(subject).__name__
    if not isinstance(subject, torch.nn.Module):
        return MapTarget("the program", network_of_program(subject), "program")
    if shape is None:
        raise NetworkError(
            f"say what the shape of one input of {name} is, without the batch: input_shape=(3, 8, 8)"
        )
    with without_logs():
        return MapTarget(name, network_of_module(subject, shape), slug(name))


def _sidecar(network: Network, name: str) -> Sidecar:
    with tempfile.TemporaryDirectory(prefix="invexproof-") as folder:
        path = Path(folder) / "weights.safetensors"
        digest = network.write_sidecar(path)
        data = path.read_bytes()
    most = Limits().sidecar
    if len(data) > most:
        raise NetworkError(
            f"the weights take {len(data) / 1e6:.0f} MB, and the checker reads at most {most / 1e6:.0f} MB"
        )
    return Sidecar(f"{name}-{digest[:12]}.safetensors", data)
