"""Modules as programs that ``torch.export`` makes of them in training mode, with gradients as they are executed.

What a training step does beyond the function of the forward pass cannot be seen in a program, and is looked after here:
parts that run without gradients get ``detach`` nodes, and gradients that are written by hand are refused.
"""

from __future__ import annotations

import contextlib
import copy
import operator
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from invexproof.architectures.errors import ArchitectureError
from invexproof.torch_programs import (
    first_line,
    functional,
    quiet,
    torch_package,
    where,
    without_fast_attention,
)

REGION: Final = "wrap_with_set_grad_enabled"
_INITIALISERS: Final = (
    *("uniform_", "normal_", "trunc_normal_", "constant_", "ones_", "zeros_", "eye_", "dirac_"),
    *("xavier_uniform_", "xavier_normal_", "kaiming_uniform_", "kaiming_normal_", "orthogonal_", "sparse_"),
)


def export(module: Any, arguments: Sequence[Any], named: Mapping[str, Any], training: bool) -> Any:
    """The program of a module for these example inputs, without mutation.

    Raises ArchitectureError if PyTorch cannot export it, or if it has gradients of its own.
    """
    torch = torch_package(ArchitectureError)
    _refuse_hooks(module)
    own: list[str] = []
    with _mode(module, training), without_fast_attention(torch), _watched(torch, own), quiet():
        try:
            with torch.enable_grad():
                program = torch.export.export(module, tuple(arguments), dict(named), strict=False)
        except Exception as error:  # torch raises errors of many kinds, from user code too
            shapes = ", ".join(f"{[*t.shape]}" for t in (*arguments, *named.values()))
            raise ArchitectureError(
                f"PyTorch cannot export {type(module).__name__} for inputs of shapes {shapes}: "
                f"{first_line(error)}\ntry it: torch.export.export(module, inputs, strict=False)"
            ) from error
    if own:
        raise ArchitectureError(
            f"the gradient is not that of the function: {', '.join(sorted(set(own)))}; "
            "write the backward pass with operators, as in y.detach() + x - x.detach()"
        )
    return without_mutation(program)


def without_mutation(program: Any) -> Any:
    """The program made functional, with ``detach`` nodes where it has no gradients.

    A program that writes into nothing but counters is left as it is, which is faster.
    """
    torch = torch_package(ArchitectureError)
    if _is_functional(program):
        return program
    _refuse_writing_detached(program.graph)
    if any(node.target.__name__ == REGION for node in _calls(program.graph)):
        program = copy.copy(program)
        program._graph_module = copy.deepcopy(program.graph_module)
        _detach_regions(torch, program)
    return functional(program, ArchitectureError)


@contextlib.contextmanager
def without_initialisation() -> Iterator[None]:
    """Parameters are left as they are allocated: their values are never read.

    Other tensors, such as buffers, are still initialised; and so is everything afterwards, by code that has got hold of
    what stands in for the initialisers meanwhile.
    """
    torch = torch_package(ArchitectureError)
    places = [torch.nn.init, sys.modules.get("transformers.initialization")]
    saved = [(m, n, getattr(m, n)) for m in places if m is not None for n in _INITIALISERS if hasattr(m, n)]

    active = True

    def lazy(function: Any) -> Any:
        def initialise(tensor: Any, *arguments: Any, **named: Any) -> Any:
            skipped = active and isinstance(tensor, torch.nn.Parameter) and tensor.requires_grad
            return tensor if skipped else function(tensor, *arguments, **named)

        return initialise

    try:
        for place, name, function in saved:
            setattr(place, name, lazy(function))
        yield
    finally:
        active = False
        for place, name, function in saved:
            setattr(place, name, function)


# -- modules -------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _mode(module: Any, training: bool) -> Iterator[None]:
    """Training or evaluation mode; that of every part is restored."""
    before = {part: part.training for part in module.modules()}
    try:
        module.train(training)
        yield
    finally:
        for part, flag in before.items():
            part.training = flag


def _refuse_hooks(module: Any) -> None:
    """ArchitectureError if gradients are changed by hooks."""
    found = [name or "the module" for name, part in module.named_modules() if _hooked(part)]
    found += [name for name, tensor in module.named_parameters() if tensor._backward_hooks]
    if found:
        raise ArchitectureError(
            f"{found[0]} has hooks on its gradients, so that the gradient is not that of the loss"
        )


def _hooked(part: Any) -> bool:
    return bool(part._backward_hooks or part._backward_pre_hooks)


