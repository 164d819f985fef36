"""PyTorch modules as models to be trained, through ``torch.export`` in training mode.

What is read is the function that one training step differentiates: batch normalisation by the statistics of the batch,
dropout by masks that are constants (so that claims hold for every mask), parts under ``torch.no_grad()`` detached, in
exact arithmetic.  Weights are never read: parameters are parameters, whatever their values.

>>> model = model_of_module(torch.nn.Linear(4, 2), "8x4")
>>> graph = losses.attach(model, "cross-entropy")
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from invexproof import torch_programs
from invexproof.architectures.builder import Model
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.pytorch import exporting
from invexproof.architectures.pytorch.inputs import ExampleInput, read_inputs
from invexproof.architectures.pytorch.program import ProgramReader

Inputs = str | Sequence[int] | Sequence[str] | Mapping[str, Any]
SEMANTICS: Final = ("executed", "textbook")
"""``softplus`` as PyTorch executes it, which is the identity above a threshold, or as textbooks define it."""


def model_of_module(
    module: Any, inputs: Inputs, *, training: bool = True, semantics: str = "executed"
) -> Model:
    """The model that a ``torch.nn.Module`` computes, without its weights; to be used with ``losses.attach``.

    ``inputs`` are the shapes that it is called with, the batch included: ``1x3x224x224``, or
    ``input_ids=1x16:int64,labels=1x16:int64`` (see :func:`read_inputs`).  ``training=False`` reads the
    module in evaluation mode.  Raises :class:`ArchitectureError` if PyTorch is missing or cannot export the module, or
    if the module uses an operator that is not known.
    """
    program = exported(module, inputs, training)
    model = _read(program, semantics)
    mode = "training" if training else "evaluation"
    model.notes.insert(0, f"PyTorch module {type(module).__name__}, exported in {mode} mode")
    return model


def model_of_program(program: Any, *, semantics: str = "executed") -> Model:
    """The model of a ``torch.export.ExportedProgram``, in the mode in which it was exported."""
    torch = torch_programs.torch_package(ArchitectureError)
    if not isinstance(program, torch.export.ExportedProgram):
        raise ArchitectureError(f"{type(program).__name__} is no torch.export.ExportedProgram")
    model = _read(exporting.without_mutation(program), semantics)
    model.notes.insert(0, "an exported program; gradients that its module defines by hand would not be seen")
    return model


def model_of_location(
    location: str, inputs: Inputs, *, training: bool = True, semantics: str = "executed"
) -> Model:
    """The model of ``package.module:name``: a module, or a callable without arguments that returns one.

    This imports and runs the code found there: use it only on request, for code that is trusted.
    """
    module = torch_programs.load_module(location, ArchitectureError, exporting.without_initialisation)
    return model_of_module(module, inputs, training=training, semantics=semantics)


def model_of_file(path: str | Path, *, semantics: str = "executed") -> Model:
    """The model in a file that ``torch.export.save`` wrote (``.pt2``); see :func:`torch_programs.load_program`."""
    return model_of_program(torch_programs.load_program(path, ArchitectureError), semantics=semantics)


def exported(module: Any, inputs: Inputs, training: bool = True) -> Any:
    """The module's program for these inputs, without mutation, and with ``detach`` where it has no gradients."""
    torch = torch_programs.torch_package(ArchitectureError)
    if not isinstance(module, torch.nn.Module):
        raise ArchitectureError(
            f"{type(module).__name__} is no torch.nn.Module; give a module, not {module!r:.60}"
        )
    examples = read_inputs(inputs)
    _check_names(module, examples)
    floats = [t for t in (*module.parameters(), *module.buffers()) if t.is_floating_point()]
    default = floats[0].dtype if floats else torch.get_default_dtype()
    positional = [e.tensor(torch, default) for e in examples if e.name is None]
    named = {e.name: e.tensor(torch, default) for e in examples if e.name is not None}
    return exporting.export(module, positional, named, training)


def _check_names(module: Any, examples: Sequence[ExampleInput]) -> None:
    """ArchitectureError if ``forward`` has no argument of a name."""
    parameters = inspect.signature(module.forward).parameters.values()
    if any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters):
        return
    names = [p.name for p in parameters]
    for example in examples:
        if example.name is not None and example.name not in names:
            raise ArchitectureError(
                f"{type(module).__name__} has no input {example.name}; its inputs are {', '.join(names)}"
            )


def _read(program: Any, semantics: str) -> Model:
    if semantics not in SEMANTICS:
        raise ArchitectureError(f"semantics is {' or '.join(SEMANTICS)}, not {semantics!r:.40}")
    torch = torch_programs.torch_package(ArchitectureError)
    with torch.no_grad():
        return ProgramReader(torch, program, semantics == "textbook").model()
