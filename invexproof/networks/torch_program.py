"""The graph of a ``torch.export`` program, node by node, as a network in the making."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

import numpy as np

from invexproof.networks.flows import Constant, Deferred, Flow, NetworkImportError, Value
from invexproof.networks.lowering import Lowering
from invexproof.networks.lowering_aten import (
    DATA_ARGUMENTS,
    OF_SHAPES,
    OPERATORS,
    REARRANGING,
    RESHAPING,
)
from invexproof.networks.network import Network
from invexproof.torch_programs import WITHOUT_EFFECT, at, bound, flat, given, mapped, module_path, row_of

HOW_TO_ADD: Final = (
    "add a row to invexproof/networks/lowering_aten.py (its head says how), or write the module with operators "
    "that are listed there"
)


_RANDOM: Final = ("train", "training", "dropout_p")
"""Arguments that make an operator draw random numbers."""


class ProgramReader:
    """Reads one program; ``values`` are tensors of PyTorch, flows, or lists of them, by node."""

    def __init__(self, torch: Any, program: Any, batched: bool) -> None:
        self.torch = torch
        self.program = program
        self.batched = batched
        self.values: dict[Any, Any] = {}

    def network(self, output: int | None) -> Network:
        signature = self.program.graph_signature
        kinds = {spec.arg.name: spec for spec in signature.input_specs}
        for node in self.program.graph.nodes:
            if node.op == "placeholder":
                self.values[node] = self._placeholder(node, kinds[node.name])
            elif node.op == "call_function":
                self.values[node] = self._call(node)
            elif node.op == "output":
                result = self._chosen(node, output)
                with at(node, NetworkImportError):
                    return self.low.finish(result, batched=self.batched)
        raise NetworkImportError("the program has no output")

    def _placeholder(self, node: Any, spec: Any) -> Any:
        if spec.kind.name in ("PARAMETER", "BUFFER", "CONSTANT_TENSOR"):
            stores = (self.program.state_dict, self.program.constants)
            return next(store[spec.target] for store in stores if spec.target in store).detach()
        if spec.kind.name != "USER_INPUT":
            raise NetworkImportError(f"the program has an input {node.name} of the kind {spec.kind.name}")
        example = node.meta.get("val")
        if not isinstance(example, self.torch.Tensor):
            return example
        if hasattr(self, "low"):
            raise NetworkImportError(
                f"the program has several inputs, one of them {node.name}; wrap the module into one whose forward "
                "takes a single tensor"
            )
        if not example.is_floating_point():
            raise NetworkImportError(
                f"the input {node.name} is of {example.dtype}; it must be of real numbers"
            )
        shape = tuple(example.shape)
        if any(not isinstance(n, int) for n in shape) or (self.batched and shape[:1] != (1,)):
            raise NetworkImportError(
                f"the input has shape {list(shape)}; export it for a batch of one, or without a batch axis and "
                "with batched=False"
            )
        self.low = Lowering(shape[1:] if self.batched else shape, batched=self.batched)
        self.low.machine_epsilon = Fraction(self.torch.finfo(example.dtype).eps)
        return self.low.input

    def _chosen(self, node: Any, output: int | None) -> Value:
        outputs = [
            self._value(argument)
            for argument, spec in zip(node.args[0], self.program.graph_signature.output_specs, strict=True)
            if spec.kind.name == "USER_OUTPUT"
        ]
        flows = [k for k, value in enumerate(outputs) if isinstance(value, Flow | Deferred)]
        if output is None and len(flows) != 1:
            shapes = ", ".join(f"{k}: {list(outputs[k].shape)}" for k in flows)
            raise NetworkImportError(
                f"{len(flows)} outputs depend on the input"
                + (f"; choose one with output=, by number ({shapes})" if flows else "")
            )
        wanted = flows[0] if output is None else output
        if wanted not in flows:
            raise NetworkImportError(f"output {wanted} is not one of those that depend on the input, {flows}")
        chosen: Value = outputs[wanted]
        return chosen

    # -- operators -------------------------------------------------------------------------------------------

    def _call(self, node: Any) -> Any:
        target = node.target
        if getattr(target, "__name__", "") == "getitem":
            return self._item(node)
        with at(node, NetworkImportError):
            arguments = bound(node, self._value, NetworkImportError)
            self.low.place = module_path(node)
            name = target._schema.name.partition("::")[2]
            if name in WITHOUT_EFFECT:
                return None
            random = self.torch.Tag.nondeterministic_seeded in target.tags
            if random and (name not in OPERATORS or any(arguments.get(a) for a in _RANDOM)):
                raise NetworkImportError("it draws random numbers; put the module into evaluation mode")
            if not any(_tracked(value) for value in arguments.values()):
                named = {key: mapped(self._value, value) for key, value in node.kwargs.items()}
                return target(*mapped(self._value, node.args), **named)
            result = self._lowered(node, name, arguments)
            if isinstance(result, np.ndarray):
                return self.torch.from_numpy(result)
            self._check_result(node, result)
            return result

    def _lowered(self, node: Any, name: str, arguments: Mapping[str, Any]) -> Any:
        if name in OF_SHAPES:
            return self._of_shape(node, arguments)
        overload = node.target._schema.overload_name
        if (name in REARRANGING or f"{name}.{overload}" in REARRANGING) and not arguments.get("accumulate"):
            return self._rearranged(node, name, arguments)
        row = row_of(node, OPERATORS)
        if row is None:
            raise NetworkImportError(f"this operator is not known; {HOW_TO_ADD}")
        named = given(node, row, arguments, NetworkImportError, HOW_TO_ADD)
        return row.lower(self.low, **{key: mapped(self._constant, value) for key, value in named.items()})

    def _of_shape(self, node: Any, arguments: Mapping[str, Any]) -> Any:
        def stand_in(value: Any) -> Any:
            return self.torch.zeros(value.shape, dtype=self.torch.float64) if _tracked(value) else value

        values = {name: stand_in(value) for name, value in arguments.items()}
        if any(_tracked(value) for name, value in arguments.items() if name != "self"):
            raise NetworkImportError("it must not depend on the input but for its shape")
        return node.target(**values)

    def _rearranged(self, node: Any, name: str, arguments: Mapping[str, Any]) -> Any:
        """The operator itself, run on the numbers of the entries; 0 stands for the constant 0."""
        tracked = {key: value for key, value in arguments.items() if _tracked(value)}
        if set(tracked) - DATA_ARGUMENTS:
            raise NetworkImportError(f"its {min(set(tracked) - DATA_ARGUMENTS)} depends on the input")
        kept = self._reshaped(node, name, arguments)
        if kept is not None:
            return kept
        near = next(self.low.flow(v) for v in flat(tracked.values()) if isinstance(v, Flow | Deferred))
        data = {
            key: mapped(lambda v: self.low.flow(self._constant(v), near), value)
            for key, value in arguments.items()
            if key in DATA_ARGUMENTS
        }

        def run(part: str, shift: int) -> Any:
            def moved(flow: Any) -> Any:
                if not isinstance(flow, Flow):
                    return flow
                return self.torch.from_numpy(
                    np.ascontiguousarray(getattr(flow, part)).astype(np.float64) + shift
                )

            return node.target(**{**arguments, **{k: mapped(moved, v) for k, v in data.items()}})

        entries, functions = run("entries", 1), run("functions", 0)
        if isinstance(entries, self.torch.Tensor):
            return _flow(entries, functions)
        return [_flow(e, f) for e, f in zip(entries, functions, strict=True)]

    def _reshaped(self, node: Any, name: str, arguments: Mapping[str, Any]) -> Deferred | None:
        value, result = arguments.get("self"), node.meta.get("val")
        if not isinstance(value, Deferred) or name not in RESHAPING:
            return None
        shape = tuple(int(n) for n in result.shape)
        return value.reshaped(shape) if np.prod(shape) == np.prod(value.shape) else None

    def _item(self, node: Any) -> Any:
        source, index = node.args
        value = self.values[source][index]
        if value is None:
            raise NetworkImportError(
                f"output {index} of {source.target} is used, which is not a real function of the input"
            )
        return value

    # -- values ----------------------------------------------------------------------------------------------

    def _value(self, argument: Any) -> Any:
        return self.values[argument] if isinstance(argument, self.torch.fx.Node) else argument

    def _constant(self, value: Any) -> Any:
        """Tensors of PyTorch as arrays; anything else as it is."""
        if not isinstance(value, self.torch.Tensor):
            return value
        tensor = value.detach().cpu()
        if tensor.dtype in (self.torch.bfloat16, self.torch.float16):
            tensor = tensor.float()  # exact
        array: Constant = tensor.numpy()
        return array

    def _check_result(self, node: Any, result: Any) -> None:
        example = node.meta.get("val")
        if not isinstance(result, Flow | Deferred) or not isinstance(example, self.torch.Tensor):
            return
        if not (example.is_floating_point() or example.dtype == self.torch.bool):
            raise NetworkImportError(
                f"its result, of {example.dtype}, is not a continuous function of the input"
            )
        if example.dtype == self.torch.bool and not self.low.is_condition(result):
            raise NetworkImportError("it makes truth values of numbers other than by a comparison")
        if tuple(example.shape) != result.shape:
            raise NetworkImportError(
                f"the shape {list(result.shape)} was made where PyTorch has {list(example.shape)}; please report this"
            )


def _flow(entries: Any, functions: Any) -> Flow:
    return Flow(entries.numpy().astype(np.int64) - 1, functions.numpy().astype(np.int64))


def _tracked(value: Any) -> bool:
    return any(isinstance(v, Flow | Deferred) for v in flat([value]))