@contextlib.contextmanager
def _watched(torch: Any, own: list[str]) -> Iterator[None]:
    """Collects what makes gradients of its own: an export does not show it.

    Functions are watched by their ``forward``, too, since ``apply`` may have been given another name before.
    """
    function, tensor = torch.autograd.Function, torch.Tensor
    hook, apply = tensor.register_hook, function.__dict__["apply"]
    forwards = [(c, c.__dict__["forward"]) for c in _subclasses(function) if "forward" in c.__dict__]

    def watched_hook(self: Any, *arguments: Any, **named: Any) -> Any:
        own.append("a tensor has a hook (register_hook)")
        return hook(self, *arguments, **named)

    def seen(place: Any) -> None:
        if not _of_torch(place):
            own.append(f"{place.__module__}.{place.__qualname__} is a torch.autograd.Function")

    def watched_apply(place: Any, *arguments: Any, **named: Any) -> Any:
        seen(place)
        return apply.__get__(None, place)(*arguments, **named)

    def watched(place: Any, forward: Any) -> Any:
        def run(*arguments: Any, **named: Any) -> Any:
            seen(place)
            return forward.__get__(None, place)(*arguments, **named)

        return staticmethod(run)

    try:
        tensor.register_hook, function.apply = watched_hook, classmethod(watched_apply)
        for place, forward in forwards:
            place.forward = watched(place, forward)
        yield
    finally:
        tensor.register_hook, function.apply = hook, apply
        for place, forward in forwards:
            place.forward = forward


def _subclasses(kind: Any) -> Iterator[Any]:
    """All classes below one, but for PyTorch's own."""
    for below in kind.__subclasses__():
        if not _of_torch(below):
            yield below
        yield from _subclasses(below)


def _of_torch(kind: Any) -> bool:
    return bool(kind.__module__.partition(".")[0] == "torch")


# -- parts without gradients ---------------------------------------------------------------------------------


def _calls(graph: Any) -> Iterator[Any]:
    return (node for node in graph.nodes if node.op == "call_function" and hasattr(node.target, "__name__"))


def _is_functional(program: Any) -> bool:
    """Whether nothing that is written into is read, and all nodes are plain operators."""
    buffers = {s.arg.name for s in program.graph_signature.input_specs if s.kind.name == "BUFFER"}
    given: Any
    for node in program.graph.nodes:
        if node.op == "get_attr":
            return False
        if node.op != "call_function" or node.target is operator.getitem:
            continue
        schema = getattr(node.target, "_schema", None)
        if schema is None:
            return False
        written = [
            k for k, a in enumerate(schema.arguments) if a.alias_info is not None and a.alias_info.is_write
        ]
        for position in written:
            given = node.args[position] if position < len(node.args) else None
            if getattr(given, "name", None) not in buffers or len(given.users) > 1 or node.users:
                return False
    return True


def _detach_regions(torch: Any, program: Any) -> None:
    """Puts ``detach`` behind what enters the parts that run without gradients."""
    buffers = {s.arg.name for s in program.graph_signature.input_specs if s.kind.name == "BUFFER"}
    for node in _calls(program.graph):
        if node.target.__name__ != REGION:
            continue
        if node.args[0]:
            raise ArchitectureError(
                "the program was exported without gradients (torch.no_grad), but for parts of it; export it with them"
            )
        part = program.graph_module.get_submodule(node.args[1].target)
        _detach_inputs(torch, part, node.args[2:], buffers)


def _detach_inputs(torch: Any, part: Any, outer: Sequence[Any], buffers: set[str]) -> None:
    inputs = [node for node in part.graph.nodes if node.op == "placeholder"]
    changed = _written(part.graph, inputs)
    for inner, given in zip(inputs, outer, strict=True):
        if inner in changed:
            # Buffers are filled from what is detached already.
            if given.op != "placeholder" or given.name not in buffers:
                raise ArchitectureError(
                    f"{given.name} is changed in place in a part without gradients (torch.no_grad); make a new tensor"
                )
            continue
        if not inner.users or not isinstance(inner.meta.get("val"), torch.Tensor):
            continue
        with part.graph.inserting_after(inputs[-1]):
            detached = part.graph.call_function(torch.ops.aten.detach.default, (inner,))
        detached.meta = {"val": inner.meta["val"]}
        inner.replace_all_uses_with(detached, delete_user_cb=lambda user, own=detached: user is not own)
    part.recompile()


def _refuse_writing_detached(graph: Any) -> None:
    """ArchitectureError if a tensor is changed through what ``detach`` makes of it: gradients would not know."""
    detached = [node for node in _calls(graph) if str(node.target) == "aten.detach.default"]
    for node in _written(graph, detached):
        if node.args[0].op != "placeholder":
            raise ArchitectureError(
                f"{where(node)}: a detached tensor is changed in place, and with it the tensor itself; clone it"
            )


def _written(graph: Any, sources: Sequence[Any]) -> set[Any]:
    """Those of some nodes of a graph that operators write into, directly or through views."""
    source: dict[Any, Any] = {node: node for node in sources}
    changed = set()
    for node in _calls(graph):
        schema = getattr(node.target, "_schema", None)
        if schema is None or node in source:
            continue
        for position, argument in enumerate(schema.arguments):
            info = argument.alias_info
            value = node.args[position] if position < len(node.args) else node.kwargs.get(argument.name)
            if info is None or not isinstance(value, type(node)) or value not in source:
                continue
            source[node] = source[value]
            if info.is_write:
                changed.add(source[value])
    return changed
