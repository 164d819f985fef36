"""Data for the inputs of a training problem: which array is which input, and whether it fits."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, TypeAlias

from invexcheck.limits import Limits
from invexproof.architectures.graph import Graph, Input
from invexproof.architectures.texts import decimal
from invexproof.given_data.arrays import MOST, Array, array_of, index
from invexproof.given_data.errors import DataError
from invexproof.given_data.files import Content, read_content
from invexproof.given_data.tables import ONE_HOT, Table, chosen, one_hot
from invexproof.networks.yaml_items import near

DataNamed: TypeAlias = "str | Path | Mapping[str, Any] | Sequence[Any] | Data"
"""What functions of the API take for data: a file, arrays by name, or arrays in the order of the inputs."""

TARGETS: Final = ("target", "targets", "label", "labels", "y")
FEATURES: Final = ("x", "input", "inputs", "features", "data")
LIMITS: Final = Limits()
QUOTES: Final = 3
"""Characters beside a number in a certificate."""
HERE: Final = "the data"
_ROWS: Final = re.compile(r"([0-9]{1,9})\s*(?:-|\.\.)\s*([0-9]{1,9})")
_NUMBERED: Final = re.compile(r"(arr_[0-9]+)?")
"""Names that NumPy gives to arrays that have none."""


@dataclass(frozen=True, eq=False)
class Data:
    """Data as they were given, and which part of them is meant.

    file: its path, "" for arrays of Python. columns: which columns of a table, or which arrays, are which input.
    rows: the first and the last example, from 1.
    """

    content: Content
    file: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[int, int] | None = None

    @property
    def name(self) -> str:
        """In a sentence about them."""
        part = f" (rows {self.rows[0]} to {self.rows[1]})" if self.rows else ""
        return f"{Path(self.file).name or HERE}{part}"

    @property
    def short(self) -> str:
        """For the name of a file."""
        return f"{Path(self.file).stem or 'data'}{f' {self.rows[0]} {self.rows[1]}' if self.rows else ''}"

    def words(self) -> list[str]:
        """As on the command line."""
        words = ["--data", self.file or "FILE"]
        words += [word for text in self.columns for word in ("--columns", text)]
        return [*words, "--rows", f"{self.rows[0]}-{self.rows[1]}"] if self.rows else words

    def examples(self, graph: Graph) -> tuple[int, int] | None:
        """The length of the batch of the graph, and that of these data; None if there is no batch."""
        for given, array in self._matched(graph)[0]:
            if given.role == "data" and given.shape and array.shape:
                return given.shape[0], array.shape[0]
        return None

    def shapes(self, arguments: Sequence[str]) -> str:
        """The shapes of a model's arguments, as ``--input`` has them; "" where they are not known."""
        wanted = chosen(self.columns)
        if isinstance(self.content, Table):
            if len(arguments) != 1:
                return ""
            places = {name: self.content.columns(text.removeprefix(ONE_HOT)) for name, text in wanted.items()}
            inputs = next((found for name, found in places.items() if name not in TARGETS), None)
            targets = next((found for name, found in places.items() if name in TARGETS), [0])
            count = len(self.content.names) - len(targets) if inputs is None else len(inputs)
            return f"{self._count(len(self.content.rows))}x{count}"
        given = [Input("data", "real", (), name) for name in arguments]
        pairs = [(_input_named(_wanted_as(array.name, wanted), given), array) for array in self.content]
        if not any(array.name for array in self.content):
            pairs = list(zip(given, self.content, strict=False))
        found = {entry.name: array for entry, array in pairs if entry is not None and array.shape}
        if set(found) != set(arguments):
            return ""
        return ",".join(f"{name}={self._shape(array)}" for name, array in found.items())

    def _shape(self, array: Array) -> str:
        sizes = (self._count(array.shape[0]), *array.shape[1:])
        return f"{'x'.join(map(str, sizes))}{':int64' if array.whole else ''}"

    def _count(self, length: int) -> int:
        return length if self.rows is None else self.rows[1] - self.rows[0] + 1

    def fit(self, graph: Graph) -> tuple[Graph, list[str]]:
        """The problem for these data, and what is to be known of how they were read.

        Raises DataError if something is missing, or does not fit.
        """
        pairs, notes = self._matched(graph)
        missing = [i for i in _inputs(graph) if all(i is not given for given, _ in pairs)]
        if missing:
            raise DataError(self._missing(missing))
        values: dict[str, tuple[Fraction, ...]] = {}
        for given, array in pairs:
            values[given.name] = _fitted(array, given, self.name).entries
        _require_room(values, self.name)
        return graph.given(values), notes

    def _matched(self, graph: Graph) -> tuple[list[tuple[Input, Array]], list[str]]:
        """Inputs with their arrays, as far as there are, and notes."""
        inputs = _inputs(graph)
        if not inputs:
            raise DataError("the loss depends on parameters alone, so no data can be given; leave them out")
        if isinstance(self.content, Table):
            pairs, notes = _of_table(self.content, inputs, chosen(self.columns))
        else:
            pairs, notes = _of_arrays(self.content, inputs, chosen(self.columns), self.name)
        return [(given, self._part(given, array)) for given, array in pairs], notes

    def _part(self, given: Input, array: Array) -> Array:
        if self.rows is None or given.role != "data" or not array.shape:
            return array
        first, last = self.rows
        if last > array.shape[0]:
            raise DataError(f"--rows {first}-{last}: {given.name} has {array.shape[0]} rows")
        return array.rows(first, last)

    def _missing(self, missing: Sequence[Input]) -> str:
        shown = ", ".join(_described(given) for given in missing[:6]) + (", ..." if len(missing) > 6 else "")
        constants = any(given.role == "constant" for given in missing)
        how = (
            "give them, with x and target, in an .npz or .json file by these names"
            if isinstance(self.content, Table) or constants
            else "give it by name, or name the array that it is, as in --columns target=y_train"
        )
        has = "" if isinstance(self.content, Table) else f"; there is {_names(self.content)}"
        return f"{self.name} has nothing for {shown}{has}; {how}"


