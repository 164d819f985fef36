"""Reading untrusted bytes: bounded, strict, and with exactly one accepted spelling of each certificate."""

import hashlib
import json
import os
import re
import stat
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import NoReturn, Self, TypeVar

from flint import fmpq, fmpz

from invexcheck.errors import Path, Refuse, Reject, shown
from invexcheck.limits import Limits

T = TypeVar("T")
Json = object
"""What `parse` returns: a dict, list, str, int, bool or None."""

# Strings are matched whole (possessively, hence in linear time), so that their brackets are not counted. A
# quote that is matched alone opens a string that never ends.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|["\[\]{},]')
_RATIONAL = re.compile(r"-?(0|[1-9][0-9]*)(/[1-9][0-9]*)?")
_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,199}")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A certificate as read: the parsed document, and the SHA-256 and size of the file as it is stored."""

    document: dict[str, Json]
    sha256: str
    size: int


def load(path: str | bytes | os.PathLike[str], limits: Limits) -> Loaded:
    """Read the certificate at `path`, once. Symbolic links are followed, but only to a regular file."""
    return certificate(read(path, limits), limits)


def certificate(data: bytes, limits: Limits) -> Loaded:
    """Parse the stored bytes of a certificate (JSON or gzip) and insist on its canonical form."""
    text = unpack(data, limits)
    document = parse(text, limits)
    if not isinstance(document, dict):
        raise Reject("a certificate is a JSON object", "schema")
    if text.removesuffix(b"\n") != canonical(document):
        raise Reject("not in canonical form: sorted keys, no spaces, \\u escapes in lower case", "canonical")
    return Loaded(document, hashlib.sha256(data).hexdigest(), len(data))


def read(path: str | bytes | os.PathLike[str], limits: Limits) -> bytes:
    """The bytes of a regular file, read once."""
    try:
        # Some devices act when they are opened, so look first; what counts is the look at the opened file.
        if stat.S_ISREG(os.stat(path).st_mode):
            with open(path, "rb", opener=_open_without_waiting) as file:
                if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    data = file.read(limits.bytes + 1)
                    limits.bound("bytes", len(data))
                    return data
    except (OSError, ValueError) as error:
        raise Reject(f"cannot read the file: {getattr(error, 'strerror', error)}", "file") from error
    raise Reject("not a regular file", "file")


def _open_without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)


def unpack(data: bytes, limits: Limits) -> bytes:
    """The JSON text of a certificate's stored bytes: `data` itself, or what its single gzip member holds."""
    limits.bound("bytes", len(data))
    if not data.startswith(b"\x1f\x8b"):
        return data
    stream = zlib.decompressobj(wbits=31)
    try:
        text = stream.decompress(data, limits.bytes + 1)
    except zlib.error as error:
        raise Reject("corrupt gzip data", "gzip") from error
    limits.bound("bytes", len(text))
    if not stream.eof:
        raise Reject("truncated gzip data", "gzip")
    if stream.unused_data:
        raise Reject("data after the end of the gzip member", "gzip")
    return text


