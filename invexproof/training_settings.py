"""How a training problem is read from its subject: loss, data, mode; on the command line, and in a provenance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final, TypeAlias

from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.pytorch.inputs import read_inputs
from invexproof.architectures.texts import number
from invexproof.errors import InvexproofError
from invexproof.given_data.data import Data, DataNamed, read_data
from invexproof.networks.yaml_items import near

MODES: Final = ("train", "eval")
SEMANTICS: Final = ("executed", "textbook")
OPTIONS: Final = {
    "loss": "--loss",
    "inputs": "--input",
    "output": "--output",
    "mode": "--mode",
    "semantics": "--semantics",
}
"""Settings that are texts, as options of the command line."""
MOST: Final = 1000
"""Characters of a setting in a provenance."""


@dataclass(frozen=True)
class Settings:
    """How a training problem is read; what is None, or empty, is as the subject says, or as is usual.

    loss: as on the command line, ``huber:delta=1/2``. inputs: the shapes of the data, as in ``8x3x32x32`` or
    ``ids=1x16:int64``. output: the name of the output that the loss is of, or its place, from 0. l2: this times the
    sum of the squares of all parameters is added. mode: train or eval. semantics: executed or textbook. parameters:
    patterns of the names of those that are trained; ``!`` before one takes names away. data: those that the claim is
    made for; None is all data.
    """

    loss: str | None = None
    inputs: str | None = None
    output: str | None = None
    l2: Fraction | None = None
    mode: str | None = None
    semantics: str | None = None
    parameters: tuple[str, ...] = ()
    data: Data | None = None

    def __post_init__(self) -> None:
        for option, value, words in (("mode", self.mode, MODES), ("semantics", self.semantics, SEMANTICS)):
            if value is not None and value not in words:
                raise ArchitectureError(
                    f"--{option} {value:.40}{near(value, words)}: it is {' or '.join(words)}"
                )

    @property
    def training(self) -> bool:
        """Whether modules are in training mode."""
        return self.mode in (None, MODES[0])

    @property
    def read_as(self) -> str:
        """Whether functions are as they are executed, or as in textbooks."""
        return self.semantics or SEMANTICS[0]

    def to_json(self) -> dict[str, Any]:
        """What has been said."""
        said = {key: getattr(self, key) for key in OPTIONS}
        said |= {"l2": None if self.l2 is None else str(self.l2), "parameters": list(self.parameters)}
        said |= {"data": None if self.data is None else self.data.name}
        return {key: value for key, value in said.items() if value}

    @staticmethod
    def from_json(raw: Any) -> Settings:
        """What a certificate's provenance says, as far as it is well-formed; it is not trusted.

        Data are in the certificate itself: no file is read because a certificate names it.
        """
        if not isinstance(raw, Mapping):
            return Settings()
        said: dict[str, Any] = {
            key: value for key in OPTIONS if isinstance(value := raw.get(key), str) and len(value) < MOST
        }
        patterns = raw.get("parameters")
        listed = isinstance(patterns, list) and all(isinstance(p, str) for p in patterns)
        l2 = raw.get("l2")
        return Settings(
            **said,
            l2=penalty(l2) if isinstance(l2, str) else None,
            parameters=tuple(patterns) if listed and patterns else (),
        )

    def words(self) -> list[str]:
        """What has been said, as on the command line."""
        words = [
            w for key, option in OPTIONS.items() if (value := getattr(self, key)) for w in (option, value)
        ]
        words += [] if self.l2 is None else ["--l2", str(self.l2)]
        words += [] if self.data is None else self.data.words()
        return [*words, *(w for pattern in self.parameters for w in ("--parameters", pattern))]

    def over(self, other: Settings) -> Settings:
        """These settings, and those of the other where these say nothing."""
        own = {key: getattr(self, key) for key in self.__dataclass_fields__}
        return replace(other, **{key: value for key, value in own.items() if value not in (None, ())})


Inputs: TypeAlias = "str | Sequence[int] | Mapping[str, str | Sequence[int]] | None"
"""The data, batch first: a text as on the command line, one shape, or shapes by name."""


def settings(
    loss: str | None = None,
    inputs: Inputs = None,
    output: str | int | None = None,
    l2: Fraction | int | str | None = None,
    mode: str | None = None,
    semantics: str | None = None,
    parameters: str | Sequence[str] = (),
    data: DataNamed | None = None,
    columns: str | Sequence[str] = (),
    rows: str | Sequence[int] | None = None,
) -> Settings:
    """The settings, as functions of the API take them.  Raises InvexproofError."""
    return Settings(
        loss=loss,
        inputs=_inputs_text(inputs),
        output=None if output is None else str(output),
        l2=None if l2 is None else penalty(str(l2)),
        mode=mode,
        semantics=semantics,
        parameters=(parameters,) if isinstance(parameters, str) else tuple(parameters),
        data=read_data(data, columns, rows),
    )


def _inputs_text(inputs: Inputs) -> str | None:
    if inputs is None or isinstance(inputs, str):
        return inputs
    return ",".join(
        f"{i.name + '=' if i.name else ''}{'x'.join(map(str, i.shape)) or 'scalar'}{':' + i.dtype if i.dtype else ''}"
        for i in read_inputs(inputs)
    )


def penalty(text: str) -> Fraction:
    """The factor of an L2 penalty: an exact positive number such as 1/100.  Raises ArchitectureError."""
    try:
        value = number(text)
    except InvexproofError as error:
        raise ArchitectureError(
            f"the L2 penalty {text!r:.40} is not a number such as 1/100: {error}"
        ) from None
    if value <= 0:
        raise ArchitectureError(f"the L2 penalty {text} is not positive; leave it out if there is none")
    return value
