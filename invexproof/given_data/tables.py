"""Tables with a line of names at the top, as in CSV files: which columns are the inputs, which the labels."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from invexproof.given_data.arrays import Array, read_number
from invexproof.given_data.errors import DataError
from invexproof.networks.yaml_items import near

DELIMITERS: Final = (",", ";", "\t")
ONE_HOT: Final = "one-hot:"
SHOWN: Final = 12
_RANGE: Final = re.compile(r"([0-9]{1,9})\s*(?:-|\.\.)\s*([0-9]{1,9})")


@dataclass(frozen=True, eq=False)
class Table:
    """Rows of texts under names; ``lines`` are where they stand in the file."""

    file: str
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    def columns(self, text: str) -> list[int]:
        """The places of columns by name, by number from 1, or by a range of numbers: ``length,width`` or ``1-4``."""
        found: list[int] = []
        whole = text.strip()
        for part in [whole] if whole in self.names else [part.strip() for part in whole.split(",")]:
            found += self._places(part)
        return found

    def _places(self, part: str) -> list[int]:
        if part in self.names:
            return [self.names.index(part)]
        match = _RANGE.fullmatch(part)
        if match or (part.isascii() and part.isdecimal()):
            first, last = (int(match[1]), int(match[2])) if match else (int(part), int(part))
            if 1 <= first <= last <= len(self.names):
                return list(range(first - 1, last))
        shown = ", ".join(self.names[:SHOWN]) + (", ..." if len(self.names) > SHOWN else "")
        raise DataError(
            f"{self.file} has no column {part!r:.60}{near(part, self.names)}; its columns are {shown}, or 1 to "
            f"{len(self.names)}"
        )

    def numbers(self, name: str, places: Sequence[int]) -> Array:
        """The numbers in some columns, a row for each line.  Raises DataError, which says where there is none."""
        entries = tuple(self._number(k, place) for k in range(len(self.rows)) for place in places)
        return Array(name, (len(self.rows), len(places)), entries)

    def classes(self, name: str, place: int) -> tuple[Array, str]:
        """The class in a column for each line; what is not a number is numbered in the order of the alphabet.

        The second result says how, if so.
        """
        if all(_is_number(row[place]) for row in self.rows):
            return self.numbers(name, [place]), ""
        words = sorted({row[place] for row in self.rows})
        order = {word: Fraction(k) for k, word in enumerate(words)}
        entries = tuple(order[row[place]] for row in self.rows)
        said = ", ".join(f"{word} is {k}" for k, word in enumerate(words[:SHOWN]))
        more = ", ..." if len(words) > SHOWN else ""
        return Array(name, (len(self.rows), 1), entries), f"classes in {self.names[place]}: {said}{more}"

    def _number(self, row: int, place: int) -> Fraction:
        try:
            return read_number(self.rows[row][place])
        except ValueError as error:
            raise DataError(
                f"{self.file}, line {self.lines[row]}, column {self.names[place]}: {error}; leave out the line, or "
                f"choose other columns, as in --columns x=1-3 --columns target=4; of classes, cross-entropy takes the "
                f"names, and other losses --columns target={ONE_HOT}COLUMN"
            ) from None


def read_table(text: str, file: str) -> Table:
    """The table in a CSV text, with commas, semicolons or tabs.  Raises DataError."""
    top = text.partition("\n")[0]
    delimiter = next((mark for mark in DELIMITERS if mark in top), DELIMITERS[0])
    reader = csv.reader(text.splitlines(), delimiter=delimiter, skipinitialspace=True)
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    try:
        for row in reader:
            if any(field.strip() for field in row):
                rows.append(tuple(field.strip() for field in row))
                lines.append(reader.line_num)
    except csv.Error as error:
        raise DataError(f"{file}, line {reader.line_num}: {error}") from None
    if len(rows) < 2:
        raise DataError(f"{file} has no data; a line of names is followed by a line for each example")
    names = rows[0]
    if all(_is_number(name) for name in names):
        raise DataError(
            f"{file}: its first line has numbers, no names; put a line such as {_example(len(names))} before it"
        )
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        raise DataError(f"{file}: two columns are called {twice!r:.40}; give them different names")
    for fields, line in zip(rows[1:], lines[1:], strict=True):
        if len(fields) != len(names):
            raise DataError(
                f"{file}, line {line} has {len(fields)} fields, and the line of names {len(names)}; the first line "
                f"has a name for each column, as in {_example(len(fields))}"
            )
    return Table(file, names, tuple(rows[1:]), tuple(lines[1:]))


def _example(count: int) -> str:
    names = [f"x{k}" for k in range(1, count)]
    return ",".join([*(names if count <= 4 else [*names[:2], "...", names[-1]]), "target"])


def _is_number(text: str) -> bool:
    try:
        read_number(text)
    except ValueError:
        return False
    return True


def one_hot(classes: Array, count: int) -> Array:
    """A row of ``count`` numbers for each class: 1 at its place, 0 elsewhere.  Raises DataError."""
    wrong = [q for q in classes.entries if q.denominator != 1 or not 0 <= q < count]
    if wrong:
        raise DataError(
            f"{classes.name}: {wrong[0]} is no class; of {count} outputs, classes are 0 to {count - 1}"
        )
    entries = tuple(Fraction(int(q == k)) for q in classes.entries for k in range(count))
    return Array(classes.name, (classes.shape[0], count), entries)


def chosen(texts: Sequence[str]) -> Mapping[str, str]:
    """Columns by input: ``target=species``, ``x=1-4``.  Raises DataError."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, columns = (part.strip() for part in text.partition("="))
        if not (name and equals and columns):
            raise DataError(
                f"--columns {text:.60}: write an input and its columns, as in target=species or x=1-4"
            )
        if name in found:
            raise DataError(
                f"--columns names {name:.40} twice; all its columns stand together: {name:.40}=1,3"
            )
        found[name] = columns
    return found
