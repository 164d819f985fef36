"""Example inputs by their shapes: ``1x3x224x224``, ``1x16:int64``, ``input_ids=1x16:int64,labels=1x16:int64``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from invexproof.architectures.errors import ArchitectureError

_SPEC: Final = re.compile(
    r"\s*(?:(?P<name>[A-Za-z_]\w*)\s*=)?\s*(?P<shape>[0-9]{1,9}(?:\s*[x×]\s*[0-9]{1,9})*|scalar)\s*"
    r"(?::\s*(?P<dtype>[a-z]+[0-9]*))?\s*"
)
_DTYPES: Final[Mapping[str, str]] = {
    "float": "float32",
    "double": "float64",
    "int": "int64",
    "long": "int64",
    "integer": "int64",
    "boolean": "bool",
    "real": "float32",
}
DTYPES: Final = (
    "float64",
    "float32",
    "float16",
    "bfloat16",
    "int64",
    "int32",
    "int16",
    "int8",
    "uint8",
    "bool",
)


@dataclass(frozen=True)
class ExampleInput:
    """A tensor that a module is called with: shape, element type (that of the weights if None), name."""

    shape: tuple[int, ...]
    dtype: str | None = None
    name: str | None = None

    def tensor(self, torch: Any, default: Any) -> Any:
        """Zeros, which are valid indices; true where it is boolean."""
        dtype = default if self.dtype is None else getattr(torch, self.dtype)
        return torch.full(self.shape, 1 if dtype == torch.bool else 0, dtype=dtype)


def read_inputs(text: str | Sequence[int] | Sequence[str] | Mapping[str, Any]) -> tuple[ExampleInput, ...]:
    """The inputs that a text, or texts, or a shape, describe.

    Raises ArchitectureError, with what is to be written instead.
    """
    if isinstance(text, Mapping):
        return tuple(ExampleInput(i.shape, i.dtype, name) for name, v in text.items() for i in read_inputs(v))
    if not isinstance(text, str):
        if all(isinstance(n, int) for n in text):
            return (ExampleInput(tuple(int(n) for n in text)),)
        return tuple(i for part in text for i in read_inputs(str(part)))
    inputs = tuple(_read(part) for part in text.split(",")) if text.strip() else ()
    names = [i.name for i in inputs if i.name]
    if len(set(names)) != len(names):
        raise ArchitectureError(f"{text!r:.80} names an input twice")
    if any(i.name is None for i in inputs[len(inputs) - len(names) :]):
        raise ArchitectureError(f"{text!r:.80}: inputs without a name go before those with one")
    return inputs


def _read(text: str) -> ExampleInput:
    match = _SPEC.fullmatch(text)
    if match is None:
        raise ArchitectureError(
            f"{text!r:.60} is not an input; write its shape, as in 1x3x224x224, "
            "and its type and name where needed, as in input_ids=1x16:int64"
        )
    dtype = match["dtype"]
    if dtype is not None:
        dtype = _DTYPES.get(dtype, dtype)
        if dtype not in DTYPES:
            raise ArchitectureError(
                f"{match['dtype']!r} is no element type; the types are {', '.join(DTYPES)}"
            )
    scalar = match["shape"] == "scalar"
    shape = () if scalar else tuple(int(n) for n in re.split(r"[x×]", match["shape"]))
    return ExampleInput(shape, dtype, match["name"])
