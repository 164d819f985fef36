"""Tensors of a PyTorch program that do not depend on parameters: what they depend on, and what is known of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from invexproof.architectures.errors import ArchitectureError
from invexproof.networks.flows import number
from invexproof.torch_programs import flat, mapped, words

MAX_ENTRIES: Final = 1 << 20
"""Larger constants are not computed."""
FINITE: Final = words(
    "exp sigmoid softmax _softmax _safe_softmax tanh relu nan_to_num erf isinf isnan isfinite clamp_min zeros_like "
    "ones_like full_like new_zeros new_ones softplus"
)
"""Operators that give real numbers for minus infinity, too."""


@dataclass(frozen=True)
class Tracked:
    """A tensor that depends on a parameter: the number of a value of the builder."""

    number: int


@dataclass(frozen=True)
class Unread:
    """One of several results of an operator that is not read, such as running statistics; it must not be used."""

    message: str


@dataclass
class Outside:
    """A tensor that depends on data and constants alone, at a node of the program."""

    node: Any
    name: str
    example: Any
    data: bool = False
    """Whether it depends on what the module is called with."""
    known: bool = False
    """Whether it is made of buffers and literals alone, whose values may be looked at."""
    stored: bool = False
    """Whether it depends on buffers, whose values differ from model to model."""
    infinite: bool = False
    """Whether minus infinity may be among its entries."""
    same: Outside | None = None
    """Another tensor that it is the same as, cast between floats or copied."""
    tensor: Any = None
    """Its entries, as far as they have been computed."""

    @property
    def origin(self) -> Outside:
        """The tensor that it is the same as."""
        return self if self.same is None else self.same.origin

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of its axes."""
        return shape_of(self.example)

    @property
    def kind(self) -> str:
        """``real``, ``integer`` or ``boolean``."""
        return kind_of(self.example)

    def like(self, other: Outside) -> bool:
        """Whether both have one shape and one kind of entries, which are no complex numbers."""
        examples = (self.example, other.example)
        if any(example.is_complex() for example in examples):
            return False
        return self.kind == other.kind and examples[0].shape == examples[1].shape


def kind_of(example: Any) -> str:
    """The kind of a tensor's entries; ArchitectureError if they are complex numbers."""
    if example.is_complex():
        raise ArchitectureError("complex numbers are not read")
    if example.is_floating_point():
        return "real"
    return "boolean" if str(example.dtype) == "torch.bool" else "integer"


def shape_of(example: Any) -> tuple[int, ...]:
    """The lengths of a tensor's axes; ArchitectureError if they depend on data."""
    shape = tuple(example.shape)
    if not all(isinstance(n, int) for n in shape):
        raise ArchitectureError(
            f"the shape {[*map(str, shape)]} depends on data; use shapes that do not, as those of torch.where "
            "instead of x[mask]"
        )
    return shape


def literals(node: Any) -> list[Any]:
    """What the node's arguments say in numbers and words."""
    values = [*flat(node.args), *flat(node.kwargs.values())]
    return [v for v in values if not hasattr(v, "op")]


class Constants:
    """Computes tensors that are made of buffers and literals alone, where asked to."""

    def __init__(self, torch: Any) -> None:
        self.torch = torch
        self.outside: dict[Any, Any] = {}
        """What is known of the nodes of the program: an Outside, a list of them, or something else."""
        self._results: dict[Any, Any] = {}

    def entries(self, value: Outside) -> Any:
        """The tensor, or None if its entries are not known."""
        if value.tensor is None and value.known and math.prod(value.shape) <= MAX_ENTRIES:
            value.tensor = self._computed(value.node)
        if value.tensor is None or value.tensor.is_meta:
            return None
        return value.tensor

    def _computed(self, node: Any) -> Any:
        """The result of a node; without recursion, since graphs are deep."""
        stack = [node]
        while stack:
            current = stack[-1]
            missing = [inner for inner in current.all_input_nodes if inner not in self._results]
            if missing:
                stack += missing
                continue
            stack.pop()
            if current not in self._results:
                self._results[current] = self._result(current, self._results)
        return self._results[node]

    def _result(self, node: Any, results: dict[Any, Any]) -> Any:
        held = self.outside.get(node)
        if isinstance(held, Outside) and held.tensor is not None:
            return held.tensor
        if node.op != "call_function" or any(results[inner] is None for inner in node.all_input_nodes):
            return None

        def value(argument: Any) -> Any:
            return results[argument] if isinstance(argument, self.torch.fx.Node) else argument

        with self.torch.no_grad():
            try:
                named = {key: mapped(value, v) for key, v in node.kwargs.items()}
                return node.target(*mapped(value, node.args), **named)
            except (RuntimeError, TypeError, ValueError, IndexError):  # it is only not known, then
                return None

    # -- what is known -----------------------------------------------------------------------------------------

    def bounds(self, value: Outside) -> tuple[Fraction | None, Fraction | None]:
        """The least and the greatest entry of integers."""
        entries = self.entries(value)
        if value.kind != "integer" or entries is None:
            return None, None
        return Fraction(int(entries.min())), Fraction(int(entries.max()))

    def nonnegative(self, value: Outside) -> bool:
        """Whether all entries are known to be at least 0."""
        entries = self.entries(value)
        return entries is not None and bool((entries >= 0).all())

    def number(self, value: Outside) -> Fraction | None:
        """The number that a scalar made of literals is: the decimal that a float prints as."""
        if value.shape or value.stored or value.kind == "boolean":
            return None
        entries = self.entries(value)
        if entries is None or not math.isfinite(float(entries)):
            return None
        wide = entries.float() if str(entries.dtype) in ("torch.bfloat16", "torch.float16") else entries
        return number(wide.cpu().numpy()[()])

    def extended(self, value: Outside) -> bool:
        """Whether minus infinity may be among the entries; ArchitectureError if infinity may."""
        if not value.infinite or value.kind != "real":
            return False
        entries = self.entries(value)
        if entries is None:
            return True
        if not bool((entries < math.inf).all()):
            raise ArchitectureError(f"{value.name} has inf or nan among its entries")
        return bool((entries == -math.inf).any())
