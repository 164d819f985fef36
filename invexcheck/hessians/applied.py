"""An operator of a graph, applied to tensors of a tape."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flint import fmpq

from invexcheck.errors import Reject
from invexcheck.hessians.tape import Shape
from invexcheck.hessians.tensors import Tensors


@dataclass(frozen=True, slots=True)
class Applied:
    """An operator applied to tensors of a tape (None: left out), and to numbers that are given."""

    tensors: Tensors
    operands: Sequence[int | None]
    attributes: dict[str, Any]
    shape: Shape
    """Of the result."""
    given: Sequence[Sequence[fmpq] | None]
    """The entries of each argument that is data."""

    def __getitem__(self, name: str) -> Any:
        return self.attributes[name]

    def argument(self, i: int) -> int:
        x = self.operands[i]
        if x is None:
            raise Reject(f"argument {i + 1} is missing", "architecture")
        return x

    def optional(self, i: int) -> int | None:
        return self.operands[i] if i < len(self.operands) else None

    def integers(self, i: int) -> list[int]:
        """The entries of an argument that must be data."""
        entries = self.given[i]
        if entries is None:
            raise Reject(f"argument {i + 1} is not given", "architecture")
        return [int(q.p) for q in entries]


Lowering = Callable[[Applied], int]
"""Makes the steps of an operator, and gives the number of the tensor that is its value."""
