"""Files of data: .csv, .npz and .json; and of step sizes."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, TypeAlias

from invexproof.given_data.arrays import MOST, Array, array_of, read_number
from invexproof.given_data.errors import DataError
from invexproof.given_data.tables import Table, read_table

Content: TypeAlias = "Table | tuple[Array, ...]"

SIZES: Final = ("lr", "step", "eta", "learning_rate", "step_size")
"""Names of a column of step sizes."""


def read_content(path: Path) -> Content:
    """What a file holds: a table, or arrays by name.  Raises DataError."""
    reader = READERS.get(path.suffix.casefold())
    if reader is None:
        raise DataError(
            f"{path}: it is not known how to read this file; the names of files with data end in "
            f"{', '.join(READERS)}"
        )
    return reader(path)


def read_sizes(path: Path) -> list[Fraction]:
    """The step sizes in a file: a line for each one, or a column of a table that is called lr, step or eta.

    Raises DataError.
    """
    text = _text(path)
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    if not any(mark in text for mark in (",", ";", "\t")):
        numbered = [(k, line) for k, line in enumerate(lines, 1) if line]
        if numbered and numbered[0][1].casefold() in SIZES:
            numbered = numbered[1:]
        if not numbered:
            raise DataError(f"{path} has no step sizes; write one a line, such as 0.1")
        return [_size(line, path, k) for k, line in numbered]
    table = read_table(text, path.name)
    named = [k for k, name in enumerate(table.names) if name.casefold() in SIZES]
    if len(named) != 1:
        raise DataError(
            f"{path}: one column is called lr, step or eta; there are {', '.join(table.names[:10]):.200}"
        )
    return [_size(row[named[0]], path, line) for row, line in zip(table.rows, table.lines, strict=True)]


def _size(text: str, path: Path, line: int) -> Fraction:
    try:
        value = read_number(text)
    except ValueError as error:
        raise DataError(f"{path}, line {line}: {error}") from None
    if value <= 0:
        raise DataError(
            f"{path}, line {line}: the step size {text} is not positive; a step of 0 changes nothing and is never bad, "
            "so leave it out"
        )
    return value


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise DataError(f"{path} is not a text in UTF-8") from None


def _table(path: Path) -> Table:
    return read_table(_text(path), path.name)


def _json(path: Path) -> tuple[Array, ...]:
    """Nested lists by name; decimal numbers are read as they are written."""
    try:
        found = json.loads(_text(path), parse_float=str)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path} is no JSON: {error!s:.200}") from None
    if not isinstance(found, Mapping) or not found:
        raise DataError(
            f'{path}: an object of arrays by name is expected, as in {{"x": [[5.1, 3.5]], "target": [0]}}'
        )
    return _arrays(found)


def _npz(path: Path) -> tuple[Array, ...]:
    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as stored:
            if not hasattr(stored, "files"):
                raise DataError(
                    f"{path} holds one array without a name; write it with numpy.savez(file, x=..., target=...)"
                )
            for name in stored.files:
                if stored[name].size > MOST:
                    raise DataError(f"{path}: {name} has {stored[name].size} numbers, and {MOST} is the most")
            return _arrays({name: stored[name] for name in stored.files})
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} cannot be read: {error!s:.200}") from None


def _arrays(found: Mapping[str, Any]) -> tuple[Array, ...]:
    return tuple(array_of(str(name), value) for name, value in found.items())


READERS: Final[Mapping[str, Callable[[Path], Content]]] = {
    ".csv": _table,
    ".tsv": _table,
    ".json": _json,
    ".npz": _npz,
}
"""How files are read, by the ends of their names."""
