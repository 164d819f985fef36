"""The graph of a ``torch.export`` program, node by node, as an architecture in the making.

What depends on a parameter is lowered; what does not becomes one new input where it meets what does.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from invexproof.architectures.builder import Model
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.pytorch.building import TorchBuilder
from invexproof.architectures.pytorch.operators import OF_SHAPES, OPERATORS, TAKE_NUMBERS
from invexproof.architectures.pytorch.values import (
    FINITE,
    Constants,
    Outside,
    Tracked,
    Unread,
    kind_of,
    literals,
    shape_of,
)
from invexproof.networks.flows import number
from invexproof.torch_programs import (
    WITHOUT_EFFECT,
    at,
    bound,
    first_line,
    flat,
    given,
    mapped,
    module_path,
    row_of,
    where,
    words,
)

HOW_TO_ADD: Final = (
    "add a row to one of the tables invexproof/architectures/pytorch (operators.py there says how), or write the "
    "module with operators that are listed there"
)
_COPIES: Final = words(
    "to _to_copy alias clone contiguous detach lift lift_fresh lift_fresh_copy dropout native_dropout"
)
"""Operators that may give their argument itself."""


class ProgramReader:
    """Reads one program without mutation.

    ``values`` are, by node: numbers of the builder (what depends on a parameter), what is outside, or lists of them.
    """

    def __init__(self, torch: Any, program: Any, textbook: bool = False) -> None:
        self.torch = torch
        self.program = program
        self.b = TorchBuilder(textbook)
        self.constants = Constants(torch)
        self.values = self.constants.outside
        self.b.entries = self._entries
        self.inputs: dict[tuple[Any, str], int] = {}
        """What is outside, as inputs of the graph, by node and what is demanded of it."""
        self.origins: dict[int, Any] = {}
        """The nodes that inputs of the graph stand for."""
        self._tied: dict[Any, tuple[Tracked, str, tuple[int, int]]] = {}
        self.notes: list[str] = []

    def model(self) -> Model:
        """The program's outputs that depend on parameters.  Raises ArchitectureError."""
        specs = {spec.arg.name: spec for spec in self.program.graph_signature.input_specs}
        needed = self._needed()
        for node in self.program.graph.nodes:
            if node.op == "placeholder":
                self.values[node] = self._placeholder(node, specs[node.name])
            elif node.op == "call_function" and node in needed:
                self.values[node] = self._call(node)
            elif node.op == "output":
                with at(node, ArchitectureError):
                    return Model(self.b, self._outputs(), self.notes)
        raise ArchitectureError("the program has no output")

    def _needed(self) -> set[Any]:
        """The nodes that what the module returns is made of: not running statistics, for example."""
        stack = [node for node in self._returned() if isinstance(node, self.torch.fx.Node)]
        found = set(stack)
        while stack:
            new = set(stack.pop().all_input_nodes) - found
            found |= new
            stack.extend(new)
        return found

    def _returned(self) -> list[Any]:
        """What the module returns, as nodes or plain values."""
        output = next(node for node in self.program.graph.nodes if node.op == "output")
        pairs = zip(output.args[0], self.program.graph_signature.output_specs, strict=True)
        return [argument for argument, spec in pairs if spec.kind.name == "USER_OUTPUT"]

    # -- inputs ------------------------------------------------------------------------------------------------

    def _placeholder(self, node: Any, spec: Any) -> Any:
        kind, example = spec.kind.name, node.meta.get("val")
        if kind == "USER_INPUT":
            if not isinstance(example, self.torch.Tensor):
                return example
            return Outside(node, node.name, example, data=True)
        if kind not in ("PARAMETER", "BUFFER", "CONSTANT_TENSOR"):
            raise ArchitectureError(
                f"the program has an input {node.name} of the kind {kind}, which is not read"
            )
        stores = (self.program.state_dict, self.program.constants)
        tensor = next(store[spec.target] for store in stores if spec.target in store)
        if kind == "PARAMETER" and tensor.requires_grad:
            return self._parameter(spec.target, tensor)
        if kind == "PARAMETER":  # frozen: its values may never have been set
            return Outside(node, spec.target, example, stored=True)
        infinite = tensor.is_floating_point() and not tensor.is_meta and not bool(tensor.isfinite().all())
        return Outside(
            node,
            spec.target,
            example,
            known=True,
            stored=kind == "BUFFER",
            infinite=infinite,
            tensor=tensor.detach(),
        )

    def _parameter(self, name: str, tensor: Any) -> Tracked:
        """A parameter; one input if it is tied to another one, by their storage."""
        if not tensor.is_floating_point():
            raise ArchitectureError(
                f"the parameter {name} is of {tensor.dtype}; parameters that are trained must be real"
            )
        storage = tensor.untyped_storage()._cdata
        place = tensor.storage_offset(), tuple(tensor.shape), tuple(tensor.stride())
        key = (storage, *place)
        if key in self._tied:
            self.notes.append(f"the parameter {name} is tied to {self._tied[key][1]}: one tensor")
            return self._tied[key][0]
        reach = sum((n - 1) * s for n, s in zip(tensor.shape, tensor.stride(), strict=True))
        span = place[0], place[0] + reach
        for (other, *_), (_, taken, (low, high)) in self._tied.items():
            if other == storage and span[0] <= high and low <= span[1]:
                raise ArchitectureError(
                    f"the parameters {name} and {taken} share their memory, but are not the same tensor; "
                    "make one of them a function of the other in forward"
                )
        result = Tracked(self.b.parameter(name, tuple(tensor.shape)))
        self._tied[key] = result, name, span
        return result

    def _input(self, value: Outside, kind: str | None = None, nonnegative: bool = False) -> int:
        """The input of the graph that stands for a tensor outside."""
        origin = value.origin
        key = (origin.node, f"{kind or origin.kind}{'+' if nonnegative else ''}")
        if key in self.inputs:
            return self.inputs[key]
        if 0 in origin.shape:
            raise ArchitectureError(f"{origin.name} has no entries (its shape is {list(origin.shape)})")
        actual = "extended" if self.constants.extended(origin) else kind or origin.kind
        low, high = self.constants.bounds(origin)
        if nonnegative and self.constants.nonnegative(origin):
            low = Fraction(0)
        make = self.b.data if origin.data else self.b.constant
        result = make(origin.name, origin.shape, actual, low, high)
        self.inputs[key] = result
        self.origins[result] = origin.node
        return result

    def _entries(self, number: int) -> Any:
        """What is known of an input without looking at buffers."""
        node = self.origins.get(number)
        value = None if node is None else self.values[node]
        if not isinstance(value, Outside) or value.stored:
            return None
        return self.constants.entries(value)

    # -- operators -----------------------------------------------------------------------------------------------

    def _call(self, node: Any) -> Any:
        target = node.target
        if getattr(target, "__name__", "") == "getitem":
            return self._item(node)
        with at(node, ArchitectureError):
            arguments = bound(node, self._value, ArchitectureError)
            name = target._schema.name.partition("::")[2]
            if name in WITHOUT_EFFECT:
                return None
            tensors = list(flat(arguments.values()))
            for value in tensors:
                if isinstance(value, Unread):
                    raise ArchitectureError(value.message)
            if name in OF_SHAPES or not any(isinstance(value, Tracked) for value in tensors):
                return self._outside(node, name, [] if name in OF_SHAPES else tensors)
            return self._lowered(node, name, arguments)

    def _outside(self, node: Any, name: str, tensors: Sequence[Any]) -> Any:
        """What is made of data and constants: not looked at any further."""
        sources = [value for value in tensors if isinstance(value, Outside)]
        random = self.torch.Tag.nondeterministic_seeded in node.target.tags
        infinite = any(s.infinite for s in sources) or any(
            isinstance(v, float) and math.isinf(v) for v in literals(node)
        )

        def made(example: Any) -> Any:
            if not isinstance(example, self.torch.Tensor):
                return example
            return Outside(
                node,
                f"{module_path(node)}:{node.name}".removeprefix(":"),
                example,
                data=any(s.data for s in sources),
                known=not random and all(s.known for s in sources) and not example.is_complex(),
                stored=any(s.stored for s in sources),
                infinite=infinite and name not in FINITE and example.is_floating_point(),
            )

        results = mapped(made, node.meta.get("val"))
        if name in _COPIES and sources and not self._draws(node):
            for result in results if isinstance(results, list) else [results]:
                if isinstance(result, Outside) and result.like(sources[0]):
                    result.same = sources[0]
        return results

    def _draws(self, node: Any) -> bool:
        """Whether an operator draws random numbers, as dropout in training does."""
        arguments = bound(node, lambda value: None, ArchitectureError)
        return "p" in arguments and bool(arguments["p"]) and arguments.get("train", True) is not False

    def _lowered(self, node: Any, name: str, arguments: Mapping[str, Any]) -> Any:
        row = row_of(node, OPERATORS)
        if row is None:
            random = self.torch.Tag.nondeterministic_seeded in node.target.tags
            what = (
                "this operator draws random numbers in a way that is not known"
                if random
                else "this operator is not known"
            )
            raise ArchitectureError(f"{what}; {HOW_TO_ADD}")
        result = node.meta.get("val")
        examples = [e for e in flat([result]) if isinstance(e, self.torch.Tensor)]
        self.b.place, self.b.at = module_path(node), node.name
        self.b.expected = shape_of(examples[0])
        if examples[0].is_floating_point():
            self.b.epsilon = number(self.torch.finfo(examples[0].dtype).eps)
        named = given(node, row, arguments, ArchitectureError, HOW_TO_ADD)
        types = {a.name: str(a.type) for a in node.target._schema.arguments}
        ready = {
            parameter: self._argument(value, name, row.arguments[parameter], types[row.arguments[parameter]])
            for parameter, value in named.items()
        }
        try:
            lowered = row.lower(self.b, **ready)
        except (TypeError, IndexError, KeyError, AttributeError) as error:
            raise ArchitectureError(
                f"it is used in a way that its lowering does not read ({first_line(error)}); {HOW_TO_ADD}"
            ) from error
        if isinstance(lowered, list | tuple):
            pairs = zip(lowered, list(result), strict=False)
            return [None if value is None else self._checked(value, example) for value, example in pairs]
        return self._checked(lowered, result)

    def _argument(self, value: Any, operator: str, name: str, kind: str) -> Any:
        """An argument as lowerings take it: numbers of values, Fractions for numbers."""
        if isinstance(value, list | tuple):
            return [self._argument(v, operator, name, kind) for v in value]
        if isinstance(value, Outside):
            exact = self.constants.number(value) if operator in TAKE_NUMBERS else None
            return self._input(value, nonnegative=name == "running_var") if exact is None else exact
        real = "Tensor" in kind or "number" in kind or "float" in kind
        if real and not isinstance(value, Tracked) and isinstance(value, bool | int | float):
            return value if isinstance(value, float) and math.isinf(value) else number(value)
        return value.number if isinstance(value, Tracked) else value

    def _checked(self, value: int, example: Any) -> Tracked:
        """The result, of the kind that PyTorch has; ArchitectureError if it is of another shape."""
        kind, shape = kind_of(example), shape_of(example)
        if self.b.shape(value) != shape:
            raise ArchitectureError(
                f"the shape {list(self.b.shape(value))} was made where PyTorch has {list(shape)}; please report this"
            )
        own = self.b.kind(value)
        if own != kind and not (own == "extended" and kind == "real"):
            value = self.b.node("cast", value, to=kind)
        return Tracked(value)

    def _item(self, node: Any) -> Any:
        source, index = node.args
        values = self.values[source]
        value = values[index] if isinstance(values, list | tuple) and index < len(values) else None
        if value is None:
            return Unread(f"the output number {index} of {where(source)} is used, which is not read")
        return self._renamed(node, value)

    def _renamed(self, node: Any, value: Any) -> Any:
        """One of several tensors outside, from now on known by the node that picks it."""
        if not isinstance(value, Outside):
            return value
        return Outside(
            node,
            f"{module_path(node)}:{node.name}".removeprefix(":"),
            value.example,
            value.data,
            value.known,
            value.stored,
            value.infinite,
            value.same,
        )

    def _value(self, argument: Any) -> Any:
        return self.values[argument] if isinstance(argument, self.torch.fx.Node) else argument

    # -- outputs -------------------------------------------------------------------------------------------------

    def _outputs(self) -> dict[str, int]:
        """What the module returns and depends on parameters, by name."""
        specs = self.program.graph_signature.output_specs
        changed = [spec.target for spec in specs if spec.kind.name == "PARAMETER_MUTATION"]
        if changed:
            raise ArchitectureError(f"the forward pass changes the parameter {changed[0]} in place")
        values = [self._value(argument) for argument in self._returned()]
        names = names_of_outputs(self.torch, self.program, len(values))
        found = {
            name: value.number
            for name, value in zip(names, values, strict=True)
            if isinstance(value, Tracked) and self.b.depends(value.number)
        }
        if not found:
            raise ArchitectureError(
                f"no output depends on a parameter; the outputs are {', '.join(names) or 'none'}"
            )
        return found


def names_of_outputs(torch: Any, program: Any, count: int) -> list[str]:
    """``logits`` or ``hidden_states.3`` where the module returns a mapping or a structure, ``0`` in a tuple."""
    structure = torch.utils._pytree.tree_unflatten([*range(count)], program.call_spec.out_spec)
    names = {leaf: ".".join(path) for path, leaf in _leaves(structure, ())}
    return [names.get(k) or ("output" if count == 1 else str(k)) for k in range(count)]


def _leaves(structure: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The leaves of a structure of mappings, sequences and records, each with the way to it."""
    if isinstance(structure, Mapping):
        pairs = [(str(key), value) for key, value in structure.items()]
    elif hasattr(structure, "_fields"):
        pairs = [(name, getattr(structure, name)) for name in structure._fields]
    elif isinstance(structure, list | tuple):
        pairs = [(str(k), value) for k, value in enumerate(structure)]
    elif dataclasses.is_dataclass(structure):
        pairs = [(f.name, getattr(structure, f.name)) for f in dataclasses.fields(structure)]
    else:
        yield path, structure
        return
    for name, value in pairs:
        yield from _leaves(value, (*path, name))