def read_data(
    data: DataNamed | None, columns: str | Sequence[str] = (), rows: str | Sequence[int] | None = None
) -> Data | None:
    """The data that are meant, with the options ``--columns`` and ``--rows``; None if there are none.

    Raises DataError.
    """
    listed = (columns,) if isinstance(columns, str) else tuple(columns)
    chosen(listed)
    part = None if rows is None else _rows(rows)
    if data is None:
        if listed or part:
            raise DataError("--columns and --rows are about data; give them, too: --data FILE")
        return None
    if isinstance(data, Data):
        return replace(data, columns=listed or data.columns, rows=part or data.rows)
    if isinstance(data, str | Path):
        path = Path(data)
        if not path.is_file():
            raise DataError(f"there is no file {str(data)!r:.120} with data")
        return Data(read_content(path), str(data), listed, part)
    if isinstance(data, Mapping):
        return Data(tuple(array_of(str(name), value) for name, value in data.items()), "", listed, part)
    if isinstance(data, tuple | list):
        return Data(tuple(array_of("", value) for value in data), "", listed, part)
    raise DataError(
        f"data are a file, arrays by name, {{'x': ..., 'target': ...}}, or a tuple (x, target), not "
        f"{type(data).__name__}"
    )


def _rows(rows: str | Sequence[int]) -> tuple[int, int]:
    match = _ROWS.fullmatch(rows.strip()) if isinstance(rows, str) else None
    ends = (int(match[1]), int(match[2])) if match else () if isinstance(rows, str) else tuple(rows)
    if len(ends) != 2 or not all(type(end) is int for end in ends) or not 1 <= ends[0] <= ends[1]:
        raise DataError(f"--rows {rows!s:.40}: the first and the last example, counted from 1, as in 1-50")
    return ends[0], ends[1]


def _inputs(graph: Graph) -> list[Input]:
    return [given for given in graph.inputs if given.role != "parameter"]


