"""Networks by the text that names them: a file, ``package.module:name``, or formulas.

Code of the user's is imported for ``package.module:name`` only.  Files of PyTorch programs are read without
unpickling anything but tensors.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from invexproof.certificates.builder import CertificateError, read_document
from invexproof.certificates.files import read_file
from invexproof.errors import InvexproofError
from invexproof.networks.errors import NetworkError
from invexproof.networks.flows import NetworkImportError
from invexproof.networks.formulas import network_of_formulas
from invexproof.networks.network import Network

LOCATION: Final = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")
_SHAPE: Final = re.compile(r"\s*[0-9]{1,9}(\s*[x×,]\s*[0-9]{1,9})*\s*")
SUBJECTS: Final = "model.yaml, model.onnx, program.pt2, package.module:name, or a certificate"


@dataclass(frozen=True)
class Loaded:
    """A network, what it is called, and what to know about how it was read."""

    network: Network
    name: str
    notes: tuple[str, ...] = field(default=())


def read_shape(text: str | Sequence[int] | None) -> tuple[int, ...] | None:
    """A shape such as ``3x8x8``; raises NetworkError."""
    if text is None:
        return None
    if not isinstance(text, str):
        return tuple(text)
    if not _SHAPE.fullmatch(text):
        raise NetworkError(f"{text!r:.40} is not the shape of an input; write it as in 4 or 3x8x8")
    return tuple(int(part) for part in re.split(r"[x×,]", text))


def load(text: str, input_shape: Sequence[int] | None = None) -> Loaded:
    """The network that a text names: a file, or ``package.module:name``, whose code is then imported.

    ``input_shape`` is the shape of one example; modules need it, ONNX files that leave it open, too.

    Raises:
        NetworkError: there is no such thing, or it cannot be read as a network.
    """
    if os.path.isfile(text):
        return _of_file(Path(text), input_shape)
    if LOCATION.fullmatch(text):
        return _of_location(text, input_shape)
    if os.path.isdir(text):
        raise NetworkError(f"{text} is a folder; name a file: {SUBJECTS}")
    raise NetworkError(
        f"there is no file {text!r:.120}; a network is named by {SUBJECTS}, or given by formulas"
    )


def load_formulas(text: str, variables: Sequence[str] | None = None) -> Loaded:
    """The map of formulas such as ``x1 + tanh(x2)/2, x2``; see :func:`network_of_formulas`."""
    return Loaded(network_of_formulas(text, variables), f"({' '.join(text.split())})")


def network_of_certificate(data: bytes, folder: Path | None) -> Network:
    """The network, with its loss if it has one, that a certificate is about; nothing is verified.

    ``folder`` is where it names files.  Raises CertificateError if it is about something else, and NetworkError if its
    weights cannot be read.
    """
    claim = read_document(data).get("claim")
    subject = claim.get("subject") if isinstance(claim, dict) else None
    if not isinstance(subject, dict):
        raise CertificateError("this is no certificate about a network")
    network = Network.from_subject(subject, folder)
    # The file of weights that one certificate names need not be beside the next one.
    own = {name: replace(tensor, reference=None) for name, tensor in network.tensors.items()}
    return replace(network, tensors=own)


# -- files ---------------------------------------------------------------------------------------------------


def _of_file(path: Path, shape: Sequence[int] | None) -> Loaded:
    reader = next((read for ending, read in READERS.items() if path.name.casefold().endswith(ending)), None)
    if reader is None:
        raise NetworkError(
            f"{path}: it is not known how to read this file; the names of models end in {', '.join(READERS)}"
        )
    return reader(path, shape)


def _yaml(path: Path, shape: Sequence[int] | None) -> Loaded:
    from invexproof.networks.yaml_files import read_yaml
    from invexproof.yaml_kinds import TRAINING, kind_of_yaml

    if kind_of_yaml(path) == TRAINING:
        raise NetworkError(
            f"{path} is a training problem, not a network with given weights; for claims about its training: "
            f"invexproof prove training {path}"
        )
    return Loaded(_of_given_shape(read_yaml(path), shape), path.stem)


def _onnx(path: Path, shape: Sequence[int] | None) -> Loaded:
    from invexproof.networks.from_onnx import network_of_onnx

    return Loaded(network_of_onnx(path, shape), path.stem)


def _certificate(path: Path, shape: Sequence[int] | None) -> Loaded:
    name = path.name.removesuffix(".gz").removesuffix(".json").removesuffix(".cert")
    try:
        network = network_of_certificate(read_file(path), path.parent)
    except InvexproofError as error:
        raise NetworkError(f"{path}: {error}") from None
    return Loaded(_of_given_shape(network, shape), name.partition(".")[0])


def _program(path: Path, shape: Sequence[int] | None) -> Loaded:
    from invexproof.networks.from_torch import load_program, network_of_program

    with without_logs():
        program = load_program(path)
    return Loaded(_of_given_shape(network_of_program(program), shape), path.stem)


READERS: Final[Mapping[str, Callable[[Path, Sequence[int] | None], Loaded]]] = {
    ".yaml": _yaml,
    ".yml": _yaml,
    ".onnx": _onnx,
    ".pt2": _program,
    ".json": _certificate,
    ".json.gz": _certificate,
}
"""How files are read, by the ends of their names."""


def _of_given_shape(network: Network, shape: Sequence[int] | None) -> Network:
    """The network; NetworkError if its input has another shape than was said."""
    if shape is not None and tuple(shape) != network.shapes[0]:
        given, own = ("x".join(map(str, s)) for s in (shape, network.shapes[0]))
        raise NetworkError(f"the input of this network has the shape {own}, not {given}; leave it out")
    return network


# -- PyTorch modules -----------------------------------------------------------------------------------------


def _of_location(text: str, shape: Sequence[int] | None) -> Loaded:
    from invexproof.networks.from_torch import load_module, network_of_module

    with current_folder_importable(), without_logs():
        try:
            module = load_module(text)
        except InvexproofError:
            raise
        except (Exception, SystemExit) as error:  # the code may do anything
            raise NetworkImportError(
                f"the code of {text} failed: {type(error).__name__}: {error!s:.300}"
            ) from error
        if shape is None:
            raise NetworkError(
                f"say what the shape of one input of {text} is, without the batch, as in 3x8x8"
            )
        network = network_of_module(module, shape)
    return Loaded(network, text.rpartition(":")[2])


@contextmanager
def current_folder_importable() -> Iterator[None]:
    """Modules in the current folder can be imported; what is installed goes before them."""
    folder = os.getcwd()
    sys.path.append(folder)
    try:
        yield
    finally:
        sys.path.remove(folder)


@contextmanager
def without_logs() -> Iterator[None]:
    """PyTorch logs tracebacks of errors that are reported anyway."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