def parse(data: bytes, limits: Limits) -> Json:
    """Parse strict JSON: ASCII, no duplicate keys, only integers, and bounded numbers, nesting and size."""
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError as error:
        message = f"byte {error.start} of the JSON text is not ASCII (write other characters as \\u escapes)"
        raise Reject(message, "encoding") from error
    _survey(text, limits)

    def integer(digits: str) -> int:
        limits.bound("digits", len(digits.removeprefix("-")))
        return int(digits)

    try:
        document: Json = json.loads(
            text,
            object_pairs_hook=unique,
            parse_int=integer,
            parse_float=_no_number,
            parse_constant=_no_number,
        )
        if "\\ud" in text.lower():
            json.dumps(document, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise Reject("an unpaired surrogate in a string", "json") from error
    except json.JSONDecodeError as error:
        raise Reject(f"not JSON: {error.msg} at byte {error.pos}", "json") from error
    except RecursionError as error:
        raise Refuse("depth", "nested more deeply than Python can parse") from error
    except ValueError as error:
        raise Refuse("digits", "an integer with more digits than Python can convert") from error
    return document


def _survey(text: str, limits: Limits) -> None:
    """Bound nesting and number of values before anything is built from `text`."""
    depth, nodes = 0, 1
    for match in _TOKEN.finditer(text):
        token = match.group()
        depth += (token in ("[", "{")) - (token in ("]", "}"))
        nodes += token in ("[", "{", ",")
        if token == '"' or depth < 0:
            raise Reject(f"not JSON: nothing matches byte {match.start()}", "json")
        limits.bound("depth", depth)
        limits.bound("nodes", nodes)


def unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    result: dict[str, Json] = {}
    for key, value in pairs:
        if key in result:
            raise Reject(f"duplicate key {shown(key)}", "json")
        result[key] = value
    return result


def _no_number(text: str) -> NoReturn:
    raise Reject(f"the number {shown(text)}: only integers are numbers, rationals are strings", "json")


def canonical(value: Json) -> bytes:
    """The one spelling of a JSON value: sorted keys, no spaces, ASCII with ``\\u`` escapes, no newline."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def digest(value: Json) -> str:
    """The SHA-256 of the canonical spelling, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def rational(text: Json, limits: Limits, path: Path = ()) -> fmpq:
    """The exact rational spelt as ``"-3/2"`` or ``"5"``: in lowest terms, no ``+``, no ``-0``, no ``/1``."""
    if not isinstance(text, str):
        raise Reject(f"expected a rational as a string, got {shown(text)}", "rational", path)
    limits.bound("digits", (len(text) - 2) // 2)
    if _RATIONAL.fullmatch(text) is None:
        raise Reject(f"{shown(text)} does not spell a rational", "rational", path)
    numerator, _, denominator = text.partition("/")
    limits.bound("digits", max(len(numerator.removeprefix("-")), len(denominator)))
    value = fmpq(fmpz(numerator), fmpz(denominator or "1"))
    if str(value) != text:
        raise Reject(f"the rational {shown(text)} is not in lowest terms", "rational", path)
    return value


class Fields:
    """A strict reader of one JSON object: each key is asked for, has its type, and none is left over.

    Used as ``with Fields(value, path, limits) as fields:``, which ends with `end`. `path` is where the object
    stands in the document; every `Reject` names the path of the offending value.
    """

    def __init__(self, value: Json, path: Path, limits: Limits) -> None:
        if not isinstance(value, dict):
            raise Reject(f"expected an object, got {shown(value)}", "schema", path)
        self.path = path
        self._limits = limits
        self._values: dict[str, Json] = value
        self._unread = set(value)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: Json) -> None:
        if kind is None:
            self.end()

    def end(self) -> None:
        """Reject keys that nobody asked for."""
        if self._unread:
            raise Reject(f"unknown key {shown(min(self._unread))}", "schema", self.path)

    def has(self, name: str) -> bool:
        """Whether the key is there; asking does not count as reading it."""
        return name in self._values

    def raw(self, name: str) -> Json:
        """The value of any type."""
        if name not in self._values:
            raise Reject(f"missing key {shown(name)}", "schema", self.path)
        self._unread.discard(name)
        return self._values[name]

    def text(self, name: str) -> str:
        """A string."""
        return self._typed(name, str, "a string")

    def choice(self, name: str, options: Collection[str]) -> str:
        """A string among `options`."""
        value = self.text(name)
        if value not in options:
            raise self._wrong(name, "one of " + ", ".join(sorted(options)), value)
        return value

    def integer(self, name: str, low: int, high: int) -> int:
        """An integer from `low` to `high`, both included."""
        value = self._typed(name, int, "an integer")
        if not low <= value <= high:
            raise self._wrong(name, f"an integer from {low} to {high}", value)
        return value

    def flag(self, name: str) -> bool:
        """A boolean."""
        return self._typed(name, bool, "true or false")

    def rational(self, name: str) -> fmpq:
        """A rational, spelt as `rational` says."""
        return rational(self.raw(name), self._limits, (*self.path, name))

    def items(self, name: str) -> list[tuple[Json, Path]]:
        """The elements of a list, each with its path."""
        values: list[Json] = self._typed(name, list, "a list")
        return [(value, (*self.path, name, index)) for index, value in enumerate(values)]

    def object(self, name: str) -> "Fields":
        """A reader of a nested object."""
        return Fields(self.raw(name), (*self.path, name), self._limits)

    def _typed(self, name: str, kind: type[T], expected: str) -> T:
        value = self.raw(name)
        if type(value) is not kind:  # isinstance would take true for an integer
            raise self._wrong(name, expected, value)
        return value

    def _wrong(self, name: str, expected: str, value: Json) -> Reject:
        return Reject(f"expected {expected}, got {shown(value)}", "schema", (*self.path, name))


@dataclass(frozen=True, slots=True)
class Folder:
    """The directory of a certificate, from which it may name other files; None allows no file at all."""

    path: bytes | None = None

    def read(self, name: str, sha256: str, most: int, where: Path) -> bytes:
        """The bytes of a regular file beside the certificate, bound by their digest.

        The name is a bare file name; symbolic links are not followed.
        """
        if self.path is None:
            raise Reject("the certificate names a file, but has no directory of its own", "file", where)
        if _FILE_NAME.fullmatch(name) is None:
            raise Reject(f"{shown(name)} is not a bare file name", "file", where)
        full = os.path.join(self.path, name.encode("ascii"))
        try:
            if not stat.S_ISREG(os.lstat(full).st_mode):
                raise Reject(f"{shown(name)} is not a regular file", "file", where)
            descriptor = os.open(full, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            with open(descriptor, "rb") as file:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise Reject(f"{shown(name)} is not a regular file", "file", where)
                data = file.read(most + 1)
        except OSError as error:
            raise Reject(f"cannot read {shown(name)}: {error.strerror}", "file", where) from error
        if len(data) > most:
            raise Refuse("sidecar", f"{shown(name)} is above the limit of {most} bytes")
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Reject(f"the digest of {shown(name)} is not the one in the certificate", "file", where)
        return data
