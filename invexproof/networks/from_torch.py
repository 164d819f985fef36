"""PyTorch modules as networks, through ``torch.export``.

The module is exported in evaluation mode for a single example.  What it computes is read as exact functions of
real numbers: a parameter is the dyadic rational that its float is, a literal such as ``0.01`` the decimal that
it prints as, an activation the function that its documentation names; casts between floats change nothing, and a
factor of attention scores that is 1/sqrt(d) up to rounding is that number.  Tensors that do not depend on the
input are computed by PyTorch itself, in their own precision.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from invexproof import torch_programs
from invexproof.networks.flows import NetworkImportError
from invexproof.networks.network import Network
from invexproof.networks.torch_program import ProgramReader
from invexproof.torch_programs import first_line, quiet, torch_package


def network_of_module(
    module: Any,
    input_shape: Sequence[int],
    *,
    batched: bool = True,
    argument: str | None = None,
    output: int | None = None,
) -> Network:
    """The map that a ``torch.nn.Module`` computes in evaluation mode, with its weights.

    ``input_shape`` is the shape of one example.  The module is called with a batch of one, and the network has
    no batch axis; ``batched=False`` is for modules that take no batch axis.  ``argument`` names the parameter of
    ``forward`` that is the input (default: the first), ``output`` says which of several outputs is meant.

    Raises :class:`NetworkImportError` if PyTorch is missing, cannot export the module, or if the module uses
    an operator that is not a map of real numbers, or is unknown.
    """
    torch = torch_package(NetworkImportError)
    if not isinstance(module, torch.nn.Module):
        raise NetworkImportError(
            f"{type(module).__name__} is no torch.nn.Module; give a module, not {module!r:.60}"
        )
    shape = tuple(int(n) for n in input_shape)
    example = _example(torch, module, (1, *shape) if batched else shape)
    arguments = ((), {argument: example}) if argument else ((example,), {})
    with _evaluation_mode(torch, module), quiet():
        try:
            program = torch.export.export(module, arguments[0], arguments[1], strict=False)
        except Exception as error:  # torch raises errors of many kinds, from user code too
            raise NetworkImportError(
                f"PyTorch cannot export {type(module).__name__} for an input of shape {list(example.shape)}: "
                f"{first_line(error)}\ntry it: torch.export.export(module, (torch.zeros({list(example.shape)}),))"
            ) from error
    return network_of_program(program, batched=batched, output=output)


def network_of_program(program: Any, *, batched: bool = True, output: int | None = None) -> Network:
    """The map of a ``torch.export.ExportedProgram`` with one input; see :func:`network_of_module`."""
    torch = torch_package(NetworkImportError)
    if not isinstance(program, torch.export.ExportedProgram):
        raise NetworkImportError(f"{type(program).__name__} is no torch.export.ExportedProgram")
    program = torch_programs.functional(program, NetworkImportError)
    with torch.no_grad():
        return ProgramReader(torch, program, batched).network(output)


def load_module(location: str) -> Any:
    """The ``torch.nn.Module`` at ``package.module:name``; see :func:`invexproof.torch_programs.load_module`."""
    return torch_programs.load_module(location, NetworkImportError)


def load_program(path: str | Path) -> Any:
    """The program in a ``.pt2`` file; see :func:`invexproof.torch_programs.load_program`."""
    return torch_programs.load_program(path, NetworkImportError)


def _example(torch: Any, module: Any, shape: Sequence[int]) -> Any:
    floats = [t for t in (*module.parameters(), *module.buffers()) if t.is_floating_point()]
    like = {"dtype": floats[0].dtype, "device": floats[0].device} if floats else {}
    return torch.zeros(tuple(shape), **like)


@contextlib.contextmanager
def _evaluation_mode(torch: Any, module: Any) -> Iterator[None]:
    """Evaluation mode, and attention by its definition rather than by a fused kernel; both restored."""
    training = {part: part.training for part in module.modules()}
    try:
        module.eval()
        with torch_programs.without_fast_attention(torch):
            yield
    finally:
        for part, flag in training.items():
            part.training = flag
