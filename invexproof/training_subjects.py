"""What a claim about training is about: from what a user writes to the graph of a training problem."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, TypeAlias

from invexproof.architectures.builder import Model
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.freezing import as_model, frozen
from invexproof.architectures.graph import Graph
from invexproof.architectures.losses import attach
from invexproof.architectures.pytorch.inputs import read_inputs
from invexproof.architectures.reference import REFERENCES, Architecture, named_as_reference, read_reference
from invexproof.architectures.yaml_files import Training, read_yaml
from invexproof.certificates.builder import read_document
from invexproof.certificates.files import read_file
from invexproof.errors import InvexproofError
from invexproof.networks.loading import LOCATION, without_logs
from invexproof.networks.yaml_items import near
from invexproof.subjects import slug
from invexproof.training_questions import TrainingTarget
from invexproof.training_settings import MODES, Settings
from invexproof.user_code import call, importable, load_object
from invexproof.yaml_kinds import MAP, kind_of_yaml

TrainingNamed: TypeAlias = "str | Path | Graph | Model | Training | Architecture | Any"
"""What functions of the API take for a training problem: a Graph, a model without a loss, a reference architecture, a
PyTorch module or exported program, the path of a file, ``package.module:name``, or ``vit:depth=2,width=32``."""

SUBJECTS: Final = (
    "model.yaml, model.onnx, program.pt2, package.module:name, a certificate, or an architecture such as vit:depth=2 "
    "(invexproof list architectures)"
)
TRAINING_CLAIMS: Final = "training."
OWN: Final = ("loss", "own")
"""The output that is a loss, and the loss that it is."""
USUAL: Final = "logits"
"""The output that a loss is of if there are several."""


@dataclass(frozen=True)
class Source:
    """A model, or a graph with its loss, as it was found; ``takes`` are the settings that made a difference."""

    name: str
    found: Model | Graph
    loss: str = ""
    penalty: Fraction | None = None
    notes: tuple[str, ...] = ()
    takes: frozenset[str] = frozenset()


def training_target(
    subject: TrainingNamed | TrainingTarget, settings: Settings | None = None
) -> TrainingTarget:
    """The training problem that is meant.

    Raises InvexproofError if the subject cannot be read, or does not fit the settings.
    """
    if isinstance(subject, TrainingTarget):
        return subject
    chosen = settings or Settings()
    target = _target(subject, chosen)
    if chosen.data is None:
        return target
    lengths = chosen.data.examples(target.graph)
    if lengths is not None and lengths[0] != lengths[1]:
        target = _target(subject, chosen, lengths[1])
    graph, notes = chosen.data.fit(target.graph)
    words = slug(f"{target.name} {chosen.data.short}")
    return replace(target, graph=graph, slug=words, notes=(*target.notes, *notes), data=chosen.data.name)


def _target(subject: TrainingNamed, chosen: Settings, batch: int | None = None) -> TrainingTarget:
    """The training problem without data, with as many examples in a batch where the subject does not say how many."""
    source = _source(subject, chosen, batch)
    _refuse_unused(source, chosen)
    graph, loss, notes = _graph(source, chosen)
    if chosen.parameters and "parameters" not in source.takes:
        graph = frozen(graph, chosen.parameters)
    added = chosen.l2 if chosen.l2 is not None else source.penalty
    if added is not None:
        graph = attach(as_model(graph), OWN[1], penalty=added)
    if isinstance(source.found, Graph) and source.found.data:
        left = {i.name for i in graph.inputs}
        graph = graph.given({name: q for name, q in source.found.data.items() if name in left})
    said = replace(chosen, loss=loss or chosen.loss)
    return TrainingTarget(
        source.name, graph, slug(source.name), loss, (*source.notes, *notes), said.to_json()
    )


def named_as_training(text: str) -> bool:
    """Whether a text can only be meant as a training problem: an architecture by name, or a YAML file with one."""
    if os.path.isfile(text):
        return text.casefold().endswith(YAML) and kind_of_yaml(text) != MAP
    return named_as_reference(text)


# -- losses and outputs --------------------------------------------------------------------------------------


def _graph(source: Source, settings: Settings) -> tuple[Graph, str, list[str]]:
    """The graph with its loss, the loss, and what is to be known of it."""
    found = source.found
    if isinstance(found, Graph):
        if settings.loss not in (None, OWN[1]) or settings.output is not None:
            raise ArchitectureError(f"{source.name} has a loss already; leave out --loss and --output")
        return found, OWN[1], []
    notes: list[str] = []
    output = _output(found, settings, notes)
    loss = settings.loss or source.loss or (OWN[1] if output == OWN[0] else "")
    if not loss:
        shape = list(found.builder.shape(found.outputs[output]))
        which = "its output" if len(found.outputs) == 1 else f"its output {output}"
        raise ArchitectureError(
            f"say which loss {source.name} is trained with; {which} has the shape {shape}: --loss cross-entropy, "
            "--loss mse, ... (invexproof list losses)"
        )
    graph = attach(found, loss, output)
    # attach notes what it takes for granted in the model
    return graph, loss, [*found.notes, *notes]


def _output(model: Model, settings: Settings, notes: list[str]) -> str:
    """The name of the output that the loss is of."""
    names = list(model.outputs)
    chosen = settings.output
    if chosen is not None:
        if chosen.isdecimal() and chosen not in names and int(chosen) < len(names):
            return names[int(chosen)]
        if chosen not in names:
            raise ArchitectureError(
                f"there is no output {chosen!r:.40}{near(chosen, names)}; the outputs are {', '.join(names)}, or 0 to "
                f"{len(names) - 1}"
            )
        return chosen
    if len(names) == 1:
        return names[0]
    first = OWN[0] if settings.loss in (None, OWN[1]) else USUAL
    if first not in names:
        raise ArchitectureError(
            f"say which output the loss is of, as in --output {names[0]}; the outputs are {', '.join(names)}"
        )
    notes.append(f"of the outputs {', '.join(names)}, {first} is taken; choose another with --output")
    return first


# -- subjects ------------------------------------------------------------------------------------------------


def _source(subject: TrainingNamed, settings: Settings, batch: int | None) -> Source:
    if isinstance(subject, str | Path):
        text = str(subject)
        if os.path.isfile(text):
            return _of_file(Path(text), settings, batch)
        if os.path.isdir(text):
            raise ArchitectureError(f"{text} is a folder; name a file: {SUBJECTS}")
        # mlp:2x16 has settings after the colon, and mymodels:Net a name
        if named_as_reference(text) and not (LOCATION.fullmatch(text) and importable(text)):
            return _of_architecture(read_reference(text, batch), text)
        if LOCATION.fullmatch(text):
            return _of_location(text, settings)
        raise ArchitectureError(
            f"there is no file {text!r:.120}{near(text.partition(':')[0], REFERENCES)}; a training problem is "
            f"{SUBJECTS}"
        )
    if isinstance(subject, Architecture) and batch is not None and subject.batch == Architecture.batch:
        return _of_object(replace(subject, batch=batch), "", settings)
    return _of_object(subject, "", settings)


def _of_object(found: Any, name: str, settings: Settings) -> Source:
    """What an object of Python stands for."""
    if isinstance(found, Graph):
        return Source(name or "the graph", found)
    if isinstance(found, Model):
        return Source(name or "the model", found, notes=tuple(found.notes))
    if isinstance(found, Training):
        return Source(name or "the model", found.model, found.loss, found.penalty)
    if isinstance(found, Architecture):
        return _of_architecture(found, name or type(found).__name__)
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(found, torch.nn.Module):
        return _of_module(found, name or type(found).__name__, settings)
    if torch is not None and isinstance(found, torch.export.ExportedProgram):
        from invexproof.architectures.from_torch import model_of_program

        return _of_torch(
            model_of_program(found, semantics=settings.read_as), name or "the program", ("semantics",)
        )
    raise ArchitectureError(
        f"{name or repr(found)[:60]} is {type(found).__name__}, no training problem: a torch.nn.Module, an exported "
        "program, a Graph, or a function without arguments that makes one is expected"
    )


def _of_architecture(architecture: Architecture, name: str) -> Source:
    return Source(name, architecture.build(), architecture.loss)


def _of_location(text: str, settings: Settings) -> Source:
    found = load_object(text, ArchitectureError)
    name = text.rpartition(":")[2]
    torch = sys.modules.get("torch")
    is_module = torch is not None and isinstance(found, torch.nn.Module)
    if callable(found) and not is_module and not isinstance(found, Graph | Model | Architecture):
        if torch is None:
            found = call(found, text, ArchitectureError)
        else:
            from invexproof.architectures.pytorch.exporting import without_initialisation

            found = call(found, text, ArchitectureError, without_initialisation)
    return _of_object(found, name, settings)


# -- PyTorch and files ---------------------------------------------------------------------------------------


def _of_module(module: Any, name: str, settings: Settings) -> Source:
    from invexproof.architectures.from_torch import model_of_module

    names = _required(module)
    inputs = settings.inputs or (settings.data.shapes(names) if settings.data else "")
    if not inputs:
        raise ArchitectureError(
            f"say what the data of {name} look like, the batch first: --input 8x3x32x32, or --input 8x16:int64 for "
            f"tokens, or by name: --input {_arguments(names)}"
        )
    with without_logs(), _without_cache(module):
        model = model_of_module(module, inputs, training=settings.training, semantics=settings.read_as)
    return _of_torch(model, name, ("inputs", "mode", "semantics"))


@contextmanager
def _without_cache(module: Any) -> Iterator[None]:
    """Models of transformers return the keys and values of attention, too, which training has no use for."""
    config: Any = getattr(module, "config", None)
    if getattr(config, "use_cache", None) is not True:
        yield
        return
    try:
        config.use_cache = False
        yield
    finally:
        config.use_cache = True


def _required(module: Any) -> list[str]:
    """The arguments that a module is called with, without those that have defaults."""
    return [
        p.name
        for p in inspect.signature(module.forward).parameters.values()
        if p.default is inspect.Parameter.empty and p.name not in ("args", "kwargs")
    ]


def _arguments(names: Sequence[str]) -> str:
    """An example of inputs by name."""
    return ",".join(f"{name}=8x16" for name in names[:3]) or "input_ids=8x16:int64"


def _of_torch(model: Model, name: str, takes: Sequence[str]) -> Source:
    return Source(name, model, takes=frozenset(takes))


def _of_file(path: Path, settings: Settings, batch: int | None) -> Source:
    reader = next((read for ending, read in READERS.items() if path.name.casefold().endswith(ending)), None)
    if reader is None:
        raise ArchitectureError(
            f"{path}: it is not known how to read this file; the names of models end in {', '.join(READERS)}"
        )
    return reader(path, settings, batch)


def _yaml(path: Path, _: Settings, batch: int | None) -> Source:
    if kind_of_yaml(path) == MAP:
        raise ArchitectureError(
            f"{path} is a network with given weights, not a training problem; for claims about its Jacobian: "
            f"invexproof prove map {path}\nA training problem has layers instead of network, and sizes only: "
            "layers: [{linear: 16}, tanh, {linear: 1}]"
        )
    read = read_yaml(path, batch)
    return Source(path.stem, read.model, read.loss, read.penalty)


def _onnx(path: Path, settings: Settings, _: int | None) -> Source:
    from invexproof.architectures.from_onnx import model_of_onnx

    inputs = () if settings.inputs is None else read_inputs(settings.inputs)
    unnamed = [i for i in inputs if i.name is None]
    shapes = {i.name: i.shape for i in inputs if i.name is not None}
    if unnamed:
        names = _names_of_onnx(path)
        shapes |= {name: i.shape for name, i in zip(names, unnamed, strict=False) if name not in shapes}
    model = model_of_onnx(
        path,
        parameters=list(settings.parameters) or None,
        input_shapes=shapes,
        training=settings.training,
        output=settings.output if settings.output and not settings.output.isdecimal() else None,
    )
    return Source(path.stem, model, takes=frozenset(("inputs", "mode", "parameters")))


def _names_of_onnx(path: Path) -> list[str]:
    """The names of the file's inputs that are not initializers."""
    from invexproof import onnx_reading

    graph = onnx_reading.load(path, ArchitectureError, external=False).graph
    stored = {tensor.name for tensor in graph.initializer}
    return [entry.name for entry in graph.input if entry.name not in stored]