def _described(given: Input) -> str:
    return f"{given.name} ({given.kind}, of shape {list(given.shape)})"


def _names(arrays: Iterable[Array]) -> str:
    return ", ".join(f"{a.name or 'an array'} {list(a.shape)}" for a in arrays) or "nothing"


# -- which is which ------------------------------------------------------------------------------------------


def _wanted_as(name: str, columns: Mapping[str, str]) -> str:
    """The input that an array is, of those that ``--columns`` names."""
    return next((given for given, array in columns.items() if array == name), name)


def _input_named(name: str, inputs: Sequence[Input]) -> Input | None:
    """The input of a name, or of what is commonly called so."""
    for given in inputs:
        if given.name == name:
            return given
    short = name.casefold()
    for given in inputs:
        if given.name.casefold() == short:
            return given
    targets = [given for given in inputs if given.name in TARGETS]
    others = [given for given in inputs if given.role == "data" and given not in targets]
    for words, found in ((TARGETS, targets), (FEATURES, others)):
        if short in words and len(found) == 1:
            return found[0]
    return None


def _required(name: str, inputs: Sequence[Input]) -> Input:
    found = _input_named(name, inputs)
    if found is None:
        known = [given.name for given in inputs]
        raise DataError(
            f"--columns: the model has no input {name!r:.40}{near(name, known)}; its inputs are "
            f"{', '.join(map(_described, inputs[:6]))}"
        )
    return found


def _of_arrays(
    arrays: Sequence[Array], inputs: Sequence[Input], columns: Mapping[str, str], source: str
) -> tuple[list[tuple[Input, Array]], list[str]]:
    """By name; if no array has a name that is known, in their order."""
    by_name = {array.name: array for array in arrays}
    pairs: list[tuple[Input, Array]] = []
    for name, wanted in columns.items():
        if wanted not in by_name:
            raise DataError(
                f"{source} has no array {wanted!r:.40}{near(wanted, by_name)}; there is {_names(arrays)}"
            )
        pairs.append((_required(name, inputs), by_name.pop(wanted)))
    for array in list(by_name.values()) if any(a.name for a in arrays) else []:
        given = _input_named(array.name, inputs)
        if given is not None and all(given is not other for other, _ in pairs):
            pairs.append((given, by_name.pop(array.name)))
    if not pairs and all(_NUMBERED.fullmatch(array.name) for array in arrays):
        if len(arrays) != len(inputs):
            raise DataError(
                f"{source} has {len(arrays)} arrays, and the model {len(inputs)} inputs: "
                f"{', '.join(map(_described, inputs[:6]))}; give one for each, in this order or by name"
            )
        return list(zip(inputs, arrays, strict=True)), []
    pairs.sort(key=lambda pair: next(k for k, given in enumerate(inputs) if given is pair[0]))
    unused = f"{', '.join(by_name)} of {source} is no input of the model, and not used" if by_name else ""
    return pairs, [unused] if unused else []


def _of_table(
    table: Table, inputs: Sequence[Input], columns: Mapping[str, str]
) -> tuple[list[tuple[Input, Array]], list[str]]:
    """The columns that are named; the last one of the others is the target, what is left is the input."""
    wanted = {id(_required(name, inputs)): text for name, text in columns.items()}
    places: dict[int, list[int]] = {
        key: table.columns(text.removeprefix(ONE_HOT)) for key, text in wanted.items()
    }
    left = [k for k in range(len(table.names)) if all(k not in used for used in places.values())]
    free = [given for given in inputs if id(given) not in wanted and given.role == "data"]
    for given in reversed(free):
        count = 1 if len(inputs) > 1 and given is inputs[-1] else len(left)
        places[id(given)] = left[len(left) - count :]
        left = left[: len(left) - count]
    pairs: list[tuple[Input, Array]] = []
    notes: list[str] = []
    for given in inputs:
        if places.get(id(given)):
            array, note = _column(table, given, places[id(given)], wanted.get(id(given), ""))
            pairs.append((given, array))
            notes += [note] if note else []
    return pairs, notes


