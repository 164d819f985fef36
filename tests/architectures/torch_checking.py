"""Compares models that are read from PyTorch modules with the modules: values, and gradients by autograd."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from typing import Any

import torch

from invexproof.architectures.from_torch import exported
from invexproof.architectures.pytorch.building import TorchBuilder
from invexproof.architectures.pytorch.program import ProgramReader, names_of_outputs
from tests.architectures.evaluating import evaluated

TOLERANCE = 1e-5


class Recorder(torch.fx.Interpreter):
    """Runs a program and keeps every result; dropout draws masks that are kept, too."""

    def __init__(self, program: Any) -> None:
        super().__init__(program.graph_module)
        self.results: dict[Any, Any] = {}
        self.masks: dict[str, Any] = {}

    def run_node(self, n: Any) -> Any:
        """The node, with the masks drawn here."""
        name = getattr(getattr(n.target, "_schema", None), "name", "")
        arguments, named = self.fetch_args_kwargs_from_env(n)
        if name in ("aten::native_dropout", "aten::dropout") and arguments[2] is not False and arguments[1]:
            x, p = arguments[:2]
            dropped = x * self.mask(n, x.shape, p)
            result: Any = dropped if name == "aten::dropout" else (dropped, None)
        elif (
            name == "aten::scaled_dot_product_attention"
            and (arguments[4:5] or [named.get("dropout_p", 0)])[0]
        ):
            result = self.attention(n, *arguments, **named)
        elif name == "aten::view" and n.target._schema.overload_name == "":
            result = arguments[0].reshape(arguments[1])  # kernels lay tensors out other than in the export
        else:
            result = super().run_node(n)
        self.results[n] = result
        return result

    def mask(self, node: Any, shape: Any, p: float) -> Any:
        """Zeros, and 1/(1 - p)."""
        kept = (torch.rand(shape, dtype=torch.float64) >= p) / (1 - p)
        return self.masks.setdefault(node.name, kept)

    def attention(
        self, node: Any, q: Any, k: Any, v: Any, mask: Any = None, dropout_p: float = 0.0, **named: Any
    ) -> Any:
        """By its definition."""
        scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
        if mask is not None:
            scores = scores.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else scores + mask
        weights = scores.softmax(-1)
        return (weights * self.mask(node, weights.shape, dropout_p)) @ v


def read(module: Any, inputs: Any, training: bool = True, **named: Any) -> tuple[ProgramReader, Any, Any]:
    """The reader of a module's program, the model, the program."""
    program = exported(module, inputs, training)
    with torch.no_grad():
        reader = ProgramReader(torch, program, **named)
        return reader, reader.model(), program


def given_inputs(
    reader: ProgramReader, program: Any, data: Mapping[str, Any]
) -> tuple[dict[int, Any], Recorder]:
    """The inputs of the builder for data by name, with the weights of the program; and all results of the program."""
    recorder = Recorder(program)
    placeholders = []
    stores = (program.state_dict, program.constants)
    for spec in program.graph_signature.input_specs:
        if spec.kind.name == "USER_INPUT":
            placeholders.append(data.get(spec.arg.name))
        else:
            stored = next(store[spec.target] for store in stores if spec.target in store)
            placeholders.append(stored)
    recorder.run(*placeholders)
    given: dict[int, Any] = {number: recorder.results[node] for number, node in reader.origins.items()}
    for node, value in reader.values.items():
        if hasattr(value, "number") and node.op == "placeholder":
            given[value.number] = recorder.results[node]
    b: TorchBuilder = reader.b
    for number, (what, *origin) in b.origins.items():
        if what == "dropout":
            given[number] = recorder.masks[origin[0]]
        elif what == "index":
            given[number] = flat_index(given, *origin)
        elif what == "unit-tensors":
            shape = b.shape(number)
            given[number] = torch.eye(shape[0], dtype=torch.float64).reshape(shape)
        elif what == "order":
            mask = given[origin[0]].expand(b.shape(number))
            given[number] = (mask.flatten().cumsum(0) - 1).clamp(min=0).reshape(mask.shape)
        elif what == "repeats":
            counts = given[origin[0]]
            given[number] = torch.repeat_interleave(torch.arange(len(counts)), counts)
        elif what == "places":
            given[number] = torch.tensor(origin[0])
        elif what == "stirling":
            t = given[origin[0]]
            large = t * t.log() - t + 0.5 * (2 * math.pi * t).log()
            given[number] = torch.where(t > 1, large, torch.zeros_like(t))
    for number in given:
        value = given[number]
        if isinstance(value, torch.Tensor) and value.is_floating_point() and not value.requires_grad:
            given[number] = value.double()
        if b.kind(number) == "real" and not value.is_floating_point():
            given[number] = value.double()
    return given, recorder


def flat_index(given: Mapping[int, Any], indices: Any, sizes: Any) -> Any:
    """Row-major, with negative indices counted from the end."""
    total: Any = 0
    for index, size in zip(indices, sizes, strict=True):
        total = total * size + given[index] % size
    return total