def _program(path: Path, settings: Settings, _: int | None) -> Source:
    from invexproof.architectures.from_torch import model_of_file

    with without_logs():
        return _of_torch(model_of_file(path, semantics=settings.read_as), path.stem, ("semantics",))


def _certificate(path: Path, _: Settings, __: int | None) -> Source:
    try:
        graph = graph_of_certificate(read_file(path))
    except InvexproofError as error:
        raise ArchitectureError(f"{path}: {error}") from None
    name = path.name.removesuffix(".gz").removesuffix(".json").removesuffix(".cert")
    return Source(name.partition(".")[0], graph)


def graph_of_certificate(data: bytes) -> Graph:
    """The graph that a certificate is about; nothing is verified.  Raises InvexproofError if there is none."""
    claim = read_document(data).get("claim")
    claim = claim if isinstance(claim, dict) else {}
    subject = claim.get("subject")
    if not isinstance(subject, dict) or not str(claim.get("kind")).startswith(TRAINING_CLAIMS):
        raise ArchitectureError("this is no certificate about a training problem")
    return Graph.from_subject(subject)


YAML: Final = (".yaml", ".yml")
READERS: Final[Mapping[str, Callable[[Path, Settings, int | None], Source]]] = {
    **dict.fromkeys(YAML, _yaml),
    ".onnx": _onnx,
    ".pt2": _program,
    ".json": _certificate,
    ".json.gz": _certificate,
}
"""How files are read, by the ends of their names."""


# -- settings ------------------------------------------------------------------------------------------------

_INSTEAD: Final = {
    "inputs": "--input describes the data of PyTorch modules and ONNX files; here shapes are known already "
    "(architectures and YAML files have settings, such as batch=4)",
    "mode": "--mode eval is for PyTorch modules and ONNX files; an exported program is in the mode in which it was "
    "exported, and everything else in training",
    "semantics": "--semantics is for what PyTorch executes; here functions are what their formulas say",
}


def _refuse_unused(source: Source, settings: Settings) -> None:
    for key, message in _INSTEAD.items():
        value = getattr(settings, key)
        if value is not None and key not in source.takes and (key, value) != ("mode", MODES[0]):
            raise ArchitectureError(f"{source.name}: {message}")