def _column(table: Table, given: Input, places: Sequence[int], text: str) -> tuple[Array, str]:
    """The numbers, or the classes, in columns of a table, for an input."""
    is_one_hot = text.startswith(ONE_HOT)
    if len(places) > 1 and is_one_hot:
        raise DataError(f"--columns {given.name}={text}: one column has the classes")
    if is_one_hot:
        classes, note = table.classes(given.name, places[0])
        return one_hot(classes, given.shape[-1] if given.shape else 1), note
    if given.kind == "integer" and len(places) == 1:
        return table.classes(given.name, places[0])
    return table.numbers(given.name, places), ""


# -- does it fit? --------------------------------------------------------------------------------------------


def _fitted(array: Array, given: Input, source: str) -> Array:
    """The array in the input's shape, with entries that the input may have.  Raises DataError."""
    if not _same(array.shape, given.shape):
        raise DataError(_misfit(array, given, source))
    result = replace(array, shape=given.shape)
    for k, value in enumerate(result.entries):
        wrong = _wrong(value, given)
        if wrong:
            raise DataError(f"{source}: {given.name}{index(k, given.shape)} is {_shown(value)}; {wrong}")
    return result


def _require_room(values: Mapping[str, Sequence[Fraction]], source: str) -> None:
    """Raise DataError if the checker would not read a certificate with these numbers."""
    count = sum(len(entries) for entries in values.values())
    size = sum(len(str(q)) + QUOTES for entries in values.values() for q in entries) if count < MOST else 0
    if count >= MOST or size > LIMITS.bytes:
        said = f"{count} numbers" if count >= MOST else f"{size >> 20} MiB of exact rationals"
        raise DataError(
            f"{source}: {said} are too much for one certificate, of which the checker reads {LIMITS.bytes >> 20} MiB; "
            "choose some of the examples, as in --rows 1-100, or write numbers with fewer digits"
        )


def _same(shape: Sequence[int], wanted: Sequence[int]) -> bool:
    """Whether shapes are the same but for axes of length one, or for the axes of an example written in one row."""
    if [n for n in shape if n != 1] == [n for n in wanted if n != 1]:
        return True
    flat = len(shape) == 2 and len(wanted) > 2 and shape[0] == wanted[0]
    return flat and math.prod(shape) == math.prod(wanted)


def _misfit(array: Array, given: Input, source: str) -> str:
    said = (
        f"{source}: {given.name} has the shape {list(array.shape)}, and the model takes {list(given.shape)}"
    )
    if array.shape[:1] != given.shape[:1] and given.shape:
        return (
            f"{said}; as many examples as the model's batch has are needed: leave out its batch where it is a setting, "
            f"or choose examples, as in --rows 1-{given.shape[0]}"
        )
    if given.name in TARGETS and len(given.shape) == 2 and math.prod(array.shape) == given.shape[0]:
        return (
            f"{said}; name {given.shape[1]} columns, as in --columns target=5-{4 + given.shape[1]}, or make of each "
            f"class a row of zeros with a one: --columns target={ONE_HOT}COLUMN"
        )
    return f"{said}; change the sizes of the model, or choose what is {given.name}, as in --columns {given.name}=1-3"


def _wrong(value: Fraction, given: Input) -> str:
    """Why an input cannot have this entry; "" if it can."""
    if given.kind == "extended":
        return "no values can be given for masks with minus infinity in them"
    if given.kind == "boolean":
        return "" if value in (0, 1) else "it is true (1) or false (0)"
    if given.kind == "integer" and value.denominator != 1:
        return "it is a whole number: a class, or a token"
    low, high = given.low, given.high
    if (low is None or value >= low) and (high is None or value <= high):
        return ""
    ends = f"{'-oo' if low is None else low} to {'oo' if high is None else high}"
    if given.kind == "integer":
        return f"it is one of {ends}; number classes from 0, and give the last layer an output for each"
    return f"it is in the range {ends}"


def _shown(value: Fraction) -> str:
    text = decimal(value)
    return text if len(text) <= 30 else f"about {float(value):.6g}"