def sample(module: Any, program: Any, seed: int = 0) -> dict[str, Any]:
    """Random data for the inputs of a program."""
    random = torch.Generator().manual_seed(seed)
    data = {}
    for node in program.graph.nodes:
        spec = next((s for s in program.graph_signature.input_specs if s.arg.name == node.name), None)
        if node.op != "placeholder" or spec is None or spec.kind.name != "USER_INPUT":
            continue
        example = node.meta["val"]
        if not isinstance(example, torch.Tensor):
            data[node.name] = example
        elif example.is_floating_point():
            data[node.name] = torch.randn(example.shape, dtype=torch.float64, generator=random).to(
                example.dtype
            )
        elif example.dtype == torch.bool:
            data[node.name] = torch.rand(example.shape, generator=random) < 0.6
        else:
            data[node.name] = torch.randint(0, 2, example.shape, dtype=example.dtype, generator=random)
    return data


def randomise(module: Any) -> Any:
    """The module in float64, with random parameters."""
    torch.manual_seed(1)
    module = module.double()
    with torch.no_grad():
        for p in module.parameters():
            p.add_(0.3 * torch.randn_like(p))
    return module


def agrees(
    module: Any,
    inputs: Any,
    *,
    training: bool = True,
    direct: bool = True,
    data: Mapping[str, Any] | None = None,
    tolerance: float = TOLERANCE,
    **named: Any,
) -> ProgramReader:
    """The graph computes what the module does, and autograd finds the same gradient.

    ``direct``: the module itself is run; otherwise (for random masks) its program is.
    """
    module = randomise(module)
    reader, model, program = read(module, inputs, training, **named)
    values = dict(data) if data is not None else sample(module, program)
    given, recorder = given_inputs(reader, program, values)
    found = evaluated(model.builder, given)
    numbers = [n for n in model.outputs.values() if model.builder.kind(n) in ("real", "extended")]
    names = [k for k, n in model.outputs.items() if n in numbers]
    assert numbers, "there is no real output"
    run = outputs_of(module, program, values, training) if direct else outputs_of_program(program, recorder)
    expected = {name: run[name] for name in names}
    picked = {name: found[number] for name, number in zip(names, numbers, strict=True)}
    total, wanted = loss(picked), loss(expected)
    for name, value in picked.items():
        close(value, expected[name], tolerance, name)
    close(total, wanted, tolerance, "loss")
    parameters = [p for p in module.parameters() if p.requires_grad]
    own = torch.autograd.grad(total, parameters, allow_unused=True, retain_graph=True)
    true = torch.autograd.grad(wanted, parameters, allow_unused=True)
    scale = max((g.abs().max().item() for g in true if g is not None), default=1.0) or 1.0
    for name, g, h in zip([n for n, _ in module.named_parameters()], own, true, strict=False):
        g = torch.zeros(1, dtype=torch.float64) if g is None else g
        h = torch.zeros(1, dtype=torch.float64) if h is None else h
        close(
            (g.expand_as(h) if g.numel() == 1 else g) / scale,
            (h.expand_as(g) if h.numel() == 1 else h) / scale,
            tolerance,
            name,
        )
    return reader


def close(found: Any, expected: Any, tolerance: float, what: str) -> None:
    """AssertionError unless the tensors agree."""
    torch.testing.assert_close(
        found.double(), expected.double(), rtol=tolerance, atol=tolerance, msg=lambda m: f"{what}: {m}"
    )


def loss(outputs: Mapping[str, Any]) -> Any:
    """A number that every entry of the outputs has a part in."""
    random = torch.Generator().manual_seed(7)
    return sum(
        (value.double() * torch.randn(value.shape, dtype=torch.float64, generator=random)).sum()
        for _, value in sorted(outputs.items())
    )


def outputs_of(module: Any, program: Any, values: Mapping[str, Any], training: bool) -> dict[str, Any]:
    """The outputs of the module itself, by the names that the reader gives them."""
    module = copy_of(module).train(training)
    names = list(values)
    result = module(**values) if set(names) <= set(parameters_of(module)) else module(*values.values())
    leaves = torch.utils._pytree.tree_leaves(result)
    return dict(zip(names_of_outputs(torch, program, len(leaves)), leaves, strict=True))


def outputs_of_program(program: Any, recorder: Recorder) -> dict[str, Any]:
    """The outputs of the program that has been run, if it has one."""
    node = next(n for n in program.graph.nodes if n.op == "output")
    specs = program.graph_signature.output_specs
    users = [a for a, s in zip(node.args[0], specs, strict=True) if s.kind.name == "USER_OUTPUT"]
    names = names_of_outputs(torch, program, len(users))
    return {name: recorder.results.get(a) for name, a in zip(names, users, strict=True)}


def parameters_of(module: Any) -> list[str]:
    """The names of the arguments of forward."""
    import inspect

    return list(inspect.signature(module.forward).parameters)


def copy_of(module: Any) -> Any:
    """The module with buffers of its own, and the same parameters."""
    memo = {id(p): p for p in module.parameters()}
    return copy.deepcopy(module, memo)
